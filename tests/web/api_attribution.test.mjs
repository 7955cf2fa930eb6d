// Why a call is credited as it is, for programs: what the product itself wrote down
// when it weighed the call, what rules of before wrote, what is broken, and nothing of others.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiOf, hex, rule } from '../support/api.mjs';
import { startStack, until } from '../support/stack.mjs';
import { addCompanies, hostile, insert, text, typeId, uuid7 } from '../support/two_companies.mjs';

let stack, world, a, api, addKey, unseen, key, own;
before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker', 'admin'], args: ['--web-rate', '100000'] });
	({ api, addKey, unseen } = apiOf(stack));
	world = addCompanies(stack);
	a = world.alpha;
	own = `company_id = ${hex(a.id)} AND id = ${hex(a.call)}`;
	key = addKey(a, undefined, { by: world.users.owner.id });
	stack.sql(`UPDATE phone_call SET pool_id = ${hex(a.pool)} WHERE company_id = ${hex(a.id)}`);
});
after(() => stack?.stop());

const told = async (call = a.callId) => (await api(key, `/calls/${call}/attribution`)).json;
async function weighed(evidence, fields = {}) {
	const all = { attributed_by: "'visit'", visit_id: hex(a.visit), tracker_id: 'NULL', ...fields, evidence: evidence === undefined ? 'NULL' : text(JSON.stringify(evidence)) };
	stack.sql(`UPDATE interaction SET ${Object.entries(all).map(([k, v]) => `${k} = ${v}`).join(', ')} WHERE ${own}`);
	return told();
}
/** What the product makes of it now. */
async function weighAgain() {
	const run = (await api(key, '/reruns', { method: 'POST', body: { from: new Date(Date.now() - 3600e3).toISOString(), to: new Date(Date.now() + 60e3).toISOString(), apply: true } })).json;
	await until('it was weighed', async () => (await api(key, `/reruns/${run.id}`)).json.state === 'done');
	return told();
}
/** What a visit must have. */
const empty = { landing_url: "''", landing_page: "''", referrer: "''", referrer_host: "''", keyword: "''" };
const sum = (all) => all.reduce((n, c) => n + c.probability_bp, 0);

test('what the product weighed: probabilities that are whole, and the signs', async () => {
	// The visitor touched the phone link; two others, of two campaigns of one source, saw the number before.
	const others = [uuid7(), uuid7()], ago = (s) => `UTC_TIMESTAMP(6) - INTERVAL ${s} SECOND`;
	stack.sql([
		`UPDATE visit SET tel_clicked_at = ${ago(303)}, tells_use = 1, used_at = ${ago(500)} WHERE id = ${hex(a.visit)};`,
		...others.flatMap((id, i) => {
			const visitor = uuid7(), began = ago(2000 + 300 * i), seen = ago(1900 + 300 * i);
			return [
				insert('visitor', { company_id: hex(a.id), id: hex(visitor), first_visit_id: hex(id), first_seen_at: began, last_seen_at: seen }),
				insert('visit', { company_id: hex(a.id), id: hex(id), site_id: hex(a.site), visitor_id: hex(visitor), started_at: began, seen_at: seen, ...empty, channel: "''", source: "'bing'", medium: "'cpc'",
					campaign: i === 0 ? text(hostile) : "'second'", tells_use: 1 }),
				insert('lease', { company_id: hex(a.id), id: hex(uuid7()), pool_id: hex(a.pool), number_id: hex(a.number), number_e164: "'+14155550166'", visit_id: hex(id), epoch: 1,
					started_at: began, beat_at: seen, expires_at: ago(1720 + 300 * i) }),
			];
		}),
	].join('\n'));
	const w = await weighAgain();
	assert.deepEqual([w.settled, w.attributed_by, w.visit_id, w.tracker, w.rule, w.law], [true, 'visit', a.visitId, null, rule, 0]);
	assert.equal(w.candidates.length, 3);
	const [one, two] = w.candidates;
	assert.deepEqual([one.visit_id, one.credited, two.visit_id, two.credited], [a.visitId, true, typeId('vis', others[0]), false]);
	assert.match(one.lease_id, /^lea_/);
	assert.equal(sum(w.candidates) + w.none_bp + w.others.probability_bp, 10000);
	assert.equal(one.probability_bp, w.probability_bp);
	assert.ok(one.probability_bp > two.probability_bp && w.probability_bp > 6000);
	assert.ok(one.tel_click_s >= 0 && one.tel_click_s < 30, `the touch: ${one.tel_click_s}`);
	assert.equal(two.tel_click_s, null);
	assert.ok(two.last_seen_s > 1500 && one.last_seen_s < 60);
	assert.deepEqual([one.use, two.use, one.overflow_shown_s], ['used', 'unused', null]);
	assert.equal(two.campaign, hostile, 'text as it is, whatever it says');
	assert.deepEqual(w.sources, [{ source: one.source, medium: one.medium, probability_bp: one.probability_bp }]);
	assert.deepEqual(w.others, { visits: 0, about: false, probability_bp: 0 });
	// The same as the call's page says.
	const viewer = await stack.login(world.users.viewer.email, world.password);
	const html = await (await viewer.fetch(`/calls/${a.callId}`)).text();
	assert.match(html.replaceAll(/<[^>]+>/g, ' '), /3 visits saw this number/);
	assert.equal(w.touches.length, 1);
	assert.deepEqual(w.touches[0].shares_bp, { first: 10000, last: 10000, last_paid: 10000, linear: 10000, position: 10000 });
});

