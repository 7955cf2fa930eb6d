// A web site's form: its own names for parameters, and the secret of its server.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { openForm } from '../support/forms.mjs';
import { startStack } from '../support/stack.mjs';
import { addCompanies, fingerprint } from '../support/two_companies.mjs';

let stack, world, owner, foreign, href;

before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '100000'] });
	world = addCompanies(stack);
	owner = await stack.login();
	foreign = await stack.login(world.users.owner.email, world.password);
	const res = await (await openForm(owner, '/settings/sites/new')).send({ name: 'shop.example', origins: 'https://shop.example', targets: '415-555-0199',
		params: 'kw = keyword\n\n ad[id]\t=  ad_id ' });
	assert.equal(res.status, 303, await res.text());
	href = res.headers.get('location').replace('?done=added', '');
});
after(() => stack?.stop());

const rows = () => stack.sql("SELECT p.param, p.field FROM site_param p JOIN site s ON s.id = p.site_id WHERE s.name = 'shop.example' ORDER BY p.param");
const secret = () => stack.sqlOne("SELECT LOWER(COALESCE(HEX(server_token_hash), '')) FROM site WHERE name = 'shop.example'");
const lastAudit = () => stack.sql('SELECT action, before_json, after_json FROM audit ORDER BY happened_at DESC, id DESC LIMIT 1')[0];

test('parameters of its own are kept, shown again, changed and taken away', async () => {
	assert.deepEqual(rows(), [['ad[id]', 'ad_id'], ['kw', 'keyword']]);
	const version = Number(stack.sqlOne('SELECT version FROM config_version'));
	const form = await openForm(owner, href);
	assert.equal(form.fields.params.value, 'ad[id] = ad_id\nkw = keyword');
	assert.equal((await form.send({ params: 'kw = utm_term\nplace = placement' })).status, 303);
	assert.deepEqual(rows(), [['kw', 'utm_term'], ['place', 'placement']]);
	assert.ok(Number(stack.sqlOne('SELECT version FROM config_version')) > version, 'the tag\'s server would not notice');
	const [action, before, after] = lastAudit();
	assert.equal(action, 'site.change');
	assert.equal(JSON.parse(before).params, 'ad[id] = ad_id\nkw = keyword');
	assert.equal(JSON.parse(after).params, 'kw = utm_term\nplace = placement');
	assert.equal((await (await openForm(owner, href)).send({ params: '' })).status, 303);
	assert.deepEqual(rows(), []);
});

test('the form has what to paste into the ad platforms, as the docs have it', async () => {
	const unescaped = (text) => text.replaceAll('&amp;', '&').replaceAll('&#39;', "'");
	const shown = [...(await openForm(owner, href)).html.matchAll(/<p class="small">([^<]*)<\/p><pre[^>]*><code data-copy>([^<]*)</g)].map(([, where, text]) => [where.split(':')[0], unescaped(text)]);
	const told = [...readFileSync('docs/install/tracking-templates.md', 'utf8').matchAll(/^\*\*([^*]+)\*\*[^:]*:\n\n {4}(.+)$/gm)].map(([, where, text]) => [where, text]);
	assert.equal(told.length, 4);
	assert.deepEqual(shown, told);
});

test('parameters that cannot be are refused, in words', async () => {
	const mark = fingerprint(stack);
	for (const [params, why] of [['kw', /like kw = keyword/], ['kw = password', /a field that there is not/], ['k w = keyword', /like kw = keyword/],
		['kw = keyword\nKW = utm_term', /twice/], ['"><script>alert(1)</script> = keyword', /like kw = keyword/],
		[Array.from({ length: 41 }, (_, i) => `p${i} = keyword`).join('\n'), /too many/]]) {
		const res = await (await openForm(owner, href)).send({ params });
		const html = await res.text();
		assert.equal(res.status, 422, params);
		assert.match(html, why);
		assert.ok(!html.includes('<script>alert'));
	}
	assert.equal(fingerprint(stack), mark);
});

test('the secret is shown once, ends the one before, and can be taken away', async () => {
	assert.equal(secret(), '');
	assert.match((await openForm(owner, href)).html, /Make a secret/);
	const seen = [];
	for (let i = 0; i < 2; i++) {
		const res = await owner.submit(href, `${href}/token`, {});
		assert.equal(res.status, 200);
		const [, text] = (await res.text()).match(/<code data-copy>([\w-]{43})</);
		assert.equal(secret(), createHash('sha256').update(text).digest('hex'));
		assert.ok(!JSON.stringify(lastAudit()).includes(text) && !stack.log('admin').includes(text));
		assert.equal(lastAudit()[0], 'site.secret');
		seen.push(text);
	}
	assert.notEqual(seen[0], seen[1]);
	const html = (await openForm(owner, href)).html;
	assert.match(html, /Make a new secret[\s\S]*Take the secret away/);
	assert.ok(!html.includes(seen[1]));
	assert.equal((await owner.submit(href, `${href}/token/off`, {})).status, 303);
	assert.equal(secret(), '');
});

