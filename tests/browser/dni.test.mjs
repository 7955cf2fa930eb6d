// The tag on the demonstration site, in a real browser, through nginx,
// dni.fcgi and MySQL.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { startStack, until } from '../support/stack.mjs';
import { newVisitor, openBrowser } from '../support/browser.mjs';

const AD = '/demo/?utm_source=google&utm_medium=cpc&utm_campaign=spring' +
	'&utm_term=emergency+plumber&gclid=test-click';
const OWN = '(415) 555-0199';

let stack, browser;

before(async () => {
	stack = await startStack({
		without: ['dashboard', 'jobd', 'sipworker'],
		args: ['--dni-rate', '100000'],
	});
	// More numbers than the demonstration has, added while the server runs.
	stack.sql(`INSERT INTO number (company_id, id, e164, active_e164, kind, country, added_at)
		SELECT company_id, unhex(md5(concat('n', seq))), concat('+1415555', 7000 + seq),
		concat('+1415555', 7000 + seq), 'local', 'US', utc_timestamp(6)
		FROM pool, seq_1_to_40;
		INSERT INTO pool_number (company_id, pool_id, number_id, added_at)
		SELECT company_id, id, unhex(md5(concat('n', seq))), utc_timestamp(6)
		FROM pool, seq_1_to_40;
		UPDATE config_version SET version = version + 1`);
	const version = stack.sqlOne('SELECT version FROM config_version');
	await until('the server has seen them',
		() => stack.output.includes(`configuration version=${version} `));
	browser = await openBrowser();
}, { timeout: 120000 });

after(async () => {
	await browser?.close();
	await stack?.stop();
});

const e164 = (shown) => '+1' + shown.replace(/\D/g, '').slice(-10);
const text = (page, id) => page.textContent('#' + id);

/** Opens the page and waits for its number; what stands there, in E.164. */
async function visit(page, path = AD) {
	await page.goto(stack.url + path);
	await page.waitForFunction((own) =>
		document.getElementById('number-top').textContent !== own, OWN);
	return e164(await text(page, 'number-top'));
}

test('screen, link and database show the same number, another to each visitor', async () => {
	const a = await newVisitor(browser), b = await newVisitor(browser);
	const one = await visit(a), two = await visit(b);
	assert.notEqual(one, two);
	for (const [page, number] of [[a, one], [b, two]]) {
		assert.equal(await page.getAttribute('#call-top', 'href'), `tel:${number}`);
		const { visit: id } = await page.evaluate(() => {
			const [visitor, visit] = document.cookie.match(/rt_id=([^;]*)/)[1].split('.');
			return { visitor, visit };
		});
		assert.match(id, /^vis_/);
		const rows = stack.sql(`SELECT number_e164 FROM lease WHERE released_at IS NULL
			AND number_e164 = '${number}'`);
		assert.deepEqual(rows, [[number]]);
	}
	assert.deepEqual(stack.sql(`SELECT DISTINCT source, medium, campaign, keyword, gclid
		FROM visit WHERE gclid <> ''`),
	[['google', 'cpc', 'spring', 'emergency plumber', 'test-click']]);
	assert.deepEqual(a.said, []);
	await a.context().close();
	await b.context().close();
});

test('each place keeps its own form', async () => {
	const page = await newVisitor(browser);
	const number = await visit(page);
	const last = number.slice(-4);
	assert.match(last, /^\d{4}$/);
	assert.equal(await text(page, 'number-top'), `(415) 555-${last}`);
	assert.equal(await text(page, 'number-hero'), `415-555-${last}`);
	assert.equal(await text(page, 'number-intl'), `+1 415 555 ${last}`);
	assert.equal(await text(page, 'number-dots'), `415.555.${last}`);
	assert.equal(await page.getAttribute('#call-hero', 'href'), `tel:+1-415-555-${last}`);
	assert.equal(await page.getAttribute('#call-prices', 'href'), `tel:415555${last}`);
	assert.equal(await text(page, 'call-prices'), `415 555 ${last}`);
	assert.equal(await page.getAttribute('#call-top', 'title'), `Call (415) 555-${last} now`);
	assert.equal(await page.getAttribute('#call-top', 'aria-label'),
		`Call Bay City Plumbing at (415) 555-${last}`);
	await page.context().close();
});

