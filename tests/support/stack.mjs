// stack.mjs - a whole ringtrace for one test file: `ringtrace run` in
// RT_TEST_DIR on RT_TEST_ADDR, both given by dev/run-tests.sh.
//
//   const stack = await startStack({ without: ['sipworker'] });
//   const page = await stack.fetch('/login');
//   const rows = stack.sql('SELECT email FROM user');   // [[...], ...]
//   const me = await stack.login();                     // demonstration user
//   const res = await me.fetch('/calls');
//   await stack.stop();
//
// When the test process ends for any reason, even SIGKILL, the supervisor gets
// SIGTERM and takes everything with it.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, readdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';

import { scratch, tied } from './scratch.mjs';
import { putDatabase } from './stack_db.mjs';

export const build = process.env.RT_BUILD ?? resolve('build/debug');
export const addr = process.env.RT_TEST_ADDR ?? '127.1.254.254';
export const dir = (process.env.RT_TEST_DIR ??= scratch('rts'));

/** Waits until check() gives something true, and returns it. The deadline is
 *  for a machine with ten times as much to do as it can, since only a failure
 *  waits for it: a shorter one says that the product is late. `what` names it in
 *  the failure. A check that costs something, as a statement does, is made less
 *  often the longer it takes: it would wait with half of a processor. */
export async function until(what, check, limit_ms = 60000) {
	const begin = Date.now(), end = begin + limit_ms;
	for (;;) {
		const asked = performance.now();
		const got = await check();
		if (got) return got;
		if (Date.now() > end) throw new Error(`not within ${limit_ms} ms: ${what}`);
		const costly_ms = 16 * (performance.now() - asked);
		await new Promise((r) => setTimeout(r, Math.max(25, Math.min(costly_ms, (Date.now() - begin) / 16, 500))));
	}
}

/** Direct children of a process: [{ pid, cmd }]. */
export function childrenOf(parent) {
	const found = [];
	for (const name of readdirSync('/proc')) {
		if (!/^\d+$/.test(name)) continue;
		try {
			const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
			const ppid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
			if (ppid !== parent) continue;
			const cmd = readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
			found.push({ pid: Number(name), cmd });
		} catch {
			// it ended while we looked
		}
	}
	return found;
}

export function alive(pid) {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
		return stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z';
	} catch {
		return false;
	}
}

/** An answer's Set-Cookie lines. Debian's fetch() has no getSetCookie(), and
 *  joins them with commas. */
export const cookieLines = (res) => (res.headers.get('set-cookie') ?? '').split(/, (?=[\w-]+=)/).filter((line) => line !== '');

/** A browser's worth of cookies around fetch(); redirects are not followed. */
export class Client {
	constructor(base) {
		this.base = base;
		this.cookies = new Map();
	}

	async fetch(path, init = {}) {
		const headers = new Headers(init.headers);
		if (this.cookies.size > 0)
			headers.set('cookie', [...this.cookies].map(([k, v]) => `${k}=${v}`).join('; '));
		const res = await fetch(new URL(path, this.base), { redirect: 'manual', ...init, headers });
		for (const line of cookieLines(res)) {
			const [pair] = line.split(';');
			const at = pair.indexOf('=');
			const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
			if (value === '' || /max-age=0(;|$)/i.test(line)) this.cookies.delete(name);
			else this.cookies.set(name, value);
		}
		return res;
	}

	/** The hidden fields of the page's first form that has any. */
	async hiddenFields(path) {
		const html = await (await this.fetch(path)).text();
		const fields = {};
		for (const [tag] of html.matchAll(/<input\b[^>]*>/g)) {
			const attr = (name) => tag.match(new RegExp(`\\b${name}="([^"]*)"`))?.[1];
			if (attr('type') === 'hidden') fields[attr('name')] = attr('value') ?? '';
		}
		return fields;
	}

	/** Sends a form as a browser would, with the hidden fields of the page it
	 *  stands on; a field that is null is left out. */
	async submit(page, action, fields) {
		const all = { ...(await this.hiddenFields(page)), ...fields };
		return this.fetch(action, {
			method: 'POST',
			headers: { origin: new URL(this.base).origin },
			body: new URLSearchParams(Object.entries(all).filter(([, value]) => value !== null)),
		});
	}
}

class Stack {
	constructor(child, options) {
		this.dir = options.dir;
		this.addr = options.addr;
		this.as = options.as;
		this.user = options.user;
		this.url = `http://${options.addr}:8080`;
		this.conf = join(this.dir, 'ringtrace.conf');
		this.pid = child.pid;
		this.child = child;
		this.output = '';
		this.ended = new Promise((r) => child.on('exit', (code, signal) => r({ code, signal })));
		const take = (text) => {
			this.output += text;
			if (process.env.RT_TEST_VERBOSE) process.stderr.write(text);
		};
		child.stdout.setEncoding('utf8').on('data', take);
		child.stderr.setEncoding('utf8').on('data', take);
		this.atExit = () => {
			try {
				child.kill('SIGTERM');
			} catch {
				// it is gone already
			}
		};
		process.on('exit', this.atExit);
	}

