/*
 * bench_reports.c - fills a database with a year of made-up calls, for
 * bench/reports.mjs: bench_reports SOCKET USER CALLS COMPANIES PART PARTS. Of
 * PARTS such programs at once, each makes its part of the companies.
 *
 * Realistic skew: the first company has a tenth of all calls, the others fall
 * off like 1/k; sources, campaigns and keywords have few large and many small
 * ones; calls come in office hours and less at weekends. The server makes the
 * rows, from checksums of a running number, so that every run has the same
 * ones; the roll-ups are made by the verb that the product has for it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/base/rnd.h"
#include "lib/core/rollup_cover.h"
#include "lib/db/db_account.h"
#include "lib/db/db_company.h"
#include "lib/db/db_pack.h"
#include "lib/db/db_stat.h"
#include "lib/db/stmt.h"

#define TRIES 10
#define DAYS  INT64_C(365)
#define BLOCK UINT64_C(100000)

/* A share of 1/1,000,000 that depends on the running number and a letter. */
#define DICE(letter) "(CRC32(CONCAT(s.seq, '" letter "', ?)) % 1000000)"

/* In the order of time, as calls come: takes the start, how many there are and
 * salt twice, two dice for the hour. */
#define WHEN \
	"? + INTERVAL ((s.seq - 1) * 365 DIV ?) DAY"                        \
	" + INTERVAL (28800 + (" DICE("h") " + " DICE("i") ") * 36000 DIV " \
	"2000000) SECOND"

#define ID                                                              \
	"UNHEX(CONCAT(LPAD(HEX(UNIX_TIMESTAMP(m.at) * 1000), 12, '0')," \
	" '7', LPAD(HEX(m.seq), 3, '0'), '8', LPAD(HEX(m.seq), 15, '0')))"

/* seq within (from, to]; then the salt of each die. */
#define MADE \
	"(SELECT s.seq, " WHEN " AS at, " DICE("r") " AS r, " DICE("t")   \
	" AS t, " DICE("s") " AS src, " DICE("k") " AS k"                 \
	" FROM seq_1_to_20000000 s WHERE s.seq > ? AND s.seq <= ?) AS m"

static const char calls_sql[] =
    "INSERT INTO phone_call (company_id, id, state, result, number_id,"
    " number_e164, caller_e164, caller_name, caller_country, caller_place,"
    " first_time, started_at, answered_at, bridged_at, ended_at, duration_ms,"
    " ring_ms, talk_ms, qualified) SELECT ?, " ID
    ", 'closed',"
    " CASE WHEN m.r < 780000 THEN 'answered' WHEN m.r < 900000 THEN 'missed'"
    "  WHEN m.r < 960000 THEN 'voicemail' ELSE 'abandoned' END,"
    " UNHEX(LPAD(HEX(m.k % 40 + 1), 32, '0')), '+14155550100',"
    " CONCAT('+1415', LPAD(m.t * 7 % 10000000, 7, '0')),"
    " CONCAT('Caller ', m.t % 5000), 'US',"
    " ELT(1 + m.k % 5, 'San Francisco, CA', 'Oakland, CA', 'San Jose, CA',"
    "  'Berkeley, CA', 'Fremont, CA'), m.t % 10 < 6, m.at,"
    " m.at + INTERVAL 8 SECOND, m.at + INTERVAL 8 SECOND,"
    " m.at + INTERVAL 200 SECOND, m.t % 400 * 1000, 4000 + m.k % 20 * 1000,"
    " CASE WHEN m.r < 780000 THEN m.t % 400 * 1000 ELSE 0 END,"
    " m.r < 780000 AND m.t % 400 >= 60 FROM " MADE;

static const char itns_sql[] =
    "INSERT INTO interaction (company_id, id, kind, happened_at,"
    " attributed_by, probability_bp, source, medium, campaign, ad_group,"
    " keyword, channel, landing_page, outcome, value_micros)"
    " SELECT ?, " ID
    ", 'call', m.at, 'visit', 9000,"
    " CASE WHEN m.src < 450000 THEN 'google' WHEN m.src < 600000 THEN"
    "  'facebook' WHEN m.src < 700000 THEN '(direct)' WHEN m.src < 780000"
    "  THEN 'bing' ELSE CONCAT('site', m.src % 30, '.example') END,"
    " CASE WHEN m.src < 600000 THEN 'cpc' WHEN m.src < 700000 THEN '(none)'"
    "  ELSE 'referral' END,"
    " CONCAT('Campaign ', FLOOR(SQRT(m.k)) % 60), CONCAT('g', m.k % 200),"
    " CONCAT('keyword ', FLOOR(SQRT(m.t)) % 500), 'paid_search',"
    " CONCAT('example.com/page', m.k % 25),"
    " ELT(1 + m.k % 4, '', 'lead', '', 'sold'),"
    " CASE WHEN m.k % 4 = 3 THEN m.t * 1000 END FROM " MADE;

/* One call in five has the tag "often", one in 20,000 "seldom". */
static const char tags_sql[] =
    "INSERT INTO interaction_tag (company_id, interaction_id, tag_id, added_at)"
    " SELECT ?, " ID
    ", UNHEX(LPAD(IF(m.t % 20000 = 7, '2', '1'), 32, '0')), m.at FROM " MADE
    " WHERE m.k % 5 = 1 OR m.t % 20000 = 7";

