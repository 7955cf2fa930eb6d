#include "sipworker/store/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/log.h"
#include "lib/base/take.h"
#include "lib/core/callrec.h"
#include "sipworker/store/journal_reader.h"
#include "sipworker/store/open_calls.h"

#define PAYLOAD_MAX (CALLREC_BYTES_MAX + 16)
/* Recordings kept in mind until their calls are closed. */
#define RECENT 4096
/* A segment that cannot be ended now. */
#define RETRY_US (60 * RT_SEC_US)
/* Records read between two signs of life. */
#define GOES_ON_EVERY 1024

struct recent {
	char name[LEDGER_NAME_MAX + 1];
	bool failed;
	uint64_t bytes;
	uint64_t samples;
	uint8_t sha256[32];
};

struct ledger {
	int dirfd;
	struct journal *journal;
	uint32_t max_calls;
	struct open_calls *live; /* of the engine we know */
	struct open_calls *lost; /* of engines before it */
	uint64_t epoch;
	uint64_t epoch_seq; /* where the journal says so last */
	bool unsaid;        /* it does not say so yet */
	uint64_t number;    /* the engine's last, appended */
	uint64_t next;      /* and what is to come; 0: a hello decides */
	bool lacks;         /* that did not come, or was refused */
	uint64_t said_seq;  /* the last record that is no epoch */
	uint64_t segment;   /* of this segment, */
	int64_t blank_us;   /* when it said nothing yet; 0: long ago */
	bool urgent;        /* an opened record waits to be durable */
	struct buf payload;
	struct recent *recent; /* a ring */
	uint32_t n_recent;     /* ever */
};

/* --- payloads --------------------------------------------------------------*/

static void put_recording(struct buf *b, const struct ledger_recording *r)
{
	buf_char(b, 'R');
	buf_be16(b, (uint16_t)r->name.n);
	buf_put(b, r->name);
	buf_char(b, r->failed ? 1 : 0);
	buf_be64(b, r->bytes);
	buf_be64(b, r->samples);
	buf_bytes(b, r->sha256, sizeof(r->sha256));
}

static enum err parse_recording(struct take *t, struct ledger_recording *r)
{
	r->name = take_text(t, LEDGER_NAME_MAX);
	r->failed = take_u8(t) != 0;
	r->bytes = take_be64(t);
	r->samples = take_be64(t);
	take_copy(t, r->sha256, sizeof(r->sha256));
	return take_end(t);
}

enum err ledger_entry_parse(struct slice payload, struct ledger_entry *out)
{
	struct ledger_entry e = { 0 };
	enum err result = ERR_OK;
	struct take t;

	take_init(&t, payload);
	switch (take_u8(&t)) {
	case 'E':
		e.kind = LEDGER_EPOCH;
		e.epoch = take_be64(&t);
		if (t.rest.n > 0) /* a version before said no more */
			e.number = take_be64(&t);
		result = take_end(&t);
		break;
	case 'C':
		e.kind = LEDGER_CALL;
		e.number = take_be64(&t);
		e.callrec = t.rest;
		result = t.failed || e.number == 0 ? ERR_SYNTAX : ERR_OK;
		break;
	case 'X':
		e.kind = LEDGER_CALL;
		e.callrec = t.rest;
		break;
	case 'R':
		e.kind = LEDGER_RECORDING;
		result = parse_recording(&t, &e.recording);
		break;
	default:
		result = ERR_SYNTAX;
	}
	if (result == ERR_OK)
		*out = e;
	return result;
}

/* --- what is remembered ----------------------------------------------------*/

static void remember(struct ledger *l, const struct ledger_recording *r)
{
	struct recent *at = &l->recent[l->n_recent % RECENT];

	if (!slice_to_cstr(r->name, at->name, sizeof(at->name)))
		return;
	at->failed = r->failed;
	at->bytes = r->bytes;
	at->samples = r->samples;
	memcpy(at->sha256, r->sha256, sizeof(at->sha256));
	l->n_recent++;
}

