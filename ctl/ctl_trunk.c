#include "ctl/ctl_trunk.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "ctl/ctl_audit.h"
#include "ctl/ctl_conf.h"
#include "ctl/ctl_verb.h"
#include "lib/base/buf.h"
#include "lib/base/scan.h"
#include "lib/core/nexthop.h"
#include "lib/db/db_trunk.h"
#include "lib/hash/seal.h"

#define PLAIN_MAX 200

struct opts {
	const char *conf;
	const char *account;
	const char *name;
	const char *host;
	const char *allow;
	const char *country;
	const char *uri_host;
	const char *username;
	const char *password_file;
	const char *prefix;
	const char *caller;
	uint64_t max_calls;
	uint64_t calls_per_s;
	uint64_t register_s;
};

static const struct ctl_opt options[] = {
	{ "name", CTL_OPT_TEXT, offsetof(struct opts, name), 0, "NAME",
	    "what you call the carrier" },
	{ "host", CTL_OPT_TEXT, offsetof(struct opts, host), 0, "HOST[:PORT]",
	    "where our calls go (port 5060)" },
	{ "allow", CTL_OPT_TEXT, offsetof(struct opts, allow), 0, "CIDR,...",
	    "networks its calls come from, like 192.0.2.0/24" },
	{ "country", CTL_OPT_TEXT, offsetof(struct opts, country), 0, "CC",
	    "of numbers it sends without '+' (US)" },
	{ "uri-host", CTL_OPT_TEXT, offsetof(struct opts, uri_host), 0, "HOST",
	    "host of the request URI, when not --host" },
	{ "username", CTL_OPT_TEXT, offsetof(struct opts, username), 0, "NAME",
	    "for digest authentication of our calls" },
	{ "password-file", CTL_OPT_TEXT, offsetof(struct opts, password_file),
	    0, "FILE", "its password; '-' is standard input" },
	{ "prefix", CTL_OPT_TEXT, offsetof(struct opts, prefix), 0, "DIGITS",
	    "put before each number we dial" },
	{ "caller", CTL_OPT_TEXT, offsetof(struct opts, caller), 0, "NUMBER",
	    "number we show, when the caller's own may not be" },
	{ "max-calls", CTL_OPT_U64, offsetof(struct opts, max_calls), 50000,
	    "N", "calls at once, in and out (no limit)" },
	{ "calls-per-s", CTL_OPT_U64, offsetof(struct opts, calls_per_s), 10000,
	    "N", "new calls a second, in and out (no limit)" },
	{ "register", CTL_OPT_U64, offsetof(struct opts, register_s), 7200, "S",
	    "register with it, for so many seconds at a time (no)" },
	{ "account", CTL_OPT_TEXT, offsetof(struct opts, account), 0, "NAME",
	    "whose trunk (the only account)" },
	CTL_CONF_OPT(struct opts, conf),
};

/* "192.0.2.0/24" or "192.0.2.7"; out gets the form with a length. */
static enum err parse_cidr(struct slice text, char *out, size_t cap)
{
	char address[INET_ADDRSTRLEN];
	struct in_addr a;
	struct slice part;
	uint32_t bits = 32;
	const bool has_bits = slice_cut(&text, '/', &part);

	if (!slice_to_cstr(part, address, sizeof(address)) ||
	    inet_pton(AF_INET, address, &a) != 1 ||
	    (has_bits && (scan_u32(&text, &bits) != ERR_OK || text.n != 0)) ||
	    bits > 32)
		return ERR_SYNTAX;
	(void)snprintf(out, cap, "%s/%u", address, bits);
	return ERR_OK;
}

static enum err allow_all(struct ctl_scope *s, struct account_id account,
    struct trunk_id id, const char *list)
{
	struct slice rest = slice_from(list);
	struct trunk_acl_row row = { .media = false };
	struct slice part;
	bool more = rest.n > 0;
	enum err e = ERR_OK;

	while (more && e == ERR_OK) {
		more = slice_cut(&rest, ',', &part);
		e = parse_cidr(slice_trim(part), row.cidr, sizeof(row.cidr));
		if (e != ERR_OK)
			(void)fprintf(stderr,
			    "\"%.*s\" is not an IPv4 network\n",
			    SLICE_FMT(part));
		else
			e = db_trunk_acl_add(s->db, account, id, &row);
	}
	return e;
}

/* Seals the password for this row: nobody reads it from the database. */
static enum err seal(const struct ctl_scope *s, const char *file,
    struct trunk_row *row)
{
	char key_path[SETTINGS_PATH_MAX + 32];
	char about[ID_TEXT_MAX + 8], id[ID_TEXT_MAX], plain[PLAIN_MAX];
	struct seal_key key;
	struct buf sealed;
	const bool from_stdin = slice_eq_cstr(slice_from(file), "-");
	const int fd =
	    from_stdin ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	enum err e;

	n = fd == -1 ? -1 : read(fd, plain, sizeof(plain));
	if (fd > STDIN_FILENO)
		(void)close(fd); /* read only */
	if (n <= 0) {
		(void)fprintf(stderr, "%s: no password to read\n", file);
		return ERR_SYNTAX;
	}
	(void)snprintf(key_path, sizeof(key_path), "%s/seal.key",
	    s->settings.secret_dir);
	if ((e = seal_key_load(key_path, &key)) != ERR_OK)
		return e;
	id_text(ID_KIND_trunk, row->id.v, id);
	(void)snprintf(about, sizeof(about), "trunk:%s", id);
	buf_over(&sealed, row->password_sealed, sizeof(row->password_sealed));
	e = seal_box(&key, slice_from(about),
	    slice_trim(slice_of(plain, (size_t)n)), &sealed);
	seal_key_forget(&key);
	row->password_sealed_n = sealed.n;
	return e;
}

