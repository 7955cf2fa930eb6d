/*
 * dni_visitor.h - ids of visitors that prove that we gave them out.
 *
 * A visitor's id comes back in a cookie that anybody may write. Its last four
 * bytes are a keyed hash (lib/hash/keyed) of the company and the bytes before,
 * so that made-up ids, and those of another company's visitors, are told from
 * ours without a look into the database, also by another lease server and after
 * a restart: the key is the installation's (db_visitor_key()). 42 random bits
 * remain, which with the hash nobody guesses. Pure.
 */
#ifndef RT_CGI_DNI_DNI_VISITOR_H
#define RT_CGI_DNI_DNI_VISITOR_H

#include "lib/core/id.h"
#include "lib/hash/keyed.h"

void dni_visitor_make(const uint8_t key[KEYED_KEY_BYTES],
    struct company_id company, int64_t wall_us, const uint8_t rnd[10],
    struct visitor_id *out);
/* False also for nil. */
bool dni_visitor_ours(const uint8_t key[KEYED_KEY_BYTES],
    struct company_id company, const struct visitor_id *id);

#endif
