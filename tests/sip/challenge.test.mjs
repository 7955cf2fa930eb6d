// A carrier that asks who calls, of every request and through two realms: each
// answer is worked out here and compared.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { after, afterEach, before, test } from 'node:test';
import { join } from 'node:path';

import { addr, build, dir, startStack, until } from '../support/stack.mjs';
import { ask, closeHands, field, hand, offer, reply, toTag } from '../support/sip_hand.mjs';

const NUMBER = '+14155550170'; // rings +12125550199 by the carrier at 5080
let stack;
function ringtrace(...args) {
	const r = spawnSync(join(build, 'ringtrace'), [...args, '-c', stack.conf], { encoding: 'utf8' });
	assert.equal(r.status, 0, r.stderr);
}

before(async () => {
	stack = await startStack({ demo: false, without: ['nginx', 'dashboard', 'dni', 'jobd'] });
	writeFileSync(join(dir, 'carrier.pw'), 'open "sesame"\n');
	ringtrace('company', 'add', '--name', 'Bay City Plumbing');
	ringtrace('trunk', 'add', '--name', 'Carrier', '--host', `${addr}:5080`, '--allow', `${addr}/32`, '--username', 'me@here', '--password-file', join(dir, 'carrier.pw'));
	ringtrace('number', 'add', '--number', NUMBER, '--to', '+12125550199');
	await until('the worker knows the number', () => /configuration version=\d+ numbers=1/.test(stack.output));
});
afterEach(closeHands);
after(() => stack?.stop());

const PROXY = { header: 'Proxy-Authenticate', realm: 'edge.example', algorithm: 'SHA-256', qop: 'auth,auth-int' };
const SWITCH = { header: 'WWW-Authenticate', realm: 'the "switch"', opaque: 'o/1==' };
const quoted = (s) => `"${s.replace(/["\\]/g, '\\$&')}"`;
/** The challenge's line. */
const wants = (who, nonce, stale) => `${who.header}: Digest realm=${quoted(who.realm)}, nonce="${nonce}"${who.algorithm ? `, algorithm=${who.algorithm}` : ''}${who.qop ? `, qop="${who.qop}"` : ''}${who.opaque ? `, opaque="${who.opaque}"` : ''}${stale ? ', stale=true' : ''}\n`;

