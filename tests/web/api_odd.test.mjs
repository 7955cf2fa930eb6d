// Odd requests to the endpoints: what is no request is told so as a problem
// (RFC 9457), what is one is answered by the book (RFC 9110), and nothing of
// it is our mistake.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { apiOf, operations } from '../support/api.mjs';
import { addr, startStack } from '../support/stack.mjs';
import { addCompanies, raw, typeId, uuid7 } from '../support/two_companies.mjs';

let stack, world, key, api, addKey;
before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker', 'jobd'], args: ['--web-rate', '100000'] });
	({ api, addKey } = apiOf(stack));
	world = addCompanies(stack);
	key = addKey(world.alpha);
});
after(() => stack?.stop());

const ask = (path, more = {}) => raw(stack, { path: `/api/v1${path}`, ...more, headers: { authorization: `Bearer ${key}`, ...more.headers } });
function problem(res, status, why) {
	assert.equal(res.status, status, `${why.slice(0, 80)}: ${res.status} ${res.body.slice(0, 200)}`);
	assert.match(res.headers['content-type'] ?? '', /^application\/problem\+json/, why);
	const p = JSON.parse(res.body);
	assert.deepEqual([p.status, typeof p.title, p.type], [status, 'string', 'about:blank'], why);
}

test('queries that are none', async () => {
	for (const q of ['limit=%00', 'limit=1%00', '%00=1', 'search=%ff', 'search=%c3%28', 'search=%ed%a0%80', 'search=%', 'search=%g1', 'search=%2', 'limit=-1', 'limit=+1', 'limit=%201', 'limit=1e2', 'limit=0x10',
		'limit=١', 'limit=18446744073709551617', 'limit=99999999999999999999999999', 'limit=1&limit=2', 'search=a&search=b', 'active=TRUE', 'active=', 'from=9999999999-01-01T00:00:00Z', 'from=2026-13-01T00:00:00Z',
		'from=2026-02-30T00:00:00Z', 'from=2026-01-01T25:00:00Z', 'to=-2026-01-01T00:00:00Z', 'fields=', 'fields=,', 'fields=id,,name', 'fields=ID', 'fields=*', 'sort=id;drop', "sort=id'--", 'cursor=',
		'cursor=%00', `cursor=${'a'.repeat(4000)}`, 'cursor=../../etc/passwd', 'company_id=%00', 'a[]=1', 'search[]=x'])
		problem(await ask(`/tags?${q.replace('١', '%D9%A1')}`), 400, q);
	for (const q of ['from=0001-01-01', 'from=2026-11-31', 'to=2026-1-1', 'max_talk_s=99999999999', 'min_risk=-1', 'first_time=1', 'first_time=yes', 'qualified=no', 'qualified=True', `campaign=${'x'.repeat(256)}`, 'result=answered%00', `source=${'%F0%9F%98%80'.repeat(256)}`])
		problem(await ask(`/calls?${q}`), 400, q);
	for (let n = 0; n < 256; n++) {
		const res = await ask(`/tags?search=${'%' + n.toString(16).padStart(2, '0')}`);
		assert.ok([200, 400].includes(res.status), `byte ${n}: ${res.status}`);
	}
	key = addKey(world.alpha);
	assert.equal((await ask(`/tags?search=${'x'.repeat(8200)}`)).status, 414, 'a query without end is nginx\'s business');
	// What looks odd and is none.
	for (const q of ['search=%F0%9F%98%80', 'search=a%26b%3Dc', 'search=%2525', "search='%20OR%201=1", 'search=%3Cscript%3E', 'limit=001', `fields=${'id,'.repeat(2000)}id`, ''])
		assert.equal((await ask(`/tags?${q}`)).status, 200, q.slice(0, 80));
});

