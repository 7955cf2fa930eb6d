/*
 * journal_fmt.h - the bytes of a journal segment.
 *
 *   header  "RTJ" version(1 byte) salt(be64) first_seq(be64) crc(be32)
 *   record  length(be32) crc(be32) seq(be64) payload(length bytes)
 *
 * A record's CRC32C covers the segment's salt, length, seq and payload: bytes
 * inside a payload, which a caller may have chosen, cannot pass for a record.
 */
#ifndef RT_STORE_JOURNAL_FMT_H
#define RT_STORE_JOURNAL_FMT_H

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/slice.h"

#define JOURNAL_FMT_VERSION     1
#define JOURNAL_FMT_HEADER      24
#define JOURNAL_FMT_FRAME       16 /* of a record, around its payload */
#define JOURNAL_FMT_PAYLOAD_MAX 32768
#define JOURNAL_FMT_RECORD_MAX  (JOURNAL_FMT_FRAME + JOURNAL_FMT_PAYLOAD_MAX)
#define JOURNAL_FMT_NAME        21 /* "0000000000000001.rtj" and its NUL */

struct journal_header {
	uint64_t salt;
	uint64_t first_seq;
};

struct journal_record {
	uint64_t seq;
	struct slice payload; /* borrowed */
};

enum journal_fmt {
	JOURNAL_FMT_WHOLE,  /* *used bytes hold *out */
	JOURNAL_FMT_CUT,    /* could be whole if more bytes followed */
	JOURNAL_FMT_DAMAGED /* no record begins here */
};

void journal_fmt_put_header(struct buf *out, const struct journal_header *h);
/* ERR_SYNTAX; ERR_UNSUPPORTED: another version. */
RT_MUST_USE enum err journal_fmt_header(struct slice in,
    struct journal_header *out);

void journal_fmt_put(struct buf *out, uint64_t salt, uint64_t seq,
    struct slice payload);
/* Outputs are written only for JOURNAL_FMT_WHOLE. */
enum journal_fmt journal_fmt_record(struct slice in, uint64_t salt,
    struct journal_record *out, size_t *used);

void journal_fmt_name(uint64_t first_seq, char out[JOURNAL_FMT_NAME]);
RT_MUST_USE enum err journal_fmt_name_parse(struct slice name,
    uint64_t *first_seq);

#endif
