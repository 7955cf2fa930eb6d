// The forms in a browser: without scripts, by keyboard, in both themes and on a
// phone; nothing moves, nothing complains, nothing is too wide.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { cookiesOf, newMember, newVisitor, openBrowser, openPage } from '../support/browser.mjs';
import { startStack } from '../support/stack.mjs';
import { everyPage, seedThings } from './every_page.mjs';
import { seedCompanies } from './seed.mjs';

const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
let stack, browser, cookies, pages;

before(async () => {
	stack = await startStack({ without: ['sipworker', 'dni', 'jobd'], args: ['--web-rate', '100000'] });
	const me = await stack.login();
	const first = async (path) => {
		const html = await (await me.fetch(path)).text();
		return html.match(new RegExp(`href="(${path}/[a-z]+_[0-9a-z]{26})"`))[1];
	};
	pages = ['/settings', '/settings/numbers', '/settings/numbers/new', await first('/settings/numbers'), await first('/settings/sites'), await first('/settings/trunks'),
		await first('/settings/pools'), '/settings/destinations/new', '/settings/trackers', '/settings/keys/new', '/settings/users', await first('/settings/users'), '/settings/company', '/settings/policy',
		'/settings/audit', '/settings/audit/account', '/settings/webhooks/new', '/settings/tags', '/account', '/welcome'];
	// What the audit log tells of it is longer than a telephone is wide.
	assert.equal((await me.fetch('/reports.json?by=campaign&metric=qualified&from=2026-10-11&to=2026-10-25')).status, 200);
	cookies = cookiesOf(me);
	browser = await openBrowser();
});
after(async () => {
	await browser?.close();
	await stack?.stop();
});

const member = (options) => newMember(browser, cookies, options);

