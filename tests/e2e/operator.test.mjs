// The operator's command against a running product: the demonstration company
// is made once, and companies, people and trunks can be added beside it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { build, startStack } from '../support/stack.mjs';

const without = ['nginx', 'dashboard', 'dni', 'jobd', 'sipworker'];
let stack;
after(() => stack?.stop());

function ringtrace(args, input = '') {
	const r = spawnSync(join(build, 'ringtrace'), args, { encoding: 'utf8', input });
	return { status: r.status, out: r.stdout, err: r.stderr };
}
const verb = (noun, name, ...args) => ringtrace([noun, name, '-c', stack.conf, ...args]);

test('the demonstration company is there, once', async () => {
	stack = await startStack({ without });
	assert.match(stack.output, /password {4}\S{24}\n/);
	await stack.stop();
	const before = stack.demo();
	stack = await startStack({ without });
	assert.deepEqual(stack.demo(), before, 'the same password');
	const count = (table) => Number(stack.sqlOne(`SELECT COUNT(*) FROM ${table}`));
	assert.equal(count('company'), 1);
	assert.equal(count('user'), 1);
	assert.equal(count('pool_number'), 8);
	assert.equal(count('tracker'), 4);
	assert.equal(count('site_origin'), 1);
	assert.equal(stack.sqlOne('SELECT origin FROM site_origin'), stack.url);
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM number WHERE record = 'notice'"), '13');
	assert.equal(stack.sqlOne('SELECT COUNT(*) FROM flow WHERE published_version = 1'), '1');
});

test('secrets are for their owners only', () => {
	for (const name of ['db_ctl.pw', 'db_dashboard.pw', 'db_dni.pw', 'db_jobd.pw', 'db_store.pw', 'demo.txt'])
		assert.equal(statSync(join(stack.dir, 'secret', name)).mode & 0o077, 0, name);
	// As root it is for a group without a name, too (users.test.mjs).
	const key = statSync(join(stack.dir, 'secret', 'seal.key'));
	assert.equal(key.mode & 0o077, key.uid === 0 && process.getuid() === 0 ? 0o040 : 0);
	assert.ok(key.gid > 65000 || (key.mode & 0o040) === 0);
});

test('help and wrong words', () => {
	assert.equal(ringtrace(['help']).status, 0);
	assert.match(ringtrace(['help']).out, /^ {2}migrate /m);
	assert.equal(ringtrace([]).status, 2);
	assert.match(ringtrace(['dance']).err, /there is no command "dance"/);
	for (const noun of ['company', 'user', 'trunk', 'number', 'site', 'job']) {
		assert.equal(ringtrace([noun, '--help']).status, 0, noun);
		assert.equal(ringtrace([noun]).status, 2, noun);
		assert.equal(ringtrace([noun, 'dance']).status, 2, noun);
		assert.match(ringtrace([noun, 'dance']).err, new RegExp(`${noun} does not know "dance"`));
	}
});

test('without a settings file it is said where to go', () => {
	const there = existsSync('/etc/ringtrace/ringtrace.conf');
	const r = spawnSync(join(build, 'ringtrace'), ['doctor'], { encoding: 'utf8', cwd: stack.dir });
	assert.equal(r.status, 1);
	if (!there)
		assert.match(r.stderr, /neither var\/ringtrace\.conf here nor .*: go to the folder .* or say -c FILE/);
});

test('migrate again changes nothing', () => {
	const r = ringtrace(['migrate', '-c', stack.conf]);
	assert.equal(r.status, 0, r.err);
	assert.doesNotMatch(r.err, /migration applied/);
});

