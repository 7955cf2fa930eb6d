/*
 * ask.h - questions of a running call about what all workers share: may this
 * destination take one more call, whose turn is it.
 *
 * The engine asks, the store answers from the database in one short
 * transaction; between them travel these bytes (sipworker/priv/msg.h). Limits
 * and the beginnings of hour, day and month come with the question, because
 * the one who asks knows the destination's row and the company's zone. A place
 * that was reserved is confirmed when the call is bridged (it then counts
 * against the hourly, daily and monthly caps) and left when the talk ends;
 * released, it never counted. What could not be said, since the engine died or
 * the database was away, goes with the call's closed record, and after hold_s
 * in any case.
 */
#ifndef RT_CORE_ASK_H
#define RT_CORE_ASK_H

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/slice.h"

#define ASK_KEY_MAX   96
#define ASK_BYTES_MAX (64 + ASK_KEY_MAX)
#define ASK_HOLD_MAX  UINT32_C(86400)

/* The numbers travel between processes: append only. */
enum ask_kind {
	ASK_RESERVE, /* -> YES, FULL or AWAY */
	ASK_CONFIRM, /* no answer */
	ASK_RELEASE, /* no answer */
	ASK_NEXT,    /* -> YES with the turn, or AWAY */
	ASK_LEAVE,   /* no answer */
	ASK_KIND_COUNT
};

/* A window of a cap: at most max calls since from_us (wall time). max 0: no
 * cap; from_us is then not looked at. */
struct ask_window {
	uint32_t max;
	int64_t from_us;
};

struct ask {
	enum ask_kind kind;
	/* What is counted: "dst_01h4…" of a destination, any other text (for
	 * example "flo_01h4…/sales") of a turn. 1 to ASK_KEY_MAX bytes. */
	struct slice key;
	/* RESERVE */
	uint32_t at_once; /* calls at the same time; 0: no limit */
	struct ask_window hour;
	struct ask_window day;
	struct ask_window month;
	uint32_t hold_s; /* the longest that the leg can live, 1 to a day */
};

enum ask_answer {
	ASK_YES,
	ASK_FULL,
	ASK_AWAY, /* nobody could be asked */
	ASK_ANSWER_COUNT
};

struct ask_reply {
	enum ask_answer answer;
	uint64_t turn; /* NEXT: 0, 1, 2 … over all calls and restarts */
};

/* Fails the buffer with ERR_TOOBIG for a key that is too long or empty. */
void ask_encode(const struct ask *a, struct buf *out);
/* The key borrows from in. ERR_SYNTAX. */
RT_MUST_USE enum err ask_decode(struct slice in, struct ask *out);

#endif
