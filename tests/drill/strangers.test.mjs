// make drill-strangers: several processes send the lease server ten thousand
// requests a second, or what the machine can: visitors' ids that were made up,
// the visits of others, beacons again and again, broken bytes, referrers of a
// megabyte. Ten visitors beside them keep their numbers and get answers in time,
// and nothing is stored that was not checked.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { addr, startStack, until } from '../support/stack.mjs';
import { addNumbers, AGENT, Browsers, hexOf } from '../support/dni.mjs';
import { direct } from '../support/fcgi_direct.mjs';

const seconds = process.env.RT_TEST_LONG ? 30 : 4, PROCESSES = 3, MOST = 10000, HONEST = 10;
const KINDS = ['forged', 'crossed', 'replayed', 'broken'];
let stack, dni, own, victim, pid;

before(async () => {
	stack = await startStack({
		without: ['dashboard', 'jobd', 'sipworker', 'admin', 'api'],
		// nginx lets everything through: the server's own limits are meant.
		args: ['--dni-rate', '1000000'],
	});
	dni = new Browsers(stack, { net: 172 });
	await addNumbers(stack, 1000, 1);
	pid = stack.pidOf('dni.fcgi');
	// First of all: what is said of a site is written at once, then once a minute.
	const bytes = { origin: Buffer.from([0x68, 0x3a, 0x2f, 0x2f, 0xff, 0xc3]).toString('latin1') };
	assert.equal((await dni.ask({}, bytes)).status, 403);
	await until('the refusal is written', () => stack.sqlOne('SELECT refused_origin FROM site_health WHERE refused > 0') === '?');
	own = (await dni.ask({ url: `${stack.url}/demo/?utm_source=own` })).json;
	victim = (await dni.ask({ url: `${stack.url}/demo/?utm_source=victim` })).json;
	assert.deepEqual([own.tier, victim.tier], ['lease', 'lease']);
}, { timeout: 120000 });

after(async () => {
	dni?.close();
	await stack?.stop();
});

const count = (what) => Number(stack.sqlOne(`SELECT count(*) FROM ${what}`));
const rss_kib = () => Number(readFileSync(`/proc/${pid}/status`, 'latin1').match(/RssAnon:\s+(\d+)/)[1]);
const quantile = (list, q) => list.slice().sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * q))];

/** All processes at once: { sent, answers } of them together. */
async function strangers(rate, ms, kinds, least = 0) {
	const path = fileURLToPath(new URL('../support/dni_stranger.mjs', import.meta.url));
	const all = await Promise.all(Array.from({ length: PROCESSES }, (_, i) => new Promise((resolve, reject) => {
		const child = fork(path);
		let said = null;
		child.on('message', (m) => (said = m)).on('error', reject)
			// Not 'exit', which may come before what it said.
			.on('close', (code) => (said ? resolve(said) : reject(new Error(`a stranger ended: ${code}`))));
		child.send({ host: addr, port: 8080, agent: AGENT, origin: stack.url, rate: rate / PROCESSES, ms, least: least / PROCESSES, kinds, own, victim, seed: i + 1 });
	})));
	const answers = {};
	for (const { answers: a } of all) for (const [code, n] of Object.entries(a)) answers[code] = (answers[code] ?? 0) + n;
	return { sent: all.reduce((n, a) => n + a.sent, 0), answers };
}

/** A megabyte of referrer, over and over: the codes of the answers. */
async function large(over) {
	const codes = new Set();
	const body = JSON.stringify({ site: 'demo', url: `${stack.url}/demo/?utm_source=stranger`, ref: `https://a.example/${'x'.repeat(1 << 20)}` });
	while (!over())
		codes.add(await new Promise((resolve) => {
			let text = '';
			const s = net.connect(8080, addr, () => s.write(`POST /dni/v1/visit HTTP/1.1\r\nHost: x\r\nOrigin: ${stack.url}\r\nX-Forwarded-For: 192.0.2.250\r\nContent-Length: ${body.length}\r\n\r\n${body}`));
			s.setTimeout(30000, () => s.destroy());
			s.on('data', (d) => (text += d.toString('latin1')) && s.end()).on('error', () => {})
				.on('close', () => resolve(text.match(/^HTTP\/1\.1 (\d+)/)?.[1] ?? 'closed'));
		}));
	return codes;
}

