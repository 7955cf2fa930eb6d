/* Fuzzes pack_read_numbers() and pack_read_texts(): no crash, and what they
 * read is the same when it was packed again. Two bytes say how many rows. */
#include <assert.h>
#include <string.h>

#include "lib/core/pack.h"

#define ROWS_MAX 4096
#define MEM_MAX  ((size_t)4 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void numbers(struct slice in, size_t n)
{
	static int64_t rows[ROWS_MAX], again[ROWS_MAX];
	struct buf b;

	if (pack_read_numbers(in, n, rows) != ERR_OK)
		return;
	buf_init(&b, MEM_MAX);
	pack_numbers(&b, rows, n);
	assert(pack_read_numbers(buf_slice(&b), n, again) == ERR_OK);
	assert(memcmp(rows, again, n * sizeof(rows[0])) == 0);
	buf_fini(&b);
}

static void texts(struct slice in, size_t n)
{
	static struct slice rows[ROWS_MAX];
	struct pack_texts read, again;
	struct arena mem;
	struct buf b;

	arena_init(&mem, MEM_MAX);
	if (pack_read_texts(in, n, &mem, &read) == ERR_OK) {
		for (size_t i = 0; i < n; i++)
			rows[i] = read.texts[read.at[i]];
		buf_init(&b, MEM_MAX);
		assert(pack_texts(&b, rows, n, &mem) == ERR_OK);
		assert(
		    pack_read_texts(buf_slice(&b), n, &mem, &again) == ERR_OK);
		for (size_t i = 0; i < n; i++)
			assert(slice_eq(again.texts[again.at[i]], rows[i]));
		buf_fini(&b);
	}
	arena_fini(&mem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in;
	size_t n;

	if (size < 2)
		return 0;
	n = ((size_t)data[0] << 8 | data[1]) % (ROWS_MAX + 1);
	in = slice_of(data + 2, size - 2);
	numbers(in, n);
	texts(in, n);
	return 0;
}
