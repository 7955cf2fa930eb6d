#include "lib/db/db_search.h"

#include "lib/base/buf.h"
#include "lib/base/scan.h"
#include "lib/db/stmt.h"

/* Fewer are no part of a number. */
#define DIGITS_MIN 3

/* The digits of a text; none when it has letters. */
static struct slice digits_of(struct slice search,
    char mem[DB_REPORT_CALLS_SEARCH_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < search.n; i++) {
		if (scan_is_alpha(search.p[i]))
			return SLICE("");
		if (scan_is_digit(search.p[i]) &&
		    n < DB_REPORT_CALLS_SEARCH_MAX)
			mem[n++] = search.p[i];
	}
	return slice_of(mem, n);
}

bool db_search_is_short(struct slice search)
{
	char mem[DB_REPORT_CALLS_SEARCH_MAX];
	const size_t n = digits_of(search, mem).n;

	return n > 0 && n < DIGITS_MIN;
}

static enum err add_number(struct db_search *p, const char *front,
    struct slice digits)
{
	char *const mem = p->number_mem[p->n_numbers];
	struct buf b;

	buf_over(&b, mem, sizeof(p->number_mem[0]));
	buf_cstr(&b, front);
	buf_put(&b, digits);
	buf_char(&b, '%');
	p->number[p->n_numbers++] = buf_slice(&b);
	return buf_err(&b);
}

/* "0" stands for a country code of one to three digits, "00" for its "+". */
static enum err add_dialled(struct db_search *p, struct slice digits)
{
	static const char *const codes[] = { "+_", "+__", "+___" };
	const struct slice national = slice_skip(digits, 1);
	enum err e = ERR_OK;

	if (slice_starts(national, SLICE("0")))
		return national.n - 1 < DIGITS_MIN
			   ? ERR_OK
			   : add_number(p, "+", slice_skip(national, 1));
	if (national.n < DIGITS_MIN)
		return ERR_OK;
	for (size_t i = 0; i < RT_ARRAY_LEN(codes) && e == ERR_OK; i++)
		e = add_number(p, codes[i], national);
	return e;
}

enum err db_search_make(struct slice search, struct db_search *p)
{
	char mem[DB_REPORT_CALLS_SEARCH_MAX];
	struct slice digits;
	struct buf text;
	enum err e;

	if (search.n > DB_REPORT_CALLS_SEARCH_MAX)
		return ERR_TOOBIG;
	buf_over(&text, p->text_mem, sizeof(p->text_mem));
	buf_char(&text, '%');
	for (size_t i = 0; i < search.n; i++) {
		const char c = search.p[i];

		if (c == '%' || c == '_' || c == '\\')
			buf_char(&text, '\\');
		buf_char(&text, c);
	}
	buf_char(&text, '%');
	if (buf_err(&text) != ERR_OK)
		return ERR_TOOBIG;
	p->text = buf_slice(&text);
	p->n_numbers = 0;
	digits = digits_of(search, mem);
	if (digits.n < DIGITS_MIN)
		return ERR_OK;
	e = add_number(p, "%", digits);
	if (e == ERR_OK && digits.p[0] == '0')
		e = add_dialled(p, digits);
	return e;
}

/* "i.campaign COLLATE … LIKE ?" */
static void has_text(struct buf *sql, const char *of, const char *column)
{
	buf_printf(sql, "%s.%s COLLATE utf8mb4_unicode_520_ci LIKE ?", of,
	    column);
}

void db_search_callers(struct buf *sql, const struct db_search *p)
{
	buf_cstr(sql, "(c.caller_name LIKE ?");
	for (size_t i = 0; i < p->n_numbers; i++)
		buf_cstr(sql, " OR c.caller_e164 LIKE ?");
	buf_char(sql, ')');
}

void db_search_callers_in(struct stmt *st, const struct db_search *p)
{
	stmt_in_text(st, p->text);
	for (size_t i = 0; i < p->n_numbers; i++)
		stmt_in_text(st, p->number[i]);
}

void db_search_words(struct buf *sql, const char *of)
{
	buf_char(sql, '(');
	has_text(sql, of, "campaign");
	buf_cstr(sql, " OR ");
	has_text(sql, of, "keyword");
	buf_char(sql, ')');
}

void db_search_words_in(struct stmt *st, const struct db_search *p)
{
	stmt_in_text(st, p->text);
	stmt_in_text(st, p->text);
}

void db_search_where(struct buf *sql, const struct db_report_calls_filter *f,
    const struct db_search *p, const char *of)
{
	if (f->caller.n > 0)
		buf_cstr(sql, " AND c.caller_e164 = ?");
	if (f->search.n == 0)
		return;
	buf_cstr(sql, " AND (");
	db_search_callers(sql, p);
	buf_cstr(sql, " OR ");
	db_search_words(sql, of);
	buf_char(sql, ')');
}

/* In the order of db_search_where(). */
void db_search_in(struct stmt *st, const struct db_report_calls_filter *f,
    const struct db_search *p)
{
	if (f->caller.n > 0)
		stmt_in_text(st, f->caller);
	if (f->search.n == 0)
		return;
	db_search_callers_in(st, p);
	db_search_words_in(st, p);
}
