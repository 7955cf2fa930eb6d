#include "lib/db/db_snap.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/addr4.h"
#include "lib/base/log.h"
#include "lib/base/scan.h"
#include "lib/core/nexthop.h"
#include "lib/db/db_config.h"
#include "lib/db/db_destination.h"
#include "lib/db/db_flow.h"
#include "lib/db/db_number.h"
#include "lib/db/db_trunk.h"
#include "lib/db/stmt.h"

#define SIP_PORT 5060
#define TEXT_MAX 1020

/* --- trunks -------------------------------------------------------------- */

struct trunk_raw {
	struct snap_trunk row;
	struct slice sealed;
	struct slice dialled;
	struct slice next_hop;
};

#define TRUNKS                                                           \
	"SELECT account_id, id, name, country, dialled, codecs,"         \
	" identity_in, outgoing, next_hop, uri_host, tech_prefix,"       \
	" username, password_sealed, from_user, no_reply_ms, max_calls," \
	" calls_per_s, register_s FROM trunk"                            \
	" WHERE enabled <> 0 AND archived_at IS NULL"

/* only: one company's account, or NULL. */
static enum err read_trunks(struct db *db, const struct company_id *only,
    struct arena *mem, struct trunk_raw **rows, size_t *n)
{
	static const char all_sql[] = TRUNKS " ORDER BY account_id, id";
	static const char one_sql[] = TRUNKS
	    " AND account_id = (SELECT account_id FROM company WHERE id = ?)"
	    " ORDER BY account_id, id";
	struct trunk_raw t;
	struct stmt *st;

	memset(&t, 0, sizeof(t));
	st = stmt_begin(db, only == NULL ? all_sql : one_sql);
	if (only != NULL)
		stmt_in_id(st, only->v);
	stmt_out_id(st, t.row.account.v);
	stmt_out_id(st, t.row.id.v);
	stmt_out_slice(st, mem, TEXT_MAX, &t.row.name);
	stmt_out_slice(st, mem, TEXT_MAX, &t.row.country);
	stmt_out_slice(st, mem, TEXT_MAX, &t.dialled);
	stmt_out_u32(st, &t.row.codecs);
	stmt_out_bool(st, &t.row.identity_in);
	stmt_out_bool(st, &t.row.outgoing);
	stmt_out_slice(st, mem, TEXT_MAX, &t.next_hop);
	stmt_out_slice(st, mem, TEXT_MAX, &t.row.uri_host);
	stmt_out_slice(st, mem, TEXT_MAX, &t.row.tech_prefix);
	stmt_out_slice(st, mem, TEXT_MAX, &t.row.auth_user);
	stmt_out_slice(st, mem, TEXT_MAX, &t.sealed);
	stmt_out_slice(st, mem, TEXT_MAX, &t.row.from_user);
	stmt_out_u32(st, &t.row.no_reply_ms);
	stmt_out_u32(st, &t.row.max_calls);
	stmt_out_u32(st, &t.row.calls_per_s);
	stmt_out_u32(st, &t.row.register_s);
	return stmt_all(st, mem, &t, sizeof(t), rows, n);
}

/* False: a person typed what nobody can use. */
static bool finish_trunk(struct trunk_raw *t)
{
	struct nexthop hop;

	if (nexthop_parse(t->next_hop, &hop) != ERR_OK ||
	    db_trunk_dialled_parse(t->dialled, &t->row.dialled) != ERR_OK)
		return false;
	t->row.next_hop_ip = hop.ip;
	t->row.next_hop_port = hop.port;
	t->row.next_hop_name = hop.name;
	if (t->row.uri_host.n == 0)
		t->row.uri_host = t->next_hop;
	return true;
}

static enum err take_trunks(struct db *db, const struct company_id *only,
    struct arena *mem, struct db_snap *out)
{
	struct trunk_raw *raw;
	size_t n = 0;
	enum err e;

	if ((e = read_trunks(db, only, mem, &raw, &n)) != ERR_OK)
		return e;
	out->trunks = arena_array(mem, n, sizeof(*out->trunks));
	out->sealed = arena_array(mem, n, sizeof(*out->sealed));
	if (out->trunks == NULL || out->sealed == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		char id[ID_TEXT_MAX];

		if (!finish_trunk(&raw[i])) {
			id_text(ID_KIND_trunk, raw[i].row.id.v, id);
			log_error("db: trunk left out, bad address trunk=%s",
			    id);
			continue;
		}
		out->trunks[out->n_trunks] = raw[i].row;
		out->sealed[out->n_trunks++] = raw[i].sealed;
	}
	return ERR_OK;
}

