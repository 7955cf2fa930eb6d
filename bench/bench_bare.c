/*
 * bench_bare - what the machine itself takes, for judging absolute times by.
 *
 *   bench_bare DIR    one line of JSON: p99 in microseconds of
 *     fsync_us   writing 4 KiB to a file in DIR and waiting for the disk
 *     echo_us    a UDP datagram to another thread and back, over loopback
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/clk.h"
#include "lib/base/rt.h"

#define FSYNCS      1000
#define ECHOES      10000
#define BLOCK_BYTES 4096

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(2);
}

static int by_time(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t p99(int64_t *took_us, size_t n)
{
	qsort(took_us, n, sizeof(*took_us), by_time);
	return took_us[n * 99 / 100];
}

static int64_t fsyncs(const char *dir)
{
	static int64_t took_us[FSYNCS];
	static const char block[BLOCK_BYTES];
	char path[512];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/bare.%ld", dir, (long)getpid());
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1 || unlink(path) != 0)
		die(path);
	for (size_t i = 0; i < FSYNCS; i++) {
		const int64_t began_us = clk_mono_us();

		if (write(fd, block, BLOCK_BYTES) != BLOCK_BYTES ||
		    fdatasync(fd) != 0)
			die("fdatasync");
		took_us[i] = clk_mono_us() - began_us;
	}
	(void)close(fd); /* nobody reads it */
	return p99(took_us, FSYNCS);
}

static int udp_socket(struct sockaddr_in *at)
{
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t n = sizeof(*at);

	*at = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	if (fd == -1 || bind(fd, (struct sockaddr *)at, n) != 0 ||
	    getsockname(fd, (struct sockaddr *)at, &n) != 0)
		die("socket");
	return fd;
}

/* Gives back what comes until that is empty. */
static void *give_back(void *ctx)
{
	const int fd = *(const int *)ctx;
	char byte;

	while (recv(fd, &byte, 1, 0) == 1)
		if (send(fd, &byte, 1, 0) != 1)
			die("send");
	return NULL;
}

static int64_t echoes(void)
{
	static int64_t took_us[ECHOES];
	struct sockaddr_in at[2];
	int fd[2];
	pthread_t thread;
	char byte = 'x';

	for (size_t i = 0; i < 2; i++)
		fd[i] = udp_socket(&at[i]);
	for (size_t i = 0; i < 2; i++)
		if (connect(fd[i], (struct sockaddr *)&at[1 - i],
			sizeof(at[0])) != 0)
			die("connect");
	if (pthread_create(&thread, NULL, give_back, &fd[1]) != 0)
		die("thread");
	for (size_t i = 0; i < ECHOES; i++) {
		const int64_t began_us = clk_mono_us();

		if (send(fd[0], &byte, 1, 0) != 1 ||
		    recv(fd[0], &byte, 1, 0) != 1)
			die("echo");
		took_us[i] = clk_mono_us() - began_us;
	}
	if (send(fd[0], &byte, 0, 0) != 0)
		die("send");
	(void)pthread_join(thread, NULL);
	return p99(took_us, ECHOES);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		(void)fprintf(stderr, "usage: bench_bare DIR\n");
		return 2;
	}
	printf("{\"fsync_us\":%" PRId64 ",\"echo_us\":%" PRId64 "}\n",
	    fsyncs(argv[1]), echoes());
	return 0;
}
