/*
 * sip_param.h - `;name=value` parameters and comma lists of header values.
 *
 * Values are unfolded already (sip_msg.h), so blanks are SP and HTAB. Quoted
 * values keep their quotes; sip_param_unquote() takes them off.
 */
#ifndef RT_SIP_PARAM_H
#define RT_SIP_PARAM_H

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/slice.h"

struct sip_param {
	struct slice name;
	struct slice value; /* empty when there is no "=" */
};

/* Takes the next `;name[=value]` off the front of *s. ERR_NOTFOUND: nothing is
 * left; ERR_SYNTAX: something else stands there. */
RT_MUST_USE enum err sip_param_next(struct slice *s, struct sip_param *out);
/* Checks that all of s is parameters. */
RT_MUST_USE enum err sip_param_check(struct slice s);
/* The value of the first parameter of this name, without case. */
RT_MUST_USE enum err sip_param_find(struct slice params, struct slice name,
    struct slice *value);

/* Takes the next element of a comma list off the front of *list, trimmed;
 * commas inside quotes and <> do not separate (RFC 3261 7.3.1). Empty elements
 * are skipped. ERR_NOTFOUND at the end; ERR_SYNTAX: an open quote or <. */
RT_MUST_USE enum err sip_param_item(struct slice *list, struct slice *out);

/* A quoted-string in front of *s, with its quotes. */
RT_MUST_USE enum err sip_param_quoted(struct slice *s, struct slice *out);
/* Appends s without its quotes and backslashes; other text as it is. */
void sip_param_unquote(struct slice s, struct buf *out);

#endif
