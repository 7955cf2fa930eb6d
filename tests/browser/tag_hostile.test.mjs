// Pages that work against the tag, on purpose or by habit: names taken from the
// document, prototypes with strange members, functions of the browser replaced,
// floods of changes. The number must be there, or the page as it was; never a
// page that stops.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { until } from '../support/stack.mjs';
import { newVisitor } from '../support/browser.mjs';
import { fresh, html, NUMBER, ours, own, site, startSite, stopSite, TAG, told } from '../support/tagsite.mjs';

before(startSite);
after(stopSite);

/** A page is prepared; visits are answered as by dni.fcgi unless `says`. */
function prepare(pages, says) {
	fresh(pages);
	if (says !== undefined) site.answer = (what) => what === 'visit' && says;
}

async function open(body, { head, init, says } = {}) {
	prepare({ '/': html(body, head) }, says);
	const page = await newVisitor(site.browser);
	if (init) await page.addInitScript(init);
	await page.goto(site.base);
	return page;
}

const shown = (page) => page.waitForFunction((n) => document.getElementById('n').textContent === n, ours.national);

const houses = [
	['forms and pictures named like members of the document', `<form name="title"></form><img name="referrer"><form name="activeElement"></form>${NUMBER}`],
	['a form and a picture named like the body', `<form name="body"><input name="x"></form><img name="body">${NUMBER}`],
	['forms and pictures named like members of the document, twice', `<img name="title"><img name="title"><img name="readyState">${NUMBER}`],
	['elements named like our objects', `<div id="ringtrace"></div><form id="ringtraceConfig"><input name="number"></form>${NUMBER}`],
	['fields named like members of their form', `<form title="Call"><input name="title"><input name="id"><input name="name"><input name="style"><input name="data">
		<input name="content"><input name="children"><input name="type"><input name="parent"><input name="href"><input name="text"><p>${own.national}</p>${NUMBER}</form>`],
];

for (const [name, body] of houses) {
	test(name, async () => {
		const page = await open(body);
		await shown(page);
		assert.equal(told('visit').length, 1);
		assert.deepEqual(page.said, []);
		await page.context().close();
	});
}

test('prototypes with members of everybody’s', async () => {
	const page = await open(NUMBER, {
		init: () => {
			for (const name of ['site', 'visitor', 'visit', 'tier', 'swap', 'frame', 'events', 'forms', 'bare', 'off'])
				Object.prototype[name] = 'polluted';
		},
	});
	await page.waitForFunction(() => window.ringtrace?.session().visit === 'vis_1');
	await shown(page);
	assert.equal(told('visit')[0].site, 'x');
	await page.context().close();
});

test('variables of the page named like methods: a click beside a link is none of ours', async () => {
	const page = await open(`<h1>Call</h1><a id="l" href="tel:${own.e164}"><b>${own.national}</b></a>${NUMBER}<iframe srcdoc="<script>var matches = ['x']</script><p>x</p>"></iframe>`, {
		head: `<script>var matches = 'x'.match(/x/), href = 'x', closest = 1, animate = 2; addEventListener('click', function (e) { e.preventDefault(); });</script>${TAG}`,
	});
	await shown(page);
	await page.click('h1');
	await page.frameLocator('iframe').locator('p').click();
	await page.click('#l b');
	await until('the link is told of', () => told('event').some((e) => e.kind === 'tel_click'));
	assert.equal(await page.getAttribute('#l', 'href'), `tel:${ours.e164}`);
	assert.deepEqual(page.said, []);
	await page.context().close();
});

test('functions of the browser replaced by ones that throw', async () => {
	const page = await open(NUMBER, {
		init: () => {
			const no = () => { throw new Error('no'); };
			window.fetch = no;
			navigator.sendBeacon = () => false;
			history.pushState = no;
			window.postMessage = no;
			window.Intl.DateTimeFormat = no;
			Storage.prototype.setItem = no;
		},
	});
	await shown(page);
	await page.context().close();
});

