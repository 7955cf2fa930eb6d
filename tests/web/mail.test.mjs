// Mails through a foreign SMTP server: a missed call within seconds, quiet
// hours, leaving off, what is refused, what nobody takes.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { tied } from '../support/scratch.mjs';
import { addr, startStack, until } from '../support/stack.mjs';
import { addCompanies, hostile, typeId, uuid7 } from '../support/two_companies.mjs';

const PORT = 2525;
let stack, world, smtp, text = '';

/** What came: { headers, plain, html } of each mail that is whole, in order. */
function mails() {
	return text.split('---------- MESSAGE FOLLOWS ----------\n').slice(1).filter((m) => m.includes('------------ END MESSAGE ------------')).map((m) => {
		const [head] = m.split(/\n\n/, 1);
		const headers = Object.fromEntries(head.replace(/\n[ \t]+/g, ' ').split('\n').map((l) => l.split(/: (.*)/s).slice(0, 2))
			.map(([k, v]) => [k.toLowerCase(), (v ?? '').replace(/=\?utf-8\?B\?([^?]*)\?= ?/g, (_, b) => Buffer.from(b, 'base64'))]));
		const part = (type) => {
			const at = m.indexOf(`Content-Type: text/${type}`);
			return Buffer.from(m.slice(m.indexOf('\n\n', at) + 2).split('--=_')[0], 'base64').toString();
		};
		return { headers, plain: part('plain'), html: part('html') };
	});
}
const listens = () => new Promise((yes) => {
	const s = net.connect(PORT, addr, () => yes(s.end() && true)).on('error', () => yes(false));
});
async function startSmtp() {
	smtp = spawn(tied[0], [...tied.slice(1), '/usr/bin/python3', '-u', '-m', 'aiosmtpd', '-n', '-l', `${addr}:${PORT}`, '-c', 'aiosmtpd.handlers.Debugging', 'stdout']);
	smtp.stdout.setEncoding('utf8').on('data', (d) => (text += d.replaceAll('\r', '')));
	await until('the SMTP server listens', listens);
}

before(async () => {
	await startSmtp();
	stack = await startStack({ without: ['dni', 'sipworker'], args: ['--smtp-url', `smtp://${addr}:${PORT}`] });
	world = addCompanies(stack);
});
after(async () => {
	smtp?.kill('SIGKILL');
	await stack?.stop();
});

const hex = (key) => `X'${key.toString('hex')}'`;
const text64 = (s) => `CONVERT(X'${Buffer.from(s).toString('hex')}' USING utf8mb4)`;
function rule(kind, { company = world.alpha, user = world.users.agent, quiet = [0, 0], token = 'T'.repeat(38) + kind.slice(0, 5).padEnd(5, '0') } = {}) {
	const id = uuid7();
	stack.sql('INSERT INTO mail_rule (company_id, id, user_id, kind, quiet_from_min, quiet_to_min, unsubscribe, created_at) VALUES'
		+ ` (${hex(company.id)}, ${hex(id)}, ${hex(user.id)}, '${kind}', ${quiet[0]}, ${quiet[1]}, '${token}', UTC_TIMESTAMP(6))`);
	return { id, token, text: typeId('mlr', id) };
}
/** A call of alpha that ended so, and the job that the store adds with it: last,
 *  as it is done at once. besides(id): statements before that. */
function missedCall(result = 'missed', besides = () => '') {
	const id = uuid7(), a = world.alpha;
	stack.sql(`INSERT INTO interaction (company_id, id, kind, happened_at, source, medium) VALUES (${hex(a.id)}, ${hex(id)}, 'call',
		UTC_TIMESTAMP(6), 'google', 'cpc');
		INSERT INTO phone_call (company_id, id, state, result, number_id, number_e164, caller_e164, caller_name, started_at, ended_at, ring_ms)
		VALUES (${hex(a.id)}, ${hex(id)}, 'closed', '${result}', ${hex(a.number)}, '+14155550166', '+12125550155', ${text64(hostile.slice(0, 120))},
		UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), 21000);
		${besides(id)}
		INSERT INTO job (company_id, kind, job_key, payload, state, due_at, created_at) VALUES (${hex(a.id)}, 'notify', '${typeId('cal', id)}',
		'${typeId('cal', id)}', 'ready', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6));`);
	return typeId('cal', id);
}
const jobs = (kind, state) => Number(stack.sqlOne(`SELECT COUNT(*) FROM job WHERE kind = '${kind}' AND state = '${state}'`));
function enqueue(key, payload, company = world.alpha) {
	stack.sql('INSERT INTO job (company_id, kind, job_key, payload, state, due_at, created_at) VALUES'
		+ ` (${hex(company.id)}, 'mail', '${key}', ${text64(JSON.stringify(payload))}, 'ready', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))`);
}

