/*
 * flow_type.h - the step types of call flows: one table for everybody.
 *
 * A type is a row: its name, parameters, lists, branches. The compiled form
 * (flow.h), JSON documents (lib/json/flow_json), docs/flow.schema.json and the
 * builder's forms are all read off these rows; the interpreter adds two
 * functions to each (flow_run.c). A new type is a row at the end and those two.
 *
 * A step has parameters (one value each), branches (named ways out) and at most
 * FLOW_LISTS_MAX lists. An item of a list has fields, which are parameters
 * again, and in most lists a way out of its own: "next" in documents, branch
 * number FLOW_ITEM + i in traces (always of the step's first list).
 */
#ifndef RT_CORE_FLOW_TYPE_H
#define RT_CORE_FLOW_TYPE_H

#include "lib/base/slice.h"

#define FLOW_PARAMS_MAX  16
#define FLOW_BRANCH_MAX  8
#define FLOW_LISTS_MAX   2
#define FLOW_FIELDS_MAX  6
#define FLOW_ITEMS_MAX   64  /* of one list */
#define FLOW_MEMBERS_MAX 32  /* of a group */
#define FLOW_TEXT_MAX    255 /* bytes of a text parameter */
#define FLOW_DIGITS_MAX  20  /* a caller may key in */

/* Way out of item i of a step's first list, beside its named branches. */
#define FLOW_ITEM UINT16_C(0x100)

/* No prompt, no row: of the snapshot's prompts, destinations, trunks ... */
#define FLOW_NO_PROMPT UINT32_C(0xffffffff)
#define FLOW_NO_ROW    UINT32_C(0xffffffff)

/* The numbers are in snapshots and journals: append only. */
enum flow_type {
	FLOW_NOTICE,  /* disclosure: answer, play, recording may start */
	FLOW_MESSAGE, /* answer, play */
	FLOW_FORWARD, /* ring one destination, bridge */
	FLOW_HANGUP,
	FLOW_BUSY,      /* 486 before, hang up after the answer */
	FLOW_REJECT,    /* 603: the call counts as blocked */
	FLOW_MENU,      /* one key chooses */
	FLOW_GATHER,    /* several digits: a ZIP code, an extension */
	FLOW_HOURS,     /* weekly grid, special days, holidays */
	FLOW_GEOGRAPHY, /* area code, state, country or ZIP */
	FLOW_NEAREST,   /* of several places */
	FLOW_SOURCE,    /* what the marketing knows about the caller */
	FLOW_CALLER,    /* first-time, repeat, anonymous, in a list ... */
	FLOW_SPLIT,     /* percent, stable for each caller */
	FLOW_GROUP,     /* several destinations */
	FLOW_WHISPER,   /* what the next forward or group says to who answers */
	FLOW_VOICEMAIL,
	FLOW_CHALLENGE, /* press the digit you hear: for robocalls */
	FLOW_TAG,
	FLOW_OUTCOME,
	FLOW_GOTO, /* go on in another flow */
	FLOW_TYPE_COUNT
};

/* What a parameter or field is. "num" and "text" of the compiled form. */
enum flow_param_kind {
	FLOW_PARAM_NUMBER, /* num: min to max */
	FLOW_PARAM_CHOICE, /* num: index into choices */
	FLOW_PARAM_PROMPT, /* num: prompt row; text: its key */
	/* text: "+15551230000", "sip:x@y" or "dst_..."; num: row of the
	 * snapshot's destination, or FLOW_NO_ROW */
	FLOW_PARAM_TARGET,
	FLOW_PARAM_TEXT,  /* text: min to max bytes */
	FLOW_PARAM_KEY,   /* num: '0' to '9', '*' or '#' */
	FLOW_PARAM_DAYS,  /* "mon-fri", "sat,sun": num: bit 0 is Monday */
	FLOW_PARAM_CLOCK, /* "09:30": num: minutes since 00:00, to 1440 */
	FLOW_PARAM_DATE,  /* "2026-12-24", "12-24" (each year): num: 20261224,
			   * 1224 */
	FLOW_PARAM_ZONE,  /* "America/New_York"; num: zone row */
	FLOW_PARAM_PLACE, /* "80202", "39.75,-104.99"; num: geo_pack() */
	FLOW_PARAM_TRUNK, /* "tru_..."; num: trunk row */
	FLOW_PARAM_FLOW,  /* "flo_..."; num: flow row */
	FLOW_PARAM_KIND_COUNT
};

struct flow_param {
	const char *name;
	enum flow_param_kind kind;
	bool required;
	uint32_t min;
	uint32_t max;
	uint32_t fallback;          /* when the document does not say */
	const char *const *choices; /* NULL-terminated */
};

