/* phone_lpn.cc - see phone_lpn.h. */
#include "lib/phone/phone_lpn.h"

#include <cstring>
#include <mutex>
#include <string>

#include <phonenumbers/geocoding/phonenumber_offline_geocoder.h>
#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>
#include <unicode/locid.h>
#include <unicode/unistr.h>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberOfflineGeocoder;
using i18n::phonenumbers::PhoneNumberUtil;

namespace {

const char kUnknownRegion[] = "ZZ";

const PhoneNumberUtil &Util()
{
	static const PhoneNumberUtil *util = PhoneNumberUtil::GetInstance();

	return *util;
}

bool Put(const std::string &s, char *out, size_t cap)
{
	if (s.size() >= cap || s.find('\0') != std::string::npos)
		return false;
	std::memcpy(out, s.c_str(), s.size() + 1);
	return true;
}

bool Read(const char *text, size_t n, const char *home, PhoneNumber *out)
{
	const std::string region = home[0] == '\0' ? kUnknownRegion : home;

	return Util().Parse(std::string(text, n), region, out) ==
	    PhoneNumberUtil::NO_PARSING_ERROR;
}

/* "US" for +1 555 123 4567, which is valid nowhere: the main region of the
 * calling code is still the best guess. */
std::string Country(const PhoneNumber &number)
{
	std::string region;

	Util().GetRegionCodeForNumber(number, &region);
	if (region.size() != 2 || region == kUnknownRegion)
		Util().GetRegionCodeForCountryCode(number.country_code(),
		    &region);
	return region.size() == 2 && region != kUnknownRegion ? region : "";
}

} // namespace

bool phone_lpn_parse(const char *text, size_t n, const char *home,
    char *e164, size_t e164_cap, char country[3], int *type, bool *valid,
    bool *local)
try {
	PhoneNumber number;
	std::string text_e164, again;

	/* What reads differently once its calling code is known ("+55 010 …")
	 * is no number of any plan: what is kept has to parse to itself. */
	if (!Read(text, n, home, &number) || !Util().IsPossibleNumber(number))
		return false;
	number.clear_extension();
	Util().Format(number, PhoneNumberUtil::E164, &text_e164);
	if (!Read(text_e164.data(), text_e164.size(), "", &number))
		return false;
	Util().Format(number, PhoneNumberUtil::E164, &again);
	if (again != text_e164 || !Util().IsPossibleNumber(number))
		return false;
	if (!Put(text_e164, e164, e164_cap) ||
	    !Put(Country(number), country, 3))
		return false;
	*type = static_cast<int>(Util().GetNumberType(number));
	*valid = Util().IsValidNumber(number);
	*local = Util().IsPossibleNumberWithReason(number) ==
	    PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY;
	return true;
} catch (...) {
	return false;
}

bool phone_lpn_format(const char *e164, size_t n, bool national, char *out,
    size_t cap)
try {
	PhoneNumber number;
	std::string text;

	if (!Read(e164, n, "", &number))
		return false;
	Util().Format(number, national ? PhoneNumberUtil::NATIONAL :
	    PhoneNumberUtil::INTERNATIONAL, &text);
	return Put(text, out, cap);
} catch (...) {
	return false;
}

bool phone_lpn_country(const char *e164, size_t n, char country[3])
try {
	PhoneNumber number;

	return Read(e164, n, "", &number) && Put(Country(number), country, 3);
} catch (...) {
	return false;
}

bool phone_lpn_place(const char *e164, size_t n, char *out, size_t cap)
try {
	/* Loads its tables of prefixes as they are asked for. */
	static std::mutex lock;
	static const PhoneNumberOfflineGeocoder *geocoder =
	    new PhoneNumberOfflineGeocoder();
	PhoneNumber number;

	if (!Read(e164, n, "", &number))
		return false;
	const std::lock_guard<std::mutex> hold(lock);
	return Put(geocoder->GetDescriptionForNumber(number,
	    icu::Locale::getEnglish()), out, cap);
} catch (...) {
	return false;
}

bool phone_lpn_country_name(const char *country, char *out, size_t cap)
try {
	const icu::Locale where("", country);
	icu::UnicodeString name;
	std::string text;

	where.getDisplayCountry(icu::Locale::getEnglish(), name);
	name.toUTF8String(text);
	return text != country && Put(text, out, cap);
} catch (...) {
	return false;
}
