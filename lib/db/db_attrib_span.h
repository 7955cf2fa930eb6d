/*
 * db_attrib_span.h - the time in which calls of a period could have come: what
 * a fit holds the calls against.
 */
#ifndef RT_DB_DB_ATTRIB_SPAN_H
#define RT_DB_DB_ATTRIB_SPAN_H

#include "lib/core/attrib_fit.h"
#include "lib/db/db.h"

/* Visits that are read of a period; of one with more, parts of about so many
 * that are spread over all of it and all hours of the day, and what is found
 * there is taken to be so everywhere. */
#define DB_ATTRIB_SPAN_VISITS 10000

/* Of visits that began from from_us to before to_us and were shown numbers of
 * pools. */
RT_MUST_USE enum err db_attrib_span(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, struct attrib_fit_span *out);

#endif
