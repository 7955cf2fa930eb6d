#include "cgi/tmpl/html_ctx.h"

#include <string.h>

#include "lib/base/scan.h"

/* Elements whose contents browsers read as text up to their end tag. */
static const char *const raw_tags[] = { "script", "textarea", "title" };

/* Refused: they change how the rest is read, or run what they hold. */
static const char *const bad_tags[] = { "applet", "base", "embed", "frame",
	"frameset", "iframe", "listing", "noembed", "noframes", "object",
	"plaintext", "style", "xmp" };

static const char *const url_attrs[] = { "action", "background", "cite", "data",
	"formaction", "href", "imagesrcset", "longdesc", "manifest", "ping",
	"poster", "src", "srcset", "xlink:href" };

/* Refused: our policy blocks them, or they are documents of their own. */
static const char *const bad_attrs[] = { "http-equiv", "nonce", "srcdoc",
	"style" };

static bool listed(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(name, list[i]) == 0)
			return true;
	}
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

void html_ctx_init(struct html_ctx *c)
{
	*c = (struct html_ctx){ .state = HTML_CTX_TEXT };
}

static const char *name_byte(char *name, uint8_t *n, char byte)
{
	if (*n == HTML_CTX_NAME_MAX)
		return "name too long";
	name[(*n)++] = lower(byte);
	name[*n] = '\0';
	return NULL;
}

/* The start tag is complete. */
static const char *tag_done(struct html_ctx *c)
{
	c->match = 0;
	c->state = listed(c->tag, raw_tags, RT_ARRAY_LEN(raw_tags))
		       ? HTML_CTX_RAW
		       : HTML_CTX_TEXT;
	return NULL;
}

static const char *tag_named(struct html_ctx *c)
{
	if (listed(c->tag, bad_tags, RT_ARRAY_LEN(bad_tags)))
		return "this element is not allowed";
	c->json = false;
	return NULL;
}

/* After the name of a tag or of an attribute, or a closing quote. */
static const char *between(struct html_ctx *c, char byte)
{
	if (byte == '>')
		return tag_done(c);
	if (byte == '/')
		c->state = HTML_CTX_SLASH;
	else if (is_blank(byte))
		c->state = HTML_CTX_IN_TAG;
	else
		return "unexpected character in a tag";
	return NULL;
}

static const char *open_byte(struct html_ctx *c, char byte)
{
	c->n = 0;
	if (byte == '/') {
		c->state = HTML_CTX_END_TAG;
		return NULL;
	}
	if (byte == '!') {
		c->state = HTML_CTX_BANG;
		c->match = 0;
		return NULL;
	}
	if (!scan_is_alpha(byte))
		return "write &lt; for <";
	c->state = HTML_CTX_TAG;
	return name_byte(c->tag, &c->n, byte);
}

static const char *tag_byte(struct html_ctx *c, char byte)
{
	const char *why;

	if (scan_is_alnum(byte) || byte == '-')
		return name_byte(c->tag, &c->n, byte);
	if ((why = tag_named(c)) != NULL)
		return why;
	return between(c, byte);
}

static const char *attr_named(struct html_ctx *c)
{
	if (strncmp(c->name, "on", 2) == 0)
		return "no event handlers in attributes";
	if (listed(c->name, bad_attrs, RT_ARRAY_LEN(bad_attrs)))
		return "this attribute is not allowed";
	c->attr = HTML_CTX_PLAIN;
	if (listed(c->name, url_attrs, RT_ARRAY_LEN(url_attrs)))
		c->attr = HTML_CTX_URL;
	else if (strcmp(c->tag, "script") == 0)
		c->attr = HTML_CTX_FIXED;
	return NULL;
}

static const char *attr_byte(struct html_ctx *c, char byte)
{
	const char *why;

	if (scan_is_alnum(byte) || byte == '-' || byte == '_' || byte == ':')
		return name_byte(c->name, &c->n, byte);
	if ((why = attr_named(c)) != NULL)
		return why;
	if (byte != '=')
		return between(c, byte);
	c->state = HTML_CTX_BEFORE;
	return NULL;
}

