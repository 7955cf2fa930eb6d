// Conversion files as platforms fetch them, from the form that sets them up to
// a retraction; and the page of mail rules.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startStack, until } from '../support/stack.mjs';
import { addCompanies, typeId, uuid7 } from '../support/two_companies.mjs';

let stack, world, owner;
const hex = (key) => `X'${key.toString('hex')}'`;
before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker'], args: ['--web-rate', '100000'] });
	world = addCompanies(stack);
	stack.sql(`INSERT INTO outcome (company_id, code, name, is_lead, is_sale, is_spam, position) VALUES
		(${hex(world.alpha.id)}, 'sold', 'Sold', 1, 1, 0, 1), (${hex(world.alpha.id)}, 'spam', 'Spam', 0, 0, 1, 2)`);
	owner = await stack.login(world.users.owner.email, world.password);
});
after(() => stack?.stop());

/** A call of alpha with a visit that came by this click. */
function call({ column = 'gclid', click = 'Cj0KCQ-abc_1', outcome = 'sold', value = 'NULL', company = world.alpha } = {}) {
	const id = uuid7(Date.now()), visit = uuid7(Date.now());
	stack.sql(`INSERT INTO visit (company_id, id, site_id, visitor_id, started_at, seen_at, landing_url, landing_page, source, medium, ${column})
		VALUES (${hex(company.id)}, ${hex(visit)}, ${hex(company.site)}, ${hex(company.visitor)}, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), '', '', 'x',
		'cpc', '${click}');
		INSERT INTO interaction (company_id, id, kind, happened_at, attributed_by, visit_id, outcome, value_micros) VALUES
		(${hex(company.id)}, ${hex(id)}, 'call', UTC_TIMESTAMP(6), 'visit', ${hex(visit)}, '${outcome}', ${value});
		INSERT INTO phone_call (company_id, id, state, result, number_id, number_e164, started_at, talk_ms) VALUES
		(${hex(company.id)}, ${hex(id)}, 'closed', 'answered', ${hex(company.number)}, '+14155550166', '2026-11-20 10:20:30', 60000);
		UPDATE phone_call SET started_at = UTC_TIMESTAMP(6) - INTERVAL 1 HOUR WHERE id = ${hex(id)}`);
	const time = stack.sqlOne(`SELECT DATE_FORMAT(started_at, '%Y-%m-%d %H:%i:%s') FROM phone_call WHERE id = ${hex(id)}`);
	return { id, text: typeId('cal', id), time };
}
/** What the dashboard does when somebody marks a call. */
const mark = (key, set) => stack.sql(`UPDATE interaction SET ${set} WHERE id = ${hex(key)}; UPDATE phone_call SET updated_at = UTC_TIMESTAMP(6) WHERE id = ${hex(key)}`);
let round = 0;
async function settle() {
	const key = `t${++round}`;
	stack.sql(`INSERT INTO job (company_id, kind, job_key, payload, state, due_at, created_at) VALUES
		(REPEAT(CHAR(0), 16), 'convert', '${key}', '', 'ready', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))`);
	await until('it is settled', () => stack.sqlOne(`SELECT state FROM job WHERE kind = 'convert' AND job_key = '${key}'`) === 'done');
}
/** Adds a rule by its form; its two addresses. */
async function rule(fields) {
	const res = await owner.submit('/settings/conversions/new', '/settings/conversions/new', { name: 'Phone, sold', platform: 'google', outcome: 'sold',
		tag: '', min_talk_s: '30', value: '', ...fields });
	assert.ok([200, 303].includes(res.status), `${res.status}`);
	const secret = stack.sqlOne('SELECT secret FROM conversion_rule ORDER BY created_at DESC, id DESC LIMIT 1');
	return { conversions: `/feeds/${secret}/conversions.csv`, adjustments: `/feeds/${secret}/adjustments.csv`, secret };
}
const later = (time) => new Date(Date.parse(`${time.replace(' ', 'T')}Z`) + 1000).toISOString().slice(0, 19).replace('T', ' ');
const lines = async (path) => {
	const res = await stack.fetch(path);
	assert.equal(res.status, 200);
	assert.match(res.headers.get('content-type'), /^text\/csv/);
	return (await res.text()).trimEnd().split('\n');
};

