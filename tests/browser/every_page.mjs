// every_page.mjs - all pages that a browser can be sent to, read from the
// route tables of the programs, so that a new route is looked at the day it is
// written: one that neither has an example here nor a reason to be left out
// throws.
//
//   const things = await seedThings(stack, me);   // one of each kind, by forms
//   const pages = everyPage(stack, { call, things });   // [[name, path], …]
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { build } from '../support/stack.mjs';
import { openForm } from '../support/forms.mjs';
import { seedForms, typeid } from './seed.mjs';
import { seedRerun } from './seed_rerun.mjs';

/** Routes that are no page to look at, and why. */
const NO_PAGE = [
	[/\.csv$|\.jsonl$/, 'a file'],
	[/\/recording$|\/image$|^\/companies\/\{id\}\/logo$|^\/settings\/prompts\/\{id\}\/\{version\}$/, 'sound, a picture'],
	[/^\/account\/second$/, 'only between password and code'],
	[/^\/reset\/\{token\}$/, 'the page of an invitation with other words'],
];

/** What the forms of a settled company say. */
const THINGS = {
	locations: [{ name: 'Oakland workshop', time_zone: 'America/Los_Angeles' }, { name: 'San Mateo', time_zone: 'America/Los_Angeles' }],
	destinations: [{ name: 'Dispatch, nights and weekends', target: '+14155550198', hours: 'mon-fri 18:00-23:59\nsat,sun 08:00-20:00', regions: '415, 510', cap_day: '40' }],
	tags: [{ name: 'emergency' }, { name: 'water heater' }, { name: 'call back' }],
	users: [{ email: 'kim.alvarez@baycityplumbing.example', name: 'Kim Alvarez', role: 'manager' }],
	keys: [{ name: 'Warehouse export', scopes: ['calls:read', 'reports:read', 'export:read'] }],
	webhooks: [{ name: 'Customer records', url: 'https://crm.example/hooks/calls', events: ['call.ended', 'recording.ready'] }],
	lists: [{ name: 'sales-people', numbers: '+14155550177\n+12125550123' }],
	mail: [{ kind: 'missed' }],
	conversions: [{ name: 'Booked jobs', min_talk_s: '60', value: '120.00' }],
	trunks: [{ name: 'Carrier, west', next_hop: 'sip.carrier.example', allow: '192.0.2.0/28' }],
	prompts: [{ name: 'Closed', text: 'We are closed. Leave a message, we call back in the morning.' }],
};

/** One of everything, typed into the forms by the client. Returns the example
 *  of each route with a {…} in it that the forms made. */
export async function seedThings(stack, me) {
	const found = {};

	for (const [kind, rows] of Object.entries(THINGS))
		for (const row of rows) {
			const path = `/settings/${kind}${kind === 'prompts' ? '' : '/new'}`;
			const form = await openForm(me, path, (f) => /name="(name|kind|email)"/.test(f.text) && f.action.startsWith('/settings/'));
			const res = await form.send(row);
			assert.ok(res.status < 400, `${kind}: status ${res.status} ${(await res.text()).match(/form-error[^]{0,200}/)?.[0]}`);
			if (kind !== 'users') continue;
			const page = res.headers.get('location').split('?')[0]; // hers: ask for the link
			const shown = await me.submit(page, `${page}/link`, {});
			found['/invite/{token}'] = (await shown.text()).match(/\/invite\/[\w-]{43}/)[0];
		}
	for (const kind of [...Object.keys(THINGS), 'numbers', 'trackers', 'pools', 'sites', 'outcomes', 'companies']) {
		const html = await (await me.fetch(`/settings/${kind}`)).text();
		found[`/settings/${kind}/{id}`] = html.match(new RegExp(`/settings/${kind}/[a-z]{3}_\\w{26}`))?.[0];
	}
	found['/settings/webhooks/{id}/log'] = `${found['/settings/webhooks/{id}']}/log`;
	found['/unsubscribe/{token}'] = `/unsubscribe/${stack.sqlOne('SELECT unsubscribe FROM mail_rule LIMIT 1')}`;
	return found;
}

const routesOf = (program) => spawnSync(join(build, program), ['--routes'], { encoding: 'utf8' }).stdout.trim().split('\n').map((l) => l.split(' '));

/** [name, path] of every page. call: a call with a visit, its public id. */
export function everyPage(stack, { call, things }) {
	const some = (table) => stack.sqlOne(`SELECT COUNT(*) FROM ${table}`) !== '0';
	const one = (kind, table) => some(table) ? typeid(kind, stack.sqlOne(`SELECT LOWER(HEX(id)) FROM ${table} ORDER BY id LIMIT 1`)) : `${kind}_none`;
	const flow = one('flo', 'flow');
	// A form comes from a visit: where nobody came there is none, as with calls.
	if (!some('form_entry')) seedForms(stack);
	const examples = {
		'/calls/{id}': `/calls/${call}`, '/people/{id}': `/people/${call}`, '/pools/{id}': `/pools/${one('pol', 'pool')}`,
		'/sites/{id}': `/sites/${one('sit', 'site')}`, '/flows/{id}': `/flows/${flow}`, '/forms/{id}': `/forms/${one('frm', 'form_entry')}`, '/visitors/{id}': `/visitors/${one('vis', 'visit')}`, '/attribution/reruns/{id}': `/attribution/reruns/${seedRerun(stack)}`,
		'/flows/{id}/steps': `/flows/${flow}/steps`, ...things,
	};
	return ['dashboard.fcgi', 'admin.fcgi'].flatMap(routesOf)
		.filter(([method, path, , , kind]) => method === 'GET' && kind === 'page' && !NO_PAGE.some(([form]) => form.test(path)))
		.map(([, route]) => {
			// A page below one that has an example is that one's.
			const one = route.slice(0, route.indexOf('}') + 1);
			const path = route.includes('{') ? examples[route] ?? (examples[one] && route.replace(one, examples[one])) : route;
			assert.ok(path && !path.includes('{'), `${route}: no example in every_page.mjs`);
			return [route === '/' ? 'overview' : route.slice(1).replace(/\{\w+\}/g, 'one').replaceAll('/', '-'), path];
		});
}

/** Looked at without being signed in. */
export const isForStrangers = (path) => /^\/(login|reset|invite|unsubscribe)\b/.test(path);
