// The dashboard's pages in a browser: people with and without scripts, mice,
// good eyes and wide screens; hostile text; another company.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { cookiesOf, newMember, newVisitor, openBrowser, openPage } from '../support/browser.mjs';
import { ringFaults } from '../support/rings.mjs';
import { startStack } from '../support/stack.mjs';
import { quote, seed, seedAttribution, seedCompanies, seedForms, seedHealth, seedPool, typeid } from './seed.mjs';
import { seedRerun } from './seed_rerun.mjs';

const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const OTHER = 'Northgate Dental Studio';
const HOSTILE = `"><script>window.hacked=1</script><img src=x onerror=window.hacked=1>'{{csrf}}&amp;`;

let stack, browser, calls, shown, pool, site, paths, cookies;

before(async () => {
	stack = await startStack({ without: ['sipworker', 'dni', 'jobd'] });
	calls = seed(stack, { days: 40 });
	seedCompanies(stack, [OTHER]);
	browser = await openBrowser();
	shown = typeid('cal', calls.findLast((c) => c.visit && c.talk > 30000).id);
	pool = seedPool(stack);
	seedAttribution(stack);
	site = seedHealth(stack);
	seedForms(stack);
	paths = ['/', '/calls', '/forms?range=365d&cols=form,outcome,tags,value,keyword,note', '/calls?cols=number,outcome,verdict,tags,value&first=yes', `/calls/${shown}`, '/reports', '/reports?by=hour&metric=unanswered', '/reports?by=hour&split=weekday', '/calls/mark?range=365d&result=missed',
		'/reports?by=source&split=result', '/live', '/companies', '/spend', '/usage', '/pools', `/pools/${pool}`, '/sites', `/sites/${site}`, '/attribution', '/attribution/reruns', `/attribution/reruns/${seedRerun(stack)}`, `/people/${shown}`, `/settings/sites/${site}`, '/settings/logo', '/account', '/login'];
	cookies = cookiesOf(await stack.login());
});

after(async () => {
	await browser?.close();
	await stack?.stop();
});

/** A visitor who is signed in; options as newContext()'s. */
const member = (options) => newMember(browser, cookies, options);

/** /login sends who is signed in away, so it is looked at by a stranger. */
const visitor = (path, options) => (path === '/login' ? newVisitor(browser, { baseURL: stack.url, ...options }) : member(options));

/** What axe finds wrong. */
const wrongs = (page) => page.evaluate(async () => (await window.axe.run()).violations.map((v) => `${v.id}: ${v.nodes[0].html}`));

/** Cards of a page in one column that stand above one that comes before them: the keyboard goes by the document. */
const cardsAbove = () => [...document.querySelectorAll('.call-cols .card')].filter((card, i, all) => i > 0 && card.getBoundingClientRect().top < all[i - 1].getBoundingClientRect().top).map((card) => card.innerText.slice(0, 40));

/** The other theme, when nothing fades from the one to the other any more. */
async function darken(page) {
	await page.emulateMedia({ colorScheme: 'dark' });
	await page.evaluate(() => new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(() => then(Promise.allSettled(document.getAnimations().filter((a) => a instanceof CSSTransition).map((a) => a.finished)))))));
	assert.equal(await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches), true);
}

