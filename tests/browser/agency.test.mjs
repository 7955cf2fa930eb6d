// An agency: two hundred companies with two months of figures, fifty people.
// The right company in a few keys, favourites in front, and no page that holds
// them all.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { cookiesOf, newMember, openBrowser } from '../support/browser.mjs';
import { startStack } from '../support/stack.mjs';
import { baseOf, dice, seed, seedCompanies, uuid } from './seed.mjs';

const COMPANIES = 200;
const PEOPLE = 50;
const TRADES = ['Plumbing', 'Roofing', 'Dental Studio', 'Law Group', 'Garage Doors', 'Landscaping', 'Orthodontics', 'Heating & Air'];
const PLACES = ['Oakland', 'San Mateo', 'Tacoma', 'Boise', 'Austin', 'Raleigh', 'Mobile', 'Provo', 'Albany', 'Dayton', 'Fresno', 'Tulsa', 'Reno', 'Omaha', 'Salem',
	'Eugene', 'Akron', 'Macon', 'Waco', 'Erie', 'Flint', 'Utica', 'Bangor', 'Juneau', 'Casper'];
const names = Array.from({ length: COMPANIES }, (_, i) => `${PLACES[i % PLACES.length]} ${TRADES[Math.floor(i / PLACES.length)]}`);

let stack, browser, cookies, me;

before(async () => {
	stack = await startStack({ without: ['sipworker', 'dni', 'jobd'], args: ['--web-rate', '100000'] });
	seed(stack, { days: 60 });
	seedCompanies(stack, names);
	const { company } = baseOf(stack);
	// Each has the figures of the demonstration company.
	const columns = stack.sql("SELECT column_name FROM information_schema.columns WHERE table_schema = 'ringtrace' AND table_name = 'call_rollup' AND column_name <> 'company_id'").map((r) => `r.\`${r[0]}\``);
	stack.sql(`INSERT INTO call_rollup (company_id, ${columns.map((c) => c.slice(2)).join(', ')}) SELECT c.id, ${columns.join(', ')} FROM call_rollup r JOIN company c
		WHERE r.company_id = x'${company}' AND c.id <> x'${company}' AND (r.dimension = 'total' OR r.dimension LIKE 'location/%')`);
	const rnd = dice(5);
	stack.sql(Array.from({ length: PEOPLE }, (_, i) => {
		const id = uuid(Date.now() + i, rnd);
		return `INSERT INTO user (id, account_id, email, name, password_hash, created_at) SELECT x'${id}', id, 'person${i}@agency.example', 'Person ${i}', '', UTC_TIMESTAMP(6) FROM account LIMIT 1;
			INSERT INTO membership (user_id, account_id, company_id, role, created_at) SELECT x'${id}', id, x'${'0'.repeat(32)}', 'analyst', UTC_TIMESTAMP(6) FROM account LIMIT 1;`;
	}).join('\n'));
	me = await stack.login();
	cookies = cookiesOf(me);
	browser = await openBrowser();
});

after(async () => {
	await browser?.close();
	await stack?.stop();
});

const member = (options = {}) => newMember(browser, cookies, { viewport: { width: 1440, height: 900 }, ...options });
const shown = (page) => page.locator('.menu.company > summary .cut').textContent();
const offered = (page) => page.locator('.menu.company button[name=company]').allTextContents();

test('one key, a few letters, Enter: another company', async () => {
	const page = await member();
	await page.goto('/calls');
	await page.keyboard.press('c');
	assert.equal(await page.evaluate(() => document.activeElement.id), 'company-find');
	assert.ok((await offered(page)).length <= 13, 'a dozen, and the one that is shown');
	await page.keyboard.type('law wacoo');
	await page.keyboard.press('Backspace');
	await page.keyboard.press('Enter');
	await page.waitForFunction(() => document.querySelector('.menu.company > summary .cut').textContent === 'Waco Law Group');
	// Typed and gone before the server answered: still the right one.
	await page.keyboard.press('c');
	await page.keyboard.type('Juneau Den');
	await page.keyboard.press('Enter');
	await page.waitForFunction(() => document.querySelector('.menu.company > summary .cut').textContent === 'Juneau Dental Studio');
	assert.deepEqual(page.said, []);
	await page.context().close();
});

test('arrows walk through what fits; no match goes nowhere', async () => {
	const page = await member();
	await page.goto('/');
	const was = await shown(page);
	await page.keyboard.press('c');
	await page.keyboard.type('no such company');
	await page.waitForFunction(() => document.querySelectorAll('.menu.company button[name=company]').length === 0);
	await page.keyboard.press('Enter');
	assert.equal(await shown(page), was);
	await page.fill('#company-find', 'reno');
	await page.waitForFunction(() => document.querySelectorAll('.menu.company button[name=company]').length === 8);
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('ArrowDown');
	const second = (await offered(page))[1];
	await page.keyboard.press('Enter');
	await page.waitForFunction((name) => document.querySelector('.menu.company > summary .cut').textContent === name, second);
	await page.context().close();
});

