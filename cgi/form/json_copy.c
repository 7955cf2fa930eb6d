#include "cgi/form/json_copy.h"

static void copy_array(const struct json_node *n, struct json_out *j)
{
	json_out_array(j);
	for (size_t i = 0; i < json_in_count(n); i++)
		json_copy(json_in_at(n, i), j);
	json_out_end(j);
}

static void copy_object(const struct json_node *n, struct json_out *j)
{
	const struct json_node *value;
	struct slice key;
	void *at = NULL;

	json_out_object(j);
	while (json_in_next(n, &at, &key, &value)) {
		json_out_name(j, key);
		json_copy(value, j);
	}
	json_out_end(j);
}

static void copy_plain(const struct json_node *n, struct json_out *j)
{
	struct slice text;
	int64_t number;
	bool on;

	if (json_in_text(n, SIZE_MAX, &text) == ERR_OK)
		json_out_str(j, text);
	else if (json_in_i64(n, INT64_MIN, INT64_MAX, &number) == ERR_OK)
		json_out_i64(j, number);
	else if (json_in_bool(n, &on) == ERR_OK)
		json_out_bool(j, on);
	else
		json_out_null(j);
}

void json_copy(const struct json_node *n, struct json_out *j)
{
	switch (json_in_kind(n)) {
	case JSON_IN_ARRAY:
		copy_array(n, j);
		return;
	case JSON_IN_OBJECT:
		copy_object(n, j);
		return;
	case JSON_IN_REAL: /* as one without members, see json_copy.h */
		json_out_object(j);
		json_out_end(j);
		return;
	case JSON_IN_MISSING:
	case JSON_IN_NULL:
	case JSON_IN_BOOL:
	case JSON_IN_INT:
	case JSON_IN_TEXT:
		copy_plain(n, j);
		return;
	}
}
