// The call's page says the way through the flow in words, by the version the
// call ran, and text of the flow's document stays text.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startStack } from '../support/stack.mjs';
import { addCompanies, hex, hostile, insert, text, typeId, uuid7 } from '../support/two_companies.mjs';

let stack, world, viewer;
before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'] });
	world = addCompanies(stack);
	viewer = await stack.login(world.users.viewer.email, world.password);
});
after(() => stack?.stop());

const page = async () => (await viewer.fetch(`/calls/${world.alpha.callId}`)).text();

function ranFlow(document, traces) {
	const company = hex(world.alpha.id);
	const call = hex(world.alpha.call);
	const flow = uuid7();
	stack.sql([
		insert('flow', { company_id: company, id: hex(flow), name: text('Main'), last_version: 3, published_version: 3, created_at: 'UTC_TIMESTAMP(6)' }),
		insert('flow_version', { company_id: company, flow_id: hex(flow), version: 3, document: text(JSON.stringify(document)), created_at: 'UTC_TIMESTAMP(6)' }),
		`UPDATE phone_call SET flow_id = ${hex(flow)}, flow_version = 3, started_at = '2026-11-30 13:12:00' WHERE company_id = ${company} AND id = ${call};`,
		`DELETE FROM call_event WHERE company_id = ${company} AND call_id = ${call};`,
		...traces.map(([step, branch, value], i) => insert('call_event', { company_id: company, call_id: call, seq: i + 1, kind: "'step'", step, branch, value, happened_at: 'UTC_TIMESTAMP(6)' })),
	].join('\n'));
}

const enter = 0xfff0, ring = 0xfff3, lost = 0xfff4, won = 0xfff5;

test('without a flow nothing is said', async () => {
	assert.doesNotMatch(await page(), /Through the flow/);
});

test('the way is told in words, hostile titles as text', async () => {
	ranFlow({
		version: 1, first: 'h',
		steps: {
			h: { type: 'hours', title: 'Office hours', weekly: [{ days: 'mon-fri', from: '09:00', to: '17:00' }], open: 's', closed: 'e' },
			s: { type: 'group', title: hostile.slice(0, 29), mode: 'round_robin', otherwise: 'e',
				members: [{ to: '+13035550101' }, { to: '+13035550102' }, { to: '+13035550103' }] },
			e: { type: 'hangup' },
		},
	}, [[0, enter, 0], [0, 0, 0], [1, enter, 0], [1, ring, 1], [1, lost, 1], [1, ring, 2], [1, won, 2]]);
	const html = await page();
	assert.match(html, /Mon 14:12 Berlin: inside Office hours → /);
	assert.match(html, /round robin, second of three → second: busy → .*round robin, third of three → answered/);
	assert.ok(!html.includes('<script>alert'), 'the title stays text');
});

test('traces that fit no step, and a document of another time, break nothing', async () => {
	ranFlow({ version: 1, first: 'h', steps: { h: { type: 'hangup' } } },
		[[0, enter, 0], [400, ring, 9], [0, 77, 5], [0, lost, 0xffffffff], [0, 0xfff1, 0]]);
	assert.match(await page(), /Through the flow:.*hung up/);
	ranFlow({ version: 9, what: 'ever' }, [[0, enter, 0]]);
	assert.doesNotMatch(await page(), /Through the flow/);
});

test('a transfer is told as what became of it', async () => {
	const company = hex(world.alpha.id);
	const call = hex(world.alpha.call);
	const asked = (status) => stack.sql([
		`DELETE FROM call_event WHERE company_id = ${company} AND call_id = ${call};`,
		insert('call_event', { company_id: company, call_id: call, seq: 1, kind: "'transfer'", value: status, happened_at: 'UTC_TIMESTAMP(6)' }),
	].join('\n'));
	asked(0);
	assert.match(await page(), /began to hand the caller on/);
	asked(200);
	assert.match(await page(), /handed the caller on/);
	asked(403);
	const html = await page();
	assert.match(html, /asked to hand the caller on, and was refused[^]*?SIP 403/);
	assert.doesNotMatch(html, /handed the caller on/);
});

test('a message is a line of the story, one thrown away too', async () => {
	ranFlow({ version: 1, first: 'v', steps: { v: { type: 'voicemail', title: 'Letter box', prompt: 'voicemail.en' } } }, [[0, enter, 0], [0, 0, 0]]);
	const heard = (seconds) => stack.sql(insert('call_event', { company_id: hex(world.alpha.id), call_id: hex(world.alpha.call), seq: 9 + seconds, kind: "'message'", value: seconds, happened_at: 'UTC_TIMESTAMP(6)' }));
	assert.doesNotMatch(await page(), /Left a message|long enough/);
	heard(0);
	assert.match(await page(), /Said nothing long enough to keep/);
	heard(8);
	const html = await page();
	assert.match(html, /Left a message[^]*?8 s/);
	assert.match(html, /Letter box: left a message/);
});

test('of a company with thousands of destinations, and of one that was put away since', async () => {
	const { alpha } = world, key = (n) => Buffer.from(`019300e6${n.toString(16).padStart(8, '0')}8000000000000000`, 'hex');
	stack.sql(`INSERT INTO destination (company_id, id, name, target, created_at, archived_at) SELECT ${hex(alpha.id)}, UNHEX(CONCAT('019300e6', LPAD(HEX(n.seq), 8, '0'), '8000000000000000')), CONCAT('Place ', n.seq), '+14155550142', UTC_TIMESTAMP(6), IF(n.seq = 4242, UTC_TIMESTAMP(6), NULL) FROM seq_1_to_6000 n`);
	for (const n of [5999, 4242]) {
		ranFlow({ version: 1, first: 'f', steps: { f: { type: 'forward', to: typeId('dst', key(n)) } } }, [[0, enter, 0], [0, ring, 0], [0, won, 0]]);
		assert.match(await page(), new RegExp(`Through the flow:.*Place ${n}`));
	}
});
