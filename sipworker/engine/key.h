/*
 * key.h - keys pressed on a leg: found by every way there is, told once.
 */
#ifndef RT_ENGINE_KEY_H
#define RT_ENGINE_KEY_H

#include "sipworker/engine/slots.h"

/* The flow wants the keys of this leg, or no more. Keys in the audio itself
 * are looked for only meanwhile, and only where the peer has no telephone
 * events. */
void key_listen(struct engine *e, struct leg *l, bool on);
/* A key by one of the ways; at_us: when it went down. */
void key_pressed(struct engine *e, struct leg *l, char key, enum press_way way,
    int64_t at_us);
/* A SIP INFO with a key in it, or with something else. */
void key_info(struct engine *e, struct leg *l, const struct sip_msg *m);

#endif
