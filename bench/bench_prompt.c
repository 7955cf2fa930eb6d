/*
 * bench_prompt.c - prompts played to very many callers at once: what share of
 * a core it costs and how late frames are.
 *
 *   bench_prompt CALLS SECONDS [ADDRESS]
 *
 * The media side plays a prompt that never ends to CALLS streams. All of them
 * go to one receiver, which knows them by their SSRC and takes the times at
 * which the kernel got the packets; a frame is late against the 20 ms grid of
 * its stream's earliest frame so far. The limit is a thread that does nothing
 * but send the same packets from as many sockets every 20 ms.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/addr4.h"
#include "lib/base/clk.h"
#include "lib/base/scan.h"
#include "sipworker/media/media.h"
#include "sipworker/rtp/rtp_pkt.h"

#define CALLS_MAX 4000
#define PORT_MIN  20000
#define FRAME_US  20000
#define PACKET    172
#define LATE_US   40000
#define TABLE     16384 /* SSRCs, open addressing */
#define BATCH     64

struct heard {
	uint32_t ssrc;
	uint16_t seq;
	bool used;
	int64_t base_us; /* earliest arrival, moved to frame 0 */
	int64_t n;       /* frame of the last packet */
};

struct bench {
	uint32_t ip;
	uint32_t calls;
	int receiver;
	uint16_t port;
	struct heard table[TABLE];
	uint64_t got;
	uint64_t late;
	uint64_t missing;
	int64_t worst_us;
	int64_t cpu_us; /* of the receiver */
	atomic_bool stop;
};

static int64_t cpu_us(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t) != 0)
		return 0;
	return (int64_t)t.tv_sec * RT_SEC_US + t.tv_nsec / 1000;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int open_socket(uint32_t ip, uint16_t *port)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	const int fd = socket(AF_INET, SOCK_DGRAM, 0);
	socklen_t n = sizeof(sa);

	sa.sin_addr.s_addr = htonl(ip);
	if (fd == -1 || bind(fd, (struct sockaddr *)&sa, n) != 0 ||
	    getsockname(fd, (struct sockaddr *)&sa, &n) != 0)
		die("bench_prompt: socket");
	*port = ntohs(sa.sin_port);
	return fd;
}

/* --- the receiver ----------------------------------------------------------*/

static struct heard *find(struct bench *b, uint32_t ssrc)
{
	uint32_t i = ssrc * UINT32_C(2654435761) % TABLE;

	while (b->table[i].used && b->table[i].ssrc != ssrc)
		i = (i + 1) % TABLE;
	return &b->table[i];
}

static void take(struct bench *b, const struct rtp_pkt *p, int64_t at_us)
{
	struct heard *h = find(b, p->ssrc);
	int64_t late_us;

	b->got++;
	if (!h->used) {
		*h = (struct heard){ p->ssrc, p->seq, true, at_us, 0 };
		return;
	}
	h->n += rtp_pkt_seq_diff(p->seq, h->seq);
	b->missing += (uint64_t)(rtp_pkt_seq_diff(p->seq, h->seq) - 1);
	h->seq = p->seq;
	late_us = at_us - h->base_us - h->n * FRAME_US;
	if (late_us < 0)
		h->base_us += late_us; /* the grid lies earlier */
	else if (late_us > LATE_US)
		b->late++;
	if (late_us > b->worst_us)
		b->worst_us = late_us;
}

static int64_t arrival_us(struct msghdr *m)
{
	const struct cmsghdr *c = CMSG_FIRSTHDR(m);
	struct timespec t;

	if (c == NULL || c->cmsg_type != SCM_TIMESTAMPNS)
		return clk_wall_us();
	memcpy(&t, CMSG_DATA(c), sizeof(t));
	return (int64_t)t.tv_sec * RT_SEC_US + t.tv_nsec / 1000;
}

static void *receive(void *arg)
{
	static uint8_t packets[BATCH][256];
	static char control[BATCH][64];
	struct bench *b = arg;

	while (!atomic_load(&b->stop)) {
		struct mmsghdr m[BATCH];
		struct iovec v[BATCH];
		int n;

		memset(m, 0, sizeof(m));
		for (int i = 0; i < BATCH; i++) {
			v[i] = (struct iovec){ packets[i], sizeof(packets[i]) };
			m[i].msg_hdr.msg_iov = &v[i];
			m[i].msg_hdr.msg_iovlen = 1;
			m[i].msg_hdr.msg_control = control[i];
			m[i].msg_hdr.msg_controllen = sizeof(control[i]);
		}
		n = recvmmsg(b->receiver, m, BATCH, MSG_WAITFORONE, NULL);
		for (int i = 0; i < n; i++) {
			struct rtp_pkt p;

			if (rtp_pkt_parse(slice_of(packets[i], m[i].msg_len),
				&p) == ERR_OK)
				take(b, &p, arrival_us(&m[i].msg_hdr));
		}
	}
	b->cpu_us = cpu_us(CLOCK_THREAD_CPUTIME_ID);
	return NULL;
}

static void begin(struct bench *b, pthread_t *thread)
{
	const struct timeval wait = { 0, 100000 };
	const int on = 1, bytes = 8 << 20;

	memset(b->table, 0, sizeof(b->table));
	b->got = b->late = b->missing = 0;
	b->worst_us = 0;
	atomic_store(&b->stop, false);
	b->receiver = open_socket(b->ip, &b->port);
	if (setsockopt(b->receiver, SOL_SOCKET, SO_TIMESTAMPNS, &on,
		sizeof(on)) != 0 ||
	    setsockopt(b->receiver, SOL_SOCKET, SO_RCVTIMEO, &wait,
		sizeof(wait)) != 0)
		die("bench_prompt: setsockopt");
	/* As much as the kernel gives. */
	(void)setsockopt(b->receiver, SOL_SOCKET, SO_RCVBUF, &bytes,
	    sizeof(bytes));
	if (pthread_create(thread, NULL, receive, b) != 0)
		die("bench_prompt: thread");
}

