// words.js - what the builder calls things. Structure comes from the server's
// table of step types; here are only words and symbols. A type without a row
// here is shown under its own name.

export const GROUPS = [
	['Say', ['message', 'notice', 'whisper', 'voicemail']],
	['Ask', ['menu', 'gather', 'challenge']],
	['Decide', ['hours', 'geography', 'nearest', 'source', 'caller', 'split']],
	['Connect', ['forward', 'group', 'goto']],
	['Mark and end', ['tag', 'outcome', 'hangup', 'busy', 'reject']],
];

/** type: [label, icon path in a 16 px box, one line of help] */
export const TYPES = {
	message: ['Message', 'M2.5 3h11v7.500h-6L4.500 13v-2.500h-2z', 'Plays a prompt to the caller.'],
	notice: ['Recording notice', 'M8 2.200 13.500 4v4c0 3-2.300 5-5.500 6-3.200-1-5.500-3-5.500-6V4zM8 5.500v3M8 10.800h.01', 'Says that the call is recorded; recording may start when it has ended.'],
	whisper: ['Whisper', 'M2.500 6v4h2.700L9 13V3L5.200 6zM12 6v4', 'Told to whoever answers the next forward, not to the caller.'],
	voicemail: ['Voicemail', 'M2 8a2.500 2.500 0 1 0 5 0 2.500 2.500 0 1 0-5 0M9 8a2.500 2.500 0 1 0 5 0 2.500 2.500 0 1 0-5 0M4.500 10.500h7', 'Takes a message after a greeting and a beep.'],
	menu: ['Menu', 'M3 3h2v2H3zM7 3h2v2H7zM11 3h2v2h-2zM3 7h2v2H3zM7 7h2v2H7zM11 7h2v2h-2zM7 11h2v2H7z', 'The caller presses one key.'],
	gather: ['Gather digits', 'M2 5h12v6H2zM4.500 8h.01M8 8h.01M11.500 8h.01', 'The caller keys in a number, such as a ZIP code.'],
	challenge: ['Robocall challenge', 'M4 7V5.500a4 4 0 0 1 8 0V7M3 7h10v6.500H3zM8 9.500v2', 'Asks for a digit that only a person can hear.'],
	hours: ['Opening hours', 'M2.200 8a5.800 5.800 0 1 0 11.600 0 5.800 5.800 0 1 0-11.600 0M8 4.500V8l2.500 1.500', 'Decides by weekday, time and holidays.'],
	geography: ['Geography', 'M8 14s4.500-4.200 4.500-7.500a4.500 4.500 0 0 0-9 0C3.500 9.800 8 14 8 14zM8 6.500h.01', 'Decides by area code, state, country or ZIP code.'],
	nearest: ['Nearest place', 'M8 14s4.500-4.200 4.500-7.500a4.500 4.500 0 0 0-9 0C3.500 9.800 8 14 8 14zM6 6.500h4', 'Leads to the nearest of several places.'],
	source: ['Marketing source', 'M2 14h12M4 11V8M8 11V3M12 11V6', 'Decides by what brought the caller.'],
	caller: ['Caller', 'M8 8a2.700 2.700 0 1 0 0-5.400A2.700 2.700 0 0 0 8 8zM2.800 13.800c.6-2.600 2.600-4 5.200-4s4.600 1.400 5.200 4', 'Decides by who calls: new or known, anonymous, in a list.'],
	split: ['Split', 'M2 8h4M6 8c2 0 2-4.500 5-4.500h3M6 8c2 0 2 4.500 5 4.500h3', 'Shares calls out by percent.'],
	forward: ['Forward', 'M2 8h10M8.500 4.500 12 8l-3.500 3.500', 'Rings one telephone.'],
	group: ['Group', 'M2 8h3M5 8c2 0 2-4.500 4-4.500h4M5 8h8M5 8c2 0 2 4.500 4 4.500h4', 'Rings several: together, in turn, by weight or priority.'],
	goto: ['Other flow', 'M3 3v5h9M9 5l3 3-3 3', 'Goes on in another flow.'],
	tag: ['Tag', 'M2.500 2.500h5l6 6-5 5-6-6zM5 5h.01', 'Puts a tag on the call.'],
	outcome: ['Outcome', 'm3 8.500 3.200 3.200L13 5', 'Sets the outcome of the call.'],
	hangup: ['Hang up', 'M4 4h8v8H4z', 'Ends the call.'],
	busy: ['Busy', 'M5 3v10M11 3v10', 'The caller hears the busy tone.'],
	reject: ['Refuse', 'm4 4 8 8M12 4l-8 8', 'Refuses the call; it counts as blocked.'],
};

