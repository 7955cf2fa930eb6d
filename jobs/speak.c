#include "jobs/speak.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/file.h"
#include "lib/base/log.h"

/* Numbers that the program finds its files under. */
#define TEXT_FD  3
#define SOUND_FD 4
#define ALIVE_FD 5 /* closed by the system when the last of them ends */

/* Of any file: espeak-ng's sound library maps one of 64 MiB at its start. */
#define WRITE_MAX ((size_t)96 << 20)

#define LIMITER "/usr/bin/prlimit" /* util-linux, on every Debian */

static const char *const programs[] = {
	[VOICE_FLITE] = "/usr/bin/flite",
	[VOICE_ESPEAK] = "/usr/bin/espeak-ng",
};

static const char *const flags[][6] = {
	[VOICE_FLITE] = { "-voice", "-f", "/dev/fd/3", "-o", "/dev/fd/4" },
	[VOICE_ESPEAK] = { "-v", "-f", "/dev/fd/3", "-w", "/dev/fd/4" },
};

/* A file that has no name any more. */
static int nameless(const char *dir)
{
	char path[512];
	int fd;

	if (snprintf(path, sizeof(path), "%s/speak.XXXXXX", dir) >=
	    (int)sizeof(path)) {
		log_error("speak: the folder's name is too long");
		return -1;
	}
	fd = mkstemp(path);
	if (fd == -1) {
		log_sys("speak: create a file in %s", dir);
		return -1;
	}
	(void)unlink(path);
	return fd;
}

static enum err write_all(int fd, struct slice s)
{
	if (file_write_fd(fd, s) != ERR_OK) {
		log_sys("speak: write the text");
		return ERR_IO;
	}
	return lseek(fd, 0, SEEK_SET) == 0 ? ERR_OK : ERR_IO;
}

static enum err read_all(int fd, struct buf *out)
{
	char block[8192];
	size_t all = 0;
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET) != 0)
		return ERR_IO;
	while ((n = read(fd, block, sizeof(block))) > 0) {
		buf_bytes(out, block, (size_t)n);
		all += (size_t)n;
		if (all > SPEAK_FILE_MAX)
			return ERR_TOOBIG;
	}
	if (n < 0) {
		log_sys("speak: read the sound");
		return ERR_IO;
	}
	return all == 0 ? ERR_SYNTAX : buf_err(out);
}

/* Descriptors of the child: 0 to 2 nothing, 3 to 5 ours. All sources are
 * above 5 (see high()), so that no dup2 overwrites one that is still wanted. */
static int set_files(posix_spawn_file_actions_t *f, const int fds[3])
{
	int rc = 0;

	for (int i = 0; i < 3 && rc == 0; i++)
		rc = posix_spawn_file_actions_addopen(f, i, "/dev/null",
		    i == 0 ? O_RDONLY : O_WRONLY, 0);
	for (int i = 0; i < 3 && rc == 0; i++)
		rc = posix_spawn_file_actions_adddup2(f, fds[i], TEXT_FD + i);
	return rc;
}

static int set_attr(posix_spawnattr_t *a)
{
	sigset_t none, all;
	int rc;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	if ((rc = posix_spawnattr_setsigmask(a, &none)) != 0 ||
	    (rc = posix_spawnattr_setsigdefault(a, &all)) != 0 ||
	    (rc = posix_spawnattr_setpgroup(a, 0)) != 0)
		return rc;
	return posix_spawnattr_setflags(a, POSIX_SPAWN_SETSIGMASK |
					       POSIX_SPAWN_SETSIGDEF |
					       POSIX_SPAWN_SETPGROUP);
}

