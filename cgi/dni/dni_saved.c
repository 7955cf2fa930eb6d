#include "cgi/dni/dni_saved.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/file.h"
#include "lib/base/hex.h"
#include "lib/base/log.h"
#include "lib/json/json_in.h"
#include "lib/text/json_out.h"

#define FORMAT        2
#define FORMAT_BEFORE 1    /* an upgrade may come in the middle of an outage */
#define ROW_MAX       4096 /* of texts of 255 signs at most */
#define DEPTH_MAX     1
#define BYTES_MAX     32

/* --- the rows -------------------------------------------------------------*/

enum member_kind {
	BYTES, /* in hex */
	TEXT,
	COUNT,
	FLAG
};

struct member {
	enum member_kind kind;
	size_t at;
	size_t size;
};

#define MEMBER(kind, row, name)                        \
	{                                              \
		kind, offsetof(struct row, name),      \
		    sizeof(((struct row *)NULL)->name) \
	}

static const struct member of_site[] = {
	MEMBER(BYTES, tag_site, company),
	MEMBER(BYTES, tag_site, id),
	MEMBER(BYTES, tag_site, pool),
	MEMBER(TEXT, tag_site, key),
	MEMBER(TEXT, tag_site, consent),
	MEMBER(TEXT, tag_site, country),
	MEMBER(FLAG, tag_site, has_token),
	MEMBER(BYTES, tag_site, token_hash),
};
static const struct member of_origin[] = {
	MEMBER(BYTES, tag_origin, site),
	MEMBER(TEXT, tag_origin, origin),
};
static const struct member of_target[] = {
	MEMBER(BYTES, tag_target, site),
	MEMBER(TEXT, tag_target, e164),
};
static const struct member of_tracker[] = {
	MEMBER(BYTES, tag_tracker, site),
	MEMBER(BYTES, tag_tracker, number),
	MEMBER(TEXT, tag_tracker, e164),
	MEMBER(TEXT, tag_tracker, match_kind),
	MEMBER(TEXT, tag_tracker, match_value),
};
static const struct member of_param[] = {
	MEMBER(BYTES, tag_param, site),
	MEMBER(TEXT, tag_param, param),
	MEMBER(TEXT, tag_param, field),
};
static const struct member of_pool[] = {
	MEMBER(BYTES, tag_pool, company),
	MEMBER(BYTES, tag_pool, id),
	MEMBER(TEXT, tag_pool, overflow_e164),
	MEMBER(COUNT, tag_pool, lease_s),
	MEMBER(COUNT, tag_pool, min_reuse_s),
	MEMBER(TEXT, tag_pool, overflow_policy),
	MEMBER(BYTES, tag_pool, overflow),
};

enum row_kind {
	SITE,
	ORIGIN,
	TARGET,
	TRACKER,
	PARAM,
	POOL,
	ROW_KINDS
};

static const struct {
	const char *name;
	const struct member *members;
	size_t n;
} rows[ROW_KINDS] = {
	[SITE] = { "site", of_site, RT_ARRAY_LEN(of_site) },
	[ORIGIN] = { "origin", of_origin, RT_ARRAY_LEN(of_origin) },
	[TARGET] = { "target", of_target, RT_ARRAY_LEN(of_target) },
	[TRACKER] = { "tracker", of_tracker, RT_ARRAY_LEN(of_tracker) },
	[PARAM] = { "param", of_param, RT_ARRAY_LEN(of_param) },
	[POOL] = { "pool", of_pool, RT_ARRAY_LEN(of_pool) },
};

union row {
	struct tag_site site;
	struct tag_origin origin;
	struct tag_target target;
	struct tag_tracker tracker;
	struct tag_param param;
	struct tag_pool pool;
};

/* --- writing it down ------------------------------------------------------*/

static void put_hex(struct json_out *j, const void *bytes, size_t n)
{
	char text[2 * BYTES_MAX + 1];

	hex_encode(bytes, n, text);
	json_out_cstr(j, text);
}

static void put_member(struct json_out *j, const struct member *m,
    const void *row)
{
	const char *at = (const char *)row + m->at;
	uint64_t count;
	bool flag;

	switch (m->kind) {
	case BYTES:
		put_hex(j, at, m->size);
		break;
	case TEXT:
		json_out_cstr(j, at);
		break;
	case COUNT:
		memcpy(&count, at, sizeof(count));
		json_out_u64(j, count);
		break;
	case FLAG:
		memcpy(&flag, at, sizeof(flag));
		json_out_bool(j, flag);
		break;
	}
}

