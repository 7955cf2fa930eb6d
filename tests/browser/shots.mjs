// shots.mjs - `make shots`: every page of the route tables in both themes and
// three widths, and contact sheets of them all, in build/shots.
//   --only=overview,calls   these pages only
//   --widths=768,640        other widths
//   --themes=dark           one of the two
//   --forced                forced colours, as for people who choose their own
//   --readme                also the pictures of the README in docs/img
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { cookiesOf, newVisitor, openBrowser, openPage } from '../support/browser.mjs';
import { build, dir, startStack } from '../support/stack.mjs';
import { everyPage, isForStrangers, seedThings } from './every_page.mjs';
import { quote, seed, seedAttribution, seedCompanies, seedForms, seedHealth, seedPool, typeid } from './seed.mjs';

const OUT = 'build/shots';
const SHEET_PAGES = 12; // of one contact sheet
const SLOW_MS = 180000; // for one sheet on a machine that has much to do
const EMPTY = 'Northgate Dental Studio';
const ZONES = ['America/Los_Angeles', 'America/Denver', 'America/Chicago', 'America/New_York', 'America/Halifax', 'America/Sao_Paulo', 'Europe/London',
	'Europe/Berlin', 'Europe/Athens', 'Asia/Dubai', 'Asia/Kolkata', 'Asia/Bangkok', 'Asia/Singapore', 'Asia/Tokyo', 'Australia/Sydney', 'Pacific/Auckland'];

/** Milliseconds that a zone is ahead of UTC now. */
function offsetOf(zone) {
	const parts = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts();
	const [, sign, h, m] = parts.find((p) => p.type === 'timeZoneName').value.match(/GMT(?:([+-])(\d\d):(\d\d))?/);
	return (sign === '-' ? -1 : 1) * (Number(h ?? 0) * 60 + Number(m ?? 0)) * 60000;
}

/** A zone where it is afternoon: today's bar should have something to show. */
function afternoon() {
	const far = (zone) => Math.abs(((Date.now() + offsetOf(zone)) % 86400000) / 3600000 - 15.5);
	return ZONES.reduce((best, zone) => (far(zone) < far(best) ? zone : best));
}

/** In a page, before its scripts: one that waits for work elsewhere would look
 *  again while it is being drawn. */
function stay() {
	document.addEventListener('readystatechange', () => document.querySelector('[data-reload]')?.removeAttribute('data-reload'));
}

/** One context per theme, width and person: a page of it after the other. */
async function shoot(browser, stack, cookies, pages, { widths, themes, forced }) {
	const files = [];
	const forcedColors = forced ? 'active' : 'none';
	for (const colorScheme of themes)
		for (const width of widths) {
			const people = {};
			for (const [name, path] of pages) {
				const who = isForStrangers(path) ? 'nobody' : cookies[name] ? name : 'all';
				if (!people[who]) {
					people[who] = await newVisitor(browser, { baseURL: stack.url, colorScheme, forcedColors, viewport: { width, height: width < 600 ? 740 : 900 } });
					await people[who].addInitScript(stay);
					if (who !== 'nobody') await people[who].context().addCookies(cookies[who]);
				}
				const page = people[who];
				await openPage(page, path);
				// A browser forgets them on its way to the next page, and would not take for news what it was told before.
				if (forced) for (const colors of ['none', forcedColors]) await page.emulateMedia({ forcedColors: colors });
				const file = `${name}-${width}-${colorScheme}.png`;
				const height = Math.min(2400, await page.evaluate(() => document.documentElement.scrollHeight));
				await page.screenshot({ path: join(OUT, file), fullPage: true, clip: { x: 0, y: 0, width, height } });
				files.push({ name, file, width });
				if (page.said.length > 0) console.log(name, page.said.splice(0));
			}
			for (const page of Object.values(people)) await page.context().close();
		}
	return files;
}

