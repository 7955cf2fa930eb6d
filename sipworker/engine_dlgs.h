/*
 * engine_dlgs.h - the dialogs of the engine in memory that outlives it.
 *
 * Mapped by the parent, so that the next engine finds what the last one had up
 * (engine/orphan.h). There are two tables: an engine writes one and reads the
 * other, which its predecessor wrote. They change roles when the other is read
 * to its end, so that an engine which dies before it has begun leaves what it
 * has found to the next. It trusts nothing in it: the engine checks each
 * dialog. What is flagged is compact, so that looking through it touches no
 * memory that was never used.
 */
#ifndef RT_SIPWORKER_ENGINE_DLGS_H
#define RT_SIPWORKER_ENGINE_DLGS_H

#include "sipworker/engine/engine.h"

#define ENGINE_DLGS_BYTES 3584 /* of one dialog */

struct engine_dlgs_row {
	uint32_t n;
	struct trunk_id trunk;
	char bytes[ENGINE_DLGS_BYTES];
};

struct engine_dlgs {
	uint32_t rows;
	_Atomic uint64_t *turns; /* of the memory; NULL: this one is counted */
	_Atomic uint8_t *used;
	struct engine_dlgs_row *row;
	_Atomic uint8_t *was_used;
	const struct engine_dlgs_row *was;
	uint32_t at; /* the next to be looked at */
};

size_t engine_dlgs_bytes(uint32_t max_calls);
/* A new engine's turn in memory of engine_dlgs_bytes(), zeroed once. NULL: none
 * is kept. */
void engine_dlgs_attach(struct engine_dlgs *d, void *memory,
    uint32_t max_calls);
/* What ENGINE_DIALOG says. One that does not fit is not kept. */
void engine_dlgs_put(struct engine_dlgs *d, const struct engine_dialog *a);
/* The next dialog of the engine before, once; false: there is none left. To be
 * asked until then before the first dialog is put. */
bool engine_dlgs_take(struct engine_dlgs *d, struct engine_dialog *out);

#endif
