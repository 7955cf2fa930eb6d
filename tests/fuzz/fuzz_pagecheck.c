/* Fuzz target: pages of strangers. A page cannot hold more numbers than its
 * bytes allow, nor lead to an address longer than itself. */
#include <stdlib.h>

#include "lib/base/utf16.h"
#include "lib/core/pagecheck.h"
#include "lib/core/pagemove.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pagenum_number numbers[2];
	bool stand[1] = { false };
	const struct pagecheck_look look = { SLICE("KEY"), numbers, 1, stand,
		numbers + 1, 1, SLICE("a.example") };
	struct pagecheck c;
	struct buf text;

	pagenum_number(SLICE("+14155550199"), SLICE("(415) 555-0199"),
	    &numbers[0]);
	pagenum_number(SLICE("+4533123456"), SLICE("33 12 34 56"), &numbers[1]);
	pagecheck(slice_of(data, size), &look, &c);
	if (stand[0] != (c.targets > 0) || c.targets > size / 9 ||
	    c.ours > size / 8 || c.tags > size / 6)
		abort();
	if (pagecheck_refresh(slice_of(data, size)).n > size)
		abort();
	if (pagecheck_base(slice_of(data, size)).n > size)
		abort();
	if (pagemove(slice_of(data, size)).to.n > size)
		abort();
	buf_init(&text, size / 2 * 3 + 3);
	utf16_to_utf8(slice_of(data, size), &text);
	if (size >= 2 && buf_err(&text) != ERR_OK)
		abort();
	buf_fini(&text);
	return 0;
}
