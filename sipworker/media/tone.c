#include "sipworker/media/tone.h"

#include <math.h>
#include <string.h>

#include "sipworker/rtp/g711.h"

#define RATE    8000.0
#define TWO_PI  6.28318530717958647692
#define RING_ON (2 * 8000)
/* -19 dBm0 as a peak value: the sine of 0 dBm0 has 0.7 of the full range. */
#define RING_PEAK 2530.0
#define BEEP_PEAK 5000.0

static double wave(double hz, size_t i)
{
	return sin(TWO_PI * hz * (double)i / RATE);
}

void tone_ringback(uint8_t out[TONE_RINGBACK_SAMPLES])
{
	memset(out, G711_ULAW_SILENCE, TONE_RINGBACK_SAMPLES);
	for (size_t i = 0; i < RING_ON; i++)
		out[i] = g711_to_ulaw(
		    (int16_t)(RING_PEAK * (wave(440.0, i) + wave(480.0, i))));
}

void tone_beep(uint8_t out[TONE_BEEP_SAMPLES])
{
	for (size_t i = 0; i < TONE_BEEP_SAMPLES; i++)
		out[i] = g711_to_ulaw((int16_t)(BEEP_PEAK * wave(1000.0, i)));
}
