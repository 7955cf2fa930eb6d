/*
 * ctl_opt.h - command-line options of a subcommand, from a table.
 *
 * "--name value", "--name=value" and flags "--name"; "-c" is "--conf", as all
 * programs of the house have it; "--" ends them. What is
 * wrong is said on standard error, in words for the person who typed it.
 */
#ifndef RT_CTL_OPT_H
#define RT_CTL_OPT_H

#include "lib/base/err.h"

enum ctl_opt_type {
	CTL_OPT_FLAG, /* bool */
	CTL_OPT_TEXT, /* const char *, borrowed from argv */
	CTL_OPT_U64,  /* uint64_t, at most max */
	CTL_OPT_COUNT /* the same, and not 0: that would be no wish */
};

struct ctl_opt {
	const char *name; /* without the dashes */
	enum ctl_opt_type type;
	size_t offset;     /* into the caller's struct */
	uint64_t max;      /* CTL_OPT_U64 and CTL_OPT_COUNT only */
	const char *value; /* what the help calls the value; NULL for flags */
	const char *help;
};

#define CTL_OPT_REST_MAX 8

struct ctl_opt_rest {
	const char *arg[CTL_OPT_REST_MAX];
	size_t n;
};

/* argv[0] is the subcommand's name. Unset options keep what *out held. What is
 * no option goes to *rest; rest == NULL: nothing else is allowed. ERR_SYNTAX:
 * unknown option, missing value, too many arguments (said on stderr);
 * ERR_RANGE: a number that is none, too large or a forbidden 0. */
RT_MUST_USE enum err ctl_opt_parse(const struct ctl_opt *rows, size_t n_rows,
    int argc, char *const *argv, void *out, struct ctl_opt_rest *rest);
/* One line an option, to standard output. */
void ctl_opt_help(const struct ctl_opt *rows, size_t n_rows);
/* The same below how a command without verbs is called. */
void ctl_opt_usage(const char *command, const struct ctl_opt *rows,
    size_t n_rows);

#endif
