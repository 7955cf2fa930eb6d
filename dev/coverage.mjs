// coverage.mjs rooms SUMMARY.json FLOORS - lines and branches by room against
// their floors.
// coverage.mjs files SUMMARY.json - lines and branches by file, the most
// unreached branches first.
import { readFileSync } from 'node:fs';

const [what, summary, floorsFile] = process.argv.slice(2);
const files = JSON.parse(readFileSync(summary, 'utf8')).files;
const LEAST = { lines: 85, branches: 75 }; // docs/TESTING.md
const percent = (hit, all) => (all === 0 ? 100 : (100 * hit) / all);

if (what === 'files') {
	const missed = (f) => f.branch_total - f.branch_covered;
	for (const f of files.sort((a, b) => missed(b) - missed(a)))
		console.log(`${f.filename.padEnd(36)} ${percent(f.line_covered, f.line_total).toFixed(1).padStart(6)}% ` +
			`${String(f.line_total - f.line_covered).padStart(4)} lines missed ` +
			`${percent(f.branch_covered, f.branch_total).toFixed(1).padStart(6)}% ${String(missed(f)).padStart(4)} branches missed`);
	process.exit(0);
}

const rooms = new Map();
for (const f of files) {
	const room = f.filename.split('/').slice(0, -1).join('/');
	const sum = rooms.get(room) ?? { lines: 0, linesHit: 0, branches: 0, branchesHit: 0 };
	sum.lines += f.line_total;
	sum.linesHit += f.line_covered;
	sum.branches += f.branch_total;
	sum.branchesHit += f.branch_covered;
	rooms.set(room, sum);
}
const floors = new Map();
for (const line of readFileSync(floorsFile, 'utf8').split('\n')) {
	const [room, lines, branches] = line.replace(/#.*/, '').trim().split(/\s+/);
	if (room) floors.set(room, { lines: Number(lines), branches: Number(branches) });
}
let bad = 0;
console.log(`${'room'.padEnd(22)} ${'lines'.padStart(7)} ${'floor'.padStart(6)} ${'branches'.padStart(9)} ${'floor'.padStart(6)}`);
for (const [room, s] of [...rooms].sort(([a], [b]) => (a < b ? -1 : 1))) {
	const floor = floors.get(room);
	const lines = percent(s.linesHit, s.lines);
	const branches = percent(s.branchesHit, s.branches);
	// A room that nobody gave a floor has the least of all.
	const { lines: least, branches: leastBranches } = floor ?? LEAST;
	const low = lines < Math.max(least, LEAST.lines) || branches < Math.max(leastBranches, LEAST.branches);
	if (low) bad++;
	console.log(`${room.padEnd(22)} ${lines.toFixed(1).padStart(6)}% ${String(floor?.lines ?? '-').padStart(6)} ` +
		`${branches.toFixed(1).padStart(8)}% ${String(floor?.branches ?? '-').padStart(6)}${low ? '  BELOW' : ''}`);
}
if (bad > 0) console.log(`${bad} rooms are below their floor`);
process.exit(bad > 0 ? 1 : 0);
