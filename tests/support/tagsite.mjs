// tagsite.mjs - a site with the tag, and a server that stands in for dni.fcgi
// (which tests/browser/dni.test.mjs has in full): what it answers and how late is
// the test's to say, and everything it is told is kept.
//
//   before(startSite); after(stopSite);
//   site.pages = { '/': html(NUMBER) };
//   const page = await newVisitor(site.browser);
//   await page.goto(site.base);
import http from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import { addr } from './stack.mjs';
import { openBrowser } from './browser.mjs';

export const number = (tail) => ({ e164: `+1415555${tail}`, national: `(415) 555-${tail}`, international: `+1 415-555-${tail}` });
export const own = number('0199'), ours = number('7003');
export const TAG = `<script async src="/t.js" data-site="x" data-number="${own.e164}"></script>`;
export const NUMBER = `<p id="n">${own.national}</p>`;
export const html = (body, head = TAG) => `<!doctype html><html><head><meta charset="utf-8"><title>x</title>${head}</head><body>${body}</body></html>`;
export const leased = (visit = 'vis_1', to = ours) => ({ tier: 'lease', why: '', visitor: 'vtr_1', visit, swap: [{ from: own, to }], beat_s: 60 });

/** pages: texts by path, or what writes one (res); answer(what, said): an object, or a text as it is, or
 *  the status of a refusal, or nothing for "204"; waitMs: how late; asked: [what, said] in order; loaded: scripts. */
export const site = { base: '', browser: null, pages: {}, answer: null, waitMs: 0, asked: [], loaded: [] };

/** Forgets what was asked; visits are answered with a lease again. */
export function fresh(pages) {
	Object.assign(site, { pages, waitMs: 0, asked: [], loaded: [], answer: (what) => what === 'visit' && leased() });
}

/** What it was told by requests of that name. */
export const told = (what) => site.asked.filter(([path]) => path === what).map(([, said]) => said);

function serve(req, res) {
	const path = new URL(req.url, site.base).pathname;
	const send = (type, text, status = 200) => res.writeHead(status, { 'content-type': type }).end(text);
	if (typeof site.pages[path] === 'function') return site.pages[path](res);
	if (path in site.pages) return send('text/html; charset=utf-8', site.pages[path]);
	if (/^\/t(-\w+)?\.js$/.test(path) && existsSync(`static/dist${path}`)) {
		site.loaded.push(path);
		return send('text/javascript', readFileSync(`static/dist${path}`));
	}
	let text = '';
	req.on('data', (d) => (text += d)).on('end', () => {
		const what = path.slice('/dni/v1/'.length);
		if (!path.startsWith('/dni/v1/')) return send('text/plain', '', 404);
		site.asked.push([what, JSON.parse(text)]);
		const says = site.answer(what, JSON.parse(text));
		const late = () => typeof says === 'number' ? send('application/problem+json', '{}', says) : says || says === '' ? send('application/json', typeof says === 'string' ? says : JSON.stringify(says)) : res.writeHead(204).end();
		if (site.waitMs) setTimeout(late, site.waitMs);
		else late();
	});
}

let server;

export async function startSite() {
	server = http.createServer(serve);
	await new Promise((r) => server.listen(8090, addr, r));
	site.base = `http://${addr}:8090`;
	site.browser = await openBrowser();
}

export async function stopSite() {
	await site.browser?.close();
	server?.closeAllConnections();
	server?.close();
}
