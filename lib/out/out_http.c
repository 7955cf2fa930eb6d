#include "lib/out/out_http.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/base/log.h"
#include "lib/out/out_addr.h"

#define CONNECT_MS 5000L
#define HEAD_MAX   ((size_t)65536) /* of all that come before one body */

/* One request under way. */
struct transfer {
	CURL *easy;
	struct curl_slist *headers;
	struct transfer *next; /* free ones */
	void *ctx;
	bool used;
	bool private_ok, private_only;
	bool refused; /* by the guard below */
	bool enough;  /* we dropped the rest of the answer */
	size_t head;  /* bytes so far */
	size_t read, read_max;
	struct buf body;
	char curl_why[CURL_ERROR_SIZE];
};

struct out_http {
	CURLM *multi;
	unsigned int max;
	unsigned int running;
	struct transfer *done; /* whose answer the caller looks at */
	struct transfer *free;
	struct transfer all[];
};

enum err out_http_start(void)
{
	return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? ERR_OK
								 : ERR_INTERNAL;
}

void out_http_stop(void)
{
	curl_global_cleanup();
}

/* --- what may be asked -----------------------------------------------------
 */

static bool has_part(CURLU *u, CURLUPart part)
{
	char *text = NULL;
	const bool there = curl_url_get(u, part, &text, 0) == CURLUE_OK;

	curl_free(text);
	return there;
}

static enum err check_parts(CURLU *u)
{
	char *scheme = NULL;
	enum err e = ERR_UNSUPPORTED;

	if (has_part(u, CURLUPART_USER) || has_part(u, CURLUPART_PASSWORD) ||
	    has_part(u, CURLUPART_FRAGMENT) || !has_part(u, CURLUPART_HOST))
		return ERR_SYNTAX;
	if (curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	    (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0))
		e = ERR_OK;
	curl_free(scheme);
	return e;
}

enum err out_http_url_check(struct slice url)
{
	char text[OUT_HTTP_URL_MAX + 1];
	CURLU *u;
	enum err e;

	if (url.n > OUT_HTTP_URL_MAX)
		return ERR_TOOBIG;
	for (size_t i = 0; i < url.n; i++)
		if (url.p[i] <= ' ' || url.p[i] > '~' || url.p[i] == '\\')
			return ERR_SYNTAX;
	if (!slice_to_cstr(url, text, sizeof(text)))
		return ERR_SYNTAX;
	if ((u = curl_url()) == NULL)
		return ERR_NOMEM;
	e = curl_url_set(u, CURLUPART_URL, text, 0) == CURLUE_OK
		? check_parts(u)
		: ERR_SYNTAX;
	curl_url_cleanup(u);
	return e;
}

static bool join(CURLU *u, const char *base, const char *to,
    char out[OUT_HTTP_URL_MAX + 1])
{
	/* libcurl takes a place in the page for a page beside it. */
	const bool place = to[0] == '#';
	char *text = NULL;
	bool ok;

	ok = curl_url_set(u, CURLUPART_URL, base, 0) == CURLUE_OK &&
	     curl_url_set(u, place ? CURLUPART_FRAGMENT : CURLUPART_URL,
		 to + place, CURLU_URLENCODE) == CURLUE_OK &&
	     curl_url_get(u, CURLUPART_URL, &text, 0) == CURLUE_OK &&
	     slice_to_cstr(slice_from(text), out, OUT_HTTP_URL_MAX + 1);
	curl_free(text);
	return ok;
}

bool out_http_join(const char *base, struct slice to,
    char out[OUT_HTTP_URL_MAX + 1])
{
	char text[OUT_HTTP_URL_MAX + 1];
	CURLU *u = curl_url();
	const bool ok = u != NULL && slice_to_cstr(to, text, sizeof(text)) &&
			join(u, base, text, out);

	curl_url_cleanup(u);
	return ok;
}

