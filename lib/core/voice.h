/*
 * voice.h - the voices that can speak a prompt's text.
 *
 * Two programs of Debian's speak: flite, whose slt and rms were the most
 * intelligible of those tried, for English, and espeak-ng for everything else.
 */
#ifndef RT_CORE_VOICE_H
#define RT_CORE_VOICE_H

#include "lib/base/slice.h"

enum voice_engine {
	VOICE_FLITE,
	VOICE_ESPEAK
};

struct voice {
	const char *key;      /* stored: never change one */
	const char *label;    /* for people */
	const char *language; /* BCP 47 */
	enum voice_engine engine;
	const char *name; /* the engine's own */
};

/* All of them; the first is the usual choice. */
const struct voice *voice_all(size_t *n);
/* NULL: there is none of that key. */
const struct voice *voice_find(struct slice key);

/* The languages that can be spoken, BCP 47, without repetition; NULL at the
 * end. The first is the usual one. Flows and spoken words hold their names and
 * places: append only. */
extern const char *const voice_languages[];
/* Can the voice read all letters of the text? flite leaves out, without a word,
 * what is not Latin; espeak-ng reads or spells everything. */
bool voice_reads(const struct voice *v, struct slice text);
/* The first voice of a language. NULL: nobody speaks it. */
const struct voice *voice_of(struct slice language);

#endif
