/*
 * press.h - each key press once, however many ways tell of it.
 *
 * A press may come as telephone event, as SIP INFO and as tones in the audio.
 * The same key by another way within PRESS_SAME_US of when it was pressed is
 * the same press; by the same way it is another. Pure.
 */
#ifndef RT_ENGINE_PRESS_H
#define RT_ENGINE_PRESS_H

#include "lib/base/rt.h"

#define PRESS_SAME_US (600 * INT64_C(1000))
#define PRESS_KEPT    8

enum press_way {
	PRESS_MEDIA, /* telephone event or tones: the media side gives one */
	PRESS_INFO
};

struct press {
	char key; /* '\0': unused */
	uint8_t ways;
	int64_t at_us;
};

struct press_log {
	struct press kept[PRESS_KEPT];
	uint8_t next;
};

/* True: a press not told before. at_us: when the key went down, as far as
 * known. A zeroed log is empty. */
bool press_is_new(struct press_log *p, char key, enum press_way way,
    int64_t at_us);

#endif
