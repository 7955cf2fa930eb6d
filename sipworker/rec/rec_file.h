/*
 * rec_file.h - the names of a recording: folders, ".part", marker, rename.
 */
#ifndef RT_REC_FILE_H
#define RT_REC_FILE_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

#define REC_FILE_NAME_MAX 127
#define REC_FILE_OPEN_DIR "open"

/* True for "<folder>/<folder>/<file>.wav" made of letters, digits, '_' and
 * '-', which cannot leave the directory. */
bool rec_file_name_ok(struct slice name);

/* What a marker says of a recording. */
struct rec_file_marker {
	char name[REC_FILE_NAME_MAX + 1];
	uint32_t key;      /* of its frames, while they are in the rings */
	int64_t anchor_us; /* sample 0, monotonic; 0: nobody knows */
};

/* Opens or creates "<name>.part" for reading and writing with its folders and
 * its marker. *fresh: it was not there. ERR_CONFLICT: the name is there. */
RT_MUST_USE enum err rec_file_begin(int dirfd, const struct rec_file_marker *m,
    int *fd, bool *fresh);
/* Renames the synced ".part" to its name, syncs the folder, removes the
 * marker. */
RT_MUST_USE enum err rec_file_end(int dirfd, const char *name);

/* Calls each(arg, marker) for every recording that was begun and not ended. */
RT_MUST_USE enum err rec_file_orphans(int dirfd,
    void (*each)(void *arg, const struct rec_file_marker *m), void *arg);
/* Deletes a ".part" and its marker: a recording that nobody wants. */
void rec_file_discard(int dirfd, const char *name);
/* Removes the marker of a recording of which nothing is left. */
void rec_file_forget(int dirfd, const char *name);

#endif