test('a missed call is told within ten seconds, in words and safely', async () => {
	const r = rule('missed');
	rule('voicemail', { token: 'V'.repeat(43) });
	const began = Date.now();
	const call = missedCall();
	await until('the mail', () => mails().length === 1);
	assert.ok(Date.now() - began < 10000);
	const [m] = mails();
	assert.equal(m.headers.subject, 'Missed call from (212) 555-0155');
	assert.match(m.headers.to, /<agent@alpha\.example>$/);
	assert.match(m.headers['list-unsubscribe'], new RegExp(`/unsubscribe/${r.token}>$`));
	assert.equal(m.headers['auto-submitted'], 'auto-generated');
	assert.match(m.headers['message-id'], /^<[0-9a-f]{32}@localhost>$/, 'of us, and of no other mail of anybody');
	assert.match(m.plain, /Rang {2,}21 s/);
	assert.match(m.plain, /google \/ cpc/);
	assert.ok(m.plain.includes(`/calls/${call}`));
	assert.ok(m.html.includes('&lt;script&gt;alert(1)') && !m.html.includes('<script'));
	// The server has it before we know that it has.
	await until('it is written down', () => stack.sqlOne("SELECT CONCAT(template, ' ', state, ' ', to_address) FROM mail_log") === 'missed sent agent@alpha.example');
	assert.equal(stack.sqlOne('SELECT subject FROM mail_log'), 'Missed call', 'the log does not say who called');
	// Told twice it tells once.
	stack.sql(`UPDATE job SET state = 'ready', payload = job_key, due_at = UTC_TIMESTAMP(6) WHERE kind = 'notify'`);
	await until('it ran again', () => jobs('notify', 'done') === 1 && jobs('mail', 'done') === 1);
	assert.equal(Number(stack.sqlOne("SELECT COUNT(*) FROM job WHERE kind = 'mail'")), 1);
	assert.equal(stack.sqlOne("SELECT payload FROM job WHERE kind = 'mail'"), '', 'what is done holds nothing');
	// Of a hidden number: nothing to call, and nobody knows where.
	assert.match(m.plain, /\(tel:\+12125550155\)/);
	const hidden = missedCall('missed', (key) => `UPDATE phone_call SET caller_e164 = '', caller_name = '' WHERE id = ${hex(key)};`);
	await until('the second mail', () => mails().length === 2);
	assert.match(mails()[1].plain, /From {2}a hidden number *\n/);
	assert.match(mails()[1].plain, /Where {2}unknown/);
	assert.ok(!/tel:/.test(mails()[1].plain + mails()[1].html));
	await until('it is done', () => jobs('notify', 'done') === 2 && jobs('mail', 'done') === 2);
	stack.sql(`DELETE FROM job WHERE job_key LIKE '${hidden}%'`);
});

test('quiet hours wait, another company is told nothing', async () => {
	stack.sql('DELETE FROM mail_rule');
	rule('missed', { company: world.beta, user: world.foreign, token: 'B'.repeat(43) });
	// All day but for the minute that has just gone.
	const now = stack.sqlOne("SELECT HOUR(CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', '+01:00')) * 60 + MINUTE(UTC_TIMESTAMP())");
	rule('missed', { quiet: [now, (Number(now) + 1439) % 1440] });
	const before = mails().length;
	missedCall();
	await until('it is looked at', () => jobs('notify', 'done') === 2);
	const wait = Number(stack.sqlOne("SELECT TIMESTAMPDIFF(MINUTE, created_at, due_at) FROM job WHERE kind = 'mail' AND state = 'ready'"));
	// Berlin is one or two hours ahead of UTC.
	assert.ok(wait > 1300 && wait <= 1439, `${wait}`);
	assert.equal(mails().length, before);
	stack.sql("DELETE FROM job WHERE kind = 'mail'; DELETE FROM mail_rule");
});

