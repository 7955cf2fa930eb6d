#include "lib/hash/hmac.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <string.h>

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

#define SHA1_BLOCK 64

/* SHA-1 of the key padded with one byte, followed by text. */
static enum err sha1_padded(const uint8_t key[SHA1_BLOCK], uint8_t pad,
    struct slice text, uint8_t out[HMAC_SHA1_BYTES])
{
	uint8_t block[SHA1_BLOCK];
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool ok;

	if (c == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < SHA1_BLOCK; i++)
		block[i] = key[i] ^ pad;
	ok = EVP_DigestInit_ex(c, EVP_sha1(), NULL) == 1 &&
	     EVP_DigestUpdate(c, block, SHA1_BLOCK) == 1 &&
	     (text.n == 0 || EVP_DigestUpdate(c, text.p, text.n) == 1) &&
	     EVP_DigestFinal_ex(c, out, NULL) == 1;
	EVP_MD_CTX_free(c);
	sodium_memzero(block, sizeof(block));
	return ok ? ERR_OK : ERR_INTERNAL;
}

/* RFC 2104 2: H(K xor opad, H(K xor ipad, text)). */
enum err hmac_sha1(struct slice key, struct slice text,
    uint8_t out[HMAC_SHA1_BYTES])
{
	uint8_t block[SHA1_BLOCK] = { 0 }, inner[HMAC_SHA1_BYTES];
	enum err e;

	if (key.n > SHA1_BLOCK)
		return ERR_TOOBIG;
	if (key.n > 0)
		memcpy(block, key.p, key.n);
	e = sha1_padded(block, 0x36, text, inner);
	if (e == ERR_OK)
		e = sha1_padded(block, 0x5c, slice_of(inner, sizeof(inner)),
		    out);
	sodium_memzero(block, sizeof(block));
	return e;
}
