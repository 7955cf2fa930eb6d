/*
 * bp.h - shares in hundredths of a per cent, as people write and read them:
 * 6250 is "62.5".
 *
 * Pure. People write "62.5", programs 6250.
 */
#ifndef RT_CORE_BP_H
#define RT_CORE_BP_H

#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/slice.h"

#define BP_WHOLE UINT64_C(10000) /* all of it */

/* "60", "62.5", "0.01", "60 %"; more than nothing, at most 100. ERR_SYNTAX: no
 * such number; ERR_RANGE: too small, too large or too fine. */
RT_MUST_USE enum err bp_parse(struct slice s, uint64_t *bp);

/* Without the sign, and no longer than it needs to be. */
void bp_put(uint64_t bp, struct buf *out);

/* As whole per cents: "94", and of what is nearly nothing or all "< 1", "> 99".
 */
#define BP_PERCENT_MAX 8
void bp_percent(int64_t bp, char out[BP_PERCENT_MAX]);

#endif
