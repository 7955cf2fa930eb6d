/*
 * ua_call.h - one call of the test caller: its dialog, media and timers.
 *
 * The inside of ua: only ua.c includes it. Calls lie in a fixed table; a call's
 * transactions carry its number and slot as their user value.
 */
#ifndef RT_CTL_UA_CALL_H
#define RT_CTL_UA_CALL_H

#include "ctl/ua.h"
#include "ctl/ua_rtp.h"
#include "sipworker/sip/sdp.h"
#include "sipworker/sip/sip_dlg.h"
#include "sipworker/sip/sip_txn.h"

#define UA_CALL_PHASES 20 /* calls are spread over the 20 ms of a frame */
#define UA_CALL_TEXT   2048
#define UA_CALL_USER   64
#define UA_CALL_TAG    48

enum ua_call_state {
	UA_CALL_FREE,
	UA_CALL_CALLING, /* INVITE sent */
	UA_CALL_RINGING, /* INVITE received, not yet answered */
	UA_CALL_UP,
	UA_CALL_ENDING
};

struct ua_call {
	enum ua_call_state state;
	uint32_t index;

	bool said_18x;
	struct sip_txn_id invite;
	struct sip_txn_id reinvite;
	struct sip_dlg dlg;
	struct sdp_local local;
	struct ua_rtp rtp;
	struct ua_report r;
	int64_t begun_us;
	int64_t answered_us;
	int64_t due_us; /* of the next step; INT64_MAX: none */
	int64_t talk_us;
	int64_t give_up_us;
	unsigned int phase;
	struct sip_write_request req; /* slices into text */
	struct addr4 target;
	char tag[UA_CALL_TAG];
	char peer[UA_CALL_USER];
	char dialled[UA_CALL_USER];
	char call_id[128];
	char text[UA_CALL_TEXT];
};

/* Who called when, to know the call when it comes back; a later one of the
 * same place replaces it. */
#define UA_DIALLED 8192
struct ua_dialled {
	uint64_t who; /* hash of the caller; 0: unused */
	int64_t at_us;
};

struct ua {
	struct ua_conf conf;
	int sip_fd;
	int epoll_fd;
	struct sip_txn_layer *txn;
	struct ua_call *calls;
	uint32_t used;
	uint32_t serial;
	uint16_t next_port;
	int64_t frame_us; /* when the next phase is due */
	unsigned int phase;
	char contact[160];
	struct ua_dialled dialled[UA_DIALLED];
};

/* Outcomes of the transaction layer; arg is the struct ua. */
void ua_call_event(void *arg, const struct sip_txn_event *ev);
/* Begins an outgoing call, as ua_dial(). */
RT_MUST_USE enum err ua_call_dial(struct ua *u, const struct ua_dial *d,
    int64_t now_us);
/* Says c->rtp.info by SIP INFO. */
void ua_call_info(struct ua *u, struct ua_call *c, int64_t now_us);
/* Does what is due. */
void ua_call_step(struct ua *u, struct ua_call *c, int64_t now_us);
/* Ends it whatever its state: BYE, CANCEL or a refusal. */
void ua_call_end(struct ua *u, struct ua_call *c, int64_t now_us);

#endif
