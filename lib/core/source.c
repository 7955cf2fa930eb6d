#include "lib/core/source.h"

#include <string.h>

#include "lib/base/scan.h"
#include "lib/base/utf8.h"
#include "lib/core/referrer.h"
#include "lib/core/urlq.h"

#define AT(field)  offsetof(struct source, field)
#define MAX_OF(nm) source_max_##nm

#define SOURCE_ENUM(name, max) source_max_##name = (max),
enum source_max {
	SOURCE_PARAMS(SOURCE_ENUM) SOURCE_WORDS(SOURCE_ENUM)
};
#undef SOURCE_ENUM

/* Query parameters by name: what platforms and template writers use for the
 * same thing (Google ValueTrack, Microsoft, Meta, TikTok, HubSpot's hsa_*).
 * Sorted, compared in any case; of two names for one field the first on the
 * page wins. */
struct param {
	const char *name;
	size_t field;
	size_t max;
};

#define PARAM(name, field)                       \
	{                                        \
		(name), AT(field), MAX_OF(field) \
	}

static const struct param params[] = {
	PARAM("ad_group_id", ad_group_id),
	PARAM("ad_id", ad_id),
	PARAM("adgroup_id", ad_group_id),
	PARAM("adgroupid", ad_group_id),
	PARAM("adid", ad_id),
	PARAM("adset_id", ad_group_id),
	PARAM("campaign_id", campaign_id),
	PARAM("campaignid", campaign_id),
	PARAM("creative", ad_id),
	PARAM("dclid", dclid),
	PARAM("device", device),
	PARAM("fbclid", fbclid),
	PARAM("gad_campaignid", campaign_id),
	PARAM("gbraid", gbraid),
	PARAM("gclid", gclid),
	PARAM("hsa_ad", ad_id),
	PARAM("hsa_cam", campaign_id),
	PARAM("hsa_grp", ad_group_id),
	PARAM("hsa_kw", keyword),
	PARAM("hsa_mt", match_type),
	PARAM("hsa_net", network),
	PARAM("keyword", keyword),
	PARAM("li_fat_id", li_fat_id),
	PARAM("loc_physical_ms", ad_place),
	PARAM("match_type", match_type),
	PARAM("matchtype", match_type),
	PARAM("msclkid", msclkid),
	PARAM("network", network),
	PARAM("placement", placement),
	PARAM("ttclid", ttclid),
	PARAM("utm_campaign", utm_campaign),
	PARAM("utm_content", utm_content),
	PARAM("utm_id", utm_id),
	PARAM("utm_medium", utm_medium),
	PARAM("utm_source", utm_source),
	PARAM("utm_term", utm_term),
	PARAM("wbraid", wbraid),
};

/* Where each click id lies, in the order of enum clickid_kind. */
static const size_t click_fields[CLICKID_COUNT] = {
	AT(gclid),
	AT(gbraid),
	AT(wbraid),
	AT(dclid),
	AT(fbclid),
	AT(msclkid),
	AT(ttclid),
	AT(li_fat_id),
};

/* A medium's word, what it begins with ("paid*") or has in it as a word or its
 * plural ("*_ad"), and the channel it means without and with money; "": by the
 * class of the source. The first that fits. */
static const struct {
	const char *word;
	const char *channel;
	const char *paid_channel;
	bool paid; /* it says so itself */
} media[] = {
	{ "paid_social*", "paid_social", "paid_social", true },
	{ "paid-social*", "paid_social", "paid_social", true },
	{ "paidsocial*", "paid_social", "paid_social", true },
	{ "paid*", "", "", true },
	{ "cpc", "", "", true },
	{ "ppc", "", "", true },
	{ "sem", "", "", true },
	{ "cpl", "", "", true },
	{ "cpe", "", "", true },
	{ "cpi", "", "", true },
	{ "cpcv", "paid_video", "paid_video", true },
	{ "cpm", "display", "display", true },
	{ "cpv", "display", "display", true },
	{ "cpa", "affiliate", "affiliate", true },
	{ "display*", "display", "display", true },
	{ "banner", "display", "display", true },
	{ "retargeting", "display", "display", true },
	{ "remarketing", "display", "display", true },
	{ "programmatic", "display", "display", true },
	{ "ad", "", "", true },
	{ "ads", "", "", true },
	{ "affiliate*", "affiliate", "affiliate", false },
	{ "*_ad", "", "", true },
	{ "email*", "email", "email", false },
	{ "e-mail", "email", "email", false },
	{ "newsletter", "email", "email", false },
	{ "sms", "sms", "sms", false },
	{ "text", "sms", "sms", false },
	{ "organic", "", "", false },
	{ "social*", "social", "paid_social", false },
	{ "video", "video", "paid_video", false },
	{ "maps", "maps", "", false },
	{ "local", "maps", "", false },
	{ "gmb", "maps", "", false },
	{ "gbp", "maps", "", false },
	{ "ai*", "ai", "", false },
	{ "offline", "offline", "offline", false },
	{ "print", "offline", "offline", false },
	{ "qr*", "offline", "offline", false },
	{ "referral", "referral", "", false },
	{ "none", "direct", "", false },
	{ "(none)", "direct", "", false },
};

