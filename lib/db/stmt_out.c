#include "lib/db/stmt_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/base/clk.h"
#include "lib/base/log.h"

/* NULL when there is no memory: then every text is asked for. */
static char *near(struct stmt *st, size_t column)
{
	if (st->near == NULL)
		st->near = calloc(st->n_out, STMT_NEAR);
	return st->near == NULL ? NULL : st->near + column * STMT_NEAR;
}

static void get(struct stmt *st, enum stmt_out_kind kind, void *to, size_t cap,
    size_t *n_out)
{
	struct stmt_out_column *o;
	MYSQL_BIND *b;

	if (st->e != ERR_OK)
		return;
	if (st->at_out >= st->n_out) {
		st->e = ERR_INTERNAL;
		log_error("stmt: more variables than columns: %.60s", st->sql);
		return;
	}
	o = &st->out[st->at_out];
	b = &st->bind_out[st->at_out++];
	*o = (struct stmt_out_column){ .kind = kind,
		.to = to,
		.cap = cap,
		.n_out = n_out };
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
		b->buffer_type = MYSQL_TYPE_BLOB;
		b->buffer = near(st, (size_t)(o - st->out));
		b->buffer_length = b->buffer == NULL ? 0 : STMT_NEAR;
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

static enum err finish_time(const struct stmt_out_column *o)
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

static enum err finish_int(const struct stmt_out_column *o)
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

static enum err finish_bytes(const struct stmt_out_column *o)
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
	const struct stmt_out_column *o = &st->out[column];
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
	if (o->n > 0 && o->n <= st->bind_out[column].buffer_length) {
		memcpy(p, st->bind_out[column].buffer, o->n);
	} else if (o->n > 0) {
		memset(&b, 0, sizeof(b));
		b.buffer_type = MYSQL_TYPE_BLOB;
		b.buffer = p;
		b.buffer_length = o->n;
		b.length = &n;
		if (mysql_stmt_fetch_column(st->my, &b, column, 0) != 0)
			return stmt_failed(st, DB_READING);
	}
	*to = slice_of(p, o->n);
	return ERR_OK;
}

enum err stmt_out_finish(struct stmt *st, unsigned int column)
{
	const struct stmt_out_column *o = &st->out[column];

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
