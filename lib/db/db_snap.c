#include "lib/db/db_snap.h"

#include <string.h>

#include "lib/base/addr4.h"
#include "lib/base/log.h"
#include "lib/base/scan.h"
#include "lib/db/db_config.h"
#include "lib/db/db_trunk.h"
#include "lib/db/stmt.h"

#define SIP_PORT     5060
#define FIRST_ROWS   64
#define DOCUMENT_MAX ((size_t)1 << 20)

static const char trunks_sql[] =
    "SELECT account_id, id, name, country, dialled, codecs, identity_in,"
    " outgoing, next_hop, uri_host, tech_prefix, username, password_sealed,"
    " from_user, no_reply_ms"
    " FROM trunk WHERE enabled = 1 AND archived_at IS NULL"
    " ORDER BY created_at, id";

static const char acls_sql[] =
    "SELECT a.trunk_id, a.cidr, a.media FROM trunk_acl a JOIN trunk t"
    " ON t.account_id = a.account_id AND t.id = a.trunk_id"
    " WHERE t.enabled = 1 AND t.archived_at IS NULL"
    " ORDER BY a.trunk_id, a.cidr";

static const char numbers_sql[] =
    "SELECT n.company_id, c.account_id, n.id, n.e164, n.label, n.record,"
    " n.trunk_id, n.flow_id, n.destination_id, n.notice_key"
    " FROM number n JOIN company c ON c.id = n.company_id"
    " WHERE n.released_at IS NULL AND c.archived_at IS NULL"
    " ORDER BY n.active_e164";

static const char flows_sql[] =
    "SELECT f.company_id, f.id, v.version, v.document"
    " FROM flow f JOIN flow_version v"
    " ON v.company_id = f.company_id AND v.flow_id = f.id"
    " AND v.version = f.published_version"
    " WHERE f.archived_at IS NULL"
    " ORDER BY f.company_id, f.id";

static const char destinations_sql[] =
    "SELECT company_id, id, name, target, trunk_id FROM destination"
    " WHERE archived_at IS NULL ORDER BY id";

/* Rows whose number is not known before they are read: doubles in mem, whose
 * limit bounds it. */
struct grow {
	struct arena *mem;
	size_t size; /* of one row */
	size_t n, cap;
	char *rows;
};

/* Room for one more row; NULL when memory is at its limit. */
static void *grow_one(struct grow *g)
{
	if (g->n == g->cap) {
		const size_t cap = g->cap == 0 ? FIRST_ROWS : 2 * g->cap;
		char *more = arena_array(g->mem, cap, g->size);

		if (more == NULL)
			return NULL;
		if (g->n > 0)
			memcpy(more, g->rows, g->n * g->size);
		g->rows = more;
		g->cap = cap;
	}
	return g->rows + g->size * g->n++;
}

static void skip(const char *what, enum id_kind kind,
    const uint8_t id[ID_BYTES])
{
	char text[ID_TEXT_MAX];

	id_text(kind, id, text);
	log_error("snapshot: left out %s id=%s", what, text);
}

static enum snap_dialled dialled_of(const char *word)
{
	static const char *const words[SNAP_DIALLED_COUNT] = { "uri", "to",
		"pcpid", "diversion" };

	for (size_t i = 0; i < SNAP_DIALLED_COUNT; i++) {
		if (strcmp(word, words[i]) == 0)
			return (enum snap_dialled)i;
	}
	return SNAP_DIALLED_REQUEST_URI;
}

struct trunk_in {
	struct account_id account;
	struct snap_trunk row;
	char dialled[65];
	struct slice next_hop;
	struct slice sealed;
};

static void out_trunk(struct stmt *st, struct arena *mem, struct trunk_in *t)
{
	stmt_out_id(st, t->account.v);
	stmt_out_id(st, t->row.id.v);
	stmt_out_slice(st, mem, DB_TEXT_BYTES, &t->row.name);
	stmt_out_slice(st, mem, 8, &t->row.country);
	stmt_out_text(st, t->dialled, sizeof(t->dialled));
	stmt_out_u32(st, &t->row.codecs);
	stmt_out_bool(st, &t->row.identity_in);
	stmt_out_bool(st, &t->row.outgoing);
	stmt_out_slice(st, mem, DB_TEXT_BYTES, &t->next_hop);
	stmt_out_slice(st, mem, DB_TEXT_BYTES, &t->row.uri_host);
	stmt_out_slice(st, mem, DB_TEXT_BYTES, &t->row.tech_prefix);
	stmt_out_slice(st, mem, DB_TEXT_BYTES, &t->row.auth_user);
	stmt_out_slice(st, mem, DB_SEALED_BYTES, &t->sealed);
	stmt_out_slice(st, mem, DB_TEXT_BYTES, &t->row.from_user);
	stmt_out_u32(st, &t->row.no_reply_ms);
}

