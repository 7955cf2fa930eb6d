// tag.mjs - `make bench-tag`: what the tag costs a page, in Chromium. Lines of
// docs/TESTING.md form on standard output, words on standard error. `--check`: ends
// with status 1 where a must is missed.
//
// Times are those of the tag's own scripts on the main thread, from Chromium's
// trace, in the thread's own time, over pages of their own in turn. What the browser alone takes for what any
// tag must do (read a cookie, ask a server, keep the answer, write one text) is
// measured in the same run with the shortest script that does it, so that slow
// or busy machines can be told from slow tags: "own" is the difference.
import http from 'node:http';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { newVisitor, openBrowser } from '../tests/support/browser.mjs';
import { dir, startStack } from '../tests/support/stack.mjs';
import { LENGTHS, openSeen, swapOfProduct, VISITS } from './tag_seen.mjs';

const REPEAT = 5, SLOW = 4, NODES = 5000, BATCHES = 50;
// All that comes by itself but the module for visits, which a touch asks for.
const TOUCHED_MS = 3500, AFTER_MS = 1500, CACHE_MS = 1000;
const wait = (ms) => new Promise((r) => setTimeout(r, ms));
const addr = `127.1.${100 + process.pid % 50}.${1 + (process.pid >> 8) % 250}`;
const product = addr.replace('127.1.', '127.2.');
const own = { e164: '+14155550199', national: '(415) 555-0199', international: '+1 415-555-0199' };
const ours = { e164: '+14155557003', national: '(415) 555-7003', international: '+1 415-555-7003' };
/** The shortest tag that can be: no rules, no page, one fixed element. */
const least = `(function(){var c=document.cookie,x=new XMLHttpRequest();x.open('POST','/dni/v1/visit');x.setRequestHeader('Content-Type','text/plain');
x.onloadend=function(){var a=JSON.parse(x.responseText);document.getElementById('top').firstChild.data=a.swap[0].to.national;
document.cookie='rt_id='+a.visitor+';path=/;max-age=9999';sessionStorage.setItem('rt_p',x.responseText)};x.send('{"site":"x"}')})()`;
const say = (text) => process.stderr.write(`# ${text}\n`);

/** `--check`: a must that is missed ends the bench with status 1. */
function line(name, value, unit, limit, note) {
	if (process.argv.includes('--check') && /must /.test(note) && Number(value) > limit) process.exitCode = 1;
	console.log(`bench tag-${name} value=${value} unit=${unit} limit=${limit} ratio=${limit ? (limit / Math.max(value, 1e-9)).toFixed(2) : 0} note="${note}"`);
}

/** A page of that many elements, as pages are: text, links, a few numbers. */
function html(nodes, script) {
	let body = '';
	for (let i = 0; i < nodes / 5; i++)
		body += `<div class="card"><h3>Service ${i}</h3><p>We fix it within ${i % 60} minutes, day or night, from $${i}.00.</p>` +
			`<a href="/service/${i}" title="Service ${i}">More</a>${i % 250 === 0 ? `<span>Call ${own.national}</span>` : '<span>Open 24 hours</span>'}</div>`;
	return `<!doctype html><html><head><meta charset="utf-8"><title>Bench</title><script async src="/${script}" data-site="x" data-number="${own.e164}"></script></head><body><p id="top">${own.national}</p>${body}</body></html>`;
}

const server = http.createServer((req, res) => {
	const path = new URL(req.url, 'http://x').pathname;
	const send = (type, text) => res.writeHead(200, { 'content-type': type }).end(text);
	req.resume();
	if (path.startsWith('/page/')) {
		const [nodes, ...script] = path.slice(6).split('/');
		return send('text/html', html(Number(nodes), script.join('/') || 't.js'));
	}
	if (path === '/least/t.js') return send('text/javascript', least);
	if (path === '/blank/t.js') return send('text/javascript', 'document.title = "blank"');
	if (/^\/t(-\w+)?\.js$/.test(path)) {
		res.setHeader('cache-control', 'max-age=3600');
		return send('text/javascript', readFileSync(`static/dist${path}`));
	}
	if (path === '/dni/v1/visit') return send('application/json', JSON.stringify({ tier: 'lease', why: '', visitor: 'vtr_1', visit: 'vis_1', swap: [{ from: own, to: ours }], beat_s: 60 }));
	res.writeHead(204).end();
});
await new Promise((r) => server.listen(8090, addr, r));
const browser = await openBrowser();

