/* Tests of lib/core/source, referrer, clickid and botua: what a visit's
 * landing address and referrer say about where it came from. */
#include <stdio.h>
#include <string.h>

#include "lib/core/botua.h"
#include "lib/core/source.h"
#include "lib/core/urlq.h"
#include "tests/support/cm.h"
#include "tests/support/fail_alloc.h"

#define AT "https://site.com/"

static const struct {
	const char *why;
	const char *landing;
	const char *referrer;
	const char *source;
	const char *medium;
	const char *channel;
	bool paid;
	const char *group;
} cases[] = {
	{ "nothing", AT, "", "direct", "none", "direct", false, "direct" },
	{ "own page", AT, "https://www.site.com/a", "direct", "none", "direct",
	    false, "direct" },
	{ "own subdomain", AT, "https://shop.site.com/", "direct", "none",
	    "direct", false, "direct" },
	{ "unreadable referrer", AT, "about:blank", "direct", "none", "direct",
	    false, "direct" },
	{ "Google search", AT, "https://www.google.com/", "google", "organic",
	    "organic_search", false, "google_organic" },
	{ "Google of a country", AT, "https://www.google.co.uk/", "google",
	    "organic", "organic_search", false, "google_organic" },
	{ "not Google", AT, "https://notgoogle.com/", "notgoogle.com",
	    "referral", "referral", false, "notgoogle.com" },
	{ "Google inside a name", AT, "https://google.evil-domain.com/",
	    "google.evil-domain.com", "referral", "referral", false,
	    "google.evil-domain.com" },
	{ "Google Maps", AT, "https://www.google.com/maps/place/x", "google",
	    "maps", "maps", false, "google_local" },
	{ "Maps' own host", AT, "https://maps.google.de/", "google", "maps",
	    "maps", false, "google_local" },
	{ "Gmail", AT, "https://mail.google.com/", "gmail", "email", "email",
	    false, "gmail" },
	{ "Gemini", AT, "https://gemini.google.com/app", "gemini", "ai", "ai",
	    false, "gemini" },
	{ "ChatGPT", AT, "https://chatgpt.com/", "chatgpt", "ai", "ai", false,
	    "chatgpt" },
	{ "Android's search app", AT,
	    "android-app://com.google.android.googlequicksearchbox/", "google",
	    "organic", "organic_search", false, "google_organic" },
	{ "an app without a name", AT, "android-app://  /x", "direct", "none",
	    "direct", false, "direct" },
	{ "Facebook's redirector", AT, "https://l.facebook.com/l.php",
	    "facebook", "social", "social", false, "facebook_organic" },
	{ "t.co", AT, "https://t.co/x", "twitter", "social", "social", false,
	    "twitter_organic" },
	{ "Yelp", AT, "https://www.yelp.ca/biz/x", "yelp", "directory",
	    "directory", false, "yelp_organic" },
	{ "any site", AT, "https://www.blog.example/post", "blog.example",
	    "referral", "referral", false, "blog.example" },

	{ "gclid", AT "?gclid=Abc", "https://www.google.com/", "google", "cpc",
	    "paid_search", true, "google_paid" },
	{ "gbraid alone", AT "?gbraid=x", "", "google", "cpc", "paid_search",
	    true, "google_paid" },
	{ "parameter in capitals", AT "?GCLID=x", "", "google", "cpc",
	    "paid_search", true, "google_paid" },
	{ "dclid", AT "?dclid=x", "", "google", "display", "display", true,
	    "google_paid" },
	{ "msclkid", AT "?msclkid=x", "", "bing", "cpc", "paid_search", true,
	    "bing_paid" },
	{ "ttclid", AT "?ttclid=x", "", "tiktok", "paid_social", "paid_social",
	    true, "tiktok_paid" },
	{ "fbclid proves Facebook, not money", AT "?fbclid=x", "", "facebook",
	    "social", "social", false, "facebook_organic" },
	{ "fbclid and gclid", AT "?fbclid=x&gclid=y", "", "google", "cpc",
	    "paid_search", true, "google_paid" },
	{ "a gclid of signs that no id has", AT "?gclid=a%E2%80%AEb", "",
	    "direct", "none", "direct", false, "direct" },
	{ "empty gclid", AT "?gclid=", "", "direct", "none", "direct", false,
	    "direct" },

	{ "UTM", AT "?utm_source=Newsletter&utm_medium=Email&utm_campaign=May",
	    "https://mail.google.com/", "newsletter", "email", "email", false,
	    "newsletter" },
	{ "UTM before the click id",
	    AT "?utm_source=bing&utm_medium=cpc&gclid=x", "", "bing", "cpc",
	    "paid_search", true, "bing_paid" },
	{ "click id fills the medium", AT "?utm_source=google&gclid=x", "",
	    "google", "cpc", "paid_search", true, "google_paid" },
	{ "paid social by medium",
	    AT "?utm_source=facebook&utm_medium=paid_social&fbclid=x", "",
	    "facebook", "paid_social", "paid_social", true, "facebook_paid" },
	{ "cpc on a social network", AT "?utm_source=fb&utm_medium=cpc", "",
	    "fb", "cpc", "paid_social", true, "fb_paid" },
	{ "a social network's click that cost money",
	    AT "?ttclid=x&utm_source=tiktok&utm_medium=social", "", "tiktok",
	    "social", "paid_social", true, "tiktok_paid" },
	{ "a video's click that cost money",
	    AT "?gclid=x&utm_source=youtube&utm_medium=video", "", "youtube",
	    "video", "paid_video", true, "youtube_paid" },
	{ "a map's click that cost money",
	    AT "?gclid=x&utm_source=google&utm_medium=maps", "", "google",
	    "maps", "paid_search", true, "google_paid" },
	{ "ads", AT "?utm_source=google&utm_medium=ads", "", "google", "ads",
	    "paid_search", true, "google_paid" },
	{ "an ad of a kind", AT "?utm_source=google&utm_medium=Search_Ad", "",
	    "google", "search_ad", "paid_search", true, "google_paid" },
	{ "ads in the middle of a word",
	    AT "?utm_source=facebook&utm_medium=lead_ads_2026", "", "facebook",
	    "lead_ads_2026", "paid_social", true, "facebook_paid" },
	{ "paid by lead", AT "?utm_source=google&utm_medium=cpl", "", "google",
	    "cpl", "paid_search", true, "google_paid" },
	{ "paid by view", AT "?utm_source=youtube&utm_medium=cpcv", "",
	    "youtube", "cpcv", "paid_video", true, "youtube_paid" },
	{ "ads in a social network",
	    AT "?utm_source=facebook&utm_medium=social_ads", "", "facebook",
	    "social_ads", "paid_social", true, "facebook_paid" },
	{ "ads of affiliates", AT "?utm_source=x.org&utm_medium=affiliate_ads",
	    "", "x.org", "affiliate_ads", "affiliate", false, "x.org" },
	{ "no ad: advent", AT "?utm_source=mailchimp&utm_medium=email_advent",
	    "", "mailchimp", "email_advent", "email", false, "mailchimp" },
	{ "no ad: advocacy",
	    AT "?utm_source=facebook&utm_medium=social_advocacy", "",
	    "facebook", "social_advocacy", "social", false,
	    "facebook_organic" },
	{ "no ad: roads, leads", AT "?utm_source=x.org&utm_medium=roads", "",
	    "x.org", "roads", "referral", false, "x.org" },
	{ "an assistant that names its host", AT "?utm_source=chatgpt.com", "",
	    "chatgpt", "ai", "ai", false, "chatgpt" },
	{ "a host of another name", AT "?utm_source=www.Facebook.com", "",
	    "facebook", "social", "social", false, "facebook_organic" },
	{ "source without medium", AT "?utm_source=google", "", "google",
	    "organic", "organic_search", false, "google_organic" },
	{ "offline", AT "?utm_source=flyer&utm_medium=qr-code", "", "flyer",
	    "qr-code", "offline", false, "flyer" },
	{ "template not filled in", AT "?utm_source={network}", "", "direct",
	    "none", "direct", false, "direct" },
};

