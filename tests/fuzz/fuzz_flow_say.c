/* Fuzz target: whispers with variables, cut into parts. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/core/flow_say.h"
#include "lib/core/voice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct flow_say_segment part[FLOW_SAY_SEGMENTS_MAX];
	const struct slice say = slice_of(data, size);
	size_t n = 0, voices;
	const struct voice *all = voice_all(&voices);

	for (size_t i = 0; i < voices; i++)
		(void)voice_reads(&all[i], say);
	if (flow_say_cut(say, part, &n) != ERR_OK)
		return 0;
	if (n > FLOW_SAY_SEGMENTS_MAX)
		abort();
	for (size_t i = 0; i < n; i++) {
		char one[FLOW_SAY_KEY_MAX], other[FLOW_SAY_KEY_MAX];

		if (part[i].text.n == 0)
			abort();
		flow_say_key(part[i].text, SLICE("en-US"), one);
		flow_say_key(part[i].text, SLICE("de-DE"), other);
		if (strlen(one) != FLOW_SAY_KEY_MAX - 4 ||
		    strcmp(one, other) == 0)
			abort();
	}
	return 0;
}
