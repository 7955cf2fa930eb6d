// model.js - a flow document and what can be done to it. Pure: every function
// takes a document and gives a new one, so that undo is a list of documents.
//
// A document is what the server stores (docs/flow.schema.json):
//   {version, first, steps: {key: {type, title, at: [x, y], ...parameters,
//    ...branches, list: [{...fields, next}]}}}
// A way out is named by a handle: a branch's name ("no_answer"), or
// "keys/0" for the first item of the list that leads.

export const KEY_MAX = 40;
export const STEPS_MAX = 500;
/** Where a way out leads that goes to the menu before. */
export const BACK = '@back';
const GRID = 20;

/** The list of a type whose items have ways out of their own, if it has one. */
export const leadingList = (type) => (type.lists ?? []).find((l) => l.leads);

/** Where branches and items of a step lead: [{handle, label, to}]. */
export function exits(step, type) {
	const out = [];
	const list = leadingList(type);
	if (list)
		(step[list.name] ?? []).forEach((item, i) => out.push({ handle: `${list.name}/${i}`, item, index: i, list, to: item.next ?? null }));
	for (const b of type.branches ?? [])
		out.push({ handle: b.name, branch: b, to: step[b.name] ?? null });
	return out;
}

const copy = (doc, steps) => ({ ...doc, steps });

function setStep(doc, key, step) {
	return copy(doc, { ...doc.steps, [key]: step });
}

/** A key that is not taken yet: type, type_2, type_3 ... */
export function freeKey(doc, base) {
	const stem = base.toLowerCase().replace(/[^a-z0-9_]+/g, '_').replace(/^_+|_+$/g, '').slice(0, KEY_MAX - 5) || 'step';
	if (!(stem in doc.steps))
		return stem;
	for (let n = 2; ; n++)
		if (!(`${stem}_${n}` in doc.steps))
			return `${stem}_${n}`;
}

const snap = (v) => Math.max(-100000, Math.min(100000, Math.round(v / GRID) * GRID));
export const place = (x, y) => ({ x: snap(x), y: snap(y) });
/** Where a step lies; null when it was never placed. */
export const placeOf = (step) => (Array.isArray(step.at) && step.at.length === 2 && step.at.every(Number.isInteger) ? { x: step.at[0], y: step.at[1] } : null);
const withPlace = (step, { x, y }) => ({ ...step, at: [x, y] });

/** What a new step of a type holds: the required lists with one item each. */
export function blank(type) {
	const step = { type: type.name };
	for (const l of type.lists ?? [])
		if (l.min > 0)
			step[l.name] = Array.from({ length: l.min }, (_, i) => blankItem(l, i, []));
	return step;
}

export function blankItem(list, index, before) {
	const item = {};
	for (const f of list.fields) {
		if (f.kind === 'key') {
			const used = new Set(before.map((b) => b[f.name]));
			item[f.name] = [...'1234567890*#'].find((k) => !used.has(k)) ?? '1';
		} else if (f.kind === 'choice' && f.required) {
			item[f.name] = f.choices[0];
		} else if (f.kind === 'days') {
			item[f.name] = 'mon-fri';
		} else if (f.kind === 'clock') {
			item[f.name] = f.name === 'to' ? '17:00' : '09:00';
		} else if (f.kind === 'number' && f.required) {
			item[f.name] = f.min;
		}
	}
	return item;
}

/** Adds a step; joined: {from, handle} leads to it. Returns [doc, key]. */
export function addStep(doc, type, at, joined, given = {}) {
	const key = freeKey(doc, given.title ?? type.name);
	let next = setStep(doc, key, withPlace({ ...blank(type), ...given }, at));
	if (joined)
		next = connect(next, joined.from, joined.handle, key);
	if (!next.first || !(next.first in next.steps))
		next = { ...next, first: key };
	return [next, key];
}

/** Leads a way out to a step, or nowhere (to null). */
export function connect(doc, key, handle, to) {
	const step = doc.steps[key];
	if (!step)
		return doc;
	const [list, index] = handle.split('/');
	if (index === undefined) {
		const { [handle]: old, ...rest } = step;
		return setStep(doc, key, to === null ? rest : { ...rest, [handle]: to });
	}
	const items = (step[list] ?? []).map((item, i) => {
		if (i !== Number(index))
			return item;
		const { next, ...rest } = item;
		return to === null ? rest : { ...rest, next: to };
	});
	return setStep(doc, key, { ...step, [list]: items });
}

