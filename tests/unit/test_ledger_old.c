/* Tests of sipworker/store/ledger: what was said of a call does not stay in the
 * journal, whenever the store is killed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/log.h"
#include "lib/core/callrec.h"
#include "sipworker/store/journal_reader.h"
#include "sipworker/store/ledger.h"
#include "tests/support/folder.h"

#define WALL_US INT64_C(1790000000000000)
#define CALLER  "+12125550123"
#define EPOCH   77

/* --- the kernel, which may kill us or refuse -------------------------------*/

static struct {
	unsigned int calls;
	unsigned int kill_at; /* of those calls, just before; 0: never */
	unsigned int fail_at; /* from this one, 0: never, */
	unsigned int fail_to; /* to this one */
} kernel;

static bool refuses(void)
{
	kernel.calls++;
	if (kernel.calls == kernel.kill_at)
		_exit(9);
	if (kernel.fail_at == 0 || kernel.calls < kernel.fail_at ||
	    kernel.calls > kernel.fail_to)
		return false;
	errno = ENOSPC;
	return true;
}

/* What changes the folder, in the place of libc's. A kill takes nothing that
 * was written, so nothing need be synced. */
int openat(int dirfd, const char *path, int flags, ...)
{
	int mode = 0;
	va_list ap;

	va_start(ap, flags);
	if ((flags & O_CREAT) != 0)
		mode = va_arg(ap, int);
	va_end(ap);
	if ((flags & O_CREAT) != 0 && refuses())
		return -1;
	return (int)syscall(SYS_openat, dirfd, path, flags, mode);
}

#define ZEROS 65536

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
	/* Zeros ahead: a hole is quicker, and a short one reads the same. */
	if (n == ZEROS && at > ZEROS)
		return 0;
	if (n == ZEROS)
		return syscall(SYS_ftruncate, fd, at + ZEROS) == 0 ? ZEROS : -1;
	return refuses() ? -1 : syscall(SYS_pwrite64, fd, p, n, at);
}

int ftruncate(int fd, off_t n)
{
	return refuses() ? -1 : (int)syscall(SYS_ftruncate, fd, n);
}

int unlinkat(int dirfd, const char *path, int flags)
{
	return refuses() ? -1 : (int)syscall(SYS_unlinkat, dirfd, path, flags);
}

int fdatasync(int fd)
{
	(void)fd;
	return refuses() ? -1 : 0;
}

int fsync(int fd)
{
	(void)fd;
	return refuses() ? -1 : 0;
}

static bool full_disk; /* the first segment is as long as all may be */

int fstatat(int dirfd, const char *path, struct stat *st, int flags)
{
	const long rc = syscall(SYS_newfstatat, dirfd, path, st, flags);

	if (rc == 0 && full_disk && strcmp(path, "0000000000000001.rtj") == 0)
		st->st_size = (off_t)journal_defaults().max_bytes;
	return (int)rc;
}

/* --- a ledger --------------------------------------------------------------*/

static struct ledger *open_ledger(int dir)
{
	struct ledger *l;

	assert_int_equal(ledger_open(&l, dir, 16, NULL, NULL), ERR_OK);
	return l;
}

static enum err append(struct ledger *l, uint64_t number, uint8_t call,
    enum callrec_kind kind)
{
	enum err e;

	struct callrec r = { .head = { .kind = kind,
				 .call = { { call } },
				 .company = { { 9 } },
				 .seq = kind == CALLREC_OPENED ? 0 : 1,
				 .at_us = 1000 } };
	struct buf b;

	if (kind == CALLREC_OPENED) {
		r.u.opened.wall_us = WALL_US;
		r.u.opened.dialled = SLICE("+14155550111");
		r.u.opened.caller = SLICE(CALLER);
	}
	buf_init(&b, CALLREC_BYTES_MAX);
	callrec_encode(&r, &b);
	assert_int_equal(buf_err(&b), ERR_OK);
	e = ledger_append(l, number, buf_slice(&b));
	buf_fini(&b);
	return e;
}

