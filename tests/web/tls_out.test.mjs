// What we say to mail servers and to receivers of events over TLS: who is
// vouched for by an authority of our own hears it; an ended certificate, one
// of another name or of nobody's hears neither a password nor an event, the
// log says why, and it goes on when that is mended.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chownSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import http2 from 'node:http2';
import https from 'node:https';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { makeCa } from '../support/certs.mjs';
import { smtpServer } from '../support/smtp.mjs';
import { addr, build, startStack, until } from '../support/stack.mjs';
import { addCompanies, uuid7 } from '../support/two_companies.mjs';

const PORT = 2526, PASSWORD = 'only for the server';
let stack, world, ca, other, server, certs;

before(async () => {
	ca = makeCa();
	other = makeCa();
	const san = `IP:${addr}`;
	certs = { good: ca.leaf({ san }), ended: ca.leaf({ san, days: -1 }), named: ca.leaf({ san: 'DNS:mx.elsewhere.example' }), stranger: other.leaf({ san }) };
	server = await smtpServer(addr, PORT, { offers: ['STARTTLS', 'AUTH PLAIN'], keys: certs.good });
	stack = await startStack({ without: ['dni', 'sipworker'], args: ['--smtp-url', `smtp://${addr}:${PORT}`] });
	world = addCompanies(stack);
	writeFileSync(stack.conf, readFileSync(stack.conf, 'utf8').replace(/^(smtp_user|ca_file)\b.*\n/gm, '') + `smtp_user mailer\nca_file ${ca.file}\n`);
	const pw = join(stack.dir, 'secret', 'smtp.pw'), jobd = statSync(join(stack.dir, 'secret', 'db_jobd.pw'));
	writeFileSync(pw, `${PASSWORD}\n`, { mode: 0o600 });
	chownSync(pw, jobd.uid, jobd.gid);
	const pid = stack.pidOf('jobd');
	process.kill(pid, 'SIGTERM');
	await until('jobd has read it', () => stack.pidOf('jobd') && stack.pidOf('jobd') !== pid);
});
after(async () => {
	await stack?.stop();
	server?.close();
	ca?.remove();
	other?.remove();
});

let n = 0;
function enqueue() {
	const key = `t${++n}`, payload = JSON.stringify({ template: 'reset', to: `${key}@alpha.example`, link: 'https://x.example/reset/1' });
	stack.sql('INSERT INTO job (company_id, kind, job_key, payload, state, due_at, created_at) VALUES'
		+ ` (X'${world.alpha.id.toString('hex')}', 'mail', '${key}', '${payload}', 'ready', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))`);
	server.seen.length = server.letters.length = 0;
	return key;
}
const state = (key) => stack.sqlOne(`SELECT CONCAT(state, attempts) FROM job WHERE job_key = '${key}'`);
const why = (key) => stack.sqlOne(`SELECT last_error FROM mail_log WHERE to_address = '${key}@alpha.example'`);
/** The same mail again, and this time it is sent, once. */
async function mended(key) {
	server.says = () => undefined;
	stack.sql(`UPDATE job SET due_at = UTC_TIMESTAMP(6) WHERE job_key = '${key}' AND state = 'ready'`);
	await until('it is sent', () => state(key) === 'done2');
	assert.equal(server.letters.length, 1);
}

test('the password is said to the server that was meant, and to no other', async () => {
	const key = enqueue();
	let said = '';
	server.says = (step, line) => void (step === 'AUTH' && (said = line));
	await until('it is sent', () => state(key) === 'done1');
	assert.equal(Buffer.from(said.split(' ').at(-1), 'base64').toString(), `\0mailer\0${PASSWORD}`);
	assert.equal(server.secure, 1);
	for (const [name, reason] of [['ended', /expired/], ['named', /match/], ['stranger', /certificate/]]) {
		server.keys = certs[name];
		const bad = enqueue();
		await until(`${name} is refused`, () => state(bad) === 'ready1');
		assert.match(why(bad), reason, name);
		assert.ok(!server.seen.includes('AUTH') && !server.seen.includes('MAIL'), server.seen.join());
		server.keys = certs.good;
		await mended(bad);
	}
	server.offers = ['AUTH PLAIN'];
	const open = enqueue();
	await until('it is not said in the open', () => state(open) === 'ready1');
	assert.ok(!server.seen.includes('AUTH') && !server.seen.includes('MAIL'), server.seen.join());
	server.offers = ['STARTTLS', 'AUTH PLAIN'];
	await mended(open);
});

test('a server that is not ready to listen says nothing of the mail: it waits, and is sent once', async () => {
	for (const [steps, text] of [[['greet'], '554 no service'], [['EHLO', 'HELO'], '550 not you'], [['EHLO', 'HELO'], false], [['STAR'], '454 no TLS now'],
		[['STAR'], '502 what'], [['STAR'], false], [['AUTH'], '535 no'], [['AUTH'], '454 later'], [['AUTH'], '500 what'], [['AUTH'], false], [['MAIL'], false], [['DATA'], false]]) {
		server.says = (step) => (steps.includes(step) ? text : undefined);
		const key = enqueue();
		await until(`${steps} ${text}`, () => state(key) === 'ready1');
		assert.notEqual(why(key), '', `${steps} ${text}`);
		await mended(key);
	}
});

