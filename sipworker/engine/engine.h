/*
 * engine.h - all calls of one worker as a state machine without input or
 * output: events go in, actions come out.
 *
 * The shell (sipworker/) owns sockets, clocks and the other processes. It
 * calls one engine_*() input, then pops every action with engine_pop() and
 * carries it out in that order, then waits for the next input. Slices in a
 * popped action are borrowed from the engine and hold until the next input.
 *
 *   datagram, clock, journal ack, look-up answer, media event, recorder event
 *       -> engine ->
 *   SEND, JOURNAL, LOOKUP, ASK, MEDIA, REC, RESOLVE, SNAP_FREE, DIALOG
 *
 * Memory is taken once, in engine_new(): slots for calls, legs, transactions
 * and ports. When they are full a new INVITE gets 503 with Retry-After. Not
 * thread-safe: one signalling thread owns the engine.
 *
 * The life of a call: INVITE from a trunk's address -> 100 at once,
 * JOURNAL(opened) and LOOKUP -> engine_journal_done(), and the look-up's
 * answer or 150 ms without one -> flow (lib/core/flow) -> MEDIA and SEND for
 * the called leg -> bridge -> either side ends -> REC stop, at most 5 s for
 * its result -> JOURNAL(closed). Nothing is routed before its opened record is
 * acknowledged.
 *
 * Times: every input carries `now`. mono_us never goes back and drives all
 * timers and durations; wall_us is read once per call, when it opens.
 */
#ifndef RT_ENGINE_ENGINE_H
#define RT_ENGINE_ENGINE_H

#include "lib/base/addr4.h"
#include "lib/base/err.h"
#include "lib/base/slice.h"
#include "lib/core/ask.h"
#include "lib/core/flow_run.h"
#include "lib/core/id.h"
#include "lib/core/snap.h"

struct engine;

/* Slots for legs, and so for streams: simultaneous ringing takes up to eleven
 * in a call, but not in all calls at once. When they are all taken an attempt
 * fails as if the destination could not be reached; a caller always gets one.
 */
#define ENGINE_LEGS_PER_CALL 6

struct engine_now {
	int64_t mono_us;
	int64_t wall_us;
};

struct engine_cfg {
	struct addr4 sip;  /* where we are reached: goes into Via, Contact */
	uint32_t media_ip; /* goes into our SDP: the advertised address */
	uint16_t rtp_port_min; /* even; RTP takes p, RTCP p + 1 */
	uint16_t rtp_port_max; /* the last RTCP port */
	uint32_t max_calls;    /* slots */
	/* Of one source (rate.h); 0: no limit. Beyond the first, datagrams are
	 * dropped unread, beyond the second new calls get 503. */
	uint32_t source_messages_per_s;
	uint32_t source_calls_per_s;
	const char *agent;  /* User-Agent and Server; "" for none */
	uint8_t secret[32]; /* fresh from the system: makes tags and ids */
};

/* --- actions ---------------------------------------------------------------*/

enum engine_do {
	ENGINE_SEND,    /* u.send: one datagram from the SIP socket */
	ENGINE_JOURNAL, /* u.journal: append, then engine_journal_done() */
	ENGINE_LOOKUP,  /* u.lookup: answer with engine_lookup_done() */
	ENGINE_ASK,     /* u.ask: answer with engine_ask_done() */
	ENGINE_MEDIA,   /* u.media: to the media thread that owns the stream */
	ENGINE_REC,     /* u.rec: to the recorder */
	ENGINE_RESOLVE, /* u.resolve: answer with engine_resolved() */
	ENGINE_SNAP_FREE, /* u.snap_free: no call uses this snapshot any more */
	ENGINE_DIALOG,    /* u.dialog: keep for the next engine, or forget */
	ENGINE_DO_COUNT
};

struct engine_send {
	struct addr4 to;
	struct slice bytes;
};

/* One encoded lib/core/callrec record. seq counts the engine's records from 1
 * without a gap; an ack for seq means all up to seq are durable. */
struct engine_journal {
	uint64_t seq;
	struct slice bytes;
};

/* Who is calling whom: the store finds lease, source and caller's history.
 * A call whose flow reads such facts (flow_needs_facts()) waits 150 ms at most,
 * others not at all; an answer later than that is ignored. */
struct engine_lookup {
	uint64_t ticket; /* hand back to engine_lookup_done() */
	struct call_id call;
	struct company_id company;
	struct number_id number;
	struct slice caller; /* E.164, or "" when withheld or not a number */
	int64_t at_wall_us;
};

/* A question about what all workers share (lib/core/ask). One without a ticket
 * wants no answer. After 150 ms the engine goes on without. */
