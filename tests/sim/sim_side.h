/*
 * sim_side.h - the engine's neighbours inside the worker: store, media side
 * and recorder, as they answer and as they fail.
 */
#ifndef RT_SIM_SIDE_H
#define RT_SIM_SIDE_H

#include "tests/sim/sim_world.h"

void sim_side_journal(struct sim_world *w, const struct engine_journal *j);
void sim_side_lookup(struct sim_world *w, const struct engine_lookup *q);
void sim_side_ask(struct sim_world *w, const struct engine_ask *q);
void sim_side_resolve(struct sim_world *w, const struct engine_resolve *q);
void sim_side_media(struct sim_world *w, const struct engine_media *m);
void sim_side_rec(struct sim_world *w, const struct engine_rec *r);

#endif
