/*
 * sipworker - calls: SIP, media, recordings and their journal, in four
 * processes (docs/ARCHITECTURE.md). Started as `sipworker -c FILE`.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/metric.h"
#include "sipworker/parent.h"
#include "sipworker/worker.h"

static enum log_level level_of(const char *name)
{
	static const struct {
		const char *name;
		enum log_level level;
	} levels[] = { { "debug", LOG_DEBUG }, { "info", LOG_INFO },
		{ "warn", LOG_WARN }, { "error", LOG_ERROR } };

	for (size_t i = 0; i < RT_ARRAY_LEN(levels); i++)
		if (strcmp(name, levels[i].name) == 0)
			return levels[i].level;
	return LOG_INFO;
}

int main(int argc, char **argv)
{
	struct settings settings;
	struct worker w;

	log_open("sipworker", STDERR_FILENO, LOG_INFO);
	if (argc != 3 || strcmp(argv[1], "-c") != 0) {
		(void)fputs("usage: sipworker -c FILE\n", stderr);
		return 2;
	}
	if (settings_load(argv[2], &settings) != ERR_OK)
		return 1;
	log_open("sipworker", STDERR_FILENO, level_of(settings.log_level));
	/* Before the processes part and drop their rights: they share it. */
	if (metric_open(settings.run_dir, "sipworker") != ERR_OK)
		log_warn("sipworker: nothing is counted");
	if (worker_init(&w, &settings) != ERR_OK)
		return 1;
	return parent_run(&w);
}