static const char *in_tag_byte(struct html_ctx *c, char byte)
{
	if (is_blank(byte))
		return NULL;
	if (!scan_is_alpha(byte))
		return between(c, byte);
	c->n = 0;
	c->state = HTML_CTX_ATTR;
	return name_byte(c->name, &c->n, byte);
}

static const char *before_byte(struct html_ctx *c, char byte)
{
	if (byte != '"' && byte != '\'')
		return "attribute values must be quoted";
	c->state = byte == '"' ? HTML_CTX_DOUBLE : HTML_CTX_SINGLE;
	c->started = false;
	c->whole = false;
	c->value_n = 0;
	c->value[0] = '\0';
	return NULL;
}

static const char *value_byte(struct html_ctx *c, char byte)
{
	if (byte == (c->state == HTML_CTX_DOUBLE ? '"' : '\'')) {
		if (strcmp(c->tag, "script") == 0 &&
		    strcmp(c->name, "type") == 0)
			c->json = strcmp(c->value, "application/json") == 0;
		c->state = HTML_CTX_AFTER;
		return NULL;
	}
	if (c->whole)
		return "|href is the whole of a URL";
	c->started = true;
	/* Long values are of no interest, cut they equal nothing known. */
	if (c->value_n < HTML_CTX_NAME_MAX) {
		c->value[c->value_n++] = lower(byte);
		c->value[c->value_n] = '\0';
	}
	return NULL;
}

static const char *bang_byte(struct html_ctx *c, char byte)
{
	if (c->match < 2 && byte == '-') {
		c->match++;
		if (c->match == 2) {
			c->state = HTML_CTX_COMMENT;
			c->match = 0;
		}
		return NULL;
	}
	/* Only a doctype begins with a letter. */
	if (c->match == 1 || (c->match == 0 && !scan_is_alpha(byte)))
		return "neither a comment nor a doctype";
	c->match = 3;
	if (byte == '>')
		c->state = HTML_CTX_TEXT;
	return NULL;
}

static const char *comment_byte(struct html_ctx *c, char byte)
{
	if (byte == '-') {
		if (c->match < 2)
			c->match++;
	} else if (byte == '>' && c->match == 2) {
		c->state = HTML_CTX_TEXT;
	} else {
		c->match = 0;
	}
	return NULL;
}

static const char *raw_byte(struct html_ctx *c, char byte)
{
	if (byte == '<') {
		c->state = HTML_CTX_RAW_END;
		c->n = 0;
		return NULL;
	}
	if (strcmp(c->tag, "script") == 0 && !c->json && !is_blank(byte))
		return "no scripts inside pages";
	return NULL;
}

/* After < in raw text: only "/tag>" of the open element may follow. */
static const char *raw_end_byte(struct html_ctx *c, char byte)
{
	const size_t n = strlen(c->tag);

	if (c->n == 0 ? byte == '/'
		      : c->n <= n && lower(byte) == c->tag[c->n - 1]) {
		c->n++;
		return NULL;
	}
	if (c->n != n + 1 || byte != '>')
		return "write &lt; for <";
	c->state = HTML_CTX_TEXT;
	return NULL;
}

static const char *end_tag_byte(struct html_ctx *c, char byte)
{
	if (byte == '>') {
		c->state = HTML_CTX_TEXT;
		return c->n == 0 ? "an end tag without a name" : NULL;
	}
	if (!scan_is_alnum(byte) && byte != '-')
		return "unexpected character in an end tag";
	c->n = 1;
	return NULL;
}