/* By the class of the source: medium when nothing else says one, channel when
 * not paid and when paid, and the ending of the group's name. */
static const struct {
	const char *medium;
	const char *channel;
	const char *paid_channel;
	const char *ending;
} classes[REFERRER_CLASS_COUNT] = {
	[REFERRER_OTHER] = { "referral", "referral", "paid_other", "" },
	[REFERRER_SEARCH] = { "organic", "organic_search", "paid_search",
	    "_organic" },
	[REFERRER_SOCIAL] = { "social", "social", "paid_social", "_organic" },
	[REFERRER_VIDEO] = { "video", "video", "paid_video", "_organic" },
	[REFERRER_MAPS] = { "maps", "maps", "paid_search", "_local" },
	[REFERRER_DIRECTORY] = { "directory", "directory", "paid_directory",
	    "_organic" },
	[REFERRER_AI] = { "ai", "ai", "paid_other", "" },
	[REFERRER_EMAIL] = { "email", "email", "paid_other", "" },
};

static struct slice *field_at(struct source *s, size_t offset)
{
	return (struct slice *)(void *)((char *)s + offset);
}

#define FIELD_ROW(name, max) PARAM(#name, name),

/* The fields that a site may map its own parameters to. */
static const struct param fields[] = { SOURCE_PARAMS(FIELD_ROW)
	    PARAM("keyword", keyword) };

static const struct param *find_field(struct slice field)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(fields); i++)
		if (slice_eq_cstr(field, fields[i].name))
			return &fields[i];
	return NULL;
}

bool source_field_known(struct slice field)
{
	return find_field(field) != NULL;
}

static const struct param *find_mapped(const struct source_map *map, size_t n,
    struct slice name)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq_case(name, map[i].param))
			return find_field(map[i].field);
	return NULL;
}

