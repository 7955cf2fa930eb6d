#include "lib/base/net.h"

#include <arpa/inet.h>
#include <string.h>

#include "lib/base/addr4.h"
#include "lib/base/scan.h"

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

static enum err parse_ip(struct slice v, struct net *n)
{
	char text[INET6_ADDRSTRLEN];
	uint32_t ip;

	if (addr4_ip(v, &ip) == ERR_OK) {
		n->ip[0] = (uint8_t)(ip >> 24);
		n->ip[1] = (uint8_t)(ip >> 16);
		n->ip[2] = (uint8_t)(ip >> 8);
		n->ip[3] = (uint8_t)ip;
		return ERR_OK;
	}
	n->v6 = true;
	if (!slice_to_cstr(v, text, sizeof(text)) ||
	    inet_pton(AF_INET6, text, n->ip) != 1 ||
	    memcmp(n->ip, mapped, sizeof(mapped)) == 0)
		return ERR_SYNTAX;
	return ERR_OK;
}

static bool rest_is_0(const struct net *n)
{
	for (unsigned int bit = n->bits; bit < 8 * sizeof(n->ip); bit++)
		if ((n->ip[bit / 8] >> (7 - bit % 8) & 1) != 0)
			return false;
	return true;
}

enum err net_parse(struct slice v, struct net *out)
{
	struct slice bits = v, ip;
	struct net n = { .v6 = false };
	const bool cut = slice_cut(&bits, '/', &ip);
	uint64_t most, count;

	if (parse_ip(ip, &n) != ERR_OK)
		return ERR_SYNTAX;
	most = n.v6 ? 128 : 32;
	count = most;
	if (cut && scan_whole_u64(bits, most, &count) != ERR_OK)
		return ERR_SYNTAX;
	n.bits = (uint8_t)count;
	if (!rest_is_0(&n))
		return ERR_SYNTAX;
	*out = n;
	return ERR_OK;
}

void net_put(struct buf *b, const struct net *n)
{
	char text[INET6_ADDRSTRLEN];

	/* Cannot fail: the family is one of two, and there is room. */
	if (inet_ntop(n->v6 ? AF_INET6 : AF_INET, n->ip, text, sizeof(text)) !=
	    NULL)
		buf_cstr(b, text);
	buf_char(b, '/');
	buf_u64(b, n->bits);
}

bool net_eq(const struct net *a, const struct net *b)
{
	return a->v6 == b->v6 && a->bits == b->bits &&
	       memcmp(a->ip, b->ip, sizeof(a->ip)) == 0;
}
