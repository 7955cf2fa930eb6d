// The flow builder as a new user meets it: "press 1 for sales (a round robin
// of three), 2 for support (in opening hours, else voicemail)", drawn in fewer
// than sixty actions, published, and run by a real call. Then what else the
// canvas promises: undo, copies, keys, import, other people, no script.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';

import { cookiesOf, newMember, openBrowser, openPage } from '../support/browser.mjs';
import { call, endAll, endings } from '../support/sip.mjs';
import { addr, build, startStack, until } from '../support/stack.mjs';

const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const NUMBER = '+14155550140';
const PHONES = [['Ann', 5080], ['Bob', 5082], ['Cyd', 5084], ['Support desk', 5086]];

let stack, browser, me, owner, cookies;

before(async () => {
	stack = await startStack({ demo: false, without: ['dni', 'api', 'jobd'], args: ['--web-rate', '100000'] });
	const ringtrace = (...args) => {
		const r = spawnSync(join(build, 'ringtrace'), [...args, '-c', stack.conf], { encoding: 'utf8' });
		assert.equal(r.status, 0, r.stderr);
		return r.stdout;
	};
	ringtrace('company', 'add', '--name', 'Bay City Plumbing', '--zone', 'America/Los_Angeles');
	const password = ringtrace('user', 'add', '--email', 'me@example.com', '--role', 'owner').match(/password:?\s+(\S+)/i)[1];
	ringtrace('trunk', 'add', '--name', 'Carrier', '--host', `${addr}:5070`, '--allow', `${addr}/32`);
	ringtrace('number', 'add', '--number', NUMBER, '--to', `sip:ann@${addr}:5080`);
	owner = ['me@example.com', password];
	me = await stack.login(...owner);
	for (const [name, port] of PHONES) {
		const res = await me.submit('/settings/destinations/new', '/settings/destinations/new', { name, target: `sip:desk@${addr}:${port}`, ring_s: '20', trunk: '', location: '' });
		assert.equal(res.status, 303, await res.text());
	}
	cookies = cookiesOf(me);
	browser = await openBrowser();
});
afterEach(endAll);
after(async () => {
	await browser?.close();
	await stack?.stop();
});

const member = (options = {}) => newMember(browser, cookies, { viewport: { width: 1440, height: 900 }, ...options });

/** A new flow in the builder; counts what is done from here on. */
async function fresh(page, name, template = 'blank') {
	await page.goto('/flows');
	await page.fill('#flow-name', name);
	await page.check(`[name=template][value=${template}]`);
	await page.click('text=Make it');
	await page.waitForSelector('.flow-board');
}

class Hand {
	constructor(page) {
		this.page = page;
		this.actions = 0;
	}

	async click(what) {
		this.actions++;
		await this.page.click(what);
	}

	add(label) {
		return this.click(`.palette-step:text-is("${label}")`);
	}

	async fill(label, value, nth = 0) {
		this.actions++;
		await this.page.locator('.flow-panel').getByLabel(label, { exact: false }).nth(nth).fill(value);
	}

	async choose(label, value, nth = 0) {
		this.actions++;
		await this.page.locator('.flow-panel').getByLabel(label, { exact: false }).nth(nth).selectOption({ label: value });
	}

	/** Where one of the chosen step's ways out leads. */
	async lead(way, to) {
		this.actions++;
		await this.page.locator('.flow-panel .ways').getByLabel(way, { exact: true }).selectOption({ label: to });
	}

	/** A card, by the name on it. The canvas may still be gliding to the last
	 *  one: who misses tries again, and that is one action. */
	async card(name) {
		const card = this.page.locator(`.step-card:has(.step-name:text-is("${name}"))`);
		this.actions++;
		await until(`${name} is chosen`, async () => {
			await card.locator('.step-head').click();
			return card.evaluate((el) => el.classList.contains('on'));
		});
	}
}

