// Putting things away: only with "Yes, I mean it", and when something still uses
// a thing, the answer says what by name, with the way there. And names: one that
// shows nothing is none, wherever it is typed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiOf } from '../support/api.mjs';
import { decode, openForm } from '../support/forms.mjs';
import { startStack } from '../support/stack.mjs';
import { addCompanies, hex, hostile, insert, secret, text, typeId, uuid7 } from '../support/two_companies.mjs';

let stack, world, owner, key, api;
const ids = { flow: uuid7(), other: uuid7(), destination: uuid7(), tracked: uuid7(), tracker: uuid7(), tag: uuid7() };

before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '100000'] });
	world = addCompanies(stack);
	const company = hex(world.alpha.id);
	const published = (id, name, document) => [
		insert('flow', { company_id: company, id: hex(id), name: text(name), last_version: 1, published_version: 1, created_at: 'UTC_TIMESTAMP(6)' }),
		insert('flow_version', { company_id: company, flow_id: hex(id), version: 1, document: text(document), created_at: 'UTC_TIMESTAMP(6)' })];
	stack.sql([
		insert('destination', { company_id: company, id: hex(ids.destination), name: "'Front desk'", target: "'+14155550142'", created_at: 'UTC_TIMESTAMP(6)' }),
		...published(ids.flow, 'Main <line>', JSON.stringify({ to: typeId('dst', ids.destination) })),
		...published(ids.other, 'After hours', JSON.stringify({ next: typeId('flo', ids.flow) })),
		insert('number', { company_id: company, id: hex(ids.tracked), e164: "'+14155550190'", active_e164: "'+14155550190'", kind: "'local'", country: "'US'",
			place: "''", label: "'Radio'", flow_id: hex(ids.flow), added_at: 'UTC_TIMESTAMP(6)' }),
		insert('tracker', { company_id: company, id: hex(ids.tracker), number_id: hex(ids.tracked), name: text(hostile.slice(0, 60)), source: "'radio'",
			medium: "'offline'", created_at: 'UTC_TIMESTAMP(6)' }),
		insert('tag', { company_id: company, id: hex(ids.tag), name: "'Emergency'", created_at: 'UTC_TIMESTAMP(6)' }),
		insert('interaction_tag', { company_id: company, interaction_id: hex(world.alpha.call), tag_id: hex(ids.tag), added_at: 'UTC_TIMESTAMP(6)' }),
	].join('\n'));
	owner = await stack.login(world.users.owner.email, world.password);
	const rig = apiOf(stack);
	api = rig.api;
	key = rig.addKey(world.alpha);
});
after(() => stack?.stop());

