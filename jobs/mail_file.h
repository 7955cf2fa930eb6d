/*
 * mail_file.h - the sound of a call, to be attached to a mail.
 */
#ifndef RT_JOBS_MAIL_FILE_H
#define RT_JOBS_MAIL_FILE_H

#include "jobs/queue.h"

#define MAIL_FILE_MAX   ((size_t)8 << 20) /* bytes; longer ones are linked */
#define MAIL_FILE_TRIES 5 /* times that an unfinished one is waited for */

/* Appends the file. ERR_NOTFOUND: there is none, or it is erased, or too
 * large: the mail goes without. ERR_BUSY: it is being finished. ERR_IO, and
 * errors of db.h. */
RT_MUST_USE enum err mail_file_read(const struct queue_env *env,
    struct company_id company, struct call_id call, struct buf *out);

#endif
