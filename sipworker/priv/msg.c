#include "sipworker/priv/msg.h"

#include <stddef.h>

#include "lib/base/take.h"

/* A new form of any message is a new version of all: the processes are always
 * of one build, so anything else is damage. */
#define MSG_MAGIC UINT16_C(0x5201)

static void put_id(struct buf *b, const uint8_t id[ID_BYTES])
{
	buf_bytes(b, id, ID_BYTES);
}

static void put_text(struct buf *b, struct slice s, size_t max)
{
	if (s.n > max) {
		buf_fail(b, ERR_TOOBIG);
		return;
	}
	buf_be16(b, (uint16_t)s.n);
	buf_put(b, s);
}

static bool take_bool(struct take *t)
{
	const uint8_t v = take_u8(t);

	if (v > 1)
		t->failed = true;
	return v == 1;
}

static void put_none(const struct msg *m, struct buf *b)
{
	(void)m;
	(void)b;
}

static void take_none(struct take *t, struct msg *m)
{
	(void)t;
	(void)m;
}

static void put_peer(const struct msg *m, struct buf *b)
{
	buf_char(b, (char)m->u.peer);
}

static void take_peer(struct take *t, struct msg *m)
{
	const uint8_t role = take_u8(t);

	if (role >= MSG_ROLE_COUNT)
		t->failed = true;
	else
		m->u.peer = (enum msg_role)role;
}

static void put_number(const struct msg *m, struct buf *b)
{
	buf_be64(b, m->u.seq);
}

static void take_number(struct take *t, struct msg *m)
{
	m->u.seq = take_be64(t);
}

static void put_append(const struct msg *m, struct buf *b)
{
	buf_be64(b, m->u.append.seq);
	put_text(b, m->u.append.record, MSG_RECORD_MAX);
}

static void take_append(struct take *t, struct msg *m)
{
	m->u.append.seq = take_be64(t);
	m->u.append.record = take_text(t, MSG_RECORD_MAX);
}

static void put_snapshot(const struct msg *m, struct buf *b)
{
	buf_be64(b, m->u.snapshot.version);
	buf_be64(b, m->u.snapshot.snap_bytes);
	buf_be64(b, m->u.snapshot.prompt_bytes);
}

static void take_snapshot(struct take *t, struct msg *m)
{
	m->u.snapshot.version = take_be64(t);
	m->u.snapshot.snap_bytes = take_be64(t);
	m->u.snapshot.prompt_bytes = take_be64(t);
}

static void put_lookup(const struct msg *m, struct buf *b)
{
	const struct msg_lookup *l = &m->u.lookup;

	buf_be64(b, l->ticket);
	put_id(b, l->call.v);
	put_id(b, l->company.v);
	put_id(b, l->number.v);
	buf_be64(b, (uint64_t)l->at_us);
	put_text(b, l->caller, MSG_CALLER_MAX);
}

static void take_lookup(struct take *t, struct msg *m)
{
	struct msg_lookup *l = &m->u.lookup;

	l->ticket = take_be64(t);
	take_copy(t, l->call.v, ID_BYTES);
	take_copy(t, l->company.v, ID_BYTES);
	take_copy(t, l->number.v, ID_BYTES);
	l->at_us = take_i64(t);
	l->caller = take_text(t, MSG_CALLER_MAX);
}

static void put_ask(const struct msg *m, struct buf *b)
{
	const struct msg_ask *a = &m->u.ask;

	buf_be64(b, a->ticket);
	put_id(b, a->call.v);
	put_id(b, a->company.v);
	put_text(b, a->question, ASK_BYTES_MAX);
}

static void take_ask(struct take *t, struct msg *m)
{
	struct msg_ask *a = &m->u.ask;

	a->ticket = take_be64(t);
	take_copy(t, a->call.v, ID_BYTES);
	take_copy(t, a->company.v, ID_BYTES);
	a->question = take_text(t, ASK_BYTES_MAX);
}

static void put_reply(const struct msg *m, struct buf *b)
{
	buf_be64(b, m->u.reply.ticket);
	buf_char(b, (char)m->u.reply.reply.answer);
	buf_be64(b, m->u.reply.reply.turn);
}

static void take_reply(struct take *t, struct msg *m)
{
	uint8_t answer;

	m->u.reply.ticket = take_be64(t);
	answer = take_u8(t);
	m->u.reply.reply.turn = take_be64(t);
	if (answer >= ASK_ANSWER_COUNT)
		t->failed = true;
	else
		m->u.reply.reply.answer = (enum ask_answer)answer;
}

/* The facts' texts, in the order of their bytes. */
static const struct {
	size_t at;
	size_t cap; /* with its NUL */
} fact_texts[] = {
#define FACT(name)                                         \
	{                                                  \
		offsetof(struct flow_facts, name),         \
		    sizeof(((struct flow_facts *)0)->name) \
	}
	FACT(channel),
	FACT(source),
	FACT(medium),
	FACT(campaign),
	FACT(keyword),
	FACT(landing),
	FACT(referrer),
	FACT(click),
	FACT(tags),
	FACT(lists),
#undef FACT
};

