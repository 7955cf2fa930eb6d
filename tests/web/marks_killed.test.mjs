// Marks on all calls of the filters, cut off in the middle: the process is killed,
// then its connection to the database; and two people at once. Each call is
// marked whole or not, once, with its line in the audit log; who asked is told
// that it broke off, and the same again does the rest.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { build, startStack, until } from '../support/stack.mjs';
import { addCompanies, hex } from '../support/two_companies.mjs';

const CALLS = 1100, path = '/calls/mark?range=7d&result=missed';
let stack, alpha, one, two;

before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker', 'admin', 'api'], args: ['--web-rate', '100000'] });
	const world = addCompanies(stack);
	alpha = world.alpha;
	const own = hex(alpha.id), id = "UNHEX(CONCAT('019000000000700080000000', LPAD(HEX(seq), 8, '0')))";
	const at = 'UTC_TIMESTAMP(6) - INTERVAL seq + 100 SECOND';
	stack.sql(`START TRANSACTION;
		INSERT INTO outcome (company_id, code, name, is_lead, is_sale, is_spam, position) VALUES (${own}, 'lead', 'Lead', 1, 0, 0, 1), (${own}, 'sold', 'Sold', 0, 1, 0, 3);
		INSERT INTO interaction (company_id, id, kind, happened_at) SELECT ${own}, ${id}, 'call', ${at} FROM seq_1_to_${CALLS};
		INSERT INTO phone_call (company_id, id, state, result, number_id, number_e164, caller_e164, started_at) SELECT ${own}, ${id}, 'closed', 'missed', ${hex(alpha.number)}, '+14155550166',
			CONCAT('+1415', 2000000 + seq), ${at} FROM seq_1_to_${CALLS};
		COMMIT`);
	assert.equal(ctl('rollup', 'rebuild', '--days', '3').status, 0);
	one = await stack.login(world.users.analyst.email, world.password);
	two = await stack.login(world.users.manager.email, world.password);
}, { timeout: 120000 });
after(() => stack?.stop());

const ctl = (...args) => spawnSync(join(build, 'ringtrace'), [...args, '-c', stack.conf], { encoding: 'utf8' });
const history = () => stack.sql("SELECT HEX(object_id), before_json, after_json FROM audit WHERE action = 'call.outcome' ORDER BY happened_at, id");
const outcomes = () => new Map(stack.sql(`SELECT HEX(id), outcome FROM interaction WHERE company_id = ${hex(alpha.id)} AND id LIKE CONCAT(x'019000000000', '%')`));

/** What each call has is what its lines in the audit log lead to, each from where the one before ended. */
function checked() {
	const has = outcomes(), said = new Map([...has.keys()].map((id) => [id, '']));
	for (const [id, was, is] of history()) {
		assert.equal(JSON.parse(was).outcome, said.get(id), `${id}: from where the line before ended`);
		assert.notEqual(JSON.parse(is).outcome, said.get(id), `${id}: a line that changes nothing`);
		said.set(id, JSON.parse(is).outcome);
	}
	assert.deepEqual(said, has);
	const proof = ctl('rollup', 'verify', '--days', '3');
	assert.equal(proof.status, 0, proof.stdout + proof.stderr);
	return [...has.values()].filter((o) => o === 'lead').length;
}

const fieldsOf = (form) => Object.fromEntries([...form.matchAll(/name="(\w+)" value="([^"]*)"/g)].map((m) => [m[1], m[2]]));
/** As the page's script: piece by piece, to the end or until one is not answered as it should be. */
async function markAll(who, outcome, at = path) {
	let fields = { ...await who.hiddenFields(at), act: 'outcome', outcome };
	for (;;) {
		const res = await who.fetch(at, { method: 'POST', headers: { origin: stack.url }, body: new URLSearchParams(fields) }).catch((e) => ({ status: 0, text: () => `${e}` }));
		const html = await res.text();
		if (res.status !== 200 || !html.includes('data-mark-all')) return { status: res.status, html, fields };
		if (!html.includes('data-mark-more')) return { status: 200, said: html.match(/<strong>Done\.<\/strong> ([^<]*)/)[1] };
		fields = fieldsOf(html.split('data-mark-more')[1].split('</form>')[0]);
	}
}

const cuts = {
	'the process is killed': () => {
		const pid = stack.pidOf('dashboard');
		process.kill(pid, 'SIGKILL');
		return until('another one runs', () => stack.pidOf('dashboard') && stack.pidOf('dashboard') !== pid);
	},
	'the database ends its connection': () => {
		const ids = stack.sql("SELECT id FROM information_schema.processlist WHERE user LIKE '%dashboard%'");
		assert.ok(ids.length > 0);
		// One that has ended by itself meanwhile is no matter.
		for (const [id] of ids) try { stack.sql(`KILL CONNECTION ${id}`); } catch { /* it is gone */ }
	},
};

let done = 0;
for (const [what, cut] of Object.entries(cuts))
	test(`${what} in the middle: told, nothing half done`, async (t) => {
		const marking = markAll(one, 'lead');
		await until('some are marked', () => history().length > done + 100);
		await cut();
		const got = await marking;
		assert.ok(got.status === 0 || got.status >= 500, `${got.status} ${got.said}`);
		assert.doesNotMatch(got.html, /Done\./);
		await until('it answers', async () => (await one.fetch(path)).status === 200);
		const n = checked();
		t.diagnostic(`cut off after ${n - done}`);
		assert.ok(n > done + 100 && n < CALLS, `${n} of ${CALLS}`);
		assert.equal(history().length, n, 'each once');
		done = n;
	});

test('the same again does the rest, and says how many', async () => {
	assert.deepEqual(await markAll(one, 'lead'), { status: 200, said: `1,100 calls looked at, ${(CALLS - done).toLocaleString('en-US')} changed.` });
	assert.equal(checked(), CALLS);
	assert.equal(history().length, CALLS);
});

test('two at once: each call has the word of one of them, its history both in order', async () => {
	const some = `${path}&q=(415)%20200-00`; // the first 99
	const [a, b] = await Promise.all([markAll(one, 'sold', some), markAll(two, 'lead', some)]);
	assert.equal(a.status, 200, a.html);
	assert.equal(b.status, 200, b.html);
	checked();
	assert.ok([...outcomes().values()].every((o) => o === 'lead' || o === 'sold'));
	assert.ok(a.said.startsWith('99 calls looked at') && b.said.startsWith('99 calls looked at'), a.said + b.said);
	const changed = [a, b].map(({ said }) => Number(said.match(/, ([\d,]+) changed/)[1].replaceAll(',', '')));
	assert.equal(history().length, CALLS + changed[0] + changed[1], 'what each was told is what was done');
});
