#include "ctl/ctl_attrib.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ctl_conf.h"
#include "ctl/ctl_verb.h"
#include "lib/base/clk.h"
#include "lib/base/rnd.h"
#include "lib/db/db_attrib_again.h"
#include "lib/db/db_attrib_fit.h"
#include "lib/db/db_audit.h"
#include "lib/db/db_company.h"
#include "lib/phone/tz.h"

#define PAGE_MAX_BYTES ((size_t)4 << 20)
#define CALL_MAX_BYTES ((size_t)512 * 1024)
#define SOURCES_MAX    200 /* lines of the report; the rest is summed up */

struct opts {
	const char *conf;
	const char *company;
	const char *from;
	const char *to;
	bool apply;
};

static const struct ctl_opt options[] = {
	{ "company", CTL_OPT_TEXT, offsetof(struct opts, company), 0, "COMPANY",
	    "id or name" },
	{ "from", CTL_OPT_TEXT, offsetof(struct opts, from), 0, "DATE",
	    "first day, as 2026-11-01, in the company's zone (30 days ago)" },
	{ "to", CTL_OPT_TEXT, offsetof(struct opts, to), 0, "DATE",
	    "last day (today)" },
	{ "apply", CTL_OPT_FLAG, offsetof(struct opts, apply), 0, NULL,
	    "rerun: write it down; else only say what would change" },
	CTL_CONF_OPT(struct opts, conf),
};

struct period {
	int64_t from_us;
	int64_t to_us;
};

static enum err day_us(struct tz *z, const char *text, int days,
    struct tz_date day, int64_t *out)
{
	enum err e = ERR_OK;

	if (text != NULL)
		e = tz_date_parse(slice_from(text), &day);
	if (e == ERR_OK)
		e = tz_day_start(z, tz_date_add(day, days), out);
	if (e != ERR_OK)
		(void)fprintf(stderr, "no such day: %s\n",
		    text == NULL ? "today" : text);
	return e != ERR_OK && text != NULL ? ERR_SYNTAX : e;
}

static enum err read_period(const struct ctl_scope *s, const struct opts *o,
    const struct company_row *c, struct period *out)
{
	struct tz_date today;
	struct tz *z;
	enum err e;

	if ((e = tz_open(slice_from(c->time_zone), &z)) != ERR_OK)
		return e;
	if ((e = tz_day_of(z, s->now_us, &today)) == ERR_OK &&
	    (e = day_us(z, o->from, 0,
		 o->from == NULL ? tz_date_add(today, -29) : today,
		 &out->from_us)) == ERR_OK)
		e = day_us(z, o->to, 1, today, &out->to_us);
	tz_close(z);
	if (e == ERR_OK && out->from_us >= out->to_us) {
		(void)fprintf(stderr, "--from must not be after --to\n");
		return ERR_SYNTAX;
	}
	return e;
}

static enum err begin(struct ctl_scope *s, const struct opts *o,
    struct company_row *row, struct period *p)
{
	struct account_id account;
	struct company_id company;
	enum err e;

	e = ctl_scope_company(s, o->company, &company, &account);
	if (e == ERR_OK)
		e = db_company_get(s->db, company, row);
	return e == ERR_OK ? read_period(s, o, row, p) : e;
}

/* --- rerun ---------------------------------------------------------------*/

struct source_line {
	char source[DB_NAME_BYTES];
	char medium[DB_NAME_BYTES];
	uint64_t before;
	uint64_t now;
};

struct tally {
	uint64_t calls; /* of pool numbers */
	uint64_t changed;
	uint64_t moved[ATTRIB_AGAIN_COUNT][ATTRIB_AGAIN_COUNT];
	uint64_t other_visit;
	uint64_t other_source;
	uint64_t gone;
	struct source_line lines[SOURCES_MAX + 1]; /* the last: all others */
	size_t n_lines;
};

static struct source_line *line_of(struct tally *t, const char *source,
    const char *medium)
{
	struct source_line *l;

	for (size_t i = 0; i < t->n_lines; i++)
		if (strcmp(t->lines[i].source, source) == 0 &&
		    strcmp(t->lines[i].medium, medium) == 0)
			return &t->lines[i];
	if (t->n_lines == SOURCES_MAX)
		return &t->lines[SOURCES_MAX];
	l = &t->lines[t->n_lines++];
	memcpy(l->source, source, strlen(source) + 1);
	memcpy(l->medium, medium, strlen(medium) + 1);
	return l;
}