static enum err fill(const struct opts *o, struct trunk_row *row)
{
	const struct {
		const char *what;
		const char *text;
		char *out;
		size_t cap;
	} fields[] = {
		{ "name", o->name, row->name, sizeof(row->name) },
		{ "host", o->host, row->next_hop, sizeof(row->next_hop) },
		{ "country", o->country, row->country, sizeof(row->country) },
		{ "uri-host", o->uri_host, row->uri_host,
		    sizeof(row->uri_host) },
		{ "username", o->username, row->username,
		    sizeof(row->username) },
		{ "prefix", o->prefix, row->tech_prefix,
		    sizeof(row->tech_prefix) },
		{ "caller", o->caller, row->from_user, sizeof(row->from_user) },
	};
	struct nexthop hop;
	enum err e = ctl_scope_country(o->country);

	if (e != ERR_OK)
		return e;
	if (nexthop_parse(slice_from(o->host == NULL ? "" : o->host), &hop) !=
	    ERR_OK) {
		(void)fprintf(stderr,
		    "--host: an IPv4 address or a name, each with a :port"
		    " if need be\n");
		return ERR_SYNTAX;
	}
	row->max_calls = (uint32_t)o->max_calls;
	row->calls_per_s = (uint32_t)o->calls_per_s;
	row->register_s = (uint32_t)o->register_s;
	if (o->register_s > 0 && (o->register_s < 60 || o->username == NULL)) {
		(void)fprintf(stderr,
		    "--register: 60 to 7200 seconds, and needs --username\n");
		return ERR_SYNTAX;
	}
	for (size_t i = 0; i < RT_ARRAY_LEN(fields) && e == ERR_OK; i++)
		e = ctl_scope_put(fields[i].out, fields[i].cap, fields[i].what,
		    fields[i].text == NULL ? "" : fields[i].text);
	return e;
}

static enum err note_added(struct ctl_scope *s, struct account_id account,
    const struct trunk_row *row, const char *allow)
{
	static const struct company_id of_account;
	const char *const pairs[] = { "name", row->name, "next_hop",
		row->next_hop, "allow", allow, "username", row->username,
		"password", row->password_sealed_n > 0 ? "set" : NULL, NULL,
		NULL };

	return ctl_audit_add(s, &(struct ctl_audit){ .account = account,
				    .company = of_account,
				    .action = "trunk.add",
				    .kind = "trunk",
				    .object = row->id.v,
				    .pairs = pairs });
}

static enum err add(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct account_id account;
	struct trunk_row row;
	char id[ID_TEXT_MAX];
	enum err e;

	db_trunk_init(&row);
	row.created_us = s->now_us;
	ctl_scope_id(s, row.id.v);
	if ((e = ctl_scope_need("name", o->name)) != ERR_OK ||
	    (e = ctl_scope_need("host", o->host)) != ERR_OK ||
	    (e = ctl_scope_need("allow", o->allow)) != ERR_OK ||
	    (e = fill(o, &row)) != ERR_OK ||
	    (e = ctl_scope_account(s, o->account, &account)) != ERR_OK)
		return e;
	if (o->password_file != NULL &&
	    (e = seal(s, o->password_file, &row)) != ERR_OK)
		return e;
	if ((e = db_begin(s->db)) != ERR_OK)
		return e;
	e = db_trunk_add(s->db, account, &row);
	if (e == ERR_OK)
		e = allow_all(s, account, row.id, o->allow);
	if (e == ERR_OK)
		e = note_added(s, account, &row, o->allow);
	e = db_end(s->db, e);
	if (e == ERR_OK) {
		id_text(ID_KIND_trunk, row.id.v, id);
		(void)printf("%s\n", id);
	}
	return e;
}

static enum err print(struct ctl_scope *s, struct account_id account,
    const struct trunk_row *row)
{
	struct trunk_acl_row *acls;
	char id[ID_TEXT_MAX];
	size_t n;
	enum err e = db_trunk_acls(s->db, account, row->id, &s->mem, &acls, &n);

	if (e != ERR_OK)
		return e;
	id_text(ID_KIND_trunk, row->id.v, id);
	(void)printf("%s  %s  to %s  from", id, row->name, row->next_hop);
	for (size_t i = 0; i < n; i++)
		(void)printf(" %s%s", acls[i].cidr,
		    acls[i].media ? " (media)" : "");
	(void)printf("%s\n", row->enabled ? "" : "  (off)");
	return ERR_OK;
}

static enum err list(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct account_id account;
	struct trunk_row *rows;
	size_t n;
	enum err e;

	if ((e = ctl_scope_account(s, o->account, &account)) != ERR_OK ||
	    (e = db_trunk_list(s->db, account, &s->mem, &rows, &n)) != ERR_OK)
		return e;
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = print(s, account, &rows[i]);
	return e;
}

static const struct ctl_verb verbs[] = {
	{ "add", "a carrier; prints its id", add },
	{ "list", "the carriers of the account", list },
};

int ctl_trunk(int argc, char *const *argv)
{
	static const struct ctl_noun noun = { "trunk", verbs,
		RT_ARRAY_LEN(verbs), options, RT_ARRAY_LEN(options),
		offsetof(struct opts, conf) };
	struct opts o = { .country = "US" };

	return ctl_verb_run(&noun, argc, argv, &o);
}
