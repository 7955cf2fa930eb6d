#include "lib/core/flow_type.h"

#include "lib/core/voice.h"

#define LONGEST_CALL_S UINT32_C(14400) /* 4 h */

/* --- how parameters are written below --------------------------------------*/

#define PROMPT(text, need)                                                    \
	{                                                                     \
		text, FLOW_PARAM_PROMPT, need, 0, UINT32_MAX, FLOW_NO_PROMPT, \
		    NULL                                                      \
	}
#define NUMBER(text, low, high, usual)                                 \
	{                                                              \
		text, FLOW_PARAM_NUMBER, false, low, high, usual, NULL \
	}
#define CHOICE(text, need, list, n)                              \
	{                                                        \
		text, FLOW_PARAM_CHOICE, need, 0, (n)-1, 0, list \
	}
#define TEXT(text, need, high)                                           \
	{                                                                \
		text, FLOW_PARAM_TEXT, need, need ? 1 : 0, high, 0, NULL \
	}
#define ROW(text, kind, need)                                      \
	{                                                          \
		text, kind, need, 0, UINT32_MAX, FLOW_NO_ROW, NULL \
	}
#define CLOCK(text, need)                                      \
	{                                                      \
		text, FLOW_PARAM_CLOCK, need, 0, 1440, 0, NULL \
	}
#define TITLE     TEXT("title", false, 60)
#define LANGUAGE  CHOICE("language", false, voice_languages, LANGUAGES)
#define LANGUAGES 10

static const char *const no_yes[] = { "no", "yes", NULL };
static const char *const hash_none[] = { "#", "none", NULL };
static const char *const by_choices[] = { "caller", "digits", NULL };

/* --- saying something ------------------------------------------------------*/

static const struct flow_param play_params[] = {
	[FLOW_PLAY_PROMPT] = PROMPT("prompt", true),
};
static const struct flow_branch next_branches[] = {
	{ "next", FLOW_MAY_END },
};

static const struct flow_param whisper_params[] = {
	[FLOW_WHISPER_PROMPT] = PROMPT("prompt", false),
	[FLOW_WHISPER_SAY] = TEXT("say", false, FLOW_TEXT_MAX),
	[FLOW_WHISPER_LANGUAGE] = LANGUAGE,
};
static const struct flow_branch onward_branches[] = {
	{ "next", FLOW_MUST_LEAD },
};

/* --- dialling --------------------------------------------------------------*/

static const char *const show_choices[] = { "caller", "tracking", NULL };
static const char *const accept_choices[] = { "answer", "key", NULL };
static const char *const mode_choices[] = { "simultaneous", "round_robin",
	"weighted", "priority", "tree", NULL };

#define DIAL_PARAMS                                                      \
	[FLOW_DIAL_RING_S] = NUMBER("ring_s", 5, 300, 30),               \
	[FLOW_DIAL_SHOW] = CHOICE("show", false, show_choices, 2),       \
	[FLOW_DIAL_TALK_S] =                                             \
	    NUMBER("talk_s", 60, LONGEST_CALL_S, LONGEST_CALL_S),        \
	[FLOW_DIAL_WHISPER] = PROMPT("whisper", false),                  \
	[FLOW_DIAL_SAY] = TEXT("say", false, FLOW_TEXT_MAX),             \
	[FLOW_DIAL_ACCEPT] = CHOICE("accept", false, accept_choices, 2), \
	[FLOW_DIAL_ACCEPT_PROMPT] = PROMPT("accept_prompt", false),      \
	[FLOW_DIAL_ACCEPT_S] = NUMBER("accept_s", 3, 60, 15),            \
	[FLOW_DIAL_MUSIC] = PROMPT("music", false),                      \
	[FLOW_DIAL_LANGUAGE] = LANGUAGE

