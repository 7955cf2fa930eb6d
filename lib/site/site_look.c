#include "lib/site/site_look.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clk.h"
#include "lib/core/pagemove.h"
#include "lib/core/robots.h"
#include "lib/core/urlq.h"
#include "lib/phone/phone.h"
#include "lib/site/site_text.h"

#define WAIT_MS      200
#define ROBOTS_HOPS  5                   /* RFC 9309 2.3.1.2 */
#define ROBOTS_BYTES ((size_t)512 << 10) /* 2.5: at least 500 KiB are read */
#define AGENT_LINE \
	"User-Agent: Mozilla/5.0 (compatible; " SITE_LOOK_AGENT "/1.0)"

/* Numbers of a pool mostly are of one range, and are written as the one before:
 * the library takes its time. */
static bool is_like(struct slice a, struct slice b)
{
	return a.n == b.n && a.n > 6 &&
	       slice_eq(slice_head(a, 6), slice_head(b, 6));
}

static void number(struct slice e164, struct pagenum_number *out)
{
	char national[PHONE_TEXT_MAX];

	phone_national(e164, national);
	pagenum_number(e164, slice_from(national), out);
}

enum err site_look_numbers(struct arena *mem, const struct slice *e164,
    size_t n, struct pagenum_number **out)
{
	struct pagenum_number *v = arena_array(mem, n, sizeof(*v));

	if (v == NULL && n > 0)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && is_like(e164[i - 1], e164[i]))
			pagenum_like(e164[i], &v[i - 1], &v[i]);
		else
			number(e164[i], &v[i]);
	}
	*out = v;
	return ERR_OK;
}

enum err site_look_what(struct arena *mem, const struct slice *targets,
    const struct slice *ours, struct pagecheck_look *what)
{
	struct pagenum_number *own = NULL, *shown = NULL;
	enum err e = site_look_numbers(mem, targets, what->n_targets, &own);

	if (e == ERR_OK)
		e = site_look_numbers(mem, ours, what->n_ours, &shown);
	if (e != ERR_OK)
		return e;
	pagenum_sort(shown, what->n_ours);
	what->targets = own;
	what->ours = shown;
	return ERR_OK;
}

void site_look_robots_end(struct site_look_robots *r)
{
	free(r->text);
	memset(r, 0, sizeof(*r));
}

/* One request and its answer, whatever it is. */
static enum err ask(const struct site_look *l, const char *url, size_t max,
    struct out_http_answer *a)
{
	const int64_t left_us = l->until_us - clk_mono_us();
	const struct out_http_request r = { .url = url,
		.method = "GET",
		.headers = { AGENT_LINE, "Accept: text/html,*/*;q=0.5" },
		.private_ok = l->private_ok,
		.ca_file = l->ca_file,
		.timeout_us =
		    left_us < SITE_LOOK_ASK_US ? left_us : SITE_LOOK_ASK_US,
		.answer_max = max,
		.read_max = max,
		.packed = true };
	enum err e;

	memset(a, 0, sizeof(*a));
	if (left_us < RT_SEC_US / 10) {
		a->e = ERR_TIMEOUT;
		(void)snprintf(a->why, sizeof(a->why),
		    "the site took too long for all of it");
		return ERR_OK;
	}
	e = out_http_add(l->http, &r);
	while (e == ERR_OK && !out_http_next(l->http, a))
		out_http_work(l->http, WAIT_MS);
	return e;
}

static bool is_redirect(const struct out_http_answer *a)
{
	return a->status >= 300 && a->status < 400 && a->redirect != NULL &&
	       a->redirect[0] != '\0';
}

/* --- robots.txt -----------------------------------------------------------*/

static enum err keep_robots(struct site_look_robots *r,
    const struct out_http_answer *a)
{
	r->status = a->e == ERR_OK ? a->status : 0;
	if (r->status < 200 || r->status > 299 || a->body.n == 0)
		return ERR_OK;
	r->text = malloc(a->body.n);
	if (r->text == NULL)
		return ERR_NOMEM;
	memcpy(r->text, a->body.p, a->body.n);
	r->n = a->body.n;
	return ERR_OK;
}

