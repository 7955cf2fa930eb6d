// words.js - what the builder calls things: the server's words, and symbols of
// our own. What has no word is shown under its own name.

export const GROUPS = [
	['Say', ['message', 'notice', 'whisper', 'voicemail']],
	['Ask', ['menu', 'gather', 'challenge']],
	['Decide', ['hours', 'geography', 'nearest', 'source', 'caller', 'split']],
	['Connect', ['forward', 'group', 'goto']],
	['Mark and end', ['tag', 'outcome', 'hangup', 'busy', 'reject']],
];

/** Icon path of a type, in a 16 px box. */
const ICONS = {
	message: 'M2.5 3h11v7.500h-6L4.500 13v-2.500h-2z',
	notice: 'M8 2.200 13.500 4v4c0 3-2.300 5-5.500 6-3.200-1-5.500-3-5.500-6V4zM8 5.500v3M8 10.800h.01',
	whisper: 'M2.500 6v4h2.700L9 13V3L5.200 6zM12 6v4',
	voicemail: 'M2 8a2.500 2.500 0 1 0 5 0 2.500 2.500 0 1 0-5 0M9 8a2.500 2.500 0 1 0 5 0 2.500 2.500 0 1 0-5 0M4.500 10.500h7',
	menu: 'M3 3h2v2H3zM7 3h2v2H7zM11 3h2v2h-2zM3 7h2v2H3zM7 7h2v2H7zM11 7h2v2h-2zM7 11h2v2H7z',
	gather: 'M2 5h12v6H2zM4.500 8h.01M8 8h.01M11.500 8h.01',
	challenge: 'M4 7V5.500a4 4 0 0 1 8 0V7M3 7h10v6.500H3zM8 9.500v2',
	hours: 'M2.200 8a5.800 5.800 0 1 0 11.600 0 5.800 5.800 0 1 0-11.600 0M8 4.500V8l2.500 1.500',
	geography: 'M8 14s4.500-4.200 4.500-7.500a4.500 4.500 0 0 0-9 0C3.500 9.800 8 14 8 14zM8 6.500h.01',
	nearest: 'M8 14s4.500-4.200 4.500-7.500a4.500 4.500 0 0 0-9 0C3.500 9.800 8 14 8 14zM6 6.500h4',
	source: 'M2 14h12M4 11V8M8 11V3M12 11V6',
	caller: 'M8 8a2.700 2.700 0 1 0 0-5.400A2.700 2.700 0 0 0 8 8zM2.800 13.800c.6-2.600 2.600-4 5.200-4s4.600 1.400 5.200 4',
	split: 'M2 8h4M6 8c2 0 2-4.500 5-4.500h3M6 8c2 0 2 4.500 5 4.500h3',
	forward: 'M2 8h10M8.500 4.500 12 8l-3.500 3.500',
	group: 'M2 8h3M5 8c2 0 2-4.500 4-4.500h4M5 8h8M5 8c2 0 2 4.500 4 4.500h4',
	goto: 'M3 3v5h9M9 5l3 3-3 3',
	tag: 'M2.500 2.500h5l6 6-5 5-6-6zM5 5h.01',
	outcome: 'm3 8.500 3.200 3.200L13 5',
	hangup: 'M4 4h8v8H4z',
	busy: 'M5 3v10M11 3v10',
	reject: 'm4 4 8 8M12 4l-8 8',
};

const UNITS = { _s: 's', _km: 'km' };

/** The server's words, lib/core/flow_label: { type, help, param, choice, way }, each by name. */
let words = { type: {}, help: {}, param: {}, choice: {}, way: {} };

/** Before anything is said. */
export function learn(all) {
	words = all;
}

const own = (table, name) => (Object.hasOwn(table, name) ? table[name] : undefined);
const word = (kind, name, of = '') => own(words[kind], `${of}.${name}`) ?? own(words[kind], name);

export const typeLabel = (name) => word('type', name) ?? name;
export const typeIcon = (name) => ICONS[name] ?? 'M3 8h10';
export const typeHelp = (name) => word('help', name) ?? '';
/** of: the type of step or the list that has it, where its word depends on that. */
export const label = (name, of = '') => word('param', name, of) ?? name;
export const unit = (name) => Object.entries(UNITS).find(([end]) => name.endsWith(end))?.[1] ?? '';
export const choiceLabel = (name, of = '') => word('choice', name, of) ?? name;
export const branchLabel = (name) => word('way', name) ?? name;

/** What an item of a list is called on its way out. */
export function itemLabel(item, list) {
	const parts = [];
	for (const f of list.fields) {
		const v = item[f.name];
		if (f.name === 'title' || v === undefined || v === '')
			continue;
		parts.push(f.kind === 'choice' ? choiceLabel(v) : f.name === 'percent' ? `${v} %` : String(v));
	}
	const head = parts.join(' ');
	return item.title ? (list.name === 'keys' || head === '' ? `${head ? head + ' ' : ''}${item.title}` : item.title) : head || 'item';
}

/** One line of substance for a card. */
export function summary(step, type, names) {
	const name = (id) => names[id] ?? id;
	switch (step.type) {
	case 'forward':
		return step.to ? name(step.to) : 'no destination yet';
	case 'group':
		return `${(step.members ?? []).map((m) => name(m.to ?? '?')).join(', ')} · ${choiceLabel(step.mode ?? 'simultaneous')}`;
	case 'hours':
		return (step.weekly ?? []).map((w) => `${w.days ?? ''} ${w.from ?? ''}–${w.to ?? ''}`).join(', ') || 'always closed';
	case 'goto':
		return name(step.flow ?? '');
	case 'whisper':
		return step.say ?? name(step.prompt ?? '');
	case 'tag':
	case 'outcome':
		return step[step.type] ?? '';
	default:
		if (step.prompt)
			return name(step.prompt);
		return (type.params ?? []).some((p) => p.name === 'prompt' && p.required) ? 'no prompt yet' : typeHelp(step.type);
	}
}

/** The server names parameters as documents do; people know them by label. */
export function problemWords(what) {
	const at = what.match(/^([a-z_]+)( is missing|:| cannot)/);
	const name = at && (word('param', at[1]) ?? word('way', at[1]));
	return name ? name + what.slice(at[1].length) : what;
}