for (const colorScheme of ['light', 'dark'])
	for (const width of [1440, 320])
		test(`axe, no shift, no complaint: ${colorScheme} ${width}`, async () => {
			const page = await member({ colorScheme, viewport: { width, height: 800 } });
			await page.addInitScript(() => {
				window.shift = 0;
				new PerformanceObserver((list) => list.getEntries().forEach((e) => (window.shift += e.value))).observe({ type: 'layout-shift', buffered: true });
			});
			for (const path of pages) {
				// A browser short of time paints in pieces; what moves by itself, moves every time.
				let shift;
				for (let tries = 0; tries < 3 && shift !== 0; tries++) {
					await openPage(page, path);
					shift = await page.evaluate(() => window.shift);
				}
				assert.equal(shift, 0, `${path} moves`);
				assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${path} is too wide`);
				await page.evaluate(AXE);
				const { violations } = await page.evaluate(() => window.axe.run());
				assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), [], path);
				assert.deepEqual(page.said, [], path);
			}
			await page.context().close();
		});

test('strangers\' pages too: invitation, reset, second step, first steps', async () => {
	const page = await newVisitor(browser, { baseURL: stack.url, viewport: { width: 360, height: 800 } });
	for (const path of ['/reset', '/login?done=password', `/invite/${'A'.repeat(43)}`]) {
		await openPage(page, path);
		await page.evaluate(AXE);
		const { violations } = await page.evaluate(() => window.axe.run());
		assert.deepEqual(violations.map((v) => v.id), [], path);
		const moved = await page.evaluate(() => {
			const mark = document.querySelector('.brand svg');
			const at = mark.getBoundingClientRect().top;
			mark.nextSibling.remove();
			return at - mark.getBoundingClientRect().top;
		});
		assert.equal(moved, 0, `${path}: the mark stands where it stood before its word was read`);
	}
	await page.context().close();
});

test('nothing that is gone to stops below the bar', async () => {
	const page = await member({ viewport: { width: 360, height: 800 } });
	const covered = () => page.evaluate(() => {
		const bar = document.querySelector('.bar').getBoundingClientRect().bottom;
		const e = document.activeElement.closest('.bar, body') === document.body && document.activeElement !== document.body
			? document.activeElement : document.querySelector(location.hash || 'h1');
		return e.getBoundingClientRect().top < bar && scrollY > 0 && e.closest('.bar') === null ? e.outerHTML.slice(0, 90) : '';
	});
	await page.goto('/account#second');
	assert.ok(await page.evaluate(() => scrollY > 0));
	assert.equal(await covered(), '');
	await page.goto('/settings/numbers');
	await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
	await page.locator('main a').last().focus();
	for (let i = 0; i < 30; i++) {
		await page.keyboard.press('Shift+Tab');
		assert.equal(await covered(), '');
	}
	await page.context().close();
});

test('by keyboard alone, without scripts: a tag is added, renamed and deleted', async () => {
	const page = await member({ javaScriptEnabled: false });
	await page.goto('/settings/tags/new');
	const focusOn = async (what) => {
		for (let i = 0; i < 60; i++) {
			await page.keyboard.press('Tab');
			if (await page.locator(`${what}:focus`).count()) return;
		}
		assert.fail(`the keyboard does not reach ${what}`);
	};
	await focusOn('input[name=name]');
	await page.keyboard.type('Spanish <b>');
	await page.keyboard.press('Enter');
	await page.waitForURL('**/settings/tags?done=added');
	assert.equal(await page.locator('[role=status] span').first().innerText(), 'Added.');
	assert.equal(await page.locator('.things .row-link').innerText(), 'Spanish <b>');
	await page.locator('.things .row-link').click();
	await focusOn('input[name=name]');
	await page.keyboard.press('Control+A');
	await page.keyboard.type('Español');
	await page.keyboard.press('Enter');
	await page.waitForURL('**?done=saved');
	// What cannot be taken back asks first.
	await focusOn('input[name=sure]');
	await page.keyboard.press('Tab');
	await page.keyboard.press('Enter');
	assert.equal(await page.locator('input[name=sure]:invalid:focus').count(), 1);
	await page.keyboard.press('Space');
	await page.keyboard.press('Tab');
	await page.keyboard.press('Enter');
	await page.waitForURL('**/settings/tags?done=retired');
	await page.context().close();
});

test('a second click on a button that has not answered sends nothing', async () => {
	const page = await member();
	const fill = async (name) => {
		await page.fill('#f-name', name);
		await page.fill('#f-url', 'https://crm.example/hook');
		await page.locator('input[name=events]').first().check();
	};
	await page.goto('/settings/webhooks/new');
	await fill('Clicked thrice');
	assert.equal(await page.evaluate(() => {
		let sent = 0;
		document.addEventListener('submit', (e) => (sent += !e.defaultPrevented));
		for (let i = 0; i < 3; i++) document.querySelector('.form .btn.primary').click();
		return sent;
	}), 1);
	await page.waitForSelector('code[data-copy]');
	// The way back, and it can be sent again.
	await page.goBack();
	await fill('Another one');
	await page.locator('.form .btn.primary').click();
	await page.waitForSelector('code[data-copy]');
	await page.goto('/settings/webhooks');
	for (const name of ['Clicked thrice', 'Another one']) assert.equal(await page.locator('.row-link', { hasText: name }).count(), 1, name);
	await page.context().close();
});

test('two long names side by side fit a telephone', async () => {
	const page = await member({ viewport: { width: 360, height: 800 } });
	const other = await page.context().newPage();
	const rename = async (tab, name) => {
		await tab.fill('input[name=name]', name);
		await tab.locator('input[name=name]').press('Enter');
		await tab.waitForLoadState();
	};
	await page.goto('/settings/tags/new');
	await rename(page, 'Heat pump');
	await page.waitForURL('**/settings/tags?done=added');
	const path = await page.locator('.things .row-link', { hasText: 'Heat pump' }).getAttribute('href');
	await page.goto(path);
	await other.goto(path);
	await rename(other, 'Donaudampfschifffahrtsgesellschaft');
	await other.waitForURL('**?done=saved');
	await rename(page, 'W'.repeat(30));
	await page.getByText('Save mine').waitFor();
	assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
	await page.context().close();
});

test('a mistake stands beside its field, and is announced', async () => {
	const page = await member();
	await page.goto('/settings/locations/new');
	await page.fill('#f-name', 'Branch');
	await page.fill('#f-time_zone', 'Mars/Base');
	await page.click('.form .btn.primary');
	const field = page.locator('#f-time_zone');
	assert.equal(await field.getAttribute('aria-invalid'), 'true');
	assert.equal(await field.inputValue(), 'Mars/Base');
	const help = await field.getAttribute('aria-describedby');
	assert.match(await page.locator(`#${help}`).innerText(), /no such time zone/);
	assert.equal(await page.locator('[role=alert]').count(), 1);
	assert.ok(await field.evaluate((el) => el === document.activeElement), 'who goes by keyboard goes on there');
	assert.match(await page.title(), /^Not saved: Add location/);
	await page.context().close();
});

test('every page of the settings fits a telephone, with the longest names', async () => {
	const me = stack.client();
	for (const { name, value } of cookies) me.cookies.set(name, value);
	seedCompanies(stack, ['Schäfer & Söhne Dachdeckermeisterbetrieb GmbH', 'W'.repeat(100)]);
	const things = await seedThings(stack, me);
	const page = await member({ viewport: { width: 360, height: 800 } });
	const wide = [];
	for (const [, path] of everyPage(stack, { call: 'cal_none', things }).filter(([, p]) => /^\/(settings|account)/.test(p))) {
		await page.setViewportSize({ width: 360, height: 800 });
		await page.goto(path);
		if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) wide.push(path);
		// As wide as the first tables that are none of a telephone: what is cut off can be scrolled to.
		await page.setViewportSize({ width: 600, height: 800 });
		if (await page.evaluate(() => [...document.querySelectorAll('.card > table')].some((t) => t.getBoundingClientRect().right > t.parentElement.getBoundingClientRect().right + 1))) wide.push(`${path}, a table`);
	}
	assert.deepEqual(wide, []);
	await page.context().close();
});
