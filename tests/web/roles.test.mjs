// Every address of every program, asked by every role, for what is their own,
// another company's and nobody's. Made from the route tables themselves
// (program --routes), so that a new row is tried the day it is written.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { build, startStack } from '../support/stack.mjs';
import { addCompanies, fingerprint, hex, insert, raw, text, typeId, uuid7 } from '../support/two_companies.mjs';

const ladder = ['public', 'signed-in', 'read-only', 'agent', 'analyst', 'manager', 'admin', 'owner'];
const rank = (role) => ladder.indexOf(role);

function table(program) {
	const r = spawnSync(join(build, program), ['--routes'], { encoding: 'utf8' });
	assert.equal(r.status, 0, `${program} --routes`);
	return r.stdout.trim().split('\n').map((line) => {
		const [method, path, role, scope, kind, extra] = line.split(' ');
		return { program, method, path, role, wide: scope === 'account', kind, csrf: extra !== 'no-csrf' };
	});
}
const routes = [...table('dashboard.fcgi'), ...table('admin.fcgi')];

let stack, world, clients, things;

/** One row of everything in a company; ids by the address it has. */
function seed(c, word) {
	const at = 'UTC_TIMESTAMP(6)';
	const id = Object.fromEntries(['location', 'destination', 'pool', 'tracker', 'tag', 'key', 'trunk', 'flow', 'tracked', 'prompt', 'user', 'other', 'hook', 'mail', 'conversion'].map((k) => [k, uuid7()]));
	const own = { company_id: hex(c.id) };
	const e164 = word === 'alpha' ? '+14155550144' : '+14155550145';
	stack.sql([
		insert('location', { ...own, id: hex(id.location), name: text(`place ${c.mark}`), time_zone: "'UTC'", created_at: at }),
		insert('destination', { ...own, id: hex(id.destination), name: text(`desk ${c.mark}`), target: "'+14155550100'", created_at: at }),
		insert('flow', { ...own, id: hex(id.flow), name: text(`flow ${c.mark}`), created_at: at }),
		insert('pool', { ...own, id: hex(id.pool), name: text(`pool ${c.mark}`), created_at: at }),
		insert('number', { ...own, id: hex(id.tracked), e164: `'${e164}'`, active_e164: `'${e164}'`, kind: "'local'", country: "'US'", added_at: at }),
		insert('tracker', { ...own, id: hex(id.tracker), number_id: hex(id.tracked), name: text(`tracker ${c.mark}`), source: "'x'", medium: "'x'", created_at: at }),
		insert('company_logo', { ...own, kind: "'png'", width: 1, height: 1, image: text(c.mark), changed_at: at }),
		insert('tag', { ...own, id: hex(id.tag), name: text(`tag ${c.mark}`), created_at: at }),
		insert('outcome', { ...own, code: `'won_${word}'`, name: text(`won ${c.mark}`), is_lead: 1, is_sale: 1, is_spam: 0, position: 1 }),
		insert('api_key', { ...own, id: hex(id.key), account_id: hex(c.account), name: text(`key ${c.mark}`), key_hash: `UNHEX(SHA2('${word}', 256))`,
			hint: "'rtk_aaaa'", scopes: "'calls:read'", created_at: at }),
		insert('trunk', { account_id: hex(c.account), id: hex(id.trunk), name: text(`trunk ${c.mark}`), country: "'US'", next_hop: "'192.0.2.9'", created_at: at }),
		insert('user', { id: hex(id.user), account_id: hex(c.account), email: text(`member@${word}.example`), name: text(`member ${c.mark}`), password_hash: "''", created_at: at }),
		insert('membership', { user_id: hex(id.user), account_id: hex(c.account), company_id: hex(c.id), role: "'agent'", created_at: at }),
		insert('webhook', { ...own, id: hex(id.hook), name: text(`hook ${c.mark}`), url: "'https://x.example/'", secret_sealed: "'x'", events: 4, created_at: at }),
		insert('mail_rule', { ...own, id: hex(id.mail), user_id: hex(id.user), kind: "'missed'", unsubscribe: `'${word.padEnd(43, 'x')}'`, created_at: at }),
		insert('conversion_rule', { ...own, id: hex(id.conversion), name: text(`sale ${c.mark}`), platform: "'google'", secret: `'${word.padEnd(43, 'y')}'`, created_at: at }),
	].join('\n'));
	const outcome = Buffer.from(spawnSync('sha256sum', { input: `won_${word}`, encoding: 'utf8' }).stdout.slice(0, 32), 'hex');
	return {
		'/calls': c.callId, '/people': c.callId, '/pools': typeId('pol', id.pool), '/sites': typeId('sit', c.site), '/settings/numbers': typeId('num', c.number), '/settings/destinations': typeId('dst', id.destination),
		'/settings/trackers': typeId('trk', id.tracker), '/settings/pools': typeId('pol', id.pool), '/settings/sites': typeId('sit', c.site),
		'/settings/locations': typeId('loc', id.location), '/settings/tags': typeId('tag', id.tag), '/settings/outcomes': typeId('out', outcome),
		'/settings/keys': typeId('key', id.key), '/settings/trunks': typeId('tru', id.trunk), '/settings/companies': c.companyId,
		'/settings/users': typeId('usr', id.user), '/settings/webhooks': typeId('whk', id.hook), '/settings/mail': typeId('mlr', id.mail),
		'/settings/conversions': typeId('cnv', id.conversion),
	};
}

