// Webhooks against a real HTTP server that fails, hangs, redirects, answers
// slowly, goes away and comes back: nothing is lost, the order of a call is
// kept, and nobody waits for somebody else's receiver.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build, startStack, until } from '../support/stack.mjs';
import { validator } from '../support/api.mjs';
import { addCompanies, typeId, uuid7 } from '../support/two_companies.mjs';

let stack, world;
const isEvent = validator('Event');
const servers = [];

before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker'] });
	world = addCompanies(stack);
});
after(async () => {
	for (const s of servers) {
		s.closeAllConnections();
		s.close();
	}
	await stack?.stop();
});

/** A receiver: answer(req, res, body, n) decides; `got` is what came. */
async function receiver(answer, port = 0) {
	const got = [];
	let now = 0;
	const server = http.createServer((req, res) => {
		const parts = [];
		req.on('data', (d) => parts.push(d)).on('end', () => {
			const text = Buffer.concat(parts).toString();
			const one = { path: req.url, headers: req.headers, text, body: JSON.parse(text) };
			isEvent(one.body);
			got.push(one);
			now++;
			r.most = Math.max(r.most, now);
			res.on('close', () => now--);
			answer(res, one, got.length);
		});
	});
	const r = { got, server, most: 0 };
	servers.push(server);
	await new Promise((ok) => server.listen(port, stack.addr, ok));
	r.port = server.address().port;
	r.url = `http://${stack.addr}:${r.port}/hook`;
	return r;
}
const ok = (res) => res.writeHead(200).end('thanks');

function ctl(...args) {
	const r = spawnSync(join(build, 'ringtrace'), [...args, '-c', stack.conf], { encoding: 'utf8' });
	assert.equal(r.status, 0, `${args.join(' ')}: ${r.stderr}`);
	return r.stdout.trim();
}

/** { id, secret, hex } of a new hook of alpha (or of another company). */
function hook(url, { company = world.alpha, args = ['--private'] } = {}) {
	const [id, secret] = ctl('webhook', 'add', '--company', company.companyId, '--name', `h ${url}`, '--url', url, ...args).split(' ');
	const hex = stack.sqlOne('SELECT HEX(id) FROM webhook ORDER BY created_at DESC, id DESC LIMIT 1');
	return { id, secret, hex, company };
}

/** Events of calls as the store writes them, each in its own statement. */
const tell = (h, events) => stack.sql(told(h, events));
function told(h, events) {
	return events.map(([kind, key]) => {
		const call = key.toString('hex');
		return 'INSERT INTO webhook_delivery (company_id, webhook_id, event_id, kind, object_id, state, due_at, happened_at)'
			+ ` VALUES (X'${h.company.id.toString('hex')}', X'${h.hex}', X'${uuid7().toString('hex')}', '${kind}', X'${call}', 'ready',`
			+ ' UTC_TIMESTAMP(6), UTC_TIMESTAMP(6));';
	}).join('\n');
}
const count = (h, state) => Number(stack.sqlOne(`SELECT COUNT(*) FROM webhook_delivery WHERE webhook_id = X'${h.hex}' AND state = '${state}'`));
const dueNow = (h) => stack.sql(`UPDATE webhook_delivery SET due_at = UTC_TIMESTAMP(6) WHERE webhook_id = X'${h.hex}' AND state = 'ready'`);
const steps = ['call.started', 'call.answered', 'call.ended'];

/** For each call, its events came in this order (repeats allowed). */
function assertOrder(got) {
	const last = new Map();
	for (const { body } of got) {
		const at = steps.indexOf(body.type);
		assert.ok(at >= (last.get(body.object_id) ?? 0), `${body.object_id}: ${body.type} came late`);
		last.set(body.object_id, at);
	}
}

test('an event is signed, versioned and holds the call', async () => {
	const r = await receiver(ok);
	const h = hook(r.url);
	tell(h, [['call.ended', world.alpha.call]]);
	await until('the event', () => r.got.length === 1);
	const [{ headers, text, body }] = r.got;
	assert.equal(body.version, 1);
	assert.equal(body.type, 'call.ended');
	assert.match(body.id, /^evt_[0-9a-z]{26}$/);
	assert.equal(headers['ringtrace-event-id'], body.id);
	assert.equal(headers['ringtrace-event'], 'call.ended');
	assert.equal(headers['content-type'], 'application/json');
	assert.equal(body.company_id, world.alpha.companyId);
	assert.equal(body.object_id, world.alpha.callId);
	assert.equal(body.call.id, world.alpha.callId);
	assert.equal(body.call.result, 'answered');
	assert.equal(body.call.talk_ms, 90000);
	assert.ok(!text.includes(world.secret));
	const [, t, v1] = headers['ringtrace-signature'].match(/^t=(\d+),v1=([0-9a-f]{64})$/);
	assert.ok(Math.abs(Date.now() / 1000 - t) < 60);
	assert.equal(v1, createHmac('sha256', h.secret).update(`${t}.${text}`).digest('hex'));
	await until('it is done', () => count(h, 'done') === 1);
	assert.equal(stack.sqlOne(`SELECT answer FROM webhook_delivery WHERE webhook_id = X'${h.hex}'`), 'thanks');
});

