/*
 * file.h - a whole file, in or out.
 *
 * How much may come in is the buffer's maximum (buf.h), and reading ends with
 * it: a device, or a log that somebody took for a setting, is not read for
 * ever. Interrupted calls go on.
 */
#ifndef RT_BASE_FILE_H
#define RT_BASE_FILE_H

#include "lib/base/buf.h"

/* Appends the file `name` to out; name is relative to the folder dirfd, or
 * with AT_FDCWD (fcntl.h) a path. ERR_IO: logged. ERR_TOOBIG, ERR_NOMEM: of
 * out. */
RT_MUST_USE enum err file_read(int dirfd, const char *name, struct buf *out);

/* Appends what is left of fd. ERR_IO: errno says why, for the caller to log;
 * ERR_TOOBIG, ERR_NOMEM as above. */
RT_MUST_USE enum err file_read_fd(int fd, struct buf *out);

/* Writes all of s. ERR_IO: errno says why, and some of it may stand there. */
RT_MUST_USE enum err file_write_fd(int fd, struct slice s);

/* Makes the file path, 0600, with all of s, on the disk: whole or not at all,
 * whoever else makes it at the same time and whatever ends us. On the way it
 * lies beside it under a name of this process. ERR_CONFLICT: there is one,
 * which stays as it is. ERR_IO: logged. ERR_TOOBIG: path is too long. */
RT_MUST_USE enum err file_create(const char *path, struct slice s);

#endif
