#include "ctl/ctl_site_check.h"

#include <stdio.h>
#include <string.h>

#include "lib/core/pagecheck.h"
#include "lib/db/db_number.h"
#include "lib/db/db_site.h"
#include "lib/out/out_http.h"

#define FETCH_US (20 * RT_SEC_US)
#define WAIT_MS  200

/* The first OUT_HTTP_READ_MAX bytes of the page: of the operator's own choice,
 * so a private address may be asked. */
static enum err fetch(const char *url, struct arena *mem, unsigned int *status,
    struct slice *body)
{
	const struct out_http_request r = { .url = url,
		.method = "GET",
		.headers = { "User-Agent: ringtrace site check" },
		.private_ok = true,
		.timeout_us = FETCH_US,
		.answer_max = OUT_HTTP_READ_MAX };
	struct out_http_answer a;
	struct out_http *http = NULL;
	enum err e;

	if ((e = out_http_start()) != ERR_OK)
		return e;
	e = out_http_open(&http, 1);
	if (e == ERR_OK)
		e = out_http_add(http, &r);
	while (e == ERR_OK && !out_http_next(http, &a))
		out_http_work(http, WAIT_MS);
	if (e == ERR_OK && (e = a.e) != ERR_OK)
		(void)fprintf(stderr, "%s\n", a.why);
	if (e == ERR_OK) {
		*status = a.status;
		if (!arena_copy(mem, a.body, body))
			e = ERR_NOMEM;
	}
	out_http_close(http);
	out_http_stop();
	return e;
}

static void say(unsigned int status, const struct pagecheck *c, size_t bytes)
{
	(void)printf("answer %u, %zu bytes read\n", status, bytes);
	if (status >= 300 && status < 400) {
		(void)printf(
		    "a redirect: see that it passes the query on, or "
		    "click ids are lost; then check where it "
		    "leads\n");
		return;
	}
	(void)printf("tag: %s\n", c->tags == 0 ? "not on this page"
				  : c->tags == 1
				      ? "here"
				      : "here more than once: remove one");
	(void)printf("places that would be swapped: %u%s\n", c->targets,
	    c->targets == 0 ? " (scripts may draw some later)" : "");
	if (c->ours > 0)
		(void)printf(
		    "tracking numbers in the page itself: %u: a cache "
		    "keeps it after it was swapped\n",
		    c->ours);
}

enum err ctl_site_check(struct ctl_scope *s, struct company_id company,
    struct site_id site, struct slice key, const char *url)
{
	struct pagecheck_look look = { .key = key };
	struct slice *targets = NULL, *ours = NULL, body = SLICE("");
	unsigned int status = 0;
	struct pagecheck c;
	enum err e;

	if ((e = out_http_url_check(slice_from(url))) != ERR_OK) {
		(void)fprintf(stderr, "--url is an http or https address\n");
		return e;
	}
	e = db_site_targets(s->db, company, site, &s->mem, &targets,
	    &look.n_targets);
	if (e == ERR_OK)
		e = db_number_pooled(s->db, company, &s->mem, &ours,
		    &look.n_ours);
	if (e == ERR_OK)
		e = fetch(url, &s->mem, &status, &body);
	if (e != ERR_OK)
		return e;
	look.targets = targets;
	look.ours = ours;
	pagecheck(body, &look, &c);
	say(status, &c, body.n);
	return ERR_OK;
}
