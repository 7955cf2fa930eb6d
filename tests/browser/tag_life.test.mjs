// The life of a visit on a page: what comes only once somebody is there, pages
// drawn ahead, kept and shown again, leases that ended in between, clicks told.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { until } from '../support/stack.mjs';
import { newVisitor } from '../support/browser.mjs';
import { leased, number, ours, own, site, TAG, told, startSite, stopSite } from '../support/tagsite.mjs';
import { awake, BODY, events, open, other, says, serving, shownAgain, shows } from '../support/tagvisit.mjs';

before(startSite);
after(stopSite);

test('what a number does not need comes when somebody uses the page', async () => {
	const page = await open();
	await shows(page, ours);
	await page.clock.runFor(1000);
	// Of a page younger than the five seconds after which it comes by itself.
	const early = site.loaded.join(), age = await page.evaluate(() => performance.now());
	assert.ok(age > 5000 || early === '/t.js', early);
	await page.mouse.move(20, 20);
	await until('the module is asked for', () => site.loaded.includes('/t-visit.js'));
	await until('it is told how it went', async () => {
		await page.clock.runFor(100);
		return events('about').length === 1;
	});
	const [about] = events('about');
	assert.ok(about.found >= 2 && about.swapped >= 2 && about.late_ms >= 0, JSON.stringify(about));
	assert.deepEqual(site.loaded, ['/t.js', '/t-visit.js']);
	await page.context().close();
});

test('a hand on the page is told at once, and not what pages do of themselves', async () => {
	const page = await open({ head: `${TAG}<style>body { height: 9000px }</style>` });
	await shows(page, ours);
	await awake(page);
	assert.equal(events('about')[0].used, false);
	await page.evaluate(() => {
		window.scrollTo(0, 500);
		for (const type of ['mousemove', 'keydown', 'wheel', 'touchstart', 'click', 'focus']) window.dispatchEvent(new Event(type));
	});
	await page.clock.runFor(20000);
	assert.deepEqual(told('beat'), []);
	await page.mouse.move(20, 20);
	await until('it is told', async () => {
		await page.clock.runFor(1000);
		return told('beat').length === 1;
	});
	assert.equal(told('beat')[0].used, true);
	await page.mouse.move(40, 40);
	await page.clock.runFor(20000);
	assert.equal(told('beat').length, 1, 'the next is due a minute later');
	await page.evaluate(() => dispatchEvent(new Event('pagehide')));
	await until('its last is told', () => told('beat').length === 2);
	assert.deepEqual(told('beat').map((b) => b.hidden), [undefined, true]);
	await page.context().close();
});

test('a hand on a later page of the visit is told at once, too', async () => {
	const page = await open();
	await shows(page, ours);
	await awake(page);
	await page.goto(`${site.base}/?two`);
	await shows(page, ours);
	const asked = page.waitForRequest(/t-visit/);
	await page.evaluate(() => document.dispatchEvent(new Event('scroll')));
	// The tag asked for that module first, and so has it first.
	await page.evaluate((url) => import(url).then(() => 1), (await asked).url());
	await page.mouse.move(20, 20);
	await page.clock.runFor(6000);
	await until('it is told', () => told('beat').length > 0);
	assert.deepEqual(told('beat').map((b) => [b.visit, b.used]), [['vis_1', true]]);
	assert.deepEqual(told('visit').map((v) => v.visit), [undefined, 'vis_1']);
	await page.context().close();
});

for (const [name, act] of [
	['tap', (page) => page.touchscreen.tap(20, 20)],
	['key', (page) => page.keyboard.press('ArrowDown')],
	['swipe', async (page) => {
		const cdp = await page.context().newCDPSession(page);
		for (const [type, ...ys] of [['touchStart', 200], ['touchMove', 100], ['touchMove', 20], ['touchEnd']])
			await cdp.send('Input.dispatchTouchEvent', { type, touchPoints: ys.map((y) => ({ x: 20, y })) });
	}],
])
	test(`the ${name} that wakes the tag is a hand`, async () => {
		serving(BODY);
		says.visit = leased('vis_1', ours);
		const page = await newVisitor(site.browser, { hasTouch: true });
		let go;
		const held = new Promise((r) => (go = r)), asked = page.waitForRequest(/t-visit/);
		await page.route(/t-visit/, async (r) => {
			await held;
			await r.continue();
		});
		await page.goto(site.base);
		await shows(page, ours);
		await act(page);
		await asked;
		go();
		await until('it is told how it went', () => events('about').length === 1);
		assert.equal(events('about')[0].used, true);
		await page.context().close();
	});

