// The flow builder's model: what can be done to a document, without a browser.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { daysOf, daysText } from '../../static/js/flow/days.js';
import { difference } from '../../static/js/flow/difference.js';
import { layout, placed } from '../../static/js/flow/layout.js';
import { addItem, addStep, connect, copySteps, exits, freeKey, history, widen, moveItem, moveSteps, pasteSteps, push, reachable, readDocument, redo, removeItem, removeSteps, setItem, setParam, undo } from '../../static/js/flow/model.js';
import { Server } from '../../static/js/flow/server.js';
import { wallClock } from '../../static/js/flow/trial.js';
import { branchLabel, choiceLabel, label, learn, problemWords, typeHelp, typeLabel } from '../../static/js/flow/words.js';

const branch = (name, need = 'may') => ({ name, need });
const types = {
	menu: { name: 'menu', params: [], branches: [branch('invalid'), branch('silence')], lists: [{ name: 'keys', min: 1, max: 3, leads: true, fields: [{ name: 'key', kind: 'key', required: true }, { name: 'title', kind: 'text' }] }] },
	forward: { name: 'forward', params: [], branches: [branch('busy'), branch('no_answer')], lists: [] },
	hangup: { name: 'hangup', params: [], branches: [], lists: [] },
	hours: { name: 'hours', params: [], branches: [branch('open'), branch('closed')], lists: [{ name: 'weekly', min: 0, max: 5, leads: false, fields: [{ name: 'days', kind: 'days' }, { name: 'from', kind: 'clock' }, { name: 'to', kind: 'clock' }] }] },
};
const list = types.menu.lists[0];
const empty = { version: 1, first: '', steps: {} };

function sample() {
	let [doc] = addStep(empty, types.menu, { x: 0, y: 0 });
	[doc] = addStep(doc, types.forward, { x: 300, y: 0 }, { from: 'menu', handle: 'keys/0' }, { to: '+13035550100' });
	[doc] = addStep(doc, types.hangup, { x: 600, y: 0 }, { from: 'forward', handle: 'no_answer' });
	return doc;
}

test('a step is added with its first items, joined, and begins an empty flow', () => {
	const doc = sample();
	assert.equal(doc.first, 'menu');
	assert.deepEqual(doc.steps.menu.keys, [{ key: '1', next: 'forward' }]);
	assert.equal(doc.steps.forward.no_answer, 'hangup');
	assert.deepEqual(exits(doc.steps.menu, types.menu).map((e) => [e.handle, e.to]), [['keys/0', 'forward'], ['invalid', null], ['silence', null]]);
});

test('keys are free, short and made of plain letters', () => {
	const doc = sample();
	assert.equal(freeKey(doc, 'menu'), 'menu_2');
	assert.equal(freeKey(doc, 'Größe & mehr!'), 'gr_e_mehr');
	assert.equal(freeKey(doc, '***'), 'step');
	assert.ok(freeKey(doc, 'x'.repeat(99)).length <= 40);
});

test('no edit changes the document it was given', () => {
	const doc = sample();
	const before = JSON.stringify(doc);
	connect(doc, 'menu', 'keys/0', null);
	setParam(doc, 'forward', 'to', '');
	setItem(doc, 'menu', 'keys', 0, 'key', '9');
	addItem(doc, 'menu', list);
	removeItem(doc, 'menu', 'keys', 0);
	removeSteps(doc, types, ['forward']);
	moveSteps(doc, { menu: { x: 7, y: 9 } });
	layout(doc, types);
	assert.equal(JSON.stringify(doc), before);
});

test('ways out are led elsewhere and nowhere', () => {
	let doc = connect(sample(), 'menu', 'silence', 'hangup');
	assert.equal(doc.steps.menu.silence, 'hangup');
	doc = connect(doc, 'menu', 'silence', null);
	assert.equal('silence' in doc.steps.menu, false);
	doc = connect(doc, 'menu', 'keys/0', null);
	assert.deepEqual(doc.steps.menu.keys, [{ key: '1' }]);
	assert.equal(connect(doc, 'gone', 'next', 'menu'), doc);
});

