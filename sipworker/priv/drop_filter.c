#include "sipworker/priv/drop_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "lib/base/log.h"

#define NAME(call) SCMP_SYS(call)

/* What every process needs to run, wait, tell the time and end. */
static const int always[] = { NAME(read), NAME(write), NAME(readv),
	NAME(writev), NAME(pread64), NAME(pwrite64), NAME(close), NAME(lseek),
	NAME(fstat), NAME(munmap), NAME(mremap), NAME(madvise), NAME(brk),
	NAME(rt_sigaction), NAME(rt_sigprocmask), NAME(rt_sigreturn),
	NAME(rt_sigtimedwait), NAME(sigaltstack), NAME(futex),
	NAME(clock_gettime), NAME(clock_getres), NAME(clock_nanosleep),
	NAME(nanosleep), NAME(gettimeofday), NAME(time), NAME(getpid),
	NAME(gettid), NAME(getppid), NAME(getuid), NAME(geteuid), NAME(getgid),
	NAME(getegid), NAME(getrandom), NAME(epoll_create1), NAME(epoll_ctl),
	NAME(epoll_wait), NAME(epoll_pwait), NAME(eventfd2),
	NAME(timerfd_create), NAME(timerfd_settime), NAME(timerfd_gettime),
	NAME(poll), NAME(ppoll), NAME(select), NAME(pselect6), NAME(sendmsg),
	NAME(recvmsg), NAME(sendto), NAME(recvfrom), NAME(exit),
	NAME(exit_group), NAME(set_robust_list), NAME(rseq), NAME(sched_yield),
	NAME(sched_getaffinity), NAME(tgkill), NAME(getrusage),
	NAME(membarrier), NAME(restart_syscall), NAME(uname), NAME(sysinfo),
	NAME(prlimit64) };

static const int engine_calls[] = { NAME(bind), NAME(setsockopt),
	NAME(getsockopt), NAME(getsockname), NAME(connect), NAME(recvmmsg),
	NAME(sendmmsg) };

/* Files: Landlock and the user say which. */
static const int recorder_calls[] = { NAME(open), NAME(openat), NAME(mkdirat),
	NAME(renameat), NAME(renameat2), NAME(unlinkat), NAME(getdents64),
	NAME(newfstatat), NAME(statx), NAME(faccessat), NAME(faccessat2),
	NAME(fsync), NAME(fdatasync), NAME(ftruncate), NAME(stat),
	NAME(preadv2), NAME(fadvise64) };

static const int store_calls[] = { NAME(open), NAME(openat), NAME(unlinkat),
	NAME(getdents64), NAME(newfstatat), NAME(statx), NAME(stat),
	NAME(access), NAME(faccessat), NAME(fsync), NAME(fdatasync),
	NAME(ftruncate), NAME(memfd_create), NAME(connect), NAME(setsockopt),
	NAME(getsockopt), NAME(getsockname), NAME(getpeername), NAME(shutdown),
	NAME(ioctl), NAME(renameat), NAME(renameat2), NAME(setpriority),
	NAME(fstatfs) };

/* What the parent, and so everybody, never does: children inherit it, so it
 * can hold only what none of them may. */
static const int parent_never[] = { NAME(execve), NAME(execveat), NAME(ptrace),
	NAME(process_vm_readv), NAME(process_vm_writev), NAME(mount),
	NAME(umount2), NAME(pivot_root), NAME(init_module), NAME(finit_module),
	NAME(delete_module), NAME(kexec_load), NAME(bpf), NAME(perf_event_open),
	NAME(userfaultfd), NAME(keyctl), NAME(add_key), NAME(unshare),
	NAME(setns), NAME(reboot), NAME(swapon), NAME(listen), NAME(accept),
	NAME(accept4), NAME(io_uring_setup), NAME(open_by_handle_at) };

