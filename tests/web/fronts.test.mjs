// Balancers in front of nginx on other machines (trusted_fronts): who is there is
// whom the last front saw, a stranger is nobody's front, and what a front's own
// client wrote is not believed.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startStack, until } from '../support/stack.mjs';
import { addCompanies } from '../support/two_companies.mjs';

// Two fronts and who is none, all of loopback's network; of a chain also an IPv6 one.
const FRONT = '127.66.0.1', SECOND = '127.67.1.9', STRANGER = '127.68.0.1', SIXTH = '2001:db8:f::7';
// Blanks, capitals, one told twice, and what is trusted anyway.
const CHAIN = '127.66.0.0/16, 127.67.1.9,2001:DB8:f::/48,127.66.0.0/16,127.0.0.1';
const RATE = 20;

let stack, world;
before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker', 'jobd'], args: ['--web-rate', String(RATE), '--trusted-fronts', CHAIN] });
	world = addCompanies(stack);
});
after(() => stack?.stop());

/** One request from a loopback address of ours; a header may be an array: it is sent more than once. */
const ask = (from, headers = {}, { path = '/login', method = 'GET', body } = {}) => new Promise((resolve, reject) => {
	const req = http.request({ host: stack.addr, port: 8080, localAddress: from, agent: false, method, path, headers }, (res) => {
		let text = '';
		res.setEncoding('utf8').on('data', (d) => { text += d; }).on('error', reject)
			.on('end', () => resolve({ status: res.statusCode, headers: res.headers, body: text }));
	}).on('error', reject);
	req.end(body);
});
const said = (address) => ({ 'x-forwarded-for': address });

let n = 0;
/** Whom nginx took requests for: rows of who connects, the headers, and the address that its log must have. The log is
 *  written once a second, so all are sent first. */
async function taken(rows) {
	const asked = [];
	for (const [from, headers, want, why] of rows) {
		const path = `/t/missing-${++n}`;
		assert.equal((await ask(from, headers, { path })).status, 404);
		asked.push({ path, want, why: `${from} ${JSON.stringify(headers)} ${why ?? ''}` });
	}
	const log = () => new Map(readFileSync(join(stack.dir, 'log', 'access.log'), 'utf8').split('\n').slice(0, -1).map((line) => [line.split(' ')[3], line.split(' ')[1]]));
	await until('all in the log', () => asked.every(({ path }) => log().has(path)));
	for (const { path, want, why } of asked) assert.equal(log().get(path), want, why);
}

test('a front says who is there', () => taken([
	[FRONT, said('203.0.113.5'), '203.0.113.5'],
	[SECOND, said('203.0.113.5'), '203.0.113.5'],
	['127.66.255.254', said('2001:db8:1::5'), '2001:db8:1::5'],
	[FRONT, said('203.0.113.5:4711'), '203.0.113.5', 'with its port, as some write it'],
	[FRONT, said('[2001:db8:1::5]:4711'), '2001:db8:1::5'],
	['127.0.0.1', said('203.0.113.5'), '203.0.113.5', 'a TLS server on this machine, as always'],
	[FRONT, {}, FRONT, 'one that says nothing'],
]));

test('a stranger keeps its own address, whatever it says', () => {
	const other = ['x-real-ip', 'forwarded', 'client-ip', 'true-client-ip', 'cf-connecting-ip', 'x-client-ip'];
	return taken([
		...['203.0.113.5', FRONT, '127.0.0.1', `203.0.113.5, ${FRONT}`, SIXTH, '', 'nonsense'].map((words) => [STRANGER, said(words), STRANGER]),
		...['127.65.255.255', '127.67.1.8', '127.67.1.10'].map((near) => [near, said('203.0.113.5'), near, 'beside a front']),
		...[STRANGER, FRONT].map((from) => [from, Object.fromEntries(other.map((h) => [h, h === 'forwarded' ? 'for=203.0.113.5' : '203.0.113.5'])), from, 'other headers']),
	]);
});

test('several hops: the last that is no front, and nothing before it', () => taken([
	[FRONT, said(`203.0.113.5, ${SECOND}`), '203.0.113.5'],
	[FRONT, said(`203.0.113.5, ${SIXTH}, ${SECOND}`), '203.0.113.5', 'one of IPv6 between'],
	['127.0.0.1', said(`2001:db8:1::5,${SIXTH}`), '2001:db8:1::5', 'and the TLS server here'],
	[FRONT, said('198.51.100.99, 203.0.113.5'), '203.0.113.5', 'a client that names another'],
	[FRONT, said(`127.0.0.1, ${SECOND}, 203.0.113.5, ${SECOND}`), '203.0.113.5', 'one that pretends to be a front'],
	[FRONT, said('198.51.100.99, 2001:db8:e::7'), '2001:db8:e::7', 'an IPv6 address that is no front'],
	[FRONT, { 'x-forwarded-for': ['198.51.100.99', '203.0.113.5'] }, '203.0.113.5', 'in two lines'],
	[FRONT, { 'x-forwarded-for': ['203.0.113.5', SECOND] }, '203.0.113.5'],
]));

