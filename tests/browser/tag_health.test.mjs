// Why a paid visit looks like a direct one: each cause that the tag can see, on a page
// that shows it, and a page without.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { until } from '../support/stack.mjs';
import { newVisitor } from '../support/browser.mjs';
import { fresh, html, NUMBER, ours, site, startSite, stopSite, TAG, told } from '../support/tagsite.mjs';

before(startSite);
after(stopSite);

const script = (js) => `<script>${js}</script>`;
const clicked = (ago_s) => script(`document.cookie = '_gcl_aw=GCL.' + Math.round(Date.now() / 1000 - ${ago_s}) + '.abc;path=/'`);

for (const [name, path, head, why, url] of [
	['a page in order', '/?gclid=abc', TAG, ''],
	['the tag twice', '/', `${TAG}<script src="/t.js" data-site="x"></script>`, 'twice'],
	['another tag that swaps', '/', `${script('window.CallTrkSwap = function () {};')}${TAG}`, 'other_tag'],
	['other vendors’ calls, answered by this tag', '/', '<script async src="/t.js" data-site="x" data-shim="1"></script>', ''],
	['an application that takes the click id off the address', '/?gclid=abc', `${script("history.replaceState({}, '', '/')")}${TAG}`, 'url_changed', '/?gclid=abc'],
	['a redirect that lost the click id', '/', `${clicked(5)}${TAG}`, 'click_lost'],
	['a click of an hour ago', '/', `${clicked(3600)}${TAG}`, ''],
	['a page that is never idle', '/', `${script(`const busy = new MessageChannel();
		busy.port1.onmessage = () => {
			for (const end = performance.now() + 8; performance.now() < end;);
			busy.port2.postMessage(0);
		};
		busy.port2.postMessage(0)`)}${TAG}`, ''],
	['a click whose id is there', '/?gclid=abc', `${clicked(5)}${TAG}`, ''],
])
	test(`${name}: ${why || 'nothing is said'}`, async (t) => {
		fresh({ '/': html(NUMBER, head) });
		const page = await newVisitor(site.browser);
		t.after(() => page.context().close());
		await page.goto(site.base + path);
		await page.waitForFunction((n) => document.getElementById('n').textContent === n, ours.national);
		await page.mouse.move(9, 9);
		await until('it is told', () => told('event').some((e) => e.kind === 'about'));
		assert.deepEqual(told('event').filter((e) => e.kind === 'about').map((e) => e.why ?? ''), [why]);
		assert.equal(told('visit')[0].url, site.base + (url ?? path));
	});
