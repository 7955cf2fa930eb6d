// From an installation without anybody to the first call with its source, by
// the guide alone: each step is done when it is done, and not before.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openForm } from '../support/forms.mjs';
import { startStack } from '../support/stack.mjs';
import { hex, insert, password, text, uuid7 } from '../support/two_companies.mjs';

const hash = '$argon2id$v=19$m=65536,t=2,p=1$OIDsYhbSrNm9UcxUOED0sQ$VtxpQBB0tpyDRwtee1U9GcbS3XL6fYp7OZ6IF+ScOI0';
let stack, owner;

before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], demo: false, args: ['--web-rate', '100000'] });
});
after(() => stack?.stop());

const guide = async () => {
	const html = await (await owner.fetch('/welcome')).text();
	return { html, done: [...html.matchAll(/<h2>([^<]+) <span class="badge">(done|next|to do)/g)].filter(([, , s]) => s === 'done').map(([, n]) => n),
		next: html.match(/<h2>([^<]+) <span class="badge">next/)?.[1] };
};

test('without anybody: everybody is told how the owner is made', async () => {
	const guest = stack.client();
	assert.equal((await guest.fetch('/login')).headers.get('location'), '/welcome');
	const res = await guest.fetch('/welcome');
	assert.equal(res.status, 200);
	assert.match(await res.text(), /ringtrace user add --email you@example.com --role owner --company all/);
});

test('with an owner: strangers see nothing of it, the owner is led there', async () => {
	const account = uuid7(), user = uuid7();
	stack.sql([
		insert('account', { id: hex(account), name: "'Agency'", created_at: 'UTC_TIMESTAMP(6)' }),
		insert('user', { id: hex(user), account_id: hex(account), email: "'me@agency.example'", name: "'Me'", password_hash: text(hash), created_at: 'UTC_TIMESTAMP(6)' }),
		insert('membership', { user_id: hex(user), account_id: hex(account), company_id: `X'${'0'.repeat(32)}'`, role: "'owner'", created_at: 'UTC_TIMESTAMP(6)' }),
	].join('\n'));
	assert.equal((await stack.client().fetch('/welcome')).headers.get('location'), '/login?next=%2Fwelcome');
	assert.equal((await stack.client().fetch('/login')).status, 200);
	owner = stack.client();
	assert.equal((await owner.submit('/login', '/login', { email: 'me@agency.example', password })).status, 303);
	assert.equal((await owner.fetch('/')).headers.get('location'), '/welcome');
	const { done, next } = await guide();
	assert.deepEqual(done, []);
	assert.equal(next, 'The business');
});

