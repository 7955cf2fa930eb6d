#include "lib/core/referrer.h"

#include "lib/core/urlq.h"

/* host: a domain that must be a suffix; or, ending in '.', a name that stands
 * before any country's ending (google.de, google.co.uk). path: must begin so.
 * First match wins, so the narrower row comes first. */
struct row {
	const char *host;
	const char *path;
	const char *source;
	enum referrer_class class;
};

static const struct row rows[] = {
	{ "mail.google.com", "", "gmail", REFERRER_EMAIL },
	{ "mail.yahoo.com", "", "yahoo mail", REFERRER_EMAIL },
	{ "mail.aol.com", "", "aol mail", REFERRER_EMAIL },
	{ "outlook.live.com", "", "outlook", REFERRER_EMAIL },
	{ "outlook.office.com", "", "outlook", REFERRER_EMAIL },
	{ "com.google.android.gm", "", "gmail", REFERRER_EMAIL },

	{ "gemini.google.com", "", "gemini", REFERRER_AI },
	{ "bard.google.com", "", "gemini", REFERRER_AI },
	{ "chatgpt.com", "", "chatgpt", REFERRER_AI },
	{ "chat.openai.com", "", "chatgpt", REFERRER_AI },
	{ "perplexity.ai", "", "perplexity", REFERRER_AI },
	{ "copilot.microsoft.com", "", "copilot", REFERRER_AI },
	{ "copilot.com", "", "copilot", REFERRER_AI },
	{ "claude.ai", "", "claude", REFERRER_AI },
	{ "deepseek.com", "", "deepseek", REFERRER_AI },
	{ "grok.com", "", "grok", REFERRER_AI },
	{ "meta.ai", "", "meta ai", REFERRER_AI },
	{ "you.com", "", "you.com", REFERRER_AI },
	{ "mistral.ai", "", "mistral", REFERRER_AI },

	{ "maps.google.", "", "google", REFERRER_MAPS },
	{ "business.google.com", "", "google", REFERRER_MAPS },
	{ "google.", "/maps", "google", REFERRER_MAPS },
	{ "com.google.android.apps.maps", "", "google", REFERRER_MAPS },
	{ "maps.apple.com", "", "apple", REFERRER_MAPS },
	{ "bing.com", "/maps", "bing", REFERRER_MAPS },
	{ "waze.com", "", "waze", REFERRER_MAPS },

	{ "google.", "", "google", REFERRER_SEARCH },
	{ "com.google.android.googlequicksearchbox", "", "google",
	    REFERRER_SEARCH },
	{ "bing.com", "", "bing", REFERRER_SEARCH },
	{ "search.yahoo.", "", "yahoo", REFERRER_SEARCH },
	{ "yahoo.com", "", "yahoo", REFERRER_SEARCH },
	{ "duckduckgo.com", "", "duckduckgo", REFERRER_SEARCH },
	{ "yandex.", "", "yandex", REFERRER_SEARCH },
	{ "ya.ru", "", "yandex", REFERRER_SEARCH },
	{ "baidu.com", "", "baidu", REFERRER_SEARCH },
	{ "ecosia.org", "", "ecosia", REFERRER_SEARCH },
	{ "search.brave.com", "", "brave", REFERRER_SEARCH },
	{ "startpage.com", "", "startpage", REFERRER_SEARCH },
	{ "qwant.com", "", "qwant", REFERRER_SEARCH },
	{ "ask.com", "", "ask", REFERRER_SEARCH },
	{ "search.aol.com", "", "aol", REFERRER_SEARCH },
	{ "aol.com", "", "aol", REFERRER_SEARCH },
	{ "naver.com", "", "naver", REFERRER_SEARCH },
	{ "seznam.cz", "", "seznam", REFERRER_SEARCH },
	{ "kagi.com", "", "kagi", REFERRER_SEARCH },
	{ "swisscows.com", "", "swisscows", REFERRER_SEARCH },
	{ "dogpile.com", "", "dogpile", REFERRER_SEARCH },

	{ "youtube.com", "", "youtube", REFERRER_VIDEO },
	{ "youtu.be", "", "youtube", REFERRER_VIDEO },
	{ "vimeo.com", "", "vimeo", REFERRER_VIDEO },
	{ "twitch.tv", "", "twitch", REFERRER_VIDEO },

	{ "facebook.com", "", "facebook", REFERRER_SOCIAL },
	{ "fb.com", "", "facebook", REFERRER_SOCIAL },
	{ "fb.me", "", "facebook", REFERRER_SOCIAL },
	{ "com.facebook.katana", "", "facebook", REFERRER_SOCIAL },
	{ "messenger.com", "", "facebook", REFERRER_SOCIAL },
	{ "instagram.com", "", "instagram", REFERRER_SOCIAL },
	{ "threads.net", "", "threads", REFERRER_SOCIAL },
	{ "threads.com", "", "threads", REFERRER_SOCIAL },
	{ "t.co", "", "twitter", REFERRER_SOCIAL },
	{ "twitter.com", "", "twitter", REFERRER_SOCIAL },
	{ "x.com", "", "twitter", REFERRER_SOCIAL },
	{ "linkedin.com", "", "linkedin", REFERRER_SOCIAL },
	{ "lnkd.in", "", "linkedin", REFERRER_SOCIAL },
	{ "com.linkedin.android", "", "linkedin", REFERRER_SOCIAL },
	{ "pinterest.", "", "pinterest", REFERRER_SOCIAL },
	{ "pin.it", "", "pinterest", REFERRER_SOCIAL },
	{ "reddit.com", "", "reddit", REFERRER_SOCIAL },
	{ "tiktok.com", "", "tiktok", REFERRER_SOCIAL },
	{ "snapchat.com", "", "snapchat", REFERRER_SOCIAL },
	{ "nextdoor.com", "", "nextdoor", REFERRER_SOCIAL },
	{ "whatsapp.com", "", "whatsapp", REFERRER_SOCIAL },
	{ "wa.me", "", "whatsapp", REFERRER_SOCIAL },
	{ "telegram.org", "", "telegram", REFERRER_SOCIAL },
	{ "t.me", "", "telegram", REFERRER_SOCIAL },
	{ "vk.com", "", "vk", REFERRER_SOCIAL },
	{ "xing.com", "", "xing", REFERRER_SOCIAL },
	{ "bsky.app", "", "bluesky", REFERRER_SOCIAL },
	{ "quora.com", "", "quora", REFERRER_SOCIAL },

	{ "yelp.", "", "yelp", REFERRER_DIRECTORY },
	{ "tripadvisor.", "", "tripadvisor", REFERRER_DIRECTORY },
	{ "yellowpages.com", "", "yellowpages", REFERRER_DIRECTORY },
	{ "angi.com", "", "angi", REFERRER_DIRECTORY },
	{ "thumbtack.com", "", "thumbtack", REFERRER_DIRECTORY },
	{ "homeadvisor.com", "", "homeadvisor", REFERRER_DIRECTORY },
	{ "bbb.org", "", "bbb", REFERRER_DIRECTORY },
	{ "foursquare.com", "", "foursquare", REFERRER_DIRECTORY },
	{ "trustpilot.com", "", "trustpilot", REFERRER_DIRECTORY },
};

