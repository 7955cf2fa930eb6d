/* Tests of cgi/dni/dni_saved: what was told is told again, and a file that is
 * torn, altered or another's counts as none; and of the configuration that is
 * made of it. */
#include "cgi/dni/dni_saved.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgi/dni/dni_conf.h"
#include "tests/support/cm.h"

/* All rows, one after the other, as bytes. */
struct heard {
	struct buf all;
	size_t n;
};

static void hear(struct heard *h, const void *row, size_t n)
{
	buf_bytes(&h->all, row, n);
	h->n++;
}

#define HEAR(kind)                                                     \
	static void on_##kind(void *ctx, const struct tag_##kind *row) \
	{                                                              \
		hear(ctx, row, sizeof(*row));                          \
	}
HEAR(site)
HEAR(origin)
HEAR(target)
HEAR(tracker)
HEAR(param)
HEAR(pool)

static struct tag_reader listen_to(struct heard *h)
{
	h->n = 0;
	buf_init(&h->all, 1 << 20);
	return (struct tag_reader){ h, on_site, on_origin, on_target,
		on_tracker, on_param, on_pool };
}

static void tell_all(const struct tag_reader *to)
{
	struct tag_site site;
	struct tag_origin origin;
	struct tag_tracker tracker;
	struct tag_pool pool;

	memset(&site, 0, sizeof(site));
	memset(site.company.v, 0xc1, ID_BYTES);
	memset(site.token_hash, 0xff, sizeof(site.token_hash));
	site.has_token = true;
	memcpy(site.key, "key", 4);
	memcpy(site.country, "DE", 3);
	to->site(to->ctx, &site);
	memset(&origin, 0, sizeof(origin));
	memset(origin.origin, 'x', sizeof(origin.origin) - 1);
	to->origin(to->ctx, &origin);
	memset(&tracker, 0, sizeof(tracker));
	/* Each of them needs six bytes of JSON. */
	memset(tracker.match_value, '\x01', sizeof(tracker.match_value) - 1);
	memcpy(tracker.match_kind, "\"\\\n\xc3\xbc", 6);
	to->tracker(to->ctx, &tracker);
	memset(&pool, 0, sizeof(pool));
	pool.lease_s = INT64_MAX;
	memset(pool.overflow.v, 0x0f, ID_BYTES);
	memcpy(pool.overflow_e164, "+14155550109", 13);
	to->pool(to->ctx, &pool);
}

static const struct dni_saved_end last = { .version = 42,
	.visitor_key = { 1, 2, 3 } };

static void write_down(struct heard *h, struct buf *text)
{
	const struct tag_reader to = listen_to(h);
	struct dni_saved_copy c = { .to = &to, .out = text };
	const struct tag_reader both = dni_saved_copy(&c);

	buf_init(text, 1 << 20);
	tell_all(&both);
	dni_saved_end(&c, &last);
	assert_int_equal(buf_err(text), ERR_OK);
	assert_int_equal(h->n, 4);
}

static enum err tell_again(struct slice text, struct heard *h,
    struct dni_saved_end *end)
{
	const struct tag_reader to = listen_to(h);

	return dni_saved_tell(text, &to, end);
}

static void test_again(void **state)
{
	struct heard first, again;
	struct dni_saved_end end;
	struct buf text;

	(void)state;
	write_down(&first, &text);
	assert_int_equal(tell_again(buf_slice(&text), &again, &end), ERR_OK);
	assert_int_equal(again.n, first.n);
	assert_true(slice_eq(buf_slice(&again.all), buf_slice(&first.all)));
	assert_int_equal(end.version, 42);
	assert_memory_equal(end.visitor_key, last.visitor_key,
	    sizeof(end.visitor_key));
	buf_fini(&again.all);
	buf_fini(&first.all);
	buf_fini(&text);
}

