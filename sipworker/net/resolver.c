#include "sipworker/net/resolver.h"

#include <arpa/nameser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "lib/base/log.h"
#include "sipworker/net/dns_sock.h"
#include "sipworker/net/dns_ttl.h"
#include "sipworker/net/srv_order.h"

#define NAMES         128 /* kept at a time */
#define WAITING       4096
#define NAME_BYTES    256
#define SERVER_PORT   5060
#define TIMEOUT_MS    1000
#define TRIES         2
#define TTL_MIN_S     UINT32_C(5)
#define TTL_MAX_S     UINT32_C(3600)
#define TTL_MISSING_S UINT32_C(30) /* the name does not exist */
#define TTL_FAILED_S  UINT32_C(5)  /* nobody says so */
#define EDNS_BYTES    1232
#define PATIENCE_US   (500 * INT64_C(1000))

/* One server of a name, and a question for its addresses. */
struct server {
	struct name *owner;
	char host[NAME_BYTES];
	uint16_t port;
	struct srv_rank rank;
	uint32_t ip[RESOLVER_AT_MAX];
	uint8_t n;
};

struct servers {
	struct server server[SRV_ORDER_MAX];
	size_t n;
};

struct name {
	struct resolver *r;
	char text[NAME_BYTES]; /* "": unused */
	uint16_t port;
	bool asking;
	uint8_t open;   /* questions for addresses that wait */
	uint16_t waits; /* who asked and was not told yet */
	bool failed;    /* one of them, or the SRV one */
	uint32_t ttl_s;
	int64_t asked_us;
	int64_t expires_us;
	int64_t stale_us; /* what is known may be used so long */
	int64_t used_us;
	struct servers known;
	struct servers next; /* while asking */
};

struct waiting {
	uint64_t ticket;
	struct name *name; /* NULL: told that it leads nowhere */
};

struct resolver {
	struct resolver_cfg cfg;
	ares_channel channel;
	struct dns_sock sock;
	struct rnd_dice dice;
	int64_t now_us;
	struct resolver_stats stats;
	struct waiting waiting[WAITING];
	size_t n_waiting;
	struct name name[NAMES];
};

/* --- what is known ---------------------------------------------------------*/

static size_t count_addresses(const struct servers *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->server[i].n;
	return n;
}

static bool is_usable(const struct name *n)
{
	return count_addresses(&n->known) > 0 && n->r->now_us < n->stale_us;
}

/* A failed question leaves what is known, a good one replaces it. */
static void settle(struct name *n)
{
	struct resolver *r = n->r;
	const size_t found = count_addresses(&n->next);
	uint32_t ttl_s = n->ttl_s < TTL_MIN_S ? TTL_MIN_S : n->ttl_s;

	if (ttl_s > TTL_MAX_S)
		ttl_s = TTL_MAX_S;
	n->asking = false;
	if (found > 0) {
		n->known = n->next;
	} else if (n->failed) {
		r->stats.failed++;
		ttl_s = TTL_FAILED_S;
	} else {
		n->known.n = 0;
		ttl_s = TTL_MISSING_S;
	}
	n->expires_us = r->now_us + ttl_s * RT_SEC_US;
	if (found > 0)
		n->stale_us = n->expires_us + RESOLVER_KEEP_US;
}

/* --- questions -------------------------------------------------------------*/

static bool says_missing(int status)
{
	return status == ARES_ENOTFOUND || status == ARES_ENODATA;
}

static void lower_ttl(struct name *n, uint32_t ttl_s)
{
	if (ttl_s < n->ttl_s)
		n->ttl_s = ttl_s;
}

static void take_addresses(struct server *s, const unsigned char *bytes, int n)
{
	struct ares_addrttl found[RESOLVER_AT_MAX];
	int count = RESOLVER_AT_MAX;
	const int status = ares_parse_a_reply(bytes, n, NULL, found, &count);

	if (status != ARES_SUCCESS) {
		if (!says_missing(status))
			s->owner->failed = true;
		return;
	}
	for (int i = 0; i < count; i++) {
		const uint32_t ip = ntohl(found[i].ipaddr.s_addr);

		if (ip == 0 || found[i].ttl < 0)
			continue;
		s->ip[s->n++] = ip;
		lower_ttl(s->owner, (uint32_t)found[i].ttl);
	}
}

static void on_addresses(void *arg, int status, int timeouts,
    unsigned char *bytes, int n)
{
	struct server *s = arg;

	(void)timeouts;
	if (status == ARES_EDESTRUCTION)
		return;
	if (status == ARES_SUCCESS)
		take_addresses(s, bytes, n);
	else if (!says_missing(status))
		s->owner->failed = true;
	if (--s->owner->open == 0)
		settle(s->owner);
}

static void ask_addresses(struct name *n)
{
	/* An answer may come before ares_query() returns: of the last one
	 * only when all are asked. */
	n->open = 1;
	for (size_t i = 0; i < n->next.n; i++) {
		n->open++;
		ares_query(n->r->channel, n->next.server[i].host, ns_c_in,
		    ns_t_a, on_addresses, &n->next.server[i]);
	}
	if (--n->open == 0)
		settle(n);
}

