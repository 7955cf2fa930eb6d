// What is seen, heard and printed fits together: a figure's link leads to the
// same number of calls, one recording sounds at a time, names stand in the order
// of people, axes have round numbers that do not run into each other, paper is
// white.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { cookiesOf, newMember, openBrowser, openPage } from '../support/browser.mjs';
import { openForm } from '../support/forms.mjs';
import { startStack } from '../support/stack.mjs';
import { seed, seedCompanies, seedPool, typeid } from './seed.mjs';

let stack, browser, cookies, calls, me;

before(async () => {
	stack = await startStack({ without: ['sipworker', 'dni', 'jobd'], args: ['--web-rate', '100000'] });
	calls = seed(stack, { days: 40 });
	me = await stack.login();
	await me.fetch('/'); // from here on at this company
	cookies = cookiesOf(me);
	browser = await openBrowser();
});

after(async () => {
	await browser?.close();
	await stack?.stop();
});

const member = (options) => newMember(browser, cookies, options);

const whole = (text) => Number(text.replaceAll(',', ''));

/** How many calls a log has, page after page; what it says of itself is true. */
async function total(href) {
	const seen = new Set();
	let said = null;
	for (let path = href; path; ) {
		const res = await me.fetch(path);
		assert.equal(res.status, 200, path);
		const html = await res.text();
		said ??= html.match(/<p class="sub">[^<]* · ([\d,]+) calls?<\/p>/)?.[1];
		for (const [, id] of html.matchAll(/class="row-link[^"]*" href="\/calls\/(cal_\w+)"/g)) seen.add(id);
		path = html.match(/rel="next" href="([^"]+)"/)?.[1].replaceAll('&amp;', '&');
	}
	if (said) assert.equal(seen.size, whole(said), href);
	return seen.size;
}

test('every number of the overview leads to as many calls', async () => {
	const page = await member();
	await page.goto('/?range=30d');
	const links = await page.evaluate(() => {
		const text = (el) => el.textContent.trim();
		const of = (rows, n) => [...document.querySelectorAll(rows)].map((el) => ({ href: el.querySelector('a').getAttribute('href'), n: text(n(el)) }));
		return {
			figures: [...document.querySelectorAll('a.figure')].map((el) => ({ name: text(el.querySelector('.name')), href: el.getAttribute('href'), n: text(el.querySelector('.value')) })),
			series: of('#series tbody tr', (el) => el.cells[1]),
			sources: of('section:has(#sources-title) li', (el) => el.querySelector('.n')),
			terms: of('section:has(#campaigns-title) tbody tr', (el) => el.cells[1]),
		};
	});
	await page.context().close();
	assert.equal(links.series.length, 30);
	assert.ok(links.sources.length > 3 && links.terms.length > 3);
	for (const kind of ['series', 'sources', 'terms'])
		for (const { href, n } of links[kind]) assert.equal(await total(href), whole(n), `${kind}: ${href}`);
	const counts = links.figures.filter((f) => ['Calls', 'Not answered'].includes(f.name));
	assert.equal(counts.length, 2);
	for (const { href, n, name } of counts) assert.equal(await total(href), whole(n), `${name}: ${href}`);
	// A share leads to what it is a share of the calls by.
	const all = whole(counts.find((f) => f.name === 'Calls').n);
	const answered = links.figures.find((f) => f.name === 'Answered');
	assert.equal(((await total(answered.href)) * 100 / all).toFixed(1), parseFloat(answered.n).toFixed(1));
});

test('the days of a pool add up to its seven days', async () => {
	const page = await member();
	await page.goto(`/pools/${seedPool(stack)}`);
	const { days, given, turned, first } = await page.evaluate(() => {
		const text = (el) => el.textContent.trim();
		const rows = [...document.querySelectorAll('[aria-label=Days] tbody tr')];
		const sums = [1, 4].map((i) => rows.reduce((sum, r) => sum + Number(text(r.cells[i]).replaceAll(',', '')), 0));
		const figure = [...document.querySelectorAll('.figure')].find((f) => text(f).startsWith('No number was free'));
		return { days: sums, given: text(document.querySelector('section:has(#given-title) tbody tr .num')), turned: text(figure.querySelector('.delta')), first: text(rows.at(-1).cells[0]) };
	});
	await page.context().close();
	assert.equal(days[0], whole(given));
	assert.equal(days[1], parseInt(turned, 10));
	// Unless it is midnight there, the first of them is a part of a day, and says so.
	const hour = Number(new Intl.DateTimeFormat('en', { timeZone: stack.sqlOne("SELECT time_zone FROM company WHERE name = 'Bay City Plumbing'"), hour: '2-digit', hourCycle: 'h23' }).format(new Date()));
	assert.match(first, hour === 23 ? /^\w{3} \d+ \w{3} \d{4}$/ : /^\w{3} \d+ \w{3} \d{4} from \d\d:00$/);
});

