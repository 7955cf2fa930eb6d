#include "ctl/ua_press.h"

#include <math.h>
#include <string.h>

#include "sipworker/rtp/g711.h"

#define TWO_PI 6.28318530717958647692
#define PEAK   6000 /* -11 dBm0 each */

uint8_t ua_press_tone(char key, uint32_t i)
{
	static const char keys[] = "123A456B789C*0#D";
	static const double low[] = { 697, 770, 852, 941 };
	static const double high[] = { 1209, 1336, 1477, 1633 };
	const char *at = strchr(keys, key);
	const size_t k = at == NULL ? 0 : (size_t)(at - keys) % 16;
	const double t = TWO_PI * i / G711_RATE_HZ;

	return g711_to_ulaw(
	    (int16_t)(PEAK * (sin(t * low[k / 4]) + sin(t * high[k % 4]))));
}