test('answers that are none leave the page as it was, and in sight', async () => {
	for (const says of ['null', '[]', '"x"', '7', '{}', '{"swap":null}', '<html>sign in to this wifi</html>', '']) {
		const page = await open(NUMBER, { says });
		await until('it has asked', () => told('visit').length === 1);
		await page.waitForFunction(() => getComputedStyle(document.getElementById('n')).visibility === 'visible');
		assert.equal(await page.textContent('#n'), own.national, says);
		assert.equal(await page.evaluate(() => document.cookie), '', says);
		assert.deepEqual(page.said, [], says);
		await page.context().close();
	}
});

test('lists of numbers that are none leave the page as it was, in sight and alive', async () => {
	const nothing = { e164: '', national: '', international: '' };
	for (const swap of [[null], [{}], ['x'], [{ from: {}, to: {} }], [{ from: nothing, to: ours }],
		[{ from: own, to: ours }, { from: nothing, to: ours }, { from: { ...own, e164: '+1', national: '1' }, to: ours }]]) {
		const page = await open(NUMBER, { says: JSON.stringify({ tier: 'lease', visitor: 'vtr_1', visit: 'vis_1', swap }) });
		await until('it has asked', () => told('visit').length === 1);
		await page.waitForFunction(() => getComputedStyle(document.getElementById('n')).visibility === 'visible');
		const text = await page.evaluate(() => {
			window.ringtrace.text('Call +1 415 555 0100 (1)');
			return document.getElementById('n').textContent;
		});
		assert.ok([own.national, ours.national].includes(text), `${JSON.stringify(swap)}: ${text}`);
		await page.context().close();
	}
});

test('what others wrote where the tag keeps its answer costs nothing', async () => {
	const until2099 = 4e12;
	for (const kept of ['{', 'null', '7', '[]', `[${until2099}]`, `[${until2099},[],null]`, `[${until2099},[],[null]]`,
		`[${until2099},7,"x"]`, `[${until2099},[],[{"from":{},"to":{}}]]`, 'x'.repeat(100000)]) {
		prepare({ '/': html(NUMBER) });
		const page = await newVisitor(site.browser);
		await page.addInitScript((kept) => {
			sessionStorage.rt_p = kept;
			document.cookie = `rt_id=vtr_1.vis_1.${Date.now()};path=/`;
		}, kept);
		await page.goto(site.base);
		await shown(page);
		assert.equal(told('visit').length, 1, kept.slice(0, 40));
		assert.deepEqual(page.said, [], kept.slice(0, 40));
		await page.context().close();
	}
});

test('cookies with the tag’s name and nonsense in it', async () => {
	for (const kept of ['.', '...', 'vtr_1', 'vtr_1.vis_1.', `${'x'.repeat(3000)}.y.9999999999999`, 'vtr_1.vis_1.NaN', '%00']) {
		prepare({ '/': html(NUMBER) });
		const page = await newVisitor(site.browser);
		await page.addInitScript((kept) => { document.cookie = `rt_id=${kept};path=/`; }, kept);
		await page.goto(site.base);
		await shown(page);
		assert.match(await page.evaluate(() => document.cookie), /rt_id=vtr_1\.vis_1\.\d+/);
		assert.deepEqual(page.said, []);
		await page.context().close();
	}
});

/** Changes that a page gets done in a second, in steps after each of which its
 *  observers are called; in the second second, when all is compiled. */
async function changesIn(page) {
	return page.evaluate(async () => {
		const box = document.getElementById('box');
		let changes;
		for (let run = 0; run < 2; run++) {
			const end = performance.now() + 1000;
			changes = 0;
			for (let step = 1; performance.now() < end; step++) {
				box.replaceChildren(...Array.from({ length: 200 }, (_, i) => {
					const el = document.createElement('b');
					el.textContent = `row ${i}`;
					return el;
				}));
				for (const el of box.children) el.title = `title ${step}`;
				changes += 400;
				await null;
				if (step % 20 === 0) await new Promise((r) => setTimeout(r));
			}
		}
		return changes;
	});
}

