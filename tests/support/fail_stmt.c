#include "tests/support/fail_stmt.h"

#include "lib/db/db.h"
#include "lib/db/db_priv.h"

struct stmt *__real_stmt_begin(struct db *db, const char *sql);
struct stmt *__wrap_stmt_begin(struct db *db, const char *sql);
enum err __real_db_begin(struct db *db);
enum err __wrap_db_begin(struct db *db);
enum err __real_db_end(struct db *db, enum err e);
enum err __wrap_db_end(struct db *db, enum err e);
enum err __real_db_join(struct db *db, bool *mine);
enum err __wrap_db_join(struct db *db, bool *mine);
enum err __real_db_join_end(struct db *db, bool mine, enum err e);
enum err __wrap_db_join_end(struct db *db, bool mine, enum err e);

static _Thread_local bool armed, hit;
static _Thread_local unsigned int left;

void fail_stmt_after(unsigned int n)
{
	armed = true;
	hit = false;
	left = n;
}

bool fail_stmt_end(void)
{
	const bool was = hit;

	armed = hit = false;
	return was;
}

static bool refuse(void)
{
	if (!armed || hit)
		return false;
	if (left > 0) {
		left--;
		return false;
	}
	hit = true;
	return true;
}

struct stmt *__wrap_stmt_begin(struct db *db, const char *sql)
{
	return refuse() ? stmt_refused(db, ERR_UNAVAILABLE)
			: __real_stmt_begin(db, sql);
}

enum err __wrap_db_begin(struct db *db)
{
	return refuse() ? ERR_UNAVAILABLE : __real_db_begin(db);
}

enum err __wrap_db_end(struct db *db, enum err e)
{
	return __real_db_end(db, e == ERR_OK && refuse() ? ERR_UNAVAILABLE : e);
}

enum err __wrap_db_join(struct db *db, bool *mine)
{
	return refuse() ? ERR_UNAVAILABLE : __real_db_join(db, mine);
}

enum err __wrap_db_join_end(struct db *db, bool mine, enum err e)
{
	return __real_db_join_end(db, mine,
	    e == ERR_OK && refuse() ? ERR_UNAVAILABLE : e);
}
