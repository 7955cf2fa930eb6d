// The daily look at a site's pages, against a real server that redirects,
// loses click ids, keeps swapped pages, hangs up and never ends.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import http from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openForm } from '../support/forms.mjs';
import { build, startStack, until } from '../support/stack.mjs';
import { gallery, html as written, pairsOf, placesOf } from '../browser/gallery.mjs';

let stack, owner, origin, oddOrigin, href;
const servers = [];
const asked = [];
const bit = { none: 1, status: 2, loops: 4, leaves: 8, loses: 16, tag: 32, twice: 64, other: 128, targets: 256, kept: 512, robots: 1024, manager: 2048, cut: 4096, drawn: 8192 };
const robots = { status: 200, text: 'User-agent: *\nDisallow: /\n\nUser-agent: Ringtrace-Check\nDisallow: /secret/\n' };
const tag = (name = 'checked') => `<script async src="${stack.url}/t.js" data-site="${stack.sqlOne(`SELECT public_key FROM site WHERE name = '${name}'`)}"></script>`;
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
	'/refreshes': (q) => html(`<meta http-equiv="refresh" content="0; url='/good${q}&amp;x=1'">${tag()}`),
	'/forgets': () => html('<META content=0;URL=good http-equiv=Refresh>'),
	'/packed': () => (res) => res.writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'gzip' }).end(gzipSync(`${tag()}<p>415-555-0199</p>`)),
	'/bomb': () => (res) => res.writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(30 << 20, 'x'))),
	'/leaves': () => away('http://127.0.0.2:9/'),
	'/script': () => away('javascript:alert(1)'),
	'/error': () => (res) => res.writeHead(503).end('down'),
	'/endless': () => (res) => {
		res.writeHead(200, { 'content-type': 'text/html' });
		res.on('error', () => {});
		const more = () => res.destroyed || res.write('x'.repeat(65536), () => setImmediate(more));
		more();
	},
	'/broken': () => (res) => res.destroy(),
	'/managed': () => html("<script>(function(w,l){w[l].push({'gtm.start':new Date().getTime(),event:'gtm.js'})})(window,'dataLayer')</script><p>415-555-0199</p>"),
	'/app': () => html(`<head>${tag()}<title>Shop</title></head><div id="root"></div><noscript>You need to enable JavaScript.</noscript><script src="/app.js"></script>`),
	'/secret/page': () => html('nobody may know'),
	'/leads-there': (q) => away(`/secret/page${q}`),
	'/robots.txt': () => (res) => res.writeHead(robots.status).end(robots.text),
};
// As programs and old editors write pages.
const odd = {
	'/there': () => html(`<head>${tag('odd')}</head><p>Call (415) 555-0199</p>`),
	'/moves': () => html(`<script>location.replace('/there' + location.search)</script>`),
	'/moves-bare': () => html("<head><script>window.location.href = '/there';</script></head>"),
	'/moves-perhaps': () => html(`${tag('odd')}<p>415-555-0199</p><script>if (window.x) { location = '/error'; }</script>`),
	'/wide': () => (res) => res.writeHead(200, { 'content-type': 'text/html; charset=utf-16le' }).end(Buffer.from(`\ufeff${tag('odd')}<p>415\u2011555\u20110199</p>`, 'utf16le')),
	'/app/based': () => html("<base target=_top href='/there/'><meta http-equiv=refresh content='0;url=../there'>"),
	'/app/elsewhere': () => html("<base href='data:text/html,x'><script>location = '../there' + location.search</script>"),
	'/tall': () => html(`<head>${tag('odd')}</head>${'<div>'.repeat(300000)}415-555-0199`),
	'/taller': () => html(`<head>${tag('odd')}</head><p>415-555-0199</p>${'<p>x</p>'.repeat(700000)}`),
	'/torn': () => (res) => res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(Buffer.concat([Buffer.from(`${tag('odd')}\xff`), Buffer.from([0xff, 0xc3, 0, 0xe2, 0x80]), Buffer.from('<p>415-555-0199</p>')])),
	'/frames': () => html("<frameset cols='*'><frame src='/there'></frameset>"),
	'/waits': () => html(`${tag('odd')}<p>415-555-0199</p><script>setTimeout(function () { location = '/error'; }, 9)</script>`),
	'/late': () => html(`${' '.repeat(100000)}${tag('odd')}<p>415-555-0199</p>`), // beyond 64 KiB
	// A byte a while, and never the end: for as long as one page may take.
	'/drips': () => (res) => {
		res.writeHead(200, { 'content-type': 'text/html' });
		res.on('error', () => {});
		const more = () => res.destroyed || res.write('x', () => setTimeout(more, 100));
		more();
	},
	'/written': () => html(`${tag('odd')}<p>(415)&nbsp;<b>555</b>&#8209;0199</p>`),
	// Of other encodings: no-break blank and dash of one byte; letters whose second byte is one of ASCII; full-width digits.
	'/cyrillic': () => (res) => res.writeHead(200, { 'content-type': 'text/html; charset="Windows-1251"' }).end(Buffer.from(`${tag('odd')}<p>\xd2\xe5\xeb. 415\xa0555\x960199</p>`, 'latin1')),
	'/kanji': () => html(Buffer.from(`<meta http-equiv=Content-Type content='text/html; charset=Shift_JIS'>${tag('odd')}<p>\x93d\x98b4155550199</p>`, 'latin1')),
	'/kanji-wide': () => html(Buffer.from(`<META CHARSET=x-sjis>${tag('odd')}<p>\x82\x53\x82\x50\x82\x54\x81\x5d\x82\x54\x82\x54\x82\x54\x81\x5d\x82\x4f\x82\x50\x82\x58\x82\x58</p>`, 'latin1')),
	'/unsaid': () => html(Buffer.from(`${tag('odd')}<p>caf\xe9 415\xa0555\xa00199</p>`, 'latin1')),
	'/file': () => (res) => res.writeHead(200, { 'content-type': 'application/pdf' }).end(`%PDF ${tag('odd')}<p>415-555-0199</p>`),
};

