#include "ctl/ctl_tail.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/ctl_say.h"
#include "lib/base/log.h"
#include "lib/base/slice.h"

/* What makes a line worth showing where not all are: the words of MariaDB's,
 * nginx's and our own logs. */
static const char *const loud[] = { "[ERROR]", "[emerg]", "[alert]", "[crit]",
	"[error]", " error ", " warn ", "guard:" };

static bool worth_showing(const struct ctl_tail *t)
{
	const struct slice line = slice_of(t->line, t->line_n);

	if (t->all)
		return true;
	for (size_t i = 0; i < RT_ARRAY_LEN(loud); i++)
		if (slice_find_slice(line, slice_from(loud[i])) < line.n)
			return true;
	return false;
}

static void end_line(struct ctl_tail *t)
{
	char out[CTL_TAIL_LINE_MAX + 64];
	int n;

	if (t->line_n == 0)
		return;
	t->line[t->line_n] = '\0';
	memcpy(t->last, t->line, t->line_n + 1);
	if (worth_showing(t)) {
		n = snprintf(out, sizeof(out), "%-9s | %s\n", t->name, t->line);
		if (n > 0)
			ctl_say(out, (size_t)n);
	}
	t->line_n = 0;
}

static void feed(struct ctl_tail *t, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const unsigned char c = (unsigned char)p[i];

		if (c == '\n')
			end_line(t);
		else if (t->line_n < sizeof(t->line) - 1)
			t->line[t->line_n++] =
			    c < 0x20 || c == 0x7f ? ' ' : p[i];
	}
}

static void log_name(const struct ctl_tail *t, const char *suffix, char *out,
    size_t cap)
{
	(void)snprintf(out, cap, "%s.log%s", t->name, suffix);
}

/* Writers append to the same open file, so it is copied and emptied rather
 * than renamed. */
static void rotate(struct ctl_tail *t)
{
	static char block[65536]; /* one supervisor, one thread */
	char old[64];
	off_t at = 0;
	ssize_t n;
	int fd;

	log_name(t, ".1", old, sizeof(old));
	fd = openat(t->dirfd, old, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0640);
	if (fd != -1) {
		while ((n = pread(t->fd, block, sizeof(block), at)) > 0) {
			if (write(fd, block, (size_t)n) != n)
				break; /* an old log is not worth a stop */
			at += n;
		}
		(void)close(fd);
	}
	if (ftruncate(t->fd, 0) == -1)
		log_sys("run: empty the log of %s", t->name);
	t->shown = 0;
}

enum err ctl_tail_open(struct ctl_tail *t, int dirfd, const char *name,
    bool all)
{
	char file[64];
	struct stat st;

	*t = (struct ctl_tail){ .name = name, .dirfd = dirfd, .all = all };
	log_name(t, "", file, sizeof(file));
	t->fd =
	    openat(dirfd, file, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (t->fd == -1 || fstat(t->fd, &st) == -1) {
		log_sys("run: open log %s", file);
		ctl_tail_close(t);
		return ERR_IO;
	}
	t->shown = st.st_size;
	return ERR_OK;
}

void ctl_tail_show(struct ctl_tail *t)
{
	char block[8192];
	ssize_t n;

	while ((n = pread(t->fd, block, sizeof(block), t->shown)) > 0) {
		feed(t, block, (size_t)n);
		t->shown += n;
	}
	if (t->shown > CTL_TAIL_MAX_BYTES)
		rotate(t);
}

void ctl_tail_close(struct ctl_tail *t)
{
	if (t->fd != -1)
		(void)close(t->fd);
	t->fd = -1;
}
