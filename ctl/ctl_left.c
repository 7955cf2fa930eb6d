#include "ctl/ctl_left.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/scan.h"

#define PROGRAM    "mariadbd"
#define TERM_MS    30000
#define KILL_MS    10000
#define PATH_BYTES 64
#define ARGS_MAX   1024

/* The first two arguments of a process. */
static bool is_ours(pid_t pid, const char *cnf_arg)
{
	char path[PATH_BYTES], args[ARGS_MAX];
	const char *slash, *second;
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return false; /* it has ended, or is hidden from us */
	n = read(fd, args, sizeof(args) - 1);
	(void)close(fd); /* read only */
	if (n <= 0)
		return false;
	args[n] = '\0';
	second = args + strlen(args) + 1;
	if (second >= args + n)
		return false;
	slash = strrchr(args, '/');
	return strcmp(slash == NULL ? args : slash + 1, PROGRAM) == 0 &&
	       strcmp(second, cnf_arg) == 0;
}

/* 0: there is none. */
static pid_t find(const char *cnf_arg)
{
	const struct dirent *entry;
	DIR *d = opendir("/proc");
	pid_t found = 0;
	uint64_t pid;

	if (d == NULL) {
		log_sys("run: /proc");
		return 0;
	}
	while (found == 0 && (entry = readdir(d)) != NULL)
		if (scan_whole_u64(slice_from(entry->d_name), INT32_MAX,
			&pid) == ERR_OK &&
		    is_ours((pid_t)pid, cnf_arg))
			found = (pid_t)pid;
	(void)closedir(d);
	return found;
}

static bool ends(int pidfd, int timeout_ms)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	return poll(&p, 1, timeout_ms) > 0;
}

static bool tell(int pidfd, int signo)
{
	return syscall(SYS_pidfd_send_signal, pidfd, signo, NULL, 0) == 0 ||
	       errno == ESRCH;
}

/* Through its descriptor, so that no other process of that number is met. */
static enum err end(int pidfd, pid_t pid)
{
	/* What a killed supervisor has left is ending already, most often. */
	if (ends(pidfd, 1000))
		return ERR_OK;
	log_warn(
	    "run: the database of an earlier run still runs, ending it pid=%d",
	    (int)pid);
	if (tell(pidfd, SIGTERM) && tell(pidfd, SIGCONT) &&
	    ends(pidfd, TERM_MS))
		return ERR_OK;
	log_warn("run: it did not end within %d s: killing it pid=%d",
	    TERM_MS / 1000, (int)pid);
	if (tell(pidfd, SIGKILL) && ends(pidfd, KILL_MS))
		return ERR_OK;
	log_error(
	    "run: process %d is " PROGRAM
	    " on this folder's data and cannot be ended: end it (`kill -9 %d`, "
	    "as its user or root) and start again",
	    (int)pid, (int)pid);
	return ERR_BUSY;
}

enum err ctl_left_end(const char *cnf_arg)
{
	const pid_t pid = find(cnf_arg);
	enum err e = ERR_OK;
	int pidfd;

	if (pid == 0)
		return ERR_OK;
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd == -1) {
		if (errno == ESRCH)
			return ERR_OK;
		log_sys("run: process %d", (int)pid);
		return ERR_IO;
	}
	/* It might have ended, and its number gone to another, in between. */
	if (is_ours(pid, cnf_arg))
		e = end(pidfd, pid);
	(void)close(pidfd); /* a name only */
	return e;
}