test('what waits for the morning is not sent to who said no, or may not see it, meanwhile', async () => {
	const now = stack.sqlOne("SELECT HOUR(CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', '+01:00')) * 60 + MINUTE(UTC_TIMESTAMP())");
	const quiet = [now, (Number(now) + 1439) % 1440];
	stack.sql('DELETE FROM mail_rule');
	const who = [world.users.agent, world.users.manager, world.users.analyst, world.users.admin];
	const rules = who.map((user, i) => rule('missed', { user, quiet, token: String(i).repeat(43) }));
	const before = mails().length, logged = Number(stack.sqlOne('SELECT COUNT(*) FROM mail_log'));
	missedCall();
	await until('all wait', () => jobs('mail', 'ready') === 4);
	// It was due already, and the server comes back at night.
	stack.sql("UPDATE job SET due_at = UTC_TIMESTAMP(6) WHERE kind = 'mail' AND state = 'ready'");
	await until('all wait again', () => stack.sqlOne(`SELECT CONCAT(COUNT(*), ' ', MIN(state), ' ', MAX(attempts), ' ', MIN(due_at > UTC_TIMESTAMP(6) + INTERVAL 20 HOUR))
		FROM job WHERE kind = 'mail' AND state <> 'done'`) === '4 ready 0 1');
	assert.equal(mails().length, before);
	// One says no, one is switched off, one has another address since.
	assert.equal((await stack.fetch(`/unsubscribe/${rules[0].token}`, { method: 'POST' })).status, 200);
	stack.sql(`UPDATE user SET disabled_at = UTC_TIMESTAMP(6) WHERE id = ${hex(who[1].id)}; UPDATE user SET email = 'new.address@alpha.example' WHERE id = ${hex(who[2].id)};
		UPDATE mail_rule SET quiet_from_min = 0, quiet_to_min = 0; UPDATE job SET due_at = UTC_TIMESTAMP(6) WHERE kind = 'mail' AND state = 'ready'`);
	await until('none waits', () => jobs('mail', 'ready') === 0 && Number(stack.sqlOne('SELECT COUNT(*) FROM mail_log')) === logged + 4);
	// The server has it before its words have come to us.
	await until('both came', () => mails().length >= before + 2);
	assert.deepEqual(mails().slice(before).map((m) => m.headers.to.match(/<(.*)>/)[1]).sort(), ['new.address@alpha.example', who[3].email].sort());
	assert.deepEqual(stack.sql(`SELECT COUNT(*), MIN(state), MIN(last_error) FROM mail_log WHERE last_error LIKE 'not sent%'`), [['2', 'failed', 'not sent: stopped, or the person lost access']]);
	assert.equal(jobs('mail', 'dead'), 0);
	stack.sql(`DELETE FROM mail_rule; UPDATE user SET disabled_at = NULL WHERE id = ${hex(who[1].id)}`);
});

test('the link in the mail ends it: asked for by GET, done by POST without a cookie', async () => {
	const r = rule('missed');
	const open = () => stack.sqlOne(`SELECT archived_at FROM mail_rule WHERE id = ${hex(r.id)}`);
	const page = await stack.fetch(`/unsubscribe/${r.token}`);
	assert.equal(page.status, 200);
	assert.match(await page.text(), /Stop these mails\?/);
	assert.equal(open(), null);
	const wrong = await stack.fetch(`/unsubscribe/${'x'.repeat(43)}`, { method: 'POST' });
	assert.equal(wrong.status, 200, 'says nothing of what exists');
	assert.equal(open(), null);
	const res = await stack.fetch(`/unsubscribe/${r.token}`, { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) });
	assert.equal(res.status, 200);
	assert.notEqual(open(), null);
	const done = jobs('notify', 'done');
	missedCall();
	await until('it is looked at', () => jobs('notify', 'done') === done + 1);
	assert.equal(jobs('mail', 'ready'), 0);
});

test('an invitation carries its link; nonsense is given up at once', async () => {
	const before = mails().length;
	enqueue('i1', { template: 'invite', to: 'new@alpha.example', name: 'Neu', link: 'https://x.example/invite/abc' });
	await until('the invitation', () => mails().length === before + 1);
	const m = mails().at(-1);
	assert.equal(m.headers.subject, 'You are invited');
	assert.match(m.plain, /Choose a password \(https:\/\/x\.example\/invite\/abc\)/);
	const bad = [{ template: '../etc/passwd', to: 'a@b.c' }, { template: 'nothing', to: 'a@b.c' }, { template: 'invite', to: 'a@b.c, d@e.f' },
		{ template: 'invite', to: 'a@b.c' }, { template: 'invite', to: 'a@b.c', link: 7 }, { to: 'a@b.c' }];
	bad.forEach((p, i) => enqueue(`bad${i}`, p));
	await until('all are given up', () => jobs('mail', 'dead') === bad.length);
	assert.equal(mails().length, before + 1);
});

