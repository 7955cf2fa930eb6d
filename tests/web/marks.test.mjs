// Marks on calls and what is taken out: outcome, value, note, tags, verdict,
// saved views, exports. Audited, by the right roles only, never another
// company's; what a spreadsheet would run comes out harmless.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startStack } from '../support/stack.mjs';
import { addCompanies, fingerprint, hostile, typeId } from '../support/two_companies.mjs';

let stack, world, agent, analyst;
before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '100000'] });
	world = addCompanies(stack);
	for (const c of [world.alpha, world.beta])
		stack.sql(`INSERT INTO outcome (company_id, code, name, is_lead, is_sale, is_spam, position) VALUES
			(X'${c.id.toString('hex')}', 'lead', 'Lead', 1, 0, 0, 1), (X'${c.id.toString('hex')}', 'spam', 'Spam', 0, 0, 1, 2),
			(X'${c.id.toString('hex')}', 'sold', 'Sold', 0, 1, 0, 3);`);
	rebuild();
	agent = await stack.login(world.users.agent.email, world.password);
	analyst = await stack.login(world.users.analyst.email, world.password);
});
after(() => stack?.stop());

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from '../support/stack.mjs';
const ctl = (...args) => spawnSync(join(build, 'ringtrace'), [...args, '-c', stack.conf], { encoding: 'utf8' });
const rebuild = () => assert.equal(ctl('rollup', 'rebuild', '--days', '2').status, 0);
const verified = () => assert.equal(ctl('rollup', 'verify', '--days', '2').status, 0, 'sums equal the calls');

const call = () => world.alpha.callId;
const hex = () => world.alpha.call.toString('hex');
const mark = (fields, client = agent) => client.submit('/calls', '/marks', { next: '/calls', call: call(), ...fields });
const row = (what) => stack.sqlOne(`SELECT ${what} FROM interaction WHERE id = X'${hex()}'`);
const audits = () => Number(stack.sqlOne('SELECT COUNT(*) FROM audit'));

test('outcome, value, note: stored, summed, audited with before and after', async () => {
	const n = audits();
	assert.equal((await mark({ act: 'outcome', outcome: 'lead' })).status, 303);
	assert.equal((await mark({ act: 'value', value: '1,250.50' })).status, 303);
	assert.equal((await mark({ act: 'note', note: `two\nlines ${hostile.replace('\u0001', '')}` })).status, 303);
	assert.equal(row('outcome'), 'lead');
	assert.equal(row('value_micros'), '1250500000');
	assert.equal(stack.sqlOne("SELECT leads FROM call_rollup WHERE dimension = 'total'"
		+ ` AND company_id = X'${world.alpha.id.toString('hex')}'`), '1');
	assert.equal(audits(), n + 3);
	const [before, after, user] = stack.sql("SELECT before_json, after_json, HEX(user_id) FROM audit WHERE action = 'call.value'")[0];
	assert.equal(JSON.parse(before).value, null);
	assert.equal(JSON.parse(after).value, 1250.5);
	assert.equal(user, world.users.agent.id.toString('hex').toUpperCase());
	verified();
});

test('the same again changes nothing and is not audited', async () => {
	const n = audits();
	const updated = () => stack.sqlOne(`SELECT updated_at FROM phone_call WHERE id = X'${hex()}'`);
	const at = updated();
	for (const fields of [{ act: 'value', value: '1250.5' }, { act: 'outcome', outcome: 'lead' }, { act: 'note', note: `two\nlines ${hostile.replace('\u0001', '')}` }])
		assert.equal((await mark(fields)).status, 303, fields.act);
	assert.equal(audits(), n);
	assert.equal(updated(), at);
});

