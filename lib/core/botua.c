#include "lib/core/botua.h"

#include "lib/core/words.h"

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

bool botua_is_robot(struct slice user_agent)
{
	const struct slice ua = slice_head(user_agent, AGENT_LOOK_MAX);
	const char *word = "";
	struct words w;
	size_t at = 0;

	if (slice_trim(ua).n == 0)
		return true;
	words_init(&w, signs, RT_ARRAY_LEN(signs));
	for (; (at = words_find(&w, ua, at, &word)) < ua.n; at++)
		if (word != signs[0] || at < 2 ||
		    !slice_starts_case(slice_skip(ua, at - 2), SLICE("cu")))
			return true;
	return false;
}
