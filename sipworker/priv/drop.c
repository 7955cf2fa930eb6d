#include "sipworker/priv/drop.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "sipworker/priv/drop_filter.h"
#include "sipworker/priv/drop_landlock.h"

/* chroot first, because it needs root; the name is looked up before it,
 * because that needs files. */
static enum err become(const char *user, const char *root)
{
	const struct passwd *pw;

	errno = 0;
	if ((pw = getpwnam(user)) == NULL) {
		log_error("drop: no such user: %s", user);
		return ERR_NOTFOUND;
	}
	if (pw->pw_uid == 0) {
		log_error("drop: the setting `user` may not be root");
		return ERR_DENIED;
	}
	if (root != NULL && (chroot(root) == -1 || chdir("/") == -1)) {
		log_sys("drop: chroot %s", root);
		return ERR_IO;
	}
	if (setgroups(0, NULL) == -1 ||
	    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) == -1 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) == -1) {
		log_sys("drop: become %s", user);
		return ERR_IO;
	}
	if (setuid(0) == 0) { /* must be impossible now */
		log_error("drop: root came back");
		return ERR_INTERNAL;
	}
	return ERR_OK;
}

enum err drop_now(const struct drop_plan *plan, struct drop_done *done)
{
	struct drop_done d = { 0 };
	enum err e;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1) {
		log_sys("drop: no_new_privs");
		return ERR_IO;
	}
	if (geteuid() == 0 && plan->user != NULL) {
		if ((e = become(plan->user, plan->root)) != ERR_OK)
			return e;
		d.user = true;
	}
	/* Nobody reads this process's memory, not even its own user. */
	if (plan->role != MSG_PARENT)
		(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	/* The parent's children open directories of their own. */
	if (plan->role != MSG_PARENT &&
	    (e = drop_landlock(plan->dir_fd, &d.landlock)) != ERR_OK)
		return e;
	if ((e = drop_filter(plan->role)) != ERR_OK)
		return e;
	d.seccomp = true;
	*done = d;
	return ERR_OK;
}
