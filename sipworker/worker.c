#include "sipworker/worker.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "sipworker/engine_dlgs.h"
#include "sipworker/priv/drop.h"
#include "sipworker/priv/ring.h"

/* Folders that only root may write. */
static bool is_roots(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_uid == 0;
}

static enum err addresses(struct worker *w)
{
	const struct settings *s = &w->settings;
	const uint16_t port = (uint16_t)s->sip_port;

	if (addr4_parse(slice_from(s->sip_address), port, &w->sip) != ERR_OK) {
		log_error("sipworker: sip_address is no IPv4 address: %s",
		    s->sip_address);
		return ERR_SYNTAX;
	}
	w->sip.port = port;
	w->announced = w->sip;
	if (s->sip_advertised[0] != '\0' &&
	    addr4_parse(slice_from(s->sip_advertised), port, &w->announced) !=
		ERR_OK) {
		log_error("sipworker: sip_advertised is no IPv4 address: %s",
		    s->sip_advertised);
		return ERR_SYNTAX;
	}
	if (s->rtp_port_min % 2 != 0 || s->rtp_port_min >= s->rtp_port_max) {
		log_error(
		    "sipworker: rtp_port_min must be even and below "
		    "rtp_port_max");
		return ERR_RANGE;
	}
	return ERR_OK;
}

/* One processor stays for signalling, recordings and the database; a thread
 * that shares its own with another only costs switches. */
static unsigned int media_threads(void)
{
	cpu_set_t set;
	unsigned int n = 1;

	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		n = (unsigned int)CPU_COUNT(&set) - 1;
	if (n > WORKER_THREADS_MAX)
		n = WORKER_THREADS_MAX;
	return n == 0 ? 1 : n;
}

/* What a shell or a service manager allows at first is enough for some 170
 * calls; what it would allow is up to us. */
static void raise_files(uint64_t calls)
{
	const uint64_t want = calls * SETTINGS_CALL_FILES + SETTINGS_SIP_FILES;
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) == -1)
		return;
	l.rlim_cur = l.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &l) == -1)
		log_sys("sipworker: raise the limit of open files");
	else if (l.rlim_max < want)
		log_warn(
		    "sipworker: the limit of open files is %llu, max_calls "
		    "%llu may want %llu",
		    (unsigned long long)l.rlim_max, (unsigned long long)calls,
		    (unsigned long long)want);
}

/* Zeroed memory that the children will have in common; it stays mapped, and
 * what is never touched costs nothing. */
static void *share(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p != MAP_FAILED)
		return p;
	log_sys("sipworker: shared memory bytes=%zu", bytes);
	return NULL;
}

enum err worker_init(struct worker *w, const struct settings *s)
{
	size_t n;
	enum err e;

	*w = (struct worker){ .settings = *s, .threads = media_threads() };
	n = ring_bytes(w->threads, (unsigned int)s->max_calls);
	if ((e = addresses(w)) != ERR_OK)
		return e;
	w->stay = geteuid() == 0 && is_roots(s->recordings_dir) &&
		  is_roots(s->journal_dir);
	if (w->stay)
		log_warn(
		    "sipworker: the folders of recordings and journal "
		    "belong to root, so all processes stay root");
	raise_files(s->max_calls);
	w->ring = share(n);
	w->dialogs = share(engine_dlgs_bytes((uint32_t)s->max_calls));
	w->beat = share(sizeof(*w->beat));
	return w->ring == NULL || w->dialogs == NULL || w->beat == NULL
		   ? ERR_NOMEM
		   : ERR_OK;
}

/* What a caller waits for goes before what may be done later, on the processors
 * that it shares with the database. An ordinary user may not ask for that. */
static void prefer(enum msg_role role)
{
	static const int nice[MSG_ROLE_COUNT] = { [MSG_ENGINE] = -11,
		[MSG_STORE] = -10,
		[MSG_RECORDER] = -5 };

	if (geteuid() == 0 && setpriority(PRIO_PROCESS, 0, nice[role]) == -1)
		log_info("%s: priority stays", msg_role_name(role));
}

