/* Tests of sipworker/store/journal: cuts, flips, rotation, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "sipworker/store/crc32c.h"
#include "sipworker/store/journal.h"
#include "sipworker/store/journal_reader.h"
#include "tests/support/fail_alloc.h"
#include "tests/support/folder.h"

#define RECORDS 5

static size_t make_payload(uint64_t i, char *out)
{
	const size_t n = 3 + (size_t)(i * 7 % 40);

	memset(out, (int)('a' + i % 26), n);
	return n;
}

static void append(struct journal *j, uint64_t i)
{
	char p[64];
	uint64_t seq = 0;

	assert_int_equal(journal_append(j, slice_of(p, make_payload(i, p)),
			     &seq),
	    ERR_OK);
	assert_int_equal(seq, i);
}

static void fill(int dirfd, uint64_t from, uint64_t to)
{
	const struct journal_limits limits = journal_defaults();
	struct journal *j;

	assert_int_equal(journal_open(&j, dirfd, &limits), ERR_OK);
	for (uint64_t i = from; i <= to; i++) {
		append(j, i);
		if (i % 2 == 0)
			assert_int_equal(journal_commit(j), ERR_OK);
	}
	assert_int_equal(journal_commit(j), ERR_OK);
	assert_int_equal(journal_durable(j), to);
	journal_close(j);
}

/* Bit i of the result: record i is there, whole and in order. */
static unsigned int survivors(int dirfd, uint64_t upto)
{
	struct journal_reader *r;
	struct journal_record rec;
	unsigned int seen = 0;
	uint64_t last = 0;

	assert_int_equal(journal_reader_open(&r, dirfd, 1), ERR_OK);
	while (journal_reader_next(r, upto, &rec) == ERR_OK) {
		char want[64];

		assert_true(rec.seq > last);
		last = rec.seq;
		if (rec.seq > 31 ||
		    !slice_eq(rec.payload,
			slice_of(want, make_payload(rec.seq, want))))
			continue;
		seen |= 1u << rec.seq;
	}
	journal_reader_close(r);
	return seen;
}

static const char first_name[] = "0000000000000001.rtj";

/* Ends of the records 1..RECORDS in the file. */
static void ends(size_t at[RECORDS + 1])
{
	at[0] = JOURNAL_FMT_HEADER;
	for (uint64_t i = 1; i <= RECORDS; i++) {
		char p[64];

		at[i] = at[i - 1] + JOURNAL_FMT_FRAME + make_payload(i, p);
	}
}

static void test_every_cut(void **state)
{
	const struct journal_limits limits = journal_defaults();
	const int whole = folder_new(), cut = folder_new();
	size_t at[RECORDS + 1], n;
	char bytes[1024];

	(void)state;
	ends(at);
	fill(whole, 1, RECORDS);
	n = folder_read(whole, first_name, bytes, sizeof(bytes));
	assert_int_equal(n, at[RECORDS]);
	for (size_t k = JOURNAL_FMT_HEADER; k <= n; k++) {
		unsigned int want = 0;
		uint64_t next = 1;
		struct journal *j;

		for (uint64_t i = 1; i <= RECORDS; i++)
			if (at[i] <= k) {
				want |= 1u << i;
				next = i + 1;
			}
		folder_write(cut, first_name, bytes, k);
		assert_int_equal(survivors(cut, RECORDS), want);
		assert_int_equal(journal_open(&j, cut, &limits), ERR_OK);
		assert_int_equal(journal_next(j), next);
		append(j, next); /* and it goes on where it was cut */
		assert_int_equal(journal_commit(j), ERR_OK);
		journal_close(j);
		assert_int_equal(survivors(cut, next), want | 1u << next);
	}
	(void)close(whole);
	(void)close(cut);
}

