// What the tag says of each of a site's numbers: checked, summed up, told on the site's page
// and to programs; and there each cause of visits that look direct, with what to do.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiOf } from '../support/api.mjs';
import { Browsers } from '../support/dni.mjs';
import { startStack, until } from '../support/stack.mjs';
import { addCompanies, hex, typeId, uuid7 } from '../support/two_companies.mjs';

const NUMBERS = ['+14155550101', '+14155550102', '+14155550103'];
let stack, dni, world, api, addKey, unseen, company, key, owner;
const sites = {};
before(async () => {
	stack = await startStack({ without: ['admin', 'jobd', 'sipworker'], args: ['--dni-rate', '100000', '--web-rate', '100000'] });
	dni = new Browsers(stack);
	world = addCompanies(stack);
	({ api, addKey, unseen } = apiOf(stack));
	company = Buffer.from(stack.sqlOne("SELECT HEX(company_id) FROM site WHERE public_key = 'demo'"), 'hex');
	const account = Buffer.from(stack.sqlOne(`SELECT HEX(account_id) FROM company WHERE id = ${hex(company)}`), 'hex');
	key = addKey({ id: company, account });
	owner = await stack.login();
});
after(async () => {
	dni?.close();
	await stack?.stop();
});

function addSite(name, numbers) {
	const id = uuid7();
	sites[name] = typeId('sit', id);
	stack.sql(`BEGIN;
		INSERT INTO site (company_id, id, name, public_key, pool_id, created_at) SELECT company_id, ${hex(id)}, '${name}', '${name}', pool_id, UTC_TIMESTAMP(6) FROM site WHERE public_key = 'demo';
		INSERT INTO site_origin (company_id, site_id, origin) VALUES (${hex(company)}, ${hex(id)}, '${stack.url}');
		${numbers.map((n) => `INSERT INTO site_target (company_id, site_id, e164) VALUES (${hex(company)}, ${hex(id)}, '${n}');`).join('\n')}
		UPDATE config_version SET version = version + 1;
		COMMIT`);
}

async function say(site, said) {
	const { visitor, visit } = (await dni.ask({ site })).json;
	return (await dni.post('/dni/v1/event', { site, visitor, visit, kind: 'about', version: 3, ...said })).status;
}

const rows = () => stack.sql('SELECT s.public_key, n.e164, SUM(n.reports), SUM(n.pages), SUM(n.places) FROM site_number_seen n JOIN site s ON s.id = n.site_id GROUP BY 1, 2 ORDER BY 1, 2');
const health = async (site, who = key) => api(who, `/sites/${sites[site]}/health`);

test('of each number pages and places are summed up; what is not the site’s is left out', async () => {
	for (const [name, numbers] of [['three', NUMBERS], ['only', [NUMBERS[0]]], ['older', NUMBERS], ['unasked', NUMBERS], ['refuses', NUMBERS]]) addSite(name, numbers);
	const said = [
		['three', { found: 5, swapped: 5, numbers: [[NUMBERS[0], 2], [NUMBERS[2], 3]], why: 'click_lost', late_ms: 4000 }],
		['three', { found: 1, swapped: 1, numbers: [['+14155550109', 7], [NUMBERS[2], 1], [NUMBERS[0], 0]] }],
		['three', { found: 0, swapped: 0, numbers: [] }],
		['only', { found: 4, swapped: 4 }], ['only', { found: 0, swapped: 0 }],
		['older', { found: 3, swapped: 3 }],
		['unasked', { swapped: 0, numbers: [] }],
	];
	for (const [site, more] of said) assert.equal(await say(site, more), 204, JSON.stringify(more));
	const many = Array.from({ length: 201 }, () => [NUMBERS[0], 1]);
	for (const numbers of [1, 'x', {}, many, [1], [[]], [[NUMBERS[0]]], [[NUMBERS[0], -1]], [[NUMBERS[0], 100001]], [[NUMBERS[0], '1']], [['4155550101', 1]], [[`${NUMBERS[0]}' OR 1`, 1]], [[NUMBERS[0], 1, 2]]])
		assert.equal(await say('refuses', { found: 1, swapped: 1, numbers }), 400, JSON.stringify(numbers).slice(0, 60));
	assert.equal(await say('refuses', { found: 1, swapped: 1, numbers: many.slice(1) }), 204, 'one number many times is one');
	// What came after the first was written waits a minute.
	await until('all are written down', () => stack.sqlOne("SELECT COALESCE(SUM(h.reports), 0) FROM site_health h JOIN site s ON s.id = h.site_id WHERE s.public_key IN ('three', 'only', 'older', 'unasked', 'refuses')") === '8', 90000);
	assert.deepEqual(rows(), [
		['only', NUMBERS[0], '2', '1', '4'],
		['refuses', NUMBERS[0], '1', '1', '1'], ['refuses', NUMBERS[1], '1', '0', '0'], ['refuses', NUMBERS[2], '1', '0', '0'],
		['three', NUMBERS[0], '3', '1', '2'], ['three', NUMBERS[1], '3', '0', '0'], ['three', NUMBERS[2], '3', '2', '4'],
	]);
});

