/* Fuzz target: cutting a file of sql/ into statements, and what each of them
 * does. Invariants: pieces lie in the text, in order, are not empty, and it
 * comes to an end; a step's names lie in its statement. */
#include <assert.h>

#include "lib/db/migrate_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_step(struct slice statement)
{
	const char *const end = statement.p + statement.n;
	struct migrate_step step;

	if (migrate_text_step(statement, &step) != ERR_OK ||
	    step.kind == MIGRATE_ANY)
		return;
	assert(step.table.n > 0 && step.name.n > 0);
	assert(
	    step.table.p >= statement.p && step.table.p + step.table.n <= end);
	assert(step.name.p >= statement.p && step.name.p + step.name.n <= end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_of(data, size);
	const char *const end = text.p + text.n;
	const char *last = text.p;
	struct slice statement;
	enum err e;

	while (migrate_text_cut(&text, &statement, &e)) {
		assert(e == ERR_OK && statement.n > 0);
		assert(statement.p >= last && statement.p + statement.n <= end);
		last = statement.p + statement.n;
		check_step(statement);
		assert(text.n == 0 || text.p >= last);
	}
	assert(e == ERR_OK || e == ERR_SYNTAX);
	return 0;
}