static void put_row(struct dni_saved_copy *c, enum row_kind kind,
    const void *row)
{
	struct json_out j;

	json_out_init(&j, c->out);
	json_out_array(&j);
	json_out_cstr(&j, rows[kind].name);
	for (size_t i = 0; i < rows[kind].n; i++)
		put_member(&j, &rows[kind].members[i], row);
	json_out_end(&j);
	buf_char(c->out, '\n');
	c->lines++;
}

static void on_site(void *ctx, const struct tag_site *row)
{
	struct dni_saved_copy *c = ctx;

	put_row(c, SITE, row);
	c->to->site(c->to->ctx, row);
}

static void on_origin(void *ctx, const struct tag_origin *row)
{
	struct dni_saved_copy *c = ctx;

	put_row(c, ORIGIN, row);
	c->to->origin(c->to->ctx, row);
}

static void on_target(void *ctx, const struct tag_target *row)
{
	struct dni_saved_copy *c = ctx;

	put_row(c, TARGET, row);
	c->to->target(c->to->ctx, row);
}

static void on_tracker(void *ctx, const struct tag_tracker *row)
{
	struct dni_saved_copy *c = ctx;

	put_row(c, TRACKER, row);
	c->to->tracker(c->to->ctx, row);
}

static void on_param(void *ctx, const struct tag_param *row)
{
	struct dni_saved_copy *c = ctx;

	put_row(c, PARAM, row);
	c->to->param(c->to->ctx, row);
}

static void on_pool(void *ctx, const struct tag_pool *row)
{
	struct dni_saved_copy *c = ctx;

	put_row(c, POOL, row);
	c->to->pool(c->to->ctx, row);
}

struct tag_reader dni_saved_copy(struct dni_saved_copy *c)
{
	return (struct tag_reader){ c, on_site, on_origin, on_target,
		on_tracker, on_param, on_pool };
}

void dni_saved_end(struct dni_saved_copy *c, const struct dni_saved_end *end)
{
	struct json_out j;

	json_out_init(&j, c->out);
	json_out_array(&j);
	json_out_cstr(&j, "end");
	json_out_u64(&j, FORMAT);
	json_out_u64(&j, c->lines);
	json_out_u64(&j, end->version);
	put_hex(&j, end->visitor_key, sizeof(end->visitor_key));
	json_out_end(&j);
	buf_char(c->out, '\n');
}

/* --- telling it -----------------------------------------------------------*/

static enum err take_count(const struct json_node *n, uint64_t *out)
{
	int64_t v;
	const enum err e = json_in_i64(n, 0, INT64_MAX, &v);

	if (e == ERR_OK)
		*out = (uint64_t)v;
	return e;
}

static enum err take_hex(const struct json_node *n, void *out, size_t size)
{
	struct slice text;
	const enum err e = json_in_text(n, 2 * size, &text);

	return e == ERR_OK ? hex_decode(text, out, size) : e;
}

static enum err take_member(const struct json_node *n, const struct member *m,
    union row *row)
{
	char *at = (char *)row + m->at;
	struct slice text;
	uint64_t count;
	bool flag;
	enum err e = ERR_INTERNAL;

	switch (m->kind) {
	case BYTES:
		return take_hex(n, at, m->size);
	case TEXT:
		e = json_in_text(n, m->size - 1, &text);
		if (e == ERR_OK && !slice_to_cstr(text, at, m->size))
			e = ERR_SYNTAX;
		return e;
	case COUNT:
		if ((e = take_count(n, &count)) == ERR_OK)
			memcpy(at, &count, sizeof(count));
		return e;
	case FLAG:
		if ((e = json_in_bool(n, &flag)) == ERR_OK)
			memcpy(at, &flag, sizeof(flag));
		return e;
	}
	return e;
}

static void tell_row(enum row_kind kind, const union row *row,
    const struct tag_reader *to)
{
	switch (kind) {
	case SITE:
		to->site(to->ctx, &row->site);
		break;
	case ORIGIN:
		to->origin(to->ctx, &row->origin);
		break;
	case TARGET:
		to->target(to->ctx, &row->target);
		break;
	case TRACKER:
		to->tracker(to->ctx, &row->tracker);
		break;
	case PARAM:
		to->param(to->ctx, &row->param);
		break;
	case POOL:
		to->pool(to->ctx, &row->pool);
		break;
	case ROW_KINDS:
		break;
	}
}