test('who only looks has a visit that lasts, too', async () => {
	const page = await open();
	await shows(page, ours);
	await page.clock.runFor(5100);
	await until('the module is asked for', () => site.loaded.includes('/t-visit.js'));
	await page.context().close();
});

test('without consent nothing more comes, whatever the visitor does', async () => {
	const page = await open({ init: () => Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true }),
		answer: { tier: 'source', why: 'consent', swap: [{ from: own, to: other }], beat_s: 60 } });
	await shows(page, other);
	await page.mouse.move(20, 20);
	await page.evaluate(() => {
		document.dispatchEvent(new Event('scroll'));
		document.getElementById('l').onclick = () => false;
		document.getElementById('l').click();
	});
	await page.clock.runFor(6000);
	assert.deepEqual(site.loaded, ['/t.js']);
	assert.deepEqual(site.asked.map(([what]) => what), ['visit']);
	await page.context().close();
});

test('a page drawn ahead asks for nothing until it is shown', async () => {
	const page = await open({
		clock: false,
		init: () => {
			window.state = 'hidden';
			Object.defineProperty(Document.prototype, 'prerendering', { get: () => window.state === 'hidden' });
			Object.defineProperty(Document.prototype, 'visibilityState', { get: () => window.state });
			Object.defineProperty(Document.prototype, 'hidden', { get: () => window.state === 'hidden' });
		},
	});
	await page.waitForFunction(() => window.ringtrace?.version);
	// Whatever the page does meanwhile.
	await page.evaluate(() => {
		document.dispatchEvent(new Event('visibilitychange'));
		history.pushState({}, '', '/ahead');
		document.getElementById('l').addEventListener('click', (e) => e.preventDefault());
		document.getElementById('l').click();
		window.ringtrace.swap();
	});
	assert.equal(await page.textContent('#n'), own.national);
	assert.deepEqual(site.asked, []);
	await page.evaluate(() => {
		window.state = 'visible';
		document.dispatchEvent(new Event('prerenderingchange'));
		document.dispatchEvent(new Event('visibilitychange'));
	});
	await shows(page, ours);
	assert.deepEqual(told('visit').map((v) => v.url), [`${site.base}/ahead`]);
	await page.context().close();
});

const cookieOf = (visit, ageMs) => `document.cookie = 'rt_id=vtr_1.${visit}.' + (Date.now() - ${ageMs}) + ';path=/';`;
for (const [name, consent, meanwhile, want] of [
	['the visit that was begun in another tab', '', cookieOf('vis_1', 0), ['vtr_1', 'vis_1']],
	['the visitor who agrees before it is seen', 'wait', `${cookieOf('vis_1', 0)} ringtrace.consent(true);`, ['vtr_1', 'vis_1']],
	['the visitor, not to a visit that ended by then', '', cookieOf('vis_0', 45 * 60000), ['vtr_1', undefined]],
])
	test(`a page opened in a tab behind belongs to ${name}`, async () => {
		const page = await open({
			clock: false,
			init: {
				content: `window.state = 'hidden'; window.ringtraceConfig = { consent: '${consent}' };
					Object.defineProperty(Document.prototype, 'hidden', { get: () => state === 'hidden' });`,
			},
		});
		await page.waitForFunction(() => window.ringtrace?.version);
		await page.evaluate(`${meanwhile} state = 'visible'; document.dispatchEvent(new Event('visibilitychange'))`);
		await shows(page, ours);
		assert.deepEqual(told('visit').map((v) => [v.visitor, v.visit]), [want]);
		// Shown once more it asks for nothing.
		await page.evaluate(() => {
			document.dispatchEvent(new Event('visibilitychange'));
			window.ringtrace('event', 'last');
		});
		await until('what follows is told', () => events('custom').length === 1);
		assert.equal(told('visit').length, 1);
		await page.context().close();
	});

