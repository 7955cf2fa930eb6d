#include "cgi/api/api_models.h"

#include "cgi/api/api_filter.h"
#include "cgi/api/api_who.h"
#include "lib/feed/feed_models.h"
#include "lib/text/json_out.h"

#define BODY_MAX ((size_t)1 << 20)

static void put_models(const struct feed_models_line *l, struct json_out *j)
{
	for (int m = 0; m < TOUCH_MODEL_COUNT; m++) {
		json_out_key(j, feed_models_key((enum touch_model)m));
		json_out_u64(j, l->bp[m]);
	}
}

static void put_count(const char *key, size_t n, struct json_out *j)
{
	json_out_key(j, key);
	json_out_u64(j, n);
}

static void put_all(const struct api_period *p, const struct feed_models *m,
    struct json_out *j)
{
	json_out_object(j);
	json_out_key(j, "from");
	json_out_time_us(j, p->from_us);
	json_out_key(j, "to");
	json_out_time_us(j, p->to_us);
	put_count("calls", m->calls, j);
	json_out_key(j, "cut");
	json_out_bool(j, m->cut);
	put_count("calls_with_touches", m->with_touches, j);
	put_count("touches", m->touches, j);
	json_out_key(j, "data");
	json_out_array(j);
	for (size_t i = 0; i < m->n; i++) {
		json_out_object(j);
		json_out_key(j, "source");
		json_out_str(j, m->lines[i].source);
		json_out_key(j, "medium");
		json_out_str(j, m->lines[i].medium);
		put_models(&m->lines[i], j);
		json_out_end(j);
	}
	json_out_end(j);
	json_out_key(j, "others");
	json_out_object(j);
	put_models(&m->others, j);
	json_out_end(j);
	json_out_end(j);
}

enum err api_models(const struct req *r, struct resp *out)
{
	struct api_period period;
	struct feed_models *m;
	struct json_out j;
	struct buf b;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = api_filter_period(r, &period)) != ERR_OK ||
	    (e = feed_models(r->db, r->company, period.from_us, period.to_us,
		 r->arena, &m)) != ERR_OK)
		return e;
	buf_init(&b, BODY_MAX);
	json_out_init(&j, &b);
	put_all(&period, m, &j);
	e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}
