/*
 * page_said.h - what people put on a call or form, as a text: to show it beside
 * another one, and to see whether it is still the same (cgi/web/stale.h).
 */
#ifndef RT_CGI_PAGE_PAGE_SAID_H
#define RT_CGI_PAGE_PAGE_SAID_H

#include "cgi/page/page_words.h"
#include "lib/db/db_mark.h"
#include "lib/db/db_verdict.h"

/* "1250.50", as a field takes it. */
void page_said_value(int64_t micros, char out[PAGE_WORDS_MAX]);
/* act: "outcome" (its code), "value" or "note"; mem: for the text. */
struct slice page_said_mark(const struct mark_now *now, const char *act,
    char mem[PAGE_WORDS_MAX]);
/* "Not qualified, spam, by a person". */
struct slice page_said_verdict(bool qualified, const char *class, bool own,
    char mem[PAGE_WORDS_MAX]);
/* Of the row as it holds now. */
struct slice page_said_row(const struct verdict_row *row,
    char mem[PAGE_WORDS_MAX]);

#endif
