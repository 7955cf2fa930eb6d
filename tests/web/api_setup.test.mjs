// Setting a company up by the JSON endpoints: every kind of thing is added,
// changed by merging, and put away, by the rules of its form; what is not
// another company's business stays so, and hostile bodies change nothing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiOf, hex, operations, spec } from '../support/api.mjs';
import { startStack } from '../support/stack.mjs';
import { addCompanies, hostile, typeId, uuid7 } from '../support/two_companies.mjs';

let stack, world, keys, api, addKey, unused;
const audits = (action) => stack.sql(`SELECT before_json, after_json FROM audit WHERE action = '${action}' ORDER BY happened_at, id`);
const rows = (table) => Number(stack.sqlOne(`SELECT COUNT(*) FROM ${table}`));
const post = (path, body, headers, key = keys.all) => api(key, path, { method: 'POST', body, headers });
const patch = (path, body, headers, key = keys.all) => api(key, path, { method: 'PATCH', body, headers });
const del = (path, headers, key = keys.all) => api(key, path, { method: 'DELETE', headers });
const added = async (path, body) => {
	const res = await post(path, body);
	assert.equal(res.status, 201, `${path} ${JSON.stringify(body)}: ${res.text}`);
	assert.equal(res.headers.get('location'), `/api/v1${path}/${res.json.id}`);
	return res.json;
};

before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker', 'jobd'], args: ['--web-rate', '100000'] });
	({ api, addKey, unused } = apiOf(stack));
	world = addCompanies(stack);
	const by = world.users.owner.id;
	keys = { all: addKey(world.alpha, undefined, { by }), beta: addKey(world.beta), wide: addKey(world.alpha, undefined, { company: null }) };
});
after(() => stack?.stop());

// What each kind is added with, what changes, and a body that its form refuses
// at which member.
const kinds = {
	locations: { one: 'location', body: { name: 'North', time_zone: 'America/Denver' }, change: { name: 'South' }, bad: { time_zone: 'Mars/Base' }, at: '/time_zone' },
	destinations: { one: 'destination', body: { name: 'Desk', target: '+14155550142', ring_s: 20, hours: 'mon-fri 09:00-17:30', holidays: 'us', regions: 'CO, 303', capacity: 2 },
		change: { ring_s: 40, cap_day: 7 }, bad: { ring_s: 4 }, at: '/ring_s' },
	tags: { one: 'tag', body: { name: 'Spanish' }, change: { name: 'French' }, bad: { name: 'x'.repeat(65) }, at: '/name' },
	outcomes: { one: 'outcome', body: { name: 'Quote sent', code: 'quote', counts: 'lead' }, change: { name: 'Quoted' }, bad: { code: 'other' }, at: '/code' },
	lists: { one: 'caller_list', body: { name: 'vip', numbers: ['+14155550143', '+14155550144'] }, change: { numbers: ['+14155550144'] }, bad: { numbers: ['nobody'] }, at: '/numbers' },
	numbers: { one: 'number', body: { number: '(415) 555-0145', label: 'Leaflet', notice: '' }, change: { label: 'Poster' }, bad: { flow_id: typeId('flo', uuid7()) }, at: '/flow_id' },
	pools: { one: 'pool', body: { name: 'Web', lease_s: 120 }, change: { min_reuse_s: 60 }, bad: { lease_s: 89 }, at: '/lease_s' },
	sites: { one: 'site', body: { name: 'www', origins: ['https://m.example.com', 'https://www.example.com'], targets: ['+14155550146'],
		pages: ['https://www.example.com/offer'], params: ['kw = keyword'] }, change: { params: [],  origins: ['https://www.example.com'], consent: 'require' },
		bad: { origins: ['https://www.example.com/path'] }, at: '/origins' },
};

