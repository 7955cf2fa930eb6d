/*
 * db_forget_again.h - what older versions left of calls and forms whose caller
 * was forgotten, or whose person was erased: bodies that webhooks were told,
 * what their receivers answered, notes in the audit log, keys that were
 * pressed.
 *
 * Done once for all that was there when this version came (sql/0260), part by
 * part; a run that was cut off goes on where it was. A call without a caller's
 * number and address was forgotten, as one that withholds its number has the
 * address of its network; a form that says nothing was erased.
 */
#ifndef RT_DB_FORGET_AGAIN_H
#define RT_DB_FORGET_AGAIN_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

/* Looks at max calls and forms of one company. *n: max while there may be more;
 * less when nothing is left to do anywhere. */
RT_MUST_USE enum err db_forget_again(struct db *db, uint32_t max,
    struct arena *mem, size_t *n);

#endif
