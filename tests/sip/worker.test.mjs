// SIPp, baresip and our own test caller through the real worker: what carriers
// and phones do to a B2BUA, and what the call log says afterwards.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { after, afterEach, before, test } from 'node:test';
import { join } from 'node:path';

import { tones } from '../support/audio.mjs';
import { addr, build, dir, startStack, until } from '../support/stack.mjs';
import { baresip, bound, call, endAll, endings, heard, pause, recv, sdp, send, sipp, toneWav } from '../support/sip.mjs';
import { again, answer, ask, invite, plain, recvInvite } from '../support/sip_messages.mjs';

const worker = `${addr}:5060`;
const DIRECT = '+14155550120'; // rings sip:desk@addr:5080, not recorded
const VIA_TRUNK = '+14155550121'; // rings +12125550199 by the trunk (digest)
const NOTICE = '+14155550122'; // as DIRECT, recorded after a notice
const SLOW = '+14155550123'; // rings sip:slow@addr:5086
const TRUNK_PORT = 5075;

let stack;
function ringtrace(...args) {
	const r = spawnSync(join(build, 'ringtrace'), [...args, '-c', stack.conf], { encoding: 'utf8', input: 'trunk-secret\n' });
	assert.equal(r.status, 0, r.stderr);
}

before(async () => {
	stack = await startStack({ demo: false, without: ['nginx', 'dashboard', 'dni', 'jobd'] });
	ringtrace('company', 'add', '--name', 'Bay City Plumbing');
	ringtrace('trunk', 'add', '--name', 'Carrier', '--host', `${addr}:${TRUNK_PORT}`, '--allow', `${addr}/32`, '--username', 'rt', '--password-file', '-');
	ringtrace('number', 'add', '--number', DIRECT, '--to', `sip:desk@${addr}:5080`);
	ringtrace('number', 'add', '--number', VIA_TRUNK, '--to', '+12125550199');
	ringtrace('number', 'add', '--number', NOTICE, '--to', `sip:desk@${addr}:5080`, '--record', 'notice');
	ringtrace('number', 'add', '--number', SLOW, '--to', `sip:slow@${addr}:5086`);
	await until('the worker knows the numbers', () => /configuration version=\d+ numbers=4/.test(stack.output));
});
afterEach(endAll);
after(() => stack?.stop());

const closed = () => stack.sql("SELECT result, sip_status, hangup_by, sip_call_id FROM phone_call WHERE state = 'closed' ORDER BY started_at DESC, id DESC")
	.map(([result, status, by, id]) => ({ result, status: Number(status), by, id }));
/** The closed record of the call with this Call-ID (or a part of it). */
const record = (id) => until(`the call ${id} is closed`, () => closed().find((c) => c.id.includes(id)));
const callId = (s) => s.messages().match(/^Call-ID: (.*)$/m)[1];

async function well(...all) {
	for (const s of all) assert.equal(await s.ended, 0, s.why?.() ?? s.text);
}
const caller = (steps, at = 5071) => sipp(steps, { at, to: worker, limit_s: 45 });
const called = async (steps, at = 5080, args = []) => {
	const s = sipp(steps, { at, media: 26100, limit_s: 45, args });
	await bound(at);
	return s;
};
// A called side that answers and waits for BYE.
const answering = [recv('INVITE'), send(answer(180, 'Ringing')), pause(100), send(answer(200, 'OK', sdp()), 'retrans="500"'), recv('ACK'), recv('BYE'), send(again())];
const trying = recv(100, 'optional="true"');

test('SIPp both ways, BYE from the caller', async () => {
	const b = await called(answering);
	const a = caller([send(invite(DIRECT)), trying, recv(180), recv(200), send(plain('ACK', 1, DIRECT)), pause(500), send(plain('BYE', 2, DIRECT)), recv(200)]);
	await well(a, b);
	const r = await record(callId(a));
	assert.deepEqual([r.result, r.status, r.by], ['answered', 200, 'caller']);
});

test('BYE from the called side', async () => {
	const b = await called([recvInvite, send(answer(180, 'Ringing')), send(answer(200, 'OK', sdp()), 'retrans="500"'), recv('ACK'), pause(300), send(ask('BYE', 1)), recv(200)]);
	const a = caller([send(invite(DIRECT)), trying, recv(180, 'optional="true"'), recv(200), send(plain('ACK', 1, DIRECT)), recv('BYE'), send(again())]);
	await well(a, b);
	const r = await record(callId(a));
	assert.equal(r.result, 'answered');
	assert.notEqual(r.by, 'caller');
});

