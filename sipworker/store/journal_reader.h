/*
 * journal_reader.h - reads a journal's records in order, across its segments.
 *
 * May run in another thread than the writer, as long as it asks only for what
 * journal_durable() says. Bytes that hold no whole record are passed over and
 * counted; the next whole record with a higher number goes on.
 */
#ifndef RT_STORE_JOURNAL_READER_H
#define RT_STORE_JOURNAL_READER_H

#include "sipworker/store/journal_fmt.h"

struct journal_reader;

/* The header of the segment open as fd; a read that fails is tried again.
 * ERR_IO; ERR_SYNTAX: it has none; ERR_UNSUPPORTED: of a later version. */
RT_MUST_USE enum err journal_reader_head(int fd, struct journal_header *out);

/* Begins at the first record whose number is at least from. dirfd is borrowed.
 * ERR_NOMEM. */
RT_MUST_USE enum err journal_reader_open(struct journal_reader **out, int dirfd,
    uint64_t from);
/* NULL is allowed. */
void journal_reader_close(struct journal_reader *r);

/* The next record with a number of at most upto; its payload is valid until
 * the next call. ERR_NOTFOUND: not there yet, ask again when more is durable.
 * ERR_IO; ERR_UNSUPPORTED: a segment of another version. */
RT_MUST_USE enum err journal_reader_next(struct journal_reader *r,
    uint64_t upto, struct journal_record *out);

/* Bytes passed over because they held no whole record. */
uint64_t journal_reader_skipped(const struct journal_reader *r);
/* Where the last record given out ended: segment and offset in it. */
void journal_reader_where(const struct journal_reader *r, uint64_t *segment,
    uint64_t *offset);

/* The file "drained" beside the segments: the number up to which everything
 * was handed on. *seq is 0 when there is none. Losing it means reading again,
 * which must be harmless; so saving does not sync. */
RT_MUST_USE enum err journal_reader_load_pos(int dirfd, uint64_t *seq);
RT_MUST_USE enum err journal_reader_save_pos(int dirfd, uint64_t seq);

/* The first sequence numbers of all segments in dirfd, rising; *out is the
 * caller's to free(). ERR_IO, ERR_NOMEM. */
RT_MUST_USE enum err journal_reader_segments(int dirfd, uint64_t **out,
    size_t *n);

#endif
