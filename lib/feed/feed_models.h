/*
 * feed_models.h - a period's sources under every model, side by side.
 *
 * Nothing is stored: the calls' touches and evidence are shared out anew each
 * time (lib/core/touch).
 */
#ifndef RT_FEED_FEED_MODELS_H
#define RT_FEED_FEED_MODELS_H

#include "lib/db/db_touch.h"

#define FEED_MODELS_SOURCES 100 /* that are told apart */

/* In 1/10,000 of a call. */
struct feed_models_line {
	struct slice source;
	struct slice medium;
	uint64_t bp[TOUCH_MODEL_COUNT];
};

struct feed_models {
	struct feed_models_line lines[FEED_MODELS_SOURCES]; /* by last touch */
	size_t n;
	struct feed_models_line others; /* source and medium "" */
	size_t calls;                   /* at most DB_TOUCH_CALLS_MAX */
	bool cut;                       /* the latest, the period has more */
	size_t with_touches;            /* of them */
	size_t touches;
};

/* *out and its texts live in mem. ERR_NOMEM, and what the database says. */
RT_MUST_USE enum err feed_models(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, struct arena *mem,
    struct feed_models **out);

/* Of what was read: touches of calls that have no credit are left out, and rows
 * are moved for it. Both in the same order of calls. Where touches were cut off
 * the calls that lack them are left out, too. */
RT_MUST_USE enum err feed_models_share(const struct touch_credit *credits,
    size_t n, struct touch_row *rows, size_t n_rows, struct arena *mem,
    struct feed_models **out);

/* "last_paid": what a model is called in JSON. */
const char *feed_models_key(enum touch_model m);

/* What is shown of a source beyond those that are: others grows by it. */
void feed_models_add(struct feed_models_line *to,
    const struct feed_models_line *l);

#endif
