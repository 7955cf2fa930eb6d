// Who uses a page in its frames, or edits it: forms there belong to the visit of the page
// around, its lease lasts, and what is edited is as its owner wrote it.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { until } from '../support/stack.mjs';
import { newVisitor } from '../support/browser.mjs';
import { fresh, html, leased, NUMBER, ours, own, site, startSite, stopSite, TAG, told } from '../support/tagsite.mjs';

before(startSite);
after(stopSite);

const FORM = '<form id="f" action="/done" target="_self"><input name="name"><input name="mail" type="email"><button>Send</button></form>';
const forms = () => told('event').filter((e) => e.kind === 'form');

const withdrawn = () => told('event').filter((e) => e.kind === 'consent_withdrawn').map((e) => [e.visitor, e.visit]);
/** What a server says that gives no number without consent. */
const decides = (what, said) => what === 'visit' && (said.consent === 'no' ? { tier: 'none', why: 'consent', swap: [], beat_s: 60 } : leased());
const SAID_NO = '<script>window.ringtrace = { q: [["consent", false]] }</script>';

/** The first frame shows the visitor's number. */
const inside = (page) => page.waitForFunction((n) => document.getElementById('in').contentDocument?.getElementById('n')?.textContent === n, ours.national);

/** The page has heard all that the frame has said so far. */
async function heard(page, frame) {
	await page.evaluate(() => {
		window.marked = new Promise((r) => addEventListener('message', (e) => e.data.mark && r(1)));
	});
	await frame.evaluate(() => parent.postMessage({ mark: 1 }, '*'));
	await page.evaluate(() => window.marked);
}

async function open(body, more = {}, { head, clock } = {}) {
	fresh({ '/': html(body, head), '/done': '<p>Thanks</p>', ...more });
	const page = await newVisitor(site.browser);
	if (clock) await page.clock.install();
	await page.goto(site.base);
	await page.waitForFunction((n) => document.getElementById('n').textContent === n, ours.national);
	return page;
}

const pages = {
	'with the tag': html(`${NUMBER}${FORM}`),
	'without the tag': html(`${NUMBER}${FORM}`, ''),
};

for (const [name, inner] of Object.entries(pages)) {
	test(`a form in a frame ${name} is told with the visit of the page around it`, async () => {
		const page = await open(`${NUMBER}<iframe id="in" src="/inner"></iframe>`, { '/inner': inner });
		const frame = page.frameLocator('#in');
		await page.mouse.move(9, 9);
		await page.waitForFunction((n) => document.getElementById('in').contentDocument.getElementById('n').textContent === n, ours.national);
		await until('the module for visits is there', () => site.loaded.includes('/t-visit.js'));
		await frame.locator('[name=name]').fill('Anne');
		await until('the module for forms is there', () => site.loaded.includes('/t-form.js'));
		await frame.locator('[name=mail]').fill('anne@example.com');
		await frame.locator('button').click();
		await until('it is told', () => forms().length > 0);
		await frame.locator('text=Thanks').waitFor();
		assert.deepEqual(forms().map((f) => [f.visitor, f.visit, f.form, f.fields]),
			[['vtr_1', 'vis_1', 'f', [['name', 'Anne'], ['mail', 'anne@example.com']]]]);
		assert.deepEqual(page.said, []);
		await page.context().close();
	});

	test(`who is in a frame ${name} keeps the lease of the page around it`, async () => {
		const page = await open(`${NUMBER}<iframe id="in" src="/inner"></iframe>`, { '/inner': inner }, { clock: true });
		await page.waitForFunction((n) => document.getElementById('in').contentDocument.getElementById('n').textContent === n, ours.national);
		await page.mouse.move(9, 9);
		await until('it is told how it went', async () => {
			await page.clock.runFor(100);
			return told('event').some((e) => e.kind === 'about');
		});
		const { x, y } = await page.locator('#in').boundingBox();
		let i = 0;
		// The first one may be for the use of the page itself, which ended a minute before.
		await until('heartbeats are sent', async () => {
			await page.mouse.move(x + 20 + i++ % 9, y + 20);
			await page.clock.runFor(5000);
			return told('beat').length > 2;
		});
		await page.context().close();
	});
}

