/*
 * flow.h - a call flow in its compiled form: a graph of steps, read in place.
 *
 * The store compiles documents (lib/json/flow_json) into this form and puts it
 * into the configuration snapshot (snap.h); the interpreter (flow_run.h) reads
 * it there without unpacking. flow_open() checks it whole, once: every branch
 * names a step, FLOW_END or FLOW_BACK, every number is in its range, every text
 * lies inside. What points out of the flow (prompts, destinations, trunks,
 * zones, other flows: row numbers) is checked by snap_open().
 */
#ifndef RT_CORE_FLOW_H
#define RT_CORE_FLOW_H

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/slice.h"
#include "lib/core/flow_type.h"
#include "lib/core/id.h"

#define FLOW_VERSION   3
#define FLOW_STEPS_MAX 500
#define FLOW_KEY_MAX   40 /* bytes of a step's key */

/* Where a branch may lead beside steps. */
#define FLOW_END  UINT16_C(0xffff) /* "the flow ends here": hang up */
#define FLOW_BACK UINT16_C(0xfffe) /* to the menu before this one */

/* Borrows the compiled bytes. */
struct flow {
	struct slice bytes;
	uint16_t n_steps;
	uint16_t first;
};

/* --- writing ---------------------------------------------------------------*/

struct flow_item {
	uint16_t branch; /* FLOW_END in lists whose items do not lead */
	uint32_t num[FLOW_FIELDS_MAX];
	struct slice text[FLOW_FIELDS_MAX];
};

struct flow_step {
	enum flow_type type;
	struct slice key; /* its name in the document, for traces */
	uint16_t branch[FLOW_BRANCH_MAX];
	uint32_t num[FLOW_PARAMS_MAX];
	struct slice text[FLOW_PARAMS_MAX];
	const struct flow_item *item[FLOW_LISTS_MAX];
	uint8_t n_items[FLOW_LISTS_MAX];
};

/* Sets every parameter of step to its default, every branch to FLOW_END, every
 * list to none. */
void flow_step_init(struct flow_step *step, enum flow_type type);
/* The same for an item of the type's list. */
void flow_item_init(struct flow_item *item, enum flow_type type, size_t list);
/* Appends the compiled form. Checks like flow_open(). */
RT_MUST_USE enum err flow_write(const struct flow_step *steps, size_t n,
    uint16_t first, struct buf *out);

/* --- reading ---------------------------------------------------------------*/

/* ERR_SYNTAX, ERR_RANGE: not a compiled flow of this version. */
RT_MUST_USE enum err flow_open(struct slice bytes, struct flow *out);
/* The same of bytes that flow_open() has passed before: only the head. */
void flow_reopen(struct slice bytes, struct flow *out);
/* Does any step read the facts about the caller? If none does, a call need not
 * wait for the store's answer. */
bool flow_needs_facts(const struct flow *f);

/* A name that stands for a row outside of the flow: of a prompt, destination,
 * trunk, zone or flow, by kind. Places are bytes from the flow's first. */
struct flow_ref {
	uint32_t num_at; /* of the row, be32 */
	uint32_t text_at;
	uint16_t text_n;
	uint16_t step;
	enum flow_param_kind kind;
};

/* Says each of them, in no particular order. Whoever moves a flow to another
 * snapshot writes new rows there. */
void flow_refs(const struct flow *f,
    void (*each)(void *arg, const struct flow_ref *r), void *arg);

/* One step, not unpacked. */
struct flow_view {
	const struct flow_type_row *row;
	enum flow_type type;
	const unsigned char *base; /* of the flow */
	const unsigned char *at;   /* of the step */
};

/* i must be below f->n_steps. What follows takes any parameter, branch, item
 * and field that the step's row has and the step holds; nothing else. */
void flow_view(const struct flow *f, uint16_t i, struct flow_view *out);
struct slice flow_view_key(const struct flow_view *v);
/* b: a named branch, or FLOW_ITEM + item. */
uint16_t flow_view_branch(const struct flow_view *v, uint16_t b);
uint32_t flow_view_num(const struct flow_view *v, size_t param);
struct slice flow_view_text(const struct flow_view *v, size_t param);
size_t flow_view_items(const struct flow_view *v, size_t list);
uint32_t flow_view_item_num(const struct flow_view *v, size_t list, size_t item,
    size_t field);
struct slice flow_view_item_text(const struct flow_view *v, size_t list,
    size_t item, size_t field);
/* A list's items as they lie there: `stride` bytes each, the fields' numbers
 * be32 one after the other from byte `skip` on. */
const unsigned char *flow_view_rows(const struct flow_view *v, size_t list,
    size_t *stride, size_t *skip);

#endif
