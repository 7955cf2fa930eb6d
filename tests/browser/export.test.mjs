// An export of the log in a browser: how far it is, stopped, broken off, and
// without scripts.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { cookiesOf, newMember, openBrowser } from '../support/browser.mjs';
import { startStack } from '../support/stack.mjs';
import { seed } from './seed.mjs';

let stack, browser, calls, cookies;

before(async () => {
	stack = await startStack({ without: ['sipworker', 'dni', 'jobd'] });
	calls = seed(stack, { days: 60 });
	cookies = cookiesOf(await stack.login());
	browser = await openBrowser();
});

after(async () => {
	await browser?.close();
	await stack?.stop();
});

async function log(options = {}) {
	const page = await newMember(browser, cookies, options);
	await page.goto('/calls?range=90d');
	await page.click('summary:has-text("Export")');
	return page;
}

for (const [words, name, rowsOf] of [
	['CSV, all', 'calls.csv', (text) => text.trim().split('\r\n').length - 1],
	['JSON lines, all', 'calls.jsonl', (text) => text.trim().split('\n').map((l) => JSON.parse(l)).length],
])
	test(`${words}: every row, counted, under its name`, async () => {
		const page = await log();
		const [file] = await Promise.all([page.waitForEvent('download'), page.click(`a:has-text("${words}")`)]);
		assert.equal(file.suggestedFilename(), name);
		assert.equal(rowsOf(readFileSync(await file.path(), 'utf8')), calls.length);
		await page.waitForFunction(() => /saved/.test(document.querySelector('[data-export-text]').textContent));
		assert.equal(await page.textContent('[data-export-text]'), `${calls.length.toLocaleString('en')} calls, saved.`);
		assert.equal(await page.evaluate(() => document.querySelector('[data-export-bar] progress').value), 1);
		await page.click('[data-export-cancel]');
		assert.ok(!(await page.isVisible('[data-export-bar]')));
		assert.deepEqual(page.said, []);
		await page.context().close();
	});

/** An export that is sent by hand: parts of the body as they are asked for. */
function slow(page) {
	return page.addInitScript(() => {
		const real = window.fetch;
		window.fetch = (url, init) => (!String(url).includes('/calls.csv') ? real(url, init) : Promise.resolve(new Response(new ReadableStream({
			start(c) {
				window.part = (text) => c.enqueue(new TextEncoder().encode(text));
				window.broken = () => c.error(new TypeError('network error'));
				init.signal.addEventListener('abort', () => c.error(new DOMException('stopped', 'AbortError')));
			},
		}), { headers: { 'content-type': 'text/csv' } })));
	});
}

test('how far it is, stopped, and broken off: nothing is saved', async () => {
	const page = await newMember(browser, cookies);
	await slow(page);
	let saved = 0;
	page.on('download', () => saved++);
	await page.goto('/calls?range=90d');
	const half = await page.evaluate(() => {
		const { from, to } = document.querySelector('[data-export]').dataset;
		return new Date((Number(from) + Number(to)) / 2000).toISOString();
	});
	for (const [end, words] of [[() => page.click('[data-export-cancel]'), 'Cancelled. Nothing was saved.'], [() => page.evaluate(() => window.broken()), 'broke off after 2 calls']]) {
		await page.click('summary:has-text("Export")');
		await page.click('a:has-text("CSV, all")');
		await page.waitForFunction(() => window.part);
		await page.evaluate((at) => window.part(`call,started_at\r\n"a\n""b""",${at}\r\nb,${at}\r\n`), half);
		await page.waitForFunction(() => document.querySelector('[data-export-text]').textContent === '2 calls');
		const part = await page.evaluate(() => document.querySelector('[data-export-bar] progress').value);
		assert.ok(Math.abs(part - 0.5) < 0.01, `${part}`);
		await end();
		await page.waitForFunction((w) => document.querySelector('[data-export-text]').textContent.includes(w), words);
		await page.click('[data-export-cancel]');
		await page.evaluate(() => delete window.part);
	}
	assert.equal(saved, 0);
	await page.context().close();
});

test('without scripts it is a download', async () => {
	const page = await log({ javaScriptEnabled: false });
	const [file] = await Promise.all([page.waitForEvent('download'), page.click('a:has-text("CSV, all")')]);
	assert.equal(readFileSync(await file.path(), 'utf8').trim().split('\r\n').length, calls.length + 1);
	await page.context().close();
});