/* What it means when a branch leads nowhere: the call ends there. */
enum flow_need {
	FLOW_MAY_END,     /* as intended */
	FLOW_SHOULD_LEAD, /* perhaps forgotten: a warning */
	FLOW_MUST_LEAD    /* a decision with one way only: an error */
};

struct flow_branch {
	const char *name;
	enum flow_need need;
};

struct flow_list {
	const char *name;
	const struct flow_param *fields;
	uint8_t n_fields;
	uint8_t n_texts; /* fields that have a text */
	uint8_t min;
	uint8_t max;
	bool leads; /* each item has a way out, "next" */
};

#define FLOW_NO_BRANCH UINT8_C(0xff)

struct flow_type_row {
	const char *name; /* in documents: "forward" */
	const struct flow_param *params;
	const struct flow_branch *branches;
	const struct flow_list *lists;
	uint8_t n_params;
	uint8_t n_texts; /* parameters that have a text */
	uint8_t n_branches;
	uint8_t n_lists;
	uint8_t otherwise; /* taken for branches that lead nowhere; or
			    * FLOW_NO_BRANCH */
	bool reads_facts;  /* its functions look at env->facts */
	bool asks_caller;  /* waits for what the caller does: no endless loop
			    * leads through it */
};

/* Never NULL for a type below FLOW_TYPE_COUNT. */
const struct flow_type_row *flow_type_row(enum flow_type type);
/* False: no type is called so. */
bool flow_type_from_name(struct slice name, enum flow_type *out);
/* Does the caller do something when this way out is taken? way: a named branch,
 * or FLOW_ITEM + item. What a caller does not do (silence) ends no loop. */
bool flow_type_asks(const struct flow_type_row *row, uint16_t way);
/* Does a parameter of this kind have a text in the compiled form? */
bool flow_type_has_text(enum flow_param_kind kind);

/* --- parameters: index into a step's num[] and text[] ----------------------*/

enum flow_play_param {
	FLOW_PLAY_PROMPT, /* notice and message */
	FLOW_PLAY_PARAMS
};

/* forward and group have these at the same place. */
enum flow_dial_param {
	FLOW_FORWARD_TO = 0,
	FLOW_GROUP_MODE = 0, /* enum flow_mode */
	FLOW_DIAL_RING_S,    /* 5 to 300, default 30 */
	FLOW_DIAL_SHOW,      /* enum flow_show */
	FLOW_DIAL_TALK_S,    /* longest talk, 60 to 14400 */
	FLOW_DIAL_WHISPER,   /* prompt for the called side */
	FLOW_DIAL_SAY,       /* the same as text with {source} ... (flow_say) */
	FLOW_DIAL_ACCEPT,    /* enum flow_accept */
	FLOW_DIAL_ACCEPT_PROMPT,
	FLOW_DIAL_ACCEPT_S, /* 3 to 60, default 15 */
	FLOW_DIAL_MUSIC,    /* prompt the caller hears instead of ringback */
	FLOW_DIAL_LANGUAGE, /* of FLOW_DIAL_SAY: place in voice_languages */
	FLOW_FORWARD_TRUNK,
	FLOW_FORWARD_PARAMS,
	FLOW_GROUP_STICKY = FLOW_FORWARD_TRUNK, /* repeat callers: who answered
						 * them last comes first */
	FLOW_GROUP_TRIES, /* members rung at most, 0: all */
	FLOW_GROUP_PARAMS
};

/* Whose number the destination sees. */
enum flow_show {
	FLOW_SHOW_CALLER,
	FLOW_SHOW_TRACKING
};

enum flow_accept {
	FLOW_ACCEPT_ANSWER, /* picking up is enough */
	FLOW_ACCEPT_KEY     /* 1 takes the call, 2 refuses it */
};

enum flow_mode {
	FLOW_MODE_SIMULTANEOUS, /* all ring, the first wins */
	FLOW_MODE_ROUND_ROBIN,
	FLOW_MODE_WEIGHTED,
	FLOW_MODE_PRIORITY, /* one after the other */
	FLOW_MODE_TREE,     /* members of tier 1 together, then of tier 2 ... */
	FLOW_MODE_COUNT
};

enum flow_member_field {
	FLOW_MEMBER_TO,
	FLOW_MEMBER_WEIGHT, /* 0 to 1000, default 1 */
	FLOW_MEMBER_TIER,   /* 1 to 32 */
	FLOW_MEMBER_RING_S, /* 0: the group's */
	FLOW_MEMBER_TRUNK,
	FLOW_MEMBER_FIELDS
};

