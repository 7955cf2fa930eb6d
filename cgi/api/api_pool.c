#include "cgi/api/api_pool.h"

#include <string.h>

#include "cgi/form/thing_do.h"
#include "cgi/form/thing_number.h"
#include "lib/db/db_number.h"
#include "lib/db/db_pool.h"

#define NUMBERS_MAX 1000

const char *const api_pool_members[] = { "numbers", "add_numbers",
	"remove_numbers", NULL };

struct move {
	const struct req *r;
	const uint8_t *pool;
	const char *list; /* the member at work */
	struct api_faults *faults;
};

/* The company's number of that text; ERR_NOTFOUND: it has none such. */
static enum err find(const struct move *m, struct slice text,
    struct number_id *out)
{
	struct company_id whose;
	struct number_row row;
	enum err e;

	if (id_parse(ID_KIND_number, text, out->v) == ERR_OK) {
		e = db_number_get(m->r->db, m->r->company, *out, &row);
		return e == ERR_OK && row.released_us != 0 ? ERR_NOTFOUND : e;
	}
	e = db_number_find(m->r->db, text, &whose, out);
	return e == ERR_OK && !id_eq(whose.v, m->r->company.v) ? ERR_NOTFOUND
							       : e;
}

/* Into the pool, or with on false out of it, as the number's form would. */
static enum err put(const struct move *m, struct number_id number, bool on,
    const char **wrong)
{
	struct fields f, before;
	char pool[ID_TEXT_MAX];
	bool changed;
	enum err e;

	if ((e = thing_do_load(m->r, &thing_number, number.v, &f)) != ERR_OK ||
	    (e = thing_do_load(m->r, &thing_number, number.v, &before)) !=
		ERR_OK)
		return e;
	id_text(ID_KIND_pool, m->pool, pool);
	if (!on && !slice_eq_cstr(fields_get(&f, "pool"), pool))
		return ERR_OK; /* it is not in this one */
	fields_set(&f, "pool", on ? slice_from(pool) : SLICE(""));
	e = thing_do_change(m->r, &thing_number, number.v, &f, &before,
	    &changed);
	for (size_t i = 0; i < f.n; i++)
		if (f.error[i] != NULL)
			*wrong = f.error[i];
	return e;
}

static enum err put_text(const struct move *m, size_t i,
    const struct json_node *node, bool on, struct number_id *number)
{
	const char *wrong = NULL;
	struct slice text;
	enum err e;

	if (json_in_text(node, 64, &text) != ERR_OK) {
		api_fault_at(m->faults, m->list, i, "",
		    "This is a number or its id, as a text.");
		return ERR_OK;
	}
	e = find(m, slice_trim(text), number);
	if (e == ERR_NOTFOUND)
		wrong = "The company has no such number in use.";
	else if (e == ERR_OK)
		e = put(m, *number, on, &wrong);
	if (wrong == NULL)
		return e;
	api_fault_at(m->faults, m->list, i, "", wrong);
	return ERR_OK;
}

static bool named(const struct number_id *ids, size_t n, struct number_id id)
{
	for (size_t i = 0; i < n; i++)
		if (id_eq(ids[i].v, id.v))
			return true;
	return false;
}

/* What the pool has and `numbers` does not name. */
static enum err take_others(const struct move *m, const struct number_id *ids,
    size_t n)
{
	struct pool_number_row *rows = NULL;
	struct pool_id pool;
	size_t have = 0;
	const char *wrong = NULL;
	enum err e;

	memcpy(pool.v, m->pool, ID_BYTES);
	e = db_pool_numbers(m->r->db, m->r->company, pool, UINT32_MAX,
	    m->r->arena, &rows, &have);
	for (size_t i = 0; e == ERR_OK && i < have; i++)
		if (!named(ids, n, rows[i].id))
			e = put(m, rows[i].id, false, &wrong);
	return e;
}

static enum err put_list(struct move *m, const struct json_node *body,
    const char *list, bool on)
{
	const struct json_node *node = json_in_get(body, list);
	const size_t n = json_in_count(node);
	struct number_id *ids;
	enum err e = ERR_OK;

	m->list = list;
	if (json_in_kind(node) == JSON_IN_MISSING)
		return ERR_OK;
	if ((json_in_kind(node) != JSON_IN_ARRAY &&
		json_in_kind(node) != JSON_IN_NULL) ||
	    n > NUMBERS_MAX) {
		api_fault(m->faults, slice_from(list),
		    "This is a list of at most 1000 numbers or ids.");
		return ERR_OK;
	}
	ids = arena_array(m->r->arena, n + 1, sizeof(*ids));
	if (ids == NULL)
		return ERR_NOMEM;
	memset(ids, 0, (n + 1) * sizeof(*ids));
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		e = put_text(m, i, json_in_at(node, i), on, &ids[i]);
	if (e != ERR_OK || m->faults->n > 0 || strcmp(list, "numbers") != 0)
		return e;
	return take_others(m, ids, n);
}

enum err api_pool_put(const struct req *r, const uint8_t id[ID_BYTES],
    const struct json_node *body, struct api_faults *faults)
{
	struct move m = { .r = r, .pool = id, .faults = faults };
	enum err e;

	if ((e = put_list(&m, body, "numbers", true)) != ERR_OK ||
	    (e = put_list(&m, body, "add_numbers", true)) != ERR_OK)
		return e;
	return put_list(&m, body, "remove_numbers", false);
}