struct engine_ask {
	uint64_t ticket; /* hand back to engine_ask_done(); 0: none */
	struct call_id call;
	struct company_id company;
	struct slice question; /* ask_encode() */
};

/* The addresses behind a name (RFC 3263 4.2): with a port its addresses, else
 * its SRV records and their addresses, else its addresses at 5060. */
struct engine_resolve {
	uint64_t ticket; /* hand back to engine_resolved() */
	struct slice name;
	uint16_t port; /* 0: none was named */
};

/* A stream is one leg's RTP: a local port pair and a remote party. Ids are
 * never 0 and not used again. Both streams of a call carry the same call
 * number, so that one media thread owns both: thread = call_key % threads. */
enum engine_media_op {
	/* Bind port and port + 1; report OPENED or OPEN_FAILED. Until TARGET
	 * nothing is sent, and what arrives is dropped. PLAY, BRIDGE and REC_ON
	 * may come before TARGET (a late offer): they begin with it. */
	ENGINE_MEDIA_OPEN,
	/* Where to send and what: remote, rtcp, pt, telephone_event_pt,
	 * direction. May come again (re-offer, second 183): the stream then
	 * unlatches and learns its source anew when `relearn` is set. */
	ENGINE_MEDIA_TARGET,
	/* Packets of stream and peer go to each other (as direction allows),
	 * after anything playing to either has been stopped; where their pt
	 * differ, A-law and µ-law are converted. early: only from peer to
	 * stream (early media). A second BRIDGE replaces the first. */
	ENGINE_MEDIA_BRIDGE,
	ENGINE_MEDIA_UNBRIDGE,
	/* Play prompt to the stream; times 0 means until STOP. Replaces what
	 * is playing. PLAYED is reported with `play` when its last sample was
	 * sent, not when it was replaced or stopped. */
	ENGINE_MEDIA_PLAY,
	ENGINE_MEDIA_STOP,
	/* listen: look for keys in the audio itself, tell them as DIGIT. */
	ENGINE_MEDIA_LISTEN,
	/* quiet_us: tell VOICE when the party begins to speak, QUIET when it
	 * did not for so long; 0 no more. */
	ENGINE_MEDIA_WATCH,
	/* Frames of the stream go to the recorder from now on / no more. See
	 * engine_rec: channel 0 is the caller. What is heard by the caller
	 * (prompts, ringback) is not recorded, what each side says is. */
	ENGINE_MEDIA_REC_ON,
	ENGINE_MEDIA_REC_OFF,
	/* Close the sockets; report CLOSED with the statistics. The engine
	 * itself keeps the port out of use for 8 s more. */
	ENGINE_MEDIA_CLOSE,
	ENGINE_MEDIA_OP_COUNT
};

/* Prompts that exist without any configuration; all other prompt numbers are
 * rows of the snapshot's prompt index, from 0. The tone follows the country of
 * the number (ringback: 440 + 480 Hz, 2 s on, 4 s off in North America). */
#define ENGINE_PROMPT_RINGBACK UINT32_C(0xfffffff0)
#define ENGINE_PROMPT_BEEP     UINT32_C(0xfffffff1)

/* RFC 3264 directions as we see them, for what we do with packets. */
enum engine_dir {
	ENGINE_DIR_SENDRECV,
	ENGINE_DIR_SENDONLY, /* we send, what comes in is dropped */
	ENGINE_DIR_RECVONLY,
	ENGINE_DIR_INACTIVE
};

struct engine_media {
	enum engine_media_op op;
	uint32_t stream;
	uint32_t call_key; /* chooses the thread; the same for all legs */
	struct call_id call;
	uint16_t port;       /* OPEN: local RTP port, even */
	struct addr4 remote; /* TARGET: from the SDP */
	struct addr4 rtcp;   /* TARGET */
	uint8_t pt;          /* TARGET: 0 PCMU, 8 PCMA */
	uint8_t own_pt;      /* TARGET: the peer's dynamic number; 0 none */
	uint8_t dtmf_pt;     /* TARGET: telephone-event, 255 none */
	uint8_t ptime_ms;    /* TARGET: 20 unless negotiated */
	enum engine_dir dir; /* TARGET */
	bool relearn;        /* TARGET: unlatch (rtp_latch.h) */
	uint32_t trunk;      /* TARGET: row in the snapshot: its media ACL */
	uint64_t snap_key;   /* the snapshot that trunk and prompt refer to */
	uint32_t peer;       /* BRIDGE */
	bool early;          /* BRIDGE */
	uint32_t prompt;     /* PLAY */
	uint32_t play;       /* PLAY: ticket for PLAYED */
	uint32_t times;      /* PLAY: 0 for ever */
	bool listen;         /* LISTEN */
	int64_t quiet_us;    /* WATCH */
	uint8_t channel;     /* REC_ON: 0 caller (left), 1 called (right) */
	int64_t anchor_us;   /* REC_ON: mono time of the recording's sample 0 */
};

