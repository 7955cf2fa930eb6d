#include "lib/db/db_search.h"

#include "lib/base/buf.h"
#include "lib/base/scan.h"
#include "lib/db/stmt.h"

enum err db_search_make(struct slice search, struct db_search *p)
{
	struct buf text, digits;
	bool other = false;

	if (search.n > DB_REPORT_CALLS_SEARCH_MAX)
		return ERR_TOOBIG;
	buf_over(&text, p->text_mem, sizeof(p->text_mem));
	buf_over(&digits, p->digits_mem, sizeof(p->digits_mem));
	buf_char(&text, '%');
	buf_char(&digits, '%');
	for (size_t i = 0; i < search.n; i++) {
		const char c = search.p[i];

		if (c == '%' || c == '_' || c == '\\')
			buf_char(&text, '\\');
		buf_char(&text, c);
		if (scan_is_digit(c))
			buf_char(&digits, c);
		else if (scan_is_alpha(c))
			other = true;
	}
	buf_char(&text, '%');
	buf_char(&digits, '%');
	if (buf_err(&text) != ERR_OK || buf_err(&digits) != ERR_OK)
		return ERR_TOOBIG;
	p->text = buf_slice(&text);
	p->digits = digits.n > 4 && !other ? buf_slice(&digits) : SLICE("");
	return ERR_OK;
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
	if (p->digits.n > 0)
		buf_cstr(sql, " OR c.caller_e164 LIKE ?");
	buf_char(sql, ')');
}

void db_search_callers_in(struct stmt *st, const struct db_search *p)
{
	stmt_in_text(st, p->text);
	if (p->digits.n > 0)
		stmt_in_text(st, p->digits);
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