const LABELS = {
	to: 'Where to', ring_s: 'Ring for', show: 'Number shown', talk_s: 'Longest talk', whisper: 'Whisper to who answers', say: 'Or this text as whisper', language: 'Spoken in',
	accept: 'Taken by', accept_prompt: 'Words before "press 1"', accept_s: 'Wait for the key', music: 'Caller hears', trunk: 'Trunk', mode: 'How they ring',
	sticky: 'Repeat callers', tries: 'At most, members tried', prompt: 'Prompt', invalid_prompt: 'After a wrong key', silence_prompt: 'After silence',
	invalid_tries: 'Wrong keys allowed', silence_tries: 'Silences allowed', wait_s: 'Wait for a key', gap_s: 'Between digits', min: 'Digits at least', max: 'Digits at most',
	stop: 'Ended by', pattern: 'Must be', name: 'Stored as', tag: 'Tag', zone: 'Time zone', holidays: 'Holidays', by: 'Looks at', max_km: 'Within', max_s: 'Longest message',
	min_s: 'Shorter is thrown away', silence_s: 'Silence ends it after', wrong_prompt: 'After a wrong digit', outcome: 'Outcome', flow: 'Flow', key: 'Key', title: 'Name',
	digits: 'Digits', days: 'Days', from: 'From', date: 'Date', what: 'What', value: 'Value', at: 'Place', percent: 'Percent', is: 'Is', weight: 'Weight', tier: 'Round',
	'weekly.to': 'To', 'special.to': 'To', 'challenge.tries': 'Wrong digits allowed',
	keys: 'Keys', members: 'Members', rules: 'Rules', weekly: 'Open', special: 'Special days', places: 'Places', shares: 'Shares', match: 'Answers',
};

const UNITS = { _s: 's', _km: 'km' };

const CHOICES = {
	simultaneous: 'all at once', round_robin: 'in turn, evenly (round robin)', weighted: 'by weight', priority: 'one after the other', tree: 'in rounds', caller: "the caller's", tracking: 'the tracking number',
	'split.caller': 'the caller: always the same way', us: 'United States', ca: 'Canada', gb: 'Great Britain',
	answer: 'picking up', key: 'pressing 1', no: 'no', yes: 'yes', '#': '# ends it', none: 'nothing', first_time: 'first-time caller', repeat: 'repeat caller',
	anonymous: 'anonymous', list: 'in the list', outcome: 'last outcome', attestation: 'attestation', number: 'number', area_code: 'area code', state: 'state', country: 'country', zip: 'ZIP code',
	'en-US': 'English (US)', 'en-GB': 'English (UK)', 'es-419': 'Spanish (Latin America)', 'es-ES': 'Spanish (Spain)', 'de-DE': 'German', 'fr-FR': 'French', 'pt-BR': 'Portuguese (Brazil)', 'it-IT': 'Italian', 'nl-NL': 'Dutch', 'hi-IN': 'Hindi',
	equal: 'is', containing: 'contains', beginning: 'begins with', present: 'is known', absent: 'is not known', digits: 'the digits keyed in', call: 'each call anew', any: 'any digits', phone: 'a telephone number', click: 'click id', landing: 'landing page',
};

const BRANCHES = {
	next: 'then', busy: 'busy', no_answer: 'no answer', failed: 'failed', refused: 'not accepted', full: 'closed or full', otherwise: 'otherwise', invalid: 'wrong key', silence: 'no key',
	open: 'open', closed: 'closed', holiday: 'holiday', unknown: 'not known', far: 'none near', too_short: 'too short', pass: 'passed', fail: 'failed',
};

const plain = (name) => name.replaceAll('_', ' ').replace(/^./, (c) => c.toUpperCase());

export const typeLabel = (name) => TYPES[name]?.[0] ?? plain(name);
export const typeIcon = (name) => TYPES[name]?.[1] ?? 'M3 8h10';
export const typeHelp = (name) => TYPES[name]?.[2] ?? '';
/** of: the type of step or the list that has it, where its word depends on that. */
export const label = (name, of = '') => LABELS[`${of}.${name}`] ?? LABELS[name] ?? plain(name.replace(/_(s|km)$/, ''));
export const unit = (name) => Object.entries(UNITS).find(([end]) => name.endsWith(end))?.[1] ?? '';
export const choiceLabel = (name, of = '') => CHOICES[`${of}.${name}`] ?? CHOICES[name] ?? plain(name).toLowerCase();
export const branchLabel = (name) => BRANCHES[name] ?? plain(name).toLowerCase();

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
	if (!at || !(at[1] in LABELS || at[1] in BRANCHES))
		return what;
	return (at[1] in LABELS ? label(at[1]) : branchLabel(at[1])) + what.slice(at[1].length);
}
