// `ringtrace flow`: documents in files, and a company's flows in a running
// product: written, compared, tried, published and rolled back.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { build, startStack } from '../support/stack.mjs';

let stack;
let dir;
before(async () => {
	stack = await startStack({ without: ['nginx', 'dashboard', 'dni', 'jobd', 'sipworker'] });
	dir = stack.dir;
});
after(() => stack?.stop());

function ringtrace(...args) {
	const r = spawnSync(join(build, 'ringtrace'), args, { encoding: 'utf8' });
	return { status: r.status, out: r.stdout, err: r.stderr };
}
const verb = (name, ...args) => ringtrace('flow', name, '-c', stack.conf, ...args);

function file(name, value) {
	const path = join(dir, name);
	writeFileSync(path, JSON.stringify(value));
	return path;
}

const forward = {
	version: 1,
	first: 'hours',
	steps: {
		hours: {
			type: 'hours', title: 'Office hours', open: 'sales', closed: 'sorry',
			weekly: [{ days: 'mon-fri', from: '09:00', to: '17:00' }],
		},
		sales: { type: 'forward', to: '+13035550101', otherwise: 'sorry' },
		sorry: { type: 'message', prompt: 'sorry.en' },
	},
};
const monday = { name: 'Monday', at: '2026-11-30T09:12', zone: 'America/New_York', expect: { result: 'answered' } };

