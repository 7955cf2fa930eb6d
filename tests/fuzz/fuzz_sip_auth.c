/*
 * Fuzzes sipworker/sip/sip_auth with the value of a challenge. Invariants: what
 * is answered is one well-formed line; a second challenge in a row is never
 * answered more than once.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "sipworker/sip/sip_auth.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sip_auth_user user = { SLICE_INIT("me"),
		SLICE_INIT("secret") };
	static char mem[8192];
	static struct sip_msg m;
	struct sip_auth a = { .n = 0 };
	unsigned int taken = 0;
	struct buf b;

	for (size_t i = 0; i < size; i++)
		if (data[i] == '\r' || data[i] == '\n' || data[i] == 0)
			return 0; /* sip_msg lets no such value through */
	m.is_request = false;
	m.status = 401;
	m.n_fields = 1;
	m.fields[0] = (struct sip_field){ SIP_HDR_WWW_AUTHENTICATE,
		SLICE("WWW-Authenticate"), slice_of(data, size) };
	for (int i = 0; i < 5; i++)
		taken += sip_auth_choose(&a, &m) == ERR_OK;
	assert(taken <= 2);
	buf_over(&b, mem, sizeof(mem));
	sip_auth_put(&b, &a, &user, SLICE("INVITE"), SLICE("sip:b@h"),
	    SLICE("0123456789abcdef"));
	assert(a.n > 0 || b.n == 0);
	if (b.n == 0 || buf_err(&b) != ERR_OK)
		return 0;
	assert(slice_find(buf_slice(&b), '\n', 0) == b.n - 1);
	assert(slice_starts(buf_slice(&b), SLICE("Authorization: Digest ")));
	return 0;
}
