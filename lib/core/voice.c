#include "lib/core/voice.h"

#include "lib/base/utf8.h"

#define LATIN_END UINT32_C(0x250)

/* Dashes, quotation marks, currency and the like: no letters to miss. */
#define SIGNS_BEGIN UINT32_C(0x2000)
#define SIGNS_END   UINT32_C(0x2c00)

static const struct voice voices[] = {
	{ "slt", "English (US), woman", "en-US", VOICE_FLITE, "slt" },
	{ "rms", "English (US), man", "en-US", VOICE_FLITE, "rms" },
	{ "en-gb", "English (UK), robotic", "en-GB", VOICE_ESPEAK, "en-gb" },
	{ "es-419", "Spanish (Latin America), robotic", "es-419", VOICE_ESPEAK,
	    "es-419" },
	{ "es", "Spanish (Spain), robotic", "es-ES", VOICE_ESPEAK, "es" },
	{ "de", "German, robotic", "de-DE", VOICE_ESPEAK, "de" },
	{ "fr", "French, robotic", "fr-FR", VOICE_ESPEAK, "fr-fr" },
	{ "pt-br", "Portuguese (Brazil), robotic", "pt-BR", VOICE_ESPEAK,
	    "pt-br" },
	{ "it", "Italian, robotic", "it-IT", VOICE_ESPEAK, "it" },
	{ "nl", "Dutch, robotic", "nl-NL", VOICE_ESPEAK, "nl" },
	{ "hi", "Hindi, robotic", "hi-IN", VOICE_ESPEAK, "hi" },
};

const struct voice *voice_all(size_t *n)
{
	*n = RT_ARRAY_LEN(voices);
	return voices;
}

const struct voice *voice_find(struct slice key)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(voices); i++)
		if (slice_eq_cstr(key, voices[i].key))
			return &voices[i];
	return NULL;
}

const char *const voice_languages[] = { "en-US", "en-GB", "es-419", "es-ES",
	"de-DE", "fr-FR", "pt-BR", "it-IT", "nl-NL", "hi-IN", NULL };

const struct voice *voice_of(struct slice language)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(voices); i++)
		if (slice_eq_cstr(language, voices[i].language))
			return &voices[i];
	return NULL;
}

bool voice_reads(const struct voice *v, struct slice text)
{
	uint32_t c;
	size_t n;

	if (v->engine != VOICE_FLITE)
		return true;
	for (; (n = utf8_next(text, &c)) > 0; text = slice_skip(text, n))
		if (c >= LATIN_END && (c < SIGNS_BEGIN || c >= SIGNS_END))
			return false;
	return true;
}
