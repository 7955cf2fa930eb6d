// tag_seen.mjs - what a visitor may notice of the tag beside its time on the page's
// thread: whether the page waits for it, what moves when the number changes, and
// how long the real product takes from the script to the number. For bench/tag.mjs.
//
//   const seen = await openSeen(browser, addr);   // a site of its own, port 8091
//   await seen.blocking();   // { files, blocking, early, held }
//   await seen.shift('longer', 'first');          // layout shift of one page
//   seen.close();
//   await swapOfProduct(browser, stack);          // milliseconds
import http from 'node:http';
import { readFileSync } from 'node:fs';
import { newVisitor } from '../tests/support/browser.mjs';

const ANSWER_MS = 250;
const berlin = (digits) => ({ e164: `+4930${digits}`, national: `030 ${digits}`, international: `+49 30 ${digits}` });
const own = berlin('23125001');
/** What is shown instead: as many digits as the site's own number, or others. */
export const LENGTHS = { same: berlin('23125777'), longer: berlin('2312577701'), shorter: berlin('231257') };
/** first: nothing is known, and the answer comes after the page was painted; next:
 *  a further page of the visit; stub: the same, with the stub in its head. */
export const VISITS = ['first', 'next', 'stub'];

const stub = readFileSync('static/dist/t-stub.js', 'utf8').trim();

/** Numbers as sites have them: in a bar between others, in a sentence that fills
 *  its lines, on a button, in the middle. */
const html = (length, withStub) => `<!doctype html><html><head><meta charset="utf-8"><title>Bench</title>
	<style>body{font:16px sans-serif;width:600px;margin:0 auto}nav{display:flex;gap:12px}nav b{flex:1}h1,footer{text-align:center}</style>
	${withStub ? `<script>${stub}</script>` : ''}<script async src="/t.js" data-site="${length}" data-number="${own.e164}" data-events="dataLayer"></script></head><body>
	<nav><b>Bench</b><a id="top" href="tel:${own.e164}">${own.national}</a><a href="/x">Services</a><a href="/y">About us</a></nav>
	<h1>Call <span>${own.national}</span> now</h1>
	${`<p>We fix pipes and boilers in all of Berlin. Ring <a href="tel:${own.e164}">${own.national}</a> day or night, also on holidays, or
	write to us: we answer within the hour. An offer costs nothing; ${own.national} is the number of the office.</p>`.repeat(6)}
	<p><a style="display:inline-block;padding:8px;border:1px solid" href="tel:${own.e164}">${own.national}</a> <button>Write</button></p>
	<iframe srcdoc="<p>${own.national}</p>" width="300" height="60"></iframe><footer>${own.national} · Impressum</footer></body></html>`;

const drawn = (page) => page.evaluate(() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(r)))));
const has = (page, number) => page.waitForFunction((n) => document.getElementById('top')?.textContent === n, number.national);

export async function openSeen(browser, addr) {
	let script = null; // t.js comes when this is kept
	const server = http.createServer((req, res) => {
		const { pathname: path, searchParams } = new URL(req.url, 'http://x');
		const send = (type, text) => res.writeHead(200, { 'content-type': type }).end(text);
		if (/^\/t(-\w+)?\.js$/.test(path))
			return (path === '/t.js' ? Promise.resolve(script) : Promise.resolve()).then(() => send('text/javascript', readFileSync(`static/dist${path}`)));
		let said = '';
		req.on('data', (d) => (said += d)).on('end', () => {
			if (path === '/page') return send('text/html', html(searchParams.get('to'), searchParams.has('stub')));
			if (path !== '/dni/v1/visit') return res.writeHead(204).end();
			const to = LENGTHS[JSON.parse(said).site];
			setTimeout(() => send('application/json', JSON.stringify({ tier: 'lease', why: '', visitor: 'vtr_1', visit: 'vis_1', swap: [{ from: own, to }], beat_s: 60 })), ANSWER_MS);
		});
	});
	await new Promise((r) => server.listen(8091, addr, r));
	const base = `http://${addr}:8091/page?to=`;

	const painted = (page) => page.evaluate(() => new Promise((r, fail) => {
		setTimeout(() => fail(new Error('nothing was painted')), 20000);
		new PerformanceObserver((l) => l.getEntriesByName('first-contentful-paint').forEach((e) => r(e.startTime))).observe({ type: 'paint', buffered: true });
	}));

	/** Files of the tag that the browser has the first paint wait for, and when that came:
	 *  with the script at once, and with the script held back until it has. */
	async function blocking() {
		const at = [];
		let statuses;
		for (const hold of [false, true]) {
			let release;
			script = hold ? new Promise((r) => (release = r)) : null;
			const page = await newVisitor(browser);
			await page.goto(`${base}same&stub`, { waitUntil: 'commit' });
			at.push(await painted(page));
			release?.();
			await has(page, LENGTHS.same);
			await page.mouse.move(9, 9); // the module for visits
			await page.waitForFunction(() => performance.getEntriesByType('resource').some((e) => /\/t-visit\.js/.test(e.name)));
			statuses = await page.evaluate(() => performance.getEntriesByType('resource').filter((e) => /\/t(-\w+)?\.js/.test(e.name)).map((e) => e.renderBlockingStatus));
			await page.context().close();
		}
		script = null;
		return { files: statuses.length, blocking: statuses.filter((s) => s !== 'non-blocking').length, early: at[0], held: at[1] };
	}

	/** What moved on a page until its number stood there. */
	async function shift(length, visit) {
		const page = await newVisitor(browser), url = base + length + (visit === 'stub' ? '&stub' : '');
		await page.addInitScript(() => {
			window.shift = 0;
			new PerformanceObserver((l) => l.getEntries().forEach((e) => (window.shift += e.value))).observe({ type: 'layout-shift', buffered: true });
		});
		for (let i = 0; i < (visit === 'first' ? 1 : 2); i++) {
			await page.goto(url);
			await painted(page);
			await has(page, LENGTHS[length]);
			await drawn(page);
		}
		const moved = await page.evaluate(() => window.shift);
		await page.context().close();
		return moved;
	}

	return { blocking, shift, close: () => (server.closeAllConnections(), server.close()) };
}

/** From the script's last byte to the number on the page, in front of nginx, the
 *  lease server and the database: { all, request }, ms. */
export async function swapOfProduct(browser, stack) {
	const page = await newVisitor(browser, { extraHTTPHeaders: { 'x-forwarded-for': `10.9.8.${1 + Math.floor(performance.now()) % 250}` } });
	await page.addInitScript(() => {
		new MutationObserver(() => {
			const s = window.ringtrace?.numbers?.()[0];
			if (!window.at && s && document.body?.textContent.includes(s.to.national)) window.at = performance.now();
		}).observe(document, { childList: true, subtree: true, characterData: true });
	});
	await page.goto(`${stack.url}/demo/?utm_source=google&utm_medium=cpc`);
	await page.waitForFunction(() => window.at);
	const got = await page.evaluate(() => {
		const of = (re) => performance.getEntriesByType('resource').find((e) => re.test(e.name));
		const asked = of(/\/dni\/v1\/visit/);
		return { all: window.at - of(/\/t\.js/).responseEnd, request: asked.responseEnd - asked.startTime };
	});
	await page.context().close();
	return got;
}
