// The test caller against SIPp and baresip directly: before it says anything
// about the worker, it must itself speak SIP as others do.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';

import { tones, wav } from '../support/audio.mjs';
import { addr, dir, until } from '../support/stack.mjs';
import { baresip, bound, call, endAll, endings, heard, pause, recv, sdp, send, sipp, toneWav } from '../support/sip.mjs';
import { readFileSync, readdirSync } from 'node:fs';

afterEach(endAll);

const phoneAt = `${addr}:5080`;
const carrier = (options) => call('carrier', { listen: `${addr}:5070`, target: phoneAt, number: '+12125550123', 'rtp-min': 24000, 'rtp-max': 24099, ...options });
const phone = (options) => call('phone', { listen: phoneAt, 'ring-ms': 100, 'rtp-min': 25000, 'rtp-max': 25099, ...options });

// What a caller's messages have in common.
const head = (method, cseq, more = '') => `${method} sip:+12125550123@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: <sip:+14155550100@[local_ip]>;tag=[call_number]
To: <sip:+12125550123@[remote_ip]>[peer_tag_param]
Call-ID: [call_id]
CSeq: ${cseq} ${method}
Contact: <sip:+14155550100@[local_ip]:[local_port]>
Max-Forwards: 70
${more}`;
const invite = (cseq = 1, body = sdp(), more = '') => head('INVITE', cseq, `${more}Content-Type: application/sdp\nContent-Length: [len]\n\n${body}`);
const plain = (method, cseq) => head(method, cseq, 'Content-Length: 0\n');
// What a called side's answers repeat.
const answer = (status, reason, body = '', more = '') => `SIP/2.0 ${status} ${reason}
[last_Via:]
[last_Record-Route:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>
${more}${body ? `Content-Type: application/sdp\nContent-Length: [len]\n\n${body}` : 'Content-Length: 0\n'}`;
const again = answer(200, 'OK').replace(';tag=[call_number]', '');

async function finish(p) {
	const code = await p.ended;
	assert.equal(code, 0, p.why ? p.why() : p.text);
}

test('as many at once as was said, of both sides', async () => {
	const b = phone({ 'at-once': 2, play: 'silence' });
	await b.says(/^ready/m);
	// Three together, which a minute's rate of 60 would have put a second apart, and no more.
	const a = carrier({ 'at-once': 3, 'talk-ms': 5000, play: 'silence' });
	assert.equal(await a.ended, 1, 'one of them failed');
	const of = (status) => endings(a).filter((e) => e.status === status).length;
	assert.deepEqual([endings(a).length, of('200'), of('486')], [3, 2, 1], a.text);
	const one = carrier({ listen: `${addr}:5071`, 'talk-ms': 100, play: 'silence' });
	await finish(one);
	assert.equal(endings(one).length, 1);
});

test('more calls than a shell allows open files', async () => {
	const quiet = { 'at-once': 40, play: 'silence' };
	const b = call('phone', { listen: phoneAt, 'rtp-min': 25000, 'rtp-max': 25199, ...quiet }, 32);
	await b.says(/^ready/m);
	const a = call('carrier', { listen: `${addr}:5070`, target: phoneAt, number: '+12125550123', 'talk-ms': 4000, 'rtp-min': 24000, 'rtp-max': 24199, ...quiet }, 32);
	await finish(a);
	assert.equal(endings(a).filter((e) => e.status === '200').length, 40);
});

test('two test callers: tones, keys, counts', async () => {
	const b = phone({ play: 'tone:620', save: dir, calls: 1 });
	await b.says(/^ready/m);
	const a = carrier({ play: 'tone:440', 'talk-ms': 3500, keys: '12#', save: join(dir, 'a.ul') });
	await finish(a);
	await b.ended;
	const [out] = endings(a);
	const [inn] = endings(b);
	assert.equal(out.status, '200');
	assert.equal(out.by, 'us');
	assert.equal(inn.by, 'them');
	assert.equal(inn.keys, '12#');
	for (const e of [out, inn]) {
		assert.equal(e.lost, '0');
		assert.equal(e.ssrcs, '1');
		assert.ok(Math.abs(Number(e.rx) - 175) < 10, JSON.stringify(e));
	}
	const [own, other] = tones(heard(join(dir, 'a.ul')), 8000, [620, 440]);
	assert.ok(own > 0.1 && other < 0.01, `${own} ${other}`);
});

for (const [how, status] of [['busy', '486'], ['reject', '603'], ['480', '480']])
	test(`the phone says ${how}`, async () => {
		const b = phone({ answer: how, calls: 1 });
		await b.says(/^ready/m);
		const a = carrier({});
		assert.equal(await a.ended, 1);
		assert.equal(endings(a)[0].status, status);
		await b.ended;
	});

test('the carrier gives up: CANCEL', async () => {
	const b = phone({ answer: 'ring', calls: 1 });
	await b.says(/^ready/m);
	const a = carrier({ 'give-up-ms': 500 });
	assert.equal(await a.ended, 1);
	assert.equal(endings(a)[0].status, '487');
	assert.equal(endings(a)[0].cancelled, 'yes');
	await b.ended;
	assert.equal(endings(b)[0].status, '487');
});

