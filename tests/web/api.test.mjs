// The JSON endpoints: every route by every scope and company, and each answer
// against the OpenAPI document.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { addOneOfEach, apiOf, hex, operations, scopes, spec, validator } from '../support/api.mjs';
import { build, startStack } from '../support/stack.mjs';
import { addCompanies, typeId, uuid7 } from '../support/two_companies.mjs';

let stack, world, third, keys, api, addKey, unused;

before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker', 'jobd'], args: ['--web-rate', '100000'] });
	({ api, addKey, unused } = apiOf(stack));
	world = addCompanies(stack);
	// A third company in alpha's account.
	third = { account: world.alpha.account, id: uuid7() };
	third.companyId = typeId('com', third.id);
	const a = world.alpha;
	stack.sql(`INSERT INTO company (id, account_id, name, time_zone, country, currency, created_at) VALUES
		(${hex(third.id)}, ${hex(third.account)}, 'third', 'UTC', 'US', 'USD', UTC_TIMESTAMP(6))`);
	addOneOfEach(stack, world);
	const by = world.users.owner.id;
	keys = { all: addKey(a, undefined, { by }), beta: addKey(world.beta), wide: addKey(a, undefined, { company: null }) };
});
after(() => stack?.stop());

const lists = { numbers: 'setup:read', trackers: 'setup:read', pools: 'setup:read', flows: 'setup:read', companies: 'setup:read',
	tags: 'setup:read', users: 'users:read', forms: 'forms:read', locations: 'setup:read', destinations: 'setup:read', outcomes: 'setup:read',
	sites: 'setup:read', lists: 'setup:read', webhooks: 'webhooks:read', conversions: 'export:read', mail_rules: 'users:read', prompts: 'setup:read' };

test('the document is served as it lies in the repository', async () => {
	const { json } = await api(null, '/openapi.json');
	// Clients are made of it: each operation has a name of its own, and a heading.
	const names = operations().map(([, , op]) => op.operationId);
	assert.deepEqual([names.filter((n) => !/^[a-z]+[A-Z][A-Za-z]+$/.test(n)), names.filter((n, k) => names.indexOf(n) !== k)], [[], []]);
	assert.deepEqual(operations().filter(([, , op]) => op.tags?.length !== 1).map(([m, path]) => `${m} ${path}`), []);
	assert.deepEqual(json, spec);
	assert.equal((await api(null, '/status')).json.status, 'ok');
});

test('what is sent is closed, what is answered may grow: the document says so of each', () => {
	const objects = (schema, seen = new Set()) => {
		if (schema === null || typeof schema !== 'object' || seen.has(schema)) return [];
		seen.add(schema);
		const at = schema.$ref && schema.$ref.split('/').slice(1).reduce((o, k) => o[k], spec);
		return [...(schema.type === 'object' && schema.properties ? [schema] : []), ...objects(at ?? null, seen), ...Object.values(schema).flatMap((s) => objects(s, seen))];
	};
	const sent = operations().flatMap(([, , op]) => objects(op.requestBody)), answered = [...operations().flatMap(([, , op]) => objects(op.responses)), ...objects(spec.webhooks)];
	assert.ok(sent.length > 40 && answered.length > 80, `${sent.length} ${answered.length}`);
	assert.deepEqual(sent.filter((s) => s.additionalProperties !== false && s.additionalProperties?.type === undefined).map((s) => Object.keys(s.properties)), []);
	assert.deepEqual(answered.filter((s) => s.additionalProperties === false).map((s) => Object.keys(s.properties)), []);
	// And the tests do not take it so: a member too many is seen.
	assert.throws(() => validator('Event')({ version: 1, id: 'evt_0', more: 1 }), /"more"/);
});

