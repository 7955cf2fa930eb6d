#include "tests/sim/sim_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/sim/sim_config.h"

static void init(struct rig *r, uint32_t max_calls, uint32_t messages_per_s,
    uint32_t calls_per_s)
{
	const struct engine_cfg cfg = { .sip = { 0x0a000001, 5060 },
		.media_ip = 0x0a000001,
		.rtp_port_min = 30000,
		.rtp_port_max = 30999,
		.max_calls = max_calls,
		.source_messages_per_s = messages_per_s,
		.source_calls_per_s = calls_per_s,
		.agent = "ringtrace",
		.secret = { 1, 2, 3 } };

	memset(r, 0, sizeof(*r));
	r->names[0] = RIG_PHONE;
	r->n_names = 1;
	r->now = (struct engine_now){ RT_HOUR_US, INT64_C(1795000000000000) };
	buf_init(&r->snap_bytes, 1 << 20);
	assert_int_equal(sim_config_write(&r->snap_bytes), ERR_OK);
	assert_int_equal(snap_open(buf_slice(&r->snap_bytes), &r->snap),
	    ERR_OK);
	assert_int_equal(engine_new(&cfg, &r->engine), ERR_OK);
	engine_snapshot(r->engine, r->now, &r->snap, 1);
	rig_pump(r);
}

void rig_init(struct rig *r, uint32_t max_calls)
{
	init(r, max_calls, 0, 0);
}

void rig_init_rate(struct rig *r, uint32_t messages_per_s, uint32_t calls_per_s)
{
	init(r, 64, messages_per_s, calls_per_s);
}

void rig_fini(struct rig *r)
{
	engine_free(r->engine);
	buf_fini(&r->snap_bytes);
}

static void keep_sent(struct rig *r, const struct engine_send *s)
{
	struct rig_sent *out = &r->sent[r->n_sent % RIG_SENT_MAX];

	assert_true(s->bytes.n < sizeof(out->text));
	out->to = s->to;
	out->n = s->bytes.n;
	memcpy(out->text, s->bytes.p, s->bytes.n);
	out->text[s->bytes.n] = '\0';
	r->n_sent++;
}

static void keep_record(struct rig *r, const struct engine_journal *j)
{
	struct callrec rec;

	r->journal = j->seq;
	assert_int_equal(callrec_decode(j->bytes, &rec), ERR_OK);
	if (rec.head.kind == CALLREC_EVENT &&
	    rec.u.event.what == CALLREC_EV_DIGIT)
		r->digit = (char)rec.u.event.value;
	if (rec.head.kind == CALLREC_EVENT && r->on_event != NULL)
		r->on_event(r->on_event_arg, &rec.u.event);
	if (rec.head.kind == CALLREC_OPENED) {
		assert_true(slice_to_cstr(rec.u.opened.caller, r->caller,
		    sizeof(r->caller)));
		r->anonymous = rec.u.opened.anonymous;
	}
	if (rec.head.kind == CALLREC_LEG) {
		assert_true(slice_to_cstr(slice_head(rec.u.leg.reason, 63),
		    r->reason, sizeof(r->reason)));
		if (r->n_legs == 0)
			memcpy(r->first_reason, r->reason, sizeof(r->reason));
		r->n_legs++;
	}
	if (rec.head.kind != CALLREC_CLOSED)
		return;
	r->closed = rec.u.closed;
	r->n_closed++;
}

/* Nobody answers but the test. */
static void keep_question(struct rig *r, const struct engine_ask *q)
{
	struct ask a;

	assert_int_equal(ask_decode(q->question, &a), ERR_OK);
	r->n_released += a.kind == ASK_RELEASE;
	if (q->ticket == 0)
		return;
	r->asked = q->ticket;
	r->n_asked++;
}

static void keep_name(struct rig *r, const struct engine_resolve *q)
{
	assert_true(r->n_name_tickets < RT_ARRAY_LEN(r->name_ticket));
	r->name_ticket[r->n_name_tickets++] = q->ticket;
	r->name_port = q->port;
	assert_true(slice_to_cstr(q->name, r->name, sizeof(r->name)));
}

void rig_tell_media(struct rig *r, enum engine_media_what what, uint32_t stream,
    uint32_t play)
{
	const struct engine_media_event ev = { .what = what,
		.stream = stream,
		.play = play,
		.at_mono_us = r->now.mono_us };

	engine_media_event(r->engine, r->now, &ev);
}

