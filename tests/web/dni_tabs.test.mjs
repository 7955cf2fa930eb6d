// One visitor with two tabs, each of a visit of its own, as after a second click
// on an ad: both show one number, each switch says which of them was looked at,
// and however often they are switched the rows of leases stay few. And a page that
// is open when its number moves to another pool; and one that somebody has used.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { startStack, until } from '../support/stack.mjs';
import { addNumbers, Browsers } from '../support/dni.mjs';

const TURNS = 20; // DNI_VISITS_TURNS_MAX
let stack, dni, a, b, number;

before(async () => {
	stack = await startStack({ without: ['dashboard', 'jobd', 'sipworker', 'admin', 'api'], args: ['--dni-rate', '100000'] });
	dni = new Browsers(stack);
	await addNumbers(stack, 30, 1, 'lease_s = 60');
	a = (await dni.ask({ url: `${stack.url}/demo/?gclid=first` })).json;
	b = (await dni.ask({ url: `${stack.url}/demo/?gclid=second`, visitor: a.visitor, visit: a.visit })).json;
	number = a.swap[0].to.e164;
}, { timeout: 120000 });

after(async () => {
	dni?.close();
	await stack?.stop();
});

const beat = async (tab) => (await dni.post('/dni/v1/beat', { site: 'demo', visitor: tab.visitor, visit: tab.visit, engaged_s: 1 })).json;
const rows = () => stack.sql(`SELECT v.gclid, count(*) FROM lease l JOIN visit v ON v.id = l.visit_id
	WHERE v.gclid IN ('first', 'second') GROUP BY v.gclid ORDER BY v.gclid`).map(([of, n]) => [of, Number(n)]);
const live = () => stack.sql(`SELECT v.gclid, l.number_e164 FROM lease l JOIN visit v ON v.id = l.visit_id
	WHERE v.gclid IN ('first', 'second') AND l.released_at IS NULL AND l.expires_at > utc_timestamp(6)`);

test('a second click of the same visitor: another visit, the same number', () => {
	assert.equal(b.visitor, a.visitor);
	assert.notEqual(b.visit, a.visit);
	assert.equal(b.swap[0].to.e164, number);
	assert.deepEqual(live(), [['second', number]]);
});

test('a switch moves the lease to the visit that is looked at', async () => {
	assert.equal((await beat(a)).swap[0].to.e164, number);
	assert.deepEqual(live(), [['first', number]]);
	assert.equal((await beat(b)).swap[0].to.e164, number);
	assert.deepEqual(live(), [['second', number]]);
	assert.deepEqual(rows(), [['first', 2], ['second', 2]]);
});

test('however often they are switched, the rows are few', async () => {
	for (let i = 0; i < 60; i++) {
		const answer = await beat(i % 2 ? b : a);
		assert.deepEqual([answer.tier, answer.swap[0].to.e164], ['lease', number]);
	}
	assert.deepEqual(rows(), [['first', TURNS], ['second', TURNS]]);
	// A page of theirs is no other than a beat.
	const again = (await dni.ask({ url: `${stack.url}/demo/?gclid=first`, visitor: a.visitor, visit: a.visit })).json;
	assert.deepEqual([again.visit, again.tier, again.swap[0].to.e164], [a.visit, 'lease', number]);
	assert.deepEqual(rows(), [['first', TURNS], ['second', TURNS]]);
	assert.equal(live().length, 1);
	assert.deepEqual(stack.sql(`SELECT a.id FROM lease a JOIN lease b ON b.company_id = a.company_id AND b.number_id = a.number_id
		AND b.id <> a.id AND b.started_at >= a.started_at WHERE b.started_at < LEAST(a.expires_at, COALESCE(a.released_at, a.expires_at))`), []);
});

