#include "cgi/page/page_report_dims.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/hex.h"
#include "lib/db/db_mark.h"

static const struct report_word result_words[] = {
	{ "answered", "Answered", "&result=answered" },
	{ "voicemail", "Voicemail", "&result=voicemail" },
	{ "missed", "Missed", "&result=missed" },
	{ "abandoned", "Abandoned", "&result=abandoned" },
	{ "blocked", "Blocked", "&result=blocked" },
	{ "failed", "Failed", "&result=failed" },
	{ "interrupted", "Interrupted", "&result=interrupted" },
};

static const struct report_word first_words[] = {
	{ "1", "First-time callers", "&first=yes" },
	{ "0", "Repeat callers", "&first=no" },
};

static const struct report_word qualified_words[] = {
	{ "1", "Qualified", "&qualified=yes" },
	{ "0", "Not qualified", "&qualified=no" },
};

static const struct report_word class_words[] = {
	{ "lead", "Lead", "&class=lead" },
	{ "customer", "Customer", "&class=customer" },
	{ "spam", "Spam", "&class=spam" },
	{ "wrong_number", "Wrong number", "&class=wrong_number" },
	{ "", "Cannot be told", "&class=~" },
};

static const struct report_word talk_words[] = {
	{ "0", "No talk", "&talk_max=0" },
	{ "1", "Below 10 s", "&talk_min=1&talk_max=9" },
	{ "2", "10 to 30 s", "&talk_min=10&talk_max=29" },
	{ "3", "30 to 60 s", "&talk_min=30&talk_max=59" },
	{ "4", "1 to 2 min", "&talk_min=60&talk_max=119" },
	{ "5", "2 to 5 min", "&talk_min=120&talk_max=299" },
	{ "6", "5 to 10 min", "&talk_min=300&talk_max=599" },
	{ "7", "10 to 30 min", "&talk_min=600&talk_max=1799" },
	{ "8", "30 min and more", "&talk_min=1800" },
};

static const struct report_word ring_words[] = {
	{ "0", "Did not ring", "&ring_max=0" },
	{ "1", "Below 10 s", "&ring_min=1&ring_max=9" },
	{ "2", "10 to 30 s", "&ring_min=10&ring_max=29" },
	{ "3", "30 to 60 s", "&ring_min=30&ring_max=59" },
	{ "4", "1 to 2 min", "&ring_min=60&ring_max=119" },
	{ "5", "2 to 5 min", "&ring_min=120&ring_max=299" },
	{ "6", "5 to 10 min", "&ring_min=300&ring_max=599" },
	{ "7", "10 to 30 min", "&ring_min=600&ring_max=1799" },
	{ "8", "30 min and more", "&ring_min=1800" },
};

static const struct report_word risk_words[] = {
	{ "0", "0 to 19", "&risk_max=19" },
	{ "1", "20 to 39", "&risk_min=20&risk_max=39" },
	{ "2", "40 to 59", "&risk_min=40&risk_max=59" },
	{ "3", "60 to 79", "&risk_min=60&risk_max=79" },
	{ "4", "80 to 100", "&risk_min=80" },
};

#define TEXT_DIM(key, name, which)                                            \
	{                                                                     \
		key, name, REPORT_TEXT, GROUP_TEXT + (which), 0, NULL, 0, key \
	}
#define ID_DIM(key, name, which)                                            \
	{                                                                   \
		key, name, REPORT_ID, GROUP_ID + (which), (which), NULL, 0, \
		    key                                                     \
	}
#define FIXED_DIM(key, name, group, words)                                     \
	{                                                                      \
		key, name, REPORT_FIXED, group, 0, words, RT_ARRAY_LEN(words), \
		    NULL                                                       \
	}
#define TIME_DIM(key, name)                                          \
	{                                                            \
		key, name, REPORT_TIME, GROUP_NONE, 0, NULL, 0, NULL \
	}