/** A visitor who looks at page after page: one number all the time. How long
 *  each answer took, in ms. stalled: how often the database had written nothing
 *  for a second, as it does where others keep the disk busy: then a page shows
 *  the number of its source, and says why. */
async function honest(over) {
	const address = { 'x-forwarded-for': dni.address() }, took = [];
	const mine = {};
	let number, stalled = 0;
	while (!over()) {
		const a = await dni.ask({ url: `${stack.url}/demo/?utm_source=honest`, ...mine }, address);
		if (a.json?.why === 'database') {
			assert.equal(a.json.tier, 'source', a.text);
			took.push(a.ms);
			stalled++;
			await new Promise((r) => setTimeout(r, 1000));
			continue;
		}
		assert.deepEqual([a.status, a.json?.tier], [200, 'lease'], a.text);
		assert.equal(a.json.swap[0].to.e164, number ??= a.json.swap[0].to.e164);
		Object.assign(mine, { visitor: a.json.visitor, visit: a.json.visit });
		const b = await dni.post('/dni/v1/beat', { site: 'demo', ...mine, engaged_s: 1 }, address);
		// "None" without a why: nothing changes, which a busy database makes of a beat.
		const said = b.json?.tier === 'none' && b.json.why === '' ? number : b.json?.swap?.[0]?.to.e164;
		assert.deepEqual([b.status, said], [200, number], b.text);
		took.push(a.ms, b.ms);
		await new Promise((r) => setTimeout(r, 100));
	}
	return { took, number, stalled };
}

test('strangers of every kind, and ten visitors beside them', async (t) => {
	let over = false;
	const people = (until_done) => {
		over = false;
		until_done.finally(() => (over = true)).catch(() => {});
		return Promise.all(Array.from({ length: HONEST }, () => honest(() => over)));
	};
	const quiet = (await people(new Promise((r) => setTimeout(r, 700)))).flatMap((p) => p.took);
	// What the processes and nginx can do on this machine, now.
	const most = (await strangers(50000, 1000, ['preflight'])).sent;
	const rate = Math.max(600, Math.min(MOST, most));

	const was_kib = rss_kib(), began = Date.now();
	// A busy machine takes them slower: a quarter of them at least, however long.
	const least = rate * seconds / 4;
	const flooding = strangers(rate, seconds * 1000, KINDS, least);
	const [{ sent, answers }, guests, codes] = await Promise.all([flooding, people(flooding), large(() => over)]);
	const took = guests.flatMap((p) => p.took), stalled = guests.reduce((n, p) => n + p.stalled, 0), lasted = (Date.now() - began) / 1000;

	t.diagnostic(`${Math.round(sent / lasted)} requests/s of ${most} possible, answers ${JSON.stringify(answers)}; ` +
		`${took.length} answers to others: p50 ${quantile(took, 0.5).toFixed(0)} ms (quiet ${quantile(quiet, 0.5).toFixed(0)}), p99 ${quantile(took, 0.99).toFixed(0)} ms, ${stalled} while the database stood`);
	assert.ok(sent >= least, `only ${sent} sent of ${rate} a second`);
	assert.ok(quantile(took, 0.99) < Math.max(2000, 20 * quantile(quiet, 0.5)), 'others waited');
	assert.ok(took.length >= 2 * HONEST * seconds / 4, `only ${took.length} answers to others`);
	// None where the database has a processor to itself at times; half where others hold both.
	assert.ok(stalled <= took.length / 2, `${stalled} of ${took.length} answers without the database`);
	assert.deepEqual(Object.keys(answers).filter((code) => !['200', '204', '400', '403', '404', '413', '429'].includes(code)), [], JSON.stringify(answers));
	assert.deepEqual([...codes].filter((code) => !['413', 'closed'].includes(code)), []);
	assert.equal(new Set(guests.map((p) => p.number)).size, HONEST, 'two visitors with one number');
	assert.equal(stack.pidOf('dni.fcgi'), pid);
	assert.ok(rss_kib() - was_kib < 64 * 1024, `grew by ${rss_kib() - was_kib} KiB`);

	// What was told before this is stored by the time that this is.
	const last = (await dni.ask({ url: `${stack.url}/demo/?utm_source=last` })).json;
	assert.equal((await dni.post('/dni/v1/event', { site: 'demo', visitor: last.visitor, visit: last.visit, kind: 'custom', name: 'last' })).status, 204);
	await until('what waits is written', () => count("visit_event WHERE name = 'last'") === 1);
	// 240 visits at once and one a second more, of each of the three addresses.
	const visits = count("visit WHERE utm_source = 'stranger'");
	assert.ok(visits <= PROCESSES * (245 + lasted + 5), `${visits} visits`);
});

