/*
 * store_conf.h - the thread that keeps the engine's configuration fresh.
 *
 * Whenever the version in the database moves, it builds the snapshot and the
 * prompts, hands them to the engine and keeps a copy on the disk
 * (conf_copy.h). An engine that asks while the database is away gets that
 * copy; its age is logged, and the database's own word replaces it later.
 */
#ifndef RT_SIPWORKER_STORE_CONF_H
#define RT_SIPWORKER_STORE_CONF_H

/* For pthread_create(); arg is the struct store_db. */
void *store_conf_run(void *arg);

#endif
