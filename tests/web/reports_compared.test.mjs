// Reports that put things beside each other: companies, and times by a second
// dimension; their order, their files, and who may see what.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { baseOf, seed, seedCompanies } from '../browser/seed.mjs';
import { build, startStack } from '../support/stack.mjs';
import { addCompanies } from '../support/two_companies.mjs';

const names = ['akron Roofing', 'Waco "Best" <b>Law</b>'];
let stack, me, calls, world;
before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '100000'] });
	calls = seed(stack, { recordings: 0 });
	seedCompanies(stack, names);
	// The first has the calls of google, at the same times.
	const { company } = baseOf(stack);
	const other = stack.sqlOne(`SELECT HEX(id) FROM company WHERE name = '${names[0]}'`);
	const copy = (table, where) => {
		const columns = stack.sql(`SELECT column_name FROM information_schema.columns WHERE table_schema = 'ringtrace' AND table_name = '${table}' AND column_name <> 'company_id'`).map((r) => `\`${r[0]}\``).join(', ');
		stack.sql(`INSERT INTO ${table} (company_id, ${columns}) SELECT x'${other}', ${columns} FROM ${table} WHERE company_id = x'${company}' AND ${where}`);
	};
	copy('interaction', "source = 'google' AND kind = 'call'");
	copy('phone_call', `state = 'closed' AND id IN (SELECT id FROM interaction WHERE company_id = x'${other}')`);
	world = addCompanies(stack);
	const made = spawnSync(join(build, 'ringtrace'), ['rollup', 'rebuild', '--days', '70', '-c', stack.conf], { encoding: 'utf8' });
	assert.equal(made.status, 0, made.stderr);
	me = await stack.login();
	const html = await (await me.fetch('/companies')).text();
	const mine = html.match(/name="company" value="(com_[0-9a-z]{26})"[^>]*>(?:(?!<\/button>).)*Bay City/s)[1];
	assert.equal((await me.submit('/companies', '/company', { company: mine })).status, 303);
});
after(() => stack?.stop());

const json = async (query) => {
	const res = await me.fetch(`/reports.json?${query}`);
	assert.equal(res.status, 200, query);
	return res.json();
};
const csv = async (query) => (await (await me.fetch(`/reports.csv?${query}`)).text()).trim().split('\r\n').map((l) => l.split(','));
const options = (html, name) => [...html.match(new RegExp(`<select[^>]* name="${name}">(.*?)</select>`, 's'))[1].matchAll(/value="([^"]+)"/g)].map((m) => m[1]);

test('companies beside each other on every metric, as each has it alone', async () => {
	const metrics = options(await (await me.fetch('/reports')).text(), 'metric');
	for (const metric of metrics) {
		const html = await me.fetch(`/reports?by=company&metric=${metric}&range=30d`);
		assert.equal(html.status, 200, metric);
		const got = await json(`by=company&metric=${metric}&range=30d`);
		assert.deepEqual(got.rows.map((r) => r.label).sort(), ['Bay City Plumbing', ...names].sort());
		const alone = await json(`by=source&metric=${metric}&range=30d`);
		const row = got.rows.find((r) => r.label === 'Bay City Plumbing');
		for (const key of ['now', 'before', 'calls', 'leads'])
			assert.equal(row[key], alone.all[key], `${metric}: ${key}`);
	}
	const google = calls.filter((c) => c.origin.source === 'google');
	const got = await json('by=company&range=90d');
	assert.equal(got.rows.find((r) => r.label === names[0]).now, google.length);
	assert.equal(got.rows.find((r) => r.label === names[1]).now, 0);
	assert.equal(got.all.now, google.length + calls.length);
});

test('companies under a filter', async () => {
	const is = await json('by=company&range=90d&source=google');
	assert.equal(is.rows[0].now, is.rows[1].now);
	assert.equal((await json('by=company&range=90d&source=bing')).rows.find((r) => r.label === names[0]).now, 0);
	const missed = await json('by=company&range=90d&result=missed');
	assert.equal(missed.rows.find((r) => r.label === 'Bay City Plumbing').now, calls.filter((c) => c.result === 'missed').length);
});

