/* Tests of lib/core/saysname. */
#include "lib/core/saysname.h"
#include "tests/support/cm.h"
#include "tests/support/fail_alloc.h"

static const struct {
	const char *why;
	const char *text;
	const char *name;
	bool want;
} texts[] = {
	{ "as it is", "Jane Doe", "Jane Doe", true },
	{ "as carriers write", "DOE, JANE", "Jane Doe", true },
	{ "among others", "callbacks: jane doe!", "Jane Doe", true },
	{ "one of its words", "jane", "Jane Doe", true },
	{ "a part of a word", "jan", "Jane Doe", false },
	{ "one word of two, and more", "Jane's calls", "Jane Doe", false },
	{ "another", "Jane Roe", "Jane Doe", false },
	{ "a longer word", "Jane Does it", "Jane Doe", false },
	{ "accents", "jose munoz", "José Muñoz", true },
	{ "accents that combine", "Jose\xcc\x81", "José", true },
	{ "accents in the text", "Żółć", "zolc", true },
	{ "other alphabets", "иванов", "ИВАНОВ Иван", true },
	{ "a name of nine bytes", "李小龙", "李小龙", true },
	{ "mail", "jane@home.example", "Jane@Home.example", true },
	{ "a part of a mail address", "JANE@home", "jane@home.example", true },
	{ "blanks only look like none", "Jane\xc2\xa0 Doe", "Jane Doe", true },
	{ "ill-formed",
	    "Jane\xff"
	    "Doe",
	    "Jane Doe", true },
	{ "signs only", "...", "Jane Doe", false },
	{ "a name of signs", "all", "?!", false },
	{ "empty", "", "Jane Doe", false },
	{ "nobody", "Jane Doe", "", false },
	{ "a short name", "Al", "Al", false },
};

static const struct {
	const char *why;
	const char *text;
	const char *name;
	bool want;
} answers[] = {
	{ "a whole name among others", "for jane doe, please", "Doe, Jane",
	    true },
	{ "a name of one word alone", "MARK", "Mark", true },
	{ "a word like any other", "Please mark the side door", "Mark", false },
	{ "a field for the first name", "Jane", "Jane Doe", true },
	{ "one word of two, and more", "Jane's wishes", "Jane Doe", false },
	{ "mail", "write to Info@Roofing.example", "info@roofing.example",
	    true },
	{ "a word of a mail address", "Roofing", "info@roofing.example",
	    false },
	{ "empty", "", "Jane Doe", false },
	{ "nobody", "Jane Doe", "", false },
};

static void test_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (saysname_answer(slice_from(answers[i].text),
			slice_from(answers[i].name)) != answers[i].want)
			fail_msg("%s", answers[i].why);
}

static void test_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(texts); i++)
		if (saysname_text(slice_from(texts[i].text),
			slice_from(texts[i].name)) != texts[i].want)
			fail_msg("%s: \"%s\"", texts[i].why, texts[i].text);
}

static const struct {
	const char *why;
	const char *query;
	bool want;
} queries[] = {
	{ "the log's", "range=30d&q=Jos%C3%A9+Mu%c3%b1oz", true },
	{ "the other way round", "q=munoz%2C%20jose", true },
	{ "the API's", "search=muno", true },
	{ "another parameter, all of it", "landing=%2Fjose-munoz%2Fhi", true },
	{ "another parameter, a part", "campaign=jose", false },
	{ "two parameters", "q=x&a=jose&b=munoz", false },
	{ "none", "source=google", false },
	{ "over two words", "q=se+mu", true },
	{ "too little", "q=mu", false },
	{ "broken", "q=%&&=&%zz=jose%&search=jose%", true },
	{ "empty", "", false },
};

static void test_query(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(queries); i++)
		if (saysname_query(slice_from(queries[i].query),
			SLICE("José Muñoz")) != queries[i].want)
			fail_msg("%s: \"%s\"", queries[i].why,
			    queries[i].query);
	assert_false(saysname_query(SLICE("source=google"), SLICE("Google")));
	assert_true(saysname_query(SLICE("q=google"), SLICE("Google")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