static const struct recent *find_recent(const struct ledger *l,
    struct call_id call)
{
	char text[ID_TEXT_MAX + 8];
	const uint32_t n = l->n_recent < RECENT ? l->n_recent : RECENT;
	struct buf b;

	buf_over(&b, text, sizeof(text));
	buf_char(&b, '/');
	{
		char id[ID_TEXT_MAX];

		id_text(ID_KIND_call, call.v, id);
		buf_cstr(&b, id);
	}
	buf_cstr(&b, ".wav");
	for (uint32_t i = 0; i < n; i++)
		if (slice_ends(slice_from(l->recent[i].name), buf_slice(&b)))
			return &l->recent[i];
	return NULL;
}

/* Its table, for the engine that is alive or for those that are not. ERR_NOMEM:
 * the call is not followed. */
static enum err note_call(struct ledger *l, uint64_t seq, struct slice callrec)
{
	enum err e = open_calls_add(l->live, seq, callrec);

	if (e == ERR_NOTFOUND)
		e = open_calls_add(l->lost, seq, callrec);
	/* A call without its first record was drained and trimmed long ago,
	 * with its last. */
	if (e != ERR_OK && e != ERR_NOTFOUND)
		log_error("ledger: record not followed seq=%llu: %s",
		    (unsigned long long)seq, err_name(e));
	return e == ERR_NOMEM ? e : ERR_OK;
}

/* The tables are twice as large as an engine's calls, so that those of two fit;
 * what does not is said and stays with the living. */
static void lose_live(struct ledger *l)
{
	if (open_calls_move(l->live, l->lost) != ERR_OK)
		log_error("ledger: too many calls were left open");
}

static enum err follow(struct ledger *l, const struct journal_record *rec)
{
	struct ledger_entry e;

	if (ledger_entry_parse(rec->payload, &e) != ERR_OK) {
		log_error("ledger: unknown record seq=%llu",
		    (unsigned long long)rec->seq);
		return ERR_OK;
	}
	switch (e.kind) {
	case LEDGER_EPOCH:
		l->epoch_seq = rec->seq;
		if (e.epoch != l->epoch) {
			lose_live(l);
			l->number = 0;
		}
		l->epoch = e.epoch;
		if (e.number > l->number)
			l->number = e.number;
		return ERR_OK;
	case LEDGER_CALL:
		if (e.number > l->number)
			l->number = e.number;
		l->said_seq = rec->seq;
		return note_call(l, rec->seq, e.callrec);
	case LEDGER_RECORDING:
		l->said_seq = rec->seq;
		remember(l, &e.recording);
		break;
	}
	return ERR_OK;
}

