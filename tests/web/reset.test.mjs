// A forgotten password: who asks is not told whether an address is somebody's,
// neither in words nor by the work that the answer takes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startStack } from '../support/stack.mjs';
import { addCompanies } from '../support/two_companies.mjs';

let stack, world;
before(async () => {
	// Mails wait: nobody is there to send them.
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '100000', '--smtp-url', 'smtp://127.0.0.1:9'] });
	world = addCompanies(stack);
});
after(() => stack?.stop());

const forget = () => stack.sql('DELETE FROM login_attempt');
const tokens = () => Number(stack.sqlOne("SELECT COUNT(*) FROM user_token WHERE kind = 'reset'"));
const jobs = () => Number(stack.sqlOne("SELECT COUNT(*) FROM job WHERE kind = 'mail'"));

/** What one asking makes the database do, and the page that is answered. */
async function ask(email) {
	forget();
	const client = stack.client(), { csrf } = await client.hiddenFields('/reset');
	const work = () => Object.fromEntries(stack.sql("SHOW GLOBAL STATUS WHERE variable_name IN ('Com_insert', 'Com_delete', 'Com_commit', 'Com_savepoint', 'Com_begin')").map(([k, n]) => [k, Number(n)]));
	const before = work();
	const res = await client.fetch('/reset', { method: 'POST', headers: { origin: stack.url }, body: new URLSearchParams({ csrf, email }) });
	const text = (await res.text()).replaceAll(/req_[0-9a-z]+|value="[^"]*"/g, '');
	const after = work();
	return { status: res.status, text, work: Object.fromEntries(Object.keys(after).map((k) => [k, after[k] - before[k]])) };
}

test('an address of somebody, of nobody, of who may not sign in: one answer, one work', async () => {
	stack.sql("UPDATE user SET disabled_at = UTC_TIMESTAMP(6) WHERE email = 'agent@alpha.example'");
	await ask('warm@up.example');
	const before = [tokens(), jobs()];
	const known = await ask(world.users.viewer.email);
	assert.equal(known.status, 200);
	assert.deepEqual([tokens(), jobs()], [before[0] + 1, before[1] + 1], 'somebody is written to');
	for (const email of ['stranger@alpha.example', 'agent@alpha.example', 'no address']) {
		const other = await ask(email);
		assert.deepEqual(other, known, email);
	}
	// What no column holds can be nobody's.
	assert.deepEqual((({ status, text }) => [status, text])(await ask(`${'é'.repeat(250)}@x`)), [known.status, known.text]);
	assert.deepEqual([tokens(), jobs()], [before[0] + 1, before[1] + 1], 'and nobody else');
});

test('a link is good once and for a while, and three an hour are sent', async () => {
	forget();
	const email = world.users.manager.email;
	const link = () => JSON.parse(stack.sqlOne("SELECT payload FROM job WHERE kind = 'mail' ORDER BY id DESC LIMIT 1")).link;
	const send = () => stack.client().submit('/reset', '/reset', { email });
	const n = jobs();
	await send();
	const first = new URL(link()).pathname;
	await send();
	const path = new URL(link()).pathname;
	assert.equal((await stack.client().fetch(first)).status, 404, 'the newer one ended it');
	const open = await stack.login(email, world.password);
	stack.sql('UPDATE user_token SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND');
	assert.equal((await stack.client().fetch(path)).status, 404, 'too old');
	await send();
	const good = new URL(link()).pathname, words = { password: 'pass phrase of mine', again: 'pass phrase of mine' };
	const two = await Promise.all([stack.client(), stack.client()].map((c) => c.submit(good, good, words)));
	assert.deepEqual(two.map((r) => r.status).sort(), [303, 404], 'of two at once one');
	assert.equal((await open.fetch('/')).status, 303, 'other browsers are signed out');
	assert.ok(await stack.login(email, words.password));
	for (let i = 0; i < 3; i++) assert.equal((await send()).status, 200);
	assert.equal(jobs(), n + 3, 'no more mails to one person, and no word of it');
	for (let i = 0; i < 8; i++) await send();
	assert.equal((await send()).status, 429);
});

test('who is kept out by a stranger gets in by mail, and a stranger cannot stop the mail', async () => {
	forget();
	const { email } = world.users.analyst, n = jobs();
	const enter = (client, password, who = email) => client.submit('/login', '/login', { email: who, password });
	for (let i = 0; i < 6; i++) await enter(stack.client(), 'wrong wrong wrong');
	for (let i = 0; i < 4; i++) await enter(stack.client(), 'wrong wrong wrong', `reset:${email}`);
	assert.equal((await enter(stack.client(), world.password)).status, 429);
	const me = stack.client();
	await me.submit('/reset', '/reset', { email });
	assert.equal(jobs(), n + 1, 'the mail');
	const path = new URL(JSON.parse(stack.sqlOne("SELECT payload FROM job WHERE kind = 'mail' ORDER BY id DESC LIMIT 1")).link).pathname;
	const words = { password: 'pass phrase of mine', again: 'pass phrase of mine' };
	assert.equal((await me.submit(path, path, words)).status, 303);
	assert.equal((await enter(stack.client(), words.password)).status, 429, 'others wait');
	assert.equal((await enter(me, words.password)).status, 303);
});

test('three mails an hour go to one person, however the address is written', async () => {
	forget();
	const { email } = world.users.owner, n = jobs();
	for (const other of [email, email.toUpperCase(), email.replace('o', 'O'), email.replace('w', 'W'), email.replace('e', '\u00e9'), `\u200b${email}`])
		assert.equal((await stack.client().submit('/reset', '/reset', { email: other })).status, 200);
	assert.equal(jobs(), n + 3);
});

test('nothing of this was our mistake, and no link is in a log', () => {
	for (const name of ['admin', 'dashboard', 'access']) assert.doesNotMatch(stack.log(name), /status=5\d\d|\/reset\/[\w-]{43}/);
});
