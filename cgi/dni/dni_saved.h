/*
 * dni_saved.h - the last configuration in a file, for a start while the
 * database is away.
 *
 * What db_tag.h told is kept as lines of JSON, each a list: the row's kind and
 * its members. The last one says that it is all:
 *
 *   ["end", format, lines before it, config_version, visitors' key in hex]
 *
 * A file that lacks it, of another format (but the one before) or with a line
 * that cannot be read, counts as none. It holds the key of visitors' ids
 * (dni_visitor.h), so it is its owner's alone, and who finds another's file
 * there leaves it.
 */
#ifndef RT_CGI_DNI_DNI_SAVED_H
#define RT_CGI_DNI_DNI_SAVED_H

#include "lib/base/buf.h"
#include "lib/db/db_tag.h"
#include "lib/hash/keyed.h"

#define DNI_SAVED_MAX ((size_t)64 << 20)

/* What the last line says. */
struct dni_saved_end {
	uint64_t version;
	uint8_t visitor_key[KEYED_KEY_BYTES];
};

/* Passes on to `to` what its reader is told, and writes it down in out, which
 * the caller has made; what does not fit makes out a failed one. */
struct dni_saved_copy {
	const struct tag_reader *to;
	struct buf *out;
	uint64_t lines;
};
struct tag_reader dni_saved_copy(struct dni_saved_copy *c);
void dni_saved_end(struct dni_saved_copy *c, const struct dni_saved_end *end);

/* Tells `to` what was written down, in its order. ERR_SYNTAX: it is not whole;
 * some of it may have been told. ERR_NOMEM. */
RT_MUST_USE enum err dni_saved_tell(struct slice text,
    const struct tag_reader *to, struct dni_saved_end *end);

/* In the place of what was there. ERR_IO: logged. */
RT_MUST_USE enum err dni_saved_write(const char *path, struct slice text);
/* Appends to out. ERR_NOTFOUND: there is none, or not ours. ERR_IO: logged.
 * ERR_TOOBIG, ERR_NOMEM: of out. */
RT_MUST_USE enum err dni_saved_read(const char *path, struct buf *out);

#endif
