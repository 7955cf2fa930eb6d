#include "cgi/form/hours_text.h"

#include "cgi/form/lines.h"
#include "lib/json/flow_json.h"
#include "lib/json/json_in.h"
#include "lib/text/json_out.h"

#define JSON_MAX 16384

/* --- lines to JSON ---------------------------------------------------------*/

static bool is_day(struct slice line)
{
	return line.n > 0 && line.p[0] >= '0' && line.p[0] <= '9';
}

/* "09:00-17:30" or "closed", which is from 00:00 to 00:00. */
static bool put_span(struct slice span, bool may_close, struct json_out *j)
{
	struct slice from, to = span;

	if (may_close && slice_eq(span, SLICE("closed"))) {
		from = to = SLICE("00:00");
	} else if (!slice_cut(&to, '-', &from)) {
		return false;
	}
	json_out_key(j, "from");
	json_out_str(j, slice_trim(from));
	json_out_key(j, "to");
	json_out_str(j, slice_trim(to));
	return true;
}

static bool put_list(const struct lines *l, bool days, struct json_out *j)
{
	bool good = true;

	json_out_key(j, days ? "special" : "weekly");
	json_out_array(j);
	for (size_t i = 0; i < l->n; i++) {
		struct slice rest = l->v[i], first;

		if (is_day(l->v[i]) != days)
			continue;
		json_out_object(j);
		good = slice_cut(&rest, ' ', &first) && good;
		json_out_key(j, days ? "date" : "days");
		json_out_str(j, first);
		good = put_span(slice_trim(rest), days, j) && good;
		json_out_end(j);
	}
	json_out_end(j);
	return good;
}

enum err hours_text_read(struct slice text, struct slice holidays,
    struct buf *json)
{
	struct flow_json_errors errors = { .n = 0 };
	struct json_out j;
	struct buf compiled;
	struct lines l;
	bool good;
	enum err e;

	if (lines_read(text, &l) != ERR_OK)
		return ERR_SYNTAX;
	if (l.n == 0 && holidays.n == 0)
		return ERR_OK;
	if (l.n == 0) /* always, but not on those days */
		l.v[l.n++] = SLICE("mon-sun 00:00-24:00");
	json_out_init(&j, json);
	json_out_object(&j);
	good = put_list(&l, false, &j);
	good = put_list(&l, true, &j) && good;
	json_out_key(&j, "holidays");
	json_out_str(&j, holidays.n > 0 ? holidays : SLICE("none"));
	json_out_end(&j);
	if (!good || json_out_done(&j) != ERR_OK)
		return ERR_SYNTAX;
	buf_init(&compiled, JSON_MAX);
	e = flow_json_hours(json_out_text(&j), &compiled, &errors);
	buf_fini(&compiled);
	return e;
}

/* --- JSON to lines ---------------------------------------------------------*/

static void put_lines(const struct json_node *list, const char *what,
    struct buf *b)
{
	for (size_t i = 0; i < json_in_count(list); i++) {
		const struct json_node *row = json_in_at(list, i);
		struct slice when = SLICE(""), from = SLICE("00:00");
		struct slice to = SLICE("00:00");

		if (json_in_opt_text(row, what, 40, &when) != ERR_OK ||
		    json_in_opt_text(row, "from", 5, &from) != ERR_OK ||
		    json_in_opt_text(row, "to", 5, &to) != ERR_OK)
			continue;
		buf_put(b, when);
		buf_char(b, ' ');
		if (slice_eq(from, to)) {
			buf_cstr(b, "closed");
		} else {
			buf_put(b, from);
			buf_char(b, '-');
			buf_put(b, to);
		}
		buf_char(b, '\n');
	}
}

enum err hours_text_write(struct slice json, struct arena *mem,
    struct buf *text, struct slice *holidays)
{
	struct slice named = SLICE("none");
	struct json_in *in;
	enum err e;

	*holidays = SLICE("");
	if (json.n == 0)
		return ERR_OK;
	if ((e = json_in_parse(json, JSON_MAX, 6, &in, NULL)) != ERR_OK)
		return e;
	put_lines(json_in_get(json_in_root(in), "weekly"), "days", text);
	put_lines(json_in_get(json_in_root(in), "special"), "date", text);
	e = json_in_opt_text(json_in_root(in), "holidays", 8, &named);
	if (e == ERR_OK && !slice_eq(named, SLICE("none")) &&
	    !arena_copy(mem, named, holidays))
		e = ERR_NOMEM;
	json_in_free(in);
	return e == ERR_OK ? buf_err(text) : e;
}
