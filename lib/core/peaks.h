/*
 * peaks.h - the waveform of a recording: how loud each moment was.
 *
 * For each window of the recording and each channel the largest sample, as one
 * byte: 0 silence to 127 full scale, of |sample| / 256. What the waveform job
 * stores in recording.peaks and the page of a call draws. Binary, big-endian,
 * versioned: version 1 (u8), channels (u8), windows a second (u16), windows
 * (u32), then the bytes, the channels of one window side by side.
 */
#ifndef RT_CORE_PEAKS_H
#define RT_CORE_PEAKS_H

#include "lib/base/buf.h"
#include "lib/base/err.h"

#define PEAKS_VERSION      1
#define PEAKS_HEADER_BYTES 8
#define PEAKS_CHANNELS_MAX 2
#define PEAKS_RATE         20 /* windows a second the job makes */
/* Four hours, the longest call, at PEAKS_RATE. */
#define PEAKS_WINDOWS_MAX (4 * 3600 * PEAKS_RATE)
#define PEAKS_BYTES_MAX \
	((size_t)PEAKS_HEADER_BYTES + (size_t)PEAKS_WINDOWS_MAX * 2)

struct peaks {
	unsigned int channels; /* 1 or 2 */
	unsigned int rate;     /* windows a second, from 1 */
	size_t windows;
	const uint8_t *bytes; /* windows * channels; borrowed */
};

/* The byte of one sample. */
uint8_t peaks_level(int16_t sample);

/* Appends the stored form. Fails *out with ERR_RANGE when a field is outside
 * its range. */
void peaks_encode(const struct peaks *p, struct buf *out);
/* *out borrows from bytes. ERR_SYNTAX: cut, left-over bytes or a field outside
 * its range; ERR_UNSUPPORTED: another version. */
RT_MUST_USE enum err peaks_decode(struct slice bytes, struct peaks *out);
/* The loudest of channel c in windows [from, to); 0 when there is none. */
uint8_t peaks_loudest(const struct peaks *p, unsigned int c, size_t from,
    size_t to);

#endif