test('a title of any length and script costs nobody the number', async () => {
	const page = await newVisitor(browser), title = '電'.repeat(5000);
	await page.route(/\/demo\/\?/, async (route) => {
		const was = await route.fetch();
		await route.fulfill({ response: was, body: (await was.text()).replace(/<title>[^<]*/, `<title>${title}`) });
	});
	const number = await visit(page);
	const row = stack.sqlOne(`SELECT landing_title FROM visit JOIN lease ON lease.visit_id = visit.id AND lease.company_id = visit.company_id
		WHERE released_at IS NULL AND lease.number_e164 = '${number}'`);
	assert.ok(row.length > 80 && title.startsWith(row), row);
	assert.deepEqual(page.said, []);
	await page.context().close();
});

test('what must not change does not', async () => {
	const page = await newVisitor(browser);
	await visit(page);
	assert.equal(await text(page, 'number-legal'), OWN);
	const ld = await page.textContent('script[type="application/ld+json"]');
	assert.equal(JSON.parse(ld).telephone, '+1-415-555-0199');
	assert.match(await page.textContent('.foot'), /4155550-1990/);
	await page.evaluate(() => {
		const field = document.createElement('input');
		field.id = 'field';
		field.value = '(415) 555-0199';
		const area = document.createElement('textarea');
		area.id = 'area';
		area.textContent = '(415) 555-0199';
		const note = document.createElement('p');
		note.setAttribute('data-calltrk-noswap', '');
		note.id = 'note';
		note.textContent = '(415) 555-0199';
		const seen = document.createElement('p');
		seen.id = 'seen';
		seen.textContent = '(415) 555-0199';
		document.body.append(field, area, note, seen);
	});
	await page.waitForFunction((own) => document.getElementById('seen').textContent !== own, OWN);
	assert.equal(await page.inputValue('#field'), OWN);
	assert.equal(await page.inputValue('#area'), OWN);
	assert.equal(await text(page, 'note'), OWN);
	await page.context().close();
});

test('a reload and a new tab keep the number, and it is there at once', async () => {
	const page = await newVisitor(browser);
	const number = await visit(page);
	const leases = () => stack.sqlOne(`SELECT count(*) FROM lease WHERE number_e164 = '${number}'`);
	const before = leases();
	assert.equal(await visit(page, '/demo/'), number);
	const tab = await page.context().newPage();
	assert.equal(await visit(tab, '/demo/#prices'), number);
	assert.equal(leases(), before);
	// The address without the ad goes on with the same visit.
	await until('the page views are stored', () => Number(stack.sqlOne(
		`SELECT count(*) FROM page_view p JOIN lease l ON l.company_id = p.company_id
		AND l.visit_id = p.visit_id WHERE l.number_e164 = '${number}'`)) >= 2); // the first is the visit's own row
	await page.context().close();
});

test('nothing moves while the number is swapped', async () => {
	const page = await newVisitor(browser);
	await page.addInitScript(() => {
		window.shift = 0;
		new PerformanceObserver((list) => {
			for (const e of list.getEntries()) window.shift += e.value;
		}).observe({ type: 'layout-shift', buffered: true });
	});
	await visit(page);
	await page.evaluate(() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r))));
	assert.equal(await page.evaluate(() => window.shift), 0);
	assert.equal(await page.evaluate(() =>
		[...document.body.querySelectorAll('*')].filter((e) => getComputedStyle(e).visibility === 'hidden').length), 0);
	await page.context().close();
});

