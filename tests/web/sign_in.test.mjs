// Signing in and out through nginx: cookies, fixation, expiry, throttling, and
// two hundred clients at once.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { cookieLines, startStack, until } from '../support/stack.mjs';
import { addCompanies, raw } from '../support/two_companies.mjs';

let stack, world;
before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker'], args: ['--web-rate', '100000'] });
	world = addCompanies(stack);
});
after(() => stack?.stop());

const logins = () => Number(stack.sqlOne('SELECT COUNT(*) FROM login'));
const good = () => ({ email: world.users.viewer.email, password: world.password });

test('a sign-in sets one careful cookie and stores only its hash', async () => {
	const client = stack.client();
	const res = await client.submit('/login', '/login', { ...good(), next: '/calls?q=1' });
	assert.equal(res.status, 303);
	assert.equal(res.headers.get('location'), '/calls?q=1');
	const line = cookieLines(res).find((c) => c.startsWith('rt_login='));
	assert.match(line, /^rt_login=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/);
	const token = client.cookies.get('rt_login');
	const stored = stack.sqlOne(`SELECT COUNT(*) FROM login WHERE token_hash = UNHEX(SHA2('${token}', 256))`);
	assert.equal(stored, '1');
	assert.equal((await client.fetch('/calls')).status, 200);
	assert.equal((await client.fetch('/login')).headers.get('location'), '/', 'signed in already');
});

