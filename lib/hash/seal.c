#include "lib/hash/seal.h"

#include <assert.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/file.h"
#include "lib/base/hex.h"
#include "lib/base/log.h"
#include "lib/base/rnd.h"

#define VERSION     '\1'
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES   crypto_aead_xchacha20poly1305_ietf_ABYTES
#define KEY_TEXT    (2 * SEAL_KEY_BYTES)

static_assert(SEAL_OVERHEAD == 1 + NONCE_BYTES + TAG_BYTES, "sealed form");
static_assert(SEAL_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    "key size");

static enum err read_key(int fd, const char *path, struct seal_key *out)
{
	char text[KEY_TEXT + 2];
	struct stat st;
	ssize_t n;
	enum err e;

	if (fstat(fd, &st) != 0) {
		log_sys("seal: stat %s", path);
		return ERR_IO;
	}
	/* Root may hand it to a group; others' groups are nobody's choice. */
	if ((st.st_mode & (S_IRWXO | S_IWGRP | S_IXGRP)) != 0 ||
	    ((st.st_mode & S_IRGRP) != 0 && st.st_uid != 0)) {
		log_error("seal: %s is open to others; want mode 0600", path);
		return ERR_DENIED;
	}
	n = read(fd, text, sizeof(text));
	if (n < 0) {
		log_sys("seal: read %s", path);
		return ERR_IO;
	}
	e = hex_decode(slice_trim(slice_of(text, (size_t)n)), out->v,
	    sizeof(out->v));
	if (e != ERR_OK)
		log_error("seal: %s holds no key", path);
	sodium_memzero(text, sizeof(text));
	return e;
}

enum err seal_key_load(const char *path, struct seal_key *out)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum err e;

	if (fd == -1) {
		log_sys("seal: open %s", path);
		return ERR_IO;
	}
	e = read_key(fd, path, out);
	(void)close(fd); /* read only: nothing can be lost */
	return e;
}

enum err seal_key_create(const char *path)
{
	uint8_t key[SEAL_KEY_BYTES];
	char text[KEY_TEXT + 1];
	enum err e;

	rnd_bytes(key, sizeof(key));
	hex_encode(key, sizeof(key), text);
	text[KEY_TEXT] = '\n';
	/* Half a key is worse than none. */
	e = file_create(path, slice_of(text, sizeof(text)));
	sodium_memzero(key, sizeof(key));
	sodium_memzero(text, sizeof(text));
	return e;
}

void seal_key_forget(struct seal_key *key)
{
	sodium_memzero(key, sizeof(*key));
}

enum err seal_box(const struct seal_key *key, struct slice about,
    struct slice plain, struct buf *out)
{
	char *room;

	if (sodium_init() < 0)
		return ERR_INTERNAL;
	if (plain.n > SEAL_PLAIN_MAX)
		return ERR_TOOBIG;
	room = buf_room(out, SEAL_OVERHEAD + plain.n);
	if (room == NULL)
		return buf_err(out);
	room[0] = VERSION;
	rnd_bytes(room + 1, NONCE_BYTES);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt((unsigned char *)room +
							     1 + NONCE_BYTES,
	    NULL, (const unsigned char *)plain.p, plain.n,
	    (const unsigned char *)about.p, about.n, NULL,
	    (unsigned char *)room + 1, key->v);
	return ERR_OK;
}

enum err seal_open(const struct seal_key *key, struct slice about,
    struct slice sealed, struct buf *out)
{
	const size_t before = out->n;
	const unsigned char *in = (const unsigned char *)sealed.p;
	char *room;

	if (sodium_init() < 0)
		return ERR_INTERNAL;
	if (sealed.n < SEAL_OVERHEAD || sealed.p[0] != VERSION ||
	    sealed.n - SEAL_OVERHEAD > SEAL_PLAIN_MAX)
		return ERR_SYNTAX;
	/* One byte more: a plain text may be empty, a buffer's room not. */
	room = buf_room(out, sealed.n - SEAL_OVERHEAD + 1);
	if (room == NULL)
		return buf_err(out);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt((unsigned char *)room,
		NULL, NULL, in + 1 + NONCE_BYTES, sealed.n - 1 - NONCE_BYTES,
		(const unsigned char *)about.p, about.n, in + 1, key->v) != 0) {
		out->n = before;
		return ERR_AUTH;
	}
	out->n--;
	return ERR_OK;
}
