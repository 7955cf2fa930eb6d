// The person behind a call: shown, joined with other telephones and browsers,
// and erased, with nothing left that says who it was.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { apiOf } from '../support/api.mjs';
import { build, startStack } from '../support/stack.mjs';
import { addCompanies, fingerprint, hex, insert, text, typeId, uuid7 } from '../support/two_companies.mjs';

let stack, world, who = {}, foreign, path;

before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '100000'] });
	world = addCompanies(stack);
	for (const role of ['viewer', 'manager', 'admin']) who[role] = await stack.login(world.users[role].email, world.password);
	foreign = await stack.login(world.foreign.email, world.password);
	path = `/people/${world.alpha.callId}`;
});
after(() => stack?.stop());

const page = async (c, p = path) => {
	const res = await c.fetch(p);
	return { status: res.status, html: await res.text() };
};
const lastAudit = () => stack.sql('SELECT action, after_json FROM audit ORDER BY happened_at DESC, id DESC LIMIT 1')[0];
const alpha = () => `company_id = ${hex(world.alpha.id)}`;

/** A second call of another telephone, of the same company. */
function addCall(c, caller, { state = 'closed', name = 'Jane Private' } = {}) {
	const id = uuid7();
	stack.sql([insert('interaction', { company_id: hex(c.id), id: hex(id), kind: "'call'", happened_at: 'UTC_TIMESTAMP(6)', note: text('a private note') }),
		insert('phone_call', { company_id: hex(c.id), id: hex(id), state: `'${state}'`, result: "'no_answer'", number_id: hex(c.number), number_e164: "'+14155550166'",
			caller_e164: `'${caller}'`, caller_raw: `'${caller}'`, caller_name: text(name), started_at: 'UTC_TIMESTAMP(6)' })].join('\n'));
	return typeId('cal', id);
}

test('what is known is shown to who reads calls, inert, and to nobody else', async () => {
	const { status, html } = await page(who.viewer);
	assert.equal(status, 200);
	assert.match(html, /<h1>\(212\) 555-0155<\/h1>/);
	assert.match(html, new RegExp(`href="/calls/${world.alpha.callId}">Called</a>: answered`));
	assert.match(html, />1 call</);
	assert.ok(!html.includes('Joined by hand'), 'one telephone is joined with nothing');
	assert.ok(!html.includes('<script>alert') && !html.includes(world.secret));
	assert.ok(!/Erase this person|The same person/.test(html), 'a reader joins and erases nothing');
	assert.match((await page(who.manager)).html, /The same person/);
	assert.ok(!(await page(who.manager)).html.includes('Erase this person'));
	assert.match((await page(who.admin)).html, /Erase this person/);
	assert.equal((await page(foreign)).status, 404);
	assert.equal((await page(who.admin, `/people/${world.beta.callId}`)).status, 404);
	for (const bad of ['x', world.alpha.siteId, 'cal_00000000000000000000000000']) assert.equal((await page(who.admin, `/people/${bad}`)).status, 404);
	assert.match((await (await who.viewer.fetch(`/calls/${world.alpha.callId}`)).text()), new RegExp(`href="${path}"`));
});

test('joining: another telephone, the credited browser; both are one from then on', async () => {
	const other = addCall(world.alpha, '+12125550156');
	assert.ok(!(await page(who.manager)).html.includes('(212) 555-0156'));
	for (const number of ['hello', '12', '"><script>alert(1)</script>']) {
		const res = await who.manager.submit(path, `${path}/join`, { number });
		assert.equal(res.status, 422, number ?? '');
		assert.match(await res.text(), /not a telephone number/);
	}
	assert.equal((await who.manager.submit(path, `${path}/join`, { number: '(212) 555-0156' })).status, 303);
	assert.deepEqual(lastAudit(), ['person.join', '{"with":"a telephone"}']);
	for (const p of [path, `/people/${other}`]) assert.match((await page(who.manager, p)).html, /\(212\) 555-0155[\s\S]*\(212\) 555-0156/);
	// The share is the one that the call's own page says, rounded alike.
	const [, call] = path.split('/people/');
	stack.sql("UPDATE interaction SET probability_bp = 9361 WHERE probability_bp = 9400");
	const sure = (await (await who.manager.fetch(`/calls/${call}`)).text()).match(/(\d+) % sure/)[1];
	assert.equal(sure, '94');
	assert.ok((await page(who.manager)).html.includes(`The credited browser (${sure} %)`));
	assert.equal((await who.manager.submit(path, `${path}/join`, { visitor: '1' })).status, 303);
	const { html } = await page(who.manager);
	assert.ok(!html.includes('credited browser'));
	assert.match(html, /Browser[\s\S]*vtr_/);
	assert.match(html, /<td>Joined by hand · [^<]+<\/td>/);
	assert.match(html, /Visited<\/a>: 2 pages/);
	assert.equal(stack.sqlOne('SELECT COUNT(*) FROM person'), '1');
	// The visitor of a call without a visit is nobody's.
	assert.equal((await who.manager.submit(path, `/people/${other}/join`, { visitor: '1' })).status, 404);
});

test('refused: a reader, a stranger, no word, no token, a call that goes on', async () => {
	const mark = fingerprint(stack);
	assert.equal((await who.viewer.submit('/', `${path}/join`, { number: '+12125550157' })).status, 403);
	assert.equal((await who.manager.submit('/', `${path}/erase`, { sure: 'erase' })).status, 403);
	assert.ok([403, 404].includes((await foreign.submit('/', `${path}/erase`, { sure: 'erase' })).status));
	for (const sure of ['', 'yes', 'ERASE']) assert.equal((await who.admin.submit(path, `${path}/erase`, { sure })).status, 422);
	assert.equal((await who.admin.fetch(`${path}/erase`, { method: 'POST', headers: { origin: stack.url }, body: new URLSearchParams({ sure: 'erase' }) })).status, 403);
	assert.equal(fingerprint(stack), mark);
	addCall(world.alpha, '+12125550156', { state: 'open' });
	const res = await who.admin.submit(path, `${path}/erase`, { sure: 'erase' });
	assert.equal(res.status, 422);
	assert.match(await res.text(), /is going on/);
	stack.sql("UPDATE phone_call SET state = 'closed' WHERE state = 'open'");
});

