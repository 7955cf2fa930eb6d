// Why a paid visit looks like a direct one: each cause that the tag can see, on a page
// that shows it, and a page without.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { until } from '../support/stack.mjs';
import { newVisitor } from '../support/browser.mjs';
import { fresh, html, leased, NUMBER, number, ours, site, startSite, stopSite, TAG, told } from '../support/tagsite.mjs';

before(startSite);
after(stopSite);

const script = (js) => `<script>${js}</script>`;
const clicked = (ago_s) => script(`document.cookie = '_gcl_aw=GCL.' + Math.round(Date.now() / 1000 - ${ago_s}) + '.abc;path=/'`);

const onceSwapped = (js) => script(`const swapped = setInterval(() => {
	if (document.getElementById('n')?.textContent !== '${ours.national}') return;
	clearInterval(swapped);
	${js};
}, 1)`);

for (const [name, path, head, why, url] of [
	['a page in order', '/?gclid=abc', TAG, ''],
	['the tag twice', '/', `${TAG}<script src="/t.js" data-site="x"></script>`, 'twice'],
	['another tag that swaps', '/', `${script('window.CallTrkSwap = function () {};')}${TAG}`, 'other_tag'],
	['other vendors’ calls, answered by this tag', '/', '<script async src="/t.js" data-site="x" data-shim="1"></script>', ''],
	['an application that takes the click id off the address', '/?gclid=abc', `${script("history.replaceState({}, '', '/')")}${TAG}`, 'url_changed', '/?gclid=abc'],
	['a redirect that lost the click id', '/', `${clicked(5)}${TAG}`, 'click_lost'],
	['a router that writes its address anew once the tag has begun', '/', `${TAG}${onceSwapped("history.replaceState({}, '', '/#/')")}`, ''],
	['such a one behind a redirect that lost the click id', '/', `${clicked(5)}${TAG}${onceSwapped("history.replaceState({}, '', '/#/')")}`, 'click_lost'],
	['a program that tidies the address later', '/?gclid=abc', `${clicked(5)}${TAG}${onceSwapped("history.replaceState({}, '', '/')")}`, ''],
	['CallTrackingMetrics', '/', `${script('window.__ctm = { main: { runNow() {} } };')}${TAG}`, 'other_tag'],
	['its calls, answered by this tag', '/', `${script('window.__ctm = { main: { runNow() {} } };')}<script async src="/t.js" data-site="x" data-shim="1"></script>`, ''],
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

const about = () => told('event').find((e) => e.kind === 'about');

async function visited(t, pages, how = fresh) {
	how(pages);
	const page = await newVisitor(site.browser);
	t.after(() => page.context().close());
	await page.goto(site.base);
	await until('the visit was asked for', () => told('visit').length > 0);
	await page.mouse.move(9, 9);
	await until('it is told', () => about());
	return about();
}

test('a visit that is given no number has not missed one', async (t) => {
	const said = await visited(t, { '/': html(NUMBER) }, (pages) => {
		fresh(pages);
		site.answer = (what) => what === 'visit' && { ...leased(), tier: 'none', why: 'no_tracker', swap: [] };
	});
	assert.equal('found' in said, false);
	assert.equal(said.swapped, 0);
});

test('a page without the number has', async (t) => {
	assert.equal((await visited(t, { '/': html('<p>Nothing here.</p>') })).found, 0);
});

test('how long the server took is not the tag’s lateness', async (t) => {
	const SLOW_MS = 500, CLOCKS_MS = 50;
	// What the page itself says of when the tag had run; two clocks of a browser may differ by little.
	const ran = `onload="ringtrace('event', 'ran', Math.round(performance.now() - performance.getEntriesByType('navigation')[0].responseStart))"`;
	const said = await visited(t, { '/': (res) => setTimeout(() => res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html(NUMBER, TAG.replace(' async', ` async ${ran}`))), SLOW_MS) });
	await until('the page has said it', () => told('event').some((e) => e.name === 'ran'));
	const most = Number(told('event').find((e) => e.name === 'ran').detail) + CLOCKS_MS;
	assert.ok(said.late_ms <= most, `${said.late_ms} ms of ${most}`);
});

const several = (...tails) => (pages) => {
	fresh(pages);
	site.answer = (what) => what === 'visit' && { ...leased(), swap: tails.map((tail) => ({ from: number(tail), to: ours })) };
};

test('of several numbers it is told where each stands, and of one that is nowhere nothing', async (t) => {
	const vanity = { e164: '+18003569377', national: '(800) 356-9377', international: '+1 800-356-9377' };
	const shadow = script("document.getElementById('s').attachShadow({ mode: 'open' }).innerHTML = '<i>415.555.0104</i>'");
	const said = await visited(t, { '/': html(`<h1>(415) 555-0101</h1><a href="tel:+14155550101" title="Call 415-555-0101">Call us at 415-555-0101 or 415 555 0102</a>
		<p><b>(415)</b> <i>555</i>-<u>0103</u></p><p>4１５-555-0102? ４１５－５５５－０１０２</p><div id="s"></div>${shadow}<p>1-800-FLOWERS</p>
		<p data-noswap>415-555-0105</p><!-- 415-555-0105 --><p>Order 14155550106123</p>`) }, (pages) => {
		fresh(pages);
		const all = [...['0101', '0102', '0103', '0104', '0105', '0106'].map(number), vanity];
		// Of the numbers shown one differs in its end only: pieces that stay as they are know nothing.
		site.answer = (what) => what === 'visit' && { ...leased(), swap: all.map((from) => ({ from, to: number('0177') })) };
	});
	assert.deepEqual(Object.fromEntries(said.numbers), { [number('0101').e164]: 4, [number('0102').e164]: 3, [number('0103').e164]: 1, [number('0104').e164]: 1, [vanity.e164]: 1 });
	assert.ok(said.found >= 9);
});

test('a number in pieces stands in one place, whatever is beside it; one in Arabic digits is one', async (t) => {
	const said = await visited(t, { '/': html(`<p>Call 415-555-0101 or <b>(415)</b> <i>555-0101</i></p><p><b>(415) </b>555-0102 or (415) <i>555-0103</i></p>
		<div><p data-noswap>415-555-0104</p><b>(415)</b> <i>555-0104</i></div><p>٤١٥-٥٥٥-٠١٠٥, ۴۱۵-۵۵۵-۰۱۰۵</p>`) }, several('0101', '0102', '0103', '0104', '0105', '0106'));
	assert.deepEqual(Object.fromEntries(said.numbers), Object.fromEntries([['0101', 2], ['0102', 1], ['0103', 1], ['0104', 1], ['0105', 2]].map(([tail, n]) => [number(tail).e164, n])));
	assert.equal(said.found, 7);
});

for (const [what, part] of [
	['does not come', (res) => res.writeHead(404).end()],
	['fails', (res) => res.writeHead(200, { 'content-type': 'text/javascript' }).end('export default () => () => { throw new Error(); }')],
])
	test(`of several numbers all else is told where the part that counts them ${what}`, async (t) => {
		const said = await visited(t, { '/': html('<p>(415) 555-0101</p>'), '/t-each.js': part }, several('0101', '0102'));
		assert.deepEqual([said.found, said.swapped, 'numbers' in said, typeof said.zone], [1, 1, false, 'string']);
	});

test('of several numbers on a page that has none of them: told so', async (t) => {
	assert.deepEqual((await visited(t, { '/': html('<p>Nothing here.</p>') }, several('0101', '0102'))).numbers, []);
});

test('a site’s only number is told by what is said of the page', async (t) => {
	const said = await visited(t, { '/': html(NUMBER) });
	assert.ok(!('numbers' in said) && said.found === 1, JSON.stringify(said));
});

test('what is told of numbers is bounded', async (t) => {
	const tails = Array.from({ length: 205 }, (_, i) => String(1000 + i));
	const said = await visited(t, { '/': html(tails.map((tail) => `<p>${number(tail).national}</p>`).join('')) }, several(...tails));
	assert.equal(said.numbers.length, 200);
	assert.ok(JSON.stringify(said).length < 12288, 'as much as is read of an event');
});
