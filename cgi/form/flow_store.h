/*
 * flow_store.h - a flow's document is checked, written and published, by the
 * builder and by the plain forms alike.
 */
#ifndef RT_CGI_FORM_FLOW_STORE_H
#define RT_CGI_FORM_FLOW_STORE_H

#include "cgi/web/req.h"
#include "lib/db/db_flow.h"
#include "lib/flow/flowworld.h"
#include "lib/json/flow_json.h"

/* The flow of the path's first id. ERR_NOTFOUND. */
RT_MUST_USE enum err flow_store_get(const struct req *r, struct flow_row *out);

/* The document that work begins with: the last version; of a new flow the one
 * of ?template=, or none. */
RT_MUST_USE enum err flow_store_beginning(const struct req *r,
    const struct flow_row *f, struct slice *document);

/* Compiles the document against what the company has (flowworld.h) to find
 * what is wrong; *ok: nothing that keeps it from running. */
RT_MUST_USE enum err flow_store_check(const struct req *r,
    struct slice document, struct flow_json_errors *errors, bool *ok);
/* The same; w has what the document names afterwards. */
RT_MUST_USE enum err flow_store_check_in(const struct req *r,
    struct slice document, struct flowworld *w, struct flow_json_errors *errors,
    bool *ok);

/* In a transaction, audited: makes one (its id, too, unless it is there), names
 * it anew, puts it away. add: row->name is set. ERR_CONFLICT: add, rename:
 * another flow has the name; retire: a number or a published flow uses it. */
#define FLOW_STORE_TAKEN "There is a flow of this name."
RT_MUST_USE enum err flow_store_add(const struct req *r, struct flow_row *row);
RT_MUST_USE enum err flow_store_rename(const struct req *r,
    const struct flow_row *f, struct slice name);
RT_MUST_USE enum err flow_store_retire(const struct req *r,
    const struct flow_row *f);
/* flow_store_write() in the caller's transaction. */
RT_MUST_USE enum err flow_store_put(const struct req *r, struct slice document,
    uint32_t base, struct flow_row *f);

/* Appends the version base + 1, audited, in one transaction; f->last_version
 * becomes its number. The document was checked. ERR_CONFLICT: base is not the
 * last version: somebody else saved. */
RT_MUST_USE enum err flow_store_write(const struct req *r,
    struct slice document, uint32_t base, struct flow_row *f);

/* Makes a version live, audited, and has its whispers spoken. It was checked;
 * ERR_CONFLICT: what it leads to has changed since. */
RT_MUST_USE enum err flow_store_publish(const struct req *r, uint32_t version,
    struct flow_row *f);

#endif
