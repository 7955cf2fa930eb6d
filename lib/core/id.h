/*
 * id.h - row ids: UUIDv7 keys, their public text form, one type each.
 *
 * A key is 16 bytes (RFC 9562 5.7). Its public form is a TypeID: the kind's
 * prefix, '_' and 26 characters of Crockford base32, for example
 * cal_01h455vb4pex5vsknk084sn02q. One-member structs keep a company from being
 * passed where a call is meant.
 */
#ifndef RT_CORE_ID_H
#define RT_CORE_ID_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

#define ID_BYTES    16
#define ID_TEXT_MAX 32 /* longest prefix, '_', 26 characters and NUL */

/* kind, prefix: the public names are a promise, never change one. */
#define ID_KINDS(X)           \
	X(account, "acc")     \
	X(company, "com")     \
	X(user, "usr")        \
	X(location, "loc")    \
	X(number, "num")      \
	X(tracker, "trk")     \
	X(pool, "pol")        \
	X(site, "sit")        \
	X(trunk, "tru")       \
	X(destination, "dst") \
	X(flow, "flo")        \
	X(visitor, "vtr")     \
	X(visit, "vis")       \
	X(page_view, "pgv")   \
	X(lease, "lea")       \
	X(interaction, "itn") \
	X(call, "cal")        \
	X(form, "frm")        \
	X(recording, "rec")   \
	X(tag, "tag")         \
	X(webhook, "whk")     \
	X(event, "evt")       \
	X(mail_rule, "mlr")   \
	X(conversion, "cnv")  \
	X(api_key, "key")     \
	X(outcome, "out")     \
	X(caller_list, "lst") \
	X(audit, "aud")       \
	X(prompt, "prm")      \
	X(view, "viw")        \
	X(attrib_run, "arn")  \
	X(request, "req")

#define ID_ENUM(kind, prefix) ID_KIND_##kind,
enum id_kind {
	ID_KINDS(ID_ENUM) ID_KIND_COUNT
};
#undef ID_ENUM

#define ID_STRUCT(kind, prefix)      \
	struct kind##_id {           \
		uint8_t v[ID_BYTES]; \
	};
ID_KINDS(ID_STRUCT)
#undef ID_STRUCT

/* A UUIDv7: 48 bits of milliseconds, version, variant, and 74 bits of rnd.
 * Pure: the caller brings time and randomness. */
void id_make(int64_t wall_us, const uint8_t rnd[10], uint8_t out[ID_BYTES]);
/* The time in a UUIDv7, to the millisecond. */
int64_t id_time_us(const uint8_t id[ID_BYTES]);

bool id_eq(const uint8_t a[ID_BYTES], const uint8_t b[ID_BYTES]);
/* All zero bytes: "no row". */
bool id_is_nil(const uint8_t id[ID_BYTES]);

void id_text(enum id_kind kind, const uint8_t id[ID_BYTES],
    char out[ID_TEXT_MAX]);
/* ERR_SYNTAX: another kind's prefix, a wrong length or character. Upper case
 * is refused: one id has one spelling. */
RT_MUST_USE enum err id_parse(enum id_kind kind, struct slice s,
    uint8_t out[ID_BYTES]);

#endif
