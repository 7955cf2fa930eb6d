/*
 * Query, form, cookies, path and multipart bodies. The first line is the
 * address, the second the cookies, the third the content type, the rest the
 * body. What comes out is text, and a parser that refuses gives nothing.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "cgi/web/req.h"
#include "lib/base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct req_param *p, bool utf8)
{
	for (; p != NULL; p = p->next) {
		assert(p->name.n > 0);
		assert(slice_find(p->value, '\0', 0) == p->value.n);
		assert(!utf8 || (utf8_valid(p->value) && utf8_valid(p->name)));
	}
}

static void all(struct arena *a, struct slice target, struct slice cookies,
    struct slice type, struct slice body)
{
	struct req_param *query = NULL, *rest = NULL, *form = NULL, *jar = NULL;
	struct req_param *parts = NULL;
	struct req_file *files = NULL;
	struct slice path = SLICE(""), odd = SLICE("");

	if (req_parse_path(a, target, &path) == ERR_OK) {
		assert(path.n > 0 && path.p[0] == '/' && utf8_valid(path));
		assert(slice_find_slice(path, SLICE("/../")) == path.n);
	}
	if (req_parse_params(a, target, &query) == ERR_OK)
		check(query, true);
	/* What is refused there is told of here, and nothing else is lost. */
	if (req_parse_query(a, target, &rest, &odd) == ERR_OK) {
		check(rest, true);
		assert(utf8_valid(odd));
		assert(odd.p != NULL || query != NULL || rest == NULL);
	}
	if (req_parse_form(a, body, &form) == ERR_OK)
		check(form, true);
	if (req_parse_cookies(a, cookies, &jar) == ERR_OK)
		check(jar, false);
	if (req_parse_multipart(a, type, body, &parts, &files) == ERR_OK)
		check(parts, true);
	for (; files != NULL; files = files->next)
		assert(files->field.n > 0 && utf8_valid(files->filename));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size), line[3];
	struct arena a;

	if (size > 65536)
		return 0;
	for (size_t i = 0; i < RT_ARRAY_LEN(line); i++)
		(void)slice_cut(&rest, '\n', &line[i]);
	arena_init(&a, (size_t)4 << 20);
	all(&a, line[0], line[1], line[2], rest);
	arena_fini(&a);
	return 0;
}