test('a no before the yes, as consent managers say at first, takes back nothing', async () => {
	const page = await open({ clock: false, init: { content: 'window.ringtrace = { q: [["consent", false], ["consent", true]] }' } });
	await shows(page, ours);
	await page.evaluate(() => window.ringtrace('event', 'first'));
	await until('it is told', () => events('custom').length === 1);
	// And so while the number is on its way.
	site.waitMs = 300;
	await page.context().clearCookies();
	await page.reload();
	await until('it has asked', () => told('visit').length === 2);
	await page.evaluate(() => {
		window.ringtrace.consent(false);
		window.ringtrace.consent(true);
	});
	await shows(page, ours);
	await page.evaluate(() => window.ringtrace('event', 'second'));
	await until('that is told, too', () => events('custom').length === 2);
	assert.deepEqual(events('consent_withdrawn'), []);
	await page.context().close();
});

test('a page shown again within a minute keeps its lease without asking', async () => {
	const page = await open();
	await shows(page, ours);
	await awake(page);
	await shownAgain(page);
	await until('the view is told', () => events('view').length === 1);
	assert.deepEqual([told('visit').length, told('beat').length], [1, 0]);
	await shows(page, ours);
	await page.context().close();
});

test('pages of an application that were passed before anything was touched are told', async () => {
	const page = await open();
	await shows(page, ours);
	await page.evaluate(() => {
		for (const path of ['/one', '/one#here', '/two', '/three']) history.pushState({}, '', path);
	});
	await awake(page);
	await until('the views are told', () => events('view').length === 3);
	assert.deepEqual(events('view').map((e) => e.url.slice(site.base.length)).sort(), ['/one', '/three', '/two']);
	// What a router behind "#" shows is a page; a place on it, and its own first one, are none.
	for (const hash of ['#top', '#/', '#!/', '#/pricing', '#/pricing', '#!/blog']) {
		await page.evaluate((to) => (location.hash = to), hash);
		await page.clock.runFor(100);
	}
	await until('the views are told', () => events('view').length >= 5);
	assert.deepEqual(events('view').slice(3).map((e) => e.url.slice(site.base.length)).sort(), ['/three#!/blog', '/three#/pricing']);
	assert.equal(told('visit').length, 1);
	await page.context().close();
});

test('a page shown again later renews its lease, and its number is right', async () => {
	const page = await open();
	await shows(page, ours);
	await awake(page);
	await page.clock.fastForward(10 * 60000);
	// The number went to somebody else in between: the visit has another.
	says.beat = leased('vis_1', other);
	await shownAgain(page);
	await shows(page, other);
	assert.equal(await page.getAttribute('#l', 'href'), `tel:${other.e164}`);
	assert.equal(told('visit').length, 1);
	// And what the tab remembers for the next page is that one.
	assert.match(await page.evaluate(() => sessionStorage.rt_p), /7044/);
	await page.context().close();
});

test('who leaves the first page at once has its number on the next before anything is asked', async () => {
	const page = await open({ clock: false });
	await shows(page, ours);
	says.visit = false;
	await page.goto(`${site.base}/?two`);
	await shows(page, ours);
	const [until, pairs, swaps] = await page.evaluate(() => JSON.parse(sessionStorage.rt_p));
	assert.ok(until > Date.now());
	assert.deepEqual([pairs, swaps], [[[own.national, ours.national]], [{ from: own, to: ours }]]);
	await page.context().close();
});

test('without consent nothing is kept of a page that is left', async () => {
	const page = await open({ clock: false, answer: { tier: 'source', why: 'consent', swap: [{ from: own, to: other }], beat_s: 60 } });
	await shows(page, other);
	await page.goto(`${site.base}/?two`);
	await shows(page, other);
	assert.deepEqual(await page.evaluate(() => [sessionStorage.length, document.cookie]), [0, '']);
	await page.context().close();
});

test('what is done without a line is told when there is one', async () => {
	const page = await open();
	await shows(page, ours);
	await awake(page);
	await page.context().setOffline(true);
	await page.waitForFunction(() => !navigator.onLine);
	await page.evaluate(() => {
		document.getElementById('l').addEventListener('click', (e) => e.preventDefault());
		document.getElementById('l').click();
		for (let i = 0; i < 30; i++) window.ringtrace('event', `quote ${i}`);
		history.pushState({}, '', '/moved');
	});
	await page.clock.runFor(20000);
	assert.deepEqual([events('tel_click'), events('custom')], [[], []]);
	await page.context().setOffline(false);
	await page.waitForFunction(() => navigator.onLine);
	await until('the last of it is told', async () => {
		await page.clock.runFor(5000);
		return events('view').length === 1 && events('custom').length > 0;
	});
	// The view came after; a heartbeat may have come in between.
	const names = events('custom').map((e) => e.name);
	assert.ok(names.length <= 19 && names.includes('quote 29') && !names.includes('quote 9'), names.join());
	assert.ok(events('custom').every((e) => e.visit === 'vis_1'));
	await page.context().close();
});

