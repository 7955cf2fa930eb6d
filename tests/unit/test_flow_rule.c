/* Tests of lib/core/flow_rule and lib/core/geo: what decides at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/core/flow_name.h"
#include "lib/core/geo.h"
#include "lib/core/geo_table.h"
#include "lib/core/listed.h"
#include "tests/support/flow_rig.h"

#define ITEMS 4

static struct flow_rig r;
static struct flow_step s[4];
static struct flow_item items[ITEMS];

/* A deciding step; its items lead to 1 (busy), named branches to 2 (reject)
 * and the last one to 3 (hang up). */
static void step(enum flow_type type, size_t n)
{
	s[0] = flow_rig_step(type, "rule");
	s[1] = flow_rig_step(FLOW_BUSY, "b");
	s[2] = flow_rig_step(FLOW_REJECT, "x");
	s[3] = flow_rig_step(FLOW_HANGUP, "h");
	s[0].branch[0] = 2;
	if (flow_type_row(type)->n_branches > 1)
		s[0].branch[1] = 3;
	for (size_t i = 0; i < n; i++) {
		flow_item_init(&items[i], type, 0);
		items[i].branch = 1;
	}
	s[0].item[0] = items;
	s[0].n_items[0] = (uint8_t)n;
}

static void open_flow(void)
{
	flow_rig_open(&r, s, 4, FLOW_RECORD_OFF);
}

/* Which way it goes: an item's number, or 100 + the named branch. */
static unsigned int way(void)
{
	unsigned int got = 999;

	flow_rig_event(&r, FLOW_EV_START, 0, 0);
	for (size_t i = 0; i < r.out.n; i++) {
		const struct flow_do *d = &r.out.item[i];

		if (d->kind == FLOW_DO_TRACE && d->step == 0 &&
		    d->branch < FLOW_TRACE_ENTER)
			got = d->branch >= FLOW_ITEM
				  ? (unsigned int)d->branch - FLOW_ITEM
				  : 100U + (unsigned int)d->branch;
	}
	flow_rig_end(&r);
	return got;
}

static void set(char *out, size_t cap, const char *text)
{
	(void)snprintf(out, cap, "%s", text);
}

static void test_source(void **state)
{
	static const struct {
		const char *why;
		enum flow_is is;
		const char *value;
		const char *have;
		bool want;
	} cases[] = {
		{ "equal", FLOW_IS_EQUAL, "Spring Sale", "spring sale", true },
		{ "one of several", FLOW_IS_EQUAL, "a, b ,c", "B", true },
		{ "not a part", FLOW_IS_EQUAL, "spring", "spring sale", false },
		{ "a part", FLOW_IS_CONTAINING, "SALE", "spring sale", true },
		{ "not its part", FLOW_IS_CONTAINING, "sales", "spring sale",
		    false },
		{ "its beginning", FLOW_IS_BEGINNING, "spr", "spring", true },
		{ "not its beginning", FLOW_IS_BEGINNING, "pri", "spring",
		    false },
		{ "there", FLOW_IS_PRESENT, "", "x", true },
		{ "not there", FLOW_IS_PRESENT, "", "", false },
		{ "absent", FLOW_IS_ABSENT, "", "", true },
		{ "not absent", FLOW_IS_ABSENT, "", "x", false },
		{ "an empty list holds nothing", FLOW_IS_EQUAL, " , ", "",
		    false },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		step(FLOW_SOURCE, 1);
		items[0].num[FLOW_SOURCE_WHAT] = FLOW_FACT_CAMPAIGN;
		items[0].num[FLOW_SOURCE_IS] = cases[i].is;
		items[0].text[FLOW_SOURCE_VALUE] = slice_from(cases[i].value);
		open_flow();
		assert_true(flow_needs_facts(&r.flow));
		set(r.facts.campaign, sizeof(r.facts.campaign), cases[i].have);
		if ((way() == 0) != cases[i].want)
			fail_msg("%s", cases[i].why);
	}
}

