// make drill-torn-journal: the machine dies while the journal is written. What
// was acknowledged before is there; the torn end is cut off and said. A disk
// leaves a record half written, or blocks of it as they were before; long: all
// kinds of that, three times.
import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { after, test } from 'node:test';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { startStack } from '../support/stack.mjs';
import { endAll } from '../support/sip.mjs';
import { aNumber, bridged, calls, closed, gone, listening, place, workers } from '../support/drill.mjs';

const without = ['nginx', 'dashboard', 'dni', 'jobd'];
const talk_ms = 7000; // the notice takes 3.2 s of it
let stack;

after(async () => {
	await endAll();
	await stack?.stop();
});

const half = (records) => records.subarray(0, 41);
const tears = [
	['half a record', half],
	['a byte', (records) => records.subarray(0, 1)],
	['a record whose end is nought', (records) => Buffer.concat([half(records), Buffer.alloc(200)])],
	['a block of nought', () => Buffer.alloc(4096)],
	['what lay on the disk before', () => randomBytes(1 + randomInt(5000))],
];
const tried = process.env.RT_TEST_LONG ? [...tears, ...tears, ...tears] : tears.slice(0, 1);

/** Where the last record ends; behind it are zeros that were written ahead. */
function endOf(segment) {
	let at = 24;
	while (at + 16 <= segment.length && segment.readBigUInt64BE(at + 8) !== 0n) at += 16 + segment.readUInt32BE(at);
	return at;
}

for (const [i, [what, torn]] of tried.entries()) test(`a torn end costs nothing that was acknowledged: ${what} (${i + 1})`, async () => {
	stack ??= await startStack({ without });
	const number = aNumber(stack);
	await listening(stack);
	const before = calls(stack).length;
	const mysql = stack.pidOf('mariadbd');
	process.kill(mysql, 'SIGSTOP'); // all of it stays in the journal
	const first = await place(number, { talk_ms });
	await first.carrier.ended;
	await first.phone.stop();
	const second = await place(number, { talk_ms: 20000 });
	await bridged(second);

	const all = Object.values(workers(stack));
	const ended = stack.stop('SIGKILL');
	for (const pid of [...all, mysql]) {
		try {
			process.kill(pid, 'SIGKILL');
		} catch {
			// the kernel was quicker
		}
	}
	await ended;
	for (const pid of [...all, mysql]) await gone(pid);
	await endAll();

	const journal = join(stack.dir, 'journal');
	const segment = join(journal, readdirSync(journal).filter((f) => f.endsWith('.rtj')).sort().at(-1));
	const was = readFileSync(segment);
	const end = endOf(was);
	const tear = torn(was.subarray(24, end));
	writeFileSync(segment, Buffer.concat([was.subarray(0, end), tear, was.subarray(end + tear.length)]));

	const said = () => (stack.log('sipworker').match(/torn end cut off/g) ?? []).length;
	const saidBefore = said();
	stack = await startStack({ without });
	const rows = await closed(stack, before + 2);
	assert.equal(rows.length, before + 2, 'each call is there once');
	assert.equal(rows.at(-2)[1], 'answered');
	assert.equal(rows.at(-1)[1], 'interrupted');
	// Nothing but zeros is what was written ahead.
	assert.equal(said(), saidBefore + (tear.some((b) => b !== 0) ? 1 : 0));
	await listening(stack);
	const third = await place(number, { talk_ms });
	await third.carrier.ended;
	await third.phone.stop();
	assert.equal((await closed(stack, before + 3)).at(-1)[1], 'answered');
});
