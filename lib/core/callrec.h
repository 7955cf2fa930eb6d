/*
 * callrec.h - what the journal says about calls: opened, leg, event, closed.
 *
 * The engine writes these records before anything else knows of a call, the
 * store keeps them in the journal and drains them into the database in order,
 * at least once. A record is named by (call, seq): seq is 0 for OPENED and
 * rises by one over all records of the call, so a second draining is seen.
 * Exactly one OPENED comes first and one CLOSED last.
 *
 * Binary, big-endian, versioned: the last version stays readable. The journal
 * adds length and checksum around it; these bytes carry neither.
 *
 * Times are offsets in microseconds on the monotonic clock since the call was
 * opened (at_us, CALLREC_NEVER: did not happen); opened.wall_us anchors them.
 */
#ifndef RT_CORE_CALLREC_H
#define RT_CORE_CALLREC_H

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/slice.h"
#include "lib/core/callresult.h"
#include "lib/core/flow_run.h"
#include "lib/core/id.h"

#define CALLREC_VERSION   2   /* 1: DIAL did not say which destination */
#define CALLREC_TEXT_MAX  255 /* longer texts are cut by the writer */
#define CALLREC_BYTES_MAX 8192
#define CALLREC_NEVER     INT64_C(-1)
#define CALLREC_LEGS_MAX  32 /* A and its attempts to reach somebody */

/* All numbers below are in journals: append only. */
enum callrec_kind {
	CALLREC_OPENED = 1,
	CALLREC_LEG,
	CALLREC_EVENT,
	CALLREC_CLOSED
};

/* Who ended a leg or a call. */
enum callrec_by {
	CALLREC_BY_NOBODY,
	CALLREC_BY_CALLER,
	CALLREC_BY_CALLED,
	CALLREC_BY_FLOW,   /* a step, or its longest time */
	CALLREC_BY_SYSTEM, /* limits, no media, no ACK, shutdown */
	CALLREC_BY_CRASH,  /* written by the store */
	CALLREC_BY_COUNT
};

/* Before everything else in each record. */
struct callrec_head {
	enum callrec_kind kind;
	struct call_id call;
	struct company_id company;
	uint32_t seq;
	int64_t at_us;
};

/* Nothing was routed yet when this is durable. An INVITE to a number that is
 * not ours opens no call. */
struct callrec_opened {
	int64_t wall_us;
	struct number_id number;
	struct trunk_id trunk;
	struct flow_id flow;
	uint32_t flow_version;
	enum flow_record record;
	uint32_t source_ip; /* host order */
	uint16_t source_port;
	bool anonymous;            /* the caller asks not to be shown */
	struct slice dialled;      /* E.164 */
	struct slice caller;       /* E.164, or "" */
	struct slice caller_raw;   /* as it came */
	struct slice display_name; /* From or PAI */
	struct slice asserted; /* P-Asserted-Identity, from trusted trunks */
	struct slice privacy;
	struct slice attestation; /* STIR: "A", "B", "C"; "a" only claimed */
	struct slice sip_call_id;
	struct slice user_agent;
};

struct callrec_media {
	uint64_t packets_in;
	uint64_t packets_out;
	uint64_t lost;
	uint64_t dropped;
	uint32_t jitter_us;
	uint32_t rtt_us;
	uint8_t pt; /* 0 PCMU, 8 PCMA; 255: no media was ever set up */
};

/* One leg, at its end. Number 0 is the caller's; 1 and up are the attempts, in
 * order. */
struct callrec_leg {
	uint8_t number;
	struct destination_id destination; /* nil: none, or an address */
	struct trunk_id trunk;
	int64_t invited_us;
	int64_t ringing_us;
	int64_t early_media_us;
	int64_t answered_us;
	int64_t ended_us;
	uint16_t sip_code; /* its final answer; 0 none came */
	uint8_t q850;      /* 0 unknown; from Reason, else from the code */
	enum callrec_by ended_by;
	struct callrec_media media;
	struct slice target; /* number or URI that was called */
	struct slice reason; /* text of Reason or of the status line */
	struct slice sip_call_id;
};