test('Google: to the letter, with values; a changed outcome is taken back', async () => {
	const a = call({ value: '250500000' });
	const b = call({ column: 'wbraid', click: 'WB.1' });
	call({ outcome: '' });
	call({ outcome: 'spam' });
	call({ column: 'msclkid', click: 'MS1' });
	call({ click: '=cmd|calc' });
	call({ company: world.beta });
	const files = await rule();
	await settle();
	const head = ['Parameters:TimeZone=+0000', 'Google Click ID,Conversion Name,Conversion Time,Conversion Value,Conversion Currency,Order ID'];
	const rowA = `Cj0KCQ-abc_1,"Phone, sold",${a.time},250.50,USD,${a.text}`;
	const rowB = `WB.1,"Phone, sold",${b.time},0.00,USD,${b.text}`;
	assert.deepEqual(await lines(files.conversions), [...head, rowA, rowB]);
	assert.equal((await lines(files.adjustments)).length, 2);
	// Twice settles nothing more.
	await settle();
	assert.equal(stack.sqlOne('SELECT COUNT(*) FROM conversion'), '2');
	mark(a.id, "outcome = ''");
	mark(b.id, 'value_micros = 9000000');
	await settle();
	assert.deepEqual(await lines(files.conversions), [...head, rowB]);
	const [, columns, ...changes] = await lines(files.adjustments);
	assert.equal(columns, 'Order ID,Conversion Name,Adjustment Time,Adjustment Type,Adjusted Value,Adjusted Value Currency');
	const at = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d';
	assert.match(changes[0], new RegExp(`^${a.text},"Phone, sold",${at},RETRACT,,$`));
	assert.match(changes[1], new RegExp(`^${b.text},"Phone, sold",${at},RESTATE,9\\.00,USD$`));
	// Sold after all: a new one, under a name of its own.
	mark(a.id, "outcome = 'sold'");
	await settle();
	// A second later: the platform drops the same click at the same time.
	assert.equal((await lines(files.conversions)).at(-1), `Cj0KCQ-abc_1,"Phone, sold",${later(a.time)},250.50,USD,${a.text}-2`);
	assert.equal((await stack.fetch(`/feeds/${'x'.repeat(43)}/conversions.csv`)).status, 404);
	// For platforms, not for caches and robots; nothing is sent where nothing is asked for.
	const head2 = await stack.fetch(files.conversions, { method: 'HEAD' });
	assert.deepEqual([head2.status, await head2.text(), head2.headers.get('x-robots-tag'), head2.headers.get('cache-control')], [200, '', 'noindex', 'no-store']);
	assert.equal((await stack.fetch(files.conversions, { method: 'POST' })).status, 405);
	assert.equal((await stack.fetch(files.conversions, { headers: { range: 'bytes=0-3' } })).status, 200, 'whole, whatever part is asked for');
	// Nginx writes late: what comes after it is written, the secret is not.
	const { status } = await stack.fetch(`/unsubscribe/${files.secret}`);
	assert.ok(status < 500, `${status}`);
	await stack.fetch('/written-after');
	await until('the log is written', () => stack.log('access').includes('/written-after'));
	assert.ok(!stack.log('access').includes(files.secret), 'an address that holds a secret is not written down');
});

test('Microsoft: its columns, a fixed value', async () => {
	const files = await rule({ name: 'Call', platform: 'microsoft', value: '40' });
	await settle();
	const [zone, head, ...rows] = await lines(files.conversions);
	assert.equal(zone, 'Parameters:TimeZone=+0000');
	assert.equal(head, 'Microsoft Click Id,Conversion Name,Conversion Time,Conversion Value,Conversion Currency');
	assert.equal(rows.length, 1);
	assert.match(rows[0], /^MS1,Call,\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,40\.00,USD$/);
	// Taken back and sold again: each of the two under a time of its own.
	const [{ text, time }] = stack.sql("SELECT HEX(i.id), DATE_FORMAT(p.started_at, '%Y-%m-%d %H:%i:%s') FROM interaction i JOIN visit v ON v.id = i.visit_id JOIN phone_call p ON p.id = i.id"
		+ " WHERE v.msclkid = 'MS1'").map(([t, at]) => ({ text: t, time: at }));
	for (const outcome of ['', 'sold']) {
		mark(Buffer.from(text, 'hex'), `outcome = '${outcome}'`);
		await settle();
	}
	assert.deepEqual((await lines(files.conversions)).slice(2), [`MS1,Call,${later(time)},40.00,USD`]);
	const at = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d';
	assert.match((await lines(files.adjustments))[2], new RegExp(`^MS1,Call,${time},Retract,${at},,$`));
	stack.sql(`UPDATE conversion_rule SET archived_at = UTC_TIMESTAMP(6) WHERE secret = '${files.secret}'`);
	assert.equal((await stack.fetch(files.conversions)).status, 404);
});

