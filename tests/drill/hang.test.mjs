// make drill-hang: a process that stands still, though it lives, is replaced:
// the worker's own by the worker, the worker by its supervisor. A call that was
// up ends as if the process had died, and the next one is a call.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { addr, alive, startStack, until } from '../support/stack.mjs';
import { endAll } from '../support/sip.mjs';
import { aNumber, bridged, calls, closed, listening, place, workers } from '../support/drill.mjs';

const limit_ms = 60000; // ten seconds of ours, on a machine that is busy
let stack, number;

before(async () => {
	stack = await startStack({ without: ['nginx', 'dashboard', 'dni', 'jobd'] });
	number = aNumber(stack);
	await listening(stack);
});
after(async () => {
	await endAll();
	await stack?.stop();
});

const replaced = (pid) => until(`process ${pid} is replaced`, () => !alive(pid), limit_ms);
const said = (re) => until(`the log says ${re}`, () => re.test(stack.log('sipworker')), limit_ms);

test('engine, recorder and store stand still in a call', async () => {
	const before = calls(stack).length;
	const c = await place(number, { talk_ms: 120000 });
	await bridged(c);
	const then = workers(stack);
	for (const role of ['engine', 'recorder', 'store']) process.kill(then[role], 'SIGSTOP');
	for (const role of ['engine', 'recorder', 'store']) {
		await replaced(then[role]);
		await said(new RegExp(`child hangs, replacing it role=${role}: it is stopped by a signal`));
	}
	await listening(stack);
	assert.equal(workers(stack).parent, then.parent, 'the worker itself goes on');
	await c.carrier.stop();
	await c.phone.stop();
	const rows = await closed(stack, before + 1);
	assert.equal(rows.at(-1)[1], 'interrupted');
});

test('the next engine stands still from its first moment on', async () => {
	const { parent, engine } = workers(stack);
	const mine = () => readFileSync(`/proc/${parent}/task/${parent}/children`, 'latin1').trim().split(' ').map(Number);
	const before = mine(), by = Date.now() + limit_ms;
	let next;
	process.kill(engine, 'SIGKILL');
	// It is ready within milliseconds: no time to let others run.
	while (!next && Date.now() < by) next = mine().find((pid) => !before.includes(pid));
	process.kill(next, 'SIGSTOP');
	await replaced(next);
	// On a busy machine it was ready a moment before.
	await until('both are said', () => stack.log('sipworker').match(/replacing it role=engine(?: before it is ready)?: it is stopped by a signal/g)?.length === 2, limit_ms);
	await listening(stack);
});

test('one that goes on in time is left alone', async () => {
	const { engine } = workers(stack);
	process.kill(engine, 'SIGSTOP');
	await new Promise((r) => setTimeout(r, 1000)); // as long as it stands still
	process.kill(engine, 'SIGCONT');
	const before = calls(stack).length;
	const c = await place(number, { talk_ms: 12000 }); // longer than it may stand still
	await bridged(c);
	await c.carrier.ended;
	await c.phone.stop();
	assert.equal(c.ends()[0].status, '200');
	assert.equal((await closed(stack, before + 1)).at(-1)[1], 'answered');
	assert.equal(workers(stack).engine, engine);
});

test('the worker stands still as a whole', async () => {
	const parent = stack.pidOf('sipworker');
	process.kill(parent, 'SIGSTOP');
	await replaced(parent);
	await until('the supervisor says so', () => /sipworker was stopped by a signal \d+ s ago: replacing it/.test(stack.output), limit_ms);
	await until('another one listens', () => stack.pidOf('sipworker') !== parent && workers(stack).engine, limit_ms);
	await listening(stack);
	const before = calls(stack).length;
	const c = await place(number, { talk_ms: 7000 });
	await c.carrier.ended;
	await c.phone.stop();
	assert.equal(c.ends()[0].status, '200', addr);
	assert.equal((await closed(stack, before + 1)).at(-1)[1], 'answered');
});