// The dark one on the same page, which need not be opened again for it.
for (const width of [1440, 320])
	test(`axe, no shift, no complaint: ${width}, both themes`, async () => {
		for (const path of paths) {
			const page = await visitor(path, { colorScheme: 'light', viewport: { width, height: 800 } });
			await page.addInitScript(() => {
				window.shifts = [];
				const rect = (r) => [r.x, r.y, r.width, r.height].map(Math.round).join(' ');
				new PerformanceObserver((list) => list.getEntries().forEach((e) => window.shifts.push(...e.sources.map((s) =>
					`${s.node?.nodeName}.${s.node?.className} ${rect(s.previousRect)} -> ${rect(s.currentRect)}`))))
					.observe({ type: 'layout-shift', buffered: true });
			});
			await openPage(page, path);
			assert.deepEqual(await page.evaluate(() => window.shifts), [], `${path} moves`);
			assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${path} is too wide`);
			await page.evaluate(AXE);
			assert.deepEqual(await wrongs(page), [], path);
			assert.deepEqual(await page.evaluate(ringFaults), [], `${path}, by keyboard`);
			if (width < 1200) assert.deepEqual(await page.evaluate(cardsAbove), [], `${path}: what comes first is seen first`);
			await darken(page);
			assert.deepEqual(await wrongs(page), [], `${path}, dark`);
			assert.deepEqual(page.said, [], path);
			await page.context().close();
		}
	});

test('keys: search, go, walk, open, help', async () => {
	const page = await member();
	await page.goto('/');
	await page.keyboard.press('/');
	assert.equal(await page.evaluate(() => document.activeElement.name), 'q');
	await page.keyboard.press('g'); // typed into the field, goes nowhere
	await page.keyboard.press('c');
	assert.equal(new URL(page.url()).pathname, '/');
	await page.evaluate(() => document.activeElement.blur());
	await page.keyboard.press('g');
	await page.keyboard.press('c');
	await page.waitForURL('**/calls');
	await page.keyboard.press('j');
	await page.keyboard.press('j');
	await page.keyboard.press('k');
	const first = await page.locator('tr[data-row] .row-link').first().getAttribute('href');
	assert.equal(await page.evaluate(() => document.activeElement.getAttribute('href')), first);
	await page.keyboard.press('?');
	assert.ok(await page.locator('#keys').evaluate((d) => d.open));
	await page.keyboard.press('Escape');
	await page.locator('tr[data-row] .row-link').first().focus();
	await page.keyboard.press('Enter');
	await page.waitForSelector('.sheet[open] h1');
	await page.keyboard.press('Escape');
	assert.equal(await page.evaluate(() => document.activeElement.getAttribute('href')), first, 'the focus goes back to its row');
	await page.keyboard.press('g');
	await page.keyboard.press('o');
	await page.waitForURL(`${stack.url}/`);
	await page.context().close();
});

test('a call beside the log: heard, marked, gone through by keys; a page of its own by choice and where it is narrow', async () => {
	const page = await member();
	await page.goto('/calls');
	const rows = page.locator('tr[data-row]');
	const hrefs = await rows.locator('.row-link').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
	await rows.nth(0).locator('.row-link').click();
	await page.waitForSelector('.sheet[open] .facts');
	assert.equal(new URL(page.url()).pathname, '/calls');
	assert.equal(await page.locator('[data-sheet-page]').getAttribute('href'), hrefs[0]);
	assert.equal(await page.locator('.sheet h1').textContent(), (await rows.nth(0).locator('.row-link').textContent()));
	await page.keyboard.press('j');
	await page.waitForFunction((want) => document.querySelector('.sheet h1')?.textContent === want, await rows.nth(1).locator('.row-link').textContent());
	assert.equal(await page.locator('[data-sheet-page]').getAttribute('href'), hrefs[1]);
	const outcome = await rows.nth(1).locator('.c-outcome').innerText() === 'Booked' ? 'Lead' : 'Booked';
	await page.locator('.sheet select[name=outcome]').selectOption({ label: outcome });
	await page.locator('.sheet button[value=outcome]').click();
	await page.waitForFunction((want) => document.querySelectorAll('tr[data-row]')[1].querySelector('.c-outcome').innerText === want, outcome);
	assert.ok((await page.locator('.sheet[open] .call-head').innerText()).includes(outcome));
	assert.equal(await page.evaluate(() => document.activeElement.value), 'outcome', 'the same can be done once more');
	for (const part of ['.call-head', '.facts', '.marks', '.story']) assert.ok((await page.locator(`.sheet ${part}`).boundingBox()).height > 30, part);
	await page.keyboard.press('Escape');
	assert.equal(await page.locator('.sheet[open]').count(), 0);
	await page.locator('tr[data-row]:has(.play) .row-link').first().click();
	await page.waitForSelector('.sheet .player.drawn');
	await page.click('[data-sheet-page]');
	await page.waitForURL('**/calls/cal_*');
	await page.goBack();
	await page.setViewportSize({ width: 800, height: 800 });
	await page.locator('.row-link').first().click();
	await page.waitForURL(`**${hrefs[0]}`);
	assert.deepEqual(page.said, []);
	await page.context().close();
});

test('by keyboard: a choice is looked for in peace, and nobody loses his place when a page looks again', async () => {
	const page = await member();
	const loads = [];
	const at = () => page.evaluate(() => document.activeElement.getAttribute('name') ?? document.activeElement.getAttribute('href'));
	page.on('framenavigated', () => loads.push(page.url()));
	await page.goto('/reports');
	const metric = page.locator('.report-form select[name=metric]');
	const third = await metric.evaluate((s) => s.options[s.selectedIndex + 2].value);
	await metric.focus();
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('ArrowDown');
	await page.waitForURL(`**metric=${third}**`);
	await page.waitForFunction(() => document.activeElement.name === 'metric');
	assert.equal(loads.length, 2, `${loads}`);
	await page.keyboard.press('ArrowUp');
	await page.keyboard.press('Enter'); // found: no need to wait
	await page.waitForURL((url) => url.searchParams.get('metric') !== third);
	// A star, and no star again.
	await page.goto('/companies');
	const star = await page.locator(`tr[data-company="${OTHER}"] .star`).getAttribute('id');
	for (const now of ['No favourite any more', 'Make a favourite']) {
		await page.locator(`#${star}`).focus();
		await page.keyboard.press('Enter');
		await page.waitForFunction(([id, label]) => document.activeElement.id === id && document.activeElement.ariaLabel.startsWith(label), [star, now]);
	}
	// A page that waits for work elsewhere.
	await page.route('**/account', async (route) => {
		const res = await route.fetch();
		await route.fulfill({ response: res, body: (await res.text()).replace('<main ', `<main ${loads.length < loadsThen + 2 ? 'data-reload="0.3" ' : ''}`) });
	});
	const loadsThen = loads.length;
	await page.goto('/account');
	await page.keyboard.press('Tab');
	await page.keyboard.press('Tab');
	const link = await at();
	assert.match(link, /^\//);
	await page.waitForEvent('load');
	await page.waitForFunction((want) => document.activeElement.getAttribute('href') === want, link);
	// Not while a menu is open.
	const other = await member();
	await other.clock.install();
	await other.route('**/account', async (route) => {
		const res = await route.fetch();
		await route.fulfill({ response: res, body: (await res.text()).replace('<main ', '<main data-reload="600" ') });
	});
	await other.goto('/account');
	await other.evaluate(() => { window.same = true; });
	await other.locator('details.menu > summary:visible').first().focus();
	await other.keyboard.press('Enter');
	await other.clock.runFor(1300000);
	assert.equal(await other.evaluate(() => window.same && document.querySelector('details.menu[open]') !== null), true);
	await other.keyboard.press('Escape');
	const anew = other.waitForEvent('load');
	await other.clock.runFor(700000);
	await anew;
	await other.context().close();
	// A call that ends takes only itself away.
	const call = (n) => ({ call: `cal_${n}`, caller: `+1415555010${n}`, caller_line: '', source: '', number: '', number_label: '', state: 'talks', target: '', step: '', seconds: n });
	let calls = [1, 2, 3].map(call);
	await page.route('**/live/calls.json', (route) => route.fulfill({ json: { calls } }));
	await page.goto('/live');
	await page.waitForSelector('[data-call=cal_2] a');
	await page.locator('[data-call=cal_2] a').focus();
	calls = [1, 3].map(call);
	await page.waitForSelector('[data-call=cal_2]', { state: 'detached' });
	assert.equal(await at(), '/calls/cal_3');
	calls = [];
	await page.waitForSelector('[data-call=cal_3]', { state: 'detached' });
	assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
	await page.context().close();
});

test('in the call beside the log nothing written is lost, and keys stay in the log', async () => {
	const page = await member();
	await page.goto('/calls');
	const rows = page.locator('[data-sheet-list] tr[data-row]');
	const last = rows.nth(await rows.count() - 1);
	await last.locator('input[type=checkbox]').check();
	await last.locator('.row-link').click();
	await page.waitForSelector('.sheet[open] .facts');
	const note = page.locator('.sheet textarea[name=note]');
	await note.fill('rang twice');
	await page.keyboard.press('Escape');
	assert.equal(await note.inputValue(), 'rang twice', 'a note half written');
	await page.context().clearCookies();
	await page.locator('.sheet button[value=note]').click();
	assert.match(await page.locator('.sheet [role=alert]').textContent(), /Not kept\. Sign in needed/);
	assert.equal(await note.inputValue(), 'rang twice', 'signed out elsewhere');
	assert.equal(new URL(page.url()).pathname, '/calls');
	// Signed in again, in another tab: the form's token is the old one.
	await page.context().addCookies(cookiesOf(await stack.login()));
	let go;
	const gone = new Promise((then) => { go = then; });
	await page.route('**/marks', async (route) => { await gone; await route.continue(); });
	await page.locator('.sheet button[value=note]').click();
	await page.locator('.sheet [data-sheet-body]').focus();
	await page.keyboard.press('k');
	const before = await rows.nth(await rows.count() - 2).locator('.row-link').textContent();
	await page.waitForFunction((want) => document.querySelector('.sheet h1').textContent === want, before);
	const fresh = page.waitForResponse((r) => new URL(r.url()).pathname === '/calls');
	go();
	await (await fresh).finished();
	assert.equal(await page.locator('.sheet h1').textContent(), before, 'the answer for another call is not shown in its place');
	await page.keyboard.press('j');
	await page.waitForFunction(() => document.querySelector('.sheet textarea[name=note]')?.value === 'rang twice');
	assert.ok(await last.locator('input[type=checkbox]').isChecked(), 'the pick of a row that is written anew');
	const href = await page.locator('[data-sheet-page]').getAttribute('href');
	await page.keyboard.press('j');
	assert.equal(await page.locator('[data-sheet-page]').getAttribute('href'), href, 'not into the calls of the sheet');
	await page.context().close();
});

test('the theme switch is remembered', async () => {
	const page = await member({ colorScheme: 'light' });
	await page.goto('/');
	const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
	const light = await ground();
	await page.click('[data-theme-switch]');
	const dark = await ground();
	assert.notEqual(dark, light);
	await page.goto('/calls');
	assert.equal(await ground(), dark);
	await page.context().close();
});

test('without scripts: figures, chart as a table, log, sound', async () => {
	const page = await member({ javaScriptEnabled: false });
	await page.goto('/');
	assert.equal(await page.locator('.figure').count(), 6);
	assert.ok(await page.locator('#series tbody tr').first().isVisible(), 'a table in place of the chart');
	assert.ok(!(await page.locator('[data-theme-switch]').isVisible()));
	await page.click('text=All calls');
	await page.locator(`tr[data-row]:has(.play) .row-link`).first().click();
	assert.ok(await page.locator('audio[controls]').isVisible());
	assert.ok(await page.locator('.story li').count() > 3);
	await page.goto('/calls?q=emergency');
	assert.ok(await page.locator('tr[data-row]').count() > 0);
	await page.context().close();
});

test('on paper: whose it is, and no menus', async () => {
	const page = await member();
	await page.goto('/reports');
	assert.ok(!(await page.isVisible('.client-print')));
	await page.emulateMedia({ media: 'print' });
	assert.equal((await page.textContent('.client-print')).trim(), 'Bay City Plumbing');
	assert.ok(await page.isVisible('.client-print'));
	for (const gone of ['.bar', '.side', '.head .end']) assert.ok(!(await page.isVisible(gone)), gone);
	await page.context().close();
});

test('the chart and the waveform are drawn, the recording plays', async () => {
	const page = await member();
	await page.goto('/');
	await page.locator('.chart canvas').waitFor();
	await page.goto(`/calls/${shown}`);
	await page.locator('[data-player].drawn').waitFor();
	await page.keyboard.press(' ');
	await page.waitForFunction(() => document.querySelector('audio').currentTime > 0);
	assert.equal(await page.locator('[data-toggle]').getAttribute('aria-label'), 'Pause');
	await page.context().close();
});

test('figures equal the calls', async () => {
	const me = await stack.login();
	const page = await (await me.fetch('/?from=2000-01-01&to=2099-12-31')).text();
	const days = await (await me.fetch('/?range=90d')).text();
	assert.match(page, /Calls/); // 366 days at most: the last ones
	const value = (name) => days.match(new RegExp(`<span class="name">${name}</span><span class="value">([0-9.,]+)`))[1];
	const answered = calls.filter((c) => c.result === 'answered').length;
	assert.equal(value('Calls'), String(calls.length).replace(/(\d)(?=(\d{3})+$)/g, '$1,'));
	assert.equal(value('Answered'), (Math.round((answered * 1000) / calls.length) / 10).toFixed(1));
	assert.equal(value('Not answered'), String(calls.filter((c) => ['missed', 'abandoned', 'failed'].includes(c.result)).length));
});

test('paging by key shows every call once, both ways', async () => {
	const me = await stack.login();
	const ids = (html) => [...html.matchAll(/class="row-link[^"]*" href="\/calls\/(cal_\w+)"/g)].map((m) => m[1]);
	const link = (html, rel) => html.match(new RegExp(`rel="${rel}" href="([^"]+)"`))?.[1].replaceAll('&amp;', '&');
	const seen = [];
	let path = '/calls?range=90d';
	let last, html;
	while (path) {
		html = await (await me.fetch(path)).text();
		seen.push(...ids(html));
		last = path;
		path = link(html, 'next');
	}
	const wanted = calls.map((c) => typeid('cal', c.id)).reverse();
	assert.deepEqual(seen, wanted);
	const back = [];
	for (path = link(html, 'prev'); path; path = link(html, 'prev')) {
		html = await (await me.fetch(path)).text();
		if (ids(html).length === 0) break;
		back.unshift(...ids(html));
	}
	assert.ok(last.includes('before='));
	assert.deepEqual(back, wanted.slice(0, back.length));
	assert.ok(back.length >= wanted.length - 50);
});

test('filters narrow, and a wrong one is refused', async () => {
	const me = await stack.login();
	const html = async (q) => (await me.fetch(`/calls?range=90d&${q}`)).text();
	for (const [result, word] of [['missed', 'Missed'], ['voicemail', 'Voicemail']]) {
		const words = [...(await html(`result=${result}`)).matchAll(/<\/svg>(\w+)<\/span><\/span>/g)].map((m) => m[1]);
		assert.ok(words.length > 0 && words.every((w) => w === word), result);
	}
	assert.match(await html('source=google&medium=cpc'), /Source: google<.*Medium: cpc</s);
	assert.ok((await html('source=google&medium=cpc')).includes('data-row'));
	assert.match(await html('q=no+such+thing+anywhere'), /No call fits these filters/);
	assert.match(await html('q=_'), /No call fits these filters/);
	for (const q of ['result=nonsense', 'range=1y', 'from=2026-02-30&to=2026-03-01', 'before=1', 'before=-5-cal_x', `q=${'x'.repeat(65)}`])
		assert.equal((await me.fetch(`/calls?${q}`)).status, 400, q);
});

test('rows of both logs are picked, counted and marked', async () => {
	for (const [path, one, many] of [['/forms?range=365d', 'form', 'forms'], ['/calls', 'call', 'calls']]) {
		const page = await member({ viewport: { width: 1440, height: 800 } });
		await page.goto(path);
		assert.equal(await page.locator('[data-bulk-bar]').isVisible(), false, 'nothing is picked');
		await page.check('tbody tr:nth-child(1) input');
		assert.equal(await page.locator('[data-bulk-count]').innerText(), `1 ${one} picked`);
		await page.check('tbody tr:nth-child(2) input');
		assert.equal(await page.locator('[data-bulk-count]').innerText(), `2 ${many} picked`);
		await page.fill('#bulk-tag', `Picked ${many}`);
		await page.locator('button[name=act][value=tag]').click();
		await page.waitForURL(`**${path.split('?')[0]}?**`);
		await page.goto(`${path.split('?')[0]}?range=365d&cols=tags`);
		assert.equal(await page.locator(`tbody :text-is("Picked ${many}")`).count(), 2);
		await page.context().close();
	}
});

test('all calls of the filters are marked, piece after piece, and what breaks off can go on', async () => {
	const page = await member();
	await page.goto('/calls?range=365d&result=missed');
	await page.click('text="Mark all"');
	const count = Number((await page.locator('h1 + .sub').innerText()).match(/([\d,]+) calls?$/)[1].replaceAll(',', ''));
	assert.ok(count > 20, `${count} calls`);
	// Two answers that say there is more, one of them a piece that was lost.
	const bodies = [];
	await page.route('**/calls/mark?*', async (route) => {
		if (route.request().method() !== 'POST') return route.continue();
		bodies.push(new URLSearchParams(route.request().postData()));
		if (bodies.length === 2) return route.abort();
		if (bodies.length > 2) return route.continue();
		const form = (name, value) => `<input type="hidden" name="${name}" value="${value}">`;
		return route.fulfill({ contentType: 'text/html; charset=utf-8', body: `<section data-mark-all><div><form method="post" action="${route.request().url()}" data-mark-more>${
			['csrf', 'act', 'tag'].map((name) => form(name, bodies[0].get(name))).join('')}${form('before', '253402300799000000-cal_00000000000000000000000000')}${form('seen', 7)}${form('changed', 5)}<p role="status">7 calls done</p><button type="submit">Go on</button></form></div></section>` });
	});
	await page.fill('#all-tag', 'Autumn fair');
	await page.click('button[value=tag]');
	await page.waitForSelector('text=It broke off');
	assert.equal(bodies[1].get('before'), '253402300799000000-cal_00000000000000000000000000', 'the second piece goes on where the first ended');
	await page.click('text="Go on"');
	await page.waitForSelector('text=Done.');
	assert.match(await page.locator('[data-mark-all]').innerText(), new RegExp(`${(count + 7).toLocaleString('en')} calls looked at, ${(count + 5).toLocaleString('en')} changed`));
	assert.match(await page.locator('[data-broke]').innerText(), /is not counted here/, 'a piece may have been done and not answered');
	await page.click('text="Back to the log"');
	assert.equal(Number(stack.sqlOne("SELECT COUNT(*) FROM interaction_tag x JOIN tag t ON t.id = x.tag_id WHERE t.name = 'Autumn fair'")), count);
	await page.context().close();
});

test('recording: ranges, download name, audit', async () => {
	const me = await stack.login();
	const path = `/calls/${shown}/recording`;
	const count = (action) => Number(stack.sqlOne(`SELECT COUNT(*) FROM audit WHERE action = 'recording.${action}'`));
	const taken = count('download');
	const rest = await me.fetch(`${path}?download=1`, { headers: { range: 'bytes=1-' } });
	assert.equal(rest.status, 206);
	await rest.arrayBuffer();
	assert.equal(count('download'), taken + 1, 'all but the first byte is nearly all');
	const part = await me.fetch(path, { headers: { range: 'bytes=0-99' } });
	assert.equal(part.status, 206);
	assert.equal(part.headers.get('content-type'), 'audio/wav');
	assert.equal((await part.arrayBuffer()).byteLength, 100);
	const played = count('play');
	assert.ok(played > 0);
	await me.fetch(path, { headers: { range: 'bytes=100-199' } });
	assert.equal(count('play'), played, 'the middle of a file is not another listening');
	const all = await me.fetch(`${path}?download=1`);
	assert.equal(all.headers.get('content-disposition'), `attachment; filename="${shown}.wav"`);
	assert.equal(Buffer.from(await all.arrayBuffer()).toString('latin1', 0, 4), 'RIFF');
	assert.equal((await stack.fetch(path)).status, 303, 'strangers sign in first');
	assert.ok([404, 403].includes((await me.fetch('/recordings/x.wav')).status));
	const peaks = await (await me.fetch(`/calls/${shown}/peaks.json`)).json();
	assert.equal(peaks.channels.length, 2);
	assert.ok(peaks.channels[0].length > 100 && peaks.channels[0].every((v) => v >= 0 && v <= 127));
});

test('live figures', async () => {
	const me = await stack.login();
	const now = await (await me.fetch(`/live.json?since=0`)).json();
	assert.deepEqual(now, { live: 0, new: 100 });
	assert.equal((await me.fetch('/live.json?since=x')).status, 400);
	assert.equal((await stack.fetch('/live.json')).status, 401);
});

test('another company: its next steps, and nothing of the first', async () => {
	const page = await member();
	await page.goto('/');
	await page.click('.menu.company summary');
	await page.click(`button:has-text("${OTHER}")`);
	await page.locator('.empty').waitFor();
	assert.match(await page.textContent('.menu.company summary'), new RegExp(OTHER));
	await page.click('text=Go through the first steps');
	await page.locator('.welcome .is-next').waitFor();
	await page.goto('/calls');
	assert.match(await page.textContent('.empty'), /No call yet/);
	await page.goto('/attribution');
	assert.match(await page.textContent('main'), /No call in this period/);
	assert.doesNotMatch(await page.textContent('main'), /have touches/, 'no sums of nothing');
	for (const path of [`/calls/${shown}`, `/calls/${shown}/recording`, `/calls/${shown}/peaks.json`])
		assert.equal((await page.request.get(path)).status(), 404, path);
	assert.deepEqual((await (await page.request.get('/live.json?since=0')).json()), { live: 0, new: 0 });
	await page.context().close();
});

test('a company that is not mine cannot be chosen', async () => {
	const me = await stack.login();
	const res = await me.submit('/', '/company', { company: 'com_00000000000000000000000000' });
	assert.equal(res.status, 404);
});

// Before the next one, which overwrites the newest call's source.
test('models: every column gives away every call once', async () => {
	const page = await member({ javaScriptEnabled: false });
	await page.goto('/attribution?range=90d');
	const rows = await page.locator('section:has(#models-title) tbody tr').evaluateAll((trs) => trs.map((tr) => [...tr.cells].slice(1).map((td) => Number(td.textContent.replace('<', '').replace(',', '')))));
	const sums = rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i], 0));
	assert.equal(sums.length, 6);
	for (const sum of sums) assert.ok(Math.abs(sum - calls.length) < 1.5, `${sums} of ${calls.length}`);
	// Last touch is what the log says; first touch is not, as people came before.
	const ai = calls.filter((c) => c.origin.medium === 'cpc').length;
	const cpc = await page.locator('section:has(#models-title) tbody tr', { hasText: 'google / cpc' }).locator('td').allTextContents();
	assert.equal(Number(cpc[1]), ai);
	assert.ok(Number(cpc[0]) < ai);
	assert.match(await page.locator('section:has(#calib-title)').textContent(), /few calls/);
	await page.goto(`/calls/${shown}`);
	assert.ok(await page.locator('section:has(#models-title) tbody tr').count() >= 1);
	await page.context().close();
});

