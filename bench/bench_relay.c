/*
 * bench_relay.c - the bare thing that the worker is measured against: a UDP
 * relay with one connected socket per port and epoll, in one thread; a second
 * thread sends 160 bytes of payload each 20 ms both ways and takes the times.
 *
 *   bench_relay CALLS SECONDS [ADDRESS]
 *
 * Prints one line `relay calls= cpu_us_per_call_s= p50_us= p99_us= sent= got=`.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "ctl/ua_hist.h"
#include "lib/base/clk.h"
#include "lib/base/scan.h"

#define PACKET    172
#define FRAME_US  20000
#define EVENTS    256
#define CALLS_MAX 8000

struct bench {
	size_t ends; /* 2 a call: end i talks to end i ^ 1 */
	int *relay;  /* sockets of the relay */
	int *user;   /* sockets of the generator */
	int relay_epoll;
	int user_epoll;
	int64_t cpu_us;
	uint64_t sent;
	uint64_t got;
	struct ua_hist latency;
	struct ua_hist jitter;
	int64_t *took_us; /* of each end's last packet; 0: none yet */
	atomic_bool stop;
};

static int64_t thread_cpu_us(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t) != 0)
		return 0;
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int open_socket(in_addr_t ip, struct sockaddr_in *at)
{
	socklen_t n = sizeof(*at);
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	memset(at, 0, sizeof(*at));
	at->sin_family = AF_INET;
	at->sin_addr.s_addr = ip;
	if (fd == -1 || bind(fd, (struct sockaddr *)at, n) != 0 ||
	    getsockname(fd, (struct sockaddr *)at, &n) != 0) {
		perror("bench_relay: socket");
		exit(1);
	}
	return fd;
}

static void watch(int epoll, int fd, size_t index)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u64 = index };

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev) != 0) {
		perror("bench_relay: epoll");
		exit(1);
	}
}

static void open_all(struct bench *b, in_addr_t ip)
{
	b->relay_epoll = epoll_create1(0);
	b->user_epoll = epoll_create1(0);
	b->relay = calloc(b->ends, sizeof(*b->relay));
	b->user = calloc(b->ends, sizeof(*b->user));
	b->took_us = calloc(b->ends, sizeof(*b->took_us));
	if (b->relay == NULL || b->user == NULL || b->took_us == NULL)
		exit(1);
	for (size_t i = 0; i < b->ends; i++) {
		struct sockaddr_in r, u;

		b->relay[i] = open_socket(ip, &r);
		b->user[i] = open_socket(ip, &u);
		if (connect(b->relay[i], (struct sockaddr *)&u, sizeof(u)) ||
		    connect(b->user[i], (struct sockaddr *)&r, sizeof(r))) {
			perror("bench_relay: connect");
			exit(1);
		}
		watch(b->relay_epoll, b->relay[i], i);
		watch(b->user_epoll, b->user[i], i);
	}
}

static void *relay_thread(void *arg)
{
	struct bench *b = arg;
	struct epoll_event ev[EVENTS];
	char packet[2048];
	const int64_t begun_us = thread_cpu_us();

	while (!atomic_load(&b->stop)) {
		const int n = epoll_wait(b->relay_epoll, ev, EVENTS, 20);

		for (int i = 0; i < n; i++) {
			const size_t at = ev[i].data.u64;
			const ssize_t got =
			    recv(b->relay[at], packet, sizeof(packet), 0);

			if (got > 0 &&
			    send(b->relay[at ^ 1], packet, (size_t)got, 0) < 0)
				continue; /* counted as not received */
		}
	}
	b->cpu_us = thread_cpu_us() - begun_us;
	return NULL;
}

static void took(struct bench *b, size_t end, int64_t us)
{
	const int64_t before_us = b->took_us[end];

	ua_hist_add(&b->latency, us);
	if (before_us != 0)
		ua_hist_add(&b->jitter,
		    us > before_us ? us - before_us : before_us - us);
	b->took_us[end] = us;
	b->got++;
}

static void receive(struct bench *b)
{
	struct epoll_event ev[EVENTS];
	char packet[2048];
	int n;

	while ((n = epoll_wait(b->user_epoll, ev, EVENTS, 0)) > 0)
		for (int i = 0; i < n; i++) {
			int64_t at_us;

			if (recv(b->user[ev[i].data.u64], packet,
				sizeof(packet), 0) != PACKET)
				continue;
			memcpy(&at_us, packet + 12, sizeof(at_us));
			took(b, ev[i].data.u64, clk_mono_us() - at_us);
		}
}

/* A millisecond's share of all ends. */
static void send_phase(struct bench *b, size_t phase)
{
	char packet[PACKET] = { 0 };

	for (size_t i = phase; i < b->ends; i += 20) {
		const int64_t now_us = clk_mono_us();

		memcpy(packet + 12, &now_us, sizeof(now_us));
		if (send(b->user[i], packet, sizeof(packet), 0) > 0)
			b->sent++;
	}
}

static void generate(struct bench *b, int64_t seconds)
{
	const int64_t begun_us = clk_mono_us();
	const int64_t end_us = begun_us + seconds * 1000000;
	int64_t due_us = begun_us;
	struct epoll_event ev;

	for (size_t phase = 0; due_us < end_us; phase = (phase + 1) % 20) {
		while (clk_mono_us() < due_us) {
			(void)epoll_wait(b->user_epoll, &ev, 1, 1);
			receive(b);
		}
		send_phase(b, phase);
		receive(b);
		due_us += FRAME_US / 20;
	}
	/* What is still under way. */
	for (int i = 0; i < 100; i++) {
		(void)epoll_wait(b->user_epoll, &ev, 1, 1);
		receive(b);
	}
}

int main(int argc, char **argv)
{
	static struct bench b;
	const struct rlimit files = { 65536, 65536 };
	uint64_t calls, seconds;
	pthread_t thread;

	if (argc < 3 ||
	    scan_whole_u64(slice_from(argv[1]), CALLS_MAX, &calls) != ERR_OK ||
	    scan_whole_u64(slice_from(argv[2]), 3600, &seconds) != ERR_OK ||
	    calls == 0 || seconds == 0) {
		(void)fprintf(stderr,
		    "usage: bench_relay CALLS SECONDS [ADDRESS]\n");
		return 2;
	}
	(void)setrlimit(RLIMIT_NOFILE, &files); /* or as many as we may */
	b.ends = (size_t)calls * 2;
	open_all(&b, inet_addr(argc > 3 ? argv[3] : "127.0.0.1"));
	if (pthread_create(&thread, NULL, relay_thread, &b) != 0)
		return 1;
	generate(&b, (int64_t)seconds);
	atomic_store(&b.stop, true);
	(void)pthread_join(thread, NULL);
	(void)printf(
	    "relay calls=%llu cpu_us_per_call_s=%lld p50_us=%lld "
	    "p99_us=%lld jitter_p99_us=%lld sent=%llu got=%llu\n",
	    (unsigned long long)calls,
	    (long long)(b.cpu_us / (int64_t)(calls * seconds)),
	    (long long)ua_hist_at_us(&b.latency, 500),
	    (long long)ua_hist_at_us(&b.latency, 990),
	    (long long)ua_hist_at_us(&b.jitter, 990),
	    (unsigned long long)b.sent, (unsigned long long)b.got);
	return 0;
}
