// Prompts through nginx, admin.fcgi, MySQL and jobd with its speech programs:
// written or uploaded, made, heard, and nobody else's.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { dir, startStack, until } from '../support/stack.mjs';
import { addCompanies, hex, hostile } from '../support/two_companies.mjs';

// Control bytes are refused before any form is looked at.
const markup = hostile.replaceAll('\u0001', '');

let stack, world, owner, viewer;
before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker'], args: ['--web-rate', '100000'] });
	world = addCompanies(stack);
	owner = await stack.login(world.users.owner.email, world.password);
	viewer = await stack.login(world.users.viewer.email, world.password);
});
after(() => stack?.stop());

/** Sends a form with a file, as a browser would. */
async function send(client, page, action, fields, file) {
	const form = new FormData();
	for (const [k, v] of Object.entries({ ...(await client.hiddenFields(page)), ...fields })) form.set(k, v);
	form.set('file', new Blob([file?.bytes ?? '']), file?.name ?? '');
	return client.fetch(action, { method: 'POST', headers: { origin: stack.url }, body: form });
}

const row = (where) => stack.sql(`SELECT p.prompt_key, v.state, v.samples, v.reason FROM prompt p JOIN prompt_version v
	ON v.company_id = p.company_id AND v.prompt_id = p.id WHERE ${where} ORDER BY v.version DESC LIMIT 1`)[0];

/** Level in dB and length in seconds of a WAV, by sox. */
function hear(bytes) {
	const r = spawnSync('sox', ['-t', 'wav', '-', '-n', 'stats'], { input: bytes, encoding: 'utf8' });
	const number = (name) => Number(r.stderr.match(new RegExp(`${name}\\s+(-?[\\d.]+)`))?.[1]);
	return { rms: number('RMS lev dB'), s: number('Length s') };
}

test('a text is spoken, and can be heard', async () => {
	const res = await send(owner, '/settings/prompts', '/settings/prompts', { name: 'Welcome (long)', text: 'Welcome to Bay City Plumbing. Press one for sales.', voice: 'slt' });
	assert.equal(res.status, 303);
	const at = res.headers.get('location');
	await until('the job makes it', () => row("p.prompt_key = 'welcome.long'")?.[1] === 'ready');
	const html = await (await owner.fetch(at)).text();
	assert.match(html, /ready/);
	const sound = await owner.fetch(`${at}/1`);
	assert.equal(sound.headers.get('content-type'), 'audio/wav');
	const heard = hear(Buffer.from(await sound.arrayBuffer()));
	assert.ok(heard.s > 2 && heard.s < 8, `${heard.s} s`);
	assert.ok(heard.rms > -26 && heard.rms < -16, `${heard.rms} dB`);
	// Who did it is written down.
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM audit WHERE action = 'prompt.add'"), '1');
});

test('a file is taken, whatever its form, and made as loud as the others', async () => {
	const path = join(dir, 'tone.flac');
	assert.equal(spawnSync('sox', ['-n', '-r', '44100', '-c', '2', path, 'synth', '1.5', 'sine', '500', 'vol', '0.02']).status, 0);
	const res = await send(owner, '/settings/prompts', '/settings/prompts', { name: 'Tone', text: '', voice: 'slt' }, { bytes: readFileSync(path), name: 'tone.flac' });
	assert.equal(res.status, 303);
	await until('the job makes it', () => row("p.prompt_key = 'tone'")?.[1] === 'ready');
	const heard = hear(Buffer.from(await (await owner.fetch(`${res.headers.get('location')}/1`)).arrayBuffer()));
	assert.ok(Math.abs(heard.rms + 19) < 1.5 && Math.abs(heard.s - 1.5) < 0.2, JSON.stringify(heard));
});

