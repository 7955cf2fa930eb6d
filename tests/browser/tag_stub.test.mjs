// What the next page is painted with, before the tag is there: by the stub that a
// page may have, and what the tag keeps for it.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { newVisitor } from '../support/browser.mjs';
import { html, leased, ours, own, site, startSite, stopSite } from '../support/tagsite.mjs';
import { awake, BODY, open, other, says, serving, shownAgain, shows } from '../support/tagvisit.mjs';

before(startSite);
after(stopSite);

const stub = readFileSync('static/dist/t-stub.js', 'utf8').trim();
/** What the stub alone made of a page: the tag does not come. */
const painted = async (page, path) => {
	await page.route('**/t.js', (route) => route.abort());
	await page.goto(site.base + path);
	await page.evaluate(() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r))));
	await page.unroute('**/t.js');
};

test('the stub changes texts, never comments or fields, and is the one the manual has', async () => {
	assert.ok(readFileSync('docs/TAG.md', 'utf8').includes(`<script>${stub}</script>`));
	assert.ok(stub.length <= 300, `${stub.length}`);
	const page = await open({ clock: false });
	await shows(page, ours);
	const kept = ['<p data-noswap>N</p>', '<p data-calltrk-noswap>N</p>', '<textarea>N</textarea>', '<div contenteditable>N<b>N</b></div>', '<select><option>N</option></select>',
		'<object><i>N</i></object>', '<noscript><i>N</i></noscript>', '<script type="text/plain">N</script>', '<template><i>N</i></template>'].join('').replaceAll('N', own.national);
	site.pages['/next'] = html(`<script>${stub}</script>${BODY}<div id="c"><!-- ${own.national} --><b>${own.national}</b></div><div id="kept">${kept}</div>`);
	await painted(page, '/next');
	await shows(page, ours);
	assert.deepEqual(await page.evaluate(() => ['c', 'kept'].map((id) => document.getElementById(id).innerHTML)),
		[`<!-- ${own.national} --><b>${ours.national}</b>`, await page.evaluate((text) => new DOMParser().parseFromString(`<div>${text}</div>`, 'text/html').querySelector('div').innerHTML, kept)]);
	// What is typed or pasted there is nobody's number.
	const typed = await page.evaluate((n) => new Promise((r) => {
		const place = document.querySelector('[contenteditable]');
		new MutationObserver(() => r(place.lastChild.textContent)).observe(place, { childList: true });
		place.append(n);
	}), own.national);
	assert.equal(typed, own.national);
	await page.context().close();
});

test('the stub paints a third page, and one behind a page that was swapped again', async () => {
	const page = await open({ clock: false });
	await shows(page, ours);
	site.pages['/next'] = html(`<script>${stub}</script>${BODY}`);
	for (const act of [() => {}, () => window.ringtrace.swap()]) {
		await page.goto(`${site.base}/next`);
		await page.waitForFunction(() => window.ringtrace?.session?.().visit);
		await shows(page, ours);
		await page.evaluate(act);
		await painted(page, '/next');
		assert.equal(await page.textContent('#n'), ours.national);
	}
	await page.context().close();
});

test('a page that shows its own numbers again paints the next one with none', async () => {
	const page = await open({ clock: false });
	await shows(page, ours);
	await page.evaluate(() => window.ringtrace.restore());
	await shows(page, own);
	site.pages['/next'] = html(`<script>${stub}</script>${BODY}`);
	await painted(page, '/next');
	assert.equal(await page.textContent('#n'), own.national);
	await page.context().close();
});

test('the stub does nothing with what a tag of before has kept', async () => {
	serving(`<script>${stub}</script>${BODY}<script type="text/plain" id="s">${own.national}</script>`);
	const page = await newVisitor(site.browser);
	await page.addInitScript(() => {
		sessionStorage.rt_p = JSON.stringify([Date.now() + 60000, [['(415) 555-0199', '(415) 555-7003']], []]);
	});
	await painted(page, '/');
	assert.deepEqual(await page.evaluate(() => ['n', 's'].map((id) => document.getElementById(id).textContent)), [own.national, own.national]);
	assert.deepEqual(page.said.filter((s) => !/ERR_FAILED/.test(s)), []);
	await page.context().close();
});