test('one recording sounds at a time, in the list and beside it', async () => {
	const page = await member({ viewport: { width: 1440, height: 900 } });
	await page.addInitScript(() => {
		const Real = window.Audio;
		window.made = [];
		window.Audio = function (...args) {
			const audio = new Real(...args);
			audio.loop = true; // until somebody stops it
			window.made.push(audio);
			return audio;
		};
	});
	await page.goto('/calls?range=90d');
	const rows = page.locator('tr[data-row]:has([data-play])');
	const sounding = () => page.evaluate(() => [...window.made, ...document.querySelectorAll('audio')].filter((a) => !a.paused).length);
	const state = (i) => rows.nth(i).locator('[data-play] use').getAttribute('href');
	const plays = (i) => page.waitForFunction((at) => window.made[at]?.currentTime > 0, i);
	await rows.nth(0).locator('[data-play]').click();
	await plays(0);
	assert.match(await state(0), /#pause$/);
	await rows.nth(1).locator('[data-play]').click();
	await plays(1);
	assert.deepEqual([await sounding(), (await state(0)).split('#')[1], (await state(1)).split('#')[1]], [1, 'play', 'pause']);
	// The player of the call beside the list takes over.
	await rows.nth(0).locator('.row-link').click();
	await page.waitForSelector('.sheet .player.drawn');
	await page.locator('.sheet [data-toggle]').click();
	await page.waitForFunction(() => document.querySelector('.sheet audio').currentTime > 0);
	assert.equal(await sounding(), 1);
	assert.match(await state(1), /#play$/);
	// And gives it back with the sheet.
	await page.keyboard.press('Escape');
	await rows.nth(1).locator('[data-play]').click();
	await plays(2);
	assert.equal(await sounding(), 1);
	await rows.nth(1).locator('[data-play]').click();
	assert.equal(await sounding(), 0);
	assert.deepEqual(page.said, []);
	await page.context().close();
});

test('names stand as people look for them: umlauts beside their letters, capitals or not', async () => {
	const names = ['Zebra', 'Ärzte', 'apfel', 'Österreich', 'Ofen', 'ähnlich', 'Über uns', 'Uhren', 'Élan', 'eins', 'Straße', 'Strand'];
	const wanted = ['ähnlich', 'apfel', 'Ärzte', 'eins', 'Élan', 'Ofen', 'Österreich', 'Strand', 'Straße', 'Über uns', 'Uhren', 'Zebra'];
	for (const kind of ['tags', 'locations'])
		for (const name of names) assert.equal((await (await openForm(me, `/settings/${kind}/new`)).send({ name, time_zone: 'Europe/Berlin' })).status, 303);
	const of = (html, form) => [...html.matchAll(form)].map((m) => m[1]).filter((n) => names.includes(n));
	for (const kind of ['tags', 'locations'])
		assert.deepEqual(of(await (await me.fetch(`/settings/${kind}`)).text(), /class="row-link"[^>]*>([^<]+)</g), wanted, kind);
	const log = await (await me.fetch('/calls')).text();
	assert.deepEqual(of(log.match(/<select[^>]*name="tag">(.*?)<\/select>/s)[1], />([^<]+)<\/option>/g), wanted, 'the filter by tag');
	assert.deepEqual(of(log.match(/<select[^>]*name="location">(.*?)<\/select>/s)[1], />([^<]+)<\/option>/g), wanted, 'the filter by location');
	seedCompanies(stack, names);
	const { companies } = await (await me.fetch('/companies/names.json?name=')).json();
	const listed = companies.map((c) => c.name).filter((n) => names.includes(n));
	assert.ok(listed.length > 5);
	assert.deepEqual(listed, wanted.slice(0, listed.length), 'the menu of companies');
	const report = await (await me.fetch('/reports?by=company&metric=calls')).text();
	assert.equal(new Set(of(report, /<span class="cut">([^<]+)<\/span>/g)).size, names.length, 'none is lost for its letters');
});

/** Before a page's own scripts: the texts of the last drawing of each canvas. */
function watchTexts() {
	const { fillText, clearRect } = CanvasRenderingContext2D.prototype;
	window.texts = [];
	CanvasRenderingContext2D.prototype.clearRect = function (...args) {
		window.texts = window.texts.filter((t) => t.canvas !== this.canvas);
		return clearRect.apply(this, args);
	};
	CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...rest) {
		const width = this.measureText(text).width;
		const at = new DOMPoint(x, y).matrixTransform(this.getTransform());
		const left = { center: at.x - width / 2, right: at.x - width, end: at.x - width }[this.textAlign] ?? at.x;
		if (text !== '') window.texts.push({ canvas: this.canvas, text, left, right: left + width, y: at.y, align: this.textAlign });
		return fillText.call(this, text, x, y, ...rest);
	};
}

/** Seconds, percent or a plain number, as the axis writes it. */
function read(label) {
	const [, n, unit] = label.match(/^(-?[\d,.]+)\s?(s|m|%|×)?$/) ?? assert.fail(`"${label}" is no number`);
	return Number(n.replaceAll(',', '')) * (unit === 'm' ? 60 : 1);
}

const CLOCK = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 36000];
const round = (step, clock) => (clock ? CLOCK.includes(step) : [1, 2, 5].includes(Math.round(step / 10 ** Math.floor(Math.log10(step) + 1e-9))));

