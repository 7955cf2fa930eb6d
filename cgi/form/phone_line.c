#include "cgi/form/phone_line.h"

#include "lib/base/buf.h"
#include "lib/phone/phone.h"

#define SHOWN_MAX 40 /* bytes of a text that is named */

const char *phone_line_wrong(struct arena *mem, struct slice text,
    const char *home, bool of_several)
{
	char country[PHONE_PLACE_MAX],
	    out[SHOWN_MAX + PHONE_PLACE_MAX + 160] = "";
	struct slice copy;
	struct buf b;

	phone_country_name(home, country);
	buf_over(&b, out, sizeof(out));
	if (of_several && text.n <= SHOWN_MAX)
		buf_printf(&b, "“%.*s”", SLICE_FMT(text));
	else
		buf_cstr(&b, of_several ? "One of the lines" : "This");
	buf_cstr(&b, " is not a telephone number");
	if (text.n > 0 && text.p[0] != '+' && country[0] != '\0')
		buf_printf(&b,
		    " of the company’s country, %s. Others are written"
		    " with theirs in front, like +49 30 901820",
		    country);
	buf_cstr(&b, ".");
	buf_char(&b, '\0');
	if (buf_err(&b) != ERR_OK || !arena_copy(mem, buf_slice(&b), &copy))
		return "This is not a telephone number.";
	return copy.p;
}