static const struct report_dim dims[] = {
	TEXT_DIM("source", "Source", FILTER_SOURCE),
	TEXT_DIM("channel", "Channel", FILTER_CHANNEL),
	TEXT_DIM("medium", "Medium", FILTER_MEDIUM),
	TEXT_DIM("campaign", "Campaign", FILTER_CAMPAIGN),
	TEXT_DIM("ad_group", "Ad group", FILTER_AD_GROUP),
	TEXT_DIM("ad", "Ad", FILTER_AD),
	TEXT_DIM("keyword", "Keyword", FILTER_KEYWORD),
	TEXT_DIM("match", "Match type", FILTER_MATCH),
	TEXT_DIM("landing", "Landing page", FILTER_LANDING),
	TEXT_DIM("referrer", "Referrer", FILTER_REFERRER),
	TEXT_DIM("device", "Device", FILTER_DEVICE),
	ID_DIM("number", "Number", FILTER_NUMBER),
	ID_DIM("pool", "Pool", FILTER_POOL),
	ID_DIM("destination", "Answering side", FILTER_DESTINATION),
	ID_DIM("location", "Location", FILTER_LOCATION),
	{ "company", "Company", REPORT_COMPANY, GROUP_NONE, 0, NULL, 0, NULL },
	TEXT_DIM("place", "Caller’s place", FILTER_PLACE),
	TEXT_DIM("region", "Caller’s state or region", FILTER_REGION),
	TEXT_DIM("country", "Caller’s country", FILTER_COUNTRY),
	FIXED_DIM("result", "Result", GROUP_RESULT, result_words),
	TEXT_DIM("outcome", "Outcome", FILTER_OUTCOME),
	FIXED_DIM("qualified", "Qualified or not", GROUP_QUALIFIED,
	    qualified_words),
	FIXED_DIM("class", "Probably", GROUP_TEXT + FILTER_CLASS, class_words),
	FIXED_DIM("risk", "Robot risk", GROUP_RISK, risk_words),
	FIXED_DIM("first", "First-time or repeat", GROUP_FIRST_TIME,
	    first_words),
	FIXED_DIM("talk", "Talk time", GROUP_TALK, talk_words),
	FIXED_DIM("ring", "Ring time", GROUP_RING, ring_words),
	TIME_DIM("day", "Day"),
	TIME_DIM("weekday", "Weekday"),
	TIME_DIM("hour", "Hour"),
};

size_t page_report_dims_count(void)
{
	return RT_ARRAY_LEN(dims);
}

const struct report_dim *page_report_dims_at(size_t i)
{
	return &dims[i];
}

const struct report_dim *page_report_dims_find(struct slice key)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(dims); i++)
		if (slice_eq_cstr(key, dims[i].key))
			return &dims[i];
	return NULL;
}

/* --- labels ----------------------------------------------------------------*/

enum err page_report_dims_names(const struct req *r, const struct report_dim *d,
    struct report_names *out)
{
	if (d == NULL)
		return ERR_OK;
	if (d->kind == REPORT_ID)
		return db_report_group_names(r->db, r->company, d->id, r->arena,
		    &out->rows, &out->n);
	if (d->group == GROUP_TEXT + FILTER_OUTCOME)
		return db_mark_outcomes(r->db, r->company, r->arena,
		    &out->outcomes, &out->n_outcomes);
	return ERR_OK;
}

/* Nil for calls without one. */
static void id_of(struct slice value, uint8_t out[ID_BYTES])
{
	if (hex_decode(value, out, ID_BYTES) != ERR_OK)
		memset(out, 0, ID_BYTES);
}

struct slice page_report_dims_key(const struct report_dim *d,
    struct slice value, char mem[ID_TEXT_MAX])
{
	static const enum id_kind kinds[FILTER_ID_COUNT] = {
		[FILTER_NUMBER] = ID_KIND_number,
		[FILTER_POOL] = ID_KIND_pool,
		[FILTER_DESTINATION] = ID_KIND_destination,
		[FILTER_LOCATION] = ID_KIND_location,
	};
	uint8_t id[ID_BYTES];

	if (d->kind != REPORT_ID)
		return value;
	id_of(value, id);
	if (id_is_nil(id))
		return SLICE("");
	id_text(kinds[d->id], id, mem);
	return slice_from(mem);
}

static int cmp_name(const void *id, const void *row)
{
	return memcmp(id, ((const struct db_report_name *)row)->id, ID_BYTES);
}

/* They come in the order of their ids. */
static struct slice id_label(const struct report_names *names,
    struct slice value)
{
	const struct db_report_name *name;
	uint8_t id[ID_BYTES];

	id_of(value, id);
	name = names->n == 0 ? NULL
			     : bsearch(id, names->rows, names->n,
				   sizeof(*names->rows), cmp_name);
	if (name == NULL)
		return SLICE("None");
	return slice_from(name->name[0] != '\0' ? name->name : name->e164);
}

struct slice page_report_dims_label(const struct report_dim *d,
    const struct report_names *names, struct slice value)
{
	for (size_t i = 0; i < d->n_words; i++)
		if (slice_eq_cstr(value, d->words[i].value))
			return slice_from(d->words[i].word);
	if (d->kind == REPORT_ID)
		return id_label(names, value);
	for (size_t i = 0; i < names->n_outcomes; i++)
		if (slice_eq_cstr(value, names->outcomes[i].code))
			return slice_from(names->outcomes[i].name);
	if (value.n == 0 && d->group == GROUP_TEXT + FILTER_OUTCOME)
		return SLICE("None yet");
	if (value.n == 0)
		return SLICE("Not known");
	return d->group == GROUP_TEXT + FILTER_REGION ? geo_state_label(value)
						      : value;
}
