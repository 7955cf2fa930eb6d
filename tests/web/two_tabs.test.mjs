// Two tabs, two companies: which company one looks at is the browser's. A form
// of a page of one company is never saved for the other that was chosen in
// another tab since; what belongs to no company goes on from any page.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startStack } from '../support/stack.mjs';
import { insert, hex, text, typeId, uuid7 } from '../support/two_companies.mjs';

let stack, me, first;
const second = uuid7();
const to = async (company) => assert.equal((await me.submit('/companies', '/company', { company })).status, 303);
const send = (path, fields) => me.fetch(path, { method: 'POST', headers: { origin: stack.url }, body: new URLSearchParams(fields) });
const rows = (table, company) => Number(stack.sqlOne(`SELECT COUNT(*) FROM ${table} WHERE company_id = X'${company}'`));

before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '100000'] });
	first = stack.sqlOne('SELECT HEX(id) FROM company LIMIT 1');
	const account = stack.sqlOne('SELECT HEX(account_id) FROM company LIMIT 1');
	stack.sql(insert('company', { id: hex(second), account_id: `X'${account}'`, name: text('Second'), time_zone: "'Europe/Berlin'",
		country: "'US'", currency: "'USD'", created_at: 'UTC_TIMESTAMP(6)' }));
	me = await stack.login();
});
after(() => stack?.stop());

const one = () => typeId('com', Buffer.from(first, 'hex'));
const two = () => typeId('com', second);

test('a form of the first company is not saved for the second, and is when one is back', async () => {
	await to(one());
	const place = { ...await me.hiddenFields('/settings/locations/new'), name: 'Two tabs', time_zone: 'Europe/Berlin' };
	const person = { ...await me.hiddenFields('/settings/users/new'), name: 'P', email: 'two-tabs@example.com', role: 'manager', scope: 'company' };
	const users = Number(stack.sqlOne('SELECT COUNT(*) FROM user'));
	await to(two());
	for (const [path, fields] of [['/settings/locations/new', place], ['/settings/users/new', person]]) {
		const res = await send(path, fields);
		assert.equal(res.status, 409, path);
		assert.match(await res.text(), /opened for another company.*Nothing was saved/);
	}
	assert.equal(rows('location', second.toString('hex')), 0);
	assert.equal(Number(stack.sqlOne('SELECT COUNT(*) FROM user')), users);
	const before = rows('location', first);
	await to(one());
	assert.equal((await send('/settings/locations/new', place)).status, 303);
	assert.equal(rows('location', first), before + 1);
});

test('files and what scripts send are refused as well', async () => {
	await to(one());
	const { csrf } = await me.hiddenFields('/spend');
	await to(two());
	const body = new FormData();
	body.set('csrf', csrf);
	body.set('file', new Blob(['date,source,cost\n2026-01-01,google,1\n']), 's.csv');
	assert.equal((await me.fetch('/spend', { method: 'POST', headers: { origin: stack.url }, body })).status, 409);
	const res = await me.fetch(`/flows/${typeId('flw', uuid7())}/save`, { method: 'POST', body: '{}',
		headers: { origin: stack.url, 'content-type': 'application/json', 'x-csrf-token': csrf } });
	assert.equal(res.status, 409);
	assert.match((await res.json()).detail, /another company/);
});

test('who chose no company stays at the one that was shown, whatever is added', async () => {
	const { email, password } = stack.demo();
	const other = stack.client();
	await other.submit('/login', '/login', { email, password });
	const shown = async () => (await (await other.fetch('/calls')).text()).match(/<title>[^·]*· ([^·]*) ·/)[1];
	const first_seen = await shown();
	stack.sql(insert('company', { id: hex(uuid7()), account_id: `X'${stack.sqlOne('SELECT HEX(account_id) FROM company LIMIT 1')}'`, name: text('AAA, before all others'),
		time_zone: "'Europe/Berlin'", country: "'US'", currency: "'USD'", created_at: 'UTC_TIMESTAMP(6)' }));
	assert.equal(await shown(), first_seen);
	assert.match(await (await other.fetch('/companies')).text(), /AAA, before all others/);
});

test('to change the company, mark one, sign out: from any page', async () => {
	await to(one());
	const { csrf } = await me.hiddenFields('/calls');
	await to(two());
	assert.equal((await send('/company', { csrf, company: one() })).status, 303);
	await to(two());
	assert.equal((await send('/companies/favourite', { csrf, company: one(), on: 'yes', next: '/companies' })).status, 303);
	// What stands behind the token is no way around it.
	assert.equal((await send('/company', { csrf: `${csrf[0] === 'x' ? 'y' : 'x'}${csrf.slice(1)}`, company: one() })).status, 403);
	assert.equal((await send('/company', { csrf: csrf.slice(-30), company: one() })).status, 403);
	assert.equal((await send('/logout', { csrf })).status, 303);
});
