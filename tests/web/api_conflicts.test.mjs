// Two programs at the same thing: whoever is not first is told, and nothing is
// done twice or lost; a range of a recording; methods that an address has not.
// All answers are checked against the OpenAPI document.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { addOneOfEach, apiOf, hex, operations, spec } from '../support/api.mjs';
import { hold } from '../support/hold.mjs';
import { startStack, until } from '../support/stack.mjs';
import { addCompanies, raw, typeId, uuid7 } from '../support/two_companies.mjs';

let stack, world, api, addKey, unseen, key;
before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker', 'jobd', 'admin', 'dashboard'], args: ['--web-rate', '100000'] });
	({ api, addKey, unseen } = apiOf(stack));
	world = addCompanies(stack);
	addOneOfEach(stack, world);
	key = wide();
	assert.equal((await api(key, '/trunks', { method: 'POST', body: { name: 'Carrier', allow: ['192.0.2.0/24'], next_hop: 'sip.carrier.example' } })).status, 201);
});
after(() => stack?.stop());

const wide = () => addKey(world.alpha, undefined, { company: null });
const inAlpha = (path) => `${path}?company_id=${world.alpha.companyId}`;
const post = (path, body, headers) => api(key, inAlpha(path), { method: 'POST', body, headers });
const patch = (path, body, headers) => api(key, inAlpha(path), { method: 'PATCH', body, headers });
const get = (path, headers) => api(key, inAlpha(path), { headers });
async function added(path, body) {
	const res = await post(path, body);
	assert.equal(res.status, 201, `${path}: ${res.text}`);
	return res.json;
}

test('a request whose name is at work is told so, whatever it would do', async () => {
	assert.equal((await post('/tags', { name: 'held' }, { 'idempotency-key': 'held' })).status, 201);
	key = wide();
	// Somebody who is at work with the name has its row, until their work is over.
	const [[id]] = stack.sql(`SELECT HEX(id) FROM api_key ORDER BY created_at DESC, id DESC LIMIT 1`);
	stack.sql(`INSERT INTO api_once (company_id, key_id, name, request_hash, status, answer, created_at) SELECT c.id, X'${id}', 'at work', REPEAT(CHAR(0), 32), 0, '', UTC_TIMESTAMP(6)
		FROM (SELECT id FROM company UNION SELECT REPEAT(CHAR(0), 16)) c`);
	const release = await hold(stack, "SELECT name FROM api_once WHERE name = 'at work' FOR UPDATE");
	try {
		for (const [, p] of operations().filter(([m, , op]) => m === 'POST' && op.responses[409])) {
			const path = p.replace('{id}', typeId('xxx', uuid7()));
			const res = await post(path, {}, { 'idempotency-key': 'at work' });
			assert.deepEqual([res.status, res.headers.get('retry-after')], [409, '1'], p);
		}
	} finally {
		release();
	}
	assert.deepEqual(unseen([409], (m) => m === 'POST'), []);
});

/** What makes a thing another than it is now: its name, but for those that have none of their own. */
function change(p, n, now) {
	if (p === '/policy') return { keep_visits_days: 100 + n };
	if (/^.(calls|forms)/.test(p)) return { note: `writer ${n}` };
	if (p.startsWith('/mail_rules')) return { quiet_from: `0${n}:00`, quiet_to: '09:00' };
	if (p.startsWith('/trackers')) return { medium: `writer ${n}` };
	if (p.startsWith('/numbers')) return { label: `writer ${n}` };
	if (p.startsWith('/users')) return { role: ['agent', 'analyst', 'manager'].filter((r) => r !== now.role)[n % 2] };
	if (p.startsWith('/lists')) return { numbers: [`+1415555019${n}`] };
	return { name: `writer ${n}` };
}

test('of four writers of one version one wins, whatever they write', async () => {
	key = wide();
	for (const [, p] of operations().filter(([m, , op]) => m === 'PATCH' && op.responses[412])) {
		const list = p.split('/')[1];
		const path = p.includes('{id}') ? p.replace('{id}', (await get(`/${list}`)).json.data[0].id) : p;
		const before = await get(path), etag = before.headers.get('etag');
		const many = await Promise.all([1, 2, 3, 4].map((n) => patch(path, change(p, n, before.json), { 'if-match': etag })));
		assert.deepEqual(many.map((r) => r.status).sort(), [200, 412, 412, 412], `${p}: ${many.map((r) => r.text).join()}`);
		const won = many.findIndex((r) => r.status === 200) + 1, { json, headers } = await get(path);
		for (const [member, value] of Object.entries(change(p, won, before.json))) assert.deepEqual(json[member], value, p);
		assert.notEqual(headers.get('etag'), etag);
		// One who has the new version may.
		assert.equal((await patch(path, change(p, 5, json), { 'if-match': headers.get('etag') })).status, 200, p);
	}
});

