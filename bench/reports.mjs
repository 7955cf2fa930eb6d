// reports.mjs - the pages over many calls: make bench-reports.
//
// RT_BENCH_CALLS=100000,1000000 are the numbers of calls in all companies, one
// after the other (10000000 takes 25 GB and half an hour; all is removed at the
// end); RT_BENCH_COMPANIES=200, the largest has a tenth of the calls. Times are
// whole answers through nginx, p95 of RT_BENCH_REPEAT requests for the largest
// company, warm; the limit is the database alone reading the same rows, in the
// same run. The last lines say how time grew from the first size to the last.
// RT_BENCH_KEEP=/tmp/reports keeps the filled databases there, a folder a size,
// and measures those that are there instead of filling them once more.
// RT_BENCH_FILL=1 only fills them.
// RT_BENCH_JUDGE=4 ends with status 1 when a page takes, in the middle of its
// requests, more than four times what it must at most: for debug builds on a
// busy machine, where the slowest request tells of the neighbours.
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, userInfo } from 'node:os';
import { join } from 'node:path';

import { scratch } from '../tests/support/scratch.mjs';

const SIZES = (process.env.RT_BENCH_CALLS ?? '100000,1000000').split(',').map(Number);
const COMPANIES = Number(process.env.RT_BENCH_COMPANIES ?? 200);
const REPEAT = Number(process.env.RT_BENCH_REPEAT ?? 20);
const JUDGE = Number(process.env.RT_BENCH_JUDGE ?? 0);
const KEEP = process.env.RT_BENCH_KEEP;
const MUST_MS = { rollup: 100, key: 50, filter: 500 };
const GROWTH_MAX = 2;
const POOL_BYTES = 2 ** 31; // the database's memory
const FILL_POOL_BYTES = 6 * 2 ** 30;

process.env.RT_TEST_DIR ??= scratch('rtb');
process.env.RT_TEST_ADDR ??= `127.9.${1 + (process.pid % 254)}.${1 + ((process.pid >> 8) % 254)}`;
const { build, startStack } = await import('../tests/support/stack.mjs');
const { typeId } = await import('../tests/support/two_companies.mjs');

const misses = [];
function line(name, value, unit, limit, note) {
	const ratio = limit ? (unit === 'ms' ? limit / value : value / limit).toFixed(2) : '0';
	console.log(`bench reports-${name} value=${value} unit=${unit} limit=${limit ? limit.toFixed(2) : 0} ratio=${ratio} note="${note}"`);
}

/** Runs the loaders side by side; nothing when an earlier run has. */
async function load(stack, calls) {
	const parts = Math.min(2, cpus().length);
	const began = Date.now();
	stack.sql(`SET GLOBAL innodb_buffer_pool_size = ${POOL_BYTES}`);
	const filled = join(stack.dir, 'filled');
	if (existsSync(filled)) return;
	// Made data need not survive a crash, and the keys by caller are written at
	// random: in memory while there is some.
	const [[log, io, io_max]] = stack.sql('SELECT @@innodb_log_file_size, @@innodb_io_capacity, @@innodb_io_capacity_max');
	stack.sql(`SET GLOBAL innodb_io_capacity_max = 4000; SET GLOBAL innodb_io_capacity = 4000; SET GLOBAL innodb_flush_log_at_trx_commit = 0; SET GLOBAL innodb_log_file_size = ${2 ** 31}; SET GLOBAL sort_buffer_size = ${2 ** 25};
		SET GLOBAL innodb_buffer_pool_size = ${calls > 1e6 ? FILL_POOL_BYTES : POOL_BYTES}`);
	await Promise.all(Array.from({ length: parts }, (_, part) => new Promise((done, fail) => {
		spawn(join(build, 'bench/bench_reports'), [join(stack.dir, 'run/my.sock'), userInfo().username, calls, COMPANIES, part, parts].map(String),
			{ stdio: ['ignore', 'ignore', 'inherit'] }).on('exit', (code) => code === 0 ? done() : fail(new Error(`bench_reports: status ${code}`)));
	})));
	stack.sql(`SET GLOBAL innodb_flush_log_at_trx_commit = 1; SET GLOBAL innodb_log_file_size = ${log}; SET GLOBAL sort_buffer_size = DEFAULT;
		SET GLOBAL innodb_buffer_pool_size = ${POOL_BYTES}; ANALYZE TABLE phone_call, interaction, interaction_tag, call_fact, call_fact_tag, call_pack, call_rollup;
		SET GLOBAL innodb_io_capacity = ${io}; SET GLOBAL innodb_io_capacity_max = ${io_max}`);
	const bytes = Number(stack.sqlOne("SELECT SUM(data_length + index_length) FROM information_schema.tables WHERE table_schema = 'ringtrace'"));
	writeFileSync(filled, '');
	console.error(`${calls} calls in ${COMPANIES} companies made in ${((Date.now() - began) / 1000).toFixed(0)} s, ${(bytes / 1e9).toFixed(2)} GB`);
}

