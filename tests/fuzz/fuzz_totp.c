/* What people type as a code: only the code itself is one. */
#include <stdlib.h>

#include "lib/hash/totp.h"

#define AT_S INT64_C(1111111111) /* RFC 6238: 050471 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t secret[] = "12345678901234567890";
	char got[TOTP_DIGITS + 1], want[TOTP_DIGITS + 1];
	uint64_t step;
	size_t n = 0;

	if (totp_check(secret, slice_of(data, size), AT_S * RT_SEC_US, 0,
		&step) != ERR_OK)
		return 0;
	for (size_t i = 0; i < size && n < TOTP_DIGITS; i++)
		if (data[i] != ' ')
			got[n++] = (char)data[i];
	got[n] = '\0';
	if (totp_code(secret, step, want) != ERR_OK ||
	    !slice_eq_cstr(slice_from(got), want))
		abort();
	return 0;
}
