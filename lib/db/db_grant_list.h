/*
 * db_grant_list.h - rights as a statement lists them: "SELECT, UPDATE (note)".
 */
#ifndef RT_DB_DB_GRANT_LIST_H
#define RT_DB_DB_GRANT_LIST_H

#include "lib/base/slice.h"

/* Is a right in the list, or, with a column, the right for that one alone? */
bool db_grant_list_has(struct slice rights, struct slice right,
    struct slice column);

#endif
