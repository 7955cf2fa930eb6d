/*
 * api_fault.h - what is wrong with a body, member by member.
 *
 * The answer is a problem (RFC 9457) with `errors`, each a JSON Pointer
 * (RFC 6901) into the body that was sent, or the name of a parameter of the
 * address, and words for a person.
 */
#ifndef RT_CGI_API_API_FAULT_H
#define RT_CGI_API_API_FAULT_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

#define API_FAULTS_MAX        24 /* what is beyond is not told */
#define API_FAULT_POINTER_MAX 128

struct api_faults {
	size_t n;
	struct {
		bool of_address; /* pointer is a parameter's name */
		char pointer[API_FAULT_POINTER_MAX];
		const char *detail; /* lives as long as the request */
	} at[API_FAULTS_MAX];
};

/* Instead of a name: the body as a whole. A member may be called "". */
#define API_FAULT_WHOLE ((struct slice){ .p = NULL, .n = 0 })

/* "/name", escaped, or "" for the whole; a name that does not fit is cut. */
void api_fault(struct api_faults *f, struct slice name, const char *detail);
/* "/list/i" and then a pointer of its own, "" or "/name". */
void api_fault_at(struct api_faults *f, const char *list, size_t i,
    const char *pointer, const char *detail);
/* prefix, a pointer, and then "/name", or nothing for the whole. */
void api_fault_in(struct api_faults *f, const char *prefix, struct slice name,
    const char *detail);

/* A parameter of the address; a name that does not fit is cut. */
void api_fault_parameter(struct api_faults *f, struct slice name,
    const char *detail);

/* The problem with its errors. detail may be NULL. */
RT_MUST_USE enum err api_fault_answer(struct resp *out, unsigned int status,
    const char *detail, const struct api_faults *f);

#endif
