#include "lib/hash/sha256.h"

#include <openssl/evp.h>
#include <stdlib.h>

struct sha256 {
	EVP_MD_CTX *ctx;
};

enum err sha256_new(struct sha256 **out)
{
	struct sha256 *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return ERR_NOMEM;
	h->ctx = EVP_MD_CTX_new();
	if (h->ctx == NULL ||
	    EVP_DigestInit_ex(h->ctx, EVP_sha256(), NULL) != 1) {
		sha256_free(h);
		return ERR_INTERNAL;
	}
	*out = h;
	return ERR_OK;
}

enum err sha256_more(struct sha256 *h, const void *p, size_t n)
{
	return EVP_DigestUpdate(h->ctx, p, n) == 1 ? ERR_OK : ERR_INTERNAL;
}

enum err sha256_end(struct sha256 *h, uint8_t out[SHA256_BYTES])
{
	unsigned int n = 0;

	if (EVP_DigestFinal_ex(h->ctx, out, &n) != 1 || n != SHA256_BYTES)
		return ERR_INTERNAL;
	return ERR_OK;
}

void sha256_free(struct sha256 *h)
{
	if (h == NULL)
		return;
	EVP_MD_CTX_free(h->ctx);
	free(h);
}