static void test_every_flip(void **state)
{
	const struct journal_limits limits = journal_defaults();
	const int whole = folder_new(), bad = folder_new();
	size_t at[RECORDS + 1], n;
	char bytes[1024];

	(void)state;
	ends(at);
	fill(whole, 1, RECORDS);
	n = folder_read(whole, first_name, bytes, sizeof(bytes));
	for (size_t bit = 8 * JOURNAL_FMT_HEADER; bit < 8 * n; bit++) {
		const char flip = (char)(1 << bit % 8);
		unsigned int want = 0;
		struct journal *j;

		for (uint64_t i = 1; i <= RECORDS; i++)
			if (bit / 8 < at[i - 1] || bit / 8 >= at[i])
				want |= 1u << i;
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ flip);
		folder_write(bad, first_name, bytes, n);
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ flip);
		if (survivors(bad, RECORDS) != want)
			fail_msg("bit %zu: %x, not %x", bit,
			    survivors(bad, RECORDS), want);
		if (bit % 64 != 0)
			continue; /* syncing for each would take long */
		assert_int_equal(journal_open(&j, bad, &limits), ERR_OK);
		journal_close(j);
		assert_int_equal(survivors(bad, RECORDS), want);
	}
	(void)close(whole);
	(void)close(bad);
}

/* A payload that holds a whole record of the same journal stays a payload. */
static void test_forged(void **state)
{
	const int dir = folder_new();
	char bytes[4096], *p;
	struct journal_limits limits = journal_defaults();
	struct journal *j;
	struct buf forged;
	uint64_t seq;
	size_t n;

	(void)state;
	buf_init(&forged, 1000);
	journal_fmt_put(&forged, 0, 3, SLICE("evil"));
	assert_int_equal(journal_open(&j, dir, &limits), ERR_OK);
	append(j, 1);
	assert_int_equal(journal_append(j, buf_slice(&forged), &seq), ERR_OK);
	assert_int_equal(journal_commit(j), ERR_OK);
	journal_close(j);
	n = folder_read(dir, first_name, bytes, sizeof(bytes));
	p = bytes + n - forged.n - JOURNAL_FMT_FRAME;
	p[3] ^= 1; /* the length around it is damaged */
	folder_write(dir, first_name, bytes, n);
	assert_int_equal(survivors(dir, 9), 1u << 1);
	buf_fini(&forged);
	(void)close(dir);
}

static void make_folder(int dirfd, const char *name)
{
	assert_int_equal(mkdirat(dirfd, name, 0700), 0);
}

static void make_link(int dirfd, const char *name)
{
	assert_int_equal(symlinkat("/nowhere", dirfd, name), 0);
}

static void make_pipe(int dirfd, const char *name)
{
	assert_int_equal(mkfifoat(dirfd, name, 0600), 0);
}

static void make_with(int dirfd, const char *name, const char *text,
    mode_t mode)
{
	const int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
}

static void make_text(int dirfd, const char *name)
{
	make_with(dirfd, name, "not a segment, but longer than its header",
	    0600);
}

static void make_empty(int dirfd, const char *name)
{
	make_with(dirfd, name, "", 0600);
}

/* Root reads it all the same, and finds no header. */
static void make_locked(int dirfd, const char *name)
{
	make_with(dirfd, name, "locked", 0);
}

static int count_files(int dirfd, const char *part)
{
	const int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct dirent *de;
	DIR *d = fdopendir(fd);
	int n = 0;

	assert_non_null(d);
	while ((de = readdir(d)) != NULL)
		n += strstr(de->d_name, part) != NULL;
	(void)closedir(d);
	return n;
}

static void test_segments_and_trim(void **state)
{
	struct journal_limits limits = journal_defaults();
	const int dir = folder_new();
	uint64_t *list, bytes;
	struct journal *j;
	size_t n;

	(void)state;
	limits.segment_bytes = 100;
	assert_int_equal(journal_open(&j, dir, &limits), ERR_OK);
	for (uint64_t i = 1; i <= 20; i++) {
		append(j, i);
		assert_int_equal(journal_commit(j), ERR_OK);
	}
	assert_int_equal(survivors(dir, 20), 0x1ffffe);
	assert_int_equal(survivors(dir, 7), 0xfe);
	assert_int_equal(journal_reader_segments(dir, &list, &n), ERR_OK);
	assert_true(n > 3);
	bytes = journal_bytes(j);
	journal_trim(j, list[2]);
	assert_true(journal_bytes(j) < bytes);
	assert_int_equal(survivors(dir, 20), 0x1ffffe & ~((1u << list[2]) - 1));
	journal_trim(j, 1000); /* the segment being written stays */
	free(list);
	assert_int_equal(journal_reader_segments(dir, &list, &n), ERR_OK);
	assert_int_equal(n, 1);
	free(list);
	journal_close(j);
	/* Numbers go on after everything was trimmed and reopened. */
	assert_int_equal(journal_open(&j, dir, &limits), ERR_OK);
	assert_int_equal(journal_next(j), 21);
	journal_close(j);
	(void)close(dir);
}