test('a value goes away, a word overrules the verdict, and back', async () => {
	assert.equal((await mark({ act: 'value', value: '' })).status, 303);
	assert.equal(row('value_micros'), null);
	assert.equal((await mark({ act: 'verdict', qualified: 'yes', class: 'customer' })).status, 303);
	assert.equal(stack.sqlOne(`SELECT qualified FROM phone_call WHERE id = X'${hex()}'`), '1');
	const html = await (await agent.fetch('/calls?qualified=yes&class=customer')).text();
	assert.ok(html.includes(call()));
	assert.equal((await mark({ act: 'verdict', qualified: 'rule' })).status, 303);
	assert.equal(stack.sqlOne('SELECT own_class FROM call_verdict'), null);
	verified();
});

test('tags: new ones are made, old ones found in any case, taken off', async () => {
	assert.equal((await mark({ act: 'tag', tag: 'Big job' })).status, 303);
	assert.equal((await mark({ act: 'tag', tag: 'BIG JOB' })).status, 303);
	assert.equal(stack.sqlOne('SELECT COUNT(*) FROM tag'), '1');
	const html = await (await agent.fetch('/calls?cols=tags')).text();
	const tag = html.match(/value="(tag_[0-9a-z]{26})"/)[1];
	assert.match(await (await agent.fetch(`/calls?tag=${tag}`)).text(), new RegExp(call()));
	assert.equal((await mark({ act: 'untag', tag })).status, 303);
	assert.equal((await mark({ act: 'untag', tag })).status, 303, 'somebody took it off before');
	assert.doesNotMatch(await (await agent.fetch(`/calls?tag=${tag}`)).text(), new RegExp(call()));
	// Letters beyond ASCII are the same as the table has them; two who make one at once have one.
	for (const name of ['Büro', 'BÜRO', 'buro']) assert.equal((await mark({ act: 'tag', tag: name })).status, 303, name);
	for (let i = 0; i < 5; i++)
		for (const res of await Promise.all([agent, analyst, agent, analyst].map((who) => mark({ act: 'tag', tag: `at once ${i}` }, who))))
			assert.equal(res.status, 303, `at once ${i}`);
	assert.equal(stack.sqlOne('SELECT COUNT(*) FROM tag'), '7');
	assert.deepEqual(stack.sql("SELECT name, COUNT(*) FROM tag JOIN interaction_tag ON tag_id = id WHERE name LIKE 'b%' GROUP BY 1"), [['Büro', '1']]);
	verified();
	stack.sql("DELETE FROM call_fact_tag; DELETE FROM interaction_tag; DELETE FROM tag WHERE name <> 'Big job'");
});

