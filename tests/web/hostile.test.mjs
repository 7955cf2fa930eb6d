// Golden rule of every page: hostile text in every field stays text.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startStack } from '../support/stack.mjs';
import { addCompanies, hostile } from '../support/two_companies.mjs';

let stack, world, viewer;
before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '100000'] });
	world = addCompanies(stack);
	viewer = await stack.login(world.users.viewer.email, world.password);
});
after(() => stack?.stop());

/** What a browser could run or load from this page. */
function dangers(html) {
	const bad = [];
	if (html.includes('<script>')) bad.push('a script');
	if (/<img[^>]*src=x/.test(html)) bad.push('an image of theirs');
	for (const [tag] of html.matchAll(/<[a-z](?:"[^"]*"|'[^']*'|[^>"'])*>/gi))
		if (/\s(?:on[a-z]+|style)\s*=/i.test(tag.replaceAll(/"[^"]*"/g, '""'))) bad.push(`an event handler or style: ${tag}`);
	if (/(?:href|src|action)\s*=\s*["']?\s*javascript:/i.test(html)) bad.push('a javascript: address');
	if (html.includes('\u0001')) bad.push('a control byte');
	for (const [, attrs, body] of html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)) {
		if (/type="application\/json"/.test(attrs)) {
			assert.doesNotThrow(() => JSON.parse(body), 'JSON in the page');
			if (/[<>&]/.test(body)) bad.push('HTML in JSON');
		} else if (body.trim() !== '') {
			bad.push('a script inside the page');
		}
	}
	return bad;
}

test('pages with hostile text in every field', async () => {
	const paths = ['/', '/calls', `/calls/${world.alpha.callId}`, `/calls?q=${encodeURIComponent('"><script>alert(1)</script>{{csrf}}')}`,
		'/?range=7d', '/?range=90d', '/pools', `/pools/${world.alpha.poolId}`, '/sites', `/sites/${world.alpha.siteId}`, '/attribution?range=7d', '/attribution/reruns', '/companies', '/reports?by=source',
		'/reports?by=campaign&split=keyword', '/reports?by=number', '/reports?by=landing&metric=value', '/calls?cols=tags,destination,location,verdict,value'];
	for (const path of paths) {
		const res = await viewer.fetch(path);
		assert.equal(res.status, 200, path);
		const html = await res.text();
		assert.deepEqual(dangers(html), [], path);
		// It is shown, as text.
		assert.ok(html.includes('&lt;script&gt;alert(1)&lt;/script&gt;'), `${path}: shown escaped`);
		assert.ok(html.includes('{{csrf}}'), `${path}: not taken for a template`);
	}
});

test('error pages repeat nothing', async () => {
	for (const path of [`/${encodeURIComponent('<script>alert(1)</script>')}`, `/calls/${encodeURIComponent(hostile.slice(0, 40))}`]) {
		const res = await viewer.fetch(path);
		assert.equal(res.status, 404, path);
		const html = await res.text();
		assert.deepEqual(dangers(html), [], path);
		assert.ok(!html.includes('alert(1)'), path);
	}
});

test('the sign-in page repeats the address as text, never the password', async () => {
	const client = stack.client();
	const res = await client.submit('/login', '/login', { email: '"><script>alert(1)</script>@x', password: 'PASSWORD-TYPED', next: 'javascript:alert(1)' });
	assert.equal(res.status, 401);
	const html = await res.text();
	assert.deepEqual(dangers(html), []);
	assert.ok(html.includes('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;@x"'));
	assert.ok(!html.includes('PASSWORD-TYPED'));
	assert.match(html, /name="next" value="\/"/);
});

test('JSON answers are JSON', async () => {
	for (const path of ['/live.json', `/calls/${world.alpha.callId}/peaks.json`]) {
		const res = await viewer.fetch(path);
		assert.equal(res.status, 200, path);
		assert.match(res.headers.get('content-type'), /^application\/json/, path);
		assert.doesNotThrow(async () => JSON.parse(await res.text()), path);
	}
});