/** A line of small pictures for every page; their files stand beside it. One
 *  sheet of all is for people, who scroll; drawn are parts of it, since a
 *  browser does not get hundreds of whole pages into one picture in time. */
async function sheet(browser, files) {
	const picture = ({ file, width }) => `<a href="${file}"><img width="${Math.round(width / 5.6)}" src="${file}" alt="${file}"></a>`;
	const figure = (name) => `<figure><div>${files.filter((f) => f.name === name).map(picture).join('')}</div><figcaption>${name}</figcaption></figure>`;
	const write = (file, names) => writeFileSync(join(OUT, file), `<!doctype html><title>Every page</title><style>body{margin:16px;background:#999;font:13px sans-serif;display:flex;flex-wrap:wrap;gap:16px}
		figure{margin:0}div{display:flex;gap:6px;height:290px;overflow:hidden;align-items:flex-start}</style>${names.map(figure).join('\n')}`);
	const names = [...new Set(files.map((f) => f.name))];
	write('sheet.html', names);
	console.log(join(OUT, 'sheet.html'));
	for (let i = 0; i * SHEET_PAGES < names.length; i++) {
		const page = await browser.newPage({ viewport: { width: 2400, height: 1200 } });
		write('part.html', names.slice(i * SHEET_PAGES, (i + 1) * SHEET_PAGES));
		await page.goto(`file://${resolve(OUT, 'part.html')}`, { timeout: SLOW_MS });
		await page.screenshot({ path: join(OUT, `sheet-${i + 1}.png`), fullPage: true, timeout: SLOW_MS });
		await page.close();
		console.log(join(OUT, `sheet-${i + 1}.png`));
	}
	rmSync(join(OUT, 'part.html'));
}

/** A flow that shows what flows are: hours, a menu, who is rung, a message. */
const mainLine = (desk, other) => ({
	version: 1, first: 'hours', steps: {
		hours: { type: 'hours', title: 'Office hours', weekly: [{ days: 'mon-fri', from: '08:00', to: '18:00' }], holidays: 'us', open: 'menu', closed: 'mail', at: [40, 60] },
		menu: { type: 'menu', title: 'Main menu', prompt: 'notice.en', invalid_prompt: 'invalid.en', keys: [{ key: '1', title: 'Emergency', next: 'team' }, { key: '2', title: 'Quotes', next: 'office' }], invalid: 'office', silence: 'office', at: [310, 60] },
		team: { type: 'group', title: 'Emergency team', mode: 'round_robin', sticky: 'yes', say: 'Call from {source}', ring_s: 20, members: [{ to: desk.id }, { to: other.id }], otherwise: 'mail', at: [580, 20] },
		office: { type: 'forward', title: 'Office', to: desk.id, otherwise: 'mail', at: [580, 220] },
		mail: { type: 'voicemail', title: 'Voicemail', prompt: 'voicemail.en', at: [850, 140] },
	},
});