test('a header cannot be smuggled in', async () => {
	const before = mails().length;
	enqueue('h1', { template: 'invite', to: 'new@alpha.example', name: 'X\r\nBcc: evil@x.example', subject: 'Hi\r\nBcc: evil@x.example\r\n\r\nbody',
		link: 'https://x.example/' });
	await until('it came', () => mails().length === before + 1);
	assert.equal(mails().at(-1).headers.bcc, undefined);
	assert.match(mails().at(-1).headers.subject, /^Hi {2}Bcc/);
});

test('while the server is away the mail waits, and is sent when it is back', async () => {
	const before = mails().length;
	smtp.kill('SIGKILL');
	await until('it is away', async () => !(await listens()));
	enqueue('a1', { template: 'reset', to: 'new@alpha.example', link: 'https://x.example/reset/1' });
	await until('it failed', () => stack.sqlOne("SELECT state FROM mail_log WHERE template = 'reset'") === 'failed');
	assert.notEqual(stack.sqlOne("SELECT last_error FROM mail_log WHERE template = 'reset'"), '');
	await until('it waits', () => jobs('mail', 'ready') === 1);
	await startSmtp();
	stack.sql("UPDATE job SET due_at = UTC_TIMESTAMP(6) WHERE kind = 'mail' AND state = 'ready'");
	await until('it came', () => mails().length === before + 1);
	await until('it is written down', () => stack.sqlOne("SELECT CONCAT(state, ' ', attempts) FROM mail_log WHERE template = 'reset'") === 'sent 2');
});

test('the watch tells once of a silent tag, and the summary once a day', async () => {
	const a = world.alpha;
	stack.sql(`INSERT INTO site (company_id, id, public_key, name, seen_at, created_at) VALUES (${hex(a.id)}, ${hex(uuid7())}, 'k-silent',
		'shop', UTC_TIMESTAMP(6) - INTERVAL 25 HOUR, UTC_TIMESTAMP(6))`);
	rule('tag_silent');
	rule('daily', { token: 'D'.repeat(43) });
	// It is always between seven and noon somewhere.
	const hour = new Date().getUTCHours();
	const offset = (9 - hour + 24) % 24;
	const zone = offset === 0 ? 'UTC' : offset <= 12 ? `Etc/GMT-${offset}` : `Etc/GMT+${24 - offset}`;
	stack.sql(`UPDATE company SET time_zone = '${zone}' WHERE id = ${hex(a.id)}`);
	const before = mails().length;
	for (let round = 0; round < 2; round++) {
		stack.sql(`DELETE FROM job WHERE kind IN ('watch', 'summary'); INSERT INTO job (company_id, kind, job_key, payload, state, due_at, created_at)
			SELECT REPEAT(CHAR(0), 16), k, CONCAT('t', ${round}), '', 'ready', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6)
			FROM (SELECT 'watch' AS k UNION SELECT 'summary') AS kinds`);
		await until('both ran', () => stack.sqlOne(`SELECT COUNT(*) FROM job WHERE kind IN ('watch', 'summary') AND job_key = 't${round}' AND state = 'done'`) === '2');
	}
	await until('two mails', () => mails().length === before + 2);
	const subjects = mails().slice(before).map((m) => m.headers.subject).sort();
	assert.deepEqual(subjects, ['No visits from shop', "Yesterday's calls"]);
	const summary = mails().find((m) => m.headers.subject === "Yesterday's calls");
	assert.match(summary.plain, /Calls {2}\d+ {2}\d+ before/);
});

