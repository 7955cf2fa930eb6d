#include "ctl/ctl_opt.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/scan.h"

static const struct ctl_opt *find(const struct ctl_opt *rows, size_t n_rows,
    struct slice name)
{
	for (size_t i = 0; i < n_rows; i++)
		if (slice_eq_cstr(name, rows[i].name))
			return &rows[i];
	return NULL;
}

static enum err set_number(const struct ctl_opt *row, const char *value,
    uint64_t min, uint64_t *out)
{
	uint64_t v;

	if (scan_whole_u64(slice_from(value), row->max, &v) != ERR_OK ||
	    v < min) {
		(void)fprintf(stderr,
		    "--%s: \"%s\" is not a number from %llu to %llu\n",
		    row->name, value, (unsigned long long)min,
		    (unsigned long long)row->max);
		return ERR_RANGE;
	}
	*out = v;
	return ERR_OK;
}

static enum err set(const struct ctl_opt *row, const char *value, void *out)
{
	char *const at = (char *)out + row->offset;

	switch (row->type) {
	case CTL_OPT_FLAG:
		*(bool *)(void *)at = true;
		return ERR_OK;
	case CTL_OPT_TEXT:
		*(const char **)(void *)at = value;
		return ERR_OK;
	case CTL_OPT_U64:
		return set_number(row, value, 0, (uint64_t *)(void *)at);
	case CTL_OPT_COUNT:
		return set_number(row, value, 1, (uint64_t *)(void *)at);
	}
	return ERR_INTERNAL;
}

static enum err keep(struct ctl_opt_rest *rest, const char *arg)
{
	if (rest == NULL || rest->n == CTL_OPT_REST_MAX) {
		(void)fprintf(stderr, "\"%s\" is one argument too many\n", arg);
		return ERR_SYNTAX;
	}
	rest->arg[rest->n++] = arg;
	return ERR_OK;
}

static bool is_option(const char *arg)
{
	return strncmp(arg, "--", 2) == 0 || strcmp(arg, "-c") == 0;
}

/* The option argv[*i]; *i moves past its value. */
static enum err one(const struct ctl_opt *rows, size_t n_rows, int argc,
    char *const *argv, int *i, void *out)
{
	struct slice rest =
	    slice_from(argv[*i][1] == 'c' ? "conf" : argv[*i] + 2);
	const struct ctl_opt *row;
	struct slice name;
	const char *value = "";

	const bool inlined = slice_cut(&rest, '=', &name);

	row = find(rows, n_rows, name);
	if (row == NULL || (inlined && row->type == CTL_OPT_FLAG)) {
		(void)fprintf(stderr, "there is no option %s\n", argv[*i]);
		return ERR_SYNTAX;
	}
	if (inlined) {
		/* The rest runs to the end of the argument. */
		value = rest.n == 0 ? "" : rest.p;
	} else if (row->type != CTL_OPT_FLAG) {
		if (++*i == argc) {
			(void)fprintf(stderr, "--%s needs a value: %s\n",
			    row->name, row->value);
			return ERR_SYNTAX;
		}
		value = argv[*i];
	}
	return set(row, value, out);
}

enum err ctl_opt_parse(const struct ctl_opt *rows, size_t n_rows, int argc,
    char *const *argv, void *out, struct ctl_opt_rest *rest)
{
	bool options = true;
	enum err e = ERR_OK;

	if (rest != NULL)
		*rest = (struct ctl_opt_rest){ .n = 0 };
	for (int i = 1; i < argc && e == ERR_OK; i++) {
		if (options && strcmp(argv[i], "--") == 0)
			options = false;
		else if (options && is_option(argv[i]))
			e = one(rows, n_rows, argc, argv, &i, out);
		else
			e = keep(rest, argv[i]);
	}
	return e;
}

void ctl_opt_help(const struct ctl_opt *rows, size_t n_rows)
{
	for (size_t i = 0; i < n_rows; i++) {
		const char *value = rows[i].value == NULL ? "" : rows[i].value;

		(void)printf("  --%s %-*s %s\n", rows[i].name,
		    (int)(22 - strlen(rows[i].name)), value, rows[i].help);
	}
}

void ctl_opt_usage(const char *command, const struct ctl_opt *rows,
    size_t n_rows)
{
	(void)printf("usage: ringtrace %s [OPTION...]\n\n", command);
	ctl_opt_help(rows, n_rows);
}
