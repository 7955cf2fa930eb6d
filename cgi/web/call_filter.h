/*
 * call_filter.h - what one parameter of an address asks of calls.
 *
 * The pages' filters and the endpoints' have names of their own, and are read
 * here alike: a text of up to 255 characters, "~" for calls without one; an id
 * in the same way; limits in whole seconds, points of risk, or units of money;
 * "yes" or "no", "true" or "false". To 59 s is all that is not from 60 s; from
 * 1 s all that is not none, which is to 0 s.
 */
#ifndef RT_CGI_WEB_CALL_FILTER_H
#define RT_CGI_WEB_CALL_FILTER_H

#include "lib/db/db_report_calls.h"

enum call_filter_kind {
	CALL_FILTER_RESULT,
	CALL_FILTER_TEXT, /* of enum filter_text */
	CALL_FILTER_ID,   /* of enum filter_id */
	CALL_FILTER_TAG,  /* an id */
	CALL_FILTER_MIN,  /* of enum filter_range */
	CALL_FILTER_MAX,
	CALL_FILTER_FLAG, /* of enum filter_flag */
	CALL_FILTER_CALLER,
	CALL_FILTER_SEARCH
};

/* Puts s, which is not empty, into f; at: of the enum that kind names, else 0.
 * s is borrowed. ERR_SYNTAX, ERR_RANGE: it cannot be understood. */
RT_MUST_USE enum err call_filter_put(enum call_filter_kind kind, int at,
    struct slice s, struct db_report_calls_filter *f);

/* What such a parameter may be, for people: "yes or no". */
const char *call_filter_may_be(enum call_filter_kind kind, int at);

#endif
