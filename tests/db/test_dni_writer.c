/* Tests of cgi/dni/dni_writer, and of connections that know only transactions:
 * what is queued is stored and settled in order, with two writers. */
#include <stdlib.h>
#include <string.h>

#include "cgi/dni/dni_batch.h"
#include "cgi/dni/dni_writer.h"
#include "lib/base/log.h"
#include "lib/db/db_overflow.h"
#include "lib/db/db_pool_owner.h"
#include "lib/db/db_priv.h"
#include "lib/db/db_visitor.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/testdb.h"

#define NOW   TESTDB_NOW_US
#define LEASE (180 * RT_SEC_US)
#define MANY  2000

static struct testdb *t;

#define ok(call) assert_int_equal((call), ERR_OK)

static int start(void **state)
{
	(void)state;
	log_open("test", -1, LOG_ERROR);
	t = testdb_start();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	testdb_stop(t);
	return 0;
}

static struct db *connect_writer(void)
{
	struct db *db = NULL;

	ok(db_later_writer(&db, t->secret_dir, t->socket, TESTDB_NAME, "dni"));
	assert_true(db_broken(db)); /* until it is asked for */
	assert_int_equal(db_begin(db), ERR_UNAVAILABLE);
	ok(db_reconnect(db));
	return db;
}

/* --- connections ----------------------------------------------------------*/

static enum err add_visitor(struct db *db, struct visitor_seen *v)
{
	const struct visitor_seen *rows[] = { v };

	memset(v, 0, sizeof(*v));
	testdb_id(NOW, v->id.v);
	testdb_id(NOW, v->visit.v);
	v->seen_us = NOW;
	return db_visitor_seen(db, t->company[0].id, rows, 1);
}

static int64_t visitors(void)
{
	return testdb_count(t, "SELECT count(*) FROM visitor");
}

static void test_only_tx(void **state)
{
	struct db *db = connect_writer();
	int64_t had = visitors();
	struct visitor_seen v;

	(void)state;
	/* It would be lost with the connection, so it is refused. */
	assert_int_equal(add_visitor(db, &v), ERR_INTERNAL);
	for (int again = 1; again <= 2; again++) {
		ok(db_begin(db));
		ok(add_visitor(db, &v));
		db_rollback(db);
		ok(db_begin(db));
		ok(add_visitor(db, &v));
		assert_int_equal(visitors(), had + again - 1);
		ok(db_commit(db));
		assert_int_equal(visitors(), had + again);
		ok(db_reconnect(db)); /* and the second time just so */
	}
	ok(db_begin(db));
	ok(db_commit(db)); /* of nothing */
	testdb_kill(t);
	ok(db_begin(db));
	assert_int_equal(db_end(db, add_visitor(db, &v)), ERR_UNAVAILABLE);
	assert_int_equal(db_begin(db), ERR_UNAVAILABLE);
	testdb_revive(t);
	ok(db_reconnect(t->db));
	ok(db_reconnect(db));
	had = visitors();
	ok(db_begin(db));
	ok(db_end(db, add_visitor(db, &v)));
	assert_int_equal(visitors(), had + 1);
	db_close(db);
}

/* --- who saw an overflow number -------------------------------------------*/

#define ROWS 67 /* more than any statement takes */

/* Row i was touched where i is odd, and seen i microseconds after it was shown;
 * said later it was seen later, and touched once more or never. */
static void fill_seen(struct overflow_row *r, size_t i, int64_t later_us)
{
	const bool touched = later_us == 0 ? i % 2 == 1 : i % 4 < 2;

	r->seen_us = r->shown_us + (int64_t)i + later_us;
	r->touched_us = touched ? r->seen_us : 0;
}

/* Each row its own values and no other's, with a server that takes many for a
 * text of one and without. */
static void test_overflow(void **state)
{
	static struct overflow_row rows[ROWS];
	static const struct overflow_row *all[ROWS];
	static const char sql[] =
	    "SELECT count(*) FROM overflow_shown"
	    " WHERE MICROSECOND(seen_at) DIV 100 = 1 AND"
	    " COALESCE(MICROSECOND(touched_at), 999) = ELT(1 +"
	    " MICROSECOND(seen_at) % 100 % 4, MICROSECOND(seen_at),"
	    " MICROSECOND(seen_at), 999, MICROSECOND(seen_at) % 100)";
	struct db *db = testdb_connect(t, "dni");
	int64_t had = 0;

	(void)state;
	for (size_t k = 0; k < 2 * (size_t)ROWS; k++) {
		const size_t n = 1 + k / 2;

		db->rows = k % 2 == 0;
		for (size_t i = 0; i < n; i++) {
			all[i] = &rows[i];
			rows[i].number = t->company[0].pooled[0];
			rows[i].shown_us = NOW;
			testdb_id(NOW, rows[i].visit.v);
			fill_seen(&rows[i], i, 0);
		}
		ok(db_overflow_put(db, t->company[0].id, all, n));
		for (size_t i = 0; i < n; i++)
			fill_seen(&rows[i], i, 100);
		ok(db_overflow_put(db, t->company[0].id, all, n));
		had += (int64_t)n;
		assert_int_equal(testdb_count(t, sql), had);
	}
	db_close(db);
}

