// `ringtrace run`: comes up, stops without a trace, comes up again on its data,
// starts what dies again, and says clearly what is in its way.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { noSmallDisk, smallDisk } from '../support/drill.mjs';
import { addr, alive, build, childrenOf, dir, startStack, until } from '../support/stack.mjs';

const without = ['dashboard', 'dni', 'jobd', 'sipworker'];
let stack, mariadbd;
after(() => stack?.stop('SIGKILL'));

test('comes up and answers', async () => {
	stack = await startStack({ without, demo: false, fresh: true });
	assert.equal((await stack.fetch('/')).status, 503, 'no dashboard: our own page');
	assert.match(await (await stack.fetch('/')).text(), /One moment/);
	stack.sql('CREATE DATABASE kept; CREATE TABLE kept.kept (n INT PRIMARY KEY); INSERT INTO kept.kept VALUES (7)', 'mysql');
});

test('a second supervisor on the same folder is refused', async () => {
	const second = await startStack({ without, demo: false, ready: false });
	assert.equal((await second.ended).code, 1);
	assert.match(second.output, /another `ringtrace run` is using/);
});

test('a killed child is started again, and the log says so', async () => {
	const before = stack.pidOf('nginx');
	process.kill(before, 'SIGKILL');
	await until('nginx is back', () => {
		const now = stack.pidOf('nginx: master');
		return now && now !== before;
	});
	await until('nginx answers', async () => (await stack.fetch('/').catch(() => null))?.status === 503);
	assert.match(stack.output, /nginx was killed by signal 9 .*starting it again/);
});

test('nobody reads what it says: what dies is started again all the same', async () => {
	const { stdout, stderr } = stack.child, before = stack.pidOf('nginx: master');
	for (const s of [stdout, stderr]) s.pause();
	appendFileSync(join(stack.dir, 'log', 'nginx.log'), '[error] a line that nobody reads, and many more of its kind\n'.repeat(40000));
	process.kill(before, 'SIGKILL');
	await until('nginx is back', () => {
		const now = stack.pidOf('nginx: master');
		return now && now !== before;
	});
	for (const s of [stdout, stderr]) s.resume();
	process.kill(stack.pidOf('nginx: master'), 'SIGKILL');
	await until('whoever reads again is told', () => /\d+ lines were not shown; the logs have them/.test(stack.output));
});

test('Ctrl-C stops everything it started', async () => {
	const pids = childrenOf(stack.pid).map(({ pid }) => pid);
	assert.ok(pids.length >= 2);
	const { code } = await stack.stop('SIGINT');
	assert.equal(code, 0);
	for (const pid of pids) assert.ok(!alive(pid), `${pid} is gone`);
});

test('stopped while the database is made: the folder is good the next time', async () => {
	const folder = join(dir, 'cut');
	const cut = await startStack({ without, demo: false, ready: false, dir: folder });
	await until('the database is half made', () => existsSync(join(folder, 'mysql', 'mysql')));
	assert.equal((await cut.stop('SIGINT')).code, 0);
	const again = await startStack({ without, demo: false, dir: folder });
	assert.equal((await again.stop()).code, 0);
	assert.ok(existsSync(join(folder, 'mysql.created')));
	assert.ok(!existsSync(join(folder, 'mysql.creating')));
});

test('a database that does not hear it while it starts is killed, and is good the next time', async () => {
	const folder = join(dir, 'deaf');
	const made = await startStack({ without, demo: false, dir: folder });
	assert.equal((await made.stop()).code, 0);
	const early = await startStack({ without, demo: false, ready: false, dir: folder });
	let server;
	// Itself, not what becomes it: that hears SIGTERM.
	await until('mariadbd starts', () => (server = childrenOf(early.pid).find(({ cmd }) => /^\S*mariadbd /.test(cmd))?.pid));
	[mariadbd] = readFileSync(`/proc/${server}/cmdline`, 'latin1').split('\0');
	process.kill(server, 'SIGSTOP');
	// On its way to standing still it would hear SIGTERM yet, and end by it.
	await until('it stands still', () => /\) T /.test(readFileSync(`/proc/${server}/stat`, 'latin1')));
	assert.equal((await early.stop('SIGINT')).code, 0);
	assert.match(early.output, /mariadbd did not stop within 5 s: killing it/);
	assert.ok(!alive(server));
	const again = await startStack({ without, demo: false, dir: folder });
	assert.equal((await again.stop()).code, 0);
});

