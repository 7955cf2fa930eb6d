/*
 * dni_write.h - what one request has to say to the database, and the
 * transaction that writes many of them at once.
 *
 * Everything in it can be written twice without harm, so a batch whose commit
 * was lost is simply written again.
 */
#ifndef RT_CGI_DNI_DNI_WRITE_H
#define RT_CGI_DNI_DNI_WRITE_H

#include "lib/db/db_form.h"
#include "lib/db/db_lease.h"
#include "lib/db/db_overflow.h"
#include "lib/db/db_page_view.h"
#include "lib/db/db_visit.h"
#include "lib/db/db_visitor.h"

enum dni_write_part {
	DNI_WRITE_VISITOR = 1 << 0,
	DNI_WRITE_VISIT = 1 << 1,
	DNI_WRITE_PAGE = 1 << 2,
	DNI_WRITE_LEASE = 1 << 3,
	DNI_WRITE_ENDED = 1 << 4, /* another lease ends now */
	DNI_WRITE_PROGRESS = 1 << 5,
	DNI_WRITE_BEAT = 1 << 6, /* of lease.id: beat_us, expires_us */
	DNI_WRITE_EVENT = 1 << 7,
	DNI_WRITE_FORM = 1 << 8,
	DNI_WRITE_ABOUT = 1 << 9,    /* of the visit: what about.js says */
	DNI_WRITE_OVERFLOW = 1 << 10 /* it sees a pool's overflow number */
};

struct dni_wait;

struct dni_write {
	struct dni_write *next;
	unsigned int parts;
	size_t bytes; /* of a copy, with its texts */
	struct company_id company;
	struct visitor_seen visitor;
	struct visit_row visit;
	struct page_view_row page;
	struct lease_row lease; /* LEASE and BEAT: pool and epoch are checked */
	struct lease_end ended;
	/* The batch that stores the ended lease: to be done before this one
	 * begins (dni_writer.h). 0: it is stored. */
	uint64_t after;
	struct visit_progress progress;
	struct visit_event_row event;
	struct form_row form;
	struct visit_about about;
	struct overflow_row overflow;
	enum err result; /* set by dni_write_run() */
	/* Whoever wants to know the result (dni_state.h); NULL: nobody. */
	struct dni_wait *wait;
};

/* Writes the list in one transaction and sets every result. When one of them
 * alone makes it fail (ERR_RANGE, ERR_IO, ERR_CONFLICT), each is tried in a
 * transaction of its own, so that it harms nobody else. ERR_OK: each has its
 * own result; ERR_UNAVAILABLE: nothing was written; ERR_UNCERTAIN: unknown;
 * the results then say the same. The result ERR_BUSY: somebody else held the
 * row for seconds; so have those behind it, which were not tried. */
RT_MUST_USE enum err dni_write_run(struct db *db, struct dni_write *list);

/* The database was away, or too slow. */
bool dni_write_is_away(enum err result);

/* A copy on the heap with all its texts, freed with free(). NULL: no memory.
 */
struct dni_write *dni_write_copy(const struct dni_write *w);

#endif
