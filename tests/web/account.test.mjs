// Around the sign-in: invitations, resets, the second factor, sessions, and who
// may give whom what. Tokens are good once; nobody rises above themselves.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { openForm } from '../support/forms.mjs';
import { hold } from '../support/hold.mjs';
import { startStack, until } from '../support/stack.mjs';
import { step, totp } from '../support/totp.mjs';
import { addCompanies } from '../support/two_companies.mjs';

let stack, world;
before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '100000'] });
	world = addCompanies(stack);
});
after(() => stack?.stop());

const as = (role) => stack.login(world.users[role].email, world.password);
const forget = () => stack.sql('DELETE FROM login_attempt');
const count = (action) => Number(stack.sqlOne(`SELECT COUNT(*) FROM audit WHERE action = '${action}'`));
const post = async (client, page, action, fields) => client.submit(page, action, fields);

/** Invites somebody as `who`; the link. */
async function invite(who, email, role, scope = 'company') {
	const added = await (await openForm(who, '/settings/users/new')).send({ email, name: 'New', role, scope });
	assert.equal(added.status, 303, await added.text());
	const href = added.headers.get('location').replace('?done=added', '');
	const shown = await post(who, href, `${href}/link`, {});
	assert.equal(shown.status, 200);
	return { href, link: (await shown.text()).match(/http:\/\/[^<]*\/(?:invite|reset)\/[\w-]{43}/)[0] };
}

