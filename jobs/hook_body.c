#include "jobs/hook_body.h"

#include <string.h>

#include "lib/db/db_sheet_calls.h"
#include "lib/db/db_sheet_setup.h"
#include "lib/feed/feed.h"

#define VERSION 1

static void key_id(struct json_out *j, const char *key, enum id_kind kind,
    const uint8_t id[ID_BYTES])
{
	char text[ID_TEXT_MAX];

	id_text(kind, id, text);
	json_out_key(j, key);
	json_out_cstr(j, text);
}

static void write_changes(const struct hook_out_row *event, struct json_out *j)
{
	struct slice rest = slice_from(event->detail);
	bool more = rest.n > 0;

	json_out_key(j, "changes");
	json_out_array(j);
	while (more) {
		struct slice field;

		more = slice_cut(&rest, ',', &field);
		json_out_str(j, field);
	}
	json_out_end(j);
}

/* The row that the event is about, or null. */
static enum err write_object(struct db *db, struct company_id company,
    const struct hook_out_row *event, bool form, struct arena *mem,
    struct json_out *j)
{
	const struct db_sheet *sheet =
	    form ? db_sheet_setup_find(SLICE("forms")) : db_sheet_calls();
	const struct db_sheet_scope scope = { .company = company };
	struct db_sheet_cell *row = NULL;
	struct feed_fields fields;
	struct call_id call;
	enum err e;

	memcpy(call.v, event->object, sizeof(call.v));
	e = form ? db_sheet_one(db, sheet, &scope, event->object, mem, &row)
		 : db_sheet_calls_one(db, company, call, mem, &row);
	json_out_key(j, form ? "form" : "call");
	if (e == ERR_NOTFOUND) {
		json_out_null(j);
		return ERR_OK;
	}
	if (e != ERR_OK)
		return e;
	feed_fields_all(sheet, &fields);
	feed_row_write(sheet, row, &fields, j);
	return ERR_OK;
}

enum err hook_body(struct db *db, struct company_id company,
    const struct hook_out_row *event, struct arena *mem, struct buf *out)
{
	enum hook_kind kind = HOOK_TEST;
	struct json_out j;
	bool form;
	enum err e = ERR_OK;

	if (!hook_parse(slice_from(event->kind), &kind))
		return ERR_RANGE;
	form = kind == HOOK_FORM_RECEIVED;
	json_out_init(&j, out);
	json_out_object(&j);
	json_out_key(&j, "version");
	json_out_u64(&j, VERSION);
	key_id(&j, "id", ID_KIND_event, event->event.v);
	json_out_key(&j, "type");
	json_out_cstr(&j, event->kind);
	json_out_key(&j, "created_at");
	json_out_time_us(&j, event->happened_us);
	key_id(&j, "company_id", ID_KIND_company, company.v);
	if (kind != HOOK_TEST) {
		key_id(&j, "object_id", form ? ID_KIND_form : ID_KIND_call,
		    event->object);
		write_changes(event, &j);
		e = write_object(db, company, event, form, mem, &j);
	}
	json_out_end(&j);
	return e == ERR_OK ? json_out_done(&j) : e;
}
