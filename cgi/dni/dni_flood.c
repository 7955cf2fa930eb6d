#include "cgi/dni/dni_flood.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/rnd.h"
#include "lib/hash/keyed.h"

#define ROWS 16384 /* a power of two */
#define WAYS 4

#define PREFIX_BYTES 8 /* of a /64 */

struct bucket {
	uint64_t who; /* hash, 0: never used */
	int64_t at_us;
	int64_t tokens; /* in micro-tokens */
};

struct dni_flood {
	struct bucket at[ROWS][WAYS];
	uint8_t key[KEYED_KEY_BYTES];
	int64_t burst;   /* in micro-tokens */
	int64_t per_min; /* tokens */
};

enum err dni_flood_new(struct dni_flood **out, uint64_t burst, uint64_t per_min)
{
	struct dni_flood *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return ERR_NOMEM;
	if (burst > 1000000 || per_min > 1000000) {
		free(f);
		return ERR_RANGE;
	}
	f->burst = (int64_t)burst * 1000000;
	f->per_min = (int64_t)per_min;
	rnd_bytes(f->key, sizeof(f->key));
	*out = f;
	return ERR_OK;
}

void dni_flood_free(struct dni_flood *f)
{
	free(f);
}

/* Keyed: a visitor's id is taken as it was sent, and whoever could aim at the
 * bucket of somebody's address would keep it empty. */
static uint64_t hash(const struct dni_flood *f, struct slice s)
{
	return keyed_bytes(f->key, s.p, s.n) | 1;
}

static struct bucket *find(struct dni_flood *f, int64_t now_us, uint64_t who,
    int64_t burst)
{
	struct bucket *row = f->at[(who >> 8) & (ROWS - 1)];
	struct bucket *oldest = row;

	for (size_t i = 0; i < WAYS; i++) {
		if (row[i].who == who)
			return &row[i];
		if (row[i].at_us < oldest->at_us)
			oldest = &row[i];
	}
	*oldest = (struct bucket){ who, now_us, burst };
	return oldest;
}

static bool take(struct bucket *b, int64_t now_us, int64_t burst,
    int64_t per_min)
{
	int64_t passed = now_us - b->at_us;

	if (passed > 0) {
		/* A minute fills per_min tokens: 1/60 micro-token a
		 * microsecond each. An hour fills any bucket. */
		if (passed > RT_HOUR_US)
			passed = RT_HOUR_US;
		b->tokens += passed * per_min / 60;
		b->at_us = now_us;
	} else if (passed < 0) {
		b->at_us = now_us; /* the clock was set back */
	}
	if (b->tokens > burst)
		b->tokens = burst;
	if (b->tokens < 1000000)
		return false;
	b->tokens -= 1000000;
	return true;
}

bool dni_flood_pass(struct dni_flood *f, int64_t now_us, struct slice who)
{
	if (f->burst == 0 || f->per_min == 0)
		return true;
	return take(find(f, now_us, hash(f, who), f->burst), now_us, f->burst,
	    f->per_min);
}

uint64_t dni_flood_who(const struct dni_flood *f, struct slice who)
{
	return f->burst == 0 || f->per_min == 0 ? 0 : hash(f, who);
}

/* The text is no use for it: "::" stands for as many zeros as there are, so the
 * fourth group may be anywhere. */
static bool read_ip6(struct slice address, struct in6_addr *out)
{
	char text[INET6_ADDRSTRLEN];

	return slice_to_cstr(address, text, sizeof(text)) &&
	       inet_pton(AF_INET6, text, out) == 1;
}

struct slice dni_flood_client(struct slice address,
    char mem[DNI_FLOOD_CLIENT_MAX])
{
	struct in6_addr ip;

	if (!read_ip6(address, &ip))
		return address;
	if (IN6_IS_ADDR_V4MAPPED(&ip) && inet_ntop(AF_INET, ip.s6_addr + 12,
					     mem, DNI_FLOOD_CLIENT_MAX) != NULL)
		return slice_from(mem);
	memcpy(mem, ip.s6_addr, PREFIX_BYTES);
	return slice_of(mem, PREFIX_BYTES);
}

struct slice dni_flood_network(struct slice address,
    char mem[DNI_FLOOD_NETWORK_BYTES])
{
	struct in6_addr ip;

	if (!read_ip6(address, &ip) || IN6_IS_ADDR_V4MAPPED(&ip))
		return SLICE("");
	memcpy(mem, ip.s6_addr, DNI_FLOOD_NETWORK_BYTES);
	return slice_of(mem, DNI_FLOOD_NETWORK_BYTES);
}
