/* Tests of what a web form's fields may say, and of who sent it. */
#include <string.h>

#include "lib/core/formrule.h"
#include "lib/text/esc.h"
#include "tests/support/cm.h"

static const struct {
	const char *why;
	const char *name;
	const char *value;
	bool want;
} fields[] = {
	{ "a name", "your-name", "Anne", true },
	{ "a telephone number", "phone", "+1 (415) 555-0199", true },
	{ "a long number that is no card's", "order", "4111111111111112",
	    true },
	{ "twelve digits", "order", "411111111111", true },
	{ "words that begin alike", "success", "yes", true },
	{ "an account, not its number", "account_type", "x", true },
	{ "postcard", "postcard", "x", true },
	{ "a password", "password", "x", false },
	{ "a password of another form", "user[Pass-Word]", "x", false },
	{ "a card by its name", "card_number", "x", false },
	{ "a card by its digits", "note", "4111 1111-1111 1111", false },
	{ "a card with blanks around", "note", "  378282246310005 ", false },
	{ "a security code", "CVC", "123", false },
	{ "a security code by its whole name", "card[Security-Code]", "123",
	    false },
	{ "a password in German", "Kennwort", "x", false },
	{ "a password in Spanish",
	    "contrase\xc3\xb1"
	    "a",
	    "x", false },
	{ "a card in German", "kreditkarte_nummer", "1", false },
	{ "a card in Spanish", "N\xc3\xbamero de tarjeta", "1", false },
	{ "a card in French", "numero-de-carte", "1", false },
	{ "a card in French, with its accent", "Num\xc3\xa9ro de carte", "1",
	    false },
	{ "a card in Portuguese",
	    "cart\xc3\xa3o de cr\xc3\xa9"
	    "dito",
	    "1", false },
	{ "a security code in German",
	    "Pr\xc3\xbc"
	    "fziffer",
	    "1", false },
	{ "a password in Dutch", "Wachtwoord", "x", false },
	{ "a password in Swedish", "L\xc3\xb6senord", "x", false },
	{ "a review", "resenha", "x", true },
	{ "a card", "payment[credit_card]", "x", false },
	{ "a card's number", "creditCardNumber", "x", false },
	{ "a card's security code", "credit_card_cvv", "x", false },
	{ "what is owed on cards", "credit_card_debt", "20000", true },
	{ "an order that was chosen", "chosen_order", "x", true },
	{ "a logo", "has_logo", "x", true },
	{ "a bank account", "iban", "DE00", false },
	{ "social security", "Social Security", "1", false },
	{ "social security, short", "applicant_SSN", "1", false },
	{ "social security amid words", "applicantSsn4", "1", false },
	{ "social security alone", "ssn", "1", false },
	{ "a business", "businessName", "Acme", true },
	{ "a business in words", "Business name", "Acme", true },
	{ "a house number", "address-number", "5", true },
	{ "a business, loud", "BUSINESSNAME", "Acme", true },
	{ "notes on an account", "account_notes", "x", true },
	{ "notes, and the number", "account_notes_account_no", "x", false },
	{ "an account's number", "account no.", "1", false },
	{ "a bank's number, short", "Account No", "1", false },
	{ "a password in Russian", "Пароль", "x", false },
	{ "a password in Russian, loud", "ВАШ_ПАРОЛЬ2", "x", false },
	{ "a card in Russian", "Номер карты", "1", false },
	{ "a card in Ukrainian", "Номер картки", "1", false },
	{ "a name in Russian", "Ваше имя", "x", true },
	{ "a number, and a card", "Ваш номер, карта", "1", true },
	{ "a card's owner", "Держатель карты", "x", false },
	{ "a password in Chinese", "您的密码", "x", false },
	{ "a card in Chinese", "信用卡卡號", "1", false },
	{ "a telephone in Chinese", "电话号码", "1", true },
	{ "a security code in Chinese", "安全码 (3)", "1", false },
	{ "a password in Japanese", "パスワード（確認）", "x", false },
	{ "a card in Japanese", "カード　番号", "1", false },
	{ "a telephone in Japanese", "電話番号", "1", true },
	{ "a password in Korean", "비밀번호", "x", false },
	{ "a card in Korean", "card: 카드 번호", "1", false },
	{ "a telephone in Korean", "전화번호", "1", true },
	{ "a password in Arabic", "كلمة المرور", "x", false },
	{ "a card in Arabic", "رقم البطاقة", "1", false },
	{ "a telephone in Arabic", "رقم الهاتف", "1", true },
	{ "a card in Persian", "شماره\xe2\x80\x8cکارت", "1", false },
	{ "a password in Hebrew", "סיסמה", "x", false },
	{ "a card in Hebrew", "מספר-כרטיס", "1", false },
	{ "a telephone in Hebrew", "מספר טלפון", "1", true },
	{ "a password in Greek", "Κωδικός πρόσβασης", "x", false },
	{ "a password in Greek, loud", "ΚΩΔΙΚΟΣ ΠΡΟΣΒΑΣΗΣ", "x", false },
	{ "a card in Greek", "Αριθμός κάρτας", "1", false },
	{ "a postcode in Greek", "Ταχυδρομικός κωδικός", "1", true },
	{ "a password in Hindi", "पासवर्ड", "x", false },
	{ "a card in Hindi", "कार्ड नंबर", "1", false },
	{ "a telephone in Hindi", "फ़ोन नंबर", "1", true },
	{ "a password in Thai", "รหัสผ่าน", "x", false },
	{ "a card in Thai", "หมายเลขบัตรเครดิต", "1", false },
	{ "a postcode in Thai", "รหัสไปรษณีย์", "1", true },
	{ "half a character", "\xd0\xbf\xd0", "x", true },
};

