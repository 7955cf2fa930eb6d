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

/* Twice: "is it set" and "is it this". */
static void in_twice(struct stmt *st, struct slice s)
{
	stmt_in_text(st, s);
	stmt_in_text(st, s);
}

void db_search_in(struct stmt *st, const struct db_report_calls_filter *f,
    const struct db_search *p)
{
	in_twice(st, f->caller);
	stmt_in_text(st, f->search);
	for (int i = 0; i < 3; i++)
		stmt_in_text(st, p->text);
	in_twice(st, p->digits);
}