static int start(const struct voice *v, const int fds[3], pid_t *pid)
{
	static char locale[] = "LC_ALL=C.UTF-8";
	static char *const env[] = { locale, NULL };
	const char *const *f = flags[v->engine];
	char cpu[32], file[32];
	const char *const argv[] = { LIMITER, cpu, file, "--as=1073741824",
		"--core=0", programs[v->engine], f[0], v->name, f[1], f[2],
		f[3], f[4], NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	/* posix_spawn() does not write to them, whatever its type says. */
	union {
		const char *const *in;
		char *const *out;
	} words = { .in = argv };
	int rc;

	(void)snprintf(cpu, sizeof(cpu), "--cpu=%d", SPEAK_CPU_S);
	(void)snprintf(file, sizeof(file), "--fsize=%zu", WRITE_MAX);
	if ((rc = posix_spawn_file_actions_init(&files)) != 0)
		return rc;
	if ((rc = posix_spawnattr_init(&attr)) != 0) {
		(void)posix_spawn_file_actions_destroy(&files);
		return rc;
	}
	if ((rc = set_files(&files, fds)) == 0 && (rc = set_attr(&attr)) == 0)
		rc = posix_spawn(pid, LIMITER, &files, &attr, words.out, env);
	(void)posix_spawnattr_destroy(&attr);
	(void)posix_spawn_file_actions_destroy(&files);
	return rc;
}

/* Waits until the writing end of alive is closed by everybody: true; or the
 * time is over: false. */
static bool ended(int alive)
{
	const int64_t until_us = clk_mono_us() + SPEAK_DEADLINE_US;
	struct pollfd p = { .fd = alive, .events = POLLIN };

	for (;;) {
		const int64_t left_us = until_us - clk_mono_us();

		if (left_us <= 0)
			return false;
		if (poll(&p, 1, (int)(left_us / (RT_SEC_US / 1000)) + 1) > 0)
			return true;
	}
}

static enum err run(const struct voice *v, const int fds[3], int alive)
{
	pid_t pid, got;
	int status, rc;

	if ((rc = start(v, fds, &pid)) != 0) {
		errno = rc;
		log_sys("speak: start %s", LIMITER);
		return ERR_UNAVAILABLE;
	}
	(void)close(fds[2]); /* the child alone keeps alive open */
	if (!ended(alive)) {
		log_error("speak: voice=%s took too long", v->key);
		(void)kill(-pid, SIGKILL);
	}
	while ((got = waitpid(pid, &status, 0)) == -1 && errno == EINTR)
		continue;
	if (got == -1) { /* who started us had SIGCHLD ignored */
		log_sys("speak: wait for %s", LIMITER);
		return ERR_IO;
	}
	if (!WIFEXITED(status)) {
		log_error("speak: voice=%s ended by signal=%d", v->key,
		    WTERMSIG(status));
		return ERR_UNAVAILABLE;
	}
	if (WEXITSTATUS(status) != 0) {
		log_error("speak: voice=%s exit=%d", v->key,
		    WEXITSTATUS(status));
		return ERR_SYNTAX;
	}
	return ERR_OK;
}

/* The same file under a number above those the child uses. */
static int high(int fd)
{
	const int up = fcntl(fd, F_DUPFD_CLOEXEC, ALIVE_FD + 1);

	(void)close(fd); /* a file without a name, or a pipe: nothing is lost */
	return up;
}

enum err speak(const struct voice *voice, struct slice text, const char *dir,
    struct buf *out)
{
	int fds[3] = { -1, -1, -1 }, pipes[2];
	enum err e = ERR_IO;

	if (access(programs[voice->engine], X_OK) == -1) {
		log_error("speak: %s is not installed",
		    programs[voice->engine]);
		return ERR_UNSUPPORTED;
	}
	if (pipe(pipes) == -1) {
		log_sys("speak: pipe");
		return ERR_IO;
	}
	pipes[0] = high(pipes[0]);
	fds[2] = high(pipes[1]);
	for (int i = 0; i < 2; i++)
		if ((fds[i] = nameless(dir)) != -1)
			fds[i] = high(fds[i]);
	if (pipes[0] != -1 && fds[0] != -1 && fds[1] != -1 && fds[2] != -1 &&
	    (e = write_all(fds[0], text)) == ERR_OK) {
		e = run(voice, fds, pipes[0]);
		fds[2] = -1; /* closed there */
	}
	if (e == ERR_OK)
		e = read_all(fds[1], out);
	for (int i = 0; i < 3; i++)
		if (fds[i] != -1)
			(void)close(fds[i]); /* as in high() */
	if (pipes[0] != -1)
		(void)close(pipes[0]);
	return e;
}