test('an application that draws later, or puts the old number back, is followed', async () => {
	const page = await newVisitor(browser);
	const number = await visit(page);
	const shown = `(415) 555-${number.slice(-4)}`;
	await page.evaluate((own) => {
		const root = document.createElement('div');
		root.id = 'app';
		document.body.append(root);
		root.innerHTML = `<a id="late" href="tel:+14155550199">${own}</a>`;
		document.getElementById('number-top').firstChild.nodeValue = own;
		const host = document.createElement('div');
		host.id = 'host';
		host.attachShadow({ mode: 'open' }).innerHTML = `<b>${own}</b>`;
		document.body.append(host);
	}, OWN);
	await page.waitForFunction((want) => {
		const $ = (id) => document.getElementById(id);
		return $('late').textContent === want && $('number-top').textContent === want &&
			$('host').shadowRoot.textContent === want;
	}, shown);
	assert.equal(await page.getAttribute('#late', 'href'), `tel:${number}`);
	await page.evaluate(() => document.getElementById('late').setAttribute('href', 'tel:+14155550199'));
	await page.waitForFunction((want) =>
		document.getElementById('late').getAttribute('href') === want, `tel:${number}`);
	// A page of the application is a page view of the same visit.
	const asked = [];
	page.on('request', (r) => /"kind":"about"|t-visit/.test(`${r.postData()}${r.url()}`) || asked.push(new URL(r.url()).pathname));
	const told = page.waitForRequest((r) => r.postData()?.includes('/demo/booking'));
	await page.evaluate(() => history.pushState({}, '', '/demo/booking'));
	await told; // the database may know of it before we do
	await until('the view is stored', () => stack.sqlOne(
		`SELECT count(*) FROM page_view p JOIN lease l ON l.company_id = p.company_id AND l.visit_id = p.visit_id
			WHERE p.url LIKE '%/demo/booking' AND l.number_e164 = '${number}'`) === '1');
	assert.deepEqual(asked, ['/dni/v1/event']);
	await page.context().close();
});

test('a click on the phone link is told', async () => {
	const page = await newVisitor(browser);
	const number = await visit(page);
	await page.evaluate(() => document.getElementById('call-top').addEventListener('click', (e) => e.preventDefault()));
	await page.click('#number-top');
	await until('the click is stored', () => stack.sqlOne(
		`SELECT count(*) FROM visit_event e JOIN number n ON n.company_id = e.company_id
		AND n.id = e.number_id WHERE e.kind = 'tel_click' AND n.e164 = '${number}'`) === '1');
	await until('the visit knows it', () => stack.sqlOne(
		'SELECT count(*) FROM visit WHERE tel_clicked_at IS NOT NULL') === '1');
	await page.context().close();
});

test('robots see the number that stands on the page', async () => {
	const count = () => stack.sqlOne('SELECT count(*) FROM visit');
	const before = count();
	const page = await newVisitor(browser, { userAgent: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' });
	const answer = page.waitForResponse(/dni\/v1\/visit/);
	await page.goto(stack.url + AD);
	assert.equal((await (await answer).json()).why, 'robot');
	assert.equal(await text(page, 'number-top'), OWN);
	assert.equal(count(), before);
	await page.context().close();
});

test('without consent: a source-level number, nothing stored anywhere', async () => {
	const count = () => stack.sql('SELECT (SELECT count(*) FROM visit), (SELECT count(*) FROM visitor), (SELECT count(*) FROM lease)');
	const before = count();
	const page = await newVisitor(browser);
	await page.addInitScript(() =>
		Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true }));
	assert.equal(await visit(page, '/demo/'), '+14155550113'); // "Direct visits"
	assert.deepEqual(await page.context().cookies(), []);
	assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0);
	assert.deepEqual(count(), before);
	await page.context().close();
});

test('consent withdrawn ends the lease and clears what was stored', async () => {
	const page = await newVisitor(browser);
	const number = await visit(page);
	await page.evaluate(() => window.ringtrace('consent', false));
	await until('the lease has ended', () => stack.sqlOne(
		`SELECT count(*) FROM lease WHERE number_e164 = '${number}' AND released_at IS NOT NULL`) === '1');
	await page.waitForFunction(() => !document.cookie.includes('rt_id'));
	assert.equal(await page.evaluate(() => sessionStorage.length), 0);
	await page.context().close();
});

