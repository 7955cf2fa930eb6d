/*
 * db_mail.h - who gets which mail, and the log of what was sent.
 */
#ifndef RT_DB_DB_MAIL_H
#define RT_DB_DB_MAIL_H

#include "lib/base/arena.h"
#include "lib/core/mail_rule.h"
#include "lib/db/db.h"

#define DB_MAIL_RULES_MAX 500 /* of a company */
#define DB_MAIL_TOKEN     44  /* with NUL */
#define DB_MAIL_DAY_BYTES 11

struct mail_rule_row {
	struct mail_rule_id id;
	struct company_id company;
	struct user_id user;
	char user_name[DB_NAME_BYTES];
	char email[1017];
	char kind[17];           /* mail_rule_name() */
	uint32_t quiet_from_min; /* 0 to 1439, of the company's day */
	uint32_t quiet_to_min;
	char unsubscribe[DB_MAIL_TOKEN];
	bool attach; /* voice messages in the mail, not as a link only */
	int64_t created_us;
	int64_t kind_us;                 /* since when it is of that kind */
	char told_on[DB_MAIL_DAY_BYTES]; /* db_mail_rule_told(); "" never */
	/* Of the company, for whoever sends. */
	char company_name[DB_NAME_BYTES];
	char zone[DB_ZONE_BYTES];
};

/* Uses id, user, kind, quiet hours, token, attach, created. ERR_RANGE: a bad
 * kind or hour, or the user has no right to the company; ERR_BUSY: too many. */
RT_MUST_USE enum err db_mail_rule_add(struct db *db, struct company_id company,
    const struct mail_rule_row *row);
RT_MUST_USE enum err db_mail_rule_get(struct db *db, struct company_id company,
    struct mail_rule_id id, struct mail_rule_row *out);
/* By name of the user and kind. */
RT_MUST_USE enum err db_mail_rule_list(struct db *db, struct company_id company,
    struct arena *mem, struct mail_rule_row **rows, size_t *n);
/* Kind, quiet hours, attach. */
RT_MUST_USE enum err db_mail_rule_update(struct db *db,
    struct company_id company, const struct mail_rule_row *row, int64_t now_us);
/* Its person has been told of the days before that one ("2026-11-20"). */
RT_MUST_USE enum err db_mail_rule_told(struct db *db, struct company_id company,
    struct mail_rule_id id, struct slice day);
RT_MUST_USE enum err db_mail_rule_archive(struct db *db,
    struct company_id company, struct mail_rule_id id, int64_t now_us);
/* By the token of a mail's link: no company is known. ERR_NOTFOUND: no such
 * rule, or over already. */
RT_MUST_USE enum err db_mail_unsubscribe(struct db *db, struct slice token,
    int64_t now_us);

/* Rules of a company and kind whose users may still see the company and are
 * not disabled. */
RT_MUST_USE enum err db_mail_rules_for(struct db *db, struct company_id company,
    enum mail_rule_kind kind, struct arena *mem, struct mail_rule_row **rows,
    size_t *n);
/* One of them, as it is now: for a mail that waited. ERR_NOTFOUND: it is over,
 * or its user may not see the company any more. */
RT_MUST_USE enum err db_mail_rule_lives(struct db *db,
    struct company_id company, struct mail_rule_id id,
    struct mail_rule_row *out);
/* The same in all companies, after rule `after` (nil: from the first), by id,
 * at most max: for what runs by the clock. */
RT_MUST_USE enum err db_mail_rules_all(struct db *db, enum mail_rule_kind kind,
    struct mail_rule_id after, uint32_t max, struct arena *mem,
    struct mail_rule_row **rows, size_t *n);

/* In the transaction that closes a call: a job "notify" when anybody wants to
 * know of missed calls or voice messages. */
RT_MUST_USE enum err db_mail_call_closed(struct db *db,
    struct company_id company, struct call_id call, int64_t now_us);

/* Sites whose tag was seen before from_us and not since. */
struct mail_site_row {
	struct company_id company;
	struct site_id id;
	char name[DB_NAME_BYTES];
	int64_t seen_us;
};
RT_MUST_USE enum err db_mail_silent_sites(struct db *db, int64_t from_us,
    int64_t until_us, struct arena *mem, struct mail_site_row **rows,
    size_t *n);

/* Trunks by whose outgoing legs every one of the calls since since_us failed,
 * at least least of them, for each company that had one. */
struct mail_trunk_row {
	struct company_id company;
	struct trunk_id id;
	char name[DB_NAME_BYTES];
	uint64_t failed;
};
RT_MUST_USE enum err db_mail_dead_trunks(struct db *db, int64_t since_us,
    uint32_t least, struct arena *mem, struct mail_trunk_row **rows, size_t *n);

/* --- the log ---------------------------------------------------------------
 */

struct mail_log_row {
	uint64_t job;
	char template[33];
	char to[1017];
	char subject[DB_TEXT_BYTES];
	char state[9]; /* sent failed */
	uint32_t attempts;
	char error[DB_TEXT_BYTES];
	int64_t tried_us;
};

/* Writes or overwrites the row of that job. */
RT_MUST_USE enum err db_mail_log(struct db *db, struct company_id company,
    const struct mail_log_row *row);
/* Newest first, below job before (0: all). */
RT_MUST_USE enum err db_mail_log_list(struct db *db, struct company_id company,
    uint64_t before, uint32_t max, struct arena *mem,
    struct mail_log_row **rows, size_t *n);
RT_MUST_USE enum err db_mail_log_sweep(struct db *db, int64_t before_us,
    uint32_t max, uint64_t *removed);

#endif