static const struct flow_param forward_params[] = {
	[FLOW_FORWARD_TO] = ROW("to", FLOW_PARAM_TARGET, true),
	DIAL_PARAMS,
	[FLOW_FORWARD_TRUNK] = ROW("trunk", FLOW_PARAM_TRUNK, false),
};

static const struct flow_param group_params[] = {
	[FLOW_GROUP_MODE] = CHOICE("mode", true, mode_choices, FLOW_MODE_COUNT),
	DIAL_PARAMS,
	[FLOW_GROUP_STICKY] = CHOICE("sticky", false, no_yes, 2),
	[FLOW_GROUP_TRIES] = NUMBER("tries", 0, FLOW_MEMBERS_MAX, 0),
};

static const struct flow_param member_fields[] = {
	[FLOW_MEMBER_TO] = ROW("to", FLOW_PARAM_TARGET, true),
	[FLOW_MEMBER_WEIGHT] = NUMBER("weight", 0, 1000, 1),
	[FLOW_MEMBER_TIER] = NUMBER("tier", 1, FLOW_MEMBERS_MAX, 1),
	[FLOW_MEMBER_RING_S] = NUMBER("ring_s", 0, 300, 0),
	[FLOW_MEMBER_TRUNK] = ROW("trunk", FLOW_PARAM_TRUNK, false),
};
static const struct flow_list group_lists[] = {
	{ "members", member_fields, FLOW_MEMBER_FIELDS, 2, 1, FLOW_MEMBERS_MAX,
	    false },
};

static const struct flow_branch dial_branches[] = {
	[FLOW_DIAL_BUSY] = { "busy", FLOW_MAY_END },
	[FLOW_DIAL_NO_ANSWER] = { "no_answer", FLOW_SHOULD_LEAD },
	[FLOW_DIAL_FAILED] = { "failed", FLOW_MAY_END },
	[FLOW_DIAL_REFUSED] = { "refused", FLOW_MAY_END },
	[FLOW_DIAL_FULL] = { "full", FLOW_MAY_END },
	[FLOW_DIAL_OTHERWISE] = { "otherwise", FLOW_MAY_END },
};

/* --- keys ------------------------------------------------------------------*/

static const struct flow_param menu_params[] = {
	[FLOW_MENU_PROMPT] = PROMPT("prompt", true),
	[FLOW_MENU_INVALID_PROMPT] = PROMPT("invalid_prompt", false),
	[FLOW_MENU_SILENCE_PROMPT] = PROMPT("silence_prompt", false),
	[FLOW_MENU_INVALID_TRIES] = NUMBER("invalid_tries", 1, 10, 3),
	[FLOW_MENU_SILENCE_TRIES] = NUMBER("silence_tries", 1, 10, 2),
	[FLOW_MENU_WAIT_S] = NUMBER("wait_s", 1, 60, 5),
};
static const struct flow_param key_fields[] = {
	[FLOW_KEY_KEY] = { "key", FLOW_PARAM_KEY, true, '#', '9', '1', NULL },
	[FLOW_KEY_TITLE] = TITLE,
};
static const struct flow_list menu_lists[] = {
	{ "keys", key_fields, FLOW_KEY_FIELDS, 1, 1, 12, true },
};
static const struct flow_branch menu_branches[] = {
	[FLOW_MENU_INVALID] = { "invalid", FLOW_SHOULD_LEAD },
	[FLOW_MENU_SILENCE] = { "silence", FLOW_SHOULD_LEAD },
};

static const char *const pattern_choices[] = { "any", "zip", "phone", NULL };

