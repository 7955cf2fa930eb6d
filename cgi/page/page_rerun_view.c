#include "cgi/page/page_rerun_view.h"

#include <string.h>

#include "cgi/page/page_range.h"
#include "cgi/page/page_words.h"
#include "lib/core/bp.h"

static const struct {
	const char *state;
	const char *words;
	const char *tone;
} states[] = {
	{ "waiting", "Waiting", "warn" },
	{ "running", "Under way", "warn" },
	{ "done", "Done", "good" },
	{ "stopped", "Stopped", "warn" },
	{ "failed", "Failed", "bad" },
};

static bool days_of(struct tz *z, const struct attrib_run *run,
    struct tz_date *from, struct tz_date *to)
{
	return tz_day_of(z, run->from_us, from) == ERR_OK &&
	       tz_day_of(z, run->to_us - 1, to) == ERR_OK;
}

void page_rerun_view_days(struct tz *z, const struct attrib_run *run,
    char from[TZ_TEXT_MAX], char to[TZ_TEXT_MAX])
{
	struct tz_date first, last;

	from[0] = to[0] = '\0';
	if (days_of(z, run, &first, &last)) {
		tz_date_iso(first, from);
		tz_date_iso(last, to);
	}
}

static void rules_view(const struct attrib_run *run, struct view *v)
{
	char mem[120];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_printf(&b, "rule %u, ", (unsigned int)run->rule_version);
	if (run->law_version == 0)
		buf_cstr(&b, "built-in delays");
	else
		buf_printf(&b, "delays %u", (unsigned int)run->law_version);
	buf_cstr(&b, ", credit from ");
	bp_put(run->threshold_bp, &b);
	buf_cstr(&b, " %");
	view_slice(v, "run_rules", buf_slice(&b));
}

void page_rerun_view(const struct req *r, struct tz *z,
    const struct attrib_run *run, struct view *v)
{
	char text[TZ_TEXT_MAX] = "", id[ID_TEXT_MAX];
	struct tz_date from, to;

	id_text(ID_KIND_attrib_run, run->id.v, id);
	view_cstr(v, "run", id);
	if (days_of(z, run, &from, &to))
		page_range_text(from, to, text);
	view_cstr(v, "run_period", text);
	tz_text_short(z, run->made_us, r->now_us, text);
	view_cstr(v, "run_when", text);
	view_cstr(v, "run_kind", run->applies ? "Written down" : "Preview");
	view_flag(v, "run_active", db_attrib_run_under_way(run));
	rules_view(run, v);
	page_words_put_count(v, "run_looked", run->looked);
	page_words_put_count(v, "run_moved", run->moved);
	page_words_put_count(v, "run_changed", run->changed);
	for (size_t i = 0; i < RT_ARRAY_LEN(states); i++)
		if (strcmp(states[i].state, run->state) == 0) {
			view_cstr(v, "run_state", states[i].words);
			view_cstr(v, "run_tone", states[i].tone);
		}
}
