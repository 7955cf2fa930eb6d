#include "cgi/form/thing_trunk.h"

#include <stdio.h>
#include <string.h>

#include "cgi/form/choice.h"
#include "cgi/form/lines.h"
#include "lib/base/addr4.h"
#include "lib/base/scan.h"
#include "lib/base/settings.h"
#include "lib/core/nexthop.h"
#include "lib/db/db_trunk.h"
#include "lib/hash/seal.h"

#define NET_MAX          44 /* as db_trunk.h has it */
#define REGISTER_LEAST_S 60
#define REGISTER_MOST_S  7200
#define BITS_MIN         8 /* a whole country's networks are no carrier */

static const char *const dialled_words[] = { "uri", "The request's address",
	"to", "The To header", "pcpid", "P-Called-Party-ID", "diversion",
	"Diversion", NULL };

static const struct field fields[] = {
	{ "name", "Name", FIELD_TEXT, 1, 100,
	    .help = "What you call the carrier." },
	{ "enabled", "In use", FIELD_CHECK,
	    .help = "Off: its calls are refused and none go out through it." },
	{ "allow", "Calls come from", FIELD_LINES, 1, 4000,
	    .group = "Incoming calls",
	    .help = "IPv4 addresses or networks of its signalling, one a"
		    " line: 192.0.2.0/24. Packets from elsewhere are dropped.",
	    .wrong = "Name at least one network, in up to 4000 characters." },
	{ "allow_media", "Sound comes from", FIELD_LINES, 0, 4000,
	    .help = "Networks of its media, when they are others. Empty: from"
		    " where its offers say." },
	{ "dialled", "The dialled number stands in", .kind = FIELD_CHOICE },
	{ "country", "Country of numbers without +", FIELD_TEXT, 2, 2,
	    .help = "ISO code: US, GB, DE ..." },
	{ "identity_in", "Believe the caller's identity that it asserts",
	    .kind = FIELD_CHECK },
	{ "outgoing", "Calls may go out through it", FIELD_CHECK,
	    .group = "Outgoing calls" },
	{ "next_hop", "Our calls go to", FIELD_TEXT, 1, 255,
	    .help = "An address like 192.0.2.1:5060, or a name like"
		    " sip.carrier.example; a name without a port is looked up"
		    " by its SRV records." },
	{ "uri_host", "Host in the request's address", FIELD_TEXT, 0, 255,
	    .help = "When the carrier wants a name: sip.carrier.example" },
	{ "tech_prefix", "Put before each number", FIELD_TEXT, .min = 0,
	    .max = 16 },
	{ "from_user", "Caller to show instead", FIELD_TEXT, 0, 16,
	    .help = "When the carrier does not let the caller's own number"
		    " through." },
	{ "username", "User name", FIELD_TEXT, 0, 128,
	    .help = "For digest authentication of our calls." },
	{ "password", "Password", FIELD_SECRET, 0, 120,
	    .help = "Kept sealed. Empty keeps the one there is." },
	{ "register_s", "Register for", FIELD_NUMBER, 0, REGISTER_MOST_S,
	    .help = "Seconds, 60 to 7200, for a carrier that wants to be told"
		    " where we are, by the user name and password above. 0: it"
		    " knows our address." },
	{ "no_reply_ms", "Counts as down after", FIELD_NUMBER, 500, 32000,
	    .help = "Milliseconds without any answer, 500 to 32000." },
	{ "max_calls", "Calls at once", FIELD_NUMBER, 0, 50000,
	    .group = "Limits",
	    .help = "In and out together; 0: as many as there are. What is"
		    " more gets 503, and calls of ours go to the flow's next"
		    " choice." },
	{ "calls_per_s", "New calls a second", FIELD_NUMBER, 0, 10000,
	    .help = "In and out together; 0: any number." },
	{ "pcmu", "Offer G.711 µ-law", FIELD_CHECK, .group = "Sound" },
	{ "pcma", "Offer G.711 A-law", .kind = FIELD_CHECK },
};

