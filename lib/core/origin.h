/*
 * origin.h - origins of web sites as people type them and browsers send them.
 */
#ifndef RT_CORE_ORIGIN_H
#define RT_CORE_ORIGIN_H

#include "lib/base/slice.h"

#define ORIGIN_MAX 255

/* scheme://host[:port] of http or https and nothing behind it, in ASCII; *out
 * is what browsers send for it, a part of text: they leave a scheme's own port
 * away (URL, "serialization of origins"). False: it is none. */
bool origin_read(struct slice text, struct slice *out);

#endif
