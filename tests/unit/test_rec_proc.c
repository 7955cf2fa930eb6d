/* Tests of sipworker/rec_proc: the process that writes recordings, with a test
 * in the engine's, the store's and the parent's place. No frame may be lost
 * because somebody said something late, or died. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/core/recname.h"
#include "lib/snd/snd_read.h"
#include "sipworker/priv/proc.h"
#include "sipworker/priv/ring.h"
#include "sipworker/rec_proc.h"

#define FRAME    160
#define FRAME_US 20000
#define LOUD     0x10 /* µ-law */
#define WAIT_MS  10000
#define CALLS    400    /* what the ring has room for */
#define OTHERS   300000 /* some tenths of a second to read */

struct rig {
	struct worker w;
	struct ring ring;
	int dirfd;
	pid_t pid;
	uint64_t began_us; /* the engine, as it says */
	struct chan *parent;
	struct chan *engine;
	struct chan *store;
};

static int run(void *arg, int fd)
{
	return rec_proc_run(arg, fd);
}

/* One more process at the other end. */
static struct chan *introduce(struct rig *g, enum msg_role role)
{
	const struct msg m = { .kind = MSG_PEER, .u.peer = role };
	struct chan *c;
	int ends[2];

	assert_int_equal(chan_pair(ends), ERR_OK);
	assert_int_equal(chan_send(g->parent, &m, &ends[0]), ERR_OK);
	(void)close(ends[0]); /* the recorder's */
	assert_int_equal(chan_new(&c, ends[1], role, MSG_RECORDER), ERR_OK);
	return c;
}

static struct msg heard(struct chan *c, enum msg_kind kind)
{
	struct pollfd p = { .fd = chan_fd(c), .events = POLLIN };
	struct chan_in in;
	enum err e;

	while ((e = chan_recv(c, &in)) == ERR_NOTFOUND)
		if (poll(&p, 1, WAIT_MS) != 1)
			fail_msg("nothing said, wanted %s", msg_name(kind));
	assert_int_equal(e, ERR_OK);
	assert_string_equal(msg_name(in.msg.kind), msg_name(kind));
	return in.msg;
}

static void start_recorder(struct rig *g)
{
	int fd;

	assert_int_equal(proc_start(run, &g->w, &g->pid, &fd), ERR_OK);
	assert_int_equal(chan_new(&g->parent, fd, MSG_PARENT, MSG_RECORDER),
	    ERR_OK);
	(void)heard(g->parent, MSG_READY);
}

static void kill_recorder(struct rig *g)
{
	int status;

	assert_int_equal(kill(g->pid, SIGKILL), 0);
	assert_int_equal(waitpid(g->pid, &status, 0), g->pid);
	g->pid = 0;
	chan_free(g->parent);
	chan_free(g->engine);
	chan_free(g->store);
	g->parent = g->engine = g->store = NULL;
}

