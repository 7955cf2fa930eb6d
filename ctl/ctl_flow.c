#include "ctl/ctl_flow.h"

#include <stdio.h>
#include <string.h>

#include "ctl/ctl_conf.h"
#include "ctl/ctl_flow_file.h"
#include "ctl/ctl_verb.h"
#include "lib/base/hex.h"
#include "lib/core/flow_name.h"
#include "lib/core/flow_words.h"
#include "lib/db/db_audit.h"
#include "lib/db/db_config.h"
#include "lib/db/db_flow.h"
#include "lib/db/db_job.h"
#include "lib/flow/flowtry.h"
#include "lib/flow/flowworld.h"
#include "lib/json/flow_diff.h"
#include "lib/text/json_out.h"

#define ARGS_MAX 16

struct opts {
	const char *conf;
	const char *company;
	const char *flow;
	const char *file;
	const char *cases;
	uint64_t version;
	uint64_t from;
	bool force;
};

static const struct ctl_opt options[] = {
	{ "flow", CTL_OPT_TEXT, offsetof(struct opts, flow), 0, "NAME",
	    "name or id of the flow" },
	{ "version", CTL_OPT_COUNT, offsetof(struct opts, version), UINT32_MAX,
	    "N", "show, publish: this one (the last); diff: the newer" },
	{ "from", CTL_OPT_COUNT, offsetof(struct opts, from), UINT32_MAX, "N",
	    "diff: the older one (the published)" },
	{ "file", CTL_OPT_TEXT, offsetof(struct opts, file), 0, "FILE",
	    "add, write: the document" },
	{ "cases", CTL_OPT_TEXT, offsetof(struct opts, cases), 0, "FILE",
	    "cases: keep these beside the flow" },
	{ "force", CTL_OPT_FLAG, offsetof(struct opts, force), 0, NULL,
	    "publish: though a case fails" },
	{ "company", CTL_OPT_TEXT, offsetof(struct opts, company), 0, "NAME",
	    "whose (the only one)" },
	CTL_CONF_OPT(struct opts, conf),
};

/* What a verb is about. */
struct about {
	struct company_id company;
	struct account_id account;
	struct flow_row flow;
};

static enum err find_company(struct ctl_scope *s, const struct opts *o,
    struct about *a)
{
	return ctl_scope_company(s, o->company, &a->company, &a->account);
}

struct sought {
	const char *name;
	uint8_t id[ID_BYTES];
	struct flow_row *out;
	size_t found;
};

static void seek(void *arg, const struct flow_row *row)
{
	struct sought *w = arg;

	if (strcmp(row->name, w->name) != 0 && !id_eq(row->id.v, w->id))
		return;
	*w->out = *row;
	w->found++;
}

static enum err find(struct ctl_scope *s, const struct opts *o, struct about *a)
{
	struct sought w = { .name = o->flow, .out = &a->flow };
	enum err e;

	if ((e = find_company(s, o, a)) != ERR_OK ||
	    (e = ctl_scope_need("flow", o->flow)) != ERR_OK)
		return e;
	(void)!id_parse(ID_KIND_flow, slice_from(o->flow), w.id);
	if ((e = db_flow_each(s->db, a->company, seek, &w)) != ERR_OK)
		return e;
	if (w.found == 1)
		return ERR_OK;
	if (w.found == 0)
		(void)fprintf(stderr, "ringtrace: there is no flow %s\n",
		    o->flow);
	else
		(void)fprintf(stderr,
		    "ringtrace: there are %zu flows %s: say which by its id, "
		    "as in `ringtrace flow list`\n",
		    w.found, o->flow);
	return ERR_NOTFOUND;
}

static enum err document_of(struct ctl_scope *s, const struct about *a,
    uint32_t version, struct slice *out)
{
	const enum err e = db_flow_document(s->db, a->company, a->flow.id,
	    version, &s->mem, out);

	if (e == ERR_NOTFOUND)
		(void)fprintf(stderr, "ringtrace: there is no version %u\n",
		    version);
	return e;
}

