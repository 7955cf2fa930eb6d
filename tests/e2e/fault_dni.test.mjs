// The lease server while the system refuses it something: each call it makes of
// kernel, libc or database fails once, in a start or while browsers ask. Who
// asks gets an answer; the server goes on or is started again, and the next
// visit gets a number that is stored. And while its clock is set.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { Browsers } from '../support/dni.mjs';
import { Faults, told } from '../support/fault.mjs';
import { tied } from '../support/scratch.mjs';
import { build, startStack, until } from '../support/stack.mjs';

// All places in `make coverage`; else one of so many.
const one_of = process.env.RT_TEST_FAULTS === 'all' ? 1 : 6;

let stack, faults, browsers, server;
/** Starts the server; resolves when it serves, or has ended. */
async function start() {
	const [program, ...args] = [...tied, join(build, 'dni.fcgi'), '-c', stack.conf];
	const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...faults.env } });
	server = { child, text: '' };
	const me = server;
	child.stderr.setEncoding('utf8').on('data', (t) => (me.text += t));
	child.on('close', (code, signal) => (me.over = { code, signal }));
	await until('the server serves or has ended', () => /fcgi_events: ready/.test(me.text) || me.over);
}
before(async () => {
	faults = new Faults('dni.fcgi');
	stack = await startStack({ without: ['dashboard', 'dni', 'jobd', 'sipworker'], args: ['--dni-rate', '100000'] });
	stack.sql('UPDATE pool SET lease_s = 2');
	await start();
	browsers = new Browsers(stack);
});
after(async () => {
	browsers?.close();
	server?.child.kill();
	await stack?.stop();
});

const answers = [200, 204, 400, 404, 429, 500, 502, 503, 504];
const tell = (path, body) => browsers.post(`/dni/v1/${path}`, { site: 'demo', ...body });

/** What one visitor's browser says, to the end of the visit. */
async function visit() {
	const first = await browsers.ask();
	const said = [first.status];
	const { visitor, visit: id } = first.json ?? {};
	if (visitor && id) {
		const more = [browsers.ask({ visitor, visit: id }), tell('beat', { visitor, visit: id, engaged_s: 5 }), tell('event', { visitor, visit: id, kind: 'tel_click' }),
			browsers.ask({ visitor })];
		said.push(...(await Promise.all(more)).map((r) => r.status));
		said.push((await tell('event', { visitor, visit: id, kind: 'consent_withdrawn' })).status);
	}
	for (const s of said) assert.ok(answers.includes(s), `status ${s}`);
	return first;
}
async function again() {
	server.child.kill('SIGTERM');
	await until('it has ended', () => server.over);
	assert.deepEqual(server.over, { code: 0, signal: null }, server.text);
	await start();
	if (!server.over) await visit();
}
async function change() {
	stack.sql('UPDATE pool SET lease_s = lease_s + 1; UPDATE config_version SET version = version + 1');
	const version = stack.sqlOne('SELECT version FROM config_version');
	await until('the server has seen it', () => faults.fired() > 0 || server.text.includes(`configuration version=${version} `));
}
const ways = new Map([['visit', visit], ['change', change], ['start', again]]);

/** A visit without any fault, as soon as the server serves again. */
async function served() {
	if (server.over) { // it said why, and starts without the fault
		assert.equal(server.over.signal, null, server.text);
		assert.match(server.text, /(error|warn) dni:/, `ended with ${server.over.code} and no word`);
		await start();
	}
	await until('a visit is stored', async () => {
		const r = await browsers.ask();
		return r.status === 200 && r.json?.visit;
	});
}

async function discover() {
	const found = new Map();
	let seen = new Map();
	for (const [name, go] of [['', visit], ...ways]) {
		await go();
		await served();
		const now = faults.places();
		if (name !== '') for (const p of now) if (!found.has(p.key) && p.calls > (seen.get(p.key) ?? 0)) found.set(p.key, name);
		seen = new Map(now.map((p) => [p.key, p.calls]));
	}
	return found;
}

