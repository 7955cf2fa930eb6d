/*
 * dni_writer.h - the threads that write what dni_state.h queues, and the
 * heartbeats, each over a connection of its own.
 *
 * Two batches may be on their way at once, so that one is executed while the
 * other is being committed. That is allowed where nothing in a batch depends
 * on another that is not stored yet: rows that are new, and the end of leases
 * that are stored. Whatever else changes rows is written alone. Batches are
 * settled in the order they were begun.
 */
#ifndef RT_CGI_DNI_DNI_WRITER_H
#define RT_CGI_DNI_DNI_WRITER_H

#include "cgi/dni/dni_state.h"

struct db;
struct dni_writers;

/* Starts a thread for each of the n connections (1 to DNI_STATE_WRITERS),
 * which are the writers' from now on, also when this fails. ERR_NOMEM,
 * ERR_IO. */
RT_MUST_USE enum err dni_writer_start(struct dni_writers **out,
    struct dni_state *s, struct db *const dbs[], size_t n);

/* Writes what is left, unless the database is away, and ends the threads.
 * Nobody may wait in dni_state_write() any more. NULL is allowed. */
void dni_writer_stop(struct dni_writers *w);

/* Does a list, whose first batch not yet done is done + 1, have to be written
 * with no other batch on its way? Pure; for tests. */
bool dni_writer_alone(const struct dni_write *list, uint64_t done);

#endif
