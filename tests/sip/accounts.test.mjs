// Two accounts with the same carrier in one installation, and a third one with
// another: whose call it is says the dialled number, and no account's calls go
// out at another one's expense.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, afterEach, before, test } from 'node:test';
import { join } from 'node:path';

import { addr, build, startStack, until } from '../support/stack.mjs';
import { bound, call, endAll, endings, recv, sdp, send, sipp } from '../support/sip.mjs';
import { again, answer } from '../support/sip_messages.mjs';

const accounts = [
	{ name: 'First', number: '+14155550130', to: '+12125550191', out: 5081, allow: `${addr}/32` },
	{ name: 'Second', number: '+14155550131', to: '+12125550192', out: 5082, allow: `${addr}/32` },
	{ name: 'Third', number: '+14155550132', to: '+12125550193', out: 5083, allow: '192.0.2.0/24' },
];
let stack;

function ringtrace(...args) {
	const r = spawnSync(join(build, 'ringtrace'), [...args, '-c', stack.conf], { encoding: 'utf8' });
	assert.equal(r.status, 0, r.stderr);
}

before(async () => {
	stack = await startStack({ demo: false, without: ['nginx', 'dashboard', 'dni', 'jobd'] });
	for (const { name, number, to, out, allow } of accounts) {
		ringtrace('company', 'add', '--name', name, '--account', name);
		ringtrace('trunk', 'add', '--name', 'Carrier', '--account', name, '--host', `${addr}:${out}`, '--allow', allow);
		ringtrace('number', 'add', '--company', name, '--number', number, '--to', to);
	}
	await until('the worker knows the numbers', () => /configuration version=\d+ numbers=3/.test(stack.output));
});
afterEach(endAll);
after(() => stack?.stop());

const carrier = (number) => call('carrier', { listen: `${addr}:5070`, target: `${addr}:5060`, number, 'talk-ms': 300, 'rtp-min': 24000, 'rtp-max': 24099 });

for (const { name, number, to, out } of accounts.slice(0, 2))
	test(`${name}: in by the common carrier, out through its own trunk`, async () => {
		const b = sipp([recv('INVITE'), send(answer(200, 'OK', sdp()), 'retrans="500"'), recv('ACK'), recv('BYE'), send(again())], { at: out, media: 26100 });
		await bound(out);
		const a = carrier(number);
		assert.equal(await a.ended, 0, a.text);
		assert.equal(await b.ended, 0, b.why());
		assert.match(b.messages(), new RegExp(`^INVITE sip:\\${to}@`, 'm'));
		await until('the call is theirs', () => stack.sqlOne(`SELECT c.name FROM phone_call p JOIN company c ON c.id = p.company_id
			JOIN number n ON n.company_id = p.company_id AND n.id = p.number_id WHERE n.e164 = '${number}' AND p.result = 'answered'`) === name);
	});

test('a number of an account with another carrier is nobody\'s here', async () => {
	const a = carrier(accounts[2].number);
	assert.equal(await a.ended, 1);
	assert.equal(endings(a)[0].status, '404');
	await until('the log says so', () => stack.output.includes('calls to numbers that come by another trunk get 404'));
	assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM phone_call p JOIN company c ON c.id = p.company_id WHERE c.name = '${accounts[2].name}'`), '0');
});
