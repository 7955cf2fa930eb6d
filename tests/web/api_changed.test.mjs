// What a program reads again: calls that changed since a time, none missed;
// how a call went and what its visitor did; a person's verdict by a program;
// and parameters that cannot be, told by name with what may stand there.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiOf, hex, operations } from '../support/api.mjs';
import { startStack } from '../support/stack.mjs';
import { addCompanies, insert, text, typeId, uuid7 } from '../support/two_companies.mjs';

let stack, world, a, api, addKey, key, foreign;
before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker', 'jobd'], args: ['--web-rate', '100000'] });
	({ api, addKey } = apiOf(stack));
	world = addCompanies(stack);
	a = world.alpha;
	key = addKey(a, undefined, { by: world.users.owner.id });
	foreign = addKey(world.beta);
});
after(() => stack?.stop());

const sqlTime = (t) => `'${t.replace('T', ' ').replace('Z', '')}'`;

/** Closed calls, all changed in the same microsecond. */
function addCalls(n, at) {
	const ids = Array.from({ length: n }, () => uuid7());
	stack.sql(ids.map((id) => [insert('interaction', { company_id: hex(a.id), id: hex(id), kind: "'call'", happened_at: "'2020-01-01'" }),
		insert('phone_call', { company_id: hex(a.id), id: hex(id), state: "'closed'", result: "'missed'", number_id: hex(a.number), number_e164: "'+14155550166'",
			caller_e164: "'+12125550171'", started_at: "'2020-01-01'", updated_at: sqlTime(at) })].join('\n')).join('\n'));
	return ids.map((id) => typeId('cal', id));
}

/** All that changed since; page by page. */
async function changed(since, limit = 2, more = '') {
	const ids = [];
	let until;
	for (let cursor = ''; ;) {
		const { status, json, text: said } = await api(key, `/calls?updated_since=${encodeURIComponent(since)}&limit=${limit}&fields=id,updated_at${more}${cursor && `&cursor=${cursor}`}`);
		assert.equal(status, 200, said);
		ids.push(...json.data.map((c) => c.id));
		until ??= json.updated_until;
		assert.equal(json.updated_until, until, 'one end for the whole walk');
		if (json.next_cursor === null) return { ids, until };
		cursor = json.next_cursor;
	}
}

test('changed since: none is missed in one microsecond, what changes meanwhile comes with the next walk', async () => {
	const at = '2026-01-02T03:04:05.678901Z';
	stack.sql(`UPDATE phone_call SET updated_at = '2025-01-01' WHERE company_id = ${hex(a.id)}`);
	const ids = addCalls(7, at);
	const sorted = [...ids].sort();
	for (const limit of [1, 2, 3, 7, 50]) assert.deepEqual((await changed(at, limit)).ids, sorted, `by ${limit}`);
	assert.deepEqual((await changed('2026-01-02T03:04:05.678902Z')).ids, [], 'a microsecond later');
	assert.deepEqual((await changed('2026-01-02T05:04:05.678901+02:00')).ids, sorted, 'of another zone');
	// In the middle of a walk one that was told, and one that was not, change.
	const first = (await api(key, `/calls?updated_since=${at}&limit=3`)).json;
	const told = sorted[0], waiting = sorted[5];
	for (const id of [told, waiting]) assert.equal((await api(key, `/calls/${id}`, { method: 'PATCH', body: { note: 'now' } })).status, 200);
	const rest = [];
	for (let cursor = first.next_cursor; cursor; ) {
		const { json } = await api(key, `/calls?updated_since=${at}&limit=3&cursor=${cursor}`);
		rest.push(...json.data.map((c) => c.id));
		cursor = json.next_cursor;
	}
	assert.deepEqual(rest, sorted.slice(3).filter((id) => id !== waiting), 'the walk ends where it began');
	const next = (await changed(first.updated_until)).ids;
	assert.ok(next.includes(told) && next.includes(waiting), 'the next one has both');
	// One that was under way while the first walk ended comes late: its time lies before.
	stack.sql(`UPDATE phone_call SET updated_at = ${sqlTime(first.updated_until)} + INTERVAL 30 SECOND WHERE company_id = ${hex(a.id)} AND id = (SELECT MIN(id) FROM (SELECT id FROM phone_call WHERE started_at = '2020-01-01' AND company_id = ${hex(a.id)}) x)`);
	assert.ok((await changed(first.updated_until)).ids.includes(told));
	// With a filter; of another company nothing.
	assert.deepEqual((await changed('2020-01-01T00:00:00Z', 50, '&result=missed&caller=%2B12125550171')).ids.length, 7);
	assert.deepEqual((await changed('2020-01-01T00:00:00Z', 50, '&result=answered&from=2019-01-01&to=2020-06-01')).ids, []);
	assert.ok(!(await api(foreign, '/calls?updated_since=2000-01-01T00:00:00Z')).json.data.some((c) => ids.includes(c.id)));
	const down = (await api(key, '/calls?sort=-updated_at&from=2019-01-01')).json.data.map((c) => c.updated_at);
	assert.deepEqual(down, [...down].sort().reverse());
});

