/*
 * ctl_file.h - whole files and folders of files, as the supervisor needs them.
 *
 * Errors are logged with the path and the system's reason.
 */
#ifndef RT_CTL_CTL_FILE_H
#define RT_CTL_CTL_FILE_H

#include <sys/types.h>

#include "lib/base/err.h"
#include "lib/base/slice.h"

/* Writes path whole: a reader finds the old text or the new one, also after a
 * power cut. Its folder must be ours alone: "<path>.new" is used on the way.
 * ERR_IO; ERR_TOOBIG: no room for the name. */
RT_MUST_USE enum err ctl_file_replace(const char *path, mode_t mode,
    struct slice text);

/* Takes away every file, link and socket of the folder and leaves its folders.
 * ERR_IO at the first that stays. */
RT_MUST_USE enum err ctl_file_clear(const char *folder);

#endif
