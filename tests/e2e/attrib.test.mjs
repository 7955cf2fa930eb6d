// `ringtrace attrib`: what would change is said first and then done, the
// reports follow exactly, and who did it is on record.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { baseOf, dice, quote, uuid } from '../browser/seed.mjs';
import { rule } from '../support/api.mjs';
import { build, startStack } from '../support/stack.mjs';

let stack, base;
const rnd = dice(23);
const now = Date.now();
const time = (ms) => `'${new Date(ms).toISOString().replace('T', ' ').replace('Z', '')}'`;

before(async () => {
	stack = await startStack({ without: ['nginx', 'dashboard', 'admin', 'api', 'dni', 'jobd', 'sipworker'] });
	base = baseOf(stack);
});
after(() => stack?.stop());

function verb(noun, name, ...args) {
	const r = spawnSync(join(build, 'ringtrace'), [noun, name, '-c', stack.conf, ...args], { encoding: 'utf8' });
	return { status: r.status, out: r.stdout, err: r.stderr };
}

/** A visit that is shown a number. */
function shown(at, source, { seenAt = at, visitor = uuid(at, rnd), number = base.number } = {}) {
	const [visit, lease] = [uuid(at, rnd), uuid(at, rnd)];
	const own = `x'${base.company}'`;
	stack.sql(`START TRANSACTION;
		INSERT INTO visit (company_id, id, site_id, visitor_id, started_at, seen_at, landing_url, landing_page, source, medium) VALUES (${own}, x'${visit}', x'${base.site}',
			x'${visitor}', ${time(at)}, ${time(seenAt)}, 'https://x.example/', 'x.example/', ${quote(source)}, 'cpc');
		INSERT INTO lease (company_id, id, pool_id, number_id, number_e164, visit_id, epoch, started_at, beat_at, expires_at) VALUES (${own}, x'${lease}', x'${base.pool}',
			x'${number.id}', '${number.e164}', x'${visit}', 1, ${time(at)}, ${time(seenAt)}, ${time(seenAt + 100000)});
		COMMIT;`);
}

/** A call that nobody is credited with. */
function rang(at, { number = base.number, caller = `+1415555${String(Math.floor(rnd() * 9000) + 1000)}` } = {}) {
	const id = uuid(at, rnd);
	const own = `x'${base.company}'`;
	stack.sql(`START TRANSACTION;
		INSERT INTO interaction (company_id, id, kind, happened_at) VALUES (${own}, x'${id}', 'call', ${time(at)});
		INSERT INTO phone_call (company_id, id, state, result, number_id, number_e164, pool_id, caller_e164, started_at) VALUES (${own}, x'${id}', 'closed', 'missed',
			x'${number.id}', '${number.e164}', x'${base.pool}', '${caller}', ${time(at)});
		COMMIT;`);
	return id;
}

/** A visit with its lease, seconds before a call. */
function call(at, source, ago = 20) {
	shown(at - ago * 1000, source, { seenAt: at - 1000 });
	return rang(at);
}

test('nothing to do, wrong days, too few calls', () => {
	assert.match(verb('attrib', 'rerun').out, /0 calls of pool numbers looked at/);
	assert.match(verb('attrib', 'rerun', '--from', '2026-02-30').err, /no such day/);
	assert.match(verb('attrib', 'rerun', '--from', '2026-03-02', '--to', '2026-03-01').err, /must not be after/);
	assert.match(verb('attrib', 'fit').out, /fewer than 30 first calls/);
	assert.equal(verb('attrib', 'dance').status, 2);
});