const median = (a) => [...a].sort((x, y) => x - y)[a.length >> 1];
const spread = (a) => `runs ${Math.min(...a).toFixed(2)} to ${Math.max(...a).toFixed(2)}`;

/** The events of a trace that are the tag's own work on the page's thread:
 *  compiling, evaluating, calling its functions, and what they left for right
 *  after (promises, modules). alone: the page has no other programs. */
function work(trace, alone) {
	const ours = (e) => ['EvaluateScript', 'FunctionCall', 'v8.compile', 'v8.compileModule', 'v8.evaluateModule'].includes(e.name) &&
		/\/t(-\w+)?\.js/.test(JSON.stringify(e.args ?? ''));
	const all = trace.traceEvents.filter((e) => e.ph === 'X').sort((a, b) => a.ts - b.ts), first = all.find(ours);
	return all.filter((e) => ours(e) || (alone && first && e.name === 'RunMicrotasks' && e.tid === first.tid && e.pid === first.pid && e.ts >= first.ts));
}

/** Milliseconds of such events in the thread's own time, as others may be
 *  running too; nested ones are counted once. */
function held(events) {
	const at = (e) => e.tts ?? e.ts, took = (e) => e.tdur ?? e.dur;
	let sum = 0, end = 0;
	for (const e of events) {
		sum += Math.max(0, at(e) + took(e) - Math.max(end, at(e)));
		end = Math.max(end, at(e) + took(e));
	}
	return sum / 1000;
}

async function traced(page, act) {
	await browser.startTracing(page, { categories: ['devtools.timeline', 'v8', 'v8.execute'] });
	await act();
	return JSON.parse((await browser.stopTracing()).toString());
}

const swapped = (page) => page.waitForFunction((n) => document.title === 'blank' || document.getElementById('top')?.textContent === n, ours.national);

async function slowed(slow) {
	const page = await newVisitor(browser);
	const cdp = await page.context().newCDPSession(page);
	await cdp.send('Emulation.setCPUThrottlingRate', { rate: slow });
	await page.addInitScript(() => {
		window.shift = 0;
		new PerformanceObserver((l) => l.getEntries().forEach((e) => (window.shift += e.value))).observe({ type: 'layout-shift', buffered: true });
	});
	return page;
}

/** One page: what the tag does until its number stands there (all before the
 *  end of the task that the answer began), and in the seconds after: when
 *  nobody touches the page, and when somebody does. Nothing is asked of the page
 *  while it is measured, as that would be counted with it. */
async function start(nodes, script, { slow = SLOW, cached = false } = {}) {
	const page = await slowed(slow), url = `http://${addr}:8090/page/${nodes}/${script}`;
	const visit = () => page.goto(url);
	// The browser keeps the compiled script of a page's third visit in some days.
	for (let i = 0; cached && i < 3; i++) {
		await visit();
		await wait(CACHE_MS);
		await page.context().clearCookies();
		await page.evaluate(() => sessionStorage.clear());
	}
	const trace = await traced(page, async () => {
		await visit();
		await wait(TOUCHED_MS);
		await page.mouse.move(9, 9);
		await wait(AFTER_MS);
	});
	await swapped(page);
	const shift = await page.evaluate(() => window.shift), events = work(trace, true);
	const t = (e) => (e.ts - events[0].ts) / 1000;
	const later = events.filter((e) => t(e) > TOUCHED_MS - 500), before = events.filter((e) => !later.includes(e));
	return { page, ms: held(before), later: held(later), shift };
}

