// The runner of tests: what it says of failures, and that a second run is never
// silent, never makes up for much, and never happens unless it was asked for. A
// long run that was cut off goes on where it was.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

import { dir, until } from '../support/stack.mjs';

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

test('what cannot be tried here has not passed, and is told', () => {
	const r = run({ good, some: "test('disk', { skip: 'no room' }, () => {});\ntest('second', () => {});" }, '2');
	assert.equal(r.status, 0);
	assert.equal(r.tally, '2 0\n');
	assert.equal(r.told, 'not run: some.mjs: disk: no room\n');
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

/** Runs three programs with -j 1-3 on a machine that is idle, or not, for so many
 *  hundredths of each second. */
async function sideBySide(name, source, idle) {
	const folder = join(dir, name), stat = join(folder, 'stat');
	mkdirSync(join(folder, 't'), { recursive: true });
	const files = ['a', 'b', 'c'].map((one) => join(folder, `${one}.mjs`));
	for (const file of files) writeFileSync(file, `import { test } from 'node:test';\nimport fs from 'node:fs';\nimport assert from 'node:assert/strict';\nconst folder = ${JSON.stringify(folder)}, mine = ${JSON.stringify(file)};\n${source}\n`);
	let ticks = 0;
	const tick = () => {
		ticks += 1000;
		writeFileSync(`${stat}.new`, `cpu  ${ticks * (100 - idle)} 0 0 ${ticks * idle} 0 0 0 0 0 0\n`);
		renameSync(`${stat}.new`, stat);
	};
	tick();
	const clock = setInterval(tick, 50), times = join(folder, 'times');
	const child = spawn('dev/run-tests.sh', ['-j', '1-3', ...files], { env: { ...process.env, TMPDIR: join(folder, 't'), RT_TEST_STAT: stat, RT_TEST_TIMES: times, RT_TEST_TALLY: '', RT_TEST_TOLD: '', RT_TEST_AGAIN: '0' } });
	let text = '';
	for (const out of [child.stdout, child.stderr]) out.setEncoding('utf8').on('data', (more) => (text += more));
	const status = await new Promise((done) => child.on('close', done));
	clearInterval(clock);
	return { status, text, times: readFileSync(times, 'utf8').replaceAll(`${folder}/`, '') };
}

test('while the processors are idle more begin, up to the most that may', async () => {
	const r = await sideBySide('idle', `test('all three are here', async () => {
		fs.writeFileSync(mine + '.here', '');
		const end = Date.now() + 60000;
		while (!['a', 'b', 'c'].every((one) => fs.existsSync(folder + '/' + one + '.mjs.here'))) {
			assert.ok(Date.now() < end);
			await new Promise((r) => setTimeout(r, 20));
		}
	});`, 90);
	assert.equal(r.status, 0, r.text);
	assert.match(r.text, /^3 passed, 0 failed$/m);
	assert.match(r.times, /^\d+\.\d \d+\.\d a\.mjs$/m);
	assert.match(r.times, /^\d+\.\d - a\.mjs: all three are here$/m);
});

test('while they are full none begins beside another', async () => {
	const r = await sideBySide('full', `test('nobody else', async () => {
		fs.mkdirSync(folder + '/one');
		await new Promise((r) => setTimeout(r, 3000)); // as a call lasts
		fs.rmdirSync(folder + '/one');
	});`, 2);
	assert.equal(r.status, 0, r.text);
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

test('a long run that was cut off goes on where it was, and begins anew with other sources', () => {
	const at = join(dir, 'parts'), file = (name) => join(at, name);
	mkdirSync(file('dev'), { recursive: true });
	for (const name of ['parts.sh', 'steps.sh']) copyFileSync(join('dev', name), file(`dev/${name}`));
	writeFileSync(file('dev/some.parts'), `# Some.
begin echo begun >>ran
good echo "3 0" >>"$RT_TEST_TALLY"; echo good >>ran
plain echo plain >>ran
bad if [ -e well ]; then echo "1 0"; else echo "1 1"; echo "bad: not well" >>"$RT_TEST_TOLD"; fi >>"$RT_TEST_TALLY"
worse [ -e well ]
late [ ! -e cut ] || kill -KILL $PPID
`);
	writeFileSync(file('.gitignore'), 'build\nran\nwell\ncut\n');
	writeFileSync(file('cut'), '');
	const git = spawnSync('git', ['init', '-q'], { cwd: at, encoding: 'utf8' });
	assert.equal(git.status, 0, git.stderr);
	const parts = (...args) => spawnSync('dev/parts.sh', args, { cwd: at, encoding: 'utf8', env: { ...process.env, RT_TEST_TALLY: '', RT_TEST_TOLD: '' } });
	const ran = () => readFileSync(file('ran'), 'utf8').trim().split('\n').join(' ');

	assert.equal(parts('none').status, 2);
	assert.equal(parts('some', 'part', 'nothing').status, 2);
	assert.equal(parts('some').signal, 'SIGKILL');
	assert.equal(ran(), 'begun good plain');
	const list = parts('some', 'list').stdout;
	assert.match(list, /^good +3 passed +0 failed/m);
	assert.match(list, /^plain +1 passed +0 failed/m);
	assert.match(list, /^bad +1 passed +1 failed/m);
	assert.match(list, /^late +not run$/m);
	const half = parts('some', 'sum');
	assert.equal(half.status, 1);
	assert.match(half.stdout, /^bad: not well\n(.*\n)*late: not run\nworse: failed beside its tests \(status 1\)$/m);
	assert.match(half.stdout, /^6 passed, 3 failed\n$/m);

	rmSync(file('cut'));
	writeFileSync(file('well'), '');
	const whole = parts('some');
	assert.equal(ran(), 'begun good plain', 'what passed is not run again');
	assert.match(whole.stdout, /^8 passed, 0 failed\n$/m);
	assert.equal(whole.status, 0);
	assert.equal(readFileSync(file('build/failed.txt'), 'utf8'), '');

	writeFileSync(file('new.c'), 'int x;');
	assert.match(parts('some', 'sum').stdout, /^6 of them with other sources/m);
	assert.equal(parts('some', 'part', 'plain').status, 0);
	assert.equal(ran(), 'begun good plain plain');
	assert.match(parts('some', 'sum').stdout, /^5 of them with other sources/m);
	assert.match(parts('some').stdout, /others than before: all begins anew[^]*^8 passed, 0 failed$/m);
	assert.equal(ran(), 'begun good plain plain begun good plain');
	assert.equal(parts('some', 'begin').status, 0);
	assert.match(parts('some', 'list').stdout, /^good +not run$/m);
});

test('Ctrl-C ends all of it, though a part ends in good order', async () => {
	const at = join(dir, 'stopped'), file = (name) => join(at, name);
	mkdirSync(file('dev'), { recursive: true });
	for (const name of ['parts.sh', 'steps.sh']) copyFileSync(join('dev', name), file(`dev/${name}`));
	writeFileSync(file('dev/some.parts'), 'first trap "exit 130" INT; : >up; tail -f /dev/null --pid=$$ & wait\nsecond : >second\n');
	const child = spawn('dev/parts.sh', ['some'], { cwd: at, detached: true, stdio: 'ignore' });
	const ended = new Promise((r) => child.on('exit', r));
	await until('the first part runs', () => existsSync(file('up')));
	process.kill(-child.pid, 'SIGINT');
	assert.equal(await ended, 130);
	assert.ok(!existsSync(file('second')) && !existsSync(file('build/parts/some/first.result')));
});

test('a folder whose path would be misread is refused at once', () => {
	for (const name of ['with a blank', 'tab\there', 'paren(s)', 'back`tick', "quo'te", 'dol$lar', 'ha#sh']) {
		const at = join(dir, name);
		mkdirSync(at, { recursive: true });
		const r = spawnSync('make', ['-f', resolve('Makefile'), '-C', at, 'help'], { encoding: 'utf8' });
		assert.equal(r.status, 2, name);
		assert.match(r.stderr, /has to lie in a folder whose path has no blank/, name);
	}
	const r = spawnSync('make', ['-C', '.', 'help'], { encoding: 'utf8' });
	assert.equal(r.status, 0, r.stderr);
	assert.match(r.stdout, /^make test/m);
});
