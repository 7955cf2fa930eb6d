// The lease API through nginx, dni.fcgi and MySQL: bad input, limits, many
// clients at once, kill -9.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build, startStack, until } from '../support/stack.mjs';
import { hexOf } from '../support/dni.mjs';

const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36';
const OWN = '+14155550199', SOURCE = '+14155550113';

let stack, origin, next = 0;
// 200 at once, each on a connection of its own.
const agent = new http.Agent({ keepAlive: true, maxSockets: 400 });

/** An address nobody else used: nginx believes its own machine's header. */
const address = () => `10.${next >> 16 & 255}.${next >> 8 & 255}.${next++ & 255}`;

before(async () => {
	stack = await startStack({
		without: ['dashboard', 'jobd', 'sipworker'],
		args: ['--dni-rate', '100000'],
	});
	origin = stack.url;
}, { timeout: 120000 });

after(async () => {
	agent.destroy();
	await stack?.stop();
});

function post(path, body, headers = {}, method = 'POST') {
	return new Promise((resolve, reject) => {
		const req = http.request(new URL(path, stack.url), {
			method, agent,
			headers: {
				'user-agent': AGENT, origin, 'content-type': 'text/plain',
				'x-forwarded-for': address(), ...headers,
			},
		}, (res) => {
			let text = '';
			res.setEncoding('utf8').on('data', (d) => (text += d)).on('end', () => {
				let json = null;
				try {
					json = JSON.parse(text);
				} catch {
					// an answer that is no JSON
				}
				resolve({ status: res.statusCode, headers: res.headers, text, json });
			});
		});
		req.on('error', reject);
		req.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
	});
}

const ask = (more = {}, headers) => post('/dni/v1/visit',
	{ site: 'demo', url: `${origin}/demo/?utm_source=google&utm_medium=cpc`, ...more }, headers);
const counts = () => stack.sql('SELECT (SELECT count(*) FROM visit), (SELECT count(*) FROM lease), (SELECT count(*) FROM visitor)');
/** Changes the configuration, and waits until the server has read it. */
async function configure(sql) {
	stack.sql(`${sql}; UPDATE config_version SET version = version + 1`);
	const version = stack.sqlOne('SELECT version FROM config_version');
	await until('the server has seen it', () => stack.output.includes(`configuration version=${version} `));
}
const addNumbers = (n, from) => configure(`INSERT INTO number (company_id, id, e164, active_e164, kind, country, added_at)
		SELECT company_id, unhex(md5(concat('n', seq))), concat('+14155', 600000 + seq),
		concat('+14155', 600000 + seq), 'local', 'US', utc_timestamp(6) FROM pool, seq_${from}_to_${from + n - 1};
		INSERT INTO pool_number (company_id, pool_id, number_id, added_at)
		SELECT company_id, id, unhex(md5(concat('n', seq))), utc_timestamp(6) FROM pool, seq_${from}_to_${from + n - 1}`);

