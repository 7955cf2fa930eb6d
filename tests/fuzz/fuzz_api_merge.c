/* A body from outside laid over the fields of a form. Whatever it holds, each
 * fault has a pointer and words, and a merge without a fault is one that the
 * form itself takes and that can be repeated without any effect. */
#include <stdlib.h>
#include <string.h>

#include "cgi/api/api_merge.h"
#include "cgi/form/fields_choice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct field rows[] = {
	{ "name", "Name", FIELD_TEXT, .min = 1, .max = 20 },
	{ "mail", "Mail", FIELD_EMAIL, .min = 0, .max = 40 },
	{ "n", "N", FIELD_NUMBER, .min = 0, .max = 300 },
	{ "kind", "Kind", .kind = FIELD_CHOICE },
	{ "on", "On", .kind = FIELD_CHECK },
	{ "lines", "Lines", FIELD_LINES, .min = 0, .max = 200 },
	{ "many", "Many", .kind = FIELD_MANY },
	{ "once", "Once", FIELD_TEXT, .min = 0, .max = 9, .once = true },
};

static const struct api_member members[] = { { "name", "name", false },
	{ "mail", "mail", false }, { "n", "n", false },
	{ "kind", "kind", false }, { "on", "on", false },
	{ "lines", "lines", true }, { "text", "lines", false },
	{ "many", "many", true }, { "once", "once", false } };

static void fill(struct fields *f, struct arena *a)
{
	fields_init(f, rows, RT_ARRAY_LEN(rows), a);
	fields_choice(f, "kind", SLICE(""), SLICE("none"));
	fields_choice(f, "kind", SLICE("a"), SLICE("an a"));
	fields_choice(f, "many", SLICE("x"), SLICE("an x"));
	fields_choice(f, "many", SLICE("y"), SLICE("a y"));
	fields_set_cstr(f, "name", "old");
	fields_set_cstr(f, "once", "set");
}

static void check(const struct api_faults *faults)
{
	if (faults->n > API_FAULTS_MAX)
		abort();
	for (size_t i = 0; i < faults->n; i++)
		if (strlen(faults->at[i].pointer) >= API_FAULT_POINTER_MAX ||
		    (faults->at[i].pointer[0] != '/' &&
			faults->at[i].pointer[0] != '\0') ||
		    faults->at[i].detail == NULL)
			abort();
}

static void merge(const struct json_node *body, struct arena *a)
{
	static const char *const also[] = { "else", NULL };
	struct api_faults faults = { .n = 0 }, again = { .n = 0 };
	struct fields f, was;

	fill(&f, a);
	if (f.e != ERR_OK || api_merge(&f, body, members, RT_ARRAY_LEN(members),
				 also, &faults) != ERR_OK)
		return;
	check(&faults);
	if (faults.n > 0)
		return;
	if (!fields_good(&f) || !slice_eq_cstr(fields_get(&f, "once"), "set"))
		abort();
	was = f;
	if (api_merge(&f, body, members, RT_ARRAY_LEN(members), also, &again) !=
	    ERR_OK)
		return; /* no memory */
	if (again.n > 0)
		abort();
	for (size_t i = 0; i < f.n; i++)
		if (!slice_eq(f.value[i], was.value[i]))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct json_in *in;

	if (json_in_parse(slice_of(data, size), 65536, 4, &in, NULL) != ERR_OK)
		return 0;
	arena_init(&a, (size_t)1 << 20);
	merge(json_in_root(in), &a);
	arena_fini(&a);
	json_in_free(in);
	return 0;
}
