// Every report against the calls themselves: every metric by every dimension,
// now and before, counted here from the rows of the calls; files as the page.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { seed } from '../browser/seed.mjs';
import { build, startStack } from '../support/stack.mjs';

let stack, me, calls, zone, named;
before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '100000'] });
	seed(stack, { recordings: 0 });
	// Half an hour off, with a change of clocks of half an hour.
	zone = 'Australia/Lord_Howe';
	stack.sql(`UPDATE phone_call SET talk_ms = ELT(1 + MOD(CONV(RIGHT(HEX(id), 2), 16, 10), 4), 400, 9600, 59600, talk_ms) WHERE result = 'answered';
		UPDATE company SET time_zone = '${zone}'; DELETE FROM ad_spend; DELETE FROM tracker_cost`);
	const made = spawnSync(join(build, 'ringtrace'), ['rollup', 'rebuild', '--days', '200', '-c', stack.conf], { encoding: 'utf8' });
	assert.equal(made.status, 0, made.stderr);
	me = await stack.login();
	const columns = ['at', 'result', 'first', 'qualified', 'talk', 'ring', 'value', 'source', 'channel', 'medium', 'campaign', 'ad_group', 'keyword', 'landing', 'referrer', 'ad', 'match', 'device',
		'number', 'pool', 'destination', 'location', 'place', 'country', 'outcome', 'lead', 'sale', 'spam', 'class', 'risk'];
	calls = stack.sql(`SELECT CAST(UNIX_TIMESTAMP(c.started_at) * 1000000 AS SIGNED), c.result, c.first_time, c.qualified, c.talk_ms, c.ring_ms, COALESCE(i.value_micros, 0), i.source, i.channel, i.medium,
		i.campaign, i.ad_group, i.keyword, i.landing_page, i.referrer_host, COALESCE(v.ad_id, ''), COALESCE(v.match_type, ''), COALESCE(v.device, ''), HEX(c.number_id), COALESCE(HEX(c.pool_id), ''),
		COALESCE(HEX(c.destination_id), ''), COALESCE(HEX(c.location_id), ''), c.caller_place, c.caller_country, i.outcome, COALESCE(o.is_lead, 0), COALESCE(o.is_sale, 0), COALESCE(o.is_spam, 0),
		COALESCE(w.own_class, w.class, ''), COALESCE(w.risk, 0) FROM phone_call c JOIN interaction i ON i.company_id = c.company_id AND i.id = c.id
		LEFT JOIN visit v ON v.company_id = i.company_id AND v.id = i.visit_id AND i.attributed_by = 'visit' LEFT JOIN outcome o ON o.company_id = i.company_id AND o.code = i.outcome
		LEFT JOIN call_verdict w ON w.company_id = c.company_id AND w.call_id = c.id WHERE c.state = 'closed'`).map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
	for (const c of calls) for (const key of ['at', 'first', 'qualified', 'talk', 'ring', 'value', 'lead', 'sale', 'spam', 'risk']) c[key] = Number(c[key]);
	assert.ok(calls.length > 300);
	named = new Map(stack.sql("SELECT HEX(id), IF(label <> '', label, e164) FROM number UNION ALL SELECT HEX(id), name FROM pool UNION ALL SELECT HEX(id), name FROM destination UNION ALL SELECT HEX(id), name FROM location"));
	for (const [code, name] of stack.sql('SELECT code, name FROM outcome')) named.set(`outcome ${code}`, name);
});
after(() => stack?.stop());

/* --- what the words on the page mean, once more -------------------------- */

