// Visitors: the list of visits with its filters and pages, one visit told as a
// line, and the file; of one company only.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startStack } from '../support/stack.mjs';
import { addCompanies, hex, insert, text, typeId, uuid7 } from '../support/two_companies.mjs';

let stack, world, who = {}, foreign;

before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '100000'] });
	world = addCompanies(stack);
	for (const role of ['viewer', 'analyst']) who[role] = await stack.login(world.users[role].email, world.password);
	foreign = await stack.login(world.foreign.email, world.password);
	stack.sql(`UPDATE membership SET role = 'analyst' WHERE user_id = ${hex(world.foreign.id)}`);
});
after(() => stack?.stop());

const page = async (path, c = who.viewer) => {
	const res = await c.fetch(path);
	return { status: res.status, html: await res.text() };
};
const rows = (html) => [...html.matchAll(/class="row-link two" href="\/visitors\/(vis_\w{26})"/g)].map((m) => m[1]);

/** Visits of the first company that began `ago` seconds ago. */
function addVisits(n, ago, more = {}) {
	const ids = Array.from({ length: n }, () => uuid7());
	stack.sql(ids.map((id) => insert('visit', { company_id: hex(world.alpha.id), id: hex(id), site_id: hex(world.alpha.site), visitor_id: hex(world.alpha.visitor),
		started_at: `FROM_UNIXTIME(${Math.floor(Date.now() / 1000) - ago})`, seen_at: `FROM_UNIXTIME(${Math.floor(Date.now() / 1000) - ago})`, page_views: 1,
		landing_url: "'https://site.example/a?utm_source=bing'", landing_page: "'site.example/a'", source: "'bing'", medium: "'cpc'", ...more })).join('\n'));
	return ids.map((id) => typeId('vis', id));
}

test('a visit is listed with its number and what came of it, and told as a line', async () => {
	const { status, html } = await page('/visitors');
	assert.equal(status, 200);
	assert.deepEqual(rows(html), [world.alpha.visitId]);
	assert.match(html, /<span class="badge good">Called<\/span>/);
	assert.match(html, /2 pages · 1 m 00 s/);
	assert.match(html, />first visit</);
	const one = await page(`/visitors/${world.alpha.visitId}`);
	assert.equal(one.status, 200);
	assert.match(one.html, new RegExp(`href="/calls/${world.alpha.callId}">Call to`));
	assert.match(one.html, /Was shown \(\d{3}\) \d{3}-\d{4}[\s\S]*Called \(\d{3}\) \d{3}-\d{4}/);
	assert.match((await page(`/calls/${world.alpha.callId}`)).html, new RegExp(`href="/visitors/${world.alpha.visitId}"`));
	for (const got of [html, one.html]) assert.ok(!got.includes('<script>alert') && !got.includes(world.secret), 'inert, and of one company');
});

test('another company\'s visit and what is none are not found', async () => {
	for (const [path, c] of [[`/visitors/${world.beta.visitId}`, who.viewer], [`/visitors/${world.alpha.visitId}`, foreign], ['/visitors/x', who.viewer],
		[`/visitors/${world.alpha.callId}`, who.viewer], [`/visitors/vis_${'0'.repeat(26)}`, who.viewer]])
		assert.equal((await page(path, c)).status, 404, path);
	assert.deepEqual(rows((await page('/visitors', foreign)).html), [world.beta.visitId]);
});

test('filters: by source and by what came of it; what no visit has is refused', async () => {
	const [bing] = addVisits(1, 3600);
	const [touched] = addVisits(1, 3500, { source: "'yelp'", tel_clicked_at: 'UTC_TIMESTAMP(6)' });
	const [wrote] = addVisits(1, 3400, { source: "'yelp'" });
	const form = uuid7();
	stack.sql([insert('interaction', { company_id: hex(world.alpha.id), id: hex(form), kind: "'form'", happened_at: 'UTC_TIMESTAMP(6)', attributed_by: "'visit'" }),
		insert('form_entry', { company_id: hex(world.alpha.id), id: hex(form), site_id: hex(world.alpha.site), visit_id: `(SELECT id FROM visit WHERE source = 'yelp' AND tel_clicked_at IS NULL)`,
			submitted_at: 'UTC_TIMESTAMP(6)', form_name: "'quote'", fields: "'[]'" })].join('\n'));
	const listed = async (query) => rows((await page(`/visitors?${query}`)).html);
	assert.deepEqual(await listed('source=bing'), [bing]);
	assert.deepEqual(await listed('source=yelp'), [wrote, touched]);
	assert.deepEqual(await listed('came=called'), [world.alpha.visitId]);
	assert.deepEqual(await listed('came=shown'), [world.alpha.visitId]);
	assert.deepEqual(await listed('came=touched'), [touched]);
	assert.deepEqual(await listed('came=wrote'), [wrote]);
	assert.deepEqual(await listed('came=wrote&source=bing'), []);
	assert.match((await page('/visitors?came=wrote&source=bing')).html, /No visit fits these filters/);
	assert.match((await page('/visitors?channel=paid')).html, /name="channel" value="paid"/, 'Apply keeps what came by address');
	assert.match((await page('/visitors?came=touched')).html, /name="came" value="touched"/);
	assert.match((await page(`/visitors/${wrote}`)).html, new RegExp(`href="/forms/${typeId('frm', form)}">Form</a> quote`));
	assert.match((await page(`/visitors/${wrote}`)).html, new RegExp(`href="/visitors/${bing}"`), 'the browser\'s other visits');
	assert.match((await page(`/visitors/${wrote}`)).html, /<td class="num">1 page<\/td>/);
	for (const bad of ['came=x', 'outcome=lead', 'q=anne', 'number=num_00000000000000000000000000', 'before=1', 'before=x-y', `before=-5-${bing}`, 'range=9d'])
		assert.equal((await page(`/visitors?${bad}`)).status, 400, bad);
});

