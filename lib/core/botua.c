#include "lib/core/botua.h"

#define AGENT_LOOK_MAX 1024 /* bytes: real ones are below 300 */

/* Lower-case pieces of what robots call themselves. "bot" alone would hit the
 * phones of the maker Cubot, hence the exception below. */
static const char *const signs[] = {
	"bot",
	"crawl",
	"spider",
	"slurp",
	"headless",
	"phantomjs",
	"puppeteer",
	"playwright",
	"selenium",
	"lighthouse",
	"pagespeed",
	"gtmetrix",
	"pingdom",
	"uptime",
	"monitor",
	"preview",
	"scan",
	"fetch",
	"scrape",
	"archive",
	"validator",
	"facebookexternalhit",
	"whatsapp/",
	"mediapartners-google",
	"apis-google",
	"google-inspectiontool",
	"googleother",
	"google-read-aloud",
	"feedburner",
	"curl/",
	"wget/",
	"python",
	"java/",
	"okhttp",
	"go-http-client",
	"libwww",
	"httpclient",
	"http_request",
	"axios/",
	"node-fetch",
	"ruby",
	"perl",
	"php/",
	"postman",
	"insomnia/",
	"chatgpt-user",
	"claude-web",
	"perplexity",
	"bytespider",
	"datanyze",
	"nutch",
	"ia_archiver",
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Case-insensitive search; needle is lower case. */
static bool holds(struct slice s, struct slice needle)
{
	for (size_t i = 0; i + needle.n <= s.n; i++) {
		size_t k = 0;

		while (k < needle.n && lower(s.p[i + k]) == needle.p[k])
			k++;
		if (k == needle.n)
			return true;
	}
	return false;
}

bool botua_is_robot(struct slice user_agent)
{
	const struct slice ua = slice_head(user_agent, AGENT_LOOK_MAX);

	if (slice_trim(ua).n == 0)
		return true;
	for (size_t i = 0; i < RT_ARRAY_LEN(signs); i++) {
		if (!holds(ua, slice_from(signs[i])))
			continue;
		if (i == 0 && holds(ua, SLICE("cubot")))
			continue;
		return true;
	}
	return false;
}
