/*
 * dns_sock.h - c-ares talks through these sockets: UDP over IPv4, never
 * connected, so that the engine needs no connect() after its start.
 *
 * Only who was asked, address and port, is heard. A socket is opened for a
 * question and closed when nothing waits any more, so the source port changes
 * from question to question.
 */
#ifndef RT_NET_DNS_SOCK_H
#define RT_NET_DNS_SOCK_H

#include <netinet/in.h>

#include <ares.h>

#include "lib/base/err.h"

#define DNS_SOCK_MAX 16

struct dns_sock {
	struct {
		int fd; /* -1: unused */
		struct sockaddr_in to;
	} open[DNS_SOCK_MAX];
};

/* s is borrowed by the channel until ares_destroy(). */
void dns_sock_use(struct dns_sock *s, ares_channel channel);

#endif
