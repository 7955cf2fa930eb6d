#include "cgi/form/flow_try.h"

#include "cgi/form/flow_edit.h"
#include "cgi/form/flow_sound.h"
#include "cgi/form/flow_store.h"
#include "cgi/form/flow_told.h"
#include "cgi/form/flow_world.h"
#include "cgi/form/json_copy.h"
#include "lib/base/clk.h"
#include "lib/flow/flowtry.h"

#define CASE_MAX   65536
#define ANSWER_MAX ((size_t)4 << 20)

static void text(struct json_out *j, const char *key, struct slice s)
{
	if (s.n == 0)
		return;
	json_out_key(j, key);
	json_out_str(j, s);
}

static void put_line(const struct flowtry_line *l, struct json_out *j)
{
	json_out_object(j);
	json_out_key(j, "at_ms");
	json_out_i64(j, l->at_us / (RT_SEC_US / 1000));
	json_out_key(j, "what");
	json_out_cstr(j, flowtry_what_name(l->what));
	text(j, "step", l->step);
	text(j, "way", l->way);
	text(j, "text", l->text);
	text(j, "to", l->to);
	json_out_end(j);
}

void flow_try_write(const struct flowtry_report *report, struct json_out *j)
{
	json_out_key(j, "result");
	json_out_cstr(j, callresult_name(report->sim.result));
	json_out_key(j, "duration_ms");
	json_out_i64(j, report->sim.lasted_us / (RT_SEC_US / 1000));
	json_out_key(j, "words");
	json_out_str(j, report->words);
	json_out_key(j, "rows");
	json_out_array(j);
	for (size_t i = 0; i < report->n_lines; i++)
		put_line(&report->lines[i], j);
	json_out_end(j);
}

/* What the lines name: other flows than the document's may have rung. */
static enum err look_up(const struct req *r,
    const struct flowtry_report *report, struct flowworld *w)
{
	enum err e;

	if ((e = flowworld_load(r->db, r->company, r->arena, w)) != ERR_OK)
		return e;
	for (size_t i = 0; i < report->n_lines; i++) {
		const struct flowtry_line *l = &report->lines[i];

		if (l->to.n > 0)
			(void)flow_told_phone(w, l->to);
		if (l->what == FLOWTRY_HEARS || l->what == FLOWTRY_WHISPERS)
			(void)flow_sound_name(w, l->text);
	}
	return w->e;
}

static enum err answer(const struct req *r, const struct flowtry_report *report,
    struct resp *out)
{
	struct flowworld w;
	struct json_out j;
	struct buf b;
	enum err e;

	if ((e = look_up(r, report, &w)) != ERR_OK)
		return e;
	buf_init(&b, ANSWER_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	flow_try_write(report, &j);
	json_out_key(&j, "named");
	flow_world_named(&w, &j);
	json_out_end(&j);
	e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}

/* As the reader of cases wants it. */
enum err flow_try_case(const struct req *r, const struct json_node *node,
    struct flow_case **c, struct flow_json_errors *errors)
{
	struct json_out j;
	struct buf b;
	size_t n = 0;
	enum err e;

	buf_init(&b, CASE_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "cases");
	json_out_array(&j);
	json_copy(node, &j);
	json_out_end(&j);
	json_out_end(&j);
	if ((e = json_out_done(&j)) == ERR_OK)
		e = flow_case_read(json_out_text(&j), r->arena, c, &n, errors);
	buf_fini(&b);
	return e == ERR_OK && n != 1 ? ERR_SYNTAX : e;
}

enum err flow_try_run(const struct req *r, struct flow_id id,
    struct slice document, const struct flow_case *c,
    struct flow_json_errors *errors, struct flowtry_report *report)
{
	struct flowtry t;
	enum err e;

	e = flowtry_company(&t, r->db, r->company, id, document, c->zone,
	    r->arena, errors);
	if (e == ERR_OK)
		e = flowtry_run(&t, c, NULL, report);
	flowtry_close(&t);
	return e;
}

enum err flow_try(const struct req *r, struct resp *out)
{
	struct flow_json_errors errors = { .n = 0 };
	struct flowtry_report report;
	struct slice document;
	struct flow_case *c = NULL;
	struct json_in *in;
	struct flow_row f;
	enum err e;

	if ((e = flow_store_get(r, &f)) != ERR_OK ||
	    (e = flow_edit_body(r, &in, &document)) != ERR_OK)
		return e;
	e = flow_try_case(r, json_in_get(json_in_root(in), "case"), &c,
	    &errors);
	json_in_free(in);
	if (e == ERR_OK)
		e = flow_try_run(r, f.id, document, c, &errors, &report);
	if (e == ERR_SYNTAX)
		return flow_edit_refuse(out,
		    "This cannot be tried: see what is wrong beside the steps"
		    " and in the fields.",
		    &errors);
	return e == ERR_OK ? answer(r, &report, out) : e;
}
