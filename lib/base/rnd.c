#include "lib/base/rnd.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/types.h>

void rnd_bytes(void *out, size_t n)
{
	char *p = out;

	while (n > 0) {
		const ssize_t got = getrandom(p, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			abort();
		p += got;
		n -= (size_t)got;
	}
}

struct stock {
	uint8_t at[1024];
	size_t left; /* of its end */
};

static _Thread_local struct stock stock;

static void forget(void)
{
	stock.left = 0;
}

/* The thread that forks is the child's only one. */
static void watch_forks(void)
{
	if (pthread_atfork(NULL, NULL, forget) != 0)
		abort();
}

void rnd_id_bytes(void *out, size_t n)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	uint8_t *from;

	if (n > sizeof(stock.at)) {
		rnd_bytes(out, n);
		return;
	}
	if (n > stock.left) {
		(void)pthread_once(&once, watch_forks);
		rnd_bytes(stock.at, sizeof(stock.at));
		stock.left = sizeof(stock.at);
	}
	from = stock.at + sizeof(stock.at) - stock.left;
	memcpy(out, from, n);
	memset(from, 0, n);
	stock.left -= n;
}

/* splitmix64 (Steele, Lea, Flood 2014): spreads one seed over the state. */
static uint64_t splitmix(uint64_t *x)
{
	uint64_t z = (*x += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

void rnd_seed(struct rnd_dice *d, uint64_t seed)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(d->s); i++)
		d->s[i] = splitmix(&seed);
}

static uint64_t rotl(uint64_t x, unsigned int k)
{
	return x << k | x >> (64 - k);
}

/* xoshiro256** (Blackman, Vigna 2018). */
uint64_t rnd_u64(struct rnd_dice *d)
{
	uint64_t *s = d->s;
	const uint64_t out = rotl(s[1] * 5, 7) * 9;
	const uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return out;
}

uint64_t rnd_below(struct rnd_dice *d, uint64_t n)
{
	uint64_t v, limit;

	assert(n != 0);
	/* Draw again in the last, incomplete run of n: no bias. */
	limit = UINT64_MAX - UINT64_MAX % n;
	do {
		v = rnd_u64(d);
	} while (v >= limit);
	return v % n;
}
