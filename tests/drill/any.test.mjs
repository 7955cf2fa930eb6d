// Every program of the house, and each process of the call worker, is killed
// at a random moment of twenty calls. Each call is in the log once and closed,
// every recording plays, nothing half written and no process is left, and the
// next call works. RT_TEST_SEED=n draws the same moments again; RT_TEST_ROUNDS=n:
// so many rounds, else one; make drill-any.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { addr, alive, childrenOf, startStack, until } from '../support/stack.mjs';
import { call, endAll } from '../support/sip.mjs';
import { tones, wav } from '../support/audio.mjs';
import { aNumber, bridged, calls, closed, gone, leftovers, listening, place, tone_hz, workers } from '../support/drill.mjs';

const rounds = Number(process.env.RT_TEST_ROUNDS ?? 1);
const at_once = 20, talk_ms = 6000;
const seed = Number(process.env.RT_TEST_SEED ?? Date.now() % 1000000);
let state = seed, stack, number;

/** Mulberry32: 0 to 1. */
function dice() {
	state = (state + 0x6d2b79f5) | 0;
	let t = Math.imul(state ^ (state >>> 15), 1 | state);
	t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
	return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

before(async () => {
	console.log(`# RT_TEST_SEED=${seed}`);
	stack = await startStack();
	number = aNumber(stack);
	await listening(stack);
});
after(async () => {
	await endAll();
	await stack?.stop();
});

const programs = ['dashboard.fcgi', 'admin.fcgi', 'dni.fcgi', 'api.fcgi', 'jobd', 'mariadbd', 'nginx'];
const roles = ['engine', 'recorder', 'store', 'parent'];

/** Its process, as soon as there is one. */
const victim = (name) => until(name, () => (roles.includes(name) ? workers(stack)[name] : stack.pidOf(name)));

/** All processes below the supervisor. */
function below(pid) {
	return childrenOf(pid).flatMap((c) => [c.pid, ...below(c.pid)]);
}

/** The command lines of all processes but ours. */
function commands() {
	return readdirSync('/proc').filter((n) => /^\d+$/.test(n) && Number(n) !== process.pid).map((n) => {
		try {
			return readFileSync(`/proc/${n}/cmdline`, 'latin1').replaceAll('\0', ' ');
		} catch {
			return ''; // it ended while we looked
		}
	});
}

async function up() {
	await listening(stack);
	await until('all programs run', () => programs.every((p) => stack.pidOf(p)));
	await until('the database answers', () => {
		try {
			return stack.sqlOne('SELECT 1') === '1';
		} catch {
			return false;
		}
	});
}

async function round(victims) {
	const had = calls(stack).length;
	const phone = call('phone', { listen: `${addr}:5080`, 'rtp-min': 25000, 'rtp-max': 25998, calls: at_once, play: `tone:${tone_hz}` });
	await phone.says(/^ready/m);
	const carrier = call('carrier', { listen: `${addr}:5070`, target: `${addr}:5060`, number, calls: at_once, 'per-minute': 600, 'talk-ms': talk_ms, 'rtp-min': 24000, 'rtp-max': 24998, play: 'clicks:1000' });
	const began = Date.now();
	for (const name of victims) {
		const at = Date.now() + dice() * 2500;
		await until('a random moment', () => Date.now() >= at);
		const pid = await victim(name);
		console.log(`# ${name} killed ${Date.now() - began} ms after the first call`);
		try {
			process.kill(pid, 'SIGKILL');
		} catch (e) {
			if (e.code !== 'ESRCH') throw e; // it went with another
		}
		await gone(pid);
	}
	await carrier.ended;
	await phone.stop();
	await up();
	return { had, carrier };
}

/** Each call that the carrier placed is there once, closed, and its recording
 *  plays. Without a death of engine or worker nobody on the telephone has
 *  noticed anything. */
async function whole(victims, { had, carrier }) {
	const cut = victims.some((name) => name === 'engine' || name === 'parent');
	const routed = (carrier.text.match(/^answered/gm) ?? []).length;
	const rows = (await closed(stack, had + routed)).slice(had);
	assert.ok(rows.length <= at_once, `${rows.length} calls in the log of ${at_once}`);
	if (!cut) assert.deepEqual(rows.map(([, result]) => result), Array(at_once).fill('answered'));
	const known = () => calls(stack).slice(had).every(([, , how]) => how === 'ready' || how === 'failed' || how === null);
	await until('every recording is known', known, 200000);
	for (const [id, result, how, ms, path] of calls(stack).slice(had)) {
		if (!cut) assert.equal(how, 'ready', id);
		// A whole worker that dies takes the last seconds with it, of a call that
		// is younger all there is; who speaks of it says so.
		if (how !== 'ready') continue;
		const w = wav(readFileSync(join(stack.dir, 'recordings', path)));
		assert.ok(Math.abs(w.seconds * 1000 - Number(ms)) < 25, `${path}: ${w.seconds} s, said ${ms} ms`);
		if (result === 'answered') assert.ok(tones(w.channels[1], w.rate, [tone_hz])[0] > 0.05, `${path}: the business is heard`);
	}
}

for (let i = 0; i < rounds; i++) {
	const order = [...programs, ...roles].map((name) => [dice(), name]).sort(([a], [b]) => a - b).map(([, name]) => name);
	for (let at = 0; at < order.length; at += 3) {
		const victims = order.slice(at, at + 3);
		test(`${victims.join(', ')} killed in twenty calls (${i + 1})`, async () => {
			await whole(victims, await round(victims));
		});
	}
}

test('a call after all that, and nothing is left over', async () => {
	const had = calls(stack).length;
	const c = await place(number, { talk_ms: 7000 });
	await bridged(c);
	await c.carrier.ended;
	await c.phone.stop();
	assert.equal((await closed(stack, had + 1)).at(-1)[1], 'answered');
	await until('nothing half written is left', () => leftovers(stack).length === 0, 120000);
	assert.equal(stack.sqlOne('SELECT COUNT(*) - COUNT(DISTINCT call_id) FROM recording'), '0');
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM phone_call WHERE result = ''"), '0');
	const all = below(stack.pid);
	await stack.stop();
	for (const pid of all) assert.ok(!alive(pid), `process ${pid} is left`);
	const left = commands().filter((cmd) => cmd.includes(stack.dir));
	assert.deepEqual(left, []);
	stack = undefined;
});
