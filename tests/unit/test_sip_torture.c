/* RFC 4475, SIP torture test messages: what each means to sip_msg. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "sipworker/sip/sip_msg.h"
#include "tests/support/torture.h"

static void test_messages(void **state)
{
	static char scratch_mem[SIP_MSG_BYTES_MAX];

	(void)state;
	for (size_t i = 0; torture_at(i) != NULL; i++) {
		const struct torture *t = torture_at(i);
		const size_t n = t->n != 0 ? t->n : strlen(t->in);
		struct buf scratch;
		struct sip_msg m;
		unsigned int got;
		enum err e;

		buf_over(&scratch, scratch_mem, sizeof(scratch_mem));
		e = sip_msg_parse(slice_of(t->in, n), &scratch, &m);
		got = e != ERR_OK ? TORTURE_DROP : m.bad;
		if (got != t->want)
			fail_msg("%s: %s bad=%u", t->name, err_name(e), got);
	}
}

/* wsinv in detail: what stands between all those blanks. */
static void test_wsinv(void **state)
{
	char mem[4096];
	struct sip_msg_walk w = { .field = 0 };
	struct sip_addr contact;
	struct slice item, v;
	struct buf scratch;
	struct sip_msg m;
	size_t vias = 0;
	uint32_t hops;

	(void)state;
	buf_over(&scratch, mem, sizeof(mem));
	assert_int_equal(sip_msg_parse(slice_from(torture_list[0].in), &scratch,
			     &m),
	    ERR_OK);
	assert_true(slice_eq(m.to.tag, SLICE("1918181833n")));
	assert_true(slice_eq(m.from.tag, SLICE("98asjd8")));
	assert_int_equal(m.cseq.number, 9);
	assert_int_equal(sip_msg_number(&m, SIP_HDR_MAX_FORWARDS, &hops), 0);
	assert_int_equal(hops, 68);
	while (sip_msg_walk(&m, SIP_HDR_VIA, &w, &item))
		vias++;
	assert_int_equal(vias, 3);
	assert_true(slice_eq(m.via.branch, SLICE("390skdjuw")));
	assert_int_equal(sip_msg_contact(&m, &contact), ERR_OK);
	assert_int_equal(contact.params.n != 0, 1);
	v = sip_msg_named(&m, SLICE("NewFangledHeader"));
	assert_true(
	    slice_eq(v, SLICE("newfangled value continued newfangled value")));
	assert_true(slice_eq(m.body, SLICE("v=0\r\n")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_wsinv),
	};

	return cmocka_run_group_tests_name("sip_torture", tests, NULL, NULL);
}
