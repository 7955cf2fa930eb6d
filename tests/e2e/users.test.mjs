// As root each web program is a user of its own: none reads another's database
// password, and only those that need it read the sealing key. As an ordinary
// user all of them are that user.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { build, dir, startStack } from '../support/stack.mjs';

const web = ['admin', 'api', 'dashboard', 'dni', 'jobd'];
const seals = ['admin', 'api', 'dashboard', 'jobd'];
// A clone that other users cannot reach (in /root) has its programs run as root.
const reached = spawnSync('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', 'test', '-x', join(build, 'dni.fcgi')]).status === 0;
const root = process.getuid() === 0 && reached;
let stack;

before(async () => {
	chmodSync(dir, 0o755);
	// As the operator puts it there.
	mkdirSync(join(dir, 'secret'), { recursive: true });
	writeFileSync(join(dir, 'secret/smtp.pw'), 'x\n', { mode: 0o644 });
	stack = await startStack({ fresh: true, without: ['sipworker'] });
});
after(async () => {
	await stack?.stop();
});

/** Numbers of a running program, from the kernel. */
function ids(name) {
	const status = readFileSync(`/proc/${stack.pidOf(name)}/status`, 'latin1');
	const of = (key) => status.match(new RegExp(`^${key}:[ \\t]*(.*)$`, 'm'))[1].trim().split(/\s+/).filter(Boolean).map(Number);
	return { uid: of('Uid'), gid: of('Gid'), groups: of('Groups') };
}

/** May a process with these numbers read the file? */
function mayRead(who, file) {
	const groups = who.groups.length > 0 ? `--groups=${who.groups.join(',')}` : '--clear-groups';
	const r = spawnSync('setpriv', [`--reuid=${who.uid[0]}`, `--regid=${who.gid[0]}`, groups, 'cat', file], { encoding: 'utf8' });
	if (r.error) throw r.error;
	return r.status === 0 && r.stdout.length > 0;
}

test('each program reads its own secrets and no other', () => {
	const secret = join(stack.dir, 'secret');
	const all = Object.fromEntries(web.map((name) => [name, ids(name)]));
	if (!root) {
		for (const name of web) assert.deepEqual(new Set(all[name].uid), new Set([process.getuid()]));
		return;
	}
	const uids = web.map((name) => all[name].uid[0]);
	assert.equal(new Set(uids).size, web.length, `all different: ${uids}`);
	assert.ok(!uids.includes(0));
	for (const name of web) {
		assert.equal(new Set(all[name].uid).size, 1, 'no way back');
		for (const file of readdirSync(secret)) {
			const want = file === `db_${name}.pw` || (file === 'smtp.pw' && name === 'jobd') || (file === 'seal.key' && seals.includes(name));
			assert.equal(mayRead(all[name], join(secret, file)), want, `${name} reads ${file}: ${!want}`);
		}
	}
});

test('jobd alone erases what the recorder wrote', { skip: !root }, () => {
	const at = join(stack.dir, 'recordings');
	const owner = statSync(at);
	const as = (who, ...argv) => spawnSync('setpriv', [`--reuid=${who.uid[0]}`, `--regid=${who.gid[0]}`,
		who.groups?.length > 0 ? `--groups=${who.groups.join(',')}` : '--clear-groups', ...argv], { encoding: 'utf8' });
	const recorder = { uid: [owner.uid], gid: [owner.gid] };
	// As sipworker/rec/rec_file.c does it, with the umask of ctl/ctl_guard.c.
	assert.equal(as(recorder, 'sh', '-c', 'umask 027; mkdir -m 770 -p "$0/2026" && mkdir -m 770 "$0/2026/11" && : > "$0/2026/11/a.wav"', at).status, 0);
	const file = join(at, '2026/11/a.wav');
	for (const name of ['admin', 'api', 'dashboard', 'dni']) {
		assert.notEqual(as(ids(name), 'rm', '-f', file).status, 0, name);
		assert.ok(existsSync(file), name);
	}
	assert.equal(as(ids('jobd'), 'cat', file).status, 0);
	assert.equal(as(ids('jobd'), 'rm', file).stderr, '');
	assert.ok(!existsSync(file));
	// Whoever is neither the recorder nor in the group sees nothing.
	assert.notEqual(as({ uid: [65533], gid: [65533] }, 'ls', at).status, 0);
});

test('they work all the same', async () => {
	assert.equal((await stack.fetch('/login')).status, 200);
	const me = await stack.login();
	assert.equal((await me.fetch('/calls')).status, 200);
	assert.equal((await stack.fetch('/healthz')).status < 500, true);
});