static void say(struct ledger *l, uint64_t number, uint8_t call,
    enum callrec_kind kind)
{
	assert_int_equal(append(l, number, call, kind), ERR_OK);
}

static uint64_t commit(struct ledger *l)
{
	uint64_t number = 0;

	assert_int_equal(ledger_commit(l, &number), ERR_OK);
	return number;
}

static void record(struct ledger *l, uint8_t call)
{
	say(l, 2u * call - 1, call, CALLREC_OPENED);
	say(l, 2u * call, call, CALLREC_CLOSED);
	assert_int_equal(commit(l), 2u * call);
}

/* As the store does it, whose database has everything. */
static void trim(struct ledger *l, int64_t now_wall_us)
{
	for (int i = 0; i < 3; i++) {
		const uint64_t drained = ledger_durable(l);

		if (ledger_trim(l, drained, now_wall_us))
			(void)commit(l);
	}
}

static unsigned int segments(int dir)
{
	uint64_t *list;
	size_t n;

	assert_int_equal(journal_reader_segments(dir, &list, &n), ERR_OK);
	free(list);
	return (unsigned int)n;
}

/* Does any byte in the folder say who called? */
static bool names_caller(int dir)
{
	static char bytes[2 << 20];
	bool found = false;
	uint64_t *list;
	size_t n;

	assert_int_equal(journal_reader_segments(dir, &list, &n), ERR_OK);
	for (size_t i = 0; i < n; i++) {
		char name[JOURNAL_FMT_NAME];

		journal_fmt_name(list[i], name);
		found |=
		    memmem(bytes, folder_read(dir, name, bytes, sizeof(bytes)),
			CALLER, sizeof(CALLER) - 1) != NULL;
	}
	free(list);
	return found;
}

/* --- an hour ---------------------------------------------------------------*/

static void test_an_hour(void **state)
{
	const int dir = folder_new();
	struct ledger *l = open_ledger(dir);

	(void)state;
	assert_int_equal(ledger_hello(l, EPOCH), ERR_OK);
	(void)commit(l);
	trim(l, WALL_US - LEDGER_KEEP_US); /* empty for so long */
	trim(l, WALL_US);
	say(l, 1, 1, CALLREC_OPENED);
	say(l, 2, 1, CALLREC_CLOSED);
	assert_int_equal(commit(l), 2);
	trim(l, WALL_US + LEDGER_KEEP_US - 1);
	assert_true(names_caller(dir));
	trim(l, WALL_US + LEDGER_KEEP_US);
	assert_false(names_caller(dir));
	assert_int_equal(segments(dir), 1);
	/* What says nothing stays as it is. */
	trim(l, WALL_US + 9 * LEDGER_KEEP_US);
	assert_int_equal(ledger_durable(l), 4);
	ledger_close(l);
	/* The engine lives, and what it says again was kept. */
	l = open_ledger(dir);
	assert_int_equal(ledger_hello(l, EPOCH), ERR_OK);
	say(l, 2, 1, CALLREC_CLOSED);
	assert_int_equal(commit(l), 2);
	assert_int_equal(ledger_durable(l), 4);
	say(l, 3, 2, CALLREC_OPENED);
	assert_int_equal(commit(l), 3);
	ledger_engine_died(l);
	assert_int_equal(ledger_abandoned(l), 1);
	ledger_close(l);
	(void)close(dir);
}

/* A call that goes on keeps what came after its beginning. */
static void test_open_call(void **state)
{
	const int dir = folder_new();
	struct ledger *l = open_ledger(dir);

	(void)state;
	assert_int_equal(ledger_hello(l, EPOCH), ERR_OK);
	trim(l, WALL_US);
	say(l, 1, 1, CALLREC_OPENED);
	(void)commit(l);
	trim(l, WALL_US + LEDGER_KEEP_US);
	assert_int_equal(segments(dir), 2);
	ledger_close(l);
	l = open_ledger(dir); /* which knows the call, from before */
	assert_int_equal(ledger_hello(l, EPOCH), ERR_OK);
	trim(l, WALL_US + 3 * LEDGER_KEEP_US);
	assert_true(names_caller(dir));
	say(l, 2, 1, CALLREC_CLOSED);
	(void)commit(l);
	trim(l, WALL_US + 3 * LEDGER_KEEP_US);
	assert_false(names_caller(dir));
	ledger_close(l);
	(void)close(dir);
}

