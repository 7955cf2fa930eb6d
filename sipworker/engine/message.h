/*
 * message.h - the caller leaves a message: beep, record, until silence, a key,
 * the longest time, or the caller goes.
 *
 * The length told to the flow is in whole seconds and 0 when nobody spoke;
 * whether that is a message is the flow's business.
 */
#ifndef RT_ENGINE_MESSAGE_H
#define RT_ENGINE_MESSAGE_H

#include "sipworker/engine/slots.h"

/* A prompt ticket of our own: the flow's count up from 1. */
#define MESSAGE_BEEP UINT32_MAX

/* Beeps. silence_s 0: silence does not end it; stop '\0': no key does. */
void message_start(struct engine *e, struct call *c, uint32_t ticket,
    uint32_t max_s, uint32_t silence_s, char stop);
/* The beep has ended: from now on. */
void message_beeped(struct engine *e, struct call *c);
/* VOICE or QUIET of the caller. */
void message_heard(struct engine *e, struct call *c,
    const struct engine_media_event *ev);
/* True: the key ended the message, and is nobody else's. */
bool message_key(struct engine *e, struct call *c, char key);
void message_timeout(struct engine *e, struct call *c);
/* The caller left; seconds of the message that ran, or 0. */
uint32_t message_cut(struct engine *e, struct call *c);
/* The flow keeps or drops the message that ended last. */
void message_judged(struct engine *e, struct call *c, bool keep,
    uint32_t seconds);

#endif
