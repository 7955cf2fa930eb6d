/*
 * job_waveform.h - draws a recording: its peaks into the database.
 *
 * Payload: the recording's public id, "rec_…". Run twice it stores the same
 * bytes again.
 */
#ifndef RT_JOBS_JOB_WAVEFORM_H
#define RT_JOBS_JOB_WAVEFORM_H

#include "jobs/queue.h"

RT_MUST_USE enum err job_waveform(const struct queue_env *env,
    const struct job_row *job);

/* Peaks of the audio file on fd, which is closed. ERR_SYNTAX: no audio;
 * ERR_RANGE: longer or wider than a recording can be. */
RT_MUST_USE enum err job_waveform_peaks(int fd, struct arena *mem,
    struct buf *out);

#endif
