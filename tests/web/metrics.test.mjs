// GET /metrics: Prometheus' text by its rules, of every program, and each
// metric in the operator's table, which names no other.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { readMetrics } from '../support/prom.mjs';
import { startStack, until } from '../support/stack.mjs';

let stack;
before(async () => {
	stack = await startStack();
});
after(() => stack?.stop());

const page = async () => (await stack.fetch('/metrics')).text();
const PROGRAMS = ['admin', 'api', 'dashboard', 'dni', 'jobd', 'sipworker'];

/** Rows of the table of docs/OPERATING.md: name -> { type, labels }. */
function documented() {
	const rows = readFileSync('docs/OPERATING.md', 'utf8').match(/^\| `ringtrace_\w+` \|.*$/gm) ?? [];
	return new Map(
		rows.map((row) => {
			const [name, type, labels, what] = row.split('|').slice(1, 5).map((cell) => cell.trim());
			assert.ok(what, row);
			return [name.replaceAll('`', ''), { type, labels: new Map([...labels.matchAll(/`(\w+)`(?:: ([^;]+))?/g)].map((m) => [m[1], m[2]?.split(', ')])) }];
		}),
	);
}

test('the page follows the rules of the format and of naming', async () => {
	const res = await stack.fetch('/metrics');
	assert.match(res.headers.get('content-type'), /^text\/plain; version=0\.0\.4/);
	const { wrong, metrics } = readMetrics(await res.text());
	assert.deepEqual(wrong, []);
	assert.equal(metrics.get('ringtrace_database_up').rows[0].value, 1);
});

test('every program counts, and what it did', async () => {
	await until('all programs have a page', async () => {
		const { metrics } = readMetrics(await page());
		const seen = new Set(metrics.get('ringtrace_http_requests_total').rows.map((r) => r.labels.program));
		return PROGRAMS.every((p) => seen.has(p)) && seen.size === PROGRAMS.length;
	});
	const count = async (name, labels) =>
		readMetrics(await page()).metrics.get(name).rows.find((r) => Object.entries(labels).every(([k, v]) => r.labels[k] === v)).value;
	const before = await count('ringtrace_http_requests_total', { program: 'dashboard', status: '4xx' });
	const busy = await count('ringtrace_http_busy_seconds_total', { program: 'dashboard' });
	assert.equal((await stack.fetch('/no-such-page')).status, 404);
	assert.equal(await count('ringtrace_http_requests_total', { program: 'dashboard', status: '4xx' }), before + 1);
	// Seconds, not the microseconds it is counted in.
	const more = (await count('ringtrace_http_busy_seconds_total', { program: 'dashboard' })) - busy;
	assert.ok(more > 0 && more < 60, `${more}`);
});

test('the table names each metric with its type and labels, and no other', async () => {
	const { metrics } = readMetrics(await page());
	const table = documented();
	assert.deepEqual([...table.keys()].sort(), [...metrics.keys()].sort());
	for (const [name, { type, rows }] of metrics) {
		const said = table.get(name);
		assert.equal(said.type, type, name);
		const labels = Object.keys(rows[0].labels).filter((l) => l !== 'program');
		assert.deepEqual([...said.labels.keys()], labels, name);
		for (const label of labels) assert.deepEqual(said.labels.get(label).sort(), [...new Set(rows.map((r) => r.labels[label]))].sort(), `${name} ${label}`);
	}
});

test('others are refused', async () => {
	const away = await stack.fetch('/metrics', { headers: { 'x-forwarded-for': '203.0.113.9' } });
	assert.equal(away.status, 403);
	assert.doesNotMatch(await away.text(), /ringtrace_/);
});

test('what breaks the rules is seen', () => {
	const ok = '# HELP ringtrace_a_total A.\n# TYPE ringtrace_a_total counter\nringtrace_a_total{why="x"} 1\n';
	assert.deepEqual(readMetrics(ok).wrong, []);
	const bad = {
		'no end of line': ok.slice(0, -1),
		'no HELP': ok.replace(/^.*\n/, ''),
		'no TYPE': ok.replace(/# TYPE.*\n/, ''),
		'no help': ok.replace(' A.', ''),
		'told twice': ok + ok,
		'a row twice': `${ok}ringtrace_a_total{why="x"} 2\n`,
		'other labels': `${ok}ringtrace_a_total{how="x"} 2\n`,
		'one label twice': `${ok}ringtrace_a_total{why="x",why="y"} 2\n`,
		'open value': `${ok}ringtrace_a_total{why="x} 2\n`,
		'a quote in a value': `${ok}ringtrace_a_total{why="x"y"} 2\n`,
		'not a number': `${ok}ringtrace_a_total{why="y"} many\n`,
		'another group': `${ok}ringtrace_b_total 1\n`,
		'a counter without _total': ok.replaceAll('_total', ''),
		'a gauge with it': ok.replace('counter', 'gauge'),
		'not in base units': ok.replaceAll('_a_', '_busy_microseconds_'),
		'not ours': ok.replaceAll('ringtrace_', ''),
		'too many values': ok + Array.from({ length: 30 }, (_, i) => `ringtrace_a_total{why="${i}"} 1\n`).join(''),
	};
	for (const [why, text] of Object.entries(bad)) assert.notDeepEqual(readMetrics(text).wrong, [], why);
});
