#include "lib/db/db_grant_list.h"

bool db_grant_list_has(struct slice rights, struct slice right,
    struct slice column)
{
	bool more = true, inside = false, same = false;

	while (more) {
		struct slice part, name;
		bool last;

		more = slice_cut(&rights, ',', &part);
		part = slice_trim(part);
		if (!inside) {
			inside = slice_cut(&part, '(', &name);
			same = slice_eq(slice_trim(name), right);
			if (!inside && same && column.n == 0)
				return true;
			if (!inside)
				continue;
		}
		last = slice_cut(&part, ')', &name);
		if (same && slice_eq(name, column))
			return true;
		inside = !last;
	}
	return false;
}
