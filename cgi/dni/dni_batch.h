/*
 * dni_batch.h - the queue's other end: what waits in dni_state.h goes into the
 * database, many writes a transaction.
 */
#ifndef RT_CGI_DNI_DNI_BATCH_H
#define RT_CGI_DNI_DNI_BATCH_H

#include "cgi/dni/dni_state.h"

/* Writes a list, once more after a lost connection: everything can be written
 * twice. Every write's result is set; results as dni_write_run(). */
RT_MUST_USE enum err dni_batch_write(struct db *db, struct dni_write *list);
/* With mu held, and again at its end: takes the open batch and some of what
 * nobody waits for, writes it, and lets those go on who wait. */
void dni_batch_run(struct dni_state *s, struct db *db);
/* With mu held: the database went, or came back. Logged. */
void dni_batch_away(struct dni_state *s, bool away);

#endif
