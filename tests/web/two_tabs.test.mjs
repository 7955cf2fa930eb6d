// Two tabs, two companies: which company one looks at is the browser's. A form
// of a page of one company is never saved for the other that was chosen in
// another tab since; what belongs to no company goes on from any page.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startStack } from '../support/stack.mjs';
import { insert, hex, text, typeId, uuid7 } from '../support/two_companies.mjs';

let stack, me, first;
const second = uuid7();
const to = async (company) => assert.equal((await me.submit('/companies', '/company', { company })).status, 303);
const send = (path, fields) => me.fetch(path, { method: 'POST', headers: { origin: stack.url }, body: new URLSearchParams(fields) });
const rows = (table, company) => Number(stack.sqlOne(`SELECT COUNT(*) FROM ${table} WHERE company_id = X'${company}'`));

before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '100000'] });
	first = stack.sqlOne('SELECT HEX(id) FROM company LIMIT 1');
	const account = stack.sqlOne('SELECT HEX(account_id) FROM company LIMIT 1');
	stack.sql(insert('company', { id: hex(second), account_id: `X'${account}'`, name: text('Second'), time_zone: "'Europe/Berlin'",
		country: "'US'", currency: "'USD'", created_at: 'UTC_TIMESTAMP(6)' }));
	me = await stack.login();
});
after(() => stack?.stop());

const one = () => typeId('com', Buffer.from(first, 'hex'));
const two = () => typeId('com', second);

test('a form of the first company is not saved for the second, and is when one is back', async () => {
	await to(one());
	const place = { ...await me.hiddenFields('/settings/locations/new'), name: 'Two tabs', time_zone: 'Europe/Berlin' };
	const person = { ...await me.hiddenFields('/settings/users/new'), name: 'P', email: 'two-tabs@example.com', role: 'manager', scope: 'company' };
	const users = Number(stack.sqlOne('SELECT COUNT(*) FROM user'));
	await to(two());
	for (const [path, fields] of [['/settings/locations/new', place], ['/settings/users/new', person]]) {
		const res = await send(path, fields);
		assert.equal(res.status, 409, path);
		assert.match(await res.text(), /opened for another company.*Nothing was saved/);
	}
	assert.equal(rows('location', second.toString('hex')), 0);
	assert.equal(Number(stack.sqlOne('SELECT COUNT(*) FROM user')), users);
	const before = rows('location', first);
	await to(one());
	assert.equal((await send('/settings/locations/new', place)).status, 303);
	assert.equal(rows('location', first), before + 1);
});

test('files and what scripts send are refused as well', async () => {
	await to(one());
	const { csrf } = await me.hiddenFields('/spend');
	await to(two());
	const body = new FormData();
	body.set('csrf', csrf);
	body.set('file', new Blob(['date,source,cost\n2026-01-01,google,1\n']), 's.csv');
	assert.equal((await me.fetch('/spend', { method: 'POST', headers: { origin: stack.url }, body })).status, 409);
	const res = await me.fetch(`/flows/${typeId('flw', uuid7())}/save`, { method: 'POST', body: '{}',
		headers: { origin: stack.url, 'content-type': 'application/json', 'x-csrf-token': csrf } });
	assert.equal(res.status, 409);
	assert.match((await res.json()).detail, /another company/);
});

test('who chose no company stays at the one that was shown, whatever is added', async () => {
	const { email, password } = stack.demo();
	const other = stack.client();
	await other.submit('/login', '/login', { email, password });
	const shown = async () => (await (await other.fetch('/calls')).text()).match(/<title>[^·]*· ([^·]*) ·/)[1];
	const first_seen = await shown();
	stack.sql(insert('company', { id: hex(uuid7()), account_id: `X'${stack.sqlOne('SELECT HEX(account_id) FROM company LIMIT 1')}'`, name: text('AAA, before all others'),
		time_zone: "'Europe/Berlin'", country: "'US'", currency: "'USD'", created_at: 'UTC_TIMESTAMP(6)' }));
	assert.equal(await shown(), first_seen);
	assert.match(await (await other.fetch('/companies')).text(), /AAA, before all others/);
});

test('to change the company, mark one, sign out: from any page', async () => {
	await to(one());
	const { csrf } = await me.hiddenFields('/calls');
	await to(two());
	assert.equal((await send('/company', { csrf, company: one() })).status, 303);
	await to(two());
	assert.equal((await send('/companies/favourite', { csrf, company: one(), on: 'yes', next: '/companies' })).status, 303);
	// What stands behind the token is no way around it.
	assert.equal((await send('/company', { csrf: `${csrf[0] === 'x' ? 'y' : 'x'}${csrf.slice(1)}`, company: one() })).status, 403);
	assert.equal((await send('/company', { csrf: csrf.slice(-30), company: one() })).status, 403);
	assert.equal((await send('/logout', { csrf })).status, 303);
});

// --- the sign-in itself, in two tabs of one browser

const form = (client, path, fields) => client.fetch(path, { method: 'POST', headers: { origin: stack.url }, body: new URLSearchParams(fields) });
const hidden = (html) => Object.fromEntries([...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]));
const owner = () => ({ email: stack.demo().email, password: stack.demo().password });

