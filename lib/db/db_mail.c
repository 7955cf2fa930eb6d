#include "lib/db/db_mail.h"

#include "lib/base/utf8.h"
#include "lib/db/stmt.h"

#define COLUMNS                                                       \
	"SELECT r.id, r.company_id, r.user_id, u.name, u.email,"      \
	" r.kind, r.quiet_from_min, r.quiet_to_min, r.unsubscribe,"   \
	" r.attach, r.created_at, COALESCE(r.kind_at, r.created_at)," \
	" COALESCE(CAST(r.told_on AS CHAR), ''), c.name, c.time_zone" \
	" FROM mail_rule r"                                           \
	" JOIN user u ON u.id = r.user_id"                            \
	" JOIN company c ON c.id = r.company_id"

#define ONE  " r.company_id = ? AND r.id = ?"
#define LIVE " AND r.archived_at IS NULL"

/* Who may still see the company. */
#define MAY                                                                     \
	LIVE                                                                    \
	    " AND u.disabled_at IS NULL"                                        \
	    " AND c.archived_at IS NULL AND EXISTS (SELECT 1 FROM membership m" \
	    " WHERE m.user_id = u.id AND m.account_id = c.account_id"           \
	    " AND m.company_id IN (r.company_id, REPEAT(CHAR(0), 16)))"

static void out_rule(struct stmt *st, struct mail_rule_row *row)
{
	stmt_out_id(st, row->id.v);
	stmt_out_id(st, row->company.v);
	stmt_out_id(st, row->user.v);
	stmt_out_text(st, row->user_name, sizeof(row->user_name));
	stmt_out_text(st, row->email, sizeof(row->email));
	stmt_out_text(st, row->kind, sizeof(row->kind));
	stmt_out_u32(st, &row->quiet_from_min);
	stmt_out_u32(st, &row->quiet_to_min);
	stmt_out_text(st, row->unsubscribe, sizeof(row->unsubscribe));
	stmt_out_bool(st, &row->attach);
	stmt_out_time_us(st, &row->created_us);
	stmt_out_time_us(st, &row->kind_us);
	stmt_out_text(st, row->told_on, sizeof(row->told_on));
	stmt_out_text(st, row->company_name, sizeof(row->company_name));
	stmt_out_text(st, row->zone, sizeof(row->zone));
}

/* Reads the rules of st, whose parameters are set; ends st. */
static enum err read_rules(struct stmt *st, struct arena *mem,
    struct mail_rule_row **rows, size_t *n)
{
	struct mail_rule_row row;