test('each kind: added, merged, put away, with versions and the audit log', async () => {
	for (const [path, k] of Object.entries(kinds)) {
		const one = await added(`/${path}`, k.body);
		for (const [name, value] of Object.entries(k.body)) if (name !== 'number') assert.deepEqual(one[name], value, `${path} ${name}`);
		const { json: read, headers } = await api(keys.all, `/${path}/${one.id}`);
		assert.deepEqual(read, one, 'what was answered is what is there');
		const changed = await patch(`/${path}/${one.id}`, k.change, { 'if-match': headers.get('etag') });
		assert.equal(changed.status, 200, `${path}: ${changed.text}`);
		assert.deepEqual({ ...changed.json, entries: 0 }, { ...one, ...k.change, entries: 0 }, `${path}: only what was named is another`);
		// The old version is stale, for changing and for putting away.
		assert.equal((await patch(`/${path}/${one.id}`, k.change, { 'if-match': headers.get('etag') })).status, 412);
		assert.equal((await del(`/${path}/${one.id}`, { 'if-match': headers.get('etag') })).status, 412);
		assert.equal((await patch(`/${path}/${one.id}`, {}, { 'if-match': changed.headers.get('etag') })).headers.get('etag'), changed.headers.get('etag'));
		const bad = await patch(`/${path}/${one.id}`, { ...k.change, ...k.bad });
		assert.equal(bad.status, 422, `${path}: ${bad.text}`);
		assert.equal(bad.json.errors[0].pointer, k.at);
		assert.deepEqual((await api(keys.all, `/${path}/${one.id}`)).json, changed.json, 'a refused change is none at all');
		// Another company sees and touches nothing; a body of nothing changes nothing.
		assert.equal((await patch(`/${path}/${one.id}`, k.change, {}, keys.beta)).status, 404);
		assert.equal((await del(`/${path}/${one.id}`, {}, keys.beta)).status, 404);
		const trail = audits(`${k.one}.change`);
		assert.equal(trail.length, 1, `${path}: a change that changes nothing is not in the log`);
		assert.notEqual(trail[0][0], trail[0][1]);
		assert.equal((await del(`/${path}/${one.id}`, { 'if-match': '*' })).status, 204, path);
		assert.ok([404, 409].includes((await del(`/${path}/${one.id}`)).status), `${path}: put away once`);
		assert.deepEqual([audits(`${k.one}.add`).length, audits(`${k.one}.retire`).length], [1, 1], path);
	}
	assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM audit WHERE action LIKE '%.add' AND user_id <> ${hex(world.users.owner.id)}`), '0', 'in the name of who made the key');
});

test('numbers: the document’s limits are those of the form', async () => {
	let n = 0;
	for (const [path, k] of Object.entries(kinds)) {
		const of = (op) => spec.components.schemas[Object.values(op.requestBody.content)[0].schema.$ref.split('/').at(-1)].properties;
		const fields = of(spec.paths[`/${path}`].post), changed = of(spec.paths[`/${path}/{id}`].patch);
		for (const [name, { minimum, maximum }] of Object.entries(fields)) {
			if (minimum === undefined) continue;
			assert.ok(maximum > minimum, `${path} ${name}: both`);
			assert.deepEqual([changed[name].minimum, changed[name].maximum], [minimum, maximum], `${path} ${name}`);
			for (const [value, good] of [[minimum - 1, false], [minimum, true], [maximum, true], [maximum + 1, false]]) {
				const { status, json } = await post(`/${path}`, { ...k.body, name: `Limit ${n++}`, [name]: value });
				assert.ok(status === 201 || status === 422, `${path} ${name} ${value}: ${status}`);
				assert.equal(!(json.errors ?? []).some((e) => e.pointer === `/${name}`), good, `${path} ${name} ${value}: ${JSON.stringify(json)}`);
			}
		}
	}
	assert.ok(n >= 16, `${n} tried`);
});

test('null clears, what is set once stays, what is not there cannot be set', async () => {
	const place = await added('/locations', { name: 'L', time_zone: 'UTC' });
	const desk = await added('/destinations', { name: 'D', target: 'sip:a@pbx.example.com', location_id: place.id, capacity: 3 });
	let res = await patch(`/destinations/${desk.id}`, { location_id: null, capacity: null });
	assert.deepEqual([res.json.location_id, res.json.capacity, res.json.target], [null, 0, desk.target]);
	assert.equal((await patch(`/destinations/${desk.id}`, { name: null })).json.errors[0].pointer, '/name');
	const number = await added('/numbers', { number: '+14155550150' });
	assert.equal((await patch(`/numbers/${number.id}`, { number: '+14155550151' })).status, 422);
	assert.equal((await patch(`/numbers/${number.id}`, { number: '+14155550150', label: 'same' })).json.label, 'same');
	for (const [body, at] of [[{ id: number.id }, '/id'], [{ 'a/b~c': 1 }, '/a~1b~0c'], [{ released_at: null }, '/released_at'], [{ record_why: 'x' }, '/record_why']])
		assert.equal((await patch(`/numbers/${number.id}`, body)).json.errors[0].pointer, at);
	res = await patch(`/numbers/${number.id}`, { record: 'silent' });
	assert.ok([403, 422].includes(res.status));
	assert.equal((await api(keys.all, `/numbers/${number.id}`)).json.record, 'off', 'a key is no owner');
	// A second number of the same text is refused, also for another company.
	assert.equal((await post('/numbers', { number: '+14155550150' })).status, 409);
	assert.equal((await post('/numbers', { number: '+14155550150' }, {}, keys.beta)).status, 409);
	// Things of another company are none.
	const theirs = await post('/locations', { name: 'B', time_zone: 'UTC' }, {}, keys.beta);
	assert.equal((await patch(`/destinations/${desk.id}`, { location_id: theirs.json.id })).json.errors[0].pointer, '/location_id');
	assert.equal((await post('/trackers', { name: 't', number_id: typeId('num', world.beta.number), source: 's' })).json.errors[0].pointer, '/number_id');
});

test('a pool and its numbers: the whole set, some more, some less', async () => {
	const e164 = ['+14155550160', '+14155550161', '+14155550162', '+14155550163'];
	const numbers = [];
	for (const number of e164) numbers.push(await added('/numbers', { number }));
	const pool = await added('/pools', { name: 'Search', numbers: [e164[0], numbers[1].id] });
	assert.deepEqual(pool.numbers, e164.slice(0, 2));
	assert.equal((await api(keys.all, `/numbers/${numbers[0].id}`)).json.pool_id, pool.id);
	let res = await patch(`/pools/${pool.id}`, { add_numbers: [e164[2]], remove_numbers: [e164[0], e164[3]] });
	assert.deepEqual(res.json.numbers, e164.slice(1, 3));
	res = await patch(`/pools/${pool.id}`, { lease_s: 300 });
	assert.deepEqual(res.json.numbers, e164.slice(1, 3), 'what is not named stays');
	res = await patch(`/pools/${pool.id}`, { numbers: e164.slice(0, 2) });
	assert.deepEqual(res.json.numbers, e164.slice(0, 2));
	// One that cannot be in it leaves all as it was.
	const flyer = await added('/trackers', { name: 'Flyer', number_id: numbers[3].id, source: 'flyer' });
	assert.equal((await api(keys.all, `/trackers/${flyer.id}`, { method: 'PATCH', body: { name: 'Flyer 2' } })).json.name, 'Flyer 2');
	assert.equal((await api(keys.all, `/trackers/${flyer.id}`, { method: 'DELETE' })).status, 204);
	await added('/trackers', { name: 'Flyer', number_id: numbers[3].id, source: 'flyer' });
	res = await patch(`/pools/${pool.id}`, { lease_s: 90, numbers: [e164[2], e164[3], '+14155550199', 7] });
	assert.equal(res.status, 422);
	assert.deepEqual(res.json.errors.map((e) => e.pointer), ['/numbers/1', '/numbers/2', '/numbers/3']);
	assert.equal((await patch(`/pools/${pool.id}`, { numbers: [typeId('num', world.beta.number)] })).json.errors[0].pointer, '/numbers/0');
	assert.equal((await patch(`/pools/${pool.id}`, { add_numbers: e164[2] })).json.errors[0].pointer, '/add_numbers');
	const { json } = await api(keys.all, `/pools/${pool.id}`);
	assert.deepEqual([json.lease_s, json.numbers], [300, e164.slice(0, 2)]);
	assert.equal((await del(`/pools/${pool.id}`)).status, 409, 'it has numbers');
	assert.equal((await del(`/numbers/${numbers[0].id}`)).status, 409, 'it is in a pool');
	// A number moves by its own form, too.
	const other = await added('/pools', { name: 'Other', overflow_number_id: numbers[2].id });
	assert.equal((await patch(`/numbers/${numbers[0].id}`, { pool_id: other.id })).json.pool_id, other.id);
	assert.equal((await patch(`/numbers/${numbers[2].id}`, { pool_id: other.id })).status, 409, 'it is the overflow');
	assert.equal((await patch(`/pools/${other.id}`, { numbers: null })).json.numbers.length, 0);
	assert.equal((await patch(`/pools/${pool.id}`, { numbers: [] })).json.numbers.length, 0);
	assert.equal((await del(`/pools/${pool.id}`)).status, 204);
});

test('a POST is done once for one Idempotency-Key', async () => {
	const once = { 'idempotency-key': 'tag-1' };
	const first = await post('/tags', { name: 'Once' }, once);
	const again = await post('/tags', { name: 'Once' }, once);
	assert.deepEqual([again.status, again.text], [201, first.text]);
	for (const h of ['location', 'etag', 'content-type']) assert.equal(again.headers.get(h), first.headers.get(h));
	assert.deepEqual([first.headers.get('idempotent-replayed'), again.headers.get('idempotent-replayed')], [null, 'true']);
	assert.equal((await post('/tags', { name: 'Other' }, once)).status, 422);
	assert.equal((await post('/locations', { name: 'Once', time_zone: 'UTC' }, once)).status, 422, 'another address is another request');
	// Another company's key has names of its own; a failure leaves the name free.
	assert.equal((await post('/tags', { name: 'Once' }, once, keys.beta)).status, 201);
	assert.equal((await post('/tags', {}, { 'idempotency-key': 'tag-2' })).status, 422);
	assert.equal((await post('/tags', { name: 'Then' }, { 'idempotency-key': 'tag-2' })).status, 201);
	for (const name of ['k'.repeat(101), 'caf\u00e9'])
		for (const path of ['/tags', '/flows', '/numbers/import', '/spend', '/flows/validate'])
			assert.match((await post(path, {}, { 'idempotency-key': name })).json.detail, /at most 100/, path);
	// What is not a POST may be sent twice anyway.
	assert.equal((await patch(`/tags/${first.json.id}`, { name: 'Once more' }, once)).json.name, 'Once more');
});

test('a POST that is sent while it is at work is told so, and done once', async () => {
	const many = await Promise.all(Array.from({ length: 12 }, () => post('/tags', { name: 'Race' }, { 'idempotency-key': 'race' })));
	const done = many.filter((r) => r.status === 201);
	assert.ok(done.length > 0 && done.every((r) => r.text === done[0].text), many.map((r) => r.status).join(' '));
	for (const r of many.filter((one) => one.status !== 201)) assert.deepEqual([r.status, r.headers.get('retry-after')], [409, '1']);
	assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM tag WHERE company_id = ${hex(world.alpha.id)} AND name = 'Race'`), '1');
});

