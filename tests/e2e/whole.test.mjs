// The whole product under its supervisor: every program is started again when
// it is killed, the first call of `make run` shows up, nothing stays behind.
import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Browsers } from '../support/dni.mjs';
import { call, endAll } from '../support/sip.mjs';
import { addr, alive, childrenOf, startStack, until } from '../support/stack.mjs';

let stack;
after(async () => {
	await endAll();
	await stack?.stop();
});

/** All processes below pid. */
function tree(pid) {
	return childrenOf(pid).flatMap((c) => [c, ...tree(c.pid)]);
}

test('the first run places a call that is credited to an advertisement', async () => {
	stack = await startStack({ args: ['--demo-call'] });
	const me = await stack.login();
	await until('the demonstration call is in the log', async () => {
		const page = await (await me.fetch('/calls')).text();
		return /class="row-link[^>]*href="\/calls\/cal_/.test(page) && page.includes('google / cpc');
	}, 60000);
	assert.equal(stack.sqlOne('SELECT COUNT(*) FROM phone_call'), '1');
	assert.equal(stack.sqlOne("SELECT keyword FROM interaction WHERE kind = 'call'"), 'emergency plumber');
	// Its recording lies in folders whose access list lets jobd erase (tests/e2e/users.test.mjs).
	const folders = readdirSync(join(stack.dir, 'recordings'), { recursive: true }).map((name) => statSync(join(stack.dir, 'recordings', name))).filter((st) => st.isDirectory());
	assert.ok(folders.length > 0);
	for (const st of folders) assert.equal(st.mode & 0o777, process.getuid() === 0 ? 0o770 : 0o750);
});

test('whatever is killed comes back', async () => {
	for (const program of ['dashboard.fcgi', 'dni.fcgi', 'jobd', 'sipworker', 'mariadbd', 'nginx']) {
		const before = stack.pidOf(program);
		assert.ok(before, program);
		process.kill(before, 'SIGKILL');
		await until(`${program} is back`, () => {
			const now = stack.pidOf(program);
			return now && now !== before;
		}, 60000);
	}
	const me = await until('people can sign in again', () => stack.login().catch(() => null), 60000);
	assert.equal((await me.fetch('/')).status, 200);
	await until('numbers are leased again', async () => {
		const res = await stack.fetch('/dni/v1/visit', {
			method: 'POST',
			headers: { origin: stack.url, 'content-type': 'text/plain', 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0' },
			body: JSON.stringify({ site: 'demo', url: `${stack.url}/demo/`, ref: '' }),
		}).catch(() => null);
		return res?.status === 200 && (await res.json()).tier === 'lease';
	}, 90000);
});

test('Ctrl-C leaves no process of it behind', async () => {
	const all = tree(stack.pid);
	assert.ok(all.length >= 10, `${all.length} processes`);
	const { code } = await stack.stop('SIGINT');
	assert.equal(code, 0);
	for (const { pid, cmd } of all) assert.ok(!alive(pid), `${cmd} (${pid}) is gone`);
});

test('a second run does not call again, and finds the first call', async () => {
	stack = await startStack({ args: ['--demo-call'] });
	assert.equal(stack.sqlOne('SELECT COUNT(*) FROM phone_call'), '1');
	assert.doesNotMatch(stack.output, /placing the demonstration call/);
});

test('who finds the pool full and calls its overflow number is credited', async () => {
	const OVERFLOW = '+14155550109';
	stack.sql("UPDATE pool SET overflow_policy = 'overflow'; UPDATE config_version SET version = version + 1");
	const dni = new Browsers(stack);
	const overflow = await until('the pool is full and the server has seen what is shown then', async () => {
		const { json } = await dni.ask({ url: `${stack.url}/demo/?utm_source=bing&utm_medium=cpc&utm_campaign=autumn` });
		return json.tier === 'overflow' && json.swap[0].to.e164;
	}, 30000);
	dni.close();
	assert.equal(overflow, OVERFLOW);
	await until('it is written down', () => stack.sqlOne('SELECT COUNT(*) FROM overflow_shown') === '1');
	const carrier = call('carrier', { listen: `${addr}:5071`, target: `${addr}:5060`, number: OVERFLOW, caller: '+14155550143', 'talk-ms': 500, 'rtp-min': 24000, 'rtp-max': 24099 });
	await carrier.ended;
	const credited = await until('the call is over', () => stack.sql(`SELECT i.attributed_by, i.campaign, i.lease_id IS NULL, HEX(i.visit_id), p.pool_id IS NULL,
		JSON_VALUE(i.evidence, '$.candidates[0].overflow_s') FROM phone_call p JOIN interaction i ON i.id = p.id WHERE p.number_e164 = '${OVERFLOW}' AND p.state = 'closed'`)[0], 60000);
	assert.deepEqual(credited.slice(0, 3), ['visit', 'autumn', '1']);
	assert.equal(credited[3], stack.sqlOne('SELECT HEX(visit_id) FROM overflow_shown'));
	assert.equal(credited[4], '1');
	assert.match(credited[5], /^\d+$/);
});
