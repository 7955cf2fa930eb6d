/*
 * thing.h - one kind of thing that people set up: its list, its form.
 *
 * Numbers, trackers, pools, sites, trunks ... are each one constant struct
 * thing (thing_*.c). From it come a list, a form to add one, a form to change
 * one and a button that retires it; THING_ROUTES() gives the addresses. The
 * handlers here own what all share: a change is checked against the table,
 * made under the lock of the configuration, refused with 409 when the row is
 * not the one that the form was filled with, and written to the audit log
 * with what was before and after, in one transaction.
 */
#ifndef RT_CGI_FORM_THING_H
#define RT_CGI_FORM_THING_H

#include "cgi/form/fields.h"
#include "cgi/form/thing_done.h"
#include "cgi/form/thing_extra.h"
#include "cgi/web/route.h"

#define THING_COLUMNS_MAX 6
#define THING_PAGE        100       /* rows of a page of a list */
#define THING_AGAIN_US    RT_MIN_US /* a second click, not a second wish */

struct thing_row {
	uint8_t id[ID_BYTES];
	struct slice cell[THING_COLUMNS_MAX];
	const char *badge; /* a word after the first cell; NULL: none */
	struct thing_row *next;
};

struct thing_list {
	struct arena *arena;
	int64_t now_us;
	struct thing_row *first;
	struct thing_row *last;
	size_t n;
	struct slice next_after; /* ?after= of the next page; "" none */
};

struct thing {
	const char *path;   /* "/settings/numbers" */
	const char *one;    /* "number": object_kind of the audit log too */
	const char *called; /* "carrier", where pages say it otherwise; NULL */
	const char *many;   /* "Numbers" */
	const char *intro;
	const char *empty; /* what to do when there is none */
	enum id_kind id_kind;
	const struct field *fields;
	size_t n_fields;
	const char *columns[THING_COLUMNS_MAX]; /* NULL after the last */
	const char *retire; /* the button: "Retire"; NULL: never */
	const char *retire_help;
	bool wide;       /* of the account: see route.h */
	bool no_add;     /* none can be added here */
	bool single;     /* the company shown: no list, no id in the path */
	bool searchable; /* the list takes ?q= */
	const char *search_by;   /* "Name or number"; NULL: a part of a name */
	bool open_after;         /* one that was added is shown, not the list */
	const char *second_path; /* another button of the list; NULL: none */
	const char *second_word;
	/* Rows for the list. */
	enum err (*list)(const struct req *r, struct thing_list *l);
	/* Choices of its fields; may be NULL. */
	enum err (*choices)(const struct req *r, struct fields *f);
	/* The values of one. ERR_NOTFOUND: not theirs. */
	enum err (*load)(const struct req *r, const uint8_t id[ID_BYTES],
	    struct fields *f);
	/* What the form to add begins with; may be NULL: empty. */
	void (*begin)(const struct req *r, struct fields *f);
	/* Writes f, in a transaction. Mistakes that the table cannot know go
	 * to fields_wrong(); then any error is returned. */
	enum err (*save)(const struct req *r, const uint8_t id[ID_BYTES],
	    struct fields *f);
	/* Of things whose secret is shown once: one that was just made gets
	 * another, which is shown, as its form came twice. ERR_NOTFOUND: not
	 * made within THING_AGAIN_US, or used already. NULL: there is none. */
	enum err (*again)(const struct req *r, const uint8_t id[ID_BYTES],
	    struct fields *f);
	/* The key of a new one, when it follows from what was typed; else one
	 * is made. */
	enum err (*key)(const struct req *r, const struct fields *f,
	    uint8_t id[ID_BYTES]);
	/* In a transaction. ERR_CONFLICT: it is in use. */
	enum err (*retire_it)(const struct req *r, const uint8_t id[ID_BYTES]);
	const char *in_use; /* what to say then */
	/* And what uses it, each by fields_held(). NULL: nothing is named. */
	enum err (*holders)(const struct req *r, const uint8_t id[ID_BYTES],
	    struct fields *f);
	/* More for the form's page of an existing one: links, a snippet. May
	 * be NULL. */
	enum err (*more)(const struct req *r, const uint8_t id[ID_BYTES],
	    struct view *v);
};

