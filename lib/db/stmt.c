#include "lib/db/stmt.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/db/db_priv.h"

/* `my_bool` in one client library, `bool` in the other. */
#define SQL_BOOL __typeof__(*((MYSQL_BIND *)NULL)->is_null)

enum out_kind {
	OUT_ID,
	OUT_TEXT,
	OUT_BYTES,
	OUT_FIXED,
	OUT_SLICE,
	OUT_U64,
	OUT_I64,
	OUT_U32,
	OUT_U16,
	OUT_BOOL,
	OUT_TIME
};

struct in {
	long long i;
	MYSQL_TIME t;
	unsigned long n;
};

struct out {
	enum out_kind kind;
	void *to;
	size_t cap;
	size_t *n_out;
	struct arena *mem;
	bool *null_out;
	long long i;
	MYSQL_TIME t;
	unsigned long n;
	SQL_BOOL is_null;
	SQL_BOOL error;
};

struct stmt {
	struct db *db;
	const char *sql;
	MYSQL_STMT *my;
	bool writes;
	bool used;  /* begun and not ended */
	enum err e; /* of the stmt_in and stmt_out calls */
	unsigned int n_in, at_in;
	unsigned int n_out, at_out;
	struct in *in;
	struct out *out;
	MYSQL_BIND *bind_in;
	MYSQL_BIND *bind_out;
};

/* MYSQL_BIND has one buffer pointer for both directions; the library only
 * reads what is bound as a parameter. The one place that drops const. */
static void *unconst(const void *p)
{
	union {
		const void *in;
		void *out;
	} u = { p };

	return u.out;
}

static enum err failed(struct stmt *st, enum db_phase phase)
{
	return db_failed(st->db, mysql_stmt_errno(st->my),
	    mysql_stmt_error(st->my), phase);
}

static void drop(struct stmt *st)
{
	if (st == NULL)
		return;
	if (st->my != NULL)
		mysql_stmt_close(st->my);
	free(st->in);
	free(st->out);
	free(st->bind_in);
	free(st->bind_out);
	free(st);
}

void stmt_forget_all(struct db *db)
{
	for (size_t i = 0; i < DB_STMTS_MAX; i++) {
		drop(db->stmts[i]);
		db->stmts[i] = NULL;
	}
	db->n_stmts = 0;
}

static enum err prepare(struct stmt *st)
{
	const struct slice sql = slice_from(st->sql);

	st->my = mysql_stmt_init(st->db->my);
	if (st->my == NULL)
		return ERR_NOMEM;
	if (mysql_stmt_prepare(st->my, sql.p, sql.n) != 0)
		return failed(st, DB_READING);
	st->writes = !slice_starts(sql, SLICE("SELECT"));
	st->n_in = (unsigned int)mysql_stmt_param_count(st->my);
	st->n_out = mysql_stmt_field_count(st->my);
	if (st->n_in > STMT_IN_MAX || st->n_out > STMT_OUT_MAX)
		return ERR_INTERNAL;
	/* One more, so that none of them is an allocation of nothing. */
	st->in = calloc(st->n_in + 1, sizeof(*st->in));
	st->out = calloc(st->n_out + 1, sizeof(*st->out));
	st->bind_in = calloc(st->n_in + 1, sizeof(*st->bind_in));
	st->bind_out = calloc(st->n_out + 1, sizeof(*st->bind_out));
	if (st->in == NULL || st->out == NULL || st->bind_in == NULL ||
	    st->bind_out == NULL)
		return ERR_NOMEM;
	return ERR_OK;
}

/* The slot that holds sql, or the free one where it belongs. */
static struct stmt **slot_of(struct db *db, const char *sql)
{
	size_t i = ((uintptr_t)sql * UINT64_C(0x9e3779b97f4a7c15)) >> 48;

	for (;; i++) {
		struct stmt **slot = &db->stmts[i % DB_STMTS_MAX];

		if (*slot == NULL || (*slot)->sql == sql)
			return slot;
	}
}

