// How the tag behaves where timing, rules of the browser or other programs
// matter: slow servers, frames, pages nobody sees yet, programs that undo its
// work.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { until } from '../support/stack.mjs';
import { newVisitor } from '../support/browser.mjs';
import { fresh, html, leased, NUMBER, ours, own, site, startSite, stopSite, TAG, told } from '../support/tagsite.mjs';

before(startSite);
after(stopSite);

const denied = { tier: 'source', why: 'consent', swap: [], beat_s: 60 };

/** A visitor on a page of that body; `init` runs before everything else. */
async function open(body, { head, init, more = {}, wait = 0, path = '/' } = {}) {
	fresh({ '/': html(body, head), ...more });
	site.waitMs = wait;
	site.answer = (what, said) => what === 'visit' && (said.consent === 'no' ? denied : leased());
	const page = await newVisitor(site.browser);
	if (init) await page.addInitScript(init);
	await page.goto(site.base + path);
	return page;
}

const shown = (page, id = 'n') => page.waitForFunction(([id, n]) => document.getElementById(id).textContent === n, [id, ours.national]);
/** A visitor who does something, and what comes then. */
const visiting = async (page) => {
	await page.mouse.move(9, 9);
	await page.waitForFunction(() => performance.getEntriesByType('resource').some((e) => /t-visit\.js/.test(e.name)));
};

test('a slow answer changes the number once and hides it only before', async () => {
	const page = await open(`<p id="n">${own.national}</p>`, {
		wait: 900,
		init: () => {
			window.seen = [];
			(function look() {
				const el = document.getElementById('n');
				const now = el && (getComputedStyle(el).visibility === 'hidden' ? 'hidden' : el.textContent);
				if (now && window.seen.at(-1) !== now) window.seen.push(now);
				requestAnimationFrame(look);
			})();
		},
	});
	await shown(page);
	await page.evaluate(() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r))));
	const seen = await page.evaluate(() => window.seen);
	assert.deepEqual(seen.slice(seen.indexOf('hidden')), ['hidden', own.national, ours.national]);
	await page.context().close();
});

test('restore() has done when it returns: texts, attributes, shadow roots, frames', async () => {
	const inner = `<p id="f">${own.national}</p><a href="tel:+14155550199">x</a>`;
	const page = await open(`<p id="n">${own.national}</p><a id="l" href="tel:+14155550199" title="${own.national}">x</a>
		<x-card><template shadowrootmode="open"><b>${own.national}</b></template></x-card>
		<iframe id="plain" src="/inner"></iframe><iframe id="tagged" src="/tagged"></iframe>`,
	{ more: { '/inner': html(inner, ''), '/tagged': html(inner) } });
	const all = () => {
		const $ = (id) => document.getElementById(id), f = (id) => $(id).contentDocument;
		return [$('n').textContent, $('l').getAttribute('href'), $('l').title, document.querySelector('x-card').shadowRoot.textContent,
			...['plain', 'tagged'].flatMap((id) => [f(id).getElementById('f')?.textContent, f(id).querySelector('a')?.getAttribute('href')])].join('|');
	};
	const line = (n) => [n.national, `tel:${n.e164}`, n.national, n.national, n.national, `tel:${n.e164}`, n.national, `tel:${n.e164}`].join('|');
	await page.evaluate(`window.all = ${all}`);
	await page.waitForFunction((want) => window.all() === want, line(ours));
	assert.equal(await page.evaluate(() => {
		window.ringtrace.restore();
		return window.all();
	}), line(own));
	// What comes now stays, too, until swap() is called.
	await page.evaluate((n) => {
		document.body.insertAdjacentHTML('beforeend', `<p id="late">${n}</p>`);
		return new Promise((r) => requestAnimationFrame(r));
	}, own.national);
	assert.equal(await page.textContent('#late'), own.national);
	await page.evaluate(() => window.ringtrace.swap());
	await page.waitForFunction((want) => window.all() === want, line(ours));
	assert.equal(await page.textContent('#late'), ours.national);
	assert.deepEqual(page.said, []);
	await page.context().close();
});

