/*
 * flow_play.h - steps that say something or end the call: notice, message,
 * voicemail, whisper, tag, outcome, goto, hangup, busy, reject.
 */
#ifndef RT_CORE_FLOW_PLAY_H
#define RT_CORE_FLOW_PLAY_H

#include "lib/core/flow_act.h"

void flow_play_enter(struct flow_act *a); /* notice, message */
void flow_play_event(struct flow_act *a, const struct flow_event *ev);
void flow_play_mail(struct flow_act *a);
void flow_play_mail_event(struct flow_act *a, const struct flow_event *ev);
void flow_play_whisper(struct flow_act *a);
void flow_play_tag(struct flow_act *a);
void flow_play_outcome(struct flow_act *a);
void flow_play_goto(struct flow_act *a);
void flow_play_hangup(struct flow_act *a);
void flow_play_busy(struct flow_act *a);
void flow_play_reject(struct flow_act *a);

#endif
