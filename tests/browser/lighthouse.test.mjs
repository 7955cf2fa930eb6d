// Lighthouse over the pages that people live in: accessibility and best
// practices, each at least 98 of 100. It drives a Chromium of its own, signed
// in by a cookie header; the name ends in .localhost because a browser trusts
// such a host without a certificate, as it trusts the product behind one.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import lighthouse from 'lighthouse';

import { browserProgram, browserSandbox } from '../support/browser.mjs';
import { tied } from '../support/scratch.mjs';
import { addr, dir, startStack, until } from '../support/stack.mjs';
import { seed, typeid } from './seed.mjs';

const FLOOR = 98;
const HOST = 'ringtrace.localhost';

let stack, browser, profile, port, cookie, shown, flow;

before(async () => {
	stack = await startStack({ without: ['sipworker', 'dni', 'jobd'] });
	shown = typeid('cal', seed(stack, { days: 20 }).findLast((c) => c.visit && c.talk > 30000).id);
	flow = typeid('flo', stack.sqlOne('SELECT HEX(id) FROM flow LIMIT 1'));
	// With the company's, which a page sets: a cookie of its own the browser
	// would send in place of this one.
	const me = await stack.login();
	await (await me.fetch('/')).text();
	cookie = [...me.cookies].map((c) => c.join('=')).join('; ');
	profile = mkdtempSync(join(dir, 'chromium-'));
	const [program, ...args] = [...tied, browserProgram, '--headless', ...(browserSandbox ? [] : ['--no-sandbox']), '--remote-debugging-port=0',
		`--user-data-dir=${profile}`, `--host-resolver-rules=MAP ${HOST} ${addr}`, '--no-first-run', 'about:blank'];
	// Debian's program is a script that waits for the browser: a group, to end both.
	browser = spawn(program, args, { stdio: 'ignore', detached: true });
	port = await until('the browser listens', () => {
		try {
			return Number(readFileSync(join(profile, 'DevToolsActivePort'), 'utf8').split('\n')[0]);
		} catch {
			return 0; // not written yet
		}
	});
});

after(async () => {
	if (browser) {
		const ended = new Promise((r) => browser.on('exit', r));
		process.kill(-browser.pid, 'SIGTERM');
		await ended;
	}
	await stack?.stop();
	if (profile) rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
});

/** A category's score of 100, and what took points from it. */
function judge(lhr, category) {
	const { score, auditRefs } = lhr.categories[category];
	const lost = auditRefs.filter((ref) => ref.weight > 0 && lhr.audits[ref.id].score !== null && lhr.audits[ref.id].score < 1)
		.map(({ id }) => `${id}: ${lhr.audits[id].title} ${JSON.stringify(lhr.audits[id].details?.items ?? []).slice(0, 600)}`);
	return { score: Math.round(score * 100), lost };
}

for (const formFactor of ['desktop', 'mobile'])
	for (const [name, path] of [['overview', () => '/'], ['log', () => '/calls'], ['call', () => `/calls/${shown}`], ['builder', () => `/flows/${flow}`]])
		test(`${name}, ${formFactor}`, async () => {
			const mobile = formFactor === 'mobile';
			const url = `http://${HOST}:8080${path()}`;
			const { lhr } = await lighthouse(url, { port, logLevel: 'silent', extraHeaders: { cookie } }, {
				extends: 'lighthouse:default',
				settings: {
					onlyCategories: ['accessibility', 'best-practices'], formFactor,
					screenEmulation: { mobile, width: mobile ? 412 : 1440, height: mobile ? 823 : 900, deviceScaleFactor: mobile ? 1.75 : 1, disabled: false },
				},
			});
			assert.equal(lhr.finalDisplayedUrl, url, 'nobody was sent to the sign-in');
			assert.equal(lhr.runtimeError, undefined);
			for (const category of ['accessibility', 'best-practices']) {
				const { score, lost } = judge(lhr, category);
				assert.ok(score >= FLOOR, `${category} ${score}\n${lost.join('\n')}`);
			}
		});
