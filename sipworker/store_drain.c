#include "sipworker/store_drain.h"

#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "sipworker/store/drain.h"
#include "sipworker/store/journal_reader.h"
#include "sipworker/store/ledger.h"
#include "sipworker/store_db.h"

#define PAUSE_MIN_US  (RT_SEC_US / 10)
#define PAUSE_MAX_US  (5 * RT_SEC_US)
#define SAVE_EVERY_US (RT_SEC_US / 5)
/* A record that the database keeps refusing as busy goes to the refused ones
 * only after a long time: a lock is no reason. */
#define BUSY_MAX 1000
/* Recordings that came before their calls' closed records. */
#define LATE_MAX   1024
#define LATE_TRIES 300
/* One transaction: it locks rows that people change, too, so it is short. */
#define BATCH_MAX       256
#define BATCH_BYTES_MAX ((size_t)256 << 10)
#define BATCH_EVERY_US  (RT_SEC_US / 20)
/* Of one call that are added together. */
#define TOGETHER_MAX 32
/* Behind the threads that a caller waits for. */
#define NICE 10

struct late {
	bool used;
	unsigned int tries;
	struct ledger_recording r;
	char name[LEDGER_NAME_MAX + 1];
};

struct held {
	uint64_t seq;
	size_t at; /* in the batch's bytes */
	size_t n;
	struct call_id call; /* nil: of none */
	bool adds;           /* and no more than that (drain_adds()) */
	bool added;          /* with an earlier one of its call */
};

struct drain {
	struct store_db *d;
	struct db *db;
	struct journal_reader *reader;
	uint64_t seq; /* done up to here */
	uint64_t saved;
	int64_t saved_us;
	int64_t pause_us;
	int64_t begun_us;  /* the last batch */
	unsigned int busy; /* times in a row for one record */
	bool away;
	bool unreadable; /* the journal, now */
	struct held held[BATCH_MAX];
	uint32_t n_held;
	struct buf bytes; /* in mem: what was read is not lost for want of it */
	char mem[BATCH_BYTES_MAX];
	struct callrec together[TOGETHER_MAX];
	struct call_later later; /* of the batch */
	struct late late[LATE_MAX];
	uint32_t n_late;
};

static void save(struct drain *t, bool now)
{
	const int64_t at = clk_mono_us();

	if (t->saved == t->seq || (!now && at - t->saved_us < SAVE_EVERY_US))
		return;
	if (journal_reader_save_pos(t->d->journal_fd, t->seq) == ERR_OK)
		t->saved = t->seq;
	t->saved_us = at;
}

static void done(struct drain *t, uint64_t seq)
{
	t->seq = seq;
	atomic_store(&t->d->drained, seq);
	save(t, false);
}

/* --- recordings that are early ---------------------------------------------*/

static bool is_late(const struct drain *t, struct slice name)
{
	for (uint32_t i = 0; t->n_late > 0 && i < LATE_MAX; i++)
		if (t->late[i].used &&
		    slice_eq(slice_from(t->late[i].name), name))
			return true;
	return false;
}

static void put_late(struct drain *t, const struct ledger_recording *r)
{
	if (is_late(t, r->name))
		return; /* of a batch that is being done again */
	for (uint32_t i = 0; i < LATE_MAX; i++) {
		struct late *l = &t->late[i];

		if (l->used)
			continue;
		*l = (struct late){ .used = true, .r = *r };
		if (!slice_to_cstr(r->name, l->name, sizeof(l->name)))
			l->used = false;
		l->r.name = slice_from(l->name);
		t->n_late += l->used ? 1 : 0;
		return;
	}
	log_warn("drain: recording left to jobd file=%.*s", (int)r->name.n,
	    r->name.p);
}

static enum err recording(struct drain *t, const struct ledger_recording *r)
{
	struct drain_recording dr = { .name = r->name,
		.failed = r->failed,
		.bytes = r->bytes,
		.samples = r->samples };

	memcpy(dr.sha256, r->sha256, sizeof(dr.sha256));
	return drain_recording(t->db, &dr, clk_wall_us());
}

static void try_late(struct drain *t)
{
	for (uint32_t i = 0; t->n_late > 0 && i < LATE_MAX; i++) {
		struct late *l = &t->late[i];
		enum err e;

		if (!l->used)
			continue;
		e = recording(t, &l->r);
		if (drain_again(e))
			return;
		if (e == ERR_NOTFOUND && ++l->tries < LATE_TRIES)
			continue;
		if (e != ERR_OK)
			log_warn("drain: recording not joined file=%s: %s",
			    l->name, err_name(e));
		l->used = false;
		t->n_late--;
	}
}

/* --- one record ------------------------------------------------------------*/

