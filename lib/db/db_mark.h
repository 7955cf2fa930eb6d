/*
 * db_mark.h - what people put on a call or form: outcome, value, note, tags.
 *
 * Outcome, value and tags move the roll-ups in the same transaction. What
 * stands there already is no change: nothing is written, and nobody is told.
 */
#ifndef RT_DB_MARK_H
#define RT_DB_MARK_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

#define DB_OUTCOME_BYTES 129
#define DB_MARK_TAG_MAX  64
#define DB_MARK_TAGS_MAX 2000 /* that flows make by themselves */

struct outcome_row {
	char code[DB_OUTCOME_BYTES]; /* lead customer spam ... */
	char name[DB_NAME_BYTES];
	bool is_lead;
	bool is_sale;
	bool is_spam;
};

/* In the order people see them. */
RT_MUST_USE enum err db_mark_outcomes(struct db *db, struct company_id company,
    struct arena *mem, struct outcome_row **rows, size_t *n);

/* In a transaction, first: nobody else changes it until its end. kind: "call"
 * or "form". ERR_NOTFOUND: the company has no such, or it is another kind. */
RT_MUST_USE enum err db_mark_hold(struct db *db, struct company_id company,
    struct interaction_id id, struct slice kind);

enum mark_by {
	MARK_BY_PERSON,
	MARK_BY_RULE,
	MARK_BY_ANALYSIS
};

/* outcome "" takes it away. user: for MARK_BY_PERSON. A person's outcome is
 * not overwritten by a rule or analysis: ERR_CONFLICT. ERR_RANGE: the company
 * has no such outcome; ERR_NOTFOUND: no such interaction. */
RT_MUST_USE enum err db_mark_outcome(struct db *db, struct company_id company,
    struct interaction_id id, struct slice outcome, enum mark_by by,
    struct user_id user, int64_t now_us);
/* In micro-units of the company's currency; has_value false takes it away. */
RT_MUST_USE enum err db_mark_value(struct db *db, struct company_id company,
    struct interaction_id id, bool has_value, int64_t value_micros);
RT_MUST_USE enum err db_mark_note(struct db *db, struct company_id company,
    struct interaction_id id, struct slice note);

/* What stands on an interaction now. */
struct mark_now {
	char outcome[DB_OUTCOME_BYTES]; /* code; "" none */
	char outcome_by[9];             /* person rule analysis, or "" */
	bool has_value;
	int64_t value_micros;
	struct slice note; /* in the arena */
};
#define DB_NOTE_MAX ((size_t)65535) /* bytes */
/* ERR_NOTFOUND: no such interaction. */
RT_MUST_USE enum err db_mark_get(struct db *db, struct company_id company,
    struct interaction_id id, struct arena *mem, struct mark_now *out);

struct tag_row {
	struct tag_id id;
	char name[DB_NAME_BYTES];
};

RT_MUST_USE enum err db_mark_tag_add(struct db *db, struct company_id company,
    const struct tag_row *row, int64_t now_us);
RT_MUST_USE enum err db_mark_tags(struct db *db, struct company_id company,
    struct arena *mem, struct tag_row **rows, size_t *n);
/* The tag of this name; names are the same without regard to case and accents,
 * as the table has them. ERR_NOTFOUND: none has it. */
RT_MUST_USE enum err db_mark_tag_find(struct db *db, struct company_id company,
    struct slice name, struct tag_id *out);
/* The same; one that is not there is made. ERR_RANGE: too long for a name. */
RT_MUST_USE enum err db_mark_tag_make(struct db *db, struct company_id company,
    struct slice name, int64_t now_us, struct tag_id *out);
/* ERR_NOTFOUND: no such interaction or tag. */
RT_MUST_USE enum err db_mark_tag(struct db *db, struct company_id company,
    struct interaction_id id, struct tag_id tag, struct user_id by,
    int64_t now_us);
/* What a flow says: the tag of this name, made when the company has none. name:
 * 1 to DB_MARK_TAG_MAX bytes of UTF-8, or ERR_RANGE. ERR_TOOBIG: the company
 * has DB_MARK_TAGS_MAX tags; ERR_NOTFOUND: no such interaction. */
RT_MUST_USE enum err db_mark_tag_named(struct db *db, struct company_id company,
    struct interaction_id id, struct slice name, int64_t now_us);
/* ERR_NOTFOUND: no such interaction, or it does not have the tag. */
RT_MUST_USE enum err db_mark_untag(struct db *db, struct company_id company,
    struct interaction_id id, struct tag_id tag);
/* Of one interaction, by name. */
RT_MUST_USE enum err db_mark_tags_of(struct db *db, struct company_id company,
    struct interaction_id id, struct arena *mem, struct tag_row **rows,
    size_t *n);

/* ERR_CONFLICT: another tag has the name. */
RT_MUST_USE enum err db_mark_tag_rename(struct db *db,
    struct company_id company, const struct tag_row *row);
/* ERR_CONFLICT: a call has it, or it is not there. */
RT_MUST_USE enum err db_mark_tag_remove(struct db *db,
    struct company_id company, struct tag_id id);

#endif
