#include "cgi/form/form_logo.h"

#include "cgi/form/thing.h"
#include "cgi/web/frame.h"
#include "cgi/web/stale.h"
#include "cgi/web/trail.h"
#include "lib/db/db_config.h"
#include "lib/db/db_logo.h"

/* Whether there is one, and a stamp of it or of none. */
static enum err stamp_now(const struct req *r, bool *has,
    char stamp[STALE_STAMP_MAX])
{
	struct logo_row row = { .image = SLICE("") };
	const enum err e = db_logo_get(r->db, r->company, r->arena, &row);

	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	*has = e == ERR_OK;
	return stale_stamp(row.image, stamp);
}

static enum err show(const struct req *r, struct resp *out, const char *problem,
    bool stale)
{
	struct view *v = view_new(r->arena, "logo.html");
	char stamp[STALE_STAMP_MAX];
	bool has = false;
	enum err e;

	if ((e = frame_page(r, FRAME_SETTINGS, "Logo", SLICE(""), v)) !=
		ERR_OK ||
	    (e = stamp_now(r, &has, stamp)) != ERR_OK ||
	    (e = stale_who(r, r->company,
		 has ? "company.logo" : "company.no_logo", r->company.v, v)) !=
		ERR_OK)
		return e;
	if (problem != NULL)
		resp_status(out, 422);
	if (stale)
		resp_status(out, 409);
	thing_done(r, v);
	view_flag(v, "has_logo", has);
	view_cstr(v, "stamp", stamp);
	view_flag(v, "has_problem", problem != NULL);
	view_cstr(v, "problem", problem);
	view_flag(v, "is_stale", stale);
	return resp_view(out, v);
}

enum err form_logo(const struct req *r, struct resp *out)
{
	return show(r, out, NULL, false);
}

/* What is wrong with the file; NULL: nothing. */
static const char *read_file(const struct req_file *file, struct logo_row *row)
{
	if (file == NULL || file->bytes.n == 0)
		return "Choose a picture first.";
	if (file->bytes.n > DB_LOGO_MAX)
		return "The picture is larger than 256 kB.";
	if (image_head_read(file->bytes, &row->head) != ERR_OK)
		return "That is neither a PNG nor a JPEG picture.";
	if (row->head.width > FORM_LOGO_SIDE_MAX ||
	    row->head.height > FORM_LOGO_SIDE_MAX)
		return "The picture is larger than 1200 by 1200 pixels.";
	row->image = file->bytes;
	return NULL;
}

/* row NULL: away with it. */
static enum err put(const struct req *r, const struct logo_row *row)
{
	const enum err e = row != NULL ? db_logo_put(r->db, r->company, row)
				       : db_logo_remove(r->db, r->company);

	if (e != ERR_OK)
		return e;
	return trail_add(r,
	    &(struct trail){ .action = row != NULL ? "company.logo"
						   : "company.no_logo",
		.object_kind = "company",
		.object = r->company.v });
}

/* Answers: with what is there now, where somebody else was faster. */
static enum err change(const struct req *r, struct resp *out,
    const struct logo_row *row)
{
	char stamp[STALE_STAMP_MAX];
	bool has, stale = false;
	enum err e;

	if ((e = db_begin(r->db)) != ERR_OK)
		return e;
	if ((e = db_config_lock(r->db)) == ERR_OK &&
	    (e = stamp_now(r, &has, stamp)) == ERR_OK) {
		stale = stale_is(r, stamp);
		if (!stale)
			e = put(r, row);
	}
	if ((e = db_end(r->db, e)) != ERR_OK)
		return e;
	return stale ? show(r, out, NULL, true)
		     : thing_redirect(r, out, SLICE("/settings/logo"), "saved");
}

enum err form_logo_post(const struct req *r, struct resp *out)
{
	struct logo_row row = { .changed_us = r->now_us };
	const char *problem;
	struct slice drop;

	if (req_form(r, "drop", &drop) == ERR_OK)
		return change(r, out, NULL);
	problem = read_file(req_file(r, "file"), &row);
	return problem != NULL ? show(r, out, problem, false)
			       : change(r, out, &row);
}

enum err form_logo_image(const struct req *r, struct resp *out)
{
	struct company_id of;
	struct logo_row row;
	enum err e = db_logo_get(r->db, r->company, r->arena, &row);

	if (e != ERR_OK)
		return e;
	/* One address for the logos of all companies: kept for a moment only
	 * when the address says whose it is, and it is this one. */
	e = req_query_id(r, "of", ID_KIND_company, of.v);
	if (e == ERR_OK && id_eq(of.v, r->company.v))
		resp_header(out, "Cache-Control", SLICE("private, max-age=60"));
	return resp_bytes(out, image_head_type(row.head.kind), row.image);
}
