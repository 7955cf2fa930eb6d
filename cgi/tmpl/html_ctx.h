/*
 * html_ctx.h - where in an HTML document a template stands, byte by byte.
 *
 * A strict reading of the WHATWG tokenizer (HTML 13.2.5): whatever browsers
 * might read in two ways, and whatever our Content-Security-Policy forbids, is
 * refused rather than followed. For tmpl, which asks before each value.
 */
#ifndef RT_CGI_TMPL_HTML_CTX_H
#define RT_CGI_TMPL_HTML_CTX_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

#define HTML_CTX_NAME_MAX 31

enum html_ctx_state {
	HTML_CTX_TEXT,
	HTML_CTX_OPEN,    /* after < */
	HTML_CTX_TAG,     /* in a start tag's name */
	HTML_CTX_END_TAG, /* after </ up to > */
	HTML_CTX_IN_TAG,  /* between attributes */
	HTML_CTX_SLASH,   /* after / in a tag: > must follow */
	HTML_CTX_ATTR,    /* in an attribute's name */
	HTML_CTX_BEFORE,  /* after = */
	HTML_CTX_DOUBLE,  /* in "…" */
	HTML_CTX_SINGLE,  /* in '…' */
	HTML_CTX_AFTER,   /* after a closing quote */
	HTML_CTX_BANG,    /* after <! */
	HTML_CTX_COMMENT,
	HTML_CTX_RAW,    /* in script, title, textarea */
	HTML_CTX_RAW_END /* in their end tag */
};

/* What an attribute's value is. */
enum html_ctx_attr {
	HTML_CTX_PLAIN,
	HTML_CTX_URL,
	HTML_CTX_FIXED /* no value of ours may stand there */
};

struct html_ctx {
	enum html_ctx_state state;
	enum html_ctx_attr attr;
	bool started;  /* the attribute's value has begun */
	bool whole;    /* a whole URL was put there: nothing may follow */
	bool json;     /* the script holds JSON */
	uint8_t match; /* bytes of an end mark seen */
	uint8_t n;     /* of name */
	uint8_t value_n;
	char tag[HTML_CTX_NAME_MAX + 1];
	char name[HTML_CTX_NAME_MAX + 1];  /* of the attribute */
	char value[HTML_CTX_NAME_MAX + 1]; /* of a script's type */
};

enum html_ctx_place {
	HTML_CTX_IN_TEXT,
	HTML_CTX_IN_ATTR,
	HTML_CTX_IN_URL,       /* in a URL, not at its start */
	HTML_CTX_IN_URL_START, /* at the start of a URL */
	HTML_CTX_IN_JSON,
	HTML_CTX_NOWHERE
};

/* All zero is the start: element text. */
void html_ctx_init(struct html_ctx *c);
/* NULL, or what is wrong with this byte here, a literal. */
const char *html_ctx_byte(struct html_ctx *c, char byte);
/* What a value that comes now would stand in. */
enum html_ctx_place html_ctx_place(const struct html_ctx *c);
/* Tells that a value was put here; whole: it was a whole URL. */
void html_ctx_value(struct html_ctx *c, bool whole);
/* A section begins or ends here: completes a tag's or attribute's name that
 * stands before it. NULL, or why there can be none here. */
const char *html_ctx_section(struct html_ctx *c);
/* After a section that began in `before` and ended in c: what holds whether it
 * was shown or not goes into c. False: they are two different places. */
bool html_ctx_join(struct html_ctx *c, const struct html_ctx *before);

#endif