test('amounts in several currencies are not added up', async () => {
	const got = await json('by=company&metric=value&range=90d');
	assert.equal(got.all, null);
	assert.deepEqual(new Set(got.rows.map((r) => r.currency)), new Set(['USD', 'EUR']));
	const rows = await csv('by=company&metric=value&range=90d');
	assert.equal(rows[0][3], 'currency');
	assert.equal(rows.length, 4, 'a head, three companies, no total');
	assert.match(await (await me.fetch('/reports?by=company&metric=value')).text(), /several currencies/);
	// No spend was entered anywhere: no number.
	for (const r of (await json('by=company&metric=cost&range=90d')).rows) assert.equal(r.now, null);
});

test('the page of companies: hostile names inert, a step into one keeps the days', async () => {
	const html = await (await me.fetch('/reports?by=company&range=90d')).text();
	assert.ok(html.includes('Waco &quot;Best&quot; &lt;b&gt;Law&lt;/b&gt;') && !html.includes('<b>Law'));
	const next = html.match(/name="next" value="([^"]+)"/)[1].replaceAll('&amp;', '&');
	assert.match(next, /^\/calls\?range=90d/);
	const company = html.match(/name="company" value="(com_[0-9a-z]{26})"[^>]*>(?:(?!<\/button>).)*akron/s)[1];
	const went = await me.submit('/reports?by=company&range=90d', '/company', { company, next });
	assert.equal(went.status, 303);
	assert.match(went.headers.get('location'), /\/calls\?range=90d/);
	const back = html.match(/name="company" value="(com_[0-9a-z]{26})"[^>]*>(?:(?!<\/button>).)*Bay City/s)[1];
	for (const away of ['https://elsewhere.example/', '//elsewhere.example', '/\\elsewhere.example'])
		assert.equal((await me.submit('/reports', '/company', { company: back, next: away })).status, 400, away);
	assert.equal((await me.submit('/reports', '/company', { company: back })).status, 303);
	// Small samples are marked: nobody called the third.
	assert.match(html, /fewer than 20 calls/);
});