enum err worker_drop(const struct worker *w, enum msg_role role,
    const char *root, int dir_fd)
{
	char empty[SETTINGS_PATH_MAX + 8];
	struct drop_plan plan = { .role = role,
		.user = w->stay ? NULL : w->settings.user,
		.root = root,
		.dir_fd = dir_fd };
	struct drop_done done;
	enum err e;

	/* What ps and /proc call it. */
	(void)prctl(PR_SET_NAME, msg_role_name(role), 0, 0, 0);
	prefer(role);
	if (root == NULL && geteuid() == 0 && !w->stay) {
		(void)snprintf(empty, sizeof(empty), "%s/empty",
		    w->settings.run_dir);
		if (mkdir(empty, 0555) == -1 && errno != EEXIST) {
			log_sys("sipworker: create %s", empty);
			return ERR_IO;
		}
		plan.root = empty;
	}
	if ((e = drop_now(&plan, &done)) != ERR_OK)
		return e;
	log_info("%s: started pid=%d user=%s landlock=%d seccomp=yes",
	    msg_role_name(role), (int)getpid(),
	    done.user ? w->settings.user : "unchanged", done.landlock);
	return ERR_OK;
}

enum err worker_watch(int epoll_fd, int fd, uint32_t events, uint64_t tag)
{
	struct epoll_event ev = { .events = events };

	ev.data.u64 = tag;
	if (fd == -1 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &ev) == -1) {
		log_sys("sipworker: epoll");
		return ERR_IO;
	}
	return ERR_OK;
}

static void rewatch(int epoll_fd, int fd, uint32_t events, uint64_t tag)
{
	struct epoll_event ev = { .events = events };

	ev.data.u64 = tag;
	if (epoll_ctl(epoll_fd, EPOLL_CTL_MOD, fd, &ev) == -1)
		log_sys("sipworker: epoll");
}

enum err worker_peer_set(struct worker_peer *p, int fd)
{
	enum err e;

	worker_peer_drop(p);
	if ((e = chan_new(&p->chan, fd, p->me, p->role)) != ERR_OK)
		return e;
	e = worker_watch(p->epoll_fd, fd, EPOLLIN, p->tag);
	if (e != ERR_OK)
		worker_peer_drop(p);
	return e;
}

void worker_peer_need(struct worker_peer *p, int fd)
{
	if (worker_peer_set(p, fd) == ERR_OK)
		return;
	log_error("%s: cannot reach %s, so it starts again",
	    msg_role_name(p->me), msg_role_name(p->role));
	_exit(1);
}

void worker_peer_drop(struct worker_peer *p)
{
	chan_free(p->chan); /* closing takes it out of epoll */
	p->chan = NULL;
	p->writing = false;
}

static void set_writing(struct worker_peer *p)
{
	const bool wanted = chan_waiting(p->chan);

	if (wanted == p->writing)
		return;
	p->writing = wanted;
	rewatch(p->epoll_fd, chan_fd(p->chan),
	    wanted ? EPOLLIN | EPOLLOUT : EPOLLIN, p->tag);
}

bool worker_peer_send(struct worker_peer *p, const struct msg *m,
    const int *fds)
{
	enum err e;

	if (p->chan == NULL)
		return false;
	e = chan_send(p->chan, m, fds);
	if (e == ERR_OK)
		set_writing(p);
	else if (e != ERR_CLOSED) /* its end is seen by the loop */
		log_error("%s: message lost kind=%s to=%s: %s",
		    msg_role_name(p->me), msg_name(m->kind),
		    msg_role_name(p->role), err_name(e));
	return e == ERR_OK;
}

void worker_peer_writable(struct worker_peer *p)
{
	if (p->chan != NULL && chan_flush(p->chan) == ERR_OK)
		set_writing(p);
}
