#include "cgi/api/api_out.h"

#include "cgi/api/api_query.h"
#include "lib/hash/digest.h"

#define BODY_MAX   ((size_t)8 << 20)
#define FULL_BYTES ((size_t)4 << 20) /* of a page: no row begins behind it */
#define ROW_MAX    ((size_t)1 << 20)

static enum err wrong_field(const struct req *r, const struct db_sheet *sheet,
    enum err e)
{
	const char **names =
	    arena_alloc(r->arena, sheet->n_columns * sizeof(*names));

	if (names == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < sheet->n_columns; i++)
		names[i] = sheet->columns[i].name;
	return api_query_wrong_of(r, "fields", names, sheet->n_columns, e);
}

enum err api_out_fields(const struct req *r, const struct db_sheet *sheet,
    struct feed_fields *out)
{
	struct slice list;
	enum err e = req_query(r, "fields", &list);

	if (e == ERR_NOTFOUND) {
		feed_fields_all(sheet, out);
		return ERR_OK;
	}
	if (e == ERR_OK)
		e = feed_fields_parse(sheet, list, out);
	return e == ERR_OK ? e : wrong_field(r, sheet, e);
}

enum err api_out_limit(const struct req *r, size_t *out)
{
	uint64_t limit = API_OUT_LIMIT;
	const enum err e =
	    req_query_u64(r, "limit", 1, DB_SHEET_PAGE_MAX - 1, &limit);

	if (e != ERR_OK && e != ERR_NOTFOUND)
		return api_query_wrong(r, "limit", e);
	*out = (size_t)limit;
	return ERR_OK;
}

void api_out_begin(struct api_out_page *p, const struct db_sheet *sheet,
    const struct feed_fields *fields, size_t limit)
{
	*p = (struct api_out_page){ .sheet = sheet,
		.fields = fields,
		.limit = limit };
	buf_init(&p->b, BODY_MAX);
	json_out_init(&p->j, &p->b);
	json_out_object(&p->j);
	json_out_key(&p->j, "data");
	json_out_array(&p->j);
}

bool api_out_add(struct api_out_page *p, const struct db_sheet_cell *row)
{
	p->more = p->more || p->n == p->limit || p->b.n > FULL_BYTES;
	if (p->more)
		return false;
	feed_row_write(p->sheet, row, p->fields, &p->j);
	p->n++;
	return true;
}

enum err api_out_end(struct api_out_page *p, struct resp *out,
    const struct api_out_next *next)
{
	enum err e;

	json_out_end(&p->j);
	json_out_key(&p->j, "next_cursor");
	if (p->more)
		json_out_str(&p->j, next->cursor);
	else
		json_out_null(&p->j);
	if (next->updated_until_us != 0) {
		json_out_key(&p->j, "updated_until");
		json_out_time_us(&p->j, next->updated_until_us);
	}
	json_out_end(&p->j);
	e = resp_json(out, &p->j);
	api_out_drop(p);
	return e;
}

void api_out_drop(struct api_out_page *p)
{
	buf_fini(&p->b);
}

enum err api_out_etag(const struct db_sheet *sheet,
    const struct db_sheet_cell *row, char etag[API_OUT_ETAG])
{
	uint8_t hash[DIGEST_SHA256_BYTES];
	struct feed_fields all;
	struct json_out j;
	struct slice text;
	struct buf b, out;
	enum err e;

	buf_init(&b, ROW_MAX);
	json_out_init(&j, &b);
	feed_fields_all(sheet, &all);
	feed_row_write(sheet, row, &all, &j);
	e = json_out_done(&j);
	text = json_out_text(&j);
	if (e == ERR_OK)
		e = digest_sha256(&text, 1, hash);
	buf_fini(&b);
	if (e != ERR_OK)
		return e;
	buf_over(&out, etag, API_OUT_ETAG - 1);
	buf_char(&out, '"');
	buf_hex(&out, hash, 16);
	buf_char(&out, '"');
	etag[out.n] = '\0';
	return buf_err(&out);
}

bool api_out_matches(const struct req *r, const char *etag)
{
	/* nginx marks ours as weak when it compresses the answer: what stands
	 * between the quotes counts. */
	const struct slice want = slice_trim(req_env(r, "HTTP_IF_MATCH"));

	return want.n == 0 || slice_eq_cstr(want, "*") ||
	       slice_find_slice(want, slice_from(etag)) != want.n;
}

enum err api_out_row(const struct req *r, struct resp *out,
    const struct db_sheet *sheet, const struct db_sheet_cell *row)
{
	const struct slice have = slice_trim(req_env(r, "HTTP_IF_NONE_MATCH"));
	char etag[API_OUT_ETAG];
	struct feed_fields fields;
	struct json_out j;
	struct buf b;
	enum err e;

	if ((e = api_out_fields(r, sheet, &fields)) != ERR_OK ||
	    (e = api_out_etag(sheet, row, etag)) != ERR_OK)
		return e;
	resp_header(out, "ETag", slice_from(etag));
	resp_header(out, "Cache-Control", SLICE("private, no-cache"));
	if (r->method == REQ_GET && have.n > 0 &&
	    (slice_eq_cstr(have, "*") ||
		slice_find_slice(have, slice_from(etag)) != have.n))
		return resp_empty(out, 304);
	buf_init(&b, ROW_MAX);
	json_out_init(&j, &b);
	feed_row_write(sheet, row, &fields, &j);
	e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}
