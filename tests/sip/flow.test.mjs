// Call flows on real calls: every step type, judged by what each side heard, by
// the recording and by the trace in the database.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { after, afterEach, before, test } from 'node:test';
import { join } from 'node:path';

import { wav } from '../support/audio.mjs';
import { addPrompts, publish, steps, tone, trace } from '../support/flow.mjs';
import { addr, build, dir, startStack, until } from '../support/stack.mjs';
import { bound, call, endAll, endings, heard, recv, sdp, send, sipp } from '../support/sip.mjs';
import { again, answer } from '../support/sip_messages.mjs';

const worker = `${addr}:5060`;
const MENU = '+14155550140'; // 1: sales, round robin of three; 2: support
const RING = '+14155550141'; // several at once
const RULES = '+14155550142'; // decisions only
const KEYS = '+14155550143'; // gathers a ZIP code
const GUARD = '+14155550144'; // challenge
const LATER = '+14155550145'; // another flow, by goto
const NOTICE = '+14155550146'; // disclosure, recorded
const TURNS = '+14155550147'; // round robin alone
const PHONES = [5080, 5082, 5084];
// What is to be heard: one frequency each, none a multiple of another.
const HZ = { menu: 500, whisper: 700, accept: 760, greeting: 820, notice: 570, wrong: 1130, music: 1370, caller: 340, phone: 910 };
let stack;

// A day that is not today anywhere.
const another = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][(new Date().getUTCDay() + 3) % 7];
const desk = (port) => `sip:desk@${addr}:${port}`;
const documents = {
	[MENU]: { first: 'hello', steps: {
		hello: { type: 'menu', prompt: 'menu', wait_s: 2, invalid_prompt: 'wrong', invalid_tries: 2, silence_tries: 1, invalid: 'nobody', silence: 'nobody',
			keys: [{ key: '1', next: 'whisper' }, { key: '2', next: 'hours' }] },
		whisper: { type: 'whisper', prompt: 'whisper', next: 'sales' },
		sales: { type: 'group', mode: 'round_robin', ring_s: 8, accept: 'key', accept_prompt: 'accept', accept_s: 6, members: PHONES.map((p) => ({ to: desk(p) })), otherwise: 'mail' },
		hours: { type: 'hours', weekly: [{ days: another, from: '09:00', to: '17:00' }], open: 'sales', closed: 'mail' },
		mail: { type: 'voicemail', prompt: 'greeting', max_s: 20, min_s: 2, silence_s: 2, too_short: 'nobody' },
		nobody: { type: 'hangup' } } },
	[RING]: { first: 'all', steps: {
		all: { type: 'group', mode: 'simultaneous', ring_s: 10, members: [...PHONES.map((p) => ({ to: desk(p) })), { to: `sip:none@${addr}:5098` }], otherwise: 'sorry' },
		sorry: { type: 'message', prompt: 'wrong', next: 'end' },
		end: { type: 'hangup' } } },
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
		guard: { type: 'challenge', prompt: 'menu', wrong_prompt: 'wrong', tries: 1, wait_s: 2, pass: 'in', fail: 'no', silence: 'quiet' },
		in: { type: 'forward', to: desk(5080) },
		no: { type: 'reject' },
		quiet: { type: 'hangup' } } },
	[LATER]: { first: 'later', steps: { later: { type: 'message', prompt: 'greeting' } } },
	[TURNS]: { first: 'sales', steps: { sales: { type: 'group', mode: 'round_robin', ring_s: 8, members: PHONES.map((p) => ({ to: desk(p) })) } } },
	[NOTICE]: { first: 'notice', steps: {
		notice: { type: 'notice', prompt: 'notice', next: 'desk' },
		desk: { type: 'forward', to: desk(5080), music: 'music', whisper: 'whisper' } } },
};

