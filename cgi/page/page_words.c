#include "cgi/page/page_words.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *key;
	const char *word;
} results[] = {
	{ "abandoned", "Abandoned" },
	{ "answered", "Answered" },
	{ "blocked", "Blocked" },
	{ "failed", "Failed" },
	{ "interrupted", "Interrupted" },
	{ "live", "Live" },
	{ "missed", "Missed" },
	{ "voicemail", "Voicemail" },
};

const char *page_words_result_key(bool open, const char *result)
{
	if (open)
		return "live";
	for (size_t i = 0; i < RT_ARRAY_LEN(results); i++)
		if (strcmp(results[i].key, result) == 0)
			return results[i].key;
	return "failed";
}

const char *page_words_result(const char *key)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(results); i++)
		if (strcmp(results[i].key, key) == 0)
			return results[i].word;
	return "Failed";
}

const char *page_words_reason(const char *hangup_by, const char *reason)
{
	static const struct {
		const char *by;
		const char *reason;
	} same[] = {
		{ "caller", "the caller hung up" },
		{ "called", "the called side hung up" },
	};

	for (size_t i = 0; i < RT_ARRAY_LEN(same); i++)
		if (strcmp(hangup_by, same[i].by) == 0 &&
		    strcmp(reason, same[i].reason) == 0)
			return "";
	return reason;
}

/* First match of channel or of medium, by prefix; eight colours for all. */
static const struct {
	const char *begins;
	const char *class;
} channels[] = {
	{ "paid_social", "social" },
	{ "paid", "paid" },
	{ "display", "paid" },
	{ "affiliate", "referral" },
	{ "organic", "organic" },
	{ "maps", "organic" },
	{ "direct", "direct" },
	{ "referral", "referral" },
	{ "directory", "referral" },
	{ "social", "social" },
	{ "video", "social" },
	{ "email", "email" },
	{ "sms", "email" },
	{ "offline", "offline" },
};

static const struct {
	const char *begins;
	const char *channel;
} media[] = {
	{ "cpc", "paid" },
	{ "ppc", "paid" },
	{ "sem", "paid" },
	{ "cpm", "paid" },
	{ "cpv", "paid" },
	{ "paid_social", "paid_social" },
	{ "paid-social", "paid_social" },
	{ "paidsocial", "paid_social" },
	{ "paid", "paid" },
	{ "retargeting", "paid" },
	{ "newsletter", "email" },
	{ "e-mail", "email" },
	{ "text", "sms" },
	{ "print", "offline" },
	{ "billboard", "offline" },
	{ "radio", "offline" },
	{ "qr", "offline" },
	{ "local", "maps" },
	{ "none", "direct" },
	{ "(none)", "direct" },
};

static bool begins(const char *s, const char *with)
{
	return slice_starts_case(slice_from(s), slice_from(with));
}

static const char *channel_of(const char *channel, const char *medium)
{
	if (channel[0] != '\0')
		return channel;
	for (size_t i = 0; i < RT_ARRAY_LEN(media); i++)
		if (begins(medium, media[i].begins))
			return media[i].channel;
	return medium;
}

bool page_words_paid(const char *channel, const char *medium)
{
	const char *known = channel_of(channel, medium);

	return begins(known, "paid") || begins(known, "display");
}

const char *page_words_channel(const char *channel, const char *source,
    const char *medium)
{
	channel = channel_of(channel, medium);
	for (size_t i = 0; i < RT_ARRAY_LEN(channels); i++)
		if (begins(channel, channels[i].begins))
			return channels[i].class;
	if (source[0] == '\0')
		return "none";
	return begins(source, "(direct") || begins(source, "direct") ? "direct"
								     : "other";
}

void page_words_source(const char *source, const char *medium, struct buf *b)
{
	if (source[0] == '\0' && medium[0] == '\0') {
		buf_cstr(b, "Source not known");
		return;
	}
	if (begins(source, "(direct)") || strcmp(source, "direct") == 0) {
		buf_cstr(b, "Direct");
		return;
	}
	buf_cstr(b, source);
	if (source[0] != '\0' && medium[0] != '\0')
		buf_cstr(b, " / ");
	buf_cstr(b, medium);
}

void page_words_duration(int64_t ms, char out[PAGE_WORDS_MAX])
{
	const long long s = ms < 0 ? 0 : (long long)((ms + 500) / 1000);

	if (s < 60)
		(void)snprintf(out, PAGE_WORDS_MAX, "%lld s", s);
	else if (s < 3600)
		(void)snprintf(out, PAGE_WORDS_MAX, "%lld m %02lld s", s / 60,
		    s % 60);
	else
		(void)snprintf(out, PAGE_WORDS_MAX, "%lld h %02lld m", s / 3600,
		    s % 3600 / 60);
}

void page_words_clock(int64_t ms, char out[PAGE_WORDS_MAX])
{
	const long long s = ms < 0 ? 0 : (long long)((ms + 500) / 1000);

	if (s < 3600)
		(void)snprintf(out, PAGE_WORDS_MAX, "%lld:%02lld", s / 60,
		    s % 60);
	else
		(void)snprintf(out, PAGE_WORDS_MAX, "%lld:%02lld:%02lld",
		    s / 3600, s % 3600 / 60, s % 60);
}

int64_t page_words_nearest(int64_t part, int64_t whole, int64_t of)
{
	return (part * of + whole / 2) / whole;
}

void page_words_share(int64_t part, int64_t whole, char out[PAGE_WORDS_MAX])
{
	if (whole <= 0)
		(void)snprintf(out, PAGE_WORDS_MAX, "–");
	else if (part > 0 && part * 100 < whole)
		(void)snprintf(out, PAGE_WORDS_MAX, "< 1 %%");
	else
		(void)snprintf(out, PAGE_WORDS_MAX, "%lld %%",
		    (long long)((part * 100 + whole / 2) / whole));
}

void page_words_count(int64_t n, char out[PAGE_WORDS_MAX])
{
	char digits[24];
	struct buf b;
	const int len = snprintf(digits, sizeof(digits), "%lld",
	    (long long)(n < 0 ? -n : n));

	buf_over(&b, out, PAGE_WORDS_MAX - 1);
	if (n < 0)
		buf_cstr(&b, "−");
	for (int i = 0; i < len; i++) {
		buf_char(&b, digits[i]);
		if ((len - 1 - i) % 3 == 0 && i + 1 < len)
			buf_char(&b, ',');
	}
	out[b.n] = '\0';
}

void page_words_put_count(struct view *v, const char *key, uint64_t n)
{
	char text[PAGE_WORDS_MAX];

	page_words_count((int64_t)n, text);
	view_cstr(v, key, text);
}

void page_words_money(int64_t micros, char out[PAGE_WORDS_MAX])
{
	const int64_t size = micros < 0 ? -micros : micros;
	const int64_t cents = (size + 5000) / 10000;
	char whole[PAGE_WORDS_MAX];

	page_words_count(cents / 100, whole);
	(void)snprintf(out, PAGE_WORDS_MAX, "%s%.30s.%02lld",
	    micros < 0 ? "−" : "", whole, (long long)(cents % 100));
}

const char *page_words_class(const char *class)
{
	static const struct {
		const char *class;
		const char *word;
	} words[] = {
		{ "lead", "Lead" },
		{ "customer", "Customer" },
		{ "spam", "Spam" },
		{ "wrong_number", "Wrong number" },
	};

	for (size_t i = 0; i < RT_ARRAY_LEN(words); i++)
		if (strcmp(words[i].class, class) == 0)
			return words[i].word;
	return "";
}
