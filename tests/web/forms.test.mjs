// The forms: what is typed is kept, checked, written with its audit row, and
// refused when somebody else was faster. Every kind of thing goes the same way.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { decode, formsOf, openForm, pairs } from '../support/forms.mjs';
import { startStack, until } from '../support/stack.mjs';
import { addCompanies, fingerprint, hex, insert, uuid7 } from '../support/two_companies.mjs';

let stack, world, owner, foreign;

before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '100000'] });
	world = addCompanies(stack);
	owner = await stack.login();
	foreign = await stack.login(world.users.owner.email, world.password);
});
after(() => stack?.stop());

const audits = () => Number(stack.sqlOne('SELECT COUNT(*) FROM audit'));
const lastAudit = () => {
	const [action, before, after, user] = stack.sql('SELECT action, before_json, after_json, user_id IS NOT NULL FROM audit ORDER BY happened_at DESC, id DESC LIMIT 1')[0];
	return { action, before: JSON.parse(before ?? 'null'), after: JSON.parse(after ?? 'null'), user };
};

/** What a good new one is, and one change of it. */
const things = {
	locations: { add: { name: 'Downtown', time_zone: 'America/New_York' }, change: { name: 'Down town' }, one: 'location' },
	destinations: { add: { name: 'Sales', target: '(415) 555-0142', ring_s: '25', hours: 'mon-fri 09:00-17:30\n12-25 closed', holidays: 'us', regions: 'CO, 303',
		capacity: '2', cap_day: '50' }, change: { ring_s: '40', hours: 'sat 10:00-14:00' }, one: 'destination' },
	numbers: { add: { e164: '(415) 555-0151', label: 'Leaflet', record: 'notice' }, change: { label: 'Spring leaflet' }, one: 'number' },
	pools: { add: { name: 'Second pool', lease_s: '120', min_reuse_s: '60' }, change: { policy: 'own', lease_s: '240' }, one: 'pool' },
	sites: { add: { name: 'shop.example', origins: 'https://shop.example\nhttps://www.shop.example', targets: '415-555-0199', consent: 'require' },
		change: { origins: 'https://shop.example' }, one: 'site' },
	tags: { add: { name: 'Emergency' }, change: { name: 'Emergencies' }, one: 'tag' },
	outcomes: { add: { name: 'Quote sent', code: 'quote_sent', counts: 'lead' }, change: { name: 'Quote' }, one: 'outcome' },
	trunks: { add: { name: 'Carrier B', allow: '192.0.2.0/24\n198.51.100.7', next_hop: '192.0.2.1', username: 'us', password: 'pässwörd' },
		change: { allow: '192.0.2.0/24' }, one: 'trunk' },
	lists: { add: { name: 'blocked', numbers: '(415) 555-0160\n+1 212 555 0199' }, change: { numbers: '+14155550160' }, one: 'caller_list' },
	webhooks: { add: { name: 'CRM', url: 'https://crm.example/hook?a=1', events: ['call.ended', 'call.changed'], per_second: '10', parallel: '4' },
		change: { per_second: '5' }, one: 'webhook', shown: /[\w-]{43}/ },
	companies: { add: { name: 'Second business', time_zone: 'Europe/Berlin', country: 'DE', currency: 'EUR' }, change: { billable_s: '90' }, one: 'company' },
};

test('a form that is sent twice adds one; one that says something else adds another', async () => {
	for (const [path, t] of Object.entries(things)) {
		if (t.shown) continue; // what only its answer shows is made anew
		const at = `/settings/${path}`;
		const rows = async () => [...(await (await owner.fetch(at)).text()).matchAll(new RegExp(`href="${at}/[a-z]+_[0-9a-z]{26}"`, 'g'))].length;
		const named = (word, e164) => ({ ...t.add, ...(path === 'sites' ? { origins: `https://${word}.example` } : {}), ...(path === 'numbers' ? { e164 } : path === 'outcomes' ? { name: word, code: word } : path === 'lists' ? { name: word, numbers: '+14155550160' } : { name: word }) });
		const [n, trail] = [await rows(), audits()];
		const form = await openForm(owner, `${at}/new`);
		const twice = named('twice', '(415) 555-0157'), another = named('another', '(415) 555-0158');
		const answers = await Promise.all([twice, twice, twice].map((said) => form.send(said)));
		for (const res of answers) assert.equal(res.status, 303, `${path}: ${(await res.text()).match(/form-error">[^<]*|role="alert">[\s\S]{0,300}/)?.[0]}`);
		assert.equal(new Set(answers.map((res) => res.headers.get('location'))).size, 1, path);
		assert.equal(await rows(), n + 1, path);
		assert.equal(audits(), trail + 1, path);
		// By the way back, with another name.
		assert.equal((await form.send(another)).status, 303, path);
		assert.equal(await rows(), n + 2, path);
		if (path !== 'tags') continue;
		// What is taken is still said, and the form that says so can be sent.
		const taken = await form.send(another);
		assert.equal(taken.status, 422);
		const again = formsOf(await taken.text()).find((f) => f.action === `${at}/new`);
		const res = await owner.fetch(again.action, { method: 'POST', headers: { origin: stack.url }, body: new URLSearchParams(pairs(again.fields, { name: 'Fourth' })) });
		assert.equal(res.status, 303);
	}
});

