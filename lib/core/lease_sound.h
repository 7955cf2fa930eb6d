/*
 * lease_sound.h - the parts of lease_is_sound(): for lease.c alone.
 */
#ifndef RT_CORE_LEASE_SOUND_H
#define RT_CORE_LEASE_SOUND_H

#include "lib/core/lease_table.h"

/* One list of p, of the held or of the free. */
bool lease_sound_list(const struct lease_pool *p, const struct list *l,
    bool held);
/* What numbers count for is what is counted, and no free one counts before
 * those that may. */
bool lease_sound_shares(const struct lease_pool *p);

#endif
