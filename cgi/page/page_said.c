#include "cgi/page/page_said.h"

#include <stdio.h>
#include <string.h>

void page_said_value(int64_t micros, char out[PAGE_WORDS_MAX])
{
	const int64_t size = micros < 0 ? -micros : micros;

	(void)snprintf(out, PAGE_WORDS_MAX, "%s%lld.%02lld",
	    micros < 0 ? "-" : "", (long long)(size / 1000000),
	    (long long)(size % 1000000 / 10000));
}

struct slice page_said_mark(const struct mark_now *now, const char *act,
    char mem[PAGE_WORDS_MAX])
{
	if (strcmp(act, "outcome") == 0)
		return slice_from(now->outcome);
	if (strcmp(act, "note") == 0)
		return now->note;
	if (!now->has_value)
		return SLICE("");
	page_said_value(now->value_micros, mem);
	return slice_from(mem);
}

struct slice page_said_verdict(bool qualified, const char *class, bool own,
    char mem[PAGE_WORDS_MAX])
{
	(void)snprintf(mem, PAGE_WORDS_MAX, "%s, %s, by %s",
	    qualified ? "Qualified" : "Not qualified",
	    class[0] == '\0' ? "cannot be told" : page_words_class(class),
	    own ? "a person" : "the rule");
	return slice_from(mem);
}

struct slice page_said_row(const struct verdict_row *row,
    char mem[PAGE_WORDS_MAX])
{
	return page_said_verdict(row->own ? row->own_qualified : row->qualified,
	    row->own ? row->own_class : row->class, row->own, mem);
}