/** A web server of these pages; its origin. */
async function serve(those) {
	const { hostname } = new URL(stack.url);
	const server = http.createServer((req, res) => {
		const { pathname, search } = new URL(req.url, 'http://x');
		asked.push({ url: req.url, agent: req.headers['user-agent'] });
		(those[pathname] ?? (() => pages['/error']()))(search)(res);
	});
	servers.push(server);
	await new Promise((done) => server.listen(0, hostname, done));
	return `http://${hostname}:${server.address().port}`;
}

before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker'], args: ['--web-rate', '100000'] });
	owner = await stack.login();
	origin = await serve(pages);
	oddOrigin = await serve({ ...odd, '/robots.txt': pages['/robots.txt'] });
	const res = await (await openForm(owner, '/settings/sites/new')).send({ name: 'checked', origins: origin, targets: '415-555-0199',
		pages: Object.keys(pages).filter((p) => p !== '/robots.txt').map((p) => `${origin}${p}`).join('\n') });
	assert.equal(res.status, 303, await res.text());
	href = res.headers.get('location').replace('?done=added', '');
	for (const [table, more, values] of [['site_health', 'said_at', 'NOW()'], ['site_number_seen', 'e164', "'+1'"]])
		for (const days of [88, 92])
			stack.sql(`INSERT INTO ${table} (company_id, site_id, day_at, ${more}) SELECT company_id, id, UTC_DATE() - INTERVAL ${days} DAY, ${values} FROM site WHERE name = 'checked'`);
});
after(async () => {
	for (const server of servers) {
		server.closeAllConnections();
		server.close();
	}
	await stack?.stop();
});

