#include "lib/db/db_person_apart.h"

#include "lib/base/buf.h"
#include "lib/db/stmt.h"

/* Of a person, as they stand in person_apart. */
#define BROWSER     "LOWER(HEX(x.visitor_id))"
#define PHONE       "x.e164"
#define OF_BROWSERS " FROM person_visitor x"
#define OF_PHONES   " FROM person_caller x"
#define OF_PERSON   " WHERE x.company_id = ? AND x.person_id = ?"
#define KEY_BYTES   (2 * ID_BYTES + 1)
#define SAID_AGAIN  " ON DUPLICATE KEY UPDATE parted_at = VALUES(parted_at)"
#define APART       "person_apart (company_id, one, other, parted_at)"

/* As it stands there. */
static struct slice text_of(const struct person_key *key, char mem[KEY_BYTES])
{
	struct buf b;

	if (key->e164.n > 0)
		return key->e164;
	buf_over(&b, mem, KEY_BYTES);
	buf_hex(&b, key->visitor.v, sizeof(key->visitor.v));
	return buf_slice(&b);
}

/* The pairs of one order, or of the other. */
static enum err add(struct db *db, const char *sql, struct company_id company,
    const struct person_key *key, struct person_id person, int64_t now_us)
{
	struct stmt *st = stmt_begin(db, sql);
	char mem[KEY_BYTES];

	stmt_in_text(st, text_of(key, mem));
	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, person.v);
	return stmt_exec(st, NULL);
}

enum err db_person_apart_add(struct db *db, struct company_id company,
    const struct person_key *key, struct person_id person, int64_t now_us)
{
	static const char *const sqls[] = {
		"INSERT INTO " APART " SELECT x.company_id, ?, " BROWSER
		", ?" OF_BROWSERS OF_PERSON SAID_AGAIN,
		"INSERT INTO " APART " SELECT x.company_id, ?, " PHONE
		", ?" OF_PHONES OF_PERSON SAID_AGAIN,
		"INSERT INTO person_apart (company_id, other, one, parted_at)"
		" SELECT x.company_id, ?, " BROWSER
		", ?" OF_BROWSERS OF_PERSON SAID_AGAIN,
		"INSERT INTO person_apart (company_id, other, one, parted_at)"
		" SELECT x.company_id, ?, " PHONE
		", ?" OF_PHONES OF_PERSON SAID_AGAIN,
	};
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < RT_ARRAY_LEN(sqls); i++)
		e = add(db, sqls[i], company, key, person, now_us);
	return e;
}

enum err db_person_apart_pair(struct db *db, struct company_id company,
    const struct person_key *a, const struct person_key *b, bool *out)
{
	static const char sql[] =
	    "SELECT EXISTS (SELECT 1 FROM person_apart"
	    " WHERE company_id = ? AND one = ? AND other = ?)";
	char one[KEY_BYTES], other[KEY_BYTES];
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_text(st, text_of(a, one));
	stmt_in_text(st, text_of(b, other));
	stmt_out_bool(st, out);
	return stmt_one(st);
}

enum err db_person_apart_any(struct db *db, struct company_id company,
    const struct person_key *key, struct person_id person, bool *out)
{
	static const char sql[] =
	    "SELECT EXISTS (SELECT 1 FROM person_apart a JOIN person_visitor x"
	    " ON x.company_id = a.company_id AND " BROWSER
	    " = a.other"
	    " WHERE a.company_id = ? AND a.one = ? AND x.person_id = ?)"
	    " OR EXISTS (SELECT 1 FROM person_apart a JOIN person_caller x"
	    " ON x.company_id = a.company_id AND x.e164 = a.other"
	    " WHERE a.company_id = ? AND a.one = ? AND x.person_id = ?)";
	struct stmt *st = stmt_begin(db, sql);
	char mem[KEY_BYTES];

	for (int i = 0; i < 2; i++) {
		stmt_in_id(st, company.v);
		stmt_in_text(st, text_of(key, mem));
		stmt_in_id(st, person.v);
	}
	stmt_out_bool(st, out);
	return stmt_one(st);
}

#define PARTS                                        \
	" IN (SELECT " BROWSER OF_BROWSERS OF_PERSON \
	" UNION ALL SELECT " PHONE OF_PHONES OF_PERSON ")"

enum err db_person_apart_end(struct db *db, struct company_id company,
    struct person_id person)
{
	static const char sql[] =
	    "DELETE FROM person_apart WHERE company_id = ?"
	    " AND one" PARTS " AND other" PARTS;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	for (int i = 0; i < 4; i++) {
		stmt_in_id(st, company.v);
		stmt_in_id(st, person.v);
	}
	return stmt_exec(st, NULL);
}

enum err db_person_apart_forget(struct db *db, struct company_id company,
    const struct person_key *key)
{
	static const char *const sqls[] = {
		"DELETE FROM person_apart WHERE company_id = ? AND one = ?",
		"DELETE FROM person_apart WHERE company_id = ? AND other = ?",
	};
	char mem[KEY_BYTES];
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < RT_ARRAY_LEN(sqls); i++) {
		struct stmt *st;

		st = stmt_begin(db, sqls[i]);
		stmt_in_id(st, company.v);
		stmt_in_text(st, text_of(key, mem));
		e = stmt_exec(st, NULL);
	}
	return e;
}