test('each list: own rows, pages, order, fields, one, its ETag', async () => {
	for (const name of Object.keys(lists)) {
		keys.all = addKey(world.alpha, undefined, { by: world.users.owner.id }); // one has so many requests a minute
		const page = await api(keys.all, `/${name}?limit=999`);
		assert.equal(page.status, 200);
		assert.ok(page.json.data.length > 0, name);
		assert.ok(!page.text.includes(world.secret), name);
		const ids = page.json.data.map((r) => r.id);
		assert.deepEqual(ids, [...ids].sort(), name);
		const down = await api(keys.all, `/${name}?sort=-id`);
		assert.deepEqual(down.json.data.map((r) => r.id), [...ids].reverse());
		const walked = [];
		for (let cursor = ''; ;) {
			const { json } = await api(keys.all, `/${name}?limit=1${cursor && `&cursor=${cursor}`}&fields=id`);
			assert.deepEqual(Object.keys(json.data[0]), ['id']);
			walked.push(json.data[0].id);
			if (json.next_cursor === null) break;
			cursor = json.next_cursor;
		}
		assert.deepEqual(walked, ids, name);
		// By name and by time of making, both ways, the same rows; the cursor does not miss any.
		const named = { numbers: 'number', forms: 'form_name', mail_rules: 'kind' }[name] ?? 'name';
		for (const by of [named, page.json.data[0].added_at ? 'added_at' : page.json.data[0].happened_at ? 'happened_at' : 'created_at']) {
			if (by === 'created_at' && name === 'outcomes') continue;
			for (const sign of ['', '-']) {
				const sorted = await api(keys.all, `/${name}?sort=${sign}${by}&limit=999`);
				assert.deepEqual(sorted.json.data.map((r) => r.id).sort(), ids, `${name} ${sign}${by}`);
				const seen = [];
				for (let cursor = ''; ;) {
					const { json } = await api(keys.all, `/${name}?limit=1&sort=${sign}${by}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
					seen.push(...json.data.map((r) => r.id));
					if (json.next_cursor === null) break;
					cursor = json.next_cursor;
				}
				assert.deepEqual(seen, sorted.json.data.map((r) => r.id), `${name} ${sign}${by}`);
			}
		}
		const one = await api(keys.all, `/${name}/${ids[0]}`);
		assert.deepEqual(one.json, page.json.data[0]);
		const again = await api(keys.all, `/${name}/${ids[0]}`, { headers: { 'if-none-match': one.headers.get('etag') } });
		assert.equal(again.status, 304);
		assert.equal(again.text, '');
		// Another company's.
		assert.equal((await api(keys.beta, `/${name}/${ids[0]}`)).status, 404, name);
		// What is searched, put away, and made when.
		const sum = async (q) => (await api(keys.all, `/${name}?limit=999&${q}`)).json.data.length;
		assert.equal(await sum('search=nobody-is-called-this'), 0, name);
		assert.equal(await sum('active=true') + await sum('active=false'), ids.length, name);
		const made = page.json.data[0].created_at ?? page.json.data[0].added_at ?? page.json.data[0].happened_at;
		if (made) {
			assert.equal(await sum('to=2001-01-01T00:00:00Z'), 0, name);
			assert.ok(await sum(`from=${made}`) > 0, name);
		}
		const called = page.json.data.find((r) => r.name)?.name;
		if (called) assert.ok(await sum(`search=${encodeURIComponent(called.slice(0, 8).toUpperCase())}`) > 0, `${name} ${called}`);
		for (const bad of ['active=1', 'from=x', 'to=2026', `search=${'x'.repeat(65)}`, 'limit=0', 'limit=1000', 'limit=x', 'sort=talk', 'sort=--id', 'sort=', `cursor=name.61.${ids[0]}`, `sort=name&cursor=${ids[0]}`, `sort=name&cursor=name.6.${ids[0]}`,
			`sort=name&cursor=name.ff.${ids[0]}`, `sort=name&cursor=name.00.${ids[0]}x`, 'fields=id,nothing', 'cursor=x', 'limit=1&limit=2'])
			assert.equal((await api(keys.all, `/${name}?${bad}`)).status, 400, `${name} ${bad}`);
	}
});

test('calls: the log with its filters, one call, nothing of others', async () => {
	// The test wrote the call, not a hang-up: the narrow rows that filters read.
	assert.equal(spawnSync(join(build, 'ringtrace'), ['rollup', 'rebuild', '-c', stack.conf]).status, 0);
	const { json } = await api(keys.all, '/calls');
	assert.equal(json.data.length, 1);
	const [call] = json.data;
	assert.equal(call.id, world.alpha.callId);
	assert.equal(call.talk_ms, 90000);
	assert.equal((await api(keys.all, `/calls/${call.id}`)).json.gclid, call.gclid);
	assert.equal((await api(keys.beta, `/calls/${call.id}`)).status, 404);
	const sum = async (q) => (await api(keys.all, `/calls?${q}`)).json.data.length;
	const number = call.number_id, other = typeId('num', uuid7());
	for (const [q, n] of [['result=answered', 1], ['result=missed', 0], ['result=live', 0], [`number_id=${number}`, 1], [`number_id=${other}`, 0],
		['min_talk_s=90', 1], ['min_talk_s=91', 0], ['first_time=false', 1], ['first_time=true', 0], ['qualified=true', 0],
		[`caller=${encodeURIComponent('+12125550155')}`, 1], ['search=2125550155', 1], [`search=${encodeURIComponent('(２１２)\u00a0555–0155')}`, 1], ['search=nobody', 0], ['search=%25', 0], ['outcome=none', 1],
		['outcome=sold', 0], ['tag=vip', 0], ['source=x', 0], ['to=2020-01-01', 0], ['from=2020-01-01', 1], ['from=2020-01-01&to=2020-01-02', 0],
		['medium=cpc', 0], ['medium=~', 0], ['min_ring_s=5&max_ring_s=5', 1], ['min_ring_s=6', 0], ['max_ring_s=4', 0], ['min_risk=0&max_risk=100', 1],
		['min_value=0', 0], ['pool_id=~', 1], ['number_id=~', 0], ['tag=~', 0], ['result=unanswered', 0]])
		assert.equal(await sum(q), n, q);
	for (const bad of ['from=x', 'from=2030-01-01&to=2020-01-01', 'number_id=x', `number_id=${call.id}`, 'first_time=1', `search=${'x'.repeat(65)}`,
		'min_talk_s=-1', 'min_talk_s=86401', 'max_risk=101', 'max_value=1.5', 'result=x', 'qualified=maybe', 'caller=%2B12345678901234567', 'caller=2125550155', 'caller=%2B0212555', 'cursor=1.cal_x', 'sort=id', 'sort=', 'medium=', 'search=%20',
		'sort=--risk', `cursor=started_at.-1.${call.id}`, `cursor=risk.1.${call.id}`, `cursor=started_at.9223372036854775807.${call.id}`,
		`sort=risk&cursor=started_at.1.${call.id}`, `cursor=started_at.1.${call.id}x`, `sort=risk&cursor=risk.99999999999999999999.${call.id}`])
		assert.equal((await api(keys.all, `/calls?${bad}`)).status, 400, bad);
});

test('a page stays as it is while calls are added', async () => {
	const a = world.alpha;
	const add = (ago) => {
		const id = uuid7();
		stack.sql(`INSERT INTO interaction (company_id, id, kind, happened_at) VALUES (${hex(a.id)}, ${hex(id)}, 'call', UTC_TIMESTAMP(6));
			INSERT INTO phone_call (company_id, id, state, result, number_id, number_e164, started_at) VALUES (${hex(a.id)}, ${hex(id)}, 'closed',
			'missed', ${hex(a.number)}, '+14155550166', UTC_TIMESTAMP(6) - INTERVAL ${ago} SECOND)`);
		return typeId('cal', id);
	};
	const old = Array.from({ length: 6 }, (_, i) => add(1000 + 100 * i));
	const seen = [];
	for (let cursor = ''; ;) {
		const { json } = await api(keys.all, `/calls?result=missed&limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
		seen.push(...json.data.map((c) => c.id));
		if (json.next_cursor === null) break;
		cursor = json.next_cursor;
		add(1);
	}
	assert.deepEqual(seen, old);
	const lines = await api(keys.all, '/export/calls.jsonl?result=missed&fields=id,started_at');
	assert.equal(lines.json.length, 8);
	assert.deepEqual(lines.json.map((c) => c.started_at), lines.json.map((c) => c.started_at).sort());
	assert.match(lines.headers.get('content-disposition'), /calls\.jsonl/);
});

test('calls in the order of a figure: pages neither repeat nor miss one while others come', async () => {
	const a = { ...world.alpha, id: third.id };
	let n = 0;
	const ids = new Map();
	const add = (talk, value, risk) => {
		const id = uuid7();
		stack.sql(`INSERT INTO interaction (company_id, id, kind, happened_at, value_micros) VALUES (${hex(a.id)}, ${hex(id)}, 'call', UTC_TIMESTAMP(6), ${value ?? 'NULL'});
			INSERT INTO phone_call (company_id, id, state, result, number_id, number_e164, started_at, talk_ms, ring_ms, duration_ms) VALUES (${hex(a.id)}, ${hex(id)}, 'closed',
			'answered', ${hex(a.number)}, '+14155550166', UTC_TIMESTAMP(6) - INTERVAL ${1000 + 7 * n++} SECOND, ${talk}, ${talk % 3}, ${talk * 2});
			INSERT INTO call_verdict (company_id, call_id, rule_version, qualified, risk, decided_at) VALUES (${hex(a.id)}, ${hex(id)}, 1, 0, ${risk}, UTC_TIMESTAMP(6));
			INSERT INTO call_fact SELECT ${hex(a.id)}, started_at, id, number_id, '', '', '', result, '', '', '', '', '', '', '', '', '', '', '', '', 'US', '', 'lead', ${risk}, 1, 1, 0, 0, 0,
			${value === undefined ? 0 : 1}, ${value ?? 0}, duration_ms, ring_ms, talk_ms FROM phone_call WHERE id = ${hex(id)}`);
		ids.set(typeId('cal', id), id);
	};
	const remove = (id) => ['phone_call WHERE id', 'call_fact WHERE call_id'].forEach((from) => stack.sql(`DELETE FROM ${from} = ${hex(ids.get(id))}`));
	for (let i = 0; i < 9; i++) add(1000 * (i % 4), i % 3 === 0 ? undefined : i * 10000 - 30000, i % 2);
	const figure = { talk_ms: (c) => c.talk_ms, ring_ms: (c) => c.ring_ms, duration_ms: (c) => c.duration_ms, value: (c) => Number(c.value ?? 0), risk: (c) => c.risk, started_at: (c) => Date.parse(c.started_at) };
	for (const by of ['started_at', 'talk_ms', 'ring_ms', 'duration_ms', 'value', 'risk']) {
		const key = addKey(world.alpha, undefined, { company: third.id }); // it has so many requests a minute
		for (const sign of ['', '-']) {
			const whole = (await api(key, `/calls?sort=${sign}${by}`)).json.data;
			assert.ok(whole.length >= 9);
			const figures = whole.map(figure[by]);
			assert.deepEqual(figures, [...figures].sort((x, y) => (sign ? y - x : x - y)), sign + by);
			const seen = [], walk = `/calls?sort=${sign}${by}&limit=2&fields=id`;
			for (let cursor = ''; ;) {
				const { json } = await api(key, `${walk}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
				seen.push(...json.data.map((c) => c.id));
				if (json.next_cursor === null) break;
				cursor = json.next_cursor;
				// One comes on each side of the place, and the one that it names goes.
				if (seen.length === 4) {
					add(0, -9000000, 0);
					add(9000000, 9000000, 99);
					remove(seen[3]);
				}
			}
			assert.equal(new Set(seen).size, seen.length, `${sign}${by}: none twice`);
			assert.deepEqual(whole.map((c) => c.id).filter((id) => !seen.includes(id)), [], `${sign}${by}: none is missing`);
			assert.deepEqual((await api(key, `/calls?sort=${sign}${by}&search=nobody`)).json.data, []);
			assert.ok((await api(key, `/calls?sort=${sign}${by}&min_talk_s=1&limit=999`)).json.data.every((c) => c.talk_ms >= 1000));
		}
	}
	stack.sql(`DELETE FROM call_fact WHERE company_id = ${hex(a.id)}; DELETE FROM phone_call WHERE company_id = ${hex(a.id)}; DELETE FROM interaction WHERE company_id = ${hex(a.id)}`);
});

test('marking: merge, tags, all or nothing, If-Match', async () => {
	const path = `/calls/${world.alpha.callId}`;
	const patch = (body, headers) => api(keys.all, path, { method: 'PATCH', body, headers });
	const first = await api(keys.all, path);
	let res = await patch({ outcome: 'sold', value: '250.5', tags: ['vip', 'new one'] }, { 'if-match': first.headers.get('etag') });
	assert.equal(res.status, 200);
	assert.equal(res.json.outcome, 'sold');
	assert.equal(res.json.value, '250.50');
	assert.equal(res.json.note, first.json.note, 'what is absent stays');
	assert.deepEqual(res.json.tags, ['new one', 'vip']);
	assert.notEqual(res.headers.get('etag'), first.headers.get('etag'));
	assert.equal((await patch({ note: 'x' }, { 'if-match': first.headers.get('etag') })).status, 412);
	res = await patch({ add_tags: ['third'], remove_tags: ['VIP', 'never there'], note: null, value: 3 });
	assert.deepEqual(res.json.tags, ['new one', 'third']);
	assert.equal(res.json.value, '3.00');
	assert.equal(res.json.note, null);
	// One bad part leaves all as it was.
	assert.equal((await patch({ note: 'changed', outcome: 'no such' })).status, 422);
	assert.equal((await api(keys.all, path)).json.note, null);
	for (const bad of [{ nothing: 1 }, [], { value: 'x' }, { value: 1.5 }, { tags: 'vip' }, { tags: [1] }, { outcome: 7 }])
		assert.equal((await patch(bad)).status, 422, JSON.stringify(bad));
	// What is wrong is named.
	for (const [bad, at] of [[{ 'no/such': 1 }, '/no~1such'], [{ note: 'x', value: 'x' }, '/value'], [{ outcome: 'no such' }, '/outcome'], [{ add_tags: 'vip' }, '/add_tags'],
		[{ remove_tags: [1] }, '/remove_tags'], [{ note: 'x'.repeat(20000) }, '/note']])
		assert.deepEqual((await patch(bad)).json.errors.map((one) => one.pointer), [at], at);
	assert.equal((await patch({ tags: [''] })).json.errors[0].pointer, '/tags');
	assert.equal((await patch({ tags: [''] })).status, 422);
	assert.equal((await api(keys.beta, path, { method: 'PATCH', body: { note: 'mine' } })).status, 404);
	assert.equal((await api(keys.all, `/calls/${typeId('cal', uuid7())}`, { method: 'PATCH', body: { note: 'x' } })).status, 404);
	assert.equal((await api(keys.all, path, { method: 'PATCH', body: { note: 'x'.repeat(20000) } })).status, 422);
	assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM audit WHERE action = 'call.mark' AND company_id = ${hex(world.alpha.id)}`), '2');
	res = await patch({ outcome: null, value: null, tags: [] });
	assert.deepEqual([res.json.outcome, res.json.value, res.json.tags], ['', null, []]);
	assert.deepEqual((await patch({ tags: null })).json.tags, [], 'null clears');
	for (const schema of ['CallPatch', 'FormPatch']) assert.deepEqual(spec.components.schemas[schema].properties.tags.type, ['array', 'null'], 'and the document says so');
	assert.deepEqual((await patch({ tags: ['new one', 'third'], add_tags: null, remove_tags: null })).json.tags, ['new one', 'third']);
	// Letters beyond ASCII, too, are the same in any case.
	assert.deepEqual((await patch({ add_tags: ['Büro'] })).json.tags, ['Büro', 'new one', 'third']);
	assert.deepEqual((await patch({ add_tags: ['BÜRO'] })).json.tags, ['Büro', 'new one', 'third']);
	assert.equal((await api(keys.all, '/calls?tag=b%C3%BCro')).json.data.length, 1);
	assert.deepEqual((await patch({ remove_tags: ['bÜRO'] })).json.tags, ['new one', 'third']);
	// What stands there already is no change.
	const audits = () => stack.sqlOne('SELECT COUNT(*) FROM audit');
	res = await patch({ outcome: 'sold', value: '7.50', note: 'N' });
	const [etag, was] = [res.headers.get('etag'), audits()];
	for (const body of [{ outcome: 'sold', value: '7.5', note: 'N', tags: ['third', 'NEW ONE'] }, { add_tags: ['third'], remove_tags: ['never there'] }, { tags: ['new one', 'third', 'third'] }, {}]) {
		res = await patch(body);
		assert.deepEqual([res.status, res.headers.get('etag'), audits()], [200, etag, was], JSON.stringify(body));
	}
	res = await patch({ note: 'n' });
	assert.notEqual(res.headers.get('etag'), etag, 'a letter is a change');
	assert.equal(Number(audits()), Number(was) + 1);
	assert.equal((await patch({ outcome: null, value: null, note: null })).status, 200);
});

test('recordings and page views', async () => {
	const a = world.alpha;
	const { json } = await api(keys.all, `/calls/${a.callId}/recording`);
	assert.equal(json.state, 'ready');
	mkdirSync(join(stack.dir, 'recordings/alpha'), { recursive: true });
	writeFileSync(join(stack.dir, 'recordings/alpha/call.wav'), 'RIFF-audio');
	const audio = await api(keys.all, `/calls/${a.callId}/recording/audio`);
	assert.equal(audio.status, 200);
	assert.equal(audio.text, 'RIFF-audio');
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM audit WHERE action = 'recording.download'"), '1');
	const views = await api(keys.all, `/calls/${a.callId}/page_views`);
	// The first one is the visit's own.
	assert.deepEqual(views.json.data.map((p) => p.url.slice(0, 12)), ['https://x.ex', 'javascript:"']);
	assert.ok(views.json.data.every((p) => p.title.includes('<script>')));
	for (const what of ['recording', 'recording/audio', 'page_views'])
		assert.equal((await api(keys.beta, `/calls/${a.callId}/${what}`)).status, 404);
});

test('summary and time series: filters, dimensions, the clock of the company', async () => {
	const a = world.alpha;
	stack.sql(`UPDATE interaction SET source = 'bing', medium = 'cpc', campaign = 'one & two', ad_group = 'pipes', keyword = 'burst pipe', channel = 'paid_search',
		landing_page = 'www.example.com/a?b', referrer_host = 'bing.com' WHERE id = ${hex(a.call)};
		UPDATE visit SET source = 'bing', medium = 'cpc', device = 'mobile', match_type = 'exact', ad_id = '77' WHERE id = ${hex(a.visit)};
		UPDATE phone_call SET caller_place = 'Oakland, CA' WHERE id = ${hex(a.call)}`);
	assert.equal(spawnSync(join(build, 'ringtrace'), ['rollup', 'rebuild', '-c', stack.conf]).status, 0);
	const { json } = await api(keys.all, '/reports/summary?group_by=result');
	// Every call has one result, so the results make up all calls.
	const results = ['answered', 'missed', 'voicemail', 'abandoned', 'failed', 'blocked', 'interrupted'];
	assert.equal(results.reduce((n, k) => n + json.total[k], 0), json.total.calls);
	for (const row of json.data) assert.equal(row[row.key], row.calls, row.key);
	const seen = [];
	assert.ok(json.total.calls > 5);
	assert.equal(json.total.calls, json.data.reduce((n, row) => n + row.calls, 0));
	for (const dim of spec.paths['/reports/summary'].get.parameters.find((p) => p.name === 'group_by').schema.enum) {
		const res = await api(keys.all, `/reports/summary?group_by=${dim}`);
		assert.equal(res.json.total.calls, json.total.calls, dim);
		assert.ok(!res.text.includes(world.secret));
		// What a row counts, the filter of its name finds: in figures and in the log.
		const filter = ['number', 'pool', 'destination', 'location'].includes(dim) ? `${dim}_id` : dim;
		const named = res.json.data.filter(({ key }) => key !== '' && !/^[a-z]{3}_0+$/.test(key));
		seen.push(...(named.length > 0 ? [dim] : []));
		for (const row of named) {
			const query = `${filter}=${encodeURIComponent(row.key)}`;
			assert.equal((await api(keys.all, `/reports/summary?${query}`)).json.total.calls, row.calls, query);
			assert.equal((await api(keys.all, `/calls?${query}&fields=id&limit=999`)).json.data.length, row.calls, query);
		}
	}
	for (const dim of ['source', 'medium', 'channel', 'campaign', 'ad_group', 'ad', 'keyword', 'match_type', 'device', 'landing_page', 'referrer_host', 'place', 'country', 'number'])
		assert.ok(seen.includes(dim), dim);
	for (const path of ['/reports/summary', '/calls']) {
		assert.equal((await api(keys.all, `${path}?device=none-such`)).text.includes('"cal_'), false);
		assert.equal((await api(keys.all, `${path}?landing_page=${'x'.repeat(1100)}`)).status, 400, path);
	}
	assert.equal((await api(keys.all, '/reports/summary?max_talk_s=89')).json.total.calls + (await api(keys.all, '/reports/summary?min_talk_s=90')).json.total.calls, json.total.calls);
	assert.equal((await api(keys.all, '/reports/summary?tag=nothing')).json.total.calls, 0);
	assert.equal((await api(keys.all, `/reports/summary?number_id=${typeId('num', a.number)}`)).json.total.calls, json.total.calls);
	for (const interval of ['hour', 'day', 'week', 'month']) {
		const series = (await api(keys.all, `/reports/timeseries?interval=${interval}`)).json;
		assert.equal(series.time_zone, 'Europe/Berlin');
		assert.equal(series.data.reduce((n, row) => n + row.calls, 0), json.total.calls, interval);
	}
	// Every model gives away every call, and another company's key sees none of it.
	const models = (await api(keys.all, '/reports/models')).json, names = ['first', 'last', 'last_paid', 'linear', 'position', 'probability'];
	assert.equal(models.calls, json.total.calls);
	assert.equal(models.cut, false);
	for (const m of names) assert.equal(models.data.reduce((n, row) => n + row[m], models.others[m]), 10000 * models.calls, m);
	assert.ok(models.data.some((row) => row.source === 'bing' && row.medium === 'cpc' && row.last >= 10000));
	assert.ok(!(await api(keys.beta, '/reports/models')).text.includes('bing'));
	assert.equal((await api(keys.all, '/reports/models?from=2001-01-01&to=2001-01-02')).json.calls, 0);
	assert.equal((await api(keys.all, '/reports/models?group_by=source')).status, 400);
	// A clock that is put back by half an hour: 01:30 comes twice, the hours do not overlap.
	stack.sql(`UPDATE company SET time_zone = 'Australia/Lord_Howe' WHERE id = ${hex(a.id)}; INSERT INTO call_rollup (company_id, dimension, bucket_at, value, calls) VALUES
		${['14:15', '14:45', '15:00', '15:15', '15:30'].map((at, i) => `(${hex(a.id)}, 'total', '2026-04-04 ${at}:00', '', ${10 ** i})`).join()}`);
	const twice = (await api(keys.all, '/reports/timeseries?interval=hour&from=2026-04-05&to=2026-04-05')).json;
	assert.deepEqual(twice.data.map((row) => [row.start.slice(11, 16), row.calls]), [['14:00', 11], ['15:00', 1100], ['15:30', 10000]]);
	stack.sql(`UPDATE company SET time_zone = 'Europe/Berlin' WHERE id = ${hex(a.id)}; DELETE FROM call_rollup WHERE bucket_at < '2026-04-05' AND company_id = ${hex(a.id)}`);
	for (const bad of ['summary?group_by=x', 'timeseries?interval=x', 'timeseries?from=2001-01-01', 'summary?search=x', 'summary?limit=0'])
		assert.equal((await api(keys.all, `/reports/${bad}`)).status, 400, bad);
});

test('spend: all or none, once for one key', async () => {
	const post = (body, headers) => api(keys.all, '/spend', { method: 'POST', body, headers });
	const row = { date: '2026-11-01', source: 'google', medium: 'cpc', campaign: 'x', amount: '12.5', clicks: 3 };
	const rows = () => stack.sql(`SELECT COUNT(*), COALESCE(SUM(amount_micros), 0) FROM ad_spend WHERE company_id = ${hex(world.alpha.id)}`)[0].join(' ');
	for (const bad of [{}, { rows: [] }, { rows: [{ ...row, date: 'x' }] }, { rows: [{ ...row, date: '1999-12-31' }] }, { rows: [{ ...row, date: '2099-01-01' }] }, { rows: [{ ...row, amount: '1,5' }] }, { rows: [row, { date: '2026-11-01' }] },
		{ rows: Array(1001).fill(row) }, { rows: [7] }, { rows: [{ ...row, campain: 'x' }] }, { rows: [row], more: 1 }, []])
		assert.equal((await post(bad)).status, 422, JSON.stringify(bad).slice(0, 80));
	for (const bad of ['', '{', '{"rows":', 'rows']) assert.equal((await post(bad)).status, 400, bad);
	assert.deepEqual((await post({ rows: [{ ...row, campain: 'x' }] })).json.errors.map((one) => one.pointer), ['/rows/0/campain']);
	assert.deepEqual((await post({ rows: [row, { date: '2026-11-01' }] })).json.errors.map((one) => one.pointer), ['/rows/1/amount']);
	assert.equal((await post({ rows: [row, { ...row, campaign: 'y', amount: '-1' }] })).status, 422);
	// All that is wrong is told at once, as far as the list of errors goes.
	assert.deepEqual((await post({ rows: [{ ...row, date: 'x' }, row, { ...row, campain: 'x' }, 7] })).json.errors.map((one) => one.pointer), ['/rows/0/date', '/rows/2/campain', '/rows/3']);
	for (const [more, at] of [[{ amount: -1 }, 'amount'], [{ amount: '1e3' }, 'amount'], [{ source: ' ' }, 'source'], [{ source: 7 }, 'source'], [{ medium: [] }, 'medium'], [{ campaign: 'é'.repeat(256) }, 'campaign'], [{ ad_group: {} }, 'ad_group'],
		[{ source: 'é'.repeat(101) }, 'source'], [{ medium: 'x'.repeat(101) }, 'medium'], [{ ad_group: 'x'.repeat(65) }, 'ad_group'], [{ keyword: 'x'.repeat(256) }, 'keyword'],
		[{ keyword: true }, 'keyword'], [{ clicks: -1 }, 'clicks'], [{ clicks: '3' }, 'clicks'], [{ impressions: 1.5 }, 'impressions'], [{ date: '2026-02-30' }, 'date']])
		assert.deepEqual((await post({ rows: [{ ...row, ...more }] })).json.errors.map((one) => one.pointer), [`/rows/0/${at}`], at);
	assert.equal((await post({ rows: Array(100).fill({ ...row, date: 'x' }) })).json.errors.length, 24);
	assert.equal(rows(), '0 0');
	const once = { 'idempotency-key': 'import-1' };
	const first = await post({ rows: [row] }, once);
	assert.equal(first.status, 200);
	assert.equal(rows(), '1 12500000');
	const again = await post({ rows: [row] }, once);
	assert.equal(again.text, first.text);
	assert.equal((await post({ rows: [{ ...row, amount: '1' }] }, once)).status, 422);
	assert.equal(rows(), '1 12500000');
	// Another key's name is its own; the same day and names replace.
	assert.equal((await api(keys.wide, `/spend?company_id=${world.alpha.companyId}`, { method: 'POST', body: { rows: [{ ...row, amount: 2 }] }, headers: once })).status, 200);
	assert.equal(rows(), '1 2000000');
	assert.equal((await post({ rows: [row] }, { 'idempotency-key': 'x'.repeat(101) })).status, 400);
	// As long as the document says, in any script; null is as not said.
	const long = { date: '2026-10-02', amount: '0', source: '😀'.repeat(100), medium: '😀'.repeat(100), campaign: '😀'.repeat(255), ad_group: '😀'.repeat(64), keyword: '😀'.repeat(255) };
	assert.equal((await post({ rows: [long, { ...row, date: '2026-10-02', amount: '0', medium: null, campaign: null, ad_group: null, keyword: null, clicks: null, impressions: null }] })).status, 200);
	stack.sql(`DELETE FROM ad_spend WHERE company_id = ${hex(world.alpha.id)} AND spent_on = '2026-10-02'`);
	// What failed leaves its key free.
	assert.equal((await post({ rows: [{ ...row, amount: '-1' }] }, { 'idempotency-key': 'import-2' })).status, 422);
	assert.equal((await post({ rows: [row] }, { 'idempotency-key': 'import-2' })).status, 200);
	// Rows of one request with the same names are summed.
	assert.equal((await post({ rows: [row, { ...row, amount: 1 }] })).status, 200);
	assert.equal(rows(), '1 13500000');
});

test('a key of several companies says which', async () => {
	const { json } = await api(keys.wide, '/companies');
	assert.equal(json.data.length, 2);
	assert.equal((await api(keys.all, '/companies')).json.data.length, 1);
	assert.equal((await api(keys.wide, '/calls')).status, 400);
	assert.equal((await api(keys.wide, `/calls?company_id=${world.alpha.companyId}&result=answered`)).json.data.length, 1);
	assert.equal((await api(keys.wide, `/calls?company_id=${third.companyId}`)).json.data.length, 0);
	assert.equal((await api(keys.wide, `/calls?company_id=${world.beta.companyId}`)).status, 404);
	assert.equal((await api(keys.all, `/calls?company_id=${third.companyId}`)).status, 404);
	assert.equal((await api(keys.wide, '/calls?company_id=x')).status, 400);
});

test('every address by every scope: only its own opens it', async () => {
	const id = { calls: world.alpha.callId };
	for (const name of Object.keys(lists)) id[name] = (await api(keys.all, `/${name}`)).json.data[0]?.id;
	const only = Object.fromEntries(scopes.map((s) => [s, addKey(world.alpha, s, { company: null })]));
	const none = addKey(world.alpha, '');
	const expired = addKey(world.alpha, undefined, { expires: 'UTC_TIMESTAMP(6) - INTERVAL 1 SECOND' });
	for (const [method, template, op] of operations()) {
		if (op.security.length === 0) continue;
		// Nothing is to be changed here: writes name what is not there.
		const known = id[template.split('/')[1]];
		const path = `${template.replace('{id}', method === 'GET' ? known : typeId(known?.slice(0, 3) ?? 'xxx', uuid7())).replace('{version}', '1')}?company_id=${world.alpha.companyId}`;
		const init = { method, body: method === 'GET' || method === 'DELETE' ? undefined : {} };
		const needs = op.description.match(/`([a-z]+:[a-z]+)`/)[1];
		for (const scope of scopes) {
			const { status } = await api(only[scope], path, init);
			assert.equal(status === 403, scope !== needs, `${method} ${path} with ${scope}: ${status}`);
		}
		assert.equal((await api(none, path, init)).status, 403);
		for (const bad of [null, expired, `rtk_${'x'.repeat(43)}`, 'rtk_', 'x'])
			assert.equal((await api(bad, path, init)).status, 401, `${path} ${bad}`);
	}
	const res = await stack.fetch('/api/v1/calls');
	assert.match(res.headers.get('www-authenticate'), /^Bearer/);
	const token = await stack.fetch(`/api/v1/calls?company_id=${world.alpha.companyId}`, { headers: { authorization: `Token token="${only['calls:read']}"` } });
	assert.equal(token.status, 200);
	// A browser's cookie opens nothing here.
	const me = await stack.login(world.users.owner.email, world.password);
	assert.equal((await me.fetch('/api/v1/calls')).status, 401);
});

test('the routes of the program are those of the document', () => {
	const r = spawnSync(join(build, 'api.fcgi'), ['--routes'], { encoding: 'utf8' });
	const routes = r.stdout.trim().split('\n').map((l) => l.match(/(GET|POST|PUT|PATCH|DELETE)\b.*?(\/\S+)/)).filter(Boolean)
		.map(([, m, p]) => `${m} ${p.replace(/[",]/g, '')}`).filter((p) => p.includes('/api/v1/')).map((p) => p.replace('/api/v1', ''));
	const inDocument = Object.entries(spec.paths).flatMap(([p, ops]) => Object.keys(ops).map((m) => `${m.toUpperCase()} ${p}`));
	assert.deepEqual(routes.sort(), inDocument.sort());
});

test('an address refuses parameters that it does not know', async () => {
	let asked = 0, all, wide;
	for (const [method, template, op] of operations()) {
		if (op.security.length === 0) continue;
		// A key has so many requests a minute.
		if (asked++ % 20 === 0) [all, wide] = [addKey(world.alpha), addKey(world.alpha, undefined, { company: null })];
		const path = template.replace('{id}', typeId('xxx', uuid7())).replace('{version}', '1');
		const init = { method, body: ['GET', 'DELETE'].includes(method) ? undefined : {} };
		for (const bad of ['compaign=x', 'q=1', `${'x'.repeat(200)}=1`, '%F0%9F%98%80=1', 'company_id=x&company_id=x'])
			assert.equal((await api(all, `${path}?${bad}`, init)).status, 400, `${method} ${path}?${bad}`);
		assert.deepEqual((await api(all, `${path}?compaign=x`, init)).json.errors.map((one) => one.parameter), ['compaign'], path);
		// What the document says is known, and the other way round.
		const inDocument = (op.parameters ?? []).filter((p) => p.in === 'query').map((p) => p.name);
		for (const name of ['active', 'ad', 'caller', 'class', 'company_id', 'cursor', 'fields', 'first_time', 'from', 'group_by', 'interval', 'limit',
			 'name', 'search', 'sort', 'state', 'tag', 'to', 'tracker_id', 'updated_since', 'version']) {
			const { json } = await api(wide, `${path}?${name}=%20x`, init);
			assert.equal(!/does not know/.test(json?.detail), inDocument.includes(name), `${method} ${path}?${name}: ${json?.detail}`);
		}
	}
});

test('a key may do what its maker may today', async () => {
	const rank = ['read-only', 'agent', 'analyst', 'manager', 'admin'];
	const needs = { 'POST /tags': 'manager', 'POST /users': 'admin', 'POST /webhooks': 'admin', 'PATCH /calls/{id}': 'agent', 'GET /export/calls.jsonl': 'analyst',
		'POST /spend': 'analyst', 'GET /calls': 'read-only', 'GET /tags': 'read-only' };
	for (const role of ['nobody', ...rank]) {
		const user = world.users[role === 'read-only' ? 'viewer' : role];
		const key = addKey(world.alpha, undefined, { by: user.id });
		for (const [what, least] of Object.entries(needs)) {
			const [method, path] = what.split(' ');
			const { status } = await api(key, path.replace('{id}', world.alpha.callId), { method, body: method === 'GET' ? undefined : {} });
			assert.equal(status === 403, rank.indexOf(role) < rank.indexOf(least), `${role}: ${what}: ${status}`);
		}
		stack.sql(`UPDATE user SET disabled_at = UTC_TIMESTAMP(6) WHERE id = ${hex(user.id)}`);
		assert.equal((await api(key, '/tags')).status, 401, `${role}: switched off`);
		stack.sql(`UPDATE user SET disabled_at = NULL WHERE id = ${hex(user.id)}`);
	}
});

test('too many requests are told to wait', async () => {
	const key = addKey(world.alpha, 'setup:read');
	let res;
	for (let i = 0; i < 620; i++) {
		res = await stack.fetch('/api/v1/tags', { headers: { authorization: `Bearer ${key}` } });
		if (res.status === 429) break;
		await res.arrayBuffer();
	}
	assert.equal(res.status, 429);
	assert.ok(Number(res.headers.get('retry-after')) > 0 && Number(res.headers.get('retry-after')) <= 60);
	assert.equal(res.headers.get('content-type'), 'application/problem+json');
	assert.equal((await api(keys.all, '/tags')).status, 200, 'others are not held up');
});

test('every operation that reads, marks or brings in was used', () => {
	// Flows, carriers and sounds: api_flow.test.mjs, api_more.test.mjs, api_statuses.test.mjs.
	assert.deepEqual(unused((m, p) => (m === 'GET' && !/^.(flows.{5,}|trunks.+|prompts.*audio|reruns.*|reports.calibration)$/.test(p)) || p.startsWith('/calls') || p === '/spend'), []);
});
