// What peers do seldom, through the real worker: what is lost, comes twice,
// meets half-way, or is changed in the middle of a call.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, afterEach, before, test } from 'node:test';
import { join } from 'node:path';

import { addr, build, startStack, until } from '../support/stack.mjs';
import { bound, endAll, recv, sdp, send, sipp } from '../support/sip.mjs';
import { ask, back, byeIn, closeHands, field, hand, offer, reply, toTag, worker } from '../support/sip_hand.mjs';
import { again, answer, invite, plain } from '../support/sip_messages.mjs';

const DESK = '+14155550160'; // rings sip:desk@addr:5080
const LOOP = '+14155550161'; // rings sip:desk@addr:5081, which sends on to 5082, which sends back

let stack;
function ringtrace(...args) {
	const r = spawnSync(join(build, 'ringtrace'), [...args, '-c', stack.conf], { encoding: 'utf8' });
	assert.equal(r.status, 0, r.stderr);
}

before(async () => {
	stack = await startStack({ demo: false, without: ['nginx', 'dashboard', 'dni', 'jobd'] });
	ringtrace('company', 'add', '--name', 'Bay City Plumbing');
	ringtrace('trunk', 'add', '--name', 'Carrier', '--host', `${addr}:5075`, '--allow', `${addr}/32`);
	ringtrace('number', 'add', '--number', DESK, '--to', `sip:desk@${addr}:5080`);
	ringtrace('number', 'add', '--number', LOOP, '--to', `sip:desk@${addr}:5081`);
	await until('the worker knows the numbers', () => /configuration version=\d+ numbers=2/.test(stack.output));
});
afterEach(async () => {
	await closeHands();
	await endAll();
});
after(() => stack?.stop());

const caller = (steps) => sipp(steps, { at: 5071, to: worker, limit_s: 60 });
const called = async (steps) => {
	const s = sipp(steps, { at: 5080, media: 26100, limit_s: 60 });
	await bound(5080);
	return s;
};
async function well(...all) {
	for (const s of all) assert.equal(await s.ended, 0, s.why());
}
const callId = (s) => s.messages().match(/^Call-ID: (.*)$/m)[1];
const rows = (id) => stack.sql(`SELECT result, sip_status FROM phone_call WHERE state = 'closed' AND sip_call_id = '${id}'`);
/** The only record of a call, once it is closed. */
async function record(id) {
	await until(`the call ${id} is closed`, () => rows(id).length > 0);
	assert.equal(rows(id).length, 1);
	return rows(id)[0];
}
/** With one branch for a request and the ACK of its refusal. */
const own = (text) => text.replace('branch=[branch]', 'branch=z9hG4bKown[pid]');
const trying = recv(100, 'optional="true"');
const ringing = recv(180, 'optional="true"');
/** A message with these patterns. */
const holds = (what, where, ...patterns) => `<recv ${what}><action>${patterns.map((p) => `<ereg regexp="${p}" search_in="${where}" check_it="true" assign_to="9"/>`).join('')}</action></recv><Reference variables="9"/>`;

/** A request of a caller by hand. */
const request = (h, method, id, more) => ask(h, method, id, { number: DESK, ...more });