for (const [name, act, want] of [
	['somebody does', async (page) => {
		const { x, y } = await page.locator('#in').boundingBox();
		await page.mouse.move(x + 20, y + 20);
	}, true],
	['its scripts do', (page, frame) => frame.evaluate(() => {
		for (const type of ['mousemove', 'keydown', 'wheel', 'touchstart', 'click']) window.dispatchEvent(new Event(type));
	}), false],
])
	test(`what ${name} in a frame with the tag before the module for visits is there is ${want ? 'a' : 'no'} hand on the page`, async () => {
		let go;
		fresh({ '/': html(`${NUMBER}<iframe id="in" src="/inner"></iframe>`), '/inner': html(NUMBER) });
		const page = await newVisitor(site.browser), held = new Promise((r) => (go = r));
		await page.route(/t-visit/, async (r) => {
			await held;
			await r.continue();
		});
		await page.goto(site.base);
		await inside(page);
		const frame = page.frames()[1];
		await act(page, frame);
		await heard(page, frame);
		const asked = page.waitForRequest(/t-visit/);
		await page.evaluate(() => document.dispatchEvent(new Event('scroll')));
		await asked;
		go();
		await until('it is told how it went', () => told('event').some((e) => e.kind === 'about'));
		assert.equal(told('event').find((e) => e.kind === 'about').used, want);
		await page.context().close();
	});

test('forms in a frame with the tag are left alone where the page says so', async () => {
	const page = await open(`${NUMBER}<iframe id="in" src="/inner"></iframe>`, {
		'/inner': html(`${NUMBER}${FORM}`, '<script async src="/t.js" data-site="x" data-forms="no"></script>'),
	}, { head: `<script async src="/t.js" data-site="x" data-forms="no"></script>` });
	const frame = page.frameLocator('#in');
	await page.mouse.move(9, 9);
	await page.waitForFunction((n) => document.getElementById('in').contentDocument.getElementById('n').textContent === n, ours.national);
	await frame.locator('[name=mail]').fill('anne@example.com');
	await frame.locator('button').click();
	await frame.locator('text=Thanks').waitFor();
	await page.evaluate(() => window.ringtrace('event', 'last'));
	await until('what follows is told', () => told('event').some((e) => e.kind === 'custom'));
	assert.deepEqual([forms(), site.loaded.includes('/t-form.js')], [[], false]);
	await page.context().close();
});

test('a frame of an origin that the page names is one of its own; a stranger’s hears and says nothing', async () => {
	const friend = 'http://booking.example', stranger = 'http://stranger.example';
	fresh({ '/': html(`${NUMBER}<iframe id="friend" src="${friend}/?secret=1"></iframe><iframe id="stranger" src="${stranger}/"></iframe>`,
		`<script async src="/t.js" data-site="x" data-frames="https://other.example, ${friend}"></script>`) });
	const page = await newVisitor(site.browser);
	const inner = html(`${NUMBER}${FORM}`, `<script async src="/t.js" data-site="x" data-frames="${site.base}"></script>`);
	for (const origin of [friend, stranger])
		await page.route(`${origin}/**`, (route) => {
			const { pathname } = new URL(route.request().url());
			if (/^\/t[\w-]*\.js$/.test(pathname)) return route.fulfill({ contentType: 'text/javascript', path: `static/dist${pathname}` });
			return pathname === '/' ? route.fulfill({ contentType: 'text/html', body: inner }) : route.fulfill({ status: 204 });
		});
	await page.goto(site.base);
	const [one, two] = [friend, stranger].map((origin) => page.frames().find((f) => f.url().startsWith(origin)));
	await one.waitForFunction((n) => document.getElementById('n').textContent === n, ours.national);
	await page.mouse.move(9, 9);
	await until('the module for visits is there', () => site.loaded.includes('/t-visit.js'));
	await two.evaluate(() => {
		document.addEventListener('submit', (e) => e.preventDefault());
		window.parent.postMessage({ ringtrace: 'x', event: { kind: 'custom', name: 'forged' } }, '*');
		window.parent.postMessage({ ringtrace: 'x', ask: 1 }, '*');
	});
	await one.evaluate(() => document.addEventListener('submit', (e) => e.preventDefault()));
	for (const frame of [two, one]) {
		await frame.fill('[name=mail]', 'anne@example.com');
		await frame.evaluate(() => document.getElementById('f').requestSubmit());
	}
	await until('it is told', () => forms().length > 0);
	// Of the page around it, as the site may not have the frame's origin.
	assert.deepEqual(forms().map((f) => [f.url, f.visit, f.fields]), [[`${site.base}/`, 'vis_1', [['mail', 'anne@example.com']]]]);
	assert.equal(await two.textContent('#n'), own.national);
	assert.ok(!told('event').some((e) => e.name === 'forged'));
	await page.context().close();
});

