#include "sipworker/engine_dlgs.h"

#include <assert.h>
#include <errno.h>
#include <linux/futex.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static_assert(sizeof(struct engine_dlgs_row) == 4 * sizeof(uint32_t) +
						    sizeof(struct trunk_id) +
						    ENGINE_DLGS_BYTES,
    "its members lie side by side");

struct engine_dlgs_head {
	_Atomic uint64_t turns;   /* engines that read the other's table */
	_Atomic uint64_t changes; /* of any row */
	_Atomic uint32_t filled;  /* with what an earlier worker left */
	_Atomic uint32_t asleep;  /* who copies the rows waits for a change */
	_Atomic uint32_t wakes;   /* what it sleeps on: futex(2) */
};

static uint32_t rows_of(uint32_t max_calls)
{
	return max_calls * ENGINE_LEGS_PER_CALL + 64;
}

uint32_t engine_dlgs_rows(uint32_t max_calls)
{
	return 2 * rows_of(max_calls);
}

static uint32_t blocks_of(uint32_t rows)
{
	return (2 * rows + ENGINE_DLGS_BLOCK - 1) / ENGINE_DLGS_BLOCK;
}

uint32_t engine_dlgs_blocks(uint32_t max_calls)
{
	return blocks_of(rows_of(max_calls));
}

/* head, versions of both tables, blocks, flags of both tables, rows of both. */
static size_t rows_at(uint32_t rows)
{
	const size_t flags = sizeof(struct engine_dlgs_head) +
			     blocks_of(rows) * sizeof(uint32_t) +
			     2 * (size_t)rows * (sizeof(uint32_t) + 1);
	const size_t align = alignof(struct engine_dlgs_row);

	return (flags + align - 1) / align * align;
}

size_t engine_dlgs_bytes(uint32_t max_calls)
{
	const uint32_t rows = rows_of(max_calls);

	return rows_at(rows) + 2 * rows * sizeof(struct engine_dlgs_row);
}

/* Table 0 or 1 of the memory. */
static struct engine_dlgs_table table_at(void *memory, uint32_t rows,
    uint64_t which)
{
	char *const at = (char *)memory + sizeof(struct engine_dlgs_head);
	char *const counts = at + 2 * (size_t)rows * sizeof(uint32_t);
	_Atomic uint32_t *versions = (void *)at;
	_Atomic uint32_t *blocks = (void *)counts;
	_Atomic uint8_t *flags =
	    (void *)(counts + blocks_of(rows) * sizeof(*blocks));
	struct engine_dlgs_row *row = (void *)((char *)memory + rows_at(rows));

	return (struct engine_dlgs_table){ flags + which * rows,
		versions + which * rows, row + which * rows,
		(uint32_t)which * rows, blocks };
}