/* Where no next segment can be begun, the one that is full goes on. */
static void test_no_next_segment(void **state)
{
	struct journal_limits limits = journal_defaults();
	const int dir = folder_new();
	struct journal *j;

	(void)state;
	limits.segment_bytes = 100;
	assert_int_equal(journal_open(&j, dir, &limits), ERR_OK);
	for (uint64_t i = 1; i <= 20; i++) {
		const bool refused = i > 1 && i <= 10;
		char name[JOURNAL_FMT_NAME];

		journal_fmt_name(i, name);
		if (refused)
			assert_int_equal(symlinkat("/no/such/folder", dir,
					     name),
			    0);
		append(j, i);
		assert_int_equal(journal_commit(j), ERR_OK);
		if (refused) {
			assert_int_equal(journal_first(j), 1);
			(void)unlinkat(dir, name, 0); /* if it was not tried */
		}
	}
	assert_true(journal_first(j) > 10);
	assert_int_equal(survivors(dir, 20), 0x1ffffe);
	journal_close(j);
	assert_int_equal(journal_open(&j, dir, &limits), ERR_OK);
	assert_int_equal(journal_next(j), 21);
	assert_int_equal(count_files(dir, ".stray."), 0);
	journal_close(j);
	(void)close(dir);
}

static void test_limits(void **state)
{
	struct journal_limits limits = journal_defaults();
	static char big[JOURNAL_FMT_PAYLOAD_MAX + 1];
	const int dir = folder_new();
	struct journal *j;
	uint64_t seq;

	(void)state;
	memset(big, 'x', sizeof(big));
	limits.pending_bytes = 40000;
	limits.max_bytes = 50000;
	assert_int_equal(journal_open(&j, dir, &limits), ERR_OK);
	assert_int_equal(journal_append(j, slice_of(big, sizeof(big)), &seq),
	    ERR_TOOBIG);
	assert_int_equal(journal_append(j, slice_of(big, sizeof(big) - 1),
			     &seq),
	    ERR_OK);
	assert_int_equal(journal_append(j, slice_of(big, 8000), &seq),
	    ERR_BUSY);
	assert_int_equal(journal_commit(j), ERR_OK);
	assert_int_equal(journal_append(j, slice_of(big, 20000), &seq),
	    ERR_BUSY);
	assert_int_equal(journal_append(j, slice_of(big, 8000), &seq), ERR_OK);
	assert_int_equal(seq, 2);
	assert_int_equal(journal_commit(j), ERR_OK);
	journal_close(j);
	(void)close(dir);
}

static void test_position(void **state)
{
	const int dir = folder_new();
	uint64_t seq = 99;
	int fd;

	(void)state;
	assert_int_equal(journal_reader_load_pos(dir, &seq), ERR_OK);
	assert_int_equal(seq, 0);
	assert_int_equal(journal_reader_save_pos(dir, 77), ERR_OK);
	assert_int_equal(journal_reader_load_pos(dir, &seq), ERR_OK);
	assert_int_equal(seq, 77);
	fd = openat(dir, "drained", O_WRONLY);
	assert_int_equal(pwrite(fd, "x", 1, 9), 1);
	(void)close(fd);
	assert_int_equal(journal_reader_load_pos(dir, &seq), ERR_OK);
	assert_int_equal(seq, 0);
	(void)close(dir);
}

static void test_header_lost(void **state)
{
	const struct journal_limits limits = journal_defaults();
	const int dir = folder_new();
	struct journal *j;
	char bytes[1024];
	size_t n;

	(void)state;
	fill(dir, 1, RECORDS);
	n = folder_read(dir, first_name, bytes, sizeof(bytes));
	bytes[8] ^= 1;
	folder_write(dir, first_name, bytes, n);
	assert_int_equal(journal_reader_save_pos(dir, RECORDS), ERR_OK);
	assert_int_equal(journal_open(&j, dir, &limits), ERR_OK);
	append(j, RECORDS + 1);
	assert_int_equal(journal_commit(j), ERR_OK);
	journal_close(j);
	assert_int_equal(survivors(dir, 30), 1u << (RECORDS + 1));
	(void)close(dir);
}

