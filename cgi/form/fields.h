/*
 * fields.h - the fields of a form as a table: read, checked, shown again.
 *
 * A form is a constant table of struct field; struct fields is one filling of
 * it, made of what the database holds or of what a person sent. All values are
 * text. What was sent is kept as it came, so that a form with a mistake shows
 * it again beside the words that say what is wrong.
 *
 * The template form_fields.html shows them, without script.
 */
#ifndef RT_CGI_FORM_FIELDS_H
#define RT_CGI_FORM_FIELDS_H

#include "cgi/form/hours_grid.h"
#include "cgi/tmpl/view.h"
#include "cgi/web/find.h"
#include "cgi/web/req.h"
#include "lib/base/buf.h"

#define FIELDS_MAX      24
#define FIELD_TEXT_MAX  60000 /* bytes of one value that is kept */
#define FIELD_STAMP_MAX 65    /* hexadecimal digits and NUL */

enum field_kind {
	FIELD_TEXT,   /* min to max characters, one line */
	FIELD_EMAIL,  /* the same, with an @ */
	FIELD_NUMBER, /* whole, min to max; "" is 0 when min is 0 */
	FIELD_CHOICE, /* one of the choices; "" only when that is one */
	FIELD_CHECK,  /* "1" or "" */
	FIELD_LINES,  /* up to max characters over several lines */
	FIELD_SECRET, /* never shown; "" keeps what is there; see forgets */
	FIELD_MANY    /* any of the choices: their values with blanks between */
};

struct field {
	const char *name; /* of the input, and of the key in the audit log */
	const char *label;
	enum field_kind kind;
	uint64_t min, max;
	const char *help;  /* NULL: none */
	const char *wrong; /* what to say instead of the usual; NULL: usual */
	bool once;         /* set when it is made, not changed later */
	const char *group; /* heading before it; NULL: none */
	bool week;         /* FIELD_LINES of hours, shown as a grid */
	bool percent;      /* FIELD_NUMBER of 1/10,000, typed as "62.5" */
};

struct field_choice {
	struct slice value;
	struct slice label;
	struct field_choice *next;
};

/* Where more of a field's choices are than its list has. */
struct field_more {
	const struct req *r;
	unsigned int of; /* for one() */
	struct find find;
	/* The label of one by its value, in the arena. ERR_NOTFOUND,
	 * ERR_SYNTAX: there is none. */
	enum err (*one)(const struct field_more *m, struct slice value,
	    struct slice *label);
	/* And its value by its label. ERR_NOTFOUND. */
	enum err (*called)(const struct field_more *m, struct slice label,
	    struct slice *value);
};

/* What stands against retiring it; see held.h. */
struct field_held {
	const char *word;  /* "Pool" */
	struct slice name; /* "Spring" */
	struct slice path; /* its page; "": none */
	struct field_held *next;
};

struct fields {
	const struct field *rows;
	size_t n;
	struct arena *arena;
	struct slice value[FIELDS_MAX];
	const char *error[FIELDS_MAX]; /* NULL: good */
	struct field_choice *choices[FIELDS_MAX];
	struct field_choice *last[FIELDS_MAX];
	struct field_choice *asked[FIELDS_MAX]; /* not listed, but chosen */
	struct field_more *more[FIELDS_MAX];    /* NULL: all are listed */
	const char *problem;     /* of the whole form; NULL: none */
	struct field_held *held; /* below the problem; NULL: nothing */
	struct field_held *held_last;
	struct hours_grid *grid; /* a week as it was sent; NULL: none was */
	bool fresh;              /* is to be added: `once` may be set */
	bool forgets;            /* the secret is to go: "" clears it */
	struct slice shown;      /* by save(): a secret to show this once */
	const char *shown_text;  /* and the words beside it */
	enum err e;              /* sticky; but for more, ERR_NOMEM */
};

void fields_init(struct fields *f, const struct field *rows, size_t n,
    struct arena *arena);

/* A name that the table does not have is our own mistake (assert), here and
 * below. */
size_t fields_index(const struct fields *f, const char *name);
struct slice fields_get(const struct fields *f, const char *name);
uint64_t fields_u64(const struct fields *f, const char *name);
bool fields_on(const struct fields *f, const char *name);
/* ERR_NOTFOUND: ""; ERR_SYNTAX: no id of that kind. */
RT_MUST_USE enum err fields_id(const struct fields *f, const char *name,
    enum id_kind kind, uint8_t out[ID_BYTES]);
/* Copies a value into a row's text. It fits when the table's max does; else
 * the field is marked and false returned. */
RT_MUST_USE bool fields_copy(struct fields *f, const char *name, char *out,
    size_t cap);

/* Copied. */
void fields_set(struct fields *f, const char *name, struct slice value);
void fields_set_cstr(struct fields *f, const char *name, const char *value);
void fields_set_u64(struct fields *f, const char *name, uint64_t value);
void fields_set_on(struct fields *f, const char *name, bool on);
/* nil: "". */
void fields_set_id(struct fields *f, const char *name, enum id_kind kind,
    const uint8_t id[ID_BYTES]);
/* One more that holds it. word: a literal; the rest is copied. */
void fields_held(struct fields *f, const char *word, struct slice name,
    struct slice path);

/* The field stays as it is and shows what is wrong with it. */
void fields_wrong(struct fields *f, const char *name, const char *why);
bool fields_good(const struct fields *f);

/* From what was sent, checked against table and choices. A field that was not
 * sent is empty. Fields that are set once keep their value when f is not
 * fresh. */
void fields_read(struct fields *f, const struct req *r);

/* Checks the values as they are, such as those of a file. */
void fields_check(struct fields *f);

/* Keys for form_fields.html. */
void fields_show(const struct fields *f, struct view *v);
/* 6250 as "62.5", in the arena; what is no share as it is. */
struct slice fields_percent(const struct fields *f, struct slice value);

/* {"name":"value", ...} for the audit log: secrets only as "set". Appends to
 * out. */
RT_MUST_USE enum err fields_json(const struct fields *f, struct buf *out);
/* A digest of all values but secrets: what a form remembers of the row that it
 * shows, to notice that somebody else changed it. */
RT_MUST_USE enum err fields_stamp(const struct fields *f,
    char out[FIELD_STAMP_MAX]);

#endif
