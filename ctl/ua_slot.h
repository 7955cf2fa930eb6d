/*
 * ua_slot.h - the slots of the test caller's calls: taken, opened, reported and
 * given back.
 *
 * The inside of ua, like ua_call.h.
 */
#ifndef RT_CTL_UA_SLOT_H
#define RT_CTL_UA_SLOT_H

#include "ctl/ua_call.h"

/* The call in this slot; NULL when there is none. */
struct ua_call *ua_slot_at(struct ua *u, uint64_t slot);
/* A transaction's user value: the call's number and its slot + 1. A slot is
 * used again while transactions of its last call still linger, so the number
 * must agree. */
uint64_t ua_slot_user(const struct ua_call *c);
/* The call of such a value; NULL: it is gone. */
struct ua_call *ua_slot_of(struct ua *u, uint64_t user);

/* A free one, empty; NULL: all are in use. It counts as used once its state
 * is set and u->used moved. */
struct ua_call *ua_slot_take(struct ua *u, int64_t now_us);
/* Its RTP port and description. ERR_BUSY: no port is free; ERR_IO: logged. */
RT_MUST_USE enum err ua_slot_open(struct ua *u, struct ua_call *c,
    const struct ua_sound *sound);
/* Peers that say keys in another way have no telephone events. */
bool ua_slot_has_events(const struct ua *u);
/* Our tag begins with the slot, so that an in-dialog request finds it. */
void ua_slot_tag(struct ua *u, struct ua_call *c);
/* Copies s, cut to fit. */
void ua_slot_text(struct slice s, char *out, size_t cap);

/* Remembers our call by this caller, and how long it has been under way. */
void ua_slot_dialled(struct ua *u, struct slice who, int64_t now_us);
int64_t ua_slot_through_us(const struct ua *u, struct slice who,
    int64_t now_us);
/* Tells whoever runs the caller. */
void ua_slot_report(struct ua *u, struct ua_call *c, enum ua_what what);
/* Reports the end and frees the slot. */
void ua_slot_finish(struct ua *u, struct ua_call *c, int64_t now_us);

#endif