test('every action is done once, and what it answered is answered again', async () => {
	const place = await added('/numbers', { number: '+14155550195' });
	const ann = await added('/users', { email: 'ann@example.com', name: 'Ann', role: 'agent' });
	const hook = await added('/webhooks', { name: 'Acts', url: 'https://acts.example.com/' });
	const flow = await added('/flows', { name: 'Acts', document: { version: 1, first: 'a', steps: { a: { type: 'hangup' } } } });
	const audit = () => rows('audit');
	for (const [path, body] of [[`/numbers/${place.id}/rest`], [`/numbers/${place.id}/lift`], [`/users/${ann.id}/invitation`], [`/webhooks/${hook.id}/test`],
		[`/webhooks/${hook.id}/replay`, { from: '2001-01-01T00:00:00Z', to: '2001-01-02T00:00:00Z' }], [`/flows/${flow.id}/publish`, { version: 1 }],
		['/flows/validate', { document: {} }], ['/flows', { name: 'Twice' }], ['/spend', { rows: [{ date: '2026-11-02', source: 'x', amount: '1' }] }]]) {
		const once = { 'idempotency-key': `act ${path}` };
		const first = await post(path, body, once);
		assert.ok(first.status < 300, `${path}: ${first.text}`);
		const log = audit();
		const again = await post(path, body, once);
		assert.equal(again.status, first.status, path);
		assert.equal(again.headers.get('idempotent-replayed'), 'true', path);
		assert.equal(again.text, path.endsWith('/invitation') ? '{"link":null}' : first.text, 'a secret is in one answer alone');
		assert.equal(audit(), log, `${path}: nothing was done again`);
		assert.equal((await post(path, { ...body, more: 1 }, once)).status, 422, path);
	}
});

