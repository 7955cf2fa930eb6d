/*
 * db_report_call.h - everything that is known of one call.
 *
 * One verb a table, all scoped by company: another company's call is
 * ERR_NOTFOUND and its parts are empty lists. Rows live in the caller's arena.
 * Errors: db.h; ERR_NOMEM: the arena is full.
 */
#ifndef RT_DB_DB_REPORT_CALL_H
#define RT_DB_DB_REPORT_CALL_H

#include "lib/base/arena.h"
#include "lib/db/db_report.h"

#define DB_REPORT_CALL_LEGS_MAX   ((size_t)32)
#define DB_REPORT_CALL_EVENTS_MAX ((size_t)1000)
#define DB_REPORT_CALL_PAGES_MAX  ((size_t)100)
#define DB_REPORT_CALL_CLICKS_MAX ((size_t)100)
/* Bytes of the evidence of a full set of candidates. */
#define DB_REPORT_CALL_EVIDENCE_MAX ((size_t)131072)
#define DB_REPORT_CALL_PEAKS_MAX    ((size_t)4 << 20)

/* phone_call with its interaction and the names of what it points at. */
struct db_report_call {
	struct call_id id;
	bool open;
	char result[17];
	int64_t started_us;
	int64_t bridged_us; /* to a person; 0: never */
	int64_t ended_us;   /* 0: not ended */
	uint64_t duration_ms;
	uint64_t ring_ms;
	uint64_t talk_ms;
	bool qualified;
	bool first_time;
	char hangup_by[13];
	uint16_t sip_status;
	uint16_t cause;
	char reason[DB_REPORT_TEXT(255)];
	char sip_call_id[DB_REPORT_TEXT(255)];
	char attestation[2];
	char user_agent[DB_REPORT_TEXT(255)];
	char source_address[46];
	bool anonymous;
	char record[9];          /* off notice silent */
	int64_t notice_ended_us; /* heard to its end; 0: not */
	char notice_key[DB_REPORT_TEXT(64)];
	uint32_t notice_version; /* 0: came with us */
	char notice_language[DB_REPORT_TEXT(16)];

	char number[17];
	char number_label[DB_REPORT_TEXT(100)];
	char pool[DB_REPORT_TEXT(100)];
	char flow[DB_REPORT_TEXT(100)];
	uint32_t flow_version;
	struct flow_id flow_id; /* nil: none */
	char location[DB_REPORT_TEXT(100)];
	char
	    destination[DB_REPORT_TEXT(100)]; /* who answered, else last rung */
	char destination_target[DB_REPORT_TEXT(255)];

	char caller[17];
	char caller_raw[DB_REPORT_TEXT(64)];
	char caller_name[DB_REPORT_TEXT(128)];
	char caller_country[9];
	char caller_place[DB_REPORT_TEXT(100)];

	char attributed_by[9]; /* visit tracker source none */
	struct visit_id visit; /* nil: none */
	char tracker[DB_REPORT_TEXT(100)];
	uint16_t probability_bp;
	uint32_t rule_version;
	char source[DB_REPORT_TEXT(100)];
	char medium[DB_REPORT_TEXT(100)];
	char campaign[DB_REPORT_TEXT(255)];
	char ad_group[DB_REPORT_TEXT(64)];
	char keyword[DB_REPORT_TEXT(255)];
	char channel[DB_REPORT_TEXT(32)];
	char landing_page[DB_REPORT_TEXT(255)];
	char referrer_host[DB_REPORT_TEXT(255)];
	char outcome[DB_REPORT_TEXT(64)];
	char *evidence; /* JSON, in the arena; "" when there is none */
};
RT_MUST_USE enum err db_report_call(struct db *db, struct company_id company,
    struct call_id call, struct arena *mem, struct db_report_call **out);

struct db_report_call_leg {
	uint32_t seq; /* 0 is the caller's */
	char destination[DB_REPORT_TEXT(100)];
	char target[DB_REPORT_TEXT(255)];
	int64_t started_us;
	int64_t ringing_us; /* these four: 0 when it did not happen */
	int64_t early_us;   /* it was heard before it answered */
	int64_t answered_us;
	int64_t ended_us;
	uint16_t sip_status;
	uint16_t cause;
	char reason[DB_REPORT_TEXT(255)];
	char hangup_by[13];
	char codec[17];
	uint64_t packets_in;
	uint64_t packets_out;
	uint64_t packets_lost;
	uint64_t packets_dropped; /* came, but were not of this leg's sound */
	uint64_t jitter_us;
	uint64_t rtt_us; /* 0: the other side did not tell */
};
RT_MUST_USE enum err db_report_call_legs(struct db *db,
    struct company_id company, struct call_id call, struct arena *mem,
    struct db_report_call_leg **rows, size_t *n);

