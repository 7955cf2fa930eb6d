// Every report against the calls themselves: every metric by every dimension,
// now and before, counted here from the rows of the calls; files as the page.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { seed } from '../browser/seed.mjs';
import { apiOf } from '../support/api.mjs';
import { build, startStack } from '../support/stack.mjs';

let stack, me, calls, zone, named;
before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '100000'] });
	seed(stack, { recordings: 0 });
	// Half an hour off, with a change of clocks of half an hour.
	zone = 'Australia/Lord_Howe';
	stack.sql(`UPDATE phone_call SET talk_ms = ELT(1 + MOD(CONV(RIGHT(HEX(id), 2), 16, 10), 4), 400, 9600, 59600, talk_ms) WHERE result = 'answered';
		UPDATE company SET time_zone = '${zone}'; DELETE FROM ad_spend; DELETE FROM tracker_cost;
		UPDATE phone_call c JOIN interaction i ON i.company_id = c.company_id AND i.id = c.id JOIN (SELECT id, ELT(1 + MOD(CRC32(id), 4), 0, 0, 130, 240) AS days FROM phone_call) d ON d.id = c.id
			SET c.started_at = c.started_at - INTERVAL d.days DAY, i.happened_at = i.happened_at - INTERVAL d.days DAY;
		UPDATE phone_call SET caller_country = ELT(1 + MOD(CRC32(CONCAT(id, 'c')), 9), 'IN', 'US', 'US', 'BR', caller_country, caller_country, caller_country, caller_country, caller_country),
			caller_place = ELT(1 + MOD(CRC32(CONCAT(id, 'c')), 9), 'Kochi, Kerala', 'California', 'United States', 'Campinas - SP', caller_place, caller_place, caller_place, caller_place, caller_place);
		INSERT INTO destination (company_id, id, name, target, created_at) SELECT id, REPEAT(n.c, 16), n.name, '+14155550190', UTC_TIMESTAMP(6) FROM company, (SELECT 'd' AS c, 'Büro' AS name UNION SELECT 'e', 'Night desk') n
			WHERE company.name = 'Bay City Plumbing';
		UPDATE phone_call SET destination_id = ELT(1 + MOD(CRC32(CONCAT(id, 'd')), 4), REPEAT('d', 16), REPEAT('e', 16), NULL, destination_id);
		INSERT INTO tag (company_id, id, name, created_at) SELECT id, REPEAT('t', 16), 'Räte', UTC_TIMESTAMP(6) FROM company WHERE name = 'Bay City Plumbing';
		INSERT INTO interaction_tag (company_id, interaction_id, tag_id, added_at) SELECT c.company_id, c.id, REPEAT('t', 16), UTC_TIMESTAMP(6) FROM phone_call c JOIN company k ON k.id = c.company_id
			WHERE k.name = 'Bay City Plumbing' AND MOD(CRC32(CONCAT(c.id, 't')), 3) = 0`);
	const made = spawnSync(join(build, 'ringtrace'), ['rollup', 'rebuild', '--days', '320', '-c', stack.conf], { encoding: 'utf8' });
	assert.equal(made.status, 0, made.stderr);
	me = await stack.login();
	const columns = ['at', 'result', 'first', 'qualified', 'talk', 'ring', 'value', 'source', 'channel', 'medium', 'campaign', 'ad_group', 'keyword', 'landing', 'referrer', 'ad', 'match', 'device',
		'number', 'pool', 'destination', 'location', 'place', 'country', 'outcome', 'lead', 'sale', 'spam', 'class', 'risk', 'valued', 'tagged'];
	calls = stack.sql(`SELECT CAST(UNIX_TIMESTAMP(c.started_at) * 1000000 AS SIGNED), c.result, c.first_time, c.qualified, c.talk_ms, c.ring_ms, COALESCE(i.value_micros, 0), i.source, i.channel, i.medium,
		i.campaign, i.ad_group, i.keyword, i.landing_page, i.referrer_host, COALESCE(v.ad_id, ''), COALESCE(v.match_type, ''), COALESCE(v.device, ''), HEX(c.number_id), COALESCE(HEX(c.pool_id), ''),
		COALESCE(HEX(c.destination_id), ''), COALESCE(HEX(c.location_id), ''), c.caller_place, c.caller_country, i.outcome, COALESCE(o.is_lead, 0), COALESCE(o.is_sale, 0), COALESCE(o.is_spam, 0),
		COALESCE(w.own_class, w.class, ''), COALESCE(w.risk, 0), i.value_micros IS NOT NULL, x.tag_id IS NOT NULL FROM phone_call c JOIN interaction i ON i.company_id = c.company_id AND i.id = c.id
		LEFT JOIN visit v ON v.company_id = i.company_id AND v.id = i.visit_id AND i.attributed_by = 'visit' LEFT JOIN outcome o ON o.company_id = i.company_id AND o.code = i.outcome
		LEFT JOIN call_verdict w ON w.company_id = c.company_id AND w.call_id = c.id LEFT JOIN interaction_tag x ON x.interaction_id = i.id AND x.tag_id = REPEAT('t', 16) WHERE c.state = 'closed'`).map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
	for (const c of calls) for (const key of ['at', 'first', 'qualified', 'talk', 'ring', 'value', 'lead', 'sale', 'spam', 'risk', 'valued', 'tagged']) c[key] = Number(c[key]);
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
/* Making one of these takes a hundred times as long as using it. */
const kept = new Map();
const once = (key, make) => { if (!kept.has(key)) kept.set(key, make()); return kept.get(key); };
const format = (locale, options) => once(`${locale} ${zone} ${Object.entries(options)}`, () => new Intl.DateTimeFormat(locale, { timeZone: zone, ...options }));
const clock = (options) => (c) => format('en-GB', options).format(c.at / 1000);
const day_of = (c) => format('sv-SE', {}).format(c.at / 1000);
/* A state has letters in the United States and Canada, and a name of its own elsewhere. */
const STATES = { California: 'CA', CA: 'CA' }, NAMES = { CA: 'California', NY: 'New York' };
const region = (c) => {
	const parts = c.place.split(c.country === 'BR' ? ' - ' : ', ');
	if (parts.length > 1) return `${c.country}-${parts.at(-1)}`;
	return c.country === 'US' && STATES[c.place] ? `US-${STATES[c.place]}` : '';
};
const DIMS = {
	region: (c) => { const r = region(c); return r === '' ? 'Not known' : r.startsWith('US-') ? NAMES[r.slice(3)] ?? r : r.slice(3); },
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
const grouped = (rows, dim) => {
	const of = new Map();
	for (const c of rows) {
		const key = dim(c);
		if (of.has(key)) of.get(key).push(c);
		else of.set(key, [c]);
	}
	return of;
};

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
	const by = grouped(between(got.from, quarter(got.to)), day_of);
	const first = Date.parse(`${day_of({ at: Date.parse(got.from) * 1000 })}T00:00:00Z`);
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

/* --- what there must be ---------------------------------------------------- */

const VOLUME = ['channel', 'source', 'medium', 'campaign', 'ad_group', 'ad', 'keyword', 'match', 'landing', 'referrer', 'device', 'number', 'pool', 'destination', 'location', 'place', 'region', 'hour', 'weekday'];
const ASKED = [...VOLUME.map((by) => [by, 'calls']), ['result', 'calls'], ...['answered', 'missed', 'voicemail', 'abandoned', 'unanswered_rate', 'answered_rate'].map((metric) => ['hour', metric]),
	['ring', 'calls'], ['talk', 'calls'], ['first', 'calls'], ['source', 'first_time'], ['source', 'repeat'], ['campaign', 'first_rate'], ['qualified', 'calls'], ['source', 'talk_60'], ['source', 'talk_90'], ['source', 'talk_120'], ['source', 'own', 75],
	['outcome', 'calls'], ['source', 'lead_rate'], ['source', 'sale_rate'], ['source', 'value'], ['destination', 'answer'], ['destination', 'talk'], ...Object.keys(METRICS).map((metric) => ['location', metric])];
const text_of = (html) => html.replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&amp;', '&');

test('every report that was asked for: chart, table, definition, comparison, CSV, JSON, an address with all of it, few calls marked', async () => {
	let few = 0, many = 0;
	for (const [by, metric, own] of ASKED) {
		const address = { range: '365d', by, metric, ...(own ? { own } : {}), country: 'US', first: by === 'first' ? '' : 'yes' };
		const query = new URLSearchParams(Object.entries(address).filter(([, v]) => v !== '')).toString();
		const html = await get(`/reports?${query}`);
		const got = JSON.parse(await get(`/reports.json?${query}`));
		const is = grouped(between(got.from, quarter(got.to)).filter((c) => c.country === 'US' && (by === 'first' || c.first === 1)), DIMS[by]);
		const cost = METRICS[metric](calls) === null;
		assert.equal(html.includes('data-chart="series"'), !cost, query);
		assert.equal(got.series.length > 0, !cost, query);
		assert.ok(text_of(html).split('class="kv means"')[1].includes(got.means), `${query}: ${got.means}`);
		assert.match(html, />Before<\/a>.*>Change<\/a>/s, query);
		assert.match(html, /compared with \d+ \w{3}/, query);
		for (const ext of ['csv', 'json']) {
			const href = text_of(html).match(new RegExp(`href="/reports\\.${ext}\\?([^"]*)"`))[1];
			assert.deepEqual(Object.fromEntries([...new URLSearchParams(href)].sort()), Object.fromEntries([...new URLSearchParams(query)].sort()), query);
		}
		for (const [row, label, figure, marked] of html.split('table class="t compact report')[1].matchAll(/<tr><th scope="row"><a class="cut"[^>]*>([^<]*)<.*?<td class="num strong( few)?">(.*?)<\/td>.*?<\/tr>/gs)) {
			const rows = is.get(text_of(label)) ?? [];
			// A mean over answered calls stands on those.
			const n = ['talk', 'answer'].includes(metric) ? METRICS.answered(rows) : rows.length, share = /%|:|–/.test(marked) || /_rate$|^talk$|^answer$|_mean$/.test(metric);
			assert.equal(figure === ' few', share && n < 20 && !cost, `${query}: ${label} of ${n}: ${row.slice(0, 300)}`);
			few += figure === ' few';
			many += share && n >= 20;
		}
		if (!['hour', 'weekday'].includes(by)) continue;
		const cells = [...html.split('table class="heat"')[1].matchAll(/title="(\w{3}) (\d\d):00: ([^"]*)"/g)];
		assert.equal(cells.length, 168, query);
		const slots = grouped([...is.values()].flat(), (c) => `${clock({ weekday: 'short' })(c)} ${clock({ hour: '2-digit', hourCycle: 'h23' })(c)}`);
		for (const [, day, hour, said] of cells) {
			const rows = slots.get(`${day} ${hour}`) ?? [], want = METRICS[metric](rows);
			const words = want === null ? '–' : /_rate$/.test(metric) ? `${(Math.round(Math.round(want * 1e4) / 10) / 10).toFixed(1)} %` : String(want);
			if (/_rate$/.test(metric) && want !== null) assert.ok(Math.abs(parseFloat(said) - want * 100) < 0.051, `${query}: ${day} ${hour}: ${said}, ${words}`);
			else assert.equal(said, words, `${query}: ${day} ${hour}`);
		}
	}
	assert.ok(few > 5 && many > 5, `${few} few, ${many} many`);
});

/* --- at random ------------------------------------------------------------ */

let seeded = 20261130;
const dice = (n) => { seeded = (Math.imul(seeded, 1103515245) + 12345) >>> 0; return Math.floor(seeded / 2 ** 32 * n); };
const one = (list) => list[dice(list.length)];
const midnight = (day) => once(`${zone} ${day}`, () => {
	const off = (t) => { const p = Object.fromEntries(format('en-US', { hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' }).formatToParts(t).map((x) => [x.type, Number(x.value)])); return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute) - t; };
	const utc = Date.parse(`${day}T00:00:00Z`);
	return utc - off(utc - off(utc));
});
const later = (day, n) => new Date(Date.parse(`${day}T00:00:00Z`) + n * 86400e3).toISOString().slice(0, 10);
const none = (v) => v === '' ? '~' : v;

/** A filter that some call fits, or none: of the page, of the API, and what it means. */
function someFilter() {
	const c = one(calls);
	const text = (key, page = key, api = page) => () => [{ [page]: none(c[key]) }, { [api]: api === 'outcome' && c[key] === '' ? 'none' : none(c[key]) }, (x) => x[key] === c[key]];
	return one([text('source'), text('medium'), text('campaign'), text('channel'), text('ad_group'), text('keyword'), text('landing', 'landing', 'landing_page'), text('device'), text('match', 'match', 'match_type'), text('place'), text('country'),
		text('outcome'), text('class'), text('result'), text('source'), text('campaign'), text('keyword'),
		() => [{ region: none(region(c)) }, { region: none(region(c)) }, (x) => region(x) === region(c)],
		() => [{ region: 'california' }, { region: 'California' }, (x) => region(x) === 'US-CA'],
		() => [{ result: 'unanswered' }, { result: 'unanswered' }, (x) => ['missed', 'abandoned', 'failed'].includes(x.result)],
		() => [{ tag: tag_id }, { tag: 'Räte' }, (x) => x.tagged === 1], () => [{ tag: tag_id }, { tag: tag_id }, (x) => x.tagged === 1],
		() => [{ first: 'yes' }, { first_time: 'true' }, (x) => x.first === 1], () => [{ qualified: 'no' }, { qualified: 'false' }, (x) => x.qualified === 0],
		() => [{ talk_min: 30, talk_max: 299 }, { min_talk_s: 30, max_talk_s: 299 }, (x) => x.talk >= 30000 && x.talk < 300000],
		() => [{ ring_min: 5 }, { min_ring_s: 5 }, (x) => x.ring >= 5000], () => [{ risk_max: 30 }, { max_risk: 30 }, (x) => x.risk <= 30],
		() => [{ value_min: 100 }, { min_value: 100 }, (x) => x.valued === 1 && x.value >= 100e6], () => [{ campaign: 'of nobody' }, { campaign: 'of nobody' }, () => false]])();
}

const SPENT = ['source', 'medium', 'campaign', 'ad_group', 'keyword'];
let tag_id;

test('random questions in zones of whole, half and three quarter hours: page, CSV, JSON and API as the calls say', async () => {
	const company = stack.sqlOne("SELECT HEX(id) FROM company WHERE name = 'Bay City Plumbing'");
	const { api, addKey } = apiOf(stack);
	const key = addKey({ id: company, account: stack.sqlOne('SELECT HEX(id) FROM account LIMIT 1') });
	tag_id = (await get('/calls')).match(/value="(tag_[0-9a-z]{26})">Räte/)[1];
	const spent = Array.from({ length: 160 }, (_, i) => { const c = one(calls); return { day: new Date(c.at / 1000 + 86400e3 * dice(3)).toISOString().slice(0, 10), ...Object.fromEntries(SPENT.map((k) => [k, c[k]])), micros: (1 + dice(500)) * 10000 + i }; });
	stack.sql(spent.map((s, i) => `INSERT INTO ad_spend (company_id, spent_on, line, source, medium, campaign, ad_group, keyword, amount_micros) VALUES (x'${company}', '${s.day}', UNHEX(MD5('${i}')), ${SPENT.map((k) => `'${s[k].replaceAll("'", "''")}'`).join()}, ${s.micros})`).join(';'));
	const paid = (rows, fits) => { const n = rows.filter(fits); return n.length ? n.reduce((sum, s) => sum + s.micros, 0) : null; };
	const api_dims = { match: 'match_type', landing: 'landing_page', referrer: 'referrer_host' };
	// A day that is over in each zone: of one that goes on, as much of the days before is compared.
	const today = later(new Date().toISOString().slice(0, 10), -1);
	let found = 0, costed = 0;

	for (zone of ['Europe/Berlin', 'Asia/Kolkata', 'Asia/Kathmandu', 'America/New_York']) {
		stack.sql(`UPDATE company SET time_zone = '${zone}' WHERE id = x'${company}'`);
		for (let i = 0; i < 12; i++) {
			const cost = i % 4 === 0, all_spend = i === 0;
			const filters = Array.from({ length: all_spend ? 0 : dice(3) }, someFilter);
			const names = filters.flatMap(([page]) => Object.keys(page));
			if (new Set(names).size < names.length) continue;
			const by = cost ? one(SPENT) : one(Object.keys(DIMS)), metric = cost ? one(['cost', 'cost_call', 'cost_lead', 'cost_sale', 'roas']) : one(Object.keys(METRICS).filter((m) => METRICS[m](calls) !== null));
			const from = later(today, all_spend ? -200 : -1 - dice(290)), to = all_spend ? later(today, -1) : later(from, dice(Math.min(240, Math.round((Date.parse(today) - Date.parse(from)) / 86400e3))));
			const days = Math.round((Date.parse(to) - Date.parse(from)) / 86400e3) + 1, ago = later(from, -7 * Math.ceil(days / 7));
			const query = new URLSearchParams({ from, to, by, metric, ...Object.assign({}, ...filters.map(([page]) => page)) }).toString();
			const where = `${zone} ${query}`;
			const fits = (c) => filters.every(([, , f]) => f(c));
			const at = (a, b) => calls.filter((c) => c.at >= midnight(a) * 1000 && c.at < midnight(later(b, 1)) * 1000 && fits(c));
			const now = at(from, to), old = at(ago, later(ago, days - 1));
			const is_now = grouped(now, DIMS[by]), is_old = grouped(old, DIMS[by]);
			const told = filters.every(([page]) => Object.keys(page).every((k) => SPENT.includes(k)));
			const bought = (a, n, label) => !told || (label !== undefined && !SPENT.includes(by)) ? null
				: paid(spent, (s) => s.day >= a && s.day < later(a, n) && fits(s) && (label === undefined || (s[by] || 'Not known') === label));
			const truth = (rows, a, label) => {
				if (!cost) return METRICS[metric](rows);
				const micros = bought(a, days, label), per = { cost: 1, cost_call: rows.length, cost_lead: sum((c) => c.lead)(rows), cost_sale: sum((c) => c.sale)(rows) }[metric];
				if (metric === 'roas') return micros ? Math.round(sum((c) => c.value)(rows) / micros * 100) / 100 : null;
				return micros === null || per === 0 ? null : Math.floor(micros / per) / 1e6;
			};
			const [json, csv, html] = await Promise.all(['.json', '.csv', ''].map((ext) => get(`/reports${ext}?${query}`)));
			const got = JSON.parse(json);
			found += now.length > 0;
			costed += got.all.now !== null && cost;
			assert.deepEqual([got.from, got.to, got.before_from, got.before_to].map((t) => Date.parse(t)), [midnight(from), midnight(later(to, 1)), midnight(ago), midnight(later(ago, days))], where);
			assert.equal(got.all.now, truth(now, from), `${where}: all`);
			assert.equal(got.all.before, truth(old, ago), `${where}: all before`);
			if (cost && told && got.rows.length < 50)
				for (const s of spent.filter((x) => x.day >= from && x.day <= to && fits(x))) assert.ok(got.rows.some((r) => r.label === (s[by] || 'Not known')), `${where}: no row ${s[by]}`);
			for (const r of got.rows) {
				if (r.label === 'All others') continue;
				assert.equal(r.now, truth(is_now.get(r.label) ?? [], from, r.label), `${where}: ${r.label}`);
				assert.equal(r.before, truth(is_old.get(r.label) ?? [], ago, r.label), `${where}: ${r.label} before`);
			}
			if (got.rows.length < 50)
				for (const label of is_now.keys()) assert.ok(got.rows.some((r) => r.label === label), `${where}: no row ${label}`);
			if (!cost) {
				const per_day = grouped(now, day_of);
				if (days > 1) assert.deepEqual(got.series.map((p) => p.now), Array.from({ length: days }, (_, n) => METRICS[metric](per_day.get(later(from, n)) ?? [])), `${where}: chart`);
			}
			const rows = [...got.rows, got.all];
			const lines = csv.trim().split('\r\n').slice(1).map((l) => [...l.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map((m) => m[1]));
			assert.deepEqual(lines.map((l) => l.slice(1, 3).map((v) => v === '' ? null : Number(v))), rows.map((r) => [r.now, r.before]), `${where}: CSV`);
			const table = html.split('table class="t compact report')[1]?.match(/<tr><th scope="row">.*?<\/tr>/gs) ?? [];
			assert.equal(table.length, now.length || (cost && told && got.all.now !== null) ? rows.length : 0, `${where}: page`);
			if (['calls', 'answered', 'leads', 'qualified'].includes(metric))
				assert.deepEqual(table.map((row) => Number(row.match(/<td class="num strong[^>]*>([\d,]+)/)[1].replaceAll(',', ''))), now.length ? rows.map((r) => r.now) : [], `${where}: page`);
			// The API, of the same moments.
			const dim = api_dims[by] ?? by;
			const grouping = ['qualified', 'risk', 'first', 'talk', 'ring', 'weekday', 'hour'].includes(by) ? {} : { group_by: dim };
			const ask = new URLSearchParams({ from: got.from, to: got.to, limit: 999, ...grouping, ...Object.assign({}, ...filters.map(([, a]) => a)) }).toString();
			const { json: summary } = await api(key, `/reports/summary?${ask}`);
			assert.equal(summary.total.calls, now.length, `${where}: API`);
			assert.equal(summary.total.leads, sum((c) => c.lead)(now), `${where}: API`);
			assert.equal(Number(summary.total.value), sum((c) => c.value)(now) / 1e6, `${where}: API`);
			assert.equal(summary.total.talk_ms, sum((c) => c.talk)(now), `${where}: API`);
			if (grouping.group_by) {
				const by_key = grouped(now, (c) => by === 'region' ? region(c) : ['number', 'pool', 'destination', 'location'].includes(by) ? DIMS[by](c) : c[by]);
				assert.deepEqual(summary.data.map((r) => r.calls).sort((a, b) => b - a), [...by_key.values()].map((r) => r.length).sort((a, b) => b - a), `${where}: API rows`);
				if (!['number', 'pool', 'destination', 'location'].includes(by))
					for (const r of summary.data) assert.equal(r.talk_ms, sum((c) => c.talk)(by_key.get(r.key) ?? []), `${where}: API ${r.key}`);
			}
			const { json: series } = await api(key, `/reports/timeseries?interval=day&${ask.replace(/&?(group_by|limit)=[^&]*/g, '')}`);
			const per_day = grouped(now, day_of);
			assert.deepEqual(series.data.map((p) => [p.date, p.calls]), [...per_day].map(([d, r]) => [d, r.length]).sort(), `${where}: API series`);
			assert.deepEqual(series.data.map((p) => Date.parse(p.start)), series.data.map((p) => midnight(p.date)), `${where}: API days`);
		}
	}
	assert.ok(found > 20 && costed > 3, `${found} with calls, ${costed} with spend`);
});
