#include "lib/json/flow_diff.h"

#include <stdio.h>

#include "lib/base/buf.h"
#include "lib/core/flow_type.h"
#include "lib/json/flow_json.h"
#include "lib/json/json_in.h"

#define DEPTH_MAX      8
#define NAME_MAX_BYTES 160

/* --- values ----------------------------------------------------------------*/

static struct slice shown(const struct json_node *n, char mem[32])
{
	struct slice s;
	int64_t i;

	if (json_in_text(n, FLOW_TEXT_MAX, &s) == ERR_OK)
		return s;
	if (json_in_i64(n, INT64_MIN, INT64_MAX, &i) == ERR_OK) {
		(void)snprintf(mem, 32, "%lld", (long long)i);
		return slice_from(mem);
	}
	if (json_in_kind(n) == JSON_IN_MISSING ||
	    json_in_kind(n) == JSON_IN_NULL)
		return SLICE("");
	return SLICE("...");
}

/* --- steps -----------------------------------------------------------------*/

/* Two values that look alike and are not: 5 and "5", "" and what is missing.
 * A text is in quotes, and null says so. */
static struct slice exactly(const struct json_node *n, struct slice plain,
    struct buf *mem)
{
	struct slice text;

	if (json_in_kind(n) == JSON_IN_NULL)
		return SLICE("null");
	if (json_in_text(n, FLOW_TEXT_MAX, &text) != ERR_OK)
		return plain; /* no text, or too long to be said */
	buf_char(mem, '"');
	buf_put(mem, plain);
	buf_char(mem, '"');
	return buf_err(mem) == ERR_OK ? buf_slice(mem) : plain;
}

static void tell_change(const struct flow_diff_sink *sink,
    enum flow_diff_what what, struct slice step, struct slice name,
    const struct json_node *a, const struct json_node *b)
{
	char from_number[32], to_number[32];
	char from_quoted[FLOW_TEXT_MAX + 2], to_quoted[FLOW_TEXT_MAX + 2];
	struct slice from = shown(a, from_number), to = shown(b, to_number);
	struct buf from_mem, to_mem;

	if (json_in_same(a, b))
		return;
	if (slice_eq(from, to)) {
		buf_over(&from_mem, from_quoted, sizeof(from_quoted));
		buf_over(&to_mem, to_quoted, sizeof(to_quoted));
		from = exactly(a, from, &from_mem);
		to = exactly(b, to, &to_mem);
	}
	sink->tell(sink->arg, what, step, name, from, to);
}

static void tell_value(const struct flow_diff_sink *sink, struct slice step,
    struct slice name, const struct json_node *a, const struct json_node *b)
{
	tell_change(sink, FLOW_DIFF_CHANGED, step, name, a, b);
}

/* "keys 2 next" of the second item; the list's name alone if it is too long. */
static void tell_field(const struct flow_diff_sink *sink, struct slice step,
    struct slice list, size_t i, struct slice field, const struct json_node *a,
    const struct json_node *b)
{
	char name[NAME_MAX_BYTES];
	struct buf m;

	buf_over(&m, name, sizeof(name));
	buf_put(&m, list);
	buf_printf(&m, " %zu", i + 1);
	if (field.n > 0)
		buf_char(&m, ' ');
	buf_put(&m, field);
	tell_value(sink, step, buf_err(&m) == ERR_OK ? buf_slice(&m) : list, a,
	    b);
}

static void tell_item(const struct flow_diff_sink *sink, struct slice step,
    struct slice list, size_t i, const struct json_node *a,
    const struct json_node *b)
{
	const struct json_node *value;
	struct slice field;
	void *iter = NULL;

	if ((json_in_kind(a) != JSON_IN_OBJECT &&
		json_in_kind(b) != JSON_IN_OBJECT) ||
	    json_in_count(a) + json_in_count(b) == 0) {
		tell_field(sink, step, list, i, SLICE(""), a, b);
		return;
	}
	while (json_in_next(a, &iter, &field, &value))
		tell_field(sink, step, list, i, field, value,
		    json_in_member(b, field));
	iter = NULL;
	while (json_in_next(b, &iter, &field, &value))
		if (json_in_member(a, field) == NULL)
			tell_field(sink, step, list, i, field, NULL, value);
}

static bool is_list(const struct json_node *n)
{
	return n == NULL || json_in_kind(n) == JSON_IN_ARRAY;
}

static void tell_member(const struct flow_diff_sink *sink, struct slice step,
    struct slice key, const struct json_node *a, const struct json_node *b)
{
	const size_t old = json_in_count(a), new = json_in_count(b);
	const size_t n = old > new ? old : new;

	if (slice_eq_cstr(key, "at"))
		return;
	if (n == 0 || !is_list(a) || !is_list(b)) {
		tell_value(sink, step, key, a, b);
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (!json_in_same(json_in_at(a, i), json_in_at(b, i)))
			tell_item(sink, step, key, i, json_in_at(a, i),
			    json_in_at(b, i));
}

static void compare_step(const struct flow_diff_sink *sink, struct slice step,
    const struct json_node *a, const struct json_node *b)
{
	const struct json_node *value;
	struct slice key;
	void *iter = NULL;

	while (json_in_next(a, &iter, &key, &value))
		tell_member(sink, step, key, value, json_in_member(b, key));
	iter = NULL;
	while (json_in_next(b, &iter, &key, &value))
		if (json_in_member(a, key) == NULL)
			tell_member(sink, step, key, NULL, value);
}

static void compare(const struct flow_diff_sink *sink,
    const struct json_node *a, const struct json_node *b)
{
	const struct json_node *from = json_in_get(a, "steps");
	const struct json_node *to = json_in_get(b, "steps");
	const struct json_node *value;
	struct slice key;
	void *iter = NULL;

	tell_change(sink, FLOW_DIFF_FIRST, SLICE(""), SLICE(""),
	    json_in_get(a, "first"), json_in_get(b, "first"));
	while (json_in_next(from, &iter, &key, &value)) {
		if (json_in_member(to, key) == NULL)
			sink->tell(sink->arg, FLOW_DIFF_REMOVED, key, SLICE(""),
			    SLICE(""), SLICE(""));
		else
			compare_step(sink, key, value, json_in_member(to, key));
	}
	iter = NULL;
	while (json_in_next(to, &iter, &key, &value))
		if (json_in_member(from, key) == NULL)
			sink->tell(sink->arg, FLOW_DIFF_ADDED, key, SLICE(""),
			    SLICE(""), SLICE(""));
}

enum err flow_diff(struct slice from, struct slice to,
    const struct flow_diff_sink *sink)
{
	struct json_in *a = NULL, *b = NULL;
	enum err e;

	e = json_in_parse(from, FLOW_JSON_BYTES_MAX, DEPTH_MAX, &a, NULL);
	if (e == ERR_OK)
		e = json_in_parse(to, FLOW_JSON_BYTES_MAX, DEPTH_MAX, &b, NULL);
	if (e == ERR_OK)
		compare(sink, json_in_root(a), json_in_root(b));
	json_in_free(a);
	json_in_free(b);
	return e;
}