/* Each fact is read from its own field. */
static void test_every_fact(void **state)
{
	(void)state;
	for (uint32_t f = 0; f < FLOW_FACT_COUNT; f++) {
		step(FLOW_SOURCE, 1);
		items[0].num[FLOW_SOURCE_WHAT] = f;
		items[0].num[FLOW_SOURCE_IS] = FLOW_IS_PRESENT;
		for (uint32_t k = 0; k < FLOW_FACT_COUNT; k++) {
			char *const fields[] = { r.facts.channel,
				r.facts.source, r.facts.medium,
				r.facts.campaign, r.facts.keyword,
				r.facts.landing, r.facts.referrer,
				r.facts.click };

			open_flow();
			set(fields[k], 2, "x");
			assert_int_equal(way(), k == f ? 0 : 100);
		}
	}
}

static void test_caller(void **state)
{
	static const struct {
		const char *why;
		enum flow_caller_is is;
		const char *value;
		const char *number;
		bool want;
	} cases[] = {
		{ "first", FLOW_CALLER_FIRST, "", "+13035550100", true },
		{ "first, but who?", FLOW_CALLER_FIRST, "", "", false },
		{ "repeat", FLOW_CALLER_REPEAT, "", "+13035550199", true },
		{ "anonymous", FLOW_CALLER_ANONYMOUS, "", "", true },
		{ "not anonymous", FLOW_CALLER_ANONYMOUS, "", "+13035550100",
		    false },
		{ "tag", FLOW_CALLER_TAG, "gold, VIP", "+13035550199", true },
		{ "another tag", FLOW_CALLER_TAG, "gold", "+13035550199",
		    false },
		{ "list", FLOW_CALLER_LIST, "staff", "+13035550199", true },
		{ "outcome", FLOW_CALLER_OUTCOME, "missed, voicemail",
		    "+13035550199", true },
		{ "no outcome yet", FLOW_CALLER_OUTCOME, "answered",
		    "+13035550100", false },
		{ "attested", FLOW_CALLER_ATTESTATION, "A,B", "+13035550199",
		    true },
		{ "not attested", FLOW_CALLER_ATTESTATION, "none",
		    "+13035550100", true },
		{ "its number", FLOW_CALLER_NUMBER, "+1720*,+13035550100",
		    "+13035550100", true },
		{ "by beginning", FLOW_CALLER_NUMBER, "+1303*", "+13035550100",
		    true },
		{ "other number", FLOW_CALLER_NUMBER, "+1720*", "+13035550100",
		    false },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		step(FLOW_CALLER, 1);
		items[0].num[FLOW_CALLER_IS] = cases[i].is;
		items[0].text[FLOW_CALLER_VALUE] = slice_from(cases[i].value);
		open_flow();
		set(r.caller.e164, sizeof(r.caller.e164), cases[i].number);
		if (strcmp(cases[i].number, "+13035550199") == 0) {
			r.facts.known_caller = true;
			r.facts.has_outcome = true;
			r.facts.last_outcome = CALLRESULT_MISSED;
			r.caller.attestation = 'B';
			set(r.facts.tags, sizeof(r.facts.tags), "new,vip");
			set(r.facts.lists, sizeof(r.facts.lists), "staff");
		}
		if ((way() == 0) != cases[i].want)
			fail_msg("%s", cases[i].why);
	}
}

