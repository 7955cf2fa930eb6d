#include "lib/core/formrule.h"

#include <string.h>

#include "lib/base/utf8.h"

#define CARD_MIN 13
#define CARD_MAX 19
#define MARK     "\xe2\x80\xa6" /* U+2026 */

/* Pieces of names, lower case, with '-', '_', '.' and blanks taken out. */
static const char *const secrets[] = { "passw", "passphr", "passcode", "pwd",
	"cardnum", "cardno", "cardhold", "cardexp", "cardcode", "cardsec",
	"creditcard", "ccnum", "ccno", "ccexp", "cccsc", "cctype", "cvc", "cvv",
	"iban", "accountnum", "accountno", "routing", "socialsec", "ssn" };
static const char *const emails[] = { "email", "mail", "correo" };
static const char *const phones[] = { "phone", "tel", "mobile", "cell", "fone",
	"handy", "rufnummer" };
static const char *const names[] = { "fullname", "yourname", "name", "nome",
	"nom", "vorname", "firstname" };

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* The letters and digits of a name, lower case. */
static void plain(struct slice s, char out[FORMRULE_NAME_MAX + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < s.n && n < FORMRULE_NAME_MAX; i++) {
		const char c = lower(s.p[i]);

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			out[n++] = c;
	}
	out[n] = '\0';
}

static bool holds_any(struct slice name, const char *const *words, size_t n)
{
	char text[FORMRULE_NAME_MAX + 1];

	plain(name, text);
	for (size_t i = 0; i < n; i++)
		if (strstr(text, words[i]) != NULL)
			return true;
	return false;
}

static bool is_card(struct slice s)
{
	uint8_t digits[CARD_MAX];
	unsigned int sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == ' ' || s.p[i] == '-')
			continue;
		if (s.p[i] < '0' || s.p[i] > '9' || n == CARD_MAX)
			return false;
		digits[n++] = (uint8_t)(s.p[i] - '0');
	}
	if (n < CARD_MIN)
		return false;
	for (size_t i = 0; i < n; i++) {
		const unsigned int d =
		    i % 2 == 0 ? digits[n - 1 - i] : 2U * digits[n - 1 - i];

		sum += d > 9 ? d - 9 : d;
	}
	return sum % 10 == 0;
}

enum err formrule_cut(struct arena *mem, struct slice s, size_t max,
    struct slice *out)
{
	struct slice head = s;
	char *p;

	if (s.n <= max)
		return arena_copy(mem, s, out) ? ERR_OK : ERR_NOMEM;
	head = utf8_head(s, max - (sizeof(MARK) - 1));
	p = arena_alloc(mem, head.n + sizeof(MARK) - 1);
	if (p == NULL)
		return ERR_NOMEM;
	memcpy(p, head.p, head.n);
	memcpy(p + head.n, MARK, sizeof(MARK) - 1);
	*out = slice_of(p, head.n + sizeof(MARK) - 1);
	return ERR_OK;
}

/* In our JSON (lib/text/esc.h). U+2028 and its like begin with 0xe2 and become
 * six bytes; others that do are taken for longer than they are. */
static size_t json_bytes(unsigned char c)
{
	if (c < 0x20 || c == 0x7f || c == '<' || c == '>')
		return 6;
	if (c == 0xe2)
		return 4;
	return c == '"' || c == '\\' ? 2 : 1;
}

size_t formrule_room(struct slice s, size_t left)
{
	size_t used = 2, fits = 0;

	for (size_t i = 0; i < s.n; i++) {
		used += json_bytes((unsigned char)s.p[i]);
		if (used > left)
			return fits;
		if (used + sizeof(MARK) - 1 <= left)
			fits = i + 1;
	}
	return s.n;
}

bool formrule_may_keep(const struct formrule_field *f)
{
	return !holds_any(f->name, secrets, RT_ARRAY_LEN(secrets)) &&
	       !is_card(slice_trim(f->value));
}

static bool is_email(struct slice s)
{
	const size_t at = slice_find(s, '@', 0);

	return at > 0 && at + 3 < s.n && slice_find(s, ' ', 0) == s.n &&
	       slice_find(s, '.', at) < s.n - 1;
}

static size_t count_digits(struct slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] >= '0' && s.p[i] <= '9';
	return n;
}

void formrule_contact(const struct formrule_field *f, size_t n,
    struct formrule_contact *out)
{
	const struct formrule_contact none = { SLICE(""), SLICE(""),
		SLICE("") };

	*out = none;
	for (size_t i = 0; i < n; i++) {
		const struct slice v = slice_trim(f[i].value);

		if (v.n == 0 || v.n > 255)
			continue;
		if (out->email.n == 0 && is_email(v))
			out->email = v;
		else if (out->phone.n == 0 && count_digits(v) >= 6 &&
			 holds_any(f[i].name, phones, RT_ARRAY_LEN(phones)))
			out->phone = v;
		else if (out->name.n == 0 && count_digits(v) == 0 &&
			 !holds_any(f[i].name, emails, RT_ARRAY_LEN(emails)) &&
			 holds_any(f[i].name, names, RT_ARRAY_LEN(names)))
			out->name = v;
	}
}
