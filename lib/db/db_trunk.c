#include "lib/db/db_trunk.h"

#include <string.h>

#include "lib/db/db_config.h"
#include "lib/db/stmt.h"

#define COLUMNS                                                                         \
	"id, name, enabled, country, dialled, codecs, identity_in,"                     \
	" outgoing, next_hop, uri_host, tech_prefix, username,"                         \
	" password_sealed, from_user, no_reply_ms, max_calls, calls_per_s, register_s," \
	" created_at"

#define DIALLED_BYTES 65

static const char *const dialled_names[SNAP_DIALLED_COUNT] = {
	[SNAP_DIALLED_REQUEST_URI] = "uri",
	[SNAP_DIALLED_TO] = "to",
	[SNAP_DIALLED_CALLED_PARTY] = "pcpid",
	[SNAP_DIALLED_DIVERSION] = "diversion",
};

const char *db_trunk_dialled_name(enum snap_dialled dialled)
{
	return dialled_names[dialled];
}

enum err db_trunk_dialled_parse(struct slice s, enum snap_dialled *out)
{
	for (size_t i = 0; i < SNAP_DIALLED_COUNT; i++)
		if (slice_eq_cstr(s, dialled_names[i])) {
			*out = (enum snap_dialled)i;
			return ERR_OK;
		}
	return ERR_RANGE;
}

void db_trunk_init(struct trunk_row *row)
{
	*row = (struct trunk_row){
		.enabled = true,
		.country = "US",
		.dialled = SNAP_DIALLED_REQUEST_URI,
		.codecs = SNAP_CODEC_PCMU | SNAP_CODEC_PCMA,
		.identity_in = true,
		.outgoing = true,
		.no_reply_ms = 4000,
	};
}

static void out_row(struct stmt *st, struct trunk_row *row,
    char dialled[DIALLED_BYTES])
{
	stmt_out_id(st, row->id.v);
	stmt_out_text(st, row->name, sizeof(row->name));
	stmt_out_bool(st, &row->enabled);
	stmt_out_text(st, row->country, sizeof(row->country));
	stmt_out_text(st, dialled, DIALLED_BYTES);
	stmt_out_u32(st, &row->codecs);
	stmt_out_bool(st, &row->identity_in);
	stmt_out_bool(st, &row->outgoing);
	stmt_out_text(st, row->next_hop, sizeof(row->next_hop));
	stmt_out_text(st, row->uri_host, sizeof(row->uri_host));
	stmt_out_text(st, row->tech_prefix, sizeof(row->tech_prefix));
	stmt_out_text(st, row->username, sizeof(row->username));
	stmt_out_bytes(st, row->password_sealed, sizeof(row->password_sealed),
	    &row->password_sealed_n);
	stmt_out_text(st, row->from_user, sizeof(row->from_user));
	stmt_out_u32(st, &row->no_reply_ms);
	stmt_out_u32(st, &row->max_calls);
	stmt_out_u32(st, &row->calls_per_s);
	stmt_out_u32(st, &row->register_s);
	stmt_out_time_us(st, &row->created_us);
}

static void in_settings(struct stmt *st, const struct trunk_row *row)
{
	stmt_in_text(st, slice_from(row->name));
	stmt_in_bool(st, row->enabled);
	stmt_in_text(st, slice_from(row->country));
	stmt_in_text(st, slice_from(db_trunk_dialled_name(row->dialled)));
	stmt_in_u64(st, row->codecs);
	stmt_in_bool(st, row->identity_in);
	stmt_in_bool(st, row->outgoing);
	stmt_in_text(st, slice_from(row->next_hop));
	stmt_in_text(st, slice_from(row->uri_host));
	stmt_in_text(st, slice_from(row->tech_prefix));
	stmt_in_text(st, slice_from(row->username));
	stmt_in_bytes_null(st,
	    row->password_sealed_n == 0 ? NULL : row->password_sealed,
	    row->password_sealed_n);
	stmt_in_text(st, slice_from(row->from_user));
	stmt_in_u64(st, row->no_reply_ms);
	stmt_in_u64(st, row->max_calls);
	stmt_in_u64(st, row->calls_per_s);
	stmt_in_u64(st, row->register_s);
}

enum err db_trunk_add(struct db *db, struct account_id account,
    const struct trunk_row *row)
{
	static const char sql[] =
	    "INSERT INTO trunk (account_id, id, created_at, name, enabled,"
	    " country, dialled, codecs, identity_in, outgoing, next_hop,"
	    " uri_host, tech_prefix, username, password_sealed, from_user,"
	    " no_reply_ms, max_calls, calls_per_s, register_s)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
	    " ?, ?)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, account.v);
	stmt_in_id(st, row->id.v);
	stmt_in_time_us(st, row->created_us);
	in_settings(st, row);
	return db_config_exec(db, st);
}