/* The same caller goes the same way; the callers are cut as asked. */
static void test_split(void **state)
{
	unsigned int count[2] = { 0 };

	(void)state;
	step(FLOW_SPLIT, 1);
	items[0].num[FLOW_SHARE_PERCENT] = 30;
	for (unsigned int i = 0; i < 4000; i++) {
		unsigned int first = 0;

		for (unsigned int again = 0; again < 2; again++) {
			open_flow();
			(void)snprintf(r.caller.e164, sizeof(r.caller.e164),
			    "+1303555%04u", i);
			r.env.dice = i * 7 + again;
			if (again == 0)
				first = way();
			else
				assert_int_equal(way(), first);
		}
		count[first == 0]++;
	}
	/* 1200, within 3.3 deviations of 29. */
	assert_in_range(count[1], 1104, 1296);
	/* Without a number by the dice. */
	count[0] = count[1] = 0;
	for (uint64_t i = 0; i < 4000; i++) {
		open_flow();
		r.env.dice = i * UINT64_C(0x9e3779b97f4a7c15);
		count[way() == 0]++;
	}
	assert_in_range(count[1], 1104, 1296);
}

static void test_hours(void **state)
{
	(void)state;
	step(FLOW_HOURS, 1);
	items[0].branch = FLOW_END;
	items[0].num[FLOW_WEEKLY_DAYS] = 31;
	items[0].num[FLOW_WEEKLY_FROM] = 9 * 60;
	items[0].num[FLOW_WEEKLY_TO] = 17 * 60;
	/* Tuesday 2025-12-02 13:30 UTC: half past eight in New York. */
	for (int i = 0; i < 2; i++) {
		open_flow();
		r.env.snap = flow_rig_snap();
		r.env.zone = i == 0 ? FLOW_RIG_NEW_YORK : FLOW_RIG_LONDON;
		r.env.now_us = INT64_C(1764682200) * RT_SEC_US;
		assert_int_equal(way(), i == 0 ? 101 : 100);
	}
	/* The step's own zone. */
	s[0].num[FLOW_HOURS_ZONE] = FLOW_RIG_LONDON;
	open_flow();
	r.env.snap = flow_rig_snap();
	r.env.zone = FLOW_RIG_NEW_YORK;
	r.env.now_us = INT64_C(1764682200) * RT_SEC_US;
	assert_int_equal(way(), 100);
}

static void test_geography(void **state)
{
	static const struct {
		const char *number;
		unsigned int want;
	} cases[] = {
		{ "+13035550100", 0 },
		{ "+13075550100", 1 },
		{ "+442079460018", 2 },
		{ "+12125550100", 100 },
		{ "+18005550100", 101 }, /* toll-free: nowhere */
		{ "", 101 },
	};

	(void)state;
	step(FLOW_GEOGRAPHY, 3);
	items[0].num[FLOW_REGION_WHAT] = FLOW_REGION_AREA_CODE;
	items[0].text[FLOW_REGION_VALUE] = SLICE("720, 303");
	items[1].num[FLOW_REGION_WHAT] = FLOW_REGION_STATE;
	items[1].text[FLOW_REGION_VALUE] = SLICE("WY,CO");
	items[2].num[FLOW_REGION_WHAT] = FLOW_REGION_COUNTRY;
	items[2].text[FLOW_REGION_VALUE] = SLICE("GB");
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		open_flow();
		set(r.caller.e164, sizeof(r.caller.e164), cases[i].number);
		assert_int_equal(way(), cases[i].want);
	}
}

static void test_nearest(void **state)
{
	static const struct {
		const char *number;
		unsigned int want;
	} cases[] = {
		{ "+13035550100", 0 },    /* Denver */
		{ "+17195550100", 0 },    /* Colorado Springs */
		{ "+13125550100", 1 },    /* Chicago */
		{ "+14145550100", 1 },    /* Milwaukee */
		{ "+18085550100", 100 },  /* Honolulu: too far */
		{ "+442079460018", 101 }, /* no coordinates */
	};

	(void)state;
	step(FLOW_NEAREST, 2);
	s[0].num[FLOW_NEAREST_MAX_KM] = 1000;
	assert_int_equal(geo_parse(SLICE("80202"),
			     &items[0].num[FLOW_PLACE_AT]),
	    ERR_OK);
	items[0].text[FLOW_PLACE_AT] = SLICE("80202");
	assert_int_equal(geo_parse(SLICE("41.88,-87.63"),
			     &items[1].num[FLOW_PLACE_AT]),
	    ERR_OK);
	items[1].text[FLOW_PLACE_AT] = SLICE("41.88,-87.63");
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		open_flow();
		set(r.caller.e164, sizeof(r.caller.e164), cases[i].number);
		assert_int_equal(way(), cases[i].want);
	}
}

