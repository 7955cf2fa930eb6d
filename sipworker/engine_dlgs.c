#include "sipworker/engine_dlgs.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>

struct head {
	_Atomic uint64_t turns; /* engines that read the other's table */
};

static uint32_t rows_of(uint32_t max_calls)
{
	return max_calls * ENGINE_LEGS_PER_CALL + 64;
}

/* head, both tables of flags, both of rows. */
static size_t rows_at(uint32_t rows)
{
	const size_t flags = sizeof(struct head) + 2 * (size_t)rows;
	const size_t align = alignof(struct engine_dlgs_row);

	return (flags + align - 1) / align * align;
}

size_t engine_dlgs_bytes(uint32_t max_calls)
{
	const uint32_t rows = rows_of(max_calls);

	return rows_at(rows) + 2 * rows * sizeof(struct engine_dlgs_row);
}

void engine_dlgs_attach(struct engine_dlgs *d, void *memory, uint32_t max_calls)
{
	const uint32_t rows = rows_of(max_calls);
	struct head *head = memory;
	struct engine_dlgs_row *row;
	_Atomic uint8_t *used;
	size_t home;

	*d = (struct engine_dlgs){ .rows = memory == NULL ? 0 : rows };
	if (memory == NULL)
		return;
	d->turns = &head->turns;
	home = atomic_load(&head->turns) % 2;
	used = (void *)(head + 1);
	row = (void *)((char *)memory + rows_at(rows));
	d->used = used + home * rows;
	d->row = row + home * rows;
	d->was_used = used + (1 - home) * rows;
	d->was = row + (1 - home) * rows;
	/* Of the one before the last, which the last has read; or of the last,
	 * which died over that: it has said BYE to these. */
	for (uint32_t i = 0; i < rows; i++)
		atomic_store(&d->used[i], 0);
}

void engine_dlgs_put(struct engine_dlgs *d, const struct engine_dialog *a)
{
	struct engine_dlgs_row *row;

	if (a->slot >= d->rows)
		return;
	/* Who dies in between leaves none rather than half of one. */
	atomic_store(&d->used[a->slot], 0);
	if (a->bytes.n == 0 || a->bytes.n > ENGINE_DLGS_BYTES)
		return;
	row = &d->row[a->slot];
	row->n = (uint32_t)a->bytes.n;
	row->trunk = a->trunk;
	memcpy(row->bytes, a->bytes.p, a->bytes.n);
	atomic_store(&d->used[a->slot], 1);
}

bool engine_dlgs_take(struct engine_dlgs *d, struct engine_dialog *out)
{
	for (; d->at < d->rows; d->at++) {
		const struct engine_dlgs_row *row = &d->was[d->at];

		if (atomic_exchange(&d->was_used[d->at], 0) == 0 ||
		    row->n > ENGINE_DLGS_BYTES)
			continue;
		*out = (struct engine_dialog){ .slot = d->at++,
			.trunk = row->trunk,
			.bytes = slice_of(row->bytes, row->n) };
		return true;
	}
	if (d->turns != NULL)
		(void)atomic_fetch_add(d->turns, 1);
	d->turns = NULL;
	return false;
}
