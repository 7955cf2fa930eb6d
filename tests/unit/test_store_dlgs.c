/* Tests of sipworker/store_dlgs: what the engine would leave outlives a whole
 * worker, and nothing else does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sipworker/store_dlgs.h"

#define CALLS   4
#define WALL_US INT64_C(1795000000000000)
#define RECORD  4096

static int dirfd;
static char dir[256];

/* One life of a worker. */
struct life {
	void *memory;
	struct engine_dlgs dlgs; /* of its engine */
	struct store_dlgs store;
};

static void begin(struct life *l, int64_t wall_us)
{
	l->memory = calloc(1, engine_dlgs_bytes(CALLS));
	assert_non_null(l->memory);
	store_dlgs_init(&l->store, l->memory, CALLS, dirfd, wall_us);
	engine_dlgs_attach(&l->dlgs, l->memory, CALLS);
}

/* Killed: what was copied is there, and nothing more is said. */
static void end(struct life *l)
{
	store_dlgs_stop(&l->store);
	free(l->memory);
}

static void put(struct life *l, uint32_t slot, enum engine_left what,
    const char *text)
{
	const struct engine_dialog d = { .slot = slot,
		.what = what,
		.trunk = { { (uint8_t)slot, 7 } },
		.peer = { 0x0a000000 + slot, 5060 },
		.bytes = slice_from(text) };

	engine_dlgs_put(&l->dlgs, &d);
}

static void copy(struct life *l)
{
	store_dlgs_copy(&l->store, WALL_US, 0);
}

/* The texts that the next engine finds, joined. */
static const char *found(struct life *l)
{
	static char all[256];
	struct engine_dialog d;
	size_t n = 0;

	all[0] = '\0';
	while (engine_dlgs_take(&l->dlgs, &d))
		n += (size_t)snprintf(all + n, sizeof(all) - n, "%d:%.*s@%u ",
		    (int)d.what, SLICE_FMT(d.bytes), d.peer.ip & 0xff);
	return all;
}

static void expect(int64_t wall_us, const char *want)
{
	struct life l;

	begin(&l, wall_us);
	assert_string_equal(found(&l), want);
	end(&l);
}

static int setup(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "%s/dlgs.XXXXXX",
	    getenv("RT_TEST_DIR") == NULL ? "/tmp" : getenv("RT_TEST_DIR"));
	if (mkdtemp(dir) == NULL)
		return -1;
	dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dirfd == -1 ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	(void)unlinkat(dirfd, STORE_DLGS_NAME, 0);
	(void)unlinkat(dirfd, STORE_DLGS_NAME ".new", 0);
	(void)close(dirfd);
	return rmdir(dir);
}

static void test_survives(void **state)
{
	struct life l;

	(void)state;
	begin(&l, WALL_US);
	assert_string_equal(found(&l), "");
	put(&l, 0, ENGINE_LEFT_DIALOG, "up");
	put(&l, 3, ENGINE_LEFT_INVITE, "rings");
	put(&l, 5, ENGINE_LEFT_INVITED, "asks");
	copy(&l);
	put(&l, 3, ENGINE_LEFT_NOTHING, "");
	put(&l, 5, ENGINE_LEFT_DIALOG, "talks");
	copy(&l);
	put(&l, 6, ENGINE_LEFT_DIALOG, "a moment before it died");
	end(&l);
	expect(WALL_US + RT_HOUR_US, "1:up@0 1:talks@5 ");
}

/* The next worker dies before its engine has ended them: they are still there
 * for the one after it. What it has ended is not. */
static void test_two_lives(void **state)
{
	struct engine_dialog d;
	struct life l;

	(void)state;
	begin(&l, WALL_US);
	(void)found(&l);
	put(&l, 0, ENGINE_LEFT_DIALOG, "first");
	put(&l, 1, ENGINE_LEFT_DIALOG, "second");
	copy(&l);
	end(&l);
	expect(WALL_US, "1:first@0 1:second@1 "); /* and dies at once */
	begin(&l, WALL_US);
	assert_true(engine_dlgs_take(&l.dlgs, &d));
	copy(&l);
	end(&l);
	expect(WALL_US, "1:second@1 ");
}

/* A store that dies alone begins the file anew from the memory. */
static void test_store_dies(void **state)
{
	struct life l;

	(void)state;
	begin(&l, WALL_US);
	(void)found(&l);
	put(&l, 2, ENGINE_LEFT_DIALOG, "up");
	store_dlgs_stop(&l.store);
	store_dlgs_init(&l.store, l.memory, CALLS, dirfd, WALL_US);
	end(&l);
	expect(WALL_US, "1:up@2 ");
}

