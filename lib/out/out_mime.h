/*
 * out_mime.h - writes one mail (RFC 5322, 2045-2049): text and HTML of the
 * same message, at most one picture that the HTML shows (RFC 2387, 2392), and
 * at most one attached file.
 *
 * Pure. All bodies go as base64, so no line is ever too long and no byte
 * special. Nothing that was given can begin another header.
 */
#ifndef RT_OUT_OUT_MIME_H
#define RT_OUT_OUT_MIME_H

#include "lib/base/buf.h"

#define OUT_MIME_ADDRESS_MAX 254 /* RFC 5321 4.5.3.1.3 */
#define OUT_MIME_SUBJECT_MAX 400 /* bytes */

/* What the HTML calls the picture: src="cid:…". */
#define OUT_MIME_PICTURE "logo@ringtrace.invalid"

struct out_mime_file {
	struct slice name; /* shown to the reader */
	const char *type;  /* a literal, "audio/wav" */
	struct slice bytes;
};

struct out_mime {
	struct slice from; /* address, or Name <address> */
	struct slice to_name;
	struct slice to; /* address alone */
	struct slice subject;
	struct slice text;
	struct slice html;
	struct slice message_id;  /* without <>; the same when sent again */
	struct slice unsubscribe; /* https address for List-Unsubscribe; "" */
	int64_t now_us;
	const struct out_mime_file *picture; /* NULL: none */
	const struct out_mime_file *file;    /* NULL: none */
};

/* An address that we send to: one local part and one host, printable ASCII
 * without blanks, quotes, brackets, commas. ERR_SYNTAX, ERR_TOOBIG. */
RT_MUST_USE enum err out_mime_address(struct slice address);
/* The address in "Name <a@b>" or "a@b". ERR_SYNTAX. */
RT_MUST_USE enum err out_mime_address_of(struct slice from, struct slice *out);

/* Appends the whole mail, CR LF lines. ERR_SYNTAX: an address that is none. */
RT_MUST_USE enum err out_mime_write(const struct out_mime *m, struct buf *out);

#endif