static const struct param *find_param(struct slice name)
{
	size_t lo = 0, hi = RT_ARRAY_LEN(params);

	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;
		const int c =
		    slice_cmp_case(name, slice_from(params[mid].name));

		if (c == 0)
			return &params[mid];
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

/* "{keyword}", "{{ad.id}}", "__CID__": the platform did not fill its template.
 */
static bool is_unfilled(struct slice value)
{
	return (value.n >= 2 && value.p[0] == '{' &&
		   value.p[value.n - 1] == '}') ||
	       (value.n > 4 && slice_starts(value, SLICE("__")) &&
		   slice_ends(value, SLICE("__")));
}

static enum err keep(struct arena *mem, struct slice s, size_t max,
    struct slice *out)
{
	return arena_copy(mem, utf8_head(slice_trim(s), max), out) ? ERR_OK
								   : ERR_NOMEM;
}

static enum err keep_lower(struct arena *mem, struct slice s, size_t max,
    struct slice *out)
{
	const struct slice cut = utf8_head(slice_trim(s), max);
	char *p = arena_alloc(mem, cut.n);

	if (p == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < cut.n; i++) {
		const char c = cut.p[i];

		p[i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
	}
	*out = slice_of(p, cut.n);
	return ERR_OK;
}

static enum err join(struct arena *mem, struct slice a, struct slice b,
    struct slice *out)
{
	char *p = arena_alloc(mem, a.n + b.n);

	if (p == NULL)
		return ERR_NOMEM;
	if (a.n > 0)
		memcpy(p, a.p, a.n);
	if (b.n > 0)
		memcpy(p + a.n, b.p, b.n);
	*out = slice_of(p, a.n + b.n);
	return ERR_OK;
}

struct map {
	const struct source_map *rows;
	size_t n;
};

/* A part of an id is another one, and one of other signs was made up: files of
 * conversions are made of ids. */
static bool is_no_id(const struct param *p, struct slice text)
{
	const struct slice id = slice_trim(text);

	for (size_t i = 0; i < CLICKID_COUNT; i++)
		if (click_fields[i] == p->field)
			return id.n > p->max || !clickid_is_signs(id);
	return false;
}

static enum err read_params(struct slice query, const struct map *map,
    struct arena *mem, struct source *s)
{
	struct slice name, raw;
	enum err e = ERR_OK;
	struct buf text;

	buf_init(&text, URLQ_MAX * 3);
	while (e == ERR_OK && urlq_next(&query, &name, &raw)) {
		const struct param *p = find_mapped(map->rows, map->n, name);

		if (p == NULL)
			p = find_param(name);
		if (p == NULL || field_at(s, p->field)->n > 0)
			continue;
		buf_reset(&text);
		urlq_decode(raw, &text);
		if ((e = buf_err(&text)) == ERR_OK &&
		    !is_unfilled(buf_slice(&text)) &&
		    !is_no_id(p, buf_slice(&text)))
			e = keep(mem, buf_slice(&text), p->max,
			    field_at(s, p->field));
	}
	buf_fini(&text);
	return e;
}

/* The first click id that proves a paid click, else the first of all. */
static const struct clickid *click_of(struct source *s)
{
	const struct clickid *found = NULL;

	for (size_t i = 0; i < CLICKID_COUNT; i++) {
		const struct clickid *c = clickid_of((enum clickid_kind)i);

		if (field_at(s, click_fields[i])->n == 0)
			continue;
		if (c->paid)
			return c;
		if (found == NULL)
			found = c;
	}
	return found;
}

static bool has_word(struct slice s, struct slice word)
{
	for (size_t i = 0; i + word.n <= s.n; i++) {
		struct slice rest = slice_skip(s, i);

		if (!slice_starts_case(rest, word))
			continue;
		rest = slice_skip(rest, word.n);
		if (slice_starts_case(rest, SLICE("s")))
			rest = slice_skip(rest, 1);
		if (rest.n == 0 || rest.p[0] == '_' || rest.p[0] == '-' ||
		    rest.p[0] == ' ')
			return true;
	}
	return false;
}

static bool word_matches(struct slice medium, struct slice word)
{
	if (slice_starts(word, SLICE("*")))
		return has_word(medium, slice_skip(word, 1));
	if (slice_ends(word, SLICE("*")))
		return slice_starts_case(medium, slice_head(word, word.n - 1));
	return slice_eq_case(medium, word);
}

static void conclude_channel(struct source *s, enum referrer_class class)
{
	const char *channel = "";

	for (size_t i = 0; i < RT_ARRAY_LEN(media); i++) {
		if (!word_matches(s->medium, slice_from(media[i].word)))
			continue;
		s->paid = s->paid || media[i].paid;
		channel = s->paid ? media[i].paid_channel : media[i].channel;
		break;
	}
	if (channel[0] == '\0')
		channel = s->paid ? classes[class].paid_channel
				  : classes[class].channel;
	s->channel = slice_from(channel);
}

static enum err conclude_group(struct source *s, enum referrer_class class,
    struct arena *mem)
{
	const struct slice ending =
	    s->paid ? SLICE("_paid") : slice_from(classes[class].ending);

	if (slice_eq(s->source, SLICE("direct"))) {
		s->group = s->source;
		return ERR_OK;
	}
	return join(mem, s->source, ending, &s->group);
}

/* Source and medium by UTM first, then click id, then referrer. */
static enum err conclude(struct source *s, const struct clickid *click,
    const struct referrer *ref, struct arena *mem)
{
	enum referrer_class class = REFERRER_OTHER;
	struct referrer known;
	enum err e;

	s->paid = click != NULL && click->paid;
	if (s->utm_source.n > 0) {
		/* "chatgpt.com" is what its referrer says: one source. */
		const struct slice name =
		    referrer_find(s->utm_source, SLICE(""), &known)
			? known.source
			: s->utm_source;

		s->proof = SOURCE_BY_UTM;
		e = keep_lower(mem, name, source_max_source, &s->source);
	} else if (click != NULL) {
		s->proof = SOURCE_BY_CLICK_ID;
		e = keep(mem, slice_from(click->source), source_max_source,
		    &s->source);
	} else if (ref->source.n > 0) {
		s->proof = SOURCE_BY_REFERRER;
		e = keep_lower(mem, ref->source, source_max_source, &s->source);
	} else {
		s->proof = s->utm_medium.n > 0 || s->utm_campaign.n > 0
			       ? SOURCE_BY_UTM
			       : SOURCE_BY_NOTHING;
		s->source = SLICE("direct");
		e = ERR_OK;
	}
	if (e != ERR_OK)
		return e;

	if (s->proof == SOURCE_BY_REFERRER)
		class = ref->class;
	else if (referrer_by_name(s->source, &known))
		class = known.class;
	if (s->utm_medium.n > 0)
		e = keep_lower(mem, s->utm_medium, source_max_medium,
		    &s->medium);
	else if (click != NULL)
		s->medium = slice_from(click->medium);
	else if (s->proof == SOURCE_BY_NOTHING)
		s->medium = SLICE("none");
	else
		s->medium = slice_from(classes[class].medium);
	if (e != ERR_OK)
		return e;
	conclude_channel(s, class);
	return conclude_group(s, class, mem);
}

/* The tag keeps the beginning of a longer address, and half of a last pair is
 * not what the page was asked with. */
static struct slice whole_pairs(struct slice landing, const struct urlq *u)
{
	size_t n = u->query.n;

	if (landing.n < URLQ_MAX || u->fragment.n > 0)
		return u->query;
	while (n > 0 && u->query.p[n - 1] != '&')
		n--;
	return slice_head(u->query, n);
}

static enum err read_landing(struct slice landing, const struct urlq *u,
    const struct map *map, struct arena *mem, struct source *s)
{
	struct slice host, page;
	enum err e;

	if ((e = keep_lower(mem, u->host, 253, &host)) != ERR_OK)
		return e;
	if ((e = join(mem, host, u->path, &page)) != ERR_OK)
		return e;
	s->landing_page = utf8_head(page, source_max_landing_page);
	return read_params(whole_pairs(landing, u), map, mem, s);
}

/* A Java package name; anything else names no source. */
static bool is_app_name(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!scan_is_alnum(s.p[i]) && s.p[i] != '.' && s.p[i] != '_')
			return false;
	return s.n > 0;
}

static enum err read_referrer(struct slice referrer, const struct urlq *landing,
    struct arena *mem, struct source *s, struct referrer *out)
{
	/* Android's apps: "android-app://com.google.android.gm/". */
	const struct slice app = SLICE("android-app://");
	struct urlq u = { 0 };

	*out = (struct referrer){ SLICE(""), REFERRER_OTHER };
	if (slice_starts_case(referrer, app)) {
		referrer = slice_skip(referrer, app.n);
		(void)slice_cut(&referrer, '/', &u.host);
		if (!is_app_name(u.host))
			return ERR_OK;
	} else if (urlq_split(slice_head(referrer, URLQ_MAX), &u) != ERR_OK ||
		   urlq_same_site(u.host, landing->host)) {
		return ERR_OK;
	}
	if (!referrer_find(u.host, u.path, out))
		out->source = urlq_host_bare(u.host);
	return keep_lower(mem, u.host, source_max_referrer_host,
	    &s->referrer_host);
}

enum err source_detect(struct slice landing, struct slice referrer,
    struct arena *mem, struct source *out)
{
	return source_detect_mapped(landing, referrer, NULL, 0, mem, out);
}

enum err source_detect_mapped(struct slice landing, struct slice referrer,
    const struct source_map *rows, size_t n_map, struct arena *mem,
    struct source *out)
{
	const struct map map = { rows, n_map };
	struct source s;
	struct referrer ref;
	struct urlq u;
	enum err e;

	memset(&s, 0, sizeof(s));
	if ((e = urlq_split(landing, &u)) != ERR_OK)
		return e;
	if ((e = read_landing(landing, &u, &map, mem, &s)) != ERR_OK)
		return e;
	if ((e = read_referrer(referrer, &u, mem, &s, &ref)) != ERR_OK)
		return e;
	if ((e = conclude(&s, click_of(&s), &ref, mem)) != ERR_OK)
		return e;
	s.campaign = s.utm_campaign;
	if (s.campaign.n == 0)
		s.campaign = s.utm_id.n > 0 ? s.utm_id : s.campaign_id;
	if (s.utm_term.n > 0)
		s.keyword = s.utm_term;
	*out = s;
	return ERR_OK;
}
