// An SMTP server that greylists, refuses, does not let us in, hangs, and goes
// away at every step: nothing is lost, nothing is sent twice without need, and
// the log says why.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { smtpServer } from '../support/smtp.mjs';
import { addr, startStack, until } from '../support/stack.mjs';
import { addCompanies } from '../support/two_companies.mjs';

const PORT = 2525;
let stack, world, server;

before(async () => {
	server = await smtpServer(addr, PORT);
	stack = await startStack({ without: ['dni', 'sipworker'], args: ['--smtp-url', `smtp://${addr}:${PORT}`] });
	world = addCompanies(stack);
});
after(async () => {
	await stack?.stop();
	server.close();
});

let n = 0;
function enqueue() {
	const key = `m${++n}`, payload = JSON.stringify({ template: 'reset', to: `${key}@alpha.example`, link: 'https://x.example/reset/1' });
	stack.sql('INSERT INTO job (company_id, kind, job_key, payload, state, due_at, created_at) VALUES'
		+ ` (X'${world.alpha.id.toString('hex')}', 'mail', '${key}', '${payload}', 'ready', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))`);
	return key;
}
const state = (key) => stack.sqlOne(`SELECT CONCAT(state, attempts) FROM job WHERE job_key = '${key}'`);
const log = (key) => stack.sql(`SELECT state, last_error, attempts FROM mail_log WHERE to_address = '${key}@alpha.example'`)[0] ?? [];
const again = (key) => stack.sql(`UPDATE job SET due_at = UTC_TIMESTAMP(6) WHERE job_key = '${key}' AND state = 'ready'`);

test('not now is tried again, at every step, and is the same mail then', async () => {
	for (const [step, text] of [['greet', '421 later'], ['MAIL', '451 later'], ['RCPT', '450 4.7.1 Greylisted'], ['DATA', '452 no room'], ['end', '451 later'],
		['greet', false], ['RCPT', false], ['end', false]]) {
		server.says = (at) => (at === step ? text : undefined);
		const key = enqueue(), before_ = server.letters.length;
		await until(`${step} ${text}`, () => state(key) === 'ready1');
		assert.equal(log(key)[0], 'failed');
		assert.notEqual(log(key)[1], '');
		if (text && step !== 'greet') assert.ok(log(key)[1].includes(text.slice(0, 3)), `${step}: ${log(key)[1]}`);
		const wait = Number(stack.sqlOne(`SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), due_at) FROM job WHERE job_key = '${key}'`));
		assert.ok(wait >= 0 && wait <= 3600, `${wait}`);
		server.says = () => undefined;
		again(key);
		await until('it is sent', () => state(key) === 'done2');
		assert.deepEqual(log(key), ['sent', '', '2']);
		const ids = server.letters.slice(before_).map((l) => l.match(/^Message-ID: (.*)$/m)[1]);
		assert.equal(new Set(ids).size, 1, 'a reader shows it once');
	}
});

test('never is never: no second try, and the log says it', async () => {
	for (const [step, text] of [['MAIL', '550 no'], ['RCPT', '550 5.1.1 No such user'], ['DATA', '554 no'], ['end', '552 too large']]) {
		server.says = (at) => (at === step ? text : undefined);
		const key = enqueue();
		await until(`${step} ${text}`, () => state(key) === 'dead1');
		assert.equal(log(key)[0], 'failed');
		assert.ok(log(key)[1].includes(text.slice(0, 3)), log(key)[1]);
	}
	// That we are not let in is our setting, not the mail's fault.
	server.says = (at) => (at === 'MAIL' ? '530 5.7.0 Authentication required' : undefined);
	const key = enqueue();
	await until('it waits', () => state(key) === 'ready1');
	server.says = () => undefined;
	again(key);
	await until('it is sent', () => state(key) === 'done2');
});

test('a server that hangs holds up its mails, nothing else; eight are under way at once; what it says is bounded', async () => {
	const began = server.seen.filter((step) => step === 'RCPT').length;
	server.says = (at) => (at === 'RCPT' ? null : undefined);
	const [hung, ...more] = Array.from({ length: 8 }, enqueue);
	await until('all hang', () => server.seen.filter((step) => step === 'RCPT').length === began + 8);
	// Other kinds of work go on meanwhile.
	stack.sql("INSERT INTO job (company_id, kind, job_key, payload, state, due_at, created_at) VALUES (REPEAT(CHAR(0), 16), 'convert', 'beside', '', 'ready', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))");
	await until('other work', () => state('beside') === 'done1');
	assert.match(state(hung), /^running1$/);
	await until('patience ends', () => state(hung) === 'ready1');
	assert.match(log(hung)[1], /SMTP/);
	server.says = (at) => (at === 'RCPT' ? `450 ${'x'.repeat(900)}\u0001<b>` : undefined);
	again(hung);
	await until('it says much', () => state(hung) === 'ready2');
	assert.ok(log(hung)[1].length <= 255, log(hung)[1]);
	server.says = () => undefined;
	again(hung);
	await until('it is sent', () => state(hung) === 'done3');
	for (const key of more) {
		await until('its patience ended, too', () => state(key) === 'ready1');
		again(key);
	}
	for (const key of more) await until('all are sent', () => state(key) === 'done2');
});
