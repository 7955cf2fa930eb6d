#include "lib/core/pagenum.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/scan.h"

/* Signs that the tag's classes name, each as one byte. Blanks are one ' '. */
#define MARK  '\x01' /* between digits, and no "().-/|" of ASCII */
#define OTHER '\x02' /* beyond ASCII, and nothing of a number */
#define PIECE '\x03' /* where an element within the line begins or ends */

/* Longer than any number with all that may stand in it, so that one which
 * begins before the end of a full text is looked at with what follows. */
#define OVERLAP 256
#define BEFORE  8 /* what stands before a number, too */
#define AFTER   4 /* and behind it */
#define MARKS   4 /* between two digits */
#define NOWHERE SIZE_MAX
/* Digits of the rest of a number, at least; before it there are at most "011",
 * the code of a country and a trunk prefix. */
#define REST_MIN    4
#define BEFORE_REST 16
#define AHEAD_MAX   (BEFORE_REST + PAGENUM_DIGITS_MAX)

static size_t digits_of(struct slice s, char *out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n && n < max; i++)
		if (scan_is_digit(s.p[i]))
			out[n++] = s.p[i];
	out[n] = '\0';
	return n;
}

void pagenum_number(struct slice e164, struct slice national,
    struct pagenum_number *out)
{
	char all[PAGENUM_DIGITS_MAX + 1], home[PAGENUM_DIGITS_MAX + 4];
	const size_t n = digits_of(e164, all, PAGENUM_DIGITS_MAX);
	size_t left = digits_of(national, home, sizeof(home) - 1), trunk = 0;

	memset(out, 0, sizeof(*out));
	/* In Argentina a mobile's area has three digits before it, and "15"
	 * behind it: all of that is trunk. */
	for (; left > n || memcmp(all + n - left, home + trunk, left) != 0;
	     left--)
		trunk++;
	if (n < 6 || left < REST_MIN || trunk >= sizeof(out->trunk))
		return;
	memcpy(out->cc, all, n - left);
	memcpy(out->trunk, home, trunk);
	memcpy(out->nsn, home + trunk, left);
}

void pagenum_like(struct slice e164, const struct pagenum_number *other,
    struct pagenum_number *out)
{
	const size_t n = strlen(other->nsn);

	*out = *other;
	if (n < e164.n)
		memcpy(out->nsn, e164.p + e164.n - n, n);
}

static int by_rest(const void *a, const void *b)
{
	const struct pagenum_number *x = a, *y = b;

	return strcmp(x->nsn, y->nsn);
}

void pagenum_sort(struct pagenum_number *numbers, size_t n)
{
	if (n > 0)
		qsort(numbers, n, sizeof(*numbers), by_rest);
}

/* --- what stands where -----------------------------------------------------*/

static char at(const struct pagenum *s, size_t i)
{
	return i < s->n ? s->text[i] : '\0';
}

static bool is_word(char c)
{
	return scan_is_alnum(c) || c == '_';
}

static bool is_in(char c, const char *signs)
{
	return c != '\0' && strchr(signs, c) != NULL;
}

static size_t skip_pieces(const struct pagenum *s, size_t i)
{
	while (at(s, i) == PIECE)
		i++;
	return i;
}

static size_t skip_blank(const struct pagenum *s, size_t i)
{
	while (at(s, i) == ' ' || at(s, i) == PIECE)
		i++;
	return i;
}

static size_t skip_between(const struct pagenum *s, size_t i)
{
	i = skip_blank(s, i);
	for (int marks = 0; marks < MARKS; marks++) {
		const char c = at(s, i);

		if (!is_in(c, "().-/|\x01"))
			break;
		i = skip_blank(s, i + 1);
	}
	return i;
}

static size_t skip_open(const struct pagenum *s, size_t i)
{
	i = skip_pieces(s, i);
	return at(s, i) == '(' ? skip_pieces(s, i + 1) : i;
}

/* E.161: the key that a letter is on; else the sign itself. */
static char key_of(char c)
{
	static const char keys[] = "22233344455566677778889999";

	return scan_is_alpha(c) ? keys[(c | 0x20) - 'a'] : c;
}

/* How digits may be written. In North America 3-3-4 or without a gap. */
enum gaps {
	GAPS_NONE,
	GAPS_NANP,
	GAPS_ANY
};

/* Behind a sign within a word, as between the two of "GO-FEDEX". */
static size_t skip_sign(const struct pagenum *s, size_t i)
{
	const size_t on = skip_pieces(s, i);

	return !is_word(at(s, on)) &&
		       scan_is_alpha(at(s, skip_pieces(s, on + 1)))
		   ? on + 1
		   : i;
}

