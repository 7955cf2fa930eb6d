/* Fuzz target: what two flow documents differ in. The input is a be16 length,
 * so many bytes of one document, and the other. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/base/take.h"
#include "lib/json/flow_diff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count(void *arg, enum flow_diff_what what, struct slice step,
    struct slice member, struct slice from, struct slice to)
{
	size_t *n = arg;

	if (what == FLOW_DIFF_CHANGED && slice_eq(from, to) &&
	    !slice_eq_cstr(from, "..."))
		abort(); /* told of what has not changed */
	*n += 1 + step.n + member.n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = 0;
	const struct flow_diff_sink sink = { count, &n };
	struct slice one;
	struct take t;

	take_init(&t, slice_of(data, size));
	one = take_bytes(&t, take_be16(&t));
	if (t.failed)
		return 0;
	(void)!flow_diff(one, t.rest, &sink);
	n = 0;
	(void)!flow_diff(one, one, &sink);
	if (n > 0)
		abort(); /* nothing differs from itself */
	return 0;
}
