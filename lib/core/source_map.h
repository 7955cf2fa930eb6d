/*
 * source_map.h - a site's own names for parameters, as people write them.
 *
 * One a line: "kw = keyword" says that ?kw= of the site's links stands for the
 * field keyword. Names are those of a query (1 to SOURCE_MAP_NAME_MAX of
 * letters, digits and -_.~[]), fields those of source_field_known().
 */
#ifndef RT_CORE_SOURCE_MAP_H
#define RT_CORE_SOURCE_MAP_H

#include "lib/base/buf.h"
#include "lib/core/source.h"

#define SOURCE_MAP_NAME_MAX 64

/* Reads one line; out points into it. ERR_SYNTAX: no "name = field";
 * ERR_NOTFOUND: no such field. */
RT_MUST_USE enum err source_map_read(struct slice line, struct source_map *out);

/* Appends the line, which source_map_read() reads back. */
void source_map_write(const struct source_map *m, struct buf *out);

#endif
