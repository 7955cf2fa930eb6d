// fresh.mjs - `make bench-fresh`: from hang-up to the row in the log and to the
// figure of the overview, with RT_BENCH_RATE (50) real calls a second through
// the worker for RT_BENCH_S (10) seconds; and from ringing to the live view.
//
// Pages are asked over and over as browsers would; a call is seen when the
// first answer that was asked for after it shows it, so that the time between
// two questions counts against us.
import { spawnSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { join } from 'node:path';

import { scratch } from '../tests/support/scratch.mjs';

process.env.RT_TEST_DIR ??= scratch('rtbench');
process.env.RT_TEST_ADDR ??= `127.4.${1 + (process.pid % 254)}.${1 + ((process.pid >> 8) % 254)}`;
process.env.RT_BUILD ??= 'build/release';
const { startStack, until, addr, build } = await import('../tests/support/stack.mjs');
const { call } = await import('../tests/support/sip.mjs');
const { typeId } = await import('../tests/support/two_companies.mjs');

const RATE = Number(process.env.RT_BENCH_RATE ?? 50);
const SECONDS = Number(process.env.RT_BENCH_S ?? 10);
const NUMBER = '+14155550120';

function line(name, values, text) {
	const sorted = [...values].sort((a, b) => a - b);
	const at = (q) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? NaN).toFixed(0);
	console.log(`bench ${name} value=${at(0.99)} unit=ms limit=0 ratio=0 note="p99 of ${sorted.length}, p50 ${at(0.5)}, ${text}, load average ${loadavg()[0].toFixed(1)}"`);
}

const stack = await startStack({ without: ['dni', 'jobd'], args: ['--web-rate', '100000', '--max-calls', '2000', '--rtp-min', '10000', '--rtp-max', '23999', '--quiet'] });
try {
	const ctl = (...args) => {
		const r = spawnSync(join(build, 'ringtrace'), [...args, '-c', stack.conf], { encoding: 'utf8' });
		if (r.status !== 0) throw new Error(r.stderr);
	};
	const company = stack.demo().company ?? 'Bay City Plumbing';
	ctl('number', 'add', '--number', NUMBER, '--to', `sip:desk@${addr}:5080`, '--company', company);
	await new Promise((r) => setTimeout(r, 1500)); // the worker's snapshot
	const me = await stack.login();

	let over = false;
	const logged = new Map(), live = new Map(), totals = [];
	const watch = async (path, see) => {
		while (!over) {
			const asked = Date.now();
			const text = await (await me.fetch(path)).text();
			see(text, Date.now(), asked);
			await new Promise((r) => setTimeout(r, 25));
		}
	};
	const ids = (text, to, at) => {
		for (const [id] of text.matchAll(/cal_[0-9a-z]{26}/g)) if (!to.has(id)) to.set(id, at);
	};
	const watchers = [
		watch('/calls?range=today&result=answered', (text, at) => ids(text, logged, at)),
		watch('/live/calls.json', (text, at) => ids(text, live, at)),
		watch('/reports.json?range=today', (text, at) => totals.push([at, JSON.parse(text).all.now])),
	];
	const p = call('load', { listen: `${addr}:5080`, target: `${addr}:5060`, number: NUMBER, 'rtp-min': 24000, 'rtp-max': 63999,
		calls: RATE * SECONDS, 'per-minute': RATE * 60, 'at-once': 2000, 'talk-ms': 1000, play: 'silence' });
	await p.ended;
	await until('all calls are closed', () => Number(stack.sqlOne("SELECT COUNT(*) FROM phone_call WHERE state = 'open'")) === 0, 30000);
	await new Promise((r) => setTimeout(r, 1000));
	over = true;
	await Promise.all(watchers);

	const rows = stack.sql(`SELECT HEX(id), CAST(UNIX_TIMESTAMP(started_at) * 1000 AS SIGNED), CAST(UNIX_TIMESTAMP(ended_at) * 1000 AS SIGNED)
		FROM phone_call WHERE number_e164 = '${NUMBER}' AND result = 'answered' ORDER BY ended_at`)
		.map(([id, started, ended]) => ({ id: typeId('cal', Buffer.from(id, 'hex')), started: Number(started), ended: Number(ended) }));
	if (rows.length < RATE * SECONDS * 0.9) throw new Error(`only ${rows.length} of ${RATE * SECONDS} calls were answered`);
	const text = `${RATE} calls/s for ${SECONDS} s`;
	// The log shows 50 rows: a call that others pushed off it before it was
	// asked for is not counted; how many are is said by p99 of N.
	line('fresh-log', rows.filter((r) => logged.has(r.id)).map((r) => logged.get(r.id) - r.ended), text);
	line('fresh-live', rows.filter((r) => live.has(r.id)).map((r) => live.get(r.id) - r.started), text);
	line('fresh-figure', rows.map((r, i) => (totals.find(([, n]) => n >= i + 1)?.[0] ?? NaN) - r.ended), text);
} finally {
	await stack.stop();
}