test('what is no sound is refused in words, and the old version stays', async () => {
	const [prompt] = stack.sql("SELECT hex(id) FROM prompt WHERE prompt_key = 'tone'")[0];
	const at = await tone();
	const res = await send(owner, at, at, { text: '', voice: 'slt' }, { bytes: Buffer.from('MZ\x90\0 <script>alert(1)</script>'), name: `../../etc/passwd${markup}` });
	assert.equal(res.status, 303);
	await until('the job refuses it', () => row("p.prompt_key = 'tone'")?.[1] === 'failed');
	assert.match(await (await owner.fetch(at)).text(), /not a sound file that we can read/);
	assert.equal(stack.sqlOne(`SELECT live_version FROM prompt WHERE hex(id) = '${prompt}'`), '1');
	assert.equal((await owner.fetch(`${at}/2`)).status, 404);
});

test('a form with a mistake comes back with it, inert', async () => {
	const cases = [
		[{ name: markup, text: '', voice: 'slt' }, undefined, /Choose a sound file/],
		[{ name: '', text: 'Hello', voice: 'slt' }, undefined, /needs a name/],
		[{ name: 'x', text: markup, voice: 'nobody' }, undefined, /no such voice/],
		[{ name: 'x', text: 'y'.repeat(1001), voice: 'slt' }, undefined, /at most 1,000/],
		[{ name: 'x', text: 'Hello', voice: 'slt' }, { bytes: 'x', name: 'x.wav' }, /not both/],
	];
	for (const [fields, file, words] of cases) {
		const res = await send(owner, '/settings/prompts', '/settings/prompts', fields, file);
		assert.equal(res.status, 422, words);
		const html = await res.text();
		assert.match(html, words);
		assert.ok(!html.includes('<script>alert') && !html.includes('<img src=x'), 'escaped');
	}
	const big = await send(owner, '/settings/prompts', '/settings/prompts', { name: 'big', text: '', voice: 'slt' }, { bytes: Buffer.alloc(9 << 20), name: 'x.wav' });
	assert.ok([413, 422].includes(big.status), `${big.status}`);
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM prompt"), '2');
});

test('hostile names are text wherever they are shown', async () => {
	const res = await send(owner, '/settings/prompts', '/settings/prompts', { name: '<b onload=alert(1)>{{csrf}}\u202e', text: 'Hello "; rm -rf / $(id) <speak>', voice: 'rms' });
	assert.equal(res.status, 303, await res.clone().text());
	for (const path of ['/settings/prompts', res.headers.get('location')]) {
		const html = await (await owner.fetch(path)).text();
		assert.ok(html.includes('&lt;b onload=alert(1)&gt;{{csrf}}'), path);
	}
	await until('it is spoken', () => row("p.name LIKE '%onload%'")?.[1] === 'ready');
});

/** Where the prompt called Tone is. */
async function tone() {
	const res = await owner.fetch('/settings/prompts');
	const html = await res.text();
	const at = html.match(/href="(\/settings\/prompts\/prm_[a-z0-9]+)">Tone/)?.[1];
	assert.ok(at, `${res.status} ${html}`);
	return at;
}

test('a form that is sent twice makes one; 1,000 letters of any language are a text', async () => {
	const hidden = await owner.hiddenFields('/settings/prompts'), made = () => Number(stack.sqlOne('SELECT COUNT(*) FROM prompt')), n = made();
	const post = (fields, file) => {
		const form = new FormData();
		for (const [k, v] of Object.entries({ ...hidden, voice: 'slt', ...fields })) form.set(k, v);
		form.set('file', new Blob([file ?? '']), file ? 'x.wav' : '');
		return owner.fetch('/settings/prompts', { method: 'POST', headers: { origin: stack.url }, body: form });
	};
	const text = `${'あ'.repeat(499)}\r\n${'щ'.repeat(499)}😀`;
	const answers = await Promise.all([1, 2, 3].map(() => post({ name: 'Twice', text })));
	assert.deepEqual(answers.map((res) => res.status), [303, 303, 303]);
	assert.equal(new Set(answers.map((res) => res.headers.get('location'))).size, 1);
	assert.equal(made(), n + 1);
	assert.equal(stack.sqlOne("SELECT CHAR_LENGTH(spoken_text) FROM prompt_version v JOIN prompt p ON p.id = v.prompt_id WHERE p.name = 'Twice'"), '1001');
	assert.equal((await post({ name: 'Twice', text: `${text}!` })).status, 422);
	// By the way back: another text, then a file.
	assert.equal((await post({ name: 'Twice', text: 'Something else' })).status, 303);
	assert.equal((await post({ name: 'Twice', text: '' }, 'a file')).status, 303);
	assert.equal(made(), n + 3);
	stack.sql("DELETE v FROM prompt_version v JOIN prompt p ON p.company_id = v.company_id AND p.id = v.prompt_id WHERE p.name = 'Twice'; DELETE FROM prompt WHERE name = 'Twice'");
});