static void put_facts(const struct msg *m, struct buf *b)
{
	const struct flow_facts *f = &m->u.facts.facts;

	buf_be64(b, m->u.facts.ticket);
	buf_char(b, m->u.facts.found ? 1 : 0);
	buf_char(b, f->known_caller ? 1 : 0);
	buf_char(b, f->has_outcome ? 1 : 0);
	buf_char(b, (char)f->last_outcome);
	put_id(b, f->answered.v);
	put_id(b, f->visit.v);
	for (size_t i = 0; i < RT_ARRAY_LEN(fact_texts); i++)
		put_text(b, slice_from((const char *)f + fact_texts[i].at),
		    fact_texts[i].cap - 1);
}

static void take_fact(struct take *t, char *out, size_t cap)
{
	if (!slice_to_cstr(take_text(t, cap - 1), out, cap))
		t->failed = true; /* a NUL within */
}

static void take_facts(struct take *t, struct msg *m)
{
	struct flow_facts *f = &m->u.facts.facts;
	uint8_t result;

	m->u.facts.ticket = take_be64(t);
	m->u.facts.found = take_bool(t);
	f->known_caller = take_bool(t);
	f->has_outcome = take_bool(t);
	result = take_u8(t);
	if (result >= CALLRESULT_COUNT)
		t->failed = true;
	else
		f->last_outcome = (enum callresult)result;
	take_copy(t, f->answered.v, ID_BYTES);
	take_copy(t, f->visit.v, ID_BYTES);
	for (size_t i = 0; i < RT_ARRAY_LEN(fact_texts); i++)
		take_fact(t, (char *)f + fact_texts[i].at, fact_texts[i].cap);
}

static void put_rec_start(const struct msg *m, struct buf *b)
{
	const struct msg_rec_start *r = &m->u.rec_start;

	put_id(b, r->call.v);
	buf_be32(b, r->key);
	buf_be64(b, (uint64_t)r->anchor_mono_us);
	put_text(b, r->name, MSG_NAME_MAX);
}

static void take_rec_start(struct take *t, struct msg *m)
{
	struct msg_rec_start *r = &m->u.rec_start;

	take_copy(t, r->call.v, ID_BYTES);
	r->key = take_be32(t);
	r->anchor_mono_us = take_i64(t);
	r->name = take_text(t, MSG_NAME_MAX);
}

static void put_rec_stop(const struct msg *m, struct buf *b)
{
	const struct msg_rec_stop *r = &m->u.rec_stop;

	put_id(b, r->call.v);
	buf_be32(b, r->key);
	buf_be64(b, (uint64_t)r->stop_mono_us);
	buf_char(b, r->discard ? 1 : 0);
}

static void take_rec_stop(struct take *t, struct msg *m)
{
	struct msg_rec_stop *r = &m->u.rec_stop;

	take_copy(t, r->call.v, ID_BYTES);
	r->key = take_be32(t);
	r->stop_mono_us = take_i64(t);
	r->discard = take_bool(t);
}

static void put_rec_result(const struct msg *m, struct buf *b)
{
	const struct msg_rec_result *r = &m->u.rec_result;

	put_id(b, r->call.v);
	buf_char(b, r->failed ? 1 : 0);
	buf_be64(b, r->bytes);
	buf_be64(b, r->samples);
	buf_bytes(b, r->sha256, sizeof(r->sha256));
}

static void take_rec_result(struct take *t, struct msg *m)
{
	struct msg_rec_result *r = &m->u.rec_result;

	take_copy(t, r->call.v, ID_BYTES);
	r->failed = take_bool(t);
	r->bytes = take_be64(t);
	r->samples = take_be64(t);
	take_copy(t, r->sha256, sizeof(r->sha256));
}

static void put_rec_orphan(const struct msg *m, struct buf *b)
{
	const struct msg_rec_orphan *r = &m->u.rec_orphan;

	put_text(b, r->name, MSG_NAME_MAX);
	buf_char(b, r->failed ? 1 : 0);
	buf_be64(b, r->bytes);
	buf_be64(b, r->samples);
	buf_bytes(b, r->sha256, sizeof(r->sha256));
}

static void take_rec_orphan(struct take *t, struct msg *m)
{
	struct msg_rec_orphan *r = &m->u.rec_orphan;

	r->name = take_text(t, MSG_NAME_MAX);
	r->failed = take_bool(t);
	r->bytes = take_be64(t);
	r->samples = take_be64(t);
	take_copy(t, r->sha256, sizeof(r->sha256));
}

#define TO(role)    (1u << (role))
#define TO_CHILDREN (TO(MSG_ENGINE) | TO(MSG_RECORDER) | TO(MSG_STORE))
#define FROM(role)  (1u << (role))
#define ANY_CHILD   TO_CHILDREN

