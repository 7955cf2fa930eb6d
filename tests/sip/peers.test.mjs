// Awkward peers through the real worker: reliable ringing, a telephone that
// hands its caller on, and what is heard and written down of it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { after, afterEach, before, test } from 'node:test';
import { join } from 'node:path';

import { addr, build, childrenOf, dir, startStack, until } from '../support/stack.mjs';
import { bound, call, endAll, endings, pause, recv, sdp, send, sipp } from '../support/sip.mjs';
import { again, answer, ask, invite, plain, recvInvite } from '../support/sip_messages.mjs';

const DESK = '+14155550140'; // rings sip:desk@addr:5080
const SALES = '+14155550141'; // rings sip:sales@addr:5082: so that it is a destination

let stack;
function ringtrace(...args) {
	const r = spawnSync(join(build, 'ringtrace'), [...args, '-c', stack.conf], { encoding: 'utf8' });
	assert.equal(r.status, 0, r.stderr);
}

before(async () => {
	stack = await startStack({ demo: false, without: ['nginx', 'dashboard', 'dni', 'jobd'] });
	ringtrace('company', 'add', '--name', 'Bay City Plumbing');
	ringtrace('trunk', 'add', '--name', 'Carrier', '--host', `${addr}:5075`, '--allow', `${addr}/32`);
	ringtrace('number', 'add', '--number', DESK, '--to', `sip:desk@${addr}:5080`, '--record', 'notice');
	ringtrace('number', 'add', '--number', SALES, '--to', `sip:sales@${addr}:5082`);
	await until('the worker knows the numbers', () => /configuration version=\d+ numbers=2/.test(stack.output));
});
afterEach(endAll);
after(() => stack?.stop());

const carrier = (more = {}) => call('carrier', { listen: `${addr}:5070`, target: `${addr}:5060`, number: DESK, 'talk-ms': 300, 'rtp-min': 24000, 'rtp-max': 24099, ...more });
const phone = async (steps, at = 5080, media = 26100) => {
	const s = sipp(steps, { at, media, limit_s: 45 });
	await bound(at);
	return s;
};
async function well(...all) {
	for (const s of all) assert.equal(await s.ended, 0, s.why?.() ?? s.text);
}
const closed = (id) => until(`the call ${id} is closed`, () => stack.sql("SELECT result, sip_call_id FROM phone_call WHERE state = 'closed'").find(([, c]) => c === id));

test('a telephone that rings reliably gets its PRACK, then answers', async () => {
	const rel = (rseq, status, reason, body = '') => send(answer(status, reason, body, `Require: 100rel\nRSeq: ${rseq}\n`), 'retrans="500"');
	const prack = (rack) => `<recv request="PRACK"><action><ereg regexp="RAck: ${rack}" search_in="msg" check_it="true" assign_to="1"/></action></recv>`;
	// The Via of the INVITE, after the PRACK brought another.
	const begun = '<recv request="INVITE"><action><ereg regexp=".*" search_in="hdr" header="Via:" assign_to="2"/></action></recv>';
	const b = await phone([begun, rel(9021, 180, 'Ringing'), prack('9021 1 INVITE'), '<Reference variables="1"/>', send(again()), pause(200),
		send(answer(200, 'OK', sdp()).replace('[last_Via:]', 'Via: [$2]').replace('[last_CSeq:]', 'CSeq: 1 INVITE').replace(/\[last_To:\];tag=\S+/, '[last_To:]'), 'retrans="500"'), recv('ACK'), recv('BYE'), send(again())]);
	const a = carrier({ 'talk-ms': 6500 }); // the notice comes first
	await well(a, b);
	assert.equal((await closed(endings(a)[0].call_id))[0], 'answered');
});

