// Call flows through nginx, admin.fcgi and MySQL: what the builder asks, and
// the same flow as a plain list of forms, without a line of script.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decode } from '../support/forms.mjs';
import { startStack, until } from '../support/stack.mjs';
import { addCompanies, hostile, typeId } from '../support/two_companies.mjs';

let stack, world, owner, demo, viewer;
before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '100000'] });
	world = addCompanies(stack);
	owner = await stack.login(world.users.owner.email, world.password);
	viewer = await stack.login(world.users.viewer.email, world.password);
	demo = await stack.login();
});
after(() => stack?.stop());

const forward = (extra = {}) => ({ version: 1, first: 'ring', steps: { ring: { type: 'forward', to: '+13035550100', otherwise: 'mail', ...extra }, mail: { type: 'voicemail', prompt: 'voicemail.en' } } });

/** A new flow; gives its address. */
async function make(client, name, template = 'blank') {
	const res = await client.submit('/flows', '/flows', { name, template });
	assert.equal(res.status, 303);
	return res.headers.get('location').split('?')[0];
}

/** What the builder's script does. */
async function ask(client, at, verb, body) {
	const html = await (await client.fetch(at)).text();
	const data = JSON.parse(html.match(/<script type="application\/json" id="flow-data">([\s\S]*?)<\/script>/)?.[1] ?? '{}');
	const res = await client.fetch(`${at}/${verb}`, { method: 'POST', headers: { origin: stack.url, 'content-type': 'application/json', 'x-csrf-token': data.csrf ?? '' }, body: typeof body === 'string' ? body : JSON.stringify(body) });
	return { status: res.status, ...(await res.json().catch(() => ({}))) };
}

test('the list, its templates, and a page that holds all the builder needs', async () => {
	const html = await (await owner.fetch('/flows')).text();
	for (const name of ['Forward', 'Office hours with voicemail', 'Menu', 'Sales round robin', 'Locations by ZIP code', 'Pay-per-call qualification'])
		assert.ok(html.includes(name), name);
	const res = await owner.submit('/flows', '/flows', { name: 'From a template', template: 'hours' });
	const page = await (await owner.fetch(res.headers.get('location'))).text();
	const data = JSON.parse(page.match(/id="flow-data">([\s\S]*?)<\/script>/)[1]);
	assert.equal(data.document.steps.hours.type, 'hours');
	assert.ok(data.types.length >= 21 && data.types.every((t) => t.name && Array.isArray(t.params)));
	assert.equal(data.world.zone, 'Europe/Berlin');
	assert.ok(data.world.prompts.some((p) => p.id === 'notice.en'));
	assert.deepEqual(data.state, { version: 0, published: 0 });
});

test('saved, published, changed and put back; who and when is written down', async () => {
	const at = await make(owner, 'Main line');
	let a = await ask(owner, at, 'save', { document: forward(), base: 0 });
	assert.equal(a.status, 200, JSON.stringify(a));
	assert.deepEqual(a.state, { version: 1, published: 0 });
	const before = Number(stack.sqlOne('SELECT version FROM config_version'));
	a = await ask(owner, at, 'publish', { version: 1 });
	assert.deepEqual(a.state, { version: 1, published: 1 });
	assert.ok(Number(stack.sqlOne('SELECT version FROM config_version')) > before, 'workers see it');
	a = await ask(owner, at, 'save', { document: forward({ ring_s: 12 }), base: 1 });
	assert.deepEqual(a.state, { version: 2, published: 1 });
	a = await ask(owner, at, 'publish', { version: 2 });
	assert.deepEqual(a.state, { version: 2, published: 2 });
	a = await ask(owner, at, 'publish', { version: 1 });
	assert.deepEqual(a.state, { version: 2, published: 1 });
	const { versions } = await (await owner.fetch(`${at}/versions`)).json();
	assert.deepEqual(versions.map((v) => v.version), [2, 1]);
	const { document } = await (await owner.fetch(`${at}/versions/2`)).json();
	assert.equal(document.steps.ring.ring_s, 12);
	assert.deepEqual(stack.sql("SELECT action, COUNT(*) FROM audit WHERE action LIKE 'flow.%' AND action <> 'flow.add' GROUP BY action ORDER BY action"), [['flow.publish', '3'], ['flow.save', '2']]);
});

test('two people at once: the second is told, and nothing is lost', async () => {
	const at = await make(owner, 'Shared');
	assert.equal((await ask(owner, at, 'save', { document: forward(), base: 0 })).status, 200);
	const late = await ask(owner, at, 'save', { document: forward({ ring_s: 9 }), base: 0 });
	assert.equal(late.status, 409);
	assert.match(late.detail, /Somebody else/);
	const { versions } = await (await owner.fetch(`${at}/versions`)).json();
	assert.equal(versions.length, 1);
});