static const struct {
	const char *name;
	unsigned int from;
	unsigned int to;
	size_t fds;
	void (*put)(const struct msg *m, struct buf *b);
	void (*take)(struct take *t, struct msg *m);
} rows[MSG_KIND_COUNT] = {
	[MSG_PEER] = { "peer", FROM(MSG_PARENT), TO_CHILDREN, 1, put_peer,
	    take_peer },
	[MSG_DRAIN] = { "drain", FROM(MSG_PARENT), TO_CHILDREN, 0, put_none,
	    take_none },
	[MSG_STOP] = { "stop", FROM(MSG_PARENT), TO_CHILDREN, 0, put_none,
	    take_none },
	[MSG_READY] = { "ready", ANY_CHILD, TO(MSG_PARENT), 0, put_none,
	    take_none },
	[MSG_IDLE] = { "idle", ANY_CHILD, TO(MSG_PARENT), 0, put_none,
	    take_none },
	[MSG_HELLO] = { "hello", FROM(MSG_ENGINE), TO(MSG_STORE), 0, put_number,
	    take_number },
	[MSG_APPEND] = { "append", FROM(MSG_ENGINE), TO(MSG_STORE), 0,
	    put_append, take_append },
	[MSG_LOOKUP] = { "lookup", FROM(MSG_ENGINE), TO(MSG_STORE), 0,
	    put_lookup, take_lookup },
	[MSG_ASK] = { "ask", FROM(MSG_ENGINE), TO(MSG_STORE), 0, put_ask,
	    take_ask },
	[MSG_REPLY] = { "reply", FROM(MSG_STORE), TO(MSG_ENGINE), 0, put_reply,
	    take_reply },
	[MSG_DURABLE] = { "durable", FROM(MSG_STORE), TO(MSG_ENGINE), 0,
	    put_number, take_number },
	[MSG_AGAIN] = { "again", FROM(MSG_STORE), TO(MSG_ENGINE), 0, put_none,
	    take_none },
	[MSG_FACTS] = { "facts", FROM(MSG_STORE), TO(MSG_ENGINE), 0, put_facts,
	    take_facts },
	[MSG_SNAPSHOT] = { "snapshot", FROM(MSG_STORE), TO(MSG_ENGINE), 2,
	    put_snapshot, take_snapshot },
	[MSG_REC_START] = { "rec-start", FROM(MSG_ENGINE), TO(MSG_RECORDER), 0,
	    put_rec_start, take_rec_start },
	[MSG_REC_STOP] = { "rec-stop", FROM(MSG_ENGINE), TO(MSG_RECORDER), 0,
	    put_rec_stop, take_rec_stop },
	[MSG_REC_SYNC] = { "rec-sync", FROM(MSG_ENGINE), TO(MSG_RECORDER), 0,
	    put_number, take_number },
	[MSG_REC_RESULT] = { "rec-result", FROM(MSG_RECORDER), TO(MSG_ENGINE),
	    0, put_rec_result, take_rec_result },
	[MSG_REC_ORPHAN] = { "rec-orphan", FROM(MSG_RECORDER), TO(MSG_STORE), 0,
	    put_rec_orphan, take_rec_orphan },
	[MSG_REC_ORPHANS_END] = { "rec-orphans-end", FROM(MSG_RECORDER),
	    TO(MSG_STORE), 0, put_none, take_none },
};

void msg_encode(const struct msg *m, struct buf *out)
{
	buf_be16(out, MSG_MAGIC);
	buf_be16(out, (uint16_t)m->kind);
	rows[m->kind].put(m, out);
}

enum err msg_decode(struct slice bytes, struct msg *out)
{
	struct msg m = { 0 };
	struct take t;
	uint16_t kind;

	if (bytes.n > MSG_BYTES_MAX)
		return ERR_SYNTAX;
	take_init(&t, bytes);
	if (take_be16(&t) != MSG_MAGIC)
		return ERR_SYNTAX;
	kind = take_be16(&t);
	if (t.failed || kind >= MSG_KIND_COUNT)
		return ERR_SYNTAX;
	m.kind = (enum msg_kind)kind;
	rows[kind].take(&t, &m);
	if (take_end(&t) != ERR_OK)
		return ERR_SYNTAX;
	*out = m;
	return ERR_OK;
}

bool msg_allowed(enum msg_kind kind, enum msg_role from, enum msg_role to)
{
	return (rows[kind].from & FROM(from)) != 0 &&
	       (rows[kind].to & TO(to)) != 0;
}

size_t msg_fds(enum msg_kind kind)
{
	return rows[kind].fds;
}

const char *msg_name(enum msg_kind kind)
{
	return rows[kind].name;
}

const char *msg_role_name(enum msg_role role)
{
	static const char *const names[MSG_ROLE_COUNT] = { "parent", "engine",
		"recorder", "store" };

	return names[role];
}
