// Call flows on real calls: every step type, judged by what each side heard, by
// the recording and by the trace in the database.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { after, afterEach, before, test } from 'node:test';
import { join } from 'node:path';

import { addPrompts, publish, tone } from '../support/flow.mjs';
import { about, flowCalls, never, says } from '../support/flow_call.mjs';
import { addr, build, dir, startStack, until } from '../support/stack.mjs';
import { bound, endAll, endings, recv, sdp, send, sipp } from '../support/sip.mjs';
import { again, answer } from '../support/sip_messages.mjs';

const MENU = '+14155550140'; // 1: sales, round robin of three; 2: support
const RING = '+14155550141'; // several at once
const NOTICE = '+14155550146'; // disclosure, recorded
const TURNS = '+14155550147'; // round robin alone
const SPOKEN = '+14155550148'; // a whisper with a variable, in German
const USUAL = '+14155550149'; // the same in the usual language
const PHONES = [5080, 5082, 5084];
// What is to be heard: one frequency each, none a multiple of another.
const HZ = { menu: 500, whisper: 700, accept: 760, greeting: 820, notice: 570, wrong: 1130, music: 1370, caller: 340, phone: 910, german: 640, english: 1010, named: 1190 };
let stack;

/** The key of a spoken part (lib/core/flow_say); the usual language is left out. */
function sayKey(text, language) {
	const hash = (h, s) => [...Buffer.from(s.toLowerCase())].reduce((x, c) => BigInt.asUintN(64, (x ^ BigInt(c)) * 0x100000001b3n), h);
	const h = hash(0xcbf29ce484222325n, text);
	return `say.${(language === 'en-US' ? h : hash(h ^ 0xffn, language)).toString(16).padStart(16, '0')}`;
}

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
	[TURNS]: { first: 'sales', steps: { sales: { type: 'group', mode: 'round_robin', ring_s: 8, members: PHONES.map((p) => ({ to: desk(p) })) } } },
	[SPOKEN]: { first: 'say', steps: {
		say: { type: 'whisper', prompt: 'whisper', say: 'Call for {number}', language: 'de-DE', next: 'desk' },
		desk: { type: 'forward', to: desk(5080) } } },
	[USUAL]: { first: 'desk', steps: { desk: { type: 'forward', to: desk(5080), say: 'Call for {number}', whisper: 'whisper' } } },
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
	for (const n of Object.keys(documents)) ringtrace('number', 'add', '--number', n, '--label', 'Billboard', '--to', desk(5080), ...(n === NOTICE || n === MENU ? ['--record', 'notice'] : []));
	const company = `0x${stack.sqlOne('SELECT HEX(id) FROM company')}`;
	addPrompts(stack, company, { menu: tone(HZ.menu, 4000), whisper: tone(HZ.whisper, 1500), accept: tone(HZ.accept, 500), greeting: tone(HZ.greeting, 1000), notice: tone(HZ.notice, 1500), wrong: tone(HZ.wrong, 800), music: tone(HZ.music, 1000) });
	// What a job would have spoken: parts of whispers, by text and language.
	const spoken = [['Call for', 'de-DE', HZ.german], ['Call for', 'en-US', HZ.english], ['Billboard', 'de-DE', HZ.named], ['Billboard', 'en-US', HZ.named]];
	stack.sql(spoken.map(([text, language, hz]) => `INSERT INTO spoken (say_key, spoken_text, language, state, ulaw, samples, wanted_at)
		VALUES ('${sayKey(text, language)}', '${text}', '${language}', 'ready', X'${tone(hz, 1000).toString('hex')}', 8000, NOW(6));`).join('\n'));
	await publish(stack, company, documents);
});
afterEach(endAll);
after(() => stack?.stop());

const { caller, phone, finish, recording, times } = flowCalls(() => stack, HZ);

test('menu, round robin, whisper, accept: barge-in, and who hears what', async () => {
	const b = await phone(5080, { keys: '1', 'keys-after-ms': 2500 });
	const others = await Promise.all(PHONES.slice(1).map((p) => phone(p, { keys: '1', 'keys-after-ms': 2500 })));
	const a = caller(MENU, { keys: '1', 'keys-after-ms': 1000 });
	const taker = await until('one takes it', () => [b, ...others].find((p) => /^answered/m.test(p.text)));
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

for (const [number, language, other] of [[SPOKEN, 'german', 'english'], [USUAL, 'english', 'german']])
	test(`a whisper with a variable, ${language}: heard by who answers alone`, async () => {
		const b = await phone(5080);
		const a = caller(number, { 'talk-ms': 5500 });
		const c = await finish(a);
		assert.equal(c.result, 'answered');
		await b.ended;
		const theirs = times(b.ear());
		about(theirs[language], 1, 0.3, language);
		about(theirs.named, 1, 0.3, 'the name of the number');
		assert.ok(theirs.caller > 1, `caller ${theirs.caller}`);
		never(theirs, other, 'whisper');
		const ear = times(a.ear());
		assert.ok(ear.phone > 1, `phone ${ear.phone}`);
		never(ear, language, 'named', 'whisper');
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
	// The proof: which notice, its version and language, and that it ended before the first sample.
	const [proof] = stack.sql(`SELECT c.notice_key, c.notice_version, c.notice_language, r.started_at >= c.notice_ended_at, c.notice_ended_at > c.answered_at FROM phone_call c
		JOIN recording r ON r.company_id = c.company_id AND r.call_id = c.id WHERE c.sip_call_id = '${c.e.call_id}'`);
	assert.deepEqual(proof, ['notice', '1', 'en', '1', '1']);
	assert.ok(existsSync(join(stack.dir, 'recordings', c.path)));
});

test('afterwards nothing is left open', async () => {
	await until('every call is closed', () => stack.sqlOne("SELECT COUNT(*) FROM phone_call WHERE state = 'open'") === '0');
});