static enum err choices(const struct req *r, struct fields *f)
{
	(void)r;
	choice_words(f, "dialled", dialled_words);
	return f->e;
}

static enum err list(const struct req *r, struct thing_list *l)
{
	struct trunk_row *rows;
	size_t n;
	enum err e = db_trunk_list(r->db, r->account, r->arena, &rows, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct thing_row *row = thing_row_add(l, rows[i].id.v);

		if (row == NULL)
			return ERR_NOMEM;
		row->badge = rows[i].enabled ? NULL : "off";
		row->cell[0] = slice_from(rows[i].name);
		row->cell[1] = slice_from(rows[i].next_hop);
		row->cell[2] =
		    rows[i].outgoing ? SLICE("in and out") : SLICE("in");
	}
	return e;
}

/* One of the two sets of networks, as lines. */
static enum err show_acl(const struct req *r, struct trunk_id id, bool media,
    struct fields *f, const char *name)
{
	struct trunk_acl_row *rows;
	struct slice lines[LINES_MAX];
	size_t n, k = 0;
	enum err e = db_trunk_acls(r->db, r->account, id, r->arena, &rows, &n);

	for (size_t i = 0; e == ERR_OK && i < n && k < LINES_MAX; i++)
		if (rows[i].media == media)
			lines[k++] = slice_from(rows[i].cidr);
	return e == ERR_OK ? lines_set(f, name, lines, k) : e;
}

static enum err load(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct trunk_row row;
	struct trunk_id key;
	enum err e;

	memcpy(key.v, id, ID_BYTES);
	if ((e = db_trunk_get(r->db, r->account, key, &row)) != ERR_OK ||
	    (e = show_acl(r, key, false, f, "allow")) != ERR_OK ||
	    (e = show_acl(r, key, true, f, "allow_media")) != ERR_OK)
		return e;
	fields_set_cstr(f, "name", row.name);
	fields_set_on(f, "enabled", row.enabled);
	fields_set_cstr(f, "dialled", db_trunk_dialled_name(row.dialled));
	fields_set_cstr(f, "country", row.country);
	fields_set_on(f, "identity_in", row.identity_in);
	fields_set_on(f, "outgoing", row.outgoing);
	fields_set_cstr(f, "next_hop", row.next_hop);
	fields_set_cstr(f, "uri_host", row.uri_host);
	fields_set_cstr(f, "tech_prefix", row.tech_prefix);
	fields_set_cstr(f, "from_user", row.from_user);
	fields_set_cstr(f, "username", row.username);
	fields_set_cstr(f, "password", row.password_sealed_n > 0 ? "set" : "");
	fields_set_u64(f, "no_reply_ms", row.no_reply_ms);
	fields_set_u64(f, "max_calls", row.max_calls);
	fields_set_u64(f, "calls_per_s", row.calls_per_s);
	fields_set_u64(f, "register_s", row.register_s);
	fields_set_on(f, "pcmu", (row.codecs & SNAP_CODEC_PCMU) != 0);
	fields_set_on(f, "pcma", (row.codecs & SNAP_CODEC_PCMA) != 0);
	return f->e;
}

static void begin(const struct req *r, struct fields *f)
{
	static const char *const on[] = { "enabled", "identity_in", "outgoing",
		"pcmu", "pcma" };

	(void)r;
	for (size_t i = 0; i < RT_ARRAY_LEN(on); i++)
		fields_set_on(f, on[i], true);
	fields_set_cstr(f, "country", "US");
	fields_set_cstr(f, "dialled", "uri");
	fields_set_cstr(f, "no_reply_ms", "4000");
	fields_set_cstr(f, "max_calls", "0");
	fields_set_cstr(f, "calls_per_s", "0");
	fields_set_cstr(f, "register_s", "0");
}

