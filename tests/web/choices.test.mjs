// Forms, filters and lists of what there are hundreds of: a part is shown, each is
// found by its name.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decode, formsOf, openForm, pairs } from '../support/forms.mjs';
import { startStack } from '../support/stack.mjs';
import { addCompanies, typeId } from '../support/two_companies.mjs';

let stack, owner;

before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '100000'] });
	addCompanies(stack);
	owner = await stack.login();
});
after(() => stack?.stop());

const audits = () => Number(stack.sqlOne('SELECT COUNT(*) FROM audit'));

/** Hundreds of what forms choose from, in the demonstration company. */
function seedChoices() {
	const company = "(SELECT id FROM company WHERE name = 'Bay City Plumbing')";
	const id = (t) => `UNHEX(CONCAT('019300${t}', LPAD(HEX(n.seq), 8, '0'), '8000000000000000'))`;
	const pool = `(SELECT id FROM pool WHERE company_id = ${company} LIMIT 1)`;
	stack.sql(`INSERT INTO number (company_id, id, e164, active_e164, label, kind, country, place, added_at)
		SELECT ${company}, ${id('a1')}, CONCAT('+1415557', LPAD(n.seq, 4, '0')), CONCAT('+1415557', LPAD(n.seq, 4, '0')), CONCAT('Line ', n.seq), 'local', 'US', '', UTC_TIMESTAMP(6) FROM seq_1_to_420 n;
		INSERT INTO pool_number (company_id, pool_id, number_id, added_at) SELECT ${company}, ${pool}, ${id('a1')}, UTC_TIMESTAMP(6) FROM seq_1_to_100 n;
		INSERT INTO location (company_id, id, name, time_zone, created_at) SELECT ${company}, ${id('a2')}, CONCAT('Branch ', LPAD(n.seq, 3, '0')), 'UTC', UTC_TIMESTAMP(6) FROM seq_1_to_230 n;
		INSERT INTO destination (company_id, id, name, target, created_at) SELECT ${company}, ${id('a3')}, CONCAT('Desk ', LPAD(n.seq, 3, '0')), '+14155550142', UTC_TIMESTAMP(6) FROM seq_1_to_230 n;`);
	const key = (table, where) => stack.sqlOne(`SELECT LOWER(HEX(id)) FROM ${table} WHERE ${where}`);
	return {
		pooled: typeId('num', Buffer.from(key('number', "label = 'Line 1'"), 'hex')), late: typeId('num', Buffer.from(key('number', "label = 'Line 420'"), 'hex')),
		later: typeId('num', Buffer.from(key('number', "label = 'Line 419'"), 'hex')), desk: typeId('dst', Buffer.from(key('destination', "name = 'Desk 229'"), 'hex')),
	};
}

test('a choice of hundreds: a part is listed, each is found by its name and saved', async () => {
	const { pooled, late, later, desk } = seedChoices();
	const n = audits();
	const page = await openForm(owner, '/settings/trackers/new');
	const offered = page.fields.number.options;
	assert.ok(offered.length === 200, `${offered.length}`);
	assert.ok(!offered.includes(pooled), 'a pool has it');
	assert.ok(!offered.includes(late), 'behind the first two hundred');
	const typed = { name: 'Radio spot', source: 'radio', medium: 'offline' };
	const again = async (form, changes) => {
		const res = await form.send(changes);
		assert.equal(res.status, 200);
		const html = await res.text();
		assert.doesNotMatch(html, /role="alert"|aria-invalid/, 'nothing is wrong yet');
		return formsOf(html).find((f) => /class="card form"/.test(f.text));
	};
	// By the button, as it is said and as it is written; by Enter, which is a
	// form that is sent with something to look for.
	let found;
	for (const changes of [{ find_number: 'Line 42', find: 'number' }, { find_number: '(415) 557-0420', find: 'number' }, { find_number: 'line 420' }]) {
		found = await again(page, { ...typed, source: '', ...changes });
		assert.ok(found.fields.number.options.includes(late), JSON.stringify(changes));
		assert.ok(found.fields.number.options.length <= 4, 'what fits, and what was chosen');
		assert.equal(found.fields.name.value, 'Radio spot');
	}
	assert.match(found.text, /<select[^>]*name="number"[^>]* autofocus/);
	assert.match((await again(page, { find_number: 'no such line', find: 'number' })).text, /Nothing has that in its name/);
	assert.equal(audits(), n, 'nothing was saved');
	const send = (form, changes) => owner.fetch('/settings/trackers/new', { method: 'POST', headers: { origin: new URL(owner.base).origin }, body: new URLSearchParams(pairs(form.fields, changes)) });
	assert.equal((await send(found, { ...typed, number: late })).status, 303);
	assert.equal(stack.sqlOne("SELECT n.label FROM tracker t JOIN number n ON n.id = t.number_id WHERE t.name = 'Radio spot'"), 'Line 420');
	// One that no list named is as good; a pool's is refused in words.
	assert.equal((await page.send({ ...typed, name: 'Second', number: later })).status, 303);
	const refused = await page.send({ ...typed, name: 'Third', number: pooled });
	assert.equal(refused.status, 422);
	assert.match(await refused.text(), /This number is in a pool/);
	assert.equal((await page.send({ ...typed, name: 'Third', number: 'num_00000000000000000000000000' })).status, 422);
	// What was chosen stands in the form, wherever it is in the list.
	const number = await openForm(owner, `/settings/numbers/${late}`);
	assert.equal((await number.send({ destination: desk })).status, 303);
	const kept = await openForm(owner, `/settings/numbers/${late}`);
	assert.equal(kept.fields.destination.value, desk);
	assert.equal(kept.fields.destination.options.length, 202, 'none, two hundred, and it');
	assert.match(kept.text, new RegExp(`value="${desk}" selected>Desk 229<`));
	assert.match((await (await owner.fetch(`/settings/numbers/${late}`)).text()), /The first 200; others are found/);
});

