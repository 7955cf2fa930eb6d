// flow.mjs - call flows and prompts for tests with a real worker: documents and
// tones go straight into the database, as the builder and the speech job would
// put them there.
import { randomBytes } from 'node:crypto';

import { until } from './stack.mjs';

const hex = (bytes) => `0x${bytes.toString('hex')}`;
const quoted = (s) => `'${s.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
const id = () => hex(randomBytes(16));

/** One sample from -1 to 1 as a µ-law byte (ITU-T G.711). */
function ulaw(x) {
	const sign = x < 0 ? 0x80 : 0;
	const v = Math.min(Math.abs(Math.round(x * 32635)), 32635) + 0x84;
	let exponent = 7;
	while (exponent > 0 && !(v & (1 << (exponent + 7)))) exponent--;
	return ~(sign | (exponent << 4) | ((v >> (exponent + 3)) & 0x0f)) & 0xff;
}

/** ms of a sine as µ-law at 8 kHz. */
export const tone = (hz, ms, level = 0.3) =>
	Buffer.from(Array.from({ length: ms * 8 }, (_, i) => ulaw(level * Math.sin((2 * Math.PI * hz * i) / 8000))));

/** The company's prompts: { 'menu': tone(500, 3000), ... }. */
export function addPrompts(stack, company, prompts) {
	const sql = Object.entries(prompts).map(([key, bytes]) => {
		const prompt = id();
		return `INSERT INTO prompt (company_id, id, name, prompt_key, active_key, language, last_version, live_version, created_at)
			VALUES (${company}, ${prompt}, ${quoted(key)}, ${quoted(key)}, ${quoted(key)}, 'en', 1, 1, NOW(6));
			INSERT INTO prompt_version (company_id, prompt_id, version, kind, state, ulaw, samples, created_at, ready_at)
			VALUES (${company}, ${prompt}, 1, 'upload', 'ready', ${hex(bytes)}, ${bytes.length}, NOW(6), NOW(6));`;
	});
	stack.sql(sql.join('\n'));
}

/** Publishes the documents { '+1...': {...} } as the numbers' flows and waits
 *  until calls use them: `taken`, of the stack's own worker. Returns the flows'
 *  ids. */
export async function publish(stack, company, documents, taken = live) {
	const ids = {};
	const sql = Object.entries(documents).map(([number, document]) => {
		const flow = (ids[number] = id());
		const name = quoted(`flow of ${number}`);
		return `INSERT INTO flow (company_id, id, name, last_version, published_version, created_at)
			VALUES (${company}, ${flow}, ${name}, 1, 1, NOW(6));
			INSERT INTO flow_version (company_id, flow_id, version, document, created_at, published_at)
			VALUES (${company}, ${flow}, 1, ${quoted(JSON.stringify({ version: 1, ...document }))}, NOW(6), NOW(6));
			UPDATE number SET flow_id = ${flow} WHERE company_id = ${company} AND active_e164 = ${quoted(number)};`;
	});
	stack.sql(`${sql.join('\n')}\nUPDATE config_version SET version = version + 1 WHERE id = 1;`);
	await taken(stack);
	return ids;
}

/** Waits until the worker has the configuration that the database has. */
export function live(stack) {
	const version = Number(stack.sqlOne('SELECT version FROM config_version WHERE id = 1'));
	return until('the worker has the configuration', () =>
		[...stack.output.matchAll(/engine: configuration version=(\d+)/g)].some(([, v]) => Number(v) >= version));
}

/** What happened in a call, in words: ["step hello enter", "dial sip:...", ...]. */
export function trace(stack, sipCallId) {
	const rows = stack.sql(`SELECT e.kind, e.detail, e.branch, e.value FROM call_event e JOIN phone_call c
		ON c.company_id = e.company_id AND c.id = e.call_id WHERE c.sip_call_id = ${quoted(sipCallId)} ORDER BY e.seq`);
	return rows.map(([kind, text, branch, value]) => ({ kind, text, branch: Number(branch), value: Number(value) }));
}

/** The keys of the steps that were entered, in order. */
export const steps = (events) => events.filter((e) => e.kind === 'step' && e.branch === 0xfff0).map((e) => e.text);
