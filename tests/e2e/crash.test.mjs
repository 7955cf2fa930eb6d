// A run of tests that is killed leaves nothing running, and the next one clears
// away what it left lying.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

import { scratch, tied } from '../support/scratch.mjs';
import { alive, childrenOf, dir, until } from '../support/stack.mjs';

const SLOW_MS = 60000;
const tmp = join(dir, 't'); // a /tmp of these runs' own
mkdirSync(tmp);
const env = { ...process.env, TMPDIR: tmp };
for (const name of ['TALLY', 'TOLD', 'AGAIN']) delete env[`RT_TEST_${name}`];

const pidsIn = (folder) => readdirSync('/proc').filter((p) => {
	try {
		return /^\d+$/.test(p) && alive(p) && readFileSync(`/proc/${p}/environ`, 'latin1').includes(`RT_TEST_DIR=${folder}`);
	} catch {
		return false; // it ended while we looked, or is not ours
	}
});
const folders = () => readdirSync(tmp).filter((f) => f.startsWith('rtr.')).map((f) => join(tmp, f));

/** A run that hangs in a started product; not the run of that folder. */
async function hangs(other) {
	const child = spawn(tied[0], [...tied.slice(1), 'dev/run-tests.sh', 'tests/support/hang.mjs'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
	const run = { child, text: '', ended: new Promise((r) => child.on('exit', (code, signal) => r(code ?? signal))) };
	child.stdout.setEncoding('utf8').on('data', (t) => (run.text += t));
	const out = () => folders().filter((f) => f !== other).map((f) => join(f, 'out/tests_support_hang.mjs.tap')).find((f) => existsSync(f) && /# stack/.test(readFileSync(f, 'utf8')));
	await until('the product runs', out, SLOW_MS);
	const [, pid, at] = readFileSync(out(), 'utf8').match(/# stack (\d+) (\S+)/);
	Object.assign(run, { supervisor: Number(pid), at, folder: dirname(at) });
	assert.ok(childrenOf(run.supervisor).length >= 2, 'there is something to leave behind');
	return run;
}
const allGone = (run) => until('nothing runs any more', () => pidsIn(run.folder).length === 0 && !alive(run.supervisor), SLOW_MS);

test('the runner is killed', async () => {
	const run = await hangs();
	const programs = childrenOf(run.supervisor).map(({ pid }) => pid);
	run.child.kill('SIGKILL');
	await run.ended;
	await allGone(run);
	await until('its programs are gone', () => !programs.some(alive), SLOW_MS);
	assert.deepEqual(folders(), [run.folder], 'nobody was left to clear it away');
	const next = await hangs(run.folder);
	assert.deepEqual(folders(), [next.folder], 'the next run has');
	next.child.kill('SIGTERM');
	assert.equal(await next.ended, 130);
	assert.deepEqual(folders(), [], 'told to end, it clears up itself');
	await allGone(next);
});

test('the test program is killed', async () => {
	const run = await hangs();
	const program = pidsIn(run.at).map(Number).find((p) => childrenOf(p).some(({ pid }) => pid === run.supervisor));
	process.kill(program, 'SIGKILL');
	assert.equal(await run.ended, 1);
	assert.match(run.text, /exit status 137[^]*0 passed, 1 failed/);
	await allGone(run);
	assert.deepEqual(folders(), []);
});

test('a folder that somebody works in, or wants to see, stays', () => {
	process.env.TMPDIR = tmp;
	const first = scratch('rtx');
	const second = scratch('rtx');
	assert.ok(statSync(first).isDirectory() && statSync(second).isDirectory());
	assert.notEqual(first, second);
});
