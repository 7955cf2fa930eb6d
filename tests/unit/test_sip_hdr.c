/* Tests of sipworker/sip/sip_hdr. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sipworker/sip/sip_hdr.h"

/* The tables are searched by halves: their order is what makes them work. */
static void test_sorted(void **state)
{
	(void)state;
	for (int i = 0; i < SIP_HDR_OTHER; i++) {
		const struct slice name = sip_hdr_name((enum sip_hdr)i);

		assert_int_equal(sip_hdr_find(name), i);
		if (i > 0)
			assert_true(
			    slice_cmp_case(sip_hdr_name((enum sip_hdr)(i - 1)),
				name) < 0);
	}
	for (int i = 0; i < SIP_METHOD_OTHER; i++) {
		const struct slice name =
		    sip_hdr_method_name((enum sip_method)i);

		assert_int_equal(sip_hdr_method(name), i);
	}
}

static void test_compact(void **state)
{
	static const struct {
		char letter;
		enum sip_hdr id;
	} cases[] = {
		{ 'i', SIP_HDR_CALL_ID },
		{ 'f', SIP_HDR_FROM },
		{ 't', SIP_HDR_TO },
		{ 'v', SIP_HDR_VIA },
		{ 'm', SIP_HDR_CONTACT },
		{ 'c', SIP_HDR_CONTENT_TYPE },
		{ 'l', SIP_HDR_CONTENT_LENGTH },
		{ 's', SIP_HDR_SUBJECT },
		{ 'k', SIP_HDR_SUPPORTED },
		{ 'e', SIP_HDR_CONTENT_ENCODING },
		{ 'o', SIP_HDR_EVENT },
		{ 'u', SIP_HDR_ALLOW_EVENTS },
		{ 'x', SIP_HDR_SESSION_EXPIRES },
		{ 'r', SIP_HDR_REFER_TO },
		{ 'b', SIP_HDR_REFERRED_BY },
		{ 'y', SIP_HDR_IDENTITY },
		{ 'q', SIP_HDR_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const char upper = (char)(cases[i].letter - 'a' + 'A');

		assert_int_equal(sip_hdr_find(slice_of(&cases[i].letter, 1)),
		    cases[i].id);
		assert_int_equal(sip_hdr_find(slice_of(&upper, 1)),
		    cases[i].id);
	}
}

static void test_unknown(void **state)
{
	(void)state;
	assert_int_equal(sip_hdr_find(SLICE("cALL-id")), SIP_HDR_CALL_ID);
	assert_int_equal(sip_hdr_find(SLICE("P-Charging-Vector")),
	    SIP_HDR_OTHER);
	assert_int_equal(sip_hdr_find(SLICE("")), SIP_HDR_OTHER);
	assert_int_equal(sip_hdr_method(SLICE("invite")), SIP_METHOD_OTHER);
	assert_int_equal(sip_hdr_name(SIP_HDR_OTHER).n, 0);
	assert_int_equal(sip_hdr_method_name(SIP_METHOD_OTHER).n, 0);
	assert_false(sip_hdr_is_list(SIP_HDR_WWW_AUTHENTICATE));
	assert_false(sip_hdr_is_list(SIP_HDR_OTHER));
	assert_true(sip_hdr_is_list(SIP_HDR_VIA));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sorted),
		cmocka_unit_test(test_compact),
		cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests_name("sip_hdr", tests, NULL, NULL);
}
