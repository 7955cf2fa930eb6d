/*
 * dni_clock.h - what time it is for leases and visits.
 *
 * They begin and end by the wall's clock, as what is stored has to agree with
 * calls, other machines and people. But how long they last is the monotonic
 * clock's: where the wall's is set (a machine that started with a wrong one,
 * the end of a pause), what is in memory moves with it. Else a step back would
 * stop the time, so that no number is freed until it is made up, and a step
 * forward give numbers away that are still shown.
 *
 * A server that stands still, as its machine or somebody lets it, hears of no
 * page for so long: that time does not count either for what is held. Its
 * keeper asks for the time four times a second, so when nobody did for some it
 * stood still.
 *
 * What is stored does not move with it. After a step forward, rows of leases
 * that live look as if they had ended, and a server that is killed then would
 * give their numbers to others at its next start. So the rows of all numbers
 * that are held are written anew, by the writers (dni_writer.h), as the visits
 * are.
 */
#ifndef RT_CGI_DNI_DNI_CLOCK_H
#define RT_CGI_DNI_DNI_CLOCK_H

#include "cgi/dni/dni_state.h"

/* A smaller step is waited for, or is time that passed. */
#define DNI_CLOCK_STEP_US (2 * RT_SEC_US)
/* Less may be a keeper that waits for the database while nobody asks. */
#define DNI_CLOCK_STOOD_US (5 * RT_SEC_US)

/* With mu held. Now, which is s->now_us too: never less than before, but for a
 * step, which is logged. */
int64_t dni_clock_now(struct dni_state *s);
/* The same by clocks of one's own; for tests. */
int64_t dni_clock_at(struct dni_state *s, int64_t wall_us, int64_t mono_us);

/* What is read from the database takes a while, and may have been stored before
 * the last steps, by us or who had the pool before: where those went forward it
 * is taken as if the clock of before went on, and moved to the clock of now
 * when it is used. So what was stored since may seem to last longer than it
 * does, and nothing to be over that is not. */
struct dni_clock_read {
	int64_t now_us; /* by that clock */
	int64_t moved_us;
};

/* Before the reading. Takes mu. */
struct dni_clock_read dni_clock_read(struct dni_state *s);
/* With mu held, when it is used: by how much what was read moves. */
int64_t dni_clock_since(struct dni_state *s, const struct dni_clock_read *r);

/* The next of the rows to be written anew, max at most: how many; s->behind
 * tells whether there are more. What is not stored yet is waited for. */
size_t dni_clock_take_behind(struct dni_state *s, struct dni_write *rows,
    size_t max);
/* One of them could not be written: its pool's are to be written again. */
void dni_clock_still_behind(struct dni_state *s, const struct dni_write *row);

#endif