static void test_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(fields); i++) {
		const struct formrule_field f = { slice_from(fields[i].name),
			slice_from(fields[i].value) };

		if (formrule_may_keep(&f) != fields[i].want)
			fail_msg("%s: \"%s\"=\"%s\"", fields[i].why,
			    fields[i].name, fields[i].value);
	}
}

static void test_cut(void **state)
{
	static const struct {
		const char *why;
		const char *in;
		size_t max;
		const char *want;
	} cases[] = {
		{ "short", "abc", 10, "abc" },
		{ "just fits", "abcdef", 6, "abcdef" },
		{ "cut, and marked", "abcdefg", 6, "abc\xe2\x80\xa6" },
		{ "no half characters", "ab\xc3\xbc\xc3\xbcg", 6,
		    "ab\xe2\x80\xa6" },
		{ "the mark alone", "abcdefg", 3, "\xe2\x80\xa6" },
		{ "empty", "", 3, "" },
	};
	struct arena mem;
	struct slice got;

	(void)state;
	arena_init(&mem, 65536);
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++)
		if (formrule_cut(&mem, slice_from(cases[i].in), cases[i].max,
			&got) != ERR_OK ||
		    !slice_eq_cstr(got, cases[i].want))
			fail_msg("%s", cases[i].why);
	arena_fini(&mem);
}

/* What formrule_room() lets through is never longer in JSON than it says, for
 * any bytes, and wastes little of plain ones. */
static void test_room(void **state)
{
	static const char *const pieces[] = { "a", "\"", "\\", "\n", "\x01",
		"<", "\x7f", "\xc3\xbc", "\xe2\x80\xa8", "\xf0\x9f\x98\x8a" };
	char text[600];

	(void)state;
	for (size_t k = 0; k < RT_ARRAY_LEN(pieces); k++) {
		const size_t n = strlen(pieces[k]);
		const struct slice s = slice_of(text, n * 100);

		for (size_t i = 0; i < 100; i++)
			memcpy(text + i * n, pieces[k], n);
		for (size_t left = 32; left < 1300; left++) {
			const size_t room = formrule_room(s, left);
			struct arena mem;
			struct slice cut;
			struct buf b;

			arena_init(&mem, 65536);
			buf_init(&b, 65536);
			assert_int_equal(formrule_cut(&mem, s, room, &cut),
			    ERR_OK);
			esc_json(cut, &b);
			assert_true(buf_slice(&b).n + 2 <= left);
			if (k == 0 && left < 102)
				assert_true(cut.n + 8 >= left);
			buf_fini(&b);
			arena_fini(&mem);
		}
		assert_int_equal(formrule_room(s, 6 * s.n + 2), s.n);
	}
}

static void test_mask(void **state)
{
	static const struct {
		const char *why;
		const char *in;
		const char *want;
	} cases[] = {
		{ "amid words", "charge 4111111111111111 please",
		    "charge ************1111 please" },
		{ "in groups", "4111 1111 1111 1111 12/27",
		    "**** **** **** 1111 12/27" },
		{ "other marks between", "c:5500-0000-0000-0004.",
		    "c:****-****-****-0004." },
		{ "as pages show it",
		    "4111\xc2\xa0"
		    "1111\xe2\x80\x93"
		    "1111\xe2\x80\xaf"
		    "1111",
		    "****\xc2\xa0****\xe2\x80\x93****\xe2\x80\xaf"
		    "1111" },
		{ "parted by other letters",
		    "4111\xc2\xa1"
		    "1111\xc2\xa1"
		    "1111\xc2\xa1"
		    "1111",
		    "4111\xc2\xa1"
		    "1111\xc2\xa1"
		    "1111\xc2\xa1"
		    "1111" },
		{ "over lines", "4111\r\n1111\r\n1111\r\n1111",
		    "****\r\n****\r\n****\r\n1111" },
		{ "of fifteen", "amex 3782 822463 10005 ok",
		    "amex **** ****** *0005 ok" },
		{ "twice", "4111111111111111,6011111111111117",
		    "************1111,************1117" },
		{ "letters at both ends", "x4111111111111111y",
		    "x************1111y" },
		{ "another check digit", "4111111111111112",
		    "4111111111111112" },
		{ "a telephone number", "+4111111111111111",
		    "+4111111111111111" },
		{ "two telephone numbers", "415 555 0199, 415 555 0142",
		    "415 555 0199, 415 555 0142" },
		{ "no card begins so", "9111111111111111", "9111111111111111" },
		{ "too long", "41111111111111110000", "41111111111111110000" },
		{ "too short", "411111111111", "411111111111" },
		{ "far apart", "4111 ... 1111 ... 1111 ... 1111",
		    "4111 ... 1111 ... 1111 ... 1111" },
		{ "an advertisement of seventeen digits", "23851111111111115",
		    "23851111111111115" },
		{ "an advertisement of thirteen", "6045555555555",
		    "6045555555555" },
		{ "a card that begins with 2", "2221000000000009",
		    "************0009" },
		{ "nothing", "", "" },
	};
	struct arena mem;
	struct slice got;

	(void)state;
	arena_init(&mem, 65536);
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++)
		if (formrule_mask(&mem, slice_from(cases[i].in), &got) !=
			ERR_OK ||
		    !slice_eq_cstr(got, cases[i].want))
			fail_msg("%s: \"%.*s\"", cases[i].why, (int)got.n,
			    got.p);
	arena_fini(&mem);
}

