#include "ctl/ctl_guard.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/log.h"

#define EXIT_GUARD 125

static bool become(const char *user, const char *group)
{
	const struct passwd *pw;
	const struct group *gr;
	uid_t uid;
	gid_t gid;

	if (strcmp(user, "-") == 0)
		return true;
	if ((pw = getpwnam(user)) == NULL) {
		log_error("guard: no such user: %s", user);
		return false;
	}
	uid = pw->pw_uid;
	gid = pw->pw_gid;
	if (strcmp(group, "-") != 0) {
		if ((gr = getgrnam(group)) == NULL) {
			log_error("guard: no such group: %s", group);
			return false;
		}
		gid = gr->gr_gid;
	}
	if (setgroups(0, NULL) == -1 || setresgid(gid, gid, gid) == -1 ||
	    setresuid(uid, uid, uid) == -1) {
		log_sys("guard: become %s", user);
		return false;
	}
	return true;
}

int ctl_guard(int argc, char *const *argv)
{
	const pid_t parent = getppid();

	if (argc < 5 || strcmp(argv[3], "--") != 0) {
		log_error("guard: for the supervisor's use only");
		return EXIT_GUARD;
	}
	if (!become(argv[1], argv[2]))
		return EXIT_GUARD;
	(void)umask(0027);
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1) {
		log_sys("guard: prctl");
		return EXIT_GUARD;
	}
	if (getppid() != parent) /* it died before prctl could help */
		return EXIT_GUARD;
	(void)execv(argv[4], &argv[4]);
	log_sys("guard: start %s", argv[4]);
	return EXIT_GUARD;
}
