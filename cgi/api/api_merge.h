/*
 * api_merge.h - a JSON Merge Patch (RFC 7396) laid over the fields of a form.
 *
 * What a body does not name stays as it is, null clears, a list replaces the
 * whole list. The values are then checked by the form's own table (fields.h),
 * so that a program may set exactly what a person may. Pure.
 */
#ifndef RT_CGI_API_API_MERGE_H
#define RT_CGI_API_API_MERGE_H

#include "cgi/api/api_fault.h"
#include "cgi/form/fields.h"
#include "lib/json/json_in.h"

#define API_MERGE_LIST_MAX 1000 /* texts of a list */

struct api_member {
	const char *json;  /* the member's name */
	const char *field; /* the form's */
	bool list;         /* an array of texts, one a line or one a word */
};

/* Lays body over f and checks all of f. also: names that are somebody else's
 * business, NULL at the end; may be NULL. What is wrong goes to faults, each
 * at its member: an unknown name, another type, a control character, a field
 * that is set once (!f->fresh) and is to change, and what the form's table
 * refuses. ERR_SYNTAX: body is no object; ERR_NOMEM. */
RT_MUST_USE enum err api_merge(struct fields *f, const struct json_node *body,
    const struct api_member *members, size_t n, const char *const *also,
    struct api_faults *faults);

/* Adds what f says is wrong, in terms of the members. */
void api_merge_faults(const struct fields *f, const struct api_member *members,
    size_t n, struct api_faults *faults);

#endif