test('each page is looked at as after a click, and what is wrong is named', async () => {
	assert.equal((await owner.submit(href, `${href}/check`, {})).status, 303);
	await until('all pages were looked at', () => stack.sqlOne('SELECT COUNT(*) FROM site_page WHERE checked_at IS NULL') === '0', 60000);
	const found = Object.fromEntries(stack.sql('SELECT url, found, hops, status, targets, final_url FROM site_page')
		.map(([url, bits, ...rest]) => [url.slice(origin.length), [Number(bits), ...rest]]));
	assert.deepEqual(found['/good'], [0, '0', '200', '1', `${origin}/good`]);
	assert.deepEqual(found['/keeps'], [0, '1', '200', '1', `${origin}/good`]);
	assert.deepEqual(found['/places'], [0, '1', '200', '1', `${origin}/good`]);
	assert.deepEqual(found['/loses'], [bit.loses, '1', '200', '1', `${origin}/good`]);
	assert.deepEqual(found['/refreshes'], [0, '1', '200', '1', `${origin}/good?x=1`], 'a page that sends on is a redirect');
	assert.deepEqual(found['/forgets'], [bit.loses, '1', '200', '1', `${origin}/good`]);
	assert.deepEqual(found['/packed'], [0, '0', '200', '1', `${origin}/packed`], 'compressed though nobody may read it so');
	assert.equal(found['/bomb'][0], bit.cut, 'cut at 1 MB: what comes later is not known');
	assert.equal(found['/bare'][0], bit.tag | bit.targets);
	assert.equal(found['/twice'][0], bit.twice | bit.other);
	assert.equal(found['/round'][0], bit.loops);
	assert.equal(found['/round'][1], '3');
	assert.equal(found['/error'][0], bit.status);
	assert.equal(found['/leaves'][0] & bit.none, bit.none);
	assert.equal(found['/script'][0] & bit.none, bit.none);
	assert.equal(found['/broken'][0], bit.none);
	assert.equal(found['/endless'][0], bit.cut, 'cut at 1 MB');
	assert.equal(Number(stack.sqlOne("SELECT bytes FROM site_page WHERE url LIKE '%/endless'")), 1 << 20);
	assert.equal(found['/managed'][0], bit.tag, 'a tag manager, and nobody ever saw the tag');
	assert.equal(found['/app'][0], bit.targets, 'drawn by its scripts, and nobody ever saw the tag');
	assert.equal(found['/secret/page'][0], bit.robots);
	assert.equal(found['/leads-there'][0], bit.robots);
	assert.ok(!asked.some((a) => a.url.startsWith('/secret')), 'robots.txt keeps us out');
	assert.ok(asked.filter((a) => a.url === '/robots.txt').length <= 3, 'read once for all pages, and again after two that lead elsewhere');
	assert.ok(asked.every((a) => /compatible; ringtrace-check\/1/.test(a.agent)));
	assert.equal(asked.filter((a) => a.url.startsWith('/round')).length, 4, 'three redirects are followed');
	assert.ok(asked.some((a) => a.url === '/good?gclid=ringtrace-check'));
});

test('pages that programs send on, of two bytes a letter, in pieces', async () => {
	const res = await (await openForm(owner, '/settings/sites/new')).send({ name: 'odd', origins: oddOrigin, targets: '415-555-0199',
		pages: Object.keys(odd).map((p) => `${oddOrigin}${p}`).join('\n') });
	assert.equal(res.status, 303, await res.text());
	const at = res.headers.get('location').replace('?done=added', '');
	assert.equal((await owner.submit(at, `${at}/check`, {})).status, 303);
	const mine = "site_id = (SELECT id FROM site WHERE name = 'odd')";
	await until('all were looked at', () => stack.sqlOne(`SELECT COUNT(*) FROM site_page WHERE checked_at IS NULL AND ${mine}`) === '0', 60000);
	const found = Object.fromEntries(stack.sql(`SELECT url, found, hops, status, targets, final_url FROM site_page WHERE ${mine}`)
		.map(([url, bits, ...rest]) => [url.slice(oddOrigin.length), [Number(bits), ...rest]]));
	assert.deepEqual(found['/moves'], [0, '1', '200', '1', `${oddOrigin}/there`], 'so is one whose program does');
	assert.deepEqual(found['/moves-bare'], [bit.loses, '1', '200', '1', `${oddOrigin}/there`]);
	assert.deepEqual(found['/moves-perhaps'], [0, '0', '200', '1', `${oddOrigin}/moves-perhaps`]);
	assert.deepEqual(found['/app/based'], [bit.loses, '1', '200', '1', `${oddOrigin}/there`], 'relative to its base');
	assert.deepEqual(found['/app/elsewhere'], [0, '1', '200', '1', `${oddOrigin}/there`], 'a base that is none of the web is none');
	assert.deepEqual(found['/tall'].slice(0, 4), [bit.cut, '0', '200', '0'], 'a number behind the first megabyte');
	assert.deepEqual(found['/taller'].slice(0, 4), [0, '0', '200', '1'], 'all that is looked for comes before');
	assert.deepEqual(found['/torn'].slice(0, 4), [0, '0', '200', '1'], 'no UTF-8');
	assert.deepEqual(found['/frames'].slice(0, 2), [bit.tag | bit.targets, '0']);
	assert.deepEqual(found['/waits'].slice(0, 4), [0, '0', '200', '1'], 'who waits lets the tag work');
	assert.deepEqual(found['/late'].slice(0, 1), [0], 'a page of 100 kB is read to its end');
	assert.equal(found['/drips'][0], bit.none, 'a site that drips has its time, and the others theirs');
	assert.deepEqual(found['/wide'], [0, '0', '200', '1', `${oddOrigin}/wide`], 'two bytes a letter');
	for (const path of ['/cyrillic', '/kanji', '/kanji-wide', '/unsaid']) assert.deepEqual(found[path].slice(0, 4), [0, '0', '200', '1'], path);
	assert.deepEqual(found['/file'].slice(0, 4), [bit.tag | bit.targets, '0', '200', '0'], 'browsers run no tag in it');
	assert.deepEqual(found['/written'], [0, '0', '200', '1', `${oddOrigin}/written`], 'in pieces, with signs by their names');
});

