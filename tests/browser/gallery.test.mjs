// Every page of gallery.mjs in a real browser: the right swap, nothing else
// changed, and everything as it was after ringtrace.restore(). One browser for
// all; the server stands in for dni.fcgi, which dni.test.mjs has in full.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import { readFileSync } from 'node:fs';
import { buildSync } from 'esbuild';
import { addr } from '../support/stack.mjs';
import { newVisitor, openBrowser } from '../support/browser.mjs';
import { gallery, html, pairsOf, pick, sites } from './gallery.mjs';

const libs = {
	'/lib/vue.js': 'node_modules/vue/dist/vue.global.prod.js',
	'/lib/jquery.js': 'node_modules/jquery/dist/jquery.min.js',
};

// React has no file for a script tag any more.
const react = `import * as React from 'react'; import { createRoot, hydrateRoot } from 'react-dom/client';
	window.React = React; window.ReactDOM = { createRoot, hydrateRoot };`;

let server, browser, base, page, reactJs;

const number = ([e164, national, international]) => ({ e164, national, international });

function answer(site) {
	const swap = pairsOf({ site }).map(([from, to]) => ({ from: number(from), to: number(to) }));
	return { tier: 'lease', why: '', visitor: 'vtr_1', visit: 'vis_1', swap, beat_s: 60 };
}

function serve(req, res) {
	const url = new URL(req.url, base);
	const send = (type, body, status = 200) => res.writeHead(status, { 'content-type': type }).end(body);
	if (url.pathname.startsWith('/g/')) {
		const row = gallery.find((r) => r.name === decodeURIComponent(url.pathname.slice(3)));
		if (row?.csp) res.setHeader('content-security-policy', row.csp);
		return row ? send(`${row.type ?? 'text/html'}; charset=utf-8`, html(row, url.searchParams.get('v'))) : send('text/plain', '', 404);
	}
	if (url.pathname === '/lib/react.js') return send('text/javascript', reactJs);
	if (url.pathname in libs) return send('text/javascript', readFileSync(libs[url.pathname]));
	if (/^\/t(-\w+)?\.js$/.test(url.pathname)) return send('text/javascript', readFileSync(`static/dist${url.pathname}`));
	if (url.pathname === '/none.js' || url.pathname === '/none/t.js') return send('text/javascript', '');
	if (url.pathname === '/dni/v1/visit') {
		let text = '';
		req.on('data', (d) => (text += d)).on('end', () => send('application/json', JSON.stringify(answer(JSON.parse(text).site))));
		return;
	}
	req.resume();
	send('text/plain', '', url.pathname.startsWith('/dni/') ? 204 : 404);
}

before(async () => {
	reactJs = buildSync({
		stdin: { contents: react, resolveDir: '.' }, bundle: true, minify: true, write: false, format: 'iife',
		define: { 'process.env.NODE_ENV': '"production"' },
	}).outputFiles[0].text;
	server = http.createServer(serve);
	await new Promise((r) => server.listen(8090, addr, r));
	base = `http://${addr}:8090`;
	browser = await openBrowser();
	page = await newVisitor(browser);
});

after(async () => {
	await browser?.close();
	server?.closeAllConnections();
	server?.close();
});

/** All that the browser made of the page: names, attributes, texts, shadow
 *  roots, frames; without the tag, and without programs, whose texts differ by
 *  the way the pages are made. */
function everything() {
	const lines = [];
	const walk = (n, depth) => {
		const pad = ' '.repeat(depth);
		if (n.nodeType === 3) {
			if (n.data) lines.push(pad + JSON.stringify(n.data));
			return;
		}
		if (n.nodeType === 8) lines.push(`${pad}<!--${n.data}-->`);
		if (n.nodeType === 1) {
			if (n.localName === 'script' && /^$|javascript|module/.test(n.type)) return;
			const attrs = [...n.attributes].map((a) => `${a.name}="${a.value}"`).filter((a) => !/^src="\/g\//.test(a) && !/^srcdoc=/.test(a));
			lines.push(`${pad}<${n.nodeName} ${attrs.sort().join(' ')}>`);
			if (n.shadowRoot) walk(n.shadowRoot, depth + 1);
			if (n.nodeName === 'IFRAME' && n.contentDocument) walk(n.contentDocument, depth + 1);
			if (n.nodeName === 'TEMPLATE') walk(n.content, depth + 1);
			if (n.value !== undefined && typeof n.value === 'string') lines.push(`${pad} value ${n.value}`);
		}
		for (let c = n.firstChild; c; c = c.nextSibling) walk(c, depth + 1);
	};
	walk(document, 0);
	return lines.join('\n');
}

/** The page as text, byte for byte: of itself, its shadow roots, its frames. */
function written() {
	const all = [];
	const of = (root) => {
		all.push(root.innerHTML ?? root.documentElement.outerHTML);
		for (const el of root.querySelectorAll('*')) {
			if (el.shadowRoot) of(el.shadowRoot);
			if (el.nodeName === 'IFRAME' && el.contentDocument) of(el.contentDocument);
		}
	};
	of(document);
	return all.join('\n');
}

const see = () => page.evaluate(everything);

/** Waits until the page shows that; the last look is in the failure. */
async function shows(want, why) {
	const end = Date.now() + 30000; // only a failure waits so long
	let got;
	do {
		got = await see();
		if (got === want) return;
		await page.evaluate(() => new Promise((r) => setTimeout(r, 20)));
	} while (Date.now() < end);
	assert.equal(got, want, why);
}

/** What a row's act() writes goes through the same choice as its page. */
async function open(row, v) {
	await page.goto(`${base}/g/${encodeURIComponent(row.name)}?v=${v}`);
	if (v !== 'want')
		await page.waitForFunction(() => window.ringtrace?.session?.().tier, null, { polling: 20 });
	if (!row.act) return;
	const evaluate = page.evaluate;
	page.evaluate = (f, arg) => evaluate.call(page, f,
		typeof arg === 'string' ? pick(arg, v) : Array.isArray(arg) ? arg.map((a) => pick(a, v)) : arg);
	await row.act(page);
	page.evaluate = evaluate;
}

test('there are at least forty pages', () => {
	assert.ok(gallery.length >= 40, `${gallery.length}`);
	assert.equal(new Set(gallery.map((r) => r.name)).size, gallery.length);
});

// Those whose numbers the product has had from its beginning: as the country's own people
// write them, and as others do.
for (const country of ['US', 'CA', 'GB', 'DE', 'FR', 'AU', 'BR', 'IN'])
	test(`${country} has a page with its numbers in their usual forms`, () => {
		const [[, national, international], [, ...now]] = sites[country];
		for (const [i, form] of [national, international].entries())
			assert.ok(gallery.some((r) => r.site === country && r.body?.includes(`[[${form}=>${now[i]}]]`)), form);
	});

for (const row of gallery) {
	test(row.name, async () => {
		page.said.length = 0;
		await open(row, 'want');
		const want = await see();
		await open(row, 'orig');
		await shows(want, 'swapped');
		if (row.restored !== false) {
			// The page as it would be without the tag, after the same acts.
			await page.route('**/t.js', (r) => r.fulfill({ body: 'window.ringtrace={session:function(){return{tier:1}}}' }));
			await open(row, 'orig');
			const without = await see(), bytes = await page.evaluate(written);
			await page.unroute('**/t.js');
			await open(row, 'orig');
			await shows(want, 'swapped again');
			await page.evaluate(() => window.ringtrace.restore());
			await shows(without, 'restored');
			assert.equal(await page.evaluate(written), bytes, 'byte for byte');
		}
		assert.deepEqual(page.said, []);
	});
}
