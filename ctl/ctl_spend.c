#include "ctl/ctl_spend.h"

#include <stdio.h>
#include <stdlib.h>

#include "ctl/ctl_conf.h"
#include "ctl/ctl_verb.h"
#include "lib/base/log.h"
#include "lib/core/spend_in.h"
#include "lib/db/db_spend.h"

#define FILE_MAX ((size_t)64 << 20)

struct opts {
	const char *conf;
	const char *company;
	const char *file;
};

static const struct ctl_opt options[] = {
	{ "company", CTL_OPT_TEXT, offsetof(struct opts, company), 0, "COMPANY",
	    "id or name" },
	{ "file", CTL_OPT_TEXT, offsetof(struct opts, file), 0, "FILE",
	    "CSV whose first row names day, cost, source, medium, …" },
	CTL_CONF_OPT(struct opts, conf),
};

/* The whole file; the caller frees it. */
static enum err read_file(const char *path, char **out, size_t *n)
{
	FILE *f = fopen(path, "rb");
	char *text;
	bool bad;

	if (f == NULL) {
		log_sys("spend: open %s", path);
		return ERR_IO;
	}
	if ((text = malloc(FILE_MAX)) == NULL) {
		(void)fclose(f);
		return ERR_NOMEM;
	}
	*n = fread(text, 1, FILE_MAX, f);
	bad = ferror(f) != 0;
	if (fclose(f) != 0 || bad) {
		free(text);
		return ERR_IO;
	}
	if (*n == FILE_MAX) {
		free(text);
		return ERR_TOOBIG;
	}
	*out = text;
	return ERR_OK;
}

static void say_wrongs(struct spend_in *in, struct slice text, int64_t now_us)
{
	struct spend_in_wrong all[20] = { { in->csv.row, in->why } };
	size_t n = spend_in_wrongs(in, text, now_us, all, RT_ARRAY_LEN(all));

	if (n == 0)
		n = 1; /* no row: the file has none */
	for (size_t i = 0; i < n; i++)
		(void)fprintf(stderr, "row %u: %s\n", all[i].row, all[i].why);
	(void)fprintf(stderr, "Nothing was imported.\n");
}

static enum err import(struct ctl_scope *s, const void *opts)
{
	static struct spend_in in = { .why = "" };
	const struct opts *o = opts;
	struct account_id account;
	struct company_id company;
	char *text = NULL;
	unsigned int rows = 0;
	size_t n = 0;
	enum err e;

	if ((e = ctl_scope_need("file", o->file)) != ERR_OK ||
	    (e = ctl_scope_company(s, o->company, &company, &account)) !=
		ERR_OK ||
	    (e = read_file(o->file, &text, &n)) != ERR_OK)
		return e;
	e = db_spend_import(s->db, company, &in, slice_of(text, n), s->now_us,
	    &rows);
	if (e == ERR_OK)
		(void)printf("%u rows read\n", rows);
	else if (in.why[0] != '\0')
		say_wrongs(&in, slice_of(text, n), s->now_us);
	free(text);
	return e;
}

static const struct ctl_verb verbs[] = {
	{ "import", "read a file of advertising spend", import },
};

int ctl_spend(int argc, char *const *argv)
{
	static const struct ctl_noun noun = { "spend", verbs,
		RT_ARRAY_LEN(verbs), options, RT_ARRAY_LEN(options),
		offsetof(struct opts, conf) };
	struct opts o = { .conf = NULL };

	return ctl_verb_run(&noun, argc, argv, &o);
}