test('a no that is said in a frame with the tag is the page’s', async () => {
	const page = await open(`${NUMBER}<iframe id="in" src="/inner"></iframe>`, { '/inner': html(NUMBER) });
	const frame = page.frames().find((f) => f.url().endsWith('/inner'));
	await frame.waitForFunction((n) => document.getElementById('n').textContent === n, ours.national);
	await page.waitForFunction(() => document.cookie.includes('vis_1'));
	site.answer = () => ({ tier: 'source', why: 'consent', swap: [], beat_s: 60 });
	await frame.evaluate(() => window.ringtrace('consent', false));
	for (const one of [page, frame]) await one.waitForFunction((n) => document.getElementById('n').textContent === n, own.national);
	assert.deepEqual(told('event').filter((e) => e.kind === 'consent_withdrawn').map((e) => [e.visitor, e.visit]), [['vtr_1', 'vis_1']]);
	assert.deepEqual(told('visit').map((v) => [v.consent, v.visit]), [[undefined, undefined], ['no', undefined]]);
	assert.deepEqual(await page.evaluate(() => [document.cookie, window.ringtrace.session().visit, sessionStorage.length]), ['', undefined, 0]);
	await page.context().close();
});

test('a no that was said in a frame before the page around it had answered is the page’s', async () => {
	fresh({ '/': html(`${NUMBER}<iframe id="in" src="/inner"></iframe>`), '/inner': html(`${NUMBER}${FORM}`, SAID_NO + TAG), '/done': '<p>Thanks</p>' });
	site.answer = decides;
	const page = await newVisitor(site.browser);
	await page.goto(site.base);
	await until('it is told', () => withdrawn().length > 0);
	assert.deepEqual(await page.evaluate(() => [document.cookie, window.ringtrace.session().visit, sessionStorage.length]), ['', undefined, 0]);
	const frame = page.frameLocator('#in');
	await frame.locator('[name=name]').fill('Anne');
	await until('the module for forms is there', () => site.loaded.includes('/t-form.js'));
	await frame.locator('[name=mail]').fill('anne@example.com');
	await frame.locator('button').click();
	await frame.locator('text=Thanks').waitFor();
	await heard(page, page.frames()[1]);
	await page.evaluate(() => fetch('/dni/v1/last', { method: 'POST', body: '{}' }).then(() => 1));
	assert.deepEqual([withdrawn(), forms()], [[['vtr_1', 'vis_1']], []]);
	await page.context().close();
});