test('items: keys are given once, up to the most there may be, and moved', () => {
	let doc = addItem(addItem(sample(), 'menu', list), 'menu', list);
	assert.deepEqual(doc.steps.menu.keys.map((k) => k.key), ['1', '2', '3']);
	assert.equal(addItem(doc, 'menu', list), doc);
	doc = moveItem(doc, 'menu', 'keys', 0, 1);
	assert.deepEqual(doc.steps.menu.keys.map((k) => [k.key, k.next]), [['2', undefined], ['1', 'forward'], ['3', undefined]]);
	assert.equal(moveItem(doc, 'menu', 'keys', 0, -1), doc);
	doc = setItem(doc, 'menu', 'keys', 1, 'title', 'Sales');
	doc = removeItem(doc, 'menu', 'keys', 0);
	assert.deepEqual(doc.steps.menu.keys[0], { key: '1', next: 'forward', title: 'Sales' });
	assert.deepEqual(setItem(doc, 'menu', 'keys', 0, 'title', '').steps.menu.keys[0], { key: '1', next: 'forward' });
});

test('a removed step leaves no way that leads to it', () => {
	const doc = removeSteps(sample(), types, ['forward', 'menu']);
	assert.deepEqual(Object.keys(doc.steps), ['hangup']);
	assert.equal(doc.first, 'hangup');
	const kept = removeSteps(sample(), types, ['hangup']);
	assert.equal('no_answer' in kept.steps.forward, false);
});

test('copies keep the ways among them, under fresh keys', () => {
	const doc = sample();
	const [next, keys] = pasteSteps(doc, types, copySteps(doc, ['menu', 'forward']));
	assert.deepEqual(keys, ['menu_2', 'forward_2']);
	assert.equal(next.steps.menu_2.keys[0].next, 'forward_2');
	assert.equal(next.steps.forward_2.no_answer, 'hangup');
	assert.deepEqual(next.steps.menu_2.at, [40, 40]);
	// In another flow, a step of the same key is another step.
	const theirs = copySteps(connect(doc, 'menu', 'silence', '@back'), ['forward', 'menu'], 'flo_a');
	const [there, pasted] = pasteSteps(doc, types, theirs, 'flo_b');
	assert.equal('no_answer' in there.steps[pasted[0]], false);
	assert.equal(there.first, 'menu');
	assert.equal(there.steps[pasted[1]].silence, '@back', 'a way back is one anywhere');
	assert.equal(pasteSteps(doc, types, theirs, 'flo_a')[0].steps.forward_2.no_answer, 'hangup');
	// A flow that was empty begins with the step that no other leads to.
	assert.equal(pasteSteps(empty, types, theirs, 'flo_b')[0].first, 'menu');
	assert.equal(pasteSteps(empty, types, copySteps(connect(doc, 'hangup', 'x', null), ['hangup']))[0].first, 'hangup');
	const round = { version: 1, first: 'a', steps: { a: { type: 'forward', busy: 'a' } } };
	assert.equal(pasteSteps(empty, types, copySteps(round, ['a']))[0].first, 'a', 'or with the first');
	for (const bad of ['', '{', '{}', '{"ringtrace":"flow-steps","steps":null}', '{"ringtrace":"flow-steps","steps":{"a":{"type":"nothing"}}}', '{"ringtrace":"flow-steps","steps":{}}', '{"ringtrace":"flow-steps","steps":[]}', '{"ringtrace":"flow-steps","steps":{"a":{"type":"menu","keys":"abc"}}}'])
		assert.equal(pasteSteps(doc, types, bad), null, bad);
});