/* "192.0.2.0/24" or "192.0.2.7"; out gets the form with a length. */
static bool read_net(struct slice text, char out[NET_MAX])
{
	struct slice part;
	uint32_t bits = 32, ip;
	struct buf b;
	const bool has_bits = slice_cut(&text, '/', &part);

	if (addr4_ip(part, &ip) != ERR_OK ||
	    (has_bits && (scan_u32(&text, &bits) != ERR_OK || text.n != 0)) ||
	    bits > 32 || bits < BITS_MIN)
		return false;
	buf_over(&b, out, NET_MAX);
	buf_put(&b, part);
	buf_char(&b, '/');
	buf_u64(&b, bits);
	buf_char(&b, '\0');
	return buf_err(&b) == ERR_OK;
}

static void check_nets(struct fields *f, const char *name)
{
	struct lines l;
	char net[NET_MAX];

	if (lines_read(fields_get(f, name), &l) != ERR_OK)
		fields_wrong(f, name, "These are too many.");
	for (size_t i = 0; i < l.n; i++)
		if (!read_net(l.v[i], net))
			fields_wrong(f, name,
			    "Each line is an IPv4 network of /8 or narrower,"
			    " like 192.0.2.0/24.");
}

static bool has_net(const struct lines *l, const char *cidr)
{
	char net[NET_MAX];

	for (size_t i = 0; i < l->n; i++)
		if (read_net(l->v[i], net) && strcmp(net, cidr) == 0)
			return true;
	return false;
}

static enum err put_nets(const struct req *r, struct trunk_id id, bool media,
    struct slice text)
{
	struct trunk_acl_row row = { .media = media }, *rows = NULL;
	struct lines l;
	size_t n = 0;
	enum err e = lines_read(text, &l);

	if (e == ERR_OK)
		e = db_trunk_acls(r->db, r->account, id, r->arena, &rows, &n);
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		if (rows[i].media == media && !has_net(&l, rows[i].cidr))
			e = db_trunk_acl_remove(r->db, r->account, id,
			    &rows[i]);
	for (size_t i = 0; e == ERR_OK && i < l.n; i++)
		if (read_net(l.v[i], row.cidr))
			e = db_trunk_acl_add(r->db, r->account, id, &row);
	return e;
}

/* Nobody reads it from the database. */
static enum err seal(const struct req *r, struct slice plain,
    struct trunk_row *row)
{
	char path[SETTINGS_PATH_MAX + 32], about[ID_TEXT_MAX + 8];
	char id[ID_TEXT_MAX];
	struct seal_key key;
	struct buf sealed;
	enum err e;

	(void)snprintf(path, sizeof(path), "%s/seal.key",
	    r->settings->secret_dir);
	if ((e = seal_key_load(path, &key)) != ERR_OK)
		return e;
	id_text(ID_KIND_trunk, row->id.v, id);
	(void)snprintf(about, sizeof(about), "trunk:%s", id);
	buf_over(&sealed, row->password_sealed, sizeof(row->password_sealed));
	e = seal_box(&key, slice_from(about), plain, &sealed);
	seal_key_forget(&key);
	row->password_sealed_n = sealed.n;
	return e;
}

/* Who registers has a name, and not for a moment only. */
static void read_register(struct fields *f, struct trunk_row *row)
{
	row->register_s = (uint32_t)fields_u64(f, "register_s");
	if (row->register_s == 0)
		return;
	if (row->register_s < REGISTER_LEAST_S)
		fields_wrong(f, "register_s", "60 seconds at least, or 0.");
	if (fields_get(f, "username").n == 0)
		fields_wrong(f, "username",
		    "The carrier that we register with knows us by a name.");
}

