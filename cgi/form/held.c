#include "cgi/form/held.h"

#include <string.h>

#include "lib/db/db_holder.h"
#include "lib/phone/phone.h"

#define PATH_BYTES 128

static const struct {
	const char *word;
	const char *path;
	enum id_kind kind;
} kinds[] = {
	[DB_HOLDER_NUMBER] = { "Number", "/settings/numbers/", ID_KIND_number },
	[DB_HOLDER_POOL] = { "Pool", "/settings/pools/", ID_KIND_pool },
	[DB_HOLDER_OVERFLOW] = { "Overflow of the pool", "/settings/pools/",
	    ID_KIND_pool },
	[DB_HOLDER_TRACKER] = { "Source tracker", "/settings/trackers/",
	    ID_KIND_tracker },
	[DB_HOLDER_SITE] = { "Site", "/settings/sites/", ID_KIND_site },
	[DB_HOLDER_FLOW] = { "Published flow", "/flows/", ID_KIND_flow },
};

static void add(struct fields *f, const struct db_holder *row, bool linked)
{
	char path[PATH_BYTES], key[ID_TEXT_MAX], shown[PHONE_TEXT_MAX];
	struct slice name = slice_from(row->name);
	struct buf b;

	if (row->kind >= RT_ARRAY_LEN(kinds))
		return;
	if (row->kind == DB_HOLDER_NUMBER) {
		phone_international(name, shown);
		name = slice_from(shown);
	}
	id_text(kinds[row->kind].kind, row->id, key);
	buf_over(&b, path, sizeof(path));
	if (linked) {
		buf_cstr(&b, kinds[row->kind].path);
		buf_cstr(&b, key);
	}
	fields_held(f, kinds[row->kind].word, name, buf_slice(&b));
}

static enum err add_all(struct fields *f, enum err e,
    const struct db_holder *rows, size_t n, bool linked)
{
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		add(f, &rows[i], linked);
	return e;
}

enum err held_number(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct db_holder *rows = NULL;
	struct number_id key;
	size_t n = 0;
	enum err e;

	memcpy(key.v, id, ID_BYTES);
	e = db_holder_of_number(r->db, r->company, key, r->arena, &rows, &n);
	return add_all(f, e, rows, n, true);
}

enum err held_pool(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct db_holder *rows = NULL;
	struct pool_id key;
	size_t n = 0;
	enum err e;

	memcpy(key.v, id, ID_BYTES);
	e = db_holder_of_pool(r->db, r->company, key, r->arena, &rows, &n);
	return add_all(f, e, rows, n, true);
}

enum err held_destination(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct db_holder *rows = NULL;
	struct destination_id key;
	size_t n = 0;
	enum err e;

	memcpy(key.v, id, ID_BYTES);
	e = db_holder_of_destination(r->db, r->company, key, r->arena, &rows,
	    &n);
	return add_all(f, e, rows, n, true);
}

enum err held_flow(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct db_holder *rows = NULL;
	struct flow_id key;
	size_t n = 0;
	enum err e;

	memcpy(key.v, id, ID_BYTES);
	e = db_holder_of_flow(r->db, r->company, key, r->arena, &rows, &n);
	return add_all(f, e, rows, n, true);
}

enum err held_company(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct db_holder *rows = NULL;
	struct company_id key;
	size_t n = 0;
	enum err e;

	memcpy(key.v, id, ID_BYTES);
	e = db_holder_of_company(r->db, key, r->arena, &rows, &n);
	return add_all(f, e, rows, n, false);
}

static void tagged(struct fields *f, const char *word, const char *path,
    const char *key)
{
	char mem[PATH_BYTES];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, path);
	buf_cstr(&b, key);
	fields_held(f, word, SLICE("with this tag"), buf_slice(&b));
}

enum err held_tag(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	char key[ID_TEXT_MAX];

	(void)r;
	id_text(ID_KIND_tag, id, key);
	tagged(f, "Calls", "/calls?range=365d&tag=", key);
	tagged(f, "Forms", "/forms?range=365d&tag=", key);
	return ERR_OK;
}

const char *held_text(const struct req *r, const struct fields *f,
    const char *why)
{
	char mem[HELD_TEXT_MAX];
	struct slice copy;
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, why);
	for (const struct field_held *h = f->held; h != NULL; h = h->next) {
		/* A long list ends between two names. */
		if (b.n + strlen(h->word) + h->name.n + 16 > sizeof(mem))
			break;
		buf_cstr(&b, h == f->held ? " Held by: " : ", ");
		buf_cstr(&b, h->word);
		buf_char(&b, ' ');
		buf_put(&b, h->name);
	}
	if (f->held != NULL)
		buf_char(&b, '.');
	buf_char(&b, '\0');
	return buf_err(&b) == ERR_OK &&
		       arena_copy(r->arena, buf_slice(&b), &copy)
		   ? copy.p
		   : NULL;
}