test('a favourite stands first, in the menu and on the page', async () => {
	const page = await member();
	await page.goto('/companies?range=7d&name=utica');
	await page.click('[aria-label="Make a favourite: Utica Roofing"]');
	await page.locator('[aria-label="No favourite any more: Utica Roofing"]').waitFor();
	assert.deepEqual([...new URL(page.url()).searchParams], [['range', '7d'], ['name', 'utica'], ['page', '1']], 'the reader stays where they were');
	await page.goto('/companies');
	assert.equal(await page.locator('tr[data-company]').first().getAttribute('data-company'), 'Utica Roofing');
	await page.keyboard.press('c');
	assert.equal((await offered(page))[0], 'Utica Roofing');
	await page.context().close();
});

test('the page of companies comes in pages, with their figures, and is searched as a whole', async () => {
	const page = await member({ javaScriptEnabled: false });
	await page.goto('/companies?range=7d');
	const all = [];
	for (;;) {
		const rows = await page.locator('tr[data-company]').evaluateAll((trs) => trs.map((tr) => tr.dataset.company));
		assert.ok(rows.length <= 50);
		all.push(...rows);
		assert.match(page.url(), /range=7d/, 'the period stays');
		if (await page.locator('a[rel=next]').count() === 0) break;
		await page.click('a[rel=next]');
		await page.waitForLoadState(); // all of its rows
	}
	assert.equal(all.length, COMPANIES + 1);
	assert.equal(new Set(all).size, COMPANIES + 1);
	await page.fill('#q-company', 'tulsa');
	await page.press('#q-company', 'Enter');
	assert.equal(await page.locator('tr[data-company]').count(), 8);
	// Without scripts the menu's own search leads here, too.
	await page.goto('/');
	await page.click('.menu.company > summary');
	await page.fill('#company-find', 'bangor');
	await page.press('#company-find', 'Enter');
	assert.equal(await page.locator('tr[data-company]').count(), 8);
	assert.equal((await me.fetch('/companies?page=0')).status, 400);
	assert.equal((await me.fetch('/companies?page=x')).status, 400);
	await page.context().close();
});

test('people and companies in the settings: searched, and in pages', async () => {
	const page = await member();
	await page.goto('/settings/users?q=person1@');
	assert.equal(await page.locator('tr[data-row]').count(), 1);
	await page.goto('/settings/companies');
	assert.equal(await page.locator('tr[data-row]').count(), 100);
	await page.click('a[rel=next]');
		await page.waitForLoadState(); // all of its rows
	await page.waitForURL('**page=2**');
	assert.equal(await page.locator('tr[data-row]').count(), 100);
	await page.fill('#things-q', 'erie');
	await page.press('#things-q', 'Enter');
	await page.waitForURL('**q=erie**');
	assert.equal(await page.locator('tr[data-row]').count(), 8);
	await page.context().close();
});

test('two hundred companies cost a page next to nothing, their own page what fifty cost', async () => {
	// The same pages, asked by somebody of one company and of all.
	const hash = stack.sqlOne("SELECT password_hash FROM user WHERE password_hash <> '' LIMIT 1");
	stack.sql(`INSERT INTO user (id, account_id, email, name, password_hash, created_at) SELECT x'${'ab'.repeat(16)}', id, 'one@agency.example', 'One', '${hash}', UTC_TIMESTAMP(6) FROM account LIMIT 1;
		INSERT INTO membership (user_id, account_id, company_id, role, created_at) SELECT x'${'ab'.repeat(16)}', account_id, id, 'owner', UTC_TIMESTAMP(6) FROM company WHERE name = 'Bay City Plumbing';`);
	const one = await stack.login('one@agency.example', stack.demo().password);
	const all = await stack.login();
	// In turn, and the shortest of each: others' work makes any longer, none shorter.
	const shortest = async (clients, path) => {
		const times = clients.map(() => Infinity);
		for (let i = 0; i < 15; i++)
			for (const [k, client] of clients.entries()) {
				const began = performance.now();
				assert.equal((await (await client.fetch(path)).text()).length > 10, true);
				times[k] = Math.min(times[k], performance.now() - began);
			}
		return times;
	};
	for (const [path, times] of [['/', 3], ['/calls', 3], ['/companies', 60], ['/companies/names.json?name=re', 3]]) {
		const [few, many] = await shortest([one, all], path);
		assert.ok(many < Math.max(20, few * times), `${path}: ${many.toFixed(1)} ms with ${COMPANIES} companies, ${few.toFixed(1)} ms with one`);
		console.log(`# ${path}: ${many.toFixed(1)} ms with ${COMPANIES} companies, ${few.toFixed(1)} ms with one`);
	}
	const bytes = (await (await all.fetch('/calls')).text()).length - (await (await one.fetch('/calls')).text()).length;
	assert.ok(bytes < 6000, `${bytes} bytes more`);
});