	fetch(path, init) {
		return fetch(new URL(path, this.url), { redirect: 'manual', ...init });
	}

	client() {
		return new Client(this.url);
	}

	/** A signed-in client; without arguments the demonstration user. */
	async login(email, password) {
		const client = this.client();
		const who = email === undefined ? this.demo() : {};
		const res = await client.submit('/login', '/login', {
			email: email ?? who.email,
			password: password ?? who.password,
		});
		if (res.status !== 303 && res.status !== 302)
			throw new Error(`sign-in: status ${res.status}`);
		return client;
	}

	/** What the demonstration company was created with: { email, password,
	 *  company, site_key, ... } from <dir>/secret/demo.txt. */
	demo() {
		const out = {};
		for (const line of readFileSync(join(this.dir, 'secret/demo.txt'), 'utf8').split('\n')) {
			const at = line.indexOf(' ');
			if (at > 0) out[line.slice(0, at)] = line.slice(at + 1);
		}
		return out;
	}

	/** Runs statements as the database's administrator: rows of strings, NULL
	 *  as null. BINARY(16) keys: select hex(id). A server that hangs is an
	 *  error after two minutes, not a test without an end. */
	sql(statements, database = 'ringtrace') {
		const [program, ...args] = [...this.as, 'mariadb', '--no-defaults', '--default-character-set=utf8mb4', '-S', join(this.dir, 'run/my.sock'),
			'-u', this.user, '-N', '-B', database];
		const r = spawnSync(program, args, { input: statements, encoding: 'utf8', maxBuffer: 1 << 28, timeout: 120000 });
		if (r.error) throw r.error;
		if (r.status !== 0) throw new Error(`sql: ${r.stderr}`);
		const unescape = (s) => s === 'NULL' ? null
			: s.replace(/\\([0nt\\])/g, (_, c) => ({ 0: '\0', n: '\n', t: '\t', '\\': '\\' })[c]);
		return r.stdout.split('\n').slice(0, -1).map((l) => l.split('\t').map(unescape));
	}

	/** One value of one row; undefined without a row. */
	sqlOne(statement, database) {
		return this.sql(statement, database)[0]?.[0];
	}

	/** Process id of a supervised program: "dni.fcgi", "mariadbd", "nginx". */
	pidOf(program) {
		// The folder it lies in may be called like another program.
		return childrenOf(this.pid).find(({ cmd }) => cmd.replaceAll(/\S*\//g, '').includes(program))?.pid;
	}

	log(name) {
		const file = join(this.dir, 'log', `${name}.log`);
		return existsSync(file) ? readFileSync(file, 'utf8') : '';
	}

	async stop(signal = 'SIGTERM') {
		process.off('exit', this.atExit);
		this.child.kill(signal);
		return this.ended;
	}
}

/** A database that has all but companies, as a first start leaves it. */
async function makeDatabase() {
	const folder = join(dir, 'made');
	chmodSync(dir, 0o755); // the server is another user's
	const stack = await startStack({ without: ['nginx', 'dashboard', 'admin', 'dni', 'api', 'jobd', 'sipworker'], demo: false, dir: folder, fresh: true });
	const { code } = await stack.stop();
	if (code !== 0) throw new Error(`making a database: status ${code}\n${stack.output}`);
	return folder;
}

/** Starts `ringtrace run` and waits until it says "ready".
 *  without: programs to leave out (nginx dashboard dni jobd sipworker);
 *  args: more options; demo: the demonstration company; fresh: has its database
 *  created, as a first start does, and does not take one that is made already
 *  (stack_db.mjs); dir, addr: others than the test's own; as, user: a command in front that becomes another user, and
 *  that user's name; env: beside our own; ready: false does not wait. Rejects with the whole output
 *  when it does not come up. */
export async function startStack(options = {}) {
	const o = { without: [], args: [], demo: true, dir, addr, ready: true, fresh: false, env: {}, as: [], user: userInfo().username, ...options };
	if (!o.fresh && o.ready && o.as.length === 0 && o.program === undefined) await putDatabase(join(build, 'ringtrace'), o.dir, makeDatabase);
	const args = ['run', '--dir', o.dir, '--addr', o.addr, ...o.args];
	if (o.without.length > 0) args.push('--without', o.without.join(','));
	if (!o.demo) args.push('--no-demo');
	const [program, ...before] = [...o.as, ...tied, o.program ?? join(build, 'ringtrace')];
	const child = spawn(program, [...before, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...o.env } });
	const stack = new Stack(child, o);
	if (!o.ready) return stack;
	let over;
	stack.ended.then((how) => (over = how));
	try {
		await until('the stack is ready', () => /^ready /m.test(stack.output) || over, 90000);
	} catch (e) {
		await stack.stop('SIGKILL');
		throw new Error(`${e.message}\n${stack.output}`);
	}
	if (over) throw new Error(`ringtrace run ended (${over.code ?? over.signal})\n${stack.output}`);
	return stack;
}