test('what cannot run is refused with the step it concerns, and the old version goes on', async () => {
	const at = await make(owner, 'Strict');
	assert.equal((await ask(owner, at, 'save', { document: forward(), base: 0 })).status, 200);
	assert.equal((await ask(owner, at, 'publish', { version: 1 })).status, 200);
	const foreign = (await (await demo.fetch('/flows')).text()).match(/\/flows\/(flo_[a-z0-9]+)/)[1];
	const draft = (await make(owner, 'Never published')).split('/').pop();
	const many = { version: 1, first: 's0', steps: Object.fromEntries(Array.from({ length: 10000 }, (_, i) => [`s${i}`, { type: 'message', prompt: 'sorry.en', next: `s${i + 1}` }])) };
	assert.equal((await ask(owner, at, 'check', { document: forward({ to: '+14155550167' }) })).problems?.filter((p) => p.error).length ?? 0, 0);
	const cases = [
		['a step of no type', { version: 1, first: 'a', steps: { a: { type: 'fly' } } }, 'a', /type|fly/],
		['a name that is none in a browser', { version: 1, first: '__proto__', steps: { ['__proto__']: { type: 'hangup' } } }, '__proto__', /name/],
		['no destination', forward({ to: undefined }), 'ring', /to/],
		['a destination of nobody', forward({ to: 'dst_01h455vb4pex5vsknk084sn02q' }), 'ring', /destination|to/],
		['a premium number', forward({ to: '+19005550100' }), 'ring', /./],
		['a tracking number of our own', forward({ to: '+14155550166' }), 'ring', /./],
		['a prompt that is not there', { version: 1, first: 'a', steps: { a: { type: 'message', prompt: 'mine' } } }, 'a', /prompt/],
		['a way to nowhere', forward({ otherwise: 'lost' }), 'ring', /lost/],
		['an address with a line of its own', forward({ to: 'sip:desk@192.0.2.1\r\nX-Own: line' }), 'ring', /may not be sent/],
		['a flow that was never published', { version: 1, first: 'a', steps: { a: { type: 'goto', flow: draft } } }, 'a', /published flow/],
		['half a second', forward({ ring_s: 20.5 }), 'ring', /ring_s: a whole number/],
		['more than any number', forward({ ring_s: 1e99 }), 'ring', /ring_s: a whole number/],
		['another company\'s flow', { version: 1, first: 'a', steps: { a: { type: 'goto', flow: foreign } } }, 'a', /flow/],
		['a loop in which nobody is asked', { version: 1, first: 'a', steps: { a: { type: 'message', prompt: 'sorry.en', next: 'b' }, b: { type: 'message', prompt: 'sorry.en', next: 'a' } } }, undefined, /loop|caller|round/i],
		['ten thousand steps', many, undefined, /./],
	];
	for (const [why, document, step, words] of cases) {
		const a = await ask(owner, at, 'save', { document, base: 1 });
		assert.equal(a.status, 422, `${why}: ${JSON.stringify(a).slice(0, 300)}`);
		const errors = a.problems.filter((p) => p.error);
		assert.ok(errors.length > 0, why);
		if (step !== undefined)
			assert.ok(errors.some((p) => p.step === step && words.test(p.what)), `${why}: ${JSON.stringify(errors)}`);
	}
	for (const [why, body] of [['no JSON', '{'], ['no document', '{}'], ['a list', '{"document":[]}'], ['too deep', `{"document":${'{"a":'.repeat(40)}1${'}'.repeat(40)}}`]])
		assert.ok([400, 413].includes((await ask(owner, at, 'save', body)).status), why);
	assert.equal((await ask(owner, at, 'save', { document: { ...forward(), pad: 'x'.repeat(1300000) }, base: 1 })).status, 413);
	assert.deepEqual(stack.sql("SELECT last_version, published_version FROM flow WHERE name = 'Strict'"), [['1', '1']]);
});

test('hostile names and titles stay text in the page and in its data', async () => {
	const markup = hostile.replaceAll('\u0001', '');
	const at = await make(owner, `</script>${markup}`.slice(0, 100));
	const document = forward({ title: '</script><script>alert(1)</script>' });
	assert.equal((await ask(owner, at, 'save', { document, base: 0 })).status, 200);
	for (const path of ['/flows', at, `${at}/steps`]) {
		const html = await (await owner.fetch(path)).text();
		assert.ok(!/<script>alert|<img src=x/.test(html), path);
	}
});

test('another company and lesser roles: nothing seen, nothing changed', async () => {
	const at = await make(owner, 'Ours');
	for (const path of [at, `${at}/steps`, `${at}/versions`, `${at}/versions/1`]) {
		assert.equal((await demo.fetch(path)).status, 404, path);
		assert.equal((await viewer.fetch(path)).status, 403, path);
	}
	const mine = (await (await demo.fetch('/flows')).text()).match(/\/flows\/flo_[a-z0-9]+/)[0];
	const csrf = JSON.parse((await (await demo.fetch(mine)).text()).match(/id="flow-data">([\s\S]*?)<\/script>/)[1]).csrf;
	for (const [verb, body] of [['save', { document: forward(), base: 0 }], ['publish', { version: 1 }], ['check', { document: forward() }]]) {
		const res = await demo.fetch(`${at}/${verb}`, { method: 'POST', headers: { origin: stack.url, 'content-type': 'application/json', 'x-csrf-token': csrf }, body: JSON.stringify(body) });
		assert.equal(res.status, 404, verb);
		const forged = await owner.fetch(`${at}/${verb}`, { method: 'POST', headers: { origin: stack.url, 'content-type': 'application/json' }, body: JSON.stringify(body) });
		assert.equal(forged.status, 403, `${verb}: no token`);
	}
});