/** A caller and a telephone by hand, in a call; what came to the INVITE. */
async function talking(id, ringing = async () => {}, { body = offer(26400), more } = {}) {
	const a = await hand(5072), b = await hand(5080);
	a.send(request(a, 'INVITE', id, { body, more }));
	const inv = await b.says(/^INVITE /);
	await ringing(b, inv);
	b.send(reply(inv, 200, { tag: `b${id}`, body: offer(26500) }));
	await b.says(/^ACK /);
	const ok = await a.says(/^SIP\/2\.0 200 [\s\S]*CSeq: 1 INVITE/);
	a.send(request(a, 'ACK', id, { branch: `${id}ack`, tag: toTag(ok) }));
	return { a, b, inv, ok, tag: `b${id}`, bye: request(a, 'BYE', id, { cseq: 90, tag: toTag(ok) }) };
}
/** A request in that call, and its answer; the answer to an INVITE is ACKed. */
async function change({ a, ok }, id, cseq, { method = 'INVITE', body, more, ackBody } = {}) {
	a.send(request(a, method, id, { cseq, tag: toTag(ok), body, more }));
	const said = await a.says(new RegExp(`^SIP/2.0 [2-6][\\s\\S]*Call-ID: ${id}\\r[\\s\\S]*CSeq: ${cseq} ${method}`));
	if (method === 'INVITE') a.send(request(a, 'ACK', id, { cseq, branch: `${id}ack${cseq}`, tag: toTag(ok), body: ackBody }));
	return said;
}
const lines = (m) => m.match(/^m=\S+ \d+/gm);
async function hangUp({ a, b, tag, bye }) {
	a.send(bye);
	b.send(reply(await b.says(byeIn(tag)), 200));
	await a.says(/^SIP\/2\.0 200 [\s\S]*CSeq: 90 BYE/);
}

test('SIPp as it comes: its own caller calls its own telephone, ten times', async () => {
	const b = sipp('uas', { at: 5080, calls: 10, media: 26100, limit_s: 60 });
	await bound(5080);
	const a = sipp('uac', { at: 5071, to: worker, calls: 10, limit_s: 60, args: ['-s', DESK, '-d', '200', '-r', '5'] });
	await well(a, b);
	const ids = [...new Set([...a.messages().matchAll(/^Call-ID: (.*)$/gm)].map(([, id]) => id))];
	assert.equal(ids.length, 10);
	for (const id of ids) assert.equal((await record(id))[0], 'answered');
});

test('a lost PRACK comes again, and the call goes on', async () => {
	const c = await talking('prack', async (b, inv) => {
		b.send(reply(inv, 180, { tag: 'bprack', more: 'Require: 100rel\nRSeq: 77\n' }));
		await until('it is sent again', () => b.count(/^PRACK /) >= 2);
		const pracks = new Set(b.got.filter((m) => m.startsWith('PRACK ')));
		assert.equal(pracks.size, 1, 'the same one');
		assert.equal(field([...pracks][0], 'RAck'), '77 1 INVITE');
		b.send(reply([...pracks][0], 200));
	});
	await hangUp(c);
	assert.equal((await record('prack'))[0], 'answered');
});

test('a second telephone behind a fork answers too: ACK, then BYE to it alone', async () => {
	const c = await talking('fork');
	c.b.send(reply(c.inv, 200, { tag: 'other', body: offer(26600) }));
	await c.b.says(/^ACK sip:other@[\s\S]*;tag=other\r/);
	c.b.send(reply(await c.b.says(byeIn('other')), 200));
	assert.equal(c.b.count(byeIn(c.tag)), 0);
	await hangUp(c);
	assert.equal((await record('fork'))[0], 'answered');
	assert.equal(new Set(c.b.got.filter((m) => m.startsWith('BYE ')).map((m) => field(m, 'Via'))).size, 2);
});

test('what a side may not ask is refused with all that it may', async () => {
	const c = await talking('methods');
	const of = (m) => field(m, 'Allow').split(', ').sort();
	const theirs = await change(c, 'methods', 2, { method: 'SUBSCRIBE', more: 'Event: dialog\n' });
	assert.match(theirs, /^SIP\/2\.0 405 /);
	assert.deepEqual(of(theirs), of(c.ok));
	c.b.send(back('SUBSCRIBE', c.inv, c.tag));
	const said = await c.b.says(/^SIP\/2\.0 [2-6][\s\S]*CSeq: 1 SUBSCRIBE/);
	assert.match(said, /^SIP\/2\.0 405 /);
	assert.deepEqual(of(said), of(c.inv));
	await hangUp(c);
	assert.equal((await record('methods'))[0], 'answered');
});

