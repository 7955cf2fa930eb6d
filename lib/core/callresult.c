#include "lib/core/callresult.h"

/* First row whose facts are all there. */
static const struct {
	unsigned int facts;
	enum callresult result;
} rules[] = {
	{ CALLRESULT_WAS_CUT, CALLRESULT_INTERRUPTED },
	{ CALLRESULT_WAS_BRIDGED, CALLRESULT_ANSWERED },
	{ CALLRESULT_WAS_MESSAGE, CALLRESULT_VOICEMAIL },
	{ CALLRESULT_WAS_BLOCKED, CALLRESULT_BLOCKED },
	{ CALLRESULT_DEST_RANG, CALLRESULT_MISSED },
	{ CALLRESULT_DEST_BUSY, CALLRESULT_MISSED },
	{ CALLRESULT_CALLER_LEFT, CALLRESULT_ABANDONED },
	{ CALLRESULT_FLOW_FINISHED, CALLRESULT_MISSED },
	{ 0, CALLRESULT_FAILED },
};

static const char *const names[CALLRESULT_COUNT] = {
	"answered",
	"voicemail",
	"abandoned",
	"missed",
	"blocked",
	"failed",
	"interrupted",
};

enum callresult callresult_of(unsigned int facts)
{
	size_t i = 0;

	while ((facts & rules[i].facts) != rules[i].facts)
		i++; /* the last row always matches */
	return rules[i].result;
}

const char *callresult_name(enum callresult r)
{
	return (size_t)r < CALLRESULT_COUNT ? names[r] : "failed";
}

bool callresult_from_name(struct slice word, enum callresult *out)
{
	for (size_t i = 0; i < CALLRESULT_COUNT; i++)
		if (slice_eq_cstr(word, names[i])) {
			*out = (enum callresult)i;
			return true;
		}
	return false;
}