static void add_server(struct name *n, const char *host, uint16_t port,
    struct srv_rank rank)
{
	struct server *s = &n->next.server[n->next.n];

	if (n->next.n == SRV_ORDER_MAX ||
	    snprintf(s->host, sizeof(s->host), "%s", host) >=
		(int)sizeof(s->host))
		return;
	s->owner = n;
	s->port = port;
	s->rank = rank;
	s->n = 0;
	n->next.n++;
}

/* RFC 2782: the root alone means that there is no such service here. */
static void take_servers(struct name *n, const unsigned char *bytes, int len)
{
	struct ares_srv_reply *list = NULL;
	uint32_t ttl_s;

	if (ares_parse_srv_reply(bytes, len, &list) != ARES_SUCCESS ||
	    dns_ttl(slice_of((const char *)bytes, (size_t)len), &ttl_s) !=
		ERR_OK) {
		n->failed = true;
		ares_free_data(list);
		return;
	}
	lower_ttl(n, ttl_s);
	for (const struct ares_srv_reply *s = list; s != NULL; s = s->next)
		if (s->host[0] != '\0' && strcmp(s->host, ".") != 0 &&
		    s->port != 0)
			add_server(n, s->host, s->port,
			    (struct srv_rank){ s->priority, s->weight });
	ares_free_data(list);
}

static void on_servers(void *arg, int status, int timeouts,
    unsigned char *bytes, int len)
{
	static const struct srv_rank first;
	struct name *n = arg;

	(void)timeouts;
	if (status == ARES_EDESTRUCTION)
		return;
	if (status == ARES_SUCCESS)
		take_servers(n, bytes, len);
	else if (says_missing(status))
		add_server(n, n->text, SERVER_PORT, first);
	else
		n->failed = true;
	ask_addresses(n);
}

static void look_up(struct name *n)
{
	static const struct srv_rank first;
	char srv[NAME_BYTES + sizeof("_sip._udp.")];

	n->asking = true;
	n->asked_us = n->r->now_us;
	n->failed = false;
	n->ttl_s = TTL_MAX_S;
	n->next.n = 0;
	n->r->stats.looked++;
	if (n->port != 0) {
		add_server(n, n->text, n->port, first);
		ask_addresses(n);
		return;
	}
	(void)snprintf(srv, sizeof(srv), "_sip._udp.%s", n->text);
	ares_query(n->r->channel, srv, ns_c_in, ns_t_srv, on_servers, n);
}

/* --- names -----------------------------------------------------------------*/

static bool is_same(const struct name *n, struct slice text, uint16_t port)
{
	return n->text[0] != '\0' && n->port == port &&
	       slice_eq_case(slice_from(n->text), text);
}

/* NULL: all that are kept are being asked for, or it is too long. */
static struct name *name_of(struct resolver *r, struct slice text,
    uint16_t port)
{
	struct name *oldest = NULL;

	for (size_t i = 0; i < NAMES; i++) {
		struct name *n = &r->name[i];

		if (is_same(n, text, port))
			return n;
		if (!n->asking && n->waits == 0 &&
		    (oldest == NULL || n->used_us < oldest->used_us))
			oldest = n;
	}
	if (oldest == NULL || text.n == 0 || text.n >= sizeof(oldest->text))
		return NULL;
	memset(oldest, 0, sizeof(*oldest));
	oldest->r = r;
	oldest->port = port;
	memcpy(oldest->text, text.p, text.n);
	return oldest;
}

void resolver_ask(struct resolver *r, uint64_t ticket, struct slice text,
    uint16_t port, int64_t now_us)
{
	struct name *n;

	r->now_us = now_us;
	r->stats.questions++;
	if (r->n_waiting == WAITING)
		return; /* its own time ends it */
	n = name_of(r, text, port);
	r->waiting[r->n_waiting++] = (struct waiting){ ticket, n };
	if (n == NULL)
		return;
	n->used_us = now_us;
	n->waits++;
	if (n->asking)
		return;
	if (n->expires_us <= now_us)
		look_up(n);
	else
		r->stats.fresh++;
	/* Before it is missed. */
	if (!n->asking && is_usable(n) &&
	    n->expires_us - now_us < TTL_MIN_S * RT_SEC_US / 2)
		look_up(n);
}

/* --- answers ---------------------------------------------------------------*/

/* The addresses of one server take turns. */
static void put_server(struct resolver *r, const struct server *s,
    struct resolver_answer *out)
{
	const uint64_t turn = s->n == 0 ? 0 : rnd_below(&r->dice, s->n);

	for (size_t i = 0; i < s->n && out->n < RESOLVER_AT_MAX; i++)
		out->at[out->n++] =
		    (struct addr4){ s->ip[(i + turn) % s->n], s->port };
}