before(async () => {
	stack = await startStack({ demo: false, without: ['nginx', 'dashboard', 'dni', 'jobd'] });
	const ringtrace = (...args) => {
		const r = spawnSync(join(build, 'ringtrace'), [...args, '-c', stack.conf], { encoding: 'utf8' });
		assert.equal(r.status, 0, r.stderr);
	};
	ringtrace('company', 'add', '--name', 'Bay City Plumbing');
	ringtrace('trunk', 'add', '--name', 'Carrier', '--host', `${addr}:5070`, '--allow', `${addr}/32`);
	for (const n of Object.keys(documents)) ringtrace('number', 'add', '--number', n, '--to', desk(5080), ...(n === NOTICE || n === MENU ? ['--record', 'notice'] : []));
	const company = `0x${stack.sqlOne('SELECT HEX(id) FROM company')}`;
	addPrompts(stack, company, { menu: tone(HZ.menu, 4000), whisper: tone(HZ.whisper, 1500), accept: tone(HZ.accept, 500), greeting: tone(HZ.greeting, 1000), notice: tone(HZ.notice, 1500), wrong: tone(HZ.wrong, 800), music: tone(HZ.music, 1000) });
	const { [RULES]: rules, ...others } = documents;
	const ids = await publish(stack, company, others);
	const flow = stack.sqlOne(`SELECT HEX(id) FROM flow WHERE company_id = ${company} AND id = ${ids[LATER]}`);
	rules.steps.again.flow = flowText(flow);
	await publish(stack, company, { [RULES]: rules });
});
afterEach(endAll);
after(() => stack?.stop());

/** "flo_..." of 32 hexadecimal digits: Crockford's base32 (lib/core/id.h). */
function flowText(hex) {
	let n = BigInt(`0x${hex}`);
	let text = '';
	for (let i = 0; i < 26; i++, n >>= 5n) text = '0123456789abcdefghjkmnpqrstvwxyz'[Number(n & 31n)] + text;
	return `flo_${text}`;
}

let serial = 0;
/** A caller; play: what it says, options as of `ringtrace call`. */
function caller(number, options = {}) {
	const name = `caller${++serial}`;
	const p = call('carrier', { listen: `${addr}:5070`, target: worker, number, caller: '+13035550199', play: `tone:${HZ.caller}`, save: join(dir, `${name}.ul`), 'rtp-min': 24000, 'rtp-max': 24099, ...options });
	p.ear = () => heard(join(dir, `${name}.ul`));
	return p;
}
async function phone(port, options = {}) {
	const save = join(dir, `phone${port}-${++serial}`);
	mkdirSync(save);
	const p = call('phone', { listen: `${addr}:${port}`, 'ring-ms': 300, play: `tone:${HZ.phone}`, calls: 1, save, 'rtp-min': 25000 + (port - 5080) * 50, 'rtp-max': 25099 + (port - 5080) * 50, ...options });
	p.ear = () => heard(join(save, '1.ul'));
	await p.says(/^ready/m);
	return p;
}
/** The call's row once it is closed. */
async function closed(sipCallId) {
	const row = await until('the call is closed', () => stack.sql(`SELECT c.result, c.sip_status, c.hangup_by, r.path, r.state FROM phone_call c
		LEFT JOIN recording r ON r.company_id = c.company_id AND r.call_id = c.id WHERE c.sip_call_id = '${sipCallId}' AND c.state = 'closed'`)[0], 15000);
	const events = trace(stack, sipCallId);
	return { result: row[0], status: Number(row[1]), by: row[2], path: row[3], events, steps: steps(events) };
}
async function finish(a) {
	await a.ended;
	const [e] = endings(a);
	return { ...(await closed(e.call_id)), e };
}
const recording = (c) => wav(readFileSync(join(stack.dir, 'recordings', c.path)));
const says = (events, kind) => events.filter((e) => e.kind === kind).map((e) => e.text);

/** How long (seconds) each tone is heard. */
function times(samples) {
	const block = 400; // 50 ms
	const out = Object.fromEntries(Object.keys(HZ).map((k) => [k, 0]));
	out.ringback = out.beep = 0;
	for (let at = 0; at + block <= samples.length; at += block) {
		const part = samples.subarray(at, at + block);
		const level = (hz) => {
			const k = 2 * Math.cos((2 * Math.PI * hz) / 8000);
			let s1 = 0, s2 = 0;
			for (const x of part) [s1, s2] = [x + k * s1 - s2, s1];
			return (2 * Math.sqrt(Math.max(0, s1 * s1 + s2 * s2 - k * s1 * s2))) / block;
		};
		for (const [name, hz] of Object.entries(HZ)) if (level(hz) > 0.1) out[name] += 0.05;
		if (level(440) > 0.04 && level(480) > 0.04) out.ringback += 0.05;
		if (level(1000) > 0.08) out.beep += 0.05;
	}
	return out;
}
const about = (t, want, by, what) => assert.ok(Math.abs(t - want) <= by, `${what}: ${t.toFixed(2)} s instead of ${want}`);
const never = (t, ...names) => names.forEach((n) => assert.ok(t[n] < 0.11, `${n} heard for ${t[n].toFixed(2)} s`));

