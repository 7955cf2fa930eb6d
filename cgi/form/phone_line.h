/*
 * phone_line.h - what forms say of a text that is no telephone number.
 */
#ifndef RT_CGI_FORM_PHONE_LINE_H
#define RT_CGI_FORM_PHONE_LINE_H

#include "lib/base/arena.h"

/* Why phone_parse() may have refused text with this home: numbers as they are
 * dialled are those of one country, which people who never chose it do not
 * guess. Of several lines it names the one. */
const char *phone_line_wrong(struct arena *mem, struct slice text,
    const char *home, bool of_several);

#endif
