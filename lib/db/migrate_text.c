#include "lib/db/migrate_text.h"

#include <string.h>

#include "lib/base/scan.h"

/* Past a quoted text that begins at i; s.n + 1 when it stays open. Quotes
 * double themselves; a backslash escapes in strings. */
static size_t quote_end(struct slice s, size_t i)
{
	const char quote = s.p[i++];

	while (i < s.n && s.p[i] != quote)
		i += s.p[i] == '\\' && quote != '`' ? 2 : 1;
	return i >= s.n ? s.n + 1 : i + 1;
}

/* Past blanks and comments in front; false: a comment does not end. */
static bool skip_space(struct slice *s)
{
	for (;;) {
		*s = slice_trim(*s);
		if (slice_starts(*s, SLICE("--"))) {
			*s = slice_skip(*s, slice_find(*s, '\n', 0));
		} else if (slice_starts(*s, SLICE("/*"))) {
			const size_t end =
			    slice_find_slice(slice_skip(*s, 2), SLICE("*/"));

			if (end == s->n - 2)
				return false;
			*s = slice_skip(*s, end + 4);
		} else {
			return true;
		}
	}
}

/* Index of the semicolon that ends the statement in front; s.n when it ends
 * with the text; s.n + 1 when a quote or comment stays open. */
static size_t statement_end(struct slice s)
{
	size_t i = 0;

	while (i < s.n && s.p[i] != ';') {
		const struct slice rest = slice_skip(s, i);

		if (slice_starts(rest, SLICE("--"))) {
			i = slice_find(s, '\n', i);
		} else if (slice_starts(rest, SLICE("/*"))) {
			const size_t end =
			    slice_find_slice(slice_skip(rest, 2), SLICE("*/"));

			if (end == rest.n - 2)
				return s.n + 1;
			i += end + 4;
		} else if (memchr("'\"`", s.p[i], 3) != NULL) {
			if ((i = quote_end(s, i)) > s.n)
				return i;
		} else {
			i++;
		}
	}
	return i;
}

bool migrate_text_cut(struct slice *text, struct slice *statement, enum err *e)
{
	struct slice rest = *text;
	size_t end;

	*e = ERR_OK;
	for (;;) {
		if (!skip_space(&rest)) {
			*e = ERR_SYNTAX;
			return false;
		}
		if (!slice_starts(rest, SLICE(";")))
			break;
		rest = slice_skip(rest, 1);
	}
	if (rest.n == 0)
		return false;
	end = statement_end(rest);
	if (end > rest.n) {
		*e = ERR_SYNTAX;
		return false;
	}
	*statement = slice_trim(slice_head(rest, end));
	*text = slice_skip(rest, end + 1);
	return true;
}

/* --- what a statement does ----------------------------------------------- */

static bool is_name_char(char c)
{
	return scan_is_alnum(c) || c == '_';
}

/* The next word, blanks and comments before it taken too; empty: none. */
static struct slice take_word(struct slice *s)
{
	struct slice word;
	size_t n = 0;

	if (!skip_space(s))
		return slice_head(*s, 0);
	while (n < s->n && is_name_char(s->p[n]))
		n++;
	word = slice_head(*s, n);
	*s = slice_skip(*s, n);
	return word;
}

/* Takes the words in front when they are all there. */
static bool take_words(struct slice *s, const char *words)
{
	struct slice rest = *s, list = slice_from(words), want;
	bool more;

	do {
		more = slice_cut(&list, ' ', &want);
		if (!slice_eq_case(take_word(&rest), want))
			return false;
	} while (more);
	*s = rest;
	return true;
}

/* A name as it is, or between backticks. IF is none: what it asks for in an
 * ALTER is what we do ourselves, and MySQL does not know it there. */
static bool take_name(struct slice *s, struct slice *name)
{
	const bool quoted = skip_space(s) && slice_starts(*s, SLICE("`"));

	if (quoted)
		*s = slice_skip(*s, 1);
	*name = take_word(s);
	if (quoted) {
		if (!slice_starts(*s, SLICE("`")))
			return false;
		*s = slice_skip(*s, 1);
	}
	return name->n > 0 && (quoted || !slice_eq_case(*name, SLICE("IF")));
}

/* A comma outside of brackets: a second step follows. */
static bool has_comma(struct slice s)
{
	size_t depth = 0;

	while (skip_space(&s) && s.n > 0) {
		size_t n = 1;

		if (memchr("'\"`", s.p[0], 3) != NULL)
			n = quote_end(s, 0);
		else if (s.p[0] == '(')
			depth++;
		else if (s.p[0] == ')' && depth > 0)
			depth--;
		else if (s.p[0] == ',' && depth == 0)
			return true;
		s = slice_skip(s, n);
	}
	return false;
}

static const struct {
	const char *words;
	enum migrate_kind kind;
	bool is_key;
} alters[] = {
	{ "ADD COLUMN", MIGRATE_ADD, false },
	{ "ADD KEY", MIGRATE_ADD, true },
	{ "ADD INDEX", MIGRATE_ADD, true },
	{ "ADD UNIQUE KEY", MIGRATE_ADD, true },
	{ "ADD UNIQUE INDEX", MIGRATE_ADD, true },
	{ "DROP COLUMN", MIGRATE_DROP, false },
	{ "DROP KEY", MIGRATE_DROP, true },
	{ "DROP INDEX", MIGRATE_DROP, true },
	/* Sets what is to be, whatever was. */
	{ "MODIFY", MIGRATE_ANY, false },
};

/* Behind ALTER TABLE. */
static enum err read_alter(struct slice s, struct migrate_step *step)
{
	if (!take_name(&s, &step->table))
		return ERR_SYNTAX;
	for (size_t i = 0; i < RT_ARRAY_LEN(alters); i++) {
		if (!take_words(&s, alters[i].words))
			continue;
		step->kind = alters[i].kind;
		step->is_key = alters[i].is_key;
		if (!take_name(&s, &step->name) || has_comma(s))
			return ERR_SYNTAX;
		return ERR_OK;
	}
	return ERR_SYNTAX;
}

/* Behind CREATE INDEX or DROP INDEX. */
static enum err read_index(struct slice s, enum migrate_kind kind,
    struct migrate_step *step)
{
	step->kind = kind;
	step->is_key = true;
	if (!take_name(&s, &step->name) || !take_words(&s, "ON") ||
	    !take_name(&s, &step->table))
		return ERR_SYNTAX;
	return ERR_OK;
}

enum err migrate_text_step(struct slice statement, struct migrate_step *step)
{
	*step = (struct migrate_step){ .kind = MIGRATE_ANY };
	if (take_words(&statement, "ALTER TABLE"))
		return read_alter(statement, step);
	if (take_words(&statement, "CREATE INDEX") ||
	    take_words(&statement, "CREATE UNIQUE INDEX"))
		return read_index(statement, MIGRATE_ADD, step);
	if (take_words(&statement, "DROP INDEX"))
		return read_index(statement, MIGRATE_DROP, step);
	return ERR_OK;
}

bool migrate_text_was(struct slice text, struct slice sum)
{
	static const struct slice mark = SLICE_INIT("-- was ");
	struct slice line;

	if (sum.n != MIGRATE_SUM_CHARS)
		return false;
	while (slice_cut(&text, '\n', &line))
		if (slice_starts(line, mark) &&
		    slice_eq(slice_skip(line, mark.n), sum))
			return true;
	return false;
}
