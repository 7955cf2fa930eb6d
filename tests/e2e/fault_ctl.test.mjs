// The operator's command while the system refuses it something: each call it
// makes of kernel, libc or database fails once. It ends with a status and a
// reason, never by a signal; what it calls done is what it would have done
// without the fault, and after the fault it does it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { Faults, told } from '../support/fault.mjs';
import { addr, build, dir, startStack } from '../support/stack.mjs';

// All places in `make coverage`; else one of so many.
const one_of = process.env.RT_TEST_FAULTS === 'all' ? 1 : 8;

const at = (name) => join(dir, name);
let stack, company, account, webhook, page;
before(async () => {
	stack = await startStack({ without: ['nginx', 'dashboard', 'dni', 'jobd', 'sipworker'] });
	page = http.createServer((req, res) => res.setHeader('content-type', 'text/html').end(`<!doctype html><title>Works</title>
		<script async src="${stack.url}/t.js" data-site="${stack.demo().site_key}"></script><p>Call +1 415 555 0199`));
	await new Promise((ok) => page.listen(8090, addr, ok));
	const said = await ringtrace(['webhook', 'add', '--name', 'first', '--url', 'https://hooks.example.com/in', '-c', stack.conf]);
	webhook = said.out.match(/whk_\w+/)[0];
	writeFileSync(at('flow.json'), (await ringtrace(['flow', 'show', '--flow', 'Main line', '-c', stack.conf])).out);
	writeFileSync(at('spend.csv'), 'day,cost,source,medium\n2026-11-01,12.50,google,cpc\n2026-11-02,7,bing,cpc\n');
	[[company, account]] = stack.sql('SELECT c.name, a.name FROM company c JOIN account a ON a.id = c.account_id');
});
after(async () => {
	page?.close();
	page?.closeAllConnections();
	await stack?.stop();
});

function ringtrace(args, input = '', env = {}) {
	return new Promise((resolve) => {
		const p = spawn(join(build, 'ringtrace'), args, { env: { ...process.env, ...env } });
		const r = { out: '', err: '' };
		p.stdout.setEncoding('utf8').on('data', (t) => (r.out += t));
		p.stderr.setEncoding('utf8').on('data', (t) => (r.err += t));
		p.stdin.on('error', () => undefined); // it ended without reading
		p.stdin.end(input);
		p.on('close', (status, signal) => resolve({ ...r, status, signal }));
	});
}

/** Secrets, ids and times differ from run to run. */
const plain = (s) => s.replace(/\b[a-z]{3}_[0-9a-z]{26}\b/g, 'ID').replace(/[\w-]{16,}/g, 'SECRET').replace(/\d+(\.\d+)? ?m?s\b/g, 'TIME').replace(/\+1\d{10}|version \d+/g, 'NUMBER');

/** Each run of the command gets an n of its own, so that adding works again. */
async function tryAll(name, args, { input = '' } = {}) {
	const faults = new Faults('ringtrace', `${name.replace(/\W/g, '_')}.bin`);
	let n = 0;
	const run = (env) => {
		n++;
		return ringtrace([...args(n), '-c', stack.conf], input, env);
	};
	const good = await run(faults.env);
	assert.equal(good.status, 0, good.err);
	const cases = faults.cases();
	assert.ok(cases.length > 5, `${cases.length} places: nothing was seen`);
	const chosen = cases.filter((_, i) => i % one_of === n % one_of);
	let fired = 0;
	const bad = [];
	for (const c of chosen) {
		faults.arm(c);
		const r = await run(faults.env);
		const why = `${name}: ${told(c)}\n  status ${r.status} ${r.signal ?? ''}\n  ${r.err.trim().slice(-400)}\n  ${r.out.trim().slice(0, 200)}`;
		if (faults.fired() === 0) continue; // another way this time
		fired++;
		if (r.signal !== null || ![0, 1, 2].includes(r.status)) bad.push(`does not end well: ${why}`);
		else if (r.status !== 0 && r.err.trim() === '') bad.push(`no reason: ${why}`);
		else if (r.status === 0 && plain(r.out).replaceAll(`n${n}`, 'n') !== plain(good.out).replaceAll('n1', 'n')) bad.push(`wrong, and calls it done: ${why}`);
	}
	faults.close();
	if (process.env.RT_TEST_VERBOSE) console.error(`${name}: ${cases.length} cases, ${chosen.length} tried, ${fired} met`);
	assert.deepEqual(bad, [], bad.join('\n'));
	assert.ok(fired > 0);
	const again = await run({});
	assert.equal(again.status, 0, `afterwards: ${again.err}`);
}


