#include "lib/feed/feed_site.h"

#include <string.h>

#define LOOK_BACK_US (FEED_SITE_DAYS * RT_DAY_US)

struct taghealth_sums feed_site_sums(const struct site_row *site,
    const struct site_health_row *h)
{
	struct taghealth_sums s = { .seen_us = site->seen_us,
		.reports = h->reports,
		.unasked = h->unasked,
		.without = h->without,
		.late = h->late,
		.refused = h->refused };

	memcpy(s.causes, h->causes, sizeof(s.causes));
	return s;
}

/* Was the page read, after anything was asked of it, and to where it ends, and
 * is it known which numbers it has? */
static bool was_read(const struct site_page_row *p)
{
	return p->checked_us != 0 && p->asked_us <= p->checked_us &&
	       p->status / 100 == 2 && (p->found & 1U << SITECHECK_CUT) == 0 &&
	       (p->targets == 0 || p->stands.n > 0);
}

/* Of one that was not nobody knows which numbers it has. */
static bool all_read(const struct site_page_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!was_read(&rows[i]))
			return false;
	return n > 0;
}

enum err feed_site(struct db *db, struct company_id company, struct site_id id,
    int64_t now_us, struct arena *mem, struct feed_site *out)
{
	const int64_t since_us = now_us - LOOK_BACK_US;
	struct taghealth_sums sums;
	struct feed_site s;
	enum err e;

	memset(&s, 0, sizeof(s));
	if ((e = db_site_get(db, company, id, &s.site)) != ERR_OK ||
	    (e = db_site_health_read(db, company, id, since_us, &s.health)) !=
		ERR_OK ||
	    (e = db_site_health_traffic(db, company, id, since_us,
		 &s.traffic)) != ERR_OK ||
	    (e = db_site_number_list(db, company, id, since_us, mem, &s.numbers,
		 &s.n_numbers)) != ERR_OK ||
	    (e = db_site_page_list(db, company, id, mem, &s.pages,
		 &s.n_pages)) != ERR_OK)
		return e;
	sums = feed_site_sums(&s.site, &s.health);
	s.found = taghealth_judge(&sums, now_us);
	s.all_read = all_read(s.pages, s.n_pages);
	*out = s;
	return ERR_OK;
}

/* Is it in a list with commas between? */
static bool stands_in(struct slice list, struct slice e164)
{
	struct slice one;
	bool more = list.n > 0;

	while (more) {
		more = slice_cut(&list, ',', &one);
		if (slice_eq(one, e164))
			return true;
	}
	return false;
}

bool feed_site_stands(const struct feed_site *s, struct slice e164)
{
	for (size_t i = 0; i < s->n_pages; i++)
		if (stands_in(s->pages[i].stands, e164))
			return true;
	return false;
}

uint64_t feed_site_pages(const struct feed_site *s,
    enum sitecheck_finding finding)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->n_pages; i++)
		n += s->pages[i].checked_us != 0 &&
		     (s->pages[i].found >> finding & 1U) != 0;
	return n;
}

/* --- as JSON ---------------------------------------------------------------*/

static void put_u64(struct json_out *j, const char *key, uint64_t v)
{
	json_out_key(j, key);
	json_out_u64(j, v);
}

static void put_time(struct json_out *j, const char *key, int64_t us)
{
	json_out_key(j, key);
	if (us == 0)
		json_out_null(j);
	else
		json_out_time_us(j, us);
}

static void put_null(struct json_out *j, const char *key, struct slice s)
{
	json_out_key(j, key);
	if (s.n == 0)
		json_out_null(j);
	else
		json_out_str(j, s);
}

static void put_findings(struct json_out *j, unsigned int found, unsigned int n,
    const char *word(unsigned int))
{
	json_out_key(j, "findings");
	json_out_array(j);
	for (unsigned int i = 0; i < n; i++)
		if ((found >> i & 1U) != 0)
			json_out_cstr(j, word(i));
	json_out_end(j);
}

static void put_tag(struct json_out *j, const struct site_health_row *h)
{
	put_u64(j, "version", h->version);
	put_u64(j, "reports", h->reports);
	put_u64(j, "unasked", h->unasked);
	put_u64(j, "without", h->without);
	put_u64(j, "found", h->found);
	put_u64(j, "swapped", h->swapped);
	json_out_key(j, "causes");
	json_out_object(j);
	for (unsigned int i = 0; i < TAGHEALTH_CAUSE_COUNT; i++)
		put_u64(j, taghealth_word(i), h->causes[i]);
	put_u64(j, taghealth_word(TAGHEALTH_KEPT_LATE), h->late);
	json_out_end(j);
	put_u64(j, "refused", h->refused);
	put_null(j, "refused_origin", slice_from(h->refused_origin));
	put_null(j, "error", slice_from(h->error));
	put_time(j, "error_at", h->error_us);
}

/* stands: null while it is not known of a number that stands in no page. */
static void put_number(struct json_out *j, const struct feed_site *s,
    const struct site_number_row *n)
{
	const bool stands = feed_site_stands(s, slice_from(n->e164));

	json_out_object(j);
	json_out_key(j, "number");
	json_out_cstr(j, n->e164);
	put_u64(j, "reports", n->reports);
	put_u64(j, "pages", n->pages);
	put_u64(j, "places", n->places);
	json_out_key(j, "stands");
	if (stands || s->all_read)
		json_out_bool(j, stands);
	else
		json_out_null(j);
	json_out_end(j);
}

static void put_page(struct json_out *j, const struct site_page_row *p)
{
	json_out_object(j);
	json_out_key(j, "url");
	json_out_str(j, p->url);
	put_time(j, "checked_at", p->checked_us);
	put_u64(j, "status", p->status);
	put_u64(j, "redirects", p->hops);
	put_null(j, "final_url", p->final_url);
	put_u64(j, "places", p->targets);
	put_findings(j, p->checked_us != 0 ? p->found : 0,
	    SITECHECK_FINDING_COUNT, sitecheck_word);
	put_null(j, "problem", p->problem);
	json_out_end(j);
}

void feed_site_write(const struct feed_site *s, int64_t now_us,
    struct json_out *j)
{
	const int64_t since_us = now_us - LOOK_BACK_US;

	json_out_object(j);
	json_out_key(j, "since");
	json_out_time_us(j, since_us - since_us % RT_DAY_US);
	put_time(j, "seen_at", s->site.seen_us);
	put_findings(j, s->found, TAGHEALTH_FINDING_COUNT,
	    taghealth_finding_word);
	put_u64(j, "visits", s->traffic.visits);
	put_u64(j, "leases", s->traffic.leases);
	put_u64(j, "calls", s->traffic.calls);
	put_u64(j, "forms", s->traffic.forms);
	put_tag(j, &s->health);
	json_out_key(j, "numbers");
	json_out_array(j);
	for (size_t i = 0; i < s->n_numbers; i++)
		put_number(j, s, &s->numbers[i]);
	json_out_end(j);
	json_out_key(j, "pages");
	json_out_array(j);
	for (size_t i = 0; i < s->n_pages; i++)
		put_page(j, &s->pages[i]);
	json_out_end(j);
	json_out_end(j);
}
