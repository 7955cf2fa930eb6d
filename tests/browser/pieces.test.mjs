// Pages that come in pieces, as over a slow line or to a busy browser: what
// has been drawn of one stays where it is when the rest comes.

import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import { after, before, test } from 'node:test';
import { cookiesOf, newMember, openBrowser } from '../support/browser.mjs';
import { startStack } from '../support/stack.mjs';
import { seed } from './seed.mjs';

let stack;
let browser;
let server;
let cookies;
let cut; // { path, at, rest }: where its page is held up, and how it goes on

before(async () => {
	stack = await startStack();
	seed(stack);
	browser = await openBrowser();
	server = createServer((req, res) => {
		const { hostname, port } = new URL(stack.url);
		const headers = { ...req.headers, 'accept-encoding': 'identity' };
		const ask = request({ host: hostname, port, method: req.method, path: req.url, headers }, async (got) => {
			res.writeHead(got.statusCode, got.headers);
			if (req.url !== cut.path) return got.pipe(res);
			const page = Buffer.concat(await got.toArray());
			res.write(page.subarray(0, cut.at));
			await cut.rest;
			res.end(page.subarray(cut.at));
		});
		ask.on('error', () => res.destroy());
		req.pipe(ask);
	});
	await new Promise((done) => server.listen(0, process.env.RT_TEST_ADDR, done));
	const url = `http://${process.env.RT_TEST_ADDR}:${server.address().port}`;
	cookies = cookiesOf(await stack.login()).map((c) => ({ ...c, url }));
});

after(async () => {
	await browser?.close();
	server?.closeAllConnections();
	server?.close();
	await stack?.stop();
});

/** What moves on the page when it is held up before byte at. */
async function moved(path, at, viewport = { width: 360, height: 800 }) {
	const page = await newMember(browser, cookies, { viewport });
	let release;
	cut = { path, at, rest: new Promise((go) => (release = go)) };
	await page.addInitScript(() => {
		window.moved = [];
		new PerformanceObserver((list) => list.getEntries().forEach((e) => window.moved.push(...e.sources.map((s) => `${s.node?.nodeName}.${s.node?.className}`))))
			.observe({ type: 'layout-shift', buffered: true });
	});
	await page.goto(path, { waitUntil: 'commit' });
	// Nothing is drawn before the style sheet is there, and then two frames are.
	await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
	release();
	await page.waitForLoadState('load');
	await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
	const what = await page.evaluate(() => window.moved);
	await page.context().close();
	return what;
}

for (const path of ['/', '/calls', '/reports', '/forms', '/attribution'])
	test(`${path} in two pieces`, async () => {
		const html = Buffer.from(await (await stack.login()).fetch(path).then((r) => r.arrayBuffer()));
		const text = html.toString('latin1');
		const body = text.indexOf('<main');
		const tags = [...text.matchAll(/<(?:summary|section|table|tbody|h1|h2|form)\b/g)].map((m) => m.index).filter((at) => at > body);
		assert.ok(tags.length > 4);
		const some = tags.filter((_, i) => i < 6 || i % Math.ceil(tags.length / 6) === 0);
		for (const at of some) assert.deepEqual(await moved(path, at), [], `held up before ${text.slice(at, at + 60)}`);
	});

test('a heat map in two pieces: its columns do not wait for each other', async () => {
	const path = '/reports?by=hour&metric=unanswered';
	const text = Buffer.from(await (await stack.login()).fetch(path).then((r) => r.arrayBuffer())).toString('latin1');
	const map = text.indexOf('class="heat"');
	assert.ok(map > 0);
	const heads = [...text.slice(map).matchAll(/<th scope="col">/g)].map((m) => map + m.index);
	for (const at of [heads[6], heads[20]]) assert.deepEqual(await moved(path, at, { width: 1440, height: 1800 }), []);
});