/* Wherever it is cut, and whatever byte of it is another. */
static void test_damage(void **state)
{
	struct heard first, again;
	struct dni_saved_end end;
	struct buf text;
	size_t told = 0;

	(void)state;
	write_down(&first, &text);
	for (size_t n = 0; n < text.n; n++) {
		assert_int_equal(tell_again(slice_of(text.p, n), &again, &end),
		    ERR_SYNTAX);
		buf_fini(&again.all);
	}
	for (size_t i = 0; i < text.n; i++) {
		text.p[i] ^= 0x40;
		told += tell_again(buf_slice(&text), &again, &end) == ERR_OK;
		text.p[i] ^= 0x40;
		buf_fini(&again.all);
	}
	/* A letter of a text is another, but all else is noticed. */
	assert_true(told < text.n);
	buf_cstr(&text, "x");
	assert_int_equal(tell_again(buf_slice(&text), &again, &end),
	    ERR_SYNTAX);
	buf_fini(&again.all);
	buf_fini(&first.all);
	buf_fini(&text);
}

static void test_lines(void **state)
{
	static const char *const wrong[] = {
		"",
		"\n",
		"[]\n",
		"{}\n",
		"[\"end\"]\n",
		"[\"end\",2,0,42]\n",
		"[\"end\",3,0,42,\"01020300000000000000000000000000\"]\n",
		"[\"end\",2,1,42,\"01020300000000000000000000000000\"]\n",
		"[\"end\",2,0,-1,\"01020300000000000000000000000000\"]\n",
		"[\"end\",2,0,42,\"0102030000000000000000000000000\"]\n",
		"[\"who\"]\n"
		"[\"end\",2,1,42,\"01020300000000000000000000000000\"]\n",
		"[\"target\",\"00\",\"+1\"]\n"
		"[\"end\",2,1,42,\"01020300000000000000000000000000\"]\n",
		"[\"target\",\"00000000000000000000000000000000\","
		"\"+12345678901234567\"]\n"
		"[\"end\",2,1,42,\"01020300000000000000000000000000\"]\n",
	};
	struct heard h;
	struct dni_saved_end end = { .version = 7 };

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(wrong); i++) {
		if (tell_again(slice_from(wrong[i]), &h, &end) != ERR_SYNTAX)
			fail_msg("told: %s", wrong[i]);
		buf_fini(&h.all);
	}
	assert_int_equal(end.version, 7);
}

struct pools {
	struct tag_pool last;
	size_t n;
};

static void keep_pool(void *ctx, const struct tag_pool *row)
{
	struct pools *p = ctx;

	p->last = *row;
	p->n++;
}

/* A file of before the overflow number was named by its id. */
static void test_before(void **state)
{
	static const char text[] =
	    "[\"pool\",\"c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1\","
	    "\"b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1\",\"+14155550109\","
	    "180,60,\"number\"]\n"
	    "[\"end\",1,1,42,\"01020300000000000000000000000000\"]\n";
	static const char shorter[] =
	    "[\"pool\",\"c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1\","
	    "\"b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1\",\"+14155550109\","
	    "180,60]\n"
	    "[\"end\",1,1,42,\"01020300000000000000000000000000\"]\n";
	struct pools p = { .n = 0 };
	const struct tag_reader to = { .ctx = &p, .pool = keep_pool };
	struct dni_saved_end end = { .version = 0 };

	(void)state;
	assert_int_equal(dni_saved_tell(slice_from(text), &to, &end), ERR_OK);
	assert_int_equal(end.version, 42);
	assert_int_equal(p.n, 1);
	assert_string_equal(p.last.overflow_e164, "+14155550109");
	assert_int_equal(p.last.lease_s, 180);
	assert_int_equal(p.last.min_reuse_s, 60);
	assert_string_equal(p.last.overflow_policy, "number");
	assert_true(id_is_nil(p.last.overflow.v));
	assert_int_equal(dni_saved_tell(slice_from(shorter), &to, &end),
	    ERR_SYNTAX);
}

