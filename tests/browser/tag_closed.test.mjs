// A site that was closed while its pages are open, or whose origins are others now: the
// server refuses what they say, and nobody's number stays on them.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { leased, ours, own, site, told, startSite, stopSite } from '../support/tagsite.mjs';
import { awake, open, says, shownAgain, shows } from '../support/tagvisit.mjs';

before(startSite);
after(stopSite);

test('a page of a site that was closed shows its own number, however long nobody looked at it', async () => {
	const hidden = (state) => {
		Object.defineProperty(document, 'visibilityState', { get: () => state, configurable: true });
		document.dispatchEvent(new Event('visibilitychange'));
	};
	for (const status of [404, 403]) {
		const page = await open();
		await shows(page, ours);
		await awake(page);
		await page.evaluate(hidden, 'hidden');
		await page.clock.fastForward(31 * 60000);
		says.beat = says.visit = status;
		await page.evaluate(hidden, 'visible');
		await shows(page, own);
		assert.equal(await page.getAttribute('#l', 'href'), `tel:${own.e164}`);
		assert.equal(told('visit').length, 1, 'it was a heartbeat');
		// Opened again, the visit has its number back.
		says.beat = says.visit = leased('vis_1', ours);
		await page.clock.fastForward(61000);
		await page.evaluate(hidden, 'visible');
		await shows(page, ours);
		// One that the browser had kept asks as a new page does.
		await page.clock.fastForward(31 * 60000);
		says.beat = says.visit = status;
		await shownAgain(page);
		await shows(page, own);
		assert.equal(told('visit').length, 2);
		assert.equal(page.said.filter((s) => s.startsWith('ringtrace:')).length, 1);
		await page.context().close();
	}
});

test('a page that the tab painted shows its own number when its site was closed', async () => {
	const page = await open({ clock: false });
	await shows(page, ours);
	await page.waitForFunction(() => document.cookie.includes('vis_1'));
	says.visit = 404;
	site.waitMs = 300; // the tab's is there before
	await page.goto(`${site.base}/?two`);
	await shows(page, ours);
	await shows(page, own);
	assert.equal(await page.getAttribute('#l', 'href'), `tel:${own.e164}`);
	await page.context().close();
});