test('a yes in a frame takes back its own no and nobody else’s', async () => {
	const page = await open(`${NUMBER}<iframe id="in" src="/inner"></iframe><iframe src="/inner"></iframe>`, { '/inner': html(NUMBER) });
	const [, one, two] = page.frames(), both = [page, one, two];
	const show = (to) => Promise.all(both.map((f) => f.waitForFunction((n) => document.getElementById('n').textContent === n, to.national)));
	const says = async (from, yes) => {
		await from.evaluate((yes) => window.ringtrace('consent', yes), yes);
		await heard(page, from);
	};
	const consents = () => told('visit').map((v) => v.consent);
	site.answer = decides;
	await show(ours);
	// Consent managers say it often.
	for (const yes of [false, false]) await says(one, yes);
	await show(own);
	await says(two, true);
	assert.deepEqual(consents(), [undefined, 'no']);
	await says(one, true);
	await show(ours);
	await says(one, false);
	await show(own);
	await page.evaluate(() => window.ringtrace('consent', false));
	await says(one, true);
	await page.evaluate(() => fetch('/dni/v1/last', { method: 'POST', body: '{}' }).then(() => 1));
	assert.deepEqual(consents(), [undefined, 'no', 'yes', 'no']);
	await page.context().close();
});

test('a no and a yes in a frame are no yes for a page that has not agreed', async () => {
	fresh({ '/': html(`${NUMBER}<iframe id="in" src="/inner"></iframe>`), '/inner': html(NUMBER) });
	site.answer = (what) => what === 'visit' && { tier: 'source', why: 'consent', swap: leased().swap, beat_s: 60 };
	const page = await newVisitor(site.browser);
	await page.goto(site.base);
	await inside(page);
	const frame = page.frames()[1];
	for (const yes of [false, true]) {
		await frame.evaluate((yes) => window.ringtrace('consent', yes), yes);
		await heard(page, frame);
	}
	await page.evaluate(() => fetch('/dni/v1/last', { method: 'POST', body: '{}' }).then(() => 1));
	assert.deepEqual(told('visit').map((v) => v.consent), [undefined, 'no']);
	await page.context().close();
});

test('a frame in a page where no was said begins no visit of its own', async () => {
	fresh({ '/': html(`${NUMBER}<iframe id="in" src="/inner"></iframe>`, SAID_NO + TAG), '/inner': html(NUMBER) });
	site.answer = decides;
	const page = await newVisitor(site.browser);
	await page.clock.install();
	const asked = page.waitForRequest((r) => /t-frame/.test(r.url()) && r.frame() !== page.mainFrame());
	await page.goto(site.base);
	const url = (await asked).url(), frame = page.frames()[1];
	await frame.evaluate((url) => import(url).then(() => 1), url);
	// The page answers who asks.
	await frame.evaluate(() => new Promise((r) => {
		window.addEventListener('message', (e) => e.data.swap && r(1));
		window.parent.postMessage({ ringtrace: 'x', ask: 1 }, '*');
	}));
	await page.clock.runFor(3000);
	await page.evaluate(() => fetch('/dni/v1/last', { method: 'POST', body: '{}' }).then(() => 1));
	assert.deepEqual(told('visit').map((v) => v.consent), ['no']);
	assert.equal(await page.evaluate(() => document.cookie), '');
	await page.context().close();
});

test('the next page in a frame with the tag shows the number, too, without a visit of its own', async () => {
	const page = await open(`${NUMBER}<iframe id="in" src="/inner"></iframe>`, { '/inner': html(NUMBER), '/next': html(`<h1>Next</h1>${NUMBER}`) });
	const shows = () => page.waitForFunction((n) => document.getElementById('in').contentDocument.getElementById('n')?.textContent === n, ours.national);
	await shows();
	for (let i = 0; i < 2; i++) {
		await page.evaluate(() => { document.getElementById('in').contentWindow.location = '/next'; });
		await page.frameLocator('#in').locator('h1').waitFor();
		await shows();
	}
	await page.evaluate(() => document.getElementById('in').contentWindow.ringtrace('event', 'inside'));
	await until('what is done there is the visit\u2019s', () => told('event').some((e) => e.name === 'inside'));
	assert.equal(told('visit').length, 1);
	await page.context().close();
});

