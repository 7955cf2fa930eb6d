/* Tests of sipworker/sip/sip_replaces. */
#include "sipworker/sip/sip_replaces.h"
#include "tests/support/cm.h"

static const struct {
	const char *why;
	const char *in;
	const char *call_id; /* NULL: refused */
	const char *to;
	const char *from;
	bool early;
} values[] = {
	{ "RFC 3891 6.1",
	    "98732@sip.example.com;from-tag=r33th4x0r;to-tag=ff87ff",
	    "98732@sip.example.com", "ff87ff", "r33th4x0r", false },
	{ "blanks, case, other parameters",
	    "a@b ; To-Tag=1 ;x=y; FROM-TAG=2 ;early-only", "a@b", "1", "2",
	    true },
	{ "no call", ";to-tag=1;from-tag=2", NULL, NULL, NULL, false },
	{ "no tag of theirs", "a;to-tag=1", NULL, NULL, NULL, false },
	{ "no tag of ours", "a;from-tag=1", NULL, NULL, NULL, false },
	{ "empty", "", NULL, NULL, NULL, false },
	{ "an empty tag", "a;to-tag=;from-tag=2", NULL, NULL, NULL, false },
	{ "a tag twice", "a;to-tag=1;to-tag=1;from-tag=2", NULL, NULL, NULL,
	    false },
	{ "two calls", "a,b;to-tag=1;from-tag=2", NULL, NULL, NULL, false },
	{ "blanks in the call", "a b;to-tag=1;from-tag=2", NULL, NULL, NULL,
	    false },
	{ "rubbish after it", "a;to-tag=1;from-tag=2 x", NULL, NULL, NULL,
	    false },
};

static void test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(values); i++) {
		struct sip_replaces r;
		const enum err e =
		    sip_replaces_parse(slice_from(values[i].in), &r);

		if ((e == ERR_OK) != (values[i].call_id != NULL))
			fail_msg("%s: %s", values[i].why, err_name(e));
		if (e != ERR_OK)
			continue;
		if (!slice_eq_cstr(r.call_id, values[i].call_id) ||
		    !slice_eq_cstr(r.to_tag, values[i].to) ||
		    !slice_eq_cstr(r.from_tag, values[i].from) ||
		    r.early_only != values[i].early)
			fail_msg("%s", values[i].why);
	}
}

static const struct {
	const char *why;
	const char *in;
	const char *out; /* NULL: refused */
} uris[] = {
	{ "RFC 5589 7.1",
	    "Replaces=090459243588173445%3Bto-tag%3D7553452%3B"
	    "from-tag%3D31kdl4i3k",
	    "090459243588173445;to-tag=7553452;from-tag=31kdl4i3k" },
	{ "escaped more than need be",
	    "replaces=%61%40b%3bto%2Dtag%3d1%3bfrom%2dtag%3d2",
	    "a@b;to-tag=1;from-tag=2" },
	{ "another header beside it",
	    "Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2&Subject=x", NULL },
	{ "another header", "Subject=a%3Bto-tag%3D1%3Bfrom-tag%3D2", NULL },
	{ "a line of its own",
	    "Replaces=a%3Bto-tag%3D1%0d%0aX%3Ay%3Bfrom-tag%3D2", NULL },
	{ "a NUL", "Replaces=a%00%3Bto-tag%3D1%3Bfrom-tag%3D2", NULL },
	{ "an escape cut off", "Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2%4",
	    NULL },
	{ "no escape", "Replaces=a%zz%3Bto-tag%3D1%3Bfrom-tag%3D2", NULL },
	{ "not well-formed", "Replaces=a%3Bto-tag%3D1", NULL },
	{ "nothing", "", NULL },
	{ "no value", "Replaces", NULL },
};

static void test_uris(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(uris); i++) {
		char mem[SIP_REPLACES_MAX];
		struct buf b;
		enum err e;

		buf_over(&b, mem, sizeof(mem));
		e = sip_replaces_of_uri(slice_from(uris[i].in), &b);
		if ((e == ERR_OK) != (uris[i].out != NULL) ||
		    (e == ERR_OK && !slice_eq_cstr(buf_slice(&b), uris[i].out)))
			fail_msg("%s: %s", uris[i].why, err_name(e));
	}
}

/* As long as it may be, and one byte more. */
static void test_long(void **state)
{
	static const char tail[] = ";to-tag=1;from-tag=2";

	(void)state;
	for (size_t more = 0; more < 2; more++) {
		const size_t n = SIP_REPLACES_MAX - (sizeof(tail) - 1) + more;
		char in[400], out[400];
		struct buf b, value;

		buf_over(&b, in, sizeof(in));
		buf_cstr(&b, "Replaces=");
		for (size_t i = 0; i < n; i++)
			buf_char(&b, 'c');
		buf_cstr(&b, tail);
		buf_over(&value, out, sizeof(out));
		assert_int_equal(sip_replaces_of_uri(buf_slice(&b), &value),
		    more == 0 ? ERR_OK : ERR_TOOBIG);
		assert_int_equal(value.n, more == 0 ? SIP_REPLACES_MAX : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_uris),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests_name("sip_replaces", tests, NULL, NULL);
}
