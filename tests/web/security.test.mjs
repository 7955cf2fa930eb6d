// Every address of the dashboard, asked wrongly: wrong method, too much, broken
// encoding, no token, a foreign token, a foreign company's ids, too small a
// role. The right status, nothing changed, nothing leaked.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startStack } from '../support/stack.mjs';
import { addCompanies, fingerprint, raw } from '../support/two_companies.mjs';

let stack, world, viewer;
const form = 'application/x-www-form-urlencoded';

before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '100000'] });
	world = addCompanies(stack);
	for (const c of ['alpha', 'beta']) {
		mkdirSync(join(stack.dir, 'recordings', c), { recursive: true });
		writeFileSync(join(stack.dir, 'recordings', c, 'call.wav'), `RIFF of ${c}: ${c === 'beta' ? world.secret : 'ours'}`);
	}
	viewer = await stack.login(world.users.viewer.email, world.password);
});
after(() => stack?.stop());

const cookies = (client) => [...client.cookies].map(([k, v]) => `${k}=${v}`).join('; ');

/** Addresses of the program: [path, { method: what a good one is answered },
 *  least role]. What is not named here must be 405. */
const roles = ['viewer', 'agent', 'analyst', 'manager', 'admin', 'owner'];
const no_view = `viw_${'0'.repeat(26)}`;
const addresses = () => [
	['/', { GET: 200 }],
	['/calls', { GET: 200 }],
	['/calls.csv', { GET: 200 }, 'analyst'],
	['/calls.jsonl', { GET: 200 }, 'analyst'],
	['/calls/mark', { GET: 200, POST: true }, 'analyst'],
	['/marks', { POST: true }, 'agent'],
	['/forms', { GET: 200 }],
	['/forms.csv', { GET: 200 }, 'analyst'],
	['/forms.jsonl', { GET: 200 }, 'analyst'],
	[`/forms/frm_${'0'.repeat(26)}`, { GET: 404 }], // it has none
	['/reports', { GET: 200 }],
	['/visitors', { GET: 200 }],
	['/visitors.csv', { GET: 200 }, 'analyst'],
	[`/visitors/${world.alpha.visitId}`, { GET: 200 }],
	['/spend', { GET: 200, POST: true }, 'analyst'],
	['/spend/monthly', { POST: true }, 'analyst'],
	['/reports.csv', { GET: 200 }, 'analyst'],
	['/reports.json', { GET: 200 }, 'analyst'],
	['/views', { POST: true }, 'agent'],
	[`/views/${no_view}/delete`, { POST: true }, 'agent'],
	[`/calls/${world.alpha.callId}`, { GET: 200 }],
	[`/calls/${world.alpha.callId}/recording`, { GET: 200 }],
	[`/calls/${world.alpha.callId}/peaks.json`, { GET: 200 }],
	['/attribution', { GET: 200 }],
	['/attribution/reruns', { GET: 200 }],
	['/attribution/preview', { POST: true }, 'manager'],
	[`/attribution/reruns/arn_${'0'.repeat(26)}`, { GET: 404 }], // it has none
	[`/attribution/reruns/arn_${'0'.repeat(26)}/apply`, { POST: true }, 'manager'],
	[`/attribution/reruns/arn_${'0'.repeat(26)}/stop`, { POST: true }, 'manager'],
	['/pools', { GET: 200 }],
	[`/pools/${world.alpha.poolId}`, { GET: 200 }],
	['/sites', { GET: 200 }],
	[`/sites/${world.alpha.siteId}`, { GET: 200 }],
	['/live.json', { GET: 200 }],
	['/live', { GET: 200 }],
	['/live/calls.json', { GET: 200 }],
	['/usage', { GET: 200 }],
	['/usage.csv', { GET: 200 }, 'analyst'],
	['/usage.json', { GET: 200 }, 'analyst'],
	['/company', { POST: true }],
	['/companies', { GET: 200 }],
	['/companies/names.json', { GET: 200 }],
	[`/companies/${world.alpha.companyId}/logo`, { GET: 404 }], // it has none
	['/companies/favourite', { POST: true }],
	['/login', { GET: 303, POST: true }],
	['/logout', { POST: true }],
];

