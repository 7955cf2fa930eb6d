/*
 * store_drain.h - the thread that brings the journal into the database.
 *
 * Records go in batches, one transaction for many: a commit of its own for
 * each would cost the disk as many syncs as the journal makes, on the same
 * disk. A batch that fails in any way is rolled back and its records go in one
 * by one, each as often as it takes; draining twice is harmless (db_call.h).
 * Between batches the thread rests, so that what arrives together goes
 * together.
 */
#ifndef RT_SIPWORKER_STORE_DRAIN_H
#define RT_SIPWORKER_STORE_DRAIN_H

/* For pthread_create(); arg is the struct store_db. */
void *store_drain_run(void *arg);

#endif
