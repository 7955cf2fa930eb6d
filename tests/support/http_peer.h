/*
 * http_peer.h - an HTTP server for tests of what asks others.
 *
 * One thread, one connection and one request at a time, on RT_TEST_ADDR.
 * Failures end the program.
 */
#ifndef RT_TESTS_SUPPORT_HTTP_PEER_H
#define RT_TESTS_SUPPORT_HTTP_PEER_H

#include "lib/base/buf.h"

#define HTTP_PEER_REQUEST_MAX ((size_t)65536)
#define HTTP_PEER_ANSWER_MAX  ((size_t)65536)

/* Called in the peer's thread, with the whole request: its line, its headers
 * and its body. Appends the whole answer, status line first; nothing appended:
 * the peer hangs up without a word. */
typedef void http_peer_answer(void *ctx, struct slice request, struct buf *out);

struct http_peer;

/* The caller ends *peer with http_peer_stop(). */
struct http_peer *http_peer_start(uint16_t port, http_peer_answer *answer,
    void *ctx);
void http_peer_stop(struct http_peer *p);

/* "http://RT_TEST_ADDR:port" and the path. */
void http_peer_url(const struct http_peer *p, const char *path, char *out,
    size_t max);

/* The path of a request, with its query. */
struct slice http_peer_path(struct slice request);

#endif
