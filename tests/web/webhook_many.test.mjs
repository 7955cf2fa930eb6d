// Many receivers at once: ninety-nine of a hundred hang, and the one that
// answers does not wait; when they answer again, each event of theirs arrives.
// And receivers that speak HTTP/1.0.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import http from 'node:http';
import net from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { build, startStack, until } from '../support/stack.mjs';
import { addCompanies } from '../support/two_companies.mjs';

const run = promisify(execFile);
const EVENTS = 3; // of each receiver that hangs
let stack, world, hung, quick;
const servers = [];

/** got: the event ids that came; held: answers that are owed. */
async function receiver(answers) {
	const r = { answers, got: [], held: new Set(), most: 0, paths: new Set() };
	const server = http.createServer((req, res) => {
		req.resume().on('end', () => {
			r.got.push(req.headers['ringtrace-event-id']);
			r.paths.add(req.url);
			r.held.add(res);
			r.most = Math.max(r.most, r.held.size);
			res.on('close', () => r.held.delete(res));
			if (r.answers) res.writeHead(200).end('thanks');
		});
	});
	servers.push(server);
	await new Promise((done) => server.listen(0, stack.addr, done));
	r.url = `http://${stack.addr}:${server.address().port}`;
	return r;
}

before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker'] });
	world = addCompanies(stack);
	hung = await receiver(false);
	quick = await receiver(true);
});
after(async () => {
	for (const s of servers) {
		s.closeAllConnections?.();
		s.close();
	}
	await stack?.stop();
});

const add = (company, url) => run(join(build, 'ringtrace'), ['webhook', 'add', '--company', company.companyId, '--name', 'one of many', '--url', url,
	'--private', '--per-second', '100', '--parallel', '16', '-c', stack.conf]);
const tell = (where, n) => stack.sql(`INSERT INTO webhook_delivery (company_id, webhook_id, event_id, kind, object_id, state, due_at, happened_at)
	SELECT w.company_id, w.id, UNHEX(MD5(CONCAT(HEX(w.id), s.seq))), 'call.ended', UNHEX(MD5(CONCAT(s.seq, HEX(w.id)))), 'ready', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6)
	FROM webhook w, seq_1_to_${n} s WHERE w.url LIKE '${where}%'`);
const states = (where, state) => Number(stack.sqlOne(`SELECT COUNT(*) FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook_id
	WHERE w.url LIKE '${where}%' AND d.state = '${state}'`));

test('ninety-nine of a hundred hang: the one that answers does not wait, and nothing is lost', async () => {
	for (let i = 0; i < 99; i += 3)
		await Promise.all([0, 1, 2].map((k) => add(i + k < 49 ? world.beta : world.alpha, `${hung.url}/h${i + k}`)));
	await add(world.beta, `${quick.url}/good`);
	tell(hung.url, EVENTS);
	await until('they all hang', () => hung.paths.size === 99);
	tell(quick.url, 50);
	await until('the good one has all', () => quick.got.length >= 50);
	assert.equal(new Set(quick.got).size, 50);
	assert.equal(quick.got.length, 50, 'none twice');
	assert.ok(hung.most < 256, `there was always a place left: ${hung.most}`);
	assert.equal(states(hung.url, 'done'), 0);
	// They are back: what they owe comes at once, the rest when it is due.
	hung.answers = true;
	for (const res of hung.held) res.writeHead(200).end('thanks');
	await until('all are done', () => {
		try {
			stack.sql(`UPDATE webhook_delivery SET due_at = UTC_TIMESTAMP(6) WHERE state = 'ready' AND due_at > UTC_TIMESTAMP(6)`);
		} catch (e) {
			assert.match(e.message, /Deadlock/); // with jobd's own statements: once more
		}
		return states(hung.url, 'done') === 99 * EVENTS;
	});
	assert.equal(new Set(hung.got).size, 99 * EVENTS, 'each of them came');
});

test('receivers that speak HTTP/1.0 are answered like any other', async () => {
	stack.sql('UPDATE webhook SET archived_at = UTC_TIMESTAMP(6)');
	const cases = [
		['ends with the connection', 'HTTP/1.0 200 OK\r\n\r\nthanks', 'done', 200, 'thanks'],
		['says its length', 'HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nthanks', 'done', 200, 'thanks'],
		['has no reason phrase', 'HTTP/1.0 204\r\n\r\n', 'done', 204, ''],
		['fails', 'HTTP/1.0 500 Oh\r\n\r\nno', 'ready', 500, 'no'],
		['asks to go on first', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\nthanks', 'done', 200, 'thanks'],
	];
	for (const [why, answer, state, status, text] of cases) {
		let asked = 0;
		const server = net.createServer((c) => {
			let all = '';
			c.on('error', () => {}).on('data', (d) => {
				all += d;
				const end = all.indexOf('\r\n\r\n');
				const length = Number(all.match(/^content-length: (\d+)/im)?.[1]);
				if (end === -1 || Buffer.byteLength(all) < end + 4 + length) return;
				asked++;
				c.end(answer);
			});
		});
		servers.push(server);
		await new Promise((done) => server.listen(0, stack.addr, done));
		const url = `http://${stack.addr}:${server.address().port}/old`;
		await add(world.alpha, url);
		tell(url, 1);
		await until(why, () => Number(stack.sqlOne(`SELECT d.attempts FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook_id WHERE w.url = '${url}' AND d.state = '${state}'`)) === 1);
		assert.deepEqual(stack.sql(`SELECT d.status, d.answer FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook_id WHERE w.url = '${url}'`)[0], [String(status), text], why);
		assert.equal(asked, 1, why);
	}
});
