// What the manual of the tag (docs/TAG.md) and the recipes (docs/install) tell a
// site's owner to paste, pasted: each block of HTML and of JavaScript as it is
// written there, with the address and the key of this test's server.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { until } from '../support/stack.mjs';
import { newVisitor } from '../support/browser.mjs';
import { fresh, leased, NUMBER, ours, own, site, startSite, stopSite, told } from '../support/tagsite.mjs';

before(startSite);
after(stopSite);

/** The blocks of a language in a page of the manual. */
function blocks(file, language) {
	const text = readFileSync(`docs/${file}`, 'utf8');
	return [...text.matchAll(new RegExp(`^ *\`\`\`${language}\\n([^]*?)^ *\`\`\``, 'gm'))]
		.map(([, block]) => block.replaceAll('https://calls.example.com', site.base).replaceAll('KEY', 'x'));
}

const none = { tier: 'source', why: 'consent', swap: [], beat_s: 60 };

async function open(head, { init, arg } = {}) {
	fresh({ '/': `<!doctype html><html><head><meta charset="utf-8"><title>x</title>${head}</head><body>${NUMBER}<a id="l" href="tel:+14155550199">x</a></body></html>` });
	site.answer = (what, said) => what === 'visit' && (said.consent === 'no' ? none : leased());
	const page = await newVisitor(site.browser);
	if (init) await page.addInitScript(init, arg);
	await page.goto(site.base);
	return page;
}

const shown = async (page, of = ours) => {
	await page.waitForFunction((n) => document.getElementById('n').textContent === n, of.national);
	await page.waitForFunction((n) => document.getElementById('l').getAttribute('href') === `tel:${n}`, of.e164);
};

const files = ['TAG.md', ...readdirSync('docs/install').map((f) => `install/${f}`)].filter((f) => f !== 'install/tracking-templates.md');
const TAG_LINE = /<script[^>]*src="[^"]*\/t\.js"[^>]*><\/script>/;

