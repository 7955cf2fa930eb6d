/*
 * sim_config.h - the configuration of the simulated world: a carrier's trunk,
 * a phone, and numbers with every recording policy.
 */
#ifndef RT_SIM_CONFIG_H
#define RT_SIM_CONFIG_H

#include "lib/base/buf.h"
#include "lib/base/err.h"

/* Numbers +13035550100 and up; which flow and policy: see sim_config.c. */
#define SIM_CONFIG_NUMBERS 12
/* The first so many run flows that throw no dice. */
#define SIM_CONFIG_DICELESS 10
/* Of these the one that asks twice for the destination with limits: in a tree,
 * then one after the other. */
#define SIM_CONFIG_TREE "+13035550109"
/* Row of that destination. */
#define SIM_CONFIG_LIMITED 2
/* Row of the trunk that is a name, trunk.example. */
#define SIM_CONFIG_NAMED          3
#define SIM_CONFIG_PROMPT_SAMPLES 24000 /* 3 s */

/* A second account, whose carrier is at 10.0.0.7 and may call out, and a third
 * one at the first one's carrier that may not: a number of each, which goes
 * straight to the phone like the first of all, and one of ours that comes by
 * another trunk. */
#define SIM_CONFIG_FOREIGN 6
#define SIM_CONFIG_SECONDS "+13035550190"
#define SIM_CONFIG_THIRDS  "+13035550191"
#define SIM_CONFIG_TIED    "+13035550192"
/* A fourth one's, at the same carrier: its trunk takes two calls at once and
 * three new ones a second, in and out. */
#define SIM_CONFIG_FOURTHS "+13035550193"
/* One of ours: first to a destination whose trunk is disabled, then by the
 * step's own, which is disabled too, to a number and to a destination without
 * one, then to the desk. */
#define SIM_CONFIG_OFF "+13035550194"
/* One of ours: a round robin of three phones, and nothing else. */
#define SIM_CONFIG_TURNS "+13035550195"

#define SIM_CONFIG_PHONE_MAX 48

/* The address of phone i of the groups; some have a name, pbx.example. */
void sim_config_phone(size_t i, char out[SIM_CONFIG_PHONE_MAX]);
RT_MUST_USE enum err sim_config_write(struct buf *out);

#endif
