#include "tests/support/sip_net.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void on_send(void *arg, struct addr4 to, struct slice bytes)
{
	struct sip_net_node *n = arg;
	struct sip_net *net = n->net;
	struct sip_net_sent *m;

	assert_true(net->n_sent < SIP_NET_LOG);
	m = &net->sent[net->n_sent++];
	m->node = n->number;
	m->at_us = net->now_us;
	m->to = to;
	m->n = bytes.n < sizeof(m->bytes) - 1 ? bytes.n : sizeof(m->bytes) - 1;
	memcpy(m->bytes, bytes.p, m->n);
	m->bytes[m->n] = '\0';
}

static void on_event(void *arg, const struct sip_txn_event *ev)
{
	struct sip_net_node *n = arg;
	struct sip_net *net = n->net;

	assert_true(net->n_events < SIP_NET_LOG);
	net->events[net->n_events++] = (struct sip_net_event){
		.node = n->number,
		.what = ev->what,
		.id = ev->id,
		.user = ev->user,
		.method = ev->method,
		.status = ev->msg != NULL ? ev->msg->status : 0,
		.cancelled = ev->cancelled,
		.at_us = ev->now_us,
	};
	if (n->on_event != NULL)
		n->on_event(n, ev);
}

void sip_net_init(struct sip_net *net, uint32_t slots)
{
	static const char secret[32] = "a secret of thirty-two bytes....";

	memset(net, 0, sizeof(*net));
	net->sent = calloc(SIP_NET_LOG, sizeof(*net->sent));
	assert_non_null(net->sent);
	for (int i = 0; i < SIP_NET_NODES; i++) {
		struct sip_net_node *n = &net->node[i];
		const struct sip_txn_conf conf = {
			.sent_by = { 0x7f010001 + (uint32_t)i, 5060 },
			.slots = slots,
			.secret = slice_of(secret, sizeof(secret)),
			.server = SLICE("ringtrace"),
		};
		const struct sip_txn_ops ops = { on_send, on_event, n };

		n->net = net;
		n->number = i;
		n->at = conf.sent_by;
		assert_int_equal(sip_txn_new(&conf, &ops, &n->layer), ERR_OK);
	}
}

static void deliver(struct sip_net *net)
{
	while (net->delivered < net->n_sent) {
		const struct sip_net_sent *m = &net->sent[net->delivered++];

		if (net->lose != NULL && net->lose(net, m))
			continue;
		for (int i = 0; i < SIP_NET_NODES; i++)
			if (addr4_eq(net->node[i].at, m->to) && i != m->node)
				sip_txn_input(net->node[i].layer,
				    net->node[m->node].at,
				    slice_of(m->bytes, m->n), net->now_us);
	}
}

void sip_net_run(struct sip_net *net, int64_t us)
{
	const int64_t until = net->now_us + us;

	for (;;) {
		int64_t next = until;

		deliver(net);
		for (int i = 0; i < SIP_NET_NODES; i++) {
			const int64_t due = sip_txn_next_us(net->node[i].layer);

			if (due < next)
				next = due;
		}
		if (next > net->now_us)
			net->now_us = next;
		for (int i = 0; i < SIP_NET_NODES; i++)
			sip_txn_tick(net->node[i].layer, net->now_us);
		if (net->now_us >= until && net->delivered == net->n_sent)
			return;
	}
}

void sip_net_inject(struct sip_net *net, int node, struct addr4 from,
    const char *text)
{
	/* An exact copy lets the sanitizer see one byte too far. */
	const size_t n = strlen(text);
	char *exact = malloc(n == 0 ? 1 : n);

	assert_non_null(exact);
	memcpy(exact, text, n);
	sip_txn_input(net->node[node].layer, from, slice_of(exact, n),
	    net->now_us);
	free(exact);
}

static bool is_sent(const struct sip_net_sent *m, int node, const char *start)
{
	return m->node == node && strncmp(m->bytes, start, strlen(start)) == 0;
}

size_t sip_net_count(const struct sip_net *net, int node, const char *start)
{
	size_t n = 0;

	for (size_t i = 0; i < net->n_sent; i++)
		n += is_sent(&net->sent[i], node, start);
	return n;
}

const struct sip_net_sent *sip_net_sent(const struct sip_net *net, int node,
    const char *start, size_t k)
{
	for (size_t i = 0; i < net->n_sent; i++)
		if (is_sent(&net->sent[i], node, start) && k-- == 0)
			return &net->sent[i];
	fail_msg("node %d never sent \"%s\"", node, start);
	return NULL;
}

size_t sip_net_events(const struct sip_net *net, int node,
    enum sip_txn_what what)
{
	size_t n = 0;

	for (size_t i = 0; i < net->n_events; i++)
		n += net->events[i].node == node && net->events[i].what == what;
	return n;
}

const struct sip_net_event *sip_net_event(const struct sip_net *net, int node,
    enum sip_txn_what what, size_t k)
{
	for (size_t i = 0; i < net->n_events; i++)
		if (net->events[i].node == node &&
		    net->events[i].what == what && k-- == 0)
			return &net->events[i];
	fail_msg("node %d never had event %d", node, (int)what);
	return NULL;
}

struct sip_txn_id sip_net_request(struct sip_net *net, int node,
    enum sip_method method, unsigned int k)
{
	char uri[64], call_id[64], headers[64];
	struct sip_txn_id id = { 0 };
	struct addr4 to = net->node[1 - node].at;
	struct sip_write_request r = {
		.method = method,
		.from = SLICE("<sip:a@example.com>;tag=from1"),
		.to = SLICE("<sip:b@example.com>"),
		.cseq = 1,
	};

	(void)snprintf(uri, sizeof(uri), "sip:b@127.1.0.%d", 2 - node);
	(void)snprintf(call_id, sizeof(call_id), "call%u", k);
	(void)snprintf(headers, sizeof(headers),
	    "Contact: <sip:a@127.1.0.%d>\r\n", 1 + node);
	r.uri = slice_from(uri);
	r.call_id = slice_from(call_id);
	r.headers = slice_from(headers);
	assert_int_equal(sip_txn_request(net->node[node].layer, &r, to, k,
			     net->now_us, &id),
	    ERR_OK);
	return id;
}

enum err sip_net_answer(struct sip_net *net, int node, unsigned int status)
{
	const struct sip_net_event *ev = NULL;
	const struct sip_txn_answer a = { .status = status };

	for (size_t i = 0; i < net->n_events; i++)
		if (net->events[i].node == node &&
		    net->events[i].what == SIP_TXN_REQUEST)
			ev = &net->events[i];
	if (ev == NULL) { /* as fail_msg() does not tell the compiler */
		fail_msg("node %d was asked nothing", node);
		return ERR_NOTFOUND;
	}
	return sip_txn_respond(net->node[node].layer, ev->id, &a, net->now_us);
}

int sip_net_end(struct sip_net *net)
{
	int status = 0;

	net->lose = NULL;
	sip_net_run(net, 400 * RT_SEC_US);
	for (int i = 0; i < SIP_NET_NODES; i++) {
		struct sip_txn_stats st;

		sip_txn_stats(net->node[i].layer, &st);
		if (st.live == 0 && st.chunks_used == 0)
			continue;
		print_error("node %d: %u slots, %u chunks left\n", i, st.live,
		    st.chunks_used);
		status = -1;
	}
	for (int i = 0; i < SIP_NET_NODES; i++)
		sip_txn_free(net->node[i].layer);
	free(net->sent);
	return status;
}
