/*
 * registrar.h - tells carriers where we are: REGISTER (RFC 3261 10), for trunks
 * that want it.
 *
 * One registration for each trunk of the configuration with register_s and a
 * user name. It is sent when the trunk appears and again after three quarters
 * of the time that was granted; a challenge is answered, 423 asks for longer.
 * What does not reply or refuses is asked again after half a minute, then after
 * twice as long each time, or when it says (Retry-After), half an hour at most;
 * of a name with several addresses the next one at once. Whatever a
 * registration says being changed in the trunk, it is said anew at once.
 * Draining, and a trunk that goes, take the registration back.
 */
#ifndef RT_ENGINE_REGISTRAR_H
#define RT_ENGINE_REGISTRAR_H

#include "lib/base/addr4.h"
#include "sipworker/engine/engine.h"
#include "sipworker/engine/timer.h"
#include "sipworker/sip/sip_auth.h"
#include "sipworker/sip/sip_txn.h"

/* Trunks that register; more are counted as refused. */
#define REGISTRAR_MAX       64
#define REGISTRAR_HOPS      4
#define REGISTRAR_LEAST_S   8 /* granted for less it is said too rarely */
#define REGISTRAR_MOST_S    7200
#define REGISTRAR_BACKOFF_S 30
#define REGISTRAR_SLOWEST_S 1800

struct registration {
	struct trunk_id id; /* nil: free */
	uint64_t ref;       /* of transactions and look-ups; never a leg's */
	bool up;            /* the carrier knows us */
	bool leaving;       /* Expires: 0 */
	bool seen;          /* in the configuration at hand */
	uint64_t terms;     /* of the trunk, as they are registered */
	uint32_t wanted_s;
	uint32_t cseq;
	unsigned int failures; /* in a row */
	uint8_t n_hops;
	uint8_t hop_at;
	struct addr4 hop[REGISTRAR_HOPS];
	uint32_t peer; /* ip in the table of peers; 0: none */
	struct sip_auth auth;
	struct sip_txn_id txn; /* the one under way, or the last */
	unsigned int longer; /* times in a row that it had to ask for longer */
	struct timer timer;
	char call_id[SIP_TXN_TOKEN_MAX];
	char tag[SIP_TXN_TOKEN_MAX];
};

struct registrar {
	struct registration reg[REGISTRAR_MAX];
	uint32_t made; /* ever */
};

/* The configuration is a new one. */
void registrar_sync(struct engine *e);
/* No more calls: all are taken back. */
void registrar_leave(struct engine *e);
void registrar_on_timer(struct engine *e, struct registration *r);
/* True: the event or the look-up was a registration's. */
bool registrar_event(struct engine *e, const struct sip_txn_event *ev);
bool registrar_found(struct engine *e, uint64_t ticket, const struct addr4 *at,
    size_t n);

#endif