test('whatever is put on a call changes it; what a worker only notes does not', async () => {
	const path = `/calls/${a.callId}`;
	const mark = () => { stack.sql(`UPDATE phone_call SET updated_at = '2025-01-01' WHERE company_id = ${hex(a.id)}`); };
	const isNew = async (why) => {
		assert.ok((await changed('2025-06-01T00:00:00Z')).ids.includes(a.callId), why);
		mark();
	};
	stack.sql(`INSERT IGNORE INTO outcome (company_id, code, name, is_lead, is_sale, is_spam, position) VALUES (${hex(a.id)}, 'sold', 'Sold', 1, 1, 0, 1)`);
	mark();
	assert.ok(!(await changed('2025-06-01T00:00:00Z')).ids.includes(a.callId));
	for (const body of [{ outcome: 'sold' }, { value: '2.50' }, { note: 'n' }, { add_tags: ['changed'] }, { remove_tags: ['changed'] }, { qualified: true }, { verdict_class: 'spam' }, { qualified: null }]) {
		assert.equal((await api(key, path, { method: 'PATCH', body })).status, 200, JSON.stringify(body));
		await isNew(JSON.stringify(body));
	}
});

test('a person\'s verdict: both words, one, taken back; refused where there is none', async () => {
	const path = `/calls/${a.callId}`;
	const patch = async (body, who = key, p = path) => api(who, p, { method: 'PATCH', body });
	const rule = (await api(key, path)).json;
	const set = await patch({ qualified: true, verdict_class: 'customer' });
	assert.deepEqual([set.status, set.json.qualified, set.json.verdict_class, set.json.verdict_by], [200, true, 'customer', 'person']);
	const half = await patch({ verdict_class: 'spam' });
	assert.deepEqual([half.json.qualified, half.json.verdict_class], [true, 'spam'], 'the other half stays');
	assert.equal((await patch({ qualified: false })).json.verdict_class, 'spam');
	const back = (await patch({ qualified: null, verdict_class: null })).json;
	assert.deepEqual([back.qualified, back.verdict_class, back.verdict_by], [rule.qualified, back.verdict_class, 'rule']);
	for (const [body, pointer] of [[{ qualified: 'yes' }, '/qualified'], [{ qualified: 1 }, '/qualified'], [{ verdict_class: 'x' }, '/verdict_class'], [{ verdict_class: '' }, '/verdict_class'], [{ verdict_class: 7 }, '/verdict_class'],
		[{ qualified: true, verdict_class: null }, '/qualified'], [{ spam: true }, '/spam'], [[], '']]) {
		const res = await patch(body);
		assert.deepEqual([res.status, res.json.errors?.[0]?.pointer], [422, pointer], JSON.stringify(body));
	}
	for (const none of ['{', '7', '']) assert.equal((await patch(none)).status, 400, none);
	assert.equal((await patch({ qualified: true }, foreign)).status, 404);
	// A call that goes on has no verdict yet.
	const [open] = addCalls(1, '2026-01-01T00:00:00Z');
	stack.sql(`UPDATE phone_call SET state = 'open' WHERE company_id = ${hex(a.id)} AND updated_at = '2026-01-01'`);
	assert.equal((await patch({ qualified: true }, key, `/calls/${open}`)).status, 422);
	const said = stack.sqlOne("SELECT COUNT(*) FROM audit WHERE action = 'call.mark' AND after_json LIKE '%verdict_class%'");
	assert.equal(said, '4');
	const [before, after] = stack.sql("SELECT before_json, after_json FROM audit WHERE action = 'call.mark' AND after_json LIKE '%spam%' ORDER BY happened_at DESC LIMIT 1")[0].map((t) => JSON.parse(t));
	assert.deepEqual([before.verdict_class, after], ['customer', { verdict_class: 'spam' }]);
	// Forms have none.
	const { json: form } = await api(key, '/forms', { method: 'POST', body: { form_name: 'x', contact_name: 'y' } });
	assert.equal((await patch({ qualified: true }, key, `/forms/${form.id}`)).status, 422);
});