test('press 1, press 2: drawn in fewer than sixty actions, published, and run', async () => {
	const page = await member();
	await fresh(page, 'Main line');
	const hand = new Hand(page);
	await hand.add('Menu');
	await hand.fill('Name', 'Main menu');
	await hand.choose('Prompt', 'Sorry, that is not one of the choices.');
	await hand.fill('Name', 'Sales', 1);
	await hand.click('text=Add to keys');
	await hand.fill('Name', 'Support', 2);
	await hand.add('Group');
	await hand.fill('Name', 'Sales team');
	await hand.choose('How they ring', 'in turn, evenly (round robin)');
	await hand.choose('Where to', 'Ann');
	for (const [i, who] of [[1, 'Bob'], [2, 'Cyd']]) {
		await hand.click('text=Add to members');
		await hand.choose('Where to', who, i);
	}
	await hand.card('Main menu');
	await hand.add('Opening hours');
	await hand.click('text=Add to open');
	await hand.add('Forward');
	await hand.choose('Where to', 'Support desk');
	await hand.card('Opening hours');
	await hand.add('Voicemail');
	await hand.choose('Prompt', 'Nobody can take your call right now. Please leave a message after the tone.');
	await hand.card('Sales team');
	await hand.lead('otherwise', 'Voicemail (voicemail)');
	await hand.card('Forward');
	await hand.lead('otherwise', 'Voicemail (voicemail)');
	await hand.card('Main menu');
	await hand.lead('wrong key', 'Sales team (group)');
	await hand.lead('no key', 'Sales team (group)');
	await page.waitForSelector('.bar-note:has-text("No problems"), .problems');
	await page.waitForSelector('button:text-is("Publish"):not([disabled])');
	await hand.click('button:text-is("Publish")');
	await page.waitForSelector('text=Version 1 is live');
	assert.ok(hand.actions < 60, `${hand.actions} actions`);
	assert.deepEqual(page.said, []);

	// The number runs it, by the form for numbers.
	const numbers = await (await me.fetch('/settings/numbers')).text();
	await page.goto(numbers.match(/\/settings\/numbers\/num_[a-z0-9]+/)[0]);
	await page.selectOption('#f-flow', { label: 'Main line' });
	await page.click('button:text-is("Save")');
	await page.context().close();
	const flow = stack.sqlOne("SELECT HEX(flow_id) FROM number WHERE flow_id IS NOT NULL");
	assert.ok(flow);
	const version = stack.sqlOne('SELECT version FROM config_version');
	await until('the worker has it', () => new RegExp(`configuration version=${version} `).test(stack.output + stack.log('sipworker')));

	// Three callers press 1: each of the three is rung once.
	const rung = [];
	for (let i = 0; i < 3; i++) {
		const phones = [];
		for (const [who, port] of PHONES.slice(0, 3)) {
			const p = call('phone', { listen: `${addr}:${port}`, 'ring-ms': 100, calls: 1, 'rtp-min': 25000 + (port - 5080) * 50, 'rtp-max': 25099 + (port - 5080) * 50 });
			await p.says(/^ready/m);
			phones.push([who, p]);
		}
		const a = call('carrier', { listen: `${addr}:5070`, target: `${addr}:5060`, number: NUMBER, caller: `+1303555019${i}`, keys: '1', 'talk-ms': 5000, 'rtp-min': 24000, 'rtp-max': 24099 });
		await a.ended;
		const [e] = endings(a);
		const id = e.call_id;
		await until('the call is closed', () => stack.sqlOne(`SELECT state FROM phone_call WHERE sip_call_id = '${id}'`) === 'closed');
		assert.equal(stack.sqlOne(`SELECT result FROM phone_call WHERE sip_call_id = '${id}'`), 'answered');
		rung.push(phones.find(([, p]) => endings(p).length > 0)?.[0]);
		await endAll();
	}
	assert.deepEqual([...rung].sort(), ['Ann', 'Bob', 'Cyd']);
});

