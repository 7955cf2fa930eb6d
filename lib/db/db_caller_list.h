/*
 * db_caller_list.h - a company's lists of callers, by name: "blocked", "vip".
 * A flow's caller step asks which lists hold a number; what that means is the
 * flow's business.
 */
#ifndef RT_DB_CALLER_LIST_H
#define RT_DB_CALLER_LIST_H

#include "lib/base/arena.h"
#include "lib/base/buf.h"
#include "lib/db/db.h"

#define DB_CALLER_LIST_NAME_MAX 32
#define DB_CALLER_LISTS_MAX     50 /* of one company */
#define DB_CALLER_LIST_NOTE_MAX 255
#define DB_CALLER_LIST_PAGE_MAX 500

struct caller_list_row {
	char name[DB_CALLER_LIST_NAME_MAX + 1];
	char note[DB_TEXT_BYTES];
	uint64_t entries;
	int64_t created_us;
};

struct caller_list_entry {
	char e164[DB_E164_BYTES];
	char note[DB_TEXT_BYTES];
	struct user_id by; /* nil: the command line */
	int64_t added_us;
};

/* 1 to 32 of a-z 0-9 - _: flows hold names in comma lists. */
bool db_caller_list_name_ok(struct slice name);

/* ERR_SYNTAX: no such name; ERR_CONFLICT: there is one; ERR_RANGE: the note is
 * too long; ERR_TOOBIG: the company has DB_CALLER_LISTS_MAX. */
RT_MUST_USE enum err db_caller_list_add(struct db *db,
    struct company_id company, struct slice name, struct slice note,
    int64_t now_us);
/* With its entries. ERR_NOTFOUND. */
RT_MUST_USE enum err db_caller_list_remove(struct db *db,
    struct company_id company, struct slice name);
/* By name. */
RT_MUST_USE enum err db_caller_list_all(struct db *db,
    struct company_id company, struct arena *mem, struct caller_list_row **rows,
    size_t *n);

/* Adds a number or changes its note. e->e164 is a checked number. ERR_NOTFOUND:
 * no such list. */
RT_MUST_USE enum err db_caller_list_put(struct db *db,
    struct company_id company, struct slice name,
    const struct caller_list_entry *e);
/* ERR_NOTFOUND: it is not in the list. */
RT_MUST_USE enum err db_caller_list_take(struct db *db,
    struct company_id company, struct slice name, struct slice e164);
/* Up to max entries in the order of their numbers, after `after` ("": from the
 * first). */
RT_MUST_USE enum err db_caller_list_entries(struct db *db,
    struct company_id company, struct slice name, struct slice after,
    uint32_t max, struct arena *mem, struct caller_list_entry **rows,
    size_t *n);

/* Appends the names of the lists that hold a number: "blocked,vip". What does
 * not fit is left out whole. */
RT_MUST_USE enum err db_caller_list_of(struct db *db, struct company_id company,
    struct slice e164, struct buf *out);

#endif
