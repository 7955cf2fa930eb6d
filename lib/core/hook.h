/*
 * hook.h - what a webhook can be told, and when a failed delivery is tried
 * again.
 */
#ifndef RT_CORE_HOOK_H
#define RT_CORE_HOOK_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

/* The names are public, the numbers are stored as bits: only ever append. */
#define HOOK_KINDS(X)                         \
	X(CALL_STARTED, "call.started")       \
	X(CALL_ANSWERED, "call.answered")     \
	X(CALL_ENDED, "call.ended")           \
	X(RECORDING_READY, "recording.ready") \
	X(CALL_CHANGED, "call.changed")       \
	X(FORM_RECEIVED, "form.received")     \
	X(TEST, "test")

#define HOOK_ENUM(kind, name) HOOK_##kind,
enum hook_kind {
	HOOK_KINDS(HOOK_ENUM) HOOK_KIND_COUNT
};
#undef HOOK_ENUM

#define HOOK_BIT(kind) (UINT32_C(1) << (kind))
/* All that a hook may choose; a test goes to every hook. */
#define HOOK_ALL (HOOK_BIT(HOOK_TEST) - 1)

/* Never NULL. */
const char *hook_name(enum hook_kind kind);
/* False: no such kind. */
bool hook_parse(struct slice s, enum hook_kind *out);

/* Whether nobody on the way reads what goes to the address: https, in any case
 * of letters (RFC 3986 3.1). */
bool hook_encrypted(struct slice url);

/* The pause after attempt n, from 1, has failed: 10 s, 1, 5 and 15 min, 1, 3,
 * 6, 12 and 24 h. retry_after_s: what the receiver asked for; it may lengthen
 * the pause to at most a day. False: no more, a person must look. */
bool hook_pause_us(uint32_t attempts, uint32_t retry_after_s, int64_t *out);

#endif
