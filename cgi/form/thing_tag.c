#include "cgi/form/thing_tag.h"

#include <string.h>

#include "cgi/form/held.h"
#include "lib/db/db_mark.h"

static const struct field fields[] = {
	{ "name", "Name", FIELD_TEXT, 1, 64,
	    .help = "What people put on a call: “Emergency”, “Spanish”." },
};

static enum err list(const struct req *r, struct thing_list *l)
{
	struct tag_row *rows;
	size_t n;
	enum err e = db_mark_tags(r->db, r->company, r->arena, &rows, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct thing_row *row = thing_row_add(l, rows[i].id.v);

		if (row == NULL)
			return ERR_NOMEM;
		row->cell[0] = slice_from(rows[i].name);
	}
	return e;
}

static enum err load(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct tag_row *rows;
	size_t n;
	enum err e = db_mark_tags(r->db, r->company, r->arena, &rows, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++)
		if (id_eq(rows[i].id.v, id)) {
			fields_set_cstr(f, "name", rows[i].name);
			return f->e;
		}
	return e == ERR_OK ? ERR_NOTFOUND : e;
}

static enum err save(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct tag_row row;
	enum err e;

	memcpy(row.id.v, id, ID_BYTES);
	if (!fields_copy(f, "name", row.name, sizeof(row.name)))
		return ERR_SYNTAX;
	e = f->fresh ? db_mark_tag_add(r->db, r->company, &row, r->now_us)
		     : db_mark_tag_rename(r->db, r->company, &row);
	if (e == ERR_CONFLICT)
		fields_wrong(f, "name", "There is a tag of this name.");
	return e;
}

static enum err retire(const struct req *r, const uint8_t id[ID_BYTES])
{
	struct tag_id key;

	memcpy(key.v, id, ID_BYTES);
	return db_mark_tag_remove(r->db, r->company, key);
}

const struct thing thing_tag = {
	.path = "/settings/tags",
	.one = "tag",
	.many = "Tags",
	.intro =
	    "Words that people and rules put on calls, to find and count"
	    " them.",
	.empty = "Add the first one, or make it while marking a call.",
	.id_kind = ID_KIND_tag,
	.fields = fields,
	.n_fields = RT_ARRAY_LEN(fields),
	.columns = { "Name" },
	.retire = "Delete",
	.retire_help = "Possible while no call has it.",
	.list = list,
	.load = load,
	.save = save,
	.retire_it = retire,
	.holders = held_tag,
	.in_use = "Calls have this tag. Rename it, or take it off them first.",
};
