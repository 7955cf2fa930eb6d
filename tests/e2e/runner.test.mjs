// The runner of tests: what it says of failures, and that a second run is never
// silent, never makes up for much, and never happens unless it was asked for.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { dir } from '../support/stack.mjs';

let serial = 0;

/** Runs node programs { name: source } by dev/run-tests.sh; FLAG in a source is
 *  a path of this run's own; complains: what is said on standard error. */
function run(programs, again, once, complains = /^$/) {
	const folder = join(dir, `r${++serial}`);
	mkdirSync(join(folder, 't'), { recursive: true });
	const files = Object.entries(programs).map(([name, source]) => {
		const file = join(folder, `${name}.mjs`);
		writeFileSync(file, `import { test } from 'node:test';\nimport fs from 'node:fs';\nimport assert from 'node:assert/strict';\n${source.replaceAll('FLAG', JSON.stringify(join(folder, name)))}\n`);
		return file;
	});
	const at = (name) => join(folder, name);
	const env = { ...process.env, TMPDIR: at('t'), RT_TEST_TALLY: at('tally'), RT_TEST_TOLD: at('told'), RT_TEST_AGAIN: again, RT_TEST_ONCE: once ? join(folder, once) : '' };
	const { status, stdout, stderr } = spawnSync('dev/run-tests.sh', files, { env, encoding: 'utf8' });
	const read = (name) => (existsSync(at(name)) ? readFileSync(at(name), 'utf8') : '').replaceAll(`${folder}/`, '');
	assert.match(stderr, complains);
	return { status, text: stdout.replaceAll(`${folder}/`, ''), tally: read('tally'), told: read('told') };
}
const good = "test('fine', () => {});";
const bad = "test('outer', async (t) => { await t.test('inner', () => assert.deepEqual({ a: 1, b: 2 }, { a: 1, b: 3 })); });\ntest('fine', () => {});";
const lucky = "test('first', () => { if (!fs.existsSync(FLAG)) { fs.writeFileSync(FLAG, ''); throw new Error('too early\\nby far'); } });\ntest('second', () => {});";

test('what failed is told in few words', () => {
	const r = run({ good, bad, dies: "console.error('no such thing');\nprocess.exit(3);" }, '0');
	assert.equal(r.status, 1);
	assert.equal(r.tally, '2 2\n');
	assert.match(r.told, /^bad\.mjs: inner \(line 4\)\n {4}Expected values[^\n]*\n {4}\+ {3}b: 2\n {4}- {3}b: 3\n/m);
	assert.match(r.told, /^dies\.mjs: dies\.mjs: exit status 3\n {4}no such thing\n/m);
	assert.doesNotMatch(r.told, /outer|fine|good/);
	assert.doesNotMatch(r.text, /second run/);
});

test('who passes on the second run is named, and counted once', () => {
	const r = run({ good, lucky }, '2');
	assert.equal(r.status, 0);
	assert.equal(r.tally, '3 0\n');
	assert.match(r.told, /^passed on the second run: lucky\.mjs; at first:\n {4}lucky\.mjs: first \(line 4\)\n {8}too early\n {8}by far\n$/);
	assert.match(r.text, /^passed on the second run: lucky\.mjs/m);
	assert.match(r.text, /^3 passed, 0 failed$/m);
});

test('who must pass at once is not tried again, others are', () => {
	const r = run({ drill_a: lucky, other: lucky }, '2', 'drill_');
	assert.equal(r.status, 1);
	assert.equal(r.tally, '3 1\n');
	assert.match(r.told, /^drill_a\.mjs: first/m);
	assert.match(r.told, /^passed on the second run: other\.mjs/m);
	assert.doesNotMatch(r.told, /second run: drill_a/);
});

test('who fails twice has failed', () => {
	const r = run({ bad, lucky }, '2');
	assert.equal(r.status, 1);
	assert.equal(r.tally, '3 1\n');
	assert.match(r.told, /^bad\.mjs: inner/m);
	assert.match(r.told, /^passed on the second run: lucky\.mjs/m);
});

test('who was cut off with the shell around it has failed, and so has who was not begun', () => {
	// Above node is what bounds its time, and above that the shell.
	const kills = "const above = (pid) => Number(fs.readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\\) /s, '').split(' ')[1]);\ntest('kills', () => { process.kill(above(process.ppid), 'SIGKILL'); });";
	const r = run({ kills, a: good, b: good, c: good, d: good, e: good, f: good }, '0', undefined, /terminated by signal 9/);
	assert.equal(r.status, 1);
	assert.match(r.told, /^kills\.mjs: not run to its end$/m);
	assert.match(r.text, /^not ok 9999 - kills\.mjs: not run to its end$/m);
	assert.match(r.tally, /^[0-6] [1-7]\n$/);
});

test('nothing failed: nothing is told', () => {
	const r = run({ good }, '2');
	assert.equal(r.status, 0);
	assert.equal(r.told, '');
});

test('many failures are no bad luck, and none is tried again unasked', () => {
	for (const [again, programs] of [['2', { a: lucky, b: lucky, c: lucky }], ['0', { lucky }], ['', { lucky }]]) {
		const r = run(programs, again);
		assert.equal(r.status, 1);
		assert.doesNotMatch(r.text + r.told, /second run/);
	}
});