test('two tabs wait at the sign-in: the second is signed in with the first, and leads on', async () => {
	const jar = stack.client();
	const a = await jar.hiddenFields('/login?next=/calls'), b = await jar.hiddenFields('/login');
	assert.equal((await form(jar, '/login', { ...b, ...owner() })).status, 303);
	const login = jar.cookies.get('rt_login');
	const res = await form(jar, '/login', { ...a, ...owner() });
	assert.equal(res.status, 303);
	assert.equal(res.headers.get('location'), '/calls');
	assert.equal(jar.cookies.get('rt_login'), login, 'the first sign-in stays');
	// Nowhere else.
	assert.equal((await form(jar, '/login', { ...a, ...owner(), next: '//evil.example/' })).headers.get('location'), '/');
});

test('two tabs opened at once, each with a token of its own: nothing typed but the password is lost', async () => {
	const jar = stack.client();
	const a = await jar.hiddenFields('/login?next=/calls');
	jar.cookies.delete('rt_form');
	await jar.hiddenFields('/login');
	const res = await form(jar, '/login', { ...a, ...owner(), kept_to: '/marks', kept: 'note=typed' });
	const html = await res.text();
	assert.equal(res.status, 403);
	assert.equal(jar.cookies.has('rt_login'), false);
	assert.match(html, /nothing was tried/);
	assert.ok(html.includes(`value="${owner().email}"`) && !html.includes(owner().password));
	const again = hidden(html);
	assert.deepEqual([again.next, again.kept_to, again.kept], ['/calls', '/marks', 'note=typed']);
	const { kept_to, kept, kept_labels, ...plain } = again;
	const done = await form(jar, '/login', { ...plain, ...owner() });
	assert.equal(done.status, 303);
	assert.equal(done.headers.get('location'), '/calls');
	assert.equal((await jar.fetch('/')).status, 200);
	// Without the cookie, the answer brings one. A form without any token is none of ours.
	const bare = stack.client();
	assert.doesNotMatch(await (await form(bare, '/login', { csrf: '', ...owner() })).text(), /nothing was tried/);
	const first = await form(bare, '/login', { csrf: a.csrf, ...owner() });
	assert.equal(first.status, 403);
	assert.equal((await form(bare, '/login', { ...hidden(await first.text()), ...owner() })).status, 303);
});

test('a new password in two tabs: asked for, and set, at the second press', async () => {
	const jar = stack.client();
	const token = randomBytes(32).toString('base64url');
	stack.sql(`INSERT INTO user_token (token_hash, user_id, kind, created_at, expires_at) SELECT X'${createHash('sha256').update(token).digest('hex')}', id, 'reset',
		UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL 1 HOUR FROM user WHERE email = '${owner().email}'`);
	const at = `/reset/${token}`, fields = { password: 'quite another phrase', again: 'quite another phrase' };
	const stale = await jar.hiddenFields(at);
	jar.cookies.delete('rt_form');
	const refused = await form(jar, at, { ...stale, ...fields });
	assert.equal(refused.status, 403);
	const html = await refused.text();
	assert.match(html, /nothing was done/);
	const ask = await form(jar, '/reset', { ...stale, email: 'who@demo.example' });
	assert.equal(ask.status, 403);
	assert.doesNotMatch(await ask.text(), /is on its way/);
	assert.equal((await form(jar, '/invite/x', stale)).status, 404);
	const hash = stack.sqlOne(`SELECT password_hash FROM user WHERE email = '${owner().email}'`);
	assert.equal((await form(jar, at, { ...hidden(html), ...fields })).headers.get('location'), '/login?done=password');
	stack.sql(`UPDATE user SET password_hash = '${hash}' WHERE email = '${owner().email}'`);
});

test('"Sign out" of a tab from before: it ends the sign-in of now, and forgets a dead one', async () => {
	const jar = stack.client();
	await jar.submit('/login', '/login', owner());
	const old = await jar.hiddenFields('/calls');
	assert.equal((await form(jar, '/logout', await jar.hiddenFields('/'))).status, 303);
	// Signed out already.
	jar.cookies.set('rt_login', 'A'.repeat(43));
	const dead = await form(jar, '/logout', { csrf: old.csrf });
	assert.equal(dead.status, 303);
	assert.equal(dead.headers.get('location'), '/login');
	assert.equal(jar.cookies.has('rt_login'), false);
	// Signed in anew.
	await jar.submit('/login', '/login', owner());
	const res = await form(jar, '/logout', { csrf: old.csrf });
	assert.equal(res.status, 303);
	assert.equal(res.headers.get('location'), '/login');
	assert.equal((await jar.fetch('/')).status, 303);
	// Where the browser does not say that it was ours, the token is what counts.
	await jar.submit('/login', '/login', owner());
	for (const headers of [{}, { origin: 'null' }, { origin: 'http://evil.example' }, { origin: stack.url, 'sec-fetch-site': 'cross-site' }])
		assert.equal((await jar.fetch('/logout', { method: 'POST', headers, body: new URLSearchParams({ csrf: old.csrf }) })).status, 403);
	assert.equal((await jar.fetch('/')).status, 200);
});
