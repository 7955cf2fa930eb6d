#include "lib/core/formrule.h"

#include <string.h>

#include "lib/base/hex.h"
#include "lib/base/utf8.h"
#include "lib/core/words.h"

#define CARD_MIN 13
#define CARD_MAX 19
/* What people write between the groups of a card's number. */
#define BETWEEN     " -._/\t\r\n"
#define BETWEEN_MAX 2
#define MARK        "\xe2\x80\xa6" /* U+2026 */

/* Pieces of names, lower case, with '-', '_', '.' and blanks taken out, and all
 * letters that are not ASCII. */
static const char *const secrets[] = { "passw", "passphr", "passcode", "pwd",
	"cardnum", "cardno", "cardhold", "cardexp", "cardcode", "cardsec",
	"creditcard", "ccnum", "ccno", "ccexp", "cccsc", "cctype", "cvc", "cvv",
	"iban", "accountnum", "accountno", "routing", "socialsec",
	"securitycode", "kennwort", "contrase", "motdepass", "kreditkart",
	"kartennum", "numerotarjeta", "numerodetarjeta", "numerodelatarjeta",
	"numerocart", "numerodecart", "numerodicart", "cartebancaire",
	"cartadicredito", "cartaodecredito", "cryptogramme", "prufziff",
	"pruefziff", "prfziff", "numrodecart", "nmerodetarjeta",
	"nmerodelatarjeta", "cartodecr", "lsenord", "wachtwoord", "losenord",
	"adgangskode", "salasana", "lozinka", "jelsz", "geheimzahl" };
/* The same for languages that are not written in Latin letters: what is ASCII
 * and wide blanks taken out. The tag has them too (static/dni/form.js). */
static const char *const wide_secrets[] = {
	/* Cyrillic */
	"парол", "лозинка", "номеркарт", "номернакарта", "номербанковскойкарты",
	"номеркредитнойкарты", "держателькарты", "кодбезопасности",
	"номерсчета", "номерсчёта", "снилс",
	/* Chinese */
	"密码", "密碼", "口令", "卡号", "卡號", "安全码", "安全碼", "银行账号",
	"银行帐号", "銀行帳號", "銀行賬號", "身份证号", "身份證號",
	"身分證字號",
	/* Japanese */
	"パスワード", "暗証番号", "カード番号", "カード名義", "口座番号",
	"セキュリティコード", "セキュリティーコード", "マイナンバー",
	/* Korean */
	"비밀번호", "패스워드", "카드번호", "보안코드", "계좌번호", "주민번호",
	"주민등록번호",
	/* Arabic and Persian */
	"كلمةالمرور", "كلمةمرور", "كلمةالسر", "كلمةسر", "الرقمالسري",
	"رقمالبطاقة", "رقمبطاقة", "رمزالأمان", "رمزالامان", "رقمالحساب",
	"رمزعبور", "گذرواژه", "شمارهکارت",
	/* Hebrew */
	"סיסמה", "סיסמא", "מספרכרטיס", "מספרהכרטיס", "קודאבטחה", "מספרחשבון",
	/* Greek, and its capitals, which have no accents; "ς" is "σ" */
	"κωδικόσπρόσβασησ", "κωδικοσπροσβασησ", "συνθηματικ", "αριθμόσκάρτασ",
	"αριθμοσκαρτασ", "αριθμόστησκάρτασ", "κωδικόσασφαλείασ",
	"κωδικοσασφαλειασ",
	/* Hindi */
	"पासवर्ड", "कार्डनंबर", "कार्डनम्बर", "कार्डसंख्या", "सुरक्षाकोड", "खातासंख्या",
	/* Thai */
	"รหัสผ่าน", "เลขบัตร", "เลขที่บัตร", "รหัสความปลอดภัย", "เลขที่บัญชี", "เลขบัญชี"
};
static const char *const emails[] = { "email", "mail", "correo" };
static const char *const phones[] = { "phone", "tel", "mobile", "cell", "fone",
	"handy", "rufnummer" };
