/*
 * flow_draft.h - a flow document with the fields of a sent form laid over it.
 *
 * Pure but for the request's getters: (document, fields, action) -> document.
 */
#ifndef RT_CGI_FORM_FLOW_DRAFT_H
#define RT_CGI_FORM_FLOW_DRAFT_H

#include "cgi/web/req.h"
#include "lib/json/json_in.h"
#include "lib/text/json_out.h"

/* What the pressed button says. */
enum flow_draft_do {
	FLOW_DRAFT_CHECK, /* and any word that is none of these */
	FLOW_DRAFT_ADD,
	FLOW_DRAFT_REMOVE,
	FLOW_DRAFT_ITEM,
	FLOW_DRAFT_DROP,
	FLOW_DRAFT_SAVE,
	FLOW_DRAFT_PUBLISH
};

struct flow_draft_action {
	enum flow_draft_do what;
	struct slice step; /* REMOVE, ITEM, DROP */
	struct slice list; /* ITEM, DROP */
	uint32_t item;     /* DROP */
};

/* Reads the field `do`. */
void flow_draft_action(const struct req *r, struct flow_draft_action *out);
/* The form's field `document` with the other fields over it, as text in the
 * request's memory. ERR_SYNTAX, ERR_TOOBIG: it is none. */
RT_MUST_USE enum err flow_draft_read(const struct req *r,
    const struct flow_draft_action *a, struct slice *text);
/* A document of such a form; end it with json_in_free(). */
RT_MUST_USE enum err flow_draft_parse(struct slice text, struct json_in **in);

/* "<step>.<name>" and "<step>.<list>.<i>.<name>", for the page's fields. */
#define FLOW_DRAFT_NAME_MAX 160
void flow_draft_name(struct slice step, const char *name,
    char out[FLOW_DRAFT_NAME_MAX]);
void flow_draft_item_name(struct slice step, const char *list, size_t i,
    const char *name, char out[FLOW_DRAFT_NAME_MAX]);

#endif