test('a header that is broken counts as far as it can be read from its end', () => taken([
	...['nonsense', '203.0.113.5.', '203.0.113.500', '203.0.113.5;', 'unknown', '_hidden', '2001:db8:::1', '[2001:db8::1', '-', ',,, ,', '"203.0.113.5"', 'unix:/run/x', '1'.repeat(4000), '203.0.113.5:99999', '203.0.113.5/24']
		.map((words) => [FRONT, said(words), FRONT]),
	[FRONT, said(`nonsense, ${SECOND}`), SECOND],
	[FRONT, said('nonsense, 203.0.113.5'), '203.0.113.5'],
	[FRONT, said('203.0.113.5 ,'), '203.0.113.5'],
]));

test('https is a front\'s word, not a stranger\'s', async () => {
	const secure = async (from, headers) => {
		const [cookie] = (await ask(from, headers)).headers['set-cookie'];
		assert.equal(cookie.startsWith('__Host-'), /; Secure(;|$)/.test(cookie));
		return /; Secure(;|$)/.test(cookie);
	};
	const https = { 'x-forwarded-proto': 'https' };
	for (const from of [FRONT, SECOND, '127.0.0.1']) assert.equal(await secure(from, { ...https, ...said('203.0.113.20') }), true, from);
	assert.equal(await secure(FRONT, https), true, 'without a word about who');
	for (const proto of ['http', '', 'httpsx', 'http, https', 'x https']) assert.equal(await secure(FRONT, { 'x-forwarded-proto': proto, ...said('203.0.113.21') }), false, proto);
	assert.equal(await secure(STRANGER, { ...https, ...said(FRONT) }), false);
	assert.equal(await secure(STRANGER, { 'x-forwarded-proto': 'here https' }), false);
});

test('the limit of an address is the client\'s, not the front\'s', async () => {
	const many = async (from, address) => (await Promise.all(Array.from({ length: 10 * RATE }, (_, i) => ask(from, said(address(i)), { path: '/api/v1/status' })))).filter((r) => r.status === 429).length;
	assert.equal(await many(FRONT, (i) => `198.51.100.${i}`), 0, 'many clients of one front');
	assert.ok(await many(FRONT, (i) => `198.51.100.${i}, 203.0.113.77`) > 0, 'one that says to be many');
	assert.ok(await many('127.68.7.7', (i) => `198.51.100.${i}`) > 0, 'a stranger that says to be a front');
});

test('a sign-in is written down with the client\'s address', async () => {
	const form = await ask(FRONT, said(`198.51.100.99, 203.0.113.61, ${SECOND}`));
	const res = await ask(FRONT, { ...said(`198.51.100.99, 203.0.113.61, ${SECOND}`), cookie: form.headers['set-cookie'][0].split(';')[0], 'content-type': 'application/x-www-form-urlencoded' },
		{ method: 'POST', body: new URLSearchParams({ csrf: form.body.match(/name="csrf" value="([^"]+)"/)[1], email: world.users.viewer.email, password: world.password }).toString() });
	assert.equal(res.status, 303);
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM login WHERE address = '203.0.113.61'"), '1');
});

test('the counters are never for who comes through a front', async () => {
	const status = async (from, headers) => (await ask(from, headers, { path: '/metrics' })).status;
	assert.equal(await status('127.0.0.1'), 200);
	assert.equal(await status('127.0.0.1', said('203.0.113.5')), 403);
	assert.equal(await status(FRONT, said('203.0.113.5')), 403);
	assert.equal(await status(FRONT, said('127.0.0.1')), 403, 'a front that passes on what its client wrote');
	assert.equal(await status(FRONT), 403);
});

test('the setting is kept, and nginx has nothing to say about it', () => {
	assert.ok(readFileSync(stack.conf, 'utf8').includes(`\ntrusted_fronts ${CHAIN}\n`));
	const conf = readFileSync(join(stack.dir, 'nginx', 'nginx.conf'), 'utf8');
	assert.deepEqual([...conf.matchAll(/^\s*set_real_ip_from (\S+);$/gm)].map((m) => m[1]), ['127.0.0.1', 'unix:', '127.66.0.0/16', '127.67.1.9/32', '2001:db8:f::/48']);
	assert.doesNotMatch(stack.output, /\[warn\]|duplicate network|meaningless/);
});