test('a click in a frame with the tag belongs to the visit of the page around it', async () => {
	const page = await open(`${NUMBER}<iframe id="tagged" src="/tagged"></iframe>`, {
		more: { '/tagged': html(`<a id="l" href="tel:${own.e164}">x</a>`) },
	});
	const link = page.frameLocator('#tagged').locator('#l');
	await page.waitForFunction((want) => document.getElementById('tagged').contentDocument.getElementById('l').href === want, `tel:${ours.e164}`);
	await page.frames()[1].evaluate(() => document.addEventListener('click', (e) => e.preventDefault()));
	await link.click();
	await until('it is told', () => told('event').some((e) => e.kind === 'tel_click'));
	assert.deepEqual(told('event').filter((e) => e.kind === 'tel_click').map((e) => [e.visitor, e.visit]), [['vtr_1', 'vis_1']]);
	await page.context().close();
});

test('what is done while the number is on its way is told with the visit that comes', async () => {
	const head = `<script>window.ringtrace=window.ringtrace||function(){(ringtrace.q=ringtrace.q||[]).push(arguments)};ringtrace('event','early')</script>`;
	const link = `<a id="l" href="tel:${own.e164}">x</a><script>document.addEventListener('click', (e) => e.preventDefault())</script>`;
	const click = (frame) => frame.evaluate(() => document.getElementById('l').click());
	const page = await open(`${NUMBER}${link}`, { head: head + TAG, wait: 1500 });
	await until('the visit is asked for', () => told('visit').length === 1);
	await click(page);
	assert.deepEqual(told('event'), []);
	await shown(page);
	await until('both are told', () => told('event').length === 2);
	assert.deepEqual(told('event').map((e) => [e.kind, e.visit]).sort(), [['custom', 'vis_1'], ['tel_click', 'vis_1']]);
	await page.context().close();
	// Nobody agreed to a visit: it is told with none, later neither.
	const no = await open(`${NUMBER}${link}`, { head: head + TAG.replace(' data-site', ' data-consent="wait" data-site'), wait: 1500 });
	await until('the page asks', () => told('visit').length === 1);
	await click(no);
	await no.waitForFunction(() => window.ringtrace.session().tier === 'source');
	await no.evaluate(() => window.ringtrace('consent', true));
	await shown(no);
	await no.evaluate(() => window.ringtrace('event', 'last'));
	await until('what follows is told', () => told('event').some((e) => e.name === 'last'));
	assert.deepEqual(told('event').map((e) => e.name), ['last']);
	await no.context().close();
});

test('a click in a frame while the page around it waits for its number is told once', async () => {
	const link = `<a id="l" href="tel:${own.e164}">x</a><script>document.addEventListener('click', (e) => e.preventDefault())</script>`;
	const page = await open(`${NUMBER}<iframe id="in" src="/inner"></iframe>`, { more: { '/inner': html(link) }, wait: 1500 });
	// The frame waits a second for the page around it; then it asks by itself.
	const inner = page.frames()[1];
	await inner.waitForFunction(() => window.ringtrace?.version);
	await inner.evaluate(() => document.getElementById('l').click());
	await page.waitForFunction((want) => document.getElementById('in').contentDocument.getElementById('l').href === want, `tel:${ours.e164}`);
	await until('it is told', () => told('event').length > 0);
	await page.evaluate(() => window.ringtrace('event', 'last'));
	await until('what follows is told', () => told('event').some((e) => e.name === 'last'));
	assert.deepEqual(told('event').map((e) => [e.kind, e.visit]), [['tel_click', 'vis_1'], ['custom', 'vis_1']]);
	await page.context().close();
});

