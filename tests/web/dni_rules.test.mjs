// A pool's rules change while its numbers are shown: a page was told how long its
// number is its own, and it asks again by then. And a server that stands still, and
// hears of no page: what is held then is nobody else's afterwards. And a site that is
// closed, or whose origins change: its pages show no number that is another's soon.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { startStack, until } from '../support/stack.mjs';
import { addNumbers, Browsers } from '../support/dni.mjs';

let stack, dni;

before(async () => {
	stack = await startStack({ without: ['dashboard', 'jobd', 'sipworker', 'admin', 'api'], args: ['--dni-rate', '100000'] });
	dni = new Browsers(stack);
}, { timeout: 120000 });

after(async () => {
	dni?.close();
	await stack?.stop();
});

/** Statements that change what is set up, and the server goes by them. */
function change(statements) {
	stack.sql(`${statements}; UPDATE config_version SET version = version + 1`);
	const version = stack.sqlOne('SELECT version FROM config_version');
	return until('the server has seen it', () => stack.output.includes(`configuration version=${version} `));
}

const beat = async (page) => (await dni.post('/dni/v1/beat', { site: 'demo', visitor: page.visitor, visit: page.visit, engaged_s: 1 })).json;
const doubled = () => stack.sql(`SELECT a.number_e164 FROM lease a JOIN lease b ON b.company_id = a.company_id AND b.number_id = a.number_id AND b.id <> a.id
	AND b.started_at >= a.started_at WHERE b.started_at < LEAST(a.expires_at, COALESCE(a.released_at, a.expires_at))`);

test('the server stands still for longer than a lease: its pages keep their numbers', async () => {
	stack.sql('DELETE FROM pool_number');
	await addNumbers(stack, 2, 10, 'lease_s = 6');
	const pages = [(await dni.ask()).json, (await dni.ask()).json];
	assert.deepEqual(pages.map(({ tier }) => tier), ['lease', 'lease']);
	const pid = stack.pidOf('dni.fcgi'), stood = Date.now();
	process.kill(pid, 'SIGSTOP');
	await until('their leases would be over', () => Date.now() > stood + 8000);
	// Those who ask meanwhile are before the pages.
	const strangers = Array.from({ length: 4 }, () => dni.ask());
	await until('they are on their way', () => Date.now() > stood + 8300);
	process.kill(pid, 'SIGCONT');
	for (const { json } of await Promise.all(strangers)) assert.notEqual(json.tier, 'lease');
	for (const page of pages) assert.equal((await beat(page)).swap[0].to.e164, page.swap[0].to.e164);
	assert.equal(stack.pidOf('dni.fcgi'), pid);
	// Said before anybody was answered, but through a pipe.
	await until('it is said', () => /nobody was heard for_ms=\d+: leases go on/.test(stack.output));
	assert.deepEqual(doubled(), []);
	// Who is not heard of again has it for the time of a lease, and no longer.
	await until('a number is free', async () => (await dni.ask()).json.tier === 'lease');
});

test('leases last shorter: what was shown before is nobody else’s sooner', async () => {
	stack.sql('DELETE FROM pool_number');
	await addNumbers(stack, 1, 1, 'lease_s = 600');
	const page = (await dni.ask()).json, began = Date.now();
	assert.equal(page.tier, 'lease', page.why);
	await change('UPDATE pool SET lease_s = 1');
	await until('a lease of now would be over', () => Date.now() > began + 1500);
	assert.equal((await dni.ask()).json.why, 'pool');
	assert.equal((await beat(page)).swap[0].to.e164, page.swap[0].to.e164);
	assert.deepEqual(doubled(), []);
});

test('a site is closed, or a page is not of its origin any more: the page shows no number', async () => {
	await addNumbers(stack, 2, 20, 'lease_s = 600');
	const page = (await dni.ask()).json;
	const told = async (of) => {
		const { status, json } = await dni.post('/dni/v1/beat', { site: 'demo', visitor: of.visitor, visit: of.visit, engaged_s: 1, url: `${stack.url}/demo/` });
		return [status, json.tier, json.why, json.swap?.[0]?.to.e164];
	};
	const theirs = [200, 'lease', '', page.swap[0].to.e164];
	assert.deepEqual(await told(page), theirs);
	for (const [shut, open, status] of [
		["UPDATE site SET archived_at = utc_timestamp(6) WHERE public_key = 'demo'", "UPDATE site SET archived_at = NULL WHERE public_key = 'demo'", 404],
		["UPDATE site_origin SET origin = CONCAT(origin, '.example')", "UPDATE site_origin SET origin = REPLACE(origin, '.example', '')", 403],
	]) {
		await change(shut);
		assert.deepEqual(await told(page), [200, 'none', 'closed', undefined]);
		assert.equal((await told({ ...page, visitor: 'vtr_01h455vb4pex5vsknk084sn02q' }))[0], status, 'of nobody’s visit');
		assert.equal((await dni.ask()).status, status);
		await change(open);
		assert.deepEqual(await told(page), theirs);
	}
});

test('a number moves, and then its old pool’s leases last longer: one holder at a time', async () => {
	await addNumbers(stack, 1, 2, 'lease_s = 3');
	const [pool, site] = [11, 12].map((n) => `unhex('${`${n}`.repeat(16)}')`);
	await change(`INSERT INTO pool (company_id, id, name, lease_s, created_at) SELECT company_id, ${pool}, 'Other', 3, utc_timestamp(6) FROM site WHERE public_key = 'demo';
		INSERT INTO site (company_id, id, name, public_key, pool_id, created_at) SELECT company_id, ${site}, 'Other', 'other', ${pool}, utc_timestamp(6) FROM site WHERE public_key = 'demo';
		INSERT INTO site_origin (company_id, site_id, origin) SELECT company_id, ${site}, '${stack.url}' FROM site WHERE public_key = 'demo'`);
	const page = (await dni.ask()).json, moved = page.swap[0]?.to.e164;
	assert.equal(page.tier, 'lease', page.why);
	await change(`UPDATE pool_number SET pool_id = ${pool}, added_at = utc_timestamp(6) WHERE number_id = (SELECT id FROM number WHERE e164 = '${moved}');
		UPDATE pool SET lease_s = 600 WHERE id <> ${pool}`);
	const other = async () => (await dni.ask({ site: 'other' })).json; // of a pool of this one number
	await until('the number is another’s', async () => {
		const now = (await beat(page)).swap[0]?.to.e164;
		const of = await other();
		assert.ok(of.tier !== 'lease' || now !== moved, 'two are shown it');
		return of.tier === 'lease';
	});
	assert.deepEqual(doubled(), []);
});