enum flow_menu_param {
	FLOW_MENU_PROMPT,
	FLOW_MENU_INVALID_PROMPT,
	FLOW_MENU_SILENCE_PROMPT,
	FLOW_MENU_INVALID_TRIES, /* wrong keys before the branch is taken */
	FLOW_MENU_SILENCE_TRIES,
	FLOW_MENU_WAIT_S,
	FLOW_MENU_PARAMS
};

enum flow_key_field {
	FLOW_KEY_KEY,
	FLOW_KEY_TITLE,
	FLOW_KEY_FIELDS
};

/* The first three as in a menu. */
enum flow_gather_param {
	FLOW_GATHER_PROMPT,
	FLOW_GATHER_INVALID_PROMPT,
	FLOW_GATHER_SILENCE_PROMPT,
	FLOW_GATHER_INVALID_TRIES,
	FLOW_GATHER_SILENCE_TRIES,
	FLOW_GATHER_WAIT_S, /* for the first digit */
	FLOW_GATHER_GAP_S,  /* between digits */
	FLOW_GATHER_MIN,
	FLOW_GATHER_MAX,
	FLOW_GATHER_STOP,    /* 0: '#' ends it early, 1: nothing does */
	FLOW_GATHER_PATTERN, /* enum flow_pattern */
	FLOW_GATHER_NAME,    /* stored under this name */
	FLOW_GATHER_TAG,     /* 1: the call is tagged "name digits" too */
	FLOW_GATHER_PARAMS
};

enum flow_pattern {
	FLOW_PATTERN_ANY,
	FLOW_PATTERN_ZIP,  /* five digits, of a prefix that exists */
	FLOW_PATTERN_PHONE /* ten digits of the North American plan */
};

enum flow_match_field {
	FLOW_MATCH_DIGITS, /* "80202", "80*" */
	FLOW_MATCH_TITLE,
	FLOW_MATCH_FIELDS
};

enum flow_hours_param {
	FLOW_HOURS_ZONE,     /* none: the company's */
	FLOW_HOURS_HOLIDAYS, /* enum hours_holidays */
	FLOW_HOURS_PARAMS
};

enum flow_hours_list {
	FLOW_HOURS_WEEKLY,
	FLOW_HOURS_SPECIAL
};

enum flow_weekly_field {
	FLOW_WEEKLY_DAYS,
	FLOW_WEEKLY_FROM,
	FLOW_WEEKLY_TO, /* not later than from: on the next day */
	FLOW_WEEKLY_FIELDS
};

enum flow_special_field {
	FLOW_SPECIAL_DATE,
	FLOW_SPECIAL_FROM, /* from = to: closed all day */
	FLOW_SPECIAL_TO,
	FLOW_SPECIAL_TITLE,
	FLOW_SPECIAL_FIELDS
};

/* geography and nearest look at the caller's number, or at what was gathered
 * last (a ZIP code). */
enum flow_by {
	FLOW_BY_CALLER,
	FLOW_BY_DIGITS
};

enum flow_geography_param {
	FLOW_GEOGRAPHY_BY,
	FLOW_GEOGRAPHY_PARAMS
};

enum flow_region_field {
	FLOW_REGION_WHAT,  /* enum flow_region */
	FLOW_REGION_VALUE, /* "303,720", "CO, WY" */
	FLOW_REGION_FIELDS
};

enum flow_region {
	FLOW_REGION_AREA_CODE,
	FLOW_REGION_STATE,
	FLOW_REGION_COUNTRY,
	FLOW_REGION_ZIP /* prefixes: "802,803" */
};

enum flow_nearest_param {
	FLOW_NEAREST_BY,
	FLOW_NEAREST_MAX_KM,
	FLOW_NEAREST_PARAMS
};

enum flow_place_field {
	FLOW_PLACE_AT,
	FLOW_PLACE_TITLE,
	FLOW_PLACE_FIELDS
};

enum flow_source_field {
	FLOW_SOURCE_WHAT,  /* enum flow_fact */
	FLOW_SOURCE_IS,    /* enum flow_is */
	FLOW_SOURCE_VALUE, /* several alternatives: "google, bing" */
	FLOW_SOURCE_FIELDS
};

enum flow_fact {
	FLOW_FACT_CHANNEL,
	FLOW_FACT_SOURCE,
	FLOW_FACT_MEDIUM,
	FLOW_FACT_CAMPAIGN,
	FLOW_FACT_KEYWORD,
	FLOW_FACT_LANDING,  /* path of the landing page */
	FLOW_FACT_REFERRER, /* host */
	FLOW_FACT_CLICK,    /* "gclid", "fbclid" ... */
	FLOW_FACT_COUNT
};

