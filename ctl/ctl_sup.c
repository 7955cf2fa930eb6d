#include "ctl/ctl_sup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctl/ctl_say.h"
#include "lib/base/clk.h"
#include "lib/base/log.h"

#define TICK_MS        200
#define START_TICK_MS  20
#define BACKOFF_MIN_US (200 * INT64_C(1000))
#define BACKOFF_MAX_US (10 * RT_SEC_US)
/* A program that ran this long is healthy: its backoff begins again. */
#define HEALTHY_US (30 * RT_SEC_US)
#define REPEAT_US  RT_SEC_US
/* So long after its start a program may be starting, whatever it answers. */
#define STARTS_US  (10 * RT_SEC_US)
#define GUARD_ARGS 6

static const int handled[] = { SIGINT, SIGTERM, SIGHUP, SIGCHLD };

static void handled_set(sigset_t *set)
{
	(void)sigemptyset(set);
	for (size_t i = 0; i < RT_ARRAY_LEN(handled); i++)
		(void)sigaddset(set, handled[i]);
}

enum err ctl_sup_init(struct ctl_sup *s, const char *self, int log_dirfd)
{
	sigset_t set;

	memset(s, 0, sizeof(*s));
	s->self = self;
	s->log_dirfd = log_dirfd;
	s->sigfd = -1;
	handled_set(&set);
	if (sigprocmask(SIG_BLOCK, &set, NULL) == -1 ||
	    (s->sigfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) == -1) {
		log_sys("run: signalfd");
		return ERR_IO;
	}
	return ERR_OK;
}

void ctl_sup_fini(struct ctl_sup *s)
{
	for (size_t i = 0; i < s->n; i++)
		ctl_tail_close(&s->child[i].tail);
	if (s->sigfd != -1)
		(void)close(s->sigfd);
	s->sigfd = -1;
}

/* --- starting ---------------------------------------------------- */

static int spawn_attr(posix_spawnattr_t *attr)
{
	sigset_t none, all;
	int rc;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	(void)sigdelset(&all, SIGKILL);
	(void)sigdelset(&all, SIGSTOP);
	if ((rc = posix_spawnattr_setsigmask(attr, &none)) != 0 ||
	    (rc = posix_spawnattr_setsigdefault(attr, &all)) != 0 ||
	    (rc = posix_spawnattr_setpgroup(attr, 0)) != 0)
		return rc;
	return posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK |
						  POSIX_SPAWN_SETSIGDEF |
						  POSIX_SPAWN_SETPGROUP);
}

static int spawn_files(posix_spawn_file_actions_t *files, int log_fd)
{
	int rc;

	if ((rc = posix_spawn_file_actions_addopen(files, STDIN_FILENO,
		 "/dev/null", O_RDONLY, 0)) != 0 ||
	    (rc = posix_spawn_file_actions_adddup2(files, log_fd,
		 STDOUT_FILENO)) != 0)
		return rc;
	return posix_spawn_file_actions_adddup2(files, log_fd, STDERR_FILENO);
}

static enum err spawn(const struct ctl_sup *s, const struct ctl_part *part,
    int log_fd, pid_t *pid)
{
	char own[16];
	const char *argv[GUARD_ARGS + CTL_SUP_ARGV_MAX] = { s->self, "guard",
		part->user, part->group, own, "--" };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int rc;

	for (size_t i = 0; i < CTL_SUP_ARGV_MAX && part->argv[i] != NULL; i++)
		argv[GUARD_ARGS + i] = part->argv[i];
	(void)snprintf(own, sizeof(own), "%ld", (long)getpid());
	if ((rc = posix_spawn_file_actions_init(&files)) != 0)
		goto out;
	if ((rc = posix_spawnattr_init(&attr)) != 0)
		goto no_attr;
	/* posix_spawn does not write into argv: POSIX keeps the type of execv.
	 */
	if ((rc = spawn_attr(&attr)) == 0 &&
	    (rc = spawn_files(&files, log_fd)) == 0)
		rc = posix_spawn(pid, s->self, &files, &attr,
		    (char *const *)(uintptr_t)argv, environ);
	(void)posix_spawnattr_destroy(&attr);
no_attr:
	(void)posix_spawn_file_actions_destroy(&files);
out:
	if (rc == 0)
		return ERR_OK;
	errno = rc;
	log_sys("run: start %s", part->name);
	return ERR_IO;
}

static enum err start(struct ctl_sup *s, struct ctl_child *c)
{
	c->restart_us = 0;
	c->pulse = (struct ctl_pulse){ .begun = false };
	c->started_us = clk_mono_us();
	if (c->group != 0)
		(void)kill(-c->group, SIGKILL);
	c->group = 0;
	return spawn(s, &c->part, c->tail.fd, &c->pid);
}

