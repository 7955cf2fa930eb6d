/* Fuzz target: where a trunk is. What parses is written and parsed again. */
#include <assert.h>

#include "lib/base/addr4.h"
#include "lib/core/nexthop.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char mem[NEXTHOP_NAME_MAX + ADDR4_TEXT_MAX];
	struct nexthop h, back;
	struct buf b;

	if (nexthop_parse(slice_of(data, size), &h) != ERR_OK)
		return 0;
	assert((h.ip == 0) == (h.name.n > 0));
	buf_over(&b, mem, sizeof(mem));
	if (h.ip != 0)
		addr4_put_ip(&b, h.ip);
	else
		buf_put(&b, h.name);
	if (h.port != 0)
		buf_printf(&b, ":%u", h.port);
	assert(buf_err(&b) == ERR_OK);
	assert(nexthop_parse(buf_slice(&b), &back) == ERR_OK);
	assert(back.ip == h.ip && back.port == h.port &&
	       slice_eq(back.name, h.name));
	return 0;
}