const text = (key) => (c) => c[key] || 'Not known';
const id = (key) => (c) => named.get(c[key]) ?? 'None';
const STEPS = [1, 10000, 30000, 60000, 120000, 300000, 600000, 1800000];
const step = (key, none) => (c) => [none, 'Below 10 s', '10 to 30 s', '30 to 60 s', '1 to 2 min', '2 to 5 min', '5 to 10 min', '10 to 30 min', '30 min and more'][STEPS.filter((s) => c[key] >= s).length];
const clock = (options) => (c) => new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options }).format(c.at / 1000);
const DIMS = {
	source: text('source'), channel: text('channel'), medium: text('medium'), campaign: text('campaign'), ad_group: text('ad_group'), ad: text('ad'), keyword: text('keyword'), match: text('match'),
	landing: text('landing'), referrer: text('referrer'), device: text('device'), place: text('place'), country: text('country'),
	number: id('number'), pool: id('pool'), destination: id('destination'), location: id('location'),
	result: (c) => c.result[0].toUpperCase() + c.result.slice(1),
	outcome: (c) => c.outcome ? named.get(`outcome ${c.outcome}`) : 'None yet',
	qualified: (c) => c.qualified ? 'Qualified' : 'Not qualified',
	class: (c) => ({ lead: 'Lead', customer: 'Customer', spam: 'Spam', wrong_number: 'Wrong number', '': 'Cannot be told' })[c.class],
	risk: (c) => ['0 to 19', '20 to 39', '40 to 59', '60 to 79', '80 to 100'][Math.min(4, Math.floor(c.risk / 20))],
	first: (c) => c.first ? 'First-time callers' : 'Repeat callers',
	talk: step('talk', 'No talk'), ring: step('ring', 'Did not ring'),
	weekday: clock({ weekday: 'long' }),
	hour: (c) => `${clock({ hour: '2-digit', hourCycle: 'h23' })(c)}:00`,
};
const sum = (of) => (rows) => rows.reduce((n, c) => n + Number(of(c)), 0);
const all = (rows) => rows.length;
const is = (...results) => sum((c) => results.includes(c.result));
const share = (part) => (rows) => rows.length ? Math.round(part(rows) / rows.length * 10000) / 10000 : null;
const over = (ms) => sum((c) => c.talk >= ms);
const mean = (part, whole) => (rows) => whole(rows) ? Math.floor(part(rows) / whole(rows)) : null;
const money = (micros) => (rows) => { const n = micros(rows); return n === null ? null : n / 1e6; };
const unanswered = is('missed', 'abandoned', 'failed');
const METRICS = {
	calls: all, answered: is('answered'), answered_rate: share(is('answered')), unanswered, unanswered_rate: share(unanswered), missed: is('missed'), abandoned: is('abandoned'),
	voicemail: is('voicemail'), blocked: is('blocked'), first_time: sum((c) => c.first), first_rate: share(sum((c) => c.first)), repeat: sum((c) => !c.first), qualified: sum((c) => c.qualified),
	qualified_rate: share(sum((c) => c.qualified)), talk_60: over(60000), talk_90: over(90000), talk_120: over(120000), own: over(60000), leads: sum((c) => c.lead), lead_rate: share(sum((c) => c.lead)),
	sales: sum((c) => c.sale), sale_rate: share(sum((c) => c.sale)), spam: sum((c) => c.spam), value: money(sum((c) => c.value)), value_mean: money(mean(sum((c) => c.value), all)),
	talk: mean(sum((c) => c.talk), is('answered')), answer: mean(sum((c) => c.result === 'answered' ? c.ring : 0), is('answered')),
	cost: () => null, cost_call: () => null, cost_lead: () => null, cost_sale: () => null, roas: () => null,
};

const get = async (path) => {
	const res = await me.fetch(path);
	assert.equal(res.status, 200, path);
	return res.text();
};
const options = (html, name) => [...html.match(new RegExp(`<select[^>]* name="${name}">(.*?)</select>`, 's'))[1].matchAll(/value="([^"]+)"/g)].map((m) => m[1]);
const between = (from, to) => { const [a, b] = [from, to].map((t) => Date.parse(t) * 1000); return calls.filter((c) => c.at >= a && c.at < b); };

/** The quarter of "now" counts whole, as sums are kept. */
const quarter = (t) => new Date(Math.ceil(Date.parse(t) / 900000) * 900000).toISOString();
const grouped = (rows, dim) => Map.groupBy ? Map.groupBy(rows, dim) : rows.reduce((m, c) => m.set(dim(c), [...m.get(dim(c)) ?? [], c]), new Map());