test('pages by key, also where a hundred visits began at the same moment', async () => {
	const many = addVisits(120, 7200, { source: "'storm'" });
	const seen = [];
	let path = '/visitors?source=storm';
	for (let n = 0; path && n < 5; n++) {
		const { html } = await page(path);
		seen.push(...rows(html));
		path = html.match(/rel="next" href="([^"]+)"/)?.[1].replaceAll('&amp;', '&').replaceAll('&#39;', "'");
	}
	assert.equal(seen.length, 120);
	assert.deepEqual([...seen].sort(), [...many].sort());
	const lines = (await (await who.analyst.fetch('/visitors.csv?source=storm')).text()).trim().split('\r\n');
	assert.equal(lines.length, 121);
	assert.match(lines[0], /^visit,visitor,started_at/);
});

test('the file is for analysts, is of one company, and is noted', async () => {
	assert.equal((await who.viewer.fetch('/visitors.csv')).status, 403);
	const csv = await (await who.analyst.fetch('/visitors.csv?came=called')).text();
	assert.equal(csv.trim().split('\r\n').filter((l) => l.startsWith('vis_')).length, 1);
	assert.ok(!csv.includes(world.secret) && !/^[=+@-]/m.test(csv));
	assert.equal(stack.sqlOne("SELECT action FROM audit ORDER BY happened_at DESC, id DESC LIMIT 1"), 'visits.export');
	const theirs = await (await foreign.fetch('/visitors.csv')).text();
	assert.ok(theirs.includes(world.beta.visitId) && !theirs.includes(world.alpha.visitId));
});

test('who took the consent back is not said to be here', async () => {
	const [here] = addVisits(1, 5), [gone] = addVisits(1, 5, { keyword: "'gone'" });
	const badge = async (id) => /On the site now/.test((await page(`/visitors/${id}`)).html);
	const listed = async () => ((await page('/visitors')).html.match(/on the site now/g) ?? []).length;
	assert.deepEqual([await badge(here), await badge(gone), await listed()], [true, true, 2]);
	stack.sql(insert('visit_event', { company_id: hex(world.alpha.id), visit_id: "(SELECT id FROM visit WHERE keyword = 'gone')", id: hex(uuid7()), kind: "'consent_withdrawn'", happened_at: 'UTC_TIMESTAMP(6)' }));
	assert.deepEqual([await badge(here), await badge(gone), await listed()], [true, false, 1]);
	assert.match((await page(`/visitors/${gone}`)).html, /Took the consent back/);
});

test('a form is part of the story of its visit’s call', async () => {
	const form = uuid7();
	stack.sql([insert('interaction', { company_id: hex(world.alpha.id), id: hex(form), kind: "'form'", happened_at: 'UTC_TIMESTAMP(6)', attributed_by: "'visit'" }),
		insert('form_entry', { company_id: hex(world.alpha.id), id: hex(form), site_id: hex(world.alpha.site), visit_id: hex(world.alpha.visit),
			submitted_at: `(SELECT started_at FROM phone_call WHERE id = ${hex(world.alpha.call)}) - INTERVAL 5 SECOND`, form_name: "'appointment'", fields: "'[]'" })].join('\n'));
	assert.match((await page(`/calls/${world.alpha.callId}`)).html, /Landed on [^]*Sent a form[^]*appointment[^]*Called \(\d{3}\) \d{3}-\d{4}/);
});