test('an unknown site key changes nothing and warns once', async () => {
	const page = await newVisitor(browser);
	await page.route('**/demo/', async (route) => {
		const res = await route.fetch();
		await route.fulfill({ response: res, body: (await res.text()).replace('data-site="demo"', 'data-site="nobody"') });
	});
	const answer = page.waitForResponse(/dni\/v1\/visit/);
	await page.goto(stack.url + '/demo/');
	assert.equal((await answer).status(), 404);
	await page.waitForFunction(() => getComputedStyle(document.getElementById('number-top')).visibility !== 'hidden');
	assert.equal(await text(page, 'number-top'), OWN);
	const warned = () => page.said.filter((s) => s.startsWith('ringtrace:')).length;
	await until('the console says why', () => warned() > 0);
	// And of a later refusal not again.
	const refused = page.waitForResponse(/dni\/v1\/visit/);
	await page.evaluate(() => window.ringtrace('consent', true));
	assert.equal((await refused).status(), 404);
	await page.evaluate(() => new Promise((r) => setTimeout(r)));
	assert.equal(warned(), 1);
	await page.context().close();
});

test('without the tag’s server the page stays as it is', async () => {
	const page = await newVisitor(browser);
	await page.route('**/dni/v1/**', (route) => route.abort());
	await page.goto(stack.url + '/demo/');
	await page.waitForFunction(() => window.ringtrace &&
		getComputedStyle(document.getElementById('number-top')).visibility !== 'hidden');
	assert.equal(await text(page, 'number-top'), OWN);
	await page.context().close();
});

test('a form is told, credited to its visit, without what must not be kept', async () => {
	const page = await newVisitor(browser);
	const number = await visit(page);
	await page.evaluate(() => {
		document.body.insertAdjacentHTML('beforeend', `
			<form id="ask" name="ask"><input type="hidden" name="id" value="7"><input type="hidden" name="elements"><input name="your-name"><input name="email" type="email"><input name="phone" type="tel">
			<textarea name="note"></textarea><input name="private" data-no-capture><input type="hidden" name="token" value="t"></form>
			<form id="pay"><input name="email" type="email"><input name="card_number"></form>
			<form id="in"><input name="email" type="email"><input type="password" name="p"></form>
			<form id="out" data-no-capture><input name="email" type="email"></form>`);
		document.addEventListener('submit', (e) => e.preventDefault());
	});
	const loaded = page.waitForResponse(/t-form\.js/);
	await page.fill('#ask [name=your-name]', 'Anne <b>Lee</b>');
	await loaded;
	await page.fill('#ask [name=email]', 'anne@example.com');
	await page.fill('#ask [name=phone]', '(415) 555-0123');
	await page.fill('#ask [name=note]', 'My card is 4111 1111 1111 1111');
	await page.fill('#ask [name=private]', 'secret');
	for (const [form, field] of [['pay', 'email'], ['in', 'email'], ['out', 'email']])
		await page.fill(`#${form} [name=${field}]`, 'anne@example.com');
	await page.evaluate(() => {
		for (const id of ['pay', 'in', 'out', 'ask', 'ask']) document.getElementById(id).requestSubmit();
	});
	await until('it is stored', () => stack.sqlOne('SELECT count(*) FROM form_entry') !== '0');
	const rows = stack.sql(`SELECT f.form_name, f.fields, f.contact_name, f.contact_email, f.contact_e164, i.attributed_by,
		i.source, i.campaign, i.keyword, l.number_e164 FROM form_entry f
		JOIN interaction i ON i.company_id = f.company_id AND i.id = f.id
		JOIN lease l ON l.company_id = f.company_id AND l.visit_id = f.visit_id`);
	assert.equal(rows.length, 1);
	const [name, fields, ...rest] = rows[0];
	assert.equal(name, 'ask');
	assert.deepEqual(JSON.parse(fields), [['your-name', 'Anne <b>Lee</b>'], ['email', 'anne@example.com'],
		['phone', '(415) 555-0123'], ['note', 'My card is **** **** **** 1111']]);
	assert.deepEqual(rest, ['Anne <b>Lee</b>', 'anne@example.com', '+14155550123', 'visit',
		'google', 'spring', 'emergency plumber', number]);
	await page.context().close();
});