/* Who and when: the operator's command is the system. */
static enum err audit(struct ctl_scope *s, const struct about *a,
    const char *action, const char *was, const char *is)
{
	struct audit_row row = { .account = a->account,
		.action = action,
		.object_kind = "flow" };

	memcpy(row.object, a->flow.id.v, ID_BYTES);
	row.before = slice_from(was);
	row.after = slice_from(is);
	return db_audit_add(s->db, a->company, &row);
}

static enum err audit_version(struct ctl_scope *s, const struct about *a,
    const char *action, uint32_t before, uint32_t after)
{
	char was[40], is[40];

	(void)snprintf(was, sizeof(was), "{\"version\":%u}", before);
	(void)snprintf(is, sizeof(is), "{\"version\":%u}", after);
	return audit(s, a, action, was, is);
}

static enum err audit_name(struct ctl_scope *s, const struct about *a)
{
	char mem[8 * DB_NAME_BYTES];
	struct json_out j;
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "name");
	json_out_cstr(&j, a->flow.name);
	json_out_end(&j);
	buf_char(&b, '\0');
	return json_out_done(&j) == ERR_OK && buf_err(&b) == ERR_OK
		   ? audit(s, a, "flow.add", "", mem)
		   : ERR_INTERNAL;
}

/* --- looking ---------------------------------------------------------------*/

static void print_flow(void *arg, const struct flow_row *row)
{
	char id[ID_TEXT_MAX];

	(void)arg;
	id_text(ID_KIND_flow, row->id.v, id);
	(void)printf("%s  published %u of %u  %s\n", id, row->published_version,
	    row->last_version, row->name);
}

static enum err list(struct ctl_scope *s, const void *opts)
{
	struct about a;
	const enum err e = find_company(s, opts, &a);

	return e == ERR_OK ? db_flow_each(s->db, a.company, print_flow, NULL)
			   : e;
}

static enum err show(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct slice document;
	struct about a;
	enum err e;

	if ((e = find(s, o, &a)) != ERR_OK ||
	    (e = document_of(s, &a,
		 o->version != 0 ? (uint32_t)o->version : a.flow.last_version,
		 &document)) != ERR_OK)
		return e;
	(void)printf("%.*s\n", SLICE_FMT(document));
	return ERR_OK;
}

static void tell_diff(void *arg, enum flow_diff_what what, struct slice step,
    struct slice member, struct slice from, struct slice to)
{
	unsigned int *n = arg;

	(*n)++;
	switch (what) {
	case FLOW_DIFF_ADDED:
		(void)printf("+ %.*s\n", SLICE_FMT(step));
		break;
	case FLOW_DIFF_REMOVED:
		(void)printf("- %.*s\n", SLICE_FMT(step));
		break;
	case FLOW_DIFF_CHANGED:
		(void)printf("  %.*s: %.*s: %.*s => %.*s\n", SLICE_FMT(step),
		    SLICE_FMT(member), SLICE_FMT(from), SLICE_FMT(to));
		break;
	case FLOW_DIFF_FIRST:
		(void)printf("  first: %.*s => %.*s\n", SLICE_FMT(from),
		    SLICE_FMT(to));
		break;
	}
}

static enum err diff(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	unsigned int n = 0;
	const struct flow_diff_sink sink = { tell_diff, &n };
	struct slice from, to;
	struct about a;
	enum err e;

	if ((e = find(s, o, &a)) != ERR_OK ||
	    (e = document_of(s, &a,
		 o->from != 0 ? (uint32_t)o->from : a.flow.published_version,
		 &from)) != ERR_OK ||
	    (e = document_of(s, &a,
		 o->version != 0 ? (uint32_t)o->version : a.flow.last_version,
		 &to)) != ERR_OK ||
	    (e = flow_diff(from, to, &sink)) != ERR_OK)
		return e;
	if (n == 0)
		(void)printf("no difference\n");
	return ERR_OK;
}

