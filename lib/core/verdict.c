#include "lib/core/verdict.h"

#define SHORT_MS     6000
#define WRONG_MS     20000
#define LONG_TALK_MS 120000
#define BURST_CALLS  3
#define FLOOD_CALLS  10
#define BIT(n)       (1u << (n))

static const struct {
	const char *word;
	const char *text;
} reasons[VERDICT_REASON_COUNT] = {
	[VERDICT_ANSWERED] = { "answered", "A person answered." },
	[VERDICT_NOT_ANSWERED] = { "not_answered", "Nobody answered." },
	[VERDICT_LONG_ENOUGH] = { "long_enough",
	    "The talk reached the company’s limit." },
	[VERDICT_TOO_SHORT] = { "too_short",
	    "The talk was shorter than the company’s limit." },
	[VERDICT_NO_THRESHOLD] = { "no_threshold",
	    "The company has set no talk time from which a call counts." },
	[VERDICT_DUPLICATE] = { "duplicate",
	    "The same caller had a qualified call shortly before." },
	[VERDICT_CHOSE_IN_MENU] = { "chose_in_menu",
	    "The caller chose in the menu." },
};

static const struct {
	const char *word;
	const char *text;
	int points;
} factors[VERDICT_FACTOR_COUNT] = {
	[VERDICT_ATTEST_A] = { "attested_a",
	    "The carrier vouches for the caller’s number (A).", -15 },
	[VERDICT_ATTEST_B] = { "attested_b",
	    "The carrier knows its customer, not the number (B).", 10 },
	[VERDICT_ATTEST_C] = { "attested_c",
	    "The call entered through a gateway (C).", 25 },
	[VERDICT_ANONYMOUS] = { "anonymous", "The number was withheld.", 20 },
	[VERDICT_HANGS_UP] = { "hangs_up",
	    "Hung up within seconds of the answer.", 20 },
	[VERDICT_SILENT] = { "silent", "No sound came from the caller.", 35 },
	[VERDICT_BURST] = { "burst",
	    "The same number called several times within an hour.", 20 },
	[VERDICT_FLOOD] = { "flood",
	    "The same number called ten times or more within an hour.", 50 },
	[VERDICT_LISTED] = { "listed", "Blocked by a list or a rule.", 70 },
	[VERDICT_WAS_SPAM] = { "was_spam",
	    "An earlier call of this number was marked as spam.", 45 },
	[VERDICT_KNOWN] = { "known",
	    "An earlier call of this number came to a sale.", -40 },
	[VERDICT_TALKED] = { "talked", "They talked for minutes.", -25 },
};

static const char *const class_names[VERDICT_CLASS_COUNT] = { "", "lead",
	"customer", "spam", "wrong_number" };

/* A talk that our own stop cut off was one all the same. */
static bool was_answered(const struct verdict_in *in)
{
	return in->result == CALLRESULT_ANSWERED ||
	       (in->result == CALLRESULT_INTERRUPTED && in->talk_ms > 0);
}

static void qualify(const struct verdict_in *in, struct verdict *v)
{
	const bool answered = was_answered(in);
	const bool set = in->threshold_s > 0;
	const bool enough =
	    set && in->talk_ms >= (uint64_t)in->threshold_s * 1000;

	v->reasons |= BIT(answered ? VERDICT_ANSWERED : VERDICT_NOT_ANSWERED);
	if (answered)
		v->reasons |= BIT(!set     ? VERDICT_NO_THRESHOLD
				  : enough ? VERDICT_LONG_ENOUGH
					   : VERDICT_TOO_SHORT);
	if (in->duplicate)
		v->reasons |= BIT(VERDICT_DUPLICATE);
	if (in->pressed_key)
		v->reasons |= BIT(VERDICT_CHOSE_IN_MENU);
	v->qualified = answered && enough && !in->duplicate;
}

static void attested(const struct verdict_in *in, struct verdict *v)
{
	if (in->attestation == 'A')
		v->factors |= BIT(VERDICT_ATTEST_A);
	if (in->attestation == 'B')
		v->factors |= BIT(VERDICT_ATTEST_B);
	if (in->attestation == 'C')
		v->factors |= BIT(VERDICT_ATTEST_C);
}