test('a copy of what was swapped is restored, and the stub’s paint', async () => {
	const page = await open(`<p id="n">${own.national}</p><a id="l" href="tel:+14155550199">x</a>`);
	await shown(page);
	const got = await page.evaluate(() => {
		const copy = document.body.cloneNode(true);
		document.documentElement.append(copy);
		document.body.append(...copy.children);
		window.ringtrace.restore();
		return [...document.querySelectorAll('p,a')].map((e) => e.getAttribute('href') ?? e.textContent);
	});
	assert.deepEqual([...new Set(got)].sort(), [own.national, 'tel:+14155550199'].sort());
	await page.context().close();
});

test('a page nobody sees yet asks for nothing', async () => {
	const page = await open(`<p id="n">${own.national}</p>`, {
		init: () => {
			window.state = 'hidden';
			Object.defineProperty(Document.prototype, 'visibilityState', { get: () => window.state });
			Object.defineProperty(Document.prototype, 'hidden', { get: () => window.state === 'hidden' });
		},
	});
	await page.waitForFunction(() => window.ringtrace);
	assert.equal(await page.textContent('#n'), own.national);
	assert.deepEqual(site.asked, []);
	await page.evaluate(() => {
		window.state = 'visible';
		document.dispatchEvent(new Event('visibilitychange'));
	});
	await shown(page);
	assert.equal(told('visit').length, 1);
	await page.context().close();
});

test('a page the browser had kept is a page view of the visit', async () => {
	const page = await open(`<p id="n">${own.national}</p>`);
	await shown(page);
	await visiting(page);
	await until('it is told', async () => {
		await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
		return told('event').some((e) => e.kind === 'view' && e.visit === 'vis_1');
	});
	await page.context().close();
});

test('a page that moved before the module for visits came is told', async () => {
	const page = await open(`<p id="n">${own.national}</p>`, {
		head: TAG + '<script>ringtraceConfig={};addEventListener("load",function(){history.pushState({},"","/second")})</script>', wait: 300,
	});
	await shown(page);
	await until('the view is told', () => told('event').some((e) => e.kind === 'view' && e.url.endsWith('/second')));
	await page.context().close();
});

test('consent that comes late is for the address the visit began with', async () => {
	const page = await open(`<p id="n">${own.national}</p>`, {
		path: '/?gclid=abc',
		head: '<script async src="/t.js" data-site="x" data-consent="wait"></script>',
	});
	await page.waitForFunction(() => window.ringtrace?.session().tier === 'source');
	await page.evaluate(() => {
		history.replaceState({}, '', '/');
		window.ringtrace('consent', true);
	});
	await until('it asks again', () => told('visit').length === 2);
	const [first, second] = told('visit');
	assert.deepEqual([first.consent, second.consent], ['no', 'yes']);
	assert.match(second.url, /gclid=abc/);
	await page.context().close();
});

test('a consent manager may speak before the tag is there, and often', async () => {
	const page = await open(`<p id="n">${own.national}</p>`, {
		head: `<script>window.ringtrace=window.ringtrace||function(){(ringtrace.q=ringtrace.q||[]).push(arguments)};
			ringtrace('consent', true);</script><script async src="/t.js" data-site="x" data-consent="wait"></script>`,
	});
	await shown(page);
	await page.evaluate(() => {
		for (let i = 0; i < 3; i++) window.ringtrace('consent', true);
	});
	assert.match(await page.evaluate(() => document.cookie), /^rt_id=vtr_1\.vis_1\./);
	await page.evaluate(() => window.ringtrace('consent', false));
	await until('it is withdrawn', () => told('visit').length === 2);
	assert.deepEqual(told('visit').map((v) => v.consent), ['yes', 'no']);
	await until('and told', () => told('event').filter((e) => e.kind === 'consent_withdrawn').length === 1);
	// There is no source-level number, and ours will be another visitor's.
	await page.waitForFunction((n) => document.getElementById('n').textContent === n, own.national);
	assert.equal(await page.evaluate(() => document.cookie), '');
	await page.context().close();
});