test('both hang up in the same moment', async () => {
	let c = await talking('cross1');
	c.a.send(c.bye);
	const theirs = await c.b.says(byeIn(c.tag));
	c.b.send(back('BYE', c.inv, c.tag));
	await c.b.says(/^SIP\/2\.0 200 [\s\S]*CSeq: 1 BYE/);
	c.b.send(reply(theirs, 200));
	await c.a.says(/^SIP\/2\.0 200 [\s\S]*CSeq: 90 BYE/);
	assert.equal((await record('cross1'))[0], 'answered');
	await closeHands();
	c = await talking('cross2');
	c.b.send(back('BYE', c.inv, c.tag));
	const ours = await c.a.says(/^BYE /);
	c.a.send(c.bye);
	await c.a.says(/^SIP\/2\.0 200 [\s\S]*CSeq: 90 BYE/);
	c.a.send(reply(ours, 200));
	await c.b.says(/^SIP\/2\.0 200 [\s\S]*CSeq: 1 BYE/);
	assert.equal((await record('cross2'))[0], 'answered');
});

test('hold in its old and its new form, another codec, one that is none: the call goes on', async () => {
	const b = await called([recv('INVITE'), send(answer(200, 'OK', sdp()), 'retrans="500"'), recv('ACK'),
		'<label id="loop"/>', '<recv request="INVITE" optional="true" next="re"></recv>', recv('BYE'), send(again(), 'next="end"'),
		'<label id="re"/>', send(again(200, 'OK', sdp())), '<recv request="ACK" next="loop"></recv>', '<label id="end"/>']);
	const changed = (n, body, ...want) => [send(invite(DESK, n, body)), trying, holds('response="200"', 'body', ...want), send(plain('ACK', n, DESK))];
	const nowhere = sdp().replace('c=IN IP4 [media_ip]', 'c=IN IP4 0.0.0.0');
	const alaw = sdp().replace('RTP/AVP 0 101', 'RTP/AVP 8 101').replace('a=rtpmap:0 PCMU/8000', 'a=rtpmap:8 PCMA/8000');
	const none = sdp().replace('RTP/AVP 0 101', 'RTP/AVP 18').replace('a=rtpmap:0 PCMU/8000', 'a=rtpmap:18 G729/8000').replace('a=rtpmap:101 telephone-event/8000\n', '');
	const a = caller([send(invite(DESK)), trying, ringing, recv(200), send(plain('ACK', 1, DESK)),
		...changed(2, sdp('[media_port]', 'a=inactive'), 'a=inactive', 'm=audio [1-9][0-9]* RTP/AVP 0'), ...changed(3, sdp(), 'a=sendrecv'),
		...changed(4, nowhere, 'm=audio [1-9][0-9]* RTP/AVP 0'), ...changed(5, sdp(), 'a=sendrecv'),
		...changed(6, alaw, 'm=audio [1-9][0-9]* RTP/AVP 8'), send(own(invite(DESK, 7, none))), trying, recv(488), send(own(plain('ACK', 7, DESK))),
		...changed(8, sdp(), 'm=audio [1-9][0-9]* RTP/AVP 0', 'a=sendrecv'), send(plain('BYE', 9, DESK)), recv(200)]);
	await well(a, b);
	const id = callId(a);
	assert.equal((await record(id))[0], 'answered');
	assert.deepEqual(events(id).map(([k]) => k).filter((k) => /hold|resume/.test(k)), ['hold', 'resume', 'hold', 'resume']);
});

const events = (id) => stack.sql(`SELECT e.kind, e.value FROM call_event e JOIN phone_call c ON c.company_id = e.company_id AND c.id = e.call_id WHERE c.sip_call_id = '${id}' ORDER BY e.seq`);

