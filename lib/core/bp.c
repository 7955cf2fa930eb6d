#include "lib/core/bp.h"

#include <stdio.h>

#include "lib/core/money.h"

#define BP_MICROS (MONEY_MICROS / 100)

enum err bp_parse(struct slice s, uint64_t *bp)
{
	int64_t micros;
	enum err e;

	if (s.n > 0 && s.p[s.n - 1] == '%')
		s = slice_trim(slice_of(s.p, s.n - 1));
	if (s.n == 0 || s.p[0] < '0' || s.p[0] > '9')
		return ERR_SYNTAX; /* "$12" is no share */
	if ((e = money_parse(s, &micros)) != ERR_OK)
		return e;
	if (micros % BP_MICROS != 0 || micros < BP_MICROS ||
	    micros > (int64_t)BP_WHOLE * BP_MICROS)
		return ERR_RANGE;
	*bp = (uint64_t)(micros / BP_MICROS);
	return ERR_OK;
}

void bp_put(uint64_t bp, struct buf *out)
{
	buf_u64(out, bp / 100);
	if (bp % 100 == 0)
		return;
	buf_char(out, '.');
	buf_char(out, (char)('0' + bp % 100 / 10));
	if (bp % 10 != 0)
		buf_char(out, (char)('0' + bp % 10));
}

void bp_percent(int64_t bp, char out[BP_PERCENT_MAX])
{
	const int64_t whole = (int64_t)BP_WHOLE;
	const int64_t in = bp < 0 ? 0 : bp > whole ? whole : bp;

	if (in > 0 && in < 50)
		(void)snprintf(out, BP_PERCENT_MAX, "< 1");
	else if (in >= 9950 && in < whole)
		(void)snprintf(out, BP_PERCENT_MAX, "> 99");
	else
		(void)snprintf(out, BP_PERCENT_MAX, "%d", (int)(in + 50) / 100);
}
