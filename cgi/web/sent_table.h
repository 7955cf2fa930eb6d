/*
 * sent_table.h - a table that a form sends, as a file or typed into a box.
 *
 * Spreadsheets write UTF-8, or UTF-16 with its mark ("Unicode text"), or
 * bytes of a code page that no file names, which are no text here.
 */
#ifndef RT_CGI_WEB_SENT_TABLE_H
#define RT_CGI_WEB_SENT_TABLE_H

#include "cgi/web/req.h"

/* The text in UTF-8: of the field "file", else of the box. ERR_NOTFOUND: both
 * are empty; ERR_SYNTAX: it is no text. */
RT_MUST_USE enum err sent_table(const struct req *r, const char *box,
    struct slice *out);
/* What to say of these two. NULL: another error. */
const char *sent_table_wrong(enum err e);

#endif
