/* Tests of sipworker/store/conf_copy: a whole copy or none. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "sipworker/store/conf_copy.h"
#include "tests/support/cm.h"
#include "tests/support/fail_alloc.h"
#include "tests/support/folder.h"

#define SNAP_BYTES   20000
#define PROMPT_BYTES 9000
#define FILE_MAX     40000

static const struct seal_key key = { { 1, 2, 3 } }, other = { { 1, 2, 4 } };
static const struct conf_copy stamp = { 77, INT64_C(1795176000000000) };
static char snap[SNAP_BYTES], prompts[PROMPT_BYTES];

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
	const int dir = folder_new();
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
	n = folder_read(dir, CONF_COPY_NAME, file, FILE_MAX);
	assert_null(find(file, n, "the trunk's password"));
	(void)close(dir);
}

/* Any byte changed, any length but the whole. */
static void test_damage(void **state)
{
	static char file[FILE_MAX];
	const int dir = folder_new();
	size_t n;

	(void)state;
	assert_int_equal(save(dir, &stamp), ERR_OK);
	n = folder_read(dir, CONF_COPY_NAME, file, FILE_MAX);
	for (size_t i = 0; i < n; i += i < 200 ? 1 : 97) {
		file[i] ^= 1;
		folder_write(dir, CONF_COPY_NAME, file, n);
		if (load(dir, &key) == ERR_OK)
			fail_msg("byte %zu changed", i);
		file[i] ^= 1;
		folder_write(dir, CONF_COPY_NAME, file, i);
		if (load(dir, &key) == ERR_OK)
			fail_msg("cut after %zu bytes", i);
	}
	folder_write(dir, CONF_COPY_NAME, file, n + 1);
	assert_int_equal(load(dir, &key), ERR_SYNTAX);
	folder_write(dir, CONF_COPY_NAME, file, n);
	assert_int_equal(load(dir, &key), ERR_OK);
	(void)close(dir);
}

/* Pieces of another copy, in the same places, do not fit. */
static void test_mixed(void **state)
{
	static char one[FILE_MAX], two[FILE_MAX];
	const struct conf_copy later = { 78, stamp.saved_us };
	const int dir = folder_new();
	size_t n, half;

	(void)state;
	assert_int_equal(save(dir, &later), ERR_OK);
	n = folder_read(dir, CONF_COPY_NAME, two, FILE_MAX);
	assert_int_equal(save(dir, &stamp), ERR_OK);
	assert_int_equal(folder_read(dir, CONF_COPY_NAME, one, FILE_MAX), n);
	half = n / 2;
	memcpy(one + half, two + half, n - half);
	folder_write(dir, CONF_COPY_NAME, one, n);
	assert_int_equal(load(dir, &key), ERR_AUTH);
	(void)close(dir);
}

static void test_other_format(void **state)
{
	static char file[FILE_MAX];
	const int dir = folder_new();
	size_t n;

	(void)state;
	assert_int_equal(save(dir, &stamp), ERR_OK);
	n = folder_read(dir, CONF_COPY_NAME, file, FILE_MAX);
	file[3] = CONF_COPY_FORMAT + 1;
	folder_write(dir, CONF_COPY_NAME, file, n);
	assert_int_equal(load(dir, &key), ERR_UNSUPPORTED);
	(void)close(dir);
}

/* The old copy survives a folder that takes no new one. */
static void test_no_room(void **state)
{
	const int dir = folder_new();

	(void)state;
	assert_int_equal(save(dir, &stamp), ERR_OK);
	assert_int_equal(mkdirat(dir, CONF_COPY_NAME ".new", 0700), 0);
	assert_int_equal(save(dir, &stamp), ERR_IO);
	assert_int_equal(load(dir, &key), ERR_OK);
	(void)close(dir);
}

static void test_no_memory(void **state)
{
	const int dir = folder_new();

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