test('all calls of the filters: those, no other, piece by piece, and the same again is nothing', async () => {
	const put = { id: "UNHEX(CONCAT('019000000000700080000000', LPAD(HEX(seq), 8, '0')))", result: "IF(seq <= 120, 'missed', 'voicemail')", started_at: 'c.started_at - INTERVAL seq SECOND',
		outcome: "''", note: 'NULL', value_micros: 'NULL', sip_call_id: "CONCAT('copy-', seq)" };
	const columns = stack.sql("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'ringtrace' AND table_name IN ('interaction', 'phone_call') ORDER BY 1");
	const copy = (table) => {
		const names = columns.filter(([of]) => of === table).map(([, name]) => name);
		return `INSERT INTO ${table} (${names.map((c) => `\`${c}\``).join(', ')}) SELECT ${names.map((c) => put[c] ?? `c.\`${c}\``).join(', ')} FROM ${table} c JOIN seq_1_to_130 WHERE c.id = X'${hex()}';`;
	};
	stack.sql(copy('interaction') + copy('phone_call'));
	rebuild();
	const path = '/calls/mark?range=7d&result=missed';
	const tagged = () => stack.sql("SELECT p.result, COUNT(*) FROM interaction_tag x JOIN tag t ON t.id = x.tag_id JOIN phone_call p ON p.id = x.interaction_id WHERE t.name = 'Spring fair' GROUP BY 1");
	assert.equal((await agent.fetch(path)).status, 403);
	const html = await (await analyst.fetch(path)).text();
	assert.match(html, /· 120 calls</);
	assert.match(html, /Result: Missed</, 'what is marked is said');
	assert.ok((await (await analyst.fetch('/calls?range=7d&result=missed')).text()).includes('href="/calls/mark?range=7d&amp;result=missed"'));
	// As a piece goes on: right below the fortieth call.
	const [at, key] = stack.sql("SELECT CAST(UNIX_TIMESTAMP(started_at) * 1000000 AS UNSIGNED), LOWER(HEX(id)) FROM phone_call WHERE result = 'missed' ORDER BY started_at DESC, id DESC LIMIT 39, 1")[0];
	const post = async (fields) => {
		const res = await analyst.submit(path, path, fields);
		return [res.status, await res.text()];
	};
	const toEnd = async (fields) => {
		let [status, page] = await post(fields);
		for (let i = 0; i < 200 && page.includes('data-mark-more'); i++) {
			const form = page.split('data-mark-more')[1].split('</form>')[0];
			[status, page] = await post(Object.fromEntries([...form.matchAll(/name="(\w+)" value="([^"]*)"/g)].map((m) => [m[1], m[2]]).filter(([name]) => name !== 'csrf')));
		}
		assert.equal(status, 200);
		return page;
	};
	const n = audits();
	const part = await toEnd({ act: 'tag', tag: 'Spring fair', before: `${at}-${typeId('cal', Buffer.from(key, 'hex'))}`, seen: '40', changed: '39' });
	assert.match(part, /120 calls looked at, 119 changed/);
	assert.deepEqual(tagged(), [['missed', '80']]);
	assert.equal(audits(), n + 80);
	assert.match(await toEnd({ act: 'tag', tag: 'spring FAIR' }), /120 calls looked at, 40 changed/, 'those that had it are as they were');
	assert.deepEqual(tagged(), [['missed', '120']]);
	assert.equal(audits(), n + 120);
	const outcomes = () => stack.sql("SELECT p.result, i.outcome, COUNT(*) FROM phone_call p JOIN interaction i ON i.id = p.id WHERE p.id LIKE CONCAT(x'019000000000', '%') GROUP BY 1, 2 ORDER BY 1");
	// What leaves the filters by the mark is one of those found.
	const { all } = await analyst.hiddenFields(`${path}&outcome=~`);
	assert.equal(all, '120');
	const led = await analyst.submit(`${path}&outcome=~`, `${path}&outcome=~`, { act: 'outcome', outcome: 'lead', before: `${at}-${typeId('cal', Buffer.from(key, 'hex'))}`, seen: '40', changed: '40' });
	assert.match(await led.text(), /· 120 calls</);
	await toEnd({ act: 'outcome', outcome: 'lead' });
	assert.deepEqual(outcomes(), [['missed', 'lead', '120'], ['voicemail', '', '10']]);
	assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM interaction WHERE company_id = X'${world.beta.id.toString('hex')}' AND outcome <> ''`), '0');
	for (const [fields, why] of [[{ act: 'note', note: 'x' }, 'another act'], [{ act: 'value', value: '1' }, 'another act'], [{ act: 'outcome', outcome: 'nothing' }, 'no such outcome'],
		[{ act: 'tag', tag: '' }, 'no tag'], [{ act: 'spam', before: 'x' }, 'no place'], [{ act: 'spam', before: `${at}-${world.alpha.callId}`, seen: '-1', changed: '0' }, 'no number'], [{ act: 'spam', all: 'x' }, 'no number'], [{}, 'no act']])
		assert.equal((await post(fields))[0], 400, why);
	assert.deepEqual(outcomes(), [['missed', 'lead', '120'], ['voicemail', '', '10']]);
	verified();
	stack.sql("DELETE FROM phone_call WHERE id LIKE CONCAT(x'019000000000', '%'); DELETE FROM interaction_tag WHERE interaction_id LIKE CONCAT(x'019000000000', '%'); DELETE FROM interaction WHERE id LIKE CONCAT(x'019000000000', '%')");
	rebuild();
});

