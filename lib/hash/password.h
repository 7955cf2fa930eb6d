/*
 * password.h - passwords as argon2id (RFC 9106), through libsodium.
 *
 * 64 MiB and 2 passes for each one, about 70 ms. Because of the memory at most
 * PASSWORD_PARALLEL run at once in a process; others wait for up to
 * PASSWORD_WAIT_MS and then get ERR_BUSY. Thread-safe.
 */
#ifndef RT_HASH_PASSWORD_H
#define RT_HASH_PASSWORD_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

#define PASSWORD_MIN      10  /* characters */
#define PASSWORD_MAX      200 /* bytes */
#define PASSWORD_HASH_MAX 128 /* text of a hash and its NUL */
#define PASSWORD_PARALLEL 2
#define PASSWORD_WAIT_MS  4000

/* A salted hash as text. ERR_RANGE: shorter than PASSWORD_MIN characters or
 * longer than PASSWORD_MAX bytes; ERR_BUSY; ERR_NOMEM. */
RT_MUST_USE enum err password_hash(struct slice password,
    char out[PASSWORD_HASH_MAX]);

/* ERR_OK: it is the one; ERR_AUTH: it is not; ERR_BUSY; ERR_NOMEM. An empty
 * hash ("no such user") takes as long as a wrong password and is ERR_AUTH. */
RT_MUST_USE enum err password_check(struct slice hash, struct slice password);

#endif
