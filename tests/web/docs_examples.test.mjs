// What the pages of docs/ tell a programmer to type is typed here, in a shell,
// word by word and in their order; an id that a page leaves open ("pol_…") is the
// newest of its kind, as the answers before gave it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { addOneOfEach, apiOf } from '../support/api.mjs';
import { build, dir, startStack } from '../support/stack.mjs';
import { addCompanies } from '../support/two_companies.mjs';

const run = promisify(execFile);
let stack, world, key, at;

before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker', 'jobd'] });
	world = addCompanies(stack);
	addOneOfEach(stack, world);
	key = apiOf(stack).addKey(world.alpha, undefined, { by: world.users.owner.id });
	at = mkdtempSync(join(dir, 'typed'));
});
after(async () => {
	await stack?.stop();
	if (at) rmSync(at, { recursive: true, force: true });
});

/** The blocks of a page in one language, each with the heading it stands under. */
function blocks(page, language) {
	const found = [];
	let heading = '', block = null;
	for (const line of readFileSync(`docs/${page}`, 'utf8').split('\n')) {
		if (block === null && line.startsWith('## ')) heading = line.slice(3);
		if (block === null) block = line === '```' + language ? [] : null;
		else if (line === '```') found.push({ heading, text: block.join('\n') }), (block = null);
		else block.push(line);
	}
	return found;
}

/** The commands of a block: a line, and those that go on with it inside quotes or after a backslash. */
function commands(text) {
	const all = [];
	let open = false;
	for (const line of text.split('\n')) {
		if (open) all[all.length - 1] += `\n${line}`;
		else all.push(line);
		open = (all.at(-1).split("'").length - 1) % 2 === 1 || line.endsWith('\\');
	}
	return all;
}

test('API.md: each command is answered as one that was done', async () => {
	const ids = { cal: world.alpha.callId, sit: world.alpha.siteId };
	let asked = 0;
	for (const { heading, text } of blocks('API.md', 'sh'))
		for (const command of commands(text)) {
			if (!command.startsWith('curl ')) continue;
			const typed = command.replace(/([a-z]{3})_…/g, (_, kind) => ids[kind] ?? assert.fail(`${heading}: no ${kind}_ was made before`))
				.replace(/^curl -s/, 'curl -s -D head');
			await run('bash', ['-c', `api=${stack.url}/api/v1; key="Authorization: Bearer ${key}"; { ${typed}\n} >answer && if [ -e calls.jsonl ]; then cat calls.jsonl >>answer; fi`], { cwd: at });
			const status = Number(readFileSync(join(at, 'head'), 'latin1').match(/^HTTP\/1\.1 (\d+)/)[1]);
			const answer = readFileSync(join(at, 'answer'), 'utf8');
			assert.ok(status >= 200 && status < 300, `${heading}: ${command}\n${status} ${answer}`);
			for (const [, kind, id] of answer.matchAll(/^\{"id":\s*"([a-z]{3})_(\w+)"/g)) ids[kind] = `${kind}_${id}`;
			asked++;
		}
	assert.ok(asked >= 16, `${asked} commands`);
});

test('FLOWS.md: its flow is one, and its case goes the way it says', async () => {
	const [flow, cases] = blocks('FLOWS.md', 'json').map(({ text }) => text);
	writeFileSync(join(at, 'flow.json'), flow);
	writeFileSync(join(at, 'flow.cases.json'), cases);
	const ringtrace = (...args) => run(join(build, 'ringtrace'), ['flow', ...args, join(at, 'flow.json')]);
	await ringtrace('check');
	const { stdout } = await ringtrace('test');
	assert.match(stdout, /Monday morning/);
});