test('menu, round robin, whisper, accept: barge-in, and who hears what', async () => {
	const b = await phone(5080, { keys: '1', 'keys-after-ms': 2500 });
	const others = await Promise.all(PHONES.slice(1).map((p) => phone(p, { keys: '1', 'keys-after-ms': 2500 })));
	const a = caller(MENU, { keys: '1', 'keys-after-ms': 1000 });
	const taker = await until('one takes it', () => [b, ...others].find((p) => /^answered/m.test(p.text)), 15000);
	await new Promise((r) => setTimeout(r, 5500)); // the length of the talk
	a.stop();
	const c = await finish(a);
	assert.equal(c.result, 'answered');
	assert.deepEqual(c.steps, ['hello', 'whisper', 'sales']);
	// The caller: a second of the menu, ringback while the phone rings and
	// hears the whisper, then the phone. Never the whisper.
	const ear = times(a.ear());
	about(ear.menu, 1, 0.35, 'menu');
	assert.ok(ear.ringback > 0.8, `ringback ${ear.ringback}`);
	assert.ok(ear.phone > 1.5, `phone ${ear.phone}`);
	never(ear, 'whisper', 'caller', 'wrong', 'music');
	await taker.ended;
	const theirs = times(taker.ear());
	about(theirs.whisper, 1.5, 0.3, 'whisper');
	assert.ok(theirs.caller > 1.5, `caller ${theirs.caller}`);
	never(theirs, 'menu', 'phone', 'ringback');
	// One stream to the caller, and one to the phone.
	assert.equal(c.e.ssrcs, '1');
	assert.equal(endings(taker)[0].ssrcs, '1');
});

test('round robin is even over calls', async () => {
	const turns = [];
	const phones = await Promise.all(PHONES.map((p) => phone(p, { answer: 'busy', 'ring-ms': 0, calls: 3 })));
	for (let i = 0; i < 3; i++) {
		const c = await finish(caller(TURNS));
		assert.equal(c.status, 486);
		const order = says(c.events, 'dial');
		assert.deepEqual([...order].sort(), PHONES.map(desk));
		turns.push(order[0]);
	}
	await Promise.all(phones.map((p) => p.ended));
	assert.equal(new Set(turns).size, 3, `turns ${turns}`);
});

test('closed: voicemail, kept and playable', async () => {
	const a = caller(MENU, { keys: '2', 'keys-after-ms': 500, 'talk-ms': 6500 });
	const c = await finish(a);
	assert.deepEqual(c.steps, ['hello', 'hours', 'mail']);
	assert.equal(c.result, 'voicemail');
	const ear = times(a.ear());
	about(ear.greeting, 1, 0.3, 'greeting');
	about(ear.beep, 0.4, 0.2, 'beep');
	never(ear, 'caller', 'ringback');
	const [message] = c.events.filter((e) => e.kind === 'message');
	assert.ok(message.value >= 3 && message.value <= 5, `${message.value} s`);
	// The message, the whole message and nothing but the message.
	const { channels, seconds } = recording(c);
	about(seconds, message.value + 0.5, 0.8, 'recording');
	const left = times(channels[0]), right = times(channels[1]);
	about(left.caller, seconds, 0.5, 'the caller');
	never(left, 'greeting', 'menu', 'beep');
	never(right, 'caller', 'greeting', 'beep');
});

test('voicemail ends by silence, and by #', async () => {
	const spoken = join(dir, 'spoken.ul');
	writeFileSync(spoken, tone(HZ.caller, 6500));
	const a = caller(MENU, { keys: '2', 'keys-after-ms': 300, play: `file:${spoken}` });
	const silent = await finish(a);
	assert.equal(silent.result, 'voicemail');
	assert.equal(silent.by, 'flow');
	const b = caller(MENU, { keys: '2,,,,,#', 'keys-after-ms': 300 });
	const hash = await finish(b);
	assert.equal(hash.result, 'voicemail');
	assert.equal(hash.by, 'flow');
	about(recording(hash).seconds, hash.events.find((e) => e.kind === 'message').value + 0.5, 0.8, 'recording');
});

test('a message too short is thrown away', async () => {
	const a = caller(MENU, { keys: '2', 'keys-after-ms': 300, 'talk-ms': 2700, play: `tone:${HZ.caller}` });
	const c = await finish(a);
	assert.notEqual(c.result, 'voicemail');
	assert.equal(c.path, null);
	assert.deepEqual(c.events.filter((e) => e.kind === 'message').map((e) => e.value), [0]);
	assert.equal(spawnSync('find', [join(stack.dir, 'recordings'), '-name', `*${c.e.call_id}*`], { encoding: 'utf8' }).stdout, '');
});

