#include "cgi/form/flow_store.h"

#include <stdio.h>
#include <string.h>

#include "cgi/web/trail.h"
#include "lib/base/rnd.h"
#include "lib/core/flow_sample.h"
#include "lib/db/db_config.h"
#include "lib/db/db_job.h"
#include "lib/text/json_out.h"

enum err flow_store_get(const struct req *r, struct flow_row *f)
{
	struct flow_id id;
	enum err e;

	if ((e = req_path_id(r, 0, ID_KIND_flow, id.v)) != ERR_OK)
		return e;
	return db_flow_get(r->db, r->company, id, f);
}

enum err flow_store_beginning(const struct req *r, const struct flow_row *f,
    struct slice *document)
{
	const struct flow_sample *sample = NULL;
	struct slice key;

	if (f->last_version > 0)
		return db_flow_document(r->db, r->company, f->id,
		    f->last_version, r->arena, document);
	if (req_query(r, "template", &key) == ERR_OK)
		sample = flow_sample_find(key);
	*document = slice_from(
	    sample != NULL ? sample->document
			   : "{\"version\":1,\"first\":\"\",\"steps\":{}}");
	return ERR_OK;
}

enum err flow_store_check_in(const struct req *r, struct slice document,
    struct flowworld *w, struct flow_json_errors *errors, bool *ok)
{
	enum err e;

	memset(errors, 0, sizeof(*errors));
	if ((e = flowworld_load(r->db, r->company, r->arena, w)) != ERR_OK)
		return e;
	if (req_path_id(r, 0, ID_KIND_flow, w->self.v) != ERR_OK)
		w->self = (struct flow_id){ { 0 } };
	e = flowworld_check(w, document, errors);
	*ok = e == ERR_OK;
	return e == ERR_SYNTAX ? ERR_OK : e;
}

enum err flow_store_check(const struct req *r, struct slice document,
    struct flow_json_errors *errors, bool *ok)
{
	struct flowworld w;

	return flow_store_check_in(r, document, &w, errors, ok);
}

static enum err say_audit(const struct req *r, const char *action,
    const struct flow_row *f, uint32_t before, uint32_t after)
{
	char from[160], to[160];
	struct trail a = { .action = action,
		.object_kind = "flow",
		.object = f->id.v };

	(void)snprintf(from, sizeof(from), "{\"version\":%u}", before);
	(void)snprintf(to, sizeof(to), "{\"version\":%u}", after);
	a.before = slice_from(from);
	a.after = slice_from(to);
	return trail_add(r, &a);
}

/* {"name":…} of before and after, either of which may be NULL. */
static enum err say_names(const struct req *r, const char *action,
    const uint8_t id[ID_BYTES], const char *before, const char *after)
{
	struct trail a = { .action = action,
		.object_kind = "flow",
		.object = id,
		.before = SLICE(""),
		.after = SLICE("") };
	const char *const names[] = { before, after };
	struct slice *const texts[] = { &a.before, &a.after };
	char mem[2][8 * DB_NAME_BYTES];
	struct json_out j;
	struct buf b;

	for (size_t i = 0; i < 2; i++) {
		if (names[i] == NULL)
			continue;
		buf_over(&b, mem[i], sizeof(mem[i]));
		json_out_init(&j, &b);
		json_out_object(&j);
		json_out_key(&j, "name");
		json_out_cstr(&j, names[i]);
		json_out_end(&j);
		if (json_out_done(&j) != ERR_OK)
			return ERR_INTERNAL;
		*texts[i] = json_out_text(&j);
	}
	return trail_add(r, &a);
}

enum err flow_store_add(const struct req *r, struct flow_row *row)
{
	uint8_t dice[10];
	enum err e;

	if (id_is_nil(row->id.v)) {
		rnd_bytes(dice, sizeof(dice));
		id_make(r->now_us, dice, row->id.v);
	}
	row->created_us = r->now_us;
	e = db_flow_add(r->db, r->company, row);
	return e == ERR_OK
		   ? say_names(r, "flow.add", row->id.v, NULL, row->name)
		   : e;
}

enum err flow_store_rename(const struct req *r, const struct flow_row *f,
    struct slice name)
{
	char after[DB_NAME_BYTES];
	enum err e;

	if (!slice_to_cstr(name, after, sizeof(after)))
		return ERR_RANGE;
	e = db_flow_rename(r->db, r->company, f->id, name);
	return e == ERR_OK
		   ? say_names(r, "flow.rename", f->id.v, f->name, after)
		   : e;
}

enum err flow_store_retire(const struct req *r, const struct flow_row *f)
{
	const enum err e = db_flow_archive(r->db, r->company, f->id, r->now_us);

	return e == ERR_OK ? say_names(r, "flow.retire", f->id.v, f->name, NULL)
			   : e;
}

/* The row is locked by counting it up. */
enum err flow_store_put(const struct req *r, struct slice document,
    uint32_t base, struct flow_row *f)
{
	uint32_t version = 0;
	enum err e;

	e = db_flow_write(r->db, r->company, f->id, document, r->user,
	    r->now_us, &version);
	if (e == ERR_OK && version != base + 1)
		e = ERR_CONFLICT;
	if (e == ERR_OK)
		e = say_audit(r, "flow.save", f, base, version);
	if (e == ERR_OK)
		f->last_version = version;
	return e;
}

enum err flow_store_write(const struct req *r, struct slice document,
    uint32_t base, struct flow_row *f)
{
	const enum err e = db_begin(r->db);

	return e == ERR_OK ? db_end(r->db, flow_store_put(r, document, base, f))
			   : e;
}

/* Whispers are spoken before they are needed (jobs/job_spoken). */
static enum err ask_for_speech(const struct req *r, const struct flow_row *f)
{
	char id[ID_TEXT_MAX], key[ID_TEXT_MAX + 16];

	id_text(ID_KIND_flow, f->id.v, id);
	(void)snprintf(key, sizeof(key), "%s %u", id, f->published_version);
	return db_job_add(r->db, r->company, "spoken", slice_from(key),
	    SLICE(""), r->now_us, r->now_us);
}

/* Once more while nobody else can publish: two flows that are published at the
 * same time must not lead to each other. */
static enum err still_runs(const struct req *r, uint32_t version,
    const struct flow_row *f)
{
	struct flow_json_errors errors;
	struct slice document;
	bool ok;
	enum err e;

	if ((e = db_config_lock(r->db)) != ERR_OK ||
	    (e = db_flow_document(r->db, r->company, f->id, version, r->arena,
		 &document)) != ERR_OK ||
	    (e = flow_store_check(r, document, &errors, &ok)) != ERR_OK)
		return e;
	return ok ? ERR_OK : ERR_CONFLICT;
}

enum err flow_store_publish(const struct req *r, uint32_t version,
    struct flow_row *f)
{
	const uint32_t before = f->published_version;
	enum err e;

	if ((e = db_begin(r->db)) != ERR_OK)
		return e;
	if ((e = still_runs(r, version, f)) != ERR_OK)
		return db_end(r->db, e);
	e = db_flow_publish(r->db, r->company, f->id, version, r->now_us);
	f->published_version = version;
	if (e == ERR_OK)
		e = say_audit(r, "flow.publish", f, before, version);
	if (e == ERR_OK)
		e = ask_for_speech(r, f);
	return db_end(r->db, e);
}
