#include "sipworker/store/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/base/rnd.h"
#include "sipworker/store/journal_reader.h"

struct journal {
	int dirfd;
	struct journal_limits limits;
	int fd;             /* the segment being written, or -1 */
	uint64_t first;     /* its first number */
	uint64_t salt;      /* its salt */
	uint64_t size;      /* bytes of it that are written */
	uint64_t filled;    /* the file's end: zeros from size on */
	uint64_t next;      /* the next number to give */
	uint64_t full;      /* it is ended once it is this long */
	bool ends;          /* nothing more may go into it */
	int refused;        /* errno of the last failed commit, 0: it worked */
	struct buf pending; /* whole records, not yet durable */
	_Atomic uint64_t durable;
	_Atomic uint64_t bytes; /* of all segments */
};

struct journal_limits journal_defaults(void)
{
	return (struct journal_limits){
		.segment_bytes = UINT64_C(16) << 20,
		.max_bytes = UINT64_C(16) << 30,
		.pending_bytes = UINT64_C(64) << 20,
	};
}

/* What may go beyond max_bytes; with less below it is as good as full. */
#define SPARE_BYTES (UINT64_C(1) << 20)
/* No journal counts so far: a million records a second for 100,000 years. */
#define SEQ_MAX (UINT64_MAX >> 2)

static uint64_t file_size(int dirfd, uint64_t first)
{
	char name[JOURNAL_FMT_NAME];
	struct stat st;

	journal_fmt_name(first, name);
	return fstatat(dirfd, name, &st, 0) == 0 ? (uint64_t)st.st_size : 0;
}