static enum err read_back(struct ledger *l, void (*goes_on)(void *arg),
    void *arg)
{
	struct journal_reader *r;
	struct journal_record rec;
	enum err e;

	if ((e = journal_reader_open(&r, l->dirfd, 1)) != ERR_OK)
		return e;
	while ((e = journal_reader_next(r, journal_durable(l->journal),
		    &rec)) == ERR_OK &&
	       (e = follow(l, &rec)) == ERR_OK)
		if (goes_on != NULL && rec.seq % GOES_ON_EVERY == 0)
			goes_on(arg);
	journal_reader_close(r);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err ledger_open(struct ledger **out, int dirfd, uint32_t max_calls,
    void (*goes_on)(void *arg), void *arg)
{
	const struct journal_limits limits = journal_defaults();
	struct ledger *l = calloc(1, sizeof(*l));
	enum err e;

	if (l == NULL)
		return ERR_NOMEM;
	l->dirfd = dirfd;
	l->max_calls = max_calls;
	buf_init(&l->payload, PAYLOAD_MAX);
	l->recent = calloc(RECENT, sizeof(*l->recent));
	e = l->recent == NULL ? ERR_NOMEM : ERR_OK;
	if (e != ERR_OK ||
	    (e = open_calls_new(2 * max_calls, &l->live)) != ERR_OK ||
	    (e = open_calls_new(2 * max_calls, &l->lost)) != ERR_OK ||
	    (e = journal_open(&l->journal, dirfd, &limits)) != ERR_OK ||
	    (e = read_back(l, goes_on, arg)) != ERR_OK) {
		ledger_close(l);
		return e;
	}
	l->segment = journal_first(l->journal);
	*out = l;
	return ERR_OK;
}

void ledger_close(struct ledger *l)
{
	if (l == NULL)
		return;
	journal_close(l->journal);
	open_calls_free(l->live);
	open_calls_free(l->lost);
	buf_fini(&l->payload);
	free(l->recent);
	free(l);
}

/* --- writing ---------------------------------------------------------------*/

/* Of a call or a recording. */
static enum err append_said(struct ledger *l, uint64_t *seq)
{
	enum err e = buf_err(&l->payload);

	if (e == ERR_OK)
		e = journal_append(l->journal, buf_slice(&l->payload), seq);
	if (e == ERR_OK)
		l->said_seq = *seq;
	return e;
}

/* Also into a journal that is at its limit: nothing of it can go before. */
static enum err put_epoch(struct ledger *l)
{
	uint64_t seq = 0;

	buf_reset(&l->payload);
	buf_char(&l->payload, 'E');
	buf_be64(&l->payload, l->epoch);
	buf_be64(&l->payload, l->number);
	if (buf_err(&l->payload) != ERR_OK ||
	    journal_append_spare(l->journal, buf_slice(&l->payload), &seq) !=
		ERR_OK)
		return ERR_BUSY;
	l->epoch_seq = seq;
	l->unsaid = false;
	return ERR_OK;
}

static enum err say_epoch(struct ledger *l)
{
	return l->unsaid ? put_epoch(l) : ERR_OK;
}

enum err ledger_hello(struct ledger *l, uint64_t epoch)
{
	if (epoch != l->epoch) { /* else only we were away */
		lose_live(l);
		l->epoch = epoch;
		l->number = 0;
		l->unsaid = true;
	}
	l->next = 0; /* all that is not durable follows */
	return say_epoch(l);
}

void ledger_engine_died(struct ledger *l)
{
	lose_live(l);
}

static enum err append_call(struct ledger *l, uint64_t number,
    struct slice callrec)
{
	struct callrec check;
	uint64_t seq;
	enum err e;

	if (callrec_decode(callrec, &check) != ERR_OK)
		return ERR_SYNTAX;
	if ((e = say_epoch(l)) != ERR_OK)
		return e; /* it would be taken for another engine's */
	buf_reset(&l->payload);
	buf_char(&l->payload, 'C');
	buf_be64(&l->payload, number);
	buf_put(&l->payload, callrec);
	if ((e = append_said(l, &seq)) != ERR_OK)
		return e;
	l->number = number;
	if (check.head.kind == CALLREC_OPENED)
		l->urgent = true;
	/* It is in the journal, so that the next start follows it. */
	(void)note_call(l, seq, callrec);
	return ERR_OK;
}

/* What is acknowledged is all up to a number: behind one that was not taken
 * none is. What can never be taken is passed over. */
enum err ledger_append(struct ledger *l, uint64_t number, struct slice callrec)
{
	enum err e = ERR_BUSY;

	if (number <= l->number)
		return ERR_OK;
	if (l->next == 0 || number <= l->next)
		e = append_call(l, number, callrec);
	if (e == ERR_OK || e == ERR_SYNTAX || e == ERR_TOOBIG)
		l->next = number + 1;
	else if (l->next == 0)
		l->next = number;
	l->lacks = number >= l->next;
	return e;
}

bool ledger_wants_again(struct ledger *l)
{
	const bool wants = l->lacks && journal_roomy(l->journal);

	if (wants)
		l->lacks = false;
	return wants;
}

enum err ledger_recorded(struct ledger *l, const struct ledger_recording *r)
{
	uint64_t seq;
	enum err e;

	if (r->name.n > LEDGER_NAME_MAX)
		return ERR_TOOBIG;
	buf_reset(&l->payload);
	put_recording(&l->payload, r);
	if ((e = append_said(l, &seq)) == ERR_OK)
		remember(l, r);
	return e;
}

uint32_t ledger_abandoned(const struct ledger *l)
{
	return open_calls_count(l->lost);
}

/* What the engine had to say of a call, said in its place. */
static enum err put_instead(struct ledger *l,
    enum err (*write)(const struct open_calls *o, struct call_id call,
	int64_t gone_wall_us, const struct open_calls_rec *rec,
	struct buf *out),
    struct call_id call, int64_t gone_wall_us, const struct open_calls_rec *rec)
{
	uint64_t seq;
	enum err e;

	buf_reset(&l->payload);
	buf_char(&l->payload, 'X');
	e = write(l->lost, call, gone_wall_us, rec, &l->payload);
	if (e != ERR_OK || (e = append_said(l, &seq)) != ERR_OK)
		return e;
	return open_calls_add(l->lost, seq,
	    slice_skip(buf_slice(&l->payload), 1));
}

static enum err interrupt_one(struct ledger *l, struct call_id call,
    int64_t gone_wall_us)
{
	const struct recent *had = find_recent(l, call);
	struct open_calls_rec rec = { .failed = false };
	enum err e;

	if (had != NULL) {
		rec = (struct open_calls_rec){ .name = slice_from(had->name),
			.failed = had->failed,
			.bytes = had->bytes,
			.samples = had->samples };
		memcpy(rec.sha256, had->sha256, sizeof(rec.sha256));
	}
	/* Its legs, as often as one has no record yet, then the call. */
	do
		e = put_instead(l, open_calls_interrupt_leg, call, gone_wall_us,
		    had == NULL ? NULL : &rec);
	while (e == ERR_OK);
	return e == ERR_NOTFOUND ? put_instead(l, open_calls_interrupt, call,
				       gone_wall_us, had == NULL ? NULL : &rec)
				 : e;
}

enum err ledger_interrupt(struct ledger *l, int64_t gone_wall_us)
{
	struct call_id call;
	enum err e = ERR_OK;

	while (e == ERR_OK && open_calls_any(l->lost, &call))
		e = interrupt_one(l, call, gone_wall_us);
	return e;
}

enum err ledger_commit(struct ledger *l, uint64_t *number)
{
	const enum err e = journal_commit(l->journal);

	if (e != ERR_OK)
		return e;
	*number = l->number;
	l->urgent = false;
	return ERR_OK;
}

bool ledger_urgent(const struct ledger *l)
{
	return l->urgent;
}

/* The first number that is still wanted. */
static uint64_t wanted(const struct ledger *l, uint64_t drained)
{
	uint64_t keep = drained + 1;

	if (open_calls_oldest(l->live) < keep)
		keep = open_calls_oldest(l->live);
	if (open_calls_oldest(l->lost) < keep)
		keep = open_calls_oldest(l->lost);
	/* The record that says whose calls these are stays, or a store that
	 * comes back would take a living engine for a dead one. */
	return keep < l->epoch_seq ? keep : l->epoch_seq;
}

/* Ends a segment that has said for long who called. Not while the database is
 * away: it could not go. */
static void renew(struct ledger *l, uint64_t drained, int64_t now_wall_us)
{
	const uint64_t first = journal_first(l->journal);

	if (first != l->segment || l->said_seq < first ||
	    now_wall_us < l->blank_us) {
		l->segment = first;
		l->blank_us = now_wall_us;
	}
	if (now_wall_us - l->blank_us < LEDGER_KEEP_US || drained < first)
		return;
	if (journal_renew(l->journal) == ERR_IO)
		l->blank_us = now_wall_us - LEDGER_KEEP_US + RETRY_US;
}

bool ledger_trim(struct ledger *l, uint64_t drained, int64_t now_wall_us)
{
	if (l->epoch_seq <= journal_durable(l->journal))
		journal_trim(l->journal, wanted(l, drained));
	renew(l, drained, now_wall_us);
	/* Each segment says it, so that those before can go. */
	if (!l->unsaid &&
	    (l->epoch_seq == 0 || l->epoch_seq >= journal_first(l->journal)))
		return false;
	if (put_epoch(l) == ERR_OK)
		return true;
	log_warn("ledger: journal is full");
	return false;
}

uint64_t ledger_durable(const struct ledger *l)
{
	return journal_durable(l->journal);
}
