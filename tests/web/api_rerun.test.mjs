// Calls credited again, and how true probabilities came out, for programs: what
// is asked, what is answered, what is refused, and that jobd does it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiOf, hex, rule } from '../support/api.mjs';
import { startStack, until } from '../support/stack.mjs';
import { addCompanies, typeId } from '../support/two_companies.mjs';

let stack, world, api, addKey, unseen, key, beta;
before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker', 'admin', 'dashboard'], args: ['--web-rate', '100000'] });
	({ api, addKey, unseen } = apiOf(stack));
	world = addCompanies(stack);
	key = addKey(world.alpha, undefined, { by: world.users.owner.id });
	beta = addKey(world.beta);
	// The call of the two companies is a pool's from now on; its visit stays a candidate.
	stack.sql(`UPDATE phone_call SET pool_id = ${hex(world.alpha.pool)} WHERE company_id = ${hex(world.alpha.id)}`);
});
after(() => stack?.stop());

// Of the two companies' zone: at half past eleven here it is tomorrow there.
const today = () => new Date().toLocaleDateString('sv-SE', { timeZone: 'Europe/Berlin' });
const period = { from: '2026-01-01', to: '2026-01-31' };
const ask = (body, headers) => api(key, '/reruns', { method: 'POST', body, headers });
const ended = async (id) => {
	await until('it has ended', async () => !['waiting', 'running'].includes((await api(key, `/reruns/${id}`)).json.state));
	return (await api(key, `/reruns/${id}`)).json;
};

test('a preview: accepted, done, told call by call; the same for good', async () => {
	const body = { from: new Date(Date.now() - 86400000).toISOString(), to: today(), credit_min_bp: 5000 };
	const was = stack.sql(`SELECT attributed_by, source, rule_version FROM interaction WHERE company_id = ${hex(world.alpha.id)}`).join();
	const { status, json } = await ask(body, { 'idempotency-key': 'once' });
	assert.equal(status, 202);
	assert.deepEqual([json.state, json.apply, json.credit_min_bp, json.law], ['waiting', false, 5000, 0]);
	assert.equal((await ask(body, { 'idempotency-key': 'once' })).json.id, json.id, 'asked again: the same');
	const done = await ended(json.id);
	assert.deepEqual([done.state, done.calls, done.calls_looked_at], ['done', 1, 1]);
	assert.equal(done.sources.reduce((n, s) => n + s.after, 0), 1);
	assert.equal(done.credits.length, 1);
	const calls = (await api(key, `/reruns/${json.id}/calls`)).json;
	assert.equal(calls.credited_otherwise.length + calls.as_before.length, done.calls_changed);
	assert.equal(stack.sql(`SELECT attributed_by, source, rule_version FROM interaction WHERE company_id = ${hex(world.alpha.id)}`).join(), was, 'nothing is written');
	const applied = await ended((await ask({ ...body, apply: true })).json.id);
	assert.deepEqual([applied.state, applied.apply, applied.calls_changed], ['done', true, done.calls_changed]);
	assert.deepEqual(stack.sql("SELECT action, user_id IS NOT NULL FROM audit WHERE action LIKE 'attrib.%' ORDER BY action"), [['attrib.rerun', '1'], ['attrib.rerun.done', '1']]);
	assert.deepEqual((await api(key, '/reruns')).json.data.map((run) => run.apply), [true, false]);
});

test('what cannot be is told by member', async () => {
	for (const [body, pointer] of [
		[{}, '/from'], [{ ...period, from: 'x' }, '/from'], [{ ...period, to: '2025-12-31' }, '/to'], [{ ...period, from: '2001-01-01' }, '/to'],
		[{ ...period, law: -1 }, '/law'], [{ ...period, law: 3 }, '/law'], [{ ...period, law: 'x' }, '/law'], [{ ...period, credit_min_bp: 0 }, '/credit_min_bp'],
		[{ ...period, credit_min_bp: 10001 }, '/credit_min_bp'], [{ ...period, apply: 'yes' }, '/apply'], [{ ...period, nobody: 1 }, '/nobody'],
	]) {
		const { status, json } = await ask(body);
		assert.equal(status, 422, JSON.stringify(body));
		assert.equal(json.errors[0].pointer, pointer, JSON.stringify(body));
	}
});

test('one at a time, stopped, never another company’s', async () => {
	stack.sql(`INSERT INTO attrib_run (company_id, id, state, applies, from_at, to_at, rule_version, law_version, threshold_bp, made_at) VALUES (${hex(world.alpha.id)},
		${hex(world.alpha.visit)}, 'running', 1, UTC_TIMESTAMP(6) - INTERVAL 1 DAY, UTC_TIMESTAMP(6), 2, 0, 6000, UTC_TIMESTAMP(6))`);
	const id = typeId('arn', world.alpha.visit);
	assert.equal((await ask(period)).status, 409);
	for (const path of [`/reruns/${id}`, `/reruns/${id}/calls`]) assert.equal((await api(beta, path)).status, 404, path);
	assert.equal((await api(beta, `/reruns/${id}/stop`, { method: 'POST', body: {} })).status, 404);
	assert.deepEqual((await api(beta, '/reruns')).json.data, []);
	assert.equal((await api(key, `/reruns/${id}/stop`, { method: 'POST', body: {} })).json.state, 'stopped');
	assert.equal((await api(key, `/reruns/${id}/stop`, { method: 'POST', body: {} })).status, 409);
	const analyst = addKey(world.alpha, undefined, { by: world.users.analyst.id });
	assert.equal((await api(analyst, '/reruns', { method: 'POST', body: period })).status, 403, 'an analyst credits nothing');
});

test('calibration: what was stated and what came true, of the law in force', async () => {
	assert.deepEqual((await api(key, '/reports/calibration')).json, { rule, law: 0, calls: 0, error: 0, ranges: [], laws: [] });
	const law = `1 1 1 ${Array(70).fill('0').join(' ')}`, own = hex(world.alpha.id);
	stack.sql(`INSERT INTO attrib_law (company_id, version, law, calls, visits, stray_bp, from_at, to_at, fitted_at) VALUES
		(${own}, 1, '${law}', 40, 900, 90, UTC_TIMESTAMP(), UTC_TIMESTAMP(), UTC_TIMESTAMP()), (${own}, 2, '${law}', 50, 950, 90, UTC_TIMESTAMP(), UTC_TIMESTAMP(), UTC_TIMESTAMP());
		INSERT INTO attrib_calib (company_id, version, bin, calls, confirmed, stated_bp) VALUES (${own}, 1, 9, 5, 1, 45000), (${own}, 2, 8, 40, 30, 340000), (${own}, 2, 9, 10, 10, 97000)`);
	const { json } = await api(key, '/reports/calibration');
	assert.deepEqual([json.law, json.calls, json.laws.map((l) => l.law)], [2, 50, [2, 1]]);
	assert.deepEqual(json.ranges.map((one) => [one.from, one.calls, one.right, one.stated, one.came_true]), [[0.8, 40, 30, 0.85, 0.75], [0.9, 10, 10, 0.97, 1]]);
	for (const one of json.ranges) assert.ok(one.at_least < one.came_true && one.came_true <= one.at_most + 1e-9, JSON.stringify(one));
	assert.ok(Math.abs(json.error - (40 * 0.1 + 10 * 0.03) / 50) < 0.0001);
	assert.equal((await api(beta, '/reports/calibration')).json.law, 0);
	assert.deepEqual(unseen([200, 202], (m, p) => /^.(reruns|reports.calibration)/.test(p)), []);
});
