// seed.mjs - real-looking calls for pictures and browser tests: sixty days of
// a plumber's telephone, with visits, evidence, recordings and roll-ups that
// equal the calls. Deterministic: the same company gets the same story.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from '../support/stack.mjs';

const DAY_MS = 86400000;

/** Park and Miller's generator: tests need repeatable, not good, dice. */
export function dice(seed = 7) {
	let state = seed;
	const next = () => (state = (state * 16807) % 2147483647) / 2147483647;
	next.pick = (list) => list[Math.floor(next() * list.length)];
	next.weighted = (list) => {
		let at = next() * list.reduce((sum, [weight]) => sum + weight, 0);
		return list.find(([weight]) => (at -= weight) < 0) ?? list[list.length - 1];
	};
	return next;
}

/** A UUIDv7 as 32 hex digits. */
export function uuid(ms, rnd) {
	const hex = (n, digits) => n.toString(16).padStart(digits, '0');
	const part = (digits) => hex(Math.floor(rnd() * 16 ** digits), digits);
	return hex(Math.floor(ms), 12) + '7' + part(3) + (8 + Math.floor(rnd() * 4)).toString(16) + part(3) + part(6) + part(6);
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** The public form of a key: cal_01h4… */
export function typeid(kind, hex) {
	let n = BigInt(`0x${hex}`);
	let text = '';
	for (let i = 0; i < 26; i++, n >>= 5n)
		text = ALPHABET[Number(n & 31n)] + text;
	return `${kind}_${text}`;
}

export const quote = (s) => `'${String(s).replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
const id = (hex) => (hex ? `x'${hex}'` : 'NULL');
const time = (ms) => (ms ? `'${new Date(ms).toISOString().replace('T', ' ').replace('Z', '')}'` : 'NULL');

const SOURCES = [
	[43, { source: 'google', medium: 'cpc', channel: 'paid_search', ads: true }],
	[22, { source: 'google', medium: 'organic', channel: 'organic_search' }],
	[13, { source: 'direct', medium: 'none', channel: 'direct' }],
	[8, { source: 'facebook', medium: 'paid_social', channel: 'paid_social', ads: true }],
	[6, { source: 'yelp.com', medium: 'referral', channel: 'referral' }],
	[3, { source: 'newsletter', medium: 'email', channel: 'email' }],
	[3, { source: 'Billboard, Highway 101', medium: 'offline', channel: 'offline', tracker: true }],
	[2, { source: 'chatgpt', medium: 'ai', channel: 'ai' }],
];
const CAMPAIGNS = [
	[5, ['Emergency plumbing, Bay Area', ['emergency plumber', 'burst pipe repair', '24 hour plumber near me', 'plumber open now']]],
	[3, ['Water heaters, East Bay', ['water heater installation cost tankless', 'tankless water heater repair']]],
	[1, ['Winter check-up 2026, lookalike audience 3 %, people who like old houses', ['']]],
];
const PLACES = [
	[6, ['415', 'San Francisco, CA']], [3, ['510', 'Oakland, CA']], [3, ['650', 'San Mateo, CA']],
	[2, ['408', 'San Jose, CA']], [1, ['707', 'Santa Rosa, CA']], [1, ['212', 'New York, NY']],
];
const PAGES = ['/pricing', '/services/water-heaters', '/areas/oakland', '/reviews', '/about', '/services/drain-cleaning'];
const RESULTS = [
	[83, 'answered'], [8, 'missed'], [3, 'abandoned'], [3, 'voicemail'], [1, 'failed'], [1, 'blocked'], [1, 'interrupted'],
];

/** Local hours people call at: little at night, most in the morning. */
function hourOf(rnd) {
	return rnd.weighted([[1, 7], [5, 8], [9, 9], [10, 10], [9, 11], [6, 12], [7, 13], [8, 14], [7, 15], [7, 16], [5, 17], [3, 18], [2, 20], [1, 22], [0.4, 3]])[1];
}

function makeCall(base, at, rnd) {
	const origin = rnd.weighted(SOURCES)[1];
	const [, [campaign, keywords]] = origin.ads ? rnd.weighted(CAMPAIGNS) : [1, ['', ['']]];
	const [, [area, place]] = rnd.weighted(PLACES);
	const [, result] = rnd.weighted(RESULTS);
	const talked = ['answered', 'interrupted'].includes(result);
	const ring = result === 'abandoned' ? 0 : 2000 + Math.floor(rnd() * (result === 'missed' ? 28000 : 9000));
	const talk = talked ? 9000 + Math.floor(-Math.log(1 - rnd()) * 190000) : 0;
	return {
		...base, id: uuid(at, rnd), at, result, ring, talk, origin, campaign, keyword: rnd.pick(keywords),
		place, caller: `+1${area}55501${String(Math.floor(rnd() * 100)).padStart(2, '0')}`,
		length: ring + talk + (result === 'voicemail' ? 24000 : 1500),
		first: rnd() < 0.61, withheld: rnd() < 0.02, bp: 5200 + Math.floor(rnd() * 4700),
		outcome: talked && rnd() < 0.5 ? rnd.pick(['lead', 'lead', 'booked', 'customer', 'spam', 'wrong_number']) : '',
	};
}

/** Calls of the last `days` days, `perDay` on a working day, before now. */
export function makeCalls(base, { now, days, perDay, offsetMs, rnd }) {
	const calls = [];
	const today = Math.floor((now + offsetMs) / DAY_MS) * DAY_MS;

	for (let day = days - 1; day >= 0; day--) {
		const midnight = today - day * DAY_MS;
		const weekend = [0, 6].includes(new Date(midnight).getUTCDay());
		const n = Math.round(perDay * (weekend ? 0.4 : 1) * (0.75 + rnd() * 0.5) * (1 + (days - day) / days / 4));

		for (let i = 0; i < n; i++) {
			const at = midnight + hourOf(rnd) * 3600000 + Math.floor(rnd() * 3600000) - offsetMs;
			if (at < now - 60000) calls.push(makeCall(base, at, rnd));
		}
	}
	return calls.sort((a, b) => a.at - b.at);
}

/** A visit with its pages and clicks, as statements. */
function visitSql(c, rnd) {
	const began = c.at - 60000 - Math.floor(rnd() * 400000);
	const touched = rnd() < 0.5 ? c.at - 4000 - Math.floor(rnd() * 40000) : 0;
	const views = [['/emergency', 'Emergency plumber, open now'], ...PAGES.slice(0, Math.floor(rnd() * 4)).map((p) => [p, ''])];
	const query = c.campaign ? `?utm_source=${c.origin.source}&utm_medium=${c.origin.medium}&utm_campaign=${encodeURIComponent(c.campaign)}` : '';
	const step = (c.at - began) / views.length;
	const out = [];

	c.visit = uuid(began, rnd);
	out.push(`INSERT INTO visit (company_id, id, site_id, visitor_id, started_at, seen_at, engaged_s, page_views, tel_clicked_at,
		landing_url, landing_page, referrer, referrer_host, utm_source, utm_medium, utm_campaign, utm_term, gclid, source, medium,
		campaign, keyword, channel, device, match_type, network, browser_zone) VALUES (${id(c.company)}, ${id(c.visit)}, ${id(c.site)},
		${id(uuid(began, rnd))}, ${time(began)}, ${time(c.at)}, ${Math.floor((c.at - began) / 1300)}, ${views.length}, ${time(touched)},
		${quote(`https://www.baycityplumbing.example/emergency${query}`)}, 'www.baycityplumbing.example/emergency',
		${quote(c.origin.source === 'google' ? 'https://www.google.com/' : '')}, '', ${quote(c.origin.ads ? c.origin.source : '')},
		${quote(c.origin.ads ? c.origin.medium : '')}, ${quote(c.campaign)}, ${quote(c.keyword)},
		${quote(c.origin.medium === 'cpc' ? `EAIaIQobChMI${c.visit.slice(0, 24)}EAAYASAAEgJ8tfD_BwE` : '')}, ${quote(c.origin.source)},
		${quote(c.origin.medium)}, ${quote(c.campaign)}, ${quote(c.keyword)}, ${quote(c.origin.channel)}, ${quote(rnd.pick(['mobile', 'mobile', 'desktop']))},
		${quote(c.origin.ads ? 'phrase' : '')}, ${quote(c.origin.ads ? 'search' : '')}, 'America/Los_Angeles');`);
	views.forEach(([path, title], i) => out.push(`INSERT INTO page_view (company_id, visit_id, id, url, title, viewed_at) VALUES
		(${id(c.company)}, ${id(c.visit)}, ${id(uuid(began + i, rnd))}, ${quote(`https://www.baycityplumbing.example${path}${i === 0 ? query : ''}`)},
		${quote(title)}, ${time(began + i * step)});`));
	if (touched)
		out.push(`INSERT INTO visit_event (company_id, visit_id, id, kind, number_id, happened_at) VALUES (${id(c.company)}, ${id(c.visit)},
			${id(uuid(touched, rnd))}, 'tel_click', ${id(c.number.id)}, ${time(touched)});`);
	c.touched = touched;
	return out;
}

function evidence(c, rnd) {
	const rest = 10000 - c.bp;
	const second = Math.floor(rest * 0.7);
	const one = {
		visit: typeid('vis', c.visit), lease: typeid('lea', uuid(c.at, rnd)), bp: c.bp, seen_s: c.touched ? 0 : 14,
		tel_click_s: c.touched ? Math.floor((c.at - c.touched) / 1000) : null, caller: c.first ? 'unknown' : 'same',
		place: 'same', source: c.origin.source, medium: c.origin.medium, campaign: c.campaign,
	};
	const two = {
		visit: typeid('vis', uuid(c.at, rnd)), lease: typeid('lea', uuid(c.at, rnd)), bp: second, seen_s: 7260, tel_click_s: null,
		caller: 'other', place: 'unknown', source: 'google', medium: 'organic', campaign: '',
	};
	return JSON.stringify({ rule: 1, none_bp: rest - second, candidates: [one, two] });
}

function creditSql(c, rnd) {
	const by = c.origin.tracker ? 'tracker' : c.visit ? 'visit' : 'none';
	return `INSERT INTO interaction (company_id, id, kind, happened_at, attributed_by, visit_id, tracker_id, probability_bp, source, medium, campaign,
		keyword, channel, rule_version, evidence, outcome, outcome_by) VALUES (${id(c.company)}, ${id(c.id)}, 'call', ${time(c.at)}, '${by}',
		${id(c.visit)}, ${c.origin.tracker ? id(c.tracker) : 'NULL'}, ${c.visit ? c.bp : 10000}, ${quote(c.origin.source)}, ${quote(c.origin.medium)},
		${quote(c.campaign)}, ${quote(c.keyword)}, ${quote(c.origin.channel)}, 1, ${c.visit ? quote(evidence(c, rnd)) : 'NULL'},
		'${c.outcome}', '${c.outcome ? 'person' : ''}');`;
}

const reason = (c) => ({
	answered: '', missed: 'nobody answered', abandoned: 'caller left during the notice', failed: 'destination could not be reached',
	blocked: 'on the block list', interrupted: 'our program was restarted', voicemail: 'message left',
})[c.result];

function callSql(c) {
	const end = c.at + c.length;
	const bridged = c.talk > 0 ? end - c.talk : 0;
	const by = { answered: 'caller', interrupted: 'crash', failed: 'system', blocked: 'system' }[c.result] ?? 'caller';
	return `INSERT INTO phone_call (company_id, id, state, result, number_id, number_e164, pool_id, flow_id, flow_version, destination_id, caller_e164,
		caller_raw, caller_country, caller_place, first_time, started_at, answered_at, bridged_at, ended_at, duration_ms, ring_ms, talk_ms, qualified,
		hangup_by, sip_status, cause, reason, sip_call_id, record, last_seq) VALUES (${id(c.company)}, ${id(c.id)}, 'closed', '${c.result}',
		${id(c.number.id)}, '${c.number.e164}', ${c.origin.tracker ? 'NULL' : id(c.pool)}, ${id(c.flow)}, 1, ${id(c.destination)},
		'${c.withheld ? '' : c.caller}', '${c.withheld ? 'anonymous' : c.caller}', 'US', ${quote(c.withheld ? '' : c.place)}, ${c.first ? 1 : 0},
		${time(c.at)}, ${time(c.at + 800)}, ${time(bridged)}, ${time(end)}, ${c.length}, ${c.ring}, ${c.talk}, ${c.talk >= 60000 ? 1 : 0}, '${by}',
		${c.talk ? 200 : 480}, 16, ${quote(reason(c))}, '${c.id}@127.0.0.1', 'notice', 20);`;
}

function legsSql(c) {
	const end = c.at + c.length;
	const bridged = c.talk > 0 ? end - c.talk : 0;
	const leg = (seq, target, destination, began, ringing, answered) => `INSERT INTO call_leg (company_id, call_id, seq, destination_id, target, started_at,
		ringing_at, answered_at, ended_at, sip_status, hangup_by, codec, packets_in, packets_out, packets_lost, jitter_us, rtt_us) VALUES (${id(c.company)},
		${id(c.id)}, ${seq}, ${id(destination)}, '${target}', ${time(began)}, ${time(ringing)}, ${time(answered)}, ${time(end)}, ${answered ? 200 : 480},
		'caller', 'PCMU', ${answered ? Math.floor((end - answered) / 20) : 0}, ${answered ? Math.floor((end - answered) / 20) : 0}, ${seq}, ${280 + seq * 330}, 1200);`;
	return [
		leg(0, c.caller, null, c.at, 0, c.at + 800),
		...(c.ring ? [leg(1, '+14155550199', c.destination, c.at + 4000, c.at + 4200, bridged)] : []),
	];
}

function eventsSql(c) {
	const bridged = c.talk > 0 ? c.at + c.length - c.talk : 0;
	const list = [[c.at + 60, null, 'step', 'notice'], [c.at + 3900, null, 'notice', '']];
	if (c.ring) list.push([c.at + 4000, 1, 'dial', '+14155550199'], [c.at + 4200, 1, 'ringing', '']);
	if (bridged) list.push([bridged, 1, 'answered', ''], [bridged + 20, null, 'rec-start', '']);
	return list.map(([at, leg, kind, detail], seq) => `INSERT INTO call_event (company_id, call_id, seq, leg_seq, kind, detail, happened_at) VALUES
		(${id(c.company)}, ${id(c.id)}, ${seq + 1}, ${leg ?? 'NULL'}, '${kind}', '${detail}', ${time(at)});`);
}

/** Who speaks when: one byte a window and channel, 20 windows a second. */
export function makePeaks(ms, rnd) {
	const windows = Math.ceil(ms / 50);
	const bytes = Buffer.alloc(8 + windows * 2);
	let speaker = 1;
	let left = 20;

	bytes.set([1, 2, 0, 20]);
	bytes.writeUInt32BE(windows, 4);
	for (let i = 0; i < windows; i++) {
		if (left-- <= 0) {
			speaker = 1 - speaker;
			left = 10 + Math.floor(rnd() * 110);
		}
		const loud = left < 3 ? 4 : 18 + Math.floor((0.35 + 0.65 * Math.abs(Math.sin(i / 5.3))) * rnd() * 100);
		bytes[8 + i * 2 + speaker] = loud;
		bytes[8 + i * 2 + 1 - speaker] = Math.floor(rnd() * 4);
	}
	return bytes;
}

/** µ-law, stereo, 8 kHz: a quiet tone left, another right. */
export function makeWav(ms) {
	const frames = ms * 8;
	const data = Buffer.alloc(frames * 2);
	const head = Buffer.alloc(46);

	for (let i = 0; i < frames; i++) {
		data[i * 2] = i % 16 < 8 ? 0xb4 : 0x34;
		data[i * 2 + 1] = i % 20 < 10 ? 0xb8 : 0x38;
	}
	head.write('RIFF', 0);
	head.writeUInt32LE(38 + data.length, 4);
	head.write('WAVEfmt ', 8);
	head.writeUInt32LE(18, 16);
	[7, 2].forEach((v, i) => head.writeUInt16LE(v, 20 + i * 2));
	head.writeUInt32LE(8000, 24);
	head.writeUInt32LE(16000, 28);
	[2, 8, 0].forEach((v, i) => head.writeUInt16LE(v, 32 + i * 2));
	head.write('data', 38);
	head.writeUInt32LE(data.length, 42);
	return Buffer.concat([head, data]);
}

function recordingSql(c, recordings, rnd) {
	const path = `${typeid('com', c.company)}/${new Date(c.at).toISOString().slice(0, 10)}/${typeid('cal', c.id)}.wav`;

	if (recordings) {
		mkdirSync(dirname(join(recordings, path)), { recursive: true });
		writeFileSync(join(recordings, path), makeWav(Math.min(c.talk, 20000)));
	}
	return `INSERT INTO recording (company_id, id, call_id, state, path, started_at, duration_ms, size_bytes, peaks, created_at, ready_at) VALUES
		(${id(c.company)}, ${id(c.id)}, ${id(c.id)}, 'ready', ${quote(path)}, ${time(c.at)}, ${c.talk}, ${c.talk * 16},
		x'${makePeaks(c.talk, rnd).toString('hex')}', ${time(c.at)}, ${time(c.at)});`;
}

/** What the calls hang on, of the company called name. */
export function baseOf(stack, name = 'Bay City Plumbing') {
	const one = (sql) => stack.sqlOne(sql) ?? null;
	const company = one(`SELECT HEX(id) FROM company WHERE name = ${quote(name)}`);
	const of = (table) => one(`SELECT HEX(id) FROM ${table} WHERE company_id = x'${company}' LIMIT 1`);
	const [numberId, e164] = stack.sql(`SELECT HEX(number.id), e164 FROM number JOIN pool_number ON pool_number.number_id = number.id
		WHERE number.company_id = x'${company}' LIMIT 1`)[0];
	return { company, site: of('site'), pool: of('pool'), flow: of('flow'), destination: of('destination'), tracker: of('tracker'), number: { id: numberId, e164 } };
}

/** Fills the demonstration company; returns its calls, oldest first. */
export function seed(stack, { now = Date.now(), days = 60, perDay = 17, recordings = 12, offsetMs = -8 * 3600000 } = {}) {
	const rnd = dice();
	const calls = makeCalls(baseOf(stack), { now, days, perDay, offsetMs, rnd });
	const detailed = new Set(calls.slice(-40));
	const playable = new Set(calls.filter((c) => c.talk > 30000).slice(-recordings));
	const sql = ['SET NAMES utf8mb4; START TRANSACTION;'];

	for (const c of calls) {
		if (!c.origin.tracker && (detailed.has(c) || playable.has(c))) sql.push(...visitSql(c, rnd));
		sql.push(creditSql(c, rnd), callSql(c));
		if (detailed.has(c) || playable.has(c)) sql.push(...legsSql(c), ...eventsSql(c));
		if (playable.has(c)) sql.push(recordingSql(c, join(stack.dir, 'recordings'), rnd));
	}
	stack.sql([...sql, 'COMMIT;'].join('\n'));
	const made = spawnSync(join(build, 'ringtrace'), ['rollup', 'rebuild', '--days', String(days + 1), '-c', stack.conf], { encoding: 'utf8' });
	if (made.status !== 0) throw new Error(`rollup rebuild: ${made.stderr}`);
	return calls;
}

/** More companies of the same account, for the switcher. */
export function seedCompanies(stack, names) {
	const rnd = dice(11);
	stack.sql(names.map((name, i) => `INSERT INTO company (id, account_id, name, time_zone, country, currency, created_at)
		SELECT x'${uuid(Date.now() + i, rnd)}', id, ${quote(name)}, 'Europe/Berlin', 'DE', 'EUR', '2026-01-01' FROM account LIMIT 1;`).join('\n'));
}

/** A week of what the tag of the demonstration site said. The site's id. */
export function seedHealth(stack, { now = Date.now() } = {}) {
	const base = baseOf(stack);
	const site = stack.sqlOne(`SELECT HEX(id) FROM site WHERE company_id = x'${base.company}' LIMIT 1`);
	const sql = [];

	for (let i = 6; i >= 0; i--) {
		const at = Math.floor(now / 86400000 - i) * 86400000;
		sql.push(`INSERT INTO site_health (company_id, site_id, day_at, said_at, version, reports, without, found, swapped, late, twice,
			other_tag, url_changed, click_lost, refused, refused_origin) VALUES (${id(base.company)}, ${id(site)}, ${time(at)}, ${time(at + 1000)}, 2,
			${180 + i * 7}, ${20 + i}, ${900 + i * 30}, ${880 + i * 30}, ${i}, 0, 0, 6, 3, ${i === 2 ? 4 : 0}, '${i === 2 ? 'https://staging.baycityplumbing.example' : ''}')
			ON DUPLICATE KEY UPDATE reports = VALUES(reports);`);
	}
	// A second number, which stands nowhere.
	sql.push(`INSERT IGNORE INTO site_target (company_id, site_id, e164) VALUES (${id(base.company)}, ${id(site)}, '+15105550143');
		INSERT IGNORE INTO site_number_seen (company_id, site_id, day_at, e164, reports, pages, places)
			SELECT company_id, site_id, ${time(Math.floor(now / 86400000) * 86400000)}, e164, 1261, IF(e164 = '+15105550143', 0, 1120), IF(e164 = '+15105550143', 0, 4480)
			FROM site_target WHERE site_id = ${id(site)};`);
	// Looks at three pages: well, with a redirect that drops the click, not there.
	for (const [path, status, hops, end, targets, found, problem] of [['/', 200, 0, '/', 3, 0, ''], ['/ads/drain-cleaning?x=1', 200, 1, '/drain-cleaning', 2, 16, ''],
		['/old-landing-page', 0, 0, '/old-landing-page', 0, 1, 'Could not resolve host: www.baycityplumbing.example']])
		sql.push(`INSERT INTO site_page (company_id, site_id, url, checked_at, problem, status, hops, final_url, targets, tags, found) VALUES (${id(base.company)}, ${id(site)},
			'https://www.baycityplumbing.example${path}', ${time(now - 4 * 3600000)}, '${problem}', ${status}, ${hops}, 'https://www.baycityplumbing.example${end}', ${targets}, ${status ? 1 : 0}, ${found})
			ON DUPLICATE KEY UPDATE found = VALUES(found);`);
	sql.push(`UPDATE site SET seen_at = ${time(now - 40000)} WHERE id = ${id(site)};`);
	stack.sql(`SET NAMES utf8mb4; ${sql.join('\n')}`);
	return typeid('sit', site);
}

/** Forms of the demonstration site, each of a visit. */
export function seedForms(stack) {
	const { company } = baseOf(stack);
	const forms = [['Quote', 'Maria Delgado', 'maria.delgado@mail.example', '+15105550148', [['Service', 'Tankless water heater'], ['When', 'This week, mornings'], ['Message', 'The pilot light goes out every night.']]],
		['Call me back', 'T. Okafor', '', '+14155550131', [['Best time', 'after 17:00']]], ['Newsletter', '', 'j.lindqvist@mail.example', '', []],
		['Quote', 'Bayview Homeowners’ Association, maintenance committee', 'office@bayview-homeowners-association.example', '+16505550122', [['Service', 'Drain cleaning'], ['Units', '48']]]];
	const visits = stack.sql(`SELECT HEX(id), seen_at, source, medium, campaign, channel FROM visit WHERE company_id = x'${company}' AND source <> '' ORDER BY seen_at DESC LIMIT ${forms.length}`);
	const rnd = dice(23);
	stack.sql(`SET NAMES utf8mb4; ${visits.map(([visit, at, source, medium, campaign, channel], i) => {
		const [name, who, email, e164, fields] = forms[i];
		const key = uuid(Date.parse(`${at.replace(' ', 'T')}Z`), rnd);
		return `INSERT INTO interaction (company_id, id, kind, happened_at, attributed_by, visit_id, probability_bp, source, medium, campaign, channel) VALUES (x'${company}', x'${key}', 'form',
			'${at}', 'visit', x'${visit}', 10000, ${[source, medium, campaign, channel].map(quote).join(', ')});
			INSERT INTO form_entry (company_id, id, site_id, visit_id, submitted_at, form_name, page_url, fields, contact_name, contact_email, contact_e164) SELECT company_id, x'${key}', site_id, id, '${at}',
			${quote(name)}, 'https://www.baycityplumbing.example/contact', ${quote(JSON.stringify(fields))}, ${quote(who)}, ${quote(email)}, '${e164}' FROM visit WHERE company_id = x'${company}' AND id = x'${visit}';`;
	}).join('\n')}`);
}

/** Four weeks of the demonstration company's pool: busier every week, full at
 * last; and the leases of today, which hold and rest as visits do. */
export function seedPool(stack, { now = Date.now() } = {}) {
	const rnd = dice(17);
	const base = baseOf(stack);
	const numbers = stack.sql(`SELECT HEX(number_id) FROM pool_number WHERE company_id = x'${base.company}' AND pool_id = x'${base.pool}'`).map((r) => r[0]);
	const hour = Math.floor(now / 3600000) * 3600000;
	const sql = [];

	for (let i = 28 * 24; i > 0; i--) {
		const at = hour - i * 3600000;
		const day = (((at / 3600000) % 24) + 16) % 24; // of the Pacific coast
		const busy = day > 7 && day < 21 ? (1 - i / 28 / 24 / 1.5) * (0.6 + rnd() * 0.5) : 0.05;
		const peak = Math.min(numbers.length, Math.round(busy * numbers.length));
		const leases = Math.round(busy * numbers.length * 6);
		sql.push(`INSERT INTO pool_hour (company_id, pool_id, hour_at, leases, peak, held_s, numbers) VALUES (${id(base.company)}, ${id(base.pool)},
			${time(at)}, ${leases}, ${peak}, ${Math.round(leases * 240)}, ${numbers.length});`);
		for (const [kind, n] of [['leased', leases], ['extended', leases * 2], ['robot', Math.round(leases / 9)], ['overflow', peak === numbers.length ? 2 : 0], ['full', peak === numbers.length ? 2 : 0]])
			if (n > 0)
				sql.push(`INSERT INTO pool_count (company_id, pool_id, bucket_at, kind, amount) VALUES (${id(base.company)}, ${id(base.pool)}, ${time(at)}, '${kind}', ${n});`);
	}
	let running = 0; // of them in the hour that runs, which is counted from them
	for (let i = 0, at = now - 6 * 3600000; i < 300; i++, at += 60000 + rnd() * 20000) {
		running += at >= hour ? 1 : 0;
		sql.push(`INSERT INTO lease (company_id, id, pool_id, number_id, number_e164, visit_id, epoch, started_at, beat_at, expires_at) VALUES (${id(base.company)},
			${id(uuid(at, rnd))}, ${id(base.pool)}, ${id(numbers[i % numbers.length])}, '', ${id(uuid(at, rnd))}, 1, ${time(at)}, ${time(at + 20000)},
			${time(at + 60000 + rnd() * 240000)});`);
	}
	if (running > 0)
		sql.push(`INSERT INTO pool_count (company_id, pool_id, bucket_at, kind, amount) VALUES (${id(base.company)}, ${id(base.pool)}, ${time(hour)}, 'leased', ${running});`);
	stack.sql(`SET NAMES utf8mb4; START TRANSACTION; ${sql.join('\n')} COMMIT;`);
	return typeid('pol', base.pool);
}

/** Earlier visits of the people who called, and what was learnt last night. */
export function seedAttribution(stack) {
	const { company } = baseOf(stack);
	const law = [1, 3, 20000000, ...[4e13, 1e13, 1e12, 1e11, 1e10, 1e9], ...Array.from({ length: 64 }, (_, i) => Math.round(4e10 * 0.62 ** (i % 32)))];
	const calib = [[9, 212, 206], [8, 64, 52], [7, 38, 30], [6, 25, 15], [5, 12, 7], [4, 9, 3]];

	stack.sql(`INSERT INTO visit (company_id, id, site_id, visitor_id, started_at, seen_at, landing_url, landing_page, source, medium, campaign, channel)
		SELECT v.company_id, UNHEX(MD5(CONCAT(HEX(v.id), n.seq))), v.site_id, v.visitor_id, v.started_at - INTERVAL n.seq * 31 HOUR, v.started_at - INTERVAL n.seq * 31 HOUR,
		v.landing_url, v.landing_page, IF(n.seq = 1, 'google', 'facebook'), IF(n.seq = 1, 'organic', 'paid_social'), '', IF(n.seq = 1, 'organic_search', 'paid_social')
		FROM visit v JOIN (SELECT 1 AS seq UNION SELECT 2) n WHERE v.company_id = x'${company}' AND CRC32(v.id) % 3 <> n.seq;
		INSERT INTO attrib_law (company_id, version, law, calls, visits, stray_bp, from_at, to_at, fitted_at) VALUES (x'${company}', 3, '${law.join(' ')}', 371, 14210, 210,
		UTC_TIMESTAMP(6) - INTERVAL 90 DAY, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) - INTERVAL 7 HOUR);
		${calib.map(([bin, n, right]) => `INSERT INTO attrib_calib (company_id, version, bin, calls, confirmed, stated_bp) VALUES (x'${company}', 3, ${bin}, ${n}, ${right}, ${n * (bin * 1000 + 600)});`).join('\n')}`);
}
