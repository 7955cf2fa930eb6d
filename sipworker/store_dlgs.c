#include "sipworker/store_dlgs.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "sipworker/store/crc32c.h"

#define NAME_NEW STORE_DLGS_NAME ".new"
#define MAGIC    UINT32_C(0x52544431) /* "RTD1" */
#define RECORD   4096
/* The most that max_calls may be (lib/base/settings.c): an earlier worker may
 * have had more of them than this one. */
#define MAX_CALLS 20000

/* This machine's own bytes: who reads them is the same program, or refuses. */
struct record {
	uint32_t magic;
	uint32_t crc; /* of all that follows */
	uint32_t size;
	uint32_t zero;
	int64_t saved_wall_us;
	struct engine_dlgs_row row;
};

union page {
	struct record record;
	char bytes[RECORD];
};

static_assert(sizeof(union page) == RECORD, "a row fits its record");

#define CRC_AT offsetof(struct record, size)

static uint32_t sum_of(const union page *p)
{
	return crc32c_more(0, p->bytes + CRC_AT, sizeof(p->bytes) - CRC_AT);
}

/* --- what was left ---------------------------------------------------------*/

static bool is_whole(const union page *p, int64_t now_wall_us)
{
	const int64_t age_us = now_wall_us - p->record.saved_wall_us;

	/* A clock that was set back says nothing. */
	return p->record.magic == MAGIC &&
	       p->record.size == sizeof(p->record) &&
	       p->record.crc == sum_of(p) &&
	       p->record.row.n <= ENGINE_DLGS_BYTES &&
	       age_us < STORE_DLGS_OLD_US;
}

/* Where the file has a hole there are pages of zeros, which cost no disk. */
static void read_left(struct store_dlgs *d, int fd, int64_t now_wall_us)
{
	const off_t rows = (off_t)engine_dlgs_rows(MAX_CALLS);
	union page p;
	uint32_t n = 0;

	for (off_t i = 0; i < rows; i++) {
		const ssize_t got = pread(fd, &p, sizeof(p), i * RECORD);

		if (got == -1)
			log_sys("store: read " STORE_DLGS_NAME);
		if (got != (ssize_t)sizeof(p))
			break;
		if (is_whole(&p, now_wall_us) &&
		    engine_dlgs_fill(d->memory, d->max_calls, n, &p.record.row))
			n++;
	}
	if (n > 0)
		log_info("store: an earlier worker left dialogs n=%u", n);
}

static void fill(struct store_dlgs *d, int64_t now_wall_us)
{
	int fd;

	if (!engine_dlgs_empty(d->memory))
		return;
	fd = openat(d->dirfd, STORE_DLGS_NAME, O_RDONLY | O_CLOEXEC);
	if (fd == -1 && errno != ENOENT)
		log_sys("store: open " STORE_DLGS_NAME);
	if (fd != -1) {
		read_left(d, fd, now_wall_us);
		(void)close(fd); /* read only */
	}
	engine_dlgs_filled(d->memory);
}

/* --- writing ---------------------------------------------------------------*/

static bool write_page(struct store_dlgs *d, uint32_t i, const union page *p)
{
	const off_t at = (off_t)i * RECORD;

	if (pwrite(d->fd, p, sizeof(*p), at) == (ssize_t)sizeof(*p)) {
		d->failed = false;
		return true;
	}
	if (!d->failed)
		log_sys("store: write " STORE_DLGS_NAME);
	d->failed = true;
	return false;
}

/* False: it could not be written and is tried again. An ended dialog's bytes
 * go: whose they were is nobody's business any more. */
static bool copy_row(struct store_dlgs *d, uint32_t i, int64_t now_wall_us)
{
	uint32_t version = d->seen[i];
	struct engine_dlgs_row row;
	union page p;
	bool used;

	/* Most rows are as they were: nothing else is done for one of those. */
	if (!engine_dlgs_look(d->memory, d->max_calls, i, &version, &used,
		&row))
		return true;
	memset(&p, 0, sizeof(p));
	if (used && row.n <= ENGINE_DLGS_BYTES) {
		p.record.row = row;
		/* Behind it are those that had the row before. */
		memset(p.record.row.bytes + row.n, 0,
		    sizeof(row.bytes) - row.n);
		p.record.magic = MAGIC;
		p.record.size = sizeof(p.record);
		p.record.saved_wall_us = now_wall_us;
		p.record.crc = sum_of(&p);
	}
	if (!write_page(d, i, &p))
		return false;
	d->seen[i] = version;
	d->unsynced = true;
	return true;
}

static bool copy_block(struct store_dlgs *d, uint32_t b, int64_t now_wall_us)
{
	const uint32_t count = engine_dlgs_block(d->memory, d->max_calls, b);
	const uint32_t rows = engine_dlgs_rows(d->max_calls);
	const uint32_t from = b * ENGINE_DLGS_BLOCK;
	bool all = true;

	if (count == d->blocks[b])
		return true;
	for (uint32_t i = from; all && i < rows && i < from + ENGINE_DLGS_BLOCK;
	     i++)
		all = copy_row(d, i, now_wall_us);
	if (all) /* a row that is being written counts once more */
		d->blocks[b] = count;
	return all;
}

