// A page that is open while its lease runs out: what it is told when it asks
// again, as its number is another visitor's by then, or may be any moment.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { startStack, until } from '../support/stack.mjs';
import { Browsers } from '../support/dni.mjs';

const SOURCE = '+14155550113', OVERFLOW = '+14155550109';
let stack, dni, page, sources = 0;

async function change(sql) {
	stack.sql(`${sql}; UPDATE config_version SET version = version + 1`);
	const version = stack.sqlOne('SELECT version FROM config_version');
	await until('the server has seen it', () => stack.output.includes(`configuration version=${version} `));
}

before(async () => {
	stack = await startStack({
		without: ['dashboard', 'jobd', 'sipworker', 'admin', 'api'],
		args: ['--dni-rate', '100000'],
	});
	dni = new Browsers(stack);
	page = `${stack.url}/demo/?utm_source=google&utm_medium=cpc`;
	// A pool of one number, whose leases end soon.
	await change(`DELETE FROM pool_number WHERE number_id <> (SELECT id FROM (SELECT min(number_id) AS id FROM pool_number) AS one);
		UPDATE pool SET lease_s = 1, min_reuse_s = 0`);
}, { timeout: 120000 });

after(async () => {
	dni?.close();
	await stack?.stop();
});

const beat = async ({ visitor, visit }, more = { url: page }) =>
	(await dni.post('/dni/v1/beat', { site: 'demo', visitor, visit, engaged_s: 1, ...more })).json;
const brief = (a) => [a.tier, a.why, a.swap.map((s) => s.to.e164)];

/** A visit; those who see the source-level number are counted here, too. */
async function ask() {
	const { json } = await dni.ask();
	sources += json.tier === 'source';
	return json;
}

/** One who had the number, and another who has it now. */
async function lost() {
	let one, two;
	await until('somebody has the number', async () => (one = await ask()).tier === 'lease');
	await until('somebody else has it', async () => (two = await ask()).tier === 'lease');
	assert.equal(one.swap[0].to.e164, two.swap[0].to.e164);
	return { one, two };
}

test('a page whose number is another’s shows what there is without a lease', async () => {
	for (const [policy, want] of [['source', ['source', 'pool', [SOURCE]]], ['overflow', ['overflow', 'pool', [OVERFLOW]]], ['own', ['none', 'pool', []]]]) {
		await change(`UPDATE pool SET overflow_policy = '${policy}', lease_s = 1`);
		const { one, two } = await lost();
		await change('UPDATE pool SET lease_s = 600');
		assert.equal((await beat(two)).tier, 'lease');
		assert.deepEqual(brief(await beat(one)), want);
		sources += policy === 'source';
		// Each of its pages is told, also one that is not named.
		assert.deepEqual(brief(await beat(one)), want);
		assert.deepEqual(brief(await beat(one, {})), want);
		// And when the number is free again it comes back.
		await dni.post('/dni/v1/event', { site: 'demo', visitor: two.visitor, visit: two.visit, kind: 'consent_withdrawn' });
		assert.deepEqual(brief(await beat(one)), ['lease', '', [two.swap[0].to.e164]]);
		await dni.post('/dni/v1/event', { site: 'demo', visitor: one.visitor, visit: one.visit, kind: 'consent_withdrawn' });
	}
});

test('what a page is told again is counted once', async () => {
	await until('as many are counted as were told', () =>
		Number(stack.sqlOne("SELECT COALESCE(sum(amount), 0) FROM pool_count WHERE kind = 'source'")) === sources, 90000);
});

test('a page with a rule’s own number takes none of the pool by staying open', async () => {
	await change("UPDATE tracker SET match_kind = 'url', match_value = '/demo/offer' WHERE match_kind = 'always'");
	const url = `${stack.url}/demo/offer`, { json } = await dni.ask({ url });
	assert.deepEqual(brief(json), ['source', '', [SOURCE]]);
	assert.deepEqual(brief(await beat(json, { url })), ['none', '', []]);
	assert.deepEqual(brief(await beat(json, {})), ['none', '', []]);
	// The number is free for who needs it.
	assert.equal((await dni.ask()).json.tier, 'lease');
});

test('a beat that names a page: the site’s own, or it is told to show no number, and an address', async () => {
	const { json } = await dni.ask();
	const status = async (url) => (await dni.post('/dni/v1/beat', { site: 'demo', visitor: json.visitor, visit: json.visit, url })).status;
	assert.deepEqual([await status(page), await status('https://example.org/'), await status('javascript:1'), await status(7), await status('http://a/' + 'x'.repeat(2100))],
		[200, 200, 400, 400, 400]);
	const { visitor } = (await dni.ask()).json;
	assert.equal((await dni.post('/dni/v1/beat', { site: 'demo', visitor, visit: json.visit, url: 'https://example.org/' })).status, 403, 'of nobody’s visit');
});