test('rerun: said, done, exact, on record', () => {
	const ids = [call(now - 5 * 86400000, 'google'), call(now - 4 * 86400000, "o'neill"), call(now - 3 * 86400000, 'google')];
	const credits = () => stack.sql(`SELECT attributed_by, source, rule_version FROM interaction WHERE id IN (${ids.map((i) => `x'${i}'`).join(',')}) ORDER BY happened_at`);
	assert.equal(verb('rollup', 'rebuild', '--days', '8').status, 0);

	const dry = verb('attrib', 'rerun');
	assert.equal(dry.status, 0, dry.err);
	assert.match(dry.out, /3 calls of pool numbers looked at .*; 3 would change/);
	assert.match(dry.out, /credited to nothing, now to visit: 3/);
	assert.match(dry.out, /google \/ cpc +0 +2\n/);
	assert.match(dry.out, /o'neill \/ cpc +0 +1\n/);
	assert.deepEqual(credits().map((r) => r[0]), ['none', 'none', 'none'], 'nothing is written');
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM audit WHERE action LIKE 'attrib.%'"), '0');

	const done = verb('attrib', 'rerun', '--apply');
	assert.match(done.out, /; 3 changed/, done.err);
	assert.deepEqual(credits(), ['google', "o'neill", 'google'].map((source) => ['visit', source, String(rule)]));
	assert.equal(verb('rollup', 'verify', '--days', '8').status, 0, 'the reports follow');
	assert.deepEqual(stack.sql("SELECT action, COALESCE(JSON_VALUE(after_json, '$.changed'), '') FROM audit WHERE action LIKE 'attrib.%' ORDER BY action"),
		[['attrib.rerun', ''], ['attrib.rerun.done', '3']]);
	assert.match(verb('attrib', 'rerun', '--apply').out, /; 0 changed/, 'again: nothing left');
	const old = new Date(now - 20 * 86400000).toISOString().slice(0, 10);
	assert.match(verb('attrib', 'rerun', '--from', old, '--to', old).out, /0 calls of pool numbers/);
});

// Who called before is known by what that call is credited to: here the second call, of another number that a stranger was shown last.
test('what is said is what is done, also of who calls again', () => {
	const at = now - 40 * 86400000, caller = '+14155550199', visitor = uuid(at, rnd);
	const [id, e164] = stack.sql(`SELECT HEX(n.id), n.e164 FROM number n JOIN pool_number p ON p.number_id = n.id WHERE n.company_id = x'${base.company}'
		AND n.id <> x'${base.number.id}' LIMIT 1`)[0];
	const number = { id, e164 };
	const day = [...[new Date(at - 86400000), new Date(at + 86400000)].map((d) => d.toISOString().slice(0, 10))];
	const lines = (out) => out.split('\n').filter((l) => /^ {2}|cpc|not known/.test(l));

	shown(at, 'google', { visitor });
	const first = rang(at + 20000, { caller });
	shown(at + 3600000, 'newsletter', { visitor, number });
	shown(at + 3900000, 'bing', { number });
	const second = rang(at + 4020000, { caller, number });
	const credits = () => stack.sql(`SELECT attributed_by, COALESCE(source, ''), COALESCE(probability_bp, 0) FROM interaction WHERE id IN (x'${first}', x'${second}') ORDER BY happened_at`);

	const dry = verb('attrib', 'rerun', '--from', day[0], '--to', day[1]);
	assert.match(dry.out, /2 calls of pool numbers looked at .*; 2 would change/, dry.err);
	assert.deepEqual(credits().map((r) => r[0]), ['none', 'none'], 'nothing is written');
	assert.equal(stack.sqlOne('SELECT COUNT(*) FROM attrib_run_guess'), '0', 'and nothing is left');
	const done = verb('attrib', 'rerun', '--from', day[0], '--to', day[1], '--apply');
	assert.match(done.out, /; 2 changed/, done.err);
	assert.deepEqual(lines(dry.out), lines(done.out));
	assert.deepEqual(credits().map((r) => r.slice(0, 2)), [['visit', 'google'], ['visit', 'newsletter']]);
});

// Its calls have no pool, and its visits no lease.
test('calls of a pool\'s overflow number are looked at again, too', () => {
	// In the evening of UTC, which is the same day in the company's zone.
	const at = Math.floor(now / 86400000 - 60) * 86400000 + 20 * 3600000, day = new Date(at).toISOString().slice(0, 10), own = `x'${base.company}'`;
	const [id, e164] = stack.sql("SELECT HEX(id), e164 FROM number WHERE id = (SELECT overflow_number_id FROM pool)")[0];
	for (const [ago, source] of [[20, 'google'], [80000, 'bing']]) {
		const visit = uuid(at - ago * 1000, rnd), seen = time(at - ago * 1000);
		stack.sql(`INSERT INTO visit (company_id, id, site_id, visitor_id, started_at, seen_at, landing_url, landing_page, source, medium) VALUES (${own}, x'${visit}', x'${base.site}',
			x'${uuid(at, rnd)}', ${seen}, ${seen}, 'https://x.example/', 'x.example/', '${source}', 'cpc');
			INSERT INTO overflow_shown (company_id, number_id, shown_at, visit_id, seen_at) VALUES (${own}, x'${id}', ${seen}, x'${visit}', ${seen})`);
	}
	const call = rang(at, { number: { id, e164 } });
	const credit = () => stack.sql(`SELECT attributed_by, source, lease_id IS NULL, JSON_VALUE(evidence, '$.candidates[0].overflow_s'), JSON_LENGTH(evidence, '$.candidates')
		FROM interaction WHERE id = x'${call}'`)[0];
	stack.sql(`UPDATE phone_call SET pool_id = NULL WHERE id = x'${call}'; UPDATE interaction SET evidence = '{"candidates":[{"caller":"unknown"}]}' WHERE id = x'${call}'`);
	assert.match(verb('attrib', 'rerun', '--from', day, '--to', day, '--apply').out, /; 1 changed/);
	assert.deepEqual(credit(), ['visit', 'google', '1', '20', '2']);
	assert.match(verb('attrib', 'rerun', '--from', day, '--to', day, '--apply').out, /; 0 changed/);
});

test('fit: learnt from what there is', () => {
	for (let i = 0; i < 32; i++) call(now - (6 + i / 3) * 86400000, 'google', 200);
	const fit = verb('attrib', 'fit');
	assert.match(fit.out, /law 1 from 3\d calls and 3\d visits/, fit.err);
	assert.match(verb('attrib', 'fit').out, /law 2 from/);
	assert.equal(stack.sqlOne('SELECT MAX(version) FROM attrib_law'), '2');
});
