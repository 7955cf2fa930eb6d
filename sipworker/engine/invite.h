/*
 * invite.h - what an INVITE from a trunk asks for: who calls which number.
 *
 * Pure reading; each carrier writes it in its own way (RFC 3325, RFC 5806).
 */
#ifndef RT_ENGINE_INVITE_H
#define RT_ENGINE_INVITE_H

#include "lib/core/number_in.h"
#include "sipworker/engine/slots.h"
#include "sipworker/engine/trace.h"

/* Who was diverted so often goes in circles: 482. */
#define INVITE_DIVERSIONS_MAX 6

struct invite {
	uint32_t trunk;  /* row */
	uint32_t number; /* row */
	struct number_in caller;
	bool anonymous;
	char display[CALL_NAME_MAX];
	unsigned int max_forwards; /* for the next leg */
	unsigned int diversions;   /* it was diverted so often before */
	struct slice sdp;          /* may be empty: a late offer */
	struct slots_same same;    /* what tells whether it is a repeat */
	char attested[2]; /* "A", or "a" when only claimed; "" nothing */
	struct trace_caller who;
};

/* 0, or the status to refuse with; *out borrows from the message. */
unsigned int invite_read(struct engine *e, const struct sip_txn_event *ev,
    struct invite *out);
/* It insists on what we do not do (420). */
bool invite_requires_unknown(const struct sip_msg *m);
/* What of it we do not do: the Unsupported lines of the 420. */
void invite_put_unsupported(const struct sip_msg *m, struct buf *headers);
/* Refuses with what goes with the status (Allow, Retry-After, Min-SE ...). */
void invite_refuse(struct engine *e, const struct sip_txn_event *ev,
    unsigned int status);

#endif