/** What each of the batches took: what a page marks in its trace stands between them. */
function batches({ traceEvents }) {
	const marks = traceEvents.filter((e) => e.name === 'TimeStamp' && e.args.data?.message === 'batch').map((e) => e.ts).sort((a, b) => a - b);
	if (marks.length !== BATCHES) throw new Error(`${marks.length} of ${BATCHES} changes are in the trace`);
	return marks.map((at, i) => held(work({ traceEvents: traceEvents.filter((e) => e.ts >= at && e.ts < (marks[i + 1] ?? Infinity)) }, false)));
}

/** And then batches of changes. */
async function measure(nodes) {
	const { page, ms, later, shift } = await start(nodes, 't.js');
	const trace = await traced(page, () => page.evaluate(async ([n, own]) => {
		for (let i = 0; i < n; i++) {
			const box = document.createElement('div');
			console.timeStamp('batch');
			box.innerHTML = '<p>Some text of a page</p><a href="/x">link</a>'.repeat(20) + `<b>${own}</b>`;
			document.body.append(box);
			await new Promise((r) => requestAnimationFrame(r));
		}
	}, [BATCHES, own.national]));
	await page.context().close();
	const each = batches(trace);
	return { start: ms, later, batch: each.reduce((a, b) => a + b) / BATCHES, worst: Math.max(...each), shift };
}

async function bare(script, options) {
	const { page, ms } = await start(NODES, script, options);
	await page.context().close();
	return ms;
}

/** From the script's last byte to the number on the page, unslowed. */
async function warm() {
	const page = await newVisitor(browser);
	await page.addInitScript((n) => {
		new MutationObserver(() => {
			if (!window.at && document.getElementById('top')?.textContent === n) window.at = performance.now();
		}).observe(document, { childList: true, subtree: true, characterData: true });
	}, ours.national);
	await page.goto(`http://${addr}:8090/page/500`);
	await swapped(page);
	const ms = await page.evaluate(() => window.at - performance.getEntriesByType('resource').find((e) => /\/t\.js/.test(e.name)).responseEnd);
	await page.context().close();
	return ms;
}

/** What moves on pages whose number gets another one, by its length and the visit; the
 *  files that the first paint waits for; and with the product, not its stand-in. */
async function visible() {
	const seen = await openSeen(browser, addr), stack = await startStack({ dir, addr: product, without: ['dashboard', 'jobd', 'sipworker', 'admin', 'api'] });
	try {
		const { files, blocking, early, held } = await seen.blocking();
		line('blocking', blocking, 'files', 0, `of ${files} of the tag that the first paint waits for, must 0; painted after ${early.toFixed(0)} ms, with t.js held back until then after ${held.toFixed(0)}`);
		for (const length of Object.keys(LENGTHS)) {
			const moved = [];
			for (const visit of VISITS) moved.push(await seen.shift(length, visit));
			line(`shift-${length}`, moved[0].toFixed(4), 'score', 0, `a number of ${length === 'same' ? 'as many digits, must 0' : `more or fewer digits: ${length}`}, layout shift of the first page; a next page ${moved[1].toFixed(4)}, with the stub ${moved[2].toFixed(4)}`);
		}
		const took = [];
		await swapOfProduct(browser, stack);
		for (let i = 0; i < REPEAT; i++) took.push(await swapOfProduct(browser, stack));
		line('swap', median(took.map((t) => t.all)).toFixed(1), 'ms', 50, `script to swapped number, through nginx, the lease server and the database, of which the request took ${median(took.map((t) => t.request)).toFixed(1)}, must 50; ${spread(took.map((t) => t.all))}`);
	} finally {
		seen.close();
		await stack.stop();
	}
}

