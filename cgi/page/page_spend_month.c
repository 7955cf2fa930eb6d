#include "cgi/page/page_spend_month.h"

#include <stdio.h>
#include <string.h>

#include "cgi/page/page_filter.h"
#include "cgi/page/page_spend.h"
#include "cgi/page/page_words.h"
#include "cgi/web/find.h"
#include "cgi/web/frame.h"
#include "cgi/web/stale.h"
#include "cgi/web/trail.h"
#include "lib/core/money.h"
#include "lib/db/db_choice.h"
#include "lib/db/db_spend_month.h"
#include "lib/phone/tz.h"

/* The stamp of the page is one piece for each tracker that costs something,
 * so that another tracker's change is nobody's conflict. A tracker never
 * loses its last amount: one without any has none to be overwritten. */
#define PIECE_MAX 17 /* hex digits, 64 bits, and the end */

#define SAID_MAX ((size_t)4096)

#define SHOWN_MAX ((size_t)DB_SPEND_MONTH_MAX - 1)

/* --- in words ------------------------------------------------------------- */

static void put_month(const struct spend_month *m, struct buf *b)
{
	char amount[PAGE_WORDS_MAX];

	page_words_money(m->monthly_micros, amount);
	buf_cstr(b, amount);
	buf_cstr(b, " from ");
	buf_cstr(b, m->from);
	if (m->until[0] != '\0') {
		buf_cstr(b, " until ");
		buf_cstr(b, m->until);
	}
}

/* What one tracker costs, rows [0, n) of it: "120.00 from 2026-06-01; ...". */
static enum err said(const struct req *r, const struct spend_month *rows,
    size_t n, struct slice *out)
{
	struct buf b;
	enum err e;

	buf_init(&b, SAID_MAX);
	for (size_t i = 0; i < n && b.n < SAID_MAX / 2; i++) {
		if (i > 0)
			buf_cstr(&b, "; ");
		put_month(&rows[i], &b);
	}
	e = buf_err(&b);
	if (e == ERR_OK && !arena_copy(r->arena, buf_slice(&b), out))
		e = ERR_NOMEM;
	buf_fini(&b);
	return e;
}

static void piece(const struct spend_mark *m, char out[PIECE_MAX])
{
	(void)snprintf(out, PIECE_MAX, "%016llx", (unsigned long long)m->mark);
}

/* --- the page ------------------------------------------------------------- */

/* The trackers of the form. */
struct choices {
	struct tracker_id chosen; /* nil: none yet */
	bool one;                 /* it alone */
	struct find find;
};

static void show_month(const struct spend_month *m, struct view *item)
{
	char amount[PAGE_WORDS_MAX], id[ID_TEXT_MAX];

	page_words_money(m->monthly_micros, amount);
	id_text(ID_KIND_tracker, m->tracker.v, id);
	view_cstr(item, "month_id", id);
	view_cstr(item, "month_tracker", m->tracker_name);
	view_flag(item, "month_archived", m->archived);
	view_cstr(item, "month_amount", amount);
	view_cstr(item, "month_from", m->from);
	view_cstr(item, "month_until", m->until);
	view_flag(item, "month_ends", m->until[0] != '\0');
}

static enum err months_view(const struct req *r, struct tracker_id asked,
    struct view *v)
{
	struct spend_month *rows = NULL;
	size_t n = 0;
	const enum err e =
	    db_spend_month_list(r->db, r->company, asked, r->arena, &rows, &n);

	view_list(v, "months");
	view_flag(v, "has_months", n > 0);
	view_flag(v, "months_more", n > SHOWN_MAX);
	for (size_t i = 0; e == ERR_OK && i < n && i < SHOWN_MAX; i++)
		show_month(&rows[i], view_item(v, "months"));
	return e;
}

/* Of every tracker that can be chosen, whether or not its amounts are among
 * those that are shown. */
static enum err stamp_view(const struct req *r, const struct choices *c,
    struct view *v)
{
	struct spend_mark *rows = NULL, chosen;
	char one[PIECE_MAX];
	struct slice stamp = SLICE("");
	struct buf b;
	size_t n = 0;
	enum err e = ERR_OK;

	if (!c->one)
		e = db_spend_month_marks(r->db, r->company, c->find.text,
		    FIND_MAX, r->arena, &rows, &n);
	buf_init(&b, PIECE_MAX * (n + 2));
	for (size_t i = 0; i < n; i++) {
		piece(&rows[i], one);
		buf_cstr(&b, one);
		buf_char(&b, ' ');
	}
	if (e == ERR_OK && !id_is_nil(c->chosen.v)) {
		e = db_spend_month_mark(r->db, r->company, c->chosen, &chosen);
		if (e == ERR_OK) {
			piece(&chosen, one);
			buf_cstr(&b, one);
		}
		e = e == ERR_NOTFOUND ? ERR_OK : e;
	}
	if (e == ERR_OK && !arena_copy(r->arena, buf_slice(&b), &stamp))
		e = ERR_NOMEM;
	view_slice(v, "month_stamp", stamp);
	buf_fini(&b);
	return e;
}