test('step by step', async () => {
	const add = async (path, values) => {
		const res = await (await openForm(owner, `/settings/${path}/new`)).send(values);
		assert.equal(res.status, 303, `${path}: ${(await res.text()).match(/form-error">[^<]*/)?.[0]}`);
		assert.match(await (await owner.fetch(res.headers.get('location'))).text(), /role="status">.*href="\/welcome">Go on with the first steps/, path);
	};
	const expect = async (done, next) => {
		const g = await guide();
		assert.deepEqual(g.done, done);
		assert.equal(g.next, next);
		assert.equal(g.html.includes(`${done.length} of 8 done`), true);
	};
	await add('companies', { name: 'First business', time_zone: 'America/New_York', country: 'US', currency: 'USD' });
	const done = ['The business'];
	assert.match((await guide()).html, /Numbers are read as dialled in United States, times are those of America\/New_York, values are in USD/);
	await expect(done, 'A carrier');
	await add('trunks', { name: 'Carrier', allow: '192.0.2.0/24', next_hop: '192.0.2.1:5060' });
	await expect((done.push('A carrier'), done), 'Who answers');
	await add('destinations', { name: 'Desk', target: '415-555-0199', ring_s: '30' });
	await expect((done.push('Who answers'), done), 'A tracking number');
	// Who answers is there to be chosen in the form of the number: one visit of it, not two.
	// As the only one there is, it is chosen already.
	const { destination, flow } = (await openForm(owner, '/settings/numbers/new')).fields;
	assert.equal(destination.options.filter((o) => o !== '').length, 1);
	assert.deepEqual([destination.value !== '', flow.value], [true, '']);
	const abroad = await (await openForm(owner, '/settings/numbers/new')).send({ e164: '030 901820', record: 'off' });
	assert.equal(abroad.status, 422);
	assert.match(await abroad.text(), /not a telephone number of the company’s country, United States\. Others are written with theirs in front/);
	await add('numbers', { e164: '(415) 555-0123', record: 'off', destination: '' });
	await expect((done.push('A tracking number'), done), 'Where its calls go');
	const href = (await (await owner.fetch('/settings/numbers')).text()).match(/href="(\/settings\/numbers\/num_[0-9a-z]{26})"/)[1];
	assert.ok((await guide()).html.includes(`href="${href}">Choose at the number`), 'straight to the number');
	const form = await openForm(owner, href);
	assert.equal((await form.send({ destination: form.fields.destination.options.find((o) => o !== '') })).status, 303);
	await expect((done.push('Where its calls go'), done), 'What the number tells');
	await add('destinations', { name: 'Night desk', target: '415-555-0198', ring_s: '30' });
	assert.equal((await openForm(owner, '/settings/numbers/new')).fields.destination.value, '', 'of two, people choose');
	await add('pools', { name: 'Visits', lease_s: '120', min_reuse_s: '60' });
	assert.match((await guide()).html, /there, and empty: choose it in the form of the number/);
	await expect(done, 'What the number tells');
	assert.ok((await guide()).html.includes(`href="${href}">Put the number into it`));
	const again = await openForm(owner, href);
	assert.equal((await again.send({ pool: again.fields.pool.options.find((o) => o !== '') })).status, 303);
	await expect((done.push('What the number tells'), done), 'The tag on your site');
	assert.match((await guide()).html, /href="\/settings\/sites\/new">Add the site/);
	assert.notEqual((await openForm(owner, '/settings/sites/new')).fields.pool.value, '', 'the only pool is chosen');
	await add('sites', { name: 'example.com', origins: 'https://example.com', targets: '415-555-0199', consent: 'assume' });
	assert.match((await guide()).html, /its tag was not seen yet/);
	await expect(done, 'The tag on your site');
	stack.sql('UPDATE site SET seen_at = UTC_TIMESTAMP(6)');
	await expect((done.push('The tag on your site'), done), 'The first call');
	// A call without a source is not the end of the guide.
	const company = stack.sqlOne('SELECT HEX(id) FROM company');
	const call = (id, source) => stack.sql([
		insert('interaction', { company_id: `X'${company}'`, id: hex(id), kind: "'call'", happened_at: 'UTC_TIMESTAMP(6)', attributed_by: "'none'", source: text(source) }),
		insert('phone_call', { company_id: `X'${company}'`, id: hex(id), state: "'closed'", result: "'answered'", number_id: hex(uuid7()), number_e164: "'+14155550123'", caller_raw: "'x'", started_at: 'UTC_TIMESTAMP(6)' }),
	].join('\n'));
	call(uuid7(), '');
	assert.match((await guide()).html, /no source could be credited/);
	await expect(done, 'The first call');
	call(uuid7(), 'google');
	const end = await guide();
	assert.equal(end.done.length, 8);
	assert.ok(!(await (await owner.fetch('/settings/numbers?done=added')).text()).includes('Go on with the first steps'));
	assert.match(end.html, /class="link under" href="\/calls\/cal_[0-9a-z]{26}">See the first call/);
	assert.ok(!/data-reload/.test(end.html));
	assert.doesNotMatch(stack.log('admin') + stack.log('dashboard'), /status=5\d\d/);
});