test('SIPp calls: repeated INVITE, lost ACK, re-INVITE hold, BYE', async () => {
	const b = phone({ calls: 1 });
	await b.says(/^ready/m);
	const s = sipp([
		send(invite()), recv(100, 'optional="true"'), recv(180), recv(200), pause(1200), // no ACK: the 200 comes again
		send(plain('ACK', 1)),
		pause(300),
		send(invite(2, sdp('[media_port]', 'a=sendonly'))), recv(100, 'optional="true"'),
		'<recv response="200"><action><ereg regexp="a=recvonly" search_in="body" check_it="true" assign_to="1"/></action></recv>',
		'<Reference variables="1"/>',
		send(plain('ACK', 2)),
		pause(200),
		send(plain('BYE', 3)), recv(200),
	], { at: 5071, to: phoneAt });
	await finish(s);
	const oks = s.messages().match(/^SIP\/2.0 200 OK\n(.*\n)*?CSeq: 1 INVITE$/gm);
	assert.equal(oks.length, 2); // at 0 and 0.5 s; the one of 1.5 s is stopped
	await b.ended;
	assert.equal(endings(b)[0].by, 'them');
});

test('SIPp answers with digest asked for: refused, not looped', async () => {
	const s = sipp([
		recv('INVITE'), send(answer(407, 'Proxy Authentication Required', '', 'Proxy-Authenticate: Digest realm="x", nonce="n", algorithm=MD5\n')),
		recv('ACK'),
	], { at: 5080 });
	await bound(5080);
	const a = carrier({});
	assert.equal(await a.ended, 1);
	assert.equal(endings(a)[0].status, '407');
	await finish(s);
});

test('SIPp answers: 200 re-sent, Record-Route with a private Contact', async () => {
	const routed = (text) => text.replace(/Contact: .*\n/, 'Record-Route: <sip:[local_ip]:[local_port];lr>\nContact: <sip:x@10.1.2.3:5099>\n');
	const s = sipp([
		'<recv request="INVITE" rrs="true"></recv>', send(answer(180, 'Ringing')), pause(100),
		send(routed(answer(200, 'OK', sdp())), 'retrans="300"'),
		'<recv request="ACK"><action><ereg regexp="ACK sip:x@10.1.2.3:5099 " search_in="msg" check_it="true" assign_to="1"/><ereg regexp="Route: &lt;sip:.*;lr&gt;" search_in="msg" check_it="true" assign_to="2"/></action></recv>',
		'<Reference variables="1,2"/>',
		recv('BYE'), send(again),
	], { at: 5080 });
	await bound(5080);
	const a = carrier({ 'talk-ms': 300 });
	await finish(a);
	await finish(s);
});

test('compact headers, several Vias and Record-Routes (Sonus)', async () => {
	const b = phone({ calls: 1 });
	await b.says(/^ready/m);
	const compact = `INVITE sip:+12125550123@[remote_ip]:[remote_port] SIP/2.0
v: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
v: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bKx2, SIP/2.0/UDP 10.0.0.3;branch=z9hG4bKx3
Record-Route: <sip:[local_ip]:[local_port];lr>,<sip:10.0.0.2;lr>
Record-Route: <sip:10.0.0.3;lr>
f: <sip:4155550100@[local_ip]>;tag=[call_number]
t: <sip:+12125550123@[remote_ip]>
i: [call_id]
CSeq: 1 INVITE
m: <sip:+14155550100@[local_ip]:[local_port]>
k: timer
c: application/sdp
l: [len]

${sdp()}`;
	const s = sipp([
		send(compact), recv(100, 'optional="true"'), recv(180),
		'<recv response="200"><action><ereg regexp="Record-Route" search_in="msg" check_it="true" assign_to="1"/></action></recv>',
		'<Reference variables="1"/>',
		send(plain('ACK', 1)), pause(200), send(plain('BYE', 2)), recv(200),
	], { at: 5071, to: phoneAt });
	await finish(s);
	await b.ended;
});

test('OPTIONS is answered; a BYE for nothing gets 481', async () => {
	const b = phone({});
	await b.says(/^ready/m);
	await finish(sipp([send(plain('OPTIONS', 1)), recv(200)], { at: 5071, to: phoneAt }));
	await finish(sipp([send(plain('BYE', 1).replace('[peer_tag_param]', ';tag=nothing')), recv(481)], { at: 5072, to: phoneAt }));
	await b.stop();
});

test('baresip answers the carrier and is heard', async () => {
	const p = baresip('desk', { port: 5080, mode: 'auto', play: toneWav(join(dir, 'desk.wav'), 620, 30) });
	await p.says(/ready|populated/i);
	await bound(5080);
	const a = call('carrier', { listen: `${addr}:5070`, target: phoneAt, number: 'desk', 'rtp-min': 24000, 'rtp-max': 24099, play: 'tone:440', 'talk-ms': 2500, save: join(dir, 'bs.ul') });
	await finish(a);
	const [own, other] = tones(heard(join(dir, 'bs.ul')).subarray(4000), 8000, [620, 440]);
	assert.ok(own > 0.1 && other < 0.01, `${own} ${other}`);
	await p.stop();
	const dump = readdirSync(p.home).find((f) => /^dump-.*-dec\.wav$/.test(f));
	const sound = wav(readFileSync(join(p.home, dump)));
	const [mine] = tones(sound.channels[0], sound.rate, [440]);
	assert.ok(mine > 0.05, `baresip heard ${mine}`);
});

test('baresip calls the phone', async () => {
	const b = phone({ 'talk-ms': 1500, calls: 1, play: 'tone:620', save: dir });
	await b.says(/^ready/m);
	const p = baresip('caller', { port: 5090, play: toneWav(join(dir, 'caller.wav'), 440, 30), command: `/dial sip:+12125550123@${phoneAt}` });
	await b.says(/^ended/m);
	const [e] = endings(b);
	assert.equal(e.by, 'us');
	assert.ok(Number(e.rx) > 50, JSON.stringify(e));
	await p.stop();
	await b.ended;
	await until('the phone is gone', () => b.code !== undefined);
});