/* The file is whole before it takes the old one's place. */
static void place(struct store_dlgs *d)
{
	d->placed = true; /* not tried again, should it fail */
	if (renameat(d->dirfd, NAME_NEW, d->dirfd, STORE_DLGS_NAME) == -1)
		log_sys("store: rename " NAME_NEW);
}

static void make_durable(struct store_dlgs *d, int64_t now_mono_us)
{
	if (!d->unsynced || now_mono_us - d->synced_us < STORE_DLGS_SYNC_US)
		return;
	d->synced_us = now_mono_us;
	d->unsynced = false;
	if (fdatasync(d->fd) == -1)
		log_sys("store: sync " STORE_DLGS_NAME);
}

void store_dlgs_copy(struct store_dlgs *d, int64_t now_wall_us,
    int64_t now_mono_us)
{
	uint64_t changes;
	bool all = true;

	if (d->fd == -1)
		return;
	changes = engine_dlgs_changes(d->memory);
	if (changes != d->changes) {
		for (uint32_t b = 0;
		     all && b < engine_dlgs_blocks(d->max_calls); b++)
			all = copy_block(d, b, now_wall_us);
		if (all)
			d->changes = changes;
	}
	make_durable(d, now_mono_us);
	if (all && !d->placed)
		place(d);
}

static void replace(struct store_dlgs *d, int64_t now_wall_us)
{
	d->fd = openat(d->dirfd, NAME_NEW,
	    O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (d->fd == -1) {
		log_sys("store: create " NAME_NEW);
		return;
	}
	store_dlgs_copy(d, now_wall_us, clk_mono_us());
}

void store_dlgs_init(struct store_dlgs *d, void *memory, uint32_t max_calls,
    int dirfd, int64_t now_wall_us)
{
	*d = (struct store_dlgs){ .memory = memory,
		.max_calls = max_calls,
		.dirfd = dirfd,
		.fd = -1 };
	if (memory == NULL)
		return;
	d->seen = calloc(engine_dlgs_rows(max_calls), sizeof(*d->seen));
	d->blocks = calloc(engine_dlgs_blocks(max_calls), sizeof(*d->blocks));
	if (d->seen == NULL || d->blocks == NULL) {
		log_error("store: no memory for " STORE_DLGS_NAME);
		return;
	}
	fill(d, now_wall_us);
	replace(d, now_wall_us);
}

/* --- the thread ------------------------------------------------------------*/

/* So that a storm of calls is written once for all of them. */
static void rest(struct store_dlgs *d)
{
	const int64_t until_us =
	    clk_mono_us() + (d->failed ? STORE_DLGS_AWAY_US : STORE_DLGS_US);
	const struct timespec at = { until_us / RT_SEC_US,
		until_us % RT_SEC_US * 1000 };

	if (!d->stop)
		(void)pthread_cond_timedwait(&d->wake, &d->lock, &at);
}

static void *run(void *arg)
{
	struct store_dlgs *d = arg;
	bool stop = false;

	while (!stop) {
		(void)pthread_mutex_lock(&d->lock);
		rest(d);
		stop = d->stop;
		(void)pthread_mutex_unlock(&d->lock);
		if (!stop) /* what is not on the disk yet wants its sync */
			(void)engine_dlgs_wait(d->memory, d->changes,
			    RT_SEC_US);
		store_dlgs_copy(d, clk_wall_us(), clk_mono_us());
	}
	return NULL;
}

enum err store_dlgs_start(struct store_dlgs *d)
{
	pthread_condattr_t attr;

	if (d->fd == -1)
		return ERR_OK;
	(void)pthread_mutex_init(&d->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&d->wake, &attr);
	(void)pthread_condattr_destroy(&attr);
	if (pthread_create(&d->thread, NULL, run, d) != 0) {
		log_error("store: cannot start a thread");
		return ERR_IO;
	}
	d->running = true;
	return ERR_OK;
}

void store_dlgs_stop(struct store_dlgs *d)
{
	if (d->running) {
		(void)pthread_mutex_lock(&d->lock);
		d->stop = true;
		(void)pthread_cond_signal(&d->wake);
		(void)pthread_mutex_unlock(&d->lock);
		engine_dlgs_wake(d->memory);
		(void)pthread_join(d->thread, NULL);
		(void)pthread_mutex_destroy(&d->lock);
		(void)pthread_cond_destroy(&d->wake);
	}
	d->running = false;
	if (d->fd != -1)
		(void)close(d->fd); /* the next life reads what is there */
	d->fd = -1;
	free(d->seen);
	free(d->blocks);
	d->seen = d->blocks = NULL;
}
