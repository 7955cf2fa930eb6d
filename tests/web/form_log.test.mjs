// The log of forms works like the log of calls: rows are picked and marked
// together, columns chosen, views saved; without a line of script, and never
// for another company's.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decode, formsOf } from '../support/forms.mjs';
import { startStack } from '../support/stack.mjs';
import { addCompanies, hex, hostile, insert, text, typeId, uuid7 } from '../support/two_companies.mjs';

let stack, world, me, viewer;
const forms = Array.from({ length: 4 }, () => uuid7());
const foreign = uuid7();

before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '100000'] });
	world = addCompanies(stack);
	const add = (c, id, i, name) => [
		insert('interaction', { company_id: hex(c.id), id: hex(id), kind: "'form'", happened_at: 'UTC_TIMESTAMP(6)', source: "'google'", medium: "'cpc'",
			...(i === 0 ? { campaign: text(hostile.slice(0, 80)), keyword: "'boiler repair'", note: text(hostile) } : {}) }),
		insert('form_entry', { company_id: hex(c.id), id: hex(id), site_id: hex(c.site), visit_id: hex(c.visit), submitted_at: `UTC_TIMESTAMP(6) - INTERVAL ${i + 1} SECOND`,
			form_name: "'Quote'", fields: `'[["message","hello"]]'`, contact_name: text(name) })];
	stack.sql([...forms.flatMap((id, i) => add(world.alpha, id, i, `Person ${i}`)), ...add(world.beta, foreign, 0, world.secret),
		...[['lead', 'Lead', 1, 0], ['spam', 'Spam', 0, 1]].map(([code, name, lead, spam], i) => insert('outcome', { company_id: hex(world.alpha.id), code: `'${code}'`,
			name: `'${name}'`, is_lead: lead, is_sale: 0, is_spam: spam, position: i }))].join('\n'));
	me = await stack.login(world.users.agent.email, world.password);
	viewer = await stack.login(world.users.viewer.email, world.password);
});
after(() => stack?.stop());

const id = (key) => typeId('frm', key);
const outcomes = () => stack.sql(`SELECT COALESCE(outcome, '') FROM interaction WHERE company_id = ${hex(world.alpha.id)} AND kind = 'form' ORDER BY id`).flat();
/** The form around the table, sent as a browser would with these boxes. */
async function send(client, act, picked, more = {}) {
	const html = await (await client.fetch('/forms')).text();
	const form = formsOf(html).find((f) => /data-bulk/.test(f.text));
	const body = new URLSearchParams({ csrf: form.fields.csrf.value, next: form.fields.next.value, act, tag: '', outcome: '', ...more });
	for (const key of picked) body.append('form', key);
	return client.fetch(form.action, { method: 'POST', headers: { origin: stack.url }, body });
}

test('several forms are marked at once: outcome, tag, spam', async () => {
	const html = await (await me.fetch('/forms')).text();
	assert.equal(formsOf(html).find((f) => /data-bulk/.test(f.text)).fields.form.options.length, forms.length);
	assert.match(html, /Picked forms:/);
	const res = await send(me, 'outcome', forms.slice(0, 2).map(id), { outcome: 'lead' });
	assert.equal(res.status, 303);
	assert.match(res.headers.get('location'), /^\/forms\?/);
	assert.deepEqual(outcomes(), ['lead', 'lead', '', '']);
	assert.equal((await send(me, 'tag', forms.slice(1, 3).map(id), { tag: 'Ring back' })).status, 303);
	assert.equal((await send(me, 'spam', [id(forms[3])])).status, 303);
	assert.deepEqual(outcomes(), ['lead', 'lead', '', 'spam']);
	assert.equal((await (await me.fetch('/forms')).text()).match(/<span class="cut">Ring back<\/span>/g).length, 2);
	assert.deepEqual(stack.sql("SELECT action, COUNT(*) FROM audit WHERE action LIKE 'form.%' GROUP BY action ORDER BY action"), [['form.outcome', '3'], ['form.tag', '2']]);
});

