#include "ctl/ctl_seed.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ctl_seed_move.h"
#include "lib/base/buf.h"
#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/base/rnd.h"
#include "lib/db/db_account.h"
#include "lib/db/db_company.h"
#include "lib/db/db_destination.h"
#include "lib/db/db_flow.h"
#include "lib/db/db_number.h"
#include "lib/db/db_pool.h"
#include "lib/db/db_report.h"
#include "lib/db/db_site.h"
#include "lib/db/db_tracker.h"
#include "lib/db/db_trunk.h"
#include "lib/db/db_user.h"
#include "lib/hash/password.h"
#include "lib/phone/phone.h"

/* 0 O 1 I l are left out: people type it. */
static const char letters[] =
    "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/* The business's own number, as its page shows it. */
static const char own_number[] = "+14155550199";

/* +1 415 555 01xx is reserved for fiction (NANPA). */
static const char *const pool_numbers[] = { "+14155550101", "+14155550102",
	"+14155550103", "+14155550104", "+14155550105", "+14155550106",
	"+14155550107", "+14155550108" };
static const char overflow_number[] = "+14155550109";

static const struct {
	const char *e164;
	const char *name;
	const char *source;
	const char *medium;
	const char *channel;
	bool on_site;
	const char *match_kind;
	const char *match_value;
} trackers[] = {
	{ "+14155550110", "Google Ads call extension", "google", "cpc", "paid",
	    false, "none", "" },
	{ "+14155550111", "Billboard, Highway 101", "billboard", "offline",
	    "offline", false, "none", "" },
	{ "+14155550112", "Google, not paid", "google", "organic", "organic",
	    true, "group", "google_organic" },
	{ "+14155550113", "Direct visits", "direct", "none", "direct", true,
	    "always", "" },
};

/* What the steps below hand on to each other. */
struct made {
	int64_t now_us;
	struct account_id account;
	struct company_id company;
	struct user_id user;
	struct destination_id desk;
	struct flow_id flow;
	struct pool_id pool;
	struct site_id site;
};

static void fresh_id(int64_t now_us, uint8_t out[ID_BYTES])
{
	uint8_t rnd[10];

	rnd_bytes(rnd, sizeof(rnd));
	id_make(now_us, rnd, out);
}

static void put(char *out, size_t cap, const char *text)
{
	(void)snprintf(out, cap, "%s", text);
}

#define PUT(member, text) put(member, sizeof(member), text)

/* --- what scripts and people need ----------------------------------- */

static void make_password(char out[CTL_SEED_PASSWORD + 1])
{
	uint8_t raw[CTL_SEED_PASSWORD];

	rnd_bytes(raw, sizeof(raw));
	for (size_t i = 0; i < CTL_SEED_PASSWORD; i++)
		out[i] = letters[raw[i] % (sizeof(letters) - 1)];
	out[CTL_SEED_PASSWORD] = '\0';
}

static bool read_note(const char *path, char out[CTL_SEED_PASSWORD + 1])
{
	char text[1024];
	struct slice rest, line, key;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd == -1)
		return false;
	n = read(fd, text, sizeof(text));
	(void)close(fd); /* read only */
	rest = slice_of(text, n < 0 ? 0 : (size_t)n);
	while (slice_cut(&rest, '\n', &line))
		if (slice_cut(&line, ' ', &key) &&
		    slice_eq_cstr(key, "password"))
			return slice_to_cstr(line, out, CTL_SEED_PASSWORD + 1);
	return false;
}

static enum err write_note(const char *path, const struct settings *s,
    const char *password)
{
	char text[1024];
	struct buf b;
	const int fd =
	    open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	enum err e = ERR_OK;

	if (fd == -1) {
		log_sys("seed: create %s", path);
		return ERR_IO;
	}
	buf_over(&b, text, sizeof(text));
	buf_printf(&b, "email %s\npassword %s\nsite_key %s\nown_number %s\n",
	    CTL_SEED_EMAIL, password, CTL_SEED_SITE_KEY, own_number);
	buf_printf(&b, "page %s/demo/\ncarrier %s:%d\nphone %s:%d\n",
	    s->public_url, s->sip_address, CTL_SEED_CARRIER_PORT,
	    s->sip_address, CTL_SEED_PHONE_PORT);
	if (buf_err(&b) != ERR_OK || write(fd, b.p, b.n) != (ssize_t)b.n ||
	    fsync(fd) == -1) {
		log_sys("seed: write %s", path);
		e = ERR_IO;
	}
	(void)close(fd); /* synced above */
	return e;
}

