#include "sipworker/store/journal_reader.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/take.h"
#include "sipworker/store/crc32c.h"

/* Room for one record and more, so that most reads bring many records. */
#define WINDOW (4 * (size_t)JOURNAL_FMT_RECORD_MAX)

/* A disk that cannot be read may be readable a moment later. */
#define HEAD_TRIES 3

#define POS_NAME  "drained"
#define POS_BYTES 16 /* "RTD1" seq(be64) crc(be32) */

struct journal_reader {
	int dirfd;
	int fd;           /* of the open segment, or -1 */
	uint64_t segment; /* its first number */
	uint64_t salt;
	uint64_t from;  /* the next number wanted is at least this */
	uint64_t fresh; /* up to this number the window is as the file */
	uint64_t at;    /* file offset of the window's first byte */
	size_t begin;   /* first unread byte in the window */
	size_t end;     /* bytes in the window */
	uint64_t skipped;
	char window[WINDOW];
};

enum err journal_reader_head(int fd, struct journal_header *out)
{
	char head[JOURNAL_FMT_HEADER];
	unsigned int tries = 0;
	size_t have = 0;

	while (have < sizeof(head)) {
		const ssize_t n =
		    pread(fd, head + have, sizeof(head) - have, (off_t)have);

		if (n == 0)
			break; /* the file ends here */
		if (n == -1 && ++tries == HEAD_TRIES) {
			log_sys("journal: read header");
			return ERR_IO;
		}
		have += n > 0 ? (size_t)n : 0;
	}
	return journal_fmt_header(slice_of(head, have), out);
}

