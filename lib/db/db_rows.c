#include "lib/db/db_rows.h"

static const size_t sizes[DB_ROWS_SIZES] = { 32, 24, 16, 12, 8, 6, 4, 3, 2, 1 };

/* Which text for so many rows, at least one. */
static size_t text_for(size_t n)
{
	size_t text = 0;

	/* A quarter of repeated rows costs less than another round trip. */
	while (4 * n < 3 * sizes[text])
		text++;
	return text;
}

size_t db_rows_at(const struct db_rows_part *p, size_t i)
{
	return p->first + (i < p->n ? i : p->n - 1);
}

enum err db_rows_add(struct db *db, const char *const *texts,
    struct company_id company, const void *rows, size_t n, db_rows_in *in)
{
	struct db_rows_part part = { 0, 0, 0 };
	enum err e = ERR_OK;

	if (!stmt_rows_can(db))
		return db_rows_run(db, texts, company, rows, n, in);
	for (; e == ERR_OK && part.first < n; part.first += part.n) {
		const size_t left = n - part.first;
		struct stmt *st = stmt_begin(db, texts[DB_ROWS_SIZES - 1]);

		part.n = left < STMT_ROWS_MAX ? left : STMT_ROWS_MAX;
		part.places = part.n;
		stmt_rows_begin(st, part.n);
		in(st, &company, rows, &part);
		e = stmt_exec(st, NULL);
	}
	return e;
}

enum err db_rows_run(struct db *db, const char *const *texts,
    struct company_id company, const void *rows, size_t n, db_rows_in *in)
{
	struct db_rows_part part = { 0, 0, 0 };
	enum err e = ERR_OK;

	for (; e == ERR_OK && part.first < n; part.first += part.n) {
		const size_t left = n - part.first, text = text_for(left);
		struct stmt *st = stmt_begin(db, texts[text]);

		part.places = sizes[text];
		part.n = left < part.places ? left : part.places;
		in(st, &company, rows, &part);
		e = stmt_exec(st, NULL);
	}
	return e;
}
