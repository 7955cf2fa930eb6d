/*
 * rec_path.h - files below recordings_dir, by the names that rows carry.
 */
#ifndef RT_JOBS_REC_PATH_H
#define RT_JOBS_REC_PATH_H

#include "lib/base/err.h"
#include "lib/base/settings.h"

/* A path that stays below the folder: no step up. */
bool rec_path_ok(const char *path);
/* For reading; no link as its last part. ERR_NOTFOUND: there is none;
 * ERR_RANGE: !rec_path_ok(); ERR_IO: logged. */
RT_MUST_USE enum err rec_path_open(const struct settings *s, const char *path,
    int *out);

#endif
