// Every operation of the document in every way it can refuse: what it says then
// is checked against the document as what it says when all is well
// (api.test.mjs and its neighbours have those). What no answer was seen of is
// printed, and must be nothing.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { addOneOfEach, apiOf, hex, operations, scopes } from '../support/api.mjs';
import { startStack, until } from '../support/stack.mjs';
import { addCompanies, typeId, uuid7 } from '../support/two_companies.mjs';

let stack, world, api, addKey, unseen, of;
const all = operations();
before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker', 'jobd', 'admin', 'dashboard'], args: ['--web-rate', '100000'] });
	({ api, addKey, unseen } = apiOf(stack));
	world = addCompanies(stack);
	addOneOfEach(stack, world);
	of = new Map();
	mkdirSync(join(stack.dir, 'recordings/alpha'), { recursive: true });
	writeFileSync(join(stack.dir, 'recordings/alpha/call.wav'), 'RIFF-audio');
	assert.equal((await api(wide(), '/trunks', { method: 'POST', body: { name: 'Carrier', allow: ['192.0.2.0/24'], next_hop: 'sip.carrier.example' } })).status, 201);
});
after(() => stack?.stop());

const wide = () => addKey(world.alpha, undefined, { company: null });
const body = (m) => ({ POST: {}, PUT: {}, PATCH: {} })[m];
const strange = (path) => path.replace('{id}', typeId('xxx', uuid7())).replace('{version}', '1');

/** The address of something that is there: the first of its list. */
async function there(key, path) {
	if (!path.includes('{id}')) return path;
	const list = path.split('/')[1];
	if (!of.has(list)) {
		const { json } = await api(key, `/${list}?${list === 'reruns' ? '' : 'limit=1&'}company_id=${world.alpha.companyId}${list === 'calls' ? '&from=2000-01-01' : ''}`);
		of.set(list, list === 'calls' ? world.alpha.callId : json.data?.[0]?.id ?? assert.fail(`nothing in ${list}`));
	}
	return path.replace('{id}', of.get(list)).replace('{version}', '1');
}
const inAlpha = (path) => `${path}?company_id=${world.alpha.companyId}`;
/** What is left of a status, after asking each that can say it. */
async function each(status, ask, except = () => false) {
	let n = 0, key;
	for (const [m, p, op] of all) {
		if (!op.responses[status]) continue;
		if (n++ % 200 === 0) key = wide();
		await ask(key, m, p, op);
	}
	assert.deepEqual(unseen([status]).filter((o) => !except(o)), [], `never seen: ${status}`);
}

test('400: a parameter that nobody knows', () => each(400, (key, m, p) => api(key, `${strange(p)}?nobody=1&company_id=${world.alpha.companyId}`, { method: m, body: body(m) })));

test('414: more parameters than an address may have, told with what is left', () => each(414, async (key, m, p) => {
	const { headers, json } = await api(key, `${strange(p)}?${'a=1&'.repeat(257)}`, { method: m, body: body(m) });
	assert.equal(json.title, 'The address is too long', p);
	assert.ok(Number(headers.get('ratelimit-remaining')) > 0, p);
}));

test('401: no key', () => each(401, (key, m, p) => api(null, strange(p), { method: m, body: body(m) })));

test('403: a key of other scopes', async () => {
	const less = Object.fromEntries(scopes.map((s) => [s, addKey(world.alpha, scopes.filter((o) => o !== s).join(' '), { company: null })]));
	await each(403, (key, m, p, op) => api(less[op.description.match(/scope `([a-z]+:[a-z]+)`/)[1]], inAlpha(strange(p)), { method: m, body: body(m) }));
});

test('404: nothing of that id, or a company of others', () => each(404, (key, m, p) =>
	api(key, p.includes('{id}') ? inAlpha(strange(p)) : `${p}?company_id=${world.beta.companyId}`, { method: m, body: body(m) })));

test('304 and 412: the version one has, and another', async () => {
	await each(304, async (key, m, p) => {
		const path = inAlpha(await there(key, p)), etag = (await api(key, path)).headers.get('etag');
		await api(key, path, { headers: { 'if-none-match': etag } });
	});
	await each(412, async (key, m, p) => api(key, inAlpha(await there(key, p)), { method: m, headers: { 'if-match': '"another"' }, body: m === 'PUT' ? { document: { version: 1, first: 'x', steps: {} } } : m === 'PATCH' && /^.(flows|prompts)/.test(p) ? { name: 'another' } : body(m) }));
});

test('413 and 422: more than fits, and what cannot be', async () => {
	await each(413, async (key, m, p) => api(key, inAlpha(await there(key, p)), { method: m, body: 'x'.repeat(p.endsWith('upload') ? 9500000 : 1300000) }));
	// What takes no body is told that a name was another request's.
	const key = wide(), named = { 'idempotency-key': 'of another' };
	assert.equal((await api(key, inAlpha('/tags'), { method: 'POST', body: { name: 'named' }, headers: named })).status, 201);
	await each(422, async (_, m, p) => {
		const path = inAlpha(await there(key, p));
		const etag = m === 'PUT' ? (await api(key, path)).headers.get('etag') : undefined;
		const { status } = await api(key, path, { method: m, headers: etag ? { 'if-match': etag } : {}, body: p.endsWith('upload') ? 'no sound' : { nobody: 1 } });
		if (status !== 422 && m === 'POST') await api(key, path, { method: m, headers: named, body: {} });
	});
});

test('429: more than a key may', async () => {
	const key = wide();
	await until('the limit is reached', async () => {
		await Promise.all(Array.from({ length: 60 }, () => api(key, '/companies?limit=1')));
		return (await api(key, '/companies?limit=1')).status === 429;
	});
	await each(429, (_, m, p) => api(key, inAlpha(strange(p)), { method: m, body: body(m) }));
});

test('503: the database is away', async () => {
	const users = stack.sql("SELECT CONCAT(QUOTE(user), '@', QUOTE(host)) FROM mysql.user WHERE user LIKE '%api%'").flat();
	assert.ok(users.length > 0);
	stack.sql(users.map((u) => `ALTER USER ${u} ACCOUNT LOCK;`).join(''));
	for (const [id] of stack.sql("SELECT id FROM information_schema.processlist WHERE user LIKE '%api%'")) stack.sql(`KILL ${id}`);
	const key = wide();
	await until('the program noticed', async () => (await api(key, '/companies')).status === 503);
	await each(503, (_, m, p) => api(key, inAlpha(strange(p)), { method: m, body: body(m) }));
});