test('hostile text in every field stays text', async () => {
	const c = calls[calls.length - 1];
	const where = `company_id = x'${c.company}'`;
	const bad = (n) => quote(HOSTILE.slice(0, n));
	const id = typeid('cal', c.id);
	const visit = calls.findLast((k) => k.visit).visit;
	stack.sql(`UPDATE phone_call SET caller_e164 = '', caller_raw = ${bad(64)}, caller_name = ${bad(128)}, caller_place = ${bad(100)}, reason = ${bad(128)},
		sip_call_id = ${bad(255)}, user_agent = ${bad(255)}, hangup_by = '<b>"''' WHERE ${where} AND id = x'${c.id}';
	UPDATE interaction SET attributed_by = 'visit', visit_id = x'${visit}', source = ${bad(100)}, medium = ${bad(100)}, campaign = ${bad(255)},
		keyword = ${bad(255)}, channel = ${bad(32)}, evidence = ${quote(JSON.stringify({ rule: 1, none_bp: 10, candidates: [
			{ visit: HOSTILE, bp: 9990, seen_s: -5, tel_click_s: 1e15, caller: HOSTILE, place: HOSTILE, source: HOSTILE, medium: HOSTILE, campaign: HOSTILE }] }))}
		WHERE ${where} AND id = x'${c.id}';
	UPDATE visit SET landing_url = ${bad(200)}, referrer = ${bad(200)}, source = ${bad(100)}, medium = ${bad(100)}, campaign = ${bad(255)}, keyword = ${bad(255)},
		gclid = ${bad(200)}, device = '<b>"''', network = ${bad(32)}, ad_id = ${bad(64)}, browser_zone = ${bad(64)}, utm_content = ${bad(200)}
		WHERE ${where} AND id = x'${visit}';
	UPDATE page_view SET url = ${bad(200)}, title = ${bad(200)} WHERE ${where} AND visit_id = x'${visit}';
	UPDATE call_event SET kind = ${bad(32)}, detail = ${bad(200)} WHERE ${where} AND call_id = x'${c.id}';
	UPDATE call_leg SET target = ${bad(200)}, codec = '<b>"''', reason = ${bad(200)} WHERE ${where} AND call_id = x'${c.id}';
	UPDATE destination SET name = ${bad(100)}, target = ${bad(200)} WHERE ${where};
	UPDATE pool SET name = ${bad(100)} WHERE ${where};
	UPDATE number SET label = ${bad(100)} WHERE ${where};
	UPDATE call_rollup SET value = ${bad(200)}, value2 = ${bad(100)} WHERE ${where} AND dimension LIKE 'source/%' AND value = 'google' AND value2 = 'cpc';
	UPDATE call_rollup SET value = ${bad(200)} WHERE ${where} AND dimension LIKE 'campaign/%' AND value LIKE 'Emergency%';
	UPDATE company SET name = ${bad(100)} WHERE id = x'${c.company}';`);
	const page = await member();
	for (const path of ['/', '/calls', `/calls/${id}`, `/calls?q=${encodeURIComponent(HOSTILE.slice(0, 60))}&source=${encodeURIComponent(HOSTILE.slice(0, 90))}`]) {
		const res = await openPage(page, path);
		assert.equal(res.status(), 200, path);
		const html = await res.text();
		assert.ok(html.includes('&quot;&gt;&lt;script&gt;'), `${path} shows the text`);
		assert.ok(!html.includes('<script>window') && !html.includes('<img src=x'), path);
		assert.equal(await page.evaluate(() => window.hacked), undefined, path);
		assert.equal(await page.locator('img').count(), 0, path);
	}
	assert.deepEqual(page.said, []);
	await page.context().close();
});