/** A delivery that was told who called. */
function addTold(c, caller) {
	const hook = uuid7();
	stack.sql([insert('webhook', { company_id: hex(c.id), id: hex(hook), name: "'crm'", url: "'https://crm.example/'", secret_sealed: "''", events: 1,
		created_at: 'UTC_TIMESTAMP(6)', archived_at: 'UTC_TIMESTAMP(6)' }),
	insert('webhook_delivery', { company_id: hex(c.id), webhook_id: hex(hook), event_id: hex(uuid7()), kind: "'call.ended'", object_id: hex(c.call),
		body: text(`{"caller":"${caller}"}`), answer: text(`thanks for ${caller}`), state: "'done'", due_at: 'UTC_TIMESTAMP(6)', happened_at: 'UTC_TIMESTAMP(6)' })].join('\n'));
}

/** What was noted, as the audit log said it, and mails that wait to say who called. */
function addSaid(c, caller) {
	const mail = (key, state, number) => insert('job', { company_id: hex(c.id), kind: "'mail'", job_key: text(`${key} ${c.mark ?? c.companyId}`), state: `'${state}'`,
		payload: text(JSON.stringify({ template: 'missed', caller_href: `tel:${number}`, subject: `Missed call from ${number}` })), due_at: 'UTC_TIMESTAMP(6)', created_at: 'UTC_TIMESTAMP(6)' });
	stack.sql([insert('audit', { company_id: hex(c.id), id: hex(uuid7()), account_id: hex(c.account), action: "'call.note'", object_kind: "'call'", object_id: hex(c.call),
		before_json: text('{"outcome":"lead","note":""}'), after_json: text('{"outcome":"lead","note":"owes us money"}'), address: "''", happened_at: '"2026-01-01"' }),
	mail('quiet', 'ready', caller), mail('dead', 'dead', caller), mail('other', 'ready', `${caller}9`)].join('\n'));
}