/* --- which batches are alone ----------------------------------------------*/

static void test_alone(void **state)
{
	static const struct {
		const char *why;
		unsigned int parts;
		uint64_t after;
		bool alone;
	} cases[] = {
		{ "a new visitor",
		    DNI_WRITE_VISITOR | DNI_WRITE_VISIT | DNI_WRITE_PAGE |
			DNI_WRITE_LEASE,
		    0, false },
		{ "waits for another", 0, 0, false },
		{ "ends a lease of before", DNI_WRITE_ENDED, 6, false },
		{ "ends a stored one", DNI_WRITE_ENDED, 7, false },
		{ "ends one on its way", DNI_WRITE_ENDED, 8, true },
		{ "a heartbeat", DNI_WRITE_PROGRESS | DNI_WRITE_BEAT, 0, true },
		{ "an event", DNI_WRITE_EVENT, 0, true },
		{ "a form", DNI_WRITE_FORM, 0, true },
		{ "about a visit", DNI_WRITE_ABOUT, 0, true },
	};

	(void)state;
	assert_false(dni_writer_alone(NULL, 7));
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct dni_write w = { .parts = cases[i].parts,
			.after = cases[i].after };
		struct dni_write first = { .next = &w,
			.parts = DNI_WRITE_LEASE };

		if (dni_writer_alone(&w, 7) != cases[i].alone ||
		    dni_writer_alone(&first, 7) != cases[i].alone)
			fail_msg("%s", cases[i].why);
	}
}

/* --- the threads ----------------------------------------------------------*/

struct made {
	uint64_t batch;
	bool settled;
	enum err result;
};

static struct made made[MANY];
static uint64_t last_batch;

struct mark {
	size_t i;
};

static void settle(struct dni_state *s, struct dni_wait *wait,
    struct dni_write *w)
{
	struct made *m = &made[((struct mark *)wait->state)->i];

	(void)s;
	assert_false(m->settled);
	assert_true(m->batch >= last_batch); /* in the order they began */
	last_batch = m->batch;
	m->settled = true;
	m->result = w->result;
	free(w);
}

static struct dni_wait *new_wait(size_t i)
{
	struct dni_wait *wait = calloc(1, sizeof(*wait));
	struct mark *mark = calloc(1, sizeof(*mark));

	assert_non_null(wait);
	assert_non_null(mark);
	mark->i = i;
	*wait = (struct dni_wait){ .settle = settle, .state = mark };
	return wait;
}

/* A visitor of its own with a lease; ended, if any, is ended with it. */
static void fill(struct dni_write *w, const struct dni_write *ended)
{
	memset(w, 0, sizeof(*w));
	w->company = t->company[0].id;
	w->parts = DNI_WRITE_VISITOR | DNI_WRITE_VISIT | DNI_WRITE_PAGE |
		   DNI_WRITE_LEASE;
	testdb_id(NOW, w->visitor.id.v);
	testdb_id(NOW, w->visit.id.v);
	testdb_id(NOW, w->page.id.v);
	testdb_id(NOW, w->lease.id.v);
	w->visitor.visit = w->visit.id;
	w->visitor.seen_us = NOW;
	w->visit.site = t->company[0].site;
	w->visit.visitor = w->visitor.id;
	w->visit.started_us = NOW;
	w->visit.landing_url = SLICE("https://site0.example/");
	w->visit.source.source = SLICE("writer");
	w->visit.source.medium = SLICE("cpc");
	w->page.visit = w->visit.id;
	w->page.viewed_us = NOW;
	w->page.url = SLICE("https://site0.example/");
	w->lease.pool = t->company[0].pool;
	w->lease.number = t->company[0].pooled[0];
	memcpy(w->lease.number_e164, "+14155550200", 13);
	w->lease.visit = w->visit.id;
	w->lease.epoch = 1;
	w->lease.started_us = w->lease.beat_us = NOW;
	w->lease.expires_us = NOW + LEASE;
	if (ended != NULL) {
		w->parts |= DNI_WRITE_ENDED;
		w->ended = (struct lease_end){ ended->lease.id, NOW + 1 };
	}
}

