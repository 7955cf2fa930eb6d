// The audio oracle: known tones and clicks from each side are found in the
// right channel of the recording, at the right time, with nothing missing and
// nothing of another call.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, test } from 'node:test';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';

import { tones, wav } from '../support/audio.mjs';
import { addr, build, dir, startStack, until } from '../support/stack.mjs';
import { call, clicks, endAll, endings, heard } from '../support/sip.mjs';

const worker = `${addr}:5060`;
const LINES = [
	{ number: '+14155550130', phone: 5080, caller: 5070, rtp: 24000, hz: [440, 620] },
	{ number: '+14155550131', phone: 5082, caller: 5072, rtp: 24400, hz: [850, 1150] },
];
let stack;

before(async () => {
	stack = await startStack({ demo: false, without: ['nginx', 'dashboard', 'dni', 'jobd'] });
	const ringtrace = (...args) => {
		const r = spawnSync(join(build, 'ringtrace'), [...args, '-c', stack.conf], { encoding: 'utf8' });
		assert.equal(r.status, 0, r.stderr);
	};
	ringtrace('company', 'add', '--name', 'Bay City Plumbing');
	ringtrace('trunk', 'add', '--name', 'Carrier', '--host', `${addr}:5070`, '--allow', `${addr}/32`);
	for (const l of LINES) ringtrace('number', 'add', '--number', l.number, '--to', `sip:desk@${addr}:${l.phone}`, '--record', 'notice');
	await until('the worker knows the numbers', () => /configuration version=\d+ numbers=2/.test(stack.output));
});
afterEach(endAll);
after(() => stack?.stop());

/** Where this process itself stood still while they talked, the test callers did
 *  too, and what they said was late before it reached the worker: such a talk
 *  says nothing and is held again, three times at most. */
async function calm(talk) {
	for (let left = 3; ; left--) {
		const [result, stood_ms] = await talk();
		if (stood_ms < 60 || left === 1) return result;
	}
}
/** Lets the call last so long; the longest time (ms) for which the process did
 *  not get its turn meanwhile. */
async function talkFor(ms) {
	const delay = monitorEventLoopDelay({ resolution: 10 });
	delay.enable();
	await new Promise((r) => setTimeout(r, ms));
	delay.disable();
	return delay.max / 1e6;
}

/** Places a call on a line; gives both test callers and the recording. */
async function converse(line, play, talk_ms) {
	const name = line.number.slice(1);
	const phone = call('phone', { listen: `${addr}:${line.phone}`, 'ring-ms': 300, play: play[1], calls: 1, 'rtp-min': line.rtp, 'rtp-max': line.rtp + 99 });
	await phone.says(/^ready/m);
	const a = call('carrier', { listen: `${addr}:${line.caller}`, target: worker, number: line.number, play: play[0], save: join(dir, `${name}.ul`), 'rtp-min': line.rtp + 100, 'rtp-max': line.rtp + 199 });
	await phone.says(/^answered/m);
	const stood_ms = await talkFor(talk_ms);
	a.stop();
	await phone.ended;
	await a.ended;
	const [mine] = endings(a);
	const path = await until('the recording is ready', () => stack.sqlOne(`SELECT r.path FROM recording r JOIN phone_call c ON c.company_id = r.company_id AND c.id = r.call_id WHERE c.sip_call_id = '${mine.call_id}' AND r.state = 'ready'`));
	return [{ a: mine, b: endings(phone)[0], sound: wav(readFileSync(join(stack.dir, 'recordings', path))), heard: heard(join(dir, `${name}.ul`)) }, stood_ms];
}

test('two calls at once: each tone in its own channel of its own recording', async () => {
	const both = await calm(async () => {
		const ends = await Promise.all(LINES.map((l) => converse(l, l.hz.map((hz) => `tone:${hz}`), 6000)));
		return [ends.map(([end]) => end), Math.max(...ends.map(([, stood_ms]) => stood_ms))];
	});
	const all = LINES.flatMap((l) => l.hz);
	both.forEach(({ sound, a, b }, i) => {
		assert.equal(sound.channels.length, 2);
		assert.ok(Math.abs(sound.seconds - 6) < 1, `${sound.seconds} s`);
		LINES[i].hz.forEach((hz, side) => {
			const levels = tones(sound.channels[side], sound.rate, all);
			all.forEach((other, k) => other === hz
				? assert.ok(levels[k] > 0.15, `line ${i} side ${side}: ${hz} Hz at ${levels[k]}`)
				: assert.ok(levels[k] < 0.004, `line ${i} side ${side}: ${other} Hz of another at ${levels[k]}`));
			// Nothing missing: the tone is there in every tenth of a second
			// but the first and last, where the sides begin and end.
			const tenth = sound.rate / 10;
			let holes = 0;
			for (let at = 5 * tenth; at + 6 * tenth < sound.channels[side].length; at += tenth)
				if (tones(sound.channels[side].subarray(at, at + tenth), sound.rate, [hz])[0] < 0.1) holes++;
			assert.equal(holes, 0, `line ${i} side ${side}: ${holes} holes`);
		});
		assert.equal(a.lost, '0');
		assert.equal(b.lost, '0');
	});
});

// The second pair has a long period, so that a shift of a whole second shows.
for (const [callers, others, talk_ms] of [[1000, 700, 8000], [3000, 700, 12000]]) {
	test(`clicks of both sides stand where they were said (${callers} and ${others} ms)`, async () => {
		const { a, sound, heard: ear } = await calm(() => converse(LINES[0], [`clicks:${callers}`, `clicks:${others}`], talk_ms));
		const left = clicks(sound.channels[0]);
		const right = clicks(sound.channels[1]);
		// Up to 5 s of the talk are the notice, and are not recorded.
		const least = (every) => Math.floor((talk_ms - 5000) / every) - 1;
		assert.ok(left.length >= Math.max(2, least(callers)) && right.length >= least(others), `${left.length} and ${right.length} clicks`);
		// None is missing, and the timeline neither drifts nor jumps.
		for (const [at, every] of [[left, callers / 1000], [right, others / 1000]])
			at.forEach((t, i) => assert.ok(Math.abs(t - at[0] - i * every) < 0.04, `click ${i} at ${t}, the first at ${at[0]}`));
		// Between the sides: on the caller's own time line, which begins with
		// its first packet, it says a click every so often and hears the
		// other's at these times.
		const theirs = clicks(ear).filter((t) => t > 0).slice(-right.length).map((t) => t + Number(a.ear_ms) / 1000);
		const period = callers / 1000;
		const between = right[0] - left[0];
		const off = ((((between - theirs[0]) % period) + 1.5 * period) % period) - period / 2;
		assert.ok(Math.abs(off) <= 0.04, `the sides are ${Math.round(off * 1000)} ms apart`);
	});
}
