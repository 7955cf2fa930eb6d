/* Tests of lib/base/addr4, and of lib/hash/digest and keyed by published
 * vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/addr4.h"
#include "lib/hash/digest.h"
#include "lib/hash/keyed.h"

static void test_parse(void **state)
{
	static const struct {
		const char *in;
		enum err want;
		uint32_t ip;
		uint16_t port;
	} cases[] = {
		{ "127.0.0.1", ERR_OK, 0x7f000001, 5060 },
		{ "127.0.0.1:5080", ERR_OK, 0x7f000001, 5080 },
		{ "255.255.255.255:65535", ERR_OK, 0xffffffff, 65535 },
		{ "0.0.0.0:0", ERR_OK, 0, 0 },
		{ "", ERR_SYNTAX, 0, 0 },
		{ "1.2.3", ERR_SYNTAX, 0, 0 },
		{ "1.2.3.4.5", ERR_SYNTAX, 0, 0 },
		{ "256.1.1.1", ERR_SYNTAX, 0, 0 },
		{ "1.2.3.0004", ERR_SYNTAX, 0, 0 },
		{ "1.2.3.4:", ERR_SYNTAX, 0, 0 },
		{ "1.2.3.4:65536", ERR_SYNTAX, 0, 0 },
		{ "1.2.3.4:80x", ERR_SYNTAX, 0, 0 },
		{ "1.2.3.-4", ERR_SYNTAX, 0, 0 },
		{ "::1", ERR_SYNTAX, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct addr4 a = { 0, 0 };
		const enum err e =
		    addr4_parse(slice_from(cases[i].in), 5060, &a);

		if (e != cases[i].want || a.ip != cases[i].ip ||
		    a.port != cases[i].port)
			fail_msg("\"%s\" gave %s", cases[i].in, err_name(e));
	}
}

static void test_text(void **state)
{
	char text[ADDR4_TEXT_MAX];
	struct buf b;
	uint32_t ip;

	(void)state;
	addr4_text((struct addr4){ 0xffffffff, 65535 }, text);
	assert_string_equal(text, "255.255.255.255:65535");
	buf_over(&b, text, sizeof(text));
	addr4_put_ip(&b, 0x0a000102);
	assert_true(slice_eq(buf_slice(&b), SLICE("10.0.1.2")));
	assert_int_equal(addr4_ip(SLICE("10.0.1.2"), &ip), ERR_OK);
	assert_int_equal(ip, 0x0a000102);
	assert_int_equal(addr4_ip(SLICE("10.0.1.2 "), &ip), ERR_SYNTAX);
}

static void test_private(void **state)
{
	static const struct {
		const char *ip;
		bool want;
	} cases[] = {
		{ "10.255.0.1", true },
		{ "11.0.0.1", false },
		{ "172.16.0.1", true },
		{ "172.31.255.255", true },
		{ "172.32.0.0", false },
		{ "192.168.9.9", true },
		{ "192.169.0.0", false },
		{ "100.64.0.1", true },
		{ "100.128.0.0", false },
		{ "169.254.1.1", true },
		{ "127.0.0.1", false },
		{ "8.8.8.8", false },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		uint32_t ip;

		assert_int_equal(addr4_ip(slice_from(cases[i].ip), &ip), 0);
		if (addr4_is_private(ip) != cases[i].want)
			fail_msg("%s", cases[i].ip);
	}
}

/* RFC 1321 A.5 and FIPS 180-2 B.1; in parts as in one. */
static void test_digest(void **state)
{
	const struct slice whole[] = { SLICE("abc") };
	const struct slice parts[] = { SLICE("a"), SLICE(""), SLICE("bc") };
	char md5[DIGEST_MD5_HEX], sha[DIGEST_SHA256_HEX];

	(void)state;
	assert_int_equal(digest_md5_hex(whole, 1, md5), ERR_OK);
	assert_string_equal(md5, "900150983cd24fb0d6963f7d28e17f72");
	assert_int_equal(digest_md5_hex(parts, 3, md5), ERR_OK);
	assert_string_equal(md5, "900150983cd24fb0d6963f7d28e17f72");
	assert_int_equal(digest_sha256_hex(parts, 3, sha), ERR_OK);
	assert_string_equal(sha,
	    "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad");
}

/* The first, ninth and last of the reference's table of SipHash-2-4. */
static void test_keyed(void **state)
{
	uint8_t key[KEYED_KEY_BYTES], in[15];
	const struct slice ab_c[] = { SLICE("ab"), SLICE("c") };
	const struct slice a_bc[] = { SLICE("a"), SLICE("bc") };

	(void)state;
	for (uint8_t i = 0; i < sizeof(key); i++)
		key[i] = i;
	for (uint8_t i = 0; i < sizeof(in); i++)
		in[i] = i;
	assert_true(keyed_bytes(key, in, 0) == UINT64_C(0x726fdb47dd0e0e31));
	assert_true(keyed_bytes(key, in, 8) == UINT64_C(0x93f5f5799a932462));
	assert_true(keyed_bytes(key, in, 15) == UINT64_C(0xa129ca6149be45e5));
	assert_true(keyed_u64(key, ab_c, 2) != keyed_u64(key, a_bc, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_private),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_keyed),
	};

	return cmocka_run_group_tests_name("addr4", tests, NULL, NULL);
}
