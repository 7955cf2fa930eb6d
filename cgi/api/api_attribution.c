#include "cgi/api/api_attribution.h"

#include <string.h>

#include "cgi/api/api_calib.h"
#include "cgi/api/api_who.h"
#include "lib/core/attrib.h"
#include "lib/db/db_attrib_calib.h"
#include "lib/db/db_report_call.h"
#include "lib/db/db_touch.h"
#include "lib/feed/feed_models.h"
#include "lib/json/evidence.h"

/* What is known of one call; texts of why live as long as in. */
struct credit {
	struct db_report_call *call;
	struct json_in *in; /* NULL: there is no evidence */
	struct evidence why;
	struct touch_row *touches;
	size_t n_touches;
	struct calib calib; /* of the evidence's law */
};

static void put_i64(struct json_out *j, const char *key, int64_t v)
{
	json_out_key(j, key);
	json_out_i64(j, v);
}

/* null where there is no such thing. */
static void put_i64_null(struct json_out *j, const char *key, bool is,
    int64_t v)
{
	json_out_key(j, key);
	if (is)
		json_out_i64(j, v);
	else
		json_out_null(j);
}

/* The same in seconds before the call: what was seen or touched while it came
 * in is of its moment. */
static void put_ago(struct json_out *j, const char *key, bool is, int64_t s)
{
	put_i64_null(j, key, is, s > 0 ? s : 0);
}

static void put_str(struct json_out *j, const char *key, struct slice s)
{
	json_out_key(j, key);
	json_out_str(j, s);
}

/* An older rule did not say it: not known. */
static void put_word(struct json_out *j, const char *key, struct slice s)
{
	put_str(j, key, s.n > 0 ? s : SLICE("unknown"));
}

static void put_text_null(struct json_out *j, const char *key, struct slice s)
{
	json_out_key(j, key);
	if (s.n > 0)
		json_out_str(j, s);
	else
		json_out_null(j);
}

static void put_names(struct json_out *j, struct slice source,
    struct slice medium, struct slice campaign)
{
	put_str(j, "source", source);
	put_str(j, "medium", medium);
	put_str(j, "campaign", campaign);
}

static void put_candidate(const struct db_report_call *call,
    const struct evidence_one *c, struct json_out *j)
{
	char id[ID_TEXT_MAX];

	id_text(ID_KIND_visit, call->visit.v, id);
	json_out_object(j);
	put_text_null(j, "visit_id", c->visit);
	put_text_null(j, "lease_id", c->lease);
	put_i64(j, "probability_bp", c->bp);
	json_out_key(j, "credited");
	json_out_bool(j, strcmp(call->attributed_by, "visit") == 0 &&
			     slice_eq_cstr(c->visit, id));
	put_ago(j, "last_seen_s", true, c->seen_s);
	put_ago(j, "tel_click_s", c->tel_s >= 0, c->tel_s);
	put_ago(j, "overflow_shown_s", c->overflow_s >= 0, c->overflow_s);
	put_word(j, "caller", c->caller);
	put_i64(j, "caller_bp", c->caller_bp);
	put_word(j, "place", c->place);
	put_word(j, "use", c->use);
	put_names(j, c->source, c->medium, c->campaign);
	json_out_end(j);
}

static void put_candidates(const struct credit *k, struct json_out *j)
{
	json_out_key(j, "candidates");
	json_out_array(j);
	for (size_t i = 0; i < json_in_count(k->why.candidates); i++) {
		struct evidence_one c;

		if (evidence_read_one(json_in_at(k->why.candidates, i), &c) ==
		    ERR_OK)
			put_candidate(k->call, &c, j);
	}
	json_out_end(j);
}

struct share {
	struct slice source;
	struct slice medium;
	int64_t bp;
};

/* Each source with what it has, most first; returns how many there are. Rules
 * before the seventh told of each campaign by itself. */
static size_t read_sources(const struct credit *k,
    struct share out[ATTRIB_EVIDENCE_SOURCES])
{
	size_t n = 0;

	for (size_t i = 0; i < json_in_count(k->why.sources); i++) {
		struct evidence_one s;
		struct share share;
		size_t at = 0;

		if (evidence_read_one(json_in_at(k->why.sources, i), &s) !=
		    ERR_OK)
			continue;
		while (at < n && !(slice_eq(out[at].source, s.source) &&
				     slice_eq(out[at].medium, s.medium)))
			at++;
		if (at == ATTRIB_EVIDENCE_SOURCES)
			continue;
		share = (struct share){ s.source, s.medium, s.bp };
		if (at == n)
			n++;
		else
			share.bp += out[at].bp;
		for (; at > 0 && out[at - 1].bp < share.bp; at--)
			out[at] = out[at - 1];
		out[at] = share;
	}
	return n;
}

static void put_sources(const struct credit *k, struct json_out *j)
{
	struct share sources[ATTRIB_EVIDENCE_SOURCES];
	const size_t n = read_sources(k, sources);

	json_out_key(j, "sources");
	json_out_array(j);
	for (size_t i = 0; i < n; i++) {
		json_out_object(j);
		put_str(j, "source", sources[i].source);
		put_str(j, "medium", sources[i].medium);
		put_i64(j, "probability_bp", sources[i].bp);
		json_out_end(j);
	}
	json_out_end(j);
}