test('without script: a flow is built, mended, saved and published by forms alone', async () => {
	const at = await make(owner, 'By hand');
	const steps = `${at}/steps`;
	const send = async (fields) => {
		const form = new URLSearchParams({ ...last, ...fields });
		const res = await owner.fetch(steps, { method: 'POST', headers: { origin: stack.url }, body: form });
		return read(await res.text(), res.status);
	};
	// A browser sends every field of the page.
	let last = {};
	const read = (html, status) => {
		const decode = (s) => s.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
		const form = html.match(/<form [^>]*class="flow-steps">[\s\S]*?<\/form>/)?.[0] ?? '';
		last = {};
		for (const [tag] of form.matchAll(/<input\b[^>]*>/g))
			last[decode(tag.match(/name="([^"]*)"/)[1])] = decode(tag.match(/value="([^"]*)"/)?.[1] ?? '');
		for (const [, name, body] of form.matchAll(/<select\b[^>]*name="([^"]*)">([\s\S]*?)<\/select>/g))
			last[name] = decode((body.match(/value="([^"]*)" selected/) ?? body.match(/value="([^"]*)"/) ?? ['', ''])[1]);
		return { status, html };
	};
	read(await (await owner.fetch(steps)).text());
	await send({ do: 'add', type: 'menu' });
	await send({ do: 'add', type: 'forward' });
	await send({ do: 'item menu keys' });
	let page = await send({ do: 'save' });
	assert.equal(page.status, 422);
	assert.match(page.html, /could not run/);
	// In the builder's words, not in those of documents.
	for (const words of [/>Ring for</, />After a wrong key</, />no key</, />Whisper to who answers</, />the caller&#39;s</, /5 to 300 seconds, usually 30/, />Prompt is missing</, />The caller presses one key\.</])
		assert.match(page.html, words);
	assert.doesNotMatch(page.html, />[^<]*\b(ring_s|Ring s|invalid_prompt|Invalid prompt|no_answer)\b/);
	page = await send({ do: 'check', first: 'menu', 'menu.prompt': 'invalid.en', 'menu.keys.0.key': '1', 'menu.keys.0.title': 'Sales', 'menu.keys.0.next': 'forward', 'menu.keys.1.key': '2', 'menu.keys.1.next': 'forward', 'menu.silence': 'forward', 'menu.invalid': 'forward', 'forward.to.other': '+13035550100', 'forward.ring_s': '20' });
	assert.equal(page.status, 200);
	page = await send({ do: 'publish' });
	assert.match(page.html, /Published/, page.html.match(/<main[\s\S]*/)?.[0].slice(0, 3000));
	const { document } = await (await owner.fetch(`${at}/versions/1`)).json();
	assert.deepEqual(document.steps.menu.keys, [{ key: '1', title: 'Sales', next: 'forward' }, { key: '2', next: 'forward' }]);
	assert.equal(document.steps.forward.ring_s, 20);
	page = await send({ do: 'drop menu keys 1' });
	page = await send({ do: 'save' });
	assert.match(page.html, /Saved as draft/);
	assert.equal((await (await owner.fetch(`${at}/versions/2`)).json()).document.steps.menu.keys.length, 1);
	page = await send({ do: 'remove forward' });
	assert.ok(!page.html.includes('id="step-forward"'));
});

test('without script: a template is begun with, too', async () => {
	const res = await owner.submit('/flows', '/flows', { name: 'From a template by hand', template: 'hours' });
	const page = await (await owner.fetch(res.headers.get('location'))).text();
	const steps = page.match(/href="(\/flows\/flo_[a-z0-9]+\/steps\?template=hours)"/)[1];
	const html = await (await owner.fetch(steps)).text();
	for (const key of ['hours', 'mail'])
		assert.ok(html.includes(`id="step-${key}"`), key);
	assert.doesNotMatch(await (await owner.fetch(`${steps}x`)).text(), /fieldset class="card form" id="step-/);
});

test('without script: the largest flow there may be, too', async () => {
	const at = await make(owner, 'Large');
	const document = { version: 1, first: 's0', steps: Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`s${i}`, { type: 'message', prompt: 'sorry.en', ...(i < 499 ? { next: `s${i + 1}` } : {}) }])) };
	assert.equal((await ask(owner, at, 'save', { document, base: 0 })).status, 200);
	const html = await (await owner.fetch(`${at}/steps`)).text();
	const fields = {};
	for (const [tag] of html.match(/<form [^>]*class="flow-steps">[\s\S]*?<\/form>/)[0].matchAll(/<(?:input|select)\b[^>]*>/g))
		fields[tag.match(/name="([^"]*)"/)[1]] = (tag.match(/value="([^"]*)"/)?.[1] ?? '').replaceAll('&quot;', '"');
	for (let i = 0; i < 500; i++)
		fields[`s${i}.prompt`] = 'sorry.en';
	assert.ok(Object.keys(fields).length > 1500);
	const res = await owner.submit(`${at}/steps`, `${at}/steps`, { ...fields, 's250.title': 'Half of it', do: 'save' });
	assert.equal(res.status, 200);
	assert.equal((await (await owner.fetch(`${at}/versions/2`)).json()).document.steps.s250.title, 'Half of it');
});

test('tried without a telephone: what happens, in order', async () => {
	const at = await make(owner, 'Tried');
	const one = { name: 'x', at: '2026-11-30T09:12', caller: '+13035550199', phones: [{ to: '+13035550100', does: 'busy' }] };
	const a = await ask(owner, at, 'try', { document: forward(), case: one });
	assert.equal(a.status, 200, JSON.stringify(a));
	assert.equal(a.result, 'voicemail');
	assert.deepEqual(a.rows.filter((r) => r.what === 'enters').map((r) => r.step), ['ring', 'mail']);
	assert.ok(a.rows.some((r) => r.what === 'rings' && r.to === '+13035550100'));
	assert.ok(a.duration_ms > 0 && a.rows.every((r, i) => i === 0 || r.at_ms >= a.rows[i - 1].at_ms));
	for (const [why, body] of [['a broken flow', { document: forward({ to: 'nowhere' }), case: one }], ['no time', { document: forward(), case: { name: 'x' } }], ['an unknown deed', { document: forward(), case: { ...one, phones: [{ to: '+13035550100', does: 'explodes' }] } }]]) {
		const refused = await ask(owner, at, 'try', body);
		assert.equal(refused.status, 422, why);
		assert.ok(refused.problems.length > 0, why);
	}
	assert.equal(stack.sqlOne("SELECT last_version FROM flow WHERE name = 'Tried'"), '0', 'nothing is saved');
});

test('without script: versions, what changed, and the way back', async () => {
	const at = await make(owner, `Versions <b>${'x'.repeat(20)}`);
	const history = `${at}/history`;
	assert.match(await (await owner.fetch(history)).text(), /No version yet/);
	await ask(owner, at, 'save', { document: forward({ title: '<i>Desk</i>' }), base: 0 });
	await ask(owner, at, 'publish', { version: 1 });
	let html = await (await owner.fetch(history)).text();
	assert.match(html, />live</);
	assert.doesNotMatch(html, />draft</, 'what is live is no draft');
	const changed = forward({ ring_s: 12, title: 'Front desk' });
	changed.steps.bye = { type: 'hangup', title: 'Good bye' };
	changed.steps.mail.next = 'bye';
	await ask(owner, at, 'save', { document: changed, base: 1 });
	html = await (await owner.fetch(history)).text();
	assert.match(html, /From version 1 to 2/, 'the live one and the draft');
	assert.match(html, />draft</);
	for (const words of [/>Good bye<\/td><td>new step/, />Front desk<\/td><td>ring_s/, /next<\/td>[^]*?Good bye/, /ring_s<\/td>[^]*?12/, /&lt;i&gt;Desk/, /Front desk/])
		assert.match(html, words);
	assert.ok(!html.includes('<i>Desk'));
	html = await (await owner.fetch(`${history}?from=2&to=1`)).text();
	assert.match(html, /From version 2 to 1/);
	assert.match(html, /step removed/);
	assert.match(html, /<option value="2" selected>/);
	for (const [query, status] of [['from=9&to=1', 404], ['from=x', 400], ['from=0', 400]])
		assert.equal((await owner.fetch(`${history}?${query}`)).status, status, query);
	const back = async (client, version) => {
		const res = await client.submit(history, history, { version });
		return { status: res.status, html: await res.text() };
	};
	const live = () => stack.sql(`SELECT last_version, published_version FROM flow WHERE name LIKE 'Versions <b>%'`)[0];
	assert.match((await back(owner, 2)).html, /This version is live/);
	assert.deepEqual(live(), ['2', '2']);
	assert.equal((await back(owner, 1)).status, 200);
	assert.deepEqual(live(), ['2', '1']);
	assert.equal((await back(owner, 9)).status, 404);
	assert.equal((await back(owner, 'x')).status, 400);
	// What could not run any more is not put back, and its step is named.
	await ask(owner, at, 'cases', { cases: [{ name: 'Never', at: '2026-11-30T09:12', expect: { result: 'blocked' } }], block: true });
	const refused = await back(owner, 2);
	assert.equal(refused.status, 422);
	assert.match(refused.html, /Not published: a case/);
	assert.match(refused.html, /Case Never/);
	assert.deepEqual(live(), ['2', '1']);
	assert.equal((await demo.fetch(history)).status, 404);
	assert.equal((await viewer.fetch(history)).status, 403);
	const forged = await owner.fetch(history, { method: 'POST', headers: { origin: stack.url, 'content-type': 'application/x-www-form-urlencoded' }, body: 'version=2' });
	assert.equal(forged.status, 403);
	assert.deepEqual(live(), ['2', '1']);
});

test('without script: a version is tried, in words, with times and sounds', async () => {
	const at = await make(owner, 'Tried by hand');
	const trial = `${at}/trial`;
	assert.match(await (await owner.fetch(trial)).text(), /Nothing to try yet/);
	const document = forward({ title: '<b>Front</b> desk', say: 'Call from {source}', whisper: 'accept.en' });
	document.steps.menu = { type: 'menu', prompt: 'notice.en', keys: [{ key: '1', next: 'ring' }], silence: 'mail', invalid: 'mail' };
	document.first = 'menu';
	await ask(owner, at, 'save', { document, base: 0 });
	const form = await (await owner.fetch(trial)).text();
	for (const field of ['caller', 'at', 'keys', 'source', 'does.+13035550100', 'after.+13035550100', 'talk_s'])
		assert.ok(form.includes(`name="${field}"`), field);
	const run = async (fields, client = owner) => {
		const res = await client.submit(trial, trial, { version: '1', caller: '+13035550199', at: '2026-11-30T09:12', keys: '1', 'does.+13035550100': 'answers', 'after.+13035550100': '4', talk_s: '30', hang_up_s: '0', ...fields });
		return { status: res.status, html: await res.text() };
	};
	let page = await run({ source: 'google' });
	assert.equal(page.status, 200);
	assert.match(page.html, /answered after \d:\d\d</);
	assert.match(page.html, /the caller hears “This call may be recorded/);
	assert.match(page.html, /the caller presses 1/);
	assert.match(page.html, /\+13035550100 is rung/);
	assert.match(page.html, /\+13035550100 hears “Press 1/);
	assert.match(page.html, /<strong>&lt;b&gt;Front/);
	assert.match(page.html, /name="source" value="google"/, 'what was typed stays');
	const sound = page.html.match(/<audio[^>]* src="([^"]+notice\.en)"/)[1];
	const heard = await owner.fetch(sound);
	assert.equal(heard.headers.get('content-type'), 'audio/wav');
	const wav = Buffer.from(await heard.arrayBuffer());
	assert.equal(wav.subarray(0, 4).toString(), 'RIFF');
	assert.ok(wav.length > 8000);
	for (const path of ['/settings/prompts/built-in/none.en', '/settings/prompts/built-in/notice.en.ul', '/settings/prompts/spoken/say.0123456789abcdef'])
		assert.equal((await owner.fetch(path)).status, 404, path);
	assert.equal((await viewer.fetch(sound)).status, 403);
	page = await run({ keys: '-' });
	assert.match(page.html, /voicemail after/);
	page = await run({ 'does.+13035550100': 'busy' });
	assert.match(page.html, /voicemail after/);
	assert.match(page.html, /<option value="busy" selected>/);
	for (const [why, fields] of [['no time', { at: '' }], ['a time of nowhere', { at: 'tomorrow' }], ['an unknown deed', { 'does.+13035550100': 'explodes' }], ['seconds of words', { talk_s: 'long' }], ['a caller of 300 digits', { caller: '1'.repeat(300) }]]) {
		page = await run(fields);
		assert.equal(page.status, 422, why);
		assert.match(page.html, /cannot be tried/, why);
	}
	for (const [fields, status] of [[{ version: '9' }, 404], [{ version: 'x' }, 400]])
		assert.equal((await run(fields)).status, status);
	page = await run({ source: '<script>alert(1)</script>', keys: '"><img src=x>' });
	assert.ok(!/<script>alert|<img src=x/.test(page.html));
	assert.equal((await demo.fetch(trial)).status, 404);
	assert.equal((await viewer.fetch(trial)).status, 403);
	const forged = await owner.fetch(trial, { method: 'POST', headers: { origin: stack.url, 'content-type': 'application/x-www-form-urlencoded' }, body: 'version=1' });
	assert.equal(forged.status, 403);
	assert.equal(stack.sqlOne("SELECT last_version FROM flow WHERE name = 'Tried by hand'"), '1', 'nothing is stored');
});