test('what is no text or empty is told by its name, to whom it may concern', async () => {
	key = addKey(world.alpha, 'calls:read');
	const wide = addKey(world.alpha, undefined, { company: null });
	let left = 601;
	for (const [q, name] of [['limit=%00', 'limit'], ['source=%ff&limit=1', 'source'], ['limit=1&source=%', 'source'], ['%ff=1', '\ufffd'], ['x%zz=1', 'x%zz'], ['=1', ''], ['source=%0a%07', 'source'],
		['source=', 'source'], ['source', 'source'], ['source=%20', 'source'], ['search=+', 'search'], ['company_id=', 'company_id'], ['limit=', 'limit'], ['first_time=&limit=5', 'first_time'], ['cursor=', 'cursor'], ['from=', 'from']]) {
		const res = await ask(`/calls?${q}`);
		problem(res, 400, q);
		assert.deepEqual(JSON.parse(res.body).errors.map((e) => e.parameter), [name], q);
		assert.equal(Number(res.headers['ratelimit-remaining']), left -= 1 + (left === 601), q);
	}
	// The rest of the address says who may be told.
	const as = (token, path) => raw(stack, { path: `/api/v1${path}`, headers: token ? { authorization: `Bearer ${token}` } : {} });
	assert.equal((await as(null, '/calls?limit=%00')).status, 401);
	assert.equal((await as(key, '/tags?limit=%00')).status, 403);
	assert.equal((await as(key, `/calls?limit=%00&company_id=${world.beta.text ?? typeId('com', uuid7())}`)).status, 404);
	assert.equal((await as(wide, `/calls?source=%00&company_id=${world.alpha.companyId}`)).status, 400);
	assert.equal((await as(key, '/nothing?limit=%00')).status, 404);
	assert.equal((await as(null, '/status?x=%00')).status, 400);
});

test('a begin without an end that lies beyond now is the begin\'s fault', async () => {
	key = addKey(world.alpha);
	for (const path of ['/calls', '/reports/summary', '/reports/timeseries', '/export/calls.jsonl'])
		for (const [q, name] of [['from=2999-01-01', 'from'], ['from=9999-12-30T23:59:59Z', 'from'], ['from=2999-01-02&to=2999-01-01', 'to']])
			assert.deepEqual(JSON.parse((await ask(`${path}?${path.includes('summary') ? 'group_by=source&' : ''}${q}`)).body).errors?.map((e) => e.parameter), [name], `${path} ${q}`);
});

test('a member without a name has a place of its own', async () => {
	key = addKey(world.alpha);
	for (const [method, path, body, at] of [['POST', '/tags', { name: 'x', '': 1 }, '/'], ['PATCH', `/calls/${world.alpha.callId}`, { '': 1 }, '/'], ['POST', '/tags', [1], ''], ['POST', '/forms', { fields: { '': 1 } }, '/fields/']]) {
		const res = await ask(path, { method, body: JSON.stringify(body) });
		problem(res, 422, path);
		assert.deepEqual(JSON.parse(res.body).errors.map((e) => e.pointer), [at], `${path} ${res.body}`);
	}
});

test('what a body must not have: an id that is empty, members that nobody knows', async () => {
	key = addKey(world.alpha);
	const post = async (path, body, method = 'POST') => JSON.parse((await ask(path, { method, body: JSON.stringify(body) })).body).errors?.map((e) => e.pointer);
	for (const empty of ['', ' ']) {
		assert.deepEqual(await post('/numbers', { number: '+12065550144', location_id: empty }), ['/location_id']);
		assert.deepEqual(await post('/pools', { name: 'p', overflow_number_id: empty }), ['/overflow_number_id']);
		assert.deepEqual(await post('/forms', { contact_name: 'A', happened_at: empty }), ['/happened_at']);
	}
	assert.deepEqual(await post('/numbers/import', { numbers: [{ number: '+12065550145' }], more: 1 }), ['/more']);
	assert.deepEqual(await post('/flows/simulate', { document: { version: 1, first: 'x', steps: { x: { type: 'hangup' } } }, case: { at: '2026-11-30T09:12' }, version: 1 }), ['/version']);
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM number WHERE e164 LIKE '+1206555014_'"), '0');
});

