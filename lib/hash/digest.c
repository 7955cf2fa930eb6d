#include "lib/hash/digest.h"

#include <openssl/evp.h>

#include "lib/base/hex.h"

#define MD5_BYTES 16

static enum err run(const EVP_MD *md, const struct slice *parts, size_t n,
    uint8_t *out, size_t out_bytes)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned int got = 0;
	enum err e = ERR_INTERNAL;

	if (ctx == NULL)
		return ERR_NOMEM;
	if (md == NULL || (size_t)EVP_MD_get_size(md) != out_bytes)
		goto out;
	if (EVP_DigestInit_ex(ctx, md, NULL) != 1)
		goto out;
	for (size_t i = 0; i < n; i++)
		if (EVP_DigestUpdate(ctx, parts[i].p, parts[i].n) != 1)
			goto out;
	if (EVP_DigestFinal_ex(ctx, out, &got) == 1 && got == out_bytes)
		e = ERR_OK;
out:
	EVP_MD_CTX_free(ctx);
	return e;
}

enum err digest_sha256(const struct slice *parts, size_t n,
    uint8_t out[DIGEST_SHA256_BYTES])
{
	return run(EVP_sha256(), parts, n, out, DIGEST_SHA256_BYTES);
}

enum err digest_sha256_hex(const struct slice *parts, size_t n,
    char out[DIGEST_SHA256_HEX])
{
	uint8_t raw[DIGEST_SHA256_BYTES];
	const enum err e = digest_sha256(parts, n, raw);

	if (e == ERR_OK)
		hex_encode(raw, sizeof(raw), out);
	return e;
}

enum err digest_md5_hex(const struct slice *parts, size_t n,
    char out[DIGEST_MD5_HEX])
{
	uint8_t raw[MD5_BYTES];
	const enum err e = run(EVP_md5(), parts, n, raw, sizeof(raw));

	if (e == ERR_OK)
		hex_encode(raw, sizeof(raw), out);
	return e;
}