test('other people\'s companies are in no row, nor are their signs', async () => {
	const theirs = await stack.login(world.users.analyst.email, world.password);
	const got = await (await theirs.fetch('/reports.json?by=company&range=90d')).json();
	assert.equal(got.rows.length, 1);
	assert.ok(!JSON.stringify(got).includes(world.secret));
	const html = await (await me.fetch('/companies')).text();
	const company = html.match(/name="company" value="(com_[0-9a-z]{26})"/)[1];
	const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
	assert.equal((await me.fetch(`/companies/${company}/logo`)).status, 404, 'none yet');
	stack.sql(`INSERT INTO company_logo (company_id, kind, width, height, image, changed_at) SELECT id, 'png', 1, 1, x'${png.toString('hex')}', UTC_TIMESTAMP(6) FROM company WHERE name IN ('${names[0]}', 'Bay City Plumbing')`);
	assert.match(await (await me.fetch('/companies')).text(), /class="sign" src="\/companies\/com_/);
	const shown = await (await me.fetch('/reports?by=company')).text();
	const [src] = shown.match(/\/companies\/com_[0-9a-z]{26}\/logo\?at=\d+/);
	const sign = await me.fetch(src);
	assert.equal(sign.headers.get('content-type'), 'image/png');
	assert.deepEqual(Buffer.from(await sign.arrayBuffer()), png);
	assert.equal((await theirs.fetch(src)).status, 404);
	assert.equal((await me.fetch('/companies/com_x/logo')).status, 404);
});

test('what may be looked at only is in no file', async () => {
	const user = world.users.analyst.email;
	const give = (role) => stack.sql(`REPLACE INTO membership (user_id, account_id, company_id, role, created_at) SELECT u.id, c.account_id, c.id, '${role}', UTC_TIMESTAMP(6) FROM user u, company c WHERE u.email = '${user}' AND c.name = 'Bay City Plumbing'`);
	give('read-only');
	const both = await stack.login(user, world.password);
	const labels = async () => (await (await both.fetch('/reports.json?by=company&range=90d')).json()).rows.map((r) => r.label);
	assert.match(await (await both.fetch('/reports?by=company&range=90d')).text(), /Bay City Plumbing<\/span><\/button>/);
	assert.equal((await labels()).length, 1);
	assert.ok(!(await labels()).includes('Bay City Plumbing'));
	assert.doesNotMatch(await (await both.fetch('/reports.csv?by=company&range=90d')).text(), /Bay City/);
	give('analyst');
	assert.equal((await labels()).length, 2);
	stack.sql(`DELETE FROM membership WHERE user_id = (SELECT id FROM user WHERE email = '${user}') AND company_id = (SELECT id FROM company WHERE name = 'Bay City Plumbing')`);
});

test('times by a second dimension: the cells are those of each value alone', async () => {
	for (const by of ['day', 'weekday', 'hour'])
		for (const split of ['source', 'result', 'destination', 'talk', 'first']) {
			const got = await json(`by=${by}&split=${split}&range=90d`);
			for (const r of got.rows) assert.equal(r.columns.reduce((n, c) => n + c.now, 0), r.now, `${by} ${split} ${r.label}`);
			assert.ok(got.all.columns.length > 0 && got.all.columns.length <= 7);
		}
	const zone = stack.sqlOne("SELECT time_zone FROM company WHERE name = 'Bay City Plumbing'");
	for (const other of [zone, 'Asia/Kathmandu', 'Australia/Lord_Howe']) {
		stack.sql(`UPDATE company SET time_zone = '${other}' WHERE name = 'Bay City Plumbing'`);
		for (const by of ['day', 'weekday', 'hour']) {
			const both = await json(`by=${by}&split=source&range=90d&metric=answered`);
			const google = await json(`by=${by}&source=google&range=90d&metric=answered`);
			assert.deepEqual(both.rows.map((r) => r.columns.find((c) => c.label === 'google').now), google.rows.map((r) => r.now), `${by} in ${other}`);
		}
	}
	stack.sql(`UPDATE company SET time_zone = '${zone}' WHERE name = 'Bay City Plumbing'`);
	const rows = await csv('by=hour&split=result&range=90d');
	assert.equal(rows.length, 26, 'a head, 24 hours, all');
	assert.deepEqual(rows[0].slice(0, 3), ['hour', 'calls', 'before']);
	assert.ok(rows[0].includes('Answered') && rows.every((r) => r.length === rows[0].length));
	// Asked the other way round it is the same table.
	assert.deepEqual(await csv('by=result&split=hour&range=90d'), rows);
	const html = await (await me.fetch('/reports?by=hour&split=result&range=90d')).text();
	assert.match(html, /Calls by hour and result/);
	for (const query of ['by=company&split=source', 'by=source&split=company', 'by=day&split=weekday', 'by=hour&split=day'])
		assert.match(await (await me.fetch(`/reports?${query}`)).text(), /stands alone here/, query);
});

test('the map of hours and weekdays is a table, a file, and JSON', async () => {
	const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
	const zone = stack.sqlOne("SELECT time_zone FROM company WHERE name = 'Bay City Plumbing'");
	for (const other of [zone, 'Asia/Kathmandu', 'Australia/Lord_Howe'])
		for (const metric of ['calls', 'unanswered_rate']) {
			stack.sql(`UPDATE company SET time_zone = '${other}' WHERE name = 'Bay City Plumbing'`);
			const query = `by=hour&split=weekday&metric=${metric}&range=90d`;
			const got = await json(query);
			const html = await (await me.fetch(`/reports?${query}`)).text();
			const map = html.split('<table class="heat">')[1].split('</table>')[0];
			const shown = [...map.matchAll(/<tr><th scope="row">.*?<\/tr>/gs)].map(([row]) => [...row.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map((m) => m[1]));
			assert.deepEqual(got.all.columns.map((c) => c.label), days);
			assert.equal(shown.length, 7);
			const same = (text, n) => (n === null ? text === '–' : metric === 'calls' ? text === n.toLocaleString('en') : Math.abs(parseFloat(text) - n * 100) < 0.06);
			got.rows.forEach((r, h) => r.columns.forEach((c, d) => assert.ok(same(shown[d][h], c.now), `${c.label} ${r.label} ${metric} in ${other}: ${shown[d][h]} is ${c.now}`)));
			const rows = await csv(query);
			assert.deepEqual(rows[0], ['hour', metric, 'before', ...days]);
			assert.deepEqual(rows.slice(1, 25).map((r) => r.slice(3).map((n) => (n === '' ? null : Number(n)))), got.rows.map((r) => r.columns.map((c) => c.now)));
			assert.deepEqual(await csv(`by=weekday&split=hour&metric=${metric}&range=90d`), rows);
			if (metric !== 'calls') continue;
			got.rows.forEach((r) => assert.equal(r.columns.reduce((n, c) => n + c.now, 0), r.now, r.label));
			assert.equal(got.all.columns.reduce((n, c) => n + c.now, 0), got.all.now);
		}
	stack.sql(`UPDATE company SET time_zone = '${zone}' WHERE name = 'Bay City Plumbing'`);
	const html = await (await me.fetch('/reports?by=weekday&source=google&sort=label&dir=desc')).text();
	const [, file] = html.match(/href="(\/reports\.csv[^"]*split=weekday[^"]*)" download>CSV of the map/);
	const res = await me.fetch(file.replaceAll('&amp;', '&'));
	assert.equal(res.status, 200);
	assert.match(file, /source=google/);
	assert.doesNotMatch(await (await me.fetch('/reports?by=hour&split=weekday')).text(), /CSV of the map/, 'it is the file of the page');
});

test('JSON has what the chart draws, and values as filters take them', async () => {
	const got = await json('by=source&range=30d&metric=answered');
	const html = await (await me.fetch('/reports?by=source&range=30d&metric=answered')).text();
	const chart = [...html.split('id="series"')[1].split('</table>')[0].matchAll(/<tr data-x.*?data-n="(\d+)".*?data-n="(\d+)"/gs)].map(([, now, was]) => [Number(now), Number(was)]);
	assert.deepEqual(got.series.map((p) => [p.now, p.before]), chart);
	assert.equal(got.series.length, 30);
	assert.equal(got.series.reduce((n, p) => n + p.now, 0), got.all.now);
	assert.deepEqual(got.series.map((p) => p.complete), got.series.map((_, i) => i < 29));
	assert.equal(got.series[0].from, got.from);
	assert.deepEqual((await json('metric=cost&by=source')).series, [], 'spend is of no hour');
	for (const [by, param] of [['number', 'number'], ['pool', 'pool'], ['destination', 'destination'], ['campaign', 'campaign'], ['outcome', 'outcome']]) {
		const { rows } = await json(`by=${by}&range=30d`);
		for (const r of rows.slice(0, 4).filter((r) => r.label !== 'All others'))
			assert.equal((await json(`range=30d&${param}=${encodeURIComponent(r.value ?? '~')}`)).all.now, r.now, `${by}: ${r.label}`);
	}
});

test('days: files have dates, and each row leads to its calls', async () => {
	const got = await json('by=day&range=7d&split=source');
	assert.ok(got.rows.every((r) => /^\d{4}-\d\d-\d\d$/.test(r.value)));
	assert.deepEqual((await csv('by=day&range=7d&split=source')).slice(1, 8).map((r) => r[0]), got.rows.map((r) => r.value));
	assert.equal((await csv('by=day&range=7d'))[8][0], 'All');
	const html = await (await me.fetch('/reports?by=day&range=7d&result=answered')).text();
	const links = [...html.matchAll(/<a class="cut" href="(\/calls\?[^"]+)">/g)].map((m) => m[1].replaceAll('&amp;', '&'));
	assert.equal(links.length, 7);
	const rows = (await json('by=day&range=7d&result=answered')).rows;
	for (const [i, link] of links.entries()) {
		assert.equal(link, `/calls?from=${rows[i].value}&to=${rows[i].value}&result=answered`);
		const lines = (await (await me.fetch(link.replace('/calls?', '/calls.jsonl?'))).text()).trim().split('\n').filter(Boolean);
		assert.equal(lines.length, rows[i].now, link);
	}
	assert.doesNotMatch(await (await me.fetch('/reports?by=day&range=today')).text(), /<a class="cut" href="\/calls/, 'hours are no days');
});

test('rows in any order', async () => {
	const sorted = (values, rising) => {
		const known = values.filter((v) => v !== null);
		assert.deepEqual(known, [...known].sort((a, b) => (rising ? a - b : b - a)));
		assert.deepEqual(values.slice(known.length).filter((v) => v !== null), [], 'what is not known stands last');
	};
	for (const dir of ['asc', 'desc']) {
		for (const metric of ['calls', 'answered_rate', 'first_rate', 'qualified', 'leads'])
			sorted((await json(`by=campaign&range=30d&sort=${metric}&dir=${dir}&metric=calls`)).rows.filter((r) => r.label !== 'All others').map((r) => r[metric] ?? r.now), dir === 'asc');
		sorted((await json(`by=source&range=30d&sort=before&dir=${dir}`)).rows.map((r) => r.before), dir === 'asc');
		const labels = (await json(`by=source&range=30d&sort=label&dir=${dir}`)).rows.map((r) => r.label);
		const byName = [...labels].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
		assert.deepEqual(labels, dir === 'asc' ? byName : byName.reverse());
	}
	assert.equal((await json('by=hour&sort=label&dir=desc&range=30d')).rows[0].label, '23:00');
	assert.deepEqual((await json('by=company&sort=label&range=30d')).rows.map((r) => r.label), [names[0], 'Bay City Plumbing', names[1]]);
	const html = await (await me.fetch('/reports?by=source&sort=leads&range=30d')).text();
	assert.match(html, /aria-sort="descending"><a class="sort" href="[^"]*sort=leads&amp;dir=asc"/);
	for (const query of ['sort=x', 'sort=split', 'by=hour&split=source&sort=split', 'sort=label&dir=up', 'sort=answer', 'sort=cost'])
		assert.equal((await me.fetch(`/reports?${query}`)).status, 400, query);
	assert.equal((await me.fetch('/reports?metric=answer&sort=answer&by=destination')).status, 200);
});

test('names with accents stand with their letters', async () => {
	const [zebra, umlaut, eclair] = calls.filter((c) => c.at > Date.now() - 20 * 86400000).slice(0, 3).map((c) => c.id);
	for (const [id, name] of [[zebra, 'zebra'], [umlaut, 'Äpfel'], [eclair, 'éclair']]) stack.sql(`SET NAMES utf8mb4; UPDATE interaction SET ad_group = '${name}' WHERE id = x'${id}'`);
	const made = spawnSync(join(build, 'ringtrace'), ['rollup', 'rebuild', '--days', '70', '-c', stack.conf], { encoding: 'utf8' });
	assert.equal(made.status, 0, made.stderr);
	const labels = (await json('by=ad_group&range=30d&sort=label')).rows.map((r) => r.label).filter((l) => ['zebra', 'Äpfel', 'éclair'].includes(l));
	assert.deepEqual(labels, ['Äpfel', 'éclair', 'zebra']);
});

test('companies past the end lead back', async () => {
	assert.match(await (await me.fetch('/companies?page=9')).text(), /No more companies.*To the first page/s);
});

test('all companies together over time, days of the chosen one', async () => {
	const html = await (await me.fetch('/reports?by=company&range=30d')).text();
	const [now, before] = [0, 1].map((i) => [...html.match(/<table class="t compact" id="series">(.*?)<\/table>/s)[1].matchAll(/<tr data-x.*?<\/tr>/gs)]
		.reduce((n, [tr]) => n + Number([...tr.matchAll(/data-n="(\d+)"/g)][i][1]), 0));
	const got = await json('by=company&range=30d');
	assert.equal(now, got.all.now);
	assert.ok(before >= got.all.before && before > 0);
	const google = await (await me.fetch('/reports?by=company&range=30d&source=google&metric=answered')).text();
	assert.match(google, /id="series"/);
	const long = await (await me.fetch('/reports?by=company&range=365d')).text();
	assert.ok(!long.includes('id="series"') && long.includes('drawn over time for up to 100 days'));
	// Amounts of two currencies have no line either.
	assert.doesNotMatch(await (await me.fetch('/reports?by=company&range=30d&metric=value')).text(), /id="series"/);
});

test('nothing of this was our mistake', () => {
	assert.doesNotMatch(stack.log('dashboard'), /status=5\d\d/);
});