test('the row that is there goes on for both: what is shown stays stored', async () => {
	const [[of]] = live();
	const other = of === 'first' ? b : a;
	// The row is as good as over, and the other visit is looked at.
	stack.sql(`UPDATE lease SET expires_at = utc_timestamp(6) + INTERVAL 5 SECOND
		WHERE released_at IS NULL AND expires_at > utc_timestamp(6)`);
	assert.equal((await beat(other)).tier, 'lease');
	await until('its end moves', () => Number(stack.sqlOne(`SELECT TIMESTAMPDIFF(SECOND, utc_timestamp(6), expires_at)
		FROM lease l JOIN visit v ON v.id = l.visit_id WHERE v.gclid = '${of}' AND l.released_at IS NULL
		ORDER BY l.started_at DESC LIMIT 1`)) > 30);
	const third = (await dni.ask({ url: `${stack.url}/demo/?gclid=third` })).json;
	assert.equal(third.tier, 'lease');
	// After a crash the number is still theirs, and nobody else's.
	const pid = stack.pidOf('dni.fcgi');
	process.kill(pid, 'SIGKILL');
	await until('another server', () => stack.pidOf('dni.fcgi') && stack.pidOf('dni.fcgi') !== pid);
	const got = new Set();
	await until('leases again', async () => (await dni.ask()).json?.tier === 'lease');
	// Who withdraws consent now gives up the number, before any other sign of life.
	await dni.post('/dni/v1/event', { site: 'demo', visitor: third.visitor, visit: third.visit, kind: 'consent_withdrawn' });
	await until('it is given up', () => stack.sqlOne(`SELECT count(*) FROM lease l JOIN visit v ON v.id = l.visit_id
		WHERE v.gclid = 'third' AND l.released_at IS NOT NULL`) === '1');
	for (let i = 0; i < 40; i++) {
		const one = (await dni.ask()).json;
		if (one.tier === 'lease') got.add(one.swap[0].to.e164);
	}
	assert.ok(!got.has(number));
	assert.equal((await beat(other)).swap[0].to.e164, number);
});

test('a number moves to another pool while its page is used: one holder at a time', async () => {
	await addNumbers(stack, 5, 501, 'lease_s = 4'); // all others are held
	const [pool, site] = [11, 12].map((n) => `unhex('${`${n}`.repeat(16)}')`);
	stack.sql(`INSERT INTO pool (company_id, id, name, lease_s, created_at) SELECT company_id, ${pool}, 'Other', 4, utc_timestamp(6) FROM site WHERE public_key = 'demo';
		INSERT INTO site (company_id, id, name, public_key, pool_id, created_at) SELECT company_id, ${site}, 'Other', 'other', ${pool}, utc_timestamp(6) FROM site WHERE public_key = 'demo';
		INSERT INTO site_origin (company_id, site_id, origin) SELECT company_id, ${site}, '${stack.url}' FROM site WHERE public_key = 'demo';
		UPDATE config_version SET version = version + 1`);
	const version = () => stack.sqlOne('SELECT version FROM config_version');
	const changed = () => until('the server has seen it', () => stack.output.includes(`configuration version=${version()} `));
	await changed();
	const page = (await dni.ask()).json, moved = page.swap[0].to.e164;
	assert.equal(page.tier, 'lease', page.why);
	const shown = async () => (await beat(page)).swap[0].to.e164;
	const other = async () => (await dni.ask({ site: 'other' })).json; // of a pool of this one number
	assert.notEqual((await other()).tier, 'lease'); // not there yet
	stack.sql(`UPDATE pool_number SET pool_id = ${pool}, added_at = utc_timestamp(6) WHERE number_id = (SELECT id FROM number WHERE e164 = '${moved}');
		UPDATE config_version SET version = version + 1`);
	const second = await until('the page is told of another number', async () => {
		const now = await shown(), of = await other();
		assert.ok(of.tier !== 'lease' || now !== moved, 'two are shown it');
		return now !== moved && now;
	});
	await changed();
	// It goes on with that one, whose lease is stored.
	assert.equal(await shown(), second);
	assert.equal(stack.sqlOne(`SELECT number_e164 FROM lease WHERE visit_id = (SELECT visit_id FROM lease WHERE number_e164 = '${moved}'
		ORDER BY started_at DESC LIMIT 1) ORDER BY started_at DESC LIMIT 1`), second);
	assert.deepEqual(stack.sql(`SELECT a.number_e164 FROM lease a JOIN lease b ON b.company_id = a.company_id AND b.number_id = a.number_id AND b.id <> a.id
		AND b.started_at >= a.started_at WHERE b.started_at < LEAST(a.expires_at, COALESCE(a.released_at, a.expires_at))`), []);
});

test('when a page was first used is stored, once, and whether the tag tells', async () => {
	const { json: { visitor, visit } } = await dni.ask({ url: `${stack.url}/demo/?utm_source=hands` });
	const of = (columns) => stack.sqlOne(`SELECT ${columns} FROM visit WHERE source = 'hands'`);
	const stored = () => of("CONCAT_WS(' ', tells_use, COALESCE(used_at, 'never'))");
	const beat = (used) => dni.post('/dni/v1/beat', { site: 'demo', visitor, visit, engaged_s: 1, used });
	await beat(undefined); // a tag of before
	await until('it is stored', () => of('engaged_s') === '1');
	assert.equal(stored(), '0 never');
	await dni.post('/dni/v1/event', { site: 'demo', visitor, visit, kind: 'about', version: 1, used: false });
	await until('it tells', () => stored() === '1 never');
	await beat(true);
	await until('it is used', () => /^1 2/.test(stored()));
	const first = stored();
	await beat(true);
	await until('it is stored', () => of('engaged_s') === '3');
	assert.equal(stored(), first);
});