function guarded(res, what) {
	assert.equal(res.headers['x-content-type-options'], 'nosniff', what);
	assert.match(res.headers['content-security-policy'] ?? '', /default-src 'none'/, what);
	assert.doesNotMatch(res.headers['content-security-policy'] ?? '', /unsafe|\*/, what);
	assert.match(res.headers['x-request-id'] ?? '', /^req_[0-9a-z]{26}$/, what);
	assert.equal(res.headers['cache-control'], 'no-store', what);
}

function leaksNothing(res, what) {
	assert.ok(!res.body.includes(world.secret), `${what}: another company's text`);
	assert.doesNotMatch(res.body, /\.c:\d+|errno|mysql|mariadb|\/tmp\//i, `${what}: our insides`);
}

test('the list above is every route of the program', () => {
	const rows = [...readFileSync('cgi/dashboard.c', 'utf8').matchAll(/\{ REQ_([A-Z]+), "([^"]+)"/g)].map(([, method, path]) => `${method} ${path}`)
		.filter((row) => !/\/(unsubscribe|feeds)\//.test(row)); // for those who are signed in nowhere
	const listed = addresses().flatMap(([path, good]) => Object.keys(good).map((method) => `${method} ${path.replace(/[a-z]{3}_[0-9a-z]{26}/, '{id}')}`));
	assert.ok(rows.length > 0);
	assert.deepEqual(listed.sort(), rows.sort());
});

test('wrong methods are 405 and say what is right', async () => {
	const before = fingerprint(stack);
	for (const [path, good] of addresses()) {
		for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
			if (good[method]) continue;
			const res = await raw(stack, { method, path, headers: { cookie: cookies(viewer) } });
			assert.equal(res.status, 405, `${method} ${path}`);
			guarded(res, `${method} ${path}`);
			leaksNothing(res, `${method} ${path}`);
			const allow = res.headers.allow.split(', ').filter((m) => m !== 'HEAD');
			assert.deepEqual(allow.sort(), Object.keys(good).sort(), `Allow of ${path}`);
		}
	}
	// nginx itself refuses this one.
	assert.equal((await raw(stack, { method: 'TRACE', path: '/' })).status, 405);
	assert.equal(fingerprint(stack), before);
});

test('good requests are answered as they should be', async () => {
	const owner = await stack.login(world.users.owner.email, world.password);
	for (const [path, good] of addresses()) {
		if (typeof good.GET !== 'number') continue;
		const res = await raw(stack, { path, headers: { cookie: cookies(owner) } });
		assert.equal(res.status, good.GET, path);
		leaksNothing(res, path);
		const head = await raw(stack, { method: 'HEAD', path, headers: { cookie: cookies(owner) } });
		assert.equal(head.status, good.GET, `HEAD ${path}`);
		assert.equal(head.body, '', `HEAD ${path}`);
	}
});

test('without a sign-in: pages lead to it, the rest is 401', async () => {
	for (const [path, good] of addresses()) {
		if (path === '/login' || path === '/logout') continue;
		for (const cookie of ['', 'rt_login=x', `rt_login=${'A'.repeat(43)}`, 'rt_login=', `rt_company=${world.beta.companyId}`]) {
			const get = await raw(stack, { path, headers: { cookie } });
			if (good.GET) assert.ok(get.status === 303 || get.status === 401, `${path}: ${get.status}`);
			if (get.status === 303)
				assert.match(get.headers.location, path === '/' ? /^\/login$/ : /^\/login\?next=%2F/, path);
			assert.ok(!get.body.includes('alpha'), path);
			leaksNothing(get, path);
			if (!good.POST) continue;
			const post = await raw(stack, { method: 'POST', path, headers: { cookie, 'content-type': form }, body: 'company=x' });
			assert.equal(post.status, 401, path);
		}
	}
});

test('oversized bodies are 413', async () => {
	const before = fingerprint(stack);
	for (const size of [8193, 60000, 70000, 262145, 2000000]) {
		// A sign-in may carry a form that it interrupted.
		for (const path of [...(size > 262144 ? ['/login', '/account/second'] : []), '/logout', '/company']) {
			const res = await raw(stack, { method: 'POST', path, headers: { cookie: cookies(viewer), 'content-type': form, 'content-length': size },
				body: `csrf=${'a'.repeat(size - 5)}` }).catch((e) => ({ status: e.code }));
			// nginx may close while we still write the largest.
			assert.ok(res.status === 413 || (size > 65536 && ['EPIPE', 'ECONNRESET'].includes(res.status)), `${path} ${size}: ${res.status}`);
		}
	}
	for (const path of ['/', '/calls', '/live.json']) {
		const res = await raw(stack, { path, headers: { cookie: cookies(viewer), 'content-type': form, 'content-length': 3 }, body: 'a=1' });
		assert.equal(res.status, 413, path);
	}
	const long = await raw(stack, { path: `/calls?q=${'a'.repeat(8000)}`, headers: { cookie: cookies(viewer) } });
	assert.ok([200, 400, 413, 414].includes(long.status), `a long query: ${long.status}`);
	assert.equal(fingerprint(stack), before);
	// The connection that had an unread body is still good for the next.
	assert.equal((await raw(stack, { path: '/login' })).status, 200);
});

test('broken encoding is 400', async () => {
	const before = fingerprint(stack);
	for (const path of ['/calls?q=%', '/calls?q=%zz', '/calls?q=%00', '/calls?q=%ff', '/calls?q=%c0%af', '/calls?%00=1', '/live.json?since=%1b',
		'/%ff', '/calls/%00', '/calls/%2e%2e/login', '/calls//x', '/login?next=%e2%82', '/live.json?since=1&since=2']) {
		const res = await raw(stack, { path, headers: { cookie: cookies(viewer) } });
		assert.equal(res.status, 400, path);
		leaksNothing(res, path);
	}
	// A person is shown which part of an address it is; who is nobody yet, is not.
	const odd = await raw(stack, { path: '/calls?range=7d&q=%ff&source=x', headers: { cookie: cookies(viewer) } });
	assert.equal(odd.status, 400);
	assert.match(odd.body, /cannot be understood[^]*<code>q<\/code>[^]*href="\/calls\?range=7d&amp;source=x"/);
	assert.doesNotMatch((await raw(stack, { path: '/calls?q=%00' })).body, /<code>q<\/code>/);
	const { csrf } = await viewer.hiddenFields('/');
	for (const body of ['%', 'a=%0', 'a=%zz', 'a=%00', 'a=%ff', 'a=%ed%a0%80', '=1', '%00=1', 'a=\xff']) {
		for (const path of ['/login', '/company', '/logout']) {
			const res = await raw(stack, { method: 'POST', path, headers: { cookie: cookies(viewer), 'content-type': form },
				body: Buffer.from(`csrf=${csrf}&${body}`, 'latin1') });
			assert.equal(res.status, 400, `${path} ${JSON.stringify(body)}`);
		}
	}
	for (const type of ['text/plain', 'application/json', 'multipart/form-data; boundary=x', '']) {
		const res = await raw(stack, { method: 'POST', path: '/company', headers: { cookie: cookies(viewer), 'content-type': type }, body: `csrf=${csrf}` });
		assert.equal(res.status, 415, type);
	}
	assert.equal(fingerprint(stack), before);
	assert.equal((await viewer.fetch('/')).status, 200, 'still signed in');
});

test('missing and foreign CSRF tokens are 403 and change nothing', async () => {
	const other = await stack.login(world.foreign.email, world.password);
	const before = fingerprint(stack);
	const { csrf } = await viewer.hiddenFields('/');
	const { csrf: theirs } = await other.hiddenFields('/');
	const fresh = stack.client();
	const { csrf: beforeLogin } = await fresh.hiddenFields('/login');
	const own = stack.url;
	for (const path of ['/company', '/logout', '/login']) {
		for (const [why, token, headers] of [
			['none', undefined, {}],
			['empty', '', {}],
			['another login\'s', theirs, {}],
			['one from before the sign-in', beforeLogin, {}],
			['cut', csrf.slice(1), {}],
			['another origin', csrf, { origin: 'http://evil.example' }],
			['null origin', csrf, { origin: 'null' }],
			['said to be cross-site', csrf, { origin: own, 'sec-fetch-site': 'cross-site' }],
		]) {
			const fields = { company: world.alpha.companyId, email: 'x@y.example', password: 'z', ...(token === undefined ? {} : { csrf: token }) };
			const res = await raw(stack, { method: 'POST', path, headers: { cookie: cookies(viewer), 'content-type': form, ...headers },
				body: new URLSearchParams(fields).toString() });
			assert.equal(res.status, 403, `${path}: ${why}`);
			assert.ok(!res.headers['set-cookie']?.some((c) => c.startsWith('rt_login')), `${path}: ${why}`);
		}
		// Two tokens in one form are no token.
		const twice = await raw(stack, { method: 'POST', path, headers: { cookie: cookies(viewer), 'content-type': form }, body: `csrf=${csrf}&csrf=${csrf}` });
		assert.equal(twice.status, 403, path);
	}
	assert.equal((await viewer.fetch('/')).status, 200, 'nobody was signed out');
	assert.equal(fingerprint(stack), before);
	// The right one works, twice, and as a header.
	for (let i = 0; i < 2; i++) {
		const ok = await raw(stack, { method: 'POST', path: '/company', headers: { cookie: cookies(viewer), 'content-type': form, origin: own },
			body: new URLSearchParams({ csrf, company: world.alpha.companyId }).toString() });
		assert.equal(ok.status, 303);
	}
	const header = await raw(stack, { method: 'POST', path: '/company', headers: { cookie: cookies(viewer), 'content-type': form, 'x-csrf-token': csrf },
		body: new URLSearchParams({ company: world.alpha.companyId }).toString() });
	assert.equal(header.status, 303);
});

test('another company\'s pool does not exist; wrong sizes are refused', async () => {
	assert.equal((await viewer.fetch(`/pools/${world.beta.poolId}`)).status, 404);
	assert.equal((await viewer.fetch(`/pools/pol_${'0'.repeat(26)}`)).status, 404);
	assert.equal((await viewer.fetch(`/pools/${world.alpha.callId}`)).status, 404);
	for (const q of ['numbers=0', 'numbers=1000001', 'numbers=-1', 'numbers=1e9', 'numbers=5&numbers=6', 'rest=604801', 'rest=x', 'price=1.234', 'price=1,5',
		'price=99999999', 'price=.', 'price=1.', `price=${encodeURIComponent('1"><script>')}`])
		assert.equal((await viewer.fetch(`/pools/${world.alpha.poolId}?${q}`)).status, 400, q);
	const good = await viewer.fetch(`/pools/${world.alpha.poolId}?numbers=1000000&rest=604800&price=9999.99`);
	assert.equal(good.status, 200);
	const text = await good.text();
	assert.match(text, />1 number · /);
});

test('another company\'s site does not exist', async () => {
	assert.equal((await viewer.fetch(`/sites/${world.beta.siteId}`)).status, 404);
	assert.equal((await viewer.fetch(`/sites/sit_${'0'.repeat(26)}`)).status, 404);
	assert.equal((await viewer.fetch(`/sites/${world.alpha.callId}`)).status, 404);
});

test('another company\'s ids do not exist', async () => {
	const before = fingerprint(stack);
	const missing = `cal_${'0'.repeat(26)}`;
	for (const tail of ['', '/recording', '/recording?download=1', '/peaks.json']) {
		const foreign = await viewer.fetch(`/calls/${world.beta.callId}${tail}`);
		const none = await viewer.fetch(`/calls/${missing}${tail}`);
		assert.equal(foreign.status, 404, tail);
		assert.equal(none.status, 404, tail);
		const mask = (s) => s.replaceAll(/req_[0-9a-z]{26}|cal_[0-9a-z]{26}/g, 'ID');
		assert.equal(mask(await foreign.text()), mask(await none.text()), `${tail}: the same answer as for none`);
	}
	for (const id of ['x', 'cal_', `usr_${world.beta.callId.slice(4)}`, world.beta.callId.toUpperCase(), `${world.alpha.callId}0`,
		world.alpha.companyId, '%2e', "'%20OR%201=1--"]) {
		const res = await viewer.fetch(`/calls/${id}`);
		assert.ok(res.status === 404 || res.status === 400, id);
	}
	// Asking for the other company, by cookie and by form.
	const { csrf } = await viewer.hiddenFields('/');
	const switched = await viewer.fetch('/company', { method: 'POST', body: new URLSearchParams({ csrf, company: world.beta.companyId }) });
	assert.equal(switched.status, 404);
	const page = await raw(stack, { path: '/calls', headers: { cookie: `${cookies(viewer)}; rt_company=${world.beta.companyId}` } });
	assert.equal(page.status, 200);
	leaksNothing(page, 'a foreign company in the cookie');
	// Search, every filter: beta's words find nothing.
	for (const q of [world.secret, '2125550188', '4155550177']) {
		const html = (await (await viewer.fetch(`/calls?q=${q}`)).text()).replaceAll(/value="[^"]*"/g, '');
		assert.ok(!html.includes(world.beta.callId), q);
		assert.doesNotMatch(html.replaceAll(q, ''), /555.?0188/, q);
	}
	assert.equal(fingerprint(stack), before);
});

test('recordings come only through the permission check', async () => {
	for (const path of ['/recordings/beta/call.wav', '/recordings/alpha/call.wav', '/recordings/', '/%72ecordings/alpha/call.wav',
		'/static/../recordings/alpha/call.wav', '/static/%2e%2e/recordings/alpha/call.wav']) {
		const res = await raw(stack, { path, headers: { cookie: cookies(viewer) } });
		assert.ok([400, 404].includes(res.status), `${path}: ${res.status}`);
		assert.ok(!res.body.includes('RIFF'), path);
	}
	const res = await viewer.fetch(`/calls/${world.alpha.callId}/recording`, { headers: { range: 'bytes=0-3' } });
	assert.equal(res.status, 206);
	assert.equal(await res.text(), 'RIFF');
	assert.equal(res.headers.get('content-type'), 'audio/wav');
	assert.equal(res.headers.get('x-accel-redirect'), null);
});

test("a logo is shown to its company's people only", async () => {
	const bytes = Buffer.from('a picture');
	for (const company of [world.alpha, world.beta])
		stack.sql(`INSERT INTO company_logo VALUES (X'${company.id.toString('hex')}', 'png', 2, 1, X'${bytes.toString('hex')}', UTC_TIMESTAMP(6))`);
	const own = await viewer.fetch(`/companies/${world.alpha.companyId}/logo`);
	assert.equal(own.status, 200);
	assert.equal(own.headers.get('content-type'), 'image/png');
	assert.ok(bytes.equals(Buffer.from(await own.arrayBuffer())));
	assert.equal((await viewer.fetch(`/companies/${world.beta.companyId}/logo`)).status, 404);
	stack.sql('DELETE FROM company_logo');
});

test('a user without a company sees none', async () => {
	const nobody = await stack.login(world.users.nobody.email, world.password);
	for (const [path, good] of addresses()) {
		if (typeof good.GET !== 'number' || path === '/login') continue;
		const res = await nobody.fetch(path);
		assert.ok([403, 404].includes(res.status), `${path}: ${res.status}`);
		leaksNothing({ body: await res.text() }, path);
	}
	// They are told, whatever they asked or send, and may be somebody else.
	const { csrf: old } = await nobody.hiddenFields('/account');
	for (const res of [await nobody.fetch('/'), await nobody.fetch('/marks', { method: 'POST', body: new URLSearchParams({ csrf: old }) })]) {
		const html = await res.text();
		assert.equal(res.status, 403);
		assert.match(html, /not a member of any company[^]*<form method="post" action="\/logout">[^]*signed in as nobody\./);
		assert.doesNotMatch(html, /href="\/"/, 'no way that leads here again');
	}
	// Of what needs no company, the reason is another one.
	assert.doesNotMatch(await (await nobody.fetch('/account/sessions', { method: 'POST' })).text(), /any company|logout/);
	assert.doesNotMatch(await (await viewer.fetch('/calls.csv')).text(), /any company|logout/);
	assert.equal((await nobody.submit('/', '/logout', {})).headers.get('location'), '/login');
	assert.equal((await nobody.fetch('/login')).status, 200);
});

test('every address by every role', async () => {
	const clients = new Map();
	for (const role of roles) clients.set(role, await stack.login(world.users[role].email, world.password));
	const before = fingerprint(stack);
	for (const [role, client] of clients) {
		const { csrf } = await client.hiddenFields('/');
		for (const [path, good, least = 'viewer'] of addresses()) {
			const may = roles.indexOf(role) >= roles.indexOf(least);
			if (good.GET === 200 && (may ? !/\.csv|\.jsonl|(reports|usage)\.json/.test(path) && !path.includes('/recording') : true))
				assert.equal((await client.fetch(path)).status, may ? 200 : 403, `${role} ${path}`);
			if (good.POST && !may) {
				const res = await client.fetch(path, { method: 'POST', body: new URLSearchParams({ csrf }) });
				assert.equal(res.status, 403, `${role} POST ${path}`);
			}
		}
	}
	assert.equal(fingerprint(stack), before);
});

test('nothing of this was our mistake', () => {
	assert.doesNotMatch(stack.log('dashboard'), /status=5\d\d/);
	assert.doesNotMatch(stack.log('dashboard'), new RegExp(`${world.password}|\\+1212|rt_login=`));
});
