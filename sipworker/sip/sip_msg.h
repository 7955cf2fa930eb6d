/*
 * sip_msg.h - one SIP message, as slices of the datagram it came in.
 *
 * sip_msg_parse() takes the whole datagram (UDP: one message), unfolds header
 * lines, recognises compact forms, applies the Content-Length rules of RFC 3261
 * 18.3, and parses the fields that every message must have. Limits: 65,535
 * bytes, SIP_MSG_FIELDS_MAX fields, no NUL, no bare CR or LF in the header
 * area. A request that breaks a rule is told so as long as it says by a Via who
 * waits for the answer; a response is dropped. The struct borrows from the
 * datagram (or from `unfolded`) and holds no memory of its own.
 */
#ifndef RT_SIP_MSG_H
#define RT_SIP_MSG_H

#include "sipworker/sip/sip_addr.h"
#include "sipworker/sip/sip_cseq.h"
#include "sipworker/sip/sip_hdr.h"
#include "sipworker/sip/sip_via.h"

#define SIP_MSG_BYTES_MAX  65535
#define SIP_MSG_FIELDS_MAX 96
#define SIP_MSG_VIAS_MAX   20
#define SIP_MSG_ROUTES_MAX 20
/* Beyond the limit, the fields that no answer can do without. */
#define SIP_MSG_FIELDS_KEPT 5

struct sip_field {
	enum sip_hdr id;
	struct slice name;
	struct slice value; /* trimmed, unfolded */
};

struct sip_msg {
	bool is_request;
	/* Request */
	enum sip_method method;
	struct slice method_name;
	struct slice uri_text;
	struct sip_uri uri;
	/* Response: 100 to 699 */
	unsigned int status;
	struct slice reason;
	/* Both; present in every message that parsed and is not `bad` */
	struct sip_via via; /* the topmost; host empty: not readable */
	struct sip_addr from;
	struct sip_addr to;
	struct slice call_id;
	struct sip_cseq cseq;
	struct slice body;
	/* Not 0: a request that can be answered, but only with this status
	 * (400, 416, 505); why_bad is the reason phrase. sip_txn answers such a
	 * request itself, with the fields that it has. */
	unsigned int bad;
	const char *why_bad;
	size_t n_fields;
	struct sip_field fields[SIP_MSG_FIELDS_MAX + SIP_MSG_FIELDS_KEPT];
};

/* `unfolded` is scratch for messages with folded lines, needed as long as *out
 * is used; with room for SIP_MSG_BYTES_MAX nothing that is valid fails.
 * ERR_SYNTAX: not SIP, or so broken that no answer can be built: drop it.
 * ERR_TOOBIG: a response beyond a limit above: drop it; a request is `bad`.
 * ERR_NOTFOUND: a keep-alive of nothing but CR and LF. */
RT_MUST_USE enum err sip_msg_parse(struct slice datagram, struct buf *unfolded,
    struct sip_msg *out);

/* The first field of this id; empty when there is none. */
struct slice sip_msg_value(const struct sip_msg *m, enum sip_hdr id);
bool sip_msg_has(const struct sip_msg *m, enum sip_hdr id);
/* The first field of this name (for X- headers), without case. */
struct slice sip_msg_named(const struct sip_msg *m, struct slice name);

/* Walks all values of one header, across repeated fields and comma lists:
 *
 *	struct sip_msg_walk w = { 0 };
 *	struct slice item;
 *	while (sip_msg_walk(m, SIP_HDR_ROUTE, &w, &item))
 */
struct sip_msg_walk {
	size_t field;
	struct slice rest;
};
bool sip_msg_walk(const struct sip_msg *m, enum sip_hdr id,
    struct sip_msg_walk *w, struct slice *item);
/* Is this word among the values of a list header (Supported, Require, Allow)?
 * Without case. */
bool sip_msg_lists(const struct sip_msg *m, enum sip_hdr id, struct slice word);
/* First Contact value. ERR_NOTFOUND, ERR_SYNTAX. */
RT_MUST_USE enum err sip_msg_contact(const struct sip_msg *m,
    struct sip_addr *out);
/* A decimal header such as Max-Forwards or Expires; parameters after it are
 * ignored. ERR_NOTFOUND, ERR_SYNTAX, ERR_RANGE. */
RT_MUST_USE enum err sip_msg_number(const struct sip_msg *m, enum sip_hdr id,
    uint32_t *out);

#endif
