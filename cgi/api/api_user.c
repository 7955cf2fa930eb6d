#include "cgi/api/api_user.h"

#include "cgi/api/api_list.h"
#include "cgi/api/api_once.h"
#include "cgi/api/api_who.h"
#include "cgi/form/form_link.h"
#include "cgi/form/thing_user.h"

static enum err answer(struct resp *out, const char *link)
{
	char mem[FORM_LINK_MAX + 32];
	struct json_out j;
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "link");
	json_out_cstr(&j, link);
	json_out_end(&j);
	api_once_keep(out->r, SLICE("{\"link\":null}"));
	resp_status(out, 201);
	return resp_json(out, &j);
}

enum err api_user_invite(const struct req *r, struct resp *out)
{
	char link[FORM_LINK_MAX];
	struct user_id user;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = req_path_id(r, 0, ID_KIND_user, user.v)) != ERR_OK ||
	    (e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_end(r->db, thing_user_invite(r, user, link));
	if (e == ERR_CONFLICT)
		return resp_problem(out, 409, "They have a password already.");
	return e == ERR_OK ? answer(out, link) : e;
}

static enum err switch_it(const struct req *r, struct resp *out, bool on)
{
	struct user_id user;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = req_path_id(r, 0, ID_KIND_user, user.v)) != ERR_OK ||
	    (e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_end(r->db, thing_user_switch(r, user, on));
	if (e == ERR_CONFLICT)
		return resp_problem(out, 409, thing_user.in_use);
	return e == ERR_OK ? api_list_one(r, out) : e;
}

enum err api_user_enable(const struct req *r, struct resp *out)
{
	return switch_it(r, out, true);
}

enum err api_user_disable(const struct req *r, struct resp *out)
{
	return switch_it(r, out, false);
}
