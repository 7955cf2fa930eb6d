#include "lib/hash/keyed.h"

struct state {
	uint64_t v0, v1, v2, v3;
	uint64_t word;
	unsigned int fill; /* bytes in word */
	uint64_t total;
};

static uint64_t rotl(uint64_t x, unsigned int n)
{
	return x << n | x >> (64 - n);
}

static void mix(struct state *s)
{
	s->v0 += s->v1;
	s->v1 = rotl(s->v1, 13) ^ s->v0;
	s->v0 = rotl(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotl(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotl(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotl(s->v1, 17) ^ s->v2;
	s->v2 = rotl(s->v2, 32);
}

static void absorb(struct state *s)
{
	s->v3 ^= s->word;
	mix(s);
	mix(s);
	s->v0 ^= s->word;
	s->word = 0;
	s->fill = 0;
}

static void add(struct state *s, const unsigned char *p, size_t n)
{
	s->total += n;
	for (size_t i = 0; i < n; i++) {
		s->word |= (uint64_t)p[i] << (8 * s->fill);
		if (++s->fill == 8)
			absorb(s);
	}
}

static uint64_t load(const uint8_t *p)
{
	uint64_t v = 0;

	for (unsigned int i = 0; i < 8; i++)
		v |= (uint64_t)p[i] << (8 * i);
	return v;
}

static struct state begin(const uint8_t key[KEYED_KEY_BYTES])
{
	const uint64_t k0 = load(key), k1 = load(key + 8);

	return (struct state){
		.v0 = k0 ^ UINT64_C(0x736f6d6570736575),
		.v1 = k1 ^ UINT64_C(0x646f72616e646f6d),
		.v2 = k0 ^ UINT64_C(0x6c7967656e657261),
		.v3 = k1 ^ UINT64_C(0x7465646279746573),
	};
}

static uint64_t end(struct state *s)
{
	s->word |= s->total << 56;
	absorb(s);
	s->v2 ^= 0xff;
	for (unsigned int i = 0; i < 4; i++)
		mix(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

uint64_t keyed_u64(const uint8_t key[KEYED_KEY_BYTES],
    const struct slice *parts, size_t n)
{
	struct state s = begin(key);

	for (size_t i = 0; i < n; i++) {
		unsigned char len[8];

		for (unsigned int k = 0; k < 8; k++)
			len[k] =
			    (unsigned char)((uint64_t)parts[i].n >> (8 * k));
		add(&s, len, sizeof(len));
		add(&s, (const unsigned char *)parts[i].p, parts[i].n);
	}
	return end(&s);
}

uint64_t keyed_bytes(const uint8_t key[KEYED_KEY_BYTES], const void *p,
    size_t n)
{
	struct state s = begin(key);

	add(&s, p, n);
	return end(&s);
}
