/* Reads a document and visits every node of it. */
#include <stdlib.h>

#include "lib/json/json_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t visit(const struct json_node *n, unsigned int depth)
{
	const struct json_node *value;
	struct slice key, text = SLICE_INIT("");
	void *iter = NULL;
	int64_t number = 0;
	bool flag = false;
	size_t seen = 1;

	if (depth > 16)
		abort(); /* the limit given below did not hold */
	seen += json_in_text(n, SIZE_MAX, &text) == ERR_OK;
	seen += json_in_i64(n, INT64_MIN, INT64_MAX, &number) == ERR_OK;
	seen += json_in_bool(n, &flag) == ERR_OK;
	for (size_t i = 0; json_in_at(n, i) != NULL; i++)
		seen += visit(json_in_at(n, i), depth + 1);
	while (json_in_next(n, &iter, &key, &value))
		seen += key.n + visit(value, depth + 1);
	return seen + text.n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_in_error why;
	struct json_in *in;

	if (json_in_parse(slice_of(data, size), 65536, 16, &in, &why) ==
	    ERR_OK) {
		(void)visit(json_in_root(in), 0);
		json_in_free(in);
	}
	return 0;
}
