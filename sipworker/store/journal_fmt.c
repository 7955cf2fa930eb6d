#include "sipworker/store/journal_fmt.h"

#include <string.h>

#include "lib/base/hex.h"
#include "lib/base/take.h"
#include "sipworker/store/crc32c.h"

static void put_be(uint8_t *out, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
}

void journal_fmt_put_header(struct buf *out, const struct journal_header *h)
{
	uint8_t b[JOURNAL_FMT_HEADER] = { 'R', 'T', 'J', JOURNAL_FMT_VERSION };

	put_be(b + 4, h->salt, 8);
	put_be(b + 12, h->first_seq, 8);
	put_be(b + 20, crc32c_more(0, b, 20), 4);
	buf_bytes(out, b, sizeof(b));
}

enum err journal_fmt_header(struct slice in, struct journal_header *out)
{
	struct journal_header h;
	struct slice magic;
	struct take t;
	uint8_t version;
	uint32_t crc;

	take_init(&t, slice_head(in, JOURNAL_FMT_HEADER));
	magic = take_bytes(&t, 3);
	version = take_u8(&t);
	h.salt = take_be64(&t);
	h.first_seq = take_be64(&t);
	crc = take_be32(&t);
	if (take_end(&t) != ERR_OK || !slice_eq(magic, SLICE("RTJ")) ||
	    crc != crc32c_more(0, in.p, 20) || h.first_seq == 0)
		return ERR_SYNTAX;
	if (version != JOURNAL_FMT_VERSION)
		return ERR_UNSUPPORTED;
	*out = h;
	return ERR_OK;
}

static uint32_t record_crc(uint64_t salt, uint64_t seq, struct slice payload)
{
	uint8_t b[20];

	put_be(b, salt, 8);
	put_be(b + 8, payload.n, 4);
	put_be(b + 12, seq, 8);
	return crc32c_more(crc32c_more(0, b, sizeof(b)), payload.p, payload.n);
}

void journal_fmt_put(struct buf *out, uint64_t salt, uint64_t seq,
    struct slice payload)
{
	buf_be32(out, (uint32_t)payload.n);
	buf_be32(out, record_crc(salt, seq, payload));
	buf_be64(out, seq);
	buf_put(out, payload);
}

enum journal_fmt journal_fmt_record(struct slice in, uint64_t salt,
    struct journal_record *out, size_t *used)
{
	struct journal_record r;
	struct take t;
	uint32_t n, crc;

	take_init(&t, in);
	n = take_be32(&t);
	crc = take_be32(&t);
	r.seq = take_be64(&t);
	if (t.failed)
		return JOURNAL_FMT_CUT;
	if (n > JOURNAL_FMT_PAYLOAD_MAX || r.seq == 0)
		return JOURNAL_FMT_DAMAGED;
	r.payload = take_bytes(&t, n);
	if (t.failed)
		return JOURNAL_FMT_CUT;
	if (crc != record_crc(salt, r.seq, r.payload))
		return JOURNAL_FMT_DAMAGED;
	*out = r;
	*used = JOURNAL_FMT_FRAME + n;
	return JOURNAL_FMT_WHOLE;
}

void journal_fmt_name(uint64_t first_seq, char out[JOURNAL_FMT_NAME])
{
	uint8_t b[8];

	put_be(b, first_seq, 8);
	hex_encode(b, sizeof(b), out);
	memcpy(out + 16, ".rtj", 5);
}

enum err journal_fmt_name_parse(struct slice name, uint64_t *first_seq)
{
	uint8_t b[8];
	uint64_t v = 0;

	if (name.n != JOURNAL_FMT_NAME - 1 || !slice_ends(name, SLICE(".rtj")))
		return ERR_SYNTAX;
	if (hex_decode(slice_head(name, 16), b, sizeof(b)) != ERR_OK)
		return ERR_SYNTAX;
	for (size_t i = 0; i < sizeof(b); i++)
		v = v << 8 | b[i];
	if (v == 0)
		return ERR_SYNTAX;
	*first_seq = v;
	return ERR_OK;
}