enum err stmt_begin(struct db *db, const char *sql, struct stmt **out)
{
	struct stmt **slot, *st;
	enum err e;

	*out = NULL;
	if (db->broken)
		return ERR_UNAVAILABLE;
	if (db->doomed)
		return ERR_BUSY;
	slot = slot_of(db, sql);
	if (*slot == NULL) {
		/* A full table would make slot_of() search for ever. */
		if (db->n_stmts >= DB_STMTS_MAX - 1)
			return ERR_INTERNAL;
		st = calloc(1, sizeof(*st));
		if (st == NULL)
			return ERR_NOMEM;
		st->db = db;
		st->sql = sql;
		e = prepare(st);
		if (e != ERR_OK) {
			drop(st);
			return e;
		}
		*slot = st;
		db->n_stmts++;
	}
	st = *slot;
	assert(!st->used);
	st->used = true;
	db->in_use++;
	st->e = ERR_OK;
	st->at_in = 0;
	st->at_out = 0;
	*out = st;
	return ERR_OK;
}

void stmt_end(struct stmt *st)
{
	if (st == NULL)
		return;
	assert(st->used);
	if (!st->db->broken)
		(void)mysql_stmt_free_result(st->my); /* memory only */
	st->used = false;
	st->db->in_use--;
}

/* --- parameters ---------------------------------------------------------- */

/* The next parameter; NULL when there are more than question marks. */
static MYSQL_BIND *next_in(struct stmt *st, struct in **in)
{
	MYSQL_BIND *b;

	if (st->at_in >= st->n_in) {
		st->e = ERR_INTERNAL;
		log_error("stmt: more values than parameters: %.60s", st->sql);
		return NULL;
	}
	*in = &st->in[st->at_in];
	b = &st->bind_in[st->at_in++];
	memset(b, 0, sizeof(*b));
	return b;
}

static void put_bytes(struct stmt *st, const void *p, size_t n,
    enum enum_field_types type)
{
	struct in *in;
	MYSQL_BIND *b = next_in(st, &in);

	if (b == NULL)
		return;
	in->n = n;
	b->buffer_type = type;
	b->buffer = unconst(p == NULL ? "" : p);
	b->buffer_length = n;
	b->length = &in->n;
}

static void put_int(struct stmt *st, long long v, bool is_unsigned)
{
	struct in *in;
	MYSQL_BIND *b = next_in(st, &in);

	if (b == NULL)
		return;
	in->i = v;
	b->buffer_type = MYSQL_TYPE_LONGLONG;
	b->buffer = &in->i;
	b->is_unsigned = is_unsigned;
}

void stmt_in_null(struct stmt *st)
{
	struct in *in;
	MYSQL_BIND *b = next_in(st, &in);

	if (b != NULL)
		b->buffer_type = MYSQL_TYPE_NULL;
}

void stmt_in_id(struct stmt *st, const uint8_t id[ID_BYTES])
{
	put_bytes(st, id, ID_BYTES, MYSQL_TYPE_BLOB);
}

void stmt_in_id_null(struct stmt *st, const uint8_t id[ID_BYTES])
{
	if (id_is_nil(id))
		stmt_in_null(st);
	else
		stmt_in_id(st, id);
}

void stmt_in_text(struct stmt *st, struct slice s)
{
	put_bytes(st, s.p, s.n, MYSQL_TYPE_STRING);
}

void stmt_in_text_null(struct stmt *st, struct slice s)
{
	if (s.p == NULL)
		stmt_in_null(st);
	else
		stmt_in_text(st, s);
}

void stmt_in_bytes(struct stmt *st, const void *p, size_t n)
{
	put_bytes(st, p, n, MYSQL_TYPE_BLOB);
}

void stmt_in_bytes_null(struct stmt *st, const void *p, size_t n)
{
	if (p == NULL)
		stmt_in_null(st);
	else
		stmt_in_bytes(st, p, n);
}