test('people and trackers of hundreds: found by their names', async () => {
	const company = "(SELECT id FROM company WHERE name = 'Bay City Plumbing')";
	const id = (t) => `UNHEX(CONCAT('019300${t}', LPAD(HEX(n.seq), 8, '0'), '8000000000000000'))`;
	stack.sql(`INSERT INTO user (id, account_id, email, name, password_hash, created_at) SELECT ${id('c3')}, c.account_id, CONCAT('staff', n.seq, '@many.example'), CONCAT('Staff ', LPAD(n.seq, 3, '0')), '', UTC_TIMESTAMP(6) FROM company c JOIN seq_1_to_230 n WHERE c.id = ${company};
		INSERT INTO membership (user_id, account_id, company_id, role, created_at) SELECT ${id('c3')}, c.account_id, c.id, 'analyst', UTC_TIMESTAMP(6) FROM company c JOIN seq_1_to_230 n WHERE c.id = ${company};
		INSERT INTO tracker (company_id, id, number_id, name, source, medium, match_kind, created_at) SELECT ${company}, ${id('c4')}, ${id('a1')}, CONCAT('Poster ', LPAD(n.seq, 3, '0')), 'poster', 'offline', 'none', UTC_TIMESTAMP(6) FROM seq_1_to_230 n`);
	const last = (kind, t) => typeId(kind, Buffer.from(`019300${t}000000e68000000000000000`, 'hex'));
	const post = (path, form, changes) => owner.fetch(path, { method: 'POST', headers: { origin: new URL(owner.base).origin }, body: new URLSearchParams(pairs(form.fields, changes)) });
	const listed = (form, name) => form.fields[name].options;
	// By a part of the address, too; the mail is as it was typed.
	const mail = await openForm(owner, '/settings/mail/new');
	const user = last('usr', 'c3');
	assert.equal(listed(mail, 'user').length, 200);
	assert.ok(!listed(mail, 'user').includes(user));
	const found = formsOf(await (await post('/settings/mail/new', mail, { kind: 'voicemail', find_user: 'staff230@', find: 'user' })).text()).find((f) => f.fields.user);
	assert.ok(listed(found, 'user').includes(user) && listed(found, 'user').length <= 2, 'who fits, and who was chosen');
	assert.match(found.text, />Staff 230, staff230@many\.example</);
	assert.equal(found.fields.kind.value, 'voicemail');
	assert.equal((await post('/settings/mail/new', found, { user })).status, 303);
	assert.equal(stack.sqlOne("SELECT u.name FROM mail_rule m JOIN user u ON u.id = m.user_id WHERE m.kind = 'voicemail' AND u.name LIKE 'Staff%'"), 'Staff 230');
	// What it costs: found, typed amounts kept, entered; then changed by who knew of it.
	const tracker = last('trk', 'c4');
	const spend = async (res) => formsOf(await res.text()).find((f) => f.fields.amount);
	let form = await spend(await owner.fetch('/spend'));
	assert.equal(listed(form, 'tracker').length, 200);
	assert.doesNotMatch(form.text.match(/<button[^>]*>/)[0], /name="find"/, 'Enter in a field does not press Find');
	for (const amount of ['17.50', '18']) {
		const res = await post('/spend/monthly', form, { amount, from: '2026-06-01', find_tracker: 'poster 230', find: 'tracker' });
		assert.equal(res.status, 200);
		form = await spend(res);
		assert.ok(listed(form, 'tracker').includes(tracker));
		assert.equal(form.fields.amount.value, amount);
		assert.equal((await post('/spend/monthly', form, { tracker })).status, 303);
		assert.equal(stack.sqlOne("SELECT monthly_micros FROM tracker_cost c JOIN tracker t ON t.id = c.tracker_id WHERE t.name = 'Poster 230'"), `${Number(amount) * 1e6}`);
		form = await spend(await owner.fetch('/spend'));
	}
	// Who typed a name and did not look for it entered nothing.
	assert.equal((await post('/spend/monthly', form, { amount: '19', from: '2026-06-01', find_tracker: 'poster 229' })).status, 200);
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM tracker_cost c JOIN tracker t ON t.id = c.tracker_id WHERE t.name LIKE 'Poster%'"), '1');
	stack.sql(`DELETE FROM tracker_cost; DELETE FROM mail_rule WHERE user_id IN (SELECT id FROM user WHERE name LIKE 'Staff%'); DELETE FROM tracker WHERE name LIKE 'Poster%'; DELETE FROM membership WHERE user_id IN (SELECT id FROM user WHERE name LIKE 'Staff%'); DELETE FROM user WHERE name LIKE 'Staff%'`);
});

