// The runner of tests: what it says of failures, and that a second run is never
// silent, never makes up for much, and never happens unless it was asked for. A
// long run that was cut off goes on where it was.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, copyFileSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
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

/** Runs programs of these names with -j 1-3. idle(at): for how many hundredths the
 *  machine is idle, asked at each look the runner takes at it; at(name): a path of
 *  what the programs share. */
async function sideBySide(name, names, source, idle) {
	const folder = join(dir, name), at = (file) => join(folder, file), stat = at('stat');
	mkdirSync(at('t'), { recursive: true });
	const files = names.map((one) => at(`${one}.mjs`));
	for (const file of files) writeFileSync(file, `import { test } from 'node:test';\nimport fs from 'node:fs';\nimport assert from 'node:assert/strict';\nconst folder = ${JSON.stringify(folder)}, mine = ${JSON.stringify(file)};\nconst come = async (path) => {\n	const end = Date.now() + 60000;\n	while (!fs.existsSync(path)) {\n		assert.ok(Date.now() < end);\n		await new Promise((r) => setTimeout(r, 20));\n	}\n};\n${source}\n`);
	// It can be opened for writing while somebody reads it only.
	assert.equal(spawnSync('mkfifo', [stat]).status, 0);
	let looks = false, busy = 0, free = 0;
	const look = () => {
		let fd = -1;
		try {
			fd = openSync(stat, constants.O_WRONLY | constants.O_NONBLOCK);
		} catch (error) {
			assert.equal(error.code, 'ENXIO');
			looks = false;
			return;
		}
		if (!looks) {
			const share = idle(at);
			busy += 10 * (100 - share);
			free += 10 * share;
		}
		looks = true; // until it has closed it
		writeSync(fd, `cpu  ${busy} 0 0 ${free} 0 0 0 0 0 0\n`);
		closeSync(fd);
	};
	const clock = setInterval(look, 20), times = at('times');
	const child = spawn('dev/run-tests.sh', ['-j', '1-3', ...files], { env: { ...process.env, TMPDIR: at('t'), RT_TEST_STAT: stat, RT_TEST_TIMES: times, RT_TEST_TALLY: '', RT_TEST_TOLD: '', RT_TEST_AGAIN: '0' } });
	let text = '';
	for (const out of [child.stdout, child.stderr]) out.setEncoding('utf8').on('data', (more) => (text += more));
	const status = await new Promise((done) => child.on('close', done));
	clearInterval(clock);
	return { status, text, times: readFileSync(times, 'utf8').replaceAll(`${folder}/`, '') };
}

test('while the processors are idle more begin, up to the most that may', async () => {
	const r = await sideBySide('idle', ['a', 'b', 'c'], `test('all three are here', async () => {
		fs.writeFileSync(mine + '.here', '');
		for (const one of ['a', 'b', 'c']) await come(folder + '/' + one + '.mjs.here');
	});`, () => 90);
	assert.equal(r.status, 0, r.text);
	assert.match(r.text, /^3 passed, 0 failed$/m);
	assert.match(r.times, /^\d+\.\d \d+\.\d a\.mjs$/m);
	assert.match(r.times, /^\d+\.\d - a\.mjs: all three are here$/m);
});

test('when they are full again fewer begin, down to the fewest', async () => {
	const names = ['a', 'b', 'c', 'd', 'e', 'f'], later = { most: 0, full: 0, seen: [] };
	const r = await sideBySide('back', names, `test('stays until it may go', async () => {
		fs.writeFileSync(mine + '.here', '');
		await come(mine + '.go');
	});`, (at) => {
		const here = names.filter((one) => existsSync(at(`${one}.mjs.here`)) && !existsSync(at(`${one}.mjs.go`)));
		const go = (list) => list.forEach((one) => writeFileSync(at(`${one}.mjs.go`), ''));
		if (later.full === 0 && here.length < 3) return 90;
		// After five full seconds one less begins, after five more the next.
		if (++later.full === 11) go(here);
		if (later.full <= 11) return 2;
		later.most = Math.max(later.most, here.length);
		go(here.filter((one) => later.seen.includes(one)));
		later.seen = here;
		return 2;
	});
	assert.equal(r.status, 0, r.text);
	assert.match(r.text, /^6 passed, 0 failed$/m);
	assert.equal(later.most, 1);
});

test('while they are full none begins beside another', async () => {
	const r = await sideBySide('full', ['a', 'b', 'c'], `test('nobody else', async () => {
		fs.mkdirSync(folder + '/one');
		await new Promise((r) => setTimeout(r, 3000)); // as a call lasts
		fs.rmdirSync(folder + '/one');
	});`, () => 2);
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

test('each race of a watched program is a failure, also several of one program', () => {
	const at = join(dir, 'races'), file = join(at, 'some.mjs');
	mkdirSync(join(at, 't'), { recursive: true });
	writeFileSync(file, `import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
const path = process.env.TSAN_OPTIONS.split('=')[1];
test('leaves what two programs saw, and a third that was killed amid it', () => {
	writeFileSync(path + '.1', 'WARNING\\nSUMMARY: data race a.c:1 in a\\nWARNING\\nSUMMARY: data race b.c:2 in b\\n');
	writeFileSync(path + '.2', 'WARNING\\nSUMMARY: data race c.c:3 in c\\n');
	writeFileSync(path + '.3', 'WARNING\\n');
});
`);
	const tally = join(at, 'tally'), told = join(at, 'told');
	const { status } = spawnSync('dev/tsan.sh', [file], { env: { ...process.env, TMPDIR: join(at, 't'), RT_TEST_TALLY: tally, RT_TEST_TOLD: told }, encoding: 'utf8' });
	assert.equal(status, 1);
	assert.equal(readFileSync(tally, 'utf8'), '1 0\n0 2\n0 1\n0 1\n');
	assert.equal(readFileSync(told, 'utf8'), 'data race a.c:1 in a\ndata race b.c:2 in b\ndata race c.c:3 in c\n');
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
