/*
 * conf_copy.h - the last good configuration on the disk, for a worker that
 * starts while the database is away.
 *
 * One file "config.copy" beside the journal, mode 0600. It holds trunk
 * passwords, so all of it is sealed with the installation's key, in pieces that
 * are bound to this copy and their place in it: what was changed, cut, mixed or
 * made with another key is refused whole. Written beside the old one and
 * renamed, so that there is always a whole one.
 */
#ifndef RT_STORE_CONF_COPY_H
#define RT_STORE_CONF_COPY_H

#include "lib/base/buf.h"
#include "lib/hash/seal.h"

#define CONF_COPY_NAME      "config.copy"
#define CONF_COPY_FORMAT    1
#define CONF_COPY_BYTES_MAX ((size_t)512 << 20)

struct conf_copy {
	uint64_t version; /* of the configuration */
	int64_t saved_us; /* wall time */
};

/* ERR_IO: logged, the old copy stays. ERR_TOOBIG. */
RT_MUST_USE enum err conf_copy_save(int dirfd, const struct seal_key *key,
    const struct conf_copy *c, struct slice snap, struct slice prompts);

/* Appends both blocks. ERR_NOTFOUND: there is none; ERR_UNSUPPORTED: of another
 * format; ERR_SYNTAX, ERR_AUTH: damaged, or of another key; ERR_IO: logged.
 * After an error the buffers hold nothing of use, but maybe secrets. */
RT_MUST_USE enum err conf_copy_load(int dirfd, const struct seal_key *key,
    struct conf_copy *c, struct buf *snap, struct buf *prompts);

#endif
