/* Tests of sipworker/priv/drop: each process tries what its row forbids, and
 * what it needs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/addr4.h"
#include "lib/base/log.h"
#include "lib/base/rt.h"
#include "sipworker/priv/drop.h"

static int dir_fd = -1;
static char inside[200];

/* Each returns 0 when it worked, else errno. */

static int done(long rc)
{
	return rc == -1 ? errno : 0;
}

static int try_open_passwd(void)
{
	return done(open("/etc/passwd", O_RDONLY));
}

static int try_open_inside(void)
{
	return done(openat(dir_fd, "x", O_RDWR | O_CREAT | O_CLOEXEC, 0600));
}

static int try_escape(void)
{
	return done(openat(dir_fd, "../..", O_RDONLY | O_DIRECTORY));
}

static int try_udp(void)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	const int fd = socket(AF_INET, SOCK_DGRAM, 0);
	uint32_t ip = 0;

	if (fd == -1)
		return errno;
	if (addr4_ip(slice_from(getenv("RT_TEST_ADDR")), &ip) != ERR_OK)
		return EINVAL;
	sa.sin_addr.s_addr = htonl(ip);
	return done(bind(fd, (const void *)&sa, sizeof(sa)));
}

static int try_udp_connect(void)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	const int fd = socket(AF_INET, SOCK_DGRAM, 0);

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sa.sin_port = htons(9);
	return fd == -1 ? errno
			: done(connect(fd, (const void *)&sa, sizeof(sa)));
}

static int try_tcp(void)
{
	return done(socket(AF_INET, SOCK_STREAM, 0));
}

static int try_inet6(void)
{
	return done(socket(AF_INET6, SOCK_DGRAM, 0));
}