test('only what is a flow is imported', () => {
	assert.deepEqual(readDocument(JSON.stringify(sample()), types), { doc: sample() });
	const one = (step) => JSON.stringify({ steps: { a: step } });
	const many = (n) => JSON.stringify({ steps: Object.fromEntries(Array.from({ length: n }, (_, i) => [`s${i}`, { type: 'hangup' }])) });
	assert.ok(readDocument(many(500), types).doc);
	for (const [bad, why] of [
		['', /not JSON/], ['[]', /no steps/], ['null', /no steps/], ['{"steps":[]}', /no steps/], ['{"first":{},"steps":{}}', /first/],
		[many(501), /501 steps are more than 500/], [many(10000), /10000 steps/],
		['{"steps":{"__proto__":{"type":"hangup"}}}', /no name/], [one(null), /step a: it is no object/], [one({ type: 'x' }), /type/], [one({ type: 'constructor' }), /type/], [one({ type: ['menu'] }), /type/],
		[one({ type: 'menu', title: { x: 1 } }), /title/], [one({ type: 'menu', keys: 'abc' }), /keys/], [one({ type: 'menu', keys: { 0: {} } }), /keys/],
		[one({ type: 'menu', keys: [null] }), /keys/], [one({ type: 'menu', keys: [{ title: {} }] }), /keys/], [one({ type: 'hours', weekly: 7 }), /weekly/],
		[one({ type: 'forward', busy: {} }), /busy names no step/]]) {
		const read = readDocument(bad, types);
		assert.match(read.fault, why, bad.slice(0, 40));
		assert.equal(read.doc, undefined);
	}
});

test('a way that bears the name of an inherited property leads nowhere', () => {
	const doc = { version: 1, first: 'a', steps: { a: { type: 'forward', busy: 'constructor' } } };
	assert.deepEqual(Object.keys(layout(doc, types).steps), ['a']);
});

test('undo and redo go over all edits; typing in one field is one of them', () => {
	let h = history(sample());
	h = push(h, setParam(h.now, 'forward', 'title', 'S'), 'forward title');
	h = push(h, setParam(h.now, 'forward', 'title', 'Sa'), 'forward title');
	h = push(h, connect(h.now, 'menu', 'silence', 'hangup'));
	assert.equal(h.past.length, 2);
	h = undo(h);
	assert.equal(h.now.steps.forward.title, 'Sa');
	h = undo(h);
	assert.equal('title' in h.now.steps.forward, false);
	assert.equal(undo(h), h);
	h = redo(redo(h));
	assert.equal(h.now.steps.menu.silence, 'hangup');
	assert.equal(redo(h), h);
	assert.equal(push(h, h.now), h);
});

test('the layout goes from left to right and puts nothing on top of another', () => {
	const doc = layout(sample(), types);
	assert.ok(doc.steps.menu.at[0] < doc.steps.forward.at[0] && doc.steps.forward.at[0] < doc.steps.hangup.at[0]);
	assert.equal(placed(doc, types), doc);
	const { at, ...bare } = doc.steps.menu;
	assert.ok(Array.isArray(placed({ ...doc, steps: { ...doc.steps, menu: bare } }, types).steps.menu.at));
});

test('what the first step leads to', () => {
	const [doc] = addStep(sample(), types.hours, { x: 0, y: 400 });
	assert.deepEqual([...reachable(doc, types)].sort(), ['forward', 'hangup', 'menu']);
});

test('one name in several places has a word for each', () => {
	learn({ type: { menu: 'Menu' }, help: { menu: 'One key.' }, param: { to: 'Where to', 'weekly.to': 'To', ring_s: 'Ring for' }, choice: { caller: "the caller's", 'split.caller': 'the caller' }, way: { no_answer: 'no answer' } });
	assert.deepEqual(['weekly', 'members', 'forward', ''].map((of) => label('to', of)), ['To', 'Where to', 'Where to', 'Where to']);
	assert.deepEqual([choiceLabel('caller', 'split'), choiceLabel('caller', 'forward')], ['the caller', "the caller's"]);
	assert.deepEqual([typeLabel('menu'), typeHelp('menu'), branchLabel('no_answer')], ['Menu', 'One key.', 'no answer']);
	// A name without a word is said as it is, whatever it is.
	for (const name of ['new_one', 'constructor', '__proto__', 'toString'])
		assert.deepEqual([label(name), choiceLabel(name), branchLabel(name), typeLabel(name), typeHelp(name), problemWords(`${name}: x`)], [name, name, name, name, '', `${name}: x`]);
	assert.equal(problemWords('no_answer: the call ends here'), 'no answer: the call ends here');
	assert.equal(problemWords('ring_s is missing'), 'Ring for is missing');
});

