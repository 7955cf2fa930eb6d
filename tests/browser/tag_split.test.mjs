// A number that stands in several texts is one number: when the page changes one
// of them, or the visit gets another number, none of its pieces stays behind, as
// it would be dialled with what is beside it. The numbers shown differ from the
// site's own from the first digit on.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { newVisitor } from '../support/browser.mjs';
import { fresh, html, leased, own, site, startSite, stopSite } from '../support/tagsite.mjs';

before(startSite);
after(stopSite);

const far = (area, tail) => ({ e164: `+1${area}234${tail}`, national: `(${area}) 234-${tail}`, international: `+1 ${area}-234-${tail}` });
const one = far('628', '7003'), other = far('212', '7044');
const SPLIT = '<p id="n">Call <b>(415)</b> <i>555-0199</i></p>';

const shows = (page, text) => page.waitForFunction((t) => document.getElementById('n')?.textContent === t, text);

async function open(body = SPLIT) {
	fresh({ '/': html(body) });
	site.answer = (what, said) => what === 'visit' && (said.consent === 'no'
		? { tier: 'source', why: 'consent', swap: [{ from: own, to: other }] } : leased('vis_1', one));
	const page = await newVisitor(site.browser);
	await page.goto(site.base);
	await shows(page, `Call ${one.national}`);
	return page;
}

/** What stands there once the tag has seen what was done. */
const afterwards = (page, act, arg) => page.evaluate(`(async () => {
	(${act})(document.getElementById('n'), ${JSON.stringify(arg ?? null)});
	await new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)));
	return document.getElementById('n').textContent;
})()`);

const changes = [
	['the text of the second piece', (n) => { n.querySelector('i').firstChild.data = '555-0100'; }, 'Call (415) 555-0100'],
	['the first piece, which both numbers may share', (n) => { n.querySelector('b').textContent = '(408)'; }, 'Call (408) 555-0199'],
	['the second element', (n) => {
		const u = document.createElement('u');
		u.textContent = '555-0100';
		n.querySelector('i').replaceWith(u);
	}, 'Call (415) 555-0100'],
	['the second piece by a text of some length', (n) => { n.querySelector('i').firstChild.data = '555-0100 for all that is not to be repaired'; },
		'Call (415) 555-0100 for all that is not to be repaired'],
	['the second piece, and back', (n) => {
		const t = n.querySelector('i').firstChild;
		t.data = '555-0100';
		setTimeout(() => { t.data = '555-0199'; });
	}, `Call ${one.national}`],
	['one piece to what it was', (n) => { n.querySelector('i').firstChild.data = '555-0199'; }, `Call ${one.national}`],
];

for (const [what, act, want] of changes) {
	test(`a page changes ${what}`, async () => {
		const page = await open();
		assert.equal(await afterwards(page, act), want);
		await page.evaluate(() => window.ringtrace.restore());
		assert.equal(await page.textContent('#n'), want === `Call ${one.national}` ? `Call ${own.national}` : want);
		assert.deepEqual(page.said, []);
		await page.context().close();
	});
}

// The text in the middle belongs to both.
const TWO = '<p id="n"><b>(415) </b>555-0199 or (415) <i>555-0199</i></p>', both = `${one.national} or ${one.national}`;
for (const [what, act, want] of [
	['the second element', (n) => { n.querySelector('i').outerHTML = '<u>555-0100</u>'; }, '(628) 234-7003 or (415) 555-0100'],
	['the text of the last piece', (n) => { n.querySelector('i').firstChild.data = '555-0100'; }, '(628) 234-7003 or (415) 555-0100'],
	['the first piece', (n) => { n.querySelector('b').firstChild.data = '(408) '; }, '(408) 555-0199 or (628) 234-7003'],
])
	test(`of two numbers that share a text, a page changes ${what}`, async () => {
		fresh({ '/': html(TWO) });
		site.answer = (name) => name === 'visit' && leased('vis_1', one);
		const page = await newVisitor(site.browser);
		await page.goto(site.base);
		await shows(page, both);
		assert.equal(await afterwards(page, act), want);
		await page.evaluate(() => window.ringtrace.restore());
		assert.equal(await page.textContent('#n'), want.replace(one.national, own.national));
		assert.deepEqual(page.said, []);
		await page.context().close();
	});

test('a counter beside a number in pieces does not have it written again', async () => {
	const page = await open('<p id="n">Call <b>(415)</b> <i>555-0199</i></p>');
	const written = await page.evaluate(async () => {
		const n = document.getElementById('n'), count = document.createElement('u');
		let seen = 0;
		n.append(count);
		new MutationObserver((list) => (seen += list.filter((m) => !count.contains(m.target)).length)).observe(n, { characterData: true, subtree: true });
		for (let i = 0; i < 5; i++) {
			count.textContent = i;
			await new Promise((r) => requestAnimationFrame(r));
		}
		return seen;
	});
	assert.equal(written, 0);
	await page.context().close();
});

test('another number takes the place of all pieces', async () => {
	const page = await open();
	await page.evaluate(() => window.ringtrace.consent(false));
	await shows(page, `Call ${other.national}`);
	await page.evaluate(() => window.ringtrace.restore());
	assert.equal(await page.textContent('#n'), `Call ${own.national}`);
	await page.evaluate(() => window.ringtrace.swap());
	await shows(page, `Call ${other.national}`);
	assert.deepEqual(page.said, []);
	await page.context().close();
});

test('a number that ends in the digits of the site’s own is put back, and shown again', async () => {
	fresh({ '/': html(`${SPLIT}<p id="m">${own.national}</p>`) });
	const twin = { e164: '+16285550199', national: '(628) 555-0199', international: '+1 628-555-0199' };
	site.answer = (what) => what === 'visit' && leased('vis_1', twin);
	const page = await newVisitor(site.browser);
	await page.goto(site.base);
	for (let i = 0; i < 2; i++) {
		await shows(page, `Call ${twin.national}`);
		// What the page copied is put back, too.
		await page.evaluate(() => document.body.append(document.getElementById('m').cloneNode(true)));
		await page.evaluate(() => window.ringtrace.restore());
		assert.deepEqual(await page.$$eval('p', (l) => [...new Set(l.map((p) => p.textContent.replace('Call ', '')))]), [own.national]);
		await page.evaluate(() => window.ringtrace.swap());
		assert.deepEqual(await page.$$eval('p', (l) => [...new Set(l.map((p) => p.textContent.replace('Call ', '')))]), [twin.national]);
	}
	assert.deepEqual(page.said, []);
	await page.context().close();
});
