/*
 * RFC 4475, SIP torture test messages: each is sent by a carrier of ours, gets
 * its answer, and leaves nothing behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/sim/sim_rig.h"
#include "tests/support/torture.h"

/* The status of the final answer; 0: there was none. */
static unsigned int answer_of(const struct rig *r)
{
	unsigned int status = 0;

	for (size_t i = 0; i < r->n_sent && i < RIG_SENT_MAX; i++) {
		const struct rig_sent *s = &r->sent[i];

		if (strncmp(s->text, "SIP/2.0 ", 8) != 0)
			fail_msg("a request: %.60s", s->text);
		status = (unsigned int)strtoul(s->text + 8, NULL, 10);
	}
	return status < 200 ? 0 : status;
}

static void test_messages(void **state)
{
	static struct rig r; /* large for a stack */
	const struct torture *t;

	(void)state;
	for (size_t i = 0; (t = torture_at(i)) != NULL; i++) {
		const size_t n = t->n != 0 ? t->n : strlen(t->in);
		struct engine_stats s;

		rig_init(&r, 4);
		engine_datagram(r.engine, r.now, RIG_CARRIER,
		    slice_of(t->in, n));
		rig_pump(&r);
		if (answer_of(&r) != t->status)
			fail_msg("%s: %u", t->name, answer_of(&r));
		rig_pass_time(&r, 2 * RT_MIN_US);
		engine_get_stats(r.engine, &s);
		assert_int_equal(s.calls + s.legs + s.transactions + s.ports,
		    0);
		assert_int_equal(r.n_closed, 0);
		rig_fini(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
