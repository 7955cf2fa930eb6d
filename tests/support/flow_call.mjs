// flow_call.mjs - calls through flows, for tests: our own caller and phones, what
// each of them heard, and what the database says about the call.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { wav } from './audio.mjs';
import { steps, trace } from './flow.mjs';
import { addr, dir, until } from './stack.mjs';
import { call, endings, heard } from './sip.mjs';

/** "flo_..." of 32 hexadecimal digits: Crockford's base32 (lib/core/id.h). */
export function flowText(hex, kind = 'flo') {
	let n = BigInt(`0x${hex}`);
	let text = '';
	for (let i = 0; i < 26; i++, n >>= 5n) text = '0123456789abcdefghjkmnpqrstvwxyz'[Number(n & 31n)] + text;
	return `${kind}_${text}`;
}

export const says = (events, kind) => events.filter((e) => e.kind === kind).map((e) => e.text);
export const about = (t, want, by, what) => assert.ok(Math.abs(t - want) <= by, `${what}: ${t.toFixed(2)} s instead of ${want}`);
export const never = (t, ...names) => names.forEach((n) => assert.ok(t[n] < 0.11, `${n} heard for ${t[n].toFixed(2)} s`));

let serial = 0;

/** getStack: the stack, once it runs. hz: what is to be heard, one frequency
 *  each, none a multiple of another; `caller` and `phone` are what these say. */
export function flowCalls(getStack, hz) {
	/** A caller; play: what it says, options as of `ringtrace call`. */
	function caller(number, options = {}) {
		const name = `caller${++serial}`;
		const p = call('carrier', { listen: `${addr}:5070`, target: `${addr}:5060`, number, caller: '+13035550199', play: `tone:${hz.caller}`, save: join(dir, `${name}.ul`), 'rtp-min': 24000, 'rtp-max': 24099, ...options });
		p.ear = () => heard(join(dir, `${name}.ul`));
		return p;
	}
	async function phone(port, options = {}) {
		const save = join(dir, `phone${port}-${++serial}`);
		mkdirSync(save);
		const p = call('phone', { listen: `${addr}:${port}`, 'ring-ms': 300, play: `tone:${hz.phone}`, calls: 1, save, 'rtp-min': 25000 + (port - 5080) * 50, 'rtp-max': 25099 + (port - 5080) * 50, ...options });
		p.ear = () => heard(join(save, '1.ul'));
		await p.says(/^ready/m);
		return p;
	}
	/** The call's row once it is closed. */
	async function closed(sipCallId) {
		const stack = getStack();
		const row = await until('the call is closed', () => stack.sql(`SELECT c.result, c.sip_status, c.hangup_by, r.path, r.state FROM phone_call c
			LEFT JOIN recording r ON r.company_id = c.company_id AND r.call_id = c.id WHERE c.sip_call_id = '${sipCallId}' AND c.state = 'closed'`)[0], 15000);
		const events = trace(stack, sipCallId);
		return { result: row[0], status: Number(row[1]), by: row[2], path: row[3], events, steps: steps(events) };
	}
	async function finish(a) {
		await a.ended;
		const [e] = endings(a);
		return { ...(await closed(e.call_id)), e };
	}
	const recording = (c) => wav(readFileSync(join(getStack().dir, 'recordings', c.path)));

	/** How long (seconds) each tone is heard. */
	function times(samples) {
		const block = 400; // 50 ms
		const out = Object.fromEntries(Object.keys(hz).map((k) => [k, 0]));
		out.ringback = out.beep = 0;
		for (let at = 0; at + block <= samples.length; at += block) {
			const part = samples.subarray(at, at + block);
			const level = (f) => {
				const k = 2 * Math.cos((2 * Math.PI * f) / 8000);
				let s1 = 0, s2 = 0;
				for (const x of part) [s1, s2] = [x + k * s1 - s2, s1];
				return (2 * Math.sqrt(Math.max(0, s1 * s1 + s2 * s2 - k * s1 * s2))) / block;
			};
			for (const [name, f] of Object.entries(hz)) if (level(f) > 0.1) out[name] += 0.05;
			if (level(440) > 0.04 && level(480) > 0.04) out.ringback += 0.05;
			if (level(1000) > 0.08) out.beep += 0.05;
		}
		return out;
	}
	return { caller, phone, closed, finish, recording, times };
}
