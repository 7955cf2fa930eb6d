// make drill-caps: four whole workers on one database. However engines, stores
// and the database are killed meanwhile, no destination has one call more than
// its limits, as its telephone sees it; with the database away none at all. And
// a round robin stays even over all of them and their restarts.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { publish } from '../support/flow.mjs';
import { flowText } from '../support/flow_call.mjs';
import { addr, alive, build, startStack, until } from '../support/stack.mjs';
import { callerAt, phoneAt } from '../support/ua.mjs';
import { Worker } from '../support/workers.mjs';

const long = process.env.RT_TEST_LONG;
const ROUND_CALLS = long ? 10000 : 800;
const AT_ONCE = 5, MONTH = long ? 400 : 60;
const ATONCE = '+14155550190', MONTHLY = '+14155550191', ROUND = '+14155550192';
const LANES = 4; // callers of each worker
let stack, company, caller, workers;

const destination = (number) => stack.sqlOne(`SELECT HEX(destination_id) FROM number WHERE active_e164 = '${number}'`);
const desk = (port) => `sip:desk@${addr}:${port}`;
const own = (to) => ({ first: 'ring', steps: { ring: { type: 'forward', to, otherwise: 'no' }, no: { type: 'busy' } } });

before(async () => {
	stack = await startStack({ demo: false, without: ['nginx', 'dashboard', 'admin', 'api', 'dni', 'jobd', 'sipworker'] });
	const ringtrace = (...args) => {
		const r = spawnSync(join(build, 'ringtrace'), [...args, '-c', stack.conf], { encoding: 'utf8' });
		assert.equal(r.status, 0, r.stderr);
	};
	ringtrace('company', 'add', '--name', 'Bay City Plumbing');
	ringtrace('trunk', 'add', '--name', 'Carrier', '--host', `${addr}:5070`, '--allow', `${addr}/32`);
	ringtrace('number', 'add', '--number', ATONCE, '--to', desk(5080));
	ringtrace('number', 'add', '--number', MONTHLY, '--to', desk(5081));
	ringtrace('number', 'add', '--number', ROUND, '--to', desk(5082));
	company = `0x${stack.sqlOne('SELECT HEX(id) FROM company')}`;
	const [a, b] = [destination(ATONCE), destination(MONTHLY)];
	stack.sql(`UPDATE destination SET capacity = ${AT_ONCE} WHERE id = 0x${a}; UPDATE destination SET cap_month = ${MONTH} WHERE id = 0x${b};`);
	workers = [0, 1, 2, 3].map((n) => new Worker(stack, n));
	await publish(stack, company, {
		[ATONCE]: own(flowText(a, 'dst')),
		[MONTHLY]: own(flowText(b, 'dst')),
		[ROUND]: { first: 'all', steps: { all: { type: 'group', mode: 'round_robin', members: [5082, 5083, 5084].map((p) => ({ to: desk(p) })) } } },
	}, () => {}); // they do not run yet
	await Promise.all(workers.map((w) => w.start()));
	caller = await callerAt(5070);
}, { timeout: 180000 });
after(async () => {
	caller?.close();
	await Promise.all((workers ?? []).map((w) => w.stop()));
	await stack?.stop();
});

const answers = () => {
	try {
		return stack.sqlOne('SELECT 1') === '1';
	} catch {
		return false;
	}
};
/** All workers take calls to the number, one after the other. */
async function allTake(number) {
	for (const w of workers)
		await until(`the worker at port ${w.port} takes calls`, async () => (await caller.call(w.port, number, { talk_ms: 1 })) === 200, 60000);
}

/** Are calls that ended long ago still open in the database? */
const late = () => {
	try {
		return stack.sqlOne("SELECT COUNT(*) FROM phone_call WHERE state = 'open' AND started_at < UTC_TIMESTAMP(6) - INTERVAL 6 SECOND") !== '0';
	} catch {
		return false; // it is away
	}
};

/** Calls through all workers at once until `enough`, while each fault is done
 *  in turn, with calls going on in between. Counts final statuses. */
