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
#include "lib/base/scan.h"
#include "lib/base/slice.h"

#define EXIT_GUARD 125

/* "#65210". */
static bool is_number(struct slice text, uint64_t *out)
{
	return slice_starts(text, SLICE("#")) &&
	       scan_whole_u64(slice_skip(text, 1), UINT32_MAX - 1, out) ==
		   ERR_OK &&
	       *out > 0;
}

static bool find_user(const char *user, uid_t *uid, gid_t *gid)
{
	const struct passwd *pw;
	uint64_t number;

	if (is_number(slice_from(user), &number)) {
		*uid = (uid_t)number;
		*gid = (gid_t)number;
		return true;
	}
	if ((pw = getpwnam(user)) == NULL) {
		log_error("guard: no such user: %s", user);
		return false;
	}
	*uid = pw->pw_uid;
	*gid = pw->pw_gid;
	return true;
}

static bool find_group(struct slice group, gid_t *gid)
{
	const struct group *gr = NULL;
	char name[64];
	uint64_t number;

	if (is_number(group, &number)) {
		*gid = (gid_t)number;
		return true;
	}
	if (slice_to_cstr(group, name, sizeof(name)))
		gr = getgrnam(name);
	if (gr == NULL) {
		log_error("guard: no such group: %.*s", SLICE_FMT(group));
		return false;
	}
	*gid = gr->gr_gid;
	return true;
}

static bool become(const char *user, const char *groups)
{
	struct slice more = slice_from(groups), first;
	gid_t gid, second = 0;
	size_t n = 0;
	uid_t uid;

	if (strcmp(user, "-") == 0)
		return true;
	if (!find_user(user, &uid, &gid))
		return false;
	if (!slice_cut(&more, ',', &first))
		more = SLICE(""); /* one only */
	if (!slice_eq(first, SLICE("-")) && !find_group(first, &gid))
		return false;
	if (more.n > 0) {
		if (!find_group(more, &second))
			return false;
		n = 1;
	}
	if (setgroups(n, &second) == -1 || setresgid(gid, gid, gid) == -1 ||
	    setresuid(uid, uid, uid) == -1) {
		log_sys("guard: become %s", user);
		return false;
	}
	return true;
}

int ctl_guard(int argc, char *const *argv)
{
	uint64_t parent;

	if (argc < 6 || strcmp(argv[4], "--") != 0 ||
	    scan_whole_u64(slice_from(argv[3]), INT32_MAX, &parent) != ERR_OK) {
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
	/* It died before prctl could help, perhaps before we began. */
	if (getppid() != (pid_t)parent)
		return EXIT_GUARD;
	(void)execv(argv[5], &argv[5]);
	log_sys("guard: start %s", argv[5]);
	return EXIT_GUARD;
}