/* --- writing ---------------------------------------------------------------*/

/* Compiled in the company's world: what it names must be there. */
static enum err check_world(struct ctl_scope *s, const struct about *a,
    struct slice document, struct flow_json_errors *errors)
{
	struct flowworld w;
	enum err e;

	memset(errors, 0, sizeof(*errors));
	if ((e = flowworld_load(s->db, a->company, &s->mem, &w)) != ERR_OK)
		return e;
	w.self = a->flow.id;
	e = flowworld_check(&w, document, errors);
	ctl_flow_file_errors("flow", errors);
	return e;
}

/* check FILE in a company: what it names is looked up. */
static enum err check_file(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct flow_json_errors errors;
	struct slice document;
	struct about a = { .flow = { .last_version = 0 } };
	enum err e;

	e = o->flow != NULL ? find(s, o, &a) : find_company(s, o, &a);
	if (e != ERR_OK ||
	    (e = ctl_flow_file_read(o->file, &s->mem, &document)) != ERR_OK ||
	    (e = check_world(s, &a, document, &errors)) != ERR_OK)
		return e;
	(void)printf("%s: a flow, %zu warnings\n", o->file, errors.n);
	return ERR_OK;
}

/* In a transaction. */
static enum err append(struct ctl_scope *s, const struct about *a,
    struct slice document, uint32_t *version)
{
	const struct user_id nobody = { { 0 } };
	enum err e;

	e = db_flow_write(s->db, a->company, a->flow.id, document, nobody,
	    s->now_us, version);
	return e == ERR_OK
		   ? audit_version(s, a, "flow.save", *version - 1, *version)
		   : e;
}

static enum err read_name(const char *text, char out[DB_NAME_BYTES])
{
	const struct slice name = slice_trim(slice_from(text));

	if (flow_name_ok(name) && slice_to_cstr(name, out, DB_NAME_BYTES))
		return ERR_OK;
	(void)fprintf(stderr, "ringtrace: " FLOW_NAME_RULE "\n");
	return ERR_SYNTAX;
}

/* In a transaction. */
static enum err make(struct ctl_scope *s, struct about *a,
    struct slice document)
{
	uint32_t version;
	enum err e;

	e = db_flow_add(s->db, a->company, &a->flow);
	if (e == ERR_OK)
		e = audit_name(s, a);
	return e == ERR_OK && document.n > 0 ? append(s, a, document, &version)
					     : e;
}

/* A new flow, and of a file its first version. */
static enum err add(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct about a = { .flow = { .created_us = s->now_us } };
	struct flow_json_errors errors;
	struct slice document = SLICE("");
	char id[ID_TEXT_MAX];
	bool mine;
	enum err e;

	if ((e = find_company(s, o, &a)) != ERR_OK ||
	    (e = ctl_scope_need("flow", o->flow)) != ERR_OK ||
	    (e = read_name(o->flow, a.flow.name)) != ERR_OK)
		return e;
	ctl_scope_id(s, a.flow.id.v);
	if (o->file != NULL &&
	    ((e = ctl_flow_file_read(o->file, &s->mem, &document)) != ERR_OK ||
		(e = check_world(s, &a, document, &errors)) != ERR_OK))
		return e;
	if ((e = db_join(s->db, &mine)) != ERR_OK ||
	    (e = db_join_end(s->db, mine, make(s, &a, document))) != ERR_OK)
		return e;
	id_text(ID_KIND_flow, a.flow.id.v, id);
	(void)printf("%s\n", id);
	return ERR_OK;
}

