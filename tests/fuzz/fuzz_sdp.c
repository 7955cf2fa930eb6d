/*
 * Fuzzes sipworker/sip/sdp. Invariants: what was understood lies within its
 * limits; an answer to any offer that has audio for us parses, has as many
 * media lines, and one of them is ours.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "sipworker/sip/sdp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sdp s, t;
	static char mem[70000];
	const unsigned int both = 1u << SDP_PCMU | 1u << SDP_PCMA;
	struct sdp_audio a, back;
	struct sdp_local l;
	struct buf b;

	if (sdp_parse(slice_of(data, size), &s) != ERR_OK)
		return 0;
	assert(s.n_media <= SDP_MEDIA_MAX && s.n_formats <= SDP_FORMATS_MAX);
	for (size_t i = 0; i < s.n_media; i++)
		assert(s.media[i].first + s.media[i].n_formats <= s.n_formats);
	if (sdp_audio(&s, both, &a) != ERR_OK)
		return 0;
	assert(a.line < s.n_media && a.has[a.codec] && a.rtp.port != 0);
	sdp_local_init(&l, (struct addr4){ 0x7f000001, 20000 }, 1);
	l.dir = sdp_answer_dir(a.dir, SDP_SENDRECV);
	buf_over(&b, mem, sizeof(mem));
	sdp_write_answer(&b, &l, &s, &a);
	assert(buf_err(&b) == ERR_OK);
	if (b.n > 32768)
		return 0;
	assert(sdp_parse(buf_slice(&b), &t) == ERR_OK);
	assert(t.n_media == s.n_media);
	assert(sdp_audio(&t, both, &back) == ERR_OK);
	assert(back.line == a.line && back.codec == a.codec);
	assert(back.rtp.port == 20000 && back.dtmf_pt == a.dtmf_pt);
	return 0;
}
