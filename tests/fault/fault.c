/*
 * fault.c - lets one call of a program fail, from outside.
 *
 * Loaded before libc (LD_PRELOAD) into the program that RT_FAULT_PROGRAM names
 * and what it forks. Each call below that our own code makes (a library's own
 * do not count) is a *place*: which function, called from which chain of return
 * addresses. Places are noted in the file RT_FAULT_FILE, which the test shares
 * (tests/support/fault.mjs); the test arms one of them, and the next call from
 * there fails as the kernel could let it fail. It works on running processes,
 * below their system call filter too, since it makes no call of its own. The
 * same file sets the program's wall clock, as an operator or a time server
 * does.
 *
 * A call of MariaDB's client does not fail by itself: its connection is cut
 * first, and what the library says of that is what the program gets.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <mysql.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DEPTH  4    /* return addresses that make a place */
#define PLACES 4096 /* a power of two; what is more is not noted */

/* Beside errno's values, what `error` may say. */
#define HALF -1 /* read and write: half of it */
#define LOOP -2 /* goes round in the call until nothing is armed any more */

/* Also in tests/support/fault.mjs. */
struct place {
	char call[24];
	uint32_t from[DEPTH]; /* offsets in the program; 0: not ours */
	_Atomic uint32_t key; /* 0: no place yet */
	_Atomic uint32_t calls;
};

struct shared {
	_Atomic uint32_t armed; /* key; 0: nothing fails */
	_Atomic uint32_t skip;  /* so many calls pass before */
	_Atomic uint32_t times; /* so many fail */
	_Atomic int32_t error;
	_Atomic uint32_t fired; /* so many have */
	_Atomic uint32_t lock;
	_Atomic int64_t clock_s; /* by how much the wall's clock is set */
	struct place place[PLACES];
};

static struct shared *shared; /* NULL: not this program */
static uintptr_t base;        /* where the program was loaded */
static uintptr_t low, high;   /* its code */

static int find_program(struct dl_phdr_info *info, size_t n, void *arg)
{
	(void)n;
	(void)arg;
	base = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type == PT_LOAD && (p->p_flags & PF_X) != 0) {
			low = info->dlpi_addr + p->p_vaddr;
			high = low + p->p_memsz;
		}
	}
	return 1; /* the first is the program */
}

static void __attribute__((constructor)) begin(void)
{
	const char *program = getenv("RT_FAULT_PROGRAM");
	const char *path = getenv("RT_FAULT_FILE");
	char self[4096];
	const char *name;
	ssize_t n;
	void *p;
	int fd;

	if (program == NULL || path == NULL)
		return;
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n <= 0)
		return;
	self[n] = '\0';
	name = strrchr(self, '/');
	if (name == NULL || strcmp(name + 1, program) != 0)
		return;
	(void)dl_iterate_phdr(find_program, NULL);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd == -1)
		return;
	p = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
	    0);
	(void)close(fd);
	if (p != MAP_FAILED)
		shared = p;
}

/* The place's slot, new or not; NULL: there are too many. */
static struct place *note(const char *call, uint32_t key,
    const uint32_t from[DEPTH])
{
	for (uint32_t i = 0; i < PLACES; i++) {
		struct place *p = &shared->place[(key + i) % PLACES];

		if (p->key == key)
			return p;
		if (p->key != 0)
			continue;
		while (atomic_exchange(&shared->lock, 1) != 0)
			;
		if (p->key == 0) {
			memcpy(p->call, call,
			    strnlen(call, sizeof(p->call) - 1));
			memcpy(p->from, from, sizeof(p->from));
			p->key = key;
		}
		shared->lock = 0;
		if (p->key == key)
			return p;
	}
	return NULL;
}

static bool take(_Atomic uint32_t *left)
{
	uint32_t n = *left;

	while (n > 0 && !atomic_compare_exchange_weak(left, &n, n - 1))
		;
	return n > 0;
}

