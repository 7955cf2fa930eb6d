// What else programs set up: terms, carriers, conversions, mails, who may sign
// in; and keys of all companies, made in the form.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiOf, hex } from '../support/api.mjs';
import { openForm } from '../support/forms.mjs';
import { startStack, until } from '../support/stack.mjs';
import { addCompanies, hostile, insert, typeId, uuid7 } from '../support/two_companies.mjs';

let stack, world, keys, api, addKey, unused;
const send = (method) => (path, body, key = keys.all, headers) => api(key, path, { method, body, headers });
const post = send('POST'), patch = send('PATCH');
const del = (path, key = keys.all) => api(key, path, { method: 'DELETE' });
const added = async (path, body, key) => {
	const res = await post(path, body, key);
	assert.equal(res.status, 201, `${path} ${JSON.stringify(body)}: ${res.text}`);
	return res.json;
};

before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker'], args: ['--web-rate', '100000'] });
	({ api, addKey, unused } = apiOf(stack));
	world = addCompanies(stack);
	keys = { all: addKey(world.alpha, undefined, { by: world.users.owner.id }), beta: addKey(world.beta), wide: addKey(world.alpha, undefined, { company: null }),
		betaWide: addKey(world.beta, undefined, { company: null }) };
});
after(() => stack?.stop());