static bool header_ok(const char *line)
{
	for (const char *p = line; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return false;
	return strchr(line, ':') != NULL;
}

/* --- what libcurl calls ----------------------------------------------------
 */

/* Every socket to anywhere is made here, with the address that it will be
 * connected to: there is no other look-up afterwards. */
static curl_socket_t guard(void *ctx, curlsocktype purpose,
    struct curl_sockaddr *a)
{
	struct transfer *t = ctx;
	bool public = false;

	(void)purpose;
	if (a->family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, &a->addr, sizeof(in));
		public = out_addr_public4(ntohl(in.sin_addr.s_addr));
	} else if (a->family == AF_INET6) {
		struct sockaddr_in6 in6;

		/* The library keeps room for any address behind the struct. */
		memcpy(&in6,
		    (const char *)a + offsetof(struct curl_sockaddr, addr),
		    sizeof(in6));
		public = out_addr_public6(in6.sin6_addr.s6_addr);
	}
	if (public ? t->private_only : !t->private_ok) {
		t->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static size_t take_body(char *p, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;
	const size_t bytes = size * n;
	const size_t room = t->body.max - t->body.n;

	t->read += bytes;
	buf_bytes(&t->body, p, bytes < room ? bytes : room);
	if (t->read > t->read_max) {
		t->enough = true;
		return 0;
	}
	return bytes;
}

/* Also of answers that only inform, of which there may be any number, and of
 * what comes behind a body. */
static size_t take_head(char *p, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;

	(void)p;
	t->head += size * n;
	return t->head > HEAD_MAX ? 0 : size * n;
}

/* --- the pool --------------------------------------------------------------
 */

enum err out_http_open(struct out_http **out, unsigned int max)
{
	struct out_http *p;

	if (max == 0 || max > OUT_HTTP_POOL_MAX)
		return ERR_RANGE;
	p = calloc(1, sizeof(*p) + max * sizeof(p->all[0]));
	if (p == NULL)
		return ERR_NOMEM;
	p->max = max;
	p->multi = curl_multi_init();
	if (p->multi == NULL) {
		free(p);
		return ERR_NOMEM;
	}
	/* Connections kept open between requests. */
	(void)curl_multi_setopt(p->multi, CURLMOPT_MAXCONNECTS, 32L);
	/* One request at a time on each: over HTTP/2 a request could else join
	 * a connection to the same name that was allowed for another alone. */
	(void)curl_multi_setopt(p->multi, CURLMOPT_PIPELINING,
	    (long)CURLPIPE_NOTHING);
	for (unsigned int i = max; i-- > 0;) {
		p->all[i].next = p->free;
		p->free = &p->all[i];
	}
	*out = p;
	return ERR_OK;
}

/* Gives the slot back. */
static void finish(struct out_http *p, struct transfer *t)
{
	if (t->easy != NULL) {
		(void)curl_multi_remove_handle(p->multi, t->easy);
		curl_easy_cleanup(t->easy);
	}
	curl_slist_free_all(t->headers);
	buf_fini(&t->body);
	*t = (struct transfer){ .next = p->free };
	p->free = t;
}

void out_http_close(struct out_http *p)
{
	if (p == NULL)
		return;
	for (unsigned int i = 0; i < p->max; i++)
		if (p->all[i].used)
			finish(p, &p->all[i]);
	(void)curl_multi_cleanup(p->multi);
	free(p);
}

#define SET(option, value)                                                    \
	do {                                                                  \
		if (curl_easy_setopt(t->easy, (option), (value)) != CURLE_OK) \
			return ERR_NOMEM;                                     \
	} while (0)

static enum err set_limits(struct transfer *t, const struct out_http_request *r)
{
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_PROXY, "");
	/* Whatever this machine's own settings allow. */
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_TIMEOUT_MS, (long)(r->timeout_us / 1000));
	SET(CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	/* Whose name is still looked for is given up without waiting for the
	 * thread that looks: it ends by itself. */
	SET(CURLOPT_QUICK_EXIT, 1L);
	SET(CURLOPT_OPENSOCKETFUNCTION, guard);
	SET(CURLOPT_OPENSOCKETDATA, t);
	SET(CURLOPT_WRITEFUNCTION, take_body);
	SET(CURLOPT_WRITEDATA, t);
	SET(CURLOPT_HEADERFUNCTION, take_head);
	SET(CURLOPT_HEADERDATA, t);
	SET(CURLOPT_ERRORBUFFER, t->curl_why);
	SET(CURLOPT_PRIVATE, t);
	if (r->ca_file != NULL && r->ca_file[0] != '\0')
		SET(CURLOPT_CAINFO, r->ca_file);
	/* A connection that was allowed for one must not serve another. */
	if (r->private_ok)
		SET(CURLOPT_FORBID_REUSE, 1L);
	if (r->private_only)
		SET(CURLOPT_FRESH_CONNECT, 1L);
	return ERR_OK;
}

static enum err set_request(struct transfer *t,
    const struct out_http_request *r)
{
	for (size_t i = 0; i < OUT_HTTP_HEADERS_MAX && r->headers[i] != NULL;
	     i++) {
		struct curl_slist *more;

		if (!header_ok(r->headers[i]))
			return ERR_SYNTAX;
		more = curl_slist_append(t->headers, r->headers[i]);
		if (more == NULL)
			return ERR_NOMEM;
		t->headers = more;
	}
	SET(CURLOPT_URL, r->url);
	SET(CURLOPT_HTTPHEADER, t->headers);
	SET(CURLOPT_USERAGENT, "ringtrace/1");
	if (r->packed)
		SET(CURLOPT_ACCEPT_ENCODING, "");
	if (strcmp(r->method, "GET") == 0)
		return ERR_OK;
	SET(CURLOPT_POST, 1L);
	SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
	SET(CURLOPT_POSTFIELDS, r->body.n == 0 ? "" : r->body.p);
	SET(CURLOPT_CUSTOMREQUEST, r->method);
	return ERR_OK;
}

enum err out_http_add(struct out_http *p, const struct out_http_request *r)
{
	struct transfer *t = p->free;
	enum err e;

	if ((e = out_http_url_check(slice_from(r->url))) != ERR_OK)
		return e;
	if (t == NULL)
		return ERR_BUSY;
	p->free = t->next;
	*t = (struct transfer){ .used = true,
		.ctx = r->ctx,
		.private_ok = r->private_ok || r->private_only,
		.private_only = r->private_only,
		.read_max = r->read_max == 0 ? OUT_HTTP_READ_MAX : r->read_max,
		.easy = curl_easy_init() };
	buf_init(&t->body, r->answer_max == 0 ? 1 : r->answer_max);
	e = t->easy == NULL ? ERR_NOMEM : set_limits(t, r);
	if (e == ERR_OK)
		e = set_request(t, r);
	if (e == ERR_OK && curl_multi_add_handle(p->multi, t->easy) != CURLM_OK)
		e = ERR_NOMEM;
	if (e != ERR_OK) {
		finish(p, t);
		return e;
	}
	p->running++;
	return ERR_OK;
}

void out_http_work(struct out_http *p, int wait_ms)
{
	int running = 0;

	if (curl_multi_perform(p->multi, &running) != CURLM_OK ||
	    (unsigned int)running < p->running)
		return; /* something is over */
	if (curl_multi_poll(p->multi, NULL, 0, wait_ms, NULL) != CURLM_OK)
		log_error("out_http: waiting for the network failed");
	(void)curl_multi_perform(p->multi, &running);
}

void out_http_wake(struct out_http *p)
{
	(void)curl_multi_wakeup(p->multi);
}

unsigned int out_http_running(const struct out_http *p)
{
	return p->running;
}

/* --- answers ---------------------------------------------------------------
 */

static enum err err_of(const struct transfer *t, CURLcode code)
{
	if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && t->enough))
		return ERR_OK;
	if (t->refused)
		return ERR_DENIED;
	if (code == CURLE_OUT_OF_MEMORY)
		return ERR_NOMEM;
	return code == CURLE_OPERATION_TIMEDOUT ? ERR_TIMEOUT : ERR_UNAVAILABLE;
}