/** The exports: rows a second against the client reading the same query. */
async function exportRows(stack, com, rows, get, calls) {
	const rss = (program) => Number(readFileSync(`/proc/${stack.pidOf(program)}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]);
	const quick = (sql) => {
		const t = performance.now();
		const r = spawnSync('mariadb', ['--no-defaults', '-S', join(stack.dir, 'run/my.sock'), '-u', userInfo().username, '--quick', '-N', '-B', 'ringtrace', '-e', sql],
			{ stdio: ['ignore', 'ignore', 'inherit'] });
		if (r.status !== 0) throw new Error('the limit could not be measured');
		return rows / ((performance.now() - t) / 1000);
	};
	const tags = (id) => `(SELECT GROUP_CONCAT(t.name) FROM interaction_tag x JOIN tag t ON t.company_id = x.company_id AND t.id = x.tag_id WHERE x.company_id = x'${com}' AND x.interaction_id = ${id})`;
	const page = `SELECT f.*, c.number_e164, c.caller_e164, c.caller_name, c.answered_at, c.bridged_at, c.ended_at, c.hangup_by, ${tags('f.call_id')}
		FROM call_fact f JOIN phone_call c ON c.company_id = f.company_id AND c.id = f.call_id WHERE f.company_id = x'${com}'`;
	const api = `SELECT c.*, i.*, v.*, n.label, t.name, d.name, l.name, w.gclid, w.gbraid, w.wbraid, w.fbclid, w.msclkid, ${tags('c.id')}, r.state, r.duration_ms
		FROM phone_call c LEFT JOIN interaction i ON i.company_id = c.company_id AND i.id = c.id LEFT JOIN call_verdict v ON v.company_id = c.company_id AND v.call_id = c.id
		LEFT JOIN number n ON n.company_id = c.company_id AND n.id = c.number_id LEFT JOIN tracker t ON t.company_id = c.company_id AND t.id = i.tracker_id
		LEFT JOIN destination d ON d.company_id = c.company_id AND d.id = c.destination_id LEFT JOIN location l ON l.company_id = c.company_id AND l.id = c.location_id
		LEFT JOIN visit w ON w.company_id = c.company_id AND w.id = i.visit_id LEFT JOIN recording r ON r.company_id = c.company_id
		AND r.id = (SELECT MIN(q.id) FROM recording q WHERE q.company_id = c.company_id AND q.call_id = c.id) WHERE c.company_id = x'${com}'`;
	for (const [name, program, sql, path] of [['csv', 'dashboard.fcgi', page, '/calls.csv?range=365d'], ['jsonl', 'dashboard.fcgi', page, '/calls.jsonl?range=365d'],
		['api', 'api.fcgi', api, '/api/v1/export/calls.jsonl?from=2020-01-01T00:00:00Z']]) {
		const samples = [], limits = [];
		let before = 0, n = 0, bytes = 0;
		for (let i = 0; i < 3; i++) {
			limits.push(quick(sql));
			const t = performance.now();
			const res = await get(path);
			if (res.status !== 200) throw new Error(`${path}: ${res.status}`);
			n = bytes = 0;
			for await (const chunk of res.body) {
				bytes += chunk.length;
				for (let k = chunk.indexOf(10); k !== -1; k = chunk.indexOf(10, k + 1)) n++;
			}
			samples.push(n / ((performance.now() - t) / 1000));
			before ||= rss(program);
		}
		samples.sort((a, b) => a - b);
		limits.sort((a, b) => a - b);
		line(`export-${name}`, samples[1].toFixed(0), 'rows/s', limits[1], `median of 3, ${samples[0].toFixed(0)} to ${samples[2].toFixed(0)}, ${n} rows, ${(bytes / 1e6).toFixed(1)} MB, memory ${before} -> ${rss(program)} KiB, calls ${calls}`);
	}
}

/** Everything at one size; what each page took. */
async function at(calls) {
	const dir = KEEP ? join(KEEP, String(calls)) : process.env.RT_TEST_DIR;
	if (KEEP) mkdirSync(KEEP, { recursive: true });
	const stack = await startStack({ dir, without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '1000000'] });
	const found = new Map();
	try {
		await load(stack, calls);
		if (process.env.RT_BENCH_FILL) return found;
		const com = stack.sqlOne("SELECT HEX(id) FROM company WHERE name = 'Bench 001'");
		const rows = Number(stack.sqlOne(`SELECT COUNT(*) FROM call_fact WHERE company_id = x'${com}'`));
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
		const time = async (kind, name, path, sql, note = '') => {
			const times = [];
			for (let i = 0; i < REPEAT + 3; i++) {
				const t = performance.now();
				const res = await me.fetch(path);
				await res.arrayBuffer();
				if (res.status !== 200) throw new Error(`${path}: ${res.status}`);
				if (i >= 3) times.push(performance.now() - t);
			}
			times.sort((a, b) => a - b);
			const p95 = times[Math.ceil(REPEAT * 0.95) - 1], p50 = times[REPEAT >> 1];
			line(name, p95.toFixed(1), 'ms', alone(sql), `p95 of ${REPEAT}, p50 ${p50.toFixed(1)}, must ${MUST_MS[kind]}, calls ${calls}${note}`);
			if (JUDGE && p50 > JUDGE * MUST_MS[kind]) misses.push(`${name}: ${p50.toFixed(1)} ms in the middle of ${REPEAT} at ${calls} calls`);
			if (kind !== 'filter') found.set(name, p50);
		};
		const since = (column, days) => `${column} > UTC_TIMESTAMP() - INTERVAL ${days} DAY`;
		const sums = (dimension, days) => `SELECT value, SUM(calls) FROM call_rollup WHERE company_id = x'${com}' AND dimension = '${dimension}' AND ${since('bucket_at', days)} GROUP BY value`;
		const facts = (days, more = '') => `SELECT call_id FROM call_fact WHERE company_id = x'${com}' AND ${since('started_at', days)}${more}`;
		const log = `SELECT id FROM phone_call WHERE company_id = x'${com}' ORDER BY started_at DESC LIMIT 51`;

		await time('rollup', 'overview', '/?range=30d', sums('total', 60));
		await time('rollup', 'overview-year', '/?range=365d', sums('total', 365));
		for (const by of ['source', 'campaign', 'keyword', 'landing', 'number', 'place'])
			await time('rollup', `year-by-${by}`, `/reports?by=${by}&range=365d`, sums(`${by}/16`, 365));
		await time('rollup', 'month-by-keyword', '/reports?by=keyword&range=30d', sums('keyword/1', 30));
		await time('rollup', 'year-heat-map', '/reports?by=hour&metric=unanswered&range=365d', sums('total', 365));
		await time('key', 'log-page-1', '/calls?range=365d', log);
		const deep = Math.min(50000, Math.floor(rows * 0.9));
		const [[us, id]] = stack.sql(`SELECT CAST(UNIX_TIMESTAMP(started_at) * 1000000 AS SIGNED), HEX(id) FROM phone_call WHERE company_id = x'${com}' ORDER BY started_at DESC, id DESC LIMIT 1 OFFSET ${deep}`);
		const call = typeId('cal', Buffer.from(id, 'hex'));
		await time('key', 'log-page-deep', `/calls?range=365d&before=${us}-${call}`, log, `, page ${Math.round(deep / 50)}`);
		await time('key', 'one-call', `/calls/${call}`, `SELECT id FROM phone_call WHERE company_id = x'${com}' AND id = x'${id}'`);
		await time('filter', 'filter-30-days', '/calls?source=bing&talk_min=120&first=no&range=30d', facts(30, " AND source = 'bing' AND talk_ms >= 120000 LIMIT 51"));
		const tag = (n) => `tag=${typeId('tag', Buffer.from(String(n).padStart(32, '0'), 'hex'))}`;
		const tagged = (n, more = '') => `SELECT interaction_id FROM interaction_tag WHERE company_id = x'${com}' AND tag_id = x'${String(n).padStart(32, '0')}'${more}`;
		await time('filter', 'filter-tag-year', `/calls?${tag(1)}&range=365d`, tagged(1, ' LIMIT 51'));
		await time('filter', 'filter-rare-tag-year', `/calls?${tag(2)}&range=365d`, tagged(2));
		await time('filter', 'filter-value-year', '/calls?value_min=900000&range=365d', facts(365, ' AND value_micros >= 900000000000'), ', no row fits');
		await time('filter', 'filter-talk-year', '/calls?talk_min=399&value_min=1&source=bing&range=365d', facts(365, " AND talk_ms >= 399000 AND value_micros >= 1000000 AND source = 'bing' LIMIT 51"), ', few fit');
		await time('filter', 'filter-risk-year', '/calls?risk_min=80&range=365d', facts(365, ' AND risk >= 80'), ', no row fits');
		await time('filter', 'search-year', '/calls?q=Caller+4999&range=365d', facts(365));
		await time('filter', 'search-number-year', '/calls?q=999999&range=365d', facts(365), ', part of a number');
		await time('filter', 'search-nothing-year', '/calls?q=nobody+at+all&range=365d', facts(365), ', no row fits');
		await time('filter', 'report-tag-year', `/reports?by=source&${tag(1)}&range=365d`, tagged(1));
		await time('filter', 'report-talk-year', '/reports?by=source&talk_min=45&range=365d', facts(365, ' AND talk_ms >= 45000'));
		await time('filter', 'report-own-limit-year', '/reports?by=campaign&metric=own&own=45&range=365d', facts(365));
		await time('filter', 'two-families-year', '/reports?by=source&split=keyword&range=365d', facts(365));
		await time('filter', 'filter-rare-year', '/calls?source=nobody&range=365d', facts(365, " AND source = 'nobody'"), ', no row fits');
		await time('filter', 'search-30-days', '/calls?q=Caller+4999&range=30d', facts(30));
		await time('filter', 'two-dimensions-30-days', '/reports?by=source&split=campaign&range=30d', facts(30));
		await time('filter', 'two-dimensions-year', '/reports?by=source&split=campaign&range=365d', facts(365));

		const token = `rtk_${randomBytes(32).toString('base64url')}`;
		stack.sql(`INSERT INTO api_key (account_id, company_id, id, name, hint, key_hash, scopes, created_by, created_at)
			SELECT account_id, x'${com}', x'${randomBytes(16).toString('hex')}', 'bench', 'rtk_', x'${createHash('sha256').update(token).digest('hex')}', 'export:read', id, UTC_TIMESTAMP(6) FROM user LIMIT 1`);
		await exportRows(stack, com, rows, (path) => path.startsWith('/api/') ? stack.fetch(path, { headers: { authorization: `Bearer ${token}` } }) : me.fetch(path), calls);
	} finally {
		await stack.stop();
		if (!KEEP) rmSync(stack.dir, { recursive: true, force: true });
	}
	return found;
}

const all = [];
for (const calls of SIZES) all.push(await at(calls));
if (all.length > 1 && !process.env.RT_BENCH_FILL)
	for (const [name, ms] of all.at(-1)) {
		const growth = ms / all[0].get(name);
		line(`growth-${name}`, growth.toFixed(2), 'times', 0, `p50 at ${SIZES.at(-1)} calls / at ${SIZES[0]}, must ${GROWTH_MAX} for ten times`);
	}
for (const text of misses) console.error(`missed: ${text}`);
process.exitCode = misses.length > 0 ? 1 : 0;