/* False: its address cannot be read. */
static bool finish_trunk(struct trunk_in *t)
{
	struct addr4 hop;

	if (addr4_parse(t->next_hop, SIP_PORT, &hop) != ERR_OK)
		return false;
	t->row.next_hop_ip = hop.ip;
	t->row.next_hop_port = hop.port;
	t->row.dialled = dialled_of(t->dialled);
	t->row.auth_password = SLICE("");
	if (t->row.uri_host.n == 0)
		t->row.uri_host = t->next_hop;
	return true;
}

static enum err read_trunks(struct db *db, struct arena *mem,
    struct db_snap *out)
{
	struct grow rows = { .mem = mem, .size = sizeof(struct trunk_in) };
	struct trunk_in in, *keep;
	struct stmt *st;
	enum err e;

	memset(&in, 0, sizeof(in));
	if ((e = stmt_begin(db, trunks_sql, &st)) != ERR_OK)
		return e;
	out_trunk(st, mem, &in);
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		if (!finish_trunk(&in)) {
			skip("trunk, bad next hop", ID_KIND_trunk, in.row.id.v);
			continue;
		}
		if ((keep = grow_one(&rows)) == NULL)
			e = ERR_NOMEM;
		else
			*keep = in;
	}
	stmt_end(st);
	if (e != ERR_NOTFOUND)
		return e;
	out->trunks = arena_array(mem, rows.n, sizeof(*out->trunks));
	out->sealed = arena_array(mem, rows.n, sizeof(*out->sealed));
	out->trunk_accounts =
	    arena_array(mem, rows.n, sizeof(*out->trunk_accounts));
	if (out->trunks == NULL || out->sealed == NULL ||
	    out->trunk_accounts == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < rows.n; i++) {
		keep = (struct trunk_in *)(void *)rows.rows + i;
		out->trunks[i] = keep->row;
		out->sealed[i] = keep->sealed;
		out->trunk_accounts[i] = keep->account;
	}
	out->n_trunks = rows.n;
	return ERR_OK;
}

static uint32_t trunk_row(const struct db_snap *s, const uint8_t id[ID_BYTES])
{
	for (size_t i = 0; i < s->n_trunks; i++) {
		if (id_eq(s->trunks[i].id.v, id))
			return (uint32_t)i;
	}
	return SNAP_NO_ROW;
}

/* "192.0.2.0/24", or an address alone. Bits beyond the network are cut. */
static bool parse_cidr(struct slice text, struct snap_acl *out)
{
	struct slice ip;
	uint64_t bits = 32;

	if (slice_cut(&text, '/', &ip) &&
	    scan_whole_u64(text, 32, &bits) != ERR_OK)
		return false;
	if (addr4_ip(ip, &out->net) != ERR_OK)
		return false;
	out->bits = (uint8_t)bits;
	out->net &= bits == 0 ? 0 : UINT32_MAX << (32 - bits);
	return true;
}

static enum err read_acls(struct db *db, struct arena *mem, struct db_snap *out)
{
	struct grow rows = { .mem = mem, .size = sizeof(struct snap_acl) };
	struct snap_acl in = { .net = 0 }, *keep;
	struct trunk_id trunk;
	struct stmt *st;
	char cidr[44];
	enum err e;

	if ((e = stmt_begin(db, acls_sql, &st)) != ERR_OK)
		return e;
	stmt_out_id(st, trunk.v);
	stmt_out_text(st, cidr, sizeof(cidr));
	stmt_out_bool(st, &in.media);
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		in.trunk = trunk_row(out, trunk.v);
		if (in.trunk == SNAP_NO_ROW)
			continue; /* left out above */
		if (!parse_cidr(slice_from(cidr), &in)) {
			skip("network of trunk", ID_KIND_trunk, trunk.v);
			continue;
		}
		if ((keep = grow_one(&rows)) == NULL)
			e = ERR_NOMEM;
		else
			*keep = in;
	}
	stmt_end(st);
	out->acls = (struct snap_acl *)(void *)rows.rows;
	out->n_acls = rows.n;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum flow_record record_of(const char *word)
{
	if (strcmp(word, "notice") == 0)
		return FLOW_RECORD_NOTICE;
	if (strcmp(word, "silent") == 0)
		return FLOW_RECORD_SILENT;
	return FLOW_RECORD_OFF;
}

