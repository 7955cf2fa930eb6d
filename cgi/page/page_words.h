/*
 * page_words.h - how results, sources, durations and shares are said.
 *
 * One place for the words, so that list, page and figure agree. Texts go into
 * fixed buffers of the caller; constants are returned as such.
 */
#ifndef RT_CGI_PAGE_PAGE_WORDS_H
#define RT_CGI_PAGE_PAGE_WORDS_H

#include "cgi/tmpl/view.h"
#include "lib/base/buf.h"
#include "lib/base/slice.h"

#define PAGE_WORDS_MAX 48

/* "Lead", "Wrong number", …: a class of lib/core/verdict; "" for none. */
const char *page_words_class(const char *class);
/* What is stored about a call's end, as a word of the style sheet and of the
 * icons: "answered" … "interrupted", "live" while it is open. Anything else is
 * "failed": a newer program may know more words than this one. */
const char *page_words_result_key(bool open, const char *result);
/* "Answered", "Live", … for a key of the above. */
const char *page_words_result(const char *key);

/* Was it paid for? channel and medium as below; "paid_social" has the colour of
 * what is social. */
bool page_words_paid(const char *channel, const char *medium);
/* Why a call ended, "" where that says no more than who hung up. */
const char *page_words_reason(const char *hangup_by, const char *reason);
/* The colour class of a channel: one of eight, or "none". channel is
 * lib/core/source's word; "" is derived from the medium, as roll-ups know only
 * source and medium. */
const char *page_words_channel(const char *channel, const char *source,
    const char *medium);
/* "google / cpc", "Direct", "Source not known". */
void page_words_source(const char *source, const char *medium, struct buf *b);

/* "58 s", "4 m 12 s", "1 h 02 m". Below one second "0 s". */
void page_words_duration(int64_t ms, char out[PAGE_WORDS_MAX]);
/* "4:12", "1:02:45": a position in a recording. */
void page_words_clock(int64_t ms, char out[PAGE_WORDS_MAX]);
/* A part of a whole above 0, as so many of 1,000 (the tenths of a per cent that
 * pages show) or of 10,000, to the nearest: 2 of 3 are 667. part: to 900
 * million million. */
int64_t page_words_nearest(int64_t part, int64_t whole, int64_t of);
/* "43 %", "< 1 %", "0 %"; whole 0 gives "–". */
void page_words_share(int64_t part, int64_t whole, char out[PAGE_WORDS_MAX]);
/* "1,250.50": micro-units, two decimals. */
void page_words_money(int64_t micros, char out[PAGE_WORDS_MAX]);
/* 10,412 */
void page_words_count(int64_t n, char out[PAGE_WORDS_MAX]);
/* The same, as a word of a view. */
void page_words_put_count(struct view *v, const char *key, uint64_t n);

#endif