/* True: this call fails; errno is set. */
static bool fails(const char *call, const void *frame)
{
	uint32_t from[DEPTH] = { 0 };
	uint32_t key = 2166136261U;
	const uintptr_t *fp = frame;
	struct place *p;

	for (int i = 0; i < DEPTH; i++) {
		const uintptr_t back = fp[1];
		const uintptr_t *next = (const uintptr_t *)fp[0];

		if (back < low || back >= high)
			break;
		from[i] = (uint32_t)(back - base);
		key = (key ^ from[i]) * 16777619U;
		if (next <= fp || next > fp + (1 << 17) ||
		    ((uintptr_t)next & 7) != 0)
			break; /* code without frames */
		fp = next;
	}
	if (from[0] == 0)
		return false;
	for (const char *c = call; *c != '\0'; c++)
		key = (key ^ (uint32_t)*c) * 16777619U;
	key += key == 0;
	if ((p = note(call, key, from)) == NULL)
		return false;
	atomic_fetch_add(&p->calls, 1);
	if (shared->armed != key || take(&shared->skip) ||
	    !take(&shared->times))
		return false;
	atomic_fetch_add(&shared->fired, 1);
	if (shared->error == LOOP) {
		while (shared->armed == key)
			;
		return false;
	}
	errno = shared->error;
	return true;
}

#define HERE(call) (shared != NULL && fails(call, __builtin_frame_address(0)))

