// What is drawn can be seen: each bar, cell, line and wave of every chart stands
// out from its ground by 3:1 in both themes (WCAG 1.4.11), as the browser drew
// it, and so do the marks beside words.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { cookiesOf, newMember, openBrowser, openPage } from '../support/browser.mjs';
import { startStack } from '../support/stack.mjs';
import { seed, seedAttribution, seedHealth, seedPool, typeid } from './seed.mjs';

const LEAST = 3;
let stack, browser, cookies, pool, site, call;

before(async () => {
	stack = await startStack({ without: ['sipworker', 'dni', 'jobd'], args: ['--web-rate', '100000'] });
	const calls = seed(stack, { days: 40 });
	call = typeid('cal', calls.findLast((c) => c.visit && c.talk > 30000).id);
	pool = seedPool(stack);
	site = seedHealth(stack);
	seedAttribution(stack);
	cookies = cookiesOf(await stack.login());
	browser = await openBrowser();
});

after(async () => {
	await browser?.close();
	await stack?.stop();
});

/** In the page: how colours are compared. */
function helpers() {
	const one = (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
	const light = ([r, g, b]) => 0.2126 * one(r) + 0.7152 * one(g) + 0.0722 * one(b);
	window.contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
	/** Of what CSS computed: red, green, blue, and how much of it there is. */
	window.rgba = (text) => {
		const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
		return [r, g, b, a];
	};
	window.over = ([r, g, b, a], ground) => [r, g, b].map((v, i) => v * a + ground[i] * (1 - a));
	/** What lies behind an element. */
	window.groundOf = (el) => {
		const own = el.parentElement ? window.rgba(getComputedStyle(el).backgroundColor) : [255, 255, 255, 1];
		return own[3] === 1 ? own.slice(0, 3) : window.over(own, window.groundOf(el.parentElement));
	};
	/** The contrast of a filled element against what it lies on. */
	window.seen = (el, property, ground = window.groundOf(el.parentElement)) => {
		const style = getComputedStyle(el);
		const [r, g, b, a] = window.rgba(style[property]);
		return window.contrast(window.over([r, g, b, a * Number(style.opacity)], ground), ground);
	};
}

async function look(colorScheme, path, inPage, ...args) {
	const page = await newMember(browser, cookies, { colorScheme });
	await page.addInitScript(helpers);
	await openPage(page, path);
	const got = await page.evaluate(inPage, ...args);
	await page.context().close();
	return got;
}

/** Shapes and marks of each page: [path, selector, what of it is painted]. */
const MARKS = () => [
	['/', '.heat .h1, .heat .h2, .heat .h3, .heat .h4, .heat .h5, .heat-scale .h1, .heat-scale .h5, .legend i:not(.k-previous)', 'backgroundColor'],
	['/', '.meter rect', 'fill'],
	['/attribution', '.meter rect', 'fill'],
	[`/calls/${call}`, '.meter rect', 'fill'],
	[`/pools/${pool}`, '.use-peak, .use-mean, .use-full', 'fill'],
	[`/pools/${pool}`, '.use-all', 'stroke'],
	[`/pools/${pool}`, '.legend i:not(.k-use-all)', 'backgroundColor'],
];

for (const theme of ['light', 'dark']) {
	test(`shapes are seen on their ground, ${theme}`, async () => {
		for (const [path, selector, property] of MARKS()) {
			const got = await look(theme, path, ([s, p]) => [...document.querySelectorAll(s)].map((el) => [el.getAttribute('class'), window.seen(el, p)]), [selector, property]);
			assert.ok(got.length > 0, `${path}: ${selector}`);
			for (const [name, ratio] of got) assert.ok(ratio >= LEAST, `${path} ${name ?? selector}: ${ratio.toFixed(2)}`);
		}
	});

	test(`a mark beside a word is seen, ${theme}`, async () => {
		for (const path of [`/pools/${pool}`, '/pools', `/sites/${site}`, '/attribution']) {
			const got = await look(theme, path, () => [...document.querySelectorAll('.tone')].map((el) => {
				const ground = window.groundOf(el);
				return [el.className, window.contrast(window.rgba(getComputedStyle(el, '::before').backgroundColor), ground)];
			}));
			assert.ok(got.length > 0, path);
			for (const [name, ratio] of got) assert.ok(ratio >= LEAST, `${path} ${name}: ${ratio.toFixed(2)}`);
		}
	});

	test(`what is in front of a bar is seen on it, ${theme}`, async () => {
		const got = await look(theme, `/pools/${pool}`, () => {
			const fill = (s) => window.rgba(getComputedStyle(document.querySelector(s)).fill);
			return ['.use-peak:not(.use-full)', '.use-full'].map((s) => window.contrast(fill(s), fill('.use-mean')));
		});
		for (const ratio of got) assert.ok(ratio >= LEAST, `${ratio.toFixed(2)}`);
	});

	// Of the day that runs half the bar at least is seen: it is striped.
	test(`bars of a canvas are seen, also of the day that runs, ${theme}`, async () => {
		const { ratios, shares } = await look(theme, '/', () => {
			const canvas = document.querySelector('.chart canvas');
			const ground = window.groundOf(canvas);
			const { width, height } = canvas;
			const data = canvas.getContext('2d').getImageData(0, 0, width, height).data;
			const table = document.querySelector('#series');
			const rows = [...table.tBodies[0].rows];
			const over = document.querySelector('.chart .u-over').getBoundingClientRect();
			const box = canvas.getBoundingClientRect();
			const scale = width / box.width;
			// A day's column, some pixels above the axis.
			const column = (i) => Math.round((over.left - box.left + ((i + 0.6) / (rows.length - 1 + 1.2)) * over.width) * scale);
			const at = (x, y) => {
				const k = 4 * (y * width + x);
				return window.over([data[k], data[k + 1], data[k + 2], data[k + 3] / 255], ground);
			};
			const bottom = Math.round((over.bottom - box.top) * scale);
			const share = (i) => {
				let seen = 0, all = 0;
				for (let x = column(i) - 4; x <= column(i) + 4; x++)
					for (let y = bottom - 12; y < bottom - 3; y++, all++)
						if (window.contrast(at(x, y), ground) >= 3) seen++;
				return seen / all;
			};
			const filled = rows.map((r, i) => [r, i]).filter(([r]) => Number(r.cells[2].textContent) > 4);
			return { ratios: filled.filter(([r]) => !r.dataset.partial).map(([, i]) => share(i)), shares: filled.filter(([r]) => r.dataset.partial).map(([, i]) => share(i)) };
		});
		assert.ok(ratios.length > 10);
		for (const share of ratios) assert.ok(share > 0.95, `whole day: ${share}`);
		for (const share of shares) assert.ok(share > 0.35 && share < 0.8, `the day that runs: ${share}`);
	});

	test(`a recording is seen before it is played, ${theme}`, async () => {
		const least = await look(theme, `/calls/${call}`, () => {
			const canvas = document.querySelector('.wave canvas');
			const ground = window.groundOf(canvas);
			const { width, height } = canvas;
			const data = canvas.getContext('2d').getImageData(0, 0, width, height).data;
			// What is painted often: the ends of bars are mixed with the ground.
			const often = new Map();
			let all = 0;
			for (let k = 0; k < data.length; k += 4)
				if (data[k + 3] > 0) {
					const key = data.slice(k, k + 4).join();
					often.set(key, (often.get(key) ?? 0) + 1);
					all++;
				}
			const colours = [...often].filter(([, n]) => n > all / 20).map(([key]) => key.split(',').map(Number));
			return Math.min(...colours.map(([r, g, b, a]) => window.contrast(window.over([r, g, b, a / 255], ground), ground)));
		});
		assert.ok(least >= LEAST && Number.isFinite(least), `${least.toFixed(2)}`);
	});
}