for (const width of [1440, 768, 360])
	test(`axes: round steps from zero, a unit, no label over another or cut off: ${width}`, async () => {
		const page = await member({ viewport: { width, height: 900 } });
		await page.addInitScript(watchTexts);
		for (const path of ['/', '/?range=7d', '/?range=90d', '/?range=today', '/?from=2026-01-01&to=2026-01-02', '/reports?metric=answered_rate&range=90d', '/reports?metric=talk', '/reports?metric=answer', '/reports?metric=value', '/reports?by=campaign&range=365d']) {
			const res = await openPage(page, path);
			assert.equal(res.status(), 200, path);
			if (await page.locator('.chart').count() === 0) continue;
			await page.locator('.chart canvas').waitFor();
			const drawn = await page.evaluate(() => ({
				unit: document.querySelector('.axis-unit')?.textContent ?? '',
				width: document.querySelector('.chart canvas').width,
				texts: window.texts.map(({ canvas, ...rest }) => rest),
			}));
			const below = drawn.texts.filter((t) => t.align === 'center').sort((a, b) => a.left - b.left);
			assert.equal(new Set(below.map((t) => Math.round(t.y))).size, 1, `${path}: one line of days`);
			below.forEach((t, i) => {
				assert.ok(t.left >= 0 && t.right <= drawn.width + 1, `${path}: "${t.text}" is cut off`);
				if (i > 0) assert.ok(t.left > below[i - 1].right, `${path}: "${below[i - 1].text}" runs into "${t.text}"`);
			});
			const beside = drawn.texts.filter((t) => t.align === 'right').sort((a, b) => b.y - a.y);
			assert.ok(beside.length >= 2, `${path}: ${JSON.stringify(drawn.texts)}`);
			assert.ok(beside.every((t) => t.left >= 0), `${path}: the axis is cut off`);
			const at = beside.map((t) => read(t.text));
			const step = at[1] - at[0];
			assert.equal(at[0], 0, `${path} begins at zero`);
			assert.ok(round(step, beside.some((t) => /[sm]$/.test(t.text))), `${path}: steps of ${step}`);
			at.forEach((v, i) => assert.ok(Math.abs(v - i * step) < 1e-6, `${path}: ${at}`));
			assert.ok(drawn.unit !== '' || beside.slice(1).every((t) => /[sm%×]$/.test(t.text)), `${path}: no unit on the axis`);
		}
		await page.context().close();
	});

