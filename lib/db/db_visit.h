/*
 * db_visit.h - visits: where a browser came from and how long it stayed.
 *
 * Written in the lease server's batches, by ids that it made: a repeated write
 * after ERR_UNCERTAIN changes nothing. Texts must be valid UTF-8 and within
 * the lengths of lib/core/source and URLQ_MAX.
 */
#ifndef RT_DB_VISIT_H
#define RT_DB_VISIT_H

#include "lib/core/source.h"
#include "lib/core/urlq.h"
#include "lib/db/db.h"

struct visit_row {
	struct visit_id id;
	struct site_id site;
	struct visitor_id visitor;
	int64_t started_us;
	struct slice landing_url;
	struct slice landing_title;
	struct slice referrer;
	struct source source;
	struct slice ga_client_id;  /* at most 64 bytes */
	struct slice ga_session_id; /* 32 */
	struct slice fbc;           /* 600; as the cookie has it */
	struct slice fbp;           /* 64 */
	struct slice browser_zone;  /* IANA name the browser says, at most 64 */
};

/* Of one company; each with its first page viewed, of which there is no other
 * row (db_page_view.h). */
RT_MUST_USE enum err db_visit_add(struct db *db, struct company_id company,
    const struct visit_row *const *rows, size_t n);

/* What the browser knew a moment later; "" leaves what there is. Nothing
 * happens to a visit that is not there. */
struct visit_about {
	struct visit_id visit;
	struct slice browser_zone;
	struct slice ga_client_id;
	struct slice ga_session_id;
	struct slice fbc;
	struct slice fbp;
	uint32_t causes; /* taghealth.h; added to those there are */
	bool tells_use;  /* it would be told of use: none is none */
};

RT_MUST_USE enum err db_visit_about(struct db *db, struct company_id company,
    const struct visit_about *about);

/* How far a visit has come: totals, so that writing them twice changes
 * nothing. Nothing ever goes back. */
struct visit_progress {
	struct visit_id id;
	int64_t seen_us;
	uint32_t engaged_s;
	uint32_t page_views;
	int64_t tel_clicked_us; /* 0: no click */
	int64_t used_us; /* first; 0: not known. What stands there stays */
};

/* Nothing happens to a visit that is not there. */
RT_MUST_USE enum err db_visit_progress(struct db *db, struct company_id company,
    const struct visit_progress *const *rows, size_t n);

/* tel_click, consent_withdrawn, and custom with a name and a detail of the
 * page's own (64 and 255 bytes). number may be nil. */
struct visit_event_row {
	uint8_t id[ID_BYTES];
	struct visit_id visit;
	const char *kind;
	struct number_id number;
	int64_t happened_us;
	struct slice name;
	struct slice detail;
};

RT_MUST_USE enum err db_visit_event_add(struct db *db,
    struct company_id company, const struct visit_event_row *const *rows,
    size_t n);

/* A visit that may go on after the lease server started anew. */
struct visit_live {
	struct company_id company;
	struct visit_id id;
	struct site_id site;
	struct visitor_id visitor;
	int64_t started_us;
	int64_t seen_us;
	uint32_t engaged_s;
	uint32_t page_views;
	int64_t tel_clicked_us; /* 0: no click */
	/* What tells a new arrival from the same one (source.h). */
	char source[101];
	char medium[101];
	char campaign[256];
	char click_id[513]; /* the first there is, in the order of clickid.h */
	char landing_url[URLQ_MAX + 1];
	char referrer[URLQ_MAX + 1];
};

/* A visit that began longer ago than this before since_us is not looked for. */
#define DB_VISIT_LONGEST_US RT_DAY_US

/* Of all companies, for the lease server only: visits seen since since_us whose
 * visitor has not taken the consent back, oldest first in each company, at most
 * max in all; rows that do not fit are left out, and logged. each() may keep
 * nothing of what it is given. */
RT_MUST_USE enum err db_visit_each_live(struct db *db, int64_t since_us,
    uint32_t max, void (*each)(void *ctx, const struct visit_live *v),
    void *ctx);

#endif