test('who has read the manual can tell that it is ours', async () => {
	const r = await receiver(ok);
	const h = hook(r.url);
	tell(h, [['call.started', world.alpha.call]]);
	await until('the event', () => r.got.length === 1);
	const [block] = readFileSync('docs/API.md', 'utf8').match(/(?<=```python\n)[^`]*is_ours[^`]*(?=```)/);
	const says = (secret, header, body) => {
		const p = spawnSync('/usr/bin/python3', ['-c', `${block}\nimport sys\nprint(is_ours(sys.argv[1], sys.argv[2], sys.stdin.buffer.read()))`, secret, header], { input: body, encoding: 'utf8' });
		assert.equal(p.stderr, '');
		return p.stdout.trim();
	};
	const { text, headers: { 'ringtrace-signature': header } } = r.got[0];
	assert.equal(says(h.secret, header, text), 'True');
	assert.equal(says(`${h.secret}x`, header, text), 'False');
	assert.equal(says(h.secret, header, `${text} `), 'False');
	assert.equal(says(h.secret, header.replace(/t=\d+/, (t) => `t=${Number(t.slice(2)) - 1}`), text), 'False', 'another time is another signature');
});

test('the other signature, and the test button', async () => {
	const r = await receiver(ok);
	const h = hook(r.url, { args: ['--private', '--sha1', '--events', 'call.ended'] });
	ctl('webhook', 'test', '--company', world.alpha.companyId, '--id', h.id);
	await until('the test', () => r.got.length === 1);
	assert.equal(r.got[0].body.type, 'test');
	assert.equal(r.got[0].headers.signature, createHmac('sha1', h.secret).update(r.got[0].text).digest('base64'));
	assert.equal(r.got[0].headers['ringtrace-signature'], undefined);
});

test('a failure is tried again after 10 s, then a minute; the same bytes each time', async () => {
	const r = await receiver((res, one, n) => res.writeHead(n < 3 ? 503 : 200).end());
	const h = hook(r.url);
	tell(h, [['call.started', world.alpha.call], ['call.ended', world.alpha.call]]);
	const pause = () => Number(stack.sqlOne('SELECT MIN(TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), due_at)) FROM webhook_delivery'
		+ ` WHERE webhook_id = X'${h.hex}' AND state = 'ready' AND attempts > 0`)) / 1e6;
	await until('the first failure', () => count(h, 'ready') === 2 && r.got.length === 1);
	await until('it is written', () => pause() > 0);
	assert.ok(pause() > 2 && pause() <= 10, `${pause()}`);
	assert.equal(stack.sqlOne(`SELECT last_error FROM webhook_delivery WHERE webhook_id = X'${h.hex}' ORDER BY seq LIMIT 1`), 'answered 503');
	dueNow(h);
	await until('the second failure', () => r.got.length === 2 && pause() > 10);
	assert.ok(pause() > 30 && pause() <= 60, `${pause()}`);
	dueNow(h);
	await until('both are done', () => count(h, 'done') === 2);
	assert.deepEqual(r.got.map((g) => g.body.type), ['call.started', 'call.started', 'call.started', 'call.ended']);
	assert.equal(r.got[0].text, r.got[2].text);
});

