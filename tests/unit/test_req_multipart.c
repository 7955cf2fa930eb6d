/* Tests of cgi/web/req: bodies of several parts (RFC 7578). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "cgi/web/req.h"
#include "lib/base/buf.h"

static void print_params(const struct req_param *p, struct buf *out)
{
	for (; p != NULL; p = p->next) {
		buf_char(out, '[');
		buf_put(out, p->name);
		buf_char(out, '|');
		buf_put(out, p->value);
		buf_char(out, ']');
	}
}

#define TYPE "multipart/form-data; boundary=XX"
#define PART(name, value)                                      \
	"--XX\r\nContent-Disposition: form-data; name=\"" name \
	"\"\r\n"                                               \
	"\r\n" value "\r\n"
#define FILE_PART(name, file, value)                                        \
	"--XX\r\ncontent-disposition: form-data; name=\"" name              \
	"\"; filename=\"" file "\"\r\nContent-Type: text/csv\r\n\r\n" value \
	"\r\n"

static const struct {
	const char *why;
	const char *type;
	const char *in;
	enum err e;
	const char *params;
	const char *files;
} multipart_cases[] = {
	{ "one", TYPE, PART("a", "b") "--XX--\r\n", ERR_OK, "[a|b]", "" },
	{ "no line at the end", TYPE, PART("a", "b") "--XX--", ERR_OK, "[a|b]",
	    "" },
	{ "none", TYPE, "--XX--\r\n", ERR_OK, "", "" },
	{ "empty value", TYPE, PART("a", "") "--XX--", ERR_OK, "[a|]", "" },
	{ "a file", TYPE, FILE_PART("f", "x.csv", "1\r\n2") "--XX--", ERR_OK,
	    "", "[f|x.csv|text/csv|1\r\n2]" },
	{ "both", TYPE, PART("a", "b") FILE_PART("f", "", "") "--XX--", ERR_OK,
	    "[a|b]", "[f||text/csv|]" },
	{ "quoted boundary", "multipart/form-data; boundary=\"XX\"",
	    PART("a", "b") "--XX--", ERR_OK, "[a|b]", "" },
	{ "charset before", "Multipart/Form-Data; charset=utf-8; boundary=XX",
	    PART("a", "b") "--XX--", ERR_OK, "[a|b]", "" },
	{ "no boundary", "multipart/form-data", "--XX--", ERR_SYNTAX, "", "" },
	{ "empty boundary", "multipart/form-data; boundary=\"\"", "--XX--",
	    ERR_RANGE, "", "" },
	{ "long boundary",
	    "multipart/form-data; boundary=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    "", ERR_RANGE, "", "" },
	{ "another type", "text/plain; boundary=XX", "--XX--", ERR_SYNTAX, "",
	    "" },
	{ "text before", TYPE, "x" PART("a", "b") "--XX--", ERR_SYNTAX, "",
	    "" },
	{ "text behind", TYPE, PART("a", "b") "--XX--\r\nx", ERR_SYNTAX, "",
	    "" },
	{ "not ended", TYPE, PART("a", "b"), ERR_SYNTAX, "", "" },
	{ "cut in a part", TYPE, "--XX\r\nContent-Disposition: form-",
	    ERR_SYNTAX, "", "" },
	{ "no name", TYPE,
	    "--XX\r\nContent-Disposition: form-data\r\n\r\nb\r\n--XX--",
	    ERR_SYNTAX, "", "" },
	{ "no disposition", TYPE, "--XX\r\nX: y\r\n\r\nb\r\n--XX--", ERR_SYNTAX,
	    "", "" },
	{ "another disposition", TYPE,
	    "--XX\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nb\r\n"
	    "--XX--",
	    ERR_SYNTAX, "", "" },
	{ "header without colon", TYPE, "--XX\r\nnonsense\r\n\r\nb\r\n--XX--",
	    ERR_SYNTAX, "", "" },
	{ "broken UTF-8", TYPE, PART("a", "\xff") "--XX--", ERR_SYNTAX, "",
	    "" },
	{ "any bytes in a file", TYPE, FILE_PART("f", "x", "\xff\x01") "--XX--",
	    ERR_OK, "", "[f|x|text/csv|\xff\x01]" },
	{ "broken UTF-8 in a file's name", TYPE,
	    FILE_PART("f", "\xff", "") "--XX--", ERR_SYNTAX, "", "" },
	{ "the mark inside a value", TYPE, PART("a", "--XX") "--XX--", ERR_OK,
	    "[a|--XX]", "" },
	{ "a longer mark begins inside", TYPE, PART("a", "b\r\n--XXc") "--XX--",
	    ERR_SYNTAX, "", "" },
};

static void print_files(const struct req_file *f, struct buf *out)
{
	for (; f != NULL; f = f->next) {
		buf_char(out, '[');
		buf_put(out, f->field);
		buf_char(out, '|');
		buf_put(out, f->filename);
		buf_char(out, '|');
		buf_put(out, f->type);
		buf_char(out, '|');
		buf_put(out, f->bytes);
		buf_char(out, ']');
	}
}

static void test_multipart(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(multipart_cases); i++) {
		struct req_param *p = NULL;
		struct req_file *f = NULL;
		char mem1[200], mem2[200];
		struct buf b1, b2;
		struct arena a;
		enum err e;

		arena_init(&a, 1 << 20);
		buf_over(&b1, mem1, sizeof(mem1));
		buf_over(&b2, mem2, sizeof(mem2));
		e = req_parse_multipart(&a, slice_from(multipart_cases[i].type),
		    slice_from(multipart_cases[i].in), &p, &f);
		print_params(p, &b1);
		print_files(f, &b2);
		if (e != multipart_cases[i].e ||
		    !slice_eq_cstr(buf_slice(&b1), multipart_cases[i].params) ||
		    !slice_eq_cstr(buf_slice(&b2), multipart_cases[i].files))
			fail_msg("%s: %s %.*s %.*s", multipart_cases[i].why,
			    err_name(e), SLICE_FMT(buf_slice(&b1)),
			    SLICE_FMT(buf_slice(&b2)));
		arena_fini(&a);
	}
}

static void test_multipart_limits(void **state)
{
	static const char part[] = FILE_PART("f", "x", "y");
	struct req_param *p = NULL;
	struct req_file *f = NULL;
	struct arena a;
	struct buf b;

	(void)state;
	arena_init(&a, 1 << 20);
	buf_init(&b, 100000);
	for (size_t i = 0; i < REQ_FILES_MAX; i++)
		buf_cstr(&b, part);
	buf_cstr(&b, "--XX--");
	assert_int_equal(req_parse_multipart(&a, SLICE(TYPE), buf_slice(&b), &p,
			     &f),
	    ERR_OK);
	buf_reset(&b);
	for (size_t i = 0; i < REQ_FILES_MAX + 1; i++)
		buf_cstr(&b, part);
	buf_cstr(&b, "--XX--");
	assert_int_equal(req_parse_multipart(&a, SLICE(TYPE), buf_slice(&b), &p,
			     &f),
	    ERR_TOOBIG);
	buf_reset(&b);
	buf_cstr(&b, "--XX\r\n");
	for (size_t i = 0; i < 20; i++)
		buf_cstr(&b, "X-A: b\r\n");
	buf_cstr(&b,
	    "Content-Disposition: form-data; name=\"a\"\r\n\r\n\r\n"
	    "--XX--");
	assert_int_equal(req_parse_multipart(&a, SLICE(TYPE), buf_slice(&b), &p,
			     &f),
	    ERR_TOOBIG);
	buf_fini(&b);
	arena_fini(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_multipart),
		cmocka_unit_test(test_multipart_limits),
	};

	return cmocka_run_group_tests_name("req", tests, NULL, NULL);
}
