/*
 * ringtrace - the operator's command. `ringtrace help` lists what it can do.
 */
#include <stdio.h>
#include <string.h>

#include "ctl/ctl_attrib.h"
#include "ctl/ctl_call.h"
#include "ctl/ctl_company.h"
#include "ctl/ctl_db.h"
#include "ctl/ctl_doctor.h"
#include "ctl/ctl_flow.h"
#include "ctl/ctl_guard.h"
#include "ctl/ctl_job.h"
#include "ctl/ctl_number.h"
#include "ctl/ctl_person.h"
#include "ctl/ctl_rollup.h"
#include "ctl/ctl_run.h"
#include "ctl/ctl_site.h"
#include "ctl/ctl_spend.h"
#include "ctl/ctl_trunk.h"
#include "ctl/ctl_user.h"
#include "ctl/ctl_verdict.h"
#include "ctl/ctl_webhook.h"
#include "lib/base/log.h"
#include "lib/base/rt.h"

struct command {
	const char *name;
	int (*run)(int argc, char *const *argv);
	const char *help; /* NULL: not for people */
};

static int help(int argc, char *const *argv);

static const struct command commands[] = {
	{ "run", ctl_run, "the whole product in the foreground" },
	{ "call", ctl_call, "place and take test calls" },
	{ "company", ctl_company, "companies: add, list" },
	{ "user", ctl_user, "people: add, role, password, disable" },
	{ "number", ctl_number, "tracking numbers: add, record, list" },
	{ "flow", ctl_flow,
	    "call flows: check, test, write, publish, diff ..." },
	{ "site", ctl_site, "web sites that carry the tag: add, list" },
	{ "trunk", ctl_trunk, "carriers: add, list" },
	{ "person", ctl_person, "who called: show, erase" },
	{ "webhook", ctl_webhook,
	    "who is told of calls: add, list, test, log, replay, off" },
	{ "migrate", ctl_db_migrate, "bring the database up to date" },
	{ "job", ctl_job, "work that failed for good: dead, replay" },
	{ "rollup", ctl_rollup, "report sums: verify, rebuild" },
	{ "attrib", ctl_attrib, "who made the calls: fit, rerun" },
	{ "spend", ctl_spend, "what advertising cost: import" },
	{ "verdict", ctl_verdict, "judge closed calls again: rerun" },
	{ "doctor", ctl_doctor, "is everything as it should be here?" },
	{ "guard", ctl_guard, NULL },
	{ "help", help, "this list" },
};

static int help(int argc, char *const *argv)
{
	(void)argc;
	(void)argv;
	(void)printf("usage: ringtrace COMMAND [OPTION...]\n\n");
	for (size_t i = 0; i < RT_ARRAY_LEN(commands); i++)
		if (commands[i].help != NULL)
			(void)printf("  %-10s %s\n", commands[i].name,
			    commands[i].help);
	(void)printf("\n`ringtrace COMMAND --help` lists its options.\n");
	return 0;
}

int main(int argc, char **argv)
{
	log_open("ringtrace", 2, LOG_INFO);
	if (argc < 2 || strcmp(argv[1], "--help") == 0) {
		(void)help(argc, argv);
		return argc < 2 ? 2 : 0;
	}
	for (size_t i = 0; i < RT_ARRAY_LEN(commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	(void)fprintf(stderr,
	    "ringtrace: there is no command \"%s\"; see `ringtrace help`\n",
	    argv[1]);
	return 2;
}
