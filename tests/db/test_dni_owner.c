/* Tests of lib/db/db_pool_owner, whose a pool is, and of cgi/dni/dni_owner
 * beside another lease server, who is only told of: no number is given out here
 * before it is surely given out there no more. */
#include <string.h>

#include "cgi/dni/dni_owner.h"
#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/db/db_pool_owner.h"
#include "lib/db/db_tag.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/testdb.h"

#define LEASE (180 * RT_SEC_US)
#define THERE SLICE("there")
#define NOW   TESTDB_NOW_US

#define OWNER_A SLICE("a:/run")
#define OWNER_B SLICE("b:/run")

static struct testdb *t;
static struct db *dni, *clocked;
static struct pool_id elsewhere;

/* We, with one pool of three numbers. */
static struct dni_conf_pool pool;
static struct dni_conf conf;
static struct dni_owner o;

/* The other server, with another pool of the company. */
static struct pool_owner_taken theirs;
static struct pool_owner_said they_said;

#define ok(call) assert_int_equal((call), ERR_OK)

static void exec(const char *sql)
{
	ok(stmt_exec(stmt_begin(t->db, sql), NULL));
}

static void exec_of(const char *sql, const uint8_t id[ID_BYTES])
{
	struct stmt *st = stmt_begin(t->db, sql);

	stmt_in_id(st, id);
	ok(stmt_exec(st, NULL));
}

/* A change of the configuration; both servers read it when they like. */
static void changed(void)
{
	exec("UPDATE config_version SET version = version + 1");
}

static void complete(void)
{
	bool all;

	ok(dni_owner_complete(&o, &all));
	assert_int_equal(all, !o.s->pools[0]->partial);
}

static void we_read(void)
{
	ok(db_tag_version(dni, &conf.version));
	ok(dni_owner_refresh(&o));
	complete();
}

/* The other server has followed, too. */
static void they_read(void)
{
	bool rival;

	ok(db_tag_version(dni, &they_said.version));
	ok(db_pool_owner_alive(dni, t->company[0].id, elsewhere, theirs.epoch,
	    &they_said, &rival));
}

static int start(void **state)
{
	const struct pool_owner_ask ask = { .owner = THERE,
		.said = { clk_wall_us(), 1 } };

	(void)state;
	log_open("test", -1, LOG_ERROR);
	t = testdb_start();
	dni = testdb_connect(t, "dni");
	clocked = testdb_connect(t, NULL);
	exec_of(
	    "INSERT INTO pool (company_id, id, name, created_at) SELECT"
	    " company_id, unhex(repeat('ee', 16)), 'other', created_at"
	    " FROM pool WHERE id = ?",
	    t->company[0].pool.v);
	memset(elsewhere.v, 0xee, sizeof(elsewhere.v));
	ok(db_pool_owner_take(dni, t->company[0].id, elsewhere, &ask, &theirs));
	they_said.stored_us = ask.said.stored_us;
	pool = (struct dni_conf_pool){ .company = t->company[0].id,
		.id = t->company[0].pool,
		.lease_us = LEASE };
	conf.pools = &pool;
	conf.n_pools = 1;
	o = (struct dni_owner){ .db = dni, .name = "here" };
	ok(dni_state_new(&o.s, 10, 0));
	o.s->conf = &conf;
	return 0;
}

static int stop(void **state)
{
	(void)state;
	o.s->conf = NULL;
	dni_state_free(o.s);
	db_close(clocked);
	db_close(dni);
	testdb_stop(t);
	return 0;
}

static void has(uint32_t numbers, bool partial)
{
	const struct dni_pool *p = o.s->pools[0];

	assert_int_equal(o.s->n_pools, 1);
	assert_true(p->owned);
	assert_int_equal(p->n - p->n_retired, numbers);
	assert_int_equal(p->partial, partial);
}

/* Does the other server see how far we are? */
static void follows(bool yes)
{
	uint64_t n, behind;

	ok(db_pool_owner_others(dni, pool.company, THERE, conf.version, &n,
	    &behind));
	assert_int_equal(n, 1);
	assert_int_equal(behind, yes ? 0 : 1);
}

