/*
 * db_keyed.h - forgets which keys were pressed on calls: that and when one was
 * stays. Which ones may be a birthday, a customer's number or a PIN, key by key
 * in the order of the call, or together where a flow kept them by a name.
 * Followed by which calls: " AND call_id = ?". Only lib/db includes this file.
 */
#ifndef RT_DB_KEYED_H
#define RT_DB_KEYED_H

#define DB_KEYED_FORGET                                                  \
	"UPDATE call_event SET value = IF(kind = 'digit', 0, value),"    \
	" detail = IF(kind = 'stored', SUBSTRING_INDEX(detail, '=', 1)," \
	" detail) WHERE company_id = ? AND kind IN ('digit', 'stored')"

/* Of a row e: it says which. */
#define DB_KEYED_SAYS                          \
	"((e.kind = 'digit' AND e.value <> 0)" \
	" OR (e.kind = 'stored' AND e.detail LIKE '%=%'))"

#endif
