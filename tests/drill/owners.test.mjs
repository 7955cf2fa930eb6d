// make drill-owners: two lease servers for one pool, whose clocks differ by five
// minutes. Each in turn stands still until the other takes the pool over, then
// goes on as if nothing had happened: what it still believes must harm nobody.
// At no instant does a number have two holders, what was shown is stored, and in
// the end every number is free again.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { alive, build, childrenOf, startStack, until } from '../support/stack.mjs';
import { addNumbers, Browsers, hexOf } from '../support/dni.mjs';
import { Faults } from '../support/fault.mjs';

const CLIENTS = 40, NUMBERS = 60, LEASE_S = 6, AHEAD_S = 300;
const rounds = process.env.RT_TEST_LONG ? 4 : 1;
let stack, second, faults, dni, said = '';
const holders = new Map(); // number: { client, until }
const shown = [];          // every lease that was answered: [number, visit]
const wrong = [];
let over = false, leases = 0;

before(async () => {
	stack = await startStack({
		without: ['dashboard', 'jobd', 'sipworker', 'admin', 'api'],
		args: ['--dni-rate', '1000000'],
	});
	stack.sql('DELETE FROM pool_number');
	await addNumbers(stack, NUMBERS, 1, `lease_s = ${LEASE_S}`);
	const run2 = join(stack.dir, 'run2'), conf = join(stack.dir, 'second.conf');
	mkdirSync(run2);
	const text = readFileSync(stack.conf, 'utf8');
	assert.match(text, /^run_dir/m);
	writeFileSync(conf, text.replace(/^run_dir.*$/m, `run_dir ${run2}`));
	faults = new Faults('dni.fcgi');
	faults.setClock(AHEAD_S);
	second = spawn(join(build, 'dni.fcgi'), ['-c', conf], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...faults.env } });
	second.stderr.setEncoding('utf8').on('data', (d) => (said += d));
	await until('the second server is there', () => existsSync(join(run2, 'dni.sock')) && /ready/.test(said)).catch((e) => assert.fail(`${e.message}: ${said}`));
	chmodSync(join(run2, 'dni.sock'), 0o666);
	chmodSync(run2, 0o755);
	// nginx asks both in turn, though only the owner can lease; who stands
	// still is given up soon.
	const nginx = join(stack.dir, 'nginx/nginx.conf');
	writeFileSync(nginx, readFileSync(nginx, 'utf8')
		.replace(/(upstream dni \{\s+server [^;]+;)/, `$1\n\t\tserver unix:${run2}/dni.sock max_fails=0;`)
		.replace('fastcgi_read_timeout 30s', 'fastcgi_read_timeout 2s'));
	const workers = () => childrenOf(stack.pidOf('nginx')).map(({ pid }) => pid), old = workers();
	process.kill(Number(readFileSync(join(stack.dir, 'nginx/nginx.pid'), 'utf8')), 'SIGHUP');
	await until('nginx asks both', () => workers().length > 0 && workers().every((pid) => !old.includes(pid)));
	dni = new Browsers(stack);
}, { timeout: 120000 });

after(async () => {
	over = true;
	dni?.close();
	for (const pid of [second?.pid, stack?.pidOf('dni.fcgi')]) if (pid && alive(pid)) process.kill(pid, 'SIGCONT');
	second?.kill('SIGTERM');
	await stack?.stop();
	faults?.close();
});

const pause = (ms) => new Promise((r) => setTimeout(r, ms));
const post = (path, body, address) => dni.post(path, { site: 'demo', ...body }, { 'x-forwarded-for': address })
	.then((a) => (a.status === 200 ? a.json : null), () => null);

/** The lease is counted from when the question was sent, so never too long. */
function holds(client, a, sent) {
	const number = a.swap[0].to.e164, other = holders.get(number);
	if (other && other.client !== client && other.until > Date.now()) wrong.push(`${number}: ${other.client} and ${client}`);
	holders.set(number, { client, until: sent + LEASE_S * 1000 });
	return number;
}

