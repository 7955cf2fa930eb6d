#include "sipworker/parent.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "sipworker/engine_proc.h"
#include "sipworker/priv/drop.h"
#include "sipworker/priv/proc.h"
#include "sipworker/rec_proc.h"
#include "sipworker/store_proc.h"

/* A child that lived this long is started again at once. */
#define HEALTHY_US (2 * RT_SEC_US)
#define PAUSE_US   (RT_SEC_US / 2)
/* Deaths in a row before the first READY: something is wrong with the
 * installation, and starting again will not mend it. */
#define STILLBORN_MAX 5

#define CHILDREN 3

struct child {
	enum msg_role role;
	int (*run)(struct worker *w, int fd);
	struct worker *worker;
	pid_t pid; /* 0: not running */
	struct chan *chan;
	int64_t started_us;
	int64_t restart_us; /* when it is due; 0: not */
	unsigned int stillborn;
	bool ready;
	int64_t kill_us; /* when it has to be gone; 0: never */
	struct hang_watch watch;
};

enum phase {
	RUNNING,
	DRAINING, /* engine: no new calls */
	ENDING    /* engine, then recorder, then store are told to leave */
};

struct parent {
	struct worker *worker;
	struct child child[CHILDREN]; /* in the order of their end */
	enum phase phase;
	int64_t drain_until_us;
	bool failed;
};

static int run_child(void *arg, int fd)
{
	const struct child *c = arg;

	return c->run(c->worker, fd);
}

static void send_to(struct child *c, enum msg_kind kind)
{
	const struct msg m = { .kind = kind };

	if (c->chan != NULL && chan_send(c->chan, &m, NULL) != ERR_OK)
		log_warn("parent: cannot tell child=%s",
		    msg_role_name(c->role));
}

static void kill_child(const struct child *c)
{
	if (c->pid > 0 && kill(c->pid, SIGKILL) == -1)
		log_sys("parent: kill child=%s", msg_role_name(c->role));
}

/* --- channels between children ---------------------------------------------*/

static enum err give(struct child *to, enum msg_role peer, int fd)
{
	const struct msg m = { .kind = MSG_PEER, .u.peer = peer };

	return chan_send(to->chan, &m, &fd);
}

/* a was started this moment. Nobody would connect the two later, so without b
 * it ends, and is started and connected again. */
static void connect_pair(struct child *a, struct child *b)
{
	int ends[2] = { -1, -1 };

	if (a->chan == NULL || b->chan == NULL)
		return;
	if (chan_pair(ends) != ERR_OK || give(a, b->role, ends[0]) != ERR_OK ||
	    give(b, a->role, ends[1]) != ERR_OK) {
		log_error("parent: cannot connect %s and %s",
		    msg_role_name(a->role), msg_role_name(b->role));
		kill_child(a);
	}
	for (int i = 0; i < 2; i++)
		if (ends[i] != -1)
			(void)close(ends[i]); /* theirs now */
}

static enum err start(struct parent *p, struct child *c)
{
	enum err e;
	int fd;

	c->restart_us = 0;
	c->ready = false;
	c->kill_us = 0;
	c->watch = (struct hang_watch){ .begun = false };
	e = proc_start(run_child, c, &c->pid, &fd);
	if (e == ERR_OK)
		e = chan_new(&c->chan, fd, MSG_PARENT, c->role);
	if (e != ERR_OK)
		return e;
	c->started_us = clk_mono_us();
	for (size_t i = 0; i < CHILDREN; i++)
		if (&p->child[i] != c)
			connect_pair(c, &p->child[i]);
	return ERR_OK;
}

/* --- the end ---------------------------------------------------------------*/

/* Tells the first child that still runs to leave. */
static void end_next(struct parent *p)
{
	for (size_t i = 0; i < CHILDREN; i++) {
		struct child *c = &p->child[i];

		c->restart_us = 0;
		if (c->pid == 0)
			continue;
		if (c->kill_us == 0) {
			c->kill_us = clk_mono_us() + PARENT_LEAVE_US;
			send_to(c, MSG_STOP);
		}
		return;
	}
}

