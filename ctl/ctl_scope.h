/*
 * ctl_scope.h - what every operator's verb needs first: settings, database,
 * and whose data it is about.
 */
#ifndef RT_CTL_SCOPE_H
#define RT_CTL_SCOPE_H

#include "lib/base/arena.h"
#include "lib/base/settings.h"
#include "lib/core/id.h"
#include "lib/db/db.h"

struct ctl_scope {
	struct settings settings;
	struct db *db;
	struct arena mem;
	int64_t now_us;
};

/* conf: of -c, or NULL. What is wrong is said. Ended with ctl_scope_close(). */
RT_MUST_USE enum err ctl_scope_open(struct ctl_scope *s, const char *conf);
/* Half-opened is allowed. */
void ctl_scope_close(struct ctl_scope *s);

/* A new key of this moment. */
void ctl_scope_id(const struct ctl_scope *s, uint8_t out[ID_BYTES]);

/* The account by id or name; text NULL: the only one. Said when there is none
 * or a choice: ERR_NOTFOUND. */
RT_MUST_USE enum err ctl_scope_account(struct ctl_scope *s, const char *text,
    struct account_id *out);
/* The company by id or name, in any account; NULL: the only one. */
RT_MUST_USE enum err ctl_scope_company(struct ctl_scope *s, const char *text,
    struct company_id *company, struct account_id *account);

/* Copies text into a row's field; too long is said. */
RT_MUST_USE enum err ctl_scope_put(char *out, size_t cap, const char *what,
    const char *text);
/* "--what is needed", when value is NULL. */
RT_MUST_USE enum err ctl_scope_need(const char *what, const char *value);
/* The rules of the dashboard's forms. ERR_SYNTAX: said. */
RT_MUST_USE enum err ctl_scope_country(const char *text);
RT_MUST_USE enum err ctl_scope_currency(const char *text);
/* An E.164 number from what a person typed; said when it is none. */
struct phone;
RT_MUST_USE enum err ctl_scope_number(const char *text, const char *country,
    struct phone *out);
/* One that is reached from anywhere (phone_parse_whole()). */
RT_MUST_USE enum err ctl_scope_whole(const char *text, const char *country,
    struct phone *out);

/* One end for all verbs: says e in words, closes s, gives the exit status. */
RT_MUST_USE int ctl_scope_done(struct ctl_scope *s, enum err e);

#endif