const held = (html) => [...(html.match(/<ul class="held">([\s\S]*?)<\/ul>/)?.[1] ?? '').matchAll(/<li>([\s\S]*?)<\/li>/g)]
	.map(([, li]) => ({ href: decode(li.match(/href="([^"]*)"/)?.[1] ?? ''), text: decode(li.replace(/<[^>]*>/g, '').trim()) }));

const at = {
	number: () => `/settings/numbers/${typeId('num', world.alpha.number)}`,
	tracked: () => `/settings/numbers/${typeId('num', ids.tracked)}`,
	pool: () => `/settings/pools/${world.alpha.poolId}`,
	destination: () => `/settings/destinations/${typeId('dst', ids.destination)}`,
	flow: () => `/flows/${typeId('flo', ids.flow)}`,
	tag: () => `/settings/tags/${typeId('tag', ids.tag)}`,
};

/** What each answer must lead to, and the endpoint that refuses the same. */
const cases = {
	number: { leads: () => [at.pool()], api: () => `/numbers/${typeId('num', world.alpha.number)}` },
	tracked: { leads: () => [`/settings/trackers/${typeId('trk', ids.tracker)}`], api: () => `/numbers/${typeId('num', ids.tracked)}` },
	pool: { leads: () => [at.number()], api: () => `/pools/${world.alpha.poolId}`, says: /\+1 415-555-0166/ },
	destination: { leads: () => [at.flow()], api: () => `/destinations/${typeId('dst', ids.destination)}`, says: /Published flow Main <line>/ },
	flow: { leads: () => [at.tracked(), `/flows/${typeId('flo', ids.other)}`], api: () => `/flows/${typeId('flo', ids.flow)}`, says: /Published flow After hours/ },
	tag: { leads: () => [`/calls?range=365d&tag=${typeId('tag', ids.tag)}`, `/forms?range=365d&tag=${typeId('tag', ids.tag)}`],
		api: () => `/tags/${typeId('tag', ids.tag)}` },
};

for (const [name, c] of Object.entries(cases))
	test(`${name}: kept while it is used, and what uses it is named`, async () => {
		const href = at[name]();
		const unsure = await owner.submit(href, `${href}/retire`, {});
		assert.equal(unsure.status, 422);
		assert.match(await unsure.text(), /Nothing was changed/);
		const res = await owner.submit(href, `${href}/retire`, { sure: 'yes' });
		assert.equal(res.status, 409);
		const html = await res.text();
		const list = held(html);
		assert.deepEqual(list.map((h) => h.href).sort(), c.leads().sort());
		if (c.says) assert.ok(list.some((h) => c.says.test(h.text)), JSON.stringify(list));
		assert.ok(!html.includes('<script>alert') && !html.includes('<line>') && !html.includes(secret));
		for (const h of list) assert.equal((await owner.fetch(h.href)).status, 200, h.href);
		assert.equal((await owner.fetch(href)).status, 200, 'still there');
		// Programs are told the same in words.
		const refused = await api(key, c.api(), { method: 'DELETE' });
		assert.equal(refused.status, 409);
		if (name !== 'tag') assert.match(refused.json.detail, /Held by: /);
		if (c.says) assert.match(refused.json.detail, c.says);
	});

// No-break space, zero width, override, byte order mark, Hangul filler.
const nothing = ['\u00a0', '\u200b\u200d', '\u202e \u2066', '\ufeff', '\u3164', ' \u2003 '];

test('a name that shows nothing is none, in every form and by program', async () => {
	const forms = { locations: { time_zone: 'UTC' }, destinations: { target: '+14155550143' }, pools: {}, tags: {}, companies: { time_zone: 'UTC', country: 'US', currency: 'USD' },
		trackers: {}, outcomes: { code: 'nothing_seen' }, keys: {}, users: { email: 'x@alpha.example', role: 'agent' }, webhooks: { url: 'https://crm.example/' },
		trunks: { allow: '192.0.2.0/24', next_hop: '192.0.2.1' }, conversions: {}, sites: { origins: 'https://nothing.example' } };
	const count = () => stack.sql('SELECT (SELECT COUNT(*) FROM tag), (SELECT COUNT(*) FROM pool), (SELECT COUNT(*) FROM audit), (SELECT COUNT(*) FROM flow),'
		+ ' (SELECT COUNT(*) FROM saved_view), (SELECT COUNT(*) FROM prompt)').join();
	const before = count();
	let seen = 0;
	for (const [path, rest] of Object.entries(forms)) {
		const res = await owner.fetch(`/settings/${path}/new`);
		if (res.status === 403) continue; // of the account
		const form = await openForm(owner, `/settings/${path}/new`);
		for (const name of nothing) {
			const sent = await form.send({ ...rest, name });
			assert.equal(sent.status, 422, `${path} ${JSON.stringify(name)}`);
			assert.match(await sent.text(), /f-name"[\s\S]{0,400}form-error">This is needed/, `${path} ${JSON.stringify(name)}`);
		}
		seen++;
	}
	assert.ok(seen >= 8, `${seen} forms`);
	for (const name of nothing) {
		assert.equal((await owner.submit('/flows', '/flows', { name, template: 'blank' })).status, 422);
		assert.equal((await owner.submit('/calls', '/views', { page: 'calls', name, query: 'result=missed' })).status, 400);
		assert.equal((await owner.submit('/calls', '/marks', { call: world.alpha.callId, act: 'tag', tag: name, next: '/calls' })).status, 400);
		for (const path of ['/tags', '/pools', '/flows']) {
			const res = await api(key, path, { method: 'POST', body: { name } });
			assert.equal(res.status, 422, `${path} ${JSON.stringify(name)}`);
			assert.ok(res.json.errors.some((e) => e.pointer === '/name'), res.text);
		}
		const tags = await api(key, `/calls/${world.alpha.callId}`, { method: 'PATCH', body: { add_tags: [name] } });
		assert.equal(tags.status, 422);
	}
	assert.equal(count(), before);
	// A label is not needed: of nothing to see, it is none.
	const form = await openForm(owner, at.tracked());
	assert.equal((await form.send({ label: '\u00a0\u200b' })).status, 303);
	assert.equal(stack.sqlOne(`SELECT label FROM number WHERE id = ${hex(ids.tracked)}`), '');
});
