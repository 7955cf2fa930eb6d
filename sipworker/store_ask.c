#include "sipworker/store_ask.h"

#include <assert.h>
#include <string.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/db/db_reserve.h"
#include "sipworker/store/lookup.h"
#include "sipworker/store/reserve.h"

/* After a failure the database is tried again so often. */
#define RETRY_US (RT_SEC_US / 2)
/* Places that nobody gave back. */
#define SWEEP_EVERY_US (15 * RT_SEC_US)
#define SWEEP_MAX      256

/* --- queues ----------------------------------------------------------------*/

static bool put(struct store_db *d, struct store_queue *q,
    const struct store_ask *a)
{
	bool room;

	(void)pthread_mutex_lock(&d->lock);
	room = q->n < STORE_QUEUE_MAX;
	if (room) {
		q->item[(q->first + q->n) % STORE_QUEUE_MAX] = *a;
		q->n++;
		(void)pthread_cond_signal(&q->wake);
	}
	(void)pthread_mutex_unlock(&d->lock);
	return room;
}

enum got {
	GOT_ONE,
	GOT_NONE, /* for so long */
	GOT_STOP
};

static enum got get(struct store_db *d, struct store_queue *q, int64_t us,
    struct store_ask *out)
{
	const int64_t until_us = clk_mono_us() + us;
	enum got got = GOT_ONE;

	(void)pthread_mutex_lock(&d->lock);
	while (q->n == 0 && !d->stop && clk_mono_us() < until_us)
		store_db_wait_us(d, &q->wake, until_us - clk_mono_us());
	if (d->stop) {
		got = GOT_STOP;
	} else if (q->n == 0) {
		got = GOT_NONE;
	} else {
		*out = q->item[q->first];
		q->first = (q->first + 1) % STORE_QUEUE_MAX;
		q->n--;
	}
	(void)pthread_mutex_unlock(&d->lock);
	return got;
}

static void answer(struct store_db *d, const struct msg *m)
{
	(void)pthread_mutex_lock(&d->lock);
	(void)worker_peer_send(d->engine, m, NULL); /* it waits 150 ms only */
	(void)pthread_mutex_unlock(&d->lock);
}

/* --- the connection --------------------------------------------------------*/

struct line {
	struct db *db;
	int64_t retry_us; /* when a broken one is tried again */
};

/* False: no memory. */
static bool line_open(struct line *l, const struct store_db *d)
{
	const struct db_options o =
	    store_db_options(d, (unsigned int)(STORE_ANSWER_US / 1000));

	*l = (struct line){ NULL, 0 };
	return db_open_broken(&l->db, &o) == ERR_OK || l->db != NULL;
}

/* Never waits longer than one attempt in RETRY_US. */
static bool line_usable(struct line *l)
{
	if (db_broken(l->db) && clk_mono_us() >= l->retry_us &&
	    db_reconnect(l->db) != ERR_OK)
		l->retry_us = clk_mono_us() + RETRY_US;
	return !db_broken(l->db);
}

static bool too_old(const struct store_ask *a)
{
	return clk_mono_us() - a->asked_us > STORE_ANSWER_US;
}

/* --- look-ups --------------------------------------------------------------*/

static void tell_facts(struct store_db *d, uint64_t ticket,
    const struct flow_facts *f)
{
	struct msg m = { .kind = MSG_FACTS,
		.u.facts = { .ticket = ticket, .found = f != NULL } };

	if (f != NULL)
		m.u.facts.facts = *f;
	answer(d, &m);
}

void *store_ask_run_lookups(void *arg)
{
	struct store_db *d = arg;
	struct store_ask a;
	struct line line;
	enum got got;

	if (!line_open(&line, d))
		return NULL;
	while ((got = get(d, &d->lookups, SWEEP_EVERY_US, &a)) != GOT_STOP) {
		const struct lookup in = { a.call, a.company, a.number, a.at_us,
			slice_of(a.text, a.n) };
		struct flow_facts facts;
		bool found;

		if (got == GOT_NONE || too_old(&a))
			continue; /* nobody waits for it any more */
		found = line_usable(&line) &&
			lookup_facts(line.db, &in, &facts) == ERR_OK;
		tell_facts(d, a.ticket, found ? &facts : NULL);
	}
	db_close(line.db);
	return NULL;
}

bool store_ask_lookup(struct store_db *d, const struct msg_lookup *m)
{
	struct store_ask a = { .asked_us = clk_mono_us(),
		.ticket = m->ticket,
		.call = m->call,
		.company = m->company,
		.number = m->number,
		.at_us = m->at_us,
		.n = m->caller.n };

	static_assert(MSG_CALLER_MAX <= sizeof(a.text), "fits");
	memcpy(a.text, m->caller.p, m->caller.n);
	return put(d, &d->lookups, &a);
}

/* --- questions -------------------------------------------------------------*/

static void question(struct store_db *d, struct line *line,
    const struct store_ask *a)
{
	struct msg m = { .kind = MSG_REPLY,
		.u.reply = { a->ticket, { ASK_AWAY, 0 } } };
	struct ask q;

	if (ask_decode(slice_of(a->text, a->n), &q) != ERR_OK) {
		log_error("store: a question that is none");
		return; /* the engine's patience ends it */
	}
	if (reserve_wants_reply(q.kind) && too_old(a))
		return; /* it has gone on without */
	if (line_usable(line))
		reserve_ask(line->db, a->company, a->call, &q, clk_wall_us(),
		    &m.u.reply.reply);
	if (reserve_wants_reply(q.kind))
		answer(d, &m);
}

static void sweep(struct line *line)
{
	uint32_t n = 0;

	if (!line_usable(line))
		return;
	if (db_reserve_sweep(line->db, clk_wall_us(), SWEEP_MAX, &n) ==
		ERR_OK &&
	    n > 0)
		log_warn("store: places that nobody gave back n=%u", n);
}

void *store_ask_run_questions(void *arg)
{
	struct store_db *d = arg;
	int64_t swept_us = clk_mono_us();
	struct store_ask a;
	struct line line;
	enum got got;

	if (!line_open(&line, d))
		return NULL;
	while ((got = get(d, &d->questions, SWEEP_EVERY_US, &a)) != GOT_STOP) {
		if (got == GOT_ONE)
			question(d, &line, &a);
		if (clk_mono_us() - swept_us < SWEEP_EVERY_US)
			continue;
		swept_us = clk_mono_us();
		sweep(&line);
	}
	db_close(line.db);
	return NULL;
}

bool store_ask_question(struct store_db *d, const struct msg_ask *m)
{
	struct store_ask a = { .asked_us = clk_mono_us(),
		.ticket = m->ticket,
		.call = m->call,
		.company = m->company,
		.n = m->question.n };

	memcpy(a.text, m->question.p, m->question.n);
	return put(d, &d->questions, &a);
}
