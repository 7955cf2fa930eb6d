/*
 * sip_dlg.h - one dialog: ids, route set, sequence numbers, target
 * (RFC 3261 12).
 *
 * A plain value of fixed size that may be copied; the texts live inside it.
 * Begun from the INVITE and its response by either side, then asked to prepare
 * requests and to judge incoming ones.
 */
#ifndef RT_SIP_DLG_H
#define RT_SIP_DLG_H

#include "sipworker/sip/sip_write.h"

#define SIP_DLG_TEXT_MAX   2560
#define SIP_DLG_TARGET_MAX 384

/* A text inside struct sip_dlg. */
struct sip_dlg_text {
	uint16_t at;
	uint16_t n;
};

enum sip_dlg_state {
	SIP_DLG_NONE,
	SIP_DLG_EARLY,
	SIP_DLG_CONFIRMED,
	SIP_DLG_ENDED
};

struct sip_dlg {
	enum sip_dlg_state state;
	bool is_uac;
	bool has_remote_cseq;
	uint32_t local_cseq; /* of the last request sent */
	uint32_t remote_cseq;
	uint32_t
	    invite_cseq; /* of the INVITE in progress or accepted, for ACK */
	struct sip_dlg_text call_id;
	struct sip_dlg_text local;  /* whole From value, with tag */
	struct sip_dlg_text remote; /* whole To value, with tag */
	struct sip_dlg_text local_tag;
	struct sip_dlg_text remote_tag;
	struct sip_dlg_text
	    routes;        /* URIs in <>, in order of use, joined by "," */
	struct addr4 peer; /* where its last message came from */
	uint16_t used;
	uint16_t target_n;
	char text[SIP_DLG_TEXT_MAX];
	char target[SIP_DLG_TARGET_MAX]; /* remote Contact URI */
};

/* UAS: from an INVITE and the tag we put into the answer. ERR_SYNTAX: no
 * usable Contact; ERR_TOOBIG: texts beyond the maxima (answer 513). */
RT_MUST_USE enum err sip_dlg_uas(struct sip_dlg *d,
    const struct sip_msg *invite, struct slice local_tag, struct addr4 from);
/* UAC: from our INVITE (as given to sip_txn_request) and a response above 100
 * with a To tag. A 2xx confirms, else early. May be called again for a later
 * response of the same To tag: the route set is taken anew at the 2xx. */
RT_MUST_USE enum err sip_dlg_uac(struct sip_dlg *d,
    const struct sip_write_request *invite, const struct sip_msg *response,
    struct addr4 from);

/* From the bytes of one that was copied away, by whom nobody knows: ERR_SYNTAX
 * when they are no dialog that was confirmed. */
RT_MUST_USE enum err sip_dlg_restore(struct sip_dlg *d, struct slice bytes);

void sip_dlg_confirm(struct sip_dlg *d);
void sip_dlg_end(struct sip_dlg *d);

/* Does an incoming request (is_request) or response belong to this dialog:
 * Call-ID and both tags. */
bool sip_dlg_matches(const struct sip_dlg *d, const struct sip_msg *m);
/* The same by its parts. */
bool sip_dlg_is(const struct sip_dlg *d, struct slice call_id,
    struct slice local_tag, struct slice remote_tag);
/* Judges an in-dialog request: 0 fine (its CSeq is taken over), 500 when its
 * CSeq is lower than the last. ACK and CANCEL are always fine. The target
 * stays: an INVITE or UPDATE moves it when it is accepted. */
unsigned int sip_dlg_receive(struct sip_dlg *d, const struct sip_msg *request,
    struct addr4 from);
/* Target refresh: from an INVITE or UPDATE of theirs that is answered 2xx (of
 * one that is refused nothing is taken, RFC 3261 12.2.2), or a 2xx to ours. */
void sip_dlg_refresh(struct sip_dlg *d, const struct sip_msg *m,
    struct addr4 from);

/* Fills everything of *r but headers and body for a request in this dialog:
 * Request-URI, Route lines, From, To, Call-ID, and a CSeq counted up (ACK: the
 * INVITE's). Slices point into d and `scratch`. Strict routers are honoured
 * (RFC 3261 12.2.1.1). *to is the next hop: the first route's or target's
 * numeric address; a name or a private address that cannot be the peer's gives
 * where its last message came from. */
RT_MUST_USE enum err sip_dlg_request(struct sip_dlg *d, enum sip_method method,
    struct buf *scratch, struct sip_write_request *r, struct addr4 *to);

#endif
