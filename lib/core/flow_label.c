#include "lib/core/flow_label.h"

#include <string.h>

static const struct flow_label types[] = {
	{ "message", "Message" },
	{ "notice", "Recording notice" },
	{ "whisper", "Whisper" },
	{ "voicemail", "Voicemail" },
	{ "menu", "Menu" },
	{ "gather", "Gather digits" },
	{ "challenge", "Robocall challenge" },
	{ "hours", "Opening hours" },
	{ "geography", "Geography" },
	{ "nearest", "Nearest place" },
	{ "source", "Marketing source" },
	{ "caller", "Caller" },
	{ "split", "Split" },
	{ "forward", "Forward" },
	{ "group", "Group" },
	{ "goto", "Other flow" },
	{ "tag", "Tag" },
	{ "outcome", "Outcome" },
	{ "hangup", "Hang up" },
	{ "busy", "Busy" },
	{ "reject", "Refuse" },
};

static const struct flow_label helps[] = {
	{ "message", "Plays a prompt to the caller." },
	{ "notice",
	    "Says that the call is recorded; recording may start when it has ended." },
	{ "whisper",
	    "Told to whoever answers the next forward, not to the caller." },
	{ "voicemail", "Takes a message after a greeting and a beep." },
	{ "menu", "The caller presses one key." },
	{ "gather", "The caller keys in a number, such as a ZIP code." },
	{ "challenge", "Asks for a digit that only a person can hear." },
	{ "hours", "Decides by weekday, time and holidays." },
	{ "geography", "Decides by area code, state, country or ZIP code." },
	{ "nearest", "Leads to the nearest of several places." },
	{ "source", "Decides by what brought the caller." },
	{ "caller",
	    "Decides by who calls: new or known, anonymous, in a list." },
	{ "split", "Shares calls out by percent." },
	{ "forward", "Rings one telephone." },
	{ "group", "Rings several: together, in turn, by weight or priority." },
	{ "goto", "Goes on in another flow." },
	{ "tag", "Puts a tag on the call." },
	{ "outcome", "Sets the outcome of the call." },
	{ "hangup", "Ends the call." },
	{ "busy", "The caller hears the busy tone." },
	{ "reject", "Refuses the call; it counts as blocked." },
};

static const struct flow_label params[] = {
	{ "to", "Where to" },
	{ "ring_s", "Ring for" },
	{ "show", "Number shown" },
	{ "talk_s", "Longest talk" },
	{ "whisper", "Whisper to who answers" },
	{ "say", "Or this text as whisper" },
	{ "language", "Spoken in" },
	{ "accept", "Taken by" },
	{ "accept_prompt", "Words before \"press 1\"" },
	{ "accept_s", "Wait for the key" },
	{ "music", "Caller hears" },
	{ "trunk", "Trunk" },
	{ "mode", "How they ring" },
	{ "sticky", "Repeat callers" },
	{ "tries", "At most, members tried" },
	{ "prompt", "Prompt" },
	{ "invalid_prompt", "After a wrong key" },
	{ "silence_prompt", "After silence" },
	{ "invalid_tries", "Wrong keys allowed" },
	{ "silence_tries", "Silences allowed" },
	{ "wait_s", "Wait for a key" },
	{ "gap_s", "Between digits" },
	{ "min", "Digits at least" },
	{ "max", "Digits at most" },
	{ "stop", "Ended by" },
	{ "pattern", "Must be" },
	{ "name", "Stored as" },
	{ "tag", "Tag" },
	{ "zone", "Time zone" },
	{ "holidays", "Holidays" },
	{ "by", "Looks at" },
	{ "max_km", "Within" },
	{ "max_s", "Longest message" },
	{ "min_s", "Shorter is thrown away" },
	{ "silence_s", "Silence ends it after" },
	{ "wrong_prompt", "After a wrong digit" },
	{ "outcome", "Outcome" },
	{ "flow", "Flow" },
	{ "key", "Key" },
	{ "title", "Name" },
	{ "digits", "Digits" },
	{ "days", "Days" },
	{ "from", "From" },
	{ "date", "Date" },
	{ "what", "What" },
	{ "value", "Value" },
	{ "at", "Place" },
	{ "percent", "Percent" },
	{ "is", "Is" },
	{ "weight", "Weight" },
	{ "tier", "Round" },
	{ "weekly.to", "To" },
	{ "special.to", "To" },
	{ "challenge.tries", "Wrong digits allowed" },
	{ "keys", "Keys" },
	{ "members", "Members" },
	{ "rules", "Rules" },
	{ "weekly", "Open" },
	{ "special", "Special days" },
	{ "places", "Places" },
	{ "shares", "Shares" },
	{ "match", "Answers" },
};

