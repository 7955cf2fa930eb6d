// Steps that decide, ask and forward, on real calls. Judged as in flow.test.mjs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, afterEach, before, test } from 'node:test';
import { join } from 'node:path';

import { Ear } from '../support/ear.mjs';
import { addPrompts, publish, tone } from '../support/flow.mjs';
import { about, flowCalls, flowText, says } from '../support/flow_call.mjs';
import { addr, build, dir, startStack, until } from '../support/stack.mjs';
import { bound, endAll, endings, recv, sdp, send, sipp } from '../support/sip.mjs';
import { again, answer } from '../support/sip_messages.mjs';

const RULES = '+14155550142'; // decisions only
const KEYS = '+14155550143'; // gathers a ZIP code
const GUARD = '+14155550144'; // challenge
const LATER = '+14155550145'; // another flow, by goto
const SHOWN = '+14155550157'; // our number to the called side, by another trunk
const NEAR = '+14155550158'; // gathers a ZIP code, nearest place
const OPEN = '+14155550159'; // hours
const LONG = '+14155550160'; // a minute of talk at most
const HZ = { menu: 500, greeting: 820, wrong: 1130, closed: 1370, caller: 340, phone: 910 };
const desk = (port) => `sip:desk@${addr}:${port}`;
const end = { type: 'hangup' };
let stack, long;
const { caller, phone, finish, times } = flowCalls(() => stack, HZ);

const documents = (ids) => ({
	[RULES]: { first: 'where', steps: {
		where: { type: 'geography', rules: [{ what: 'state', value: 'CO', next: 'near' }], otherwise: 'no', unknown: 'no' },
		near: { type: 'nearest', places: [{ at: '80202', title: 'Denver', next: 'source' }, { at: '10001', title: 'New York', next: 'no' }], far: 'no', unknown: 'no' },
		source: { type: 'source', rules: [{ what: 'campaign', is: 'present', next: 'no' }], otherwise: 'caller' },
		caller: { type: 'caller', rules: [{ is: 'anonymous', next: 'no' }, { is: 'first_time', next: 'split' }], otherwise: 'again' },
		split: { type: 'split', shares: [{ percent: 100, next: 'tag' }], otherwise: 'no' },
		tag: { type: 'tag', tag: 'colorado', next: 'outcome' },
		outcome: { type: 'outcome', outcome: 'routed', next: 'busy' },
		busy: { type: 'busy' },
		again: { type: 'goto', flow: 'LATER' },
		no: { type: 'reject' } } },
	[KEYS]: { first: 'zip', steps: {
		zip: { type: 'gather', prompt: 'menu', min: 5, max: 5, pattern: 'zip', name: 'zip', tag: 'yes', gap_s: 2, wait_s: 3, silence_tries: 1, invalid_tries: 1,
			match: [{ digits: '802*', next: 'denver' }], next: 'end', invalid: 'bad', silence: 'end' },
		denver: { type: 'message', prompt: 'greeting', next: 'end' },
		bad: { type: 'message', prompt: 'wrong', next: 'end' },
		end: { type: 'hangup' } } },
	[GUARD]: { first: 'guard', steps: {
		guard: { type: 'challenge', prompt: 'menu', wrong_prompt: 'wrong', tries: 1, wait_s: 4, pass: 'in', fail: 'no', silence: 'quiet' },
		in: { type: 'forward', to: desk(5080) },
		no: { type: 'reject' },
		quiet: { type: 'hangup' } } },
	[LATER]: { first: 'later', steps: { later: { type: 'message', prompt: 'greeting' } } },
	[SHOWN]: { first: 'out', steps: { out: { type: 'forward', to: '+13035550188', trunk: ids.trunk, show: 'tracking' } } },
	[NEAR]: { first: 'zip', steps: {
		zip: { type: 'gather', prompt: 'menu', min: 5, max: 5, pattern: 'zip', gap_s: 1, wait_s: 1, silence_tries: 1, invalid_tries: 1, next: 'near', invalid: 'bad', silence: 'quiet' },
		near: { type: 'nearest', by: 'digits', places: [{ at: '80202', title: 'Denver', next: 'denver' }, { at: '10001', title: 'New York', next: 'york' }], far: 'end', unknown: 'end' },
		denver: { type: 'message', prompt: 'greeting', next: 'end' }, york: { type: 'message', prompt: 'closed', next: 'end' },
		bad: { type: 'tag', tag: 'bad', next: 'end' }, quiet: { type: 'tag', tag: 'quiet', next: 'end' }, end } },
	[OPEN]: { first: 'hours', steps: {
		hours: { type: 'hours', zone: 'UTC', weekly: [{ days: 'mon-sun', from: '00:00', to: '24:00' }], open: 'special', closed: 'end', holiday: 'end' },
		// Closed all day, yesterday, today and tomorrow, whatever the hour is.
		special: { type: 'hours', zone: 'UTC', weekly: [{ days: 'mon-sun', from: '00:00', to: '24:00' }], special: [-1, 0, 1].map((d) => ({ date: new Date(Date.now() + d * 86400000).toISOString().slice(5, 10), from: '00:00', to: '00:00' })), open: 'end', closed: 'end', holiday: 'closed' },
		closed: { type: 'message', prompt: 'closed', next: 'end' }, end } },
	[LONG]: { first: 'desk', steps: { desk: { type: 'forward', to: desk(5120), talk_s: 60 } } },
});