test('a yes while the visit is asked for asks for no second one', async () => {
	const page = await open(`<p id="n">${own.national}</p>`, { wait: 300 });
	await until('the visit is asked for', () => told('visit').length === 1);
	await page.evaluate(() => window.ringtrace('consent', true));
	await shown(page);
	await page.evaluate(() => window.ringtrace('consent', true));
	await visiting(page);
	assert.equal(told('visit').length, 1);
	assert.equal(told('event').filter((e) => e.kind === 'view').length, 0);
	assert.match(await page.evaluate(() => document.cookie), /^rt_id=vtr_1\.vis_1\./);
	await page.context().close();
});

test('a no while the visit is asked for ends what comes, and keeps nothing', async () => {
	const page = await open(`<p id="n">${own.national}</p>`, { wait: 300 });
	await until('the visit is asked for', () => told('visit').length === 1);
	await page.evaluate(() => window.ringtrace('consent', false));
	await until('and again', () => told('visit').length === 2);
	assert.equal(told('visit')[1].consent, 'no');
	await until('the lease is given up', () => told('event').some((e) => e.kind === 'consent_withdrawn' && e.visit === 'vis_1'));
	await page.waitForFunction(() => ringtrace.session().tier === 'source');
	assert.deepEqual(await page.evaluate(() => [document.cookie, sessionStorage.length, ringtrace.session().visit,
		performance.getEntriesByType('resource').some((e) => /t-visit/.test(e.name))]), ['', 0, undefined, false]);
	await page.context().close();
});

for (const [name, left] of [
	['whose cookie was deleted first', false],
	['while the next page’s visit is on its way, and that page is left', true],
])
	test(`a no ${name} is told once, and nothing is kept`, async () => {
		const page = await open(`<p id="n">${own.national}</p>`);
		await shown(page);
		await page.waitForFunction(() => document.cookie.includes('vis_1'));
		// On a page that found the cookie; where it is left, the answer does not come.
		if (left) await page.route('**/dni/v1/visit', () => {});
		await page.goto(`${site.base}/?two`);
		await shown(page);
		if (!left) await page.waitForFunction(() => window.ringtrace.session().tier);
		await page.evaluate((left) => {
			if (!left) document.cookie = 'rt_id=;path=/;max-age=0';
			window.ringtrace('consent', false);
			if (left) dispatchEvent(new Event('pagehide'));
		}, left);
		await until('it is told', () => told('event').some((e) => e.kind === 'consent_withdrawn'));
		assert.deepEqual(told('event').filter((e) => e.kind === 'consent_withdrawn').map((e) => e.visit), ['vis_1']);
		assert.deepEqual(await page.evaluate(() => [document.cookie, sessionStorage.length]), ['', 0]);
		await page.context().close();
	});

test('a yes at each page of a site that requires one', async () => {
	const page = await open(`<p id="n">${own.national}</p>`);
	await shown(page);
	site.asked = [];
	site.answer = (what) => what === 'visit' && denied;
	await page.goto(site.base);
	await until('it asks', () => told('visit').length === 1);
	await page.waitForFunction(() => ringtrace.session().tier === 'source');
	site.answer = (what) => what === 'visit' && leased();
	await page.evaluate(() => window.ringtrace('consent', true));
	await shown(page);
	assert.deepEqual(told('visit').map((v) => [v.visit, v.consent]), [['vis_1', undefined], ['vis_1', 'yes']]);
	await page.context().close();
});