test('an invitation: the link sets a password, once', async () => {
	const admin = await as('admin');
	const { link, href } = await invite(admin, 'new@alpha.example', 'agent');
	const path = new URL(link).pathname;
	const token = path.split('/').pop();
	assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM user_token WHERE token_hash = UNHEX(SHA2('${token}', 256))`), '1');
	assert.ok(!stack.log('access').includes(token), 'a token in the access log');
	assert.ok(!stack.log('admin').includes(token));
	// No sign-in before there is a password, not even with an empty one.
	for (const password of ['', world.password])
		assert.equal((await post(stack.client(), '/login', '/login', { email: 'new@alpha.example', password })).status, 401);
	const guest = stack.client();
	assert.equal((await guest.fetch(path)).status, 200);
	for (const [password, again] of [['short', 'short'], ['long enough 1', 'long enough 2'], ['x'.repeat(201), 'x'.repeat(201)]])
		assert.equal((await post(guest, path, path, { password, again })).status, 422);
	const good = { password: 'pass phrase of mine', again: 'pass phrase of mine' };
	const [a, b] = await Promise.all([post(guest, path, path, good), post(stack.client(), path, path, good)]);
	assert.deepEqual([a.status, b.status].sort(), [303, 404], 'of two at once one');
	assert.equal((await guest.fetch(path)).status, 404, 'used');
	const me = await stack.login('new@alpha.example', good.password);
	assert.equal((await me.fetch('/calls')).status, 200);
	assert.equal((await me.fetch('/settings/numbers')).status, 403, 'an agent sets nothing up');
	assert.equal(count('user.invite_taken'), 1);
	// The next link ends this one; a foreign token is none.
	const again = await post(admin, href, `${href}/link`, {});
	assert.equal(again.status, 403, 'a company\'s admin cannot take over who has a password');
	assert.equal((await guest.fetch(`/invite/${'A'.repeat(43)}`)).status, 404);
	assert.equal((await guest.fetch('/invite/..%2f..%2fetc')).status, 400);
});

test('a link expires, and a new one ends the old one', async () => {
	const admin = await as('admin');
	const { href, link } = await invite(admin, 'late@alpha.example', 'read-only');
	const second = (await (await post(admin, href, `${href}/link`, {})).text()).match(/http:\/\/[^<]*\/invite\/[\w-]{43}/)[0];
	assert.notEqual(link, second);
	assert.equal((await stack.client().fetch(new URL(link).pathname)).status, 404);
	assert.equal((await stack.client().fetch(new URL(second).pathname)).status, 200);
	stack.sql('UPDATE user_token SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND');
	assert.equal((await stack.client().fetch(new URL(second).pathname)).status, 404);
});

test('nobody gives more than they have, or touches who has more', async () => {
	const admin = await as('admin');
	const owner = await as('owner');
	const form = await openForm(admin, '/settings/users/new');
	assert.ok(!form.fields.role.options.includes('owner'));
	assert.deepEqual(form.fields.scope.options, ['company']);
	for (const extra of [{ role: 'owner' }, { scope: 'account' }, { role: 'emperor' }])
		assert.equal((await form.send({ email: 'x@alpha.example', name: 'X', role: 'agent', scope: 'company', ...extra })).status, 422);
	const list = await (await admin.fetch('/settings/users')).text();
	const hrefOf = (text, email) => text.match(new RegExp(`href="(/settings/users/usr_[0-9a-z]{26})">(?:(?!</tr>)[\\s\\S])*?${email}`))[1];
	const boss = hrefOf(list, 'owner@alpha.example');
	const change = await openForm(admin, boss);
	assert.equal((await change.send({ role: 'agent' })).status, 422);
	for (const what of ['retire', 'link', 'disable', 'second'])
		assert.equal((await post(admin, boss, `${boss}/${what}`, { sure: 'yes' })).status, 403, what);
	// Not oneself either.
	const own = hrefOf(list, 'admin@alpha.example');
	assert.equal((await (await openForm(admin, own)).send({ role: 'manager' })).status, 422);
	assert.equal((await post(admin, own, `${own}/retire`, { sure: 'yes' })).status, 403);
	// The owner may: down and up again, and it counts at once.
	const theirs = await openForm(owner, own);
	assert.equal((await theirs.send({ role: 'manager' })).status, 303);
	assert.equal((await admin.fetch('/settings/users')).status, 403);
	assert.equal((await (await openForm(owner, own)).send({ role: 'admin' })).status, 303);
	assert.equal((await admin.fetch('/settings/users')).status, 200);
	// Another company's people cannot be opened, and their address not taken.
	const foreign = stack.sqlOne("SELECT HEX(id) FROM user WHERE email = 'viewer@beta.example'");
	assert.ok(foreign);
	assert.equal((await form.send({ email: 'viewer@beta.example', name: 'X', role: 'agent', scope: 'company' })).status, 422);
	assert.equal((await form.send({ email: 'agent@alpha.example', name: 'X', role: 'agent', scope: 'company' })).status, 422, 'has access already');
});

test('an invitation is no way into another company', async () => {
	// Somebody is invited to two companies of the account; the admin of one of
	// them gets no link, which would open the other one too.
	const admin = await as('admin');
	const { href } = await invite(admin, 'both@alpha.example', 'agent');
	stack.sql(`INSERT INTO company (id, account_id, name, time_zone, country, currency, created_at) SELECT UNHEX('0190a5c0000070008000000000000001'), account_id, 'Sister', 'UTC', 'US', 'USD', created_at
		FROM company WHERE id = X'${world.alpha.id.toString('hex')}';
		INSERT INTO membership (user_id, account_id, company_id, role, created_at) SELECT id, account_id, UNHEX('0190a5c0000070008000000000000001'), 'admin', created_at FROM user WHERE email = 'both@alpha.example'`);
	for (const what of ['link', 'disable', 'second'])
		assert.equal((await post(admin, href, `${href}/${what}`, {})).status, 403, what);
	assert.ok(!/Make a link/.test(await (await admin.fetch(href)).text()));
});

test('a link opens no more than when it was made', async () => {
	const good = { password: 'pass phrase of mine', again: 'pass phrase of mine' };
	const at = async (link) => (await stack.client().fetch(new URL(link).pathname)).status;
	const admin = await as('admin'), owner = await as('owner');
	const { href, link } = await invite(admin, 'rises@alpha.example', 'agent');
	const same = await openForm(owner, href);
	assert.equal((await same.send({})).status, 303);
	assert.equal(await at(link), 200, 'nothing has changed');
	// Who made it may not be one who may give what they have now.
	assert.equal((await (await openForm(owner, href)).send({ role: 'owner' })).status, 303);
	assert.equal(await at(link), 404, 'another role');
	assert.equal((await post(admin, href, `${href}/link`, {})).status, 403);
	// A password set by one link ends the others, of whatever kind.
	const late = (await invite(admin, 'twice@alpha.example', 'agent')).link;
	const token = 'R'.repeat(43);
	stack.sql(`INSERT INTO user_token (token_hash, user_id, kind, created_at, expires_at) SELECT UNHEX(SHA2('${token}', 256)), id, 'reset', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL 1 HOUR FROM user WHERE email = 'twice@alpha.example'`);
	assert.equal((await post(stack.client(), `/reset/${token}`, `/reset/${token}`, good)).status, 303);
	assert.equal(await at(late), 404, 'another password');
});

test('two owners who switch each other off: one stays', async () => {
	const demo = await stack.login();
	const { href, link } = await invite(demo, 'rival@demo.example', 'owner', 'account');
	const path = new URL(link).pathname;
	await post(stack.client(), path, path, { password: 'pass phrase of mine', again: 'pass phrase of mine' });
	const rival = await stack.login('rival@demo.example', 'pass phrase of mine');
	const first = (await (await rival.fetch('/settings/users')).text()).match(/href="(\/settings\/users\/usr_[0-9a-z]{26})">Demo</)[1];
	// Both are at it when the first goes on: their sign-ins' rows are held.
	const release = await hold(stack, 'SELECT token_hash FROM login FOR UPDATE');
	const both = [[rival, first], [demo, href]].map(([who, at]) => post(who, at, `${at}/disable`, {}));
	await until('both wait', () => Number(stack.sqlOne("SELECT COUNT(*) FROM information_schema.processlist WHERE user LIKE '%admin%' AND command = 'Execute'")) >= 2);
	release();
	const statuses = (await Promise.all(both)).map((res) => res.status).sort();
	assert.equal(Number(stack.sqlOne("SELECT COUNT(*) FROM user u JOIN membership m ON m.user_id = u.id AND m.role = 'owner' WHERE u.disabled_at IS NULL AND u.account_id = (SELECT account_id FROM user WHERE email = 'rival@demo.example')")), 1, `${statuses}`);
	assert.equal(statuses[0], 303);
	assert.notEqual(statuses[1], 303);
	stack.sql("UPDATE user SET disabled_at = IF(email = 'rival@demo.example', UTC_TIMESTAMP(6), NULL) WHERE email IN ('rival@demo.example', 'demo@example.com')");
});

test('the last owner of an account stays', async () => {
	const demo = await stack.login();
	const { href, link } = await invite(demo, 'second@demo.example', 'owner', 'account');
	const path = new URL(link).pathname;
	await post(stack.client(), path, path, { password: 'pass phrase of mine', again: 'pass phrase of mine' });
	const second = await stack.login('second@demo.example', 'pass phrase of mine');
	const first = (await (await second.fetch('/settings/users')).text()).match(/href="(\/settings\/users\/usr_[0-9a-z]{26})">Demo</)[1];
	assert.equal((await post(second, first, `${first}/disable`, {})).status, 303);
	assert.equal((await demo.fetch('/')).status, 303, 'signed out at once');
	assert.equal((await post(second, first, `${first}/enable`, {})).status, 303);
	const back = await stack.login();
	assert.equal((await (await openForm(back, href)).send({ role: 'admin', scope: 'account' })).status, 303);
	assert.equal((await post(second, first, `${first}/disable`, {})).status, 403, 'an admin not an owner');
});

test('reset: the same answer for everybody, and no word without mail', async () => {
	const guest = stack.client();
	assert.match(await (await guest.fetch('/reset')).text(), /sends no mail/);
	const res = await post(guest, '/login', '/reset', { email: world.users.viewer.email });
	assert.equal(res.status, 200);
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM user_token WHERE kind = 'reset' AND created_by IS NULL"), '0');
});

test('an account\'s admin makes a reset link; it ends every sign-in', async () => {
	const demo = await stack.login();
	const { href, link } = await invite(demo, 'worker@demo.example', 'manager');
	const path = new URL(link).pathname;
	await post(stack.client(), path, path, { password: 'pass phrase of mine', again: 'pass phrase of mine' });
	const worker = await stack.login('worker@demo.example', 'pass phrase of mine');
	const reset = (await (await post(demo, href, `${href}/link`, {})).text()).match(/http:\/\/[^<]*\/reset\/[\w-]{43}/)[0];
	const at = new URL(reset).pathname;
	assert.equal((await stack.client().fetch(at.replace('/reset/', '/invite/'))).status, 404, 'another kind');
	const res = await post(stack.client(), at, at, { password: 'another phrase', again: 'another phrase' });
	assert.equal(res.headers.get('location'), '/login?done=password');
	assert.equal((await worker.fetch('/')).status, 303, 'the old sign-in is over');
	assert.ok(await stack.login('worker@demo.example', 'another phrase'));
});

test('own password: the present one is needed, other browsers are signed out', async () => {
	forget();
	const me = await as('analyst');
	const other = await as('analyst');
	const old = me.cookies.get('rt_login');
	const refused = await post(me, '/account', '/account/password', { current: 'wrong', password: 'brand new phrase', again: 'brand new phrase' });
	assert.equal(refused.status, 422);
	assert.match(await refused.text(), /<p class="notice" tabindex="-1" autofocus role="alert">/, 'who goes by keyboard is where the reason stands');
	assert.equal((await post(me, '/account', '/account/password', { current: world.password, password: 'brand new', again: 'brand news' })).status, 422);
	assert.equal((await post(me, '/account', '/account/password', { current: world.password, password: 'brand new phrase', again: 'brand new phrase' })).status, 303);
	assert.notEqual(me.cookies.get('rt_login'), old, 'a new token');
	assert.equal((await me.fetch('/account')).status, 200);
	assert.equal((await other.fetch('/')).status, 303);
	assert.equal(count('user.password_changed'), 1);
	let last;
	for (let i = 0; i < 12; i++)
		last = await post(me, '/account', '/account/password', { current: `wrong ${i}`, password: 'brand new phrase', again: 'brand new phrase' });
	assert.equal(last.status, 429, 'guessing at an open browser');
});

test('sessions: one is ended from another, a stranger\'s is not', async () => {
	forget();
	const a = await as('manager');
	const b = await as('manager');
	const stranger = await as('viewer');
	const html = await (await a.fetch('/account')).text();
	const keys = [...html.matchAll(/name="session" value="([0-9a-f]{64})"/g)].map(([, k]) => k);
	assert.equal(keys.length, 1, 'all but this one');
	assert.equal((await post(stranger, '/account', '/account/sessions', { session: keys[0] })).status, 404);
	assert.equal((await b.fetch('/')).status, 200);
	assert.equal((await post(a, '/account', '/account/sessions', { session: keys[0] })).status, 303);
	assert.equal((await b.fetch('/')).status, 303);
	for (const session of ['', 'x', '0'.repeat(63), 'z'.repeat(64)])
		assert.equal((await post(a, '/account', '/account/sessions', { session })).status, 400, session);
	const c = await as('manager');
	assert.equal((await post(a, '/account', '/account/sessions', { session: 'others' })).status, 303);
	assert.equal((await c.fetch('/')).status, 303);
	assert.equal((await a.fetch('/')).status, 200);
});

test('second factor: asked for after the password, no code twice', async () => {
	forget();
	const me = await as('viewer');
	assert.equal((await post(me, '/account', '/account/second/begin', {})).status, 303);
	const secret = (await (await me.fetch('/account')).text()).match(/class="snippet">([A-Z2-7]{32})</)[1];
	// The code to point a telephone at is drawn in the page itself: no request, no style or script inline.
	const html = await (await me.fetch('/account')).text();
	const [, side, path] = html.match(/<svg class="qr" viewBox="0 0 (\d+) \1"[\s\S]*?<path class="qr-dark" d="((?:M\d+ \d+h\d+v1h-\d+z)+)"/);
	assert.ok(side >= 33 && side <= 89 && path.startsWith(`M4 4h7v1h-7z`), 'a finder pattern in the corner');
	assert.ok(!html.includes('otpauth'), 'the key stands there once, to be typed');
	assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM user_second WHERE secret_sealed LIKE '%${secret}%'`), '0');
	assert.equal((await post(me, '/account', '/account/second/confirm', { code: '000000' })).status, 422);
	// Not asked for before it is confirmed.
	assert.ok(await as('viewer'));
	const confirmed = totp(secret, step());
	const on = await post(me, '/account', '/account/second/confirm', { code: confirmed });
	assert.equal(on.status, 200);
	const codes = [...(await on.text()).matchAll(/class="snippet">([a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{2})</g)].map(([, c]) => c);
	assert.equal(codes.length, 10);
	assert.ok(!(await (await me.fetch('/account')).text()).includes(codes[0]), 'shown once');

	const client = stack.client();
	const first = await client.submit('/login', '/login', { email: world.users.viewer.email, password: world.password, next: '/calls?q=7' });
	assert.equal(first.headers.get('location'), '/account/second?next=%2Fcalls%3Fq%3D7');
	assert.equal(client.cookies.has('rt_login'), false, 'not signed in yet');
	assert.equal((await client.fetch('/')).status, 303);
	const send = (c, code, next = '/calls?q=7') => post(c, '/account/second', '/account/second', { code, next });
	assert.equal((await send(client, confirmed)).status, 401, 'the code of the set-up was taken');
	assert.equal((await send(client, '123456')).status, 401);
	const code = totp(secret, step() + 1);
	const next = await send(client, code);
	assert.equal(next.status, 303);
	assert.equal(next.headers.get('location'), '/calls?q=7');
	assert.equal((await client.fetch('/')).status, 200);
	// The pause is used up, and the code too.
	const thief = stack.client();
	thief.cookies.set('rt_second', client.cookies.get('rt_second') ?? 'A'.repeat(43));
	assert.equal((await thief.fetch('/account/second')).headers.get('location'), '/login');
	const again = stack.client();
	await again.submit('/login', '/login', { email: world.users.viewer.email, password: world.password });
	assert.equal((await send(again, code)).status, 401, 'replayed');
	for (const next of ['https://evil.example/', '//evil.example', '/\\evil.example']) {
		const form = await (await again.fetch(`/account/second?next=${encodeURIComponent(next)}`)).text();
		assert.match(form, /name="next" value="\/"/, next);
	}
	// A recovery code, in any spelling, once.
	assert.equal((await send(again, codes[0].toUpperCase().replaceAll('-', ' '))).status, 303);
	const third = stack.client();
	await third.submit('/login', '/login', { email: world.users.viewer.email, password: world.password });
	assert.equal((await send(third, codes[0])).status, 401);
	// Guessing is throttled, with the right code too.
	let last;
	for (let i = 0; i < 6; i++) last = await send(third, `00000${i}`);
	assert.equal(last.status, 429);
	assert.equal((await send(third, codes[1])).status, 429);
	forget();
	// With the code the count of the password is taken back, too, of an address that is kept in capitals.
	stack.sql(`UPDATE user SET email = UPPER(email) WHERE email = '${world.users.viewer.email}'`);
	await send(third, codes[1]);
	for (let i = 2; i < 9; i++) {
		const fourth = stack.client();
		assert.equal((await fourth.submit('/login', '/login', { email: world.users.viewer.email, password: world.password })).status, 303, `${i}`);
		assert.equal((await send(fourth, codes[i])).status, 303, `${i}`);
	}
	// Off again with the password.
	assert.equal((await post(me, '/account', '/account/second/off', { password: 'wrong' })).status, 422);
	assert.equal((await post(me, '/account', '/account/second/off', { password: world.password })).status, 303);
	assert.ok(await as('viewer'));
	assert.ok(count('user.second_on') === 1 && count('user.second_off') === 1);
});