test('a database that an earlier run has left hanging is ended by the next', async () => {
	const folder = join(dir, 'deaf'); // made by the test before
	const own = process.getuid() === 0 ? ['mysql', 'run'].map((d, i) => `#${statSync(join(folder, d))[['uid', 'gid'][i]]}`) : ['-', '-'];
	const left = spawn(join(build, 'ringtrace'), ['guard', ...own, String(process.pid), '--', mariadbd, `--defaults-file=${join(folder, 'mysql.cnf')}`], { stdio: 'ignore' });
	const ended = new Promise((r) => left.on('exit', r));
	await until('it serves', () => existsSync(join(folder, 'mysql', 'pid')));
	process.kill(left.pid, 'SIGSTOP');
	const again = await startStack({ without, demo: false, dir: folder });
	assert.match(again.output, new RegExp(`the database of an earlier run still runs, ending it pid=${left.pid}`));
	await ended;
	assert.equal((await again.stop()).code, 0);
});

test('a database that is marked as half made is made anew', async () => {
	const folder = join(dir, 'cut');
	rmSync(join(folder, 'mysql.created'));
	writeFileSync(join(folder, 'mysql.creating'), '');
	writeFileSync(join(folder, 'mysql', 'ibdata1'), 'half');
	rmSync(join(folder, 'mysql', 'ringtrace'), { recursive: true }); // comes later
	const again = await startStack({ without, demo: false, dir: folder });
	assert.match(again.output, /cut off, beginning again/);
	again.sql('CREATE DATABASE kept', 'mysql');
	assert.equal((await again.stop()).code, 0);
	assert.ok(!existsSync(join(folder, 'mysql.creating')));
});

test('a database that nobody says is half made is left as it is', async () => {
	const folder = join(dir, 'cut');
	rmSync(join(folder, 'mysql.created'));
	const again = await startStack({ without, demo: false, dir: folder });
	assert.equal(again.sql("SHOW DATABASES LIKE 'kept'", 'mysql').length, 1);
	assert.equal((await again.stop()).code, 0);
	rmSync(folder, { recursive: true });
});

test('a port in use is named, and nothing stays', async () => {
	const server = createServer().listen(8080, addr);
	await new Promise((r) => server.once('listening', r));
	const refused = await startStack({ without, demo: false, ready: false });
	assert.equal((await refused.ended).code, 1);
	assert.match(refused.output, new RegExp(`${addr}:8080 \\(TCP\\) is in use by another program: .*--http-port`));
	assert.deepEqual(childrenOf(refused.pid), []);
	await new Promise((r) => server.close(r));
});

test('no disk space is said, with what to do, and nothing stays', { skip: noSmallDisk }, async () => {
	const folder = join(dir, 'small');
	const disk = smallDisk(folder, '20m');
	const small = await startStack({ without, demo: false, ready: false, dir: folder });
	assert.equal((await small.ended).code, 1);
	assert.match(small.output, new RegExp(`${folder} has only \\d+ MB free, .*: make room, or choose another disk with --dir`));
	assert.deepEqual(childrenOf(small.pid), []);
	disk.fill();
	const full = await startStack({ without, demo: false, ready: false, dir: folder });
	assert.equal((await full.ended).code, 1);
	assert.match(full.output, /has only 0 MB free, .*: make room, or choose another disk with --dir/);
	assert.deepEqual(childrenOf(full.pid), []);
});

test('a disk that takes no more files is said, though it has bytes', { skip: noSmallDisk }, async () => {
	const folder = join(dir, 'few');
	smallDisk(folder, '900m', ',nr_inodes=500');
	const few = await startStack({ without, demo: false, ready: false, dir: folder });
	assert.equal((await few.ended).code, 1);
	assert.match(few.output, new RegExp(`${folder} has room for \\d+ files only \\(df -i\\), and 2000 are needed: .*--dir`));
	assert.deepEqual(childrenOf(few.pid), []);
});

test('room for the log of the database is asked for until it is there', { skip: noSmallDisk }, async () => {
	const folder = join(dir, 'near');
	const log = join(folder, 'mysql', 'ib_logfile0');
	const lackIsSaid = async (mb) => {
		const refused = await startStack({ without, demo: false, ready: false, dir: folder });
		assert.equal((await refused.ended).code, 1);
		assert.match(refused.output, new RegExp(`the database alone needs ${mb}: make room`));
		assert.deepEqual(childrenOf(refused.pid), []);
	};
	smallDisk(folder, '100m');
	mkdirSync(join(folder, 'mysql'));
	await lackIsSaid(672);
	writeFileSync(log, '');
	truncateSync(log, 256 * 2 ** 20); /* a version before made it smaller */
	await lackIsSaid(672);
	truncateSync(log, 512 * 2 ** 20);
	await lackIsSaid(160);
});