static void test_detect(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct arena mem;
		struct source s;
		enum err e;

		arena_init(&mem, 65536);
		e = source_detect(slice_from(cases[i].landing),
		    slice_from(cases[i].referrer), &mem, &s);
		if (e != ERR_OK || !slice_eq_cstr(s.source, cases[i].source) ||
		    !slice_eq_cstr(s.medium, cases[i].medium) ||
		    !slice_eq_cstr(s.channel, cases[i].channel) ||
		    !slice_eq_cstr(s.group, cases[i].group) ||
		    s.paid != cases[i].paid)
			fail_msg("%s: %s, %s / %.*s / %.*s / %.*s / %d",
			    cases[i].why, err_name(e), "got",
			    SLICE_FMT(s.source), SLICE_FMT(s.medium),
			    SLICE_FMT(s.group), (int)s.paid);
		arena_fini(&mem);
	}
}

/* Every parameter of every ready template arrives in its field. */
static void test_platform_words(void **state)
{
	struct arena mem;
	struct source s;

	(void)state;
	arena_init(&mem, 65536);
	assert_int_equal(
	    source_detect(
		SLICE(AT "p/q?utm_source=google&utm_medium=cpc&utm_campaign=77"
			 "&utm_term=emergency+plumber&campaignid=77"
			 "&adgroupid=88&creative=99&matchtype=e&network=g"
			 "&device=m&placement=x.com&loc_physical_ms=1014221"
			 "&gclid=CaseSensitive%2Dx"),
		SLICE("https://www.google.com/"), &mem, &s),
	    ERR_OK);
	assert_true(slice_eq_cstr(s.campaign, "77"));
	assert_true(slice_eq_cstr(s.keyword, "emergency plumber"));
	assert_true(slice_eq_cstr(s.campaign_id, "77"));
	assert_true(slice_eq_cstr(s.ad_group_id, "88"));
	assert_true(slice_eq_cstr(s.ad_id, "99"));
	assert_true(slice_eq_cstr(s.match_type, "e"));
	assert_true(slice_eq_cstr(s.network, "g"));
	assert_true(slice_eq_cstr(s.device, "m"));
	assert_true(slice_eq_cstr(s.placement, "x.com"));
	assert_true(slice_eq_cstr(s.ad_place, "1014221"));
	assert_true(slice_eq_cstr(s.gclid, "CaseSensitive-x"));
	assert_true(slice_eq_cstr(s.landing_page, "site.com/p/q"));
	assert_true(slice_eq_cstr(s.referrer_host, "www.google.com"));
	arena_fini(&mem);
}

