#include "lib/core/agent.h"

#include <stdio.h>

#define AGENT_LOOK_MAX 1024 /* bytes: real ones are below 300 */
#define VERSION_DIGITS 5

struct name {
	struct slice sign; /* the version follows, or nothing of use */
	const char *word;
	struct slice version; /* where it stands instead; empty: after sign */
};

/* Derived browsers first: an Edge names Chrome and Safari as well. */
static const struct name browsers[] = {
	{ SLICE_INIT("EdgA/"), "Edge", SLICE_INIT("") },
	{ SLICE_INIT("EdgiOS/"), "Edge", SLICE_INIT("") },
	{ SLICE_INIT("Edg/"), "Edge", SLICE_INIT("") },
	{ SLICE_INIT("Edge/"), "Edge", SLICE_INIT("") },
	{ SLICE_INIT("OPR/"), "Opera", SLICE_INIT("") },
	{ SLICE_INIT("OPT/"), "Opera", SLICE_INIT("") },
	{ SLICE_INIT("SamsungBrowser/"), "Samsung Internet", SLICE_INIT("") },
	{ SLICE_INIT("Vivaldi/"), "Vivaldi", SLICE_INIT("") },
	{ SLICE_INIT("YaBrowser/"), "Yandex Browser", SLICE_INIT("") },
	{ SLICE_INIT("DuckDuckGo/"), "DuckDuckGo", SLICE_INIT("") },
	{ SLICE_INIT("FxiOS/"), "Firefox", SLICE_INIT("") },
	{ SLICE_INIT("Firefox/"), "Firefox", SLICE_INIT("") },
	{ SLICE_INIT("CriOS/"), "Chrome", SLICE_INIT("") },
	{ SLICE_INIT("HeadlessChrome/"), "Headless Chrome", SLICE_INIT("") },
	{ SLICE_INIT("Chrome/"), "Chrome", SLICE_INIT("") },
	{ SLICE_INIT("Safari/"), "Safari", SLICE_INIT("Version/") },
	{ SLICE_INIT("Trident/"), "Internet Explorer", SLICE_INIT("rv:") },
	{ SLICE_INIT("MSIE "), "Internet Explorer", SLICE_INIT("") },
	{ SLICE_INIT("curl/"), "curl", SLICE_INIT("") },
};

/* What names others too comes later: an iPhone says "like Mac OS X", an
 * Android says "Linux". */
static const struct name systems[] = {
	{ SLICE_INIT("iPhone"), "iPhone", SLICE_INIT("") },
	{ SLICE_INIT("iPad"), "iPad", SLICE_INIT("") },
	{ SLICE_INIT("Android"), "Android", SLICE_INIT("") },
	{ SLICE_INIT("Windows"), "Windows", SLICE_INIT("") },
	{ SLICE_INIT("CrOS"), "ChromeOS", SLICE_INIT("") },
	{ SLICE_INIT("Mac OS X"), "macOS", SLICE_INIT("") },
	{ SLICE_INIT("Macintosh"), "macOS", SLICE_INIT("") },
	{ SLICE_INIT("Linux"), "Linux", SLICE_INIT("") },
};

static const struct name *find(const struct name *rows, size_t n,
    struct slice ua)
{
	for (size_t i = 0; i < n; i++)
		if (slice_find_slice(ua, rows[i].sign) < ua.n)
			return &rows[i];
	return NULL;
}

/* The digits after sign, 0 when there are none or too many. */
static unsigned int version_after(struct slice ua, struct slice sign)
{
	const size_t at = slice_find_slice(ua, sign);
	const struct slice rest = slice_skip(ua, at + sign.n);
	unsigned int v = 0;
	size_t i;

	if (at == ua.n)
		return 0;
	for (i = 0; i < rest.n && rest.p[i] >= '0' && rest.p[i] <= '9'; i++) {
		if (i == VERSION_DIGITS)
			return 0;
		v = v * 10 + (unsigned int)(rest.p[i] - '0');
	}
	return v;
}

void agent_words(struct slice user_agent, char out[AGENT_WORDS_MAX])
{
	const struct slice ua = slice_head(user_agent, AGENT_LOOK_MAX);
	const struct name *browser = find(browsers, RT_ARRAY_LEN(browsers), ua);
	const struct name *system = find(systems, RT_ARRAY_LEN(systems), ua);
	unsigned int version = 0;
	char number[16] = "";

	out[0] = '\0';
	if (browser == NULL && system == NULL)
		return;
	if (browser != NULL)
		version = version_after(ua,
		    browser->version.n > 0 ? browser->version : browser->sign);
	if (version > 0)
		(void)snprintf(number, sizeof(number), " %u", version);
	(void)snprintf(out, AGENT_WORDS_MAX, "%s%s%s%s",
	    browser != NULL ? browser->word : "Browser", number,
	    system != NULL ? " on " : "", system != NULL ? system->word : "");
}