test('paths that are none', async () => {
	for (const [path, status] of [['/tags/', 404], ['//tags', 400], ['/tags/../tags', 404], ['/tags/%2e%2e', 400], ['/tags/%00', 400], ['/tags/tag_', 404], [`/tags/${'x'.repeat(900)}`, 404], ['/TAGS', 404], ['/tags/%ff', 400],
		[`/tags/${typeId('num', uuid7())}`, 404], [`/tags/${typeId('tag', uuid7()).toUpperCase()}`, 404], ['/tags%2f', 404], ['/flows/validate', 404], ['', 404], ['/', 404], ['/nothing', 404]]) {
		const res = await ask(path);
		assert.ok(res.status === status || ([400, 404].includes(status) && [400, 404, 200].includes(res.status)), `${path}: ${res.status}`);
	}
});

test('methods: HEAD is GET without a body, others are told what there is', async () => {
	for (const [method, template] of operations()) {
		if (method !== 'GET' || template.includes('{') || ['/status', '/openapi.json', '/trunks'].includes(template)) continue;
		key = addKey(world.alpha, undefined, {});
		const [head, get] = [await ask(template, { method: 'HEAD' }), await ask(template)];
		assert.equal(head.status, get.status, template);
		assert.equal(head.body, '', template);
		assert.equal(head.headers['content-type'], get.headers['content-type'], template);
		for (const other of ['OPTIONS', 'PROPFIND', 'TRACE']) {
			const res = await ask(template, { method: other }).catch(() => ({ status: 400 }));
			assert.ok([400, 405, 501].includes(res.status), `${other} ${template}: ${res.status}`);
			if (res.status === 405 && res.headers.allow) assert.match(res.headers.allow, /GET/);
		}
	}
	const res = await ask('/tags', { method: 'PUT', body: '{}' });
	problem(res, 405, 'PUT');
	assert.equal(res.headers.allow, 'GET, HEAD, POST');
	// A preflight of a browser gets no leave: keys do not belong there.
	const flight = await raw(stack, { method: 'OPTIONS', path: '/api/v1/tags', headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' } });
	assert.equal(flight.headers['access-control-allow-origin'], undefined);
});

test('conditions: versions that are none match nothing, many are a list', async () => {
	key = addKey(world.alpha);
	const { json: tag, headers } = await api(key, '/tags', { method: 'POST', body: { name: 'v' } });
	const path = `/tags/${tag.id}`, etag = headers.get('etag');
	for (const [have, status] of [[etag, 304], [`W/${etag}`, 304], [`"x", ${etag}`, 304], ['*', 304], ['"x"', 200], [etag.slice(1, -1), 200], ['', 200], ['"', 200], [`"${'a'.repeat(3000)}"`, 200]])
		assert.equal((await ask(path, { headers: { 'if-none-match': have } })).status, status, `If-None-Match: ${have}`);
	const change = (want) => ask(path, { method: 'PATCH', body: '{"name":"v"}', headers: { 'if-match': want, 'content-type': 'application/json' } });
	for (const [want, status] of [[etag, 200], ['*', 200], [`"x", ${etag}`, 200], ['"x"', 412], [etag.slice(1, -1), 412], ['"', 412]])
		assert.equal((await change(want)).status, status, `If-Match: ${want}`);
	// HEAD has the version, too.
	assert.equal((await ask(path, { method: 'HEAD' })).headers.etag, etag);
	// What was to stop a change is never without effect: not when its value got lost, nor where there are no versions.
	for (const have of ['', ' ', '\t']) {
		problem(await change(have), 400, 'an empty If-Match');
		problem(await ask(path, { method: 'DELETE', headers: { 'if-match': have } }), 400, 'an empty If-Match');
		problem(await ask('/tags', { method: 'POST', body: '{"name":"once"}', headers: { 'idempotency-key': have } }), 400, 'an empty Idempotency-Key');
	}
	problem(await ask('/tags', { method: 'POST', body: '{"name":"once"}', headers: { 'if-match': '*' } }), 400, 'a POST');
	const { json: flow } = await api(key, '/flows', { method: 'POST', body: { name: 'versions' } });
	for (const [method, body] of [['PUT', '{"cases":[]}'], ['DELETE']])
		problem(await ask(`/flows/${flow.id}/cases`, { method, body, headers: { 'if-match': '"v1"' } }), 400, `${method} cases`);
	problem(await ask(`/flows/${flow.id}/publish`, { method: 'POST', body: '{"version":1}', headers: { 'if-match': '"v1"' } }), 400, 'publish');
	assert.equal((await ask(path)).status, 200);
	assert.deepEqual((await api(key, '/tags?search=once')).json.data, []);
});

test('bodies: deep, large, of other types, cut off', async () => {
	key = addKey(world.alpha);
	const post = (body, headers = {}) => ask('/tags', { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
	const deep = (n) => '['.repeat(n) + ']'.repeat(n);
	for (const [body, status] of [[deep(100000).slice(0, 60000), 413], [`{"name":${'{"a":'.repeat(200)}1${'}'.repeat(200)}}`, 413], ['x'.repeat(1 << 20), 413], [`{"name":"${'x'.repeat(1 << 20)}"}`, 413], ['{"name":"x"}}', 400], ['{"name":"x"} x', 400],
		['\ufeff{"name":"x"}', 400], ['{"name":"x",}', 400], ["{'name':'x'}", 400], ['{"name":NaN}', 400], ['{"name":Infinity}', 400], ['{"name":1e400}', 400], ['{"name":-0}', 422], ['{"name":"\\ud83d"}', 400], ['name=x', 400], ['<name/>', 400]]) {
		const res = await post(body);
		assert.ok([status, 422].includes(res.status) || (status === 413 && res.status === 400), `${body.slice(0, 40)}: ${res.status}`);
		assert.match(res.headers['content-type'], /problem\+json/, body.slice(0, 40));
	}
	// What is too much of it is told.
	for (const [path, method, body, told] of [['/tags', 'POST', `{"name":${deep(9)}}`, /deep/], [`/calls/${world.alpha.callId}`, 'PATCH', '{"tags":[[[]]]}', /more than 3 deep/],
		['/reruns', 'POST', JSON.stringify({ law: 'x'.repeat(5000) }), /longer than 4096 bytes/]]) {
		const res = await ask(path, { method, body });
		problem(res, 413, `${path} ${body}`);
		assert.match(JSON.parse(res.body).detail ?? '', told, path);
	}
	// JSON is JSON, whatever it is called.
	for (const type of ['application/json', 'application/json; charset=utf-8', 'application/merge-patch+json', 'text/plain', 'application/x-www-form-urlencoded', ''])
		assert.equal((await post(JSON.stringify({ name: `t ${type}` }), { 'content-type': type })).status, 201, type);
	// A length that lies: the rest never comes.
	const cut = await new Promise((done) => {
		const s = net.connect(8080, addr, () => s.write(`POST /api/v1/tags HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"name":"cut"`));
		setTimeout(() => s.destroy(), 300);
		s.on('close', done).on('error', () => {});
	});
	assert.equal(cut, false);
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM tag WHERE name = 'cut'"), '0');
});

test('keys that are none; limits in every answer', async () => {
	for (const authorization of ['', 'Bearer', 'Bearer ', `Bearer  ${key}x`, `Basic ${Buffer.from(`x:${key}`).toString('base64')}`, `Bearer ${key} ${key}`, `Token ${key}`, 'Token token=', 'Token token="', `Bearer ${'rtk_'.padEnd(5000, 'a')}`, 'Bearer rtk_\u00e9'.padEnd(54, 'a')]) {
		const res = await raw(stack, { path: '/api/v1/tags', headers: { authorization } });
		assert.ok([400, 401].includes(res.status), `${authorization.slice(0, 30)}: ${res.status}`);
	}
	for (const authorization of [`bearer ${key}`, `Bearer  ${key} `, `Token token=${key}`, `Token token="${key}"`])
		assert.equal((await raw(stack, { path: '/api/v1/tags', headers: { authorization } })).status, 200, authorization.slice(0, 12));
	// Nothing in the address or a cookie is a key.
	assert.equal((await raw(stack, { path: `/api/v1/tags?key=${key}` })).status, 401);
	const left = async (path, more) => Number((await ask(path, more)).headers['ratelimit-remaining']);
	const first = await left('/tags');
	for (const [path, more] of [['/tags/tag_x', {}], ['/tags?x=1', {}], ['/tags', { method: 'POST', body: 'x' }]]) assert.ok(await left(path, more) < first, path);
});

test('nothing of this was our mistake', () => {
	assert.doesNotMatch(stack.log('api'), /status=5\d\d/);
});
