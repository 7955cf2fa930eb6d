#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/db/stmt_priv.h"

/* One value as the driver takes it in a column: numbers themselves, the
 * others' address. */
union cell {
	long long i;
	void *p;
};

struct stmt_rows {
	size_t room; /* rows */
	MYSQL_BIND *columns;
	/* room of them for each column. */
	union cell *cells;
	unsigned long *lengths;
	char *nulls; /* STMT_INDICATOR_… */
	MYSQL_TIME *times;
};

bool stmt_rows_can(const struct db *db)
{
	return db->rows;
}

void stmt_rows_free(struct stmt_rows *r)
{
	if (r == NULL)
		return;
	free(r->columns);
	free(r->cells);
	free(r->lengths);
	free(r->nulls);
	free(r->times);
	free(r);
}

static struct stmt_rows *rows_new(size_t n_in, size_t room)
{
	struct stmt_rows *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->room = room;
	r->columns = calloc(n_in, sizeof(*r->columns));
	r->cells = calloc(n_in * room, sizeof(*r->cells));
	r->lengths = calloc(n_in * room, sizeof(*r->lengths));
	r->nulls = calloc(n_in * room, sizeof(*r->nulls));
	r->times = calloc(n_in * room, sizeof(*r->times));
	if (r->columns != NULL && r->cells != NULL && r->lengths != NULL &&
	    r->nulls != NULL && r->times != NULL)
		return r;
	stmt_rows_free(r);
	return NULL;
}

void stmt_rows_begin(struct stmt *st, size_t n)
{
	if (st->e != ERR_OK)
		return;
	if (!st->db->rows || st->at_in > 0 || st->n_in == 0 || n == 0 ||
	    n > STMT_ROWS_MAX) {
		st->e = ERR_INTERNAL;
		return;
	}
	if (st->rows == NULL)
		st->rows = rows_new(st->n_in, STMT_ROWS_MAX);
	if (st->rows == NULL) {
		st->e = ERR_NOMEM;
		return;
	}
	st->n_rows = n;
	memset(st->rows->columns, 0, st->n_in * sizeof(*st->rows->columns));
}

void stmt_rows_take(struct stmt *st)
{
	struct stmt_rows *r = st->rows;
	const unsigned int at = st->at_in - 1;
	const size_t column = at % st->n_in;
	const size_t to = column * r->room + at / st->n_in;
	const MYSQL_BIND *b = &st->bind_in[column];
	MYSQL_BIND *c = &r->columns[column];

	r->nulls[to] = STMT_INDICATOR_NULL;
	r->lengths[to] = 0;
	r->cells[to].p = NULL;
	if (b->buffer_type == MYSQL_TYPE_NULL)
		return;
	/* The first that is there says what the column is. */
	if (c->buffer == NULL) {
		c->buffer = &r->cells[column * r->room];
		c->buffer_type = b->buffer_type;
		c->is_unsigned = b->is_unsigned;
	} else if (c->buffer_type != b->buffer_type) {
		st->e = ERR_INTERNAL;
		log_error("stmt: column %zu is of two types: %.60s", column + 1,
		    st->sql);
	}
	r->nulls[to] = STMT_INDICATOR_NONE;
	if (b->buffer_type == MYSQL_TYPE_LONGLONG) {
		r->cells[to].i = st->in[column].i;
	} else if (b->buffer_type == MYSQL_TYPE_DATETIME) {
		r->times[to] = st->in[column].t;
		r->cells[to].p = &r->times[to];
	} else {
		r->cells[to].p = b->buffer;
	}
	if (b->length != NULL)
		r->lengths[to] = *b->length;
}

enum err stmt_rows_bind(struct stmt *st)
{
	struct stmt_rows *r = st->rows;
	const unsigned int n = (unsigned int)st->n_rows;

	if (mysql_stmt_attr_set(st->my, STMT_ATTR_ARRAY_SIZE, &n) != 0)
		return stmt_failed(st, DB_READING);
	if (n == 0) {
		if (mysql_stmt_bind_param(st->my, st->bind_in) != 0)
			return stmt_failed(st, DB_READING);
		return ERR_OK;
	}
	stmt_rows_take(st);
	if (st->e != ERR_OK)
		return st->e;
	for (size_t i = 0; i < st->n_in; i++) {
		MYSQL_BIND *c = &r->columns[i];

		if (c->buffer == NULL) {
			c->buffer = &r->cells[i * r->room];
			c->buffer_type = MYSQL_TYPE_BLOB;
		}
		c->length = &r->lengths[i * r->room];
		c->u.indicator = &r->nulls[i * r->room];
	}
	if (mysql_stmt_bind_param(st->my, r->columns) != 0)
		return stmt_failed(st, DB_READING);
	return ERR_OK;
}
