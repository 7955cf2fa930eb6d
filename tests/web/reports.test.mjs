// Reports: page, CSV and JSON say the same, every dimension and metric
// answers, filters count, another company's calls never do, and what is not
// known is no number.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { seed, typeid } from '../browser/seed.mjs';
import { build, startStack } from '../support/stack.mjs';
import { addCompanies } from '../support/two_companies.mjs';

let stack, me, calls, world;
before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '100000'] });
	calls = seed(stack, { recordings: 0 });
	world = addCompanies(stack);
	const made = spawnSync(join(build, 'ringtrace'), ['rollup', 'rebuild', '--days', '70', '-c', stack.conf], { encoding: 'utf8' });
	assert.equal(made.status, 0, made.stderr);
	me = await stack.login();
});
after(() => stack?.stop());

const ctl = (...args) => spawnSync(join(build, 'ringtrace'), [...args, '-c', stack.conf], { encoding: 'utf8' });

test('sums are made of what an older version left', () => {
	const count = () => stack.sqlOne("SELECT CONCAT(COUNT(*), ' ', SUM(calls), ' ', SUM(talk_ms), ' ', SUM(leads), ' ', SUM(answer_ms)) FROM call_rollup");
	const before = count();
	stack.sql("DELETE FROM call_rollup WHERE dimension LIKE 'mix/%' OR dimension LIKE 'st%'; UPDATE call_rollup SET answer_ms = 0");
	assert.equal(ctl('rollup', 'verify', '--days', '70').status, 1);
	for (let i = 0; i < 2; i++) {
		stack.sql(readFileSync('sql/0155_rollup_families.sql', 'utf8'));
		assert.equal(ctl('rollup', 'verify', '--days', '70').status, 0, 'equal to the calls');
		assert.equal(count(), before);
	}
});

const json = async (query) => {
	const res = await me.fetch(`/reports.json?${query}`);
	assert.equal(res.status, 200, query);
	return res.json();
};
const options = (html, name) => [...html.match(new RegExp(`<select[^>]* name="${name}">(.*?)</select>`, 's'))[1].matchAll(/value="([^"]+)"/g)].map((m) => m[1]);

test('every metric by every dimension answers', async () => {
	const html = await (await me.fetch('/reports')).text();
	const dims = options(html, 'by');
	const metrics = options(html, 'metric');
	assert.ok(dims.length >= 25 && metrics.length >= 28);
	for (const by of dims) {
		const got = await json(`by=${by}&range=90d`);
		const sum = got.rows.reduce((n, r) => n + r.now, 0);
		assert.equal(sum, got.all.now, `${by}: the rows make all`);
		assert.equal(got.all.now, calls.length, by);
	}
	for (const metric of metrics)
		assert.equal((await me.fetch(`/reports?metric=${metric}&by=source&split=result`)).status, 200, metric);
});

test('page, CSV and JSON show the same', async () => {
	const query = 'by=source&split=result&metric=calls&range=30d';
	const got = await json(query);
	const csv = (await (await me.fetch(`/reports.csv?${query}`)).text()).trim().split('\r\n').slice(1).map((l) => l.split(','));
	const html = await (await me.fetch(`/reports?${query}`)).text();
	const table = [...html.split('table class="t compact report')[1].matchAll(/<tr><th scope="row">.*?<\/tr>/gs)]
		.map(([row]) => row.replaceAll(/<[^>]+>/g, '|').split('|').filter((s) => s.trim() !== ''));
	assert.equal(csv.length, got.rows.length + 1);
	assert.equal(table.length, got.rows.length + 1);
	got.rows.forEach((r, i) => {
		assert.equal(table[i][0], r.label);
		assert.equal(Number(table[i][2].replaceAll(',', '')), r.now);
	});
});

test('the same calls counted by hand', async () => {
	const now = Date.now();
	const leads = new Set(stack.sql("SELECT DISTINCT code FROM outcome WHERE is_lead = 1").map(([code]) => code));
	const got = await json('by=source&metric=leads&range=90d');
	const by = new Map(got.rows.map((r) => [r.label, r.now]));
	for (const source of new Set(calls.map((c) => c.origin.source)))
		assert.equal(by.get(source), calls.filter((c) => c.origin.source === source && leads.has(c.outcome)).length, source);
	const filtered = await json('by=result&source=google&range=90d');
	assert.equal(filtered.all.now, calls.filter((c) => c.origin.source === 'google').length);
	assert.ok(now - calls[0].at < 91 * 86400000);
});