static uint32_t trunk_row(const struct db_snap *s, struct trunk_id id)
{
	for (size_t i = 0; i < s->n_trunks; i++)
		if (id_eq(s->trunks[i].id.v, id.v))
			return (uint32_t)i;
	return SNAP_NO_ROW;
}

/* --- networks ------------------------------------------------------------ */

/* "192.0.2.0/24" or one address. */
static enum err parse_cidr(struct slice s, uint32_t *net, uint8_t *bits)
{
	struct slice ip;
	uint64_t n = 32;
	uint32_t mask;
	enum err e;

	if (slice_cut(&s, '/', &ip) &&
	    (e = scan_whole_u64(s, 32, &n)) != ERR_OK)
		return e;
	if ((e = addr4_ip(ip, net)) != ERR_OK)
		return e;
	mask = n == 0 ? 0 : UINT32_MAX << (32 - n);
	*net &= mask;
	*bits = (uint8_t)n;
	return ERR_OK;
}

static enum err take_acls(struct db *db, struct arena *mem, struct db_snap *out)
{
	static const char sql[] =
	    "SELECT trunk_id, cidr, media FROM trunk_acl"
	    " ORDER BY account_id, trunk_id, cidr";
	struct trunk_id trunk;
	struct stmt *st = stmt_begin(db, sql);
	char cidr[64];
	bool media = false;
	enum err e;

	stmt_out_id(st, trunk.v);
	stmt_out_text(st, cidr, sizeof(cidr));
	stmt_out_bool(st, &media);
	if ((e = stmt_each(st)) != ERR_OK)
		goto out;
	out->acls = arena_array(mem, stmt_rows(st), sizeof(*out->acls));
	if (out->acls == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	while ((e = stmt_next(st)) == ERR_OK) {
		struct snap_acl *a = &out->acls[out->n_acls];

		a->media = media;
		a->trunk = trunk_row(out, trunk);
		if (a->trunk == SNAP_NO_ROW)
			continue; /* disabled, or left out */
		if (parse_cidr(slice_from(cidr), &a->net, &a->bits) == ERR_OK)
			out->n_acls++;
		else
			log_error("db: network left out: %s", cidr);
	}
	if (e == ERR_NOTFOUND)
		e = ERR_OK;
out:
	stmt_end(st);
	return e;
}

/* --- numbers, flows, destinations ---------------------------------------- */

static enum err take_numbers(struct db *db, struct arena *mem,
    struct db_snap *out)
{
	static const char sql[] =
	    "SELECT n.company_id, n.id, n.e164, n.label, n.record,"
	    " c.account_id, n.trunk_id, n.flow_id, n.destination_id,"
	    " n.notice_key, c.time_zone FROM number n"
	    " JOIN company c ON c.id = n.company_id"
	    " WHERE n.active_e164 IS NOT NULL AND c.archived_at IS NULL"
	    " ORDER BY n.active_e164";
	struct db_snap_number t;
	struct stmt *st;
	char record[9];
	enum err e;

