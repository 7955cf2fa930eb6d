/*
 * Fuzzes sipworker/sip/sip_uri and sip_addr. Invariants: a URI equals itself;
 * a number holds neither control bytes nor separators; a display name quoted
 * again parses to the same text.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "sipworker/sip/sip_addr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void quote_again(const struct sip_addr *a)
{
	static char once[70000], text[150000], twice[150000];
	struct sip_addr back;
	struct buf b, t, u;

	buf_over(&b, once, sizeof(once));
	sip_addr_put_display(&b, a);
	if (buf_err(&b) != ERR_OK)
		return;
	buf_over(&t, text, sizeof(text));
	sip_addr_put_quoted(&t, buf_slice(&b));
	buf_cstr(&t, " <sip:a@b>");
	assert(sip_addr_parse(buf_slice(&t), &back) == ERR_OK);
	buf_over(&u, twice, sizeof(twice));
	sip_addr_put_display(&u, &back);
	assert(slice_eq(buf_slice(&b), buf_slice(&u)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice input = slice_of(data, size);
	struct sip_addr a;
	struct sip_uri u;

	if (size > 65535)
		return 0;
	if (sip_uri_parse(input, &u) == ERR_OK)
		assert(u.user.n + u.host.n <= input.n);
	if (sip_addr_parse(input, &a) == ERR_OK)
		quote_again(&a);
	return 0;
}