test('no form with a password or a card in disguise leaves the page', async () => {
	const page = await newVisitor(browser);
	await visit(page);
	const sent = [];
	page.on('request', (r) => { if (r.url().includes('/dni/v1/event') && r.postData()?.includes('"form"')) sent.push(JSON.parse(r.postData())); });
	// What stands beside an e-mail; `no`: it is told all the same.
	const secrets = [
		'<input name="a" autocomplete="section-x billing cc-given-name" value="Ann">', '<input name="a" autocomplete="cc-number" value="1">',
		'<input name="a" autocomplete="current-password" value="hush">', '<input name="bankIban" value="1">', '<label>IBAN <input name="input_7" value="1"></label>',
		'<input name="payment_cc_exp_month" value="12">', '<input name="credit_card" value="1">', '<input name="pay[CC-Number]" value="1">',
		'<input name="x" id="kreditkarte" value="1">', '<input name="Mot de passe" value="hush">', '<input name="wachtwoord" value="hush">', '<input name="Пароль" value="hush">',
		'<label>Card number <input name="input_7" value="1"></label>', '<label for="i9">CVV</label><input id="i9" name="input_9" value="123">',
		'<input name="input_1" aria-label="Security code" value="123">', '<input name="input_1" placeholder="1234 5678 9012 3456" value="1">',
		'<label>Numéro\n de carte <input name="input_7" value="1"></label>', '<label>カード番号<input name="input_7" value="1"></label>', '<label>SSN <input name="input_7" value="1"></label>',
		'<input name="Номер карты" value="1">', '<label>Номер банковской карты<input name="input_7" value="1"></label>', '<input name="信用卡卡號" value="1">',
		'<label>パスワード（確認）<input name="input_7" value="hush"></label>', '<input name="카드 번호" value="1">', '<label>كلمة المرور <input name="input_7" value="hush"></label>',
		'<label>מספר כרטיס <input name="input_7" value="1"></label>', '<label>ΚΩΔΙΚΟΣ ΠΡΟΣΒΑΣΗΣ <input name="input_7" value="hush"></label>', '<label>Αριθμός κάρτας <input name="input_7" value="1"></label>',
		'<input name="कार्ड नंबर" value="1">', '<label>รหัสผ่าน <input name="input_7" value="hush"></label>',
		'<input name="a" value="4111.1111.1111.1111">', '<input name="a" value="4111\u00a01111\u00a01111\u00a01111">', '<input name="a" value="４１１１１１１１１１１１１１１１">',
		'<input name="a" value="4111"><input name="b" value="1111"><input name="c" value="1111"><input name="d" value="1111">',
		'<input name="a" value="3782"><input name="b" value="822463"><input name="e" value=""><input name="c" value="10005">',
		'<input name="a" style="-webkit-text-security: disc" value="hush">', '<x-secret name="a" type="password"></x-secret>', '<x-inner id="a"></x-inner>',
		'<input class="toggle" type="password" name="a" value="hush">',
	];
	const plain = [
		['<input name="code" autocomplete="one-time-code" value="hush">'], ['<input name="credit_card_debt" value="20000">'], ['<input name="insuranceCardNumber" value="77">'],
		['<label>Insurance card number <input name="input_4" value="77"></label>'], ['<label>Hawaii bank account <input name="input_5" value="y"></label>'], ['<input name="hawaii_banner" value="y">'],
		['<input name="passenger" value="2">'], ['<label>Has lots of windows <input name="input_3" value="yes"></label>'], ['<input name="hasLogo" value="1">'], ['<input name="the_slot" value="9">'],
		['<label>電話番号 <input name="電話番号" value="415"></label>'], ['<label>Ταχυδρομικός κωδικός <input name="zip" value="11523"></label>'], ['<input name="รหัสไปรษณีย์" value="10110">'],
		['<label>Ваш номер, карта проезда <input name="map" value="y"></label>'], ['<input name="pincode" value="560001">'], ['<label>Postcard wanted <input name="postcard" value="y"></label>'], ['<input name="question_1234567890123456" value="y">'],
		['<label>Area<input name="a" value="415"></label><input name="b" value="555"><input name="c" value="0123"><input name="zip" value="94103">'],
		['<label>Anything about the security code of your door, or about the password of your network that we should know before we come <input name="q" value="no"></label>'],
		['<textarea name="n">Mine is 4111-1111-1111-1111, call +4111111111111111 or 206 555 0141 415 555 0142</textarea>', 'Mine is ****-****-****-1111, call +4111111111111111 or 206 555 0141 415 555 0142'],
	];
	await page.evaluate(([bad, good]) => {
		const face = (build) => class extends HTMLElement {
			static formAssociated = true;
			constructor() { super(); this.internals = this.attachInternals(); build(this); }
			get value() { return 'hush'; }
			get name() { return this.getAttribute('name') ?? ''; }
		};
		customElements.define('x-secret', face(() => {}));
		customElements.define('x-inner', face((el) => { el.attachShadow({ mode: 'open' }).innerHTML = '<input type=password>'; }));
		document.addEventListener('submit', (e) => e.preventDefault());
		document.body.insertAdjacentHTML('beforeend', [...bad, ...good.map(([html]) => html)].map((html, i) =>
			`<form name="f${i}"><input name="email" type="email" value="ann@example.com">${html}<div contenteditable>hush</div></form>`).join(''));
	}, [secrets, plain]);
	const loaded = page.waitForResponse(/t-form\.js/);
	await page.focus('form[name=f0] [name=email]');
	await loaded;
	await page.focus('form[name=f1] [name=email]');
	// Somebody looks at what they typed.
	await page.evaluate(() => { document.querySelector('.toggle').type = 'text'; });
	await page.evaluate((n) => { for (let i = 0; i < n; i++) document.forms[`f${i}`].requestSubmit(); }, secrets.length + plain.length);
	await until('the last one is told', () => sent.some((e) => e.form === `f${secrets.length + plain.length - 1}`));
	assert.deepEqual(sent.filter((e) => Number(e.form.slice(1)) < secrets.length).map((e) => secrets[Number(e.form.slice(1))]), []);
	assert.deepEqual(plain.filter((_, i) => !sent.some((e) => e.form === `f${secrets.length + i}`)), []);
	assert.equal(sent.at(-1).fields.at(-1)[1], plain.at(-1)[1]);
	assert.ok(!JSON.stringify(sent).includes('hush'), 'text being edited is no field, and a code for once is not told');
	await page.context().close();
});