for (const [status, reason] of [[486, 'Busy Here'], [603, 'Decline'], [404, 'Not Found']])
	test(`the called side says ${status}`, async () => {
		const b = await called([recv('INVITE'), send(answer(status, reason), 'retrans="500"'), recv('ACK')]);
		const a = call('carrier', { listen: `${addr}:5070`, target: worker, number: DIRECT, 'rtp-min': 24000, 'rtp-max': 24099 });
		assert.equal(await a.ended, 1);
		await well(b);
		const [e] = endings(a);
		assert.ok(Number(e.status) >= 400, JSON.stringify(e));
		const r = await record(e.call_id);
		assert.equal(r.status, Number(e.status));
		assert.notEqual(r.result, 'answered');
	});

test('the caller cancels: the phone stops ringing, 487', async () => {
	const b = await called([recv('INVITE'), send(answer(180, 'Ringing')), recv('CANCEL'), send(again()), send(answer(487, 'Request Terminated').replace('[last_CSeq:]', 'CSeq: 1 INVITE')), recv('ACK')]);
	const a = call('carrier', { listen: `${addr}:5070`, target: worker, number: DIRECT, 'give-up-ms': 1500, 'rtp-min': 24000, 'rtp-max': 24099 });
	assert.equal(await a.ended, 1);
	const [e] = endings(a);
	assert.equal(e.status, '487');
	await well(b);
	const r = await record(e.call_id);
	assert.notEqual(r.result, 'answered');
	assert.equal(r.by, 'caller');
});

test('the race of CANCEL and 200: ACK, then BYE to the phone', async () => {
	const late = answer(200, 'OK', sdp()).replace('[last_CSeq:]', 'CSeq: 1 INVITE');
	const b = await called([recv('INVITE'), send(answer(180, 'Ringing')), recv('CANCEL'), send(again()), send(late), recv('ACK'), recv('BYE'), send(again())]);
	const a = call('carrier', { listen: `${addr}:5070`, target: worker, number: DIRECT, 'give-up-ms': 1500, 'rtp-min': 24000, 'rtp-max': 24099 });
	assert.equal(await a.ended, 1);
	assert.equal(endings(a)[0].status, '487');
	await well(b);
	assert.notEqual((await record(endings(a)[0].call_id)).result, 'answered');
});

test('a repeated INVITE is one call', async () => {
	const b = await called(answering);
	const fixed = invite(DIRECT).replace('branch=[branch]', 'branch=z9hG4bKsame[pid]');
	const a = caller([send(fixed), recv(100), send(fixed), recv(180), recv(200), send(plain('ACK', 1, DIRECT)), pause(200), send(plain('BYE', 2, DIRECT)), recv(200)]);
	await well(a, b);
	const id = callId(a);
	await record(id);
	assert.equal(closed().filter((c) => c.id === id).length, 1);
	// One, however often a busy machine let it be sent.
	assert.equal(new Set(b.messages().match(/^INVITE .*\nVia: .*$/gm)).size, 1);
});

test('a lost ACK: the 200 comes again, the call stays', async () => {
	const b = await called(answering);
	const a = caller([send(invite(DIRECT)), trying, recv(180), recv(200), pause(1200), send(plain('ACK', 1, DIRECT)), pause(300), send(plain('BYE', 2, DIRECT)), recv(200)]);
	await well(a, b);
	const oks = a.messages().match(/^SIP\/2.0 200 OK\n(?:.+\n)*?CSeq: 1 INVITE$/gm);
	assert.ok(oks.length >= 2, `${oks.length} answers`);
	assert.equal((await record(callId(a))).result, 'answered');
});

test('a re-sent 200 of the phone gets an ACK each time', async () => {
	// The Via of the INVITE, also after the ACK brought another.
	const ok = answer(200, 'OK', sdp()).replace('[last_Via:]', 'Via: [$3]').replace('[last_CSeq:]', 'CSeq: 1 INVITE');
	const b = await called(['<recv request="INVITE"><action><ereg regexp=".*" search_in="hdr" header="Via:" assign_to="3"/></action></recv>', send(answer(180, 'Ringing')), send(ok), recv('ACK'),
		send(ok.replace(';tag=[pid]b[call_number]', '')), recv('ACK'), recv('BYE'), send(again())], 5080, ['-nr']);
	const a = caller([send(invite(DIRECT)), trying, recv(180, 'optional="true"'), recv(200), send(plain('ACK', 1, DIRECT)), pause(800), send(plain('BYE', 2, DIRECT)), recv(200)]);
	await well(a, b);
	assert.ok(b.messages().match(/^ACK /gm).length >= 2, b.messages());
});

