// What a stranger can put on the wire to the lease API, through nginx: methods,
// old and odd HTTP, bodies that lie about themselves, speculative loading.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import net from 'node:net';
import { addr, startStack, until } from '../support/stack.mjs';
import { addNumbers, AGENT, Browsers, hexOf } from '../support/dni.mjs';

let stack, dni;

before(async () => {
	stack = await startStack({
		without: ['dashboard', 'jobd', 'sipworker', 'admin', 'api'],
		args: ['--dni-rate', '100000'],
	});
	dni = new Browsers(stack);
	await addNumbers(stack, 50, 1);
}, { timeout: 120000 });

after(async () => {
	dni?.close();
	await stack?.stop();
});

const counts = () => stack.sql('SELECT (SELECT count(*) FROM visit), (SELECT count(*) FROM lease), (SELECT count(*) FROM visitor), (SELECT count(*) FROM page_view), (SELECT count(*) FROM visit_event)');
const given = (kind) => Number(stack.sqlOne(`SELECT COALESCE(sum(amount), 0) FROM pool_count WHERE kind = '${kind}'`));
const body = () => JSON.stringify({ site: 'demo', url: `${stack.url}/demo/?utm_source=wire` });

/** Sends bytes on a connection of its own and gives all that comes back. In one
 *  piece: who is refused after the head would find the connection closed at the
 *  next write, before what came back is read; and a close with bytes unread is a
 *  reset, after the answer. */
function raw(...parts) {
	return new Promise((resolve, reject) => {
		let text = '';
		const socket = net.connect(8080, addr, () => socket.write(parts.join('')));
		socket.setTimeout(15000, () => socket.destroy(new Error(`no end of: ${text.slice(0, 200)}`)));
		socket.on('data', (d) => (text += d.toString('latin1'))).on('close', () => resolve(text))
			.on('error', (e) => (e.code === 'ECONNRESET' && text !== '' ? resolve(text) : reject(e)));
	});
}

const head = (more = '', method = 'POST', version = '1.1', path = '/dni/v1/visit') =>
	`${method} ${path} HTTP/${version}\r\nHost: ${addr}:8080\r\nUser-Agent: ${AGENT}\r\nOrigin: ${stack.url}\r\nX-Forwarded-For: ${dni.address()}\r\nConnection: close\r\n${more}\r\n`;
const status = (text) => Number(text.match(/^HTTP\/1\.[01] (\d+)/)?.[1]);

test('other methods: refused with what is allowed, and nothing is stored', async () => {
	const was = counts();
	for (const path of ['/dni/v1/visit', '/dni/v1/beat', '/dni/v1/event'])
		for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'PROPFIND']) {
			const res = await dni.post(path, '', {}, method);
			assert.equal(res.status, 405, `${method} ${path}`);
			assert.match(res.headers.allow, /POST/);
			if (method === 'HEAD') assert.equal(res.text, '');
		}
	assert.ok([400, 405].includes(status(await raw(head('', 'TRACE')))));
	assert.deepEqual(counts(), was);
});

