#include "sipworker/sip/sip_write.h"

#include <string.h>

#include "lib/base/scan.h"

#define MAX_FORWARDS 70

static bool is_clean(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\r' || s.p[i] == '\n' || s.p[i] == '\0')
			return false;
	return true;
}

/* A value that would begin a line of its own fails the whole message. */
static void put_clean(struct buf *b, struct slice s)
{
	if (is_clean(s))
		buf_put(b, s);
	else
		buf_fail(b, ERR_SYNTAX);
}

void sip_write_field(struct buf *b, struct slice name, struct slice value)
{
	for (size_t i = 0; i < name.n; i++)
		if (!scan_is_token_char(name.p[i]))
			buf_fail(b, ERR_SYNTAX);
	if (name.n == 0)
		buf_fail(b, ERR_SYNTAX);
	buf_put(b, name);
	buf_cstr(b, ": ");
	put_clean(b, value);
	buf_cstr(b, "\r\n");
}

void sip_write_hdr(struct buf *b, enum sip_hdr id, struct slice value)
{
	sip_write_field(b, sip_hdr_name(id), value);
}

void sip_write_hdr_u64(struct buf *b, enum sip_hdr id, uint64_t value)
{
	buf_put(b, sip_hdr_name(id));
	buf_cstr(b, ": ");
	buf_u64(b, value);
	buf_cstr(b, "\r\n");
}

void sip_write_uri(struct buf *b, struct slice user, struct slice host,
    uint16_t port)
{
	buf_cstr(b, "sip:");
	if (user.n != 0) {
		sip_uri_put_user(b, user);
		buf_char(b, '@');
	}
	put_clean(b, host);
	if (port != 0) {
		buf_char(b, ':');
		buf_u64(b, port);
	}
}

void sip_write_contact(struct buf *b, struct slice user, struct addr4 at)
{
	char ip[ADDR4_TEXT_MAX];
	struct buf host;

	buf_over(&host, ip, sizeof(ip));
	addr4_put_ip(&host, at.ip);
	buf_cstr(b, "Contact: <");
	sip_write_uri(b, user, buf_slice(&host), at.port);
	buf_cstr(b, ">\r\n");
}

const char *sip_write_reason(unsigned int status)
{
	static const struct {
		unsigned int status;
		const char *reason;
	} rows[] = {
		{ 100, "Trying" },
		{ 180, "Ringing" },
		{ 181, "Call Is Being Forwarded" },
		{ 182, "Queued" },
		{ 183, "Session Progress" },
		{ 200, "OK" },
		{ 202, "Accepted" },
		{ 302, "Moved Temporarily" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 406, "Not Acceptable" },
		{ 407, "Proxy Authentication Required" },
		{ 408, "Request Timeout" },
		{ 410, "Gone" },
		{ 413, "Request Entity Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 416, "Unsupported URI Scheme" },
		{ 420, "Bad Extension" },
		{ 421, "Extension Required" },
		{ 422, "Session Interval Too Small" },
		{ 423, "Interval Too Brief" },
		{ 480, "Temporarily Unavailable" },
		{ 481, "Call/Transaction Does Not Exist" },
		{ 482, "Loop Detected" },
		{ 483, "Too Many Hops" },
		{ 484, "Address Incomplete" },
		{ 486, "Busy Here" },
		{ 487, "Request Terminated" },
		{ 488, "Not Acceptable Here" },
		{ 491, "Request Pending" },
		{ 500, "Server Internal Error" },
		{ 501, "Not Implemented" },
		{ 502, "Bad Gateway" },
		{ 503, "Service Unavailable" },
		{ 504, "Server Time-out" },
		{ 505, "Version Not Supported" },
		{ 513, "Message Too Large" },
		{ 600, "Busy Everywhere" },
		{ 603, "Decline" },
		{ 604, "Does Not Exist Anywhere" },
		{ 606, "Not Acceptable" },
		{ 607, "Unwanted" },
	};

	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++)
		if (rows[i].status == status)
			return rows[i].reason;
	return "";
}

void sip_write_echo(struct buf *b, const struct sip_msg *req, struct addr4 from)
{
	static const enum sip_hdr echoed[] = { SIP_HDR_RECORD_ROUTE,
		SIP_HDR_FROM, SIP_HDR_CALL_ID, SIP_HDR_CSEQ,
		SIP_HDR_TIMESTAMP };
	struct sip_msg_walk w = { .field = 0 };
	struct slice item;
	bool top = true;

	while (sip_msg_walk(req, SIP_HDR_VIA, &w, &item)) {
		buf_cstr(b, "Via: ");
		if (top && req->via.host.n > 0)
			sip_via_put_received(b, &req->via, from);
		else
			put_clean(b, item);
		buf_cstr(b, "\r\n");
		top = false;
	}
	for (size_t i = 0; i < RT_ARRAY_LEN(echoed); i++) {
		struct sip_msg_walk each = { .field = 0 };

		while (sip_msg_walk(req, echoed[i], &each, &item))
			sip_write_hdr(b, echoed[i], item);
	}
}