for (const file of files) {
	test(`${file}: the tag, as it is to be pasted`, async () => {
		const all = [...blocks(file, 'html'), ...blocks(file, 'php').map((php) => [...php.matchAll(/'([^']*)'/g)].map(([, s]) => s).slice(1).join(''))];
		const [line, ...more] = all.filter((b) => TAG_LINE.test(b));
		assert.ok(line && more.length === 0, `${file} has ${1 + more.length} of them`);
		const page = await open(line);
		await shown(page);
		assert.equal(told('visit')[0].site, 'x');
		assert.deepEqual(page.said, []);
		await page.context().close();
	});
}

/** The line that keeps calls made before the tag is here. */
const keeper = () => blocks('TAG.md', 'html').find((b) => b.includes('ringtrace.q'));

const managers = [
	['Cookiebot', () => { window.Cookiebot = { consent: { statistics: true } }; },
		() => window.dispatchEvent(new Event('CookiebotOnConsentReady'))],
	['OneTrust', () => { window.OnetrustActiveGroups = ',C0001,C0002,'; },
		() => window.OptanonWrapper()],
	['IAB TCF 2', () => {},
		() => {
			const consents = { 1: true, 8: true };
			window.tell({ eventStatus: 'cmpuishown', purpose: { consents: {} } }, true);
			window.tell({ eventStatus: 'useractioncomplete', purpose: { consents } }, true);
		}],
];

for (const [name, init, decide] of managers) {
	test(`a yes by ${name} begins a visit, before and after the tag is here`, async () => {
		const [js] = blocks('TAG.md', 'js');
		const prepared = `() => { window.__tcfapi = (what, version, tell) => { window.tell = tell; }; (${init})(); }`;
		for (const early of [true, false]) {
			const tag = `<script async src="/t.js" data-site="x" data-consent="wait"></script>`;
			const page = await open(`<script>(${prepared})();</script><script>${js}</script>${early ? `<script>(${decide})();</script>` : ''}${tag}`);
			if (!early) {
				await until('the page has asked without consent', () => told('visit').length === 1);
				await page.waitForFunction((n) => document.getElementById('n').textContent === n, own.national);
				assert.equal(told('visit')[0].consent, 'no');
				await page.evaluate(decide);
			}
			await shown(page);
			assert.equal(told('visit').at(-1).consent, 'yes');
			assert.deepEqual(page.said, []);
			await page.context().close();
		}
	});
}

/** Shopify as its pages have it: what visitors may be asked for is known once it is loaded. */
const shopify = (allowed) => `<script>window.Shopify = { loadFeatures: (list, then) => {
	if (list[0].name !== 'consent-tracking-api') return then(new Error('unknown'));
	window.Shopify.customerPrivacy = { analyticsProcessingAllowed: () => ${allowed} };
	setTimeout(then);
} };</script>`;

for (const [name, head, then] of [
	['when they are asked', shopify(false), (page) => page.evaluate(() => document.dispatchEvent(new CustomEvent('visitorConsentCollected', { detail: { analyticsAllowed: true } })))],
	['when they are asked, on a page without the rest of it', '', (page) => page.evaluate(() => document.dispatchEvent(new CustomEvent('visitorConsentCollected', { detail: { analyticsAllowed: true } })))],
	['on the next page, too', shopify(true)],
])
	test(`Shopify says who agreed, ${name}`, async () => {
		const block = blocks('install/shopify.md', 'html').find((b) => b.includes('visitorConsentCollected'));
		const page = await open(`${block}${head}<script async src="/t.js" data-site="x" data-consent="wait"></script>`);
		if (then) {
			await until('the page has asked without consent', () => told('visit').length === 1);
			assert.equal(told('visit')[0].consent, 'no');
			await then(page);
		}
		await shown(page);
		assert.equal(told('visit').at(-1).consent, 'yes');
		assert.deepEqual(page.said, []);
		await page.context().close();
	});

test('calls are kept until the tag is here, and both ways of calling are one', async () => {
	const page = await open(`${keeper()}<script>
			ringtrace('numbers', function (s) { window.early = s[0].to.national; });
			ringtrace('event', 'too early to be of a visit');
		</script><script async src="/t.js" data-site="x"></script>`);
	await shown(page);
	await page.waitForFunction((n) => window.early === n, ours.national);
	const { numbers, text, session, called } = await page.evaluate(() => ({
		numbers: window.ringtrace.numbers(), text: window.ringtrace.text('Call (415) 555-0199!'), session: window.ringtrace.session(),
		called: window.ringtrace('text', '415.555.0199'),
	}));
	assert.deepEqual(numbers, [{ from: own, to: ours }]);
	assert.equal(text, `Call ${ours.national}!`);
	assert.equal(called, '415.555.7003');
	assert.deepEqual(session, { visitor: 'vtr_1', visit: 'vis_1', tier: 'lease' });
	await page.evaluate(() => window.ringtrace.event('brochure', 'read'));
	await until('the event is told', () => told('event').some((e) => e.kind === 'custom' && e.name === 'brochure' && e.detail === 'read'));
	await page.evaluate(() => window.ringtrace.restore());
	await shown(page, own);
	await page.evaluate(() => window.ringtrace.swap());
	await shown(page);
	await page.context().close();
});

test('every attribute of the manual is one that the tag asks for, and the other way round', () => {
	const manual = [...readFileSync('docs/TAG.md', 'utf8').matchAll(/^\| `data-(\w+)` \|/gm)].map(([, name]) => name);
	const source = readdirSync('static/dni').map((f) => readFileSync(`static/dni/${f}`, 'utf8')).join('\n');
	const asked = [...source.matchAll(/\battr\('(\w+)'\)/g)].map(([, name]) => name);
	// Those whose part has the attribute's name are asked for by that.
	const parts = /for \(const name of \[([^\]]*)\]\) if \(attr\(name\)\)/.exec(source)[1].match(/\w+/g);
	assert.deepEqual([...new Set(manual)].sort(), [...new Set([...asked, ...parts])].sort());
});

test('the look at a site’s pages finds numbers over the same elements as the tag', () => {
	const names = (file, re) => re.exec(readFileSync(file, 'utf8'))[1].match(/[a-z]+/g).sort();
	assert.deepEqual(names('lib/core/pagecheck.c', /inline_names\[\] =([^;]+);/), names('static/dni/swap.js', /PIECES = '([^']+)'/));
});