static enum err read_robots(const struct site_look *l, const char *origin)
{
	struct site_look_robots *r = l->robots;
	char url[OUT_HTTP_URL_MAX + 1];
	struct out_http_answer a;
	enum err e;

	site_look_robots_end(r);
	(void)snprintf(url, sizeof(url), "%s/robots.txt", origin);
	for (int hops = 0;; hops++) {
		e = ask(l, url, ROBOTS_BYTES, &a);
		if (e == ERR_NOMEM || e == ERR_BUSY)
			return e;
		if (e != ERR_OK) /* it leads to no address: there is none */
			return ERR_OK;
		if (!is_redirect(&a) || hops == ROBOTS_HOPS)
			break;
		(void)snprintf(url, sizeof(url), "%s", a.redirect);
	}
	if ((e = keep_robots(r, &a)) == ERR_OK)
		(void)snprintf(r->origin, sizeof(r->origin), "%s", origin);
	return e;
}

/* scheme://host[:port]; 0: it has none. */
static size_t origin_bytes(struct slice url)
{
	size_t n = slice_find(url, ':', 0);

	if (!slice_starts(slice_skip(url, n), SLICE("://")))
		return 0;
	for (n += 3; n < url.n; n++)
		if (url.p[n] == '/' || url.p[n] == '?')
			break;
	return n;
}

/* Sets seen.refused, and why. An answer of 4xx is "no such file", of 5xx "not
 * now" (RFC 9309 2.3.1.3 and 2.3.1.4); where none comes, the page will not
 * come either, and says so itself. */
static enum err may_ask(struct site_look *l)
{
	const struct slice url = slice_from(l->url);
	const size_t n = origin_bytes(url);
	const struct slice path = slice_skip(url, n);
	char origin[sizeof(l->robots->origin)];
	enum err e;

	if (n == 0 ||
	    !slice_to_cstr(slice_head(url, n), origin, sizeof(origin)))
		return ERR_OK; /* ask() says what is wrong with it */
	if (strcmp(l->robots->origin, origin) != 0 &&
	    (e = read_robots(l, origin)) != ERR_OK)
		return e;
	if (l->robots->status >= 500) {
		l->seen.refused = true;
		(void)snprintf(l->why, sizeof(l->why),
		    "robots.txt answers %u, so nothing is read",
		    l->robots->status);
		return ERR_OK;
	}
	if (robots_may(slice_of(l->robots->text, l->robots->n),
		SLICE(SITE_LOOK_AGENT),
		slice_starts(path, SLICE("/")) ? path : SLICE("/")))
		return ERR_OK;
	l->seen.refused = true;
	(void)snprintf(l->why, sizeof(l->why),
	    "robots.txt keeps " SITE_LOOK_AGENT " out");
	return ERR_OK;
}

/* --- the page -------------------------------------------------------------*/

static void follow(struct site_look *l, const char *redirect)
{
	const struct slice to = slice_from(redirect);
	struct buf b;

	buf_over(&b, l->url, sizeof(l->url) - 1);
	/* A place in the page: for browsers, no server hears of it. */
	sitecheck_plain(slice_head(to, slice_find(to, '#', 0)), &b);
	/* Too long an address is refused by the next ask(). */
	l->url[buf_err(&b) == ERR_OK ? b.n : 0] = '\0';
	l->seen.hops++;
}

/* What the page's relative addresses are relative to: its <base>, which
 * browsers heed where it is of the web, or itself. */
static const char *base_of(const struct site_look *l, struct slice html,
    char mem[OUT_HTTP_URL_MAX + 1])
{
	const struct slice base = pagecheck_base(html);

	return base.n > 0 && out_http_join(l->url, base, mem) &&
		       slice_starts(slice_from(mem), SLICE("http"))
		   ? mem
		   : l->url;
}

