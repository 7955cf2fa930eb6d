// A period's calls credited again by other rules: a preview that writes
// nothing, the same for good, the way back, and who may.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { baseOf, dice, quote, typeid, uuid } from '../browser/seed.mjs';
import { startStack, until } from '../support/stack.mjs';
import { addCompanies } from '../support/two_companies.mjs';

const DAY = 86400000, LIST = '/attribution/reruns', PREVIEW = '/attribution/preview';
let stack, base, me, world, stranger, viewer, ids;
const rnd = dice(31), now = Date.now();
const time = (ms) => `'${new Date(ms).toISOString().replace('T', ' ').replace('Z', '')}'`;
const day = (ms) => new Date(ms).toISOString().slice(0, 10);

/** A visit with its lease, seconds before a call that nobody is credited with. */
function call(at, source, ago = 20) {
	const [visit, visitor, lease, id] = [at - ago * 1000, at, at, at].map((ms) => uuid(ms, rnd));
	const own = `x'${base.company}'`;
	stack.sql(`START TRANSACTION;
		INSERT INTO visit (company_id, id, site_id, visitor_id, started_at, seen_at, landing_url, landing_page, source, medium) VALUES (${own}, x'${visit}', x'${base.site}',
			x'${visitor}', ${time(at - ago * 1000)}, ${time(at)}, 'https://x.example/', 'x.example/', ${quote(source)}, 'cpc');
		INSERT INTO lease (company_id, id, pool_id, number_id, number_e164, visit_id, epoch, started_at, beat_at, expires_at) VALUES (${own}, x'${lease}', x'${base.pool}',
			x'${base.number.id}', '${base.number.e164}', x'${visit}', 1, ${time(at - ago * 1000)}, ${time(at - 1000)}, ${time(at + 100000)});
		INSERT INTO interaction (company_id, id, kind, happened_at) VALUES (${own}, x'${id}', 'call', ${time(at)});
		INSERT INTO phone_call (company_id, id, state, result, number_id, number_e164, pool_id, caller_e164, started_at) VALUES (${own}, x'${id}', 'closed', 'missed',
			x'${base.number.id}', '${base.number.e164}', x'${base.pool}', '+1415555${String(Math.floor(rnd() * 9000) + 1000)}', ${time(at)});
		COMMIT;`);
	return { id, visit, lease };
}

before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker', 'admin', 'api'], args: ['--web-rate', '100000'] });
	base = baseOf(stack);
	me = await stack.login();
	world = addCompanies(stack);
	stranger = await stack.login(world.users.owner.email, world.password); // of another company
	viewer = await stack.login(world.users.viewer.email, world.password);
	ids = [call(now - 5 * DAY, 'google'), call(now - 4 * DAY, '"><script>alert(1)</script>'), call(now - 3 * DAY, 'google')];
}, { timeout: 120000 });
after(() => stack?.stop());

const html = async (path, c = me) => (await c.fetch(path)).text();
const plain = (text) => text.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
const credits = () => stack.sql(`SELECT attributed_by, source, JSON_VALUE(evidence, '$.law') FROM interaction WHERE id IN (${ids.map((c) => `x'${c.id}'`).join(',')}) ORDER BY happened_at`);
const fields = (more = {}) => ({ from: day(now - 8 * DAY), to: day(now), law: '0', min: '60', ...more });

async function preview(more) {
	const res = await me.submit(LIST, PREVIEW, fields(more));
	assert.equal(res.status, 303, plain(await res.text()).slice(0, 400));
	return done(res.headers.get('location'));
}

