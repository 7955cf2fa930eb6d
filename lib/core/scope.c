#include "lib/core/scope.h"

#define SCOPE_NAME(id, name, what) name,
static const char *const names[SCOPE_COUNT] = { SCOPES(SCOPE_NAME) };
#undef SCOPE_NAME

#define SCOPE_WHAT(id, name, what) what,
static const char *const whats[SCOPE_COUNT] = { SCOPES(SCOPE_WHAT) };
#undef SCOPE_WHAT

const char *scope_name(enum scope_bit bit)
{
	return names[bit];
}

const char *scope_what(enum scope_bit bit)
{
	return whats[bit];
}

static uint32_t mask_of(struct slice name)
{
	for (uint32_t i = 0; i < SCOPE_COUNT; i++)
		if (slice_eq_cstr(name, names[i]))
			return UINT32_C(1) << i;
	return 0;
}

enum err scope_parse(struct slice s, uint32_t *mask)
{
	uint32_t all = 0;
	struct slice word;
	bool more = s.n > 0;

	while (more) {
		uint32_t one;

		more = slice_cut(&s, ' ', &word);
		one = mask_of(word);
		if (one == 0 || (all & one) != 0)
			return ERR_SYNTAX;
		all |= one;
	}
	*mask = all;
	return ERR_OK;
}

void scope_write(uint32_t mask, struct buf *out)
{
	bool first = true;

	for (uint32_t i = 0; i < SCOPE_COUNT; i++) {
		if ((mask & (UINT32_C(1) << i)) == 0)
			continue;
		if (!first)
			buf_char(out, ' ');
		buf_cstr(out, names[i]);
		first = false;
	}
}
