// A small pool from its first visitor to its last number: the page warns by the
// trend before it is full, and each kind of visit that found none is counted.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build, startStack, until } from '../support/stack.mjs';
import { addNumbers, Browsers } from '../support/dni.mjs';

const NUMBERS = 10, SOURCE = '+14155550113', OVERFLOW = '+14155550109';
let stack, dni, me, page;

before(async () => {
	stack = await startStack({ without: ['jobd', 'sipworker', 'admin', 'api'], args: ['--dni-rate', '100000'] });
	stack.sql('DELETE FROM pool_number');
	await addNumbers(stack, NUMBERS, 1);
	dni = new Browsers(stack);
	me = await stack.login();
	const list = await (await me.fetch('/pools')).text();
	page = list.match(/href="(\/pools\/[a-z]+_[0-9a-z]{26})"/)[1];
}, { timeout: 120000 });

after(async () => {
	dni?.close();
	await stack?.stop();
});

const read = async (path = page) => (await (await me.fetch(path)).text()).replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
const given = (kind) => Number(stack.sqlOne(`SELECT COALESCE(sum(amount), 0) FROM pool_count WHERE kind = '${kind}'`));

async function policy(word) {
	stack.sql(`UPDATE pool SET overflow_policy = '${word}'; UPDATE config_version SET version = version + 1`);
	const version = stack.sqlOne('SELECT version FROM config_version');
	await until('the server has seen it', () => stack.output.includes(`configuration version=${version} `));
}

test('a new pool: nothing is claimed', async () => {
	const text = await read();
	assert.match(text, /No visitor in 28 days/);
	assert.doesNotMatch(text, /All 10 numbers/, 'a legend without a chart');
});

test('at a growing peak the page and the list warn before the pool is full', async () => {
	// What jobd would have noted: one number more every other day, seven today.
	stack.sql(`INSERT INTO pool_hour (company_id, pool_id, hour_at, leases, peak, held_s, numbers)
		SELECT company_id, id, FROM_UNIXTIME(FLOOR(UNIX_TIMESTAMP() / 3600) * 3600) - INTERVAL (1 + 24 * seq) HOUR, 20,
		7 - FLOOR(seq / 2), 1800, ${NUMBERS} FROM pool, seq_0_to_11`);
	const text = await read();
	assert.match(text, /Full in about \d+ days? at this trend/);
	const days = Number(text.match(/Full in about (\d+) day/)[1]);
	assert.ok(days >= 4 && days <= 9, `${days} days`);
	assert.match(await read('/pools'), /Full in about \d+ days? at this trend/);
	// A day on which all numbers of then were in use stays a full one.
	assert.doesNotMatch(text, / full \d/);
	stack.sql('UPDATE pool_hour SET numbers = peak WHERE hour_at < UTC_TIMESTAMP() - INTERVAL 70 HOUR');
	assert.match(await read(), / full \d/);
	stack.sql(`UPDATE pool_hour SET numbers = ${NUMBERS}`);
});

test('who may not have a number of the pool does not make it full', async () => {
	const was = given('noconsent');
	for (let i = 0; i < 4; i++) await dni.ask({ url: `${stack.url}/demo/`, consent: 'no' });
	await until('all are counted', () => given('noconsent') - was === 4);
	const text = await read();
	assert.match(text, /No number was free, 7 days – 0 visits/);
	assert.match(text, /Without one: no consent it asked, and nothing was leased 4 /);
	assert.doesNotMatch(text, /for other reasons/);
	// Those who were refused are none for whom no number was free, but are not left unsaid above.
	stack.sql("INSERT INTO pool_count (company_id, pool_id, bucket_at, kind, amount) SELECT company_id, id, UTC_TIMESTAMP() - INTERVAL 50 HOUR, 'flood', 1234 FROM pool");
	const refused = await read();
	stack.sql("DELETE FROM pool_count WHERE kind = 'flood'");
	assert.match(refused, /No number was free, 7 days – 0 visits 1,234 had none for other reasons/);
	assert.doesNotMatch(text, /Full within the last day/);
});

