/* Fuzz target: amounts and lists of fields as programs send them. An amount
 * that is understood is written, and understood as the same again. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/feed/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct db_sheet_column columns[] = {
	{ .name = "id" },
	{ .name = "started_at" },
	{ .name = "value" },
};
static const struct db_sheet sheet = { .name = "calls",
	.columns = columns,
	.n_columns = RT_ARRAY_LEN(columns) };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed_fields fields;
	int64_t micros, again;
	char mem[40];
	struct buf b;

	if (feed_money_parse(slice_of(data, size), &micros) == ERR_OK) {
		buf_over(&b, mem, sizeof(mem));
		feed_money_put(micros, &b);
		if (buf_err(&b) != ERR_OK ||
		    feed_money_parse(buf_slice(&b), &again) != ERR_OK ||
		    again != micros)
			abort();
	}
	if (feed_fields_parse(&sheet, slice_of(data, size), &fields) ==
		ERR_OK &&
	    !fields.on[0])
		abort();
	return 0;
}