test('two programs at once: nothing is lost, one of them is told', async () => {
	const { id } = await added('/locations', { name: 'Both', time_zone: 'UTC' });
	const { headers } = await api(keys.all, `/locations/${id}`);
	const res = await Promise.all(['one', 'two', 'three', 'four'].map((name) => patch(`/locations/${id}`, { name }, { 'if-match': headers.get('etag') })));
	assert.deepEqual(res.map((r) => r.status).sort(), [200, 412, 412, 412]);
	await Promise.all([patch(`/locations/${id}`, { name: 'A' }), patch(`/locations/${id}`, { time_zone: 'Asia/Kolkata' })]);
	const { json } = await api(keys.all, `/locations/${id}`);
	assert.deepEqual([json.name, json.time_zone], ['A', 'Asia/Kolkata']);
});

test('companies: a key of one changes that one, a key of all adds and archives', async () => {
	const own = world.alpha.companyId;
	assert.equal((await patch(`/companies/${own}`, { billable_s: 90 })).json.billable_s, 90);
	assert.equal((await patch(`/companies/${own}`, { time_zone: 'Nowhere/X' })).json.errors[0].pointer, '/time_zone');
	assert.equal((await patch(`/companies/${world.beta.companyId}`, { name: 'mine' })).status, 404);
	assert.equal((await patch(`/companies/${world.beta.companyId}`, { name: 'mine' }, {}, keys.wide)).status, 404);
	assert.equal((await post('/companies', { name: 'New' })).status, 403);
	assert.equal((await del(`/companies/${own}`)).status, 403);
	const made = await post('/companies', { name: 'New', country: 'GB', currency: 'GBP', time_zone: 'Europe/London' }, {}, keys.wide);
	assert.equal(made.status, 201);
	assert.equal((await patch(`/companies/${made.json.id}`, { name: 'Newer' })).status, 404, 'not with a key of another company');
	assert.equal((await post(`/tags?company_id=${made.json.id}`, { name: 'There' }, {}, keys.wide)).status, 201);
	assert.equal((await post('/tags', { name: 'Where' }, {}, keys.wide)).status, 400);
	assert.equal((await patch(`/companies/${made.json.id}`, { name: 'Newer' }, {}, keys.wide)).json.name, 'Newer');
	assert.equal((await del(`/companies/${made.json.id}`, {}, keys.wide)).status, 204);
	assert.equal((await del(`/companies/${own}`, {}, keys.wide)).status, 409, 'it has numbers');
});

