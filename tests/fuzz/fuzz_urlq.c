/*
 * Fuzz target: addresses of pages and their queries. Invariants: the parts lie
 * in the input and in order; what is decoded is text; a site is its own.
 */
#include <assert.h>

#include "lib/base/utf8.h"
#include "lib/core/urlq.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_part(struct slice part, struct slice whole)
{
	assert(part.n == 0 ||
	       (part.p >= whole.p && part.p + part.n <= whole.p + whole.n));
}

static void check_query(struct slice query)
{
	static char mem[16 * URLQ_MAX];
	struct slice rest = query, name, value;

	while (urlq_next(&rest, &name, &value)) {
		struct buf b;

		assert(name.n > 0);
		check_part(name, query);
		check_part(value, query);
		buf_over(&b, mem, sizeof(mem));
		urlq_decode(value, &b);
		assert(utf8_valid(buf_slice(&b)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice input = slice_of(data, size);
	struct urlq u;

	if (urlq_split(input, &u) != ERR_OK)
		return 0;
	assert(size <= URLQ_MAX && u.host.n > 0);
	check_part(u.host, input);
	check_part(u.port, input);
	check_part(u.query, input);
	check_part(u.fragment, input);
	assert(urlq_same_site(u.host, u.host));
	assert(urlq_host_is(u.host, u.host));
	check_query(u.query);
	return 0;
}