/* An engine that dies alone: its successor's table is kept, too. */
static void test_engine_dies(void **state)
{
	struct life l;

	(void)state;
	begin(&l, WALL_US);
	(void)found(&l);
	put(&l, 2, ENGINE_LEFT_DIALOG, "up");
	engine_dlgs_attach(&l.dlgs, l.memory, CALLS);
	copy(&l);
	assert_string_equal(found(&l), "1:up@2 ");
	put(&l, 4, ENGINE_LEFT_DIALOG, "leaving");
	copy(&l);
	end(&l);
	expect(WALL_US, "1:leaving@4 ");
}

static void test_too_old(void **state)
{
	struct life l;

	(void)state;
	begin(&l, WALL_US);
	(void)found(&l);
	put(&l, 0, ENGINE_LEFT_DIALOG, "up");
	copy(&l);
	end(&l);
	expect(WALL_US + STORE_DLGS_OLD_US, "");
}

/* A torn page, another program's, a short file, a folder in its place. */
static void test_damage(void **state)
{
	struct life l;
	char byte;
	int fd;

	(void)state;
	for (off_t at = 0; at < RECORD; at += 61) {
		begin(&l, WALL_US);
		(void)found(&l);
		put(&l, 0, ENGINE_LEFT_DIALOG, "damaged");
		put(&l, 1, ENGINE_LEFT_DIALOG, "whole");
		copy(&l);
		end(&l);
		fd = openat(dirfd, STORE_DLGS_NAME, O_RDWR | O_CLOEXEC);
		assert_int_equal(pread(fd, &byte, 1, at), 1);
		byte = (char)(byte ^ 0x41);
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		(void)close(fd);
		expect(WALL_US, "1:whole@1 ");
	}
	assert_int_equal(unlinkat(dirfd, STORE_DLGS_NAME, 0), 0);
	assert_int_equal(mkdirat(dirfd, STORE_DLGS_NAME, 0700), 0);
	expect(WALL_US, "");
	assert_int_equal(unlinkat(dirfd, STORE_DLGS_NAME, AT_REMOVEDIR), 0);
}

static void read_page(off_t row, char page[RECORD])
{
	const int fd = openat(dirfd, STORE_DLGS_NAME, O_RDONLY | O_CLOEXEC);

	assert_int_equal(pread(fd, page, RECORD, row * RECORD), RECORD);
	(void)close(fd);
}

static bool holds(const char page[RECORD], const char *text)
{
	return slice_find_slice(slice_of(page, RECORD), slice_from(text)) <
	       RECORD;
}

/* The disk is full while the new file begins: it takes the old one's place when
 * there is room again, or what was ended would be found once more. */
static void test_no_room(void **state)
{
	struct rlimit all, none;
	char page[RECORD];
	struct life l;

	(void)state;
	begin(&l, WALL_US);
	(void)found(&l);
	put(&l, 0, ENGINE_LEFT_DIALOG, "up");
	copy(&l);
	end(&l);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &all), 0);
	none = all;
	none.rlim_cur = 0;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	begin(&l, WALL_US);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &all), 0);
	read_page(0, page);
	assert_true(holds(page, "up")); /* the old one is there */
	assert_string_equal(found(&l), "1:up@0 ");
	copy(&l);
	end(&l);
	expect(WALL_US, "");
}

/* Whose dialog it was is gone with it, also when another one has its row. */
static void test_wiped(void **state)
{
	char page[RECORD];
	struct life l;

	(void)state;
	begin(&l, WALL_US);
	(void)found(&l);
	put(&l, 1, ENGINE_LEFT_DIALOG, "sip:+12125550123@192.0.2.7");
	copy(&l);
	read_page(1, page);
	assert_true(holds(page, "2125550123"));
	put(&l, 1, ENGINE_LEFT_NOTHING, "");
	copy(&l);
	read_page(1, page);
	for (size_t i = 0; i < sizeof(page); i++)
		assert_int_equal(page[i], 0);
	put(&l, 1, ENGINE_LEFT_DIALOG, "sip:b");
	copy(&l);
	read_page(1, page);
	assert_true(holds(page, "sip:b"));
	assert_false(holds(page, "2125550123"));
	end(&l);
}

