// demo.mjs - `make demo`: one call from an advertisement's click to the
// dashboard, with nothing simulated but the carrier and the business phone.
//
// It brings up the whole product in a fresh folder on an address of its own,
// opens the demonstration site in a real browser, dials the number that the
// page shows, talks, hangs up, and reads the call back through the dashboard.
// The last line is "demo: ok ..." (status 0) or "demo: failed: <what>"
// (status 1); what came before is for people.
import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

import { tones, wav } from '../tests/support/audio.mjs';
import { scratch, tied } from '../tests/support/scratch.mjs';

const CLICK = { source: 'google', medium: 'cpc', campaign: 'spring-offer', keyword: 'emergency plumber', gclid: 'Cj0KCQdemo-click' };
const TALK_MS = 6000;
const CALLER_HZ = 440;
const BUSINESS_HZ = 620;
const CALLER = '+14155550142';

const begun = Date.now();
const say = (text) => console.log(`${((Date.now() - begun) / 1000).toFixed(1).padStart(5)} s  ${text}`);
function need(ok, what) {
	if (!ok) throw new Error(what);
}
function same(what, got, want) {
	need(got === want, `${what} is ${JSON.stringify(got)}, not ${JSON.stringify(want)}`);
}

/** Starts `ringtrace call ...`; says() waits for a line, ended for its end. */
function userAgent(build, args, left) {
	const child = spawn(tied[0], [...tied.slice(1), join(build, 'ringtrace'), 'call', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
	let text = '';
	for (const s of [child.stdout, child.stderr]) s.setEncoding('utf8').on('data', (t) => (text += t));
	const ended = new Promise((r) => child.on('exit', (code) => r(code)));
	let over = false;
	ended.then(() => (over = true));
	left.push(() => child.kill('SIGTERM'));
	return {
		ended,
		stop: () => child.kill('SIGTERM'),
		text: () => text,
		says: (until, pattern) => until(`${args[0]}: ${pattern}`, () => {
			need(!over || pattern.test(text), `the ${args[0]} ended early: ${text.trim().split('\n').pop()}`);
			return pattern.test(text);
		}),
	};
}

/** The number that the page shows, the same in every place, and not the
 *  business's own. */
async function swappedNumber(until, page, own) {
	let shown;
	await until('the page swaps the number', async () => {
		shown = await page.evaluate(() => [...document.querySelectorAll('a[href^="tel:"]')].map((a) => ({
			href: a.getAttribute('href').replace(/^tel:/, '').replace(/[^+\d]/g, ''),
			text: a.textContent.replace(/\D/g, ''),
		})));
		return shown.length > 0 && shown.every(({ href }) => !own.endsWith(href.replace('+', '')));
	});
	// Each place keeps its own form: with country code or without.
	const number = shown.find(({ href }) => href.startsWith('+'))?.href;
	need(number, 'no tel: link has an international number');
	for (const { href, text } of shown)
		for (const digits of [href.replace('+', ''), text].filter((d) => d.length >= 10))
			need(number.endsWith(digits), `one place says ${digits}, another ${number}`);
	return number;
}

/** Signs in as a person would and gives the page of the newest call. */
async function openCall(until, page, url, who) {
	await page.goto(`${url}/login`);
	await page.fill('input[name=email]', who.email);
	await page.fill('input[name=password]', who.password);
	await page.click('button[type=submit]');
	await until('the sign-in works', () => new URL(page.url()).pathname !== '/login');
	let href;
	await until('the call log shows the call', async () => {
		await page.goto(`${url}/calls`);
		href = await page.evaluate(() => document.querySelector('a[href^="/calls/cal_"]')?.getAttribute('href'));
		return href;
	});
	await until('the recording can be played', async () => {
		await page.goto(`${url}${href}`);
		return page.evaluate(() => document.querySelector('audio')?.getAttribute('src'));
	});
	return href.split('/').pop();
}

/** What a person reads on the page of a call. */
function readCall(page) {
	return page.evaluate(() => {
		const text = (e) => e?.textContent.trim() ?? '';
		const facts = {};
		for (const div of document.querySelectorAll('dl.facts > div')) {
			const dd = div.querySelector('dd');
			const more = text(dd.querySelector('small'));
			facts[text(div.querySelector('dt'))] = { value: text(dd).slice(0, more ? -more.length : undefined).trim(), more };
		}
		const visit = {};
		for (const dt of document.querySelectorAll('dl.kv:not(.raw-kv) > dt')) visit[text(dt)] = text(dt.nextElementSibling);
		return { facts, visit, answered: document.querySelector('.call-head .res-answered') !== null, audio: document.querySelector('audio').getAttribute('src') };
	});
}

function checkWords(call) {
	const { facts, visit } = call;
	same('the source', facts.Source?.value, `${CLICK.source} / ${CLICK.medium}`);
	same('the campaign', facts.Campaign?.value, CLICK.campaign);
	same('the keyword', facts.Campaign?.more, `keyword ${CLICK.keyword}`);
	same('the gclid', visit.gclid, CLICK.gclid);
	need(call.answered, 'the call is not shown as answered');
	const percent = Number(facts.Source.more.match(/(\d+) % sure/)?.[1]);
	need(percent >= 50 && percent <= 100, `the probability is "${facts.Source.more}"`);
	const talk_s = Number(facts['Talk time']?.value.match(/^(\d+) s$/)?.[1]);
	need(Math.abs(talk_s - TALK_MS / 1000) <= 2, `the talk time is "${facts['Talk time']?.value}"`);
	return { probability: Math.min(percent, 99) / 100, talk_s };
}

function checkSound(bytes, talk_s) {
	const sound = wav(bytes);
	same('the number of channels', sound.channels.length, 2);
	need(sound.seconds >= talk_s - 1.5, `the recording has ${sound.seconds.toFixed(1)} s of ${talk_s} s`);
	for (const [side, samples, own, other] of [['caller', sound.channels[0], CALLER_HZ, BUSINESS_HZ], ['business', sound.channels[1], BUSINESS_HZ, CALLER_HZ]]) {
		const level = tones(samples, sound.rate, [own, other]);
		need(level[0] > 0.02, `the ${side} is not heard in the recording`);
		need(level[1] < level[0] / 20, `the ${side}'s channel holds the other side, too`);
	}
	return sound;
}

async function demo(left) {
	process.env.RT_TEST_DIR ??= scratch('rtdemo');
	process.env.RT_TEST_ADDR ??= `127.2.${1 + (process.pid % 254)}.${1 + ((process.pid >> 8) % 254)}`;
	const { startStack, until, addr, build, dir } = await import('../tests/support/stack.mjs');
	if (dir.includes('rtdemo.')) left.push((ok) => ok && rmSync(dir, { recursive: true, force: true }));

	say('starting the whole product');
	const stack = await startStack({ fresh: true });
	left.push(async (ok) => {
		await stack.stop();
		if (ok) return;
		console.log(`${stack.output}\n(the folder ${dir} is kept)`);
		writeFileSync(join(dir, '.kept'), '');
	});
	const who = stack.demo();

	say('a visitor comes from an advertisement');
	const browser = await chromium.launch({ executablePath: process.env.RT_CHROMIUM ?? '/usr/bin/chromium-headless-shell', args: process.getuid() === 0 ? ['--no-sandbox'] : [] });
	left.push(() => browser.close());
	// A browser without a window says so, and robots are given no number.
	const agent = `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${browser.version().split('.')[0]}.0.0.0 Safari/537.36`;
	const page = await browser.newPage({ userAgent: agent });
	const query = new URLSearchParams({ utm_source: CLICK.source, utm_medium: CLICK.medium, utm_campaign: CLICK.campaign, utm_term: CLICK.keyword, gclid: CLICK.gclid });
	await page.goto(`${stack.url}/demo/?${query}`);
	const number = await swappedNumber(until, page, who.own_number);
	say(`the page shows ${number}; the visitor dials it`);

	const phone = userAgent(build, ['phone', '--listen', who.phone, '--ring-ms', '800', '--play', `tone:${BUSINESS_HZ}`, '--rtp-min', '24000', '--rtp-max', '24099'], left);
	await phone.says(until, /^ready/m);
	const carrier = userAgent(build, ['carrier', '--listen', who.carrier, '--target', `${addr}:5060`, '--number', number, '--caller', CALLER,
		'--talk-ms', '60000', '--play', `tone:${CALLER_HZ}`, '--rtp-min', '24100', '--rtp-max', '24199'], left);
	await phone.says(until, /^answered/m);
	say('the business answers; they talk');
	await new Promise((r) => setTimeout(r, TALK_MS));
	carrier.stop();
	await phone.says(until, /^ended/m);
	await carrier.ended;
	say('the caller hung up');

	const mine = await browser.newPage();
	const id = await openCall(until, mine, stack.url, who);
	const call = await readCall(mine);
	const { probability, talk_s } = checkWords(call);
	const file = await mine.request.get(`${stack.url}${call.audio}`);
	same('the status of the recording', file.status(), 200);
	const sound = checkSound(await file.body(), talk_s);
	return `call=${id} source=${CLICK.source} medium=${CLICK.medium} campaign=${CLICK.campaign} keyword="${CLICK.keyword}" ` +
		`gclid=${CLICK.gclid} probability=${probability.toFixed(2)} answered=yes talk_s=${talk_s} ` +
		`recording_s=${sound.seconds.toFixed(1)} channels=${sound.channels.length}`;
}

const left = []; // what has to be ended, the newest first
let line, ok = false;
try {
	line = `demo: ok ${await demo(left)}`;
	ok = true;
} catch (e) {
	line = `demo: failed: ${e.message.split('\n')[0]}`;
	console.log(e.message); // all of it: what the programs said is below
}
for (const end of left.reverse()) await Promise.resolve(end(ok)).catch(() => {});
console.log(line);
process.exit(ok ? 0 : 1);
