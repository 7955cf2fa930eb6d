/*
 * web_site.h - a web program of a few routes in memory: requests go in, the
 * answer lies in a buffer. Without a socket or a database.
 */
#ifndef RT_TESTS_SUPPORT_WEB_SITE_H
#define RT_TESTS_SUPPORT_WEB_SITE_H

#include "cgi/web/web.h"
#include "lib/base/settings.h"

#define WEB_SITE_FORM "application/x-www-form-urlencoded"

struct web_site {
	struct tmpl_set *templates;
	struct settings settings;
	struct web_conf conf;
	struct arena arena;
	struct resp resp;
};

struct web_site_ask {
	const char *method;
	const char *target;
	const char *type;
	const char *body;
	const char *cookie;
	const char *origin;
	const char *fetch_site;
};

void web_site_begin(struct web_site *s);
void web_site_end(struct web_site *s);

/* Shows the first part of the path in page.html. */
enum err web_site_say_ok(const struct req *r, struct resp *out);

/* Gives the status; the rest lies in s->resp until the next answer. */
unsigned int web_site_answer(struct web_site *s, const struct web_site_ask *a);
/* Whether the answer has this header line, one that begins so, this text. */
bool web_site_has_header(const struct web_site *s, const char *line);
bool web_site_has_header_start(const struct web_site *s, const char *start);
bool web_site_body_has(const struct web_site *s, const char *text);

/* The cookie that an answer set, and the token in its page. */
void web_site_take_form(const struct web_site *s, char cookie[100],
    char token[100]);
/* Sends a form with nothing but the token. */
unsigned int web_site_post(struct web_site *s, const char *cookie,
    const char *token, const char *origin, const char *site);

#endif