test('without script: what stands in the forms is tried before it is saved, and stays', async () => {
	const at = await make(owner, 'Unsaved by hand');
	const [trial, steps] = [`${at}/trial`, `${at}/steps`];
	assert.match(await (await owner.fetch(steps)).text(), new RegExp(`formaction="${trial}" name="do" value="try"`));
	const fields = { base: '0', document: JSON.stringify(forward({ title: '<b>Desk</b>' })), first: 'ring' };
	// From the forms: as they stand, with what was typed just now.
	let page = await (await owner.submit(steps, trial, { ...fields, 'ring.to': '', 'ring.to.other': '+13035550177', do: 'try' })).text();
	assert.match(page, /not saved/);
	assert.match(page, /name="does\.\+13035550177"/);
	const hidden = (html) => html.match(/name="document" value="([^"]*)"/)[1].replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>');
	const document = hidden(page);
	assert.equal(JSON.parse(document).steps.ring.to, '+13035550177');
	const run = { base: '0', document, caller: '+13035550199', at: '2026-11-30T09:12', 'does.+13035550177': 'answers', talk_s: '30' };
	page = await (await owner.submit(steps, trial, run)).text();
	assert.match(page, /answered after/);
	assert.match(page, /&lt;b&gt;Desk/);
	assert.equal(hidden(page), document);
	// Back with it: nothing is lost.
	page = await (await owner.submit(steps, steps, { ...run, do: 'check' })).text();
	assert.equal(JSON.parse(hidden(page)).steps.ring.to, '+13035550177');
	assert.equal(stack.sqlOne("SELECT last_version FROM flow WHERE name = 'Unsaved by hand'"), '0');
	// What could not run says why; what is no document is refused.
	let res = await owner.submit(steps, trial, { ...run, document: JSON.stringify({ ...forward(), first: 'nowhere' }) });
	assert.equal(res.status, 422);
	assert.match(await res.text(), /cannot be tried/);
	for (const bad of ['{', '[]', '7', '{"steps":7}', ''.padEnd(9, '{')]) {
		res = await owner.submit(steps, trial, { ...run, document: bad });
		assert.ok(res.status === 400 || res.status === 422, `${bad}: ${res.status}`);
	}
	assert.equal((await owner.submit(steps, trial, { ...run, base: 'x' })).status, 400);
	assert.equal((await demo.submit('/flows', trial, run)).status, 404);
});