static int add_all(scmp_filter_ctx ctx, uint32_t action, const int *calls,
    size_t n)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = seccomp_rule_add(ctx, action, calls[i], 0);
	return rc;
}

/* Memory that is written is never run; threads, but no processes; names of
 * threads, but nothing else of prctl; descriptors' flags, no locks. */
static int add_narrow(scmp_filter_ctx ctx)
{
	static const unsigned int fcntls[] = { F_GETFD, F_SETFD, F_GETFL,
		F_SETFL, F_GET_SEALS, F_DUPFD_CLOEXEC };
	int rc;

	rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, NAME(mmap), 1,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (rc == 0)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, NAME(mprotect), 1,
		    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (rc == 0)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, NAME(clone), 1,
		    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	if (rc == 0) /* its flags lie in memory; libc falls back to clone */
		rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), NAME(clone3),
		    0);
	if (rc == 0)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, NAME(prctl), 1,
		    SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME, 0));
	for (size_t i = 0; rc == 0 && i < RT_ARRAY_LEN(fcntls); i++)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, NAME(fcntl), 1,
		    SCMP_A1(SCMP_CMP_EQ, fcntls[i], 0));
	return rc;
}

/* One family and type of socket; flags of the type do not matter. */
static int add_socket(scmp_filter_ctx ctx, unsigned int family,
    unsigned int type)
{
	return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, NAME(socket), 2,
	    SCMP_A0(SCMP_CMP_EQ, family, 0),
	    SCMP_A1(SCMP_CMP_MASKED_EQ, 0xff, type));
}

/* fstat() is newfstatat(fd, "", …, AT_EMPTY_PATH) in newer C libraries. */
static int add_fstat(scmp_filter_ctx ctx)
{
	return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, NAME(newfstatat), 1,
	    SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH));
}

static int add_child(scmp_filter_ctx ctx, enum msg_role role)
{
	int rc = add_all(ctx, SCMP_ACT_ALLOW, always, RT_ARRAY_LEN(always));

	if (rc == 0)
		rc = add_narrow(ctx);
	if (rc != 0)
		return rc;
	switch (role) {
	case MSG_ENGINE:
		rc = add_all(ctx, SCMP_ACT_ALLOW, engine_calls,
		    RT_ARRAY_LEN(engine_calls));
		if (rc == 0)
			rc = add_fstat(ctx);
		return rc == 0 ? add_socket(ctx, AF_INET, SOCK_DGRAM) : rc;
	case MSG_RECORDER:
		return add_all(ctx, SCMP_ACT_ALLOW, recorder_calls,
		    RT_ARRAY_LEN(recorder_calls));
	case MSG_STORE:
		rc = add_all(ctx, SCMP_ACT_ALLOW, store_calls,
		    RT_ARRAY_LEN(store_calls));
		if (rc == 0)
			rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, NAME(fcntl),
			    1, SCMP_A1(SCMP_CMP_EQ, F_ADD_SEALS, 0));
		return rc == 0 ? add_socket(ctx, AF_UNIX, SOCK_STREAM) : rc;
	case MSG_PARENT:
	case MSG_ROLE_COUNT:
		break;
	}
	return -EINVAL;
}

enum err drop_filter(enum msg_role role)
{
	const uint32_t no = SCMP_ACT_ERRNO(EPERM);
	scmp_filter_ctx ctx;
	int rc;

	ctx = seccomp_init(role == MSG_PARENT ? SCMP_ACT_ALLOW : no);
	if (ctx == NULL)
		return ERR_NOMEM;
	if (role == MSG_PARENT)
		rc = add_all(ctx, no, parent_never, RT_ARRAY_LEN(parent_never));
	else
		rc = add_child(ctx, role);
	if (rc == 0)
		rc = seccomp_load(ctx);
	seccomp_release(ctx);
	if (rc != 0) {
		errno = -rc;
		log_sys("drop: seccomp %s", msg_role_name(role));
		return ERR_IO;
	}
	return ERR_OK;
}