const split = '<p id="a"><span>415</span>.<span>555</span>.<span>0199</span></p>';
const letters = `<p id="a">${[...own.national].map((c) => `<i>${c}</i>`).join('')}</p>`;
for (const [name, body, to] of [
	['a number in pieces', split, ours],
	['a number letter by letter', letters, ours],
	['a number in pieces, and ours of another length', split, { e164: '+4930231257', national: '030 231257', international: '+49 30 231257' }],
	['a number without separators', '<p id="a">4155550199</p>', ours],
])
	test(`${name} paints no price, date or order of the next page`, async () => {
		const page = await newVisitor(site.browser);
		serving(body);
		says.visit = leased('vis_1', to);
		await page.goto(site.base);
		await page.waitForFunction((n) => document.getElementById('a').textContent.replace(/\D/g, '').endsWith(n), to.national.replace(/\D/g, '').slice(-6));
		const texts = ['$1,099.00', 'Model 0199', '© 0199 Acme', 'Order #4155550199', '555-0199', '(510) 555-0199', '41555501990', 'from $199'];
		site.pages['/next'] = html(`<script>${stub}</script><div id="texts">${texts.map((t) => `<p>${t}</p>`).join('')}</div>`);
		await painted(page, '/next');
		assert.match(await page.evaluate(() => sessionStorage.rt_p), /4155550199/);
		assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll('#texts p')].map((p) => p.textContent)), texts);
		await page.context().close();
	});

test('signs that mean something where texts are replaced are painted as they stand', async () => {
	const page = await newVisitor(site.browser), text = (n) => `Save $$, $& and $' at ${n}`;
	serving(`<p id="n">${text(own.national)}</p>`);
	says.visit = leased('vis_1', ours);
	await page.goto(site.base);
	await shows(page, { national: text(ours.national) });
	site.pages['/next'] = html(`<script>${stub}</script><p id="n">\n\t${text(own.national)} </p>`);
	await painted(page, '/next');
	assert.equal(await page.textContent('#n'), `\n\t${text(ours.national)} `);
	await page.context().close();
});

test('a number that left the page before it was another’s paints the next page with none', async () => {
	const page = await open();
	await shows(page, ours);
	await awake(page);
	await page.evaluate(() => document.getElementById('n').remove());
	await page.clock.fastForward(10 * 60000);
	says.beat = leased('vis_1', other);
	await shownAgain(page);
	await page.waitForFunction((n) => document.getElementById('l').getAttribute('href') === `tel:${n}`, other.e164);
	site.pages['/'] = html(`<script>${stub}</script>${BODY}`);
	await painted(page, '/?two');
	assert.equal(await page.textContent('#n'), own.national);
	await page.context().close();
});

for (const [name, then] of [
	['a page was open for longer than a visit rests', `document.cookie = 'rt_id=vtr_1.vis_1.' + (Date.now() - 2700000) + ';path=/'`],
	['the yes was taken back in another tab', `document.cookie = 'rt_id=;path=/;max-age=0'`],
])
	test(`${name}: no number that the stub painted stays when it is somebody else’s`, async () => {
		serving(`<script>${stub}</script>${BODY}`);
		says.visit = leased('vis_1', ours);
		const page = await newVisitor(site.browser);
		await page.goto(site.base);
		await shows(page, ours);
		await page.waitForFunction(() => document.cookie.includes('vis_1'));
		await page.evaluate(then);
		says.visit = leased('vis_2', other);
		await page.goto(`${site.base}/?two`);
		await page.waitForFunction(() => window.ringtrace?.session?.().visit === 'vis_2');
		await shows(page, other);
		assert.equal(await page.getAttribute('#l', 'href'), `tel:${other.e164}`);
		await page.context().close();
	});
