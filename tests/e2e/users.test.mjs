// As root each web program is a user of its own: none reads another's database
// password, and only those that need it read the sealing key. As an ordinary
// user all of them are that user.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { dir, startStack } from '../support/stack.mjs';

const web = ['admin', 'api', 'dashboard', 'dni', 'jobd'];
const seals = ['admin', 'dashboard', 'jobd'];
const root = process.getuid() === 0;
let stack;

before(async () => {
	chmodSync(dir, 0o755);
	stack = await startStack({ without: ['sipworker'] });
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
			const want = file === `db_${name}.pw` || (file === 'seal.key' && seals.includes(name));
			assert.equal(mayRead(all[name], join(secret, file)), want, `${name} reads ${file}: ${!want}`);
		}
	}
});

test('they work all the same', async () => {
	assert.equal((await stack.fetch('/login')).status, 200);
	const me = await stack.login();
	assert.equal((await me.fetch('/calls')).status, 200);
	assert.equal((await stack.fetch('/healthz')).status < 500, true);
});