/* --- db_pool_owner, with a pool of the other company ----------------------*/

/* Once, where the clock has gone on when it is said again. */
#define took(call) assert_int_equal((call), ERR_OK)

/* The database's clock, for the connection clocked, which nothing else is asked
 * by clocks of its own. */
static void set_clock(int64_t at_us)
{
	struct stmt *st;
	struct buf sql;

	buf_init(&sql, 100);
	buf_printf(&sql, "SET SESSION timestamp = %lld",
	    (long long)(at_us / RT_SEC_US));
	st = stmt_begin_made(clocked, &sql);
	took(stmt_exec(st, NULL));
	buf_fini(&sql);
}

#define STALE (20 * RT_SEC_US)
#define REST  (10 * RT_SEC_US)
#define HOLD  (180 * RT_SEC_US)

static struct pool_owner_taken taken;

/* own_us: the clock of who asks. */
static enum err take_at(struct slice owner, int64_t db_us, int64_t own_us)
{
	const struct pool_owner_ask ask = { owner, STALE, REST, HOLD,
		{ own_us, 1 } };

	set_clock(db_us);
	return db_pool_owner_take(clocked, t->company[1].id, t->company[1].pool,
	    &ask, &taken);
}

static enum err take(struct slice owner, int64_t db_us)
{
	return take_at(owner, db_us, db_us);
}

/* False: it is not ours any more. */
static bool lives(int64_t db_us, uint64_t epoch, int64_t own_us, bool *rival)
{
	const struct pool_owner_said said = { own_us, 1 };
	enum err e;

	set_clock(db_us);
	e = db_pool_owner_alive(clocked, t->company[1].id, t->company[1].pool,
	    epoch, &said, rival);
	assert_true(e == ERR_OK || e == ERR_CONFLICT);
	return e == ERR_OK;
}

static void drop(uint64_t epoch, int64_t own_us)
{
	const struct pool_owner_said said = { own_us, 1 };

	took(db_pool_owner_drop(clocked, t->company[1].id, t->company[1].pool,
	    epoch, &said));
}

static enum err check(uint64_t epoch)
{
	enum err e;

	assert_int_equal(db_begin(dni), ERR_OK);
	e = db_pool_owner_check(dni, t->company[1].id, t->company[1].pool,
	    epoch);
	return db_end(dni, e);
}

static void test_owner(void **state)
{
	uint64_t a, b;
	bool rival = true;

	(void)state;
	assert_int_equal(check(1), ERR_CONFLICT); /* nobody's */
	took(take(OWNER_A, NOW));
	a = taken.epoch;
	took(check(a));
	assert_true(lives(NOW, a, NOW, &rival));
	assert_false(rival);
	assert_int_equal(take(OWNER_B, NOW + RT_SEC_US), ERR_CONFLICT);
	took(check(a));
	took(take(OWNER_A, NOW + RT_SEC_US));
	b = taken.epoch;
	assert_int_equal(b, a + 1); /* a restart: what was before is fenced */
	assert_int_equal(check(a), ERR_CONFLICT);
	assert_true(lives(NOW + RT_MIN_US, b, NOW, &rival));
	assert_true(rival);
	assert_int_equal(take(OWNER_B, NOW + 70 * RT_SEC_US), ERR_CONFLICT);
	assert_int_equal(take(OWNER_B, NOW + 89 * RT_SEC_US), ERR_CONFLICT);
	took(take(OWNER_B, NOW + 90 * RT_SEC_US));
	assert_int_equal(taken.epoch, b + 1); /* stale: taken over */
	assert_int_equal(check(b), ERR_CONFLICT);
	assert_false(lives(NOW + 2 * RT_MIN_US, b, NOW, &rival));
	drop(taken.epoch, NOW);
	b = taken.epoch;
	took(take(OWNER_A, NOW + 91 * RT_SEC_US));
	assert_int_equal(taken.epoch, b + 1); /* given up: no wait */
	drop(taken.epoch, NOW);
}

/* However late it is by the other's clock, or by the database's after an
 * outage: who lives may say so before another has the pool. */
