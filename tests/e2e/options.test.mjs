// Every option of every command, told wrongly: a line that names it, status 2,
// and nothing begun.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';

import { build, dir } from '../support/stack.mjs';

const cwd = join(dir, 'empty');
const commands = new Map(); // name: { options: [{ name, value }], verbs }
const NUMBERS = ['N', 'PORT', 'MS', 'S'];

function ringtrace(...args) {
	const r = spawnSync(join(build, 'ringtrace'), args, { cwd, encoding: 'utf8', input: '', timeout: 60000 });
	assert.equal(r.signal, null, `ringtrace ${args.join(' ')} goes on:\n${r.stderr}`);
	return r;
}

/** Status 2, and the reason on standard error. */
function refused(args, why) {
	const r = ringtrace(...args);
	assert.equal(r.status, 2, `ringtrace ${args.join(' ')}: ${r.status}\n${r.stdout}${r.stderr}`);
	assert.match(r.stderr, why, `ringtrace ${args.join(' ')}`);
}

/** What stands before the options of a command. */
const lead = (name) => [name, ...commands.get(name).verbs.slice(0, 1)];

before(() => {
	mkdirSync(cwd, { recursive: true });
	for (const [, name] of ringtrace('help').stdout.matchAll(/^ {2}(\w+) +/gm)) {
		if (name === 'help') continue;
		const r = ringtrace(name, '--help');
		assert.equal(r.status, 0, name);
		assert.match(r.stdout, new RegExp(`^usage: ringtrace ${name} .*\n\n`));
		assert.deepEqual([...new Set([...r.stdout.matchAll(/^ {2}--.*? {2,}|^ {2}--\S+ \S+ /gm)].map((m) => m[0].length))].length, 1, `the texts stand below each other:\n${r.stdout}`);
		const options = [...r.stdout.matchAll(/^ {2}--(\S+)( \S+)? {2,}/gm)].map((m) => ({ name: m[1], value: m[2]?.trim() }));
		const verbs = [...r.stdout.matchAll(/^ {2}([a-z]+) {2,}/gm)].map((m) => m[1]);
		assert.ok(options.length > 0, name);
		commands.set(name, { options, verbs });
	}
	assert.ok(commands.size > 15 && commands.get('call').verbs.includes('phone'));
});

test('no verb, a verb that is none, one word too many, an option that is none', () => {
	refused(['nonsense'], /there is no command "nonsense"/);
	for (const [name, { verbs }] of commands) {
		refused([...lead(name), '--nonsense', 'x'], /there is no option --nonsense/);
		if (name !== 'call') refused([...lead(name), 'more'], /"more" is one argument too many/);
		if (verbs.length === 0) continue;
		assert.equal(ringtrace(name).status, 2, name);
		refused([name, 'nonsense'], /"nonsense"|say carrier, phone or load/);
	}
});

test('a value that is missing, a flag with one, a number that is none', () => {
	let numbers = 0;
	for (const [name, { options }] of commands)
		for (const o of options) {
			if (!o.value) {
				refused([...lead(name), `--${o.name}=1`], new RegExp(`there is no option --${o.name}=1`));
				continue;
			}
			refused([...lead(name), `--${o.name}`], new RegExp(`--${o.name} needs a value`));
			if (!NUMBERS.includes(o.value)) continue;
			numbers++;
			for (const odd of ['', 'x', '-1', '1.5', '0x10', ' 1', '18446744073709551616'])
				refused([...lead(name), `--${o.name}=${odd}`], new RegExp(`--${o.name}: "${odd}" is not a number from [01] to \\d+`));
		}
	assert.ok(numbers > 20);
});

test('run: what cannot be is said before anything is made', () => {
	const odd = {
		'http-port': ['0', '65536'], 'sip-port': ['0', '65536'], 'rtp-min': ['0', '65535', '1022', '20001'], 'rtp-max': ['0', '65536', '19999'],
		'max-calls': ['0', '20001', '1001'], 'web-rate': ['0', '1000001'], 'dni-rate': ['0', '1000001'],
		addr: ['', 'localhost', '127.0.0.1:80', '256.0.0.1'], 'http-addr': ['', '::1', 'nope'], 'public-url': ['', 'nonsense', 'http://x/', 'http://x:99999'],
		'trusted-fronts': ['nope', '10.0.0.1,', '10.0.0.1;', '10.1.0.0/8', '0.0.0.0/0', '::/0', '::ffff:10.0.0.0/104', '10.0.0.0/33', Array(65).fill('10.0.0.1').join()],
		'dns-servers': ['nope', '192.0.2.53,', '192.0.2.53;192.0.2.54', '192.0.2.53:0'], 'smtp-url': ['nonsense', 'http://127.0.0.1', 'smtp://', 'smtp://mx:x'],
		'log-level': ['', 'loud', 'INFO'], without: ['nonsense', 'jobd,nonsense'],
	};
	for (const [name, values] of Object.entries(odd))
		for (const value of values) refused(['run', '--dir', 'v', `--${name}=${value}`], new RegExp(`--${name}`));
	assert.ok(!existsSync(join(cwd, 'v', 'ringtrace.conf')), 'no settings file holds any of it');
	assert.deepEqual(readdirSync(cwd).filter((f) => f !== 'v'), []);
});

test('run: a file of settings that says the same is refused, with its line', () => {
	const home = join(dir, 'told');
	mkdirSync(home, { recursive: true });
	for (const line of ['dns_servers nope', 'smtp_url nonsense', 'smtp_from nonsense', 'http_listen 127.0.0.1:0', 'sip_port 0', 'sip_advertised nat.example', 'public_url nonsense', 'log_level loud', 'trusted_fronts 10.0.0.0/0']) {
		writeFileSync(join(home, 'ringtrace.conf'), `# ours\n${line}\n`);
		for (const args of [['run', '--dir', home], ['doctor', '-c', join(home, 'ringtrace.conf')]]) {
			const r = ringtrace(...args);
			assert.equal(r.status, 1, `${line}: ${r.stderr}`);
			assert.match(r.stderr, /ringtrace\.conf line 2: /, line);
		}
	}
});

test('call: who, whom, from where and how', () => {
	const whom = ['--target', '127.0.0.1:5060', '--number', '+12125550123'];
	refused(['call'], /say carrier, phone or load/);
	refused(['call', ...whom], /say carrier, phone or load/);
	refused(['call', 'carrier', 'phone', ...whom], /say carrier, phone or load/);
	refused(['call', 'carrier'], /--target and --number/);
	refused(['call', 'carrier', ...whom, '--number='], /--target and --number/);
	const odd = {
		listen: ['nonsense', '127.0.0.1:x', '::1'], target: ['nonsense', '127.0.0.1:0'], keys: ['12x', '1 2'], 'keys-by': ['nonsense', ''], play: ['nonsense', 'tone:x', 'file:/no/such'],
		answer: ['nonsense', '399', '700', ''], 'per-minute': ['0'], 'at-once': ['0', '5001'], 'rtp-min': ['0', '24001', '32767'], 'rtp-max': ['0', '23999'],
	};
	for (const [name, values] of Object.entries(odd))
		for (const value of values) refused(['call', 'carrier', ...whom, `--${name}=${value}`], /--(\w|-)+/);
});