void sip_write_body(struct buf *b, struct slice content_type, struct slice body)
{
	if (body.n != 0)
		sip_write_hdr(b, SIP_HDR_CONTENT_TYPE, content_type);
	sip_write_hdr_u64(b, SIP_HDR_CONTENT_LENGTH, body.n);
	buf_cstr(b, "\r\n");
	buf_put(b, body);
}

void sip_write_end(struct buf *b)
{
	sip_write_body(b, SLICE(""), SLICE(""));
}

/* Method SP Request-URI SP SIP/2.0; a blank in the URI would shift the rest. */
static void put_request_line(struct buf *b, struct slice method,
    struct slice uri)
{
	if (uri.n == 0 || slice_find(uri, ' ', 0) != uri.n)
		buf_fail(b, ERR_SYNTAX);
	buf_put(b, method);
	buf_char(b, ' ');
	put_clean(b, uri);
	buf_cstr(b, " SIP/2.0\r\n");
}

static void put_cseq(struct buf *b, uint32_t number, struct slice method)
{
	buf_cstr(b, "CSeq: ");
	buf_u64(b, number);
	buf_char(b, ' ');
	buf_put(b, method);
	buf_cstr(b, "\r\n");
}

void sip_write_request(struct buf *b, const struct sip_write_request *r,
    struct addr4 sent_by, struct slice branch)
{
	const struct slice method = sip_hdr_method_name(r->method);
	char at[ADDR4_TEXT_MAX];

	if (method.n == 0)
		buf_fail(b, ERR_UNSUPPORTED);
	addr4_text(sent_by, at);
	put_request_line(b, method, r->uri);
	buf_cstr(b, "Via: SIP/2.0/UDP ");
	buf_cstr(b, at);
	buf_cstr(b, ";rport;branch=");
	put_clean(b, branch);
	buf_cstr(b, "\r\n");
	buf_put(b, r->routes);
	sip_write_hdr_u64(b, SIP_HDR_MAX_FORWARDS,
	    r->max_forwards == 0 ? MAX_FORWARDS : r->max_forwards);
	sip_write_hdr(b, SIP_HDR_FROM, r->from);
	sip_write_hdr(b, SIP_HDR_TO, r->to);
	sip_write_hdr(b, SIP_HDR_CALL_ID, r->call_id);
	put_cseq(b, r->cseq, method);
	buf_put(b, r->headers);
	sip_write_body(b, r->content_type, r->body);
}

/* ACK and CANCEL differ only in method, To and what follows. */
static void put_sibling(struct buf *b, const struct sip_msg *invite,
    enum sip_method m, struct slice to)
{
	const struct slice method = sip_hdr_method_name(m);
	struct sip_msg_walk vias = { .field = 0 }, routes = { .field = 0 };
	struct slice item;

	put_request_line(b, method, invite->uri_text);
	if (sip_msg_walk(invite, SIP_HDR_VIA, &vias, &item))
		sip_write_hdr(b, SIP_HDR_VIA, item);
	while (sip_msg_walk(invite, SIP_HDR_ROUTE, &routes, &item))
		sip_write_hdr(b, SIP_HDR_ROUTE, item);
	sip_write_hdr_u64(b, SIP_HDR_MAX_FORWARDS, MAX_FORWARDS);
	sip_write_hdr(b, SIP_HDR_FROM, sip_msg_value(invite, SIP_HDR_FROM));
	sip_write_hdr(b, SIP_HDR_TO, to);
	sip_write_hdr(b, SIP_HDR_CALL_ID, invite->call_id);
	put_cseq(b, invite->cseq.number, method);
}

void sip_write_ack(struct buf *b, const struct sip_msg *invite,
    const struct sip_msg *response)
{
	put_sibling(b, invite, SIP_METHOD_ACK,
	    sip_msg_value(response, SIP_HDR_TO));
	sip_write_end(b);
}

void sip_write_cancel(struct buf *b, const struct sip_msg *invite,
    struct slice headers)
{
	put_sibling(b, invite, SIP_METHOD_CANCEL,
	    sip_msg_value(invite, SIP_HDR_TO));
	buf_put(b, headers);
	sip_write_end(b);
}
