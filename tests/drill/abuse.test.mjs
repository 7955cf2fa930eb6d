// make drill-abuse: strangers send the lease server ten thousand requests a
// second, or what the machine takes (it is printed), from one address, with one cookie, with cookies they made up, of
// visits they made up. Limits hold, no pool runs dry, nothing is stored
// that was not checked, and other visitors are served meanwhile.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Worker } from 'node:worker_threads';

import { addr, startStack, until } from '../support/stack.mjs';
import { addNumbers, AGENT, Browsers } from '../support/dni.mjs';

const long = process.env.RT_TEST_LONG;
const seconds = long ? 30 : 3, RATE = 10000;
// A flood that a busy machine takes slower goes on until this many were sent.
const LEAST = RATE * seconds / 4;
let stack, others, quiet_ms;

before(async () => {
	stack = await startStack({
		without: ['dashboard', 'jobd', 'sipworker', 'admin', 'api'],
		// nginx lets everything through: the server's own limits are meant.
		args: ['--dni-rate', '1000000'],
	});
	others = new Browsers(stack, { net: 172 });
	// The guests take a hundred a second at most, for the whole of four floods.
	await addNumbers(stack, long ? 16000 : 4000, 1);
	// What an answer takes when nobody floods, on this machine and now.
	const took = await visitors(new Promise((r) => setTimeout(r, 1000)));
	quiet_ms = took[took.length >> 1];
}, { timeout: 120000 });

after(async () => {
	others?.close();
	await stack?.stop();
});

const count = (what) => Number(stack.sqlOne(`SELECT count(*) FROM ${what}`));
const rss_kib = () => Number(readFileSync(`/proc/${stack.pidOf('dni.fcgi')}/status`, 'latin1').match(/RssAnon:\s+(\d+)/)[1]);

function flood(kind, cookie) {
	return new Promise((resolve, reject) => {
		const worker = new Worker(new URL('../support/dni_flood.mjs', import.meta.url), {
			workerData: { host: addr, port: 8080, agent: AGENT, origin: stack.url, rate: RATE, ms: seconds * 1000, least: LEAST, kind, cookie },
		});
		worker.on('message', resolve).on('error', reject);
	});
}

/** Others meanwhile: one page after the other at four places. How long each
 *  took, in ms; every one must get a number of its own, but where the database
 *  wrote nothing for a second, as where other programs hold the processors: half
 *  of them at most are told so then, and shown the number of their source. */
async function visitors(until_done) {
	const took = [];
	let done = false, stalled = 0;
	until_done.then(() => (done = true), () => (done = true));
	await Promise.all(Array.from({ length: 4 }, async () => {
		while (!done) {
			const a = await others.ask({ url: `${stack.url}/demo/?utm_source=guest` });
			const stands = a.json?.why === 'database';
			assert.deepEqual([a.status, a.json?.tier], [200, stands ? 'source' : 'lease'], a.text);
			took.push(a.ms);
			stalled += stands;
			await new Promise((r) => setTimeout(r, stands ? 1000 : 40));
		}
	}));
	assert.ok(stalled <= took.length / 2, `${stalled} of ${took.length} without the database`);
	return took.sort((a, b) => a - b);
}

/** What a flood was answered, and lasted(): the seconds since it began, in which
 *  the limits let through more. */
async function abuse(t, kind, cookie) {
	const before_kib = rss_kib(), began = Date.now();
	const flooding = flood(kind, cookie);
	const took = await visitors(flooding);
	const { sent, answers } = await flooding, flooded_s = (Date.now() - began) / 1000;
	const p99 = took[Math.floor(took.length * 0.99)];
	t.diagnostic(`${kind}: ${Math.round(sent / flooded_s)} requests/s, answers ${JSON.stringify(answers)}, ${took.length} others p50 ${took[took.length >> 1].toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`);
	// A busy machine sends less than it is told to; it must still be a flood.
	assert.ok(sent >= LEAST, `only ${sent} sent`);
	assert.ok(took.length > 5 * seconds, `only ${took.length} others`);
	assert.ok(p99 < Math.max(2000, 20 * quiet_ms), `others waited: p99 ${p99} ms, ${quiet_ms} ms without a flood`);
	assert.ok(rss_kib() - before_kib < 64 * 1024, `grew by ${rss_kib() - before_kib} KiB`);
	assert.deepEqual(Object.keys(answers).filter((code) => !['200', '204', '429'].includes(code)), [], JSON.stringify(answers));
	return { answers, lasted: () => (Date.now() - began) / 1000 };
}

/** All that was told is stored: the row of a last visitor, who came after. */
async function written() {
	const a = (await others.ask({ url: `${stack.url}/demo/?utm_source=last` })).json;
	assert.equal(a.tier, 'lease');
	await until('what waits is written', () => count("visit WHERE utm_source = 'last'") > 0);
}

test('one address', async (t) => {
	const { answers, lasted } = await abuse(t, 'address');
	await written();
	// 240 visits at once and one a second more; 600 requests at once and 20 a second.
	const visits = count("visit WHERE utm_source = 'flood'");
	assert.ok(visits >= 100 && visits <= 245 + lasted(), `${visits} visits`);
	const most = 610 + lasted() * 20, { 200: given = 0, 429: refused = 0 } = answers;
	assert.ok(given <= most, JSON.stringify(answers));
	// What a busy machine has answered may all be what the limits let through.
	assert.ok(refused > given || given + refused <= 2 * most, JSON.stringify(answers));
});

test('one cookie, from everywhere', async (t) => {
	const was = count("lease l JOIN visit v ON v.id = l.visit_id WHERE v.utm_source = 'flood'");
	// One that somebody was given: what is made up is nobody's.
	const { visitor } = (await others.ask({ url: `${stack.url}/demo/?utm_source=flood` })).json;
	const { answers, lasted } = await abuse(t, 'cookie', visitor);
	await written();
	assert.ok((answers[200] ?? 0) <= 610 + lasted() * 20, JSON.stringify(answers));
	// One visitor has one number at a time, however many places ask.
	const numbers = Number(stack.sqlOne(`SELECT count(DISTINCT number_id) FROM lease l JOIN visit v ON v.id = l.visit_id
		WHERE v.utm_source = 'flood' AND LEAST(l.expires_at, COALESCE(l.released_at, l.expires_at)) > utc_timestamp(6)`));
	assert.ok(numbers <= was + 1, `${numbers} numbers are held`);
});

test('cookies that were made up, from one address', async (t) => {
	const was = count("visit WHERE utm_source = 'flood'");
	const { lasted } = await abuse(t, 'cookies');
	await written();
	const visits = count("visit WHERE utm_source = 'flood'") - was;
	assert.ok(visits <= 245 + lasted(), `${visits} visits`);
});

test('events of visits that were made up: nothing is stored', async (t) => {
	const was = [count('visit_event'), count("visit WHERE tel_clicked_at IS NOT NULL"), count('visitor')];
	const guests = count("visit WHERE utm_source IN ('guest', 'last')");
	await abuse(t, 'beacons');
	await written();
	const more = count("visit WHERE utm_source IN ('guest', 'last')") - guests;
	assert.deepEqual([count('visit_event'), count("visit WHERE tel_clicked_at IS NOT NULL")], was.slice(0, 2));
	assert.ok(count('visitor') - was[2] <= more);
});

test('afterwards every visitor is served as before', async () => {
	await until('all get numbers', async () => {
		const all = await Promise.all(Array.from({ length: 50 }, () => others.ask()));
		return all.every((a) => a.json?.tier === 'lease');
	});
	assert.ok(!/dni: .*error/i.test(stack.log('dni')));
});