static void test_owner_lives(void **state)
{
	const int64_t at = NOW + RT_HOUR_US;
	bool rival;

	(void)state;
	took(take_at(OWNER_A, at, at));
	assert_int_equal(take_at(OWNER_B, at + RT_SEC_US, at + RT_DAY_US),
	    ERR_CONFLICT);
	assert_int_equal(take_at(OWNER_B, at + RT_HOUR_US, at - RT_DAY_US),
	    ERR_OK); /* it asked for an hour, and heard nothing */
	assert_int_equal(take_at(OWNER_A, at + 2 * RT_HOUR_US, at),
	    ERR_CONFLICT);
	assert_true(lives(at + 2 * RT_HOUR_US + 19 * RT_SEC_US, taken.epoch, at,
	    &rival));
	assert_true(rival);
	assert_int_equal(take_at(OWNER_A, at + 2 * RT_HOUR_US + STALE, at),
	    ERR_CONFLICT);
	drop(taken.epoch, at);
}

/* What may be shown yet, from when it lived and by whose clock. */
static void test_owner_holds(void **state)
{
	const int64_t at = NOW + RT_DAY_US, ahead = 300 * RT_SEC_US;
	bool rival;

	(void)state;
	took(take_at(OWNER_A, at, at + ahead));
	assert_true(lives(at + RT_MIN_US, taken.epoch,
	    at + RT_MIN_US + ahead - RT_SEC_US, &rival));
	(void)take_at(OWNER_B, at + RT_HOUR_US, at);
	took(take_at(OWNER_B, at + RT_HOUR_US + STALE, at));
	assert_int_equal(taken.since_us, 0);
	assert_int_equal(taken.lived_us, at + RT_MIN_US + ahead - RT_SEC_US);
	/* A new start of it holds the same, for the rest of the time. */
	took(take_at(OWNER_B, at + RT_HOUR_US + STALE + RT_SEC_US,
	    at + RT_SEC_US));
	assert_int_equal(taken.since_us, RT_SEC_US);
	assert_int_equal(taken.lived_us, at + RT_MIN_US + ahead - RT_SEC_US);
	/* So does who takes it next; later what lived then. */
	drop(taken.epoch, at + 2 * RT_SEC_US);
	took(take_at(OWNER_A, at + RT_HOUR_US + RT_MIN_US, at));
	assert_int_equal(taken.since_us, 0);
	assert_int_equal(taken.lived_us, at + 2 * RT_SEC_US);
	drop(taken.epoch, at + RT_HOUR_US);
	took(take_at(OWNER_B, at + RT_HOUR_US + RT_MIN_US + HOLD, at));
	assert_int_equal(taken.lived_us, at + RT_HOUR_US);

	/* By the same name: only what no row may tell of. */
	drop(taken.epoch, at + RT_HOUR_US);
	took(take_at(OWNER_B, at + 3 * RT_HOUR_US, at + 3 * RT_HOUR_US));
	assert_true(taken.since_us > HOLD);
	took(take_at(OWNER_B, at + 4 * RT_HOUR_US, at + 3 * RT_HOUR_US + REST));
	assert_true(taken.since_us > HOLD);
	took(take_at(OWNER_B, at + 4 * RT_HOUR_US,
	    at + 3 * RT_HOUR_US + 2 * REST + 1));
	assert_int_equal(taken.since_us, 0);
	assert_int_equal(taken.lived_us, at + 3 * RT_HOUR_US + REST);
	drop(taken.epoch, at);
}

/* Given up by a server of before said_at: what lives now is held, and not all
 * that ever lived. */
static void test_owner_upgraded(void **state)
{
	const int64_t at = NOW + 36 * RT_HOUR_US;
	bool rival;

	(void)state;
	took(take_at(OWNER_A, at, at));
	exec_of(
	    "UPDATE pool_owner SET said_at = NULL, asked_at = NULL,"
	    " rival_at = NULL, alive_at = '1970-01-01 00:00:00.000001'"
	    " WHERE pool_id = ?",
	    t->company[1].pool.v);
	took(take_at(OWNER_B, at + RT_HOUR_US, at + RT_HOUR_US));
	assert_int_equal(taken.lived_us, at + RT_HOUR_US);
	/* Who gave it up is no rival, as a server that was renamed; who asked
	 * for it before that is. */
	assert_true(lives(at + RT_HOUR_US, taken.epoch, at, &rival));
	assert_false(rival);
	assert_int_equal(take_at(OWNER_A, at + RT_HOUR_US, at), ERR_CONFLICT);
	drop(taken.epoch, at);
	took(take_at(OWNER_B, at + RT_HOUR_US, at + RT_HOUR_US));
	assert_true(lives(at + RT_HOUR_US, taken.epoch, at, &rival));
	assert_true(rival);
	drop(taken.epoch, at);
}