// Each from an address of its own, so none is turned away for what came before:
// what the page's address says, what is answered, and what is stored: utm_campaign and utm_term are
// free text; a gclid of other signs than ids have is none.
const bytes = (...parts) => Buffer.concat(parts.map((p) => Buffer.from(p)));
for (const [name, query, title, status, stored] of [
	['broken UTF-8, and a NUL, behind percent signs', '&utm_campaign=a%00b%c3&utm_term=%ed%a0%80x&gclid=%ed%a0%80x', 't', 200, ['a\ufffdb\ufffd', '\ufffd\ufffd\ufffdx', '']],
	['bytes that are never UTF-8', '&utm_campaign=%ff%fe&utm_term=x%c0%af&gclid=x%c0%af', 't', 200, ['\ufffd\ufffd', 'x\ufffd\ufffd', '']],
	['markup and SQL: as they are', '&utm_campaign=%3Cscript%3E&utm_term=%27%20OR%201%3D1&gclid=%27%20OR%201%3D1', '"><script>', 200, ['<script>', "' OR 1=1", '']],
	['a click id of the signs that ids have', '&utm_campaign=c&utm_term=t&gclid=Cj0KCQ_-x', 't', 200, ['c', 't', 'Cj0KCQ_-x']],
	['broken bytes in a title', '&utm_campaign=title', [0xc3, 0x28, 0xff], 400],
	['broken bytes in the address', bytes('&utm_campaign=', [0xff, 0xc3]), 't', 400],
	['half a character', '&utm_campaign=half', '\\ud800', 400],
])
	test(`what is stored of ${name}`, async () => {
		const of = "visit WHERE utm_source = 'odd'", before = count(of);
		const a = await dni.post('/dni/v1/visit', bytes(`{"site":"demo","url":"${stack.url}/demo/?utm_source=odd`, query, '","title":"', typeof title === 'string' ? title.replace('"', '\\"') : title, '"}'));
		assert.equal(a.status, status, a.text);
		// A view is written behind what came before it.
		const b = (await dni.ask({ url: `${stack.url}/demo/?utm_source=behind` })).json;
		await until('what waits is written', () => count(`visit WHERE id = 0x${hexOf(b.visit)}`) === 1);
		assert.equal(count(of), before + (stored ? 1 : 0));
		if (stored) assert.deepEqual(stack.sql(`SELECT HEX(utm_campaign), HEX(utm_term), HEX(gclid) FROM visit WHERE id = 0x${hexOf(a.json.visit)}`), [stored.map((s) => Buffer.from(s).toString('hex').toUpperCase())]);
	});

test('a title that a page tells is stored as it is, or not at all', async () => {
	const { visitor, visit } = (await dni.ask({ url: `${stack.url}/demo/?utm_source=titles` })).json;
	const view = (title) => dni.post('/dni/v1/event', bytes(`{"site":"demo","visitor":"${visitor}","visit":"${visit}","kind":"view","url":"${stack.url}/demo/two","title":"`, title, '"}'));
	for (const [title, status] of [['\u00e9 <b>\u202e</b>', 204], [[0xc3, 0x28], 400], [[0xed, 0xa0, 0x80], 400], ['\\ud800', 400], ['\\u0000', 400]])
		assert.equal((await view(title)).status, status, String(title));
	await until('the page is written', () => count(`page_view WHERE visit_id = 0x${hexOf(visit)}`) > 0);
	assert.deepEqual(stack.sql(`SELECT HEX(title) FROM page_view WHERE visit_id = 0x${hexOf(visit)}`), [[Buffer.from('\u00e9 <b>\u202e</b>').toString('hex').toUpperCase()]]);
});

