/* Tests of cgi/dni/dni_count: what the database refuses is counted on, whoever
 * owns the pool. */
#include "cgi/dni/dni_count.h"

#include "lib/base/log.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/testdb.h"

#define ok(call) assert_int_equal((call), ERR_OK)

static struct testdb *t;
static struct db *dni;

static int start(void **state)
{
	(void)state;
	log_open("test", -1, LOG_ERROR);
	t = testdb_start();
	dni = testdb_connect(t, "dni");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	db_close(dni);
	testdb_stop(t);
	return 0;
}

static void exec(const char *sql)
{
	ok(stmt_exec(stmt_begin(t->db, sql), NULL));
}

static int64_t stored(void)
{
	return testdb_count(t,
	    "SELECT COALESCE(SUM(amount), 0) FROM pool_count"
	    " WHERE kind IN ('source', 'away')");
}

/* A table without its column refuses, as a full disk does. */
static void test_refused(void **state)
{
	struct dni_conf_pool pool = { .company = t->company[0].id,
		.id = t->company[0].pool };
	struct dni_conf conf = { .pools = &pool, .n_pools = 1 };
	struct dni_state *s = NULL;
	struct dni_pool *p;

	(void)state;
	ok(dni_state_new(&s, 10, 0));
	s->conf = &conf;
	ok(dni_count_mention(s));
	ok(dni_count_mention(s));
	assert_int_equal(s->n_pools, 1);
	p = s->pools[0];
	assert_false(p->owned);
	p->given[DNI_GIVEN_SOURCE] = 5;
	p->given[DNI_GIVEN_AWAY] = 7;
	exec("ALTER TABLE pool_count RENAME COLUMN amount TO amount_off");
	for (int i = 0; i < 3; i++)
		assert_int_not_equal(dni_count_write(s, dni), ERR_OK);
	exec("ALTER TABLE pool_count RENAME COLUMN amount_off TO amount");
	p->given[DNI_GIVEN_AWAY]++;
	ok(dni_count_write(s, dni));
	ok(dni_count_write(s, dni));
	assert_int_equal(stored(), 5 + 8);
	s->conf = NULL;
	dni_state_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_refused) };

	return cmocka_run_group_tests(tests, start, stop);
}
