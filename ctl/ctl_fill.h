/*
 * ctl_fill.h - text files of the share folder with words to fill in.
 *
 * A word stands between at signs: "listen @http_listen@;". One that nobody
 * knows is an error, so that a typing mistake cannot reach a program.
 */
#ifndef RT_CTL_FILL_H
#define RT_CTL_FILL_H

#include "lib/base/buf.h"

struct ctl_fill_word {
	const char *name;
	const char *text; /* NULL: number */
	uint64_t number;
};

/* Appends <share_dir>/<file> with its words replaced. ERR_IO; ERR_SYNTAX: an
 * unknown word or an odd at sign; said. */
RT_MUST_USE enum err ctl_fill(const char *share_dir, const char *file,
    const struct ctl_fill_word *words, size_t n, struct buf *out);

#endif
