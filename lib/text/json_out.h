/*
 * json_out.h - writes one JSON value (RFC 8259) into a buffer.
 *
 *	json_out_init(&j, &buf);
 *	json_out_object(&j);
 *	json_out_key(&j, "calls");
 *	json_out_u64(&j, 12);
 *	json_out_end(&j);
 *	e = json_out_done(&j);
 *
 * Commas and quotes are its business. A wrong order (a value without a key, an
 * end too many) is our own mistake: sticky ERR_INTERNAL. The text is safe in
 * HTML scripts and, with its quotes escaped, in attributes. Called json_out
 * because jansson owns the json_* names.
 */
#ifndef RT_LIB_TEXT_JSON_OUT_H
#define RT_LIB_TEXT_JSON_OUT_H

#include "lib/base/buf.h"

#define JSON_OUT_DEPTH_MAX 32

struct json_out {
	struct buf *out;
	size_t start;       /* where in out the value begins */
	unsigned int depth; /* open objects and arrays */
	uint32_t objects;   /* bit i: level i is an object, else an array */
	uint32_t filled;    /* bit i: level i has a member already */
	bool key;           /* a key waits for its value */
	bool complete;      /* the one top-level value was written */
	enum err e;
};

/* out is borrowed; the value is appended to what it holds. */
void json_out_init(struct json_out *j, struct buf *out);

void json_out_object(struct json_out *j);
void json_out_array(struct json_out *j);
/* Closes the innermost object or array. */
void json_out_end(struct json_out *j);

/* name: a literal; only inside an object, before each value. */
void json_out_key(struct json_out *j, const char *name);
/* The same of a name that came from outside: any UTF-8. */
void json_out_name(struct json_out *j, struct slice name);

void json_out_str(struct json_out *j, struct slice s);
/* NULL is written as null. */
void json_out_cstr(struct json_out *j, const char *s);
void json_out_u64(struct json_out *j, uint64_t v);
void json_out_i64(struct json_out *j, int64_t v);
/* v in units of 10^-digits, written exactly: (1250, 3) is 1.250. digits: 0 to
 * 18. */
void json_out_fixed(struct json_out *j, int64_t v, unsigned int digits);
void json_out_bool(struct json_out *j, bool v);
void json_out_null(struct json_out *j);
/* RFC 3339 text of a wall time. */
void json_out_time_us(struct json_out *j, int64_t wall_us);

/* ERR_OK when exactly one value was written and everything is closed. */
RT_MUST_USE enum err json_out_done(const struct json_out *j);
/* The text of the value; valid until out is written again. */
struct slice json_out_text(const struct json_out *j);

#endif
