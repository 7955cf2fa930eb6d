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
#define TURN_MS    100
#define FIRST_MS   1000
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

struct left {
	pid_t pid;
	int pidfd;
	bool (*stop_asked)(void *arg);
	void *arg;
};

/* ERR_CLOSED: we are to stop. ERR_TIMEOUT: it goes on. */
static enum err wait_end(const struct left *l, int timeout_ms)
{
	struct pollfd p = { .fd = l->pidfd, .events = POLLIN };

	for (int ms = 0; ms < timeout_ms; ms += TURN_MS) {
		if (poll(&p, 1, TURN_MS) > 0)
			return ERR_OK;
		if (l->stop_asked(l->arg))
			return ERR_CLOSED;
	}
	return ERR_TIMEOUT;
}

static bool tell(const struct left *l, int signo)
{
	return syscall(SYS_pidfd_send_signal, l->pidfd, signo, NULL, 0) == 0 ||
	       errno == ESRCH;
}

static enum err told_end(const struct left *l)
{
	log_warn(
	    "run: the database of an earlier run still runs, ending it pid=%d",
	    (int)l->pid);
	return tell(l, SIGTERM) && tell(l, SIGCONT) ? wait_end(l, TERM_MS)
						    : ERR_TIMEOUT;
}

static enum err killed(const struct left *l)
{
	log_warn("run: it did not end within %d s: killing it pid=%d",
	    TERM_MS / 1000, (int)l->pid);
	return tell(l, SIGKILL) ? wait_end(l, KILL_MS) : ERR_TIMEOUT;
}

/* Through its descriptor, so that no other process of that number is met. */
static enum err end(const struct left *l)
{
	/* What a killed supervisor has left is ending already, most often. */
	enum err e = wait_end(l, FIRST_MS);

	if (e == ERR_TIMEOUT)
		e = told_end(l);
	if (e == ERR_TIMEOUT)
		e = killed(l);
	if (e != ERR_TIMEOUT)
		return e;
	log_error(
	    "run: process %d is " PROGRAM
	    " on this folder's data and cannot be ended: end it (`kill -9 %d`, "
	    "as its user or root) and start again",
	    (int)l->pid, (int)l->pid);
	return ERR_BUSY;
}

enum err ctl_left_end(const char *cnf_arg, bool (*stop_asked)(void *arg),
    void *arg)
{
	struct left l = { .pid = find(cnf_arg),
		.stop_asked = stop_asked,
		.arg = arg };
	enum err e = ERR_OK;

	if (l.pid == 0)
		return ERR_OK;
	l.pidfd = (int)syscall(SYS_pidfd_open, l.pid, 0);
	if (l.pidfd == -1) {
		if (errno == ESRCH)
			return ERR_OK;
		log_sys("run: process %d", (int)l.pid);
		return ERR_IO;
	}
	/* It might have ended, and its number gone to another, in between. */
	if (is_ours(l.pid, cnf_arg))
		e = end(&l);
	(void)close(l.pidfd); /* a name only */
	return e;
}