/* --- places ----------------------------------------------------------------*/

static void test_places(void **state)
{
	static const struct {
		const char *number;
		const char *country;
		const char *state;
	} cases[] = {
		{ "+12125550100", "US", "NY" },
		{ "+14165550100", "CA", "ON" },
		{ "+17875550100", "PR", "PR" },
		{ "+18765550100", "JM", "" },
		{ "+447700900123", "GB", "" },
		{ "+4930901820", "DE", "" },
		{ "+77012345678", "KZ", "" },
		{ "+74951234567", "RU", "" },
		{ "+35312345678", "IE", "" },
	};
	struct geo_place p;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		assert_true(geo_of_number(slice_from(cases[i].number), &p));
		assert_string_equal(p.country, cases[i].country);
		assert_string_equal(p.state, cases[i].state);
	}
	assert_false(geo_of_number(SLICE("3035550100"), &p));
	assert_false(geo_of_number(SLICE("+19995550100"), &p));
	assert_false(geo_of_number(SLICE("+1"), &p));
	assert_true(geo_of_zip(SLICE("10001"), &p));
	assert_string_equal(p.state, "NY");
	assert_true(geo_of_zip(SLICE("99501"), &p));
	assert_string_equal(p.state, "AK");
	assert_true(geo_of_zip(SLICE("00501"), &p));
	assert_string_equal(p.state, "NY");
	assert_false(geo_of_zip(SLICE("00000"), &p));
	assert_false(geo_of_zip(SLICE("1000"), &p));
	assert_false(geo_of_zip(SLICE("1000a"), &p));
}

/* Distances as a globe gives them. */
static void test_km(void **state)
{
	static const struct {
		const char *a, *b;
		uint32_t km;
		uint32_t off; /* percent */
	} cases[] = {
		{ "39.74,-104.99", "39.74,-104.99", 0, 0 },
		{ "39.74,-104.99", "40.01,-105.27", 38, 6 },
		{ "39.74,-104.99", "41.88,-87.63", 1480, 2 },
		{ "40.71,-74.01", "34.05,-118.24", 3936, 2 },
		{ "40.71,-74.01", "51.51,-0.13", 5570, 3 },
		{ "-33.87,151.21", "51.51,-0.13", 16990, 3 },
		{ "0,179.9", "0,-179.9", 22, 5 },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		uint32_t a, b, got, off;

		assert_int_equal(geo_parse(slice_from(cases[i].a), &a), ERR_OK);
		assert_int_equal(geo_parse(slice_from(cases[i].b), &b), ERR_OK);
		got = geo_km(a, b);
		off = got > cases[i].km ? got - cases[i].km : cases[i].km - got;
		if (off * 100 > cases[i].km * cases[i].off)
			fail_msg("%s to %s: %u km", cases[i].a, cases[i].b,
			    got);
		assert_int_equal(got, geo_km(b, a));
	}
}

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		enum err want;
		int lat, lon;
	} cases[] = {
		{ "39.7392,-104.9903", ERR_OK, 3973, -10499 },
		{ "39, -104.9", ERR_OK, 3900, -10490 },
		{ "-33.8,151", ERR_OK, -3380, 15100 },
		{ "91,0", ERR_SYNTAX, 0, 0 },
		{ "0,181", ERR_SYNTAX, 0, 0 },
		{ "a,b", ERR_SYNTAX, 0, 0 },
		{ "1,", ERR_SYNTAX, 0, 0 },
		{ ".5,1", ERR_SYNTAX, 0, 0 },
		{ "1.2.3,1", ERR_SYNTAX, 0, 0 },
		{ "99999999999,1", ERR_SYNTAX, 0, 0 },
		{ "1234", ERR_SYNTAX, 0, 0 },
		{ "00000", ERR_NOTFOUND, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		uint32_t at = 0;
		int lat, lon;

		if (geo_parse(slice_from(cases[i].text), &at) != cases[i].want)
			fail_msg("%s", cases[i].text);
		if (cases[i].want != ERR_OK)
			continue;
		geo_unpack(at, &lat, &lon);
		assert_int_equal(lat, cases[i].lat);
		assert_int_equal(lon, cases[i].lon);
	}
}