test('undo, redo, copies, the keyboard, tidying up, and what was not saved', async () => {
	const page = await member();
	await fresh(page, 'Playground', 'menu');
	const cards = () => page.locator('.step-card').count();
	await page.waitForSelector('.step-card');
	assert.equal(await cards(), 4);
	await page.click('.step-card[data-type=voicemail] .step-head');
	await page.keyboard.press('Escape');
	await page.locator('.react-flow__node[data-id=mail]').focus();
	await page.keyboard.press('Delete');
	assert.equal(await cards(), 3);
	await page.keyboard.press('Control+z');
	assert.equal(await cards(), 4);
	await page.keyboard.press('Control+Shift+z');
	assert.equal(await cards(), 3);
	await page.keyboard.press('Control+z');
	// Moved with the arrow keys.
	const node = page.locator('.react-flow__node[data-id=menu]');
	const before = await node.boundingBox();
	await node.focus();
	await page.keyboard.press('Enter');
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('ArrowDown');
	await until('it moved', async () => (await node.boundingBox()).y > before.y + 5);
	await page.click('text=Tidy up');
	const inSight = () => page.locator('.step-card').evaluateAll((all) => {
		const board = document.querySelector('.flow-board').getBoundingClientRect();
		return all.filter((el) => {
			const at = el.getBoundingClientRect();
			return at.left >= board.left && at.right <= board.right && at.top >= board.top && at.bottom <= board.bottom;
		}).length;
	});
	await until('all of it is in sight', async () => await inSight() === 4);
	// Copies come into sight, and take the place of nothing.
	await page.click('.step-card[data-type=voicemail] .step-head');
	await page.keyboard.press('Escape');
	const copied = JSON.stringify({ ringtrace: 'flow-steps', steps: { far: { type: 'hangup', at: [9000, 9000] } } });
	await page.evaluate((text) => {
		const data = new DataTransfer();
		data.setData('text/plain', text);
		dispatchEvent(new ClipboardEvent('paste', { clipboardData: data }));
	}, copied);
	await page.waitForSelector('.step-card[data-step=far]');
	await until('it is in sight', async () => {
		const [card, board] = [await page.locator('.step-card[data-step=far]').boundingBox(), await page.locator('.flow-board').boundingBox()];
		return card.x >= board.x && card.x + card.width <= board.x + board.width && card.y >= board.y && card.y + card.height <= board.y + board.height;
	});
	await page.keyboard.press('Control+z');
	assert.equal(await cards(), 4);
	// What is not saved is there again after the page went away.
	await page.click('.palette-step:text-is("Tag")');
	assert.equal(await cards(), 5);
	page.on('dialog', (d) => d.accept());
	await page.reload();
	await page.waitForSelector('.step-card[data-type=tag]');
	assert.match(await page.textContent('.flow-bar'), /had not saved last time is back/);
	assert.deepEqual(page.said, []);
	await page.context().close();
});

