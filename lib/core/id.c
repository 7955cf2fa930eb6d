#include "lib/core/id.h"

#include <string.h>

#define ID_CHARS 26

static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

#define ID_PREFIX(kind, prefix) prefix,
static const char *const prefixes[] = { ID_KINDS(ID_PREFIX) };
#undef ID_PREFIX

void id_make(int64_t wall_us, const uint8_t rnd[10], uint8_t out[ID_BYTES])
{
	const uint64_t ms = (uint64_t)(wall_us / 1000);

	for (unsigned int i = 0; i < 6; i++)
		out[i] = (uint8_t)(ms >> (40 - 8 * i));
	memcpy(out + 6, rnd, 10);
	out[6] = (uint8_t)(0x70 | (out[6] & 0x0f));
	out[8] = (uint8_t)(0x80 | (out[8] & 0x3f));
}

int64_t id_time_us(const uint8_t id[ID_BYTES])
{
	uint64_t ms = 0;

	for (size_t i = 0; i < 6; i++)
		ms = ms << 8 | id[i];
	return (int64_t)ms * 1000;
}

bool id_eq(const uint8_t a[ID_BYTES], const uint8_t b[ID_BYTES])
{
	return memcmp(a, b, ID_BYTES) == 0;
}

bool id_is_nil(const uint8_t id[ID_BYTES])
{
	static const uint8_t nil[ID_BYTES];

	return id_eq(id, nil);
}

/* 128 bits are 26 groups of five with two zero bits in front. */
void id_text(enum id_kind kind, const uint8_t id[ID_BYTES],
    char out[ID_TEXT_MAX])
{
	const size_t n = strlen(prefixes[kind]);
	unsigned int acc = 0, bits = 2;
	size_t at = n + 1;

	memcpy(out, prefixes[kind], n);
	out[n] = '_';
	for (size_t i = 0; i < ID_BYTES; i++) {
		acc = (acc << 8 | id[i]) & 0xffff;
		bits += 8;
		while (bits >= 5) {
			bits -= 5;
			out[at++] = alphabet[acc >> bits & 31];
		}
	}
	out[at] = '\0';
}

enum err id_parse(enum id_kind kind, struct slice s, uint8_t out[ID_BYTES])
{
	uint8_t id[ID_BYTES];
	unsigned int acc = 0, bits = 0;
	size_t at = 0;

	if (!slice_starts(s, slice_from(prefixes[kind])))
		return ERR_SYNTAX;
	s = slice_skip(s, strlen(prefixes[kind]));
	if (s.n != ID_CHARS + 1 || s.p[0] != '_')
		return ERR_SYNTAX;
	for (size_t i = 1; i < s.n; i++) {
		const char *hit = memchr(alphabet, s.p[i], 32);

		if (hit == NULL || (i == 1 && hit - alphabet > 7))
			return ERR_SYNTAX;
		acc = (acc << 5 | (unsigned int)(hit - alphabet)) & 0xffff;
		/* The first character carries three bits only. */
		bits += i == 1 ? 3 : 5;
		if (bits >= 8) {
			bits -= 8;
			id[at++] = (uint8_t)(acc >> bits);
		}
	}
	memcpy(out, id, ID_BYTES);
	return ERR_OK;
}