enum engine_rec_op {
	/* Open the file; the recording's sample 0 is at anchor. Comes before
	 * the REC_ON of its streams. */
	ENGINE_REC_START,
	/* No frame follows; finish, then report DONE or FAILED. Comes after
	 * the REC_OFF of its streams. Always answered. */
	ENGINE_REC_STOP,
	ENGINE_REC_OP_COUNT
};

struct engine_rec {
	enum engine_rec_op op;
	struct call_id call;
	uint32_t call_key;
	/* START: "<company>/<yyyy-mm-dd>/<call>.wav", relative to the
	 * recordings directory, UTC day. */
	struct slice name;
	int64_t anchor_mono_us;
	int64_t anchor_wall_us;
	int64_t stop_mono_us; /* STOP: where the recording ends */
	bool discard;         /* STOP: delete it; DONE has no bytes then */
};

/* What one leg would leave behind if the engine died now. */
enum engine_left {
	ENGINE_LEFT_NOTHING,
	ENGINE_LEFT_DIALOG,  /* up: needs a BYE */
	ENGINE_LEFT_INVITE,  /* ours, unanswered: needs a CANCEL */
	ENGINE_LEFT_INVITED, /* theirs, unanswered: needs a final answer */
	ENGINE_LEFT_KINDS
};

/* As engine_orphan() takes it; LEFT_NOTHING has no bytes. */
struct engine_dialog {
	uint32_t slot; /* below ENGINE_LEGS_PER_CALL * max_calls + 64 */
	enum engine_left what;
	struct trunk_id trunk;
	struct addr4 peer; /* of an INVITE: where our messages of it go */
	struct slice bytes;
};

struct engine_action {
	enum engine_do what;
	union {
		struct engine_send send;
		struct engine_journal journal;
		struct engine_lookup lookup;
		struct engine_ask ask;
		struct engine_media media;
		struct engine_rec rec;
		struct engine_resolve resolve;
		uint64_t snap_free; /* the key given to engine_snapshot() */
		struct engine_dialog dialog;
	} u;
};

/* --- events ----------------------------------------------------------------*/

enum engine_media_what {
	ENGINE_MEDIA_OPENED,
	/* The call gets another port, twice at most. No CLOSED follows. */
	ENGINE_MEDIA_OPEN_FAILED,
	ENGINE_MEDIA_PLAYED,  /* play, at_mono_us of the last sample */
	ENGINE_MEDIA_DIGIT,   /* digit: '0'-'9' '*' '#' 'A'-'D', once */
	ENGINE_MEDIA_FLOWING, /* the first packet after TARGET, latched */
	/* No packet for 60 s while the direction let us expect some; said
	 * once per gap, FLOWING when it ends. */
	ENGINE_MEDIA_SILENT,
	ENGINE_MEDIA_VOICE,  /* WATCH: somebody speaks */
	ENGINE_MEDIA_QUIET,  /* WATCH: nobody has spoken since at_mono_us */
	ENGINE_MEDIA_CLOSED, /* stats; the answer to CLOSE */
	ENGINE_MEDIA_WHAT_COUNT
};

struct engine_media_stats {
	uint64_t packets_in;
	uint64_t packets_out;
	uint64_t lost;    /* RFC 3550 A.3 */
	uint64_t dropped; /* wrong source, malformed, late */
	uint32_t jitter_us;
	uint32_t rtt_us; /* 0 unknown */
};

struct engine_media_event {
	enum engine_media_what what;
	uint32_t stream;
	uint32_t play;
	char digit;
	int64_t at_mono_us;
	struct engine_media_stats stats;
};

enum engine_rec_what {
	ENGINE_REC_DONE,
	/* The disk refused; what was written stays. The call goes on. */
	ENGINE_REC_FAILED,
	ENGINE_REC_WHAT_COUNT
};

struct engine_rec_event {
	enum engine_rec_what what;
	struct call_id call;
	uint32_t call_key;  /* as given with START */
	uint64_t bytes;     /* of the file */
	uint64_t samples;   /* per channel, 8000 a second */
	uint8_t sha256[32]; /* over the PCM samples */
};

/* --- inputs ----------------------------------------------------------------*/

/* Takes all memory. The caller owns *out. ERR_NOMEM; ERR_RANGE: the port range
 * is empty or odd, no call slot. */
RT_MUST_USE enum err engine_new(const struct engine_cfg *cfg,
    struct engine **out);
/* NULL is allowed. Calls are forgotten, not ended: see engine_stop(). */
void engine_free(struct engine *e);

/* One UDP datagram from the SIP socket. Unknown sources are counted and
 * dropped before anything but the first line is looked at. */