test('files that are no flow are refused with the reason, and the canvas stays', async () => {
	const page = await member();
	await fresh(page, 'Imports', 'menu');
	await page.waitForSelector('.step-card');
	const give = (text) => page.setInputFiles('.flow-tools input[type=file]', { name: 'x.json', mimeType: 'application/json', buffer: Buffer.from(text) });
	const steps = (all, first = 'a') => JSON.stringify({ version: 1, first, steps: all });
	for (const [text, why] of [
		['no flow', /it is not JSON/],
		[steps({ a: { type: 'menu', keys: 'abc' } }), /step a: keys/],
		[steps({ a: { type: 'group', members: 7 } }), /step a: members/],
		[steps({ a: { type: 'menu', title: { x: 1 }, keys: [] } }), /step a: title/],
		[steps(Object.fromEntries(Array.from({ length: 10000 }, (_, i) => [`s${i}`, { type: 'hangup' }]))), /10000 steps are more than 500/]]) {
		await give(text);
		await until(`${why}`, async () => why.test(await page.textContent('.flow-bar')));
		assert.equal(await page.locator('.step-card').count(), 4);
	}
	// A menu that is heard again by a key of its own.
	await give(steps({ a: { type: 'menu', prompt: 'notice.en', keys: [{ key: '9', next: 'a' }], invalid: 'b', silence: 'b' }, b: { type: 'hangup' } }));
	await page.click('.step-card[data-type=menu] .step-head');
	assert.equal(await page.locator('.flow-panel .ways select').first().locator('option:checked').textContent(), 'this step again');
	await page.click('button:text-is("Undo")');
	await until('undone', async () => (await page.locator('.step-card').count()) === 4);
	await give(steps({ a: { type: 'hangup', title: '<img src=x onerror=alert(1)>' } }));
	await until('a flow is taken', async () => (await page.locator('.step-card').count()) === 1);
	assert.doesNotMatch(await page.textContent('.flow-bar'), /Not imported/);
	await page.click('button:text-is("Undo")');
	await until('undone', async () => (await page.locator('.step-card').count()) === 4);
	assert.deepEqual(page.said, []);
	await page.context().close();
});

test('a sign-in that ended, and somebody else who saved: no work is lost', async () => {
	const mine = await stack.login(...owner);
	const page = await member();
	await page.context().clearCookies();
	await page.context().addCookies(cookiesOf(mine));
	await fresh(page, 'Kept', 'forward');
	page.on('dialog', (d) => d.accept());
	const at = page.url();
	const hand = new Hand(page);
	await hand.click('.step-card[data-type=forward] .step-head');
	await hand.choose('Where to', 'Ann');
	await page.waitForSelector('.bar-note:has-text("No problems"), .problems');
	await mine.submit('/', '/logout', {});
	await page.click('button:text-is("Save draft")');
	await page.waitForSelector('.bar-note.bad:has-text("Sign in in another tab")');
	const tab = await page.context().newPage();
	await tab.goto('/login');
	await tab.fill('input[name=email]', owner[0]);
	await tab.fill('input[name=password]', owner[1]);
	await tab.click('button[type=submit]');
	await tab.waitForURL((u) => u.pathname !== '/login');
	await page.click('button:text-is("Save draft")');
	await page.waitForSelector('.bar-note:has-text("Saved as draft, version 1")');

	// The other tab saves, too: this one's work waits behind Redo.
	await tab.goto(at);
	await tab.click('.step-card[data-type=forward] .step-head');
	await tab.locator('.flow-panel').getByLabel('Name').first().fill('Theirs');
	await tab.click('button:text-is("Save draft")');
	await tab.waitForSelector('.bar-note:has-text("version 2")');
	await hand.fill('Name', 'Mine');
	await page.click('button:text-is("Save draft")');
	await page.waitForSelector('.bar-note.bad:has-text("Somebody else saved")');
	for (let i = 0; i < 2; i++) {
		await page.reload();
		await page.waitForSelector('.step-name:text-is("Theirs")');
	}
	assert.match(await page.textContent('.flow-bar'), /What you had not saved is kept/);
	await page.click('button:text-is("Redo")');
	await page.waitForSelector('.step-name:text-is("Mine")');
	await page.click('button:text-is("Save draft")');
	await page.waitForSelector('.bar-note:has-text("version 3")');
	await page.context().close();
});

test('the list of forms fits a telephone', async () => {
	const page = await member({ viewport: { width: 360, height: 740 } });
	await fresh(page, 'By thumb', 'qualify');
	await page.click('text=as a list of forms');
	await page.waitForSelector('fieldset[id^=step-]');
	assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 360);
	const lefts = await page.locator('.flow-steps > .card').evaluateAll((all) => all.map((el) => el.getBoundingClientRect().left));
	assert.ok(lefts.length > 3 && lefts.every((x) => x === lefts[0]), `in line: ${lefts}`);
	assert.deepEqual(page.said, []);
	await page.context().close();
});