/* later NULL: in no batch. */
static enum err drain_entry(struct drain *t, const struct ledger_entry *e,
    struct call_later *later)
{
	enum err result = ERR_OK;

	switch (e->kind) {
	case LEDGER_EPOCH:
		break;
	case LEDGER_CALL:
		result =
		    drain_record_with(t->db, e->callrec, later, clk_wall_us());
		break;
	case LEDGER_RECORDING:
		result = recording(t, &e->recording);
		if (result == ERR_NOTFOUND) {
			put_late(t, &e->recording);
			result = ERR_OK;
		}
		break;
	}
	return result;
}

static void say_away(struct drain *t, bool away, enum err e)
{
	if (away && !t->away)
		log_warn("drain: the database is away, calls go on: %s",
		    err_name(e));
	if (!away && t->away)
		log_info("drain: the database is back");
	t->away = away;
}

/* Rests before the next try. False: stop. */
static bool hold_off(struct drain *t)
{
	struct store_db *d = t->d;
	bool stop;

	(void)pthread_mutex_lock(&d->lock);
	if (!d->stop)
		store_db_wait_us(d, &d->wake_drain, t->pause_us);
	stop = d->stop && clk_mono_us() >= d->stop_by_us;
	(void)pthread_mutex_unlock(&d->lock);
	t->pause_us =
	    2 * t->pause_us < PAUSE_MAX_US ? 2 * t->pause_us : PAUSE_MAX_US;
	return !stop;
}

/* One record, as often as it takes. False: stop. */
static bool drain_one(struct drain *t, uint64_t seq, struct slice payload)
{
	struct ledger_entry entry;
	enum err e = ledger_entry_parse(payload, &entry);

	if (e == ERR_OK) {
		for (;;) {
			if ((e = store_db_usable(t->db)) == ERR_OK)
				e = drain_entry(t, &entry, NULL);
			if (e == ERR_BUSY && ++t->busy > BUSY_MAX)
				break;
			if (!drain_again(e))
				break;
			if (e != ERR_BUSY)
				say_away(t, true, e);
			if (!hold_off(t))
				return false;
		}
		say_away(t, false, ERR_OK);
		t->pause_us = PAUSE_MIN_US;
		t->busy = 0;
	}
	return e == ERR_OK ||
	       drain_refuse(t->d->journal_fd, seq, e, payload) == ERR_OK;
}

/* --- batches ---------------------------------------------------------------*/

static struct slice payload(const struct drain *t, const struct held *h)
{
	return slice_of(t->bytes.p + h->at, h->n);
}

/* Takes what there is up to upto. ERR_NOTFOUND: nothing more. */
static enum err gather(struct drain *t, uint64_t upto)
{
	struct journal_record rec;
	enum err e = ERR_OK;

	t->n_held = 0;
	buf_reset(&t->bytes);
	while (t->n_held < BATCH_MAX &&
	       t->bytes.n + JOURNAL_FMT_PAYLOAD_MAX <= BATCH_BYTES_MAX &&
	       (e = journal_reader_next(t->reader, upto, &rec)) == ERR_OK) {
		t->held[t->n_held++] = (struct held){ .seq = rec.seq,
			.at = t->bytes.n,
			.n = rec.payload.n };
		buf_put(&t->bytes, rec.payload);
	}
	return e;
}

static bool decode(const struct drain *t, const struct held *h,
    struct callrec *out)
{
	struct ledger_entry entry;

	return ledger_entry_parse(payload(t, h), &entry) == ERR_OK &&
	       entry.kind == LEDGER_CALL &&
	       callrec_decode(entry.callrec, out) == ERR_OK;
}

static void look_at_all(struct drain *t)
{
	for (uint32_t i = 0; i < t->n_held; i++) {
		struct held *h = &t->held[i];
		struct callrec r;

		if (!decode(t, h, &r))
			continue;
		h->call = r.head.call;
		h->adds = drain_adds(&r);
	}
}

/* The record i, which only adds to its call, and all that do so up to the next
 * record of that call that does more. Records of other calls in between come
 * after them, which nobody can tell: all of it is one transaction. */
static enum err add_together(struct drain *t, uint32_t i)
{
	const struct held *first = &t->held[i];
	const struct callrec *list[TOGETHER_MAX];
	size_t n = 0;

	for (; i < t->n_held && n < TOGETHER_MAX; i++) {
		struct held *h = &t->held[i];

		if (!id_eq(h->call.v, first->call.v))
			continue;
		if (!h->adds || !decode(t, h, &t->together[n]))
			break;
		h->added = true;
		list[n] = &t->together[n];
		n++;
	}
	return drain_additions(t->db, list, n);
}

