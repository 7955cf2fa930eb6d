// Call flows by the JSON endpoints: made, drafted, refused with pointers to
// what is wrong, published, rolled back, compared, and tried.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiOf, hex } from '../support/api.mjs';
import { startStack } from '../support/stack.mjs';
import { addCompanies, hostile, typeId, uuid7 } from '../support/two_companies.mjs';

let stack, world, keys, api, addKey;
const post = (path, body, headers, key = keys.all) => api(key, path, { method: 'POST', body, headers });
const put = (path, body, headers, key = keys.all) => api(key, path, { method: 'PUT', body, headers });
const get = (path, headers, key = keys.all) => api(key, path, { headers });
const forward = (extra = {}) => ({ version: 1, first: 'ring', steps: { ring: { type: 'forward', to: '+13035550100', otherwise: 'mail', ...extra }, mail: { type: 'voicemail', prompt: 'voicemail.en' } } });
const make = async (body) => {
	const res = await post('/flows', body);
	assert.equal(res.status, 201, res.text);
	return res.json;
};

before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker', 'jobd'], args: ['--web-rate', '100000'] });
	({ api, addKey } = apiOf(stack));
	world = addCompanies(stack);
	keys = { all: addKey(world.alpha, undefined, { by: world.users.owner.id }), beta: addKey(world.beta) };
});
after(() => stack?.stop());

test('made, drafted on the version that was read, published, rolled back, compared', async () => {
	const flow = await make({ name: 'Main line' });
	assert.deepEqual([flow.last_version, flow.published_version], [0, null]);
	let draft = await get(`/flows/${flow.id}/draft`);
	assert.deepEqual(draft.json, { version: 0, document: null });
	assert.equal((await put(`/flows/${flow.id}/draft`, { document: forward() })).status, 428);
	assert.equal((await put(`/flows/${flow.id}/draft`, { document: forward() }, { 'if-match': '"v7"' })).status, 412);
	assert.equal((await put(`/flows/${flow.id}/draft`, { document: forward() }, { 'if-match': '*' })).status, 412, 'some version must be named');
	let res = await put(`/flows/${flow.id}/draft`, { document: forward() }, { 'if-match': draft.headers.get('etag') });
	assert.deepEqual([res.status, res.json.version, res.json.published_version], [200, 1, 0]);
	const etag = res.headers.get('etag');
	draft = await get(`/flows/${flow.id}/draft`);
	assert.equal(draft.headers.get('etag'), etag);
	assert.deepEqual(draft.json, { version: 1, document: forward() });
	const before_ = Number(stack.sqlOne('SELECT version FROM config_version'));
	res = await post(`/flows/${flow.id}/publish`, { version: 1 });
	assert.deepEqual([res.json.version, res.json.published_version], [1, 1]);
	assert.ok(Number(stack.sqlOne('SELECT version FROM config_version')) > before_, 'workers see it');
	// Four write on the same version: one of them does.
	const many = await Promise.all([8, 9, 10, 11].map((ring_s) => put(`/flows/${flow.id}/draft`, { document: forward({ ring_s }) }, { 'if-match': etag })));
	assert.deepEqual(many.map((r) => r.status).sort(), [200, 412, 412, 412]);
	await post(`/flows/${flow.id}/publish`, { version: 2 });
	res = await post(`/flows/${flow.id}/publish`, { version: 1 });
	assert.deepEqual([res.json.version, res.json.published_version], [2, 1], 'rolled back');
	assert.deepEqual((await get(`/flows/${flow.id}/versions/1`)).json.document, forward());
	const diff = await get(`/flows/${flow.id}/diff?from=1&to=2`);
	assert.deepEqual(diff.json.changes.map((c) => [c.what, c.step, c.member]), [['changed', 'ring', 'ring_s']]);
	const first = await get(`/flows/${flow.id}/versions?limit=1`);
	const second = await get(`/flows/${flow.id}/versions?limit=1&cursor=${first.json.next_cursor}`);
	assert.deepEqual([first.json.data[0].version, second.json.data[0].version, second.json.next_cursor], [2, 1, null]);
	for (const [path, status] of [['versions/3', 404], ['versions/x', 404], ['versions/0', 404], ['diff?from=1', 400], ['diff?from=1&to=9', 404], ['versions?cursor=x', 400]])
		assert.equal((await get(`/flows/${flow.id}/${path}`)).status, status, path);
	assert.equal((await post(`/flows/${flow.id}/publish`, { version: 9 })).json.errors[0].pointer, '/version');
	const log = stack.sql(`SELECT action, user_id = ${hex(world.users.owner.id)} FROM audit WHERE action LIKE 'flow.%' ORDER BY happened_at, id`);
	assert.deepEqual(log.map(([a]) => a), ['flow.add', 'flow.save', 'flow.publish', 'flow.save', 'flow.publish', 'flow.publish']);
	assert.ok(log.every(([, by]) => by === '1'));
});