test('a frame whose head is still being read when the tag comes is swapped, and so is its next page', async () => {
	let rest;
	fresh({
		'/': html(`${NUMBER}<iframe id="in" src="/inner"></iframe>`, ''), '/inner': html(NUMBER, '<script src="/late.js"></script>'), '/next': html(NUMBER, ''),
		'/late.js': (res) => { rest = () => res.headersSent || res.writeHead(200, { 'content-type': 'text/javascript' }).end(); },
	});
	const page = await newVisitor(site.browser);
	try {
		await page.goto(site.base, { waitUntil: 'commit' });
		await until('its script is asked for', () => rest);
		await page.waitForFunction(() => document.readyState !== 'loading');
		await page.evaluate(() => {
			const s = document.createElement('script');
			s.dataset.site = 'x';
			s.src = '/t.js';
			document.head.append(s);
		});
		await page.waitForFunction((n) => document.getElementById('n').textContent === n, ours.national);
		await page.waitForFunction(() => performance.getEntriesByType('resource').some((e) => /t-frame\.js/.test(e.name)));
		// The tag asked for that module first, and so has it first.
		await page.evaluate(() => import(performance.getEntriesByType('resource').find((e) => /t-frame\.js/.test(e.name)).name).then(() => 1));
		rest();
		await inside(page);
		await page.evaluate(() => { document.getElementById('in').src = '/next'; });
		await page.waitForFunction(() => document.getElementById('in').contentWindow.location.pathname === '/next');
		await inside(page);
		await page.evaluate(() => window.ringtrace.restore());
		assert.deepEqual(await page.evaluate(() => [document, document.getElementById('in').contentDocument].map((d) => d.getElementById('n').textContent)), [own.national, own.national]);
	} finally {
		rest?.();
		await page.context().close();
	}
});

for (const [name, inner] of Object.entries(pages))
	test(`shadow roots that a frame ${name} makes later are swapped`, async () => {
		const page = await open(`${NUMBER}<iframe id="in" src="/inner"></iframe>`, { '/inner': inner });
		await inside(page);
		await page.evaluate((n) => {
			const inner = document.getElementById('in').contentDocument, el = inner.createElement('p');
			el.id = 'late';
			inner.body.append(el);
			setTimeout(() => { el.attachShadow({ mode: 'open' }).innerHTML = `<b>${n}</b>`; }, 0);
		}, own.national);
		await page.waitForFunction((n) => document.getElementById('in').contentDocument.getElementById('late').shadowRoot?.textContent === n, ours.national);
		await page.context().close();
	});

test('a page that is edited is as its owner wrote it', async () => {
	const page = await open(`${NUMBER}<article id="a"><p>Call ${own.national} or <a href="tel:${own.e164}">${own.national}</a></p></article>
		<iframe id="in" srcdoc="<p>${own.national}</p>"></iframe>`);
	await page.mouse.move(9, 9);
	await page.waitForFunction((n) => document.getElementById('a').textContent.includes(n) && document.getElementById('in').contentDocument.body.textContent === n, ours.national);
	await until('it is told how it went', () => told('event').some((e) => e.kind === 'about'));
	const got = await page.evaluate(() => {
		const a = document.getElementById('a'), inner = document.getElementById('in').contentDocument;
		a.contentEditable = true;
		a.focus();
		inner.designMode = 'on';
		inner.body.dispatchEvent(new FocusEvent('focusin', { bubbles: true, composed: true }));
		return [a.innerHTML, inner.body.innerHTML];
	});
	const p = (n, e) => `<p>Call ${n} or <a href="tel:${e}">${n}</a></p>`;
	assert.deepEqual(got, [p(own.national, own.e164), `<p>${own.national}</p>`]);
	// What is typed stays; beside it, all is as before.
	await page.evaluate((n) => {
		document.getElementById('a').append(n);
		document.getElementById('in').contentDocument.body.append(n);
		document.body.insertAdjacentHTML('beforeend', `<p id="late">${n}</p>`);
	}, own.national);
	await page.waitForFunction((n) => document.getElementById('late').textContent === n, ours.national);
	assert.deepEqual(await page.evaluate(() => [document.getElementById('a').textContent, document.getElementById('in').contentDocument.body.textContent, document.getElementById('n').textContent]),
		[`Call ${own.national} or ${own.national}${own.national}`, own.national + own.national, ours.national]);
	await page.context().close();
});