test('re-INVITE: hold is answered recvonly, and resumed', async () => {
	const b = await called(['<recv request="INVITE"></recv>', send(answer(180, 'Ringing')), send(answer(200, 'OK', sdp()), 'retrans="500"'), recv('ACK'),
		'<label id="loop"/>', '<recv request="INVITE" optional="true" next="re"></recv>', recv('BYE'), send(again(), 'next="end"'),
		'<label id="re"/>', send(again(200, 'OK', sdp('[media_port]', 'a=recvonly'))), '<recv request="ACK" next="loop"></recv>', '<label id="end"/>']);
	const held = (n, dir, want) => [send(invite(DIRECT, n, sdp('[media_port]', `a=${dir}`))), trying,
		`<recv response="200"><action><ereg regexp="a=${want}" search_in="body" check_it="true" assign_to="1"/></action></recv>`, '<Reference variables="1"/>', send(plain('ACK', n, DIRECT))];
	const a = caller([send(invite(DIRECT)), trying, recv(180, 'optional="true"'), recv(200), send(plain('ACK', 1, DIRECT)), pause(200),
		...held(2, 'sendonly', 'recvonly'), pause(200), ...held(3, 'sendrecv', 'sendrecv'), pause(200), send(plain('BYE', 4, DIRECT)), recv(200)]);
	await well(a);
	assert.equal((await record(callId(a))).result, 'answered');
});

test('Twilio: a private Contact behind a Record-Route', async () => {
	const b = await called([recvInvite, send(answer(180, 'Ringing')), send(answer(200, 'OK', sdp()), 'retrans="500"'), recv('ACK'), pause(300), send(ask('BYE', 1)), recv(200)]);
	const twilio = invite(DIRECT).replace(/Contact: .*\n/, 'Contact: <sip:+14155550100@10.42.1.2:5060>\nRecord-Route: <sip:[local_ip]:[local_port];lr;ftag=x>\n');
	const a = caller([send(twilio), trying, recv(180, 'optional="true"'), recv(200), send(plain('ACK', 1, DIRECT)),
		'<recv request="BYE"><action><ereg regexp="BYE sip:.14155550100@10.42.1.2:5060 " search_in="msg" check_it="true" assign_to="1"/></action></recv>', '<Reference variables="1"/>', send(again())]);
	await well(a, b);
});

test('Sonus: compact headers, several Vias and Record-Routes', async () => {
	const b = await called(answering);
	const compact = `INVITE sip:${DIRECT}@[remote_ip]:[remote_port] SIP/2.0
v: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
v: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bKx2, SIP/2.0/UDP 10.0.0.3;branch=z9hG4bKx3
Record-Route: <sip:[local_ip]:[local_port];lr>,<sip:10.0.0.2;lr>
Record-Route: <sip:10.0.0.3;lr>
f: <sip:4155550100@[local_ip]>;tag=[pid][call_number]
t: <sip:${DIRECT}@[remote_ip]>
i: [call_id]
CSeq: 1 INVITE
m: <sip:+14155550100@[local_ip]:[local_port]>
k: timer
P-Charging-Vector: icid-value=1234
c: application/sdp
l: [len]

${sdp()}`;
	const a = caller([send(compact), trying, recv(180), recv(200), send(plain('ACK', 1, DIRECT)), pause(200), send(plain('BYE', 2, DIRECT)), recv(200)]);
	await well(a, b);
	assert.equal((await record(callId(a))).result, 'answered');
});

test('OPTIONS is answered; an unknown source hears nothing', async () => {
	const socket = createSocket('udp4');
	let got = '';
	socket.on('message', (m) => (got += m));
	await new Promise((r) => socket.bind(0, '127.0.0.1', r));
	const options = `OPTIONS sip:x@${worker} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bKu\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: u\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`;
	socket.send(options, 5060, addr);
	socket.send(options.replaceAll('OPTIONS', 'INVITE'), 5060, addr);
	// Ours goes in after them and is answered: theirs has been dropped.
	await well(caller([send(plain('OPTIONS', 1, DIRECT)), recv(200)]));
	assert.equal(got, '');
	socket.close();
});

test('an unknown number is refused', async () => {
	const a = call('carrier', { listen: `${addr}:5070`, target: worker, number: '+14155559999', 'rtp-min': 24000, 'rtp-max': 24099 });
	assert.equal(await a.ended, 1);
	assert.equal(endings(a)[0].status, '404');
});