test('of fifty writers of one version one wins', async () => {
	key = wide();
	for (const [path, name] of [[`/calls/${world.alpha.callId}`, 'note'], [`/tags/${(await get('/tags')).json.data[0].id}`, 'name'], [`/companies/${world.alpha.companyId}`, 'name']]) {
		const etag = (await get(path)).headers.get('etag');
		const many = await Promise.all(Array.from({ length: 50 }, (_, n) => patch(path, { [name]: `one of fifty: ${n}` }, { 'if-match': etag })));
		assert.deepEqual(many.map((r) => r.status).sort(), [200, ...Array(49).fill(412)], path);
		assert.equal((await get(path)).json[name], `one of fifty: ${many.findIndex((r) => r.status === 200)}`);
	}
});

test('one removes what another changes: one of them is told', async () => {
	key = wide();
	for (const [n, list] of ['tags', 'prompts', 'locations', 'flows', 'tags'].entries()) {
		const { id } = await added(`/${list}`, { name: `between ${n}`, ...{ locations: { time_zone: 'UTC' }, prompts: { text: 'hello' } }[list] });
		const path = `/${list}/${id}`, etag = (await get(path)).headers.get('etag');
		const [changed, removed] = await Promise.all([patch(path, { name: `kept ${n}` }, { 'if-match': etag }), api(key, inAlpha(path), { method: 'DELETE', headers: { 'if-match': etag } })]);
		assert.ok((changed.status === 200 && removed.status === 412) || ([404, 412].includes(changed.status) && removed.status === 204), `${changed.status} ${removed.status}`);
	}
});

test('of four drafts on one version one is kept', async () => {
	key = wide();
	const { id } = await added('/flows', { name: 'drafted', document: { version: 1, first: 'a', steps: { a: { type: 'hangup' } } } });
	const path = `/flows/${id}/draft`, etag = (await get(path)).headers.get('etag');
	const drafts = await Promise.all(['b', 'c', 'd', 'e'].map((step) => api(key, inAlpha(path), { method: 'PUT', headers: { 'if-match': etag }, body: { document: { version: 1, first: step, steps: { [step]: { type: 'hangup' } } } } })));
	assert.deepEqual(drafts.map((r) => r.status).sort(), [200, 412, 412, 412]);
	assert.equal((await get(path)).json.document.first, 'bcde'[drafts.findIndex((r) => r.status === 200)]);
	assert.equal((await api(key, inAlpha(path), { method: 'PUT', body: { document: {} } })).status, 428, 'without a version');
});

test('a name that is taken', async () => {
	key = wide();
	for (const [list, body] of [['tags', {}], ['flows', {}]]) {
		const [a, b] = [await added(`/${list}`, { name: 'first', ...body }), await added(`/${list}`, { name: 'second', ...body })];
		assert.equal((await post(`/${list}`, { name: 'first', ...body })).status, 409, list);
		const etag = (await get(`/${list}/${b.id}`)).headers.get('etag');
		const res = await patch(`/${list}/${b.id}`, { name: 'first' });
		assert.equal(res.status, 409, `${list}: ${res.text}`);
		assert.equal((await get(`/${list}/${b.id}`)).headers.get('etag'), etag, 'it is as it was');
		assert.equal((await patch(`/${list}/${a.id}`, { name: 'first' })).status, 200, 'its own is not taken');
	}
});

test('an answer that was kept outlives the program', async () => {
	key = wide();
	const once = { 'idempotency-key': 'before the end' }, first = await post('/tags', { name: 'outlives' }, once);
	assert.equal(first.status, 201);
	const pid = stack.pidOf('api.fcgi');
	process.kill(pid, 'SIGKILL');
	await until('another is there', () => stack.pidOf('api.fcgi') && stack.pidOf('api.fcgi') !== pid);
	let again;
	await until('it answers', async () => (again = await raw(stack, { method: 'POST', path: `/api/v1${inAlpha('/tags')}`, body: '{"name":"outlives"}',
		headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...once } })).status < 500);
	assert.deepEqual([again.status, again.body, again.headers['idempotent-replayed'], again.headers.location], [201, first.text, 'true', first.headers.get('location')]);
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM tag WHERE name = 'outlives'"), '1');
});

test('fifty who send the same at once: it is done once, and all are told the same', async () => {
	key = wide();
	const once = { 'idempotency-key': 'fifty' }, body = { name: 'once of fifty' };
	const many = await Promise.all(Array.from({ length: 50 }, () => post('/tags', body, once)));
	const last = await post('/tags', body, once);
	assert.equal(last.status, 201);
	assert.equal(last.headers.get('idempotent-replayed'), 'true');
	for (const r of many) {
		assert.ok(r.status === 201 || (r.status === 409 && r.headers.get('retry-after')), `${r.status} ${r.text}`);
		if (r.status === 201) assert.deepEqual(r.json, last.json);
	}
	assert.equal(many.filter((r) => r.status === 201 && !r.headers.get('idempotent-replayed')).length, 1);
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM tag WHERE name = 'once of fifty'"), '1');
});