test('a filter of hundreds: found by its name, without a script, the other filters kept', async () => {
	const desk = typeId('dst', Buffer.from(stack.sqlOne("SELECT LOWER(HEX(id)) FROM destination WHERE name = 'Desk 229'"), 'hex'));
	const options = (html) => [...html.match(/<select[^>]*name="destination"[^]*?<\/select>/)[0].matchAll(/<option value="([^"]*)"( selected)?/g)];
	for (const path of ['/calls', '/reports']) {
		const get = async (query) => {
			const res = await owner.fetch(`${path}?range=7d${query}`);
			assert.equal(res.status, 200);
			return res.text();
		};
		assert.equal(options(await get('')).length, 201, 'any, and two hundred');
		assert.doesNotMatch(await get(''), /<details class="menu wide" open/);
		const html = await get('&source=google&find_destination=desk+229&found_destination=&find=destination');
		assert.ok(options(html).some(([, value]) => value === desk));
		assert.match(html, /<details class="menu wide" open/);
		assert.match(html, /name="source" value="google"/);
		assert.doesNotMatch(html.match(/<form class="filter-form"[^]*?(<button[^>]*>)/)[1], /name="find"/, 'Enter in a field does not press Find');
		const chosen = await get(`&destination=${desk}&find_destination=desk+229&found_destination=desk+229`);
		assert.ok(options(chosen).some(([, value, on]) => value === desk && on));
		assert.doesNotMatch(chosen, /<details class="menu wide" open/, 'it was chosen');
		assert.match(chosen, /Answering side: Desk 229/);
		assert.ok(options(await get(`&destination=${desk}`)).some(([, value, on]) => value === desk && on), 'it stands there without a search, too');
	}
});

test('two hundred outcomes, and no more', async () => {
	const of = "company_id = (SELECT id FROM company WHERE name = 'Bay City Plumbing')";
	const add = async (code) => (await openForm(owner, '/settings/outcomes/new')).send({ name: code, code });
	stack.sql(`INSERT INTO outcome (company_id, code, name, is_lead, is_sale, is_spam, position) SELECT company_id, CONCAT('many_', n.seq), 'Many', 0, 0, 0, 100 FROM (SELECT company_id, COUNT(*) AS c FROM outcome WHERE ${of} AND archived_at IS NULL) o JOIN seq_1_to_199 n WHERE n.seq <= 199 - o.c`);
	assert.equal((await add('the_last')).status, 303);
	const res = await add('one_more');
	assert.equal(res.status, 422);
	assert.match(await res.text(), /at most 200 outcomes/);
	stack.sql(`UPDATE outcome SET archived_at = UTC_TIMESTAMP(6) WHERE ${of} AND code = 'many_1'`);
	assert.equal((await add('one_more')).status, 303);
	stack.sql(`DELETE FROM outcome WHERE ${of} AND (code LIKE 'many%' OR code IN ('the_last', 'one_more'))`);
});

