// Whom nginx counts as one: an IPv4 address in either dress, and the first half
// of an IPv6 address. How much one may ask, and have under way.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { addr, childrenOf, startStack, until } from '../support/stack.mjs';

let stack;

before(async () => {
	// One request a second, two at once: the least there is.
	stack = await startStack({ without: ['dashboard', 'admin', 'api', 'jobd', 'sipworker'], args: ['--dni-rate', '1'] });
});

after(() => stack?.stop());

const ask = async (address) => (await fetch(`${stack.url}/dni/v1/event`, {
	method: 'POST',
	headers: { 'x-forwarded-for': address },
	body: '{}',
})).status;

/** The statuses of requests from addresses that come all at once. */
const all = (addresses) => Promise.all(addresses.map(ask));
const refused = (statuses) => statuses.filter((s) => s === 429).length;

test('an address', async () => {
	assert.ok(refused(await all(Array(20).fill('192.0.2.1'))) > 0);
	assert.equal(await ask('192.0.2.2'), 400, 'its neighbour is another');
});

test('an IPv6 network', async () => {
	assert.ok(refused(await all(Array.from({ length: 20 }, (_, i) => `2001:db8:1:2:${i}::${i + 1}`))) > 0);
	for (const other of ['2001:db8:1:3::1', '2001:db8:1::2:1', '2001:db8:2:2::1', '::1:2:3:4'])
		assert.equal(await ask(other), 400, other);
});

test('bytes of an address that are a line end, or none', async () => {
	assert.ok(refused(await all(Array.from({ length: 20 }, (_, i) => `2001:a0a:a0a:a0a::${i + 1}`))) > 0);
	assert.ok(refused(await all(Array.from({ length: 20 }, (_, i) => `2001::${i + 1}`))) > 0);
	assert.equal(await ask('2001:a0a:a0a:a0b::1'), 400);
});

test('IPv4 in the dress of IPv6', async () => {
	assert.ok(refused(await all(Array.from({ length: 20 }, (_, i) => i % 2 === 0 ? '::ffff:192.0.2.30' : '192.0.2.30'))) >= 15);
	for (let i = 31; i < 36; i++) assert.equal(await ask(`::ffff:192.0.2.${i}`), 400, 'they are not one network');
});

test('bodies that do not end hold no more connections than one may have, and nobody else is refused', async () => {
	const held = new Set();
	const hold = () => {
		const s = net.connect(8080, addr, () => s.write('POST /login HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 2001:db8:5::1\r\nContent-Length: 100\r\n\r\n{'));
		held.add(s.on('close', () => held.delete(s)).on('error', () => {}).resume());
	};
	// Of files there is no rate.
	const file = async (address) => (await fetch(`${stack.url}/demo/`, { headers: { 'x-forwarded-for': address } })).status;
	assert.equal(await file('2001:db8:5::2'), 200);
	await until('the network is refused', async () => {
		while (held.size < 220) hold();
		return await file('2001:db8:5::2') === 429;
	});
	assert.equal(await file('2001:db8:5:1::2'), 200, 'its neighbour is another');
	for (const s of held) s.destroy();
	await until('it is served when they are gone', async () => await file('2001:db8:5::2') === 200);
});

test('a worker has files for its connections, and connections for many slow ones', () => {
	const conf = readFileSync(join(stack.dir, 'nginx', 'nginx.conf'), 'utf8');
	const connections = Number(conf.match(/worker_connections (\d+);/)[1]);
	const workers = childrenOf(stack.pidOf('nginx'));
	assert.ok(workers.length > 0);
	for (const { pid } of workers) {
		const [, soft, hard] = readFileSync(`/proc/${pid}/limits`, 'latin1').match(/Max open files +(\d+) +(\d+)/);
		assert.ok(Number(soft) >= 2 * connections, `${soft} files for ${connections} connections`);
		assert.ok(connections === 8192 || connections * 2 > Number(hard) - 2, `${connections} of ${hard}`);
	}
	assert.doesNotMatch(stack.output, /setrlimit/);
});