test('the site\'s page says it in words, inert', async () => {
	const text = await (await owner.fetch(href.replace('/settings', ''))).text();
	for (const words of ['A redirect drops the click id', 'The tag is not in the page', 'More than three redirects', 'Another vendor’s tag is there', 'The tag is there more than once', 'Longer than 1 MB: not read to its end'])
		assert.ok(text.replaceAll('&#39;', '’').includes(words), `${words}\n${text}`);
	assert.ok(!text.includes('javascript:alert(1)"'));
	assert.ok(text.includes('robots.txt keeps ringtrace-check out'));
	assert.doesNotMatch(stack.log('jobd'), /error/);
});

test('of the site’s numbers, those that stand on no page are named', async () => {
	const numbers = ['415-555-0199', ...Array.from({ length: 29 }, (_, i) => `415-555-${2001 + i}`)];
	const here = await serve(pages);
	const added = await (await openForm(owner, '/settings/sites/new')).send({ name: 'few', origins: here, targets: numbers[0], pages: `${here}/good\n${here}/packed` });
	assert.equal(added.status, 303, await added.text());
	const at = added.headers.get('location').replace('?done=added', '');
	const mine = "site_id = (SELECT id FROM site WHERE name = 'few')";
	const page = async () => (await (await owner.fetch(at.replace('/settings', ''))).text()).replace(/<[^>]*>/g, '');
	const change = async (targets) => assert.equal((await (await openForm(owner, at)).send({ targets: targets.join('\n') })).status, 303);
	const due = (n) => stack.sqlOne(`SELECT COUNT(*) FROM site_page WHERE (checked_at IS NULL OR asked_at > checked_at) AND ${mine}`) === `${n}`;
	const look = () => until('its pages were looked at', () => due(0), 60000);
	assert.equal((await owner.submit(at, `${at}/check`, {})).status, 303);
	await look();
	assert.doesNotMatch(await page(), /On none of them/);

	// Nobody asks for a look, and the numbers are looked for all the same.
	const before = stack.sqlOne(`SELECT MAX(checked_at) FROM site_page WHERE ${mine}`);
	await change(numbers);
	await look();
	assert.ok(stack.sqlOne(`SELECT MIN(checked_at) FROM site_page WHERE ${mine}`) > before);
	const text = await page();
	assert.match(text, /1 of the site’s 30 numbers stands on these pages\. On none of them: \+1 415-555-2001, .*\+1 415-555-2010 and 19 more\. Scripts may draw them/);
	assert.doesNotMatch(text.match(/On none of them: .*/)[0], /\+1 415-555-0199/);
	assert.equal(stack.sqlOne(`SELECT stands FROM site_page WHERE url LIKE '%/good' AND ${mine}`), '+14155550199');

	// What else is saved asks for nothing.
	assert.equal((await (await openForm(owner, at)).send({ name: 'few' })).status, 303);
	assert.ok(due(0));

	// What nobody knows is not said: of each of these a page may have them.
	for (const [why, set, back] of [
		['looked at before it was kept which', "stands = ''", "stands = '+14155550199'"],
		['not looked at yet', 'checked_at = NULL', 'checked_at = utc_timestamp(6)'],
		['asked for since', 'asked_at = checked_at + INTERVAL 1 SECOND', 'asked_at = NULL'],
		['no answer', 'status = 0', 'status = 200'],
		['down', 'status = 500', 'status = 200'],
		['not read to its end', `found = ${bit.cut}`, 'found = 0'],
	]) {
		stack.sql(`UPDATE site_page SET ${set} WHERE url LIKE '%/good' AND ${mine}`);
		assert.doesNotMatch(await page(), /On none of them/, why);
		stack.sql(`UPDATE site_page SET ${back} WHERE url LIKE '%/good' AND ${mine}`);
		assert.match(await page(), /On none of them/, why);
	}
});

const again = async () => {
	stack.sql('UPDATE site_page SET asked_at = NULL, checked_at = NULL');
	asked.length = 0;
	assert.equal((await owner.submit(href, `${href}/check`, {})).status, 303);
	await until('all pages were looked at', () => stack.sqlOne('SELECT COUNT(*) FROM site_page WHERE checked_at IS NULL') === '0', 60000);
	return Object.fromEntries(stack.sql('SELECT url, found, problem FROM site_page').map(([url, bits, problem]) => [url.slice(origin.length), [Number(bits), problem]]));
};

