#include "lib/core/taghealth.h"

/* As the tag says them, but for the last. */
static const char *const causes[TAGHEALTH_CAUSE_COUNT] = {
	[TAGHEALTH_TWICE] = "twice",
	[TAGHEALTH_OTHER_TAG] = "other_tag",
	[TAGHEALTH_URL_CHANGED] = "url_changed",
	[TAGHEALTH_CLICK_LOST] = "click_lost",
	[TAGHEALTH_FORGOTTEN] = "forgotten",
};

/* What each cause becomes when it is more than noise. */
static const enum taghealth_finding of_cause[TAGHEALTH_CAUSE_COUNT] = {
	[TAGHEALTH_TWICE] = TAGHEALTH_IS_TWICE,
	[TAGHEALTH_OTHER_TAG] = TAGHEALTH_HAS_OTHER_TAG,
	[TAGHEALTH_URL_CHANGED] = TAGHEALTH_CHANGES_URL,
	[TAGHEALTH_CLICK_LOST] = TAGHEALTH_LOSES_CLICKS,
	[TAGHEALTH_FORGOTTEN] = TAGHEALTH_FORGETS,
};

unsigned int taghealth_parse(struct slice words)
{
	unsigned int mask = 0;

	while (words.n > 0) {
		struct slice word = words;

		if (!slice_cut(&words, ',', &word))
			words = SLICE("");
		for (unsigned int i = 0; i < TAGHEALTH_FORGOTTEN; i++)
			if (slice_eq_cstr(slice_trim(word), causes[i]))
				mask |= 1U << i;
	}
	return mask;
}

const char *taghealth_word(unsigned int bit)
{
	if (bit == TAGHEALTH_KEPT_LATE)
		return "late";
	return bit < TAGHEALTH_CAUSE_COUNT ? causes[bit] : NULL;
}

enum taghealth_finding taghealth_finding_of(enum taghealth_cause cause)
{
	return of_cause[cause];
}

const char *taghealth_finding_word(unsigned int finding)
{
	static const char *const words[TAGHEALTH_FINDING_COUNT] = {
		[TAGHEALTH_NEVER_SEEN] = "never_seen",
		[TAGHEALTH_SILENT] = "silent",
		[TAGHEALTH_NO_TARGETS] = "no_targets",
		[TAGHEALTH_FEW_TARGETS] = "few_targets",
		[TAGHEALTH_IS_LATE] = "late",
		[TAGHEALTH_IS_TWICE] = "twice",
		[TAGHEALTH_HAS_OTHER_TAG] = "other_tag",
		[TAGHEALTH_CHANGES_URL] = "url_changed",
		[TAGHEALTH_LOSES_CLICKS] = "click_lost",
		[TAGHEALTH_FORGETS] = "forgotten",
		[TAGHEALTH_REFUSES] = "refused",
	};

	return finding < TAGHEALTH_FINDING_COUNT ? words[finding] : NULL;
}

/* Who deletes his cookies is not yet the site's fault. */
#define FORGOTTEN_LEAST 5

/* part of whole is at least one in every `of`. */
static bool is_many(uint64_t part, uint64_t whole, uint64_t of)
{
	return part > 0 && part >= whole / of;
}

static unsigned int judge_pages(const struct taghealth_sums *s)
{
	const uint64_t looked =
	    s->reports > s->unasked ? s->reports - s->unasked : 0;
	unsigned int found = 0;

	if (s->reports == 0)
		return 0;
	if (looked > 0 && s->without >= looked)
		found |= 1U << TAGHEALTH_NO_TARGETS;
	else if (s->without > looked / 2)
		found |= 1U << TAGHEALTH_FEW_TARGETS;
	if (is_many(s->late, s->reports, 10))
		found |= 1U << TAGHEALTH_IS_LATE;
	for (size_t i = 0; i < TAGHEALTH_FORGOTTEN; i++)
		if (is_many(s->causes[i], s->reports, 100))
			found |= 1U << of_cause[i];
	if (s->causes[TAGHEALTH_FORGOTTEN] >= FORGOTTEN_LEAST &&
	    is_many(s->causes[TAGHEALTH_FORGOTTEN], s->reports, 5))
		found |= 1U << of_cause[TAGHEALTH_FORGOTTEN];
	return found;
}

unsigned int taghealth_judge(const struct taghealth_sums *s, int64_t now_us)
{
	unsigned int found = judge_pages(s);

	if (s->seen_us == 0)
		found |= 1U << TAGHEALTH_NEVER_SEEN;
	else if (now_us - s->seen_us > RT_DAY_US)
		found |= 1U << TAGHEALTH_SILENT;
	if (s->refused > 0)
		found |= 1U << TAGHEALTH_REFUSES;
	return found;
}
