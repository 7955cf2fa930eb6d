#include "lib/base/addr4.h"

#include <stdio.h>

#include "lib/base/scan.h"

static enum err scan_ip(struct slice *s, uint32_t *out)
{
	uint32_t ip = 0;

	for (unsigned int i = 0; i < 4; i++) {
		uint16_t v;

		if (i > 0 && scan_byte(s, '.') != ERR_OK)
			return ERR_SYNTAX;
		const size_t start = s->n;

		if (scan_u16(s, &v) != ERR_OK || v > 255 || start - s->n > 3)
			return ERR_SYNTAX;
		ip = ip << 8 | v;
	}
	*out = ip;
	return ERR_OK;
}

enum err addr4_ip(struct slice s, uint32_t *out)
{
	uint32_t ip;

	if (scan_ip(&s, &ip) != ERR_OK || s.n != 0)
		return ERR_SYNTAX;
	*out = ip;
	return ERR_OK;
}

enum err addr4_parse(struct slice s, uint16_t default_port, struct addr4 *out)
{
	struct addr4 a = { .port = default_port };

	if (scan_ip(&s, &a.ip) != ERR_OK)
		return ERR_SYNTAX;
	if (s.n != 0 &&
	    (scan_byte(&s, ':') != ERR_OK || scan_u16(&s, &a.port) != ERR_OK))
		return ERR_SYNTAX;
	if (s.n != 0)
		return ERR_SYNTAX;
	*out = a;
	return ERR_OK;
}

void addr4_put_ip(struct buf *b, uint32_t ip)
{
	for (int shift = 24; shift >= 0; shift -= 8) {
		buf_u64(b, ip >> shift & 255);
		if (shift > 0)
			buf_char(b, '.');
	}
}

void addr4_text(struct addr4 a, char out[ADDR4_TEXT_MAX])
{
	(void)snprintf(out, ADDR4_TEXT_MAX, "%u.%u.%u.%u:%u", a.ip >> 24,
	    a.ip >> 16 & 255, a.ip >> 8 & 255, a.ip & 255, a.port);
}

bool addr4_eq(struct addr4 a, struct addr4 b)
{
	return a.ip == b.ip && a.port == b.port;
}

bool addr4_is_private(uint32_t ip)
{
	static const struct {
		uint32_t net;
		unsigned int bits;
	} nets[] = {
		{ 0x0a000000, 8 },  /* 10/8, RFC 1918 */
		{ 0xac100000, 12 }, /* 172.16/12 */
		{ 0xc0a80000, 16 }, /* 192.168/16 */
		{ 0x64400000, 10 }, /* 100.64/10, RFC 6598 */
		{ 0xa9fe0000, 16 }, /* 169.254/16, RFC 3927 */
	};

	for (size_t i = 0; i < RT_ARRAY_LEN(nets); i++)
		if ((ip ^ nets[i].net) >> (32 - nets[i].bits) == 0)
			return true;
	return false;
}