test('an unknown address costs the same work as a wrong password', async () => {
	const ask = async (email) => {
		const client = stack.client();
		const { csrf } = await client.hiddenFields('/login');
		return () => client.fetch('/login', { method: 'POST', body: new URLSearchParams({ csrf, email, password: 'not the password' }) }).then((res) => res.text());
	};
	// The processor's time of the program that answers: how long a clock on the
	// wall would say depends on who else is at work.
	const ticks = () => {
		const stat = readFileSync(`/proc/${stack.pidOf('dashboard')}/stat`, 'latin1');
		const [user, system] = stat.slice(stat.lastIndexOf(')') + 2).split(' ').slice(11, 13);
		return Number(user) + Number(system);
	};
	const spent = { known: 0, unknown: 0, disabled: 0 };
	const email = { known: () => world.users.owner.email, unknown: (i) => `nobody${i}@alpha.example`, disabled: () => 'agent@alpha.example' };
	stack.sql("UPDATE user SET disabled_at = UTC_TIMESTAMP(6) WHERE email = 'agent@alpha.example'");
	const alike = () => Math.max(...Object.values(spent)) / Math.min(...Object.values(spent)) < 1.3;
	for (let i = 0; i < 15 || (i < 60 && !alike()); i++) {
		forget();
		for (const who of Object.keys(spent)) {
			const send = await ask(email[who](i));
			const before = ticks();
			await send();
			spent[who] += ticks() - before;
		}
	}
	assert.ok(Math.min(...Object.values(spent)) > 15, 'each is worth measuring');
	assert.ok(alike(), JSON.stringify(spent));
	// And the same rows are written.
	forget();
	const rows = () => Number(stack.sqlOne("SELECT COUNT(*) FROM audit WHERE action = 'user.sign_in_failed'"));
	const n = rows();
	await (await ask(world.users.owner.email))();
	await (await ask('nobody@alpha.example'))();
	assert.equal(rows(), n + 2);
});

