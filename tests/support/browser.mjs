// browser.mjs - Debian's Chromium for tests, looking like a person's browser.
//
//   const browser = await openBrowser();
//   const page = await newVisitor(browser);     // its own cookies
//   const page = await newMember(browser, cookiesOf(await stack.login()));
//   await browser.close();
//
// Headless Chromium names itself in its User-Agent, and robots are never given
// a number (lib/core/botua), so a visitor says what an ordinary one would.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

export const agent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 ' +
	'(KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

/** The first of Debian's browsers that is installed. */
export const browserProgram = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((p) => existsSync(p));

// Its sandbox is built from a user namespace, which root's browser does without
// and many a container refuses.
export const browserSandbox = process.getuid() !== 0 && spawnSync('unshare', ['--user', 'true']).status === 0;

export async function openBrowser() {
	return chromium.launch({
		executablePath: browserProgram,
		chromiumSandbox: browserSandbox,
	});
}

/** A page in a browser profile of its own. What the console says at level
 *  error or warning is collected in page.said; other sites are cut off. */
export async function newVisitor(browser, options = {}) {
	const context = await browser.newContext({ userAgent: agent, ...options });
	const page = await context.newPage();
	page.said = [];
	page.on('console', (m) => {
		if (['error', 'warning'].includes(m.type())) page.said.push(m.text());
	});
	page.on('pageerror', (e) => page.said.push(String(e)));
	return page;
}

/** Goes to a page and waits until all that it asked for is there and drawn:
 *  what is told of (layout shifts, long tasks) has been told then. Networks that
 *  are idle are a guess of half a second. Returns the response. */
export async function openPage(page, path) {
	const open = new Set();
	const begins = (r) => open.add(r);
	const ends = (r) => open.delete(r);
	const wires = [['request', begins], ['requestfinished', ends], ['requestfailed', ends]];
	for (const [what, heard] of wires) page.on(what, heard);
	const res = await page.goto(path);
	let asked;
	do {
		asked = open.size;
		await page.evaluate(drawn);
	} while (asked > 0 || open.size > 0);
	for (const [what, heard] of wires) page.off(what, heard);
	return res;
}

/** In the page: two frames and what observers were told of them. */
const drawn = () => new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(then))));

/** What a signed-in client (stack.mjs) has in its pocket, for a browser. */
export const cookiesOf = (client) => [...client.cookies].map(([name, value]) => ({ name, value, url: client.base }));

/** A visitor with these cookies. */
export async function newMember(browser, cookies, options = {}) {
	const page = await newVisitor(browser, { baseURL: cookies[0].url, ...options });
	await page.context().addCookies(cookies);
	return page;
}