void stmt_in_u64(struct stmt *st, uint64_t v)
{
	long long bits;

	memcpy(&bits, &v, sizeof(bits));
	put_int(st, bits, true);
}

void stmt_in_i64(struct stmt *st, int64_t v)
{
	put_int(st, v, false);
}

void stmt_in_bool(struct stmt *st, bool v)
{
	put_int(st, v ? 1 : 0, true);
}

void stmt_in_time_us(struct stmt *st, int64_t wall_us)
{
	const struct clk_civil c = clk_to_civil(wall_us);
	struct in *in;
	MYSQL_BIND *b = next_in(st, &in);

	if (b == NULL)
		return;
	in->t = (MYSQL_TIME){
		.year = (unsigned int)c.year,
		.month = (unsigned int)c.month,
		.day = (unsigned int)c.day,
		.hour = (unsigned int)c.hour,
		.minute = (unsigned int)c.minute,
		.second = (unsigned int)c.second,
		.second_part = (unsigned long)c.micro,
		.time_type = MYSQL_TIMESTAMP_DATETIME,
	};
	b->buffer_type = MYSQL_TYPE_DATETIME;
	b->buffer = &in->t;
}

void stmt_in_time_us_null(struct stmt *st, int64_t wall_us)
{
	if (wall_us == 0)
		stmt_in_null(st);
	else
		stmt_in_time_us(st, wall_us);
}

/* --- columns ------------------------------------------------------------- */

static void get(struct stmt *st, enum out_kind kind, void *to, size_t cap,
    size_t *n_out)
{
	struct out *o;
	MYSQL_BIND *b;

	if (st->at_out >= st->n_out) {
		st->e = ERR_INTERNAL;
		log_error("stmt: more variables than columns: %.60s", st->sql);
		return;
	}
	o = &st->out[st->at_out];
	b = &st->bind_out[st->at_out++];
	*o = (struct out){ .kind = kind, .to = to, .cap = cap, .n_out = n_out };
	memset(b, 0, sizeof(*b));
	b->length = &o->n;
	b->is_null = &o->is_null;
	b->error = &o->error;
	switch (kind) {
	case OUT_ID:
	case OUT_TEXT:
	case OUT_BYTES:
	case OUT_FIXED:
		b->buffer_type =
		    kind == OUT_TEXT ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
		b->buffer = to;
		b->buffer_length = cap;
		break;
	case OUT_SLICE:
		/* Its length comes with the row; fetch_slice() gets it. */
		b->buffer_type = MYSQL_TYPE_BLOB;
		break;
	case OUT_U64:
	case OUT_U32:
	case OUT_U16:
	case OUT_BOOL:
	case OUT_I64:
		b->buffer_type = MYSQL_TYPE_LONGLONG;
		b->buffer = &o->i;
		b->is_unsigned = kind != OUT_I64;
		break;
	case OUT_TIME:
		b->buffer_type = MYSQL_TYPE_DATETIME;
		b->buffer = &o->t;
		break;
	}
}

void stmt_out_id(struct stmt *st, uint8_t id[ID_BYTES])
{
	get(st, OUT_ID, id, ID_BYTES, NULL);
}

void stmt_out_text(struct stmt *st, char *out, size_t cap)
{
	assert(cap > 0);
	/* Without the NUL, which finish_one() adds. */
	get(st, OUT_TEXT, out, cap - 1, NULL);
}

void stmt_out_bytes(struct stmt *st, void *out, size_t cap, size_t *n)
{
	get(st, OUT_BYTES, out, cap, n);
}

void stmt_out_fixed(struct stmt *st, void *out, size_t n)
{
	get(st, OUT_FIXED, out, n, NULL);
}

void stmt_out_slice(struct stmt *st, struct arena *mem, size_t max,
    struct slice *out)
{
	const unsigned int at = st->at_out;

	get(st, OUT_SLICE, out, max, NULL);
	if (st->at_out > at)
		st->out[at].mem = mem;
}

