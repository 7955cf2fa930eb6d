/* Fuzz target: cutting a file of sql/ into statements. Invariants: pieces lie
 * in the text, in order, are not empty, and it comes to an end. */
#include <assert.h>

#include "lib/db/migrate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_of(data, size);
	const char *const end = text.p + text.n;
	const char *last = text.p;
	struct slice statement;
	enum err e;

	while (migrate_cut(&text, &statement, &e)) {
		assert(e == ERR_OK && statement.n > 0);
		assert(statement.p >= last && statement.p + statement.n <= end);
		last = statement.p + statement.n;
		assert(text.n == 0 || text.p >= last);
	}
	assert(e == ERR_OK || e == ERR_SYNTAX);
	return 0;
}