test('what is shown once is made once, and the last one shown is good', async () => {
	const shown = async (res) => {
		assert.equal(res.status, 200);
		return (await res.text()).match(/<code data-copy>([\w-]+)</)[1];
	};
	const keys = () => Number(stack.sqlOne('SELECT COUNT(*) FROM api_key')), opens = async (key) => (await stack.fetch('/api/v1/tags', { headers: { authorization: `Bearer ${key}` } })).status;
	const form = await openForm(owner, '/settings/keys/new'), said = { name: 'Import', days: '30', scopes: ['calls:read', 'setup:read'] }, n = keys();
	await Promise.all([1, 2, 3].map(async () => shown(await form.send(said))));
	assert.equal(keys(), n + 1, 'three at once');
	const [first, second] = [await shown(await form.send(said)), await shown(await form.send(said))];
	assert.equal(keys(), n + 1);
	assert.deepEqual([await opens(first), await opens(second)], [401, 200]);
	assert.equal(lastAudit().action, 'API_key.secret');
	// A program has it: whoever sends the form now wants another. So does who says something else, or comes much later.
	await shown(await form.send(said));
	assert.deepEqual([keys(), await opens(second)], [n + 2, 200]);
	const hook = await openForm(owner, '/settings/webhooks/new'), url = { name: 'Once', url: 'HTTPS://once.example/hook', events: ['call.ended'] };
	const rows = () => stack.sql("SELECT HEX(secret_sealed) FROM webhook WHERE name LIKE 'Once%' ORDER BY id").map(([sealed]) => sealed);
	const a = await shown(await hook.send(url)), [was] = rows(), b = await shown(await hook.send(url));
	assert.notEqual(a, b);
	assert.equal(rows().length, 1);
	assert.notEqual(rows()[0], was);
	await shown(await hook.send({ ...url, name: 'Once more' }));
	stack.sql("UPDATE webhook SET created_at = created_at - INTERVAL 2 MINUTE WHERE name LIKE 'Once%'");
	await shown(await hook.send(url));
	assert.equal(rows().length, 3);
	const list = await (await owner.fetch('/settings/webhooks')).text();
	assert.ok(list.includes('HTTPS://once.example') && !/not encrypted/.test(list), 'capitals or not');
	assert.equal((await (await openForm(owner, '/settings/webhooks/new')).send({ ...url, url: 'HTTP://once.example/hook' })).status, 422);
	stack.sql("DELETE FROM webhook WHERE name LIKE 'Once%'; DELETE FROM api_key WHERE name = 'Import'");
});

test('a flow is made once by a form that is sent twice', async () => {
	const form = await openForm(owner, '/flows', (f) => f.action === '/flows');
	const answers = await Promise.all([1, 2, 3].map(() => form.send({ name: 'Made once', template: 'blank' })));
	assert.deepEqual(answers.map((res) => res.status), [303, 303, 303]);
	assert.equal(new Set(answers.map((res) => res.headers.get('location'))).size, 1);
	assert.equal((await form.send({ name: 'Made after', template: 'blank' })).status, 303, 'by the way back');
	assert.equal((await (await openForm(owner, '/flows', (f) => f.action === '/flows')).send({ name: 'Made once', template: 'blank' })).status, 422, 'taken');
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM flow WHERE name LIKE 'Made %'"), '2');
});

