// A stranger with an empty installation: from the commands that the first
// page names, by the guide's own buttons, to a call over SIP with the advertisement's
// keyword. The guide itself says what is done; the way may not grow longer.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { newVisitor, openBrowser } from '../support/browser.mjs';
import { addr, build, startStack, until } from '../support/stack.mjs';
import { callerAt, phoneAt } from '../support/ua.mjs';

// The guide loads itself again when something happened: on a slow machine once more or twice.
const MOST = { pages: 30, fields: 13, clicks: 22 };
const SITE = `http://${addr}:8090`;
const OWN = '(415) 555-0199', TRACKED = '(415) 555-0123';
const made = { pages: 0, fields: 0, clicks: 0 };
let stack, browser, page, phone, caller, site;
let line = ''; // of the tag, as the guide gives it

before(async () => {
	stack = await startStack({ demo: false, without: ['api', 'jobd'] });
	browser = await openBrowser();
	phone = await phoneAt(5080);
	caller = await callerAt(5070);
	site = http.createServer((_, res) => res.writeHead(200, { 'content-type': 'text/html' })
		.end(`<!doctype html><title>Bay City Plumbing</title>${line}<p>Call <a id="n" href="tel:+14155550199">${OWN}</a></p>`));
	await new Promise((r) => site.listen(8090, addr, r));
	page = await newVisitor(browser, { baseURL: stack.url });
	page.on('framenavigated', (frame) => (made.pages += frame === page.mainFrame() ? 1 : 0));
});
after(async () => {
	site?.closeAllConnections();
	site?.close();
	caller?.close();
	phone?.close();
	await browser?.close();
	await stack?.stop();
});

async function click(what) {
	made.clicks++;
	await page.click(what);
	await page.waitForLoadState();
}

/** Types and chooses; what a form has already is not touched. */
async function fill(values) {
	for (const [name, value] of Object.entries(values)) {
		const field = page.locator(`main [name=${name}]`);
		made.fields++;
		if (await field.evaluate((el) => el.nodeName) === 'SELECT') await field.selectOption({ label: value });
		else await field.fill(value);
	}
}

/** What the guide says, on its page. */
async function expect(done, next) {
	await page.locator('.welcome-count', { hasText: `${done} of 8 done` }).waitFor();
	assert.equal(await page.locator('.welcome .is-done').count(), done);
	if (next) assert.match(await page.locator('.welcome .is-next h2').innerText(), new RegExp(`^${next}`));
}

/** By the guide's button to a form, and back by the link of its notice. */
async function step(values) {
	await click('.welcome .is-next .btn');
	await fill(values);
	await click('main form.form button[type=submit]');
	await page.locator('[role=status] a', { hasText: 'Go on with the first steps' }).waitFor();
}
const goOn = () => click('[role=status] a[href="/welcome"]');

test('from nothing to the first call with its source', async (t) => {
	await page.goto('/');
	const commands = await page.locator('main pre').innerText();
	const r = spawnSync('sh', ['-ec', `ringtrace() { "$PROGRAM" "$@" -c "$CONF"; }\n${commands}`],
		{ encoding: 'utf8', env: { ...process.env, PROGRAM: join(build, 'ringtrace'), CONF: stack.conf } });
	assert.equal(r.status, 0, r.stderr);
	await click('main a.btn');
	await fill({ email: 'you@example.com', password: r.stdout.match(/password:?\s+(\S+)/i)[1] });
	await click('main button[type=submit]');
	await click('main a[href="/welcome"]');
	await expect(1, 'A carrier');
	await step({ name: 'Carrier', allow: `${addr}/32`, next_hop: `${addr}:5070` });
	await goOn();
	await expect(2, 'Who answers');
	await step({ name: 'Front desk', target: `sip:desk@${addr}:5080` });
	await goOn();
	await expect(3, 'A tracking number');
	await step({ e164: TRACKED });
	await goOn();
	// The only one there is to answer was chosen already.
	await expect(5, 'What the number tells');
	await step({ name: 'Web visits' });
	await goOn();
	await expect(5, 'What the number tells');
	await step({ pool: 'Web visits' });
	await goOn();
	await expect(6, 'The tag on your site');
	await step({ name: 'Web site', origins: SITE, targets: OWN });
	line = await page.locator('main code, main pre', { hasText: 't.js' }).first().innerText();
	await goOn();
	await expect(6, 'The tag on your site');
	// A visitor comes by an advertisement, sees the number and dials it.
	const visitor = await newVisitor(browser);
	await visitor.goto(`${SITE}/?utm_source=google&utm_medium=cpc&utm_term=emergency+plumber&gclid=click`);
	await visitor.waitForFunction((n) => document.getElementById('n').textContent === n, TRACKED);
	await expect(7, 'The first call');
	assert.equal(await caller.call(5060, await visitor.getAttribute('#n', 'href').then((href) => href.slice(4))), 200);
	assert.equal(phone.seen.answered, 1);
	await expect(8);
	await click('.welcome-count a');
	assert.match(await page.locator('main').innerText(), /google \/ cpc[^]*emergency plumber/);
	t.diagnostic(`first steps: ${made.pages} pages, ${made.fields} fields, ${made.clicks} clicks`);
	for (const [what, n] of Object.entries(made)) assert.ok(n <= MOST[what], `${n} ${what} are more than ${MOST[what]}`);
	assert.deepEqual([...page.said, ...visitor.said], []);
});