async function done(path) {
	await until('the run has ended', async () => /tone-(good|bad)">(Done|Failed)</.test(await html(path)));
	return { path, html: await html(path), text: plain(await html(path)) };
}

test('a preview says what would change and writes nothing', async () => {
	const before = stack.sqlOne('SELECT MD5(GROUP_CONCAT(id, attributed_by, source, rule_version ORDER BY id)) FROM interaction');
	const run = await preview();
	assert.match(run.text, /Calls looked at 3 /);
	assert.match(run.text, /Credited otherwise 3 100 % of them/);
	assert.match(run.text, /google \/ cpc 0 2 \+2/);
	assert.match(run.text, /nothing a visit 3/);
	assert.match(run.text, /Credit these 3 calls so/);
	assert.doesNotMatch(run.text, /the first 100/, 'these are all');
	assert.match(run.html, new RegExp(`href="/calls/${typeid('cal', ids[0].id)}"`));
	assert.match(run.text, /Nothing google \/ cpc, a visit: (&gt; 99|\d+) %/);
	assert.ok(!run.html.includes('<script>alert'), 'hostile names are inert');
	assert.equal(stack.sqlOne('SELECT MD5(GROUP_CONCAT(id, attributed_by, source, rule_version ORDER BY id)) FROM interaction'), before);
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM audit WHERE action LIKE 'attrib.%'"), '0');
	assert.match(plain(await html(LIST)), /Preview 3 3 Done/);
});

test('what was shown is written down once, exactly, and on record', async () => {
	const shown = (await html(LIST)).match(/\/attribution\/reruns\/arn_\w{26}/)[0];
	const res = await me.submit(shown, `${shown}/apply`, {});
	assert.equal(res.status, 303);
	const run = await done(res.headers.get('location'));
	assert.match(run.text, /Calls credited again/);
	assert.match(run.text, /Credited otherwise 3 /);
	assert.deepEqual(credits().map((r) => [r[0], r[2]]), [['visit', '0'], ['visit', '0'], ['visit', '0']]);
	assert.deepEqual(stack.sql("SELECT action, COALESCE(JSON_VALUE(after_json, '$.changed'), ''), user_id IS NOT NULL FROM audit WHERE action LIKE 'attrib.%' ORDER BY action"),
		[['attrib.rerun', '', '1'], ['attrib.rerun.done', '3', '1']]);
	assert.equal((await me.submit(run.path, `${run.path}/apply`, {})).status, 409, 'not a preview');
	assert.match((await preview()).text, /These rules say the same of every call/);
});

test('another law and the way back', async () => {
	assert.equal((await me.submit(LIST, PREVIEW, fields({ law: '1' }))).status, 422, 'no such law yet');
	// A law by which every call is nobody's.
	const law = `1 1 1 ${Array(70).fill('0').join(' ')}`;
	stack.sql(`INSERT INTO attrib_law (company_id, version, law, calls, visits, stray_bp, from_at, to_at, fitted_at)
		VALUES (x'${base.company}', 1, ${quote(law)}, 40, 900, 9000, ${time(now - 30 * DAY)}, ${time(now)}, ${time(now)})`);
	assert.match(await html(LIST), /<option value="1" selected>Delays 1, learnt /);
	const run = await preview({ law: '1' });
	assert.match(run.text, /a visit nothing 3/, run.text);
	const res = await me.submit(run.path, `${run.path}/apply`, {});
	const applied = await done(res.headers.get('location'));
	assert.deepEqual(credits(), [['none', '', '1'], ['none', '', '1'], ['none', '', '1']]);
	const back = applied.html.match(/href="(\/attribution\/reruns\?[^"]+)"/)[1].replaceAll('&amp;', '&');
	assert.match(back, /law=0$/);
	assert.match(await html(back), /<option value="0" selected>/);
	const again = await preview({ law: '0' });
	await done((await me.submit(again.path, `${again.path}/apply`, {})).headers.get('location'));
	assert.deepEqual(credits().map((r) => r[0]), ['visit', 'visit', 'visit']);
	stack.sql('DELETE FROM attrib_law');
});

test('a call whose visit is kept no more keeps its credit', async () => {
	stack.sql(`DELETE FROM lease WHERE id = x'${ids[0].lease}'; DELETE FROM visit WHERE id = x'${ids[0].visit}'`);
	const was = credits()[0];
	const run = await preview({ min: '100' });
	assert.match(run.text, /One call keeps its credit: /);
	const low = await preview({ min: '0.3' });
	assert.match(low.text, /credit from 0\.3 %/);
	assert.ok((await html(`${LIST}?min=0.3`)).includes('value="0.3"'));
	await done((await me.submit(run.path, `${run.path}/apply`, {})).headers.get('location'));
	assert.deepEqual(credits()[0], was);
});

test('what is no period, no law, no threshold is said', async () => {
	for (const [more, words] of [
		[{ from: day(now), to: day(now - DAY) }, /The last day is before the first/], [{ from: 'yesterday' }, /These are no days/],
		[{ from: '2001-01-01' }, /more than three years/], [{ min: '101' }, /from 0\.01 to 100/], [{ min: '' }, /from 0\.01 to 100/],
		[{ min: '0' }, /from 0\.01 to 100/], [{ min: '0.001' }, /two places/], [{ min: '-1' }, /from 0\.01 to 100/], [{ law: '77' }, /not there\. Choose another/],
	]) {
		const res = await me.submit(LIST, PREVIEW, fields(more));
		assert.equal(res.status, 422, JSON.stringify(more));
		assert.match(plain(await res.text()), words);
	}
	assert.equal((await me.submit(LIST, PREVIEW, fields({ law: 'x' }))).status, 400);
});

test('one at a time; stopped; never another company’s', async () => {
	stack.sql(`INSERT INTO attrib_run (company_id, id, state, applies, from_at, to_at, rule_version, law_version, threshold_bp, made_at)
		VALUES (x'${base.company}', x'${uuid(now, rnd)}', 'running', 1, ${time(now - DAY)}, ${time(now)}, 2, 0, 6000, ${time(now)})`);
	const res = await me.submit(LIST, PREVIEW, fields());
	assert.equal(res.status, 409);
	assert.match(plain(await res.text()), /Another run is under way/);
	const path = `${LIST}/${typeid('arn', stack.sqlOne("SELECT LOWER(HEX(id)) FROM attrib_run WHERE state = 'running'"))}`;
	const page = await me.fetch(path);
	assert.equal(page.headers.get('refresh'), '2', 'a page that looks again');
	for (const c of [stranger, viewer]) {
		assert.equal((await c.fetch(path)).status, 404);
		assert.ok(!(await html(LIST, c)).includes('arn_'));
	}
	assert.equal((await stranger.submit(LIST, `${path}/stop`, {})).status, 404);
	assert.equal((await stranger.submit(LIST, `${path}/apply`, {})).status, 404);
	assert.equal((await viewer.submit(LIST, PREVIEW, fields())).status, 403, 'who reads does not credit');
	assert.equal((await me.submit(path, `${path}/stop`, {})).status, 303);
	const stopped = await me.fetch(path);
	assert.equal(stopped.headers.get('refresh'), null);
	assert.match(plain(await stopped.text()), /Stopped/);
	await preview();
});
