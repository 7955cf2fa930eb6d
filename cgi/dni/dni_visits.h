/*
 * dni_visits.h - the visits that may still go on, in memory.
 *
 * A visit ends 30 minutes after its last sign of life. A fixed number of
 * places; when they run out the visit unseen for longest goes first, and comes
 * back as a new visit if it ever returns. The ones that changed since they
 * were last written form a list. Not thread-safe: the owner's lock guards it.
 */
#ifndef RT_CGI_DNI_DNI_VISITS_H
#define RT_CGI_DNI_DNI_VISITS_H

#include "lib/base/err.h"
#include "lib/core/id.h"

#define DNI_VISITS_END_US     (30 * RT_MIN_US)
#define DNI_VISITS_PAGES_MAX  500 /* page views of a visit that are kept */
#define DNI_VISITS_EVENTS_MAX 200
/* Rows that a visit makes of one lease when another visit of the same visitor
 * has it in between: two tabs, looked at in turn. After that the row of the
 * other goes on for both. */
#define DNI_VISITS_TURNS_MAX 20

struct dni_pool;

/* That the visit was shown a pool's overflow number: a row of its own, which
 * goes on for as long as the visit is in memory. */
struct dni_visits_overflow {
	struct number_id number; /* nil: it never was */
	int64_t shown_us;        /* first */
	int64_t seen_us;         /* last */
	int64_t touched_us;      /* its link, last; 0: never */
	bool on_page;            /* it was the last answer */
	bool due;                /* to be written with the visit's progress */
};

struct dni_visit {
	struct company_id company;
	struct site_id site;
	struct visit_id id;
	struct visitor_id visitor;
	int64_t started_us;
	int64_t seen_us;
	int64_t tel_clicked_us;
	int64_t used_us; /* first told of, since the server started; 0: never */
	int64_t beat_us; /* its lease was last extended; events do not */
	uint32_t engaged_s;
	uint32_t page_views;
	uint32_t events;       /* since the server started */
	uint64_t last_form;    /* hash of what it said: a beacon comes twice */
	uint64_t arrival;      /* hash of where it came from */
	struct dni_pool *pool; /* it leases from; NULL: none */
	bool of_before;        /* read at a start: or pool is not known yet */
	bool turned_away;      /* its pool had no number once: is counted */
	bool by_rule;          /* its last page has a rule's number: no lease */
	bool falls_back;       /* was shown what there is without a lease */
	bool forgotten;        /* its browser had not kept the visitor */
	bool unstored;         /* there was no room for its row: it has none */
	struct number_id rule; /* that fitted when it began; nil: none */
	struct number_id leased; /* of its last row; nil: none, or not stored */
	uint32_t turns;          /* rows of that number */
	struct dni_visits_overflow overflow;
	/* Inside. */
	bool used;
	bool dirty;
	uint32_t prev; /* by seen_us */
	uint32_t next;
	uint32_t chain; /* of the hash table */
	uint32_t prev_dirty;
	uint32_t next_dirty;
};

struct dni_visits;

RT_MUST_USE enum err dni_visits_new(struct dni_visits **out, uint32_t max);
void dni_visits_free(struct dni_visits *t);

/* NULL: not there, or ended. */
struct dni_visit *dni_visits_find(struct dni_visits *t, int64_t now_us,
    struct visit_id id);
/* A new place, zeroed but for id and seen_us. NULL: id is there already. */
struct dni_visit *dni_visits_add(struct dni_visits *t, int64_t now_us,
    struct visit_id id);
void dni_visits_drop(struct dni_visits *t, struct dni_visit *v);
/* A sign of life: seen now, and to be written. */
void dni_visits_touch(struct dni_visits *t, int64_t now_us,
    struct dni_visit *v);
/* To be written again. */
void dni_visits_mark(struct dni_visits *t, struct dni_visit *v);
/* Takes one off the list of those to be written, oldest mark first. NULL:
 * none. */
struct dni_visit *dni_visits_take_dirty(struct dni_visits *t);
/* As lease_shift(). After a step forward what is stored looks as if it were
 * over: all are to be written again. */
void dni_visits_shift(struct dni_visits *t, int64_t by_us);
bool dni_visits_any_dirty(const struct dni_visits *t);
uint32_t dni_visits_count(const struct dni_visits *t);

/* A number for "came from the same place by the same click". */
uint64_t dni_visits_arrival(struct slice source, struct slice medium,
    struct slice campaign, struct slice click_id);

#endif
