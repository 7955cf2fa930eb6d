#include "cgi/web/sent_table.h"

#include "lib/base/utf16.h"
#include "lib/base/utf8.h"

static enum err from_utf16(const struct req *r, struct slice in,
    struct slice *out)
{
	const size_t max = in.n / 2 * 3 + 3;
	char *mem = arena_alloc(r->arena, max);
	struct buf b;

	if (mem == NULL)
		return ERR_NOMEM;
	buf_over(&b, mem, max);
	utf16_to_utf8(in, &b);
	*out = buf_slice(&b);
	return buf_err(&b);
}

enum err sent_table(const struct req *r, const char *box, struct slice *out)
{
	const struct req_file *file = req_file(r, "file");
	struct slice text = SLICE("");
	enum err e = ERR_OK;

	if (file != NULL && file->bytes.n > 0)
		text = file->bytes;
	else
		e = req_form(r, box, &text);
	if (e == ERR_OK && utf16_marked(text))
		e = from_utf16(r, text, &text);
	if (e != ERR_OK)
		return e;
	if (slice_trim(text).n == 0)
		return ERR_NOTFOUND;
	if (!utf8_valid(text) || slice_find(text, '\0', 0) != text.n)
		return ERR_SYNTAX;
	*out = text;
	return ERR_OK;
}

const char *sent_table_wrong(enum err e)
{
	if (e == ERR_NOTFOUND)
		return "There is nothing in it: choose a file with lines, or"
		       " type them.";
	if (e == ERR_SYNTAX)
		return "This is not a table in UTF-8. Save it as “CSV UTF-8”"
		       " in the spreadsheet, and choose it again.";
	return NULL;
}