static void answer_name(struct rig *r)
{
	/* The answers' own questions are asked inside. */
	while (r->n_names > 0 && r->n_name_tickets > 0) {
		engine_resolved(r->engine, r->now,
		    r->name_ticket[--r->n_name_tickets], r->names, r->n_names);
		rig_pump(r);
	}
}

void rig_pump(struct rig *r)
{
	struct engine_action a;
	struct engine_rec_event done = { .what = ENGINE_REC_DONE,
		.samples = 8000 };

	while (engine_pop(r->engine, &a)) {
		if (a.what == ENGINE_DIALOG && r->on_dialog != NULL)
			r->on_dialog(r->on_dialog_arg, &a.u.dialog);
		if (a.what == ENGINE_SEND)
			keep_sent(r, &a.u.send);
		else if (a.what == ENGINE_LOOKUP)
			r->ticket = a.u.lookup.ticket;
		else if (a.what == ENGINE_ASK)
			keep_question(r, &a.u.ask);
		else if (a.what == ENGINE_JOURNAL)
			keep_record(r, &a.u.journal);
		else if (a.what == ENGINE_MEDIA)
			r->media[r->n_media++ % 256] = a.u.media;
		else if (a.what == ENGINE_RESOLVE)
			keep_name(r, &a.u.resolve);
		else if (a.what == ENGINE_REC && a.u.rec.op == ENGINE_REC_START)
			r->n_rec_start++;
		if (a.what == ENGINE_MEDIA && a.u.media.op == ENGINE_MEDIA_OPEN)
			rig_tell_media(r, ENGINE_MEDIA_OPENED, a.u.media.stream,
			    0);
		else if (a.what == ENGINE_MEDIA &&
			 a.u.media.op == ENGINE_MEDIA_CLOSE)
			rig_tell_media(r, ENGINE_MEDIA_CLOSED, a.u.media.stream,
			    0);
		else if (a.what == ENGINE_REC &&
			 a.u.rec.op == ENGINE_REC_STOP) {
			done.call = a.u.rec.call;
			done.call_key = a.u.rec.call_key;
			engine_rec_event(r->engine, r->now, &done);
		}
	}
	answer_name(r);
}

void rig_input(struct rig *r, struct addr4 from, const char *text)
{
	engine_datagram(r->engine, r->now, from, slice_from(text));
	rig_pump(r);
	if (r->hold_neighbours)
		return;
	engine_journal_done(r->engine, r->now, r->journal);
	rig_pump(r);
	if (r->ticket != 0)
		engine_lookup_done(r->engine, r->now, r->ticket, NULL);
	rig_pump(r);
}

void rig_pass_time(struct rig *r, int64_t us)
{
	const int64_t end = r->now.mono_us + us;

	while (engine_deadline(r->engine) <= end) {
		const int64_t at = engine_deadline(r->engine);

		r->now.mono_us = at > r->now.mono_us ? at : r->now.mono_us;
		engine_tick(r->engine, r->now);
		rig_pump(r);
	}
	r->now.mono_us = end;
}

const char rig_sdp[] =
    "v=0\r\no=- 1 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\n"
    "t=0 0\r\nm=audio 4000 RTP/AVP 0 8 101\r\n"
    "a=rtpmap:101 telephone-event/8000\r\n";

/* A request of the carrier. to_tag "" is outside of a dialog. */
void rig_request(struct rig *r, const char *method, unsigned int cseq,
    const char *number, const char *call_id, const char *to_tag,
    const char *extra, const char *body)
{
	static unsigned int branches;
	char text[4096];

	(void)snprintf(text, sizeof(text),
	    "%s sip:%s@10.0.0.1 SIP/2.0\r\n"
	    "Via: SIP/2.0/UDP 10.0.0.2:5060;rport;branch=z9hG4bK%u\r\n"
	    "From: <sip:+17205550001@10.0.0.2>;tag=f%s\r\n"
	    "To: <sip:%s@10.0.0.1>%s%s\r\n"
	    "Call-ID: %s\r\nCSeq: %u %s\r\n"
	    "Contact: <sip:c@10.0.0.2:5060>\r\n%s%s"
	    "Content-Length: %zu\r\n\r\n%s",
	    method, number,
	    strcmp(method, "CANCEL") == 0 ? branches : ++branches, call_id,
	    number, to_tag[0] == '\0' ? "" : ";tag=", to_tag, call_id, cseq,
	    method, extra,
	    body[0] == '\0' || strstr(extra, "Content-Type") != NULL
		? ""
		: "Content-Type: application/sdp\r\n",
	    strlen(body), body);
	rig_input(r, RIG_CARRIER, text);
}

