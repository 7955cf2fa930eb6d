/*
 * dni_overflow.h - who sees a pool's overflow number, for those who ask later
 * who may have called it (lib/db/db_overflow.h). Nothing waits for it: the
 * first time goes with the page view that it answers, what follows with the
 * visit's progress.
 *
 * All with mu held.
 */
#ifndef RT_CGI_DNI_DNI_OVERFLOW_H
#define RT_CGI_DNI_DNI_OVERFLOW_H

#include "cgi/dni/dni_visits.h"
#include "cgi/dni/dni_write.h"

/* The visit is answered with it. */
void dni_overflow_show(struct dni_visit *visit, struct number_id number,
    int64_t now_us);
/* A sign of life of a page that may show it still. */
void dni_overflow_again(struct dni_visit *visit, int64_t now_us);
/* The phone link was touched, of whatever number it shows. */
void dni_overflow_touch(struct dni_visit *visit, int64_t now_us);
/* What is new this moment goes with the page view. */
void dni_overflow_begin(struct dni_visit *visit, int64_t now_us,
    struct dni_write *w);
/* What is due is written with the visit's progress, if there is that visit. */
void dni_overflow_put(struct dni_visit *visit, struct dni_write *w);

#endif
