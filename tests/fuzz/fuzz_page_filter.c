/* Fuzz target: the filters and the period of an address. What is understood is
 * written into links, and a link is understood as the same. */
#include <stdint.h>
#include <stdlib.h>

#include "cgi/page/page_filter.h"

#define NOW_US INT64_C(1795176000000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err read_one(struct slice query, struct arena *mem, struct req *r,
    struct page_filter *out)
{
	static struct page_range range;
	struct tz *z = NULL;
	enum err e;

	*r = (struct req){ .now_us = NOW_US, .arena = mem };
	if ((e = req_parse_params(mem, query, &r->query)) != ERR_OK)
		return e;
	if (tz_open(SLICE("America/New_York"), &z) != ERR_OK)
		abort();
	e = page_range_read(r, z, &range);
	tz_close(z);
	return e == ERR_OK ? page_filter_read(r, &range, "/calls", out) : e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char link[PAGE_FILTER_HREF_MAX], again[PAGE_FILTER_HREF_MAX];
	struct page_filter f, g;
	struct req r, s;
	struct arena mem;
	struct buf a, b;

	arena_init(&mem, 4 << 20);
	buf_over(&a, link, sizeof(link));
	buf_over(&b, again, sizeof(again));
	if (read_one(slice_of(data, size), &mem, &r, &f) == ERR_OK) {
		page_filter_query(&f, NULL, &a);
		if (buf_err(&a) == ERR_OK && buf_slice(&a).n > 0) {
			/* Behind the period, so it begins with '&'. */
			if (read_one(slice_skip(buf_slice(&a), 1), &mem, &s,
				&g) != ERR_OK)
				abort();
			page_filter_query(&g, NULL, &b);
			if (!slice_eq(buf_slice(&a), buf_slice(&b)))
				abort();
		}
	}
	arena_fini(&mem);
	return 0;
}