async function storm(number, phone, faults, enough, talks_ms = [20, 55, 90, 125, 160]) {
	const got = new Map();
	let done = 0, over = false, looked = Date.now(), pause;
	// A place that a fault kept from being given back is free when the database has
	// the call's end. Stores write those behind what callers wait for: on a machine
	// that has no time for both the callers wait, or no place would ever be free.
	async function inStep() {
		if (!pause && Date.now() - looked > 2000) {
			looked = Date.now();
			if (late()) pause = until('the calls that are over are in the database', () => over || !late(), 60000).finally(() => (pause = undefined));
		}
		await pause;
	}
	const lanes = workers.flatMap((w, k) => Array.from({ length: LANES }, async (_, lane) => {
		for (let i = 0; !over; i++) {
			await inStep();
			const status = await caller.call(w.port, number, { talk_ms: talks_ms[(i + lane + k) % talks_ms.length], patience_ms: 3000 });
			got.set(status, (got.get(status) ?? 0) + 1);
			done++;
			if (status !== 200) await new Promise((r) => setTimeout(r, 300)); // who is refused tries again soon, but does not flood the machine
		}
	}));
	const answered = () => phone.seen.answered;
	try {
		for (const fault of faults) {
			const before_ = done;
			await until('calls go on', () => done >= before_ + 4 * LANES, 60000);
			await fault();
		}
		await until('enough calls', () => enough(done, answered()), 120000);
	} finally {
		over = true;
		await Promise.all(lanes);
	}
	return got;
}

/** An engine's calls die with it: from that moment they are no one's. */
const engineDies = (n, phone) => async () => {
	phone.dead(workers[n].port);
	await workers[n].kill('engine');
	phone.lives(workers[n].port);
};
const storeDies = (n) => () => workers[n].kill('store');
const databaseDies = async () => {
	const pid = stack.pidOf('mariadbd');
	process.kill(pid, 'SIGKILL');
	await until('the database is back', () => !alive(pid) && answers(), 60000);
};
const databaseHangs = async () => {
	const pid = stack.pidOf('mariadbd');
	process.kill(pid, 'SIGSTOP');
	await new Promise((r) => setTimeout(r, 1000)); // as long as it hangs
	process.kill(pid, 'SIGCONT');
	await until('the database answers', answers, 60000);
};

test('calls at once: never one too many', async (t) => {
	const phone = await phoneAt(5080, { busy: (n) => n % 7 === 0 });
	try {
		await allTake(ATONCE);
		phone.seen.most = 0;
		const got = await storm(ATONCE, phone, [engineDies(0, phone), databaseHangs, storeDies(1), databaseDies, engineDies(2, phone), storeDies(3)],
			// Some are long: a place is free when the database has heard of the end, and
			// where that takes longer than the call, five are never seen at once.
			(done, n) => done > 300 && n > 60 && phone.seen.most >= AT_ONCE, [20, 55, 90, 125, 800]);
		t.diagnostic(`most at once ${phone.seen.most}, rang ${phone.seen.invited}, statuses ${JSON.stringify([...got])}`);
		assert.equal(phone.seen.most, AT_ONCE, 'reached, and not passed');
		// And nothing of it stays behind: as many as before, at once.
		phone.seen.most = 0;
		await until('all places are free again', async () => {
			const seen = await Promise.all(workers.flatMap((w) => [0, 1].map(() => caller.call(w.port, ATONCE, { talk_ms: 1500 }))));
			return seen.filter((s) => s === 200).length === AT_ONCE;
		}, 60000);
		assert.equal(phone.seen.most, AT_ONCE);
	} finally {
		phone.close();
	}
});

test('with the database away nobody is rung', async () => {
	const phone = await phoneAt(5080);
	const pid = stack.pidOf('mariadbd');
	try {
		await allTake(ATONCE);
		const { invited } = phone.seen;
		process.kill(pid, 'SIGSTOP');
		const got = await Promise.all(workers.flatMap((w) => [0, 1, 2].map(() => caller.call(w.port, ATONCE))));
		assert.equal(phone.seen.invited, invited);
		assert.deepEqual([...new Set(got)], [486], 'the way of who has no place');
	} finally {
		process.kill(pid, 'SIGCONT');
		phone.close();
	}
});

