// drill.mjs - calls through a whole stack, and its processes, for the drills.
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { call, endings } from './sip.mjs';
import { addr, alive, childrenOf, until } from './stack.mjs';
import { tones, wav } from './audio.mjs';

export const tone_hz = 600; // what the business says
export const click_ms = 1000; // what the caller says

/** Pids of the worker's processes by name: engine, recorder, store, parent. */
export function workers(stack) {
	const parent = stack.pidOf('sipworker');
	const out = { parent };
	for (const { pid } of parent ? childrenOf(parent) : []) {
		try {
			out[readFileSync(`/proc/${pid}/comm`, 'latin1').trim()] = pid;
		} catch {
			// it ended while we looked
		}
	}
	return out;
}

/** Waits until all of the worker runs and listens. */
export function listening(stack) {
	const [a, b, c, d] = addr.split('.').map(Number);
	const hex = [d, c, b, a].map((n) => n.toString(16).padStart(2, '0')).join('').toUpperCase();
	return until('the worker listens', () => {
		const w = workers(stack);
		return w.engine && w.recorder && w.store && readFileSync('/proc/net/udp', 'latin1').includes(`${hex}:13C4 `);
	});
}

/** Any number of the demonstration company that is not leased to a visit. */
export function aNumber(stack) {
	return stack.sqlOne("SELECT e164 FROM number WHERE released_at IS NULL AND label LIKE 'Billboard%' LIMIT 1");
}

/** One call: both ends run, the business answers at once, or as told. */
export async function place(number, { talk_ms, caller = '+12125550123', answer = 'yes' }) {
	const phone = call('phone', { listen: `${addr}:5080`, 'rtp-min': 25000, 'rtp-max': 25998, calls: 1, answer, play: `tone:${tone_hz}` });
	await phone.says(/^ready/m);
	const carrier = call('carrier', { listen: `${addr}:5070`, target: `${addr}:5060`, number, caller,
		'talk-ms': talk_ms, 'rtp-min': 24000, 'rtp-max': 24998, play: `clicks:${click_ms}` });
	return { phone, carrier, ends: () => endings(carrier) };
}

/** Waits until the two talk to each other. */
export const bridged = ({ phone }) => phone.says(/^answered/m);

/** Waits until what the engine would leave is in the store's file: n dialogs or
 *  INVITEs. */
export const kept = (stack, n) => until(`${n} dialogs are kept`, () => {
	const file = join(stack.dir, 'journal', 'dialogs');
	const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
	let found = 0;
	for (let at = 0; at < bytes.length; at += 4096) found += bytes.readUInt32LE(at) !== 0;
	return found === n;
});

/** All calls in the database, oldest first: [[id, result, recording state,
 *  duration_ms, path], ...]. */
export const calls = (stack) => stack.sql(
	`SELECT LOWER(HEX(c.id)), IF(c.result = '', 'open', c.result), r.state, r.duration_ms, r.path
	FROM phone_call c LEFT JOIN recording r ON r.call_id = c.id ORDER BY c.id`);

/** Waits until n calls are there and all of them closed. */
export const closed = (stack, n) => until(`${n} closed calls`, () => {
	const rows = calls(stack);
	return rows.length >= n && rows.every(([, result]) => result !== 'open') && rows;
});

/** The recording of a row of calls(): seconds, and how loud the business's
 *  tone is in the right channel and in the left. */
export function listen(stack, [, , , , path]) {
	const w = wav(readFileSync(join(stack.dir, 'recordings', path)));
	const [left, right] = w.channels.map((c) => tones(c, w.rate, [tone_hz])[0]);
	return { ...w, left, right };
}

/** Nothing half written is left: no ".part", no marker. */
export function leftovers(stack) {
	const root = join(stack.dir, 'recordings');
	return existsSync(root) ? readdirSync(root, { recursive: true }).filter((f) => f.endsWith('.part') || /(^|\/)open\/./.test(f)) : [];
}

export const gone = (pid) => until(`process ${pid} is gone`, () => !alive(pid));

/** Why there can be no small disk here, for `skip`; false when there can. */
export const noSmallDisk = process.getuid() !== 0 && spawnSync('sudo', ['-n', 'true']).status !== 0 &&
	'a small disk needs root, or a sudo that asks for no password';

/** A disk of its own in a folder: a tmpfs of so many bytes, which only root can
 *  make; an ordinary user asks sudo. fill() leaves not a byte, free() gives
 *  them back. more: other options of the mount. Goes with the test process. */
export function smallDisk(folder, bytes, more = '') {
	const asRoot = (...args) => {
		const [program, ...rest] = process.getuid() === 0 ? args : ['sudo', '-n', ...args];
		const r = spawnSync(program, rest, { encoding: 'utf8' });
		if (r.status !== 0) throw new Error(`${args.join(' ')}: ${r.stderr ?? r.error}`);
	};
	const filler = join(folder, 'filler');
	mkdirSync(folder, { recursive: true });
	asRoot('mount', '-t', 'tmpfs', '-o', `size=${bytes},mode=0755,uid=${process.getuid()},gid=${process.getgid()}${more}`, 'ringtrace-test', folder);
	process.on('exit', () => asRoot('umount', '-l', folder));
	return {
		fill() {
			const fd = openSync(filler, 'w');
			for (let n = 65536; n >= 1; n = n > 1 ? n >> 4 : 0) {
				try {
					for (;;) writeSync(fd, Buffer.alloc(n));
				} catch (e) {
					if (e.code !== 'ENOSPC') throw e;
				}
			}
			closeSync(fd);
		},
		free: () => rmSync(filler),
	};
}