test('nobody else makes one', async () => {
	const agent = await stack.login(world.users.agent.email, world.password);
	const mark = fingerprint(stack);
	for (const who of [foreign, agent])
		for (const path of [`${href}/token`, `${href}/token/off`])
			assert.ok([403, 404].includes((await who.submit('/', path, {})).status), path);
	assert.equal((await owner.fetch(`${href}/token`, { method: 'POST', headers: { origin: stack.url }, body: new URLSearchParams({}) })).status, 403, 'no CSRF token');
	assert.equal((await owner.submit(href, '/settings/sites/sit_00000000000000000000000000/token', {})).status, 404);
	assert.equal(fingerprint(stack), mark);
});

test('pages to look at: on the site\'s own addresses only; none is the front page', async () => {
	const urls = () => stack.sql("SELECT p.url FROM site_page p JOIN site s ON s.id = p.site_id WHERE s.name = 'shop.example' ORDER BY p.url").map(([u]) => u);
	assert.deepEqual(urls(), ['https://shop.example/']);
	const mark = fingerprint(stack);
	for (const pages of ['https://other.example/', 'https://shop.example.evil.example/', 'http://shop.example/', '/landing', 'https://shop.example/ä',
		'https://shop.example@evil.example/', `https://shop.example/${'x'.repeat(500)}`, Array.from({ length: 21 }, (_, i) => `https://shop.example/${i}`).join('\n')]) {
		const res = await (await openForm(owner, href)).send({ pages });
		assert.equal(res.status, 422, pages);
		assert.match(await res.text(), /one of the site|too many/);
	}
	assert.equal(fingerprint(stack), mark);
	assert.equal((await (await openForm(owner, href)).send({ pages: 'https://shop.example/ads?a=1\nhttps://shop.example/b' })).status, 303);
	assert.deepEqual(urls(), ['https://shop.example/ads?a=1', 'https://shop.example/b']);
});

test('asked for now: once a minute, by a manager', async () => {
	const agent = await stack.login(world.users.agent.email, world.password);
	assert.ok([403, 404].includes((await foreign.submit('/', `${href}/check`, {})).status));
	assert.ok([403, 404].includes((await agent.submit('/', `${href}/check`, {})).status));
	for (const want of ['1', '0']) {
		const res = await owner.submit(href, `${href}/check`, {});
		assert.equal(res.status, 303);
		assert.equal(res.headers.get('location'), `${href.replace('/settings', '')}?asked=${want}`);
	}
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM job WHERE kind = 'site'"), '1');
	const html = await (await owner.fetch(`${href.replace('/settings', '')}?asked=1`)).text();
	assert.match(html, /They are being looked at/);
	assert.match(html, /https:\/\/shop\.example\/ads\?a=1[\s\S]*waits for its look/);
	assert.doesNotMatch(html.replaceAll(/<[^>]*>/g, ' '), /\s· waits|Tag version 0/, 'never looked at, never seen');
});

test('an address with its scheme’s own port is kept as browsers send it', async () => {
	const add = async (origins) => (await openForm(owner, '/settings/sites/new')).send({ name: 'ports', origins, targets: '415-555-0199' });
	const res = await add('https://p.example:443\nhttps://p.example\nhttp://p.example:80\nhttp://p.example:443\nhttps://p.example:8443\nhttps://P80.example:80');
	assert.equal(res.status, 303, await res.text());
	assert.deepEqual(stack.sql("SELECT o.origin FROM site_origin o JOIN site s ON s.id = o.site_id WHERE s.name = 'ports' ORDER BY o.origin").flat(),
		['http://p.example', 'http://p.example:443', 'https://P80.example:80', 'https://p.example', 'https://p.example:8443']);
	for (const wrong of ['https://:443', 'https://bücher.example']) {
		const refused = await add(wrong);
		assert.equal(refused.status, 422);
		assert.match(await refused.text(), /xn--/);
	}
});

test('an address is one site’s in its company; others have their own', async () => {
	const typed = { name: 'twin <b>', origins: 'https://twin.example\nhttps://SHOP.example:443', targets: '415-555-0199' };
	const refused = await (await openForm(owner, '/settings/sites/new')).send(typed);
	assert.equal(refused.status, 422);
	assert.match(await refused.text(), /“shop\.example” has https:\/\/SHOP\.example already; the tag there can mean one site only/);
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM site WHERE name LIKE 'twin%'"), '0');
	assert.equal((await (await openForm(owner, '/settings/sites/new')).send({ ...typed, origins: 'https://twin.example' })).status, 303);
	assert.equal((await (await openForm(foreign, '/settings/sites/new')).send(typed)).status, 303, 'nobody learns what other companies have');
	// What it has already it may keep, and an archived one gives its own up.
	const form = await openForm(owner, href);
	assert.equal((await form.send({ origins: 'https://shop.example\nhttps://twin.example' })).status, 422);
	stack.sql("UPDATE site SET archived_at = UTC_TIMESTAMP(6) WHERE name = 'twin <b>'");
	assert.equal((await (await openForm(owner, href)).send({ origins: 'https://shop.example\nhttps://twin.example' })).status, 303);
	assert.equal((await (await openForm(owner, href)).send({ origins: 'https://shop.example' })).status, 303);
});
