/*
 * site_text.h - a page's bytes as UTF-8, whatever it is written in.
 *
 * As browsers find out (WHATWG Encoding, HTML "determining the character
 * encoding"): a mark at its begin, else what the answer's head says, else a
 * <meta> in its first kilobyte. Where neither says anything, or what nobody
 * knows, bytes that are no UTF-8 are taken for Windows-1252, as browsers of
 * the west do.
 */
#ifndef RT_SITE_SITE_TEXT_H
#define RT_SITE_SITE_TEXT_H

#include "lib/base/buf.h"

/* type: the answer's Content-Type, "" none. *out is body where that is UTF-8,
 * else it lives in mem, which is initialised with room for three times the
 * body. ERR_NOMEM. */
RT_MUST_USE enum err site_text(struct slice body, struct slice type,
    struct buf *mem, struct slice *out);

/* Do browsers show an answer of this type as a page, with its scripts? "": they
 * look at it, and do. */
bool site_text_is_page(struct slice type);

#endif
