/*
 * resolver.h - the addresses behind the names of trunks and destinations
 * (RFC 3263 for UDP): a question is answered later, never waited for.
 *
 * A name without a port: the SRV records of _sip._udp.<name>, lower priority
 * first and by weight, then the addresses of each; without any SRV record the
 * addresses of the name itself, at port 5060. With a port: the addresses of
 * the name. NAPTR is not asked for: over UDP it leads to the same SRV name.
 *
 * Answers are kept as long as their records say, 5 s to an hour; that a name
 * does not exist for 30 s, that nobody answered for 5 s. While nobody answers,
 * what was true last stays in use for an hour more: a name server that is
 * away is no reason to miss calls. An answer that is about to expire is
 * fetched again in the background. Names are not looked for in /etc/hosts.
 *
 * Everything that reads a file happens in resolver_new(). Not thread-safe.
 */
#ifndef RT_NET_RESOLVER_H
#define RT_NET_RESOLVER_H

#include "lib/base/addr4.h"
#include "lib/base/err.h"

#define RESOLVER_AT_MAX  8
#define RESOLVER_KEEP_US RT_HOUR_US /* the longest, and what is stale */

struct resolver;

struct resolver_cfg {
	/* "192.0.2.53,192.0.2.54:5353"; "": those of /etc/resolv.conf. */
	const char *servers;
	uint64_t seed; /* fresh from the system: whose turn it is */
	/* A socket that c-ares wants to be told of; both false: no more. */
	void (*watch)(void *arg, int fd, bool read, bool write);
	void *arg;
};

struct resolver_answer {
	uint64_t ticket;
	struct addr4 at[RESOLVER_AT_MAX]; /* to be tried in this order */
	size_t n;                         /* 0: it leads nowhere */
};

struct resolver_stats {
	uint64_t questions;
	uint64_t fresh;  /* answered from what was known */
	uint64_t looked; /* names asked for in the network */
	uint64_t failed; /* of these: nobody answered, or broken */
	uint64_t stale;  /* answered with what had expired */
};

/* The caller owns *out. Logged: ERR_SYNTAX (servers), ERR_IO, ERR_NOMEM. */
RT_MUST_USE enum err resolver_new(const struct resolver_cfg *cfg,
    struct resolver **out);
/* What was asked and not told is forgotten. NULL is allowed. */
void resolver_free(struct resolver *r);

/* port 0: none was named. Each question gets one resolver_next(), at once or
 * later; beyond 4,096 that wait, none. */
void resolver_ask(struct resolver *r, uint64_t ticket, struct slice name,
    uint16_t port, int64_t now_us);
bool resolver_next(struct resolver *r, struct resolver_answer *out);
/* fd is ready. */
void resolver_ready(struct resolver *r, int fd, bool read, bool write,
    int64_t now_us);
/* To be called at resolver_deadline(), INT64_MAX: never. */
void resolver_tick(struct resolver *r, int64_t now_us);
int64_t resolver_deadline(const struct resolver *r, int64_t now_us);
void resolver_get_stats(const struct resolver *r, struct resolver_stats *out);

#endif
