#include "ctl/ctl_verb.h"

#include <stdio.h>
#include <string.h>

static void help(const struct ctl_noun *noun)
{
	(void)printf("usage: ringtrace %s VERB [OPTION...]\n\n", noun->name);
	for (size_t i = 0; i < noun->n_verbs; i++)
		(void)printf("  %-10s %s\n", noun->verbs[i].name,
		    noun->verbs[i].help);
	(void)printf("\noptions:\n");
	ctl_opt_help(noun->options, noun->n_options);
}

static const struct ctl_verb *find(const struct ctl_noun *noun,
    const char *name)
{
	for (size_t i = 0; i < noun->n_verbs; i++)
		if (strcmp(noun->verbs[i].name, name) == 0)
			return &noun->verbs[i];
	return NULL;
}

int ctl_verb_run(const struct ctl_noun *noun, int argc, char *const *argv,
    void *opts)
{
	const struct ctl_verb *verb;
	struct ctl_scope s;
	const char *conf;
	enum err e;

	if (argc >= 2 && strcmp(argv[argc - 1], "--help") == 0) {
		help(noun);
		return 0;
	}
	if (argc < 2) {
		help(noun);
		return 2;
	}
	if ((verb = find(noun, argv[1])) == NULL) {
		(void)fprintf(stderr,
		    "ringtrace: %s does not know \"%s\"; see `ringtrace %s "
		    "--help`\n",
		    noun->name, argv[1], noun->name);
		return 2;
	}
	if (ctl_opt_parse(noun->options, noun->n_options, argc - 1, argv + 1,
		opts, NULL) != ERR_OK)
		return 2;
	memcpy(&conf, (const char *)opts + noun->conf_offset, sizeof(conf));
	e = ctl_scope_open(&s, conf);
	if (e != ERR_OK) {
		ctl_scope_close(&s);
		return 1; /* said */
	}
	return ctl_scope_done(&s, verb->run(&s, opts));
}