test('erased: nothing says who it was, the sums stay, the file is on its way', async () => {
	// Another visit of the same browser, which comes back with its cookie.
	const visit = (id) => insert('visit', { company_id: hex(world.alpha.id), id: hex(id), site_id: hex(world.alpha.site), visitor_id: hex(world.alpha.visitor), started_at: 'UTC_TIMESTAMP(6)',
		seen_at: 'UTC_TIMESTAMP(6)', landing_url: "'https://site.example/?who=me'", landing_page: "'site.example/'", source: "'yelp'", medium: "'referral'" });
	const [second, back] = [uuid7(), uuid7()];
	stack.sql(visit(second));
	addTold(world.alpha, '+12125550155');
	addTold(world.beta, '+12125550188');
	addSaid(world.alpha, '+12125550155');
	addSaid(world.beta, '+12125550155');
	const before = stack.sqlOne(`SELECT COUNT(*) FROM phone_call WHERE ${alpha()}`);
	const peaks = `/calls/${world.alpha.callId}/peaks.json`;
	assert.equal((await who.admin.fetch(peaks)).status, 200);
	const res = await who.admin.submit(path, `${path}/erase`, { sure: 'erase' });
	assert.equal(res.status, 303);
	assert.deepEqual(lastAudit(), ['person.erase', '{"calls":3,"recordings":1,"forms":0,"visits":2,"pages":1,"named":0}']);
	for (const sql of [`phone_call WHERE ${alpha()} AND (caller_e164 <> '' OR caller_raw <> '' OR caller_name <> '')`,
		`interaction WHERE ${alpha()} AND note IS NOT NULL`, `page_view WHERE ${alpha()}`, `visitor WHERE ${alpha()}`,
		`visit WHERE ${alpha()} AND (landing_url <> '' OR referrer <> '' OR gclid <> '')`, 'person', 'person_caller', 'person_visitor',
		`webhook_delivery WHERE ${alpha()} AND (body IS NOT NULL OR answer <> '')`, `caller WHERE ${alpha()}`, `recording WHERE ${alpha()} AND (state <> 'erasing' OR peaks IS NOT NULL)`])
		assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM ${sql}`), '0', sql);
	assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM phone_call WHERE ${alpha()}`), before);
	assert.deepEqual(stack.sql(`SELECT before_json, after_json FROM audit WHERE ${alpha()} AND action = 'call.note' AND happened_at = '2026-01-01'`)[0].map((t) => JSON.parse(t)),
		[{ outcome: 'lead', note: null }, { outcome: 'lead', note: null }], 'that a note was written stays, not what it said');
	stack.sql(visit(back));
	assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM visit WHERE ${alpha()} AND visitor_id = ${hex(world.alpha.visitor)}`), '1', 'what came before is not this browser\'s');
	assert.equal(stack.sqlOne(`SELECT COUNT(DISTINCT visitor_id) FROM visit WHERE ${alpha()} AND id IN (${hex(world.alpha.visit)}, ${hex(second)})`), '1', 'and stays together');
	assert.ok(!(await page(who.admin, `/visitors/${typeId('vis', back)}`)).html.includes(world.alpha.visitId));
	stack.sql(`DELETE FROM visit WHERE id = ${hex(back)}`);
	const mails = (c) => stack.sql(`SELECT state, payload LIKE '%+12125550155%' FROM job WHERE kind = 'mail' AND company_id = ${hex(c.id)} ORDER BY id`).map((r) => r.join(' '));
	assert.deepEqual(mails(world.alpha), ['done 0', 'done 0', 'ready 1'], 'a longer number is another one');
	assert.deepEqual(mails(world.beta), ['ready 1', 'dead 1', 'ready 1']);
	assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM audit WHERE company_id = ${hex(world.beta.id)} AND after_json LIKE '%owes us%'`), '1');
	assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM visit WHERE ${alpha()} AND source <> ''`), '2');
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM job WHERE kind = 'keep' AND due_at <= UTC_TIMESTAMP(6)"), '1');
	// The other company's are as they were.
	assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM phone_call WHERE company_id = ${hex(world.beta.id)} AND caller_e164 <> ''`), '1');
	assert.equal(stack.sqlOne(`SELECT state FROM recording WHERE company_id = ${hex(world.beta.id)}`), 'ready');
	assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM webhook_delivery WHERE company_id = ${hex(world.beta.id)} AND body LIKE '%550188%'`), '1');
	assert.equal((await who.admin.fetch(`/calls/${world.alpha.callId}/recording`)).status, 404);
	assert.equal((await who.admin.fetch(peaks)).status, 404);
	assert.match((await (await who.admin.fetch(`/calls/${world.alpha.callId}`)).text()), /The recording was erased/);
	const { status, html } = await page(who.admin);
	assert.equal(status, 200);
	assert.match(html, /Nobody that is known/);
	assert.ok(!html.includes('Erase this person'));
	assert.equal((await who.admin.submit('/', `${path}/erase`, { sure: 'erase' })).status, 404, 'again');
	assert.doesNotMatch(stack.log('admin'), /2125550155|status=5\d\d/);
});

/** Everything that is in the database, a cell a line. */
function dump() {
	const cells = [];
	for (const [table] of stack.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'"))
		for (const row of stack.sql(`SELECT * FROM ${table}`)) for (const cell of row) cells.push(`${table}: ${cell}`);
	return cells;
}

test('not in the whole database is the number, however it was written', async () => {
	const number = '+12125550173', { api, addKey } = apiOf(stack), key = addKey(world.alpha), beta = addKey(world.beta);
	const call = addCall(world.alpha, number);
	const views = [['log', 'caller=%2B12125550173&range=30d'], ['typed', 'search=%28212%29+555-0173'], ['Jane 212.555.0173', 'range=7d'], ['others', 'search=555-0174'], ['all', 'range=7d']];
	for (const [name, query] of views) assert.equal((await who.admin.submit('/calls', '/views', { page: 'calls', name, query })).status, 303, name);
	for (const query of ['caller=%2B12125550173', 'search=212+555+0173', 'search=555-0174']) assert.equal((await who.admin.fetch(`/calls.csv?${query}`)).status, 200);
	for (const q of ['(212)+555-0173', 'JANE%40home', 'jane+doe', 'joe%40home.example', 'budget']) for (const kind of ['csv', 'jsonl']) assert.equal((await who.admin.fetch(`/forms.${kind}?q=${q}`)).status, 200);
	assert.equal((await api(key, '/export/calls.jsonl?caller=%2B12125550173')).json.length, 1);
	const form = { form_name: 'Quote', contact_name: 'Jane Doe', contact_email: 'jane@home.example', contact_number: number, fields: { 'Call me at': '(212) 555-0173' } };
	const send = (k, body, by = key) => api(by, '/forms', { method: 'POST', body, headers: { 'idempotency-key': k } });
	const first = await send('jane', form), jane = first.json.id;
	assert.deepEqual([first.status, (await send('joe', { ...form, contact_name: 'Joe', contact_email: 'joe@home.example', contact_number: '+12125550174', fields: {} })).status], [201, 201]);
	const theirs = { ...form, contact_number: '+12125550188', fields: {} };
	assert.equal((await send('jane', theirs, beta)).status, 201);
	addTold({ ...world.alpha, call: Buffer.from(stack.sqlOne(`SELECT HEX(id) FROM phone_call WHERE caller_e164 = '${number}'`), 'hex') }, number);
	addSaid({ ...world.alpha, mark: 'dump' }, number);
	const rule = uuid7();
	stack.sql(`INSERT INTO conversion_rule (company_id, id, name, platform, secret, created_at) VALUES (${hex(world.alpha.id)}, ${hex(rule)}, 'sold', 'google', 'secret', UTC_TIMESTAMP(6));
		INSERT INTO conversion (company_id, rule_id, call_id, kind, turn, click_id, converted_at, value_micros, currency, created_at)
		SELECT company_id, ${hex(rule)}, id, 'new', 1, CONCAT('click', IF(caller_e164 = '${number}', '2125550173', '')), UTC_TIMESTAMP(6), 0, 'USD', UTC_TIMESTAMP(6) FROM phone_call WHERE ${alpha()}`);
	const file = async () => (await (await stack.fetch(`/api/v1/conversions/${typeId('cnv', rule)}/conversions.csv`, { headers: { authorization: `Bearer ${key}` } })).text());
	assert.match(await file(), /^click2125550173,/m);
	const digits = new RegExp('2125550173'.split('').join('[^0-9a-zA-Z]{0,4}'));
	const decoded = (s) => s.replace(/\+/g, ' ').replace(/%([0-9a-f]{2})/gi, (_, h) => String.fromCharCode(parseInt(h, 16)));
	const said = () => dump().filter((cell) => (digits.test(cell) || digits.test(decoded(cell))) && !cell.includes('+121255501739'));
	const tables = new Set(said().map((cell) => cell.split(':')[0]));
	for (const table of ['phone_call', 'saved_view', 'audit', 'api_once', 'form_entry', 'webhook_delivery', 'job', 'conversion']) assert.ok(tables.has(table), `${table} said it before`);
	assert.equal((await who.admin.submit(`/people/${call}`, `/people/${call}/erase`, { sure: 'erase' })).status, 303);
	assert.deepEqual(said(), []);
	assert.doesNotMatch(await file(), /^(click2125550173)?,/m);
	// What named others is as it was.
	assert.deepEqual(stack.sql(`SELECT name FROM saved_view WHERE ${alpha()} ORDER BY name`).flat(), ['all', 'others']);
	assert.deepEqual(stack.sql(`SELECT COALESCE(JSON_VALUE(after_json, '$.address'), '') FROM audit WHERE ${alpha()} AND action = 'forms.export' ORDER BY 1`).flat(),
		['', '', '', '', '', '', '/forms.csv?q=budget', '/forms.csv?q=joe%40home.example', '/forms.jsonl?q=budget', '/forms.jsonl?q=joe%40home.example'], 'who was looked for is not in it');
	assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM audit WHERE ${alpha()} AND action = 'calls.export'`), '4', 'that somebody took calls out stays');
	assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM audit WHERE ${alpha()} AND action = 'calls.export' AND after_json LIKE '%0174%'`), '1');
	// Sent again it is not made again, and no more is answered than that it was.
	const forms = stack.sqlOne('SELECT COUNT(*) FROM form_entry');
	const again = await send('jane', form);
	assert.deepEqual([again.status, again.headers.get('idempotent-replayed'), again.headers.get('location'), again.json], [201, 'true', `/api/v1/forms/${jane}`, { id: jane }]);
	assert.equal((await send('jane', theirs, beta)).json.contact_name, 'Jane Doe', "another company's as ever");
	assert.equal(stack.sqlOne('SELECT COUNT(*) FROM form_entry'), forms);
	assert.deepEqual(said(), []);
	assert.deepEqual(stack.sql(`SELECT name, answer LIKE '%home.example%' FROM api_once ORDER BY name, company_id = ${hex(world.alpha.id)}`).map((r) => r.join(' ')), ['jane 1', 'jane 0', 'joe 1']);
	assert.doesNotMatch(stack.log('admin'), /status=5\d\d/);
});

/** Keys pressed on a call one by one, and some that the flow kept. */
const press = (c, call, digits) => stack.sql([...digits].map((d, i) => insert('call_event', { company_id: hex(c.id), call_id: hex(call), seq: 200 + i, kind: "'digit'", value: d.charCodeAt(0), happened_at: 'UTC_TIMESTAMP(6)' }))
	.concat(insert('call_event', { company_id: hex(c.id), call_id: hex(call), seq: 300, kind: "'stored'", detail: text(`pin=${digits}`), happened_at: 'UTC_TIMESTAMP(6)' })).join('\n'));
const rawId = (number) => Buffer.from(stack.sqlOne(`SELECT HEX(id) FROM phone_call WHERE caller_e164 = '${number}'`), 'hex');

test('which keys were pressed goes, that some were stays', async () => {
	const { api, addKey } = apiOf(stack), key = addKey(world.alpha);
	const [call, other] = ['+12125550191', '+12125550192'].map((number) => addCall(world.alpha, number));
	for (const number of ['+12125550191', '+12125550192']) press(world.alpha, rawId(number), '4096#');
	const keyed = async (id) => (await api(key, `/calls/${id}/trace`)).json.events.filter((v) => ['digit', 'stored'].includes(v.kind)).map((v) => v.detail || v.value);
	const shown = async (id) => (await (await who.admin.fetch(`/calls/${id}`)).text());
	const full = [...'4096#'].map((d) => d.charCodeAt(0)).concat('pin=4096#');
	assert.deepEqual(await keyed(call), full);
	assert.match(await shown(call), /pin=4096#/);
	assert.equal((await who.admin.submit(`/people/${call}`, `/people/${call}/erase`, { sure: 'erase' })).status, 303);
	assert.deepEqual(await keyed(call), [0, 0, 0, 0, 0, 'pin']);
	assert.doesNotMatch(await shown(call), /4096|<span[^>]*>#</);
	assert.match(await shown(call), /Pressed a key/);
	assert.deepEqual(await keyed(other), full, 'those of others stay');
});

test('a form with nothing but a mail address, a call without a number: erased alone', async () => {
	const { api, addKey } = apiOf(stack), key = addKey(world.alpha);
	const lead = { form_name: 'Quote', contact_name: 'Eve Alone', contact_email: 'eve@alone.example', fields: { wish: 'tell eve@alone.example' } };
	const [form, other] = await Promise.all(['eve-1', 'eve-2'].map(async (k, i) => {
		const { status, json } = await api(key, '/forms', { method: 'POST', body: i === 0 ? lead : { ...lead, contact_name: 'Bea Other', contact_email: 'bea@other.example', fields: {} }, headers: { 'idempotency-key': k } });
		assert.equal(status, 201);
		return json.id;
	}));
	const noted = async (path, note) => assert.equal((await api(key, path, { method: 'PATCH', body: { note } })).status, 200, path);
	await noted(`/forms/${form}`, 'eve@alone.example wants a call');
	await noted(`/forms/${form}`, 'eve@alone.example had a call');
	const [call, withheld] = [addCall(world.alpha, '+12125550193', { name: 'Eve Alone' }), addCall(world.alpha, '+12125550194', { name: 'Anonymous' })];
	const ids = ['+12125550193', '+12125550194'].map(rawId);
	stack.sql(`UPDATE phone_call SET caller_e164 = '', caller_raw = IF(id = ${hex(ids[0])}, 'eve@alone.example', 'anonymous') WHERE id IN (${ids.map(hex)})`);
	press(world.alpha, ids[0], '4711');
	addTold({ ...world.alpha, call: ids[0] }, 'eve@alone.example');
	stack.sql(insert('recording', { company_id: hex(world.alpha.id), id: hex(uuid7()), call_id: hex(ids[0]), state: "'failed'", path: "'x'", started_at: 'UTC_TIMESTAMP(6)', created_at: 'UTC_TIMESTAMP(6)' }));
	const views = [['calls', 'one call', 'q=eve+alone'], ['forms', 'one form', 'q=eve%40alone.example'], ['calls', 'withheld', 'q=anonymous']];
	for (const [at, name, query] of views) assert.equal((await who.admin.submit(`/${at}`, '/views', { page: at, name, query })).status, 303, name);
	const said = () => dump().filter((cell) => /eve(@|%40|[ +])alone|pin=4711/i.test(cell));
	const tables = new Set(said().map((cell) => cell.split(':')[0]));
	for (const table of ['form_entry', 'interaction', 'audit', 'api_once', 'phone_call', 'webhook_delivery', 'call_event', 'saved_view']) assert.ok(tables.has(table), `${table} said it before`);
	for (const id of [form, call]) {
		const at = `/people/${id}`;
		assert.match((await page(who.admin, at)).html, /Neither a telephone nor a browser is known[\s\S]*Erase this person/);
		assert.ok(!(await page(who.manager, at)).html.includes('Erase this person'));
		assert.equal((await who.manager.submit('/', `${at}/erase`, { sure: 'erase' })).status, 403);
		assert.equal((await who.manager.submit('/', `${at}/join`, { number: '+12125550157' })).status, 404);
		assert.ok([403, 404].includes((await foreign.submit('/', `${at}/erase`, { sure: 'erase' })).status));
		assert.equal((await who.admin.submit(at, `${at}/erase`, { sure: 'yes' })).status, 422);
		const res = await who.admin.submit(at, `${at}/erase`, { sure: 'erase' });
		assert.equal(res.status, 303);
		assert.deepEqual(lastAudit(), ['person.erase', id === form ? '{"calls":0,"recordings":0,"forms":1,"visits":0,"pages":0,"named":0}' : '{"calls":1,"recordings":1,"forms":0,"visits":0,"pages":0,"named":0}']);
		assert.match((await page(who.admin, res.headers.get('location'))).html, /Erased\.[\s\S]*or the person was erased|or the person was erased[\s\S]*Erased\./);
		assert.ok(!(await page(who.admin, at)).html.includes('Erase this person'));
		assert.equal((await who.admin.submit('/', `${at}/erase`, { sure: 'erase' })).status, 404, 'again');
	}
	assert.deepEqual(said(), []);
	assert.ok(!dump().some((cell) => cell.startsWith('person') && cell.includes('~')) && stack.sqlOne("SELECT COUNT(*) FROM phone_call WHERE caller_e164 LIKE '~%'") === '0');
	assert.equal((await api(key, `/forms/${other}`)).json.contact_email, 'bea@other.example');
	assert.equal(stack.sqlOne(`SELECT CONCAT(caller_raw, caller_name) FROM phone_call WHERE id = ${hex(ids[1])}`), 'anonymousAnonymous', 'another one without a number stays');
	// What carriers say of many is nobody's name.
	stack.sql(`UPDATE phone_call SET caller_name = 'Anonymous' WHERE id = ${hex(ids[0])}`);
	assert.equal((await who.admin.submit('/', `/people/${withheld}/erase`, { sure: 'erase' })).status, 303);
	assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM saved_view WHERE ${alpha()} AND name = 'withheld'`), '1');
	// It is a call that goes on.
	stack.sql(`UPDATE phone_call SET state = 'open' WHERE id = ${hex(ids[0])}`);
	assert.equal((await who.admin.submit('/', `/people/${call}/erase`, { sure: 'erase' })).status, 422);
	stack.sql(`UPDATE phone_call SET state = 'closed' WHERE id = ${hex(ids[0])}`);
	assert.doesNotMatch(stack.log('admin'), /eve@alone|status=5\d\d/);
});