test('a page that was opened without a line asks for its number when there is one', async () => {
	serving(BODY);
	says.visit = leased('vis_1', ours);
	const page = await newVisitor(site.browser);
	await page.route('**/dni/v1/visit', (route) => route.abort('internetdisconnected'));
	await page.goto(`${site.base}/?gclid=abc`);
	await until('it has asked', () => page.said.some((s) => /ERR_INTERNET_DISCONNECTED/.test(s)));
	await page.waitForFunction(() => getComputedStyle(document.getElementById('n')).visibility === 'visible');
	assert.equal(await page.textContent('#n'), own.national);
	await page.unroute('**/dni/v1/visit');
	await page.evaluate(() => dispatchEvent(new Event('online')));
	await shows(page, ours);
	assert.deepEqual(told('visit').map((v) => [v.url, v.ref]), [[`${site.base}/?gclid=abc`, undefined]]);
	await page.evaluate(() => dispatchEvent(new Event('online')));
	assert.equal(told('visit').length, 1);
	await page.context().close();
});

test('a page whose lease is gone when it is shown again begins a visit', async () => {
	const page = await open();
	await shows(page, ours);
	await awake(page);
	await page.clock.fastForward(10 * 60000);
	says.beat = { tier: 'gone', why: '', swap: [], beat_s: 60 };
	says.visit = leased('vis_2', other);
	await shownAgain(page);
	await shows(page, other);
	assert.deepEqual([told('beat').map((v) => v.visit), told('visit').map((v) => v.visit)], [['vis_1'], [undefined, undefined]]);
	assert.equal(await page.evaluate(() => window.ringtrace.session().visit), 'vis_2');
	await page.evaluate(() => window.ringtrace.restore());
	assert.equal(await page.textContent('#n'), own.national);
	await page.context().close();
});

test('who says no in one tab is asked for no number in another, which shows it at once', async () => {
	const page = await open();
	await shows(page, ours);
	await awake(page);
	const second = await page.context().newPage();
	await second.goto(site.base);
	await shows(second, ours);
	// As dni.fcgi answers the visit that is begun without consent then.
	says.visit = { tier: 'none', why: 'consent', swap: [], beat_s: 60 };
	const before = told('visit').length;
	await second.evaluate(() => window.ringtrace.consent(false));
	await shows(second, own);
	// Browsers that tell nobody of cookies: within five seconds, or when it is shown.
	await until('the other tab shows it', async () => {
		await page.clock.runFor(1000);
		return (await page.textContent('#n')) === own.national;
	});
	assert.equal(events('consent_withdrawn').length, 1);
	assert.deepEqual(told('visit').slice(before).map((v) => [v.consent, v.visitor, v.visit]), Array(2).fill(['no', undefined, undefined]));
	assert.equal(await page.evaluate(() => document.cookie), '');
	await page.clock.fastForward(10 * 60000);
	await shownAgain(page);
	assert.equal(told('beat').length, 0);
	assert.equal(await page.evaluate(() => document.cookie), '');
	// A yes there is one again.
	says.visit = leased('vis_2', other);
	await page.evaluate(() => window.ringtrace.consent(true));
	// A page that is shown again may still be asking with its no: then it asks again.
	await until('it asks with a yes', () => told('visit').at(-1).consent === 'yes');
	await shows(page, other);
	await page.context().close();
});

test('a tab that was hidden meanwhile shows it when it is looked at', async () => {
	const page = await open({ init: () => { window.cookieStore?.addEventListener && (window.cookieStore.addEventListener = () => {}); } });
	await shows(page, ours);
	await awake(page);
	says.visit = { tier: 'source', why: 'consent', swap: [{ from: own, to: other }], beat_s: 60 };
	await page.evaluate(() => {
		document.cookie = 'rt_id=;path=/;max-age=0';
		document.dispatchEvent(new Event('visibilitychange'));
	});
	await shows(page, other);
	assert.equal(told('visit').at(-1).consent, 'no');
	await page.context().close();
});