test('calls of a month: never one too many', async (t) => {
	// Every third is busy: what came to nothing does not count.
	const phone = await phoneAt(5081, { busy: (n) => n % 3 === 0 });
	try {
		const faults = [storeDies(0), engineDies(1, phone), databaseDies, storeDies(2), databaseHangs, engineDies(3, phone)];
		let still = 0, last = -1;
		const got = await storm(MONTHLY, phone, faults, (done, n) => {
			if (n !== last) [last, still] = [n, done];
			return n >= MONTH || done > still + 700;
		});
		await Promise.all(workers.flatMap((w) => Array.from({ length: 10 }, () => caller.call(w.port, MONTHLY))));
		t.diagnostic(`answered ${phone.seen.answered} of ${MONTH}, rang ${phone.seen.invited}, statuses ${JSON.stringify([...got])}`);
		assert.ok(phone.seen.answered <= MONTH, `${phone.seen.answered} of ${MONTH}`);
		assert.ok(phone.seen.answered > MONTH / 2, 'the limit was near');
		assert.ok(phone.seen.invited > phone.seen.answered);
	} finally {
		phone.close();
	}
});

test(`round robin over ${ROUND_CALLS} calls of four workers and their restarts`, async (t) => {
	const phones = await Promise.all([5082, 5083, 5084].map((p) => phoneAt(p, { answer_ms: 0 })));
	const counts = () => phones.map((p) => p.seen.invited);
	/** Turns that a worker took by its own count: the database was silent for
	 *  150 ms, as it may be on a busy machine. Each may call one member once
	 *  more, and leave out another one, whose turn was counted and told when
	 *  the call was over. */
	async function alone() {
		await until('all calls are in the database', () => stack.sqlOne("SELECT COUNT(*) FROM phone_call WHERE state = 'open'") === '0', 60000);
		return Number(stack.sqlOne(`SELECT COUNT(*) FROM call_event WHERE kind = 'step' AND branch = ${0xfff9}`));
	}
	async function even(why, base = [0, 0, 0]) {
		const n = counts().map((c, i) => c - base[i]);
		const apart = Math.max(...n) - Math.min(...n);
		if (apart > 1)
			assert.ok(apart <= 1 + 2 * (await alone()), `${why}: ${n}`);
	}
	async function some(n) {
		let left = n;
		const bad = [];
		await Promise.all(workers.flatMap((w) => Array.from({ length: LANES }, async () => {
			while (left-- > 0) {
				const status = await caller.call(w.port, ROUND, { talk_ms: 1, patience_ms: 30000 });
				if (status !== 200) bad.push(status);
			}
		})));
		assert.deepEqual(bad, []);
	}
	try {
		await some(ROUND_CALLS / 4);
		await even('a quarter');
		await workers[0].kill('engine');
		await workers[1].kill('store');
		await some(ROUND_CALLS / 4);
		await even('after an engine and a store');
		await workers[2].stop();
		await workers[2].start();
		await some(ROUND_CALLS / 4);
		await even('after a whole worker');
		await databaseDies();
		await until('every worker asks again', async () => {
			const before_ = Number(stack.sqlOne('SELECT COALESCE(MAX(next_turn), 0) FROM turn'));
			await Promise.all(workers.map((w) => caller.call(w.port, ROUND, { talk_ms: 1 })));
			return Number(stack.sqlOne('SELECT COALESCE(MAX(next_turn), 0) FROM turn')) === before_ + workers.length;
		}, 60000);
		const base = counts();
		await some(ROUND_CALLS / 4);
		await even('after the database', base);
		t.diagnostic(`rung ${counts()}`);
	} finally {
		phones.forEach((p) => p.close());
	}
});
