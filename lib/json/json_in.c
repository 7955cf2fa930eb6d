#include "lib/json/json_in.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/utf8.h"

struct json_in {
	json_t *root;
};

static const json_t *as_json(const struct json_node *n)
{
	return (const json_t *)(const void *)n;
}

static const struct json_node *as_node(const json_t *j)
{
	return (const struct json_node *)(const void *)j;
}

static void explain(struct json_in_error *why, unsigned int line,
    unsigned int column, const char *what)
{
	const struct slice cut =
	    utf8_head(slice_from(what), JSON_IN_WHY_MAX - 1);

	if (why == NULL)
		return;
	*why = (struct json_in_error){ line, column, "" };
	if (!slice_to_cstr(cut, why->what, sizeof(why->what)))
		why->what[0] = '\0';
}

/* The library's own limit is 2,048 levels and recursion; ours is the caller's
 * and is checked before it sees a byte. Brackets inside strings do not count.
 */
static bool too_deep(struct slice text, unsigned int max_depth)
{
	bool in_string = false;
	unsigned int depth = 0;

	for (size_t i = 0; i < text.n; i++) {
		const char c = text.p[i];

		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			if (++depth > max_depth)
				return true;
		} else if ((c == '}' || c == ']') && depth > 0) {
			depth--;
		}
	}
	return false;
}

enum err json_in_parse(struct slice text, size_t max_bytes,
    unsigned int max_depth, struct json_in **out, struct json_in_error *why)
{
	struct json_in *in;
	json_error_t je;

	if (text.n > max_bytes) {
		explain(why, 0, 0, "the document is too long");
		return ERR_TOOBIG;
	}
	if (too_deep(text, max_depth)) {
		explain(why, 0, 0, "the document is nested too deeply");
		return ERR_TOOBIG;
	}
	in = malloc(sizeof(*in));
	if (in == NULL)
		return ERR_NOMEM;
	in->root = json_loadb(text.p == NULL ? "" : text.p, text.n,
	    JSON_REJECT_DUPLICATES, &je);
	if (in->root == NULL) {
		const enum json_error_code code = json_error_code(&je);
		const enum err e =
		    code == json_error_out_of_memory ? ERR_NOMEM : ERR_SYNTAX;

		/* The library's own words here are for who programs with it. */
		explain(why, je.line > 0 ? (unsigned int)je.line : 0,
		    je.column > 0 ? (unsigned int)je.column : 0,
		    code == json_error_null_character
			? "a text holds \\u0000, which is no character of a text"
			: je.text);
		free(in);
		return e;
	}
	*out = in;
	return ERR_OK;
}

void json_in_free(struct json_in *in)
{
	if (in == NULL)
		return;
	json_decref(in->root);
	free(in);
}

const struct json_node *json_in_root(const struct json_in *in)
{
	return as_node(in->root);
}

enum json_in_kind json_in_kind(const struct json_node *n)
{
	if (n == NULL)
		return JSON_IN_MISSING;
	switch (json_typeof(as_json(n))) {
	case JSON_OBJECT:
		return JSON_IN_OBJECT;
	case JSON_ARRAY:
		return JSON_IN_ARRAY;
	case JSON_STRING:
		return JSON_IN_TEXT;
	case JSON_INTEGER:
		return JSON_IN_INT;
	case JSON_REAL:
		return JSON_IN_REAL;
	case JSON_TRUE:
	case JSON_FALSE:
		return JSON_IN_BOOL;
	case JSON_NULL:
		return JSON_IN_NULL;
	}
	return JSON_IN_MISSING;
}

const struct json_node *json_in_get(const struct json_node *n, const char *key)
{
	return as_node(json_object_get(as_json(n), key));
}

const struct json_node *json_in_member(const struct json_node *n,
    struct slice key)
{
	return as_node(json_object_getn(as_json(n), key.p, key.n));
}

size_t json_in_count(const struct json_node *n)
{
	const enum json_in_kind kind = json_in_kind(n);

	if (kind == JSON_IN_ARRAY)
		return json_array_size(as_json(n));
	return kind == JSON_IN_OBJECT ? json_object_size(as_json(n)) : 0;
}

const struct json_node *json_in_at(const struct json_node *n, size_t i)
{
	return as_node(json_array_get(as_json(n), i));
}

bool json_in_next(const struct json_node *n, void **iter, struct slice *key,
    const struct json_node **value)
{
	/* The library's iterators take a changeable object but change
	 * nothing; going through an integer says so to both compilers. */
	json_t *j = (json_t *)(uintptr_t)(const void *)n;

	if (json_in_kind(n) != JSON_IN_OBJECT)
		return false;
	*iter = *iter == NULL ? json_object_iter(j)
			      : json_object_iter_next(j, *iter);
	if (*iter == NULL)
		return false;
	*key = slice_from(json_object_iter_key(*iter));
	*value = as_node(json_object_iter_value(*iter));
	return true;
}

/* Bounded by the depth that json_in_parse() allowed. The library compares
 * changeable values but changes nothing. */
bool json_in_same(const struct json_node *a, const struct json_node *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return json_equal((json_t *)(uintptr_t)(const void *)a,
		   (json_t *)(uintptr_t)(const void *)b) != 0;
}

enum err json_in_text(const struct json_node *n, size_t max, struct slice *out)
{
	const enum json_in_kind kind = json_in_kind(n);

	if (kind == JSON_IN_MISSING || kind == JSON_IN_NULL)
		return ERR_NOTFOUND;
	if (kind != JSON_IN_TEXT)
		return ERR_SYNTAX;
	if (json_string_length(as_json(n)) > max)
		return ERR_TOOBIG;
	*out = slice_of(json_string_value(as_json(n)),
	    json_string_length(as_json(n)));
	return ERR_OK;
}

enum err json_in_i64(const struct json_node *n, int64_t min, int64_t max,
    int64_t *out)
{
	const enum json_in_kind kind = json_in_kind(n);
	int64_t v;

	if (kind == JSON_IN_MISSING || kind == JSON_IN_NULL)
		return ERR_NOTFOUND;
	if (kind != JSON_IN_INT)
		return ERR_SYNTAX;
	v = json_integer_value(as_json(n));
	if (v < min || v > max)
		return ERR_RANGE;
	*out = v;
	return ERR_OK;
}

enum err json_in_bool(const struct json_node *n, bool *out)
{
	const enum json_in_kind kind = json_in_kind(n);

	if (kind == JSON_IN_MISSING || kind == JSON_IN_NULL)
		return ERR_NOTFOUND;
	if (kind != JSON_IN_BOOL)
		return ERR_SYNTAX;
	*out = json_is_true(as_json(n));
	return ERR_OK;
}

static enum err optional(enum err e)
{
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err json_in_opt_text(const struct json_node *n, const char *key,
    size_t max, struct slice *out)
{
	return optional(json_in_text(json_in_get(n, key), max, out));
}

enum err json_in_opt_i64(const struct json_node *n, const char *key,
    int64_t min, int64_t max, int64_t *out)
{
	return optional(json_in_i64(json_in_get(n, key), min, max, out));
}

enum err json_in_opt_bool(const struct json_node *n, const char *key, bool *out)
{
	return optional(json_in_bool(json_in_get(n, key), out));
}