static void weigh(const struct verdict_in *in, struct verdict *v)
{
	const bool answered = was_answered(in);
	int risk = 0;

	attested(in, v);
	if (in->anonymous)
		v->factors |= BIT(VERDICT_ANONYMOUS);
	if (answered && in->talk_ms < SHORT_MS && in->caller_left)
		v->factors |= BIT(VERDICT_HANGS_UP);
	if (in->silent)
		v->factors |= BIT(VERDICT_SILENT);
	if (in->calls_hour >= FLOOD_CALLS)
		v->factors |= BIT(VERDICT_FLOOD);
	else if (in->calls_hour >= BURST_CALLS)
		v->factors |= BIT(VERDICT_BURST);
	if (in->result == CALLRESULT_BLOCKED)
		v->factors |= BIT(VERDICT_LISTED);
	if (in->was_spam)
		v->factors |= BIT(VERDICT_WAS_SPAM);
	if (in->was_customer)
		v->factors |= BIT(VERDICT_KNOWN);
	if (answered && in->talk_ms >= LONG_TALK_MS)
		v->factors |= BIT(VERDICT_TALKED);
	for (unsigned int i = 0; i < VERDICT_FACTOR_COUNT; i++)
		if ((v->factors & BIT(i)) != 0)
			risk += factors[i].points;
	risk = risk < 0 ? 0 : risk > VERDICT_RISK_MAX ? VERDICT_RISK_MAX : risk;
	v->risk = (unsigned int)risk;
}

static enum verdict_class suggest(const struct verdict_in *in,
    const struct verdict *v)
{
	const bool answered = was_answered(in);

	if (v->risk >= VERDICT_RISK_SPAM)
		return VERDICT_SPAM;
	if (in->was_customer)
		return VERDICT_CUSTOMER;
	if (v->qualified)
		return in->first_time ? VERDICT_LEAD : VERDICT_CUSTOMER;
	if (answered && in->first_time && in->talk_ms < WRONG_MS)
		return VERDICT_WRONG_NUMBER;
	return VERDICT_UNKNOWN;
}

struct verdict verdict_of(const struct verdict_in *in)
{
	struct verdict v = { .qualified = false };

	qualify(in, &v);
	weigh(in, &v);
	v.class = suggest(in, &v);
	return v;
}

const char *verdict_class_name(enum verdict_class c)
{
	return class_names[c];
}

bool verdict_class_parse(struct slice word, enum verdict_class *out)
{
	for (unsigned int i = 0; i < VERDICT_CLASS_COUNT; i++)
		if (slice_eq_cstr(word, class_names[i])) {
			*out = (enum verdict_class)i;
			return true;
		}
	return false;
}

void verdict_reasons(const struct verdict *v, struct buf *out)
{
	for (unsigned int i = 0; i < VERDICT_REASON_COUNT; i++) {
		if ((v->reasons & BIT(i)) == 0)
			continue;
		if (out->n > 0)
			buf_char(out, ',');
		buf_cstr(out, reasons[i].word);
	}
}

void verdict_factors(const struct verdict *v, struct buf *out)
{
	for (unsigned int i = 0; i < VERDICT_FACTOR_COUNT; i++) {
		if ((v->factors & BIT(i)) == 0)
			continue;
		if (out->n > 0)
			buf_char(out, ',');
		buf_cstr(out, factors[i].word);
		buf_char(out, ':');
		buf_i64(out, factors[i].points);
	}
}

const char *verdict_reason_text(struct slice word)
{
	for (unsigned int i = 0; i < VERDICT_REASON_COUNT; i++)
		if (slice_eq_cstr(word, reasons[i].word))
			return reasons[i].text;
	return "";
}

const char *verdict_factor_text(struct slice word)
{
	for (unsigned int i = 0; i < VERDICT_FACTOR_COUNT; i++)
		if (slice_eq_cstr(word, factors[i].word))
			return factors[i].text;
	return "";
}