const bad = [
	['no JSON', 'hello', 400],
	['nothing', '', 400],
	['broken JSON', '{"site":"demo"', 400],
	['a list', '[]', 400],
	['a repeated member', '{"site":"demo","site":"x"}', 400],
	['no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 400],
	['NUL in text', '{"site":"demo","url":"http://a/\\u0000"}', 400],
	['nested deeply', `{"site":"demo","url":${'['.repeat(50)}${']'.repeat(50)}}`, 400],
	['no site', { url: 'http://a/' }, 400],
	['site of another type', { site: 5, url: 'http://a/' }, 400],
	['site too long', { site: 'x'.repeat(41), url: 'http://a/' }, 400],
	['unknown site', { site: 'nobody', url: 'http://a/' }, 404],
	['SQL for a site', { site: "' OR 1=1 -- ", url: 'http://a/' }, 404],
	['no url', { site: 'demo' }, 400],
	['url is a script', { site: 'demo', url: 'javascript:alert(1)' }, 400],
	['url of a file', { site: 'demo', url: 'file:///etc/passwd' }, 400],
	['url with a blank', { site: 'demo', url: 'http://a/b c' }, 400],
	['url too long', { site: 'demo', url: 'http://a/' + 'x'.repeat(2048) }, 400],
	['url with a name in it', { site: 'demo', url: 'http://me:pw@a/' }, 400],
	['consent of another word', { site: 'demo', url: 'http://a/', consent: 'maybe' }, 400],
	['hidden of another type', { site: 'demo', url: 'http://a/', hidden: 'no' }, 400],
	['targets no numbers', { site: 'demo', url: 'http://a/', targets: ['x'] }, 400],
	['too many targets', { site: 'demo', url: 'http://a/', targets: Array(21).fill(OWN) }, 400],
	['body too large', { site: 'demo', url: 'http://a/', title: 'x'.repeat(13000) }, 413],
];

test('the tag was seen: stored for the site, and once a minute', async () => {
	const seen = () => stack.sqlOne("SELECT COALESCE(seen_at, '') FROM site WHERE public_key = 'demo'");
	assert.equal((await ask()).status, 200);
	await until('it is stored', () => seen() !== '');
	const first = seen();
	const conf = Number(stack.sqlOne('SELECT version FROM config_version')) + 1;
	assert.equal((await ask()).status, 200);
	// A new configuration knows what the old one knew: nothing is stored early.
	stack.sql('UPDATE config_version SET version = version + 1');
	await until('the configuration is read', () => stack.output.includes(`configuration version=${conf} `));
	assert.equal((await ask()).status, 200);
	assert.equal(seen(), first);
	assert.equal(Number(stack.sqlOne('SELECT version FROM config_version')), conf);
});

test('bad input: the right status and a reason, and nothing is stored', async () => {
	const was = counts();
	for (const [why, body, status] of bad) {
		const res = await post('/dni/v1/visit', body);
		assert.equal(res.status, status, `${why}: ${res.status} ${res.text}`);
		assert.equal(res.headers['content-type'], 'application/problem+json', why);
		assert.ok(res.json.detail ?? res.json.title, why);
	}
	for (const [path, body, status] of [
		['/dni/v1/beat', { site: 'demo' }, 400],
		['/dni/v1/beat', { site: 'demo', visit: 'vis_nonsense' }, 400],
		['/dni/v1/beat', { site: 'demo', visit: 'vis_01h455vb4pex5vsknk084sn02q', engaged_s: -1 }, 400],
		['/dni/v1/beat', { site: 'demo', visit: 'vis_01h455vb4pex5vsknk084sn02q', engaged_s: 1e9 }, 400],
		['/dni/v1/beat', { site: 'demo', visit: 'vis_01h455vb4pex5vsknk084sn02q', used: 1 }, 400],
		['/dni/v1/beat', { site: 'demo', visit: 'vis_01h455vb4pex5vsknk084sn02q', hidden: 'no' }, 400],
		['/dni/v1/event', { site: 'demo', visit: 'vis_01h455vb4pex5vsknk084sn02q', kind: 'about', used: 'yes' }, 400],
		['/dni/v1/beat', { site: 'nobody', visit: 'vis_01h455vb4pex5vsknk084sn02q' }, 404],
		['/dni/v1/event', { site: 'demo', kind: 'tel_click' }, 400],
		['/dni/v1/event', { site: 'demo', visit: 'vis_01h455vb4pex5vsknk084sn02q', kind: 'DROP' }, 400],
		['/dni/v1/event', { site: 'demo', visit: 'vis_01h455vb4pex5vsknk084sn02q', kind: 'view' }, 400],
		['/dni/v1/nothing', {}, 404],
	])
		assert.equal((await post(path, body)).status, status, `${path} ${JSON.stringify(body)}`);
	for (const path of ['/dni/v1/visit', '/dni/v1/beat', '/dni/v1/event']) {
		for (const method of ['GET', 'PUT', 'DELETE', 'PATCH'])
			assert.equal((await post(path, '', {}, method)).status, 405, `${method} ${path}`);
		for (const [why, body, status] of bad.filter(([, body]) => typeof body === 'string' || Buffer.isBuffer(body)))
			assert.equal((await post(path, body)).status, status, `${path}: ${why}`);
		const most = path === '/dni/v1/event' ? 65536 : 12288; // forms are long
		assert.equal((await post(path, { site: 'demo', x: 'y'.repeat(most) })).status, 413, path);
		assert.equal((await post(path, 'x'.repeat(2 * most))).status, 413, `${path}: nginx`);
	}
	assert.deepEqual(counts(), was);
});

test('only the site’s own origins get a number', async () => {
	const was = counts();
	for (const from of ['https://evil.example', 'null', `${origin}.evil.example`])
		assert.equal((await ask({}, { origin: from })).status, 403, from);
	// Browsers send one with every POST: without it the page has to be named.
	for (const headers of [{ origin: '' }, { origin: '', referer: 'https://evil.example/' }, { origin: '', referer: `${origin}.evil.example/` }, { origin: '', referer: 'x' }])
		assert.equal((await ask({}, headers)).status, 403, JSON.stringify(headers));
	// A page of another site, named by somebody who says that he is on this one.
	for (const url of ['https://evil.example/?gclid=x', `${origin.replace('http', 'https')}/`, `http://${new URL(origin).hostname}:8081/demo/`, `http://${new URL(origin).host.replace(':', '.evil.example:')}/`])
		assert.equal((await ask({ url })).status, 403, url);
	assert.deepEqual(counts(), was);
	assert.equal((await ask()).headers['access-control-allow-origin'], '*');
	const { json } = await ask({}, { origin: '', referer: `${origin}/demo/?x=https://evil.example` });
	assert.equal(json.tier, 'lease');
	// A beacon of a page that tells no referrer has the origin "null"; what it tells
	// of a visit counts, a visit it does not begin.
	const clicks = () => stack.sqlOne('SELECT count(*) FROM visit_event');
	const before = Number(clicks());
	const tell = (from) => post('/dni/v1/event', { site: 'demo', visitor: json.visitor, visit: json.visit, kind: 'tel_click' }, { origin: from });
	assert.deepEqual([(await tell('null')).status, (await tell('')).status, (await tell('https://evil.example')).status], [204, 403, 403]);
	await until('it is stored', () => Number(clicks()) === before + 1);
	await post('/dni/v1/event', { site: 'demo', ...json, kind: 'consent_withdrawn' });
});

test('a visitor nobody gave out is a new one', async () => {
	const { json } = await ask();
	const [, tail] = json.visitor.split('_');
	const bent = `vtr_${tail.slice(0, 8)}${tail[8] === 'a' ? 'b' : 'a'}${tail.slice(9)}`;
	for (const visitor of ['vtr_01h455vb4pex5vsknk084sn02q', bent]) {
		const other = (await ask({ visitor })).json;
		assert.match(other.visitor, /^vtr_/);
		assert.ok(other.visitor !== visitor && other.visitor !== json.visitor);
		await post('/dni/v1/event', { site: 'demo', ...other, kind: 'consent_withdrawn' });
	}
	// Our own goes on, in another visit too.
	assert.equal((await ask({ visitor: json.visitor })).json.visitor, json.visitor);
	await post('/dni/v1/event', { site: 'demo', ...json, kind: 'consent_withdrawn' });
});

test('a damaged cookie costs nobody the number', async () => {
	for (const more of [{ visitor: 'vtr_x', visit: '' }, { visitor: '../../etc', visit: 'vis_01h455vb4pex5vsknk084sn02q' }]) {
		const { json } = await ask(more);
		assert.equal(json.tier, 'lease');
		assert.match(json.visit, /^vis_/);
		await post('/dni/v1/event', { site: 'demo', ...json, kind: 'consent_withdrawn' });
	}
});

test('robots, hidden tabs and those who said no take nothing', async () => {
	const was = counts();
	for (const ua of ['Googlebot/2.1', 'Mozilla/5.0 HeadlessChrome/140', 'curl/8.0', ''])
		assert.equal((await ask({}, { 'user-agent': ua })).json.why, 'robot', ua);
	assert.equal((await ask({ hidden: true })).json.why, 'hidden');
	const { json } = await ask({ consent: 'no' });
	assert.deepEqual([json.tier, json.why, json.visitor, json.swap[0].to.e164], ['source', 'consent', undefined, SOURCE]);
	assert.deepEqual(counts(), was);
});

test('200 clients at once: each is answered, no number has two holders', async () => {
	await addNumbers(250, 1);
	const all = await Promise.all(Array.from({ length: 200 }, () => ask()));
	const leased = all.map((r) => r.json).filter((j) => j?.tier === 'lease');
	assert.equal(leased.length, 200, all.find((r) => r.json?.tier !== 'lease')?.text);
	assert.equal(new Set(leased.map((j) => j.swap[0].to.e164)).size, 200);
	// What was answered is stored.
	const stored = new Set(stack.sql('SELECT number_e164 FROM lease').map(([n]) => n));
	for (const j of leased) assert.ok(stored.has(j.swap[0].to.e164));
	// The same visitor ten times at once has one number and one visit's lease.
	const [{ visitor, visit }] = leased;
	const again = await Promise.all(Array.from({ length: 10 }, () => ask({ visitor, visit })));
	assert.deepEqual([...new Set(again.map((r) => r.json.swap[0].to.e164))], [leased[0].swap[0].to.e164]);
});

test('numbers that leave and come back while visitors ask are given to one at a time', async () => {
	const version = () => stack.sqlOne('SELECT version FROM config_version');
	const changed = () => until('the server has seen it', () => stack.output.includes(`configuration version=${version()} `));
	await addNumbers(200, 9001);
	const mine = (await ask()).json;
	assert.equal(mine.tier, 'lease');
	const own = mine.swap[0].to.e164;
	// All numbers leave, the held one too; its holder keeps it.
	stack.sql(`CREATE TABLE gone AS SELECT * FROM pool_number; DELETE FROM pool_number;
		UPDATE config_version SET version = version + 1`);
	await changed();
	await until('none is left', async () => (await ask()).json.tier !== 'lease');
	const { visitor, visit } = mine;
	assert.equal((await ask({ visitor, visit })).json.swap[0].to.e164, own);
	const was = Number(stack.sqlOne('SELECT count(*) FROM lease'));
	// They come back while 40 at a time ask.
	const given = [];
	const storm = Promise.all(Array.from({ length: 40 }, async () => {
		// No more than the tests below can spare; a deadline for a pool that stays empty.
		for (const end = Date.now() + 20000; given.length < 20 && Date.now() < end;) {
			const { json } = await ask();
			if (json?.tier === 'lease') given.push(json.swap[0].to.e164);
		}
	}));
	stack.sql('INSERT INTO pool_number SELECT * FROM gone; UPDATE config_version SET version = version + 1');
	await changed();
	await storm;
	assert.ok(given.length >= 20);
	assert.equal(new Set(given).size, given.length);
	assert.ok(!given.includes(own));
	assert.equal(Number(stack.sqlOne('SELECT count(*) FROM lease')) - was, given.length);
	assert.equal((await ask({ visitor, visit })).json.swap[0].to.e164, own);
	assert.equal(stack.sqlOne(`SELECT count(*) FROM lease a JOIN lease b ON b.number_id = a.number_id AND b.id > a.id
		AND b.started_at < LEAST(a.expires_at, COALESCE(a.released_at, a.expires_at))
		AND a.started_at < LEAST(b.expires_at, COALESCE(b.released_at, b.expires_at))`), '0');
	stack.sql('DROP TABLE gone');
});

/** Ends the server; the supervisor starts another. What `meanwhile` gave. */
async function another(signal, meanwhile = async () => undefined) {
	const pid = stack.pidOf('dni.fcgi');
	const given = meanwhile();
	process.kill(pid, signal);
	const got = await given;
	await until('it is back', async () => {
		const now = stack.pidOf('dni.fcgi');
		return now && now !== pid && (await ask({ consent: 'no' }).catch(() => null))?.status === 200;
	});
	return got;
}

test('told to end, and kill -9: who had a number keeps it, and nobody else gets it', async () => {
	const holders = (await Promise.all(Array.from({ length: 30 }, () => ask()))).map((r) => r.json)
		.filter((j) => j.tier === 'lease');
	assert.ok(holders.length >= 20);
	const answered = [];
	for (const signal of ['SIGTERM', 'SIGKILL']) {
		// Clients keep asking while it dies.
		const storm = await another(signal, () => Promise.all(Array.from({ length: 20 }, () => ask().catch(() => null))));
		answered.push(...storm.filter((r) => r?.json?.tier === 'lease').map((r) => r.json));
		for (const j of holders) {
			const { json } = await ask({ visitor: j.visitor, visit: j.visit });
			assert.equal(json.swap[0].to.e164, j.swap[0].to.e164);
			assert.equal(json.visit, j.visit); // the visit goes on
		}
	}
	const fresh = (await Promise.all(Array.from({ length: 20 }, () => ask()))).map((r) => r.json)
		.filter((j) => j.tier === 'lease').map((j) => j.swap[0].to.e164);
	const held = [...holders, ...answered].map((j) => j.swap[0].to.e164);
	for (const n of fresh) assert.ok(!held.includes(n), n);
	// In the history too: no two leases of one number overlap.
	assert.deepEqual(stack.sql(`SELECT a.number_e164 FROM lease a JOIN lease b
		ON b.company_id = a.company_id AND b.number_id = a.number_id AND b.id > a.id
		WHERE b.started_at < least(a.expires_at, coalesce(a.released_at, a.expires_at))`), []);
});

test('an empty pool: source-level number, counted, and back when one is free', async () => {
	const holders = [];
	for (;;) {
		const { json } = await ask();
		if (json.tier !== 'lease') {
			assert.deepEqual([json.tier, json.why, json.swap[0].to.e164], ['source', 'pool', SOURCE]);
			assert.match(json.visit, /^vis_/); // the visit is known all the same
			break;
		}
		holders.push(json);
		assert.ok(holders.length < 400);
	}
	await until('it is counted', () => Number(stack.sqlOne(
		"SELECT sum(amount) FROM pool_count WHERE kind = 'source'")) > 0);
	stack.sql("UPDATE tracker SET archived_at = utc_timestamp(6) WHERE match_kind = 'always'; UPDATE config_version SET version = version + 1");
	await until('the overflow number is used', async () => {
		const { json } = await ask();
		return json.tier === 'overflow' && json.swap[0].to.e164 === '+14155550109';
	});
	stack.sql("UPDATE tracker SET archived_at = NULL WHERE match_kind = 'always'; UPDATE config_version SET version = version + 1");
	const [one] = holders;
	assert.equal((await post('/dni/v1/event', { site: 'demo', visitor: one.visitor, visit: one.visit, kind: 'consent_withdrawn' })).status, 204);
	const { json } = await ask();
	assert.deepEqual([json.tier, json.swap[0].to.e164], ['lease', one.swap[0].to.e164]);
});

test('a beat goes on with the lease; a visit nobody knows is gone', async () => {
	await addNumbers(50, 1001);
	const { json } = await ask();
	assert.equal(json.tier, 'lease');
	const beat = await post('/dni/v1/beat', { site: 'demo', visitor: json.visitor, visit: json.visit, engaged_s: 55 });
	assert.deepEqual([beat.status, beat.json.tier, beat.json.swap[0].to.e164], [200, 'lease', json.swap[0].to.e164]);
	await until('it is stored', () => stack.sqlOne(`SELECT count(*) FROM visit v JOIN lease l
		ON l.company_id = v.company_id AND l.visit_id = v.id
		WHERE v.engaged_s = 55 AND l.beat_at > l.started_at AND l.number_e164 = '${json.swap[0].to.e164}'`) === '1');
	const other = await post('/dni/v1/beat', { site: 'demo', visit: 'vis_01h455vb4pex5vsknk084sn02q' });
	assert.equal(other.json.tier, 'gone');
});

test("a visit's id without its visitor moves nothing", async () => {
	const mine = (await ask()).json, other = (await ask()).json;
	const state = () => JSON.stringify(stack.sql(`SELECT v.engaged_s, v.tel_clicked_at, v.page_views, l.beat_at, l.expires_at, l.released_at,
		(SELECT count(*) FROM visit_event e WHERE e.visit_id = v.id), (SELECT count(*) FROM page_view p WHERE p.visit_id = v.id)
		FROM visit v JOIN lease l ON l.company_id = v.company_id AND l.visit_id = v.id WHERE v.id = unhex('${hexOf(mine.visit)}')`));
	const before = state();
	assert.match(before, /\d{4}/);
	for (const who of [{}, { visitor: other.visitor }]) {
		const beat = await post('/dni/v1/beat', { site: 'demo', visit: mine.visit, engaged_s: 20, ...who });
		assert.deepEqual([beat.status, beat.json.tier, beat.json.swap ?? []], [200, 'gone', []], beat.text);
		for (const more of [{ kind: 'tel_click' }, { kind: 'view', url: `${origin}/demo/` }, { kind: 'custom', name: 'x' }, { kind: 'consent_withdrawn' }])
			assert.equal((await post('/dni/v1/event', { site: 'demo', visit: mine.visit, ...more, ...who })).status, 204);
	}
	// Their own beat is written after whatever those would have been.
	const last = await post('/dni/v1/beat', { site: 'demo', visitor: other.visitor, visit: other.visit, engaged_s: 31 });
	assert.equal(last.json.tier, 'lease');
	await until('a later one is stored', () => stack.sqlOne('SELECT count(*) FROM visit WHERE engaged_s = 31') === '1');
	assert.equal(state(), before);
});

test('nobody is on a page for longer than the visit lasts', async () => {
	const { json } = await ask();
	for (let i = 0; i < 3; i++) await post('/dni/v1/beat', { site: 'demo', visitor: json.visitor, visit: json.visit, engaged_s: 3600 });
	const stored = () => Number(stack.sqlOne(`SELECT engaged_s FROM visit WHERE id = unhex('${hexOf(json.visit)}')`));
	await until('it is stored', () => stored() > 0);
	assert.ok(stored() < 120, `${stored()} s in a visit of a moment`);
});

test('a new paid click begins a new visit with the same number', async () => {
	const first = (await ask({ url: `${origin}/demo/?gclid=one` })).json;
	const more = { visitor: first.visitor, visit: first.visit };
	const same = (await ask({ url: `${origin}/demo/?gclid=one`, ...more })).json;
	const page = (await ask({ url: `${origin}/demo/prices`, ref: `${origin}/demo/?gclid=one`, ...more })).json;
	const second = (await ask({ url: `${origin}/demo/?gclid=two`, title: 'Second', ...more })).json;
	assert.equal(same.visit, first.visit);
	assert.equal(page.visit, first.visit);
	assert.notEqual(second.visit, first.visit);
	assert.equal(second.visitor, first.visitor);
	assert.equal(second.swap[0].to.e164, first.swap[0].to.e164);
	// One lease for each visit, the first ended where the second began.
	assert.deepEqual(stack.sql(`SELECT v.gclid, l.released_at IS NOT NULL FROM lease l JOIN visit v
		ON v.company_id = l.company_id AND v.id = l.visit_id WHERE v.gclid IN ('one', 'two') ORDER BY l.started_at`),
	[['one', '1'], ['two', '0']]);
	// Its first page is the visit's own row.
	await until('the pages are stored', () => stack.sqlOne(`SELECT GROUP_CONCAT(SUBSTRING_INDEX(p.url, '/demo/', -1) ORDER BY p.viewed_at)
		FROM visit v JOIN page_view p ON p.company_id = v.company_id AND p.visit_id = v.id WHERE v.gclid = 'one'`) === '?gclid=one,prices');
	assert.deepEqual(stack.sql(`SELECT landing_title, page_views, (SELECT COUNT(*) FROM page_view p WHERE p.company_id = v.company_id AND p.visit_id = v.id)
		FROM visit v WHERE v.gclid = 'two'`), [['Second', '1', '0']]);
});

test('a server asks for its visitor with the site’s secret only', async () => {
	await addNumbers(20, 3001);
	const more = { url: `${origin}/demo/?gclid=fromserver`, ip: '198.51.100.7', ua: AGENT, site: 'demo' };
	const allocate = (auth, body = more) => post('/dni/v1/allocate', body, { 'user-agent': 'curl/8', origin: '', ...(auth ? { authorization: auth } : {}) });
	const secret = 'A'.repeat(43);
	for (const auth of [undefined, 'Bearer', 'Bearer x', `Basic ${secret}`, `Bearer ${secret}`])
		assert.equal((await allocate(auth)).status, 401, auth);
	stack.sql(`UPDATE site SET server_token_hash = UNHEX(SHA2('${secret}', 256)); UPDATE config_version SET version = version + 1`);
	const version = stack.sqlOne('SELECT version FROM config_version');
	await until('the server has seen it', () => stack.output.includes(`configuration version=${version} `));
	const { json } = await allocate(`Bearer ${secret}`);
	assert.equal(json.tier, 'lease');
	const again = (await allocate(`Bearer ${secret}`, { ...more, visitor: json.visitor, visit: json.visit })).json;
	assert.equal(again.swap[0].to.e164, json.swap[0].to.e164);
	assert.equal((await allocate(`Bearer ${secret}`, { ...more, ua: 'Googlebot' })).json.why, 'robot');
	assert.equal((await allocate(`Bearer ${secret}`, { ...more, ip: '' })).status, 400);
	assert.equal((await allocate(`Bearer ${secret}x`)).status, 401);
	await until('the visit is stored', () => stack.sqlOne("SELECT count(*) FROM visit WHERE gclid = 'fromserver'") === '1');
});

test('the operator’s check of a page, and the verbs of a site', () => {
	const site = (verb, ...args) => spawnSync(join(build, 'ringtrace'), ['site', verb, '-c', stack.conf, '--key', 'demo', ...args], { encoding: 'utf8' });
	const page = site('check', '--url', `${stack.url}/demo/`);
	assert.equal(page.status, 0, page.stderr);
	assert.match(page.stdout, /answer 200[^]*tag: here\n[^]*swapped: [1-9]/);
	assert.match(site('check', '--url', `${stack.url}/demo`).stdout, /1 redirect, to [^]*drop the click id[^]*answer 200[^]*tag: here\n/);
	assert.notEqual(site('check', '--url', 'file:///etc/passwd').status, 0);
	assert.notEqual(site('check', '--url', 'http://127.0.0.1:1/').status, 0);
	assert.notEqual(site('map', '--param', 'kw', '--field', 'no_such').status, 0);
	assert.equal(site('map', '--param', 'kw', '--field', 'utm_term').status, 0);
	assert.equal(stack.sqlOne('SELECT field FROM site_param'), 'utm_term');
	assert.equal(site('map', '--param', 'kw').status, 0);
	assert.match(site('token').stdout, /^[A-Za-z0-9_-]{43}\n$/);
	stack.sql('UPDATE site SET server_token_hash = NULL; UPDATE config_version SET version = version + 1');
});

test('forged, foreign and replayed: others are unharmed, nothing unchecked is stored', async () => {
	await addNumbers(20, 4001);
	const a = (await ask({ url: `${origin}/demo/?gclid=victim` })).json;
	const b = (await ask()).json;
	assert.deepEqual([a.tier, b.tier], ['lease', 'lease']);
	const as = (visitor, more, path = 'event') => post(`/dni/v1/${path}`, { site: 'demo', visitor, visit: a.visit, ...more });
	// Another visitor's id with this visit, ids nobody has: nothing happens to it.
	for (const visitor of [b.visitor, 'vtr_01h455vb4pex5vsknk084sn02q']) {
		assert.equal((await as(visitor, { kind: 'consent_withdrawn' })).status, 204);
		assert.equal((await as(visitor, { kind: 'tel_click' })).status, 204);
		assert.equal((await as(visitor, { engaged_s: 3600 }, 'beat')).json.tier, 'gone');
	}
	assert.equal((await ask({ visitor: a.visitor, visit: a.visit, url: `${origin}/demo/?gclid=victim` })).json.swap[0].to.e164, a.swap[0].to.e164);
	assert.equal(stack.sqlOne(`SELECT count(*) FROM visit v JOIN visit_event e ON e.visit_id = v.id WHERE v.gclid = 'victim'`), '0');
	// Texts of any size and kind.
	assert.equal((await ask({ ref: 'https://a.example/' + 'x'.repeat(1 << 20) })).status, 413);
	assert.equal((await ask({ ref: 'https://a.example/' + 'x'.repeat(9000), title: '\u{1F600}'.repeat(500) })).status, 200);
	assert.equal((await post('/dni/v1/visit', Buffer.concat([Buffer.from('{"site":"demo","url":"http://a/","title":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]))).status, 400);
	for (const [why, more] of [['fields no list', { fields: 'x' }], ['no pairs', { fields: [['x']] }], ['numbers', { fields: [['x', 5]] }], ['none', { fields: [] }],
		['too many', { fields: Array(41).fill(['a', 'b']) }], ['only secrets', { fields: [['password', 'x'], ['n', '4111 1111 1111 1111']] }]])
		assert.equal((await as(a.visitor, { kind: 'form', url: `${origin}/demo/`, ...more })).status, 400, why);
	assert.equal((await as(a.visitor, { kind: 'about', found: -1 })).status, 400);
	assert.equal((await as(a.visitor, { kind: 'custom' })).status, 400);
	// A form that is sent again and again is one form; its secrets are gone.
	const form = { kind: 'form', url: `${origin}/demo/`, form: '"><script>', fields: [['name', "Robert'); DROP TABLE visit; --"], ['cvv', '123'], ['x\u{1F600}'.repeat(90), 'y'.repeat(5000)]] };
	// One that is kept nowhere is not said to be: of another visitor's visit, of none, of one that has said too much.
	for (const [visitor, more] of [[b.visitor, {}], ['vtr_01h455vb4pex5vsknk084sn02q', {}], [b.visitor, { visit: 'vis_01h455vb4pex5vsknk084sn02q' }]]) {
		const res = await as(visitor, { ...form, ...more });
		assert.deepEqual([res.status, res.json.title], [404, 'Not found']);
		assert.match(res.json.detail, /the form was not kept/);
	}
	for (let i = 0; i < 20; i++) assert.equal((await as(a.visitor, form)).status, 204);
	await until('it is stored', () => stack.sqlOne('SELECT count(*) FROM form_entry') === '1');
	const [[name, fields]] = stack.sql('SELECT form_name, fields FROM form_entry');
	assert.equal(name, '"><script>');
	assert.ok(!/cvv|123/.test(fields));
	assert.ok(Buffer.byteLength(JSON.parse(fields)[1][0]) <= 100);
	// Longer than a field may be: cut, and marked.
	assert.equal(JSON.parse(fields)[1][1], `${'y'.repeat(3997)}…`);
	// A long form in a script of three bytes a letter is kept whole; a body may be 64 kB.
	const told = async (more) => {
		stack.sql('DELETE FROM form_entry');
		assert.equal((await as(a.visitor, { ...form, fields: more })).status, 204);
		await until('it is stored', () => stack.sqlOne('SELECT count(*) FROM form_entry') === '1');
		return JSON.parse(stack.sqlOne('SELECT fields FROM form_entry'));
	};
	assert.deepEqual(await told([['message', 'my card: 4111 1111 1111 1111, 12/27']]), [['message', 'my card: **** **** **** 1111, 12/27']]);
	// A number that is nobody's is kept as it was typed, and joins nobody with anybody.
	for (const [phone, people] of [['(555) 555-5555', '0'], ['(212) 555-0133', '1']]) {
		assert.deepEqual(await told([['phone', phone]]), [['phone', phone]]);
		assert.equal(stack.sqlOne(`SELECT CONCAT(contact_e164, ' ', (SELECT COUNT(*) FROM person_caller)) FROM form_entry`), `+1${phone.replace(/\D/g, '')} ${people}`);
	}
	// Nor is a card's kept as a part of an address, as by a form that is sent by GET.
	stack.sql('DELETE FROM form_entry');
	assert.equal((await as(a.visitor, { ...form, form: 'pay 4111 1111 1111 1111', url: `${origin}/demo/?n=4111%201111%201111%201111&cvv=123&q=1`, ref: `${origin}/?n=4111111111111111` })).status, 204);
	await until('it is stored', () => stack.sqlOne('SELECT CONCAT(form_name, page_url) FROM form_entry') === `pay **** **** **** 1111${origin}/demo/?n=****%20****%20****%201111&cvv=***&q=1`);
	const much = Array.from({ length: 16 }, (_, i) => [`frage${i}`, '漏'.repeat(1200)]);
	assert.deepEqual(await told(much), much);
	// What takes more room when it is stored is cut to what there is, not lost.
	const angles = await told(Array.from({ length: 16 }, (_, i) => [`f${i}`, '<'.repeat(3900)]));
	assert.ok(angles.length >= 3 && angles[0][1] === '<'.repeat(3900) && angles.at(-1)[1].endsWith('<…'));
	assert.equal((await as(a.visitor, { ...form, fields: [['x', 'y'.repeat(65536)]] })).status, 413);
	assert.equal((await as(a.visitor, { kind: 'custom', name: 'x', detail: 'y'.repeat(20000) })).status, 400, 'only forms are long');
	// A card's number is nobody's name of an event.
	assert.equal((await as(a.visitor, { kind: 'custom', name: 'paid 4111 1111 1111 1111', detail: '4111-1111-1111-1111 ok' })).status, 204);
	await until('it is stored', () => stack.sqlOne("SELECT detail FROM visit_event WHERE name = 'paid **** **** **** 1111'") === '****-****-****-1111 ok');
	// Beyond the limit of a visit events are forgotten.
	await Promise.all(Array.from({ length: 250 }, () => as(a.visitor, { kind: 'custom', name: 'storm' })));
	await until('they are stored', () => Number(stack.sqlOne("SELECT count(*) FROM visit_event WHERE name = 'storm'")) > 100);
	assert.ok(Number(stack.sqlOne("SELECT count(*) FROM visit_event WHERE name = 'storm'")) <= 200);
});

test('one address takes at most half of a pool', async () => {
	const only = (n) => configure(`DELETE FROM pool_number; INSERT INTO pool_number SELECT * FROM half ORDER BY added_at DESC, number_id LIMIT ${n}`);
	stack.sql('CREATE TABLE half AS SELECT * FROM pool_number');
	await only(10);
	stack.sql('UPDATE lease SET released_at = started_at WHERE released_at IS NULL');
	await another('SIGTERM'); // it reads the pool anew, all of it free
	const from = { 'x-forwarded-for': '192.0.2.99' };
	const floods = () => Number(stack.sqlOne("SELECT COALESCE(sum(amount), 0) FROM pool_count WHERE kind = 'flood'"));
	const was = floods(), answers = [];
	for (let i = 0; i < 12; i++) answers.push((await ask({}, from)).json);
	const leased = answers.filter((a) => a.tier === 'lease').length;
	assert.equal(leased, 5, answers.map((a) => a.tier).join());
	// The pool is not full, and nobody says so.
	assert.ok(answers.every((a) => a.tier === 'lease' || a.why === 'flood'));
	await until('all are counted', () => floods() - was >= 12 - leased);
	assert.equal((await ask()).json.tier, 'lease');
	// However long it asks, and though it keeps what it was given.
	const lease = (s) => configure(`UPDATE pool SET lease_s = ${s}`);
	const pages = answers.filter((a) => a.tier === 'lease');
	await lease(3);
	for (const end = Date.now() + 6000; Date.now() < end;) {
		const began = Date.now(), shown = new Set();
		const { json } = await ask({}, from);
		if (json.tier === 'lease') pages.push(json);
		for (const { visitor, visit } of pages) {
			const told = (await post('/dni/v1/beat', { site: 'demo', visitor, visit, engaged_s: 1 }, from)).json;
			if (told.tier === 'lease') shown.add(told.swap[0].to.e164);
		}
		if (Date.now() - began < 3000) assert.ok(shown.size <= 5, [...shown].join());
	}
	assert.equal((await ask()).json.tier, 'lease');
	await lease(180);
	// Nor one customer with many /64 more than three quarters. (What ended just
	// now counts as held for a while after a start.)
	stack.sql('UPDATE lease SET started_at = started_at - INTERVAL 1 HOUR, released_at = started_at WHERE released_at IS NULL');
	await another('SIGTERM');
	// Numbers that came and went are no part of it.
	await only(1000);
	await only(10);
	const many = [];
	for (let i = 0; i < 16; i++) many.push((await ask({}, { 'x-forwarded-for': `2001:db8:7:${i}::1` })).json);
	const of_net = many.filter((a) => a.tier === 'lease').length;
	assert.equal(of_net, 7, many.map((a) => a.tier).join());
	assert.ok(many.every((a) => a.tier === 'lease' || a.why === 'flood'));
	assert.equal((await ask({}, { 'x-forwarded-for': '2001:db8:8::1' })).json.tier, 'lease');
	stack.sql('DELETE FROM pool_number; INSERT INTO pool_number SELECT * FROM half; DROP TABLE half; UPDATE config_version SET version = version + 1');
});

test('what an empty pool shows is the pool’s choice', async () => {
	const policy = (word) => configure(`UPDATE pool SET overflow_policy = '${word}'`);
	stack.sql('CREATE TABLE gone AS SELECT * FROM pool_number; DELETE FROM pool_number; UPDATE config_version SET version = version + 1');
	await until('none is left', async () => (await ask()).json.tier !== 'lease');
	const full = () => Number(stack.sqlOne("SELECT COALESCE(sum(amount), 0) FROM pool_count WHERE kind = 'full'"));
	const was = full();
	await policy('source');
	assert.deepEqual((({ tier, swap }) => [tier, swap[0].to.e164])((await ask()).json), ['source', SOURCE]);
	await policy('overflow');
	assert.deepEqual((({ tier, swap }) => [tier, swap[0].to.e164])((await ask()).json), ['overflow', '+14155550109']);
	await policy('own');
	const { json } = await ask();
	assert.deepEqual([json.tier, json.why, json.swap], ['none', 'pool', []]);
	await until('each case is counted', () => full() >= was + 3);
	await policy('source');
	stack.sql('INSERT INTO pool_number SELECT * FROM gone; DROP TABLE gone; UPDATE config_version SET version = version + 1');
});

test('a flood from one address takes no numbers', async () => {
	await addNumbers(600, 2001);
	const from = { 'x-forwarded-for': '192.0.2.77' };
	const began = Date.now();
	let leased = 0, last;
	for (let i = 0; i < 300; i++) {
		last = (await ask({}, from)).json;
		// A database that stands still for a second is away; they would have had one.
		leased += last?.tier === 'lease' || last?.why === 'database';
	}
	// An office of 240 at once and one a second after that.
	assert.ok(leased >= 240 && leased <= 242 + (Date.now() - began) / 1000, `${leased}`);
	if (leased < 300) assert.equal(last.why, 'flood');
	// Beyond 600 at once and 20 a second it is not even answered.
	let refused = 0;
	for (let i = 0; i < 40 && refused === 0; i++) {
		const all = await Promise.all(Array.from({ length: 50 }, () => ask({ consent: 'no' }, from)));
		refused = all.filter((r) => r.status === 429).length;
	}
	assert.ok(refused > 0);
	assert.equal((await ask()).json.tier, 'lease'); // others are served
});

test('who floods with a visitor’s id is refused, from everywhere, and that visitor’s visit goes on', async () => {
	const { visitor, visit } = (await ask()).json;
	const flood = async (who) => {
		for (let i = 0; i < 40; i++) {
			const all = await Promise.all(Array.from({ length: 50 }, () => ask({ consent: 'no', visitor, ...who })));
			if (all.some((r) => r.status === 429)) return true;
		}
		return false;
	};
	for (const who of [{}, { visit: 'vis_01h455vb4pex5vsknk084sn02q' }]) assert.ok(await flood(who), JSON.stringify(who));
	assert.equal((await ask({ visitor, visit })).json?.tier, 'lease');
	assert.equal((await post('/dni/v1/beat', { site: 'demo', visitor, visit, engaged_s: 5 })).json?.tier, 'lease');
	assert.equal((await post('/dni/v1/event', { site: 'demo', visitor, visit, kind: 'tel_click' })).status, 204);
});
