#include "sipworker/priv/proc.h"

#include <signal.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "sipworker/priv/chan.h"

/* Where the child finds its end. */
#define CHILD_FD 3

static void child(int (*run)(void *arg, int fd), void *arg, int fd) RT_NORETURN;

static void child(int (*run)(void *arg, int fd), void *arg, int fd)
{
	sigset_t none;

	if (fd != CHILD_FD && dup2(fd, CHILD_FD) == -1)
		_exit(1);
	(void)close_range(CHILD_FD + 1, ~0U, 0);
	/* Ctrl-C reaches the whole group; what it means is the parent's to
	 * say. */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	_exit(run(arg, CHILD_FD));
}

enum err proc_start(int (*run)(void *arg, int fd), void *arg, pid_t *pid,
    int *fd)
{
	int ends[2];
	enum err e;
	pid_t p;

	if ((e = chan_pair(ends)) != ERR_OK)
		return e;
	p = fork();
	if (p == 0)
		child(run, arg, ends[1]);
	(void)close(ends[1]); /* the child's */
	if (p == -1) {
		log_sys("proc: fork");
		(void)close(ends[0]); /* nobody is there */
		return ERR_IO;
	}
	*pid = p;
	*fd = ends[0];
	return ERR_OK;
}