void stmt_out_u64(struct stmt *st, uint64_t *out)
{
	get(st, OUT_U64, out, 0, NULL);
}

void stmt_out_i64(struct stmt *st, int64_t *out)
{
	get(st, OUT_I64, out, 0, NULL);
}

void stmt_out_u32(struct stmt *st, uint32_t *out)
{
	get(st, OUT_U32, out, 0, NULL);
}

void stmt_out_u16(struct stmt *st, uint16_t *out)
{
	get(st, OUT_U16, out, 0, NULL);
}

void stmt_out_bool(struct stmt *st, bool *out)
{
	get(st, OUT_BOOL, out, 0, NULL);
}

void stmt_out_time_us(struct stmt *st, int64_t *wall_us)
{
	get(st, OUT_TIME, wall_us, 0, NULL);
}

void stmt_out_null(struct stmt *st, bool *is_null)
{
	if (st->at_out > 0)
		st->out[st->at_out - 1].null_out = is_null;
}

static enum err finish_time(const struct out *o)
{
	struct clk_civil c = { 0 };
	int64_t us = 0;

	if (!o->is_null) {
		c.year = (int)o->t.year;
		c.month = (int)o->t.month;
		c.day = (int)o->t.day;
		c.hour = (int)o->t.hour;
		c.minute = (int)o->t.minute;
		c.second = (int)o->t.second;
		c.micro = (int)o->t.second_part;
		if (clk_from_civil(&c, &us) != ERR_OK)
			return ERR_RANGE;
	}
	memcpy(o->to, &us, sizeof(us));
	return ERR_OK;
}

static enum err finish_int(const struct out *o)
{
	uint64_t v;

	memcpy(&v, &o->i, sizeof(v));
	if (o->is_null)
		v = 0;
	if ((o->kind == OUT_U32 && v > UINT32_MAX) ||
	    (o->kind == OUT_U16 && v > UINT16_MAX))
		return ERR_RANGE;
	if (o->kind == OUT_U32)
		*(uint32_t *)o->to = (uint32_t)v;
	else if (o->kind == OUT_U16)
		*(uint16_t *)o->to = (uint16_t)v;
	else if (o->kind == OUT_BOOL)
		*(bool *)o->to = v != 0;
	else
		memcpy(o->to, &v, sizeof(v));
	return ERR_OK;
}

static enum err finish_bytes(const struct out *o)
{
	const size_t n = o->is_null ? 0 : o->n;

	if (n > o->cap)
		return ERR_RANGE;
	if (o->kind == OUT_TEXT)
		((char *)o->to)[n] = '\0';
	if (o->n_out != NULL)
		*o->n_out = n;
	if (o->kind == OUT_ID || o->kind == OUT_FIXED) {
		if (!o->is_null && n != o->cap)
			return ERR_RANGE;
		if (o->is_null)
			memset(o->to, 0, o->cap);
	}
	return ERR_OK;
}

static enum err fetch_slice(struct stmt *st, unsigned int column)
{
	const struct out *o = &st->out[column];
	struct slice *to = o->to;
	MYSQL_BIND b;
	unsigned long n = 0;
	char *p;

	*to = (struct slice){ NULL, 0 };
	if (o->is_null)
		return ERR_OK;
	if (o->n > o->cap)
		return ERR_RANGE;
	p = arena_alloc(o->mem, o->n);
	if (p == NULL)
		return ERR_NOMEM;
	if (o->n > 0) {
		memset(&b, 0, sizeof(b));
		b.buffer_type = MYSQL_TYPE_BLOB;
		b.buffer = p;
		b.buffer_length = o->n;
		b.length = &n;
		if (mysql_stmt_fetch_column(st->my, &b, column, 0) != 0)
			return failed(st, DB_READING);
	}
	*to = slice_of(p, o->n);
	return ERR_OK;
}

/* Brings one column from the driver's form to the caller's. */
static enum err finish_one(struct stmt *st, unsigned int column)
{
	const struct out *o = &st->out[column];

