#include "lib/core/source_map.h"

#include <string.h>

static bool is_name(struct slice s)
{
	if (s.n == 0 || s.n > SOURCE_MAP_NAME_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		const char c = s.p[i];

		if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') &&
		    (c < '0' || c > '9') &&
		    (c == '\0' || strchr("-_.~[]", c) == NULL))
			return false;
	}
	return true;
}

enum err source_map_read(struct slice line, struct source_map *out)
{
	struct source_map m;
	struct slice rest = line;

	if (!slice_cut(&rest, '=', &m.param))
		return ERR_SYNTAX;
	m.param = slice_trim(m.param);
	m.field = slice_trim(rest);
	if (!is_name(m.param))
		return ERR_SYNTAX;
	if (!source_field_known(m.field))
		return ERR_NOTFOUND;
	*out = m;
	return ERR_OK;
}

void source_map_write(const struct source_map *m, struct buf *out)
{
	buf_put(out, m->param);
	buf_cstr(out, " = ");
	buf_put(out, m->field);
}
