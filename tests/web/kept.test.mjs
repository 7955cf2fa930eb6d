// What was typed into a form outlives the login: it comes back after signing in
// again, with or without the second step, as nobody's but a page of ours, and
// is saved only when the person says so.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startStack } from '../support/stack.mjs';
import { step, totp } from '../support/totp.mjs';
import { addCompanies, hostile, typeId } from '../support/two_companies.mjs';

let stack, world;
before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '100000'] });
	world = addCompanies(stack);
});
after(() => stack?.stop());

const root = process.cwd();
const expire = () => stack.sql('UPDATE login SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND');
const locations = (name) => Number(stack.sqlOne(`SELECT COUNT(*) FROM location WHERE name = '${name}'`));
const unescaped = (s) => s.replace(/&(lt|gt|amp|quot|#39|#x27);/g, (_, n) => ({ lt: '<', gt: '>', amp: '&', quot: '"' }[n] ?? "'"));
const hidden = (html) => Object.fromEntries([...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)]
	.map(([, name, value]) => [unescaped(name), unescaped(value)]));
const send = (client, path, fields, headers = {}) => client.fetch(path, { method: 'POST',
	headers: { origin: stack.url, ...headers }, body: new URLSearchParams(fields) });
const typed = async (client, name) => ({ ...await client.hiddenFields('/settings/locations/new'), name, time_zone: 'Europe/Berlin', address: hostile.replace('\u0001', '') });
const who = (role) => ({ email: world.users[role].email, password: world.password });

test('an expired sign-in: the form comes back after it, and is saved by one press', async () => {
	const me = await stack.login(...Object.values(who('manager')));
	const fields = await typed(me, 'Kept one');
	expire();
	const asked = await send(me, '/settings/locations/new', fields);
	const html = await asked.text();
	assert.equal(asked.status, 401);
	assert.equal(asked.headers.get('cache-control'), 'no-store');
	assert.match(html, /Nothing is lost/);
	assert.ok(!html.includes('<script>alert'), 'what was typed is inert');
	// Wrong once: it is still there.
	const wrong = await send(me, '/login', { ...hidden(html), ...who('manager'), password: 'not this one' });
	assert.equal(wrong.status, 401);
	const back = await send(me, '/login', { ...hidden(await wrong.text()), ...who('manager') });
	const shown = await back.text();
	assert.equal(back.status, 200);
	assert.equal(locations('Kept one'), 0, 'nothing is saved by signing in');
	assert.match(shown, /What you typed is here/);
	assert.match(shown, /signed in as <b>manager<\/b>, and it will be saved for <b>/);
	const again = hidden(shown);
	assert.equal(again.name, 'Kept one');
	assert.equal(again.address, fields.address);
	assert.notEqual(again.csrf, fields.csrf);
	assert.equal((await send(me, shown.match(/<form method="post" action="([^"]*)"/)[1], again)).status, 303);
	assert.equal(locations('Kept one'), 1);
});

test('signed in anew in another tab: the old form asks before it is saved, as who is signed in now', async () => {
	const me = await stack.login(...Object.values(who('manager')));
	const fields = await typed(me, 'Kept two');
	// Somebody else, in the same browser.
	const { csrf } = await me.hiddenFields('/');
	assert.equal((await send(me, '/login', { csrf, ...who('owner') })).status, 303);
	const res = await send(me, '/settings/locations/new', fields);
	const html = await res.text();
	assert.equal(res.status, 403);
	assert.equal(locations('Kept two'), 0);
	assert.match(html, /signed in as <b>owner<\/b>/);
	assert.equal((await send(me, '/settings/locations/new', hidden(html))).status, 303);
	assert.equal(locations('Kept two'), 1);
});

test('signed in in another tab while the sign-in page waits: the form is shown, not lost', async () => {
	const me = await stack.login(...Object.values(who('manager')));
	const fields = await typed(me, 'Kept three');
	expire();
	const page = hidden(await (await send(me, '/settings/locations/new', fields)).text());
	await me.submit('/login', '/login', who('manager'));
	const res = await send(me, '/login', { ...page, ...who('manager') });
	const shown = hidden(await res.text());
	assert.equal(res.status, 403);
	assert.equal(shown.name, 'Kept three');
	assert.equal(shown.password, undefined);
});

test('through the second step too, also after a wrong code', async () => {
	const me = await stack.login(...Object.values(who('manager')));
	await me.submit('/account', '/account/second/begin', {});
	const secret = (await (await me.fetch('/account')).text()).match(/class="snippet">([A-Z2-7]{32})</)[1];
	assert.equal((await me.submit('/account', '/account/second/confirm', { code: totp(secret, step()) })).status, 200);
	const fields = await typed(me, 'Kept four');
	expire();
	const asked = hidden(await (await send(me, '/settings/locations/new', fields)).text());
	const second = await send(me, '/login', { ...asked, ...who('manager') });
	assert.equal(second.status, 200);
	const wrong = await send(me, '/account/second', { ...hidden(await second.text()), code: '000000' });
	assert.equal(wrong.status, 401);
	const page = hidden(await wrong.text());
	const done = await send(me, '/account/second', { ...page, code: totp(secret, step() + 1) });
	const shown = await done.text();
	assert.equal(done.status, 200, shown);
	assert.equal(hidden(shown).name, 'Kept four');
	assert.equal((await send(me, '/settings/locations/new', hidden(shown))).status, 303);
	assert.equal(locations('Kept four'), 1);
	stack.sql('DELETE FROM user_second; DELETE FROM login_attempt');
});

test('a second step that took too long asks for the password again, and what was typed and the way back stay', async () => {
	stack.sql('DELETE FROM user_second; DELETE FROM login_attempt');
	const me = await stack.login(...Object.values(who('manager')));
	await me.submit('/account', '/account/second/begin', {});
	const secret = (await (await me.fetch('/account')).text()).match(/class="snippet">([A-Z2-7]{32})</)[1];
	assert.equal((await me.submit('/account', '/account/second/confirm', { code: totp(secret, step()) })).status, 200);
	const late = () => stack.sql("UPDATE user_token SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE kind = 'second'");
	const fields = await typed(me, 'Kept late');
	expire();
	const asked = hidden(await (await send(me, '/settings/locations/new', fields)).text());
	const second = hidden(await (await send(me, '/login', { ...asked, ...who('manager') })).text());
	late();
	const over = await send(me, '/account/second', { ...second, code: totp(secret, step() + 1) });
	const html = await over.text();
	assert.equal(over.status, 401);
	assert.match(html, /five minutes of the second step are over/);
	assert.match(html, /<form method="post" action="\/login">/);
	// With the token of another tab, too, the form is carried on.
	const again = hidden(await (await send(me, '/login', { ...hidden(html), ...who('manager') })).text());
	const stale = await send(me, '/account/second', { ...again, csrf: 'x'.repeat(43), code: '000000' });
	assert.equal(stale.status, 403);
	const page = hidden(await stale.text());
	assert.equal(page.kept, second.kept);
	const shown = await send(me, '/account/second', { ...page, code: totp(secret, step() + 1) });
	assert.equal(shown.status, 200);
	assert.equal(hidden(await shown.text()).name, 'Kept late');
	// Signed in now: the second step of another tab leads on.
	const other = await send(me, '/account/second', { csrf: page.csrf, next: '/calls', code: '1' });
	assert.deepEqual([other.status, other.headers.get('location')], [303, '/calls']);
	// Without a form the way back stays, to the page and to its answer.
	const client = stack.client();
	const led = await client.submit('/login', '/login', { ...who('manager'), next: '/calls?q=7' });
	assert.equal(led.headers.get('location'), '/account/second?next=%2Fcalls%3Fq%3D7');
	const { csrf } = await client.hiddenFields(led.headers.get('location'));
	late();
	for (const [next, want] of [['/calls?q=7', '/login?next=%2Fcalls%3Fq%3D7'], ['/', '/login'], ['//evil.example/', '/login']]) {
		assert.equal((await client.fetch(`/account/second?next=${encodeURIComponent(next)}`)).headers.get('location'), want);
		assert.equal((await send(client, '/account/second', { csrf, next, code: '000000' })).headers.get('location'), want);
	}
	stack.sql('DELETE FROM user_second; DELETE FROM login_attempt');
});

test('what another site sends is not kept, nor what programs and scripts send', async () => {
	const me = await stack.login(...Object.values(who('owner')));
	const fields = await typed(me, 'Planted');
	for (const headers of [{ origin: 'http://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }, { origin: '' },
		{ 'x-csrf-token': fields.csrf.slice(1) }]) {
		const { csrf, ...rest } = fields;
		for (const sent of [rest, { ...rest, csrf: csrf.slice(1) }]) {
			const res = await send(me, '/settings/locations/new', sent, headers);
			assert.equal(res.status, 403);
			assert.ok(!(await res.text()).includes('Planted'), JSON.stringify(headers));
		}
	}
	expire();
	for (const headers of [{ origin: 'http://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }, { 'x-csrf-token': 'x' }]) {
		const res = await send(me, '/settings/locations/new', fields, headers);
		assert.equal(res.status, 401);
		assert.ok(!(await res.text()).includes('Planted'), JSON.stringify(headers));
	}
	assert.equal(locations('Planted'), 0);
});

test('passwords are never kept, other people\'s addresses are not led to', async () => {
	const me = await stack.login(...Object.values(who('owner')));
	const fields = { ...await me.hiddenFields('/settings/trunks/new'), name: 'Carrier', password: 'do-not-keep-me', user: 'u' };
	expire();
	const html = await (await send(me, '/settings/trunks/new', fields)).text();
	assert.ok(!html.includes('do-not-keep-me'));
	assert.match(decodeURIComponent(hidden(html).kept), /name=Carrier/);
	const account = await send(me, '/account/password', { ...fields, current: 'secret-current', again: 'x' });
	assert.equal(account.status, 401);
	assert.ok(!/kept_to|secret-current/.test(await account.text()));
	// What stands in the sign-in form is the browser's to write: no way out of here.
	const form = await me.hiddenFields('/login');
	for (const to of ['//evil.example/', 'https://evil.example/', '/\\evil.example', 'javascript:alert(1)']) {
		const client = stack.client();
		const page = await client.hiddenFields('/login');
		const res = await send(client, '/login', { ...form, ...page, ...who('owner'), kept_to: to, kept: 'a=b' });
		assert.equal(res.status, 303, to);
		assert.equal(res.headers.get('location'), '/');
	}
	// Every field of a page that holds a password has a name that is not kept.
	const kept = readFileSync(join(root, 'cgi/web/kept.c'), 'utf8').match(/secrets\[\] = \{([^}]*)\}/)[1];
	for (const file of readdirSync(join(root, 'templates')))
		for (const [tag] of readFileSync(join(root, 'templates', file), 'utf8').matchAll(/<input[^>]*type="password"[^>]*>/g)) {
			const name = tag.match(/ name="([^"]*)"/)[1];
			assert.ok(name === '{{f_name}}' || kept.includes(`"${name}"`), `${file}: ${name}`);
		}
	for (const file of readdirSync(join(root, 'cgi/form')).filter((f) => f.endsWith('.c')))
		for (const [, name] of readFileSync(join(root, 'cgi/form', file), 'utf8').matchAll(/\{ "([a-z_]+)", "[^"]*", (?:\.kind = )?FIELD_SECRET/g))
			assert.ok(kept.includes(`"${name}"`), `${file}: ${name}`);
});

test('long texts are kept up to a limit, and beyond it the page says what to do', async () => {
	const me = await stack.login(...Object.values(who('agent')));
	const { csrf } = await me.hiddenFields('/calls');
	const fields = { csrf, act: 'note', call: world.alpha.callId, next: '/calls', note: 'ö%"<'.repeat(4000) };
	expire();
	const asked = hidden(await (await send(me, '/marks', { ...fields, note: 'ö%"<'.repeat(1000) })).text());
	const done = await send(me, '/login', { ...asked, ...who('agent') });
	assert.equal(hidden(await done.text()).note, 'ö%"<'.repeat(1000));
	expire();
	const long = await send(me, '/marks', { ...fields, note: 'ö%"<'.repeat(6000) });
	const html = await long.text();
	assert.ok([401, 413].includes(long.status), `${long.status}`);
	if (long.status === 401) assert.match(html, /too long to be kept/);
});

test('a button is not kept: nothing is done, and the way leads back to where it stands', async () => {
	const me = await stack.login(...Object.values(who('manager')));
	assert.equal((await me.submit('/settings/locations/new', '/settings/locations/new', { name: 'Stays', time_zone: 'Europe/Berlin' })).status, 303);
	const key = typeId('loc', Buffer.from(stack.sqlOne("SELECT HEX(id) FROM location WHERE name = 'Stays'"), 'hex'));
	const page = `/settings/locations/${key}`, referer = `${stack.url}${page}?done=saved`;
	const press = (csrf, headers) => send(me, `${page}/retire`, { csrf, sure: 'yes' }, headers);
	const { csrf } = await me.hiddenFields(page);
	const there = () => stack.sqlOne("SELECT COUNT(*) FROM location WHERE name = 'Stays' AND archived_at IS NULL");
	// Signed in anew in another tab.
	await me.submit('/', '/login', who('manager'));
	const again = await press(csrf, { referer });
	const html = await again.text();
	assert.equal(again.status, 403);
	assert.match(html, /nothing was done/);
	assert.match(html, new RegExp(`href="${page}\\?done=saved"`));
	assert.ok(!html.includes('<form'), 'nothing that does it from here');
	// Of elsewhere, or of nowhere, it leads home.
	for (const other of ['https://evil.example/x', `${stack.url}.evil.example/x`, `${stack.url}//evil.example/`, '', 'javascript:alert(1)'])
		assert.match(await (await press(csrf, other ? { referer: other } : {})).text(), /class="btn primary" href="\/"/, other);
	// Signed out.
	const fresh = (await me.hiddenFields(page)).csrf;
	expire();
	const asked = await press(fresh, { referer });
	const sign = await asked.text();
	assert.equal(asked.status, 401);
	assert.match(sign, /nothing was done. Sign in, and press it again/);
	assert.equal(hidden(sign).kept, undefined);
	const back = await send(me, '/login', { ...hidden(sign), ...who('manager') });
	assert.equal(back.status, 303);
	assert.equal(back.headers.get('location'), `${page}?done=saved`);
	assert.equal(there(), '1');
});

/** What the page says was typed: [[label, value], ...]. */
const told = (html) => [...html.matchAll(/<dt>([^<]*)<\/dt><dd>([^<]*)<\/dd>/g)].map(([, label, value]) => [unescaped(label), unescaped(value)]);

test('what was typed is told as its page told it: by labels, boxes as yes, names for keys', async () => {
	const me = await stack.login();
	const form = { ...await me.hiddenFields('/settings/trunks/new'), name: 'Carrier & <b>sons</b>', next_hop: 'sip.example', dialled: 'to', enabled: '1', ring: 'x' };
	// Signed in anew in another tab: the program of the form says it.
	await me.submit('/login', '/login', stack.demo());
	await me.submit('/', '/login', stack.demo());
	const own = told(await (await send(me, '/settings/trunks/new', form)).text());
	assert.deepEqual(own, [['Name', 'Carrier & <b>sons</b>'], ['Our calls go to', 'sip.example'], ['The dialled number stands in', 'The To header'], ['In use', 'yes'], ['Ring', 'x']]);
	// Signed out: another program shows it after the sign-in.
	expire();
	const asked = await (await send(me, '/settings/trunks/new', form)).text();
	const shown = await send(me, '/login', { ...hidden(asked), ...stack.demo() });
	assert.deepEqual(told(await shown.text()), own);
	// A tracker is its name; another company's, or none, is not told.
	const spend = await me.hiddenFields('/spend');
	const html = await (await me.fetch('/spend')).text();
	const [, tracker, name] = html.match(/<option value="(trk_\w{26})"[^>]*>([^<]+)</);
	for (const [key, want] of [[tracker, [['Tracker', unescaped(name)]]], [typeId('trk', Buffer.alloc(16, 7)), []]]) {
		expire();
		const page = await (await send(me, '/spend/monthly', { ...spend, tracker: key, amount: '12', from: '2026-11-01', until: '' })).text();
		const back = await (await send(me, '/login', { ...hidden(page), ...stack.demo() })).text();
		assert.deepEqual(told(back), [...want, ['Amount', '12'], ['From', '2026-11-01']]);
		Object.assign(spend, await me.hiddenFields('/spend'));
	}
});

test('a form of boxes alone is one that is kept', async () => {
	const me = await stack.login();
	const form = { ...await me.hiddenFields('/settings/trunks/new'), enabled: '1', pcmu: '1' };
	expire();
	const asked = await (await send(me, '/settings/trunks/new', form)).text();
	assert.match(asked, /Nothing is lost/);
	assert.equal(hidden(asked).kept_to, '/settings/trunks/new');
	// Labels that the browser made too long, or broke, cost the labels or the form, nothing else.
	const sent = hidden(asked);
	const long = await send(me, '/login', { ...sent, kept_labels: `enabled=${'x'.repeat(5000)}`, ...stack.demo() });
	assert.deepEqual(told(await long.text()), [['Enabled', '1'], ['Pcmu', '1']]);
});