test('the telephone hands its caller on: the other one answers, the recording goes on', async () => {
	const to = `<sip:sales@${addr}:5082>`;
	const refer = ask('REFER', 1).replace('Max-Forwards', `Refer-To: ${to}\nContact: <sip:[local_ip]:[local_port]>\nMax-Forwards`);
	const notify = (fragment) => `<recv request="NOTIFY"><action><ereg regexp="${fragment}" search_in="body" check_it="true" assign_to="3"/></action></recv>`;
	const first = await phone([recvInvite, send(answer(200, 'OK', sdp()), 'retrans="500"'), recv('ACK'), pause(400), send(refer), recv(202),
		notify('SIP/2.0 100'), send(again()), notify('SIP/2.0 180'), send(again()), notify('SIP/2.0 200'), '<Reference variables="3"/>', send(again()), recv('BYE'), send(again())]);
	const second = await phone([recv('INVITE'), send(answer(180, 'Ringing')), pause(300), send(answer(200, 'OK', sdp()), 'retrans="500"'), recv('ACK'), recv('BYE'), send(again())], 5082, 26200);
	const a = carrier({ 'talk-ms': 9000, play: 'tone:440' });
	await well(a, first, second);
	const id = endings(a)[0].call_id;
	assert.equal((await closed(id))[0], 'answered');
	const events = stack.sql("SELECT kind FROM call_event JOIN phone_call ON phone_call.company_id = call_event.company_id AND phone_call.id = call_event.call_id WHERE phone_call.sip_call_id = '" + id + "'").map(([k]) => k);
	assert.equal(events.filter((k) => k === 'transfer').length, 2, /* asked for, done */ events.join(' '));
	assert.equal(events.filter((k) => k === 'bridged').length, 2, events.join(' '));
	assert.equal(events.filter((k) => k === 'rec-start').length, 1);
	// One stream from us the whole time: no second SSRC, no pause.
	assert.equal(endings(a)[0].ssrcs, '1');
});

test('after asking first: the new call takes the place of the one it was asked in', async () => {
	const to = `<sip:sales@${addr}:5082?Replaces=asked%40pbx%3Bto-tag%3Da1%3Bfrom-tag%3Db2>`;
	const refer = ask('REFER', 1).replace('Max-Forwards', `Refer-To: ${to}\nContact: <sip:[local_ip]:[local_port]>\nMax-Forwards`);
	const notify = (fragment) => `<recv request="NOTIFY"><action><ereg regexp="${fragment}" search_in="body" check_it="true" assign_to="3"/></action></recv>`;
	const first = await phone([recvInvite, send(answer(200, 'OK', sdp()), 'retrans="500"'), recv('ACK'), pause(400), send(refer), recv(202),
		notify('SIP/2.0 100'), send(again()), notify('SIP/2.0 200'), '<Reference variables="3"/>', send(again()), recv('BYE'), send(again())]);
	const replaces = `<recv request="INVITE"><action><ereg regexp="asked@pbx;to-tag=a1;from-tag=b2" search_in="hdr" header="Replaces:" check_it="true" assign_to="1"/><ereg regexp="replaces" search_in="hdr" header="Require:" check_it="true" assign_to="2"/></action></recv>`;
	const second = await phone([replaces, '<Reference variables="1,2"/>', send(answer(200, 'OK', sdp()), 'retrans="500"'), recv('ACK'), recv('BYE'), send(again())], 5082, 26200);
	const a = carrier({ 'talk-ms': 8000 });
	await well(a, first, second);
	assert.equal((await closed(endings(a)[0].call_id))[0], 'answered');
});

test('another telephone of the same system takes the talk over', async () => {
	const first = await phone([recv('INVITE'), send(answer(200, 'OK', sdp()), 'retrans="500"'), recv('ACK'), recv('BYE'), send(again())]);
	const a = carrier({ 'talk-ms': 9000, play: 'tone:440', save: join(dir, 'moved.ul') });
	await until('the first talks', () => /^ACK /m.test(first.messages()));
	const [, callId] = first.messages().match(/^Call-ID: (\S+)/m);
	const [, ours] = first.messages().match(/^From: .*;tag=(\S+)/m);
	const [, theirs] = first.messages().match(/^To: .*;tag=(\S+)/m);
	const begin = invite('desk', 1, sdp(), `Require: replaces\nReplaces: ${callId};to-tag=${ours};from-tag=${theirs}\n`);
	const second = sipp([send(begin), recv(100, 'optional="true"'), recv(200), send(plain('ACK', 1, 'desk')), recv('BYE'), send(again())], { at: 5083, to: `${addr}:5060`, media: 26200, limit_s: 45 });
	await well(a, first, second);
	const id = endings(a)[0].call_id;
	assert.equal((await closed(id))[0], 'answered');
	const legs = stack.sql(`SELECT l.seq, l.hangup_by, l.reason FROM call_leg l JOIN phone_call c ON c.company_id = l.company_id AND c.id = l.call_id WHERE c.sip_call_id = '${id}' ORDER BY l.seq`);
	assert.deepEqual(legs.map(([seq]) => seq), ['0', '1', '2']);
	assert.equal(legs[1][2], 'handed the caller on');
	assert.equal(endings(a)[0].ssrcs, '1');
});