enum err db_trunk_get(struct db *db, struct account_id account,
    struct trunk_id id, struct trunk_row *out)
{
	static const char sql[] =
	    "SELECT " COLUMNS
	    " FROM trunk"
	    " WHERE account_id = ? AND id = ? AND archived_at IS NULL";
	char dialled[DIALLED_BYTES];
	struct trunk_row row;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, account.v);
	stmt_in_id(st, id.v);
	out_row(st, &row, dialled);
	e = stmt_one(st);
	if (e == ERR_OK)
		e = db_trunk_dialled_parse(slice_from(dialled), &row.dialled);
	if (e == ERR_OK)
		*out = row;
	return e;
}

enum err db_trunk_update(struct db *db, struct account_id account,
    const struct trunk_row *row)
{
	static const char sql[] =
	    "UPDATE trunk SET name = ?, enabled = ?, country = ?, dialled = ?,"
	    " codecs = ?, identity_in = ?, outgoing = ?, next_hop = ?,"
	    " uri_host = ?, tech_prefix = ?, username = ?,"
	    " password_sealed = ?, from_user = ?, no_reply_ms = ?,"
	    " max_calls = ?, calls_per_s = ?, register_s = ?"
	    " WHERE account_id = ? AND id = ? AND archived_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	in_settings(st, row);
	stmt_in_id(st, account.v);
	stmt_in_id(st, row->id.v);
	return db_config_exec(db, st);
}

enum err db_trunk_list(struct db *db, struct account_id account,
    struct arena *mem, struct trunk_row **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT " COLUMNS
	    " FROM trunk"
	    " WHERE account_id = ? AND archived_at IS NULL ORDER BY name, id";
	char dialled[DIALLED_BYTES];
	struct trunk_row row, *all;
	struct stmt *st = stmt_begin(db, sql);
	size_t k = 0;
	enum err e;

	stmt_in_id(st, account.v);
	out_row(st, &row, dialled);
	if ((e = stmt_each(st)) != ERR_OK)
		goto out;
	all = arena_array(mem, stmt_rows(st), sizeof(*all));
	if (all == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	while ((e = stmt_next(st)) == ERR_OK) {
		e = db_trunk_dialled_parse(slice_from(dialled), &row.dialled);
		if (e != ERR_OK)
			goto out;
		all[k++] = row;
	}
	if (e != ERR_NOTFOUND)
		goto out;
	*rows = all;
	*n = k;
	e = ERR_OK;
out:
	stmt_end(st);
	return e;
}

enum err db_trunk_archive(struct db *db, struct account_id account,
    struct trunk_id id, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE trunk SET archived_at = ?"
	    " WHERE account_id = ? AND id = ? AND archived_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_id(st, account.v);
	stmt_in_id(st, id.v);
	return db_config_exec(db, st);
}

static enum err change_acl(struct db *db, const char *sql,
    struct account_id account, struct trunk_id id,
    const struct trunk_acl_row *row)
{
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, account.v);
	stmt_in_id(st, id.v);
	stmt_in_text(st, slice_from(row->cidr));
	stmt_in_bool(st, row->media);
	return db_config_exec(db, st);
}

enum err db_trunk_acl_add(struct db *db, struct account_id account,
    struct trunk_id id, const struct trunk_acl_row *row)
{
	static const char sql[] =
	    "INSERT INTO trunk_acl (account_id, trunk_id, cidr, media)"
	    " VALUES (?, ?, ?, ?) ON DUPLICATE KEY UPDATE cidr = VALUES(cidr)";

	return change_acl(db, sql, account, id, row);
}

enum err db_trunk_acl_remove(struct db *db, struct account_id account,
    struct trunk_id id, const struct trunk_acl_row *row)
{
	static const char sql[] =
	    "DELETE FROM trunk_acl WHERE account_id = ? AND trunk_id = ?"
	    " AND cidr = ? AND media = ?";

	return change_acl(db, sql, account, id, row);
}

enum err db_trunk_acls(struct db *db, struct account_id account,
    struct trunk_id id, struct arena *mem, struct trunk_acl_row **rows,
    size_t *n)
{
	static const char sql[] =
	    "SELECT cidr, media FROM trunk_acl"
	    " WHERE account_id = ? AND trunk_id = ? ORDER BY cidr, media";
	struct trunk_acl_row row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, account.v);
	stmt_in_id(st, id.v);
	stmt_out_text(st, row.cidr, sizeof(row.cidr));
	stmt_out_bool(st, &row.media);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}