function compare(got, by, metric, where) {
	const now = between(got.from, quarter(got.to)), old = between(got.before_from, quarter(got.before_to));
	const [is_now, is_old] = [grouped(now, DIMS[by]), grouped(old, DIMS[by])];
	const truth = METRICS[metric];
	assert.equal(got.all.now, truth(now), `${where}: all`);
	assert.equal(got.all.before, truth(old), `${where}: all before`);
	assert.equal(got.all.calls ?? got.all.now, now.length, where);
	const rows = got.rows.filter((r) => r.label !== 'All others');
	for (const r of rows) {
		assert.equal(r.now, truth(is_now.get(r.label) ?? []), `${where}: ${r.label}`);
		assert.equal(r.before, truth(is_old.get(r.label) ?? []), `${where}: ${r.label} before`);
	}
	if (rows.length === got.rows.length)
		for (const label of is_now.keys()) assert.ok(rows.some((r) => r.label === label), `${where}: no row ${label}`);
}

test('every metric by every dimension is what the calls say', async () => {
	const html = await get('/reports');
	const dims = options(html, 'by').filter((by) => !['company', 'day'].includes(by));
	assert.deepEqual([...dims].sort(), Object.keys(DIMS).sort());
	assert.deepEqual(options(html, 'metric').sort(), Object.keys(METRICS).sort());
	for (const by of dims)
		await Promise.all(Object.keys(METRICS).map(async (metric, i) => {
			const query = `by=${by}&metric=${metric}&range=${['30d', '90d', '7d'][i % 3]}`;
			compare(JSON.parse(await get(`/reports.json?${query}`)), by, metric, query);
		}));
});

test('under filters and by two dimensions, from sums and from calls', async () => {
	const filters = [['', () => true], ['&source=google', (c) => c.source === 'google'], ['&result=unanswered', (c) => ['missed', 'abandoned', 'failed'].includes(c.result)],
		['&talk_min=60', (c) => c.talk >= 60000], ['&talk_min=30&talk_max=59', (c) => c.talk >= 30000 && c.talk < 60000], ['&ring_max=9', (c) => c.ring < 10000], ['&channel=paid_search&first=yes', (c) => c.channel === 'paid_search' && c.first === 1], ['&source=nobody', () => false]];
	for (const [by, split] of [['source', 'campaign'], ['campaign', 'channel'], ['result', 'outcome'], ['source', 'keyword'], ['place', 'device']])
		for (const [query, fits] of filters) {
			const got = JSON.parse(await get(`/reports.json?by=${by}&split=${split}&range=90d${query}`));
			const now = between(got.from, quarter(got.to)).filter(fits);
			const cells = grouped(now, (c) => `${DIMS[by](c)}\n${DIMS[split](c)}`);
			assert.equal(got.all.now, now.length, `${by} ${split} ${query}`);
			for (const r of got.rows.filter((x) => x.label !== 'All others'))
				assert.equal(r.now, cells.get(`${r.label}\n${r.split}`)?.length ?? 0, `${by} ${split} ${query}: ${r.label}, ${r.split}`);
		}
});

test('limits of one\'s own, from sums and from calls; the chart adds up to the total', async () => {
	const filters = [['source', '', () => true], ['hour', '', () => true], ['campaign', '&channel=paid_search', (c) => c.channel === 'paid_search'], ['result', '&first=yes', (c) => c.first === 1],
		['source', '&talk_min=10', (c) => c.talk >= 10000], ['keyword', '&risk_max=100', () => true], ['source', '&source=nobody', () => false]];
	for (const own of [1, 30, 45, 60, 75, 100, 121, 600])
		for (const [by, more, fits] of filters) {
			const query = `by=${by}&metric=own&own=${own}&range=90d${more}`;
			const got = JSON.parse(await get(`/reports.json?${query}`));
			const long = (rows) => rows.filter((c) => fits(c) && c.talk >= own * 1000);
			const now = long(between(got.from, quarter(got.to))), cells = grouped(now, DIMS[by]);
			assert.equal(got.all.now, now.length, query);
			assert.equal(got.all.before, long(between(got.before_from, quarter(got.before_to))).length, `${query}: before`);
			for (const r of got.rows.filter((x) => x.label !== 'All others'))
				assert.equal(r.now, cells.get(r.label)?.length ?? 0, `${query}: ${r.label}`);
			const chart = (await get(`/reports?${query}`)).split('id="series"')[1] ?? ''; // none without a call
			const points = [...chart.matchAll(/<tr data-x="\d+".*?data-n="(\d+)"/gs)].map((m) => Number(m[1]));
			assert.equal(points.reduce((a, b) => a + b, 0), now.length, `${query}: chart`);
		}
});