static void own_pool(void)
{
	const struct pool_owner_ask ask = { .owner = SLICE("test:/run"),
		.said = { NOW, 1 } };
	struct pool_owner_taken taken = { 0 };
	struct db *db = testdb_connect(t, "dni");

	ok(db_pool_owner_take(db, t->company[0].id, t->company[0].pool, &ask,
	    &taken));
	assert_int_equal(taken.epoch, 1);
	db_close(db);
}

static void hold(struct visit_id visit)
{
	static const char sql[] =
	    "UPDATE visit SET page_views = 1 WHERE company_id = ? AND id = ?";
	struct stmt *st;

	ok(db_begin(t->db));
	st = stmt_begin(t->db, sql);
	stmt_in_id(st, t->company[0].id.v);
	stmt_in_id(st, visit.v);
	ok(stmt_exec(st, NULL));
}

/* The progress of three stored visits, on the heap. */
static struct dni_write *three(struct db *db, struct visit_id id[3])
{
	struct dni_write *list = NULL, **end = &list, w;

	for (size_t i = 0; i < 3; i++) {
		fill(&w, NULL);
		id[i] = w.visit.id;
		w.parts = DNI_WRITE_VISIT;
		ok(dni_write_run(db, &w));
		w.parts = DNI_WRITE_PROGRESS;
		w.progress = (struct visit_progress){ id[i], NOW + RT_SEC_US, 9,
			1, 0, 0 };
		*end = dni_write_copy(&w);
		assert_non_null(*end);
		end = &(*end)->next;
	}
	return list;
}

/* Somebody else holds a visit's row: what came before is stored, and that and
 * what is behind it waits again; but no end waits for it. */
static void test_held(void **state)
{
	static const char at_once_sql[] =
	    "SET SESSION innodb_lock_wait_timeout = 0";
	struct db *db = testdb_connect(t, "dni");
	struct dni_state *s = NULL;
	struct visit_id id[3];
	struct dni_write *list;

	(void)state;
	ok(stmt_exec(stmt_begin(db, at_once_sql), NULL));
	ok(dni_state_new(&s, 1000, 0));
	list = three(db, id);
	hold(id[1]);
	ok(dni_write_run(db, list));
	assert_int_equal(list->result, ERR_OK);
	assert_int_equal(list->next->result, ERR_BUSY);
	assert_int_equal(list->next->next->result, ERR_BUSY);
	dni_batch_end_later(s, list);
	assert_int_equal(s->n_later, 2);
	db_rollback(t->db);
	list = dni_batch_take_later(s);
	ok(dni_batch_write(db, list));
	list->result = ERR_BUSY;
	s->stop = true;
	dni_batch_end_later(s, list);
	assert_int_equal(s->n_later, 0);
	assert_int_equal(s->lost, 0);
	assert_int_equal(testdb_count(t,
			     "SELECT count(*) FROM visit"
			     " WHERE engaged_s = 9"),
	    3);
	dni_state_free(s);
	db_close(db);
}

static struct dni_writers *start_writers(struct dni_state *s)
{
	struct db *dbs[DNI_STATE_WRITERS];
	struct dni_writers *w = NULL;

	for (size_t i = 0; i < DNI_STATE_WRITERS; i++)
		dbs[i] = connect_writer();
	ok(dni_writer_start(&w, s, dbs, DNI_STATE_WRITERS));
	return w;
}

/* Each ends the lease of the one before, which is stored or on its way; some
 * also say something that nobody waits for, of the visit before. */