static void count(struct tally *t, const struct attrib_call *c,
    const struct attrib_again *a)
{
	t->calls++;
	t->changed += a->changed;
	if (a->changed)
		t->moved[a->before][a->now]++;
	t->other_visit += a->visit_moved;
	t->other_source += a->source_moved;
	t->gone += a->gone;
	line_of(t, c->source, c->medium)->before++;
	line_of(t, a->source, a->medium)->now++;
}

static void print_lines(const struct tally *t)
{
	(void)printf("\n%-44s %10s %10s\n", "source / medium", "before", "now");
	for (size_t i = 0; i <= t->n_lines; i++) {
		const struct source_line *l =
		    &t->lines[i == t->n_lines ? SOURCES_MAX : i];
		char name[2 * DB_NAME_BYTES + 4];

		if (l->before == 0 && l->now == 0)
			continue;
		(void)snprintf(name, sizeof(name), "%s%s%s",
		    i == t->n_lines        ? "others"
		    : l->source[0] == '\0' ? "not known"
					   : l->source,
		    l->medium[0] == '\0' ? "" : " / ", l->medium);
		(void)printf("%-44s %10" PRIu64 " %10" PRIu64 "\n", name,
		    l->before, l->now);
	}
}

static void print(const struct company_row *c, const struct tally *t,
    uint32_t law, bool apply)
{
	(void)printf("%s: %" PRIu64
		     " calls of pool numbers looked at by rule"
		     " %u and law %u; %" PRIu64 " %s\n",
	    c->name, t->calls, (unsigned int)ATTRIB_RULE_VERSION,
	    (unsigned int)law, t->changed,
	    apply ? "changed" : "would change; --apply changes them");
	for (int b = 0; b < ATTRIB_AGAIN_COUNT; b++)
		for (int n = 0; n < ATTRIB_AGAIN_COUNT; n++)
			if (t->moved[b][n] > 0)
				(void)printf(
				    "  credited to %s, now to %s: %" PRIu64
				    "\n",
				    db_attrib_again_name(
					(enum attrib_again_by)b),
				    db_attrib_again_name(
					(enum attrib_again_by)n),
				    t->moved[b][n]);
	(void)printf("  to another visit: %" PRIu64
		     "; to another source or campaign: %" PRIu64 "\n",
	    t->other_visit, t->other_source);
	if (t->gone > 0)
		(void)printf(
		    "  stay as they are, as visits of their time or"
		    " who called are kept no more: %" PRIu64 "\n",
		    t->gone);
	print_lines(t);
}

static enum err one_page(struct ctl_scope *s, const struct company_row *c,
    const struct attrib_call *rows, size_t n,
    const struct attrib_again_rules *rules, struct tally *t)
{
	struct arena mem;
	enum err e = ERR_OK;

	arena_init(&mem, CALL_MAX_BYTES);
	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		struct attrib_again_rules turn = *rules;
		struct attrib_again a;

		if (!rows[i].judged)
			continue;
		arena_reset(&mem);
		turn.turn.n = t->changed;
		turn.turn.now_us = clk_wall_us();
		e = db_attrib_again(s->db, c->id, &rows[i], &turn, &mem, &a);
		if (e == ERR_OK)
			count(t, &rows[i], &a);
	}
	arena_fini(&mem);
	return e;
}

static enum err all_pages(struct ctl_scope *s, const struct company_row *c,
    const struct period *p, const struct attrib_again_rules *rules,
    struct tally *t)
{
	struct call_id after = { { 0 } };
	struct attrib_call *rows = NULL;
	int64_t after_us = 0;
	size_t n = DB_ATTRIB_CALLS_MAX;
	enum err e = ERR_OK;

	while (e == ERR_OK && n == DB_ATTRIB_CALLS_MAX) {
		struct arena page;

		arena_init(&page, PAGE_MAX_BYTES);
		e = db_attrib_calls(s->db, c->id, p->from_us, p->to_us,
		    after_us, after, &page, &rows, &n);
		if (e == ERR_OK && n > 0) {
			after = rows[n - 1].id;
			after_us = rows[n - 1].started_us;
			e = one_page(s, c, rows, n, rules, t);
		}
		arena_fini(&page);
	}
	return e;
}

/* Said before the first call is changed, and again with the counts: a run that
 * is stopped is known of too. */
