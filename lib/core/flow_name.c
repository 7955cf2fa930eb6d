#include "lib/core/flow_name.h"

#include "lib/base/utf8.h"
#include "lib/core/visible.h"

#define CHARS_MAX 100

bool flow_name_ok(struct slice name)
{
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < ' ' || name.p[i] == 0x7f)
			return false;
	return utf8_valid(name) && utf8_count(name) <= CHARS_MAX &&
	       visible_any(name);
}