/* What a pool's line of FORMAT_BEFORE does not have is the last member. */
static bool has_members(const struct json_node *list, size_t kind)
{
	const size_t n = json_in_count(list), all = 1 + rows[kind].n;

	return n == all || (kind == POOL && n == all - 1);
}

static enum err tell_line(const struct json_node *list, struct slice name,
    const struct tag_reader *to)
{
	union row row;
	size_t k = 0;
	enum err e = ERR_OK;

	while (k < ROW_KINDS && !slice_eq_cstr(name, rows[k].name))
		k++;
	if (k == ROW_KINDS || !has_members(list, k))
		return ERR_SYNTAX;
	memset(&row, 0, sizeof(row));
	for (size_t i = 0; e == ERR_OK && 1 + i < json_in_count(list); i++)
		e = take_member(json_in_at(list, 1 + i), &rows[k].members[i],
		    &row);
	if (e == ERR_OK)
		tell_row((enum row_kind)k, &row, to);
	return e;
}

static enum err take_end(const struct json_node *list, uint64_t lines,
    struct dni_saved_end *end)
{
	uint64_t format, n;
	enum err e;

	if ((e = take_count(json_in_at(list, 1), &format)) != ERR_OK ||
	    (e = take_count(json_in_at(list, 2), &n)) != ERR_OK ||
	    (e = take_count(json_in_at(list, 3), &end->version)) != ERR_OK ||
	    (e = take_hex(json_in_at(list, 4), end->visitor_key,
		 sizeof(end->visitor_key))) != ERR_OK)
		return e;
	if (format != FORMAT && format != FORMAT_BEFORE)
		return ERR_SYNTAX;
	return n == lines ? ERR_OK : ERR_SYNTAX;
}

/* *all: it was the last one. */
static enum err take_line(struct slice line, uint64_t lines,
    const struct tag_reader *to, struct dni_saved_end *end, bool *all)
{
	struct json_in *in = NULL;
	struct slice name;
	enum err e = json_in_parse(line, ROW_MAX, DEPTH_MAX, &in, NULL);

	if (e != ERR_OK)
		return e;
	e = json_in_text(json_in_at(json_in_root(in), 0), 16, &name);
	*all = e == ERR_OK && slice_eq_cstr(name, "end");
	if (e == ERR_OK)
		e = *all ? take_end(json_in_root(in), lines, end)
			 : tell_line(json_in_root(in), name, to);
	json_in_free(in);
	return e;
}

enum err dni_saved_tell(struct slice text, const struct tag_reader *to,
    struct dni_saved_end *end)
{
	struct dni_saved_end last = { .version = 0 };
	struct slice line;
	uint64_t lines = 0;
	bool all = false;
	enum err e = ERR_OK;

	while (e == ERR_OK && !all && slice_cut(&text, '\n', &line))
		e = take_line(line, lines++, to, &last, &all);
	if (e == ERR_NOMEM)
		return e;
	if (e != ERR_OK || !all || text.n > 0)
		return ERR_SYNTAX;
	*end = last;
	return ERR_OK;
}

/* --- the file -------------------------------------------------------------*/

enum err dni_saved_write(const char *path, struct slice text)
{
	char fresh[PATH_MAX];
	const int n = snprintf(fresh, sizeof(fresh), "%s.new", path);
	enum err e;

	if (n < 0 || (size_t)n >= sizeof(fresh))
		return ERR_TOOBIG;
	(void)unlink(fresh); /* of one who was ended in here */
	if ((e = file_create(fresh, text)) != ERR_OK)
		return e;
	if (rename(fresh, path) == 0)
		return ERR_OK;
	log_sys("dni_saved: rename %s", path);
	(void)unlink(fresh);
	return ERR_IO;
}

enum err dni_saved_read(const char *path, struct buf *out)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	enum err e;

	if (fd == -1 && (errno == ENOENT || errno == ELOOP))
		return ERR_NOTFOUND;
	if (fd == -1 || fstat(fd, &st) == -1)
		e = ERR_IO;
	else if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
		e = ERR_NOTFOUND;
	else
		e = file_read_fd(fd, out);
	if (e == ERR_IO)
		log_sys("dni_saved: read %s", path);
	if (fd != -1)
		(void)close(fd); /* read only: nothing can be lost */
	return e;
}
