/*
 * cov_keep.c - lets processes without rights write their coverage counts.
 *
 * Linked into the programs of V=cov only, with --wrap for each name below. A
 * process of sipworker gives up the file system before it reads a byte from
 * outside, and ends with _exit(), so its counts would be lost. Here the filter
 * is built but not loaded, the root stays, and _exit() writes the counts. That
 * the rights do go is shown by tests/unit/test_drop.c, which is linked without
 * this file, and by tests/sip in the other variants.
 */
#include <seccomp.h>
#include <stddef.h>

#include "lib/base/rt.h"
#include "sipworker/priv/drop_landlock.h"

void __gcov_dump(void);
void __real__exit(int status) RT_NORETURN;
void __wrap__exit(int status) RT_NORETURN;
int __wrap_chroot(const char *path);
int __wrap_seccomp_load(scmp_filter_ctx ctx);
enum err __wrap_drop_landlock(int dir_fd, int *version);

void __wrap__exit(int status)
{
	__gcov_dump();
	__real__exit(status);
}

int __wrap_chroot(const char *path)
{
	(void)path;
	return 0;
}

int __wrap_seccomp_load(scmp_filter_ctx ctx)
{
	(void)ctx;
	return 0;
}

enum err __wrap_drop_landlock(int dir_fd, int *version)
{
	(void)dir_fd;
	*version = 0;
	return ERR_OK;
}