static enum err read_numbers(struct db *db, struct arena *mem,
    struct db_snap *out)
{
	struct grow rows = { .mem = mem,
		.size = sizeof(struct db_snap_number) };
	struct db_snap_number in, *keep;
	struct stmt *st;
	char record[33];
	enum err e;

	memset(&in, 0, sizeof(in));
	if ((e = stmt_begin(db, numbers_sql, &st)) != ERR_OK)
		return e;
	stmt_out_id(st, in.row.company.v);
	stmt_out_id(st, in.account.v);
	stmt_out_id(st, in.row.id.v);
	stmt_out_slice(st, mem, DB_E164_BYTES, &in.row.e164);
	stmt_out_slice(st, mem, DB_TEXT_BYTES, &in.row.name);
	stmt_out_text(st, record, sizeof(record));
	stmt_out_id(st, in.trunk.v);
	stmt_out_id(st, in.flow.v);
	stmt_out_id(st, in.destination.v);
	stmt_out_slice(st, mem, DB_TEXT_BYTES, &in.notice_key);
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		in.row.record = record_of(record);
		if ((keep = grow_one(&rows)) == NULL)
			e = ERR_NOMEM;
		else
			*keep = in;
	}
	stmt_end(st);
	out->numbers = (struct db_snap_number *)(void *)rows.rows;
	out->n_numbers = rows.n;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err read_flows(struct db *db, struct arena *mem,
    struct db_snap *out)
{
	struct grow rows = { .mem = mem, .size = sizeof(struct db_snap_flow) };
	struct db_snap_flow in, *keep;
	struct stmt *st;
	enum err e;

	memset(&in, 0, sizeof(in));
	if ((e = stmt_begin(db, flows_sql, &st)) != ERR_OK)
		return e;
	stmt_out_id(st, in.company.v);
	stmt_out_id(st, in.id.v);
	stmt_out_u32(st, &in.version);
	stmt_out_slice(st, mem, DOCUMENT_MAX, &in.document);
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		if ((keep = grow_one(&rows)) == NULL)
			e = ERR_NOMEM;
		else
			*keep = in;
	}
	stmt_end(st);
	out->flows = (struct db_snap_flow *)(void *)rows.rows;
	out->n_flows = rows.n;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err read_destinations(struct db *db, struct arena *mem,
    struct db_snap *out)
{
	struct grow rows = { .mem = mem,
		.size = sizeof(struct snap_destination) };
	struct snap_destination in, *keep;
	struct trunk_id trunk;
	struct stmt *st;
	enum err e;

	memset(&in, 0, sizeof(in));
	if ((e = stmt_begin(db, destinations_sql, &st)) != ERR_OK)
		return e;
	stmt_out_id(st, in.company.v);
	stmt_out_id(st, in.id.v);
	stmt_out_slice(st, mem, DB_TEXT_BYTES, &in.name);
	stmt_out_slice(st, mem, DB_TEXT_BYTES, &in.address);
	stmt_out_id(st, trunk.v);
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		in.trunk = trunk_row(out, trunk.v);
		if ((keep = grow_one(&rows)) == NULL)
			e = ERR_NOMEM;
		else
			*keep = in;
	}
	stmt_end(st);
	out->destinations = (struct snap_destination *)(void *)rows.rows;
	out->n_destinations = rows.n;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err db_snap_read(struct db *db, struct arena *mem, struct db_snap *out)
{
	struct db_snap s;
	uint64_t after = 0;
	enum err e;

	memset(&s, 0, sizeof(s));
	if ((e = db_begin(db)) != ERR_OK)
		return e;
	e = db_config_version(db, &s.config_version);
	if (e == ERR_OK)
		e = read_trunks(db, mem, &s);
	if (e == ERR_OK)
		e = read_acls(db, mem, &s);
	if (e == ERR_OK)
		e = read_numbers(db, mem, &s);
	if (e == ERR_OK)
		e = read_flows(db, mem, &s);
	if (e == ERR_OK)
		e = read_destinations(db, mem, &s);
	/* Statements of one READ COMMITTED transaction may see different
	 * moments; the version tells whether they did. */
	if (e == ERR_OK)
		e = db_config_version(db, &after);
	if (e == ERR_OK && after != s.config_version)
		e = ERR_BUSY;
	e = db_end(db, e);
	if (e == ERR_OK)
		*out = s;
	return e;
}