static enum err write_version(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct flow_json_errors errors;
	struct slice document;
	struct about a;
	uint32_t version;
	bool mine;
	enum err e;

	if ((e = find(s, o, &a)) != ERR_OK ||
	    (e = ctl_scope_need("file", o->file)) != ERR_OK ||
	    (e = ctl_flow_file_read(o->file, &s->mem, &document)) != ERR_OK)
		return e;
	if ((e = check_world(s, &a, document, &errors)) != ERR_OK ||
	    (e = db_join(s->db, &mine)) != ERR_OK)
		return e;
	e = db_join_end(s->db, mine, append(s, &a, document, &version));
	if (e == ERR_OK)
		(void)printf(
		    "version %u is written; it is live once it is "
		    "published\n",
		    version);
	return e;
}

/* Tries what is kept beside the flow. *failed counts. */
static enum err try_cases(struct ctl_scope *s, const struct about *a,
    struct slice document, unsigned int *failed, bool *block)
{
	const struct flowtry_each each = { ctl_flow_file_tried, failed };
	struct flow_json_errors errors;
	struct flow_case *cases;
	struct slice kept;
	size_t n = 0;
	enum err e;

	*failed = 0;
	e = db_flow_cases(s->db, a->company, a->flow.id, &s->mem, &kept, block);
	if (e != ERR_OK ||
	    (e = check_world(s, a, document, &errors)) != ERR_OK || kept.n == 0)
		return e;
	e = flow_case_read(kept, &s->mem, &cases, &n, &errors);
	ctl_flow_file_errors("case", &errors);
	return e == ERR_OK ? flowtry_cases(s->db, a->company, a->flow.id,
				 document, cases, n, &each, &errors)
			   : e;
}

/* Once more while nobody else can publish. */
static enum err still_runs(struct ctl_scope *s, const struct about *a,
    struct slice document)
{
	struct flow_json_errors errors;
	const enum err e = db_config_lock(s->db);

	return e == ERR_OK ? check_world(s, a, document, &errors) : e;
}

/* Whispers are spoken before they are needed (jobs/job_spoken). */
static enum err ask_for_speech(struct ctl_scope *s, const struct about *a,
    uint32_t version)
{
	char id[ID_TEXT_MAX], key[ID_TEXT_MAX + 16];

	id_text(ID_KIND_flow, a->flow.id.v, id);
	(void)snprintf(key, sizeof(key), "%s %u", id, version);
	return db_job_add(s->db, a->company, "spoken", slice_from(key),
	    SLICE(""), s->now_us, s->now_us);
}

static enum err publish_version(struct ctl_scope *s, const struct opts *o,
    const struct about *a, uint32_t version)
{
	struct slice document;
	unsigned int failed;
	bool block, mine;
	enum err e;

	if ((e = document_of(s, a, version, &document)) != ERR_OK ||
	    (e = try_cases(s, a, document, &failed, &block)) != ERR_OK)
		return e;
	if (failed > 0 && block && !o->force) {
		(void)fprintf(stderr,
		    "ringtrace: %u cases fail: not published (--force)\n",
		    failed);
		return ERR_CONFLICT;
	}
	if ((e = db_join(s->db, &mine)) != ERR_OK)
		return e;
	if ((e = still_runs(s, a, document)) != ERR_OK)
		return db_join_end(s->db, mine, e);
	e = db_flow_publish(s->db, a->company, a->flow.id, version, s->now_us);
	if (e == ERR_OK)
		e = audit_version(s, a, "flow.publish",
		    a->flow.published_version, version);
	if (e == ERR_OK)
		e = ask_for_speech(s, a, version);
	e = db_join_end(s->db, mine, e);
	if (e == ERR_OK)
		(void)printf(
		    "version %u is live; calls that run keep "
		    "theirs\n",
		    version);
	return e;
}

static enum err publish(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct about a;
	const enum err e = find(s, o, &a);

	if (e != ERR_OK)
		return e;
	return publish_version(s, o, &a,
	    o->version != 0 ? (uint32_t)o->version : a.flow.last_version);
}

