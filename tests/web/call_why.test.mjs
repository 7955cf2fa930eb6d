// Why a call was credited: what the call's page and the live view make of the
// rows they find, from certain to broken, and text of others stays text.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startStack } from '../support/stack.mjs';
import { addCompanies, hex, hostile, insert, text, typeId, uuid7 } from '../support/two_companies.mjs';

let stack, world, viewer, where;
before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'] });
	world = addCompanies(stack);
	viewer = await stack.login(world.users.viewer.email, world.password);
	where = `company_id = ${hex(world.alpha.id)} AND id = ${hex(world.alpha.call)}`;
});
after(() => stack?.stop());

/** The part of the call's page under "Why this source". */
async function why(fields) {
	stack.sql(`UPDATE interaction SET ${Object.entries(fields).map(([k, v]) => `${k} = ${v}`).join(', ')} WHERE ${where}`);
	const res = await viewer.fetch(`/calls/${world.alpha.callId}`);
	const html = await res.text();
	assert.equal(res.status, 200, html.slice(0, 300));
	assert.ok(!html.includes('<script>alert') && !html.includes(world.secret));
	return html.split('id="why-title"')[1].split('</section>')[0];
}
const json = (value) => text(JSON.stringify(value));
const words = (html) => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');

test('a number that stands for one source is certain', async () => {
	const tracker = uuid7();
	stack.sql(insert('tracker', { company_id: hex(world.alpha.id), id: hex(tracker), number_id: hex(world.alpha.number), name: text(hostile.slice(0, 60)), source: "'flyer'", medium: "'print'", channel: "'offline'", created_at: 'UTC_TIMESTAMP(6)' }));
	const html = words(await why({ attributed_by: "'tracker'", tracker_id: hex(tracker), evidence: 'NULL' }));
	assert.match(html, /source tracker/);
	assert.match(html, /100 % .*credited this number stands for this one source/);
});

test('what stands there adds up to a hundred, and the sentence says the strongest sign', async () => {
	const visit = typeId('vis', world.alpha.visit);
	const one = { visit, bp: 8450, seen_s: 0, tel_click_s: null, caller: 'unknown', place: 'unknown', source: '(direct)', medium: '(none)', campaign: '' };
	const html = words(await why({ attributed_by: "'visit'", tracker_id: 'NULL', evidence: json({ rule: 1, none_bp: 465, candidates: [one, { ...one, visit: typeId('vis', uuid7()), bp: 1085, seen_s: 90 }] }) }));
	assert.match(html, /A visitor who came directly had this number on screen when the call came\./);
	// As the tag's server says it, and as analytics do.
	const own = words(await why({ evidence: json({ rule: 1, none_bp: 1000, candidates: [{ ...one, bp: 9000, source: 'direct', medium: 'none' }] }) }));
	assert.match(own, /A visitor who came directly had this number on screen/);
	assert.deepEqual([...html.matchAll(/(\d+) % /g)].map((m) => Number(m[1])), [85, 10, 5], 'rounded one by one they were 101');
	const seen = words(await why({ evidence: json({ rule: 1, none_bp: 1000, candidates: [{ ...one, bp: 9000, seen_s: 3660, source: hostile, medium: hostile }] }) }));
	assert.match(seen, /A visitor from .* had this number on screen until 1 h 01 m before the call\./);
	const shared = words(await why({ attributed_by: "'visit'", tracker_id: 'NULL', evidence: json({ rule: 1, none_bp: 1000, candidates: [{ ...one, bp: 9000, overflow_s: 192, seen_s: 60 }] }) }));
	assert.match(shared, /credited was shown the pool’s overflow number, which many share, 3 m 12 s before the call last had the number on screen 1 m 00 s before the call/);
	assert.doesNotMatch(html, /overflow/);
	const source = words(await why({ attributed_by: "'source'", evidence: json({ rule: 1, none_bp: 1000, candidates: [{ ...one, bp: 9000 }] }) }));
	assert.doesNotMatch(source, /A visitor/, 'no visit is credited, so none is named');
	assert.match(source, /The source is sure enough to be credited, no single visit is\./);
	const nobody = words(await why({ attributed_by: "'none'", evidence: json({ rule: 1, none_bp: 200, candidates: [{ ...one, bp: 4900 }, { ...one, visit: typeId('vis', uuid7()), bp: 4900 }] }) }));
	assert.match(nobody, /2 visits saw this number None of these is likely enough to be credited\. 49 %/);
	await why({ attributed_by: "'visit'" });
});