	memset(&t, 0, sizeof(t));
	st = stmt_begin(db, sql);
	stmt_out_id(st, t.row.company.v);
	stmt_out_id(st, t.row.id.v);
	stmt_out_slice(st, mem, TEXT_MAX, &t.row.e164);
	stmt_out_slice(st, mem, TEXT_MAX, &t.row.name);
	stmt_out_text(st, record, sizeof(record));
	stmt_out_id(st, t.row.account.v);
	stmt_out_id(st, t.row.trunk.v);
	stmt_out_id(st, t.flow.v);
	stmt_out_id(st, t.destination.v);
	stmt_out_slice(st, mem, TEXT_MAX, &t.notice_key);
	stmt_out_slice(st, mem, TEXT_MAX, &t.zone);
	if ((e = stmt_each(st)) != ERR_OK)
		goto out;
	out->numbers = arena_array(mem, stmt_rows(st), sizeof(*out->numbers));
	if (out->numbers == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	while ((e = stmt_next(st)) == ERR_OK) {
		t.row.flow = SNAP_NO_ROW;
		t.row.notice_prompt = FLOW_NO_PROMPT;
		t.row.zone = SNAP_NO_ROW;
		e = db_number_record_parse(slice_from(record), &t.row.record);
		if (e != ERR_OK)
			goto out;
		out->numbers[out->n_numbers++] = t;
	}
	if (e == ERR_NOTFOUND)
		e = ERR_OK;
out:
	stmt_end(st);
	return e;
}

/* Every published one: another flow may go to it. */
#define FLOWS                                                          \
	"SELECT f.company_id, f.id, c.account_id, v.version, "         \
	"v.document FROM flow f JOIN company c ON c.id = f.company_id" \
	" JOIN flow_version v ON v.company_id = f.company_id"          \
	" AND v.flow_id = f.id AND v.version = f.published_version"    \
	" WHERE f.archived_at IS NULL AND c.archived_at IS NULL"

static void out_flow(struct stmt *st, struct arena *mem, struct db_snap_flow *t)
{
	stmt_out_id(st, t->company.v);
	stmt_out_id(st, t->id.v);
	stmt_out_id(st, t->account.v);
	stmt_out_u32(st, &t->version);
	stmt_out_slice(st, mem, DB_FLOW_DOCUMENT_MAX, &t->document);
}

static enum err take_flows(struct db *db, struct arena *mem,
    struct db_snap *out)
{
	static const char sql[] = FLOWS " ORDER BY f.company_id, f.id";
	struct db_snap_flow t;
	struct stmt *st;
	void *all;
	enum err e;

	memset(&t, 0, sizeof(t));
	st = stmt_begin(db, sql);
	out_flow(st, mem, &t);
	e = stmt_all(st, mem, &t, sizeof(t), &all, &out->n_flows);
	if (e == ERR_OK)
		out->flows = all;
	return e;
}

enum err db_snap_flow(struct db *db, struct company_id company,
    struct flow_id id, struct arena *mem, struct db_snap_flow *out)
{
	static const char sql[] = FLOWS " AND f.company_id = ? AND f.id = ?";
	struct db_snap_flow t;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	out_flow(st, mem, &t);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = t;
	return e;
}

/* The same of all companies without their documents, which are most of it. */
static enum err list_flows(struct db *db, struct arena *mem,
    struct db_snap *out)
{
	static const char sql[] =
	    "SELECT f.company_id, f.id, c.account_id, f.published_version"
	    " FROM flow f JOIN company c ON c.id = f.company_id"
	    " WHERE f.archived_at IS NULL AND c.archived_at IS NULL"
	    " AND f.published_version > 0 ORDER BY f.company_id, f.id";
	struct db_snap_flow t;
	struct stmt *st;
	void *all;
	enum err e;

