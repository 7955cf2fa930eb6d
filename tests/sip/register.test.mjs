// A carrier that wants to be told where we are: the worker registers with SIPp
// as soon as the trunk is there, answers its challenge, and calls go through.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, afterEach, before, test } from 'node:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { addr, build, dir, startStack, until } from '../support/stack.mjs';
import { bound, endAll, recv, send, sipp } from '../support/sip.mjs';
import { again, answer } from '../support/sip_messages.mjs';

let stack;
function ringtrace(...args) {
	return spawnSync(join(build, 'ringtrace'), [...args, '-c', stack.conf], { encoding: 'utf8' });
}

before(async () => {
	stack = await startStack({ demo: false, without: ['nginx', 'dashboard', 'dni', 'jobd'] });
	assert.equal(ringtrace('company', 'add', '--name', 'Bay City Plumbing').status, 0);
	writeFileSync(join(dir, 'carrier.pw'), 'secret\n');
});
afterEach(endAll);
after(() => stack?.stop());

test('the trunk appears: REGISTER, the challenge is answered, it is known', async () => {
	const checked = `<recv request="REGISTER"><action><ereg regexp="Digest username=.me., realm=.carrier.*uri=.sip:${addr}:5090.*response=" search_in="hdr" header="Authorization:" check_it="true" assign_to="1"/><ereg regexp="<sip:me@${addr}:5060>" search_in="hdr" header="Contact:" check_it="true" assign_to="2"/><ereg regexp="300" search_in="hdr" header="Expires:" check_it="true" assign_to="3"/></action></recv>`.replace('<sip:me', '&lt;sip:me').replace('5060>', '5060&gt;');
	const s = sipp([recv('REGISTER'), send(answer(401, 'Unauthorized', '', 'WWW-Authenticate: Digest realm="carrier", nonce="abc", qop="auth", algorithm=SHA-256\n')),
		checked, '<Reference variables="1,2,3"/>', send(again().replace('Content-Length', 'Expires: 300\nContent-Length'))], { at: 5090, limit_s: 30 });
	await bound(5090);
	const r = ringtrace('trunk', 'add', '--name', 'Carrier', '--host', `${addr}:5090`, '--allow', `${addr}/32`, '--username', 'me', '--password-file', join(dir, 'carrier.pw'), '--register', '300');
	assert.equal(r.status, 0, r.stderr);
	assert.equal(await s.ended, 0, s.why());
});

test('one that refuses is said in the log, and is not asked without end', async () => {
	const s = sipp([recv('REGISTER'), send(answer(403, 'Forbidden'))], { at: 5091, limit_s: 30 });
	await bound(5091);
	const r = ringtrace('trunk', 'add', '--name', 'Other', '--host', `${addr}:5091`, '--allow', '192.0.2.0/24', '--username', 'me', '--password-file', join(dir, 'carrier.pw'), '--register', '60');
	assert.equal(r.status, 0, r.stderr);
	assert.equal(await s.ended, 0, s.why());
	await until('the log says so', () => stack.output.includes('a trunk does not take our registration'));
});

test('a registration without a name, or for a moment, is refused', () => {
	for (const more of [['--register', '300'], ['--register', '20', '--username', 'me'], ['--register', '9000', '--username', 'me']]) {
		const r = ringtrace('trunk', 'add', '--name', 'Wrong', '--host', `${addr}:5092`, '--allow', '192.0.2.0/24', ...more);
		assert.notEqual(r.status, 0, more.join(' '));
		assert.match(r.stderr, /register/);
	}
});
