/*
 * callresult.h - how a call went, in one word, from what happened in it.
 *
 * The words are the product's, shown to people. One table decides, first row
 * that matches, so that the engine, the store (for calls that a crash cut off)
 * and the flow simulator cannot disagree.
 */
#ifndef RT_CORE_CALLRESULT_H
#define RT_CORE_CALLRESULT_H

#include "lib/base/slice.h"

/* The numbers are in journals: append only. */
enum callresult {
	CALLRESULT_ANSWERED,    /* bridged to a person */
	CALLRESULT_VOICEMAIL,   /* a message was kept */
	CALLRESULT_ABANDONED,   /* the caller left before anything rang */
	CALLRESULT_MISSED,      /* rang or was busy, nobody answered */
	CALLRESULT_BLOCKED,     /* refused on purpose */
	CALLRESULT_FAILED,      /* no destination could be reached */
	CALLRESULT_INTERRUPTED, /* we crashed */
	CALLRESULT_COUNT
};

/* What happened, as bits. */
enum callresult_fact {
	CALLRESULT_WAS_CUT = 1 << 0,       /* our crash */
	CALLRESULT_WAS_BLOCKED = 1 << 1,   /* a rule or a reject step */
	CALLRESULT_WAS_BRIDGED = 1 << 2,   /* and accepted, where asked */
	CALLRESULT_WAS_MESSAGE = 1 << 3,   /* voicemail long enough to keep */
	CALLRESULT_DEST_RANG = 1 << 4,     /* any destination said 18x */
	CALLRESULT_DEST_BUSY = 1 << 5,     /* any destination was busy */
	CALLRESULT_CALLER_LEFT = 1 << 6,   /* the caller ended it */
	CALLRESULT_FLOW_FINISHED = 1 << 7, /* the flow ended it as planned */
};

/* facts: bits of enum callresult_fact. A flow that ends a call as planned
 * without a person (a "we are closed" message) counts as missed. */
enum callresult callresult_of(unsigned int facts);

/* "answered" and so on: what is stored and shown. Never NULL. */
const char *callresult_name(enum callresult r);
/* False when word is none of them. */
bool callresult_from_name(struct slice word, enum callresult *out);

#endif
