/*
 * sip_net.h - two or more transaction layers on a wire with a virtual clock,
 * for tests of sip_txn and of what stands on it.
 *
 * Messages are queued and delivered by sip_net_run(); a filter may drop or
 * count them. The newest messages and events are kept for a look.
 */
#ifndef RT_TESTS_SIP_NET_H
#define RT_TESTS_SIP_NET_H

#include "sipworker/sip/sip_txn.h"

#define SIP_NET_NODES 2
#define SIP_NET_QUEUE 256
#define SIP_NET_LOG   512

struct sip_net;

struct sip_net_event {
	int node;
	enum sip_txn_what what;
	struct sip_txn_id id;
	uint64_t user;
	enum sip_method method;
	unsigned int status; /* of a response */
	bool cancelled;
	int64_t at_us;
};

struct sip_net_sent {
	int node; /* who sent it; -1 injected */
	int64_t at_us;
	struct addr4 to;
	size_t n;
	char bytes[4096];
};

struct sip_net_node {
	struct sip_net *net;
	int number;
	struct addr4 at;
	struct sip_txn_layer *layer;
	/* Called for each event after it was logged; may be NULL. */
	void (
	    *on_event)(struct sip_net_node *n, const struct sip_txn_event *ev);
};

struct sip_net {
	int64_t now_us;
	struct sip_net_node node[SIP_NET_NODES];
	/* True to lose this message; may be NULL. */
	bool (*lose)(struct sip_net *net, const struct sip_net_sent *m);
	int lose_left; /* for the filter's use */
	size_t n_events;
	struct sip_net_event events[SIP_NET_LOG];
	size_t n_sent;             /* all that was sent, lost or not */
	struct sip_net_sent *sent; /* SIP_NET_LOG of them */
	size_t delivered;
};

void sip_net_init(struct sip_net *net, uint32_t slots);
/* Loses nothing any more, lets all timers run out, and frees it. 0; -1, and
 * says so, when something was left: after all timers nothing may be. */
int sip_net_end(struct sip_net *net);
/* Delivers everything and lets time pass up to now + us, timer by timer. */
void sip_net_run(struct sip_net *net, int64_t us);
/* Hands bytes to a node as if they came from `from`. */
void sip_net_inject(struct sip_net *net, int node, struct addr4 from,
    const char *text);

/* How many messages a node sent that begin with this text. */
size_t sip_net_count(const struct sip_net *net, int node, const char *start);
/* The k-th of them (from 0); fails the test when there is none. */
const struct sip_net_sent *sip_net_sent(const struct sip_net *net, int node,
    const char *start, size_t k);
/* How many events of a kind a node had. */
size_t sip_net_events(const struct sip_net *net, int node,
    enum sip_txn_what what);
const struct sip_net_event *sip_net_event(const struct sip_net *net, int node,
    enum sip_txn_what what, size_t k);

/* A plain request from node to the other, call number k. */
struct sip_txn_id sip_net_request(struct sip_net *net, int node,
    enum sip_method method, unsigned int k);
/* Answers the last request that the node got. */
enum err sip_net_answer(struct sip_net *net, int node, unsigned int status);

#endif
