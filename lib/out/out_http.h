/*
 * out_http.h - many HTTP requests at once, each with limits and a deadline.
 *
 * One pool belongs to one thread. Nothing is trusted: the address came from a
 * customer, the answer from a stranger.
 *
 *   - http and https only, no user:password@, no proxy, no cookies, no netrc.
 *   - Redirects are reported, never followed.
 *   - Unless private_ok, a connection is opened only to a public address
 *     (out_addr.h). It is judged where the socket is made, after the name was
 *     resolved, so a name that changes its mind between check and use gains
 *     nothing.
 *     With private_only it is the other way round.
 *   - Certificates are verified.
 *   - Of the answer answer_max bytes are kept; after read_max the connection is
 *     dropped, and the status counts as it came. One whose head is longer than
 *     64 KB is none.
 *   - A name that cannot be found in time is given up; nobody else waits.
 */
#ifndef RT_OUT_OUT_HTTP_H
#define RT_OUT_OUT_HTTP_H

#include "lib/base/buf.h"

#define OUT_HTTP_URL_MAX     2048
#define OUT_HTTP_HEADERS_MAX 8
#define OUT_HTTP_READ_MAX    ((size_t)65536)
#define OUT_HTTP_WHY_MAX     160
#define OUT_HTTP_POOL_MAX    512

/* Before the first thread of the process uses this room, and after the last.
 * ERR_INTERNAL: the library refused. */
RT_MUST_USE enum err out_http_start(void);
void out_http_stop(void);

/* What a customer may type in: http or https, a host, at most
 * OUT_HTTP_URL_MAX bytes of printable ASCII, no user or password, no fragment.
 * Says nothing of where the host leads. ERR_SYNTAX, ERR_TOOBIG,
 * ERR_UNSUPPORTED (another scheme), ERR_NOMEM. */
RT_MUST_USE enum err out_http_url_check(struct slice url);

/* Where `to`, as a page of the address `base` says it, leads. Unchecked, like
 * a redirect. False: nowhere. */
bool out_http_join(const char *base, struct slice to,
    char out[OUT_HTTP_URL_MAX + 1]);

/* Texts are borrowed until out_http_add() returns, the body until the answer
 * was taken. */
struct out_http_request {
	const char *url;    /* as out_http_url_check() wants it */
	const char *method; /* "POST"; "GET" sends no body */
	struct slice body;
	const char
	    *headers[OUT_HTTP_HEADERS_MAX]; /* "Name: value", then NULL */
	bool private_ok;
	/* And to no other: what may not be read on the way. */
	bool private_only;
	const char *ca_file; /* authorities beside the system's; NULL: none */
	int64_t timeout_us;  /* of the whole exchange */
	size_t answer_max;
	size_t read_max; /* 0: OUT_HTTP_READ_MAX */
	bool packed;     /* it may come compressed; limits count the rest */
	void *ctx;       /* comes back with the answer */
};

struct out_http_answer {
	void *ctx;
	/* ERR_OK: an answer came, whatever its status. ERR_DENIED: the address
	 * is not public, or, with private_only, is; ERR_TIMEOUT;
	 * ERR_UNAVAILABLE: no connection, no such name, bad certificate, broken
	 * off. */
	enum err e;
	unsigned int status; /* 0: none came */
	int64_t took_us;
	uint32_t retry_after_s;     /* of the answer; 0: not said */
	char why[OUT_HTTP_WHY_MAX]; /* for people, when e is not ERR_OK */
	struct slice body;          /* valid until the next out_http_next() */
	/* Where a redirect leads, as a whole address, unchecked: "" is nowhere.
	 * Valid as long. */
	const char *redirect;
	const char *type; /* Content-Type; "" not said */
};

struct out_http;

/* At most max requests at once, 1 to OUT_HTTP_POOL_MAX. The caller owns *out.
 * ERR_RANGE, ERR_NOMEM. */
RT_MUST_USE enum err out_http_open(struct out_http **out, unsigned int max);
/* Breaks off what runs. NULL is allowed. */
void out_http_close(struct out_http *p);

/* Begins. ERR_BUSY: the pool is full; ERR_SYNTAX: a URL or header we would
 * not send; ERR_NOMEM. */
RT_MUST_USE enum err out_http_add(struct out_http *p,
    const struct out_http_request *r);
/* Moves bytes; returns when something is over or after wait_ms. */
void out_http_work(struct out_http *p, int wait_ms);
/* Lets out_http_work() return at once; from any thread. */
void out_http_wake(struct out_http *p);
/* The next finished one. False: none is. */
bool out_http_next(struct out_http *p, struct out_http_answer *out);
unsigned int out_http_running(const struct out_http *p);

#endif
