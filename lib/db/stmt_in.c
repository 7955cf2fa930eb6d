#include "lib/db/stmt_priv.h"

#include <string.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"

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

/* The next parameter; NULL when there are more than question marks, or when
 * something failed before. */
static MYSQL_BIND *next_in(struct stmt *st, struct stmt_in_value **in)
{
	MYSQL_BIND *b;

	if (st->e != ERR_OK)
		return NULL;
	if (st->n_rows > 0 && st->at_in > 0)
		stmt_rows_take(st);
	if (st->at_in >= st->n_in * (st->n_rows > 0 ? st->n_rows : 1)) {
		st->e = ERR_INTERNAL;
		log_error("stmt: more values than parameters: %.60s", st->sql);
		return NULL;
	}
	*in = &st->in[st->at_in % st->n_in];
	b = &st->bind_in[st->at_in++ % st->n_in];
	memset(b, 0, sizeof(*b));
	return b;
}

static void put_bytes(struct stmt *st, const void *p, size_t n,
    enum enum_field_types type)
{
	struct stmt_in_value *in;
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
	struct stmt_in_value *in;
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
	struct stmt_in_value *in;
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
	struct stmt_in_value *in;
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