static void signalled(struct parent *p, int signo)
{
	log_info("parent: stopping signal=%s", strsignal(signo));
	if (p->phase == RUNNING) {
		p->phase = DRAINING;
		p->drain_until_us = clk_mono_us() + PARENT_DRAIN_US;
		send_to(&p->child[0], MSG_DRAIN);
		if (p->child[0].pid != 0)
			return;
	}
	p->phase = ENDING;
	end_next(p);
}

/* --- children --------------------------------------------------------------*/

static void describe(const struct child *c, int status)
{
	const char *name = msg_role_name(c->role);

	if (WIFSIGNALED(status))
		log_error("parent: child died role=%s signal=%d", name,
		    WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		log_error("parent: child ended role=%s status=%d", name,
		    WEXITSTATUS(status));
	else
		log_info("parent: child ended role=%s", name);
}

static void ended(struct parent *p, struct child *c, int status)
{
	const int64_t now = clk_mono_us();

	describe(c, status);
	c->pid = 0;
	chan_free(c->chan);
	c->chan = NULL;
	if (p->phase != RUNNING) {
		p->phase = ENDING;
		end_next(p);
		return;
	}
	c->stillborn = c->ready ? 0 : c->stillborn + 1;
	if (c->stillborn >= STILLBORN_MAX) {
		log_error("parent: %s does not start; giving up",
		    msg_role_name(c->role));
		p->failed = true;
		p->phase = ENDING;
		end_next(p);
		return;
	}
	c->restart_us = now - c->started_us > HEALTHY_US ? now : now + PAUSE_US;
}

static void reap(struct parent *p)
{
	int status;
	pid_t pid;

	while (
	    (pid = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)) > 0)
		for (size_t i = 0; i < CHILDREN; i++) {
			struct child *c = &p->child[i];

			if (c->pid != pid)
				continue;
			if (WIFSTOPPED(status) || WIFCONTINUED(status))
				c->watch.stopped = WIFSTOPPED(status);
			else
				ended(p, c, status);
		}
}

/* What hangs is replaced, as if it had died; not at the end, which has a time
 * of its own. Before it is ready it reads files, whoever it is. */
static void watch(struct parent *p, struct child *c)
{
	enum hang_state s;

	if (p->phase != RUNNING || c->pid == 0)
		return;
	s = hang_judge(&c->watch,
	    atomic_load_explicit(&c->worker->beat->rounds[c->role],
		memory_order_relaxed),
	    clk_mono_us(), hang_cpu_us(c->pid),
	    c->role != MSG_ENGINE || !c->ready);
	if (s == HANG_NOT)
		return;
	log_error("parent: child hangs, replacing it role=%s%s: %s",
	    msg_role_name(c->role), c->ready ? "" : " before it is ready",
	    hang_name(s));
	kill_child(c);
	c->watch = (struct hang_watch){ .begun = false };
}

static void hear(struct parent *p, struct child *c)
{
	struct chan_in in;
	enum err e = ERR_NOTFOUND;

	while (c->chan != NULL && (e = chan_recv(c->chan, &in)) == ERR_OK) {
		if (in.msg.kind == MSG_READY) {
			c->ready = true;
			log_info("parent: ready role=%s",
			    msg_role_name(c->role));
		} else if (p->phase == DRAINING && c == &p->child[0]) {
			p->phase = ENDING;
			end_next(p);
		}
	}
	if (c->chan != NULL && e == ERR_SYNTAX) {
		log_error("parent: bad message from=%s",
		    msg_role_name(c->role));
		kill_child(c);
	}
	if (c->chan != NULL && (e == ERR_SYNTAX || e == ERR_CLOSED)) {
		chan_free(c->chan); /* its death follows */
		c->chan = NULL;
	}
}

/* --- the loop --------------------------------------------------------------*/

