#include "jobs/job_convert.h"

#include "lib/db/db_conversion_walk.h"
#include "lib/db/db_now.h"

#define RULES 50
#define CALLS 1000
#define PAGE  ((size_t)8 << 20)
/* Read again each time: a change is committed after its time, and a visit may
 * be written after the call that it led to. */
#define AGAIN_US (15 * RT_MIN_US)
/* What changed without moving the time of its call is found by then. */
#define WHOLE_US RT_DAY_US

/* A rule under way. */
struct round {
	const struct queue_env *env;
	struct company_id company;
	struct conversion_id rule;
	int64_t until_us; /* by the database's clock */
	bool begun;
	struct conversion_walk at;
	size_t n; /* calls of the last page */
};

/* Credited to another click than the one that was told, which is taken back
 * already: it is told anew, where it can be. */
static enum err tell_moved(const struct queue_env *env,
    const struct conversion_rule_row *row, const struct conversion_candidate *c,
    int64_t value)
{
	struct conversion_candidate now = *c;
	enum err e;

	e = db_conversion_walk_click(env->db, row->company, row, c->call,
	    now.click_id);
	if (e != ERR_OK || !conversion_click_ok(slice_from(now.click_id)))
		return e;
	return db_conversion_walk_tell(env->db, row->company, row->id, &now,
	    CONVERSION_NEW, value, env->now_us);
}

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
	enum err e;

	if (!c->ripe)
		return ERR_OK;
	is = conversion_is(&rule, &call, &value) && c->clicked &&
	     conversion_click_ok(slice_from(c->click_id));
	if (!conversion_parse(slice_from(c->last), &last))
		return ERR_INTERNAL;
	next = conversion_next(is, c->moved, value, last, c->last_value_micros);
	if (next == CONVERSION_NONE)
		return ERR_OK;
	e = db_conversion_walk_tell(env->db, row->company, row->id, c, next,
	    next == CONVERSION_RETRACT ? c->last_value_micros : value,
	    env->now_us);
	return e == ERR_OK && is && c->moved ? tell_moved(env, row, c, value)
					     : e;
}

/* Where to go on: behind what this round did, unless all is to be compared
 * again, as the rule is another or a day has passed. */
static void aim(struct round *r, const struct conversion_walk *stored)
{
	const int64_t first_us = r->until_us - CONVERSION_WINDOW_US;
	const int64_t since_us = r->env->now_us - stored->whole_us;

	if (stored->whole_us == 0 || since_us >= WHOLE_US ||
	    since_us <= -WHOLE_US)
		r->at = (struct conversion_walk){ .whole_us = r->env->now_us };
	else if (!r->begun)
		r->at = *stored;
	r->begun = true;
	/* What changed last before then began before then. */
	if (r->at.at_us < first_us)
		r->at = (struct conversion_walk){ .at_us = first_us,
			.whole_us = r->at.whole_us };
}

static enum err keep(const struct round *r)
{
	const int64_t again_us = r->until_us - AGAIN_US;
	struct conversion_walk walk = r->at;

	if (walk.at_us > again_us)
		walk = (struct conversion_walk){ .at_us = again_us,
			.whole_us = walk.whole_us };
	return db_conversion_walk_keep(r->env->db, r->company, r->rule, &walk);
}

static enum err walk_on(struct round *r, struct arena *mem)
{
	const struct queue_env *env = r->env;
	struct conversion_candidate *c = NULL;
	struct conversion_walk stored;
	struct conversion_rule_row row;
	enum err e;

	e = db_conversion_walk_hold(env->db, r->company, r->rule, &stored);
	if (e == ERR_OK)
		e = db_conversion_get(env->db, r->company, r->rule, &row);
	if (e != ERR_OK)
		return e;
	aim(r, &stored);
	e = db_conversion_walk_next(env->db, r->company, &row, &r->at,
	    r->until_us, env->now_us - CONVERSION_WINDOW_US, CALLS, mem, &c,
	    &r->n);
	for (size_t i = 0; e == ERR_OK && i < r->n; i++)
		e = settle(env, &row, &c[i]);
	if (e != ERR_OK)
		return e;
	r->at.at_us = r->n < CALLS ? r->until_us : c[r->n - 1].changed_us;
	if (r->n == CALLS)
		r->at.call = c[r->n - 1].call;
	return keep(r);
}

/* One page, all of it or nothing. */
static enum err page(struct round *r)
{
	struct arena mem;
	enum err e = db_begin(r->env->db);

	if (e != ERR_OK)
		return e;
	arena_init(&mem, PAGE);
	e = db_end(r->env->db, walk_on(r, &mem));
	arena_fini(&mem);
	return e;
}

static enum err settle_rule(const struct queue_env *env,
    const struct conversion_rule_row *row)
{
	struct round r = { .env = env,
		.company = row->company,
		.rule = row->id,
		.n = CALLS };
	enum err e = db_now(env->db, &r.until_us);

	while (e == ERR_OK && r.n == CALLS && !queue_stopping(env->queue))
		e = page(&r);
	return e == ERR_NOTFOUND ? ERR_OK : e; /* archived meanwhile */
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
