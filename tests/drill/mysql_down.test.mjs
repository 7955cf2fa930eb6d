// make drill-mysql-down: the database does not answer for the whole of some
// calls, then dies. The calls work, and each is there once when it is back. The
// same for a call engine that starts while the database is away.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startStack, until } from '../support/stack.mjs';
import { endAll } from '../support/sip.mjs';
import { aNumber, bridged, calls, closed, gone, listen, listening, place } from '../support/drill.mjs';

const n = process.env.RT_TEST_LONG ? 80 : 2;
let stack, number, placed;

before(async () => {
	stack = await startStack({ without: ['nginx', 'dashboard', 'dni', 'jobd'] });
	number = aNumber(stack);
	await listening(stack);
	placed = calls(stack).length;
});
after(async () => {
	await endAll();
	await stack?.stop();
});

const back = () => until('the database is back', () => {
	try {
		return calls(stack);
	} catch {
		return false;
	}
});

test('calls without a database', async () => {
	const pid = stack.pidOf('mariadbd');
	process.kill(pid, 'SIGSTOP');
	for (let i = 0; i < n; i++) {
		const c = await place(number, { talk_ms: 7000 });
		await bridged(c);
		await c.carrier.ended;
		await c.phone.stop();
		const [end] = c.ends();
		assert.equal(end.status, '200');
		assert.ok(Number(end.rx) > 200, `heard ${end.rx} packets`);
	}
	process.kill(pid, 'SIGKILL'); // every connection is lost
	await gone(pid);
	await back();
	const rows = await closed(stack, placed + n);
	assert.equal(rows.length, placed + n, 'each call is there once');
	for (const row of rows.slice(placed)) {
		assert.equal(row[1], 'answered');
		assert.equal(row[2], 'ready');
		assert.ok(listen(stack, row).right > 0.05);
	}
});

test('an engine that starts without a database', async (t) => {
	const pid = stack.pidOf('mariadbd');
	process.kill(pid, 'SIGSTOP');
	t.after(() => process.kill(pid, 'SIGCONT')); // the next test needs it, whatever became of this one
	const listened = () => (stack.log('sipworker').match(/engine: listening/g) ?? []).length;
	const once = listened();
	process.kill(stack.pidOf('sipworker'), 'SIGKILL');
	// In less than a connection to a database that hangs is given up after.
	await until('another engine listens', () => listened() > once, 9000);
	// Said by another process than the one that listens, and so perhaps after it.
	await until('it says why', () => /the database is away, configuration from the disk version=\d+ age_s=\d+/.test(stack.log('sipworker')));
	const c = await place(number, { talk_ms: 7000 });
	await bridged(c);
	await c.carrier.ended;
	await c.phone.stop();
	const [end] = c.ends();
	assert.equal(end.status, '200');
	assert.ok(Number(end.rx) > 200, `heard ${end.rx} packets`); // the notice, too
	process.kill(pid, 'SIGCONT');
	await back();
	const rows = await closed(stack, placed + n + 1);
	assert.equal(rows.length, placed + n + 1, 'each call is there once');
	assert.equal(rows.at(-1)[1], 'answered');
	assert.equal(rows.at(-1)[2], 'ready');
});

test('a database that takes no writes', async () => {
	stack.sql('SET GLOBAL read_only = 1');
	const c = await place(number, { talk_ms: 7000 });
	await bridged(c);
	await c.carrier.ended;
	await c.phone.stop();
	assert.equal(c.ends()[0].status, '200');
	stack.sql('SET GLOBAL read_only = 0');
	const rows = await closed(stack, placed + n + 2);
	assert.equal(rows.length, placed + n + 2, 'each call is there once');
	assert.equal(rows.at(-1)[1], 'answered');
	assert.equal(rows.at(-1)[2], 'ready');
	assert.doesNotMatch(stack.log('sipworker'), /drain: refused/);
});