const credentials = (request) => request.split('\r\n').filter((l) => /^(Proxy-)?Authorization: /.test(l));
const seen = new Map(); // nonce to the nc that it was said with last
/** The request has these credentials of ours, and as many as these. */
function shows(request, ...list) {
	const lines = credentials(request);
	assert.equal(lines.length, list.length, request);
	const [method, uri] = request.split(' ');
	for (const [who, nonce] of list) {
		const name = who.header.startsWith('Proxy') ? 'Proxy-Authorization' : 'Authorization';
		const line = lines.find((l) => l.startsWith(`${name}: Digest `));
		assert.ok(line, request);
		const p = Object.fromEntries([...line.matchAll(/([a-z]+)=("(?:[^"\\]|\\.)*"|[^,\s]*)/g)].map(([, k, v]) => [k, v.replace(/^"|"$/g, '').replace(/\\(.)/g, '$1')]));
		const h = (...parts) => createHash(who.algorithm === 'SHA-256' ? 'sha256' : 'md5').update(parts.join(':')).digest('hex');
		assert.deepEqual([p.username, p.realm, p.nonce, p.uri, p.opaque, p.algorithm], ['me@here', who.realm, nonce, uri, who.opaque, who.algorithm]);
		// The realm is hashed as it stands between its quotes, as most do.
		const a1 = h('me@here', quoted(who.realm).slice(1, -1), 'open "sesame"'), a2 = h(method, uri);
		if (!who.qop) {
			assert.equal(p.response, h(a1, nonce, a2));
			continue;
		}
		assert.equal(p.qop, 'auth');
		assert.ok(parseInt(p.nc, 16) > (seen.get(nonce) ?? 0), 'nc goes up');
		seen.set(nonce, parseInt(p.nc, 16));
		assert.equal(p.response, h(a1, nonce, p.nc, p.cnonce, 'auth', a2));
	}
}
const nth = (h, method, cseq) => h.says(new RegExp(`^${method} [\\s\\S]*^CSeq: ${cseq} ${method}\\r`, 'm'));
const bare = (request) => assert.doesNotMatch(request, /uthorization/);
const rows = (id) => stack.sql(`SELECT result FROM phone_call WHERE state = 'closed' AND sip_call_id = '${id}'`);
const closed = (id) => until(`the call ${id} is closed`, () => rows(id)[0]?.[0]);

test('INVITE, PRACK, re-used nonces, ACK and BYE, through a proxy and a switch', async () => {
	const a = await hand(5072), b = await hand(5080);
	a.send(ask(a, 'INVITE', 'two', { number: NUMBER, body: offer(26400) }));
	const first = await nth(b, 'INVITE', 1);
	bare(first);
	b.send(reply(first, 407, { tag: 'p', more: wants(PROXY, 'p1') }));
	const second = await nth(b, 'INVITE', 2);
	shows(second, [PROXY, 'p1']);
	b.send(reply(second, 401, { tag: 's', more: wants(SWITCH, 's1') }));
	const third = await nth(b, 'INVITE', 3);
	shows(third, [PROXY, 'p1'], [SWITCH, 's1']);
	b.send(reply(third, 180, { tag: 't', more: 'Require: 100rel\nRSeq: 5\n' }));
	const prack = await nth(b, 'PRACK', 4);
	shows(prack, [PROXY, 'p1'], [SWITCH, 's1']);
	b.send(reply(prack, 407, { more: wants(PROXY, 'p2', true) }));
	const again = await nth(b, 'PRACK', 5);
	assert.equal(field(again, 'RAck'), '5 3 INVITE');
	shows(again, [PROXY, 'p2'], [SWITCH, 's1']);
	b.send(reply(again, 200));
	b.send(reply(third, 200, { tag: 't', body: offer(26500) }));
	// RFC 3261 22.1: the ACK has those of its INVITE, as they were.
	assert.deepEqual(credentials(await b.says(/^ACK [\s\S]*^CSeq: 3 ACK\r[\s\S]*uthorization/m)), credentials(third));
	const ok = await a.says(/^SIP\/2\.0 200 [\s\S]*CSeq: 1 INVITE/);
	a.send(ask(a, 'ACK', 'two', { number: NUMBER, branch: 'twoack', tag: toTag(ok) }));
	a.send(ask(a, 'BYE', 'two', { number: NUMBER, cseq: 2, tag: toTag(ok) }));
	const bye = await nth(b, 'BYE', 6);
	shows(bye, [PROXY, 'p2'], [SWITCH, 's1']);
	b.send(reply(bye, 401, { more: wants(SWITCH, 's2', true) + wants(PROXY, 'p3', true) }));
	const last = await nth(b, 'BYE', 7);
	shows(last, [PROXY, 'p3'], [SWITCH, 's2']);
	b.send(reply(last, 200));
	assert.equal(await closed('two'), 'answered');
});

test('a password that is refused is said, in the call and in the log', async () => {
	const a = await hand(5072), b = await hand(5080);
	a.send(ask(a, 'INVITE', 'no', { number: NUMBER, body: offer(26400) }));
	b.send(reply(await nth(b, 'INVITE', 1), 401, { tag: 's', more: wants(SWITCH, 'n1') }));
	const second = await nth(b, 'INVITE', 2);
	shows(second, [SWITCH, 'n1']);
	b.send(reply(second, 401, { tag: 's', more: wants(SWITCH, 'n2') }));
	const refused = await a.says(/^SIP\/2\.0 [4-6][\s\S]*CSeq: 1 INVITE/);
	a.send(ask(a, 'ACK', 'no', { number: NUMBER, branch: 'noINVITE1', tag: toTag(refused) }));
	assert.notEqual(await closed('no'), 'answered');
	assert.equal(b.got.filter((m) => m.startsWith('INVITE ')).length, 2);
	const reasons = stack.sql("SELECT l.reason FROM call_leg l JOIN phone_call c ON c.company_id = l.company_id AND c.id = l.call_id WHERE c.sip_call_id = 'no'").map(([r]) => r);
	assert.ok(reasons.includes("the carrier refuses the trunk's password"), reasons.join());
	await until('the log says so', () => stack.output.includes('a trunk does not take our calls with its user name and password'));
});
