// The daily look at a site's pages, against a real server that redirects,
// loses click ids, keeps swapped pages, hangs up and never ends.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { openForm } from '../support/forms.mjs';
import { startStack, until } from '../support/stack.mjs';

let stack, owner, server, origin, href;
const asked = [];
const tag = () => `<script async src="${stack.url}/t.js" data-site="${stack.sqlOne("SELECT public_key FROM site WHERE name = 'checked'")}"></script>`;
const html = (body) => (res) => res.writeHead(200, { 'content-type': 'text/html' }).end(body);
const away = (to) => (res) => res.writeHead(302, { location: to }).end();
const pages = {
	'/good': () => html(`<head>${tag()}</head><p>Call (415) 555-0199</p>`),
	'/bare': () => html('<p>Nothing here</p>'),
	'/twice': () => html(`${tag()}${tag()}<script src="https://cdn.callrail.com/x/swap.js"></script><p>415-555-0199</p>`),
	'/keeps': (q) => away(`/good${q}`),
	'/places': (q) => away(`/good${q}#contact`),
	'/loses': () => away('/good'),
	'/round': (q) => away(`/round${q}`),
	'/leaves': () => away('http://127.0.0.2:9/'),
	'/script': () => away('javascript:alert(1)'),
	'/error': () => (res) => res.writeHead(503).end('down'),
	'/late': () => html(`${' '.repeat(100000)}${tag()}<p>415-555-0199</p>`), // beyond 64 KiB
	'/endless': () => (res) => {
		res.writeHead(200, { 'content-type': 'text/html' });
		res.on('error', () => {});
		const more = () => res.destroyed || res.write('x'.repeat(65536), () => setImmediate(more));
		more();
	},
	'/broken': () => (res) => res.destroy(),
};

before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker'], args: ['--web-rate', '100000'] });
	owner = await stack.login();
	server = http.createServer((req, res) => {
		const { pathname, search } = new URL(req.url, 'http://x');
		asked.push({ url: req.url, agent: req.headers['user-agent'] });
		(pages[pathname] ?? (() => pages['/error']()))(search)(res);
	});
	await new Promise((done) => server.listen(0, new URL(stack.url).hostname, done));
	origin = `http://${new URL(stack.url).hostname}:${server.address().port}`;
	const res = await (await openForm(owner, '/settings/sites/new')).send({ name: 'checked', origins: origin, targets: '415-555-0199',
		pages: Object.keys(pages).map((p) => `${origin}${p}`).join('\n') });
	assert.equal(res.status, 303, await res.text());
	href = res.headers.get('location').replace('?done=added', '');
});
after(async () => {
	server?.closeAllConnections();
	server?.close();
	await stack?.stop();
});

test('each page is looked at as after a click, and what is wrong is named', async () => {
	assert.equal((await owner.submit(href, `${href}/check`, {})).status, 303);
	await until('all pages were looked at', () => stack.sqlOne('SELECT COUNT(*) FROM site_page WHERE checked_at IS NULL') === '0', 60000);
	const found = Object.fromEntries(stack.sql('SELECT url, found, hops, status, targets, final_url FROM site_page')
		.map(([url, bits, ...rest]) => [url.slice(origin.length), [Number(bits), ...rest]]));
	const bit = { none: 1, status: 2, loops: 4, leaves: 8, loses: 16, tag: 32, twice: 64, other: 128, targets: 256, kept: 512 };
	assert.deepEqual(found['/good'], [0, '0', '200', '1', `${origin}/good`]);
	assert.deepEqual(found['/keeps'], [0, '1', '200', '1', `${origin}/good`]);
	assert.deepEqual(found['/places'], [0, '1', '200', '1', `${origin}/good`]);
	assert.deepEqual(found['/loses'], [bit.loses, '1', '200', '1', `${origin}/good`]);
	assert.deepEqual(found['/late'].slice(0, 1), [0], 'a page of 100 kB is read to its end');
	assert.equal(found['/bare'][0], bit.tag | bit.targets);
	assert.equal(found['/twice'][0], bit.twice | bit.other);
	assert.equal(found['/round'][0], bit.loops);
	assert.equal(found['/round'][1], '3');
	assert.equal(found['/error'][0], bit.status);
	assert.equal(found['/leaves'][0] & bit.none, bit.none);
	assert.equal(found['/script'][0] & bit.none, bit.none);
	assert.equal(found['/broken'][0], bit.none);
	assert.equal(found['/endless'][0], bit.tag | bit.targets, 'cut at 1 MB');
	assert.equal(Number(stack.sqlOne("SELECT bytes FROM site_page WHERE url LIKE '%/endless'")), 1 << 20);
	assert.ok(asked.every((a) => /ringtrace site check/.test(a.agent)));
	assert.equal(asked.filter((a) => a.url.startsWith('/round')).length, 4, 'three redirects are followed');
	assert.ok(asked.some((a) => a.url === '/good?gclid=ringtrace-check'));
});

test('the site\'s page says it in words, inert', async () => {
	const text = await (await owner.fetch(href.replace('/settings', ''))).text();
	for (const words of ['A redirect drops the click id', 'The tag is not in the page', 'More than three redirects', 'Another vendor’s tag is there', 'The tag is there more than once'])
		assert.ok(text.replaceAll('&#39;', '’').includes(words), `${words}\n${text}`);
	assert.ok(!text.includes('javascript:alert(1)"'));
	assert.doesNotMatch(stack.log('jobd'), /error/);
});
