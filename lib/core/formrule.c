#include "lib/core/formrule.h"

#include <string.h>

#include "lib/base/utf8.h"

#define CARD_MIN 13
#define CARD_MAX 19
/* What people write between the groups of a card's number. */
#define BETWEEN     " -._/\t\r\n"
#define BETWEEN_MAX 2
#define MARK        "\xe2\x80\xa6" /* U+2026 */

/* Pieces of names, lower case, with '-', '_', '.' and blanks taken out. */
static const char *const secrets[] = { "passw", "passphr", "passcode", "pwd",
	"cardnum", "cardno", "cardhold", "cardexp", "cardcode", "cardsec",
	"creditcard", "ccnum", "ccno", "ccexp", "cccsc", "cctype", "cvc", "cvv",
	"iban", "accountnum", "accountno", "routing", "socialsec", "ssn",
	"securitycode", "kennwort", "contrase", "motdepass", "kreditkart",
	"kartennum", "numerotarjeta", "numerodetarjeta" };
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

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ISO/IEC 7812-1, annex B, of so many as a card has. */
static bool checks(const char *digits, size_t n)
{
	unsigned int sum = 0;

	if (n < CARD_MIN || n > CARD_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		const unsigned int v = (unsigned int)(digits[n - 1 - i] - '0');
		const unsigned int d = i % 2 == 0 ? v : 2 * v;

		sum += d > 9 ? d - 9 : d;
	}
	return sum % 10 == 0;
}

static bool is_card(struct slice s)
{
	char digits[CARD_MAX];
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == ' ' || s.p[i] == '-')
			continue;
		if (!is_digit(s.p[i]) || n == CARD_MAX)
			return false;
		digits[n++] = s.p[i];
	}
	return checks(digits, n);
}

static size_t skip_digits(struct slice s, size_t at)
{
	while (at < s.n && is_digit(s.p[at]))
		at++;
	return at;
}

/* Past what stands between two groups of digits; s.n where none follows. */
static size_t next_group(struct slice s, size_t at)
{
	for (size_t i = at; i < s.n && i <= at + BETWEEN_MAX; i++) {
		if (is_digit(s.p[i]))
			return i;
		if (memchr(BETWEEN, s.p[i], sizeof(BETWEEN) - 1) == NULL)
			return s.n;
	}
	return s.n;
}

/* Of groups from `at` on, where the first begins: the end of the longest card's
 * number; `at` when there is none. */
static size_t card_end(struct slice s, size_t at)
{
	const size_t first = skip_digits(s, at) - at;
	char digits[CARD_MAX];
	size_t n = 0, end = at;

	if (s.p[at] < '2' || s.p[at] > '6' || (at > 0 && s.p[at - 1] == '+') ||
	    (first != 4 && first != 6 && first < CARD_MIN))
		return at;
	for (size_t i = at; i < s.n; i = next_group(s, i)) {
		const size_t past = skip_digits(s, i);

		if (past - i > CARD_MAX - n)
			break;
		memcpy(digits + n, s.p + i, past - i);
		n += past - i;
		i = past;
		if (checks(digits, n))
			end = past;
	}
	return end;
}

static void mask(char *p, size_t n)
{
	size_t kept = 0;

	while (n-- > 0)
		if (is_digit(p[n]) && kept++ >= 4)
			p[n] = '*';
}

enum err formrule_mask(struct arena *mem, struct slice s, struct slice *out)
{
	char *copy = NULL;

	for (size_t i = 0; i < s.n; i++) {
		size_t end;

		if (!is_digit(s.p[i]))
			continue;
		if ((end = card_end(s, i)) == i) {
			i = skip_digits(s, i) - 1;
			continue;
		}
		if (copy == NULL && (copy = arena_alloc(mem, s.n)) == NULL)
			return ERR_NOMEM;
		if (copy != s.p)
			memcpy(copy, s.p, s.n);
		s.p = copy;
		mask(copy + i, end - i);
		i = end - 1;
	}
	*out = s;
	return ERR_OK;
}

enum err formrule_cut(struct arena *mem, struct slice s, size_t max,
    struct slice *out)
{
	struct slice head;
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
		n += is_digit(s.p[i]);
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