static void end(struct bench *b, pthread_t thread)
{
	atomic_store(&b->stop, true);
	(void)pthread_join(thread, NULL);
	(void)close(b->receiver);
}

/* --- the two senders -------------------------------------------------------*/

static void order(struct media *m, const struct media_cmd *c)
{
	while (media_do(m, c) != ERR_OK)
		(void)usleep(1000);
}

static void play_all(struct bench *b, struct media *m, const uint8_t *prompt,
    uint32_t samples)
{
	for (uint32_t i = 0; i < b->calls; i++) {
		struct media_cmd c = { .op = MEDIA_OPEN,
			.stream = i + 1,
			.port = (uint16_t)(PORT_MIN + 2 * i),
			.remote = { b->ip, b->port },
			.dtmf_pt = MEDIA_NO_DTMF,
			.send = true,
			.receive = true,
			.ulaw = prompt,
			.samples = samples };

		order(m, &c);
		c.op = MEDIA_TARGET;
		order(m, &c);
		c.op = MEDIA_PLAY;
		order(m, &c);
	}
}

/* Share of a core, in per cent; what came and how late is in *b. */
static double run_media(struct bench *b, int64_t us)
{
	static uint8_t prompt[48000];
	const struct media_cfg cfg = { .ip = b->ip,
		.threads = 1,
		.max_streams = b->calls };
	pthread_t receiver;
	struct media *m;
	int64_t cpu, wall;

	memset(prompt, 0x55, sizeof(prompt));
	if (media_new(&m, &cfg) != ERR_OK)
		exit(1);
	begin(b, &receiver);
	wall = clk_mono_us();
	cpu = cpu_us(CLOCK_PROCESS_CPUTIME_ID);
	play_all(b, m, prompt, sizeof(prompt));
	(void)usleep((useconds_t)us);
	wall = clk_mono_us() - wall;
	end(b, receiver);
	cpu = cpu_us(CLOCK_PROCESS_CPUTIME_ID) - cpu - b->cpu_us;
	media_free(m);
	return 100.0 * (double)cpu / (double)wall;
}

/* The same packets from as many sockets, and nothing else. */
static double run_bare(struct bench *b, int64_t us)
{
	int *fd = calloc(b->calls, sizeof(*fd));
	struct sockaddr_in to = { .sin_family = AF_INET };
	uint8_t packet[PACKET] = { 0x80 };
	pthread_t receiver;
	int64_t cpu, at, wall, due;
	uint16_t port;

	if (fd == NULL)
		exit(1);
	begin(b, &receiver);
	to.sin_addr.s_addr = htonl(b->ip);
	to.sin_port = htons(b->port);
	for (uint32_t i = 0; i < b->calls; i++)
		fd[i] = open_socket(b->ip, &port);
	cpu = cpu_us(CLOCK_THREAD_CPUTIME_ID);
	at = due = clk_mono_us();
	while (due - at < us) {
		for (uint32_t i = 0; i < b->calls; i++)
			(void)sendto(fd[i], packet, sizeof(packet), 0,
			    (struct sockaddr *)&to, sizeof(to));
		due += FRAME_US;
		wall = due - clk_mono_us();
		if (wall > 0)
			(void)usleep((useconds_t)wall);
	}
	cpu = cpu_us(CLOCK_THREAD_CPUTIME_ID) - cpu;
	wall = clk_mono_us() - at;
	end(b, receiver);
	for (uint32_t i = 0; i < b->calls; i++)
		(void)close(fd[i]);
	free(fd);
	return 100.0 * (double)cpu / (double)wall;
}

/* --- the lines -------------------------------------------------------------*/

static void print(const struct bench *b, double value, double bare,
    uint64_t due)
{
	printf(
	    "bench prompt-cpu-%u value=%.2f unit=%%core limit=%.2f "
	    "ratio=%.3f note=\"a prompt to %u calls at once, media side "
	    "alone; limit: only sending the same packets\"\n",
	    b->calls, value, bare, bare / value, b->calls);
	printf(
	    "bench prompt-late-%u value=%llu unit=frames limit=0 ratio=0 "
	    "note=\"later than 40 ms against their own 20 ms grid, of "
	    "%llu; none allowed; worst %.1f ms; %llu lost on the way, of "
	    "%llu due\"\n",
	    b->calls, (unsigned long long)b->late, (unsigned long long)b->got,
	    (double)b->worst_us / 1000.0, (unsigned long long)b->missing,
	    (unsigned long long)due);
}

static bool number(const char *text, uint64_t max, uint64_t *out)
{
	return scan_whole_u64(slice_from(text), max, out) == ERR_OK && *out > 0;
}

int main(int argc, char **argv)
{
	static struct bench b;
	struct rlimit files;
	uint64_t calls, seconds;
	double value, bare;

	if (argc < 3 || !number(argv[1], CALLS_MAX, &calls) ||
	    !number(argv[2], 3600, &seconds) ||
	    addr4_ip(slice_from(argc > 3 ? argv[3] : "127.0.0.1"), &b.ip) !=
		ERR_OK)
		return 2;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	b.calls = (uint32_t)calls;
	bare = run_bare(&b, (int64_t)seconds * RT_SEC_US);
	value = run_media(&b, (int64_t)seconds * RT_SEC_US);
	print(&b, value, bare, calls * seconds * 50);
	return b.late == 0 ? 0 : 1;
}