/* What was typed, for a form that comes back. */
static struct slice typed(const struct req *r,
    const struct page_spend_month_wrong *wrong, const char *name)
{
	struct slice s = SLICE("");

	return wrong != NULL && req_form(r, name, &s) == ERR_OK ? s : SLICE("");
}

static void wrong_view(const struct req *r, const char *today,
    const struct page_spend_month_wrong *wrong, struct view *v)
{
	const char *field = wrong == NULL ? "" : wrong->field;

	view_flag(v, "month_wrong", wrong != NULL && wrong->why[0] != '\0');
	view_cstr(v, "month_why", wrong == NULL ? "" : wrong->why);
	view_flag(v, "wrong_amount", strcmp(field, "amount") == 0);
	view_flag(v, "wrong_from", strcmp(field, "from") == 0);
	view_flag(v, "wrong_until", strcmp(field, "until") == 0);
	view_slice(v, "typed_amount", typed(r, wrong, "amount"));
	view_slice(v, "typed_from",
	    wrong == NULL ? slice_from(today) : typed(r, wrong, "from"));
	view_slice(v, "typed_until", typed(r, wrong, "until"));
}

static void choice_view(const struct choices *c, const uint8_t key[ID_BYTES],
    const char *name, struct view *v)
{
	struct view *item = view_item(v, "trackers");
	char id[ID_TEXT_MAX];

	id_text(ID_KIND_tracker, key, id);
	view_cstr(item, "choice", id);
	view_cstr(item, "choice_name", name);
	view_flag(item, "choice_on", id_eq(key, c->chosen.v));
}

/* The first of all that are in use, or of those that fit, and the one that was
 * chosen before. */
static enum err all_view(const struct req *r, struct choices *c, struct view *v)
{
	struct db_choice_row *rows = NULL, chosen;
	bool listed = id_is_nil(c->chosen.v);
	size_t n = 0;
	enum err e = db_choice_list(r->db, r->company, DB_CHOICE_TRACKER,
	    c->find.text, FIND_MAX + 1, r->arena, &rows, &n);

	if (e != ERR_OK)
		return e;
	find_count(&c->find, n);
	for (size_t i = 0; i < c->find.n; i++) {
		listed = listed || id_eq(rows[i].id, c->chosen.v);
		choice_view(c, rows[i].id, rows[i].name, v);
	}
	if (!listed) {
		e = db_choice_get(r->db, r->company, DB_CHOICE_TRACKER,
		    c->chosen.v, &chosen);
		if (e == ERR_OK)
			choice_view(c, chosen.id, chosen.name, v);
	}
	view_flag(v, "has_trackers", n > 0 || find_is_shown(&c->find));
	find_show(&c->find, "tracker", "Tracker", v);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* The one that the address asks for, alone, also when it is archived; else
 * all. */
static enum err choices_view(const struct req *r, struct choices *c,
    struct view *v)
{
	char name[DB_NAME_BYTES];
	enum err e;

	view_list(v, "trackers");
	view_flag(v, "one_tracker", c->one);
	if (!c->one)
		return all_view(r, c, v);
	find_show(NULL, "tracker", "Tracker", v);
	e = db_spend_month_name(r->db, r->company, c->chosen, name);
	if (e == ERR_OK)
		choice_view(c, c->chosen.v, name, v);
	view_flag(v, "has_trackers", true);
	return e;
}

/* What the address asks for, else what was chosen in the form. */
static enum err read_choices(const struct req *r,
    const struct page_spend_month_wrong *wrong, struct choices *c)
{
	enum err e;

	*c = (struct choices){ .find.text = SLICE("") };
	e = req_query_id(r, "tracker", ID_KIND_tracker, c->chosen.v);
	c->one = e == ERR_OK;
	if (e != ERR_NOTFOUND)
		return e;
	if (id_parse(ID_KIND_tracker, typed(r, wrong, "tracker"),
		c->chosen.v) != ERR_OK)
		memset(&c->chosen, 0, sizeof(c->chosen));
	return find_read(r, "tracker", &c->find);
}

enum err page_spend_month_view(const struct req *r, const char *today,
    const struct page_spend_month_wrong *wrong, struct view *v)
{
	static const struct tracker_id all;
	struct choices c;
	enum err e;

	if ((e = read_choices(r, wrong, &c)) != ERR_OK)
		return e;
	wrong_view(r, today, wrong, v);
	if ((e = choices_view(r, &c, v)) != ERR_OK ||
	    (e = stamp_view(r, &c, v)) != ERR_OK)
		return e;
	return months_view(r, c.one ? c.chosen : all, v);
}

/* --- a change ------------------------------------------------------------- */

/* A field that came and cannot be taken: *w says so. */
static enum err wrong(struct page_spend_month_wrong *w, const char *field,
    const char *why)
{
	*w = (struct page_spend_month_wrong){ field, why };
	return ERR_RANGE;
}

static enum err read_day(const struct req *r, const char *name, bool may_miss,
    struct page_spend_month_wrong *w, char out[DB_SPEND_DAY])
{
	struct slice s = SLICE("");
	struct tz_date day;
	enum err e = req_form(r, name, &s);

