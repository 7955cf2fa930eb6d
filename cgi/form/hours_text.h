/*
 * hours_text.h - a destination's hours as lines that people write, and as the
 * JSON that is stored (flow_json_hours()).
 *
 *	mon-fri 09:00-17:30
 *	sat 10:00-14:00
 *	2026-12-24 10:00-12:00
 *	12-25 closed
 *
 * A line that begins with a digit is about one day, of one year or of each.
 */
#ifndef RT_CGI_FORM_HOURS_TEXT_H
#define RT_CGI_FORM_HOURS_TEXT_H

#include "lib/base/arena.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"

/* Writes the JSON, checked as a whole (ERR_SYNTAX). holidays: "", "us", "ca",
 * "gb". Without lines: "" without holidays, else always but on those. */
RT_MUST_USE enum err hours_text_read(struct slice text, struct slice holidays,
    struct buf *json);
/* Writes the lines of JSON as stored; *holidays borrows from mem. json "" gives
 * no lines and "". */
RT_MUST_USE enum err hours_text_write(struct slice json, struct arena *mem,
    struct buf *text, struct slice *holidays);

#endif