// nginx refuses a megabyte before the server sees it: what would it do itself?
test('a megabyte past nginx, and lengths that are none', async () => {
	const was_kib = rss_kib(), socket = `${process.env.RT_TEST_DIR}/run/dni.sock`;
	const body = (more) => Buffer.from(JSON.stringify({ site: 'demo', url: `${stack.url}/demo/?utm_source=direct`, ...more }));
	const small = body({}), large = body({ ref: `https://a.example/${'x'.repeat(1 << 20)}` });
	const ask = async (length, text, more) => (await direct(socket, {
		REQUEST_METHOD: 'POST', REQUEST_URI: '/dni/v1/visit', HTTP_HOST: 'x', HTTP_USER_AGENT: AGENT, HTTP_ORIGIN: stack.url, REMOTE_ADDR: dni.address(),
		...(length === null ? {} : { CONTENT_LENGTH: length }), ...more,
	}, text)).status;
	assert.equal(await ask(small.length, small), 200);
	assert.equal(await ask(large.length, large), 413);
	assert.equal(await ask(small.length, large), 400);
	assert.equal(await ask(null, large), 400);
	for (const length of ['-1', '1e3', '99999999999999999999', '']) assert.equal(await ask(length, large), 400, length);
	// So long a header is none of a visit's.
	assert.ok([200, 400, 413, 431, 'closed'].includes(await ask(small.length, small, { HTTP_REFERER: 'x'.repeat(1 << 20) })));
	assert.equal(stack.pidOf('dni.fcgi'), pid);
	assert.ok(rss_kib() - was_kib < 16 * 1024, `grew by ${rss_kib() - was_kib} KiB`);
});

test('nothing was done to others', async () => {
	const [[clicked, engaged, views]] = stack.sql(`SELECT tel_clicked_at IS NULL, engaged_s, page_views FROM visit WHERE utm_source = 'victim'`);
	assert.deepEqual([clicked, engaged, views], ['1', '0', '1']);
	assert.equal(count("visit_event e JOIN visit v ON v.id = e.visit_id WHERE v.utm_source <> 'own' AND e.name <> 'last'"), 0);
	assert.equal(count("form_entry f JOIN visit v ON v.id = f.visit_id WHERE v.utm_source <> 'own'"), 0);
	const { json } = await dni.post('/dni/v1/beat', { site: 'demo', visitor: victim.visitor, visit: victim.visit });
	assert.equal(json.tier, 'lease');
	assert.equal(json.swap[0].to.e164, victim.swap[0].to.e164);
});

test('what was said again and again is stored within its limits', () => {
	const of = "JOIN visit v ON v.id = x.visit_id WHERE v.utm_source = 'own'";
	assert.equal(count(`form_entry x ${of}`), 1);
	assert.ok(count(`visit_event x ${of}`) <= 200);
	assert.ok(count(`page_view x ${of}`) <= 500);
	const [[engaged, age]] = stack.sql("SELECT engaged_s, TIMESTAMPDIFF(SECOND, started_at, seen_at) FROM visit WHERE utm_source = 'own'");
	assert.ok(Number(engaged) <= Number(age) + 61, `${engaged} s of ${age}`);
});

test('nothing unchecked is stored', () => {
	for (const [table, column] of [['visit', 'landing_url'], ['page_view', 'url']])
		assert.equal(count(`${table} WHERE ${column} NOT LIKE '${stack.url}/demo/%' OR ${column} LIKE CONCAT('%', CHAR(0), '%')`), 0, table);
	assert.equal(count("visit WHERE utm_source = 'stranger' AND LENGTH(referrer) > 2048"), 0);
	assert.equal(count("visit WHERE CONCAT(browser_zone, ga_client_id, ga_session_id, fbc, fbp) <> ''"), 0);
	// Each visitor of the table began a visit; none of the made-up ones is there.
	assert.equal(count("visitor x LEFT JOIN visit v ON v.visitor_id = x.id WHERE v.id IS NULL"), 0);
	assert.equal(count("visitor WHERE HEX(id) LIKE '0189%'"), 0); // vtr_01h4…
	assert.equal(count("visitor x JOIN visit v ON v.utm_source = 'own' AND LEFT(HEX(x.id), 22) = LEFT(HEX(v.visitor_id), 22)"), 1);
	assert.deepEqual(stack.sql(`SELECT a.number_e164 FROM lease a JOIN lease b
		ON b.company_id = a.company_id AND b.number_id = a.number_id AND b.id <> a.id AND b.started_at >= a.started_at
		WHERE b.started_at < LEAST(a.expires_at, COALESCE(a.released_at, a.expires_at)) AND (b.started_at > a.started_at OR b.id > a.id)`), []);
	assert.ok(!/dni: .*error/i.test(stack.log('dni')));
});