test('after nine pauses it is parked, shown, and replayed by hand', async () => {
	let good = false;
	const r = await receiver((res) => res.writeHead(good ? 204 : 500).end('<b>no</b>'));
	const h = hook(r.url);
	tell(h, [['call.ended', world.alpha.call]]);
	for (let n = 1; n <= 10; n++) {
		await until(`attempt ${n}`, () => r.got.length === n && count(h, 'running') === 0);
		if (n < 10) {
			await until('it is ready', () => count(h, 'ready') === 1);
			dueNow(h);
		}
	}
	await until('it is parked', () => count(h, 'parked') === 1);
	assert.match(ctl('webhook', 'log', '--company', world.alpha.companyId, '--id', h.id), /call\.ended {2}parked {2}tries=10 {2}status=500/);
	good = true;
	assert.equal(ctl('webhook', 'replay', '--company', world.alpha.companyId, '--id', h.id), '1 sent again');
	await until('it is done', () => count(h, 'done') === 1);
	// Another company cannot.
	const foreign = spawnSync(join(build, 'ringtrace'), ['webhook', 'test', '--company', world.beta.companyId, '--id', h.id, '-c', stack.conf]);
	assert.equal(foreign.status, 1);
});

test('redirects are not followed, private addresses not called', async () => {
	const inner = await receiver(ok);
	const r = await receiver((res) => res.writeHead(302, { location: inner.url }).end());
	const h = hook(r.url);
	tell(h, [['call.ended', world.alpha.call]]);
	await until('the redirect is written', () => /redirects/.test(stack.sqlOne(
		`SELECT last_error FROM webhook_delivery WHERE webhook_id = X'${h.hex}'`)));
	const hosts = [stack.addr, '[::ffff:7f00:1]', `[::ffff:${stack.addr}]`, 'localhost', '0x7f000001'];
	for (const host of hosts) {
		const p = hook(`http://${host}:${inner.port}/x`, { args: [] });
		tell(p, [['call.ended', world.alpha.call]]);
		await until(`${host} is refused`, () => /public internet/.test(stack.sqlOne(
			`SELECT last_error FROM webhook_delivery WHERE webhook_id = X'${p.hex}'`)));
	}
	assert.equal(inner.got.length, 0);
});

test('a receiver that hangs delays nobody, and no more than its share is asked at once', async () => {
	const hung = await receiver(() => {});
	const slow = await receiver((res) => setTimeout(() => ok(res), 300));
	const quick = await receiver(ok);
	const [a, b, c] = [hook(hung.url), hook(slow.url, { args: ['--private', '--parallel', '2', '--per-second', '100'] }),
		hook(quick.url, { company: world.beta, args: ['--private', '--per-second', '100', '--parallel', '8'] })];
	// How long a hundred take when nobody hangs, on this machine and now.
	const hundred = async (n) => {
		const began = Date.now();
		tell(c, Array.from({ length: 100 }, () => ['call.ended', uuid7()]));
		await until('the quick one has all', () => quick.got.length === n);
		return Date.now() - began;
	};
	const alone = await hundred(100);
	tell(a, Array.from({ length: 200 }, () => ['call.ended', uuid7()]));
	await until('it hangs', () => hung.got.length >= 4);
	tell(b, Array.from({ length: 8 }, () => ['call.ended', uuid7()]));
	const beside = await hundred(200);
	// One who hangs is given up after ten seconds.
	assert.ok(beside < 5000 + 3 * alone, `${beside} ms beside one who hangs, ${alone} ms alone`);
	await until('the slow one has all', () => slow.got.length === 8);
	assert.equal(slow.most, 2);
	assert.ok(hung.most <= 4, `${hung.most}`);
	ctl('webhook', 'off', '--company', world.alpha.companyId, '--id', a.id);
	assert.equal(count(a, 'ready'), 0);
});

test('a certificate that nobody vouches for ends it before a byte is said', async () => {
	const dir = mkdtempSync(join(tmpdir(), 'rt-tls-'));
	const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=elsewhere.example', '-keyout', join(dir, 'key'), '-out', join(dir, 'cert')]);
	assert.equal(made.status, 0, String(made.stderr));
	let asked = 0;
	const server = https.createServer({ key: readFileSync(join(dir, 'key')), cert: readFileSync(join(dir, 'cert')) }, (req, res) => {
		asked++;
		res.end();
	});
	rmSync(dir, { recursive: true });
	servers.push(server);
	await new Promise((done) => server.listen(0, stack.addr, done));
	const h = hook(`https://${stack.addr}:${server.address().port}/`);
	tell(h, [['call.ended', world.alpha.call]]);
	await until('it is refused', () => /certificate|SSL/i.test(stack.sqlOne(`SELECT COALESCE(last_error, '') FROM webhook_delivery WHERE webhook_id = X'${h.hex}'`)));
	assert.equal(count(h, 'ready'), 1, 'and tried again later');
	assert.equal(asked, 0);
});