test('another company and lesser roles see and change nothing', async () => {
	const other = await stack.login(world.users.other?.email ?? stack.demo().email, world.users.other ? world.password : stack.demo().password);
	const at = await tone();
	for (const path of [at, `${at}/1`]) {
		assert.equal((await other.fetch(path)).status, 404, path);
		assert.equal((await viewer.fetch(path)).status, 403, path);
	}
	assert.ok(!(await (await other.fetch('/settings/prompts')).text()).includes('Tone'));
	for (const verb of ['/name', '/retire', '']) {
		const res = await send(other, '/settings/prompts', `${at}${verb}`, { name: 'theirs', text: 'x', voice: 'slt' });
		assert.equal(res.status, verb === '' ? 404 : [404, 415].find((s) => s === res.status), verb);
		const forged = await owner.fetch(`${at}${verb}`, { method: 'POST', headers: { origin: stack.url }, body: new URLSearchParams({ name: 'forged' }) });
		assert.equal(forged.status, 403, `${verb}: no token`);
	}
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM prompt WHERE name IN ('theirs', 'forged') OR archived_at IS NOT NULL"), '0');
});

test('renamed and retired', async () => {
	const at = await tone();
	assert.equal((await owner.submit(at, `${at}/name`, { name: 'Hold music' })).status, 303);
	assert.match(await (await owner.fetch('/settings/prompts')).text(), /Hold music/);
	// Who retires it is told who plays it: published flows, by name, of this company.
	assert.match(await (await owner.fetch(at)).text(), /No published flow plays it/);
	const other = stack.sqlOne("SELECT prompt_key FROM prompt WHERE name = 'Hold music'");
	stack.sql(`INSERT INTO flow (company_id, id, name, published_version, created_at) VALUES
		(${hex(world.alpha.id)}, x'70${'0'.repeat(29)}1', '<b>Plays</b>', 1, UTC_TIMESTAMP(6)), (${hex(world.alpha.id)}, x'70${'0'.repeat(29)}2', 'Silent', 1, UTC_TIMESTAMP(6)),
		(${hex(world.beta.id)}, x'70${'0'.repeat(29)}3', 'Theirs', 1, UTC_TIMESTAMP(6))`);
	for (const [company, flow, prompt] of [[world.alpha, 1, other], [world.alpha, 2, `${other}.long`], [world.beta, 3, other]])
		stack.sql(`INSERT INTO flow_version (company_id, flow_id, version, document, created_at) VALUES (${hex(company.id)}, x'70${'0'.repeat(29)}${flow}', 1, '${JSON.stringify({ version: 1, first: 'a', steps: { a: { type: 'message', prompt } } })}', UTC_TIMESTAMP(6))`);
	const html = await (await owner.fetch(at)).text();
	assert.match(html, /These flows play it[^\n]*href="\/flows\/flo_[0-9a-z]{26}">&lt;b&gt;Plays&lt;\/b&gt;<\/a> *<\/p>/);
	assert.ok(!html.includes('Silent') && !html.includes('Theirs'));
	assert.equal((await owner.submit(at, `${at}/retire`, { sure: 'yes' })).status, 303);
	assert.equal((await owner.fetch(at)).status, 404);
});