test('the demonstration follows to another address', async () => {
	const home = join(dir, 'moved');
	const alone = [...without, 'admin', 'api'];
	let moved = await startStack({ without: alone, dir: home });
	moved.sql("UPDATE trunk SET next_hop = '127.9.9.9:5070'; UPDATE trunk_acl SET cidr = '127.9.9.9/32'; UPDATE destination SET target = 'sip:business@127.9.9.9:5080'");
	await moved.stop();
	moved = await startStack({ without: alone, dir: home });
	assert.equal(moved.sqlOne('SELECT next_hop FROM trunk'), `${addr}:5070`);
	assert.equal(moved.sqlOne(`SELECT COUNT(*) FROM trunk_acl WHERE cidr = '${addr}/32'`), '1');
	assert.equal(moved.sqlOne('SELECT target FROM destination'), `sip:business@${addr}:5080`);
	await moved.stop();
});

test('a second run finds its data again', async () => {
	// Left by a version that gave its programs other users.
	for (const name of ['admin.lock', 'metric.admin']) {
		const left = join(dir, 'run', name);
		rmSync(left, { force: true });
		writeFileSync(left, '', { mode: 0o400 });
		if (process.getuid() === 0) chownSync(left, 1, -1);
	}
	stack = await startStack({ without, demo: false, args: ['--quiet'] });
	assert.equal(stack.sqlOne('SELECT n FROM kept', 'kept'), '7');
	assert.doesNotMatch(stack.output, / (info|debug) /, 'and, told to be quiet, says only what has to be said');
});

test('a killed supervisor leaves nothing running', async () => {
	const pids = childrenOf(stack.pid).map(({ pid }) => pid);
	await stack.stop('SIGKILL');
	for (const pid of pids) await until(`${pid} ends`, () => !alive(pid), 60000);
});

test('a program whose supervisor died before it began is not begun', () => {
	const guard = (pid) => spawnSync(join(build, 'ringtrace'), ['guard', '-', '-', String(pid), '--', '/bin/echo', 'began'], { encoding: 'utf8' });
	assert.equal(guard(process.pid).stdout, 'began\n');
	for (const pid of [process.ppid, 1, 0, 'x', '']) {
		assert.equal(guard(pid).stdout, '', `supervisor ${pid}`);
		assert.notEqual(guard(pid).status, 0);
	}
});

test('a missing program is named', async () => {
	copyFileSync(join(build, 'ringtrace'), join(dir, 'lone'));
	chmodSync(join(dir, 'lone'), 0o755);
	const lone = await startStack({ demo: false, ready: false, program: join(dir, 'lone') });
	assert.equal((await lone.ended).code, 1);
	assert.match(lone.output, /dashboard\.fcgi is missing: build it with `make`/);
});

test('an ordinary user can run it', async (t) => {
	if (process.getuid() !== 0) return t.diagnostic('every test before this one ran so');
	const as = ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups', '--'];
	const program = join(build, 'ringtrace');
	if (spawnSync(as[0], [...as.slice(1), program, 'help']).status !== 0)
		return t.diagnostic(`user nobody cannot reach ${program}`);
	const home = mkdtempSync(join(tmpdir(), 'rtn.'));
	try {
		const [nobody, nogroup] = ['-u', '-g'].map((w) => Number(spawnSync('id', [w, 'nobody'], { encoding: 'utf8' }).stdout));
		chownSync(home, nobody, nogroup);
		const own = await startStack({ without, demo: false, as, user: 'nobody', dir: home });
		assert.equal((await own.fetch('/')).status, 503);
		assert.equal(statSync(join(home, 'mysql')).uid, nobody);
		assert.equal((await own.stop()).code, 0);
	} finally {
		rmSync(home, { recursive: true, force: true });
	}
});

test('a folder that another supervisor cannot make is named', async () => {
	const refused = await startStack({ without, demo: false, ready: false, dir: '/proc/nothing' });
	assert.equal((await refused.ended).code, 1);
	assert.match(refused.output, /\/proc\/nothing/);
});

test('a path too long for sockets is named', async () => {
	const refused = await startStack({ without, demo: false, ready: false, dir: join(dir, 'x'.repeat(90)) });
	assert.equal((await refused.ended).code, 1);
	assert.match(refused.output, /longer than 85 bytes, too long for Unix sockets .*--dir/);
});

test('a path that MariaDB or nginx would cut in two is named', async () => {
	for (const name of ['my sites', 'a;b', 'a$b']) {
		const refused = await startStack({ without, demo: false, ready: false, dir: join(dir, name) });
		assert.equal((await refused.ended).code, 1);
		assert.match(refused.output, /has a space or a sign .*: use another folder/);
		assert.ok(!existsSync(join(dir, name, 'mysql')), name);
	}
});

test('unknown options and programs are named', async () => {
	for (const [args, what] of [[['--no-such'], /there is no option --no-such/], [['--http-port', 'x'], /"x" is not a number/],
		[['--without', 'nginx,sipworkr'], /there is no program sipworkr/]]) {
		const refused = await startStack({ args, ready: false });
		assert.equal((await refused.ended).code, 2);
		assert.match(refused.output, what);
	}
});