test('a receiver that asks for a pause gets one, for all its events', async () => {
	for (const status of [429, 503]) {
		const times = [];
		const r = await receiver((res, one, n) => {
			times.push(Date.now());
			res.writeHead(n === 1 ? status : 200, n === 1 ? { 'retry-after': '3' } : {}).end();
		});
		const h = hook(r.url, { args: ['--private', '--per-second', '100', '--parallel', '1'] });
		tell(h, [['call.ended', uuid7()], ['call.ended', uuid7()], ['call.ended', uuid7()]]);
		await until('two came', () => count(h, 'done') === 2);
		assert.ok(times[1] - times[0] >= 2900, `${status}: ${times[1] - times[0]} ms`);
		// The one that was refused waits for its own time: the longer of both.
		assert.equal(count(h, 'ready'), 1);
		dueNow(h);
		await until('the last one', () => count(h, 'done') === 3);
	}
	// A day is too long for all others.
	const r = await receiver((res) => res.writeHead(429, { 'retry-after': '999999999' }).end());
	const h = hook(r.url);
	tell(h, [['call.ended', uuid7()]]);
	await until('it is put off', () => Number(stack.sqlOne(`SELECT MAX(TIMESTAMPDIFF(HOUR, UTC_TIMESTAMP(6), due_at)) FROM webhook_delivery
		WHERE webhook_id = X'${h.hex}' AND state = 'ready' AND attempts = 1`)) === 23);
});

test('every form of Retry-After: what says when is heard, the rest is as if nothing was said', async () => {
	const date = (s) => new Date(Date.now() + s * 1000).toUTCString();
	const forms = [['90', 90], [() => date(1200), 1200], [() => date(-1200), 10], ['-5', 10], ['soon', 10], ['', 10], ['90.5', 90], ['9'.repeat(30), null], ['0', 10], ['x'.repeat(4000), 10]];
	const asked = [];
	for (const [form, wait] of forms) {
		const r = await receiver((res) => res.writeHead(503, { 'retry-after': typeof form === 'function' ? form() : form }).end());
		asked.push({ form: String(form), wait, h: hook(r.url) });
	}
	stack.sql(asked.map(({ h }) => told(h, [['call.ended', uuid7()]])).join('\n'));
	for (const { form, wait, h } of asked) {
		let waits;
		await until(form, () => (waits = stack.sql(`SELECT TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), due_at) / 1e6, TIMESTAMPDIFF(MICROSECOND, happened_at, due_at) / 1e6 FROM webhook_delivery
			WHERE webhook_id = X'${h.hex}' AND state = 'ready' AND attempts = 1`)).length === 1);
		const [left, since] = waits[0].map(Number);
		// Of its attempt, which came a little after the event.
		if (wait) assert.ok(left <= wait + 1 && since >= wait - 2, `${form}: ${left} s left, ${since} s after the event`);
		else assert.ok(left <= 86400, `${form}: ${left} s left`);
	}
});

