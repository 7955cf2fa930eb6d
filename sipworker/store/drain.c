#include "sipworker/store/drain.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/arena.h"
#include "lib/base/log.h"
#include "lib/base/metric.h"
#include "lib/base/utf8.h"
#include "lib/core/callrec.h"
#include "lib/core/recname.h"
#include "lib/db/db_call.h"
#include "lib/db/db_judge.h"
#include "lib/db/db_mark.h"
#include "lib/db/db_recording.h"
#include "sipworker/store/lookup.h"

#define MEM_MAX_BYTES ((size_t)512 * 1024)
#define RATE_HZ       8000

bool drain_again(enum err e)
{
	return e == ERR_UNAVAILABLE || e == ERR_UNCERTAIN || e == ERR_BUSY ||
	       e == ERR_TIMEOUT;
}

static enum err opened(struct db *db, const struct callrec *r)
{
	struct lookup_where where;
	struct call_place p;

	lookup_where(r->u.opened.caller, &where);
	p = (struct call_place){ slice_from(where.country),
		slice_from(where.place) };
	return db_call_opened(db, r->head.company, r, &p);
}

static enum err close_with_credit(struct db *db, const struct callrec *r,
    const struct call_key *key, struct arena *mem, struct call_later *later,
    int64_t now_us)
{
	const struct candidate_call call = { .id = r->head.call,
		.number = key->number,
		.at_us = key->started_us,
		.caller_e164 = slice_from(key->caller_e164),
		.caller_country = slice_from(key->caller_country),
		.caller_place = slice_from(key->caller_place) };
	struct call_credit credit;
	struct buf evidence;
	struct judged j;
	enum err e;

	e = db_judge(db, r->head.company, &call, key->credit_min_bp, NULL, mem,
	    &j);
	if (e != ERR_OK)
		return e;
	buf_init(&evidence, DB_JUDGE_EVIDENCE_MAX);
	e = db_judge_credit(&j, &evidence, &credit);
	if (e == ERR_OK && later == NULL)
		e = db_call_closed(db, r->head.company, r, &credit, now_us);
	else if (e == ERR_OK)
		e = db_call_closed_with(db, r->head.company, r, &credit, later,
		    now_us);
	buf_fini(&evidence);
	return e;
}

static enum err closed(struct db *db, const struct callrec *r,
    struct call_later *later, int64_t now_us)
{
	struct call_key key;
	struct arena mem;
	enum err e;

	e = db_call_key(db, r->head.company, r->head.call, &key);
	if (e != ERR_OK || key.closed)
		return e;
	arena_init(&mem, MEM_MAX_BYTES);
	e = close_with_credit(db, r, &key, &mem, later, now_us);
	arena_fini(&mem);
	return e;
}

/* A record that is drained again is counted again: that is rare. */
static enum err counted(enum metric m, enum err e)
{
	if (e == ERR_OK)
		metric_add(m, 1);
	return e;
}

static struct interaction_id interaction_of(const struct callrec *r)
{
	struct interaction_id id;

	memcpy(id.v, r->head.call.v, sizeof(id.v)); /* they share it */
	return id;
}

/* What a flow put on its call. A word that the company does not have, or no
 * room for it, must not keep the event out of the trace. */
static enum err put_mark(struct db *db, const struct callrec *r, int64_t now_us)
{
	static const struct user_id nobody;
	const struct slice text = r->u.event.text;
	enum err e;

	if (r->u.event.what == CALLREC_EV_TAG)
		e = db_mark_tag_named(db, r->head.company, interaction_of(r),
		    utf8_head(text, DB_MARK_TAG_MAX), now_us);
	else
		e = db_mark_outcome(db, r->head.company, interaction_of(r),
		    text, MARK_BY_RULE, nobody, now_us);
	if (e != ERR_RANGE && e != ERR_TOOBIG && e != ERR_CONFLICT)
		return e;
	log_warn("drain: a flow's mark was not put on its call: %s",
	    err_name(e));
	return ERR_OK;
}

static enum err event_with_mark(struct db *db, const struct callrec *r,
    int64_t now_us)
{
	enum err e = db_call_event(db, r->head.company, r);

	return e == ERR_OK ? put_mark(db, r, now_us) : e;
}

static enum err event(struct db *db, const struct callrec *r,
    struct call_later *later, int64_t now_us)
{
	bool mine;
	enum err e;

	if (r->u.event.what != CALLREC_EV_TAG &&
	    r->u.event.what != CALLREC_EV_OUTCOME)
		return db_call_event(db, r->head.company, r);
	/* A mark takes its call out of the sums: it must be in them. */
	if (later != NULL && (e = db_call_later_write(db, later)) != ERR_OK)
		return e;
	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	return db_join_end(db, mine, event_with_mark(db, r, now_us));
}

