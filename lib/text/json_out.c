#include "lib/text/json_out.h"

#include <assert.h>
#include <string.h>

#include "lib/base/clk.h"
#include "lib/text/esc.h"

static_assert(JSON_OUT_DEPTH_MAX <= 32, "a bit for each level");

void json_out_init(struct json_out *j, struct buf *out)
{
	*j = (struct json_out){ .out = out, .start = out->n };
}

static void fail(struct json_out *j)
{
	if (j->e == ERR_OK)
		j->e = ERR_INTERNAL;
}

static uint32_t level(const struct json_out *j)
{
	return UINT32_C(1) << (j->depth - 1);
}

static bool in_object(const struct json_out *j)
{
	return j->depth > 0 && (j->objects & level(j)) != 0;
}

static void comma(struct json_out *j)
{
	if ((j->filled & level(j)) != 0)
		buf_char(j->out, ',');
	j->filled |= level(j);
}

/* Before each value: is one allowed here, and does it need a comma? */
static bool begin(struct json_out *j)
{
	if (j->depth == 0 ? j->complete : in_object(j) && !j->key)
		fail(j);
	if (j->e != ERR_OK)
		return false;
	if (j->depth > 0 && !in_object(j))
		comma(j);
	j->key = false;
	if (j->depth == 0)
		j->complete = true;
	return true;
}

static void open_level(struct json_out *j, char c, bool object)
{
	if (!begin(j))
		return;
	if (j->depth == JSON_OUT_DEPTH_MAX) {
		fail(j);
		return;
	}
	buf_char(j->out, c);
	j->depth++;
	j->filled &= ~level(j);
	if (object)
		j->objects |= level(j);
	else
		j->objects &= ~level(j);
}

void json_out_object(struct json_out *j)
{
	open_level(j, '{', true);
}

void json_out_array(struct json_out *j)
{
	open_level(j, '[', false);
}

void json_out_end(struct json_out *j)
{
	if (j->depth == 0 || j->key)
		fail(j);
	if (j->e != ERR_OK)
		return;
	buf_char(j->out, in_object(j) ? '}' : ']');
	j->depth--;
}

/* Nearly all texts are plain, and exports write millions: one piece then. */
static void quoted(struct json_out *j, struct slice s)
{
	char *at;

	if (s.n > SIZE_MAX - 2 || esc_json_plain(s) < s.n) {
		buf_char(j->out, '"');
		esc_json(s, j->out);
		buf_char(j->out, '"');
		return;
	}
	if ((at = buf_room(j->out, s.n + 2)) == NULL)
		return;
	at[0] = '"';
	if (s.n > 0)
		memcpy(at + 1, s.p, s.n);
	at[s.n + 1] = '"';
}

void json_out_name(struct json_out *j, struct slice name)
{
	if (!in_object(j) || j->key)
		fail(j);
	if (j->e != ERR_OK)
		return;
	comma(j);
	quoted(j, name);
	buf_char(j->out, ':');
	j->key = true;
}

void json_out_key(struct json_out *j, const char *name)
{
	json_out_name(j, slice_from(name));
}

void json_out_str(struct json_out *j, struct slice s)
{
	if (begin(j))
		quoted(j, s);
}

void json_out_cstr(struct json_out *j, const char *s)
{
	if (s == NULL)
		json_out_null(j);
	else
		json_out_str(j, slice_from(s));
}

void json_out_u64(struct json_out *j, uint64_t v)
{
	if (begin(j))
		buf_u64(j->out, v);
}

void json_out_i64(struct json_out *j, int64_t v)
{
	if (begin(j))
		buf_i64(j->out, v);
}

void json_out_fixed(struct json_out *j, int64_t v, unsigned int digits)
{
	const uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	uint64_t unit = 1;

	if (digits > 18)
		fail(j);
	if (!begin(j))
		return;
	for (unsigned int i = 0; i < digits; i++)
		unit *= 10;
	if (v < 0)
		buf_char(j->out, '-');
	buf_u64(j->out, u / unit);
	if (digits > 0)
		buf_char(j->out, '.');
	while (unit > 1) {
		unit /= 10;
		buf_char(j->out, (char)('0' + u / unit % 10));
	}
}

void json_out_bool(struct json_out *j, bool v)
{
	if (begin(j))
		buf_cstr(j->out, v ? "true" : "false");
}

void json_out_null(struct json_out *j)
{
	if (begin(j))
		buf_cstr(j->out, "null");
}

void json_out_time_us(struct json_out *j, int64_t wall_us)
{
	char text[CLK_RFC3339_MAX];

	clk_rfc3339(wall_us, text);
	json_out_cstr(j, text);
}

enum err json_out_done(const struct json_out *j)
{
	if (j->e != ERR_OK)
		return j->e;
	if (!j->complete || j->depth != 0)
		return ERR_INTERNAL;
	return buf_err(j->out);
}

struct slice json_out_text(const struct json_out *j)
{
	return slice_skip(buf_slice(j->out), j->start);
}
