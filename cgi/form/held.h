/*
 * held.h - what still uses a thing that was to be retired: by name, each with
 * the page where that ends.
 *
 * held_number() and so on are for thing.holders and add to f; form_fields.html
 * shows them below the form's problem.
 */
#ifndef RT_CGI_FORM_HELD_H
#define RT_CGI_FORM_HELD_H

#include "cgi/form/fields.h"

#define HELD_TEXT_MAX 1024

RT_MUST_USE enum err held_number(const struct req *r,
    const uint8_t id[ID_BYTES], struct fields *f);
RT_MUST_USE enum err held_pool(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f);
RT_MUST_USE enum err held_destination(const struct req *r,
    const uint8_t id[ID_BYTES], struct fields *f);
RT_MUST_USE enum err held_flow(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f);
/* Without links: they are another company's pages. */
RT_MUST_USE enum err held_company(const struct req *r,
    const uint8_t id[ID_BYTES], struct fields *f);
/* The calls and forms that have the tag. */
RT_MUST_USE enum err held_tag(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f);

/* "why Held by: pool “Spring”, number +1 …." in the request's arena, for
 * programs; NULL when memory is out. */
const char *held_text(const struct req *r, const struct fields *f,
    const char *why);

#endif