/* The range that the likeliest visit's probability is in: it is what is found
 * right or not. */
static void put_calibration(const struct credit *k, struct json_out *j)
{
	const int64_t per = CALIB_WHOLE / CALIB_BINS;
	struct evidence_one best;
	size_t i;

	json_out_key(j, "calibration");
	if (evidence_read_one(json_in_at(k->why.candidates, 0), &best) !=
	    ERR_OK) {
		json_out_null(j);
		return;
	}
	i = best.bp < CALIB_WHOLE ? (size_t)(best.bp / per) : CALIB_BINS - 1;
	if (k->calib.bins[i].calls == 0) {
		json_out_null(j);
		return;
	}
	json_out_object(j);
	api_calib_range(&k->calib.bins[i], (unsigned int)i, j);
	json_out_end(j);
}

/* What is said of the call as a whole; without evidence nothing is known of
 * it. */
static void put_whole(const struct credit *k, struct json_out *j)
{
	const bool is = k->in != NULL;

	put_i64_null(j, "law", is && k->why.law >= 0, k->why.law);
	put_i64_null(j, "none_bp", is, k->why.none_bp);
	put_ago(j, "first_dialled_s", is && k->why.dialled_s >= 0,
	    k->why.dialled_s);
	put_i64_null(j, "shared_bp", is, k->why.shared_bp);
	json_out_key(j, "others");
	json_out_object(j);
	put_i64(j, "visits", k->why.older);
	json_out_key(j, "about");
	json_out_bool(j, k->why.older_about);
	put_i64(j, "probability_bp", k->why.older_bp);
	json_out_end(j);
}

/* Each touch with its share under the models that are a matter of touches. */
static void put_touches(const struct credit *k, struct json_out *j)
{
	bool paid[TOUCH_MAX];

	for (size_t i = 0; i < k->n_touches; i++)
		paid[i] = k->touches[i].paid;
	json_out_key(j, "touches");
	json_out_array(j);
	for (size_t i = 0; i < k->n_touches; i++) {
		const struct touch_row *t = &k->touches[i];

		json_out_object(j);
		json_out_key(j, "at");
		json_out_time_us(j, t->at_us);
		put_names(j, t->source, t->medium, t->campaign);
		json_out_key(j, "paid");
		json_out_bool(j, t->paid);
		json_out_key(j, "shares_bp");
		json_out_object(j);
		for (int m = TOUCH_FIRST; m < TOUCH_PROBABILITY; m++) {
			uint16_t share[TOUCH_MAX] = { 0 };

			if (touch_share((enum touch_model)m, paid, k->n_touches,
				share) == ERR_OK)
				put_i64(j, feed_models_key((enum touch_model)m),
				    share[i]);
		}
		json_out_end(j);
		json_out_end(j);
	}
	json_out_end(j);
}

static enum err write(const struct credit *k, struct resp *out)
{
	const struct db_report_call *c = k->call;
	char id[ID_TEXT_MAX];
	struct json_out j;
	struct buf b;
	enum err e;

	buf_init(&b, RESP_BODY_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "settled");
	json_out_bool(&j, !c->open);
	put_str(&j, "attributed_by", slice_from(c->attributed_by));
	put_i64(&j, "probability_bp", c->probability_bp);
	id_text(ID_KIND_visit, c->visit.v, id);
	put_text_null(&j, "visit_id",
	    id_is_nil(c->visit.v) ? SLICE("") : slice_from(id));
	put_text_null(&j, "tracker", slice_from(c->tracker));
	put_i64(&j, "rule", c->rule_version);
	put_whole(k, &j);
	put_candidates(k, &j);
	put_sources(k, &j);
	put_calibration(k, &j);
	put_touches(k, &j);
	json_out_end(&j);
	e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}

/* Evidence that cannot be read counts as none. */
static enum err read_evidence(const struct req *r, struct credit *k)
{
	const struct slice text = slice_from(k->call->evidence);
	enum err e;

	k->why.candidates = k->why.sources = NULL;
	if (text.n == 0)
		return ERR_OK;
	e = json_in_parse(text, DB_REPORT_CALL_EVIDENCE_MAX, EVIDENCE_DEPTH,
	    &k->in, NULL);
	if (e == ERR_OK &&
	    evidence_read(json_in_root(k->in), &k->why) != ERR_OK) {
		json_in_free(k->in);
		k->in = NULL;
	}
	if (e == ERR_NOMEM || k->in == NULL || k->why.law < 0)
		return e == ERR_NOMEM ? e : ERR_OK;
	return db_attrib_calib_get(r->db, r->company, (uint32_t)k->why.law,
	    &k->calib);
}

enum err api_attribution(const struct req *r, struct resp *out)
{
	struct credit k;
	struct call_id id;
	enum err e;

	memset(&k, 0, sizeof(k));
	if (!api_who_company(r, out, &e) ||
	    (e = req_path_id(r, 0, ID_KIND_call, id.v)) != ERR_OK ||
	    (e = db_report_call(r->db, r->company, id, r->arena, &k.call)) !=
		ERR_OK ||
	    (e = db_touch_call(r->db, r->company, id, r->arena, &k.touches,
		 &k.n_touches)) != ERR_OK)
		return e;
	e = read_evidence(r, &k);
	if (e == ERR_OK)
		e = write(&k, out);
	json_in_free(k.in);
	return e;
}
