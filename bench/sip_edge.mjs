// sip_edge.mjs - how many recorded, bridged calls one core carries, and how many
// the bare relay carries on the same one. Device on one core, generator on
// another; an edge is the last number before packets are lost (0.01 %), a call
// has a gap, or the RTP's p99 reaches 40 ms.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

const P99_US = 40000;
const LOSS = 0.0001;
const UP_PER_S = 100; // set-ups a second
const NOTICE_S = 6;
const RELAY = [400, 800, 1200, 1600, 2000, 2400, 2800, 3200];
const OURS = [200, 400, 600, 800, 1000, 1200, 1400, 1600, 1800, 2000, 2200];

/** All threads of these processes to one core; undefined: to every core. */
function pin(pids, core) {
	for (const pid of pids) spawnSync('taskset', ['-acp', core === undefined ? `0-${cpus().length - 1}` : String(core), String(pid)]);
}
const ticks = (pid) => {
	const f = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
	return Number(f[11]) + Number(f[12]);
};
const holds = (r) => r.failed === 0 && r.lost / r.sent < LOSS && r.gaps === 0 && r.p99 < P99_US;

/** The bare relay with n calls: its second thread is the relay. */
async function bare(n, { build, addr, seconds }) {
	const p = spawn(join(build, 'bench/bench_relay'), [String(n), String(seconds), addr]);
	let text = '';
	p.stdout.setEncoding('utf8').on('data', (t) => (text += t));
	const ended = new Promise((r) => p.on('close', r));
	let tasks = [];
	while (tasks.length < 2 && p.exitCode === null) {
		await new Promise((r) => setTimeout(r, 20));
		try {
			tasks = readdirSync(`/proc/${p.pid}/task`);
		} catch {
			break; // it has ended
		}
	}
	tasks.forEach((t) => spawnSync('taskset', ['-cp', Number(t) === p.pid ? '1' : '0', t]));
	await ended;
	const f = Object.fromEntries(text.trim().split(' ').slice(1).map((x) => x.split('=')));
	return { failed: 0, lost: Number(f.sent) - Number(f.got), sent: Number(f.sent), gaps: 0, p99: Number(f.p99_us) };
}

/** n recorded calls through the worker, whose processes are pids. */
async function recorded(n, { load, pids, seconds }) {
	pin(pids, 0);
	const p = load(n, UP_PER_S * 60, (n / UP_PER_S + NOTICE_S + seconds) * 1000);
	pin([p.child.pid], 1);
	await new Promise((r) => setTimeout(r, (n / UP_PER_S + NOTICE_S) * 1000));
	const from = ticks(p.child.pid), at = Date.now();
	await new Promise((r) => setTimeout(r, (seconds - 2) * 1000));
	const generator = ((ticks(p.child.pid) - from) * 1000) / 100 / (Date.now() - at);
	await p.ended;
	const line = p.text.match(/^summary (.*)$/m);
	if (line === null) return { failed: 1, lost: 0, sent: 1, gaps: 0, p99: P99_US, generator };
	const f = Object.fromEntries(line[1].split(' ').map((x) => x.split('=')));
	return { failed: Number(f.failed), lost: Number(f.lost), sent: Number(f.tx), gaps: Number(f.gaps), p99: Number(f.rtp_p99_us), generator };
}

/** The last of the steps that holds, and half a step more if that does, too. */
async function edge(steps, probe, note) {
	let last = { n: 0 };
	const took = async (n) => {
		const r = await probe(n);
		note(`edge: ${n} calls: failed=${r.failed} lost=${r.lost} gaps=${r.gaps} p99_us=${r.p99}${r.generator === undefined ? '' : ` generator=${r.generator.toFixed(2)} of a core`}`);
		if (holds(r)) last = { n, ...r };
		return holds(r);
	};
	for (const n of steps)
		if (!(await took(n))) {
			if (last.n > 0) await took((last.n + n) / 2);
			break;
		}
	return last;
}

/** { calls, relay, generator: share of its core at the edge }; load(n,
 *  set-ups a minute, talk_ms) starts n calls. */
export async function oneCore({ build, addr, load, pids, note, seconds = 8 }) {
	const relay = await edge(RELAY, (n) => bare(n, { build, addr, seconds }), note);
	const ours = await edge(OURS, (n) => recorded(n, { load, pids, seconds }), note);
	pin(pids, undefined);
	return { calls: ours.n, relay: relay.n, generator: ours.generator ?? 0 };
}
