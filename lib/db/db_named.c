#include "lib/db/db_named.h"

#include <string.h>

#include "lib/db/stmt.h"

#define NAME_OF(table) \
	"SELECT name FROM " table " WHERE company_id = ? AND id = ?"

static const struct {
	enum id_kind kind;
	const char *sql;
} kinds[] = {
	{ ID_KIND_tracker, NAME_OF("tracker") },
	{ ID_KIND_pool, NAME_OF("pool") },
	{ ID_KIND_site, NAME_OF("site") },
	{ ID_KIND_destination, NAME_OF("destination") },
	{ ID_KIND_flow, NAME_OF("flow") },
	{ ID_KIND_location, NAME_OF("location") },
	{ ID_KIND_tag, NAME_OF("tag") },
	{ ID_KIND_number,
	    "SELECT IF(label = '', e164, label) FROM number"
	    " WHERE company_id = ? AND id = ?" },
};

enum err db_named(struct db *db, struct company_id company, struct slice key,
    char out[DB_NAME_BYTES])
{
	char name[DB_NAME_BYTES];
	uint8_t id[ID_BYTES];
	struct stmt *st;
	size_t i = 0;
	enum err e;

	while (i < RT_ARRAY_LEN(kinds) &&
	       id_parse(kinds[i].kind, key, id) != ERR_OK)
		i++;
	if (i == RT_ARRAY_LEN(kinds))
		return ERR_NOTFOUND;
	st = stmt_begin(db, kinds[i].sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id);
	stmt_out_text(st, name, sizeof(name));
	e = stmt_one(st);
	if (e == ERR_OK)
		memcpy(out, name, sizeof(name));
	return e;
}