/* What lay between the members of what the engine said is not written. */
static void test_no_rests(void **state)
{
	char pages[2][RECORD];
	struct engine_dialog d;
	struct life l;

	(void)state;
	begin(&l, WALL_US);
	(void)found(&l);
	for (int i = 0; i < 2; i++) {
		memset(&d, i == 0 ? 0x5a : 0xa5, sizeof(d));
		d.slot = 1;
		d.what = ENGINE_LEFT_DIALOG;
		memset(&d.trunk, 7, sizeof(d.trunk));
		d.peer.ip = 0x7f000001;
		d.peer.port = 5060;
		d.bytes = slice_from("up");
		engine_dlgs_put(&l.dlgs, &d);
		copy(&l);
		read_page(1, pages[i]);
	}
	assert_memory_equal(pages[0], pages[1], RECORD);
	end(&l);
}

static uint32_t count_found(struct life *l)
{
	struct engine_dialog d;
	uint32_t n = 0;

	while (engine_dlgs_take(&l->dlgs, &d))
		n++;
	return n;
}

/* How many blocks are other than before. */
static unsigned int changed(const struct life *l, uint32_t *blocks)
{
	unsigned int n = 0;

	for (uint32_t b = 0; b < engine_dlgs_blocks(CALLS); b++) {
		const uint32_t now = engine_dlgs_block(l->memory, CALLS, b);

		n += now != blocks[b] ? 1 : 0;
		blocks[b] = now;
	}
	return n;
}

/* A change is in one block of rows, and no row of either table is outside of
 * them: each is copied when it changes. */
static void test_every_row(void **state)
{
	const uint32_t rows = engine_dlgs_rows(CALLS) / 2;
	uint32_t blocks[8] = { 0 };
	struct life l;

	(void)state;
	assert_in_range(engine_dlgs_blocks(CALLS), 2, RT_ARRAY_LEN(blocks));
	begin(&l, WALL_US);
	for (int engine = 0; engine < 2; engine++) {
		assert_int_equal(count_found(&l), engine == 0 ? 0 : rows);
		(void)changed(&l, blocks);
		for (uint32_t i = 0; i < rows; i++) {
			put(&l, i, ENGINE_LEFT_DIALOG, "up");
			assert_int_equal(changed(&l, blocks), 1);
			copy(&l);
		}
		if (engine == 0) /* the next writes the other table */
			engine_dlgs_attach(&l.dlgs, l.memory, CALLS);
	}
	end(&l);
	begin(&l, WALL_US);
	assert_int_equal(count_found(&l), rows);
	end(&l);
}

/* The thread copies by itself, and once more at its end. */
static void test_thread(void **state)
{
	struct life l;

	(void)state;
	begin(&l, WALL_US);
	(void)found(&l);
	assert_int_equal(store_dlgs_start(&l.store), ERR_OK);
	put(&l, 0, ENGINE_LEFT_DIALOG, "up");
	end(&l);
	expect(0, "1:up@0 ");
}

static _Atomic bool awake;

static void *wait_for_change(void *arg)
{
	const struct life *l = arg;
	const bool woken = engine_dlgs_wait(l->memory,
	    engine_dlgs_changes(l->memory), 20 * RT_SEC_US);

	atomic_store(&awake, true);
	return woken ? arg : NULL; /* NULL: it has slept through the change */
}

/* Whoever sleeps is woken by the next change, and by who wants him to end. */
static void test_woken(void **state)
{
	pthread_t thread;
	struct life l;
	void *woken;

	(void)state;
	begin(&l, WALL_US);
	(void)found(&l);
	assert_true(engine_dlgs_wait(l.memory,
	    engine_dlgs_changes(l.memory) - 1, 20 * RT_SEC_US));
	assert_false(
	    engine_dlgs_wait(l.memory, engine_dlgs_changes(l.memory), 1000));
	for (uint32_t i = 0; i < 100; i++) {
		atomic_store(&awake, false);
		assert_int_equal(pthread_create(&thread, NULL, wait_for_change,
				     &l),
		    0);
		/* Before it sleeps, while it does, or it sleeps for the one
		 * after: until it is awake. */
		while (!atomic_load(&awake)) {
			if (i % 2 == 0)
				put(&l, i % 8, ENGINE_LEFT_DIALOG, "up");
			else
				engine_dlgs_wake(l.memory);
			(void)sched_yield();
		}
		assert_int_equal(pthread_join(thread, &woken), 0);
		assert_non_null(woken);
	}
	end(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_survives, setup, teardown),
		cmocka_unit_test_setup_teardown(test_two_lives, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_store_dies, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_engine_dies, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_too_old, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damage, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_room, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wiped, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_rests, setup, teardown),
		cmocka_unit_test_setup_teardown(test_every_row, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_thread, setup, teardown),
		cmocka_unit_test_setup_teardown(test_woken, setup, teardown),
	};

	return cmocka_run_group_tests_name("store_dlgs", tests, NULL, NULL);
}
