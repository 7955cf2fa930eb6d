// Programs that cannot start say why in one line, and end with a status of
// their own; a second one in the same folder leaves the first alone.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

import { tied } from '../support/scratch.mjs';
import { addr, build, dir, until } from '../support/stack.mjs';

const WEB = ['dashboard', 'admin', 'api', 'dni'];
const programs = [...WEB.map((name) => `${name}.fcgi`), 'jobd', 'sipworker'];
let serial = 0;

/** A configuration file with a run folder of its own; nobody's database. */
function conf(changes = {}, more = '') {
	const at = join(dir, `c${++serial}`);
	for (const d of ['run', 'secret', 'recordings', 'journal']) mkdirSync(join(at, d), { recursive: true });
	const all = { run_dir: join(at, 'run'), secret_dir: join(at, 'secret'), recordings_dir: join(at, 'recordings'), journal_dir: join(at, 'journal'),
		share_dir: resolve('.'), db_socket: join(at, 'none.sock'), http_listen: `${addr}:8080`, public_url: `http://${addr}:8080`, sip_address: addr, ...changes };
	const file = join(at, 'ringtrace.conf');
	writeFileSync(file, `${Object.entries(all).map(([k, v]) => `${k} ${v}`).join('\n')}\n${more}`);
	return file;
}
function start(program, args) {
	const r = spawnSync(join(build, program), args, { encoding: 'utf8', timeout: 60000 });
	assert.equal(r.signal, null, `${program} ${args.join(' ')} goes on:\n${r.stderr}`);
	return r;
}

test('called wrongly: how it is called', () => {
	for (const program of programs)
		for (const args of [[], ['-c'], ['-x', conf()], ['-c', conf(), 'more'], ['--route']]) {
			const r = start(program, args);
			assert.equal(r.status, 2, `${program} ${args.join(' ')}: ${r.stderr}`);
			assert.match(r.stderr, new RegExp(`^[^\\n]*usage: ${program.replace('.', '\\.')} -c FILE\\n$`));
			assert.equal(r.stdout, '');
		}
});

test('a configuration that is not there, unknown, twice or out of range: the line that is wrong', () => {
	for (const program of programs) {
		assert.match(start(program, ['-c', join(dir, 'none')]).stderr, /file: open \S+none: No such file/);
		for (const [more, why] of [['nonsense 1\n', /line \d+: unknown setting: nonsense/], ['sip_port 70000\n', /line 10: number outside its range: 70000/], ['sip_port x\n', /line 10: .*x$/m],
			['dns_servers nope\n', /line 10: not IPv4 addresses, .*: nope/], ['smtp_url nonsense\n', /line 10: not smtp:.*: nonsense/], ['log_level loud\n', /line 10: not debug, .*: loud/]]) {
			const r = start(program, ['-c', conf({}, more)]);
			assert.equal(r.status, 1, `${program} ${more}`);
			assert.match(r.stderr, why, program);
			assert.equal(r.stderr.trim().split('\n').length, 1, r.stderr);
		}
	}
});

test('no templates, no folder for the socket, no database where one is needed', () => {
	for (const program of ['dashboard.fcgi', 'admin.fcgi']) {
		const r = start(program, ['-c', conf({ share_dir: join(dir, 'nowhere') })]);
		assert.equal(r.status, 1);
		assert.match(r.stderr, /nowhere/);
	}
	for (const program of ['dashboard.fcgi', 'admin.fcgi', 'api.fcgi']) {
		const r = start(program, ['-c', conf({ run_dir: join(dir, 'nowhere') })]);
		assert.equal(r.status, 1);
		assert.match(r.stderr, /fcgi_sock: open \S+nowhere\S+: No such file/);
	}
	const r = start('dni.fcgi', ['-c', conf()]);
	assert.equal(r.status, 1, 'who gives out numbers knows which');
	assert.match(r.stderr, /db_dni\.pw: No such file/);
});

test('two of one name in one folder: the second ends, the first goes on, and ends when it is told', async () => {
	for (const name of ['dashboard', 'admin', 'api']) {
		const file = conf();
		const [program, ...before] = tied;
		const first = spawn(program, [...before, join(build, `${name}.fcgi`), '-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
		const ended = new Promise((r) => first.on('close', (code, signal) => r(code ?? signal)));
		let said = '';
		first.stderr.setEncoding('utf8').on('data', (t) => (said += t));
		await until(`${name} is ready`, () => /ready socket=/.test(said));
		const second = start(`${name}.fcgi`, ['-c', file]);
		assert.equal(second.status, 1);
		assert.match(second.stderr, /is another one running\?/);
		assert.equal(first.exitCode, null);
		first.kill('SIGTERM');
		assert.equal(await ended, 0, said);
	}
});
