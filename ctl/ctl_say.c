#include "ctl/ctl_say.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/clk.h"

/* One supervisor a process. */
static struct {
	int fd;
	int wait_ms; /* what is left of this round's */
	unsigned long left_out;
} say = { .fd = STDERR_FILENO, .wait_ms = CTL_SAY_WAIT_MS };

/* Whether a descriptor waits is said for all who share it: a terminal or pipe
 * is opened again, for us alone. A socket cannot be; what began us with one
 * has no other use for this end of it. */
static int unwaiting(int fd)
{
	struct stat st;
	int own = -1, flags;

	if (fstat(fd, &st) == -1)
		return fd;
	if (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode))
		own = open("/proc/self/fd/2",
		    O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	else if (S_ISSOCK(st.st_mode) && (flags = fcntl(fd, F_GETFL)) != -1)
		(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	return own == -1 ? fd : own;
}

void ctl_say_open(enum log_level least)
{
	say.fd = unwaiting(STDERR_FILENO);
	log_open("ringtrace", say.fd, least);
}

static bool takes_more(void)
{
	struct pollfd p = { .fd = say.fd, .events = POLLOUT };
	const int64_t from_us = clk_mono_us();
	const bool takes = poll(&p, 1, say.wait_ms) != 0;

	say.wait_ms -= (int)((clk_mono_us() - from_us) / 1000);
	if (say.wait_ms < 0)
		say.wait_ms = 0;
	return takes;
}

void ctl_say_round(void)
{
	char text[96];
	int n;

	say.wait_ms = 0;
	if (say.left_out > 0) {
		if (!takes_more())
			return;
		n = snprintf(text, sizeof(text),
		    "%-9s | %lu lines were not shown; the logs have them\n",
		    "run", say.left_out);
		say.left_out = 0;
		(void)!write(say.fd, text, (size_t)n);
	}
	say.wait_ms = CTL_SAY_WAIT_MS;
}

void ctl_say(const char *line, size_t n)
{
	if (say.left_out == 0 && takes_more())
		(void)!write(say.fd, line, n);
	else
		say.left_out++;
}
