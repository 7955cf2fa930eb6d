#include "cgi/page/page_visitors_out.h"

#include "cgi/page/page_visitors.h"
#include "cgi/web/trail.h"
#include "lib/base/clk.h"
#include "lib/text/csv_out.h"

#define BLOCK_ROWS  ((uint32_t)DB_VISIT_LOG_MAX)
#define BLOCK_BYTES ((size_t)16 << 20)

/* One export under way. Lives in the request's arena. */
struct export
{
	const struct req *r;
	struct visit_log_filter filter; /* its texts are the request's */
	struct visit_log_place place;
	bool placed;
};

static const char *const names[] = { "visit", "visitor", "started_at",
	"seen_at", "site", "landing_page", "channel", "source", "medium",
	"campaign", "keyword", "device", "returning", "pages", "seconds",
	"number", "phone_link", "calls", "forms" };

static void head(struct buf *out)
{
	struct csv_out c;

	csv_out_init(&c, out);
	for (size_t i = 0; i < RT_ARRAY_LEN(names); i++)
		csv_out_cstr(&c, names[i]);
	csv_out_end(&c);
}

static void id(struct csv_out *c, enum id_kind kind, const uint8_t v[ID_BYTES])
{
	char text[ID_TEXT_MAX];

	id_text(kind, v, text);
	csv_out_cstr(c, id_is_nil(v) ? "" : text);
}

static void when(struct csv_out *c, int64_t us)
{
	char text[CLK_RFC3339_MAX];

	clk_rfc3339(us, text);
	csv_out_cstr(c, text);
}

/* In the order of names. */
static void line(const struct visit_log_row *row, struct buf *out)
{
	struct csv_out c;

	csv_out_init(&c, out);
	id(&c, ID_KIND_visit, row->id.v);
	id(&c, ID_KIND_visitor, row->visitor.v);
	when(&c, row->started_us);
	when(&c, row->seen_us);
	csv_out_cstr(&c, row->site);
	csv_out_cstr(&c, row->landing_page);
	csv_out_cstr(&c, row->channel);
	csv_out_cstr(&c, row->source);
	csv_out_cstr(&c, row->medium);
	csv_out_cstr(&c, row->campaign);
	csv_out_cstr(&c, row->keyword);
	csv_out_cstr(&c, row->device);
	csv_out_cstr(&c, row->returning ? "yes" : "no");
	csv_out_u64(&c, row->page_views);
	csv_out_u64(&c, row->engaged_s);
	csv_out_cstr(&c, row->number);
	csv_out_cstr(&c, row->touched ? "yes" : "no");
	csv_out_u64(&c, row->calls);
	csv_out_u64(&c, row->forms);
	csv_out_end(&c);
}

/* The request's own memory would grow with every block. */
static enum err next_block(void *state, struct buf *block, bool *more)
{
	struct export *x = state;
	struct visit_log_row *rows = NULL;
	struct arena mem;
	size_t n = 0;
	enum err e;

	arena_init(&mem, BLOCK_BYTES);
	if (!x->placed)
		head(block);
	e = db_visit_log_page(x->r->db, x->r->company, &x->filter,
	    x->placed ? &x->place : NULL, BLOCK_ROWS, &mem, &rows, &n);
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		line(&rows[i], block);
	*more = e == ERR_OK && n == BLOCK_ROWS;
	if (*more) {
		x->placed = true;
		x->place.started_us = rows[n - 1].started_us;
		x->place.id = rows[n - 1].id;
	}
	arena_fini(&mem);
	return e;
}

static enum err prepare(const struct req *r, struct export *x)
{
	struct page_range range;
	struct page_filter p;
	struct tz *z;
	enum err e = page_range_zone(r, &z);

	if (e != ERR_OK)
		return e;
	e = page_visitors_read(r, z, &range, &p, &x->filter);
	tz_close(z);
	return e;
}

enum err page_visitors_out_csv(const struct req *r, struct resp *out)
{
	struct export *x = arena_alloc(r->arena, sizeof(*x));
	enum err e;

	if (x == NULL)
		return ERR_NOMEM;
	*x = (struct export){ .r = r };
	e = prepare(r, x);
	if (e == ERR_OK && !r->head)
		e = trail_add(r,
		    &(struct trail){ .action = "visits.export",
			.object_kind = "visits",
			.after = trail_text(r, "address", r->target) });
	if (e != ERR_OK)
		return e;
	return resp_stream(out, "text/csv; charset=utf-8",
	    SLICE("visitors.csv"), (struct resp_source){ next_block, x });
}