struct db_report_call_event {
	uint32_t seq;
	bool has_leg;
	uint32_t leg;
	char kind[DB_REPORT_TEXT(32)];
	uint16_t step;   /* of the flow; UINT16_MAX: none */
	uint16_t branch; /* UINT16_MAX: none */
	int64_t value;
	char detail[DB_REPORT_TEXT(255)];
	int64_t at_us;
};
/* In order; the first DB_REPORT_CALL_EVENTS_MAX. */
RT_MUST_USE enum err db_report_call_events(struct db *db,
    struct company_id company, struct call_id call, struct arena *mem,
    struct db_report_call_event **rows, size_t *n);

/* The recording of a call. */
struct db_report_call_recording {
	char state[9]; /* pending ready failed erased */
	char why[13];  /* db_recording.h */
	char path[DB_REPORT_TEXT(255)];
	int64_t started_us;
	uint64_t duration_ms;
	uint64_t size_bytes;
	uint32_t channels;
	bool has_peaks;
};
/* The newest one. ERR_NOTFOUND: the call was not recorded. */
RT_MUST_USE enum err db_report_call_recording(struct db *db,
    struct company_id company, struct call_id call,
    struct db_report_call_recording *out);
/* Its waveform as the job wrote it. ERR_NOTFOUND: not made yet; ERR_TOOBIG. */
RT_MUST_USE enum err db_report_call_peaks(struct db *db,
    struct company_id company, struct call_id call, struct arena *mem,
    struct slice *out);

/* The visit a call is credited to. */
struct db_report_call_visit {
	struct visit_id id;
	int64_t started_us;
	int64_t seen_us;
	uint64_t engaged_s;
	uint64_t page_views;
	int64_t tel_clicked_us; /* 0: never */
	uint64_t visits; /* of this visitor until then, this one included */
	char site[DB_REPORT_TEXT(100)];
	char landing_url[DB_REPORT_TEXT(2048)];
	char referrer[DB_REPORT_TEXT(2048)];
	char source[DB_REPORT_TEXT(100)];
	char medium[DB_REPORT_TEXT(100)];
	char campaign[DB_REPORT_TEXT(255)];
	char keyword[DB_REPORT_TEXT(255)];
	char channel[DB_REPORT_TEXT(32)];
	char utm_content[DB_REPORT_TEXT(255)];
	char utm_id[DB_REPORT_TEXT(255)];
	/* The one click id that came, and what it is called; "" for none. */
	char click_id[DB_REPORT_TEXT(512)];
	char click_kind[16];
	char campaign_id[DB_REPORT_TEXT(64)];
	char ad_group_id[DB_REPORT_TEXT(64)];
	char ad_id[DB_REPORT_TEXT(64)];
	char match_type[DB_REPORT_TEXT(16)];
	char network[DB_REPORT_TEXT(32)];
	char device[DB_REPORT_TEXT(16)];
	char browser_zone[DB_REPORT_TEXT(64)];
	uint32_t causes; /* taghealth.h: what makes it look like another */
};
RT_MUST_USE enum err db_report_call_visit(struct db *db,
    struct company_id company, struct visit_id visit, struct arena *mem,
    struct db_report_call_visit **out);

struct db_report_call_page {
	char url[DB_REPORT_TEXT(2048)];
	char title[DB_REPORT_TEXT(255)];
	int64_t at_us;
};
/* In order; the first DB_REPORT_CALL_PAGES_MAX. */
RT_MUST_USE enum err db_report_call_pages(struct db *db,
    struct company_id company, struct visit_id visit, struct arena *mem,
    struct db_report_call_page **rows, size_t *n);

/* Clicks on the phone link, consent: visit_event. */
struct db_report_call_click {
	char kind[DB_REPORT_TEXT(32)];
	char number[17]; /* "" when the event names none */
	int64_t at_us;
};
RT_MUST_USE enum err db_report_call_clicks(struct db *db,
    struct company_id company, struct visit_id visit, struct arena *mem,
    struct db_report_call_click **rows, size_t *n);

/* What the audit log says of a call: who played, took, marked it. */
#define DB_REPORT_CALL_TRAIL_MAX ((size_t)100)
struct db_report_call_trail {
	char action[DB_REPORT_TEXT(64)];
	char user[DB_REPORT_TEXT(100)]; /* "" the system, or nobody now */
	int64_t at_us;
	struct slice before; /* JSON, in the arena; "" none */
	struct slice after;
};
/* The newest DB_REPORT_CALL_TRAIL_MAX, newest first. */
RT_MUST_USE enum err db_report_call_trail(struct db *db,
    struct company_id company, struct call_id call, struct arena *mem,
    struct db_report_call_trail **rows, size_t *n);

#endif
