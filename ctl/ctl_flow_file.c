#include "ctl/ctl_flow_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/json/flow_schema.h"

#define MEM_MAX_BYTES ((size_t)256 << 20)
#define PATH_MAX_HERE 1024

enum err ctl_flow_file_read(const char *path, struct arena *mem,
    struct slice *out)
{
	FILE *f = fopen(path, "rb");
	bool bad;
	char *p;
	size_t n;

	if (f == NULL) {
		(void)fprintf(stderr, "ringtrace: %s: %s\n", path,
		    strerror(errno));
		return ERR_IO;
	}
	p = arena_alloc(mem, FLOW_JSON_BYTES_MAX + 1);
	if (p == NULL) {
		(void)fclose(f);
		return ERR_NOMEM;
	}
	n = fread(p, 1, FLOW_JSON_BYTES_MAX + 1, f);
	bad = ferror(f) != 0;
	if (bad)
		(void)fprintf(stderr, "ringtrace: %s: %s\n", path,
		    strerror(errno));
	(void)fclose(f);
	if (bad)
		return ERR_IO;
	if (n > FLOW_JSON_BYTES_MAX) {
		(void)fprintf(stderr, "ringtrace: %s: more than 1 MiB\n", path);
		return ERR_TOOBIG;
	}
	*out = slice_of(p, n);
	return ERR_OK;
}

/* What a document says, for a terminal: a file may come from anywhere, and
 * must neither steer the terminal nor begin lines of its own. */
static void put_text(FILE *out, struct slice s)
{
	while (s.n > 0) {
		uint32_t c;
		size_t n = utf8_next(s, &c);

		if (n == 0 || c < ' ' || (c >= 0x7f && c < 0xa0)) {
			(void)fputc('?', out);
			n = n == 0 ? 1 : n;
		} else {
			(void)fwrite(s.p, 1, n, out);
		}
		s = slice_skip(s, n);
	}
}

void ctl_flow_file_errors(const char *what,
    const struct flow_json_errors *errors)
{
	for (size_t i = 0; i < errors->n; i++) {
		const struct flow_json_error *e = &errors->item[i];

		(void)fprintf(stderr, "%s: ", e->warning ? "warning" : "error");
		put_text(stderr,
		    slice_from(e->step[0] != '\0' ? e->step : what));
		(void)fprintf(stderr, ": ");
		put_text(stderr, slice_from(e->what));
		(void)fputc('\n', stderr);
	}
	if (errors->more)
		(void)fprintf(stderr, "... and more\n");
}

enum err ctl_flow_file_tried(void *arg, const struct flow_case *c,
    const struct flowtry_report *report)
{
	unsigned int *failed = arg;
	const bool ok = report != NULL && report->n_fails == 0;

	if (!ok)
		(*failed)++;
	(void)printf("%s ", ok ? "ok" : "not ok");
	put_text(stdout, c->name);
	if (report == NULL) {
		(void)printf(": there is no time zone ");
		put_text(stdout, c->zone);
		(void)putchar('\n');
		return ERR_OK;
	}
	(void)printf(": %s after %lld s\n   ",
	    callresult_name(report->sim.result),
	    (long long)(report->sim.lasted_us / RT_SEC_US));
	put_text(stdout, report->words);
	for (size_t i = 0; i < report->n_fails; i++) {
		(void)printf("\n   # ");
		put_text(stdout, report->fails[i]);
	}
	(void)putchar('\n');
	return ERR_OK;
}

/* --- the verbs -------------------------------------------------------------*/

static enum err check(const char *path, struct arena *mem)
{
	struct flow_json_errors errors;
	struct slice document;
	struct flowtry t;
	enum err e;

	if ((e = ctl_flow_file_read(path, mem, &document)) != ERR_OK)
		return e;
	e = flowtry_file(&t, document, SLICE(""), mem, &errors);
	flowtry_close(&t);
	ctl_flow_file_errors("flow", &errors);
	if (e == ERR_OK)
		(void)printf("%s: a flow, %zu warnings\n", path, errors.n);
	return e;
}

/* FILE.json -> FILE.cases.json */
static bool cases_path(const char *path, char out[PATH_MAX_HERE])
{
	struct slice stem = slice_from(path);
	struct buf b;

	if (slice_ends(stem, SLICE(".json")))
		stem.n -= 5;
	buf_over(&b, out, PATH_MAX_HERE);
	buf_put(&b, stem);
	buf_cstr(&b, ".cases.json");
	buf_char(&b, '\0');
	return buf_err(&b) == ERR_OK;
}

static enum err test_case(struct slice document, const struct flow_case *c,
    struct arena *mem, unsigned int *failed)
{
	struct flow_json_errors errors;
	struct flowtry_report report;
	struct flowtry t;
	enum err e;

	/* A world for each: cases may be about different zones. */
	e = flowtry_file(&t, document, c->zone, mem, &errors);
	if (e != ERR_OK)
		ctl_flow_file_errors("flow", &errors);
	else if ((e = flowtry_run(&t, c, NULL, &report)) == ERR_OK)
		e = ctl_flow_file_tried(failed, c, &report);
	else if (e == ERR_NOTFOUND)
		e = ctl_flow_file_tried(failed, c, NULL);
	flowtry_close(&t);
	return e;
}

static enum err test(const char *path, const char *cases_file,
    struct arena *mem)
{
	struct flow_json_errors errors;
	char beside[PATH_MAX_HERE];
	struct slice document, text;
	struct flow_case *cases;
	unsigned int failed = 0;
	size_t n;
	enum err e;

	if (cases_file == NULL) {
		if (!cases_path(path, beside))
			return ERR_TOOBIG;
		cases_file = beside;
	}
	if ((e = ctl_flow_file_read(path, mem, &document)) != ERR_OK ||
	    (e = ctl_flow_file_read(cases_file, mem, &text)) != ERR_OK)
		return e;
	e = flow_case_read(text, mem, &cases, &n, &errors);
	ctl_flow_file_errors("case", &errors);
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = test_case(document, &cases[i], mem, &failed);
	if (e != ERR_OK)
		return e;
	(void)printf("%zu passed, %u failed\n", n - failed, failed);
	return failed > 0 ? ERR_CONFLICT : ERR_OK;
}

static enum err schema(void)
{
	struct buf b;
	enum err e;

	buf_init(&b, 1 << 20);
	flow_schema_write(&b);
	if ((e = buf_err(&b)) == ERR_OK)
		(void)fwrite(b.p, 1, b.n, stdout);
	buf_fini(&b);
	return e;
}

bool ctl_flow_file_verb(int argc, char *const *argv, int *status)
{
	const bool checks = strcmp(argv[0], "check") == 0;
	const bool tests = strcmp(argv[0], "test") == 0;
	struct arena mem;
	enum err e;

	if (!checks && !tests && strcmp(argv[0], "schema") != 0)
		return false;
	if ((checks && argc != 2) || (tests && argc != 2 && argc != 3) ||
	    (!checks && !tests && argc != 1)) {
		(void)fprintf(stderr,
		    "usage: ringtrace flow check FILE\n"
		    "       ringtrace flow test FILE "
		    "[CASES]\n"
		    "       ringtrace flow schema\n");
		*status = 2;
		return true;
	}
	arena_init(&mem, MEM_MAX_BYTES);
	if (checks)
		e = check(argv[1], &mem);
	else if (tests)
		e = test(argv[1], argc == 3 ? argv[2] : NULL, &mem);
	else
		e = schema();
	arena_fini(&mem);
	*status = e == ERR_OK ? 0 : 1;
	return true;
}