test('a pool: use, sizes, and the slider that asks for another', async () => {
	const page = await member();
	await page.goto(`/pools`);
	await page.locator('tr[data-row] .row-link').first().click();
	await page.waitForURL(`**/pools/${pool}`);
	assert.ok(await page.locator('.use rect.use-mean').count() > 50);
	const slide = page.locator('[data-size-slide]');
	await slide.focus();
	await page.keyboard.press('End');
	await page.waitForURL('**numbers=*');
	const asked = await page.locator('tr.at th').textContent();
	assert.match(asked, /asked/);
	// Sizes stand in order, and more numbers turn fewer visits away.
	const rows = await page.locator('section:has(#size) tbody tr').evaluateAll((trs) => trs.map((tr) => [parseInt(tr.cells[0].textContent.replaceAll(',', ''), 10), parseFloat(tr.cells[2].textContent.replace('<', ''))]));
	assert.ok(rows.length >= 5);
	for (let i = 1; i < rows.length; i++) assert.ok(rows[i][0] > rows[i - 1][0] && rows[i][1] <= rows[i - 1][1] + 0.3, JSON.stringify(rows));
	await page.context().close();
});

test('a pool: the days below its bars are named within the card', async () => {
	// Where it is one in the morning the last day begins at the right edge.
	const hour = new Date().getUTCHours();
	const ahead = hour <= 13 ? 1 - hour : 25 - hour;
	const [zone] = stack.sql('SELECT time_zone FROM company ORDER BY created_at LIMIT 1')[0];
	stack.sql(`UPDATE company SET time_zone = '${ahead === 0 ? 'UTC' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`}' WHERE time_zone = ${quote(zone)}`);
	for (const width of [1440, 600, 360]) {
		const page = await member({ viewport: { width, height: 800 } });
		await page.goto(`/pools/${pool}`);
		const [edge, ends] = await page.evaluate(() => [document.querySelector('.use-axis').closest('.card').getBoundingClientRect().right,
			[...document.querySelectorAll('.use-axis text')].filter((el) => el.checkVisibility()).map((el) => el.getBoundingClientRect().right)]);
		assert.ok(ends.length >= 3 && ends.every((x) => x < edge), `${width}: ${ends} of ${edge}`);
		// Each begins where its day does.
		const off = await page.evaluate(() => {
			const lines = [...document.querySelectorAll('.use-day')].map((el) => el.getBoundingClientRect().left);
			return [...document.querySelectorAll('.use-axis text')].map((el, i) => (el.matches('.late') || !el.checkVisibility() ? 0 : el.getBoundingClientRect().left - lines[i]));
		});
		assert.ok(off.every((x) => Math.abs(x) < 2), `${width}: ${off}`);
		await page.context().close();
	}
	stack.sql(`UPDATE company SET time_zone = ${quote(zone)} WHERE time_zone LIKE 'Etc/%' OR time_zone = 'UTC'`);
});

