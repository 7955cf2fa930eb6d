/* Fuzz target: addresses with our click id in them and taken out again. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/core/sitecheck.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice url = slice_of(data, size);
	struct buf with, without;

	buf_init(&with, size + 64);
	buf_init(&without, size + 64);
	sitecheck_probe(url, &with);
	if (buf_err(&with) == ERR_OK && !sitecheck_has_probe(buf_slice(&with)))
		abort();
	sitecheck_unprobe(buf_slice(&with), &without);
	if (buf_slice(&without).n > size && !sitecheck_has_probe(url))
		abort();
	without.n = 0;
	sitecheck_plain(url, &without);
	if (buf_slice(&without).n > size)
		abort();
	(void)sitecheck_is_on(url, &url, 1);
	buf_fini(&with);
	buf_fini(&without);
	return 0;
}