/* Those that others give numbers out of, and by which configuration. */
static void test_owner_others(void **state)
{
	const int64_t at = NOW + 2 * RT_DAY_US;
	uint64_t n, behind;

	(void)state;
	took(take(OWNER_A, at));
	ok(db_pool_owner_others(clocked, t->company[1].id, OWNER_B, 1, &n,
	    &behind));
	assert_int_equal(n, 1);
	assert_int_equal(behind, 0);
	ok(db_pool_owner_others(clocked, t->company[1].id, OWNER_B, 2, &n,
	    &behind));
	assert_int_equal(behind, 1);
	ok(db_pool_owner_others(clocked, t->company[1].id, OWNER_A, 2, &n,
	    &behind));
	assert_int_equal(n, 0);
	assert_int_equal(behind, 0);
	drop(taken.epoch, at);
	ok(db_pool_owner_others(clocked, t->company[1].id, OWNER_B, 2, &n,
	    &behind));
	assert_int_equal(n, 0);
}

/* --- dni_owner -------------------------------------------------------------*/

/* A pool that we take has what has long been in it; what came lately may have
 * come from a pool of theirs. */
static void test_take(void **state)
{
	(void)state;
	exec_of(
	    "UPDATE pool_number SET added_at = UTC_TIMESTAMP(6)"
	    " WHERE number_id = ?",
	    t->company[0].pooled[2].v);
	changed();
	we_read();
	has(2, true);
	assert_true(o.s->pools[0]->shared);
	follows(true);
	complete();
	has(2, true);
	they_read();
	complete();
	has(3, false);
}

/* So does a number that comes to a pool that we have, and goes again. */
static void test_move(void **state)
{
	(void)state;
	exec_of(
	    "UPDATE pool_number SET pool_id = unhex(repeat('ee', 16))"
	    " WHERE number_id = ?",
	    t->company[0].pooled[1].v);
	changed();
	we_read();
	has(2, false);
	follows(true); /* at once: they wait for it */
	they_read();
	exec_of(
	    "UPDATE pool_number SET pool_id = ? WHERE pool_id ="
	    " unhex(repeat('ee', 16))",
	    pool.id.v);
	changed();
	we_read();
	has(2, true);
	they_read();
	complete();
	has(3, false);
}

/* A server that has given its pools up gives nothing out, nor does one whose
 * pool is no more. */
static void test_gone(void **state)
{
	(void)state;
	changed();
	exec_of("DELETE FROM pool_number WHERE number_id = ?",
	    t->company[0].pooled[1].v);
	we_read();
	has(2, false);
	exec_of(
	    "INSERT INTO pool_number (company_id, pool_id, number_id, added_at)"
	    " SELECT company_id, pool_id, number_id, UTC_TIMESTAMP(6) FROM"
	    " (SELECT company_id, id AS number_id FROM number) n JOIN"
	    " (SELECT id AS pool_id, company_id AS c FROM pool) p"
	    " ON p.c = n.company_id WHERE pool_id <> unhex(repeat('ee', 16))"
	    " AND number_id = ?",
	    t->company[0].pooled[1].v);
	changed();
	we_read();
	has(2, true);
	exec(
	    "UPDATE pool SET archived_at = UTC_TIMESTAMP(6) WHERE id ="
	    " unhex(repeat('ee', 16))");
	complete();
	has(2, true); /* its owner may not know */
	exec(
	    "UPDATE pool_owner SET alive_at = alive_at - INTERVAL 1 HOUR"
	    " WHERE pool_id = unhex(repeat('ee', 16))");
	complete();
	has(3, false);
	exec("UPDATE pool SET archived_at = NULL");
	ok(db_pool_owner_drop(dni, pool.company, elsewhere, theirs.epoch,
	    &they_said));
	changed();
	exec_of(
	    "UPDATE pool_number SET pool_id = unhex(repeat('ee', 16))"
	    " WHERE number_id = ?",
	    t->company[0].pooled[1].v);
	we_read();
	exec_of(
	    "UPDATE pool_number SET pool_id = ? WHERE pool_id ="
	    " unhex(repeat('ee', 16))",
	    pool.id.v);
	changed();
	we_read();
	has(3, false);
}

