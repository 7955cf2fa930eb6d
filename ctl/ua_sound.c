#include "ctl/ua_sound.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/scan.h"
#include "sipworker/rtp/g711.h"

#define RATE      8000
#define FILE_MAX  ((size_t)600 * RATE)
#define CLICK     (RATE * 5 / 1000)
#define CLICK_MAX 60000

struct ua_sound {
	bool measures;
	bool loops;
	size_t n; /* samples; 0 is silence */
	uint8_t *pcm;
};

static uint8_t sine(double hz, size_t at, double level)
{
	const double x = 2.0 * acos(-1.0) * hz * (double)at / RATE;

	return g711_to_ulaw((int16_t)(level * 32767.0 * sin(x)));
}

/* One second of a whole number of hertz repeats without a seam. */
static enum err make_tone(struct ua_sound *s, uint64_t hz)
{
	if (hz < 20 || hz > 3800)
		return ERR_RANGE;
	s->pcm = malloc(RATE);
	if (s->pcm == NULL)
		return ERR_NOMEM;
	s->n = RATE;
	s->loops = true;
	for (size_t i = 0; i < s->n; i++)
		s->pcm[i] = sine((double)hz, i, 0.22);
	return ERR_OK;
}

static enum err make_clicks(struct ua_sound *s, uint64_t every_ms)
{
	if (every_ms < 100 || every_ms > CLICK_MAX)
		return ERR_RANGE;
	s->n = (size_t)every_ms * RATE / 1000;
	s->pcm = malloc(s->n);
	if (s->pcm == NULL)
		return ERR_NOMEM;
	s->loops = true;
	memset(s->pcm, G711_ULAW_SILENCE, s->n);
	for (size_t i = 0; i < CLICK; i++)
		s->pcm[i] = sine(1000.0, i, 0.9);
	return ERR_OK;
}

static enum err read_file(struct ua_sound *s, struct slice path)
{
	char name[256];
	ssize_t got;
	int fd;

	if (!slice_to_cstr(path, name, sizeof(name)))
		return ERR_TOOBIG;
	s->pcm = malloc(FILE_MAX + 1);
	if (s->pcm == NULL)
		return ERR_NOMEM;
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd == -1) {
		log_sys("call: open %s", name);
		return ERR_IO;
	}
	while (s->n <= FILE_MAX &&
	       (got = read(fd, s->pcm + s->n, FILE_MAX + 1 - s->n)) > 0)
		s->n += (size_t)got;
	(void)close(fd); /* read only */
	return s->n > FILE_MAX ? ERR_TOOBIG : ERR_OK;
}

static enum err fill(struct ua_sound *s, struct slice spec)
{
	uint64_t v;
	enum err e;

	if (slice_eq(spec, SLICE("silence")))
		return ERR_OK;
	if (slice_eq(spec, SLICE("measure"))) {
		s->measures = true;
		return ERR_OK;
	}
	if (scan_lit(&spec, SLICE("file:")) == ERR_OK)
		return read_file(s, spec);
	if (scan_lit(&spec, SLICE("tone:")) == ERR_OK) {
		e = scan_whole_u64(spec, RATE, &v);
		return e != ERR_OK ? e : make_tone(s, v);
	}
	if (scan_lit(&spec, SLICE("clicks:")) == ERR_OK) {
		e = scan_whole_u64(spec, CLICK_MAX, &v);
		return e != ERR_OK ? e : make_clicks(s, v);
	}
	return ERR_SYNTAX;
}

enum err ua_sound_open(struct slice spec, struct ua_sound **out)
{
	struct ua_sound *s = calloc(1, sizeof(*s));
	enum err e;

	if (s == NULL)
		return ERR_NOMEM;
	e = fill(s, spec);
	if (e != ERR_OK) {
		ua_sound_free(s);
		return e;
	}
	*out = s;
	return ERR_OK;
}

void ua_sound_free(struct ua_sound *s)
{
	if (s == NULL)
		return;
	free(s->pcm);
	free(s);
}

void ua_sound_frame(const struct ua_sound *s, uint64_t at,
    uint8_t out[UA_SOUND_FRAME])
{
	for (size_t i = 0; i < UA_SOUND_FRAME; i++, at++) {
		if (s->n == 0 || (at >= s->n && !s->loops))
			out[i] = G711_ULAW_SILENCE;
		else
			out[i] = s->pcm[at % s->n];
	}
}

bool ua_sound_measures(const struct ua_sound *s)
{
	return s->measures;
}
