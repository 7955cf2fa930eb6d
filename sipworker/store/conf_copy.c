#include "sipworker/store/conf_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/file.h"
#include "lib/base/log.h"
#include "lib/base/take.h"

/*
 * header  "RTC" format(1 byte) version(be64) saved(be64) snap(be64)
 *         prompts(be64)
 * piece   length(be32) sealed bytes; the snapshot's, then the prompts'
 */
#define HEADER      36
#define PIECE       ((size_t)8192)
#define SEALED_MAX  (PIECE + SEAL_OVERHEAD)
#define NAME_TMP    CONF_COPY_NAME ".new"
#define SUBJECT_MAX 96

struct file {
	int fd;
	const struct seal_key *key;
	struct slice header; /* every piece is bound to it */
	uint64_t piece;
	struct buf mem;
};

/* "config.copy" piece header */
static struct slice subject(const struct file *f, char mem[SUBJECT_MAX])
{
	struct buf b;

	buf_over(&b, mem, SUBJECT_MAX);
	buf_cstr(&b, CONF_COPY_NAME);
	buf_be64(&b, f->piece);
	buf_put(&b, f->header);
	return buf_slice(&b);
}

static void put_header(struct buf *b, const struct conf_copy *c, uint64_t snap,
    uint64_t prompts)
{
	buf_cstr(b, "RTC");
	buf_char(b, CONF_COPY_FORMAT);
	buf_be64(b, c->version);
	buf_be64(b, (uint64_t)c->saved_us);
	buf_be64(b, snap);
	buf_be64(b, prompts);
}

/* --- writing ---------------------------------------------------------------*/

static enum err write_all(int fd, struct slice s)
{
	const enum err e = file_write_fd(fd, s);

	if (e != ERR_OK)
		log_sys("store: write " NAME_TMP);
	return e;
}

static enum err write_pieces(struct file *f, struct slice all)
{
	char about[SUBJECT_MAX], length[4];
	enum err e = ERR_OK;

	while (all.n > 0 && e == ERR_OK) {
		const struct slice some =
		    slice_head(all, all.n < PIECE ? all.n : PIECE);
		struct buf b;

		buf_reset(&f->mem);
		e = seal_box(f->key, subject(f, about), some, &f->mem);
		buf_over(&b, length, sizeof(length));
		buf_be32(&b, (uint32_t)f->mem.n);
		if (e == ERR_OK)
			e = write_all(f->fd, buf_slice(&b));
		if (e == ERR_OK)
			e = write_all(f->fd, buf_slice(&f->mem));
		all = slice_skip(all, some.n);
		f->piece++;
	}
	return e;
}

static enum err write_file(struct file *f, struct slice snap,
    struct slice prompts)
{
	enum err e;

	if ((e = write_all(f->fd, f->header)) != ERR_OK ||
	    (e = write_pieces(f, snap)) != ERR_OK ||
	    (e = write_pieces(f, prompts)) != ERR_OK)
		return e;
	if (fdatasync(f->fd) == -1) {
		log_sys("store: sync " NAME_TMP);
		return ERR_IO;
	}
	return ERR_OK;
}

enum err conf_copy_save(int dirfd, const struct seal_key *key,
    const struct conf_copy *c, struct slice snap, struct slice prompts)
{
	char header[HEADER];
	struct file f = { .fd = -1, .key = key };
	struct buf b;
	enum err e;

	if (snap.n > CONF_COPY_BYTES_MAX || prompts.n > CONF_COPY_BYTES_MAX)
		return ERR_TOOBIG;
	buf_over(&b, header, sizeof(header));
	put_header(&b, c, snap.n, prompts.n);
	f.header = buf_slice(&b);
	f.fd = openat(dirfd, NAME_TMP,
	    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (f.fd == -1) {
		log_sys("store: create " NAME_TMP);
		return ERR_IO;
	}
	buf_init(&f.mem, SEALED_MAX);
	e = write_file(&f, snap, prompts);
	buf_fini(&f.mem);
	(void)close(f.fd); /* synced */
	if (e == ERR_OK &&
	    renameat(dirfd, NAME_TMP, dirfd, CONF_COPY_NAME) == -1) {
		log_sys("store: rename " NAME_TMP);
		e = ERR_IO;
	}
	if (e != ERR_OK)
		(void)unlinkat(dirfd, NAME_TMP, 0); /* of no use */
	return e;
}

/* --- reading ---------------------------------------------------------------*/

/* Exactly n bytes. ERR_SYNTAX: the file is shorter. */
static enum err read_all(int fd, char *p, size_t n)
{
	while (n > 0) {
		const ssize_t got = read(fd, p, n);

		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1) {
			log_sys("store: read " CONF_COPY_NAME);
			return ERR_IO;
		}
		if (got == 0)
			return ERR_SYNTAX;
		p += got;
		n -= (size_t)got;
	}
	return ERR_OK;
}

