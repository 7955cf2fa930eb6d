/*
 * engine_dlgs.h - what the engine would leave behind, in memory that outlives
 * it: dialogs that are up and INVITEs without their final answer.
 *
 * Mapped by the parent, so that the next engine finds what the last one had
 * (engine/orphan.h). There are two tables: an engine writes one and reads the
 * other, which its predecessor wrote. They change roles when the other is read
 * to its end, so that an engine which dies before it has begun leaves what it
 * has found to the next. It trusts nothing in it: the engine checks each row.
 * Flags and versions lie apart from the rows, so that looking through them
 * touches no memory that was never used.
 *
 * The store copies the rows into a file (store_dlgs.h), for a whole worker that
 * dies; the engine never waits for it: a row that is being written has an odd
 * version, and is copied later. A store that has nothing to copy sleeps, and is
 * woken by the next change.
 */
#ifndef RT_SIPWORKER_ENGINE_DLGS_H
#define RT_SIPWORKER_ENGINE_DLGS_H

#include "sipworker/engine/engine.h"

#define ENGINE_DLGS_BYTES 3584 /* of one row */

/* Written to the disk as it lies: there are no bytes between its members. */
struct engine_dlgs_row {
	uint32_t n;
	uint32_t what; /* enum engine_left */
	struct trunk_id trunk;
	uint32_t peer_ip; /* a struct addr4 has such bytes */
	uint16_t peer_port;
	uint16_t zero;
	char bytes[ENGINE_DLGS_BYTES];
};

/* One of the two tables. */
struct engine_dlgs_table {
	_Atomic uint8_t *used;
	_Atomic uint32_t *version;
	struct engine_dlgs_row *row;
	uint32_t first;          /* its first row, of both tables */
	_Atomic uint32_t *block; /* of both */
};

struct engine_dlgs {
	uint32_t rows;
	struct engine_dlgs_head *head; /* of the memory; NULL: none */
	struct engine_dlgs_table home;
	struct engine_dlgs_table was;
	uint32_t at; /* the next of `was` to be looked at */
	bool turned; /* this one is counted */
};

size_t engine_dlgs_bytes(uint32_t max_calls);
/* A new engine's turn in memory of engine_dlgs_bytes(), zeroed once. NULL: none
 * is kept. */
void engine_dlgs_attach(struct engine_dlgs *d, void *memory,
    uint32_t max_calls);
/* What ENGINE_DIALOG says. One that does not fit is not kept. */
void engine_dlgs_put(struct engine_dlgs *d, const struct engine_dialog *a);
/* The next one of the engine before, once; false: there is none left. To be
 * asked until then before the first is put. */
bool engine_dlgs_take(struct engine_dlgs *d, struct engine_dialog *out);

/* --- for the store ---------------------------------------------------------*/

/* Rows of both tables are numbered together, from 0. */
uint32_t engine_dlgs_rows(uint32_t max_calls);
/* The rows of both in blocks of so many, that not all need be looked at. */
#define ENGINE_DLGS_BLOCK 128
uint32_t engine_dlgs_blocks(uint32_t max_calls);
/* Rises with every change of a row of this block, after the row's version. */
uint32_t engine_dlgs_block(void *memory, uint32_t max_calls, uint32_t block);
/* Rises with every change of any row. */
uint64_t engine_dlgs_changes(void *memory);
/* Sleeps until another count of changes than this one is there, at most for so
 * long; one thread of one process. False: the time was over. */
bool engine_dlgs_wait(void *memory, uint64_t seen, int64_t timeout_us);
/* Ends its sleep. */
void engine_dlgs_wake(void *memory);
/* Has row i another version than *seen? Then that is *seen now, and either *out
 * is filled or *used is false. A row being written is left for later, and false
 * is returned. */
bool engine_dlgs_look(void *memory, uint32_t max_calls, uint32_t i,
    uint32_t *seen, bool *used, struct engine_dlgs_row *out);
/* True once, for memory that no worker's life has filled: it is to be filled
 * with engine_dlgs_fill() and then closed by engine_dlgs_filled(), before the
 * first engine listens. */
bool engine_dlgs_empty(void *memory);
/* What a worker before this one left, for the first engine; n counts from 0.
 * False: there is no room. */
bool engine_dlgs_fill(void *memory, uint32_t max_calls, uint32_t n,
    const struct engine_dlgs_row *row);
void engine_dlgs_filled(void *memory);

#endif