/* --- the rows --------------------------------------------------------- */

static enum err add_owner(struct db *db, struct made *m, const char *password)
{
	struct account_row account = { .created_us = m->now_us };
	struct company_row company = { .billable_s = 60,
		.credit_min_bp = 6000,
		.created_us = m->now_us };
	struct user_row user = { .created_us = m->now_us };
	const struct company_id every = { { 0 } };
	char hash[PASSWORD_HASH_MAX];
	enum err e;

	fresh_id(m->now_us, m->account.v);
	fresh_id(m->now_us, m->company.v);
	fresh_id(m->now_us, m->user.v);
	account.id = m->account;
	PUT(account.name, "Demonstration");
	company.id = m->company;
	company.account = m->account;
	PUT(company.name, "Bay City Plumbing");
	PUT(company.time_zone, "America/Los_Angeles");
	PUT(company.country, "US");
	PUT(company.currency, "USD");
	user.id = m->user;
	user.account = m->account;
	PUT(user.email, CTL_SEED_EMAIL);
	PUT(user.name, "Demo");
	if ((e = password_hash(slice_from(password), hash)) != ERR_OK)
		return e;
	PUT(user.password_hash, hash);
	if ((e = db_account_add(db, &account)) != ERR_OK ||
	    (e = db_company_add(db, &company)) != ERR_OK ||
	    (e = db_user_add(db, &user)) != ERR_OK)
		return e;
	return db_user_grant(db, m->user, m->account, every, USER_ROLE_OWNER,
	    m->now_us);
}

static enum err add_trunk(struct db *db, const struct made *m,
    const struct settings *s)
{
	struct trunk_acl_row acl;
	struct trunk_row trunk;
	enum err e;

	db_trunk_init(&trunk);
	fresh_id(m->now_us, trunk.id.v);
	trunk.created_us = m->now_us;
	PUT(trunk.name, CTL_SEED_CARRIER_NAME);
	PUT(trunk.country, "US");
	ctl_seed_move_hop(s, trunk.next_hop);
	ctl_seed_move_acl(s, &acl);
	e = db_trunk_add(db, m->account, &trunk);
	return e == ERR_OK ? db_trunk_acl_add(db, m->account, trunk.id, &acl)
			   : e;
}

/* The front desk; the notice comes first by itself, as the numbers record. */
static enum err add_flow(struct db *db, struct made *m,
    const struct settings *s)
{
	struct destination_row desk = { .ring_s = 30, .created_us = m->now_us };
	struct flow_row flow = { .created_us = m->now_us };
	char target[ID_TEXT_MAX], document[512];
	uint32_t version;
	enum err e;

	fresh_id(m->now_us, m->desk.v);
	fresh_id(m->now_us, m->flow.v);
	desk.id = m->desk;
	flow.id = m->flow;
	PUT(desk.name, CTL_SEED_PHONE_NAME);
	ctl_seed_move_phone(s, desk.target);
	PUT(flow.name, "Main line");
	id_text(ID_KIND_destination, m->desk.v, target);
	(void)snprintf(document, sizeof(document),
	    "{\"version\":1,\"first\":\"desk\",\"steps\":{"
	    "\"desk\":{\"type\":\"forward\",\"to\":\"%s\",\"ring_s\":30}}}",
	    target);
	if ((e = db_destination_add(db, m->company, &desk)) != ERR_OK ||
	    (e = db_flow_add(db, m->company, &flow)) != ERR_OK ||
	    (e = db_flow_write(db, m->company, m->flow, slice_from(document),
		 m->user, m->now_us, &version)) != ERR_OK)
		return e;
	return db_flow_publish(db, m->company, m->flow, version, m->now_us);
}

static enum err add_number(struct db *db, const struct made *m,
    const char *e164, const char *label, struct number_id *id)
{
	struct number_row row = { .flow = m->flow,
		.record = FLOW_RECORD_NOTICE,
		.added_us = m->now_us };
	char place[PHONE_PLACE_MAX];

	fresh_id(m->now_us, row.id.v);
	*id = row.id;
	PUT(row.e164, e164);
	PUT(row.label, label);
	PUT(row.kind, "local");
	PUT(row.country, "US");
	phone_place(slice_from(e164), place);
	PUT(row.place, place);
	return db_number_add(db, m->company, &row);
}