static void test_limits(void **state)
{
	static const char head[] = AT "?utm_campaign=";
	char url[2100];
	struct arena mem;
	struct source s;
	size_t n = sizeof(head) - 1;

	(void)state;
	for (size_t i = 0; i < n; i++)
		url[i] = head[i];
	/* "\xc3\xa9" is cut between characters, never inside one. */
	while (n + 6 < 2040) {
		static const char e_acute[] = "%C3%A9";

		for (size_t k = 0; k < 6; k++)
			url[n++] = e_acute[k];
	}
	arena_init(&mem, 65536);
	assert_int_equal(source_detect(slice_of(url, n), SLICE(""), &mem, &s),
	    ERR_OK);
	assert_int_equal(s.utm_campaign.n, 254);
	assert_int_equal(source_detect(SLICE("ftp://x/"), SLICE(""), &mem, &s),
	    ERR_SYNTAX);
	arena_fini(&mem);
	arena_init(&mem, 16);
	assert_int_equal(source_detect(slice_of(url, n), SLICE(""), &mem, &s),
	    ERR_NOMEM);
	arena_fini(&mem);
}

/* A click id is whole, or none. */
static void test_cut_ids(void **state)
{
	static const struct {
		size_t blanks; /* x's of a parameter before it */
		size_t id;
		const char *after;
		bool kept;
	} all[] = {
		{ 1, 512, "", true },
		{ 1, 513, "", false },
		{ 1, 513, "&k=1", false },
		{ 1000, 512, "#top", true },
		/* As the tag cuts a longer address. */
		{ SIZE_MAX, 100, "", false },
		{ SIZE_MAX, 100, "#top", true },
		{ SIZE_MAX, 100, "&k=1", true },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(all); i++) {
		char url[2 * URLQ_MAX], id[600], x[URLQ_MAX];
		size_t n = all[i].blanks;
		struct arena mem;
		struct source s;

		memset(id, 'A', all[i].id);
		id[all[i].id] = '\0';
		if (n == SIZE_MAX)
			n = URLQ_MAX - strlen(AT "?x=&gclid=") - all[i].id -
			    strlen(all[i].after);
		memset(x, 'x', n);
		x[n] = '\0';
		(void)snprintf(url, sizeof(url), AT "?x=%s&gclid=%s%s", x, id,
		    all[i].after);
		arena_init(&mem, 65536);
		assert_int_equal(source_detect(slice_from(url), SLICE(""), &mem,
				     &s),
		    ERR_OK);
		assert_int_equal(s.gclid.n, all[i].kept ? all[i].id : 0);
		assert_int_equal(s.paid, all[i].kept);
		arena_fini(&mem);
	}
}

