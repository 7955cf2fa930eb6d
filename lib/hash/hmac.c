#include "lib/hash/hmac.h"

#include <sodium.h>

/* libsodium's takes the parts one by one and keys of any length. */
enum err hmac_sha256(struct slice key, const struct slice *parts, size_t n,
    uint8_t out[HMAC_SHA256_BYTES])
{
	crypto_auth_hmacsha256_state st;

	if (sodium_init() < 0)
		return ERR_INTERNAL;
	(void)crypto_auth_hmacsha256_init(&st, (const unsigned char *)key.p,
	    key.n);
	for (size_t i = 0; i < n; i++)
		(void)crypto_auth_hmacsha256_update(&st,
		    (const unsigned char *)parts[i].p, parts[i].n);
	(void)crypto_auth_hmacsha256_final(&st, out);
	sodium_memzero(&st, sizeof(st));
	return ERR_OK;
}
