#include "lib/hash/totp.h"

#include "lib/base/rnd.h"
#include "lib/hash/hmac.h"
#include "lib/hash/token.h"

void totp_secret(uint8_t out[TOTP_SECRET_BYTES])
{
	rnd_bytes(out, TOTP_SECRET_BYTES);
}

void totp_base32(const uint8_t secret[TOTP_SECRET_BYTES],
    char out[TOTP_BASE32_MAX])
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint32_t bits = 0;
	unsigned int n_bits = 0;
	size_t n = 0;

	for (size_t i = 0; i < TOTP_SECRET_BYTES; i++) {
		bits = (bits << 8 | secret[i]) & UINT32_C(0xfff);
		for (n_bits += 8; n_bits >= 5; n_bits -= 5)
			out[n++] = alphabet[bits >> (n_bits - 5) & 31];
	}
	out[n] = '\0';
}

/* RFC 4226 5.3: dynamic truncation. */
enum err totp_code(const uint8_t secret[TOTP_SECRET_BYTES], uint64_t step,
    char out[TOTP_DIGITS + 1])
{
	uint8_t counter[8], mac[HMAC_SHA1_BYTES];
	uint32_t v;
	size_t at;
	enum err e;

	for (size_t i = 0; i < sizeof(counter); i++)
		counter[i] = (uint8_t)(step >> (56 - 8 * i) & 0xff);
	e = hmac_sha1(slice_of(secret, TOTP_SECRET_BYTES),
	    slice_of(counter, sizeof(counter)), mac);
	if (e != ERR_OK)
		return e;
	at = mac[HMAC_SHA1_BYTES - 1] & 0xf;
	v = (uint32_t)(mac[at] & 0x7f) << 24 | (uint32_t)mac[at + 1] << 16 |
	    (uint32_t)mac[at + 2] << 8 | mac[at + 3];
	for (size_t i = TOTP_DIGITS; i > 0; i--) {
		out[i - 1] = (char)('0' + v % 10);
		v /= 10;
	}
	out[TOTP_DIGITS] = '\0';
	return ERR_OK;
}

/* The digits alone; false when they are not exactly as many as a code has. */
static bool digits_of(struct slice typed, char out[TOTP_DIGITS + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < typed.n; i++) {
		if (typed.p[i] == ' ')
			continue;
		if (typed.p[i] < '0' || typed.p[i] > '9' || n == TOTP_DIGITS)
			return false;
		out[n++] = typed.p[i];
	}
	out[n] = '\0';
	return n == TOTP_DIGITS;
}

enum err totp_check(const uint8_t secret[TOTP_SECRET_BYTES], struct slice typed,
    int64_t now_us, uint64_t last_step, uint64_t *step)
{
	const uint64_t now = (uint64_t)(now_us / (TOTP_STEP_S * RT_SEC_US));
	char got[TOTP_DIGITS + 1], want[TOTP_DIGITS + 1];
	uint64_t found = 0;
	enum err e;

	if (now_us < TOTP_STEP_S * RT_SEC_US || !digits_of(typed, got))
		return ERR_AUTH;
	for (uint64_t s = now - 1; s <= now + 1; s++) {
		if ((e = totp_code(secret, s, want)) != ERR_OK)
			return e;
		if (token_equal(slice_from(got), slice_from(want)) &&
		    s > last_step)
			found = s;
	}
	if (found == 0)
		return ERR_AUTH;
	*step = found;
	return ERR_OK;
}
