/*
 * Fuzzes sipworker/sip/sip_msg together with what reads its fields. Invariants:
 * all that was parsed lies inside the input or the scratch; a request that
 * parsed can be answered, and the answer parses and goes to the source address.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "sipworker/sip/sip_body.h"
#include "sipworker/sip/sip_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char scratch_mem[SIP_MSG_BYTES_MAX];
static char answer_mem[4 * SIP_MSG_BYTES_MAX];
static char again_mem[SIP_MSG_BYTES_MAX];

static void inside(struct slice s, struct slice input)
{
	if (s.n == 0)
		return; /* an empty one may point nowhere */
	const bool in_input = s.p >= input.p && s.p + s.n <= input.p + input.n;
	const bool in_scratch = s.p >= scratch_mem &&
				s.p + s.n <= scratch_mem + sizeof(scratch_mem);

	assert(in_input || in_scratch);
}

static void answer(const struct sip_msg *m)
{
	const struct addr4 from = { 0x7f000001, 5061 };
	struct sip_msg back;
	struct buf b, again;

	buf_over(&b, answer_mem, sizeof(answer_mem));
	buf_cstr(&b, "SIP/2.0 400 Bad Request\r\n");
	sip_write_echo(&b, m, from);
	sip_write_hdr(&b, SIP_HDR_TO, sip_msg_value(m, SIP_HDR_TO));
	sip_write_end(&b);
	assert(sip_via_reply_to(&m->via, from).ip == from.ip);
	/* Nothing that came in can break a line of ours. */
	assert(buf_err(&b) == ERR_OK);
	if (b.n > SIP_MSG_BYTES_MAX)
		return;
	buf_over(&again, again_mem, sizeof(again_mem));
	const enum err e = sip_msg_parse(buf_slice(&b), &again, &back);

	/* A request that repeats a field is answered with both, which a
	 * response must not have. */
	assert(e == ERR_OK || m->bad != 0);
	if (e == ERR_OK)
		assert(slice_eq(back.call_id, m->call_id));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice input = slice_of(data, size);
	struct sip_msg_walk w = { .field = 0 };
	struct sip_addr contact;
	struct buf scratch;
	struct slice item;
	struct sip_msg m;
	uint32_t n;

	buf_over(&scratch, scratch_mem, sizeof(scratch_mem));
	if (sip_msg_parse(input, &scratch, &m) != ERR_OK)
		return 0;
	assert(m.n_fields <= SIP_MSG_FIELDS_MAX);
	for (size_t i = 0; i < m.n_fields; i++)
		inside(m.fields[i].value, input);
	inside(m.body, input);
	inside(sip_body_sdp(&m), m.body);
	inside(m.from.tag, input);
	inside(m.via.branch, input);
	while (sip_msg_walk(&m, SIP_HDR_ROUTE, &w, &item))
		inside(item, input);
	if (sip_msg_contact(&m, &contact) == ERR_OK)
		inside(contact.uri_text, input);
	if (sip_msg_number(&m, SIP_HDR_EXPIRES, &n) == ERR_OK)
		assert(sip_msg_has(&m, SIP_HDR_EXPIRES));
	if (m.is_request)
		answer(&m);
	return 0;
}