test('keys whose ends are lost, or of which nothing but the end came: each once', async () => {
	const rtp = await hand(26400), ear = await hand(26500);
	const c = await talking('keys');
	const to = Number(c.a.got.find((m) => m.startsWith('SIP/2.0 200')).match(/^m=audio (\d+)/m)[1]);
	let seq = 100, ts = 8000;
	const packet = (type, at, body) => {
		const p = Buffer.alloc(12);
		p[0] = 0x80;
		p[1] = type;
		p.writeUInt16BE(seq++ & 0xffff, 2);
		p.writeUInt32BE(at, 4);
		p.writeUInt32BE(0xabcdef01, 8);
		rtp.send(Buffer.concat([p, body]), to);
		return new Promise((r) => setTimeout(r, 5));
	};
	const talk = async (n, sound = 0x7f) => {
		for (; n > 0; n--) await packet(0, ts += 160, Buffer.alloc(160, sound));
	};
	const key = (digit, at, duration, end = false, first = false) => packet(first ? 0xe5 : 0x65, at, Buffer.from([digit, (end ? 0x80 : 0) | 10, duration >> 8, duration & 0xff]));
	await talk(30);
	for (let at = ts += 160, k = 1; k <= 5; k++, ts += 160) await key(5, at, 160 * k, false, k === 1); // no end
	await talk(30);
	await key(7, ts += 160, 800, true); // the end alone
	ts += 800;
	await talk(30);
	for (let at = ts += 160, k = 1; k <= 8; k++, ts += 160) await key(7, at, Math.min(160 * k, 800), k > 5, k === 1); // all of it
	await talk(30, 0x55);
	// What was sent before this has been read, too.
	await until('the last sound is heard', () => ear.got.some((m) => m.endsWith('U'.repeat(160))));
	c.a.send(request(c.a, 'OPTIONS', 'read'));
	await c.a.says(/^SIP\/2\.0 200 [\s\S]*Call-ID: read/);
	await hangUp(c);
	assert.equal((await record('keys'))[0], 'answered');
	await until('its keys are written down', () => events('keys').length > 0);
	assert.equal(events('keys').filter(([k]) => k === 'digit').map(([, v]) => String.fromCharCode(Number(v))).join(''), '577');
});

test('two that send their callers to each other: three times, then the caller hears so', async () => {
	const peers = [await hand(5081), await hand(5082)];
	for (const [i, h] of peers.entries()) {
		const next = peers[1 - i].port;
		h.socket.on('message', (m) => {
			const text = m.toString('latin1');
			if (!text.startsWith('INVITE ')) return;
			h.send(reply(text, 302, { tag: `t${h.port}` }).replace(/^Contact: .*$/m, `Contact: <sip:desk@${addr}:${next}>`));
		});
		h.invites = () => new Set(h.got.filter((m) => m.startsWith('INVITE ')).map((m) => field(m, 'Via'))).size;
	}
	const a = caller([send(own(invite(LOOP))), trying, recv(480), send(own(plain('ACK', 1, LOOP)))]);
	await well(a);
	assert.deepEqual(peers.map((p) => p.invites()), [2, 2], 'the first and three more');
	assert.notEqual((await record(callId(a)))[0], 'answered');
});

test('the INVITE once more after its answer: no second call, no second answer', async () => {
	const c = await talking('twice');
	const h = c.a;
	h.send(request(h, 'INVITE', 'twice', { body: offer(26400) }));
	// The worker has read it when it answers what came after it.
	h.send(request(h, 'OPTIONS', 'after'));
	await h.says(/^SIP\/2\.0 200 [\s\S]*Call-ID: after/);
	assert.equal(h.count(/^SIP\/2\.0 [3-6]/), 0);
	await hangUp(c);
	assert.equal(new Set(c.b.got.filter((m) => m.startsWith('INVITE ')).map((m) => field(m, 'Via'))).size, 1);
	assert.equal((await record('twice'))[0], 'answered');
	// And the same of a call that was refused: said again until the ACK, and not after it.
	const bad = request(h, 'INVITE', 'refused', { number: '+14155559999', body: offer(26400) });
	const refusals = () => h.count(/^SIP\/2\.0 404 [\s\S]*Call-ID: refused/);
	h.send(bad);
	const no = await h.says(/^SIP\/2\.0 404 [\s\S]*Call-ID: refused/);
	const before = refusals();
	h.send(bad);
	await until('it is said again', () => refusals() > before);
	h.send(request(h, 'ACK', 'refused', { number: '+14155559999', branch: 'refusedINVITE1', tag: toTag(no) }));
	h.send(request(h, 'OPTIONS', 'after2'));
	await h.says(/^SIP\/2\.0 200 [\s\S]*Call-ID: after2/);
	const said = refusals();
	h.send(bad);
	h.send(request(h, 'OPTIONS', 'after3'));
	await h.says(/^SIP\/2\.0 200 [\s\S]*Call-ID: after3/);
	assert.equal(refusals(), said, 'confirmed');
});

