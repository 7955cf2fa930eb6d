/*
 * sip_hdr.h - the SIP header fields and methods we know, by name.
 *
 * One sorted table each; names are compared without case, and the compact
 * forms (RFC 3261 7.3.3 and the IANA registry) mean the same header. What is
 * not in the table is SIP_HDR_OTHER, carried but not understood.
 */
#ifndef RT_SIP_HDR_H
#define RT_SIP_HDR_H

#include "lib/base/slice.h"

/* id, name, compact letter or 0, may be a comma list. In the order of the
 * names, lower-cased. */
#define SIP_HDRS(X)                                             \
	X(ACCEPT, "Accept", 0, true)                            \
	X(ACCEPT_ENCODING, "Accept-Encoding", 0, true)          \
	X(ALERT_INFO, "Alert-Info", 0, true)                    \
	X(ALLOW, "Allow", 0, true)                              \
	X(ALLOW_EVENTS, "Allow-Events", 'u', true)              \
	X(AUTHORIZATION, "Authorization", 0, false)             \
	X(CALL_ID, "Call-ID", 'i', false)                       \
	X(CONTACT, "Contact", 'm', true)                        \
	X(CONTENT_DISPOSITION, "Content-Disposition", 0, false) \
	X(CONTENT_ENCODING, "Content-Encoding", 'e', true)      \
	X(CONTENT_LENGTH, "Content-Length", 'l', false)         \
	X(CONTENT_TYPE, "Content-Type", 'c', false)             \
	X(CSEQ, "CSeq", 0, false)                               \
	X(DATE, "Date", 0, false)                               \
	X(DIVERSION, "Diversion", 0, true)                      \
	X(EVENT, "Event", 'o', false)                           \
	X(EXPIRES, "Expires", 0, false)                         \
	X(FROM, "From", 'f', false)                             \
	X(HISTORY_INFO, "History-Info", 0, true)                \
	X(IDENTITY, "Identity", 'y', false)                     \
	X(MAX_FORWARDS, "Max-Forwards", 0, false)               \
	X(MIN_EXPIRES, "Min-Expires", 0, false)                 \
	X(MIN_SE, "Min-SE", 0, false)                           \
	X(P_ASSERTED_IDENTITY, "P-Asserted-Identity", 0, true)  \
	X(P_CALLED_PARTY_ID, "P-Called-Party-ID", 0, false)     \
	X(PRIVACY, "Privacy", 0, false)                         \
	X(PROXY_AUTHENTICATE, "Proxy-Authenticate", 0, false)   \
	X(PROXY_AUTHORIZATION, "Proxy-Authorization", 0, false) \
	X(PROXY_REQUIRE, "Proxy-Require", 0, true)              \
	X(RACK, "RAck", 0, false)                               \
	X(REASON, "Reason", 0, true)                            \
	X(RECORD_ROUTE, "Record-Route", 0, true)                \
	X(REFER_TO, "Refer-To", 'r', false)                     \
	X(REFERRED_BY, "Referred-By", 'b', false)               \
	X(REMOTE_PARTY_ID, "Remote-Party-ID", 0, true)          \
	X(REPLACES, "Replaces", 0, false)                       \
	X(REQUIRE, "Require", 0, true)                          \
	X(RETRY_AFTER, "Retry-After", 0, false)                 \
	X(ROUTE, "Route", 0, true)                              \
	X(RSEQ, "RSeq", 0, false)                               \
	X(SERVER, "Server", 0, false)                           \
	X(SESSION_EXPIRES, "Session-Expires", 'x', false)       \
	X(SUBJECT, "Subject", 's', false)                       \
	X(SUPPORTED, "Supported", 'k', true)                    \
	X(TIMESTAMP, "Timestamp", 0, false)                     \
	X(TO, "To", 't', false)                                 \
	X(UNSUPPORTED, "Unsupported", 0, true)                  \
	X(USER_AGENT, "User-Agent", 0, false)                   \
	X(VIA, "Via", 'v', true)                                \
	X(WARNING, "Warning", 0, true)                          \
	X(WWW_AUTHENTICATE, "WWW-Authenticate", 0, false)

#define SIP_HDR_ENUM(id, name, compact, list) SIP_HDR_##id,
enum sip_hdr {
	SIP_HDRS(SIP_HDR_ENUM) SIP_HDR_OTHER
};
#undef SIP_HDR_ENUM

/* SIP_HDR_OTHER when unknown. name holds no blanks. */
enum sip_hdr sip_hdr_find(struct slice name);
/* The full name; empty for SIP_HDR_OTHER. */
struct slice sip_hdr_name(enum sip_hdr id);
/* May several values stand in one field, joined by commas? */
bool sip_hdr_is_list(enum sip_hdr id);

/* Methods, in the order of their names; case matters (RFC 3261 7.1). */
#define SIP_METHODS(X) \
	X(ACK)         \
	X(BYE)         \
	X(CANCEL)      \
	X(INFO)        \
	X(INVITE)      \
	X(MESSAGE)     \
	X(NOTIFY)      \
	X(OPTIONS)     \
	X(PRACK)       \
	X(PUBLISH)     \
	X(REFER)       \
	X(REGISTER)    \
	X(SUBSCRIBE)   \
	X(UPDATE)

#define SIP_METHOD_ENUM(id) SIP_METHOD_##id,
enum sip_method {
	SIP_METHODS(SIP_METHOD_ENUM) SIP_METHOD_OTHER
};
#undef SIP_METHOD_ENUM

enum sip_method sip_hdr_method(struct slice name);
/* Empty for SIP_METHOD_OTHER. */
struct slice sip_hdr_method_name(enum sip_method m);

#endif