test('a refused document points at its steps, and nothing is lost', async () => {
	const flow = await make({ name: 'Refused', document: forward() });
	assert.equal(flow.last_version, 1);
	const cyclic = { version: 1, first: 'a', steps: { a: { type: 'message', prompt: 'notice.en', next: 'b' }, b: { type: 'message', prompt: 'notice.en', next: 'a' } } };
	const bad = [[forward({ to: 'dst_nothing' }), '/document/steps/ring'], [cyclic, '/document'], [{ version: 1, first: 'x', steps: {} }, '/document'], [{}, '/document'],
		[forward({ to: typeId('dst', uuid7()) }), '/document/steps/ring'], [forward({ ring_s: 'x' }), '/document/steps/ring'], [forward({ nothing: 1 }), '/document/steps/ring']];
	for (const [document, at] of bad) {
		const res = await put(`/flows/${flow.id}/draft`, { document }, { 'if-match': '"v1"' });
		assert.equal(res.status, 422, JSON.stringify(document));
		assert.ok(res.json.errors.some((e) => e.pointer.startsWith(at)), `${at}: ${res.text}`);
		const check = await post('/flows/validate', { document });
		assert.equal(check.json.ok, false);
		assert.equal((await post('/flows', { name: 'x', document })).status, 422);
	}
	assert.equal((await post('/flows/validate', { document: forward() })).json.ok, true);
	// Huge, foreign, and no JSON at all.
	const steps = Object.fromEntries(Array.from({ length: 10000 }, (_, i) => [`s${i}`, { type: 'hangup' }]));
	assert.equal((await put(`/flows/${flow.id}/draft`, { document: { version: 1, first: 's0', steps } }, { 'if-match': '"v1"' })).status, 422);
	assert.equal((await put(`/flows/${flow.id}/draft`, { document: { x: 'x'.repeat(1100000) } }, { 'if-match': '"v1"' })).status, 413);
	for (const [body, status] of [['{', 400], ['[]', 422], ['{"document":[]}', 422], ['{"document":null}', 422], ['{"document":{},"base":1}', 422], [`{"document":${'{"a":'.repeat(40)}1${'}'.repeat(40)}}`, 413],
		['{"document":{"a":1,"a":2}}', 400], ['{"document":{"a":1e400}}', 400]])
		assert.equal((await put(`/flows/${flow.id}/draft`, body, { 'if-match': '"v1"' })).status, status, body.slice(0, 60));
	assert.equal((await get(`/flows/${flow.id}/draft`)).json.version, 1);
	assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM flow WHERE name = 'x'`), '0');
});

test('names, once, put away when nothing uses it', async () => {
	const once = { 'idempotency-key': 'flow' };
	const first = await post('/flows', { name: 'Once', document: forward() }, once);
	assert.equal((await post('/flows', { name: 'Once', document: forward() }, once)).text, first.text);
	assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM flow WHERE name = 'Once'`), '1');
	const { id } = first.json;
	const patch = (body, headers) => api(keys.all, `/flows/${id}`, { method: 'PATCH', body, headers });
	const { headers } = await get(`/flows/${id}`);
	const name = hostile.replaceAll('\u0001', '').slice(0, 60);
	assert.equal((await patch({ name }, { 'if-match': headers.get('etag') })).json.name, name);
	assert.equal((await patch({ name: 'late' }, { 'if-match': headers.get('etag') })).status, 412);
	assert.equal((await patch({})).json.name, name);
	assert.equal((await patch([])).status, 422);
	for (const body of [{ name: '' }, { name: null }, { name: 7 }, { name: 'x'.repeat(101) }, { name: 'a\nb' }, { published_version: 1 }]) {
		const res = await patch(body);
		assert.equal(res.status, 422, JSON.stringify(body));
		assert.equal(res.json.errors[0].pointer, `/${Object.keys(body)[0]}`);
	}
	const number = (await post('/numbers', { number: '+14155550170', flow_id: id })).json;
	assert.equal((await api(keys.all, `/flows/${id}`, { method: 'DELETE' })).status, 409);
	await api(keys.all, `/numbers/${number.id}`, { method: 'PATCH', body: { flow_id: null } });
	assert.equal((await api(keys.all, `/flows/${id}`, { method: 'DELETE', headers: { 'if-match': '"old"' } })).status, 412);
	assert.equal((await api(keys.all, `/flows/${id}`, { method: 'DELETE' })).status, 204);
	assert.equal((await get(`/flows/${id}/draft`)).status, 404);
});