test('a menu: wrong keys, then silence', async () => {
	const wrong = await finish(caller(MENU, { keys: '9,,9', 'keys-after-ms': 500 }));
	assert.deepEqual(wrong.steps, ['hello', 'nobody']);
	const silent = await finish(caller(MENU));
	assert.deepEqual(silent.steps, ['hello', 'nobody']);
	assert.equal(silent.by, 'flow');
});

test('several at once: one busy, one silent, one not there, one answers', async () => {
	const busy = await phone(5080, { answer: 'busy' });
	const silent = sipp([recv('INVITE'), send(answer(180, 'Ringing')), recv('CANCEL'), send(again()), send(answer(487, 'Request Terminated').replace('[last_CSeq:]', 'CSeq: 1 INVITE')), recv('ACK')], { at: 5082, media: 26100, limit_s: 45 });
	await bound(5082);
	const b = await phone(5084, { 'ring-ms': 1200 });
	const a = caller(RING, { 'talk-ms': 1500 });
	const c = await finish(a);
	assert.equal(await silent.ended, 0, silent.why());
	assert.match(silent.messages(), /^Reason: SIP;cause=200/m);
	assert.equal(c.result, 'answered');
	assert.equal(c.events.filter((e) => e.kind === 'bridged').length, 1);
	assert.equal(says(c.events, 'dial').length, 4);
	assert.ok(times(a.ear()).phone > 1);
	await Promise.all([busy.ended, b.ended]);
	assert.equal(endings(busy)[0].status, '486');
});

test('several at once: two answer in the same moment', async () => {
	// The second says 200 to the CANCEL's face: ACK, then BYE.
	const loser = sipp([recv('INVITE'), send(answer(180, 'Ringing')), recv('CANCEL'), send(again()), send(answer(200, 'OK', sdp()).replace('[last_CSeq:]', 'CSeq: 1 INVITE')), recv('ACK'), recv('BYE'), send(again())], { at: 5082, media: 26100, limit_s: 45 });
	await bound(5082);
	const b = await phone(5084, { 'ring-ms': 500 });
	const silent = await phone(5080, { answer: 'ring' });
	const a = caller(RING, { 'talk-ms': 1500 });
	const c = await finish(a);
	assert.equal(await loser.ended, 0, loser.why());
	assert.equal(c.events.filter((e) => e.kind === 'bridged').length, 1);
	await Promise.all([b.ended, silent.ended]);
	assert.equal(endings(silent)[0].status, '487');
});

test('several at once: the caller gives up as they ring', async () => {
	const phones = await Promise.all(PHONES.map((p) => phone(p, { answer: 'ring' })));
	const c = await finish(caller(RING, { 'give-up-ms': 1200 }));
	assert.equal(c.result, 'missed');
	await Promise.all(phones.map((p) => p.ended));
	phones.forEach((p) => assert.equal(endings(p)[0].status, '487'));
});

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

test('notice, music, whisper: nothing is recorded before the notice has ended', async () => {
	const b = await phone(5080, { 'ring-ms': 1500 });
	const a = caller(NOTICE, { 'talk-ms': 7000 });
	const c = await finish(a);
	assert.deepEqual(c.steps, ['notice', 'desk']);
	const ear = times(a.ear());
	about(ear.notice, 1.5, 0.3, 'notice');
	assert.ok(ear.music > 1, `music ${ear.music}`);
	never(ear, 'whisper', 'ringback');
	assert.ok(ear.phone > 1);
	await b.ended;
	const theirs = times(b.ear());
	about(theirs.whisper, 1.5, 0.3, 'whisper');
	never(theirs, 'notice', 'music');
	const { channels, seconds } = recording(c);
	const left = times(channels[0]), right = times(channels[1]);
	about(left.caller, seconds, 0.6, 'the caller');
	never(left, 'notice', 'music', 'whisper', 'phone');
	// The called side is heard from the bridge on.
	assert.ok(right.phone > 1 && right.phone < seconds - 2, `${right.phone} of ${seconds} s`);
	never(right, 'whisper', 'caller', 'notice');
	const ended = c.events.findIndex((e) => e.kind === 'notice');
	assert.ok(ended >= 0 && ended < c.events.findIndex((e) => e.kind === 'rec-start'));
	about(seconds, 7 - 1.5, 0.8, 'recording');
	assert.ok(existsSync(join(stack.dir, 'recordings', c.path)));
});

test('afterwards nothing is left open', async () => {
	await until('every call is closed', () => stack.sqlOne("SELECT COUNT(*) FROM phone_call WHERE state = 'open'") === '0', 15000);
});
