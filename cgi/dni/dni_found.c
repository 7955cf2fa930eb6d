#include "cgi/dni/dni_found.h"

#include <stdlib.h>
#include <string.h>

enum err dni_found_room(struct dni_site *site, struct arena *mem)
{
	const size_t n = site->n_targets;

	site->seen->numbers =
	    arena_array(mem, n, sizeof(struct site_number_row));
	if (n == 0 || site->seen->numbers == NULL)
		return n == 0 ? ERR_OK : ERR_NOMEM;
	memset(site->seen->numbers, 0, n * sizeof(struct site_number_row));
	for (size_t i = 0; i < n; i++)
		memcpy(site->seen->numbers[i].e164, site->targets[i].e164,
		    sizeof(site->seen->numbers[i].e164));
	return ERR_OK;
}

/* Lists of the same numbers mostly are in the same order: begun at from, and
 * once round. n: it is not there. */
static size_t find(const struct site_number_row *all, size_t n,
    struct slice e164, size_t from)
{
	for (size_t i = 0; i < n; i++) {
		const size_t at = (from + i) % n;

		if (slice_eq_cstr(e164, all[at].e164))
			return at;
	}
	return n;
}

enum err dni_found_read(const struct dni_site *site, const struct dni_report *r,
    struct arena *mem, uint32_t **out)
{
	const struct site_number_row *all = site->seen->numbers;
	const size_t n = site->n_targets;
	uint32_t *places;
	size_t from = 0;

	*out = NULL;
	/* What is said of all is said of the only one. */
	if (n == 0 || !r->looked || (!r->one_by_one && n > 1))
		return ERR_OK;
	places = arena_array(mem, n, sizeof(*places));
	if (places == NULL)
		return ERR_NOMEM;
	memset(places, 0, n * sizeof(*places));
	if (n == 1)
		places[0] = r->found;
	for (size_t i = 0; n > 1 && i < r->n_numbers; i++) {
		const size_t at = find(all, n, r->numbers[i].e164, from);

		if (at == n)
			continue;
		places[at] = r->numbers[i].places;
		from = at + 1;
	}
	*out = places;
	return ERR_OK;
}

void dni_found_add(const struct dni_site *site, const uint32_t *places)
{
	for (size_t i = 0; places != NULL && i < site->n_targets; i++) {
		struct site_number_row *sum = &site->seen->numbers[i];

		sum->reports++;
		sum->pages += places[i] > 0;
		sum->places += places[i];
	}
}

static void add(struct site_number_row *to, const struct site_number_row *more)
{
	to->reports += more->reports;
	to->pages += more->pages;
	to->places += more->places;
}

void dni_found_keep(const struct dni_site *site, const struct dni_site *old)
{
	const struct site_number_row *was = old->seen->numbers;
	size_t from = 0;

	for (size_t i = 0; i < site->n_targets && old->n_targets > 0; i++) {
		struct site_number_row *sum = &site->seen->numbers[i];
		const size_t at =
		    find(was, old->n_targets, slice_from(sum->e164), from);

		if (at == old->n_targets)
			continue;
		add(sum, &was[at]);
		from = at + 1;
	}
}

struct site_number_row *dni_found_take(const struct dni_site *site)
{
	const size_t n = site->n_targets;
	struct site_number_row *all = site->seen->numbers, *taken;
	bool some = false;

	for (size_t i = 0; i < n; i++)
		some |= all[i].reports > 0;
	taken = some ? malloc(n * sizeof(*taken)) : NULL;
	for (size_t i = 0; taken != NULL && i < n; i++) {
		taken[i] = all[i];
		all[i].reports = all[i].pages = all[i].places = 0;
	}
	return taken;
}

void dni_found_give_back(const struct dni_site *site,
    const struct site_number_row *taken)
{
	for (size_t i = 0; taken != NULL && i < site->n_targets; i++)
		add(&site->seen->numbers[i], &taken[i]);
}
