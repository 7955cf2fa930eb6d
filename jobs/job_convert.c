#include "jobs/job_convert.h"

#include "lib/db/db_conversion.h"

#define RULES 50
#define CALLS 200

static enum err settle(const struct queue_env *env,
    const struct conversion_rule_row *row, const struct conversion_candidate *c)
{
	const struct conversion_rule rule = { .outcome =
						  slice_from(row->outcome),
		.by_tag = !id_is_nil(row->tag.v),
		.min_talk_s = row->min_talk_s,
		.has_value = row->has_value,
		.value_micros = row->value_micros };
	const struct conversion_call call = { .outcome = slice_from(c->outcome),
		.is_spam = c->is_spam,
		.tagged = c->tagged,
		.talk_ms = c->talk_ms,
		.has_value = c->has_value,
		.value_micros = c->value_micros };
	enum conversion_kind last = CONVERSION_NONE, next;
	int64_t value = c->last_value_micros;
	bool is;

	is = conversion_is(&rule, &call, &value) && c->clicked &&
	     conversion_click_ok(slice_from(c->click_id));
	if (!conversion_parse(slice_from(c->last), &last))
		return ERR_INTERNAL;
	next = conversion_next(is, value, last, c->last_value_micros);
	if (next == CONVERSION_NONE)
		return ERR_OK;
	if (next == CONVERSION_RETRACT)
		value = c->last_value_micros;
	return db_conversion_tell(env->db, row->company, row->id, c, next,
	    value, env->now_us);
}

static enum err settle_rule(const struct queue_env *env,
    const struct conversion_rule_row *row)
{
	const int64_t from_us = env->now_us - CONVERSION_WINDOW_US;
	struct call_id after = { { 0 } };
	size_t n = CALLS;
	enum err e = ERR_OK;

	while (e == ERR_OK && n == CALLS && !queue_stopping(env->queue)) {
		struct conversion_candidate *c = NULL;
		struct arena mem; /* a page at a time */

		arena_init(&mem, (size_t)4 << 20);
		e = db_conversion_candidates(env->db, row->company, row,
		    from_us, after, CALLS, &mem, &c, &n);
		for (size_t i = 0; e == ERR_OK && i < n; i++) {
			e = settle(env, row, &c[i]);
			after = c[i].call;
		}
		arena_fini(&mem);
	}
	return e;
}

enum err job_convert(const struct queue_env *env, const struct job_row *job)
{
	struct conversion_rule_row *rows = NULL;
	struct conversion_id after = { { 0 } };
	size_t n = RULES;
	enum err e = ERR_OK;

	(void)job;
	while (e == ERR_OK && n == RULES && !queue_stopping(env->queue)) {
		e = db_conversion_all(env->db, after, RULES, env->arena, &rows,
		    &n);
		for (size_t i = 0; e == ERR_OK && i < n; i++) {
			e = settle_rule(env, &rows[i]);
			after = rows[i].id;
		}
	}
	return e;
}
