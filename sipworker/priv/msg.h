/*
 * msg.h - what the worker's processes say to each other, as bytes.
 *
 * One message is one packet of a SOCK_SEQPACKET channel (chan.h). Each kind is
 * a row of a table: who may say it to whom, how many descriptors travel with
 * it, and a decoder that takes exactly its fields and refuses left-over bytes.
 * Processes do not trust each other: a message that does not decode, or that
 * its sender may not send, ends the sender's work (the parent replaces it),
 * never the receiver's.
 */
#ifndef RT_PRIV_MSG_H
#define RT_PRIV_MSG_H

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/slice.h"
#include "lib/core/ask.h"
#include "lib/core/flow_run.h"
#include "lib/core/id.h"

#define MSG_BYTES_MAX  12288
#define MSG_FDS_MAX    2
#define MSG_RECORD_MAX 8192 /* of one journal record */
#define MSG_NAME_MAX   127  /* of a recording */
#define MSG_CALLER_MAX 31

enum msg_role {
	MSG_PARENT,
	MSG_ENGINE,
	MSG_RECORDER,
	MSG_STORE,
	MSG_ROLE_COUNT
};

enum msg_kind {
	/* parent -> child */
	MSG_PEER,  /* fd: a fresh channel to role; the old one is dead */
	MSG_DRAIN, /* finish what runs, take nothing new */
	MSG_STOP,  /* end everything now and leave */
	/* child -> parent */
	MSG_READY, /* dropped and serving */
	MSG_IDLE,  /* after DRAIN: nothing is left to do */
	/* engine -> store */
	MSG_HELLO,  /* epoch: a number of this life of the engine */
	MSG_APPEND, /* seq, record */
	MSG_LOOKUP,
	MSG_ASK, /* a question of lib/core/ask.h */
	/* store -> engine */
	MSG_DURABLE,  /* seq: all up to it */
	MSG_AGAIN,    /* something was not kept: all that is not durable */
	MSG_FACTS,    /* ticket */
	MSG_REPLY,    /* ticket: what an ASK gets that wants an answer */
	MSG_SNAPSHOT, /* fds: configuration, prompts; sizes in bytes */
	/* engine -> recorder */
	MSG_REC_START,
	MSG_REC_STOP,
	MSG_REC_SYNC, /* began_us; all running recordings were named by START */
	/* recorder -> engine */
	MSG_REC_RESULT,
	/* recorder -> store: what no engine will ask for any more */
	MSG_REC_ORPHAN,
	MSG_REC_ORPHANS_END, /* all that an engine's death left are told */
	MSG_KIND_COUNT
};

struct msg_lookup {
	uint64_t ticket;
	struct call_id call;
	struct company_id company;
	struct number_id number;
	int64_t at_us;
	struct slice caller;
};

struct msg_ask {
	uint64_t ticket; /* the engine's, as of a look-up; back in the reply */
	struct call_id call;
	struct company_id company;
	struct slice question; /* ask_encode() */
};

struct msg_reply {
	uint64_t ticket;
	struct ask_reply reply;
};

struct msg_facts {
	uint64_t ticket;
	bool found; /* else all is zero */
	struct flow_facts facts;
};

struct msg_rec_start {
	struct call_id call;
	uint32_t key; /* of its frames in the ring */
	int64_t anchor_mono_us;
	struct slice name;
};

struct msg_rec_stop {
	struct call_id call;
	uint32_t key;
	int64_t stop_mono_us;
	bool discard; /* nobody wants it: delete, answer with no bytes */
};

struct msg_rec_result {
	struct call_id call;
	bool failed;
	uint64_t bytes;
	uint64_t samples;
	uint8_t sha256[32];
};

struct msg_rec_orphan {
	struct slice name; /* holds company and call */
	bool failed;
	uint64_t bytes;
	uint64_t samples;
	uint8_t sha256[32];
};

struct msg {
	enum msg_kind kind;
	union {
		enum msg_role peer; /* MSG_PEER */
		uint64_t epoch;     /* MSG_HELLO */
		uint64_t seq;       /* MSG_DURABLE */
		uint64_t began_us;  /* MSG_REC_SYNC: this engine, monotonic */
		struct {
			uint64_t seq;
			struct slice record;
		} append;
		struct {
			uint64_t version;
			uint64_t snap_bytes;
			uint64_t prompt_bytes;
		} snapshot;
		struct msg_lookup lookup;
		struct msg_facts facts;
		struct msg_ask ask;
		struct msg_reply reply;
		struct msg_rec_start rec_start;
		struct msg_rec_stop rec_stop;
		struct msg_rec_result rec_result;
		struct msg_rec_orphan rec_orphan;
	} u;
};

/* Appends the message. Texts that are too long fail the buffer. */
void msg_encode(const struct msg *m, struct buf *out);
/* Texts in *out borrow from bytes. ERR_SYNTAX. */
RT_MUST_USE enum err msg_decode(struct slice bytes, struct msg *out);

/* May `from` say this to `to`? */
bool msg_allowed(enum msg_kind kind, enum msg_role from, enum msg_role to);
/* Descriptors that travel with it: exactly so many. */
size_t msg_fds(enum msg_kind kind);
const char *msg_name(enum msg_kind kind);
const char *msg_role_name(enum msg_role role);

#endif
