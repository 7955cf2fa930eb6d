/* The columns of the logs, from an address: known bits only, and the same for
 * the same text. */
#include <stdlib.h>

#include "cgi/page/page_cols.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct page_cols *set, const struct page_filter *p)
{
	unsigned int bits = 0, again = 1;

	if (page_cols_read(p, set, &bits) != ERR_OK)
		return;
	if (page_cols_read(p, set, &again) != ERR_OK || bits != again ||
	    bits >> set->n != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct page_range range;
	struct page_filter p;
	struct arena mem;
	struct buf query;

	arena_init(&mem, 4 << 20);
	buf_init(&query, 1 << 20);
	buf_cstr(&query, "cols=");
	buf_put(&query, slice_of(data, size));
	struct req r = { .arena = &mem };
	if (buf_err(&query) == ERR_OK &&
	    req_parse_params(&mem, buf_slice(&query), &r.query) == ERR_OK &&
	    page_filter_read(&r, &range, "/calls", &p) == ERR_OK) {
		check(&page_cols_calls, &p);
		check(&page_cols_forms, &p);
	}
	buf_fini(&query);
	arena_fini(&mem);
	return 0;
}