	memset(&t, 0, sizeof(t));
	st = stmt_begin(db, sql);
	stmt_out_id(st, t.company.v);
	stmt_out_id(st, t.id.v);
	stmt_out_id(st, t.account.v);
	stmt_out_u32(st, &t.version);
	e = stmt_all(st, mem, &t, sizeof(t), &all, &out->n_flows);
	if (e == ERR_OK)
		out->flows = all;
	return e;
}

/* Few are asked for one by one, many at once. */
#define ONE_BY_ONE 200

static enum err take_new_flows(struct db *db, struct arena *mem,
    bool (*known)(const void *arg, const struct db_snap_flow *f),
    const void *arg, struct db_snap *out)
{
	size_t missing = 0;
	enum err e;

	if ((e = list_flows(db, mem, out)) != ERR_OK)
		return e;
	for (size_t i = 0; i < out->n_flows; i++)
		missing += !known(arg, &out->flows[i]);
	if (missing > ONE_BY_ONE)
		return take_flows(db, mem, out);
	for (size_t i = 0; e == ERR_OK && i < out->n_flows; i++) {
		struct db_snap_flow *f = &out->flows[i];

		if (known(arg, f))
			continue;
		e = db_flow_document(db, f->company, f->id, f->version, mem,
		    &f->document);
		if (e == ERR_NOTFOUND)
			e = ERR_OK; /* no document: it will not compile */
	}
	return e;
}

#define DESTINATIONS                                                           \
	"SELECT d.company_id, d.id, d.name, d.target, d.trunk_id, d.capacity," \
	" d.cap_hour, d.cap_day, d.cap_month, d.regions, d.hours,"             \
	" COALESCE(l.time_zone, c.time_zone) FROM destination d"               \
	" JOIN company c ON c.id = d.company_id"                               \
	" LEFT JOIN location l ON l.company_id = d.company_id"                 \
	" AND l.id = d.location_id"                                            \
	" WHERE d.archived_at IS NULL"

static void out_destination(struct stmt *st, struct arena *mem,
    struct db_snap_destination *t, struct trunk_id *trunk)
{
	stmt_out_id(st, t->row.company.v);
	stmt_out_id(st, t->row.id.v);
	stmt_out_slice(st, mem, TEXT_MAX, &t->row.name);
	stmt_out_slice(st, mem, TEXT_MAX, &t->row.address);
	stmt_out_id(st, trunk->v);
	stmt_out_u32(st, &t->row.capacity);
	stmt_out_u32(st, &t->row.cap_hour);
	stmt_out_u32(st, &t->row.cap_day);
	stmt_out_u32(st, &t->row.cap_month);
	stmt_out_slice(st, mem, TEXT_MAX, &t->row.regions);
	stmt_out_slice(st, mem, DB_DESTINATION_HOURS_MAX, &t->hours);
	stmt_out_slice(st, mem, TEXT_MAX, &t->zone);
}

/* Of a row that was read. */
static void finish_destination(const struct db_snap *s, struct trunk_id trunk,
    struct db_snap_destination *t)
{
	t->row.trunk = trunk_row(s, trunk);
	if (t->row.trunk == SNAP_NO_ROW && !id_is_nil(trunk.v))
		t->row.trunk = SNAP_TRUNK_OFF;
	t->row.zone = SNAP_NO_ROW;
}

static enum err take_destinations(struct db *db, struct arena *mem,
    struct db_snap *out)
{
	static const char sql[] = DESTINATIONS " ORDER BY d.id";
	struct db_snap_destination t;
	struct trunk_id trunk;
	struct stmt *st;
	enum err e;

	memset(&t, 0, sizeof(t));
	st = stmt_begin(db, sql);
	out_destination(st, mem, &t, &trunk);
	if ((e = stmt_each(st)) != ERR_OK)
		goto out;
	out->destinations =
	    arena_array(mem, stmt_rows(st), sizeof(*out->destinations));
	if (out->destinations == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	while ((e = stmt_next(st)) == ERR_OK) {
		finish_destination(out, trunk, &t);
		out->destinations[out->n_destinations++] = t;
	}
	if (e == ERR_NOTFOUND)
		e = ERR_OK;
out:
	stmt_end(st);
	return e;
}

enum err db_snap_destination(struct db *db, struct company_id company,
    struct destination_id id, const struct db_snap *s, struct arena *mem,
    struct db_snap_destination *out)
{
	static const char sql[] =
	    DESTINATIONS " AND d.company_id = ? AND d.id = ?";
	struct db_snap_destination t;
	struct trunk_id trunk;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	memset(&t, 0, sizeof(t));
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	out_destination(st, mem, &t, &trunk);
	e = stmt_one(st);
	if (e != ERR_OK)
		return e;
	finish_destination(s, trunk, &t);
	*out = t;
	return ERR_OK;
}

enum err db_snap_read(struct db *db, struct arena *mem,
    bool (*known)(const void *arg, const struct db_snap_flow *f),
    const void *arg, struct db_snap *out)
{
	uint64_t after = 0;
	bool mine;
	enum err e;

	*out = (struct db_snap){ 0 };
	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	if ((e = db_config_version(db, &out->config_version)) == ERR_OK &&
	    (e = take_trunks(db, NULL, mem, out)) == ERR_OK &&
	    (e = take_acls(db, mem, out)) == ERR_OK &&
	    (e = take_numbers(db, mem, out)) == ERR_OK &&
	    (e = known == NULL
		     ? take_flows(db, mem, out)
		     : take_new_flows(db, mem, known, arg, out)) == ERR_OK &&
	    (e = take_destinations(db, mem, out)) == ERR_OK)
		e = db_config_version(db, &after);
	/* Each statement sees its own moment (READ COMMITTED); the counter
	 * tells whether they all saw the same configuration. */
	if (e == ERR_OK && after != out->config_version)
		e = ERR_BUSY;
	return db_join_end(db, mine, e);
}

enum err db_snap_company(struct db *db, struct company_id company,
    struct arena *mem, struct db_snap *out)
{
	*out = (struct db_snap){ 0 };
	return take_trunks(db, &company, mem, out);
}