static const struct flow_label choices[] = {
	{ "simultaneous", "all at once" },
	{ "round_robin", "in turn, evenly (round robin)" },
	{ "weighted", "by weight" },
	{ "priority", "one after the other" },
	{ "tree", "in rounds" },
	{ "caller", "the caller's" },
	{ "tracking", "the tracking number" },
	{ "split.caller", "the caller: always the same way" },
	{ "us", "United States" },
	{ "ca", "Canada" },
	{ "gb", "Great Britain" },
	{ "answer", "picking up" },
	{ "key", "pressing 1" },
	{ "no", "no" },
	{ "yes", "yes" },
	{ "#", "# ends it" },
	{ "none", "nothing" },
	{ "first_time", "first-time caller" },
	{ "repeat", "repeat caller" },
	{ "anonymous", "anonymous" },
	{ "list", "in the list" },
	{ "outcome", "last outcome" },
	{ "attestation", "attestation" },
	{ "number", "number" },
	{ "area_code", "area code" },
	{ "state", "state" },
	{ "country", "country" },
	{ "zip", "ZIP code" },
	{ "en-US", "English (US)" },
	{ "en-GB", "English (UK)" },
	{ "es-419", "Spanish (Latin America)" },
	{ "es-ES", "Spanish (Spain)" },
	{ "de-DE", "German" },
	{ "fr-FR", "French" },
	{ "pt-BR", "Portuguese (Brazil)" },
	{ "it-IT", "Italian" },
	{ "nl-NL", "Dutch" },
	{ "hi-IN", "Hindi" },
	{ "equal", "is" },
	{ "containing", "contains" },
	{ "beginning", "begins with" },
	{ "present", "is known" },
	{ "absent", "is not known" },
	{ "digits", "the digits keyed in" },
	{ "call", "each call anew" },
	{ "any", "any digits" },
	{ "phone", "a telephone number" },
	{ "click", "click id" },
	{ "landing", "landing page" },
	{ "channel", "channel" },
	{ "source", "source" },
	{ "medium", "medium" },
	{ "campaign", "campaign" },
	{ "keyword", "keyword" },
	{ "referrer", "referrer" },
	{ "tag", "tag" },
};

static const struct flow_label ways[] = {
	{ "next", "then" },
	{ "busy", "busy" },
	{ "no_answer", "no answer" },
	{ "failed", "failed" },
	{ "refused", "not accepted" },
	{ "full", "closed or full" },
	{ "otherwise", "otherwise" },
	{ "invalid", "wrong key" },
	{ "silence", "no key" },
	{ "open", "open" },
	{ "closed", "closed" },
	{ "holiday", "holiday" },
	{ "unknown", "not known" },
	{ "far", "none near" },
	{ "too_short", "too short" },
	{ "pass", "passed" },
	{ "fail", "failed" },
};

static const struct {
	const struct flow_label *rows;
	size_t n;
} tables[FLOW_LABEL_KIND_COUNT] = {
	[FLOW_LABEL_TYPE] = { types, RT_ARRAY_LEN(types) },
	[FLOW_LABEL_HELP] = { helps, RT_ARRAY_LEN(helps) },
	[FLOW_LABEL_PARAM] = { params, RT_ARRAY_LEN(params) },
	[FLOW_LABEL_CHOICE] = { choices, RT_ARRAY_LEN(choices) },
	[FLOW_LABEL_WAY] = { ways, RT_ARRAY_LEN(ways) },
};

const struct flow_label *flow_label_all(enum flow_label_kind kind, size_t *n)
{
	*n = tables[kind].n;
	return tables[kind].rows;
}

/* "of.name", or "name" where of is "". */
static bool is(const char *key, struct slice of, struct slice name)
{
	const size_t n = strlen(key);

	if (of.n == 0)
		return slice_eq(slice_of(key, n), name);
	return n == of.n + 1 + name.n && memcmp(key, of.p, of.n) == 0 &&
	       key[of.n] == '.' && memcmp(key + of.n + 1, name.p, name.n) == 0;
}

static const char *find(enum flow_label_kind kind, struct slice of,
    struct slice name)
{
	for (size_t i = 0; i < tables[kind].n; i++)
		if (is(tables[kind].rows[i].key, of, name))
			return tables[kind].rows[i].text;
	return NULL;
}

const char *flow_label(enum flow_label_kind kind, const char *of,
    struct slice name)
{
	const char *own = NULL;

	if (of[0] != '\0')
		own = find(kind, slice_from(of), name);
	return own != NULL ? own : find(kind, SLICE(""), name);
}