test('weekdays, in the shortest words', () => {
	for (const [text, shortest] of [['mon-fri', 'mon-fri'], ['mon,tue,wed', 'mon-wed'], ['sat-mon', 'mon,sat,sun'], ['sun , MON', 'mon,sun'], ['', ''], ['xyz,tue', 'tue'], ['mon-sun', 'mon-sun']])
		assert.equal(daysText(daysOf(text)), shortest, text);
});

test('what changed, in words; places on the canvas do not count', () => {
	const a = sample();
	let b = moveSteps(a, { menu: { x: 500, y: 500 } });
	assert.deepEqual(difference(a, b), []);
	b = setParam(b, 'forward', 'to', '+13035550199');
	b = removeSteps(b, types, ['hangup']);
	assert.deepEqual(difference(a, b), [['forward', 'to: +13035550100 → +13035550199; no_answer: hangup → nothing'], ['hangup', 'removed']]);
	assert.deepEqual(difference(b, a).at(-1), ['hangup', 'added']);
});

test('what the server could not do is said in words', async () => {
	let status = 503;
	let body = '{"title":"Not available"}';
	const http = createServer((req, res) => res.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(body));
	await new Promise((r) => http.listen(0, '127.0.0.1', r));
	const server = new Server({ flow: { url: `http://127.0.0.1:${http.address().port}` }, csrf: 'x' });
	for (const [code, text, why] of [[503, body, /Nothing here is lost; try again/], [502, '<html>', /Nothing here is lost/], [404, '{}', /not there any more/], [413, '{}', /too large/], [401, '{}', /Sign in in another tab/], [422, '{"detail":"Not saved: so."}', /^Not saved: so\.$/]]) {
		[status, body] = [code, text];
		assert.match((await server.save({}, 0)).error, why, `${code}`);
	}
	[status, body] = [200, '{"state":{"version":1}}'];
	assert.deepEqual(await server.save({}, 0), { state: { version: 1 } });
	await new Promise((r) => http.close(r));
	assert.match((await server.save({}, 0)).error, /cannot be reached/);
});

test('a trial begins with what the clocks of its company show', () => {
	const at = Date.parse('2026-03-08T10:30:30Z'); // clocks went forward in New York
	for (const [zone, shown] of [['America/New_York', '2026-03-08T06:30'], ['America/Los_Angeles', '2026-03-08T03:30'], ['America/Phoenix', '2026-03-08T03:30'], ['Australia/Sydney', '2026-03-08T21:30'], ['Pacific/Kiritimati', '2026-03-09T00:30']])
		assert.equal(wallClock(at, zone), shown, zone);
	assert.match(wallClock(at, 'No/Where'), /^2026-03-0[789]T\d\d:\d\d$/);
});

test('what is named later is learnt, once', () => {
	const world = { zone: 'UTC', prompts: [], destinations: [{ id: 'd1', name: 'One' }], trunks: [], flows: [] };
	assert.equal(widen(world, { destinations: [{ id: 'd1', name: 'One' }], flows: [] }), world);
	assert.equal(widen(world, undefined), world, 'nothing was said');
	const more = widen(world, { destinations: [{ id: 'd1', name: 'One' }, { id: 'd2', name: 'Two' }], flows: [{ id: 'f1', name: 'F' }] });
	assert.deepEqual(more, { ...world, destinations: [{ id: 'd1', name: 'One' }, { id: 'd2', name: 'Two' }], flows: [{ id: 'f1', name: 'F' }] });
	assert.deepEqual(world.destinations.length, 1);
});