static const struct flow_param gather_params[] = {
	[FLOW_GATHER_PROMPT] = PROMPT("prompt", true),
	[FLOW_GATHER_INVALID_PROMPT] = PROMPT("invalid_prompt", false),
	[FLOW_GATHER_SILENCE_PROMPT] = PROMPT("silence_prompt", false),
	[FLOW_GATHER_INVALID_TRIES] = NUMBER("invalid_tries", 1, 10, 3),
	[FLOW_GATHER_SILENCE_TRIES] = NUMBER("silence_tries", 1, 10, 2),
	[FLOW_GATHER_WAIT_S] = NUMBER("wait_s", 1, 60, 6),
	[FLOW_GATHER_GAP_S] = NUMBER("gap_s", 1, 30, 4),
	[FLOW_GATHER_MIN] = NUMBER("min", 1, FLOW_DIGITS_MAX, 1),
	[FLOW_GATHER_MAX] = NUMBER("max", 1, FLOW_DIGITS_MAX, 10),
	[FLOW_GATHER_STOP] = CHOICE("stop", false, hash_none, 2),
	[FLOW_GATHER_PATTERN] = CHOICE("pattern", false, pattern_choices, 3),
	[FLOW_GATHER_NAME] = TEXT("name", false, 40),
	[FLOW_GATHER_TAG] = CHOICE("tag", false, no_yes, 2),
};
static const struct flow_param match_fields[] = {
	[FLOW_MATCH_DIGITS] = TEXT("digits", true, FLOW_DIGITS_MAX),
	[FLOW_MATCH_TITLE] = TITLE,
};
static const struct flow_list gather_lists[] = {
	{ "match", match_fields, FLOW_MATCH_FIELDS, 2, 0, FLOW_ITEMS_MAX,
	    true },
};
static const struct flow_branch gather_branches[] = {
	[FLOW_GATHER_NEXT] = { "next", FLOW_SHOULD_LEAD },
	[FLOW_GATHER_INVALID] = { "invalid", FLOW_SHOULD_LEAD },
	[FLOW_GATHER_SILENCE] = { "silence", FLOW_SHOULD_LEAD },
};

static const struct flow_param challenge_params[] = {
	[FLOW_CHALLENGE_PROMPT] = PROMPT("prompt", true),
	[FLOW_CHALLENGE_WRONG_PROMPT] = PROMPT("wrong_prompt", false),
	[FLOW_CHALLENGE_TRIES] = NUMBER("tries", 1, 5, 2),
	[FLOW_CHALLENGE_WAIT_S] = NUMBER("wait_s", 1, 60, 6),
};
static const struct flow_branch challenge_branches[] = {
	[FLOW_CHALLENGE_PASS] = { "pass", FLOW_MUST_LEAD },
	[FLOW_CHALLENGE_FAIL] = { "fail", FLOW_MAY_END },
	[FLOW_CHALLENGE_SILENCE] = { "silence", FLOW_MAY_END },
};

/* --- deciding --------------------------------------------------------------*/

static const char *const holiday_choices[] = { "none", "us", "ca", "gb", NULL };

static const struct flow_param hours_params[] = {
	[FLOW_HOURS_ZONE] = ROW("zone", FLOW_PARAM_ZONE, false),
	[FLOW_HOURS_HOLIDAYS] = CHOICE("holidays", false, holiday_choices, 4),
};
static const struct flow_param weekly_fields[] = {
	[FLOW_WEEKLY_DAYS] = { "days", FLOW_PARAM_DAYS, true, 1, 127, 127,
	    NULL },
	[FLOW_WEEKLY_FROM] = CLOCK("from", true),
	[FLOW_WEEKLY_TO] = CLOCK("to", true),
};
static const struct flow_param special_fields[] = {
	[FLOW_SPECIAL_DATE] = { "date", FLOW_PARAM_DATE, true, 101, 99991231,
	    101, NULL },
	[FLOW_SPECIAL_FROM] = CLOCK("from", false),
	[FLOW_SPECIAL_TO] = CLOCK("to", false),
	[FLOW_SPECIAL_TITLE] = TITLE,
};
static const struct flow_list hours_lists[] = {
	[FLOW_HOURS_WEEKLY] = { "weekly", weekly_fields, FLOW_WEEKLY_FIELDS, 0,
	    0, 42, false },
	[FLOW_HOURS_SPECIAL] = { "special", special_fields, FLOW_SPECIAL_FIELDS,
	    1, 0, FLOW_ITEMS_MAX, false },
};
static const struct flow_branch hours_branches[] = {
	[FLOW_HOURS_OPEN] = { "open", FLOW_MUST_LEAD },
	[FLOW_HOURS_CLOSED] = { "closed", FLOW_MUST_LEAD },
	[FLOW_HOURS_HOLIDAY] = { "holiday", FLOW_MAY_END },
};