static enum err add_pool(struct db *db, struct made *m)
{
	struct pool_row pool = { .lease_s = 180, .created_us = m->now_us };
	struct number_id number;
	enum err e;

	fresh_id(m->now_us, m->pool.v);
	pool.id = m->pool;
	PUT(pool.name, "Web visits");
	if ((e = add_number(db, m, overflow_number, "Web overflow",
		 &pool.overflow)) != ERR_OK ||
	    (e = db_pool_add(db, m->company, &pool)) != ERR_OK)
		return e;
	for (size_t i = 0; i < RT_ARRAY_LEN(pool_numbers) && e == ERR_OK; i++) {
		e = add_number(db, m, pool_numbers[i], "Web visits", &number);
		if (e == ERR_OK)
			e = db_pool_number_add(db, m->company, m->pool, number,
			    m->now_us);
	}
	return e;
}

static enum err add_site(struct db *db, struct made *m)
{
	struct site_row site = { .pool = m->pool, .created_us = m->now_us };
	enum err e;

	fresh_id(m->now_us, m->site.v);
	site.id = m->site;
	PUT(site.public_key, CTL_SEED_SITE_KEY);
	PUT(site.name, "baycityplumbing.example");
	if ((e = db_site_add(db, m->company, &site)) != ERR_OK)
		return e;
	return db_site_target_add(db, m->company, m->site,
	    slice_from(own_number));
}

static enum err add_trackers(struct db *db, const struct made *m)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < RT_ARRAY_LEN(trackers) && e == ERR_OK; i++) {
		struct tracker_row row = { .created_us = m->now_us };

		fresh_id(m->now_us, row.id.v);
		PUT(row.name, trackers[i].name);
		PUT(row.source, trackers[i].source);
		PUT(row.medium, trackers[i].medium);
		PUT(row.channel, trackers[i].channel);
		PUT(row.match_kind, trackers[i].match_kind);
		PUT(row.match_value, trackers[i].match_value);
		if (trackers[i].on_site)
			row.site = m->site;
		e = add_number(db, m, trackers[i].e164, trackers[i].name,
		    &row.number);
		if (e == ERR_OK)
			e = db_tracker_add(db, m->company, &row);
	}
	return e;
}

static enum err add_all(struct db *db, const struct settings *s,
    const char *password)
{
	struct made m = { .now_us = clk_wall_us() };
	enum err e;

	if ((e = db_begin(db)) != ERR_OK)
		return e;
	if ((e = add_owner(db, &m, password)) == ERR_OK &&
	    (e = add_trunk(db, &m, s)) == ERR_OK &&
	    (e = add_flow(db, &m, s)) == ERR_OK &&
	    (e = add_pool(db, &m)) == ERR_OK &&
	    (e = add_site(db, &m)) == ERR_OK)
		e = add_trackers(db, &m);
	return db_end(db, e);
}

/* The page may be opened at an address that an option has changed. */
static enum err allow_origin(struct db *db, const struct settings *s)
{
	struct company_id company;
	struct site_row site;
	enum err e =
	    db_site_by_key(db, SLICE(CTL_SEED_SITE_KEY), &company, &site);

	return e == ERR_OK ? db_site_origin_add(db, company, site.id,
				 slice_from(s->public_url))
			   : e;
}

enum err ctl_seed(struct db *db, const struct settings *s, struct ctl_seed *out)
{
	char path[SETTINGS_PATH_MAX + 32];
	struct company_id company;
	struct ctl_seed seed = { .called = false };
	struct site_row site;
	enum err e;

	(void)snprintf(path, sizeof(path), "%s/demo.txt", s->secret_dir);
	if (!read_note(path, seed.password))
		make_password(seed.password);
	/* Before the rows: a password that only its hash remembers is lost. */
	if ((e = write_note(path, s, seed.password)) != ERR_OK)
		return e;
	e = db_site_by_key(db, SLICE(CTL_SEED_SITE_KEY), &company, &site);
	if (e == ERR_NOTFOUND)
		e = add_all(db, s, seed.password);
	else if (e == ERR_OK &&
		 (e = db_report_called(db, company, &seed.called)) == ERR_OK)
		e = ctl_seed_move(db, s, company);
	if (e == ERR_OK)
		e = allow_origin(db, s);
	if (e != ERR_OK)
		log_error("seed: the demonstration company: %s", err_name(e));
	else
		*out = seed;
	return e;
}
