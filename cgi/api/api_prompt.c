#include "cgi/api/api_prompt.h"

#include <string.h>

#include "cgi/api/api_list.h"
#include "cgi/api/api_out.h"
#include "cgi/api/api_query.h"
#include "cgi/api/api_setup.h"
#include "cgi/api/api_who.h"
#include "cgi/form/prompt_do.h"
#include "lib/db/db_config.h"
#include "lib/db/db_sheet_setup.h"

#define ROW_MAX  ((size_t)65536)
#define NAME_MAX 400 /* bytes */

/* --- what comes in ---------------------------------------------------------
 */

static void member(const struct json_node *body, const char *name, size_t max,
    struct slice *out, struct api_faults *faults)
{
	const enum err e = json_in_text(json_in_get(body, name), max, out);

	if (e == ERR_NOTFOUND)
		*out = SLICE("");
	else if (e != ERR_OK)
		api_fault(faults, slice_from(name),
		    e == ERR_TOOBIG ? "This is too long." : "This is a text.");
}

static void read_spoken(const struct json_node *body, bool with_name,
    struct prompt_said *s, struct api_faults *faults)
{
	static const char *const names[] = { "name", "text", "voice", NULL };
	static const char *const less[] = { "text", "voice", NULL };
	const char *field, *wrong;

	*s = (struct prompt_said){ .file = SLICE(""), .name = SLICE("") };
	api_setup_only(body, with_name ? names : less, faults);
	if (with_name)
		member(body, "name", NAME_MAX, &s->name, faults);
	member(body, "text", DB_PROMPT_TEXT_MAX, &s->text, faults);
	member(body, "voice", 32, &s->voice, faults);
	s->name = slice_trim(s->name);
	s->text = slice_trim(s->text);
	if (s->voice.n == 0)
		s->voice = SLICE("slt");
	if (faults->n == 0 &&
	    (wrong = prompt_do_wrong(s, with_name, &field)) != NULL)
		api_fault(faults, slice_from(field), wrong);
}

/* False, with the answer made: what it is to be cannot be. */
static bool read_file(const struct req *r, bool with_name,
    struct prompt_said *s, struct resp *out, enum err *e)
{
	struct api_faults faults = { .n = 0 };
	const char *field, *wrong;

	*s = (struct prompt_said){ .file = r->body,
		.name = SLICE(""),
		.text = SLICE(""),
		.voice = SLICE("") };
	if (with_name && (*e = req_query(r, "name", &s->name)) != ERR_OK &&
	    *e != ERR_NOTFOUND)
		return false;
	s->name = slice_trim(s->name);
	wrong = prompt_do_wrong(s, with_name, &field);
	if (wrong == NULL)
		return true;
	/* The name stands in the address, the file is the whole body. */
	if (strcmp(field, "name") == 0) {
		*e = api_query_wrong_as(r, "name", "1 to 100 characters.",
		    ERR_RANGE);
	} else {
		api_fault(&faults, API_FAULT_WHOLE,
		    s->file.n == 0 ? "The body is the sound file; it is empty."
				   : wrong);
		*e = api_fault_answer(out, 422, NULL, &faults);
	}
	return false;
}

/* --- answers ---------------------------------------------------------------
 */

static enum err find(const struct req *r, struct prompt_id *id,
    struct db_sheet_cell **row, char etag[API_OUT_ETAG])
{
	const struct db_sheet *sheet = db_sheet_setup_find(SLICE("prompts"));
	const struct db_sheet_scope scope = { .account = r->account,
		.company = r->company };
	enum err e;

	if ((e = db_sheet_one(r->db, sheet, &scope, id->v, r->arena, row)) !=
	    ERR_OK)
		return e;
	return api_out_etag(sheet, *row, etag);
}

static enum err answer_added(const struct req *r, struct resp *out,
    struct prompt_id id)
{
	const struct db_sheet *sheet = db_sheet_setup_find(SLICE("prompts"));
	struct db_sheet_cell *row = NULL;
	char etag[API_OUT_ETAG];
	struct feed_fields all;
	struct json_out j;
	struct buf text;
	enum err e;

	if ((e = find(r, &id, &row, etag)) != ERR_OK)
		return e;
	buf_init(&text, ROW_MAX);
	feed_fields_all(sheet, &all);
	json_out_init(&j, &text);
	feed_row_write(sheet, row, &all, &j);
	resp_header(out, "ETag", slice_from(etag));
	if ((e = json_out_done(&j)) == ERR_OK)
		e = api_setup_added(out, "prompts", json_out_text(&j));
	buf_fini(&text);
	return e;
}

