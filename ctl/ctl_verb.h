/*
 * ctl_verb.h - a noun of the operator's command with its verbs:
 * `ringtrace company add --name "Bay City Plumbing" ...`.
 */
#ifndef RT_CTL_VERB_H
#define RT_CTL_VERB_H

#include "ctl/ctl_opt.h"
#include "ctl/ctl_scope.h"

struct ctl_verb {
	const char *name; /* "add" */
	const char *help;
	/* opts: the noun's options as parsed; s is open. */
	enum err (*run)(struct ctl_scope *s, const void *opts);
};

struct ctl_noun {
	const char *name;
	const struct ctl_verb *verbs;
	size_t n_verbs;
	const struct ctl_opt *options;
	size_t n_options;
	size_t conf_offset; /* of the const char * that -c fills */
};

/* Parses argv (argv[0] is the noun, argv[1] the verb) over *opts, which holds
 * the defaults, and runs the verb. The exit status. */
int ctl_verb_run(const struct ctl_noun *noun, int argc, char *const *argv,
    void *opts);

#endif