test('programs are told of each number, and of all that the tag said', async () => {
	const { status, json } = await health('three');
	assert.equal(status, 200);
	assert.deepEqual(json.numbers, [
		{ number: NUMBERS[0], reports: 3, pages: 1, places: 2, stands: null },
		{ number: NUMBERS[1], reports: 3, pages: 0, places: 0, stands: null },
		{ number: NUMBERS[2], reports: 3, pages: 2, places: 4, stands: null },
	]);
	assert.deepEqual([json.version, json.reports, json.unasked, json.without, json.found, json.swapped, json.visits, json.leases > 0, json.error], [3, 3, 0, 1, 6, 6, 3, true, null]);
	assert.deepEqual(json.causes, { twice: 0, other_tag: 0, url_changed: 0, click_lost: 1, forgotten: 0, late: 1 });
	assert.deepEqual(json.findings, ['late', 'click_lost']);
	assert.ok(Date.now() - Date.parse(json.seen_at) < 300000 && Date.now() - Date.parse(json.since) > 7 * 86400000 - 1000);
	const refused = (await health('refuses')).json;
	assert.match(refused.error, /^numbers: /, 'its last error is told');
	assert.ok(refused.error_at);
	assert.deepEqual((await health('older')).json.numbers.map((n) => n.reports), [0, 0, 0], 'a tag of before tells of none by itself');
});

test('pages that were looked at: which numbers stand there', async () => {
	const id = stack.sqlOne("SELECT HEX(id) FROM site WHERE public_key = 'three'");
	const add = (path, stands, found = 0, more = '') => stack.sql(`INSERT INTO site_page (company_id, site_id, url, checked_at, status, targets, stands, found, final_url, problem) VALUES (${hex(company)}, X'${id}', 'https://x.example${path}', UTC_TIMESTAMP(6), 200, ${stands ? 1 : 0}, '${stands}', ${found}, '${more}', '')`);
	add('/', NUMBERS[0]);
	add('/ads', '', 1 << 4 | 1 << 8, 'https://x.example/else');
	const { json } = await health('three');
	assert.deepEqual(json.numbers.map((n) => n.stands), [true, false, false]);
	assert.deepEqual(json.pages.map((p) => [p.url, p.places, p.findings, p.final_url, p.problem]), [['https://x.example/', 1, [], null, null], ['https://x.example/ads', 0, ['loses_click', 'no_targets'], 'https://x.example/else', null]]);
	stack.sql(`UPDATE site_page SET asked_at = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR WHERE site_id = X'${id}' AND url LIKE '%/ads'`);
	assert.deepEqual((await health('three')).json.numbers.map((n) => n.stands), [true, null, null], 'one is to be looked at again');
	stack.sql(`UPDATE site_page SET asked_at = NULL WHERE site_id = X'${id}'`);
});

test('the site’s page: each number, absent ones first, and each cause with what to do', async () => {
	const html = await (await owner.fetch(`/sites/${sites.three}`)).text();
	const words = (title) => html.split(`id="${title}"`)[1].split('</section>')[0].replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
	assert.match(words('numbers-title'), /The tag found 1 of 3 on no page\. Who sees it sees the site’s own/);
	assert.match(words('numbers-title'), /\+1 415-555-0102 none of 3 0 no \+1 415-555-0101 1 of 3 2 yes \+1 415-555-0103 2 of 3 4 no/);
	const direct = words('direct-title');
	for (const row of [/Two copies of the tag on a page Only the first works; remove the other\. none/, /Another vendor’s tag .* none/, /A redirect loses the click id Let the redirect pass on what stands behind “\?”\. 1 visit /,
		/The tag starts after three seconds Move it up .* scripts\. 1 visit /, /A redirect drops the click id Let it .* 1 page looked at/, /A cache keeps a swapped number .* none/, /data-domain is not the page’s .* none/])
		assert.match(direct, row);
	const none = await (await owner.fetch(`/sites/${sites.older}`)).text();
	assert.ok(!none.includes('on no page.'));
	assert.match(none.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' '), /\+1 415-555-0102 not told yet – not known/);
	assert.doesNotMatch(none, /A cache keeps/, 'no page was looked at');
});

test('a number that the site has no more, and a site of others', async () => {
	stack.sql(`DELETE FROM site_target WHERE site_id = (SELECT id FROM site WHERE public_key = 'three') AND e164 = '${NUMBERS[0]}'`);
	assert.deepEqual((await health('three')).json.numbers.map((n) => n.number), NUMBERS.slice(1));
	assert.equal((await health('three', addKey(world.beta))).status, 404);
	assert.equal((await health('three', addKey(world.alpha))).status, 404);
	const own = await api(addKey(world.alpha, 'setup:read', { by: world.users.viewer.id }), `/sites/${world.alpha.siteId}/health`);
	assert.deepEqual([own.status, own.json.numbers, own.json.findings], [200, [], ['never_seen']]);
	assert.equal((await api(addKey(world.alpha, 'calls:read'), `/sites/${world.alpha.siteId}/health`)).status, 403);
	assert.equal((await api(addKey(world.alpha), `/sites/${typeId('sit', uuid7())}/health`)).status, 404);
	assert.deepEqual(unseen([200], (m, p) => p.endsWith('/health')), []);
});