test('keys for programs: shown once, only the hash is kept', async () => {
	forget();
	const admin = await as('admin');
	const form = await openForm(admin, '/settings/keys/new');
	assert.equal((await form.send({ name: 'Import', days: '90' })).status, 422, 'no scope');
	assert.equal((await form.send({ name: 'Import', days: '90', scopes: ['calls:read', 'calls:eat'] })).status, 422);
	const made = await form.send({ name: 'Import', days: '90', scopes: ['calls:read', 'reports:read'] });
	assert.equal(made.status, 200);
	const key = (await made.text()).match(/rtk_[\w-]{43}/)[0];
	assert.equal(stack.sqlOne(`SELECT scopes FROM api_key WHERE key_hash = UNHEX(SHA2('${key}', 256))`), 'calls:read reports:read');
	const list = await (await admin.fetch('/settings/keys')).text();
	assert.ok(list.includes(key.slice(0, 8)) && !list.includes(key));
	assert.ok(!stack.sql('SELECT after_json FROM audit').some(([j]) => j?.includes(key)));
	const href = list.match(/href="(\/settings\/keys\/key_[0-9a-z]{26})"/)[1];
	assert.ok(!(await (await admin.fetch(href)).text()).includes(key));
	assert.equal((await post(admin, href, `${href}/retire`, { sure: 'yes' })).status, 303);
	assert.equal((await admin.fetch(href)).status, 404);
});

