/*
 * json_in.h - JSON from outside, read into a tree with limits (RFC 8259).
 *
 * One document is one object on the heap; nodes and text are borrowed from it
 * and live until json_in_free(). Every getter takes a NULL node, which means
 * "not there", so that look-ups can be chained and checked once. Refused: more
 * bytes or nesting than the caller allows, a repeated key, text that is not
 * UTF-8 or holds NUL, anything after the document. Numbers are integers: a
 * number with a fraction or an exponent is of kind JSON_IN_REAL and has no
 * getter, since nothing of ours takes one.
 */
#ifndef RT_JSON_JSON_IN_H
#define RT_JSON_JSON_IN_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

#define JSON_IN_WHY_MAX 160

struct json_in;
struct json_node; /* never defined: a borrowed node */

enum json_in_kind {
	JSON_IN_MISSING, /* the node is NULL */
	JSON_IN_NULL,
	JSON_IN_BOOL,
	JSON_IN_INT,
	JSON_IN_REAL,
	JSON_IN_TEXT,
	JSON_IN_ARRAY,
	JSON_IN_OBJECT
};

/* What is wrong, for the person who sent it. line and column count from 1;
 * 0 when there is no place to name. */
struct json_in_error {
	unsigned int line;
	unsigned int column;
	char what[JSON_IN_WHY_MAX];
};

/* The document's top must be an object or an array. max_depth: 1 allows only
 * plain values in it. ERR_TOOBIG: longer than max_bytes or nested deeper;
 * ERR_SYNTAX; ERR_NOMEM. why may be NULL. End *out with json_in_free(). */
RT_MUST_USE enum err json_in_parse(struct slice text, size_t max_bytes,
    unsigned int max_depth, struct json_in **out, struct json_in_error *why);
void json_in_free(struct json_in *in);

const struct json_node *json_in_root(const struct json_in *in);
enum json_in_kind json_in_kind(const struct json_node *n);

/* The member of an object; NULL when n is no object or has no such key. */
const struct json_node *json_in_get(const struct json_node *n, const char *key);
const struct json_node *json_in_member(const struct json_node *n,
    struct slice key);
/* Elements of an array or members of an object; 0 for anything else. */
size_t json_in_count(const struct json_node *n);
/* The i-th element of an array, from 0; NULL beyond its end. */
const struct json_node *json_in_at(const struct json_node *n, size_t i);

/* Walks an object's members in their order: start with *iter NULL; false at
 * the end. */
RT_MUST_USE bool json_in_next(const struct json_node *n, void **iter,
    struct slice *key, const struct json_node **value);

/* The same value: members in any order, 5 and "5" differ. Two that are not
 * there are the same; what is not there and null are not. */
RT_MUST_USE bool json_in_same(const struct json_node *a,
    const struct json_node *b);

/* A value of one type. ERR_NOTFOUND: not there, or null; ERR_SYNTAX: another
 * type; ERR_TOOBIG: text longer than max bytes; ERR_RANGE: number outside. */
RT_MUST_USE enum err json_in_text(const struct json_node *n, size_t max,
    struct slice *out);
RT_MUST_USE enum err json_in_i64(const struct json_node *n, int64_t min,
    int64_t max, int64_t *out);
RT_MUST_USE enum err json_in_bool(const struct json_node *n, bool *out);

/* The same for a member that may be missing: *out then keeps what it holds
 * and the result is ERR_OK. */
RT_MUST_USE enum err json_in_opt_text(const struct json_node *n,
    const char *key, size_t max, struct slice *out);
RT_MUST_USE enum err json_in_opt_i64(const struct json_node *n, const char *key,
    int64_t min, int64_t max, int64_t *out);
RT_MUST_USE enum err json_in_opt_bool(const struct json_node *n,
    const char *key, bool *out);

#endif