test('searches and views that name the person go with them, and no others', async () => {
	const call = addCall(world.alpha, '+12125550181');
	stack.sql(`UPDATE phone_call SET caller_name = 'Zoë Lee' WHERE caller_e164 = '+12125550181'`);
	const form = uuid7();
	stack.sql([insert('interaction', { company_id: hex(world.alpha.id), id: hex(form), kind: "'form'", happened_at: 'UTC_TIMESTAMP(6)' }),
		insert('form_entry', { company_id: hex(world.alpha.id), id: hex(form), site_id: hex(world.alpha.site), visit_id: hex(uuid7()), submitted_at: 'UTC_TIMESTAMP(6)', form_name: "'quote'", fields: "'[]'",
			contact_name: text('Z. Lee-Moor'), contact_email: "'zoe.lee@home.example'", contact_e164: "'+12125550181'" })].join('\n'));
	const views = [['calls', 'gone 1', 'q=zo%C3%AB'], ['calls', 'gone 2', 'q=ZO%C3%8B+LEE'], ['forms', 'gone 3', 'q=zoe.lee%40home'], ['forms', 'gone 4', 'range=7d&q=lee-moor'], ['calls', 'What Zoë Lee said', 'range=7d'],
		['calls', 'stays 1', 'q=sleep'], ['forms', 'stays 2', 'q=jane'], ['calls', 'Lee road', 'campaign=zo%C3%AB'], ['calls', 'stays 3', 'q=le']];
	for (const [at, name, query] of views) assert.equal((await who.admin.submit(`/${at}`, '/views', { page: at, name, query })).status, 303, name);
	for (const q of ['zo%C3%AB', 'sleep']) assert.equal((await who.admin.fetch(`/calls.csv?q=${q}`)).status, 200);
	const theirs = uuid7();
	stack.sql(insert('saved_view', { company_id: hex(world.beta.id), id: hex(theirs), page: "'calls'", name: "'theirs'", query: "'q=zoe'", user_id: hex(world.foreign.id), created_at: 'UTC_TIMESTAMP(6)' }));
	const mine = () => stack.sql(`SELECT name FROM saved_view WHERE ${alpha()}`).flat().filter((name) => views.some((v) => v[1] === name)).sort();
	assert.equal(mine().length, views.length);
	assert.equal((await who.admin.submit(`/people/${call}`, `/people/${call}/erase`, { sure: 'erase' })).status, 303);
	assert.deepEqual(mine(), ['Lee road', 'stays 1', 'stays 2', 'stays 3']);
	assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM saved_view WHERE id = ${hex(theirs)}`), '1');
	const said = (part) => stack.sqlOne(`SELECT COUNT(*) FROM audit WHERE action = 'calls.export' AND after_json LIKE '%${part}%'`);
	assert.deepEqual([said('zo'), said('sleep')], ['0', '1']);
	assert.ok(!dump().some((cell) => /zo(ë|%C3%AB|e.lee)/i.test(cell) && !cell.includes('campaign=')));
});

test('nor is a name, whatever was searched or saved by it; what many are called stays', async () => {
	const { api, addKey } = apiOf(stack), key = addKey(world.alpha), number = '+12125550180';
	const call = addCall(world.alpha, number, { name: 'Maryam Ünal' });
	addCall(world.alpha, number, { name: 'WIRELESS CALLER' });
	addCall(world.alpha, '+12125550181', { name: 'Wireless Caller' });
	addCall(world.beta, '+12125550182', { name: 'Maryam Ünal' });
	const views = [['calls', 'Maryam', 'range=7d'], ['calls', 'searched', 'q=%C3%BCnal&range=30d'], ['forms', 'turned', 'q=UNAL%2C+Maryam'], ['reports', 'in a page', 'landing_page=%2Fmaryam-%C3%BCnal'],
		['calls', 'mobiles', 'q=wireless'], ['calls', 'Mary', 'q=mary+smith'], ['calls', 'marked', 'campaign=maryam']];
	for (const [page, name, query] of views) assert.equal((await who.admin.submit(`/${page}`, '/views', { page, name, query })).status, 303, name);
	stack.sql(insert('saved_view', { company_id: hex(world.beta.id), id: hex(uuid7()), page: "'calls'", name: "'Maryam'", query: "'q=maryam'", user_id: hex(uuid7()), created_at: 'UTC_TIMESTAMP(6)' }));
	for (const file of ['calls.csv?q=maryam', 'calls.jsonl?q=Maryam+%C3%9Cnal', 'forms.csv?q=unal', 'visitors.csv?landing_page=%2Fmaryam-unal', 'calls.csv?q=wireless']) assert.equal((await who.admin.fetch(`/${file}`)).status, 200, file);
	assert.equal((await api(key, '/export/calls.jsonl?search=maryam')).json.length, 1);
	const said = () => dump().filter((cell) => /unal|%c3%[9b]cnal|ünal/i.test(cell));
	const mine = () => stack.sql(`SELECT name FROM saved_view WHERE ${alpha()} ORDER BY name`).flat();
	assert.ok(said().length > 6, said().join());
	assert.equal((await who.admin.submit(`/people/${call}`, `/people/${call}/erase`, { sure: 'erase' })).status, 303);
	assert.deepEqual(mine().filter((n) => views.some(([, name]) => name === n)), ['marked', 'Mary', 'mobiles']);
	assert.deepEqual(said(), ['phone_call: Maryam Ünal'], "another company's only");
	const addresses = stack.sql(`SELECT JSON_VALUE(after_json, '$.address') FROM audit WHERE ${alpha()} AND action IN ('calls.export', 'forms.export', 'visits.export')`).flat().join(' ');
	assert.doesNotMatch(addresses, /mary|nal/i);
	assert.match(addresses, /calls\.csv\?q=wireless/, 'others are called that, too');
	assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM saved_view WHERE company_id = ${hex(world.beta.id)} AND query = 'q=maryam'`), '1', "another company's stays");
	assert.doesNotMatch(stack.log('admin'), /status=5\d\d/);
});

