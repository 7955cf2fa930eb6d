/* The first line is the landing address, the second the referrer: whatever
 * they hold, every word fits its column and is UTF-8. */
#include <stdlib.h>

#include "lib/base/utf8.h"
#include "lib/core/source.h"
#include "lib/core/tracker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(name, max)                             \
	if (s.name.n > (max) || !utf8_valid(s.name)) \
		abort();

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct tracker_rule rules[] = {
		{ TRACKER_PARAM, SLICE_INIT("utm_source=x") },
		{ TRACKER_URL, SLICE_INIT("/a*") },
		{ TRACKER_REFERRER, SLICE_INIT("example.com") },
		{ TRACKER_GROUP, SLICE_INIT("google_paid") },
	};
	struct slice rest = slice_of(data, size), landing;
	struct arena mem;
	struct source s;

	if (!utf8_valid(rest))
		return 0; /* JSON has seen to that */
	(void)slice_cut(&rest, '\n', &landing);
	arena_init(&mem, 262144);
	if (source_detect(landing, rest, &mem, &s) == ERR_OK) {
		SOURCE_PARAMS(CHECK)
		SOURCE_WORDS(CHECK)
		if (s.source.n == 0 || s.medium.n == 0 || s.channel.n == 0)
			abort();
		if (tracker_pick(rules, RT_ARRAY_LEN(rules), landing, &s) >
		    RT_ARRAY_LEN(rules))
			abort();
	}
	arena_fini(&mem);
	return 0;
}