test('behind TLS the cookies are Secure and bound to the host', async () => {
	// Connections over loopback come from 127.0.0.1, where nginx believes that a
	// TLS server of ours stands in front.
	const tls = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.77' };
	const form = await raw(stack, { path: '/login', headers: tls });
	const [cookie] = form.headers['set-cookie'];
	assert.match(cookie, /^__Host-rt_form=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
	assert.match(form.headers['strict-transport-security'], /^max-age=\d{8}/);
	const csrf = form.body.match(/name="csrf" value="([^"]+)"/)[1];
	const res = await raw(stack, { method: 'POST', path: '/login', headers: { ...tls, cookie: cookie.split(';')[0],
		'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ csrf, ...good() }).toString() });
	assert.equal(res.status, 303);
	const login = res.headers['set-cookie'].find((c) => c.startsWith('__Host-rt_login='));
	assert.match(login, /; Secure(;|$)/);
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM login WHERE address = '192.0.2.77'"), '1');
	// A cookie of the plain name, as another host of the domain could set it, is not looked at.
	const plain = await raw(stack, { path: '/', headers: { ...tls, cookie: login.split(';')[0].replace('__Host-', '') } });
	assert.equal(plain.status, 303);
});

test('the e-mail address is taken in any case', async () => {
	const res = await stack.client().submit('/login', '/login', { email: ` ${good().email.toUpperCase()} `, password: world.password });
	assert.equal(res.status, 303);
});

test('a planted token is worth nothing (fixation)', async () => {
	const planted = 'A'.repeat(43);
	const client = stack.client();
	client.cookies.set('rt_login', planted);
	const res = await client.submit('/login', '/login', good());
	assert.equal(res.status, 303);
	assert.notEqual(client.cookies.get('rt_login'), planted);
	const thief = stack.client();
	thief.cookies.set('rt_login', planted);
	assert.equal((await thief.fetch('/')).status, 303);
});

test('a new sign-in ends the old login of the same browser', async () => {
	const client = stack.client();
	await client.submit('/login', '/login', good());
	const old = client.cookies.get('rt_login');
	// The form for signed-in people is not shown, but may be sent.
	const { csrf } = await client.hiddenFields('/');
	const again = await client.fetch('/login', { method: 'POST', body: new URLSearchParams({ csrf, ...good() }) });
	assert.equal(again.status, 303);
	assert.notEqual(client.cookies.get('rt_login'), old);
	const thief = stack.client();
	thief.cookies.set('rt_login', old);
	assert.equal((await thief.fetch('/')).status, 303, 'the old token');
	assert.equal((await client.fetch('/')).status, 200, 'the new token');
});

test('sign-out ends the login, not only the cookie', async () => {
	const client = stack.client();
	await client.submit('/login', '/login', good());
	const token = client.cookies.get('rt_login');
	const before = logins();
	const res = await client.submit('/', '/logout', {});
	assert.equal(res.status, 303);
	assert.equal(res.headers.get('location'), '/login');
	assert.equal(client.cookies.has('rt_login'), false);
	assert.equal(logins(), before - 1);
	const thief = stack.client();
	thief.cookies.set('rt_login', token);
	assert.equal((await thief.fetch('/')).status, 303);
});

test('expired and disabled logins are over', async () => {
	const client = await stack.login(world.users.agent.email, world.password);
	stack.sql('UPDATE login SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND');
	assert.equal((await client.fetch('/')).status, 303);
	const other = await stack.login(world.users.agent.email, world.password);
	stack.sql(`UPDATE user SET disabled_at = UTC_TIMESTAMP(6) WHERE email = '${world.users.agent.email}'`);
	assert.equal((await other.fetch('/')).status, 303);
	const res = await stack.client().submit('/login', '/login', { email: world.users.agent.email, password: world.password });
	assert.equal(res.status, 401, 'a disabled user is told no more than anybody');
});

test('idle time moves the end, up to a limit', async () => {
	const client = await stack.login(world.users.admin.email, world.password);
	const where = `token_hash = UNHEX(SHA2('${client.cookies.get('rt_login')}', 256))`;
	const left = () => Number(stack.sqlOne(`SELECT TIMESTAMPDIFF(MINUTE, UTC_TIMESTAMP(6), expires_at) FROM login WHERE ${where}`));
	assert.ok(left() > 700 && left() <= 720, 'twelve hours');
	stack.sql(`UPDATE login SET seen_at = seen_at - INTERVAL 2 HOUR, expires_at = expires_at - INTERVAL 2 HOUR WHERE ${where}`);
	assert.equal((await client.fetch('/')).status, 200);
	assert.ok(left() > 700, 'moved');
	stack.sql(`UPDATE login SET created_at = created_at - INTERVAL 14 DAY + INTERVAL 1 HOUR, seen_at = seen_at - INTERVAL 2 HOUR WHERE ${where}`);
	assert.equal((await client.fetch('/')).status, 200);
	assert.ok(left() <= 60, 'not beyond fourteen days');
});

test('next leads only to our own addresses', async () => {
	for (const next of ['https://evil.example/', '//evil.example/', '/\\evil.example', 'javascript:alert(1)', '', '/a b', '\t//evil.example']) {
		const res = await stack.client().submit('/login', '/login', { ...good(), next });
		assert.equal(res.status, 303, next);
		assert.equal(res.headers.get('location'), '/', JSON.stringify(next));
	}
});

test('unknown address, wrong password, no password yet: one answer, one time', async () => {
	stack.sql("UPDATE user SET password_hash = '' WHERE email = 'nobody@alpha.example'");
	const answers = new Map();
	for (const [why, email] of [['unknown', 'who@alpha.example'], ['wrong', world.users.owner.email], ['none yet', 'nobody@alpha.example']]) {
		const took = [];
		for (let i = 0; i < 4; i++) {
			const client = stack.client();
			const { csrf } = await client.hiddenFields('/login');
			const start = performance.now();
			const res = await client.fetch('/login', { method: 'POST', body: new URLSearchParams({ csrf, email, password: 'not the right one' }) });
			took.push(performance.now() - start);
			assert.equal(res.status, 401, why);
			const html = (await res.text()).replaceAll(/req_[0-9a-z]{26}|value="[^"]*"/g, '');
			answers.set(html, why);
		}
		answers.set(why, Math.min(...took));
	}
	assert.equal([...answers.keys()].filter((k) => k.startsWith('<')).length, 1, 'one text for all');
	const times = ['unknown', 'wrong', 'none yet'].map((w) => answers.get(w));
	// The work is argon2id's 64 MiB in each case; without it an answer takes 1 ms.
	assert.ok(Math.min(...times) > Math.max(...times) / 4, `times ${times}`);
});

test('five failures close an account for a while, with a clear message', async () => {
	const email = world.foreign.email;
	stack.sql('DELETE FROM login_attempt');
	for (let i = 0; i < 5; i++)
		assert.equal((await stack.client().submit('/login', '/login', { email, password: 'wrong wrong wrong' })).status, 401);
	for (const password of ['wrong wrong wrong', world.password]) {
		const res = await stack.client().submit('/login', '/login', { email: email.toUpperCase(), password });
		assert.equal(res.status, 429);
		assert.equal(res.headers.get('retry-after'), '900');
		assert.match(await res.text(), /Too many failed tries/);
	}
	assert.equal((await stack.client().submit('/login', '/login', good())).status, 303, 'others may');
	stack.sql('UPDATE login_attempt SET since_at = since_at - INTERVAL 16 MINUTE, last_at = last_at - INTERVAL 16 MINUTE');
	assert.equal((await stack.client().submit('/login', '/login', { email, password: world.password })).status, 303, 'later');
});

test('one person has one address, however it is written', async () => {
	stack.sql('DELETE FROM login_attempt');
	const { email } = world.foreign;
	// What the database holds for the same letters: each would have five tries of its own.
	const others = [email.replace('e', '\u00e9'), email.replace('a', '\u00e5'), `\u200b${email}`, email.replace('@', '\u200d@')];
	for (const other of others) {
		assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM user WHERE email = '${other}'`), '1', `${JSON.stringify(other)} is the same to the database`);
		assert.equal((await stack.client().submit('/login', '/login', { email: other, password: world.password })).status, 401, JSON.stringify(other));
	}
	assert.equal((await stack.client().submit('/login', '/login', { email, password: world.password })).status, 303);
});

test('a stranger cannot keep somebody out of a browser that was let in before', async () => {
	stack.sql('DELETE FROM login_attempt');
	const { email, password } = good();
	const mine = stack.client(), enter = (client, password) => client.submit('/login', '/login', { email, password });
	const first = await enter(mine, password);
	assert.match(cookieLines(first).find((c) => c.startsWith('rt_known=')), /^rt_known=[\w-]{86}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=31536000$/);
	await mine.submit('/', '/logout', {});
	const known = mine.cookies.get('rt_known');
	for (let i = 0; i < 6; i++) await enter(stack.client(), 'wrong wrong wrong');
	assert.equal((await enter(stack.client(), password)).status, 429, 'closed to browsers nobody knows');
	// Nor can all of a network that failed too often.
	stack.sql(`UPDATE login_attempt SET failures = 30 WHERE kind = 'address'`);
	assert.equal((await enter(mine, password)).status, 303);
	await mine.submit('/', '/logout', {});
	stack.sql(`DELETE FROM login_attempt WHERE kind = 'address'`);
	// It is no key: five tries, like everybody.
	const thief = stack.client();
	for (let i = 0; i < 5; i++) {
		thief.cookies.set('rt_known', known);
		assert.equal((await enter(thief, `wrong wrong ${i}`)).status, 401);
	}
	assert.equal((await enter(thief, password)).status, 429);
	assert.equal((await thief.fetch('/')).status, 303);
	// A made up one, another person's and one cut off count for nothing.
	const other = await stack.login(world.users.manager.email, world.password);
	for (const value of ['A'.repeat(86), 'A'.repeat(43) + known.slice(43), known.slice(0, 85), `${known}A`, known.slice(0, 43), other.cookies.get('rt_known')]) {
		const client = stack.client();
		client.cookies.set('rt_known', value);
		assert.equal((await enter(client, password)).status, 429, value);
	}
	// And a new password ends it.
	stack.sql(`DELETE FROM login_attempt WHERE kind = 'browser'`);
	const hash = stack.sqlOne(`SELECT password_hash FROM user WHERE email = '${email}'`);
	stack.sql(`UPDATE user SET password_hash = (SELECT password_hash FROM user WHERE email = '${stack.demo().email}') WHERE email = '${email}'`);
	mine.cookies.set('rt_known', known);
	const after = await enter(mine, password);
	stack.sql(`UPDATE user SET password_hash = '${hash}' WHERE email = '${email}'`);
	assert.equal(after.status, 429);
	stack.sql('DELETE FROM login_attempt');
});

test('tries sent all at once are counted too', async () => {
	stack.sql('DELETE FROM login_attempt');
	const clients = await Promise.all(Array.from({ length: 20 }, async () => {
		const client = stack.client();
		return { client, csrf: (await client.hiddenFields('/login')).csrf };
	}));
	const answers = await Promise.all(clients.map(({ client, csrf }) =>
		client.fetch('/login', { method: 'POST', body: new URLSearchParams({ csrf, email: world.foreign.email, password: 'wrong wrong wrong' }) })));
	const checked = answers.filter((r) => r.status === 401).length;
	assert.ok(checked <= 5, `${checked} passwords were tried`);
	assert.ok(answers.every((r) => [401, 429, 503].includes(r.status)));
});

test('one network address may not try everybody', async () => {
	stack.sql('DELETE FROM login_attempt');
	stack.sql(`INSERT INTO login_attempt (kind, subject, failures, since_at, last_at) VALUES ('address', '${stack.addr}', 30, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))`
		+ ", ('address', '127.0.0.1', 30, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))");
	assert.equal((await stack.client().submit('/login', '/login', good())).status, 429);
	stack.sql('DELETE FROM login_attempt');
	assert.equal((await stack.client().submit('/login', '/login', good())).status, 303);
});

test('who has one address of IPv6 has 2^64: they are one', async () => {
	stack.sql("DELETE FROM login_attempt; INSERT INTO login_attempt (kind, subject, failures, since_at, last_at) VALUES ('address', '2001:db8:1:2::/64', 29, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))");
	const enter = async (address, password, path = '/login') => {
		const from = { 'x-forwarded-for': address }, form = await raw(stack, { path, headers: from });
		const body = new URLSearchParams({ csrf: form.body.match(/name="csrf" value="([^"]+)"/)[1], ...good(), password }).toString();
		return (await raw(stack, { method: 'POST', path, headers: { ...from, cookie: form.headers['set-cookie'][0].split(';')[0], 'content-type': 'application/x-www-form-urlencoded' }, body })).status;
	};
	assert.equal(await enter('2001:db8:1:2:ffff::9', 'wrong wrong wrong'), 401);
	assert.equal(await enter('2001:db8:1:2::5', world.password), 429);
	assert.equal(await enter('2001:db8:1:3::5', world.password), 303);
	assert.equal(await enter('192.0.2.9', world.password), 303);
	stack.sql('DELETE FROM login_attempt');
});

test('two hundred clients at once are all answered', async () => {
	// Each with a connection of its own, kept open: nginx then keeps its own to
	// us, and threads that wait on kept ones must not starve the others.
	const agents = Array.from({ length: 200 }, () => new http.Agent({ keepAlive: true, maxSockets: 1 }));
	for (let round = 0; round < 3; round++) {
		const answers = await Promise.all(agents.map((agent) => raw(stack, { path: '/login', agent })));
		assert.deepEqual([...new Set(answers.map((a) => a.status))], [200], `round ${round}`);
	}
	for (const agent of agents) agent.destroy();
});

test('the database away: sign-in says so, and works again after', async () => {
	const client = await stack.login(world.users.owner.email, world.password);
	const pid = stack.pidOf('mariadbd');
	process.kill(pid, 'SIGKILL');
	const res = await client.fetch('/');
	assert.ok([200, 503].includes(res.status), `${res.status}`);
	await until('the supervisor restarts it and we reconnect', async () => (await client.fetch('/')).status === 200);
});

test('jobd sweeps expired logins', async () => {
	stack.sql('UPDATE login SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND');
	assert.ok(logins() > 0);
	stack.sql("INSERT INTO job (company_id, kind, job_key, payload, state, due_at, created_at) VALUES (REPEAT('\\0', 16), 'sweep', 'test', '{}', 'ready', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))");
	await until('no expired login is left', () => logins() === 0);
});

test('a stop lets the program end by itself', async () => {
	const { code, signal } = await stack.stop();
	assert.deepEqual({ code, signal }, { code: 0, signal: null });
	assert.match(stack.log('dashboard'), /fcgi_loop: stopping signal=15/);
	assert.doesNotMatch(stack.log('dashboard'), /cut off/);
});
