#include "lib/core/lease_share.h"

#include <assert.h>
#include <stdlib.h>

enum err lease_share_new(struct lease_shares *s, uint32_t max)
{
	uint32_t places = 8;

	while (places < 3 * max)
		places *= 2;
	s->rows = calloc(places, sizeof(*s->rows)); /* touched as it fills */
	if (s->rows == NULL)
		return ERR_NOMEM;
	s->mask = places - 1;
	return ERR_OK;
}

void lease_share_free(struct lease_shares *s)
{
	free(s->rows);
	s->rows = NULL;
}

/* The hashes are keyed, so nobody can aim at a place. */
static uint32_t place_of(const struct lease_shares *s, uint64_t who)
{
	return (uint32_t)(who >> 8) & s->mask;
}

/* Its row, or the empty one where it would be. */
static struct lease_share_row *find(const struct lease_shares *s, uint64_t who)
{
	uint32_t i = place_of(s, who);

	while (s->rows[i].who != 0 && s->rows[i].who != who)
		i = (i + 1) & s->mask;
	return &s->rows[i];
}

uint32_t lease_share_of(const struct lease_shares *s, uint64_t who)
{
	return who == 0 ? 0 : find(s, who)->n;
}

void lease_share_add(struct lease_shares *s, uint64_t who)
{
	struct lease_share_row *row;

	if (who == 0)
		return;
	row = find(s, who);
	row->who = who;
	row->n++;
}

/* Linear probing without tombstones: what follows moves up. */
static void empty(struct lease_shares *s, uint32_t gap)
{
	s->rows[gap] = (struct lease_share_row){ 0 };
	for (uint32_t i = (gap + 1) & s->mask; s->rows[i].who != 0;
	     i = (i + 1) & s->mask) {
		const uint32_t home = place_of(s, s->rows[i].who);

		/* Its home lies between the gap and itself: it may stay. */
		if (((i - home) & s->mask) < ((i - gap) & s->mask))
			continue;
		s->rows[gap] = s->rows[i];
		s->rows[i] = (struct lease_share_row){ 0 };
		gap = i;
	}
}

void lease_share_drop(struct lease_shares *s, uint64_t who)
{
	struct lease_share_row *row;

	if (who == 0)
		return;
	row = find(s, who);
	assert(row->n > 0);
	if (--row->n == 0)
		empty(s, (uint32_t)(row - s->rows));
}

bool lease_share_spent(const struct lease_shares *s,
    const struct lease_from *from, uint32_t numbers)
{
	const uint32_t half = numbers > 4 ? (numbers + 1) / 2 : 2;
	const uint32_t more = numbers > half ? (numbers - half) / 2 : 0;

	return lease_share_of(s, from->client) >= half ||
	       lease_share_of(s, from->network) >= half + more;
}
