#include "ctl/ctl_first.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/base/addr4.h"
#include "lib/base/buf.h"
#include "lib/base/log.h"
#include "lib/json/json_in.h"

#define ANSWER_MAX 16384
#define JSON_DEPTH 8
#define TIMEOUT_S  5

static const char campaign[] =
    "utm_source=google&utm_medium=cpc&utm_campaign=spring-offer"
    "&utm_term=emergency+plumber&gclid=demo-first-call";

static int dial(const char *listen)
{
	const struct timeval patience = { .tv_sec = TIMEOUT_S };
	struct sockaddr_in sa = { .sin_family = AF_INET };
	struct addr4 a;
	int fd;

	if (addr4_parse(slice_from(listen), 80, &a) != ERR_OK)
		return -1;
	sa.sin_addr.s_addr = htonl(a.ip);
	sa.sin_port = htons(a.port);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		sizeof(patience)) == -1 ||
	    connect(fd, (const struct sockaddr *)&sa, sizeof(sa)) == -1) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* HTTP/1.0, so that the answer is whole when the connection ends. */
static enum err post(const struct settings *s, const char *path,
    struct slice body, struct buf *answer)
{
	char head_mem[512], block[2048];
	struct buf head;
	ssize_t n = -1;
	int fd;

	buf_over(&head, head_mem, sizeof(head_mem));
	buf_printf(&head,
	    "POST %s HTTP/1.0\r\nHost: %s\r\nOrigin: %s\r\n"
	    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 "
	    "Firefox/128.0\r\nContent-Type: text/plain\r\n"
	    "Content-Length: %zu\r\n\r\n",
	    path, s->http_listen, s->public_url, body.n);
	if (buf_err(&head) != ERR_OK || (fd = dial(s->http_listen)) == -1)
		return ERR_UNAVAILABLE;
	if (send(fd, head.p, head.n, MSG_NOSIGNAL) == (ssize_t)head.n &&
	    send(fd, body.p, body.n, MSG_NOSIGNAL) == (ssize_t)body.n)
		while ((n = recv(fd, block, sizeof(block), 0)) > 0)
			buf_bytes(answer, block, (size_t)n);
	(void)close(fd); /* everything was read, or we give up */
	return n < 0 ? ERR_UNAVAILABLE : buf_err(answer);
}

struct shown {
	char number[CTL_FIRST_NUMBER];
	char visit[40];
	char visitor[40];
};

static enum err take(const struct json_node *n, char *out, size_t cap)
{
	struct slice s;
	const enum err e = json_in_text(n, cap - 1, &s);

	if (e != ERR_OK)
		return e;
	return slice_to_cstr(s, out, cap) ? ERR_OK : ERR_SYNTAX;
}

static enum err read_answer(struct slice http, struct shown *out)
{
	const size_t at = slice_find_slice(http, SLICE("\r\n\r\n"));
	const struct json_node *root, *first;
	struct json_in *in;
	enum err e;

	e = json_in_parse(slice_skip(http, at + 4), ANSWER_MAX, JSON_DEPTH, &in,
	    NULL);
	if (e != ERR_OK)
		return e;
	root = json_in_root(in);
	first = json_in_at(json_in_get(root, "swap"), 0);
	if ((e = take(json_in_get(json_in_get(first, "to"), "e164"),
		 out->number, sizeof(out->number))) == ERR_OK &&
	    (e = take(json_in_get(root, "visit"), out->visit,
		 sizeof(out->visit))) == ERR_OK)
		e = take(json_in_get(root, "visitor"), out->visitor,
		    sizeof(out->visitor));
	json_in_free(in);
	return e;
}

static enum err show_page(const struct settings *s, const char *key,
    struct buf *answer, struct shown *out)
{
	char mem[1024];
	struct buf body;
	enum err e;

	buf_over(&body, mem, sizeof(mem));
	buf_printf(&body,
	    "{\"site\":\"%s\",\"url\":\"%s/demo/?%s\","
	    "\"ref\":\"https://www.google.com/\",\"consent\":\"yes\","
	    "\"title\":\"Bay City Plumbing\",\"zone\":\"America/Los_Angeles\"}",
	    key, s->public_url, campaign);
	e = post(s, "/dni/v1/visit", buf_slice(&body), answer);
	return e == ERR_OK ? read_answer(buf_slice(answer), out) : e;
}

static enum err touch_link(const struct settings *s, const char *key,
    const struct shown *shown, struct buf *answer)
{
	char mem[512];
	struct buf body;

	buf_over(&body, mem, sizeof(mem));
	buf_printf(&body,
	    "{\"site\":\"%s\",\"visitor\":\"%s\",\"visit\":\"%s\","
	    "\"kind\":\"tel_click\"}",
	    key, shown->visitor, shown->visit);
	buf_reset(answer);
	return post(s, "/dni/v1/event", buf_slice(&body), answer);
}

enum err ctl_first_visit(const struct settings *s, const char *site_key,
    char number[CTL_FIRST_NUMBER])
{
	struct shown shown;
	struct buf answer;
	enum err e;

	buf_init(&answer, ANSWER_MAX);
	e = show_page(s, site_key, &answer, &shown);
	if (e == ERR_OK)
		e = touch_link(s, site_key, &shown, &answer);
	buf_fini(&answer);
	if (e == ERR_OK)
		memcpy(number, shown.number, sizeof(shown.number));
	else
		log_warn("run: the demonstration visit got no number: %s",
		    err_name(e));
	return e;
}
