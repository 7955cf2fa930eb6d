/* Tests of lib/core/words: found are the words that strstr() finds, where they
 * stand. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/rnd.h"
#include "lib/core/words.h"
#include "tests/support/cm.h"

static const char *const list[] = { "bot", "crawl", "ab", "http_request",
	"go-http", "ia_archiver", "ccno", "ccnum", "node-fetch", "fetch" };

static void test_found(void **state)
{
	static const struct {
		const char *text;
		size_t from, at;
		const char *word;
	} cases[] = {
		{ "", 0, 0, NULL },
		{ "b", 0, 1, NULL },
		{ "bo", 0, 2, NULL },
		{ "bot", 0, 0, "bot" },
		{ "bot", 1, 3, NULL },
		{ "a BoT", 0, 2, "bot" },
		{ "ccnoccnum", 0, 0, "ccno" },
		{ "ccnoccnum", 1, 4, "ccnum" },
		{ "my node-fetch", 0, 3, "node-fetch" },
		{ "my node-fetch", 4, 8, "fetch" },
		{ "HTTP_REQUEST", 0, 0, "http_request" },
		{ "http?request", 0, 12, NULL }, /* '?' is '_' but for case */
		{ "ab", 0, 0, "ab" },
		{ "!\"", 0, 2, NULL }, /* "ab" but for two bits */
		{ "\xe1\xe2", 0, 2, NULL },
	};
	struct words w;

	(void)state;
	words_init(&w, list, RT_ARRAY_LEN(list));
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const char *word = NULL;
		const size_t at = words_find(&w, slice_from(cases[i].text),
		    cases[i].from, &word);

		if (at != cases[i].at ||
		    (word == NULL) != (cases[i].word == NULL))
			fail_msg("\"%s\": at %zu", cases[i].text, at);
		if (word != NULL)
			assert_string_equal(word, cases[i].word);
	}
}

/* A slice ends where it ends, not at a NUL. */
static void test_within(void **state)
{
	const char *word = NULL;
	struct words w;

	(void)state;
	words_init(&w, list, RT_ARRAY_LEN(list));
	assert_int_equal(words_find(&w, slice_of("abot", 3), 1, &word), 3);
	assert_int_equal(words_find(&w, slice_of("x\0bot", 5), 0, &word), 2);
	words_init(&w, list, 0);
	assert_int_equal(words_find(&w, SLICE("bot"), 0, &word), 3);
}

static void test_like_strstr(void **state)
{
	static const char letters[] = "abcohtnufe-_ir";
	struct words w;
	struct rnd_dice dice;

	(void)state;
	rnd_seed(&dice, 20261130);
	words_init(&w, list, RT_ARRAY_LEN(list));
	for (int i = 0; i < 20000; i++) {
		char text[40];
		size_t n = 0, first;
		const char *word = NULL;

		while (n < 24)
			text[n++] =
			    letters[rnd_below(&dice, sizeof(letters) - 1)];
		if (i % 2 == 0) {
			const char *one =
			    list[rnd_below(&dice, RT_ARRAY_LEN(list))];

			memcpy(text + rnd_below(&dice, 12), one, strlen(one));
		}
		text[n] = '\0';
		first = n;
		for (size_t k = 0; k < RT_ARRAY_LEN(list); k++) {
			const char *at = strstr(text, list[k]);

			if (at != NULL && (size_t)(at - text) < first)
				first = (size_t)(at - text);
		}
		assert_int_equal(words_find(&w, slice_of(text, n), 0, &word),
		    first);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_within),
		cmocka_unit_test(test_like_strstr),
	};

	return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