/* With the database away there are not more and more segments; a clock that is
 * set back begins the hour anew. */
static void test_not_now(void **state)
{
	const int dir = folder_new();
	struct ledger *l = open_ledger(dir);

	(void)state;
	assert_int_equal(ledger_hello(l, EPOCH), ERR_OK);
	trim(l, WALL_US);
	for (uint8_t hour = 1; hour < 9; hour++) {
		say(l, 2u * hour - 1, hour, CALLREC_OPENED);
		say(l, 2u * hour, hour, CALLREC_CLOSED);
		(void)commit(l);
		if (ledger_trim(l, 0, WALL_US + hour * LEDGER_KEEP_US))
			(void)commit(l);
	}
	assert_int_equal(segments(dir), 1);
	trim(l, WALL_US);
	assert_true(names_caller(dir));
	trim(l, WALL_US + LEDGER_KEEP_US);
	assert_false(names_caller(dir));
	/* What a store before us left is as old as anything. */
	record(l, 9);
	ledger_close(l);
	l = open_ledger(dir);
	trim(l, WALL_US);
	assert_false(names_caller(dir));
	record(l, 10);
	trim(l, WALL_US);
	assert_true(names_caller(dir));
	trim(l, LEDGER_LAST);
	assert_false(names_caller(dir));
	ledger_close(l);
	(void)close(dir);
}

/* --- killed, refused -------------------------------------------------------*/

#define CALLS 3

/* Calls, one of which goes on; the journal's end an hour later; more calls. */
static void whole_life(int dir)
{
	struct ledger *l = open_ledger(dir);
	uint64_t number = 0;

	assert_int_equal(ledger_hello(l, EPOCH), ERR_OK);
	trim(l, WALL_US);
	for (uint8_t call = 1; call <= CALLS; call++) {
		say(l, ++number, call, CALLREC_OPENED);
		say(l, ++number, call, CALLREC_CLOSED);
		(void)commit(l);
		trim(l, WALL_US + call * LEDGER_KEEP_US);
	}
	say(l, ++number, CALLS + 1, CALLREC_OPENED);
	(void)commit(l);
	trim(l, WALL_US + (CALLS + 1) * LEDGER_KEEP_US);
	ledger_close(l);
}

/* The same engine says all of it again to the next store. */
static void next_life(int dir, unsigned int at)
{
	struct ledger *l = open_ledger(dir);
	const int64_t late_us = WALL_US + 99 * LEDGER_KEEP_US;

	if (ledger_durable(l) > 0 && ledger_abandoned(l) > 0)
		fail_msg("killed at %u: a living engine is taken for dead", at);
	assert_int_equal(ledger_hello(l, EPOCH), ERR_OK);
	for (uint8_t call = 1; call <= CALLS; call++) {
		say(l, 2u * call - 1, call, CALLREC_OPENED);
		say(l, 2u * call, call, CALLREC_CLOSED);
	}
	say(l, 2 * CALLS + 1, CALLS + 1, CALLREC_OPENED);
	if (commit(l) != 2 * CALLS + 1)
		fail_msg("killed at %u: said less than was said", at);
	/* The records, and an epoch for each segment. */
	if (ledger_durable(l) > 2 * CALLS + 1 + CALLS + 2)
		fail_msg("killed at %u: kept twice, up to %llu", at,
		    (unsigned long long)ledger_durable(l));
	ledger_engine_died(l);
	if (ledger_abandoned(l) != 1)
		fail_msg("killed at %u: %u calls are open", at,
		    ledger_abandoned(l));
	assert_int_equal(ledger_interrupt(l, late_us), ERR_OK);
	(void)commit(l);
	trim(l, late_us);
	trim(l, late_us + LEDGER_KEEP_US);
	if (names_caller(dir))
		fail_msg("killed at %u: the caller stays", at);
	ledger_close(l);
}

