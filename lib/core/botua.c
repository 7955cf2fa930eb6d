#include "lib/core/botua.h"

#include <string.h>

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

bool botua_is_robot(struct slice user_agent)
{
	const struct slice ua = slice_head(user_agent, AGENT_LOOK_MAX);
	char text[AGENT_LOOK_MAX + 1];

	if (slice_trim(ua).n == 0)
		return true;
	/* Lowered once, then searched by libc's fast strstr(): this is asked
	 * for every request. */
	for (size_t i = 0; i < ua.n; i++)
		text[i] = ua.p[i] == '\0' ? ' ' : lower(ua.p[i]);
	text[ua.n] = '\0';
	for (size_t i = 0; i < RT_ARRAY_LEN(signs); i++) {
		if (strstr(text, signs[i]) == NULL)
			continue;
		if (i == 0 && strstr(text, "cubot") != NULL)
			continue;
		return true;
	}
	return false;
}
