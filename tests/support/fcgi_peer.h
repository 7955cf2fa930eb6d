/*
 * fcgi_peer.h - the web server's side of FastCGI on a socket, byte for byte,
 * so that a test can also send what no web server would.
 *
 * Everything that the peer itself needs is asserted: a test that is refused
 * where it did not expect it fails there.
 */
#ifndef RT_TESTS_SUPPORT_FCGI_PEER_H
#define RT_TESTS_SUPPORT_FCGI_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* FastCGI specification, section 8. */
enum {
	FCGI_PEER_BEGIN = 1,
	FCGI_PEER_ABORT = 2,
	FCGI_PEER_END = 3,
	FCGI_PEER_PARAMS = 4,
	FCGI_PEER_STDIN = 5,
	FCGI_PEER_STDOUT = 6
};

#define FCGI_PEER_TEXT 4096 /* bytes of an answer, with its NUL */

/* Records to be sent. */
struct fcgi_peer_text {
	uint8_t at[512];
	size_t n;
};

/* A connection; -1: nobody listens there. What is read on it waits 20 seconds
 * at most. */
int fcgi_peer_dial(const char *path);

void fcgi_peer_put(struct fcgi_peer_text *t, const void *p, size_t n);
void fcgi_peer_record(struct fcgi_peer_text *t, uint8_t type, uint16_t id,
    const void *p, uint16_t n);

/* One request, of id 1, on a connection that is kept: its environment is
 * MODE=mode. */
struct fcgi_peer_text fcgi_peer_request(const char *mode, const char *body);

void fcgi_peer_send(int fd, const void *p, size_t n);

/* What is answered, up to the end of the request. False: the connection ended
 * before it. */
bool fcgi_peer_answer(int fd, char out[FCGI_PEER_TEXT]);
void fcgi_peer_expect(int fd, const char *want);

/* A request, and its answer. */
void fcgi_peer_ask(int fd, const char *mode, const char *body,
    const char *want);

#endif
