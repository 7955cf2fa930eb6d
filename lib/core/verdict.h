/*
 * verdict.h - what a finished call was worth, judged at hang-up.
 *
 * Three answers from the same facts: is it qualified, and why; what kind of
 * caller it probably was; how likely a machine was calling. Pure: the store
 * judges while it closes a call, a rerun judges the same facts again, and a
 * person may overrule both. Points and limits are this rule's, whose number is
 * stored with each verdict: change them and VERDICT_VERSION together.
 *
 * Where the points come from: STIR attestation says whether the carrier knows
 * its customer (ATIS-1000074 5.2.3: A full, B partial, C gateway); robots hide
 * their number, hang up within seconds, send no sound and call in bursts.
 */
#ifndef RT_CORE_VERDICT_H
#define RT_CORE_VERDICT_H

#include "lib/base/buf.h"
#include "lib/core/callresult.h"

#define VERDICT_VERSION  1
#define VERDICT_TEXT_MAX 255 /* longest reasons or factors, as text */
#define VERDICT_RISK_MAX 100
/* From this risk on a call is suggested to be spam. */
#define VERDICT_RISK_SPAM 60

struct verdict_in {
	enum callresult result;
	uint32_t talk_ms;
	uint32_t threshold_s; /* qualified from this talk time; 0: not set */
	bool duplicate;   /* a qualified call of this caller, not long ago */
	bool pressed_key; /* the caller chose something in a menu */
	bool anonymous;
	char attestation; /* 'A' 'B' 'C'; '\0' none came */
	bool first_time;
	bool caller_left; /* the caller hung up */
	bool silent;      /* answered, and nothing came from the caller */
	uint32_t
	    calls_hour; /* of this caller in the hour before, this included */
	bool was_customer; /* an earlier call came to a sale */
	bool was_spam;     /* an earlier call was marked as spam */
};

/* Why a call is qualified or not, as bits; append only. */
enum verdict_reason {
	VERDICT_ANSWERED,
	VERDICT_NOT_ANSWERED,
	VERDICT_LONG_ENOUGH,
	VERDICT_TOO_SHORT,
	VERDICT_NO_THRESHOLD,
	VERDICT_DUPLICATE,
	VERDICT_CHOSE_IN_MENU,
	VERDICT_REASON_COUNT
};

enum verdict_class {
	VERDICT_UNKNOWN,
	VERDICT_LEAD,
	VERDICT_CUSTOMER,
	VERDICT_SPAM,
	VERDICT_WRONG_NUMBER,
	VERDICT_CLASS_COUNT
};

/* What raised (or lowered) the risk, as bits; append only. */
enum verdict_factor {
	VERDICT_ATTEST_A,
	VERDICT_ATTEST_B,
	VERDICT_ATTEST_C,
	VERDICT_ANONYMOUS,
	VERDICT_HANGS_UP,
	VERDICT_SILENT,
	VERDICT_BURST,
	VERDICT_FLOOD,
	VERDICT_LISTED,
	VERDICT_WAS_SPAM,
	VERDICT_KNOWN,
	VERDICT_TALKED,
	VERDICT_FACTOR_COUNT
};

struct verdict {
	bool qualified;
	unsigned int reasons; /* 1 << enum verdict_reason */
	enum verdict_class class;
	unsigned int risk;    /* 0 to VERDICT_RISK_MAX */
	unsigned int factors; /* 1 << enum verdict_factor */
};

struct verdict verdict_of(const struct verdict_in *in);

/* "lead", …, "" for unknown: what is stored. */
const char *verdict_class_name(enum verdict_class c);
/* False when word is none of them. */
bool verdict_class_parse(struct slice word, enum verdict_class *out);

/* "answered,long_enough" and "anonymous:15,short:20": what is stored. At most
 * VERDICT_TEXT_MAX bytes. */
void verdict_reasons(const struct verdict *v, struct buf *out);
void verdict_factors(const struct verdict *v, struct buf *out);

/* For people, by a word of the above; "" when it is not known. */
const char *verdict_reason_text(struct slice word);
const char *verdict_factor_text(struct slice word);

#endif
