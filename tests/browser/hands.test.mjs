// Ten main tasks with the keyboard alone: once with scripts, once without.
// Nothing is clicked; what the Tab key does not reach fails the task.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { cookiesOf, newMember, openBrowser } from '../support/browser.mjs';
import { startStack } from '../support/stack.mjs';
import { seed, typeid } from './seed.mjs';

let stack, browser, cookies, calls;

before(async () => {
	stack = await startStack({ without: ['sipworker', 'dni', 'jobd'], args: ['--web-rate', '100000'] });
	calls = seed(stack, { days: 20 });
	cookies = cookiesOf(await stack.login());
	browser = await openBrowser();
});

after(async () => {
	await browser?.close();
	await stack?.stop();
});

/** Tab until the element has the focus; it must be seen to have it. */
async function reach(page, what) {
	for (let i = 0; i < 250; i++) {
		await page.keyboard.press('Tab');
		if (await page.locator(`${what}:focus`).count() === 0) continue;
		const { width, outline, inside } = await page.locator(`${what}:focus`).evaluate((el) => {
			const box = el.getBoundingClientRect();
			return { width: box.width, outline: getComputedStyle(el).outlineStyle, inside: box.bottom > 0 && box.top < innerHeight };
		});
		assert.ok(width > 0 && inside && outline !== 'none', `${what} has the focus, and nobody sees it`);
		return;
	}
	assert.fail(`the Tab key does not reach ${what} on ${page.url()}`);
}

/** Types over what stands there. */
async function write(page, what, text) {
	await reach(page, what);
	await page.keyboard.press('Control+A');
	await page.keyboard.type(text);
}

/** Enter leads to another address. */
async function press(page, what, url) {
	await reach(page, what);
	await Promise.all([page.waitForURL(url), page.keyboard.press('Enter')]);
	await page.waitForLoadState();
}

/** Letters choose in a list that is not open. */
async function choose(page, what, label) {
	await reach(page, what);
	await page.keyboard.type(label);
	assert.equal(await page.locator(what).evaluate((s) => s.selectedOptions[0].text), label);
}

/** Space ticks a box; one that is ticked stays so. */
async function tick(page, what) {
	await reach(page, what);
	if (!await page.locator(what).isChecked()) await page.keyboard.press('Space');
	assert.ok(await page.locator(what).isChecked());
}