static void test_order(void **state)
{
	struct dni_writers *writers;
	struct dni_state *s = NULL;
	struct dni_write w[2];

	(void)state;
	own_pool();
	ok(dni_state_new(&s, 1000, 0));
	writers = start_writers(s);
	for (size_t i = 0; i < MANY; i++) {
		const struct dni_write *before =
		    i == 0 ? NULL : &w[(i + 1) % 2];
		struct dni_write *now = &w[i % 2];

		(void)pthread_mutex_lock(&s->mu);
		if (i % 50 == 49) {
			struct dni_write later = { .company = t->company[0].id,
				.parts = DNI_WRITE_PROGRESS,
				.progress = { before->visit.id, NOW + RT_SEC_US,
				    7, 1, 0, 0 } };

			dni_state_later(s, &later);
		}
		fill(now, before);
		now->after = i == 0 ? 0 : made[i - 1].batch;
		made[i].batch = s->open_batch;
		ok(dni_state_write(s, now, new_wait(i)));
		(void)pthread_mutex_unlock(&s->mu);
		if (i % 300 == 299) {
			dni_state_settle_all(s);
			for (size_t j = 0; j <= i; j++)
				assert_true(made[j].settled);
		}
	}
	dni_writer_stop(writers);
	for (size_t i = 0; i < MANY; i++) {
		assert_true(made[i].settled);
		assert_int_equal(made[i].result, ERR_OK);
	}
	assert_int_equal(s->n_later, 0);
	assert_int_equal(s->lost, 0);
	dni_state_free(s);
	assert_int_equal(testdb_count(t,
			     "SELECT count(*) FROM lease l JOIN visit v"
			     " ON v.company_id = l.company_id"
			     " AND v.id = l.visit_id JOIN page_view p"
			     " ON p.company_id = v.company_id"
			     " AND p.visit_id = v.id"
			     " WHERE v.source = 'writer'"),
	    MANY);
	/* No end came before what it ends. */
	assert_int_equal(testdb_count(t,
			     "SELECT count(*) FROM lease"
			     " WHERE released_at IS NULL"),
	    1);
	/* Nor did any progress. */
	assert_int_equal(testdb_count(t,
			     "SELECT count(*) FROM visit"
			     " WHERE engaged_s = 7"),
	    MANY / 50);
}

/* The database goes in the middle: every write has its result, and when it is
 * back what nobody waits for is stored. That nothing is lost which was said to
 * be stored is the business of `make drill-leases`: this server is not set up
 * to keep all it has committed. */
static void test_killed(void **state)
{
	struct dni_writers *writers;
	struct dni_state *s = NULL;
	struct dni_write w;
	int64_t had;
	size_t good = 0;

	(void)state;
	memset(made, 0, sizeof(made));
	last_batch = 0;
	ok(dni_state_new(&s, 1000, 0));
	writers = start_writers(s);
	for (size_t i = 0; i < MANY; i++) {
		if (i == MANY / 2) {
			dni_state_settle_all(s);
			testdb_kill(t);
		}
		(void)pthread_mutex_lock(&s->mu);
		fill(&w, NULL);
		made[i].batch = s->open_batch;
		ok(dni_state_write(s, &w, new_wait(i)));
		(void)pthread_mutex_unlock(&s->mu);
	}
	dni_state_settle_all(s);
	(void)pthread_mutex_lock(&s->mu);
	assert_true(s->away);
	fill(&w, NULL);
	dni_state_later(s, &w);
	(void)pthread_mutex_unlock(&s->mu);
	testdb_revive(t);
	ok(db_reconnect(t->db));
	had = testdb_count(t, "SELECT count(*) FROM lease");
	(void)pthread_mutex_lock(&s->mu);
	s->away = false; /* the keeper's part */
	(void)pthread_mutex_unlock(&s->mu);
	dni_writer_stop(writers);
	for (size_t i = 0; i < MANY; i++) {
		assert_true(made[i].settled);
		good += made[i].result == ERR_OK;
	}
	assert_int_equal(s->n_later, 0);
	dni_state_free(s);
	assert_int_equal(testdb_count(t, "SELECT count(*) FROM lease"),
	    had + 1);
	assert_int_equal(good, MANY / 2);
}

/* A batch of an epoch that is over: refused, and nothing of it is there. */
static void test_fenced(void **state)
{
	struct dni_writers *writers;
	struct dni_state *s = NULL;
	struct dni_write w;
	const int64_t had = testdb_count(t, "SELECT count(*) FROM lease");

	(void)state;
	memset(made, 0, sizeof(made));
	last_batch = 0;
	ok(dni_state_new(&s, 1000, 0));
	writers = start_writers(s);
	for (size_t i = 0; i < 40; i++) {
		(void)pthread_mutex_lock(&s->mu);
		fill(&w, NULL);
		w.lease.epoch = 7;
		made[i].batch = s->open_batch;
		ok(dni_state_write(s, &w, new_wait(i)));
		(void)pthread_mutex_unlock(&s->mu);
	}
	dni_writer_stop(writers);
	for (size_t i = 0; i < 40; i++)
		assert_int_equal(made[i].result, ERR_CONFLICT);
	dni_state_free(s);
	assert_int_equal(testdb_count(t, "SELECT count(*) FROM lease"), had);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_tx),
		cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_fenced),
	};

	return cmocka_run_group_tests_name("dni writer", tests, start, stop);
}