test('terms: read, merged, refused as the form refuses', async () => {
	const first = await api(keys.all, '/policy');
	assert.equal(first.json.id, world.alpha.companyId);
	const changed = await patch('/policy', { keep_calls_days: 400, record_default: 'notice' }, keys.all, { 'if-match': first.headers.get('etag') });
	assert.deepEqual(changed.json, { ...first.json, keep_calls_days: 400, record_default: 'notice' });
	assert.equal((await patch('/policy', { keep_calls_days: 1 }, keys.all, { 'if-match': first.headers.get('etag') })).status, 412);
	for (const [body, at] of [[{ keep_calls_days: -1 }, '/keep_calls_days'], [{ keep_visits_days: 36501 }, '/keep_visits_days'], [{ record_default: 'silent' }, '/record_default'], [{ id: 'x' }, '/id']])
		assert.equal((await patch('/policy', body)).json.errors[0].pointer, at);
	assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM audit WHERE action = 'policy.change' AND company_id = ${hex(world.alpha.id)}`), '1');
	// Another company has its own.
	const other = (await api(keys.beta, '/policy')).json;
	assert.deepEqual([other.id, other.keep_calls_days], [world.beta.companyId, first.json.keep_calls_days]);
	assert.equal((await api(keys.wide, '/policy')).status, 400);
	const manager = addKey(world.alpha, undefined, { by: world.users.manager.id });
	assert.equal((await api(manager, '/policy')).status, 200);
	assert.equal((await patch('/policy', {}, manager)).status, 403);
});

test('carriers are the account\'s: by keys of all companies alone', async () => {
	const body = { name: 'Carrier', allow: ['192.0.2.0/24', '198.51.100.7'], next_hop: 'sip.carrier.example', password: 'hush', username: 'u', no_reply_ms: 2500, pcma: false };
	assert.equal((await post('/trunks', body)).status, 403);
	assert.equal((await api(keys.all, '/trunks')).status, 403);
	const one = await added('/trunks', body, keys.wide);
	assert.deepEqual([one.allow, one.has_password, one.enabled, one.pcma, one.pcmu, one.no_reply_ms, one.dialled], [['192.0.2.0/24', '198.51.100.7/32'], true, true, false, true, 2500, 'uri']);
	const sealed = () => stack.sqlOne(`SELECT HEX(password_sealed) FROM trunk WHERE name LIKE 'Carrier%'`);
	const before_ = sealed();
	const path = `/trunks/${one.id}`;
	const changed = await patch(path, { name: 'Carrier 2', allow_media: ['203.0.113.0/24'] }, keys.wide);
	assert.deepEqual(changed.json, { ...one, name: 'Carrier 2', allow_media: ['203.0.113.0/24'] });
	assert.equal(sealed(), before_, 'the password stays what it was');
	assert.notEqual((await patch(path, { password: 'other' }, keys.wide), sealed()), before_);
	const cleared = await patch(path, { password: null }, keys.wide);
	assert.deepEqual([cleared.status, cleared.json.has_password, sealed()], [200, false, null], 'null takes it away');
	assert.equal(JSON.parse(stack.sqlOne("SELECT after_json FROM audit WHERE action = 'trunk.change' ORDER BY happened_at DESC, id DESC LIMIT 1")).password, '', 'and it is in the log');
	assert.equal((await patch(path, { password: 'third' }, keys.wide)).json.has_password, true);
	for (const [bad, at] of [[{ allow: ['10.0.0.0/7'] }, '/allow'], [{ allow: [] }, '/allow'], [{ next_hop: 'http://x' }, '/next_hop'], [{ pcmu: false, pcma: false }, '/pcma'], [{ dialled: 'x' }, '/dialled'], [{ no_reply_ms: 1 }, '/no_reply_ms']])
		assert.equal((await patch(path, bad, keys.wide)).json.errors[0].pointer, at, JSON.stringify(bad));
	assert.ok(!(await api(keys.wide, '/trunks')).text.includes('hush'));
	assert.ok(!stack.sql('SELECT after_json FROM audit').some(([j]) => j?.includes('hush')));
	// Another account sees and touches nothing.
	assert.ok(!(await api(keys.betaWide, '/trunks')).text.includes('Carrier'));
	for (const res of [await api(keys.betaWide, path), await patch(path, { name: 'x' }, keys.betaWide), await del(path, keys.betaWide)]) assert.equal(res.status, 404);
	assert.equal((await del(path, keys.wide)).status, 204);
	assert.notEqual((await api(keys.wide, path)).json.archived_at, null);
});

test('conversions: a rule, its secret addresses, its files', async () => {
	await added('/outcomes', { name: 'Sold', code: 'sold', counts: 'sale' });
	const tag = await added('/tags', { name: 'hot' });
	const one = await added('/conversions', { name: 'Phone, sold', outcome: 'sold', tag_id: tag.id, min_talk_s: 30, value: '40.50' });
	assert.deepEqual([one.platform, one.value, one.tag_id, one.min_talk_s], ['google', '40.50', tag.id, 30]);
	assert.match(one.conversions_url, /^https?:\/\/.*\/feeds\/[\w-]{43}\/conversions\.csv$/);
	const path = `/conversions/${one.id}`;
	for (const [file, url] of [['conversions', one.conversions_url], ['adjustments', one.adjustments_url]]) {
		const res = await api(keys.all, `${path}/${file}.csv`);
		assert.equal(res.status, 200);
		assert.equal(res.text, await (await stack.fetch(new URL(url).pathname)).text());
		assert.match(res.text, /^Parameters:TimeZone=\+0000\n/);
		assert.equal((await api(keys.beta, `${path}/${file}.csv`)).status, 404);
	}
	assert.deepEqual((await patch(path, { value: null, tag_id: null })).json, { ...one, value: null, tag_id: null });
	for (const [bad, at] of [[{ name: '=1+1' }, '/name'], [{ value: 'x' }, '/value'], [{ outcome: 'none such' }, '/outcome'], [{ platform: 'microsoft' }, '/platform'], [{ tag_id: typeId('tag', uuid7()) }, '/tag_id']])
		assert.equal((await patch(path, bad)).json.errors[0].pointer, at, JSON.stringify(bad));
	for (const res of [await api(keys.beta, path), await patch(path, {}, keys.beta), await del(path, keys.beta)]) assert.equal(res.status, 404);
	// Who may read what is set up does not see the addresses that open the files.
	assert.equal((await api(addKey(world.alpha, 'setup:read setup:write'), path)).status, 403);
	assert.equal((await del(path)).status, 204);
	assert.equal((await api(keys.all, `${path}/conversions.csv`)).status, 404);
});

test('mail rules: for people of the company, with quiet hours', async () => {
	const user_id = typeId('usr', world.users.agent.id);
	const one = await added('/mail_rules', { user_id, kind: 'missed', quiet_from: '22:00', quiet_to: '7:05' });
	assert.deepEqual([one.user_id, one.kind, one.attach, one.quiet_from, one.quiet_to], [user_id, 'missed', false, '22:00', '07:05']);
	const path = `/mail_rules/${one.id}`;
	assert.deepEqual((await patch(path, { kind: 'voicemail', attach: true })).json, { ...one, kind: 'voicemail', attach: true });
	assert.deepEqual((await patch(path, { quiet_from: null, quiet_to: null })).json.quiet_from, null);
	for (const [bad, at] of [[{ kind: 'x' }, '/kind'], [{ quiet_from: '25:00' }, '/quiet_from'], [{ quiet_to: '9' }, '/quiet_from'], [{ user_id: typeId('usr', world.users.owner.id) }, '/user_id']])
		assert.equal((await patch(path, bad)).json.errors[0].pointer, at, JSON.stringify(bad));
	assert.equal((await post('/mail_rules', { user_id: typeId('usr', world.foreign.id), kind: 'missed' })).json.errors[0].pointer, '/user_id');
	assert.ok(!(await api(keys.all, '/mail_rules')).text.includes('unsubscribe'));
	for (const res of [await api(keys.beta, path), await patch(path, {}, keys.beta), await del(path, keys.beta)]) assert.equal(res.status, 404);
	assert.equal((await del(path)).status, 204);
});

test('prompts: spoken, uploaded, heard, renamed, put away', async () => {
	const key = addKey(world.alpha, undefined, { by: world.users.manager.id });
	const ready = async (id, version) => {
		let json;
		await until('it is ready', async () => ((json = (await api(key, `/prompts/${id}`)).json), json.state === 'ready' && json.live_version === version));
		return json;
	};
	const spoken = await added('/prompts', { name: 'Welcome (long)', text: 'Hello there.' }, key);
	assert.deepEqual([spoken.key, spoken.state, spoken.live_version, spoken.last_version], ['welcome.long', 'pending', 0, 1]);
	assert.equal((await api(key, `/prompts/${spoken.id}/audio`)).status, 404, 'not yet');
	assert.ok((await ready(spoken.id, 1)).duration_ms > 200);
	const wav = await stack.fetch(`/api/v1/prompts/${spoken.id}/audio`, { headers: { authorization: `Bearer ${key}` } });
	const bytes = Buffer.from(await wav.arrayBuffer());
	assert.deepEqual([wav.headers.get('content-type'), bytes.subarray(0, 4).toString()], ['audio/wav', 'RIFF']);
	// The same sound, uploaded: a prompt of its own, and another version.
	const up = { method: 'POST', body: bytes, headers: { 'content-type': 'audio/wav', 'idempotency-key': 'up' } };
	const file = await api(key, '/prompts/upload?name=Upload', up);
	assert.equal(file.status, 201, file.text);
	assert.equal((await api(key, '/prompts/upload?name=Upload', up)).text, file.text, 'once');
	assert.equal((await api(key, '/prompts/upload?name=Other', up)).status, 422);
	await ready(file.json.id, 1);
	assert.equal((await api(key, `/prompts/${file.json.id}/versions/upload`, { ...up, headers: {} })).status, 200);
	await ready(file.json.id, 2);
	assert.equal((await post(`/prompts/${file.json.id}/versions`, { text: 'Now spoken.', voice: 'slt' }, key)).status, 200);
	await ready(file.json.id, 3);
	for (const version of [1, 2, 3]) assert.equal((await api(key, `/prompts/${file.json.id}/audio?version=${version}`)).status, 200);
	assert.equal((await api(key, `/prompts/${file.json.id}/audio?version=4`)).status, 404);
	// What is no sound is taken, and says why it could not be.
	const no = await api(key, '/prompts/upload?name=No', { method: 'POST', body: Buffer.alloc(5000, 'x') });
	await until('it failed', async () => (await api(key, `/prompts/${no.json.id}`)).json.state === 'failed');
	assert.notEqual((await api(key, `/prompts/${no.json.id}`)).json.reason, '');
	for (const [body, at] of [[{}, '/name'], [{ name: 'x' }, '/text'], [{ name: 'x', text: 'y', voice: 'z' }, '/voice'], [{ name: 'x'.repeat(101), text: 'y' }, '/name'], [{ name: 'x', text: 'y'.repeat(1001) }, '/text'],
		[{ name: 'x', text: 'y', more: 1 }, '/more'], [{ name: 7, text: 'y' }, '/name']])
		assert.equal((await post('/prompts', body, key)).json.errors[0].pointer, at, JSON.stringify(body).slice(0, 60));
	for (const path of ['/prompts/upload', '/prompts/upload?name=', `/prompts/upload?name=${'x'.repeat(101)}`]) assert.deepEqual((await api(key, path, { method: 'POST', body: bytes })).json.errors?.map((one) => one.parameter), ['name'], path);
	assert.deepEqual((await api(key, '/prompts/upload?name=x', { method: 'POST', body: '' })).json.errors?.map((one) => one.pointer), [''], 'the body as a whole');
	assert.equal((await api(key, '/prompts/upload?name=x', { method: 'POST', body: Buffer.alloc((8 << 20) + 1) })).status, 413);
	// Renamed on the version that was read; another company sees nothing.
	const path = `/prompts/${spoken.id}`, { headers } = await api(key, path);
	assert.equal((await patch(path, { name: hostile.replaceAll('\u0001', '').slice(0, 60) }, key, { 'if-match': headers.get('etag') })).status, 200);
	assert.equal((await patch(path, { name: 'x' }, key, { 'if-match': headers.get('etag') })).status, 412);
	assert.equal((await patch(path, { name: '' }, key)).json.errors[0].pointer, '/name');
	for (const res of [await api(keys.beta, path), await patch(path, { name: 'x' }, keys.beta), await del(path, keys.beta), await api(keys.beta, `${path}/audio`),
		await post(`${path}/versions`, { text: 'x' }, keys.beta), await api(keys.beta, `${path}/versions/upload`, { method: 'POST', body: bytes })]) assert.equal(res.status, 404);
	assert.equal((await api(addKey(world.alpha, undefined, { by: world.users.analyst.id }), '/prompts', { method: 'POST', body: {} })).status, 403);
	assert.equal((await del(path, key)).status, 204);
	assert.equal((await del(path, key)).status, 404);
	const log = stack.sql(`SELECT action, COUNT(*) FROM audit WHERE company_id = ${hex(world.alpha.id)} AND action LIKE 'prompt.%' GROUP BY action ORDER BY action`).map((r) => r.join(' '));
	assert.deepEqual(log, ['prompt.add 3', 'prompt.rename 1', 'prompt.retire 1', 'prompt.version 2']);
});

test('a form is sent in, credited, told, and marked', async () => {
	const key = addKey(world.alpha, 'forms:read forms:write', { by: world.users.agent.id });
	const visit_id = typeId('vis', world.alpha.visit);
	stack.sql(`INSERT INTO webhook (company_id, id, name, url, secret_sealed, events, created_at) VALUES (${hex(world.alpha.id)}, ${hex(uuid7())}, 'w', 'http://127.0.0.1:1/', '', 32, UTC_TIMESTAMP(6))`);
	const body = { form_name: 'Quote', page_url: 'https://x.example/quote', contact_name: 'Ada', contact_email: 'ada@x.example', contact_number: '(212) 555-0177', fields: { note: hostile, 'how many': '3' }, visit_id };
	const one = await added('/forms', body, key);
	assert.deepEqual([one.visit_id, one.attributed_by, one.contact_number, one.form_name, one.probability_bp], [visit_id, 'visit', '+12125550177', 'Quote', 10000]);
	assert.deepEqual(JSON.parse(one.fields_json), [['note', hostile], ['how many', '3']]);
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM webhook_delivery WHERE kind = 'form.received'"), '1');
	// Who gave that number is that visit's visitor.
	assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM person_caller WHERE company_id = ${hex(world.alpha.id)} AND e164 = '+12125550177'`), '1');
	const other = await added('/forms', { contact_email: 'eve@x.example', source: 'fair', medium: 'offline', happened_at: new Date(Date.now() - 86400e3).toISOString() }, key);
	assert.deepEqual([other.visit_id, other.attributed_by, other.source, other.medium], [null, 'source', 'fair', 'offline']);
	assert.equal((await added('/forms', { fields: { a: 'b' } }, key)).attributed_by, 'none');
	// A program that hands on a whole form keeps no secrets here, as the tag does not.
	const secrets = { 'user[password]': 'hunter2', cvv: '123', paid_with: '4111 1111 1111 1111' };
	assert.deepEqual(JSON.parse((await added('/forms', { fields: { ...secrets, order: '4111111111111112' } }, key)).fields_json), [['order', '4111111111111112']]);
	assert.equal((await post('/forms', { fields: secrets }, key)).json.errors[0].pointer, '');
	// Nor the number of a card amid other words, wherever it stands.
	const paid = await added('/forms', { form_name: 'Order 4111 1111 1111 1111', page_url: 'https://x.example/pay?n=4111+1111+1111+1111&password=hunter2&q=1', contact_name: 'Ada 378282246310005', fields: { note: 'charge 5500-0000-0000-0004, please', 'card 4111111111111111 of': 'x' } }, key);
	assert.deepEqual([paid.form_name, paid.contact_name, JSON.parse(paid.fields_json)], ['Order **** **** **** 1111', 'Ada ***********0005', [['note', 'charge ****-****-****-0004, please'], ['card ************1111 of', 'x']]]);
	assert.equal(paid.page_url, 'https://x.example/pay?n=****+****+****+1111&password=*******&q=1');
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM form_entry WHERE CONCAT(form_name, contact_name, fields) REGEXP '4111 1111 1111|4111111111111111|378282246|5500-0000'"), '0');
	const rows = () => stack.sqlOne('SELECT COUNT(*) FROM interaction');
	const before_ = rows();
	for (const [bad, at] of [[{}, ''], [[], ''], [{ ...body, visit_id: typeId('vis', world.beta.visit) }, '/visit_id'], [{ ...body, visit_id: 'x' }, '/visit_id'], [{ ...body, source: 'x' }, '/source'],
		[{ ...body, contact_number: 'nobody' }, '/contact_number'], [{ ...body, happened_at: '2001-01-01T00:00:00Z' }, '/happened_at'], [{ ...body, happened_at: '2999-01-01T00:00:00Z' }, '/happened_at'],
		[{ ...body, fields: [] }, '/fields'], [{ ...body, fields: { a: 1 } }, '/fields/a'], [{ ...body, fields: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [i, ''])) }, '/fields'],
		[{ ...body, form_name: 'x'.repeat(101) }, '/form_name'], [{ ...body, form_name: 7 }, '/form_name'], [{ ...body, id: 'x' }, '/id']])
		assert.equal((await post('/forms', bad, key)).json.errors[0].pointer, at, JSON.stringify(bad).slice(0, 90));
	assert.equal(rows(), before_);
	// Marked like a call.
	const path = `/forms/${one.id}`, { headers } = await api(key, path);
	const marked = await patch(path, { outcome: 'sold', value: '12.50', note: 'called back', add_tags: ['vip'] }, key, { 'if-match': headers.get('etag') });
	assert.deepEqual(marked.json, { ...one, outcome: 'sold', value: '12.50', note: 'called back', tags: ['vip'] });
	assert.equal((await patch(path, { note: 'x' }, key, { 'if-match': headers.get('etag') })).status, 412);
	assert.equal((await patch(path, { outcome: 'none such' }, key)).json.errors[0].pointer, '/outcome');
	assert.equal((await patch(`/forms/${typeId('frm', world.alpha.call)}`, { note: 'x' }, key)).status, 404, 'a call is no form');
	assert.equal((await patch(`/calls/${typeId('cal', Buffer.from(stack.sqlOne("SELECT HEX(id) FROM form_entry WHERE form_name = 'Quote'"), 'hex'))}`, { note: 'x' })).status, 404, 'nor the other way round');
	for (const res of [await api(keys.beta, path), await patch(path, { note: 'x' }, keys.beta)]) assert.equal(res.status, 404);
	assert.equal((await post('/forms', body, addKey(world.alpha, undefined, { by: world.users.viewer.id }))).status, 403);
	assert.equal(stack.sqlOne("SELECT GROUP_CONCAT(action ORDER BY happened_at, id) FROM audit WHERE action LIKE 'form.%'"), 'form.add,form.add,form.add,form.add,form.add,form.mark');
	assert.ok(!stack.sql("SELECT after_json FROM audit WHERE action = 'form.add'").some(([j]) => j?.includes('x.example')), 'the log is no place for who sent it');
	// The pages show it.
	const owner = await stack.login(world.users.owner.email, world.password);
	const page = await (await owner.fetch('/forms')).text();
	assert.equal(page.split('eve@x.example').length, 2, 'who gave no name is called by the address, once');
	assert.ok(page.includes('fair') && !page.includes('<script>alert(1)'));
});