/* Across processes: not FUTEX_PRIVATE_FLAG. */
static void wake(struct engine_dlgs_head *head)
{
	(void)atomic_fetch_add(&head->wakes, 1);
	(void)syscall(SYS_futex, &head->wakes, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* Who dies in between leaves none rather than half of one. */
static void begin_change(const struct engine_dlgs_table *t, uint32_t i)
{
	atomic_store(&t->version[i], atomic_load(&t->version[i]) | 1);
	atomic_store(&t->used[i], 0);
}

static void end_change(struct engine_dlgs_head *head,
    const struct engine_dlgs_table *t, uint32_t i, uint8_t used)
{
	atomic_store(&t->used[i], used);
	(void)atomic_fetch_add(&t->version[i], 1);
	(void)atomic_fetch_add(&t->block[(t->first + i) / ENGINE_DLGS_BLOCK],
	    1);
	(void)atomic_fetch_add(&head->changes, 1);
	/* Once for each time it fell asleep. */
	if (atomic_exchange(&head->asleep, 0) != 0)
		wake(head);
}

void engine_dlgs_attach(struct engine_dlgs *d, void *memory, uint32_t max_calls)
{
	const uint32_t rows = rows_of(max_calls);
	uint64_t home;

	*d = (struct engine_dlgs){ .rows = memory == NULL ? 0 : rows };
	if (memory == NULL)
		return;
	d->head = memory;
	home = atomic_load(&d->head->turns) % 2;
	d->home = table_at(memory, rows, home);
	d->was = table_at(memory, rows, 1 - home);
	/* Of the one before the last, which the last has read; or of the last,
	 * which died over that: it has ended these. */
	for (uint32_t i = 0; i < rows; i++)
		if (atomic_load(&d->home.used[i]) != 0 ||
		    atomic_load(&d->home.version[i]) % 2 != 0) {
			begin_change(&d->home, i);
			end_change(d->head, &d->home, i, 0);
		}
}

void engine_dlgs_put(struct engine_dlgs *d, const struct engine_dialog *a)
{
	struct engine_dlgs_row *row;
	bool kept;

	if (a->slot >= d->rows)
		return;
	kept = a->what != ENGINE_LEFT_NOTHING && a->bytes.n > 0 &&
	       a->bytes.n <= ENGINE_DLGS_BYTES;
	begin_change(&d->home, a->slot);
	if (kept) {
		row = &d->home.row[a->slot];
		row->n = (uint32_t)a->bytes.n;
		row->what = (uint32_t)a->what;
		row->trunk = a->trunk;
		row->peer_ip = a->peer.ip;
		row->peer_port = a->peer.port;
		row->zero = 0;
		memcpy(row->bytes, a->bytes.p, a->bytes.n);
	}
	end_change(d->head, &d->home, a->slot, kept ? 1 : 0);
}

bool engine_dlgs_take(struct engine_dlgs *d, struct engine_dialog *out)
{
	for (; d->at < d->rows; d->at++) {
		const uint32_t i = d->at;
		const struct engine_dlgs_row *row = &d->was.row[i];

		if (atomic_load(&d->was.used[i]) == 0)
			continue;
		begin_change(&d->was, i);
		end_change(d->head, &d->was, i, 0);
		if (row->n > ENGINE_DLGS_BYTES ||
		    row->what >= ENGINE_LEFT_KINDS)
			continue;
		*out = (struct engine_dialog){ .slot = d->at++,
			.what = (enum engine_left)row->what,
			.trunk = row->trunk,
			.peer = { row->peer_ip, row->peer_port },
			.bytes = slice_of(row->bytes, row->n) };
		return true;
	}
	if (d->head != NULL && !d->turned)
		(void)atomic_fetch_add(&d->head->turns, 1);
	d->turned = true;
	return false;
}

/* --- for the store ---------------------------------------------------------*/

uint32_t engine_dlgs_block(void *memory, uint32_t max_calls, uint32_t block)
{
	return atomic_load(
	    &table_at(memory, rows_of(max_calls), 0).block[block]);
}

uint64_t engine_dlgs_changes(void *memory)
{
	struct engine_dlgs_head *head = memory;

	return atomic_load(&head->changes);
}

bool engine_dlgs_wait(void *memory, uint64_t seen, int64_t timeout_us)
{
	struct engine_dlgs_head *head = memory;
	const uint32_t wakes = atomic_load(&head->wakes);
	const struct timespec t = { timeout_us / RT_SEC_US,
		timeout_us % RT_SEC_US * 1000 };
	bool over = false;

	atomic_store(&head->asleep, 1);
	/* What changed before that woke nobody; what changes after does. */
	if (atomic_load(&head->changes) == seen)
		over = syscall(SYS_futex, &head->wakes, FUTEX_WAIT, wakes, &t,
			   NULL, 0) == -1 &&
		       errno == ETIMEDOUT;
	atomic_store(&head->asleep, 0);
	return !over;
}

void engine_dlgs_wake(void *memory)
{
	struct engine_dlgs_head *head = memory;

	/* As a change of no row, so that who is about to sleep does not. */
	(void)atomic_fetch_add(&head->changes, 1);
	wake(head);
}

bool engine_dlgs_look(void *memory, uint32_t max_calls, uint32_t i,
    uint32_t *seen, bool *used, struct engine_dlgs_row *out)
{
	const uint32_t rows = rows_of(max_calls);
	const struct engine_dlgs_table t = table_at(memory, rows, 0);
	const uint32_t version = atomic_load(&t.version[i]);

	/* Both tables lie side by side: i goes through them. */
	if (version == *seen || version % 2 != 0)
		return false;
	*used = atomic_load(&t.used[i]) != 0;
	if (*used)
		memcpy(out, &t.row[i], sizeof(*out));
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load(&t.version[i]) != version)
		return false; /* it has changed meanwhile */
	*seen = version;
	return true;
}

bool engine_dlgs_empty(void *memory)
{
	struct engine_dlgs_head *head = memory;

	return atomic_load(&head->filled) == 0;
}

bool engine_dlgs_fill(void *memory, uint32_t max_calls, uint32_t n,
    const struct engine_dlgs_row *row)
{
	/* The first engine writes table 0 and reads the other. */
	const uint32_t rows = rows_of(max_calls);
	const struct engine_dlgs_table t = table_at(memory, rows, 1);

	if (n >= rows)
		return false;
	begin_change(&t, n);
	memcpy(&t.row[n], row, sizeof(*row));
	end_change(memory, &t, n, 1);
	return true;
}

void engine_dlgs_filled(void *memory)
{
	struct engine_dlgs_head *head = memory;

	atomic_store(&head->filled, 1);
}