test('the audio line is closed and opened again; video beside it never shifts it', async () => {
	const video = 'm=video 26410 RTP/AVP 99\na=rtpmap:99 H264/90000\n';
	const both = (port, film = video) => offer(port).replace('m=audio', `${film}m=audio`);
	const c = await talking('closed', undefined, { body: both(26400) });
	assert.match(lines(c.ok).join(), /^m=video 0,m=audio [1-9]\d*$/);
	const off = await change(c, 'closed', 2, { body: both(0, video.replace('26410', '0')) });
	assert.match(off, /^SIP\/2\.0 200 /);
	assert.deepEqual(lines(off), ['m=video 0', 'm=audio 0']);
	const on = await change(c, 'closed', 3, { body: both(26400) });
	assert.deepEqual(lines(on), lines(c.ok), 'as before');
	// Asked for an offer of its own, the worker has as many lines, in their order (RFC 3264 8).
	const own = await change(c, 'closed', 4, { ackBody: both(26400) });
	assert.deepEqual(lines(own), ['m=audio 0', lines(c.ok)[1]]);
	// Only the film is kept, which we do not carry: no audio until there is some again.
	const film = await change(c, 'closed', 5, { body: both(0) });
	assert.match(film, /^SIP\/2\.0 200 /);
	assert.deepEqual(lines(film), ['m=video 0', 'm=audio 0']);
	assert.deepEqual(lines(await change(c, 'closed', 6, { body: both(26400) })), lines(c.ok));
	// In place of a fax there is nothing to offer.
	assert.match(await change(c, 'closed', 7, { body: both(0, 'm=image 26410 udptl t38\n') }), /^SIP\/2\.0 488 /);
	await hangUp(c);
	assert.equal((await record('closed'))[0], 'answered');
	assert.deepEqual(events('closed').map(([k]) => k).filter((k) => /hold|resume/.test(k)), ['hold', 'resume', 'hold', 'resume']);
});

test('a call begins on hold, or before its third party has said a word, and its audio comes later', async () => {
	const nowhere = offer(26400).replace(`c=IN IP4 ${addr}`, 'c=IN IP4 0.0.0.0');
	const bare = offer(26400).replace(/^m=[\s\S]*/m, '');
	for (const [id, body, first] of [['early1', nowhere, /a=recvonly/], ['early2', offer(26400) + 'a=inactive\n', /a=inactive/], ['early3', bare, /t=0 0\r\n$/]]) {
		const c = await talking(id, undefined, { body });
		assert.match(c.ok, first, id);
		const on = await change(c, id, 2, { body: offer(26400) });
		assert.match(on, /^SIP\/2\.0 200 [\s\S]*^m=audio [1-9][\s\S]*a=sendrecv/m, id);
		await hangUp(c);
		assert.equal((await record(id))[0], 'answered');
		assert.deepEqual(events(id).map(([k]) => k).filter((k) => /hold|resume/.test(k)), ['hold', 'resume'], id);
		await closeHands();
	}
});