/* Behind these digits; NOWHERE: they do not stand here. From the letters-th on
 * letters may stand for them. */
static size_t take(const struct pagenum *s, size_t i, const char *digits,
    enum gaps gaps, size_t letters)
{
	if (i == NOWHERE)
		return NOWHERE;
	for (size_t k = 0; digits[k] != '\0'; k++) {
		if (k > 0 && (gaps == GAPS_ANY ||
				 (gaps == GAPS_NANP && (k == 3 || k == 6))))
			i = skip_between(s, i);
		else if (gaps == GAPS_NANP && k > 3)
			i = skip_sign(s, i);
		i = skip_pieces(s, i);
		if ((k < letters ? at(s, i) : key_of(at(s, i))) != digits[k])
			return NOWHERE;
		i++;
	}
	return i;
}

/* "+", "00" or "011", and what may follow it. */
static size_t take_prefix(const struct pagenum *s, size_t i)
{
	size_t on = at(s, i) == '+' ? i + 1 : take(s, i, "00", GAPS_NONE, 9);

	if (on == NOWHERE)
		on = take(s, i, "011", GAPS_NONE, 9);
	return on == NOWHERE ? on : skip_between(s, on);
}

/* --- a number --------------------------------------------------------------*/

struct hit {
	size_t end;
	bool coded; /* with its country's code */
	bool bare;  /* with neither that nor the trunk prefix */
};

static bool is_american(const struct pagenum_number *w)
{
	return strcmp(w->cc, "1") == 0;
}

static bool rest_is(const struct pagenum *s, const struct pagenum_number *w,
    size_t i, struct hit *h)
{
	const enum gaps gaps = is_american(w) ? GAPS_NANP : GAPS_ANY;

	if (i == NOWHERE)
		return false;
	h->end = take(s, skip_open(s, i), w->nsn, gaps, 3);
	return h->end != NOWHERE && !scan_is_digit(at(s, h->end));
}

/* What people write before the rest at home, whether the number has it as it is
 * written here or not; in Mexico what stood before that of a mobile. */
static const char *zero_of(const struct pagenum_number *w)
{
	if (w->trunk[0] != '\0')
		return w->trunk;
	if (is_american(w))
		return "";
	return strcmp(w->cc, "52") == 0 ? "1" : "0";
}

/* With the trunk prefix or without. */
static bool national_is(const struct pagenum *s, const struct pagenum_number *w,
    size_t i, struct hit *h)
{
	const char *zero = zero_of(w);

	if (i == NOWHERE)
		return false;
	if (zero[0] != '\0') {
		const size_t on = take(s, skip_open(s, i), zero, GAPS_ANY, 9);

		if (on != NOWHERE && rest_is(s, w, skip_between(s, on), h))
			return true;
	}
	h->bare = true;
	return rest_is(s, w, i, h);
}

/* Does the number begin here? As a regular expression tries it: the longest
 * beginning first. prefix: behind "+" and the like; NOWHERE. */
static bool begins(const struct pagenum *s, const struct pagenum_number *w,
    size_t i, size_t prefix, struct hit *h)
{
	const size_t starts[] = { prefix, i };

	for (size_t k = 0; k < 2; k++) {
		size_t on = starts[k];

		if (on == NOWHERE || (k == 1 && w->cc[0] == '\0'))
			continue;
		on = take(s, skip_open(s, on), w->cc, GAPS_NONE, 9);
		if (on != NOWHERE &&
		    national_is(s, w, skip_between(s, on), h)) {
			h->coded = true;
			h->bare = false;
			return true;
		}
	}
	h->coded = false;
	h->bare = false;
	return national_is(s, w, i, h);
}

/* What stands before it, the nearest first, and behind it: of the same piece,
 * or, when it goes over several, of all of them. */
static void around(const struct pagenum *s, size_t i, const struct hit *h,
    char a[BEFORE + 2], char b[AFTER])
{
	const bool split = memchr(s->text + i, PIECE, h->end - i) != NULL;
	/* What seems its country's code may belong to what stands before. */
	const size_t most = h->coded ? 2 : BEFORE;
	size_t k = i;

	memset(a, 0, BEFORE + 2);
	memset(b, 0, AFTER);
	for (size_t n = 0; n < most && k > 0;) {
		if (s->text[--k] != PIECE)
			a[n++] = s->text[k];
		else if (!split)
			break;
	}
	k = h->end;
	for (int n = 0; n < AFTER && k < s->n; k++) {
		if (s->text[k] != PIECE)
			b[n++] = s->text[k];
		else if (!split)
			break;
	}
}

