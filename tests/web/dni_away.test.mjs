// The lease API while the database stands still or is gone: every page gets its
// answer soon, marked, and what was said meanwhile is stored afterwards.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { startStack, until } from '../support/stack.mjs';
import { addNumbers, Browsers } from '../support/dni.mjs';

const SOURCE = '+14155550113';
let stack, dni;

before(async () => {
	stack = await startStack({
		without: ['dashboard', 'jobd', 'sipworker', 'admin', 'api'],
		args: ['--dni-rate', '100000'],
	});
	dni = new Browsers(stack);
	await addNumbers(stack, 200, 1);
}, { timeout: 120000 });

after(async () => {
	dni?.close();
	await stack?.stop();
});

const stored = (visit) => stack.sqlOne(`SELECT count(*) FROM visit WHERE landing_url LIKE '%${visit}%'`) === '1';
const leased = () => until('leases again', async () => (await dni.ask()).json?.tier === 'lease', 60000);

/** As many at once with nothing in their way: what a machine that is busy now
 *  needs for them, which is no time they were held up. */
async function usual_ms() {
	const all = await Promise.all(Array.from({ length: 60 }, () => dni.post('/dni/v1/visit', '', {}, 'OPTIONS')));
	return Math.max(...all.map((a) => a.ms));
}

async function answersSoon(mark, allowed_ms) {
	const limit_ms = allowed_ms + 4 * await usual_ms();
	const all = await Promise.all(Array.from({ length: 60 }, (_, i) =>
		dni.ask({ url: `${stack.url}/demo/?utm_source=google&utm_medium=cpc&n=${mark}-${i}-` })));
	for (const a of all) {
		assert.equal(a.status, 200);
		assert.deepEqual([a.json.tier, a.json.why, a.json.swap[0].to.e164], ['source', 'database', SOURCE]);
		assert.ok(a.ms < limit_ms, `${mark}: answered after ${a.ms} ms, limit ${limit_ms}`);
	}
}

test('a database that stands still holds nobody up, and all is stored when it goes on', async () => {
	await leased();
	const own = (await dni.ask()).json;
	const db = stack.pidOf('mariadbd');
	process.kill(db, 'SIGSTOP');
	try {
		// Those who come first find out; who comes then is told at once. The
		// driver's own limit is 10 s.
		await answersSoon('first', 4500);
		await answersSoon('then', 1500);
		const beat = await dni.post('/dni/v1/beat', { site: 'demo', visitor: own.visitor, visit: own.visit, engaged_s: 5 });
		assert.deepEqual([beat.status, beat.json.tier], [200, 'none']);
		assert.ok(beat.ms < 1500);
	} finally {
		process.kill(db, 'SIGCONT');
	}
	await leased();
	for (const mark of ['first', 'then'])
		for (const i of [0, 59])
			await until(`visit ${mark} ${i} is stored`, () => stored(`n=${mark}-${i}-`), 60000);
	assert.equal(stack.sqlOne("SELECT count(*) FROM visit WHERE landing_url LIKE '%n=first-%' OR landing_url LIKE '%n=then-%'"), '120');
});

test('a database that is killed: the same', async () => {
	const db = stack.pidOf('mariadbd');
	process.kill(db, 'SIGSTOP'); // not restarted while the answers are looked at
	await until('it is noticed', async () => (await dni.ask()).json?.why === 'database');
	process.kill(db, 'SIGKILL');
	await answersSoon('killed', 1500);
	await leased();
	for (const i of [0, 59])
		await until(`visit ${i} is stored`, () => stored(`n=killed-${i}-`), 60000);
});

test('a database that takes no writes: the same, and the log is not filled with it', async () => {
	const lines = (pattern) => (stack.log('dni').match(pattern) ?? []).length;
	const own = (await dni.ask()).json;
	const was = [lines(/takes no writes now/g), lines(/the database is away/g)];
	stack.sql('SET GLOBAL read_only = 1');
	try {
		await until('it is noticed', async () => (await dni.ask()).json?.why === 'database');
		await answersSoon('unwritten', 4500);
		const beat = await dni.post('/dni/v1/beat', { site: 'demo', visitor: own.visitor, visit: own.visit, engaged_s: 5 });
		assert.deepEqual([beat.status, beat.json.tier], [200, 'none']);
		// Once of each connection, and not each time that it is tried.
		assert.ok(lines(/takes no writes now/g) - was[0] <= 3);
		assert.ok(lines(/the database is away/g) - was[1] <= 3);
	} finally {
		stack.sql('SET GLOBAL read_only = 0');
	}
	await leased();
	for (const i of [0, 59])
		await until(`visit ${i} is stored`, () => stored(`n=unwritten-${i}-`), 60000);
});

test('no number has two leases at once in the history', () => {
	assert.deepEqual(stack.sql(`SELECT a.number_e164, HEX(a.id), HEX(b.id) FROM lease a JOIN lease b
		ON b.company_id = a.company_id AND b.number_id = a.number_id AND b.id <> a.id AND b.started_at >= a.started_at
		WHERE b.started_at < LEAST(a.expires_at, COALESCE(a.released_at, a.expires_at)) AND (b.started_at > a.started_at OR b.id > a.id)`), []);
});