test('hours and weekdays are the company\'s, also across the change of clocks', async () => {
	const zone = stack.sqlOne("SELECT time_zone FROM company WHERE name = 'Bay City Plumbing'");
	const got = await json('by=hour&range=90d');
	const want = new Array(24).fill(0);
	for (const c of calls) want[Number(new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', hourCycle: 'h23' }).format(c.at))]++;
	assert.deepEqual(got.rows.map((r) => r.now), want);
	for (const other of ['Asia/Kathmandu', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/St_Johns']) {
		stack.sql(`UPDATE company SET time_zone = '${other}' WHERE name = 'Bay City Plumbing'`);
		const hours = await json('by=hour&range=90d');
		const there = new Array(24).fill(0);
		const end = calls.filter((c) => c.at < Date.now());
		for (const c of end) there[Number(new Intl.DateTimeFormat('en-GB', { timeZone: other, hour: '2-digit', hourCycle: 'h23' }).format(c.at))]++;
		assert.deepEqual(hours.rows.map((r) => r.now), there, other);
		const days = await json('by=day&range=90d');
		const day = new Intl.DateTimeFormat('sv-SE', { timeZone: other });
		const byDay = new Map();
		for (const c of end) byDay.set(day.format(c.at), (byDay.get(day.format(c.at)) ?? 0) + 1);
		assert.deepEqual(days.rows.map((r) => r.now).filter((n) => n > 0), [...byDay].sort().map(([, n]) => n), other);
	}
	stack.sql(`UPDATE company SET time_zone = '${zone}' WHERE name = 'Bay City Plumbing'`);
});

test('blanks at the end of a value make no other value', async () => {
	const [now, old] = [3, 45].map((days) => calls.findLast((c) => c.at < Date.now() - days * 86400000).id);
	const put = (id, text) => stack.sql(`UPDATE interaction SET medium = '${text}' WHERE id = x'${id}'`);
	put(now, 'poster ');
	put(old, 'poster');
	assert.equal(ctl('rollup', 'rebuild', '--days', '70').status, 0);
	const row = (await json('by=medium&range=30d')).rows.find((r) => r.label.trim() === 'poster');
	assert.deepEqual([row.now, row.before], [1, 1]);
});

test('no spend is no number', async () => {
	const got = await json('by=source&metric=cost_lead');
	assert.equal(got.all.now, null);
	const none = await (await me.fetch('/spend')).text();
	assert.match(none, /No spend entered/);
	assert.doesNotMatch(none, /<strong>All<\/strong>/, 'never 0');
	assert.match(await (await me.fetch('/reports?metric=cost')).text(), /No spend entered/);
	const company = stack.sqlOne("SELECT HEX(id) FROM company WHERE name = 'Bay City Plumbing'");
	stack.sql(`INSERT INTO ad_spend (company_id, spent_on, line, source, medium, campaign, ad_group, keyword, amount_micros)
		VALUES (x'${company}', CURRENT_DATE - INTERVAL 3 DAY, REPEAT('x', 16), 'google', 'cpc', '', '', '', 120000000)`);
	const cost = await json('by=source&metric=cost');
	assert.equal(cost.all.now, 120);
	assert.equal(cost.rows.find((r) => r.label === 'google').now, 120);
	assert.equal(cost.rows.find((r) => r.label === 'facebook').now, null);
	assert.match(await (await me.fetch('/reports?metric=cost&by=device')).text(), /cannot be told/);
	// What was paid for and brought no call is a row, and the rows are the total.
	stack.sql(`INSERT INTO ad_spend (company_id, spent_on, line, source, medium, campaign, ad_group, keyword, amount_micros)
		VALUES (x'${company}', CURRENT_DATE - INTERVAL 3 DAY, REPEAT('y', 16), 'silent', '', '', '', '', 7000000), (x'${company}', CURRENT_DATE - INTERVAL 38 DAY, REPEAT('y', 16), 'silent', '', '', '', '', 3000000)`);
	for (const [metric, now, was] of [['cost', 7, 3], ['cost_call', null, null], ['roas', 0, 0]]) {
		const got = await json(`by=source&metric=${metric}&range=30d`), row = got.rows.find((r) => r.label === 'silent');
		assert.deepEqual([row.now, row.before, row.calls ?? 0], [now, was, 0], metric);
		if (metric === 'cost') assert.equal(got.rows.reduce((sum, r) => sum + (r.now ?? 0), 0), got.all.now);
	}
	assert.match(await (await me.fetch('/reports?metric=cost&by=source&source=silent')).text(), /class="cut" href="[^"]*">silent</, 'and a page');
	assert.ok(!(await json('by=source&metric=calls&range=30d')).rows.some((r) => r.label === 'silent'), 'of cost alone');
	stack.sql("DELETE FROM ad_spend WHERE source = 'silent'");
});

test('days to come have brought no call, and their spend is not counted', async () => {
	const company = stack.sqlOne("SELECT HEX(id) FROM company WHERE name = 'Bay City Plumbing'");
	const today = new Intl.DateTimeFormat('sv-SE', { timeZone: stack.sqlOne(`SELECT time_zone FROM company WHERE id = x'${company}'`) }).format();
	const later = (n) => new Date(Date.parse(`${today}T00:00:00Z`) + n * 86400e3).toISOString().slice(0, 10);
	stack.sql('DELETE FROM ad_spend');
	stack.sql(`INSERT INTO tracker_cost (company_id, tracker_id, from_on, monthly_micros) SELECT company_id, id, '2020-01-01', 365000000 FROM tracker WHERE company_id = x'${company}' LIMIT 1`);
	stack.sql(`INSERT INTO ad_spend (company_id, spent_on, line, source, medium, campaign, ad_group, keyword, amount_micros)
		VALUES (x'${company}', '${later(1)}', REPEAT('x', 16), 'google', 'cpc', '', '', '', 120000000)`);
	// 12 a day: of the ten that are here, and of as many before.
	for (const by of ['source', 'company', 'device']) {
		const got = await json(`by=${by}&metric=cost&from=${later(-9)}&to=${later(20)}`);
		assert.deepEqual([got.all.now, got.all.before], [120, 120], by);
	}
	const over = await json(`by=source&metric=cost&from=${later(-9)}&to=${later(-5)}`), ahead = await json(`by=source&metric=cost&from=${later(1)}&to=${later(3)}`);
	assert.deepEqual([over.all.now, over.all.before, ahead.all.now, ahead.all.before], [60, 60, null, 36]);
	stack.sql('DELETE FROM tracker_cost; DELETE FROM ad_spend');
});

test('another company\'s figures count nowhere', async () => {
	const viewer = await stack.login(world.users.analyst.email, world.password);
	for (const by of ['source', 'campaign', 'number', 'location', 'destination', 'place', 'outcome']) {
		const res = await viewer.fetch(`/reports.json?by=${by}`);
		const text = await res.text();
		assert.ok(!text.includes(world.secret), by);
		assert.equal(JSON.parse(text).all.now, 1, by);
	}
});

test('spend: a file by form, all rows or none, hostile text inert; by month; by command', async () => {
	const { csrf } = await me.hiddenFields('/spend');
	const post = (text) => {
		const body = new FormData();
		body.append('csrf', csrf);
		body.append('text', text);
		return me.fetch('/spend', { method: 'POST', body });
	};
	const rows = () => Number(stack.sqlOne('SELECT COUNT(*) FROM ad_spend'));
	const before = rows();
	const bad = await post('day,source,cost\n2026-10-01,google,1\n2026-10-02,google,<b>\n');
	assert.equal(bad.status, 400);
	assert.match(await bad.text(), /Row 3: The cost is no amount.*Nothing was imported/);
	assert.equal(rows(), before);
	// People mend a file once: every row is told, to a limit.
	const many = await (await post('day,source,cost\nx,a,1\n2026-10-02,a,1\n2026-10-02,a,-1\n2199-01-01,a,1\n"2026-10-02"x,a,1\n')).text();
	assert.deepEqual([...many.matchAll(/Row (\d+):/g)].map((m) => Number(m[1])), [2, 4, 5, 6]);
	assert.ok(!many.includes('More rows'));
	const kept = await (await post('day,source,cost\nx,"</textarea><script>alert(1)</script>",1\n')).text();
	assert.match(kept, /day,source,cost\r?\nx,&quot;&lt;\/textarea&gt;&lt;script&gt;alert\(1\)&lt;\/script&gt;&quot;,1\r?\n<\/textarea>/, 'what was typed is there to be mended');
	const most = await (await post(`day,source,cost\n${'x,a,1\n'.repeat(30)}`)).text();
	assert.equal(most.match(/Row \d+:/g).length, 20);
	assert.match(most, /More rows are wrong/);
	assert.equal(rows(), before);
	assert.match(await (await post('')).text(), /role="alert">There is nothing in it/);
	const empty = await post('day,source,cost\n');
	assert.equal(empty.status, 400);
	assert.match(await empty.text(), /nothing below the names of the columns/);
	for (const far of ['1999-12-31', '2199-01-01']) assert.match(await (await post(`day,source,cost\n${new Date().toISOString().slice(0, 10)},google,1\n${far},google,1\n`)).text(), /Row 3: This day is too far away\.<br>Nothing/);
	assert.equal(rows(), before);
	const day = new Date(Date.now() - 5 * 86400000).toISOString().slice(0, 10);
	assert.equal((await post(`day,source,cost\n${day},"<script>alert(1)</script>",1\n${day},'; DROP TABLE user; --,2\n`)).status, 303);
	assert.equal(rows(), before + 2);
	// A megabyte, in two bytes a letter: a year of many campaigns; then another code page.
	const upload = (bytes) => {
		const body = new FormData();
		body.append('csrf', csrf);
		body.append('file', new Blob([bytes]), 'spend.csv');
		return me.fetch('/spend', { method: 'POST', body });
	};
	const year = `\ufeffday\tsource\tcampaign\tcost\n${Array.from({ length: 8000 }, (_, i) => `${day}\tlarge\tCampaign ${i} Ünïcode, whatever it is called\t1.5\n`).join('')}`;
	assert.ok(Buffer.byteLength(year, 'utf16le') > 1000000);
	assert.equal((await upload(Buffer.from(year, 'utf16le'))).status, 303);
	assert.equal(rows(), before + 8002);
	stack.sql("DELETE FROM ad_spend WHERE source = 'large'");
	assert.match(await (await upload(Buffer.from(`day,source,cost\n${day},Caf\xe9,1\n`, 'latin1'))).text(), /role="alert">This is not a table in UTF-8/);
	assert.equal((await upload('x'.repeat(1300000))).status, 413);
	const html = await (await me.fetch('/spend')).text();
	assert.ok(html.includes('&lt;script&gt;alert(1)&lt;/script&gt;') && !html.includes('<script>alert'));
	const tracker = html.match(/value="(trk_[0-9a-z]{26})"/)[1];
	assert.equal((await me.submit('/spend', '/spend/monthly', { tracker, amount: '365', from: day })).status, 303);
	assert.equal((await me.submit('/spend', '/spend/monthly', { tracker, amount: '365', from: '2026-02-30' })).status, 400);
	assert.equal((await me.submit('/spend', '/spend/monthly', { tracker, amount: '-1', from: day })).status, 400);
	// A wrong field costs nobody what they typed.
	for (const [wrong, why, field] of [[{ amount: '"><b>12,5o' }, 'has to be a number', 's-amount'], [{ from: '31.10.2026' }, 'Choose a day', 's-from'],
		[{ from: '' }, 'Choose a day', 's-from'], [{ until: '2001-01-01' }, 'last day is before the first', 's-until']]) {
		const sent = { tracker, amount: '77.50', from: day, until: '', ...wrong };
		const res = await me.submit('/spend', '/spend/monthly', sent);
		const again = await res.text();
		assert.equal(res.status, 400);
		assert.match(again, new RegExp(`role="alert" id="s-wrong">.*${why}`));
		assert.equal([...again.matchAll(/<input[^>]* id="(s-\w+)"[^>]*aria-invalid/g)].map((m) => m[1]).join(), field);
		for (const name of ['amount', 'from', 'until'])
			assert.ok(again.includes(`name="${name}" value="${sent[name].replace('"><b>', '&quot;&gt;&lt;b&gt;')}"`), `${name} of ${JSON.stringify(wrong)}`);
		assert.ok(again.includes(`value="${tracker}" selected`));
		assert.equal(again.match(/<form[^>]*method="get" action="([^"]*)"/)[1], '/spend', 'other days are of the page');
	}
	assert.equal(stack.sqlOne('SELECT COUNT(*) FROM tracker_cost'), '1');
	// The page knows what there is; who overlooks a change sees both, then decides.
	const page = await (await me.fetch('/spend')).text();
	assert.match(page, new RegExp(`from <time>${day}</time>, still</span></span><span class="num">365\\.00`));
	const { stamp } = await me.hiddenFields('/spend');
	const dearer = { tracker, amount: '400', from: day };
	assert.equal((await me.submit('/spend', '/spend/monthly', { ...dearer, stamp: '' })).status, 409);
	const late = await me.submit('/spend', '/spend/monthly', { ...dearer, stamp: stamp.replace(/[0-9a-f]/, (c) => (c === '0' ? '1' : '0')) });
	const both = await late.text();
	assert.equal(late.status, 409);
	assert.match(both, /changed what this tracker costs meanwhile/);
	assert.ok(both.includes(`365.00 from ${day}</td>`) && both.includes(`400.00 from ${day}</td>`));
	const costs = () => stack.sql('SELECT monthly_micros DIV 1000000 FROM tracker_cost').flat().join();
	assert.equal(costs(), '365');
	const over = both.match(/name="stamp" value="([0-9a-f]{16})"/)[1];
	assert.equal((await me.submit('/spend', '/spend/monthly', { ...dearer, stamp: over })).status, 303);
	assert.equal(costs(), '400');
	assert.equal((await me.submit('/spend', '/spend/monthly', { ...dearer, amount: '500', stamp: over })).status, 409, 'and not twice');
	assert.equal(costs(), '400');
	const theirs = await stack.login(world.users.analyst.email, world.password);
	assert.equal((await theirs.submit('/spend', '/spend/monthly', { tracker, amount: '365', from: day })).status, 404);
	const file = join(stack.dir, 'spend.csv');
	writeFileSync(file, `Day;Cost;Source\n${day};12.50;bing\n`);
	const made = spawnSync(join(build, 'ringtrace'), ['spend', 'import', '--file', file, '--company', 'Bay City Plumbing', '-c', stack.conf], { encoding: 'utf8' });
	assert.equal(made.status, 0, made.stderr);
	assert.equal(rows(), before + 3);
	writeFileSync(file, 'Day;Cost;Source\nx;1;bing\n2026-10-02;y;bing\n');
	const wrong = spawnSync(join(build, 'ringtrace'), ['spend', 'import', '--file', file, '--company', 'Bay City Plumbing', '-c', stack.conf], { encoding: 'utf8' });
	assert.notEqual(wrong.status, 0);
	assert.match(wrong.stderr, /row 2: The day .*\nrow 3: The cost .*\nNothing was imported/);
	assert.equal(rows(), before + 3);
	// An export may have a line for each device: none of it is lost, and a file that comes twice is counted once.
	const twice = `Day;Cost;Source;Device;Clicks\n${day};1.25;fair;mobile;3\n${day};2;fair;desktop;4\n`;
	const sum = () => stack.sql("SELECT amount_micros, clicks FROM ad_spend WHERE source = 'fair'").map((r) => r.join(' '));
	for (let i = 0; i < 2; i++) {
		assert.equal((await post(twice)).status, 303);
		assert.deepEqual(sum(), ['3250000 7']);
	}
	writeFileSync(file, `${twice}${day};1;fair;tablet;1\n`);
	assert.equal(spawnSync(join(build, 'ringtrace'), ['spend', 'import', '--file', file, '--company', 'Bay City Plumbing', '-c', stack.conf]).status, 0);
	assert.deepEqual(sum(), ['4250000 8']);
});

test('a log of no calls is a file with its columns', async () => {
	assert.match(await (await me.fetch('/calls.csv?q=nobody-is-called-so')).text(), /^call,started_at,[\w,]+,tags\r?\n$/);
	assert.equal(await (await me.fetch('/calls.jsonl?q=nobody-is-called-so')).text(), '');
});

test('the log\'s columns as they are shown, or all', async () => {
	const head = async (query) => (await (await me.fetch(`/calls.csv?range=30d&${query}`)).text()).split('\r\n')[0].split(',');
	const all = await head('');
	assert.deepEqual(await head('columns=all'), all);
	assert.deepEqual(await head('columns=shown&cols=none'),
		['call', 'started_at', 'caller', 'caller_name', 'caller_place', 'first_time', 'result', 'ring_ms', 'talk_ms', 'source', 'medium', 'campaign', 'keyword']);
	const few = await head('columns=shown&cols=value,tags');
	assert.deepEqual(few.slice(-3), ['value', 'currency', 'tags']);
	assert.ok(few.every((name) => all.includes(name)) && few.length < all.length);
	const line = (await (await me.fetch('/calls.jsonl?range=30d&columns=shown&cols=value,tags')).text()).split('\n')[0];
	assert.deepEqual(Object.keys(JSON.parse(line)), few);
	for (const query of ['columns=x', 'columns=shown&cols=x']) assert.equal((await me.fetch(`/calls.csv?${query}`)).status, 400, query);
	const html = await (await me.fetch('/calls?cols=tags')).text();
	assert.match(html, /href="\/calls\.csv\?range=30d&amp;cols=tags&amp;columns=shown"/);
	const call = html.match(/href="\/calls\/(call_[0-9a-z]{26}|cal_[0-9a-z]{26})"/)[1];
	assert.match(await (await me.fetch(`/calls?before=1000000-${call}`)).text(), /No more calls.*To the newest/s);
});

test('usage: twelve months of UTC and the twelve before, each unit rounded up once, page, CSV and JSON alike', async () => {
	const now = new Date();
	const first = (n) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - n, 1));
	const iso = (date) => date.toISOString().slice(0, 10);
	const KINDS = { number_days: 'number_days', calls: 'calls', inbound_minutes: 'inbound_s', outbound_minutes: 'outbound_s', recorded_minutes: 'recorded_s', recorded_mib: 'recorded_bytes', stored_mib: 'stored' };
	const PER = { number_days: 1, calls: 1, inbound_minutes: 60, outbound_minutes: 60, recorded_minutes: 60, recorded_mib: 1 << 20, stored_mib: 1 << 20 };
	const kinds = ['number_days', 'calls', 'inbound_s', 'outbound_s', 'recorded_s', 'recorded_bytes', 'erased_bytes'];
	stack.sql('CREATE TABLE usage_kept AS SELECT * FROM usage_day; DELETE FROM usage_day');
	const own = stack.sqlOne("SELECT time_zone FROM company WHERE name = 'Bay City Plumbing'");
	let seed = 207;
	const dice = (n) => { seed = (seed * 1103515245 + 12345) % 2 ** 31; return Math.floor(seed / 2 ** 31 * n); };
	// All days of 27 months, the one that goes on to today, more bytes coming than going.
	const days = [];
	for (let at = first(26).getTime(); at <= now.getTime(); at += 86400e3)
		for (const kind of kinds)
			if (dice(3) > 0) days.push([iso(new Date(at)), kind, kind === 'erased_bytes' ? dice(2 << 20) : kind === 'recorded_bytes' ? (2 << 20) + dice(3 << 20) : dice(5000)]);
	const put = (where, rows) => { for (let i = 0; i < rows.length; i += 500) stack.sql(`INSERT INTO usage_day (company_id, day_at, kind, amount) SELECT c.id, v.* FROM company c JOIN (${rows.slice(i, i + 500).map(([d, kind, n], k) => `SELECT '${d}'${k ? '' : ' AS d'}, '${kind}'${k ? '' : ' AS k'}, ${n}${k ? '' : ' AS n'}`).join(' UNION ALL ')}) v WHERE ${where}`); };
	put("c.name = 'Bay City Plumbing'", days);
	put("c.name <> 'Bay City Plumbing'", days.slice(0, 300).map(([d, kind]) => [d, kind, 1000]));
	const sum = (kind, from, to) => days.reduce((n, [d, k, amount]) => n + (k === kind && d >= from && d < to ? amount : 0), 0);
	const units = (key, from, to) => KINDS[key] === 'stored' ? sum('recorded_bytes', '', to) - sum('erased_bytes', '', to) : sum(KINDS[key], from, to);
	const shown = (key, n) => Math.ceil(n / PER[key]);
	// A zone ahead of UTC and one behind change nothing.
	for (const [metric, back, zone] of [['number_days', 0, 'Pacific/Kiritimati'], ['stored_mib', 0, 'America/Los_Angeles'], ['inbound_minutes', 0, own], ['recorded_mib', 5, own], ['stored_mib', 12, own]]) {
		stack.sql(`UPDATE company SET time_zone = '${zone}' WHERE name = 'Bay City Plumbing'`);
		const query = `metric=${metric}${back ? `&until=${iso(first(back)).slice(0, 7)}` : ''}`;
		const want = [], totals = {}, before_total = { n: 0, last: null };
		for (let i = back; i < back + 12; i++) {
			const partial = i === 0, ago = iso(first(i + 12)), tomorrow = iso(new Date(now.getTime() + 86400e3));
			const end = partial ? tomorrow : iso(first(i - 1));
			const as_many = new Date(first(i + 12).getTime() + (Date.parse(tomorrow) - first(0).getTime()));
			const end_before = partial && as_many < first(i + 11) ? iso(as_many) : iso(first(i + 11));
			const raw = Object.fromEntries(Object.keys(KINDS).map((key) => [key, units(key, iso(first(i)), end)]));
			const was = units(metric, ago, end_before);
			for (const [key, n] of Object.entries(raw)) totals[key] = KINDS[key] === 'stored' ? totals[key] ?? n : (totals[key] ?? 0) + n;
			before_total.n += was;
			before_total.last ??= was;
			want.push({ month: iso(first(i)).slice(0, 7), ...Object.fromEntries(Object.entries(raw).map(([key, n]) => [key, shown(key, n)])), before: shown(metric, was), complete: !partial });
		}
		want.push({ month: 'all', ...Object.fromEntries(Object.entries(totals).map(([key, n]) => [key, shown(key, n)])), before: shown(metric, metric === 'stored_mib' ? before_total.last : before_total.n), complete: back > 0 });
		const got = await (await me.fetch(`/usage.json?${query}`)).json();
		assert.equal(got.metric, metric);
		assert.deepEqual([...got.months, got.all], want, query);
		const lines = (await (await me.fetch(`/usage.csv?${query}`)).text()).trim().split(/\r?\n/);
		assert.equal(lines[0], `month,${Object.keys(KINDS).join()},${metric}_before`);
		assert.deepEqual(lines.slice(1), want.map(({ complete, ...row }) => Object.values(row).join()), query);
		const html = await (await me.fetch(`/usage?${query}`)).text();
		const cells = (part) => [...part.matchAll(/<td class="num[^"]*"[^>]*>([^<]*)<\/td>/g)].map((m) => m[1]);
		const table = cells(html.split('id="usage-months"')[1]).filter((_, i) => i % 9 !== 8);
		assert.deepEqual(table.map((t) => t.replaceAll(',', '')), lines.slice(1).flatMap((l) => l.split(',').slice(1)), query);
		const chart = [...html.split('id="series"')[1].split('</table>')[0].matchAll(/data-n="(\d+)"/g)].map((m) => Number(m[1]));
		assert.deepEqual(chart, want.slice(0, 12).reverse().flatMap((row) => [row[metric], row.before]), query);
		assert.ok(html.includes(got.means.replaceAll("'", '&#39;')) && html.includes(`/usage.csv?${query.replace('&', '&amp;')}`), query);
	}
	for (const query of ['metric=x', 'until=2026-13', 'until=2026-1', 'until=9998-01', 'until=1969-12', 'until=x'])
		for (const ext of ['', '.csv', '.json']) assert.equal((await me.fetch(`/usage${ext}?${query}`)).status, 400, query);
	stack.sql(`DELETE FROM usage_day; INSERT INTO usage_day SELECT * FROM usage_kept; DROP TABLE usage_kept; UPDATE company SET time_zone = '${own}' WHERE name = 'Bay City Plumbing'`);
});

test('usage, live and the companies answer with what there is', async () => {
	assert.match(await (await me.fetch('/usage.csv')).text(), /^month,number_days,calls/);
	assert.equal((await me.fetch('/usage')).status, 200);
	assert.deepEqual((await (await me.fetch('/live/calls.json')).json()).calls, []);
	stack.sql("UPDATE phone_call SET state = 'open', started_at = UTC_TIMESTAMP(6) - INTERVAL 9 SECOND ORDER BY started_at DESC LIMIT 1");
	const one = (await (await me.fetch('/live/calls.json')).json()).calls;
	assert.ok(one.length <= 1);
	const html = await (await me.fetch('/companies')).text();
	assert.match(html, /Bay City Plumbing/);
	assert.ok(!html.includes(world.secret));
	const company = html.match(/name="company" value="(com_[0-9a-z]{26})"/)[1];
	assert.equal((await me.submit('/companies', '/companies/favourite', { company, on: 'yes' })).status, 303);
	assert.match(await (await me.fetch('/companies')).text(), /No favourite any more/);
	assert.equal((await me.submit('/companies', '/companies/favourite', { company: world.beta.companyId, on: 'yes' })).status, 404);
});

test('forms: their fields as text, a page at a time, nobody else\'s', async () => {
	const [company, site, visit] = stack.sql(`SELECT HEX(v.company_id), HEX(v.site_id), HEX(v.id) FROM visit v JOIN company c ON c.id = v.company_id
		WHERE c.name = 'Bay City Plumbing' LIMIT 1`)[0];
	stack.sql(`INSERT INTO interaction (company_id, id, kind, happened_at, source, medium)
		SELECT x'${company}', UNHEX(LPAD(HEX(seq), 32, '7')), 'form', UTC_TIMESTAMP(6), 'google', 'cpc' FROM seq_1_to_60;
	INSERT INTO form_entry (company_id, id, site_id, visit_id, submitted_at, form_name, fields, contact_name)
		SELECT x'${company}', UNHEX(LPAD(HEX(seq), 32, '7')), x'${site}', x'${visit}', UTC_TIMESTAMP(6) - INTERVAL seq SECOND, 'Quote',
		'[["message","<script>alert(1)</script>"]]', CONCAT('Person ', seq) FROM seq_1_to_60`);
	const html = await (await me.fetch('/forms')).text();
	assert.equal(html.match(/>Person \d+<\/a>/g).length, 50);
	const older = await (await me.fetch(html.match(/rel="next" href="([^"]+)"/)[1].replaceAll('&amp;', '&'))).text();
	assert.equal(older.match(/>Person \d+<\/a>/g).length, 10);
	const last = older.match(/href="\/forms\/(frm_[0-9a-z]{26})"/g).at(-1).match(/frm_\w+/)[0];
	const micros = BigInt(Date.now() - 3600e3) * 1000n;
	assert.match(await (await me.fetch(`/forms?before=${micros}-${last}`)).text(), /No more forms.*To the newest/s);
	assert.equal((await (await me.fetch('/forms?q=PERSON%207')).text()).match(/>Person \d+<\/a>/g).length, 1);
	assert.match(await (await me.fetch('/forms?source=bing')).text(), /No form fits these filters/);
	for (const query of ['before=x', 'talk_min=60', 'number=~', 'result=missed', 'first=yes', 'caller=%2B12125550155', 'source=~&device=x'])
		assert.equal((await me.fetch(`/forms?${query}`)).status, 400, query);
	const one = await (await me.fetch(`/forms/${last}`)).text();
	assert.ok(one.includes('&lt;script&gt;alert(1)&lt;/script&gt;') && !one.includes('<script>alert'));
	const theirs = await stack.login(world.users.viewer.email, world.password);
	assert.doesNotMatch(await (await theirs.fetch('/forms')).text(), /Person 1</);
	assert.equal((await theirs.fetch(`/forms/${last}`)).status, 404);
});

test('forms: marked like calls, by who may, and taken out with their marks', async () => {
	const form = (await (await me.fetch('/forms')).text()).match(/href="\/forms\/(frm_[0-9a-z]{26})"/)[1];
	const at = `/forms/${form}`;
	// The page has a form, and a stamp, for each value; sent without one, it is about what is there.
	const mark = (fields, client = me) => client.submit(at, '/marks', { form, next: at, stamp: null, ...fields });
	assert.equal((await mark({ act: 'outcome', outcome: 'lead' })).status, 303);
	assert.equal((await mark({ act: 'value', value: '125.50' })).status, 303);
	assert.equal((await mark({ act: 'tag', tag: '=hot' })).status, 303);
	assert.equal((await mark({ act: 'note', note: '<b>ring</b> back' })).status, 303);
	assert.equal((await mark({ act: 'verdict', qualified: 'yes', class: 'lead' })).status, 400, 'a form has no verdict');
	assert.equal((await mark({ act: 'outcome', outcome: 'nothing like it' })).status, 400);
	const html = await (await me.fetch(at)).text();
	for (const text of ['value="125.50"', '=hot', '&lt;b&gt;ring&lt;/b&gt; back', 'set the outcome', 'wrote the note']) assert.ok(html.includes(text), text);
	for (const query of ['outcome=lead', 'value_min=125&value_max=126']) assert.equal((await (await me.fetch(`/forms?${query}`)).text()).match(/>Person \d+<\/a>/g).length, 1, query);
	const rows = (await (await me.fetch('/forms.jsonl')).text()).trim().split('\n').map((l) => JSON.parse(l));
	assert.equal(rows.length, 60);
	assert.deepEqual(rows.find((r) => r.form === form).fields, [['message', '<script>alert(1)</script>']]);
	const mine = rows.find((r) => r.form === form);
	assert.deepEqual([mine.value, mine.tags, mine.note], [125.5, '=hot', '<b>ring</b> back']);
	const csv = await (await me.fetch('/forms.csv?outcome=lead')).text();
	assert.equal(csv.trim().split('\r\n').length, 2);
	assert.ok(csv.includes("'=hot"), 'no formula for a spreadsheet');
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM audit WHERE action LIKE 'form.%'"), '4');
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM audit WHERE action = 'forms.export'"), '2');
	const tag = html.match(/name="tag" value="(tag_[0-9a-z]{26})"/)[1];
	assert.equal((await mark({ act: 'untag', tag })).status, 303);
	const other = await stack.login(world.users.analyst.email, world.password);
	const viewer = await stack.login(world.users.viewer.email, world.password);
	const { csrf } = await other.hiddenFields('/calls');
	const body = new URLSearchParams({ csrf, form, next: at, act: 'outcome', outcome: 'lead' });
	assert.equal((await other.fetch('/marks', { method: 'POST', body })).status, 404, 'another company\'s');
	assert.equal((await me.fetch('/marks', { method: 'POST', body: new URLSearchParams({ form, next: at, act: 'outcome', outcome: 'lead' }) })).status, 403, 'no token');
	assert.equal((await viewer.fetch('/forms.csv')).status, 403);
});

test('what cannot be understood is 400', async () => {
	for (const query of ['by=secret', 'metric=x', 'split=x', 'own=0', 'own=x', 'q=people', 'caller=%2B12125550155', 'result=live', 'range=1000d'])
		assert.equal((await me.fetch(`/reports?${query}`)).status, 400, query);
});

test('an address edited by hand is answered with its wrong part, to be mended', async () => {
	const keep = 'source=google&medium=c%20p%22c';
	const never = 'nothing, as this';
	for (const [at, name, says] of [['/calls?from=x', 'from', 'a day, as 2026-10-31'], ['/calls?from=2026-10-31', 'to', 'a day, as'], ['/calls?from=2026-10-31&to=2026-10-30', 'to', 'not before the first'],
		['/calls?range=9y', 'range', 'today, 7d, 30d, 90d or 365d'], ['/calls?result=lost', 'result', 'answered, unanswered'], ['/calls?first=maybe', 'first', 'yes or no'],
		['/calls?talk_min=-1', 'talk_min', 'whole seconds'], ['/calls?number=num_x', 'number', 'a key'], ['/calls?tag=x', 'tag', 'a tag’s key'], ['/calls?before=x', 'before', 'as the links'],
		['/calls?after=1-x', 'after', 'as the links'], ['/calls?cols=colour', 'cols', 'number,outcome,verdict,tags,value,destination,location'], ['/calls?keyword=a&keyword=b', 'keyword', 'there once'],
		[`/calls?q=${'x'.repeat(65)}`, 'q', 'up to 64 characters'], ['/calls.csv?columns=few', 'columns', 'shown or all'], ['/calls.jsonl?to=1&from=2', 'from', 'a day'],
		['/forms?caller=%2B14155550100', 'caller', never], ['/forms?talk_min=1', 'talk_min', never], ['/forms?cols=x', 'cols', 'form,outcome'], ['/forms?before=1', 'before', 'older rows'],
		['/visitors?q=x', 'q', never], ['/visitors?outcome=booked', 'outcome', never], ['/visitors?came=late', 'came', 'shown, touched, called or wrote'],
		['/reports?by=shoe', 'by', 'source'], ['/reports?by=source&split=shoe', 'split', 'campaign'], ['/reports?metric=shoe', 'metric', 'answered_rate'], ['/reports?sort=shoe', 'sort', 'headings'],
		['/reports?sort=calls&dir=up', 'dir', 'asc or desc'], ['/reports?own=0', 'own', 'a whole number from 1 to 86400'], ['/reports?result=live', 'result', 'any but live'], ['/reports?caller=%2B14155550100', 'caller', never], ['/calls?caller=4155550100', 'caller', 'a number with its country'],
		['/reports.csv?to=x&from=2026-10-01', 'to', 'a day'], ['/?range=x', 'range', 'today'], ['/spend?range=x', 'range', 'today'], ['/spend?tracker=x', 'tracker', 'a key'],
		['/companies?page=0', 'page', 'a whole number from 1 to 1000'], [`/companies?name=${'x'.repeat(401)}`, 'name', 'part of a name'], ['/settings/audit?user=x', 'user', 'a key'],
		['/settings/trackers?after=x', 'after', 'a key'], ['/settings/outcomes?page=x', 'page', 'a whole number'], ['/settings/tags?after=x', 'after', 'a key'], [`/settings/trackers?q=${'x'.repeat(65)}`, 'q', 'up to 64 characters'], [`/settings/numbers?q=${'x'.repeat(65)}`, 'q', 'up to 64 characters']]) {
		const res = await me.fetch(`${at}&${keep}`.replace(/^([^?]*)&/, '$1?'));
		const html = await res.text();
		assert.equal(res.status, 400, at);
		assert.match(html, /<nav class="side"/, `${at}: a page with its navigation`);
		assert.equal(html.match(/id="wrong-value" name="(\w+)"/)?.[1], name, at);
		assert.ok(html.match(/id="wrong-may">It may be: ([^<]+)\.</)[1].includes(says), at);
		// The others are in the form and in the link without it, and nothing else is.
		const kept = [...html.match(/<section class="card form">[^]*?<\/section>/)[0].matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)];
		const sent = [...new URLSearchParams(`${at.split('?')[1]}&${keep}`)].filter(([n]) => n !== name);
		assert.deepEqual(kept.map((m) => [m[1], m[2].replaceAll('&quot;', '"')]), sent, at);
		if (new URLSearchParams(at.split('?')[1]).has(name)) {
			const without = html.match(/class="btn" href="([^"]+)">Show without it/)[1].replaceAll('&amp;', '&');
			assert.equal(without.split('?')[0], at.split('?')[0]);
			assert.deepEqual([...new URLSearchParams(without.split('?')[1])], sent);
		}
	}
	const hostile = await (await me.fetch(`/calls?from=${encodeURIComponent('"><script>alert(1)</script>')}&${encodeURIComponent('"><b>')}=${encodeURIComponent('<i>')}`)).text();
	assert.ok(hostile.includes('value="&quot;&gt;&lt;script&gt;') && !hostile.includes('<script>alert') && !hostile.includes('<b>') && !hostile.includes('<i>'));
	const mended = await me.fetch(`/calls?${keep}`);
	assert.equal(mended.status, 200);
});

test('more monthly amounts than a page lists: nobody is told of a change that there was not', async () => {
	const day = new Date(Date.now() - 5 * 86400000).toISOString().slice(0, 10);
	const [first, last] = stack.sql('SELECT LOWER(HEX(id)) FROM tracker WHERE archived_at IS NULL AND company_id = (SELECT id FROM company WHERE name = \'Bay City Plumbing\') ORDER BY name, id').flat().filter((x, i, all) => i === 0 || i === all.length - 1);
	assert.ok(last, 'two trackers at least');
	const add = (id, n) => stack.sql(`INSERT INTO tracker_cost (company_id, tracker_id, from_on, until_on, monthly_micros) SELECT company_id, id, DATE_ADD('1990-01-01', INTERVAL seq DAY), DATE_ADD('1990-01-01', INTERVAL seq DAY), seq FROM tracker, seq_1_to_${n} WHERE id = UNHEX('${id}')`);
	stack.sql('DELETE FROM tracker_cost');
	add(first, 1100);
	add(last, 3);
	const tracker = typeid('trk', last);
	const { stamp } = await me.hiddenFields('/spend');
	const page = await (await me.fetch('/spend')).text();
	assert.match(page, /More amounts are entered than the 1,000 listed/);
	assert.equal((await me.submit('/spend', '/spend/monthly', { tracker, amount: '12', from: day, until: '', stamp })).status, 303);
	assert.equal((await me.submit('/spend', '/spend/monthly', { tracker, amount: '13', from: day, until: '', stamp })).status, 409, 'and of one that there was');
	// A tracker's own page leads to all of its amounts.
	const own = await (await me.fetch(`/settings/trackers/${tracker}`)).text();
	const href = own.match(/href="(\/spend\?tracker=\w+)"/)[1];
	const alone = await (await me.fetch(href)).text();
	assert.equal(alone.match(/<option value="trk_/g).length, 1);
	assert.equal(alone.match(/from <time>/g).length, 4);
	const done = await me.submit(href, alone.match(/action="(\/spend\/monthly[^"]*)"/)[1], { ...await me.hiddenFields(href), tracker, amount: '14', from: day, until: '' });
	assert.equal(done.status, 303);
	assert.equal(done.headers.get('location'), `/spend?done=1&tracker=${tracker}`);
	// What goes on for a tracker that was archived can be ended.
	stack.sql(`DELETE FROM tracker_cost WHERE tracker_id = UNHEX('${first}'); UPDATE tracker SET archived_at = NOW(6) WHERE id = UNHEX('${last}')`);
	assert.match(await (await me.fetch('/spend')).text(), new RegExp(`href="/spend\\?tracker=${tracker}"><bdi>[^<]*</bdi></a> <span class="badge">archived`));
	const today = new Date().toISOString().slice(0, 10);
	assert.equal((await me.submit(href, `/spend/monthly?tracker=${tracker}`, { ...await me.hiddenFields(href), tracker, amount: '0', from: today, until: '' })).status, 303);
	assert.deepEqual(stack.sql('SELECT monthly_micros, until_on IS NULL FROM tracker_cost ORDER BY from_on DESC LIMIT 2'), [['0', '1'], ['14000000', '0']]);
	stack.sql(`DELETE FROM tracker_cost; UPDATE tracker SET archived_at = NULL WHERE id = UNHEX('${last}')`);
});

test('nothing of this was our mistake', () => {
	assert.doesNotMatch(stack.log('dashboard'), /status=5\d\d/);
});
