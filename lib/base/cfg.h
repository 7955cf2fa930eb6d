/*
 * cfg.h - settings as `key value` lines over a typed table.
 *
 *   # comment
 *   http_listen  127.0.0.1:8080
 *   recordings   /var/lib/ringtrace/recordings
 *
 * Keys are known from a table sorted by name; an unknown or repeated key, a
 * bad value or a line without value is an error that names its line. Values
 * run to the end of the line, trimmed. Unset keys keep what the caller put
 * into the struct before.
 */
#ifndef RT_BASE_CFG_H
#define RT_BASE_CFG_H

#include <stdbool.h>

#include "lib/base/err.h"
#include "lib/base/slice.h"

enum cfg_type {
	CFG_TEXT, /* char[max + 1] */
	CFG_U64   /* uint64_t, min to max */
};

struct cfg_row {
	const char *key;
	enum cfg_type type;
	size_t offset; /* into the caller's struct */
	uint64_t min;  /* CFG_U64: smallest; CFG_TEXT: shortest, in bytes */
	uint64_t max;  /* CFG_U64: largest; CFG_TEXT: longest, in bytes */
	/* CFG_TEXT: what else must hold, and how it is told; NULL: nothing. */
	bool (*is)(struct slice v);
	const char *form;
};

#define CFG_ERROR_MAX 160

struct cfg_error {
	unsigned int line; /* from 1 */
	char what[CFG_ERROR_MAX];
};

/* At most 64 rows. On any result but ERR_OK *out may be half filled and *why
 * says what to mend. ERR_SYNTAX, ERR_RANGE, ERR_NOTFOUND (unknown key),
 * ERR_CONFLICT (repeated key). */
RT_MUST_USE enum err cfg_parse(struct slice text, const struct cfg_row *rows,
    size_t n_rows, void *out, struct cfg_error *why);

#endif
