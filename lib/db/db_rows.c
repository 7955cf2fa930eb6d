#include "lib/db/db_rows.h"

size_t db_rows_next(size_t n, size_t *text)
{
	static const size_t sizes[DB_ROWS_SIZES] = { 16, 4, 1 };

	*text = 0;
	while (sizes[*text] > n)
		++*text;
	return sizes[*text];
}