enum flow_is {
	FLOW_IS_EQUAL,
	FLOW_IS_CONTAINING,
	FLOW_IS_BEGINNING,
	FLOW_IS_PRESENT,
	FLOW_IS_ABSENT
};

enum flow_caller_field {
	FLOW_CALLER_IS,    /* enum flow_caller_is */
	FLOW_CALLER_VALUE, /* of tag, list, outcome, attestation, number */
	FLOW_CALLER_FIELDS
};

enum flow_caller_is {
	FLOW_CALLER_FIRST,
	FLOW_CALLER_REPEAT,
	FLOW_CALLER_ANONYMOUS,
	FLOW_CALLER_TAG,
	FLOW_CALLER_LIST,
	FLOW_CALLER_OUTCOME,
	FLOW_CALLER_ATTESTATION, /* "A", "B", "C", "none" */
	FLOW_CALLER_NUMBER       /* "+13035550100, +1720*" */
};

enum flow_split_param {
	FLOW_SPLIT_STABLE, /* 0 the same caller always goes the same way */
	FLOW_SPLIT_PARAMS
};

enum flow_share_field {
	FLOW_SHARE_PERCENT,
	FLOW_SHARE_TITLE,
	FLOW_SHARE_FIELDS
};

enum flow_whisper_param {
	FLOW_WHISPER_PROMPT,
	FLOW_WHISPER_SAY,
	FLOW_WHISPER_LANGUAGE,
	FLOW_WHISPER_PARAMS
};

enum flow_voicemail_param {
	FLOW_VOICEMAIL_PROMPT,
	FLOW_VOICEMAIL_MAX_S,
	FLOW_VOICEMAIL_MIN_S,     /* shorter is thrown away */
	FLOW_VOICEMAIL_SILENCE_S, /* 0: silence does not end it */
	FLOW_VOICEMAIL_STOP,      /* 0 '#' ends it, 1 nothing does */
	FLOW_VOICEMAIL_PARAMS
};

enum flow_challenge_param {
	FLOW_CHALLENGE_PROMPT, /* "to be connected, press" */
	FLOW_CHALLENGE_WRONG_PROMPT,
	FLOW_CHALLENGE_TRIES,
	FLOW_CHALLENGE_WAIT_S,
	FLOW_CHALLENGE_PARAMS
};

enum flow_word_param {
	FLOW_WORD_WORD, /* of tag and outcome */
	FLOW_WORD_PARAMS
};

enum flow_goto_param {
	FLOW_GOTO_FLOW,
	FLOW_GOTO_PARAMS
};

/* --- branches --------------------------------------------------------------*/

/* notice, message, whisper, tag, outcome, gather, voicemail */
enum flow_next_branch {
	FLOW_NEXT
};

/* forward and group */
enum flow_dial_branch {
	FLOW_DIAL_BUSY,
	FLOW_DIAL_NO_ANSWER,
	FLOW_DIAL_FAILED,
	FLOW_DIAL_REFUSED,   /* answered, but not accepted */
	FLOW_DIAL_FULL,      /* closed, not for this region, or at its limits */
	FLOW_DIAL_OTHERWISE, /* any of these that leads nowhere */
	FLOW_DIAL_BRANCHES
};

enum flow_menu_branch {
	FLOW_MENU_INVALID,
	FLOW_MENU_SILENCE,
	FLOW_MENU_BRANCHES
};

enum flow_gather_branch {
	FLOW_GATHER_NEXT,
	FLOW_GATHER_INVALID,
	FLOW_GATHER_SILENCE,
	FLOW_GATHER_BRANCHES
};

enum flow_hours_branch {
	FLOW_HOURS_OPEN,
	FLOW_HOURS_CLOSED,
	FLOW_HOURS_HOLIDAY, /* closed by a holiday or special day */
	FLOW_HOURS_BRANCHES
};

/* geography, source, caller and split have the first only. */
enum flow_rule_branch {
	FLOW_OTHERWISE,
	FLOW_UNKNOWN /* geography: the place is not known */
};

enum flow_nearest_branch {
	FLOW_NEAREST_FAR, /* none within max_km, or the place is not known */
	FLOW_NEAREST_UNKNOWN
};

enum flow_voicemail_branch {
	FLOW_VOICEMAIL_NEXT,
	FLOW_VOICEMAIL_SHORT
};

enum flow_challenge_branch {
	FLOW_CHALLENGE_PASS,
	FLOW_CHALLENGE_FAIL,
	FLOW_CHALLENGE_SILENCE,
	FLOW_CHALLENGE_BRANCHES
};

#endif
