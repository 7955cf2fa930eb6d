#include "cgi/api/api_calib.h"

#include "cgi/api/api_who.h"
#include "lib/core/attrib.h"
#include "lib/db/db_attrib_calib.h"
#include "lib/db/db_attrib_run.h"

#define BODY_MAX ((size_t)1 << 16)
#define DIGITS   4 /* of shares */

/* A share of 0 to 1 as a decimal text. */
static void put_share(struct json_out *j, const char *key, double share)
{
	json_out_key(j, key);
	json_out_fixed(j, (int64_t)(share * CALIB_WHOLE + 0.5), DIGITS);
}

void api_calib_range(const struct calib_bin *b, unsigned int i,
    struct json_out *j)
{
	const struct calib_interval in = calib_interval(b->right, b->calls);

	put_share(j, "from", (double)i / CALIB_BINS);
	put_share(j, "to", (double)(i + 1) / CALIB_BINS);
	json_out_key(j, "calls");
	json_out_u64(j, b->calls);
	json_out_key(j, "right");
	json_out_u64(j, b->right);
	put_share(j, "stated",
	    (double)b->stated_bp / CALIB_WHOLE / (double)b->calls);
	put_share(j, "came_true", (double)b->right / (double)b->calls);
	put_share(j, "at_least", in.low);
	put_share(j, "at_most", in.high);
}

static void put_bin(const struct calib_bin *b, unsigned int i,
    struct json_out *j)
{
	json_out_object(j);
	api_calib_range(b, i, j);
	json_out_end(j);
}

static void put_law(const struct attrib_law_row *row, struct json_out *j)
{
	json_out_object(j);
	json_out_key(j, "law");
	json_out_u64(j, row->law.version);
	json_out_key(j, "fitted_at");
	json_out_time_us(j, row->fitted_us);
	json_out_key(j, "calls");
	json_out_u64(j, row->calls);
	json_out_key(j, "visits");
	json_out_u64(j, row->visits);
	json_out_end(j);
}

enum err api_calib(const struct req *r, struct resp *out)
{
	struct attrib_law_row *laws = NULL;
	struct calib c;
	struct json_out j;
	struct buf b;
	uint32_t law;
	size_t n = 0;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = db_attrib_laws(r->db, r->company, r->arena, &laws, &n)) !=
	    ERR_OK)
		return e;
	law = n > 0 ? laws[0].law.version : 0;
	if ((e = db_attrib_calib_get(r->db, r->company, law, &c)) != ERR_OK)
		return e;
	buf_init(&b, BODY_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "rule");
	json_out_u64(&j, ATTRIB_RULE_VERSION);
	json_out_key(&j, "law");
	json_out_u64(&j, law);
	json_out_key(&j, "calls");
	json_out_u64(&j, calib_calls(&c));
	put_share(&j, "error", calib_error(&c));
	json_out_key(&j, "ranges");
	json_out_array(&j);
	for (unsigned int i = 0; i < CALIB_BINS; i++)
		if (c.bins[i].calls > 0)
			put_bin(&c.bins[i], i, &j);
	json_out_end(&j);
	json_out_key(&j, "laws");
	json_out_array(&j);
	for (size_t i = 0; i < n; i++)
		put_law(&laws[i], &j);
	json_out_end(&j);
	json_out_end(&j);
	e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}