void engine_datagram(struct engine *e, struct engine_now now, struct addr4 from,
    struct slice bytes);
/* The clock moved: runs what is due. To be called at engine_deadline(). */
void engine_tick(struct engine *e, struct engine_now now);
/* When engine_tick() is wanted next, in monotonic time; INT64_MAX: never. */
int64_t engine_deadline(const struct engine *e);

/* All records up to seq are durable. */
void engine_journal_done(struct engine *e, struct engine_now now, uint64_t seq);
/* facts is NULL when the store knows nothing or failed. */
void engine_lookup_done(struct engine *e, struct engine_now now,
    uint64_t ticket, const struct flow_facts *facts);
void engine_ask_done(struct engine *e, struct engine_now now, uint64_t ticket,
    const struct ask_reply *reply);
/* In the order in which they are to be tried; n 0: the name leads nowhere. */
void engine_resolved(struct engine *e, struct engine_now now, uint64_t ticket,
    const struct addr4 *at, size_t n);
void engine_media_event(struct engine *e, struct engine_now now,
    const struct engine_media_event *ev);
void engine_rec_event(struct engine *e, struct engine_now now,
    const struct engine_rec_event *ev);

/* A new configuration. snap is borrowed, together with what it lies in, until
 * ENGINE_SNAP_FREE(key) was popped; key is the caller's, rising, never 0. New
 * calls use it at once, running calls keep the one they began with. */
void engine_snapshot(struct engine *e, struct engine_now now,
    const struct snap *snap, uint64_t key);

/* What an engine before this one left: a dialog gets its BYE, an INVITE its
 * CANCEL or its final answer. After the first snapshot, which has the
 * credentials. ERR_SYNTAX, ERR_RANGE: nothing of an engine like this;
 * ERR_CONFLICT: it was given twice; ERR_BUSY: there is no room. */
RT_MUST_USE enum err engine_orphan(struct engine *e, struct engine_now now,
    const struct engine_dialog *d);

/* No new calls from now on: 503 to INVITE and OPTIONS. */
void engine_drain(struct engine *e, struct engine_now now);
/* Ends every call now (BYE, CANCEL, 503) with their closed records. */
void engine_stop(struct engine *e, struct engine_now now);

/* The next action; false when there is none. */
bool engine_pop(struct engine *e, struct engine_action *out);

/* --- what the operator and the tests see -----------------------------------*/

struct engine_stats {
	/* in use now: all are 0 when idle */
	uint32_t calls;
	uint32_t legs;
	uint32_t transactions; /* lingering ones included */
	uint32_t ports;        /* closing ones included */
	uint32_t timers;
	uint32_t streams;
	uint32_t registered; /* trunks that know where we are */
	/* since the start */
	uint64_t datagrams;
	uint64_t dropped_unknown_source;
	uint64_t dropped_malformed;
	uint64_t refused_bad; /* no call: broken, or over a limit */
	uint64_t dropped_keepalive;
	uint64_t dropped_stray; /* responses and ACKs of no transaction */
	uint64_t dropped_rate;  /* their source sends too fast */
	uint64_t calls_opened;
	uint64_t calls_closed;
	uint64_t refused_overload;
	uint64_t refused_rate; /* 503: their source calls too fast */
	uint64_t refused_unknown_number;
	uint64_t register_failed; /* registrations refused or unanswered */
	uint64_t refused_trunk;   /* its limits, in or out */
	uint64_t refused_foreign_number; /* another account's, or trunk's */
	uint64_t refused_loop;           /* diverted too often before */
	uint64_t refused_password;       /* 401 or 407 that we cannot answer */
	uint64_t lookups_late;
	uint64_t questions_late;
	uint64_t sent;
	uint64_t sent_large;  /* over 1300 bytes */
	uint64_t unsent;      /* had no transaction or no room any more */
	uint64_t queue_lost;  /* actions that did not fit: must stay 0 */
	uint32_t rate_source; /* the last that was too fast; 0: none yet */
	struct trunk_id full_trunk;         /* the last that was at its limit */
	struct trunk_id unregistered_trunk; /* the last that refused us */
	struct trunk_id password_trunk;     /* the last that asked so */
	uint32_t foreign_source;   /* the last that dialled such a number */
	uint32_t loop_source;      /* the last that brought such a call */
	uint32_t unknown_source;   /* the last that dialled nobody's */
	uint32_t malformed_source; /* the last whose message was dropped */
	uint32_t bad_source;       /* the last whose request was broken */
};
void engine_get_stats(const struct engine *e, struct engine_stats *out);
/* The same without `ports`, which take a walk: for after every datagram. */
void engine_count(const struct engine *e, struct engine_stats *out);

#endif
