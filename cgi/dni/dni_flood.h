/*
 * dni_flood.h - how often one address or one visitor may ask.
 *
 * Token buckets in a table of fixed size; when a row of it is full, the bucket
 * unused for longest is forgotten, which can only let somebody pass. Which row
 * is whose comes of a key that nobody knows. A clock that is set back
 * gives nobody anything, and takes nothing. Not thread-safe: the owner's lock
 * guards it.
 */
#ifndef RT_CGI_DNI_DNI_FLOOD_H
#define RT_CGI_DNI_DNI_FLOOD_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

struct dni_flood;

/* burst: how many at once; per_min: how many a minute in the long run. 0 for
 * either means no limit. */
RT_MUST_USE enum err dni_flood_new(struct dni_flood **out, uint64_t burst,
    uint64_t per_min);
void dni_flood_free(struct dni_flood *f);

/* Takes a token of who. False: there is none left. */
RT_MUST_USE bool dni_flood_pass(struct dni_flood *f, int64_t now_us,
    struct slice who);

/* who as a keyed hash, for counts kept elsewhere; 0: there is no limit. */
uint64_t dni_flood_who(const struct dni_flood *f, struct slice who);

/* What counts as one client: an IPv4 address, however it is written, or the
 * /64 of an IPv6 one, as one household gets at least that much. Borrowed from
 * address or mem. */
#define DNI_FLOOD_CLIENT_MAX 16
struct slice dni_flood_client(struct slice address,
    char mem[DNI_FLOOD_CLIENT_MAX]);
/* What one customer of a provider has at the most: the /48 of an IPv6 address,
 * in mem. "": of IPv4 an address is what is limited. */
#define DNI_FLOOD_NETWORK_BYTES 6
struct slice dni_flood_network(struct slice address,
    char mem[DNI_FLOOD_NETWORK_BYTES]);

#endif