/** A flow too large to be read whole: menus of three keys, one under another. */
function wide(n) {
	const steps = {};
	for (let i = 0; i < n; i++) {
		const next = [1, 2, 3].map((k) => 3 * i + k).filter((k) => k < n).map((k) => ({ key: String(k - 3 * i), next: `s${k}` }));
		steps[`s${i}`] = next.length > 0 ? { type: 'menu', title: `Menu ${i}`, prompt: 'notice.en', keys: next } : { type: 'hangup' };
	}
	return JSON.stringify({ version: 1, first: 's0', steps });
}
const cardAt = (page, step) => page.locator(`.step-card[data-step=${step}]`).boundingBox();

test('a large flow opens where it begins, to be read; a key shows all, and a map', async () => {
	const page = await member();
	page.on('dialog', (d) => d.accept());
	await fresh(page, 'Large', 'blank');
	await page.setInputFiles('.flow-tools input[type=file]', { name: 'x.json', mimeType: 'application/json', buffer: Buffer.from(wide(40)) });
	await page.waitForSelector('.step-card[data-step=s39]');
	await page.addInitScript(() => {
		window.frames_asked = 0;
		const ask = window.requestAnimationFrame;
		window.requestAnimationFrame = (f) => {
			window.frames_asked++;
			return ask(f);
		};
		window.together = [];
		new MutationObserver((told) => {
			const cards = told.flatMap((m) => [...m.addedNodes]).filter((n) => n.nodeType === 1).flatMap((n) => [n, ...n.querySelectorAll('*')]).filter((n) => n.classList.contains('react-flow__node'));
			if (cards.length > 0) window.together.push(new Set(cards).size);
		}).observe(document, { childList: true, subtree: true });
	});
	await page.reload(); // what was not saved is there again
	const board = await page.locator('.flow-board').boundingBox();
	const read = async () => {
		const card = await cardAt(page, 's0');
		return card !== null && card.width > 150 && card.x >= board.x && card.x < board.x + 100 && card.y > board.y && card.y + card.height < board.y + board.height;
	};
	await until('its first step can be read', read);
	const asked = await page.evaluate(() => window.frames_asked);
	assert.ok(asked < 20, `${asked} frames for 40 cards: they are measured together`);
	const together = await page.evaluate(() => window.together);
	assert.equal(together.reduce((a, n) => a + n, 0), 40);
	assert.ok(Math.max(...together) <= 20, `${together}: a task for each few of them`);
	assert.ok(await page.locator('.react-flow__minimap').isVisible());
	await page.locator('.react-flow__node[data-id=s0]').focus();
	await page.keyboard.press('Shift+Home');
	await until('all of it is in sight', async () => {
		const all = await page.locator('.step-card').evaluateAll((cards) => cards.map((c) => c.getBoundingClientRect().toJSON()));
		return all.length === 40 && all.every((c) => c.top >= board.y && c.bottom <= board.y + board.height && c.left >= board.x && c.right <= board.x + board.width);
	});
	assert.ok((await cardAt(page, 's0')).width < 120);
	await page.keyboard.press('Home');
	await until('its first step can be read again', read);
	assert.deepEqual(page.said, []);
	await page.context().close();
});

