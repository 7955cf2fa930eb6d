/*
 * sim_rig.h - one engine and its answers, one input at a time: datagrams
 * written by hand, no peers, a clock that moves when told.
 *
 * Functions fail the test they are called in.
 */
#ifndef RT_SIM_RIG_H
#define RT_SIM_RIG_H

#include "lib/core/callrec.h"
#include "sipworker/engine/slots.h"
#include "sipworker/sip/sip_msg.h"

#define RIG_CARRIER  ((struct addr4){ 0x0a000002, 5060 })
#define RIG_PHONE    ((struct addr4){ 0x0a000003, 5080 })
#define RIG_STRANGER ((struct addr4){ 0x0a000009, 5060 })

#define RIG_SENT_MAX 256

struct rig_sent {
	struct addr4 to;
	char text[4096];
	size_t n;
};

struct rig {
	struct engine *engine;
	struct engine_now now;
	struct buf snap_bytes;
	struct snap snap;
	struct rig_sent sent[RIG_SENT_MAX];
	size_t n_sent;
	struct engine_media media[256];
	size_t n_media;
	void (*on_dialog)(void *arg, const struct engine_dialog *d);
	void *on_dialog_arg;
	struct callrec_closed closed;
	size_t n_closed;
	char reason[64]; /* of the last LEG record */
	char first_reason[64];
	size_t n_legs;
	uint64_t journal;
	uint64_t ticket;
	uint64_t asked; /* the last question that wants an answer */
	size_t n_asked;
	size_t n_released; /* places given back */
	size_t n_rec_start;
	char digit;      /* of the last DIGIT record */
	char caller[32]; /* of the last OPENED record */
	bool anonymous;
	char tag[128]; /* for the test's use */
	void (*on_event)(void *arg, const struct callrec_event *ev);
	void *on_event_arg;
	bool hold_neighbours; /* journal and look-up do not answer */
	/* What names lead to; nothing: the tickets are left to the test. */
	struct addr4 names[8];
	size_t n_names;
	uint64_t name_ticket[16];
	size_t n_name_tickets;
	char name[64];
	uint16_t name_port;
};

/* A description with both codecs and telephone-event, at port 4000. */
extern const char rig_sdp[];

void rig_init(struct rig *r, uint32_t max_calls);
/* With limits for each source (engine_cfg); 0: none. */
void rig_init_rate(struct rig *r, uint32_t messages_per_s,
    uint32_t calls_per_s);
void rig_fini(struct rig *r);
/* Carries out what the engine has to say. */
void rig_pump(struct rig *r);
/* A datagram; journal and look-up answer at once unless held. */
void rig_input(struct rig *r, struct addr4 from, const char *text);
void rig_pass_time(struct rig *r, int64_t us);
void rig_tell_media(struct rig *r, enum engine_media_what what, uint32_t stream,
    uint32_t play);
/* A request of the carrier. to_tag "" is outside of a dialog. */
void rig_request(struct rig *r, const char *method, unsigned int cseq,
    const char *number, const char *call_id, const char *to_tag,
    const char *extra, const char *body);
/* The request the engine sent last to the phone, answered as the phone would.
 * body "" for none. */
void rig_answer_as_phone(struct rig *r, const char *method, unsigned int status,
    const char *body);
/* The phone's answer to a request of the engine, as text. */
void rig_write_answer(const struct rig_sent *to, unsigned int status,
    const char *body, char *text, size_t n);
/* The same for one request of the engine. */
void rig_answer(struct rig *r, const struct rig_sent *to, unsigned int status,
    const char *body);
const struct rig_sent *rig_last(const struct rig *r);
void rig_parse(const struct rig_sent *s, struct sip_msg *m);
/* The last message is a response with this status. */
void rig_expect_status(const struct rig *r, const char *why,
    unsigned int status);
/* Messages that begin so, of those kept. */
size_t rig_count_sent(const struct rig *r, const char *prefix);
void rig_to_tag_of(const struct rig *r, char out[128]);
/* Number 0: straight to the phone, nothing recorded; answered. */
void rig_call_up(struct rig *r, char tag[128]);

#endif
