#include "lib/core/saysname.h"

#include "lib/base/utf8.h"
#include "lib/core/urlq.h"

/* A text as its words: small letters without accents, a blank between. */
struct plain {
	char mem[SAYSNAME_MAX + 8];
	struct buf b;
};

/* U+00C0 to U+017F without their accents. */
#define ACCENTS_FIRST UINT32_C(0xc0)
static const char accents[] =
    "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiii"
    "dnooooo ouuuuytyaaaaaaccccccccddddeeeeeeeeeegggg"
    "gggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooo"
    "oooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

static bool is_mark(uint32_t c) /* combining diacritical marks */
{
	return c >= 0x300 && c <= 0x36f;
}

/* Signs of ASCII and Latin-1, and general punctuation. */
static bool is_between(uint32_t c)
{
	return c < 0x80 ? !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
			      (c >= 'A' && c <= 'Z'))
			: c < ACCENTS_FIRST || (c >= 0x2000 && c <= 0x206f);
}

static void add(struct plain *p, struct slice raw, uint32_t c)
{
	if (is_mark(c))
		return;
	if (c >= ACCENTS_FIRST && c - ACCENTS_FIRST < sizeof(accents) - 1 &&
	    accents[c - ACCENTS_FIRST] != ' ')
		buf_char(&p->b, accents[c - ACCENTS_FIRST]);
	else if (!is_between(c))
		buf_put(&p->b, raw);
	else if (p->b.n > 0 && p->mem[p->b.n - 1] != ' ')
		buf_char(&p->b, ' ');
}

static struct slice plain(struct plain *p, struct slice s)
{
	buf_over(&p->b, p->mem, sizeof(p->mem));
	s = slice_head(s, SAYSNAME_MAX);
	while (s.n > 0) {
		uint32_t c = ' ';
		size_t n = utf8_next(s, &c);

		n = n == 0 ? 1 : n;
		add(p, slice_head(s, n), c);
		s = slice_skip(s, n);
	}
	return slice_trim(buf_slice(&p->b));
}

static bool is_word_of(struct slice text, struct slice word)
{
	struct slice w;
	bool more = true;

	while (more) {
		more = slice_cut(&text, ' ', &w);
		if (w.n == word.n && utf8_has_case(w, word))
			return true;
	}
	return false;
}

/* Both are plain. least: words that a name must have to be one. */
static bool has_all_words(struct slice text, struct slice name, size_t least)
{
	struct slice word;
	bool more = true;
	size_t n = 0;

	if (name.n < SAYSNAME_LEAST)
		return false;
	for (; more; n++) {
		more = slice_cut(&name, ' ', &word);
		if (!is_word_of(text, word))
			return false;
	}
	return n >= least;
}

/* A search of text would find the name, or has it in it. Both are plain. */
static bool finds(struct slice text, struct slice name)
{
	return (text.n >= SAYSNAME_LEAST && utf8_has_case(name, text)) ||
	       has_all_words(text, name, 1);
}

bool saysname_text(struct slice text, struct slice name)
{
	struct plain t, n;

	text = plain(&t, text);
	name = plain(&n, name);
	return has_all_words(text, name, 1) || has_all_words(name, text, 1);
}

bool saysname_answer(struct slice text, struct slice name)
{
	const bool mail = slice_find(name, '@', 0) < name.n;
	struct plain t, n;

	text = plain(&t, text);
	name = plain(&n, name);
	return has_all_words(text, name, 2) ||
	       (!mail && has_all_words(name, text, 1));
}

bool saysname_query(struct slice query, struct slice name)
{
	struct plain n, t;
	const struct slice of = plain(&n, name);
	struct slice key, value;
	char mem[3 * SAYSNAME_MAX];
	struct buf b;

	while (urlq_next(&query, &key, &value)) {
		buf_over(&b, mem, sizeof(mem));
		urlq_decode(slice_head(value, SAYSNAME_MAX), &b);
		value = plain(&t, buf_slice(&b));
		if (slice_eq_cstr(key, "q") || slice_eq_cstr(key, "search")
			? finds(value, of)
			: has_all_words(value, of, 2))
			return true;
	}
	return false;
}