test('a company, its people and a trunk', () => {
	const company = verb('company', 'add', '--name', "O'Hara & Søn", '--zone', 'Europe/Berlin', '--country', 'DE', '--currency', 'EUR');
	assert.match(company.out, /^com_[0-9a-z]{26}\n$/, company.err);
	assert.match(company.err, /times are those of Europe\/Berlin, numbers are read as dialled in DE, values are in EUR/);
	assert.match(verb('company', 'list').out, /O'Hara & Søn {2}Europe\/Berlin/);
	assert.match(verb('company', 'add', '--name', 'x', '--zone', 'Mars/Base').err, /no time zone "Mars\/Base"/);
	for (const [noun, ...args] of [['company', '--name', 'x', '--country', 'QQ'], ['company', '--name', 'x', '--country', 'us'], ['company', '--name', 'x', '--country', 'USA'], ['company', '--name', 'x', '--currency', 'dollars'], ['company', '--name', 'x', '--currency', 'eur'],
		['trunk', '--name', 'x', '--host', '192.0.2.1', '--allow', '192.0.2.0/24', '--country', 'QQ']]) {
		const odd = verb(noun, 'add', ...args);
		assert.equal(odd.status, 2, `${args.join(' ')}: ${odd.err}`);
		assert.match(odd.err, /^--(country|currency): /m);
	}
	for (const days of [['--from', '2026-02-30'], ['--to', 'yesterday'], ['--from', '2026-03-02', '--to', '2026-03-01']])
		assert.equal(verb('attrib', 'rerun', '--company', "O'Hara & Søn", ...days).status, 2, days.join(' '));

	const some = verb('user', 'add', '--email', 'a@example.com');
	assert.equal(some.status, 1);
	assert.match(some.err, /there are 2 of them: say which with --company NAME/);
	const made = verb('user', 'add', '--email', 'a@example.com', '--company', "O'Hara & Søn", '--role', 'agent');
	assert.match(made.out, /^password \S{20}\n$/, made.err);
	assert.match(verb('user', 'add', '--email', 'A@EXAMPLE.com', '--company', "O'Hara & Søn").err, /taken already/);
	assert.equal(verb('user', 'role', '--email', 'a@example.com', '--company', 'all', '--role', 'admin').status, 0);
	assert.match(verb('user', 'role', '--email', 'a@example.com', '--company', 'all', '--role', 'king').err, /no role "king"/);
	const king = verb('user', 'add', '--email', 'king@example.com', '--company', 'all', '--role', 'king');
	assert.deepEqual([king.status, king.out], [2, ''], 'no password of nobody');
	for (const email of ['', 'foo', 'a b@example.com', 'a@', `${'x'.repeat(300)}@example.com`])
		assert.equal(verb('user', 'add', '--email', email, '--company', "O'Hara & Søn").status, 2, email);
	assert.match(verb('user', 'add', '--email', 'foo', '--company', "O'Hara & Søn").err, /"foo" is not an e-mail address/);
	assert.match(verb('webhook', 'log', '--id', '99', '--company', "O'Hara & Søn").err, /"99" is no webhook's/);
	assert.match(verb('webhook', 'log', '--id', 'whk_01m8jvae4wfebavtdzhdh3s0vk', '--company', "O'Hara & Søn").err, /there is no webhook whk_/);
	const r = ringtrace(['user', 'password', '-c', stack.conf, '--email', 'a@example.com', '--password-stdin'], 'short\n');
	assert.match(r.err, /a password has 10 to 200 characters/);
	assert.equal(verb('user', 'disable', '--email', 'a@example.com').status, 0);
	assert.match(verb('user', 'disable', '--email', 'b@example.com').err, /there is no user b@example.com/);

	const twin = [1, 2].map(() => verb('company', 'add', '--name', 'Twins').out.trim())[1];
	assert.match(verb('number', 'list', '--company', 'Twins').err, /there are 2 of the name "Twins": say which by its id/);
	assert.equal(verb('number', 'list', '--company', twin).status, 0);
	assert.match(verb('number', 'list', '--company', 'Nobody').err, /there is no company "Nobody"/);

	const trunk = ringtrace(['trunk', 'add', '-c', stack.conf, '--name', 'Carrier', '--host', '192.0.2.7:5080',
		'--allow', '192.0.2.0/24, 198.51.100.9', '--username', 'u', '--password-file', '-'], 'very secret\n');
	assert.match(trunk.out, /^tru_/, trunk.err);
	assert.match(verb('trunk', 'list').out, /Carrier {2}to 192\.0\.2\.7:5080 {2}from 192\.0\.2\.0\/24 198\.51\.100\.9\/32/);
	assert.equal(stack.sqlOne("SELECT INSTR(password_sealed, 'secret') FROM trunk WHERE name = 'Carrier'"), '0');
	assert.match(verb('trunk', 'add', '--name', 'x', '--host', '192.0.2.7', '--allow', '192.0.2.0/33').err, /is not an IPv4 network/);
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM trunk WHERE name = 'x'"), '0', 'nothing half added');
});

test('numbers and a site', () => {
	const of = ['--company', "O'Hara & Søn"];
	assert.match(verb('number', 'add', ...of, '--number', '030 901820', '--to', 'sip:desk@192.0.2.9', '--pool', 'Web', '--record', 'notice').out, /^\+4930901820\n$/);
	assert.match(verb('number', 'add', ...of, '--number', '+4930901821', '--to', '+4930901899', '--source', 'flyer').out, /^\+4930901821\n$/);
	assert.match(verb('number', 'add', ...of, '--number', '+4930901820', '--to', '+4930901899').err, /taken already/);
	assert.match(verb('number', 'add', ...of, '--number', 'operator', '--to', '+4930901899').err, /"operator" is not a telephone number/);
	for (const to of ['sip:', 'sip:desk@pbx.example;transport=tls', 'sip:desk @pbx.example']) assert.match(verb('number', 'add', ...of, '--number', '+4930901822', '--to', to).err, /--to: a SIP address is sip:user@host/);
	assert.match(verb('number', 'add', ...of, '--number', '+1 555 0101', '--to', '+4930901899').err, /"\+1 555 0101" is not a telephone number/);
	assert.match(verb('number', 'add', ...of, '--number', '+4930901822', '--to', '+4930901899', '--pool', 'Web', '--source', 'x').err, /either leased or stands for one source/);
	assert.match(verb('number', 'list', ...of).out, /\+4930901820 +local +Berlin +Web\n\+4930901821 +local +Berlin +flyer\n/);
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM tracker WHERE source = 'flyer' AND medium = 'offline'"), '1');

	const site = verb('site', 'add', ...of, '--origin', 'https://www.example.com, http://localhost:3000', '--number', '030 901800', '--pool', 'Web');
	assert.match(site.out, new RegExp(`<script async src="${stack.url}/t\\.js" data-site="[\\w-]{16}"></script>`), site.err);
	assert.match(verb('site', 'list', ...of).out, /tag last seen: never/);
	assert.deepEqual(stack.sql("SELECT p.url FROM site_page p JOIN site s ON s.id = p.site_id WHERE s.name LIKE 'https://www.example.com%'"), [['https://www.example.com/']], 'it is looked at, as with the form');
	// A key is one site's, whoever else there is.
	const [key] = site.out.match(/(?<=data-site=")[\w-]{16}/);
	const map = (...more) => verb('site', 'map', '--key', key, '--param', 'kw', '--field', 'utm_term', ...more);
	assert.equal(map().status, 0, map().err);
	const twin = verb('company', 'list').out.match(/com_\w+(?=.*Twins)/)[0];
	assert.match(map('--company', twin).err, /no site of the company has this key/);
	assert.match(verb('site', 'map', '--key', 'nobodys', '--param', 'kw').err, /no site has this key/);
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM pool WHERE name = 'Web'"), '1');
	assert.equal(stack.sqlOne("SELECT e164 FROM site_target WHERE e164 LIKE '+49%'"), '+4930901800');
	assert.match(verb('site', 'add', ...of, '--origin', 'https://x.example/path', '--number', '030 901800').err, /is not an origin/);
	assert.match(verb('site', 'add', ...of, '--name', 'Twin', '--origin', 'https://y.example, https://www.example.com:443', '--number', '030 901800').err, /has https:\/\/www\.example\.com already/);
	assert.match(verb('site', 'add', ...of, '--name', 'Twin', '--origin', 'https://y.example', '--number', '030 901800', '--pool', 'Wbe').err, /there is no pool "Wbe"/);
	assert.equal(stack.sqlOne("SELECT (SELECT COUNT(*) FROM site WHERE name = 'Twin') + (SELECT COUNT(*) FROM pool WHERE name = 'Wbe')"), '0', 'nothing half added');
	assert.equal(verb('site', 'add', ...of, '--name', 'Ports', '--origin', 'https://y.example:443', '--number', '030 901800', '--pool', 'Web').status, 0);
	assert.equal(stack.sqlOne("SELECT o.origin FROM site_origin o JOIN site s ON s.id = o.site_id WHERE s.name = 'Ports'"), 'https://y.example', 'as browsers send it');

	stack.sql("INSERT INTO pool (company_id, id, name, lease_s, created_at) SELECT company_id, UNHEX(REPEAT('5a', 16)), name, lease_s, created_at FROM pool WHERE name = 'Web'");
	assert.match(verb('number', 'add', ...of, '--number', '+4930901823', '--to', '+4930901899', '--pool', 'Web').err, /there are 2 pools "Web"/);
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM number WHERE e164 = '+4930901823'"), '0', 'nothing half added');
	stack.sql("DELETE FROM pool WHERE id = UNHEX(REPEAT('5a', 16))");
});

test('recording without a notice: by an owner, with a reason, audited', () => {
	const of = ['--company', "O'Hara & Søn"], number = ['--number', '+4930901823', '--to', '+4930901899'];
	const why = 'staff line, "all" have\nconsented in writing';
	verb('user', 'add', '--email', 'boss@example.com', ...of, '--role', 'owner');
	verb('user', 'add', '--email', 'admin@example.com', ...of, '--role', 'admin');
	const add = (...args) => verb('number', 'add', ...of, ...number, '--record', ...args);
	assert.match(add('loud').err, /--record is off, notice or silent/);
	assert.match(add('notice', '--why', why).err, /belong to --record silent/);
	assert.match(add('silent').err, /--owner is needed/);
	assert.match(add('silent', '--owner', 'boss@example.com').err, /--why is needed/);
	assert.match(add('silent', '--owner', 'boss@example.com', '--why', 'x').err, /10 to 500/);
	for (const email of ['admin@example.com', 'nobody@example.com', 'a@example.com'])
		assert.match(add('silent', '--owner', email, '--why', why).err, /not an owner/, email);
	const audits = () => stack.sql("SELECT u.email, JSON_VALUE(a.after_json, '$.why'), n.e164 FROM audit a JOIN user u ON u.id = a.user_id JOIN number n ON n.id = a.object_id WHERE a.action = 'number.record_silent' ORDER BY a.id");
	const how = () => stack.sqlOne("SELECT record FROM number WHERE e164 = '+4930901823'");
	assert.deepEqual(audits(), []);
	assert.equal(add('silent', '--owner', 'boss@example.com', '--why', why).status, 0);
	assert.equal(how(), 'silent');
	const told = audits();
	assert.equal(told.length, 1);
	assert.deepEqual([told[0][0], told[0][2]], ['boss@example.com', '+4930901823']);
	assert.match(told[0][1], /^staff line, "all" have/);

	const change = (...args) => verb('number', 'record', ...of, '--number', '+4930901823', '--record', ...args);
	assert.equal(change('notice').status, 0);
	assert.equal(how(), 'notice');
	assert.match(change('silent', '--owner', 'admin@example.com', '--why', why).err, /not an owner/);
	assert.equal(how(), 'notice');
	assert.equal(change('silent', '--owner', 'boss@example.com', '--why', why).status, 0);
	assert.equal(how(), 'silent');
	assert.equal(audits().length, 2);
	assert.equal(change('off').status, 0);
	assert.equal(stack.sqlOne("SELECT record_confirmed_by IS NULL FROM number WHERE e164 = '+4930901823'"), '1');
});

test('every verb that changes something is in the audit log, and no secret', () => {
	const counts = Object.fromEntries(stack.sql("SELECT action, COUNT(*) FROM audit WHERE JSON_VALUE(after_json, '$.command') LIKE 'uid %' GROUP BY action"));
	assert.deepEqual(counts, { 'company.add': '3', 'number.add': '3', 'number.record': '2', 'number.record_silent': '2', 'site.add': '2', 'trunk.add': '1',
		'user.disable': '1', 'user.role': '4' });
	const all = stack.sql('SELECT COALESCE(before_json, after_json) FROM audit').flat().join();
	assert.ok(!/secret|\$argon2/.test(all));
	// An owner who is not said to be one company's is one of the account.
	const boss = verb('user', 'add', '--email', 'chief@example.com', '--role', 'owner');
	assert.match(boss.out, /^password /, boss.err);
	assert.equal(stack.sqlOne("SELECT HEX(m.company_id) FROM membership m JOIN user u ON u.id = m.user_id WHERE u.email = 'chief@example.com'"), '0'.repeat(32));
});

test('work that failed for good is seen and runs again', () => {
	assert.match(verb('job', 'dead').out, /nothing has failed for good/);
	stack.sql("INSERT INTO job (company_id, kind, job_key, payload, state, attempts, due_at, created_at, ended_at, last_error) SELECT id, 'waveform', 'k', '', 'dead', 9, '2026-01-02', '2026-01-02', '2026-01-02', 'no such file' FROM company LIMIT 1");
	const id = stack.sqlOne("SELECT id FROM job WHERE state = 'dead'");
	assert.match(verb('job', 'dead').out, new RegExp(`^${id}  2026-01-02T00:00:00\\S*  .*  waveform  tries=9  no such file\n$`));
	assert.match(verb('job', 'replay').err, /--id is needed/);
	assert.match(verb('job', 'replay', '--id', '999999').err, /there is no dead job 999999/);
	assert.equal(verb('job', 'replay', '--id', id).status, 0);
	assert.deepEqual(stack.sql(`SELECT state, attempts FROM job WHERE id = ${id}`), [['ready', '0']]);
	assert.match(verb('job', 'replay', '--id', id).err, /there is no dead job/);
});

test('the doctor finds nothing bad, and finds what is', () => {
	const well = ringtrace(['doctor', '-c', stack.conf]);
	assert.equal(well.status, 0, well.out);
	assert.match(well.out, /^ok +database /m);
	assert.match(well.out, /^note {2}sip +\S+:5060 is free/m);
	chmodSync(join(stack.dir, 'secret/db_dni.pw'), 0o644);
	writeFileSync(join(stack.dir, 'odd.conf'), readFileSync(stack.conf, 'utf8').replace(/^rtp_port_max .*$/m, 'rtp_port_max 20003').replace(/^journal_dir .*$/m, 'journal_dir /no/such'));
	const ill = ringtrace(['doctor', '-c', join(stack.dir, 'odd.conf')]);
	assert.equal(ill.status, 1);
	assert.match(ill.out, /^BAD +secrets +\S+db_dni\.pw can be read by others: chmod 600$/m);
	assert.match(ill.out, /^BAD +journal +\/no\/such: No such file/m);
	assert.match(ill.out, /^note {2}rtp +4 ports are enough for 1 calls/m);
	chmodSync(join(stack.dir, 'secret/db_dni.pw'), 0o600);
	// What mails and webhooks need.
	assert.match(well.out, /^note {2}mail +none is sent/m);
	assert.match(well.out, /^ok +authorities +those that the system trusts$/m);
	const pem = join(stack.dir, 'ca.pem'), password = join(stack.dir, 'secret/smtp.pw');
	const doctor = () => {
		writeFileSync(join(stack.dir, 'odd.conf'), `${readFileSync(stack.conf, 'utf8').replace(/^(smtp_url|smtp_user|ca_file) .*$/mg, '')}\nsmtp_url smtp://127.0.0.1:25\nsmtp_user me\nca_file ${pem}\n`);
		return ringtrace(['doctor', '-c', join(stack.dir, 'odd.conf')]).out;
	};
	assert.match(doctor(), /^BAD +mail +smtp:\S+: the password of me is not at \S+smtp\.pw: No such file/m);
	assert.match(doctor(), /^BAD +authorities +ca_file \S+ca\.pem: No such file/m);
	writeFileSync(pem, 'nothing of that kind\n');
	writeFileSync(password, 'x\n', { mode: 0o600 });
	const jobd = statSync(join(stack.dir, 'secret/db_jobd.pw')).uid;
	if (jobd !== process.getuid()) {
		assert.match(doctor(), /^BAD +mail .*jobd may not read \S+smtp\.pw: /m);
		chmodSync(pem, 0o600);
		assert.match(doctor(), /^BAD +authorities +ca_file \S+ca\.pem: Permission denied, says jobd$/m);
		chmodSync(pem, 0o644);
		chownSync(password, jobd, -1);
	}
	assert.match(doctor(), /^ok +mail /m);
	assert.match(doctor(), /^BAD +authorities +ca_file \S+ holds no certificate/m);
	writeFileSync(pem, '-----BEGIN CERTIFICATE-----\n');
	assert.match(doctor(), /^ok +authorities /m);
	rmSync(password);
});

test('without a database it says so', async () => {
	await stack.stop();
	const r = verb('company', 'list');
	assert.equal(r.status, 1);
	assert.match(r.err, /no database answers at .*my\.sock: is `ringtrace run`/);
	assert.match(ringtrace(['doctor', '-c', stack.conf]).out, /^BAD +database /m);
});
