// Call flows by the JSON endpoints: made, drafted, refused with pointers to
// what is wrong, published, rolled back, compared, and tried.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiOf, hex } from '../support/api.mjs';
import { startStack } from '../support/stack.mjs';
import { addCompanies, hostile, typeId, uuid7 } from '../support/two_companies.mjs';

let stack, world, keys, api, addKey, unused;
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
	({ api, addKey, unused } = apiOf(stack));
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
	// Two of one name could not be told apart; another company's says nothing.
	const taken = await post('/flows', { name: 'ONCE', document: forward() });
	assert.deepEqual([taken.status, taken.json.errors[0].pointer], [409, '/name'], taken.text);
	const other = await make({ name: 'Another' });
	assert.equal((await api(keys.all, `/flows/${other.id}`, { method: 'PATCH', body: { name: 'once' } })).status, 409);
	assert.equal((await post('/flows', { name: 'Once' }, {}, keys.beta)).status, 201);
	const { id } = first.json;
	const patch = (body, headers) => api(keys.all, `/flows/${id}`, { method: 'PATCH', body, headers });
	const { headers } = await get(`/flows/${id}`);
	const name = hostile.replaceAll('\u0001', '').slice(0, 60);
	assert.equal((await patch({ name }, { 'if-match': headers.get('etag') })).json.name, name);
	assert.equal((await patch({ name: 'late' }, { 'if-match': headers.get('etag') })).status, 412);
	assert.equal((await patch({}, { 'if-match': headers.get('etag') })).status, 412, 'also where nothing is to change');
	assert.equal((await patch({})).json.name, name);
	assert.equal((await patch([])).status, 422);
	for (const body of [{ name: '' }, { name: null }, { name: 7 }, { name: 'x'.repeat(101) }, { name: 'a\nb' }, { name: 'a\u007fb' }, { published_version: 1 }]) {
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

const menuOf = (title) => ({ version: 1, first: 'küche', steps: { 'küche': { type: 'menu', title, prompt: 'notice.en', silence: 'mail', keys: [{ key: '1', next: 'ring' }] },
	ring: { type: 'forward', to: '+13035550100', otherwise: 'mail' }, mail: { type: 'voicemail', prompt: 'voicemail.en' } } });

test('cases are kept beside a flow, tried by hand, and forbid publishing', async () => {
	const flow = await make({ name: 'With cases', document: menuOf('Hello') });
	const at = `/flows/${flow.id}/cases`;
	assert.deepEqual((await get(at)).json, { cases: [], block: false });
	const good = { name: 'presses one', at: '2026-11-30T09:12', caller: '+13035550101', keys: ['1'], expect: { result: 'answered', through: ['küche', 'ring'] } };
	const bad = { ...good, name: 'says nothing', keys: [''] };
	let res = await put(at, { cases: [good, bad], block: true });
	assert.equal(res.status, 200, res.text);
	assert.deepEqual(res.json, { cases: [good, bad], block: true });
	assert.deepEqual((await get(at)).json, res.json);
	res = await post(`${at}/run`, {});
	assert.deepEqual([res.json.passed, res.json.failed], [1, 1], res.text);
	assert.deepEqual(res.json.results.map((c) => [c.name, c.ok]), [['presses one', true], ['says nothing', false]]);
	assert.match(res.json.results[0].words, /ring/);
	assert.match(res.json.results[1].fails[0], /expected answered/);
	res = await post(`/flows/${flow.id}/publish`, { version: 1 });
	assert.equal(res.status, 422, 'a case forbids it');
	// Its own time zone, whatever the company's: the steps still go by the company's.
	const hours = { version: 1, first: 'h', steps: { h: { type: 'hours', open: 'ring', closed: 'mail', weekly: [{ days: 'mon-sun', from: '09:00', to: '17:00' }] }, ...menuOf('').steps } };
	delete hours.steps['küche'];
	stack.sql(`UPDATE company SET time_zone = 'America/Denver' WHERE id = ${hex(world.alpha.id)}`);
	const clock = await make({ name: 'Clock', document: hours });
	const when = (name, zone, result) => ({ name, at: '2026-11-30T12:00', zone, caller: '+13035550101', expect: { result } });
	await put(`/flows/${clock.id}/cases`, { cases: [when('Denver', 'America/Denver', 'answered'), when('Sydney', 'Australia/Sydney', 'answered'), when('London', 'Europe/London', 'voicemail'), when('Mars', 'Mars/Base', 'answered')] });
	res = await post(`/flows/${clock.id}/cases/run`, { version: 1 });
	assert.deepEqual(res.json.results.map((c) => [c.name, c.ok]), [['Denver', true], ['Sydney', false], ['London', true], ['Mars', false]], res.text);
	assert.equal(res.json.results[3].result, null);
	for (const [body, pointer] of [[{}, '/cases'], [{ cases: {} }, '/cases'], [{ cases: [], block: 1 }, '/block'], [{ cases: [], more: 1 }, '/more'], [[], ''], [{ cases: [good, { ...bad, at: 'x' }] }, '/cases/1'],
		[{ cases: Array.from({ length: 201 }, () => good) }, '/cases']]) {
		res = await put(at, body);
		assert.equal(res.status, 422, JSON.stringify(body).slice(0, 80));
		assert.equal(res.json.errors[0].pointer, pointer, res.text);
	}
	for (const body of [{ version: 9 }, { version: 0 }, { version: 'x' }, { other: 1 }, { version: 1, other: 1 }])
		assert.equal((await post(`${at}/run`, body)).json.errors[0].pointer, '/version', JSON.stringify(body));
	assert.equal((await get(at)).json.cases.length, 2, 'nothing was lost');
	assert.equal((await api(keys.all, at, { method: 'DELETE' })).status, 204);
	assert.deepEqual((await get(at)).json, { cases: [], block: false });
	assert.equal((await post(`/flows/${flow.id}/publish`, { version: 1 })).status, 200);
	assert.deepEqual((await post(`${at}/run`, {})).json, { results: [], passed: 0, failed: 0 });
});

test('names outside ASCII stay, and members that are none are named', async () => {
	const flow = await make({ name: 'Umlaut', document: menuOf('Grüße') });
	assert.deepEqual((await get(`/flows/${flow.id}/draft`)).json.document, menuOf('Grüße'));
	const wrong = forward({ 'länge': 7 });
	let res = await put(`/flows/${flow.id}/draft`, { document: wrong }, { 'if-match': '"v1"' });
	assert.equal(res.status, 422);
	assert.match(res.json.errors[0].detail, /knows no länge/);
	res = await post('/flows/validate', { document: { ...forward(), ['x'.repeat(100)]: 1 } });
	assert.match(res.json.problems[0].what, /a flow knows no x+/);
	res = await post('/flows/validate', { document: { version: 1, first: 'a\nb', steps: { 'a\nb': { type: 'hangup' } } } });
	assert.match(res.json.problems[0].what, /no control characters/);
});

test('a round of flows is refused when the last of them closes it', async () => {
	const goto = (flow) => ({ version: 1, first: 'on', steps: { on: { type: 'goto', flow } } });
	const a = await make({ name: 'Round A', document: forward() });
	await post(`/flows/${a.id}/publish`, { version: 1 });
	const b = await make({ name: 'Round B', document: goto(a.id) });
	await post(`/flows/${b.id}/publish`, { version: 1 });
	for (const to of [a.id, b.id]) {
		const res = await put(`/flows/${a.id}/draft`, { document: goto(to) }, { 'if-match': '"v1"' });
		assert.equal(res.status, 422);
		assert.deepEqual(res.json.errors.map((e) => e.pointer), ['/document/steps/on']);
		assert.match(res.json.errors[0].detail, /round and round without the caller doing anything/);
	}
	// Two that were drafted before either was live: one is published, the other refused.
	const c = await make({ name: 'Round C', document: forward() });
	const d = await make({ name: 'Round D', document: forward() });
	for (const { id } of [c, d])
		await post(`/flows/${id}/publish`, { version: 1 });
	const drafts = await Promise.all([[c, d], [d, c]].map(([one, two]) => put(`/flows/${one.id}/draft`, { document: goto(two.id) }, { 'if-match': '"v1"' })));
	assert.deepEqual(drafts.map((r) => r.status), [200, 200]);
	const live = await Promise.all([c, d].map(({ id }) => post(`/flows/${id}/publish`, { version: 2 })));
	const statuses = live.map((r) => r.status).sort();
	assert.equal(statuses[0], 200);
	assert.ok(statuses[1] === 409 || statuses[1] === 422, `${statuses}`);
});

test('another company\'s flows are not there', async () => {
	const flow = await make({ name: 'Ours', document: forward() });
	for (const [method, path, body, headers] of [['GET', ''], ['GET', '/draft'], ['GET', '/versions'], ['GET', '/versions/1'], ['GET', '/diff?from=1&to=1'], ['PATCH', '', { name: 'x' }], ['DELETE', ''],
		['PUT', '/draft', { document: forward() }, { 'if-match': '"v1"' }], ['POST', '/publish', { version: 1 }], ['POST', '/simulate', { case: {} }],
		['GET', '/cases'], ['PUT', '/cases', { cases: [] }], ['DELETE', '/cases'], ['POST', '/cases/run', {}]])
		assert.equal((await api(keys.beta, `/flows/${flow.id}${path}`, { method, body, headers })).status, 404, `${method} ${path}`);
	// Nor can a document name what is another company's.
	const theirs = (await post('/destinations', { name: 'B', target: '+14155550171' }, {}, keys.beta)).json;
	assert.equal((await post('/flows/validate', { document: forward({ to: theirs.id }) })).json.ok, false);
	assert.equal((await post('/flows/validate', { document: forward({ to: theirs.id }) }, {}, keys.beta)).json.ok, true);
});

test('every operation of flows was used', () => {
	assert.deepEqual(unused((m, p) => p.startsWith('/flows') && (m !== 'GET' || p.includes('{id}/'))), []);
});