static void test_killed(void **state)
{
	unsigned int at = 0;
	int status = 9 << 8;

	(void)state;
	while (WEXITSTATUS(status) == 9) {
		const int dir = folder_new();
		const pid_t child = fork();

		at++;
		if (child == 0) {
			kernel.calls = 0;
			kernel.kill_at = at;
			whole_life(dir);
			_exit(0);
		}
		assert_true(child > 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		next_life(dir, at);
		(void)close(dir);
	}
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_true(at > 30);
}

/* Records of calls, each with a higher number than the one before. */
static unsigned int call_records(int dir, const struct ledger *l)
{
	struct journal_reader *r;
	struct journal_record rec;
	unsigned int n = 0;
	uint64_t last = 0;

	assert_int_equal(journal_reader_open(&r, dir, 1), ERR_OK);
	while (journal_reader_next(r, ledger_durable(l), &rec) == ERR_OK) {
		struct ledger_entry e;

		assert_true(rec.seq > last);
		last = rec.seq;
		assert_int_equal(ledger_entry_parse(rec.payload, &e), ERR_OK);
		n += e.kind == LEDGER_CALL ? 1 : 0;
	}
	assert_int_equal(last, ledger_durable(l));
	journal_reader_close(r);
	return n;
}

/* The disk refuses the n-th step of ending a segment, and `more` behind it:
 * each record is there once, what it took before, then, and in the next life.
 * False: there are not so many steps. */
static bool refuse_at(unsigned int n, unsigned int more)
{
	const int dir = folder_new();
	struct ledger *l = open_ledger(dir);
	bool refused;

	assert_int_equal(ledger_hello(l, EPOCH), ERR_OK);
	trim(l, WALL_US);
	record(l, 1);
	kernel.calls = 0;
	kernel.fail_at = n;
	kernel.fail_to = n + more;
	(void)ledger_trim(l, ledger_durable(l), WALL_US + LEDGER_KEEP_US);
	refused = kernel.calls >= n;
	kernel.fail_at = 0;
	record(l, 2);
	ledger_close(l);
	l = open_ledger(dir);
	assert_int_equal(ledger_hello(l, EPOCH), ERR_OK);
	if (call_records(dir, l) != 4)
		fail_msg("step %u and %u more: %u records, not 4", n, more,
		    call_records(dir, l));
	record(l, 2); /* said again */
	record(l, 3);
	assert_int_equal(call_records(dir, l), 6);
	trim(l, WALL_US + 9 * LEDGER_KEEP_US);
	if (names_caller(dir))
		fail_msg("step %u and %u more: the caller stays", n, more);
	ledger_close(l);
	(void)close(dir);
	return refused;
}

static void test_refused(void **state)
{
	for (unsigned int more = 0; more < 4; more++) {
		unsigned int n = 1;

		(void)state;
		while (refuse_at(n, more))
			n++;
		assert_true(n > 4);
	}
}

/* Nothing goes while what replaces it is not on the disk. */
static void test_not_durable(void **state)
{
	const int dir = folder_new();
	struct ledger *l = open_ledger(dir);

	(void)state;
	assert_int_equal(ledger_hello(l, EPOCH), ERR_OK);
	trim(l, WALL_US);
	record(l, 1);
	for (int i = 0; i < 3; i++)
		(void)ledger_trim(l, ledger_durable(l),
		    WALL_US + LEDGER_KEEP_US);
	assert_true(names_caller(dir));
	ledger_close(l); /* and it never came there */
	l = open_ledger(dir);
	assert_int_equal(ledger_hello(l, EPOCH), ERR_OK);
	say(l, 2, 1, CALLREC_CLOSED);
	assert_int_equal(ledger_durable(l), 3); /* it was known */
	trim(l, WALL_US);
	assert_false(names_caller(dir));
	ledger_close(l);
	(void)close(dir);
}

/* Two segments as a version before left them, which said the epoch once and
 * without a number. */
static void two_segments(int dir)
{
	static const char epoch[9] = { 'E', 0, 0, 0, 0, 0, 0, 0, EPOCH };
	const struct journal_limits limits = journal_defaults();
	struct journal *j;
	struct ledger *l;
	uint64_t seq;

	assert_int_equal(journal_open(&j, dir, &limits), ERR_OK);
	assert_int_equal(journal_append(j, slice_of(epoch, sizeof(epoch)),
			     &seq),
	    ERR_OK);
	assert_int_equal(journal_commit(j), ERR_OK);
	journal_close(j);
	l = open_ledger(dir);
	record(l, 1);
	ledger_close(l);
	assert_int_equal(journal_open(&j, dir, &limits), ERR_OK);
	assert_int_equal(journal_renew(j), ERR_OK);
	journal_close(j);
	l = open_ledger(dir);
	record(l, 2);
	ledger_close(l);
	assert_int_equal(segments(dir), 2);
}

/* An outage of the database has filled the journal to its limit; when it is
 * over, there is room again. `said`: the second segment says the epoch. */
static void fill_and_empty(bool said, uint64_t epoch, uint64_t number)
{
	const int dir = folder_new();
	struct ledger *l;

	two_segments(dir);
	l = open_ledger(dir);
	if (said && ledger_trim(l, 0, WALL_US))
		(void)commit(l);
	assert_int_equal(ledger_durable(l), said ? 6 : 5);
	ledger_close(l);
	full_disk = true;
	l = open_ledger(dir);
	assert_int_equal(ledger_hello(l, epoch), ERR_OK);
	assert_int_equal(append(l, number, 3, CALLREC_OPENED), ERR_BUSY);
	(void)commit(l);
	trim(l, WALL_US);
	assert_int_equal(append(l, number, 3, CALLREC_OPENED), ERR_OK);
	assert_int_equal(commit(l), number);
	full_disk = false;
	ledger_close(l);
	(void)close(dir);
}

static void test_full(void **state)
{
	(void)state;
	fill_and_empty(true, EPOCH, 5);
	fill_and_empty(true, EPOCH + 1, 1);
	fill_and_empty(false, EPOCH, 5);
	fill_and_empty(false, EPOCH + 1, 1);
}

/* A new engine comes while the disk takes nothing: what it says is not taken
 * for what the one before said, then or later. */
static void test_hello_refused(void **state)
{
	const int dir = folder_new();
	struct ledger *l = open_ledger(dir);

	(void)state;
	assert_int_equal(ledger_hello(l, EPOCH), ERR_OK);
	trim(l, WALL_US);
	record(l, 1);
	kernel.calls = 0;
	kernel.fail_at = 1;
	kernel.fail_to = UINT_MAX;
	(void)ledger_trim(l, ledger_durable(l), WALL_US + LEDGER_KEEP_US);
	assert_int_equal(ledger_hello(l, EPOCH + 1), ERR_BUSY);
	assert_int_equal(append(l, 1, 2, CALLREC_OPENED), ERR_BUSY);
	assert_int_equal(commit(l), 0);
	kernel.fail_at = 0;
	assert_int_equal(append(l, 2, 1, CALLREC_CLOSED), ERR_BUSY);
	record(l, 1);
	assert_int_equal(call_records(dir, l), 4);
	ledger_close(l);
	l = open_ledger(dir);
	assert_int_equal(ledger_hello(l, EPOCH + 1), ERR_OK);
	assert_int_equal(commit(l), 2);
	ledger_close(l);
	(void)close(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_hour),
		cmocka_unit_test(test_open_call),
		cmocka_unit_test(test_not_now),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_not_durable),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_hello_refused),
	};

	log_open("test", STDERR_FILENO, LOG_ERROR);
	return cmocka_run_group_tests_name("ledger_old", tests, NULL, NULL);
}
