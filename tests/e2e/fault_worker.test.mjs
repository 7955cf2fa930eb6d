// The SIP worker while the system refuses it something: each call that its four
// processes make of kernel, libc or database fails once, in a start or in the
// middle of a call. The worker goes on or is started again by its parent, says
// why, leaves no call open, and the next call is answered and recorded.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { Faults, told } from '../support/fault.mjs';
import { call, endings } from '../support/sip.mjs';
import { addr, alive, build, startStack, until } from '../support/stack.mjs';
import { Worker } from '../support/workers.mjs';

// All places in `make coverage`; else one of so many.
const one_of = process.env.RT_TEST_FAULTS === 'all' ? 1 : 24;
const NOTICE = '+14155550111'; // of the demonstration: recorded after a notice
const PLAIN = '+14155550190'; // recorded, rings at once
const ROLES = ['engine', 'recorder', 'store'];

let stack, faults, worker, phone;
let port = 5100;

before(async () => {
	stack = await startStack({ without: ['nginx', 'dashboard', 'dni', 'jobd', 'sipworker'] });
	const added = spawnSync(join(build, 'ringtrace'), ['number', 'add', '-c', stack.conf, '--number', PLAIN, '--to', `sip:desk@${addr}:5080`, '--record', 'silent', '--owner', 'demo@example.com', '--why', 'a test of faults'], { encoding: 'utf8' });
	assert.equal(added.status, 0, added.stderr);
	faults = new Faults('sipworker');
	worker = new Worker(stack, 0, { env: faults.env });
	await worker.start();
	phone = call('phone', { listen: `${addr}:5080`, 'rtp-min': 25000, 'rtp-max': 25998, play: 'tone:600' });
	await phone.says(/^ready/m);
});
after(async () => {
	await worker?.stop();
	await phone?.stop();
	await stack?.stop();
});

/** One short call; how it ended. */
async function place(number = PLAIN, caller = '+12125550123') {
	port = port === 5900 ? 5100 : port + 1;
	const c = call('carrier', { listen: `${addr}:${port}`, target: `${addr}:${worker.port}`, number, caller,
		'talk-ms': 200, 'give-up-ms': 20000, 'rtp-min': 24000, 'rtp-max': 24998, play: 'clicks:200' });
	await c.ended;
	return endings(c)[0] ?? { status: 'none', text: c.text };
}
const closed = (what) => until(what, () => stack.sqlOne("SELECT COUNT(*) FROM phone_call WHERE state <> 'closed'") === '0');

/** Beside a call: what brings the worker to each of its places. */
const ways = new Map([
	['call', () => Promise.all([place(), place(NOTICE)])],
	...ROLES.map((role) => [role, () => worker.kill(role)]),
	['start', async () => {
		await worker.stop();
		worker.text = '';
		await worker.start();
	}],
]);

/** The way on which each place is met. */
async function discover() {
	const found = new Map();
	let before = new Map();
	for (const [name, go] of [['', ways.get('call')], ...ways]) { // the first call meets what is done once
		await go();
		await closed('all calls are closed');
		const now = faults.places();
		if (name !== '') for (const p of now) if (!found.has(p.key) && p.calls > (before.get(p.key) ?? 0)) found.set(p.key, name);
		before = new Map(now.map((p) => [p.key, p.calls]));
	}
	return found;
}

/** A call without any fault: answered, closed, recorded. */
async function goodCall() {
	const end = await place();
	assert.equal(end.status, '200', JSON.stringify(end));
	const [result, recording] = await until('the call is closed and recorded', () => {
		const [row] = stack.sql(`SELECT c.result, r.state, c.state FROM phone_call c LEFT JOIN recording r ON r.call_id = c.id WHERE c.sip_call_id = '${end.call_id}'`);
		return row?.[2] === 'closed' && row[1] !== 'pending' && row;
	});
	assert.deepEqual([result, recording], ['answered', 'ready']);
}

async function attempt(c, way) {
	const parent = worker.child.pid;
	const from = worker.text.length;
	// The database is away for a few tries, too.
	faults.arm(c, { times: c.call.startsWith('mysql_') ? 4 : 1 });
	await ways.get(way)().catch((e) => (way === 'start' ? undefined : Promise.reject(e)));
	const fired = faults.fired() > 0;
	faults.disarm();
	if (!fired) return false;
	if (way === 'start' && !alive(worker.child.pid)) { // it says why, and starts without the fault
		await worker.over;
		assert.match(worker.text, /(error|warn) sipworker:/);
		await worker.start();
	} else if (way !== 'start') assert.equal(worker.child.pid, parent);
	await worker.ready();
	await closed('no call stays open');
	// What was hit may fall a moment later, and take a second call with it.
	await goodCall().catch(() => worker.ready().then(goodCall)).catch(() => worker.ready().then(goodCall));
	const said = worker.text.slice(way === 'start' ? 0 : from);
	assert.doesNotMatch(said, /signal=(?!9\b)\d+|Sanitizer|runtime error/);
	return true;
}

