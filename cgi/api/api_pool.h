/*
 * api_pool.h - which numbers a pool has, as members of its own object.
 *
 * `numbers` is the whole set, `add_numbers` and `remove_numbers` change it;
 * each is an array of E.164 texts or ids. A number moves by the rules of its
 * own form (thing_number.c), with an audit row of its own.
 */
#ifndef RT_CGI_API_API_POOL_H
#define RT_CGI_API_API_POOL_H

#include "cgi/api/api_fault.h"
#include "lib/json/json_in.h"

extern const char *const api_pool_members[];

/* For api_setup.put_also. */
RT_MUST_USE enum err api_pool_put(const struct req *r,
    const uint8_t id[ID_BYTES], const struct json_node *body,
    struct api_faults *faults);

#endif