test('a page that is refused consent has no visit, whatever the cookie said', async () => {
	const page = await open(`<p id="n">${own.national}</p><a id="l" href="tel:${own.e164}">x</a>`, { head: TAG.replace(' data-site', ' data-events="dataLayer" data-site') });
	await shown(page);
	await visiting(page);
	await until('the number is told', () => page.evaluate(() => window.dataLayer?.length > 0));
	await until('it is told how it went', () => told('event').some((e) => e.kind === 'about'));
	site.asked = [];
	site.loaded = [];
	site.answer = (what) => what === 'visit' && { ...denied, swap: [{ from: own, to: ours }] };
	await page.goto(`${site.base}/?two`);
	await page.waitForFunction(() => window.ringtrace?.session().tier === 'source');
	await page.mouse.move(20, 20);
	await page.evaluate(() => {
		document.getElementById('l').onclick = () => false;
		document.getElementById('l').click();
		window.ringtrace('event', 'quote');
		// What is kept for the next page is for who agreed.
		dispatchEvent(new Event('pagehide'));
	});
	assert.deepEqual(await page.evaluate(() => [window.ringtrace.session().visit, window.dataLayer, sessionStorage.rt_p]), [undefined, undefined, undefined]);
	// What the first page told as it was left came before.
	const asked = site.asked.map(([what]) => what);
	assert.deepEqual([asked.slice(asked.indexOf('visit')), site.loaded], [['visit'], ['/t.js']]);
	await page.context().close();
});

for (const [name, init] of [
	['a no', () => { window.ringtrace = { q: [['consent', false]] }; }],
	['Global Privacy Control', () => Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true })],
])
	test(`${name} that is there before the tag ends the visit of the page before`, async () => {
		const page = await open(`<p id="n">${own.national}</p>`);
		await shown(page);
		await page.waitForFunction(() => document.cookie.includes('vis_1'));
		await page.addInitScript(init);
		await page.goto(`${site.base}/?two`);
		await page.waitForFunction(() => window.ringtrace?.session?.().tier === 'source');
		await until('it is told', () => told('event').length > 0);
		assert.deepEqual(told('event').map((e) => [e.kind, e.visitor, e.visit]), [['consent_withdrawn', 'vtr_1', 'vis_1']]);
		assert.deepEqual(told('visit').map((v) => [v.consent, v.visit]), [[undefined, undefined], ['no', undefined]]);
		assert.deepEqual(await page.evaluate(() => [document.cookie, sessionStorage.length]), ['', 0]);
		await page.context().close();
	});

test('Global Privacy Control that only requests have leaves nothing in the browser', async () => {
	const page = await open(`<p id="n">${own.national}</p>`);
	await shown(page);
	await page.waitForFunction(() => document.cookie.includes('vis_1'));
	site.answer = (what) => what === 'visit' && { ...denied, gpc: true };
	await page.goto(`${site.base}/?two`);
	await page.waitForFunction(() => window.ringtrace?.session?.().tier === 'source');
	assert.deepEqual(await page.evaluate(() => {
		dispatchEvent(new Event('pagehide'));
		return [document.cookie, sessionStorage.length, window.ringtrace.session().visitor, document.getElementById('n').textContent];
	}), ['', 0, undefined, own.national]);
	await page.context().close();
});

test('a site that names its domain later: one cookie, of the visitor that was known, and a no leaves none', async () => {
	const at = 'http://www.shop.example', later = TAG.replace(' data-site', ' data-domain=".shop.example" data-site');
	fresh({ '/': html(NUMBER), '/later': html(NUMBER, later) });
	const page = await newVisitor(site.browser);
	const cookies = async () => (await page.context().cookies(at)).map((c) => `${c.domain} ${c.value.split('.', 2)}`);
	await page.route(`${at}/**`, (route) => route.continue({ url: route.request().url().replace(at, site.base) }));
	const go = async (path, visits) => {
		await page.goto(at + path);
		await shown(page);
		await until('the visit is answered', () => page.evaluate(() => window.ringtrace.session().tier === 'lease'));
		assert.deepEqual(told('visit').map((v) => v.visit), visits);
	};
	await go('/', [undefined]);
	assert.deepEqual(await cookies(), ['www.shop.example vtr_1,vis_1']);
	await go('/later', [undefined, 'vis_1']);
	await visiting(page);
	await until('the older one is gone', async () => (await cookies()).join() === '.shop.example vtr_1,vis_1');
	await page.evaluate(() => (document.cookie = 'rt_id=vtr_1.vis_0.1;path=/'));
	await page.evaluate(() => window.ringtrace('consent', false));
	assert.deepEqual(await cookies(), []);
	await until('a number without a visit is asked for', () => told('visit').some((v) => v.consent === 'no'));
	await page.context().close();
});