	if (o->null_out != NULL)
		*o->null_out = o->is_null != 0;
	if (o->kind == OUT_SLICE)
		return fetch_slice(st, column);
	if (!o->is_null && o->error)
		return ERR_RANGE;
	switch (o->kind) {
	case OUT_ID:
	case OUT_TEXT:
	case OUT_BYTES:
	case OUT_FIXED:
	case OUT_SLICE:
		return finish_bytes(o);
	case OUT_U64:
	case OUT_I64:
	case OUT_U32:
	case OUT_U16:
	case OUT_BOOL:
		return finish_int(o);
	case OUT_TIME:
		break;
	}
	return finish_time(o);
}

/* --- execution ----------------------------------------------------------- */

static enum err execute(struct stmt *st)
{
	const enum db_phase phase = st->writes ? DB_WRITING : DB_READING;

	if (st->e != ERR_OK)
		return st->e;
	if (st->at_in != st->n_in || st->at_out != st->n_out) {
		log_error("stmt: %u of %u parameters, %u of %u columns: %.60s",
		    st->at_in, st->n_in, st->at_out, st->n_out, st->sql);
		return ERR_INTERNAL;
	}
	if (st->n_in > 0 && mysql_stmt_bind_param(st->my, st->bind_in) != 0)
		return failed(st, DB_READING);
	if (mysql_stmt_execute(st->my) != 0)
		return failed(st, phase);
	if (st->n_out == 0)
		return ERR_OK;
	if (mysql_stmt_bind_result(st->my, st->bind_out) != 0 ||
	    mysql_stmt_store_result(st->my) != 0)
		return failed(st, phase);
	return ERR_OK;
}

enum err stmt_exec(struct stmt *st, uint64_t *changed)
{
	const enum err e = execute(st);

	if (e != ERR_OK)
		return e;
	if (mysql_stmt_insert_id(st->my) != 0)
		st->db->insert_id = mysql_stmt_insert_id(st->my);
	if (changed != NULL)
		*changed = mysql_stmt_affected_rows(st->my);
	return ERR_OK;
}

enum err stmt_exec_one(struct stmt *st)
{
	uint64_t n;
	const enum err e = stmt_exec(st, &n);

	if (e != ERR_OK)
		return e;
	return n == 1 ? ERR_OK : ERR_NOTFOUND;
}

enum err stmt_each(struct stmt *st)
{
	return execute(st);
}

enum err stmt_next(struct stmt *st)
{
	const int rc = mysql_stmt_fetch(st->my);
	enum err e = ERR_OK;

	if (rc == MYSQL_NO_DATA)
		return ERR_NOTFOUND;
	if (rc != 0 && rc != MYSQL_DATA_TRUNCATED)
		return failed(st, DB_READING);
	for (unsigned int i = 0; i < st->n_out && e == ERR_OK; i++) {
		e = finish_one(st, i);
		if (e != ERR_OK)
			log_error("stmt: column %u does not fit: %.60s", i + 1,
			    st->sql);
	}
	return e;
}

enum err stmt_one(struct stmt *st)
{
	enum err e = execute(st);

	if (e != ERR_OK)
		return e;
	if (mysql_stmt_num_rows(st->my) > 1)
		return ERR_INTERNAL;
	return stmt_next(st);
}

size_t stmt_rows(const struct stmt *st)
{
	return mysql_stmt_num_rows(st->my);
}

enum err stmt_all(struct stmt *st, struct arena *mem, const void *row,
    size_t size, void **rows, size_t *n)
{
	enum err e = stmt_each(st);
	char *all;
	size_t k = 0;

	if (e != ERR_OK)
		return e;
	all = arena_array(mem, stmt_rows(st), size);
	if (all == NULL)
		return ERR_NOMEM;
	while ((e = stmt_next(st)) == ERR_OK)
		memcpy(all + size * k++, row, size);
	if (e != ERR_NOTFOUND)
		return e;
	*rows = all;
	*n = k;
	return ERR_OK;
}