test('how it went and what the visitor did, for who may read calls', async () => {
	stack.sql(insert('call_leg', { company_id: hex(a.id), call_id: hex(a.call), seq: 7, started_at: "'2026-01-01'" }));
	stack.sql(insert('call_event', { company_id: hex(a.id), call_id: hex(a.call), seq: 900, kind: "'step'", detail: text('</script>\u202e'), happened_at: "'2026-01-01'" }));
	const trace = (await api(key, `/calls/${a.callId}/trace`)).json;
	assert.ok(trace.legs.some((l) => l.seq === 7 && l.ringing_at === null));
	assert.deepEqual(trace.events.filter((v) => v.seq === 900).map((v) => [v.kind, v.step, v.leg, v.detail]), [['step', null, null, '</script>\u202e']]);
	const journey = (await api(key, `/calls/${a.callId}/journey`)).json;
	assert.match(journey.visit.id, /^vis_/);
	assert.ok(journey.page_views.length > 0);
	assert.deepEqual(journey.visit.causes, []);
	// Why it may not look like what it is.
	const owner = await stack.login(world.users.owner.email, world.password);
	const told = async () => (await (await owner.fetch(`/calls/${a.callId}`)).text()).match(/<dt>May have been paid<\/dt><dd>([^<]*)</)?.[1];
	assert.equal(await told(), undefined);
	stack.sql(`UPDATE visit SET causes = 8 | 16 | 1 << 15 | 1 << 9, channel = '' WHERE id = ${hex(a.visit)}`);
	assert.deepEqual((await api(key, `/calls/${a.callId}/journey`)).json.visit.causes, ['click_lost', 'forgotten', 'late']);
	assert.equal(await told(), 'a redirect lost the click id of an ad; the browser had not kept who it was a page before; the tag began late');
	for (const channel of ['paid_search', 'paid_social', 'display']) {
		stack.sql(`UPDATE visit SET channel = '${channel}' WHERE id = ${hex(a.visit)}`);
		assert.equal(await told(), undefined, `${channel}: it is paid as it looks`);
	}
	const [bare] = addCalls(1, '2026-01-01T00:00:01Z');
	assert.deepEqual((await api(key, `/calls/${bare}/journey`)).json.visit, null);
	for (const part of ['trace', 'journey']) {
		assert.equal((await api(foreign, `/calls/${a.callId}/${part}`)).status, 404);
		assert.equal((await api(addKey(a, 'reports:read'), `/calls/${a.callId}/${part}`)).status, 403);
		assert.equal((await api(key, `/calls/${typeId('cal', uuid7())}/${part}`)).status, 404);
	}
});

test('a parameter that cannot be is named, with what may stand there', async () => {
	const wrong = { limit: /from 1 to 999/, cursor: /next_cursor/, fields: /One of id, /, sort: /One of .*-/, active: /true or false/, from: /2026-11-20/, to: /2026-11-20/, updated_since: /2026-11-20/, company_id: /com_/,
		group_by: /One of source, medium/, interval: /One of hour, day, week, month/, state: /One of ready/, result: /One of answered/, min_talk_s: /seconds/, max_risk: /0 to 100/, min_value: /Whole units/, qualified: /true or false/,
		first_time: /true or false/, number_id: /id/, pool_id: /id/, tracker_id: /id/, caller: /number/, search: /text/, version: /number/ };
	const value = { caller: '1'.repeat(40), search: 'x'.repeat(65) };
	let n = 0;
	for (const [method, template, op] of operations()) {
		if (method !== 'GET' || op.security.length === 0) continue;
		if (n++ % 10 === 0) key = addKey(a, undefined, { company: null });
		const path = template.replace('{version}', '1').replace('{id}', template.startsWith('/calls') ? a.callId : typeId('xxx', uuid7()));
		if (path.includes('xxx_')) continue; // there is nothing to ask of it
		for (const { name, in: where } of op.parameters) {
			if (where !== 'query' || !wrong[name]) continue;
			const res = await api(key, `${path}?${name === 'company_id' ? '' : `company_id=${a.companyId}&`}${name}=${value[name] ?? '!x'}`);
			assert.equal(res.status, 400, `${path} ${name}: ${res.text}`);
			assert.deepEqual(res.json.errors.map((one) => one.parameter), [name], `${path}: ${res.text}`);
			assert.match(res.json.errors[0].detail, wrong[name], `${path} ${name}`);
		}
	}
	key = addKey(a);
	for (const [path, name] of [['/calls?from=2026-11-20&to=2026-11-19', 'to'], ['/calls?updated_since=2026-01-01T00:00:00Z&sort=value', 'sort'], ['/calls?updated_since=2026-01-01T00:00:00Z&cursor=started_at.1.x', 'cursor'],
		[`/calls?cursor=updated_at.1.${a.callId}.2`, 'cursor'], [`/calls?updated_since=2026-01-01T00:00:00Z&cursor=updated_at.1.${a.callId}`, 'cursor'], ['/calls?updated_since=2026-11-20', 'updated_since'],
		['/reports/timeseries?from=2001-01-01', 'from'], ['/calls?limit=1&limit=2', 'limit'], ['/calls?limits=1', 'limits']]) {
		const res = await api(key, path);
		assert.deepEqual([res.status, res.json.errors?.[0]?.parameter], [400, name], `${path}: ${res.text}`);
	}
});

test('nothing of this was our mistake', () => {
	assert.doesNotMatch(stack.log('api'), /status=5\d\d/);
});