test('every model’s share of each visit of the person', async () => {
	const ids = [uuid7(), uuid7()];
	stack.sql(ids.map((id, i) => insert('visit', { company_id: hex(a.id), id: hex(id), site_id: hex(a.site), visitor_id: hex(a.visitor), started_at: `UTC_TIMESTAMP(6) - INTERVAL ${9 - i} DAY`, seen_at: `UTC_TIMESTAMP(6) - INTERVAL ${9 - i} DAY`, ...empty,
		source: `'s${i}'`, medium: "'m'", campaign: "'c'", channel: i === 0 ? "'paid_search'" : "'direct'" })).join('\n'));
	const w = await told();
	assert.deepEqual(w.touches.map((t) => t.source).slice(0, 2), ['s0', 's1']);
	assert.deepEqual(w.touches.map((t) => t.paid).slice(0, 2), [true, false]);
	const of = (model) => w.touches.map((t) => t.shares_bp[model]);
	assert.deepEqual([of('first'), of('last'), of('last_paid'), of('position')], [[10000, 0, 0], [0, 0, 10000], [10000, 0, 0], [4000, 2000, 4000]]);
	for (const model of ['first', 'last', 'last_paid', 'linear', 'position']) assert.equal(of(model).reduce((x, y) => x + y), 10000, model);
	stack.sql(`DELETE FROM visit WHERE id IN (${ids.map(hex)})`);
});

test('sources: each with all its campaigns, most first', async () => {
	// The two others touched the phone link, too.
	stack.sql(`UPDATE visit SET tel_clicked_at = UTC_TIMESTAMP(6) - INTERVAL 310 SECOND, used_at = tel_clicked_at, seen_at = tel_clicked_at WHERE source = 'bing';
		UPDATE lease l JOIN visit v ON v.id = l.visit_id SET l.beat_at = v.seen_at, l.expires_at = v.seen_at + INTERVAL 180 SECOND WHERE v.source = 'bing'`);
	const { candidates, sources } = await weighAgain();
	const own = candidates.find((c) => c.visit_id === a.visitId), others = candidates.filter((c) => c !== own);
	assert.deepEqual(others.map((c) => [c.source, c.campaign, c.probability_bp > 0]).sort(), [['bing', hostile, true], ['bing', 'second', true]]);
	assert.deepEqual(sources, [{ source: own.source, medium: own.medium, probability_bp: own.probability_bp }, { source: 'bing', medium: 'cpc', probability_bp: sum(others) }]
		.sort((x, y) => y.probability_bp - x.probability_bp));
});

test('of calls stated as surely, what came true: by the law it was weighed by', async () => {
	stack.sql(`INSERT INTO attrib_calib (company_id, version, bin, calls, confirmed, stated_bp) VALUES (${hex(a.id)}, 4, 8, 40, 30, 340000), (${hex(a.id)}, 5, 8, 1, 1, 8500), (${hex(a.id)}, 4, 9, 10, 10, 97000)`);
	const of = async (bp, law) => (await weighed({ rule, law, none_bp: 10000 - bp, candidates: [{ visit: a.visitId, bp, seen_s: 1 }] })).calibration;
	const eighty = await of(8200, 4);
	assert.deepEqual([eighty.from, eighty.to, eighty.calls, eighty.right, eighty.came_true], [0.8, 0.9, 40, 30, 0.75]);
	assert.equal((await of(8200, 5)).calls, 1);
	for (const bp of [9000, 10000]) assert.equal((await of(bp, 4)).calls, 10, String(bp));
	assert.equal(await of(7999, 4), null);
	assert.equal(await of(8200, 6), null, 'none is confirmed');
	assert.equal(await of(8200, undefined), null, 'a rule of before did not say its law');
});