	out_rule(st, &row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

/* Reads the one rule of st, which says ONE; ends st. */
static enum err read_rule(struct stmt *st, struct company_id company,
    struct mail_rule_id id, struct mail_rule_row *out)
{
	struct mail_rule_row row;
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	out_rule(st, &row);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = row;
	return e;
}

/* --- rules -----------------------------------------------------------------
 */

static bool sound(const struct mail_rule_row *row)
{
	enum mail_rule_kind kind;

	return mail_rule_parse(slice_from(row->kind), &kind) &&
	       row->quiet_from_min < MAIL_RULE_DAY_MIN &&
	       row->quiet_to_min < MAIL_RULE_DAY_MIN;
}

static enum err count_rules(struct db *db, struct company_id company,
    uint64_t *n)
{
	static const char sql[] =
	    "SELECT COUNT(*) FROM mail_rule"
	    " WHERE company_id = ?"
	    " AND archived_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_out_u64(st, n);
	return stmt_one(st);
}

enum err db_mail_rule_add(struct db *db, struct company_id company,
    const struct mail_rule_row *row)
{
	static const char sql[] =
	    "INSERT INTO mail_rule (company_id, id, user_id, kind,"
	    " quiet_from_min, quiet_to_min, unsubscribe, attach,"
	    " created_at)"
	    " SELECT c.id, ?, u.id, ?, ?, ?, ?, ?, ? FROM company c"
	    " JOIN user u ON u.account_id = c.account_id WHERE c.id = ?"
	    " AND u.id = ? AND EXISTS (SELECT 1 FROM membership m"
	    " WHERE m.user_id = u.id AND m.account_id = c.account_id"
	    " AND m.company_id IN (c.id, REPEAT(CHAR(0), 16)))";
	struct stmt *st;
	uint64_t n = 0;
	enum err e;

	if (!sound(row) || row->unsubscribe[0] == '\0')
		return ERR_RANGE;
	if ((e = count_rules(db, company, &n)) != ERR_OK)
		return e;
	if (n >= DB_MAIL_RULES_MAX)
		return ERR_BUSY;
	st = stmt_begin(db, sql);
	stmt_in_id(st, row->id.v);
	stmt_in_text(st, slice_from(row->kind));
	stmt_in_u64(st, row->quiet_from_min);
	stmt_in_u64(st, row->quiet_to_min);
	stmt_in_text(st, slice_from(row->unsubscribe));
	stmt_in_bool(st, row->attach);
	stmt_in_time_us(st, row->created_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->user.v);
	e = stmt_exec(st, &n);
	return e == ERR_OK && n == 0 ? ERR_RANGE : e;
}

enum err db_mail_rule_get(struct db *db, struct company_id company,
    struct mail_rule_id id, struct mail_rule_row *out)
{
	static const char sql[] = COLUMNS " WHERE" ONE LIVE;

	return read_rule(stmt_begin(db, sql), company, id, out);
}

enum err db_mail_rule_list(struct db *db, struct company_id company,
    struct arena *mem, struct mail_rule_row **rows, size_t *n)
{
	static const char sql[] = COLUMNS
	    " WHERE r.company_id = ? AND r.archived_at IS NULL"
	    " ORDER BY u.name COLLATE utf8mb4_unicode_520_ci, r.kind, r.id";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	return read_rules(st, mem, rows, n);
}

enum err db_mail_rule_update(struct db *db, struct company_id company,
    const struct mail_rule_row *row, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE mail_rule SET kind_at = CASE WHEN kind = ? THEN kind_at"
	    " ELSE ? END, kind = ?, quiet_from_min = ?,"
	    " quiet_to_min = ?, attach = ? WHERE company_id = ? AND id = ?"
	    " AND archived_at IS NULL";
	struct stmt *st;

	if (!sound(row))
		return ERR_RANGE;
	st = stmt_begin(db, sql);
	stmt_in_text(st, slice_from(row->kind));
	stmt_in_time_us(st, now_us);
	stmt_in_text(st, slice_from(row->kind));
	stmt_in_u64(st, row->quiet_from_min);
	stmt_in_u64(st, row->quiet_to_min);
	stmt_in_bool(st, row->attach);
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	return stmt_exec_one(st);
}

enum err db_mail_rule_told(struct db *db, struct company_id company,
    struct mail_rule_id id, struct slice day)
{
	static const char sql[] =
	    "UPDATE mail_rule SET told_on = ? WHERE company_id = ? AND id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, day);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return stmt_exec(st, NULL);
}

enum err db_mail_rule_archive(struct db *db, struct company_id company,
    struct mail_rule_id id, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE mail_rule SET archived_at = ? WHERE company_id = ?"
	    " AND id = ? AND archived_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return stmt_exec_one(st);
}

enum err db_mail_unsubscribe(struct db *db, struct slice token, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE mail_rule SET archived_at = ? WHERE unsubscribe = ?"
	    " AND archived_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_text(st, token);
	return stmt_exec_one(st);
}

enum err db_mail_rules_for(struct db *db, struct company_id company,
    enum mail_rule_kind kind, struct arena *mem, struct mail_rule_row **rows,
    size_t *n)
{
	static const char sql[] = COLUMNS
	    " WHERE r.company_id = ? AND r.kind = ?" MAY " ORDER BY r.id";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_text(st, slice_from(mail_rule_name(kind)));
	return read_rules(st, mem, rows, n);
}

enum err db_mail_rule_lives(struct db *db, struct company_id company,
    struct mail_rule_id id, struct mail_rule_row *out)
{
	static const char sql[] = COLUMNS " WHERE" ONE MAY;

	return read_rule(stmt_begin(db, sql), company, id, out);
}

enum err db_mail_rules_all(struct db *db, enum mail_rule_kind kind,
    struct mail_rule_id after, uint32_t max, struct arena *mem,
    struct mail_rule_row **rows, size_t *n)
{
	static const char sql[] = COLUMNS " WHERE r.kind = ? AND r.id > ?" MAY
					  " ORDER BY r.id LIMIT ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, slice_from(mail_rule_name(kind)));
	stmt_in_id(st, after.v);
	stmt_in_u64(st, max);
	return read_rules(st, mem, rows, n);
}

/* --- what sets mails going -------------------------------------------------
 */

enum err db_mail_call_closed(struct db *db, struct company_id company,
    struct call_id call, int64_t now_us)
{
	static const char sql[] =
	    "INSERT INTO job (company_id, kind, job_key, payload, state,"
	    " due_at, created_at) SELECT r.company_id, 'notify', ?, ?,"
	    " 'ready', ?, ? FROM mail_rule r WHERE r.company_id = ?"
	    " AND r.kind IN ('missed', 'voicemail')"
	    " AND r.archived_at IS NULL LIMIT 1";
	char id[ID_TEXT_MAX];
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	id_text(ID_KIND_call, call.v, id);
	stmt_in_text(st, slice_from(id));
	stmt_in_text(st, slice_from(id));
	stmt_in_time_us(st, now_us);
	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	e = stmt_exec(st, NULL);
	return e == ERR_CONFLICT ? ERR_OK : e;
}

enum err db_mail_silent_sites(struct db *db, int64_t from_us, int64_t until_us,
    struct arena *mem, struct mail_site_row **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT s.company_id, s.id, s.name, s.seen_at FROM site s"
	    " WHERE s.archived_at IS NULL AND s.seen_at >= ?"
	    " AND s.seen_at < ? LIMIT 1000";
	struct mail_site_row row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, from_us);
	stmt_in_time_us(st, until_us);
	stmt_out_id(st, row.company.v);
	stmt_out_id(st, row.id.v);
	stmt_out_text(st, row.name, sizeof(row.name));
	stmt_out_time_us(st, &row.seen_us);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_mail_dead_trunks(struct db *db, int64_t since_us, uint32_t least,
    struct arena *mem, struct mail_trunk_row **rows, size_t *n)
{
	/* No answer at all, or a server error: what a busy or unwilling person
	 * causes is not the trunk's. */
	static const char sql[] =
	    "SELECT l.company_id, t.id, MIN(t.name), COUNT(*)"
	    " FROM phone_call c JOIN call_leg l"
	    " ON l.company_id = c.company_id AND l.call_id = c.id"
	    " AND l.seq > 0 JOIN trunk t ON t.id = l.trunk_id"
	    " WHERE c.state = 'closed' AND c.started_at >= ?"
	    " GROUP BY l.company_id, t.id HAVING COUNT(*) >= ?"
	    " AND SUM(CASE WHEN l.ringing_at IS NULL"
	    " AND l.answered_at IS NULL"
	    " AND (l.sip_status = 0 OR l.sip_status >= 500)"
	    " THEN 0 ELSE 1 END) = 0 LIMIT 1000";
	struct mail_trunk_row row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, since_us);
	stmt_in_u64(st, least);
	stmt_out_id(st, row.company.v);
	stmt_out_id(st, row.id.v);
	stmt_out_text(st, row.name, sizeof(row.name));
	stmt_out_u64(st, &row.failed);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

/* --- the log ---------------------------------------------------------------
 */

enum err db_mail_log(struct db *db, struct company_id company,
    const struct mail_log_row *row)
{
	static const char sql[] =
	    "INSERT INTO mail_log (company_id, job_id, template, to_address,"
	    " subject, state, attempts, last_error, created_at, tried_at)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	    " ON DUPLICATE KEY UPDATE state = VALUES(state),"
	    " attempts = VALUES(attempts), last_error = VALUES(last_error),"
	    " tried_at = VALUES(tried_at)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_u64(st, row->job);
	stmt_in_text(st, slice_from(row->template));
	stmt_in_text(st, slice_from(row->to));
	stmt_in_text(st, utf8_head(slice_from(row->subject), 255));
	stmt_in_text(st, slice_from(row->state));
	stmt_in_u64(st, row->attempts);
	stmt_in_text(st, utf8_head(slice_from(row->error), 255));
	stmt_in_time_us(st, row->tried_us);
	stmt_in_time_us(st, row->tried_us);
	return stmt_exec(st, NULL);
}

enum err db_mail_log_list(struct db *db, struct company_id company,
    uint64_t before, uint32_t max, struct arena *mem,
    struct mail_log_row **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT job_id, template, to_address, subject, state, attempts,"
	    " last_error, tried_at FROM mail_log WHERE company_id = ?"
	    " AND job_id < ? ORDER BY job_id DESC LIMIT ?";
	struct mail_log_row row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_u64(st, before == 0 ? UINT64_MAX : before);
	stmt_in_u64(st, max);
	stmt_out_u64(st, &row.job);
	stmt_out_text(st, row.template, sizeof(row.template));
	stmt_out_text(st, row.to, sizeof(row.to));
	stmt_out_text(st, row.subject, sizeof(row.subject));
	stmt_out_text(st, row.state, sizeof(row.state));
	stmt_out_u32(st, &row.attempts);
	stmt_out_text(st, row.error, sizeof(row.error));
	stmt_out_time_us(st, &row.tried_us);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_mail_log_sweep(struct db *db, int64_t before_us, uint32_t max,
    uint64_t *removed)
{
	static const char sql[] =
	    "DELETE FROM mail_log WHERE tried_at < ? LIMIT ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, before_us);
	stmt_in_u64(st, max);
	return stmt_exec(st, removed);
}
