/*
 * req.h - one HTTP request, checked and taken apart.
 *
 * req_read() accepts only what is well formed: percent-encoding is strict, NUL
 * bytes, control characters and broken UTF-8 in paths, names and values are
 * ERR_SYNTAX (400), a body above its limit is ERR_TOOBIG (413). Everything
 * lives in the request's arena. Handlers see a const struct req.
 */
#ifndef RT_CGI_WEB_REQ_H
#define RT_CGI_WEB_REQ_H

#include "lib/base/arena.h"
#include "lib/core/id.h"

struct db;
struct later;
struct settings;
struct tmpl_set;

#define REQ_PATH_MAX    1024 /* bytes, decoded */
#define REQ_QUERY_MAX   8192 /* bytes, raw */
#define REQ_PARAMS_MAX  256  /* in a query, in a form with files */
#define REQ_FIELDS_MAX  4096 /* in a form: a flow of 500 steps has 1500 */
#define REQ_COOKIES_MAX 32
#define REQ_FILES_MAX   8
#define REQ_BODY_FORM   ((size_t)65536) /* default limit of a form body */
#define REQ_ADDRESS_MAX 45              /* text of an IPv6 address */

enum req_method {
	REQ_GET,
	REQ_HEAD,
	REQ_POST,
	REQ_PUT,
	REQ_PATCH,
	REQ_DELETE,
	REQ_OPTIONS,
	REQ_OTHER
};

struct req_param {
	struct slice name;
	struct slice value; /* valid UTF-8 without NUL */
	struct req_param *next;
};

/* One uploaded file of a multipart body. */
struct req_file {
	struct slice field;
	struct slice filename; /* the client's claim: for showing only */
	struct slice type;     /* the client's claim */
	struct slice bytes;    /* any bytes */
	struct req_file *next;
};

/* What the body may be; a row of the route table says it. */
enum req_body {
	REQ_BODY_NONE, /* a body is refused with ERR_TOOBIG */
	REQ_BODY_URLENCODED,
	REQ_BODY_MULTIPART, /* or urlencoded */
	REQ_BODY_RAW        /* any type; handler reads r->body */
};

/* What a page cannot understand of its address. */
struct req_wrong {
	const char *name; /* of the parameter; NULL: nothing yet */
	const char *may_be;
};

struct req {
	struct arena *arena; /* ends with the request */
	void *app;           /* the program's own, from web_conf */
	struct db *db;       /* this thread's connection; NULL: none */
	const struct settings *settings;
	struct later *later;    /* for resp_later(); NULL: cannot wait */
	int64_t now_us;         /* wall time at arrival */
	char id[ID_TEXT_MAX];   /* req_… of the log lines */
	enum req_method method; /* HEAD arrives as GET with head set */
	bool head;
	bool tls;            /* the client speaks https to nginx */
	struct slice path;   /* decoded, begins with '/' */
	struct slice target; /* as sent: path and query */
	struct slice host;   /* Host header, "" when missing */
	char address[REQ_ADDRESS_MAX + 1]; /* of the client */
	struct slice content_type;
	struct slice body; /* REQ_BODY_RAW */
	/* Who asks; set by the dispatcher before the handler runs. */
	bool signed_in;
	struct user_id user;
	struct account_id account;
	struct company_id company; /* nil when the user has none */
	int role;                  /* enum route_role, in that company */
	int account_role;          /* the same in all of the account's */
	const void *data;          /* the row's, see route.h */
	struct slice user_name;
	struct slice company_name;
	struct slice company_zone; /* IANA time zone name */
	struct slice csrf;         /* token for this client's forms */
	const void *who;           /* of web_conf.admit; else NULL */
	struct req_wrong *wrong;   /* where req_wrong() notes; NULL: nowhere */
	/* Inside. */
	const char *const *envp;
	struct slice session; /* the login cookie's token, "" when none */
	struct slice ids[4];  /* what stood in the path's {…} */
	size_t n_ids;
	/* A parameter of the query that is not well formed: its name, as far as
	 * it is text. NULL, 0: all are. */
	struct slice odd;
	bool query_long; /* too long, or of too many parameters: not read */
	struct req_param *query;
	struct req_param *form;
	struct req_param *cookies;
	struct req_file *files;
};

/* --- for handlers ---------------------------------------------------------
 * Getters: ERR_NOTFOUND: not sent (or, for numbers and ids, sent empty);
 * ERR_SYNTAX: sent more than once, or no such number or id; ERR_RANGE.
 * A handler that returns one of them makes the answer 400, but for
 * ERR_NOTFOUND, which is 404: so a missing duty is req_need()'s ERR_SYNTAX. */

