// trial.js - what the simulator tells, in words and on the canvas.

/** The way out on the canvas: "keys 2", as the server says it, is "keys/1", and
 *  a way that leads nowhere of its own is the one that catches it. */
export function handleOf(way, step, type) {
	const at = (way ?? '').match(/^([a-z_]+) (\d+)$/);
	if (at)
		return `${at[1]}/${Number(at[2]) - 1}`;
	return step[way] === undefined ? type.otherwise ?? way : way;
}

/** What can be listened to: a prompt of the world, a digit that is asked for, or
 *  a part of a whisper that was spoken beforehand. */
export function soundOf(world, key) {
	const prompt = world.prompts.find((p) => p.id === key);
	if (prompt || key === undefined || key === 'ringback')
		return prompt;
	if (key.startsWith('say.'))
		return { id: key, name: 'a part of the whisper', audio: `/settings/prompts/spoken/${encodeURIComponent(key)}` };
	return key.startsWith('digit.') ? { id: key, name: key, audio: `/settings/prompts/built-in/${encodeURIComponent(key)}` } : undefined;
}

const called = (key, name) => (key?.startsWith('say.') ? 'a part of the whisper' : name(key));

const WORDS = {
	leaves: (r) => r.text || 'goes on',
	says: (r) => r.text,
	answers: () => 'the caller is answered',
	hears: (r, name) => (r.text === 'ringback' ? 'the caller hears it ring' : `the caller hears “${called(r.text, name)}”`),
	stops: () => 'the prompt is cut short',
	whispers: (r, name) => `${name(r.to)} hears “${called(r.text, name)}”`,
	rings: (r, name) => `${name(r.to)} is rung`,
	cancels: (r, name) => `${name(r.to)} stops ringing`,
	talks: (r, name) => `the caller talks with ${name(r.to)}`,
	records: () => 'the recording begins',
	keys: (r) => `the caller presses ${r.text}`,
	message: () => 'beep: the caller speaks a message',
	kept: (r) => (r.text === 'thrown away' ? 'the message is thrown away' : `a message of ${r.text} is kept`),
	tags: (r) => `tagged “${r.text}”`,
	outcome: (r) => `outcome “${r.text}”`,
	stores: (r) => `stored: ${r.text}`,
	ends: (r) => `the end: ${r.text}`,
};

/** One row in words; names: what ids and keys are called. */
export const trialWords = (row, names) => WORDS[row.what]?.(row, (id) => names[id] ?? id ?? '') ?? row.what;

/** "2026-11-30T09:12": what a clock on the wall shows in a zone; where this
 *  browser does not know the zone, in its own. */
export function wallClock(ms, zone) {
	const parts = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
	let format;
	try {
		format = new Intl.DateTimeFormat('en-US', { ...parts, timeZone: zone });
	} catch {
		format = new Intl.DateTimeFormat('en-US', parts);
	}
	const is = Object.fromEntries(format.formatToParts(ms).map((p) => [p.type, p.value]));
	return `${is.year}-${is.month}-${is.day}T${is.hour}:${is.minute}`;
}