enum err ctl_sup_start(struct ctl_sup *s, const struct ctl_part *part,
    size_t *index)
{
	struct ctl_child *c;
	enum err e;

	if (s->n == CTL_SUP_PARTS_MAX) {
		log_error("run: no room for %s", part->name);
		return ERR_BUSY;
	}
	c = &s->child[s->n];
	*c = (struct ctl_child){ .part = *part, .backoff_us = BACKOFF_MIN_US };
	e = ctl_tail_open(&c->tail, s->log_dirfd, part->name, part->show_all);
	if (e != ERR_OK)
		return e;
	*index = s->n++; /* from here ctl_sup_stop() knows it */
	return start(s, c);
}

/* --- watching ---------------------------------------------------- */

static void describe_end(int status, char *out, size_t cap)
{
	if (WIFSIGNALED(status))
		(void)snprintf(out, cap, "was killed by signal %d (%s)",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		(void)snprintf(out, cap, "ended with status %d",
		    WEXITSTATUS(status));
}

static void ended(struct ctl_sup *s, struct ctl_child *c, int status)
{
	const int64_t now = clk_mono_us();
	char how[96];

	/* What the program itself had started goes with it: nginx's workers
	 * would keep its port. They may finish until the next start. */
	(void)kill(-c->pid, SIGTERM);
	c->group = c->pid;
	c->pid = 0;
	c->stopped_us = 0;
	ctl_tail_show(&c->tail);
	if (s->stop_asked || !c->was_ready)
		return;
	if (now - c->started_us > HEALTHY_US)
		c->backoff_us = BACKOFF_MIN_US;
	describe_end(status, how, sizeof(how));
	c->restarts++;
	c->restart_us = now + c->backoff_us;
	log_warn("run: %s %s; starting it again in %lld ms (start %u)",
	    c->part.name, how, (long long)(c->backoff_us / 1000),
	    c->restarts + 1);
	c->backoff_us *= 2;
	if (c->backoff_us > BACKOFF_MAX_US)
		c->backoff_us = BACKOFF_MAX_US;
}

static void reap(struct ctl_sup *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct ctl_child *c = &s->child[i];
		int status;

		if (c->pid == 0 ||
		    waitpid(c->pid, &status,
			WNOHANG | WUNTRACED | WCONTINUED) != c->pid)
			continue;
		if (WIFSTOPPED(status))
			c->stopped_us = clk_mono_us();
		else if (WIFCONTINUED(status))
			c->stopped_us = 0;
		else
			ended(s, c, status);
	}
}

/* Stopped and forgotten: its callers wait for a process that does nothing. */
static void replace_stopped(const struct ctl_child *c, int64_t now_us)
{
	if (c->stopped_us == 0 || c->part.hang_us == 0 || c->pid == 0 ||
	    now_us - c->stopped_us < c->part.hang_us)
		return;
	log_warn("run: %s was stopped by a signal %lld s ago: replacing it",
	    c->part.name, (long long)((now_us - c->stopped_us) / RT_SEC_US));
	(void)kill(c->pid, SIGKILL); /* what it began ends by itself */
}

/* It answers nobody, and takes the processor from those that do. */
static void replace_looping(struct ctl_child *c, int64_t now_us)
{
	if (c->pid == 0 || c->part.loop_us == 0 || c->stopped_us != 0 ||
	    !ctl_pulse_loops(&c->pulse,
		ctl_pulse_counted(c->part.run_dir, c->part.name), now_us,
		hang_cpu_us(c->pid), c->part.loop_us))
		return;
	log_warn(
	    "run: %s does nothing but use the processor for %lld s: "
	    "replacing it",
	    c->part.name, (long long)(c->part.loop_us / RT_SEC_US));
	(void)kill(c->pid, SIGKILL);
}