static void put_answer(struct resolver *r, const struct name *n,
    struct resolver_answer *out)
{
	struct srv_rank rank[SRV_ORDER_MAX];
	uint8_t order[SRV_ORDER_MAX];

	if (n == NULL || !is_usable(n))
		return;
	if (r->now_us >= n->expires_us || n->failed)
		r->stats.stale++;
	for (size_t i = 0; i < n->known.n; i++)
		rank[i] = n->known.server[i].rank;
	srv_order(rank, n->known.n, &r->dice, order);
	for (size_t i = 0; i < n->known.n; i++)
		put_server(r, &n->known.server[order[i]], out);
}

/* What is known is told while it is being fetched again; what has expired
 * only after some patience (RFC 8767 5). */
static int64_t ready_us(const struct name *n)
{
	if (n == NULL || !n->asking)
		return 0;
	if (!is_usable(n))
		return INT64_MAX;
	return n->expires_us > n->r->now_us ? 0 : n->asked_us + PATIENCE_US;
}

bool resolver_next(struct resolver *r, struct resolver_answer *out)
{
	for (size_t i = 0; i < r->n_waiting; i++) {
		const struct waiting w = r->waiting[i];

		if (ready_us(w.name) > r->now_us)
			continue;
		*out = (struct resolver_answer){ .ticket = w.ticket };
		put_answer(r, w.name, out);
		if (w.name != NULL)
			w.name->waits--;
		r->n_waiting--;
		memmove(&r->waiting[i], &r->waiting[i + 1],
		    (r->n_waiting - i) * sizeof(w));
		return true;
	}
	return false;
}

/* --- time and sockets ------------------------------------------------------*/

void resolver_ready(struct resolver *r, int fd, bool read, bool write,
    int64_t now_us)
{
	r->now_us = now_us;
	ares_process_fd(r->channel, read ? fd : ARES_SOCKET_BAD,
	    write ? fd : ARES_SOCKET_BAD);
}

void resolver_tick(struct resolver *r, int64_t now_us)
{
	r->now_us = now_us;
	ares_process_fd(r->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

int64_t resolver_deadline(const struct resolver *r, int64_t now_us)
{
	int64_t due_us = INT64_MAX;
	struct timeval tv;

	/* Not before it is due: c-ares counts in milliseconds. */
	if (ares_timeout(r->channel, NULL, &tv) != NULL)
		due_us = now_us + tv.tv_sec * RT_SEC_US + tv.tv_usec + 1000;
	for (size_t i = 0; i < r->n_waiting; i++) {
		const int64_t at = ready_us(r->waiting[i].name);

		if (at < due_us)
			due_us = at;
	}
	return due_us;
}

void resolver_get_stats(const struct resolver *r, struct resolver_stats *out)
{
	*out = r->stats;
}

/* --- life ------------------------------------------------------------------*/

static void on_socket(void *arg, ares_socket_t fd, int read, int write)
{
	const struct resolver *r = arg;

	r->cfg.watch(r->cfg.arg, fd, read != 0, write != 0);
}

static enum err open_channel(struct resolver *r)
{
	static char lookups[] = "b"; /* no files */
	struct ares_options o = { .flags = ARES_FLAG_IGNTC | ARES_FLAG_EDNS |
					   ARES_FLAG_NOSEARCH,
		.timeout = TIMEOUT_MS,
		.tries = TRIES,
		.lookups = lookups,
		.sock_state_cb = on_socket,
		.sock_state_cb_data = r,
		.ednspsz = EDNS_BYTES };
	const int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
			 ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB |
			 ARES_OPT_EDNSPSZ;
	int status = ares_library_init(ARES_LIB_INIT_ALL);

	if (status == ARES_SUCCESS)
		status = ares_init_options(&r->channel, &o, mask);
	if (status != ARES_SUCCESS) {
		r->channel = NULL;
		log_error("resolver: %s", ares_strerror(status));
		return status == ARES_ENOMEM ? ERR_NOMEM : ERR_IO;
	}
	dns_sock_use(&r->sock, r->channel);
	if (r->cfg.servers[0] == '\0')
		return ERR_OK;
	status = ares_set_servers_ports_csv(r->channel, r->cfg.servers);
	if (status != ARES_SUCCESS) {
		log_error("resolver: dns_servers \"%s\": %s", r->cfg.servers,
		    ares_strerror(status));
		return ERR_SYNTAX;
	}
	return ERR_OK;
}

enum err resolver_new(const struct resolver_cfg *cfg, struct resolver **out)
{
	struct resolver *r = calloc(1, sizeof(*r));
	enum err e;

	if (r == NULL)
		return ERR_NOMEM;
	r->cfg = *cfg;
	rnd_seed(&r->dice, cfg->seed);
	e = open_channel(r);
	if (e != ERR_OK) {
		resolver_free(r);
		return e;
	}
	*out = r;
	return ERR_OK;
}

void resolver_free(struct resolver *r)
{
	if (r == NULL)
		return;
	if (r->channel != NULL)
		ares_destroy(r->channel);
	ares_library_cleanup();
	free(r);
}