test('the program is killed while many are at work: who sends again has it done, and once', async () => {
	key = wide();
	const send = (n) => raw(stack, { method: 'POST', path: `/api/v1${inAlpha('/tags')}`, body: JSON.stringify({ name: `cut off ${n}` }),
		headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': `cut off ${n}` } }).catch(() => ({ status: 0 }));
	const names = Array.from({ length: 60 }, (_, n) => n), pid = stack.pidOf('api.fcgi');
	const first = names.map(send);
	await Promise.any(first);
	process.kill(pid, 'SIGKILL');
	const fates = await Promise.all(first);
	assert.ok(fates.some((r) => r.status !== 201), 'some were cut off');
	await until('another is there', () => stack.pidOf('api.fcgi') && stack.pidOf('api.fcgi') !== pid);
	for (const n of names) await until(`${n} is done`, async () => (await send(n)).status === 201);
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM tag WHERE name LIKE 'cut off %'"), '60');
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM audit WHERE action = 'tag.add' AND after_json LIKE '%cut off %'"), '60');
});

test('a method that an address has not is 405 and says which it has', async () => {
	for (const [template, ops] of Object.entries(spec.paths)) {
		const has = new Set(Object.keys(ops).map((m) => m.toUpperCase()));
		if (has.has('GET')) has.add('HEAD');
		for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((m) => !has.has(m))) {
			const path = template.replace('{id}', typeId('xxx', uuid7())).replace('{version}', '1');
			// "/flows/validate" is also "/flows/{id}", of an id that is none.
			if (Object.entries(spec.paths).some(([t, o]) => o[method.toLowerCase()] && new RegExp(`^${t.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path))) continue;
			const res = await raw(stack, { method, path: `/api/v1${path}`, headers: { authorization: `Bearer ${key}` } });
			assert.equal(res.status, 405, `${method} ${template}`);
			const allow = res.headers.allow.split(', ');
			assert.ok(!allow.includes(method) && [...has].every((m) => allow.includes(m)), `${method} ${template}: ${allow}`);
			assert.match(res.headers['content-type'], /problem\+json/);
		}
	}
});

test('a recording in ranges', async () => {
	key = wide();
	const path = `/calls/${world.alpha.callId}/recording/audio`;
	mkdirSync(join(stack.dir, 'recordings/alpha'), { recursive: true });
	writeFileSync(join(stack.dir, 'recordings/alpha/call.wav'), 'RIFF-audio');
	const whole = await get(path);
	assert.deepEqual([whole.status, whole.text, whole.headers.get('accept-ranges')], [200, 'RIFF-audio', 'bytes']);
	for (const [range, status, said, text] of [['bytes=0-3', 206, 'bytes 0-3/10', 'RIFF'], ['bytes=5-', 206, 'bytes 5-9/10', 'audio'], ['bytes=-1', 206, 'bytes 9-9/10', 'o'], ['bytes=5-9999', 206, 'bytes 5-9/10', 'audio'],
		['bytes=10-', 416, 'bytes */10'], ['bytes=x', 416, 'bytes */10'], ['bytes=3-1', 416, 'bytes */10'], ['bytes=18446744073709551617-', 416, 'bytes */10']]) {
		const res = await get(path, { range });
		assert.deepEqual([res.status, res.headers.get('content-range')], [status, said], range);
		if (text) assert.equal(res.text, text, range);
		else assert.equal(res.json.status, 416);
	}
	const two = await get(path, { range: 'bytes=0-3,5-9' });
	assert.equal(two.status, 206);
	assert.match(two.text, /bytes 0-3\/10\r\n\r\nRIFF[\s\S]*bytes 5-9\/10\r\n\r\naudio/);
	// A range of another version is all of this one; the version one has is not sent.
	assert.equal((await get(path, { range: 'bytes=0-3', 'if-range': '"another"' })).text, 'RIFF-audio');
	assert.equal((await get(path, { 'if-none-match': whole.headers.get('etag') })).status, 304);
	// Nobody gets a part of what they may not have.
	for (const [who, status] of [[addKey(world.beta), 404], [addKey(world.alpha, 'calls:read'), 403], [null, 401]]) assert.equal((await api(who, path, { headers: { range: 'bytes=0-3' } })).status, status);
});

test('a text with NUL is refused in words, with its place', async () => {
	key = wide();
	const res = await post('/tags', '{"name":"a\\u0000b"}');
	assert.equal(res.status, 400);
	assert.match(res.json.detail, /^The body cannot be read at line 1, column \d+: a text holds \\u0000, which is no character of a text\.$/);
	for (const body of ['{"name":"a\u0000b"}', '{"na\\u0000me":"a"}', '{"name":\n"x" "y"}', '']) assert.match((await post('/tags', body)).json.detail, /^The body (cannot be read at line \d+, column \d+: .+|is not JSON)\.$/, body);
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM tag WHERE name LIKE 'a%b'"), '0');
});

test('nothing of this was our mistake', () => {
	assert.doesNotMatch(stack.log('api'), /status=50[0-2]/);
});