before(async () => {
	stack = await startStack({ demo: false, without: ['nginx', 'dashboard', 'dni', 'jobd'] });
	const ringtrace = (...args) => {
		const r = spawnSync(join(build, 'ringtrace'), [...args, '-c', stack.conf], { encoding: 'utf8' });
		assert.equal(r.status, 0, r.stderr);
		return r.stdout;
	};
	ringtrace('company', 'add', '--name', 'Bay City Plumbing');
	ringtrace('trunk', 'add', '--name', 'Carrier', '--host', `${addr}:5070`, '--allow', `${addr}/32`);
	const [trunk] = ringtrace('trunk', 'add', '--name', 'Other', '--host', `${addr}:5076`, '--allow', '192.0.2.1/32').match(/tru_\w+/);
	const all = documents({ trunk });
	for (const n of Object.keys(all)) ringtrace('number', 'add', '--number', n, '--to', desk(5090));
	const company = `0x${stack.sqlOne('SELECT HEX(id) FROM company')}`;
	addPrompts(stack, company, { menu: tone(HZ.menu, 4000), greeting: tone(HZ.greeting, 1000), wrong: tone(HZ.wrong, 800), closed: tone(HZ.closed, 800) });
	const { [RULES]: rules, ...others } = all;
	const ids = await publish(stack, company, others);
	rules.steps.again.flow = flowText(stack.sqlOne(`SELECT HEX(id) FROM flow WHERE id = ${ids[LATER]}`));
	await publish(stack, company, { [RULES]: rules });
	// A minute passes while the others are tried.
	const p = await phone(5120);
	long = { p, a: caller(LONG, { listen: `${addr}:5074`, 'rtp-min': 24400, 'rtp-max': 24499 }) };
	await p.says(/^answered/m);
});
afterEach(() => endAll([long.p, long.a]));
after(() => stack?.stop());

test('decisions: geography, nearest, source, caller, split, tag, outcome, busy', async () => {
	const c = await finish(caller(RULES, { caller: '+13035550177' }));
	assert.deepEqual(c.steps, ['where', 'near', 'source', 'caller', 'split', 'tag', 'outcome', 'busy']);
	assert.equal(c.status, 486);
	assert.deepEqual(says(c.events, 'tag'), ['colorado']);
	assert.deepEqual(says(c.events, 'outcome'), ['routed']);
	// The same caller again is no first-time caller: on to another flow.
	const a = caller(RULES, { caller: '+13035550177' });
	const again = await finish(a);
	assert.deepEqual(again.steps, ['where', 'near', 'source', 'caller', 'again', 'later']);
	about(times(a.ear()).greeting, 1, 0.3, 'greeting of the other flow');
	// From elsewhere: refused.
	const far = await finish(caller(RULES, { caller: '+12125550177' }));
	assert.deepEqual(far.steps, ['where', 'no']);
	assert.equal(far.status, 603);
	assert.equal(far.result, 'blocked');
});