/* Of these, the ones of the address note by themselves what is wrong. */
RT_MUST_USE enum err req_query(const struct req *r, const char *name,
    struct slice *out);
RT_MUST_USE enum err req_query_u64(const struct req *r, const char *name,
    uint64_t min, uint64_t max, uint64_t *out);
RT_MUST_USE enum err req_query_id(const struct req *r, const char *name,
    enum id_kind kind, uint8_t out[ID_BYTES]);

/* Notes for the person that the parameter is not what it may be ("a day, as
 * 2026-10-31"), unless something is noted already. Both texts are literals or
 * of the request's arena. Always ERR_RANGE, to be returned. */
RT_MUST_USE enum err req_wrong(const struct req *r, const char *name,
    const char *may_be);

RT_MUST_USE enum err req_form(const struct req *r, const char *name,
    struct slice *out);
RT_MUST_USE enum err req_form_u64(const struct req *r, const char *name,
    uint64_t min, uint64_t max, uint64_t *out);
RT_MUST_USE enum err req_form_id(const struct req *r, const char *name,
    enum id_kind kind, uint8_t out[ID_BYTES]);
/* Trimmed text of min to max characters (not bytes); where one is needed, one
 * that can be seen. */
RT_MUST_USE enum err req_form_text(const struct req *r, const char *name,
    size_t min, size_t max, struct slice *out);

/* The n-th {…} of the path, from 0. ERR_NOTFOUND: no id of that kind: the
 * address does not exist. */
RT_MUST_USE enum err req_path_id(const struct req *r, size_t n,
    enum id_kind kind, uint8_t out[ID_BYTES]);
/* The same as text. */
struct slice req_path_text(const struct req *r, size_t n);

/* ERR_NOTFOUND becomes ERR_SYNTAX: for parameters that must be there. */
RT_MUST_USE enum err req_need(enum err e);

RT_MUST_USE enum err req_cookie(const struct req *r, const char *name,
    struct slice *out);
/* A request header by its FastCGI name, "HTTP_ORIGIN"; "" when not sent. Raw
 * bytes: trust nothing. */
struct slice req_env(const struct req *r, const char *name);
/* Was it sent at all, and be it empty? */
bool req_env_sent(const struct req *r, const char *name);
/* NULL when no file was sent in that field. */
const struct req_file *req_file(const struct req *r, const char *field);

/* --- for the dispatcher --------------------------------------------------- */

/* Where the request comes from. envp: "NAME=value" texts, NULL at the end;
 * must outlive the request. read gives the body: bytes copied, 0 at its end. */
struct req_source {
	const char *const *envp;
	size_t (*read)(void *ctx, char *out, size_t n);
	void *ctx;
};

/* Method, path, query, cookies; not yet the body. r->arena is set by the
 * caller. ERR_SYNTAX, ERR_TOOBIG, ERR_NOMEM. ERR_SYNTAX with r->odd set: all
 * else was read, the query without what is not well formed; ERR_TOOBIG with
 * r->query_long: all but the query was. */
RT_MUST_USE enum err req_read(struct req *r, const struct req_source *src);
/* The body, of at most max bytes. ERR_UNSUPPORTED: another content type than
 * `body` allows (415); ERR_CLOSED: it ended early. */
RT_MUST_USE enum err req_read_body(struct req *r, const struct req_source *src,
    enum req_body body, size_t max);

/* --- parsers, for tests and fuzzing --------------------------------------- */

/* application/x-www-form-urlencoded (WHATWG URL 5.1), strict: up to
 * REQ_PARAMS_MAX of a query, up to REQ_FIELDS_MAX of a form. */
RT_MUST_USE enum err req_parse_params(struct arena *a, struct slice s,
    struct req_param **out);
RT_MUST_USE enum err req_parse_form(struct arena *a, struct slice s,
    struct req_param **out);
/* A query as above, of which pairs that are not well formed are left out; the
 * name of the first, cleaned, is *odd. */
RT_MUST_USE enum err req_parse_query(struct arena *a, struct slice s,
    struct req_param **out, struct slice *odd);
/* Cookie (RFC 6265 5.4): pairs of other forms are skipped, as other sites on
 * the same host may set what they like. */
RT_MUST_USE enum err req_parse_cookies(struct arena *a, struct slice s,
    struct req_param **out);
/* multipart/form-data (RFC 7578). */
RT_MUST_USE enum err req_parse_multipart(struct arena *a, struct slice type,
    struct slice body, struct req_param **form, struct req_file **files);
/* Percent-decodes a path; ERR_SYNTAX also for "//", "." and ".." segments. */
RT_MUST_USE enum err req_parse_path(struct arena *a, struct slice raw,
    struct slice *out);

#endif
