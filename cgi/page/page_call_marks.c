#include "cgi/page/page_call_marks.h"

#include <stdio.h>
#include <string.h>

#include "cgi/page/page_said.h"
#include "cgi/page/page_tags.h"
#include "cgi/web/route.h"
#include "cgi/web/stale.h"
#include "lib/base/clk.h"
#include "lib/core/verdict.h"
#include "lib/db/db_mark.h"
#include "lib/db/db_report_call.h"
#include "lib/db/db_verdict.h"

/* --- outcome, value, note, tags --------------------------------------------*/

static enum err outcomes(const struct req *r, const char *chosen,
    struct view *v)
{
	struct outcome_row *rows = NULL;
	bool spam = false;
	size_t n = 0;
	const enum err e =
	    db_mark_outcomes(r->db, r->company, r->arena, &rows, &n);

	view_list(v, "outcomes");
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct view *item = view_item(v, "outcomes");

		view_cstr(item, "outcome_code", rows[i].code);
		view_cstr(item, "outcome_name", rows[i].name);
		view_flag(item, "outcome_on",
		    strcmp(rows[i].code, chosen) == 0);
		spam = spam || strcmp(rows[i].code, "spam") == 0;
	}
	view_flag(v, "can_spam", spam && strcmp(chosen, "spam") != 0);
	return e;
}

static enum err tags(const struct req *r, struct interaction_id id,
    struct view *v)
{
	struct tag_row *rows = NULL;
	size_t n = 0;
	enum err e =
	    db_mark_tags_of(r->db, r->company, id, r->arena, &rows, &n);

	view_list(v, "tags");
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct view *item = view_item(v, "tags");
		char text[ID_TEXT_MAX];

		id_text(ID_KIND_tag, rows[i].id.v, text);
		view_cstr(item, "tag_id", text);
		view_cstr(item, "tag_name", rows[i].name);
	}
	return e == ERR_OK ? page_tags(r, v) : e;
}

static enum err put_stamp(struct view *v, const char *key, struct slice said)
{
	char stamp[STALE_STAMP_MAX];
	const enum err e = stale_stamp(said, stamp);

	if (e == ERR_OK)
		view_cstr(v, key, stamp);
	return e;
}

static enum err put_stamps(struct view *v, const struct mark_now *now)
{
	char mem[PAGE_WORDS_MAX];
	enum err e;

	if ((e = put_stamp(v, "stamp_outcome",
		 page_said_mark(now, "outcome", mem))) != ERR_OK ||
	    (e = put_stamp(v, "stamp_value",
		 page_said_mark(now, "value", mem))) != ERR_OK)
		return e;
	return put_stamp(v, "stamp_note", page_said_mark(now, "note", mem));
}

enum err page_call_marks(const struct req *r, enum id_kind kind,
    const uint8_t of[ID_BYTES], const char *currency, struct view *v)
{
	struct interaction_id id;
	struct mark_now now;
	char text[PAGE_WORDS_MAX], key[ID_TEXT_MAX];
	enum err e;

	memcpy(id.v, of, sizeof(id.v));
	id_text(kind, of, key);
	view_cstr(v, "mark_kind", kind == ID_KIND_form ? "form" : "call");
	view_cstr(v, "mark_id", key);
	e = db_mark_get(r->db, r->company, id, r->arena, &now);

	if (e != ERR_OK)
		return e;
	view_flag(v, "can_mark", r->role >= ROUTE_AGENT);
	view_slice(v, "here", r->path);
	view_cstr(v, "currency", currency);
	view_flag(v, "has_value", now.has_value);
	page_words_money(now.value_micros, text);
	view_cstr(v, "value", text);
	page_said_value(now.value_micros, text);
	view_cstr(v, "value_field", now.has_value ? text : "");
	view_slice(v, "note", now.note);
	view_flag(v, "has_note", now.note.n > 0);
	if ((e = put_stamps(v, &now)) != ERR_OK ||
	    (e = outcomes(r, now.outcome, v)) != ERR_OK)
		return e;
	return tags(r, id, v);
}

/* --- the verdict -----------------------------------------------------------*/

static void reasons(const char *text, struct view *v)
{
	struct slice rest = slice_from(text), word;
	bool more = rest.n > 0;

	view_list(v, "reasons");
	while (more) {
		more = slice_cut(&rest, ',', &word);
		view_cstr(view_item(v, "reasons"), "reason",
		    verdict_reason_text(word));
	}
}

