#include "sipworker/priv/drop_landlock.h"

#include <errno.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/log.h"

/* All rights on files of versions 1 (13 of them), 2 (refer), 3 (truncate).
 * Later versions' rights stay unhandled: seccomp has what concerns us. */
#define RIGHTS_1 ((UINT64_C(1) << 13) - 1)
#define RIGHTS_2 (RIGHTS_1 | UINT64_C(1) << 13)
#define RIGHTS_3 (RIGHTS_2 | UINT64_C(1) << 14)

static enum err restrict_to(int dir_fd, uint64_t rights, int ruleset)
{
	const struct landlock_path_beneath_attr below = { rights, dir_fd };

	if (dir_fd != -1 && syscall(SYS_landlock_add_rule, ruleset,
				LANDLOCK_RULE_PATH_BENEATH, &below, 0) == -1) {
		log_sys("drop: landlock rule");
		return ERR_IO;
	}
	if (syscall(SYS_landlock_restrict_self, ruleset, 0) == -1) {
		log_sys("drop: landlock");
		return ERR_IO;
	}
	return ERR_OK;
}

enum err drop_landlock(int dir_fd, int *version)
{
	struct landlock_ruleset_attr attr = { 0 };
	const long v = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	long ruleset;
	enum err e;

	*version = 0;
	if (v < 1)
		return ERR_OK; /* ENOSYS, EOPNOTSUPP: not in this kernel */
	attr.handled_access_fs = v == 1   ? RIGHTS_1
				 : v == 2 ? RIGHTS_2
					  : RIGHTS_3;
	ruleset = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (ruleset == -1) {
		log_sys("drop: landlock ruleset");
		return ERR_IO;
	}
	e = restrict_to(dir_fd, attr.handled_access_fs, (int)ruleset);
	(void)close((int)ruleset); /* in force, or the process ends */
	if (e == ERR_OK)
		*version = (int)v;
	return e;
}