test('people: no more than the maker of the key may give', async () => {
	const ada = await added('/users', { email: 'ada@example.com', name: 'Ada', role: 'manager' });
	assert.deepEqual([ada.role, ada.scope], ['manager', 'company']);
	assert.equal((await patch(`/users/${ada.id}`, { role: 'admin' })).json.role, 'admin');
	assert.equal((await patch(`/users/${ada.id}`, { role: 'owner' })).json.errors[0].pointer, '/role');
	assert.equal((await patch(`/users/${ada.id}`, { scope: 'account' })).json.errors[0].pointer, '/scope', 'a key of one company gives no role in all');
	assert.equal((await patch(`/users/${ada.id}`, { email: 'other@example.com' })).json.errors[0].pointer, '/email');
	assert.equal((await post('/users', { email: 'ada@example.com', name: 'Ada' })).status, 409);
	const owner = typeId('usr', world.users.owner.id);
	for (const res of [await patch(`/users/${owner}`, { role: 'read-only' }), await del(`/users/${owner}`)]) assert.equal(res.status, 403);
	// A key whose maker has no role any more gives none.
	const orphan = addKey(world.alpha, undefined, { by: uuid7() });
	assert.equal((await post('/users', { email: 'eve@example.com', name: 'Eve', role: 'read-only' }, {}, orphan)).status, 403);
	assert.equal((await patch(`/users/${ada.id}`, { role: 'agent' }, {}, keys.beta)).status, 404);
	assert.equal((await post('/users', { email: 'ada@example.com', name: 'Ada' }, {}, keys.beta)).status, 409, 'nobody else\'s people are found');
	assert.equal((await del(`/users/${ada.id}`)).status, 204);
	assert.equal((await api(keys.all, `/users/${ada.id}`)).status, 404);
});