test('without script: steps with names of any language, and of several words', async () => {
	const at = await make(owner, 'Umlaut by hand');
	const document = { version: 1, first: 'über uns', name: 'kept', steps: { 'über uns': { type: 'menu', prompt: 'notice.en', keys: [{ key: '1', next: 'ring' }, { key: '2', next: 'ring' }], silence: 'ring', invalid: 'ring' }, ring: forward().steps.mail } };
	assert.equal((await ask(owner, at, 'save', { document, base: 0 })).status, 200);
	const steps = `${at}/steps`;
	const send = async (what, base) => (await owner.submit(steps, steps, { base, document: JSON.stringify((await (await owner.fetch(`${at}/versions/${base}`)).json()).document), first: 'über uns', do: what })).text();
	let html = await send('item über uns keys', '1');
	assert.ok(html.includes('name="über uns.keys.2.key"'), 'a third key');
	html = await send('drop über uns keys 1', '1');
	assert.ok(!html.includes('name="über uns.keys.1.key"'), 'the second is gone');
	html = await send('remove über uns', '1');
	assert.ok(!html.includes('id="step-über uns"'));
	html = await send('save', '1');
	assert.match(html, /Saved as draft/);
	assert.deepEqual((await (await owner.fetch(`${at}/versions/2`)).json()).document, document);
});