static enum err drain_held_one(struct drain *t, uint32_t i)
{
	struct ledger_entry entry;
	enum err e;

	if (t->held[i].added)
		return ERR_OK;
	if (t->held[i].adds)
		return add_together(t, i);
	e = ledger_entry_parse(payload(t, &t->held[i]), &entry);
	return e == ERR_OK ? drain_entry(t, &entry, &t->later) : e;
}

/* All in one transaction, or nothing. */
static enum err drain_batch(struct drain *t)
{
	enum err e;

	if ((e = store_db_usable(t->db)) != ERR_OK ||
	    (e = db_begin(t->db)) != ERR_OK)
		return e;
	look_at_all(t);
	t->later.n = 0;
	for (uint32_t i = 0; i < t->n_held && e == ERR_OK; i++)
		e = drain_held_one(t, i);
	if (e == ERR_OK)
		e = db_call_later_write(t->db, &t->later);
	return db_end(t->db, e);
}

/* False: stop. */
static bool drain_held(struct drain *t)
{
	t->begun_us = clk_mono_us();
	if (t->n_held > 1 && drain_batch(t) == ERR_OK) {
		done(t, t->held[t->n_held - 1].seq);
		return true;
	}
	for (uint32_t i = 0; i < t->n_held; i++) {
		const struct held *h = &t->held[i];

		if (!drain_one(t, h->seq, payload(t, h)))
			return false;
		done(t, h->seq);
	}
	return true;
}

/* --- the loop --------------------------------------------------------------*/

/* Lets records come together. */
static void rest(const struct drain *t)
{
	const int64_t us = t->begun_us + BATCH_EVERY_US - clk_mono_us();
	const struct timespec ts = { 0, us * 1000 };

	if (us > 0 && us <= BATCH_EVERY_US)
		(void)nanosleep(&ts, NULL);
}

/* Waits for more than has been drained. False: stop. */
static bool wait_more(struct drain *t, uint64_t *upto)
{
	struct store_db *d = t->d;
	bool go;

	rest(t);
	(void)pthread_mutex_lock(&d->lock);
	d->drain_waits = true;
	if (d->durable <= t->seq && !d->stop)
		store_db_wait_us(d, &d->wake_drain, RT_SEC_US);
	d->drain_waits = false;
	*upto = d->durable;
	go = !d->stop || (*upto > t->seq && clk_mono_us() < d->stop_by_us);
	(void)pthread_mutex_unlock(&d->lock);
	return go;
}

/* A disk or a want of memory that lets nothing be read now: not for ever.
 * False: stop. */
static bool cannot_read(struct drain *t, enum err e)
{
	if (!t->unreadable)
		log_error("drain: cannot read the journal: %s", err_name(e));
	t->unreadable = true;
	return hold_off(t);
}

static void drain_loop(struct drain *t)
{
	uint64_t upto = 0;
	enum err e;

	while (wait_more(t, &upto)) {
		do {
			e = gather(t, upto);
			if (!drain_held(t))
				return;
		} while (e == ERR_OK);
		if (e != ERR_NOTFOUND) {
			if (!cannot_read(t, e))
				return;
			continue;
		}
		if (t->unreadable)
			log_info("drain: the journal can be read again");
		t->unreadable = false;
		/* Damaged records are passed over, or it would wait for ever.
		 */
		if (upto > t->seq)
			t->seq = upto;
		atomic_store(&t->d->drained, t->seq);
		save(t, true);
		try_late(t);
	}
}

static enum err prepare(struct drain *t)
{
	const struct db_options o = store_db_options(t->d, 0);
	enum err e;

	if (t->db == NULL && (e = db_open_broken(&t->db, &o)) != ERR_OK &&
	    t->db == NULL)
		return e;
	if ((e = journal_reader_load_pos(t->d->journal_fd, &t->seq)) != ERR_OK)
		return e;
	return journal_reader_open(&t->reader, t->d->journal_fd, t->seq + 1);
}

void *store_drain_run(void *arg)
{
	static struct drain t; /* one thread, once; too large for a stack */
	enum err e;

	/* Of this thread alone, in Linux. */
	(void)setpriority(PRIO_PROCESS, 0, NICE);
	t.d = arg;
	t.pause_us = PAUSE_MIN_US;
	buf_over(&t.bytes, t.mem, sizeof(t.mem));
	while ((e = prepare(&t)) != ERR_OK)
		if (!cannot_read(&t, e))
			break;
	if (e == ERR_OK) {
		t.saved = t.seq;
		atomic_store(&t.d->drained, t.seq);
		drain_loop(&t);
		save(&t, true);
	}
	journal_reader_close(t.reader);
	db_close(t.db);
	return NULL;
}