static enum err add(const struct req *r, struct resp *out,
    const struct prompt_said *s)
{
	struct prompt_id id = { { 0 } };
	enum err e;

	if ((e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_end(r->db, prompt_do_add(r, s, &id));
	if (e == ERR_RANGE)
		return resp_problem(out, 422,
		    "There are 500 prompts already: put some away first.");
	return e == ERR_OK ? answer_added(r, out, id) : e;
}

/* The same prompt with another version. */
static enum err add_version(const struct req *r, struct resp *out,
    const struct prompt_said *s)
{
	struct prompt_id id;
	enum err e;

	if ((e = req_path_id(r, 0, ID_KIND_prompt, id.v)) != ERR_OK ||
	    (e = db_begin(r->db)) != ERR_OK ||
	    (e = db_end(r->db, prompt_do_version(r, id, s))) != ERR_OK)
		return e;
	return api_list_one(r, out);
}

/* --- handlers --------------------------------------------------------------
 */

/* The prompt of the path, and that it is the company's. */
static enum err known(const struct req *r, struct prompt_row *row)
{
	struct prompt_id id;
	const enum err e = req_path_id(r, 0, ID_KIND_prompt, id.v);

	return e == ERR_OK ? db_prompt_get(r->db, r->company, id, row) : e;
}

static enum err speak(const struct req *r, struct resp *out, bool fresh)
{
	struct api_faults faults = { .n = 0 };
	struct json_in *in = NULL;
	struct prompt_row row;
	struct prompt_said s;
	enum err e;

	if (!api_who_company(r, out, &e) ||
	    (!fresh && (e = known(r, &row)) != ERR_OK) ||
	    !api_setup_body(r, REQ_BODY_FORM, API_SETUP_DEPTH, out, &in, &e))
		return e;
	read_spoken(json_in_root(in), fresh, &s, &faults);
	if (faults.n > 0)
		e = api_fault_answer(out, 422, NULL, &faults);
	else
		e = fresh ? add(r, out, &s) : add_version(r, out, &s);
	json_in_free(in);
	return e;
}

enum err api_prompt_add(const struct req *r, struct resp *out)
{
	return speak(r, out, true);
}

enum err api_prompt_version(const struct req *r, struct resp *out)
{
	return speak(r, out, false);
}

enum err api_prompt_upload(const struct req *r, struct resp *out)
{
	struct prompt_said s;
	enum err e;

	if (!api_who_company(r, out, &e) || !read_file(r, true, &s, out, &e))
		return e;
	return add(r, out, &s);
}

enum err api_prompt_version_upload(const struct req *r, struct resp *out)
{
	struct prompt_row row;
	struct prompt_said s;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = known(r, &row)) != ERR_OK || !read_file(r, false, &s, out, &e))
		return e;
	return add_version(r, out, &s);
}

static enum err rename_it(const struct req *r, struct prompt_id id,
    struct slice name, bool *stale)
{
	struct db_sheet_cell *row = NULL;
	char etag[API_OUT_ETAG];
	enum err e;

	/* Of two who change the same version, the second finds the first's. */
	if ((e = db_config_lock(r->db)) != ERR_OK ||
	    (e = find(r, &id, &row, etag)) != ERR_OK)
		return e;
	*stale = !api_out_matches(r, etag);
	return *stale ? ERR_OK : prompt_do_rename(r, id, name);
}

enum err api_prompt_change(const struct req *r, struct resp *out)
{
	static const char *const names[] = { "name", NULL };
	struct prompt_said s = { .text = SLICE("x"), .voice = SLICE("slt") };
	struct api_faults faults = { .n = 0 };
	struct json_in *in = NULL;
	const char *field, *wrong;
	struct prompt_row row;
	bool stale = false;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = known(r, &row)) != ERR_OK ||
	    !api_setup_body(r, REQ_BODY_FORM, API_SETUP_DEPTH, out, &in, &e))
		return e;
	api_setup_only(json_in_root(in), names, &faults);
	member(json_in_root(in), "name", NAME_MAX, &s.name, &faults);
	s.name = slice_trim(s.name);
	wrong = prompt_do_wrong(&s, true, &field);
	if (faults.n == 0 && wrong != NULL)
		api_fault(&faults, SLICE("name"), wrong);
	if (faults.n > 0)
		e = api_fault_answer(out, 422, NULL, &faults);
	else if ((e = db_begin(r->db)) == ERR_OK)
		e = db_end(r->db, rename_it(r, row.id, s.name, &stale));
	json_in_free(in);
	if (e != ERR_OK || faults.n > 0)
		return e;
	return stale ? resp_problem(out, 412, NULL) : api_list_one(r, out);
}

static enum err retire_it(const struct req *r, struct prompt_id id, bool *stale)
{
	struct db_sheet_cell *row = NULL;
	char etag[API_OUT_ETAG];
	enum err e;

	/* Of two who change the same version, the second finds the first's. */
	if ((e = db_config_lock(r->db)) != ERR_OK ||
	    (e = find(r, &id, &row, etag)) != ERR_OK)
		return e;
	*stale = !api_out_matches(r, etag);
	return *stale ? ERR_OK : prompt_do_retire(r, id);
}

enum err api_prompt_retire(const struct req *r, struct resp *out)
{
	struct prompt_id id;
	bool stale = false;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = req_path_id(r, 0, ID_KIND_prompt, id.v)) != ERR_OK ||
	    (e = db_begin(r->db)) != ERR_OK ||
	    (e = db_end(r->db, retire_it(r, id, &stale))) != ERR_OK)
		return e;
	return stale ? resp_problem(out, 412, NULL) : resp_empty(out, 204);
}

enum err api_prompt_audio(const struct req *r, struct resp *out)
{
	struct prompt_row row;
	uint64_t version;
	struct buf wav;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = known(r, &row)) != ERR_OK)
		return e;
	version = row.live_version;
	e = req_query_u64(r, "version", 1, UINT32_MAX, &version);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return api_query_wrong(r, "version", e);
	buf_init(&wav, DB_PROMPT_ULAW_MAX + 1024);
	e = prompt_do_wav(r, row.id, (uint32_t)version, &wav);
	if (e == ERR_OK)
		e = resp_bytes(out, "audio/wav", buf_slice(&wav));
	buf_fini(&wav);
	return e;
}
