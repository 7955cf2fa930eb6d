#include "ctl/ctl_seed_move.h"

#include <stdio.h>
#include <string.h>

#include "ctl/ctl_seed.h"
#include "lib/base/arena.h"
#include "lib/base/log.h"
#include "lib/db/db_choice.h"
#include "lib/db/db_company.h"
#include "lib/db/db_destination.h"
#include "lib/db/db_trunk.h"

#define ROWS_MAX_BYTES (4U << 20) /* of one list */

void ctl_seed_move_hop(const struct settings *s, char out[DB_TEXT_BYTES])
{
	(void)snprintf(out, DB_TEXT_BYTES, "%.15s:%d", s->sip_address,
	    CTL_SEED_CARRIER_PORT);
}

void ctl_seed_move_phone(const struct settings *s, char out[DB_TEXT_BYTES])
{
	(void)snprintf(out, DB_TEXT_BYTES, "sip:business@%.15s:%d",
	    s->sip_address, CTL_SEED_PHONE_PORT);
}

void ctl_seed_move_acl(const struct settings *s, struct trunk_acl_row *out)
{
	*out = (struct trunk_acl_row){ .media = false };
	(void)snprintf(out->cidr, sizeof(out->cidr), "%.15s/32",
	    s->sip_address);
}

static enum err move_carrier(struct db *db, const struct settings *s,
    struct account_id account, struct trunk_row *row)
{
	struct trunk_acl_row acl;
	char hop[DB_TEXT_BYTES];
	enum err e;

	ctl_seed_move_hop(s, hop);
	if (strcmp(row->name, CTL_SEED_CARRIER_NAME) != 0 ||
	    strcmp(row->next_hop, hop) == 0)
		return ERR_OK;
	log_info("seed: the simulated carrier moves from=%s to=%s",
	    row->next_hop, hop);
	memcpy(row->next_hop, hop, sizeof(hop));
	ctl_seed_move_acl(s, &acl);
	e = db_trunk_update(db, account, row);
	return e == ERR_OK ? db_trunk_acl_add(db, account, row->id, &acl) : e;
}

static enum err move_phone(struct db *db, const struct settings *s,
    struct company_id company)
{
	char target[DB_TEXT_BYTES];
	struct destination_row row;
	struct destination_id id;
	struct db_choice_row named;
	enum err e = db_choice_called(db, company, DB_CHOICE_DESTINATION,
	    slice_from(CTL_SEED_PHONE_NAME), &named);

	if (e != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	memcpy(id.v, named.id, sizeof(id.v));
	ctl_seed_move_phone(s, target);
	if ((e = db_destination_get(db, company, id, &row)) != ERR_OK ||
	    strcmp(row.target, target) == 0)
		return e;
	log_info("seed: the business phone moves from=%s to=%s", row.target,
	    target);
	memcpy(row.target, target, sizeof(target));
	return db_destination_update(db, company, &row);
}

static enum err move_all(struct db *db, const struct settings *s,
    struct company_id company, struct arena *mem)
{
	struct trunk_row *carriers = NULL;
	struct company_row row;
	size_t n = 0;
	enum err e;

	if ((e = db_company_get(db, company, &row)) != ERR_OK ||
	    (e = db_trunk_list(db, row.account, mem, &carriers, &n)) != ERR_OK)
		return e;
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = move_carrier(db, s, row.account, &carriers[i]);
	return e == ERR_OK ? move_phone(db, s, company) : e;
}

enum err ctl_seed_move(struct db *db, const struct settings *s,
    struct company_id company)
{
	struct arena mem;
	enum err e;

	arena_init(&mem, ROWS_MAX_BYTES);
	if ((e = db_begin(db)) == ERR_OK)
		e = db_end(db, move_all(db, s, company, &mem));
	arena_fini(&mem);
	return e;
}
