/*
 * seal.h - secrets at rest: trunk passwords and keys of other services.
 *
 * XChaCha20-Poly1305 under the installation's key. A sealed text is bound to
 * what it is about (for example "trunk:" and the row's id), so that one row's
 * secret cannot be moved into another. Form: version byte 1, 24 bytes of
 * nonce, ciphertext with its 16-byte tag.
 */
#ifndef RT_HASH_SEAL_H
#define RT_HASH_SEAL_H

#include "lib/base/buf.h"

#define SEAL_KEY_BYTES 32
#define SEAL_OVERHEAD  41
#define SEAL_PLAIN_MAX ((size_t)65536)

struct seal_key {
	uint8_t v[SEAL_KEY_BYTES];
};

/* Reads <secret_dir>/seal.key: 64 hexadecimal digits and at most a newline.
 * ERR_IO (logged), ERR_SYNTAX (logged), ERR_DENIED: others may read it (the
 * group may, if the file is root's). */
RT_MUST_USE enum err seal_key_load(const char *path, struct seal_key *out);
/* Creates the file, 0600, with a new key: whole or not at all (file.h).
 * ERR_CONFLICT: there is one. */
RT_MUST_USE enum err seal_key_create(const char *path);
/* Overwrites the key in memory. */
void seal_key_forget(struct seal_key *key);

/* Appends the sealed form of plain to out. */
RT_MUST_USE enum err seal_box(const struct seal_key *key, struct slice about,
    struct slice plain, struct buf *out);
/* Appends the plain text. ERR_AUTH: another key, other subject, or damaged;
 * ERR_SYNTAX: no sealed text. */
RT_MUST_USE enum err seal_open(const struct seal_key *key, struct slice about,
    struct slice sealed, struct buf *out);

#endif