static const char *const region_choices[] = { "area_code", "state", "country",
	"zip", NULL };

static const struct flow_param geography_params[] = {
	[FLOW_GEOGRAPHY_BY] = CHOICE("by", false, by_choices, 2),
};
static const struct flow_param region_fields[] = {
	[FLOW_REGION_WHAT] = CHOICE("what", true, region_choices, 4),
	[FLOW_REGION_VALUE] = TEXT("value", true, FLOW_TEXT_MAX),
};
static const struct flow_list geography_lists[] = {
	{ "rules", region_fields, FLOW_REGION_FIELDS, 1, 1, FLOW_ITEMS_MAX,
	    true },
};
static const struct flow_branch geography_branches[] = {
	[FLOW_OTHERWISE] = { "otherwise", FLOW_MUST_LEAD },
	[FLOW_UNKNOWN] = { "unknown", FLOW_MAY_END },
};

static const struct flow_param nearest_params[] = {
	[FLOW_NEAREST_BY] = CHOICE("by", false, by_choices, 2),
	[FLOW_NEAREST_MAX_KM] = NUMBER("max_km", 1, 20000, 20000),
};
static const struct flow_param place_fields[] = {
	[FLOW_PLACE_AT] = ROW("at", FLOW_PARAM_PLACE, true),
	[FLOW_PLACE_TITLE] = TITLE,
};
static const struct flow_list nearest_lists[] = {
	{ "places", place_fields, FLOW_PLACE_FIELDS, 2, 1, FLOW_ITEMS_MAX,
	    true },
};
static const struct flow_branch nearest_branches[] = {
	[FLOW_NEAREST_FAR] = { "far", FLOW_MUST_LEAD },
	[FLOW_NEAREST_UNKNOWN] = { "unknown", FLOW_MAY_END },
};

static const char *const fact_choices[] = { "channel", "source", "medium",
	"campaign", "keyword", "landing", "referrer", "click", NULL };
static const char *const is_choices[] = { "equal", "containing", "beginning",
	"present", "absent", NULL };

static const struct flow_param source_fields[] = {
	[FLOW_SOURCE_WHAT] =
	    CHOICE("what", true, fact_choices, FLOW_FACT_COUNT),
	[FLOW_SOURCE_IS] = CHOICE("is", false, is_choices, 5),
	[FLOW_SOURCE_VALUE] = TEXT("value", false, FLOW_TEXT_MAX),
};
static const struct flow_list source_lists[] = {
	{ "rules", source_fields, FLOW_SOURCE_FIELDS, 1, 1, FLOW_ITEMS_MAX,
	    true },
};
static const struct flow_branch otherwise_branches[] = {
	[FLOW_OTHERWISE] = { "otherwise", FLOW_MUST_LEAD },
};

static const char *const caller_choices[] = { "first_time", "repeat",
	"anonymous", "tag", "list", "outcome", "attestation", "number", NULL };

static const struct flow_param caller_fields[] = {
	[FLOW_CALLER_IS] = CHOICE("is", true, caller_choices, 8),
	[FLOW_CALLER_VALUE] = TEXT("value", false, FLOW_TEXT_MAX),
};
static const struct flow_list caller_lists[] = {
	{ "rules", caller_fields, FLOW_CALLER_FIELDS, 1, 1, FLOW_ITEMS_MAX,
	    true },
};

static const char *const stable_choices[] = { "caller", "call", NULL };