/** Visits of that many browsers, by their public ids. */
const addVisits = (c, n) => Array.from({ length: n }, () => {
	const id = uuid7();
	stack.sql(insert('visit', { company_id: hex(c.id), id: hex(id), site_id: hex(c.site), visitor_id: hex(uuid7()), started_at: 'UTC_TIMESTAMP(6)',
		seen_at: 'UTC_TIMESTAMP(6)', landing_url: "'https://site.example/'", landing_page: "'site.example/'", source: "'google'", medium: "'cpc'" }));
	return typeId('vis', id);
});
const sendForm = async (api, key, visit_id, contact_number, more = {}) => {
	const { status, json } = await api(key, '/forms', { method: 'POST', body: { form_name: 'Quote', contact_name: 'Made Up', contact_number, ...(visit_id ? { visit_id } : {}), ...more } });
	assert.equal(status, 201, JSON.stringify(json));
	return json.id;
};
const named = () => Number(stack.sqlOne(`SELECT COUNT(*) FROM form_entry WHERE ${alpha()} AND contact_name = 'Made Up'`));

test('a number that many make up joins nobody: each form is of its browser, and erased with that', async () => {
	const { api, addKey } = apiOf(stack), key = addKey(world.alpha), visits = addVisits(world.alpha, 2), forms = [];
	for (const v of [...visits, '']) forms.push(await sendForm(api, key, v, '+15555555555', v === visits[1] ? { form_name: '' } : {}));
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM person_caller WHERE e164 = '+15555555555'"), '0');
	const { html } = await page(who.admin, `/people/${forms[0]}`);
	assert.match(html, /<h1>A visitor<\/h1>/);
	assert.match(html, /Sent a form<\/a>: Quote<\/td>/);
	assert.match((await page(who.admin, `/people/${forms[1]}`)).html, /Sent a form<\/a><\/td>/);
	assert.ok(!/name="named"|name="telephone"|name="browser"/.test(html), 'joined with nothing, and nothing to join');
	assert.equal(named(), 3);
	for (const [i, at] of [0, 2].entries()) {
		assert.equal((await who.admin.submit(`/people/${forms[at]}`, `/people/${forms[at]}/erase`, { sure: 'erase' })).status, 303);
		assert.equal(named(), 2 - i, 'one form, not all of that number');
	}
});

