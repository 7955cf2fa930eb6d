/* Tests of jobs/job_mail: what a job may say, what it is refused for, and what
 * of it the log tells. That a server takes the mail is tests/web/mail. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jobs/job_mail.h"
#include "jobs/mail_templates.h"
#include "lib/base/arena.h"
#include "lib/base/hex.h"
#include "lib/db/db_mail.h"
#include "lib/hash/seal.h"
#include "tests/support/cm.h"
#include "tests/support/testdb.h"

#define NOW            TESTDB_NOW_US
#define ok(call)       assert_int_equal((call), ERR_OK)
#define gives(e, call) assert_int_equal((call), (e))

static struct testdb *t;
static const struct testdb_company *a, *b;
static struct settings settings;
static struct tmpl_set *templates;
static struct arena mem;
static uint64_t job_id;

/* One mail of the first company, as jobd sends it. */
static enum err mail(const char *payload)
{
	struct db *db = testdb_connect(t, "jobd");
	const struct queue_env env = { .settings = &settings,
		.db = db,
		.arena = &mem,
		.now_us = NOW,
		.app = templates };
	const struct job_row job = { .id = ++job_id,
		.company = a->id,
		.attempts = 1,
		.payload = slice_from(payload) };
	const enum err e = job_mail(&env, &job);

	db_close(db);
	return e;
}

/* What the log of a company says of its newest mail; "" when it says nothing.
 */
static const char *logged(struct company_id company)
{
	struct mail_log_row *rows;
	size_t n;

	ok(db_mail_log_list(t->db, company, 0, 1, &mem, &rows, &n));
	return n == 1 && rows[0].job == job_id ? rows[0].error : "";
}

/* A file of the secrets' folder; NULL: none. */
static void secret(const char *name, const char *text)
{
	char path[SETTINGS_PATH_MAX + 32];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", settings.secret_dir, name);
	(void)unlink(path);
	if (text == NULL)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd != -1);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	(void)close(fd);
}

#define TO     "\"to\":\"sam@example.com\""
#define RESET  "{\"template\":\"reset\"," TO ",\"link\":\"https://x.example/1\""
#define LONG41 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddx"

static const struct {
	const char *why;
	const char *payload;
	enum err want;
} broken[] = {
	{ "nothing", "", ERR_SYNTAX },
	{ "no JSON", "reset", ERR_SYNTAX },
	{ "nested too deep", "{\"a\":[[[[[1]]]]]}", ERR_SYNTAX },
	{ "a list", "[\"template\"]", ERR_SYNTAX },
	{ "no template", "{" TO "}", ERR_SYNTAX },
	{ "a template that is a number", "{\"template\":1," TO "}",
	    ERR_SYNTAX },
	{ "a template without a name", "{\"template\":\"\"," TO "}",
	    ERR_SYNTAX },
	{ "a step up", "{\"template\":\"../top\"," TO "}", ERR_SYNTAX },
	{ "capitals", "{\"template\":\"Reset\"," TO "}", ERR_SYNTAX },
	{ "a long name", "{\"template\":\"" LONG41 "\"," TO "}", ERR_TOOBIG },
	{ "nobody to send it to", "{\"template\":\"reset\"}", ERR_SYNTAX },
	{ "many to send it to", "{\"template\":\"reset\",\"to\":[\"x@y.z\"]}",
	    ERR_SYNTAX },
	{ "a name that is a list", RESET ",\"name\":[]}", ERR_SYNTAX },
	{ "a subject that is a number", RESET ",\"subject\":7}", ERR_SYNTAX },
	{ "a link out that is none", RESET ",\"unsubscribe\":{}}", ERR_SYNTAX },
	{ "no id of a recording", RESET ",\"recording\":\"cal_x\"}",
	    ERR_SYNTAX },
	{ "a recording that is a number", RESET ",\"recording\":1}",
	    ERR_SYNTAX },
};

static void test_broken(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(broken); i++) {
		const enum err e = mail(broken[i].payload);

		if (e != broken[i].want)
			fail_msg("%s: %s", broken[i].why, err_name(e));
		if (logged(a->id)[0] != '\0')
			fail_msg("%s: %s", broken[i].why, logged(a->id));
	}
}

/* These can be told of in the log: who was to get it is known. */
static const struct {
	const char *why;
	const char *payload;
} unwritable[] = {
	{ "a template that nobody wrote", "{\"template\":\"gone\"," TO "}" },
	{ "a key the template wants is missing",
	    "{\"template\":\"reset\"," TO "}" },
	{ "a key that no template can have", RESET ",\"Bad-Key\":\"x\"}" },
	{ "a key without a name", RESET ",\"\":\"x\"}" },
	{ "a value that is a number", RESET ",\"place\":5}" },
	{ "a list within with such a value",
	    RESET ",\"rows\":[{\"n\":\"1\"},{\"n\":2}]}" },
	{ "a sealed link that is a number", RESET ",\"sealed\":1}" },
	{ "a sealed link that is not hexadecimal",
	    RESET ",\"sealed\":\"zz\"}" },
	{ "a sealed link of half a byte", RESET ",\"sealed\":\"abc\"}" },
};

static void test_unwritable(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(unwritable); i++) {
		const enum err e = mail(unwritable[i].payload);

		if (e != ERR_SYNTAX)
			fail_msg("%s: %s", unwritable[i].why, err_name(e));
		assert_string_equal(logged(a->id), err_name(ERR_SYNTAX));
		assert_string_equal(logged(b->id), "");
	}
}

