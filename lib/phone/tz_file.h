/*
 * tz_file.h - the files of time zones that the system keeps current (Debian's
 * tzdata), by the names people use.
 *
 * A process that gives its files away takes all of them along before
 * (tz_file_all()): half a thousand small ones.
 */
#ifndef RT_PHONE_TZ_FILE_H
#define RT_PHONE_TZ_FILE_H

#include "lib/base/buf.h"

#define TZ_FILE_NAME_MAX 64 /* "America/Argentina/ComodRivadavia" and NUL */

struct tz_file_all;

/* Appends the file of a zone ("Europe/Berlin"). ERR_NOTFOUND: no such zone;
 * ERR_IO: it cannot be read now; ERR_NOMEM, ERR_TOOBIG: of out. */
RT_MUST_USE enum err tz_file_read(struct slice name, struct buf *out);

/* Reads all there are. ERR_IO: none can be read; ERR_NOMEM. Ended with
 * tz_file_forget(). */
RT_MUST_USE enum err tz_file_all(struct tz_file_all **out);
/* NULL is allowed. */
void tz_file_forget(struct tz_file_all *all);
/* One of them, borrowed. ERR_NOTFOUND. */
RT_MUST_USE enum err tz_file_find(const struct tz_file_all *all,
    struct slice name, struct slice *out);

#endif