test('cases beside a flow are tried on publishing: they warn, or forbid', async () => {
	const at = await make(owner, 'With cases');
	assert.equal((await ask(owner, at, 'save', { document: forward(), base: 0 })).status, 200);
	const one = (result) => ({ name: 'Monday', at: '2026-11-30T09:12', phones: [{ to: '+13035550100', does: 'answers' }], expect: { result } });
	let a = await ask(owner, at, 'cases', { cases: [one('voicemail')], block: false });
	assert.equal(a.cases.length, 1, JSON.stringify(a));
	a = await ask(owner, at, 'publish', { version: 1 });
	assert.equal(a.status, 200);
	assert.ok(a.problems.some((p) => /Monday/.test(p.what) && !p.error), JSON.stringify(a.problems));
	await ask(owner, at, 'cases', { cases: [one('voicemail')], block: true });
	a = await ask(owner, at, 'publish', { version: 1 });
	assert.equal(a.status, 422);
	assert.match(a.detail, /case/);
	await ask(owner, at, 'cases', { cases: [one('answered')], block: true });
	assert.equal((await ask(owner, at, 'publish', { version: 1 })).status, 200);
	// By the plain forms, too.
	const byHand = async () => {
		const { base } = await owner.hiddenFields(`${at}/steps`);
		const res = await owner.submit(`${at}/steps`, `${at}/steps`, { base, document: JSON.stringify(forward()), first: 'ring', do: 'publish' });
		return { status: res.status, html: await res.text() };
	};
	await ask(owner, at, 'cases', { cases: [one('voicemail')], block: true });
	let page = await byHand();
	assert.equal(page.status, 422);
	assert.match(page.html, /Saved as draft/);
	assert.match(page.html, /Not published: a case/);
	assert.match(page.html, /Case Monday/);
	const versions = () => stack.sql("SELECT last_version, published_version FROM flow WHERE name = 'With cases'")[0];
	assert.deepEqual(versions(), ['2', '1']);
	await ask(owner, at, 'cases', { cases: [one('voicemail')], block: false });
	page = await byHand();
	assert.equal(page.status, 200);
	assert.match(page.html, /Case Monday/);
	assert.deepEqual(versions(), ['3', '3']);
	await ask(owner, at, 'cases', { cases: [one('answered')], block: true });
	assert.equal((await ask(owner, at, 'cases', { cases: [{ name: 'no time' }], block: true })).status, 422);
	assert.deepEqual(await (await owner.fetch(`${at}/cases`)).json(), { cases: [one('answered')], block: true });
	assert.equal((await demo.fetch(`${at}/cases`)).status, 404);
	assert.equal((await ask(owner, at, 'cases', { cases: [] })).cases.length, 0);
});

