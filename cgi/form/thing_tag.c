#include "cgi/form/thing_tag.h"

#include <string.h>

#include "cgi/form/held.h"
#include "cgi/form/thing_sheet.h"
#include "lib/db/db_choice.h"
#include "lib/db/db_mark.h"

static const struct field fields[] = {
	{ "name", "Name", FIELD_TEXT, 1, 64,
	    .help = "What people put on a call: “Emergency”, “Spanish”." },
};

static enum err show(struct thing_list *l, const struct db_sheet *sheet,
    const struct db_sheet_cell *cells, struct thing_row *row)
{
	(void)l;
	row->cell[0] = db_sheet_cell(sheet, cells, "name")->text;
	return ERR_OK;
}

static enum err list(const struct req *r, struct thing_list *l)
{
	return thing_sheet(r, &thing_tag, "tags", show, l);
}

static enum err load(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct db_choice_row row;
	const enum err e =
	    db_choice_get(r->db, r->company, DB_CHOICE_TAG, id, &row);

	if (e != ERR_OK)
		return e;
	fields_set_cstr(f, "name", row.name);
	return f->e;
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
	.searchable = true,
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