test('a click on the phone link of a frame that is left alone is told, and changes nothing', async () => {
	const page = await open(`${NUMBER}<div data-noswap><iframe id="in" srcdoc="<p>${own.national}</p><a href='tel:${own.e164}'>Call</a>"></iframe></div>`,
		{}, { head: TAG.replace(' data-site', ' data-events="dataLayer" data-site') });
	await page.waitForFunction(() => performance.getEntriesByType('resource').some((e) => /t-frame\.js/.test(e.name)));
	const touch = () => page.evaluate(() => {
		const link = document.getElementById('in').contentDocument.querySelector('a');
		link.onclick = () => false;
		link.click();
	});
	await until('it is told', async () => {
		await touch();
		return told('event').some((e) => e.kind === 'tel_click');
	});
	await until('to other tags, too', () => page.evaluate(() => window.dataLayer?.some((e) => JSON.stringify(e).includes('0199'))));
	assert.equal(await page.evaluate(() => document.getElementById('in').contentDocument.body.innerHTML), `<p>${own.national}</p><a href="tel:${own.e164}">Call</a>`);
	await page.context().close();
});

test('parts of a page that come and go without end are not kept', async () => {
	const page = await open(`${NUMBER}<div id="here"></div>`);
	const cdp = await page.context().newCDPSession(page);
	await page.mouse.move(9, 9);
	await until('it is told how it went', () => told('event').some((e) => e.kind === 'about'));
	await page.evaluate(async (n) => {
		const here = document.getElementById('here');
		window.roots = [];
		for (let i = 0; i < 3000; i++) {
			const el = document.createElement('x-card');
			el.attachShadow({ mode: 'open' }).innerHTML = `<p>${n}</p>`;
			here.replaceChildren(el);
			window.roots.push(new WeakRef(el.shadowRoot));
			if (i % 100 === 0) await new Promise((r) => setTimeout(r));
		}
	}, own.national);
	const left = async () => {
		await cdp.send('HeapProfiler.collectGarbage');
		return page.evaluate(() => window.roots.filter((r) => r.deref()).length);
	};
	await until('most are gone', async () => (await left()) < 500);
	// And what is there is followed, and put back.
	const texts = () => page.evaluate(() => document.querySelector('x-card').shadowRoot.textContent);
	assert.equal(await texts(), ours.national);
	await page.evaluate(() => window.ringtrace.restore());
	assert.equal(await texts(), own.national);
	await page.context().close();
});

test('several numbers of a page shown as one of another length, and put back', async () => {
	const two = { e164: '+4930231250', national: '030 231250', international: '+49 30 231250' };
	fresh({ '/': html(`<p id="a">030 23125001</p><p id="b">0800 1234567</p><p id="c">030 23125</p>`, '<script async src="/t.js" data-site="x"></script>') });
	const from = [['+493023125001', '030 23125001', '+49 30 23125001'], ['+498001234567', '0800 1234567', '+49 800 1234567']]
		.map(([e164, national, international]) => ({ e164, national, international }));
	site.answer = (what) => what === 'visit' && { ...leased(), swap: from.map((f) => ({ from: f, to: two })) };
	const page = await newVisitor(site.browser);
	await page.goto(site.base);
	await page.waitForFunction((n) => document.getElementById('b').textContent === n, two.national);
	const got = await page.evaluate(() => {
		const copy = document.getElementById('a').cloneNode(true);
		document.body.append(copy);
		window.ringtrace.restore();
		return [...document.querySelectorAll('p')].map((p) => p.textContent);
	});
	// A copy may be of either; it is a whole one.
	assert.deepEqual(got.slice(0, 3), ['030 23125001', '0800 1234567', '030 23125']);
	assert.ok(['030 23125001', '0800 1234567'].includes(got[3]), got[3]);
	await page.context().close();
});

test('the tag asks for its parts by what is in them', async () => {
	const page = await open(NUMBER);
	const asked = page.waitForRequest(/t-visit\.js/);
	await page.mouse.move(9, 9);
	assert.match((await asked).url(), /\/t-visit\.js\?\d{4}$/);
	await page.context().close();
});
