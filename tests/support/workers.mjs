// workers.mjs - several whole SIP workers on one database: the stack's own, and
// more beside it, each with its ports, journal and recordings.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { tied } from './scratch.mjs';
import { addr, alive, build, childrenOf, until } from './stack.mjs';

const listens = (port) => {
	const host = addr.split('.').map((n) => Number(n).toString(16).padStart(2, '0')).reverse().join('').toUpperCase();
	return readFileSync('/proc/net/udp', 'latin1').includes(`${host}:${port.toString(16).toUpperCase().padStart(4, '0')} `);
};

/** The n-th worker (from 0) of the stack's database; env: beside our own. */
export class Worker {
	constructor(stack, n, { env = {} } = {}) {
		this.env = { ...process.env, ...env };
		this.port = 6060 + 10 * n;
		this.text = '';
		this.conf = join(stack.dir, `worker${n}.conf`);
		this.dir = join(stack.dir, `worker${n}`);
		const own = { sip_port: this.port, rtp_port_min: 20000 + 1000 * n, rtp_port_max: 20998 + 1000 * n, max_calls: 500 };
		for (const key of ['run_dir', 'journal_dir', 'recordings_dir']) {
			own[key] = join(this.dir, key);
			mkdirSync(own[key], { recursive: true, mode: 0o700 });
		}
		const rest = readFileSync(stack.conf, 'utf8').split('\n').filter((l) => !(l.split(' ')[0] in own));
		writeFileSync(this.conf, [...rest, ...Object.entries(own).map(([k, v]) => `${k} ${v}`), ''].join('\n'), { mode: 0o600 });
	}

	async start() {
		const [program, ...args] = [...tied, join(build, 'sipworker'), '-c', this.conf];
		this.child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: this.env });
		this.child.stderr.setEncoding('utf8').on('data', (t) => (this.text += t));
		this.over = new Promise((r) => this.child.on('exit', r));
		await this.ready();
	}

	/** Waits until all of it runs and listens. */
	ready() {
		return until(`the worker at port ${this.port} listens`, () => {
			if (!alive(this.child.pid)) throw new Error(`the worker at port ${this.port} ended:\n${this.text}`);
			return ['engine', 'recorder', 'store'].every((n) => this.pid(n)) && listens(this.port);
		}, 60000);
	}

	/** Of "engine", "recorder" or "store". */
	pid(name) {
		for (const { pid } of childrenOf(this.child.pid)) {
			try {
				if (readFileSync(`/proc/${pid}/comm`, 'latin1').trim() === name) return pid;
			} catch {
				// it ended while we looked
			}
		}
		return undefined;
	}

	/** Kills one of its processes and waits until another is in its place. */
	async kill(name) {
		const pid = this.pid(name);
		process.kill(pid, 'SIGKILL');
		await until(`another ${name}`, () => this.pid(name) !== undefined && this.pid(name) !== pid, 60000);
		await this.ready();
	}

	async stop() {
		if (this.child && alive(this.child.pid)) this.child.kill('SIGTERM');
		await this.over;
	}
}