/* Ours is theirs over: we know by the next sign of life, before a database that
 * comes back counts as back. */
static void test_lost(void **state)
{
	const struct pool_owner_ask ask = { .owner = THERE,
		.hold_us = LEASE,
		.said = { clk_wall_us(), 1 } };
	struct pool_owner_taken it;

	(void)state;
	ok(dni_owner_alive(&o));
	assert_false(o.s->pools[0]->rival);
	assert_int_equal(db_pool_owner_take(dni, pool.company, pool.id, &ask,
			     &it),
	    ERR_CONFLICT);
	ok(dni_owner_alive(&o));
	assert_true(o.s->pools[0]->rival);
	assert_true(dni_pool_is_sure(o.s->pools[0]));
	o.s->pools[0]->sure_us = clk_mono_us();
	assert_false(dni_pool_is_sure(o.s->pools[0]));
	/* Pools that are read one after the other take as long as they take. */
	o.s->pools[0]->partial = true;
	complete();
	assert_true(dni_pool_is_sure(o.s->pools[0]));
	exec(
	    "UPDATE pool_owner SET asked_at = '2026-01-01',"
	    " alive_at = '2026-01-01'");
	ok(db_pool_owner_take(dni, pool.company, pool.id, &ask, &it));
	ok(dni_owner_takes_writes(&o));
	assert_false(o.s->pools[0]->owned);
}

/* The owner stands still in the middle of a batch, with its row locked: MariaDB
 * ends its connection, and another server can take the pool. What it goes on
 * with is refused. */
static void test_stands_still_in_a_batch(void **state)
{
	const struct pool_owner_ask ours = { .owner = OWNER_A,
		.said = { clk_wall_us(), 1 } },
				    others = { .owner = OWNER_B,
					    .said = { clk_wall_us(), 1 } };
	const struct company_id company = t->company[0].id;
	struct pool_id id;
	const int64_t since_us = clk_mono_us();
	struct pool_owner_taken first, second;
	struct db *writer = NULL;
	enum err e;

	(void)state;
	memset(id.v, 0xbb, sizeof(id.v));
	exec_of(
	    "INSERT INTO pool (company_id, id, name, created_at)"
	    " SELECT id, unhex(repeat('bb', 16)), 'Third',"
	    " utc_timestamp(6) FROM company WHERE id = ?",
	    company.v);
	ok(db_later_writer(&writer, t->secret_dir, t->socket, TESTDB_NAME,
	    "dni"));
	ok(db_reconnect(writer));
	ok(db_pool_owner_take(dni, company, id, &ours, &first));
	ok(db_begin(writer));
	ok(db_pool_owner_check(writer, company, id, first.epoch));
	do {
		e = db_pool_owner_take(dni, company, id, &others, &second);
		assert_true(clk_mono_us() < since_us + RT_MIN_US);
	} while (e == ERR_BUSY || e == ERR_CONFLICT);
	assert_int_equal(e, ERR_OK);
	assert_int_not_equal(db_pool_owner_check(writer, company, id,
				 first.epoch),
	    ERR_OK);
	assert_true(db_broken(writer));
	db_rollback(writer);
	db_close(writer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_owner),
		cmocka_unit_test(test_owner_lives),
		cmocka_unit_test(test_owner_holds),
		cmocka_unit_test(test_owner_upgraded),
		cmocka_unit_test(test_owner_others),
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_move),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_stands_still_in_a_batch),
	};

	return cmocka_run_group_tests_name("dni owner", tests, start, stop);
}