test('flows, prompts, people, places and telephones: a hundred a page, each found by its name', async () => {
	const company = "(SELECT id FROM company WHERE name = 'Bay City Plumbing')";
	const id = (t) => `UNHEX(CONCAT('019300${t}', LPAD(HEX(n.seq), 8, '0'), '8000000000000000'))`;
	stack.sql(`INSERT INTO flow (company_id, id, name, active_name, created_at) SELECT ${company}, ${id('d1')}, CONCAT('Night ', LPAD(n.seq, 3, '0')), CONCAT('Night ', LPAD(n.seq, 3, '0')), UTC_TIMESTAMP(6) FROM seq_1_to_130 n;
		INSERT INTO prompt (company_id, id, name, prompt_key, active_key, language, created_at) SELECT ${company}, ${id('d2')}, CONCAT('Hello ', LPAD(n.seq, 3, '0')), CONCAT('hello-', n.seq), CONCAT('hello-', n.seq), 'en-US', UTC_TIMESTAMP(6) FROM seq_1_to_130 n;
		INSERT INTO user (id, account_id, email, name, password_hash, created_at) SELECT ${id('d3')}, c.account_id, CONCAT('p', n.seq, '@many.example'), CONCAT('Person ', LPAD(n.seq, 3, '0')), '', UTC_TIMESTAMP(6) FROM company c JOIN seq_1_to_130 n WHERE c.id = ${company};
		INSERT INTO membership (user_id, account_id, company_id, role, created_at) SELECT ${id('d3')}, c.account_id, c.id, 'analyst', UTC_TIMESTAMP(6) FROM company c JOIN seq_1_to_130 n WHERE c.id = ${company};
		INSERT INTO location (company_id, id, name, time_zone, created_at) SELECT ${company}, ${id('d4')}, CONCAT('Depot ', LPAD(n.seq, 3, '0')), 'UTC', UTC_TIMESTAMP(6) FROM seq_1_to_130 n;
		INSERT INTO destination (company_id, id, name, target, created_at) SELECT ${company}, ${id('d5')}, CONCAT('Counter ', LPAD(n.seq, 3, '0')), CONCAT('+1415558', LPAD(n.seq, 4, '0')), UTC_TIMESTAMP(6) FROM seq_1_to_130 n;
		INSERT INTO tag (company_id, id, name, created_at) SELECT ${company}, ${id('d6')}, CONCAT('Mark ', LPAD(n.seq, 3, '0')), UTC_TIMESTAMP(6) FROM seq_1_to_130 n;
		INSERT INTO pool (company_id, id, name, lease_s, created_at) SELECT ${company}, ${id('d7')}, CONCAT('Group ', LPAD(n.seq, 3, '0')), 90, UTC_TIMESTAMP(6) FROM seq_1_to_130 n;
		INSERT INTO site (company_id, id, public_key, name, created_at) SELECT ${company}, ${id('d8')}, CONCAT('many-', n.seq), CONCAT('Shop ', LPAD(n.seq, 3, '0')), UTC_TIMESTAMP(6) FROM seq_1_to_130 n;`);
	for (const [path, name] of [['/settings/tags', 'Mark'], ['/settings/pools', 'Group'], ['/settings/sites', 'Shop'], ['/sites', 'Shop'], ['/flows', 'Night'], ['/settings/prompts', 'Hello'], ['/settings/users', 'Person'], ['/settings/locations', 'Depot'], ['/settings/destinations', 'Counter']]) {
		const seen = new Set();
		let next = path, pages = 0;
		do {
			const html = await (await owner.fetch(next)).text();
			const rows = [...html.matchAll(/class="row-link[^"]*" href="[^"]*">([^<]*)</g)].map(([, n]) => n);
			assert.ok(rows.length > 0 && rows.length <= 100, `${next}: ${rows.length}`);
			for (const row of rows.filter((n) => n.startsWith(name))) {
				assert.ok(!seen.has(row), `${row} twice`);
				seen.add(row);
			}
			next = html.match(/rel="next" href="([^"]*)"/)?.[1];
			if (next) next = new URL(decode(next), new URL(path, owner.base)).href;
		} while (next && ++pages < 6);
		assert.equal(seen.size, 130, path);
		const one = await (await owner.fetch(`${path}?q=${name.toLowerCase()}+129`)).text();
		assert.deepEqual([...one.matchAll(/class="row-link[^"]*" href="[^"]*">([^<]*)</g)].map(([, n]) => n), [`${name} 129`]);
		const none = await owner.fetch(`${path}?q=${encodeURIComponent('<b>"none')}`);
		assert.equal(none.status, 200);
		assert.match(await none.text(), /Nothing has that in its name/);
		const paged = !/users|locations|destinations|tags|pools|settings.sites/.test(path);
		assert.equal((await owner.fetch(`${path}?${paged ? 'page' : 'after'}=x`)).status, 400);
		if (!paged) continue;
		const behind = await (await owner.fetch(`${path}?page=9`)).text();
		assert.match(behind, /Nothing on this page.*The list ends before it.*To the first page/, path);
		assert.doesNotMatch(behind, /No \w+ yet|None yet|rel="(prev|next)"/, path);
	}
	const counter = await (await owner.fetch('/settings/destinations?q=%28415%29+558-0129')).text();
	assert.match(counter, /name="q" value="\(415\) 558-0129" [^>]*placeholder="Name or number"/);
	assert.deepEqual([...counter.matchAll(/class="row-link" href="[^"]*">([^<]*)</g)].map(([, n]) => n), ['Counter 129'], 'by its number as people write it');
});