/** Sets a parameter; '' and undefined take it out. */
export function setParam(doc, key, name, value) {
	const step = doc.steps[key];
	if (!step)
		return doc;
	const { [name]: old, ...rest } = step;
	return setStep(doc, key, value === '' || value === undefined ? rest : { ...step, [name]: value });
}

export function setItem(doc, key, list, index, name, value) {
	const items = doc.steps[key][list].map((item, i) => {
		if (i !== index)
			return item;
		const { [name]: old, ...rest } = item;
		return value === '' || value === undefined ? rest : { ...item, [name]: value };
	});
	return setStep(doc, key, { ...doc.steps[key], [list]: items });
}

export function addItem(doc, key, list) {
	const before = doc.steps[key][list.name] ?? [];
	if (before.length >= list.max)
		return doc;
	return setStep(doc, key, { ...doc.steps[key], [list.name]: [...before, blankItem(list, before.length, before)] });
}

export function removeItem(doc, key, list, index) {
	const items = doc.steps[key][list].filter((_, i) => i !== index);
	return setStep(doc, key, { ...doc.steps[key], [list]: items });
}

export function moveItem(doc, key, list, index, by) {
	const items = [...doc.steps[key][list]];
	const to = index + by;
	if (to < 0 || to >= items.length)
		return doc;
	[items[index], items[to]] = [items[to], items[index]];
	return setStep(doc, key, { ...doc.steps[key], [list]: items });
}

/** Every way out that leads to one of the keys leads nowhere afterwards. */
function forget(step, types, gone) {
	const type = types[step.type];
	let out = step;
	for (const e of type ? exits(step, type) : []) {
		if (e.to !== null && gone.has(e.to)) {
			const doc = connect({ steps: { x: out } }, 'x', e.handle, null);
			out = doc.steps.x;
		}
	}
	return out;
}

export function removeSteps(doc, types, keys) {
	const gone = new Set(keys);
	const steps = {};
	for (const [key, step] of Object.entries(doc.steps))
		if (!gone.has(key))
			steps[key] = forget(step, types, gone);
	const first = gone.has(doc.first) ? Object.keys(steps)[0] ?? '' : doc.first;
	return { ...doc, first, steps };
}

export function moveSteps(doc, moved) {
	const steps = { ...doc.steps };
	for (const [key, { x, y }] of Object.entries(moved))
		if (steps[key])
			steps[key] = withPlace(steps[key], place(x, y));
	return copy(doc, steps);
}

/** Steps of a flow as text for the clipboard; ways out among them stay. */
export const copySteps = (doc, keys, flow) => JSON.stringify({ ringtrace: 'flow-steps', flow, steps: Object.fromEntries(keys.filter((k) => doc.steps[k]).map((k) => [k, doc.steps[k]])) });

/** Pastes such text, with fresh keys, 40 px lower. Ways to steps that were not
 *  copied stay in their own flow only: elsewhere another step may have such a
 *  key. An empty flow begins with what was pasted. [doc, keys] or null. */
export function pasteSteps(doc, types, text, flow) {
	let from;
	try {
		from = JSON.parse(text);
	} catch {
		return null;
	}
	if (from?.ringtrace !== 'flow-steps' || !isObject(from.steps))
		return null;
	const entries = Object.entries(from.steps).filter(([, s]) => stepFault(s, types) === null);
	if (entries.length === 0 || entries.length + Object.keys(doc.steps).length > STEPS_MAX)
		return null;
	const names = new Map();
	let next = doc;
	for (const [key, step] of entries) {
		names.set(key, freeKey(next, key));
		const { x, y } = placeOf(step) ?? { x: 0, y: 0 };
		next = setStep(next, names.get(key), withPlace(step, place(x + 40, y + 40)));
	}
	const keys = [...names.values()];
	const led = new Set();
	const stays = (to) => to === BACK || (from.flow === flow && Object.hasOwn(doc.steps, to));
	for (const key of keys)
		for (const e of exits(next.steps[key], types[next.steps[key].type]))
			if (e.to !== null) {
				led.add(names.get(e.to));
				next = connect(next, key, e.handle, names.get(e.to) ?? (stays(e.to) ? e.to : null));
			}
	if (!Object.hasOwn(next.steps, next.first ?? ''))
		next = { ...next, first: keys.find((k) => !led.has(k)) ?? keys[0] };
	return [next, keys];
}