test('a sign-in is switched off and on by who administers the account', async () => {
	const id = typeId('usr', world.users.agent.id);
	const agent = await stack.login(world.users.agent.email, world.password);
	assert.equal((await agent.fetch('/calls')).status, 200);
	// A key of one company does not: the sign-in opens others, too.
	assert.equal((await post(`/users/${id}/disable`)).status, 403);
	const of = `?company_id=${world.alpha.companyId}`;
	const off = await post(`/users/${id}/disable${of}`, undefined, keys.wide);
	assert.equal(off.status, 200, off.text);
	assert.notEqual(off.json.disabled_at, null);
	assert.notEqual((await agent.fetch('/calls')).status, 200, 'every sign-in ends');
	const on = await post(`/users/${id}/enable${of}`, undefined, keys.wide);
	assert.equal(on.json.disabled_at, null);
	assert.equal((await post(`/users/${id}/enable${of}`, undefined, keys.wide)).status, 404, 'it was not off');
	for (const what of ['enable', 'disable']) {
		assert.equal((await post(`/users/${id}/${what}`, undefined, keys.beta)).status, 404);
		assert.equal((await post(`/users/${id}/${what}`, undefined, keys.wide)).status, 400);
	}
	assert.deepEqual(stack.sql("SELECT action FROM audit WHERE action IN ('user.enable', 'user.disable') ORDER BY happened_at, id").map(([a]) => a), ['user.disable', 'user.enable']);
});

