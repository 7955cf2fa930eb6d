// make drill-kill: engine, recorder and store are killed in the middle of
// calls, at random times. No call record is lost, each is there once, and
// every recording plays. RT_TEST_ROUNDS=n: so many rounds of seven kills each.
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { addr, startStack, until } from '../support/stack.mjs';
import { endAll, endings } from '../support/sip.mjs';
import { aNumber, bridged, calls, closed, gone, kept, leftovers, listen, listening, place, workers } from '../support/drill.mjs';

const rounds = Number(process.env.RT_TEST_ROUNDS ?? (process.env.RT_TEST_LONG ? 30 : 2));
const talk_ms = 7000; // the notice takes 3.2 s of it
let stack, number, placed = 0;

before(async () => {
	stack = await startStack({ without: ['nginx', 'dashboard', 'dni', 'jobd'] });
	number = aNumber(stack);
	await listening(stack);
	placed = calls(stack).length;
});
after(async () => {
	await endAll();
	await stack?.stop();
});

/** A call in whose middle `roles` are killed; its row, and how long it talked
 *  before. */
async function killIn(...roles) {
	const c = await place(number, { talk_ms });
	await bridged(c);
	const since = Date.now();
	const wait = 200 + Math.random() * 2000;
	await until('a random moment', () => Date.now() - since > wait);
	const now = workers(stack);
	for (const role of roles) process.kill(now[role], 'SIGKILL');
	const talked = (Date.now() - since) / 1000;
	for (const role of roles) await gone(now[role]);
	await listening(stack);
	return { c, talked };
}

async function finish(c) {
	await c.carrier.ended;
	await c.phone.stop();
	placed++;
	const rows = await closed(stack, placed);
	assert.equal(rows.length, placed, 'each call is there once');
	const row = rows.at(-1);
	await until('the recording is known', () => calls(stack).at(-1)[2] === 'ready');
	return calls(stack).find(([id]) => id === row[0]);
}

for (let i = 0; i < rounds; i++) {
	test(`engine killed in a call (${i + 1})`, async () => {
		const { c, talked } = await killIn('engine');
		// The next engine hangs up on both, in the dialogs of the dead one.
		await c.carrier.ended;
		await c.phone.ended;
		assert.match(stack.log('sipworker'), /engine: ended dialogs and INVITEs of the one before=2 lost=0/);
		const row = await finish(c);
		assert.equal(row[1], 'interrupted');
		const heard = listen(stack, row);
		const talk_ms = Number(stack.sqlOne(`SELECT talk_ms FROM phone_call WHERE id = UNHEX('${row[0]}')`));
		assert.ok(talk_ms > 0 && Math.abs(talk_ms / 1000 - talked) < 2, `${talk_ms} ms of talk kept, ${talked} s on the line`);
		assert.ok(Math.abs(heard.seconds - talked) < 2, `${heard.seconds} s recorded of ${talked} s`);
		assert.ok(heard.right > 0.05, `the business is heard: ${heard.right}`);
		// Who answered is known, though nobody lived to write it down.
		assert.deepEqual(stack.sql(`SELECT l.seq, l.answered_at IS NOT NULL, l.hangup_by, l.sip_status, d.id IS NOT NULL, l.target <> ''
			FROM call_leg l LEFT JOIN destination d ON d.company_id = l.company_id AND d.id = l.destination_id
			WHERE l.call_id = UNHEX('${row[0]}') ORDER BY l.seq`),
		[['0', '1', 'crash', '200', '0', '1'], ['1', '1', 'crash', '200', '1', '1']]);
	});

	test(`the whole worker killed in a call (${i + 1})`, async () => {
		const c = await place(number, { talk_ms: 120000 });
		await bridged(c);
		await kept(stack, 2);
		// Of a call whose recording has not a sample on the disk yet it is said that it is missing.
		await until('something of it is on the disk', () => leftovers(stack).some((f) => f.endsWith('.part') && statSync(join(stack.dir, 'recordings', f)).size > 4096));
		const then = workers(stack);
		process.kill(-then.parent, 'SIGKILL');
		for (const pid of Object.values(then)) await gone(pid);
		// The next worker hangs up on both: neither would do so for minutes.
		await c.carrier.ended;
		await c.phone.ended;
		assert.equal((await finish(c))[1], 'interrupted');
		await kept(stack, 0);
	});

	for (const [who, kill] of [
		['engine', (w) => process.kill(w.engine, 'SIGKILL')],
		['whole worker', (w) => process.kill(-w.parent, 'SIGKILL')],
	])
		test(`the ${who} killed while the telephone rings (${i + 1})`, async () => {
			const c = await place(number, { talk_ms: 120000, answer: 'ring' });
			await c.carrier.says(/^answered/m); // and hears the notice
			await kept(stack, 2);
			const then = workers(stack);
			kill(then);
			await gone(then.engine);
			await c.phone.ended; // it rings for nobody, so no more
			await c.carrier.ended;
			assert.equal(endings(c.phone)[0].cancelled, 'yes');
			assert.equal(c.ends()[0].by, 'them');
			placed++;
			assert.equal((await closed(stack, placed)).at(-1)[1], 'interrupted');
			await listening(stack);
			await kept(stack, 0);
		});

	test(`engine and recorder killed at once in a call (${i + 1})`, async () => {
		const { c, talked } = await killIn('recorder', 'engine');
		await c.carrier.stop(); // nobody will ever hang up on it
		const row = await finish(c);
		assert.equal(row[1], 'interrupted');
		// What the recorder had not written was in memory that outlives it:
		// the tone is there up to the end, and the end is where they died.
		const heard = listen(stack, row), right = heard.channels[1];
		assert.ok(Math.abs(heard.seconds - talked) < 2, `${heard.seconds} s recorded of ${talked} s`);
		for (let at = Math.floor(Math.max(right.length / 2, right.length - 16000)); at + 1600 < right.length; at += 800)
			assert.ok(right.subarray(at, at + 800).some((s) => Math.abs(s) > 0.02), `silence at ${at / 8000} s of ${right.length / 8000} s`);
	});

	test(`recorder killed in a call (${i + 1})`, async () => {
		const { c } = await killIn('recorder');
		const row = await finish(c);
		assert.equal(row[1], 'answered');
		assert.equal(c.ends()[0].status, '200');
		const heard = listen(stack, row);
		// From the notice's last sample on, which a busy engine hears of late.
		const want = Number(stack.sqlOne(`SELECT TIMESTAMPDIFF(MICROSECOND, r.started_at, c.ended_at) FROM phone_call c
			JOIN recording r ON r.call_id = c.id WHERE c.id = UNHEX('${row[0]}')`)) / 1e6;
		assert.ok(Math.abs(heard.seconds - want) < 0.05, `${heard.seconds} s recorded of ${want} s`);
		// Nothing is missing: the tone is there in every tenth of a second.
		const right = heard.channels[1];
		for (let at = 800; at + 1600 < right.length; at += 800)
			assert.ok(right.subarray(at, at + 800).some((s) => Math.abs(s) > 0.02), `silence at ${at / 8000} s`);
	});

	test(`store killed in a call (${i + 1})`, async () => {
		const { c } = await killIn('store');
		const row = await finish(c);
		assert.equal(row[1], 'answered');
		assert.equal(c.ends()[0].status, '200');
		assert.ok(listen(stack, row).right > 0.05);
	});
}

test('a call after all that', async () => {
	const c = await place(number, { talk_ms: 7000 });
	const row = await finish(c);
	assert.equal(row[1], 'answered');
	assert.deepEqual(leftovers(stack), []);
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM phone_call WHERE result = ''"), '0');
});
