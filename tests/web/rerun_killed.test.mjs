// The job runner is killed twice in the middle of a period that is credited
// again: what is written in the end is what the preview said, each call once.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { baseOf } from '../browser/seed.mjs';
import { build, startStack, until } from '../support/stack.mjs';

const CALLS = 800, DAY = 86400000, LIST = '/attribution/reruns', PREVIEW = '/attribution/preview';
let stack, base, me;

before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker', 'admin', 'api'], args: ['--web-rate', '100000'] });
	base = baseOf(stack);
	me = await stack.login();
	const own = `x'${base.company}'`, id = (of) => `UNHEX(MD5(CONCAT('${of}', seq)))`;
	const at = (s) => `UTC_TIMESTAMP(6) - INTERVAL CAST((${CALLS} - seq) * 300 + 200 + (${s}) AS SIGNED) SECOND`;
	// A call every five minutes, each some seconds after a visit, of five sources;
	// every third follows a touch of the link.
	stack.sql(`START TRANSACTION;
		INSERT INTO visit (company_id, id, site_id, visitor_id, started_at, seen_at, tel_clicked_at, landing_url, landing_page, source, medium) SELECT ${own}, ${id('v')}, x'${base.site}',
			${id('w')}, ${at(60)}, ${at(20)}, IF(seq % 3 = 0, ${at(22)}, NULL), 'https://x.example/', 'x.example/', CONCAT('source', seq % 5), 'cpc' FROM seq_1_to_${CALLS};
		INSERT INTO lease (company_id, id, pool_id, number_id, number_e164, visit_id, epoch, started_at, beat_at, expires_at) SELECT ${own}, ${id('l')}, x'${base.pool}',
			x'${base.number.id}', '${base.number.e164}', ${id('v')}, 1, ${at(60)}, ${at(20)}, ${at(-200)} + INTERVAL 40 SECOND FROM seq_1_to_${CALLS};
		INSERT INTO interaction (company_id, id, kind, happened_at) SELECT ${own}, ${id('c')}, 'call', ${at(18)} FROM seq_1_to_${CALLS};
		INSERT INTO phone_call (company_id, id, state, result, number_id, number_e164, pool_id, caller_e164, started_at) SELECT ${own}, ${id('c')}, 'closed', 'missed',
			x'${base.number.id}', '${base.number.e164}', x'${base.pool}', CONCAT('+1415', 2000000 + seq), ${at(18)} FROM seq_1_to_${CALLS};
		COMMIT`);
	const made = spawnSync(join(build, 'ringtrace'), ['rollup', 'rebuild', '-c', stack.conf], { encoding: 'utf8' });
	assert.equal(made.status, 0, made.stderr + made.stdout);
}, { timeout: 120000 });
after(() => stack?.stop());

const day = (ms) => new Date(ms).toISOString().slice(0, 10);
const run = () => stack.sql('SELECT LOWER(HEX(id)), state, looked, calls, changed, moved, visit_moved, source_moved FROM attrib_run ORDER BY made_at DESC LIMIT 1')[0];
const counts = (id) => stack.sql(`SELECT kind, a, b, before_n, now_n FROM attrib_run_count WHERE run_id = x'${id}' ORDER BY kind, a, b`);
const ended = () => until('the run has ended', () => ['done', 'failed'].includes(run()[1]) && run(), 120000);

/** kill -9, and the job's time is over as it would be minutes later. */
async function killed(beyond) {
	await until('it is under way', () => Number(run()[2]) > beyond || run()[1] !== 'running' && run()[1] !== 'waiting');
	const pid = stack.pidOf('jobd');
	process.kill(pid, 'SIGKILL');
	await until('another one runs', () => stack.pidOf('jobd') && stack.pidOf('jobd') !== pid);
	stack.sql("UPDATE job SET due_at = UTC_TIMESTAMP(6) WHERE kind = 'attrib_run' AND state = 'running'");
	return run();
}

test('killed in the middle, twice', async (t) => {
	const asked = await me.submit(LIST, PREVIEW, { from: day(Date.now() - 30 * DAY), to: day(Date.now()), law: '0', min: '60' });
	assert.equal(asked.status, 303);
	const said = await ended();
	assert.deepEqual(said.slice(1, 4), ['done', String(CALLS), String(CALLS)]);
	const page = asked.headers.get('location');
	assert.equal((await me.submit(page, `${page}/apply`, {})).status, 303);
	const first = await killed(100), second = await killed(Number(first[2]) + 200);
	t.diagnostic(`killed at ${first[2]} (${first[1]}) and ${second[2]} (${second[1]})`);
	const done = await ended();
	assert.deepEqual(done.slice(1), said.slice(1));
	assert.deepEqual(counts(done[0]), counts(said[0]));
	const credited = Number(stack.sqlOne("SELECT COUNT(*) FROM interaction WHERE kind = 'call' AND attributed_by <> 'none'"));
	assert.ok(credited > CALLS / 4, `${credited} credited`);
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM audit WHERE action = 'attrib.rerun.done'"), '1');
	const proof = spawnSync(join(build, 'ringtrace'), ['rollup', 'verify', '-c', stack.conf], { encoding: 'utf8' });
	assert.equal(proof.status, 0, proof.stdout + proof.stderr);
});
