// The commands of docs/OPERATING.md, Backup and restore, as they stand there:
// taken while a call goes on, brought back in a folder that knows nothing of
// it. Figures and recordings are the same, and what is restored works on.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { build, dir, startStack, until } from '../support/stack.mjs';
import { endAll } from '../support/sip.mjs';
import { aNumber, bridged, calls, closed, listening, place } from '../support/drill.mjs';

const section = readFileSync('docs/OPERATING.md', 'utf8').split('\n## ').find((s) => s.startsWith('Backup and restore\n'));
const [backup, restore] = section.match(/(?:^ {4}.+\n)+/gm);
const old = join(dir, 'a'), fresh = join(dir, 'b');
let stack, rows, me, figures;

after(async () => {
	await endAll();
	await stack?.stop();
});

/** In the folder where `var` lies. */
function sh(script, cwd) {
	const r = spawnSync('sh', ['-c', `set -e\n${script}`], { cwd, encoding: 'utf8' });
	assert.equal(r.status, 0, `${script}\n${r.stderr}`);
}
const line = (block, word) => block.split('\n').filter((l) => l.includes(word)).join('\n');
const doctor = () => spawnSync(join(build, 'ringtrace'), ['doctor', '-c', stack.conf], { encoding: 'utf8' }).stdout;

/** The sums that pages show. */
const sums = () => stack.sql(`SELECT 'calls', COUNT(*), SUM(talk_ms) FROM phone_call WHERE state = 'closed'
	UNION ALL SELECT 'sums', SUM(calls), SUM(talk_ms) FROM call_rollup
	UNION ALL SELECT 'visits', COUNT(*), 0 FROM visit UNION ALL SELECT 'audit', COUNT(*), 0 FROM audit`);

test('a backup is taken while a call goes on', async () => {
	for (const at of [dir, old, fresh]) {
		mkdirSync(at, { recursive: true });
		chmodSync(at, 0o755);
	}
	stack = await startStack({ dir: join(old, 'var') });
	await listening(stack);
	const c = await place(aNumber(stack), { talk_ms: 4500 });
	await c.carrier.ended;
	await c.phone.stop();
	await closed(stack, 1);
	await until('it can be played', () => calls(stack)[0][2] === 'ready');
	const goes = await place(aNumber(stack), { talk_ms: 0 });
	await bridged(goes);
	await until('it is in the database', () => calls(stack).length === 2);
	rows = calls(stack);
	figures = sums();
	me = stack.demo();
	sh(backup, old);
	await goes.carrier.stop();
	await goes.phone.stop();
	await stack.stop();
});

test('and brought back where nothing is known of it', async () => {
	stack = await startStack({ dir: join(fresh, 'var'), demo: false });
	for (const name of ['ringtrace.sql.gz', 'recordings.tar', 'secret.tar']) renameSync(join(old, name), join(fresh, name));
	sh(line(restore, 'mariadb'), fresh);
	await stack.stop();
	sh(line(restore, 'tar '), fresh);
	stack = await startStack({ dir: join(fresh, 'var'), demo: false });
	await listening(stack);
	assert.deepEqual(calls(stack)[0], rows[0]);
	assert.deepEqual(sums().filter(([what]) => what !== 'audit'), figures.filter(([what]) => what !== 'audit'));
});

test('people sign in, the recording plays, and the next call works', async () => {
	const client = await stack.login(me.email, me.password);
	const page = await (await client.fetch('/calls')).text();
	assert.ok(page.includes('/calls/cal_'));
	const path = calls(stack)[0][4];
	assert.deepEqual(readFileSync(join(fresh, 'var/recordings', path)), readFileSync(join(old, 'var/recordings', path)));
	const c = await place(aNumber(stack), { talk_ms: 4500 });
	await c.carrier.ended;
	await c.phone.stop();
	await until('it is in the log', () => calls(stack).at(-1)[1] === 'answered' && calls(stack).length === 3);
	assert.equal(c.ends()[0].status, '200');
});

test('jobd may erase what was restored, and the doctor says where it may not', async () => {
	const said = doctor();
	assert.match(said, /^ok +recordings /m, said);
	assert.match(said, /^ok +journal /m);
	if (process.getuid() !== 0 || /^note +user +/m.test(said)) return;
	sh('cp -r var/recordings copied && rm -r var/recordings/* && cp -r copied/* var/recordings/', fresh);
	assert.match(doctor(), /^BAD +recordings +recorder or jobd may not write in \d+ of \d+ folders /m);
});
