#include "ctl/ctl_as.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <unistd.h>

#define GROUPS_MAX 256

static bool may(const char *path, int how)
{
	return faccessat(AT_FDCWD, path, how, AT_EACCESS) == 0;
}

bool ctl_as_may(uid_t uid, gid_t gid, const char *path, int how)
{
	gid_t groups[GROUPS_MAX];
	const gid_t own_gid = getegid();
	const int n = getgroups(GROUPS_MAX, groups);
	bool yes;
	int rc, why;

	/* A container may keep its root from becoming others: nothing is known
	 * then, and nobody is accused. */
	if (geteuid() != 0 || n == -1 || setgroups(0, NULL) == -1)
		return may(path, how);
	yes = setegid(gid) == -1 || seteuid(uid) == -1 || may(path, how);
	why = errno;
	rc = seteuid(0);
	assert(rc == 0);
	rc = setegid(own_gid);
	assert(rc == 0);
	rc = setgroups((size_t)n, groups);
	assert(rc == 0);
	errno = why;
	return yes;
}