static void factors(const char *text, struct view *v)
{
	struct slice rest = slice_from(text), points;
	bool more = rest.n > 0;

	view_list(v, "factors");
	while (more) {
		struct view *item = view_item(v, "factors");
		struct slice word;

		more = slice_cut(&rest, ',', &points);
		(void)slice_cut(&points, ':', &word);
		view_cstr(item, "factor", verdict_factor_text(word));
		view_slice(item, "points", points);
	}
}

static void classes(const char *chosen, struct view *v)
{
	view_list(v, "classes");
	for (unsigned int i = 0; i < VERDICT_CLASS_COUNT; i++) {
		const char *name = verdict_class_name((enum verdict_class)i);
		struct view *item = view_item(v, "classes");

		view_cstr(item, "class", name);
		view_cstr(item, "class_name",
		    name[0] == '\0' ? "Cannot be told"
				    : page_words_class(name));
		view_flag(item, "class_on", strcmp(name, chosen) == 0);
	}
}

enum err page_call_marks_verdict(const struct req *r,
    const struct page_story *s, struct view *v)
{
	struct verdict_row row = { .version = 0 };
	const enum err e = db_verdict_get(r->db, r->company, s->call->id, &row);
	const char *class = row.own ? row.own_class : row.class;
	char text[DB_NAME_BYTES + PAGE_WORDS_MAX], at[TZ_TEXT_MAX];

	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	view_flag(v, "judged", e == ERR_OK);
	view_flag(v, "is_qualified",
	    row.own ? row.own_qualified : row.qualified);
	view_cstr(v, "class_word",
	    class[0] == '\0' ? "Cannot be told" : page_words_class(class));
	view_u64(v, "risk", row.risk);
	view_flag(v, "own", row.own);
	(void)snprintf(text, sizeof(text), "Decided by %s",
	    row.own_user[0] != '\0' ? row.own_user : "somebody");
	view_cstr(v, "own_line", text);
	tz_text_short(s->z, row.decided_us, r->now_us, at);
	(void)snprintf(text, sizeof(text), "by rule %lu, %s",
	    (unsigned long)row.version, at);
	view_cstr(v, "rule_line", e == ERR_OK ? text : "");
	reasons(row.reasons, v);
	factors(row.factors, v);
	classes(class, v);
	return put_stamp(v, "stamp_verdict", page_said_row(&row, text));
}

/* --- the trail -------------------------------------------------------------*/

static const struct {
	const char *action;
	const char *words;
} actions[] = {
	{ "recording.play", "played the recording" },
	{ "recording.download", "took the recording" },
	{ "outcome", "set the outcome" },
	{ "value", "set the value" },
	{ "note", "wrote the note" },
	{ "tag", "added a tag" },
	{ "untag", "took a tag away" },
	{ "verdict", "overruled the verdict" },
};

/* "call.outcome" and "form.outcome" are said in the same words. */
static const char *words_of(const char *action)
{
	if (strncmp(action, "call.", 5) == 0 ||
	    strncmp(action, "form.", 5) == 0)
		action += 5;
	for (size_t i = 0; i < RT_ARRAY_LEN(actions); i++)
		if (strcmp(action, actions[i].action) == 0)
			return actions[i].words;
	return action;
}

enum err page_call_marks_trail(const struct req *r, const uint8_t of[ID_BYTES],
    struct tz *z, struct view *v)
{
	struct call_id id;
	struct db_report_call_trail *rows = NULL;
	size_t n = 0;
	enum err e;

	memcpy(id.v, of, sizeof(id.v));
	e = db_report_call_trail(r->db, r->company, id, r->arena, &rows, &n);
	view_list(v, "trail");
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct view *item = view_item(v, "trail");
		char text[TZ_TEXT_MAX], iso[CLK_RFC3339_MAX];

		view_cstr(item, "trail_user",
		    rows[i].user[0] != '\0' ? rows[i].user : "The system");
		view_cstr(item, "trail_what", words_of(rows[i].action));
		tz_text_short(z, rows[i].at_us, r->now_us, text);
		view_cstr(item, "trail_when", text);
		tz_text_long(z, rows[i].at_us, text);
		view_cstr(item, "trail_long", text);
		clk_rfc3339(rows[i].at_us, iso);
		view_cstr(item, "trail_iso", iso);
		view_slice(item, "before", rows[i].before);
		view_slice(item, "after", rows[i].after);
		view_flag(item, "trail_change", rows[i].after.n > 0);
	}
	return e;
}
