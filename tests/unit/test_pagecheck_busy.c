/* Pages that were made to keep their reader busy. */
#include <string.h>
#include <time.h>

#include "lib/core/pagecheck.h"
#include "tests/support/cm.h"

/* Text that repeats; behind its end. */
static size_t fill(char *out, size_t n, size_t max, const char *text)
{
	const size_t len = strlen(text);

	for (; n + len <= max; n += len)
		memcpy(out + n, text, len);
	return n;
}

/* They are read in one pass all the same. A look at all of a tag for each of
 * its attributes took minutes. */
static void test_busy(void **state)
{
	static const struct {
		const char *begin, *more, *end;
	} pages[] = {
		{ "<input ", "value ", "" },
		{ "<input ", "value=4155550199 ", "" },
		{ "<input type=submit ", "value=4 ", "" },
		/* As many names as a tag may have. */
		{ "<script src=t.js data-site=KEY data-attrs='", "a ",
		    "'></script><i " },
		{ "<i ", "data-noswap ", "" },
		{ "<p>+4415555", "01 ", "" },
	};
	static char html[256 << 10];
	struct pagenum_number target;
	const struct pagecheck_look look = { .key = SLICE("KEY"),
		.targets = &target,
		.n_targets = 1 };

	(void)state;
	pagenum_number(SLICE("+14155550199"), SLICE("(415) 555-0199"), &target);
	for (size_t i = 0; i < RT_ARRAY_LEN(pages); i++) {
		size_t n =
		    fill(html, 0, strlen(pages[i].begin), pages[i].begin);
		struct pagecheck c;
		clock_t began;

		if (pages[i].end[0] != '\0') {
			n = fill(html, n, 4000, pages[i].more);
			n = fill(html, n, n + strlen(pages[i].end),
			    pages[i].end);
			n = fill(html, n, sizeof(html), "b=1 ");
		} else {
			n = fill(html, n, sizeof(html), pages[i].more);
		}
		began = clock();
		pagecheck(slice_of(html, n), &look, &c);
		if (clock() - began > 5 * CLOCKS_PER_SEC)
			fail_msg("%s%s", pages[i].begin, pages[i].more);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_busy) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