static const struct flow_param split_params[] = {
	[FLOW_SPLIT_STABLE] = CHOICE("by", false, stable_choices, 2),
};
static const struct flow_param share_fields[] = {
	[FLOW_SHARE_PERCENT] = { "percent", FLOW_PARAM_NUMBER, true, 0, 100, 0,
	    NULL },
	[FLOW_SHARE_TITLE] = TITLE,
};
static const struct flow_list split_lists[] = {
	{ "shares", share_fields, FLOW_SHARE_FIELDS, 1, 1, 20, true },
};

/* --- the rest --------------------------------------------------------------*/

static const struct flow_param voicemail_params[] = {
	[FLOW_VOICEMAIL_PROMPT] = PROMPT("prompt", false),
	[FLOW_VOICEMAIL_MAX_S] = NUMBER("max_s", 5, 600, 120),
	[FLOW_VOICEMAIL_MIN_S] = NUMBER("min_s", 0, 30, 2),
	[FLOW_VOICEMAIL_SILENCE_S] = NUMBER("silence_s", 0, 60, 6),
	[FLOW_VOICEMAIL_STOP] = CHOICE("stop", false, hash_none, 2),
};
static const struct flow_branch voicemail_branches[] = {
	[FLOW_VOICEMAIL_NEXT] = { "next", FLOW_MAY_END },
	[FLOW_VOICEMAIL_SHORT] = { "too_short", FLOW_MAY_END },
};

static const struct flow_param tag_params[] = {
	[FLOW_WORD_WORD] = TEXT("tag", true, 60),
};
static const struct flow_param outcome_params[] = {
	[FLOW_WORD_WORD] = TEXT("outcome", true, 60),
};
static const struct flow_param goto_params[] = {
	[FLOW_GOTO_FLOW] = ROW("flow", FLOW_PARAM_FLOW, true),
};

/* --- the table -------------------------------------------------------------*/

#define PARAMS(list)   .params = (list), .n_params = RT_ARRAY_LEN(list)
#define BRANCHES(list) .branches = (list), .n_branches = RT_ARRAY_LEN(list)
#define LISTS(list)    .lists = (list), .n_lists = RT_ARRAY_LEN(list)
#define NO_FALLBACK    .otherwise = FLOW_NO_BRANCH

