#include "cgi/web/second.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/rnd.h"
#include "lib/base/settings.h"
#include "lib/db/db_second.h"
#include "lib/hash/digest.h"
#include "lib/hash/seal.h"

/* What the secret is sealed for. */
static void about(struct user_id user, char out[ID_TEXT_MAX + 8])
{
	char id[ID_TEXT_MAX];

	id_text(ID_KIND_user, user.v, id);
	(void)snprintf(out, ID_TEXT_MAX + 8, "second:%s", id);
}

static enum err load_key(const struct req *r, struct seal_key *out)
{
	char path[SETTINGS_PATH_MAX + 32];

	(void)snprintf(path, sizeof(path), "%s/seal.key",
	    r->settings->secret_dir);
	return seal_key_load(path, out);
}

enum err second_begin(const struct req *r, struct user_id user)
{
	uint8_t secret[TOTP_SECRET_BYTES];
	char mem[DB_SECOND_SEALED_MAX], what[ID_TEXT_MAX + 8];
	struct seal_key key;
	struct buf sealed;
	enum err e;

	if ((e = load_key(r, &key)) != ERR_OK)
		return e;
	totp_secret(secret);
	about(user, what);
	buf_over(&sealed, mem, sizeof(mem));
	e = seal_box(&key, slice_from(what), slice_of(secret, sizeof(secret)),
	    &sealed);
	seal_key_forget(&key);
	return e == ERR_OK
		   ? db_second_begin(r->db, user, buf_slice(&sealed), r->now_us)
		   : e;
}

static enum err secret_of(const struct req *r, struct user_id user,
    const struct second_row *row, uint8_t out[TOTP_SECRET_BYTES])
{
	char what[ID_TEXT_MAX + 8], mem[TOTP_SECRET_BYTES + SEAL_OVERHEAD];
	struct seal_key key;
	struct buf plain;
	enum err e;

	if ((e = load_key(r, &key)) != ERR_OK)
		return e;
	about(user, what);
	buf_over(&plain, mem, sizeof(mem));
	e = seal_open(&key, slice_from(what),
	    slice_of(row->sealed, row->sealed_n), &plain);
	seal_key_forget(&key);
	if (e == ERR_OK && plain.n != TOTP_SECRET_BYTES)
		e = ERR_INTERNAL;
	if (e == ERR_OK)
		memcpy(out, mem, TOTP_SECRET_BYTES);
	/* Another key or a damaged row is no wrong code. */
	return e == ERR_AUTH ? ERR_INTERNAL : e;
}

enum err second_waiting(const struct req *r, struct user_id user,
    char out[TOTP_BASE32_MAX])
{
	uint8_t secret[TOTP_SECRET_BYTES];
	struct second_row row;
	enum err e = db_second_get(r->db, user, &row);

	if (e == ERR_OK && row.confirmed)
		return ERR_NOTFOUND;
	if (e == ERR_OK)
		e = secret_of(r, user, &row, secret);
	if (e == ERR_OK)
		totp_base32(secret, out);
	return e;
}

/* Ten letters and digits that nobody mistakes, 50 bits. */
static void make_code(char out[SECOND_CODE_TEXT + 1])
{
	static const char letters[] = "abcdefghjkmnpqrstuvwxyz023456789";
	uint8_t raw[10];
	size_t n = 0;

	rnd_bytes(raw, sizeof(raw));
	for (size_t i = 0; i < sizeof(raw); i++) {
		if (i == 4 || i == 8)
			out[n++] = '-';
		out[n++] = letters[raw[i] & 31];
	}
	out[n] = '\0';
}

/* Dashes, blanks and capitals do not matter. The user is hashed with it, so
 * that equal codes of two people have different hashes. */
static enum err code_hash(struct user_id user, struct slice typed,
    uint8_t out[DB_SECOND_CODE_HASH])
{
	char plain[16];
	struct slice parts[2];
	size_t n = 0;

	for (size_t i = 0; i < typed.n; i++) {
		char c = typed.p[i];

		if (c == '-' || c == ' ')
			continue;
		if (c >= 'A' && c <= 'Z')
			c = (char)(c + ('a' - 'A'));
		if (n == sizeof(plain))
			return ERR_AUTH;
		plain[n++] = c;
	}
	parts[0] = slice_of(user.v, ID_BYTES);
	parts[1] = slice_of(plain, n);
	return digest_sha256(parts, 2, out);
}

enum err second_confirm(const struct req *r, struct user_id user,
    struct slice typed, char codes[SECOND_CODES][SECOND_CODE_TEXT + 1])
{
	uint8_t hashes[SECOND_CODES][DB_SECOND_CODE_HASH];
	uint8_t secret[TOTP_SECRET_BYTES];
	struct second_row row;
	uint64_t step;
	enum err e;

	if ((e = db_second_get(r->db, user, &row)) != ERR_OK)
		return e;
	if (row.confirmed)
		return ERR_CONFLICT;
	if ((e = secret_of(r, user, &row, secret)) != ERR_OK ||
	    (e = totp_check(secret, typed, r->now_us, row.last_step, &step)) !=
		ERR_OK)
		return e;
	for (size_t i = 0; i < SECOND_CODES; i++) {
		make_code(codes[i]);
		e = code_hash(user, slice_from(codes[i]), hashes[i]);
		if (e != ERR_OK)
			return e;
	}
	if ((e = db_second_confirm(r->db, user, step, r->now_us)) != ERR_OK)
		return e;
	return db_second_codes(r->db, user,
	    (const uint8_t(*)[DB_SECOND_CODE_HASH])hashes, SECOND_CODES);
}

enum err second_check(const struct req *r, struct user_id user,
    struct slice typed)
{
	uint8_t secret[TOTP_SECRET_BYTES], hash[DB_SECOND_CODE_HASH];
	struct second_row row;
	uint64_t step;
	enum err e;

	if ((e = db_second_get(r->db, user, &row)) != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_AUTH : e;
	if ((e = secret_of(r, user, &row, secret)) != ERR_OK)
		return e;
	e = totp_check(secret, typed, r->now_us, row.last_step, &step);
	if (e == ERR_OK)
		return db_second_take(r->db, user, step);
	if (e != ERR_AUTH)
		return e;
	if ((e = code_hash(user, typed, hash)) != ERR_OK)
		return e;
	return db_second_use_code(r->db, user, hash, r->now_us);
}
