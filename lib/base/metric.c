#include "lib/base/metric.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/slice.h"

#define PAGE_BYTES 4096
#define PATH_BYTES 256

_Static_assert(METRIC_COUNT * sizeof(uint64_t) <= PAGE_BYTES,
    "all counters fit the page");

static const struct {
	const char *name;
	const char *labels;
	const char *help;
} metrics[METRIC_COUNT] = {
#define METRIC_ROW(id, name, labels, help) { (name), (labels), (help) },
	METRICS(METRIC_ROW)
#undef METRIC_ROW
};

/* Until a page is there nothing is counted. The one global of the room besides
 * the log's: a counter must be at hand wherever something happens. */
static _Atomic(uint64_t) *page;

static bool make_path(char out[PATH_BYTES], const char *run_dir,
    const char *program)
{
	const int n =
	    snprintf(out, PATH_BYTES, "%s/metric.%s", run_dir, program);

	return n > 0 && n < PATH_BYTES;
}

static void *map(int fd)
{
	void *p;

	/* Not only its length: a page that has no place on a full disk is a
	 * SIGBUS for whoever counts first. */
	errno = posix_fallocate(fd, 0, PAGE_BYTES);
	if (errno != 0)
		return MAP_FAILED;
	p = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return p;
}

enum err metric_open(const char *run_dir, const char *program)
{
	char path[PATH_BYTES];
	void *p;
	int fd;

	if (!make_path(path, run_dir, program))
		return ERR_IO;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd == -1) {
		log_sys("metric: open %s", path);
		return ERR_IO;
	}
	p = map(fd);
	if (p == MAP_FAILED)
		log_sys("metric: map %s", path);
	(void)close(fd); /* the mapping stays */
	if (p == MAP_FAILED)
		return ERR_IO;
	page = p;
	return ERR_OK;
}

void metric_add(enum metric m, uint64_t n)
{
	if (page != NULL && m < METRIC_COUNT)
		(void)atomic_fetch_add_explicit(&page[m], n,
		    memory_order_relaxed);
}

enum err metric_read(const char *run_dir, const char *program,
    uint64_t out[METRIC_COUNT])
{
	uint64_t got[METRIC_COUNT];
	char path[PATH_BYTES];
	ssize_t n;
	int fd;

	if (!make_path(path, run_dir, program))
		return ERR_IO;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1)
		return errno == ENOENT ? ERR_NOTFOUND : ERR_IO;
	n = read(fd, got, sizeof(got));
	(void)close(fd); /* read only: nothing can be lost */
	if (n != (ssize_t)sizeof(got))
		return n == 0 ? ERR_NOTFOUND : ERR_IO;
	memcpy(out, got, sizeof(got));
	return ERR_OK;
}

const char *metric_name(enum metric m)
{
	return m < METRIC_COUNT ? metrics[m].name : "";
}

const char *metric_labels(enum metric m)
{
	return m < METRIC_COUNT ? metrics[m].labels : "";
}

const char *metric_help(enum metric m)
{
	return m < METRIC_COUNT ? metrics[m].help : "";
}

bool metric_is_time(enum metric m)
{
	return slice_ends(slice_from(metric_name(m)), SLICE("_seconds_total"));
}