const struct rig_sent *rig_last(const struct rig *r)
{
	assert_true(r->n_sent > 0);
	return &r->sent[(r->n_sent - 1) % RIG_SENT_MAX];
}

void rig_parse(const struct rig_sent *s, struct sip_msg *m)
{
	static char scratch[4096];
	struct buf b;

	buf_over(&b, scratch, sizeof(scratch));
	assert_int_equal(sip_msg_parse(slice_of(s->text, s->n), &b, m), ERR_OK);
}

/* The last message is a response with this status. */
void rig_expect_status(const struct rig *r, const char *why,
    unsigned int status)
{
	struct sip_msg m;

	rig_parse(rig_last(r), &m);
	if (m.is_request || m.status != status)
		fail_msg("%s: %.60s", why, rig_last(r)->text);
}

void rig_write_answer(const struct rig_sent *to, unsigned int status,
    const char *body, char *text, size_t n)
{
	struct sip_msg m;
	struct buf b;

	assert_non_null(to);
	rig_parse(to, &m);
	buf_over(&b, text, n);
	buf_printf(&b,
	    "SIP/2.0 %u X\r\nVia: %.*s\r\nFrom: %.*s\r\n"
	    "To: %.*s%s\r\nCall-ID: %.*s\r\nCSeq: %.*s\r\n"
	    "Contact: <sip:p@10.0.0.3:5080>\r\n%s"
	    "Content-Length: %zu\r\n\r\n%s",
	    status, SLICE_FMT(sip_msg_value(&m, SIP_HDR_VIA)),
	    SLICE_FMT(sip_msg_value(&m, SIP_HDR_FROM)),
	    SLICE_FMT(sip_msg_value(&m, SIP_HDR_TO)),
	    m.to.tag.n == 0 ? ";tag=ptag" : "", SLICE_FMT(m.call_id),
	    SLICE_FMT(sip_msg_value(&m, SIP_HDR_CSEQ)),
	    body[0] == '\0' ? "" : "Content-Type: application/sdp\r\n",
	    strlen(body), body);
	buf_char(&b, '\0');
	assert_int_equal(buf_err(&b), ERR_OK);
}

void rig_answer(struct rig *r, const struct rig_sent *to, unsigned int status,
    const char *body)
{
	char text[4096];

	rig_write_answer(to, status, body, text, sizeof(text));
	rig_input(r, RIG_PHONE, text);
}

void rig_answer_as_phone(struct rig *r, const char *method, unsigned int status,
    const char *body)
{
	size_t i = r->n_sent;

	while (i > 0) {
		const struct rig_sent *s = &r->sent[--i % RIG_SENT_MAX];

		if (addr4_eq(s->to, RIG_PHONE) &&
		    strncmp(s->text, method, strlen(method)) == 0) {
			rig_answer(r, s, status, body);
			return;
		}
	}
	fail_msg("no %s was sent to the phone", method);
}

size_t rig_count_sent(const struct rig *r, const char *prefix)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_sent && i < RIG_SENT_MAX; i++)
		n += strncmp(r->sent[i].text, prefix, strlen(prefix)) == 0;
	return n;
}

void rig_to_tag_of(const struct rig *r, char out[128])
{
	struct sip_msg m;

	rig_parse(rig_last(r), &m);
	assert_true(slice_to_cstr(m.to.tag, out, 128));
}

/* Number 0: straight to the phone, nothing recorded. */
void rig_call_up(struct rig *r, char tag[128])
{
	rig_request(r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	assert_int_equal(rig_count_sent(r, "INVITE"), 1);
	rig_answer_as_phone(r, "INVITE", 180, "");
	rig_expect_status(r, "forwarded", 180);
	rig_answer_as_phone(r, "INVITE", 200, rig_sdp);
	rig_expect_status(r, "answered", 200);
	rig_to_tag_of(r, tag);
	rig_request(r, "ACK", 1, "+13035550100", "c1", tag, "", "");
}