test('each call that fails costs an answer at most', async (t) => {
	const way = await discover();
	const cases = faults.cases(2, (key) => way.has(key)).filter((_, i) => i % one_of === 0);
	const bad = [];
	let fired = 0;
	for (const c of cases) {
		faults.arm(c);
		try {
			await ways.get(way.get(c.key))();
			if (faults.fired() === 0) await visit();
			fired += faults.fired();
			faults.disarm();
			await served();
		} catch (e) {
			faults.disarm();
			bad.push(`${told(c)}, met by ${way.get(c.key)}: ${e.message}\n${server.text.slice(-1500)}`);
			if (process.env.RT_TEST_VERBOSE) console.error(bad.at(-1));
			if (server.over) await start();
		}
	}
	t.diagnostic(`${cases.length} cases, ${fired} met`);
	assert.deepEqual(bad, [], bad.join('\n'));
	assert.ok(fired > cases.length / 2, `${fired} of ${cases.length} met`);
});

/** New visitors ask until no number is left: how long ago that was asked, and
 *  who has one. */
async function drain() {
	const held = [];
	let asked, a;
	do {
		asked = Date.now();
		({ json: a } = await browsers.ask());
		if (a.tier === 'lease') held.push(a);
	} while (a.tier === 'lease');
	return { held, asked };
}

/** Two numbers that nobody had yet, and so long a lease. */
async function two(lease_s) {
	stack.sql(`DELETE FROM pool_number; INSERT INTO number (company_id, id, e164, active_e164, kind, country, added_at)
		SELECT company_id, unhex(md5(concat(${lease_s}, seq))), concat('+1415', ${6000000 + lease_s} + seq), concat('+1415', ${6000000 + lease_s} + seq), 'local', 'US',
		utc_timestamp(6) FROM pool, seq_1_to_2; INSERT INTO pool_number (company_id, pool_id, number_id, added_at)
		SELECT company_id, id, unhex(md5(concat(${lease_s}, seq))), utc_timestamp(6) FROM pool, seq_1_to_2;
		UPDATE pool SET lease_s = ${lease_s}; UPDATE config_version SET version = version + 1`);
	const version = stack.sqlOne('SELECT version FROM config_version');
	await until('the server has seen it', () => server.text.includes(`configuration version=${version} `));
}
async function kill() {
	server.child.kill('SIGKILL');
	await until('it has ended', () => server.over);
	await start();
}

test('a clock that is set frees no number that is shown, and keeps none', async () => {
	const lease_s = 4;
	await two(lease_s);
	await until('a number is free', async () => (await browsers.ask()).json.tier === 'lease');

	for (const [by_s, what] of [[3600, 'forward'], [0, 'back']]) {
		const { held: [mine] } = await until('all are taken', async () => {
			const all = await drain();
			return all.held.length > 0 && all;
		});
		const sent = Date.now();
		faults.setClock(by_s);
		const beat = await tell('beat', { visitor: mine.visitor, visit: mine.visit, engaged_s: 1 });
		const other = await browsers.ask();
		if (Date.now() < sent + lease_s * 1000 - 2000) {
			assert.equal(beat.json.tier, 'lease', `${what}: it has its number yet`);
			assert.deepEqual(beat.json.swap, mine.swap, what);
			assert.notEqual(other.json.swap?.[0]?.to?.e164, mine.swap[0].to.e164, what);
		}
		await until(`${what}: a number is free again`, async () => (await browsers.ask()).json.tier === 'lease');
	}

	// What was stored while the clock was ahead keeps no number for an hour.
	faults.setClock(3600);
	await until('all are taken by a clock that is ahead', async () => (await drain()).held.length > 0);
	faults.setClock(0);
	await kill();
	await until('a number is free after the start', async () => (await browsers.ask()).json.tier === 'lease');
});

test('a number that is shown while the clock is set forward is not given away when the server is killed then', async () => {
	await two(300);
	const { held } = await drain(), [mine] = held;
	assert.equal(held.length, 2);
	faults.setClock(7200);
	const later = 'utc_timestamp(6) + INTERVAL 7100 SECOND';
	await until('the rows say so by the new clock', () => stack.sqlOne(`SELECT count(*) FROM lease l JOIN visit v ON v.id = l.visit_id
		JOIN pool_number n ON n.number_id = l.number_id WHERE l.expires_at > ${later} AND v.seen_at > ${later}`) === '2');
	await kill();
	assert.notEqual((await browsers.ask()).json.tier, 'lease', 'it was given to another');
	const beat = (await tell('beat', { visitor: mine.visitor, visit: mine.visit, engaged_s: 1 })).json;
	assert.deepEqual([beat.tier, beat.swap], ['lease', mine.swap]);
});