bool drain_adds(const struct callrec *r)
{
	return r->head.kind == CALLREC_LEG ||
	       (r->head.kind == CALLREC_EVENT &&
		   r->u.event.what != CALLREC_EV_TAG &&
		   r->u.event.what != CALLREC_EV_OUTCOME);
}

enum err drain_additions(struct db *db, const struct callrec *const *r,
    size_t n)
{
	return db_call_add(db, r[0]->head.company, r, n);
}

enum err drain_record(struct db *db, struct slice payload, int64_t now_us)
{
	return drain_record_with(db, payload, NULL, now_us);
}

enum err drain_record_with(struct db *db, struct slice payload,
    struct call_later *later, int64_t now_us)
{
	struct callrec r;
	enum err e;

	if ((e = callrec_decode(payload, &r)) != ERR_OK)
		return e;
	switch (r.head.kind) {
	case CALLREC_OPENED:
		return counted(METRIC_CALLS_OPENED, opened(db, &r));
	case CALLREC_LEG:
		return db_call_leg(db, r.head.company, &r);
	case CALLREC_EVENT:
		return event(db, &r, later, now_us);
	case CALLREC_CLOSED:
		return counted(METRIC_CALLS_CLOSED,
		    closed(db, &r, later, now_us));
	}
	return ERR_SYNTAX;
}

enum err drain_refuse(int journal_dirfd, uint64_t seq, enum err why,
    struct slice payload)
{
	struct buf line;
	enum err e;
	int fd;

	metric_add(METRIC_JOURNAL_REFUSED, 1);
	log_error("drain: refused seq=%llu err=%s", (unsigned long long)seq,
	    err_name(why));
	buf_init(&line, 2 * payload.n + 64);
	buf_u64(&line, seq);
	buf_char(&line, ' ');
	buf_cstr(&line, err_name(why));
	buf_char(&line, ' ');
	buf_hex(&line, payload.p, payload.n);
	buf_char(&line, '\n');
	e = buf_err(&line);
	fd = openat(journal_dirfd, "refused",
	    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (fd == -1) {
		log_sys("drain: open refused");
		e = ERR_IO;
	} else if (e == ERR_OK &&
		   (write(fd, line.p, line.n) != (ssize_t)line.n ||
		       fsync(fd) != 0)) {
		log_sys("drain: write refused");
		e = ERR_IO;
	}
	if (fd != -1)
		(void)close(fd); /* synced above */
	buf_fini(&line);
	return e;
}

/* The call was closed before anybody knew of its recording. */
static enum err add_recording(struct db *db, struct company_id company,
    struct call_id call, struct slice name, struct recording_row *row,
    int64_t now_us)
{
	struct call_state state;
	enum err e;

	if ((e = db_call_state(db, company, call, &state)) != ERR_OK)
		return e;
	if (!state.closed)
		return ERR_NOTFOUND;
	*row = (struct recording_row){ .call = call,
		.state = "pending",
		.started_us = id_time_us(call.v),
		.rate_hz = RATE_HZ };
	memcpy(row->id.v, call.v, sizeof(row->id.v)); /* the call's first */
	if (!slice_to_cstr(name, row->path, sizeof(row->path)))
		return ERR_RANGE;
	return db_recording_add(db, company, row, now_us);
}

enum err drain_recording(struct db *db, const struct drain_recording *r,
    int64_t now_us)
{
	const bool is_empty = !r->failed && r->samples == 0;
	struct recording_row row;
	struct company_id company;
	struct call_id call;
	enum err e;

	if ((e = recname_parse(r->name, &company, &call)) != ERR_OK)
		return e;
	e = db_recording_by_call(db, company, call, &row);
	if (e == ERR_NOTFOUND && is_empty)
		return ERR_OK;
	if (e == ERR_NOTFOUND)
		e = add_recording(db, company, call, r->name, &row, now_us);
	if (e != ERR_OK || strcmp(row.state, "ready") == 0)
		return e;
	if (r->failed) {
		log_error("drain: recording failed path=%s", row.path);
		return db_recording_failed(db, company, row.id,
		    RECORDING_WRITE);
	}
	if (is_empty) /* there is no file of it */
		return db_recording_failed(db, company, row.id,
		    RECORDING_MISSING);
	row.size_bytes = r->bytes;
	row.duration_ms = (uint32_t)(r->samples * 1000 / RATE_HZ);
	memcpy(row.pcm_sha256, r->sha256, sizeof(row.pcm_sha256));
	return db_recording_ready(db, company, &row, now_us);
}