static enum err make(struct db *db, const char *sql, struct company_id company,
    int64_t start_us, uint64_t n, uint64_t from, uint64_t to)
{
	char salt[2 * ID_BYTES + 1];
	struct stmt *st;

	for (size_t i = 0; i < ID_BYTES; i++)
		(void)snprintf(salt + 2 * i, 3, "%02x", company.v[i]);
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_time_us(st, start_us);
	stmt_in_u64(st, n);
	for (int i = 0; i < 6; i++)
		stmt_in_text(st, slice_from(salt));
	stmt_in_u64(st, from);
	stmt_in_u64(st, to);
	return stmt_exec(st, NULL);
}

static enum err add_company(struct db *db, struct account_id account,
    unsigned int k, int64_t now_us, struct company_row *out)
{
	uint8_t dice[10];

	*out = (struct company_row){ .account = account,
		.time_zone = "America/Los_Angeles",
		.country = "US",
		.currency = "USD",
		.billable_s = 60,
		.credit_min_bp = 6000,
		.created_us = now_us };
	rnd_bytes(dice, sizeof(dice));
	id_make(now_us, dice, out->id.v);
	(void)snprintf(out->name, sizeof(out->name), "Bench %03u", k);
	return db_company_add(db, out);
}

static enum err add_tags(struct db *db, struct company_id company,
    int64_t now_us)
{
	static const char sql[] =
	    "INSERT INTO tag (company_id, id, name, created_at)"
	    " SELECT ?, UNHEX(LPAD(s.seq, 32, '0')), ELT(s.seq, 'often',"
	    " 'seldom'), ? FROM seq_1_to_2 s";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_time_us(st, now_us);
	return stmt_exec(st, NULL);
}

/* In the pieces that an upgrade makes, which the server sorts in memory. */
static enum err sum_up(struct db *db, struct company_id company,
    int64_t start_us)
{
	const struct rollup_cover_span s =
	    rollup_cover_chunks(start_us, start_us + DAYS * RT_DAY_US);
	enum err e = ERR_OK;
	int tries = 0;

	for (int64_t at = s.from_us; at < s.to_us && e == ERR_OK;) {
		e = db_stat_rebuild(db, company, at, at + 1);
		/* Another part's rows lie beside ours: one of both waits. */
		if (e == ERR_BUSY && ++tries < TRIES) {
			e = ERR_OK;
			continue;
		}
		at += ROLLUP_COVER_CHUNK_DAYS * RT_DAY_US;
		tries = 0;
	}
	return e;
}

static enum err fill(struct db *db, const struct company_row *c, uint64_t n,
    int64_t start_us)
{
	size_t packed = 0;
	enum err e = ERR_OK;

	for (uint64_t at = 0; at < n && e == ERR_OK; at += BLOCK) {
		const uint64_t to = at + BLOCK < n ? at + BLOCK : n;

		e = make(db, calls_sql, c->id, start_us, n, at, to);
		if (e == ERR_OK)
			e = make(db, itns_sql, c->id, start_us, n, at, to);
		if (e == ERR_OK)
			e = make(db, tags_sql, c->id, start_us, n, at, to);
	}
	if (e == ERR_OK)
		e = sum_up(db, c->id, start_us);
	return e == ERR_OK ? db_pack_make(db, c->id, start_us,
				 start_us + DAYS * RT_DAY_US, DB_PACK_LEAST,
				 (size_t)DAYS, &packed)
			   : e;
}

/* The first company has a tenth, the others what 1/k gives of the rest. */
static uint64_t share(uint64_t calls, unsigned int k, unsigned int companies)
{
	double all = 0;

	if (k == 1)
		return companies == 1 ? calls : calls / 10;
	for (unsigned int i = 2; i <= companies; i++)
		all += 1.0 / (20 + i);
	return (uint64_t)((double)(calls - calls / 10) / (20 + k) / all);
}

struct part {
	unsigned int at;
	unsigned int of;
};

static enum err run(struct db *db, uint64_t calls, unsigned int companies,
    struct part part)
{
	const int64_t now_us = clk_wall_us();
	const int64_t start_us =
	    now_us / RT_DAY_US * RT_DAY_US - DAYS * RT_DAY_US;
	struct account_row *accounts = NULL;
	struct company_row c;
	struct arena mem;
	size_t n = 0;
	enum err e;

	arena_init(&mem, 1 << 20);
	e = db_account_list(db, &mem, &accounts, &n);
	for (unsigned int k = 1; e == ERR_OK && n > 0 && k <= companies; k++) {
		if (k % part.of != part.at)
			continue;
		e = add_company(db, accounts[0].id, k, now_us, &c);
		if (e == ERR_OK)
			e = add_tags(db, c.id, now_us);
		if (e == ERR_OK)
			e = fill(db, &c, share(calls, k, companies), start_us);
	}
	arena_fini(&mem);
	return e;
}

int main(int argc, char **argv)
{
	struct db *db = NULL;
	enum err e;

	log_open("bench_reports", 2, LOG_INFO);
	if (argc != 7 || strtoul(argv[6], NULL, 10) == 0) {
		(void)fprintf(stderr,
		    "usage: bench_reports SOCKET USER CALLS COMPANIES PART"
		    " PARTS\n");
		return 2;
	}
	e = db_open(&db, &(struct db_options){ .socket = argv[1],
			     .user = argv[2],
			     .password = "",
			     .name = "ringtrace",
			     .timeout_ms = 600000 });
	if (e == ERR_OK)
		e = run(db, strtoull(argv[3], NULL, 10),
		    (unsigned int)strtoul(argv[4], NULL, 10),
		    (struct part){ (unsigned int)strtoul(argv[5], NULL, 10),
			(unsigned int)strtoul(argv[6], NULL, 10) });
	db_close(db);
	if (e != ERR_OK)
		(void)fprintf(stderr, "bench_reports: %s\n", err_name(e));
	return e == ERR_OK ? 0 : 1;
}