static void test_mask_url(void **state)
{
	static const struct {
		const char *why;
		const char *in;
		const char *want;
	} cases[] = {
		{ "no query", "https://x.example/4111111111111111",
		    "https://x.example/4111111111111111" },
		{ "in a query", "https://x.example/?a=1&n=4111111111111111&b=2",
		    "https://x.example/?a=1&n=************1111&b=2" },
		{ "the query's end", "https://x.example/p?4111111111111111",
		    "https://x.example/p?************1111" },
		{ "blanks as +", "/?n=4111+1111+1111+1111",
		    "/?n=****+****+****+1111" },
		{ "blanks as %20", "/?n=4111%201111%201111%201111",
		    "/?n=****%20****%20****%201111" },
		{ "encoded digits", "/?n=%34111111111111111",
		    "/?n=%2A***********1111" },
		{ "in a fragment", "/#/pay?n=4111-1111-1111-1111",
		    "/#/pay?n=****-****-****-1111" },
		{ "in an address in it",
		    "/?u=https%3A%2F%2Fx%2F%3Fn%3D4111111111111111%26m",
		    "/?u=https%3A%2F%2Fx%2F%3Fn%3D************1111%26m" },
		{ "a telephone number", "/?tel=+4111111111111111",
		    "/?tel=+4111111111111111" },
		{ "a telephone number, encoded", "/?tel=%2B4111111111111111",
		    "/?tel=%2B4111111111111111" },
		{ "a click id", "/?msclkid=af4111111111111111c",
		    "/?msclkid=af4111111111111111c" },
		{ "a secret's name", "/?password=hunter2&cvv=123&q=1",
		    "/?password=*******&cvv=***&q=1" },
		{ "a secret's name, encoded", "/?card%5Fnumber=1%202;x=1",
		    "/?card%5Fnumber=*****;x=1" },
		{ "a secret's name in Russian",
		    "/?%D0%9F%D0%B0%D1%80%D0%BE%D0%BB%D1%8C=hush&q=1",
		    "/?%D0%9F%D0%B0%D1%80%D0%BE%D0%BB%D1%8C=****&q=1" },
		{ "half an escape", "/?n=%4&m=%", "/?n=%4&m=%" },
		{ "empty pairs", "/?&&=&#;", "/?&&=&#;" },
		{ "nothing", "", "" },
	};
	struct arena mem;
	struct slice got;

	(void)state;
	arena_init(&mem, 65536);
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++)
		if (formrule_mask_url(&mem, slice_from(cases[i].in), &got) !=
			ERR_OK ||
		    !slice_eq_cstr(got, cases[i].want))
			fail_msg("%s: \"%.*s\"", cases[i].why, (int)got.n,
			    got.p);
	arena_fini(&mem);
}

static void test_contact(void **state)
{
	const struct formrule_field f[] = {
		{ SLICE("subject"), SLICE("My drain") },
		{ SLICE("email_2"), SLICE("not an address") },
		{ SLICE("your-email"), SLICE(" anne@example.com ") },
		{ SLICE("zip"), SLICE("941031234") },
		{ SLICE("Tel."), SLICE("(415) 555-0199") },
		{ SLICE("first_name"), SLICE("Anne") },
		{ SLICE("last_name"), SLICE("Lee") },
	};
	struct formrule_contact c;

	(void)state;
	formrule_contact(f, RT_ARRAY_LEN(f), &c);
	assert_true(slice_eq_cstr(c.email, "anne@example.com"));
	assert_true(slice_eq_cstr(c.phone, "(415) 555-0199"));
	assert_true(slice_eq_cstr(c.name, "Anne"));
	formrule_contact(f, 1, &c);
	assert_int_equal(c.email.n + c.phone.n + c.name.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_fields),
		cmocka_unit_test(test_contact), cmocka_unit_test(test_cut),
		cmocka_unit_test(test_room), cmocka_unit_test(test_mask),
		cmocka_unit_test(test_mask_url) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