for (const [path, t] of Object.entries(things)) {
	test(`${path}: add, change, too late, retire; each with its audit row`, async () => {
		const at = `/settings/${path}`;
		let n = audits();
		const form = await openForm(owner, `${at}/new`);
		const added = await form.send(t.add);
		const answer = await added.text();
		assert.equal(added.status, t.shown ? 200 : 303, answer.match(/form-error">[^<]*|role="alert">[\s\S]{0,300}/)?.[0]);
		const once = t.shown && answer.match(/<code data-copy>([^<]*)</)[1];
		if (t.shown) assert.match(once, t.shown);
		else assert.match(added.headers.get('location'), new RegExp(`^${at}(/[a-z]+_[0-9a-z]{26})?\\?done=added$`));
		assert.equal(audits(), ++n);
		const was = lastAudit();
		assert.equal(was.action, `${t.one}.add`);
		assert.equal(was.before, null);
		assert.equal(was.user, '1');
		assert.ok(!JSON.stringify(was).includes('pässwörd') && !(once && JSON.stringify(was).includes(once)), 'a secret in the audit log');

		const list = await (await owner.fetch(`${at}?done=added`)).text();
		assert.ok(!once || !list.includes(once), 'shown once');
		assert.match(list, /class="done"[\s\S]*Added\./);
		const name = t.add.name ?? t.add.label;
		const row = list.match(new RegExp(`href="(${at}/[a-z]+_[0-9a-z]{26})">(?:(?!</tr>)[\\s\\S])*?${name}`));
		assert.ok(row, `no ${name} in the list`);
		const href = row[1];

		// Two people open the form; the second to save is told.
		const first = await openForm(owner, href);
		const second = await openForm(owner, href);
		const saved = await first.send(t.change);
		assert.equal(saved.status, 303, (await saved.text()).match(/form-error">[^<]*|role="alert">[\s\S]{0,300}/)?.[0]);
		assert.equal(audits(), ++n);
		const change = lastAudit();
		assert.equal(change.action, `${t.one}.change`);
		const key = Object.keys(t.change)[0];
		assert.notDeepEqual(change.before[key], change.after[key]);

		const late = await second.send({ ...t.change, ...(t.add.name && path !== 'sites' ? { name: 'Too late' } : {}) });
		assert.equal(late.status, 409);
		const both = await late.text();
		assert.match(both.match(/<h1>[^<]*</)?.[0] ?? both, /<h1>\S+ changed this/, `${path}: it says who was faster`);
		assert.equal(audits(), n, 'a refused change is none');

		// The same again changes nothing.
		const same = await openForm(owner, href);
		const nothing = await same.send({});
		assert.equal(nothing.headers.get('location'), `${href}?done=same`);
		assert.equal(audits(), n);

		// Another company's people do not see it and cannot touch it.
		const mark = fingerprint(stack);
		for (const method of ['GET', 'POST']) {
			const res = await foreign.fetch(href, method === 'GET' ? {} : { method, headers: { origin: stack.url },
				body: new URLSearchParams({ csrf: (await foreign.hiddenFields('/')).csrf, stamp: 'x', ...t.add }) });
			assert.ok([403, 404].includes(res.status), `${method} ${href}: ${res.status}`);
			assert.ok(!(await res.text()).includes(name));
		}
		const theirs = await foreign.fetch(`${href}/retire`, { method: 'POST', headers: { origin: stack.url },
			body: new URLSearchParams({ csrf: (await foreign.hiddenFields('/')).csrf }) });
		assert.ok([403, 404].includes(theirs.status));
		assert.equal(fingerprint(stack), mark);

		// A program that sends the form without its box does not mean it.
		for (const body of [{}, { sure: '' }, { sure: 'no' }]) {
			const unsure = await owner.submit(href, `${href}/retire`, body);
			assert.equal(unsure.status, 422);
			assert.match(await unsure.text(), /role="alert">[\s\S]*Nothing was changed/);
		}
		assert.equal(audits(), n, 'nothing is retired by half a form');
		const gone = await owner.submit(href, `${href}/retire`, { sure: 'yes' });
		assert.equal(gone.status, 303);
		assert.equal(audits(), ++n);
		assert.equal(lastAudit().action, `${t.one}.retire`);
		assert.equal((await owner.fetch(href)).status, 404);
	});
}

// Text that breaks out of wherever it is not escaped, in every field of every
// form: shown back inert, character by character, in the field it was typed in.
const hostile = {
	markup: '"><script>alert(1)</script><img src=x onerror=alert(2)>',
	quotes: `'"\`;-- \\' " onfocus="alert(3)`,
	templates: '{{csrf}}{{#fields}}{{/fields}}{{> layout_top}}${7*7}<%= 1 %>',
	entities: '&lt;script&gt;&amp;amp;&#x27;&quot;',
	rtl: '\u202eevil\u2066\u200f\u05d0',
	wide: '𝕏😀\u{10ffff}',
	path: '../../../../etc/passwd',
	format: '%s%n%x=cmd|\' /C calc\'!A0',
};

test('hostile text in every field of every form comes back inert', async () => {
	for (const path of [...Object.keys(things).map((p) => `${p}/new`), 'company', 'policy']) {
		const form = await openForm(owner, `/settings/${path}`);
		for (const [kind, text] of Object.entries(hostile)) {
			const typed = Object.fromEntries(Object.entries(form.fields).filter(([n]) => !['csrf', 'stamp'].includes(n)).map(([n]) => [n, text]));
			const res = await form.send(typed);
			// A form of free text alone takes it; then it is the list that shows it.
			const taken = res.status === 303 && Object.keys(typed).length === 1;
			if (!taken) assert.equal(res.status, 422, `${path} ${kind}`);
			const html = taken ? await (await owner.fetch(form.action.replace('/new', ''))).text() : await res.text();
			for (const raw of ['<script>alert', '<img src=x', '{{', 'onfocus="alert'])
				if (text.includes(raw) && raw !== '{{') assert.ok(!html.includes(raw), `${path} ${kind}: ${raw}`);
			if (taken) {
				assert.ok(decode(html).includes(text), `${path} ${kind}: not in the list as typed`);
				continue;
			}
			const again = formsOf(html).find((f) => /class="card form"/.test(f.text));
			for (const [name, f] of Object.entries(again.fields)) {
				if (['csrf', 'stamp'].includes(name)) continue;
				if (f.type === 'password') assert.equal(f.value, '', `${path} ${name}: a secret is shown`);
				else if (['text', 'email', 'textarea'].includes(f.type)) assert.equal(f.value, text, `${path} ${kind} ${name}`);
				else if (f.type === 'select') assert.ok(f.options.includes(f.value), `${path} ${name}`);
			}
		}
		for (const [bad, status] of [['a\0b', 400], ['\x1b[31m', 400], ['x'.repeat(1 << 20), 413]]) {
			const name = Object.keys(form.fields).find((n) => !['csrf', 'stamp'].includes(n));
			const res = await form.send({ [name]: bad }).catch((e) => ({ status: e.cause?.code, text: async () => '' }));
			assert.ok(res.status === status || ['EPIPE', 'ECONNRESET', 'UND_ERR_SOCKET'].includes(res.status), `${path} ${status}: ${res.status}`);
			assert.ok(!(await res.text()).includes(bad));
		}
		// Just short of the limit of a body: too long for the field, and said so.
		const first = Object.entries(form.fields).find(([, f]) => f.type === 'text')[0];
		const long = await form.send({ [first]: 'é'.repeat(9000) });
		assert.equal(long.status, 422);
		assert.match(await long.text(), /characters\.|no such|not a telephone|Small letters|Between 0 and/i, path);
	}
});

test('who was faster is who changed it, not who came after them to something else', async () => {
	const admin = await stack.login(world.users.admin.email, world.password);
	const late = await openForm(foreign, '/settings/policy');
	assert.equal((await (await openForm(admin, '/settings/policy')).send({ quarantine_days: '41' })).status, 303);
	assert.equal((await (await openForm(foreign, '/settings/company')).send({ billable_s: '47' })).status, 303);
	const res = await late.send({ quarantine_days: '42' });
	assert.equal(res.status, 409);
	assert.match(await res.text(), /<h1>admin changed this/);
	// A company is changed from its own page and from the account's list.
	const before_ = await openForm(admin, '/settings/company');
	const agency = uuid7();
	stack.sql(insert('user', { id: hex(agency), account_id: hex(world.alpha.account), email: "'agency@alpha.example'", name: "'agency'",
		password_hash: `'${stack.sqlOne("SELECT password_hash FROM user WHERE email = 'admin@alpha.example'")}'`, created_at: 'UTC_TIMESTAMP(6)' })
		+ insert('membership', { user_id: hex(agency), account_id: hex(world.alpha.account), company_id: 'REPEAT(CHAR(0), 16)', role: "'owner'", created_at: 'UTC_TIMESTAMP(6)' }));
	const list = await openForm(await stack.login('agency@alpha.example', world.password), `/settings/companies/${world.alpha.companyId}`);
	assert.equal((await list.send({ billable_s: '49' })).status, 303);
	const second = await before_.send({ billable_s: '50' });
	assert.equal(second.status, 409);
	assert.match(await second.text(), /<h1>agency changed this/);
	const third = await list.send({ billable_s: '51' });
	assert.match(await third.text(), /<h1>agency changed this/);
	assert.equal((await (await openForm(admin, '/settings/company')).send({ billable_s: '52' })).status, 303);
	assert.match(await (await list.send({ billable_s: '51' })).text(), /<h1>admin changed this/);
});

test('a share is typed as per cent; what is wrong has the focus; two versions are told in words', async () => {
	const at = '/settings/company';
	const form = await openForm(owner, at);
	const late = await openForm(owner, at);
	assert.equal(form.fields.credit_min_bp.value, '60');
	const wrong = await form.send({ credit_min_bp: '6000', country: 'X' });
	assert.equal(wrong.status, 422);
	const html = await wrong.text();
	assert.match(html, /<title>Not saved: /);
	assert.match(html, /<strong class="form-error">From 0\.01 to 100/);
	assert.equal(formsOf(html).find((f) => f.action === at).fields.credit_min_bp.value, '6000', 'what was typed is kept');
	assert.deepEqual(html.match(/<[^>]* autofocus[^>]*>/g).map((tag) => tag.match(/ name="(\w+)"/)?.[1]), ['country'], 'the first that is wrong');
	assert.equal((await form.send({ credit_min_bp: '62.5' })).status, 303);
	assert.equal(stack.sqlOne('SELECT COUNT(*) FROM company WHERE credit_min_bp = 6250'), '1');
	assert.equal((await openForm(owner, at)).fields.credit_min_bp.value, '62.5');
	assert.match(await (await owner.fetch('/settings/audit')).text(), /A source is credited from, %[^]{0,200}>60<[^]{0,200}>62\.5</);
	assert.match(await (await late.send({ credit_min_bp: '70' })).text(), /<td class="said">62\.5<\/td><td class="said">70</);

	const pool = (await (await owner.fetch('/settings/pools')).text()).match(/href="(\/settings\/pools\/[a-z]+_\w{26})"/)[1];
	const [mine, theirs] = [await openForm(owner, pool), await openForm(owner, pool)];
	const [one, other] = mine.fields.policy.options.filter((o) => o !== mine.fields.policy.value);
	assert.equal((await theirs.send({ policy: one })).status, 303);
	const both = await (await mine.send({ policy: other })).text();
	const said = [...both.matchAll(/<td class="said">([^<]*)</g)].map((m) => m[1]);
	assert.equal(said.length, 2);
	assert.ok(said.every((s) => s.includes(' ')), `words, no codes: ${said}`);
});

test('names of flows: of many who sent at once from the same page one wins, the others are shown its name', async () => {
	const made = await owner.submit('/flows', '/flows', { name: 'Named at once', template: 'blank' });
	assert.equal(made.status, 303, await made.clone().text());
	const at = made.headers.get('location').split('?')[0];
	const fields = (await openForm(owner, at, (f) => f.action?.endsWith('/name'))).fields;
	const sent = await Promise.all(Array.from({ length: 8 }, (_, i) => owner.fetch(`${at}/name`, { method: 'POST', headers: { origin: stack.url },
		body: new URLSearchParams({ csrf: fields.csrf.value, stamp: fields.stamp.value, name: `Named ${i}` }) })));
	assert.deepEqual(sent.map((res) => res.status).sort(), [303, ...Array(7).fill(409)]);
	const name = `Named ${sent.findIndex((res) => res.status === 303)}`;
	for (const res of sent.filter((r) => r.status === 409)) {
		const html = await res.text();
		assert.match(html, /changed the name meanwhile/);
		assert.ok(html.includes(`<td class="said">${name}</td>`), name);
	}
});

test('a number that is dialled within its town only is reached by nobody', async () => {
	for (const [path, said] of [['numbers', { e164: '555 0101' }], ['destinations', { name: 'Next door', target: '555 0101' }]]) {
		const res = await (await openForm(owner, `/settings/${path}/new`)).send(said);
		assert.equal(res.status, 422, path);
		assert.match(await res.text(), /This is (not|neither) a telephone number/);
	}
});

test('values that the form did not offer are refused', async () => {
	const form = await openForm(owner, '/settings/numbers/new');
	for (const flow of ['flo_00000000000000000000000000', 'x', world.beta.companyId])
		assert.equal((await form.send({ e164: '+14155550152', record: 'off', flow })).status, 422);
	const twice = await owner.fetch('/settings/numbers/new', { method: 'POST', headers: { origin: stack.url, 'content-type': 'application/x-www-form-urlencoded' },
		body: `csrf=${form.fields.csrf.value}&e164=%2B14155550152&e164=%2B14155550153&record=off` });
	assert.equal(twice.status, 422);
	assert.match(await twice.text(), /sent twice/);
});

test('the notice of a number: one that comes with the product, or one of the company\'s own', async () => {
	const href = (await (await owner.fetch('/settings/numbers?q=0101')).text()).match(/href="(\/settings\/numbers\/num_[^"]+)"/)[1];
	const key = () => stack.sqlOne("SELECT notice_key FROM number WHERE e164 = '+14155550101'");
	const prompt = (company, key, name) => stack.sql(`INSERT INTO prompt (company_id, id, name, prompt_key, active_key, language, created_at)
		VALUES (${company}, RANDOM_BYTES(16), '${name}', '${key}', '${key}', 'de', UTC_TIMESTAMP(6))`);
	prompt("(SELECT company_id FROM number WHERE e164 = '+14155550101')", 'hinweis', 'Hinweis & Gruß <b>');
	prompt(`X'${world.alpha.id.toString('hex')}'`, 'theirs', 'Not ours');
	const form = await openForm(owner, href);
	assert.deepEqual(form.fields.notice.options, ['', 'notice.en', 'hinweis'], 'tones and other prompts that come along are no notice');
	assert.match(form.html, /hinweis: Hinweis &amp; Gruß &lt;b&gt;/);
	assert.equal((await form.send({ notice: 'hinweis' })).status, 303);
	assert.equal(key(), 'hinweis');
	assert.equal((await openForm(owner, href)).fields.notice.value, 'hinweis');
	assert.equal((await (await openForm(owner, href)).send({ notice: 'theirs' })).status, 422);
	assert.equal((await (await openForm(owner, href)).send({ notice: 'notice.nowhere' })).status, 422);
	assert.equal((await (await openForm(owner, href)).send({ notice: '' })).status, 303);
	assert.equal(key(), '');
});

test('a manager may not record without a notice; an owner must say why', async () => {
	const manager = await stack.login(world.users.manager.email, world.password);
	const add = { e164: '+14155550153', record: 'silent', record_why: 'The state of Alpha allows it' };
	const refused = await (await openForm(manager, '/settings/numbers/new')).send(add);
	assert.equal(refused.status, 422);
	assert.match(await refused.text(), /Only an owner/);
	const silent = await (await openForm(foreign, '/settings/numbers/new')).send({ ...add, record_why: 'short' });
	assert.match(await silent.text(), /Say why/);
	assert.equal((await (await openForm(foreign, '/settings/numbers/new')).send(add)).status, 303);
	const rows = stack.sql("SELECT action, after_json FROM audit WHERE action = 'number.record_silent'");
	assert.equal(rows.length, 1);
	assert.equal(JSON.parse(rows[0][1]).why, add.record_why);
	assert.equal(stack.sqlOne("SELECT record_confirmed_by IS NOT NULL FROM number WHERE e164 = '+14155550153'"), '1');
});

test('webhooks: a test is sent, and what was sent can be sent again', async () => {
	await (await openForm(owner, '/settings/webhooks/new')).send({ name: 'Shop', url: 'https://shop.example/hook', events: ['call.ended'], signature: 'v1', per_second: '10', parallel: '4' });
	for (const url of ['javascript:alert(1)', 'ftp://x.example/', 'https://', 'https:///x', 'https://user:pw@x.example/', 'https://x.example/ y', 'https://x.example/"'])
		assert.equal((await (await openForm(owner, '/settings/webhooks/new')).send({ name: 'Bad', url, events: ['call.ended'] })).status, 422, url);
	// What everybody on the way can read is not sent, unless the operator says so.
	const plain = { name: 'Plain', url: 'http://shop.example/hook', events: ['call.ended'] };
	const readable = await (await openForm(owner, '/settings/webhooks/new')).send(plain);
	assert.equal(readable.status, 422);
	assert.match(await readable.text(), /f-url"[\s\S]*read by everybody/);
	const admin = stack.pidOf('admin.fcgi');
	writeFileSync(stack.conf, readFileSync(stack.conf, 'utf8').replace(/^hooks_plain 0$/m, 'hooks_plain 1'));
	process.kill(admin, 'SIGTERM');
	await until('the admin program is back', async () => ![undefined, admin].includes(stack.pidOf('admin.fcgi')) && (await owner.fetch('/settings/webhooks/new')).status === 200);
	assert.equal((await (await openForm(owner, '/settings/webhooks/new')).send(plain)).status, 200);
	writeFileSync(stack.conf, readFileSync(stack.conf, 'utf8').replace(/^hooks_plain 1$/m, 'hooks_plain 0'));
	const allowed = stack.pidOf('admin.fcgi');
	process.kill(allowed, 'SIGTERM');
	await until('and once more', async () => ![undefined, allowed].includes(stack.pidOf('admin.fcgi')) && (await owner.fetch('/settings/webhooks/new')).status === 200);
	// One that is there already is marked, may be renamed, and leads nowhere else in plain text.
	const marked = (await (await owner.fetch('/settings/webhooks')).text()).match(/href="(\/settings\/webhooks\/[a-z]+_[0-9a-z]{26})">Plain<[\s\S]{0,200}?not encrypted/)[1];
	assert.equal((await (await openForm(owner, marked)).send({ name: 'Plain still' })).status, 303);
	assert.equal((await (await openForm(owner, marked)).send({ url: 'http://other.example/hook' })).status, 422);
	assert.equal((await (await openForm(owner, marked)).send({ url: 'https://other.example/hook' })).status, 303);
	stack.sql("DELETE FROM webhook WHERE name = 'Plain still'");
	// The network of who runs this is not a company's to open.
	const inside = { name: 'Inside', url: 'http://127.0.0.1:1/', events: ['call.ended'], private_ok: '1' };
	const refused = await (await openForm(foreign, '/settings/webhooks/new')).send(inside);
	assert.equal(refused.status, 422);
	assert.match(await refused.text(), /Only an administrator of the whole account/);
	assert.equal(stack.sqlOne('SELECT COUNT(*) FROM webhook WHERE private_ok = 1'), '0');
	assert.equal((await (await openForm(owner, '/settings/webhooks/new')).send(inside)).status, 200);
	assert.equal(stack.sqlOne('SELECT COUNT(*) FROM webhook WHERE private_ok = 1'), '1');
	stack.sql('DELETE FROM webhook WHERE private_ok = 1');
	const href = (await (await owner.fetch('/settings/webhooks')).text()).match(/href="(\/settings\/webhooks\/[a-z]+_[0-9a-z]{26})"/)[1];
	assert.equal((await owner.submit(href, `${href}/test`, {})).status, 303);
	const log = await (await owner.fetch(`${href}/log`)).text();
	const event = log.match(/evt_[0-9a-z]{26}/)[0];
	assert.match(log, /<td>test</);
	assert.equal((await owner.submit(href, `${href}/replay`, { event })).status, 404, 'it has not ended');
	stack.sql("UPDATE webhook_delivery SET state = 'parked', ended_at = UTC_TIMESTAMP(6), answer = '<script>alert(9)</script>'");
	const parked = await (await owner.fetch(`${href}/log?state=parked`)).text();
	assert.ok(parked.includes(event) && !parked.includes('<script>alert(9)'));
	assert.equal((await owner.submit(href, `${href}/replay`, { event })).status, 303);
	assert.equal(stack.sqlOne('SELECT state FROM webhook_delivery'), 'ready');
	stack.sql("UPDATE webhook_delivery SET state = 'parked', ended_at = UTC_TIMESTAMP(6)");
	assert.equal((await owner.submit(href, `${href}/replay`, { what: 'parked' })).status, 303);
	assert.equal(stack.sqlOne('SELECT state FROM webhook_delivery'), 'ready');
	for (const bad of [{}, { what: 'x' }, { event: 'x' }]) assert.equal((await owner.submit(href, `${href}/replay`, bad)).status, 400);
	assert.equal((await foreign.submit('/', `${href}/replay`, { what: 'all' })).status, 404);
	assert.equal((await foreign.submit('/', `${href}/test`, {})).status, 404);
	assert.equal((await foreign.fetch(`${href}/log`)).status, 404);
});

test('a number rests, and no pool gets it meanwhile', async () => {
	const href = (await (await owner.fetch('/settings/numbers?q=0101')).text()).match(/href="(\/settings\/numbers\/num_[^"]+)"/)[1];
	const pool = (await openForm(owner, href)).fields.pool.value;
	assert.match(pool, /^pol_/);
	assert.equal((await owner.submit(href, `${href}/rest`, {})).status, 303);
	const form = await openForm(owner, href);
	assert.equal(form.fields.pool.value, '');
	const back = await form.send({ pool });
	assert.equal(back.status, 422);
	assert.match(await back.text(), /rests/);
	assert.equal((await owner.submit(href, `${href}/rest`, {})).status, 409);
	assert.equal((await owner.submit(href, `${href}/lift`, {})).status, 303);
	assert.equal((await (await openForm(owner, href)).send({ pool })).status, 303);
	assert.match(await (await owner.fetch('/settings/numbers?q=%25')).text(), /None yet/, 'a % is a letter like any other');
});

test('hours of a destination: a grid, lines behind it, what does not fit stays lines', async () => {
	const add = { name: 'Weekend desk', target: '+14155550133', hours_mon_1a: '9', hours_mon_1b: '17:30', hours_tue_1a: '9', hours_tue_1b: '17:30',
		hours_sat_2a: '22:00', hours_sat_2b: '06:00', hours_days: '12-25 closed\r\n2026-12-24 10:00-12:00', holidays: 'us' };
	const added = await (await openForm(owner, '/settings/destinations/new')).send(add);
	assert.equal(added.status, 303);
	const href = (await (await owner.fetch('/settings/destinations')).text()).match(/href="([^"]*dst_[0-9a-z]{26})"[^>]*>(?:(?!<\/tr>)[\s\S])*?Weekend desk/)[1];
	const stored = () => JSON.parse(stack.sqlOne("SELECT hours FROM destination WHERE name = 'Weekend desk'"));
	assert.deepEqual(stored(), { weekly: [{ days: 'mon,tue', from: '09:00', to: '17:30' }, { days: 'sat', from: '22:00', to: '06:00' }],
		special: [{ date: '12-25', from: '00:00', to: '00:00' }, { date: '2026-12-24', from: '10:00', to: '12:00' }], holidays: 'us' });
	const form = await openForm(owner, href);
	assert.equal(form.fields.hours_tue_1a.value, '09:00');
	assert.equal(form.fields.hours_sat_1b.value, '06:00', 'spans move to the front');
	assert.equal(form.fields.hours_days.value, '12-25 closed\n2026-12-24 10:00-12:00');
	// Without a script: every day as on Monday.
	assert.equal((await form.send({ hours_same: '1', hours_days: '' })).status, 303);
	assert.deepEqual(stored().weekly, [{ days: 'mon-sun', from: '09:00', to: '17:30' }]);
	// What is wrong is shown as it was typed, and nothing is stored.
	const wrong = await (await openForm(owner, href)).send({ hours_wed_1a: 'noon', hours_wed_1b: '' });
	assert.equal(wrong.status, 422);
	const html = await wrong.text();
	assert.match(html, /name="hours_wed_1a" value="noon"/);
	assert.match(html, /Times like 09:00/);
	assert.equal(stored().weekly.length, 1);
	// Five spans of one day are more than a grid shows.
	const lines = [1, 3, 5, 7, 9].map((h) => `mon 0${h}:00-0${h}:30`).join('\n');
	const fields = Object.fromEntries(Object.keys((await openForm(owner, href)).fields).filter((n) => n.startsWith('hours_')).map((n) => [n, null]));
	assert.equal((await (await openForm(owner, href)).send({ ...fields, hours: lines })).status, 303);
	assert.equal((await openForm(owner, href)).fields.hours.value, lines);
});

test('two things of one name are told apart by a word, others by nothing', async () => {
	const list = async () => (await (await owner.fetch('/settings/locations')).text()).match(/same name twice/g)?.length ?? 0;
	for (const [name, twins] of [['Twin place', 0], ['Another place', 0], ['twin PLACE', 2]]) {
		assert.equal((await (await openForm(owner, '/settings/locations/new')).send({ name, time_zone: 'UTC' })).status, 303);
		assert.equal(await list(), twins, name);
	}
});

test('nothing of this was our mistake', () => {
	assert.doesNotMatch(stack.log('admin'), /status=5\d\d/);
	assert.doesNotMatch(stack.log('admin'), /alert\(|pässw/);
});

test('a destination\'s limits: read as lines, kept as hours, refused with a reason', async () => {
	const last = () => stack.sql('SELECT hours, regions, capacity, cap_hour, cap_day FROM destination ORDER BY id DESC LIMIT 1')[0];
	const form = await openForm(owner, '/settings/destinations/new');
	const res = await form.send({ name: 'Night desk', target: '(415) 555-0143', hours: 'fri-sat 22:00-06:00\n\n2026-12-24  closed', holidays: 'gb', regions: 'CO', cap_hour: '7' });
	assert.equal(res.status, 303);
	const [hours, ...rest] = last();
	assert.deepEqual(rest, ['CO', '0', '7', '0']);
	assert.deepEqual(JSON.parse(hours), { weekly: [{ days: 'fri-sat', from: '22:00', to: '06:00' }],
		special: [{ date: '2026-12-24', from: '00:00', to: '00:00' }], holidays: 'gb' });
	const href = (await (await owner.fetch('/settings/destinations')).text()).match(/href="([^"]*dst_[0-9a-z]{26})"[^>]*>(?:(?!<\/tr>)[\s\S])*?Night desk/)[1];
	const again = await openForm(owner, href);
	assert.deepEqual([again.fields.hours_fri_1a, again.fields.hours_sat_1b, again.fields.hours_days].map((f) => f.value), ['22:00', '06:00', '2026-12-24 closed']);
	// Nothing but holidays: always, except then. Nothing at all: always.
	assert.equal((await again.send({ hours: '', regions: '' })).status, 303);
	assert.deepEqual(JSON.parse(last()[0]).weekly, [{ days: 'mon-sun', from: '00:00', to: '24:00' }]);
	assert.equal((await (await openForm(owner, href)).send({ hours: '', holidays: '' })).status, 303);
	assert.equal(last()[0] ?? '', '');
	for (const hours of ['whenever', 'mon 9-17', 'mon 25:00-26:00', '13-45 closed', 'mon', '{"weekly":[]}'])
		assert.equal((await (await openForm(owner, href)).send({ hours })).status, 422, hours);
	assert.equal((await (await openForm(owner, href)).send({ regions: '<b>' })).status, 422);
});

test('a carrier is called so in the list and in its form', async () => {
	for (const path of ['/settings/trunks', '/settings/trunks/new']) {
		const html = await (await owner.fetch(path)).text();
		assert.match(html, /<h1>(Carriers|Add carrier)<\/h1>/, path);
		assert.doesNotMatch(html, />Add trunk</, path);
	}
});
