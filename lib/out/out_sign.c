#include "lib/out/out_sign.h"

#include "lib/base/b64.h"
#include "lib/hash/hmac.h"

enum err out_sign_v1(struct slice secret, int64_t unix_s, struct slice body,
    struct buf *out)
{
	uint8_t mac[HMAC_SHA256_BYTES];
	char digits[24];
	struct buf t;
	enum err e;

	if (secret.n > OUT_SIGN_SECRET_MAX)
		return ERR_TOOBIG;
	buf_over(&t, digits, sizeof(digits));
	buf_i64(&t, unix_s);

	const struct slice parts[] = { buf_slice(&t), SLICE("."), body };

	e = hmac_sha256(secret, parts, RT_ARRAY_LEN(parts), mac);
	if (e != ERR_OK)
		return e;
	buf_cstr(out, "t=");
	buf_put(out, buf_slice(&t));
	buf_cstr(out, ",v1=");
	buf_hex(out, mac, sizeof(mac));
	return buf_err(out);
}

enum err out_sign_sha1(struct slice secret, struct slice body, struct buf *out)
{
	uint8_t mac[HMAC_SHA1_BYTES];
	enum err e;

	if ((e = hmac_sha1(secret, body, mac)) != ERR_OK)
		return e;
	b64_put(out, mac, sizeof(mac), 0);
	return buf_err(out);
}