/* To the version that was live before the one that is. */
static enum err rollback(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct flow_version *rows;
	uint32_t version = (uint32_t)o->version;
	int64_t best = 0;
	struct about a;
	size_t n;
	enum err e;

	if ((e = find(s, o, &a)) != ERR_OK ||
	    (e = db_flow_versions(s->db, a.company, a.flow.id, 0, 1000, &s->mem,
		 &rows, &n)) != ERR_OK)
		return e;
	for (size_t i = 0; i < n && o->version == 0; i++)
		if (rows[i].version != a.flow.published_version &&
		    rows[i].published_us > best) {
			best = rows[i].published_us;
			version = rows[i].version;
		}
	if (version == 0) {
		(void)fprintf(stderr,
		    "ringtrace: no other version was ever published\n");
		return ERR_NOTFOUND;
	}
	return publish_version(s, o, &a, version);
}

static enum err keep_cases(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct flow_json_errors errors;
	struct flow_case *cases;
	struct slice document;
	struct about a;
	char is[80];
	bool mine;
	size_t n;
	enum err e;

	if ((e = find(s, o, &a)) != ERR_OK ||
	    (e = ctl_scope_need("cases", o->cases)) != ERR_OK ||
	    (e = ctl_flow_file_read(o->cases, &s->mem, &document)) != ERR_OK)
		return e;
	e = flow_case_read(document, &s->mem, &cases, &n, &errors);
	ctl_flow_file_errors("case", &errors);
	if (e != ERR_OK)
		return e;
	(void)snprintf(is, sizeof(is), "{\"cases\":%zu,\"block\":%s}", n,
	    o->force ? "false" : "true");
	if ((e = db_join(s->db, &mine)) != ERR_OK)
		return e;
	e = db_flow_cases_set(s->db, a.company, a.flow.id, document, !o->force);
	if (e == ERR_OK)
		e = audit(s, &a, "flow.cases", "", is);
	e = db_join_end(s->db, mine, e);
	if (e == ERR_OK)
		(void)printf("%zu cases are tried on every publishing%s\n", n,
		    o->force ? ", and warn" : "; one that fails forbids it");
	return e;
}

static const struct ctl_verb verbs[] = {
	{ "list", "the company's flows", list },
	{ "add", "a new flow; with --file its first version, checked", add },
	{ "show", "a version's document, as files have it", show },
	{ "diff", "what two versions differ in", diff },
	{ "write", "append a version from a file, checked", write_version },
	{ "publish", "make a version live", publish },
	{ "rollback", "make the version live that was before", rollback },
	{ "cases", "keep cases beside the flow (--force: only warn)",
	    keep_cases },
	{ "check",
	    "FILE: what is wrong with a document (with --company or -c:"
	    " and with what it names)",
	    check_file },
	{ "test", "FILE [CASES]: try a document", NULL },
	{ "schema", "the JSON schema of documents", NULL },
};

/* Takes FILE out of `check FILE --company NAME`, so that only options are
 * left. False: another verb, or no options. */
static bool take_file(int *argc, char *const *argv, char *rest[],
    struct opts *o)
{
	if (*argc < 4 || *argc > ARGS_MAX || strcmp(argv[1], "check") != 0)
		return false;
	o->file = argv[2];
	for (int i = 0; i < *argc - 1; i++)
		rest[i] = argv[i < 2 ? i : i + 1];
	*argc -= 1;
	return true;
}

int ctl_flow(int argc, char *const *argv)
{
	static const struct ctl_noun noun = { "flow", verbs,
		RT_ARRAY_LEN(verbs), options, RT_ARRAY_LEN(options),
		offsetof(struct opts, conf) };
	struct opts o = { .conf = NULL };
	char *rest[ARGS_MAX];
	int status;

	if (take_file(&argc, argv, rest, &o))
		return ctl_verb_run(&noun, argc, rest, &o);
	if (argc >= 2 && ctl_flow_file_verb(argc - 1, argv + 1, &status))
		return status;
	return ctl_verb_run(&noun, argc, argv, &o);
}