for (const how of ['event', 'info', 'tones', 'both'])
	test(`keys by ${how}: each press once`, async () => {
		const a = caller(KEYS, { keys: '80202', 'keys-by': how, 'keys-after-ms': 600, play: 'silence' });
		const c = await finish(a);
		assert.deepEqual(says(c.events, 'stored'), ['zip=80202']);
		assert.deepEqual(says(c.events, 'tag'), ['zip 80202']);
		assert.deepEqual(c.events.filter((e) => e.kind === 'digit').map((e) => String.fromCharCode(e.value)).join(''), '80202');
		assert.deepEqual(c.steps, ['zip', 'denver', 'end']);
	});

test('gather: a ZIP code that does not exist', async () => {
	const a = caller(KEYS, { keys: '00000', 'keys-after-ms': 300 });
	const c = await finish(a);
	assert.deepEqual(c.steps, ['zip', 'bad', 'end']);
	about(times(a.ear()).wrong, 0.8, 0.3, 'the prompt of the branch');
});

test('challenge: a wrong key fails, silence is silence', async () => {
	const wrong = await finish(caller(GUARD, { keys: '*', 'keys-after-ms': 5000 }));
	assert.deepEqual(wrong.steps, ['guard', 'no']);
	const a = caller(GUARD);
	const silent = await finish(a);
	assert.deepEqual(silent.steps, ['guard', 'quiet']);
	// The question is a tone of four seconds; the digit, a voice, follows.
	const loud = a.ear().reduce((sum, x, i) => sum + (i > 4.05 * 8000 && Math.abs(x) > 0.05 ? 1 : 0), 0);
	assert.ok(loud > 400, `the digit was said: ${loud}`);
});

test('challenge: whoever presses what was said is connected', async () => {
	const digits = Object.fromEntries([...'0123456789'].map((d) => [d, readFileSync(`prompts/digit.en.${d}.ul`)]));
	const p = await phone(5080);
	const ear = new Ear({ number: GUARD });
	try {
		await ear.dial();
		ear.press(await ear.understands(digits, 15000));
		await p.says(/^answered/m);
		await ear.hangUp();
	} finally {
		if (!ear.ended && ear.peer === undefined) ear.close();
	}
	await p.ended;
	const c = await until('the call is closed', () => stack.sql(`SELECT result FROM phone_call WHERE sip_call_id = '${ear.callId}' AND state = 'closed'`)[0]);
	assert.equal(c[0], 'answered');
});

test('our number is shown, and the flow chooses the trunk', async () => {
	const other = sipp([recv('INVITE'), send(answer(200, 'OK', sdp())), recv('ACK'), recv('BYE'), send(again())], { at: 5076, media: 26300 });
	await bound(5076);
	const c = await finish(caller(SHOWN, { 'talk-ms': 1000 }));
	assert.equal(await other.ended, 0, other.why());
	assert.equal(c.result, 'answered');
	const invite = other.messages().match(/INVITE [\s\S]*?\n\n/)[0];
	assert.match(invite, /^INVITE sip:\+?13035550188@/m);
	assert.match(invite, /^From:.*14155550157/m);
	assert.doesNotMatch(invite.replace(/^(P-|Diversion|History|Remote).*$/gm, ''), /13035550199/);
});