test('on paper everything is dark on white, and as wide as the paper, whatever the screen shows', async () => {
	const page = await member({ viewport: { width: 760, height: 1000 }, colorScheme: 'dark' });
	await page.context().addCookies([{ name: 'theme', value: 'dark', url: stack.url }]);
	const shown = typeid('cal', calls.findLast((c) => c.visit && c.talk > 30000).id);
	for (const path of ['/', '/calls', `/calls/${shown}`, '/reports', '/reports?by=source&split=result', '/companies', '/usage']) {
		await page.emulateMedia({ media: 'screen' });
		await openPage(page, path);
		const light = (colour) => colour.match(/[\d.]+/g).slice(0, 3).reduce((sum, v) => sum + Number(v), 0) / 765;
		const look = () => page.evaluate(() => {
			const seen = [...document.querySelectorAll('h1, h2, .card, td, th, .sub')].filter((el) => el.offsetParent !== null && el.closest('.heat') === null && el.textContent.trim() !== '');
			return { ground: getComputedStyle(document.body).backgroundColor, cards: seen.filter((el) => el.matches('.card')).map((el) => getComputedStyle(el).backgroundColor),
				words: seen.filter((el) => !el.matches('.card')).map((el) => getComputedStyle(el).color), wide: document.documentElement.scrollWidth };
		});
		const screen = await look();
		assert.ok(light(screen.ground) < 0.3, `${path}: the screen is dark`);
		await page.emulateMedia({ media: 'print' });
		const paper = await look();
		assert.ok(light(paper.ground) === 1, path);
		assert.ok(paper.cards.every((c) => light(c) > 0.95 || /, 0\)$/.test(c)), `${path}: a dark card`);
		assert.ok(paper.words.length > 3 && paper.words.every((c) => light(c) < 0.6), `${path}: ${paper.words.filter((c) => light(c) >= 0.6)}`);
		assert.ok(paper.wide <= 760, `${path}: ${paper.wide} wide`);
		for (const gone of ['.btn', '.chips', '.play', '[data-bulk-bar]']) assert.equal(await page.locator(`main ${gone}:visible`).count(), 0, `${path}: ${gone}`);
	}
	await page.context().close();
});

test('themes: what is drawn by scripts has the colours of what shows', async () => {
	const page = await member({ colorScheme: 'light', viewport: { width: 1440, height: 900 } });
	await page.addInitScript(() => {
		window.filled = new Set();
		const { fill } = CanvasRenderingContext2D.prototype;
		CanvasRenderingContext2D.prototype.fill = function (...args) {
			window.filled.add(String(this.fillStyle));
			return fill.apply(this, args);
		};
	});
	const colours = () => page.evaluate(() => [...window.filled]);
	await openPage(page, '/');
	await page.locator('.chart canvas').waitFor();
	assert.ok((await colours()).includes('#1f9660'), `${await colours()}`);
	assert.ok(!(await colours()).includes('#2fa36c'));
	await page.click('[data-theme-switch]');
	await page.waitForFunction(() => window.filled.has('#2fa36c'));
	await page.context().close();
});

test('in colours of one\'s own what is chosen shows it, and a scale keeps its steps', async () => {
	const page = await member({ viewport: { width: 1440, height: 900 } });
	await page.goto('/');
	await page.emulateMedia({ forcedColors: 'active' });
	const ground = (what) => page.locator(what).first().evaluate((el) => getComputedStyle(el).backgroundColor.match(/\d+/g).slice(0, 3).join());
	for (const [chosen, other] of [['.side a[aria-current]', '.side a:not([aria-current])'], ['.seg a[aria-current]', '.seg a:not([aria-current])'], ['.heat-scale .h5', '.heat-scale .h1']])
		assert.notEqual(await ground(chosen), await ground(other), chosen);
	// The mark beside a state is a ground, too, which would be taken away.
	await page.goto('/pools');
	const mark = () => page.locator('.tone').first().evaluate((el) => getComputedStyle(el, '::before').backgroundColor);
	for (const forcedColors of ['none', 'active']) await page.emulateMedia({ forcedColors });
	const forced = await mark();
	await page.emulateMedia({ forcedColors: 'none' });
	assert.equal(forced, await mark());
	await page.context().close();
});

