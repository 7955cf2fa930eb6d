/* Tests of what a web form's fields may say, and of who sent it. */
#include <string.h>

#include "lib/core/formrule.h"
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
	{ "a bank account", "iban", "DE00", false },
	{ "social security", "Social Security", "1", false },
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
		cmocka_unit_test(test_contact) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
