/*
 * rec_told.h - what the recorder tells the store: recordings that no engine
 * will ask for any more.
 *
 * A store that is killed takes with it what it was told and had not written
 * down, so its successor is told the last minute again. Said twice is no harm:
 * what is ready stays.
 */
#ifndef RT_SIPWORKER_REC_TOLD_H
#define RT_SIPWORKER_REC_TOLD_H

#include "sipworker/rec/rec_file.h"
#include "sipworker/rec/rec_wav.h"
#include "sipworker/worker.h"

struct rec_told_row;

struct rec_told {
	struct rec_told_row *row; /* a circle of max */
	uint32_t n;               /* ever */
	uint32_t max;
};

RT_MUST_USE enum err rec_told_init(struct rec_told *t, uint32_t max);
void rec_told_fini(struct rec_told *t);

/* name at most REC_FILE_NAME_MAX. */
void rec_told_say(struct rec_told *t, struct worker_peer *store,
    const char *name, bool failed, const struct rec_wav_result *res);
/* To a store that has just come. False: there is nothing to say. */
bool rec_told_again(const struct rec_told *t, struct worker_peer *store);

#endif