test('a voice message is attached where the rule says so, under the client\'s sign', async () => {
	stack.sql('DELETE FROM mail_rule');
	const r = rule('voicemail', { token: 'A'.repeat(43) });
	const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAAD0lEQVR4nGP4z8DwHwQBEPgD/U6VwW8AAAAASUVORK5CYII=', 'base64');
	stack.sql(`INSERT INTO company_logo VALUES (${hex(world.alpha.id)}, 'png', 2, 1, X'${png.toString('hex')}', UTC_TIMESTAMP(6))`);
	const wav = Buffer.concat([Buffer.from('RIFF----WAVEfmt '), Buffer.alloc(40000, 7)]);
	const sound = (state, size = wav.length) => (id) => {
		const path = `${typeId('cal', id)}.wav`;
		writeFileSync(join(stack.dir, 'recordings', path), wav);
		return state ? `INSERT INTO recording (company_id, id, call_id, state, path, started_at, size_bytes, created_at)
			VALUES (${hex(world.alpha.id)}, ${hex(uuid7())}, ${hex(id)}, '${state}', '${path}', UTC_TIMESTAMP(6), ${size}, UTC_TIMESTAMP(6));` : '';
	};
	const parts = (m) => [...m.matchAll(/Content-Type: ((?!multipart)[a-z/]+)[^\n]*\n((?:[A-Z][^\n]*\n)*)\n([A-Za-z0-9+/=\n]*)/g)].map(([, type, head, body]) => ({ type, head, body: Buffer.from(body, 'base64') }));
	const raw = () => text.split('---------- MESSAGE FOLLOWS ----------\n').at(-1);
	const send = async (attach, state, size) => {
		const before = mails().length;
		stack.sql(`UPDATE mail_rule SET attach = ${attach} WHERE id = ${hex(r.id)}`);
		missedCall('voicemail', sound(state, size));
		await until('the mail', () => mails().length === before + 1);
		return parts(raw());
	};
	const [, html, logo, file] = await send(1, 'ready');
	assert.match(html.body.toString(), /<img src="cid:logo@ringtrace\.invalid" alt="[^"]*&lt;script/);
	assert.match(html.body.toString(), /The message is attached/);
	assert.equal(logo.type, 'image/png');
	assert.match(logo.head, /Content-ID: <logo@ringtrace\.invalid>/);
	assert.ok(logo.body.equals(png));
	assert.equal(file.type, 'audio/wav');
	assert.ok(file.body.equals(wav));
	assert.match(raw(), /multipart\/mixed[\s\S]*multipart\/related[\s\S]*multipart\/alternative/);
	// A link alone: by choice, when it is erased, too large, or not there.
	for (const [attach, state, size] of [[0, 'ready'], [1, 'erased'], [1, 'erasing'], [1, 'ready', 9 << 20], [1, null]]) {
		const p = await send(attach, state, size);
		assert.deepEqual(p.map((x) => x.type), ['text/plain', 'text/html', 'image/png'], `${attach} ${state}`);
		assert.match(p[0].body.toString(), /Listen to the message \(http/);
		assert.ok(!p[1].body.toString().includes('attached'));
	}
	// One that is being finished is waited for.
	const before = mails().length;
	stack.sql(`UPDATE mail_rule SET attach = 1 WHERE id = ${hex(r.id)}`);
	const call = missedCall('voicemail', sound('pending'));
	await until('it waits', () => stack.sqlOne("SELECT COUNT(*) FROM job WHERE kind = 'mail' AND state = 'ready' AND attempts > 0") === '1');
	assert.equal(mails().length, before);
	stack.sql(`UPDATE recording SET state = 'ready' WHERE path = '${call}.wav'; UPDATE job SET due_at = UTC_TIMESTAMP(6) WHERE kind = 'mail' AND state = 'ready'`);
	await until('it came', () => mails().length === before + 1);
	assert.equal(parts(raw()).at(-1).type, 'audio/wav');
});

test('no two mails have one name, not even those of a database that was made anew', async () => {
	const before = mails().length, id = Number(stack.sqlOne('SELECT MAX(id) FROM job')) + 1000;
	const send = async (n) => {
		stack.sql(`DELETE FROM job WHERE id >= ${id}; INSERT INTO job (id, company_id, kind, job_key, payload, state, due_at, created_at) VALUES
			(${id}, ${hex(world.alpha.id)}, 'mail', 'first', ${text64(JSON.stringify({ template: 'invite', to: `n${n}@alpha.example`, name: 'Neu', link: 'https://x.example/invite/abc' }))}, 'ready', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))`);
		await until('the mail', () => mails().length === before + n);
	};
	await send(1);
	await send(2);
	const ids = mails().map((m) => m.headers['message-id']);
	assert.equal(new Set(ids).size, ids.length);
});

