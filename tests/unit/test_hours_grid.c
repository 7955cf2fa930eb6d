/* Tests of cgi/form/hours_grid: lines to a grid and back. */
#include "cgi/form/hours_grid.h"

#include "tests/support/cm.h"

static const struct {
	const char *why;
	const char *in;
	bool fits;
	const char *want;
} cases[] = {
	{ "nothing", "", true, "" },
	{ "a week", "mon-fri 09:00-17:30", true, "mon-fri 09:00-17:30\n" },
	{ "two days in a row are no range", "mon,tue 09:00-12:00", true,
	    "mon,tue 09:00-12:00\n" },
	{ "a lunch break", "mon-wed 08:00-12:00\nmon-wed 13:00-17:00", true,
	    "mon-wed 08:00-12:00\nmon-wed 13:00-17:00\n" },
	{ "around the week's end", "fri-mon 10:00-14:00", true,
	    "mon,fri-sun 10:00-14:00\n" },
	{ "a night", "sat 22:00-06:00", true, "sat 22:00-06:00\n" },
	{ "single days", "12-25 closed\nsat 10:00-14:00\n2026-12-24 closed",
	    true, "sat 10:00-14:00\n12-25 closed\n2026-12-24 closed" },
	{ "the same twice is once", "mon 09:00-10:00\nmon-tue 09:00-10:00",
	    true, "mon,tue 09:00-10:00\n" },
	{ "five spans are too many",
	    "mon 01:00-02:00\nmon 03:00-04:00\nmon 05:00-06:00\n"
	    "mon 07:00-08:00\nmon 09:00-10:00",
	    false, "" },
	{ "no day", "someday 09:00-10:00", false, "" },
	{ "no span", "mon", false, "" },
	{ "half a span", "mon 09:00-", false, "" },
	{ "closed is for single days", "mon closed", false, "" },
};

static void test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct hours_grid g;
		struct arena mem;
		struct buf b;
		bool fits;

		arena_init(&mem, 65536);
		buf_init(&b, 4096);
		fits = hours_grid_split(slice_from(cases[i].in), &mem, &g);
		if (fits != cases[i].fits)
			fail_msg("%s: %s", cases[i].why,
			    fits ? "fits" : "does not fit");
		if (fits && (!hours_grid_lines(&g, &b) ||
				!slice_eq_cstr(buf_slice(&b), cases[i].want)))
			fail_msg("%s: \"%.*s\"", cases[i].why,
			    SLICE_FMT(buf_slice(&b)));
		buf_fini(&b);
		arena_fini(&mem);
	}
}

/* What people type into a cell. */
static const struct {
	const char *from, *to;
	const char *want; /* NULL: refused */
} typed[] = {
	{ "9", "17", "mon 09:00-17:00\n" },
	{ " 9:30 ", "24:00", "mon 09:30-24:00\n" },
	{ "09:00", "", NULL },
	{ "", "09:00", NULL },
	{ "9am", "5pm", NULL },
	{ "9:5", "10", NULL },
	{ "009:00", "10", NULL },
	{ "9:00\nsat 08", "10", NULL },
	{ "", "", "" },
};

static void test_typed(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(typed); i++) {
		struct hours_grid g = { .days = SLICE("") };
		struct buf b;
		bool good;

		buf_init(&b, 4096);
		g.day[0].from[1] = slice_from(typed[i].from);
		g.day[0].to[1] = slice_from(typed[i].to);
		good = hours_grid_lines(&g, &b);
		if (good != (typed[i].want != NULL) ||
		    (good && !slice_eq_cstr(buf_slice(&b), typed[i].want)))
			fail_msg("\"%s\" to \"%s\": %s \"%.*s\"", typed[i].from,
			    typed[i].to, good ? "taken" : "refused",
			    SLICE_FMT(buf_slice(&b)));
		buf_fini(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_typed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