test('an event of the page’s own, and how the tag got on', async () => {
	const page = await newVisitor(browser);
	await visit(page);
	await page.evaluate(() => window.ringtrace('event', 'chat', 'opened \u{1F600}'));
	await until('it is stored', () => stack.sqlOne(
		"SELECT count(*) FROM visit_event WHERE kind = 'custom' AND name = 'chat' AND detail LIKE 'opened%'") === '1');
	await until('the report is there', () => Number(stack.sqlOne(
		'SELECT COALESCE(sum(reports * (found > 0) * (swapped > 0) * version), 0) FROM site_health')) > 0, 90000);
	await page.context().close();
});

test('other tags hear of it only where the owner chose so, and with consent', async () => {
	const heard = async (tag, gpc) => {
		const page = await newVisitor(browser);
		if (gpc) await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true }));
		await page.route('**/demo/**', async (route) => {
			if (route.request().resourceType() !== 'document') return route.continue();
			const res = await route.fetch();
			await route.fulfill({ response: res, body: (await res.text()).replace('data-site="demo"', `data-site="demo" ${tag}`) });
		});
		await visit(page, '/demo/?utm_source=layer');
		if (tag && !gpc) await page.waitForFunction(() => window.dataLayer);
		const got = await page.evaluate(() => (window.dataLayer ?? []).map((e) => e.event));
		await page.context().close();
		return got;
	};
	assert.deepEqual(await heard(''), []);
	assert.deepEqual(await heard('data-events="dataLayer"'), ['ringtrace.number']);
	assert.deepEqual(await heard('data-events="dataLayer"', true), []);
});