test('the trunk asks for digest: answered, once', async () => {
	const b = await called([
		recv('INVITE'), send(answer(407, 'Proxy Authentication Required', '', 'Proxy-Authenticate: Digest realm="trunk", nonce="abc", algorithm=MD5, qop="auth"\n'), 'retrans="500"'), recv('ACK'),
		recv('INVITE'),
		send(answer(200, 'OK', sdp()), 'retrans="500"'), recv('ACK'), recv('BYE'), send(again()),
	], TRUNK_PORT);
	const a = call('carrier', { listen: `${addr}:5070`, target: worker, number: VIA_TRUNK, 'talk-ms': 500, 'rtp-min': 24000, 'rtp-max': 24099 });
	await well(a, b);
	const sent = b.messages().match(/^Proxy-Authorization: Digest (.*)$/m)[1];
	const given = (name) => sent.match(new RegExp(`\\b${name}="?([^",]*)`))[1];
	const md5 = (...parts) => createHash('md5').update(parts.join(':')).digest('hex');
	assert.equal(given('response'), md5(md5('rt', 'trunk', 'trunk-secret'), 'abc', given('nc'), given('cnonce'), 'auth', md5('INVITE', given('uri'))));
	assert.equal(b.messages().match(/^INVITE /gm).length, 2);
	// The second ACK is the one of the 200: with the INVITE's own (RFC 3261 22.1).
	const acks = b.messages().match(/^ACK [\s\S]*?\n\n/gm);
	assert.deepEqual(acks.map((m) => m.match(/^Proxy-Authorization: Digest (.*)$/m)?.[1]), [undefined, sent]);
	assert.equal((await record(endings(a)[0].call_id)).result, 'answered');
});

// By the trunk, which takes media from any host: on loopback baresip sends RTP
// from 127.0.0.1 whatever its own address is.
test('baresip takes a call; each hears the other', async () => {
	const p = baresip('+12125550199', { port: TRUNK_PORT, mode: 'auto', play: toneWav(join(dir, 'desk.wav'), 620, 30) });
	await p.says(/ready|populated/i);
	await bound(TRUNK_PORT);
	const a = call('carrier', { listen: `${addr}:5070`, target: worker, number: VIA_TRUNK, play: 'tone:440', 'talk-ms': 2500, save: join(dir, 'bs.ul'), 'rtp-min': 24000, 'rtp-max': 24099 });
	await well(a);
	const [own, other] = tones(heard(join(dir, 'bs.ul')).subarray(6000), 8000, [620, 440]);
	assert.ok(own > 0.1 && other < 0.01, `${own} ${other}`);
	assert.equal((await record(endings(a)[0].call_id)).result, 'answered');
});

test('baresip places a call', async () => {
	const b = call('phone', { listen: `${addr}:5080`, 'ring-ms': 200, 'talk-ms': 2000, calls: 1, play: 'tone:620', save: dir, 'rtp-min': 25000, 'rtp-max': 25099 });
	await b.says(/^ready/m);
	const p = baresip('caller', { port: 5090, play: toneWav(join(dir, 'caller.wav'), 440, 30), command: `/dial sip:${DIRECT}@${worker}` });
	await b.says(/^ended/m);
	const [e] = endings(b);
	assert.equal(e.by, 'us');
	assert.ok(Number(e.rx) > 40, JSON.stringify(e)); // of 100; baresip takes its time to begin on a busy machine
	const [own] = tones(heard(join(dir, '1.ul')), 8000, [440]);
	assert.ok(own > 0.05, `${own}`);
	await p.stop();
});

test('nobody answers: the worker gives up, the caller hears so', async () => {
	const b = call('phone', { listen: `${addr}:5086`, answer: 'ring', calls: 1, 'rtp-min': 25000, 'rtp-max': 25099 });
	await b.says(/^ready/m);
	const a = call('carrier', { listen: `${addr}:5070`, target: worker, number: SLOW, 'rtp-min': 24000, 'rtp-max': 24099 });
	await a.says(/^ended/m);
	const [e] = endings(a);
	assert.ok(Number(e.status) >= 400, JSON.stringify(e));
	const r = await record(e.call_id);
	assert.equal(r.result, 'missed');
	await b.ended;
	assert.equal(endings(b)[0].status, '487');
});

test('afterwards nothing is left open', async () => {
	await until('every call is closed', () => stack.sqlOne("SELECT COUNT(*) FROM phone_call WHERE state = 'open'") === '0');
});