test('all or none: with one that is not theirs nothing is marked; none picked is said', async () => {
	const before = outcomes();
	assert.equal((await send(me, 'spam', [id(forms[0]), id(foreign)])).status, 404);
	assert.equal((await send(me, 'spam', [id(forms[0]), typeId('cal', world.beta.call)])).status, 400, 'a call in a form\'s box');
	assert.equal((await send(me, 'spam', [])).status, 400);
	assert.equal((await send(me, 'outcome', [id(forms[0])], { outcome: 'no such' })).status, 400);
	assert.deepEqual(outcomes(), before);
	// Who may not mark is offered nothing, and refused.
	const html = await (await viewer.fetch('/forms')).text();
	assert.ok(!html.includes('name="form"') && !html.includes('data-bulk-bar'));
	const { csrf } = await viewer.hiddenFields('/account');
	assert.equal((await viewer.fetch('/marks', { method: 'POST', headers: { origin: stack.url }, body: new URLSearchParams({ csrf, form: id(forms[0]), act: 'spam', next: '/forms' }) })).status, 403);
});

test('columns are chosen, kept by filters and views', async () => {
	const heads = async (query) => [...(await (await me.fetch(`/forms${query}`)).text()).match(/<thead>[\s\S]*?<\/thead>/)[0].matchAll(/<th\b[^>]*>(?:<span[^>]*>)?([^<]*)/g)].map(([, t]) => t);
	assert.deepEqual(await heads(''), ['Pick', 'When', 'Who', 'Source', 'Form', 'Outcome', 'Tags', 'Value, USD']);
	assert.deepEqual(await heads('?cols=keyword,note'), ['Pick', 'When', 'Who', 'Source', 'Keyword', 'Note']);
	assert.deepEqual(await heads('?cols=none'), ['Pick', 'When', 'Who', 'Source']);
	for (const bad of ['destination', 'x', 'form,', '%00']) assert.equal((await me.fetch(`/forms?cols=${bad}`)).status, 400, bad);
	// The menu's links turn one column at a time.
	const html = await (await me.fetch('/forms?cols=keyword,note&outcome=lead')).text();
	const links = [...html.matchAll(/<a href="(\/forms\?[^"]*cols=[^"]*)"( aria-current="true")?>(Keyword|Form)/g)].map(([, href, on, name]) => [name, decode(href), Boolean(on)]);
	assert.deepEqual(links.map(([name, , on]) => [name, on]), [['Form', false], ['Keyword', true]]);
	assert.deepEqual(await heads(links[1][1].slice('/forms'.length)), ['Pick', 'When', 'Who', 'Source', 'Note']);
	assert.match(html, /<input type="hidden" name="cols" value="keyword,note">/);
	assert.ok(!html.includes('<script>alert') && !html.includes('<img src=x'));
});

test('views are saved for everybody of the company, and for nobody else', async () => {
	const page = '/forms?range=90d&outcome=lead&cols=note';
	const saved = await me.submit(page, '/views', { page: 'forms', name: 'Leads to ring', query: 'range=90d&outcome=lead&cols=note' });
	assert.equal(saved.headers.get('location'), page);
	const html = await (await viewer.fetch('/forms')).text();
	const href = decode(html.match(/<a href="([^"]*)"><span class="cut">Leads to ring/)[1]);
	assert.equal(href, page);
	assert.equal((await (await viewer.fetch(href)).text()).match(/>Person \d</g).length, 2);
	assert.ok(!(await (await me.fetch('/calls')).text()).includes('Leads to ring'), 'of forms, not of calls');
	assert.equal((await me.submit(page, '/views', { page: 'audit', name: 'x', query: '' })).status, 400);
	const stranger = await stack.login(world.foreign.email, world.password);
	assert.ok(!(await (await stranger.fetch('/forms')).text()).includes('Leads to ring'));
	const drop = (await (await me.fetch('/forms')).text()).match(/action="(\/views\/viw_[0-9a-z]{26}\/delete)"/)[1];
	assert.equal((await me.submit('/forms', drop, { page: 'forms' })).headers.get('location'), '/forms');
	assert.ok(!(await (await me.fetch('/forms')).text()).includes('Leads to ring'));
});

test('what is not known of a form is said so', async () => {
	const fact = (html, name) => html.match(new RegExp(`<dt>${name}</dt><dd[^>]*>([\\s\\S]*?)</dd>`))[1].replace(/<[^>]*>/g, '');
	const bare = await (await me.fetch(`/forms/${id(forms[1])}`)).text();
	assert.deepEqual(['Campaign', 'Keyword', 'Form', 'Page'].map((n) => fact(bare, n)), ['not known', 'not known', 'Quote', 'not known']);
	const full = await (await me.fetch(`/forms/${id(forms[0])}`)).text();
	assert.equal(fact(full, 'Keyword'), 'boiler repair');
	assert.ok(!full.includes('<script>alert'));
});

test('nothing of this was our mistake', () => {
	assert.doesNotMatch(stack.log('dashboard'), /status=5\d\d/);
});