test('a list of pools or sites with long names: their state is within the card', async () => {
	const was = stack.sql('SELECT name, (SELECT name FROM site LIMIT 1) FROM pool LIMIT 1')[0].map(quote);
	const long = quote('Kraftfahrzeughaftpflichtversicherungsvergleichsportal '.repeat(2).slice(0, 100));
	stack.sql(`UPDATE pool SET name = ${long}; UPDATE site SET name = ${long} LIMIT 1`);
	for (const width of [1280, 1024, 900, 530, 360]) {
		const page = await member({ viewport: { width, height: 800 } });
		for (const path of ['/pools', '/sites']) {
			await page.goto(path);
			assert.deepEqual(await page.locator('section.card .scroll').evaluateAll((all) => all.map((el) => el.scrollWidth - el.clientWidth)), [0], `${path} ${width}`);
			if (width < 520) assert.ok(await page.locator('.row-link.cut').first().evaluate((el) => el.getBoundingClientRect().height) > 30, `${path}: names that begin alike look alike`);
			assert.ok(await page.locator('td.wrap').first().evaluate((el) => el.getBoundingClientRect().height) < 120, `${path} ${width}: a column of letters`);
		}
		await page.context().close();
	}
	stack.sql(`UPDATE pool SET name = ${was[0]} WHERE name = ${long}; UPDATE site SET name = ${was[1]} WHERE name = ${long}`);
});

test('a pool without scripts: the form shows another size', async () => {
	const page = await member({ javaScriptEnabled: false });
	await page.goto(`/pools/${pool}`);
	assert.ok(!(await page.locator('[data-size-slide]').isVisible()));
	await page.fill('input[name=numbers]', '37');
	await page.fill('input[name=price]', '2.50');
	await page.click('.size-form button');
	assert.match(await page.locator('tr.at').textContent(), /^37\s.*92\.50 USD/);
	await page.context().close();
});