	if (may_miss && (e == ERR_NOTFOUND || (e == ERR_OK && s.n == 0))) {
		out[0] = '\0';
		return ERR_OK;
	}
	if ((e = req_need(e)) != ERR_OK)
		return e;
	if (tz_date_parse(s, &day) != ERR_OK ||
	    !slice_to_cstr(s, out, DB_SPEND_DAY))
		return wrong(w, name, "Choose a day, as 2026-10-31.");
	return ERR_OK;
}

static enum err read_month(const struct req *r,
    struct page_spend_month_wrong *w, struct spend_month *m)
{
	struct slice amount;
	enum err e;

	if ((e = req_need(req_form_id(r, "tracker", ID_KIND_tracker,
		 m->tracker.v))) != ERR_OK ||
	    (e = req_need(req_form(r, "amount", &amount))) != ERR_OK)
		return e;
	if (money_parse(slice_trim(amount), &m->monthly_micros) != ERR_OK ||
	    m->monthly_micros < 0)
		return wrong(w, "amount",
		    "The amount has to be a number such as 120 or 120.50, and"
		    " not below 0.");
	if ((e = read_day(r, "from", false, w, m->from)) != ERR_OK ||
	    (e = read_day(r, "until", true, w, m->until)) != ERR_OK)
		return e;
	/* ISO days compare as text. */
	if (m->until[0] != '\0' && strcmp(m->until, m->from) < 0)
		return wrong(w, "until", "The last day is before the first.");
	return ERR_OK;
}

struct found {
	struct slice theirs; /* before the change, in words */
	char stamp[PIECE_MAX];
	bool stale;
};

/* Under the tracker's lock: what there is, and whether the page knew it. */
static enum err look(const struct req *r, struct tracker_id tracker,
    struct found *f)
{
	struct spend_month *rows = NULL;
	struct spend_mark mark;
	struct slice knew;
	size_t n = 0;
	enum err e = db_spend_month_list(r->db, r->company, tracker, r->arena,
	    &rows, &n);

	*f = (struct found){ .theirs = SLICE("") };
	if (e != ERR_OK || n == 0)
		return e;
	if ((e = said(r, rows, n, &f->theirs)) != ERR_OK ||
	    (e = db_spend_month_mark(r->db, r->company, tracker, &mark)) !=
		ERR_OK)
		return e;
	piece(&mark, f->stamp);
	f->stale = req_form(r, "stamp", &knew) == ERR_OK &&
		   slice_find_slice(knew, slice_from(f->stamp)) == knew.n;
	return ERR_OK;
}

static enum err write(const struct req *r, const struct spend_month *m,
    struct slice mine, struct found *f)
{
	enum err e;

	if ((e = db_spend_month_lock(r->db, r->company, m->tracker)) !=
		ERR_OK ||
	    (e = look(r, m->tracker, f)) != ERR_OK || f->stale ||
	    (e = db_spend_month_put(r->db, r->company, m)) != ERR_OK)
		return e;
	return trail_add(r,
	    &(struct trail){ .action = "spend.monthly",
		.object_kind = "tracker",
		.object = m->tracker.v,
		.before = f->theirs.n > 0 ? trail_text(r, "amount", f->theirs)
					  : SLICE(""),
		.after = trail_text(r, "amount", mine) });
}

/* Back to the page: of one tracker where it was of one. */
static enum err done(const struct req *r, struct resp *out)
{
	char mem[sizeof("/spend?done=1&tracker=") + ID_TEXT_MAX];
	struct slice asked = SLICE("");
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, "/spend?done=1");
	if (req_query(r, "tracker", &asked) == ERR_OK && asked.n > 0)
		page_filter_param(&b, "tracker", asked);
	return resp_redirect(out, buf_slice(&b));
}

enum err page_spend_month(const struct req *r, struct resp *out)
{
	static const struct page_spend_month_wrong none = { "", "" };
	struct page_spend_month_wrong w = { .field = NULL };
	struct spend_month m;
	struct slice mine;
	struct found f = { .stale = false };
	struct find find;
	bool own;
	enum err e;

	if ((e = find_read(r, "tracker", &find)) != ERR_OK)
		return e;
	if (find.asked) /* others to choose from: nothing is entered yet */
		return page_spend_again(r, &none, out);
	memset(&m, 0, sizeof(m));
	e = read_month(r, &w, &m);
	if (w.field != NULL)
		return page_spend_again(r, &w, out);
	if (e != ERR_OK || (e = said(r, &m, 1, &mine)) != ERR_OK ||
	    (e = db_join(r->db, &own)) != ERR_OK)
		return e;
	e = db_join_end(r->db, own, write(r, &m, mine, &f));
	if (e != ERR_OK)
		return e;
	if (f.stale)
		return stale_page(r, out,
		    &(struct stale){ .place = FRAME_REPORTS,
			.what = "what this tracker costs",
			.action = "spend.monthly",
			.object = m.tracker.v,
			.theirs = f.theirs,
			.mine = mine,
			.stamp = f.stamp,
			.back = SLICE("/spend") });
	return done(r, out);
}
