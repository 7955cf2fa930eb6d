// A version is published, and an old one taken back, while a call runs: that
// call finishes on the version it began with, the next one has the new one.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';

import { addPrompts, live, publish, tone } from '../support/flow.mjs';
import { about, flowCalls, never } from '../support/flow_call.mjs';
import { endAll } from '../support/sip.mjs';
import { addr, build, dir, startStack } from '../support/stack.mjs';

const NUMBER = '+14155550140';
const HZ = { menu: 500, old: 820, fresh: 1130, caller: 340, phone: 910 };
let stack;

const says = (key) => ({ first: 'menu', steps: {
	menu: { type: 'menu', prompt: 'menu', wait_s: 20, invalid: 'end', silence: 'end', keys: [{ key: '1', next: key }] },
	[key]: { type: 'message', prompt: key, next: 'end' },
	end: { type: 'hangup' } } });

function ringtrace(...args) {
	const r = spawnSync(join(build, 'ringtrace'), [...args, '-c', stack.conf], { encoding: 'utf8' });
	assert.equal(r.status, 0, r.stderr);
	return r.stdout;
}
const flow = (verb, ...args) => ringtrace('flow', verb, '--flow', `flow of ${NUMBER}`, ...args);

before(async () => {
	stack = await startStack({ demo: false, without: ['nginx', 'dashboard', 'dni', 'jobd'] });
	ringtrace('company', 'add', '--name', 'Bay City Plumbing');
	ringtrace('trunk', 'add', '--name', 'Carrier', '--host', `${addr}:5070`, '--allow', `${addr}/32`);
	ringtrace('number', 'add', '--number', NUMBER, '--to', `sip:desk@${addr}:5080`);
	const company = `0x${stack.sqlOne('SELECT HEX(id) FROM company')}`;
	addPrompts(stack, company, { menu: tone(HZ.menu, 2000), old: tone(HZ.old, 1000), fresh: tone(HZ.fresh, 1000) });
	await publish(stack, company, { [NUMBER]: says('old') });
});
afterEach(endAll);
after(() => stack?.stop());

const { caller, finish, times } = flowCalls(() => stack, HZ);

/** A call that hears the menu while something changes, and presses 1 then. */
async function through(change, heard, other) {
	const a = caller(NUMBER, { keys: '1', 'keys-after-ms': 7000 });
	await a.says(/^answered/m);
	change();
	await live(stack);
	const c = await finish(a);
	assert.deepEqual(c.steps, ['menu', heard, 'end']);
	const ear = times(a.ear());
	about(ear.menu, 2, 0.3, 'menu');
	about(ear[heard], 1, 0.3, heard);
	never(ear, other);
}

async function next(heard, other) {
	const a = caller(NUMBER, { keys: '1', 'keys-after-ms': 300 });
	assert.deepEqual((await finish(a)).steps, ['menu', heard, 'end']);
	const ear = times(a.ear());
	about(ear[heard], 1, 0.3, heard);
	never(ear, other);
}

test('a publish touches no call that runs, and the next call has it', async () => {
	const path = join(dir, 'fresh.json');
	writeFileSync(path, JSON.stringify({ version: 1, ...says('fresh') }));
	await through(() => {
		flow('write', '--file', path);
		assert.match(flow('publish'), /version 2 is live/);
	}, 'old', 'fresh');
	await next('fresh', 'old');
});

test('nor does a way back', async () => {
	await through(() => assert.match(flow('rollback'), /version 1 is live/), 'fresh', 'old');
	await next('old', 'fresh');
});
