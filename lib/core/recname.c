#include "lib/core/recname.h"

#include "lib/base/buf.h"
#include "lib/base/clk.h"

/* Ids are of a fixed length, a year of four digits up to 9999. */
_Static_assert(2 * (ID_TEXT_MAX - 1) + 16 <= RECNAME_MAX, "no name is cut");

void recname_make(struct company_id company, struct call_id call,
    int64_t opened_us, char out[RECNAME_MAX + 1])
{
	const struct clk_civil t = clk_to_civil(opened_us);
	char company_text[ID_TEXT_MAX], call_text[ID_TEXT_MAX];
	struct buf b;

	id_text(ID_KIND_company, company.v, company_text);
	id_text(ID_KIND_call, call.v, call_text);
	buf_over(&b, out, RECNAME_MAX);
	buf_printf(&b, "%s/%04d-%02d-%02d/%s.wav", company_text, t.year,
	    t.month, t.day, call_text);
	out[b.n] = '\0';
}

enum err recname_parse(struct slice name, struct company_id *company,
    struct call_id *call)
{
	struct company_id co;
	struct slice part;
	enum err e;

	if (!slice_cut(&name, '/', &part))
		return ERR_SYNTAX;
	if ((e = id_parse(ID_KIND_company, part, co.v)) != ERR_OK)
		return e;
	if (!slice_cut(&name, '/', &part) || !slice_ends(name, SLICE(".wav")))
		return ERR_SYNTAX;
	e = id_parse(ID_KIND_call, slice_head(name, name.n - 4), call->v);
	if (e == ERR_OK)
		*company = co;
	return e;
}