test('a change that is refused changes nothing: neither the interval nor where the caller is', async () => {
	const c = await talking('refused2', undefined, { more: 'Supported: timer\nSession-Expires: 1800;refresher=uac\n' });
	const moved = request(c.a, 'INVITE', 'refused2', { cseq: 2, tag: toTag(c.ok), body: offer(26400).replace('RTP/AVP 0 101', 'RTP/AVP 18'), more: 'Supported: timer\nSession-Expires: 90;refresher=uas\n' }).replace(`@${addr}:${c.a.port}>`, `@${addr}:5077>`);
	c.a.send(moved);
	assert.ok(await c.a.says(/^SIP\/2\.0 488 [\s\S]*CSeq: 2 INVITE/));
	c.a.send(request(c.a, 'ACK', 'refused2', { cseq: 2, branch: 'refused2INVITE2', tag: toTag(c.ok) }));
	const still = await change(c, 'refused2', 3, { method: 'UPDATE' });
	assert.equal(field(still, 'Session-Expires'), '1800;refresher=uac');
	c.b.send(back('BYE', c.inv, c.tag)); // ours goes where the caller was
	c.a.send(reply(await c.a.says(/^BYE /), 200));
	assert.equal((await record('refused2'))[0], 'answered');
});

test('another interval of the session in mid-call; one too short is refused', async () => {
	const c = await talking('interval', undefined, { more: 'Supported: timer\nSession-Expires: 1800;refresher=uac\n' });
	assert.equal(field(c.ok, 'Session-Expires'), '1800;refresher=uac');
	const shorter = await change(c, 'interval', 2, { method: 'UPDATE', more: 'Supported: timer\nSession-Expires: 600;refresher=uac\n' });
	assert.match(shorter, /^SIP\/2\.0 200 /);
	assert.equal(field(shorter, 'Session-Expires'), '600;refresher=uac');
	const no = await change(c, 'interval', 3, { method: 'UPDATE', more: 'Supported: timer\nSession-Expires: 30;refresher=uac\n' });
	assert.match(no, /^SIP\/2\.0 422 /);
	assert.equal(field(no, 'Min-SE'), '90');
	await hangUp(c);
	assert.equal((await record('interval'))[0], 'answered');
});

test('what was diverted before is counted on, and six times is a circle', async () => {
	const by = (n, counter) => `Diversion: "x, y" <sip:+1415555020${n}@${addr}>;reason=unconditional${counter ? `;counter=${counter}` : ''}\n`;
	const c = await talking('diverted', undefined, { more: by(1, 2) + by(2) });
	assert.match(field(c.inv, 'Diversion'), /<sip:\+14155550160@.*;counter=4$/);
	await hangUp(c);
	const circle = request(c.a, 'INVITE', 'circle', { body: offer(26400), more: by(1, 4) + by(2, 2) });
	c.a.send(circle);
	const no = await c.a.says(/^SIP\/2\.0 482 [\s\S]*Call-ID: circle/);
	c.a.send(request(c.a, 'ACK', 'circle', { branch: 'circleINVITE1', tag: toTag(no) }));
	assert.equal(c.b.count(/^INVITE [\s\S]*circle/), 0);
});

test('a second try by another way, known by its Session-ID, is no second call', async () => {
	const more = 'Session-ID: ab30317f1a784dc48ff824d0d3715d86;remote=00000000000000000000000000000000\n';
	const a = await hand(5072), b = await hand(5080);
	a.send(request(a, 'INVITE', 'way1', { body: offer(26400), more }));
	a.send(request(a, 'INVITE', 'way2', { body: offer(26420), more }));
	const no = await a.says(/^SIP\/2\.0 482 [\s\S]*Call-ID: way2/);
	a.send(request(a, 'ACK', 'way2', { branch: 'way2INVITE1', tag: toTag(no) }));
	b.send(reply(await b.says(/^INVITE /), 486, { tag: 'busy' }));
	const busy = await a.says(/^SIP\/2\.0 486 [\s\S]*Call-ID: way1/);
	a.send(request(a, 'ACK', 'way1', { branch: 'way1INVITE1', tag: toTag(busy) }));
	assert.equal((await record('way1'))[1], '486');
	assert.equal(new Set(b.got.filter((m) => m.startsWith('INVITE ')).map((m) => field(m, 'Via'))).size, 1);
	assert.equal(rows('way2').length, 0);
});

test('afterwards nothing is left open', async () => {
	await until('every call is closed', () => stack.sqlOne("SELECT COUNT(*) FROM phone_call WHERE state = 'open'") === '0');
});
