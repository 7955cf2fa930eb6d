#include "cgi/page/page_row.h"

#include <string.h>

#include "cgi/page/page_place.h"
#include "cgi/page/page_words.h"
#include "lib/base/clk.h"
#include "lib/phone/phone.h"

/* The longest column is 1,020 bytes; two of them and a separator fit. */
#define LINE_MAX_BYTES 2200
#define RISK_SAID      20

void page_row_caller(const char *e164, const char *raw, const char *name,
    const char *country, struct buf *out)
{
	char shown[PHONE_TEXT_MAX];

	if (e164[0] != '\0') {
		phone_show(slice_from(e164), country, shown);
		buf_cstr(out, shown);
	} else if (raw[0] != '\0' && strcmp(raw, "anonymous") != 0) {
		buf_cstr(out, raw);
	} else {
		buf_cstr(out, name[0] != '\0' ? name : "Number withheld");
	}
}

/* The parts that are not empty, with a dot between. */
static void join(struct buf *b, const char *one, const char *two)
{
	buf_cstr(b, one);
	if (one[0] != '\0' && two[0] != '\0')
		buf_cstr(b, " · ");
	buf_cstr(b, two);
}

static void result_line(const struct db_report_calls_row *row, const char *key,
    struct buf *b)
{
	char text[PAGE_WORDS_MAX];

	if (row->open) {
		buf_cstr(b, "going on now");
	} else if (strcmp(key, "answered") == 0) {
		page_words_duration((int64_t)row->talk_ms, text);
		buf_cstr(b, text);
		buf_cstr(b, " talk");
	} else if (strcmp(key, "missed") == 0 && row->ring_ms > 0) {
		page_words_duration((int64_t)row->ring_ms, text);
		buf_cstr(b, "rang ");
		buf_cstr(b, text);
	} else if (strcmp(key, "abandoned") == 0) {
		page_words_duration((int64_t)row->duration_ms, text);
		buf_cstr(b, "left after ");
		buf_cstr(b, text);
	} else if (row->reason[0] != '\0') {
		buf_cstr(b, row->reason);
	} else {
		page_words_duration((int64_t)row->duration_ms, text);
		buf_cstr(b, text);
	}
}

static void sources(const struct db_report_calls_row *row, struct view *item)
{
	char mem[LINE_MAX_BYTES];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	page_words_source(row->source, row->medium, &b);
	view_slice(item, "source_line", buf_slice(&b));
	buf_reset(&b);
	join(&b, row->campaign, row->keyword);
	view_slice(item, "campaign_line", buf_slice(&b));
	view_cstr(item, "channel",
	    page_words_channel(row->channel, row->source, row->medium));
}

static void caller(const struct db_report_calls_row *row, const char *country,
    struct view *item)
{
	char mem[LINE_MAX_BYTES];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	page_row_caller(row->caller, row->caller_raw, row->caller_name, country,
	    &b);
	view_slice(item, "caller", buf_slice(&b));
	buf_reset(&b);
	join(&b, row->caller[0] != '\0' ? row->caller_name : "",
	    row->caller_place);
	if (row->first_time)
		join(&b, b.n > 0 ? " " : "", "first call");
	view_slice(item, "caller_line", slice_trim(buf_slice(&b)));
}

/* "Qualified · Lead", and a risk that is worth a word. */
static void verdict(const struct db_report_calls_row *row, struct view *item)
{
	char mem[96];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	join(&b, row->qualified ? "Qualified" : "",
	    page_words_class(row->class));
	view_slice(item, "verdict", buf_slice(&b));
	buf_reset(&b);
	if (row->risk >= RISK_SAID)
		buf_printf(&b, "risk %u", row->risk);
	view_slice(item, "risk_line", buf_slice(&b));
}

void page_row_view(const struct db_report_calls_row *row, struct tz *z,
    int64_t now_us, const char *country, struct view *item)
{
	const char *key = page_words_result_key(row->open, row->result);
	char id[ID_TEXT_MAX], number[PHONE_TEXT_MAX];
	char text[PAGE_WORDS_MAX];
	char mem[DB_REPORT_TEXT(255) + PAGE_WORDS_MAX];
	struct buf b;

	id_text(ID_KIND_call, row->id.v, id);
	view_cstr(item, "call", id);
	page_place_when(row->started_us, z, now_us, item);
	caller(row, country, item);
	sources(row, item);
	phone_show(slice_from(row->number), country, number);
	view_cstr(item, "number", number);
	view_cstr(item, "number_label",
	    row->pool[0] != '\0' ? row->pool : row->number_label);
	view_cstr(item, "result", key);
	view_cstr(item, "result_word", page_words_result(key));
	buf_over(&b, mem, sizeof(mem));
	result_line(row, key, &b);
	view_slice(item, "result_line", buf_slice(&b));
	view_cstr(item, "outcome", row->outcome);
	view_flag(item, "outcome_set", row->outcome[0] != '\0');
	view_flag(item, "playable", row->playable);
	view_cstr(item, "tags", row->tags);
	view_cstr(item, "destination", row->destination);
	view_cstr(item, "location", row->location);
	view_flag(item, "has_value", row->has_value);
	page_words_money(row->value_micros, text);
	view_cstr(item, "value", text);
	verdict(row, item);
}
