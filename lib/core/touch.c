#include "lib/core/touch.h"

#define POSITION_END_BP 4000

const char *touch_name(enum touch_model m)
{
	static const char *const names[TOUCH_MODEL_COUNT] = {
		[TOUCH_FIRST] = "First touch",
		[TOUCH_LAST] = "Last touch",
		[TOUCH_LAST_PAID] = "Last paid touch",
		[TOUCH_LINEAR] = "Linear",
		[TOUCH_POSITION] = "Position-based",
		[TOUCH_PROBABILITY] = "By probability",
	};

	return names[m];
}

/* Alike; what does not divide goes to the last ones, one each. */
static void even(uint16_t whole_bp, uint16_t *share_bp, size_t n)
{
	const uint16_t each = (uint16_t)(whole_bp / n);
	const size_t more = whole_bp % n;

	for (size_t i = 0; i < n; i++)
		share_bp[i] = (uint16_t)(each + (i >= n - more ? 1 : 0));
}

static void position(uint16_t *share_bp, size_t n)
{
	if (n <= 2) {
		even(TOUCH_WHOLE_BP, share_bp, n);
		return;
	}
	share_bp[0] = share_bp[n - 1] = POSITION_END_BP;
	even(TOUCH_WHOLE_BP - 2 * POSITION_END_BP, share_bp + 1, n - 2);
}

static size_t last_paid(const bool *paid, size_t n)
{
	for (size_t i = n; i > 0; i--)
		if (paid[i - 1])
			return i - 1;
	return n - 1;
}

enum err touch_share(enum touch_model m, const bool *paid, size_t n,
    uint16_t share_bp[TOUCH_MAX])
{
	if (n == 0 || n > TOUCH_MAX)
		return ERR_RANGE;
	for (size_t i = 0; i < n; i++)
		share_bp[i] = 0;
	switch (m) {
	case TOUCH_FIRST:
		share_bp[0] = TOUCH_WHOLE_BP;
		return ERR_OK;
	case TOUCH_LAST:
		share_bp[n - 1] = TOUCH_WHOLE_BP;
		return ERR_OK;
	case TOUCH_LAST_PAID:
		share_bp[last_paid(paid, n)] = TOUCH_WHOLE_BP;
		return ERR_OK;
	case TOUCH_LINEAR:
		even(TOUCH_WHOLE_BP, share_bp, n);
		return ERR_OK;
	case TOUCH_POSITION:
		position(share_bp, n);
		return ERR_OK;
	case TOUCH_PROBABILITY:
	case TOUCH_MODEL_COUNT:
		break;
	}
	return ERR_RANGE;
}