test('consent that comes late in an application is for the page that was landed on', async () => {
	const page = await open(`<p id="n">${own.national}</p>`, {
		head: '<script async src="/t.js" data-site="x" data-consent="wait"></script>', more: { '/offers': html(`<p id="n">${own.national}</p>`, '<script async src="/t.js" data-site="x" data-consent="wait"></script>') }, path: '/offers',
	});
	await page.waitForFunction(() => window.ringtrace?.session().tier === 'source');
	await page.evaluate(() => {
		history.pushState({}, '', '/contact');
		window.ringtrace('consent', true);
	});
	await shown(page);
	await visiting(page);
	await until('the page since then is told', () => told('event').some((e) => e.kind === 'view'));
	assert.deepEqual(told('visit').map((v) => [v.consent, v.url.slice(site.base.length), v.ref]), [['no', '/offers', ''], ['yes', '/offers', '']].map(([c, u]) => [c, u, undefined]));
	await page.evaluate(() => window.ringtrace('event', 'last'));
	await until('what follows is told', () => told('event').some((e) => e.name === 'last'));
	assert.deepEqual(told('event').filter((e) => e.kind === 'view').map((e) => e.url.slice(site.base.length)), ['/contact']);
	await page.context().close();
});

test('a click on a part of a link that has a shadow root of its own is told', async () => {
	const page = await open(`<p id="n">${own.national}</p><a id="l" href="tel:${own.e164}"><x-icon><template shadowrootmode="open"><svg id="s" width="20" height="20"><path id="p" d="M0 0h20v20H0z"/></svg></template></x-icon></a>`);
	await shown(page);
	await page.evaluate(() => document.addEventListener('click', (e) => e.preventDefault()));
	await page.evaluate(() => document.querySelector('x-icon').shadowRoot.getElementById('p').dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true, cancelable: true })));
	await until('it is told', () => told('event').some((e) => e.kind === 'tel_click'));
	await page.context().close();
});

test('half a character in a title or a form costs neither', async () => {
	const page = await open(`<p id="n">${own.national}</p><form id="f"><textarea name="text"></textarea></form>`, {
		head: `<script>document.title = 'Sale \\ud83d' + 'x'.repeat(20000);</script>${TAG}`,
	});
	await shown(page);
	await visiting(page);
	assert.equal(told('visit')[0].title, `Sale ${'x'.repeat(249)}`);
	await page.evaluate(() => document.addEventListener('submit', (e) => e.preventDefault()));
	await page.fill('[name=text]', `${'a'.repeat(3998)}😀b`);
	await page.evaluate(() => document.getElementById('f').requestSubmit());
	await until('it is told', () => told('event').some((e) => e.kind === 'form'));
	assert.deepEqual(told('event').find((e) => e.kind === 'form').fields, [['text', `${'a'.repeat(3998)}…`]]);
	await page.context().close();
});

test('a program that puts the old number back each time does not stop the page', async () => {
	const page = await open(`<p id="n">${own.national}</p>`, {
		head: `<script>addEventListener('load', function () {
			new MutationObserver(function () {
				var t = document.getElementById('n').firstChild;
				if (t.data !== '${own.national}') t.data = '${own.national}';
			}).observe(document.getElementById('n'), { characterData: true, subtree: true });
		});</script>${TAG}`,
		wait: 200,
	});
	await page.waitForFunction(() => window.ringtrace?.session().tier);
	assert.equal(await page.evaluate(() => new Promise((r) => setTimeout(() => r('alive'), 50))), 'alive');
	await page.context().close();
});