before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '100000'] });
	world = addCompanies(stack);
	world.alpha.mark = 'ours';
	world.beta.mark = world.secret;
	things = { own: seed(world.alpha, 'alpha'), foreign: seed(world.beta, 'beta') };
	// One more: an owner of the whole account, as roles of one company cannot
	// reach what belongs to the account.
	const boss = uuid7();
	stack.sql([
		`INSERT INTO user (id, account_id, email, name, password_hash, created_at) SELECT ${hex(boss)}, account_id, 'boss@alpha.example', 'Boss',
			password_hash, created_at FROM user WHERE email = 'owner@alpha.example';`,
		insert('membership', { user_id: hex(boss), account_id: hex(world.alpha.account), company_id: `X'${'0'.repeat(32)}'`, role: "'owner'", created_at: 'UTC_TIMESTAMP(6)' }),
	].join('\n'));
	clients = [{ name: 'a stranger', client: stack.client(), role: 'public', wide: 'public' }];
	for (const role of ['nobody', 'viewer', 'agent', 'analyst', 'manager', 'admin', 'owner'])
		clients.push({ name: role, client: await stack.login(world.users[role].email, world.password),
			role: { nobody: 'signed-in', viewer: 'read-only' }[role] ?? role, wide: 'signed-in' });
	clients.push({ name: 'owner of the account', client: await stack.login('boss@alpha.example', world.password), role: 'owner', wide: 'owner' });
});
after(() => stack?.stop());

const cookies = (client) => [...client.cookies].map(([k, v]) => `${k}=${v}`).join('; ');
const prefixOf = (path) => path.slice(0, path.indexOf('/{'));
const hasId = (path) => path.includes('{');
const fill = (path, value) => path.replace(/\{[^}]+\}/, value).replace(/\{[^}]+\}/g, '1');
const none = (id) => `${id.slice(0, 3)}_${'0'.repeat(26)}`;

/** What may stand in the address: [whose, value]. */
function candidates(path) {
	if (!hasId(path)) return [['own', '']];
	const prefix = prefixOf(path);
	const own = things.own[prefix];
	if (!own) return [['none', 'nothing']];
	return [['own', own], ['foreign', things.foreign[prefix]], ['none', none(own)], ['none', '..'], ['none', 'x'.repeat(300)]];
}

const clean = (res, what) => {
	assert.ok(!res.body.includes(world.secret), `${what}: another company's text`);
	assert.doesNotMatch(res.body, /\.c:\d+|errno|mysql|mariadb/i, what);
	assert.equal(res.headers['x-content-type-options'], 'nosniff', what);
	assert.notEqual(Math.floor(res.status / 100), 5, what);
};

test('reading: every role, own, foreign and nobody\'s', async () => {
	let asked = 0;
	for (const route of routes.filter((r) => r.method === 'GET'))
		for (const who of clients)
			for (const [whose, value] of candidates(route.path)) {
				const path = fill(route.path, value);
				const what = `${who.name}: GET ${path}`;
				const res = await raw(stack, { path, headers: { cookie: cookies(who.client) } });
				const may = rank(route.wide ? who.wide : who.role) >= rank(route.role);
				asked++;
				clean(res, what);
				if (value === '..') assert.ok([400, 404].includes(res.status), `${what}: ${res.status}`);
				else if (who.role === 'public' && route.role !== 'public') assert.equal(res.status, route.kind === 'page' ? 303 : 401, what);
				else if (!may) assert.equal(res.status, 403, what);
				// A stranger's address with a secret may say the same to every guess.
				else if (whose !== 'own' && route.role === 'public') assert.ok([200, 400, 404].includes(res.status), `${what}: ${res.status}`);
				else if (whose !== 'own') assert.ok([400, 404].includes(res.status), `${what}: ${res.status}`);
				else if (!['/calls/{id}/recording', '/calls/{id}/peaks.json'].includes(route.path)) assert.ok([200, 303].includes(res.status), `${what}: ${res.status}`);
			}
	assert.ok(asked > 500, `${asked} requests`);
});