test('every candidate is told: likeliest first, five of them, the rest in one line', async () => {
	const visit = typeId('vis', world.alpha.visit);
	const other = (n, more) => ({ visit: typeId('vis', uuid7()), bp: 100 + n, seen_s: 30, tel_click_s: null, caller: 'unknown', place: 'unknown', source: 'bing', medium: 'cpc', campaign: '', ...more });
	const candidates = [
		{ ...other(0), visit, bp: 9951, seen_s: 0, tel_click_s: 12, caller: 'same', place: 'same', use: 'used', source: 'google', medium: 'cpc', campaign: 'spring' },
		other(1, { bp: 4000, seen_s: 61, caller: 'other', place: 'other', use: 'unused' }),
		other(2, { bp: 49, seen_s: 1e15, tel_click_s: 1e15 }),
		other(3, { bp: 0, seen_s: -5, use: 'used' }),
		other(4, { source: hostile, medium: hostile, campaign: hostile }),
		other(5), other(6),
	];
	const html = words(await why({ attributed_by: "'visit'", tracker_id: 'NULL', evidence: json({ rule: 1, none_bp: 700, older: 3, older_bp: 250, dialled_s: 120, candidates }) }));
	assert.match(html, /10 visits saw this number; the caller first dialled it 2 m 00 s before/);
	const [one, two, three] = ['> 99 % ', ' 40 % ', '< 1 % '].map((p) => html.indexOf(p.replace('<', '&lt;').replace('>', '&gt;')));
	assert.ok(one > 0 && two > one && three > two, html);
	assert.match(html, /google \/ cpc · spring credited touched the phone link 12 s before the call had the number on screen when the call came/);
	assert.match(html, /A visitor from google \/ cpc touched the phone link 12 s before the call\. /, 'the whole in one sentence');
	assert.match(html, /an earlier call of this caller was credited to this visitor/);
	assert.match(html, /the caller’s area and the browser’s time zone agree/);
	assert.match(html, /last had the number on screen 1 m 01 s before the call this caller’s earlier calls were credited to somebody else the caller’s area and the browser’s time zone differ nobody had moved, scrolled, typed or tapped on the page before the call/);
	assert.equal(html.match(/the page was used before the call/g).length, 1, 'not beside a touch of the link, which says as much');
	assert.match(html, /5 % 5 more visits/, 'two that are listed and three that are not: 1.05 + 1.06 + 2.5 %');
	assert.match(html, /7 % None of these visits dialled from paper, from memory or by mistake/);
	assert.equal(html.match(/credited touched/g).length, 1, 'one is credited');
});

test('only the source is sure: those of the source are marked', async () => {
	const of = (source, bp, campaign = '') => ({ visit: typeId('vis', uuid7()), bp, seen_s: 5, source, medium: 'cpc', campaign });
	const fields = { attributed_by: "'source'", visit_id: 'NULL', source: "'google'", medium: "'cpc'", campaign: "''" };
	const html = words(await why({ ...fields, evidence: json({ candidates: [of('google', 5000), of('google', 4000), of('bing', 500), of('google', 300, 'another')] }) }));
	assert.equal(html.match(/source credited/g).length, 2);
	const none = words(await why({ ...fields, evidence: 'NULL' }));
	assert.match(none, /agree on the source only/);
	await why({ visit_id: hex(world.alpha.visit) });
});

test('evidence of another time, or none, breaks nothing', async () => {
	const fields = { attributed_by: "'none'" };
	for (const value of [[], {}, 1, 'x', null, { candidates: 5 }, { candidates: [[], 1, null, {}] }, { none_bp: -1 }, { none_bp: 10001, candidates: [] }, { older: -1 },
		{ older_bp: 'x' }, { dialled_s: -1 }, { candidates: [{ bp: 10001 }, { bp: -1 }, { bp: 5, seen_s: 'x' }, { bp: 5, source: 7 }, { bp: 5, caller: [] }, { bp: 5, place: {} }, { bp: 5, use: [] }, { bp: 5, visit: 9 }] },
		{ candidates: [{ bp: 5, source: 'x'.repeat(5000) }] }, JSON.parse('['.repeat(20) + ']'.repeat(20))])
		await why({ ...fields, evidence: json(value) });
	assert.match(words(await why({ ...fields, evidence: 'NULL' })), /No visit was shown this number in the 30 days before/);
	stack.sql(`UPDATE phone_call SET state = 'open', result = '', ended_at = NULL WHERE ${where}`);
	assert.match(words(await why({ ...fields, evidence: 'NULL' })), /The source is settled when the call ends/);
});

test('the live view: what each call is doing, and nothing of others', async () => {
	const call = { company_id: hex(world.alpha.id), state: "'open'", number_id: hex(world.alpha.number), number_e164: "'+14155550166'", started_at: 'UTC_TIMESTAMP(6) - INTERVAL 61 SECOND' };
	const add = (more) => {
		const id = uuid7();
		stack.sql(insert('phone_call', { ...call, id: hex(id), ...more }));
		return typeId('cal', id);
	};
	const flow = add({ caller_e164: "'+12125550101'", caller_place: "'New York, NY'", first_time: 1 });
	const first = add({ caller_raw: text(hostile.slice(0, 60)), first_time: 1, caller_name: text(hostile.slice(0, 100)) });
	const { calls } = await (await viewer.fetch('/live/calls.json')).json();
	const of = (id) => calls.find((c) => c.call === id);
	assert.equal(of(flow).state, 'In the flow');
	assert.equal(of(flow).caller_line, 'New York, NY · first call');
	assert.ok(of(flow).seconds >= 61 && of(flow).seconds < 600);
	assert.equal(of(first).caller_line, 'first call');
	const html = await (await viewer.fetch('/live')).text();
	for (const id of [flow, first]) assert.ok(html.includes(id), id);
	assert.ok(!html.includes('<script>alert') && !html.includes(world.secret));
	const foreign = await stack.login(world.foreign.email, world.password);
	assert.deepEqual((await (await foreign.fetch('/live/calls.json')).json()).calls, []);
	assert.ok(!(await (await foreign.fetch('/live')).text()).includes(flow));
});
