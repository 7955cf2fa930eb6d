// reports.mjs - the pages over many calls: make bench-reports.
//
// RT_BENCH_CALLS=100000 is the number of calls in all companies (100 thousand
// and 1 million in a few minutes, 10 million by hand), RT_BENCH_COMPANIES=200.
// Times are whole answers through nginx, p95 of RT_BENCH_REPEAT requests for
// the largest company, warm; the limit is the database alone reading the same
// rows, in the same run.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';

import { scratch } from '../tests/support/scratch.mjs';

const CALLS = Number(process.env.RT_BENCH_CALLS ?? 100000);
const COMPANIES = Number(process.env.RT_BENCH_COMPANIES ?? 200);
const REPEAT = Number(process.env.RT_BENCH_REPEAT ?? 20);

process.env.RT_TEST_DIR = scratch('rtb');
process.env.RT_TEST_ADDR = process.env.RT_BENCH_ADDR ?? '127.9.0.6';
const { build, startStack } = await import('../tests/support/stack.mjs');
const { typeId } = await import('../tests/support/two_companies.mjs');

const line = (name, value, unit, limit, note = '') =>
	console.log(`bench reports-${name} value=${value} unit=${unit} limit=${limit ?? '-'} ratio=${limit ? (unit === 'ms' ? limit / value : value / limit).toFixed(2) : '-'} note="${note}"`);

const stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '1000000'] });
try {
	const began = Date.now();
	const made = spawnSync(join(build, 'bench/bench_reports'), [join(stack.dir, 'run/my.sock'), userInfo().username, String(CALLS), String(COMPANIES)],
		{ encoding: 'utf8', maxBuffer: 1 << 26 });
	if (made.status !== 0) throw new Error(made.stderr);
	stack.sql('ANALYZE TABLE phone_call, interaction, call_fact, call_rollup');
	const com = stack.sqlOne("SELECT HEX(id) FROM company WHERE name = 'Bench 001'");
	const [rows] = stack.sql(`SELECT COUNT(*), (SELECT COUNT(*) FROM call_rollup WHERE company_id = x'${com}') FROM call_fact WHERE company_id = x'${com}'`)[0];
	console.error(`${CALLS} calls in ${COMPANIES} companies made in ${((Date.now() - began) / 1000).toFixed(0)} s; the largest has ${rows}`);

	const me = await stack.login();
	const moved = await me.submit('/', '/company', { company: typeId('com', Buffer.from(com, 'hex')) });
	if (moved.status !== 303) throw new Error(`company: ${moved.status}`);

	/** The database alone, on its own clock: median of five, in ms. */
	const alone = (sql) => {
		const times = [];
		for (let i = 0; i < 5; i++)
			times.push(Number(stack.sqlOne(`SET @a = SYSDATE(6); DO (SELECT COUNT(*) FROM (${sql}) AS x); SELECT TIMESTAMPDIFF(MICROSECOND, @a, SYSDATE(6)) / 1000`)));
		return Math.max(0.05, times.sort((a, b) => a - b)[2]);
	};
	const time = async (name, path, limit, note) => {
		const times = [];
		for (let i = 0; i < REPEAT + 3; i++) {
			const t = performance.now();
			const res = await me.fetch(path);
			await res.arrayBuffer();
			if (res.status !== 200) throw new Error(`${path}: ${res.status}`);
			if (i >= 3) times.push(performance.now() - t);
		}
		times.sort((a, b) => a - b);
		line(name, times[Math.ceil(REPEAT * 0.95) - 1].toFixed(1), 'ms', limit?.toFixed(2), `p95 of ${REPEAT}, p50 ${times[REPEAT >> 1].toFixed(1)}, calls ${CALLS}${note ? `, ${note}` : ''}`);
	};
	const rollup = (dimension, days) => `SELECT calls FROM call_rollup WHERE company_id = x'${com}' AND dimension = '${dimension}' AND bucket_at > UTC_TIMESTAMP() - INTERVAL ${days} DAY`;
	const facts = (days) => `SELECT result, source, talk_ms FROM call_fact WHERE company_id = x'${com}' AND started_at > UTC_TIMESTAMP() - INTERVAL ${days} DAY`;

	await time('overview', '/?range=30d', alone(rollup('total', 60)));
	await time('year-by-source', '/reports?by=source&range=365d', alone(rollup('source', 365)));
	await time('year-heat-map', '/reports?by=hour&metric=unanswered&range=365d', alone(rollup('total', 365)));
	await time('log-page-1', '/calls?range=365d', alone(`SELECT id FROM phone_call WHERE company_id = x'${com}' ORDER BY started_at DESC LIMIT 51`));
	const deep = Math.min(50000, Math.floor(rows * 0.9));
	const [at, id] = stack.sql(`SELECT CAST(UNIX_TIMESTAMP(started_at) * 1000000 AS SIGNED), HEX(id) FROM phone_call WHERE company_id = x'${com}' ORDER BY started_at DESC, id DESC LIMIT 1 OFFSET ${deep}`)[0];
	await time('log-page-deep', `/calls?range=365d&before=${at}-${typeId('cal', Buffer.from(id, 'hex'))}`,
		alone(`SELECT id FROM phone_call WHERE company_id = x'${com}' ORDER BY started_at DESC LIMIT 51`), `page ${Math.round(deep / 50)}`);
	await time('one-call', `/calls/${typeId('cal', Buffer.from(id, 'hex'))}`, alone(`SELECT id FROM phone_call WHERE company_id = x'${com}' AND id = x'${id}'`));
	await time('filter-30-days', '/calls?source=bing&talk_min=120&first=no&range=30d', alone(`${facts(30)} AND source = 'bing' AND talk_ms >= 120000 LIMIT 51`));
	await time('filter-rare-year', '/calls?source=nobody&range=365d', alone(`${facts(365)} AND source = 'nobody'`), 'no row fits: all are read');
	await time('search-30-days', '/calls?q=Caller+4999&range=30d', alone(facts(30)));
	await time('two-dimensions-30-days', '/reports?by=source&split=campaign&range=30d', alone(`SELECT source, campaign, COUNT(*) FROM call_fact WHERE company_id = x'${com}' AND started_at > UTC_TIMESTAMP() - INTERVAL 30 DAY GROUP BY 1, 2`));
	await time('two-dimensions-year', '/reports?by=source&split=campaign&range=365d', alone(`SELECT source, campaign, COUNT(*) FROM call_fact WHERE company_id = x'${com}' AND started_at > UTC_TIMESTAMP() - INTERVAL 365 DAY GROUP BY 1, 2`));

	// The export: rows a second, and the program's memory before and after.
	const rss = () => Number(readFileSync(`/proc/${stack.pidOf('dashboard.fcgi')}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]);
	const quick = performance.now();
	spawnSync('mariadb', ['--no-defaults', '-S', join(stack.dir, 'run/my.sock'), '-u', userInfo().username, '--quick', '-N', '-B', 'ringtrace', '-e',
		`SELECT f.*, c.number_e164, c.caller_e164, c.caller_name, c.answered_at, c.bridged_at, c.ended_at, c.hangup_by FROM call_fact f JOIN phone_call c ON c.company_id = f.company_id AND c.id = f.call_id
		WHERE f.company_id = x'${com}'`], { stdio: ['ignore', 'ignore', 'inherit'] });
	const limit = rows / ((performance.now() - quick) / 1000);
	await (await me.fetch('/calls.csv?range=30d')).arrayBuffer();
	const before = rss();
	const t = performance.now();
	const res = await me.fetch('/calls.csv?range=365d');
	let bytes = 0, lines = 0;
	for await (const chunk of res.body) {
		bytes += chunk.length;
		for (const b of chunk) lines += b === 10 ? 1 : 0;
	}
	const s = (performance.now() - t) / 1000;
	line('export', ((lines - 1) / s).toFixed(0), 'rows/s', limit.toFixed(0), `${lines - 1} rows, ${(bytes / 1e6).toFixed(1)} MB, memory ${before} -> ${rss()} KiB`);
} finally {
	await stack.stop();
	rmSync(process.env.RT_TEST_DIR, { recursive: true, force: true });
}
