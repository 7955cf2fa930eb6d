/*
 * dni_count.h - what visits were given, on its way into the database.
 *
 * Counted for every pool of the configuration, whoever owns it.
 */
#ifndef RT_CGI_DNI_DNI_COUNT_H
#define RT_CGI_DNI_DNI_COUNT_H

#include "cgi/dni/dni_state.h"

struct db;

/* Pools of the configuration that are not there yet are: nobody's, without
 * numbers. Without mu, in the only thread that changes pools. ERR_NOMEM. */
RT_MUST_USE enum err dni_count_mention(struct dni_state *s);
/* Writes what was counted since the last time; what the database did not take
 * is counted on. Without mu. What db_pool_count_add() says. */
RT_MUST_USE enum err dni_count_write(struct dni_state *s, struct db *db);

#endif
