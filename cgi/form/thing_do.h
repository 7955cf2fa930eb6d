/*
 * thing_do.h - changes of what people set up, whoever asks for them: the forms
 * (thing.h) and the JSON endpoints.
 *
 * All of it in the caller's transaction. The lock makes changes of the
 * configuration go one after the other, so what thing_do_load() gives after it
 * stays true until the transaction ends; each change writes its audit row with
 * what was before and after.
 */
#ifndef RT_CGI_FORM_THING_DO_H
#define RT_CGI_FORM_THING_DO_H

#include "cgi/form/thing.h"

/* An empty filling, with its choices. */
RT_MUST_USE enum err thing_do_prepare(const struct req *r,
    const struct thing *t, struct fields *f);
/* What is in the database, without choices. ERR_NOTFOUND: not theirs. */
RT_MUST_USE enum err thing_do_load(const struct req *r, const struct thing *t,
    const uint8_t id[ID_BYTES], struct fields *f);

/* Takes the lock and adds one; its key is *id. f: fresh and checked. Errors of
 * thing.save(). */
RT_MUST_USE enum err thing_do_add(const struct req *r, const struct thing *t,
    struct fields *f, uint8_t id[ID_BYTES]);
/* The same of a form whose stamp is a key made when it was shown. *twice: it
 * was sent before, by a second click or a reload, and *id is what came of that;
 * then nothing is to be written, and the caller rolls back. One that says
 * something else by now (the way back, another name) adds another. What has a
 * secret that is shown once gets another one, to be shown: nobody saw the
 * first (thing.again). */
RT_MUST_USE enum err thing_do_add_once(const struct req *r,
    const struct thing *t, struct fields *f, struct slice stamp,
    uint8_t id[ID_BYTES], bool *twice);
/* Whether a form's key is of now, or of the day before. */
bool thing_do_stamp_good(const struct req *r, const uint8_t key[ID_BYTES]);
/* Writes f over before, which thing_do_load() gave under the lock. *changed:
 * false when nothing was different; then nothing is in the audit log. */
RT_MUST_USE enum err thing_do_change(const struct req *r, const struct thing *t,
    const uint8_t id[ID_BYTES], struct fields *f, const struct fields *before,
    bool *changed);
/* Takes the lock and retires it. ERR_CONFLICT: it is in use. */
RT_MUST_USE enum err thing_do_retire(const struct req *r, const struct thing *t,
    const uint8_t id[ID_BYTES]);

/* What it is called in the audit log: "source tracker" and "add" make
 * source_tracker.add. */
#define THING_DO_ACTION_MAX 64
void thing_do_action(const struct thing *t, const char *verb,
    char out[THING_DO_ACTION_MAX]);

/* The values as JSON, in the request's arena. */
RT_MUST_USE enum err thing_do_json(const struct req *r, const struct fields *f,
    struct slice *out);

#endif