test('the longest names, five hundred tags, every column and filter: nothing is wider than the screen, menus lie within it', async () => {
	const { company } = calls[0];
	const w = (n) => `'${'W'.repeat(n)}'`;
	const rtl = `'${'\u05e9\u05dc\u05d5\u05dd '.repeat(12)}\u202eabc'`;
	const call = calls.findLast((c) => c.visit && c.talk > 30000);
	stack.sql(`SET NAMES utf8mb4; UPDATE interaction SET campaign = ${w(255)}, keyword = ${w(255)}, source = ${w(100)}, medium = ${w(100)} WHERE company_id = x'${company}' AND id = x'${call.id}';
		UPDATE interaction SET campaign = ${rtl}, source = ${rtl} WHERE company_id = x'${company}' ORDER BY happened_at DESC LIMIT 5;
		UPDATE number SET label = ${w(100)} WHERE company_id = x'${company}'; UPDATE destination SET name = ${w(100)} WHERE company_id = x'${company}';
		UPDATE phone_call SET caller_name = ${w(128)}, caller_place = ${w(100)} WHERE company_id = x'${company}' AND id = x'${call.id}';
		UPDATE pool SET name = ${w(100)} WHERE company_id = x'${company}'; UPDATE tracker SET name = ${w(100)} WHERE company_id = x'${company}'; UPDATE flow SET name = ${w(100)} WHERE company_id = x'${company}';
		INSERT INTO tag (company_id, id, name, created_at) SELECT x'${company}', UNHEX(MD5(seq)), CONCAT(seq, REPEAT('W', 60)), UTC_TIMESTAMP(6) FROM seq_1_to_500;
		INSERT INTO interaction_tag (company_id, interaction_id, tag_id, added_at) SELECT x'${company}', x'${call.id}', UNHEX(MD5(seq)), UTC_TIMESTAMP(6) FROM seq_1_to_60;
		UPDATE company SET name = ${w(100)} WHERE id = x'${company}'; UPDATE user SET name = ${w(100)};`);
	const shown = typeid('cal', call.id);
	const flow = typeid('flo', stack.sqlOne('SELECT HEX(id) FROM flow LIMIT 1'));
	assert.equal((await me.fetch(`/calls/${shown}/recording`)).status, 200, 'who heard it is told');
	const cols = 'cols=number,outcome,verdict,tags,value,destination,location';
	const filters = ['source', 'medium', 'campaign', 'ad_group', 'ad', 'keyword', 'match', 'landing', 'referrer', 'place'].map((f) => `${f}=${'W'.repeat(100)}`).join('&');
	for (const width of [1440, 768, 360]) {
		const page = await member({ viewport: { width, height: 800 } });
		for (const path of ['/', `/calls?range=90d&${cols}`, `/calls?range=90d&${cols}&${filters}`, `/calls/${shown}`, '/reports?by=campaign', '/reports?by=source&split=campaign', '/spend', '/pools', '/flows',
			'/settings/tags', '/settings/numbers', '/settings/trackers', '/settings/users', '/settings/audit', `/flows/${flow}/trial`, '/companies', '/account', `/people/${shown}`, '/visitors']) {
			const res = await openPage(page, path);
			assert.ok(res.status() === 200, `${path}: ${res.status()}`);
			const over = await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]
				.filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && (!e.closest('.scroll') || e.matches('.scroll'))).map((e) => `${e.nodeName}.${e.className.baseVal ?? e.className}`));
			assert.deepEqual(over, [], `${path} is too wide at ${width}`);
			assert.deepEqual(await page.locator('td .badge').evaluateAll((all) => all.filter((el) => el.getBoundingClientRect().right > el.closest('td').getBoundingClientRect().right + 1).map((el) => el.innerText)), [],
				`${path} at ${width}: what is said of a name stays beside it`);
			if (width === 1440 && /^.(reports|companies)/.test(path))
				for (const laptop of [1440, 1280]) {
					await page.setViewportSize({ width: laptop, height: 800 });
					assert.deepEqual(await page.locator('.scroll:has(> table.report)').evaluate((el) => [el.clientWidth, el.scrollWidth - el.clientWidth].map((n) => n > 0)), [true, false], `${path} at ${laptop}: the table fits its card`);
				}
			await page.setViewportSize({ width, height: 800 });
			if (path === '/')
				assert.ok(await page.evaluate(() => {
					const value = document.querySelector('.figure .value');
					value.textContent = '1,449,000,000';
					const text = document.createRange();
					text.selectNodeContents(value);
					return text.getBoundingClientRect().right <= value.closest('.figure').getBoundingClientRect().right;
				}), `ten digits have their place at ${width}`);
			for (const menu of await page.locator('details.menu:visible').all()) {
				await menu.locator('summary').click();
				const box = await menu.locator('.menu-body').boundingBox();
				const name = (await menu.locator('summary').innerText()).slice(0, 20);
				assert.ok(box.x >= -1 && box.x + box.width <= width + 1, `${path} at ${width}: the menu "${name}" lies at ${box.x}, ${box.width} wide`);
				await page.keyboard.press('Escape');
			}
		}
		assert.deepEqual(page.said, []);
		await page.context().close();
	}
});

