/* thing_tracker.h - /settings/trackers: numbers that stand for one source. */
#ifndef RT_CGI_FORM_THING_TRACKER_H
#define RT_CGI_FORM_THING_TRACKER_H

#include "cgi/form/thing.h"

extern const struct thing thing_tracker;

#endif
