// A real call tells other systems and people: the events of a webhook in their
// order, and the mail of a missed call within ten seconds of hanging up.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import http from 'node:http';
import net from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { tied } from '../support/scratch.mjs';
import { addr, build, startStack, until } from '../support/stack.mjs';

const SMTP = 2525;
const left = [];
const got = [];
let stack, who, mail = '';

function start(program, args) {
	const child = spawn(tied[0], [...tied.slice(1), program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
	const p = { child, text: '', ended: new Promise((r) => child.on('exit', r)) };
	for (const s of [child.stdout, child.stderr]) s.setEncoding('utf8').on('data', (t) => (p.text += t));
	left.push(() => child.kill('SIGKILL'));
	return p;
}
const agent = (role, ...args) => start(join(build, 'ringtrace'), ['call', role, ...args]);

before(async () => {
	const smtp = start('/usr/bin/python3', ['-u', '-m', 'aiosmtpd', '-n', '-l', `${addr}:${SMTP}`, '-c', 'aiosmtpd.handlers.Debugging', 'stdout']);
	smtp.child.stdout.on('data', (t) => (mail += t));
	await until('the SMTP server listens', () => new Promise((yes) => {
		const s = net.connect(SMTP, addr, () => yes(s.end() && true)).on('error', () => yes(false));
	}));
	const server = http.createServer((req, res) => {
		let text = '';
		req.on('data', (d) => (text += d)).on('end', () => {
			got.push(JSON.parse(text));
			res.end();
		});
	});
	left.push(() => server.close(), () => server.closeAllConnections());
	await new Promise((ok) => server.listen(0, addr, ok));
	stack = await startStack({ without: ['dni'], args: ['--smtp-url', `smtp://${addr}:${SMTP}`] });
	who = stack.demo();
	const r = spawnSync(join(build, 'ringtrace'), ['webhook', 'add', '--name', 'CRM', '--url', `http://${addr}:${server.address().port}/`, '--private', '-c', stack.conf]);
	assert.equal(r.status, 0, String(r.stderr));
	stack.sql(`INSERT INTO mail_rule (company_id, id, user_id, kind, unsubscribe, created_at) SELECT c.id, UNHEX(REPEAT('7', 32)), u.id, 'missed',
		REPEAT('x', 43), UTC_TIMESTAMP(6) FROM company c JOIN user u ON u.account_id = c.account_id LIMIT 1`);
});
after(async () => {
	await stack?.stop();
	left.forEach((f) => f());
});

/** The number of the demonstration company that is not in a pool. */
const number = () => stack.sqlOne('SELECT e164 FROM number n WHERE released_at IS NULL AND NOT EXISTS (SELECT 1 FROM pool_number p WHERE p.number_id = n.id) LIMIT 1');
const kinds = () => got.map((e) => e.type);

test('an answered call: started, answered, ended, and the recording', async () => {
	const phone = agent('phone', '--listen', who.phone, '--ring-ms', '200', '--calls', '1', '--rtp-min', '24000', '--rtp-max', '24099');
	await until('the phone is ready', () => /^ready/m.test(phone.text));
	const carrier = agent('carrier', '--listen', who.carrier, '--target', `${addr}:5060`, '--number', number(), '--caller', '+12125550155', '--talk-ms', '14000',
		'--rtp-min', '24100', '--rtp-max', '24199');
	await carrier.ended;
	await until(`all was told: ${kinds()}`, () => ['call.started', 'call.answered', 'call.ended'].every((k) => kinds().includes(k)));
	const order = kinds().filter((k) => k.startsWith('call.'));
	assert.deepEqual(order, ['call.started', 'call.answered', 'call.ended']);
	const ended = got.find((e) => e.type === 'call.ended');
	assert.equal(ended.call.result, 'answered');
	assert.equal(ended.call.caller, '+12125550155');
	assert.equal(new Set(got.map((e) => e.object_id)).size, 1);
	if (ended.call.recording_state !== null) await until('the recording is told', () => kinds().includes('recording.ready'));
	phone.child.kill('SIGTERM');
	await phone.ended;
});

test('a missed call: the mail is handed over within ten seconds of hanging up', async () => {
	const phone = agent('phone', '--listen', who.phone, '--answer', 'ring', '--rtp-min', '24000', '--rtp-max', '24099');
	await until('the phone is ready', () => /^ready/m.test(phone.text));
	const carrier = agent('carrier', '--listen', who.carrier, '--target', `${addr}:5060`, '--number', number(), '--caller', '+12125550166', '--talk-ms', '9000',
		'--rtp-min', '24100', '--rtp-max', '24199');
	await carrier.ended;
	await until('the mail', () => /Subject:/.test(mail));
	// The server has it before we know that it has.
	const us = await until('it is written down', () => stack.sqlOne(`SELECT TIMESTAMPDIFF(MICROSECOND, c.ended_at, m.tried_at) FROM mail_log m JOIN phone_call c
		WHERE c.caller_e164 = '+12125550166' AND m.state = 'sent'`));
	const took = Number(us) / 1e6;
	assert.ok(took < 10, `${took} s`);
	phone.child.kill('SIGTERM');
});
