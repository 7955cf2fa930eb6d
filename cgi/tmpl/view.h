/*
 * view.h - what a page shows: named values, flags and lists of items.
 *
 * A handler fills a view, the template takes from it. Values are copied into
 * the arena; keys are literals of [a-z0-9_]. Setters do not fail one by one: a
 * full arena, a repeated key or a foreign kind makes the whole view fail, and
 * view_err() says so. Items see the keys of what they lie in.
 *
 * A template may only name keys that were set. A list that can be empty is
 * therefore made with view_list() before its items.
 */
#ifndef RT_CGI_TMPL_VIEW_H
#define RT_CGI_TMPL_VIEW_H

#include "lib/base/arena.h"
#include "lib/base/err.h"
#include "lib/text/json_out.h"

struct view;

/* name: the template's file name, "calls.html"; a literal. Lives as long as
 * the arena. Never NULL: when the arena is full it is a view that has failed.
 */
struct view *view_new(struct arena *arena, const char *name);
const char *view_name(const struct view *v);

void view_slice(struct view *v, const char *key, struct slice s);
/* NULL is the empty text. */
void view_cstr(struct view *v, const char *key, const char *s);
void view_u64(struct view *v, const char *key, uint64_t n);
void view_i64(struct view *v, const char *key, int64_t n);
/* For {{#key}} and {{^key}}. */
void view_flag(struct view *v, const char *key, bool on);
/* For {{key|json}}: a finished json_out value, copied. An unfinished one fails
 * the view. */
void view_json(struct view *v, const char *key, const struct json_out *j);

/* Makes the list, empty; nothing when it is there already. */
void view_list(struct view *v, const char *key);
/* Appends an item to a list, made when it is missing. Never NULL. */
struct view *view_item(struct view *v, const char *key);
/* A part of its own that {{#key}} shows once: an item of a list of one. */
struct view *view_part(struct view *v, const char *key);

/* True when the key is set in v itself. */
bool view_has(const struct view *v, const char *key);

/* ERR_OK; ERR_NOMEM; ERR_CONFLICT: a key set twice or with two kinds;
 * ERR_INTERNAL: unfinished JSON. Covers the items too. */
RT_MUST_USE enum err view_err(const struct view *v);

/* --- for the renderer ----------------------------------------------------- */

enum view_kind {
	VIEW_TEXT,
	VIEW_U64,
	VIEW_I64,
	VIEW_FLAG,
	VIEW_JSON,
	VIEW_LIST
};

struct view_value {
	const char *key;
	enum view_kind kind;
	struct slice text; /* VIEW_TEXT, VIEW_JSON */
	uint64_t u64;      /* VIEW_U64; VIEW_FLAG: 0 or 1 */
	int64_t i64;
	struct view *first; /* VIEW_LIST */
	struct view *last;
	struct view_value *next;
};

/* The value of key in v or in what v lies in; NULL when there is none. */
const struct view_value *view_find(const struct view *v, struct slice key);
/* The item after v in its list; NULL after the last. */
const struct view *view_next(const struct view *v);

#endif
