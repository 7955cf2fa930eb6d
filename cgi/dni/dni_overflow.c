#include "cgi/dni/dni_overflow.h"

void dni_overflow_show(struct dni_visit *visit, struct number_id number,
    int64_t now_us)
{
	struct dni_visits_overflow *o = &visit->overflow;

	if (id_is_nil(number.v))
		return;
	if (!id_eq(number.v, o->number.v))
		*o = (struct dni_visits_overflow){ .number = number,
			.shown_us = now_us };
	o->on_page = true;
	dni_overflow_again(visit, now_us);
}

void dni_overflow_again(struct dni_visit *visit, int64_t now_us)
{
	struct dni_visits_overflow *o = &visit->overflow;

	if (!o->on_page)
		return;
	if (now_us > o->seen_us)
		o->seen_us = now_us;
	o->due = true;
}

void dni_overflow_touch(struct dni_visit *visit, int64_t now_us)
{
	if (visit->overflow.on_page)
		visit->overflow.touched_us = now_us;
}

void dni_overflow_begin(struct dni_visit *visit, int64_t now_us,
    struct dni_write *w)
{
	if (visit->overflow.shown_us == now_us)
		dni_overflow_put(visit, w);
}

void dni_overflow_put(struct dni_visit *visit, struct dni_write *w)
{
	struct dni_visits_overflow *o = &visit->overflow;

	if (!o->due || visit->unstored)
		return;
	o->due = false;
	w->parts |= DNI_WRITE_OVERFLOW;
	w->overflow = (struct overflow_row){ o->number, visit->id, o->shown_us,
		o->seen_us, o->touched_us };
}