test('many at once; one that is not ours stops it', async () => {
	const { csrf } = await agent.hiddenFields('/calls');
	const body = new URLSearchParams([['csrf', csrf], ['next', '/calls'], ['act', 'outcome'], ['outcome', 'sold'],
		['call', call()], ['call', world.beta.callId]]);
	assert.equal((await agent.fetch('/marks', { method: 'POST', body })).status, 404);
	assert.equal(stack.sqlOne(`SELECT outcome FROM interaction WHERE id = X'${world.beta.call.toString('hex')}'`), '');
	const many = new URLSearchParams([['csrf', csrf], ['next', '/calls'], ['act', 'spam'], ...Array(101).fill(['call', call()])]);
	assert.equal((await agent.fetch('/marks', { method: 'POST', body: many })).status, 413);
	verified();
});

test('bad marks change nothing', async () => {
	const before = fingerprint(stack);
	for (const [why, fields, status] of [
		['no act', {}, 400],
		['an act that is none', { act: 'delete' }, 400],
		['an outcome of nobody', { act: 'outcome', outcome: 'won' }, 400],
		['no number', { act: 'value', value: '1e9' }, 400],
		['too much', { act: 'value', value: '99999999999' }, 400],
		['a class that is none', { act: 'verdict', qualified: 'yes', class: 'robot' }, 400],
		['another id kind', { act: 'outcome', outcome: 'lead', call: world.alpha.companyId }, 400],
		['another company\'s', { act: 'outcome', outcome: 'lead', call: world.beta.callId }, 404],
		['a note that is too long', { act: 'note', note: 'x'.repeat(4001) }, 400],
		['away from here', { act: 'outcome', outcome: 'lead', next: '//evil.example/' }, 400],
		['nothing picked', { act: 'outcome', outcome: 'lead', call: '' }, 400],
	]) {
		const res = await mark(fields);
		assert.equal(res.status, status, why);
	}
	assert.equal(fingerprint(stack), before);
});

test('saved views: kept, shown as text, deleted, not beyond the company', async () => {
	const name = hostile.slice(0, 60);
	const save = { page: 'calls', name, query: 'range=7d&source=google' };
	assert.equal((await agent.submit('/calls', '/views', save)).headers.get('location'), '/calls?range=7d&source=google');
	assert.equal((await agent.submit('/calls', '/views', save)).status, 409, 'the name is taken');
	for (const query of ['x" onclick="', 'a b', '#x', 'x'.repeat(4097)])
		assert.equal((await agent.submit('/calls', '/views', { ...save, name: 'b', query })).status, 400, query);
	const html = await (await agent.fetch('/calls')).text();
	assert.ok(html.includes('/calls?range=7d&amp;source=google'));
	assert.ok(!html.includes('<script>alert'));
	const id = html.match(/\/views\/(viw_[0-9a-z]{26})\/delete/)[1];
	const other = await stack.login(world.foreign.email, world.password);
	assert.ok(!(await (await other.fetch('/calls')).text()).includes(id));
	assert.equal((await agent.submit('/calls', `/views/${id}/delete`, { page: 'calls' })).status, 303);
	assert.equal((await agent.submit('/calls', `/views/${id}/delete`, { page: 'calls' })).status, 404);
});

/** RFC 4180, as a spreadsheet reads it. */
function csv(text) {
	const rows = [[]];
	const cell = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r\n|$)/y;
	for (let m; cell.lastIndex < text.length && (m = cell.exec(text));) {
		rows.at(-1).push(m[1].startsWith('"') ? m[1].slice(1, -1).replaceAll('""', '"') : m[1]);
		if (m[2] === '\r\n') rows.push([]);
	}
	return rows.filter((r) => r.length > 0);
}