test('a preflight is answered, for browsers alone', async () => {
	for (const path of ['/dni/v1/visit', '/dni/v1/beat', '/dni/v1/event']) {
		const res = await dni.post(path, '', { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' }, 'OPTIONS');
		assert.equal(res.status, 204, path);
		assert.equal(res.headers['access-control-allow-origin'], '*');
		assert.match(res.headers['access-control-allow-methods'], /POST/);
		assert.match(res.headers['access-control-allow-headers'], /content-type/i);
		assert.equal(res.headers['access-control-allow-credentials'], undefined);
	}
	assert.equal((await dni.post('/dni/v1/allocate', '', {}, 'OPTIONS')).status, 405);
});

test('HTTP/1.0, chunked bodies and any content type: a number', async () => {
	const b = body();
	const old = await raw(head(`Content-Length: ${b.length}\r\n`, 'POST', '1.0'), b);
	assert.equal(status(old), 200, old);
	assert.match(old, /"tier":"lease"/);
	const chunked = await raw(head('Transfer-Encoding: chunked\r\n'), `${b.length.toString(16)}\r\n${b}\r\n0\r\n\r\n`);
	assert.equal(status(chunked), 200, chunked);
	assert.match(chunked, /"tier":"lease"/);
	const bytes = await raw(head('Transfer-Encoding: chunked\r\n'), [...b].map((c) => `1\r\n${c}\r\n`).join('') + '0\r\n\r\n');
	assert.match(bytes, /"tier":"lease"/);
	for (const type of ['application/json', 'multipart/form-data; boundary=x', 'image/png', 'application/x-www-form-urlencoded', ''])
		assert.equal((await dni.ask({}, { 'content-type': type })).json?.tier, 'lease', type);
});

test('bodies that lie, are empty, or say a thing twice: refused, and nothing is stored', async () => {
	const b = body(), was = counts();
	for (const [why, bytes, want] of [
		['two lengths', [head(`Content-Length: ${b.length}\r\nContent-Length: 5\r\n`), b], [400]],
		['a length and chunks', [head(`Content-Length: 5\r\nTransfer-Encoding: chunked\r\n`), `${b.length.toString(16)}\r\n${b}\r\n0\r\n\r\n`], [400]],
		['a length below zero', [head('Content-Length: -5\r\n'), b], [400]],
		['a chunk without a size', [head('Transfer-Encoding: chunked\r\n'), `zz\r\n${b}\r\n0\r\n\r\n`], [400]],
		['an unknown coding', [head('Transfer-Encoding: gzip\r\n'), b], [400, 501]],
		['chunks without an end of size', [head('Transfer-Encoding: chunked\r\n'), `4400\r\n${'x'.repeat(0x4400)}\r\n0\r\n\r\n`], [413]],
		['no body', [head('Content-Length: 0\r\n')], [400]],
		['no length', [head('')], [400]],
		['site twice', [head(`Content-Length: ${b.length + 14}\r\n`), `{"site":"demo",${b.slice(1)}`.padEnd(b.length + 14)], [400]],
		['a tail', [head(`Content-Length: ${b.length + 2}\r\n`), `${b}{}`], [400]],
	]) {
		const text = await raw(...bytes);
		assert.ok(want.includes(status(text)), `${why}: ${text.slice(0, 300)}`);
	}
	assert.equal(status(await raw(head(`X: ${'y'.repeat(40000)}\r\n`))), 400);
	assert.deepEqual(counts(), was);
	// Half a request, and the client is gone: nobody waits for it.
	await new Promise((resolve) => {
		const s = net.connect(8080, addr, () => s.write(head(`Content-Length: ${b.length}\r\n`) + b.slice(0, 9), () => s.destroy()));
		s.on('close', resolve);
	});
	assert.equal((await dni.ask()).json.tier, 'lease');
	// A name in the query instead of the body is no answer to a missing body.
	assert.equal((await dni.post('/dni/v1/visit?site=demo&site=demo&url=http://a/', '')).status, 400);
});

test('texts are stored as they can be read anywhere, ids and origins as they can be', async () => {
	const odd = 'a\u0001b\u001b[2J\u007f\u0085\u009bz', read = 'a b [2J     z';
	const row = (what) => until('it is stored', () => stack.sql(`SELECT ${what}`)[0]);
	for (const [ref, kept] of [[odd, ''], ['javascript:alert(1)', ''], ['https://r.example/?q=ü', 'https://r.example/?q=ü'],
		['android-app://com.google.android.gm/', 'android-app://com.google.android.gm/']]) {
		const { json } = await dni.ask({ url: `${stack.url}/demo/?gclid=x%00%E2%80%AEy&fbclid=IwAR0_x-y`, ref, title: odd });
		assert.deepEqual(await row(`referrer, landing_title, gclid, fbclid FROM visit WHERE id = UNHEX('${hexOf(json.visit)}')`),
			[kept, read, '', 'IwAR0_x-y'], ref);
		const event = async (more) => assert.equal((await dni.post('/dni/v1/event', { site: 'demo', visitor: json.visitor, visit: json.visit, ...more })).status, 204);
		await event({ kind: 'custom', name: odd, detail: odd });
		assert.deepEqual(await row(`name, detail FROM visit_event WHERE visit_id = UNHEX('${hexOf(json.visit)}')`), [read, read]);
		await event({ kind: 'form', url: `${stack.url}/demo/`, form: odd, fields: [[odd, `${odd}\n\tend`]] });
		const [form, fields] = await row(`form_name, fields FROM form_entry WHERE visit_id = UNHEX('${hexOf(json.visit)}')`);
		assert.deepEqual([form, JSON.parse(fields)], [read, [[read, `${read}\n\tend`]]]);
	}
});

test('nonsense is counted: who sends too much of it is refused unread', async () => {
	const from = { 'x-forwarded-for': dni.address() };
	const answers = {};
	// 600 at once and 20 a second more; a busy machine takes its time.
	while (!answers[429] && (answers[400] ?? 0) < 20000)
		for (const { status: s } of await Promise.all(Array.from({ length: 200 }, () => dni.post('/dni/v1/event', '{', from))))
			answers[s] = (answers[s] ?? 0) + 1;
	assert.deepEqual(Object.keys(answers), ['400', '429'], JSON.stringify(answers));
	assert.ok(answers[400] >= 600, JSON.stringify(answers));
	const refused = await dni.post('/dni/v1/visit', body(), from);
	assert.ok(refused.status === 429 ? refused.headers['retry-after'] === '60' : refused.status === 200, refused.text);
	assert.equal((await dni.ask()).json.tier, 'lease');
});

test('a client that goes away while its lease is stored harms nobody', async () => {
	const b = body();
	await Promise.all(Array.from({ length: 30 }, () => new Promise((resolve) => {
		const s = net.connect(8080, addr, () => s.write(head(`Content-Length: ${b.length}\r\n`) + b, () => setImmediate(() => s.destroy())));
		s.on('close', resolve).on('error', resolve);
	})));
	for (let i = 0; i < 10; i++) assert.equal((await dni.ask({ consent: 'no' })).status, 200);
});

test('prefetched and prerendered pages take no number', async () => {
	const hidden = given('hidden');
	const url = `${stack.url}/demo/?utm_source=ahead`;
	for (const headers of [{ 'sec-purpose': 'prefetch' }, { 'sec-purpose': 'prefetch;prerender' }, { purpose: 'prefetch' }, { 'x-moz': 'prefetch' }]) {
		const { json } = await dni.ask({ url }, headers);
		assert.deepEqual([json.tier, json.why, json.swap], ['none', 'hidden', []], JSON.stringify(headers));
	}
	await until('they are counted', () => given('hidden') === hidden + 4);
	assert.equal(stack.sqlOne("SELECT count(*) FROM visit WHERE utm_source = 'ahead'"), '0');
	assert.equal((await dni.ask({}, { 'sec-purpose': 'x' })).json?.tier, 'lease');
});

test('Global Privacy Control in the head of a request: nothing is leased, whatever the page says', async () => {
	const asked = { url: `${stack.url}/demo/?utm_source=private` };
	for (const more of [{}, { consent: 'yes' }]) {
		const { json } = await dni.ask({ ...asked, ...more }, { 'sec-gpc': '1' });
		assert.deepEqual([json.tier, json.why, json.gpc, json.visitor, json.visit], ['source', 'consent', true, undefined, undefined], JSON.stringify(more));
	}
	assert.equal((await dni.ask({ ...asked, consent: 'no' })).json.gpc, undefined);
	assert.equal((await dni.ask(asked, { 'sec-gpc': '0' })).json.tier, 'lease');
	await until('the one without it is stored', () => stack.sqlOne("SELECT count(*) FROM visit WHERE utm_source = 'private'") !== '0');
	assert.equal(stack.sqlOne("SELECT count(*) FROM visit WHERE utm_source = 'private'"), '1');
});

test('Global Privacy Control that comes in the middle of a visit ends it, whatever it is said with', async () => {
	const url = `${stack.url}/demo/?utm_source=midway`;
	const gpc = { 'sec-gpc': '1' };
	const source = (a) => assert.deepEqual([a.tier, a.why, a.gpc, a.visitor, a.visit], ['source', 'consent', true, undefined, undefined]);
	const says = {
		visit: async (ids) => source((await dni.ask({ url, ...ids }, gpc)).json),
		beat: async (ids) => source((await dni.post('/dni/v1/beat', { site: 'demo', ...ids }, gpc)).json),
		event: async (ids) => assert.equal((await dni.post('/dni/v1/event', { site: 'demo', ...ids, kind: 'custom', name: 'midway' }, gpc)).status, 204),
		form: async (ids) => assert.equal((await dni.post('/dni/v1/event', { site: 'demo', ...ids, kind: 'form', form: 'midway', url, fields: [['name', 'Ann']] }, gpc)).status, 404),
	};
	for (const [what, say] of Object.entries(says)) {
		const { json } = await dni.ask({ url });
		const ids = { visitor: json.visitor, visit: json.visit };
		assert.equal(json.tier, 'lease', what);
		await say(ids);
		assert.equal((await dni.post('/dni/v1/beat', { site: 'demo', ...ids })).json.tier, 'gone', what);
	}
	const of = (more) => Number(stack.sqlOne(`SELECT count(*) FROM visit v ${more} AND v.utm_source = 'midway'`));
	await until('each lease has ended, and the journey says why', () =>
		of('JOIN lease l ON l.visit_id = v.id WHERE l.released_at IS NOT NULL') === 4 &&
		of("JOIN visit_event e ON e.visit_id = v.id WHERE e.kind = 'consent_withdrawn'") === 4);
	assert.equal(of("JOIN visit_event e ON e.visit_id = v.id WHERE e.kind <> 'consent_withdrawn'"), 0);
	assert.equal(stack.sqlOne("SELECT count(*) FROM form_entry WHERE form_name = 'midway'"), '0');
	// Another's id ends nothing of theirs.
	const { json: one } = await dni.ask({ url }), { json: two } = await dni.ask({ url });
	await dni.post('/dni/v1/beat', { site: 'demo', visitor: two.visitor, visit: one.visit }, gpc);
	assert.equal((await dni.post('/dni/v1/beat', { site: 'demo', visitor: one.visitor, visit: one.visit })).json.tier, 'lease');
});

test('the access log has what was refused, and no line for each visitor', async () => {
	assert.equal((await dni.ask()).json.tier, 'lease');
	const refused = await stack.fetch('/dni/v1/beat', { method: 'POST', body: '{' });
	assert.equal(refused.status, 400);
	// Under the id that the answer and the program's own log have.
	const id = refused.headers.get('x-request-id');
	assert.match(id, /^req_\w+$/);
	const lines = () => stack.log('access').split('\n').filter((l) => l.includes(' /dni/'));
	await until('the refusal is written', () => lines().some((l) => / \/dni\/v1\/beat 400 /.test(l) && l.endsWith(` ${id}`)));
	assert.deepEqual(lines().filter((l) => / 2\d\d \d+ [\d.]+ \w+$/.test(l)), []);
});
