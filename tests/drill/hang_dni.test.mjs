// make drill-hang-dni: one thread of the lease server goes round without end
// while the others go on: the server ends, another takes its place, and the
// next visitor has a number that is stored.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Browsers } from '../support/dni.mjs';
import { Faults, LOOP, told } from '../support/fault.mjs';
import { startStack, until } from '../support/stack.mjs';

// Ten seconds of the processor, on a machine that is busy.
const limit_ms = 240000;
// Each kind of thread by hand; else the one that holds locks in the database.
const kinds = process.env.RT_TEST_LONG ? ['writer', 'keeper', 'web'] : ['writer'];
let stack, faults, browsers;

before(async () => {
	faults = new Faults('dni.fcgi');
	stack = await startStack({ without: ['dashboard', 'admin', 'api', 'jobd', 'sipworker'], env: faults.env });
	browsers = new Browsers(stack);
});
after(async () => {
	browsers?.close();
	faults?.disarm();
	await stack?.stop();
});

/** A visitor with a number; the lease is in the database. */
async function leased() {
	await until('a visitor has a number', async () => {
		const { json } = await browsers.ask().catch(() => ({}));
		return json?.tier === 'lease' && json;
	}, limit_ms);
	assert.notEqual(stack.sqlOne('SELECT count(*) FROM lease'), '0');
}

/** Places of one of these calls that are met while `during` runs, or nothing
 *  but time passes; the one met most often first. */
async function met(calls, during) {
	const count = () => new Map(faults.places().filter((p) => calls.test(p.call)).map((p) => [p.key, p]));
	const was = count();
	let found;
	await until('the place is met', async () => {
		await during();
		found = [...count().values()].map((p) => ({ ...p, calls: p.calls - (was.get(p.key)?.calls ?? 0) }))
			.filter((p) => p.calls >= 2).sort((a, b) => b.calls - a.calls);
		return found.length > 0;
	});
	return found;
}

async function loops(place, thread) {
	const then = stack.pidOf('dni.fcgi'), from = stack.output.length;
	const said = new RegExp(`a thread goes round without end, ending thread=${thread}\\b`);
	faults.arm({ ...place, error: LOOP });
	await until(`${told({ ...place, error: 'loop' })} is met`, async () => {
		browsers.ask().catch(() => null); // one of them may never be answered
		return faults.fired() > 0;
	});
	await until(`the ${thread} is found out`, () => said.test(stack.output.slice(from)), limit_ms);
	faults.disarm();
	await until('another one serves', () => stack.pidOf('dni.fcgi') !== then && /fcgi_events: ready/.test(stack.output.slice(from)), limit_ms);
	await leased();
}

/** Where each kind of thread is to be met. */
const places = {
	keeper: async () => (await met(/^mysql_stmt_execute$/, () => {}))[0], // nobody asks
	writer: async () => {
		const idle = new Set((await met(/^mysql_stmt_execute$/, () => {})).map((p) => p.key));
		return (await met(/^mysql_stmt_execute$/, leased)).find((p) => !idle.has(p.key));
	},
	web: async () => (await met(/^epoll_wait$/, leased))[0],
};

for (const kind of kinds) {
	test(`a thread: ${kind}`, async () => {
		await leased();
		await loops(await places[kind](), kind);
	});
}