test('what was taken over is sent, whatever the goodbye; drips are waited for, to a limit', async () => {
	for (const text of [null, false, '500 what', ['221 bye', 2000]]) {
		server.says = (step) => (step === 'QUIT' ? text : undefined);
		const key = enqueue();
		await until(`QUIT ${text}`, () => state(key) === 'done1');
		assert.equal(server.letters.length, 1);
	}
	server.says = (step) => (step === 'RCPT' || step === 'end' ? ['250 slowly', 100] : undefined);
	const slow = enqueue();
	await until('it is sent', () => state(slow) === 'done1');
	assert.equal(server.letters.length, 1);
	server.says = (step) => (step === 'MAIL' ? [`250 ${'slowly '.repeat(1000)}`, 100] : undefined);
	const endless = enqueue();
	await until('patience ends', () => state(endless) === 'ready1', 90000);
	assert.match(why(endless), /time/i);
	assert.equal(server.letters.length, 0);
	await mended(endless);
});

/** A webhook of alpha, and how its events stand. */
function hookTo(port, name) {
	const made = spawnSync(join(build, 'ringtrace'), ['webhook', 'add', '--company', world.alpha.companyId, '--name', name,
		'--url', `https://${addr}:${port}/`, '--private', '-c', stack.conf], { encoding: 'utf8' });
	assert.equal(made.status, 0, made.stderr);
	const hook = stack.sqlOne(`SELECT HEX(id) FROM webhook WHERE name = '${name}'`);
	/** Tells it of that kind; the event's key. */
	const tell = (kind) => {
		const event = uuid7().toString('hex');
		stack.sql('INSERT INTO webhook_delivery (company_id, webhook_id, event_id, kind, object_id, state, due_at, happened_at)'
			+ ` VALUES (X'${world.alpha.id.toString('hex')}', X'${hook}', X'${event}', '${kind}', X'${world.alpha.call.toString('hex')}', 'ready',`
			+ ' UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))');
		return event;
	};
	const one = (event) => stack.sql(`SELECT state, COALESCE(last_error, ''), attempts FROM webhook_delivery WHERE event_id = X'${event}'`)[0];
	const dueNow = () => stack.sql(`UPDATE webhook_delivery SET due_at = UTC_TIMESTAMP(6) WHERE webhook_id = X'${hook}' AND state = 'ready'`);
	return { tell, one, dueNow };
}

test('a receiver that speaks HTTP/2 alone is told in the order of the call, whatever it does to a connection', async () => {
	const got = [], connections = new Set();
	const acts = [
		(stream) => stream.session.destroy(),
		(stream) => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR),
		(stream) => {
			stream.session.goaway(http2.constants.NGHTTP2_ENHANCE_YOUR_CALM);
			stream.close(http2.constants.NGHTTP2_ENHANCE_YOUR_CALM);
		},
		(stream) => {
			for (let i = 0; i < 3000 && !stream.destroyed; i++) stream.additionalHeaders({ ':status': 103, link: `</${'a'.repeat(60)}>` });
		},
		(stream) => stream.respond({ ':status': 503 }, { endStream: true }),
		(stream) => {
			stream.additionalHeaders({ ':status': 103, link: '</a>' });
			stream.respond({ ':status': 200 });
			stream.end('thanks');
		},
	];
	const receive = http2.createSecureServer({ ...certs.good, allowHTTP1: false });
	receive.on('session', (s) => {
		connections.add(s);
		s.on('error', () => {}).on('close', () => connections.delete(s));
	});
	receive.on('stream', (stream, headers) => {
		got.push(headers['ringtrace-event']);
		stream.on('error', () => {}).resume().on('end', () => acts[Math.min(got.length, acts.length) - 1](stream));
	});
	await new Promise((done) => receive.listen(0, addr, done));
	try {
		const hook = hookTo(receive.address().port, 'HTTP/2');
		const [first, second, third] = ['call.started', 'call.answered', 'call.ended'].map(hook.tell);
		for (let tries = 1; tries < acts.length; tries++) {
			await until(`failure ${tries}`, () => {
				const [state, , attempts] = hook.one(first);
				return state === 'ready' && attempts === `${tries}`;
			});
			assert.notEqual(hook.one(first)[1], '');
			assert.equal(got.length, tries);
			hook.dueNow();
		}
		await until('all are told', () => [first, second, third].every((event) => hook.one(event)[0] === 'done'));
		assert.deepEqual(got, [...acts.map(() => 'call.started'), 'call.answered', 'call.ended']);
	} finally {
		for (const s of connections) s.destroy();
		receive.close();
	}
});

test('an event goes to the receiver that was meant, and waits for its certificate', async () => {
	const got = [];
	const receive = https.createServer(certs.good, (req, res) => {
		got.push(req.headers['ringtrace-event-id']);
		req.resume().on('end', () => res.end());
	});
	await new Promise((done) => receive.listen(0, addr, done));
	try {
		const hook = hookTo(receive.address().port, 'over TLS');
		// Of a receiver whose TLS is too old nothing is wrong but that.
		const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' }, present = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3' };
		for (const [name, reason] of [['good'], ['old', /version|protocol|alert/i], ['ended', /expired/], ['named', /match/], ['stranger', /certificate/]]) {
			receive.setSecureContext(name === 'old' ? { ...certs.good, ...old } : { ...certs[name], ...present });
			got.length = 0;
			const event = hook.tell('call.ended'), one = () => hook.one(event);
			if (reason) {
				await until(`${name} is refused`, () => reason.test(one()[1]));
				assert.equal(one()[0], 'ready');
				assert.equal(got.length, 0);
				receive.setSecureContext({ ...certs.good, ...present });
				hook.dueNow();
			}
			await until(`${name} is told`, () => got.length > 0 && one()[0] !== 'ready' && one()[0] !== 'running');
			assert.equal(got.length, 1);
		}
	} finally {
		receive.closeAllConnections();
		receive.close();
	}
});