static int by_number(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static enum err collect(DIR *d, uint64_t **out, size_t *n)
{
	uint64_t *list = NULL;
	size_t used = 0, cap = 0;
	const struct dirent *de;

	while ((de = readdir(d)) != NULL) {
		uint64_t first;

		if (journal_fmt_name_parse(slice_from(de->d_name), &first) !=
		    ERR_OK)
			continue;
		if (used == cap) {
			uint64_t *more;

			cap = cap == 0 ? 16 : 2 * cap;
			more = realloc(list, cap * sizeof(*list));
			if (more == NULL) {
				free(list);
				return ERR_NOMEM;
			}
			list = more;
		}
		list[used++] = first;
	}
	if (used > 0)
		qsort(list, used, sizeof(*list), by_number);
	*out = list;
	*n = used;
	return ERR_OK;
}

enum err journal_reader_segments(int dirfd, uint64_t **out, size_t *n)
{
	const int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err e;
	DIR *d;

	if (fd == -1) {
		log_sys("journal: open directory");
		return ERR_IO;
	}
	if ((d = fdopendir(fd)) == NULL) {
		log_sys("journal: read directory");
		(void)close(fd); /* nothing was written */
		return ERR_IO;
	}
	e = collect(d, out, n);
	(void)closedir(d); /* read only */
	return e;
}

enum err journal_reader_open(struct journal_reader **out, int dirfd,
    uint64_t from)
{
	struct journal_reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return ERR_NOMEM;
	r->dirfd = dirfd;
	r->fd = -1;
	r->from = from;
	*out = r;
	return ERR_OK;
}

static void leave(struct journal_reader *r)
{
	if (r->fd != -1)
		(void)close(r->fd); /* read only */
	r->fd = -1;
}

void journal_reader_close(struct journal_reader *r)
{
	if (r == NULL)
		return;
	leave(r);
	free(r);
}

/* The segment to read after the present one: the last that begins at or before
 * the number wanted, else the first that begins after it. 0: none. */
static enum err choose(const struct journal_reader *r, uint64_t *first)
{
	uint64_t *list, best = 0;
	size_t n;
	enum err e;

	if ((e = journal_reader_segments(r->dirfd, &list, &n)) != ERR_OK)
		return e;
	for (size_t i = 0; i < n; i++) {
		if (list[i] <= r->segment)
			continue;
		if (list[i] > r->from && best != 0)
			break;
		best = list[i];
	}
	free(list);
	*first = best;
	return ERR_OK;
}

static enum err enter(struct journal_reader *r, uint64_t first)
{
	char name[JOURNAL_FMT_NAME];
	struct journal_header h;
	enum err e;
	int fd;

	journal_fmt_name(first, name);
	if ((fd = openat(r->dirfd, name, O_RDONLY | O_CLOEXEC)) == -1) {
		log_sys("journal: open %s", name);
		return ERR_IO;
	}
	e = journal_reader_head(fd, &h);
	if (e == ERR_SYNTAX || (e == ERR_OK && h.first_seq != first)) {
		/* Without the salt nothing in it can be checked. */
		log_error("journal: bad header file=%s", name);
		(void)close(fd);
		r->segment = first;
		return ERR_SYNTAX;
	}
	if (e != ERR_OK) {
		log_error("journal: cannot read file=%s: %s", name,
		    err_name(e));
		(void)close(fd);
		return e;
	}
	leave(r);
	r->fd = fd;
	r->segment = first;
	r->salt = h.salt;
	r->at = JOURNAL_FMT_HEADER;
	r->begin = r->end = 0;
	return ERR_OK;
}

/* Brings more bytes behind those that are left. ERR_NOTFOUND: none more. */
static enum err refill(struct journal_reader *r)
{
	ssize_t n;

	memmove(r->window, r->window + r->begin, r->end - r->begin);
	r->at += r->begin;
	r->end -= r->begin;
	r->begin = 0;
	n = pread(r->fd, r->window + r->end, WINDOW - r->end,
	    (off_t)(r->at + r->end));
	if (n == -1) {
		log_sys("journal: read segment");
		return ERR_IO;
	}
	r->end += (size_t)n;
	return n == 0 ? ERR_NOTFOUND : ERR_OK;
}

/* Where the unread bytes begin in the file. */
static uint64_t tell(const struct journal_reader *r)
{
	return r->at + r->begin;
}

static void seek(struct journal_reader *r, uint64_t to)
{
	r->at = to;
	r->begin = r->end = 0;
}

/* One record of the open segment. The caller knows that everything up to upto
 * is on the disk, so whatever is no whole record here is damage: look for the
 * next one byte by byte. ERR_NOTFOUND: none is left, as far as it is written;
 * the position stays, because those bytes may be a record on its way. */
static enum err read_one(struct journal_reader *r, uint64_t upto,
    struct journal_record *out)
{
	uint64_t good = tell(r); /* the end of the last whole record */
	struct journal_record rec = { 0 };
	size_t used = 0;
	enum err e = ERR_OK;

	for (;;) {
		const struct slice rest =
		    slice_of(r->window + r->begin, r->end - r->begin);
		const enum journal_fmt is =
		    journal_fmt_record(rest, r->salt, &rec, &used);

		if (is == JOURNAL_FMT_CUT && (e = refill(r)) == ERR_OK)
			continue;
		if (is == JOURNAL_FMT_CUT && (e != ERR_NOTFOUND || rest.n == 0))
			break;
		if (is != JOURNAL_FMT_WHOLE) {
			r->begin++;
			continue;
		}
		if (rec.seq > upto) {
			e = ERR_NOTFOUND;
			break;
		}
		r->skipped += tell(r) - good;
		r->begin += used;
		good = tell(r);
		if (rec.seq < r->from)
			continue;
		*out = rec;
		return ERR_OK;
	}
	seek(r, good);
	return e;
}

enum err journal_reader_next(struct journal_reader *r, uint64_t upto,
    struct journal_record *out)
{
	enum err e;

	if (r->from > upto)
		return ERR_NOTFOUND;
	/* What was read beyond may have been zeros, or half a record. */
	if (r->from > r->fresh) {
		seek(r, tell(r));
		r->fresh = upto;
	}
	for (;;) {
		uint64_t first = 0;

		if (r->fd != -1) {
			e = read_one(r, upto, out);
			if (e == ERR_OK)
				r->from = out->seq + 1;
			if (e != ERR_NOTFOUND)
				return e;
		}
		if ((e = choose(r, &first)) != ERR_OK)
			return e;
		if (first == 0 || first > upto)
			return ERR_NOTFOUND;
		e = enter(r, first);
		if (e != ERR_OK && e != ERR_SYNTAX)
			return e;
	}
}

uint64_t journal_reader_skipped(const struct journal_reader *r)
{
	return r->skipped;
}

void journal_reader_where(const struct journal_reader *r, uint64_t *segment,
    uint64_t *offset)
{
	*segment = r->segment;
	*offset = tell(r);
}

enum err journal_reader_load_pos(int dirfd, uint64_t *seq)
{
	char b[POS_BYTES];
	struct take t;
	uint64_t v;
	ssize_t n;
	int fd;

	*seq = 0;
	fd = openat(dirfd, POS_NAME, O_RDONLY | O_CLOEXEC);
	if (fd == -1 && errno == ENOENT)
		return ERR_OK;
	if (fd == -1) {
		log_sys("journal: open " POS_NAME);
		return ERR_IO;
	}
	n = pread(fd, b, sizeof(b), 0);
	if (n == -1)
		log_sys("journal: read " POS_NAME);
	(void)close(fd); /* read only */
	if (n == -1)
		return ERR_IO;
	take_init(&t, slice_of(b, (size_t)n));
	(void)take_bytes(&t, 4); /* covered by the check sum */
	v = take_be64(&t);
	if (take_be32(&t) != crc32c_more(0, b, 12) || take_end(&t) != ERR_OK) {
		log_warn("journal: drained position unreadable, reading again");
		return ERR_OK;
	}
	*seq = v;
	return ERR_OK;
}

enum err journal_reader_save_pos(int dirfd, uint64_t seq)
{
	char mem[POS_BYTES];
	struct buf b;
	ssize_t n;
	int fd;

	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, "RTD1");
	buf_be64(&b, seq);
	buf_be32(&b, crc32c_more(0, mem, 12));
	fd = openat(dirfd, POS_NAME, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
	if (fd == -1) {
		log_sys("journal: open " POS_NAME);
		return ERR_IO;
	}
	n = pwrite(fd, mem, b.n, 0);
	if (n != POS_BYTES)
		log_sys("journal: write " POS_NAME);
	if (close(fd) == -1 || n != POS_BYTES)
		return ERR_IO;
	return ERR_OK;
}
