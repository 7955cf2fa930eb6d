/*
 * g711.h - mu-law and A-law (ITU-T G.711), by table.
 */
#ifndef RT_RTP_G711_H
#define RT_RTP_G711_H

#include <stddef.h>
#include <stdint.h>

#define G711_RATE_HZ 8000
/* Digital silence. */
#define G711_ULAW_SILENCE 0xff
#define G711_ALAW_SILENCE 0xd5

int16_t g711_from_ulaw(uint8_t u);
int16_t g711_from_alaw(uint8_t a);
uint8_t g711_to_ulaw(int16_t s);
uint8_t g711_to_alaw(int16_t s);
/* Whole frames between the two laws; in and out may be the same. */
void g711_alaw_to_ulaw(const uint8_t *in, uint8_t *out, size_t n);
void g711_ulaw_to_alaw(const uint8_t *in, uint8_t *out, size_t n);

#endif
