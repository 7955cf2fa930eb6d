#include "cgi/form/form_logo.h"

#include "cgi/form/thing.h"
#include "cgi/web/frame.h"
#include "cgi/web/trail.h"
#include "lib/db/db_logo.h"

static enum err show(const struct req *r, struct resp *out, const char *problem)
{
	struct view *v = view_new(r->arena, "logo.html");
	bool has = false;
	enum err e;

	if ((e = frame_page(r, FRAME_SETTINGS, "Logo", SLICE(""), v)) !=
		ERR_OK ||
	    (e = db_logo_has(r->db, r->company, &has)) != ERR_OK)
		return e;
	if (problem != NULL)
		resp_status(out, 422);
	thing_done(r, v);
	view_flag(v, "has_logo", has);
	view_flag(v, "has_problem", problem != NULL);
	view_cstr(v, "problem", problem);
	return resp_view(out, v);
}

enum err form_logo(const struct req *r, struct resp *out)
{
	return show(r, out, NULL);
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

static enum err change(const struct req *r, const struct logo_row *row)
{
	enum err e;

	if ((e = db_begin(r->db)) != ERR_OK)
		return e;
	e = row != NULL ? db_logo_put(r->db, r->company, row)
			: db_logo_remove(r->db, r->company);
	if (e == ERR_OK)
		e = trail_add(r,
		    &(struct trail){ .action = row != NULL ? "company.logo"
							   : "company.no_logo",
			.object_kind = "company",
			.object = r->company.v });
	return db_end(r->db, e);
}

enum err form_logo_post(const struct req *r, struct resp *out)
{
	struct logo_row row = { .changed_us = r->now_us };
	const char *problem;
	struct slice drop;
	enum err e;

	if (req_form(r, "drop", &drop) == ERR_OK) {
		e = change(r, NULL);
	} else {
		problem = read_file(req_file(r, "file"), &row);
		if (problem != NULL)
			return show(r, out, problem);
		e = change(r, &row);
	}
	return e == ERR_OK
		   ? thing_redirect(r, out, SLICE("/settings/logo"), "saved")
		   : e;
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
