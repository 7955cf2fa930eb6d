#include "lib/core/peaks.h"

#include "lib/base/take.h"

uint8_t peaks_level(int16_t sample)
{
	const int32_t size = sample < 0 ? -(int32_t)sample : sample;

	return (uint8_t)(size >= 32767 ? 127 : size / 256);
}

static bool in_range(const struct peaks *p)
{
	return p->channels >= 1 && p->channels <= PEAKS_CHANNELS_MAX &&
	       p->rate >= 1 && p->rate <= UINT16_MAX &&
	       p->windows <= PEAKS_WINDOWS_MAX;
}

void peaks_encode(const struct peaks *p, struct buf *out)
{
	const uint8_t head[2] = { PEAKS_VERSION, (uint8_t)p->channels };

	if (!in_range(p)) {
		buf_fail(out, ERR_RANGE);
		return;
	}
	buf_bytes(out, head, sizeof(head));
	buf_be16(out, (uint16_t)p->rate);
	buf_be32(out, (uint32_t)p->windows);
	buf_bytes(out, p->bytes, p->windows * p->channels);
}

enum err peaks_decode(struct slice bytes, struct peaks *out)
{
	struct take t;
	struct peaks p;
	struct slice body;
	uint8_t version;

	take_init(&t, bytes);
	version = take_u8(&t);
	p.channels = take_u8(&t);
	p.rate = take_be16(&t);
	p.windows = take_be32(&t);
	if (bytes.n > 0 && version != PEAKS_VERSION)
		return ERR_UNSUPPORTED;
	if (t.failed || !in_range(&p))
		return ERR_SYNTAX;
	body = take_bytes(&t, p.windows * p.channels);
	if (take_end(&t) != ERR_OK)
		return ERR_SYNTAX;
	p.bytes = (const uint8_t *)body.p;
	*out = p;
	return ERR_OK;
}

uint8_t peaks_loudest(const struct peaks *p, unsigned int c, size_t from,
    size_t to)
{
	uint8_t most = 0;

	if (c >= p->channels)
		return 0;
	for (size_t i = from; i < to && i < p->windows; i++)
		if (p->bytes[i * p->channels + c] > most)
			most = p->bytes[i * p->channels + c];
	return most;
}