async function visitor(n) {
	for (let k = 0; !over; k++) {
		const client = `${n}/${k}`, address = `10.${n}.${k >> 8 & 255}.${k & 255}`;
		let sent = Date.now();
		const a = await post('/dni/v1/visit', { url: `${stack.url}/demo/?utm_source=owners` }, address);
		if (a?.tier !== 'lease') {
			await pause(50);
			continue;
		}
		leases++;
		let number = holds(client, a, sent);
		shown.push([number, a.visit]);
		const ids = { visitor: a.visitor, visit: a.visit };
		for (let beats = Math.floor(Math.random() * 5); beats > 0 && !over; beats--) {
			await pause(200 + Math.random() * 800);
			sent = Date.now();
			const b = await post('/dni/v1/beat', { ...ids, engaged_s: 1 }, address);
			if (b?.tier !== 'lease') continue;
			const now = holds(client, b, sent);
			if (now !== number) shown.push([now, ids.visit]);
			number = now;
		}
		if (Math.random() < 0.5) {
			holders.delete(number);
			await post('/dni/v1/event', { ...ids, kind: 'consent_withdrawn' }, address);
		}
	}
}

const owner = () => stack.sqlOne('SELECT CONCAT(owner, epoch) FROM pool_owner');

/** Stands still until another owns the pool, and then some. */
async function stands_still(pid) {
	const was = owner();
	process.kill(pid, 'SIGSTOP');
	await until('the other one takes the pool', () => owner() !== was, 60000);
	const had = leases;
	await until('it gives out numbers', () => leases > had + 20);
	process.kill(pid, 'SIGCONT');
	await pause(3000);
}

test('who asks a server that has not the pool is counted', async () => {
	const all = await Promise.all(Array.from({ length: 20 }, (_, i) =>
		post('/dni/v1/visit', { url: `${stack.url}/demo/` }, `10.251.0.${i}`)));
	const turned = all.filter((a) => a?.why === 'pool').length;
	assert.ok(turned > 0 && turned < 20, `${turned}`);
	await until('they are counted', () => Number(stack.sqlOne("SELECT COALESCE(sum(amount), 0) FROM pool_count WHERE kind = 'away'")) === turned);
	assert.equal(stack.sqlOne("SELECT count(*) FROM pool_count WHERE kind = 'full'"), '0');
});

test('the owner stands still, another one takes over, the first one goes on', async () => {
	assert.match(said, /another server owns a pool/);
	const storm = Promise.all(Array.from({ length: CLIENTS }, (_, n) => visitor(n)));
	await until('the storm has begun', () => leases > CLIENTS);
	for (let i = 0; i < rounds; i++) {
		await stands_still(stack.pidOf('dni.fcgi'));
		await stands_still(second.pid);
	}
	// Whose visitors took their consent back as well: by this clock they did later.
	await until('what the other one had is given out', () => Number(stack.sqlOne(`SELECT count(DISTINCT b.number_id) FROM lease a
		JOIN lease b ON b.company_id = a.company_id AND b.number_id = a.number_id AND b.epoch = a.epoch + 1
		WHERE b.epoch = (SELECT max(epoch) FROM pool_owner)`)) >= 10, 60000);
	over = true;
	await storm;
	assert.deepEqual(wrong, [], 'two holders');
	assert.ok(Number(stack.sqlOne('SELECT epoch FROM pool_owner')) > 1);
});

test('what was shown is stored', async () => {
	const stored = new Set(stack.sql('SELECT number_e164, HEX(visit_id) FROM lease').map(([number, visit]) => `${number} ${visit}`));
	assert.deepEqual(shown.filter(([number, visit]) => !stored.has(`${number} ${hexOf(visit)}`)), []);
});

test('in the history no number has two leases at once', () => {
	assert.deepEqual(stack.sql(`SELECT a.number_e164, HEX(a.id), HEX(b.id) FROM lease a JOIN lease b
		ON b.company_id = a.company_id AND b.number_id = a.number_id AND b.id <> a.id AND b.started_at >= a.started_at
		WHERE b.started_at < LEAST(a.expires_at, COALESCE(a.released_at, a.expires_at)) AND (b.started_at > a.started_at OR b.id > a.id)`), []);
});

test('every number is free again', async () => {
	const got = new Set();
	await until('all numbers were given out', async () => {
		const all = await Promise.all(Array.from({ length: 30 }, (_, i) => post('/dni/v1/visit', { url: `${stack.url}/demo/` }, `10.250.${got.size}.${i}`)));
		for (const a of all) if (a?.tier === 'lease') got.add(a.swap[0].to.e164);
		return got.size === NUMBERS;
	}, 60000);
});
