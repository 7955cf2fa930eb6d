/* Tests of lib/core/snap and snap_write on the simulated configuration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/rnd.h"
#include "lib/core/snap_write.h"
#include "tests/sim/sim_config.h"
#include "tests/support/flow_rig.h"

static struct buf bytes;

static int make(void **state)
{
	(void)state;
	buf_init(&bytes, 1 << 20);
	return sim_config_write(&bytes) == ERR_OK ? 0 : -1;
}

static int drop(void **state)
{
	(void)state;
	buf_fini(&bytes);
	return 0;
}

static void test_find(void **state)
{
	struct snap_destination d;
	struct snap_number n;
	struct snap_prompt p;
	struct snap_trunk t;
	struct snap_flow f;
	struct snap s;

	(void)state;
	(void)d;
	assert_int_equal(snap_open(buf_slice(&bytes), &s), ERR_OK);
	assert_int_equal(snap_find_number(&s, SLICE("+13035550100")), 0);
	assert_int_equal(snap_find_number(&s, SLICE("+13035550105")), 5);
	assert_int_equal(snap_find_number(&s, SLICE("+13035550129")),
	    SNAP_NO_ROW);
	assert_int_equal(snap_find_number(&s, SLICE("")), SNAP_NO_ROW);
	snap_number_at(&s, 3, &n);
	assert_true(slice_eq_cstr(n.e164, "+13035550103"));
	assert_int_equal(n.record, FLOW_RECORD_NOTICE);
	assert_int_equal(n.notice_prompt, FLOW_NO_PROMPT);
	snap_flow_at(&s, n.flow, &f);
	assert_int_equal(f.version, 7);
	assert_int_equal(f.flow.n_steps, 4);
	snap_trunk_at(&s, 2, &t);
	assert_true(slice_eq_cstr(t.auth_password, "secret"));
	assert_int_equal(t.next_hop_port, 5080);
	assert_int_equal(snap_find_outgoing(&s, n.account), 2);
	snap_trunk_at(&s, 1, &t);
	assert_int_equal(snap_find_outgoing(&s, t.account), 1);
	snap_trunk_at(&s, 4, &t);
	assert_int_equal(snap_find_outgoing(&s, t.account), SNAP_NO_ROW);
	snap_prompt_at(&s, 1, &p);
	assert_true(slice_eq_cstr(p.key, "sorry.en"));
	assert_int_equal(p.offset_bytes, SIM_CONFIG_PROMPT_SAMPLES);
}

static void test_sources(void **state)
{
	static const struct snap_acl acls[] = {
		{ .net = 0x0a000000, .bits = 8, .trunk = 0 },
		{ .net = 0x0a010000, .bits = 16, .trunk = 1 },
		{ .net = 0x0a010203, .bits = 32, .trunk = 0 },
		{ .net = 0xc0000200, .bits = 24, .media = true, .trunk = 0 },
	};
	static const struct snap_trunk trunks[] = {
		{ .codecs = SNAP_CODEC_PCMU },
		{ .codecs = SNAP_CODEC_PCMA },
	};
	const struct snap_source src = { .trunks = trunks,
		.n_trunks = 2,
		.acls = acls,
		.n_acls = 4 };
	struct snap s;
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 16);
	assert_int_equal(snap_write(&src, &b), ERR_OK);
	assert_int_equal(snap_open(buf_slice(&b), &s), ERR_OK);
	assert_int_equal(snap_find_source(&s, 0x0a020304), 0);
	assert_int_equal(snap_find_source(&s, 0x0a010304), 1);
	assert_int_equal(snap_find_source(&s, 0x0a010203), 0);
	assert_int_equal(snap_find_source(&s, 0x0b000000), SNAP_NO_ROW);
	assert_int_equal(snap_find_source(&s, 0xc0000201), SNAP_NO_ROW);
	assert_false(snap_media_refused(&s, 0, 0xc0000201));
	assert_true(snap_media_refused(&s, 0, 0x0a000001));
	assert_false(snap_media_refused(&s, 1, 0x0a000001));
	buf_fini(&b);
}

static void test_write_refused(void **state)
{
	struct snap_number n[2];
	struct snap_source src;
	struct buf b;

	(void)state;
	memset(&src, 0, sizeof(src));
	memset(n, 0, sizeof(n));
	buf_init(&b, 1 << 16);
	src.numbers = n;
	src.n_numbers = 2;
	n[0].flow = n[1].flow = SNAP_NO_ROW;
	n[0].notice_prompt = n[1].notice_prompt = FLOW_NO_PROMPT;
	n[0].zone = n[1].zone = SNAP_NO_ROW;
	n[0].e164 = SLICE("+2");
	n[1].e164 = SLICE("+1");
	assert_int_equal(snap_write(&src, &b), ERR_CONFLICT);
	n[1].e164 = SLICE("+2");
	assert_int_equal(snap_write(&src, &b), ERR_CONFLICT);
	n[1].e164 = SLICE("+3");
	buf_reset(&b);
	assert_int_equal(snap_write(&src, &b), ERR_OK);
	n[1].flow = 0; /* there is none */
	buf_reset(&b);
	assert_int_equal(snap_write(&src, &b), ERR_RANGE);
	buf_fini(&b);
}

/* Reads everything there is: with a sanitizer, out of bounds is seen. */
static size_t read_all(const struct snap *s)
{
	size_t sum = 0;

	for (uint32_t i = 0; i < s->section[SNAP_TRUNKS].count; i++) {
		struct snap_trunk t;

		snap_trunk_at(s, i, &t);
		sum += t.name.n + t.auth_user.n;
	}
	for (uint32_t i = 0; i < s->section[SNAP_NUMBERS].count; i++) {
		struct snap_number n;

		snap_number_at(s, i, &n);
		sum += n.e164.n + snap_find_number(s, n.e164);
	}
	for (uint32_t i = 0; i < s->section[SNAP_FLOWS].count; i++) {
		struct snap_flow f;

		snap_flow_at(s, i, &f);
		sum += flow_rig_read(&f.flow);
	}
	for (uint32_t i = 0; i < s->section[SNAP_PROMPTS].count; i++) {
		struct snap_prompt p;

		snap_prompt_at(s, i, &p);
		sum += p.key.n;
	}
	return sum;
}

static void test_attack(void **state)
{
	struct rnd_dice d;
	struct snap s;
	size_t opened = 0;
	struct buf copy;

	(void)state;
	rnd_seed(&d, 7);
	for (size_t n = 0; n < bytes.n; n++)
		assert_int_equal(snap_open(slice_head(buf_slice(&bytes), n),
				     &s) == ERR_OK &&
				     read_all(&s) == 0,
		    false);
	for (int run = 0; run < 20000; run++) {
		char *exact;

		buf_init(&copy, bytes.n);
		buf_bytes(&copy, bytes.p, bytes.n);
		exact = copy.p;
		for (int k = 0; k < 3; k++)
			exact[rnd_below(&d, bytes.n)] =
			    (char)(uint8_t)rnd_below(&d, 256);
		if (snap_open(slice_of(exact, bytes.n), &s) == ERR_OK) {
			opened++;
			(void)read_all(&s);
		}
		buf_fini(&copy);
	}
	assert_true(opened > 0 && opened < 20000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_write_refused),
		cmocka_unit_test(test_attack),
	};

	return cmocka_run_group_tests(tests, make, drop);
}
