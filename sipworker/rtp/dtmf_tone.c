#include "sipworker/rtp/dtmf_tone.h"

#include <math.h>
#include <string.h>

#define ROWS 4
#define N    ((float)DTMF_TONE_BLOCK)

/* 697 770 852 941 and 1209 1336 1477 1633 Hz, as angles of a sample. */
static const float angles[DTMF_TONE_FREQS] = {
	0.5474225F,
	0.6047566F,
	0.6691592F,
	0.7390597F,
	0.9495464F,
	1.0492919F,
	1.1600331F,
	1.2825552F,
};

/* 2 cos of them. */
static const float coeffs[DTMF_TONE_FREQS] = {
	1.7077378F,
	1.6452810F,
	1.5686870F,
	1.4782046F,
	1.1641040F,
	0.9963702F,
	0.7986184F,
	0.5685327F,
};

static const char keys[ROWS][ROWS] = {
	{ '1', '2', '3', 'A' },
	{ '4', '5', '6', 'B' },
	{ '7', '8', '9', 'C' },
	{ '*', '0', '#', 'D' },
};

/* Power of a block of one tone of amplitude a is (a * N / 2)^2. -32 dBm0, a
 * bit below what must be heard: a = 32124 * 10^(-35.17 / 20). */
#define POWER_MIN  (560.0F * 560.0F * N * N / 4.0F)
#define PEAK_MIN   3.0F  /* 5 dB over the others of the group */
#define TWIST_HIGH 2.82F /* +4.5 dB: high group stronger */
#define TWIST_LOW  7.1F  /* -8.5 dB */
/* Of the energy of two blocks; noise 15 dB below leaves 0.97. */
#define PART_MIN 0.96F
/* While it is held. */
#define PART_HELD 0.88F
/* Frequencies tried on each side, 0.3 % apart: 1.8 %. */
#define TRIES    6
#define TRY_STEP 0.003F

void dtmf_tone_init(struct dtmf_tone *d)
{
	memset(d, 0, sizeof(*d));
}

static float power(const struct dtmf_tone *d, int i)
{
	return d->s1[i] * d->s1[i] + d->s2[i] * d->s2[i] -
	       coeffs[i] * d->s1[i] * d->s2[i];
}

/* The tone that stands out from its group of four, or -1. */
static int strongest(const float p[ROWS])
{
	int best = 0;

	for (int i = 1; i < ROWS; i++)
		if (p[i] > p[best])
			best = i;
	for (int i = 0; i < ROWS; i++)
		if (i != best && p[i] * PEAK_MIN > p[best])
			return -1;
	return p[best] < POWER_MIN ? -1 : best;
}

/* The key of the whole block, or '\0'. */
static char judge(const struct dtmf_tone *d)
{
	float p[DTMF_TONE_FREQS];
	int row, col;
	float low, high;

	for (int i = 0; i < DTMF_TONE_FREQS; i++)
		p[i] = power(d, i);
	row = strongest(p);
	col = strongest(p + ROWS);
	if (row < 0 || col < 0)
		return '\0';
	low = p[row];
	high = p[ROWS + col];
	if (high > low * TWIST_HIGH * 2 || low > high * TWIST_LOW * 2)
		return '\0';
	return keys[row][col];
}

/* Power of one frequency over the last `n` samples. */
static float power_at(const struct dtmf_tone *d, size_t n, float angle)
{
	const int16_t *pcm = d->pcm + 2 * DTMF_TONE_BLOCK - n;
	const float c = 2 * cosf(angle);
	float s1 = 0, s2 = 0;

	for (size_t i = 0; i < n; i++) {
		const float s = pcm[i] + c * s1 - s2;

		s2 = s1;
		s1 = s;
	}
	return s1 * s1 + s2 * s2 - c * s1 * s2;
}

/* The strongest of the frequencies that still count as this tone. */
static float power_near(const struct dtmf_tone *d, size_t n, float angle)
{
	float best = 0;

	for (int i = -TRIES; i <= TRIES; i++) {
		const float p =
		    power_at(d, n, angle * (1 + TRY_STEP * (float)i));

		best = p > best ? p : best;
	}
	return best;
}

/* Are the last n samples the key and hardly anything else? */
static bool is_pure(const struct dtmf_tone *d, size_t n, float part, char key)
{
	const char *at = memchr(keys, key, sizeof(keys));
	const size_t k = (size_t)(at - &keys[0][0]);
	const float low = power_near(d, n, angles[k / ROWS]);
	const float high = power_near(d, n, angles[ROWS + k % ROWS]);
	float energy = 0;

	for (size_t i = 2 * DTMF_TONE_BLOCK - n; i < 2 * DTMF_TONE_BLOCK; i++)
		energy += (float)d->pcm[i] * (float)d->pcm[i];
	/* A pure tone of n samples has n / 2 of its energy in these units. */
	return low + high > part * (float)n / 2 * energy &&
	       high < low * TWIST_HIGH && low < high * TWIST_LOW;
}

static char end_block(struct dtmf_tone *d)
{
	const char key = judge(d);
	const bool twice = key != '\0' && key == d->candidate &&
			   key != d->down &&
			   is_pure(d, 2 * DTMF_TONE_BLOCK, PART_MIN, key);
	char said = '\0';

	d->candidate = key;
	if (key != '\0' && key == d->down &&
	    is_pure(d, DTMF_TONE_BLOCK, PART_HELD, key)) {
		d->misses = 0;
	} else if (d->down != '\0' && ++d->misses >= 2) {
		d->down = '\0';
	}
	if (twice) {
		said = key;
		d->down = key;
		d->misses = 0;
	}
	memset(d->s1, 0, sizeof(d->s1));
	memset(d->s2, 0, sizeof(d->s2));
	memmove(d->pcm, d->pcm + DTMF_TONE_BLOCK, sizeof(d->pcm) / 2);
	d->n = 0;
	return said;
}

char dtmf_tone_feed(struct dtmf_tone *d, const int16_t *pcm, size_t n)
{
	char said = '\0', key;

	for (size_t k = 0; k < n; k++) {
		const float x = pcm[k];

		for (int i = 0; i < DTMF_TONE_FREQS; i++) {
			const float s = x + coeffs[i] * d->s1[i] - d->s2[i];

			d->s2[i] = d->s1[i];
			d->s1[i] = s;
		}
		d->pcm[DTMF_TONE_BLOCK + d->n] = pcm[k];
		if (++d->n == DTMF_TONE_BLOCK && (key = end_block(d)) != '\0')
			said = key;
	}
	return said;
}
