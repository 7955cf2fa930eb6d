// Reports over more than a table shows: 20,005 values, 5,000 companies. What is
// counted is right however many there are, and what is not is said.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { baseOf } from '../browser/seed.mjs';
import { build, startStack } from '../support/stack.mjs';
import { typeId } from '../support/two_companies.mjs';

let stack, me;
before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '100000'] });
	const { company, number } = baseOf(stack);
	// Values by their number: a00001 … a19000, z19001 … z20005.
	const calls = (kind, days, seq) => `
		INSERT INTO phone_call (company_id, id, state, result, number_id, number_e164, started_at, ended_at, talk_ms)
		SELECT x'${company}', UNHEX(LPAD(CONCAT('${kind}', HEX(seq)), 32, '0')), 'closed', 'answered', x'${number.id}', '${number.e164}',
			UTC_TIMESTAMP(6) - INTERVAL ${days} DAY, UTC_TIMESTAMP(6) - INTERVAL ${days} DAY, 60000 FROM ${seq};
		INSERT INTO interaction (company_id, id, kind, happened_at, source, ad_group)
		SELECT x'${company}', UNHEX(LPAD(CONCAT('${kind}', HEX(seq)), 32, '0')), 'call', UTC_TIMESTAMP(6) - INTERVAL ${days} DAY, 'google',
			CONCAT(IF(seq > 19000, 'z', 'a'), LPAD(seq, 5, '0')) FROM ${seq};`;
	stack.sql(`${calls('1', 2, 'seq_1_to_20005')} ${calls('2', 2, 'seq_1_to_40')} ${calls('3', 9, 'seq_18501_to_20000')}
		${calls('4', 9, 'seq_19991_to_20000')} ${calls('5', 9, 'seq_19991_to_20000')}`);
	const made = spawnSync(join(build, 'ringtrace'), ['rollup', 'rebuild', '--days', '30', '-c', stack.conf], { encoding: 'utf8' });
	assert.equal(made.status, 0, made.stderr);
	me = await stack.login();
});
after(() => stack?.stop());

const json = async (query) => {
	const res = await me.fetch(`/reports.json?range=7d&${query}`);
	assert.equal(res.status, 200, query);
	return res.json();
};
const named = (n) => `${n > 19000 ? 'z' : 'a'}${String(n).padStart(5, '0')}`;
const some = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => named(from + i));

test('the period before is that of each value, wherever it stood then', async () => {
	// From the sums that are kept, and from the calls.
	for (const more of ['', '&talk_min=60']) {
		const got = await json(`by=ad_group&sort=before${more}`);
		assert.deepEqual(got.rows.slice(0, 10).map((r) => r.label).sort(), some(19991, 20000));
		assert.deepEqual([...new Set(got.rows.slice(0, 10).map((r) => `${r.before} ${r.now}`))], ['3 1']);
		assert.deepEqual([...new Set(got.rows.slice(10, 50).map((r) => `${r.before} ${r.now}`))], ['1 1']);
		const others = got.rows.at(-1);
		assert.deepEqual([others.label, others.now, others.before], ['All others', 20045 - 50, 1520 - 70]);
		assert.deepEqual([got.all.now, got.all.before], [20045, 1520]);
	}
});

test('the order is that of all values, not of those with the most calls', async () => {
	const labels = async (query) => (await json(`by=ad_group&${query}`)).rows.slice(0, 50).map((r) => r.label);
	assert.deepEqual((await labels('')).slice(0, 40), some(1, 40));
	assert.deepEqual(await labels('sort=label&dir=desc'), some(19951, 20000).reverse());
	assert.deepEqual((await labels('sort=calls&dir=desc')).slice(0, 40).sort(), some(1, 40));
	assert.ok((await json('by=ad_group&sort=change&dir=asc')).rows.slice(0, 10).every((r) => r.before === 3 && r.now === 1));
});

test('more than 20,000 values: those with the most calls are put in order, and it is said', async () => {
	const said = async (query) => /There are more than 20,000 values/.test(await (await me.fetch(`/reports?range=7d&${query}`)).text());
	assert.equal(await said('by=ad_group'), true);
	assert.equal(await said('by=source'), false);
	assert.equal((await json('by=ad_group&sort=label&dir=desc')).rows.some((r) => r.label === named(20005)), false);
});

test('501 companies: all are counted, and each can be gone to', async () => {
	stack.sql(`INSERT INTO company (id, account_id, name, time_zone, country, currency, created_at)
		SELECT UNHEX(MD5(CONCAT('many', seq))), (SELECT account_id FROM company WHERE name = 'Bay City Plumbing'), CONCAT('Zz ', LPAD(seq, 4, '0')), 'UTC', 'US', 'USD', '2026-01-01' FROM seq_1_to_520`);
	// Only the last by name has a call beside the first.
	const last = stack.sqlOne("SELECT HEX(id) FROM company WHERE name = 'Zz 0520'");
	stack.sql(`INSERT INTO phone_call (company_id, id, state, result, number_id, number_e164, started_at, ended_at)
		SELECT x'${last}', x'${'9'.repeat(32)}', 'closed', 'missed', number_id, number_e164, started_at, ended_at FROM phone_call WHERE state = 'closed' ORDER BY started_at DESC LIMIT 1;
		INSERT INTO interaction (company_id, id, kind, happened_at) SELECT x'${last}', x'${'9'.repeat(32)}', 'call', started_at FROM phone_call WHERE company_id = x'${last}'`);
	const made = spawnSync(join(build, 'ringtrace'), ['rollup', 'rebuild', '--days', '30', '--company', 'Zz 0520', '-c', stack.conf], { encoding: 'utf8' });
	assert.equal(made.status, 0, made.stderr);
	const got = await json('by=company');
	assert.deepEqual([got.rows.length, got.complete, got.all.now], [500, true, 20046]);
	assert.equal(got.rows[1].label, 'Zz 0520', 'the second by its calls');
	assert.match(await (await me.fetch('/reports?range=7d&by=company')).text(), /500 companies are listed, in the order of the table; the rest is in/);
	assert.equal((await json('by=company&sort=calls&dir=asc')).rows.at(-1).now, 20046, 'all others');
	const page = await (await me.fetch('/companies?page=11&range=7d')).text();
	assert.match(page, /Zz 0520/);
	assert.match(page, /521 of 521/);
	const key = typeId('com', Buffer.from(last, 'hex'));
	assert.equal((await me.submit('/companies', '/company', { company: key })).status, 303);
	assert.match(await (await me.fetch('/companies')).text(), new RegExp(`value="${key}" aria-current="true"`));
	assert.match(await (await me.fetch('/companies/names.json?name=0519')).text(), /Zz 0519/);
	assert.equal((await me.submit('/companies', '/company', { company: typeId('com', Buffer.alloc(16, 7)) })).status, 404);
});

test('more than 5,000: those that are in no figure are spoken of', async () => {
	stack.sql(`INSERT INTO company (id, account_id, name, time_zone, country, currency, created_at)
		SELECT UNHEX(MD5(CONCAT('more', seq))), (SELECT account_id FROM company WHERE name = 'Bay City Plumbing'), CONCAT('Zzz ', seq), 'UTC', 'US', 'USD', '2026-01-01' FROM seq_1_to_4480`);
	assert.match(await (await me.fetch('/companies')).text(), /5000 of the first 5000 .*no figure here counts them/s);
	assert.match(await (await me.fetch('/reports.csv?by=company&range=today')).text(), /5000 companies of more: the others are not counted\r\n$/);
});

test('nothing of this was our mistake', () => {
	assert.doesNotMatch(stack.log('dashboard'), /status=5\d\d/);
});