static bool read_row(struct fields *f, struct trunk_row *row)
{
	struct nexthop hop;

	check_nets(f, "allow");
	check_nets(f, "allow_media");
	if (nexthop_parse(fields_get(f, "next_hop"), &hop) != ERR_OK)
		fields_wrong(f, "next_hop",
		    "Write an IPv4 address, like 192.0.2.1:5060, or a name,"
		    " like sip.carrier.example.");
	if (!fields_on(f, "pcmu") && !fields_on(f, "pcma"))
		fields_wrong(f, "pcma", "One of the two is needed.");
	if (db_trunk_dialled_parse(fields_get(f, "dialled"), &row->dialled) !=
	    ERR_OK)
		fields_wrong(f, "dialled", "Choose one.");
	row->enabled = fields_on(f, "enabled");
	row->identity_in = fields_on(f, "identity_in");
	row->outgoing = fields_on(f, "outgoing");
	row->no_reply_ms = (uint32_t)fields_u64(f, "no_reply_ms");
	row->max_calls = (uint32_t)fields_u64(f, "max_calls");
	row->calls_per_s = (uint32_t)fields_u64(f, "calls_per_s");
	read_register(f, row);
	row->codecs = (fields_on(f, "pcmu") ? SNAP_CODEC_PCMU : 0) |
		      (fields_on(f, "pcma") ? SNAP_CODEC_PCMA : 0);
	return fields_copy(f, "name", row->name, sizeof(row->name)) &&
	       fields_copy(f, "country", row->country, sizeof(row->country)) &&
	       fields_copy(f, "next_hop", row->next_hop,
		   sizeof(row->next_hop)) &&
	       fields_copy(f, "uri_host", row->uri_host,
		   sizeof(row->uri_host)) &&
	       fields_copy(f, "tech_prefix", row->tech_prefix,
		   sizeof(row->tech_prefix)) &&
	       fields_copy(f, "from_user", row->from_user,
		   sizeof(row->from_user)) &&
	       fields_copy(f, "username", row->username,
		   sizeof(row->username)) &&
	       fields_good(f);
}

static enum err save(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	const struct slice password = fields_get(f, "password");
	struct trunk_row row;
	enum err e = ERR_OK;

	db_trunk_init(&row);
	memcpy(row.id.v, id, ID_BYTES);
	row.created_us = r->now_us;
	if (!f->fresh)
		e = db_trunk_get(r->db, r->account, row.id, &row);
	if (e == ERR_OK && !read_row(f, &row))
		e = ERR_SYNTAX;
	if (e == ERR_OK && f->forgets)
		row.password_sealed_n = 0;
	if (e == ERR_OK && password.n > 0)
		e = seal(r, password, &row);
	if (e != ERR_OK)
		return e;
	e = f->fresh ? db_trunk_add(r->db, r->account, &row)
		     : db_trunk_update(r->db, r->account, &row);
	if (e == ERR_OK)
		e = put_nets(r, row.id, false, fields_get(f, "allow"));
	return e == ERR_OK
		   ? put_nets(r, row.id, true, fields_get(f, "allow_media"))
		   : e;
}

static enum err retire(const struct req *r, const uint8_t id[ID_BYTES])
{
	struct trunk_id key;

	memcpy(key.v, id, ID_BYTES);
	return db_trunk_archive(r->db, r->account, key, r->now_us);
}

const struct thing thing_trunk = {
	.path = "/settings/trunks",
	.one = "trunk",
	.called = "carrier",
	.many = "Carriers",
	.intro =
	    "SIP trunks that bring your numbers' calls and take ours"
	    " out. They serve every company of the account.",
	.empty = "Add the carrier that gave you your numbers.",
	.id_kind = ID_KIND_trunk,
	.fields = fields,
	.n_fields = RT_ARRAY_LEN(fields),
	.columns = { "Name", "Our calls go to", "Carries" },
	.retire = "Archive",
	.retire_help =
	    "Its packets are dropped from then on. Numbers tied to"
	    " it are not called any more.",
	.wide = true,
	.list = list,
	.choices = choices,
	.load = load,
	.begin = begin,
	.save = save,
	.retire_it = retire,
};
