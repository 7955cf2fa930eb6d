/*
 * worker.h - what the worker's processes have in common.
 */
#ifndef RT_SIPWORKER_WORKER_H
#define RT_SIPWORKER_WORKER_H

#include "lib/base/addr4.h"
#include "lib/base/settings.h"
#include "sipworker/beat.h"
#include "sipworker/priv/chan.h"

#define WORKER_THREADS_MAX 4 /* of the media */

struct worker {
	struct settings settings;
	struct addr4 sip;       /* bound */
	struct addr4 announced; /* in Via, Contact and SDP */
	bool stay;              /* as root: keep the user, see worker_init() */
	unsigned int threads;   /* of the media */
	void *ring;             /* shared by engine and recorder */
	void *dialogs;          /* of one engine for the next; NULL: none */
	struct beat *beat;      /* shared by all; NULL: not watched */
};

/* Checks addresses and ports, raises the limit of open files as far as it goes,
 * and maps the shared memory. As root with folders
 * that belong to root nobody else could write them: then the user stays, and a
 * warning says so. What is wrong is logged. */
RT_MUST_USE enum err worker_init(struct worker *w, const struct settings *s);

/* The last thing before anything from outside is read: see drop.h. root: where
 * to chroot, NULL for the empty folder. As root, before that: the process's
 * share of the processors. */
RT_MUST_USE enum err worker_drop(const struct worker *w, enum msg_role role,
    const char *root, int dir_fd);

/* A descriptor for epoll with this tag. ERR_IO: logged. */
RT_MUST_USE enum err worker_watch(int epoll_fd, int fd, uint32_t events,
    uint64_t tag);

/* A peer of the process: its channel, watched under a tag. */
struct worker_peer {
	struct chan *chan; /* NULL: not there */
	enum msg_role me;
	enum msg_role role;
	int epoll_fd;
	uint64_t tag;
	bool writing; /* EPOLLOUT is asked for */
};

/* Takes fd as the peer's channel in place of the one before. */
RT_MUST_USE enum err worker_peer_set(struct worker_peer *p, int fd);
/* As worker_peer_set(); ends the process when that fails, as a kill would: the
 * parent connects two processes once, when one of them starts. */
void worker_peer_need(struct worker_peer *p, int fd);
void worker_peer_drop(struct worker_peer *p);
/* Sends; false when the peer is not there, gone or choked. */
bool worker_peer_send(struct worker_peer *p, const struct msg *m,
    const int *fds);
/* Its socket takes bytes again. */
void worker_peer_writable(struct worker_peer *p);

#endif
