/*
 * agent.h - which browser on which system a User-Agent speaks of, in words a
 * person knows: "Chrome 142 on macOS".
 *
 * A table of what the usual browsers write, each after those that name it too
 * (all of them claim to be Safari, most to be Chrome). Never a proof of
 * anything: whoever asks writes what they like.
 */
#ifndef RT_CORE_AGENT_H
#define RT_CORE_AGENT_H

#include "lib/base/slice.h"

#define AGENT_WORDS_MAX 64 /* with NUL */

/* "Firefox 145 on Linux", "Safari 26 on iPhone", "Edge on Windows" without a
 * version, "Browser on Android" when only the system is known; "" when neither
 * is. Only our own words and at most five digits come out, never the bytes of
 * the header. */
void agent_words(struct slice user_agent, char out[AGENT_WORDS_MAX]);

#endif
