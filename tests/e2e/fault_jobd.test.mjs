// The worker of jobs while the system refuses it something: each call it makes
// of kernel, libc or database fails once, in a start or in the middle of a job.
// It goes on, or ends with a reason; the job is done when it is tried again.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import http from 'node:http';
import net from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { place } from '../support/drill.mjs';
import { Faults, told } from '../support/fault.mjs';
import { tied } from '../support/scratch.mjs';
import { call, endAll } from '../support/sip.mjs';
import { addr, build, startStack, until } from '../support/stack.mjs';

// All places in `make coverage`; else one of so many.
const one_of = process.env.RT_TEST_FAULTS === 'all' ? 1 : 24;
const SMTP = 2525;

let stack, faults, server;
const left = [];

/** Takes every mail. */
function smtp(socket) {
	let body = false;
	socket.setEncoding('utf8').on('error', () => undefined);
	socket.write('220 test\r\n');
	let text = '';
	socket.on('data', (t) => {
		text += t;
		for (let at; (at = text.indexOf('\r\n')) !== -1;) {
			const line = text.slice(0, at);
			text = text.slice(at + 2);
			if (body) {
				if (line !== '.') continue;
				body = false;
			}
			if (/^DATA/i.test(line)) body = true;
			socket.write(/^QUIT/i.test(line) ? '221 bye\r\n' : body ? '354 go\r\n' : '250 ok\r\n');
		}
	});
}

/** Starts jobd; resolves when it works, or has ended. */
async function start() {
	const [program, ...args] = [...tied, join(build, 'jobd'), '-c', stack.conf];
	const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...faults.env } });
	const me = (server = { child, text: '' });
	child.stderr.setEncoding('utf8').on('data', (t) => (me.text += t));
	child.on('close', (code, signal) => (me.over = { code, signal }));
	await until('jobd works or has ended', () => /info jobd: \w+: (ready|started)/.test(me.text) || me.over);
}

before(async () => {
	const mail = net.createServer(smtp);
	const hook = http.createServer((req, res) => req.resume().on('end', () => res.end()));
	left.push(() => mail.close(), () => hook.close(), () => hook.closeAllConnections());
	await new Promise((ok) => mail.listen(SMTP, addr, ok));
	await new Promise((ok) => hook.listen(8090, addr, ok));
	faults = new Faults('jobd');
	stack = await startStack({ without: ['nginx', 'dashboard', 'dni', 'jobd'], args: ['--smtp-url', `smtp://${addr}:${SMTP}`] });
	const r = spawnSync(join(build, 'ringtrace'), ['webhook', 'add', '--name', 'CRM', '--url', `http://${addr}:8090/`, '--private', '-c', stack.conf], { encoding: 'utf8' });
	assert.equal(r.status, 0, r.stderr);
	stack.sql(`INSERT INTO mail_rule (company_id, id, user_id, kind, unsubscribe, created_at) SELECT c.id, UNHEX(REPEAT('7', 32)), u.id, 'missed',
		REPEAT('x', 43), UTC_TIMESTAMP(6) FROM company c JOIN user u ON u.account_id = c.account_id LIMIT 1`);
	const talk = await place('+14155550111', { talk_ms: 9000 }); // answered, recorded
	await talk.carrier.ended;
	await talk.phone.stop();
	const missed = call('carrier', { listen: `${addr}:5072`, target: `${addr}:5060`, number: '+14155550111', caller: '+12125550124', 'talk-ms': 300, 'rtp-min': 24000, 'rtp-max': 24998 });
	await missed.ended;
	await until('the calls are closed', () => stack.sqlOne("SELECT COUNT(*) FROM phone_call WHERE state = 'closed'") === '2');
	// What is done forgets what it was about; here it is done many times.
	stack.sql('CREATE TRIGGER keep_payload BEFORE UPDATE ON job FOR EACH ROW SET NEW.payload = OLD.payload');
	await start();
});
after(async () => {
	server?.child.kill();
	await endAll();
	await stack?.stop();
	left.forEach((f) => f());
});

const jobs = (where) => stack.sqlOne(`SELECT COUNT(*) FROM job WHERE ${where}`) !== '0';
const due = () => jobs("state = 'running' OR state = 'ready' AND due_at <= UTC_TIMESTAMP(6)");
/** Everything there is to do is done once more. A job whose end could not be
 *  written down stays with whoever has it until its time is over; here that is
 *  the next time. */
async function work() {
	stack.sql(`UPDATE job SET state = 'ready', due_at = UTC_TIMESTAMP(6), attempts = 0, claim = NULL, ended_at = NULL;
		UPDATE recording SET peaks = NULL; DELETE FROM mail_log`);
	await until('nothing is due', () => server.over || !due() || (faults.fired() > 0 && !jobs("state = 'ready' AND due_at <= UTC_TIMESTAMP(6)")));
}
async function again() {
	server.child.kill('SIGTERM');
	await until('it has ended', () => server.over);
	await start();
	if (!server.over) await work();
}
const ways = new Map([['work', work], ['start', again]]);

/** The way on which each place is met. */
async function discover() {
	const found = new Map();
	let seen = new Map(faults.places().map((p) => [p.key, p.calls]));
	for (const [name, go] of ways) {
		await go();
		const now = faults.places();
		for (const p of now) if (!found.has(p.key) && p.calls > (seen.get(p.key) ?? 0)) found.set(p.key, name);
		seen = new Map(now.map((p) => [p.key, p.calls]));
	}
	return found;
}

/** Without the fault all of it is done. */
async function done() {
	if (server.over) { // it said why
		assert.equal(server.over.signal, null, server.text);
		assert.match(server.text, /(error|warn) jobd:/, `ended with ${server.over.code} and no word`);
		await start();
	}
	await work();
	await until('nothing is due', () => !due());
	const [rest] = stack.sql("SELECT GROUP_CONCAT(kind, ' ', state, ' ', last_error) FROM job WHERE state <> 'done'")[0];
	assert.equal(rest, null);
}

test('each call that fails costs a second try at most', async (t) => {
	await until('nothing is due', () => !due());
	const way = await discover();
	const cases = faults.cases(2, (key) => way.has(key)).filter((_, i) => i % one_of === 0);
	const bad = [];
	let fired = 0;
	for (const c of cases) {
		faults.arm(c);
		try {
			await ways.get(way.get(c.key))();
			fired += faults.fired() > 0 ? 1 : 0;
			faults.disarm();
			await done();
		} catch (e) {
			faults.disarm();
			bad.push(`${told(c)}, met by ${way.get(c.key)}: ${e.message}\n${server.text.slice(-1500)}`);
			if (process.env.RT_TEST_VERBOSE) console.error(bad.at(-1));
			if (server.over) await start();
		}
	}
	t.diagnostic(`${cases.length} cases, ${fired} met`);
	assert.deepEqual(bad, [], bad.join('\n'));
	assert.ok(fired > cases.length / 2, `${fired} of ${cases.length} met`);
});