test('the last number gone: full, and each kind of answer is counted', async () => {
	for (let i = 0; i < NUMBERS; i++) assert.equal((await dni.ask()).json.tier, 'lease');
	const kinds = ['full', 'source', 'overflow', 'none'], was = kinds.map(given);
	const shown = async () => (({ tier, why, swap }) => [tier, why, swap[0]?.to.e164])((await dni.ask()).json);
	await policy('source');
	for (let i = 0; i < 3; i++) assert.deepEqual(await shown(), ['source', 'pool', SOURCE]);
	await policy('overflow');
	for (let i = 0; i < 2; i++) assert.deepEqual(await shown(), ['overflow', 'pool', OVERFLOW]);
	await until('who saw the overflow number is written down', () => stack.sqlOne('SELECT COUNT(*) FROM overflow_shown WHERE seen_at = shown_at') === '2');
	const seen = (await dni.ask()).json, beat = { site: 'demo', visitor: seen.visitor, visit: seen.visit };
	assert.deepEqual([seen.tier, (await dni.post('/dni/v1/beat', beat)).json.tier], ['overflow', 'overflow']);
	await dni.post('/dni/v1/event', { ...beat, kind: 'tel_click' });
	await until('that the page goes on, too, and the touch', () => stack.sqlOne(`SELECT COUNT(*) FROM overflow_shown o JOIN visit_event e ON e.visit_id = o.visit_id AND e.number_id = o.number_id
		WHERE o.seen_at > o.shown_at AND o.touched_at = e.happened_at AND e.kind = 'tel_click'`) === '1');
	await policy('own');
	assert.deepEqual(await shown(), ['none', 'pool', undefined]);
	await until('all are counted', () => given('full') - was[0] === 7 && given('none') - was[3] === 1);
	// A visit of many pages found no number once.
	await policy('source');
	const { visitor, visit } = (await dni.ask()).json;
	for (let i = 0; i < 4; i++) assert.equal((await dni.ask({ visitor, visit })).json.visit, visit);
	await until('all are counted', () => given('source') - was[1] === 8);
	assert.deepEqual(kinds.map((k, i) => given(k) - was[i]), [8, 8, 3, 1]);
	const text = await read();
	assert.match(text, /In use now 10 of 10/);
	assert.match(text, /Full within the last day/);
	assert.match(text, /No number was free, 7 days [\d.]+ ?% 8 visits/);
	assert.match(text, /Without a number of the pool: none was free visits, once each; above is what they were shown 8 /);
	assert.match(await read('/pools'), /Full within the last day/);
});

test('large figures are told apart by their thousands', async () => {
	stack.sql('UPDATE pool_hour SET peak = 1234567 WHERE hour_at > UTC_TIMESTAMP() - INTERVAL 3 DAY');
	assert.match(await read(), new RegExp(`Most at once, 7 days 1,234,567 of ${NUMBERS} `));
	assert.match(await read('/pools'), / 1,234,567 /);
});

test('numbers that rest are told beside those in use, and a least rest of any length can be asked about', async () => {
	// Visits of yesterday: sizes are worked out from hours that are over.
	stack.sql(`DELETE FROM pool_hour; INSERT INTO pool_hour (company_id, pool_id, hour_at, leases, peak, held_s, numbers)
		SELECT company_id, id, FROM_UNIXTIME(FLOOR(UNIX_TIMESTAMP() / 3600) * 3600) - INTERVAL 24 HOUR, 20, 1, 1800, ${NUMBERS} FROM pool;
		UPDATE lease SET expires_at = expires_at + INTERVAL 1 HOUR;
		UPDATE lease SET started_at = UTC_TIMESTAMP(6) - INTERVAL 30 MINUTE, released_at = UTC_TIMESTAMP(6) - INTERVAL 20 MINUTE ORDER BY started_at LIMIT 4`);
	stack.sql('UPDATE pool SET min_reuse_s = 604800');
	const html = await (await me.fetch(page)).text();
	const field = html.match(/name="rest" min="0" max="(\d+)" value="(\d+)"/);
	assert.deepEqual(field.slice(1), ['604800', '604800']);
	assert.equal((await me.fetch(`${page}?numbers=12&rest=${field[2]}&price=1.00`)).status, 200);
	const text = await read();
	assert.match(text, new RegExp(`In use now ${NUMBERS - 4} of ${NUMBERS} and 4 resting`));
	assert.match(text, new RegExp(`Most at once, 7 days ${NUMBERS} of ${NUMBERS} in use or resting`));
	assert.match(await read('/pools'), new RegExp(` ${NUMBERS} ${NUMBERS - 4} \\+ 4 resting ${NUMBERS} `));
	for (const rest of [30, 90]) {
		stack.sql(`UPDATE pool SET min_reuse_s = ${rest}`);
		assert.match(await (await me.fetch(page)).text(), new RegExp(`name="rest" min="0" max="604800" value="${rest}"`));
	}
	stack.sql('UPDATE pool SET min_reuse_s = 0');
	assert.match(await read(), new RegExp(`In use now ${NUMBERS - 4} of ${NUMBERS} Most at once`));
});

