// The audit log where two machines write it whose clocks differ: what was done
// first stands first.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiOf } from '../support/api.mjs';
import { Faults } from '../support/fault.mjs';
import { startStack } from '../support/stack.mjs';
import { addCompanies, hex } from '../support/two_companies.mjs';

const AHEAD_S = 1; // of the dashboard's machine

let stack, world, faults, analyst, api, key;
before(async () => {
	faults = new Faults('dashboard.fcgi');
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], env: faults.env });
	world = addCompanies(stack);
	analyst = await stack.login(world.users.analyst.email, world.password);
	let addKey;
	({ api, addKey } = apiOf(stack));
	key = addKey(world.alpha);
});
after(async () => {
	await stack?.stop();
	faults?.close();
});

const note = (text) => analyst.submit('/calls', '/marks', { next: '/calls', call: world.alpha.callId, act: 'note', note: text });

test('two who mark a call by two machines stand in the order in which they did', async () => {
	faults.setClock(AHEAD_S);
	for (const said of ['one', 'three']) {
		assert.equal((await note(said)).status, 303);
		assert.equal((await api(key, `/calls/${world.alpha.callId}`, { method: 'PATCH', body: { note: `${said} and one` } })).status, 200);
	}
	const notes = (by) => stack.sql(`SELECT JSON_VALUE(after_json, '$.note') FROM audit WHERE company_id = ${hex(world.alpha.id)} AND action IN ('call.note', 'call.mark') ORDER BY ${by}`).flat();
	for (const by of ['id', 'happened_at']) assert.deepEqual(notes(by), ['one', 'one and one', 'three', 'three and one'], by);
});