static enum err read_piece(struct file *f, struct buf *out)
{
	char about[SUBJECT_MAX], length[4], sealed[SEALED_MAX];
	struct take t;
	uint32_t n;
	enum err e;

	if ((e = read_all(f->fd, length, sizeof(length))) != ERR_OK)
		return e;
	take_init(&t, slice_of(length, sizeof(length)));
	n = take_be32(&t);
	if (n > sizeof(sealed) || n <= SEAL_OVERHEAD)
		return ERR_SYNTAX;
	if ((e = read_all(f->fd, sealed, n)) != ERR_OK)
		return e;
	e = seal_open(f->key, subject(f, about), slice_of(sealed, n), out);
	f->piece++;
	return e;
}

static enum err read_pieces(struct file *f, uint64_t bytes, struct buf *out)
{
	const size_t before = out->n;
	enum err e = ERR_OK;

	while (e == ERR_OK && out->n - before < bytes)
		e = read_piece(f, out);
	if (e == ERR_OK && out->n - before != bytes)
		return ERR_SYNTAX;
	return e == ERR_OK ? buf_err(out) : e;
}

static enum err read_file(struct file *f, struct conf_copy *c, struct buf *snap,
    struct buf *prompts)
{
	char header[HEADER];
	uint64_t snap_bytes, prompt_bytes;
	struct take t;
	uint8_t format;
	enum err e;

	if ((e = read_all(f->fd, header, sizeof(header))) != ERR_OK)
		return e;
	f->header = slice_of(header, sizeof(header));
	take_init(&t, f->header);
	if (!slice_eq(take_bytes(&t, 3), SLICE("RTC")))
		return ERR_SYNTAX;
	format = take_u8(&t);
	if (format != CONF_COPY_FORMAT)
		return ERR_UNSUPPORTED;
	c->version = take_be64(&t);
	c->saved_us = take_i64(&t);
	snap_bytes = take_be64(&t);
	prompt_bytes = take_be64(&t);
	if (take_end(&t) != ERR_OK || snap_bytes > CONF_COPY_BYTES_MAX ||
	    prompt_bytes > CONF_COPY_BYTES_MAX)
		return ERR_SYNTAX;
	if ((e = read_pieces(f, snap_bytes, snap)) != ERR_OK ||
	    (e = read_pieces(f, prompt_bytes, prompts)) != ERR_OK)
		return e;
	/* Nothing may follow. */
	return read_all(f->fd, header, 1) == ERR_OK ? ERR_SYNTAX : ERR_OK;
}

enum err conf_copy_load(int dirfd, const struct seal_key *key,
    struct conf_copy *c, struct buf *snap, struct buf *prompts)
{
	struct file f = { .key = key };
	struct conf_copy got = { 0 };
	enum err e;

	f.fd = openat(dirfd, CONF_COPY_NAME,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (f.fd == -1 && errno == ENOENT)
		return ERR_NOTFOUND;
	if (f.fd == -1) {
		log_sys("store: open " CONF_COPY_NAME);
		return ERR_IO;
	}
	e = read_file(&f, &got, snap, prompts);
	(void)close(f.fd); /* read only */
	if (e == ERR_OK)
		*c = got;
	return e;
}
