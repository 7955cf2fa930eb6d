#include "lib/out/out_addr.h"

#include <string.h>

/* https://www.iana.org/assignments/iana-ipv4-special-registry */
static const struct {
	uint32_t ip;
	unsigned int bits;
} special4[] = {
	{ 0x00000000, 8 },  /* this network, RFC 791 */
	{ 0x0a000000, 8 },  /* private, RFC 1918 */
	{ 0x64400000, 10 }, /* shared, RFC 6598 */
	{ 0x7f000000, 8 },  /* loopback, RFC 1122 */
	{ 0xa9fe0000, 16 }, /* link local, RFC 3927; cloud metadata */
	{ 0xac100000, 12 }, /* private, RFC 1918 */
	{ 0xc0000000, 24 }, /* protocol assignments, RFC 6890 */
	{ 0xc0000200, 24 }, /* documentation, RFC 5737 */
	{ 0xc0586300, 24 }, /* 6to4 relays, RFC 7526 */
	{ 0xc0a80000, 16 }, /* private, RFC 1918 */
	{ 0xc6120000, 15 }, /* benchmarks, RFC 2544 */
	{ 0xc6336400, 24 }, /* documentation, RFC 5737 */
	{ 0xcb007100, 24 }, /* documentation, RFC 5737 */
	{ 0xe0000000, 3 },  /* multicast and reserved */
};

bool out_addr_public4(uint32_t ip)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(special4); i++)
		if (((ip ^ special4[i].ip) >> (32 - special4[i].bits)) == 0)
			return false;
	return true;
}

static uint32_t v4_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

bool out_addr_public6(const uint8_t ip[16])
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff,
		0xff };
	static const uint8_t nat64[12] = { 0, 0x64, 0xff, 0x9b };

	if (memcmp(ip, mapped, sizeof(mapped)) == 0 ||
	    memcmp(ip, nat64, sizeof(nat64)) == 0)
		return out_addr_public4(v4_at(ip + 12));
	if (ip[0] >> 5 != 1)
		return false; /* not 2000::/3: loopback, local, multicast ... */
	if (ip[0] == 0x20 && ip[1] == 0x02)
		return out_addr_public4(v4_at(ip + 2)); /* 6to4, RFC 3056 */
	if (ip[0] == 0x20 && ip[1] == 0x01 && ip[2] <= 0x01)
		return false; /* 2001::/23: Teredo, benchmarks, ORCHID ... */
	if (ip[0] == 0x20 && ip[1] == 0x01 && ip[2] == 0x0d && ip[3] == 0xb8)
		return false; /* documentation, RFC 3849 */
	return !(ip[0] == 0x3f && ip[1] == 0xff && ip[2] >> 4 == 0);
}
