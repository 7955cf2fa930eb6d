/*
 * db_view.h - saved views: filters of a page that somebody gave a name. All
 * people of the company see them.
 */
#ifndef RT_DB_VIEW_H
#define RT_DB_VIEW_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

#define DB_VIEW_QUERY_MAX ((size_t)4096)
#define DB_VIEWS_MAX      ((size_t)100)

struct view_row {
	struct view_id id;
	struct user_id user;
	char page[17]; /* calls reports */
	char name[257];
	struct slice query; /* "range=30d&source=google" */
};

/* ERR_CONFLICT: the name is taken; ERR_TOOBIG: there are DB_VIEWS_MAX. */
RT_MUST_USE enum err db_view_add(struct db *db, struct company_id company,
    const struct view_row *row, int64_t now_us);
/* ERR_NOTFOUND: no such view. */
RT_MUST_USE enum err db_view_drop(struct db *db, struct company_id company,
    struct view_id id);
/* By name. */
RT_MUST_USE enum err db_view_list(struct db *db, struct company_id company,
    const char *page, struct arena *mem, struct view_row **rows, size_t *n);

#endif