test('renamed; retired only when no number runs it', async () => {
	const at = await make(owner, 'Short-lived');
	assert.equal((await owner.submit(at, `${at}/name`, { name: 'Renamed' })).status, 303);
	assert.match(await (await owner.fetch('/flows')).text(), /Renamed/);
	// Two of one name could not be told apart; of another company's it says nothing.
	const again = await owner.submit('/flows', '/flows', { name: 'Renamed', template: 'blank' });
	assert.equal(again.status, 422);
	assert.match(await again.text(), /There is a flow of this name/);
	const other = await make(owner, 'Other');
	assert.equal((await owner.submit(other, `${other}/name`, { name: 'Renamed' })).status, 409);
	assert.equal((await owner.submit(at, `${at}/name`, { name: 'Renamed' })).status, 303, 'its own');
	for (const name of ['', ' ', 'x'.repeat(101), 'a\nb']) {
		assert.equal((await owner.submit('/flows', '/flows', { name, template: 'blank' })).status, 422, JSON.stringify(name));
		assert.notEqual((await owner.submit(at, `${at}/name`, { name })).status, 303, JSON.stringify(name));
	}
	await make(demo, 'Renamed');
	assert.equal((await owner.submit(at, `${at}/retire`, { sure: 'yes' })).status, 303);
	assert.equal((await owner.fetch(at)).status, 404);
	const used = (await (await demo.fetch('/flows')).text()).match(/\/flows\/flo_[a-z0-9]+/)[0];
	assert.equal((await demo.submit(used, `${used}/retire`, { sure: 'yes' })).status, 409);
	await until('it is still there', async () => (await demo.fetch(used)).status === 200);
});