test('numbers that left are not in use in the list, as they are not on the page', async () => {
	stack.sql('INSERT INTO pool_number_left SELECT company_id, pool_id, number_id, UTC_TIMESTAMP(6) FROM pool_number; DELETE FROM pool_number');
	assert.match(await read(), new RegExp(`In use now 0 of 0 and ${NUMBERS - 4} that left the pool`));
	assert.match(await read('/pools'), / 0 0 [\d,]+ [\d.]+ ?% No numbers in it/);
	// What helps is a number; no size of before does.
	const html = await (await me.fetch(page)).text();
	assert.match(html, /No numbers in it\.<\/strong> Its visitors see [^<]*<a [^>]*href="\/settings\/pools\/pol_\w+">Put numbers into it/);
	assert.doesNotMatch(html, /See what another size would do/);
});

test('every pool is in the list, a page at a time, and found by a part of its name', async () => {
	stack.sql(`INSERT INTO pool (company_id, id, name, created_at) SELECT id, UNHEX(MD5(CONCAT('pool', seq))), CONCAT('Group ', LPAD(seq, 3, '0')), UTC_TIMESTAMP(6)
		FROM company, seq_1_to_120`);
	const first = await (await me.fetch('/pools')).text(), second = await (await me.fetch('/pools?page=2')).text();
	const names = (html) => [...html.matchAll(/row-link cut" href="\/pools\/\w+">([^<]*)</g)].map((m) => m[1]);
	assert.equal(names(first).length, 100);
	assert.equal(names(second).length, 21);
	assert.equal(new Set([...names(first), ...names(second)]).size, 121);
	assert.match(first, /rel="next" href="\?page=2/);
	assert.doesNotMatch(second, /rel="next"/);
	assert.deepEqual(names(await (await me.fetch('/pools?q=oup+077')).text()), ['Group 077']);
	assert.match(await read('/pools?q=nothing'), /Nothing has that in its name/);
	assert.equal((await me.fetch('/pools?page=0')).status, 400);
	for (const path of ['/pools', '/sites']) {
		const behind = await read(`${path}?page=9`);
		assert.match(behind, /Nothing on this page The list ends before it. To the first page/, path);
		assert.doesNotMatch(behind, /yet|Previous/, path);
		assert.doesNotMatch(await read(path), /Nothing on this page/, path);
	}
	assert.doesNotMatch(await read('/pools?page=2'), /Nothing on this page/);
});

test('where there is no pool the command that is shown makes one', async () => {
	stack.sql('UPDATE pool SET archived_at = UTC_TIMESTAMP(6)');
	const html = await (await me.fetch('/pools')).text();
	assert.match(html, /No pool yet/);
	const [program, ...args] = html.match(/<code>(ringtrace [^<]+)<\/code>/)[1].replace(/(--number) \S+/, '$1 +14155550188').split(' ');
	const made = spawnSync(join(build, program), [...args, '-c', stack.conf], { encoding: 'utf8' });
	assert.deepEqual([made.status, made.stdout.trim()], [0, '+14155550188'], made.stderr);
	assert.match(await read('/pools'), / Web 1 0 /);
});
