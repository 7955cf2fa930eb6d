/*
 * Every template of the house compiles: quoting, places of values, partials.
 * Which keys they need is shown by the tests of the pages.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cgi/tmpl/tmpl.h"

static void add(struct tmpl_set *set, const char *name)
{
	static char text[TMPL_SOURCE_MAX];
	struct tmpl_error why = { .line = 0 };
	char path[512];
	FILE *f;
	size_t n;

	(void)snprintf(path, sizeof(path), "templates/%s", name);
	f = fopen(path, "rb");
	assert_non_null(f);
	n = fread(text, 1, sizeof(text), f);
	assert_int_equal(fclose(f), 0);
	assert_true(n < sizeof(text));
	if (tmpl_set_add(set, slice_from(name), slice_of(text, n), &why) !=
	    ERR_OK)
		fail_msg("%s:%u: %s", why.file, why.line, why.what);
}

static void test_all_compile(void **state)
{
	struct tmpl_error why = { .line = 0 };
	struct tmpl_set *set = NULL;
	struct dirent *entry;
	unsigned int count = 0;
	DIR *dir = opendir("templates");

	(void)state;
	assert_non_null(dir);
	assert_int_equal(tmpl_set_new(&set), ERR_OK);
	while ((entry = readdir(dir)) != NULL)
		if (slice_ends(slice_from(entry->d_name), SLICE(".html"))) {
			add(set, entry->d_name);
			count++;
		}
	assert_int_equal(closedir(dir), 0);
	if (tmpl_set_link(set, &why) != ERR_OK)
		fail_msg("%s: %s", why.file, why.what);
	assert_true(count >= 5);
	tmpl_set_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_compile),
	};

	return cmocka_run_group_tests_name("templates", tests, NULL, NULL);
}
