// What libfcgi gets wrong and fcgi_loop must get right: a second process on the
// same socket, no file descriptors left, unread bodies on kept connections,
// clients that go away, a stop with kept connections.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { tied } from '../support/scratch.mjs';
import { build, startStack, until } from '../support/stack.mjs';
import { raw } from '../support/two_companies.mjs';

let stack;
const sockets = [];
before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '100000'] });
});
after(() => {
	sockets.forEach((s) => s.destroy());
	return stack?.stop();
});

const pid = () => stack.pidOf('dashboard.fcgi');
const socketPath = () => join(stack.dir, 'run/dashboard.sock');

function connect(path = socketPath()) {
	return new Promise((resolve, reject) => {
		const s = net.connect(path, () => resolve(s));
		s.on('error', reject);
		sockets.push(s);
	});
}

test('a second process does not take the socket away', async () => {
	const first = pid();
	const child = spawn(tied[0], [...tied.slice(1), join(build, 'dashboard.fcgi'), '-c', stack.conf], { stdio: ['ignore', 'ignore', 'pipe'] });
	let said = '';
	child.stderr.on('data', (d) => (said += d));
	const code = await new Promise((r) => child.on('close', r));
	assert.equal(code, 1);
	assert.match(said, /is another one running/);
	assert.equal(pid(), first);
	assert.equal((await stack.fetch('/login')).status, 200, 'the first one still serves');
});

test('the socket is for its owner and group only', () => {
	assert.equal(statSync(socketPath()).mode & 0o777, 0o660);
});

/** One FastCGI request over a connection of its own: the answer's text. */
function fastcgi(path, params) {
	const record = (type, body) => {
		const head = Buffer.alloc(8);
		head.writeUInt8(1, 0);
		head.writeUInt8(type, 1);
		head.writeUInt16BE(1, 2);
		head.writeUInt16BE(body.length, 4);
		return Buffer.concat([head, body]);
	};
	const pairs = Object.entries(params).map(([k, v]) => Buffer.concat([Buffer.from([k.length, v.length]), Buffer.from(k + v)]));
	return new Promise((resolve, reject) => {
		const s = net.connect(path);
		const parts = [];
		s.on('error', reject).on('data', (d) => parts.push(d)).on('close', () => resolve(Buffer.concat(parts).toString('latin1')));
		s.write(Buffer.concat([record(1, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])), record(4, Buffer.concat(pairs)), record(4, Buffer.alloc(0)),
			record(5, Buffer.alloc(0))]));
	});
}

test('out of file descriptors: it waits and goes on', async () => {
	// Our own process beside the stack's: the limit is set before it starts.
	const run = join(stack.dir, 'own');
	const conf = join(stack.dir, 'own.conf');
	mkdirSync(run);
	writeFileSync(conf, readFileSync(stack.conf, 'utf8').replace(/^run_dir .*$/m, `run_dir ${run}`));
	const child = spawn(tied[0], [...tied.slice(1), '/bin/sh', '-c', 'ulimit -n 30; exec "$0" -c "$1"', join(build, 'dashboard.fcgi'), conf], { stdio: ['ignore', 'ignore', 'pipe'] });
	const ended = new Promise((r) => child.on('exit', r));
	let said = '';
	child.stderr.on('data', (d) => (said += d));
	try {
		const path = join(run, 'dashboard.sock');
		await until('our own one is ready', () => /fcgi_loop: ready/.test(said));
		const idle = await Promise.all(Array.from({ length: 40 }, () => connect(path)));
		await until('it has run out', () => /accept error=24/.test(said));
		idle.forEach((s) => s.destroy());
		for (let i = 0; i < 20; i++)
			assert.match(await fastcgi(path, { REQUEST_METHOD: 'GET', REQUEST_URI: '/login', REMOTE_ADDR: '192.0.2.1' }), /Status: 200 OK\r\n/);
		assert.equal(child.exitCode, null);
	} finally {
		child.kill('SIGTERM');
	}
	assert.equal(await ended, 0);
});

test('a body that nobody read is not the next request', async () => {
	const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
	for (let i = 0; i < 100; i++) {
		const evil = 'x'.repeat(60000);
		const post = await raw(stack, { method: 'POST', path: i % 2 ? '/none' : '/logout', agent, body: evil,
			headers: { 'content-type': 'text/plain', 'content-length': evil.length } });
		assert.equal(post.status, i % 2 ? 404 : 413);
		assert.equal((await raw(stack, { path: '/login', agent })).status, 200);
	}
	agent.destroy();
});

test('clients that go away do not end the program', async () => {
	const before = pid();
	for (let i = 0; i < 50; i++) {
		const s = net.connect(8080, stack.addr);
		s.on('error', () => {});
		s.write('POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\nabc');
		s.destroy();
	}
	// And such that speak no FastCGI at all.
	for (let i = 0; i < 20; i++) {
		const s = await connect();
		s.on('error', () => {});
		s.end(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
	}
	assert.equal((await raw(stack, { path: '/login' })).status, 200);
	assert.equal(pid(), before);
});

test('a stop ends threads that wait on kept connections', async () => {
	const agents = Array.from({ length: 30 }, () => new http.Agent({ keepAlive: true, maxSockets: 1 }));
	await Promise.all(agents.map((agent) => raw(stack, { path: '/login', agent })));
	const start = Date.now();
	const { code } = await stack.stop();
	assert.equal(code, 0);
	assert.ok(Date.now() - start < 10000, `${Date.now() - start} ms`);
	assert.doesNotMatch(stack.log('dashboard'), /cut off/);
	agents.forEach((a) => a.destroy());
});