test('what a program draws in each frame is right when that frame is painted', async () => {
	const page = await open(`<p id="n">${own.national}</p><div id="rows"></div>`);
	await page.waitForFunction(() => window.ringtrace?.session().tier);
	const wrong = await page.evaluate((own) => new Promise((done) => {
		let left = 20, wrong = 0;
		(function frame() {
			// What the last frame ended with is what was painted.
			wrong += document.body.textContent.includes(own);
			if (!left--) return done(wrong);
			document.getElementById('n').firstChild.data = own;
			document.getElementById('rows').innerHTML = `<p>${own}</p>`.repeat(150);
			requestAnimationFrame(frame);
		})();
	}), own.national);
	assert.equal(wrong, 0);
	await page.context().close();
});

test('a shadow root that its program keeps to itself is left alone', async () => {
	const page = await open(`<p id="n">${own.national}</p><div id="a"></div><div id="b"></div>`);
	await shown(page);
	const texts = await page.evaluate((own) => new Promise((done) => {
		const roots = ['closed', 'open'].map((mode, i) => document.getElementById('ab'[i]).attachShadow({ mode }));
		for (const root of roots) root.innerHTML = `<p>${own}</p>`;
		new MutationObserver(() => done(roots.map((r) => r.textContent))).observe(roots[1], { characterData: true, subtree: true });
	}), own.national);
	assert.deepEqual(texts, [own.national, ours.national]);
	await page.context().close();
});

test('a form is told as it is where lists write themselves', async () => {
	const page = await open(`<p id="n">${own.national}</p><form id="f"><input name="id"><input name="mail" type="email"></form>`, {
		init: () => {
			Array.prototype.toJSON = function () { return `[${this.map((v) => JSON.stringify(v)).join()}]`; };
		},
	});
	await shown(page);
	await visiting(page);
	await page.evaluate(() => document.addEventListener('submit', (e) => e.preventDefault()));
	await page.fill('[name=id]', '7');
	await page.fill('[name=mail]', 'a@example.com');
	await page.evaluate(() => document.getElementById('f').requestSubmit());
	await until('it is told', () => told('event').some((e) => e.kind === 'form'));
	const form = told('event').find((e) => e.kind === 'form');
	assert.deepEqual([form.form, form.fields], ['f', [['id', '7'], ['mail', 'a@example.com']]]);
	await page.context().close();
});

test('without its modules the number is there all the same', async () => {
	const page = await newVisitor(site.browser);
	await page.route(/t-\w+\.js/, (route) => route.abort());
	fresh({ '/': html(NUMBER) });
	await page.goto(site.base);
	await shown(page);
	assert.deepEqual(page.said.filter((s) => !/ERR_FAILED/.test(s)), []);
	await page.context().close();
});

test('a link is right when it is clicked while the page is still being read', async () => {
	const page = await newVisitor(site.browser);
	let rest;
	fresh({ '/slow': (res) => {
		res.writeHead(200, { 'content-type': 'text/html' });
		res.write(`<!doctype html><head>${TAG}</head><body><p id="n">${own.national}</p><a id="l" href="tel:+14155550199">Call</a>${' '.repeat(4096)}`);
		rest = () => res.end(`<p id="end">${own.national}</p></body>`);
	} });
	try {
		await page.goto(`${site.base}/slow`, { waitUntil: 'commit' });
		await shown(page);
		assert.equal(await page.evaluate(() => document.readyState), 'loading');
		const href = await page.evaluate(() => new Promise((r) => {
			document.getElementById('l').addEventListener('click', (e) => {
				e.preventDefault();
				r(e.target.getAttribute('href'));
			});
			document.getElementById('l').click();
		}));
		assert.equal(href, `tel:${ours.e164}`);
		rest();
		await page.waitForFunction((n) => document.getElementById('end')?.textContent === n, ours.national);
	} finally {
		rest?.();
		await page.context().close();
	}
});

test('a number that comes letter by letter, each in an element', async () => {
	const page = await open('<p id="n"></p>');
	await page.waitForFunction(() => window.ringtrace?.session().visit);
	await page.evaluate(async (n) => {
		for (const c of n) {
			const el = document.createElement('span');
			el.textContent = c;
			document.getElementById('n').append(el);
			await new Promise((r) => setTimeout(r));
		}
	}, own.national);
	await shown(page);
	await page.context().close();
});

