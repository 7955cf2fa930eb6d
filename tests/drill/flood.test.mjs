// make drill-flood: strangers send as much as they can, then a carrier goes
// mad. A call that is up is heard and ends as it should, a new one is taken,
// and memory does not grow.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { addr, startStack, until } from '../support/stack.mjs';
import { endAll } from '../support/sip.mjs';
import { aNumber, bridged, calls, closed, listening, place, workers } from '../support/drill.mjs';

const long = process.env.RT_TEST_LONG;
const seconds = long ? 120 : 2;
let stack, number, placed;

before(async () => {
	stack = await startStack({ without: ['nginx', 'dashboard', 'dni', 'jobd'] });
	number = aNumber(stack);
	await listening(stack);
	placed = calls(stack).length;
});
after(async () => {
	await endAll();
	await stack?.stop();
});

// Another loopback address: in no trunk's list.
const stranger = addr.replace(/\.\d+$/, (last) => `.${((Number(last.slice(1)) + 7) % 250) + 1}`);
let serial = 0;
const invite = (from, to) => {
	const n = `${process.pid}.${++serial}`;
	return [`INVITE sip:${to}@${addr}:5060 SIP/2.0`, `Via: SIP/2.0/UDP ${from}:5099;branch=z9hG4bK${n};rport`, 'Max-Forwards: 70',
		`From: <sip:+12125550100@${from}>;tag=${n}`, `To: <sip:${to}@${addr}>`, `Call-ID: ${n}@flood`, 'CSeq: 1 INVITE',
		`Contact: <sip:x@${from}:5099>`, 'Content-Length: 0', '', ''].join('\r\n');
};
const options = (from) => invite(from, '+10000000000').replaceAll('INVITE', 'OPTIONS');
const broken = (from) => invite(from, number).replace('Via:', 'Via;').replace('CSeq: 1', 'CSeq: x');
const noise = () => Buffer.from(Array.from({ length: 400 }, (_, i) => (i * 37 + serial++) & 255));

/** Sends what make() gives for ms, so many a millisecond; how many it was. */
async function flood(from, make, per_ms, ms) {
	const socket = createSocket('udp4');
	await new Promise((r) => socket.bind(5099, from, r));
	const until_ms = Date.now() + ms;
	let sent = 0;
	while (Date.now() < until_ms) {
		for (let i = 0; i < per_ms; i++, sent++) socket.send(make(sent), 5060, addr);
		await new Promise((r) => setTimeout(r, 1));
	}
	await new Promise((r) => socket.close(r));
	return sent;
}

const rss_kib = () => Object.values(workers(stack)).reduce((sum, pid) =>
	sum + Number(readFileSync(`/proc/${pid}/status`, 'latin1').match(/RssAnon:\s+(\d+)/)[1]), 0);

/** A call through the flood: heard, and ended by its BYE. */
async function through() {
	const c = await place(number, { talk_ms: 7000 });
	await bridged(c);
	await c.carrier.ended;
	await c.phone.stop();
	const [end] = c.ends();
	assert.equal(end.status, '200');
	assert.ok(Number(end.rx) > 200, `heard ${end.rx} packets`);
	placed++;
}

async function survives(what, from, make, per_ms) {
	const before_kib = rss_kib();
	const flooding = flood(from, make, per_ms, (seconds + 6) * 1000);
	await through();
	const sent = await flooding;
	assert.ok(sent > 500 * seconds, `only ${sent} ${what}`);
	const rows = await closed(stack, placed);
	assert.equal(rows.length, placed, 'each call is there once, and nothing else');
	assert.equal(rows.at(-1)[1], 'answered');
	assert.ok(rss_kib() - before_kib < 32 * 1024, `grew by ${rss_kib() - before_kib} KiB`);
}

test('strangers: noise and well-formed calls', () =>
	survives('datagrams', stranger, (i) => (i % 2 ? noise() : invite(stranger, number)), 8));

test('a carrier: broken messages, OPTIONS, calls to nobody', () =>
	survives('requests', addr, (i) => [broken, options, (from) => invite(from, '+19995550000')][i % 3](addr), long ? 3 : 1));

// Requests that a carrier leaves half done are remembered for 32 s (RFC 3261
// timers H and J). When they have used up all room, new calls are told so; when
// they are forgotten, all is as before.
test('afterwards', async () => {
	assert.doesNotMatch(stack.log('sipworker'), /child (died|ended)/);
	await until('a whole call again', async () => {
		const c = await place(number, { talk_ms: 7000 });
		await c.carrier.ended;
		await c.phone.stop();
		const [end] = c.ends();
		assert.ok(['200', '503'].includes(end.status), `a call is answered ${end.status}`);
		return end.status === '200' && Number(end.rx) > 200 && /^answered/m.test(c.phone.text);
	}, 90000);
	const answered = placed + 1;
	await until('it is in the log', () => calls(stack).filter(([, result]) => result === 'answered').length >= answered);
});