/* The reader runs beside the writer and never passes what is durable. */
static bool is_there(int dirfd, const char *name)
{
	struct stat st;

	return fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Whatever else has a segment's name stops nothing, and is kept. */
static void test_strays(void **state)
{
	static const struct {
		const char *why;
		const char *name;
		void (*make)(int dirfd, const char *name);
	} strays[] = {
		{ "a folder", "0000000000000004.rtj", make_folder },
		{ "a link to nowhere", "0000000000000004.rtj", make_link },
		{ "a pipe", "0000000000000004.rtj", make_pipe },
		{ "not to be read", "0000000000000004.rtj", make_locked },
		{ "empty", "0000000000000004.rtj", make_empty },
		{ "text, before the end", "0000000000000003.rtj", make_text },
		{ "text, behind the end", "0000000000000123.rtj", make_text },
		{ "an impossible number", "ffffffffffffffff.rtj", make_text },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(strays); i++) {
		const struct journal_limits limits = journal_defaults();
		const int dir = folder_new();
		struct journal *j;

		fill(dir, 1, RECORDS);
		strays[i].make(dir, strays[i].name);
		if (journal_open(&j, dir, &limits) != ERR_OK)
			fail_msg("%s: not opened", strays[i].why);
		append(j, RECORDS + 1);
		assert_int_equal(journal_commit(j), ERR_OK);
		journal_close(j);
		if (is_there(dir, strays[i].name))
			fail_msg("%s: still there", strays[i].why);
		assert_int_equal(count_files(dir, ".stray."), 1);
		if (survivors(dir, 30) != 0x7e)
			fail_msg("%s: records lost", strays[i].why);
		(void)close(dir);
	}
}

static void test_follow(void **state)
{
	struct journal_limits limits = journal_defaults();
	const int dir = folder_new();
	struct journal_record rec;
	struct journal_reader *r;
	struct journal *j;

	(void)state;
	limits.segment_bytes = 200;
	assert_int_equal(journal_open(&j, dir, &limits), ERR_OK);
	assert_int_equal(journal_reader_open(&r, dir, 1), ERR_OK);
	for (uint64_t i = 1; i <= 30; i++) {
		append(j, i);
		assert_int_equal(journal_reader_next(r, journal_durable(j),
				     &rec),
		    ERR_NOTFOUND);
		assert_int_equal(journal_commit(j), ERR_OK);
		assert_int_equal(journal_reader_next(r, journal_durable(j),
				     &rec),
		    ERR_OK);
		assert_int_equal(rec.seq, i);
	}
	assert_int_equal(journal_reader_skipped(r), 0);
	journal_reader_close(r);
	journal_close(j);
	(void)close(dir);
}

static void test_no_memory(void **state)
{
	const struct journal_limits limits = journal_defaults();
	const int dir = folder_new();

	(void)state;
	fill(dir, 1, 3);
	for (unsigned int n = 0;; n++) {
		struct journal *j = NULL;
		uint64_t seq = 0;
		enum err e;

		fail_alloc_after(n);
		e = journal_open(&j, dir, &limits);
		if (e == ERR_OK)
			e = journal_append(j, SLICE("abc"), &seq);
		if (!fail_alloc_end()) {
			assert_int_equal(e, ERR_OK);
			journal_close(j);
			break;
		}
		assert_int_equal(e, ERR_NOMEM);
		journal_close(j);
	}
	(void)close(dir);
}

static void test_crc(void **state)
{
	(void)state;
	/* RFC 3720 B.4: 32 bytes of zeros, and the usual check string. */
	static const char zeros[32];

	assert_int_equal(crc32c_more(0, zeros, 32), 0x8a9136aa);
	assert_int_equal(crc32c_more(0, "123456789", 9), 0xe3069283);
	assert_int_equal(crc32c_more(crc32c_more(0, "1234", 4), "56789", 5),
	    0xe3069283);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crc),
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_every_flip),
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_segments_and_trim),
		cmocka_unit_test(test_no_next_segment),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_position),
		cmocka_unit_test(test_header_lost),
		cmocka_unit_test(test_strays),
		cmocka_unit_test(test_follow),
		cmocka_unit_test(test_no_memory),
	};

	log_open("test", STDERR_FILENO, LOG_ERROR);
	return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