/* Whoever wrote the settings can mend it: tried again, and the log says why. */
static void test_settings(void **state)
{
	char long_password[300];

	(void)state;
	settings.smtp_url[0] = '\0';
	gives(ERR_UNSUPPORTED, mail(RESET "}"));
	assert_non_null(strstr(logged(a->id), "no SMTP server is set"));
	(void)snprintf(settings.smtp_url, sizeof(settings.smtp_url),
	    "smtp://%s:2525", getenv("RT_TEST_ADDR"));
	gives(ERR_UNAVAILABLE, mail(RESET "}")); /* nobody listens there */
	assert_string_not_equal(logged(a->id), "");
	assert_string_equal(logged(b->id), "");

	(void)snprintf(settings.smtp_user, sizeof(settings.smtp_user), "sam");
	secret("smtp.pw", NULL);
	gives(ERR_IO, mail(RESET "}"));
	memset(long_password, 'p', sizeof(long_password) - 1);
	long_password[sizeof(long_password) - 1] = '\0';
	secret("smtp.pw", long_password);
	gives(ERR_UNAVAILABLE, mail(RESET "}"));
	secret("smtp.pw", "secret\n");
	gives(ERR_UNAVAILABLE, mail(RESET "}"));
	settings.smtp_user[0] = '\0';

	(void)snprintf(settings.smtp_from, sizeof(settings.smtp_from),
	    "nobody at all");
	assert_int_not_equal(mail(RESET "}"), ERR_OK);
	(void)snprintf(settings.smtp_from, sizeof(settings.smtp_from),
	    "Calls <calls@example.com>");
}

/* A link is sealed for one mail: this template to this person. */
static const struct {
	const char *why;
	const char *about;
	enum err want;
} sealed[] = {
	{ "sealed for this mail", "mail:reset:sam@example.com",
	    ERR_UNAVAILABLE },
	{ "for somebody else", "mail:reset:kim@example.com", ERR_AUTH },
	{ "for another mail", "mail:invite:sam@example.com", ERR_AUTH },
};

static void test_sealed(void **state)
{
	char path[SETTINGS_PATH_MAX + 32];
	struct seal_key key;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/seal.key", settings.secret_dir);
	secret("seal.key", NULL);
	gives(ERR_IO,
	    mail("{\"template\":\"reset\"," TO ",\"sealed\":\"ab\"}"));
	ok(seal_key_create(path));
	ok(seal_key_load(path, &key));
	gives(ERR_SYNTAX,
	    mail("{\"template\":\"reset\"," TO ",\"sealed\":\"ab\"}"));
	for (size_t i = 0; i < RT_ARRAY_LEN(sealed); i++) {
		char payload[600], bytes[200], hex[2 * sizeof(bytes) + 1];
		struct buf box;
		enum err e;

		buf_over(&box, bytes, sizeof(bytes));
		ok(seal_box(&key, slice_from(sealed[i].about),
		    SLICE("https://x.example/reset/1"), &box));
		hex_encode(bytes, buf_slice(&box).n, hex);
		(void)snprintf(payload, sizeof(payload),
		    "{\"template\":\"reset\"," TO ",\"sealed\":\"%s\"}", hex);
		e = mail(payload);
		if (e != sealed[i].want)
			fail_msg("%s: %s", sealed[i].why, err_name(e));
	}
	seal_key_forget(&key);
}

/* A recording that is not the company's, or not there, is left out. */
static void test_recording(void **state)
{
	char text[ID_TEXT_MAX], payload[300];
	struct call_id call;

	(void)state;
	testdb_id(NOW, call.v);
	id_text(ID_KIND_call, call.v, text);
	(void)snprintf(payload, sizeof(payload), RESET ",\"recording\":\"%s\"}",
	    text);
	gives(ERR_UNAVAILABLE, mail(payload));
	assert_string_not_equal(logged(a->id), "");
}

/* Who called is nothing for a log that outlives the call. */
static void test_log_names_nobody(void **state)
{
	static const struct {
		const char *template;
		const char *want;
	} cases[] = {
		{ "missed", "Missed call" },
		{ "voicemail", "Voice message" },
		{ "notice", "From +12125550123" },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct mail_log_row *rows;
		char payload[300];
		size_t n;

		(void)snprintf(payload, sizeof(payload),
		    "{\"template\":\"%s\"," TO
		    ",\"subject\":\"From +12125550123\"}",
		    cases[i].template);
		assert_int_not_equal(mail(payload), ERR_OK);
		ok(db_mail_log_list(t->db, a->id, 0, 1, &mem, &rows, &n));
		assert_int_equal(n, 1);
		assert_int_equal(rows[0].job, job_id);
		assert_string_equal(rows[0].subject, cases[i].want);
		assert_string_equal(rows[0].to, "sam@example.com");
	}
}

static int setup(void **state)
{
	(void)state;
	t = testdb_start();
	a = &t->company[0];
	b = &t->company[1];
	arena_init(&mem, (size_t)64 << 20);
	settings_defaults(&settings);
	(void)snprintf(settings.share_dir, sizeof(settings.share_dir), ".");
	(void)snprintf(settings.secret_dir, sizeof(settings.secret_dir), "%s",
	    t->secret_dir);
	(void)snprintf(settings.smtp_url, sizeof(settings.smtp_url),
	    "smtp://%s:2525", getenv("RT_TEST_ADDR"));
	(void)snprintf(settings.smtp_from, sizeof(settings.smtp_from),
	    "Calls <calls@example.com>");
	ok(mail_templates(&settings, &templates));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tmpl_set_free(templates);
	arena_fini(&mem);
	testdb_stop(t);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_unwritable),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_sealed),
		cmocka_unit_test(test_recording),
		cmocka_unit_test(test_log_names_nobody),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