const e164 = (n) => `+1415556${String(n).padStart(4, '0')}`;
const mine = (noun, verb, ...args) => [noun, verb, '--company', company, ...args];
const read = [
	['company list', () => ['company', 'list']],
	['number list', () => mine('number', 'list')],
	['site list', () => mine('site', 'list')],
	['trunk list', () => ['trunk', 'list']],
	['flow list', () => mine('flow', 'list')],
	['flow show', () => mine('flow', 'show', '--flow', 'Main line')],
	['flow diff', () => mine('flow', 'diff', '--flow', 'Main line', '--from', '1')],
	['flow check', () => ['flow', 'check', at('flow.json'), '--company', company]],
	['webhook list', () => mine('webhook', 'list')],
	['webhook log', () => mine('webhook', 'log', '--id', webhook)],
	['site check', () => mine('site', 'check', '--key', stack.demo().site_key, '--url', `http://${addr}:8090/`)],
	['job dead', () => ['job', 'dead']],
	['rollup verify', () => ['rollup', 'verify']],
	['person show', () => mine('person', 'show', '--number', '+12125550123')],
];
const write = [
	['migrate', () => ['migrate']],
	['rollup rebuild', () => ['rollup', 'rebuild']],
	['verdict rerun', () => ['verdict', 'rerun']],
	['attrib fit', () => ['attrib', 'fit']],
	['attrib rerun', () => ['attrib', 'rerun', '--apply']],
	['spend import', () => mine('spend', 'import', '--file', at('spend.csv'))],
	['company add', (n) => ['company', 'add', '--name', `Works n${n}`, '--account', `Owner n${n}`]],
	['user add', (n) => mine('user', 'add', '--email', `n${n}@example.com`)],
	['user role', () => mine('user', 'role', '--email', 'demo@example.com', '--role', 'owner')],
	['user password', () => ['user', 'password', '--email', 'demo@example.com', '--password-stdin'], { input: 'a new password\n' }],
	['number add', (n) => mine('number', 'add', '--number', e164(n), '--to', '+12125550199', '--label', `n${n}`)],
	['number record', (n) => mine('number', 'record', '--number', '+14155550111', '--record', n % 2 ? 'notice' : 'off')],
	['site add', (n) => mine('site', 'add', '--origin', `https://n${n}.example.com`, '--number', e164(n))],
	['site token', () => mine('site', 'token', '--key', stack.demo().site_key)],
	['site map', () => mine('site', 'map', '--key', stack.demo().site_key, '--param', 'kw', '--field', 'utm_term')],
	['trunk add', (n) => ['trunk', 'add', '--name', `n${n}`, '--host', '192.0.2.7', '--allow', '192.0.2.0/24', '--username', 'u', '--password-file', '-', '--account', account], { input: 'secret words\n' }],
	['webhook add', (n) => mine('webhook', 'add', '--name', `n${n}`, '--url', `https://n${n}.example.com/in`)],
	['webhook test', () => mine('webhook', 'test', '--id', webhook)],
	['flow write', () => mine('flow', 'write', '--flow', 'Main line', '--file', at('flow.json'))],
	['flow publish', () => mine('flow', 'publish', '--flow', 'Main line')],
	['user disable', () => ['user', 'disable', '--email', 'demo@example.com']],
];
for (const [name, args, options] of [...read, ...write]) test(name, () => tryAll(name, args, options));