static void test_file(void **state)
{
	char dir[] = "/tmp/saved-XXXXXX", path[64], fresh[64];
	struct buf text;
	struct stat st;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/it", dir);
	(void)snprintf(fresh, sizeof(fresh), "%s/it.new", dir);
	buf_init(&text, 100);
	assert_int_equal(dni_saved_read(path, &text), ERR_NOTFOUND);
	/* Who was ended while writing left this. */
	fd = open(fresh, O_WRONLY | O_CREAT, 0600);
	assert_true(fd != -1);
	(void)close(fd);
	assert_int_equal(dni_saved_write(path, SLICE("one")), ERR_OK);
	assert_int_equal(dni_saved_write(path, SLICE("two")), ERR_OK);
	assert_int_equal(access(fresh, F_OK), -1);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(dni_saved_read(path, &text), ERR_OK);
	assert_true(slice_eq(buf_slice(&text), SLICE("two")));
	buf_fini(&text);
	/* A link may lead to what another user wrote. */
	assert_int_equal(symlink(path, fresh), 0);
	buf_init(&text, 100);
	assert_int_equal(dni_saved_read(fresh, &text), ERR_NOTFOUND);
	if (geteuid() == 0) {
		assert_int_equal(chown(path, 65534, 65534), 0);
		assert_int_equal(dni_saved_read(path, &text), ERR_NOTFOUND);
	}
	assert_int_equal(text.n, 0);
	buf_fini(&text);
	buf_init(&text, 2);
	assert_int_equal(chown(path, geteuid(), (gid_t)-1), 0);
	assert_int_equal(dni_saved_read(path, &text), ERR_TOOBIG);
	buf_fini(&text);
	(void)unlink(fresh);
	(void)unlink(path);
	(void)rmdir(dir);
}

#define SITES 2000

/* In the order of their keys, whatever their ids are. */
static struct site_id site_of(unsigned int i)
{
	struct site_id id = { { 1 } };
	const uint32_t n = i * UINT32_C(2654435761);

	memcpy(id.v + 4, &n, sizeof(n));
	return id;
}

static struct pool_id pool_of(unsigned int i)
{
	struct pool_id id;

	memcpy(id.v, site_of(i).v, sizeof(id.v));
	return id;
}

static void tell_sites(const struct tag_reader *to)
{
	for (unsigned int i = 0; i < SITES; i++) {
		struct tag_site s = { .id = site_of(i), .pool = pool_of(i) };

		(void)snprintf(s.key, sizeof(s.key), "key-%05u", i);
		to->site(to->ctx, &s);
	}
	for (unsigned int i = SITES; i-- > 0;) {
		struct tag_origin o = { .site = site_of(i) };

		(void)snprintf(o.origin, sizeof(o.origin), "https://%u.test",
		    i);
		to->origin(to->ctx, &o);
	}
	for (unsigned int i = 0; i < SITES; i++) {
		const struct tag_pool p = { .id = pool_of(i), .lease_s = i };

		to->pool(to->ctx, &p);
	}
}

/* What belongs to a site and to a pool is found, of many. */
static void test_configuration(void **state)
{
	struct buf text;
	struct dni_saved_copy c = { .out = &text };
	struct heard h;
	const struct tag_reader to = listen_to(&h);
	struct tag_reader both;
	struct dni_saved_end end;
	struct dni_conf *conf;

	(void)state;
	c.to = &to;
	both = dni_saved_copy(&c);
	buf_init(&text, 4 << 20);
	tell_sites(&both);
	dni_saved_end(&c, &last);
	assert_int_equal(dni_conf_remember(buf_slice(&text), &end, &conf),
	    ERR_OK);
	for (unsigned int i = 0; i < SITES; i++) {
		char key[16], origin[32];
		const struct dni_site *s;
		const struct dni_conf_pool *p;

		(void)snprintf(key, sizeof(key), "key-%05u", i);
		(void)snprintf(origin, sizeof(origin), "https://%u.test", i);
		s = dni_conf_site(conf, slice_from(key));
		assert_non_null(s);
		assert_int_equal(s->n_origins, 1);
		assert_true(slice_eq_cstr(s->origins[0], origin));
		p = dni_conf_pool(conf, s->pool);
		assert_non_null(p);
		assert_int_equal(p->lease_us, (int64_t)i * RT_SEC_US);
	}
	assert_null(dni_conf_pool(conf, pool_of(SITES)));
	dni_conf_free(conf);
	buf_fini(&h.all);
	buf_fini(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_before),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