static void test_regions(void **state)
{
	struct geo_place p;

	(void)state;
	assert_true(geo_of_number(SLICE("+13035550100"), &p));
	assert_true(geo_in(&p, SLICE("")));
	assert_true(geo_in(&p, SLICE("NY, co")));
	assert_true(geo_in(&p, SLICE("303")));
	assert_true(geo_in(&p, SLICE("USA")));
	assert_true(geo_in(&p, SLICE("US")));
	assert_false(geo_in(&p, SLICE("CA,GB,212,CAN")));
	assert_true(geo_of_number(SLICE("+14165550100"), &p));
	assert_true(geo_in(&p, SLICE("CAN")));
	assert_false(geo_in(&p, SLICE("CA"))); /* California */
	assert_true(geo_list_ok(SLICE("CO, 303, GB, USA")));
	assert_false(geo_list_ok(SLICE("Colorado")));
	assert_false(geo_list_ok(SLICE("30")));
}

/* The tables are in order, so that looking up finds all. */
static void test_tables(void **state)
{
	struct geo_place p;
	unsigned int areas = 0, zips = 0;

	(void)state;
	for (unsigned int i = 200; i < 1000; i++) {
		char number[16];
		const struct geo_table_area *a = geo_table_area(i);

		(void)snprintf(number, sizeof(number), "+1%u5550100", i);
		if (a == NULL)
			continue;
		areas++;
		assert_int_equal(a->code, i);
		assert_true(geo_of_number(slice_from(number), &p));
		assert_true(p.country[0] != '\0');
	}
	for (unsigned int i = 0; i < 1000; i++)
		zips += geo_table_zip(i) != NULL;
	assert_true(areas > 400);
	assert_true(zips > 880);
}

static void test_listed(void **state)
{
	struct slice list = SLICE(" a ,,b, "), entry;

	(void)state;
	assert_true(listed_next(&list, &entry));
	assert_true(slice_eq_cstr(entry, "a"));
	assert_true(listed_next(&list, &entry));
	assert_true(slice_eq_cstr(entry, "b"));
	assert_false(listed_next(&list, &entry));
	assert_true(listed_share(SLICE("x,Y"), SLICE("z, y")));
	assert_false(listed_share(SLICE("x"), SLICE("")));
}

static void test_names(void **state)
{
	char longest[101];

	(void)state;
	memset(longest, 'x', sizeof(longest));
	assert_true(
	    flow_name_ok(SLICE("Gr\xc3\xbc\xc3\x9f"
			       "e \"1\"")));
	assert_true(flow_name_ok(slice_of(longest, 100)));
	assert_false(flow_name_ok(slice_of(longest, 101)));
	assert_false(flow_name_ok(SLICE("")));
	assert_false(flow_name_ok(SLICE("a\nb")));
	assert_false(flow_name_ok(SLICE("a\tb")));
	assert_false(flow_name_ok(SLICE("a\x7f")));
	assert_false(flow_name_ok(SLICE("a\xff")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_source),
		cmocka_unit_test(test_every_fact),
		cmocka_unit_test(test_caller),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_hours),
		cmocka_unit_test(test_geography),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_km),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_regions),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