test('the audit log shows who, what, before and after', async () => {
	const owner = await as('owner');
	await (await openForm(owner, '/settings/tags/new')).send({ name: '<b>Bold</b> & "quoted"' });
	const html = await (await owner.fetch('/settings/audit?action=tag')).text();
	assert.match(html, /Tag: add/);
	assert.ok(html.includes('&lt;b&gt;Bold&lt;/b&gt; &amp; &quot;quoted&quot;'));
	assert.ok(!html.includes('User: sign'), 'filtered');
	// In the words of the forms, not of the database.
	const keys = await (await owner.fetch('/settings/audit?action=API_key')).text();
	assert.match(keys, /<span class="pair-key">It may<\/span> <del><\/del> <ins>See calls, page views and callers; See summaries and time series<\/ins>/);
	assert.match(keys, /<span class="pair-key">Good for<\/span> <del><\/del> <ins>90 days<\/ins>/);
	assert.ok(!keys.includes('calls:read') && !keys.includes('pair-key">scopes'));
	const manager = await as('manager');
	assert.equal((await manager.fetch('/settings/audit')).status, 403);
	assert.equal((await owner.fetch('/settings/audit/account')).status, 403, 'an owner of one company sees no account');
	const demo = await stack.login();
	const account = await (await demo.fetch('/settings/audit/account?action=user.sign_in')).text();
	assert.match(account, /User: sign in/);
	assert.ok(!account.includes('alpha'), 'another account\'s sign-ins');
	for (const q of ['user=x', 'before=x', `action=${'a'.repeat(65)}`, 'action=a&action=b'])
		assert.equal((await owner.fetch(`/settings/audit?${q}`)).status, 400, q);
});

test('nothing of this was our mistake', () => {
	for (const name of ['admin', 'dashboard']) assert.doesNotMatch(stack.log(name), /status=5\d\d/);
	assert.doesNotMatch(stack.log('admin') + stack.log('dashboard') + stack.log('access'), /rtk_|pass phrase|brand new/);
});