test('the second page of a visit by an ad is none of a visit by nothing', async () => {
	const DIRECT = '+14155550112', full = (to) => ['source', 'pool', [to]], none = ['overflow', 'pool', [OVERFLOW]];
	await change(`UPDATE pool SET overflow_policy = 'source';
		UPDATE tracker SET match_kind = 'group', match_value = 'direct' WHERE match_value = 'google_organic';
		UPDATE tracker SET match_kind = 'group', match_value = 'google_paid' WHERE match_kind = 'url'`);
	assert.notEqual((await dni.ask()).json.tier, 'lease'); // the last test's visit has the number
	const two = `${stack.url}/demo/two`;
	for (const [landing, want] of [['gclid=abcdefgh', full(SOURCE)], ['', full(DIRECT)], ['msclkid=abcdefgh', none]]) {
		const url = `${stack.url}/demo/?${landing}`, { json: one } = await dni.ask({ url });
		const ids = { visitor: one.visitor, visit: one.visit };
		assert.deepEqual(brief(one), want, landing);
		const { json: second } = await dni.ask({ url: two, ref: url, ...ids });
		assert.equal(second.visit, one.visit);
		assert.deepEqual(brief(second), want, landing);
		assert.deepEqual(brief(await beat(one, { url: two, ref: '' })), want, landing);
		// Another visitor's id is no way to what that visit began with.
		const { json: other } = await dni.ask({ url: two, visit: one.visit });
		assert.notEqual(other.visit, one.visit);
		assert.deepEqual(brief(other), full(DIRECT));
	}
	// A rule that was taken away meanwhile is nobody's any more.
	const { json: one } = await dni.ask({ url: `${stack.url}/demo/?gclid=abcdefgh` });
	await change("UPDATE tracker SET match_value = 'bing_paid' WHERE match_value = 'google_paid'");
	await change("DELETE FROM tracker WHERE match_value = 'bing_paid'");
	assert.deepEqual(brief((await dni.ask({ url: two, visitor: one.visitor, visit: one.visit })).json), none);
});

test('a rule for the landing link holds for the visit, also after a restart; when it is gone, what is for all is left', async () => {
	const NARROW = '+14155550112', ALL = '+14155550999', narrow = ['source', '', [NARROW]];
	await change("UPDATE tracker SET match_kind = 'param', match_value = 'partner=acme' WHERE match_value = 'direct'");
	const url = `${stack.url}/demo/?partner=acme`, two = `${stack.url}/demo/two`;
	const { json: one } = await dni.ask({ url }), ids = { visitor: one.visitor, visit: one.visit };
	const second = async () => (await dni.ask({ url: two, ref: url, ...ids })).json;
	assert.deepEqual(brief(one), narrow);
	assert.deepEqual(brief(await second()), narrow);
	assert.deepEqual(brief(await beat(one, { url: two, ref: '' })), ['none', '', []]);
	// Who comes back by a search meanwhile is still the partner's.
	assert.deepEqual(brief((await dni.ask({ url: two, ref: 'https://www.google.com/', ...ids })).json), narrow);
	// By an ad it is another visit, and others never were the partner's.
	for (const more of [{ url: `${two}?gclid=abcdefgh`, ...ids }, { url: two }]) {
		const { json } = await dni.ask(more);
		assert.notEqual(json.visit, one.visit);
		assert.notDeepEqual(brief(json), narrow);
	}
	await until('it is stored', () => stack.sqlOne("SELECT count(*) FROM visit WHERE landing_url LIKE '%partner=acme'") === '1');
	const pid = stack.pidOf('dni.fcgi');
	process.kill(pid, 'SIGKILL');
	await until('another is there', async () => ![pid, undefined].includes(stack.pidOf('dni.fcgi')) && (await dni.ask({ consent: 'no' }).catch(() => null))?.status === 200);
	const after = await second();
	assert.deepEqual([after.visit, ...brief(after)], [one.visit, ...narrow]);
	await change(`INSERT INTO number (company_id, id, e164, active_e164, kind, country, added_at)
		SELECT company_id, unhex(md5('all')), '${ALL}', '${ALL}', 'local', 'US', utc_timestamp(6) FROM pool;
		INSERT INTO tracker (company_id, id, number_id, name, source, medium, site_id, match_kind, created_at)
		SELECT company_id, unhex(md5('all')), unhex(md5('all')), 'All', 'all', '', site_id, 'always', created_at FROM tracker WHERE match_kind = 'param';
		UPDATE tracker SET archived_at = utc_timestamp(6) WHERE match_kind = 'param'; UPDATE pool SET lease_s = 600`);
	await until('the pool is full', async () => (await dni.ask()).json.tier !== 'lease');
	assert.deepEqual(brief(await second()), ['source', 'pool', [ALL]]);
});
