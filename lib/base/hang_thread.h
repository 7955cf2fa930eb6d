/*
 * hang_thread.h - does a thread of this program go round without end?
 *
 * Others may go on meanwhile, so that from outside nothing is to be seen but a
 * processor at work. Each thread that takes part counts its rounds; one that
 * made none while it used the processor for HANG_US loops (hang.h). One that
 * waits, for requests or for a database, uses none and is left alone, however
 * long. Nothing ends a thread from outside: who is told of one ends the
 * program, and its supervisor starts another.
 */
#ifndef RT_BASE_HANG_THREAD_H
#define RT_BASE_HANG_THREAD_H

#include <time.h>

#include "lib/base/hang.h"

#define HANG_THREADS_MAX 32 /* those beyond are not watched */

/* In the thread, at its begin and its end. name: a literal. */
void hang_thread_begin(const char *name);
void hang_thread_end(void);
/* Another round, or a row of a long work; nothing in a thread that takes no
 * part. */
void hang_thread_round(void);

/* Once in a round of the watcher, of which a program has one: the name of a
 * thread that loops. NULL: none does. cpu_us: hang_thread_cpu_us(), or a
 * test's. */
const char *hang_thread_loops(int64_t now_us, int64_t (*cpu_us)(clockid_t));
/* The processor time on a thread's clock; -1. */
int64_t hang_thread_cpu_us(clockid_t clock);

#endif
