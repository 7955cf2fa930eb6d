/*
 * later.h - answers that wait for something without holding a thread.
 *
 * A handler that cannot answer yet keeps r->later, says resp_later(), and
 * returns. When what it waited for is there, any thread calls later_ready(),
 * once; the thread that served the request then goes on with it. Many at
 * once cost each serving thread one awakening.
 */
#ifndef RT_CGI_WEB_LATER_H
#define RT_CGI_WEB_LATER_H

#include <pthread.h>

#include "lib/base/err.h"

/* Serving threads of a program, at most. */
#define LATER_BOXES_MAX 16

/* One waiting answer; owned by its connection. */
struct later {
	struct later *next;
	struct later_box *box; /* of its thread */
};

/* Where a thread finds those that are ready. */
struct later_box {
	pthread_mutex_t mu;
	struct later *ready;
	struct later **end;
	int fd; /* readable when ready is not empty; for epoll */
};

/* ERR_IO, logged. */
RT_MUST_USE enum err later_box_init(struct later_box *b);
void later_box_fini(struct later_box *b);
/* Takes all, in the order they became ready; NULL: none. */
struct later *later_box_take(struct later_box *b);
/* Wakes the thread though nothing is ready. */
void later_box_wake(struct later_box *b);

/* A list linked through next, of any number of threads. Nothing of it may be
 * used afterwards. */
void later_ready(struct later *list);

#endif
