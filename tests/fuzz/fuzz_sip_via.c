/*
 * Fuzzes sipworker/sip/sip_via and sip_cseq. Invariants: a Via written with
 * received and rport parses back with the same branch, and says where the
 * request really came from.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "sipworker/sip/sip_cseq.h"
#include "sipworker/sip/sip_via.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char mem[140000];
	const struct addr4 from = { 0x7f000001, 6060 };
	const struct slice input = slice_of(data, size);
	struct sip_via v, back;
	struct sip_cseq c;
	struct buf b;

	if (sip_cseq_parse(input, &c) == ERR_OK)
		assert(c.number <= 0x7fffffff && c.name.n != 0);
	if (size > 65535 || sip_via_parse(input, &v) != ERR_OK)
		return 0;
	buf_over(&b, mem, sizeof(mem));
	sip_via_put_received(&b, &v, from);
	assert(buf_err(&b) == ERR_OK);
	assert(sip_via_parse(buf_slice(&b), &back) == ERR_OK);
	assert(slice_eq(back.branch, v.branch) && slice_eq(back.host, v.host));
	assert(slice_eq(back.received, SLICE("127.0.0.1")));
	assert(back.has_rport == v.has_rport);
	assert(!v.has_rport || back.rport == from.port);
	return 0;
}