/* A place in the page that is there: browsers ask for nothing. */
static bool is_place(const struct site_look *l, struct slice said,
    const char *to)
{
	const struct slice s = slice_from(to);

	return slice_find(said, '#', 0) < said.n &&
	       slice_eq_cstr(slice_head(s, slice_find(s, '#', 0)), l->url);
}

/* Where the page itself sends browsers on: in its head, where "&amp;" is "&",
 * or by a program. */
static bool sends_on(const struct site_look *l, struct slice html,
    char out[OUT_HTTP_URL_MAX + 1])
{
	const struct slice amp = SLICE("&amp;"), url = slice_from(l->url);
	struct slice to = pagecheck_refresh(html);
	struct pagemove m = { to, false };
	char text[OUT_HTTP_URL_MAX], base[OUT_HTTP_URL_MAX + 1];
	struct buf b;

	buf_over(&b, text, sizeof(text));
	if (to.n == 0)
		m = pagemove(html);
	if (m.to.n == 0)
		return false;
	for (; to.n > 0; to = slice_skip(to, slice_starts(to, amp) ? amp.n : 1))
		buf_char(&b, to.p[0]);
	if (b.n == 0)
		buf_put(&b, m.to);
	if (m.keeps_query)
		buf_put(&b, slice_skip(url, slice_find(url, '?', 0)));
	return buf_err(&b) == ERR_OK &&
	       out_http_join(base_of(l, html, base), buf_slice(&b), out) &&
	       !is_place(l, buf_slice(&b), out);
}

/* *again: it leads on. */
static void read_text(struct site_look *l, const struct out_http_answer *a,
    struct slice html, bool *again)
{
	char to[OUT_HTTP_URL_MAX + 1];
	const bool redirect = is_redirect(a);
	const bool page = site_text_is_page(slice_from(a->type));
	struct urlq url;

	if (!redirect && !(page && sends_on(l, html, to))) {
		l->what.host = urlq_split(slice_from(l->url), &url) == ERR_OK
				   ? url.host
				   : SLICE("");
		l->bytes = a->body.n;
		l->seen.cut = page && a->body.n >= SITE_LOOK_BYTES;
		if (page)
			pagecheck(html, &l->what, &l->seen.page);
	} else if (l->seen.hops == SITE_LOOK_HOPS) {
		l->seen.too_many_hops = true;
	} else {
		follow(l, redirect ? a->redirect : to);
		*again = true;
	}
}

static enum err read_page(struct site_look *l, const struct out_http_answer *a,
    bool *again)
{
	struct slice html;
	struct buf mem;
	const enum err e = site_text(a->body, slice_from(a->type), &mem, &html);

	if (e == ERR_OK)
		read_text(l, a, html, again);
	buf_fini(&mem);
	return e;
}

/* *again: a redirect leads on. */
static enum err step(struct site_look *l, bool *again)
{
	struct out_http_answer a;
	enum err e;

	*again = false;
	if ((e = may_ask(l)) != ERR_OK || l->seen.refused)
		return e;
	e = ask(l, l->url, SITE_LOOK_BYTES, &a);
	if (e == ERR_NOMEM || e == ERR_BUSY)
		return e;
	if (e != ERR_OK || a.e != ERR_OK) {
		(void)snprintf(l->why, sizeof(l->why), "%s",
		    e == ERR_OK ? a.why
		    : l->seen.hops > 0
			? "a redirect leads to an address that cannot be asked"
			: "an address that cannot be asked");
		return ERR_OK;
	}
	l->seen.answered = true;
	l->seen.status = a.status;
	l->took_us += a.took_us;
	return read_page(l, &a, again);
}

enum err site_look(struct site_look *l, struct slice page)
{
	struct buf b;
	bool again = true;
	enum err e = ERR_OK;

	buf_over(&b, l->url, sizeof(l->url) - 1);
	sitecheck_probe(page, &b);
	if (buf_err(&b) != ERR_OK)
		return ERR_TOOBIG;
	l->url[b.n] = '\0';
	while (e == ERR_OK && again)
		e = step(l, &again);
	l->seen.final_url = slice_from(l->url);
	return e;
}
