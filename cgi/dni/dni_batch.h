/*
 * dni_batch.h - the queue's other end: what waits in dni_state.h goes into the
 * database, many writes a transaction.
 */
#ifndef RT_CGI_DNI_DNI_BATCH_H
#define RT_CGI_DNI_DNI_BATCH_H

#include "cgi/dni/dni_state.h"

#define DNI_BATCH_LATER 256 /* most that dni_batch_take_later() takes */

/* Writes a list, once more after a lost connection: everything can be written
 * twice. Every write's result is set; results as dni_write_run(). */
RT_MUST_USE enum err dni_batch_write(struct db *db, struct dni_write *list);

/* All with mu held. */

/* The open batch is the caller's; *end is where its list ends. NULL: empty. */
struct dni_write *dni_batch_take_open(struct dni_state *s,
    struct dni_write ***end);
/* Some of what nobody waits for, in the order it came. NULL: none. */
struct dni_write *dni_batch_take_later(struct dni_state *s);
/* Has what was not written to be said again? The database was away, or somebody
 * else held the row, for whom an end does not wait. */
bool dni_batch_is_due(const struct dni_state *s, enum err result);
/* What is due waits again. */
void dni_batch_end_later(struct dni_state *s, struct dni_write *later);
/* The database went, or came back. Logged. */
void dni_batch_away(struct dni_state *s, bool away);

#endif
