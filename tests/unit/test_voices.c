/* Tests of lib/core/voice: who speaks what. */
#include <string.h>

#include "lib/core/flow_type.h"
#include "lib/core/voice.h"
#include "tests/support/cm.h"

static void test_languages(void **state)
{
	const struct flow_type_row *row = flow_type_row(FLOW_WHISPER);
	const struct flow_param *p = &row->params[FLOW_WHISPER_LANGUAGE];
	const struct voice *all;
	size_t n, languages = 0;

	(void)state;
	for (; voice_languages[languages] != NULL; languages++) {
		const struct slice name =
		    slice_from(voice_languages[languages]);

		assert_non_null(voice_of(name));
		assert_string_equal(voice_of(name)->language,
		    voice_languages[languages]);
		for (size_t k = 0; k < languages; k++)
			assert_false(slice_eq_cstr(name, voice_languages[k]));
	}
	assert_int_equal(p->max + 1, languages); /* a step may choose any */
	all = voice_all(&n);
	for (size_t i = 0; i < n; i++) {
		bool listed = false;

		for (size_t k = 0; k < languages; k++)
			listed = listed || strcmp(all[i].language,
					       voice_languages[k]) == 0;
		assert_true(listed);
	}
	assert_null(voice_of(SLICE("tlh")));
}

static const struct {
	const char *voice;
	const char *text;
	bool reads;
} texts[] = {
	{ "slt", "Thank you for calling \xe2\x80\x93 it costs 5 \xe2\x82\xac",
	    true },
	{ "rms", "Hola se\xc3\xb1or", true },
	{ "slt", "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82", false },
	{ "slt", "Hello \xe4\xbd\xa0", false },
	{ "slt", "\xf0\x9f\x98\x80", false },
	{ "hi", "\xe0\xa4\xa8\xe0\xa4\xae", true },
	{ "slt", "", true },
};

static void test_reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(texts); i++)
		if (voice_reads(voice_find(slice_from(texts[i].voice)),
			slice_from(texts[i].text)) != texts[i].reads)
			fail_msg("%s: %s", texts[i].voice, texts[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_languages),
		cmocka_unit_test(test_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