static int try_unix_stream(void)
{
	return done(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int try_unix_packet(void)
{
	return done(socket(AF_UNIX, SOCK_SEQPACKET, 0));
}

static int try_socketpair(void)
{
	int fds[2];

	return done(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
}

static int try_exec(void)
{
	char path[] = "/bin/true";
	char *argv[] = { path, NULL };

	return done(execve(path, argv, NULL));
}

static int try_fork(void)
{
	const pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return done(pid);
}

static int try_ptrace(void)
{
	return done(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static int try_kill_parent(void)
{
	return done(kill(getppid(), 0));
}

static int try_mmap_exec(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
		   ? errno
		   : 0;
}

static int try_memfd(void)
{
	return done(memfd_create("x", MFD_CLOEXEC | MFD_ALLOW_SEALING));
}

static int try_setuid(void)
{
	return done(setuid(0));
}

static int try_mount(void)
{
	return done(syscall(SYS_mount, "x", "/", "x", 0, NULL));
}

static void *nothing(void *arg)
{
	return arg;
}

static int try_thread(void)
{
	pthread_t t;
	const int rc = pthread_create(&t, NULL, nothing, NULL);

	return rc == 0 ? pthread_join(t, NULL) : rc;
}

static int try_unlink(void)
{
	return done(unlinkat(dir_fd, "gone", 0)) == ENOENT ? 0 : errno;
}

#define ENGINE   (1u << MSG_ENGINE)
#define RECORDER (1u << MSG_RECORDER)
#define STORE    (1u << MSG_STORE)
#define ALL      (ENGINE | RECORDER | STORE)

static const struct {
	const char *why;
	int (*call)(void);
	unsigned int may; /* the processes that can */
} calls[] = {
	{ "any file", try_open_passwd, 0 },
	{ "a file of one's folder", try_open_inside, RECORDER | STORE },
	{ "remove a file there", try_unlink, RECORDER | STORE },
	{ "leave the folder", try_escape, 0 },
	{ "UDP", try_udp, ENGINE },
	{ "connect over UDP", try_udp_connect, ENGINE },
	{ "TCP", try_tcp, 0 },
	{ "IPv6", try_inet6, 0 },
	{ "the database's kind of socket", try_unix_stream, STORE },
	{ "our channels' kind of socket", try_unix_packet, 0 },
	{ "a pair of sockets", try_socketpair, 0 },
	{ "another program", try_exec, 0 },
	{ "another process", try_fork, 0 },
	{ "a thread", try_thread, ALL },
	{ "trace somebody", try_ptrace, 0 },
	{ "signal the parent", try_kill_parent, 0 },
	{ "memory to run", try_mmap_exec, 0 },
	{ "memory files", try_memfd, STORE },
	{ "root", try_setuid, 0 },
	{ "mount", try_mount, 0 },
};

/* In a child of its own: 0 worked, else errno. -1: could not drop. */
static int run_as(enum msg_role role, int (*call)(void))
{
	const bool files = role == MSG_RECORDER || role == MSG_STORE;
	int status = 0;
	pid_t pid;

	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		const struct drop_plan plan = { .role = role,
			.user = "nobody",
			.root = getenv("RT_TEST_DIR"),
			.dir_fd = files ? dir_fd : -1 };
		struct drop_done d;

		if (drop_now(&plan, &d) != ERR_OK)
			_exit(255);
		_exit(call() & 0x7f);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status) == 255 ? -1 : WEXITSTATUS(status);
}

static void test_rows(void **state)
{
	static const enum msg_role roles[] = { MSG_ENGINE, MSG_RECORDER,
		MSG_STORE };

	(void)state;
	for (size_t r = 0; r < RT_ARRAY_LEN(roles); r++)
		for (size_t i = 0; i < RT_ARRAY_LEN(calls); i++) {
			const int rc = run_as(roles[r], calls[i].call);
			const bool may = (calls[i].may & (1u << roles[r])) != 0;

			if (may != (rc == 0) ||
			    (rc != 0 && rc != EPERM && rc != EACCES &&
				rc != ENOENT))
				fail_msg("%s, %s: %s", msg_role_name(roles[r]),
				    calls[i].why,
				    rc < 0 ? "cannot drop" : strerror(rc));
		}
}

static void test_parent(void **state)
{
	(void)state;
	assert_int_equal(run_as(MSG_PARENT, try_exec), EPERM);
	assert_int_equal(run_as(MSG_PARENT, try_ptrace), EPERM);
	assert_int_equal(run_as(MSG_PARENT, try_mount), EPERM);
	assert_int_equal(run_as(MSG_PARENT, try_fork), 0);
	assert_int_equal(run_as(MSG_PARENT, try_socketpair), 0);
}

static int look_at_user(void)
{
	return getuid() == 0 || geteuid() == 0 ? EPERM : 0;
}

static int look_at_root(void)
{
	return access("/etc", F_OK) == 0 ? EEXIST : 0;
}

/* As root each becomes another user in an empty folder; as an ordinary user
 * there is nothing to give up. */
static void test_user(void **state)
{
	(void)state;
	assert_int_equal(run_as(MSG_STORE, look_at_user), 0);
	if (geteuid() == 0)
		assert_int_equal(run_as(MSG_STORE, look_at_root), 0);
}

static void test_unknown_user(void **state)
{
	const struct drop_plan plan = { .role = MSG_ENGINE,
		.user = "no-such-user-here",
		.dir_fd = -1 };
	struct drop_done d;
	int status = 0;
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		return;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(drop_now(&plan, &d) == ERR_NOTFOUND ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_parent),
		cmocka_unit_test(test_user),
		cmocka_unit_test(test_unknown_user),
	};

	log_open("test", STDERR_FILENO, LOG_ERROR);
	(void)chmod(getenv("RT_TEST_DIR"), 0755);
	(void)snprintf(inside, sizeof(inside), "%s/in", getenv("RT_TEST_DIR"));
	if (mkdir(inside, 0777) == -1 || chmod(inside, 0777) == -1)
		return 1;
	dir_fd = open(inside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return cmocka_run_group_tests_name("drop", tests, NULL, NULL);
}