test('ZIP code: nearest place, too few digits, none at all', async () => {
	const west = caller(NEAR, { keys: '80301', 'keys-after-ms': 300 });
	assert.deepEqual((await finish(west)).steps, ['zip', 'near', 'denver', 'end']);
	about(times(west.ear()).greeting, 1, 0.3, 'Denver');
	const east = caller(NEAR, { keys: '07302', 'keys-after-ms': 300 });
	assert.deepEqual((await finish(east)).steps, ['zip', 'near', 'york', 'end']);
	about(times(east.ear()).closed, 0.8, 0.3, 'New York');
	const few = await finish(caller(NEAR, { keys: '803', 'keys-after-ms': 300 }));
	assert.deepEqual(few.steps, ['zip', 'bad', 'end']);
	const none = await finish(caller(NEAR));
	assert.deepEqual(none.steps, ['zip', 'quiet', 'end']);
});

test('hours: open by the week, closed by a special day', async () => {
	const a = caller(OPEN);
	assert.deepEqual((await finish(a)).steps, ['hours', 'special', 'closed', 'end']);
	about(times(a.ear()).closed, 0.8, 0.3, 'the prompt of the special day');
});

test('on the command line: what another company has is refused by name and step', async () => {
	const ringtrace = (...args) => spawnSync(join(build, 'ringtrace'), [...args, '-c', stack.conf], { encoding: 'utf8' });
	assert.equal(ringtrace('company', 'add', '--name', 'Hill Roofing').status, 0);
	assert.equal(ringtrace('number', 'add', '--number', '+14155550170', '--to', desk(5090), '--company', 'Hill Roofing').status, 0);
	const theirs = `(SELECT id FROM company WHERE name = 'Hill Roofing')`;
	const foreign = flowText(stack.sqlOne(`SELECT HEX(id) FROM destination WHERE company_id = ${theirs}`), 'dst');
	const own = flowText(stack.sqlOne(`SELECT HEX(id) FROM destination WHERE company_id <> ${theirs} LIMIT 1`), 'dst');
	const file = join(dir, 'foreign.json');
	const write = (target) => {
		writeFileSync(file, JSON.stringify({ version: 1, first: 'desk', steps: { desk: { type: 'forward', ...target } } }));
		return ringtrace('flow', 'write', '--flow', `flow of ${LATER}`, '--file', file, '--company', 'Bay City Plumbing');
	};
	for (const [target, why] of [[{ to: foreign }, `desk: to: there is no destination ${foreign}`], [{ to: LATER }, `desk: to: calls may not be sent to ${LATER.replace('+', '\\+')}`],
		[{ to: own, trunk: 'tru_00000000000000000000000000' }, 'desk: trunk: there is no trunk'], [{ to: own, music: 'theirs' }, 'desk: music: there is no prompt called theirs']]) {
		const r = write(target);
		assert.notEqual(r.status, 0, r.stdout);
		assert.match(r.stderr, new RegExp(`error: ${why}`));
	}
	assert.equal(stack.sqlOne(`SELECT MAX(last_version) FROM flow WHERE name = 'flow of ${LATER}'`), '1');
	const fine = write({ to: own });
	assert.equal(fine.status, 0, fine.stderr);
	const live = ringtrace('flow', 'publish', '--flow', `flow of ${LATER}`, '--company', 'Bay City Plumbing');
	assert.equal(live.status, 0, live.stderr);
	// A version that came another way is not published either.
	stack.sql(`UPDATE flow_version v JOIN flow f ON f.id = v.flow_id SET v.document = REPLACE(v.document, '${own}', '${foreign}') WHERE f.name = 'flow of ${LATER}' AND v.version = 2`);
	const refused = ringtrace('flow', 'publish', '--flow', `flow of ${LATER}`, '--version', '2', '--company', 'Bay City Plumbing');
	assert.notEqual(refused.status, 0);
	assert.match(refused.stderr, new RegExp(`desk: to: there is no destination ${foreign}`));
});

test('a minute of talk is the longest', async () => {
	const c = await finish(long.a);
	await long.p.ended;
	assert.equal(c.result, 'answered');
	assert.equal(c.by, 'flow');
	about(times(long.p.ear()).caller, 60, 3, 'talk');
});

test('afterwards nothing is left open', async () => {
	await until('every call is closed', () => stack.sqlOne("SELECT COUNT(*) FROM phone_call WHERE state = 'open'") === '0');
});
