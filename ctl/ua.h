/*
 * ua.h - a small SIP user agent: the carrier, the business phone and the load
 * generator of tests, demonstration and operators.
 *
 * One UDP socket for SIP, one for each call's RTP, one loop. Calls go out with
 * ua_dial() and come in by the rules of struct ua_answering; what happens is
 * told to one handler. It runs on the sip and rtp rooms of the worker, but is
 * no substitute for other people's phones in tests.
 */
#ifndef RT_CTL_UA_H
#define RT_CTL_UA_H

#include "ctl/ua_hist.h"
#include "ctl/ua_press.h"
#include "ctl/ua_sound.h"
#include "lib/base/addr4.h"

struct ua;

enum ua_manner {
	UA_ANSWER, /* 180, then 200 after ring_us */
	UA_REFUSE, /* 180, then `status` after ring_us */
	UA_RING,   /* 180 and nothing more */
	UA_SILENT  /* nothing at all */
};

struct ua_answering {
	enum ua_manner manner;
	unsigned int status; /* UA_REFUSE: 400 to 699 */
	int64_t ring_us;
	int64_t talk_us; /* hang up this long after answering; 0: never */
	const struct ua_sound *sound;
	const char *save_dir; /* NULL: heard audio is not kept */
	bool no_180;
};

struct ua_dial {
	struct addr4 target;
	struct slice number;  /* user part of the Request-URI */
	struct slice caller;  /* user part of From */
	struct slice display; /* may be empty */
	struct slice headers; /* finished lines, may be empty */
	int64_t talk_us;      /* hang up this long after the answer; 0: never */
	int64_t give_up_us;   /* CANCEL when not answered by then; 0: never */
	const struct ua_sound *sound;
	const char *save_path; /* NULL: not kept */
};

enum ua_what {
	UA_RINGING,  /* first 18x, sent or received */
	UA_ANSWERED, /* 200 sent or received */
	UA_ENDED     /* and the call is forgotten after this */
};

enum ua_by {
	UA_BY_NOBODY, /* it never was answered, or timed out */
	UA_BY_US,
	UA_BY_THEM
};

/* What is known of a call; complete at UA_ENDED. */
struct ua_report {
	enum ua_what what;
	uint32_t call; /* from 1, counts up */
	bool outgoing;
	struct slice peer; /* the other party's user part */
	struct slice dialled;
	struct slice call_id;
	unsigned int status; /* final status of the INVITE; 0 none */
	enum ua_by ended_by;
	bool cancelled;
	int64_t to_18x_us; /* since the INVITE; -1: never came */
	int64_t to_200_us; /* since the INVITE; -1 */
	/* Since our own call by the same caller, which came back to us by
	 * whoever is measured; -1: there is none. Incoming calls only. */
	int64_t through_us;
	/* From the 200 to the first packet heard; -1: none was. */
	int64_t to_audio_us;
	int64_t talk_us; /* from the 200 to the end */
	uint64_t tx;     /* RTP packets */
	uint64_t rx;
	uint64_t lost;
	int64_t jitter_us;
	int64_t ear_us; /* from our first packet to the first one heard */
	uint64_t ssrc_changes;
	int64_t gap_max_us;
	const char *pressed; /* keys heard */
};

struct ua_conf {
	struct ua_keys keys; /* pressed in each call */
	struct addr4 listen;
	uint16_t rtp_port_min; /* even */
	uint16_t rtp_port_max;
	uint32_t max_calls; /* at a time */
	struct ua_answering answering;
	/* With sound "measure"; NULL: not wanted. How long packets took, and
	 * by how much each differs from the one before. */
	struct ua_hist *latency;
	struct ua_hist *jitter;
	void (*report)(void *arg, const struct ua_report *r);
	void *arg;
};

/* ERR_CONFLICT: the address is taken (logged); ERR_IO; ERR_NOMEM. */
RT_MUST_USE enum err ua_open(const struct ua_conf *conf, struct ua **out);
void ua_close(struct ua *u);

/* Places a call. ERR_BUSY: max_calls reached or no port free. */
RT_MUST_USE enum err ua_dial(struct ua *u, const struct ua_dial *d);
/* Hangs up or cancels everything that is up. */
void ua_hang_up_all(struct ua *u);
uint32_t ua_calls(const struct ua *u);
/* Serves sockets and timers for at most max_us. */
void ua_run(struct ua *u, int64_t max_us);

#endif