static const struct flow_type_row types[FLOW_TYPE_COUNT] = {
	[FLOW_NOTICE] = { .name = "notice",
	    PARAMS(play_params),
	    BRANCHES(next_branches),
	    NO_FALLBACK,
	    .n_texts = 1 },
	[FLOW_MESSAGE] = { .name = "message",
	    PARAMS(play_params),
	    BRANCHES(next_branches),
	    NO_FALLBACK,
	    .n_texts = 1 },
	[FLOW_FORWARD] = { .name = "forward",
	    PARAMS(forward_params),
	    BRANCHES(dial_branches),
	    .otherwise = FLOW_DIAL_OTHERWISE,
	    .n_texts = 6 },
	[FLOW_HANGUP] = { .name = "hangup", NO_FALLBACK },
	[FLOW_BUSY] = { .name = "busy", NO_FALLBACK },
	[FLOW_REJECT] = { .name = "reject", NO_FALLBACK },
	[FLOW_MENU] = { .name = "menu",
	    PARAMS(menu_params),
	    BRANCHES(menu_branches),
	    LISTS(menu_lists),
	    NO_FALLBACK,
	    .n_texts = 3,
	    .asks_caller = true },
	[FLOW_GATHER] = { .name = "gather",
	    PARAMS(gather_params),
	    BRANCHES(gather_branches),
	    LISTS(gather_lists),
	    NO_FALLBACK,
	    .n_texts = 4,
	    .asks_caller = true },
	[FLOW_HOURS] = { .name = "hours",
	    PARAMS(hours_params),
	    BRANCHES(hours_branches),
	    LISTS(hours_lists),
	    .otherwise = FLOW_HOURS_CLOSED,
	    .n_texts = 1 },
	[FLOW_GEOGRAPHY] = { .name = "geography",
	    PARAMS(geography_params),
	    BRANCHES(geography_branches),
	    LISTS(geography_lists),
	    .otherwise = FLOW_OTHERWISE },
	[FLOW_NEAREST] = { .name = "nearest",
	    PARAMS(nearest_params),
	    BRANCHES(nearest_branches),
	    LISTS(nearest_lists),
	    .otherwise = FLOW_NEAREST_FAR },
	[FLOW_SOURCE] = { .name = "source",
	    BRANCHES(otherwise_branches),
	    LISTS(source_lists),
	    NO_FALLBACK,
	    .reads_facts = true },
	[FLOW_CALLER] = { .name = "caller",
	    BRANCHES(otherwise_branches),
	    LISTS(caller_lists),
	    NO_FALLBACK,
	    .reads_facts = true },
	[FLOW_SPLIT] = { .name = "split",
	    PARAMS(split_params),
	    BRANCHES(otherwise_branches),
	    LISTS(split_lists),
	    NO_FALLBACK },
	[FLOW_GROUP] = { .name = "group",
	    PARAMS(group_params),
	    BRANCHES(dial_branches),
	    LISTS(group_lists),
	    .otherwise = FLOW_DIAL_OTHERWISE,
	    .n_texts = 4 },
	[FLOW_WHISPER] = { .name = "whisper",
	    PARAMS(whisper_params),
	    BRANCHES(onward_branches),
	    NO_FALLBACK,
	    .n_texts = 2 },
	[FLOW_VOICEMAIL] = { .name = "voicemail",
	    PARAMS(voicemail_params),
	    BRANCHES(voicemail_branches),
	    .otherwise = FLOW_VOICEMAIL_NEXT,
	    .n_texts = 1,
	    .asks_caller = true },
	[FLOW_CHALLENGE] = { .name = "challenge",
	    PARAMS(challenge_params),
	    BRANCHES(challenge_branches),
	    NO_FALLBACK,
	    .n_texts = 2,
	    .asks_caller = true },
	[FLOW_TAG] = { .name = "tag",
	    PARAMS(tag_params),
	    BRANCHES(onward_branches),
	    NO_FALLBACK,
	    .n_texts = 1 },
	[FLOW_OUTCOME] = { .name = "outcome",
	    PARAMS(outcome_params),
	    BRANCHES(next_branches),
	    NO_FALLBACK,
	    .n_texts = 1 },
	[FLOW_GOTO] = { .name = "goto",
	    PARAMS(goto_params),
	    NO_FALLBACK,
	    .n_texts = 1 },
};

const struct flow_type_row *flow_type_row(enum flow_type type)
{
	return &types[type];
}

bool flow_type_from_name(struct slice name, enum flow_type *out)
{
	for (size_t i = 0; i < FLOW_TYPE_COUNT; i++)
		if (slice_eq_cstr(name, types[i].name)) {
			*out = (enum flow_type)i;
			return true;
		}
	return false;
}

bool flow_type_asks(const struct flow_type_row *row, uint16_t way)
{
	if (!row->asks_caller)
		return false;
	return way >= row->n_branches ||
	       (!slice_eq_cstr(SLICE("silence"), row->branches[way].name) &&
		   !slice_eq_cstr(SLICE("too_short"), row->branches[way].name));
}

bool flow_type_has_text(enum flow_param_kind kind)
{
	static const bool text[FLOW_PARAM_KIND_COUNT] = {
		[FLOW_PARAM_PROMPT] = true,
		[FLOW_PARAM_TARGET] = true,
		[FLOW_PARAM_TEXT] = true,
		[FLOW_PARAM_ZONE] = true,
		[FLOW_PARAM_PLACE] = true,
		[FLOW_PARAM_TRUNK] = true,
		[FLOW_PARAM_FLOW] = true,
	};

	return text[kind];
}
