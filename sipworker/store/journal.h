/*
 * journal.h - an append-only log of small records that survives everything
 * but the loss of the disk.
 *
 * Segment files "<first seq, 16 hex digits>.rtj" in one directory,
 * whose bytes journal_fmt.h describes. Sequence numbers begin at 1 and rise by
 * one. A damaged or cut record costs itself and nothing else: the reader
 * (journal_reader.h) looks for the next whole one, and journal_open() cuts off
 * what follows the last whole one.
 *
 * Natural group commit: journal_append() only collects; journal_commit()
 * writes all that was collected with one write and one fdatasync. While that
 * runs, the caller's next records queue in front of it and share the next one.
 *
 * Behind the last record of the segment being written there may be a mebibyte
 * of zeros, which are no record: syncs of a file that does not grow are
 * quicker. They are cut off when the segment ends, or at the next opening.
 *
 * One writer (one thread); readers in other threads see what is durable.
 */
#ifndef RT_STORE_JOURNAL_H
#define RT_STORE_JOURNAL_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

struct journal_limits {
	uint64_t segment_bytes; /* a segment is ended once it is this long and
				 * the next one can be begun */
	uint64_t max_bytes;     /* of all segments together */
	uint64_t pending_bytes; /* appended and not yet written */
};

/* 16 MiB, 16 GiB and 64 MiB. */
struct journal_limits journal_defaults(void);

struct journal;

/* Opens or begins the journal in dirfd, which is borrowed for its life.
 * Truncates a torn end; the bytes cut off are counted in the log. What has a
 * segment's name but cannot be one (a folder, a file that may not be read) is
 * renamed to "<name>.stray.<time>" and logged. ERR_IO; ERR_UNSUPPORTED: a
 * segment of a later version is there. */
RT_MUST_USE enum err journal_open(struct journal **out, int dirfd,
    const struct journal_limits *limits);
/* NULL is allowed. What was not committed is dropped. */
void journal_close(struct journal *j);

/* Collects one record; *seq is its number. ERR_TOOBIG; ERR_BUSY: a limit is
 * reached, commit or drain first. */
RT_MUST_USE enum err journal_append(struct journal *j, struct slice payload,
    uint64_t *seq);
/* The same for what a journal that is at max_bytes must take to be emptied: it
 * goes a mebibyte beyond. */
RT_MUST_USE enum err journal_append_spare(struct journal *j,
    struct slice payload, uint64_t *seq);
/* Makes everything appended durable. On ERR_IO the records are kept: call it
 * again. Nothing to do is ERR_OK. */
RT_MUST_USE enum err journal_commit(struct journal *j);

/* The last durable and the next sequence number; durable may be read by any
 * thread. 0: nothing yet. */
uint64_t journal_durable(const struct journal *j);
uint64_t journal_next(const struct journal *j);
/* Bytes of all segments; any thread. */
uint64_t journal_bytes(const struct journal *j);

/* No limit is near, and nothing waits for a commit. */
bool journal_roomy(const struct journal *j);

/* The first number of the segment being written. */
uint64_t journal_first(const struct journal *j);
/* Ends that segment, if there is a record in it, however short it is. ERR_BUSY:
 * something waits for a commit. ERR_IO: logged; it goes on. */
RT_MUST_USE enum err journal_renew(struct journal *j);

/* Removes the segments that hold nothing but records before seq. Never the one
 * being written. */
void journal_trim(struct journal *j, uint64_t seq);

#endif