/* Finds the last whole record of all and where it ends. */
static enum err find_end(struct journal *j, uint64_t last_segment,
    uint64_t *end)
{
	struct journal_reader *r;
	struct journal_record rec;
	uint64_t segment = 0, offset = 0;
	enum err e;

	e = journal_reader_open(&r, j->dirfd, last_segment);
	if (e != ERR_OK)
		return e;
	j->next = last_segment;
	*end = JOURNAL_FMT_HEADER;
	while ((e = journal_reader_next(r, UINT64_MAX, &rec)) == ERR_OK) {
		j->next = rec.seq + 1;
		journal_reader_where(r, &segment, &offset);
		*end = offset;
	}
	if (journal_reader_skipped(r) > 0)
		log_error(
		    "journal: damaged bytes passed over segment=%llu "
		    "bytes=%llu",
		    (unsigned long long)last_segment,
		    (unsigned long long)journal_reader_skipped(r));
	journal_reader_close(r);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* --- zeros ahead -----------------------------------------------------------*/

/* A sync of a file that has grown waits for the file system's whole
 * transaction, with other programs' data in it; one of bytes that lie there
 * already waits for those alone. So the file grows by so much at once. */
#define AHEAD_BYTES (UINT64_C(1) << 20)
/* The last of a disk is for records. */
#define ROOMY_BYTES (64 * AHEAD_BYTES)

static bool is_roomy(int fd)
{
	struct statvfs v;

	return fstatvfs(fd, &v) == 0 &&
	       (uint64_t)v.f_bavail * v.f_frsize >= ROOMY_BYTES;
}

/* Writes zeros from `end` on, within one segment's length; returns where they
 * end. That they could not be written is no harm. */
static uint64_t fill_ahead(const struct journal *j, int fd, uint64_t end)
{
	static const char zeros[65536];
	uint64_t to = end + AHEAD_BYTES;

	if (to > j->limits.segment_bytes)
		to = j->limits.segment_bytes;
	if (to <= end || !is_roomy(fd))
		return end;
	while (end < to) {
		const uint64_t left = to - end;
		const ssize_t n = pwrite(fd, zeros,
		    left < sizeof(zeros) ? (size_t)left : sizeof(zeros),
		    (off_t)end);

		if (n <= 0)
			break;
		end += (uint64_t)n;
	}
	return end;
}

static bool is_zero(int fd, uint64_t from)
{
	static const char zeros[4096];
	char b[sizeof(zeros)];
	ssize_t n;

	while ((n = pread(fd, b, sizeof(b), (off_t)from)) > 0) {
		if (memcmp(b, zeros, (size_t)n) != 0)
			return false;
		from += (uint64_t)n;
	}
	return n == 0;
}

/* The segment is complete, or given up until the next start: nobody need read
 * its zeros. They are counted where they stay. */
static void cut_ahead(struct journal *j)
{
	if (j->filled > j->size && ftruncate(j->fd, (off_t)j->size) == -1)
		atomic_fetch_add(&j->bytes, j->filled - j->size);
	j->filled = j->size;
}

/* --- beginning -------------------------------------------------------------*/

/* Opens the last segment to write behind its last whole record. */
static enum err resume(struct journal *j, uint64_t first)
{
	char name[JOURNAL_FMT_NAME];
	struct journal_header h;
	uint64_t end = 0;
	struct stat st;
	enum err e;

	if ((e = find_end(j, first, &end)) != ERR_OK)
		return e;
	journal_fmt_name(first, name);
	j->fd = openat(j->dirfd, name, O_RDWR | O_CLOEXEC);
	if (j->fd == -1 || fstat(j->fd, &st) == -1) {
		log_sys("journal: open %s", name);
		return ERR_IO;
	}
	if ((e = journal_reader_head(j->fd, &h)) != ERR_OK)
		return e;
	if ((uint64_t)st.st_size > end) {
		if (!is_zero(j->fd, end))
			log_warn("journal: torn end cut off file=%s bytes=%llu",
			    name,
			    (unsigned long long)((uint64_t)st.st_size - end));
		if (ftruncate(j->fd, (off_t)end) == -1 ||
		    fdatasync(j->fd) == -1) {
			log_sys("journal: truncate %s", name);
			return ERR_IO;
		}
	}
	j->first = first;
	j->salt = h.salt;
	j->size = j->filled = end;
	return ERR_OK;
}

/* Begins a segment; the present one is complete. The directory is synced, or a
 * power cut could take the file and all that was acknowledged in it. */
static enum err begin_segment(struct journal *j, uint64_t first)
{
	char name[JOURNAL_FMT_NAME], mem[JOURNAL_FMT_HEADER];
	struct journal_header h = { 0, first };
	uint64_t filled = 0;
	struct buf b;
	int fd;

	rnd_bytes(&h.salt, sizeof(h.salt));
	buf_over(&b, mem, sizeof(mem));
	journal_fmt_put_header(&b, &h);
	journal_fmt_name(first, name);
	fd = openat(j->dirfd, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0640);
	if (fd == -1) {
		log_sys("journal: create %s", name);
		return ERR_IO;
	}
	if (pwrite(fd, mem, b.n, 0) == (ssize_t)b.n)
		filled = fill_ahead(j, fd, b.n);
	if (filled == 0 || fdatasync(fd) == -1 || fsync(j->dirfd) == -1) {
		log_sys("journal: begin %s", name);
		(void)close(fd); /* tried again with the next commit */
		return ERR_IO;
	}
	if (j->fd != -1) {
		cut_ahead(j);
		(void)close(j->fd); /* synced by its last commit */
	}
	j->fd = fd;
	j->first = first;
	j->salt = h.salt;
	j->size = b.n;
	j->filled = filled;
	j->full = j->limits.segment_bytes;
	j->ends = false;
	atomic_fetch_add(&j->bytes, b.n);
	return ERR_OK;
}

/* A segment that could not be begun must not lie beside the one that goes on:
 * its number would be given to a record of that. */
static bool take_back(int dirfd, uint64_t first)
{
	char name[JOURNAL_FMT_NAME];

	journal_fmt_name(first, name);
	return (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT) &&
	       fsync(dirfd) == 0;
}

/* Where the next segment cannot be begun (no room for a file) the present one
 * goes on, and it is not tried again with each record. */
static enum err next_segment(struct journal *j)
{
	const enum err e = begin_segment(j, j->next);

	if (e != ERR_OK) {
		j->ends = !take_back(j->dirfd, j->next);
		j->full = j->size + j->limits.segment_bytes / 16;
	}
	return e;
}

/* A plain file that begins as a segment of this number does. One of a later
 * version is nobody's to move. */
static bool is_whole(int fd, uint64_t first)
{
	struct journal_header h;
	struct stat st;
	enum err e;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		return false;
	e = journal_reader_head(fd, &h);
	return e == ERR_UNSUPPORTED || (e == ERR_OK && h.first_seq == first);
}

/* A file that has a segment's name and cannot be one: no plain file, not to be
 * read, without its header, or of a number that no journal reaches. */
static bool is_stray(int dirfd, uint64_t first)
{
	char name[JOURNAL_FMT_NAME];
	bool stray;
	int fd;

	if (first > SEQ_MAX)
		return true;
	journal_fmt_name(first, name);
	fd = openat(dirfd, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1)
		return errno != EMFILE && errno != ENFILE && errno != ENOMEM;
	stray = !is_whole(fd, first);
	(void)close(fd); /* only looked at */
	return stray;
}

/* It must neither stop the journal nor be lost: somebody may want to look. */
static enum err set_aside(int dirfd, uint64_t first)
{
	char name[JOURNAL_FMT_NAME], aside[JOURNAL_FMT_NAME + 32];

	journal_fmt_name(first, name);
	(void)snprintf(aside, sizeof(aside), "%s.stray.%lld", name,
	    (long long)clk_wall_us());
	if (renameat(dirfd, name, dirfd, aside) == -1) {
		log_sys("journal: set aside %s", name);
		return ERR_IO;
	}
	log_error("journal: no segment of ours, set aside file=%s", aside);
	return ERR_OK;
}

/* The segments that can be ones, rising; all others leave their names. */
static enum err segments(int dirfd, uint64_t **list, size_t *n)
{
	size_t kept = 0;
	enum err e;

	if ((e = journal_reader_segments(dirfd, list, n)) != ERR_OK)
		return e;
	for (size_t i = 0; e == ERR_OK && i < *n; i++) {
		if (is_stray(dirfd, (*list)[i]))
			e = set_aside(dirfd, (*list)[i]);
		else
			(*list)[kept++] = (*list)[i];
	}
	*n = kept;
	if (e != ERR_OK)
		free(*list);
	return e;
}

static enum err start(struct journal *j)
{
	uint64_t *list = NULL, pos = 0;
	size_t n = 0;
	enum err e;

	if ((e = segments(j->dirfd, &list, &n)) != ERR_OK)
		return e;
	e = n == 0 ? ERR_OK : resume(j, list[n - 1]);
	for (size_t i = 0; i < n; i++)
		j->bytes += file_size(j->dirfd, list[i]);
	free(list);
	if (e != ERR_OK)
		return e;
	if (journal_reader_load_pos(j->dirfd, &pos) != ERR_OK)
		return ERR_IO;
	if (j->fd != -1 && j->next > pos)
		return ERR_OK;
	/* Nothing there, or segments were lost: numbers go on behind everything
	 * that was ever used. */
	if (j->next <= pos)
		j->next = pos + 1;
	return begin_segment(j, j->next);
}

enum err journal_open(struct journal **out, int dirfd,
    const struct journal_limits *limits)
{
	struct journal *j = calloc(1, sizeof(*j));
	enum err e;

	if (j == NULL)
		return ERR_NOMEM;
	j->dirfd = dirfd;
	j->fd = -1;
	j->limits = *limits;
	j->full = limits->segment_bytes;
	j->next = 1;
	buf_init(&j->pending, (size_t)limits->pending_bytes);
	if ((e = start(j)) != ERR_OK) {
		journal_close(j);
		return e;
	}
	atomic_store(&j->durable, j->next - 1);
	*out = j;
	return ERR_OK;
}

void journal_close(struct journal *j)
{
	if (j == NULL)
		return;
	if (j->fd != -1) {
		if (j->pending.n == 0) /* else some of it may be there */
			cut_ahead(j);
		(void)close(j->fd); /* whatever matters was synced */
	}
	buf_fini(&j->pending);
	free(j);
}

static enum err append(struct journal *j, uint64_t max_bytes,
    struct slice payload, uint64_t *seq)
{
	const uint64_t more = JOURNAL_FMT_FRAME + payload.n;
	const size_t before = j->pending.n;

	if (payload.n > JOURNAL_FMT_PAYLOAD_MAX)
		return ERR_TOOBIG;
	if (j->pending.n + more > j->limits.pending_bytes ||
	    journal_bytes(j) + j->pending.n + more > max_bytes)
		return ERR_BUSY;
	/* A segment ends between commits only: all that is pending carries the
	 * salt of one. */
	if (j->pending.n == 0 && (j->ends || j->size >= j->full) &&
	    next_segment(j) != ERR_OK && j->ends)
		return ERR_BUSY;
	journal_fmt_put(&j->pending, j->salt, j->next, payload);
	if (buf_err(&j->pending) != ERR_OK) {
		j->pending.n = before; /* no half record */
		j->pending.e = ERR_OK;
		return ERR_NOMEM;
	}
	*seq = j->next++;
	return ERR_OK;
}

enum err journal_append(struct journal *j, struct slice payload, uint64_t *seq)
{
	return append(j, j->limits.max_bytes, payload, seq);
}

enum err journal_append_spare(struct journal *j, struct slice payload,
    uint64_t *seq)
{
	return append(j, j->limits.max_bytes + SPARE_BYTES, payload, seq);
}

/* A full disk is said once, not with every try. */
static enum err refused(struct journal *j, const char *what)
{
	if (errno != j->refused)
		log_sys("journal: %s: no record is kept until it works", what);
	j->refused = errno;
	return ERR_IO;
}

static enum err write_all(struct journal *j)
{
	const uint64_t end = j->size + j->pending.n;
	size_t done = 0;

	while (done < j->pending.n) {
		const ssize_t n = pwrite(j->fd, j->pending.p + done,
		    j->pending.n - done, (off_t)(j->size + done));

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return refused(j, "write");
		done += (size_t)n;
	}
	if (end > j->filled)
		j->filled = fill_ahead(j, j->fd, end);
	return ERR_OK;
}

static enum err write_durably(struct journal *j)
{
	const enum err e = write_all(j);

	if (e != ERR_OK)
		return e;
	return fdatasync(j->fd) == -1 ? refused(j, "sync") : ERR_OK;
}

enum err journal_commit(struct journal *j)
{
	enum err e;

	if (j->pending.n == 0)
		return ERR_OK;
	/* After a failed sync the kernel may have dropped the pages: writing
	 * them again, at the same place, makes the next sync mean something. */
	if ((e = write_durably(j)) != ERR_OK) {
		j->filled = j->size; /* the zeros, too */
		return e;
	}
	if (j->refused != 0)
		log_info("journal: the disk takes records again");
	j->refused = 0;
	j->size += j->pending.n;
	atomic_fetch_add(&j->bytes, j->pending.n);
	buf_reset(&j->pending);
	atomic_store(&j->durable, j->next - 1);
	return ERR_OK;
}

uint64_t journal_durable(const struct journal *j)
{
	return atomic_load(&j->durable);
}

uint64_t journal_next(const struct journal *j)
{
	return j->next;
}

uint64_t journal_bytes(const struct journal *j)
{
	return atomic_load(&j->bytes);
}

bool journal_roomy(const struct journal *j)
{
	return j->pending.n == 0 &&
	       journal_bytes(j) + SPARE_BYTES <= j->limits.max_bytes;
}

uint64_t journal_first(const struct journal *j)
{
	return j->first;
}

enum err journal_renew(struct journal *j)
{
	if (j->pending.n > 0)
		return ERR_BUSY;
	return j->next == j->first ? ERR_OK : next_segment(j);
}

void journal_trim(struct journal *j, uint64_t seq)
{
	uint64_t *list;
	size_t n;

	if (journal_reader_segments(j->dirfd, &list, &n) != ERR_OK)
		return; /* logged; the next trim does it */
	for (size_t i = 0; i + 1 < n; i++) {
		char name[JOURNAL_FMT_NAME];
		uint64_t size;

		if (list[i + 1] > seq || list[i] >= j->first)
			break;
		size = file_size(j->dirfd, list[i]);
		journal_fmt_name(list[i], name);
		if (unlinkat(j->dirfd, name, 0) == -1) {
			log_sys("journal: remove %s", name);
			break;
		}
		atomic_fetch_sub(&j->bytes, size);
	}
	free(list);
}
