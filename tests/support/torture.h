/*
 * torture.h - the messages of RFC 4475, and what each means to us.
 *
 * They are typed from the RFC; long runs that only repeat are cut. torture has
 * those of its section 3.1, torture_more the others.
 */
#ifndef RT_TESTS_TORTURE_H
#define RT_TESTS_TORTURE_H

#include <stddef.h>

#define TORTURE_DROP 1

struct torture {
	const char *name;
	unsigned int want;   /* of sip_msg: 0 accepted, TORTURE_DROP, status */
	unsigned int status; /* the worker's answer; 0: none, or no more */
	size_t n;            /* 0: strlen */
	const char *in;
};

extern const struct torture torture_list[];
extern const size_t torture_n;
extern const struct torture torture_more_list[];
extern const size_t torture_more_n;

/* The i-th of both lists; NULL: there are no more. */
const struct torture *torture_at(size_t i);

#endif