const tasks = {
	'a call is found and read': async (page, { scripts }) => {
		await page.goto('/');
		await write(page, 'header input[name=q]', 'emergency');
		await Promise.all([page.waitForURL('**/calls?q=emergency'), page.keyboard.press('Enter')]);
		assert.ok(await page.locator('tr[data-row]').count() > 0);
		await reach(page, 'tr[data-row] .row-link');
		await page.keyboard.press('Enter');
		if (!scripts) await page.waitForURL('**/calls/cal_*');
		await page.locator(`${scripts ? '.sheet[open] ' : ''}.call-head h1`).waitFor();
		await page.locator(`${scripts ? '.sheet[open] ' : ''}.story li`).first().waitFor();
	},
	'it is marked': async (page, { mode }) => {
		const id = typeid('cal', calls.at(mode === 'with scripts' ? -1 : -2).id);
		await page.goto(`/calls/${id}`);
		await choose(page, '#m-outcome', 'Booked');
		await press(page, '#m-outcome ~ button', `**/calls/${id}**`);
		await page.locator('.call-head', { hasText: 'Booked' }).waitFor(); // its address is the same as before
		await write(page, '#m-tag', `told ${mode}`);
		await Promise.all([page.waitForResponse((r) => r.request().method() === 'POST'), page.keyboard.press('Enter')]);
		await page.locator('.tag-list', { hasText: `told ${mode}` }).waitFor();
	},
	'a flow is made and opened': async (page, { mode, scripts }) => {
		await page.goto('/flows');
		await write(page, '#flow-name', `Line ${mode}`);
		await press(page, '.form-end button', '**/flows/flo_**');
		if (scripts) return page.locator('.flow-board').waitFor();
		await press(page, '#flow-builder a', '**/steps**');
		assert.ok(await page.locator('main form').count() > 0);
	},
	'a number is added': async (page, { mode }) => {
		await page.goto('/settings/numbers');
		await press(page, '.head .end .btn.primary', '**/settings/numbers/new');
		await write(page, '#f-e164', `(415) 555-01${mode === 'with scripts' ? 71 : 72}`);
		await write(page, '#f-label', `Van ${mode}`);
		await Promise.all([page.waitForURL('**done=added**'), page.keyboard.press('Enter')]);
		await page.getByText(`Van ${mode}`).first().waitFor();
	},
	'a person is invited': async (page, { mode }) => {
		await page.goto('/settings/users/new');
		await write(page, '#f-email', `${mode.replace(' ', '.')}@example.com`);
		await write(page, '#f-name', `Person ${mode}`);
		await choose(page, '#f-role', 'Analyst: takes data out, brings spend in');
		await press(page, 'form.card .form-end button', '**/settings/users/usr_**');
		await press(page, '.form-more form[action$="/link"] button', '**/link');
		assert.match(await page.locator('[data-copy]').innerText(), /\/invite\/[\w-]{43}/);
	},
	'a key is made': async (page, { mode }) => {
		await page.goto('/settings/keys/new');
		await write(page, '#f-name', `Key ${mode}`);
		await tick(page, 'input[name=scopes][value="calls:read"]');
		await reach(page, 'form.card .form-end button');
		await Promise.all([page.waitForResponse((r) => r.request().method() === 'POST'), page.keyboard.press('Enter')]);
		await page.locator('[data-copy]').waitFor();
		await press(page, '.form-end a.primary', '**/settings/keys**');
		await page.getByText(`Key ${mode}`).first().waitFor();
	},
	'spend is brought in': async (page, { mode }) => {
		await page.goto('/spend');
		await reach(page, '#s-text');
		const day = new Date(Date.now() - 86400000).toISOString().slice(0, 10);
		await page.keyboard.insertText(`day,source,cost\n${day},Leaflets ${mode},12.50`);
		await press(page, '#s-text ~ button', '**/spend?done=1');
		await page.locator('.trail.sum', { hasText: `Leaflets ${mode}` }).waitFor();
	},
	'a view is saved and used': async (page, { mode }) => {
		await page.goto('/calls?result=missed');
		const menu = 'details.menu:has(form[action="/views"])';
		await reach(page, `${menu} > summary`);
		await page.keyboard.press('Enter');
		await write(page, `${menu} input[name=name]`, `Missed ${mode}`);
		await Promise.all([page.waitForURL('**/calls?range=30d&result=missed'), page.keyboard.press('Enter')]);
		await page.waitForLoadState();
		await page.goto('/calls');
		await reach(page, `${menu} > summary`);
		await page.keyboard.press('Enter');
		await press(page, `${menu} .view-line:has-text("Missed ${mode}") > a`, '**result=missed**');
	},
	'a webhook is made': async (page, { mode }) => {
		await page.goto('/settings/webhooks/new');
		await write(page, '#f-name', `Hook ${mode}`);
		await write(page, '#f-url', 'https://crm.example/hooks');
		await tick(page, 'input[name=events][value="call.ended"]');
		await reach(page, 'form.card .form-end button');
		await Promise.all([page.waitForResponse((r) => r.request().method() === 'POST'), page.keyboard.press('Enter')]);
		await page.waitForLoadState();
		assert.equal(stack.sqlOne(`SELECT COUNT(*) FROM webhook WHERE name = 'Hook ${mode}'`), '1');
	},
	'a report is chosen and read': async (page, { scripts }) => {
		await page.goto('/reports');
		await choose(page, '.report-form select[name=metric]', 'Qualified');
		if (scripts) await page.waitForURL('**metric=qualified**');
		await choose(page, '.report-form select[name=by]', 'Source');
		if (!scripts) await reach(page, '.report-form button');
		if (!scripts) await page.keyboard.press('Enter');
		await page.waitForURL(/by=source/);
		assert.match(new URL(page.url()).search, /metric=qualified/);
		assert.ok(await page.locator('table.report tbody tr').count() > 2);
	},
};

for (const mode of ['with scripts', 'without scripts'])
	for (const [name, work] of Object.entries(tasks))
		test(`${name}: keyboard alone, ${mode}`, async () => {
			const scripts = mode === 'with scripts';
			const page = await newMember(browser, cookies, { javaScriptEnabled: scripts, viewport: { width: 1440, height: 900 } });
			await work(page, { mode, scripts });
			assert.deepEqual(page.said, []);
			await page.context().close();
		});