static int set_up(void **state)
{
	struct rig *g = calloc(1, sizeof(*g));
	static unsigned int count;

	assert_non_null(g);
	g->w.threads = 1;
	g->w.stay = true;
	g->w.settings.max_calls = CALLS;
	(void)snprintf(g->w.settings.recordings_dir,
	    sizeof(g->w.settings.recordings_dir), "%s/p%u",
	    getenv("RT_TEST_DIR"), count++);
	assert_int_equal(mkdir(g->w.settings.recordings_dir, 0700), 0);
	g->dirfd = open(g->w.settings.recordings_dir,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(g->dirfd >= 0);
	g->w.ring = mmap(NULL, ring_bytes(1, CALLS), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(g->w.ring != MAP_FAILED);
	ring_attach(&g->ring, g->w.ring, 0, CALLS);
	start_recorder(g);
	*state = g;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *g = *state;

	if (g->pid != 0)
		kill_recorder(g);
	(void)close(g->dirfd);
	(void)munmap(g->w.ring, ring_bytes(1, CALLS));
	free(g);
	return 0;
}

/* --- what the engine says --------------------------------------------------*/

static struct call_id call_of(uint32_t key)
{
	struct call_id c = { { 0 } };

	memcpy(&c, &key, sizeof(key));
	return c;
}

static const char *file_of(uint32_t key)
{
	static char name[RECNAME_MAX + 1];

	recname_make((struct company_id){ { 1 } }, call_of(key),
	    INT64_C(1795000000000000), name);
	return name;
}

static void say_start(struct rig *g, uint32_t key, int64_t anchor_us)
{
	struct msg m = { .kind = MSG_REC_START };

	m.u.rec_start = (struct msg_rec_start){ call_of(key), key, anchor_us,
		slice_from(file_of(key)) };
	assert_int_equal(chan_send(g->engine, &m, NULL), ERR_OK);
}

static void say_sync(struct rig *g)
{
	const struct msg m = { .kind = MSG_REC_SYNC,
		.u.began_us = g->began_us };

	assert_int_equal(chan_send(g->engine, &m, NULL), ERR_OK);
}

/* Stops, and waits for the answer: samples of the recording. */
static uint64_t say_stop(struct rig *g, uint32_t key, int64_t stop_us)
{
	struct msg m = { .kind = MSG_REC_STOP };

	m.u.rec_stop =
	    (struct msg_rec_stop){ call_of(key), key, stop_us, false };
	assert_int_equal(chan_send(g->engine, &m, NULL), ERR_OK);
	m = heard(g->engine, MSG_REC_RESULT);
	assert_false(m.u.rec_result.failed);
	return m.u.rec_result.samples;
}

/* n frames that came since anchor_us, in the ring at once. */
static void put_frames(struct rig *g, uint32_t key, int64_t anchor_us,
    unsigned int from, unsigned int to)
{
	uint8_t ulaw[FRAME];

	memset(ulaw, LOUD, sizeof(ulaw));
	for (unsigned int i = from; i < to; i++) {
		const struct ring_frame f = { key, 1, i * FRAME, (uint16_t)i,
			FRAME, 1, anchor_us + (int64_t)i * FRAME_US };

		assert_true(ring_put(&g->ring, &f, ulaw));
	}
}

/* Something has been recorded and answered: whatever the recorder does with
 * frames between two messages, it has done. */
static void a_turn(struct rig *g)
{
	static uint32_t key = 1000;

	key++;
	say_start(g, key, clk_mono_us());
	(void)say_stop(g, key, clk_mono_us());
}

/* Not a sample of those of n frames that were put is missing. */
static void whole_of(struct rig *g, uint32_t key, unsigned int n,
    const bool *put)
{
	const int fd = openat(g->dirfd, file_of(key), O_RDONLY | O_CLOEXEC);
	int16_t pcm[FRAME * 2];
	struct snd_info info;
	struct snd_read *r;
	size_t got;

	assert_true(fd >= 0);
	assert_int_equal(snd_read_open(&r, fd, &info), ERR_OK);
	for (unsigned int i = 0; i < n; i++) {
		assert_int_equal(snd_read_pcm(r, pcm, FRAME, &got), ERR_OK);
		assert_int_equal(got, FRAME);
		for (size_t k = 0; k < FRAME; k++)
			if (put[i] && (pcm[2 * k] != 0 || pcm[2 * k + 1] == 0))
				fail_msg("frame %u of %u is missing", i, n);
	}
	snd_read_close(r);
}

static void whole(struct rig *g, uint32_t key, unsigned int n)
{
	bool all[1000];

	memset(all, true, sizeof(all));
	assert_true(n <= sizeof(all));
	whole_of(g, key, n, all);
}

/* --- tests -----------------------------------------------------------------*/

/* A recorder dies; its successor meets the frames before the engine has said
 * whose they are. */
static void test_named_late(void **state)
{
	struct rig *g = *state;
	const int64_t anchor_us = clk_mono_us() - 50 * FRAME_US;

	put_frames(g, 7, anchor_us, 0, 50);
	g->engine = introduce(g, MSG_ENGINE);
	a_turn(g);
	say_start(g, 7, anchor_us);
	say_sync(g);
	assert_int_equal(say_stop(g, 7, anchor_us + 50 * FRAME_US), 50 * FRAME);
	whole(g, 7, 50);
}

/* The disk stood still for longer than anybody waits: all of it is in the ring.
 */
static void test_stood_still(void **state)
{
	struct rig *g = *state;
	const int64_t anchor_us = clk_mono_us() - 600 * FRAME_US;

	put_frames(g, 7, anchor_us, 0, 600);
	g->engine = introduce(g, MSG_ENGINE);
	say_start(g, 7, anchor_us);
	say_sync(g);
	assert_int_equal(say_stop(g, 7, anchor_us + 600 * FRAME_US),
	    600 * FRAME);
	whole(g, 7, 600);
}

/* After a stand-still there is much to read, and people go on talking. */
static void test_while_reading(void **state)
{
	struct rig *g = *state;
	struct ring_frame other = { .key = 5, .ssrc = 1, .n = 1 };
	const int64_t anchor_us = clk_mono_us() - 50 * FRAME_US;
	bool put[150] = { false };

	put_frames(g, 7, anchor_us, 0, 50);
	memset(put, true, 50);
	other.arrived_us = anchor_us;
	for (unsigned int i = 0; i < OTHERS; i++)
		assert_true(ring_put(&g->ring, &other, (const uint8_t *)""));
	g->engine = introduce(g, MSG_ENGINE);
	say_start(g, 7, anchor_us);
	say_sync(g);
	for (unsigned int i = 50, last = 49; i < 150; last = i) {
		const int64_t now_us = clk_mono_us();

		/* Each at its time; one that we were too late for is not
		 * looked for. */
		i = (unsigned int)((now_us - anchor_us) / FRAME_US);
		if (i > last && i < 150) {
			put_frames(g, 7, anchor_us, i, i + 1);
			put[i] = clk_mono_us() - now_us < RT_SEC_US / 2;
		}
		(void)poll(NULL, 0, 1);
	}
	assert_int_equal(say_stop(g, 7, anchor_us + 150 * FRAME_US),
	    150 * FRAME);
	whole_of(g, 7, 150, put);
}

/* Many calls begin at once, and a start waits in the engine's queue while the
 * first frames go their own way. */
static void test_start_late(void **state)
{
	struct rig *g = *state;
	const int64_t anchor_us = clk_mono_us() - 50 * FRAME_US;

	g->engine = introduce(g, MSG_ENGINE);
	say_sync(g);
	put_frames(g, 7, anchor_us, 0, 25);
	a_turn(g);
	put_frames(g, 7, anchor_us, 25, 50);
	say_start(g, 7, anchor_us);
	assert_int_equal(say_stop(g, 7, anchor_us + 50 * FRAME_US), 50 * FRAME);
	whole(g, 7, 50);
}

/* A recorder dies that has written a part of the file and given back what was
 * long on the disk. */
static void test_killed(void **state)
{
	struct rig *g = *state;
	const int64_t anchor_us = clk_mono_us() - 125 * FRAME_US;

	put_frames(g, 7, anchor_us, 0, 100);
	g->engine = introduce(g, MSG_ENGINE);
	say_start(g, 7, anchor_us);
	say_sync(g);
	a_turn(g);
	kill_recorder(g);
	put_frames(g, 7, anchor_us, 100, 125);
	start_recorder(g);
	g->engine = introduce(g, MSG_ENGINE);
	a_turn(g);
	say_start(g, 7, anchor_us);
	say_sync(g);
	assert_int_equal(say_stop(g, 7, anchor_us + 125 * FRAME_US),
	    125 * FRAME);
	whole(g, 7, 125);
}

/* What a dead recorder left is not read back in one go when its call ends: it
 * is told all the same. So is what was finished and not told. */
static void test_killed_late(void **state)
{
	struct rig *g = *state;
	const int64_t anchor_us = clk_mono_us() - 125 * FRAME_US;

	put_frames(g, 7, anchor_us, 0, 125);
	g->engine = introduce(g, MSG_ENGINE);
	say_start(g, 7, anchor_us);
	say_sync(g);
	a_turn(g);
	kill_recorder(g);
	start_recorder(g);
	g->store = introduce(g, MSG_STORE);
	g->engine = introduce(g, MSG_ENGINE);
	/* In one turn of its loop. */
	say_start(g, 7, anchor_us);
	assert_int_equal(say_stop(g, 7, anchor_us + 125 * FRAME_US),
	    125 * FRAME);
	whole(g, 7, 125);
	say_start(g, 7, anchor_us);
	assert_int_equal(heard(g->engine, MSG_REC_RESULT).u.rec_result.samples,
	    125 * FRAME);
	whole(g, 7, 125);
}

/* Engine and recorder die together: what was not written is in the rings, and
 * the marker says whose it is. A new call has the same key. */
static void test_both_killed(void **state)
{
	struct rig *g = *state;
	const int64_t anchor_us = clk_mono_us() - 125 * FRAME_US;
	const int64_t next_us = anchor_us + 120 * FRAME_US;
	struct msg m;

	put_frames(g, 7, anchor_us, 0, 100);
	g->engine = introduce(g, MSG_ENGINE);
	say_start(g, 7, anchor_us);
	say_sync(g);
	a_turn(g);
	put_frames(g, 7, anchor_us, 100, 115);
	kill_recorder(g);
	put_frames(g, 7, anchor_us, 115, 120);
	g->began_us = (uint64_t)next_us;
	put_frames(g, 7, next_us, 0, 5);
	start_recorder(g);
	g->store = introduce(g, MSG_STORE);
	g->engine = introduce(g, MSG_ENGINE);
	say_sync(g);
	m = heard(g->store, MSG_REC_ORPHAN);
	assert_false(m.u.rec_orphan.failed);
	assert_int_equal(m.u.rec_orphan.samples, 120 * FRAME);
	assert_true(slice_eq(m.u.rec_orphan.name, slice_from(file_of(7))));
	(void)heard(g->store, MSG_REC_ORPHANS_END);
	whole(g, 7, 120);
}

/* The engine dies, and its successor records before the recorder has heard of
 * it: the old file is finished and told to the store, the new one is whole. */
static void test_new_engine(void **state)
{
	struct rig *g = *state;
	const int64_t anchor_us = clk_mono_us() - 50 * FRAME_US;
	struct msg m;

	put_frames(g, 7, anchor_us, 0, 50);
	g->store = introduce(g, MSG_STORE);
	g->engine = introduce(g, MSG_ENGINE);
	say_start(g, 7, anchor_us);
	say_sync(g);
	(void)heard(g->store, MSG_REC_ORPHANS_END); /* it has swept */
	put_frames(g, 99, anchor_us, 0, 50);
	chan_free(g->engine);
	m = heard(g->store, MSG_REC_ORPHAN);
	assert_false(m.u.rec_orphan.failed);
	assert_true(slice_eq(m.u.rec_orphan.name, slice_from(file_of(7))));
	(void)heard(g->store, MSG_REC_ORPHANS_END);
	whole(g, 7, 50);

	g->engine = introduce(g, MSG_ENGINE);
	a_turn(g);
	say_start(g, 99, anchor_us);
	say_sync(g);
	(void)heard(g->store, MSG_REC_ORPHANS_END);
	assert_int_equal(say_stop(g, 99, anchor_us + 50 * FRAME_US),
	    50 * FRAME);
	whole(g, 99, 50);
}

/* Engine and store die together: what the old store was told and did not live
 * to keep, its successor is told. */
static void test_new_store(void **state)
{
	struct rig *g = *state;
	const int64_t anchor_us = clk_mono_us() - 50 * FRAME_US;
	struct msg m;

	put_frames(g, 7, anchor_us, 0, 50);
	g->store = introduce(g, MSG_STORE);
	g->engine = introduce(g, MSG_ENGINE);
	say_start(g, 7, anchor_us);
	say_sync(g);
	(void)heard(g->store, MSG_REC_ORPHANS_END); /* it has swept */
	chan_free(g->engine);
	g->engine = NULL;
	(void)heard(g->store, MSG_REC_ORPHAN);
	(void)heard(g->store, MSG_REC_ORPHANS_END);
	chan_free(g->store);
	g->store = introduce(g, MSG_STORE);
	m = heard(g->store, MSG_REC_ORPHAN);
	assert_false(m.u.rec_orphan.failed);
	assert_true(m.u.rec_orphan.samples >= 50 * (uint64_t)FRAME);
	assert_true(slice_eq(m.u.rec_orphan.name, slice_from(file_of(7))));
	(void)heard(g->store, MSG_REC_ORPHANS_END);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_named_late, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_stood_still, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_while_reading, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_start_late, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_killed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_killed_late, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_both_killed, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_new_engine, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_new_store, set_up,
		    tear_down),
	};

	log_open("test", STDERR_FILENO, LOG_ERROR);
	return cmocka_run_group_tests_name("rec_proc", tests, NULL, NULL);
}
