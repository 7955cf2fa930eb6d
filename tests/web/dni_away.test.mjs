// The lease API while the database stands still or is gone: every page gets its
// answer soon, marked, and what was said meanwhile is stored afterwards.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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

// What a full disk says (the driver's codes), to large writes and not to the
// keeper's small ones, so that the server takes it for back again and again.
test('a disk without room: the same, and who saw no number is counted', async () => {
	const backs = () => (stack.log('dni').match(/the database is back/g) ?? []).length;
	const counted = (kind) => Number(stack.sqlOne(`SELECT COALESCE(sum(amount), 0) FROM pool_count WHERE kind = '${kind}'`));
	for (const [code, mark] of [[1114, 'full'], [1021, 'filled']]) {
		// What was counted before is written with this one.
		const robots = counted('robot');
		await dni.ask({}, { 'user-agent': 'Googlebot/2.1 (+http://www.google.com/bot.html)' });
		await until('it is counted', () => counted('robot') > robots, 60000);
		await leased();
		const away = counted('away');
		let asked = 60;
		const own = (await dni.ask()).json, was = stack.sqlOne('SELECT count(*) FROM lease');
		const tables = ['visitor', 'visit', 'page_view', 'lease', 'pool_count'];
		for (const table of tables)
			stack.sql(`CREATE TRIGGER ${table}_full BEFORE INSERT ON ${table} FOR EACH ROW
				SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = ${code}, MESSAGE_TEXT = 'no room'`);
		try {
			await answersSoon(mark, 4500);
			const before = backs();
			await until('it tries again', async () => {
				const a = (await dni.ask()).json;
				assert.deepEqual([a.tier, a.why], ['source', 'database']);
				asked++;
				return backs() > before;
			}, 60000);
			assert.equal((await dni.ask({ visitor: own.visitor, visit: own.visit })).status, 200);
			assert.equal(stack.sqlOne('SELECT count(*) FROM lease'), was);
		} finally {
			for (const table of tables) stack.sql(`DROP TRIGGER ${table}_full`);
		}
		await leased();
		for (const i of [0, 59])
			await until(`visit ${mark} ${i} is stored`, () => stored(`n=${mark}-${i}-`), 60000);
		await until('all are counted', () => counted('away') - away >= asked, 60000);
		const again = (await dni.ask({ visitor: own.visitor, visit: own.visit })).json;
		assert.deepEqual([again.tier, again.swap[0].to.e164], ['lease', own.swap[0].to.e164]);
	}
});

/** kill -9 of the lease server; resolves with the first answer of the next.
 *  Between the two nginx says 503, with another Retry-After. */
async function another() {
	const pid = stack.pidOf('dni.fcgi');
	process.kill(pid, 'SIGKILL');
	return until('another server answers', async () => {
		if ([pid, undefined].includes(stack.pidOf('dni.fcgi'))) return undefined;
		const a = await dni.ask().catch(() => null);
		return [200, 503].includes(a?.status) && a.headers['retry-after'] !== '5' && a;
	}, 60000);
}

const given = () => Number(stack.sqlOne("SELECT COALESCE(sum(amount), 0) FROM pool_count WHERE kind = 'source'"));

test('a server that starts meanwhile serves by what it kept', async () => {
	await leased();
	const own = (await dni.ask()).json, ids = { site: 'demo', visitor: own.visitor, visit: own.visit };
	await until('the visit is stored', () => stack.sqlOne('SELECT count(*) FROM visit WHERE seen_at > utc_timestamp(6) - interval 5 second') !== '0');
	const db = stack.pidOf('mariadbd'), was = given();
	process.kill(db, 'SIGSTOP');
	try {
		assert.equal((await another()).json.why, 'database');
		await answersSoon('restarted', 1500);
		// A visit of before is not known yet, and so not over.
		const beat = await dni.post('/dni/v1/beat', { ...ids, engaged_s: 5 });
		assert.deepEqual([beat.status, beat.json.tier], [200, 'none']);
	} finally {
		process.kill(db, 'SIGCONT');
	}
	await leased();
	for (const i of [0, 59])
		await until(`visit ${i} is stored`, () => stored(`n=restarted-${i}-`), 60000);
	const { json } = await dni.ask(ids);
	assert.deepEqual([json.visit, json.tier, json.swap[0].to.e164], [own.visit, 'lease', own.swap[0].to.e164]);
	await until('what was given is counted', () => given() - was >= 60, 60000);
});

test('a server that starts meanwhile and kept nothing says so, and finds its way', async () => {
	const saved = `${stack.dir}/run/dni.saved`, db = stack.pidOf('mariadbd');
	assert.equal(statSync(saved).mode & 0o777, 0o600);
	for (const damage of [() => rmSync(saved), () => writeFileSync(saved, readFileSync(saved, 'utf8').slice(0, -40))]) {
		await leased();
		damage();
		process.kill(db, 'SIGSTOP');
		try {
			const a = await another();
			assert.deepEqual([a.status, a.headers['retry-after'], a.json.status], [503, '10', 503]);
			for (const what of ['beat', 'event']) {
				const r = await dni.post(`/dni/v1/${what}`, { site: 'demo', visit: 'vis_00000000000000000000000000', kind: 'tel_click' });
				assert.ok([400, 503].includes(r.status), `${what}: ${r.status}`);
			}
		} finally {
			process.kill(db, 'SIGCONT');
		}
		await leased();
	}
	assert.ok(existsSync(saved)); // anew
});

test('no number has two leases at once in the history', () => {
	assert.deepEqual(stack.sql(`SELECT a.number_e164, HEX(a.id), HEX(b.id) FROM lease a JOIN lease b
		ON b.company_id = a.company_id AND b.number_id = a.number_id AND b.id <> a.id AND b.started_at >= a.started_at
		WHERE b.started_at < LEAST(a.expires_at, COALESCE(a.released_at, a.expires_at)) AND (b.started_at > a.started_at OR b.id > a.id)`), []);
});