for (const [name, answer, want] of [
	['the source-level number', { tier: 'source', why: 'pool', swap: [{ from: own, to: other }], beat_s: 60 }, other],
	['the page’s own', { tier: 'none', why: 'pool', swap: [], beat_s: 60 }, own],
	['what it has, as nobody knows', { tier: 'none', why: 'database', swap: [], beat_s: 60 }, ours],
	['what it has, as it is still right', { tier: 'none', why: '', swap: [], beat_s: 60 }, ours],
])
	test(`a page whose lease ran out while the pool is full shows ${name}`, async () => {
		const page = await open();
		await shows(page, ours);
		await awake(page);
		const pop = await page.evaluateHandle(() => {
			const p = document.createElement('p');
			p.innerHTML = document.getElementById('n').outerHTML.replace(' id="n"', '') + document.getElementById('l').outerHTML.replace(' id="l"', '');
			return p;
		});
		await page.clock.fastForward(10 * 60000);
		says.beat = answer;
		await shownAgain(page);
		await until('it has asked', () => told('beat').length === 1);
		assert.equal(told('beat')[0].url, `${site.base}/`);
		await shows(page, want);
		assert.equal(await page.getAttribute('#l', 'href'), `tel:${want.e164}`);
		// So does what was not on the page then, and what the next page is painted with.
		await page.evaluate((p) => document.body.append(p), pop);
		await page.waitForFunction((n) => document.body.lastChild.textContent.startsWith(n), want.national);
		assert.equal(await page.evaluate(() => document.body.lastChild.querySelector('a').getAttribute('href')), `tel:${want.e164}`);
		await page.evaluate(() => dispatchEvent(new Event('pagehide')));
		const [, pairs] = await page.evaluate(() => JSON.parse(sessionStorage.rt_p));
		assert.deepEqual(pairs.filter(([from]) => from === own.national), want === own ? [] : [[own.national, want.national]]);
		assert.ok(want === ours || !JSON.stringify(pairs.map(([, to]) => to)).includes(ours.national));
		// A number that comes back is shown.
		says.beat = leased('vis_1', number('7055'));
		await page.clock.fastForward(10 * 60000);
		await shownAgain(page);
		await shows(page, number('7055'));
		await page.waitForFunction((n) => document.body.lastChild.textContent.startsWith(n), number('7055').national);
		await page.evaluate(() => window.ringtrace.restore());
		assert.equal(await page.textContent('#n'), own.national);
		await page.context().close();
	});

/** What other tags were told of numbers. */
const HEARD = TAG.replace('data-site', 'data-events="dataLayer" data-site');
const heard = (page) => page.evaluate(() => (window.dataLayer ?? []).map((e) => e.number));

test('other tags hear of a number when it changes, not at each heartbeat', async () => {
	const page = await open({ head: HEARD });
	await shows(page, ours);
	await awake(page);
	for (const [to, want] of [[ours, [ours]], [ours, [ours]], [other, [ours, other]], [other, [ours, other]]]) {
		const asked = told('beat').length;
		says.beat = leased('vis_1', to);
		await page.clock.fastForward(61000);
		await shownAgain(page);
		await until('it has asked', () => told('beat').length > asked);
		await shows(page, to);
		await page.waitForFunction((n) => window.dataLayer?.length >= n, want.length);
		assert.deepEqual(await heard(page), want.map((n) => n.e164));
	}
	// A visit of its own is another one's to count, with the same number, too.
	says.beat = { tier: 'gone', why: '', swap: [] };
	says.visit = leased('vis_2', other);
	await page.clock.fastForward(61000);
	await shownAgain(page);
	await page.waitForFunction(() => window.ringtrace.session().visit === 'vis_2');
	await page.waitForFunction(() => window.dataLayer.length === 3);
	await page.context().close();
});

test('other tags hear of nothing once the consent is taken back', async () => {
	serving(BODY, HEARD);
	says.visit = leased('vis_1', ours);
	const page = await newVisitor(site.browser);
	let go;
	const held = new Promise((r) => (go = r));
	const asked = page.waitForRequest(/t-events/);
	await page.route(/t-events/, async (r) => {
		await held;
		await r.continue();
	});
	await page.goto(site.base);
	await asked;
	says.visit = { tier: 'source', why: 'consent', swap: [], beat_s: 60 };
	await page.evaluate(() => window.ringtrace.consent(false));
	const came = page.waitForResponse(/t-events/);
	go();
	await came;
	await page.evaluate(() => import([...performance.getEntriesByType('resource')].find((e) => /t-events/.test(e.name)).name));
	assert.deepEqual(await heard(page), []);
	await page.context().close();
});

