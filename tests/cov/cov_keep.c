/*
 * cov_keep.c - lets processes without rights write their coverage counts.
 *
 * Linked into the programs of V=cov only, with --wrap for each name below. A
 * process of sipworker gives up the file system before it reads a byte from
 * outside, and ends with _exit(), so its counts would be lost, and so would
 * those of a process that becomes another program. Here the filter and the set
 * of folders are built but not put in force, _exit() and execv() write the
 * counts, and the files of counts are opened beside the new root. That the
 * rights do go is shown by tests/unit/test_drop.c, which is linked without this
 * file, and by tests/sip in the other variants.
 */
#include <fcntl.h>
#include <seccomp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/rt.h"

void __gcov_dump(void);
void __real__exit(int status) RT_NORETURN;
void __wrap__exit(int status) RT_NORETURN;
int __real_chroot(const char *path);
int __wrap_chroot(const char *path);
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_execv(const char *path, char *const argv[]);
int __wrap_execv(const char *path, char *const argv[]);
int __wrap_seccomp_load(scmp_filter_ctx ctx);
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

static int old_root = -1;
static bool dumping;

void __wrap__exit(int status)
{
	dumping = true;
	__gcov_dump();
	__real__exit(status);
}

int __wrap_execv(const char *path, char *const argv[])
{
	__gcov_dump();
	return __real_execv(path, argv);
}

int __wrap_chroot(const char *path)
{
	old_root = __real_open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return __real_chroot(path);
}

int __wrap_open(const char *path, int flags, ...)
{
	va_list more;
	int mode;

	va_start(more, flags);
	mode = (flags & O_CREAT) != 0 ? va_arg(more, int) : 0;
	va_end(more);
	if (dumping && old_root != -1 && path[0] == '/')
		return openat(old_root, path + 1, flags, mode);
	return __real_open(path, flags, mode);
}

int __wrap_seccomp_load(scmp_filter_ctx ctx)
{
	(void)ctx;
	return 0;
}

/* All that calls it here takes four arguments at most. */
long __wrap_syscall(long number, ...)
{
	long arg[4];
	va_list more;

	va_start(more, number);
	for (int i = 0; i < 4; i++)
		arg[i] = va_arg(more, long);
	va_end(more);
	return number == SYS_landlock_restrict_self
		   ? 0
		   : __real_syscall(number, arg[0], arg[1], arg[2], arg[3]);
}