/* A zero in front, and the carrier behind it. a: as of around(). */
static bool is_dialled(const char a[BEFORE + 2])
{
	size_t k = 0;

	while (scan_is_digit(a[k]) && a[k] != '0')
		k++;
	return a[k] == '0' && a[k + 1] == '\0';
}

/* Does a longer number end before it, or another country's code? In a link what
 * is dialled in front is neither. */
static bool is_foreign(const struct pagenum *s, const struct pagenum_number *w,
    const char a[BEFORE + 2])
{
	size_t k = 0;

	if (s->link && !is_american(w) && is_dialled(a))
		return false;
	if (scan_is_digit(a[0]))
		return true;
	while (scan_is_digit(a[k]) || is_in(a[k], " ().-"))
		k++;
	return a[k] == '+' && (k == 0 || scan_is_digit(a[k - 1]));
}

/* Without separators, or with letters, it must stand alone. */
static bool is_strict(const struct pagenum *s, size_t i, size_t end)
{
	bool digits = true;

	for (; i < end; i++) {
		if (scan_is_alpha(s->text[i]))
			return true;
		digits = digits &&
			 (scan_is_digit(s->text[i]) || s->text[i] == PIECE);
	}
	return digits;
}

/* The rest of a name such as 1800flowers.com. */
static bool is_domain(const char b[AFTER])
{
	return b[0] == '.' &&
	       ((b[1] >= 'a' && b[1] <= 'z') || memcmp(b + 1, "COM", 3) == 0);
}

/* An id, a price, a longer number, one of another country? */
static bool is_part(const struct pagenum *s, const struct pagenum_number *w,
    size_t i, const struct hit *h)
{
	char a[BEFORE + 2], b[AFTER];

	around(s, i, h, a, b);
	if (is_foreign(s, w, a))
		return true;
	if (s->link)
		return false;
	if (scan_is_digit(b[0]) || (is_in(a[0], ".-") && scan_is_digit(a[1])) ||
	    (is_in(b[0], ".-") && scan_is_digit(b[1])))
		return true;
	return is_strict(s, i, h->end) &&
	       (is_word(a[0]) || is_in(a[0], "$#=") ||
		   (a[0] == ',' && scan_is_digit(a[1])) ||
		   (a[0] == '/' && a[1] != '\0' && a[1] != 'e') ||
		   is_word(b[0]) || (is_in(b[0], "-@") && is_word(b[1])) ||
		   (b[0] == ',' && scan_is_digit(b[1])) || is_domain(b));
}

/* Without its trunk prefix a number must be long to be one, and not go on. */
static bool is_whole(const struct pagenum *s, const struct pagenum_number *w,
    const struct hit *h)
{
	return !h->bare || w->trunk[0] == '\0' ||
	       (strlen(w->nsn) > 8 &&
		   !(at(s, h->end) == ' ' && scan_is_digit(at(s, h->end + 1))));
}

/* --- a text ----------------------------------------------------------------*/

/* The digits from a place on, whatever stands between: those of any number that
 * begins there are among them, in a row. */
static size_t digits_at(const struct pagenum *s, size_t i,
    char out[AHEAD_MAX + 1])
{
	size_t n = 0;

	i += at(s, i) == '+';
	for (; n < AHEAD_MAX; i++) {
		i = skip_open(s, skip_between(s, i));
		if (!scan_is_digit(at(s, i)) &&
		    !(n >= 3 && scan_is_alpha(at(s, i))))
			break;
		out[n++] = key_of(at(s, i));
	}
	out[n] = '\0';
	return n;
}

static bool is_here(const struct pagenum *s, const struct pagenum_number *w,
    size_t i, size_t prefix, size_t *end)
{
	struct hit h;

	if (w->nsn[0] == '\0' || !begins(s, w, i, prefix, &h) ||
	    !is_whole(s, w, &h) || is_part(s, w, i, &h))
		return false;
	*end = h.end;
	return true;
}