test('the export is what is shown, harmless, and written down', async () => {
	stack.sql(`UPDATE interaction SET campaign = '=cmd|calc', keyword = '+1-2, "x"' WHERE id = X'${hex()}'`);
	rebuild();
	const n = audits();
	const res = await analyst.fetch('/calls.csv?range=7d');
	assert.equal(res.status, 200);
	assert.match(res.headers.get('content-disposition'), /attachment; filename="calls.csv"/);
	assert.equal(res.headers.get('content-length'), null, 'streamed');
	const text = await res.text();
	const [head, ...rows] = csv(text);
	assert.equal(rows.length, 1);
	assert.equal(rows[0].length, head.length);
	const get = (name) => rows[0][head.indexOf(name)];
	assert.equal(get('call'), call());
	assert.equal(get('campaign'), "'=cmd|calc");
	assert.equal(get('keyword'), `'+1-2, "x"`);
	for (const cell of rows[0]) assert.doesNotMatch(cell, /^[=+\-@\t\r\n]/);
	assert.ok(!text.includes(world.secret));
	assert.equal(audits(), n + 1);
	assert.match(stack.sqlOne("SELECT after_json FROM audit WHERE action = 'calls.export'"), /calls.csv\?range=7d/);
	assert.deepEqual(csv(await (await analyst.fetch('/calls.csv?range=7d&result=missed')).text()), [head], 'no call, but its columns');
	assert.equal((await agent.fetch('/calls.csv')).status, 403, 'an agent takes nothing out');
});

test('JSON lines hold the same, with types', async () => {
	const lines = (await (await analyst.fetch('/calls.jsonl')).text()).trim().split('\n').map((l) => JSON.parse(l));
	assert.equal(lines.length, 1);
	assert.equal(lines[0].campaign, '=cmd|calc');
	assert.equal(lines[0].talk_ms, 90000);
	assert.equal(lines[0].value, null);
	assert.equal(lines[0].first_time, false);
});

test('thousands of rows come whole, in order, once each', async () => {
	const com = world.alpha.id.toString('hex');
	const [day, next] = [40, 39].map((days) => new Date(Date.now() - days * 86400000).toISOString().slice(0, 10));
	stack.sql(`INSERT INTO interaction (company_id, id, kind, happened_at)
		SELECT X'${com}', UNHEX(CONCAT('7fff', LPAD(HEX(seq), 28, '0'))), 'call', UTC_TIMESTAMP(6) - INTERVAL (seq DIV 3) SECOND FROM seq_1_to_1203;
		INSERT INTO phone_call (company_id, id, state, result, number_id, number_e164, started_at)
		SELECT X'${com}', UNHEX(CONCAT('7fff', LPAD(HEX(seq), 28, '0'))), 'closed', 'missed', X'${world.alpha.number.toString('hex')}', '+14155550166',
		TIMESTAMP'${day} 12:00:00' + INTERVAL (seq DIV 3) SECOND FROM seq_1_to_1203;`);
	assert.equal(ctl('rollup', 'rebuild', '--days', '42').status, 0);
	const address = `/calls.jsonl?from=${day}&to=${next}`;
	const lines = (await (await analyst.fetch(address)).text()).trim().split('\n').map((l) => JSON.parse(l));
	assert.equal(lines.length, 1203);
	assert.equal(new Set(lines.map((l) => l.call)).size, 1203);
	assert.deepEqual(lines.map((l) => l.started_at), lines.map((l) => l.started_at).sort().reverse());
});

test('filters that cannot be understood are 400', async () => {
	for (const query of ['result=won', 'first=maybe', 'talk_min=x', 'talk_min=-1', 'risk_min=1e3', 'tag=x', `tag=${world.alpha.callId}`, 'number=~x',
		'cols=secret', `source=${'x'.repeat(1100)}`, 'value_min=99999999999', 'source=a&source=b'])
		assert.equal((await agent.fetch(`/calls?${query}`)).status, 400, query);
	for (const query of ['source=~', 'number=~', 'cols=none', 'talk_min=0&talk_max=86400', 'risk_min=0&risk_max=100', 'source=', 'first=yes&qualified=no',
		'place=x&country=US&ad=1&match=e&device=m&landing=l&referrer=r&ring_min=1&value_max=2'])
		assert.equal((await agent.fetch(`/calls?${query}`)).status, 200, query);
});

