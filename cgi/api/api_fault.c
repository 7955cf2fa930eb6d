#include "cgi/api/api_fault.h"

#include "lib/base/utf8.h"

#define BODY_MAX ((size_t)65536)

/* RFC 6901 3: ~ and / are escaped. A character is written whole or not. */
static void put_name(struct slice name, struct buf *b)
{
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '~')
			buf_cstr(b, "~0");
		else if (name.p[i] == '/')
			buf_cstr(b, "~1");
		else
			buf_char(b, name.p[i]);
	}
}

/* The longest head that is whole characters and fits. */
static struct slice fitting(struct slice name)
{
	size_t n = name.n < API_FAULT_POINTER_MAX / 3
		       ? name.n
		       : API_FAULT_POINTER_MAX / 3;

	while (n > 0 && !utf8_valid(slice_head(name, n)))
		n--;
	return slice_head(name, n);
}

static void put_step(struct slice name, struct buf *b)
{
	if (name.p == NULL)
		return; /* the whole */
	buf_char(b, '/');
	put_name(fitting(name), b);
}

static struct buf begin(struct api_faults *f)
{
	struct buf b;

	buf_over(&b, f->at[f->n].pointer, API_FAULT_POINTER_MAX - 1);
	return b;
}

static void end(struct api_faults *f, const struct buf *b, const char *detail)
{
	f->at[f->n].of_address = false;
	f->at[f->n].pointer[buf_err(b) == ERR_OK ? b->n : 0] = '\0';
	f->at[f->n++].detail = detail;
}

void api_fault(struct api_faults *f, struct slice name, const char *detail)
{
	struct buf b;

	if (f->n == API_FAULTS_MAX)
		return;
	b = begin(f);
	put_step(name, &b);
	end(f, &b, detail);
}

void api_fault_at(struct api_faults *f, const char *list, size_t i,
    const char *pointer, const char *detail)
{
	struct buf b;

	if (f->n == API_FAULTS_MAX)
		return;
	b = begin(f);
	buf_char(&b, '/');
	buf_cstr(&b, list);
	buf_char(&b, '/');
	buf_u64(&b, i);
	buf_cstr(&b, pointer);
	end(f, &b, detail);
}

void api_fault_in(struct api_faults *f, const char *prefix, struct slice name,
    const char *detail)
{
	struct buf b;

	if (f->n == API_FAULTS_MAX)
		return;
	b = begin(f);
	buf_cstr(&b, prefix);
	put_step(name, &b);
	end(f, &b, detail);
}

void api_fault_parameter(struct api_faults *f, struct slice name,
    const char *detail)
{
	struct buf b;

	if (f->n == API_FAULTS_MAX)
		return;
	b = begin(f);
	buf_put(&b, fitting(name));
	end(f, &b, detail);
	f->at[f->n - 1].of_address = true;
}

static void write_errors(const struct api_faults *f, struct json_out *j)
{
	json_out_key(j, "errors");
	json_out_array(j);
	for (size_t i = 0; i < f->n; i++) {
		json_out_object(j);
		json_out_key(j, f->at[i].of_address ? "parameter" : "pointer");
		json_out_cstr(j, f->at[i].pointer);
		json_out_key(j, "detail");
		json_out_cstr(j, f->at[i].detail);
		json_out_end(j);
	}
	json_out_end(j);
}

enum err api_fault_answer(struct resp *out, unsigned int status,
    const char *detail, const struct api_faults *f)
{
	struct json_out j;
	struct buf b;
	enum err e;

	buf_init(&b, BODY_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "type");
	json_out_cstr(&j, "about:blank");
	json_out_key(&j, "title");
	json_out_cstr(&j, resp_reason(status));
	json_out_key(&j, "status");
	json_out_u64(&j, status);
	if (detail != NULL) {
		json_out_key(&j, "detail");
		json_out_cstr(&j, detail);
	}
	json_out_key(&j, "instance");
	json_out_cstr(&j, out->r->id);
	write_errors(f, &j);
	json_out_end(&j);
	resp_status(out, status);
	e = json_out_done(&j);
	if (e == ERR_OK)
		e = resp_bytes(out, "application/problem+json",
		    json_out_text(&j));
	buf_fini(&b);
	return e;
}
