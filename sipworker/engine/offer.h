/*
 * offer.h - offer and answer of one leg (RFC 3264): our description and what
 * we made of theirs. No sending here: leg.c puts the texts into messages.
 */
#ifndef RT_ENGINE_OFFER_H
#define RT_ENGINE_OFFER_H

#include "sipworker/engine/slots.h"

#define OFFER_SDP_MAX 2048

/* Our description of the leg's port; codecs of `prefer` first, of the bits
 * (1u << enum sdp_codec) in allowed. */
void offer_local(struct engine *e, struct leg *l, unsigned int allowed,
    enum sdp_codec prefer);
/* Codecs that the leg's trunk allows, as bits; both without a trunk. */
unsigned int offer_allowed(const struct engine *e, const struct leg *l);

/* Takes their description (an offer, or the answer to ours). ERR_UNSUPPORTED:
 * nothing in it that we can do, or media to a place that is nobody's (a group,
 * our own ports): 488; ERR_SYNTAX. 0.0.0.0 is a hold, also at the beginning.
 * *changed: address, codec or direction differ from before: tell the media
 * side. */
RT_MUST_USE enum err offer_take(struct engine *e, struct leg *l,
    struct slice sdp, bool *changed);
/* Appends our answer to their description `sdp`, which offer_take() took. As
 * in offer_put(), a text other than the last one has a higher version. */
RT_MUST_USE enum err offer_answer(struct leg *l, struct slice sdp,
    struct buf *out);
/* Appends our offer. */
void offer_put(struct leg *l, struct buf *out);

#endif