static enum err audit(struct ctl_scope *s, const struct company_row *c,
    const struct period *p, uint32_t law, const struct tally *t)
{
	struct audit_row row = { .account = c->account,
		.action = t == NULL ? "attrib.rerun" : "attrib.rerun.done",
		.object_kind = "company" };
	char mem[300];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_printf(&b, "{\"rule\":%u,\"law\":%u,\"from_us\":",
	    (unsigned int)ATTRIB_RULE_VERSION, (unsigned int)law);
	buf_i64(&b, p->from_us);
	buf_cstr(&b, ",\"to_us\":");
	buf_i64(&b, p->to_us);
	if (t != NULL)
		buf_printf(&b, ",\"calls\":%" PRIu64 ",\"changed\":%" PRIu64,
		    t->calls, t->changed);
	buf_char(&b, '}');
	memcpy(row.object, c->id.v, sizeof(row.object));
	row.after = buf_slice(&b);
	row.before = row.address = SLICE("");
	return db_audit_add(s->db, c->id, &row);
}

/* What is said of a call has to be there when the caller's next one is judged,
 * as it is when all is written down. It goes with the transaction, however this
 * program ends. */
static enum err preview(struct ctl_scope *s, const struct company_row *c,
    const struct period *p, struct attrib_again_rules *rules, struct tally *t)
{
	uint8_t dice[10];
	enum err e;

	rnd_bytes(dice, sizeof(dice));
	id_make(s->now_us, dice, rules->preview.v);
	if ((e = db_begin(s->db)) != ERR_OK)
		return e;
	e = all_pages(s, c, p, rules, t);
	db_rollback(s->db);
	return e;
}

static enum err apply(struct ctl_scope *s, const struct company_row *c,
    const struct period *p, const struct attrib_again_rules *rules,
    struct tally *t)
{
	enum err e = audit(s, c, p, rules->law->version, NULL);

	if (e == ERR_OK)
		e = all_pages(s, c, p, rules, t);
	return e == ERR_OK ? audit(s, c, p, rules->law->version, t) : e;
}

static enum err rerun(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct tally *t = arena_alloc(&s->mem, sizeof(*t));
	struct attrib_again_rules rules = { .apply = o->apply,
		.turn = { .from_us = s->now_us } };
	struct attrib_law law;
	struct company_row c;
	struct period p;
	enum err e;

	if (t == NULL)
		return ERR_NOMEM;
	memset(t, 0, sizeof(*t));
	if ((e = begin(s, o, &c, &p)) != ERR_OK ||
	    (e = db_attrib_law(s->db, c.id, &law)) != ERR_OK ||
	    (e = db_attrib_whole_from(s->db, c.id, s->now_us,
		 &rules.whole_from_us)) != ERR_OK)
		return e;
	rules.law = &law;
	rules.threshold_bp = c.credit_min_bp;
	e = o->apply ? apply(s, &c, &p, &rules, t)
		     : preview(s, &c, &p, &rules, t);
	if (e == ERR_OK)
		print(&c, t, law.version, o->apply);
	return e;
}

/* --- fit -----------------------------------------------------------------*/

static enum err fit(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct attrib_law_row row;
	struct company_row c;
	struct period p;
	enum err e;

	if ((e = begin(s, o, &c, &p)) != ERR_OK)
		return e;
	e = db_attrib_fit(s->db, c.id, p.from_us, p.to_us, s->now_us, &row);
	if (e == ERR_NOTFOUND) {
		(void)printf(
		    "%s: fewer than %d first calls to pool numbers in"
		    " this period; the law stays as it is\n",
		    c.name, DB_ATTRIB_FIT_CALLS_MIN);
		return ERR_OK;
	}
	if (e == ERR_OK)
		(void)printf("%s: law %u from %" PRIu64 " calls and %" PRIu64
			     " visits; %.1f %% of the calls of nobody\n",
		    c.name, (unsigned int)row.law.version, row.calls,
		    row.visits, row.stray_bp / 100.0);
	return e;
}

static const struct ctl_verb verbs[] = {
	{ "fit", "learn how long visitors take to call", fit },
	{ "rerun", "credit closed calls by today's rules", rerun },
};

int ctl_attrib(int argc, char *const *argv)
{
	static const struct ctl_noun noun = { "attrib", verbs,
		RT_ARRAY_LEN(verbs), options, RT_ARRAY_LEN(options),
		offsetof(struct opts, conf) };
	struct opts o = { .conf = NULL };

	return ctl_verb_run(&noun, argc, argv, &o);
}
