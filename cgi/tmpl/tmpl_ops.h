/*
 * tmpl_ops.h - a compiled template, shared by its compiler and its renderer.
 */
#ifndef RT_CGI_TMPL_TMPL_OPS_H
#define RT_CGI_TMPL_TMPL_OPS_H

#include "cgi/tmpl/tmpl.h"
#include "lib/base/arena.h"

enum tmpl_op_kind {
	TMPL_OP_LITERAL, /* text as it is */
	TMPL_OP_HTML,    /* the value of key `text`, for its place */
	TMPL_OP_URL,
	TMPL_OP_HREF,
	TMPL_OP_JSON,
	TMPL_OP_JSON_ATTR,
	TMPL_OP_SECTION,  /* the ops up to end, for each item */
	TMPL_OP_INVERTED, /* the ops up to end, when there is nothing */
	TMPL_OP_PARTIAL
};

struct tmpl_file;

struct tmpl_op {
	enum tmpl_op_kind kind;
	unsigned int line;
	struct slice text; /* literal, key or name of the partial */
	size_t end;        /* sections: index after their last op */
	const struct tmpl_file *partial;
};

struct tmpl_file {
	char name[TMPL_NAME_MAX + 1];
	struct tmpl_op *ops;
	size_t n;
};

struct tmpl_set {
	struct arena arena;
	struct tmpl_file files[TMPL_FILES_MAX];
	size_t n;
};

/* NULL when there is none of that name. */
const struct tmpl_file *tmpl_ops_find(const struct tmpl_set *set,
    struct slice name);
/* Fills *why and returns e. about: "" or what it is about. */
enum err tmpl_ops_blame(struct tmpl_error *why, enum err e,
    const struct tmpl_file *f, unsigned int line, const char *what,
    struct slice about);

#endif
