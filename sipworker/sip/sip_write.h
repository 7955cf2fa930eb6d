/*
 * sip_write.h - writes SIP messages into a buf.
 *
 * Values are checked, not trusted: a CR, LF or NUL in any of them fails the
 * buf (ERR_SYNTAX), so nothing a peer sent can start a line of its own. A
 * message is a start line, fields, and one sip_write_body() or
 * sip_write_end().
 */
#ifndef RT_SIP_WRITE_H
#define RT_SIP_WRITE_H

#include "sipworker/sip/sip_msg.h"

/* One field line. sip_write_field takes any name that is a token. */
void sip_write_hdr(struct buf *b, enum sip_hdr id, struct slice value);
void sip_write_field(struct buf *b, struct slice name, struct slice value);
void sip_write_hdr_u64(struct buf *b, enum sip_hdr id, uint64_t value);

/* "<sip:user@1.2.3.4:5060>" as a field line or as a bare URI. user may be
 * empty; it is escaped. */
void sip_write_contact(struct buf *b, struct slice user, struct addr4 at);
void sip_write_uri(struct buf *b, struct slice user, struct slice host,
    uint16_t port);

/* The reason phrase of a status; "" for none known. */
const char *sip_write_reason(unsigned int status);

/* What every response repeats of its request: Via with received and rport,
 * From, Call-ID, CSeq, Record-Route, Timestamp; To without a new tag last. */
void sip_write_echo(struct buf *b, const struct sip_msg *req,
    struct addr4 from);

/* Content-Type, Content-Length, the empty line and the body. */
void sip_write_body(struct buf *b, struct slice content_type,
    struct slice body);
/* Content-Length: 0 and the empty line. */
void sip_write_end(struct buf *b);

/* A request before it has its Via. `from` and `to` are whole values with their
 * tags. `headers` are finished lines (made with the functions above): Contact,
 * Allow, Authorization and so on. */
struct sip_write_request {
	enum sip_method method;
	struct slice uri;
	struct slice from;
	struct slice to;
	struct slice call_id;
	uint32_t cseq;
	struct slice routes;       /* finished Route lines; may be empty */
	unsigned int max_forwards; /* 0 means 70 */
	struct slice headers;
	struct slice content_type; /* empty: no body */
	struct slice body;
};

/* The whole message. sent_by is our own address; branch with its cookie. */
void sip_write_request(struct buf *b, const struct sip_write_request *r,
    struct addr4 sent_by, struct slice branch);
/* The ACK to a non-2xx final (RFC 3261 17.1.1.3) and the CANCEL (9.1) of a
 * request that was sent: same Request-URI, Via, From, Call-ID, CSeq number and
 * Route. The ACK's To is the response's. `headers` may be empty (Reason). */
void sip_write_ack(struct buf *b, const struct sip_msg *invite,
    const struct sip_msg *response);
void sip_write_cancel(struct buf *b, const struct sip_msg *invite,
    struct slice headers);

#endif
