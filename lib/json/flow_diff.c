#include "lib/json/flow_diff.h"

#include <stdio.h>

#include "lib/base/buf.h"
#include "lib/core/flow_type.h"
#include "lib/json/flow_json.h"
#include "lib/json/json_in.h"

#define DEPTH_MAX 8
#define KEY_MAX   64

/* --- values ----------------------------------------------------------------*/

static const struct json_node *member(const struct json_node *n,
    struct slice key)
{
	char name[KEY_MAX];

	return slice_to_cstr(key, name, sizeof(name)) ? json_in_get(n, name)
						      : NULL;
}

static bool same(const struct json_node *a, const struct json_node *b);

static bool same_object(const struct json_node *a, const struct json_node *b)
{
	const struct json_node *value;
	struct slice key;
	void *iter = NULL;

	if (json_in_count(a) != json_in_count(b))
		return false;
	while (json_in_next(a, &iter, &key, &value))
		if (!same(value, member(b, key)))
			return false;
	return true;
}

/* Bounded by the depth that json_in_parse() allowed. */
static bool same(const struct json_node *a, const struct json_node *b)
{
	const enum json_in_kind kind = json_in_kind(a);
	struct slice s, t;
	int64_t i, k;
	bool x, y;

	if (kind != json_in_kind(b))
		return false;
	switch (kind) {
	case JSON_IN_OBJECT:
		return same_object(a, b);
	case JSON_IN_ARRAY:
		if (json_in_count(a) != json_in_count(b))
			return false;
		for (size_t n = 0; n < json_in_count(a); n++)
			if (!same(json_in_at(a, n), json_in_at(b, n)))
				return false;
		return true;
	case JSON_IN_TEXT:
		return json_in_text(a, SIZE_MAX, &s) == ERR_OK &&
		       json_in_text(b, SIZE_MAX, &t) == ERR_OK &&
		       slice_eq(s, t);
	case JSON_IN_INT:
		return json_in_i64(a, INT64_MIN, INT64_MAX, &i) == ERR_OK &&
		       json_in_i64(b, INT64_MIN, INT64_MAX, &k) == ERR_OK &&
		       i == k;
	case JSON_IN_BOOL:
		return json_in_bool(a, &x) == ERR_OK &&
		       json_in_bool(b, &y) == ERR_OK && x == y;
	case JSON_IN_MISSING:
	case JSON_IN_NULL:
		return true;
	case JSON_IN_REAL:
		break;
	}
	return false;
}

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

static void tell_value(const struct flow_diff_sink *sink, struct slice step,
    struct slice name, const struct json_node *a, const struct json_node *b)
{
	char from[32], to[32];

	if (!same(a, b))
		sink->tell(sink->arg, FLOW_DIFF_CHANGED, step, name,
		    shown(a, from), shown(b, to));
}

/* "keys 2 next" of the second item; the list's name alone if it is too long. */
static void tell_field(const struct flow_diff_sink *sink, struct slice step,
    struct slice list, size_t i, struct slice field, const struct json_node *a,
    const struct json_node *b)
{
	char name[2 * KEY_MAX + 24];
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
		tell_field(sink, step, list, i, field, value, member(b, field));
	iter = NULL;
	while (json_in_next(b, &iter, &field, &value))
		if (member(a, field) == NULL)
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
		if (!same(json_in_at(a, i), json_in_at(b, i)))
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
		tell_member(sink, step, key, value, member(b, key));
	iter = NULL;
	while (json_in_next(b, &iter, &key, &value))
		if (member(a, key) == NULL)
			tell_member(sink, step, key, NULL, value);
}

static void compare(const struct flow_diff_sink *sink,
    const struct json_node *a, const struct json_node *b)
{
	const struct json_node *from = json_in_get(a, "steps");
	const struct json_node *to = json_in_get(b, "steps");
	const struct json_node *value;
	char first_from[32], first_to[32];
	struct slice key;
	void *iter = NULL;

	if (!same(json_in_get(a, "first"), json_in_get(b, "first")))
		sink->tell(sink->arg, FLOW_DIFF_FIRST, SLICE(""), SLICE(""),
		    shown(json_in_get(a, "first"), first_from),
		    shown(json_in_get(b, "first"), first_to));
	while (json_in_next(from, &iter, &key, &value)) {
		if (member(to, key) == NULL)
			sink->tell(sink->arg, FLOW_DIFF_REMOVED, key, SLICE(""),
			    SLICE(""), SLICE(""));
		else
			compare_step(sink, key, value, member(to, key));
	}
	iter = NULL;
	while (json_in_next(to, &iter, &key, &value))
		if (member(from, key) == NULL)
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