const isObject = (v) => typeof v === 'object' && v !== null && !Array.isArray(v);
const isPlain = (v) => ['undefined', 'string', 'number', 'boolean'].includes(typeof v);

/** What keeps a step that comes from outside from being worked with, in words;
 *  null: it has the shape of its type. */
function stepFault(step, types) {
	if (!isObject(step))
		return 'it is no object';
	if (typeof step.type !== 'string' || !Object.hasOwn(types, step.type))
		return 'its type is not known';
	const type = types[step.type];
	for (const name of ['title', ...(type.params ?? []).map((p) => p.name)])
		if (!isPlain(step[name]))
			return `${name} is neither a text nor a number`;
	for (const { name } of type.lists ?? [])
		if (step[name] !== undefined && !(Array.isArray(step[name]) && step[name].every((i) => isObject(i) && Object.values(i).every(isPlain))))
			return `${name} is no list of what it should hold`;
	for (const e of exits(step, type))
		if (e.to !== null && typeof e.to !== 'string')
			return `${e.handle} names no step`;
	return null;
}

function documentFault(doc, types) {
	if (!isObject(doc) || !isObject(doc.steps))
		return 'it has no steps';
	if (!isPlain(doc.first))
		return 'first names no step';
	const steps = Object.entries(doc.steps);
	if (steps.length > STEPS_MAX)
		return `${steps.length} steps are more than ${STEPS_MAX}`;
	for (const [key, step] of steps) {
		const fault = key === '__proto__' ? 'that is no name for a step' : stepFault(step, types);
		if (fault)
			return `step ${key.slice(0, KEY_MAX)}: ${fault}`;
	}
	return null;
}

/** A document from a file or a text, in a shape that all here can work with:
 *  {doc} or {fault: words}. Whether it could run, the server says. */
export function readDocument(text, types) {
	let doc;
	try {
		doc = JSON.parse(text);
	} catch {
		return { fault: 'it is not JSON' };
	}
	const fault = documentFault(doc, types);
	return fault ? { fault } : { doc };
}

/** Steps that the first one leads to. */
export function reachable(doc, types) {
	const seen = new Set();
	const todo = doc.first in doc.steps ? [doc.first] : [];
	while (todo.length > 0) {
		const key = todo.pop();
		if (seen.has(key) || !doc.steps[key])
			continue;
		seen.add(key);
		for (const e of exits(doc.steps[key], types[doc.steps[key].type] ?? {}))
			if (e.to !== null)
				todo.push(e.to);
	}
	return seen;
}

/** Undo and redo: {past, now, future}. `merge` joins an edit with the one
 *  before when both carry the same word (typing in one field). */
export const history = (doc) => ({ past: [], now: doc, future: [], word: null });

export function push(h, doc, word = null) {
	if (doc === h.now)
		return h;
	if (word !== null && word === h.word)
		return { ...h, now: doc, future: [] };
	return { past: [...h.past.slice(-199), h.now], now: doc, future: [], word };
}

export const undo = (h) => h.past.length === 0 ? h : { past: h.past.slice(0, -1), now: h.past.at(-1), future: [h.now, ...h.future], word: null };

export const redo = (h) => h.future.length === 0 ? h : { past: [...h.past, h.now], now: h.future[0], future: h.future.slice(1), word: null };

/** The world with what else is named now; the same one when that is known. */
export function widen(world, named) {
	const next = { ...world };
	let news = false;
	for (const [kind, things] of Object.entries(named ?? {})) {
		const known = new Set(world[kind]?.map((t) => t.id));
		const fresh = things.filter((t) => !known.has(t.id));
		news ||= fresh.length > 0;
		next[kind] = fresh.length > 0 ? [...world[kind], ...fresh] : world[kind];
	}
	return news ? next : world;
}