enum callrec_event_what {
	CALLREC_EV_STEP,      /* flow: step, branch, text = step's key */
	CALLREC_EV_NOTICE,    /* value = prompt row; the notice has ended */
	CALLREC_EV_REC_START, /* recording's sample 0 */
	CALLREC_EV_REC_STOP,
	/* leg, text = target, destination, trunk. value != 0: the same attempt
	 * goes on elsewhere after that status. */
	CALLREC_EV_DIAL,
	CALLREC_EV_RINGING,    /* leg */
	CALLREC_EV_EARLY,      /* leg: early media to the caller */
	CALLREC_EV_ANSWERED,   /* leg */
	CALLREC_EV_BRIDGED,    /* leg */
	CALLREC_EV_HOLD,       /* leg */
	CALLREC_EV_RESUME,     /* leg */
	CALLREC_EV_DIGIT,      /* leg, value = character; 0: erased */
	CALLREC_EV_SOURCE,     /* look-up: text = source, value = 1 late */
	CALLREC_EV_MEDIA_LOST, /* leg: nothing for 60 s */
	CALLREC_EV_REPEAT,     /* the same call again within 2 s, joined */
	CALLREC_EV_AUTH,       /* leg: credentials were asked for and sent */
	CALLREC_EV_MESSAGE,    /* a message ended: value = seconds, 0 dropped */
	CALLREC_EV_TAG,        /* text: the flow tagged the call */
	CALLREC_EV_OUTCOME,    /* text: the flow set the call's outcome */
	CALLREC_EV_STORED,     /* text: "name=digits" keyed; "name": erased */
	/* leg; text: target. value: 0 asked for, 200 done, else the SIP status
	 * why not; without text it was refused when asked for. */
	CALLREC_EV_TRANSFER,
	CALLREC_EV_COUNT
};

struct callrec_event {
	enum callrec_event_what what;
	uint8_t leg;
	uint16_t step;   /* FLOW_END: none */
	uint16_t branch; /* of the step, or FLOW_TRACE_* */
	int64_t value;
	struct slice text;
	struct destination_id destination; /* DIAL only; nil: none */
	struct trunk_id trunk;             /* DIAL only; nil: none */
};

enum callrec_recording {
	CALLREC_REC_NONE,
	CALLREC_REC_DONE,
	CALLREC_REC_PENDING, /* the recorder had not answered within 5 s */
	CALLREC_REC_FAILED,  /* what was written is there, by name */
	CALLREC_REC_COUNT
};

struct callrec_closed {
	enum callresult result;
	enum callrec_by ended_by;
	uint16_t sip_code; /* what the caller was told; 200 once answered */
	uint8_t q850;
	bool lookup_late;    /* the store gave no answer within 150 ms */
	int64_t answered_us; /* the caller's leg, by prompt or person */
	int64_t bridged_us;  /* to a person */
	int64_t ring_us;     /* how long destinations rang, summed */
	int64_t talk_us;     /* bridged to a person, summed */
	int64_t ended_us;
	uint8_t answered_leg; /* number of the leg that answered; 0 nobody */
	uint32_t flow_version;
	struct flow_id flow;

	enum callrec_recording recording;
	int64_t rec_start_us;
	uint64_t rec_bytes;
	uint64_t rec_samples; /* per channel, 8000 a second */
	uint8_t rec_sha256[32];
	struct slice rec_name; /* relative to the recordings directory */

	/* Proof of disclosure: which notice the caller heard to its end. */
	int64_t notice_ended_us;
	uint32_t notice_version;
	struct slice notice_key; /* "notice.en" */

	struct slice reason; /* in words, for people */
};

struct callrec {
	struct callrec_head head;
	union {
		struct callrec_opened opened;
		struct callrec_leg leg;
		struct callrec_event event;
		struct callrec_closed closed;
	} u;
};

/* Appends one record; texts are cut to CALLREC_TEXT_MAX at a character. */
void callrec_encode(const struct callrec *r, struct buf *out);
/* Texts in *out borrow from bytes. ERR_SYNTAX: broken, left-over bytes or a
 * value outside its enumeration; ERR_UNSUPPORTED: another version. */
RT_MUST_USE enum err callrec_decode(struct slice bytes, struct callrec *out);

/* The closed record of a call that a crash cut off: result "interrupted", all
 * times but ended_us never. opened: its first record; seq, at_us: one after
 * the last record seen, and when. */
void callrec_interrupted(const struct callrec *opened, uint32_t seq,
    int64_t at_us, struct callrec *out);

const char *callrec_by_name(enum callrec_by by);
const char *callrec_event_name(enum callrec_event_what what);

#endif
