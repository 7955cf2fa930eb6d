#include "lib/core/flow_say.h"

#include "lib/core/snap.h"
#include "lib/core/voice.h"

static const char *const names[FLOW_SAY_KIND_COUNT] = {
	[FLOW_SAY_TEXT] = "",
	[FLOW_SAY_SOURCE] = "source",
	[FLOW_SAY_MEDIUM] = "medium",
	[FLOW_SAY_CAMPAIGN] = "campaign",
	[FLOW_SAY_KEYWORD] = "keyword",
	[FLOW_SAY_NUMBER] = "number",
};

static enum err add(struct flow_say_segment *out, size_t *n,
    enum flow_say_kind kind, struct slice text)
{
	if (*n == FLOW_SAY_SEGMENTS_MAX)
		return ERR_TOOBIG;
	out[(*n)++] = (struct flow_say_segment){ kind, text };
	return ERR_OK;
}

/* Blanks and punctuation at the ends are no speech. */
static struct slice spoken(struct slice s)
{
	static const struct slice silent = SLICE_INIT(" \t\r\n,.;:-");

	while (s.n > 0 && slice_find(silent, s.p[0], 0) < silent.n)
		s = slice_skip(s, 1);
	while (s.n > 0 && slice_find(silent, s.p[s.n - 1], 0) < silent.n)
		s.n--;
	return s;
}

static enum err add_variable(struct flow_say_segment *out, size_t *n,
    struct slice name)
{
	for (size_t i = 1; i < FLOW_SAY_KIND_COUNT; i++)
		if (slice_eq_cstr(name, names[i]))
			return add(out, n, (enum flow_say_kind)i, name);
	return ERR_NOTFOUND;
}

enum err flow_say_cut(struct slice say,
    struct flow_say_segment out[FLOW_SAY_SEGMENTS_MAX], size_t *n)
{
	size_t count = 0;
	enum err e;

	while (say.n > 0) {
		struct slice part;
		const bool variable = slice_cut(&say, '{', &part);

		part = spoken(part);
		if (part.n > 0 &&
		    (e = add(out, &count, FLOW_SAY_TEXT, part)) != ERR_OK)
			return e;
		if (!variable)
			break;
		if (!slice_cut(&say, '}', &part))
			return ERR_SYNTAX;
		if ((e = add_variable(out, &count, part)) != ERR_OK)
			return e;
	}
	*n = count;
	return ERR_OK;
}

static uint64_t hash(uint64_t h, struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= 'A' && c <= 'Z')
			c = (unsigned char)(c - 'A' + 'a');
		h = (h ^ c) * UINT64_C(0x100000001b3);
	}
	return h;
}

/* The usual language is left out: keys were made of the text alone once. */
void flow_say_key(struct slice text, struct slice language,
    char out[FLOW_SAY_KEY_MAX])
{
	uint64_t h = hash(UINT64_C(0xcbf29ce484222325), spoken(text));
	struct buf b;

	if (!slice_eq_cstr(language, voice_languages[0]))
		h = hash(h ^ UINT64_C(0xff), language);
	buf_over(&b, out, FLOW_SAY_KEY_MAX - 1);
	buf_printf(&b, "say.%016llx", (unsigned long long)h);
	out[b.n] = '\0';
}

static struct slice value(const struct flow_env *env,
    const struct flow_say_segment *s)
{
	switch (s->kind) {
	case FLOW_SAY_TEXT:
		return s->text;
	case FLOW_SAY_SOURCE:
		return slice_from(env->facts->source);
	case FLOW_SAY_MEDIUM:
		return slice_from(env->facts->medium);
	case FLOW_SAY_CAMPAIGN:
		return slice_from(env->facts->campaign);
	case FLOW_SAY_KEYWORD:
		return slice_from(env->facts->keyword);
	case FLOW_SAY_NUMBER:
		return env->number_name;
	case FLOW_SAY_KIND_COUNT:
		break;
	}
	return SLICE("");
}

size_t flow_say_prompts(const struct flow_env *env, struct slice say,
    uint32_t language, uint32_t out[FLOW_SAY_SEGMENTS_MAX])
{
	struct flow_say_segment seg[FLOW_SAY_SEGMENTS_MAX];
	char key[FLOW_SAY_KEY_MAX];
	size_t n = 0;

	if (say.n == 0 || env->snap == NULL ||
	    flow_say_cut(say, seg, &n) != ERR_OK)
		return 0;
	for (size_t i = 0; i < n; i++) {
		const struct slice text = spoken(value(env, &seg[i]));

		flow_say_key(text, slice_from(voice_languages[language]), key);
		out[i] = text.n == 0
			     ? FLOW_NO_PROMPT
			     : snap_find_prompt(env->snap, slice_from(key));
		if (out[i] == FLOW_NO_PROMPT)
			return 0;
	}
	return n;
}