test('a row leads to as many calls as it counts', async () => {
	// Between two whole seconds, at both ends of a step, and less than one.
	assert.ok(calls.some((c) => c.talk > 59000 && c.talk < 60000) && calls.some((c) => c.talk > 0 && c.talk < 1000));
	for (const by of ['talk', 'ring', 'risk', 'result', 'class', 'qualified', 'first', 'source', 'outcome', 'pool']) {
		const table = (await get(`/reports?by=${by}&range=90d`)).split('table class="t compact report')[1];
		const rows = [...table.matchAll(/<th scope="row"><a class="cut" href="\/calls\?([^"]+)">.*?<td class="num strong[^>]*>([\d,]+)/gs)];
		assert.ok(rows.length > 0, by);
		for (const [, query, n] of rows)
			assert.equal(JSON.parse(await get(`/reports.json?${query.replaceAll('&amp;', '&')}`)).all.now, Number(n.replaceAll(',', '')), `${by}: ${query}`);
	}
});

test('days of a zone of half an hour', async () => {
	const got = JSON.parse(await get('/reports.json?by=day&range=90d'));
	const day = new Intl.DateTimeFormat('sv-SE', { timeZone: zone });
	const by = grouped(between(got.from, quarter(got.to)), (c) => day.format(c.at / 1000));
	const first = Date.parse(`${day.format(Date.parse(got.from))}T00:00:00Z`);
	got.rows.forEach((r, i) => assert.equal(r.now, by.get(new Date(first + i * 86400000).toISOString().slice(0, 10))?.length ?? 0, r.label));
});

test('page and CSV say the same as JSON, no spend is no number anywhere', async () => {
	const pairs = [...Object.keys(DIMS).map((by) => [by, 'answered']), ...Object.keys(METRICS).map((metric) => ['source', metric])];
	for (const [by, metric] of pairs) {
		const query = `by=${by}&metric=${metric}&range=90d`;
		const [json, csv, html] = await Promise.all([`.json?${query}`, `.csv?${query}`, `?${query}`].map((q) => get(`/reports${q}`)));
		const got = JSON.parse(json);
		const lines = csv.trim().split('\r\n').slice(1).map((l) => [...l.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map((m) => m[1]));
		const table = [...html.split('table class="t compact report')[1].matchAll(/<tr><th scope="row">.*?<\/tr>/gs)].map(([row]) => [...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, td]) => td.replaceAll(/<[^>]+>/g, '').trim()));
		const rows = [...got.rows, got.all];
		assert.equal(lines.length, rows.length, query);
		assert.equal(table.length, rows.length, query);
		rows.forEach((r, i) => {
			for (const [at, key] of [[1, 'now'], [2, 'before']])
				assert.equal(lines[i][at] === '' ? null : Number(lines[i][at]), r[key], `${query}: ${r.label} ${key}`);
			if (metric === 'answered') assert.equal(Number(table[i][0].replaceAll(',', '')), r.now, `${query}: ${r.label} on the page`);
			if (r.now === null) assert.doesNotMatch(table[i][0], /\d/, `${query}: ${r.label}`);
		});
		if (METRICS[metric]([]) === null && METRICS[metric](calls) === null) assert.match(html, /no spend/i, metric);
	}
});
