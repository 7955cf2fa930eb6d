#include "lib/core/builtin.h"

#define DIGIT(d)                                                  \
	{                                                         \
		"digit.en." d, "en", 1, "digit.en." d ".ul", NULL \
	}

static const struct builtin builtins[] = {
	{ "notice.en", "en", 1, "notice.en.ul",
	    "This call may be recorded for quality and training purposes." },
	{ "sorry.en", "en", 1, "sorry.en.ul",
	    "Sorry, nobody can take your call right now. Please try again "
	    "later." },
	{ "invalid.en", "en", 1, "invalid.en.ul",
	    "Sorry, that is not one of the choices." },
	{ "accept.en", "en", 1, "accept.en.ul", "Press 1 to take this call." },
	{ "voicemail.en", "en", 1, "voicemail.en.ul",
	    "Nobody can take your call right now. Please leave a message "
	    "after the tone." },
	{ "challenge.en", "en", 1, "challenge.en.ul",
	    "To be connected, please press" },
	{ "wrong.en", "en", 1, "wrong.en.ul", "That was not the right key." },
	DIGIT("0"),
	DIGIT("1"),
	DIGIT("2"),
	DIGIT("3"),
	DIGIT("4"),
	DIGIT("5"),
	DIGIT("6"),
	DIGIT("7"),
	DIGIT("8"),
	DIGIT("9"),
};

const struct builtin *builtin_all(size_t *n)
{
	*n = RT_ARRAY_LEN(builtins);
	return builtins;
}

const struct builtin *builtin_find(struct slice key)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(builtins); i++)
		if (slice_eq_cstr(key, builtins[i].key))
			return &builtins[i];
	return NULL;
}
