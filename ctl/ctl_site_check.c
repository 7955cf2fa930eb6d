#include "ctl/ctl_site_check.h"

#include <stdio.h>

#include "lib/base/clk.h"
#include "lib/db/db_number.h"
#include "lib/db/db_site.h"
#include "lib/site/site_look.h"

#define CHECK_US  RT_MIN_US
#define LATELY_US (3 * RT_DAY_US)

static const char *tag_words(const struct sitecheck *c)
{
	if (c->page.tags > 1)
		return "here more than once: remove one";
	if (c->page.tags == 1)
		return "here";
	if (!c->page.manager)
		return "not on this page";
	return c->seen_lately
		   ? "loaded by Google Tag Manager: it was at work in the last"
		     " days"
		   : "not on this page; Google Tag Manager is, but the tag"
		     " was not seen in the last days";
}

static void say_redirects(const struct site_look *l)
{
	if (l->seen.hops == 0)
		return;
	(void)printf("%u redirect%s, to %s\n", l->seen.hops,
	    l->seen.hops == 1 ? "" : "s", l->url);
	if (l->seen.too_many_hops)
		(void)printf("and on: each is a chance to lose the visitor\n");
	else if (!sitecheck_has_probe(slice_from(l->url)))
		(void)printf(
		    "they drop the click id: let them pass the query"
		    " on, or paid visits look direct\n");
}

static void say(const struct site_look *l)
{
	const struct pagecheck *c = &l->seen.page;

	say_redirects(l);
	if (l->why[0] != '\0') {
		(void)printf("%s\n", l->why);
		return;
	}
	(void)printf("answer %u, %zu bytes read%s\n", l->seen.status, l->bytes,
	    l->seen.cut ? ", and no more of a longer page" : "");
	if (l->seen.too_many_hops)
		return;
	(void)printf("tag: %s\n", tag_words(&l->seen));
	(void)printf("places that would be swapped: %u%s\n", c->targets,
	    c->targets == 0 ? " (scripts may draw some later)" : "");
	if (c->bad_domain)
		(void)printf(
		    "the tag's data-domain is not the page's: browsers refuse "
		    "its cookie, and each page is a new visitor\n");
	if (c->others > 0)
		(void)printf("other vendors' tags: %u: remove them\n",
		    c->others);
	if (c->ours > 0)
		(void)printf(
		    "tracking numbers in the page itself: %u: a cache "
		    "keeps it after it was swapped\n",
		    c->ours);
}

/* Of the operator's own choice, so a private address may be asked. */
static enum err look(struct site_look *l, const char *url)
{
	struct site_look_robots robots = { .n = 0 };
	enum err e;

	if ((e = out_http_start()) != ERR_OK)
		return e;
	l->private_ok = true;
	l->until_us = clk_mono_us() + CHECK_US;
	l->robots = &robots;
	if ((e = out_http_open(&l->http, 2)) == ERR_OK)
		e = site_look(l, slice_from(url));
	out_http_close(l->http);
	out_http_stop();
	site_look_robots_end(&robots);
	l->robots = NULL;
	return e;
}

enum err ctl_site_check(struct ctl_scope *s, struct company_id company,
    struct site_id site, struct slice key, const char *url)
{
	struct site_look l = { .what = { .key = key } };
	struct slice *targets = NULL, *ours = NULL;
	struct site_row row;
	enum err e;

	if ((e = out_http_url_check(slice_from(url))) != ERR_OK) {
		(void)fprintf(stderr, "--url is an http or https address\n");
		return e;
	}
	if ((e = db_site_get(s->db, company, site, &row)) == ERR_OK)
		e = db_site_targets(s->db, company, site, &s->mem, &targets,
		    &l.what.n_targets);
	if (e == ERR_OK)
		e = db_number_shown(s->db, company, site, &s->mem, &ours,
		    &l.what.n_ours);
	if (e == ERR_OK)
		e = site_look_what(&s->mem, targets, ours, &l.what);
	if (e != ERR_OK)
		return e;
	l.seen.seen_lately = row.seen_us > clk_wall_us() - LATELY_US;
	if ((e = look(&l, url)) != ERR_OK)
		return e;
	say(&l);
	return l.seen.answered ? ERR_OK : ERR_UNAVAILABLE;
}