test('a key of all companies is made in the form by who administers all of them', async () => {
	const owner = await stack.login(world.users.owner.email, world.password);
	let form = await openForm(owner, '/settings/keys/new');
	assert.deepEqual(form.fields.in.options, ['company']);
	assert.equal((await form.send({ name: 'All', days: '90', scopes: ['setup:read'], in: 'account' })).status, 422, 'not by an owner of one');
	// The same person, everywhere.
	stack.sql(insert('membership', { user_id: hex(world.users.admin.id), account_id: hex(world.alpha.account), company_id: 'REPEAT(CHAR(0), 16)', role: "'admin'", created_at: 'UTC_TIMESTAMP(6)' }));
	const admin = await stack.login(world.users.admin.email, world.password);
	form = await openForm(admin, '/settings/keys/new');
	const made = await form.send({ name: `All ${hostile.replaceAll('\u0001', '').slice(0, 30)}`, days: '90', scopes: ['setup:read', 'setup:write'], in: 'account' });
	assert.equal(made.status, 200);
	const key = (await made.text()).match(/rtk_[\w-]{43}/)[0];
	assert.deepEqual((await api(key, '/companies')).json.data.map((c) => c.id), [world.alpha.companyId]);
	assert.equal((await api(key, '/trunks')).status, 200);
	assert.equal((await api(key, '/tags')).status, 400);
	assert.equal((await api(key, `/tags?company_id=${world.alpha.companyId}`)).status, 200);
	assert.equal((await api(key, `/tags?company_id=${world.beta.companyId}`)).status, 404);
	// Only such people find it; it is revoked like any other.
	const href = (await (await admin.fetch('/settings/keys')).text()).match(/href="(\/settings\/keys\/key_[0-9a-z]{26})"/)[1];
	assert.equal((await admin.fetch(href)).status, 200);
	assert.equal((await owner.fetch(href)).status, 404);
	// It may do what its maker may.
	stack.sql(`DELETE FROM membership WHERE user_id = ${hex(world.users.admin.id)} AND company_id = REPEAT(CHAR(0), 16)`);
	assert.equal((await api(key, '/companies')).status, 403);
	stack.sql(insert('membership', { user_id: hex(world.users.admin.id), account_id: hex(world.alpha.account), company_id: 'REPEAT(CHAR(0), 16)', role: "'admin'", created_at: 'UTC_TIMESTAMP(6)' }));
	assert.equal((await admin.submit(href, `${href}/retire`, { sure: 'yes' })).status, 303);
	assert.equal((await api(key, '/companies')).status, 401);
});

test('every operation of these was used, and nothing was our mistake', () => {
	assert.deepEqual(unused((m, p) => (m !== 'GET' || p.endsWith('.csv') || p.endsWith('/audio')) && /^\/(forms|prompts|conversions|mail_rules|trunks|policy|users\/\{id\}\/(en|dis)able)/.test(p)), []);
	for (const name of ['api', 'admin']) assert.doesNotMatch(stack.log(name), /status=5\d\d/);
});
