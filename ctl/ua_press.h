/*
 * ua_press.h - keys that the test caller presses, and how it says them.
 */
#ifndef RT_CTL_UA_PRESS_H
#define RT_CTL_UA_PRESS_H

#include "lib/base/slice.h"

/* How a pressed key is said. */
enum ua_press {
	UA_PRESS_EVENT, /* telephone-event, RFC 4733 */
	UA_PRESS_TONES, /* in the audio; no telephone-event is negotiated */
	UA_PRESS_INFO,  /* SIP INFO; no telephone-event is negotiated */
	UA_PRESS_BOTH   /* event and INFO for the same press */
};

/* ',' is a pause of a second. */
struct ua_keys {
	struct slice keys;
	int64_t after_us; /* the answer */
	enum ua_press how;
};

#define UA_PRESS_MS 160

/* The i-th sample of a key's two tones, as mu-law. */
uint8_t ua_press_tone(char key, uint32_t i);

#endif
