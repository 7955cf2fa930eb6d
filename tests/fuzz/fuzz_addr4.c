/* Fuzz target: IPv4 addresses with ports, and hexadecimal. What parses is
 * written and parsed again. */
#include <assert.h>
#include <string.h>

#include "lib/base/addr4.h"
#include "lib/base/hex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_hex(struct slice input)
{
	uint8_t bytes[64], again[64];
	char text[2 * sizeof(bytes) + 1];

	if (input.n / 2 > sizeof(bytes) ||
	    hex_decode(input, bytes, input.n / 2) != ERR_OK)
		return;
	assert(input.n % 2 == 0);
	hex_encode(bytes, input.n / 2, text);
	assert(slice_eq_case(slice_from(text), input));
	assert(hex_decode(slice_from(text), again, input.n / 2) == ERR_OK);
	assert(memcmp(bytes, again, input.n / 2) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice input = slice_of(data, size);
	char text[ADDR4_TEXT_MAX];
	struct addr4 a, back;
	uint32_t ip;

	check_hex(input);
	if (addr4_ip(input, &ip) == ERR_OK)
		assert(addr4_parse(input, 5060, &a) == ERR_OK && a.ip == ip &&
		       a.port == 5060);
	if (addr4_parse(input, 5060, &a) != ERR_OK)
		return 0;
	addr4_text(a, text);
	assert(addr4_parse(slice_from(text), 1, &back) == ERR_OK);
	assert(addr4_eq(a, back));
	return 0;
}