test('a page whose tag Google Tag Manager loads is no fault when the tag was at work', async () => {
	stack.sql("UPDATE site SET seen_at = utc_timestamp(6) WHERE name = 'checked'; DELETE FROM site_page WHERE url NOT LIKE '%/managed' AND url NOT LIKE '%/bare' AND url NOT LIKE '%/app'");
	const found = await again();
	assert.equal(found['/managed'][0], bit.manager);
	assert.equal(found['/bare'][0], bit.tag | bit.targets, 'no manager there');
	assert.equal(found['/app'][0], bit.drawn, 'its scripts draw it');
	const text = await (await owner.fetch(href.replace('/settings', ''))).text();
	assert.ok(text.includes('Loaded by Google Tag Manager'));
	assert.ok(text.includes('Drawn by its scripts'));
	const key = stack.sqlOne("SELECT public_key FROM site WHERE name = 'checked'");
	// Not spawnSync(): the server that is looked at is this very process.
	const seen = await new Promise((done) => execFile(join(build, 'ringtrace'), ['site', 'check', '-c', stack.conf, '--key', key, '--url', `${origin}/managed`],
		(error, stdout, stderr) => done({ stdout, stderr: `${error ?? ''}${stderr}` })));
	assert.match(seen.stdout, /tag: loaded by Google Tag Manager/, seen.stderr);
});

test('no robots.txt allows all, one that fails nothing', async () => {
	robots.status = 404;
	assert.equal((await again())['/managed'][0], bit.manager);
	robots.status = 503;
	const found = await again();
	assert.deepEqual(found['/managed'], [bit.robots, 'robots.txt answers 503, so nothing is read']);
	assert.ok(!asked.some((a) => a.url.startsWith('/managed')));
});

// The pages on which a browser proves what the tag swaps. Those of a common tag are
// looked at as one, which saves seconds, and each for itself when that is wrong.
test('on each page of the gallery as many places are found as the tag swaps', async () => {
	const key = stack.sqlOne("SELECT public_key FROM site WHERE name = 'odd'"), texts = {};
	const at = await serve(new Proxy({}, { get: (_, path) => (path in texts ? () => html(texts[path]) : () => (res) => res.writeHead(404).end()) }));
	const look = async (rows) => {
		const path = `/${Object.keys(texts).length}`;
		texts[path] = written({ ...rows[0], head: rows.map((row) => row.head ?? '').join(''), body: rows.map((row) => row.body).join('<hr>') }, 'orig', key);
		const { stdout } = await promisify(execFile)(join(build, 'ringtrace'), ['site', 'check', '-c', stack.conf, '--key', key, '--url', at + path]);
		return Number(stdout.match(/swapped: (\d+)/)[1]);
	};
	const places = (rows) => rows.reduce((sum, row) => sum + placesOf(row), 0), wrong = [];
	for (const site of new Set(gallery.map((row) => row.site))) {
		const rows = gallery.filter((row) => row.site === site), alone = rows.filter((row) => row.file || row.tag !== undefined);
		const sheets = [...alone.map((row) => [row]), rows.filter((row) => !alone.includes(row))].filter((l) => l.length);
		stack.sql(`DELETE FROM site_target WHERE site_id = (SELECT id FROM site WHERE name = 'odd'); INSERT INTO site_target (company_id, site_id, e164)
			${pairsOf(rows[0]).map(([[e164]]) => `SELECT company_id, id, '${e164}' FROM site WHERE name = 'odd'`).join(' UNION ')}`);
		await Promise.all(sheets.map(async (sheet) => {
			const n = await look(sheet);
			if (n === places(sheet)) return;
			wrong.push(`${sheet.length} pages of ${site}: ${n}, not ${places(sheet)}`);
			for (const row of sheet) {
				const one = await look([row]);
				if (one !== placesOf(row)) wrong.push(`${row.name}: ${one}, not ${placesOf(row)}`);
			}
		}));
	}
	assert.deepEqual(wrong, []);
});

test('what the tag said is forgotten after ninety days', async () => {
	const days = (table) => stack.sqlOne(`SELECT GROUP_CONCAT(DATEDIFF(UTC_DATE(), day_at)) FROM ${table}`);
	await until('it is forgotten', () => days('site_health') === '88' && days('site_number_seen') === '88', 90000);
});
