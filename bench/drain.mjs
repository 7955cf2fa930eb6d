// drain.mjs - `make bench-drain`: RT_BENCH_RATE (50) calls a second for
// RT_BENCH_S (20) seconds while the database stands still, and how long the
// store then takes to bring them into it, with all that a closed call changes
// (its 23 sums, the caller, the outbox). The rate is that of the worker's own
// targets, so a store that drains no faster than this never catches up.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';

import { scratch } from '../tests/support/scratch.mjs';

process.env.RT_TEST_DIR ??= scratch('rtbench');
process.env.RT_TEST_ADDR ??= `127.4.${1 + (process.pid % 254)}.${1 + ((process.pid >> 8) % 254)}`;
process.env.RT_BUILD ??= 'build/release';
const { startStack, until, addr, build } = await import('../tests/support/stack.mjs');
const { call } = await import('../tests/support/sip.mjs');

const RATE = Number(process.env.RT_BENCH_RATE ?? 50), CALLS = RATE * Number(process.env.RT_BENCH_S ?? 20);
const NUMBER = '+14155550120';

/** CPU time of a process so far, in microseconds. */
function cpu_us(pid) {
	const t = readFileSync(`/proc/${pid}/stat`, 'latin1');
	const f = t.slice(t.lastIndexOf(')') + 2).split(' ');
	return (Number(f[11]) + Number(f[12])) * 10000; // ticks of 10 ms
}

const stack = await startStack({
	without: ['dni', 'dashboard', 'admin', 'api', 'jobd'],
	args: ['--max-calls', '2000', '--rtp-min', '10000', '--rtp-max', '23999', '--quiet'],
});
try {
	const r = spawnSync(join(build, 'ringtrace'), ['number', 'add', '--number', NUMBER, '--to', `sip:desk@${addr}:5080`,
		'--company', stack.demo().company ?? 'Bay City Plumbing', '-c', stack.conf], { encoding: 'utf8' });
	if (r.status !== 0) throw new Error(r.stderr);
	await new Promise((done) => setTimeout(done, 1500)); // the worker's snapshot
	const closed = () => Number(stack.sqlOne("SELECT COUNT(*) FROM phone_call WHERE ended_at IS NOT NULL"));
	const sums = () => Number(stack.sqlOne("SELECT COALESCE(SUM(calls), 0) FROM call_rollup WHERE dimension = 'total'"));
	const was = closed(), counted = sums(), db = stack.pidOf('mariadbd');
	let placed;
	process.kill(db, 'SIGSTOP');
	try {
		const p = call('load', { listen: `${addr}:5080`, target: `${addr}:5060`, number: NUMBER, 'rtp-min': 24000, 'rtp-max': 63999,
			calls: CALLS, 'per-minute': RATE * 60, 'at-once': 2000, 'talk-ms': 200, play: 'silence' });
		placed = await p.ended;
	} finally {
		process.kill(db, 'SIGCONT');
	}
	const began = Date.now(), before = cpu_us(db);
	await until('every call is in the database', () => closed() - was >= CALLS, 300000);
	const s = (Date.now() - began) / 1000, us = (cpu_us(db) - before) / CALLS;
	if (sums() - counted !== CALLS) throw new Error(`${sums() - counted} of ${CALLS} calls are in the sums: ${JSON.stringify(placed)}`);
	const rate = CALLS / s;
	console.log(`bench drain value=${rate.toFixed(0)} unit=calls/s limit=${RATE} ratio=${(rate / RATE).toFixed(2)} note="${CALLS} calls that ended while the database stood still, in it ${s.toFixed(1)} s after it went on; ${us.toFixed(0)} us of the database a call; load average ${loadavg()[0].toFixed(1)}"`);
} catch (e) {
	process.stderr.write(`bench drain: ${e.message}\n${stack.output.slice(-2000)}\n`);
	process.exitCode = 1;
} finally {
	await stack.stop();
}
