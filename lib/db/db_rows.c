#include "lib/db/db_rows.h"

size_t db_rows_next(size_t n, size_t *text, size_t *places)
{
	static const size_t sizes[DB_ROWS_SIZES] = { 32, 24, 16, 12, 8, 6, 4, 3,
		2, 1 };

	*text = 0;
	/* A quarter of repeated rows costs less than another round trip. */
	while (4 * n < 3 * sizes[*text])
		++*text;
	*places = sizes[*text];
	return n < *places ? n : *places;
}
