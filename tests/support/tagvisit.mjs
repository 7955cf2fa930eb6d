// tagvisit.mjs - a visit of tagsite.mjs' page, on a clock that the test moves: for
// tests of how long what the tag does lasts.
import { until } from './stack.mjs';
import { newVisitor } from './browser.mjs';
import { fresh, html, leased, number, ours, own, site, told } from './tagsite.mjs';

export const other = number('7044');
/** A page with the number and a link, and what is answered of it. */
export const BODY = `<p id="n">${own.national}</p><a id="l" href="tel:+14155550199">Call</a>`;

export const says = { visit: null, beat: null };

export const events = (kind) => told('event').filter((e) => e.kind === kind);
export const shows = (page, to) => page.waitForFunction((n) => document.getElementById('n')?.textContent === n, to.national);

export function serving(body, head) {
	fresh({ '/': html(body, head) });
	site.answer = (what) => says[what];
}

/** A page whose clocks the test moves, with the visit's number on it. */
export async function open({ clock = true, init, head, answer = leased('vis_1', ours) } = {}) {
	serving(BODY, head);
	says.visit = says.beat = answer;
	const page = await newVisitor(site.browser);
	if (clock) await page.clock.install();
	if (init) await page.addInitScript(init);
	await page.goto(site.base);
	return page;
}

/** Somebody uses the page: what that asks for is there. */
export const awake = async (page) => {
	await page.evaluate(() => document.dispatchEvent(new Event('scroll')));
	await until('it is told how it went', async () => {
		await page.clock.runFor(100);
		return events('about').length === 1;
	});
};

/** The page is put away and shown again, as a browser that keeps pages does. */
export const shownAgain = (page) => page.evaluate(() => {
	dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
	dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
});