/** On the canvas, tried: the way of a caller who presses 1 on a Wednesday. */
async function flowPicture(page) {
	await page.goto('/flows');
	await page.fill('#flow-name', 'Bay City, main line');
	await page.check('[name=template][value=blank]');
	await page.click('text=Make it');
	await page.locator('.flow-board').waitFor();
	const { world } = await page.evaluate(() => JSON.parse(document.getElementById('flow-data').textContent));
	await page.setInputFiles('.flow-tools input[type=file]', { name: 'flow.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(mainLine(...['Front desk', 'Dispatch, nights and weekends'].map((n) => world.destinations.find((d) => d.name === n))))) });
	await page.locator('[data-step=mail]').waitFor();
	await page.click('text=Try it');
	await page.fill('#try-at', '2026-11-25T10:00');
	await page.fill('#try-digits', '1 1');
	await page.click('.flow-panel button[type=submit]');
	await page.locator('.try-end').evaluate((el) => el.scrollIntoView({ block: 'start' }));
	await page.click('.react-flow__controls-fitview');
	await page.mouse.move(5, 5);
}

async function readme(browser, stack, cookies) {
	const page = await newVisitor(browser, { baseURL: stack.url, colorScheme: 'light', viewport: { width: 1280, height: 900 } });
	const keep = async (name) => {
		await page.evaluate(() => new Promise((drawn) => setTimeout(drawn, 500)));
		const png = await page.screenshot({ path: `docs/img/${name}.png` });
		console.log(`docs/img/${name}.png ${png.length} bytes`);
	};
	await page.context().addCookies(cookies.all);
	mkdirSync('docs/img', { recursive: true });
	await openPage(page, '/');
	await keep('overview');
	await page.setViewportSize({ width: 1600, height: 900 });
	await flowPicture(page);
	await keep('flow');
	await page.context().close();
}

/** The cookies of a signed-in client, once per company to look at. */
async function signedIn(stack) {
	const me = await stack.login();
	const other = await stack.login();
	await me.submit('/account', '/account/second/begin', {}); // its code is drawn
	const company = typeid('com', stack.sqlOne(`SELECT LOWER(HEX(id)) FROM company WHERE name = ${quote(EMPTY)}`));
	await other.submit('/', '/company', { company });
	return { all: cookiesOf(me), 'first-run': cookiesOf(other), 'first-steps': cookiesOf(other), 'no-calls': cookiesOf(other) };
}

const stack = await startStack({ without: ['sipworker', 'dni', 'jobd'], addr: process.env.RT_TEST_ADDR ?? '127.1.250.1' });
const browser = await openBrowser();

try {
	const zone = afternoon();
	stack.sql(`UPDATE company SET time_zone = ${quote(zone)}`);
	const calls = seed(stack, { days: 70, offsetMs: offsetOf(zone) });
	seedCompanies(stack, [EMPTY, 'Schäfer & Söhne Dachdeckermeisterbetrieb GmbH']);
	seedAttribution(stack);
	const judged = spawnSync(join(build, 'ringtrace'), ['verdict', 'rerun', '-c', stack.conf], { encoding: 'utf8' });
	if (judged.status !== 0) throw new Error(`verdict rerun: ${judged.stderr}`);
	const shown = calls.findLast((c) => c.campaign && c.visit && c.talk > 60000);
	const missed = calls.findLast((c) => c.result === 'missed' && c.visit);
	seedHealth(stack);
	seedForms(stack);
	seedPool(stack);
	const call = typeid('cal', shown.id);
	const cookies = await signedIn(stack);
	const things = await seedThings(stack, await stack.login());
	const pages = [...everyPage(stack, { call, things }), ['today', '/?range=today'], ['filtered', '/calls?result=missed&source=google&medium=cpc'],
		...(missed ? [['missed', `/calls/${typeid('cal', missed.id)}`]] : []), ['report-split', '/reports?by=campaign&split=result&metric=qualified_rate'],
		['report-hours', '/reports?by=hour&metric=unanswered'], ['columns', '/calls?cols=number,outcome,verdict,tags,value,destination'],
		['first-run', '/'], ['first-steps', '/welcome'], ['no-calls', '/calls'], ['not-found', '/calls/nothing']];
	const given = (name) => process.argv.find((a) => a.startsWith(`--${name}=`))?.slice(name.length + 3).split(',');
	const only = given('only');
	const looks = { widths: given('widths')?.map(Number) ?? [1440, 1024, 360], themes: given('themes') ?? ['light', 'dark'], forced: process.argv.includes('--forced') };
	mkdirSync(OUT, { recursive: true });
	if (process.argv.includes('--readme')) await readme(browser, stack, cookies);
	await sheet(browser, await shoot(browser, stack, cookies, pages.filter(([name]) => !only || only.includes(name)), looks));
} finally {
	await browser.close();
	await stack.stop();
	rmSync(dir, { recursive: true, force: true });
}
