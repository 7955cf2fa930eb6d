// The test caller and the test phone while the system refuses them something:
// each call they make of kernel or libc fails once. They end with a status and
// a reason, never by a signal.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { Faults, told } from '../support/fault.mjs';
import { call, endAll } from '../support/sip.mjs';
import { addr, build, dir, until } from '../support/stack.mjs';

// All places in `make coverage`; else one of so many.
const one_of = process.env.RT_TEST_FAULTS === 'all' ? 1 : 8;

after(endAll);

let last; // the latest
process.on('exit', () => last?.child.kill('SIGKILL'));
/** `ringtrace ARG...`: { out, err } while it runs, `ended` { status, signal }. */
function ringtrace(args, env = {}) {
	const p = spawn(join(build, 'ringtrace'), args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
	const r = (last = { out: '', err: '', child: p });
	p.stdout.setEncoding('utf8').on('data', (t) => (r.out += t));
	p.stderr.setEncoding('utf8').on('data', (t) => (r.err += t));
	r.ended = new Promise((resolve) => p.on('close', (status, signal) => {
		r.over = true;
		resolve({ status, signal });
	}));
	return r;
}

/** run(env) does the whole once: { status, signal, out, err }. */
async function tryAll(t, faults, run) {
	const good = await run(faults.env);
	assert.equal(good.status, 0, good.err);
	const cases = faults.cases(2).filter((_, i) => i % one_of === 0);
	const bad = [];
	let fired = 0;
	for (const c of cases) {
		faults.arm(c);
		const r = await run(faults.env).catch((e) => ({ status: null, signal: e.message, ...last }));
		fired += faults.fired() > 0 ? 1 : 0;
		const why = `${told(c)}\n  status ${r.status} ${r.signal ?? ''}\n${r.err.trim().slice(-600)}\n${r.out.trim().slice(-200)}`;
		if (r.signal !== null || ![0, 1, 2].includes(r.status)) bad.push(`does not end well: ${why}`);
		else if (r.status !== 0 && r.err.trim() === '' && !/status=/.test(r.out)) bad.push(`no reason: ${why}`);
		if (process.env.RT_TEST_VERBOSE && bad.length > 0) console.error(bad.at(-1));
	}
	t.diagnostic(`${cases.length} cases, ${fired} met`);
	assert.deepEqual(bad, [], bad.join('\n'));
	assert.ok(fired > cases.length / 2, `${fired} of ${cases.length} met`);
	faults.disarm();
	const again = await run({});
	assert.equal(again.status, 0, again.err);
}

let port = 5100;
const phoneArgs = ['call', 'phone', '--listen', `${addr}:5080`, '--rtp-min', '25000', '--rtp-max', '25098', '--calls', '1', '--play', 'tone:600'];
const carrierArgs = (at, to, more = []) => ['call', 'carrier', '--listen', `${addr}:${at}`, '--target', `${addr}:${to}`, '--number', '+12125550100', '--caller', '+12125550123',
	'--talk-ms', '150', '--give-up-ms', '5000', '--rtp-min', '24000', '--rtp-max', '24098', ...more];

test('who calls', async (t) => {
	const phone = call('phone', { listen: `${addr}:5081`, 'rtp-min': 26000, 'rtp-max': 26998, play: 'tone:600' });
	await phone.says(/^ready/m);
	const sound = join(dir, 'sound.ulaw');
	writeFileSync(sound, Buffer.alloc(1600, 0xd5));
	await tryAll(t, new Faults('ringtrace', 'carrier.bin'), async (env) => {
		port++;
		const c = ringtrace(carrierArgs(port, 5081, ['--keys', '1', '--keys-by', 'both', '--play', `file:${sound}`, '--save', join(dir, 'heard.ulaw')]), env);
		return { ...(await c.ended), ...c };
	});
});

test('who answers', async (t) => {
	await tryAll(t, new Faults('ringtrace', 'phone.bin'), async (env) => {
		const p = ringtrace([...phoneArgs, '--save', dir], env);
		await until('it is ready or gone', () => /^ready/m.test(p.out) || p.over);
		port++;
		const c = p.over ? undefined : ringtrace(carrierArgs(port, 5080));
		await c?.ended;
		if (!p.over) p.child.kill('SIGTERM'); // a call that failed is none of its one
		return { ...(await p.ended), ...p };
	});
});
