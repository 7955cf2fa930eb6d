/*
 * store_dlgs.h - what the engine would leave (engine_dlgs.h) on the disk, for a
 * whole worker that is killed, or its machine.
 *
 * One file "dialogs" beside the journal, mode 0600: a record of 4 KiB for each
 * row, found by its number, empty where there is none. A thread of its own
 * copies what has changed as soon as it has, but not more often than every
 * STORE_DLGS_US, so neither the engine nor the journal waits for the
 * disk: what is up for that long survives the processes, what is up for
 * STORE_DLGS_SYNC_US the machine. Each life of the store writes a new file,
 * which takes the place of the old one as soon as it is whole.
 */
#ifndef RT_SIPWORKER_STORE_DLGS_H
#define RT_SIPWORKER_STORE_DLGS_H

#include <pthread.h>

#include "lib/base/err.h"
#include "sipworker/engine_dlgs.h"

#define STORE_DLGS_NAME    "dialogs"
#define STORE_DLGS_US      (RT_SEC_US / 100)
#define STORE_DLGS_AWAY_US (RT_SEC_US / 5) /* after the disk has refused */
#define STORE_DLGS_SYNC_US (5 * RT_SEC_US)
/* Longer than any call lasts: an older one has ended, or nobody is there. */
#define STORE_DLGS_OLD_US (6 * RT_HOUR_US)

struct store_dlgs {
	void *memory; /* NULL: nothing is kept */
	uint32_t max_calls;
	int dirfd; /* borrowed */
	int fd;
	uint32_t *seen;   /* version of each row in the file */
	uint32_t *blocks; /* count of each block whose rows are in it */
	uint64_t changes; /* of the memory, at the last look */
	bool failed;      /* the last time; said once */
	bool placed;      /* where the old file was */
	bool unsynced;
	int64_t synced_us;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stop;
	bool running;
	pthread_t thread;
};

/* Reads what a worker before this one has left into memory that is empty, and
 * begins the new file. To be called before the engine gets a configuration.
 * What cannot be read or written is logged, and nothing else waits for it.
 * memory: engine_dlgs_bytes(), or NULL. */
void store_dlgs_init(struct store_dlgs *d, void *memory, uint32_t max_calls,
    int dirfd, int64_t now_wall_us);
/* Copies what has changed since; the thread does so by itself. */
void store_dlgs_copy(struct store_dlgs *d, int64_t now_wall_us,
    int64_t now_mono_us);
/* ERR_IO: logged. */
RT_MUST_USE enum err store_dlgs_start(struct store_dlgs *d);
/* Copies a last time, and ends the thread. Without a start: only closes. */
void store_dlgs_stop(struct store_dlgs *d);

#endif
