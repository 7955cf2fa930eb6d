#include "cgi/web/later.h"

#include <stdbool.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/base/log.h"

enum err later_box_init(struct later_box *b)
{
	b->ready = NULL;
	b->end = &b->ready;
	b->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (b->fd == -1) {
		log_sys("later: eventfd");
		return ERR_IO;
	}
	(void)pthread_mutex_init(&b->mu, NULL); /* cannot fail on Linux */
	return ERR_OK;
}

void later_box_fini(struct later_box *b)
{
	(void)close(b->fd);
	(void)pthread_mutex_destroy(&b->mu);
}

struct later *later_box_take(struct later_box *b)
{
	struct later *list;
	eventfd_t n;

	(void)eventfd_read(b->fd, &n); /* nothing there: fine */
	(void)pthread_mutex_lock(&b->mu);
	list = b->ready;
	b->ready = NULL;
	b->end = &b->ready;
	(void)pthread_mutex_unlock(&b->mu);
	return list;
}

void later_box_wake(struct later_box *b)
{
	(void)eventfd_write(b->fd, 1); /* fails only when it is readable */
}

/* True: the box was empty, so its thread may be asleep. */
static bool put(struct later *l)
{
	struct later_box *b = l->box;
	bool first;

	l->next = NULL;
	(void)pthread_mutex_lock(&b->mu);
	first = b->ready == NULL;
	*b->end = l;
	b->end = &l->next;
	(void)pthread_mutex_unlock(&b->mu);
	return first;
}

void later_ready(struct later *list)
{
	struct later_box *asleep[LATER_BOXES_MAX];
	size_t n = 0;

	while (list != NULL) {
		struct later *l = list;
		struct later_box *b = l->box;

		list = l->next; /* l is its thread's once it was put */
		if (!put(l))
			continue;
		/* A box that is emptied while we fill it is woken again. */
		if (n == LATER_BOXES_MAX) {
			later_box_wake(b);
			continue;
		}
		asleep[n++] = b;
	}
	for (size_t i = 0; i < n; i++)
		later_box_wake(asleep[i]);
}
