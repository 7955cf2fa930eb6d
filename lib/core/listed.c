#include "lib/core/listed.h"

bool listed_next(struct slice *list, struct slice *entry)
{
	while (list->n > 0) {
		struct slice part;

		(void)slice_cut(list, ',', &part);
		part = slice_trim(part);
		if (part.n > 0) {
			*entry = part;
			return true;
		}
	}
	return false;
}

bool listed_share(struct slice a, struct slice b)
{
	struct slice one, other;

	while (listed_next(&a, &one)) {
		struct slice rest = b;

		while (listed_next(&rest, &other))
			if (slice_eq_case(one, other))
				return true;
	}
	return false;
}