test('what is said above a card keeps off it', async () => {
	for (const width of [1440, 360]) {
		const page = await member({ viewport: { width, height: 900 } });
		for (const [path, said] of [['/calls?q=12', '.hint'], ['/calls?device=mobile', '.chip'], ['/reports?device=mobile', '.chip'], ['/reports?metric=cost', '.hint']]) {
			await page.goto(path);
			const gap = await page.evaluate((what) => {
				const card = document.querySelector('main .card').getBoundingClientRect();
				const above = [...document.querySelectorAll(`main ${what}`)].map((el) => el.getBoundingClientRect().bottom).filter((at) => at > 0 && at <= card.top + 1);
				return card.top - Math.max(...above);
			}, said);
			assert.ok(gap >= 8, `${path} at ${width}: ${gap}`);
		}
		await page.context().close();
	}
});

test('what receivers and mail servers answered can be read, and stays in its column', async () => {
	const { company } = calls[0];
	const w = (n) => `'${'W'.repeat(n)}'`;
	stack.sql(`INSERT INTO webhook (company_id, id, name, url, secret_sealed, events, created_at) VALUES (x'${company}', x'${company}', ${w(100)}, 'https://x.example/', '', 1, UTC_TIMESTAMP(6));
		INSERT INTO webhook_delivery (company_id, webhook_id, event_id, kind, object_id, state, due_at, attempts, status, last_error, answer, happened_at, ended_at) SELECT x'${company}', x'${company}', UNHEX(MD5(seq)),
			'call.ended', x'${company}', ELT(seq, 'parked', 'ready', 'done'), UTC_TIMESTAMP(6), 10, 500, ELT(seq, ${w(255)}, ${w(255)}, ''), ELT(seq, ${w(500)}, REPEAT('word ', 100), ${w(500)}), UTC_TIMESTAMP(6), IF(seq = 2, NULL, UTC_TIMESTAMP(6)) FROM seq_1_to_3;
		INSERT INTO mail_log (company_id, job_id, template, to_address, subject, state, attempts, last_error, created_at, tried_at) VALUES (x'${company}', 1, 'missed', CONCAT(${w(200)}, '@x.example'), ${w(255)}, 'failed', 12, ${w(255)}, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))`);
	for (const width of [1440, 768, 360]) {
		const page = await member({ viewport: { width, height: 900 } });
		for (const [path, rows] of [[`/settings/webhooks/${typeid('whk', company)}/log`, 3], ['/settings/mail-log', 1]]) {
			assert.equal((await openPage(page, path)).status(), 200, path);
			const [cells, out] = await page.evaluate(() => {
				const cut = (el) => getComputedStyle(el).overflowX !== 'visible';
				const all = [...document.querySelectorAll('main tbody td')];
				const bad = all.filter((td) => {
					const end = td.getBoundingClientRect().right + 1;
					const walker = document.createTreeWalker(td, NodeFilter.SHOW_TEXT);
					while (walker.nextNode()) {
						const range = new Range();
						range.selectNodeContents(walker.currentNode);
						const el = walker.currentNode.parentElement;
						if (!cut(el) && range.getBoundingClientRect().right > end) return true;
						if (cut(el) && el.matches('td:last-child *')) return true;
					}
					return false;
				});
				return [all.length, bad.map((td) => td.textContent.slice(0, 40))];
			});
			assert.ok(cells >= 5 * rows, `${path}: ${cells} cells`);
			assert.deepEqual(out, [], `${path} at ${width}`);
		}
		await page.context().close();
	}
});