static void read_signals(struct ctl_sup *s)
{
	struct signalfd_siginfo info;

	while (read(s->sigfd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			continue; /* reap() asks for each child */
		if (!s->stop_asked)
			log_info("run: %s: stopping",
			    strsignal((int)info.ssi_signo));
		s->stop_asked = true;
	}
}

bool ctl_sup_stop_asked(void *sup)
{
	struct ctl_sup *s = sup;

	read_signals(s);
	return s->stop_asked;
}

/* One round: waits at most timeout_ms for a signal, then looks at everything.
 */
static void step(struct ctl_sup *s, int timeout_ms)
{
	struct pollfd p = { .fd = s->sigfd, .events = POLLIN };
	const int64_t now = clk_mono_us();

	if (poll(&p, 1, timeout_ms) > 0)
		read_signals(s);
	reap(s);
	ctl_say_round();
	for (size_t i = 0; i < s->n; i++) {
		struct ctl_child *c = &s->child[i];

		ctl_tail_show(&c->tail);
		replace_stopped(c, now);
		replace_looping(c, now);
		if (c->restart_us == 0 || c->restart_us > now || s->stop_asked)
			continue;
		if (start(s, c) != ERR_OK) /* said there */
			c->restart_us = now + BACKOFF_MAX_US;
	}
}

enum err ctl_sup_ready(struct ctl_sup *s, size_t index, int64_t timeout_us)
{
	struct ctl_child *c = &s->child[index];
	const int64_t deadline = clk_mono_us() + timeout_us;

	for (;;) {
		if (s->stop_asked)
			return ERR_CLOSED;
		if (c->pid == 0) {
			log_error("run: %s did not start: %s (log: %s.log)",
			    c->part.name,
			    c->tail.last[0] == '\0' ? "it said nothing"
						    : c->tail.last,
			    c->part.name);
			return ERR_CLOSED;
		}
		if (ctl_probe_ready(&c->part.ready)) {
			c->was_ready = true;
			return ERR_OK;
		}
		if (clk_mono_us() > deadline) {
			log_error("run: %s is not ready after %lld s: %s",
			    c->part.name, (long long)(timeout_us / RT_SEC_US),
			    c->tail.last[0] == '\0' ? "it said nothing"
						    : c->tail.last);
			return ERR_TIMEOUT;
		}
		step(s, START_TICK_MS);
	}
}

void ctl_sup_loop(struct ctl_sup *s, void (*tick)(void *arg), void *arg)
{
	while (!s->stop_asked) {
		step(s, TICK_MS);
		tick(arg);
	}
}

/* --- stopping ---------------------------------------------------- */

/* The signal is repeated: one that comes while a program starts may be lost. */
static void wait_end(struct ctl_sup *s, const struct ctl_child *c, int signal,
    int64_t timeout_us)
{
	const int64_t deadline = clk_mono_us() + timeout_us;
	int64_t next_us = 0;

	while (c->pid != 0 && clk_mono_us() < deadline) {
		if (clk_mono_us() >= next_us) {
			(void)kill(c->pid, signal);
			next_us = clk_mono_us() + REPEAT_US;
		}
		step(s, START_TICK_MS);
	}
}

static int64_t patience_us(const struct ctl_child *c)
{
	const bool starts =
	    !c->was_ready || clk_mono_us() - c->started_us < STARTS_US;

	return starts && c->part.start_stop_us != 0 ? c->part.start_stop_us
						    : c->part.stop_us;
}

static void stop(struct ctl_sup *s, struct ctl_child *c)
{
	const int64_t wait_us = patience_us(c);

	c->restart_us = 0;
	if (c->pid == 0)
		return;
	wait_end(s, c, c->part.stop_signal, wait_us);
	if (c->pid == 0)
		return;
	log_warn("run: %s did not stop within %lld s: killing it", c->part.name,
	    (long long)(wait_us / RT_SEC_US));
	(void)kill(-c->pid, SIGKILL);
	wait_end(s, c, SIGKILL, RT_MIN_US);
}

void ctl_sup_stop(struct ctl_sup *s)
{
	s->stop_asked = true;
	for (size_t i = s->n; i > 0; i--) {
		struct ctl_child *c = &s->child[i - 1];

		stop(s, c);
		if (c->group != 0)
			(void)kill(-c->group, SIGKILL);
	}
}

enum err ctl_sup_run(struct ctl_sup *s, const struct ctl_part *part,
    int64_t timeout_us)
{
	const int64_t deadline = clk_mono_us() + timeout_us;
	struct ctl_tail tail;
	pid_t pid;
	int status = 0;
	enum err e;

	e = ctl_tail_open(&tail, s->log_dirfd, part->name, part->show_all);
	if (e != ERR_OK)
		return e;
	e = spawn(s, part, tail.fd, &pid);
	while (e == ERR_OK && waitpid(pid, &status, WNOHANG) == 0) {
		step(s, START_TICK_MS);
		ctl_tail_show(&tail);
		if (s->stop_asked)
			e = ERR_CLOSED;
		else if (clk_mono_us() > deadline)
			e = ERR_TIMEOUT;
		if (e != ERR_OK) {
			(void)kill(-pid, SIGKILL);
			(void)waitpid(pid, &status, 0);
		}
	}
	ctl_tail_show(&tail);
	if (e == ERR_TIMEOUT || (e == ERR_OK && status != 0)) {
		log_error("run: %s failed: %s", part->name,
		    tail.last[0] == '\0' ? "it said nothing" : tail.last);
		e = e == ERR_OK ? ERR_IO : e;
	}
	ctl_tail_close(&tail);
	return e;
}
