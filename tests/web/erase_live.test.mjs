// A person who is erased while a page of theirs is open: what the page says from
// then on is of a new visit, of a browser that nobody knew, and nothing of it is
// found with what was before.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Browsers, hexOf } from '../support/dni.mjs';
import { build, startStack, until } from '../support/stack.mjs';

const PHONE = '+12125550177';
let stack, dni;
before(async () => {
	stack = await startStack({ without: ['sipworker'], args: ['--web-rate', '100000'] });
	dni = new Browsers(stack);
});
after(async () => {
	dni?.close();
	await stack?.stop();
});

const head = { 'x-forwarded-for': '10.9.9.9' };
const url = (page) => `${stack.url}/demo/${page}?who=jolanda`;
const ids = { ga: 'GA1.1.111.222', fbp: 'fb.1.1.1', zone: 'Europe/Berlin' };
const erase = () => spawnSync(join(build, 'ringtrace'), ['person', 'erase', '-c', stack.conf, '--number', PHONE, '--sure', 'erase'], { encoding: 'utf8' });
const count = (what) => Number(stack.sqlOne(`SELECT COUNT(*) FROM ${what}`));

test('the visit is let go of; what came meanwhile is removed, and joins nothing', async () => {
	const { visit, visitor } = (await dni.ask({ consent: 'yes', url: url(''), ...ids }, head)).json;
	const of = { site: 'demo', visit, visitor };
	const event = (kind, more = {}) => dni.post('/dni/v1/event', { ...of, kind, url: url('more'), ...more }, head);
	const form = (name) => event('form', { form: 'quote', fields: [['Phone', '+1 212 555 0177'], ['Name', name]] });
	// All of it at once. The server answers the same where the visit is no more.
	const say = async () => {
		const said = await Promise.all([event('view', { title: 'jolanda' }), event('custom', { name: 'step', detail: 'jolanda' }), event('about', { version: 5, found: 1, swapped: 1, late_ms: 3, ...ids })]);
		assert.deepEqual(said.map((one) => one.status), [204, 204, 204]);
	};
	await say();
	assert.equal((await form('Jolanda')).status, 204);
	await until('the form is there', () => count('person_caller') === 1 && count('page_view') === 1 && count('visit_event') === 1);
	// Many were erased an hour before, whose keys come first.
	const old = "X'00000000000000000000000000000001'";
	stack.sql(`INSERT INTO visit_erased (company_id, visit_id, erased_at) SELECT ${old}, UNHEX(LPAD(HEX(seq), 32, '0')), UTC_TIMESTAMP(6) - INTERVAL 1 HOUR FROM seq_1_to_100001`);
	// The server stands still, as one does that looks every two seconds only: what
	// is said to it now it hears before it looks, or just after.
	process.kill(stack.pidOf('dni.fcgi'), 'SIGSTOP');
	const done = erase();
	assert.equal(done.status, 0, done.stderr);
	assert.match(done.stdout, /1 visits, 1 pages, 1 forms/);
	const said = Promise.all([say(), form('Jolanda again')]);
	process.kill(stack.pidOf('dni.fcgi'), 'SIGCONT');
	assert.ok([204, 404].includes((await said)[1].status));
	const gone = hexOf(visit);
	await until('the visit is no more', async () => (await form('Jolanda later')).status === 404);
	const beat = await dni.post('/dni/v1/beat', { ...of, url: url('third'), engaged_s: 10 }, head);
	assert.notEqual(beat.json?.visit, visit);
	const next = (await dni.ask({ consent: 'yes', visitor, url: url('again'), ...ids }, head)).json;
	assert.notEqual(next.visit, visit);
	assert.equal(next.tier, 'lease');
	await until('the next visit is stored', () => count(`visit WHERE id = X'${hexOf(next.visit)}'`) === 1);
	assert.deepEqual(stack.sql(`SELECT landing_url, ga_client_id, fbp, browser_zone, visitor_id = id FROM visit WHERE id = X'${gone}'`)[0], ['', '', '', '', '1']);
	assert.equal(count(`person_visitor WHERE visitor_id = X'${gone}'`), 0, 'what was before is nobody\'s');
	stack.sql(`DELETE FROM visit_erased WHERE company_id = ${old}`);
	// What it wrote, if it heard first, and what another one writes that had lost
	// the database.
	stack.sql(`INSERT INTO page_view (company_id, visit_id, id, url, viewed_at) SELECT company_id, id, id, '/late', UTC_TIMESTAMP(6) FROM visit WHERE id = X'${gone}'`);
	stack.sql(`INSERT INTO visit_event (company_id, visit_id, id, kind, happened_at) SELECT company_id, id, id, 'custom', UTC_TIMESTAMP(6) FROM visit WHERE id = X'${gone}'`);
	stack.sql("UPDATE job SET due_at = UTC_TIMESTAMP(6) WHERE kind = 'keep' AND state = 'ready'");
	await until('what came late is gone', () => count(`page_view WHERE visit_id = X'${gone}'`) + count(`visit_event WHERE visit_id = X'${gone}'`) === 0);
});
