// Trunks and destinations that are names, through the real worker with a name
// server of our own: SRV, fail-over, what is remembered, a server that is away.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { after, afterEach, before, test } from 'node:test';
import { join } from 'node:path';

import { nameServer } from '../support/dns.mjs';
import { addr, build, startStack, until } from '../support/stack.mjs';
import { bound, call, endAll, endings, recv, sdp, send, sipp } from '../support/sip.mjs';
import { again, answer } from '../support/sip_messages.mjs';

const BY_TRUNK = '+14155550130'; // rings +12125550199 by carrier.test
const BY_URI = '+14155550131'; // rings sip:desk@pbx.test:5080
const NOWHERE = '+14155550132'; // rings sip:desk@nobody.test
const LIVE = 5075, DEAD = 5099;

let stack, names;
function ringtrace(...args) {
	const r = spawnSync(join(build, 'ringtrace'), [...args, '-c', stack.conf], { encoding: 'utf8' });
	assert.equal(r.status, 0, r.stderr);
}

before(async () => {
	names = await nameServer(addr, 5353, {
		'_sip._udp.carrier.test': { SRV: [[20, 1, LIVE, 'b.carrier.test'], [10, 1, DEAD, 'a.carrier.test']] },
		'a.carrier.test': { A: [addr] },
		'b.carrier.test': { A: [addr] },
		'pbx.test': { A: [addr] },
	});
	stack = await startStack({ demo: false, without: ['nginx', 'dashboard', 'dni', 'jobd'], args: ['--dns-servers', `${addr}:5353`] });
	ringtrace('company', 'add', '--name', 'Bay City Plumbing');
	ringtrace('trunk', 'add', '--name', 'Carrier', '--host', 'carrier.test', '--allow', `${addr}/32`);
	ringtrace('number', 'add', '--number', BY_TRUNK, '--to', '+12125550199');
	ringtrace('number', 'add', '--number', BY_URI, '--to', 'sip:desk@pbx.test:5080');
	ringtrace('number', 'add', '--number', NOWHERE, '--to', 'sip:desk@nobody.test');
	await until('the worker knows the numbers', () => /configuration version=\d+ numbers=3/.test(stack.output));
});
afterEach(endAll);
after(async () => {
	await stack?.stop();
	await names?.stop();
});

const carrier = (number, more = {}) => call('carrier', { listen: `${addr}:5070`, target: `${addr}:5060`, number, 'talk-ms': 300, 'rtp-min': 24000, 'rtp-max': 24099, ...more });
async function answering(at) {
	const s = sipp([recv('INVITE'), send(answer(180, 'Ringing')), send(answer(200, 'OK', sdp()), 'retrans="500"'), recv('ACK'), recv('BYE'), send(again())], { at, media: 26100, limit_s: 45 });
	await bound(at);
	return s;
}
async function well(...all) {
	for (const s of all) assert.equal(await s.ended, 0, s.why?.() ?? s.text);
}

test('the first server behind a name does not reply: the second is called', async () => {
	const b = await answering(LIVE);
	const a = carrier(BY_TRUNK);
	await well(a, b);
	assert.match(b.messages(), /^INVITE sip:\+?12125550199@carrier\.test SIP/m);
	assert.ok(names.asked.includes('_sip._udp.carrier.test'), names.asked.join(' '));
	const call_id = endings(a)[0].call_id;
	const closed = await until('the call is closed', () => stack.sql("SELECT result, sip_call_id FROM phone_call WHERE state = 'closed'").find(([, id]) => id === call_id));
	assert.equal(closed[0], 'answered');
});

test('then it is remembered: nobody waits, nobody is asked', async () => {
	const asked = names.asked.length;
	const b = await answering(LIVE);
	// Where nobody was, somebody listens now, who says nothing.
	const first = createSocket('udp4').bind(DEAD, addr).unref();
	let heard = 0;
	first.on('message', () => heard++);
	await once(first, 'listening');
	await well(carrier(BY_TRUNK), b);
	first.close();
	assert.equal(heard, 0, 'the first server is not tried');
	assert.equal(names.asked.length, asked);
});

test('a destination that is a name with a port: its address', async () => {
	const b = await answering(5080);
	const a = carrier(BY_URI);
	await well(a, b);
	assert.match(b.messages(), /^INVITE sip:desk@pbx\.test:5080 SIP/m);
	assert.ok(!names.asked.includes('_sip._udp.pbx.test'));
});

test('a name that leads nowhere: the caller hears so at once', async () => {
	const a = carrier(NOWHERE);
	assert.equal(await a.ended, 1);
	const [{ status, call_id }] = endings(a);
	assert.ok(Number(status) >= 480, a.text);
	// By the engine's own clock: how long programs take to start is not its matter.
	const [[ms]] = await until('the call is closed', () => {
		const rows = stack.sql(`SELECT duration_ms FROM phone_call WHERE state = 'closed' AND sip_call_id = '${call_id}'`);
		return rows.length > 0 && rows;
	});
	assert.ok(Number(ms) < 3500, `${ms} ms`);
});

test('no name server: what is known still rings, what is not fails in time', async () => {
	names.silent = true;
	const b = await answering(LIVE);
	await well(carrier(BY_TRUNK), b);
	names.silent = false;
});