const char *html_ctx_byte(struct html_ctx *c, char byte)
{
	switch (c->state) {
	case HTML_CTX_TEXT:
		if (byte == '<')
			c->state = HTML_CTX_OPEN;
		return NULL;
	case HTML_CTX_OPEN:
		return open_byte(c, byte);
	case HTML_CTX_TAG:
		return tag_byte(c, byte);
	case HTML_CTX_END_TAG:
		return end_tag_byte(c, byte);
	case HTML_CTX_IN_TAG:
		return in_tag_byte(c, byte);
	case HTML_CTX_SLASH:
		return byte == '>' ? tag_done(c) : "> must follow /";
	case HTML_CTX_ATTR:
		return attr_byte(c, byte);
	case HTML_CTX_BEFORE:
		return before_byte(c, byte);
	case HTML_CTX_DOUBLE:
	case HTML_CTX_SINGLE:
		return value_byte(c, byte);
	case HTML_CTX_AFTER:
		return between(c, byte);
	case HTML_CTX_BANG:
		return bang_byte(c, byte);
	case HTML_CTX_COMMENT:
		return comment_byte(c, byte);
	case HTML_CTX_RAW:
		return raw_byte(c, byte);
	case HTML_CTX_RAW_END:
		return raw_end_byte(c, byte);
	}
	return "no such state";
}

static enum html_ctx_place value_place(const struct html_ctx *c)
{
	if (c->whole)
		return HTML_CTX_NOWHERE;
	switch (c->attr) {
	case HTML_CTX_PLAIN:
		return HTML_CTX_IN_ATTR;
	case HTML_CTX_URL:
		return c->started ? HTML_CTX_IN_URL : HTML_CTX_IN_URL_START;
	case HTML_CTX_FIXED:
		break;
	}
	return HTML_CTX_NOWHERE;
}

enum html_ctx_place html_ctx_place(const struct html_ctx *c)
{
	if (c->state == HTML_CTX_TEXT)
		return HTML_CTX_IN_TEXT;
	if (c->state == HTML_CTX_DOUBLE || c->state == HTML_CTX_SINGLE)
		return value_place(c);
	if (c->state != HTML_CTX_RAW)
		return HTML_CTX_NOWHERE;
	if (strcmp(c->tag, "script") != 0)
		return HTML_CTX_IN_TEXT; /* title, textarea */
	return c->json ? HTML_CTX_IN_JSON : HTML_CTX_NOWHERE;
}

void html_ctx_value(struct html_ctx *c, bool whole)
{
	c->started = true;
	c->whole = whole;
}

static bool in_value(const struct html_ctx *c)
{
	return c->state == HTML_CTX_DOUBLE || c->state == HTML_CTX_SINGLE;
}

static bool in_tag(const struct html_ctx *c)
{
	return c->state == HTML_CTX_IN_TAG || c->state == HTML_CTX_AFTER;
}

const char *html_ctx_section(struct html_ctx *c)
{
	const char *why = NULL;

	if (c->state == HTML_CTX_TAG || c->state == HTML_CTX_ATTR) {
		why = c->state == HTML_CTX_TAG ? tag_named(c) : attr_named(c);
		/* A blank or the end must follow: no gluing of names. */
		c->state = HTML_CTX_AFTER;
	}
	if (why != NULL)
		return why;
	if (c->state == HTML_CTX_TEXT || c->state == HTML_CTX_RAW || in_tag(c))
		return NULL;
	if (in_value(c) && c->attr != HTML_CTX_FIXED)
		return NULL;
	return "no section can begin or end here";
}

bool html_ctx_join(struct html_ctx *c, const struct html_ctx *before)
{
	if (in_tag(c) && in_tag(before)) {
		if (before->state == HTML_CTX_AFTER)
			c->state = HTML_CTX_AFTER;
	} else if (c->state != before->state) {
		return false;
	}
	if (c->state == HTML_CTX_TEXT)
		return true;
	if (strcmp(c->tag, before->tag) != 0)
		return false;
	if (!in_value(c))
		return true;
	/* Left out, a section does not begin the value. */
	c->started = before->started;
	c->whole = c->whole || before->whole;
	return strcmp(c->name, before->name) == 0;
}