test('a tag on a path of the site’s own asks there', async () => {
	serving(BODY, TAG.replace('/t.js"', '/line/t.js" data-api="/line"'));
	says.visit = says.beat = leased('vis_1', ours);
	const page = await newVisitor(site.browser), paths = [];
	await page.route(/\/line\//, (r) => {
		paths.push(new URL(r.request().url()).pathname);
		return r.continue({ url: r.request().url().replace('/line/', '/') });
	});
	await page.goto(site.base);
	await shows(page, ours);
	await page.mouse.move(20, 20);
	await until('it is told how it went', () => events('about').length === 1);
	for (const want of ['/line/t.js', '/line/dni/v1/visit', '/line/t-visit.js', '/line/dni/v1/event']) assert.ok(paths.includes(want), want);
	await page.context().close();
});

test('a page that the tab painted shows its own number when there is none', async () => {
	const page = await open({ clock: false });
	await shows(page, ours);
	await page.waitForFunction(() => document.cookie.includes('vis_1'));
	says.visit = { tier: 'none', why: 'pool', visitor: 'vtr_1', visit: 'vis_1', swap: [], beat_s: 60 };
	await page.goto(`${site.base}/?two`);
	await page.waitForFunction(() => window.ringtrace?.session?.().tier === 'none');
	await shows(page, own);
	assert.equal(await page.getAttribute('#l', 'href'), `tel:${own.e164}`);
	await page.context().close();
});

test('a page shown again after the visit ended begins one, asked for once', async () => {
	const page = await open();
	await shows(page, ours);
	await awake(page);
	await page.clock.fastForward(40 * 60000);
	says.visit = leased('vis_2', other);
	await shownAgain(page);
	await shows(page, other);
	assert.equal(told('visit').length, 2);
	await page.context().close();
});

test('a clock that is set back or far ahead costs no number', async () => {
	const page = await open();
	await shows(page, ours);
	await awake(page);
	for (const at of ['2001-01-01T00:00:00Z', '2099-01-01T00:00:00Z']) {
		await page.clock.setSystemTime(new Date(at));
		await page.clock.runFor(6000);
		await page.goto(site.base);
		await shows(page, ours);
	}
	assert.deepEqual(page.said, []);
	await page.context().close();
});

test('a cookie that the browser does not take is no visitor’s no', async () => {
	// The site's owner named a domain that the page is not of.
	serving(BODY, TAG.replace(' data-site', ' data-domain="elsewhere.example" data-site'));
	says.visit = leased('vis_1', ours);
	says.beat = { tier: 'gone', why: '', swap: [] };
	const page = await newVisitor(site.browser);
	await page.clock.install();
	await page.goto(site.base);
	await shows(page, ours);
	assert.equal(await page.evaluate(() => document.cookie), '');
	await awake(page);
	site.asked = [];
	says.visit = leased('vis_2', other);
	await page.clock.fastForward(40 * 60000);
	await shownAgain(page);
	await shows(page, other);
	assert.deepEqual(told('visit').map((v) => v.consent), [undefined]);
	await page.context().close();
});

test('clicks on the link that come in a row are told once, later ones again', async () => {
	const page = await open({ clock: false });
	await shows(page, ours);
	const click = (n) => page.evaluate((n) => {
		const l = document.getElementById('l'), begun = performance.now();
		l.onclick = () => false;
		for (let i = 0; i < n; i++) l.click();
		const at = performance.now();
		return { at, slow: at - begun > 900 };
	}, n);
	const { at, slow } = await click(20);
	await until('one is told', () => events('tel_click').length === 1);
	await page.waitForFunction((at) => performance.now() > at + 1000, at);
	const second = await click(2);
	await until('the next is told', () => events('tel_click').length >= 2);
	await page.evaluate(() => window.ringtrace('event', 'last'));
	await until('what follows them is told', () => events('custom').length === 1);
	assert.ok(slow || second.slow || events('tel_click').length === 2, `${events('tel_click').length}`);
	await page.context().close();
});