test('two people at one call: who comes second sees both versions and chooses', async () => {
	const page = `/calls/${call()}`;
	const forms = async (client, path = page) => {
		const html = await (await client.fetch(path)).text();
		return (act) => {
			const form = html.split('<form').find((f) => f.includes(`name="act" value="${act}"`));
			return Object.fromEntries([...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, n, v]) => [n, v]));
		};
	};
	const post = (client, fields) => client.fetch('/marks', { method: 'POST', headers: { origin: stack.url }, body: new URLSearchParams(fields) });
	const cases = [['note', { note: 'first words' }, { note: '<b>second</b> words' }, () => row('note')],
		['value', { value: '7' }, { value: '8.5' }, () => row('value_micros')],
		['outcome', { outcome: 'spam' }, { outcome: 'sold' }, () => row('outcome')],
		['verdict', { qualified: 'yes', class: 'customer' }, { qualified: 'no', class: 'lead' },
			() => stack.sqlOne('SELECT own_class FROM call_verdict')]];
	// Not judged before, there is no form for it on the page.
	assert.equal((await mark({ act: 'verdict', qualified: 'no', class: 'spam' })).status, 303);
	for (const [act, first, second, stored] of cases) {
		const [mine, theirs] = [await forms(analyst), await forms(agent)];
		const n = audits();
		assert.equal((await post(agent, { ...theirs(act), act, ...first })).status, 303, act);
		const kept = stored();
		const late = await post(analyst, { ...mine(act), act, ...second });
		const html = await late.text();
		assert.equal(late.status, 409, act);
		assert.equal(stored(), kept, `${act}: the first one stands`);
		assert.equal(audits(), n + 1, act);
		assert.match(html, new RegExp(`<h1>agent changed the ${act} meanwhile`));
		assert.ok(!html.includes('<b>second'), 'inert');
		// The same as theirs is no conflict, and the choice is.
		assert.equal((await post(analyst, { ...mine(act), act, ...first })).status, 303, act);
		const form = Object.fromEntries([...html.split('<form class="form-end"')[1].matchAll(/name="([^"]*)" value="([^"]*)"/g)]
			.map(([, name, value]) => [name, value.replace(/&lt;/g, '<').replace(/&gt;/g, '>')]));
		assert.equal((await post(analyst, form)).status, 303, act);
		assert.notEqual(stored(), kept, act);
		// Once more with the stamp of before: somebody was faster again.
		assert.equal((await post(analyst, { ...form, ...first })).status, 409, act);
	}
	// The log's bar and programs show no version: they say what is to be.
	assert.equal((await mark({ act: 'note', note: 'by the bar' })).status, 303);
	assert.equal((await mark({ act: 'verdict', qualified: 'rule' })).status, 303);
	// Tags of two people do not cross.
	assert.equal((await mark({ act: 'outcome', outcome: '' })).status, 303);
	verified();
});

test('a tag, an outcome, a value, a word on one call at the same moment: none is sent away', async () => {
	for (let i = 0; i < 8; i++) {
		const all = [{ act: 'tag', tag: 'crowd' }, { act: 'outcome', outcome: ['lead', 'sold'][i % 2] }, { act: 'value', value: String(i) }, { act: 'verdict', qualified: ['yes', 'no'][i % 2], class: 'lead' },
			{ act: 'note', note: `n${i}` }, { act: 'outcome', outcome: ['spam', ''][i % 2] }];
		for (const [k, res] of (await Promise.all(all.map((fields, k) => mark(fields, k % 2 ? agent : analyst)))).entries())
			assert.equal(res.status, 303, all[k].act);
	}
	verified();
	stack.sql("DELETE FROM call_fact_tag; DELETE FROM interaction_tag; DELETE FROM tag WHERE name = 'crowd'");
});

test('nothing of this was our mistake', () => {
	assert.doesNotMatch(stack.log('dashboard'), /status=5\d\d/);
});
