/* Tests of jobs/speak with the real programs: what is in the way is said, and
 * neither files nor descriptors stay behind. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jobs/speak.h"
#include "tests/support/cm.h"

#define HELLO SLICE("Thank you for calling.")

static char dir[512];

/* Entries of a folder, "." and ".." too. */
static size_t entries(const char *path)
{
	DIR *d = opendir(path);
	size_t n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	(void)closedir(d);
	return n;
}

static enum err say(const struct voice *v, struct slice text, const char *where,
    size_t *bytes)
{
	const size_t files = entries(dir), open_fds = entries("/proc/self/fd");
	struct buf wav;
	enum err e;

	buf_init(&wav, SPEAK_FILE_MAX);
	e = speak(v, text, where, &wav);
	*bytes = buf_slice(&wav).n;
	buf_fini(&wav);
	assert_int_equal(entries(dir), files);
	assert_int_equal(entries("/proc/self/fd"), open_fds);
	return e;
}

static void test_every_voice(void **state)
{
	const struct voice *v;
	size_t n, bytes;

	(void)state;
	v = voice_all(&n);
	for (size_t i = 0; i < n; i++) {
		const enum err e = say(&v[i], HELLO, dir, &bytes);

		if (e != ERR_OK || bytes < 8000)
			fail_msg("%s: %s, %zu bytes", v[i].key, err_name(e),
			    bytes);
	}
}

static void test_folders(void **state)
{
	char far[700], shut[600];
	size_t bytes;

	(void)state;
	memset(far, 'x', sizeof(far) - 1);
	far[sizeof(far) - 1] = '\0';
	assert_int_equal(say(voice_find(SLICE("slt")), HELLO, far, &bytes),
	    ERR_IO);
	(void)snprintf(shut, sizeof(shut), "%s/gone", dir);
	assert_int_equal(say(voice_find(SLICE("slt")), HELLO, shut, &bytes),
	    ERR_IO);
	assert_int_equal(bytes, 0);
}

/* With one descriptor less each time, down to none. */
static void test_no_descriptors(void **state)
{
	struct rlimit all, few;
	size_t bytes, refused = 0;
	enum err e;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &all), 0);
	few = all;
	for (few.rlim_cur = 16; few.rlim_cur > 3; few.rlim_cur--) {
		struct buf wav;

		buf_init(&wav, SPEAK_FILE_MAX);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
		e = speak(voice_find(SLICE("slt")), HELLO, dir, &wav);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &all), 0);
		bytes = buf_slice(&wav).n;
		buf_fini(&wav);
		if (e == ERR_OK)
			assert_true(bytes > 8000 && refused == 0);
		else
			refused++;
	}
	assert_true(refused > 2);
	assert_int_equal(say(voice_find(SLICE("slt")), HELLO, dir, &bytes),
	    ERR_OK);
}

/* Whoever starts us may have turned off that children are waited for: then how
 * it ended is not known, and what it wrote is not trusted. */
static void test_nobody_waits(void **state)
{
	size_t bytes;

	(void)state;
	(void)signal(SIGCHLD, SIG_IGN);
	assert_int_equal(say(voice_find(SLICE("slt")), HELLO, dir, &bytes),
	    ERR_IO);
	(void)signal(SIGCHLD, SIG_DFL);
	assert_int_equal(say(voice_find(SLICE("slt")), HELLO, dir, &bytes),
	    ERR_OK);
}

static int setup(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "%s/speak", getenv("RT_TEST_DIR"));
	return mkdir(dir, 0700);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_voice),
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_no_descriptors),
		cmocka_unit_test(test_nobody_waits),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
