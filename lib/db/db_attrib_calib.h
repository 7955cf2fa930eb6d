/*
 * db_attrib_calib.h - how true stated probabilities came out.
 *
 * A call is confirmed by the visit that touched the phone link seconds before,
 * if exactly one of its candidates did: it is then judged as if nobody had
 * touched it, by a law that knows of no touches. Or by a form in which the
 * caller left this very number within a week: then as it stands. The likeliest
 * visit is right or not. So the evidence that confirms is not among the
 * evidence that is judged.
 */
#ifndef RT_DB_DB_ATTRIB_CALIB_H
#define RT_DB_DB_ATTRIB_CALIB_H

#include "lib/core/attrib.h"
#include "lib/core/calib.h"
#include "lib/db/db.h"
#include "lib/db/db_candidate.h"

/* A touch this long before the call, or less, is taken for its announcement. */
#define DB_ATTRIB_CALIB_TOUCH_US (30 * RT_SEC_US)

/* ... or after it. */
#define DB_ATTRIB_CALIB_FORM_US (7 * RT_DAY_US)

/* Who left this number in a form around the time of a call. ERR_NOTFOUND:
 * nobody, or more than one visitor. */
RT_MUST_USE enum err db_attrib_calib_form(struct db *db,
    struct company_id company, struct slice caller_e164, int64_t call_us,
    struct visitor_id *out);

/* Adds one call to c when it is confirmed. law: what is judged; blind: of the
 * same calls when touches are not known, for those that one announced. form:
 * nil: none. The touches of k may be gone afterwards. */
RT_MUST_USE enum err db_attrib_calib_take(struct candidates *k,
    const struct attrib_law *law, const struct attrib_law *blind,
    struct visitor_id form, struct calib *c);

/* All ranges of a law's version; written over when they are there. */
RT_MUST_USE enum err db_attrib_calib_put(struct db *db,
    struct company_id company, uint32_t version, const struct calib *c);
RT_MUST_USE enum err db_attrib_calib_get(struct db *db,
    struct company_id company, uint32_t version, struct calib *out);

#endif