test('a cookie’s name that ends like the tag’s is another’s, and a domain that is refused costs no visitor', async () => {
	const at = 'http://www.shop.example';
	prepare({ '/': html(NUMBER), '/later': html(NUMBER, TAG.replace(' data-site', ' data-domain=".other.example" data-site')) });
	const page = await newVisitor(site.browser);
	await page.context().addCookies([['cart_id', '7'], ['my-rt_id', `vtr_9.vis_9.${Date.now()}`]].map(([name, value]) => ({ name, value, url: at })));
	await page.route(`${at}/**`, (route) => route.continue({ url: route.request().url().replace(at, site.base) }));
	for (const path of ['/', '/later']) {
		await page.goto(at + path);
		await shown(page);
		await page.waitForFunction(() => window.ringtrace.session().tier === 'lease');
	}
	await page.mouse.move(9, 9);
	const part = () => performance.getEntriesByType('resource').find((e) => /t-visit/.test(e.name))?.name;
	await page.waitForFunction(part);
	// The tag asked for that module first, and so has it first.
	await page.evaluate((name) => import(name).then(() => 1), await page.evaluate(part));
	assert.deepEqual(told('visit').map((v) => [v.visitor, v.visit]), [[undefined, undefined], ['vtr_1', 'vis_1']]);
	assert.deepEqual((await page.context().cookies(at)).map((c) => c.name).sort(), ['cart_id', 'my-rt_id', 'rt_id']);
	await page.context().close();
});

test('hundreds of thousands of changes a second go on beside the tag', async () => {
	const body = `${NUMBER}<div id="box"></div>${'<div><p>Some text of a page, day or night</p><a href="/x">x</a></div>'.repeat(10000)}`;
	const bare = await open(body, { head: '' });
	const without = await changesIn(bare);
	await bare.context().close();
	const page = await open(body);
	await shown(page);
	const beside = await changesIn(page);
	assert.ok(beside > without / 5, `${beside} changes in a second, ${without} without the tag`);
	// And what stands there in the end is right.
	await page.evaluate((n) => { document.getElementById('box').innerHTML = `<p id="late">${n}</p>`; }, own.national);
	await page.waitForFunction((n) => document.getElementById('late').textContent === n, ours.national);
	await page.context().close();
});

test('a page that has the number twelve thousand times shows it nowhere, nor in as many that come at once', async () => {
	const rows = (n) => `<p>${n}</p>`.repeat(12000);
	const page = await open(`${NUMBER}<div id="a">${rows(own.national)}</div><div id="b"></div>`);
	await shown(page);
	await page.waitForFunction((n) => !document.getElementById('a').textContent.includes(n), own.national);
	await page.evaluate((html) => { document.getElementById('b').innerHTML = html; }, rows(own.national));
	await page.waitForFunction((n) => document.getElementById('b').lastChild.textContent === n, ours.national);
	assert.equal(await page.evaluate((n) => document.body.textContent.split(n).length, own.national), 1);
	await page.context().close();
});

test('two programs that undo each other’s work do not stop the page', async () => {
	const page = await open(`${NUMBER}<p id="f">x</p>`);
	await shown(page);
	const swaps = await page.evaluate((n) => new Promise((r) => {
		const f = document.getElementById('f').firstChild;
		let swaps = 0;
		new MutationObserver(() => {
			if (f.data === n) return;
			swaps++;
			f.data = n;
		}).observe(f, { characterData: true });
		f.data = n;
		setTimeout(() => r(swaps));
	}), own.national);
	assert.ok(swaps > 1 && swaps < 20000, `${swaps}`);
	await page.context().close();
});

test('a number flooded into the page from two programs stays bounded', async () => {
	const page = await open(`${NUMBER}<p id="f">x</p>`);
	await shown(page);
	const ms = await page.evaluate(async (n) => {
		const f = document.getElementById('f'), begun = performance.now();
		for (let i = 0; i < 30000; i++) {
			f.firstChild.data = n;
			if (i % 100 === 0) await null;
		}
		await new Promise((r) => setTimeout(r));
		return performance.now() - begun;
	}, own.national);
	assert.ok(ms < 5000, `${ms} ms`);
	await page.context().close();
});