test('on a telephone the canvas comes first, and the rest waits behind buttons', async () => {
	const page = await member({ viewport: { width: 360, height: 740 } });
	await fresh(page, 'Canvas by thumb', 'menu');
	await until('its first step can be read', async () => (await cardAt(page, 'menu'))?.width > 150);
	const { y, height } = await page.locator('.flow-board').boundingBox();
	assert.ok(740 - y > 370, `the canvas begins at ${y}`);
	assert.ok(height > 300, `${height}`);
	assert.ok(!await page.locator('.palette').isVisible());
	await page.click('summary:text-is("Add a step")');
	await page.click('.palette-step:text-is("Hang up")');
	await page.waitForSelector('.step-card[data-type=hangup]');
	assert.ok(!await page.locator('.palette').isVisible(), 'and folds again');
	await page.click('summary:text-is("More")');
	await page.click('button:text-is("Versions")');
	await page.waitForSelector('.flow-panel');
	assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 360);
	await page.click('text=Name and retirement');
	const menu = await page.locator('.flow-menu').boundingBox();
	assert.ok(menu.x >= 0 && menu.x + menu.width <= 360, 'the menu is in the window');
	await page.click('text=Name and retirement');
	await page.evaluate(AXE);
	assert.deepEqual(await page.evaluate(async () => (await window.axe.run()).violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`)), []);
	assert.deepEqual(page.said, []);
	await page.context().close();
});

test('a way out is drawn with the mouse, and a card dropped from the palette', async () => {
	const page = await member();
	await fresh(page, 'Drawn', 'menu');
	await page.waitForSelector('.step-card');
	const box = async (what) => page.locator(what).first().boundingBox();
	await page.dragAndDrop('.palette-step:text-is("Hang up")', '.flow-board', { targetPosition: { x: 500, y: 520 } });
	await page.waitForSelector('.step-card[data-type=hangup]');
	await page.click('.react-flow__controls-fitview');
	const seen = async (type) => {
		const card = await box(`.step-card[data-type=${type}]`);
		const board = await box('.flow-board');
		return card.x >= board.x && card.x + card.width < board.x + board.width;
	};
	await until('all is in sight', async () => await seen('voicemail') && await seen('hangup'));
	await page.click('.step-card[data-type=voicemail] .step-head');
	await until('its form is there', async () => (await page.textContent('.flow-panel h2')) === 'Voicemail');
	const from = await box('.step-card[data-type=voicemail] .react-flow__handle.source');
	const to = await box('.step-card[data-type=hangup] .react-flow__handle.target');
	await page.mouse.move(from.x + 5, from.y + 5);
	await page.mouse.down();
	await page.mouse.move(to.x - 30, to.y + 5, { steps: 5 });
	await page.mouse.move(to.x + 5, to.y + 5, { steps: 5 });
	await page.mouse.up();
	const ways = page.locator('.flow-panel .ways select').first();
	await until('it leads there', async () => (await ways.inputValue()) === 'hangup');
	await page.context().close();
});

test('axe, no layout shift, and a page of its weight', async () => {
	for (const colorScheme of ['light', 'dark']) {
		const page = await member({ colorScheme });
		let bytes = 0;
		let requests = 0;
		page.on('response', async (r) => {
			requests++;
			bytes += (await r.request().sizes().catch(() => ({ responseBodySize: 0 }))).responseBodySize;
		});
		await fresh(page, `Looked at ${colorScheme}`, 'qualify');
		const at = page.url();
		bytes = requests = 0;
		await openPage(page, at);
		await page.waitForSelector('.step-card');
		await page.click('.step-card[data-type=menu] .step-head');
		await page.evaluate(AXE);
		const found = await page.evaluate(async () => (await window.axe.run()).violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`));
		assert.deepEqual(found, []);
		assert.ok(bytes < 200000 && requests <= 12, `${bytes} bytes, ${requests} requests`);
		assert.deepEqual(page.said, []);
		await page.context().close();
	}
});

