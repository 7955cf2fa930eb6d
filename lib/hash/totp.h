/*
 * totp.h - time-based one-time codes (RFC 6238): six digits, thirty seconds,
 * HMAC-SHA-1, which is what every authenticator app knows.
 *
 * A code counts in its own half minute and in the one before and after, as
 * telephones' clocks are a little off. Whoever checks remembers the step that
 * was used, and takes no code of that step or an earlier one again.
 */
#ifndef RT_HASH_TOTP_H
#define RT_HASH_TOTP_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

#define TOTP_SECRET_BYTES 20 /* RFC 4226 4: the length of the hash */
#define TOTP_BASE32_MAX   33 /* the secret as base32, and NUL */
#define TOTP_DIGITS       6
#define TOTP_STEP_S       30

/* Random. */
void totp_secret(uint8_t out[TOTP_SECRET_BYTES]);
/* As people type it into their app (RFC 4648 6, without padding). */
void totp_base32(const uint8_t secret[TOTP_SECRET_BYTES],
    char out[TOTP_BASE32_MAX]);

/* The code of a step: wall seconds / TOTP_STEP_S. */
RT_MUST_USE enum err totp_code(const uint8_t secret[TOTP_SECRET_BYTES],
    uint64_t step, char out[TOTP_DIGITS + 1]);
/* Blanks in what was typed do not count. ERR_AUTH: wrong, or of a step that is
 * not after last_step. *step is the one it belongs to. */
RT_MUST_USE enum err totp_check(const uint8_t secret[TOTP_SECRET_BYTES],
    struct slice typed, int64_t now_us, uint64_t last_step, uint64_t *step);

#endif
