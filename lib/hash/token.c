#include "lib/hash/token.h"

#include <sodium.h>

#include "lib/base/rnd.h"
#include "lib/base/scan.h"
#include "lib/hash/digest.h"
#include "lib/hash/hmac.h"

static void text_of(const uint8_t in[TOKEN_BYTES], char out[TOKEN_TEXT + 1])
{
	(void)sodium_bin2base64(out, TOKEN_TEXT + 1, in, TOKEN_BYTES,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void token_make(char out[TOKEN_TEXT + 1])
{
	uint8_t raw[TOKEN_BYTES];

	rnd_bytes(raw, sizeof(raw));
	text_of(raw, out);
	sodium_memzero(raw, sizeof(raw));
}

bool token_is(struct slice s)
{
	if (s.n != TOKEN_TEXT)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!scan_is_alnum(s.p[i]) && s.p[i] != '-' && s.p[i] != '_')
			return false;
	}
	return true;
}

enum err token_hash(struct slice token, uint8_t out[TOKEN_HASH_BYTES])
{
	return digest_sha256(&token, 1, out);
}

enum err token_derive(struct slice token, const char *purpose,
    char out[TOKEN_TEXT + 1])
{
	const struct slice part = slice_from(purpose);
	uint8_t mac[HMAC_SHA256_BYTES];
	enum err e;

	if ((e = hmac_sha256(token, &part, 1, mac)) != ERR_OK)
		return e;
	text_of(mac, out);
	return ERR_OK;
}

bool token_equal(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || sodium_memcmp(a.p, b.p, a.n) == 0);
}