test('tried before it is live: the way lights up, with words and times', async () => {
	const page = await member({ timezoneId: 'Asia/Tokyo' });
	await fresh(page, 'Tried', 'menu');
	const hand = new Hand(page);
	await hand.card('Main menu');
	await hand.choose('Prompt', 'Sorry, that is not one of the choices.');
	for (const [card, who] of [['Sales', 'Ann'], ['Support', 'Bob']]) {
		await page.click('.react-flow__controls-fitview');
		await hand.card(card);
		await hand.choose('Where to', who);
	}
	await page.click('text=Try it');
	const form = page.locator('.flow-panel');
	// The company's clocks count, not the browser's: this one is in Tokyo.
	const apart = Date.now() - Date.parse(`${await form.getByLabel('When (America/Los_Angeles)').inputValue()}Z`);
	assert.ok(apart > 6.5 * 3600000 && apart < 8.5 * 3600000, `${apart} ms`);
	await form.getByLabel('Presses, in order').fill('2');
	await form.getByLabel('Bob', { exact: true }).selectOption({ label: 'rings, nobody comes' });
	await page.click('.flow-panel button:text-is("Run")');
	await page.waitForSelector('.try-end, [role=alert]');
	assert.equal(await page.locator('[role=alert]').allTextContents().then((a) => a.join()), '');
	const told = await page.textContent('.try-run');
	assert.match(told, /voicemail/);
	for (const words of ['the caller presses 2', 'Bob is rung', 'beep: the caller speaks a message'])
		assert.ok(told.includes(words), `${words}: ${told}`);
	assert.ok(!told.includes('Ann'), told);
	// What is heard can be listened to, built-in prompts as well.
	const sounds = await page.locator('.try-run audio').evaluateAll((all) => all.map((a) => a.getAttribute('src')));
	assert.ok(sounds.includes('/settings/prompts/built-in/invalid.en') && sounds.includes('/settings/prompts/built-in/voicemail.en'), sounds.join());
	const lasts = await page.evaluate(async (src) => { const a = new Audio(src); await new Promise((ok, no) => { a.onloadedmetadata = ok; a.onerror = no; a.load(); }); return a.duration; }, sounds[0]);
	assert.ok(lasts > 1 && lasts < 20, `${lasts}`);
	const walked = await page.locator('.step-card.walked').evaluateAll((all) => all.map((c) => c.dataset.step).sort());
	assert.deepEqual(walked, ['mail', 'menu', 'support']);
	assert.ok(await page.locator('.react-flow__edge.walked').count() >= 2);
	page.on('dialog', (d) => d.accept());
	assert.deepEqual(page.said, []);
	await page.click('text=Keep as a case');
	await page.waitForSelector('.cases li');
	await page.reload();
	await page.click('text=Try it');
	await page.waitForSelector('.cases li');
	await page.context().close();
});

test('one place of hundreds is found by a part of its name, with the keyboard alone', async () => {
	stack.sql("INSERT INTO destination (company_id, id, name, target, created_at) SELECT c.id, UNHEX(CONCAT('019300e5', LPAD(HEX(n.seq), 8, '0'), '8000000000000000')), CONCAT('Place ', LPAD(n.seq, 3, '0')), '+14155550142', UTC_TIMESTAMP(6) FROM company c, seq_1_to_300 n");
	const page = await member();
	await fresh(page, 'Of hundreds');
	await page.click('.palette-step:text-is("Forward")');
	const list = page.locator('.flow-panel').getByLabel('Where to', { exact: false }).first();
	assert.equal(await list.locator('option:has-text("Place 299")').count(), 0);
	await list.focus();
	await page.keyboard.press('Tab');
	await page.keyboard.type('CE 299');
	await page.keyboard.press('Enter');
	await page.waitForSelector('.find-more >> text="1 fits."');
	await list.focus();
	await list.selectOption({ label: 'Place 299' });
	await page.waitForSelector('.step-line:has-text("Place 299")');
	// What was saved is known by its name when the page is opened again.
	await page.click('text=Save draft');
	await page.waitForSelector('text=/Saved as draft/');
	await page.reload();
	await page.waitForSelector('.step-line:has-text("Place 299")');
	await page.click('.step-card');
	assert.equal(await list.evaluate((el) => el.selectedOptions[0].text), 'Place 299');
	await page.fill('.find-more input', 'nowhere');
	await page.click('.find-more >> text=Find');
	await page.waitForSelector('.find-more >> text="Nothing has that in its name."');
	assert.equal(await list.evaluate((el) => el.selectedOptions[0].text), 'Place 299');
	await page.context().close();
});
