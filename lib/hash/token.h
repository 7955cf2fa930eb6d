/*
 * token.h - secrets that we give out: login cookies, CSRF tokens, API keys.
 *
 * The client holds the token; we store its SHA-256 only, so a copy of the
 * database signs nobody in. Text is base64url without padding (RFC 4648 5).
 */
#ifndef RT_HASH_TOKEN_H
#define RT_HASH_TOKEN_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

#define TOKEN_BYTES      32
#define TOKEN_TEXT       43 /* characters of base64url */
#define TOKEN_HASH_BYTES 32

/* 256 random bits as text and its NUL. */
void token_make(char out[TOKEN_TEXT + 1]);
/* True when s looks like one: the right length and alphabet. */
bool token_is(struct slice s);
/* What is stored. ERR_NOMEM, ERR_INTERNAL. */
RT_MUST_USE enum err token_hash(struct slice token,
    uint8_t out[TOKEN_HASH_BYTES]);

/* A token made of another one for a purpose ("csrf"): who knows the second
 * learns nothing about the first. */
RT_MUST_USE enum err token_derive(struct slice token, const char *purpose,
    char out[TOKEN_TEXT + 1]);
/* Compares in time that does not depend on where they differ. */
bool token_equal(struct slice a, struct slice b);

#endif