test('tried by the code of the live call: saved, and not saved yet', async () => {
	const menu = { version: 1, first: 'menu', steps: { menu: { type: 'menu', prompt: 'notice.en', silence: 'mail', keys: [{ key: '1', title: 'Sales', next: 'ring' }] },
		ring: { type: 'forward', to: '+13035550100', otherwise: 'mail', title: 'Sales' }, mail: { type: 'voicemail', prompt: 'voicemail.en' } } };
	const one = { name: 'presses one', at: '2026-11-30T09:12', caller: '+13035550101', keys: ['1'], others: { does: 'answers', after_s: 4 }, talk_s: 60 };
	let res = await post('/flows/simulate', { document: menu, case: one });
	assert.equal(res.status, 200, res.text);
	assert.equal(res.json.result, 'answered');
	assert.ok(res.json.rows.some((r) => r.what === 'rings' && r.to === '+13035550100'), res.text);
	const flow = await make({ name: 'Tried', document: menu });
	const saved = await post(`/flows/${flow.id}/simulate`, { case: one });
	assert.deepEqual(saved.json, res.json, 'the same, saved or not');
	res = await post(`/flows/${flow.id}/simulate`, { version: 1, case: { ...one, keys: [''], expect: { result: 'answered' } } });
	assert.notEqual(res.json.result, 'answered');
	assert.equal(res.json.fails.length, 1);
	assert.equal((await post(`/flows/${flow.id}/simulate`, { case: one, document: forward() })).json.result, 'answered');
	for (const [body, at] of [[{ case: one, version: 9 }, '/version'], [{}, '/case'], [{ case: 7 }, '/case'], [{ case: { ...one, at: 'x' } }, '/case'], [{ case: { ...one, zone: 'Mars/Base' } }, '/case/zone'],
		[{ case: { ...one, does: 1 } }, '/case'], [{ case: one, document: forward({ to: 'x y' }) }, '/document/steps/ring']]) {
		res = await post(`/flows/${flow.id}/simulate`, body);
		assert.equal(res.status, 422, JSON.stringify(body));
		assert.equal(res.json.errors[0].pointer, at, res.text);
	}
	assert.equal((await post('/flows/simulate', { case: one })).json.errors[0].pointer, '/document');
	const empty = await make({ name: 'Empty' });
	assert.equal((await post(`/flows/${empty.id}/simulate`, { case: one })).json.errors[0].pointer, '/version');
});

test('another company\'s flows are not there', async () => {
	const flow = await make({ name: 'Ours', document: forward() });
	for (const [method, path, body, headers] of [['GET', ''], ['GET', '/draft'], ['GET', '/versions'], ['GET', '/versions/1'], ['GET', '/diff?from=1&to=1'], ['PATCH', '', { name: 'x' }], ['DELETE', ''],
		['PUT', '/draft', { document: forward() }, { 'if-match': '"v1"' }], ['POST', '/publish', { version: 1 }], ['POST', '/simulate', { case: {} }]])
		assert.equal((await api(keys.beta, `/flows/${flow.id}${path}`, { method, body, headers })).status, 404, `${method} ${path}`);
	// Nor can a document name what is another company's.
	const theirs = (await post('/destinations', { name: 'B', target: '+14155550171' }, {}, keys.beta)).json;
	assert.equal((await post('/flows/validate', { document: forward({ to: theirs.id }) })).json.ok, false);
	assert.equal((await post('/flows/validate', { document: forward({ to: theirs.id }) }, {}, keys.beta)).json.ok, true);
});