/* The first that is not before the n digits. */
static size_t lower(const struct pagenum_list *l, const char *digits, size_t n)
{
	size_t from = 0, to = l->n;

	while (from < to) {
		const size_t mid = from + (to - from) / 2;

		if (strncmp(l->numbers[mid].nsn, digits, n) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

/* Of a sorted list: those with a rest that is among the digits ahead. */
static bool look_up(const struct pagenum *s, const struct pagenum_list *l,
    size_t i, const char *ahead, size_t n, size_t *end)
{
	const size_t prefix = take_prefix(s, i);

	for (size_t at = 0; at + REST_MIN <= n && at <= BEFORE_REST; at++) {
		/* Longer and longer, while any begins as they do. */
		for (size_t len = REST_MIN; at + len <= n; len++) {
			size_t k = lower(l, ahead + at, len);

			if (k == l->n ||
			    strncmp(l->numbers[k].nsn, ahead + at, len) != 0)
				break;
			for (; k < l->n && l->numbers[k].nsn[len] == '\0' &&
			       memcmp(l->numbers[k].nsn, ahead + at, len) == 0;
			     k++)
				if (is_here(s, &l->numbers[k], i, prefix, end))
					return true;
		}
	}
	return false;
}

/* Behind the number that begins here, which is counted; i: none does. */
static size_t look_at(struct pagenum *s, size_t i)
{
	char ahead[AHEAD_MAX + 1];
	const size_t n = digits_at(s, i, ahead);
	size_t prefix, end = i;

	if (n < REST_MIN)
		return i;
	prefix = take_prefix(s, i);
	for (size_t l = 0; l < s->n_lists; l++) {
		struct pagenum_list *list = &s->lists[l];
		size_t k = 0;

		if (list->sorted) {
			if (!look_up(s, list, i, ahead, n, &end))
				continue;
		} else {
			while (k < list->n &&
			       !is_here(s, &list->numbers[k], i, prefix, &end))
				k++;
			if (k == list->n)
				continue;
			if (list->stand != NULL)
				list->stand[k] = true;
		}
		list->places++;
		return end;
	}
	return i;
}

static void look_until(struct pagenum *s, size_t limit)
{
	while (s->from < limit) {
		const char c = s->text[s->from];
		const char a = s->from > 0 ? s->text[s->from - 1] : '\0';

		if ((scan_is_digit(c) && (s->link || !scan_is_digit(a))) ||
		    c == '+' || c == '(') {
			const size_t end = look_at(s, s->from);

			if (end > s->from) {
				s->from = end;
				continue;
			}
		}
		s->from++;
	}
}

/* Of several blanks the first is kept. */
static void put(struct pagenum *s, char c)
{
	const size_t last = s->n > 0 && s->text[s->n - 1] == PIECE;

	if (c == ' ' && s->n > last && s->text[s->n - 1 - last] == ' ')
		return;
	if (s->n == PAGENUM_TEXT) {
		size_t gone;

		look_until(s, PAGENUM_TEXT - OVERLAP);
		gone = s->from - BEFORE;
		memmove(s->text, s->text + gone, s->n - gone);
		s->n -= gone;
		s->from -= gone;
	}
	s->text[s->n++] = c;
}

static char simple(uint32_t c)
{
	if (c < 0x80)
		return c > ' ' ? (char)c : ' ';
	if (c >= 0xff10 && c <= 0xff19)
		return (char)('0' + (c - 0xff10));
	if ((c >= 0x660 && c <= 0x669) || (c >= 0x6f0 && c <= 0x6f9))
		return (char)('0' + (c & 0xf));
	if (c == 0xff08)
		return '(';
	if (c == 0xff0b)
		return '+';
	if (c == 0xa0 || c == 0x3000 || c == 0xfeff || c == 0x1680)
		return ' ';
	if (c == 0x20ac || c == 0x20b9 || c == 0xa3)
		return '$';
	return c == 0xad || c == 0xb7 || c == 0x5be || c == 0x61c ||
		       (c >= 0x2000 && c <= 0x2fff) || c == 0x30fb ||
		       c == 0x30fc || (c > 0xff08 && c <= 0xff0f)
		   ? MARK
		   : OTHER;
}

void pagenum_feed(struct pagenum *s, uint32_t sign)
{
	put(s, simple(sign));
}

void pagenum_break(struct pagenum *s)
{
	if (s->n > 0 && s->text[s->n - 1] != PIECE)
		put(s, PIECE);
}

void pagenum_end(struct pagenum *s)
{
	look_until(s, s->n);
	s->n = 0;
	s->from = 0;
}

void pagenum_line(struct pagenum *s)
{
	size_t i = s->n;

	while (i > 0 && (s->text[i - 1] == ' ' || s->text[i - 1] == PIECE))
		i--;
	if (i > 0 && !is_word(s->text[i - 1]))
		pagenum_break(s);
	else
		pagenum_end(s);
}