test('drips, huge answers, half answers and goodbyes: each is a failure that is tried again, or a success', async () => {
	const net = await import('node:net');
	const raw = async (answer) => {
		const r = { got: 0 };
		const server = net.createServer((c) => {
			c.on('error', () => {});
			c.once('data', () => {
				r.got++;
				answer(c);
			});
		});
		servers.push({ closeAllConnections() {}, close: () => server.close() });
		await new Promise((done) => server.listen(0, stack.addr, done));
		r.url = `http://${stack.addr}:${server.address().port}/`;
		return r;
	};
	const ends = (c, text) => c.end(text);
	const drip = (c) => {
		c.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n');
		const timer = setInterval(() => c.write('x', () => {}), 100);
		c.on('close', () => clearInterval(timer));
	};
	const flood = (first, part) => (c) => {
		const block = part.repeat(Math.ceil(65536 / part.length));
		c.write(first);
		const more = () => {
			while (!c.destroyed && c.write(block));
			if (!c.destroyed) c.once('drain', more);
		};
		more();
	};
	const bomb = gzipSync(Buffer.alloc(30 << 20, 'x'));
	const cases = [
		['gone for good', (c) => ends(c, 'HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n'), 'ready', /answered 410/],
		['closes before it answers', (c) => c.destroy(), 'ready', /./],
		['closes in the head', (c) => ends(c, 'HTTP/1.1 200'), 'ready', /./],
		['closes in the body', (c) => ends(c, 'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf'), 'ready', /./],
		['resets in the middle of what we say', (c) => c.resetAndDestroy(), 'ready', /./],
		['says yes and goes, without a length', (c) => ends(c, 'HTTP/1.1 200 OK\r\n\r\n'), 'done', /^$/],
		['says yes and resets', (c) => c.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n', () => setTimeout(() => c.resetAndDestroy(), 50)), 'ready', /./],
		['speaks no HTTP', (c) => ends(c, 'SSH-2.0-hello\r\n'), 'ready', /./],
		['informs for ever', (c) => ends(c, 'HTTP/1.1 100 Continue\r\n\r\n'), 'ready', /./],
		['has a head without end', (c) => ends(c, `HTTP/1.1 200 OK\r\n${`X-A: ${'a'.repeat(1000)}\r\n`.repeat(1000)}`), 'ready', /./],
		['has headers without end', flood('HTTP/1.1 200 OK\r\n', 'X-A: b\r\n'), 'ready', /head is too long/],
		['has a header without end', flood('HTTP/1.1 200 OK\r\nX-A: ', 'a'), 'ready', /./],
		['informs without end', flood('', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'), 'ready', /head is too long/],
		['has a foot without end', flood('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n', 'X-A: b\r\n'), 'ready', /head is too long/],
		['has a chunk without end', flood('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n', 'y'), 'done', /^$/],
		['floods', flood('HTTP/1.1 200 OK\r\n\r\n', 'y'), 'done', /^$/],
		['packs a bomb', (c) => c.end(Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`), bomb])), 'done', /^$/],
		['drips', drip, 'ready', /./],
	];
	const all = [];
	for (const [why, answer, state, error] of cases) {
		const r = await raw(answer);
		all.push({ why, r, h: hook(r.url), state, error });
	}
	// At once: what comes before holds up our own receivers.
	stack.sql(all.map(({ h }) => told(h, [['call.ended', uuid7()]])).join('\n'));
	for (const { why, r, h, state, error } of all) {
		await until(why, () => stack.sqlOne(`SELECT CONCAT(state, attempts) FROM webhook_delivery WHERE webhook_id = X'${h.hex}'`) === `${state}1`);
		assert.match(stack.sqlOne(`SELECT last_error FROM webhook_delivery WHERE webhook_id = X'${h.hex}'`), error, why);
		assert.ok(r.got >= 1, why);
		assert.ok(Number(stack.sqlOne(`SELECT LENGTH(answer) FROM webhook_delivery WHERE webhook_id = X'${h.hex}'`)) <= 4096, why);
	}
});

test('away, killed and back: nothing is lost and each call keeps its order', async () => {
	// Every third request fails while it is up.
	let r = await receiver((res, one, n) => res.writeHead(n % 3 === 0 ? 502 : 200).end());
	const h = hook(r.url, { args: ['--private', '--per-second', '100', '--parallel', '8'] });
	const { port } = r;
	const calls = Array.from({ length: 40 }, () => uuid7());
	const events = steps.flatMap((kind) => calls.map((key) => [kind, key]));
	tell(h, events.slice(0, 60));
	await until('some came', () => r.got.length > 20);
	const all = [...r.got];
	const first = r;
	r.server.closeAllConnections();
	await new Promise((done) => r.server.close(done));
	tell(h, events.slice(60));
	// jobd dies in the middle of it and is started again by the supervisor.
	const pid = stack.pidOf('jobd');
	process.kill(pid, 'SIGKILL');
	await until('jobd is back', () => stack.pidOf('jobd') && stack.pidOf('jobd') !== pid);
	r = await receiver(ok, port);
	// Pauses are minutes, and what was under way counts as lost after one.
	const done = () => {
		try {
			stack.sql(`UPDATE webhook_delivery SET due_at = UTC_TIMESTAMP(6) WHERE webhook_id = X'${h.hex}'`
				+ " AND state IN ('ready', 'running') AND attempts > 0");
			return count(h, 'done');
		} catch (e) {
			// With jobd's own statements, or while there is no database.
			assert.match(e.message, /Deadlock|connect|Lost connection|gone away|EPIPE/);
			return 0;
		}
	};
	// The database dies in the middle of it, too.
	await until('some more came', () => done() > 30);
	process.kill(stack.pidOf('mariadbd'), 'SIGKILL');
	await until('all are done', () => done() === events.length, 90000);
	all.push(...first.got.slice(all.length), ...r.got);
	const seen = new Set(all.map(({ body }) => `${body.object_id} ${body.type}`));
	for (const [kind, key] of events) assert.ok(seen.has(`${typeId('cal', key)} ${kind}`), `${kind} was lost`);
	assertOrder(all);
});