try {
	const bytes = gzipSync(readFileSync('static/dist/t.js'), { level: 9 }).length;
	const stub = readFileSync('static/dist/t-stub.js', 'utf8').trim().length;
	await measure(NODES); // warm up
	const runs = [], large = [], times = [], least = [], blank = [], quick = [], quickLeast = [], cached = [], cachedLeast = [];
	for (let i = 0; i < REPEAT; i++) {
		runs.push(await measure(NODES));
		least.push(await bare('least/t.js'));
		blank.push(await bare('blank/t.js'));
		quick.push(await bare('t.js', { slow: 1 }));
		quickLeast.push(await bare('least/t.js', { slow: 1 }));
	}
	for (let i = 0; i < 3; i++) {
		cached.push(await bare('t.js', { cached: true }));
		cachedLeast.push(await bare('least/t.js', { cached: true }));
		large.push(await measure(NODES * 10));
	}
	for (let i = 0; i < REPEAT; i++) times.push(await warm());
	const of = (list, key) => list.map((r) => r[key]);
	const all = ['t', 't-visit'].reduce((n, f) => n + gzipSync(readFileSync(`static/dist/${f}.js`), { level: 9 }).length, 0);
	const total = median(of(runs, 'start')), floor = median(least);
	say(`start ${of(runs, 'start').map((v) => v.toFixed(2)).join(' ')} ms, ten times the nodes ${of(large, 'start').map((v) => v.toFixed(2)).join(' ')} ms`);
	line('bytes', bytes, 'B', 6000, 'gzip -9 of t.js, all that an ordinary page loads until somebody uses it; must 6 kB aim 4 kB');
	line('stub', stub, 'B', 300, 'inline stub, minified');
	line('bytes-visit', all, 'B', 0, 'gzip -9 of t.js and t-visit.js, which comes when somebody uses the page or after five seconds');
	line('main-thread', total.toFixed(2), 'ms', 5, `all of the tag until its number stands there and after, ${NODES} elements, ${SLOW}x slower CPU, must 5 aim 2; ${spread(of(runs, 'start'))}`);
	line('least', floor.toFixed(2), 'ms', 0, `the shortest script that reads a cookie, asks, stores, writes one text; an empty one ${median(blank).toFixed(2)}; ${spread(least)}`);
	line('own', Math.max(total - floor, 0).toFixed(2), 'ms', 5, 'main-thread less least: what this tag adds to what any tag costs here');
	line('used', median(of(runs, 'later')).toFixed(2), 'ms', 0, `more when somebody uses the page: the module for visits, and how it went; ${spread(of(runs, 'later'))}`);
	line('cached', median(cached).toFixed(2), 'ms', median(cachedLeast).toFixed(2), `main-thread where the browser has the compiled script, against least; ${spread(cached)}`);
	// Where others keep the machine busy the slowing itself is what is measured.
	line('unslowed', median(quick).toFixed(2), 'ms', median(quickLeast).toFixed(2), `main-thread on this CPU as it is, against least; ${spread(quick)}`);
	line('batch', median(of(runs, 'batch')).toFixed(3), 'ms', 1, `mean of ${BATCHES} changes of 41 elements, ${SLOW}x slower CPU, must 1; ${spread(of(runs, 'batch'))}`);
	line('batch-worst', median(of(runs, 'worst')).toFixed(3), 'ms', 1, `the slowest of the ${BATCHES}, must 1; ${spread(of(runs, 'worst'))}`);
	line('growth', (median(of(large, 'start')) / total).toFixed(2), 'x', 10, `time of ${NODES * 10} elements / of ${NODES}; ${spread(of(large, 'start'))} ms`);
	line('shift', Math.max(...of(runs, 'shift'), ...of(large, 'shift')), 'score', 0, 'layout shift of the pages above, must 0');
	line('swap-tag', median(times).toFixed(1), 'ms', 50, `script to swapped number, a server that answers at once, warm connection; ${spread(times)}`);
	await visible();
} finally {
	await browser.close();
	server.closeAllConnections();
	server.close();
}
