/*
 * esc.h - writes text so that it is only text where it stands.
 *
 * One table of 256 rows per place. Bytes that are no text there (control
 * bytes, ill-formed UTF-8) come out as U+FFFD in HTML and JSON, so hostile
 * input can neither break out nor break the page. Nothing is ever written raw.
 */
#ifndef RT_LIB_TEXT_ESC_H
#define RT_LIB_TEXT_ESC_H

#include "lib/base/buf.h"

/* Element text and quoted attribute values: & < > " ' become references. */
void esc_html(struct slice s, struct buf *out);

/* One component of a URL: everything but RFC 3986 2.3's unreserved characters
 * is percent-encoded, byte by byte. */
void esc_url(struct slice s, struct buf *out);

/* A whole URL as a quoted attribute value. Allowed are addresses of our own
 * ("/x", "?x", "#x", not "//x") and http, https, mailto and tel; anything else
 * comes out as "#". */
void esc_href(struct slice s, struct buf *out);

/* The inside of a JSON string (RFC 8259 7), without the quotes. < > & ' and
 * U+2028, U+2029 are written \u00XX, so that the result may also stand in a
 * <script type="application/json">. */
void esc_json(struct slice s, struct buf *out);
/* How many bytes at the front of s stay as they are there. */
size_t esc_json_plain(struct slice s);

#endif
