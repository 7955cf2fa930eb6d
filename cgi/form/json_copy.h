/*
 * json_copy.h - JSON that came in, written out again: checked on the way, and
 * safe for the place it goes to (json_out.h).
 */
#ifndef RT_CGI_FORM_JSON_COPY_H
#define RT_CGI_FORM_JSON_COPY_H

#include "lib/json/json_in.h"
#include "lib/text/json_out.h"

/* Writes n as the next value. Whole numbers, texts, booleans, null, arrays and
 * objects; a number with a fraction or an exponent becomes an object without
 * members, which whoever asked for a number refuses (null would be taken for
 * one that was left out). Members keep their names, whatever they are: whoever
 * reads them says which he does not know. NULL is null. */
void json_copy(const struct json_node *n, struct json_out *j);

#endif
