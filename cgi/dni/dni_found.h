/*
 * dni_found.h - which of a site's numbers its tag found on a page, summed up
 * for the site's health beside what is said of all of them.
 */
#ifndef RT_CGI_DNI_DNI_FOUND_H
#define RT_CGI_DNI_DNI_FOUND_H

#include "cgi/dni/dni_conf.h"
#include "cgi/dni/dni_hit.h"

/* Room for the sums of a site whose numbers are all read. ERR_NOMEM. */
RT_MUST_USE enum err dni_found_room(struct dni_site *site, struct arena *mem);

/* What the report says of each of the site's numbers, in their order, for
 * dni_found_add(): *out is NULL where it says nothing of them one by one, as
 * tags of before do. Numbers that are not the site's are left out. Without mu.
 * ERR_NOMEM. */
RT_MUST_USE enum err dni_found_read(const struct dni_site *site,
    const struct dni_report *r, struct arena *mem, uint32_t **out);

/* places: of dni_found_read(). With mu. */
void dni_found_add(const struct dni_site *site, const uint32_t *places);

/* The sums of numbers that the site still has go on. */
void dni_found_keep(const struct dni_site *site, const struct dni_site *old);

/* A copy of the sums, which begin anew; free() it. With mu. NULL: there are
 * none, or no memory: then they go on. */
struct site_number_row *dni_found_take(const struct dni_site *site);
/* What was not stored counts on. With mu. */
void dni_found_give_back(const struct dni_site *site,
    const struct site_number_row *taken);

#endif