/* The function that would have been called without us. */
#define NEXT(name)                                     \
	static __typeof__(name) *next;                 \
	if (next == NULL) {                            \
		void *found = dlsym(RTLD_NEXT, #name); \
		memcpy(&next, &found, sizeof(next));   \
	}

#define CALL(type, name, params, args, bad) \
	type name params                    \
	{                                   \
		NEXT(name)                  \
		if (HERE(#name))            \
			return bad;         \
		return next args;           \
	}

/* --- the clock -------------------------------------------------------------*/

int clock_gettime(clockid_t clock, struct timespec *out)
{
	NEXT(clock_gettime)
	const int rc = next(clock, out);

	if (shared != NULL && rc == 0 && clock == CLOCK_REALTIME)
		out->tv_sec += shared->clock_s;
	return rc;
}

/* --- files -----------------------------------------------------------------*/

CALL(int, fsync, (int fd), (fd), -1)
CALL(int, fdatasync, (int fd), (fd), -1)
CALL(int, ftruncate, (int fd, off_t n), (fd, n), -1)
CALL(int, fstat, (int fd, struct stat *st), (fd, st), -1)
CALL(int, stat, (const char *path, struct stat *st), (path, st), -1)
CALL(int, fstatat, (int fd, const char *path, struct stat *st, int flags),
    (fd, path, st, flags), -1)
CALL(int, access, (const char *path, int mode), (path, mode), -1)
CALL(int, flock, (int fd, int op), (fd, op), -1)
CALL(int, unlink, (const char *path), (path), -1)
CALL(int, unlinkat, (int fd, const char *path, int flags), (fd, path, flags),
    -1)
CALL(int, rename, (const char *from, const char *to), (from, to), -1)
CALL(int, renameat, (int fd, const char *from, int to_fd, const char *to),
    (fd, from, to_fd, to), -1)
CALL(int, mkdir, (const char *path, mode_t mode), (path, mode), -1)
CALL(int, mkdirat, (int fd, const char *path, mode_t mode), (fd, path, mode),
    -1)
CALL(int, mkstemp, (char *path), (path), -1)
CALL(int, chmod, (const char *path, mode_t mode), (path, mode), -1)
CALL(int, fchmod, (int fd, mode_t mode), (fd, mode), -1)
CALL(int, chown, (const char *path, uid_t uid, gid_t gid), (path, uid, gid), -1)
CALL(int, memfd_create, (const char *name, unsigned int flags), (name, flags),
    -1)
CALL(off_t, lseek, (int fd, off_t at, int whence), (fd, at, whence), -1)
CALL(void *, mmap,
    (void *at, size_t n, int prot, int flags, int fd, off_t offset),
    (at, n, prot, flags, fd, offset), MAP_FAILED)
CALL(DIR *, opendir, (const char *path), (path), NULL)
CALL(DIR *, fdopendir, (int fd), (fd), NULL)
CALL(FILE *, fopen, (const char *path, const char *mode), (path, mode), NULL)
CALL(int, fflush, (FILE * f), (f), EOF)
CALL(char *, realpath, (const char *path, char *out), (path, out), NULL)

static mode_t mode_of(int flags, va_list more)
{
	return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
	NEXT(open)
	va_list more;
	mode_t mode;

	va_start(more, flags);
	mode = mode_of(flags, more);
	va_end(more);
	if (HERE("open"))
		return -1;
	return next(path, flags, mode);
}

int openat(int fd, const char *path, int flags, ...)
{
	NEXT(openat)
	va_list more;
	mode_t mode;

	va_start(more, flags);
	mode = mode_of(flags, more);
	va_end(more);
	if (HERE("openat"))
		return -1;
	return next(fd, path, flags, mode);
}

/* Fails whole, or moves the half. */
#define MOVE(name, params, args, half_args)                 \
	ssize_t name params                                 \
	{                                                   \
		NEXT(name)                                  \
		if (fd <= STDERR_FILENO || !HERE(#name))    \
			return next args;                   \
		return errno == HALF ? next half_args : -1; \
	}

MOVE(read, (int fd, void *p, size_t n), (fd, p, n), (fd, p, (n + 1) / 2))
MOVE(write, (int fd, const void *p, size_t n), (fd, p, n), (fd, p, (n + 1) / 2))
MOVE(pread, (int fd, void *p, size_t n, off_t at), (fd, p, n, at),
    (fd, p, (n + 1) / 2, at))
MOVE(pwrite, (int fd, const void *p, size_t n, off_t at), (fd, p, n, at),
    (fd, p, (n + 1) / 2, at))

/* --- sockets and what waits on them --------------------------------------*/

CALL(int, socket, (int domain, int type, int proto), (domain, type, proto), -1)
CALL(int, socketpair, (int domain, int type, int proto, int fds[2]),
    (domain, type, proto, fds), -1)
CALL(int, bind, (int fd, const struct sockaddr *at, socklen_t n), (fd, at, n),
    -1)
CALL(int, listen, (int fd, int n), (fd, n), -1)
CALL(int, connect, (int fd, const struct sockaddr *at, socklen_t n),
    (fd, at, n), -1)
CALL(int, accept4, (int fd, struct sockaddr *at, socklen_t *n, int flags),
    (fd, at, n, flags), -1)
CALL(int, setsockopt, (int fd, int level, int name, const void *p, socklen_t n),
    (fd, level, name, p, n), -1)
CALL(ssize_t, send, (int fd, const void *p, size_t n, int flags),
    (fd, p, n, flags), -1)
CALL(ssize_t, sendto,
    (int fd, const void *p, size_t n, int flags, const struct sockaddr *to,
	socklen_t to_n),
    (fd, p, n, flags, to, to_n), -1)
CALL(ssize_t, sendmsg, (int fd, const struct msghdr *h, int flags),
    (fd, h, flags), -1)
CALL(ssize_t, recv, (int fd, void *p, size_t n, int flags), (fd, p, n, flags),
    -1)
CALL(ssize_t, recvfrom,
    (int fd, void *p, size_t n, int flags, struct sockaddr *from,
	socklen_t *from_n),
    (fd, p, n, flags, from, from_n), -1)
CALL(ssize_t, recvmsg, (int fd, struct msghdr *h, int flags), (fd, h, flags),
    -1)
CALL(int, poll, (struct pollfd * fds, nfds_t n, int ms), (fds, n, ms), -1)
CALL(int, epoll_create1, (int flags), (flags), -1)
CALL(int, epoll_ctl, (int fd, int op, int of, struct epoll_event *e),
    (fd, op, of, e), -1)
CALL(int, epoll_wait, (int fd, struct epoll_event *e, int n, int ms),
    (fd, e, n, ms), -1)
CALL(int, eventfd, (unsigned int n, int flags), (n, flags), -1)
CALL(int, timerfd_create, (int clock, int flags), (clock, flags), -1)
CALL(int, timerfd_settime,
    (int fd, int flags, const struct itimerspec *at, struct itimerspec *old),
    (fd, flags, at, old), -1)
CALL(int, signalfd, (int fd, const sigset_t *set, int flags), (fd, set, flags),
    -1)
CALL(int, pipe, (int fds[2]), (fds), -1)

/* --- processes, threads, memory ------------------------------------------*/

CALL(pid_t, fork, (void), (), -1)
CALL(int, dup2, (int fd, int to), (fd, to), -1)
CALL(pid_t, waitpid, (pid_t pid, int *status, int flags), (pid, status, flags),
    -1)

/* Landlock's, which has no names in libc; of six words like all of them. */
long syscall(long number, ...)
{
	NEXT(syscall)
	long arg[6];
	va_list more;

	va_start(more, number);
	for (int i = 0; i < 6; i++)
		arg[i] = va_arg(more, long);
	va_end(more);
	if (HERE("syscall"))
		return -1;
	return next(number, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
}

CALL(int, pthread_create,
    (pthread_t * t, const pthread_attr_t *a, void *(*run)(void *), void *arg),
    (t, a, run, arg), errno)
/* libc's own names: dlsym() asks for memory itself. In a program with the
 * address sanitizer that one's are found first. */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

void *malloc(size_t n)
{
	return HERE("malloc") ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	return HERE("calloc") ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	return HERE("realloc") ? NULL : __libc_realloc(p, n);
}

/* --- libraries -----------------------------------------------------------*/

static void cut(MYSQL *db)
{
	(void)shutdown((int)mysql_get_socket(db), SHUT_RDWR);
}

#define QUERY(type, name, params, args, db) \
	type STDCALL name params            \
	{                                   \
		NEXT(name)                  \
		if (HERE(#name))            \
			cut(db);            \
		return next args;           \
	}

QUERY(int, mysql_stmt_prepare, (MYSQL_STMT * s, const char *p, unsigned long n),
    (s, p, n), s->mysql)
QUERY(int, mysql_stmt_execute, (MYSQL_STMT * s), (s), s->mysql)
QUERY(int, mysql_stmt_fetch, (MYSQL_STMT * s), (s), s->mysql)
QUERY(int, mysql_real_query, (MYSQL * db, const char *p, unsigned long n),
    (db, p, n), db)
QUERY(int, mysql_ping, (MYSQL * db), (db), db)

void *sf_open_fd(int fd, int mode, void *info, int close_it);
int64_t sf_write_raw(void *f, const void *p, int64_t n);
int64_t sf_seek(void *f, int64_t n, int whence);
void *curl_easy_init(void);
void *curl_multi_init(void);
void *curl_url(void);
void *curl_slist_append(void *list, const char *text);

CALL(void *, sf_open_fd, (int fd, int mode, void *info, int close_it),
    (fd, mode, info, close_it), NULL)
CALL(int64_t, sf_write_raw, (void *f, const void *p, int64_t n), (f, p, n), 0)
CALL(int64_t, sf_seek, (void *f, int64_t n, int whence), (f, n, whence), -1)
CALL(void *, curl_easy_init, (void), (), NULL)
CALL(void *, curl_multi_init, (void), (), NULL)
CALL(void *, curl_url, (void), (), NULL)
CALL(void *, curl_slist_append, (void *list, const char *text), (list, text),
    NULL)