static void describe(const struct transfer *t, CURLcode code,
    struct out_http_answer *a)
{
	const char *why = t->curl_why;
	struct buf b;

	if (a->e == ERR_OK)
		why = "";
	else if (a->e == ERR_DENIED)
		why = t->private_only
			  ? "http:// is only for addresses in one's own network"
			  : "the address is not on the public internet";
	else if (t->head > HEAD_MAX)
		why = "the answer's head is too long";
	else if (why[0] == '\0')
		why = curl_easy_strerror(code);
	buf_over(&b, a->why, sizeof(a->why) - 1);
	buf_put(&b, slice_head(slice_from(why), sizeof(a->why) - 1));
	a->why[b.n] = '\0';
}

static void read_numbers(CURL *easy, struct out_http_answer *a)
{
	curl_off_t took = 0, retry = 0;
	char *redirect = NULL, *type = NULL;
	long status = 0;

	(void)curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &redirect);
	(void)curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
	a->redirect = redirect == NULL ? "" : redirect;
	a->type = type == NULL ? "" : type;
	(void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &took);
	(void)curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry);
	a->status = status < 0 || status > 999 ? 0 : (unsigned int)status;
	a->took_us = took;
	a->retry_after_s =
	    retry < 0 || retry > (curl_off_t)UINT32_MAX ? 0 : (uint32_t)retry;
}

bool out_http_next(struct out_http *p, struct out_http_answer *out)
{
	struct transfer *t = NULL;
	int left = 0;
	CURLMsg *m;

	if (p->done != NULL)
		finish(p, p->done);
	p->done = NULL;
	while ((m = curl_multi_info_read(p->multi, &left)) != NULL)
		if (m->msg == CURLMSG_DONE)
			break;
	if (m == NULL)
		return false;
	(void)curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&t);
	p->running--;
	p->done = t;
	*out = (struct out_http_answer){ .ctx = t->ctx,
		.e = err_of(t, m->data.result),
		.body = buf_slice(&t->body) };
	read_numbers(t->easy, out);
	describe(t, m->data.result, out);
	return true;
}
