/* Fuzz target: an uploaded sound file, made a prompt of. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/snd/snd_prompt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* libsndfile forgets its Vorbis decoder when a file ends in its head. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:vorbis_info_init\n";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out;

	if (size > 65536)
		return 0;
	buf_init(&out, (size_t)SND_PROMPT_MAX_S * SND_PROMPT_RATE_HZ);
	if (snd_prompt_make(slice_of(data, size), &out) == ERR_OK &&
	    (out.n == 0 || out.n > out.max))
		abort();
	buf_fini(&out);
	return 0;
}
