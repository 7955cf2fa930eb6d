// make drill-disk-full: the disk of the journal, then that of the recordings, has
// no byte left. Calls that are up go on; a call that cannot be written down is
// refused, not lost; everything is there once when there is room again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { join } from 'node:path';

import { addr, dir, startStack, until } from '../support/stack.mjs';
import { call, endAll, endings } from '../support/sip.mjs';
import { aNumber, bridged, calls, closed, leftovers, listen, listening, noSmallDisk, place, smallDisk } from '../support/drill.mjs';

const rounds = process.env.RT_TEST_LONG ? 10 : 1;
let stack, number, journal, recordings, placed;

before(async () => {
	if (noSmallDisk) return;
	journal = smallDisk(join(dir, 'journal'), '4m');
	recordings = smallDisk(join(dir, 'recordings'), '8m');
	stack = await startStack({ without: ['nginx', 'dashboard', 'dni', 'jobd'] });
	number = aNumber(stack);
	await listening(stack);
	placed = calls(stack).length;
});
after(async () => {
	await endAll();
	await stack?.stop();
});

async function end(c) {
	await c.carrier.ended;
	await c.phone.stop();
	return c.ends()[0];
}

/** A call that nobody answers; its final status. */
async function attempt() {
	const carrier = call('carrier', { listen: `${addr}:5070`, target: `${addr}:5060`, number, caller: '+12125550123', 'talk-ms': 500, 'rtp-min': 24000, 'rtp-max': 24998, play: 'silence' });
	await carrier.ended;
	return endings(carrier)[0].status;
}

const count = (pattern) => (stack.log('sipworker').match(pattern) ?? []).length;

for (let i = 0; i < rounds; i++) {
	test(`no room in the journal (${i + 1})`, { skip: noSmallDisk }, async () => {
		const said = count(/no record is kept until it works/g);
		const up = await place(number, { talk_ms: 6000 });
		await bridged(up);
		journal.fill();
		const over = await end(up);
		assert.equal(over.status, '200');
		assert.ok(Number(over.rx) > 250, `heard ${over.rx} packets`);
		// The file's last page may have room for a few more records.
		let tries = 1;
		while ((await attempt()) !== '503' && tries < 10) tries++;
		assert.ok(tries < 10, 'a call that cannot be written down is refused');
		assert.equal(count(/no record is kept until it works/g), said + 1, 'said once');
		journal.free();
		await until('the journal works again', () => count(/the disk takes records again/g) > i);
		const next = await place(number, { talk_ms: 7000 });
		assert.equal((await end(next)).status, '200');
		const first = placed;
		placed += tries + 2;
		const rows = await closed(stack, placed);
		assert.equal(rows.length, placed, 'each call is there once');
		assert.deepEqual(rows.slice(first).map((r) => r[1] === 'answered'), [true, ...Array(tries).fill(false), true]);
		for (const row of [rows[first], rows.at(-1)]) {
			assert.equal(row[2], 'ready');
			assert.ok(listen(stack, row).right > 0.05);
		}
	});

	test(`no room for recordings (${i + 1})`, { skip: noSmallDisk }, async () => {
		const up = await place(number, { talk_ms: 8000 });
		await bridged(up);
		recordings.fill();
		const over = await end(up);
		assert.equal(over.status, '200');
		assert.ok(Number(over.rx) > 350, `heard ${over.rx} packets`);
		recordings.free();
		const next = await place(number, { talk_ms: 7000 });
		assert.equal((await end(next)).status, '200');
		placed += 2;
		const rows = await closed(stack, placed);
		assert.equal(rows.length, placed, 'each call is there once');
		assert.equal(rows.at(-2)[1], 'answered');
		assert.equal(rows.at(-2)[2], 'failed', 'a recording that is not whole says so');
		assert.equal(rows.at(-1)[1], 'answered');
		await until('the next one is whole', () => calls(stack).at(-1)[2] === 'ready');
		assert.ok(listen(stack, calls(stack).at(-1)).right > 0.05);
	});
}

test('the worker was never started again', { skip: noSmallDisk }, () => {
	assert.equal(count(/child (died|ended)/g), 0);
	assert.ok(leftovers(stack).length <= 2 * rounds, 'what is left of cut recordings, and no more');
});