static void test_no_memory(void **state)
{
	(void)state;
	for (unsigned int n = 0;; n++) {
		struct arena mem;
		struct source s;
		enum err e;

		arena_init(&mem, 65536);
		fail_alloc_after(n);
		e = source_detect(SLICE(AT "?utm_source=x&utm_term=%FF"),
		    SLICE("https://a.com/"), &mem, &s);
		if (!fail_alloc_end()) {
			assert_int_equal(e, ERR_OK);
			arena_fini(&mem);
			return;
		}
		assert_int_equal(e, ERR_NOMEM);
		arena_fini(&mem);
	}
}

static const struct {
	const char *agent;
	bool robot;
} agents[] = {
	{ "", true },
	{ " ", true },
	{ "Mozilla/5.0 (compatible; Googlebot/2.1; +http://google.com/bot.html)",
	    true },
	{ "Mozilla/5.0 (compatible; bingbot/2.0)", true },
	{ "facebookexternalhit/1.1", true },
	{ "Mozilla/5.0 (X11; Linux) HeadlessChrome/140.0 Safari/537.36", true },
	{ "curl/8.5.0", true },
	{ "python-requests/2.31", true },
	{ "WhatsApp/2.23.20.0", true },
	{ "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML,"
	  " like Gecko) Chrome/140.0.0.0 Safari/537.36",
	    false },
	{ "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)"
	  " AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5"
	  " Mobile/15E148 Safari/604.1",
	    false },
	{ "Mozilla/5.0 (Linux; Android 9; CUBOT_NOTE_20) AppleWebKit/537.36",
	    false },
	{ "Mozilla/5.0 (Linux; Android 9; CUBOT_NOTE_20) (compatible;"
	  " Googlebot/2.1)",
	    true },
	{ "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)"
	  " AppleWebKit/605.1.15 Mobile/15E148 [FBAN/FBIOS;FBAV/460.0]",
	    false },
	{ "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:130.0) Gecko/20100101"
	  " Firefox/130.0",
	    false },
};

static void test_robots(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(agents); i++)
		if (botua_is_robot(slice_from(agents[i].agent)) !=
		    agents[i].robot)
			fail_msg("%s", agents[i].agent);
}

/* A site's own names go before ours; an unknown field is no field. */
static void test_mapped(void **state)
{
	const struct source_map map[] = {
		{ SLICE("kw"), SLICE("utm_term") },
		{ SLICE("campaignid"), SLICE("utm_campaign") },
		{ SLICE("x"), SLICE("no_such_field") },
		{ SLICE("why"), SLICE("keyword") },
	};
	struct arena mem;
	struct source s;

	(void)state;
	arena_init(&mem, 65536);
	assert_int_equal(
	    source_detect_mapped(SLICE("https://a.example/?utm_source=google"
				       "&KW=burst+pipe&campaignid=77&x=1"),
		SLICE(""), map, RT_ARRAY_LEN(map), &mem, &s),
	    ERR_OK);
	assert_true(slice_eq_cstr(s.utm_term, "burst pipe"));
	assert_true(slice_eq_cstr(s.keyword, "burst pipe"));
	assert_true(slice_eq_cstr(s.campaign, "77"));
	assert_int_equal(s.campaign_id.n, 0);
	assert_true(source_field_known(SLICE("utm_term")));
	assert_true(source_field_known(SLICE("gclid")));
	assert_true(source_field_known(SLICE("keyword")));
	assert_false(source_field_known(SLICE("source")));
	assert_false(source_field_known(SLICE("")));
	arena_fini(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_detect),
		cmocka_unit_test(test_platform_words),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_cut_ids),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_robots),
		cmocka_unit_test(test_mapped),
	};

	return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
