/* Tests of sipworker/store/conf_copy: a whole copy or none. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "sipworker/store/conf_copy.h"
#include "tests/support/cm.h"
#include "tests/support/fail_alloc.h"

#define SNAP_BYTES   20000
#define PROMPT_BYTES 9000
#define FILE_MAX     40000

static const struct seal_key key = { { 1, 2, 3 } }, other = { { 1, 2, 4 } };
static const struct conf_copy stamp = { 77, INT64_C(1795176000000000) };
static char snap[SNAP_BYTES], prompts[PROMPT_BYTES];

static int new_dir(void)
{
	static unsigned int count;
	char path[200];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/c%u", getenv("RT_TEST_DIR"),
	    count++);
	assert_int_equal(mkdir(path, 0700), 0);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static enum err save(int dir, const struct conf_copy *c)
{
	return conf_copy_save(dir, &key, c, slice_of(snap, sizeof(snap)),
	    slice_of(prompts, sizeof(prompts)));
}

/* What comes back is what was saved, or nothing. */
static enum err load(int dir, const struct seal_key *k)
{
	struct conf_copy c = { 0 };
	struct buf a, b;
	enum err e;

	buf_init(&a, CONF_COPY_BYTES_MAX);
	buf_init(&b, CONF_COPY_BYTES_MAX);
	e = conf_copy_load(dir, k, &c, &a, &b);
	if (e == ERR_OK) {
		assert_true(c.version == stamp.version);
		assert_true(c.saved_us == stamp.saved_us);
		assert_true(
		    slice_eq(buf_slice(&a), slice_of(snap, sizeof(snap))));
		assert_true(slice_eq(buf_slice(&b),
		    slice_of(prompts, sizeof(prompts))));
	}
	buf_fini(&a);
	buf_fini(&b);
	return e;
}

static size_t slurp(int dir, char out[FILE_MAX])
{
	const int fd = openat(dir, CONF_COPY_NAME, O_RDONLY);
	const ssize_t n = read(fd, out, FILE_MAX);

	assert_true(n > 0 && n < FILE_MAX);
	assert_int_equal(close(fd), 0);
	return (size_t)n;
}

static void put(int dir, const char *p, size_t n)
{
	const int fd =
	    openat(dir, CONF_COPY_NAME, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, p, n), n);
	assert_int_equal(close(fd), 0);
}

static int fill(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(snap); i++)
		snap[i] = (char)(i * 7);
	memset(prompts, 0x7f, sizeof(prompts));
	memcpy(snap + 5000, "the trunk's password", 20);
	return 0;
}

static const char *find(const char *p, size_t n, const char *text)
{
	const size_t k = strlen(text);

	for (size_t i = 0; i + k <= n; i++)
		if (memcmp(p + i, text, k) == 0)
			return p + i;
	return NULL;
}

static void test_round(void **state)
{
	static char file[FILE_MAX];
	const int dir = new_dir();
	struct stat st;
	size_t n;

	(void)state;
	assert_int_equal(load(dir, &key), ERR_NOTFOUND);
	assert_int_equal(save(dir, &stamp), ERR_OK);
	assert_int_equal(load(dir, &key), ERR_OK);
	assert_int_equal(save(dir, &stamp), ERR_OK); /* in its place */
	assert_int_equal(load(dir, &key), ERR_OK);
	assert_int_equal(load(dir, &other), ERR_AUTH);
	assert_int_equal(fstatat(dir, CONF_COPY_NAME, &st, 0), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(fstatat(dir, CONF_COPY_NAME ".new", &st, 0), -1);
	n = slurp(dir, file);
	assert_null(find(file, n, "the trunk's password"));
	(void)close(dir);
}

/* Any byte changed, any length but the whole. */
static void test_damage(void **state)
{
	static char file[FILE_MAX];
	const int dir = new_dir();
	size_t n;

	(void)state;
	assert_int_equal(save(dir, &stamp), ERR_OK);
	n = slurp(dir, file);
	for (size_t i = 0; i < n; i += i < 200 ? 1 : 97) {
		file[i] ^= 1;
		put(dir, file, n);
		if (load(dir, &key) == ERR_OK)
			fail_msg("byte %zu changed", i);
		file[i] ^= 1;
		put(dir, file, i);
		if (load(dir, &key) == ERR_OK)
			fail_msg("cut after %zu bytes", i);
	}
	put(dir, file, n + 1);
	assert_int_equal(load(dir, &key), ERR_SYNTAX);
	put(dir, file, n);
	assert_int_equal(load(dir, &key), ERR_OK);
	(void)close(dir);
}

/* Pieces of another copy, in the same places, do not fit. */
static void test_mixed(void **state)
{
	static char one[FILE_MAX], two[FILE_MAX];
	const struct conf_copy later = { 78, stamp.saved_us };
	const int dir = new_dir();
	size_t n, half;

	(void)state;
	assert_int_equal(save(dir, &later), ERR_OK);
	n = slurp(dir, two);
	assert_int_equal(save(dir, &stamp), ERR_OK);
	assert_int_equal(slurp(dir, one), n);
	half = n / 2;
	memcpy(one + half, two + half, n - half);
	put(dir, one, n);
	assert_int_equal(load(dir, &key), ERR_AUTH);
	(void)close(dir);
}

static void test_other_format(void **state)
{
	static char file[FILE_MAX];
	const int dir = new_dir();
	size_t n;

	(void)state;
	assert_int_equal(save(dir, &stamp), ERR_OK);
	n = slurp(dir, file);
	file[3] = CONF_COPY_FORMAT + 1;
	put(dir, file, n);
	assert_int_equal(load(dir, &key), ERR_UNSUPPORTED);
	(void)close(dir);
}

/* The old copy survives a folder that takes no new one. */
static void test_no_room(void **state)
{
	const int dir = new_dir();

	(void)state;
	assert_int_equal(save(dir, &stamp), ERR_OK);
	assert_int_equal(mkdirat(dir, CONF_COPY_NAME ".new", 0700), 0);
	assert_int_equal(save(dir, &stamp), ERR_IO);
	assert_int_equal(load(dir, &key), ERR_OK);
	(void)close(dir);
}

static void test_no_memory(void **state)
{
	const int dir = new_dir();

	(void)state;
	for (unsigned int n = 0;; n++) {
		enum err e, f;

		assert_int_equal(save(dir, &stamp), ERR_OK);
		fail_alloc_after(n);
		e = save(dir, &stamp);
		f = load(dir, &key);
		if (!fail_alloc_end()) {
			assert_int_equal(e, ERR_OK);
			assert_int_equal(f, ERR_OK);
			break;
		}
		assert_true(e == ERR_NOMEM || f == ERR_NOMEM);
		assert_int_equal(load(dir, &key), ERR_OK);
	}
	(void)close(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_other_format),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_no_memory),
	};

	log_open("test", STDERR_FILENO, LOG_ERROR);
	return cmocka_run_group_tests_name("conf_copy", tests, fill, NULL);
}
