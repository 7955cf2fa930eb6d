// What nginx refuses by itself: programs are told a problem (RFC 9457), people a
// page, with the right status, whatever it was.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import { closed, spec } from '../support/api.mjs';
import { startStack } from '../support/stack.mjs';
import { raw } from '../support/two_companies.mjs';

let stack, valid;
before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker', 'jobd', 'admin'], args: ['--web-rate', '20'] });
	valid = new Ajv2020({ strict: false }).compile(closed(spec.components.schemas.Problem));
});
after(() => stack?.stop());

/** Bytes as they are; the answer, which ends with its last chunk or with the connection. */
const send = (bytes) => new Promise((resolve, reject) => {
	const s = net.connect(8080, stack.addr, () => s.write(bytes));
	let text = '';
	const done = () => {
		const [head, body] = text.split(/\r\n\r\n([\s\S]*)/);
		resolve({ status: Number(head.slice(9, 12)), type: head.match(/content-type: ([^;\r]*)/i)?.[1], head, body });
		s.destroy();
	};
	s.setEncoding('utf8').on('data', (d) => {
		text += d;
		if (text.endsWith('\r\n0\r\n\r\n')) done();
	}).on('error', reject).on('close', done);
});
const dechunk = (body) => body.replace(/^[0-9a-f]+\r\n|\r\n0\r\n\r\n$/gi, '').trim();

function problem({ status, type, body }, want, why) {
	assert.deepEqual([status, type], [want, 'application/problem+json'], `${why}: ${body}`);
	const json = JSON.parse(dechunk(body));
	assert.ok(valid(json), `${why}: ${JSON.stringify(valid.errors)} ${body}`);
	assert.equal(json.status, want, why);
	assert.match(json.instance, /^[0-9a-f]{32}$/, why);
}
function page({ status, type, body }, want, why) {
	assert.deepEqual([status, type], [want, 'text/html'], `${why}: ${body}`);
	assert.match(body, /<h1>[A-Z][a-z ]+<\/h1>/, why);
	assert.doesNotMatch(body, /nginx|<!--/, why);
}

test('addresses, heads and bodies that nginx refuses', async () => {
	// As long as nginx reads, to the byte: what it has not read resets the connection.
	const full = (begin) => begin.padEnd(8192, 'x'), close = 'Connection: close\r\n';
	for (const [of, check] of [['/api/v1/tags', problem], ['/calls', page]]) {
		check(await send(full(`GET ${of}?q=`)), 414, `${of} long`);
		check(await send(`GET ${of} HTTP/1.1\r\nHost: x\r\n${full('X-Long: ')}`), 400, `${of} head`);
		check(await send(`GET ${of} HTTP/1.1\r\n${close}\r\n`), 400, `${of} no host`);
		check(await send(`GET ${of} HTTP/1.1\r\nHost: x\r\nHost: y\r\n${close}\r\n`), 400, `${of} two hosts`);
		check(await send(`POST ${of} HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n${close}\r\n`), 413, `${of} body`);
		const pieces = `10000\r\n${'x'.repeat(65536)}\r\n`.repeat(of === '/calls' ? 2 : 33);
		check(await send(`POST ${of} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n${close}\r\n${pieces}`), 413, `${of} body in pieces`);
		check(await send(`POST ${of} HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n${close}\r\n`), 400, `${of} length`);
		check(await send(`POST ${of} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n${close}\r\n`), 501, `${of} coding`);
		check(await send(`TRACE ${of} HTTP/1.1\r\nHost: x\r\n${close}\r\n`), 405, `${of} TRACE`);
	}
	page(await send('nonsense\r\n\r\n'), 400, 'no request at all');
	page(await send(`GET /static/nothing.png HTTP/1.1\r\nHost: x\r\n${close}\r\n`), 404, 'a file that is not there');
});

test('where it sends people by itself is a path: not our port, nor a host that the client wrote', async () => {
	for (const path of ['/demo', '/dni', '/api']) {
		const { status, head } = await send(`GET ${path} HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n`);
		assert.deepEqual([status, head.match(/location: ([^\r]*)/i)?.[1]], [301, `${path}/`]);
	}
});

test('too many at once', async () => {
	const many = (path) => Promise.all(Array.from({ length: 400 }, () => raw(stack, { path, headers: { 'x-forwarded-for': '192.0.2.1' } })));
	for (const [path, check] of [['/api/v1/status', problem], ['/login', page]]) {
		const refused = (await many(path)).find((r) => r.status === 429);
		assert.ok(refused, path);
		check({ ...refused, type: refused.headers['content-type'].split(';')[0] }, 429, path);
		assert.equal(refused.headers['retry-after'], '1');
		assert.equal(refused.headers['cache-control'], 'no-store');
	}
});

test('a program that is away', async () => {
	const of = async (path) => { const r = await raw(stack, { path, headers: { 'x-forwarded-for': '192.0.2.2' } }); return { ...r, type: r.headers['content-type'].split(';')[0] }; };
	// Nobody can ask for the page of an error itself.
	for (const path of ['/err/page', '/err/problem', '/err/page-down', '/down.html']) assert.equal((await of(path)).status, 404, path);
	// admin was never started.
	const down = await of('/settings/numbers');
	assert.equal(down.status, 503);
	assert.match(down.body, /One moment/);
	assert.equal(down.headers['retry-after'], '5');
	problem(await of('/dni/v1/visit'), 503, 'the lease server');
});
