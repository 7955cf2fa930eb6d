#include "lib/phone/phone.h"

#include <string.h>

#include "lib/base/scan.h"
#include "lib/base/utf8.h"
#include "lib/phone/phone_lpn.h"

/* Indexed by libphonenumber's PhoneNumberType. */
static const enum phone_type types[] = {
	PHONE_FIXED,
	PHONE_MOBILE,
	PHONE_FIXED_OR_MOBILE,
	PHONE_TOLL_FREE,
	PHONE_PREMIUM,
	PHONE_SHARED_COST,
	PHONE_VOIP,
	PHONE_PERSONAL,
	PHONE_PAGER,
	PHONE_UAN,
	PHONE_VOICEMAIL,
	PHONE_UNKNOWN,
};

static const char *const type_names[] = {
	[PHONE_UNKNOWN] = "",
	[PHONE_FIXED] = "landline",
	[PHONE_MOBILE] = "mobile",
	[PHONE_FIXED_OR_MOBILE] = "landline or mobile",
	[PHONE_TOLL_FREE] = "toll-free",
	[PHONE_PREMIUM] = "premium rate",
	[PHONE_SHARED_COST] = "shared cost",
	[PHONE_VOIP] = "VoIP",
	[PHONE_PERSONAL] = "personal number",
	[PHONE_PAGER] = "pager",
	[PHONE_UAN] = "company number",
	[PHONE_VOICEMAIL] = "voicemail",
};

/* Letters beyond "tel:" and an extension would be read as keypad letters or
 * dropped by the library: "1-800-FLOWERS" is wanted, "anonymous" is not. */
static bool has_enough_digits(struct slice s)
{
	size_t digits = 0;

	for (size_t i = 0; i < s.n; i++)
		digits += scan_is_digit(s.p[i]) ? 1 : 0;
	return digits >= 2;
}

enum err phone_parse(struct slice text, const char *home, struct phone *out)
{
	struct phone p = { .type = PHONE_UNKNOWN };
	int type = PHONE_LPN_TYPE_UNKNOWN;

	text = slice_trim(text);
	if (text.n >= PHONE_TEXT_MAX)
		return ERR_TOOBIG;
	if (!has_enough_digits(text))
		return ERR_SYNTAX;
	if (!phone_lpn_parse(text.p, text.n, home, p.e164, sizeof(p.e164),
		p.country, &type, &p.valid, &p.local))
		return ERR_SYNTAX;
	if (type >= 0 && (size_t)type < RT_ARRAY_LEN(types))
		p.type = types[type];
	*out = p;
	return ERR_OK;
}

enum err phone_parse_whole(struct slice text, const char *home,
    struct phone *out)
{
	struct phone p;
	enum err e;

	if ((e = phone_parse(text, home, &p)) != ERR_OK)
		return e;
	if (p.local)
		return ERR_SYNTAX;
	*out = p;
	return ERR_OK;
}

bool phone_is_assigned(struct slice e164)
{
	struct phone p;

	return phone_parse(e164, "", &p) == ERR_OK && p.valid && !p.local;
}

bool phone_is_e164(struct slice text)
{
	if (text.n < 3 || text.n >= PHONE_E164_MAX || text.p[0] != '+' ||
	    text.p[1] == '0')
		return false;
	for (size_t i = 1; i < text.n; i++)
		if (!scan_is_digit(text.p[i]))
			return false;
	return true;
}

/* What is no number, made fit to be shown. */
static void show_raw(struct slice text, char out[PHONE_TEXT_MAX])
{
	char mem[3 * PHONE_TEXT_MAX]; /* U+FFFD takes three bytes */
	struct slice cut = utf8_head(text, PHONE_TEXT_MAX - 1);
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	utf8_clean(cut, &b);
	cut = utf8_head(buf_slice(&b), PHONE_TEXT_MAX - 1);
	for (size_t i = 0; i < cut.n; i++)
		out[i] = cut.p[i] == '\0' ? ' ' : cut.p[i];
	out[cut.n] = '\0';
}

static void show(struct slice e164, bool national, char out[PHONE_TEXT_MAX])
{
	if (!phone_is_e164(e164) ||
	    !phone_lpn_format(e164.p, e164.n, national, out, PHONE_TEXT_MAX))
		show_raw(e164, out);
}

void phone_national(struct slice e164, char out[PHONE_TEXT_MAX])
{
	show(e164, true, out);
}

void phone_international(struct slice e164, char out[PHONE_TEXT_MAX])
{
	show(e164, false, out);
}

void phone_show(struct slice e164, const char *home, char out[PHONE_TEXT_MAX])
{
	char country[3] = "";

	if (phone_is_e164(e164) && !phone_lpn_country(e164.p, e164.n, country))
		country[0] = '\0';
	show(e164, country[0] != '\0' && strcmp(country, home) == 0, out);
}

void phone_place(struct slice e164, char out[PHONE_PLACE_MAX])
{
	out[0] = '\0';
	if (phone_is_e164(e164) &&
	    !phone_lpn_place(e164.p, e164.n, out, PHONE_PLACE_MAX))
		out[0] = '\0';
}

const char *phone_type_name(enum phone_type t)
{
	return (size_t)t < RT_ARRAY_LEN(type_names) ? type_names[t] : "";
}

void phone_country_name(const char *country, char out[PHONE_PLACE_MAX])
{
	out[0] = '\0';
	if (strlen(country) == 2 &&
	    !phone_lpn_country_name(country, out, PHONE_PLACE_MAX))
		out[0] = '\0';
}