static const char *const names[] = { "fullname", "yourname", "name", "nome",
	"nom", "vorname", "firstname" };

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_letter(char c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The letters and digits of a name. */
static struct slice plain(struct slice s, char out[FORMRULE_NAME_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < s.n && n < FORMRULE_NAME_MAX; i++)
		if (is_letter(s.p[i]) || is_digit(s.p[i]))
			out[n++] = s.p[i];
	return slice_of(out, n);
}

static bool holds_any(struct slice name, const char *const *words, size_t n)
{
	char mem[FORMRULE_NAME_MAX];
	const struct slice text = plain(name, mem);
	const char *word;
	struct words w;

	words_init(&w, words, n);
	return words_find(&w, text, 0, &word) < text.n;
}

/* "SSN" at the beginning of a word: not that of "business name". */
static bool holds_ssn(struct slice name)
{
	for (size_t i = 0; i + 3 <= name.n; i++) {
		const char before = i == 0 ? ' ' : name.p[i - 1];

		if (slice_starts_case(slice_skip(name, i), SLICE("ssn")) &&
		    (!is_letter(before) ||
			(name.p[i] == 'S' && before == lower(before))))
			return true;
	}
	return false;
}

static void secrets_init(struct words *w)
{
	words_init(w, secrets, RT_ARRAY_LEN(secrets));
}

/* Whether what follows a word makes another thing of it: notes on an account
 * ("accountno" + "tes") are not its number, what somebody owes on credit cards
 * is none of a card. */
static bool is_other(const char *word, struct slice rest)
{
	if (word[strlen(word) - 1] == 'o')
		return slice_starts_case(rest, SLICE("te"));
	return rest.n > 0 && strcmp(word, "creditcard") == 0;
}

/* How long a blank or a dash of those that are not ASCII is: U+00A0, U+2000 to
 * U+2015, U+202F, U+3000; what pages show of a card's number has them. 0: none
 * here. */
static size_t wide_break(struct slice s, size_t at)
{
	const unsigned char *p = (const unsigned char *)s.p + at;

	if (s.n - at >= 2 && p[0] == 0xc2 && p[1] == 0xa0)
		return 2;
	if (s.n - at < 3)
		return 0;
	return (p[0] == 0xe2 && p[1] == 0x80 &&
		   (p[2] <= 0x95 || p[2] == 0xaf)) ||
		       memcmp(p, "\xe3\x80\x80", 3) == 0
		   ? 3
		   : 0;
}

/* A name in small letters without blanks, dashes and what is ASCII, but for
 * commas, which part words that have nothing to do with each other. */
static struct slice wide(struct slice s, char out[FORMRULE_NAME_MAX])
{
	char mem[FORMRULE_NAME_MAX];
	size_t n = 0;

	for (size_t i = 0; i < s.n && n < FORMRULE_NAME_MAX; i++) {
		const size_t skip = wide_break(s, i);

		if (skip > 0)
			i += skip - 1;
		else if ((unsigned char)s.p[i] >= 0x80 || s.p[i] == ',')
			mem[n++] = s.p[i];
	}
	return utf8_small(slice_of(mem, n), out);
}

static bool is_wide_secret(struct slice name)
{
	char mem[FORMRULE_NAME_MAX];
	const struct slice text = wide(name, mem);
	const char *word;
	struct words w;

	if (text.n == 0)
		return false;
	words_init(&w, wide_secrets, RT_ARRAY_LEN(wide_secrets));
	return words_find(&w, text, 0, &word) < text.n;
}

static bool is_secret(const struct words *w, struct slice name)
{
	char mem[FORMRULE_NAME_MAX];
	const struct slice text = plain(name, mem);
	const char *word = "";

	for (size_t at = 0; (at = words_find(w, text, at, &word)) < text.n;
	     at++)
		if (!is_other(word, slice_skip(text, at + strlen(word))))
			return true;
	return holds_ssn(name) || is_wide_secret(name);
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

/* Whether a network issues numbers that begin so, where that tells them from
 * the ids of advertisements, which stand in many addresses. */
static bool issued(const char *digits, size_t n)
{
	if (digits[0] == '2')
		return n == 16 && memcmp(digits, "2221", 4) >= 0 &&
		       memcmp(digits, "2720", 4) <= 0;
	return digits[0] != '6' || n >= 16;
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
	for (int i = 0; at < s.n && i <= BETWEEN_MAX; i++) {
		if (is_digit(s.p[at]))
			return at;
		if (memchr(BETWEEN, s.p[at], sizeof(BETWEEN) - 1) != NULL)
			at++;
		else if (wide_break(s, at) > 0)
			at += wide_break(s, at);
		else
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
		if (checks(digits, n) && issued(digits, n))
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

/* --- addresses -------------------------------------------------------------
 */

/* What a part of a query means, and where each byte of it stood. */
struct said {
	char *text;
	size_t *at;
	size_t n;
};

/* A '+' is a blank only between what else could be one number. */
static void read_query(struct slice raw, struct said *out)
{
	out->n = 0;
	for (size_t i = 0; i < raw.n; i++) {
		char c = raw.p[i];

		out->at[out->n] = i;
		if (c == '%' && i + 2 < raw.n && hex_value(raw.p[i + 1]) >= 0 &&
		    hex_value(raw.p[i + 2]) >= 0) {
			c = (char)(hex_value(raw.p[i + 1]) << 4 |
				   hex_value(raw.p[i + 2]));
			i += 2;
		} else if (c == '+' && out->n > 0 &&
			   is_digit(out->text[out->n - 1])) {
			c = ' ';
		}
		out->text[out->n++] = c;
	}
}

static bool is_break(char c)
{
	return c == '?' || c == '#' || c == '&' || c == ';';
}

/* A digit, or one that is written %3X. */
static void hide(char *p)
{
	if (*p == '%')
		memcpy(p, "%2A", 3);
	else
		*p = '*';
}

/* raw is what lies in the address and is changed. */
static void mask_value(char *raw, size_t n, struct said *said)
{
	struct slice s;

	read_query(slice_of(raw, n), said);
	s = slice_of(said->text, said->n);
	for (size_t i = 0; i < s.n; i++) {
		size_t end;

		if (!is_digit(s.p[i]))
			continue;
		end = card_end(s, i);
		/* Amid letters it is a piece of an id. */
		if (end == i || (i > 0 && is_letter(s.p[i - 1])) ||
		    (end < s.n && is_letter(s.p[end]))) {
			i = skip_digits(s, i) - 1;
			continue;
		}
		mask(said->text + i, end - i);
		for (; i < end; i++)
			if (said->text[i] == '*')
				hide(raw + said->at[i]);
		i--;
	}
}

/* One pair of a query. */
static void mask_pair(char *p, size_t n, const struct words *w,
    struct said *said)
{
	const size_t eq = slice_find(slice_of(p, n), '=', 0);

	read_query(slice_of(p, eq), said);
	if (eq < n && is_secret(w, slice_of(said->text, said->n)))
		memset(p + eq + 1, '*', n - eq - 1);
	else
		mask_value(p, n, said);
}

enum err formrule_mask_url(struct arena *mem, struct slice url,
    struct slice *out)
{
	struct said said;
	struct words w;
	size_t at = 0;
	char *p;

	while (at < url.n && !is_break(url.p[at]))
		at++;
	if (at == url.n) {
		*out = url;
		return ERR_OK;
	}
	if ((p = arena_alloc(mem, url.n)) == NULL ||
	    (said.text = arena_alloc(mem, url.n)) == NULL ||
	    (said.at = arena_alloc(mem, url.n * sizeof(*said.at))) == NULL)
		return ERR_NOMEM;
	memcpy(p, url.p, url.n);
	secrets_init(&w);
	while (at < url.n) {
		const size_t from = ++at;

		while (at < url.n && !is_break(p[at]))
			at++;
		mask_pair(p + from, at - from, &w, &said);
	}
	*out = slice_of(p, url.n);
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
	struct words w;

	secrets_init(&w);
	return !is_secret(&w, f->name) && !is_card(slice_trim(f->value));
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