test('no page offers a link that its reader may not follow', async () => {
	for (const who of clients.filter(({ role }) => rank(role) >= rank('read-only'))) {
		const found = new Map();
		for (const route of routes.filter((r) => r.method === 'GET' && r.kind === 'page')) {
			const path = fill(route.path, hasId(route.path) ? things.own[prefixOf(route.path)] ?? '' : '');
			const res = await who.client.fetch(path);
			if (res.status !== 200 || !/html/.test(res.headers.get('content-type'))) continue;
			for (const [, href] of (await res.text()).matchAll(/<a\b[^>]*\shref="(\/[^"#]*)/g)) found.set(href.replaceAll('&amp;', '&'), path);
		}
		assert.ok(found.size > 20, `${who.name}: ${found.size} links`);
		for (const [href, path] of found) assert.notEqual((await who.client.fetch(href)).status, 403, `${who.name}: ${path} leads to ${href}`);
	}
});

test('writing: without a token, without the right, and what is not theirs', async () => {
	const mark = fingerprint(stack);
	// A session's token is the same on all its pages.
	for (const who of clients) who.csrf = (await who.client.hiddenFields(who.role === 'public' ? '/login' : '/account')).csrf;
	for (const route of routes.filter((r) => r.method !== 'GET' && r.csrf))
		for (const who of clients) {
			const { csrf } = who;
			const may = rank(route.wide ? who.wide : who.role) >= rank(route.role);
			for (const [whose, value] of candidates(route.path)) {
				const path = fill(route.path, value);
				const send = (body) => raw(stack, { method: route.method, path, body,
					headers: { cookie: cookies(who.client), 'content-type': 'application/x-www-form-urlencoded', origin: stack.url } });
				const what = `${who.name}: ${route.method} ${path}`;
				if (value === '..') continue;
				const bare = await send('name=x');
				clean(bare, what);
				assert.ok([401, 403].includes(bare.status), `${what} without a token: ${bare.status}`);
				if (whose === 'own' || route.role === 'public') continue;
				const res = await send(new URLSearchParams({ csrf, stamp: 'x', name: 'Mine now', role: 'owner', scope: 'company', code: 'x' }).toString());
				clean(res, what);
				if (!may) assert.ok([401, 403].includes(res.status), `${what}: ${res.status}`);
				// What takes more than fields may find no token in a form of them.
				else assert.ok([400, 404, 415, 422, ...(things.own[prefixOf(route.path)] ? [] : [403])].includes(res.status), `${what}: ${res.status}`);
			}
			// The right token, but too small a role: nothing there may be written.
			if (may || who.role === 'public' || hasId(route.path)) continue;
			const res = await raw(stack, { method: route.method, path: route.path, body: new URLSearchParams({ csrf, name: 'Mine' }).toString(),
				headers: { cookie: cookies(who.client), 'content-type': 'application/x-www-form-urlencoded', origin: stack.url } });
			assert.equal(res.status, 403, `${who.name}: ${route.method} ${route.path}`);
		}
	assert.equal(fingerprint(stack), mark);
});

test('wrong methods, and headers that hold lines', async () => {
	const boss = clients.at(-1).client;
	const known = new Map();
	for (const r of routes) known.set(r.path, [...(known.get(r.path) ?? []), r.method]);
	for (const [path, methods] of known) {
		const whole = fill(path, things.own[prefixOf(path)] ?? 'nothing');
		for (const method of ['PUT', 'PATCH', 'DELETE', 'PROPFIND', 'OPTIONS'].filter((m) => !methods.includes(m))) {
			const res = await raw(stack, { method, path: whole, headers: { cookie: cookies(boss) } });
			assert.equal(res.status, 405, `${method} ${whole}`);
			assert.ok(res.headers.allow, `${method} ${whole}`);
		}
	}
	for (const path of ['/settings/tags?done=%0d%0aSet-Cookie:%20x=1', '/settings/audit?action=%0d%0ax', '/account?x=%0d%0a', '/settings/tags/%0d%0ax', '/invite/%0d%0aLocation:%20x']) {
		const res = await raw(stack, { path, headers: { cookie: cookies(boss) } });
		assert.ok([200, 400, 404].includes(res.status), path);
		assert.ok(!('location' in res.headers), path);
		assert.equal(res.headers['set-cookie']?.some((c) => c.startsWith('x=')) ?? false, false);
	}
	const res = await raw(stack, { path: '/settings/tags?done=<script>', headers: { cookie: cookies(boss) } });
	assert.ok(!res.body.includes('<script>"') && !/class="done"/.test(res.body));
});
