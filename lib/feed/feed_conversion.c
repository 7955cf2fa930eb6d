#include "lib/feed/feed_conversion.h"

#include <string.h>

#include "lib/base/clk.h"

#define BLOCK_ROWS  1000
#define BLOCK_ARENA ((size_t)8 << 20)

/* The columns, to the letter: the platforms refuse others. */
static const struct {
	const char *platform;
	const char *conversions;
	const char *adjustments;
} heads[] = {
	{ "google",
	    "Google Click ID,Conversion Name,Conversion Time,"
	    "Conversion Value,Conversion Currency,Order ID\n",
	    "Order ID,Conversion Name,Adjustment Time,Adjustment Type,"
	    "Adjusted Value,Adjusted Value Currency\n" },
	{ "microsoft",
	    "Microsoft Click Id,Conversion Name,Conversion Time,"
	    "Conversion Value,Conversion Currency\n",
	    "Microsoft Click Id,Conversion Name,Conversion Time,"
	    "Adjustment Type,Adjustment Time,Adjusted Value,"
	    "Adjusted Currency\n" },
};

static void put_time(int64_t us, struct buf *b)
{
	const struct clk_civil c = clk_to_civil(us);

	buf_printf(b, "%04d-%02d-%02d %02d:%02d:%02d", c.year, c.month, c.day,
	    c.hour, c.minute, c.second);
}

/* At least two decimals, as many as there are. */
static void put_value(int64_t micros, struct buf *b)
{
	uint64_t v = micros < 0 ? 0 : (uint64_t)micros;
	unsigned int digits = 6;

	buf_u64(b, v / 1000000);
	v %= 1000000;
	while (digits > 2 && v % 10 == 0) {
		v /= 10;
		digits--;
	}
	buf_printf(b, ".%0*llu", (int)digits, (unsigned long long)v);
}

/* Both platforms take the same click at the same time for the same conversion:
 * each time it became one again it is a second later. */
static int64_t time_of(const struct conversion_row *row)
{
	return row->converted_us +
	       (row->turn > 1 ? (int64_t)(row->turn - 1) * RT_SEC_US : 0);
}

/* Our name of the conversion: one more each time it became one again. */
static void put_order(const struct conversion_row *row, struct buf *b)
{
	char id[ID_TEXT_MAX];

	id_text(ID_KIND_call, row->call.v, id);
	buf_cstr(b, id);
	if (row->turn > 1) {
		buf_char(b, '-');
		buf_u64(b, row->turn);
	}
}

static void put_conversion(const struct feed_conversion *f,
    const struct conversion_row *row, bool google, struct buf *b)
{
	conversion_cell(slice_from(row->click_id), b);
	buf_char(b, ',');
	conversion_cell(slice_from(f->rule.name), b);
	buf_char(b, ',');
	put_time(time_of(row), b);
	buf_char(b, ',');
	put_value(row->value_micros, b);
	buf_char(b, ',');
	buf_cstr(b, row->currency);
	if (google) {
		buf_char(b, ',');
		put_order(row, b);
	}
	buf_char(b, '\n');
}

static void put_worth(const struct conversion_row *row, bool retract,
    struct buf *b)
{
	buf_char(b, ',');
	if (!retract)
		put_value(row->value_micros, b);
	buf_char(b, ',');
	if (!retract)
		buf_cstr(b, row->currency);
	buf_char(b, '\n');
}

static void put_adjustment(const struct feed_conversion *f,
    const struct conversion_row *row, bool google, struct buf *b)
{
	const bool retract = strcmp(row->kind, "retract") == 0;

	if (google)
		put_order(row, b);
	else
		conversion_cell(slice_from(row->click_id), b);
	buf_char(b, ',');
	conversion_cell(slice_from(f->rule.name), b);
	buf_char(b, ',');
	put_time(google ? row->created_us : time_of(row), b);
	buf_char(b, ',');
	if (google) {
		buf_cstr(b, retract ? "RETRACT" : "RESTATE");
	} else {
		buf_cstr(b, retract ? "Retract" : "Restate");
		buf_char(b, ',');
		put_time(row->created_us, b);
	}
	put_worth(row, retract, b);
}

enum err feed_conversion_next(void *state, struct buf *block, bool *more)
{
	struct feed_conversion *f = state;
	const bool google = strcmp(f->rule.platform, "google") == 0;
	struct conversion_row *rows = NULL;
	struct arena mem;
	size_t n = 0;
	enum err e;

	if (!f->begun) {
		buf_cstr(block, "Parameters:TimeZone=+0000\n");
		buf_cstr(block, f->adjustments
				    ? heads[google ? 0 : 1].adjustments
				    : heads[google ? 0 : 1].conversions);
		f->begun = true;
	}
	arena_init(&mem, BLOCK_ARENA);
	e = db_conversion_rows(f->db, f->rule.company, f->rule.id,
	    f->adjustments, f->now_us - CONVERSION_WINDOW_US, f->after,
	    BLOCK_ROWS, &mem, &rows, &n);
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		if (f->adjustments)
			put_adjustment(f, &rows[i], google, block);
		else
			put_conversion(f, &rows[i], google, block);
		f->after = rows[i].seq;
	}
	arena_fini(&mem);
	*more = e == ERR_OK && n == BLOCK_ROWS;
	return e;
}