test('without script: steps choose from hundreds, a part at a time', async () => {
	const company = `X'${world.alpha.id.toString('hex')}'`;
	stack.sql(`INSERT INTO destination (company_id, id, name, target, created_at) SELECT ${company}, UNHEX(CONCAT('019300e1', LPAD(HEX(n.seq), 8, '0'), '8000000000000000')), CONCAT('Desk ', LPAD(n.seq, 3, '0')), '+14155550142', UTC_TIMESTAMP(6) FROM seq_1_to_230 n`);
	const at = await make(owner, 'Of hundreds'), steps = `${at}/steps`;
	const post = async (form, fields) => {
		const body = new URLSearchParams(form.hidden);
		for (const [k, v] of Object.entries(fields)) body.set(k, v);
		return read(await (await owner.fetch(steps, { method: 'POST', headers: { origin: stack.url }, body })).text());
	};
	const read = (html) => ({ html, hidden: [...html.match(/<form [^>]*class="flow-steps">[\s\S]*?<\/form>/)[0].matchAll(/<input\b[^>]*>/g)].map(([tag]) => [tag.match(/name="([^"]*)"/)[1], decode(tag.match(/value="([^"]*)"/)?.[1] ?? '')]),
		desks: [...(html.match(/<select\b[^>]*name="forward\.to">([\s\S]*?)<\/select>/)?.[1] ?? '').matchAll(/<option value="([^"]*)"( selected)?>(Desk [^<]*)</g)].map(([, value, on, name]) => ({ value, on: on !== undefined, name })) });
	let page = await post(read(await (await owner.fetch(steps)).text()), { do: 'add', type: 'forward' });
	assert.equal(page.desks.length, 200);
	assert.ok(!page.desks.some((d) => d.name === 'Desk 229'));
	page = await post(page, { find: 'steps', find_steps: 'desk 229' });
	assert.deepEqual(page.desks.map((d) => d.name), ['Desk 229']);
	const desk = page.desks[0].value;
	page = await post(page, { do: 'check', 'forward.to': desk, find_steps: '' });
	assert.deepEqual(page.desks.filter((d) => d.on).map((d) => d.name), ['Desk 229'], 'what is chosen is listed');
	assert.equal(page.desks.length, 201);
	// A text that was not looked for is not passed over.
	page = await post(page, { do: 'save', 'forward.to': desk, find_steps: 'desk 1' });
	assert.doesNotMatch(page.html, /Saved as draft/);
	assert.ok(page.desks.length > 1 && page.desks.every((d) => d.on || /desk 1/i.test(d.name)));
});

test('with thousands of destinations, prompts and flows all of it works, and each can be found', async () => {
	const company = `X'${world.alpha.id.toString('hex')}'`, MANY = 6000, FLOWS = 20000;
	const key = (of) => `UNHEX(CONCAT('019300${of}', LPAD(HEX(n.seq), 8, '0'), '8000000000000000'))`;
	const id = (of, prefix, n) => typeId(prefix, Buffer.from(`019300${of}${n.toString(16).padStart(8, '0')}8000000000000000`, 'hex'));
	const at = await make(owner, 'Of thousands');
	stack.sql(`INSERT INTO destination (company_id, id, name, target, created_at) SELECT ${company}, ${key('e2')}, CONCAT('Place ', LPAD(n.seq, 5, '0')), '+14155550142', UTC_TIMESTAMP(6) FROM seq_1_to_${MANY} n;
		INSERT INTO prompt (company_id, id, name, prompt_key, active_key, language, created_at) SELECT ${company}, ${key('e3')}, CONCAT('Words ', n.seq), CONCAT('words.', n.seq), CONCAT('words.', n.seq), 'en', UTC_TIMESTAMP(6) FROM seq_1_to_${MANY} n;
		INSERT INTO flow (company_id, id, name, active_name, last_version, published_version, created_at) SELECT ${company}, ${key('e4')}, CONCAT('Way ', n.seq), CONCAT('Way ', n.seq), 1, 1, UTC_TIMESTAMP(6) FROM seq_1_to_${FLOWS} n;
		INSERT INTO flow_version (company_id, flow_id, version, document, created_at) SELECT ${company}, ${key('e4')}, 1, '{"version":1,"first":"a","steps":{"a":{"type":"forward","to":"${id('e2', 'dst', 77)}","whisper":"words.78"}}}', UTC_TIMESTAMP(6) FROM seq_1_to_${MANY} n`);
	const last = id('e2', 'dst', MANY), way = id('e4', 'flo', MANY);
	const document = { version: 1, first: 'ring', steps: { ring: { type: 'forward', to: last, music: `words.${MANY}`, ring_s: 10, otherwise: 'on' }, on: { type: 'goto', flow: way } } };
	let a = await ask(owner, at, 'check', { document });
	assert.deepEqual([a.status, a.problems], [200, []]);
	assert.deepEqual(a.named, { prompts: [{ id: `words.${MANY}`, name: `Words ${MANY}`, audio: '' }], destinations: [{ id: last, name: `Place ${String(MANY).padStart(5, '0')}` }], trunks: [], flows: [{ id: way, name: `Way ${MANY}` }] });
	assert.equal((await ask(owner, at, 'save', { document, base: 0 })).status, 200);
	assert.equal((await ask(owner, at, 'publish', { version: 1 })).status, 200);
	// What the builder begins with: the first of each, and what is named.
	const page = await (await owner.fetch(at)).text();
	const data = JSON.parse(page.match(/id="flow-data">([\s\S]*?)<\/script>/)[1]);
	assert.ok(page.length < 200000, `${page.length}`);
	assert.deepEqual(data.world.more, { prompts: true, destinations: true, trunks: false, flows: true });
	for (const [kind, one] of [['prompts', `words.${MANY}`], ['destinations', last], ['flows', way]])
		assert.equal(data.world[kind].filter((t) => t.id === one).length, 1, kind);
	assert.equal(data.world.destinations.length, 201);
	const found = async (kind, text) => (await owner.fetch(`${at}/things?${new URLSearchParams({ kind, text })}`)).json();
	assert.deepEqual(await found('destinations', 'place 00042'), { things: [{ id: id('e2', 'dst', 42), name: 'Place 00042' }], more: false });
	assert.deepEqual(await found('prompts', 'WORDS 4999'), { things: [{ id: 'words.4999', name: 'Words 4999', audio: '' }], more: false });
	assert.deepEqual([(await found('flows', 'Way')).things.length, (await found('flows', 'Way')).more], [200, true]);
	assert.equal((await owner.fetch(`${at}/things?kind=users&text=a`)).status, 400);
	// Nobody rings: on it goes, in another flow, whose things have names, too.
	a = await ask(owner, at, 'try', { document, case: { name: 'try', at: '2026-11-30T09:12', caller: '+12125550147', talk_s: 20, phones: [{ to: last, does: 'silent' }] } });
	assert.deepEqual([a.status, a.result], [200, 'answered'], JSON.stringify(a).slice(0, 300));
	assert.deepEqual(a.named.destinations.map((t) => t.name).sort(), ['Place 00077', `Place ${String(MANY).padStart(5, '0')}`].sort());
	assert.ok(a.named.prompts.some((t) => t.id === 'words.78'));
	// And without script.
	const list = await owner.fetch(`/flows?q=Way+${FLOWS - 1}`);
	assert.deepEqual([list.status, (await list.text()).match(/>Way \d+</g)], [200, [`>Way ${FLOWS - 1}<`]]);
	const steps = await (await owner.fetch(`${at}/steps`)).text();
	for (const name of [`Place ${String(MANY).padStart(5, '0')}`, `Words ${MANY}`, `Way ${MANY}`])
		assert.match(steps, new RegExp(`<option value="[^"]*" selected>${name}<`), name);
	const trial = await owner.fetch(`${at}/trial`);
	assert.equal(trial.status, 200);
	assert.match(await trial.text(), new RegExp(`Place ${MANY}|Place 0*${MANY}`));
});