test('other digits that change are not hidden while the number is on its way', async () => {
	const page = await open(`<div id="box">10 items<p id="n">${own.national}</p></div><p id="left">10 s</p>`, { wait: 1500 });
	const seen = () => page.evaluate(() => ['n', 'left'].map((id) => getComputedStyle(document.getElementById(id)).visibility));
	const all = await page.evaluate(async () => {
		const ids = ['n', 'left', 'box'], out = [];
		await new Promise((r) => (document.readyState === 'complete' ? r() : addEventListener('load', r)));
		for (let i = 0; i < 20; i++) {
			document.getElementById('left').textContent = `${i} s`;
			document.getElementById('box').firstChild.data = `${i} items`;
			await new Promise((r) => setTimeout(r, 10));
			out.push(ids.map((id) => getComputedStyle(document.getElementById(id)).visibility));
		}
		return out;
	});
	assert.ok(all.every(([, left, box]) => left === 'visible' && box === 'visible'), JSON.stringify(all));
	await shown(page);
	assert.deepEqual(await seen(), ['visible', 'visible']);
	await page.context().close();
});

test('each number of a block is hidden while the other one is on its way', async () => {
	const page = await open(`<p><a id="n">${own.national}</a> <a>${own.national}</a></p><p>${own.national}<br>${own.national}</p><p><b>(415)</b> <a>555-0199</a></p>`, {
		wait: 1500,
		init: () => (function look(seen) {
			window.seen = seen.add([...document.querySelectorAll('a')].map((a) => getComputedStyle(a).visibility).join());
			requestAnimationFrame(() => look(seen));
		})(new Set()),
	});
	await shown(page);
	const seen = await page.evaluate(() => [...window.seen]);
	assert.deepEqual([seen.includes('hidden,hidden,hidden'), seen.filter((s) => /v.*h|h.*v/.test(s))], [true, []], seen.join(' '));
	assert.equal(await page.evaluate(() => document.body.innerText.replace(/\s+/g, ' ').trim()), Array(5).fill(ours.national).join(' '));
	await page.context().close();
});

test('the stub beside a comment after the page, and a text that is gone again', async () => {
	const stub = readFileSync('static/dist/t-stub.js', 'utf8').trim();
	const body = `<script>document.body.append('x 1'); document.body.lastChild.remove();</script><p id="n">${own.national}</p>`;
	const page = await open(body, {
		head: `<script>${stub}</script>`,
		init: () => { sessionStorage.rt_p = JSON.stringify([Date.now() + 60000, [['(415) 555-0199', '(415) 555-7003']], [], 'script']); },
		more: { '/cached': `${html(body, `<script>${stub}</script>`)}\n<!-- kept by a cache -->` },
		path: '/cached',
	});
	await shown(page);
	assert.deepEqual(page.said, []);
	await page.context().close();
});

test('a copy of what is hidden, as sliders make, is seen with the number', async () => {
	const page = await open(`<div id="slide"><p>${own.national}</p></div>`, {
		wait: 1500,
		// As soon as it is hidden: that does not last.
		init: () => (function look() {
			const p = document.querySelector('p'), slide = document.getElementById('slide');
			if (!p || getComputedStyle(p).visibility !== 'hidden') return requestAnimationFrame(look);
			slide.after(slide.cloneNode(true));
		})(),
	});
	const all = () => page.evaluate(() => [...document.querySelectorAll('p')].map((p) => [p.textContent, getComputedStyle(p).visibility, p.getAttribute('style')]));
	await page.waitForFunction(() => document.querySelectorAll('p').length === 2);
	await page.waitForFunction((n) => [...document.querySelectorAll('p')].every((p) => p.textContent === n), ours.national);
	await page.waitForFunction(() => getComputedStyle(document.querySelector('p')).visibility === 'visible');
	assert.deepEqual(await all(), Array(2).fill([ours.national, 'visible', null]));
	await page.context().close();
});
