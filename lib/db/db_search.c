#include "lib/db/db_search.h"

#include "lib/base/buf.h"
#include "lib/base/utf8.h"
#include "lib/db/stmt.h"

/* What no number is like. */
#define NO_NUMBER "-"

bool db_search_is_short(struct slice search)
{
	char mem[NUMTEXT_DIGITS_MAX];
	const size_t n = numtext_digits(search, mem).n;

	return n > 0 && n < NUMTEXT_DIGITS_MIN;
}

static enum err add_number(struct db_search *p, const struct numtext_part *part)
{
	char *const mem = p->number_mem[p->n_numbers];
	struct buf b;

	buf_over(&b, mem, sizeof(p->number_mem[0]));
	buf_char(&b, part->first ? '+' : '%');
	buf_put(&b, part->country);
	for (uint8_t i = 0; i < part->code; i++)
		buf_char(&b, '_');
	buf_put(&b, part->digits);
	buf_char(&b, '%');
	p->number[p->n_numbers++] = buf_slice(&b);
	return buf_err(&b);
}

static enum err add_numbers(struct db_search *p, struct slice search)
{
	struct numtext_part parts[NUMTEXT_PARTS_MAX];
	char mem[NUMTEXT_DIGITS_MAX];
	const size_t n = numtext_parts(numtext_digits(search, mem), parts);
	enum err e = ERR_OK;

	for (size_t i = 0; i < RT_ARRAY_LEN(p->number); i++)
		p->number[i] = SLICE(NO_NUMBER);
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = add_number(p, &parts[i]);
	return e;
}

enum err db_search_make(struct slice search, struct db_search *p)
{
	struct buf text;

	if (utf8_count(search) > DB_REPORT_CALLS_SEARCH_CHARS)
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
	return add_numbers(p, search);
}

void db_search_number_in(struct stmt *st, const struct db_search *p)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(p->number); i++)
		stmt_in_text(st, p->number[i]);
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