test('what was told of who was erased stays as it is, at the platform and here', async () => {
	const files = await rule({ name: 'Erased' });
	const told = call({ click: 'unlinked' }), linked = call({ click: 'linked' }), retracted = call({ click: 'retracted' }), other = call({ click: 'other' });
	const ours = [told, linked, retracted];
	for (const [i, { id }] of ours.entries()) stack.sql(`UPDATE phone_call SET caller_e164 = '+1212555017${i}', caller_raw = '1212555017${i}' WHERE id = ${hex(id)}`);
	// A browser of its own, joined with the telephone.
	stack.sql(`UPDATE visit SET visitor_id = ${hex(uuid7())} WHERE gclid = 'linked'`);
	assert.equal((await owner.submit(`/people/${linked.text}`, `/people/${linked.text}/join`, { visitor: '1' })).status, 303);
	await settle();
	mark(retracted.id, "outcome = ''");
	await settle();
	const rows = () => stack.sqlOne(`SELECT GROUP_CONCAT(LOWER(HEX(call_id)), kind, turn ORDER BY seq) FROM conversion WHERE rule_id = (SELECT id FROM conversion_rule WHERE secret = '${files.secret}')`);
	const before = rows();
	for (const click of ['unlinked', 'linked', 'other']) assert.ok((await lines(files.conversions)).some((l) => l.startsWith(`${click},`)), click);
	for (const { text } of ours) assert.equal((await owner.submit(`/people/${text}`, `/people/${text}/erase`, { sure: 'erase' })).status, 303);
	assert.equal(stack.sqlOne("SELECT GROUP_CONCAT(gclid ORDER BY gclid) FROM visit WHERE gclid IN ('unlinked', 'linked', 'retracted')"), 'retracted,unlinked', 'the click of nobody known stays');
	mark(retracted.id, "outcome = 'sold'");
	for (let i = 0; i < 3; i++) {
		await settle();
		for (const { id } of ours) mark(id, `value_micros = ${i}000000`);
	}
	assert.equal(rows(), before);
	const all = [...await lines(files.conversions), ...await lines(files.adjustments)].join('\n');
	for (const { text } of [told, linked]) assert.ok(!all.includes(text), all);
	assert.doesNotMatch(all, /linked|retracted/);
	assert.match(all, new RegExp(`^other,.*${other.text}$`, 'm'));
	mark(other.id, "outcome = ''");
	await settle();
	assert.match((await lines(files.adjustments)).join('\n'), new RegExp(`^${other.text},Erased,.*RETRACT`, 'm'), 'others are taken back as ever');
});

test('what is wrong in the form is said', async () => {
	const before = stack.sqlOne('SELECT COUNT(*) FROM conversion_rule');
	for (const bad of [{ name: '=SUM(1)' }, { name: '' }, { platform: 'meta' }, { value: '1,5' }, { value: '1.234' }, { min_talk_s: '-1' },
		{ outcome: 'nothing' }, { tag: typeId('tag', uuid7()) }]) {
		const res = await owner.submit('/settings/conversions/new', '/settings/conversions/new', { name: 'x', platform: 'google', outcome: '', tag: '',
			min_talk_s: '0', value: '', ...bad });
		assert.ok(res.status >= 400, JSON.stringify(bad));
	}
	assert.equal(stack.sqlOne('SELECT COUNT(*) FROM conversion_rule'), before);
});

test('mail rules by their form', async () => {
	const user = typeId('usr', world.users.agent.id);
	const add = (fields) => owner.submit('/settings/mail/new', '/settings/mail/new', { user, kind: 'missed', quiet_from: '', quiet_to: '', ...fields });
	for (const bad of [{ user: typeId('usr', world.foreign.id) }, { kind: 'hourly' }, { quiet_from: '25:00', quiet_to: '07:00' }, { quiet_from: '22:00' }])
		assert.ok((await add(bad)).status >= 400, JSON.stringify(bad));
	assert.equal((await add({ quiet_from: '22:00', quiet_to: '7:00' })).status, 303);
	assert.equal(stack.sqlOne('SELECT CONCAT(quiet_from_min, quiet_to_min, LENGTH(unsubscribe)) FROM mail_rule'), '132042043');
	assert.match(await (await owner.fetch('/settings/mail')).text(), /agent@alpha\.example/);
	assert.equal((await owner.fetch('/settings/mail-log')).status, 200);
});