test('an overflow number, a telephone of many, visits that are counted only, and what was after the call', async () => {
	const one = { visit: a.visitId, bp: 5000, seen_s: -3, tel_click_s: 0, overflow_s: 192, caller: 'same', caller_bp: 9000, place: 'other', use: 'unused', source: 's', medium: 'm', campaign: '' };
	const w = await weighed({ rule, law: 0, none_bp: 300, older: 700, older_bp: 4700, older_about: true, shared_bp: 250, dialled_s: 3600, candidates: [one], sources: [{ bp: 5000, source: 's', medium: 'm' }] }, { attributed_by: "'source'", visit_id: 'NULL' });
	assert.deepEqual([w.attributed_by, w.visit_id, w.none_bp, w.first_dialled_s, w.shared_bp, w.others], ['source', null, 300, 3600, 250, { visits: 700, about: true, probability_bp: 4700 }]);
	assert.deepEqual(w.candidates, [{ visit_id: a.visitId, lease_id: null, probability_bp: 5000, credited: false, last_seen_s: 0, tel_click_s: 0, overflow_shown_s: 192,
		caller: 'same', caller_bp: 9000, place: 'other', use: 'unused', source: 's', medium: 'm', campaign: '' }]);
	assert.deepEqual(w.sources, [{ source: 's', medium: 'm', probability_bp: 5000 }]);
	assert.deepEqual(w.touches, [], 'no visit is credited');
});

test('evidence of another time, or none, is told as not known', async () => {
	const early = await weighed({ rule: 1, none_bp: 500, candidates: [{ visit: a.visitId, bp: 9500 }] });
	assert.deepEqual([early.law, early.first_dialled_s], [null, null]);
	assert.deepEqual([early.candidates[0].caller, early.candidates[0].place, early.candidates[0].use, early.candidates[0].lease_id], ['unknown', 'unknown', 'unknown', null]);
	const by_campaign = await weighed({ rule: 6, law: 0, none_bp: 500, sources: [['a', 'x', 4000], ['b', 'x', 3000], ['b', 'y', 2000], ['b', '', 400]].map(([source, campaign, bp]) => ({ bp, source, medium: 'm', campaign })) });
	assert.deepEqual(by_campaign.sources, [{ source: 'b', medium: 'm', probability_bp: 5400 }, { source: 'a', medium: 'm', probability_bp: 4000 }], 'a rule of before told of each campaign');
	const many = await weighed({ rule, sources: Array.from({ length: 30 }, (_, i) => ({ bp: 30 - i, source: `s${i}`, medium: 'm' })) });
	assert.deepEqual(many.sources.map((s) => s.probability_bp), Array.from({ length: 24 }, (_, i) => 30 - i));
	for (const value of [[], 1, 'x', null, { candidates: 5 }, { candidates: [[], 1, null, {}] }, { none_bp: -1 }, { older: 'x' }, { law: -1 }, { law: 4294967296 }, { shared_bp: 10001 }, { dialled_s: -1 },
		{ candidates: [{ bp: 10001 }, { bp: 5, seen_s: 'x' }, { bp: 5, caller_bp: -1 }, { bp: 5, lease: 7 }, { bp: 5, source: 'x'.repeat(5000) }], sources: [{ bp: 1, medium: 3 }] }, JSON.parse('['.repeat(20) + ']'.repeat(20))]) {
		const w = await weighed(value);
		assert.deepEqual([w.candidates, w.sources], [[], []], JSON.stringify(value).slice(0, 60));
	}
	const bare = await weighed(undefined);
	assert.deepEqual([bare.law, bare.none_bp, bare.shared_bp, bare.candidates, bare.calibration], [null, null, null, [], null]);
	const tracker = uuid7();
	stack.sql(insert('tracker', { company_id: hex(a.id), id: hex(tracker), number_id: hex(a.number), name: "'flyer'", source: "'flyer'", medium: "'print'", created_at: 'UTC_TIMESTAMP(6)' }));
	const by = await weighed(undefined, { attributed_by: "'tracker'", tracker_id: hex(tracker), visit_id: 'NULL' });
	assert.deepEqual([by.attributed_by, by.tracker, by.candidates], ['tracker', 'flyer', []]);
	stack.sql(`UPDATE phone_call SET state = 'open', result = '', ended_at = NULL WHERE ${own}`);
	assert.equal((await weighed(undefined, { attributed_by: "'none'" })).settled, false);
	stack.sql(`UPDATE phone_call SET state = 'closed', result = 'answered', ended_at = UTC_TIMESTAMP(6) WHERE ${own}`);
});

test('for who may read calls, of their own company', async () => {
	const path = `/calls/${a.callId}/attribution`;
	assert.equal((await api(addKey(world.beta), path)).status, 404);
	assert.equal((await api(addKey(a, 'reports:read'), path)).status, 403);
	assert.equal((await api(addKey(a, 'calls:read', { by: world.users.viewer.id }), path)).status, 200);
	assert.equal((await api(addKey(a, undefined, { by: world.users.nobody.id }), path)).status, 403);
	assert.equal((await api(key, `/calls/${typeId('cal', uuid7())}/attribution`)).status, 404);
	assert.equal((await api(key, `${path}?fields=id`)).status, 400);
	const both = addKey(a, undefined, { company: null });
	assert.equal((await api(both, `${path}?company_id=${world.beta.companyId}`)).status, 404);
	assert.ok(!JSON.stringify(await told()).includes(world.secret));
	assert.deepEqual(unseen([200], (m, p) => p.endsWith('/attribution')), []);
});