test('without cookies: the tab keeps the number, nothing else does', async () => {
	const page = await newVisitor(browser);
	await page.route('**/demo/**', async (route) => {
		if (route.request().resourceType() !== 'document') return route.continue();
		const res = await route.fetch();
		await route.fulfill({ response: res, body: (await res.text()).replace('data-site="demo"', 'data-site="demo" data-cookies="no"') });
	});
	const number = await visit(page);
	assert.equal(await visit(page, '/demo/?x=1'), number);
	assert.deepEqual(await page.context().cookies(), []);
	assert.equal(await page.evaluate(() => localStorage.length), 0);
	await page.context().close();
});

test('the stub paints the remembered number before the tag is here', async () => {
	const page = await newVisitor(browser);
	const number = await visit(page);
	// Remembered once somebody is there.
	await page.mouse.move(20, 20);
	await page.waitForFunction(() => sessionStorage.rt_p);
	const stub = readFileSync('static/dist/t-stub.js', 'utf8').trim();
	assert.ok(stub.length <= 300, `${stub.length}`);
	await page.route('**/t.js', (route) => route.abort());
	await page.route('**/demo/**', async (route) => {
		if (route.request().resourceType() !== 'document') return route.continue();
		const res = await route.fetch();
		await route.fulfill({ response: res, body: (await res.text()).replace('<head>', `<head><script>${stub}</script>`) });
	});
	await page.goto(stack.url + '/demo/?again=1');
	assert.equal(e164(await text(page, 'number-top')), number);
	assert.equal(await text(page, 'number-legal'), OWN);
	assert.match(await page.textContent('script[type="application/ld+json"]'), /415-555-0199/);
	await page.context().close();
});

test('the script is below 6 kB gzip, also as it is sent', async () => {
	const size = gzipSync(readFileSync('static/dist/t.js'), { level: 9 }).length;
	assert.ok(size < 6000, `${size} bytes`);
	const all = size + gzipSync(readFileSync('static/dist/t-visit.js'), { level: 9 }).length;
	assert.ok(all < 8500, `${all} bytes with what follows`); // README.md: 8 kB
	const { headers } = await fetch(`${stack.url}/t.js`, { headers: { 'accept-encoding': 'gzip' } });
	assert.equal(headers.get('content-encoding'), 'gzip');
	assert.equal(headers.get('vary'), 'Accept-Encoding');
	assert.ok(Number(headers.get('content-length')) < 6000, `${headers.get('content-length')} bytes`);
});

test('with the database away the source-level number is shown, and the visit kept', async () => {
	const pid = stack.pidOf('mariadbd');
	const page = await newVisitor(browser);
	process.kill(pid, 'SIGSTOP'); // killed at once it would be back within a second
	const number = await visit(page, '/demo/?utm_source=outage')
		.finally(() => process.kill(pid, 'SIGKILL'));
	assert.equal(number, '+14155550113');
	await until('the database is back and has the visit', () => {
		try {
			return stack.sqlOne("SELECT count(*) FROM visit WHERE utm_source = 'outage'") === '1';
		} catch {
			return false; // not yet
		}
	});
	await page.context().close();
});