/** Files of the worker's, its log too, in which the caller stands: with or
 *  without code, as people write it, or byte for byte in hexadecimal. */
function naming(national) {
	const [area, exchange, line] = [national.slice(0, 3), national.slice(3, 6), national.slice(6)];
	const ways = [national, `${area}-${exchange}-${line}`, `(${area}) ${exchange}-${line}`, `${area}.${exchange}.${line}`, Buffer.from(national).toString('hex')];
	const files = readdirSync(worker.dir, { recursive: true }).map((f) => join(worker.dir, f))
		.filter((f) => statSync(f, { throwIfNoEntry: false })?.isFile());
	const text = (f) => { // the store may remove one meanwhile
		try {
			return readFileSync(f, 'latin1');
		} catch (e) {
			if (e.code !== 'ENOENT') throw e;
			return '';
		}
	};
	const texts = [...files.map((f) => [f, text(f)]), ['log', worker.text]];
	return [...new Set(texts.filter(([, t]) => ways.some((w) => t.toLowerCase().includes(w))).map(([f]) => f))];
}

test('who is erased is in no file of the worker\'s an hour later, whether its store was killed or not, nor once it was stopped', async () => {
	const caller = '+12125550187', national = caller.slice(2);
	const erase = () => spawnSync(join(build, 'ringtrace'), ['person', 'erase', '-c', stack.conf, '--number', caller, '--sure', 'erase'], { encoding: 'utf8' });
	for (const how of ['an hour', 'killed', 'stopped']) {
		assert.equal((await place(PLAIN, caller)).status, '200');
		await closed('the call is closed');
		const done = erase();
		assert.equal(done.status, 0, done.stderr);
		assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM phone_call WHERE caller_e164 = '${caller}'`), '0');
		assert.match(naming(national).join(), /\.rtj/, 'the journal has it until then');
		if (how === 'killed') await worker.kill('store');
		else if (how === 'an hour') faults.setClock(3600);
		else {
			await worker.stop();
			assert.deepEqual(naming(national), [], 'it does not wait for a start');
			await worker.start();
		}
		await until('no file says who called', () => naming(national).length === 0);
		faults.setClock(0);
	}
	await goodCall();
});

/** The functions of ours in which a place is. */
const functions = ({ from }) => spawnSync('addr2line', ['-f', '-i', '-e', join(build, 'sipworker'), ...from.map((a) => a.toString(16))], { encoding: 'utf8' }).stdout.split('\n');

test('a record that is lost on its way to the store is said again', async () => {
	const places = faults.places().filter((p) => p.call === 'sendmsg' && functions(p).includes('append')); // as do_journal() calls it
	let fired = 0;
	for (const { key } of places) {
		const from = worker.text.length;
		faults.arm({ key, error: constants.errno.ENOMEM }, { skip: 1 }); // the call's second
		await goodCall();
		const lost = faults.fired();
		faults.disarm();
		if (lost > 0) assert.match(worker.text.slice(from), /record not kept: busy[^]*said again/);
		fired += lost;
	}
	assert.ok(fired > 0, `${places.length} places, none met`);
});

test('each call that fails costs one call at most', async (t) => {
	const way = await discover();
	const cases = faults.cases(2, (key) => way.has(key)).filter((_, i) => i % one_of === 0);
	const bad = [];
	let fired = 0;
	for (const c of cases) {
		try {
			if (await attempt(c, way.get(c.key))) fired++;
		} catch (e) {
			bad.push(`${told(c)}, met by ${way.get(c.key)}: ${e.message}\n${worker.text.split('\n').slice(-20).join('\n')}`);
			if (process.env.RT_TEST_VERBOSE) console.error(bad.at(-1));
			faults.disarm();
			await ways.get('start')();
		}
	}
	t.diagnostic(`${cases.length} cases, ${fired} met`);
	assert.deepEqual(bad, [], bad.join('\n'));
	assert.ok(fired > cases.length / 2, `${fired} of ${cases.length} met`);
});