test('a document in a file is checked and tried', () => {
	const path = file('a.json', forward);
	assert.equal(ringtrace('flow', 'check', path).status, 0);
	file('a.cases.json', { cases: [monday, { ...monday, name: 'Sunday', at: '2026-11-29T09:12' }] });
	const tried = ringtrace('flow', 'test', path);
	assert.equal(tried.status, 1, 'the second case fails');
	assert.match(tried.out, /^ok Monday: answered/m);
	assert.match(tried.out, /Mon 09:12 New York: inside Office hours → sales rings → answered/);
	assert.match(tried.out, /^not ok Sunday: missed/m);
	assert.match(tried.out, /# result: expected answered, got missed/);
	assert.match(tried.out, /^1 passed, 1 failed$/m);
});

test('what is wrong with a document is said by step', () => {
	const bad = structuredClone(forward);
	bad.steps.lost = { type: 'busy' };
	bad.steps.hours.closed = 'nowhere';
	const r = ringtrace('flow', 'check', file('bad.json', bad));
	assert.equal(r.status, 1);
	assert.match(r.err, /error: lost: no step leads here/);
	assert.match(r.err, /error: hours: closed: there is no step nowhere/);
	const huge = { version: 1, first: 's0', steps: {} };
	for (let i = 0; i < 10000; i++)
		huge.steps[`s${i}`] = { type: 'message', prompt: 'p', next: `s${(i + 1) % 10000}` };
	assert.match(ringtrace('flow', 'check', file('huge.json', huge)).err, /10000 steps are more than 500/);
	const round = { version: 1, first: 'a', steps: { a: { type: 'message', prompt: 'p', next: 'a' } } };
	assert.match(ringtrace('flow', 'check', file('round.json', round)).err, /a: goes round to "a" without the caller/);
	assert.equal(ringtrace('flow', 'check', join(dir, 'none.json')).status, 1);
	const folder = ringtrace('flow', 'check', dir);
	assert.equal(folder.status, 1);
	assert.match(folder.err, /[Dd]irectory/);
	assert.equal(ringtrace('flow', 'check').status, 2);
});

test('beside a database, names are looked up in the company', () => {
	const doc = {
		version: 1, first: 'who', steps: {
			who: { type: 'caller', rules: [{ is: 'list', value: 'nobody-made-it', next: 'set' }], otherwise: 'say' },
			set: { type: 'outcome', outcome: 'laed', next: 'say' },
			say: { type: 'message', prompt: 'not.there', next: 'ring' },
			ring: { type: 'forward', to: 'dst_01h455vb4pex5vsknk084sn02q' },
		},
	};
	const alone = ringtrace('flow', 'check', file('names.json', doc));
	assert.equal(alone.status, 0, 'a file alone knows no company');
	const r = ringtrace('flow', 'check', file('names.json', doc), '-c', stack.conf);
	assert.notEqual(r.status, 0);
	assert.match(r.err, /error: say: prompt: there is no prompt called not\.there/);
	assert.match(r.err, /error: ring: to: there is no destination dst_/);
	doc.steps.say.prompt = 'sorry.en';
	doc.steps.ring.to = '+13035550101';
	const warned = ringtrace('flow', 'check', file('names.json', doc), '-c', stack.conf);
	assert.equal(warned.status, 0, warned.err);
	assert.match(warned.err, /warning: who: rules 1: there is no list of callers called nobody-made-it/);
	assert.match(warned.err, /warning: set: outcome: there is no outcome with the code laed/);
	assert.match(ringtrace('flow', 'check', file('names.json', doc), '-c', stack.conf, '--company', 'Nobody').err, /Nobody/);
});

test('a flow that leads back to itself is refused, at its step', () => {
	const name = stack.sqlOne('SELECT name FROM flow LIMIT 1');
	const [id] = verb('list').out.split(' ');
	const back = file('back.json', { version: 1, first: 'on', steps: { on: { type: 'goto', flow: id } } });
	const r = verb('write', '--flow', name, '--file', back);
	assert.notEqual(r.status, 0);
	assert.match(r.err, /error: on: flow: leads through ".*" round and round without the caller doing anything/);
	assert.match(verb('list').out, /published 1 of 1/, 'nothing was written');
	assert.match(ringtrace('flow', 'check', back, '-c', stack.conf, '--flow', name).err, /round and round/);
});

test('a hostile file neither steers the terminal nor speaks for the command', () => {
	const path = file('evil.json', { version: 1, first: 'a', steps: { a: { type: 'message', prompt: 'sorry.en', title: 'Gr\u00fc\u00dfe\u001b[2J\nok fake', next: 'b' }, b: { type: 'tag', tag: '\u001b]0;x\u0007\u009b', next: 'c' }, c: { type: 'hangup' } } });
	file('evil.cases.json', { cases: [{ ...monday, name: '\u001b[31mred\nok fake', expect: { result: 'answered' } }] });
	const all = [ringtrace('flow', 'check', path), ringtrace('flow', 'test', path)].map(({ out, err }) => out + err).join('');
	assert.ok(!/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(all), JSON.stringify(all));
	assert.doesNotMatch(all, /^ok fake/m);
	assert.match(all, /\?\[31mred/);
	assert.ok(all.includes('Gr\u00fc\u00dfe'), all);
});

test('the schema is JSON', () => {
	assert.equal(JSON.parse(ringtrace('flow', 'schema').out).properties.version.const, 1);
});

test('versions are written, compared, published and rolled back, and audited', () => {
	const name = stack.sqlOne('SELECT name FROM flow LIMIT 1');
	const counter = () => Number(stack.sqlOne('SELECT version FROM config_version'));
	assert.match(verb('list').out, /^flo_[0-9a-z]{26} {2}published 1 of 1 /m);
	assert.equal(JSON.parse(verb('show', '--flow', name).out).version, 1);

	const written = verb('write', '--flow', name, '--file', join(dir, 'a.json'));
	assert.match(written.out, /version 2 is written/, written.err);
	assert.match(verb('diff', '--flow', name).out, /^\+ hours$/m);
	assert.match(verb('write', '--flow', name, '--file', join(dir, 'bad.json')).err, /no step leads here/);
	assert.match(verb('list').out, /published 1 of 2/);

	const cases = file('kept.json', { cases: [{ ...monday, zone: undefined, at: '2026-11-29T09:12' }] });
	assert.match(verb('cases', '--flow', name, '--cases', cases).out, /1 cases are tried on every publishing/);
	const refused = verb('publish', '--flow', name);
	assert.equal(refused.status, 1);
	assert.match(refused.err, /1 cases fail: not published/);
	const before = counter();
	assert.match(verb('publish', '--flow', name, '--force').out, /version 2 is live/);
	assert.ok(counter() > before, 'workers see it');
	assert.match(verb('rollback', '--flow', name, '--force').out, /version 1 is live/);
	assert.match(verb('list').out, /published 1 of 2/);
	assert.deepEqual(stack.sql("SELECT action, COUNT(*) FROM audit WHERE action LIKE 'flow.%' GROUP BY action ORDER BY action"),
		[['flow.cases', '1'], ['flow.publish', '2'], ['flow.save', '1']], 'what was refused is not there');

	assert.match(verb('show', '--flow', 'nobody').err, /there is no flow nobody/);
	assert.match(verb('show', '--flow', name, '--version', '9').err, /there is no version 9/);

	const [id] = verb('list').out.split(' ');
	assert.equal(verb('add', '--flow', id).status, 0, 'called like the id of another');
	assert.match(verb('publish', '--flow', id, '--force').err, /there are 2 flows .*: say which by its id/);
	stack.sql(`UPDATE flow SET archived_at = created_at, active_name = NULL WHERE name = '${id}'`);
	assert.match(verb('publish', '--flow', id, '--version', '2', '--force').out, /version 2 is live/);
});

test('a flow is made from a file, shown as that file and published, once by each name', () => {
	const spoken = () => Number(stack.sqlOne("SELECT COUNT(*) FROM job WHERE kind = 'spoken'"));
	const path = file('new.json', { ...forward, first: 'sales', steps: { sales: { ...forward.steps.sales, otherwise: undefined } } });
	const added = verb('add', '--flow', 'Grüße "1"', '--file', path);
	assert.equal(added.status, 0, added.err);
	assert.match(added.out, /^flo_[0-9a-z]{26}\n$/);
	assert.deepEqual(JSON.parse(verb('show', '--flow', 'Grüße "1"').out), JSON.parse(readFileSync(path, 'utf8')));
	const before = spoken();
	assert.match(verb('publish', '--flow', added.out.trim()).out, /version 1 is live/);
	assert.equal(spoken(), before + 1, 'its whispers are spoken');
	const again = verb('add', '--flow', 'grüße "1"', '--file', path);
	assert.deepEqual([again.status, again.out], [1, '']);
	assert.match(again.err, /that name, number or key is taken already/);
	for (const name of ['', ' ', 'x'.repeat(101), 'a\nb', 'a\u007fb']) assert.notEqual(verb('add', '--flow', name).status, 0, name);
	const count = () => stack.sqlOne('SELECT COUNT(*) FROM flow');
	const n = count();
	assert.match(verb('add', '--flow', 'Bad', '--file', join(dir, 'bad.json')).err, /no step leads here/);
	assert.equal(count(), n, 'what is refused leaves nothing');
	assert.equal(verb('add', '--flow', 'Empty').status, 0);
	assert.match(verb('list').out, /published 0 of 0 {2}Empty/);
	assert.deepEqual(stack.sql(`SELECT action, after_json FROM audit WHERE object_id = (SELECT id FROM flow WHERE name = 'Empty')`), [['flow.add', '{"name":"Empty"}']]);
});

test('flows that were called alike before have names of their own after the migration', () => {
	const first = stack.sqlOne("SELECT HEX(id) FROM flow WHERE name = 'Empty'");
	stack.sql(`DROP INDEX flow_active ON flow; UPDATE flow SET active_name = NULL;
		INSERT INTO flow (company_id, id, name, created_at) SELECT company_id, UNHEX(REPEAT('5a', 16)), 'EMPTY', created_at + INTERVAL 1 SECOND FROM flow WHERE name = 'Empty';
		INSERT INTO flow (company_id, id, name, created_at, archived_at) SELECT company_id, UNHEX(REPEAT('5b', 16)), name, created_at - INTERVAL 1 SECOND, created_at FROM flow WHERE id = 0x${first};
		UPDATE schema_migration SET finished_at = NULL WHERE name LIKE '0143%'`);
	const r = ringtrace('migrate', '-c', stack.conf);
	assert.equal(r.status, 0, r.err);
	assert.deepEqual(stack.sql("SELECT HEX(id), name, active_name FROM flow WHERE name LIKE 'empty%' ORDER BY created_at"), [
		['5B'.repeat(16), 'Empty', null], [first, 'Empty', 'Empty'], ['5A'.repeat(16), 'EMPTY (5a5a5a5a5a5a)', 'EMPTY (5a5a5a5a5a5a)']]);
});
