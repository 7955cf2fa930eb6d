/* Fuzz target: User-Agents in words. Only our own words may come out. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/core/agent.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char words[AGENT_WORDS_MAX];

	agent_words(slice_of(data, size), words);
	if (strlen(words) >= sizeof(words) ||
	    strspn(words,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789 ") != strlen(words))
		abort();
	return 0;
}