/* The rows of the route table for one thing; path: a literal. */
#define THING_ROUTES(where, need, of, t)                                       \
	{ REQ_GET, where, need, .handler = thing_list, .wide = (of),           \
		.data = (t) },                                                 \
	    { REQ_GET, where "/new", need, .handler = thing_new, .wide = (of), \
		    .data = (t) },                                             \
	    { REQ_POST, where "/new", need, .body = REQ_BODY_URLENCODED,       \
		    .handler = thing_add, .wide = (of), .data = (t),           \
		    .field = thing_field },                                    \
	    { REQ_GET, where "/{id}", need, .handler = thing_edit,             \
		    .wide = (of), .data = (t) },                               \
	    { REQ_POST, where "/{id}", need, .body = REQ_BODY_URLENCODED,      \
		    .handler = thing_change, .wide = (of), .data = (t),        \
		    .field = thing_field },                                    \
	{                                                                      \
		REQ_POST, where "/{id}/retire", need,                          \
		    .body = REQ_BODY_URLENCODED, .handler = thing_retire,      \
		    .wide = (of), .data = (t)                                  \
	}

/* The rows for a single one. */
#define THING_SINGLE_ROUTES(where, need, t)                                  \
	{ REQ_GET, where, need, .handler = thing_edit, .data = (t) },        \
	{                                                                    \
		REQ_POST, where, need, .body = REQ_BODY_URLENCODED,          \
				       .handler = thing_change, .data = (t), \
				       .field = thing_field                  \
	}

/* For the rows of forms: a field of their thing. */
bool thing_field(const struct req *r, const struct route *row,
    const struct req_param *sent, struct route_field *out);

RT_MUST_USE enum err thing_list(const struct req *r, struct resp *out);
RT_MUST_USE enum err thing_new(const struct req *r, struct resp *out);
RT_MUST_USE enum err thing_add(const struct req *r, struct resp *out);
RT_MUST_USE enum err thing_edit(const struct req *r, struct resp *out);
RT_MUST_USE enum err thing_change(const struct req *r, struct resp *out);
RT_MUST_USE enum err thing_retire(const struct req *r, struct resp *out);

/* A new row of the list; NULL when memory is out, which list() returns as
 * ERR_NOMEM. */
struct thing_row *thing_row_add(struct thing_list *l,
    const uint8_t id[ID_BYTES]);
/* There are more behind the last row: the next page begins after its id. */
RT_MUST_USE enum err thing_more(const struct thing *t, struct thing_list *l);
/* What a list that the database searches is asked for: after which (nil: the
 * first), and with what in its name (""). */
RT_MUST_USE enum err thing_search(const struct req *r, enum id_kind kind,
    uint8_t after[ID_BYTES], struct slice *text);
/* Copies text into a cell. */
RT_MUST_USE enum err thing_cell(struct thing_list *l, struct thing_row *row,
    size_t i, struct slice text);

/* Whether the box of "Yes, I mean it" came with a form that puts something away
 * (sure=yes): a browser does not send the form without, everything else may. */
bool thing_sure(const struct req *r);
#define THING_UNSURE                                     \
	"Nothing was changed: tick “Yes, I mean it”" \
	" beside the button first."
/* 303 to path?done=word. */
RT_MUST_USE enum err thing_redirect(const struct req *r, struct resp *out,
    struct slice path, const char *word);
/* Writes an audit row of fields before and after; either may be NULL. */
RT_MUST_USE enum err thing_trail(const struct req *r, const char *action,
    const char *kind, const uint8_t id[ID_BYTES], const struct fields *before,
    const struct fields *after);
/* A fresh key of this moment. */
void thing_id(const struct req *r, uint8_t out[ID_BYTES]);
/* Forms that add hold the key of what they will make (stamp), so that what is
 * sent twice is made once. Gives such a key to the template. */
void thing_stamp(const struct req *r, enum id_kind kind, struct view *v);
/* The key that the form came with; false: none, or one that is a day old. */
bool thing_stamp_sent(const struct req *r, enum id_kind kind,
    uint8_t out[ID_BYTES]);

#endif