test('a telephone that hands its caller on to a stranger is refused, and talks on', async () => {
	const refer = ask('REFER', 1).replace('Max-Forwards', `Refer-To: <sip:+19005550100@${addr}>\nContact: <sip:[local_ip]:[local_port]>\nMax-Forwards`);
	const b = await phone([recvInvite, send(answer(200, 'OK', sdp()), 'retrans="500"'), recv('ACK'), pause(300), send(refer), recv(403), recv('BYE'), send(again())]);
	const a = carrier({ 'talk-ms': 6500 });
	await well(a, b);
});

// --- hostile --------------------------------------------------------------------

/** Sends datagrams from the carrier's address and keeps what comes back. */
async function thrower() {
	const socket = createSocket('udp4');
	const got = [];
	socket.on('message', (m) => got.push(m.toString('latin1')));
	await new Promise((r) => socket.bind(5078, addr, r));
	return {
		got,
		send: (bytes) => new Promise((r) => socket.send(bytes, 5060, addr, r)),
		stop: () => new Promise((r) => socket.close(r)),
	};
}
const raw = (id, more = '', body = '') => `INVITE sip:${SALES}@${addr}:5060 SIP/2.0\r\nVia: SIP/2.0/UDP ${addr}:5078;rport;branch=z9hG4bK${id}\r\nFrom: <sip:+1415555${String(id).padStart(4, '0')}@${addr}>;tag=${id}\r\nTo: <sip:${SALES}@${addr}>\r\nCall-ID: ${id}\r\nCSeq: 1 INVITE\r\nContact: <sip:x@${addr}:5078>\r\nMax-Forwards: 70\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`;
const offer = `v=0\r\no=- 1 1 IN IP4 ${addr}\r\ns=-\r\nc=IN IP4 ${addr}\r\nt=0 0\r\nm=audio 30000 RTP/AVP 0\r\n`;

test('an INVITE as large as a datagram is read, one of too many fields is refused', async () => {
	const t = await thrower();
	await t.send(raw(1, `X-Pad: ${'p'.repeat(60000)}\r\nContent-Type: application/sdp\r\n`, offer));
	await until('the large INVITE is answered', () => t.got.some((m) => m.startsWith('SIP/2.0 100')));
	await t.send(raw(2, `${'X-Many: y\r\n'.repeat(4000)}Content-Type: application/sdp\r\n`, offer));
	// Cancelled, so that nothing is left ringing.
	await t.send(raw(1).replace(/INVITE/g, 'CANCEL').replace(/Contact: .*\r\n/, ''));
	await until('it is cancelled', () => t.got.some((m) => m.startsWith('SIP/2.0 487') && m.includes('Call-ID: 1\r\n')));
	const [refusal, ...more] = t.got.filter((m) => m.includes('Call-ID: 2\r\n'));
	assert.match(refusal, /^SIP\/2\.0 400 Too Many Header Fields\r\n/);
	assert.deepEqual(more, [], 'without a state, and so once');
	await t.stop();
});

test('thousands of broken messages: nobody dies, and the next call is a call', async () => {
	const worker = stack.pidOf('sipworker');
	const children = childrenOf(worker).map(({ pid }) => pid).join();
	const t = await thrower();
	let seed = 20260101;
	const dice = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
	const bits = ['\0', '\r\n', ';', '<', '>', '"', '%', '%zz', ':', ',', '\xff', '4294967296', '-1', 'sip:', ' '.repeat(300), 'A'.repeat(2000), '--', '[::1]', '\t'];
	// One caller, who is told that he is calling already: the table of calls stays free.
	const whole = (i) => raw(1000 + i, 'Content-Type: application/sdp\r\nSession-Expires: 90\r\nRequire: 100rel\r\n', offer).replace(/\+1415555\d+/, '+14155550190');
	for (let i = 0; i < 3000; i++) {
		let m = whole(i);
		for (let k = 1 + dice(4); k > 0; k--) {
			const at = dice(m.length);
			m = m.slice(0, at) + bits[dice(bits.length)] + m.slice(at + dice(3) * dice(40));
		}
		await t.send(Buffer.from(dice(10) === 0 ? m.slice(0, dice(m.length)) : m, 'latin1'));
	}
	await t.stop();
	const b = await phone([recv('INVITE'), send(answer(180, 'Ringing')), send(answer(200, 'OK', sdp()), 'retrans="500"'), recv('ACK'), recv('BYE'), send(again())], 5080);
	const a = carrier({ 'talk-ms': 6500 });
	await well(a, b);
	assert.equal(stack.pidOf('sipworker'), worker);
	assert.equal(childrenOf(worker).map(({ pid }) => pid).join(), children);
});
