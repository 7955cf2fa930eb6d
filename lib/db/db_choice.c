#include "lib/db/db_choice.h"

#include "lib/db/db_search.h"
#include "lib/db/stmt.h"

#define MINE(table) table " x WHERE x.company_id = ?"
#define LIVE(table) MINE(table) " AND x.archived_at IS NULL"
#define TRUNKS                               \
	"trunk x JOIN company c ON c.id = ?" \
	" WHERE x.account_id = c.account_id" \
	" AND x.archived_at IS NULL"
#define PEOPLE                                                 \
	"user x JOIN company c ON c.id = ?"                    \
	" WHERE x.account_id = c.account_id"                   \
	" AND x.disabled_at IS NULL AND EXISTS"                \
	" (SELECT 1 FROM membership m WHERE m.user_id = x.id"  \
	" AND m.account_id = x.account_id AND m.company_id IN" \
	" (c.id, REPEAT(CHAR(0), 16)))"
#define PERSON "LEFT(CONCAT_WS(', ', NULLIF(x.name, ''), x.email), 255)"
#define IN_USE MINE("number") " AND x.released_at IS NULL"
#define FREE                                               \
	IN_USE                                             \
	" AND x.quarantined_at IS NULL AND NOT EXISTS"     \
	" (SELECT 1 FROM pool_number m"                    \
	" WHERE m.company_id = x.company_id"               \
	" AND m.number_id = x.id) AND NOT EXISTS"          \
	" (SELECT 1 FROM pool o"                           \
	" WHERE o.company_id = x.company_id"               \
	" AND o.overflow_number_id = x.id) AND NOT EXISTS" \
	" (SELECT 1 FROM tracker t"                        \
	" WHERE t.company_id = x.company_id"               \
	" AND t.number_id = x.id AND t.archived_at IS NULL)"

#define SELECT(columns, from) "SELECT x.id, " columns " FROM " from
/* The texts of db_choice_list(), _get() and _called(). one: from, for one that
 * is chosen. */
#define TEXTS(columns, from, one, has, order, called) \
	SELECT(columns, from)                         \
	" AND (" has ") ORDER BY " order " LIMIT ?",  \
	    SELECT(columns, one) " AND x.id = ?",     \
	    SELECT(columns, one) " AND " called " = ? ORDER BY x.id LIMIT 1"

#define VERSIONED(from, version)                                           \
	{                                                                  \
		TEXTS("x.name, '', " version, from, from, "x.name LIKE ?", \
		    "x.name, x.id", "x.name"),                             \
		    false                                                  \
	}
#define NAMED(from) VERSIONED(from, "0")
#define NUMBERS(from, one, order)                      \
	{                                              \
		TEXTS("x.label, x.e164, 0", from, one, \
		    "x.label LIKE ? OR x.e164 LIKE ?"  \
		    " OR " DB_SEARCH_NUMBER("x.e164"), \
		    order, "x.e164"),                  \
		    true                               \
	}

static const struct {
	const char *list, *get, *called;
	bool digits; /* text may be a part of a number, too */
} kinds[DB_CHOICE_COUNT] = {
	[DB_CHOICE_FLOW] = VERSIONED(LIVE("flow"), "x.published_version"),
	[DB_CHOICE_DESTINATION] = NAMED(LIVE("destination")),
	[DB_CHOICE_LOCATION] = NAMED(LIVE("location")),
	[DB_CHOICE_POOL] = NAMED(LIVE("pool")),
	[DB_CHOICE_SITE] = NAMED(LIVE("site")),
	[DB_CHOICE_TRUNK] = NAMED(TRUNKS),
	[DB_CHOICE_TRACKER] = NAMED(LIVE("tracker")),
	[DB_CHOICE_PERSON] = { TEXTS(PERSON ", '', 0", PEOPLE, PEOPLE,
				   PERSON " LIKE ?", "x.name, x.email, x.id",
				   PERSON),
	    false },
	[DB_CHOICE_TAG] = NAMED(MINE("tag")),
	[DB_CHOICE_PROMPT] = { TEXTS("x.name, x.prompt_key, x.live_version",
				   LIVE("prompt"), LIVE("prompt"),
				   "x.name LIKE ?", "x.name, x.id",
				   "x.active_key"),
	    false },
	[DB_CHOICE_NUMBER] = NUMBERS(IN_USE, IN_USE, "x.e164"),
	[DB_CHOICE_NUMBER_FREE] = NUMBERS(FREE, IN_USE, "x.e164"),
	[DB_CHOICE_ANY_DESTINATION] = NAMED(MINE("destination")),
	[DB_CHOICE_ANY_LOCATION] = NAMED(MINE("location")),
	[DB_CHOICE_ANY_POOL] = NAMED(MINE("pool")),
	[DB_CHOICE_ANY_NUMBER] = NUMBERS(MINE("number"), MINE("number"),
	    "x.label = '', x.label, x.e164, x.id"),
};

static void out_row(struct stmt *st, struct db_choice_row *row)
{
	stmt_out_id(st, row->id);
	stmt_out_text(st, row->name, sizeof(row->name));
	stmt_out_text(st, row->key, sizeof(row->key));
	stmt_out_u32(st, &row->version);
}

enum err db_choice_list(struct db *db, struct company_id company,
    enum db_choice kind, struct slice text, uint32_t max, struct arena *mem,
    struct db_choice_row **rows, size_t *n)
{
	struct db_choice_row row;
	struct db_search p;
	struct stmt *st;
	enum err e;

	if ((e = db_search_make(text, &p)) != ERR_OK)
		return e;
	st = stmt_begin(db, kinds[kind].list);
	stmt_in_id(st, company.v);
	stmt_in_text(st, p.text);
	if (kinds[kind].digits) {
		stmt_in_text(st, p.text);
		db_search_number_in(st, &p);
	}
	stmt_in_u64(st, max);
	out_row(st, &row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

static enum err one(struct stmt *st, struct db_choice_row *out)
{
	struct db_choice_row row;
	enum err e;

	out_row(st, &row);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = row;
	return e;
}

enum err db_choice_get(struct db *db, struct company_id company,
    enum db_choice kind, const uint8_t id[ID_BYTES], struct db_choice_row *out)
{
	struct stmt *st = stmt_begin(db, kinds[kind].get);

	stmt_in_id(st, company.v);
	stmt_in_id(st, id);
	return one(st, out);
}

enum err db_choice_called(struct db *db, struct company_id company,
    enum db_choice kind, struct slice name, struct db_choice_row *out)
{
	struct stmt *st = stmt_begin(db, kinds[kind].called);

	stmt_in_id(st, company.v);
	stmt_in_text(st, name);
	return one(st, out);
}
