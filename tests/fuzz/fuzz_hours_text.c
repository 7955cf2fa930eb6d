/* Fuzz target: hours as people write them. What is taken is written as lines
 * that give the same hours again. First byte: the holidays. */
#include <stdint.h>
#include <stdlib.h>

#include "cgi/form/hours_grid.h"
#include "cgi/form/hours_text.h"

#define TEXT_MAX 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a grid shows, its form sends back as hours that are taken too. */
static void through_grid(struct slice lines, struct slice holidays,
    struct arena *mem)
{
	struct hours_grid grid;
	struct buf once, json;

	if (!hours_grid_split(lines, mem, &grid))
		return;
	buf_init(&once, TEXT_MAX);
	buf_init(&json, TEXT_MAX);
	if (!hours_grid_lines(&grid, &once) ||
	    hours_text_read(buf_slice(&once), holidays, &json) != ERR_OK)
		abort();
	buf_fini(&json);
	buf_fini(&once);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct slice days[] = { SLICE_INIT(""), SLICE_INIT("us"),
		SLICE_INIT("ca"), SLICE_INIT("gb") };
	struct slice holidays, back;
	struct buf json, text, again;
	struct arena mem;

	if (size == 0)
		return 0;
	holidays = days[data[0] % 4];
	buf_init(&json, TEXT_MAX);
	buf_init(&text, TEXT_MAX);
	buf_init(&again, TEXT_MAX);
	arena_init(&mem, TEXT_MAX);
	if (hours_text_read(slice_of(data + 1, size - 1), holidays, &json) ==
	    ERR_OK) {
		if (hours_text_write(buf_slice(&json), &mem, &text, &back) !=
			ERR_OK ||
		    !slice_eq(back, holidays) ||
		    hours_text_read(buf_slice(&text), back, &again) != ERR_OK ||
		    !slice_eq(buf_slice(&json), buf_slice(&again)))
			abort();
		through_grid(buf_slice(&text), back, &mem);
	}
	arena_fini(&mem);
	buf_fini(&again);
	buf_fini(&text);
	buf_fini(&json);
	return 0;
}