static void due(struct parent *p)
{
	const int64_t now = clk_mono_us();

	for (size_t i = 0; i < CHILDREN; i++) {
		struct child *c = &p->child[i];

		if (p->phase == RUNNING && c->pid == 0 && c->restart_us != 0 &&
		    c->restart_us <= now && start(p, c) != ERR_OK)
			c->restart_us = now + PAUSE_US;
		if (c->kill_us != 0 && c->kill_us <= now && c->pid != 0) {
			log_warn("parent: child does not leave role=%s",
			    msg_role_name(c->role));
			kill_child(c);
			c->kill_us = now + PARENT_LEAVE_US;
		}
	}
	if (p->phase == DRAINING && p->drain_until_us <= now) {
		p->phase = ENDING;
		end_next(p);
	}
}

static bool any_running(const struct parent *p)
{
	for (size_t i = 0; i < CHILDREN; i++)
		if (p->child[i].pid != 0)
			return true;
	return false;
}

static void turn(struct parent *p, int signal_fd)
{
	struct pollfd fds[CHILDREN + 1] = { { .fd = signal_fd,
	    .events = POLLIN } };
	struct signalfd_siginfo si;

	for (size_t i = 0; i < CHILDREN; i++)
		fds[i + 1] =
		    (struct pollfd){ .fd = p->child[i].chan == NULL
					       ? -1
					       : chan_fd(p->child[i].chan),
			    .events = POLLIN };
	/* A tenth of a second is fine enough for restarts and deadlines. */
	if (poll(fds, CHILDREN + 1, p->phase == RUNNING ? 200 : 50) == -1 &&
	    errno != EINTR)
		log_sys("parent: poll");
	for (size_t i = 0; i < CHILDREN; i++)
		if (fds[i + 1].revents != 0)
			hear(p, &p->child[i]);
	while (read(signal_fd, &si, sizeof(si)) == (ssize_t)sizeof(si)) {
		if (si.ssi_signo == SIGCHLD)
			reap(p);
		else
			signalled(p, (int)si.ssi_signo);
	}
	for (size_t i = 0; i < CHILDREN; i++)
		watch(p, &p->child[i]);
	due(p);
}

static int open_signals(void)
{
	sigset_t set;
	int fd;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd == -1)
		log_sys("parent: signals");
	return fd;
}

/* Says at once what the engine would say later: somebody has our port. */
static enum err port_free(struct addr4 at)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	enum err e = ERR_OK;

	sa.sin_addr.s_addr = htonl(at.ip);
	sa.sin_port = htons(at.port);
	if (fd == -1 || bind(fd, (const void *)&sa, sizeof(sa)) == -1) {
		char text[ADDR4_TEXT_MAX];

		addr4_text(at, text);
		log_sys("sipworker: cannot listen on udp %s", text);
		e = ERR_IO;
	}
	if (fd != -1)
		(void)close(fd); /* the engine opens its own */
	return e;
}

int parent_run(struct worker *w)
{
	struct parent p = { .worker = w,
		.child = { { .role = MSG_ENGINE, .run = engine_proc_run },
		    { .role = MSG_RECORDER, .run = rec_proc_run },
		    { .role = MSG_STORE, .run = store_proc_run } } };
	const struct drop_plan plan = { .role = MSG_PARENT, .dir_fd = -1 };
	struct drop_done done;
	int signal_fd;

	if (port_free(w->sip) != ERR_OK || (signal_fd = open_signals()) == -1 ||
	    drop_now(&plan, &done) != ERR_OK)
		return 1;
	for (size_t i = 0; i < CHILDREN; i++)
		p.child[i].worker = w;
	for (size_t i = CHILDREN; i-- > 0;) /* the engine comes last */
		if (start(&p, &p.child[i]) != ERR_OK)
			return 1; /* the others see our end */
	while (p.phase == RUNNING || any_running(&p))
		turn(&p, signal_fd);
	log_info("parent: stopped");
	return p.failed ? 1 : 0;
}
