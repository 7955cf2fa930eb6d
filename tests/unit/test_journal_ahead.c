/* Tests of the zeros that sipworker/store/journal writes ahead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "sipworker/store/journal.h"
#include "sipworker/store/journal_reader.h"
#include "tests/support/folder.h"

#define RECORDS 5
#define TEXT    "a record of a call"
#define BYTES   (JOURNAL_FMT_FRAME + sizeof(TEXT) - 1)
#define MIB     ((size_t)1 << 20)

static const char first_name[] = "0000000000000001.rtj";

static void append(struct journal *j, uint64_t i)
{
	uint64_t seq = 0;

	assert_int_equal(journal_append(j, SLICE(TEXT), &seq), ERR_OK);
	assert_int_equal(seq, i);
}

static void append_at_once(struct journal *j, uint64_t i)
{
	append(j, i);
	assert_int_equal(journal_commit(j), ERR_OK);
}

/* How many are there, whole and one after the other. */
static uint64_t survivors(int dirfd)
{
	struct journal_reader *r;
	struct journal_record rec;
	uint64_t n = 0;

	assert_int_equal(journal_reader_open(&r, dirfd, 1), ERR_OK);
	while (journal_reader_next(r, 1000, &rec) == ERR_OK) {
		assert_int_equal(rec.seq, ++n);
		assert_true(slice_eq(rec.payload, SLICE(TEXT)));
	}
	journal_reader_close(r);
	return n;
}

static size_t size_of(int dirfd)
{
	struct stat st;

	assert_int_equal(fstatat(dirfd, first_name, &st, 0), 0);
	return (size_t)st.st_size;
}

/* What the reader has read ahead may have been zeros then. */
static void test_follow(void **state)
{
	const struct journal_limits limits = journal_defaults();
	const int dir = folder_new();
	struct journal_record rec;
	struct journal_reader *r;
	struct journal *j;

	(void)state;
	assert_int_equal(journal_open(&j, dir, &limits), ERR_OK);
	assert_int_equal(journal_reader_open(&r, dir, 1), ERR_OK);
	for (uint64_t i = 1; i <= 30; i += 2) {
		append(j, i);
		append_at_once(j, i + 1);
		for (uint64_t k = i; k <= i + 1; k++) {
			assert_int_equal(journal_reader_next(r,
					     journal_durable(j), &rec),
			    ERR_OK);
			assert_int_equal(rec.seq, k);
		}
	}
	assert_int_equal(journal_reader_skipped(r), 0);
	journal_reader_close(r);
	journal_close(j);
	(void)close(dir);
}

/* A mebibyte at a time, and never beyond the segment's end. */
static void test_grows_seldom(void **state)
{
	static const char big[JOURNAL_FMT_PAYLOAD_MAX];
	struct journal_limits limits = journal_defaults();
	const int dir = folder_new();
	unsigned int grown = 0;
	struct journal *j;
	uint64_t seq;
	size_t size;

	(void)state;
	limits.segment_bytes = 3 * MIB;
	assert_int_equal(journal_open(&j, dir, &limits), ERR_OK);
	size = size_of(dir);
	assert_true(size >= MIB);
	for (int i = 0; i < 80; i++) {
		assert_int_equal(journal_append(j, slice_of(big, sizeof(big)),
				     &seq),
		    ERR_OK);
		assert_int_equal(journal_commit(j), ERR_OK);
		assert_true(size_of(dir) <= 3 * MIB);
		grown += size_of(dir) > size ? 1 : 0;
		size = size_of(dir);
	}
	assert_in_range(grown, 2, 3);
	journal_close(j);
	assert_int_equal(size_of(dir),
	    JOURNAL_FMT_HEADER + 80 * (JOURNAL_FMT_FRAME + sizeof(big)));
	(void)close(dir);
}

/* A segment that is complete has none. */
static void test_next_segment(void **state)
{
	struct journal_limits limits = journal_defaults();
	const int dir = folder_new();
	struct journal *j;

	(void)state;
	limits.segment_bytes = 200;
	assert_int_equal(journal_open(&j, dir, &limits), ERR_OK);
	assert_int_equal(size_of(dir), 200);
	for (uint64_t i = 1; i <= 20; i++)
		append_at_once(j, i);
	assert_int_equal((size_of(dir) - JOURNAL_FMT_HEADER) % BYTES, 0);
	assert_int_equal(survivors(dir), 20);
	journal_trim(j, 21);
	journal_close(j);
	/* What is left is what is counted. */
	assert_int_equal(journal_open(&j, dir, &limits), ERR_OK);
	assert_true(journal_bytes(j) <= 200 + BYTES);
	journal_close(j);
	(void)close(dir);
}

/* As a killed process leaves it, and one that was killed in a write. */
static void test_killed(void **state)
{
	static char bytes[2 * MIB];
	const size_t end = JOURNAL_FMT_HEADER + RECORDS * BYTES;
	const struct journal_limits limits = journal_defaults();
	const int dir = folder_new(), left = folder_new();
	struct journal *j;
	size_t n;

	(void)state;
	assert_int_equal(journal_open(&j, dir, &limits), ERR_OK);
	for (uint64_t i = 1; i <= RECORDS; i++)
		append_at_once(j, i);
	n = folder_read(dir, first_name, bytes, sizeof(bytes));
	journal_close(j);
	assert_true(n > end);
	for (size_t torn = 0; torn <= BYTES; torn += BYTES / 2) {
		memcpy(bytes + end, bytes + JOURNAL_FMT_HEADER, torn);
		folder_write(left, first_name, bytes, n);
		assert_int_equal(journal_open(&j, left, &limits), ERR_OK);
		assert_int_equal(journal_next(j), RECORDS + 1);
		assert_int_equal(journal_bytes(j), end);
		assert_int_equal(size_of(left), end);
		append_at_once(j, RECORDS + 1);
		assert_int_equal(survivors(left), RECORDS + 1);
		journal_close(j);
	}
	(void)close(dir);
	(void)close(left);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_follow),
		cmocka_unit_test(test_grows_seldom),
		cmocka_unit_test(test_next_segment),
		cmocka_unit_test(test_killed),
	};

	log_open("test", STDERR_FILENO, LOG_ERROR);
	return cmocka_run_group_tests_name("journal_ahead", tests, NULL, NULL);
}