/* What people call a source whose name above is another. */
static const struct {
	const char *name;
	const char *source;
} nicknames[] = {
	{ "adwords", "google" },
	{ "fb", "facebook" },
	{ "ig", "instagram" },
	{ "gmb", "google" },
	{ "gbp", "google" },
	{ "meta", "facebook" },
	{ "microsoft", "bing" },
	{ "x", "twitter" },
	{ "openai", "chatgpt" },
};

/* "google." matches google.de and www.google.co.uk, but neither
 * google.example.com nor notgoogle.com: what follows is a country's ending, at
 * most "co.uk" long, or "com". */
static bool any_country(struct slice host, struct slice name)
{
	for (size_t i = 0; i + name.n < host.n; i++) {
		const struct slice tail = slice_skip(host, i + name.n);
		size_t dot;

		if (i > 0 && host.p[i - 1] != '.')
			continue;
		if (!slice_starts_case(slice_skip(host, i), name))
			continue;
		dot = slice_find(tail, '.', 0);
		if (dot == tail.n && (tail.n == 2 || tail.n == 3))
			return true;
		if ((dot == 2 || dot == 3) && tail.n == dot + 3)
			return true;
	}
	return false;
}

static bool host_matches(struct slice host, struct slice pattern)
{
	if (slice_ends(pattern, SLICE(".")))
		return any_country(host, pattern);
	return urlq_host_is(host, pattern);
}

bool referrer_find(struct slice host, struct slice path, struct referrer *out)
{
	if (slice_find(host, '.', 0) == host.n)
		return false; /* no domain: all rows have a dot */
	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++) {
		if (!slice_starts(path, slice_from(rows[i].path)) ||
		    !host_matches(host, slice_from(rows[i].host)))
			continue;
		out->source = slice_from(rows[i].source);
		out->class = rows[i].class;
		return true;
	}
	return false;
}

bool referrer_by_name(struct slice name, struct referrer *out)
{
	if (referrer_find(name, SLICE(""), out))
		return true;
	for (size_t i = 0; i < RT_ARRAY_LEN(nicknames); i++)
		if (slice_eq_case(name, slice_from(nicknames[i].name)))
			name = slice_from(nicknames[i].source);
	/* A name such as "google" also stands for its maps; search or social
	 * is what people mean, and those rows have no path. */
	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++) {
		if (rows[i].class == REFERRER_MAPS ||
		    !slice_eq_case(name, slice_from(rows[i].source)))
			continue;
		out->source = slice_from(rows[i].source);
		out->class = rows[i].class;
		return true;
	}
	return false;
}
