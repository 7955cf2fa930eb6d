/* A journal segment of any bytes (sipworker/store/journal_fmt, ledger). */
#include <stdlib.h>

#include "sipworker/store/journal_fmt.h"
#include "sipworker/store/ledger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice rest = slice_of(data, n);
	struct journal_header h = { 0 };
	struct journal_record rec;
	struct ledger_entry entry;
	size_t used;

	if (journal_fmt_header(slice_head(rest, JOURNAL_FMT_HEADER), &h) ==
	    ERR_OK)
		rest = slice_skip(rest, JOURNAL_FMT_HEADER);
	while (rest.n > 0) {
		used = 1;
		if (journal_fmt_record(rest, h.salt, &rec, &used) ==
		    JOURNAL_FMT_WHOLE) {
			if (used > rest.n || rec.payload.n > used)
				abort();
			if (ledger_entry_parse(rec.payload, &entry) == ERR_OK &&
			    entry.kind == LEDGER_RECORDING &&
			    entry.recording.name.n > LEDGER_NAME_MAX)
				abort();
		}
		rest = slice_skip(rest, used);
	}
	/* The payload alone, without a check sum in the way. */
	(void)!ledger_entry_parse(slice_of(data, n), &entry);
	return 0;
}