test('the part that a page is of is among those that are shown of very many', async () => {
	const number = '+12129999999', call = addCall(world.alpha, number);
	stack.sql(`INSERT INTO person_caller (company_id, e164, person_id, linked_by, linked_at)
		SELECT ${hex(world.alpha.id)}, IF(seq = 0, '${number}', concat('+1212444', 1000 + seq)), UNHEX(MD5('many')), 'hand', UTC_TIMESTAMP(6) FROM seq_0_to_40`);
	const { html } = await page(who.manager, `/people/${call}`);
	stack.sql("DELETE FROM person_caller WHERE person_id = UNHEX(MD5('many'))");
	assert.ok([...html.matchAll(/name="telephone" value="([^"]+)"/g)].some((m) => m[1] === number));
});

test('what a form joined is parted again, one by one; more than was asked for is asked about', async () => {
	const { api, addKey } = apiOf(stack), key = addKey(world.alpha), number = '+12125550144', visits = addVisits(world.alpha, 2), forms = [];
	for (const v of visits) forms.push(await sendForm(api, key, v, number));
	const [first, other] = forms.map((f) => `/people/${f}`), visitor = typeId('vtr', Buffer.from(stack.sqlOne(`SELECT HEX(visitor_id) FROM visit v JOIN form_entry f ON f.visit_id = v.id
		WHERE f.contact_e164 = '${number}' ORDER BY f.submitted_at DESC, f.id DESC LIMIT 1`), 'hex'));
	const shown = async (p) => [...(await page(who.manager, p)).html.matchAll(/name="(telephone|browser)" value="([^"]+)"/g)].map((m) => m[2]);
	assert.equal((await shown(first)).length, 3);
	assert.ok((await shown(first)).includes(visitor) && (await shown(other)).includes(number));
	assert.ok(!/name="telephone"/.test((await page(who.viewer, first)).html), 'a reader parts nothing');
	const mark = fingerprint(stack);
	assert.equal((await who.viewer.submit('/', `${first}/part`, { browser: visitor })).status, 403);
	assert.ok([403, 404].includes((await foreign.submit('/', `${first}/part`, { browser: visitor })).status));
	for (const said of [{ telephone: '+12125550145' }, { telephone: 'x' }, { browser: typeId('vtr', uuid7()) }, {}]) assert.equal((await who.manager.submit(first, `${first}/part`, said)).status, 404, JSON.stringify(said));
	assert.equal((await who.manager.submit(first, `${first}/part`, { browser: 'x' })).status, 400);
	assert.equal(fingerprint(stack), mark);
	assert.equal((await who.manager.submit(first, `${first}/part`, { browser: visitor })).status, 303);
	assert.deepEqual(lastAudit(), ['person.part', '{"with":"a browser"}']);
	assert.equal((await shown(first)).length, 2);
	assert.match((await page(who.manager, other)).html, /<h1>A visitor<\/h1>[\s\S]*name="named" value="1">\(212\) 555-0144, which the form names/);
	// The next form of the same two knows no better.
	await sendForm(api, key, visits[1], number);
	assert.equal((await shown(first)).length, 2);
	assert.equal((await shown(other)).length, 0);
	// Joined again, all that is joined with it comes along: only when that is meant.
	const asked = await who.manager.submit(other, `${other}/join`, { named: '1' });
	assert.equal(asked.status, 200);
	assert.match(await asked.text(), /name="named" value="1"[\s\S]*\(1 more\)[\s\S]*name="all" value="1"/);
	assert.equal((await shown(other)).length, 0);
	assert.equal((await who.manager.submit(other, `${other}/join`, { named: '1', all: '1' })).status, 303);
	assert.equal((await shown(other)).length, 3);
	assert.equal((await who.manager.submit(other, `${other}/join`, { number })).status, 303, 'theirs already');
	assert.equal((await who.manager.submit(first, `${first}/part`, { browser: visitor })).status, 303);
	// Erased with its own browser, the form of the other stays as it is.
	const before = named();
	assert.equal((await who.admin.submit(other, `${other}/erase`, { sure: 'erase' })).status, 303);
	assert.equal(named(), before - 2);
	assert.equal((await shown(first)).length, 2);
	assert.doesNotMatch(stack.log('admin'), /status=5\d\d/);
});

test('from a form of another browser goes what names the person, and nothing else', async () => {
	const { api, addKey } = apiOf(stack), key = addKey(world.alpha), [mine, counter] = addVisits(world.alpha, 2), number = '+12125550147', call = addCall(world.alpha, number, { name: 'J. Quimby' });
	const form = (id) => api(key, `/forms/${id}`).then((r) => r.json);
	const own = await sendForm(api, key, mine, number, { contact_name: 'Jolanda Quimby', contact_email: 'jq@home.example' });
	await sendForm(api, key, counter, '+12125550148', { contact_name: 'Bob Baker' }); // the counter is somebody by now
	const fields = { Phone: '(212) 555-0147', 'Who asked': 'Quimby, Jolanda', Wish: `${'A roof. '.repeat(90)}Ask jolanda quimby`, Else: `${'x'.repeat(700)} 212.555.0147`, Budget: '5000', Ours: '+1 212 555 0148', 'jq@home.example': 'yes', Mail: 'JQ@home.example' };
	const other = await sendForm(api, key, counter, number, { contact_name: 'Bob Baker', contact_email: 'bob@counter.example', fields, page_url: `https://site.example/quote?tel=212-555-0147` });
	const third = await sendForm(api, key, counter, number, { contact_name: 'Jolanda Quimby', contact_email: 'jq@home.example' });
	for (const note of ['rang 212 555 0147', 'Bob wants it red']) assert.equal((await api(key, `/forms/${other}`, { method: 'PATCH', body: { note } })).status, 200);
	addTold({ ...world.alpha, call: Buffer.from(stack.sqlOne(`SELECT HEX(id) FROM form_entry WHERE contact_name = 'Bob Baker' AND contact_e164 = '${number}'`), 'hex') }, number);
	const view = ['forms', "Bob's", 'q=bob+baker'];
	assert.equal((await who.admin.submit('/forms', '/views', { page: view[0], name: view[1], query: view[2] })).status, 303);
	assert.match((await page(who.admin, `/people/${call}`)).html, /Forms of other browsers that name a telephone above: 2\. The number goes out of these/);
	assert.equal((await who.admin.submit(`/people/${call}`, `/people/${call}/erase`, { sure: 'erase' })).status, 303);
	assert.deepEqual(lastAudit(), ['person.erase', '{"calls":1,"recordings":0,"forms":1,"visits":1,"pages":0,"named":2}']);
	const left = await form(other);
	assert.deepEqual([left.contact_name, left.contact_email, left.contact_number, left.note], ['Bob Baker', 'bob@counter.example', '', 'Bob wants it red']);
	assert.deepEqual(Object.fromEntries(JSON.parse(stack.sqlOne(`SELECT fields FROM form_entry WHERE ${alpha()} AND contact_name = 'Bob Baker' AND contact_e164 = ''`))), { Phone: '', 'Who asked': '', Wish: '', Else: '', Budget: '5000', Ours: '+1 212 555 0148', 'jq@home.example': 'yes', Mail: '' });
	assert.deepEqual([(await form(third)).contact_name, (await form(third)).contact_email, (await form(third)).contact_number, (await form(own)).contact_name], ['', '', '', '']);
	assert.deepEqual(stack.sql(`SELECT name FROM saved_view WHERE query = 'q=bob+baker'`).flat(), ["Bob's"], 'another\'s name is another\'s');
	assert.ok(!dump().some((cell) => /212[^0-9a-z]{0,4}555[^0-9a-z]{0,4}0147|quimby/i.test(cell)), dump().filter((cell) => /0147|quimby/i.test(cell)).join('\n'));
	assert.doesNotMatch(stack.log('admin'), /status=5\d\d/);
});

test('the operator\'s command parts: for good, as the page does, and says it in the audit log', async () => {
	const { api, addKey } = apiOf(stack), key = addKey(world.alpha), number = '+12125550146', [visit] = addVisits(world.alpha, 1);
	const run = (...args) => spawnSync(join(build, 'ringtrace'), ['person', ...args, '-c', stack.conf, '--company', world.alpha.companyId], { encoding: 'utf8' });
	const parts = () => run('show', '--number', number).stdout.trim().split('\n').length - 1; // and what an erasure takes
	await sendForm(api, key, visit, number);
	const [browser] = run('show', '--number', number).stdout.match(/vtr_\w+/);
	assert.notEqual(run('part', '--number', number).status, 0, 'which?');
	assert.match(run('part', '--number', number, '--part', '+12125550199').stderr, /\+12125550199 is not joined with them/);
	assert.match(run('part', '--number', '+12125550199', '--part', browser).stderr, /is not joined with them/);
	assert.notEqual(run('part', '--number', number, '--part', 'x').status, 0);
	assert.equal(parts(), 2);
	assert.equal(run('part', '--number', number, '--part', browser).stdout, 'parted: no form joins them again\n');
	assert.deepEqual(lastAudit(), ['person.part', `{"with":"a browser","command":"uid ${process.getuid()}"}`]);
	assert.equal(parts(), 1);
	await sendForm(api, key, visit, number);
	assert.equal(parts(), 1);
	// The number alone now: from the browser's two forms, which name it, it goes, and that is said before.
	const lone = await sendForm(api, key, null, number), call = addCall(world.alpha, number);
	assert.match(run('show', '--number', number).stdout, /^erase takes 1 calls, 0 visits, 1 forms; of 2 forms of other browsers what names a telephone above$/m);
	assert.match((await page(who.admin, `/people/${call}`)).html, /Calls: 1\. Visits: 0\. Forms: 1\. Forms of other browsers that name a telephone above: 2\./);
	assert.match((await page(who.admin, `/people/${lone}`)).html, /Calls: 1\. Visits: 0\. Forms: 1\./);
	assert.ok(!/Calls: 1\./.test((await page(who.manager, `/people/${call}`)).html));
	assert.match(run('erase', '--number', number, '--sure', 'erase').stdout, /^erased: 1 calls, 0 recordings, 0 visits, 0 pages, 1 forms; named no more in 2 forms of others\n$/);
});

test('the operator\'s command shows and erases', () => {
	const call = addCall(world.alpha, '+12125550159');
	const run = (...args) => spawnSync(join(build, 'ringtrace'), ['person', ...args, '-c', stack.conf, '--company', world.alpha.companyId], { encoding: 'utf8' });
	assert.match(run('show', '--number', '+12125550159').stdout, /\+12125550159 {2}1 calls/);
	assert.notEqual(run('erase', '--number', '+12125550159').status, 0, 'without the word');
	assert.equal(run('erase', '--number', '+12125550159', '--sure', 'erase').stdout, 'erased: 1 calls, 0 recordings, 0 visits, 0 pages, 0 forms; named no more in 0 forms of others\n');
	assert.match(run('erase', '--number', '+12125550159', '--sure', 'erase').stderr, /nothing of them is there/);
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM phone_call WHERE caller_e164 = '+12125550159'"), '0');
	assert.ok(call);
});

test('the operator\'s command finds whom it erases by a browser, a form, a call or a mail address, too', async () => {
	const { api, addKey } = apiOf(stack), key = addKey(world.alpha), [mine, other] = addVisits(world.alpha, 2), number = '+12125550149';
	const run = (...args) => spawnSync(join(build, 'ringtrace'), ['person', ...args, '-c', stack.conf, '--company', world.alpha.companyId], { encoding: 'utf8' });
	const erase = (...args) => run('erase', ...args, '--sure', 'erase');
	for (const args of [[], ['--number', number, '--email', 'a@b.example'], ['--of', 'x'], ['--of', world.beta.callId], ['--visitor', 'x'], ['--email', 'nobody@home.example'], ['--visitor', typeId('vtr', uuid7())]]) {
		const { status, stderr } = erase(...args);
		assert.ok(status !== 0 && stderr.length > 0, args.join(' '));
	}
	const of = (what, id) => typeId('vtr', Buffer.from(stack.sqlOne(`SELECT HEX(v.visitor_id) FROM visit v JOIN form_entry f ON f.visit_id = v.id WHERE f.${what} = '${id}'`), 'hex'));
	await sendForm(api, key, mine, number, { contact_email: 'one@mail.example' });
	const browser = of('contact_email', 'one@mail.example');
	assert.match(run('show', '--visitor', browser).stdout, new RegExp(`^${browser} {2}1 visits.*\\n\\${number} {2}0 calls$`, 'm'));
	assert.match(erase('--visitor', browser).stdout, /1 visits, 0 pages, 1 forms; /);
	// One address in forms of a browser, of a telephone without one, and of nobody; each person once.
	for (let i = 0; i < 2; i++) await sendForm(api, key, other, '', { contact_email: 'Many@Mail.example' });
	await sendForm(api, key, null, number, { contact_email: 'many@mail.example' });
	const lone = await sendForm(api, key, null, '', { contact_email: 'many@mail.example' });
	await sendForm(api, key, null, '', { contact_email: 'so.many@mail.example' });
	assert.match(run('show', '--of', lone).stdout, /^a call or form of nobody that is known: erase takes it alone$/m);
	assert.equal(run('show', '--email', 'many@mail.example').stdout.match(/erase takes/g).length, 3);
	assert.match(erase('--email', 'MANY@mail.example').stdout, /^erased: 0 calls, 0 recordings, 1 visits, 0 pages, 4 forms; named no more in 0 forms of others\n$/);
	assert.deepEqual(stack.sql(`SELECT contact_email FROM form_entry WHERE ${alpha()} AND contact_email LIKE '%many@%'`).flat(), ['so.many@mail.example']);
	// Of two hundred people none is chosen, and the way that the command tells is one that it takes.
	const all = Array.from({ length: 201 }, uuid7);
	stack.sql(all.flatMap((id) => [insert('interaction', { company_id: hex(world.alpha.id), id: hex(id), kind: "'form'", happened_at: 'UTC_TIMESTAMP(6)' }), insert('form_entry', { company_id: hex(world.alpha.id), id: hex(id), site_id: "REPEAT('\\0', 16)", visit_id: "REPEAT('\\0', 16)", submitted_at: 'UTC_TIMESTAMP(6)', fields: "'[]'", contact_email: "'desk@mail.example'" })]).join('\n'));
	const [, prefix] = erase('--email', 'desk@mail.example').stderr.match(/^more than 200 forms say that: by one of them, --of (\w+_)\.\.\.$/m);
	const one = typeId('frm', all[0]);
	assert.ok(one.startsWith(prefix), prefix);
	assert.match(erase('--of', one).stdout, /1 forms; /);
	stack.sql(`DELETE i, f FROM interaction i JOIN form_entry f ON f.company_id = i.company_id AND f.id = i.id WHERE f.contact_email = 'desk@mail.example'`);
	const call = addCall(world.alpha, '+12125550140');
	assert.match(erase('--of', call).stdout, /^erased: 1 calls/);
	assert.match(erase('--of', call).stderr, /nothing of them is there/);
	assert.match(erase('--of', lone).stderr, /nothing of them is there/);
	addCall(world.alpha, '+12125550140', { state: 'open' });
	assert.match(erase('--number', '+12125550140').stderr, /a call of theirs is going on/);
	stack.sql("UPDATE phone_call SET state = 'closed' WHERE state = 'open'");
});

test('two who join the same two from both sides, or join and erase them, at once: one after the other', async () => {
	const { api, addKey } = apiOf(stack), key = addKey(world.alpha), numbers = ['+12125550131', '+12125550132', '+12125550133', '+12125550134'];
	for (let round = 0; round < 6; round++) {
		const calls = numbers.map((n) => `/people/${addCall(world.alpha, n)}`), join = (at, number, c) => c.submit(calls[at], `${calls[at]}/join`, { number, all: '1' });
		// Two pairs, each a person of its own; then the two persons, from all four sides.
		for (const res of await Promise.all([join(0, numbers[1], who.manager), join(2, numbers[3], who.admin)])) assert.equal(res.status, 303);
		for (const res of await Promise.all([join(0, numbers[2], who.manager), join(2, numbers[0], who.admin), join(1, numbers[3], who.manager), join(3, numbers[1], who.admin)])) assert.equal(res.status, 303);
		assert.equal(stack.sqlOne(`SELECT CONCAT(COUNT(*), ' ', COUNT(DISTINCT person_id)) FROM person_caller WHERE ${alpha()} AND e164 IN ('${numbers.join("','")}')`), '4 1');
		assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM person p WHERE ${alpha()} AND NOT EXISTS (SELECT 1 FROM person_caller c WHERE c.person_id = p.id) AND NOT EXISTS (SELECT 1 FROM person_visitor v WHERE v.person_id = p.id)`), '0', 'nobody is left empty');
		const forms = await Promise.all([who.admin.submit(calls[0], `${calls[0]}/erase`, { sure: 'erase' }), who.admin.submit(calls[3], `${calls[3]}/erase`, { sure: 'erase' }),
			...numbers.map((contact_number) => api(key, '/forms', { method: 'POST', body: { form_name: 'Quote', contact_number, fields: {} } }))]);
		assert.ok(forms.slice(0, 2).some((r) => r.status === 303) && forms.slice(0, 2).every((r) => [303, 404].includes(r.status)), forms.slice(0, 2).map((r) => r.status).join());
		assert.deepEqual(forms.slice(2).map((r) => r.status), [201, 201, 201, 201]);
		assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM phone_call WHERE ${alpha()} AND caller_e164 IN ('${numbers.join("','")}')`), '0');
	}
	assert.doesNotMatch(stack.log('admin'), /status=5\d\d/);
});