test('the logo: uploaded by an admin, by what its bytes are, seen by the company\'s people', async () => {
	const admin = await stack.login(world.users.admin.email, world.password);
	const viewer = await stack.login(world.users.viewer.email, world.password);
	const foreign = await stack.login(world.foreign.email, world.password);
	stack.sql('DELETE FROM company_logo');
	const upload = async (who, bytes, fields = {}) => {
		const form = new FormData();
		form.append('csrf', (await who.hiddenFields(who === admin ? '/settings/logo' : '/')).csrf);
		for (const [k, v] of Object.entries(fields)) form.append(k, v);
		if (bytes) form.append('file', new Blob([bytes], { type: 'image/png' }), '../x.png');
		return who.fetch('/settings/logo', { method: 'POST', headers: { origin: stack.url }, body: form });
	};
	const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAAD0lEQVR4nGP4z8DwHwQBEPgD/U6VwW8AAAAASUVORK5CYII=', 'base64');
	const huge = Buffer.from(png);
	huge.writeUInt32BE(1201, 16);
	for (const [bytes, why] of [[Buffer.from('<svg onload="alert(1)"/>'), /neither a PNG nor a JPEG/], [Buffer.from('GIF89a'), /neither/], [huge, /1200 by 1200/],
		[Buffer.concat([png, Buffer.alloc(257 * 1024)]), /larger than 256 kB/], [null, /Choose a picture/]]) {
		const res = await upload(admin, bytes);
		assert.equal(res.status, 422);
		assert.match(await res.text(), why);
	}
	assert.ok([413, 422].includes((await upload(admin, Buffer.alloc(2 << 20)).catch(() => ({ status: 413 }))).status), 'a bomb');
	assert.equal(stack.sqlOne('SELECT COUNT(*) FROM company_logo'), '0');
	assert.equal((await viewer.fetch('/settings/logo/image')).status, 404);
	assert.equal((await upload(viewer, png)).status, 403);
	assert.equal((await upload(admin, png)).status, 303);
	const seen = await viewer.fetch('/settings/logo/image');
	assert.equal(seen.headers.get('content-type'), 'image/png');
	assert.equal(seen.headers.get('x-content-type-options'), 'nosniff');
	assert.equal(seen.headers.get('cache-control'), 'no-store', 'the next company, and the next logo, have the same address');
	assert.ok(Buffer.from(await seen.arrayBuffer()).equals(png));
	assert.equal((await foreign.fetch('/settings/logo/image')).status, 404);
	assert.match(await (await admin.fetch('/settings/logo')).text(), /src="\/settings\/logo\/image"/);
	// Every page of the company shows it, under an address that says whose it is.
	const mine = (await (await viewer.fetch('/calls')).text()).match(/src="(\/settings\/logo\/image\?of=com_\w{26})"/)[1];
	const kept = await viewer.fetch(mine);
	assert.equal(kept.headers.get('cache-control'), 'private, max-age=60');
	assert.ok(Buffer.from(await kept.arrayBuffer()).equals(png));
	assert.equal((await viewer.fetch(`/settings/logo/image?of=${world.beta.companyId}`)).headers.get('cache-control'), 'no-store');
	assert.equal((await foreign.fetch(mine)).status, 404);
	assert.doesNotMatch(await (await foreign.fetch('/calls')).text(), /settings\/logo\/image/);
	// Who looked at another one puts nothing over it, and takes nothing away.
	for (const [bytes, fields] of [[png, {}], [null, { drop: '1' }]]) {
		const res = await upload(admin, bytes, { stamp: '0'.repeat(64), ...fields });
		assert.equal(res.status, 409);
		assert.match(await res.text(), /admin changed the logo meanwhile. Nothing of yours was saved/);
	}
	const { stamp } = await admin.hiddenFields('/settings/logo');
	assert.equal((await upload(admin, png, { stamp })).status, 303);
	assert.equal((await upload(admin, null, { stamp, drop: '1' })).status, 303);
	assert.equal((await upload(admin, png, { stamp })).status, 409, 'it is gone meanwhile');
	assert.equal(stack.sqlOne('SELECT COUNT(*) FROM company_logo'), '0');
	assert.equal((await upload(admin, png)).status, 303);
	assert.equal((await upload(admin, null, { drop: '1' })).status, 303);
	assert.equal((await viewer.fetch('/settings/logo/image')).status, 404);
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM audit WHERE action IN ('company.logo', 'company.no_logo')"), '5');
});