test('webhooks: the secret is in one answer alone', async () => {
	const body = { name: 'CRM', url: 'https://crm.example.com/hook', events: ['call.ended', 'form.received'] };
	const once = { 'idempotency-key': 'hook' };
	const first = await post('/webhooks', body, once);
	assert.match(first.json.secret, /^[\w-]{43}$/);
	const again = await post('/webhooks', body, once);
	assert.deepEqual({ ...again.json, secret: first.json.secret }, first.json);
	assert.equal(again.json.secret, null);
	assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM api_once WHERE answer LIKE '%${first.json.secret}%'`), '0');
	const { id } = first.json;
	assert.equal((await patch(`/webhooks/${id}`, { events: ['call.changed'] })).json.events.join(), 'call.changed');
	assert.equal((await patch(`/webhooks/${id}`, { events: [] })).json.errors[0].pointer, '/events');
	assert.equal((await patch(`/webhooks/${id}`, { events: ['test'] })).json.errors[0].pointer, '/events');
	assert.equal((await patch(`/webhooks/${id}`, { url: 'ftp://x.example.com/' })).json.errors[0].pointer, '/url');
	// A private address is allowed by who administers the account, not by a company's own people.
	for (const private_ok of [1, true]) assert.equal((await patch(`/webhooks/${id}`, { private_ok })).json.errors[0].pointer, '/private_ok');
	assert.equal((await patch(`/webhooks/${id}`, { name: 'x' }, {}, keys.beta)).status, 404);
	assert.equal((await del(`/webhooks/${id}`)).status, 204);
});

test('hostile bodies change nothing, hostile text comes back as it was', async () => {
	const tables = ['location', 'destination', 'tag', 'outcome', 'caller_list', 'number', 'pool', 'site', 'tracker', 'webhook', 'user', 'company'];
	const before_ = tables.map(rows), log = rows('audit');
	const bodies = [
		['', 400], ['{', 400], ['[]', 422], ['"x"', 400], ['null', 400], ['{"name":"a","name":"b"}', 400], ['{"name":"a\\u0000b"}', 400], ['{"name":"a\u0001b"}', 400],
		['{"name":"\\u0007"}', 422], ['{"name":"a\\nb"}', 422], ['{"name":1e999}', 400], ['{"name":123456789012345678901234567890}', 400], ['{"name":1.5}', 422], ['{"name":7}', 422],
		['{"name":{}}', 422], ['{"name":["a"]}', 422], ['{"name":true}', 422], ['{"name":"\\ud800"}', 400], [`{"name":${'['.repeat(500)}${']'.repeat(500)}}`, 413],
		[`{"name":"${'x'.repeat(60000)}"}`, 422], [`{"name":"${'x'.repeat(1 << 20)}"}`, 413], [`{${Array.from({ length: 3000 }, (_, i) => `"m${i}":1`).join()}}`, 422],
		['{"__proto__":{"name":"x"}}', 422], [Buffer.from('{"name":"\xff"}', 'latin1'), 400],
	];
	for (const path of ['locations', 'destinations', 'tags', 'outcomes', 'lists', 'numbers', 'pools', 'sites', 'trackers', 'webhooks', 'users']) {
		for (const [body, status] of bodies) {
			const res = await api(keys.all, `/${path}`, { method: 'POST', body });
			const want = ['', '[]'].includes(body) ? [400, 422] : [status, 422];
			assert.ok(want.includes(res.status), `${path} ${String(body).slice(0, 60)}: ${res.status} ${res.text.slice(0, 200)}`);
		}
	}
	assert.deepEqual(tables.map(rows), before_);
	assert.equal(rows('audit'), log);
	assert.equal((await post('/tags', [])).json.errors[0].pointer, '');
	const name = hostile.replaceAll('\u0001', '').slice(0, 60);
	const tag = await added('/tags', { name });
	assert.equal(tag.name, name);
	assert.equal((await patch(`/tags/${tag.id}`, { name: '=1+1\u202e\u{1f600}' })).json.name, '=1+1\u202e\u{1f600}');
});

test('many numbers at once: all or none, each fault at its place', async () => {
	const list = Array.from({ length: 30 }, (_, i) => ({ number: `+1415555${String(1000 + i)}`, label: `n${i}` }));
	const before_ = rows('number'), log = rows('audit');
	let res = await post('/numbers/import', { numbers: [...list, { number: 'x' }, { number: list[0].number }, 7, { label: 'no number' }, { number: '+14155551099', nothing: 1 }] });
	assert.equal(res.status, 422);
	assert.deepEqual(res.json.errors.map((e) => e.pointer), ['/numbers/30/number', '/numbers/31/number', '/numbers/32', '/numbers/33/number', '/numbers/34/nothing']);
	for (const body of [{}, { numbers: [] }, { numbers: {} }, { numbers: Array(1001).fill(list[0]) }, []]) assert.equal((await post('/numbers/import', body)).status, 422);
	assert.deepEqual([rows('number'), rows('audit')], [before_, log]);
	const once = { 'idempotency-key': 'numbers' };
	res = await post('/numbers/import', { numbers: list }, once);
	assert.equal(res.status, 201, res.text);
	assert.equal(res.json.numbers.length, 30);
	assert.equal((await post('/numbers/import', { numbers: list }, once)).text, res.text);
	assert.deepEqual([rows('number'), rows('audit')], [before_ + 30, log + 30]);
	assert.equal((await api(keys.all, `/numbers/${res.json.numbers[3]}`)).json.label, 'n3');
	// One of them rests: no pool may have it until that ends.
	const [id] = res.json.numbers;
	assert.notEqual((await post(`/numbers/${id}/rest`)).json.quarantined_at, null);
	assert.equal((await post(`/numbers/${id}/rest`)).status, 409);
	assert.equal((await post('/pools', { name: 'P', numbers: [id] })).json.errors[0].pointer, '/numbers/0');
	assert.equal((await post(`/numbers/${id}/lift`)).json.quarantined_at, null);
	assert.equal((await post(`/numbers/${id}/lift`)).status, 404);
	for (const what of ['rest', 'lift']) assert.equal((await post(`/numbers/${id}/${what}`, undefined, {}, keys.beta)).status, 404);
});

test('an invitation is for who is new', async () => {
	const { id } = await added('/users', { email: 'new@example.com', name: 'New', role: 'agent' });
	const res = await post(`/users/${id}/invitation`);
	assert.equal(res.status, 201);
	assert.match(res.json.link, /\/invite\/[\w-]{43}$/);
	const path = new URL(res.json.link).pathname;
	assert.equal((await stack.fetch(path)).status, 200);
	assert.equal((await post(`/users/${id}/invitation`, undefined, {}, keys.beta)).status, 404);
	stack.sql("UPDATE user SET password_hash = 'x' WHERE email = 'new@example.com'");
	assert.ok([403, 409].includes((await post(`/users/${id}/invitation`)).status), 'nobody\'s sign-in is taken over');
	assert.equal((await post(`/users/${typeId('usr', world.users.owner.id)}/invitation`)).status, 403);
});

test('deliveries of a webhook: tested, seen, sent again', async () => {
	const { id } = await added('/webhooks', { name: 'Log', url: 'https://log.example.com/' });
	for (let i = 0; i < 3; i++) assert.equal((await post(`/webhooks/${id}/test`)).status, 202);
	const first = await api(keys.all, `/webhooks/${id}/deliveries?limit=2`);
	assert.equal(first.json.data.length, 2);
	const second = await api(keys.all, `/webhooks/${id}/deliveries?limit=2&cursor=${first.json.next_cursor}`);
	assert.deepEqual([second.json.data.length, second.json.next_cursor], [1, null]);
	assert.equal((await api(keys.all, `/webhooks/${id}/deliveries?state=parked`)).json.data.length, 0);
	for (const bad of ['state=x', 'cursor=0', 'limit=0']) assert.equal((await api(keys.all, `/webhooks/${id}/deliveries?${bad}`)).status, 400);
	const event_id = first.json.data[0].event_id;
	assert.equal((await post(`/webhooks/${id}/replay`, { event_id })).status, 404, 'it has not ended');
	stack.sql(`UPDATE webhook_delivery SET state = 'parked', ended_at = UTC_TIMESTAMP(6)`);
	assert.equal((await post(`/webhooks/${id}/replay`, { event_id })).json.replayed, 1);
	const from = '2026-01-01T00:00:00Z', to = '2100-01-01T00:00:00Z';
	assert.equal((await post(`/webhooks/${id}/replay`, { from, to, parked: true })).json.replayed, 2);
	for (const [body, at] of [[{}, '/from'], [{ event_id: 7 }, '/event_id'], [{ from, to: 'x' }, '/to'], [{ from: to, to: from }, '/to'], [{ from, to, parked: 1 }, '/parked']])
		assert.equal((await post(`/webhooks/${id}/replay`, body)).json.errors[0].pointer, at);
	assert.equal((await api(keys.beta, `/webhooks/${id}/deliveries`)).status, 404);
	for (const [body, at] of [[{ event_id, parked: true }, '/parked'], [{ event_id: 'x' }, '/event_id'], [{ from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }, '/to'], [{ from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z', since: 1 }, '/since'], [[], '']])
		assert.equal((await post(`/webhooks/${id}/replay`, body)).json.errors[0].pointer, at, JSON.stringify(body));
	for (const what of ['test', 'replay']) assert.equal((await post(`/webhooks/${id}/${what}`, { event_id }, {}, keys.beta)).status, 404);
});

test('every address with the ids of another company: nothing is there, and no byte of it comes out', async () => {
	const made = (k) => post(k[0], k[1], {}, keys.beta).then((r) => r.json.id);
	const id = { calls: world.beta.callId, companies: world.beta.companyId, numbers: typeId('num', world.beta.number),
		tags: await made(['/tags', { name: world.secret }]), locations: await made(['/locations', { name: world.secret, time_zone: 'UTC' }]),
		destinations: await made(['/destinations', { name: world.secret, target: '+14155550172' }]), pools: await made(['/pools', { name: world.secret }]),
		sites: await made(['/sites', { name: world.secret, origins: ['https://b.example.com'], targets: ['+14155550173'] }]),
		outcomes: await made(['/outcomes', { name: world.secret, code: 'theirs' }]), lists: await made(['/lists', { name: 'theirs' }]),
		flows: await made(['/flows', { name: world.secret }]), webhooks: await made(['/webhooks', { name: world.secret, url: 'https://b.example.com/' }]),
		users: await made(['/users', { name: world.secret, email: 'b@example.com', role: 'agent' }]) };
	const number = (await post('/numbers', { number: '+14155550174' }, {}, keys.beta)).json;
	id.trackers = await made(['/trackers', { name: world.secret, number_id: number.id, source: world.secret }]);
	const of = world.beta;
	stack.sql(`INSERT INTO conversion_rule (company_id, id, name, platform, secret, created_at) VALUES (${hex(of.id)}, ${hex(of.id)}, '${world.secret}', 'google', 'b', UTC_TIMESTAMP(6));
		INSERT INTO mail_rule (company_id, id, user_id, kind, unsubscribe, created_at) VALUES (${hex(of.id)}, ${hex(of.id)}, ${hex(world.foreign.id)}, 'missed', 'b', UTC_TIMESTAMP(6));
		INSERT INTO prompt (company_id, id, name, prompt_key, language, created_at) VALUES (${hex(of.id)}, ${hex(of.id)}, '${world.secret}', 'p', 'en-US', UTC_TIMESTAMP(6));
		INSERT INTO trunk (account_id, id, name, country, next_hop, created_at) VALUES (${hex(of.account)}, ${hex(of.id)}, '${world.secret}', 'US', '192.0.2.1', UTC_TIMESTAMP(6))`);
	Object.assign(id, { conversions: typeId('cnv', of.id), mail_rules: typeId('mlr', of.id), trunks: typeId('tru', of.id), prompts: typeId('prm', of.id) });
	id.forms = typeId('frm', uuid7());
	const all = addKey(world.alpha), far = addKey(world.alpha, undefined, { company: null });
	for (const [method, template, op] of operations()) {
		if (op.security.length === 0) continue;
		const kind = template.split('/')[1];
		const path = template.replace('{id}', id[kind]).replace('{version}', '1');
		const init = { method, body: ['GET', 'DELETE'].includes(method) ? undefined : {} };
		const own = await api(all, path, init);
		assert.ok(!own.text.includes(world.secret), `${method} ${path}`);
		if (!template.includes('{id}')) continue;
		const want = (kind === 'companies' && method === 'DELETE') || kind === 'trunks' ? [403] : [404];
		assert.ok(want.includes(own.status), `${method} ${path}: ${own.status} ${own.text}`);
		// Of the same id in the own company's key of all: still another account's.
		const wide = await api(far, `${path}?company_id=${world.alpha.companyId}`, init);
		assert.equal(wide.status, 404, `${method} ${path}: ${wide.status} ${wide.text}`);
		assert.equal((await api(far, `${path}?company_id=${world.beta.companyId}`, init)).status, 404);
		// Without a company a key of several is asked which.
		const none = await api(far, path, init);
		assert.equal(none.status, ['companies', 'trunks'].includes(kind) || (kind === 'users' && method === 'GET') ? 404 : 400, `${method} ${path}: ${none.status}`);
	}
});

test('every operation that writes was used', () => {
	const elsewhere = /^\/(calls|flows|spend|forms|prompts|conversions|mail_rules|trunks|policy|reruns|users\/\{id\}\/(en|dis)able)/; // api.test.mjs, api_rerun.test.mjs, api_more.test.mjs, api_flow.test.mjs
	assert.deepEqual(unused((m, p) => m !== 'GET' && !elsewhere.test(p)), []);
});
