// A site that was made a moment ago: its tag's first request is answered, not
// refused until the lease server looks at the configuration the next time; keys
// of nobody cost it little; and what is counted of a site's browsers.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browsers } from '../support/dni.mjs';
import { startStack, until } from '../support/stack.mjs';
import { hex, uuid7 } from '../support/two_companies.mjs';

let stack, dni;
before(async () => {
	stack = await startStack({ without: ['dashboard', 'admin', 'api', 'jobd', 'sipworker'], args: ['--dni-rate', '100000'] });
	dni = new Browsers(stack);
});
after(async () => {
	dni?.close();
	await stack?.stop();
});

/** As the forms do: the site, and the counter of the configuration. */
function addSite(key) {
	const id = hex(uuid7());
	stack.sql(`BEGIN;
		INSERT INTO site (company_id, id, name, public_key, pool_id, created_at) SELECT company_id, ${id}, '${key}', '${key}', pool_id, UTC_TIMESTAMP(6) FROM site WHERE public_key = 'demo';
		INSERT INTO site_origin (company_id, site_id, origin) SELECT company_id, ${id}, '${stack.url}' FROM site WHERE public_key = 'demo';
		UPDATE config_version SET version = version + 1;
		COMMIT`);
}

test('the first request after a site was made is answered', async () => {
	for (let i = 0; i < 5; i++) {
		assert.equal((await dni.ask({ site: `new${i}` })).status, 404, 'not there yet');
		addSite(`new${i}`);
		const res = await dni.ask({ site: `new${i}` });
		// Its patience is a second and a half: a machine that is slower than that says so.
		assert.ok(res.status === 200 || res.ms > 1400, `${res.status} after ${res.ms} ms: ${res.text}`);
		if (res.status === 200) assert.match(res.json.visit, /^vis_/);
	}
});

test('many at once before it is known: all are answered', async () => {
	addSite('rush');
	const all = await Promise.all(Array.from({ length: 40 }, () => dni.ask({ site: 'rush' })));
	for (const r of all) assert.ok(r.status === 200 || r.ms > 1400, `${r.status} after ${r.ms} ms`);
});

test('keys of nobody: refused, all of them, and nobody waits behind them', async () => {
	const strangers = Array.from({ length: 300 }, (_, i) => dni.ask({ site: `nobody${i}` }));
	const known = await Promise.all(Array.from({ length: 20 }, () => dni.ask()));
	assert.deepEqual([...new Set(known.map((r) => r.status))], [200], 'those of a known site');
	const all = await Promise.all(strangers);
	assert.deepEqual([...new Set(all.map((r) => r.status))], [404]);
	assert.doesNotMatch(stack.log('dni'), /status=5\d\d/);
});

test('a browser that keeps no visitor is counted, and who is new for a reason is not', async () => {
	for (const key of ['kept', 'agreed', 'outside', 'forgets']) addSite(key);
	const page = `${stack.url}/demo/2`, ref = `${stack.url}/demo/`;
	const { visitor } = (await dni.ask({ site: 'kept' })).json;
	const answers = [
		await dni.ask({ site: 'kept', url: page, ref, visitor }),
		await dni.ask({ site: 'agreed', url: page, ref, consent: 'yes' }),
		await dni.ask({ site: 'outside', url: page, ref: 'https://www.bing.com/' }),
		await dni.ask({ site: 'outside', url: page }),
		await dni.ask({ site: 'forgets', url: page, ref }),
	];
	assert.deepEqual(answers.map((a) => a.status), Array(5).fill(200));
	const counted = () => stack.sql('SELECT s.public_key, h.forgotten FROM site_health h JOIN site s ON s.id = h.site_id WHERE h.forgotten > 0');
	await until('it is written down', () => counted().length > 0);
	assert.deepEqual(counted(), [['forgets', '1']]);
	// Each visit says itself what makes it look like another: a call's page tells it.
	for (const [answer, site, more, want] of [[answers[4], 'forgets', {}, 16], [answers[4], 'forgets', { why: 'click_lost,nonsense' }, 24], [answers[0], 'kept', { why: 'twice,forgotten', late_ms: 3001 }, 32769],
		[answers[1], 'agreed', { late_ms: 3000, ga: '1.2' }, 0]]) {
		const { visitor, visit } = answer.json;
		assert.equal((await dni.post('/dni/v1/event', { site, visitor, visit, kind: 'about', version: 3, found: 1, swapped: 1, zone: `Etc/${want}`, ...more })).status, 204);
		const stored = () => stack.sql(`SELECT causes FROM visit WHERE browser_zone = 'Etc/${want}'`);
		await until('it is stored', () => stored().length > 0);
		assert.deepEqual(stored(), [[String(want)]]);
	}
});

test('a visit that had no number to look for is not one whose page lacks it', async () => {
	for (const key of ['looked', 'unasked', 'unasked2']) addSite(key);
	for (const [site, more] of [['looked', { found: 0 }], ['unasked', {}], ['unasked2', { found: null }]]) {
		const { visitor, visit } = (await dni.ask({ site })).json;
		assert.equal((await dni.post('/dni/v1/event', { site, visitor, visit, kind: 'about', version: 3, swapped: 0, ...more })).status, 204);
	}
	const counted = () => stack.sql('SELECT s.public_key, SUM(h.reports), SUM(h.unasked), SUM(h.without) FROM site_health h JOIN site s ON s.id = h.site_id WHERE h.reports > 0 GROUP BY 1 ORDER BY 1');
	// What came after the first was written waits a minute.
	await until('all are written down', () => counted().reduce((n, [, reports]) => n + Number(reports), 0) === 3, 90000);
	assert.deepEqual(counted(), [['looked', '1', '0', '1'], ['unasked', '1', '1', '0'], ['unasked2', '1', '1', '0']]);
});

test('what the tag was told last that is no number is kept for the site’s page', async () => {
	// What a site's tag says is written at once the first time, and then once a minute.
	for (const key of ['unread', 'strange', 'other']) addSite(key);
	assert.equal((await dni.ask({ site: 'other' })).status, 200);
	for (const [key, body, status, told] of [
		['unread', { url: 'javascript:alert(1)' }, 400, /^url: /],
		['strange', { url: 'https://elsewhere.example/' }, 403, /^the address is none of the site's$/],
	]) {
		assert.equal((await dni.post('/dni/v1/visit', { site: key, ...body })).status, status);
		const [at, text] = await until('it is written down', () => {
			const [row] = stack.sql(`SELECT h.error_at, h.error FROM site_health h JOIN site s ON s.id = h.site_id WHERE s.public_key = '${key}' AND h.error <> ''`);
			return row;
		}, 90000);
		assert.match(text, told);
		assert.ok(Math.abs(Date.parse(`${at.replace(' ', 'T')}Z`) - Date.now()) < 120000, at);
	}
});

test('while the server ends, nobody is left waiting', async () => {
	const waiting = Array.from({ length: 20 }, (_, i) => dni.ask({ site: `late${i}` }).then((r) => r.status, () => 'closed'));
	await stack.stop();
	stack = undefined;
	for (const status of await Promise.all(waiting)) assert.ok(['closed', 404, 502, 503].includes(status), String(status));
});
