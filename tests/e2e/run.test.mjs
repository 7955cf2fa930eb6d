// `ringtrace run`: comes up, stops without a trace, comes up again on its data,
// starts what dies again, and says clearly what is in its way.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createServer } from 'node:net';
import { alive, childrenOf, startStack, until, addr, dir } from '../support/stack.mjs';

const without = ['dashboard', 'dni', 'jobd', 'sipworker'];
let stack;
after(() => stack?.stop('SIGKILL'));

test('comes up and answers', async () => {
	stack = await startStack({ without, demo: false });
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

test('Ctrl-C stops everything it started', async () => {
	const pids = childrenOf(stack.pid).map(({ pid }) => pid);
	assert.ok(pids.length >= 2);
	const { code } = await stack.stop('SIGINT');
	assert.equal(code, 0);
	for (const pid of pids) assert.ok(!alive(pid), `${pid} is gone`);
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

test('a second run finds its data again', async () => {
	stack = await startStack({ without, demo: false });
	assert.equal(stack.sqlOne('SELECT n FROM kept', 'kept'), '7');
});

test('a killed supervisor leaves nothing running', async () => {
	const pids = childrenOf(stack.pid).map(({ pid }) => pid);
	await stack.stop('SIGKILL');
	for (const pid of pids) await until(`${pid} ends`, () => !alive(pid), 60000);
});

test('a missing program is named', async () => {
	const lame = await startStack({ without: [], demo: false, ready: false, build: dir, command: [process.execPath, '-e',
		'require("fs").copyFileSync(process.argv[1], process.argv[2]); require("child_process").spawnSync(process.argv[2], process.argv.slice(3), { stdio: "inherit" })',
		`${process.env.RT_BUILD}/ringtrace`, `${dir}/lone`] });
	await lame.ended;
	assert.match(lame.output, /dashboard\.fcgi is missing: build it with `make`/);
});
