/*
 * ctl_want.h - is what `ringtrace run` was asked for possible?
 */
#ifndef RT_CTL_WANT_H
#define RT_CTL_WANT_H

#include "ctl/ctl_layout.h"

#define CTL_WANT_CALL_PORTS 4 /* RTP and RTCP of both sides */

/* Are the words of want what they must be, each for itself? ERR_RANGE: logged,
 * with the option's name. */
RT_MUST_USE enum err ctl_want_words(const struct ctl_layout_want *want);

/* s: the settings with want applied. Only what was asked for now is refused; an
 * older file's word only makes `ringtrace doctor` speak. ERR_RANGE: logged,
 * with the figures. */
RT_MUST_USE enum err ctl_want_check(const struct settings *s,
    const struct ctl_layout_want *want);

/* Where nginx listens. public_url follows as long as it says no more than that;
 * one that somebody chose stays, though address and port are typed at each
 * start. ERR_TOOBIG, ERR_SYNTAX: not logged. */
RT_MUST_USE enum err ctl_want_http(struct settings *s,
    const struct ctl_layout_want *want);

#endif
